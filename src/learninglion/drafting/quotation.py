"""What of a source can be quoted, and whether it stands by itself in a new draft.

A unit is a sentence, or a list with the sentence before it: a dash, a number or a semicolon of a list is
lay-out, no part of what is said; a heading, a row of a table and an item without its introduction say nothing
by themselves. The place of a unit is always whole and verbatim. It may lean on the unit before it, point at
what is not in a new draft ("zoals gezegd"), or promise for a moment that has passed since.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from learninglion.checking.injection import touches_suspicious
from learninglion.dutch.lexicon import MONTHS
from learninglion.dutch.text import split_sentences, words
from learninglion.models import DocumentKind, Selection, Source, SourceKind, Span

_MARKER = re.compile(r"^(?:[-–—•◦▪*·]|\(?\d{1,2}[.)]|\(?[a-z][.)])\s+")
_FIRST_ITEM_INSIDE = re.compile(r":\s+[-–—•◦▪]\s+(?=\w)")
_CLOSED = re.compile(r"[.!?:;…][\"'”’»)]*(?:\s*\[\s*\d+\s*\])*$")
_CELL = " | "
_HEADING = 12  # words; a longer line without a full stop is a sentence that lost it


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence, or a list read as one sentence; `span` counts in the document's text."""

    text: str
    span: Span
    is_list: bool = False


@dataclass(frozen=True, slots=True)
class _Line:
    """A sentence as it was cut, and whether it stands on a line of its own."""

    text: str
    span: Span
    starts_line: bool
    ends_line: bool

    @property
    def is_item(self) -> bool:
        return bool(_MARKER.match(self.text))


@lru_cache(maxsize=512)
def units_of(source: Source) -> tuple[Unit, ...]:
    """The quotable units of the body, in order; none that speaks to a machine, none of a notice."""
    if source.kind is SourceKind.SECTION and source.document.kind is DocumentKind.KAMERVRAGEN:
        return ()  # "uitstel", "beantwoord middels een brief": what stands there in the place of answers
    return tuple(
        Unit(u.text, _placed(u.span, source), u.is_list)
        for u in _cut(source.body)
        if not touches_suspicious(source, _placed(u.span, source))
    )


def sentences_of(source: Source) -> tuple[tuple[str, int, int], ...]:
    """The units that are one sentence, verbatim, with their places in the document."""
    return tuple((u.text, u.span.start, u.span.end) for u in units_of(source) if not u.is_list)


def has_table(source: Source) -> bool:
    """Whether the body holds a table, which cannot be read as a sentence."""
    return any(_CELL in line for line in source.body.splitlines())


def _placed(span: Span, source: Source) -> Span:
    return Span(span.start + source.body_span.start, span.end + source.body_span.start)


@lru_cache(maxsize=512)
def _cut(body: str) -> tuple[Unit, ...]:
    lines = _lines(body)
    units: list[Unit] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        end = _end_of_list(lines, at)
        if end > at + 1:
            units.append(_read_list(lines[at:end]))
            at = end
            continue
        unit = _read_sentence(line, alone=len(lines) == 1, last=at + 1 == len(lines))
        if unit is not None:
            units.append(unit)
        at += 1
    return tuple(units)


def _lines(body: str) -> list[_Line]:
    made: list[_Line] = []
    for span in split_sentences(body):
        before, after = body[: span.start].rstrip(" \t"), body[span.end :].lstrip(" \t")
        made.append(
            _Line(span.of(body), span, not before or before[-1] == "\n", not after or after[0] == "\n")
        )
    return made


def _end_of_list(lines: Sequence[_Line], at: int) -> int:
    """Where the list that lines[at] introduces ends; `at` itself when it introduces none."""
    text = lines[at].text
    opened = text.endswith(":") or bool(_FIRST_ITEM_INSIDE.search(text))
    if not opened or lines[at].is_item or at + 1 == len(lines) or not lines[at + 1].is_item:
        return at
    end = at + 1
    while end < len(lines):
        if not lines[end].is_item and not _continues(lines, end):
            break
        end += 1
    items = sum(line.is_item for line in lines[at + 1 : end]) + bool(_FIRST_ITEM_INSIDE.search(text))
    return end if items > 1 else at


def _continues(lines: Sequence[_Line], at: int) -> bool:
    """Whether this sentence still belongs to the item before it: more items follow after its line."""
    while at < len(lines) and not lines[at].starts_line:
        at += 1
    return at < len(lines) and lines[at].is_item and not lines[at - 1].is_item


def _read_list(lines: Sequence[_Line]) -> Unit:
    head = lines[0].text
    items: list[str] = []
    inside = _FIRST_ITEM_INSIDE.search(head)
    if inside:
        items.append(head[inside.end() :])
        head = head[: inside.start() + 1]
    for line in lines[1:]:
        if line.is_item:
            items.append(_MARKER.sub("", line.text))
        else:
            items[-1] = f"{items[-1]} {line.text}"
    listing = "; ".join(re.sub(r"(?:[;,.]|[;,]\s+(?:en|of))\s*$", "", item) for item in items)
    return Unit(f"{head} {listing}.", Span(lines[0].span.start, lines[-1].span.end), is_list=True)


def _read_sentence(line: _Line, alone: bool, last: bool) -> Unit | None:
    if alone and not line.is_item:
        return Unit(line.text, line.span)
    marker = _MARKER.match(line.text)
    start = marker.end() if marker else 0
    text = line.text[start:]
    if _CELL in text or text.endswith(":"):
        return None  # a row of a table; an introduction of what is not here
    if not _CLOSED.search(text) and line.ends_line and len(words(text)) <= _HEADING:
        # a heading, or a sentence that was broken off; at the end only its full stop may be lost
        whole = not marker and (len(words(text)) == 1 or (last and not line.starts_line))
        return Unit(text, line.span) if whole else None
    if marker and not (text[:1].isupper() and text.endswith((".", "!", "?"))):
        return None  # half a sentence: the other half stands before the list
    return Unit(text, Span(line.span.start + start, line.span.end))


_NUMBERS = r"\s+\d+(?:(?:,|\s*[-–]|\s+(?:en|t/m|tot en met))\s*\d+)*"
_PLACE = (
    r"(?:in|bij|onder)\s+(?:(?:het|de|mijn|ons|onze)\s+)?(?:"
    rf"antwoord(?:en)?{_NUMBERS}|"
    r"(?:antwoord(?:en)?|beantwoording)(?:\s+(?:op|van))?\s+(?:de\s+)?(?:vorige\s+)?(?:vraag|vragen)"
    rf"(?:{_NUMBERS})?)"
)
_TOLD = (
    r"(?:gezegd|aangegeven|gemeld|genoemd|vermeld|beschreven|toegelicht|opgemerkt|benoemd|uiteengezet|"
    r"geschetst|geantwoord|gesteld)"
)
_EARLIER = (
    r"(?:(?:ook|al|reeds|eerder|hierboven|hiervoor|boven|ik|wij|heb|hebben|is|werd|zojuist)\s+|"
    rf"{_PLACE}\s+)*"
)
_OPENING = re.compile(
    rf"^Zoals\s+{_EARLIER}{_TOLD}(?:\s+{_PLACE})?,?\s+"
    r"(?!(?:in|aan|door|bij|op|tijdens|per|over|van|dat|en|onder)\b)(?=\w)",
    re.IGNORECASE,
)
_CUTS = (
    re.compile(r"\s*\((?:zie|vgl\.?|cf\.?)\s[^()]*\b(?:antwoord\w*|vraag|vragen)\b[^()]*\)", re.IGNORECASE),
    re.compile(rf",?\s+zoals\s+{_EARLIER}{_TOLD}(?:\s+{_PLACE})?(?:,(?=\s)|(?=[.;]))", re.IGNORECASE),
    re.compile(
        rf",?\s+zie (?:ook|tevens) (?:het antwoord op )?(?:vraag|vragen){_NUMBERS},?(?=\s)", re.IGNORECASE
    ),
    re.compile(r"\b(?:hierboven|hiervoor|eerder|boven|voor)[\s-]?(?:genoemde|vermelde)\s+", re.IGNORECASE),
)
_POINTS = re.compile(
    rf"\bzoals\s+{_EARLIER}{_TOLD}\b(?!\s+(?:in|door|op|tijdens|per|aan|onder)\b)|"
    rf"\bzoals\s+[^.]{{0,40}}{_PLACE}|"
    r"\b(?:zie|verwijs\w*|verwezen)\b[^.]{0,80}\b(?:antwoord(?:en)?|beantwoording|vraag|vragen)\b[^.]{0,25}"
    r"\b(?:\d+|hierboven|hiervoor|vorige|bovenstaande)|"
    r"\b(?:in|bij|conform|met)\s+(?:[^\s.]+\s+){0,3}?(?:antwoord(?:en)?|"
    r"beantwoording)\s+(?:op|van)\s+(?:de\s+)?"
    r"(?:(?:vraag|vragen)\s+(?:\d|hierboven|hiervoor)|(?:vorige|voorgaande|bovenstaande)\s)|"
    rf"\b(?:in|bij|onder|conform)\s+(?:(?:de\s+)?(?:vraag|vragen)|(?:het\s+|"
    rf"mijn\s+)?antwoord(?:en)?){_NUMBERS}|"
    r"\b(?:zie|verwijs\w*)\b[^.]{0,40}\b(?:hierboven|bovenstaande)\b",
    re.IGNORECASE,
)


_ANAPHORIC = re.compile(
    r"^(?:dit|deze|dat|die|hij|zij|ze|hem|haar|hun|hen|daar\w*|hier\w*|ook|verder|bovendien|tevens|echter|"
    r"vervolgens|dus|zo|toen|wel|tot slot|ten slotte|ten (?:eerste|tweede|derde)|overigens|immers|"
    r"laatstgenoemde|hetzelfde|deze werkwijze|boven(?:staande?|genoemde?|vermelde?)|"
    r"hierboven|genoemde|beide|dergelijke|zulke|eveneens|voorts|evenmin|aldus|dan|want|"
    r"maar|en|of)\b",
    re.IGNORECASE,
)
# "Triage draagt hieraan bij", "Er is daarmee een reden": what it points at stands in the sentence before
_POINTS_BACK = re.compile(
    r"^(?:\S+\s+){1,4}?(?:hier|daar)(?:aan|bij|door|in|mee|na|naast|om|onder|op|over|"
    r"tegen|toe|uit|van|voor)\b",
    re.IGNORECASE,
)
# "In deze aanpak leren jongeren": which approach was told before; "op dit moment" is now
_SOME_EARLIER = re.compile(
    r"^(?:in|met|op|bij|door|voor|uit|naar|aan|van|onder|over|tijdens|binnen|na|volgens|ten aanzien van)\s+"
    r"(?:deze|dit|die|dat|dergelijke|zulke|beide|(?:de|het) (?:genoemde|betreffende|desbetreffende))\b"
    r"(?!\s+(?:moment|jaar|kabinet\w*|voorjaar|najaar|kwartaal|ogenblik))",
    re.IGNORECASE,
)
# "Het kabinet heeft hier geen inzicht in": in what, was asked
_OF_WHAT = re.compile(
    r"\b(?:hier|daar)\b.{0,40}\b(?:aan|bij|in|mee|naar|op|over|toe|van|voor)\W*(?:\[\s*\d+\s*\])?\W*$",
    re.IGNORECASE,
)
_BARE_ANSWER = re.compile(r"^(?:ja|nee|neen|dat klopt|dit klopt|inderdaad)\W*$", re.IGNORECASE)
# "Hierdoor" further on in a sentence; in "... en valt daarmee onder" it points at the sentence itself
_INSIDE = re.compile(
    r"^(?:(?!\ben(?: \w+){0,3} (?:daar|hier)(?:mee|door|toe)\b).)*?"
    r"\b(?:hierdoor|hiermee|daarmee|daardoor|hiertoe|daartoe|hiervoor|echter)\b",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Unpointed:
    """The sentence without its pointing words; `follows`: it waits for a phrase with "Zoals" in front."""

    text: str
    follows: bool


def is_bare(text: str) -> bool:
    """Whether the sentence is a yes or a no and nothing else."""
    return bool(_BARE_ANSWER.match(text))


def leans(text: str) -> bool:
    """Whether the sentence cannot stand without the one before it: "Deze werkwijze", "Hierdoor"."""
    back = any(p.match(text) for p in (_ANAPHORIC, _POINTS_BACK, _SOME_EARLIER))
    return back or bool(_OF_WHAT.search(text)) or bool(_INSIDE.match(text))


def points_away(text: str) -> bool:
    """Whether the sentence points at another answer or another place of its own document."""
    return bool(_POINTS.search(text))


def unpoint(text: str) -> Unpointed:
    """`text` with what points away cut out; unchanged where there is nothing to cut."""
    opening = _OPENING.match(text)
    left = text[opening.end() :] if opening else text
    for pattern in _CUTS:
        left = pattern.sub("", left)
    if not opening and left[:1].islower() and text[:1].isupper():
        left = left[:1].upper() + left[1:]
    return Unpointed(left.strip(), opening is not None)


_MONTH = "|".join(MONTHS)
_ASKED_ON = re.compile(rf"\bingezonden\s+(?:op\s+)?(\d{{1,2}})\s+({_MONTH})\s+(\d{{4}})\b", re.IGNORECASE)
_NUMBERED = re.compile(r"\b(20\d\d)Z\d{4,5}\b")  # 2024Z18884
_PROMISES = re.compile(
    r"\b(?:zal|zullen|ga|gaan|gaat|wordt|worden|informeer|informeren|verwacht|verwachten|kom|komt|komen|"
    r"streef|streeft|streven|stuur|sturen|ontvangt|ontvangen|hoop|hopen|voornemens|beoogd|gereed|volgt|volgen|"
    r"werk|werkt|werken|bezie|bekijk|onderzoek|inventariseren|toezeg|zeg toe)\b",
    re.IGNORECASE,
)
_SOON = re.compile(
    r"\b(?:(?:de )?komende (?:weken|maanden|periode|tijd)|binnenkort|op korte termijn|"
    r"binnen (?:enkele|een paar|afzienbare) \w+|"
    r"zo (?:snel|spoedig) mogelijk|volgende (?:week|maand)|eerstdaags)\b",
    re.IGNORECASE,
)
_THIS_YEAR = re.compile(
    r"\b(?:(?:eind |later |in de loop van )?(?:van )?dit (?:kalender)?jaar|kerstreces|"
    r"(?:dit|het|komend|komende) (?:najaar|herfst)|na de zomer|na het zomerreces)\b",
    re.IGNORECASE,
)
_NEXT_YEAR = re.compile(r"\b(?:volgend|komend|komende) jaar\b", re.IGNORECASE)
_SUMMER = re.compile(
    r"\b(?:voor|vóór|in) (?:het zomerreces|de zomer)\b|\b(?:deze|komende) zomer\b", re.IGNORECASE
)
_SPRING = re.compile(r"\b(?:dit|het|komend|komende|volgend) voorjaar\b", re.IGNORECASE)
_QUARTER = re.compile(
    r"\b(eerste|tweede|derde|vierde|dit|volgend|laatste) kwartaal(?:\s+(?:van\s+)?((?:19|20)\d\d))?",
    re.IGNORECASE,
)
_IN_MONTH = re.compile(
    rf"\b(?:in|eind|begin|medio|voor|vóór|vanaf|per|uiterlijk|half|rond|op)\s+(?:\d{{1,2}}\s+)?({_MONTH})"
    r"(?:\s+((?:19|20)\d\d))?\b",
    re.IGNORECASE,
)
_IN_YEAR = re.compile(
    r"\b(?:in|eind|begin|medio|voor|vóór|vanaf|per|uiterlijk|voorjaar|najaar|zomer|herfst)\s+(?:van\s+)?((?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_QUARTERS = {"eerste": 1, "tweede": 2, "derde": 3, "vierde": 4, "laatste": 4}
_SOON_DAYS = 183  # "binnenkort" of half a year ago has passed


def asked_on(introduction: str) -> date | None:
    """The day on which questions were sent in, as their introduction tells; None where it does not."""
    match = _ASKED_ON.search(introduction)
    if match:
        with suppress(ValueError):  # "31 februari": no date at all
            month = MONTHS.index(match.group(2).casefold()) + 1
            return date(int(match.group(3)), month, int(match.group(1)))
    return None


def as_of(selection: Selection) -> date | None:
    """The day to judge by: that on which the questions were sent in, else that of choosing the sources, at
    most the last day of the year that their number names; in records without either, of the newest source.
    """
    received = asked_on(selection.introduction)
    if received:
        return received
    sources = (*selection.chosen, *(h.source for h in selection.offered))
    days = [s.document.date for s in sources if s.document.date and s.kind is not SourceKind.SUPPLIED]
    chosen = selection.selected_at.date() if selection.selected_at else max(days, default=None)
    numbered = _NUMBERED.search(selection.introduction)
    last = date(int(numbered[1]), 12, 31) if numbered else None
    return min(chosen, last) if chosen and last else chosen


def has_passed(sentence: str, written: date | None, today: date | None) -> bool:
    """Whether the sentence, `written` then, promises something for moments that lie all before `today`."""
    if written is None or today is None or today <= written or not _PROMISES.search(sentence):
        return False
    last = max(_moments(sentence, written), default=None)
    return last is not None and written <= last < today


def _moments(sentence: str, written: date) -> Iterator[date]:
    """The last days of the periods that the sentence names, as who wrote it then meant them."""
    year = written.year
    if _SOON.search(sentence):
        yield written + timedelta(days=_SOON_DAYS)
    if _THIS_YEAR.search(sentence):
        yield date(year, 12, 31)
    if _NEXT_YEAR.search(sentence):
        yield date(year + 1, 12, 31)
    if _SUMMER.search(sentence):
        yield _coming(written, 8)
    if _SPRING.search(sentence):
        yield _coming(written, 6)
    for name, of_year in _QUARTER.findall(sentence):
        number = _QUARTERS.get(name.casefold())
        if number is None:  # this quarter, the next one
            months = 3 if name.casefold() == "dit" else 6
            yield written + timedelta(days=31 * months)
        else:
            yield _end_of_month(int(of_year), 3 * number) if of_year else _coming(written, 3 * number)
    for name, of_year in _IN_MONTH.findall(sentence):
        month = MONTHS.index(name.casefold()) + 1
        yield _end_of_month(int(of_year), month) if of_year else _coming(written, month)
    for of_year in _IN_YEAR.findall(sentence):
        yield date(int(of_year), 12, 31)


def _coming(written: date, month: int) -> date:
    """The end of the first such month from the day it was written."""
    return _end_of_month(written.year + (month < written.month), month)


def _end_of_month(year: int, month: int) -> date:
    first_of_next = date(year + month // 12, month % 12 + 1, 1)
    return first_of_next - timedelta(days=1)
