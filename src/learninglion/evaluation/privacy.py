"""How well personal data are recognised: sentences made by rule, each with what stands in it and where.

The sentences, names and numbers are made up. Every number that should be found is valid by its own
arithmetic; beside them stand look-alikes that should not be: amounts, case numbers, general lines, numbers
that fail their test. The same seed gives the same cases.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt

from learninglion.dutch.personal import (
    NUMBERED,
    PersonalData,
    PersonalKind,
    find_personal,
    is_bsn,
    is_iban,
)
from learninglion.models import Span

_PLACE = re.compile(r"\{(\w+)\}")
_LETTERS = "BDFGHJKLNPRSTVXZ"


@dataclass(frozen=True, slots=True)
class PrivacyCase:
    """A text with the personal data that stand in it."""

    text: str
    labels: tuple[PersonalData, ...]


@dataclass(frozen=True, slots=True)
class PrivacyFigures:
    """How much there was of a kind, how much of it was found, and how much else was called so."""

    kind: str
    present: int
    found: int
    false: int

    @property
    def recall(self) -> float:
        """Found of what was there; 1 when nothing was."""
        return self.found / self.present if self.present else 1.0

    @property
    def precision(self) -> float:
        """Right of what was called so; 1 when nothing was."""
        return self.found / (self.found + self.false) if self.found + self.false else 1.0


@dataclass(frozen=True, slots=True)
class PrivacyReport:
    """Figures by kind and for the numbered kinds together, with the misses and false alarms to read."""

    cases: int
    seed: int
    numbered: PrivacyFigures
    kinds: tuple[PrivacyFigures, ...]
    recall_interval: tuple[float, float]  # 95%, Wilson
    precision_interval: tuple[float, float]
    missed: tuple[tuple[str, str], ...]  # kind, text of the case
    false: tuple[tuple[str, str], ...]


def evaluate_privacy(cases: Sequence[PrivacyCase], *, seed: int = 0) -> PrivacyReport:
    """Compare what the recogniser finds with the labels; a place counts when kind and place agree."""
    tallies = {kind: [0, 0, 0] for kind in PersonalKind}
    missed: list[tuple[str, str]] = []
    false: list[tuple[str, str]] = []
    for case in cases:
        rest = list(find_personal(case.text))
        for label in case.labels:
            tallies[label.kind][0] += 1
            hit = next((datum for datum in rest if _same(datum, label)), None)
            if hit is None:
                missed.append((label.kind.value, case.text))
                continue
            rest.remove(hit)
            tallies[label.kind][1] += 1
        for datum in rest:
            tallies[datum.kind][2] += 1
            false.append((datum.kind.value, case.text))
    kinds = tuple(PrivacyFigures(kind.value, *tallies[kind]) for kind in PersonalKind)
    totals = [sum(tallies[kind][n] for kind in NUMBERED) for n in range(3)]
    numbered = PrivacyFigures("numbered", *totals)
    return PrivacyReport(
        len(cases),
        seed,
        numbered,
        kinds,
        _wilson(numbered.found, numbered.present),
        _wilson(numbered.found, numbered.found + numbered.false),
        tuple(missed),
        tuple(false),
    )


def _same(other: PersonalData, label: PersonalData) -> bool:
    """One kind, and the label covered: a part of a number left open is a miss."""
    return other.kind is label.kind and other.span.contains(label.span)


def _wilson(hits: int, of: int) -> tuple[float, float]:
    if not of:
        return (0.0, 1.0)
    z, share = 1.96, hits / of
    centre = share + z * z / (2 * of)
    reach = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return (centre - reach) / (1 + z * z / of), (centre + reach) / (1 + z * z / of)


def make_privacy_cases(count: int = 1200, *, seed: int = 0) -> tuple[PrivacyCase, ...]:
    """`count` cases, two thirds with personal data and one third with what only looks like it."""
    dice = random.Random(seed)  # noqa: S311  (made-up examples, no secrets)
    cases = []
    for number in range(count):
        forms = _WITHOUT if number % 3 == 2 else _WITH
        text = dice.choice(forms)
        if dice.random() < 0.4:
            text = f"{dice.choice(_AROUND)} {text}"
        if dice.random() < 0.3:
            text = f"{text} {dice.choice(_AROUND)}"
        cases.append(_filled(text, dice))
    return tuple(cases)


def _filled(form: str, dice: random.Random) -> PrivacyCase:
    text, end = "", 0
    labels = []
    for place in _PLACE.finditer(form):
        text += form[end : place.start()]
        name = place.group(1)
        value = _MAKERS[name](dice)
        if name in _KIND_OF:
            labels.append(PersonalData(Span(len(text), len(text) + len(value)), _KIND_OF[name]))
        text += value
        end = place.end()
    return PrivacyCase(text + form[end:], tuple(labels))


# --------------------------------------------------------------------------- made-up values


def _digits(dice: random.Random, count: int) -> str:
    return "".join(str(dice.randrange(10)) for _ in range(count))


def _bsn(dice: random.Random) -> str:
    while True:
        digits = str(dice.randrange(1, 10)) + _digits(dice, 8)
        if is_bsn(digits):
            return digits


def _no_bsn(dice: random.Random) -> str:
    while True:
        digits = str(dice.randrange(1, 10)) + _digits(dice, 8)
        if not is_bsn(digits):
            return digits


def _spaced_bsn(dice: random.Random) -> str:
    digits = _bsn(dice)
    form = dice.choice(("{}.{}.{}", "{} {} {}"))
    cut = dice.choice(((4, 6), (3, 6)))
    return form.format(digits[: cut[0]], digits[cut[0] : cut[1]], digits[cut[1] :])


def _short_bsn(dice: random.Random) -> str:
    while True:
        digits = str(dice.randrange(1, 10)) + _digits(dice, 7)
        if is_bsn(digits):
            return digits


_BANKS = ("ABNA", "INGB", "RABO", "TRIO", "SNSB", "KNAB", "BUNQ", "ASNB")


def _iban(dice: random.Random) -> str:
    rest = dice.choice(_BANKS) + _digits(dice, 10)
    check = 98 - int("".join(str(int(sign, 36)) for sign in rest + "NL00")) % 97
    written = f"NL{check:02d}{rest}"
    if dice.random() < 0.5:
        written = " ".join(written[at : at + 4] for at in range(0, len(written), 4))
    return written.lower() if dice.random() < 0.1 else written


def _foreign_iban(dice: random.Random) -> str:
    country, length = dice.choice((("BE", 12), ("DE", 18)))
    rest = _digits(dice, length)
    check = 98 - int("".join(str(int(sign, 36)) for sign in rest + country + "00")) % 97
    written = f"{country}{check:02d}{rest}"
    return " ".join(written[at : at + 4] for at in range(0, len(written), 4))


def _no_iban(dice: random.Random) -> str:
    while True:
        written = f"NL{dice.randrange(10, 99)}{dice.choice(_BANKS)}{_digits(dice, 10)}"
        if not is_iban(written):
            return written


def _phone(dice: random.Random) -> str:
    rest = _digits(dice, 7)
    mobile = str(dice.choice((1, 2, 3, 4, 5, 8))) + rest
    area = dice.choice(("010", "020", "030", "040", "050", "070"))
    local = str(dice.randrange(2, 9)) + _digits(dice, 6)
    small = dice.choice(("0182", "0223", "0314", "0343", "0475", "0511", "0592"))
    return dice.choice(
        (
            f"06-{mobile}",
            f"06{mobile}",
            f"06 {mobile[:2]} {mobile[2:4]} {mobile[4:6]} {mobile[6:]}",
            f"06 {mobile[:4]} {mobile[4:]}",
            f"+31 6 {mobile}",
            f"+316{mobile}",
            f"+31 (0)6 {mobile[:4]} {mobile[4:]}",
            f"0031 6 {mobile}",
            f"{area}-{local}",
            f"{area} {local[:3]} {local[3:5]} {local[5:]}",
            f"({area}) {local}",
            f"+31 {area[1:]} {local}",
            f"{small}-{local[:6]}",
            f"{small} {local[:3]} {local[3:6]}",
        )
    )


_STREETS = (
    "Dorpsstraat", "Molenweg", "Kerklaan", "Burgemeester de Wildelaan", "Van der Helstplein", "Achterom",
    "Korte Nieuwstraat", "2e Wilgenpad", "Singel", "Jan Steenhof", "Prins Bernhardkade", "Zandpad",
)  # fmt: skip
_TOWNS = ("Utrecht", "Meppel", "Den Haag", "Sint-Oedenrode", "Emmen", "Oss", "'s-Hertogenbosch", "Goes")


def _postcode(dice: random.Random) -> str:
    while True:
        letters = "".join(dice.choice("ABCDEGHJKLMNPRSTVWXZ") for _ in range(2))
        if letters not in ("SA", "SD", "SS"):
            return f"{dice.randrange(1000, 9999)}{dice.choice((' ', ' ', ''))}{letters}"


def _house(dice: random.Random) -> str:
    number = str(dice.randrange(1, 480))
    return number + dice.choice(("", "", "", "a", " B", "-2", " bis"))


def _address(dice: random.Random) -> str:
    street, town = dice.choice(_STREETS), dice.choice(_TOWNS)
    return dice.choice(
        (
            f"{street} {_house(dice)}, {_postcode(dice)}",
            f"{street} {_house(dice)} {_postcode(dice)}",
            f"{street} {_house(dice)} in {_postcode(dice)}",
            f"{_postcode(dice)} {dice.randrange(1, 480)}",
            f"{_postcode(dice)}, {dice.randrange(1, 480)}",
            f"{_postcode(dice)} huisnummer {dice.randrange(1, 480)}",
            f"{_postcode(dice)} {town}, huisnummer {dice.randrange(1, 480)}",
        )
    )


_GIVEN = ("Anouk", "Bram", "Fatima", "Joost", "Sanne", "Yusuf", "Wei", "Marijke", "Kofi", "Ilse")
_FAMILY = ("Jansen", "de Groot", "van den Berg", "El Amrani", "Yilmaz", "Hoekstra", "Bakker", "Pinas", "Chen")


def _email(dice: random.Random) -> str:
    first_name, family = dice.choice(_GIVEN).lower(), dice.choice(_FAMILY).replace(" ", "").lower()
    host = dice.choice(
        ("gmail.com", "ziggo.nl", "kpnmail.nl", "hotmail.com", "minbelang.nl", "voorbeeld.org", "xs4all.nl")
    )
    box = dice.choice(
        (
            f"{first_name}.{family}",
            f"{first_name[0]}.{family}",
            f"{first_name}{family}{dice.randrange(60, 99)}",
            f"{family}_{first_name}",
        )
    )
    return f"{box}@{host}"


def _plate(dice: random.Random) -> str:
    form = dice.choice(
        ("LL-DD-DD", "DD-DD-LL", "DD-LL-DD", "LL-DD-LL", "LL-LL-DD", "DD-LL-LL", "DD-LLL-D", "D-LLL-DD",
         "LL-DDD-L", "L-DDD-LL", "LLL-DD-L", "L-DD-LLL", "D-LL-DDD", "DDD-LL-D")
    )  # fmt: skip
    return "".join(dice.choice(_LETTERS) if s == "L" else _digits(dice, 1) if s == "D" else s for s in form)


def _loose_plate(dice: random.Random) -> str:
    return dice.choice((_plate(dice).replace("-", ""), _plate(dice).lower(), _plate(dice).replace("-", " ")))


def _name(dice: random.Random) -> str:
    first = dice.choice(_GIVEN)
    return dice.choice(
        (
            f"{first[0]}. {dice.choice(_FAMILY)}",
            f"{first} {dice.choice(_FAMILY)}",
            f"{first[0]}.B. {dice.choice(_FAMILY)}",
        )
    )


def _case_number(dice: random.Random) -> str:
    return f"20{dice.randrange(10, 27)}{dice.choice('ZD')}{_digits(dice, 5)}"


def _paper(dice: random.Random) -> str:
    year = dice.randrange(2010, 2026)
    return dice.choice(
        (
            f"ah-tk-{year}{year + 1}-{dice.randrange(1, 4000)}",
            f"kst-{dice.randrange(20000, 37000)}-{dice.randrange(1, 900)}",
            f"blg-{_digits(dice, 7)}",
            f"ECLI:NL:RBDHA:{year}:{dice.randrange(1, 9999)}",
            f"h-tk-{year}{year + 1}-{dice.randrange(1, 99)}-{dice.randrange(1, 30)}",
        )
    )


def _amount(dice: random.Random) -> str:
    return f"€ {dice.randrange(1, 999)}.{_digits(dice, 3)}.{_digits(dice, 3)}"


def _general_line(dice: random.Random) -> str:
    return dice.choice(
        (
            f"0800-{_digits(dice, 4)}",
            f"0900-{_digits(dice, 4)}",
            f"14 0{dice.randrange(10, 79)}",
            f"088 {_digits(dice, 3)} {_digits(dice, 4)}",
        )
    )


def _general_box(dice: random.Random) -> str:
    box = dice.choice(("info", "postbus51", "klachten", "contact", "woo-verzoeken", "persvoorlichting"))
    return f"{box}@{dice.choice(('gemeentemeppel.nl', 'rijksoverheid.nl', 'voorbeeld.org'))}"


def _date_digits(dice: random.Random) -> str:
    return f"{dice.randrange(1950, 2029)}{dice.randrange(1, 13):02d}{dice.randrange(1, 29):02d}"


_MAKERS: dict[str, Callable[[random.Random], str]] = {
    "bsn": _bsn, "spaced_bsn": _spaced_bsn, "short_bsn": _short_bsn, "no_bsn": _no_bsn, "iban": _iban,
    "foreign_iban": _foreign_iban, "no_iban": _no_iban, "phone": _phone, "address": _address, "email": _email,
    "plate": _plate, "loose_plate": _loose_plate, "name": _name, "case": _case_number, "paper": _paper,
    "amount": _amount, "line": _general_line, "box": _general_box, "eleven": _bsn, "day": _date_digits,
    "postcode": _postcode, "digits": lambda dice: _digits(dice, 10),
    "few": lambda dice: str(dice.randrange(2, 99)),
    "year": lambda dice: str(dice.randrange(1950, 2030)), "town": lambda dice: dice.choice(_TOWNS),
}  # fmt: skip
_KIND_OF = {
    "bsn": PersonalKind.BSN, "spaced_bsn": PersonalKind.BSN, "short_bsn": PersonalKind.BSN,
    "iban": PersonalKind.IBAN, "foreign_iban": PersonalKind.IBAN, "phone": PersonalKind.PHONE,
    "address": PersonalKind.ADDRESS, "email": PersonalKind.EMAIL, "plate": PersonalKind.PLATE,
    "loose_plate": PersonalKind.PLATE, "name": PersonalKind.NAME,
}  # fmt: skip

_WITH = (
    "Het burgerservicenummer van betrokkene is {bsn}.",
    "BSN: {bsn}",
    "Mijn bsn ({bsn}) staat op de beschikking.",
    "Geboren op 3 maart 1961, BSN {spaced_bsn}.",
    "Het oude sofinummer {short_bsn} hoort bij hetzelfde dossier.",
    "Betrokkene staat ingeschreven onder {bsn} en woont in {town}.",
    "BSN {short_bsn}, rekening {iban}.",
    "Het geld is overgemaakt naar {iban} op naam van de aanvrager.",
    "IBAN {iban}; BSN {bsn}; telefoon {phone}.",
    "De toeslag kwam op rekening {foreign_iban} terecht.",
    "Storting: {iban}.",
    "Ik ben bereikbaar op {phone}.",
    "Tel. {phone}, e-mail {email}",
    "U kunt mij bellen ({phone}) of schrijven naar {address}.",
    "Mobiel: {phone}",
    "De klaagster belde vanaf {phone} met de politie.",
    "Zij woont aan de {address}.",
    "Woonadres: {address}",
    "Op het adres {address} staan zeven mensen ingeschreven.",
    "Stuur de stukken naar {address} of mail {email}.",
    "Mijn mailadres is {email}.",
    "Van: {email}; onderwerp: bezwaar",
    "De auto met kenteken {plate} reed te hard.",
    "Een grijze bestelbus ({plate}) stond voor de deur.",
    "Het voertuig {plate} is gesignaleerd in {town}.",
    "Kenteken: {loose_plate}",
    "De heer {name}, wonende te {town}, diende bezwaar in.",
    "Mevrouw {name} wacht sinds maart op een besluit.",
    "Contactpersoon: {name}, {phone}",
    "Naam: {name}; {address}; {email}",
    "Aanvrager heeft BSN {bsn}, kenteken {plate} en nummer {phone}.",
    "In zaak {case} staat het burgerservicenummer {bsn} vermeld.",
    "Zie {paper}; het bsn van het kind is {bsn}.",
    "Terugbetaling van {amount} op {iban}.",
)
_WITHOUT = (
    "Zie het antwoord op eerdere vragen ({paper}).",
    "Zaaknummer {case}, documentnummer {case}.",
    "Het budget bedraagt {amount}.",
    "Ons kenmerk {eleven}; uw brief van 3 mei.",
    "Het dossiernummer is {eleven}.",
    "Factuurnummer {eleven} is betaald.",
    "KvK-nummer {digits} staat in het handelsregister.",
    "Het BSN {no_bsn} bestaat niet.",
    "Bel het algemene nummer {line}.",
    "Vragen kunt u stellen via {box}.",
    "De publicatie van {day} is ingetrokken.",
    "In {year} EU {few} lidstaten, zei de minister.",
    "Rekening {no_iban} is niet geldig.",
    "Postbus 20018, {postcode} {town}.",
    "In postcodegebied {postcode} is overlast.",
    "Er waren {few} meldingen in {year} en {few} in {year}.",
    "ISBN {digits} is uitverkocht.",
    "Aantallen per jaar: 1 203 455 1 300 021 1 412 886.",
    "Minister De Wit en staatssecretaris Van Loon waren aanwezig.",
    "Het lid Hoekstra (PvdV) vroeg hiernaar op {few} juni {year}.",
    "Reizen met trein 12-40-16 is geen kenteken; artikel 8-10-2 evenmin.",
    "Er wonen {eleven} inwoners, volgens een schatting uit {year}.",
    "Kamerstukken II {year}/24, 36 410 VI, nr. {few}.",
    "Zie artikel 6:162 BW en richtlijn {year}/679.",
    "Ordernummer {eleven}, referentie {eleven}.",
)
_AROUND = (
    "Dat blijkt uit de stukken.",
    "De gemeente heeft hierop gereageerd.",
    "Hierover heb ik uw Kamer op 12 mei 2023 geïnformeerd.",
    "In de brief staat het volgende.",
    "Ik zie geen aanleiding om het beleid te wijzigen.",
    "Er is {amount} beschikbaar.",
    "Zie ook {paper}.",
)
