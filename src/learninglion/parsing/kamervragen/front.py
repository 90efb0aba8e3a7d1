"""What the first page of a paper of parliament says of itself, wherever it stands there and in any format.

Two forms are known: a set of Kamervragen with its answers ("AH 605", "2024Z18792", "Antwoord van minister
...", or the masthead of the Aanhangsel as text) and a Kamerstuk ("36 450", its title, "Nr. 3", what it is).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from learninglion.dutch.text import squash
from learninglion.models import Answerer, Asker, Genre, Span
from learninglion.models.types import PublicationId, parse_publication_id, session_year_of
from learninglion.parsing.kamervragen.header import (
    ANSWER_HEADING,
    INTRODUCTION,
    find_related,
    parse_answerers,
    parse_asked_on,
    parse_askers,
    parse_date,
    parse_received_on,
    parse_subject,
)
from learninglion.parsing.paragraphs import Paragraph

CASE_NUMBER = re.compile(r"\b20\d\dZ\d{4,6}\b")
"""How the Kamer numbers a set of questions: 2024Z11859."""

_TOP = 3  # lines in which a paper without a masthead names its dossier
_MOST = 60  # paragraphs of a format without pages that can be the first page
_SHEET = re.compile(r"^AH\s?(?P<number>\d{1,5})(?:[-\s]?(?P<suffix>[nh]\d))?(?=\s|$|/)")
_ANNEX = re.compile(r"\bAanhangsel\s+(?:van\s+de\s+)?Handelingen\b", re.IGNORECASE)
_OWN_ID = re.compile(r"^\s*((?:ah|kv|kst)-\S+)\s*$", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:vergaderjaar|zitting)\s+(\d{4})\s*[-–—/]\s*(\d{4}|\d\d)\b", re.IGNORECASE)
_MASTHEAD = re.compile(
    r"^(?:Tweede|Eerste)\s+Kamer\s+der\s+Staten-Generaal|^Vergaderjaar\s+\d{4}", re.IGNORECASE
)
_FOOT = re.compile(
    r"(?P<chamber>Tweede|Eerste)\s+Kamer,\s+vergaderjaar\s+\d{4}\s*[-–]\s*\d{2,4},\s*"
    r"(?P<dossier>\d{2}\s?\d{3}(?:[-\s]+\(?(?:[A-Z]{1,6}|R\d{4}|\d\d)\)?)?),\s*(?:nr\.?\s*)?(?P<number>\d{1,4}|[A-Z]{1,3})\b"
)
_DOSSIER = re.compile(
    r"^(?P<dossier>\d{2}\s?\d{3})(?:[-\s]*\(?(?P<part>(?:[IVX]{1,5}[A-Z]?|R\d{4}|\d\d|[A-H])(?=[)\s|]|$))\)?)?"
    r"(?:\s*\|\s*|\s{1,}|\t|$)(?P<title>.*)$",
    re.DOTALL,
)
_ITEM = re.compile(
    r"^(?:Nr\.?\s*(?P<number>\d{1,4})|(?P<letter>[A-Z]{1,3}))(?:\s*\|\s*|\s+|$)(?P<what>.*)$", re.DOTALL
)
_DAY = re.compile(
    r"(?<!\w)(?P<how>ontvangen|voorgesteld|vastgesteld|den\s+haag|['’‘]s-gravenhage|datum)\b\s*[,:|]?\s*(?:op\s+)?"
    r"(?P<day>\d{1,2}\s+[a-z]+\s+(?:19|20)\d\d|\d{1,2}-\d{1,2}-(?:19|20)\d\d)",
    re.IGNORECASE,
)
_RECEIVED = re.compile(r"\(?\s*ontvangen\b[^()\n]*\)?", re.IGNORECASE)
_ALSO = re.compile(r"\.?\s*\(?\s*,?\s*Zie\s+ook\b[^\n]*", re.IGNORECASE)
_SENT_IN = re.compile(r"\(?\s*(?:her|na)?ingezonden\b[^()\n]*\)?\.?", re.IGNORECASE)
_LONGEST_HEAD = 1200  # characters of who asks whom about what
_QUOTED = tuple(
    re.compile(rf"(?:^|[\s(])[«“‘'\"](?P<said>[^\n]{{12,250}}?)[»”’'\"]+(?={follows})")
    for follows in (r"\s?[?;.,]", r"\s|$")
)

_GENRES: tuple[tuple[Genre, str], ...] = (
    (
        Genre.NOTA_NAAR_AANLEIDING_VAN_HET_VERSLAG,
        r"nota\s+naar\s+aanleiding\s+van\s+het\s+(?:nader\s+|tweede\s+nader\s+)?verslag",
    ),
    (Genre.NOTA_NAAR_AANLEIDING_VAN_HET_VERSLAG, r"(?:nadere\s+)?memorie\s+van\s+antwoord"),
    (Genre.NOTA_VAN_WIJZIGING, r"(?:\w+\s+)?nota\s+van\s+(?:wijziging|verbetering)"),
    (
        Genre.SCHRIFTELIJK_OVERLEG,
        r"(?:verslag\s+van\s+een\s+)?(?:nader\s+)?schriftelijk\s+overleg|inbreng\s+verslag\s+(?:van\s+een\s+)?schriftelijk\s+overleg",
    ),
    (
        Genre.LIJST_VAN_VRAGEN_EN_ANTWOORDEN,
        r"lijst\s+van\s+vragen\s+en\s+antwoorden|verslag\s+houdende\s+een\s+lijst\s+van\s+vragen\s+en\s+antwoorden",
    ),
    (Genre.LIJST_VAN_VRAGEN, r"(?:verslag\s+houdende\s+een\s+)?lijst\s+van\s+vragen"),
    (Genre.KONINKLIJKE_BOODSCHAP, r"koninklijke\s+boodschap|geleidende\s+brief"),
    (Genre.MEMORIE_VAN_TOELICHTING, r"(?:gewijzigde\s+)?memorie\s+van\s+toelichting"),
    (Genre.WETSVOORSTEL, r"(?:gewijzigd\s+)?voorstel\s+van\s+(?:rijks)?wet|wetsvoorstel"),
    (
        Genre.ADVIES,
        r"advies\b.{0,40}\b(?:raad\s+van\s+state|rvs)|advies\s+(?:afdeling|van\s+de)|nader\s+rapport",
    ),
    (Genre.BESLISNOTA, r"(?:bijlage\s*:?\s*)?beslisnota"),
    (Genre.AMENDEMENT, r"(?:(?:nader\s+)?gewijzigd\s+|sub)?amendement"),
    (Genre.MOTIE, r"(?:(?:nader\s+)?gewijzigde\s+)?motie"),
    (Genre.TECHNISCHE_BRIEFING, r"(?:vragen\s+en\s+antwoorden\s+)?technische\s+briefing"),
    (Genre.VERSLAG, r"verslag"),
    (Genre.BRIEF, r"brief"),
)
_BARE = {
    Genre.MOTIE, Genre.AMENDEMENT, Genre.BRIEF, Genre.VERSLAG, Genre.SCHRIFTELIJK_OVERLEG,
    Genre.BESLISNOTA,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Front:
    """What the first page says; None and empty where it does not say it."""

    identifier: str | None = None
    session_year: str | None = None
    number: int | None = None
    dossier: str | None = None
    genre: Genre | None = None
    title: str = ""
    published: date | None = None
    asked_on: date | None = None
    received_on: date | None = None
    askers: tuple[Asker, ...] = ()
    answerers: tuple[Answerer, ...] = ()
    related: tuple[str, ...] = ()
    introduction: Span | None = None
    is_set: bool = False  # a set of Kamervragen as the Kamer publishes it


def read_front(
    paragraphs: Sequence[Paragraph], spans: Sequence[Span], first: int, letterhead: Sequence[str] = ()
) -> Front:
    """What the first page says, of which the paragraphs before index `first` come ahead of every question.

    `letterhead`: the lines of page heads and feet, where the format keeps them apart.
    """
    page = [
        (paragraph.text, span)
        for n, (paragraph, span) in enumerate(zip(paragraphs, spans, strict=True))
        if (paragraph.page == paragraphs[0].page if paragraph.page else n < _MOST)
    ]
    head = [(paragraphs[n].text, spans[n]) for n in range(min(first, len(paragraphs), len(page)))]
    lines = [line.strip() for text in (*letterhead, *(text for text, _ in page)) for line in text.split("\n")]
    own = _own_identifier(lines)
    kamervragen = _read_set(head, [cell.strip() for line in lines for cell in line.split(" | ")], own)
    if kamervragen is not None:
        return kamervragen
    return _read_paper([text for text, _ in page], lines, own) or Front()


def name_genre(heading: str) -> Genre | None:
    """What a heading calls the paper: "MOTIE VAN HET LID DE VRIES" is a motie; None where it says nothing."""
    text = squash(heading)
    return next((genre for genre, words in _GENRES if re.match(words + r"\b", text, re.IGNORECASE)), None)


def title_from_question(question: str) -> str:
    """The title quoted in the first question ("... het bericht «...»?"); empty where it quotes none."""
    matches = (pattern.search(squash(question)) for pattern in _QUOTED)
    return next((match["said"].strip(" .") for match in matches if match), "")


def _own_identifier(lines: Sequence[str]) -> PublicationId | None:
    for line in lines:
        match = _OWN_ID.match(line)
        identifier = parse_publication_id(_spell(match[1])) if match else None
        if identifier is not None:
            return identifier
    return None


def _spell(text: str) -> str:
    """An identifier with its small letters small: "AH-TK-20232024-1" as "ah-tk-20232024-1"."""
    kind, dash, rest = text.partition("-")
    return f"{kind.lower()}{dash}{rest.lower() if kind.lower() == 'ah' else rest}"


# --------------------------------------------------------------------------- a set of Kamervragen


def _read_set(
    head: Sequence[tuple[str, Span]], lines: Sequence[str], own: PublicationId | None
) -> Front | None:
    """The front of a set with its answers; None where nothing says that it is one the Kamer publishes."""
    whole = "\n".join(text for text, _ in head)
    sheet = next((m for m in map(_SHEET.match, lines[:20]) if m), None)
    introduction_line = _search_line(INTRODUCTION, whole)
    answered = _search_line(ANSWER_HEADING, whole, introduction_line.end() if introduction_line else 0)
    answered = answered or _search_line(ANSWER_HEADING, whole)  # the Kamer's own form names them first
    received = parse_received_on(whole[answered.start() :]) if answered else None
    if own is not None and own.kind not in ("ah", "kv"):
        return None
    annex = _ANNEX.search("\n".join(lines[:8])) is not None and _YEAR.search("\n".join(lines[:8])) is not None
    cased = bool(lines) and any(CASE_NUMBER.fullmatch(line) for line in lines[:6])
    if not (sheet or own or (annex and introduction_line) or (cased and answered)):
        return None
    said_asked = _introduction(whole, introduction_line, answered)
    said_answered = _heading(whole, answered)
    year = own.session_year if own else None
    if year is None:
        year = _session(lines[:12]) or (session_year_of(received) if received else None)
    number = _set_number(sheet, own, lines, annex)
    identifier = own.text if own and own.kind == "ah" else None
    if identifier is None and year and number is not None:
        suffix = f"-{sheet['suffix']}" if sheet and sheet["suffix"] else ""
        chamber = "ek" if any(line.startswith("Eerste Kamer der") for line in lines[:12]) else "tk"
        identifier = f"ah-{chamber}-{year.replace('-', '')}-{number}{suffix}"
    if identifier is None and own is not None:
        identifier = own.text
    related = (*find_related(said_answered, identifier), *CASE_NUMBER.findall("\n".join(lines[:12])))
    return Front(
        identifier=identifier,
        session_year=year,
        number=number,
        title=parse_subject(said_asked) if said_asked else "",
        asked_on=parse_asked_on(said_asked) or parse_asked_on(whole),
        received_on=received,
        askers=parse_askers(said_asked),
        answerers=parse_answerers(_closed(said_answered)),
        related=tuple(dict.fromkeys(related)),
        introduction=_place(_with_case(said_asked, whole), whole, head),
        is_set=True,
    )


def _search_line(pattern: re.Pattern[str], text: str, start: int = 0) -> re.Match[str] | None:
    """Where `pattern` stands at the begin of a line, or behind a number or a full stop in one."""
    for match in pattern.finditer(text, start):
        before = text[: match.start()].rstrip(" ")
        if not before or before[-1] in "\n.)/|" or before[-1].isdigit() or before.endswith("antwoorden"):
            return match
    return None


def _introduction(whole: str, match: re.Match[str] | None, answered: re.Match[str] | None) -> str:
    if match is None:
        return ""
    end = answered.start() if answered and answered.start() > match.start() else len(whole)
    text = whole[match.start() : min(end, match.start() + _LONGEST_HEAD)]
    closing = _SENT_IN.search(text)
    if closing is not None:
        return text[: closing.end()].strip()
    lines = text.split("\n")
    return "\n".join(lines[: 1 if len(lines[0]) > 80 else 3]).strip()


def _with_case(text: str, whole: str) -> str:
    """The introduction with the number of the set and the day above it, as the Kamer sends it."""
    at = whole.find(text) if text else -1
    if at < 0:
        return text
    start = at
    for line in reversed(whole[:at].rstrip("\n").split("\n")):
        if not CASE_NUMBER.fullmatch(line.strip()) and not _SENT_IN.fullmatch(line.strip()):
            break
        start = whole.rfind(line, 0, start)
    return whole[start : at + len(text)]


def _heading(whole: str, answered: re.Match[str] | None) -> str:
    """Who answers and when that was received, with what it refers to."""
    if answered is None:
        return ""
    text = whole[answered.start() :]
    received = _RECEIVED.search(text)
    end = received.end() if received else text.find("\n")
    also = _ALSO.match(text, end) if received else None
    return text[: also.end() if also else end if end >= 0 else len(text)].strip()


def _closed(heading: str) -> str:
    """A heading with the bracket closed that was left open: "(Onderwijs en Sport (ontvangen ...)"."""
    received = _RECEIVED.search(heading)
    before, rest = (heading[: received.start()], heading[received.start() :]) if received else (heading, "")
    missing = before.count("(") - before.count(")")
    return f"{before.rstrip()}{')' * max(0, missing)} {rest}"


def _session(lines: Sequence[str]) -> str | None:
    """The parliamentary year of a masthead; not that of another set which is referred to."""
    for line in lines:
        match = _YEAR.search(line)
        if match is not None and "Zie ook" not in line and not re.search(r"\bnr\b", line):
            return f"{match[1]}-{match[2] if len(match[2]) == 4 else int(match[1]) + 1}"
    return None


def _set_number(
    sheet: re.Match[str] | None, own: PublicationId | None, lines: Sequence[str], annex: bool
) -> int | None:
    if own is not None and own.kind == "ah" and own.session_year:
        return int(re.sub(r"\D", "", own.number))
    if sheet is not None:
        return int(sheet["number"])
    if annex:
        numbers = [line for line in lines[:12] if re.fullmatch(r"\d{1,5}", line) and line not in "12"]
        if numbers:
            return int(numbers[0])
        within = re.search(
            r"antwoorden\s+(\d{1,5})\s+(?=(?:\w+\s+){0,2}vragen\s+van)", " ".join(lines[:3]), re.IGNORECASE
        )
        return int(within[1]) if within else None
    return None


def _place(text: str, whole: str, head: Sequence[tuple[str, Span]]) -> Span | None:
    """Where in the document the words `text` of its front stand."""
    at = whole.find(text) if text else -1
    if at < 0 or not head:
        return None
    start = head[0][1].start + at
    return Span(start, start + len(text))


# --------------------------------------------------------------------------- a Kamerstuk


def _read_paper(texts: Sequence[str], lines: Sequence[str], own: PublicationId | None) -> Front | None:
    """The front of a Kamerstuk, or of a paper that calls itself one of the genres; None for anything else."""
    rows = list(lines)
    masthead = any(_MASTHEAD.match(line) for line in lines[:10])
    foot = next((m for m in map(_FOOT.search, lines) if m), None)
    dossiers = [(n, m) for n, line in enumerate(rows[:25]) if (m := _DOSSIER.match(line))]
    items = [
        (n, m) for n, line in enumerate(rows[:40]) if (m := _ITEM.match(line)) and (m["number"] or dossiers)
    ]
    known = own is not None and own.kind == "kst"
    item = next((pair for pair in items if dossiers and pair[0] > dossiers[0][0] and pair[1]["number"]), None)
    item = item or next((pair for pair in items if dossiers and pair[0] > dossiers[0][0]), None)
    heading = _item_heading(rows, item)
    # Without a masthead: a dossier on top, "Nr. 3" below its title, and a name that papers have.
    bare = bool(dossiers and dossiers[0][0] < _TOP and item) and name_genre(heading) is not None
    if not known and not bare and not (masthead and (foot or (dossiers and items))):
        return _read_loose(lines)
    genre = (
        name_genre(heading) if heading else next((g for line in lines[:20] if (g := name_genre(line))), None)
    )
    dossier = own.dossier if own else None
    if dossier is None and dossiers:
        match = dossiers[0][1]
        dossier = re.sub(r"\s", "", match["dossier"]) + (f"-{match['part']}" if match["part"] else "")
    if dossier is None and foot:
        dossier = re.sub(r"[()]", "", re.sub(r"(?<=\d{2})\s(?=\d{3})", "", foot["dossier"])).replace(" ", "-")
    number = own.number if own else None
    if number is None:
        number = foot["number"] if foot else (item[1]["number"] or item[1]["letter"]) if item else None
    identifier = own.text if own else f"kst-{dossier}-{number}" if dossier and number else None
    subject = _paper_title(rows, dossiers, item)
    return Front(
        identifier=identifier,
        session_year=_session(lines),
        number=int(number) if number and number.isdigit() else None,
        dossier=dossier,
        genre=genre,
        title=_name_paper(subject, heading, genre),
        published=_paper_date(lines),
    )


def _read_loose(lines: Sequence[str]) -> Front | None:
    """A paper without a number that calls itself by its genre at the top: a beslisnota, a list of answers."""
    for line in lines[:12]:
        genre = name_genre(line) if len(line) < 160 else None
        if genre is not None and genre not in (Genre.BRIEF, Genre.MOTIE, Genre.VERSLAG, Genre.ADVIES):
            return Front(genre=genre, title=line, published=_paper_date(lines))
    return None


def _item_heading(rows: Sequence[str], item: tuple[int, re.Match[str]] | None) -> str:
    """What stands behind "Nr. 3": on the same line, else on the lines in capitals below it."""
    if item is None:
        return ""
    what = item[1]["what"].strip(" |")
    if not what:
        below = [row for row in rows[item[0] + 1 : item[0] + 4] if row]
        if below:
            what = below[0]
            for row in below[1:]:
                if not (row.isupper() and what.isupper()):
                    break
                what += f" {row}"
    return squash(_DAY.split(what, maxsplit=1)[0])


def _paper_title(
    rows: Sequence[str], dossiers: Sequence[tuple[int, re.Match[str]]], item: tuple[int, re.Match[str]] | None
) -> str:
    """The title of the dossier: behind its number, or on the lines between that and "Nr."."""
    if not dossiers:
        return ""
    at, match = dossiers[0]
    titles = [match["title"].strip(" |")]
    end = item[0] if item and item[0] > at else at + 2
    for row in rows[at + 1 : end]:
        if _DOSSIER.match(row) or _MASTHEAD.match(row):
            break
        titles.append(row.strip(" |"))
    return squash(" ".join(part for part in titles if part))


def _name_paper(subject: str, heading: str, genre: Genre | None) -> str:
    """The title of the dossier, and whose motie or letter this is where the heading says more."""
    if not heading or (genre is not None and genre not in _BARE):
        return subject
    named = heading if not heading.isupper() else _sentence_case(heading)
    return f"{subject}; {named}" if subject else named


_SMALL = frozenset(
    """van het de een der den en c.s. over bij aan in op te ter lid leden motie gewijzigde nader amendement
    brief verslag schriftelijk overleg beslisnota vastgesteld voorgesteld ontvangen tot die dat ten
    voor""".split()
)


def _sentence_case(text: str) -> str:
    """A heading in capitals as a title: "MOTIE VAN HET LID DE VRIES" as "Motie van het lid De Vries"."""
    words = [word.lower() if word.lower() in _SMALL else _capitalise(word) for word in text.split()]
    for n, word in enumerate(words[1:-1], start=1):
        if word in ("van", "de", "der", "den", "het") and words[n - 1] in ("lid", "leden"):
            words[n] = word.capitalize()
    return " ".join((words[0].capitalize(), *words[1:])) if words else text


def _capitalise(word: str) -> str:
    return "-".join(part if len(part) <= 1 else part[0] + part[1:].lower() for part in word.split("-"))


def _paper_date(lines: Sequence[str]) -> date | None:
    """The day the paper was received, presented or signed, as its first page says; the first counts."""
    dates = (parse_date(match["day"]) for match in _DAY.finditer("\n".join(lines)))
    return next((day for day in dates if day), None)
