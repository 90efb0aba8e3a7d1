"""Questions about what changed: from one version of a document to the next, or between two of one name.

The sentences and rows that changed are quoted from the newer one, with what stood there before.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from learninglion.dutch.numbers import ENGLISH_MONTHS, MONTHS
from learninglion.dutch.questions import Wants, gives
from learninglion.dutch.text import fold
from learninglion.models import Document
from learninglion.search.comparing import Change, ChangeKind, Place, Substance, compare, places_of
from learninglion.search.evidence import cover, want
from learninglion.search.question import naming, read_question

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
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
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
    return {*_NUMBERED.findall(text), *_YEAR.findall(" ".join(member[1]))}


def _age(member: Named, front: str) -> tuple[tuple[int, ...], tuple[int, ...], str]:
    """By its number, else by the last year it names."""
    text = " ".join((*member[1], front))
    number = _NUMBERED.search(text.replace("_", " "))
    numbered = tuple(int(part) for part in number.group(1).split(".")) if number else ()
    years = tuple(sorted((int(y) for y in _YEAR.findall(text)), reverse=True)[:1])
    return numbered, years, member[0]


def changes_asked(wanted: ChangeWanted, old: Document, new: Document) -> tuple[Change, ...] | None:
    """The changes that are asked for; those of substance before those of wording, else in order.

    None where these are no versions of one document, or where something else may be asked.
    """
    comparison = compare(old, new)
    gone = sum(change.old is not None for change in comparison.changes)
    if comparison.same < _SAME * (comparison.same + gone):
        return None
    words_asked = want(" ".join(_unnamed(wanted.words, old, new)), lambda stem: 1.0)

    def met(places: Sequence[Place]) -> float:
        text = "\n".join(text for place in places for text in (*place.heading_path, place.text))
        return max(cover(words_asked, text), cover(words_asked.across, text) if words_asked.across else 0.0)

    # words that stand nowhere name the document in other words
    narrowed = bool(words_asked.words) and any(
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
    if not wanted.versions and (not changes or (words_asked.words and not narrowed)):
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
