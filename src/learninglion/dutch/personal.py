"""Dutch personal data in a text: numbers that belong to one person, and names of private persons.

A number counts by its form, by its own arithmetic where it has any (eleven test, mod 97) and by the words
around it. Numbers of the field itself (zaak, document, Kamerstuk, ECLI) and general contact details of an
organisation are not personal data, and neither are people in their public role.
Sources: eleven test of the burgerservicenummer (Wet algemene bepalingen burgerservicenummer); ISO 13616 for
IBAN; the numbering plan of the ACM for telephone numbers; the side codes of the RDW for number plates.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from learninglion.models import Document, DocumentCard, Passage, Source, Span


class PersonalKind(StrEnum):
    """What kind of personal data stands somewhere."""

    BSN = "bsn"
    IBAN = "iban"
    PHONE = "phone"
    ADDRESS = "address"  # a postcode with a house number
    EMAIL = "email"
    PLATE = "plate"
    NAME = "name"  # of a private person


NUMBERED = frozenset(PersonalKind) - {PersonalKind.NAME}
"""The kinds that are recognised by their form."""

SECRET = frozenset({PersonalKind.BSN, PersonalKind.IBAN})
"""The kinds that no answer to parliament may print as a matter of course."""

_WORDS = {
    PersonalKind.BSN: ("burgerservicenummer", "burgerservicenummers"),
    PersonalKind.IBAN: ("rekeningnummer", "rekeningnummers"),
    PersonalKind.PHONE: ("telefoonnummer", "telefoonnummers"),
    PersonalKind.ADDRESS: ("adres", "adressen"),
    PersonalKind.EMAIL: ("e-mailadres", "e-mailadressen"),
    PersonalKind.PLATE: ("kenteken", "kentekens"),
    PersonalKind.NAME: ("naam van een particulier", "namen van particulieren"),
}
_LABELS = {
    PersonalKind.BSN: "bsn",
    PersonalKind.IBAN: "iban",
    PersonalKind.PHONE: "tel",
    PersonalKind.ADDRESS: "adres",
    PersonalKind.EMAIL: "mail",
    PersonalKind.PLATE: "kent",
    PersonalKind.NAME: "naam",
}
_COVER = "█"


@dataclass(frozen=True, slots=True, order=True)
class PersonalData:
    """One place in a text, and what kind of personal data stands there."""

    span: Span
    kind: PersonalKind


def find_personal(text: str, public: Collection[str] = ()) -> tuple[PersonalData, ...]:
    """All personal data in `text`, in order and without overlap; `public` names people in a public role."""
    personal: list[PersonalData] = []
    taken = [match.span() for match in _OWN_NUMBERS.finditer(text)]
    for kind, look in _FINDERS:
        for start, end in look(text):
            if all(end <= s or start >= e for s, e in taken):
                taken.append((start, end))
                personal.append(PersonalData(Span(start, end), kind))
    for start, end in _names(text, public):
        if all(end <= s or start >= e for s, e in taken):
            taken.append((start, end))
            personal.append(PersonalData(Span(start, end), PersonalKind.NAME))
    return tuple(sorted(personal, key=lambda datum: datum.span.start))


def _count_personal(personal: Sequence[PersonalData]) -> dict[PersonalKind, int]:
    """How much of each kind, in the order of the kinds."""
    counted = Counter(datum.kind for datum in personal)
    return {kind: counted[kind] for kind in PersonalKind if counted[kind]}


def describe_personal(counted: dict[PersonalKind, int]) -> str:
    """ "1 burgerservicenummer en 2 rekeningnummers": how much of what, never the values."""
    parts = [f"{number} {_WORDS[kind][number > 1]}" for kind, number in counted.items()]
    return f"{', '.join(parts[:-1])} en {parts[-1]}" if len(parts) > 1 else "".join(parts)


def document_personal(document: Document) -> dict[PersonalKind, int]:
    """How much of each kind stands in a document; who asks and answers there is no private person."""
    public = _public_names(document)
    return _count_personal(find_personal(document.text, public))


def _public_names(paper: Document | DocumentCard) -> tuple[str, ...]:
    """Who asks and answers there: people in their public role."""
    return (*(asker.name for asker in paper.askers), *(a.name for a in paper.answerers if a.name))


def mask(text: str, public: Collection[str] = ()) -> str:
    """`text` with its personal data covered, each place as long as it was: every offset still holds.

    What stood there is found again through the offsets in the stored document, by who may read that.
    """
    pieces, end = [], 0
    numbers: dict[tuple[PersonalKind, str], int] = {}
    for datum in find_personal(text, public):
        value = datum.span.of(text)
        number = numbers.setdefault((datum.kind, value), 1 + sum(k is datum.kind for k, _ in numbers))
        label = f"{_COVER}{_LABELS[datum.kind]}{number}"
        fits = len(label) < len(value)
        cover = label.ljust(len(value), _COVER) if fits else _COVER * len(value)
        pieces += [text[end : datum.span.start], cover]
        end = datum.span.end
    return "".join([*pieces, text[end:]])


def mask_document(document: Document) -> Document:
    """`document` as who asks it may read it: its text with the personal data covered."""
    return replace(document, text=mask(document.text, _public_names(document)))


def mask_source(source: Source) -> Source:
    """`source` as a model may read it: body and question with their personal data covered."""
    public = _public_names(source.document)
    return replace(source, body=mask(source.body, public), question=mask(source.question, public))


def mask_passage(passage: Passage) -> Passage:
    """`passage` as a model may read it."""
    return replace(passage, text=mask(passage.text))


# --------------------------------------------------------------------------- what is never personal

_OWN_NUMBERS = re.compile(
    r"\b(?:20\d\d[ZD]\d{4,6}|ECLI:[A-Z]{2}:[A-Z0-9]+:\d{4}:[A-Z0-9.]+"
    r"|(?:kst|ah|kv|h|blg|nds|stb|stcrt)-(?:(?:tk|ek)-)?[0-9A-Z]+(?:-[0-9A-Za-z]+)*)\b"
    r"|https?://\S+|\bwww\.\S+",
)
# A word right before a number that says it is a number of something else.
_OTHER_NUMBER = re.compile(
    r"(?:\b(?!bsn|burgerservice|sofi|persoons|telefoon|mobiel)"
    r"(?:[\w-]+nummer|[\w-]*(?:kenmerk|code|dossier|zaak|factuur|referentie|isbn|kvk|rsin|btw|order|doi|id|nr|ref))s?\b"
    r"[^\w\n]{0,4}(?:\w{1,9}[ :]{1,2})?|[€$#]\s?|\bEUR\s)$",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    r"\s?(?:euro|eur|miljoen|miljard|procent|inwoners|stuks|kwh|m2|m3|km|kg|%|‰)", re.IGNORECASE
)


def _is_other_number(text: str, start: int, end: int) -> bool:
    before = text[max(0, start - 48) : start]
    return bool(_OTHER_NUMBER.search(before) or _AMOUNT.match(text, end))


# --------------------------------------------------------------------------- burgerservicenummer

_BSN_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)
_BSN = re.compile(
    r"(?<![\w.,/+-])(?<!\d )(?:\d{8,9}|\d{2,4}([ .-])\d{2,3}\1\d{2,3}(?:\1\d{2,3})?)(?![\w/]|[.,-]\d| \d)"
)
_BSN_WORDS = re.compile(r"\bbsn|burger\s?service|\bsofi|persoonsnummer|service\s?nummer", re.IGNORECASE)


def is_bsn(digits: str) -> bool:
    """Whether `digits` (8 or 9 of them) pass the eleven test."""
    padded = digits.zfill(9)
    if not padded.isascii() or not padded.isdigit() or len(padded) != 9 or not int(padded):
        return False
    return sum(w * int(d) for w, d in zip(_BSN_WEIGHTS, padded, strict=True)) % 11 == 0


def _bsns(text: str) -> Iterator[tuple[int, int]]:
    for match in _BSN.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        if len(digits) not in (8, 9) or not is_bsn(digits):
            continue
        before, after = text[max(0, match.start() - 60) : match.start()], text[match.end() : match.end() + 40]
        named = _BSN_WORDS.search(before[-24:])
        other = not named and _is_other_number(text, match.start(), match.end())
        is_named = bool(_BSN_WORDS.search(before) or _BSN_WORDS.search(after)) and not other
        # One number in eleven passes the test by chance: without a word for it, only the whole form counts.
        whole = len(digits) == 9 and match.group() == digits and not other
        if is_named or whole:
            yield match.span()


# --------------------------------------------------------------------------- IBAN

# How long an IBAN is, by country (ISO 13616 registry); others are taken by their arithmetic alone.
_IBAN_LENGTHS = dict(
    pair.split(":")
    for pair in (
        "NL:18 BE:16 DE:22 FR:27 GB:22 LU:20 ES:24 IT:27 PT:25 AT:20 CH:21 DK:18 SE:24 NO:15 FI:18 IE:22 "
        "PL:28 CZ:24 SK:24 HU:28 RO:24 BG:22 GR:27 HR:21 SI:19 EE:20 LV:21 LT:20 MT:31 CY:28 TR:26 MC:27 "
        "LI:21 SM:27 IS:26"
    ).split()
)
_IBAN_BEGIN = re.compile(r"(?<![A-Za-z0-9])([A-Za-z]{2})\d{2}(?=[ .-]?[A-Za-z0-9])")
_IBAN_SIGN = re.compile(r"[ \u00a0.-]?([A-Za-z0-9])")


def is_iban(written: str) -> bool:
    """Whether `written` (without separators) has the length of its country and passes mod 97."""
    length = _IBAN_LENGTHS.get(written[:2].upper())
    if length is None or len(written) != int(length) or not written.isascii() or not written.isalnum():
        return False
    return int("".join(str(int(sign, 36)) for sign in written[4:] + written[:4])) % 97 == 1


def _ibans(text: str) -> Iterator[tuple[int, int]]:
    for match in _IBAN_BEGIN.finditer(text):
        length = int(_IBAN_LENGTHS.get(match.group(1).upper(), "0"))
        written, end = match.group(), match.end()
        while len(written) < length and (sign := _IBAN_SIGN.match(text, end)):
            written += sign.group(1)
            end = sign.end()
        if length and is_iban(written) and not text[end : end + 1].isalnum():
            yield match.start(), end


# --------------------------------------------------------------------------- telephone

_PHONE = re.compile(
    r"(?<![\w+/.,-])(?<!\d )(?:(?:\+|00)\s?31[ \u00a0.-]{0,2}(?:\(0\)\s?)?|\(?0)"
    r"[1-8]\d{0,3}\)?/?(?:[ \u00a0.–-]{0,3}\d{1,8}){1,5}(?![\w/]|[.,-]\d)"
)
# Where a telephone number, a mailbox or an address is that of an organisation.
_OFFICE = re.compile(
    r"rijksoverheid|overheid\.nl|postbus|postadres|bezoekadres|ministerie|\bwww\.|contactcentrum|klantenservice"
    r"|meldpunt|\bloket|informatienummer|alarmnummer|hulplijn|receptie|helpdesk"
    r"|algemeen(?:e)? (?:telefoon)?nummer|persvoorlichting|noodnummer"
    r"|landelijk(?:e)? nummer|kantoor(?:adres)?\b|hoofdkantoor|vestigingsadres",
    re.IGNORECASE,
)
# The end of a sentence, and not of an abbreviation such as "tel.".
_SENTENCE_END = re.compile(r"(?:(?<=[a-z]{4})|(?<=\d\d)|(?<=[A-Z]{2})|^)[.!?]\s+(?=[A-Z])|\n\s*\n")


def _phones(text: str) -> Iterator[tuple[int, int]]:
    for match in _PHONE.finditer(text):
        written = match.group()
        digits = re.sub(r"\D", "", written.replace("(0)", ""))
        abroad = re.match(r"(?:\+|00)\s?31", written)
        national = digits[4 if digits.startswith("0031") else 2 :] if abroad else digits[1:]
        if len(national) != 9 or not _is_personal_line(national):
            continue
        groups = re.findall(r"\d+", written)
        # A row of a table is a row of single digits; a telephone number is grouped.
        singles = sum(len(group) == 1 for group in groups[1:])
        if (
            singles > (2 if abroad else 0)
            or _is_other_number(text, *match.span())
            and not _is_called(text, match.start())
        ):
            continue
        if not _OFFICE.search(_line_around(text, *match.span())):
            yield match.span()


def _is_personal_line(national: str) -> bool:
    """Whether a person can have this line: geographic (01-05, 07) or mobile, no number of a company."""
    if national[0] == "6":
        return national[1] in "12345678"
    return national[0] in "123457"


def _is_called(text: str, start: int) -> bool:
    return bool(
        re.search(
            r"(?:tele|tel|mobiel|gsm|bel|06)[\w-]*(?:nummer|nr)?\W{0,4}(?:\w{1,9}\W{1,2})?$",
            text[max(0, start - 40) : start],
            re.IGNORECASE,
        )
    )


def _line_around(text: str, start: int, end: int, reach: int = 90) -> str:
    """What stands around a place, as far as the letterhead or sentence that it belongs to."""
    before = _SENTENCE_END.split(text[max(0, start - reach) : start])[-1]
    after = _SENTENCE_END.split(text[end : end + reach // 2])[0]
    return before + text[start:end] + after


# --------------------------------------------------------------------------- address

_POSTCODE = r"[1-9]\d{3} ?(?!S[ADS])[A-Z]{2}(?![A-Za-z])"
_HOUSE = r"\d{1,5}(?: ?[A-Za-z](?![A-Za-z])| ?(?:bis|hs|I{1,3})\b)?(?:[- ]\d{1,4}(?!\d)(?! ?[A-Z]{2}\b))?"
_STREET_FIRST = re.compile(
    rf"(?<![\w])(?:[A-Z0-9][\w.’'-]*(?: (?:van|de|den|der|het|ten|ter|aan|op|in|’t|'t"
    r"|[A-Z][\w.’'-]*)){0,5} )"
    rf"{_HOUSE},?(?: (?:in|te))?[,;]?\s{{1,2}}{_POSTCODE}"
)
_POSTCODE_FIRST = re.compile(
    rf"(?<![\w.,/-]){_POSTCODE}(?:,? (?:met )?(?:huis)?(?:nummer|nr\.?|huisnr\.?))?"
    rf"[ ,/]{{0,2}}(?:en )?{_HOUSE}(?![\w%/]|[.,]\d)"
)
_POSTCODE_NUMBER = re.compile(
    rf"(?<![\w.,/-]){_POSTCODE}[\w\s,()’'-]{{0,30}}?\b(?:[Hh]uisnummer|huisnr|nummer|nr)\b\.?:? {_HOUSE}"
)
_HOUSE_POSTCODE = re.compile(
    rf"\b(?:[Hh]uisnummer|huisnr\.?|nummer|nr\.?):? {_HOUSE}[\w\s,():]{{0,25}}?{_POSTCODE}"
)
# "2024 EU 27 landen", "1500 MW 12": what stands behind a number more often than in a postcode.
_NO_POSTCODE = re.compile(
    r"\d{4} (?:KM|MW|GW|AM|PM|KG|KB|MB|GB)(?=[ ,]\d)|(?:19|20)\d\d ?"
    r"(?:EU|VN|VS|US|UK|NL|AI|IT|CO|KB|TK|EK|EN|OM|MW|GW|PM|EZ|IC|AZ|WW|WA)\b"
)


def _addresses(text: str) -> Iterator[tuple[int, int]]:
    done = 0
    addresses = sorted(
        (match.span(), match.group())
        for form in (_STREET_FIRST, _POSTCODE_FIRST, _POSTCODE_NUMBER, _HOUSE_POSTCODE)
        for match in form.finditer(text)
    )
    for (start, end), written in addresses:
        if start < done or _NO_POSTCODE.match(written) or "ostbus" in written:
            continue
        if _OFFICE.search(_line_around(text, start, end, 70)) or re.search(
            r"(?:ostbus|ntwoordnummer) ?$", text[max(0, start - 16) : start]
        ):
            continue
        done = end
        yield start, end


# --------------------------------------------------------------------------- e-mail

_EMAIL = re.compile(r"(?<![\w.+-])([\w.+'-]{1,64})@((?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,12})(?![\w-])")
_GENERAL_BOX = re.compile(
    r"info|contact|post|mail|balie|loket|meld|klacht|vraag|vragen|secretari|bureau|redactie|pers|press|service|"
    r"helpdesk|support|admin|privacy|woo|wob|griffie|receptie|communicatie|noreply|no-reply|webmaster|bezwaar|"
    r"directie|afdeling|team|office|commissie|inspectie|factuur|facturen|inkoop|archief|bestuur|avg|fg|dpo|security"
)
_OFFICIAL = re.compile(
    r"(?:^|\.)(?:rijksoverheid|overheid|tweedekamer|eerstekamer|raadvanstate|min\w{1,8}|europa)\.(?:nl|eu)$"
)


def _emails(text: str) -> Iterator[tuple[int, int]]:
    for match in _EMAIL.finditer(text):
        box, host = match.group(1).casefold().strip("."), match.group(2).casefold()
        parts = [part for part in re.split(r"[._-]", box) if part]
        if any(_GENERAL_BOX.match(part) for part in parts):
            continue
        # Of an official host only what is spelled as a person: initials or a first name, and a name.
        if _OFFICIAL.search(host) and len(parts) < 2 and box.isalpha():
            continue
        yield match.start(), match.end()


# --------------------------------------------------------------------------- number plate

_OLD, _NEW = "[A-Z]", "[BCDFGHJKLMNPQRSTVWXYZ]"  # plates since 1999 hold no vowels
_SIDE_CODES = (
    f"{_OLD}{{2}}-\\d\\d-\\d\\d|\\d\\d-\\d\\d-{_OLD}{{2}}|\\d\\d-{_OLD}{{2}}-\\d\\d|{_OLD}{{2}}-\\d\\d-{_OLD}{{2}}"
    f"|{_OLD}{{2}}-{_OLD}{{2}}-\\d\\d|\\d\\d-{_OLD}{{2}}-{_OLD}{{2}}|\\d\\d-{_NEW}{{3}}-\\d|\\d-{_NEW}{{3}}-\\d\\d"
    f"|{_NEW}{{2}}-\\d{{3}}-{_NEW}|{_NEW}-\\d{{3}}-{_NEW}{{2}}|{_NEW}{{3}}-\\d\\d-{_NEW}|{_NEW}-\\d\\d-{_NEW}{{3}}"
    f"|\\d-{_NEW}{{2}}-\\d{{3}}|\\d{{3}}-{_NEW}{{2}}-\\d"
)
_PLATE = re.compile(rf"(?<![\w/.-])(?:{_SIDE_CODES})(?![\w/-]|\.\d)")
_PLATE_WORD = re.compile(
    r"\b(?:kenteken(?:plaat|nummer)?|nummerbord|nummerplaat)\b\W{0,4}(?:(?:is|was|met|nummer|luidt|van)\W{1,3})?",
    re.IGNORECASE,
)
_NEAR_PLATE_WORD = re.compile(r"\bkenteken[^.;:\n]{0,40}?\b((?=[A-Z]*\d)(?=\d*[A-Z])[A-Z0-9]{6})\b")
_PLATE_SIGN = re.compile(r"[ -]?([A-Za-z0-9])")
_BARE_PLATE = re.compile(re.sub(r"(?<=[}\]d])-(?=[\[\\])", "", _SIDE_CODES))
_PLATE_SIGNS = 6


def _plates(text: str) -> Iterator[tuple[int, int]]:
    for match in _PLATE.finditer(text):
        if not _is_other_number(text, *match.span()):
            yield match.span()
    # After the word for it a plate may be spelled anyhow: without hyphens, in small letters.
    for word in _PLATE_WORD.finditer(text):
        signs, end = "", word.end()
        while len(signs) < _PLATE_SIGNS and (sign := _PLATE_SIGN.match(text, end)):
            signs += sign.group(1).upper()
            end = sign.end()
        if _BARE_PLATE.fullmatch(signs) and not text[end : end + 1].isalnum():
            yield word.end(), end
    for match in _NEAR_PLATE_WORD.finditer(text):
        if _BARE_PLATE.fullmatch(match.group(1)):
            yield match.span(1)


_FINDERS: tuple[tuple[PersonalKind, Callable[[str], Iterator[tuple[int, int]]]], ...] = (
    (PersonalKind.IBAN, _ibans),
    (PersonalKind.EMAIL, _emails),
    (PersonalKind.PLATE, _plates),
    (PersonalKind.ADDRESS, _addresses),
    (PersonalKind.BSN, _bsns),
    (PersonalKind.PHONE, _phones),
)


# --------------------------------------------------------------------------- names of private persons

_PARTICLE = r"(?:(?:van|de|den|der|het|ten|ter|te|el|al|’t|'t)[ ]){0,3}"
_SURNAME = (
    rf"{_PARTICLE}(?:(?:El|Al|Ben|Bin|Van|De|Den|Der|Ten|Ter)[ ]){{0,2}}"
    rf"(?:[dDO][’'])?[A-ZÀ-Þ][a-zà-ÿ’']+(?:-{_PARTICLE}[A-ZÀ-Þ]?[a-zà-ÿ’']+){{0,2}}"
)
_INITIALS = r"(?:[A-Z]\.(?:[A-Z]\.|[ ](?=[A-Z]\.))*[A-Z]?\.?[ ]?)"
_FIRST = r"[A-ZÀ-Þ][a-zà-ÿ]+(?:-[A-ZÀ-Þ]?[a-zà-ÿ]+)?[ ]"
_GIVEN = rf"(?:{_FIRST}){{0,2}}"
_TITLED = re.compile(
    rf"\b(?:[Dd]e heer|[Mm]evrouw|[Mm]eneer|[Dd]hr\.|[Mm]w\.|[Mm]evr\.|[Dd]e familie|[Ff]am\.)[ ]"
    rf"((?:{_INITIALS}|{_GIVEN}){_SURNAME})"
)
_CUED = re.compile(
    rf"(?:\b(?:[Mm]ijn naam is|[Ii]k ben|[Ii]k heet|[Cc]liënt|[Pp]atiënt|[Bb]etrokkene|[Kk]laagster|[Kk]lager"
    rf"|[Vv]erzoeker|[Ss]lachtoffer|[Bb]ewoner|[Aa]anvrager|[Cc]ontactpersoon)[ :]+|\b[Nn]aam:[ ]*)"
    rf"((?:{_INITIALS}|{_FIRST}){_SURNAME})"
)
_INITIALLED = re.compile(
    rf"(?<![\w.])({_INITIALS}{_SURNAME})(?=,? (?:wonende|woonachtig|geboren|uit|te)\b|,? \d{{1,2}} jaar)"
)
_ROLE = (
    r"(?:minister-president|minister|staatssecretaris|bewindspersoon|premier|president|(?:[Kk]amer)?lid|leden|voorzitter"
    r"|burgemeester|wethouder|gedeputeerde|commissaris|koning|koningin|ambassadeur|generaal|ombudsman|rapporteur"
    r"|fractievoorzitter|Eurocommissaris|professor|prof\.|hoogleraar|rechter|directeur|auteur|informateur|griffier)"
)
_IN_ROLE = re.compile(rf"\b{_ROLE}\b[^.\n;:]{{0,60}}$", re.IGNORECASE)
_PARTY_BEHIND = re.compile(r"\s?\((?:[A-Z][\w/+ -]{1,24}|Groep [\w ]+)\)")
_NAMED_IN_ROLE = re.compile(
    rf"\b{_ROLE}\b(?: (?:van|voor) [\w ,]{{2,40}}?)?,? ((?:{_INITIALS}|{_GIVEN}){_SURNAME})"
)


def _names(text: str, public: Collection[str]) -> Iterator[tuple[int, int]]:
    known = {_surname(name) for name in public if name}
    known |= {_surname(match.group(1)) for match in _NAMED_IN_ROLE.finditer(text)}
    for form in (_TITLED, _CUED, _INITIALLED):
        for match in form.finditer(text):
            start, end = match.span(1)
            before = text[max(0, start - 70) : match.start()]
            if _surname(match.group(1)) in known or _PARTY_BEHIND.match(text, end) or _IN_ROLE.search(before):
                continue
            yield start, end


def _surname(name: str) -> str:
    return name.split()[-1].split(".")[-1].casefold() if name.split() else ""
