"""The ministry's letter with questions and answers in its annex: who, when, about what, and the pairs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from learninglion.dutch.text import squash
from learninglion.models import Answerer, Asker, Notice, NoticeKind, Span
from learninglion.parsing.kamervragen.front import CASE_NUMBER
from learninglion.parsing.kamervragen.header import parse_answerers, parse_askers, parse_date
from learninglion.parsing.kamervragen.pairing import Pairing
from learninglion.parsing.paragraphs import Paragraph

_HEADING = re.compile(
    r"^(?:(?:Be)?antwoord(?:en|ing)?\b|(?:Kamer|Schriftelijke\s+)?vragen\b).{0,400}?\b(?:vragen|lid|leden)\b",
    re.IGNORECASE | re.DOTALL,
)
_COVER = re.compile(
    r"\b(?:uw brief|deel ik u|(?:zend|bied|stuur) ik u|hierbij|hiermee)\b.*\bvragen\b", re.IGNORECASE
)
_SUBJECT = re.compile(r"^(?:Onderwerp|Betreft)\b\s*[:|]?\s*(?P<subject>.*)$", re.IGNORECASE)
_DAY = re.compile(
    r"^(?:Datum\b|Versie\b|Den Haag\s*,|['’]s-Gravenhage\s*,)\s*[:|]?\s*(?P<day>.*)$", re.IGNORECASE
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
        published=parse_date(day),
        asked_on=next((day for day in map(_asked_on, (named, cover_text, *lines)) if day), None),
        askers=next((askers for askers in map(parse_askers, sources) if askers), ()),
        answerers=_answerers(named, cover_text, lines, closing),
        related=tuple(dict.fromkeys(CASE_NUMBER.findall("\n".join((*lines, *letterhead))))),
        introduction=introduction,
    )


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


def find_notice(
    paragraphs: Sequence[Paragraph], spans: Sequence[Span], pairing: Pairing | None
) -> Notice | None:
    """The notice in a short letter without answers that a member's questions are answered later."""
    if pairing is not None or sum(len(p.text.split()) for p in paragraphs) > _NOTICE_MOST:
        return None
    for paragraph, span in zip(paragraphs, spans, strict=True):
        if _LATE.search(paragraph.text) and _ASKED_BY.search(paragraph.text):
            return Notice(NoticeKind.POSTPONEMENT, span)
    return None
