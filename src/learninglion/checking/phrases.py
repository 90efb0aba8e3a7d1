"""The phrases that may stand in front of a cited sentence: who said it, and when; both are checked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from learninglion.checking.alignment import Finding, FindingKind
from learninglion.checking.citations import dutch_date
from learninglion.dutch.lexicon import MONTHS
from learninglion.dutch.text import fold
from learninglion.models import Answerer, DocumentCard, DocumentKind, Source, Span

# Who a phrase says has answered ("de Minister van Financiën"), and whether the cited document says so.

_NAME = r"[A-ZÀ-Ý][\w’'-]*"
# "Volksgezondheid, Welzijn en Sport", "Buitenlandse Zaken", "Yeşilgöz-Zegerius"
_PORTFOLIO = rf"(?-i:{_NAME}(?:(?:,?\s+(?:en\s+)?|\s*[–-]\s*){_NAME})*)"
_ROLE = r"(?:minister-president|minister|staatssecretaris|bewindspersoon|bewindspersonen|bewindslieden)"
_SPEAKER = (
    rf"(?:(?:de|onze)\s+)?(?:toenmalige\s+|demissionaire\s+)?(?P<role>{_ROLE})"
    rf"(?:\s+(?:van\s+|voor\s+)?(?P<who>{_PORTFOLIO}))?(?![\w-])"
    r"|(?:(?:het|de)\s+)?(?:toenmalige\s+|demissionaire\s+)?(?:kabinet|regering)(?![\w-])"
)
"""A pattern (to be matched without regard to case) for who may be said to have answered."""

_NAMED = re.compile(rf"\b(?:{_SPEAKER})", re.IGNORECASE)
_ROLES = {"bewindspersoon": "", "bewindspersonen": "", "bewindslieden": ""}


def _speakers_in(text: str) -> tuple[Span, ...]:
    """Where `text` names a bewindspersoon or the kabinet."""
    return tuple(Span(m.start(), m.end()) for m in _NAMED.finditer(text))


def portfolios_in(text: str) -> tuple[str, ...]:
    """The portfolios of the bewindspersonen that `text` names: "Infrastructuur en Waterstaat"."""
    return tuple(dict.fromkeys(m.group("who") for m in _NAMED.finditer(text) if m.group("who")))


def same_portfolio(one: str, other: str) -> bool:
    """Whether two texts name the same portfolio, or the one a part of the other."""
    first, second = set(_plain(one)), set(_plain(other))
    return first <= second or second <= first


def remove_speaker(phrase: str) -> str:
    """The phrase without the bewindspersoon or the kabinet that it names."""
    return _NAMED.sub(" ", phrase)


def _check_speaker(phrase: str, cards: Sequence[DocumentCard]) -> tuple[Finding, ...]:
    """A finding for a bewindspersoon in the phrase who did not answer in any of the cited documents."""
    findings: list[Finding] = []
    for match in _NAMED.finditer(phrase):
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


# Words an introduction may consist of. Anything else in front of the colon counts as part of the claim.
_SAYING = frozenset(
    """zoals op in het de mijn eerdere vorige soortgelijke namens regering bij u ons volgende gesteld hiervoor
     onze uw aan is ben heb
    heeft hebben ik wij kabinet eerder al reeds destijds
    toen kamer tweede dat gemeld meegedeeld medegedeeld bericht geschreven aangegeven geantwoord vermeld laten
    weten
    geinformeerd antwoord antwoorden vraag vragen kamervragen schriftelijke brief kamerbrief van over hierover
    daarover onder meer ook nadien later recenter en aanhangsel handelingen ii nr nummer met betrekking tot
    dit onderwerp luidde luidt was werd toegelicht
    destijds gaf geeft gaven geven schreef schrijft schreven meldde meldt meldden antwoordde antwoordt
    antwoordden stelde stelt stelden verklaarde verklaart liet laat lieten deelde deelt mee merkte merkt
    benadrukte benadrukt lichtte toe wees er gewezen opgemerkt verklaard benadrukt bekend beantwoording
    schriftelijk regering toenmalige daarbij hierbij eveneens zijn haar hun kondigde kondigt""".split()
)
_MONTH = "|".join(MONTHS)
_DATE = re.compile(rf"\b(\d{{1,2}})\s+({_MONTH})\s+(\d{{4}})\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+|\d+")
_END_OF_PHRASE = re.compile(r":\s+|,\s+(?!is aan|nr)|\s+dat\s+")
_VERBS = frozenset(
    """gemeld meegedeeld medegedeeld bericht geschreven aangegeven geantwoord vermeld weten geinformeerd
    antwoord toegelicht gesteld opgemerkt verklaard benadrukt gewezen bekend
    schreef schrijft schreven meldde meldt meldden antwoordde antwoordt antwoordden stelde stelt stelden
    verklaarde verklaart benadrukte benadrukt""".split()
)
# The verb and its particle stand apart: "gaf de minister aan", "deelde het kabinet mee".
_VERBS_APART = (
    ("aan", frozenset("gaf geeft gaven geven kondigde kondigt".split())),
    ("mee", frozenset("deelde deelt deelden".split())),
    ("op", frozenset("merkte merkt merkten wees".split())),
    ("toe", frozenset("lichtte licht".split())),
    ("weten", frozenset("liet laat lieten".split())),
)
# Long enough for a date, a speaker and a reference, too short to hide a sentence in.
_LONGEST = 160
_MONTH_ONLY = re.compile(rf"\b({_MONTH})\s+(\d{{4}})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Introduced:
    """A statement taken apart: the phrase in front (or "") and what it claims.

    `reports`: the phrase makes a clause of the claim ("De minister gaf aan dat ..."), so that "ik" has become
    "zij" and the tense may have moved with that of the phrase.
    """

    phrase: str
    claim: str
    reports: bool = False


def introduce(card: DocumentCard) -> str:
    """The fixed phrase for a published answer: "Zoals op 17 mei 2024 aan uw Kamer is gemeld:"."""
    day = dutch_date(card)
    return f"Zoals op {day} aan uw Kamer is gemeld:" if day else "Zoals eerder aan uw Kamer is gemeld:"


def continue_from(card: DocumentCard, rest: str) -> str:
    """What went on behind "Zoals gezegd": "Zoals op 17 mei 2024 aan uw Kamer is gemeld, wordt ..."."""
    return f"{introduce(card).removesuffix(':')}, {rest}"


def formerly(card: DocumentCard) -> str:
    """The phrase for what something newer follows on: "Eerder, op 3 maart 2022, is aan uw Kamer gemeld:"."""
    day = dutch_date(card)
    return f"Eerder, op {day}, is aan uw Kamer gemeld:" if day else "Eerder is aan uw Kamer gemeld:"


def attribute(card: DocumentCard, *, then: bool, before: bool = False) -> str:
    """The phrase in front of what somebody else wrote: "Op 3 maart 2022 schreef de minister van X ...:".

    `then`: of an earlier cabinet ("de toenmalige minister"); `before`: "Eerder, ...", it may have changed.
    """
    when = f"Eerder, op {dutch_date(card)}," if before else f"Op {dutch_date(card)}"
    return f"{when} schreef {_writer(card, then)} aan uw Kamer:"


def _writer(card: DocumentCard, then: bool) -> str:
    added = "toenmalige " if then else ""
    for answerer in card.answerers:
        role = answerer.role.casefold().removesuffix(" voor").removesuffix(" van")
        if answerer.portfolio and not answerer.on_behalf:
            link = "voor" if answerer.role.casefold().endswith(" voor") else "van"
            return f"de {added}{role} {link} {answerer.portfolio}"
    return f"het {added}kabinet"


def in_answer_to(phrase: str, question: str) -> str:
    """A phrase with the question that was answered, for a sentence that leans on it."""
    return f"{phrase.removesuffix(':')} op de vraag “{' '.join(question.split())}”:"


_QUESTION_QUOTED = re.compile(r"\s+op de vraag “([^“”]{8,600})”(?=:\s)")


def split_introduction(text: str) -> Introduced:
    """Takes a phrase that says who said it, or when ("...:", "..., " or "... dat "), off the front.

    The rest is the claim. Anything in that phrase but words of saying, a date, a reference and a
    bewindspersoon makes it part of the claim.
    """
    opening = _QUESTION_QUOTED.search(text, 0, _LONGEST * 5)
    whole = _QUESTION_QUOTED.sub("", text, count=1) if opening and opening.start() < _LONGEST else text
    ends = list(_END_OF_PHRASE.finditer(whole, 0, _LONGEST))
    # a portfolio can hold a comma: a colon behind it ends the phrase before that does
    for match in sorted(ends, key=lambda m: not m.group().startswith(":")):
        head, claim = whole[: match.start()], whole[match.end() :].strip()
        if claim and _only_saying(head):
            reports = match.group().strip() == "dat" or bool(_speakers_in(head))
            phrase = text[: match.end() + len(text) - len(whole)].strip()
            return Introduced(phrase, claim, reports)
    end = _end_of_saying(text)
    if end and re.match(r"(?!\s*voor\b).*\bte\s+\w+", text[end:], re.DOTALL):  # "stelde voor": voorstellen
        return Introduced(text[:end].strip(), text[end:].strip(), reports=True)
    according = _ACCORDING.match(text)
    if according and text[according.end() :].strip():
        return Introduced(according.group().strip(), text[according.end() :].strip(), reports=True)
    return Introduced("", text.strip())


_ACCORDING = re.compile(
    rf"(?:Volgens (?:{_SPEAKER})(?:,?\s+)(?!van\b|voor\b)|"
    r"Volgens (?:de|het) (?:eerdere )?(?:beantwoording|antwoord(?:en)?),?\s+|"
    rf"Zoals (?:al |reeds |eerder )?bekend,?\s+)",
    re.IGNORECASE,
)


def _end_of_saying(text: str) -> int:
    """Where words of saying end that need no "dat": "Het kabinet liet weten | niet te ..."; 0 if nowhere."""
    speakers = _speakers_in(text)
    ends: list[int] = []
    for word in _WORD.finditer(text, 0, _LONGEST):
        named = any(s.start <= word.start() and word.end() <= s.end for s in speakers)
        if not named and fold(word.group()) not in _SAYING and not _is_date(word.group()):
            break
        ends.append(word.end())
    while ends and speakers:
        last = text[: ends[-1]].rsplit(maxsplit=1)[-1]
        if _only_saying(text[: ends[-1]]) and fold(last) not in _GOES_ON:
            return ends[-1]
        ends.pop()
    return 0


_GOES_ON = frozenset("van het de dit met over in tot voor bij".split())


def _is_date(word: str) -> bool:
    return word.isdigit() or word.casefold() in MONTHS


def _only_saying(head: str) -> bool:
    without = _MONTH_ONLY.sub(" ", _DATE.sub(" ", remove_speaker(head)))
    words = [fold(w) for w in _WORD.findall(without)]
    return _says(frozenset(words)) and all(w in _SAYING or w.isdigit() for w in words)


def _says(words: frozenset[str]) -> bool:
    return bool(_VERBS & words) or any(
        particle in words and words & verbs for particle, verbs in _VERBS_APART
    )


def check_phrase(phrase: str, sources: tuple[Source, ...]) -> tuple[Finding, ...]:
    """A finding for a date, a year or a number in the phrase that no cited document has."""
    cards = tuple(s.document for s in sources)
    opening = _QUESTION_QUOTED.search(f"{phrase} ")
    findings: list[Finding] = []
    if opening and not any(fold(opening.group(1)) in fold(" ".join(s.question.split())) for s in sources):
        findings.append(Finding(FindingKind.ATTRIBUTION, "Deze vraag is in de bron niet gesteld."))
    phrase = _QUESTION_QUOTED.sub("", f"{phrase} ").strip()
    findings.extend(_check_speaker(phrase, cards))
    known = [dutch_date(card) for card in cards if card.date]
    for match in _DATE.finditer(phrase):
        claimed = f"{int(match.group(1))} {match.group(2).casefold()} {match.group(3)}"
        if claimed not in known:
            actual = f" Het stuk is van {known[0]}." if known else " De datum van het stuk is niet bekend."
            findings.append(
                Finding(
                    FindingKind.CLAIMED_DATE, f"De datum “{match.group()}” is niet die van de bron.{actual}"
                )
            )
    for match in _MONTH_ONLY.finditer(_DATE.sub(" ", phrase)):
        month, year = MONTHS.index(match.group(1).casefold()) + 1, int(match.group(2))
        if not any(card.date and (card.date.year, card.date.month) == (year, month) for card in cards):
            reason = f"“{match.group()}” is niet de maand van de bron."
            findings.append(Finding(FindingKind.CLAIMED_DATE, reason))
    own = {str(n) for s in sources for n in (s.document.number, *s.numbers, *s.answer_numbers)}
    years = {y for card in cards for y in re.findall(r"\d+", card.session_year or "")}
    years |= {str(card.date.year) for card in cards if card.date}
    for number in re.findall(r"\d+", _MONTH_ONLY.sub(" ", _DATE.sub(" ", phrase))):
        if number not in own and not any(y.endswith(number) for y in years):
            findings.append(Finding(FindingKind.NUMBER, f"Het nummer “{number}” is niet dat van de bron."))
    return tuple(findings)
