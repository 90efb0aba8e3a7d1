"""Reports of measurements as one HTML file: tables and inline SVG; nothing is loaded from elsewhere."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Sequence

from learninglion.evaluation.measures import DECISIVE, MEASURES, Calibration, Comparison, Effect, Run, effects
from learninglion.evaluation.retrieval import RetrievalReport, compare_reports

_SIDE = 320
_EDGE = 40
_BLUE = "#01689b"
_RED = "#b3261e"
_GREY = "#767676"
_LINE = 26
_LABELS = 190
_WIDTH = 360


def _interval_plot(
    rows: Sequence[tuple[str, float, float, float]], low: float, high: float, caption: str
) -> str:
    """One line a row of (label, value, low end, high end), on an axis from `low` to `high`."""
    span = max(high - low, 1e-9)

    def x(value: float) -> float:
        return _LABELS + (min(max(value, low), high) - low) / span * _WIDTH

    drawn = []
    for number, (label, value, least, most) in enumerate(rows):
        y = _LINE * number + 16
        drawn.append(
            f"<text x='0' y='{y + 5}' font-size='13'>{html.escape(label)}</text>"
            f"<line x1='{x(least):.1f}' y1='{y}' x2='{x(most):.1f}' y2='{y}' stroke='{_BLUE}' "
            f"stroke-width='3'/><circle cx='{x(value):.1f}' cy='{y}' r='5' fill='{_BLUE}'/>"
        )
    height = _LINE * len(rows) + 28
    marks = sorted({low, 0.0, high} if low < 0.0 < high else {low, (low + high) / 2, high})
    axis = "".join(
        f"<line x1='{x(m):.1f}' y1='4' x2='{x(m):.1f}' y2='{height - 20}' stroke='#bbb' "
        f"stroke-dasharray='4'/><text x='{x(m):.1f}' y='{height - 5}' font-size='12' "
        f"text-anchor='middle'>{m:.2f}</text>"
        for m in marks
    )
    description = "; ".join(
        f"{label}: {value:.3f} ({least:.3f} tot {most:.3f})" for label, value, least, most in rows
    )
    return _figure(description, _LABELS + _WIDTH + 30, height, axis + "".join(drawn), caption)


def _reliability_plot(bins: Sequence[tuple[float, float, int]]) -> str:
    """What scores say (across) against how often they are right (up); larger dots stand for more hits."""
    most = max((n for _, _, n in bins), default=1)
    dots = "".join(
        f"<circle cx='{_across(predicted):.1f}' cy='{_up(true):.1f}' "
        f"r='{3 + 7 * (n / most) ** 0.25:.1f}' fill='{_BLUE}'>"
        f"<title>score {predicted:.2f}: {true:.2f} juist, {n} hits</title></circle>"
        for predicted, true, n in bins
    )
    ideal = (
        f"<line x1='{_across(0)}' y1='{_up(0)}' x2='{_across(1)}' y2='{_up(1)}' stroke='{_GREY}' "
        "stroke-dasharray='4'/>"
    )
    description = "; ".join(
        f"score {predicted:.2f}: {true:.2f} juist, {n} hits" for predicted, true, n in bins
    )
    caption = "Op de stippellijn is een score precies de kans dat de hit juist is."
    return _square(description, ideal + dots, "score van een hit", "deel van de hits dat juist is", caption)


def _threshold_plot(curve: Sequence[tuple[float, float, float]], threshold: float) -> str:
    """For every threshold the share of answerable and of unanswerable questions that stay above it."""
    lines = []
    for column, colour, dashes, name in (
        (1, _BLUE, "none", "wel te beantwoorden"),
        (2, _RED, "7 3", "niet te beantwoorden"),
    ):
        points = " ".join(f"{_across(row[0]):.1f},{_up(row[column]):.1f}" for row in curve)
        y = _EDGE + 18 * column
        lines.append(
            f"<polyline points='{points}' fill='none' stroke='{colour}' stroke-width='2.5' "
            f"stroke-dasharray='{dashes}'/>"
            f"<text x='{_EDGE + _SIDE - 8}' y='{y}' font-size='13' text-anchor='end' "
            f"fill='{colour}'>{name}</text>"
        )
    x = f"{_across(threshold):.1f}"
    lines.append(f"<line x1='{x}' y1='{_up(0)}' x2='{x}' y2='{_up(1)}' stroke='{_GREY}'/>")
    description = f"Bij drempel {threshold:.2f} liggen de lijnen het verst uit elkaar."
    return _square(
        description, "".join(lines), "drempel", "deel van de vragen dat erboven blijft", description
    )


def _across(value: float) -> float:
    return _EDGE + value * _SIDE


def _up(value: float) -> float:
    return _EDGE + (1 - value) * _SIDE


def _square(description: str, drawn: str, across: str, up: str, caption: str) -> str:
    total = _SIDE + 2 * _EDGE
    frame = f"<rect x='{_EDGE}' y='{_EDGE}' width='{_SIDE}' height='{_SIDE}' fill='none' stroke='#999'/>"
    ticks = "".join(
        f"<text x='{_across(v):.0f}' y='{_EDGE + _SIDE + 15}' font-size='12' "
        f"text-anchor='middle'>{v:g}</text>"
        f"<text x='{_EDGE - 6}' y='{_up(v) + 4:.0f}' font-size='12' text-anchor='end'>{v:g}</text>"
        for v in (0, 0.5, 1)
    )
    axes = (
        f"<text x='{_EDGE}' y='{total - 6}' font-size='13'>{across}</text>"
        f"<text x='4' y='{_EDGE - 14}' font-size='13'>{up}</text>"
    )
    return _figure(description, total, total, frame + ticks + axes + drawn, caption)


def _figure(description: str, width: int, height: int, drawn: str, caption: str) -> str:
    return (
        f"<figure><svg role='img' aria-label='{html.escape(description, quote=True)}' "
        f"viewBox='0 0 {width} {height}' width='{width}' height='{height}'>{drawn}</svg>"
        f"<figcaption>{html.escape(caption)}</figcaption></figure>"
    )


_STYLE = """
body { font-family: sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem; color: #1b1b1b }
table { border-collapse: collapse; margin: 1rem 0; display: block; overflow-x: auto }
caption { text-align: left; padding: .3rem 0 }
th, td { border: 1px solid #767676; padding: .3rem .6rem; text-align: left }
td.number { text-align: right } tr.best { background: #e3f1e3 } tr.failed { background: #fbe5e5 }
figure { margin: 1rem 0 } svg { max-width: 100%; height: auto }
"""
SIGNIFICANT = 0.05


def in_words(report: RetrievalReport) -> str:
    """One sentence or more on what was measured, in plain Dutch."""
    text = f"{report.queries} vragen, {'met' if report.tuned else 'zonder'} leren vooraf"
    if report.label:
        text = f"{report.label}: {text}"
    parts = [f"{text}; een vraag zocht in {report.pool} bronnen (mediaan)."]
    if report.left_out:
        why = "geen datum of te weinig oudere bronnen" if report.judged is None else "geen relevant oordeel"
        parts.append(f"{report.left_out} andere vragen tellen niet mee: {why}.")
    if report.judged is not None:
        parts.append(f"Van de eerste tien resultaten is {report.judged:.0%} door mensen beoordeeld.")
    return " ".join(parts)


def verdict(comparison: Comparison) -> str:
    """What a comparison comes down to at a chance of 5%, in plain Dutch."""
    if comparison.p >= SIGNIFICANT:
        return "geen verschil"
    return "beter" if comparison.difference > 0 else "slechter"


def told_setting(value: str) -> str:
    """A value of a setting (JSON) as a reader wants it."""
    plain = json.loads(value)
    return {True: "ja", False: "nee"}[plain] if isinstance(plain, bool) else str(plain)


def retrieval_page(report: RetrievalReport, *, against: tuple[str, RetrievalReport] | None = None) -> str:
    """The measures with their intervals, whether scores mean what they say, and a comparison if given."""
    rows = (
        f"<tr><th scope='row'>{m.name}</th>{_numbers(f'{m.value:.3f}', f'{m.low:.3f} – {m.high:.3f}')}</tr>"
        for m in report.measures
    )
    plot = _interval_plot(
        [(m.name, m.value, m.low, m.high) for m in report.measures], 0.0, 1.0, "Waarde met 95%-interval."
    )
    text = (
        f"<p>{html.escape(in_words(report))} Embeddingmodel {html.escape(report.encoder)}, "
        f"{report.seconds:.0f} seconden.<br>Gegevens (SHA-256): <code>{report.data_sha256}</code></p>"
        f"{_table('Maten met 95%-interval (bootstrap)', ('maat', 'waarde', 'interval'), rows)}{plot}"
    )
    if against is not None:
        text += _comparison(report, *against)
    return _page("Zoeken gemeten", text + _scores(report.calibration))


def _comparison(report: RetrievalReport, name: str, other: RetrievalReport) -> str:
    rows = (
        f"<tr><th scope='row'>{c.name}</th>"
        f"{_numbers(f'{c.first:.3f}', f'{c.second:.3f}', f'{c.difference:+.3f}', f'{c.p:.4f}')}"
        f"<td>{verdict(c)}</td></tr>"
        for c in compare_reports(report, other)
    )
    heads = ("maat", "deze", name, "verschil", "kans op toeval", "oordeel")
    return (
        f"<h2>Vergeleken met: {html.escape(name)}</h2>"
        f"{_table('Dezelfde vragen, gepaard getoetst (randomisatie)', heads, rows)}"
        "<p>Beter of slechter staat er als de kans op toeval onder 5% is.</p>"
    )


def _scores(check: Calibration) -> str:
    rows = (
        f"<tr>{_numbers(f'{predicted:.2f}', f'{true:.2f}', str(count))}</tr>"
        for predicted, true, count in check.bins
    )
    heads = ("gemiddelde score", "deel juist", "hits")
    return (
        "<h2>Betekent de score wat hij zegt?</h2>"
        f"<p>Met de helft van de bronnen weggelaten, tien keer: kalibratiefout (ECE) {check.error:.3f}.</p>"
        f"{_reliability_plot(check.bins)}"
        f"{_table('Wat scores zeggen en hoe vaak het klopt', heads, rows)}<h2>Is er wel een antwoord?</h2>"
        f"<p>De score van de beste hit herkent of het antwoord er is met AUC {check.answerable:.3f}. "
        f"Bij drempel {check.threshold:.2f} blijft {check.caught:.0%} van de beantwoordbare vragen over "
        f"en {check.false_alarms:.0%} van de andere.</p>{_threshold_plot(check.curve, check.threshold)}"
    )


def experiment_page(runs: Sequence[Run]) -> str:
    """All runs with their settings and measures, failed ones too, and which setting mattered how much."""
    if not runs:
        return _page("Experiment", "<p>Er zijn nog geen runs.</p>")
    names = list(dict.fromkeys(name for run in runs for name, _ in run.settings))
    done = [run for run in runs if not run.error]
    best = max((_value(run, DECISIVE) for run in done), default=None)
    columns = [*names, *MEASURES, "ECE", "AUC", "s", "MB", "Wh", "gevonden per kWh", "run"]
    table = _table("Alle runs", columns, (_run_row(run, names, best, len(columns)) for run in runs))
    commits = dict.fromkeys(run.git_sha[:12] + "+" * run.git_sha.endswith("+") for run in runs)
    several = " Niet alle runs zijn met dezelfde programmatekst gedaan." if len(commits) > 1 else ""
    about = (
        f"<p>{len(done)} van {len(runs)} runs gelukt. Gegevens <code>{runs[0].data_sha256[:16]}</code>, "
        f"commit <code>{html.escape(', '.join(commits)) or 'onbekend'}</code>, versie "
        f"{html.escape(', '.join(dict.fromkeys(r.version for r in runs)))}, embeddingmodel "
        f"{html.escape(', '.join(dict.fromkeys(r.encoder for r in runs)))}.{several}</p>"
    )
    about += (
        "<p>Gevonden per kWh: de rangen (1 voor de eerste plaats, 1/2 voor de tweede) van alle vragen samen, "
        "per kWh die de run kostte. Vectoren uit de voorraad kostten niets.</p>"
    )
    return _page(runs[0].experiment, about + table + _what_mattered(effects(runs)))


def _run_row(run: Run, names: Sequence[str], best: float | None, columns: int) -> str:
    settings = dict(run.settings)
    cells = "".join(
        f"<td>{html.escape(told_setting(settings[name])) if name in settings else ''}</td>" for name in names
    )
    if run.error:
        error = f"<td colspan='{columns - len(names) - 1}'>Mislukt: {html.escape(run.error)}</td>"
        return f"<tr class='failed'>{cells}{error}<td><code>{run.id}</code></td></tr>"
    checks = (run.calibration_error, run.answerable_auc)
    figures = _numbers(
        *(f"{_value(run, m):.3f}" for m in MEASURES),
        *("" if value is None else f"{value:.3f}" for value in checks),
        *(
            f"{run.seconds:.0f}",
            f"{run.peak_memory_mb}",
            f"{run.kwh * 1000:.2f}",
            f"{run.found_per_kwh:,.0f}",
        ),
    )
    mark = " class='best'" if _value(run, DECISIVE) == best else ""
    return f"<tr{mark}>{cells}{figures}<td><code>{run.id}</code></td></tr>"


def _what_mattered(effects: Sequence[Effect]) -> str:
    """Per value of a setting its paired effect on MRR@10, the largest first."""
    if not effects:
        return ""
    rows = (
        f"<tr><th scope='row'>{html.escape(e.setting)}</th><td>{html.escape(told_setting(e.baseline))}</td>"
        f"<td>{html.escape(told_setting(e.value))}</td>"
        f"{_numbers(f'{e.difference:+.3f}', f'{e.low:+.3f} – {e.high:+.3f}', f'{e.p:.4f}', str(e.runs))}</tr>"
        for e in effects
    )
    heads = ("instelling", "van", "naar", "verschil", "95%-interval", "kans op toeval", "paren van runs")
    reach = max(0.01, *(max(abs(e.low), abs(e.high)) for e in effects))
    plot = _interval_plot(
        [(f"{e.setting}: {told_setting(e.value)}", e.difference, e.low, e.high) for e in effects],
        -reach,
        reach,
        "Verschil in MRR@10 met de eerste waarde van dezelfde instelling; rechts van 0 is beter.",
    )
    return (
        "<h2>Wat maakte verschil?</h2><p>Elke waarde vergeleken met de eerste waarde van die instelling, "
        "vraag voor vraag, over runs die verder gelijk zijn.</p>"
        f"{_table('Verschil in MRR@10', heads, rows)}{plot}"
    )


def _value(run: Run, name: str) -> float:
    return dict(run.measures).get(name, 0.0)


def _table(caption: str, heads: Iterable[str], rows: Iterable[str]) -> str:
    head = "".join(f"<th scope='col'>{html.escape(name)}</th>" for name in heads)
    return f"<table><caption>{caption}</caption><tr>{head}</tr>{''.join(rows)}</table>"


def _numbers(*figures: str) -> str:
    return "".join(f"<td class='number'>{figure}</td>" for figure in figures)


def _page(title: str, body: str) -> str:
    safe = html.escape(title)
    return (
        "<!doctype html><html lang='nl'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>{safe}</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>{safe}</h1>{body}</main></body></html>\n"
    )
