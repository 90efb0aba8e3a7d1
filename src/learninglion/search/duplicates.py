"""Answers that say nearly the same put together, and the answers on a subject through time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from learninglion.dutch.text import split_sentences, words
from learninglion.models import Hit, Source

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
    return tuple(Step(s, day, _beginning(s.body)) for day, s in sorted(dated, key=_by_day))


_BEGINNING = 280  # characters


def _by_day(dated: tuple[date, Source]) -> tuple[date, str]:
    return dated[0], dated[1].id


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
    ordered = sorted(group, key=lambda h: (-_day(h.source), h.rank, h.source.id))
    newest, *others = ordered
    ids = (*newest.duplicates, *(i for h in others for i in (h.source.id, *h.duplicates)))
    return replace(
        newest,
        rank=rank,
        score=max(h.score for h in group),
        duplicates=tuple(dict.fromkeys(i for i in ids if i != newest.source.id)),
    )


def _day(source: Source) -> int:
    return source.document.date.toordinal() if source.document.date else 0


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
