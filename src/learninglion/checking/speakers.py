"""Who a phrase says has answered ("de Minister van Financiën"), and whether the cited document says so."""

from __future__ import annotations

import re
from collections.abc import Sequence

from learninglion.checking.findings import Finding, FindingKind
from learninglion.dutch.text import fold
from learninglion.models import Answerer, DocumentCard, DocumentKind, Span

_NAME = r"[A-ZÀ-Ý][\w’'-]*"
# "Volksgezondheid, Welzijn en Sport", "Buitenlandse Zaken", "Yeşilgöz-Zegerius"
_PORTFOLIO = rf"(?-i:{_NAME}(?:(?:,?\s+(?:en\s+)?|\s*[–-]\s*){_NAME})*)"
_ROLE = r"(?:minister-president|minister|staatssecretaris|bewindspersoon|bewindspersonen|bewindslieden)"
SPEAKER = (
    rf"(?:(?:de|onze)\s+)?(?:toenmalige\s+|demissionaire\s+)?(?P<role>{_ROLE})"
    rf"(?:\s+(?:van\s+|voor\s+)?(?P<who>{_PORTFOLIO}))?(?![\w-])"
    r"|(?:(?:het|de)\s+)?(?:toenmalige\s+|demissionaire\s+)?(?:kabinet|regering)(?![\w-])"
)
"""A pattern (to be matched without regard to case) for who may be said to have answered."""

_FOUND = re.compile(rf"\b(?:{SPEAKER})", re.IGNORECASE)
_ROLES = {"bewindspersoon": "", "bewindspersonen": "", "bewindslieden": ""}


def speakers_in(text: str) -> tuple[Span, ...]:
    """Where `text` names a bewindspersoon or the kabinet."""
    return tuple(Span(m.start(), m.end()) for m in _FOUND.finditer(text))


def portfolios_in(text: str) -> tuple[str, ...]:
    """The portfolios of the bewindspersonen that `text` names: "Infrastructuur en Waterstaat"."""
    return tuple(dict.fromkeys(m.group("who") for m in _FOUND.finditer(text) if m.group("who")))


def same_portfolio(one: str, other: str) -> bool:
    """Whether two texts name the same portfolio, or the one a part of the other."""
    first, second = set(_plain(one)), set(_plain(other))
    return first <= second or second <= first


def remove_speaker(phrase: str) -> str:
    """The phrase without the bewindspersoon or the kabinet that it names."""
    return _FOUND.sub(" ", phrase)


def check_speaker(phrase: str, cards: Sequence[DocumentCard]) -> tuple[Finding, ...]:
    """A finding for a bewindspersoon in the phrase who did not answer in any of the cited documents."""
    findings: list[Finding] = []
    for match in _FOUND.finditer(phrase):
        role, who = fold(match.group("role") or ""), match.group("who")
        if not cards or any(card.kind is not DocumentKind.KAMERVRAGEN for card in cards):
            findings.append(_no_speaker(match.group()))
            continue
        answerers = [a for card in cards for a in card.answerers]
        if not role or (not who and not answerers):
            continue  # the kabinet answers through whoever signs
        if not any(_is(answerer, _ROLES.get(role, role), who) for answerer in answerers):
            findings.append(_no_speaker(match.group()))
    return tuple(findings)


def _no_speaker(named: str) -> Finding:
    return Finding(FindingKind.NAME, f"Dat “{named.strip()}” dit zei, blijkt niet uit de bron.")


def _is(answerer: Answerer, role: str, who: str | None) -> bool:
    if role and fold(answerer.role).removesuffix(" voor") != role:
        return False
    if not who:
        return True
    portfolio = answerer.portfolio or ""
    names = [answerer.name or "", portfolio, *re.split(r"\s+[–-]\s+", portfolio)]
    return _plain(who) in {plain for name in names if name for plain in (_plain(name), _surname(name))}


def _surname(name: str) -> tuple[str, ...]:
    """The name without what stands in front: "Tongeren-Smit" of "Van Tongeren-Smit"."""
    plain = _plain(name)
    while len(plain) > 1 and plain[0] in ("van", "der", "den", "de", "ter", "ten", "te"):
        plain = plain[1:]
    return plain


def _plain(name: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[^\W_]+", fold(name)))
