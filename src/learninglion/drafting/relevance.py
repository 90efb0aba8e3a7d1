"""The one measure of "this sentence answers this part of the question": a calibrated chance.

Two roads lead there. The sentence says it: every one of a few signals must be good enough, so the chance is
the product of as many logistic curves (a strong signal never buys off a weak one; what only looks alike is
strong in some and weak in others). Or the source was asked the very same thing before. The curves are
learned by `learninglion evaluate train-relevance`; docs/evaluation.md has the model card.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from learninglion.drafting.askings import Asking, searched
from learninglion.drafting.evidence import ASKED_BEFORE, SAYS_IT, Evidence, Meaning, evidence_of, is_about
from learninglion.drafting.quotation import Unit, units_of
from learninglion.inference.encoders import NanoEncoder
from learninglion.models import Chooser, Selection, Source, SourceKind

Floats = NDArray[np.float32]
Scores = Mapping[str, float]

SURE = 0.9
"""From this chance on a part counts as answered. Set by [drafting] sure; higher refuses more."""

LIKELY = 0.5
"""From this chance on, more likely than not, a sentence comes into a draft, which is then partial (below it
is material only), and what a person wrote answers a part (below it he is asked to look whether it does).
"""

RELATED = 1 - SURE
"""Below this chance a passage surely does not answer, and is material that hardly bears on the question."""


@dataclass(frozen=True, slots=True)
class Curves:
    """Logistic curves, each over one signal or a few that stand together; their product is the chance."""

    slopes: Floats  # of every signal
    offsets: Floats  # of every curve
    starts: tuple[int, ...]  # the first signal of every curve

    def each(self, rows: Floats) -> Floats:
        """What every curve says of each row; shape (rows, curves). 1 where a signal is not known (NaN)."""
        inside = np.add.reduceat(rows * self.slopes, self.starts, axis=-1) + self.offsets
        return np.nan_to_num(1.0 / (1.0 + np.exp(-np.clip(inside, -30, 30))), nan=1.0).astype(np.float32)

    def chance(self, rows: Floats) -> Floats:
        """The chance of each row; shape (rows,)."""
        chances: Floats = self.each(rows).prod(axis=-1)
        return chances


@dataclass(frozen=True, slots=True)
class Weights:
    """What was learned."""

    centre: Floats  # of word vectors, shape (dimensions,)
    sentences: Curves  # over SAYS_IT: whether a sentence answers
    question: Curves  # over ASKED_BEFORE: whether the source was asked the same
    # Added to the log odds: of what the search found, of what a person took from elsewhere in the archive
    # (it seldom answers), and of what somebody wrote for this very question.
    search_odds: float = 0.0
    person_odds: float = 0.0
    note_odds: float = 0.0
    margin: float = 1.0  # a sentence whose odds are so large a part of the best may be the one that answers

    def near(self, evidence: Evidence, more: float) -> Floats:
        """The chance of every unit that it answers; `more`: added to the log odds.

        A source that was asked nearly this, and not the same, tells of another thing.
        """
        nearly, *same = self.question.each(evidence.question)
        chances = self.sentences.chance(evidence.sentences)
        raised = np.asarray(chances / (chances + (1.0 - chances) * math.exp(-more)), np.float32)
        return raised * np.float32(1 - nearly * (1 - math.prod(same)))


@dataclass(frozen=True, slots=True)
class Judged:
    """One part of a question beside one source."""

    asking: Asking
    source: Source
    units: tuple[Unit, ...]
    chances: tuple[float, ...]  # of every unit
    sameness: float  # the chance that the source was asked the same
    any_part: float = 0.0  # the chance that the source answers this part or another of the same question
    nearness: float = 0.0  # how well its words are met, all together, by what the source says and was asked
    margin: float = 1.0  # that of the weights

    @property
    def chance(self) -> float:
        """The chance that this source answers this part."""
        return max(self.sameness, self.support)

    @property
    def support(self) -> float:
        """The chance that a sentence of it says so, whatever it was asked."""
        return max(self.chances, default=0.0)

    @property
    def best(self) -> int:
        """The unit that answers it most probably; -1 for a source without units."""
        return int(np.argmax(self.chances)) if self.chances else -1

    @property
    def places(self) -> tuple[int, ...]:
        """The units that answer it about as probably as the best, which comes first."""
        odds = np.array([chance / (1 - min(chance, SURE)) for chance in self.chances])
        order = np.argsort(-odds, kind="stable").tolist()
        return tuple(place for place in order if odds[place] >= self.margin * odds.max())


def read_weights(data: Mapping[str, object]) -> Weights:
    """The weights as `train-relevance` wrote them. Raises ValueError where they are of other signals."""
    centre = np.array(data["centre"], np.float32)
    sentences, question = _curves(data, "says", SAYS_IT), _curves(data, "asked", ASKED_BEFORE)
    added = (float(str(data[name])) for name in ("found", "brought", "written", "close"))
    return Weights(centre, sentences, question, *added)


def _curves(data: Mapping[str, object], name: str, signals: Sequence[str]) -> Curves:
    known = data[name]
    if not isinstance(known, dict) or tuple(known) != tuple(signals):
        raise ValueError(f"{name}: these weights are of other signals")
    rows = list(known.values())
    starts = tuple(place for place, row in enumerate(rows) if len(row) > 1)  # where an offset stands
    slopes, offsets = [row[0] for row in rows], [rows[place][1] for place in starts]
    return Curves(np.array(slopes, np.float32), np.array(offsets, np.float32), starts)


class Relevance:
    """Judges sources beside questions by `meaning`. The same texts always get the same numbers."""

    def __init__(self, meaning: Meaning, weights: Weights) -> None:
        self.meaning = meaning
        self.weights = weights

    def judge(
        self,
        question: str,
        sources: Sequence[Source],
        *,
        scores: Scores = MappingProxyType({}),
        more: float = 0.0,
        chosen: Collection[str] = (),
        introduction: str = "",
    ) -> tuple[tuple[Judged, ...], ...]:
        """For each part that can be searched every source as judged, in the order given.

        A source that was asked the last part, which is about the whole question, was asked every part. One
        that has no word of the subject of the set was not: "Wat vindt u hiervan?" was about something else.
        `scores`: those of the search, by source. `more`: added to the log odds of what it did not find;
        a note counts no less for that. Sources `chosen` are judged both ways; the more probable counts.
        """
        askings = searched(question)
        if not askings:
            return ()
        readings = self.meaning.read(sources)
        parts = [(asking, *self.meaning.part(asking)) for asking in askings]
        evidence = [[evidence_of(a, w, o, r, scores.get(r.source.id)) for r in readings] for a, w, o in parts]
        about = np.array([is_about(introduction, source) for source in sources])
        curves = self.weights.question
        sameness = about * np.array([[curves.chance(e.question) for e in row] for row in evidence])
        sameness = np.maximum(sameness, np.where(sameness[-1] >= SURE, sameness[-1], 0.0)).round(4)

        def near(evidence: Evidence, source: Source) -> Floats:
            ways = [self.weights.near(evidence, self.weights.search_odds)] if source.id in scores else []
            if not ways or source.id in chosen:
                brought = max(more, 0.0) if source.kind is SourceKind.SUPPLIED else more
                ways.append(self.weights.near(evidence.unsearched, brought))
            return max(ways, key=lambda chances: chances.max(initial=0.0)).round(6)

        chances = [[near(e, source) for e, source in zip(row, sources, strict=True)] for row in evidence]
        best = [[of_units.max(initial=0.0) for of_units in row] for row in chances]
        any_part = (1 - np.prod(1 - np.maximum(sameness, best), axis=0)).round(4).tolist()
        units, margin = [units_of(source) for source in sources], self.weights.margin

        def judged(part: int, at: int) -> Judged:
            of_units, nearness = tuple(chances[part][at].tolist()), round(evidence[part][at].nearness, 4)
            same = float(sameness[part, at])
            return Judged(
                askings[part], sources[at], units[at], of_units, same, any_part[at], nearness, margin
            )

        return tuple(tuple(judged(p, at) for at in range(len(sources))) for p in range(len(askings)))

    def of_selection(
        self, selection: Selection, sources: Sequence[Source], *, trusted: bool = False
    ) -> tuple[tuple[Judged, ...], ...]:
        """`judge` for what a sub-question asks of an archive, and what a person chose.

        `trusted`: what a person chose counts for more, whatever the search thought of it, as where a model
        writes of it and every sentence is checked. Copied sentences have only this measure before the text.
        """
        person = selection.chosen_by is Chooser.PERSON
        chosen = {source.id for source in selection.chosen if person}
        hits = (hit for hit in selection.offered if not trusted or hit.source.id not in chosen)
        return self.judge(
            selection.question.text,
            sources,
            scores={hit.source.id: hit.score for hit in hits},
            more=person * (self.weights.note_odds if trusted else self.weights.person_odds),
            chosen=chosen,
            introduction=selection.introduction,
        )


@lru_cache(maxsize=3)
def read_measure(text: str = "") -> Relevance:
    """The measure that ships with the curves that people's choices moved; "" for none that did.

    A signal that those did not know yet keeps the curve that ships; one that is no more counts no more.
    """
    shipped = json.loads(files(__package__).joinpath("relevance.json").read_text("utf-8"))
    learned = json.loads(text or "{}").get("says", {})
    weights = read_weights(shipped | {"says": {n: learned.get(n, row) for n, row in shipped["says"].items()}})
    return Relevance(built_in().meaning if text else Meaning(NanoEncoder(), weights.centre), weights)


def built_in() -> Relevance:
    """The measure that ships, on the built-in encoder."""
    return read_measure()
