"""A test of the checker itself: real sentences, reworded (supported) or altered (unsupported), and how often
the verdict is right. People write cases as well, as they come up in work.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from learninglion.checking.citations import cite
from learninglion.checking.phrases import introduce
from learninglion.checking.verify import METHOD, check
from learninglion.dutch.lexicon import MONTHS
from learninglion.dutch.text import split_sentences, words
from learninglion.evaluation.testset import read_rows, word_pairs
from learninglion.models import Check, Citation, Source, Span, Statement, StatementVerdict
from learninglion.models.errors import InputError, UnreadableFileError

# Makes supported sentences from real ones: what a careful writer may do with a quoted sentence.
#
# Made by rules of its own, apart from those of the verifier, so that it tests more than itself.


@dataclass(frozen=True, slots=True)
class Pool:
    """What the corpus has to offer in place of what a sentence says."""

    names: tuple[str, ...]
    clauses: tuple[str, ...]


Alteration = Callable[[str, Pool, int], Iterator[tuple[str, str]]]
"""(sentence, pool, a number to choose by) -> (how, altered sentence)."""


_MONTH = "|".join(MONTHS)
_WORDED = "twee drie vier vijf zes zeven acht negen tien twaalf".split()
_MINISTRIES = (
    "Justitie en Veiligheid",
    "Binnenlandse Zaken en Koninkrijksrelaties",
    "Onderwijs, Cultuur en Wetenschap",
    "Sociale Zaken en Werkgelegenheid",
    "Volksgezondheid, Welzijn en Sport",
    "Infrastructuur en Waterstaat",
    "Economische Zaken en Klimaat",
    "Landbouw, Natuur en Voedselkwaliteit",
    "Buitenlandse Zaken",
    "Financiën",
    "Defensie",
    "Algemene Zaken",
    "Klimaat en Energie",
)
_SHORT_MINISTRIES = ("JenV", "BZK", "OCW", "SZW", "VWS", "IenW", "EZK", "LNV")
_ACTORS = """
gemeenten gemeente provincies provincie politie kabinet Kamer Minister minister Staatssecretaris
bedrijven werkgevers werknemers scholen leerlingen studenten ouders kinderen verzekeraars
zorgverzekeraars zorgaanbieders patiënten burgers banken inspectie rechter lidstaten Commissie
Nederland toezichthouder Belastingdienst waterschappen huurders verhuurders boeren artsen
onderzoekers NVWA ILT ACM IGJ RIVM OM IND COA
""".split()

_UNITS = word_pairs(
    """
    procent > promille; % > promille; kilometer > meter; km > m; miljoen > miljard; miljard >
    miljoen; euro > dollar; jaar > maanden; jaren > maanden; maanden > weken; weken > dagen; dagen >
    uur; uur > minuten; hectare > vierkante meter; ton > kilo; kilogram > gram; MW > GW; m2 > km2;
    graden > procent; meter > centimeter
    """
)
_MODAL = word_pairs(
    """
    kan > zal; kunnen > zullen; moet > kan; moeten > kunnen; zal > kan; zullen > kunnen; mag > moet;
    mogen > moeten; wil > moet; zou > zal; zouden > zullen; kan > moet; kunnen > moeten; zal > zou;
    dient > kan; dienen > kunnen; mag > zal; moet > mag
    """
)
_OPPOSITES = word_pairs(
    """
    stijgt > daalt; gestegen > gedaald; toegenomen > afgenomen; toename > afname; stijging > daling;
    meer > minder; minder > meer; hoger > lager; lager > hoger; groter > kleiner; verhogen >
    verlagen; verhoging > verlaging; voor > na; binnen > buiten; voldoende > onvoldoende; mogelijk >
    onmogelijk; wenselijk > onwenselijk; positief > negatief; verboden > toegestaan; toegestaan >
    verboden; goed > slecht; groot > klein; nieuwe > oude; eerder > later; wel > niet; eens >
    oneens; versterken > verzwakken; vergroten > verkleinen; met > zonder; bekend > onbekend;
    belangrijk > onbelangrijk; verplicht > vrijwillig; openbaar > geheim; hoogste > laagste; korte >
    lange; tijdelijk > permanent
    """
)
_AMOUNTS_OF = word_pairs(
    """
    alle > sommige; sommige > alle; enkele > veel; veel > weinig; meeste > minste; altijd > soms;
    vaak > zelden; soms > altijd; beide > geen van beide; elke > geen enkele; iedere > geen enkele;
    regelmatig > zelden; meerdere > alle; deels > volledig
    """
)
_HEDGED = tuple(
    entry.strip()
    for entry in """
    mogelijk, naar verwachting, in principe, waarschijnlijk, wellicht, vooralsnog, in beginsel,
    circa, ongeveer, bijna, ruim, eventueel, vermoedelijk, maximaal, minimaal, ten minste,
    voornamelijk, grotendeels, slechts, uitsluitend, alleen, vaak, meestal, sommige, enkele
    """.replace("\n", " ").split(",")
)
_INVENTED = (
    ", wat heeft geleid tot een forse daling van de kosten",
    ", en daarvoor is extra budget vrijgemaakt",
    ", zoals ook de Raad van State heeft geadviseerd",
    ", nadat de Europese Commissie daarop had aangedrongen",
    ", waarmee het probleem is opgelost",
    " en dit wordt volgend jaar geëvalueerd",
    ", ondanks bezwaren van de gemeenten",
    ", hetgeen in strijd is met de wet",
)


def alter(sentence: str, kind: str, pool: Pool, seed: int) -> tuple[tuple[str, str], ...]:
    """Every alteration of this kind that the sentence allows, as (how, altered), none equal to it."""
    altered = ALTERATIONS[kind](sentence, pool, seed)
    return tuple(dict.fromkeys((how, text) for how, text in altered if text != sentence and text))


def _replace(sentence: str, match: re.Match[str], new: str) -> str:
    return sentence[: match.start()] + new + sentence[match.end() :]


def _first(pattern: str, sentence: str, new: str, how: str) -> Iterator[tuple[str, str]]:
    """The sentence with `new` for the first place that fits the pattern, if any."""
    if match := re.search(pattern, sentence):
        yield how, _replace(sentence, match, new)


def _swap_words(pairs: Sequence[tuple[str, str]]) -> Alteration:
    def alteration(sentence: str, _pool: Pool, _seed: int) -> Iterator[tuple[str, str]]:
        for old, new in pairs:
            yield from _first(rf"(?<![\w-]){re.escape(old)}(?![\w-])", sentence, new, f"{old} > {new}")

    return alteration


def _number(sentence: str, _pool: Pool, seed: int) -> Iterator[tuple[str, str]]:
    for match in re.finditer(r"(?<![\w.,/-])\d+(?:[.,]\d+)*(?![\w/-])", sentence):
        digits = match.group()
        yield "one more", _replace(sentence, match, _next_number(digits, 1 + seed % 3))
        if len(digits) > 1 and digits.isdigit() and digits[-2] != digits[-1] and digits[-1] != "0":
            yield "digits swapped", _replace(sentence, match, digits[:-2] + digits[-1] + digits[-2])
        if digits.isdigit() and len(digits) < 4:
            yield "times ten", _replace(sentence, match, digits + "0")
        if "," in digits:
            yield "comma lost", _replace(sentence, match, digits.replace(",", ""))
    for at, word in enumerate(_WORDED):
        other = _WORDED[(at + 1 + seed % 4) % len(_WORDED)]
        yield from _first(rf"\b{word}\b", sentence, other, "in words")
    for old, new in (("eerste", "tweede"), ("tweede", "derde"), ("derde", "vierde"), ("helft", "kwart")):
        yield from _first(rf"\b{old}\b", sentence, new, "ordinal")


def _next_number(digits: str, step: int) -> str:
    last = digits[-1]
    return digits[:-1] + str((int(last) + step) % 10) if last.isdigit() else digits


def _date(sentence: str, _pool: Pool, seed: int) -> Iterator[tuple[str, str]]:
    for match in re.finditer(rf"\b(\d{{1,2}}) ({_MONTH})\b", sentence):
        day = int(match.group(1))
        yield "day", _replace(sentence, match, f"{day % 28 + 1} {match.group(2)}")
    for match in re.finditer(rf"\b({_MONTH})\b", sentence):
        month = MONTHS[(MONTHS.index(match.group(1)) + 1 + seed % 5) % 12]
        yield "month", _replace(sentence, match, month)
    for match in re.finditer(r"\b(?:19|20)\d\d\b(?!/)", sentence):
        yield "year", _replace(sentence, match, str(int(match.group()) + 1))
        yield "year before", _replace(sentence, match, str(int(match.group()) - 1 - seed % 2))
    years = re.findall(r"\b(?:19|20)\d\d\b", sentence)
    if len(set(years)) == 2:
        first, second = years[0], next(y for y in years if y != years[0])
        mapping = {first: second, second: first}
        yield (
            "years swapped",
            re.sub(r"\b(?:19|20)\d\d\b", lambda m: mapping.get(m.group(), m.group()), sentence),
        )


def _amount(sentence: str, _pool: Pool, seed: int) -> Iterator[tuple[str, str]]:
    for match in re.finditer(r"€ ?\d[\d.,]*\d|€ ?\d", sentence):
        digits = re.sub(r"\D*$", "", match.group())
        yield "euro", _replace(sentence, match, _next_number(digits, 1 + seed % 5))
        yield "euro lost", _replace(sentence, match, match.group().replace("€", "").strip())
    for match in re.finditer(r"\d+(?:,\d+)? ?(?:miljoen|miljard|mln|mld)", sentence):
        yield ("scale", _replace(sentence, match, re.sub(r"[a-z]+$", _other_scale, match.group())))
        yield (
            "value",
            _replace(sentence, match, re.sub(r"^\d+", lambda m: str(int(m.group()) + 1), match.group())),
        )
    for match in re.finditer(r"(\d+(?:,\d+)?)( ?%| procent)", sentence):
        yield "share", _replace(sentence, match, _next_number(match.group(1), 2) + match.group(2))


def _other_scale(match: re.Match[str]) -> str:
    return {"miljoen": "miljard", "miljard": "miljoen", "mln": "mld", "mld": "mln"}[match.group()]


def _unit(sentence: str, _pool: Pool, _seed: int) -> Iterator[tuple[str, str]]:
    for old, new in _UNITS:
        bound = "" if old == "%" else r"\b"
        spaced = f" {new}" if old == "%" else new
        pattern = rf"(?<=\d )({re.escape(old)}){bound}|(?<=\d)({re.escape(old)}){bound}"
        yield from _first(pattern, sentence, spaced, f"{old} > {new}")


def _name(sentence: str, pool: Pool, seed: int) -> Iterator[tuple[str, str]]:
    for match in re.finditer(r"(?<=[a-z,] )[A-Z][\w-]+(?: (?:van|de|der|den)(?: [A-Z][\w-]+))?", sentence):
        if match.group().startswith(("Minister", "Staatssec", "Kamer")):
            continue
        new = pool.names[(seed + match.start()) % len(pool.names)]
        if new.casefold() not in sentence.casefold():
            yield "other name", _replace(sentence, match, new)


def _ministry(sentence: str, _pool: Pool, seed: int) -> Iterator[tuple[str, str]]:
    for names, before, how in (
        (_MINISTRIES, "(?<=van |oor )", "ministry"),
        (_SHORT_MINISTRIES, r"\b", "short ministry"),
    ):
        others = [m for m in names if m not in sentence]
        for name in names:
            if match := re.search(rf"{before}{name}\b", sentence):
                yield how, _replace(sentence, match, others[seed % len(others)])
    offices = (
        ("Minister", "Staatssecretaris"),
        ("Staatssecretaris", "Minister"),
        ("minister", "staatssecretaris"),
    )
    for old, new in offices:
        yield from _first(rf"\b{old} (?=van|voor)", sentence, new + " ", "office")


def _negation_added(sentence: str, _pool: Pool, _seed: int) -> Iterator[tuple[str, str]]:
    verbs = "is|zijn|was|waren|heeft|hebben|heb|wordt|worden|kan|kunnen|zal|zullen|moet|moeten|werd|werden"
    for verb in list(re.finditer(rf"\b(?:{verbs})\b", sentence))[:2]:
        if sentence[verb.end() :].strip(" ."):
            yield "niet after verb", sentence[: verb.end()] + " niet" + sentence[verb.end() :]
    if match := re.search(r" (\w*ge\w{3,}[dtn])(\.|,)", sentence):
        yield "niet before participle", sentence[: match.start()] + " niet" + sentence[match.start() :]
    yield from _first("(?<= )een (?=[a-z])", sentence, "geen ", "een > geen")
    yield from _first(r"(?<= )(?:altijd|vaak)\b", sentence, "nooit", "altijd > nooit")
    if match := re.search(r" te (\w+en)\b", sentence):
        yield "niet before te", sentence[: match.start()] + " niet" + sentence[match.start() :]


def _negation_removed(sentence: str, _pool: Pool, _seed: int) -> Iterator[tuple[str, str]]:
    for match in re.finditer(r"\bniet (?!alleen)", sentence):
        yield "niet gone", _replace(sentence, match, "")
        yield "niet > wel", _replace(sentence, match, "wel ")
    for match in re.finditer(r"\bgeen (?:enkele )?", sentence):
        yield "geen > een", _replace(sentence, match, "een ")
        yield "geen gone", _replace(sentence, match, "")
        yield "geen > de", _replace(sentence, match, "de ")
    for old, new in (("nooit", "altijd"), ("niemand", "iedereen"), ("zonder", "met"), ("nauwelijks", "")):
        for how, altered in _first(rf"\b{old}\b", sentence, new, f"{old} > {new}"):
            yield how, re.sub(r"\s+", " ", altered)


def _actors(sentence: str, _pool: Pool, _seed: int) -> Iterator[tuple[str, str]]:
    present: list[re.Match[str]] = []
    for actor in _ACTORS:
        matches = list(re.finditer(rf"(?<![\w-]){actor}(?![\w-])", sentence))
        if len(matches) == 1:
            present.append(matches[0])
    present.extend(
        m for m in re.finditer(r"(?<=[a-z] )[A-Z][a-zë]{3,}(?=[ ,.])", sentence) if m.group() not in _ACTORS
    )
    present.sort(key=lambda m: m.start())
    for at, first in enumerate(present):
        for second in present[at + 1 :]:
            between = sentence[first.end() : second.start()]
            if len(between) < 4 or re.fullmatch(r",? (?:en|of|en de|en het|van|van de|voor) ", between):
                continue  # a list in another order, or one name, says the same
            if (
                first.group().casefold() == second.group().casefold()
                or re.fullmatch(r"[\s\w,]{0,30} en(?: de)? ", between)
                and "," in between
            ):
                continue
            text = (
                sentence[: first.start()]
                + second.group()
                + between
                + first.group()
                + sentence[second.end() :]
            )
            yield "swapped", text


def _invented(sentence: str, pool: Pool, seed: int) -> Iterator[tuple[str, str]]:
    body = sentence.rstrip(".")
    yield "made up", body + _INVENTED[seed % len(_INVENTED)] + "."
    clause = pool.clauses[seed % len(pool.clauses)]
    if clause not in sentence:
        yield "from another answer", f"{body}, {clause}."
    match = re.search(r", ", body)
    if match:
        middle = _INVENTED[(seed + 3) % len(_INVENTED)].lstrip(", ")
        yield "in the middle", f"{body[: match.start()]}, {middle}, {body[match.end() :]}."
    yield "second sentence", f"{sentence} Het kabinet heeft dit inmiddels in wetgeving vastgelegd."


def _hedge(sentence: str, _pool: Pool, _seed: int) -> Iterator[tuple[str, str]]:
    for hedge in _HEDGED:
        yield from _first(rf"(?<= ){hedge} ", sentence, "", f"{hedge} gone")


def _condition(sentence: str, _pool: Pool, _seed: int) -> Iterator[tuple[str, str]]:
    match = re.search(r",? (?:mits|tenzij|indien|op voorwaarde dat|voor zover) [^,.]+(?=[.])", sentence)
    if match and match.start() > 25:
        yield "condition gone", _replace(sentence, match, "")


ALTERATIONS: Mapping[str, Alteration] = {
    "number": _number,
    "date": _date,
    "amount": _amount,
    "unit": _unit,
    "name": _name,
    "ministry": _ministry,
    "negation added": _negation_added,
    "negation removed": _negation_removed,
    "modality": _swap_words(_MODAL),
    "actors swapped": _actors,
    "invented clause": _invented,
    "opposite": _swap_words(_OPPOSITES),
    "quantity word": _swap_words(_AMOUNTS_OF),
    "hedge dropped": _hedge,
    "condition dropped": _condition,
}


_VERB = (
    r"(?:is|zijn|was|waren|heeft|hebben|heb|had|hadden|wordt|worden|werd|werden|kan|kunnen|zal|zullen|moet|moeten|"
    r"mag|mogen|wil|willen|zou|zouden|blijft|blijven|geldt|gelden|gaat|gaan|ga|komt|komen|staat|staan|dient|dienen)"
)
_PREPOSITION = r"(?:in|op|sinds|tijdens|na|bij|via|vanaf|binnen|met|door|voor|onder|per)"
_SUBORDINATE = r"(?:omdat|waarbij|zodat|terwijl|waardoor|hoewel|aangezien|waarin|waarmee|waarvan|waarop)"
# What may not go without changing the claim is left out of these cases on purpose.
_RISKY = re.compile(
    r"\b(?:niet|geen|nooit|zonder|mits|tenzij|indien|als|alleen|slechts|uitsluitend|mogelijk|volgens|aldus|tot|"
    r"minder|meer|behalve|wanneer|zolang|voor zover|kan|kunnen|zou|zouden|alle|maar|echter)\b",
    re.IGNORECASE,
)


def shorten(sentence: str) -> Iterator[tuple[str, str]]:
    """(how, shorter sentence): something set apart was dropped."""
    body = sentence.rstrip(".")
    match: re.Match[str] | None
    for match in re.finditer(r" \([^()]{3,80}\)(?=[ ,;]|$)", body):
        yield "brackets", body[: match.start()] + body[match.end() :] + "."
    for match in re.finditer(r" [–-] [^–]{5,80} [–-](?= )", body):
        yield "dashes", body[: match.start()] + body[match.end() :] + "."
    match = re.match(rf"(.{{25,}}?), ({_SUBORDINATE} .{{15,}})$", body)
    if match and "," not in match.group(2) and not _RISKY.search(match.group(2)):
        yield "subordinate tail", match.group(1) + "."
    match = re.match(r"(.{25,}?), (?:die|dat|waaronder|zoals|met name) [^,]{10,}$", body)
    if match and not _RISKY.search(body[match.end(1) :]):
        yield "relative tail", match.group(1) + "."
    for match in re.finditer(
        r", (?:zoals|waaronder|mede|gelet op|onder meer|die|dat) [^,]{8,90},(?= )", body
    ):
        if not _RISKY.search(match.group()):
            yield "aside", body[: match.start()] + body[match.end() :] + "."
    match = re.match(rf"(?:Hoewel|Omdat|Aangezien|Terwijl) [^,]{{10,}}, ({_VERB}) (\w+) (.{{15,}})$", body)
    if match and match.group(2) in ("ik", "het", "er", "dit", "wij", "de", "deze"):
        subject = match.group(2)
        if subject not in ("de", "deze", "het"):
            yield "subordinate head", f"{subject.capitalize()} {match.group(1)} {match.group(3)}."
    match = re.match(r"(.{30,}?) en ((?:ik|er|het|dit|wij|daarom|deze|zij) .{20,})$", body)
    if match and re.search(rf"\b{_VERB}\b", match.group(1)) and "," not in body:
        yield "second half", match.group(1) + "."
        yield "first half", match.group(2)[0].upper() + match.group(2)[1:] + "."
    match = re.match(
        r"(?:Daarnaast|Bovendien|Verder|Ook|Daarom|Tevens|Overigens|Inmiddels) (\w+) (\w+) (.{15,})$", body
    )
    if match and match.group(2) in ("ik", "er", "wij", "het") and re.fullmatch(_VERB, match.group(1)):
        yield "adverb", f"{match.group(2).capitalize()} {match.group(1)} {match.group(3)}."
    match = re.match(
        rf"(.{{30,}}) (in (?:19|20)\d\d|{_PREPOSITION} (?:dit|deze|het afgelopen|de afgelopen) [a-z]+)$", body
    )
    if match and not _RISKY.search(match.group(2)):
        yield "time", match.group(1) + "."


def reorder(sentence: str) -> Iterator[tuple[str, str]]:
    """(how, sentence): a clause or an adverbial phrase changed places."""
    body = sentence.rstrip(".")
    match = re.match(rf"(.{{15,}}?), ({_SUBORDINATE} [^,]{{10,}})$", body)
    if match and match.group(2).startswith(("omdat", "terwijl", "hoewel", "aangezien")):
        inverted = _invert(match.group(1))
        if inverted:
            tail = match.group(2)
            yield "tail first", f"{tail[0].upper()}{tail[1:]}, {inverted}."
    match = re.match(
        rf"((?:Omdat|Hoewel|Aangezien|Terwijl|Doordat) [^,]{{10,}}), ({_VERB}) (\w+) (.{{10,}})$", body
    )
    if match and match.group(3) in ("ik", "er", "wij", "dit"):
        head = match.group(1)
        yield (
            "head last",
            f"{match.group(3).capitalize()} {match.group(2)} {match.group(4)}, {head[0].lower()}{head[1:]}.",
        )
    match = re.match(
        rf"({_PREPOSITION.title()} [^,]{{3,40}}?) ({_VERB}) (ik|er|wij|het kabinet|dit) ([^,]{{12,}})$", body
    )
    match = match or re.match(
        rf"((?:In|Op|Sinds|Tijdens|Na|Bij|Via|Vanaf|Binnen|Met|Voor) [^,]{{3,40}}?) ({_VERB}) "
        r"(ik|er|wij|het kabinet|dit) ([^,]{12,})$",
        body,
    )
    if match:
        head = match.group(1)
        subject = match.group(3)
        head = head[0].lower() + head[1:]
        yield "phrase back", f"{subject[0].upper()}{subject[1:]} {match.group(2)} {head} {match.group(4)}."
    match = re.match(
        rf"((?:Ik|Wij|Het kabinet|De politie|De regering)) ({_VERB}) (.*?)\b(in (?:19|20)\d\d)\b(.*)$", body
    )
    if match and "," not in match.group(3):
        subject = match.group(1)
        rest = re.sub(r"\s+", " ", match.group(3) + match.group(5)).strip()
        yield (
            "year first",
            f"In {match.group(4)[3:]} {match.group(2)} {subject[0].lower()}{subject[1:]} {rest}.",
        )
    subjects = "ik|er|wij|daarom|daarmee|zij|het kabinet|de politie"
    match = re.match(rf"(.{{30,}}?) en ((?:{subjects}) {_VERB} [^,]{{20,}})$", body)
    match = match or re.match(rf"(.{{30,}}?) en ({_VERB} (?:ik|er|wij|het kabinet) [^,]{{20,}})$", body)
    if match and re.search(rf"\b{_VERB}\b", match.group(1)) and "," not in match.group(1):
        first, second = match.groups()
        yield "halves", f"{second[0].upper()}{second[1:]} en {first[0].lower()}{first[1:]}."


def _invert(clause: str) -> str:
    """ "ik heb dit gedaan" -> "heb ik dit gedaan", for plain subjects only."""
    match = re.match(rf"(Ik|Er|Wij|Dit|Het kabinet|Het|De [a-z]+) ({_VERB}) (.+)$", clause)
    if not match:
        return ""
    subject = match.group(1)
    return f"{match.group(2)} {subject[0].lower()}{subject[1:]} {match.group(3)}"


def join(first: str, second: str) -> Iterator[tuple[str, str]]:
    """(how, sentence): two sentences as one."""
    yield "full stop", f"{first} {second}"
    bare = first.rstrip(".")
    lowered = second if second[:2].isupper() else second[0].lower() + second[1:]
    yield "en", f"{bare} en {lowered}"
    yield "semicolon", f"{bare}; {lowered}"
    yield "comma en", f"{bare}, en {lowered}"
    yield "daarnaast", f"{first} Daarnaast: {lowered}"


# Sentences shorter than this leave nothing to change; longer ones are lists or tables run together.
_SHORTEST, _LONGEST = 7, 60
_ANNOUNCED = "In antwoord op eerdere vragen is aan uw Kamer gemeld:"
_REPORTED = "Zoals eerder aan uw Kamer bericht:"
_VARIANTS = 3  # of one kind from one sentence, so that no long sentence weighs more than others


@dataclass(frozen=True, slots=True)
class Case:
    """A statement with citations, and whether a faultless checker calls it supported."""

    kind: str
    how: str
    supported: bool
    statement: Statement
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class KindResult:
    """One kind of case: how many, and how many were judged right."""

    kind: str
    supported: bool
    cases: int
    right: int

    @property
    def rate(self) -> float:
        """Part of the cases with the right verdict (detection, or 1 - false alarms)."""
        return self.right / self.cases if self.cases else 0.0


@dataclass(frozen=True, slots=True)
class VerifierReport:
    """The results per kind, with the cases that were judged wrong."""

    method: str
    kinds: tuple[KindResult, ...]
    mistakes: tuple[tuple[Case, Check], ...]
    seconds_per_statement: float

    @property
    def detection(self) -> float:
        """Part of the unsupported statements that were called so."""
        return _rate([k for k in self.kinds if not k.supported])

    @property
    def false_alarms(self) -> float:
        """Part of the supported statements that were not called so."""
        return 1 - _rate([k for k in self.kinds if k.supported])


def _rate(kinds: Sequence[KindResult]) -> float:
    cases = sum(k.cases for k in kinds)
    return sum(k.right for k in kinds) / cases if cases else 0.0


def evaluate_verifier(
    sources: Sequence[Source], *, limit: int | None = None, progress: Callable[[int, int], None] | None = None
) -> VerifierReport:
    """Judges every case made from `sources` (at most `limit` a kind); deterministic but for the time."""
    return judge_cases(list(make_cases(sources, limit=limit)), progress=progress)


def judge_cases(
    cases: Sequence[Case], *, progress: Callable[[int, int], None] | None = None
) -> VerifierReport:
    """The verdict on each of these cases, counted per kind."""
    counts: dict[tuple[str, bool], list[int]] = {}
    mistakes: list[tuple[Case, Check]] = []
    spent = 0.0
    for done, case in enumerate(cases):
        started = time.perf_counter()
        result = check(case.statement, case.sources)
        spent += time.perf_counter() - started
        right = (result.verdict is StatementVerdict.SUPPORTED) == case.supported
        tally = counts.setdefault((case.kind, case.supported), [0, 0])
        tally[0] += 1
        tally[1] += right
        if not right:
            mistakes.append((case, result))
        if progress is not None:
            progress(done + 1, len(cases))
    kinds = tuple(
        KindResult(kind, supported, *tally)
        for (kind, supported), tally in sorted(counts.items(), key=lambda item: (not item[0][1], item[0][0]))
    )
    return VerifierReport(METHOD, kinds, tuple(mistakes), spent / len(cases) if cases else 0.0)


def make_cases(sources: Sequence[Source], *, limit: int | None = None) -> Iterator[Case]:
    """All cases from the sentences of `sources`, kind by kind; with `limit`, a fixed sample of each kind."""
    usable = [s for s in sources if _sentences(s)]
    pool = _make_pool(usable)
    by_kind: dict[str, list[Case]] = {}
    for at, source in enumerate(usable):
        other = usable[(at + 1) % len(usable)]
        for case in _cases_of(source, other, pool):
            by_kind.setdefault(case.kind, []).append(case)
    for kind in sorted(by_kind):
        cases = sorted(by_kind[kind], key=lambda c: _seed(c.statement.text, c.how))
        yield from cases[:limit]


def _cases_of(source: Source, other: Source, pool: Pool) -> Iterator[Case]:
    spans = _sentences(source)
    for at, span in enumerate(spans):
        text = span.of(source.body)
        quote = _cite(source, span)
        yield from _supported_cases(source, spans, at, text, quote)
        for kind in ALTERATIONS:
            made = alter(text, kind, pool, _seed(text, kind))
            for how, altered in sorted(made, key=lambda m: _seed(*m))[:_VARIANTS]:
                wide = at + 1 < len(spans) and _seed(altered) % 3 == 0
                cited = _cite(source, Span(span.start, spans[at + 1].end)) if wide else quote
                yield _case(kind, how, False, altered, (cited,), (source,))
        yield from _quote_cases(source, other, spans, at, text, quote)


def _supported_cases(
    source: Source, spans: Sequence[Span], at: int, text: str, quote: Citation
) -> Iterator[Case]:
    yield _case("verbatim", "whole", True, text, (quote,), (source,))
    part = _part_of(text)
    if part:
        yield _case(
            "verbatim", "part quoted", True, text, (replace(quote, quote=part, span=None),), (source,)
        )
    spaced = re.sub(r"[«»“”]", '"', text).replace(" ", "  ", 1)
    yield _case("verbatim", "typography", True, text, (replace(quote, quote=spaced, span=None),), (source,))
    yield _case("introduced", "date", True, f"{introduce(source.document)} {text}", (quote,), (source,))
    for phrase in (_ANNOUNCED, _REPORTED):
        yield _case("introduced", "no date", True, f"{phrase} {text}", (quote,), (source,))
    for kind, made in (("shortened", shorten(text)), ("reordered", reorder(text))):
        for how, reworded in made:
            yield _case(kind, how, True, reworded, (quote,), (source,))
    if at + 1 < len(spans):
        second = spans[at + 1]
        both = _cite(source, Span(spans[at].start, second.end))
        for how, joined in join(text, second.of(source.body)):
            separate = _seed(text, how) % 2 == 0
            citations = (quote, _cite(source, second)) if separate else (both,)
            yield _case("merged", how, True, joined, citations, (source,))


def _quote_cases(
    source: Source, other: Source, spans: Sequence[Span], at: int, text: str, quote: Citation
) -> Iterator[Case]:
    foreign = _cite(other, _sentences(other)[0])
    both = (source, other)
    yield _case("wrong citation", "other document", False, text, (foreign,), both)
    borrowed = replace(quote, document=other.document.id, numbers=other.numbers, source_id=None, span=None)
    yield _case("wrong citation", "quote from elsewhere", False, text, (borrowed,), both)
    if len(spans) > 2:
        elsewhere = spans[(at + 2) % len(spans)]
        yield _case("wrong citation", "other sentence", False, text, (_cite(source, elsewhere),), (source,))
        last = elsewhere.of(source.body)
        for how, middle in (("bare", " "), ("dots", " ... "), ("brackets", " (...) ")):
            stitched = " ".join(text.split()[: len(text.split()) // 2]) + middle
            stitched += " ".join(last.split()[len(last.split()) // 2 :])
            made = replace(quote, quote=stitched, span=None)
            statement = stitched if _seed(text, how) % 2 else text
            yield _case("stitched quote", how, False, statement, (made,), (source,))
    for kind in ("number", "negation added", "modality", "name"):
        for how, altered in alter(text, kind, Pool(("Jansen",), ("x",)), 1)[:1]:
            made = replace(quote, quote=altered, span=None)
            yield _case("fabricated quote", how, False, altered, (made,), (source,))


def _case(
    kind: str,
    how: str,
    supported: bool,
    text: str,
    citations: tuple[Citation, ...],
    sources: tuple[Source, ...],
) -> Case:
    bare = tuple(Citation(c.document, c.numbers, c.quote) for c in citations)
    return Case(kind, how, supported, Statement(text, bare), sources)


def _part_of(text: str) -> str:
    """The first clause, where it is long enough to point at its sentence."""
    head = text.split(", ")[0]
    return head if head != text and len(words(head)) >= 5 else ""


def _cite(source: Source, span: Span) -> Citation:
    offset = source.body_span.start
    return cite(source, Span(span.start + offset, span.end + offset))


def _sentences(source: Source) -> tuple[Span, ...]:
    return tuple(
        s
        for s in split_sentences(source.body)
        if _SHORTEST <= len(words(s.of(source.body))) <= _LONGEST and s.of(source.body).endswith(".")
    )


def _make_pool(sources: Sequence[Source]) -> Pool:
    names: set[str] = set()
    clauses: set[str] = set()
    for source in sources:
        names.update(re.findall(r"(?<=[a-z] )[A-Z][a-z]{3,}(?=[ ,.])", source.body))
        clauses.update(re.findall(r", ((?:waarbij|omdat|zodat|terwijl) [^,.]{15,80})\.", source.body))
    return Pool(
        tuple(sorted(names)) or ("Jansen",), tuple(sorted(clauses)) or ("waarbij de kosten zijn gedaald",)
    )


def _seed(*texts: str) -> int:
    return int.from_bytes(hashlib.sha256("\x00".join(texts).encode()).digest()[:6], "big")


def read_cases(path: Path, sources: Sequence[Source]) -> tuple[Case, ...]:
    """The cases of a JSON Lines file on `sources`: `kind`, `text`, `supported`, `citations`.

    A citation has `document`, `numbers` and `quote`, as in a draft. Raises UnreadableFileError that names the
    line, and InputError for a document that is not among the sources.
    """

    def case(row: Mapping[str, Any], number: int) -> Case:
        if not isinstance(row, Mapping) or not isinstance(row["supported"], bool):
            raise TypeError("supported is geen true of false")
        citations = tuple(
            Citation(str(c["document"]), tuple(int(n) for n in c["numbers"]), str(c["quote"]))
            for c in row["citations"]
        )
        statement = Statement(str(row["text"]), citations)
        how = str(row.get("id", number))
        return Case(str(row["kind"]), how, row["supported"], statement, tuple(sources))

    cases = read_rows(path, case, "heeft geen kind, text, supported en citations")
    if not cases:
        raise UnreadableFileError(path.name, "er staan geen gevallen in")
    known = {s.document.id for s in sources}
    absent = sorted({c.document for case in cases for c in case.statement.citations} - known)
    if absent:
        raise InputError(f"{path.name} gaat over stukken die niet zijn meegegeven, zoals {absent[0]}.")
    return cases
