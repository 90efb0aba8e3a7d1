"""Two versions of a document side by side: what came, went or changed; and questions about that.

Figures, dates and what is obliged, allowed or excepted are of substance; other words are wording. Text that
only stands elsewhere is no change.

The sentences and rows that changed are quoted from the newer one, with what stood there before.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import takewhile

from learninglion.dutch.lexicon import ENGLISH_MONTHS, MONTHS, SCALES, UNIT_NAMES
from learninglion.dutch.questions import Wants, gives
from learninglion.dutch.text import Word, fold, read, squash, stem, words
from learninglion.models import Document, Span
from learninglion.parsing.passages import cut
from learninglion.search.evidence import cover, units_of, want
from learninglion.search.question import naming, read_question


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
_PART = 0.7  # of the words of a sentence: part of one in the other version
_RELATED = 0.25  # and where no other sentence came or went under its heading
_YEAR = re.compile(r"(?:19|20)\d\d")
_MONTHS = frozenset((*MONTHS, *ENGLISH_MONTHS))
_UNITS = UNIT_NAMES | frozenset(
    """werkdag werkdagen kwartaal kwartalen pound pounds hour hours minute minutes day days week weeks month
    months year years""".split()
)
_MODALS = {
    "must": "moet moeten moest moesten dient dienen verplicht behoort must shall required should",
    "may": "mag mogen mocht kan kunnen may can might",
    "need not": "hoeft hoeven",
    "not": "niet geen nooit noch zonder not no never without",
    "at most": "uiterlijk hoogstens hoogste maximaal hooguit most latest",
    "at least": "minstens minste minimaal least",
    "except": "tenzij behalve alleen uitsluitend slechts mits unless except only",
    "always": "altijd steeds always",
}
_MODAL = {word: name for name, listed in _MODALS.items() for word in listed.split()}
_FORBIDDEN = frozenset("verboden verbiedt verbied verbieden forbidden prohibited".split())  # may not


def compare(old: Document, new: Document) -> Comparison:
    """What changed from `old` to `new`."""
    before, after = places_of(old), places_of(new)
    keys_before, keys_after = [_key(p) for p in before], [_key(p) for p in after]
    left, came = _unmatched(keys_before, keys_after)
    pairs = _pairs([before[i] for i in left], [after[j] for j in came])
    partner = {left[i]: came[j] for i, j in pairs}
    changes: list[tuple[float, Change]] = []
    rest = (set(left) - set(partner), set(came) - set(partner.values()))
    for i, j in partner.items():
        olds = _with_parts(before, i, rest[0], after[j])
        news = _with_parts(after, j, rest[1], before[i])
        rest[0].difference_update(olds)
        rest[1].difference_update(news)
        old_place, new_place = _as_one(before, olds), _as_one(after, news)
        differences = _differences(old_place.text, new_place.text)
        changes.append((j, Change(ChangeKind.CHANGED, old_place, new_place, differences)))
    for j in rest[1]:
        changes.append((j, Change(ChangeKind.ADDED, None, after[j], _differences("", after[j].text))))
    standing = _standing(keys_before, keys_after)
    for i in rest[0]:
        at = bisect_right(standing, (i, len(after)))
        behind = standing[at - 1][1] if at else -1
        gone = Change(ChangeKind.REMOVED, before[i], None, _differences(before[i].text, ""))
        changes.append((behind + 0.5 + i / (2 * len(before) + 2), gone))
    ordered = tuple(change for _, change in sorted(changes, key=lambda entry: entry[0]))
    return Comparison(ordered, len(before) - len(left))


def _with_parts(places: Sequence[Place], at: int, rest: Set[int], other: Place) -> list[int]:
    """A sentence with those beside it that are the other parts of the one in the other version.

    "A, maar b." in one, and "A. B." in the other.
    """
    own, there = Counter(words(places[at].text)), Counter(words(other.text))
    parts = [at]
    for step in (-1, 1):
        beside = at + step
        while beside in rest:
            more = Counter(words(places[beside].text))
            if (more & (there - own)).total() < _PART * more.total():
                break
            parts.append(beside)
            own += more
            beside += step
    return sorted(parts)


def _as_one(places: Sequence[Place], parts: Sequence[int]) -> Place:
    first, last = places[parts[0]], places[parts[-1]]
    text = " ".join(places[n].text for n in parts)
    return replace(first, text=text, span=Span(first.span.start, last.span.end))


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


Spellings = Iterator[tuple[str, str]]  # what it comes down to, in one spelling, and how it is written


def _dates(text: str) -> Spellings:
    for date in _dated(read(text).words):
        written = [word.raw for word in date]
        joint = "-" if len(date) > 1 and all(raw.isdigit() for raw in written) else " "
        yield " ".join(word.norm.removesuffix("e") for word in date), joint.join(written)


def _dated(words: Sequence[Word]) -> Iterator[Sequence[Word]]:
    """The words of each date: a month with its day and year, or a year."""
    for at, word in enumerate(words):
        if word.norm in _MONTHS:
            day = at and words[at - 1].norm.removesuffix("e").isdigit() and len(words[at - 1].norm) < 4
            year = at + 1 < len(words) and _YEAR.fullmatch(words[at + 1].norm)
            yield words[at - 1 if day else at : at + 2 if year else at + 1]
        elif _YEAR.fullmatch(word.norm) and not (at and words[at - 1].norm in _MONTHS):
            yield words[at : at + 1]


def _figures(text: str) -> Spellings:
    words = read(text).words
    taken = {id(word) for date in _dated(words) for word in date}
    for at, word in enumerate(words):
        units = list(takewhile(lambda w: w.norm in SCALES or w.norm in _UNITS, words[at + 1 : at + 4]))
        one = word.norm == "een" and bool(units) and units[0].norm not in SCALES
        if id(word) in taken or not (one or word.norm[:1].isdigit()) or word.norm in ("1e", "2e"):
            continue
        unit = " ".join(stem(w.norm) for w in units)
        written = " ".join((word.raw, *(w.raw for w in units)))
        yield f"{'1' if one else word.norm} {unit}".strip(), written


def _duties(text: str) -> Spellings:
    negations = 0
    for word in re.findall(r"\w+", text):
        own = fold(word)
        name = "may" if own in _FORBIDDEN else _MODAL.get(own)
        if name == "not" or own in _FORBIDDEN:
            negations += 1
            yield f"not {negations}", word
        if name is not None and name != "not":
            yield name, word


Named = tuple[str, tuple[str, ...]]  # of a document its id, and what it goes by

_CHANGES = (
    r"(?:veranderd?e?n?|verandert|verandering(?:en)?|gewijzigde?|wijzig(?:t|en|ing|ingen)|aangepast|aanpassing(?:en)?"
    r"|verschil(?:len|t)?|verschilde?n?|anders|vergelijk\w*|changed?|changing|changes|differ(?:s|ences?|ent)?"
    r"|compare[ds]?|amend(?:ed|ments?))"
)
_COMES = r"(?:toegevoegde?|bijgekomen|nieuw|nieuws|erbij|added|new)"
_GOES = r"(?:geschrapt|vervallen|verdwenen|verwijderd|weggelaten|afgeschaft|removed|dropped|deleted|gone)"
_EDITION = r"(?:versies?|versions?|edities?|editions?|uitgaven?|herziening|revision|concept|draft)"
_ASKS_CHANGE = re.compile(rf"\b(?:{_CHANGES}|{_COMES}|{_GOES})\b", re.IGNORECASE)
_BETWEEN = re.compile(
    rf"\b{_EDITION}\b|\b(?:vorige|vorig|eerdere?|oude|nieuwe|previous|earlier|former|old|new)\b"
    r"(?=.*\b(?:vorige|vorig|eerdere?|oude|nieuwe|previous|earlier|former|old|new|versies?|versions?)\b)"
    r"|\b(?:ten opzichte van|vergeleken met|compared (?:to|with))\b|\b(?:19|20)\d\d\b.*\b(?:19|20)\d\d\b",
    re.IGNORECASE,
)
# "Wat is er veranderd in de thuiswerkregeling?": of a document that is named and has two versions.
_WHAT_CHANGED = re.compile(rf"^(?:en\s+)?(?:wat|welke|what|which)\b.{{0,25}}\b{_CHANGES}\b", re.IGNORECASE)
_KINDS = (
    (ChangeKind.ADDED, re.compile(rf"\b{_COMES}\b(?!\s+{_EDITION}\b)", re.IGNORECASE)),
    (ChangeKind.REMOVED, re.compile(rf"\b{_GOES}\b", re.IGNORECASE)),
)
_SUBSTANCES = {
    Substance.FIGURE: "bedrag bedragen cijfers getallen percentages tarieven figures amounts numbers rates",
    Substance.DATE: "data datums datum dates termijnen deadlines",
    Substance.OBLIGATION: "verplichtingen plichten eisen regels obligations requirements duties",
}
_SUBSTANCE = {word: substance for substance, listed in _SUBSTANCES.items() for word in listed.split()}
_SAYS_NOTHING = re.compile(
    rf"^(?:{_CHANGES}|{_COMES}|{_GOES}|{_EDITION}|vorige?|eerdere?|oude?|nieuwe|laatste|huidige|beide|opzichte"
    r"|vergeleken|tussen|sinds|staat|staan|inhoudelijk|belangrijkste|previous|earlier|former|old|latest|current"
    r"|both|main|since|between|what|\d+)$",
    re.IGNORECASE,
)
# What tells one version of a name from another.
_TELLS_VERSION = re.compile(
    rf"^(?:{_EDITION}|v?\d+|definitie\w*|final|oude?|nieuwe?|old|new|herzien\w*|revised"
    rf"|{'|'.join((*MONTHS, *ENGLISH_MONTHS))})$",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"\b(?:versie|version|v)\.?\s*:?\s*(\d+(?:\.\d+)*)", re.IGNORECASE)
_WHOLE_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_FRONT = 600  # characters in which a version tells its number
_SAME = 0.2  # of the sentences of the older: less, and it is another document
_ENOUGH = 0.5  # of what is asked about, that a change must meet


@dataclass(frozen=True, slots=True)
class ChangeWanted:
    """What is asked of the changes: telling words, and a kind or substance where one is named.

    versions: whether the question says that there are two; else the document must be named, and the text may
    be what tells.
    """

    words: tuple[str, ...]
    kind: ChangeKind | None
    substance: Substance | None
    versions: bool


def change_asked(question: str) -> ChangeWanted | None:
    """What changes are asked for; None where it is no question about two versions."""
    versions = _BETWEEN.search(question) is not None
    if not (_ASKS_CHANGE if versions else _WHAT_CHANGED).search(question):
        return None
    kind = next((kind for kind, pattern in _KINDS if pattern.search(question)), None)
    words_left = [word for word in read_question(question).words if not _SAYS_NOTHING.match(fold(word))]
    substance = next((_SUBSTANCE[fold(word)] for word in words_left if fold(word) in _SUBSTANCE), None)
    words = tuple(word for word in words_left if fold(word) not in _SUBSTANCE)
    return ChangeWanted(words, kind, substance, versions)


def going_on(question: str, before: str) -> str:
    """`question` with the one before it, where both ask for changes ("En welke bedragen?"); else as it is."""
    more = _ASKS_CHANGE.search(question) or any(fold(w) in _SUBSTANCE for w in read_question(question).words)
    return f"{before} {question}" if more and change_asked(before) is not None else question


def of_one_name(own: Sequence[str], listed: Sequence[Named]) -> bool:
    """Whether more than one document of `listed` goes by these names, but for what tells a version."""
    stocks = {_stock(name) for name in own} - {()}
    return sum(any(_stock(name) in stocks for name in names) for _, names in listed) > 1


def pair_meant(
    question: str, names: Sequence[Named], fronts: dict[str, str], document_ids: Sequence[str]
) -> tuple[str, str] | None:
    """The ids of the older and the newer of two documents of one name, that a question compares; else None.

    `fronts`: how documents begin, by id. Of several names the one that the question names, or that was found.
    """
    families: dict[tuple[str, ...], list[Named]] = defaultdict(list)
    for document_id, own in names:
        for stock in {_stock(name) for name in own}:
            if stock:
                families[stock].append((document_id, own))
    kin = [family for family in families.values() if len({document_id for document_id, _ in family}) > 1]
    if not kin:
        return None

    def meant(family: Sequence[Named]) -> tuple[float, int]:
        places = [document_ids.index(document_id) for document_id, _ in family if document_id in document_ids]
        return max(naming(question, own).share for _, own in family), -min(places, default=len(document_ids))

    family = max(kin, key=meant)
    if len(kin) > 1 and meant(family) == (0.0, -len(document_ids)):
        return None
    ordered = sorted(family, key=lambda member: _age(member, fronts.get(member[0], "")))
    numbers = set(re.findall(r"\d+(?:\.\d+)*", question))
    numbered = [m for m in ordered if numbers & _numbers(m, fronts.get(m[0], ""))]
    older, newer = (numbered if len(numbered) > 1 else ordered)[-2:]
    return older[0], newer[0]


def _stock(name: str) -> tuple[str, ...]:
    """The words of a name but for what tells its version."""
    words = re.findall(r"[^\W_]+", fold(name))
    return tuple(word for word in words if not _TELLS_VERSION.match(word))


def _numbers(member: Named, front: str) -> set[str]:
    text = " ".join((*member[1], front))
    return {*_NUMBERED.findall(text), *_WHOLE_YEAR.findall(" ".join(member[1]))}


def _age(member: Named, front: str) -> tuple[tuple[int, ...], tuple[int, ...], str]:
    """By its number, else by the last year it names."""
    text = " ".join((*member[1], front))
    number = _NUMBERED.search(text.replace("_", " "))
    numbered = tuple(int(part) for part in number.group(1).split(".")) if number else ()
    years = tuple(sorted((int(y) for y in _WHOLE_YEAR.findall(text)), reverse=True)[:1])
    return numbered, years, member[0]


def changes_asked(wanted: ChangeWanted, old: Document, new: Document) -> tuple[Change, ...] | None:
    """The changes that are asked for; those of substance before those of wording, else in order.

    None where these are no versions of one document, or where something else may be asked.
    """
    comparison = compare(old, new)
    gone = sum(change.old is not None for change in comparison.changes)
    if comparison.same < _SAME * (comparison.same + gone):
        return None
    query = want(" ".join(_unnamed(wanted.words, old, new)), lambda stem: 1.0)

    def met(places: Sequence[Place]) -> float:
        text = "\n".join(text for place in places for text in (*place.heading_path, place.text))
        return max(cover(query, text), cover(query.across, text) if query.across else 0.0)

    # words that stand nowhere name the document in other words
    narrowed = bool(query.words) and any(
        met([place]) >= _ENOUGH for place in (*places_of(old), *places_of(new))
    )
    changes = []
    for change in comparison.changes:
        places = [place for place in (change.old, change.new) if place is not None]
        if (
            not all(_is_version(place.text) for place in places)
            and (wanted.kind is None or change.kind is wanted.kind)
            and (wanted.substance is None or _is_of(change, wanted.substance, places))
            and (not narrowed or met(places) >= _ENOUGH)
        ):
            changes.append(change)
    if not wanted.versions and (not changes or (query.words and not narrowed)):
        return None
    return tuple(sorted(changes, key=lambda change: not change.differences))


_DATED = frozenset("datum date van of per d".split())
_VERSION_LINE = 14  # words of a line that opens with the version


def _is_version(text: str) -> bool:
    """Whether a line only tells which version this is, by whom and when: "Versie 2.0, 9 september 2024"."""
    own = re.findall(r"[^\W_]+", fold(text))
    numbered = any(map(str.isdigit, own))
    opens = len(own) <= _VERSION_LINE and _NUMBERED.match(text.strip()) is not None
    return numbered and (opens or all(_TELLS_VERSION.match(w) or w in _DATED for w in own))


def _is_of(change: Change, wanted: Substance, places: Sequence[Place]) -> bool:
    """Whether a change is of what is asked for; a term of so many weeks is a date as well as a figure."""
    substances = {difference.substance for difference in change.differences}
    if wanted is Substance.DATE and Substance.FIGURE in substances:
        return any(gives(Wants.LENGTH, place.text) for place in places)
    return wanted in substances


def _unnamed(words: Sequence[str], old: Document, new: Document) -> list[str]:
    """Of `words` those that do not name the documents."""
    own = {word for title in (old.title, new.title) for word in re.findall(r"\w{4,}", fold(title))}
    return [word for word in words if not any(fold(word) in name or name in fold(word) for name in own)]


def before(change: Change) -> str:
    """What is told of a change beside its quote from the newer version."""
    if change.old is None:
        return "Dit is nieuw."
    if change.new is None:
        return f"Vervallen: “{change.old.text}”"
    return f"Eerst stond er: “{change.old.text}”"


def anchor(change: Change, new: Document) -> Place | None:
    """Where a change stands in the newer version; of what is gone, the section in which it stood."""
    if change.new is not None or change.old is None:
        return change.new
    head = change.old.heading_path[-1:]
    return next((place for place in places_of(new) if place.heading_path[-1:] == head), None)
