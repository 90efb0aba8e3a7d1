from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from archives import make_archive
from learninglion.inference.reranking import EndpointReranker, RerankerError, Reranking, asked_of, told_of
from learninglion.models.errors import InputError
from learninglion.search.local import Index
from learninglion.search.search import search_set
from learninglion.store.store import MemoryReader
from learninglion.testing import HashingEncoder, make_source
from rerankers import reranking_at

QUESTION = "Hoeveel veerponten varen er bij Duinwijk?"


class Scripted:
    """Gives a text 1 for each time it holds the word; or fails."""

    name = "scripted"

    def __init__(self, word: str = "", fails_after: int | None = None) -> None:
        self.word, self.left, self.asked = word, fails_after, []

    def score(self, query: str, texts: Sequence[str]) -> tuple[float, ...]:
        self.asked.append((query, tuple(texts)))
        if self.left is not None and len(self.asked) > self.left:
            raise RerankerError("weg")
        return tuple(float(text.count(self.word)) for text in texts)


@pytest.fixture
def archive(tmp_path: Path) -> tuple[Index, MemoryReader]:
    reader = MemoryReader(make_archive())
    index = Index(tmp_path, HashingEncoder(128))
    index.update(reader)
    return index, reader


@pytest.mark.parametrize("shape", ["documents", "texts"])
def test_both_shapes_are_asked_and_read_in_the_order_of_the_texts(shape: str) -> None:
    with reranking_at(word="boot") as endpoint:
        reranker = EndpointReranker(endpoint.base_url + "/", "m", shape=shape, api_key="geheim", timeout=5)
        assert reranker.score("Vaart er iets?", ["niets", "boot en boot", "een boot"]) == (0.0, 2.0, 1.0)
        assert reranker.score("Vaart er iets?", []) == ()
    ((path, body, key),) = endpoint.requests
    assert path == "/rerank"
    assert key == "Bearer geheim"
    assert body["query"] == "Vaart er iets?"
    assert body[shape] == ["niets", "boot en boot", "een boot"]
    if shape == "documents":
        assert (body["model"], body["top_n"]) == ("m", 3)
    else:
        assert body["raw_scores"] is True
        assert body["truncate"] is True


def rows(*pairs: tuple[object, object]) -> bytes:
    return json.dumps({"results": [{"index": i, "relevance_score": s} for i, s in pairs]}).encode()


@pytest.mark.parametrize(
    ("status", "reply", "why"),
    [
        (500, b"geheime vraag", "foutcode 500"),
        (302, b"", "verwijst door"),
        (200, b"geen json", "geen JSON"),
        (200, b"[" * 100_000, "geen JSON"),
        (200, b"[1, 2]", "andere vorm"),
        (200, b'{"results": {"0": 1}}', "andere vorm"),
        (200, rows((0, 1.0)), "precies één score"),
        (200, rows((0, 1.0), (0, 2.0)), "precies één score"),
        (200, rows((0, 1.0), (1, 2.0), (1, 2.0)), "precies één score"),
        (200, rows((0, 1.0), (2, 2.0)), "precies één score"),
        (200, rows((0, 1.0), (-1, 2.0)), "precies één score"),
        (200, rows((0, 1.0), (True, 2.0)), "andere vorm"),
        (200, rows((0, 1.0), (1, "2")), "andere vorm"),
        (200, rows((0, 1.0), (1, None)), "andere vorm"),
        (200, rows((0, 1.0), (1, float("nan"))), "andere vorm"),
        (200, rows((0, 1.0), (1, 10**400)), "andere vorm"),
    ],
)
def test_what_is_no_answer_is_one_clear_error(status: int, reply: bytes, why: str) -> None:
    with reranking_at(status=status, reply=reply) as endpoint:
        reranker = EndpointReranker(endpoint.base_url, timeout=5)
        with pytest.raises(RerankerError, match=why) as caught:
            reranker.score("vraag", ["een", "twee"])
    assert endpoint.base_url in caught.value.detail
    assert "geheime" not in caught.value.detail
    assert len(endpoint.requests) == 1


@pytest.mark.parametrize(
    "reply",
    [
        b'[{"index": 1, "score": 2}, {"index": 0, "score": 1}]',
        b'{"results": [{"index": "1", "score": 2}, {"index": "0", "score": 1}]}',
        b'{"data": [{"index": 1, "relevance_score": 2}, {"index": 0, "relevance_score": 1}]}',
        b'{"results": [{"document_index": 0, "score": 1}, {"document_index": 1, "score": 2}]}',
    ],
)
@pytest.mark.parametrize("shape", ["documents", "texts"])
def test_scores_are_read_under_whatever_names(reply: bytes, shape: str) -> None:
    with reranking_at(reply=reply) as endpoint:
        reranker = EndpointReranker(endpoint.base_url, shape=shape, timeout=5)
        assert reranker.score("vraag", ["een", "twee"]) == (1.0, 2.0)


def test_silence_a_drip_and_a_closed_door_end_in_time() -> None:
    with reranking_at(wait=3) as endpoint, pytest.raises(RerankerError, match=r"binnen 0\.2 seconden"):
        EndpointReranker(endpoint.base_url, timeout=0.2).score("vraag", ["een"])
    with reranking_at(reply=b" " * 200) as endpoint:
        endpoint.drip = True
        began = time.monotonic()
        with pytest.raises(RerankerError, match=r"binnen 0\.3 seconden"):
            EndpointReranker(endpoint.base_url, timeout=0.3).score("vraag", ["een"])
        assert time.monotonic() - began < 8  # the drip itself takes ten
    with pytest.raises(RerankerError, match="luistert niets"):
        EndpointReranker(endpoint.base_url, timeout=5).score("vraag", ["een"])


def test_a_shape_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InputError, match="documents of texts"):
        EndpointReranker("http://127.0.0.1:9", shape="iets", timeout=1)


def test_names_tell_models_places_and_shapes_apart() -> None:
    made = [
        EndpointReranker("http://127.0.0.1:9", "m", timeout=1),
        EndpointReranker("http://127.0.0.1:9", "n", timeout=1),
        EndpointReranker("http://127.0.0.1:8", "m", timeout=1),
        EndpointReranker("http://127.0.0.1:9", "m", shape="texts", timeout=1),
    ]
    assert len({reranker.name for reranker in made}) == 4


def test_the_weighed_score_is_added_to_the_logit() -> None:
    sources = [make_source(body) for body in ("boot", "trein", "boot boot boot")]
    # the scores 1, 0 and 3 are -0.27, -1.07 and 1.34 deviations from their mean
    logits = [2.0, 1.5, 1.0]
    by_weight = {
        w: Reranking(Scripted("boot"), w, 3).order("v", sources, logits).tolist() for w in (0, 0.5, 5)
    }
    assert by_weight == {0: [0, 1, 2], 0.5: [0, 2, 1], 5: [2, 0, 1]}
    assert Reranking(Scripted("vliegtuig"), 5, 3).order("v", sources, logits).tolist() == [0, 1, 2]
    assert Reranking(Scripted(), 5, 3).order("v", [], []).tolist() == []


def test_long_texts_are_cut_to_what_a_model_reads() -> None:
    assert asked_of("a" * 600 + " slot", "") == "a" * 495 + " slot"
    assert asked_of("Wat  nu?", "Over de pont.") == "Over de pont. Wat nu?"
    assert told_of(make_source("tekst " * 500, question="Wat\nis dit?")).startswith(
        "Wat is dit?\ntekst tekst"
    )
    assert len(told_of(make_source("tekst " * 500, question=""))) == 1000


def test_the_first_hits_change_places_and_the_scores_stay(archive: tuple[Index, MemoryReader]) -> None:
    (plain,) = search_set(*archive, [QUESTION], limit=6)
    scripted = Scripted("drinkwater")
    (found,) = search_set(*archive, [QUESTION], limit=6, reranking=Reranking(scripted, 100.0, 6))
    assert plain[0].source.document.id == "d1"
    assert found[0].source.document.id == "d4"
    assert [h.rank for h in found] == [1, 2, 3, 4, 5, 6]
    assert [h.score for h in found] == [h.score for h in plain]
    assert [h.source.id for h in found[1:]] == [h.source.id for h in plain if h.source.document.id != "d4"]
    assert {h.reranked_by for h in found} == {"scripted weight=100 depth=6"}
    assert {h.reranked_by for h in plain} == {""}
    ((asked, told),) = scripted.asked
    assert asked == QUESTION
    assert told == tuple(told_of(h.source) for h in plain)


def test_only_the_first_are_judged_and_one_from_beyond_the_limit_can_come_up(
    archive: tuple[Index, MemoryReader],
) -> None:
    (plain,) = search_set(*archive, [QUESTION], limit=6)
    word = plain[2].source.body.split()[-1]
    three = Reranking(Scripted(word), 100.0, 3)
    (found,) = search_set(*archive, [QUESTION], limit=6, reranking=three)
    assert [h.source.id for h in found] == [plain[i].source.id for i in (2, 0, 1, 3, 4, 5)]
    assert [bool(h.reranked_by) for h in found] == [True] * 3 + [False] * 3
    (only,) = search_set(*archive, [QUESTION], limit=1, reranking=three)
    assert [h.source.id for h in only] == [plain[2].source.id]
    assert [h.score for h in only] == [plain[0].score]


def test_as_many_hits_pass_the_threshold_as_without(archive: tuple[Index, MemoryReader]) -> None:
    (plain,) = search_set(*archive, [QUESTION], limit=6)
    between = (plain[0].score + plain[1].score) / 2
    reranking = Reranking(Scripted("drinkwater"), 100.0, 6)
    (found,) = search_set(*archive, [QUESTION], limit=6, threshold=between, reranking=reranking)
    assert [h.source.document.id for h in found][0] == "d4"
    assert [h.score for h in found] == [h.score for h in plain[:1]]
    (none_pass,) = search_set(*archive, [QUESTION], threshold=1.1, reranking=reranking)
    (literal,) = search_set(*archive, [QUESTION], threshold=1.1)
    assert [h.source.id for h in none_pass] == [h.source.id for h in literal]
    assert all(h.reranked_by for h in none_pass)  # the model looked at these too


def test_after_a_failure_the_rest_of_a_set_is_ordered_without_and_says_so(
    archive: tuple[Index, MemoryReader], caplog: pytest.LogCaptureFixture
) -> None:
    questions = [QUESTION, "Is het drinkwater schoon?", "Waarom sluiten kleine scholen?"]
    plain = search_set(*archive, questions)
    scripted = Scripted("brug", fails_after=1)
    found = search_set(*archive, questions, reranking=Reranking(scripted, 100.0, 6))
    assert len(scripted.asked) == 2
    assert found[0][0].source.document.id == "d5"
    assert found[1:] == plain[1:]
    assert not any(h.reranked_by for hits in found[1:] for h in hits)
    assert "weg" in caplog.text
