"""From a question to hits: whole earlier sources, words and meaning fused, with the passage that matched.

The first look scores and orders all that a question may find, the second reads what came first. Hits are
shown with why each was found, what says nearly the same as one, and a subject through time. Why is told by
the same signs as search itself: stems, and 5-grams for compounds and their parts. No index is needed for
that.
"""

from __future__ import annotations

import logging
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from learninglion.dutch.questions import is_commonplace, is_filler, subject_of
from learninglion.dutch.text import fold, split_sentences, stem, words
from learninglion.inference.encoders import Vectors, embed, normalised
from learninglion.inference.reranking import RerankerError, Reranking, asked_of
from learninglion.models import Entry, Hit, Passage, PassageKind, Source, Span, SubQuestion, SynonymMatch
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
    distinguish,
    holds_every_word,
    look,
    want,
)
from learninglion.search.question import read_question
from learninglion.search.scoring import (
    FAMILIES,
    FEATURES,
    Probe,
    Scores,
    Statistics,
    Terms,
    analyse,
    features,
    grams_of,
    make_probe,
    stem_ids,
    weighted,
)
from learninglion.search.synonyms import StandIn, Synonyms, translations
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
_LOOKED_UP = 0.95  # words that are looked up stand there, or they do not
_ANOTHER_ROW = 6.0  # logits: what is known of another thing of that sort comes behind what may answer


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
        apart.update(zip(own, distinguish(wanted, [read[place][1] for place in own]), strict=True))
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
    if wanted.question.looked_up and holds_every_word(wanted, best.source):
        return max(chance, _LOOKED_UP * best.seen.share)
    return chance


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
) -> tuple[Hit, ...]:
    """The best `limit` sources for one question, searched together with its introduction.

    `documents` are the only ones that may be found (filters and rights; None: all). `meant`: whose meaning
    is searched, where it is not that of the question itself. Equal scores: newest first, then by id.
    """
    meanings = (meant,) if meant else ()
    hits = search_set(
        engine, reader, [question], introduction, meant=meanings, documents=documents, limit=limit
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

    Hits with a score below `threshold` are left out, but for what holds every word of a look-up. What
    `synonyms` add counts among the words at half weight, and in the meaning.
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
        if reranking is not None and hits:
            logits = dict(zip(listed, ranking.logits.tolist(), strict=False))
            try:
                hits = _reranked(hits, logits, asked_of(text, introduction), reranking)
            except RerankerError as error:
                _logger.warning("%s", error.detail)
                reranking = None
        count_read = sum(name in entries for name in listed[:count])
        ordered = {hit.source.id: hit for hit in hits}
        hits = hits[: min(count_read, limit)]
        looked_up = wanted_parts[at].question.looked_up  # words alone: every place of them is meant
        if threshold and len(hits) < limit and (looked_up or not hits):
            held = _holding(ranking, wanted_parts[at], looks[at], entries, reader)
            known = {hit.source.id for hit in hits}
            literal = _hits(view, entries, held, held.sources.tolist(), len(held.sources), looks[at])
            more = [ordered.get(hit.source.id, hit) for hit in literal if hit.source.id not in known]
            more = sorted(more, key=lambda hit: -hit.score)[: limit - len(hits)]
            hits = (*hits, *(replace(hit, rank=n) for n, hit in enumerate(more, len(hits) + 1)))
        ranked.append(hits)
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
    """Of `ranking` what holds every word of a look-up: it is found wherever the word stands."""
    places = first_places(ranking, sections_only=False)
    names = ranking.sources[places].tolist()
    _look_up(reader, [names], entries)
    sources = []
    for place, name in zip(places.tolist(), names, strict=True):
        if name in entries and holds_every_word(wanted, entries[name][0]):
            view = looks.get(name) or look(wanted, entries[name][0])
            if view is not None:
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


_WORD = re.compile(r"\w+")
_PRINTED = re.compile(r"\w+(?:['’\-‑]\w+)*")
_LONGEST = 400  # words of one question, or of an introduction, that are looked at
_SHOWN = 20  # matched words
_BODY_SENTENCES = 2
_LEAST_SHARE = 0.2  # of the question's weight: below it a sentence explains nothing
_NEXT_BEST = 0.6  # a second sentence is marked when it is worth this much of the best
_INTRODUCTION = 0.3  # as in search: it names the subject, not what is asked
_SYNONYM = 0.5  # as in search: it may mean something else here
_COMMONPLACE = 0.25
# Of the 5-grams of the shorter word: "verplichting" and "inrichting" share half, "vuurwerk" and
# "vuurwerkopslag" five sixths.
_PART = 0.6
_PART_WORTH = 0.8  # a part of a compound against the word itself
_LEAST_GRAMS = 3  # words of five characters


@dataclass(frozen=True, slots=True)
class _Reading:
    """A text made ready: its words as printed and folded, their stems and 5-grams, and its sentences."""

    printed: tuple[str, ...]  # each occurrence; hyphenated words whole
    kinds: tuple[tuple[int, ...], ...]  # for each occurrence the places of its parts in `words`
    words: tuple[str, ...]  # the different folded words that are no filler
    stems: tuple[str, ...]  # of `words`
    grams: tuple[tuple[int, ...], ...]  # of `words`
    sentences: tuple[Span, ...]
    inside: tuple[int, ...]  # for each occurrence the sentence it stands in


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The words of a question, with how much each counts."""

    weights: tuple[float, ...]
    own: float  # the weight of all words of the question itself, without the introduction
    by_stem: dict[str, int]
    by_gram: dict[int, tuple[int, ...]]
    grams: tuple[int, ...]  # how many different 5-grams each word has
    through: tuple[str, ...]  # what the question says where a synonym brought the word in, else ""


@dataclass(frozen=True, slots=True)
class _Met:
    """A word of the source that meets words of the question."""

    worth: float
    order: int  # which came first
    printed: str
    through: str  # as in _Wanted, of the word that counts most


def explain(hit: Hit, question: str, introduction: str = "", stand_ins: tuple[StandIn, ...] = ()) -> Hit:
    """`hit` with what met the question: at most three sentences of the source, and its words, best first.

    `stand_ins` are what the organisation says means the same as something in the question; words that only
    they brought in are told in `through_synonyms`. Where only the meaning is alike, all stay empty.
    """
    wanted = _wanted(question, introduction, stand_ins)
    source = hit.source
    body, question_pieces = _read(source.body), _read(source.question)
    marked: list[Span] = []
    met: dict[str, _Met] = {}
    parts = [(body, source.body_span.start, _BODY_SENTENCES)]
    if source.question_span is not None:
        parts.append((question_pieces, source.question_span.start, 1))
    for reading, start, most in parts:
        matches = _match(reading, wanted)
        _collect(reading, matches, wanted, met)
        passage = Span(hit.passage.span.start - start, hit.passage.span.end - start)
        best = _best_sentences(reading, matches, wanted, passage, most, _LEAST_SHARE * wanted.own)
        marked += [Span(s.start + start, s.end + start) for s in best]
    ordered = sorted(met.values(), key=lambda m: (-m.worth, m.order))[:_SHOWN]
    return replace(
        hit,
        matched=tuple(sorted(marked)),
        matched_words=tuple(m.printed for m in ordered),
        through_synonyms=tuple(SynonymMatch(m.printed, m.through) for m in ordered if m.through),
    )


@lru_cache(maxsize=64)
def _wanted(question: str, introduction: str, stand_ins: tuple[StandIn, ...]) -> _Wanted:
    weights: dict[str, float] = {}
    through: dict[str, str] = {}
    own = 0.0
    parts = [(question, 1.0, ""), (introduction, _INTRODUCTION, "")]
    parts += [(s.term, _SYNONYM, s.question_term) for s in stand_ins]
    for text, share, as_question in parts:
        for word in _WORD.findall(subject_of(text))[:_LONGEST]:
            if not is_filler(word):
                through.setdefault(fold(word), as_question)
                weights[fold(word)] = max(weights.get(fold(word), 0.0), share * _weight(word))
        own = own or sum(weights.values())
    by_stem: dict[str, int] = {}
    weighed: list[tuple[str, float]] = []
    for word, weight in weights.items():
        if stem(word) not in by_stem:
            by_stem[stem(word)] = len(weighed)
            weighed.append((word, weight))
    grams = _grams_by_word([word for word, _ in weighed])
    by_gram: dict[int, tuple[int, ...]] = {}
    for place, of_word in enumerate(grams):
        for gram in of_word:
            by_gram[gram] = (*by_gram.get(gram, ()), place)
    return _Wanted(
        weights=tuple(weight for _, weight in weighed),
        own=own,
        by_stem=by_stem,
        by_gram=by_gram,
        grams=tuple(map(len, grams)),
        through=tuple(through[word] for word, _ in weighed),
    )


def _weight(word: str) -> float:
    """How much a word tells. Long words are rarer; names, abbreviations and numbers point at one thing."""
    if is_commonplace(word):
        return _COMMONPLACE
    pointing = 1.5 if word.isupper() or (word[0].isupper() and len(word) > 2) else 1.0
    return pointing * math.sqrt(min(len(word), 16) / 8.0)


@lru_cache(maxsize=1024)
def _read(text: str) -> _Reading:
    printed, kinds, inside = [], [], []
    places: dict[str, int] = {}
    sentences = split_sentences(text)
    current = 0
    for match in _PRINTED.finditer(text):
        while current < len(sentences) - 1 and match.start() >= sentences[current].end:
            current += 1
        parts = []
        for part in _WORD.findall(match.group()):
            if not is_filler(part):
                parts.append(places.setdefault(fold(part), len(places)))
        if parts:
            printed.append(match.group())
            kinds.append(tuple(parts))
            inside.append(current)
    words = tuple(places)
    return _Reading(
        tuple(printed),
        tuple(kinds),
        words,
        tuple(stem(w) for w in words),
        _grams_by_word(words),
        sentences,
        tuple(inside),
    )


def _grams_by_word(words: Sequence[str]) -> tuple[tuple[int, ...], ...]:
    """The different 5-grams of each word; one pass over all, for calling numpy for each costs more."""
    whole = [w if _WORD.fullmatch(w) else "" for w in words]
    counts = [max(0, len(w) - 2) for w in whole]  # with a space at both sides
    grams = grams_of(" ".join(whole)).tolist()
    ends = np.cumsum([0, *counts]).tolist()
    return tuple(tuple(dict.fromkeys(grams[ends[i] : ends[i + 1]])) for i in range(len(whole)))


def _match(reading: _Reading, wanted: _Wanted) -> list[dict[int, float]]:
    """For each word of the text, the words of the question that it meets, and how well (0..1)."""
    met: list[dict[int, float]] = []
    for own_stem, own in zip(reading.stems, reading.grams, strict=True):
        matches: dict[int, float] = {}
        shared: dict[int, int] = {}
        for gram in own:
            for place in wanted.by_gram.get(gram, ()):
                shared[place] = shared.get(place, 0) + 1
        for place, count in shared.items():
            least = min(len(own), wanted.grams[place])
            if least >= _LEAST_GRAMS and count >= _PART * least:
                matches[place] = _PART_WORTH * count / least
        if own_stem in wanted.by_stem:
            matches[wanted.by_stem[own_stem]] = 1.0
        met.append(matches)
    return met


def _collect(
    reading: _Reading, matches: Sequence[dict[int, float]], wanted: _Wanted, met: dict[str, _Met]
) -> None:
    """Add the words of `reading` that meet the question to `met`, by stem."""
    for printed, parts in zip(reading.printed, reading.kinds, strict=True):
        worths: dict[int, float] = {}
        for part in parts:
            for place, strength in matches[part].items():
                worths[place] = worths.get(place, 0.0) + wanted.weights[place] * strength
        if not any(worths.values()):
            continue
        key = " ".join(reading.stems[part] for part in parts)
        known = met.get(key)
        if known is None:
            most = max(worths, key=lambda place: (worths[place], -place))
            met[key] = _Met(sum(worths.values()), len(met), printed, wanted.through[most])
        elif known.printed[0].isupper() and printed[0].islower() and fold(known.printed) == fold(printed):
            met[key] = replace(known, printed=printed)  # the capital was that of a sentence's beginning


def _best_sentences(
    reading: _Reading,
    matches: Sequence[dict[int, float]],
    wanted: _Wanted,
    passage: Span,
    most: int,
    least: float,
) -> list[Span]:
    """At most `most` sentences, each worth `least`; those in the passage whose meaning fits go first."""
    strengths: list[dict[int, float]] = [{} for _ in reading.sentences]
    lengths = [0] * len(reading.sentences)
    for parts, sentence in zip(reading.kinds, reading.inside, strict=True):
        lengths[sentence] += 1
        for part in parts:
            for place, strength in matches[part].items():
                if strength > strengths[sentence].get(place, 0.0):
                    strengths[sentence][place] = strength
    scored = []
    for number, (span, own) in enumerate(zip(reading.sentences, strengths, strict=True)):
        worth = sum(wanted.weights[place] * strength for place, strength in own.items())
        if worth and worth >= least:
            # a long sentence meets more words by chance
            score = worth / (lengths[number] + 10) ** 0.25 * (1.2 if passage.contains(span) else 1.0)
            scored.append((-score, number, span))
    scored.sort(key=lambda s: s[:2])
    return [span for score, _, span in scored[:most] if score <= _NEXT_BEST * scored[0][0]]


Shingle = tuple[str, ...]

_SHINGLE = 3  # words
_ALIKE = 0.8  # of all shingles of both texts
# A short answer says what it says by its question: "Het antwoord vergt nadere uitwerking", "Ja."
_SPEAKS_FOR_ITSELF = 40  # words
_SAME_QUESTION = 0.5  # of the different words of both questions
# A difference in one of these is a change of line, however much of the rest is the same.
_TURNING = frozenset(
    """
    afgenomen akkoord alle alleen altijd beperkt daalt deels dient eens enkele evenmin gaat gedaald
    geen geenszins gestegen hoger ja kan kon konden kunnen lager mag maximaal meer minder minimaal
    moet moeten mogelijk mogen nee negatief niet niets nimmer noch nog nooit oneens onjuist
    onmogelijk onvoldoende onwaarschijnlijk onwenselijk positief soms stijgt tenzij toegenomen
    toegestaan uitgesloten verboden verplicht vrijwillig wel wenselijk wil zal zonder zou zouden
    zullen
    """.split()
)


@dataclass(frozen=True, slots=True)
class Step:
    """One answer in the line taken through time."""

    source: Source
    day: date
    position: str  # the beginning of the answer, in whole sentences where they fit


def group_duplicates(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """`hits` with nearly identical answers as one: the newest, with the ids of the others, newest first.

    A group stands where its best hit stood and has that score, for it says the same. Answers that differ in
    a figure or in a word such as "niet" or "mag" are not alike. Ranks count from 1 again.
    """
    groups: list[list[Hit]] = []
    holders: dict[Shingle, list[int]] = {}
    for hit in hits:
        own = _shingles(hit.source.body)
        shared: dict[int, int] = {}
        for shingle in own:
            for number in holders.get(shingle, ()):
                shared[number] = shared.get(number, 0) + 1
        home = next((n for n in sorted(shared) if _alike(groups[n][0].source, hit.source, shared[n])), None)
        if home is not None:
            groups[home].append(hit)
            continue
        for shingle in own:
            holders.setdefault(shingle, []).append(len(groups))
        groups.append([hit])
    return tuple(_as_one(group, rank) for rank, group in enumerate(groups, 1))


def timeline(sources: Iterable[Source]) -> tuple[Step, ...]:
    """The dated sources, the oldest first, each with the beginning of its answer."""
    by_source = {s.id: (s.document.date, s) for s in sources}
    dated = [(day, s) for day, s in by_source.values() if day is not None]
    return tuple(Step(s, day, _beginning(s.body)) for day, s in sorted(dated, key=lambda d: (d[0], d[1].id)))


_BEGINNING = 280  # characters


def _beginning(text: str) -> str:
    spans = split_sentences(text)
    beginning = ""
    for span in spans:
        longer = " ".join(f"{beginning} {span.of(text)}".split())
        if len(longer) > _BEGINNING:
            break
        beginning = longer
    if beginning:
        return beginning if len(beginning) == len(" ".join(text.split())) else f"{beginning} …"
    flat = " ".join(text.split())
    return flat if len(flat) <= _BEGINNING else flat[:_BEGINNING].rsplit(" ", 1)[0] + " …"


def _as_one(group: Sequence[Hit], rank: int) -> Hit:
    ordered = sorted(group, key=lambda h: (h.source.document.age, h.rank, h.source.id))
    newest, *others = ordered
    ids = (*newest.duplicates, *(i for h in others for i in (h.source.id, *h.duplicates)))
    return replace(
        newest,
        rank=rank,
        score=max(h.score for h in group),
        duplicates=tuple(dict.fromkeys(i for i in ids if i != newest.source.id)),
    )


def _alike(one: Source, other: Source, shared: int) -> bool:
    first, second = _shingles(one.body), _shingles(other.body)
    if one.document.id == other.document.id and one.body_span == other.body_span:
        return True  # "Antwoord 5 en 6" under both questions
    if shared < _ALIKE * (len(first) + len(second) - shared):
        return False
    mine, theirs = frozenset(words(one.body)), frozenset(words(other.body))
    if any(word in _TURNING or any(c.isdigit() for c in word) for word in mine ^ theirs):
        return False
    if len(words(one.body)) >= _SPEAKS_FOR_ITSELF:
        return True
    return _same_question(one.question, other.question)


def _same_question(one: str, other: str) -> bool:
    mine, theirs = frozenset(words(one)), frozenset(words(other))
    return len(mine & theirs) >= _SAME_QUESTION * len(mine | theirs)


@lru_cache(maxsize=1024)
def _shingles(text: str) -> frozenset[Shingle]:
    tokens = words(text)
    if not tokens:
        return frozenset()
    return frozenset(tokens[i : i + _SHINGLE] for i in range(max(1, len(tokens) - _SHINGLE + 1)))
