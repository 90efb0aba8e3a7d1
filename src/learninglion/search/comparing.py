"""Two versions of a document side by side: which sentences came, went or changed, and what of substance.

Figures, dates and what is obliged, allowed or excepted are of substance; other words are wording. Text that
only stands elsewhere is no change.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from learninglion.dutch.dates import MONTHS
from learninglion.dutch.numbers import number_of
from learninglion.dutch.text import fold, squash, words
from learninglion.models import Document, Span
from learninglion.parsing.passages import cut
from learninglion.search.units import units_of

__all__ = ["Change", "ChangeKind", "Comparison", "Difference", "Place", "Substance", "compare"]


class ChangeKind(StrEnum):
    """What became of a sentence or row."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Substance(StrEnum):
    """What of substance differs."""

    DATE = "date"
    FIGURE = "figure"
    OBLIGATION = "obligation"


@dataclass(frozen=True, slots=True)
class Place:
    """A sentence or row with where it stands."""

    text: str
    span: Span
    page: int
    heading_path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What one has and the other has not, of one kind; empty where there is nothing."""

    substance: Substance
    old: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One change; without differences it is wording alone."""

    kind: ChangeKind
    old: Place | None
    new: Place | None
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """All changes in the order of the new version (what went stands where it stood), and what stayed."""

    changes: tuple[Change, ...]
    same: int

    @property
    def of_substance(self) -> tuple[Change, ...]:
        """The changes in which a figure, a date or an obligation differs."""
        return tuple(change for change in self.changes if change.differences)


_ALIKE = 0.5  # of the words of both: two versions of one sentence
_MONTH = "|".join(MONTHS)
_DATE = re.compile(
    rf"\b(?:\d{{1,2}}(?:e|ste|de)?\s+)?(?:{_MONTH})(?:\s+(?:19|20)\d\d)?\b|\b\d{{1,2}}[-/]\d{{1,2}}[-/]\d{{2,4}}\b"
    rf"|\b(?:19|20)\d\d\b",
    re.IGNORECASE,
)
_FIGURE = re.compile(
    r"[€$]?\s?(?<![\w])\d+(?:[.,:]\d+)*(?:\s*(?:%|‰|procent|percent|euro|miljoen|miljard|duizend|km|kg|meter|uur|uren"
    r"|minuten|dagen|dag|werkdagen|weken|week|maanden|maand|jaar|jaren|hours?|days?|weeks?|months?|years?)\b|\s*%)?",
    re.IGNORECASE,
)
_MODALS = {
    "must": "moet moeten moest moesten dient dienen verplicht behoort must shall required should",
    "may": "mag mogen mocht kan kunnen may can might",
    "need not": "hoeft hoeven",
    "forbidden": "verboden verbiedt forbidden prohibited",
    "not": "niet geen nooit noch zonder not no never without",
    "limit": "uiterlijk hoogstens minstens minimaal maximaal hooguit least most latest",
    "except": "tenzij behalve alleen uitsluitend slechts mits unless except only",
    "always": "altijd steeds always",
}
_MODAL = {word: name for name, listed in _MODALS.items() for word in listed.split()}


def compare(old: Document, new: Document) -> Comparison:
    """What changed from `old` to `new`."""
    before, after = _places(old), _places(new)
    keys_before, keys_after = [_key(p) for p in before], [_key(p) for p in after]
    left, came = _unmatched(keys_before, keys_after)
    pairs = _pairs([before[i] for i in left], [after[j] for j in came])
    partner = {left[i]: came[j] for i, j in pairs}
    changes: list[tuple[float, Change]] = []
    for i, j in partner.items():
        differences = _differences(before[i].text, after[j].text)
        changes.append((j, Change(ChangeKind.CHANGED, before[i], after[j], differences)))
    for j in set(came) - set(partner.values()):
        changes.append((j, Change(ChangeKind.ADDED, None, after[j], _differences("", after[j].text))))
    standing = _standing(keys_before, keys_after)
    for i in set(left) - set(partner):
        at = bisect_right(standing, (i, len(after)))
        behind = standing[at - 1][1] if at else -1
        gone = Change(ChangeKind.REMOVED, before[i], None, _differences(before[i].text, ""))
        changes.append((behind + 0.5 + i / (2 * len(before) + 2), gone))
    ordered = tuple(change for _, change in sorted(changes, key=lambda entry: entry[0]))
    return Comparison(ordered, len(before) - len(left))


def _places(document: Document) -> list[Place]:
    paged = bool(document.lines) or len(document.page_starts) > 1
    found = []
    for source, _ in cut(document):
        spans = [source.question_span] if source.question_span is not None else []
        spans += [unit.span for unit in units_of(source)] if source.body else []
        for span in spans:
            page = max(1, bisect_right(document.page_starts, span.start)) if paged else 0
            found.append(Place(squash(span.of(document.text)), span, page, source.heading_path))
    return sorted(found, key=lambda place: place.span.start)


def _key(place: Place) -> str:
    return " ".join(words(place.text)) or place.text


def _unmatched(before: Sequence[str], after: Sequence[str]) -> tuple[list[int], list[int]]:
    """Which of both stand in the other nowhere, each counted as often as it occurs."""
    there, here = Counter(after), Counter(before)

    def rest(keys: Sequence[str], others: Counter[str]) -> list[int]:
        found = []
        for place, key in enumerate(keys):
            if others[key]:
                others[key] -= 1
            else:
                found.append(place)
        return found

    return rest(before, there), rest(after, here)


def _standing(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int]]:
    """The places of what stands in both in the same order."""
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    return [(b.a + n, b.b + n) for b in blocks for n in range(b.size)]


def _pairs(left: Sequence[Place], came: Sequence[Place]) -> list[tuple[int, int]]:
    """Which removed and added sentences are two versions of one: the most alike first."""
    bags = [Counter(words(place.text)) for place in came]
    holding: dict[str, list[int]] = defaultdict(list)
    for j, bag in enumerate(bags):
        for word in bag:
            holding[word].append(j)
    scored = []
    for i, place in enumerate(left):
        own = Counter(words(place.text))
        near = Counter(j for word in own for j in holding[word])
        for j, _ in near.most_common(20):
            shared = 2 * sum((own & bags[j]).values()) / max(1, own.total() + bags[j].total())
            headed = 0.05 * (place.heading_path[-1:] == came[j].heading_path[-1:])
            if shared >= _ALIKE:
                scored.append((-(shared + headed), abs(i - j), i, j))
    taken_left: set[int] = set()
    taken_came: set[int] = set()
    found = []
    for _, _, i, j in sorted(scored):
        if i not in taken_left and j not in taken_came:
            taken_left.add(i)
            taken_came.add(j)
            found.append((i, j))
    return found


def _differences(old: str, new: str) -> tuple[Difference, ...]:
    found = []
    for substance, tell in (
        (Substance.DATE, _dates),
        (Substance.FIGURE, _figures),
        (Substance.OBLIGATION, _duties),
    ):
        before, after = list(tell(old)), list(tell(new))
        mine, theirs = Counter(key for key, _ in before), Counter(key for key, _ in after)
        gone = tuple(text for key, text in before if key not in theirs)
        come = tuple(text for key, text in after if key not in mine)
        if gone or come:
            found.append(Difference(substance, gone, come))
    return tuple(found)


Told = Iterator[tuple[str, str]]  # what it comes down to, and how it is written


def _dates(text: str) -> Told:
    for match in _DATE.finditer(text):
        yield fold(squash(match.group())), match.group().strip()


def _figures(text: str) -> Told:
    bare = _DATE.sub(" ", text)
    for match in _FIGURE.finditer(bare):
        yield fold(re.sub(r"\s+", "", match.group())), match.group().strip()
    for word in re.findall(r"[^\W\d]+", bare):
        number = number_of(fold(word)) if len(word) > 3 and fold(word) not in ("eerste", "tweede") else None
        if number is not None:
            yield number, word


def _duties(text: str) -> Told:
    for word in re.findall(r"\w+", text):
        if (name := _MODAL.get(fold(word))) is not None:
            yield name, word
