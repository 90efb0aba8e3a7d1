from __future__ import annotations

import base64
import json
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import numpy as np
import pytest

from learninglion.inference.builtin import UNCHANGED
from learninglion.inference.encoders import (
    EndpointEncoder,
    NanoEncoder,
    RecentVectors,
    SentenceTransformersEncoder,
    VectorCache,
    by_length,
    embed,
    normalised,
    open_encoder,
)
from learninglion.models.errors import InputError, LearningLionError, MissingExtraError
from learninglion.search.scoring import background_questions, fit_frame


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

    transport = httpx.MockTransport(answer)
    made = EndpointEncoder("http://localhost:9/v1", "m", query_prefix="query: ", transport=transport)
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


class Picky:
    """An embedding server that does not take everything; `refuses` gives its answer to what it refuses."""

    def __init__(self, refuses: Callable[[list[str]], httpx.Response | None]) -> None:
        self.refuses = refuses
        self.batches: list[int] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        texts = json.loads(request.content)["input"]
        self.batches.append(len(texts))
        no = self.refuses(texts)
        if no is not None:
            return no
        return httpx.Response(
            200, json={"data": [{"index": i, "embedding": told(t)} for i, t in enumerate(texts)]}
        )


def told(text: str) -> list[float]:
    return [1.0 + text.count("a"), 1.0 + text.count("b")]


def picky(refuses: Callable[[list[str]], httpx.Response | None]) -> tuple[EndpointEncoder, Picky]:
    server = Picky(refuses)
    return EndpointEncoder("http://localhost:9", "m", transport=httpx.MockTransport(server)), server


def test_a_text_that_is_too_long_is_read_in_parts() -> None:
    no = httpx.Response(413, json={"error": "inputs must have less than 512 tokens"})
    encoder, _ = picky(lambda texts: no if any(len(t) > 400 for t in texts) else None)
    long = "aa bb aa. " * 200
    rows = encoder.encode_passages(["kort b", long, "ook kort a"])
    assert np.allclose(rows[0], normalised(np.array([told("kort b")]))[0])
    assert (
        np.isfinite(rows).all() and rows[1, 0] > rows[1, 1] and np.allclose(np.linalg.norm(rows, axis=1), 1)
    )


def test_a_batch_that_is_too_large_is_asked_in_smaller_ones_from_then_on() -> None:
    no = httpx.Response(422, json={"error": "batch size 32 > maximum allowed batch size 8"})
    encoder, server = picky(lambda texts: no if len(texts) > 8 else None)
    encoder.encode_passages([f"tekst {n}" for n in range(32)])
    server.batches.clear()
    encoder.encode_passages([f"meer {n}" for n in range(32)])
    assert server.batches == [8, 8, 8, 8]


def in_bytes(text: str) -> str:
    return base64.b64encode(np.array(told(text), dtype="<f4").tobytes()).decode()


@pytest.mark.parametrize(
    "shape",
    [
        lambda texts: {"data": [{"index": i, "embedding": in_bytes(t)} for i, t in enumerate(texts)]},
        lambda texts: {"data": [{"index": None, "embedding": [told(t)]} for t in texts]},
        lambda texts: [{"index": i, "embedding": [told(t)]} for i, t in enumerate(texts)],
        lambda texts: [told(t) for t in texts],
        lambda texts: {"embeddings": [told(t) for t in texts]},
        lambda texts: {"embeddings": {"float": [told(t) for t in texts]}},
        lambda texts: {"code": 0, "data": {"data": [{"embedding": told(t)} for t in texts]}},
        lambda texts: {"data": [{"embedding": told(texts[0])}]},  # it makes one of a list
        lambda texts: {"data": [{"embedding": [str(n) for n in told(t)]} for t in texts]},
        lambda texts: {"data": [{"embedding": [1e300 * n for n in told(t)]} for t in texts]},
    ],
)
def test_vectors_are_read_in_whatever_shape_they_come(shape: Callable[[list[str]], object]) -> None:
    encoder, _ = picky(lambda texts: httpx.Response(201, json=shape(texts)))
    expected = normalised(np.array([told("aa b"), told("a bbb")], dtype=np.float32))
    assert np.allclose(encoder.encode_passages(["aa b", "a bbb"]), expected, atol=1e-6)


def test_a_server_that_takes_no_list_is_asked_for_a_text() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        text = json.loads(request.content)["input"]
        if isinstance(text, list):
            return httpx.Response(422, json={"detail": [{"msg": "Input should be a valid string"}]})
        return httpx.Response(200, json={"data": [{"embedding": told(text)}]})

    encoder = EndpointEncoder("http://localhost:9", "m", transport=httpx.MockTransport(answer))
    assert encoder.encode_passages(["aa", "b"]).shape == (2, 2)


@pytest.mark.parametrize(
    ("row", "why"), [([0.0, 0.0], "nullen"), ([[1.0, 2.0], [3.0, 4.0]], "pooling"), ([], "pooling")]
)
def test_a_model_without_a_direction_for_any_text_is_refused(row: list[object], why: str) -> None:
    with pytest.raises(LearningLionError, match=why):
        picky(lambda texts: httpx.Response(200, json={"data": [{"embedding": row} for _ in texts]}))


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_endpoint_is_asked_again(status: int) -> None:
    answers = iter([None, httpx.Response(status, headers={"Retry-After": "0"}), None])
    encoder, server = picky(lambda texts: next(answers))
    assert encoder.encode_passages(["tekst"]).shape == (1, 2)
    assert len(server.batches) == 3


def test_a_text_without_a_vector_stops_nothing_and_is_told(caplog: pytest.LogCaptureFixture) -> None:
    def broken(texts: list[str]) -> httpx.Response | None:
        row = b'{"embedding": [NaN, 1.0]}'
        body = b'{"data": [' + b", ".join([row] * len(texts)) + b"]}"
        return httpx.Response(200, content=body) if any("kapot" in t for t in texts) else None

    encoder, _ = picky(broken)
    rows = encoder.encode_passages(["goed a", "kapot", "goed b"])
    assert not rows[1].any() and rows[0].any() and rows[2].any()
    assert "alleen op woorden" in caplog.text


def test_a_model_that_makes_no_numbers_at_all_is_refused_in_one_line() -> None:
    answers = iter([None])
    encoder, _ = picky(
        lambda texts: next(
            answers, httpx.Response(200, json={"data": [{"embedding": [None, None]} for _ in texts]})
        )
    )
    with pytest.raises(LearningLionError, match="NaN"):
        encoder.encode_passages(["tekst", "meer tekst"])


def test_another_model_under_the_same_name_is_noticed(tmp_path: Path) -> None:
    encoder, server = picky(lambda texts: None)
    longer = httpx.Response(200, json={"data": [{"index": 0, "embedding": [1.0, 2.0, 3.0]}]})
    server.refuses = lambda texts: longer
    with pytest.raises(LearningLionError, match="vectoren van 3 getallen en eerder van 2"):
        encoder.encode_passages(["tekst"])
    cache = VectorCache(tmp_path / "vectors.db")
    server.refuses = lambda texts: None
    embed(encoder, ["a", "b"], as_question=False, cache=cache)
    other = EndpointEncoder(
        "http://localhost:9",
        "m",
        transport=httpx.MockTransport(
            lambda r: httpx.Response(
                200, json={"data": [{"embedding": [1.0, 2.0, 3.0]} for _ in json.loads(r.content)["input"]]}
            )
        ),
    )
    assert other.name == encoder.name
    assert embed(other, ["a", "b", "c"], as_question=False, cache=cache).shape == (3, 3)


def test_an_address_without_v1_is_tried_with_it_and_a_key_in_it_is_never_shown() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.params["api-key"] == "geheim-123456"
        if not request.url.path.startswith("/v1/"):
            return httpx.Response(404)
        if "stuk" in request.content.decode():
            return httpx.Response(401, json={"error": {"message": "wrong key geheim-123456"}})
        return httpx.Response(200, json={"data": [{"index": 0, "embedding": [1.0, 2.0]}]})

    encoder = EndpointEncoder(
        "http://localhost:9/?api-key=geheim-123456", "m", transport=httpx.MockTransport(answer)
    )
    with pytest.raises(LearningLionError, match="wrong key …") as caught:
        encoder.encode_passages(["stuk"])
    assert "geheim" not in str(caught.value) + encoder.name


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


def test_the_model_is_in_memory_once_however_many_use_it() -> None:
    first, second = NanoEncoder(), NanoEncoder()
    assert first._engine is second._engine
    assert NanoEncoder(adapter=UNCHANGED)._engine is not first._engine
