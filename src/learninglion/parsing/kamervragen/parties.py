"""Who asks a question where several fractions ask in one document, and who answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from learninglion.models import Document, QAPair, Span
from learninglion.parsing.kamervragen.header import MEMBERS
from learninglion.parsing.paragraphs import Paragraph

# A set's text without who asks: what is found must not depend on the name or the party of an asker.

_MEMBERS = re.compile(rf"(?:\bvan\s+)?{MEMBERS.pattern}", MEMBERS.flags)
# "vragen van Jansen (VVD) aan", "Jansen (VVD) vraagt": a name with a party, without the word for a member.
_NAME = (
    r"(?:(?:[Mm]evrouw|[Dd]e\s+heer|[Dd]hr\.|[Mm]w\.)\s+)?"
    r"(?:(?:van|de|den|der|het|ten|ter|te|el|al)\s+|[A-Z]\.\s?|['’]t\s+|d['’])*[A-ZÀ-Þ][\w’'.-]+"
    r"(?:\s+(?:van|de|den|der|het|ten|ter|te|el|al|[A-ZÀ-Þ][\w’'-]+))*"
)
_PARTY_BEHIND = r"\s*\((?!ingezonden|ontvangen)[^()]{1,40}\)"
_SERIES = rf"{_NAME}(?:{_PARTY_BEHIND})?(?:(?:\s*,|\s+en)\s+{_NAME}(?:{_PARTY_BEHIND})?)*"
_NAMED = re.compile(
    rf"(?<=ragen)\s+van\s+(?=[^.\n]{{0,200}}?\()(?:{_SERIES})(?=\s+(?:aan|over|inzake|betreffende|omtrent)\b)"
    rf"|^(?:{_NAME}{_PARTY_BEHIND}(?:(?:\s*,|\s+en)\s+{_NAME}{_PARTY_BEHIND})*)(?=\s+(?:vraag|vrag|stel|heeft|hebben)\w*\b)",
    re.MULTILINE,
)
# "De leden van de VVD-fractie vragen", "de fractie van D66": who speaks in a written consultation.
_FRACTION = re.compile(
    r"\b(?:de\s+|het\s+)?(?:(?:leden|lid)\s+van\s+(?:de\s+)?)?(?:(?-i:[A-ZÀ-Þ0-9])[\w/&+.-]*-fracties?"
    r"|fracties?\s+van\s+(?:de\s+|het\s+)?(?-i:[A-ZÀ-Þ0-9])[\w/&+.-]*"
    r"(?:(?:,|\s+en)\s+(?:de\s+|het\s+)?(?-i:[A-ZÀ-Þ0-9])[\w/&+.-]*)*)",
    re.IGNORECASE,
)


def without_askers(text: str) -> str:
    """`text` with every asker, party and fraction left out; the subject, ministers and dates stay."""
    bare = _NAMED.sub(" ", _MEMBERS.sub(" ", text))
    bare = _FRACTION.sub(" ", bare)
    return "\n".join(" ".join(line.split()) for line in bare.split("\n")).strip()


_PARTY = r"[A-Z][\w’'&./-]*(?:\s(?!De|Het|Deze|Zij)[A-Z][\w’'&./-]*)?"
_LIST = rf"{_PARTY}(?:(?:\s*,\s*|\s+en\s+(?:de\s+)?){_PARTY})*"
_BEHIND = re.compile(rf"\b(?:leden|inbreng|fracties?|lid)\s+van\s+de\s+(?P<names>{_LIST})[-\s]+fracties?\b")
_AHEAD = re.compile(rf"\bfracties?\s+van\s+(?:de\s+)?(?P<names>{_LIST})")
_MEMBER = re.compile(
    rf"^Vra(?:ag|gen)\b.{{0,12}}\s(?:van|door)\s+(?:het\s+lid|de\s+leden)\s+[^()?:]{{2,40}}\((?P<names>{_PARTY})\)"
)
_MORE = re.compile(
    rf"\s*(?:,|,?\s+en|,?\s+alsmede)\s+(?:(?:(?:de|die)\s+)?(?:leden|het\s+lid)\s+)?(?:van\s+)?de\s+(?P<names>{_LIST})[-\s]+fracties?\b"
)
_PLAIN = re.compile(rf"\bde\s+(?P<names>{_LIST})-fracties?\b")


def name_fractions(text: str) -> str:
    """The fractions that ask in `text`: "De leden van de VVD- en CDA-fractie" is "VVD, CDA"; else empty."""
    matches = [m for m in (p.search(text) for p in (_MEMBER, _BEHIND, _AHEAD, _PLAIN)) if m]
    if not matches:
        return ""
    first = min(matches, key=lambda match: match.start())
    named, at = first["names"], first.end()
    while (more := _MORE.match(text, at)) is not None:
        named, at = f"{named}, {more['names']}", more.end()
    names = re.split(r"\s*,\s*|\s+en\s+(?:de\s+)?", named)
    return ", ".join(
        dict.fromkeys(name.removesuffix("-fractie").strip(" -") for name in names if name.strip(" -"))
    )


def attribute(
    document: Document, paragraphs: Sequence[Paragraph], spans: Sequence[Span]
) -> tuple[QAPair, ...]:
    """The pairs of `document` with who asks each and who answers.

    "Deze leden" are those named last, in a question or in a heading above it.
    """
    pairs = sorted(document.pairs, key=lambda pair: pair.question)
    if not any(name_fractions(pair.question.of(document.text)) for pair in pairs) and not any(
        name_fractions(p.text) for p in paragraphs if len(p.text) < 160
    ):
        return document.pairs
    answered = _answerer(document)
    answers = [pair.answer for pair in pairs if pair.answer is not None]
    asker_of: dict[Span, str] = {}
    current, at = "", 0
    for pair in pairs:
        while at < len(spans) and spans[at].start < pair.question.start:
            inside = any(span.start <= spans[at].start < span.end for span in answers)
            if not inside:
                current = name_fractions(paragraphs[at].text) or current
            at += 1
        current = name_fractions(pair.question.of(document.text)) or current
        asker_of[pair.question] = current
    return tuple(
        replace(pair, asked_by=asker_of[pair.question], answered_by=answered if pair.answer else "")
        for pair in document.pairs
    )


def _answerer(document: Document) -> str:
    if not document.answerers:
        return ""
    first = document.answerers[0]
    link = "" if "voor" in first.role.split() or not first.portfolio else " van"
    return " ".join(filter(None, (f"{first.role}{link if first.portfolio else ''}", first.portfolio)))
