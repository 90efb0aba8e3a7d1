"""From a question to hits: whole earlier sources, words and meaning fused, with the passage that matched."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from learninglion.inference.encoders import Vectors, normalised
from learninglion.inference.reranking import RerankerError, Reranking, asked_of
from learninglion.inference.vectors import embed
from learninglion.models import Hit, Passage, PassageKind, Source, SubQuestion
from learninglion.parsing.askers import without_askers
from learninglion.search.fusion import FEATURES, Scores
from learninglion.search.local.analysis import FAMILIES, Terms, analyse, weighted
from learninglion.search.local.index import Index
from learninglion.search.local.scoring import Probe, features, make_probe, passage_scores
from learninglion.search.local.snapshot import Snapshot
from learninglion.search.synonyms import Synonyms
from learninglion.store.reader import Entry, Reader

__all__ = ["Ranking", "rank", "search", "search_set"]

# Up to here every source that may be found is scored exactly; beyond, the candidates of both indexes are.
_EXACT = 2000
_CANDIDATES = 200
_NEAREST = 300  # passages
_BLOCK = 100  # passages whose nearest is looked for together
_CLOSED = -2.0  # the cosine of what may not be found: below any
# Terms of a question that propose candidates, heaviest first; the others still count in the exact score.
# Twice the stems take twice the time and change MRR@10 of 850 real pairs by 0.0002, at a tenth of the
# candidates.
_PROPOSING = {"stems": 16, "grams": 48}
# How much the introduction counts beside the question itself: it names the subject, not what is asked.
_INTRODUCTION_WORDS = 0.3
_INTRODUCTION_MEANING = 0.3
# What the organisation says is the same counts half: it may mean something else here. With its meaning as
# well, 90 real questions put in other words gain 0.030 MRR@10 by a list (0.009 by words alone), and lose
# 0.006 where they need none (benchmarks/synonyms.py).
_SYNONYM_WORDS = 0.5
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ranking:
    """The scored candidates of one question, best first; positions are those of the snapshot."""

    positions: NDArray[np.int64]
    logits: Scores
    features: Scores  # columns as fusion.FEATURES
    has_question: NDArray[np.bool_]


def search(
    index: Index,
    reader: Reader,
    question: SubQuestion | str,
    introduction: str = "",
    *,
    documents: frozenset[str] | None = None,
    limit: int = 10,
    threshold: float | None = None,
    synonyms: Synonyms | None = None,
) -> tuple[Hit, ...]:
    """The best `limit` sources for one question, searched together with its introduction.

    `documents` are the only ones that may be found (filters and rights; None: all). Hits with a score
    below `threshold` are left out. What `synonyms` add counts among the words at half weight, and in
    the meaning. Equal scores: newest first, then by id.
    """
    found = search_set(
        index,
        reader,
        [question],
        introduction,
        documents=documents,
        limit=limit,
        threshold=threshold,
        synonyms=synonyms,
    )
    return found[0]


def search_set(
    index: Index,
    reader: Reader,
    questions: Sequence[SubQuestion | str],
    introduction: str = "",
    *,
    documents: frozenset[str] | None = None,
    limit: int = 10,
    threshold: float | None = None,
    synonyms: Synonyms | None = None,
    reranking: Reranking | None = None,
) -> tuple[tuple[Hit, ...], ...]:
    """`search` for every question of a set: encoded in one batch, read in one query.

    Who asks is left out of the introduction: names and parties never decide what is found. With `reranking`
    its model helps to order the first hits of each, which then carry its name. When it does not answer it is
    not asked for the rest of the set, whose hits stand in the order of the search alone.
    """
    introduction = without_askers(introduction)
    snapshot = index.snapshot()
    texts = [q.text if isinstance(q, SubQuestion) else q for q in questions]
    vectors = _vectors(index, snapshot, [meant_by(text, synonyms) for text in texts], introduction)
    judged = []
    for text, vector in zip(texts, vectors, strict=True):
        terms = query_terms(text, introduction, synonyms)
        probe = make_probe(snapshot.statistics, terms, vector)
        ranking = rank(snapshot, probe, documents)
        judged.append((probe, ranking, _count(snapshot, ranking, limit, threshold)))
    least = reranking.depth if reranking is not None else 0  # what may come up must be looked up
    names = [
        [snapshot.name_of(int(p))[1] for p in ranking.positions[: max(count, least)]]
        for _, ranking, count in judged
    ]
    wanted = tuple(dict.fromkeys(source_id for listed in names for source_id in listed))
    entries = {entry[0].id: entry for entry in reader.entries_by_id(wanted)}
    found = []
    for text, (probe, ranking, count), listed in zip(texts, judged, names, strict=True):
        hits = _hits(snapshot, entries, ranking, probe, listed, max(limit, least))
        if reranking is not None and hits:
            logits = dict(zip(listed, ranking.logits.tolist(), strict=False))
            try:
                hits = reranked(hits, logits, asked_of(text, introduction), reranking)
            except RerankerError as error:
                _logger.warning("%s", error.detail)
                reranking = None
        kept = sum(name in entries for name in listed[:count])
        found.append(hits[: min(kept, limit)])
    return tuple(found)


def reranked(
    hits: Sequence[Hit], logits: Mapping[str, float], query: str, reranking: Reranking
) -> tuple[Hit, ...]:
    """`hits` with the first of them in another order, which carry the model's name. Raises RerankerError.

    The scores stay where they stood: the hit that is now third has the score that the third had. So they
    still fall, and keep the distribution they were calibrated with. `logits` are by id of the source.
    """
    first = hits[: reranking.depth]
    order = reranking.order(query, [h.source for h in first], [logits[h.source.id] for h in first])
    moved = [
        replace(first[at], rank=place.rank, score=place.score, reranked_by=reranking.name)
        for at, place in zip(order.tolist(), first, strict=True)
    ]
    return (*moved, *hits[len(first) :])


def _vectors(index: Index, snapshot: Snapshot, meant: Sequence[str], introduction: str) -> Vectors:
    """What is searched for each question, with the introduction, in the frame; shape (questions, d)."""
    introduced = bool(introduction.strip())
    rows = embed(
        index.encoder_of(snapshot),
        [*meant, introduction] if introduced else meant,
        asked=True,
        cache=index.asked,
    )
    placed = snapshot.frame.place_queries(rows)
    if not introduced:
        return placed
    return normalised(placed[:-1] + _INTRODUCTION_MEANING * placed[-1])


def meant_by(text: str, synonyms: Synonyms | None = None) -> str:
    """What is encoded of a question: its text, followed by what means the same as something in it."""
    return " ".join((text, *synonyms.added(text))) if synonyms is not None else text


def query_terms(text: str, introduction: str = "", synonyms: Synonyms | None = None) -> tuple[Terms, Terms]:
    """The weighted terms of a question with its introduction and synonyms, by family."""
    parts = [(analyse(text), 1.0)]
    if introduction.strip():
        parts.append((analyse(introduction), _INTRODUCTION_WORDS))
    if synonyms is not None:
        parts.append((analyse("\n".join(synonyms.added(text))), _SYNONYM_WORDS))
    stems, grams = (weighted([(terms[f], weight) for terms, weight in parts]) for f in range(len(FAMILIES)))
    return stems, grams


def rank(
    snapshot: Snapshot,
    probe: Probe,
    documents: frozenset[str] | None = None,
    *,
    exact: bool = False,
) -> Ranking:
    """Score the candidates for `probe` among `documents`, best first; `exact`: every source is one."""
    mask = snapshot.mask(documents)
    allowed = int(mask.sum())
    if exact or allowed <= _EXACT:
        positions = np.flatnonzero(mask)
    else:
        found = [*_by_words(snapshot, probe, mask, allowed), _nearest(snapshot, probe.vector, mask)]
        positions = np.unique(np.concatenate(found))
    made, asked = features(snapshot, probe, positions)
    logits = snapshot.fusion.logits(made, asked)
    order = np.argsort(-logits, kind="stable")
    return Ranking(positions[order], logits[order], made[order], asked[order])


def _by_words(
    snapshot: Snapshot, probe: Probe, mask: NDArray[np.bool_], allowed: int
) -> list[NDArray[np.int64]]:
    """Candidates by stems and by 5-grams. Under a filter they are looked for deeper, in proportion."""
    share = allowed / max(1, len(mask))
    depth = min(25 * _CANDIDATES, int(_CANDIDATES / max(share, 1e-6)))
    chosen = []
    for f, family in enumerate(FAMILIES):
        weights = probe.weights["body", family] + probe.weights["asked", family]
        heaviest = np.argsort(-weights, kind="stable")[: _PROPOSING[family]]
        chosen.append([(int(probe.terms[f].ids[i]), float(weights[i])) for i in heaviest])
    found = [
        snapshot.positions_of(snapshot.lexicon.search(terms, depth))
        for terms in ((chosen[0], ()), ((), chosen[1]))
    ]
    return [p[mask[p]][:_CANDIDATES] for p in found]


def _nearest(snapshot: Snapshot, vector: Vectors, mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The positions with the passages nearest to `vector`, at first look."""
    positions: list[NDArray[np.int64]] = [np.zeros(0, dtype=np.int64)]
    values: list[Scores] = [np.zeros(0, dtype=np.float32)]
    for number, segment in enumerate(snapshot.segments):
        cosines = segment.sketch.cosines(vector)
        inside = mask[snapshot.starts[number] : snapshot.starts[number + 1]]
        if not inside.all():
            cosines[~inside[segment.owners]] = _CLOSED
        top = _highest(cosines, _NEAREST)
        top = top[cosines[top] > _CLOSED]
        positions.append(segment.owners[top] + snapshot.starts[number])
        values.append(cosines[top])
    nearest = np.argsort(-np.concatenate(values), kind="stable")[:_NEAREST]
    return np.asarray(np.concatenate(positions)[nearest], dtype=np.int64)


def _highest(values: Scores, most: int) -> NDArray[np.int64]:
    """Where the `most` highest of `values` are, or all of them, in no order.

    At least `most` values are as high as the `most`-th highest maximum of a block, so only those are looked
    at further: a tenth of the time where there are many values.
    """
    blocks = len(values) // _BLOCK
    if blocks > most:
        maxima = values[: blocks * _BLOCK].reshape(blocks, _BLOCK).max(axis=1)
        least = np.partition(maxima, blocks - most)[blocks - most]
        places = np.flatnonzero(values >= least)
    else:
        places = np.arange(len(values))
    if len(places) <= most:
        return places
    return np.asarray(places[np.argpartition(-values[places], most - 1)[:most]], dtype=np.int64)


def _count(snapshot: Snapshot, ranking: Ranking, limit: int, threshold: float | None) -> int:
    """How many of `ranking` are looked up: `limit`, and everything that scores the same as the last.

    So the newest of equals is kept.
    """
    chances = snapshot.fusion.chances(ranking.logits)
    enough = len(chances) if threshold is None else int((chances >= threshold).sum())
    count = min(enough, limit)
    while count and count < enough and ranking.logits[count] == ranking.logits[count - 1]:
        count += 1
    return count


def _hits(
    snapshot: Snapshot,
    entries: Mapping[str, Entry],
    ranking: Ranking,
    probe: Probe,
    source_ids: Sequence[str],
    limit: int,
) -> tuple[Hit, ...]:
    """The hits of the first of `ranking`, which are `source_ids`."""
    chances = snapshot.fusion.chances(ranking.logits[: len(source_ids)])
    lexical = _ranks(ranking.features[:, [FEATURES.index("body_grams"), FEATURES.index("asked_grams")]])
    dense = _ranks(ranking.features[:, [FEATURES.index("body_best"), FEATURES.index("asked_best")]])
    found = []
    for i, source_id in enumerate(source_ids):
        if source_id not in entries:
            continue  # taken away between the index's last look and now
        source, passage = _best(snapshot, int(ranking.positions[i]), entries[source_id], probe)
        found.append((float(ranking.logits[i]), float(chances[i]), source, passage, lexical[i], dense[i]))
    found.sort(key=lambda f: (-f[0], -(f[2].document.date.toordinal() if f[2].document.date else 0), f[2].id))
    return tuple(
        Hit(source, passage, n, round(chance, 4), lexical_rank=int(words), dense_rank=int(meaning))
        for n, (_, chance, source, passage, words, meaning) in enumerate(found[:limit], 1)
    )


def _ranks(columns: Scores) -> NDArray[np.int64]:
    best = columns.max(axis=1)
    ranks = np.empty(len(best), dtype=np.int64)
    ranks[np.argsort(-best, kind="stable")] = np.arange(1, len(best) + 1)
    return ranks


def _best(snapshot: Snapshot, position: int, entry: Entry, probe: Probe) -> tuple[Source, Passage]:
    """The source at `position` with the passage nearest to the question."""
    source, passages = entry
    number = int(np.searchsorted(snapshot.starts, position, side="right")) - 1
    row = np.array([position - int(snapshot.starts[number])])
    cosines, _ = passage_scores(snapshot.segments[number], row, probe.vector)
    # in a segment the passages of the question come first
    ordered = sorted(passages, key=lambda p: p.kind is not PassageKind.QUESTION)
    if not ordered:
        whole = Passage(
            f"{source.id}/0",
            source.id,
            source.document.id,
            source.body or source.question,
            source.body_span,
            source.page,
            PassageKind.ANSWER,
            source.numbers,
        )
        return source, whole
    return source, ordered[int(np.argmax(cosines[: len(ordered)]))]
