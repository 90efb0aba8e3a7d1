"""A month of use in figures that an office of the CIO can read: as a web page and as a PDF, without persons.

A share that differs from the months before by more than chance is signalled. The bound is derived: the
two-sided test of two shares at 1%, divided by how many shares are tested.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path

import typst

_TEMPLATE = Path(__file__).with_name("monthly.typ")
_FIXED_TIME = datetime(1980, 1, 1, tzinfo=UTC)  # no clock in the file: the same month gives the same bytes
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


def _facts(months: Sequence[Month]) -> list[tuple[str, list[tuple[str, str]]]]:
    """The tables: a heading, then (what, figure)."""
    last = months[-1]
    watt_hours = sum(kwh for _, kwh in last.kwh) * 1000
    energy = [(f"Energie, {what}", f"{_number(kwh * 1000, 2)} Wh") for what, kwh in last.kwh]
    if last.elsewhere_unknown:
        unknown = f"{last.elsewhere_unknown} keer werkte een model op een andere machine mee; niet meegeteld"
        energy.append(("Niet bekend", unknown))
    measured = set(last.methods) == {"rapl"}
    return [
        (
            "Gebruik",
            [
                ("Keer gezocht", str(last.searches)),
                ("Vragen aan eigen documenten", str(last.questions_asked)),
                ("Voorstellen opgesteld", str(last.drafts)),
                ("Teksten vastgesteld", str(last.approved)),
                ("Regel over AI weggehaald na onderzoek", str(last.labels_removed)),
                ("Meegenomen als bestand", str(last.exports)),
                ("Bestanden opgenomen, mislukt", f"{last.files}, {last.files_failed}"),
            ],
        ),
        (
            "Kwaliteit",
            [
                ("Vragen: beantwoord, deels, niet", f"{last.answered}, {last.partial}, {last.unanswerable}"),
                ("Zinnen, waarvan niet gedragen", f"{last.sentences}, {last.failed}"),
                ("Zinnen voor eigen rekening", str(last.own)),
                ("Meldingen dat een zin niet klopt", str(last.remarks)),
                ("Bronnen aangeboden, afgewezen met reden", f"{last.offered}, {last.rejected}"),
                ("Gemiddelde score van de eerste bron", _number(last.first_score, 2)),
                ("Woorden van de machine in vastgestelde tekst", _percent(last.machine_share)),
            ],
        ),
        (
            "Energie, gemeten" if measured else "Energie, naar schatting",
            [
                *energy,
                ("Samen", f"{_number(watt_hours, 2)} Wh, {_number(last.grams_co2e, 2)} g CO2e"),
                ("Methode", ", ".join(last.methods) or "niets gemeten"),
                *(("Gerekend met", figures) for figures in last.figures),
            ],
        ),
    ]


def _signals(months: Sequence[Month]) -> list[str]:
    lines = []
    for drift in drifts(months):
        line = f"{drift.what}: {_percent(drift.now)}, eerder {_percent(drift.before)}"
        if math.isnan(drift.p):
            lines.append(f"{line} (te weinig om iets over te zeggen)")
        else:
            chance = f"kans op toeval {_percent(drift.p)}"
            lines.append(f"{'LET OP: ' if drift.signalled else ''}{line} ({chance})")
    return lines


def _plots(months: Sequence[Month]) -> list[tuple[str, str, str]]:
    """(caption, what it shows in words, SVG)."""
    series = (
        ("Keer gezocht per maand", [(m.month, float(m.searches)) for m in months], 0),
        ("Voorstellen per maand", [(m.month, float(m.drafts)) for m in months], 0),
        (
            "Zinnen die geen bron draagt, % per maand",
            [(m.month, 100 * _share(m.failed, m.sentences)) for m in months],
            1,
        ),
        ("Energie per maand, Wh", [(m.month, 1000 * sum(k for _, k in m.kwh)) for m in months], 2),
    )
    made = []
    for caption, rows, digits in series:
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


def _number(value: float, digits: int) -> str:
    return f"{value:.{digits}f}".replace(".", ",")


def _percent(share: float) -> str:
    return f"{_number(100 * share, 1)}%"


_STYLE = """body { font: 1rem/1.5 sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100% } td, th { text-align: left; padding: .25rem .5rem;
border-bottom: 1px solid #ccc } svg { max-width: 40rem; width: 100%; height: auto }"""
_INTRODUCTION = (
    "Cijfers over iedereen samen, uit het logboek en de dossiers; geen personen, geen teksten. Wat "
    "vernietigd is telt niet meer mee bij de kwaliteit."
)


def monthly_page(months: Sequence[Month], organisation: str) -> str:
    """The report of the last of `months` (oldest first) as one web page that loads nothing."""
    title = _title(months, organisation)
    parts = [
        f'<!doctype html>\n<html lang="nl"><head><meta charset="utf-8"><title>{escape(title)}</title>',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<style>{_STYLE}</style></head><body><main><h1>{escape(title)}</h1><p>{_INTRODUCTION}</p>",
    ]
    for heading, rows in _facts(months):
        cells = "".join(f"<tr><th scope='row'>{escape(w)}</th><td>{escape(f)}</td></tr>" for w, f in rows)
        parts.append(f"<h2>{escape(heading)}</h2><table><tbody>{cells}</tbody></table>")
    listed = "".join(f"<li>{escape(line)}</li>" for line in _signals(months))
    parts.append(f"<h2>Wijkt deze maand af?</h2><ul>{listed}</ul><h2>Verloop</h2>")
    for caption, description, svg in _plots(months):
        image = svg.replace("<svg ", f"<svg role='img' aria-label='{escape(description, quote=True)}' ", 1)
        parts.append(f"<figure>{image}<figcaption>{escape(caption)}</figcaption></figure>")
    return "\n".join(parts) + "</main></body></html>\n"


def monthly_pdf(months: Sequence[Month], organisation: str) -> bytes:
    """The same as a PDF (UA-1 and A-2a)."""
    data = {
        "title": _title(months, organisation),
        "introduction": _INTRODUCTION,
        "tables": [{"heading": heading, "rows": rows} for heading, rows in _facts(months)],
        "signals": _signals(months),
        "plots": [{"caption": c, "told": t, "svg": s} for c, t, s in _plots(months)],
    }
    made: bytes = typst.compile(
        str(_TEMPLATE),
        format="pdf",
        ignore_system_fonts=True,
        pdf_standards=["ua-1", "a-2a"],
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        timestamp=_FIXED_TIME,
    )
    return made


def _title(months: Sequence[Month], organisation: str) -> str:
    return f"LearningLion, {months[-1].month}" + (f", {organisation}" if organisation else "")
