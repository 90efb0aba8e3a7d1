from __future__ import annotations

import json
import sys

import httpx
import numpy as np
import pytest

from learninglion.inference.encoders import (
    EndpointEncoder,
    NanoEncoder,
    SentenceTransformersEncoder,
    by_length,
    open_encoder,
)
from learninglion.inference.vectors import RecentVectors
from learninglion.models.errors import InputError, LearningLionError, MissingExtraError
from learninglion.search.local.frame import background_questions, fit_frame


def test_the_built_in_model_brings_like_texts_together_and_takes_anything() -> None:
    encoder = NanoEncoder()
    asked = encoder.encode_queries(["Wat kost een paspoort?"])
    rows = encoder.encode_passages(["Een paspoort kost 80 euro.", "De boot vaart om negen uur.", "", "a\0b"])
    assert rows.shape == (4, encoder.dimensions)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-3)
    cosines = rows @ asked[0]
    assert cosines[0] > cosines[1]


def test_batches_by_length_keep_the_order() -> None:
    texts = ["aaa", "b", "cc", "dddd"]
    rows = by_length(texts, lambda batch: np.array([[len(t)] for t in batch], dtype=np.float32), 1, batch=2)
    assert rows[:, 0].tolist() == [3, 1, 2, 4]


def endpoint(reply: httpx.Response | None = None) -> tuple[EndpointEncoder, list[dict[str, object]]]:
    seen: list[dict[str, object]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        seen.append(body)
        if reply is not None and len(seen) > 1:
            return reply
        data = [{"index": i, "embedding": [3.0, 4.0 + len(t)]} for i, t in enumerate(body["input"])]
        return httpx.Response(200, json={"data": data[::-1]})

    client = httpx.Client(transport=httpx.MockTransport(answer))
    made = EndpointEncoder("http://localhost:9", "m", query_prefix="query: ", client=client)
    return made, seen


def test_an_endpoint_gets_prefixes_and_gives_unit_rows_in_order() -> None:
    encoder, seen = endpoint()
    rows = encoder.encode_queries(["een langere vraag", "kort"])
    assert encoder.dimensions == 2
    assert np.allclose(np.linalg.norm(rows, axis=1), 1)
    assert rows[0, 1] > rows[1, 1]
    assert seen[-1]["input"] == ["query: kort", "query: een langere vraag"]


@pytest.mark.parametrize("reply", [httpx.Response(500), httpx.Response(200, json={"data": []})])
def test_an_endpoint_that_fails_says_which(reply: httpx.Response) -> None:
    encoder, _ = endpoint(reply)
    with pytest.raises(LearningLionError, match="localhost:9"):
        encoder.encode_passages(["tekst"])


def test_names_that_do_not_exist_and_extras_that_are_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError):
        open_encoder("iets")
    with pytest.raises(InputError):
        EndpointEncoder("file:///etc", "m")
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(MissingExtraError):
        SentenceTransformersEncoder("map")


def test_the_frame_takes_away_what_all_texts_share() -> None:
    random = np.random.default_rng(1)
    common = np.full(16, 3.0)
    rows = (random.standard_normal((300, 16)) + common).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    frame = fit_frame(rows[:150], rows[150:])
    raw = rows[150:] @ rows[0]
    placed = frame.place_passages(rows[150:]) @ frame.place_queries(rows[:1])[0]
    assert raw.mean() > 0.8
    assert abs(float(placed.mean())) < 0.1
    mean, deviation = frame.bodies.cloud().usual(frame.place_queries(rows[:1])[0])
    assert abs(mean - float(placed.mean())) < 0.02
    assert abs(deviation - float(placed.std())) < 0.05


def test_there_are_enough_background_questions() -> None:
    assert len(background_questions()) >= 50


def test_what_was_asked_last_is_remembered_and_the_oldest_forgotten() -> None:
    kept = RecentVectors(most=2)
    rows = np.array([[1.0, 0.0], [0.0, 1.0]], dtype=np.float32)
    kept.write([b"a", b"b"], rows)
    assert kept.read([b"a"])[b"a"].tolist() == [1.0, 0.0]
    kept.write([b"c"], rows[:1])
    assert set(kept.read([b"a", b"b", b"c"])) == {b"a", b"c"}, "b was used longest ago"
