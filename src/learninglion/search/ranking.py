"""What a question may find: the first look scores and orders all of it, the second reads what came first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from learninglion.models import Source
from learninglion.search.analysis import stem_ids
from learninglion.search.engine import View
from learninglion.search.evidence import (
    Look,
    Rarity,
    Row,
    Signals,
    Wanted,
    Weights,
    answered_row,
    answers_row,
    look,
    told_apart,
)
from learninglion.search.frame import Statistics
from learninglion.search.fusion import FEATURES, Scores
from learninglion.search.scoring import Probe, features


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


def place_sections(ranking: Ranking, weighed: Mapping[int, Weighed]) -> Ranking:
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
    if wanted.asked.looked_up and holds_every_word(wanted, best.seen):
        return max(chance, _LOOKED_UP * best.seen.share)
    return chance


def holds_every_word(wanted: Wanted, view: Look) -> bool:
    """Whether a look-up of a few words is met word by word by a source."""
    return 0 < len(wanted.words) <= _FEW_WORDS and view.least >= _MET
