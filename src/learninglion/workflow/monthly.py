"""A month of use, counted from the log and the dossiers: as a web page and a PDF, without persons.

A share that differs from the months before by more than chance is signalled. The bound is derived: the
two-sided test of two shares at 1%, divided by how many shares are tested.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from html import escape
from pathlib import Path

from learninglion.dutch.lexicon import MONTHS
from learninglion.dutch.text import capital
from learninglion.models import Actor, AnswerVerdict, Dossier, DossierState
from learninglion.models.errors import InputError, LearningLionError
from learninglion.models.plain import from_plain
from learninglion.record.dossiers import DossierRepository
from learninglion.record.energy import Energy, Method, energy_figures
from learninglion.record.export import page_of, typeset
from learninglion.record.log import EventLog, LogEntry
from learninglion.record.marking import ai_share
from learninglion.workflow.log import INGEST
from learninglion.workflow.rights import Task, require_everywhere

_TEMPLATE = Path(__file__).with_name("monthly.typ")
_SIGNIFICANCE = 0.01
_LEAST = 5  # of what is counted, expected on both sides, before the test of shares holds
_BAR, _LABELS, _WIDTH = 22, 90, 420
_BLUE = "#01689b"


@dataclass(frozen=True, slots=True)
class Month:
    """What was done in one month ("2026-11"), counted over everybody."""

    month: str
    searches: int = 0
    questions_asked: int = 0  # to own documents
    drafts: int = 0  # proposals written
    questions: int = 0  # sub-questions of the dossiers that were worked on
    answered: int = 0
    partial: int = 0
    unanswerable: int = 0
    sentences: int = 0  # of those dossiers, as they stood last in the month
    failed: int = 0  # that no source bears and nobody answers for
    own: int = 0  # that a person answers for
    offered: int = 0  # sources
    rejected: int = 0  # set aside by a person, with a reason
    first_score: float = 0.0  # mean score of the first source of a sub-question
    approved: int = 0
    machine_share: float = 0.0  # of the words of approved texts, as the machine wrote them
    labels_removed: int = 0
    exports: int = 0
    remarks: int = 0  # that a sentence is wrong
    files: int = 0  # taken in
    files_failed: int = 0
    kwh: tuple[tuple[str, float], ...] = ()  # by what was done
    grams_co2e: float = 0.0
    methods: tuple[str, ...] = ()  # how energy was known
    figures: tuple[str, ...] = ()  # what it was reckoned with, as words: powers, grid factor, year, source
    elsewhere_unknown: int = 0  # pieces of work with a model elsewhere of which nothing is known


@dataclass(frozen=True, slots=True)
class Drift:
    """A share this month beside that of the months before."""

    what: str
    now: float
    before: float
    p: float  # chance of such a difference when nothing changed; nan where there is too little to say
    signalled: bool


_SHARES = (
    ("vragen zonder antwoord uit de bronnen", "unanswerable", "questions"),
    ("zinnen die geen bron draagt", "failed", "sentences"),
    ("bronnen die iemand afwees", "rejected", "offered"),
    ("bestanden die niet konden worden opgenomen", "files_failed", "files"),
)


def drifts(months: Sequence[Month]) -> tuple[Drift, ...]:
    """The last month against all before it."""
    *earlier, last = months
    drifted = []
    for what, part, whole in _SHARES:
        before = sum(getattr(m, part) for m in earlier), sum(getattr(m, whole) for m in earlier)
        now = getattr(last, part), getattr(last, whole)
        p = _chance(now, before)
        signalled = p < _SIGNIFICANCE / len(_SHARES)
        drifted.append(Drift(what, _share(*now), _share(*before), p, signalled))
    return tuple(drifted)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _chance(one: tuple[int, int], other: tuple[int, int]) -> float:
    """Two-sided p of two shares being one (normal approximation); nan where that does not hold."""
    (a, n), (b, m) = one, other
    if not n or not m:
        return math.nan
    pooled = (a + b) / (n + m)
    if min(n, m) * min(pooled, 1 - pooled) < _LEAST:
        return math.nan
    z = (a / n - b / m) / math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    return math.erfc(abs(z) / math.sqrt(2))


@dataclass(frozen=True, slots=True)
class _Table:
    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]  # what, then its figure in each month


def _tables(months: Sequence[Month]) -> list[_Table]:
    """The figures of the last month, beside those of the month before where there is one."""
    shown = months[:-3:-1]
    columns = ("Wat", *(_month_name(m.month) for m in shown))
    measured = all(set(m.methods) == {Method.RAPL} for m in shown if m.methods)
    parts = (
        ("Gebruik", [_usage(m) for m in shown]),
        ("Kwaliteit", [_quality(m) for m in shown]),
        (f"Energie, {'gemeten' if measured else 'naar schatting'}", [_energy(m) for m in shown]),
    )
    return [
        _Table(
            heading,
            columns,
            tuple(
                (what, *(by_month.get(what, "0") for by_month in figures))
                for what in dict.fromkeys(what for by_month in figures for what in by_month)
            ),
        )
        for heading, figures in parts
    ]


def _usage(month: Month) -> dict[str, str]:
    return {
        "Keer gezocht": _number(month.searches),
        "Vragen aan eigen documenten": _number(month.questions_asked),
        "Tekstvoorstellen opgesteld": _number(month.drafts),
        "Teksten vastgesteld door een mens": _number(month.approved),
        "Teksten vastgesteld zonder de regel over AI": _number(month.labels_removed),
        "Teksten meegenomen als bestand": _number(month.exports),
        "Bestanden opgenomen in het archief": _number(month.files),
        "Bestanden die niet konden worden opgenomen": _number(month.files_failed),
    }


def _quality(month: Month) -> dict[str, str]:
    return {
        "Vragen in de dossiers van deze maand": _number(month.questions),
        "Vragen beantwoord uit de bronnen": _part(month.answered, month.questions),
        "Vragen gedeeltelijk beantwoord": _part(month.partial, month.questions),
        "Vragen zonder antwoord uit de bronnen": _part(month.unanswerable, month.questions),
        "Zinnen in die dossiers": _number(month.sentences),
        "Zinnen die geen bron draagt": _part(month.failed, month.sentences),
        "Zinnen die een mens voor eigen rekening neemt": _part(month.own, month.sentences),
        "Meldingen van gebruikers dat een zin niet klopt": _number(month.remarks),
        "Bronnen aangeboden": _number(month.offered),
        "Bronnen afgewezen door een mens, met reden": _part(month.rejected, month.offered),
        "Kans dat de eerste bron past, gemiddeld volgens de zoekmachine": _percent(month.first_score),
        "Deel van de vastgestelde tekst dat de machine schreef": _percent(month.machine_share)
        if month.approved
        else "–",
    }


def _energy(month: Month) -> dict[str, str]:
    by_work = {capital(what): f"{_number(kwh * 1000, 2)} Wh" for what, kwh in month.kwh}
    watt_hours = sum(kwh for _, kwh in month.kwh) * 1000
    whole = {"Samen": f"{_number(watt_hours, 2)} Wh", "Uitstoot": f"{_number(month.grams_co2e, 2)} g CO2e"}
    if month.elsewhere_unknown:
        whole["Keer dat een model elders meewerkte (niet meegeteld)"] = _number(month.elsewhere_unknown)
    return by_work | whole


_METHODS = {
    Method.RAPL: "gemeten door de processor zelf",
    Method.TDP_LOAD: "geschat uit de tijd dat de processor werkte",
    Method.CONSTANT: "geschat met een vast vermogen",
}


def _reckoning(month: Month) -> list[str]:
    """How energy was known, in words and then in figures."""
    methods = [f"{method}: {_METHODS[Method(method)]}." for method in month.methods]
    return methods + [f"Gerekend met: {figures}." for figures in month.figures]


def _signals(months: Sequence[Month]) -> list[str]:
    if len(months) == 1:
        return ["Er is nog geen eerdere maand om mee te vergelijken."]
    lines = []
    for drift in drifts(months):
        line = f"{drift.what}: {_percent(drift.now)}, in de maanden ervoor {_percent(drift.before)}"
        if math.isnan(drift.p):
            lines.append(f"{capital(line)}. Te weinig om iets over te zeggen.")
        elif drift.signalled:
            lines.append(f"LET OP, {line}. Dat is meer verschil dan toeval geeft: zoek de oorzaak.")
        else:
            lines.append(f"{capital(line)}. Zo’n verschil kan toeval zijn.")
    return [*sorted(lines, key=lambda line: not line.startswith("LET OP")), _TESTED]


_TESTED = (
    f"Er staat LET OP bij een verschil dat door toeval minder dan 1 op de "
    f"{round(len(_SHARES) / _SIGNIFICANCE)} keer voorkomt."
)


def _plots(months: Sequence[Month]) -> list[tuple[str, str, str]]:
    """(caption, what it shows in words, SVG)."""
    series = (
        ("Keer gezocht", [float(m.searches) for m in months], 0),
        ("Tekstvoorstellen", [float(m.drafts) for m in months], 0),
        ("Zinnen die geen bron draagt, %", [100 * _share(m.failed, m.sentences) for m in months], 1),
        ("Energie, Wh", [1000 * sum(k for _, k in m.kwh) for m in months], 2),
    )
    made = []
    for caption, values, digits in series:
        rows = [(_month_name(m.month, short=True), value) for m, value in zip(months, values, strict=True)]
        description = "; ".join(f"{label}: {_number(value, digits)}" for label, value in rows)
        made.append((caption, description, _bars(rows, digits)))
    return made


def _bars(rows: Sequence[tuple[str, float]], digits: int) -> str:
    most = max((value for _, value in rows), default=0.0) or 1.0
    drawn = []
    for number, (label, value) in enumerate(rows):
        y, width = _BAR * number, value / most * _WIDTH
        drawn.append(
            f"<text x='0' y='{y + 15}' font-size='13'>{escape(label)}</text>"
            f"<rect x='{_LABELS}' y='{y + 3}' width='{width:.1f}' height='15' fill='{_BLUE}'/>"
            f"<text x='{_LABELS + width + 6:.1f}' y='{y + 15}' font-size='13'>"
            f"{_number(value, digits)}</text>"
        )
    size = f"viewBox='0 0 {_LABELS + _WIDTH + 80} {_BAR * len(rows) + 6}'"
    return f"<svg xmlns='http://www.w3.org/2000/svg' {size} font-family='sans-serif'>{''.join(drawn)}</svg>"


def _number(value: float, digits: int = 0) -> str:
    return f"{value:,.{digits}f}".translate(str.maketrans(",.", ".,"))


def _part(part: int, whole: int) -> str:
    return f"{_number(part)} ({_percent(_share(part, whole))})"


def _month_name(month: str, *, short: bool = False) -> str:
    """ "november 2026" or "nov 2026" of "2026-11"."""
    year, number = month.split("-")
    name = MONTHS[int(number) - 1]
    return f"{name[:3] if short else name} {year}"


def _percent(share: float) -> str:
    return f"{_number(100 * share, 1)}%"


_INTRODUCTION = (
    "LearningLion zoekt eerdere antwoorden op Kamervragen, stelt daaruit een tekst voor en houdt elke zin "
    "tegen haar bron. Een mens stelt de tekst vast. Dit zijn cijfers over iedereen samen, uit het logboek "
    "en de dossiers: geen personen, geen teksten. Wat vernietigd is telt niet meer mee bij de kwaliteit."
)


def monthly_page(months: Sequence[Month], organisation: str) -> str:
    """The report of the last of `months` (oldest first) as one web page that loads nothing."""
    return page_of(_TEMPLATE.with_suffix(".html"), **_content(months, organisation))


def monthly_pdf(months: Sequence[Month], organisation: str) -> bytes:
    """The same as a PDF (UA-1 and A-2a)."""
    year, number = map(int, months[-1].month.split("-"))
    ended = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=UTC)  # the same bytes each time
    return typeset(_TEMPLATE, _content(months, organisation), ended)


def _content(months: Sequence[Month], organisation: str) -> dict[str, object]:
    return {
        "title": _title(months, organisation),
        "introduction": _INTRODUCTION,
        "tables": [asdict(table) for table in _tables(months)],
        "reckoning": _reckoning(months[-1]),
        "signals": _signals(months),
        "plots": [{"caption": c, "description": d, "svg": s} for c, d, s in _plots(months)],
    }


def _title(months: Sequence[Month], organisation: str) -> str:
    title = f"Maandbericht LearningLion, {_month_name(months[-1].month)}"
    return title + (f", {organisation}" if organisation else "")


_SPENT = {
    "search": "zoeken",
    "offer": "zoeken",
    "ask": "vragen aan documenten",
    "draft": "opstellen",
    "resume": "opstellen",
    "ingest.done": "opnemen",
}
_SAVED = tuple(f"dossier.{state.value}" for state in DossierState)
_COUNTED = (*_SPENT, *_SAVED, "export", "label.remove", "sentence.wrong", INGEST)


@dataclass
class _Counts:
    deeds: Counter[str] = field(default_factory=Counter)
    kwh: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    grams: float = 0.0
    methods: set[str] = field(default_factory=set)
    figures: set[str] = field(default_factory=set)
    unknown: int = 0
    files: int = 0
    files_failed: int = 0
    versions: dict[str, int] = field(default_factory=dict)  # of each dossier, the last of the month

    def add(self, entry: LogEntry) -> None:
        self.deeds[entry.action] += 1
        details = entry.details
        version = details.get("version")
        if entry.action in _SAVED and isinstance(version, int):
            self.versions[entry.subject] = version
        if entry.action == INGEST:
            self.files += 1
            self.files_failed += details.get("status") == "failed"
        if isinstance(details.get("energy"), dict):
            self._spend(_SPENT[entry.action], from_plain(Energy, details["energy"]))

    def _spend(self, what: str, energy: Energy) -> None:
        self.kwh[what] += energy.kwh + (energy.elsewhere_kwh or 0.0)
        self.grams += energy.grams_co2e
        self.methods.add(energy.method)
        self.figures.add(energy_figures(energy))
        self.unknown += bool(energy.elsewhere) and energy.elsewhere_kwh is None


@dataclass(eq=False)
class Monthly:
    """The months up to one, oldest first."""

    _log: EventLog
    _dossiers: DossierRepository

    def months(self, last: str, actor: Actor) -> tuple[Month, ...]:
        """The month `last` ("2026-11") and up to eleven ahead of it, from the first with any use.

        Raises InputError where it is no month.
        """
        require_everywhere(actor, Task.AUDIT)
        names = _names(last)
        counted: dict[str, _Counts] = {name: _Counts() for name in names}
        for entry in self._log.of_actions(_COUNTED):
            if (month := counted.get(f"{entry.at.astimezone():%Y-%m}")) is not None:
                month.add(entry)
        used = next((i for i, name in enumerate(names) if counted[name].deeds), len(names) - 1)
        return tuple(self._month(name, counted[name]) for name in names[used:])

    def _month(self, name: str, counts: _Counts) -> Month:
        dossiers = [d for d in (self._load(*one) for one in counts.versions.items()) if d is not None]
        verifications = [v for dossier in dossiers for v in dossier.verifications]
        verdicts = Counter(v.verdict for v in verifications)
        selections = [v.draft.selection for v in verifications]
        firsts = [s.offered[0].score for s in selections if s.offered]
        approved = [d for d in dossiers if d.state is DossierState.APPROVED]
        deeds = counts.deeds
        return Month(
            name,
            searches=deeds["search"] + deeds["offer"],
            questions_asked=deeds["ask"],
            drafts=deeds["draft"],
            questions=len(verifications),
            answered=verdicts[AnswerVerdict.ANSWERED],
            partial=verdicts[AnswerVerdict.PARTIAL],
            unanswerable=verdicts[AnswerVerdict.UNANSWERABLE],
            sentences=sum(len(v.checks) for v in verifications),
            failed=sum(len(v.failed) for v in verifications),
            own=sum(len(v.own) for v in verifications),
            offered=sum(len(s.offered) for s in selections),
            rejected=sum(len(s.rejected) for s in selections),
            first_score=_mean(firsts),
            approved=deeds["dossier.approved"],
            machine_share=_mean([ai_share(d.verifications) for d in approved]),
            labels_removed=deeds["label.remove"],
            exports=deeds["export"],
            remarks=deeds["sentence.wrong"],
            files=counts.files,
            files_failed=counts.files_failed,
            kwh=tuple(sorted(counts.kwh.items())),
            grams_co2e=counts.grams,
            methods=tuple(sorted(counts.methods)),
            figures=tuple(sorted(counts.figures)),
            elsewhere_unknown=counts.unknown,
        )

    def _load(self, dossier_id: str, version: int) -> Dossier | None:
        try:
            return self._dossiers.load(dossier_id, None, version)
        except LearningLionError:
            return None  # destroyed since


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _names(last: str) -> list[str]:
    try:
        first = datetime.strptime(last, "%Y-%m")  # noqa: DTZ007  (a month has no zone)
    except ValueError as error:
        raise InputError("Schrijf de maand als 2026-11.") from error
    count = first.year * 12 + first.month - 1
    return [f"{n // 12:04d}-{n % 12 + 1:02d}" for n in range(count - 11, count + 1)]
