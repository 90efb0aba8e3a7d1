"""Figures above and below others: "3" over "8" is never read as 38, nor "10" with a raised "6" as 10."""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from learninglion.parsing.pdf.characters import ObjectStyle
from learninglion.parsing.pdf.ink import Box

_FRACTION = re.compile(r"(\d{1,4})\s?[/\u2044\u2215]\s?(\d{1,4})")
_SLASHES = ("/", "\u2044", "\u2215")
_LONGEST = 24  # signs of a part of a fraction
_SIGNS = ("-", "+", "−", "–")
_TERM = re.compile(r"[\d.,]{1,7}|[a-zA-Z]{1,3}")
_EXPRESSION = re.compile(r"[\w.,%€°()+−·×*–-][\w.,%€°()+−·×*– -]{0,23}")  # above or below a bar
_OPENS = "([{⎛⎜⎝"  # a binomial or a vector
_ITEM = re.compile(r"[•●▪◦‣–—-]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]")
_INDENT = 2.5  # of the size: as far as the text of a list item stands behind its mark
_SMALL = re.compile(r"[-+−–]?[\d.,]{1,4}|[-+−–]|[a-z]{1,3}")  # "2e", a mark of a note
_SMALLER = 0.88  # of the size of the text beside it: the figures of a fraction
_CLOSE, _WORD = 0.25, 0.6  # of the size: right behind a word, and with a space between
_MOST = 5_000  # strips of a page: more are a drawing
_LEVEL, _ALIKE = 0.05, 0.1  # of the size: on one baseline, and of one size
_NEAR = 1.2  # of the size: as far as the text beside a fraction
_SPACE = 0.12  # of the size: less white is none
_BAND = 4.0  # points
_APART = 1.8  # of the size: less far apart are the parts of a fraction
_STACKED, _RAISED = 2.1, 0.7  # of the size: as far apart as figures of one stack, or a mark and its text


@dataclass(slots=True)
class Strip:
    """A run of characters as it goes into a line."""

    text: str
    xs: list[float]  # left edges
    x_end: float
    y: float
    style: ObjectStyle
    spaced: bool
    reach: float = float("-inf")  # where what was left out right behind it ends


@dataclass(slots=True)
class _Placed:
    """Strips in their order, which are looked up by their height on the page: a page can hold thousands."""

    strips: list[Strip] = field(default_factory=list)
    labels: list[float] = field(default_factory=list)  # ascending, one for each strip
    bands: dict[int, list[float]] = field(default_factory=dict)  # the labels of what stands at a height
    largest: float = 0.0  # size of the letters so far

    def insert(self, place: int, strip: Strip) -> None:
        """Put `strip` at `place`, what stands there and behind it moves up."""
        before = self.labels[place - 1] if place else 0.0
        label = before + 1
        if place < len(self.labels):
            label = (before + self.labels[place]) / 2
            if label in (before, self.labels[place]):  # no number is left between them
                self.strips.insert(place, strip)
                self._label_anew()
                return
        self.strips.insert(place, strip)
        self.labels.insert(place, label)
        self._file(strip, label)

    def _label_anew(self) -> None:
        self.labels = [float(n + 1) for n in range(len(self.strips))]
        self.bands.clear()
        for strip, label in zip(self.strips, self.labels, strict=True):
            self._file(strip, label)

    def _file(self, strip: Strip, label: float) -> None:
        self.largest = max(self.largest, strip.style.size)
        if math.isfinite(strip.y):  # what stands nowhere stands beside nothing
            self.bands.setdefault(math.floor(strip.y / _BAND), []).append(label)

    def near(self, y: float, distance: float) -> Iterator[int]:
        """The places of what stands no more than `distance` above or below `y`, the last first."""
        low, high = (y - distance) / _BAND, (y + distance) / _BAND
        if math.isfinite(low + high) and high - low < len(self.bands):
            keys = [key for key in range(math.floor(low), math.floor(high) + 1) if key in self.bands]
        else:
            keys = list(self.bands)
        for label in sorted((label for key in keys for label in self.bands[key]), reverse=True):
            yield bisect_left(self.labels, label)


def bring_home(strips: list[Strip]) -> list[Strip]:
    """The strips, with what is drawn later than the text it stands at or in put behind that.

    That is a small figure, or words that somebody filled in where a line had room for them, or the mark of a
    list item, which goes ahead of its text.
    """
    placed = _Placed()
    moved = -1  # where the strip before went, if it did
    strips = _behind_text(strips)
    for index, strip in enumerate(strips):
        home = None
        if moved >= 0 and (_is_over(strips[index - 1], strip) or _goes_on(strips[index - 1], strip)):
            placed.insert(moved + 1, strip)
            moved += 1
            continue
        if index and _SMALL.fullmatch(strip.text.strip()) and _is_loose(strips[index - 1], strip):
            last = index + (strip.text.strip() in _SIGNS and index + 1 < len(strips))  # of "-2" the figure
            follows = strips[last + 1] if last + 1 < len(strips) else None
            if follows is None or _is_loose(strips[last], follows) or _is_over(strip, follows):
                stacked = follows is not None and _is_over(strip, follows)
                home = _find_home(placed, strip, _WORD if stacked else _CLOSE)
        if home is None and index and not _is_near(strips[index - 1], strip):
            home = _find_room(placed, strip)
        if home is None:
            placed.insert(len(placed.strips), strip)
            moved = -1
        else:
            placed.insert(home + 1, strip)
            moved = home + 1
    return placed.strips


def _behind_text(strips: list[Strip]) -> list[Strip]:
    """The strips, with a small figure that is drawn right ahead of the text it stands at put behind that."""
    ordered = list(strips)
    for index in range(len(strips) - 1):
        strip, text = ordered[index : index + 2]
        if strip.style.size < _SMALLER * text.style.size and _SMALL.fullmatch(strip.text.strip()):
            follows = ordered[index + 2] if index + 2 < len(ordered) else None
            if _stands_at(strip, text, _CLOSE) and not (follows and _is_over(strip, follows)):
                ordered[index : index + 2] = text, strip
    return ordered


def _stands_at(strip: Strip, text: Strip, reach: float) -> bool:
    """Whether a small figure is raised or lowered at the end of larger text."""
    size, shift = text.style.size, abs(strip.y - text.y)
    return 0.1 * size < shift < _RAISED * size and -0.1 * size < strip.xs[0] - text.x_end < reach * size


def _is_over(one: Strip, other: Strip) -> bool:
    """Whether two small figures stand one above the other."""
    size = one.style.size
    texts = one.text.strip(), other.text.strip()
    small = all(_SMALL.fullmatch(text) and not _ITEM.fullmatch(text) for text in texts)
    shared = min(one.x_end, other.x_end) - max(one.xs[0], other.xs[0])
    alike = abs(size - other.style.size) < _ALIKE * size
    return small and shared > 0 and alike and 0.1 * size < abs(one.y - other.y) < _APART * size


def _is_near(before: Strip, strip: Strip) -> bool:
    """Whether a strip goes on where the one before it ends, at about its height."""
    size = max(before.style.size, strip.style.size)
    return abs(strip.xs[0] - before.x_end) < 0.6 * size and abs(strip.y - before.y) < 1.2 * size


def _is_loose(before: Strip, strip: Strip) -> bool:
    """Whether a strip does not follow from the one before it: elsewhere, or small figures at two heights."""
    figures = all(_SMALL.fullmatch(one.text.strip()) for one in (before, strip))
    alike = figures and abs(before.style.size - strip.style.size) < _ALIKE * strip.style.size
    slanting = alike and not _is_level(before, strip) and not _is_over(before, strip)
    return slanting or not _is_near(before, strip)


def _goes_on(before: Strip, strip: Strip) -> bool:
    return _is_level(before, strip) and _is_near(before, strip)


def _is_level(one: Strip, other: Strip) -> bool:
    """Whether two strips stand on one baseline, in letters of one size."""
    size = max(one.style.size, other.style.size)
    return abs(one.y - other.y) < _LEVEL * size and abs(one.style.size - other.style.size) < _ALIKE * size


def _find_room(placed: _Placed, strip: Strip) -> int | None:
    """Behind which strip words were filled in: between two of one line, or right behind the end of one.

    Of the mark of a list item: behind the strip ahead of its text.
    """
    strips = placed.strips
    slack = _CLOSE * strip.style.size
    if len(strips) > _MOST:
        return None
    figure = _SMALL.fullmatch(strip.text.strip())
    for k in placed.near(strip.y, (_RAISED if figure else 2 * _LEVEL) * strip.style.size):
        before = strips[k]
        indent = before.xs[0] - strip.x_end
        level = abs(before.y - strip.y) < 2 * _LEVEL * strip.style.size
        if level and -slack < indent < _INDENT * strip.style.size and _ITEM.fullmatch(strip.text.strip()):
            return k - 1
        if strip.xs[0] < before.x_end - slack:
            continue
        if not _is_level(before, strip):
            after = strips[k + 1] if k + 1 < len(strips) else None
            if _fits_between(before, strip, after):
                return k
            continue
        rest = strips[k + 1] if k + 1 < len(strips) else None
        if rest is not None and _is_level(before, rest) and rest.xs[0] > before.x_end:
            return k if strip.x_end < rest.xs[0] + slack else None
        return k if strip.xs[0] - before.x_end < _WORD * strip.style.size else None
    return None


def _fits_between(before: Strip, strip: Strip, after: Strip | None) -> bool:
    """Whether a raised or lowered figure fills the white between two strips of one line."""
    size = before.style.size
    if not _SMALL.fullmatch(strip.text.strip()) or after is None or not _is_level(before, after):
        return False
    left, right = strip.xs[0] - before.x_end, after.xs[0] - strip.x_end
    return abs(left) < 0.1 * size and abs(right) < 0.1 * size and abs(strip.y - before.y) < _RAISED * size


def _find_home(placed: _Placed, strip: Strip, reach: float) -> int | None:
    """Behind which strip a small figure stands: at the end of larger text, or under (over) a figure in it.

    `reach`: how far behind the text, as a share of its size.
    """
    strips = placed.strips
    stacked = None
    for k in placed.near(strip.y, max(_STACKED * strip.style.size, _RAISED * placed.largest)):
        other = strips[k]
        size = other.style.size
        if strip.style.size < _SMALLER * size:
            if _stands_at(strip, other, reach):
                return k
        elif stacked is None and _TERM.fullmatch(other.text.strip()) and _is_stack(other, strip):
            beside = _beside(strips[max(0, k - 1) : k], strips[k + 1 : k + 2], [other, strip])
            smaller = beside is not None and strip.style.size < _SMALLER * beside.style.size
            if beside is not None and smaller and _is_around(other, strip, beside):
                stacked = k
    return stacked


def join_fractions(strips: list[Strip], bars: Sequence[Box] = ()) -> list[Strip]:
    """The strips with each fraction, stacked or of small figures around a bar, as one: "3/8".

    Figures as large as the text that stand one above the other are two lines of a cell, unless one of `bars`
    (thin level lines on the page) parts them.
    """
    strips = _whole_figures(strips)
    one_by_one: list[Strip] = []
    index = 0
    while index < len(strips):
        for count in (3, 2, 1) if len(strips[index].text) <= _LONGEST else ():
            joined = _join_fraction(one_by_one, strips, index, count, bars)
            if joined is not None:
                one_by_one.append(joined)
                index += count
                break
        else:
            one_by_one.append(strips[index])
            index += 1
    return one_by_one


def _whole_figures(strips: list[Strip]) -> list[Strip]:
    """The strips, with small figures that are drawn digit by digit as one."""
    whole: list[Strip] = []
    for strip in strips:
        last = whole[-1] if whole and strip.text.isdigit() else None
        if (
            last is not None
            and last.text.isdigit()
            and not strip.spaced
            and last.style == strip.style
            and abs(last.y - strip.y) < _SPACE
            and abs(strip.xs[0] - last.x_end) < _SPACE * strip.style.size
        ):
            whole[-1] = replace(
                last, text=last.text + strip.text, xs=[*last.xs, *strip.xs], x_end=strip.x_end
            )
        else:
            whole.append(strip)
    return whole


def _join_fraction(
    before: list[Strip], strips: list[Strip], index: int, count: int, bars: Sequence[Box]
) -> Strip | None:
    parts = strips[index : index + count]
    if len(parts) < count or not all(
        part.text[:1].isalnum() or part.text[:1] in "/\u2044\u2215" for part in parts
    ):
        return None
    after = strips[index + count : index + count + 1]
    slash = parts[1] if count == 3 and parts[1].text.strip() in _SLASHES else None
    beside = _beside(before, after, parts) or slash or _label_of((*before[-1:], *after), parts, bars)
    if beside is None:
        return None
    text = "".join(part.text for part in parts).strip()
    match = _FRACTION.fullmatch(text)
    figures = [part for part in parts if part.text.strip() not in _SLASHES]
    small = all(part.style.size < _SMALLER * beside.style.size for part in figures)
    if match is not None and small:
        text = f"{match[1]}/{match[2]}"
    elif count > 1 and len(figures) == count and (stack := _read_stack(parts, beside, small, bars)):
        text = stack
    else:
        return None
    left, right = min(part.xs[0] for part in parts), max(part.x_end for part in parts)
    near = before and before[-1] is beside and left - beside.x_end < _NEAR * beside.style.size
    if near and before[-1].text[-1:].isdigit():
        text = f" {text}"
    edges = [left + k * (right - left) / len(text) for k in range(len(text))]
    spaced = parts[0].spaced and not (
        before and before[-1] is beside and left - beside.x_end < _SPACE * beside.style.size
    )
    return Strip(text, edges, right, beside.y, beside.style, spaced)


def _read_stack(parts: Sequence[Strip], beside: Strip, small: bool, bars: Sequence[Box]) -> str:
    """What strips are that stand one above the other: "3/8", or "(1/2)/3" by the longer of two bars."""
    ordered = sorted(parts, key=lambda part: -part.y)
    widths = [_bar_between(one, other, bars) for one, other in pairwise(ordered)]
    texts = [part.text.strip() for part in ordered]
    texts = [text if re.fullmatch(r"[\w.,]+", text) else f"({text})" for text in texts]
    term = _EXPRESSION if min(widths) > 0 else _TERM
    if not all(_is_stack(one, other, term) for one, other in pairwise(ordered)):
        return ""
    if len(parts) == 2:
        around = _is_around(ordered[0], ordered[1], beside) or (small and widths[0] > 0)
        parted = widths[0] > 0 or (small and beside.text.strip()[-1:] not in _OPENS)
        return "/".join(texts) if around and parted else ""
    if min(widths) <= 0 or not small:
        return ""
    one, two, three = texts
    return f"({one}/{two})/{three}" if widths[0] < widths[1] else f"{one}/({two}/{three})"


def _bar_between(upper: Strip, lower: Strip, bars: Sequence[Box]) -> float:
    """How wide the bar of about their width is that parts two strips, one above the other; 0: none."""
    left, right = min(upper.xs[0], lower.xs[0]), max(upper.x_end, lower.x_end)
    size = upper.style.size
    return max(
        (
            x1 - x0
            for x0, bottom, x1, top in bars
            if lower.y < (bottom + top) / 2 < upper.y
            and min(right, x1) - max(left, x0) > 0.5 * (right - left)
            and x1 - x0 < right - left + size
        ),
        default=0.0,
    )


def _beside(before: Sequence[Strip], after: Sequence[Strip], parts: Sequence[Strip]) -> Strip | None:
    """The text that a fraction stands in: right before it, else right behind it."""
    left, right = min(part.xs[0] for part in parts), max(part.x_end for part in parts)
    low, high = min(part.y for part in parts), max(part.y for part in parts)
    for strip, distance in [
        *((strip, left - strip.x_end) for strip in before[-1:]),
        *((strip, strip.xs[0] - right) for strip in after),
    ]:
        size = strip.style.size
        if -0.3 * size < distance < _NEAR * size and low - 0.7 * size <= strip.y <= high + 0.7 * size:
            return strip
    return None


def _label_of(strips: Sequence[Strip], parts: Sequence[Strip], bars: Sequence[Box]) -> Strip | None:
    """The text in another cell of the row of a fraction that has its cell to itself: it stands at the bar."""
    ordered = sorted(parts, key=lambda part: -part.y)
    if len(parts) != 2 or not _bar_between(ordered[0], ordered[1], bars):
        return None
    return next((strip for strip in strips if _is_around(parts[0], parts[1], strip)), None)


def _is_stack(one: Strip, other: Strip, term: re.Pattern[str] = _TERM) -> bool:
    """Whether two short strips stand one above the other."""
    if not (term.fullmatch(one.text.strip()) and term.fullmatch(other.text.strip())):
        return False
    size = max(one.style.size, other.style.size)
    shared = min(one.x_end, other.x_end) - max(one.xs[0], other.xs[0])
    narrow = min(one.x_end - one.xs[0], other.x_end - other.xs[0])
    return shared > 0.5 * narrow and 0.4 * size < abs(one.y - other.y) < _APART * size


def _is_around(one: Strip, other: Strip, beside: Strip) -> bool:
    """Whether one of two strips stands above the baseline of the text beside them and one below it."""
    slack = 0.1 * max(one.style.size, other.style.size)
    return min(one.y, other.y) + slack <= beside.y <= max(one.y, other.y) - slack
