"""From a question to hits: whole earlier sources, words and meaning fused, with the passage that matched.

The first look scores and orders all that a question may find, the second reads what came first.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from learninglion.inference.encoders import Vectors, normalised
from learninglion.inference.reranking import RerankerError, Reranking, asked_of
from learninglion.inference.vectors import embed
from learninglion.models import Entry, Hit, Passage, PassageKind, Source, SubQuestion
from learninglion.parsing.kamervragen.header import without_askers
from learninglion.search.engine import Encoders, Engine, View
from learninglion.search.evidence import (
    Look,
    Rarity,
    Row,
    Signals,
    Wanted,
    Weights,
    answered_row,
    answers_row,
    built_in,
    look,
    told_apart,
    want,
)
from learninglion.search.question import read_question
from learninglion.search.scoring import FEATURES, Probe, Scores, Statistics, features, make_probe
from learninglion.search.segments import FAMILIES, Terms, analyse, stem_ids, weighted
from learninglion.search.synonyms import Synonyms, translations
from learninglion.store.store import Lookup


@dataclass(frozen=True, slots=True)
class Ranking:
    """The scored candidates of one question, best first."""

    sources: NDArray[np.object_]  # their ids
    logits: Scores
    features: Scores  # columns as fusion.FEATURES
    has_question: NDArray[np.bool_]
    nearest: NDArray[np.int64]  # which passage comes nearest, those of the question first

    def at(self, places: NDArray[np.int64], logits: Scores | None = None) -> Ranking:
        """What stands at these places, in their order, with other `logits` if given."""
        return Ranking(
            self.sources[places],
            self.logits[places] if logits is None else logits,
            self.features[places],
            self.has_question[places],
            self.nearest[places],
        )


def rank(
    view: View, probe: Probe, documents: frozenset[str] | None = None, *, exact: bool = False
) -> Ranking:
    """Score the candidates for `probe` among `documents`, best first; `exact`: every source is one."""
    with view.timings.measured():
        pieces = view.candidates(probe, documents, exact=exact)
    none = np.zeros(0, dtype=np.object_)
    sources = np.concatenate([none, *(segment.sources[rows] for segment, rows in pieces)])
    scored = features(pieces, probe)
    logits = view.fusion.logits(scored.features, scored.has_question)
    # of equals by name: where a source stands in an index says nothing
    order = np.lexsort((sources.astype(np.str_), -logits)) if len(sources) else np.zeros(0, dtype=np.int64)
    ranking = Ranking(sources, logits, scored.features, scored.has_question, scored.nearest)
    return ranking.at(np.asarray(order, dtype=np.int64))


# The second look: the first sources of a ranking read sentence by sentence, for one score.
#
# The search's own score was learned on questions with their answers; of a section of a report it says only
# which comes first. So what has no question of its own is read (evidence.py), and gets the chance that it
# answers.


# How many sources are read: the first of the ranking, and of those by words alone (a rare word counts).
_FIRST, _BY_STEMS, _BY_GRAMS = 30, 12, 8
_FEW_WORDS = 3  # telling words: a question so short is a look-up
_LOOKED_UP = 0.95  # words that are looked up stand there, or they do not
_ANOTHER_ROW = 6.0  # logits: what is known of another thing of that sort comes behind what may answer
_MET = 0.5  # a word that stands elsewhere in the source than the best sentence is met for 0.6


@dataclass(frozen=True, slots=True)
class Weighed:
    """A source that was read: its best unit, the signals it came with, and the logit that it answers."""

    source: Source
    seen: Look
    signals: Signals
    logit: float


def rarity_in(statistics: Statistics) -> Rarity:
    """How rare a stem is in what is searched: 1 where it is nowhere, near 0 where it is everywhere."""
    count = max(1, statistics.sources["body"])
    most = float(np.log1p((count + 0.5) / 0.5))

    def rarity(stem: str) -> float:
        (place,) = stem_ids([stem]).tolist()
        frequency = min(int(statistics.frequency["body", "stems"][place]), count)
        return float(np.log1p((count - frequency + 0.5) / (frequency + 0.5))) / most

    return rarity


def first_places(ranking: Ranking, *, sections_only: bool) -> NDArray[np.int64]:
    """Which places of `ranking` are read, ascending; `sections_only`: of what has no question of its own."""
    places = np.arange(len(ranking.sources))
    if sections_only:
        places = places[~ranking.has_question]
    if not len(places):
        return places
    picked = [places[:_FIRST]]
    for name, most in (("body_stems", _BY_STEMS), ("body_grams", _BY_GRAMS)):
        column = ranking.features[places, FEATURES.index(name)]
        picked.append(places[np.argsort(-column, kind="stable")[:most]])
    return np.unique(np.concatenate(picked))


def weigh(
    ranking: Ranking,
    places: NDArray[np.int64],
    sources: Sequence[Source | None],
    wanted: Wanted,
    weights: Weights,
) -> dict[int, Weighed]:
    """What is read of the `places` of `ranking`, whose sources are given; by place."""
    read = {
        place: (source, view)
        for place, source in zip(places.tolist(), sources, strict=True)
        if source is not None and (view := look(wanted, source)) is not None
    }
    of_document: dict[str, list[int]] = defaultdict(list)
    for place, (source, _) in read.items():
        of_document[source.document.id].append(place)
    apart: dict[int, Look] = {}
    for own in of_document.values():
        apart.update(zip(own, told_apart(wanted, [read[place][1] for place in own]), strict=True))
    weighed: dict[int, Weighed] = {}
    mean, best = FEATURES.index("body_mean"), FEATURES.index("body_best")
    for place, (source, _) in read.items():
        row, view = ranking.features[place], apart[place]
        signals = Signals(float(ranking.logits[place]), float(row[mean]), float(row[best]))
        logit = weights.answers.logit(answers_row(wanted, view, signals))
        if view.is_other:
            logit -= _ANOTHER_ROW
        weighed[place] = Weighed(source, view, signals, logit)
    return weighed


def _place_sections(ranking: Ranking, weighed: Mapping[int, Weighed]) -> Ranking:
    """`ranking` with what was read at its new logit; sections that were not read stay below it."""
    if not weighed:
        return ranking
    logits = ranking.logits.astype(np.float64)
    read = np.array(sorted(weighed), dtype=np.int64)
    unread = ~ranking.has_question
    unread[read] = False
    logits[read] = [weighed[place].logit for place in read.tolist()]
    logits[unread] = np.minimum(logits[unread], logits[read].min())
    order = np.argsort(-logits, kind="stable")
    return ranking.at(order, logits[order].astype(np.float32))


def chance_answered(wanted: Wanted, weighed: Sequence[Weighed], weights: Weights) -> float:
    """The chance that the first of what was read, best first, answers; 0 where that is nothing."""
    if not weighed or not wanted.words:
        return 0.0
    best = weighed[0]
    if not (best.seen.foreign or best.seen.share or best.seen.near or best.seen.whole):
        return (
            0.0  # not one word of what is asked stands there: alike in meaning alone is no place to point at
        )
    row: Row = answered_row(wanted, best.seen, [w.logit for w in weighed[:2]])
    chance = float(1 / (1 + np.exp(-weights.answered.logit(row))))
    if best.seen.is_other:  # the row of another: to look at, never the answer
        return min(chance, weights.threshold)
    if wanted.asked.looked_up and _holds_every_word(wanted, best.seen):
        return max(chance, _LOOKED_UP * best.seen.share)
    return chance


def _holds_every_word(wanted: Wanted, view: Look) -> bool:
    """Whether a look-up of a few words is met word by word by a source."""
    return 0 < len(wanted.words) <= _FEW_WORDS and view.least >= _MET


# How much the introduction counts beside the question itself: it names the subject, not what is asked.
_INTRODUCTION_WORDS = 0.3
_INTRODUCTION_MEANING = 0.3
# What the organisation says is the same counts half: it may mean something else here. With its meaning as
# well, 90 real questions put in other words gain 0.030 MRR@10 by a list (0.009 by words alone), and lose
# 0.006 where they need none (benchmarks/synonyms.py).
_SYNONYM_WORDS = 0.5
_TRANSLATED_WORDS = 0.5  # of an English question: each has several, most of which are not meant
_logger = logging.getLogger(__name__)


def search(
    engine: Engine,
    reader: Lookup,
    question: SubQuestion | str,
    introduction: str = "",
    *,
    meant: str = "",
    documents: frozenset[str] | None = None,
    limit: int = 10,
    threshold: float | None = None,
    synonyms: Synonyms | None = None,
) -> tuple[Hit, ...]:
    """The best `limit` sources for one question, searched together with its introduction.

    `documents` are the only ones that may be found (filters and rights; None: all). Hits with a score
    below `threshold` are left out. What `synonyms` add counts among the words at half weight, and in
    the meaning. `meant`: whose meaning is searched, where it is not that of the question itself. Equal
    scores: newest first, then by id.
    """
    hits = search_set(
        engine,
        reader,
        [question],
        introduction,
        meant=(meant,) if meant else (),
        documents=documents,
        limit=limit,
        threshold=threshold,
        synonyms=synonyms,
    )
    return hits[0]


def search_set(
    engine: Engine,
    reader: Lookup,
    questions: Sequence[SubQuestion | str],
    introduction: str = "",
    *,
    meant: Sequence[str] = (),
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
    view = engine.snapshot()
    texts = [q.text if isinstance(q, SubQuestion) else q for q in questions]
    meanings = meant or [meant_by(text, synonyms) for text in texts]
    vectors = query_vectors(engine.encoders, view, meanings, introduction)
    rarity = rarity_in(view.statistics)
    wanted_parts = [want(text, rarity, introduction) for text in texts]
    rankings = []
    for text, vector in zip(texts, vectors, strict=True):
        probe = make_probe(view.statistics, query_terms(text, introduction, synonyms), vector)
        rankings.append(rank(view, probe, documents))
    entries: dict[str, Entry] = {}
    rankings, looks = _read_sections(reader, rankings, wanted_parts, entries)
    judged = [(r, _count(view, r, limit, threshold)) for r in rankings]
    least = reranking.depth if reranking is not None else 0  # what may come up must be looked up
    names = [ranking.sources[: max(count, least)].tolist() for ranking, count in judged]
    _look_up(reader, names, entries)
    ranked = []
    for at, (text, (ranking, count), listed) in enumerate(zip(texts, judged, names, strict=True)):
        hits = _hits(view, entries, ranking, listed, max(limit, least), looks[at])
        if not hits and threshold:
            held = _holding(ranking, wanted_parts[at], looks[at], entries, reader)
            ranked.append(_hits(view, entries, held, held.sources.tolist(), limit, looks[at]))
            continue
        if reranking is not None and hits:
            logits = dict(zip(listed, ranking.logits.tolist(), strict=False))
            try:
                hits = _reranked(hits, logits, asked_of(text, introduction), reranking)
            except RerankerError as error:
                _logger.warning("%s", error.detail)
                reranking = None
        count_read = sum(name in entries for name in listed[:count])
        ranked.append(hits[: min(count_read, limit)])
    return tuple(ranked)


def _look_up(reader: Lookup, names: Sequence[Sequence[str]], entries: dict[str, Entry]) -> None:
    """Add what `entries` lacks of `names`, in one query."""
    wanted = dict.fromkeys(name for listed in names for name in listed if name not in entries)
    entries.update((entry[0].id, entry) for entry in reader.entries_by_id(tuple(wanted)))


def _read_sections(
    reader: Lookup, rankings: Sequence[Ranking], wanted_parts: Sequence[Wanted], entries: dict[str, Entry]
) -> tuple[list[Ranking], list[dict[str, Look]]]:
    """The rankings with their first sections read and placed anew, and the best unit of each, by source."""
    places = [first_places(ranking, sections_only=True) for ranking in rankings]
    names = [ranking.sources[chosen].tolist() for ranking, chosen in zip(rankings, places, strict=True)]
    _look_up(reader, names, entries)
    placed, looks = [], []
    for ranking, chosen, listed, wanted in zip(rankings, places, names, wanted_parts, strict=True):
        sources = [entries[name][0] if name in entries else None for name in listed]
        weighed = weigh(ranking, chosen, sources, wanted, built_in())
        placed.append(_place_sections(ranking, weighed))
        looks.append({w.source.id: w.seen for w in weighed.values()})
    return placed, looks


def _holding(
    ranking: Ranking, wanted: Wanted, looks: dict[str, Look], entries: dict[str, Entry], reader: Lookup
) -> Ranking:
    """Of `ranking` what holds every word of a look-up: never nothing while the word stands there."""
    places = first_places(ranking, sections_only=False)
    names = ranking.sources[places].tolist()
    _look_up(reader, [names], entries)
    sources = []
    for place, name in zip(places.tolist(), names, strict=True):
        view = looks.get(name) or (look(wanted, entries[name][0]) if name in entries else None)
        if view is not None and _holds_every_word(wanted, view):
            sources.append(place)
            looks[name] = view
    return ranking.at(np.array(sources, dtype=np.int64))


def _reranked(
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


def query_vectors(encoders: Encoders, view: View, meant: Sequence[str], introduction: str) -> Vectors:
    """What is searched for each question, with the introduction, in the frame; shape (questions, d)."""
    introduced = bool(introduction.strip())
    rows = embed(
        encoders.of(view),
        [*meant, introduction] if introduced else meant,
        as_question=True,
        cache=encoders.questions,
    )
    placed = view.frame.place_queries(rows)
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
    translated = in_dutch(text)
    if translated:
        parts.append((analyse(translated), _TRANSLATED_WORDS))
    stems, grams = (weighted([(terms[f], weight) for terms, weight in parts]) for f in range(len(FAMILIES)))
    return stems, grams


def in_dutch(text: str) -> str:
    """The Dutch words for those of an English question; "" for a question in Dutch."""
    question = read_question(text)
    words = question.words if question.english else ()
    return " ".join(dict.fromkeys(t for word in words for t in translations(word, english=True)))


def _count(view: View, ranking: Ranking, limit: int, threshold: float | None) -> int:
    """How many of `ranking` are looked up: `limit`, and everything that scores the same as the last.

    So the newest of equals is kept.
    """
    chances = view.fusion.chances(ranking.logits)
    enough = len(chances) if threshold is None else int((chances >= threshold).sum())
    count = min(enough, limit)
    while count and count < enough and ranking.logits[count] == ranking.logits[count - 1]:
        count += 1
    return count


def _hits(
    view: View,
    entries: Mapping[str, Entry],
    ranking: Ranking,
    source_ids: Sequence[str],
    limit: int,
    looks: Mapping[str, Look],
) -> tuple[Hit, ...]:
    """The hits of the first of `ranking`, which are `source_ids`."""
    chances = view.fusion.chances(ranking.logits[: len(source_ids)])
    # among these, for what else was scored depends on the engine
    features = ranking.features[: len(source_ids)]
    lexical = _ranks(features[:, [FEATURES.index("body_grams"), FEATURES.index("asked_grams")]])
    dense = _ranks(features[:, [FEATURES.index("body_best"), FEATURES.index("asked_best")]])
    hits = []
    for i, source_id in enumerate(source_ids):
        if source_id not in entries:
            continue  # taken away between the index's last look and now
        source, passage = _best(entries[source_id], int(ranking.nearest[i]))
        if source_id in looks:
            best = looks[source_id].unit.span  # the passage in which it stands
            passage = next((p for p in entries[source_id][1] if p.span.contains(best)), passage)
        hits.append((float(ranking.logits[i]), float(chances[i]), source, passage, lexical[i], dense[i]))
    hits.sort(key=lambda f: (-f[0], f[2].document.age, f[2].id))
    return tuple(
        Hit(source, passage, n, round(chance, 4), lexical_rank=int(words), dense_rank=int(meaning))
        for n, (_, chance, source, passage, words, meaning) in enumerate(hits[:limit], 1)
    )


def _ranks(columns: Scores) -> NDArray[np.int64]:
    best = columns.max(axis=1)
    ranks = np.empty(len(best), dtype=np.int64)
    ranks[np.argsort(-best, kind="stable")] = np.arange(1, len(best) + 1)
    return ranks


def _best(entry: Entry, nearest: int) -> tuple[Source, Passage]:
    """The source with the passage nearest to the question, those of its own question counted first."""
    source, passages = entry
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
    return source, ordered[min(nearest, len(ordered) - 1)]
