"""The word groups of a sentence: which words move together when a phrase changes places."""

from __future__ import annotations

from dataclasses import dataclass

from learninglion.dutch import lexicon
from learninglion.dutch.numbers import MONTH_NAMES, is_number
from learninglion.dutch.reading import Reading

_DATE_TAILS = frozenset("jl jongstleden j l".split())  # "15 maart jl."


@dataclass(frozen=True, slots=True)
class WordGroup:
    """A stretch of the evidence that belongs together; `opener` is its preposition, if it has one."""

    places: tuple[int, ...]
    opener: int | None
    temporal: bool
    dated: bool
    named: bool


def group_words(reading: Reading) -> tuple[WordGroup, ...]:
    """For each word the phrase it belongs to."""
    groups: list[list[int]] = []
    for at, word in enumerate(reading.words):
        if not groups or _opens_phrase(reading, at, groups[-1]):
            groups.append([at])
        else:
            groups[-1].append(at)
        if word.is_verb and at + 1 < len(reading.words):
            groups.append([])
    made = [_make_phrase(reading, tuple(g)) for g in groups if g]
    result: list[WordGroup] = []
    for phrase in made:
        result.extend([phrase] * len(phrase.places))
    return tuple(result)


def _opens_phrase(reading: Reading, at: int, group: list[int]) -> bool:
    word = reading.words[at]
    if not group:
        return False
    before = reading.words[at - 1]
    if before.sentence != word.sentence or word.is_verb:
        return True
    if word.border:
        return not _is_short_name(reading, at)
    if word.norm in lexicon.PREPOSITIONS and word.norm not in ("van", "tot", "per"):
        return True
    if word.norm in lexicon.SUBORDINATORS or word.norm in lexicon.ADVERBS or word.norm in lexicon.NEGATIONS:
        return True
    inside_preposition = before.norm in lexicon.PREPOSITIONS
    if word.norm in lexicon.TEMPORAL_STARTS and not inside_preposition and not is_number(before.norm):
        return before.norm not in lexicon.DETERMINERS
    if (
        word.norm in lexicon.DETERMINERS
        and not inside_preposition
        and before.norm not in lexicon.COORDINATORS
    ):
        return True
    # a date closes its phrase: "in 2023 | nieuwe regels"
    ends = _is_date_end(reading, at - 1, group)
    return ends and not is_number(word.norm) and word.norm not in MONTH_NAMES and word.norm not in _DATE_TAILS


def _is_short_name(reading: Reading, at: int) -> bool:
    """Whether a single word stands between brackets here: "Autoriteit Persoonsgegevens (AP)"."""
    follower = reading.words[at + 1] if at + 1 < len(reading.words) else None
    closes = follower is None or follower.border.startswith(")") or follower.border == "^"
    return reading.words[at].border == "(" and closes


def _is_date_end(reading: Reading, at: int, group: list[int]) -> bool:
    raw = reading.words[at].raw
    opener = reading.words[group[0]].norm
    dated = raw.isdigit() and len(raw) == 4 and raw[:2] in ("19", "20")
    return opener in lexicon.PREPOSITIONS and (dated or reading.words[at].norm in MONTH_NAMES)


def _make_phrase(reading: Reading, places: tuple[int, ...]) -> WordGroup:
    words = [reading.words[p] for p in places]
    start = 0
    while start < len(words) - 1 and (
        words[start].norm in lexicon.COORDINATORS or words[start].norm in lexicon.ADVERBS
    ):
        start += 1
    first = words[start].norm
    opener = places[start] if first in lexicon.PREPOSITIONS and first != "van" else None
    temporal = first in lexicon.TEMPORAL_STARTS or (
        is_number(first) and any(w.norm in MONTH_NAMES or w.norm == "geleden" for w in words)
    )
    return WordGroup(
        places,
        opener,
        temporal,
        any(is_number(w.norm) or w.norm in MONTH_NAMES for w in words),
        any(w.capital for w in words),
    )
