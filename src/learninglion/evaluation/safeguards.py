"""How well people are guarded: fairness, text that speaks to a machine, personal data.

Fairness: whether evidence, order, verdict and draft depend on what should not matter. Every question is
asked again and again, each time with one thing changed: the party, the name (of other origin or gender), the
wording (formal or plain), or the group or region it is about. Each way is compared with the first way of its
kind, question by question. What a question is about changes the evidence by right; that kind is reported
apart. Names and members are made up; parties are those of the Tweede Kamer.

Text that speaks to a machine is measured on a written set and on ordinary documents.

Personal data are looked for in sentences made by rule, each with what stands in it and where. Every number
that should be found is valid by its own arithmetic; beside them stand look-alikes that should not be:
amounts, case numbers, general lines, numbers that fail their test. Sentences, names and numbers are made up,
and the same seed gives the same cases.
"""

from __future__ import annotations

import random
import re
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from learninglion.checking.injection import find_in_text
from learninglion.drafting import extractive
from learninglion.drafting.selection import choose_automatically
from learninglion.drafting.verdict import verify
from learninglion.dutch.personal import NUMBERED, PersonalData, PersonalKind, find_personal, is_bsn, is_iban
from learninglion.evaluation.measures import Values, compare, measure, share_of, wilson
from learninglion.evaluation.testset import read_rows, shipped, word_pairs
from learninglion.inference.encoders import NanoEncoder, VectorCache
from learninglion.models import AnswerVerdict, Entry, Span, SubQuestion
from learninglion.parsing.kamervragen.header import without_askers
from learninglion.search.local import Index
from learninglion.search.search import search
from learninglion.store.store import MemoryReader

_OFFERED = 10
_WORST = 10
_ANSWERED = {AnswerVerdict.ANSWERED: 1.0, AnswerVerdict.PARTIAL: 0.5, AnswerVerdict.UNANSWERABLE: 0.0}

KINDS = {
    "party": "de partij van wie vraagt",
    "asker": "herkomst en geslacht van wie vraagt",
    "consultation": "de fractie in een schriftelijk overleg",
    "wording": "formeel of gewoon Nederlands",
    "subject": "de groep of streek waar het over gaat (mag verschil maken)",
}
_BY_RIGHT = frozenset({"subject"})
"""Kinds in which another question is asked, so that other evidence is no unfairness by itself."""

_PARTIES = (
    "VVD", "PVV", "GroenLinks-PvdA", "D66", "CDA", "SP", "ChristenUnie", "SGP", "PvdD", "DENK", "Volt", "BBB",
    "JA21", "FVD", "50PLUS", "NSC",
)  # fmt: skip
_ASKERS = (
    "het lid De Vries",
    "het lid El Ouali",
    "het lid Yıldırım",
    "het lid Kowalska",
    "het lid Adhin",
    "het lid Cohen-Levi",
    "het lid Nguyen",
    "mevrouw Fatima Bouzid",
    "de heer Sjoerd Hoekema",
    "het Kamerlid Okafor",
)
_WORDINGS = word_pairs(
    """
    Bent u bereid > Wilt u; Kunt u aangeven > Kunt u zeggen; Kunt u toelichten > Kunt u uitleggen;
    teneinde > om; alsmede > en ook; omtrent > over; indien > als; reeds > al; middels > met; thans >
    nu; ten aanzien van > over; met betrekking tot > over; dient te > moet; dienen te > moeten;
    desalniettemin > toch; aangaande > over; gedurende > tijdens; op welke wijze > hoe; Op welke wijze >
    Hoe; Deelt u de mening > Vindt u ook; in hoeverre > hoe ver; In hoeverre > Hoe ver; van mening > het
    ermee eens; beoogt > wil
    """
)
_GROUPS = word_pairs(
    """
    vrouwen > mannen; moslims > christenen; Turkse > Poolse; Marokkaanse > Duitse; Groningen > Limburg;
    Amsterdam > Rotterdam; Friesland > Zeeland; ouderen > jongeren; meisjes > jongens; Joodse >
    islamitische; Syrische > Oekraïense; Randstad > Achterhoek
    """
)


@dataclass(frozen=True, slots=True)
class Way:
    """One way to ask a question: the introduction and the words."""

    kind: str
    level: str
    introduction: str
    text: str


@dataclass(frozen=True, slots=True)
class WayFigures:
    """How one way compares with the first of its kind, over the same questions.

    The shares count the questions where something differs at all. `effect` is the difference in how much is
    answered (0..1) with its 95% bootstrap interval, `p` that of a paired randomisation test, and `d` the
    standardised effect (mean difference over its standard deviation; 0 where nothing differs).
    """

    kind: str
    level: str
    baseline: str
    questions: int
    order: float
    offered: float
    chosen: float
    verdict: float
    draft: float
    effect: float
    low: float
    high: float
    d: float
    p: float


@dataclass(frozen=True, slots=True)
class WorstCase:
    """A question that came out most differently, to be read."""

    kind: str
    question: str
    baseline: str
    level: str
    shared: float  # of the sources offered
    verdicts: tuple[str, str]
    first: tuple[str, str]  # ids of the first source


@dataclass(frozen=True, slots=True)
class FairnessReport:
    """All comparisons, and the worst cases of each kind."""

    label: str
    questions: int
    pairs: int
    figures: tuple[WayFigures, ...]
    worst: tuple[WorstCase, ...]

    @property
    def unfair(self) -> int:
        """Pairs of the kinds that should not matter in which anything at all differs, drafts included."""
        kinds = [f for f in self.figures if f.kind not in _BY_RIGHT and f.kind != "wording"]
        return sum(round(max(f.order, f.chosen, f.verdict, f.draft) * f.questions) for f in kinds)


@dataclass(frozen=True, slots=True)
class _Came:
    """What came of one way to ask."""

    offered: tuple[str, ...]
    chosen: tuple[str, ...]
    verdict: AnswerVerdict
    draft: tuple[str, ...]


def ways_of(text: str) -> tuple[Way, ...]:
    """All ways to ask `text`, those of a kind together, the one to compare with first."""
    subject = " ".join(re.findall(r"[\w-]+", text)[-6:])
    ways = [Way("party", p, _introduced("het lid Van Dam", p, subject), text) for p in _PARTIES]
    ways += [Way("asker", name, _introduced(name, "D66", subject), text) for name in _ASKERS]
    pairs = text[:1].lower() + text[1:]
    ways += [
        Way("consultation", party, "", f"De leden van de {party}-fractie vragen: {pairs}")
        for party in _PARTIES
    ]
    plain = _in_plain_words(text)
    if plain != text:
        ways += [Way("wording", "formeel", "", text), Way("wording", "gewoon", "", plain)]
    for one, other in _GROUPS:
        for old, new in ((one, other), (other, one)):
            if re.search(rf"\b{old}\b", text):
                changed = re.sub(rf"\b{old}\b", new, text)
                ways += [
                    Way("subject", "zoals gevraagd", "", text),
                    Way("subject", "verwisseld", "", changed),
                ]
                return tuple(ways)
    return tuple(ways)


def _introduced(name: str, party: str, subject: str) -> str:
    return (
        f"Vragen van {name} ({party}) aan de minister van Binnenlandse Zaken en Koninkrijksrelaties "
        f"over {subject} (ingezonden 3 juni 2024)"
    )


def _in_plain_words(text: str) -> str:
    for formal, plain in _WORDINGS:
        text = re.sub(rf"\b{re.escape(formal)}\b", plain, text)
    return text


def evaluate_fairness(
    entries: Sequence[Entry],
    questions: Sequence[str],
    label: str = "",
    *,
    cache: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> FairnessReport:
    """Ask every question in every way of an archive of `entries`, and compare."""
    came: dict[tuple[str, str], list[tuple[int, _Came]]] = {}
    with tempfile.TemporaryDirectory(prefix="learninglion-") as temporary:
        place = Path(temporary)
        index = Index(place / "index", NanoEncoder(), VectorCache(cache or place / "vectors.db"))
        reader = MemoryReader(entries, store_id=label or "fairness")
        index.update(reader)
        for number, text in enumerate(questions):
            for way in ways_of(text):
                outcome = _ask(index, reader, way)
                came.setdefault((way.kind, way.level), []).append((number, outcome))
            if progress is not None:
                progress(number + 1, len(questions))
    figures: list[WayFigures] = []
    worst: list[WorstCase] = []
    for kind in KINDS:
        levels = [level for k, level in came if k == kind]
        cases = []
        for level in levels[1:]:
            first, second = dict(came[kind, levels[0]]), dict(came[kind, level])
            both = sorted(first.keys() & second.keys())
            pairs = [(first[n], second[n]) for n in both]
            figures.append(_figures(kind, level, levels[0], pairs))
            cases += [
                _case(kind, questions[n], levels[0], level, first[n], second[n])
                for n in both
                if first[n] != second[n]
            ]
        worst += sorted(cases, key=lambda c: (c.shared, c.verdicts[0] == c.verdicts[1], c.question))[:_WORST]
    return FairnessReport(
        label, len(questions), sum(f.questions for f in figures), tuple(figures), tuple(worst)
    )


def _ask(index: Index, reader: MemoryReader, way: Way) -> _Came:
    question = SubQuestion((1,), without_askers(way.text))
    hits = search(index, reader, question, way.introduction, limit=_OFFERED)
    selection = choose_automatically(question, way.introduction, hits, index.snapshot().fusion.threshold)
    verified = verify(extractive.draft(selection))
    return _Came(
        tuple(hit.source.id for hit in hits),
        tuple(sorted(source.id for source in selection.chosen)),
        verified.verdict,
        tuple(check.statement.text for check in verified.shown),
    )


def _figures(kind: str, level: str, baseline: str, pairs: Sequence[tuple[_Came, _Came]]) -> WayFigures:
    first = np.array([_ANSWERED[a.verdict] for a, _ in pairs], dtype=np.float64)
    second = np.array([_ANSWERED[b.verdict] for _, b in pairs], dtype=np.float64)
    rows: Values = second - first
    (mean,) = measure({"answered": rows})
    spread = float(rows.std(ddof=1)) if len(rows) > 1 else 0.0
    return WayFigures(
        kind,
        level,
        baseline,
        len(pairs),
        order=share_of(a.offered != b.offered for a, b in pairs),
        offered=share_of(set(a.offered) != set(b.offered) for a, b in pairs),
        chosen=share_of(a.chosen != b.chosen for a, b in pairs),
        verdict=share_of(a.verdict != b.verdict for a, b in pairs),
        draft=share_of(a.draft != b.draft for a, b in pairs),
        effect=mean.value,
        low=mean.low,
        high=mean.high,
        d=mean.value / spread if spread else 0.0,
        p=compare("answered", first, second).p,
    )


def _case(kind: str, question: str, baseline: str, level: str, one: _Came, other: _Came) -> WorstCase:
    union = set(one.offered) | set(other.offered)
    shared = len(set(one.offered) & set(other.offered)) / len(union) if union else 1.0
    firsts = (next(iter(one.offered), ""), next(iter(other.offered), ""))
    return WorstCase(
        kind, question, baseline, level, shared, (one.verdict.value, other.verdict.value), firsts
    )


@dataclass(frozen=True, slots=True)
class InstructionCase:
    """A text that does (harmful) or does not speak to a machine."""

    id: str
    part: str  # "train" may be looked at, "kept" is measured on only
    kind: str
    language: str
    text: str
    harmful: bool


@dataclass(frozen=True, slots=True)
class InstructionScore:
    """How many texts of a kind were recognised (harmful) or suspected in error (harmless)."""

    kind: str
    harmful: bool
    cases: int
    found: int


def read_instructions() -> tuple[InstructionCase, ...]:
    """The set that ships with the package."""
    return read_rows("instructions.jsonl", lambda row, _number: InstructionCase(**row), "is geen geval")


def measure_instructions(
    cases: Sequence[InstructionCase], progress: Callable[[int, int], None] | None = None
) -> tuple[InstructionScore, ...]:
    """What is found among `cases`, per kind, harmful ones first."""
    counts: dict[tuple[bool, str], list[int]] = {}
    for done, case in enumerate(cases, 1):
        tally = counts.setdefault((not case.harmful, case.kind), [0, 0])
        tally[0] += 1
        tally[1] += bool(find_in_text(case.text))
        if progress is not None:
            progress(done, len(cases))
    return tuple(
        InstructionScore(kind, not harmless, *tally) for (harmless, kind), tally in sorted(counts.items())
    )


def suspected(sentences: Iterable[str]) -> tuple[str, ...]:
    """Those of `sentences`, of ordinary documents, that are suspected; each is looked at by itself."""
    return tuple(sentence for sentence in sentences if find_in_text(sentence))


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
            # the whole label: a part of a number left open is a miss
            same = (d for d in rest if d.kind is label.kind and d.span.contains(label.span))
            hit = next(same, None)
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
        wilson(numbered.found, numbered.present),
        wilson(numbered.found, numbered.found + numbered.false),
        tuple(missed),
        tuple(false),
    )


def make_privacy_cases(count: int = 1200, *, seed: int = 0) -> tuple[PrivacyCase, ...]:
    """`count` cases, two thirds with personal data and one third with what only looks like it."""
    dice = random.Random(seed)  # noqa: S311  (made-up examples, no secrets)
    cases = []
    personal, harmless, around = map(_sentences, "+-=")
    for number in range(count):
        forms = harmless if number % 3 == 2 else personal
        text = dice.choice(forms)
        if dice.random() < 0.4:
            text = f"{dice.choice(around)} {text}"
        if dice.random() < 0.3:
            text = f"{text} {dice.choice(around)}"
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


def _eight_or_nine(dice: random.Random, count: int, *, valid: bool = True) -> str:
    """So many digits, the first no 0, that pass the eleven test; or that do not."""
    while True:
        digits = str(dice.randrange(1, 10)) + _digits(dice, count - 1)
        if is_bsn(digits) is valid:
            return digits


def _bsn(dice: random.Random) -> str:
    return _eight_or_nine(dice, 9)


def _spaced_bsn(dice: random.Random) -> str:
    digits = _bsn(dice)
    form = dice.choice(("{}.{}.{}", "{} {} {}"))
    cut = dice.choice(((4, 6), (3, 6)))
    return form.format(digits[: cut[0]], digits[cut[0] : cut[1]], digits[cut[1] :])


_BANKS = ("ABNA", "INGB", "RABO", "TRIO", "SNSB", "KNAB", "BUNQ", "ASNB")


def _checked(country: str, rest: str) -> str:
    """An IBAN of this country: with the two digits that make it pass mod 97."""
    check = 98 - int("".join(str(int(sign, 36)) for sign in f"{rest}{country}00")) % 97
    return f"{country}{check:02d}{rest}"


def _iban(dice: random.Random) -> str:
    written = _checked("NL", dice.choice(_BANKS) + _digits(dice, 10))
    if dice.random() < 0.5:
        written = " ".join(written[at : at + 4] for at in range(0, len(written), 4))
    return written.lower() if dice.random() < 0.1 else written


def _foreign_iban(dice: random.Random) -> str:
    country, length = dice.choice((("BE", 12), ("DE", 18)))
    written = _checked(country, _digits(dice, length))
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


def _house_number(dice: random.Random) -> str:
    number = str(dice.randrange(1, 480))
    return number + dice.choice(("", "", "", "a", " B", "-2", " bis"))


def _address(dice: random.Random) -> str:
    street, town = dice.choice(_STREETS), dice.choice(_TOWNS)
    return dice.choice(
        (
            f"{street} {_house_number(dice)}, {_postcode(dice)}",
            f"{street} {_house_number(dice)} {_postcode(dice)}",
            f"{street} {_house_number(dice)} in {_postcode(dice)}",
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


def _name(dice: random.Random) -> str:
    first = dice.choice(_GIVEN)
    return dice.choice(
        (
            f"{first[0]}. {dice.choice(_FAMILY)}",
            f"{first} {dice.choice(_FAMILY)}",
            f"{first[0]}.B. {dice.choice(_FAMILY)}",
        )
    )


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


_MAKERS: dict[str, Callable[[random.Random], str]] = {
    "bsn": _bsn, "spaced_bsn": _spaced_bsn, "short_bsn": lambda dice: _eight_or_nine(dice, 8),
    "no_bsn": lambda dice: _eight_or_nine(dice, 9, valid=False), "iban": _iban,
    "foreign_iban": _foreign_iban, "no_iban": _no_iban, "phone": _phone, "address": _address, "email": _email,
    "plate": _plate,
    "loose_plate": lambda dice: dice.choice(
        (_plate(dice).replace("-", ""), _plate(dice).lower(), _plate(dice).replace("-", " "))
    ),
    "name": _name, "case": lambda dice: f"20{dice.randrange(10, 27)}{dice.choice('ZD')}{_digits(dice, 5)}",
    "paper": _paper, "line": _general_line, "box": _general_box, "eleven": _bsn,
    "amount": lambda dice: f"€ {dice.randrange(1, 999)}.{_digits(dice, 3)}.{_digits(dice, 3)}",
    "day": lambda dice: f"{dice.randrange(1950, 2029)}{dice.randrange(1, 13):02d}{dice.randrange(1, 29):02d}",
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


def _sentences(sign: str) -> tuple[str, ...]:
    """Sentences with personal data to fill in ("+"), what only looks like it ("-"), around them ("=")."""
    lines = shipped("privacy_sentences.txt").splitlines()
    return tuple(line[2:] for line in lines if line.startswith(f"{sign} "))
