"""How much of one text's subject another text shares: by words, weighed by how much each word tells."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files

from learninglion.dutch.lexicon import FUNCTION_WORDS
from learninglion.dutch.text import words

_ENDINGS = ("heden", "ingen", "eren", "ende", "ing", "en", "er", "te", "de", "es", "e", "s", "t", "n")
_SHORTEST_STEM = 4
# A word most papers use still tells a little; without it "Wat vindt u daarvan?" would have no words at all.
_COMMON_WEIGHT = 0.1


@lru_cache(maxsize=1)
def _common_words() -> frozenset[str]:
    text = files(__package__).joinpath("common_words.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return frozenset(" ".join(lines).split())


@lru_cache(maxsize=4096)
def _stem(word: str) -> str:
    """A rough stem, enough to match "gemeente" with "gemeenten" and "verlaagd" with "verlagen"."""
    stem = word
    for ending in _ENDINGS:
        if stem.endswith(ending) and len(stem) - len(ending) >= _SHORTEST_STEM:
            stem = stem[: -len(ending)]
            break
    if len(stem) > _SHORTEST_STEM and stem[-1] == stem[-2]:
        stem = stem[:-1]
    for double in ("aa", "ee", "oo", "uu"):
        stem = stem.replace(double, double[0])
    return stem[:-1] + {"v": "f", "z": "s"}.get(stem[-1], stem[-1])


def tells(word: str) -> bool:
    """Whether a folded word says something of the subject: no small word, nor one that most papers use."""
    return _weight(word) == 1.0


@lru_cache(maxsize=4096)
def _weight(word: str) -> float:
    if word in FUNCTION_WORDS or len(word) < 2:
        return 0.0
    return _COMMON_WEIGHT if word in _common_words() else 1.0


@lru_cache(maxsize=2048)
def subject_words(text: str) -> tuple[tuple[str, float], ...]:
    """The stems of the words of `text` that tell something, each once, with their weights."""
    weights: dict[str, float] = {}
    for word in words(text):
        own_weight = _weight(word)
        if own_weight:
            stem = _stem(word)
            weights[stem] = max(own_weight, weights.get(stem, 0.0))
    return tuple(sorted(weights.items()))


@lru_cache(maxsize=4096)
def _pieces(stem: str) -> frozenset[str]:
    """Five-letter pieces, by which compounds recognise their parts."""
    return frozenset(stem[i : i + 5] for i in range(len(stem) - 4))


def _match(stem: str, others: frozenset[str], pieces: frozenset[str]) -> float:
    if stem in others:
        return 1.0
    own = _pieces(stem)
    if not own:
        return 0.0
    shared = len(own & pieces) / len(own)
    return shared if shared >= 0.5 else 0.0


def matched(wanted: str, given: str) -> tuple[tuple[str, float], ...]:
    """The stems of what `wanted` is about, each with how far it occurs in `given` (0..1)."""
    stems = frozenset(stem for stem, _ in subject_words(given))
    pieces = frozenset(piece for stem in stems for piece in _pieces(stem))
    return tuple((stem, _match(stem, stems, pieces)) for stem, _ in subject_words(wanted))


_NAME = re.compile(r"(?<!^)(?<![.?!:] )\b(?:[A-Z][\w-]+|\d[\d.,]*\d|\d)")


@lru_cache(maxsize=4096)
def names_in(text: str) -> tuple[str, ...]:
    """The names and numbers of a text, casefolded, each once; a word that opens a sentence is none."""
    return tuple(dict.fromkeys(m.group().casefold() for m in _NAME.finditer(text)))


def coverage(wanted: str, given: Iterable[str]) -> float:
    """Which part (0..1) of what `wanted` is about occurs in the texts of `given`; 0 when it says nothing."""
    weights = dict(subject_words(wanted))
    total = sum(weights.values())
    if not total:
        return 0.0
    return sum(weights[stem] * met for stem, met in matched(wanted, "\n".join(given))) / total


def likeness(one: str, other: str) -> float:
    """How far two texts are about the same (0..1): coverage both ways, the lesser counting most."""
    there, back = coverage(one, (other,)), coverage(other, (one,))
    return 2 * there * back / (there + back) if there + back else 0.0
