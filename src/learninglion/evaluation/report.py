"""Reports of measurements as one HTML file: tables and inline SVG; nothing is loaded from elsewhere."""

from __future__ import annotations

import html
from collections import defaultdict
from collections.abc import Sequence

from learninglion.evaluation.experiment import Run
from learninglion.evaluation.measures import MEASURES
from learninglion.evaluation.retrieval import RetrievalReport

__all__ = ["experiment_page", "retrieval_page"]

_STYLE = """
body { font-family: sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1b1b1b }
table { border-collapse: collapse; margin: 1rem 0 } th, td { border: 1px solid #999; padding: .3rem .6rem }
td.number { text-align: right } tr.best { background: #e3f1e3 } tr.failed { background: #fbe5e5 }
figure { margin: 1rem 0 } svg { max-width: 100% }
"""
_SIDE = 320
_EDGE = 40


def retrieval_page(report: RetrievalReport, title: str = "Zoeken gemeten") -> str:
    """The measures with their intervals, and whether scores mean what they say."""
    rows = "".join(
        f"<tr><th scope='row'>{m.name}</th><td class='number'>{m.value:.3f}</td>"
        f"<td class='number'>{m.low:.3f} – {m.high:.3f}</td></tr>"
        for m in report.measures
    )
    check = report.calibration
    text = (
        f"<p>{report.queries} vragen, {'met' if report.tuned else 'zonder'} leren vooraf, "
        f"embeddingmodel {html.escape(report.encoder)}, {report.seconds:.0f} seconden.<br>"
        f"Gegevens (SHA-256): <code>{report.data_sha256}</code></p>"
        "<table><caption>Maten met 95%-interval (bootstrap)</caption>"
        "<tr><th scope='col'>maat</th><th scope='col'>waarde</th><th scope='col'>interval</th></tr>"
        f"{rows}</table><h2>Betekent de score wat hij zegt?</h2>"
        f"<p>Met de helft van de antwoorden weggelaten: kalibratiefout {check.error:.3f}; wel of niet te "
        f"beantwoorden herkend met AUC {check.answerable:.3f}. Bij drempel {check.threshold:.2f} blijft "
        f"{check.caught:.0%} van de beantwoordbare vragen over en {check.false_alarms:.0%} van de andere.</p>"
        f"{_reliability_plot(check.bins)}"
    )
    return _page(title, text)


def experiment_page(runs: Sequence[Run]) -> str:
    """All runs with their settings and measures, failed ones too, and which setting mattered how much."""
    if not runs:
        return _page("Experiment", "<p>Er zijn nog geen runs.</p>")
    names = list(dict.fromkeys(name for run in runs for name, _ in run.settings))
    done = [run for run in runs if not run.error]
    best = max((_value(run, "MRR@10") for run in done), default=None)
    head = "".join(f"<th scope='col'>{html.escape(n)}</th>" for n in [*names, *MEASURES, "s", "MB", "Wh"])
    rows = "".join(_run_row(run, names, best) for run in runs)
    table = f"<table><caption>Alle runs</caption><tr>{head}</tr>{rows}</table>"
    about = (
        f"<p>{len(done)} van {len(runs)} runs gelukt. Gegevens <code>{runs[0].data_sha256[:16]}</code>, "
        f"commit <code>{html.escape(runs[0].git_sha[:12]) or 'onbekend'}</code>, "
        f"embeddingmodel {html.escape(runs[0].encoder)}.</p>"
    )
    return _page(runs[0].experiment, about + table + _what_mattered(done, names))


def _run_row(run: Run, names: Sequence[str], best: float | None) -> str:
    told = dict(run.settings)
    cells = "".join(f"<td>{html.escape(told.get(name, ''))}</td>" for name in names)
    if run.error:
        return f"<tr class='failed'>{cells}<td colspan='9'>Mislukt: {html.escape(run.error)}</td></tr>"
    figures = "".join(f"<td class='number'>{_value(run, m):.3f}</td>" for m in MEASURES)
    cost = f"<td>{run.seconds:.0f}</td><td>{run.peak_memory_mb}</td><td>{run.kwh * 1000:.2f}</td>"
    mark = " class='best'" if _value(run, "MRR@10") == best else ""
    return f"<tr{mark}>{cells}{figures}{cost}</tr>"


def _what_mattered(runs: Sequence[Run], names: Sequence[str]) -> str:
    """Per setting the mean MRR@10 of each value: how far apart they lie is what the setting matters."""
    told: list[tuple[float, str, list[tuple[str, float]]]] = []
    for name in names:
        by_value: dict[str, list[float]] = defaultdict(list)
        for run in runs:
            by_value[dict(run.settings).get(name, "")].append(_value(run, "MRR@10"))
        means = [(value, sum(found) / len(found)) for value, found in by_value.items()]
        if len(means) > 1:
            told.append((max(m for _, m in means) - min(m for _, m in means), name, means))
    if not told:
        return ""
    bars = "".join(_bars(name, means) for _, name, means in sorted(told, key=lambda t: (-t[0], t[1])))
    return f"<h2>Wat maakte verschil? (gemiddelde MRR@10)</h2>{bars}"


def _bars(name: str, means: Sequence[tuple[str, float]]) -> str:
    height = 24 * len(means) + 8
    drawn = "".join(
        f"<text x='0' y='{24 * i + 18}' font-size='13'>{html.escape(value)}</text>"
        f"<rect x='120' y='{24 * i + 5}' width='{mean * 300:.1f}' height='16' fill='#01689b'/>"
        f"<text x='{mean * 300 + 126:.1f}' y='{24 * i + 18}' font-size='13'>{mean:.3f}</text>"
        for i, (value, mean) in enumerate(means)
    )
    label = html.escape(f"{name}: " + ", ".join(f"{v} {m:.3f}" for v, m in means), quote=True)
    return (
        f"<figure><figcaption>{html.escape(name)}</figcaption>"
        f"<svg role='img' aria-label='{label}' width='480' height='{height}'>{drawn}</svg></figure>"
    )


def _reliability_plot(bins: Sequence[tuple[float, float, int]]) -> str:
    def place(x: float, y: float) -> tuple[float, float]:
        return _EDGE + x * _SIDE, _EDGE + (1 - y) * _SIDE

    most = max((n for _, _, n in bins), default=1)
    dots = "".join(
        f"<circle cx='{place(said, true)[0]:.1f}' cy='{place(said, true)[1]:.1f}' "
        f"r='{3 + 7 * (n / most) ** 0.25:.1f}' fill='#01689b'>"
        f"<title>score {said:.2f}: {true:.2f} juist, {n} hits</title></circle>"
        for said, true, n in bins
    )
    (x0, y0), (x1, y1) = place(0, 0), place(1, 1)
    label = "; ".join(f"score {s:.2f}: {t:.2f} juist" for s, t, _ in bins)
    total = _SIDE + 2 * _EDGE
    return (
        f"<figure><svg role='img' aria-label='{html.escape(label, quote=True)}' "
        f"width='{total}' height='{total}'>"
        f"<rect x='{x0}' y='{y1}' width='{_SIDE}' height='{_SIDE}' fill='none' stroke='#999'/>"
        f"<line x1='{x0}' y1='{y0}' x2='{x1}' y2='{y1}' stroke='#999' stroke-dasharray='4'/>{dots}"
        f"<text x='{x0}' y='{total - 8}' font-size='13'>score, 0 tot 1</text>"
        f"<text x='4' y='{_EDGE - 10}' font-size='13'>deel dat juist is, 0 tot 1</text></svg>"
        "<figcaption>Op de stippellijn is een score precies de kans dat de hit juist is."
        "</figcaption></figure>"
    )


def _value(run: Run, name: str) -> float:
    return dict(run.measures).get(name, 0.0)


def _page(title: str, body: str) -> str:
    safe = html.escape(title)
    return (
        "<!doctype html><html lang='nl'><head><meta charset='utf-8'>"
        f"<title>{safe}</title><style>{_STYLE}</style></head><body><h1>{safe}</h1>{body}</body></html>\n"
    )
