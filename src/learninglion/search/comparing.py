"""Two versions of a document side by side: which sentences came, went or changed, and what of substance.

Figures, dates and what is obliged, allowed or excepted are of substance; other words are wording. Text that
only stands elsewhere is no change.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from learninglion.database.blobs import Blobs
from learninglion.dutch.numbers import ENGLISH_MONTHS, MONTHS, number_of
from learninglion.dutch.text import fold, squash, words
from learninglion.inference.adapter import Adapter, pack_adapter, read_adapter
from learninglion.models import Document, Span
from learninglion.models.errors import InputError
from learninglion.parsing.passages import cut
from learninglion.search.fusion import DEFAULT, Fusion, pack_fusion, read_fusion
from learninglion.search.units import units_of

# Versions of what was learned here: kept apart, the newest in force, and always a way back.

TUNING = "tuning/"
_CURRENT = f"{TUNING}fusion.json"
_NUMBER = f"{TUNING}in-force"
_KEPT = f"{TUNING}fusion-"


class LearnedVersions:
    """The versions among `blobs`: fusion.json is in force, fusion-1.json and on are all that ever were.

    A version in which the embedding model learned too has its adapter beside it, as adapter-1.npz and on; one
    in which the measure of relevance did, its weights as relevance-1.json and on.
    """

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    def current(self) -> Fusion:
        """The fusion in force; the one that ships when nothing was learned."""
        used = self._blobs.read(_CURRENT)
        return DEFAULT if used is None else read_fusion(used)

    def versions(self) -> tuple[int, ...]:
        """The versions that were kept, oldest first; 0 is the one that ships."""
        names = (name.removeprefix(_KEPT).removesuffix(".json") for name in self._blobs.names(_KEPT))
        return (0, *sorted(int(number) for number in names if number.isdigit()))

    def in_force(self) -> int:
        """The version in force."""
        used = self._blobs.read(_CURRENT)
        if used is None:
            return 0
        number = self._blobs.read(_NUMBER)
        if number is not None:
            return int(number)
        # from before the number was kept
        same = (n for n in self.versions()[1:] if self._blobs.read(f"{_KEPT}{n}.json") == used)
        return max(same, default=0)

    def adapter(self) -> Adapter | None:
        """What the embedding model learned in the version in force; None where it is the model that ships."""
        return self._adapter(self.in_force())

    def adapters(self) -> tuple[Adapter, ...]:
        """What the embedding model learned in any version, oldest first."""
        return tuple(a for number in self.versions() if (a := self._adapter(number)) is not None)

    def _adapter(self, number: int) -> Adapter | None:
        name = f"{TUNING}adapter-{number}.npz"
        packed = self._blobs.read(name)
        return None if packed is None else read_adapter(packed, name)

    def measure(self) -> str:
        """The weights of the measure of relevance in force; "" where it is the one that ships."""
        return (self._blobs.read(f"{TUNING}relevance-{self.in_force()}.json") or b"").decode()

    def keep(self, fusion: Fusion, adapter: Adapter | None = None, measure: str | None = None) -> int:
        """Put a new version in force; gives its number. Without `measure` that of before stays."""
        number = self.versions()[-1] + 1
        measure = self.measure() if measure is None else measure
        if adapter is not None:
            self._blobs.put(f"{TUNING}adapter-{number}.npz", pack_adapter(adapter))
        if measure:
            self._blobs.put(f"{TUNING}relevance-{number}.json", measure.encode())
        self._blobs.put(f"{_KEPT}{number}.json", pack_fusion(fusion))
        self._put_in_force(number)
        return number

    def _put_in_force(self, number: int) -> None:
        self._blobs.put(_CURRENT, self._blobs.read(f"{_KEPT}{number}.json") or b"")
        self._blobs.put(_NUMBER, str(number).encode())

    def revert(self, number: int) -> None:
        """Put an earlier version in force again. Raises InputError that lists the versions there are."""
        if number not in self.versions():
            listed = ", ".join(map(str, self.versions()))
            raise InputError(f"Versie {number} bestaat niet; er zijn: {listed}.")
        if number == 0:
            self._blobs.remove(_CURRENT)
            self._blobs.remove(_NUMBER)
        else:
            self._put_in_force(number)


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
_RELATED = 0.25  # and where no other sentence came or went under its heading
_MONTH = "|".join((*MONTHS, *ENGLISH_MONTHS))
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
    before, after = places_of(old), places_of(new)
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


def places_of(document: Document) -> list[Place]:
    """The sentences and rows of a document, in order."""
    paged = bool(document.lines) or len(document.page_starts) > 1
    places = []
    for source, _ in cut(document):
        spans = [source.question_span] if source.question_span is not None else []
        spans += [unit.span for unit in units_of(source)] if source.body else []
        for span in spans:
            page = max(1, bisect_right(document.page_starts, span.start)) if paged else 0
            places.append(Place(squash(span.of(document.text)), span, page, source.heading_path))
    return sorted(places, key=lambda place: place.span.start)


def _key(place: Place) -> str:
    return " ".join(words(place.text)) or place.text


def _unmatched(before: Sequence[str], after: Sequence[str]) -> tuple[list[int], list[int]]:
    """Which of both stand in the other nowhere, each counted as often as it occurs."""
    there, here = Counter(after), Counter(before)

    def rest(keys: Sequence[str], others: Counter[str]) -> list[int]:
        places = []
        for place, key in enumerate(keys):
            if others[key]:
                others[key] -= 1
            else:
                places.append(place)
        return places

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
    pairs: dict[int, int] = {}
    for _, _, i, j in sorted(scored):
        if i not in pairs and j not in pairs.values():
            pairs[i] = j
    pairs.update(_alone(left, came, pairs))
    return sorted(pairs.items())


def _alone(
    left: Sequence[Place], came: Sequence[Place], pairs: Mapping[int, int]
) -> Iterator[tuple[int, int]]:
    """What alone went and what alone came under one heading, and shares words: one sentence, written anew."""
    gone, new = defaultdict(list), defaultdict(list)
    for i, place in enumerate(left):
        if i not in pairs:
            gone[place.heading_path].append(i)
    taken = set(pairs.values())
    for j, place in enumerate(came):
        if j not in taken:
            new[place.heading_path].append(j)
    for path, at in gone.items():
        if path and len(at) == len(new[path]) == 1:
            i, j = at[0], new[path][0]
            own, other = Counter(words(left[i].text)), Counter(words(came[j].text))
            if 2 * (own & other).total() >= _RELATED * (own.total() + other.total()):
                yield i, j


def _differences(old: str, new: str) -> tuple[Difference, ...]:
    differences = []
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
            differences.append(Difference(substance, gone, come))
    return tuple(differences)


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
