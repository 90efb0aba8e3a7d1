"""What tells whether a sentence of a source answers a part of a question: words, meaning and what is asked.

The meaning of every word in its place comes from the built-in encoder. Nothing here decides; the numbers go
to the learned measure of `relevance.py`.
"""

from __future__ import annotations

import math
import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from learninglion.drafting.askings import Asking, admits_ignorance, askings_of, holds
from learninglion.drafting.pointers import stands
from learninglion.drafting.units import Unit, units_of
from learninglion.drafting.wording import coverage, likeness, subject_words, weight
from learninglion.dutch.questions import RECOGNISED, gives
from learninglion.dutch.text import words
from learninglion.inference.encoders import NanoEncoder
from learninglion.models import Source

Floats = NDArray[np.float32]

SAYS_IT = ("cosine", "least", "gives", "found")
"""What is known of a sentence beside a part of a question; the columns of `Evidence.says`.

cosine: of the means of their words; least: how well the two words of the question are met that are met least;
gives: whether it holds what is waited for; found: the score of the search, as log odds (NaN, which counts
neither way, where a person brought the source).
"""

ASKED_BEFORE = ("likeness", "there", "back", "cosine", "telling")
"""What is known of the earlier question beside a part of a question; the numbers of `Evidence.asked`.

likeness: words shared both ways; there and back: each word of the one by the nearest of the other; telling:
how much the part tells of a subject (here up to 3), since "Wat vindt u daarvan?" is like many another.
"""

BEARS_ON_IT = ("topic", "best", "found")
"""What puts the sources in order: the words of the question by the nearest of the whole source, the highest
cosine, and found (0 where a person brought the source); `Evidence.bears`.
"""


@dataclass(frozen=True, slots=True)
class Words:
    """The telling words of a text: their vectors (n, d) at unit length around the mean, and their weights."""

    vectors: Floats
    weights: Floats
    mean: Floats  # of all words of the text, around the mean, at unit length

    def near(self, given: Floats) -> Floats:
        """The cosine of every word with every one of `given`; shape (n, len(given))."""
        cosines: Floats = self.vectors @ given.T
        return cosines

    def average(self, near: Floats) -> float:
        """The mean of a number for every word, by weight."""
        total = float(self.weights.sum())
        return float(near @ self.weights / total) if total else 0.0

    def least(self, near: Floats) -> float:
        """The mean of the two lowest numbers of words that tell something."""
        telling = np.sort(near[self.weights >= _TELLING])
        return float(telling[:2].mean()) if len(telling) else self.average(near)


_TELLING = 0.7  # weight of a word that is not in most papers


@dataclass(frozen=True, slots=True)
class Reading:
    """A source as read: its units with their words, and those of the question it answered."""

    source: Source
    units: tuple[Unit, ...]
    sentences: tuple[Words, ...]
    asked: Words


@dataclass(frozen=True, slots=True)
class Evidence:
    """The numbers about one part of a question beside one source."""

    says: Floats  # shape (units, len(SAYS_IT))
    holds: NDArray[np.bool_]  # of every unit: whether it can answer at all, by itself, with a figure if asked
    asked: Floats  # shape (len(ASKED_BEFORE),); zeros where there is no earlier question
    wanted: bool  # whether the earlier question waited for the same: an amount, a moment, a reason
    bears: Floats  # shape (len(BEARS_ON_IT),): how far the source as a whole is about it


_AT_HAND = 60_000_000  # bytes of vectors; an answer of 150 words is 230,000, so a few sets of questions


class Meaning:
    """Reads texts with the built-in encoder; what was read last, up to `most` bytes, is kept in memory.

    `centre` (d,) is the mean of what the encoder makes of any word: without it all cosines are high.
    """

    def __init__(self, encoder: NanoEncoder, centre: Floats, most: int = _AT_HAND) -> None:
        self._encoder = encoder
        self.centre = self._centre = centre
        self._most = most
        self._size = 0
        self._kept: OrderedDict[tuple[bool, str], Floats] = OrderedDict()
        self._lock = Lock()

    def asked(self, text: str) -> Words:
        """The words of a question."""
        return self._words(text.split(), self._vectors([text], asked=True)[0])

    def read(self, sources: Sequence[Source]) -> tuple[Reading, ...]:
        """The sources with the words of every unit; a text of several pages is read to the end."""
        units = [units_of(source) for source in sources]
        bodies = self._vectors([" ".join(u.text for u in own) for own in units], asked=False)
        questions = self._vectors([source.question for source in sources], asked=True)
        readings = []
        for source, own, body, question in zip(sources, units, bodies, questions, strict=True):
            sentences, at = [], 0
            for unit in own:
                tokens = unit.text.split()
                sentences.append(self._words(tokens, body[at : at + len(tokens)]))
                at += len(tokens)
            question_words = self._words(source.question.split(), question)
            readings.append(Reading(source, own, tuple(sentences), question_words))
        return tuple(readings)

    def _vectors(self, texts: Sequence[str], *, asked: bool) -> list[Floats]:
        with self._lock:
            known = {t: self._kept[asked, t] for t in texts if (asked, t) in self._kept}
        missing = [t for t in dict.fromkeys(texts) if t not in known]
        made = self._encoder.word_vectors([t.split() for t in missing], asked=asked)
        known.update(zip(missing, made, strict=True))
        with self._lock:
            for text in texts:
                if (asked, text) not in self._kept:
                    self._kept[asked, text] = known[text]
                    self._size += known[text].nbytes
                self._kept.move_to_end((asked, text))
            while self._size > self._most and self._kept:
                self._size -= self._kept.popitem(last=False)[1].nbytes
        return [known[t] for t in texts]

    def _words(self, tokens: Sequence[str], vectors: Floats) -> Words:
        if not tokens:
            nothing = np.zeros((0, len(self._centre)), dtype=np.float32)
            return Words(nothing, np.zeros(0, dtype=np.float32), np.zeros_like(self._centre))
        placed = vectors - self._centre
        weights = np.array([weight_printed(word) for word in tokens], dtype=np.float32)
        mean = placed.mean(axis=0)
        return Words(_unit(placed[weights > 0]), weights[weights > 0], _unit(mean[None])[0])


def _unit(rows: Floats) -> Floats:
    lengths = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return np.asarray(rows / lengths, dtype=np.float32)


@lru_cache(maxsize=4096)
def weight_printed(word: str) -> float:
    """What a word as printed tells of a subject."""
    return max((weight(w) for w in words(word)), default=0.0)


_NAME = re.compile(r"(?<!^)(?<![.?!:] )\b(?:[A-Z][\w-]+|\d[\d.,]*\d|\d)")


@lru_cache(maxsize=4096)
def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(m.group().casefold() for m in _NAME.finditer(text)))


def names_absent(question: str, given: str) -> float:
    """How many names and numbers of a question a text lacks."""
    low = given.casefold()
    return float(sum(name not in low for name in _names(question)))


def evidence_of(
    asking: Asking, question_words: Words, reading: Reading, score: float | None = None
) -> Evidence:
    """The numbers of `asking`, whose words are `question_words`, beside a source.

    `score`: that of the search (0..1), None where a person brought the source.
    """
    source, units = reading.source, reading.units
    odds = math.nan if score is None else log_odds(score)
    nearest = near_question = nearness(question_words, reading.asked.vectors)
    rows = []
    for unit, sentence in zip(units, reading.sentences, strict=True):
        near = nearness(question_words, sentence.vectors)
        nearest = np.maximum(nearest, near)
        given = gives(asking.wants, unit.text) is not False or admits_ignorance(unit.text)
        rows.append(
            (float(question_words.mean @ sentence.mean), question_words.least(near), float(given), odds)
        )
    says = np.array(rows, dtype=np.float32).reshape(-1, len(SAYS_IT))
    best = float(says[:, 0].max()) if len(says) else 0.0
    can = np.array([stands(unit.text) and holds(asking, unit.text) for unit in units], dtype=np.bool_)
    wanted = asking.wants not in RECOGNISED or any(
        earlier.wants is asking.wants for earlier in askings_of(source.question)
    )
    bears = np.array(
        [question_words.average(nearest), best, 0.0 if score is None else odds], dtype=np.float32
    )
    return Evidence(says, can, _asked_before(asking, question_words, reading, near_question), wanted, bears)


def log_odds(score: float) -> float:
    """A chance as log odds; what is nearly certain either way is not told further apart."""
    bounded = min(max(score, _SURELY_NOT), 1 - _SURELY_NOT)
    return math.log(bounded / (1 - bounded))


_SURELY_NOT = 0.001


def nearness(question_words: Words, given: Floats) -> Floats:
    """For every word of the question how near the nearest given one is."""
    if not len(given):
        return np.zeros(len(question_words.weights), dtype=np.float32)
    nearest: Floats = question_words.near(given).max(axis=1)
    return nearest


def _asked_before(asking: Asking, question_words: Words, reading: Reading, near: Floats) -> Floats:
    source = reading.source
    if not source.question.strip():
        return np.zeros(len(ASKED_BEFORE), dtype=np.float32)
    earlier = askings_of(source.question)
    alike = max((likeness(asking.about, e.about) for e in earlier), default=0.0)
    back = reading.asked.average(nearness(reading.asked, question_words.vectors))
    similar = (
        max(alike, likeness(asking.about, source.question)),
        question_words.average(near),
        max(back, coverage(source.question, (asking.about,))),
        float(question_words.mean @ reading.asked.mean),
        min(3.0, _told(asking)),
    )
    return np.array(similar, dtype=np.float32)


def _told(asking: Asking) -> float:
    """How much a part tells of a subject; more than six words of weight is enough."""
    return min(6.0, sum(weight for _, weight in subject_words(asking.about)))
