"""Plots as inline SVG: no scripts, nothing from elsewhere, and the figures in words for who cannot see."""

from __future__ import annotations

import html
from collections.abc import Sequence

__all__ = ["interval_plot", "reliability_plot", "threshold_plot"]

_SIDE = 320
_EDGE = 40
_BLUE = "#01689b"
_RED = "#b3261e"
_GREY = "#767676"
_LINE = 26
_LABELS = 190
_WIDTH = 360


def interval_plot(
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
    told = "; ".join(
        f"{label}: {value:.3f} ({least:.3f} tot {most:.3f})" for label, value, least, most in rows
    )
    return _figure(told, _LABELS + _WIDTH + 30, height, axis + "".join(drawn), caption)


def reliability_plot(bins: Sequence[tuple[float, float, int]]) -> str:
    """What scores say (across) against how often they are right (up); larger dots stand for more hits."""
    most = max((n for _, _, n in bins), default=1)
    dots = "".join(
        f"<circle cx='{_across(said):.1f}' cy='{_up(true):.1f}' "
        f"r='{3 + 7 * (n / most) ** 0.25:.1f}' fill='{_BLUE}'>"
        f"<title>score {said:.2f}: {true:.2f} juist, {n} hits</title></circle>"
        for said, true, n in bins
    )
    ideal = (
        f"<line x1='{_across(0)}' y1='{_up(0)}' x2='{_across(1)}' y2='{_up(1)}' stroke='{_GREY}' "
        "stroke-dasharray='4'/>"
    )
    told = "; ".join(f"score {said:.2f}: {true:.2f} juist, {n} hits" for said, true, n in bins)
    caption = "Op de stippellijn is een score precies de kans dat de hit juist is."
    return _square(told, ideal + dots, "score van een hit", "deel van de hits dat juist is", caption)


def threshold_plot(curve: Sequence[tuple[float, float, float]], threshold: float) -> str:
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
    told = f"Bij drempel {threshold:.2f} liggen de lijnen het verst uit elkaar."
    return _square(told, "".join(lines), "drempel", "deel van de vragen dat erboven blijft", told)


def _across(value: float) -> float:
    return _EDGE + value * _SIDE


def _up(value: float) -> float:
    return _EDGE + (1 - value) * _SIDE


def _square(told: str, drawn: str, across: str, up: str, caption: str) -> str:
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
    return _figure(told, total, total, frame + ticks + axes + drawn, caption)


def _figure(told: str, width: int, height: int, drawn: str, caption: str) -> str:
    return (
        f"<figure><svg role='img' aria-label='{html.escape(told, quote=True)}' "
        f"viewBox='0 0 {width} {height}' width='{width}' height='{height}'>{drawn}</svg>"
        f"<figcaption>{html.escape(caption)}</figcaption></figure>"
    )
