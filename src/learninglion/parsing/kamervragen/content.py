"""What a document in running text holds: its pairs, a notice, and who, when and about what.

One door for every format: PDF that is no published sheet, Word, ODT, web pages and text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from email.utils import parsedate
from itertools import pairwise

from learninglion.dutch.text import squash
from learninglion.models import (
    Answerer,
    Asker,
    BlockKind,
    Document,
    DocumentKind,
    Genre,
    Notice,
    NoticeKind,
    Span,
)
from learninglion.models.types import parse_publication_id
from learninglion.parsing.kamervragen.header import (
    ANSWER_HEADING,
    CASE_NUMBER,
    Front,
    attribute,
    find_related,
    name_notice,
    parse_answerers,
    parse_askers,
    parse_date,
    parse_received_on,
    read_front,
    title_from_question,
)
from learninglion.parsing.kamervragen.pairing import (
    Pairing,
    asks_alone,
    find_notice_heading,
    heads_answers,
    pair_up,
)
from learninglion.parsing.labels import LabelKind, find_run_on, parse_label
from learninglion.parsing.writing import Paragraph

ADDRESS = "https://zoek.officielebekendmakingen.nl/{identifier}.html"
"""Where a publication stands on the web."""

_TOP = 8  # paragraphs at the head of a document
_ASKING = frozenset(
    (
        Genre.NOTA_NAAR_AANLEIDING_VAN_HET_VERSLAG,
        Genre.SCHRIFTELIJK_OVERLEG,
        Genre.LIJST_VAN_VRAGEN_EN_ANTWOORDEN,
    )
)
"""Papers that hold questions with their answers."""


def fill_in(
    document: Document,
    paragraphs: Sequence[Paragraph],
    spans: Sequence[Span],
    letterhead: Sequence[str] = (),
    title: str = "",
) -> Document:
    """`document` (text, blocks, footnotes) with what its paragraphs, which stand at `spans`, say.

    `title` is what the file calls itself, `letterhead` the lines of its page headers.
    """
    paragraphs, spans = _apart(paragraphs, spans)
    front = read_front(paragraphs, spans, len(paragraphs), letterhead)
    pairing = pair_up(paragraphs, spans, genre=front.genre, is_set=front.is_set)
    first = pairing.first if pairing else len(paragraphs)
    if front.is_set and pairing is not None:
        front = read_front(paragraphs, spans, first, letterhead)
    notice = _find_notice(paragraphs, spans, pairing)
    document = replace(document, pairs=pairing.pairs if pairing else (), notice=notice)
    facts = read_facts(paragraphs, spans, first, letterhead, title)
    if front.is_set or document.kind is DocumentKind.KAMERVRAGEN:
        below = " ".join(paragraphs[n].text for n in pairing.headings) if pairing else ""
        document = _with_notice(_as_set(document, front, facts, below), paragraphs, spans, first)
    elif front.genre is not None or front.identifier is not None:
        document = _as_paper(document, front, facts)
    elif pairing is not None or notice is not None:
        document = _as_letter(document, facts, next((p.text for p in paragraphs if heads_answers(p)), ""))
    else:
        document = replace(document, title=facts.subject or document.title, published=facts.published)
    if pairing is not None and not front.is_set:
        document = replace(document, pairs=attribute(document, paragraphs, spans))
    return replace(document, warnings=(*document.warnings, *_warn(document, front, pairing, paragraphs)))


def _apart(paragraphs: Sequence[Paragraph], spans: Sequence[Span]) -> tuple[list[Paragraph], list[Span]]:
    """The paragraphs, those that hold several questions or answers in parts, with the place of each.

    "Vraag 1 Bent u ...? Antwoord 1 Ja." is two; so is the row "Vraag 1 | Bent u ...?" of a table.
    """
    parts: list[Paragraph] = []
    places: list[Span] = []
    for paragraph, span in zip(paragraphs, spans, strict=True):
        if paragraph.kind is BlockKind.TABLE:
            edges = _labelled_cells(paragraph.text)
            kind = BlockKind.PARAGRAPH
        else:
            edges, kind = find_run_on(paragraph.text), paragraph.kind
        if not edges:
            parts.append(paragraph)
            places.append(span)
            continue
        for start, end in pairwise(sorted({0, *edges, len(paragraph.text)})):
            text = paragraph.text[start:end].rstrip("\n |")
            if text:
                parts.append(replace(paragraph, text=text, kind=kind, notes=()))
                places.append(Span(span.start + start, span.start + start + len(text)))
    return parts, places


def _labelled_cells(table: str) -> tuple[int, ...]:
    """Where the cells begin of a table in which questions and answers have labels; nothing of another."""
    cells = [
        (match.start(), match[0]) for match in re.finditer(r"(?:^|(?<= \| ))(?:(?! \| ).)+", table, re.M)
    ]
    labels = [label for _, cell in cells if (label := parse_label(cell)) is not None]
    numbered = any(label.kind is LabelKind.QUESTION and label.numbers for label in labels)
    whole = numbered and any(label.kind is LabelKind.ANSWER for label in labels)
    return tuple(start for start, _ in cells) if whole else ()


def _as_set(document: Document, front: Front, facts: LetterFacts, below: str) -> Document:
    """A set of Kamervragen; `below`: what stands over answers that follow the last question."""
    answerers = front.answerers or parse_answerers(below) or facts.answerers
    sheet = document.kind is DocumentKind.KAMERVRAGEN  # its lay-out says so
    identifier = document.id if sheet and parse_publication_id(document.id) else front.identifier
    first = document.pairs[0].question.of(document.text) if document.pairs else ""
    case = next((name for name in front.related if "Z" in name), "")
    named = f"Antwoord op vragen {case}".strip()
    return replace(
        document,
        id=identifier or document.id,
        url=ADDRESS.format(identifier=identifier) if identifier else document.url,
        kind=DocumentKind.KAMERVRAGEN if identifier or sheet else DocumentKind.LETTER,
        title=front.title or title_from_question(first) or facts.title or named,
        session_year=document.session_year or front.session_year,
        number=document.number or front.number,
        asked_on=front.asked_on,
        received_on=front.received_on or parse_received_on(below),
        published=facts.published,
        askers=front.askers,
        answerers=answerers,
        ministry=_ministry(answerers),
        introduction=front.introduction,
        related=front.related or find_related(below, identifier),
    )


def _with_notice(
    document: Document, paragraphs: Sequence[Paragraph], spans: Sequence[Span], first: int
) -> Document:
    """A set with the notice in the place of its answers.

    It stands under "Mededeling", or, where only the head calls the reply that, below the last question.
    """
    at = find_notice_heading(paragraphs)
    span: Span | None = None
    pairs = document.pairs
    if at is not None and at + 1 < len(spans) and not any(pair.answer for pair in pairs):
        span = Span(spans[at + 1].start, spans[-1].end)
    announced = next((m for p in paragraphs[:first] if (m := ANSWER_HEADING.match(p.text))), None)
    if span is None and announced is not None and announced["what"].lower() not in {"antwoord", "antwoorden"}:
        span = next((pair.answer for pair in reversed(pairs) if pair.answer is not None), None)
        pairs = tuple(
            replace(pair, answer=None, answer_page=None, answer_numbers=()) if pair.answer == span else pair
            for pair in pairs
        )
    if span is None:
        return document
    return replace(document, pairs=pairs, notice=Notice(name_notice(span.of(document.text)), span))


def _as_paper(document: Document, front: Front, facts: LetterFacts) -> Document:
    """A Kamerstuk, or a paper of a genre; one with pairs is signed by who answers."""
    answerers = facts.answerers if document.pairs else ()
    return replace(
        document,
        id=front.identifier or document.id,
        url=ADDRESS.format(identifier=front.identifier) if front.identifier else document.url,
        title=front.title or facts.subject or document.title,
        session_year=front.session_year,
        number=front.number,
        dossier=front.dossier,
        genre=front.genre,
        published=front.published or facts.published,
        answerers=answerers,
        ministry=_ministry(answerers),
    )


def _as_letter(document: Document, facts: LetterFacts, heading: str) -> Document:
    """A letter; `heading`: who answers and when that was received, where it has the lay-out of a set."""
    answerers = facts.answerers or parse_answerers(heading)
    return replace(
        document,
        kind=DocumentKind.LETTER,
        title=facts.title or document.title,
        published=facts.published,
        asked_on=facts.asked_on,
        received_on=parse_received_on(heading),
        askers=facts.askers,
        answerers=answerers,
        ministry=_ministry(answerers),
        introduction=facts.introduction,
        related=facts.related,
    )


def _ministry(answerers: Sequence[Answerer]) -> str | None:
    """The ministry of who answers first: the portfolio without what a staatssecretaris does in it."""
    portfolio = next((a.portfolio for a in answerers if a.portfolio), None)
    return re.split(r"\s+[–—-]\s+", portfolio)[0] if portfolio else None


def _counts_questions(paragraphs: Sequence[Paragraph]) -> bool:
    """Whether there are labels of several questions ("Vraag 1", "Vraag 2")."""
    labels = [label for label in (parse_label(paragraph.text) for paragraph in paragraphs) if label]
    return len({label.numbers for label in labels if label.kind is LabelKind.QUESTION and label.numbers}) > 1


def _warn(
    document: Document, front: Front, pairing: Pairing | None, paragraphs: Sequence[Paragraph]
) -> tuple[str, ...]:
    """What a reader should know of the pairs, and what the document promises and does not give."""
    warnings = list(pairing.warnings) if pairing and document.notice is None else []
    if not document.pairs and document.notice is None and (front.is_set or front.genre in _ASKING):
        warnings.append("Dit stuk hoort vragen en antwoorden te bevatten, maar er zijn er geen gevonden.")
    elif not document.pairs and document.notice is None and _counts_questions(paragraphs):
        warnings.append("Hier staan genummerde vragen zonder antwoorden; die zijn als gewone tekst gelezen.")
    elif not document.pairs and document.notice is None and asks_alone(paragraphs[:_TOP]):
        warnings.append("Hier staan vragen zonder nummers of antwoorden; die zijn als gewone tekst gelezen.")
    if not front.is_set:
        return tuple(warnings)
    if front.identifier is None and any(pair.answer for pair in document.pairs):
        warnings.append("Het nummer van de publicatie is niet gevonden.")
    if not document.askers:
        warnings.append("Wie de vragen stelde, is niet gevonden.")
    if not document.answerers and any(pair.answer for pair in document.pairs):
        warnings.append("Wie antwoordde, is niet gevonden.")
    if document.received_on is None and any(pair.answer for pair in document.pairs):
        warnings.append("De datum van ontvangst is niet gevonden.")
    return tuple(warnings)


# --------------------------------------------------------------------------- letters


_HEADING = re.compile(
    r"^(?:(?:Be)?antwoord(?:en|ing)?\b|(?:Kamer|Schriftelijke\s+)?vragen\b).{0,400}?\b(?:vragen|lid|leden)\b",
    re.IGNORECASE | re.DOTALL,
)
_COVER = re.compile(
    r"\b(?:uw brief|deel ik u|(?:zend|bied|stuur) ik u|hierbij|hiermee)\b.*\bvragen\b", re.IGNORECASE
)
_SUBJECT = re.compile(r"^(?:Onderwerp|Betreft)\b\s*[:|]?\s*(?P<subject>.*)$", re.IGNORECASE)
_DAY = re.compile(
    r"^(?:Datum\b|(?:Date|Sent|Verzonden|Verstuurd):|Versie\b|Den Haag\s*,|['’]s-Gravenhage\s*,)"
    r"\s*[:|]?\s*(?P<day>.*)$",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"(?:ingezonden(?:\s+op|\s+d\.d\.)?|(?:uw\s+)?brief\s+(?:van|d\.d\.|met kenmerk\s+\S+\s+van)"
    r"|gesteld\s+op|d\.d\.)\s+"
    r"(?P<day>\d{1,2}\s+\w+\s+\d{4})",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"\b(?:over|inzake|betreffende|omtrent|aangaande|naar aanleiding van)\s+(?P<about>\S.*)$", re.DOTALL
)
_TAIL = re.compile(r"\s*\((?:ingezonden|ontvangen|20\d\dZ)[^)]*\)\s*\.?$|[\s.]+$")
_OFFICE_LINE = re.compile(
    r"^(?:(?:mede\s+)?namens\s+)?(?:de|het)?\s*(?:minister|staatssecretaris)\b(?!.*[.?!]$)", re.IGNORECASE
)
# "Welzijn en Sport,": what was left of an office that took two lines.
_OFFICE_REST = re.compile(r"^(?:[A-Z][\w-]+,? )*(?:en|EN) [A-Z][\w-]+,?$")
_PARTICLES = r"(?:(?:van|de|den|der|ter|ten|te|la|het|in|op|'t|’t)\s+)*"
_SIGNED = re.compile(
    r"^(?:(?:prof|dr|mr|drs|ir|ing)\.\s*)*(?P<name>(?:(?:[A-Z]\.?\s?){1,5}|[A-Z][\w'’-]+\s+)"
    rf"{_PARTICLES}[A-Z][\w'’-]+(?:[ -]{_PARTICLES}[A-Z][\w'’-]+)*)$"
)
_BEHALF = re.compile(
    r"\bnamens\b(?P<who>.{3,200}?)(?=,\s*(?:de|uw|het|op)\b|\s(?:de antwoorden|mijn antwoord|op)\b|[.;]|$)",
    re.IGNORECASE,
)
# Where the subject ends and the letter goes on about itself.
_REST = re.compile(
    r"\s*\(ingezonden\b|\s+worden\s+beantwoord\b|\s+(?:zoals|als)\s+aangegeven\b|,?\s*\(?(?:met\s+)?kenmerk\b|\.\s+Deze\s"
    r"|,?\s+(?:(?:die|welke)\s+)?(?:(?:zijn|werden|is)\s+)?ingezonden\b|,?\s+(?:die|welke)\s+mij\b",
    re.IGNORECASE,
)
_LATE = re.compile(r"niet\s+binnen\s+de\s+(?:\w+\s+){0,3}termijn|uitstel", re.IGNORECASE)
_ASKED_BY = re.compile(r"\bvragen\b.{0,40}\b(?:lid|leden)\b", re.IGNORECASE | re.DOTALL)
_NOTICE_MOST = 450  # words, letterhead included: a longer letter says more than that an answer is late
_WORD_DIRT = re.compile(r"^(?:Brief\s*[-–:]\s*)?(?:Be)?antwoord(?:en|ing)?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """What a letter says about itself."""

    title: str = ""
    subject: str = ""  # behind "Onderwerp" or "Betreft"
    published: date | None = None
    asked_on: date | None = None
    askers: tuple[Asker, ...] = ()
    answerers: tuple[Answerer, ...] = ()
    related: tuple[str, ...] = ()
    introduction: Span | None = None


def read_facts(
    paragraphs: Sequence[Paragraph], spans: Sequence[Span], first: int, letterhead: Sequence[str], title: str
) -> LetterFacts:
    """The facts in the letter ahead of its first label (at index `first`) and in its page headers."""
    front = paragraphs[:first]
    heading = _heading(front)
    cover = next((n for n, p in enumerate(front) if _COVER.search(p.text)), None)
    introduction: Span | None = None
    if heading:
        introduction = Span(spans[heading[0]].start, spans[heading[-1]].end)
    elif cover is not None:
        introduction = spans[cover]
    lines = [line for paragraph in front for line in paragraph.text.split("\n")]
    subject = _said(lines, _SUBJECT, "subject") or _said(letterhead, _SUBJECT, "subject")
    named = squash(" ".join(front[n].text for n in heading))
    cover_text = front[cover].text if cover is not None else ""
    sources = [text for text in (named, subject, cover_text, title, *lines) if text]
    closing = _closing(paragraphs, first)
    day = _said(lines, _DAY, "day") or _said(letterhead, _DAY, "day")
    return LetterFacts(
        title=find_subject(named, subject, cover_text, title),
        subject=subject,
        published=parse_date(day) or _sent_on(day),
        asked_on=next((day for day in map(_asked_on, (named, cover_text, *lines)) if day), None),
        askers=next((askers for askers in map(parse_askers, sources) if askers), ()),
        answerers=_answerers(named, cover_text, lines, closing),
        related=tuple(dict.fromkeys(CASE_NUMBER.findall("\n".join((*lines, *letterhead))))),
        introduction=introduction,
    )


def _sent_on(text: str) -> date | None:
    """The day in the head of a mail, as programs write it: "Thu, 13 Mar 2025 09:12:00 +0100"."""
    moment = parsedate(text)
    try:
        return date(*moment[:3]) if moment else None
    except ValueError:  # 31 Feb
        return None


def _closing(paragraphs: Sequence[Paragraph], first: int) -> list[str]:
    """The last paragraphs, and where an annex follows, those the text before it was signed with."""
    last = [paragraph.text for paragraph in paragraphs[max(first, len(paragraphs) - 8) :]]
    for index in range(len(paragraphs) - 9, first, -1):
        text = paragraphs[index].text.strip()
        if text.endswith(",") and len(text) < 160 and _OFFICE_LINE.match(text):
            return [paragraph.text for paragraph in paragraphs[max(first, index - 2) : index + 4]]
    return last


def _heading(front: Sequence[Paragraph]) -> list[int]:
    """The paragraphs of the heading above the questions: "Antwoorden van ... op vragen van ... over ..."."""
    for start in range(len(front) - 1, -1, -1):
        joined = squash(" ".join(p.text for p in front[start : start + 3]))
        if (
            _HEADING.match(joined)
            and front[start].text[:1].isupper()
            and not _COVER.search(front[start].text)
        ):
            if "|" in front[start].text or len(front[start].text) > 900:
                continue
            end = start + 1
            while end < len(front) and end < start + 4 and front[end].emphasised == front[start].emphasised:
                if (
                    front[start].emphasised
                    or front[end].text[:1].islower()
                    or CASE_NUMBER.search(front[end].text)
                ):
                    end += 1
                else:
                    break
            return list(range(start, end))
    return []


def _said(lines: Sequence[str], pattern: re.Pattern[str], group: str) -> str:
    """What stands behind a word such as "Onderwerp", on the same line or the next."""
    for number, line in enumerate(lines):
        match = pattern.match(line)
        if match is not None:
            following = lines[number + 1] if number + 1 < len(lines) else ""
            return match[group].strip() or following.strip()
    return ""


def find_subject(*candidates: str) -> str:
    """What the questions are about; else the first candidate as it stands."""
    for text in candidates:
        match = _ABOUT.search(text)
        if match is not None:
            about = _REST.split(match["about"])[0]
            about = _TAIL.sub("", _TAIL.sub("", squash(about)))
            if about:
                return about[:1].upper() + about[1:]
    return next((squash(text) for text in candidates if text.strip()), "")


def _asked_on(text: str) -> date | None:
    match = _ASKED.search(text)
    return parse_date(match["day"]) if match else None


def _answerers(named: str, text: str, lines: Sequence[str], closing: Sequence[str]) -> tuple[Answerer, ...]:
    """Who answers, from the heading above the questions or else from the signature, with the name signed."""
    before = re.split(r"\b(?:op|van)\s+(?:de\s+)?(?:Kamer|schriftelijke\s+)?vragen\b", named, maxsplit=1)[0]
    offices = parse_answerers(before) if _WORD_DIRT.match(named) else ()
    signed, name = _signature([line.strip() for line in (*lines[-14:], *closing)])
    offices = tuple(_in_lower_case(office) for office in offices or parse_answerers(signed))
    behalf = _BEHALF.search(text)
    if behalf is not None and not any(office.on_behalf for office in offices):
        others = parse_answerers(f"namens {behalf['who'].strip()}")
        offices = (*offices, *(replace(other, on_behalf=True) for other in others))
    if not offices or name is None:
        return offices
    return (replace(offices[0], name=name), *offices[1:])


def _in_lower_case(office: Answerer) -> Answerer:
    """ "WATERSTAAT EN ZEE" as "Waterstaat en Zee": some letters are signed in capitals."""
    if office.portfolio is None or not office.portfolio.isupper():
        return office
    words = [
        word.lower() if word in ("EN", "VAN", "DE", "HET") else word.title()
        for word in office.portfolio.split()
    ]
    return replace(office, portfolio=" ".join(words))


def _signature(lines: Sequence[str]) -> tuple[str, str | None]:
    """The offices a letter is signed with, who signs first, and the name that stands under it."""
    own: list[str] = []
    behalf: list[str] = []
    name: str | None = None
    for number, line in enumerate(lines):
        if len(line) >= 160 or not _OFFICE_LINE.match(line):
            continue
        following = list(lines[number + 1 : number + 6])
        office = line
        if following and _OFFICE_REST.match(following[0]):
            office = f"{line} {following.pop(0)}"
        (behalf if "namens" in line.casefold() else own).append(office.rstrip(", "))
        signed = next((m for m in map(_SIGNED.match, following) if m), None)
        if signed is not None and name is None and "namens" not in line.casefold():
            name = signed["name"]
    # "Mede namens de staatssecretaris van X," stands above "de minister van Y": who signs comes first.
    return ", ".join(own[:1] + behalf[:1]), name


def _find_notice(
    paragraphs: Sequence[Paragraph], spans: Sequence[Span], pairing: Pairing | None
) -> Notice | None:
    """The notice in a short letter without answers that a member's questions are answered later."""
    if pairing is not None or sum(len(p.text.split()) for p in paragraphs) > _NOTICE_MOST:
        return None
    for paragraph, span in zip(paragraphs, spans, strict=True):
        if _LATE.search(paragraph.text) and _ASKED_BY.search(paragraph.text):
            return Notice(NoticeKind.POSTPONEMENT, span)
    return None
