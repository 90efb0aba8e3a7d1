"""Hits as they are shown: why each was found, what says nearly the same as one, a subject through time.

Why is told by the same signs as search itself: stems, and 5-grams for compounds and their parts. No index is
needed.

"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import numpy as np

from learninglion.dutch.questions import is_commonplace, is_filler, subject_of
from learninglion.dutch.text import fold, split_sentences, stem, words
from learninglion.models import Hit, Source, Span, SynonymMatch
from learninglion.search.segments import grams_of
from learninglion.search.synonyms import StandIn

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
    parts += [(s.term, _SYNONYM, s.asked) for s in stand_ins]
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
