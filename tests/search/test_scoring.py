"""The exact signals, computed again the slow and obvious way."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from archives import make_archive, make_entry
from learninglion.inference.encoders import embed
from learninglion.models import Entry, Passage, PassageKind, Span
from learninglion.search import local as proposing
from learninglion.search.engine import passage_text, source_terms
from learninglion.search.local import Index
from learninglion.search.scoring import FEATURES, Probe, features, make_probe
from learninglion.search.search import query_terms, search, search_set
from learninglion.store.store import MemoryReader
from learninglion.testing import HashingEncoder

ENCODER = HashingEncoder(160)
QUESTION = "Hoeveel veerponten varen er over de rivier bij Duinwijk?"


def several(entry: Entry, pieces: int) -> Entry:
    """The same source with its body cut into so many passages; without any where it is 0."""
    source, passages = entry
    size = max(1, len(source.body) // max(1, pieces))
    begin = source.body_span.start
    bodies = [
        Passage(
            f"{source.id}/b{n}",
            source.id,
            source.document.id,
            source.body[n * size : (n + 1) * size],
            Span(begin + n * size, begin + (n + 1) * size),
            1,
            PassageKind.ANSWER,
        )
        for n in range(pieces)
    ]
    return source, (*(p for p in passages if p.kind is PassageKind.QUESTION), *bodies)


@pytest.fixture
def entries() -> list[Entry]:
    body = "Er varen twaalf veerponten over de rivier bij Duinwijk, en in de zomer varen er achttien."
    more = "De veerponten varen elk uur. Bij hoog water liggen zij stil; de gemeente betaalt de helft."
    return [
        make_entry("een", QUESTION, body),
        several(
            make_entry("drie", "Hoe vaak varen de ponten?", f"{more} {body} Aan boord is koffie te koop."), 3
        ),
        *make_archive(),
        several(make_entry("geen", "Wat kost een veerpont?", body), 0),
        make_entry("leeg", "", "Iets heel anders over dijken."),
        several(make_entry("twee", "", body + " De dijken zijn hoog."), 2),
    ]


def opened(tmp_path: Path, entries: list[Entry]) -> tuple[Index, MemoryReader]:
    """Two segments, so that rows and positions differ."""
    reader = MemoryReader(entries[:-3])
    index = Index(tmp_path, ENCODER)
    index.update(reader)
    reader.put(entries[-3:])
    index.update(reader)
    assert len(index.snapshot().segments) == 2
    return index, reader


def probe_of(index: Index) -> Probe:
    shot = index.snapshot()
    vector = shot.frame.place_queries(ENCODER.encode_queries([QUESTION]))[0]
    return make_probe(shot.statistics, query_terms(QUESTION), vector)


def test_cosines_are_those_of_the_passages(tmp_path: Path, entries: list[Entry]) -> None:
    index, _ = opened(tmp_path, entries)
    shot, probe = index.snapshot(), probe_of(index)
    told = features(shot.candidates(probe, None, exact=True), probe)
    made, has_question = told.features, told.has_question
    for position, (source, passages) in enumerate(entries):
        asked = [p for p in passages if p.kind is PassageKind.QUESTION]
        bodies = [p for p in passages if p.kind is not PassageKind.QUESTION]
        told = dict(zip(FEATURES, made[position].tolist(), strict=True))
        assert has_question[position] == bool(asked), source.id
        placed = shot.frame.place_passages(
            embed(ENCODER, [passage_text(p) for p in bodies], as_question=False)
        )
        whole = best = nearest = -0.5
        if bodies:
            best = float((placed @ probe.vector).max())
            total = placed.sum(axis=0)
            whole = float(total @ probe.vector / np.linalg.norm(total))
        if asked:
            rows = shot.frame.place_queries(
                embed(ENCODER, [passage_text(p) for p in asked], as_question=True)
            )
            nearest = float((rows @ probe.vector).max())
        for name, value, usual in (
            ("body_best", best, probe.usual_body),
            ("body_mean", whole, probe.usual_body),
            ("asked_best", nearest, probe.usual_asked),
        ):
            expected = (value - usual[0]) / usual[1]
            assert told[name] == pytest.approx(expected, abs=0.003 / usual[1]), (source.id, name)


def test_words_are_counted_as_bm25_says(tmp_path: Path, entries: list[Entry]) -> None:
    index, _ = opened(tmp_path, entries)
    shot, probe = index.snapshot(), probe_of(index)
    made = features(shot.candidates(probe, None, exact=True), probe).features
    for position, (source, _) in enumerate(entries):
        for part, terms in zip(("asked", "body"), source_terms(source), strict=True):
            for f, family in enumerate(("stems", "grams")):
                bag, weights = probe.terms[f], probe.weights[part, family]
                counts = dict(zip(terms[f].ids.tolist(), terms[f].counts.tolist(), strict=True))
                norm = 1.6 * (0.1 + 0.9 * terms[f].length / shot.statistics.mean_length[part, family])
                total = sum(
                    weight * counts[i] / (counts[i] + norm) * 2.6
                    for i, weight in zip(bag.ids.tolist(), weights.tolist(), strict=True)
                    if i in counts
                )
                mean, deviation = probe.usual[part, family]
                column = FEATURES.index(f"{part}_{family}")
                assert made[position, column] == pytest.approx((total - mean) / deviation, rel=1e-4, abs=1e-4)


def test_a_set_gives_what_its_questions_give_alone(
    tmp_path: Path, entries: list[Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    index, reader = opened(tmp_path, entries)
    texts = [QUESTION, "Hoe hoog zijn de dijken?", "Wat kost een veerpont?"] * 4
    for exact in (2000, 1):
        monkeypatch.setattr(proposing, "EXACT", exact)
        together = search_set(index, reader, texts, "Vragen over de rivier.")
        alone = [search(index, reader, text, "Vragen over de rivier.") for text in texts]
        assert [[h.source.id for h in hits] for hits in together] == [
            [h.source.id for h in hits] for hits in alone
        ]


def test_a_question_is_encoded_once(tmp_path: Path, entries: list[Entry]) -> None:
    index, reader = opened(tmp_path, entries)
    told: list[str] = []

    class Counting(HashingEncoder):
        def encode_queries(self, texts):  # type: ignore[no-untyped-def]
            told.extend(texts)
            return super().encode_queries(texts)

    again = Index(tmp_path, Counting(160))
    first = search(again, reader, QUESTION, "Vragen over de rivier.")
    assert told == ["Vragen over de rivier.", QUESTION] or told == [QUESTION, "Vragen over de rivier."]
    assert search(again, reader, QUESTION, "Vragen over de rivier.", documents=frozenset({"een"}))
    assert search_set(again, reader, [QUESTION], "Vragen over de rivier.")[0] == first
    assert len(told) == 2
    assert search(index, reader, QUESTION, "Vragen over de rivier.") == first
