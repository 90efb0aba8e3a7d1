"""What the head of a published set of Kamervragen says: identifier, who asked and answered, what and when."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from learninglion.models import Answerer
from learninglion.parsing.answerers import parse_people
from learninglion.parsing.pdf import Line, Page
from learninglion.parsing.people import parse_date
from learninglion.text import squash

__all__ = [
    "ANSWER_HEADING",
    "INTRODUCTION",
    "Masthead",
    "find_masthead",
    "find_related",
    "parse_answerers",
    "parse_asked_on",
    "parse_received_on",
    "parse_subject",
]

_IDENTIFIER = re.compile(
    r"\b(ah-[te]k-\d{8}-\d{1,5}(?:-[nh]\d{1,2})?|kv-[te]k-?\d{4}Z\d{4,6}(?:-[nh]\d{1,2})?)\b", re.IGNORECASE
)
_OLD_IDENTIFIER = re.compile(r"\b(\d\d)(\d\d)([te]k)kvr(\d{1,5})\b", re.IGNORECASE)  # "0506tkkvr1234"
_SESSION = re.compile(r"\bvergaderjaar\s+(\d{4})\s*[-–—/]\s*(\d{4}|\d\d)\b", re.IGNORECASE)
_CHAMBER = re.compile(r"\bEerste\s+Kamer\b")
_NUMBER = re.compile(r"(?:nr\.?\s*)?(\d{1,5})", re.IGNORECASE)
_FURNITURE = re.compile(
    r"(?:[’'‘]s-Gravenhage\s+\d{4}\s*)?(?:Tweede|Eerste)\s+Kamer,\s+vergaderjaar\s+\d{4}\s*[-–]\s*\d{2,4}\s*,"
    r"\s*(?:Aanhangsel|Vragen|Niet-dossierstuk).{0,24}"
    r"|(?:ah|kv)-[te]k-\S+|KVR\s?\d+\S*|\d{4}[te]kkvr\d+|ISSN\s[\d\s–-]+X?|[’'‘]s-Gravenhage\s+\d{4}"
    r"|Sdu\s+Uitgevers.{0,40}",
    re.IGNORECASE,
)
_FOOT = 0.16  # of the page height: the imprint and the footer stand below this

INTRODUCTION = re.compile(
    r"(?:Nadere\s+|Aanvullende\s+|Schriftelijke\s+)*(?:Kamer)?vragen\s+(?:van|gesteld\s+door|door)\s+"
    r"(?!de\s+leden\s+der\s+Kamer)(?:het\s+(?:Kamer)?lid|de\s+(?:Kamer)?leden|de\s+(?:heer|heren)|mevrouw|de\s+(?:vaste\s+)?commissie"
    r"|de\s+fractie)\b",
    re.IGNORECASE,
)
"""How the paragraph begins that says who asks whom about what."""

ANSWER_HEADING = re.compile(
    r"(?:Nader\s+|Aanvullend\s+|Gezamenlijk\s+|Herzien\s+|Voorlopig\s+)*(?P<what>Antwoord(?:en)?|Mededeling|Uitstelbericht)\s*,?\s+"
    r"(?:ontvangen\s+)?(?:van|namens|door)\s+(?:de\s+|het\s+|mede\s+)?"
    r"(?=(?:demissionair\s+|voormalig\s+)?(?:minister|staatssecretaris|bewindspers|kabinet))",
    re.IGNORECASE,
)
"""How the paragraph begins that says who answers and when that was received."""

_SUBJECT = re.compile(
    r"\s(?:over|inzake|betreffende|omtrent|aangaande|naar\s+aanleiding\s+van)\s+(?P<subject>.+)",
    re.DOTALL | re.IGNORECASE,
)
_ADDRESSED = re.compile(
    r"\saan\s+(?:de|het|mijn|onze)?\s*(?=(?:demissionair\s+)?(?:minister|staatssecretaris|kabinet|bewind))",
    re.IGNORECASE,
)
_ASKED = re.compile(r"[(,]?\s*\(?(?:her|na)?ingezonden(?:\s+op)?\s+(?P<date>[^()]{6,30})", re.IGNORECASE)
_RECEIVED = re.compile(r"\(?\s*ontvangen(?:\s*:|\s+op)?\s+(?P<date>\d[^()]{5,30})", re.IGNORECASE)
_BEHALF = re.compile(r",?\s*(?:(?:\ben|,)\s*)?\b(?:mede|ook|tevens)?[\s-]*namens\b", re.IGNORECASE)
_RELATED = re.compile(
    r"\bZie\s+ook\s*:?\s*(?P<rest>(?:(?:het\s+)?Aanhangsel\s+(?:van\s+de\s+)?Handelingen).*)",
    re.IGNORECASE | re.DOTALL,
)
_RELATED_YEAR = re.compile(
    r"(?P<chamber>\b(?:II|I)\b\s*,?)?\s*(?:vergaderjaar\s+)?(?P<from>\d{4})\s*[-–/]\s*(?P<to>\d{4}|\d\d)\s*,?\s*"
    r"(?:nrs?\.?|nummers?)\s*(?P<numbers>\d{1,5}(?:\s*(?:,|en|;)\s*(?:(?:nr|nummer)\.?\s*)?\d{1,5}(?!\s*[-–]\s*\d))*)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Masthead:
    """What the printed sheet itself says, and the lines that are nothing but that."""

    identifier: str | None
    session_year: str | None
    number: int | None
    skipped: frozenset[tuple[int, int]]  # (page number, index of the line)


def find_masthead(pages: Sequence[Page]) -> Masthead | None:
    """The masthead and imprint of a published set of questions; None where the pages are something else."""
    first = pages[0]
    opening = next((i for i, line in enumerate(first.lines) if INTRODUCTION.match(line.text)), None)
    texts = [line.text for page in pages for line in (page.lines if page is first else _foot(page))]
    whole = "\n".join(texts)
    identifier = _find_identifier(whole)
    session = _SESSION.search(
        "\n".join(line.text for line in first.lines[: opening or 0]) or whole
    ) or _SESSION.search(whole)
    published = identifier is not None or (
        session is not None and re.search(r"\bAanhangsel\b", whole) is not None
    )
    if opening is None or not published:
        return None
    top = first.lines[opening].baseline
    head = [(i, line) for i, line in enumerate(first.lines[:opening]) if line.baseline > top]
    number = _find_number(head, identifier)
    year = f"{session[1]}-{_full_year(session[1], session[2])}" if session else _year_of(identifier)
    if identifier is None and year and number:
        chamber = "ek" if _CHAMBER.search(whole) else "tk"
        identifier = f"ah-{chamber}-{year.replace('-', '')}-{number}"
    skipped = {(first.number, i) for i, _ in head}
    for page in pages:
        limit = page.box[1] + _FOOT * (page.box[3] - page.box[1])
        skipped |= {
            (page.number, i)
            for i, line in enumerate(page.lines)
            if line.baseline < limit and _FURNITURE.fullmatch(line.text)
        }
    return Masthead(identifier, year, number, frozenset(skipped))


def _foot(page: Page) -> list[Line]:
    limit = page.box[1] + _FOOT * (page.box[3] - page.box[1])
    return [line for line in page.lines if line.baseline < limit]


def _find_identifier(text: str) -> str | None:
    match = _IDENTIFIER.search(text)
    if match:
        found = match[1]
        return found.lower() if found.lower().startswith("ah") else found[:6].lower() + found[6:]
    old = _OLD_IDENTIFIER.search(text)
    if old is None:
        return None
    start = 1900 + int(old[1]) if int(old[1]) >= 80 else 2000 + int(old[1])
    return f"ah-{old[3].lower()}-{start}{start + 1}-{int(old[4])}"


def _find_number(head: Sequence[tuple[int, Line]], identifier: str | None) -> int | None:
    if identifier is not None and identifier.startswith("ah-"):
        return int(identifier.split("-")[3])
    numbers = [_NUMBER.fullmatch(line.text.strip()) for _, line in head if line.size < 30]
    found = [match for match in numbers if match]
    return int(found[-1][1]) if found else None


def _year_of(identifier: str | None) -> str | None:
    if identifier is None or not identifier.startswith("ah-"):
        return None
    years = identifier.split("-")[2]
    return f"{years[:4]}-{years[4:]}"


def _full_year(start: str, end: str) -> str:
    return end if len(end) == 4 else str(int(start) + 1)


# --------------------------------------------------------------------------- who, what, when


def parse_subject(introduction: str) -> str:
    """What the questions are about: behind "over" in the introduction, as printed, without the date."""
    text = squash(_ASKED.split(introduction, maxsplit=1)[0]).rstrip(" (,")
    addressed = _ADDRESSED.search(text)
    match = _SUBJECT.search(text, addressed.end() if addressed else 0) or _SUBJECT.search(text)
    subject = match["subject"] if match else text
    subject = subject.strip()
    return subject[:-1].rstrip() if subject.endswith(".") else subject


def parse_asked_on(introduction: str) -> date | None:
    """The day the questions were sent in."""
    match = _ASKED.search(introduction)
    return parse_date(match["date"]) if match else None


def parse_received_on(heading: str) -> date | None:
    """The day the answer was received."""
    match = _RECEIVED.search(heading)
    return parse_date(match["date"]) if match else None


def find_related(text: str, identifier: str | None) -> tuple[str, ...]:
    """Identifiers of the publications named behind "Zie ook Aanhangsel Handelingen"."""
    match = _RELATED.search(squash(text))
    if match is None:
        return ()
    own = "ek" if identifier is not None and "-ek-" in identifier else "tk"
    found: list[str] = []
    for part in _RELATED_YEAR.finditer(match["rest"]):
        chamber = {"I": "ek", "II": "tk"}.get((part["chamber"] or "").strip(" ,").upper(), own)
        years = part["from"] + _full_year(part["from"], part["to"])
        found += [f"ah-{chamber}-{years}-{int(number)}" for number in re.findall(r"\d+", part["numbers"])]
    return tuple(dict.fromkeys(found))


def parse_answerers(heading: str) -> tuple[Answerer, ...]:
    """Who answered: "Antwoord van Minister X (Y), mede namens de Staatssecretaris van Z (ontvangen ...)"."""
    text = squash(_RECEIVED.split(heading, maxsplit=1)[0]).rstrip(" (.,")
    opening = ANSWER_HEADING.match(text)
    text = text[opening.end() :] if opening else text
    behalf = _BEHALF.search(text)
    main, rest = (text[: behalf.start()], text[behalf.end() :]) if behalf else (text, "")
    return tuple(dict.fromkeys((*parse_people(main, False), *parse_people(rest, True))))
