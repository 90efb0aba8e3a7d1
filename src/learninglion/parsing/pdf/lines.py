"""The printed lines of a page: characters with their place, size, weight and slant.

Figures above and below others stay what they are: "3" over "8" is never read as 38, nor "10" with a raised
"6" as 106. Coordinates are PDF points with the origin at the bottom left, turned the way the page is shown
(`/Rotate`); on an ordinary page they are the page's own user space. `Page.box` is what is visible of it.
"""

from __future__ import annotations

import math
import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median

from learninglion.parsing.pdf.characters import Glyphs, ObjectStyle, turned_back
from learninglion.parsing.pdf.ink import Box, Reason

_FRACTION = re.compile(r"(\d{1,4})\s?[/\u2044\u2215]\s?(\d{1,4})")
_SLASHES = ("/", "\u2044", "\u2215")
_LONGEST = 24  # signs of a part of a fraction
_CELLS = 2  # gaps in a line: a row of a table
_SIGNS = ("-", "+", "−", "–")
_TERM = re.compile(r"[\d.,]{1,7}|[a-zA-Z]{1,3}")
_EXPRESSION = re.compile(r"[\w.,%€°()+−·×*–-][\w.,%€°()+−·×*– -]{0,23}")  # above or below a bar
_OPENS = "([{⎛⎜⎝"  # a binomial or a vector
_ITEM = re.compile(r"[•●▪◦‣–—-]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]")
_INDENT = 2.5  # of the size: as far as the text of a list item stands behind its mark
_SMALL_FIGURES = re.compile(r"[-+−–]?[\d.,]{1,4}|[-+−–]|[a-z]{1,3}")  # "2e", a mark of a note
_SMALLER = 0.88  # of the size of the text beside it: the figures of a fraction
_CLOSE, _WORD = 0.25, 0.6  # of the size: right behind a word, and with a space between
_MOST = 5_000  # strips of a page: more are a drawing
_LEVEL, _ALIKE = 0.05, 0.1  # of the size: on one baseline, and of one size
_NEAR = 1.2  # of the size: as far as the text beside a fraction
_SPACE = 0.12  # of the size: less white is none
_BAND = 4.0  # points
_PARTS_APART = 1.8  # of the size: less far apart are the parts of a fraction
_WHITES, _MANY_WHITES = 2, 5  # in a stretched line, and in one that shows by itself that it is
# Words that were filled in behind a label: how far they may stand off, above or below it, as a share of their
# size; text has its next line within so many strips, and so many times its size below.
_FILLED_AWAY, _FILLED_LEVEL, _DRAWN_ALONG, _LEADING = 20, 0.45, 12, 1.7
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
        if moved >= 0 and (_is_over(strips[index - 1], strip) or _runs_beside(strips[index - 1], strip)):
            placed.insert(moved + 1, strip)
            moved += 1
            continue
        if index and _SMALL_FIGURES.fullmatch(strip.text.strip()) and _is_loose(strips[index - 1], strip):
            last = index + (strip.text.strip() in _SIGNS and index + 1 < len(strips))  # of "-2" the figure
            follows = strips[last + 1] if last + 1 < len(strips) else None
            if follows is None or _is_loose(strips[last], follows) or _is_over(strip, follows):
                stacked = follows is not None and _is_over(strip, follows)
                home = _find_home(placed, strip, _WORD if stacked else _CLOSE)
        if home is None and index and not _is_near(strips[index - 1], strip):
            home = _find_room(placed, strip)
            if home is None and not _flows(strips, index, moved >= 0):
                home = _find_label(placed, strip)
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
        if strip.style.size < _SMALLER * text.style.size and _SMALL_FIGURES.fullmatch(strip.text.strip()):
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
    small = all(_SMALL_FIGURES.fullmatch(text) and not _ITEM.fullmatch(text) for text in texts)
    shared = min(one.x_end, other.x_end) - max(one.xs[0], other.xs[0])
    alike = abs(size - other.style.size) < _ALIKE * size
    return small and shared > 0 and alike and 0.1 * size < abs(one.y - other.y) < _PARTS_APART * size


def _is_near(before: Strip, strip: Strip) -> bool:
    """Whether a strip goes on where the one before it ends, at about its height."""
    size = max(before.style.size, strip.style.size)
    return abs(strip.xs[0] - before.x_end) < 0.6 * size and abs(strip.y - before.y) < 1.2 * size


def _is_loose(before: Strip, strip: Strip) -> bool:
    """Whether a strip does not follow from the one before it: elsewhere, or small figures at two heights."""
    figures = all(_SMALL_FIGURES.fullmatch(one.text.strip()) for one in (before, strip))
    alike = figures and abs(before.style.size - strip.style.size) < _ALIKE * strip.style.size
    slanting = alike and not _are_level(before, strip) and not _is_over(before, strip)
    return slanting or not _is_near(before, strip)


def _runs_beside(before: Strip, strip: Strip) -> bool:
    return _are_level(before, strip) and _is_near(before, strip)


def _are_level(one: Strip, other: Strip) -> bool:
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
    figure = _SMALL_FIGURES.fullmatch(strip.text.strip())
    for k in placed.near(strip.y, (_RAISED if figure else 2 * _LEVEL) * strip.style.size):
        before = strips[k]
        indent = before.xs[0] - strip.x_end
        level = abs(before.y - strip.y) < 2 * _LEVEL * strip.style.size
        if level and -slack < indent < _INDENT * strip.style.size and _ITEM.fullmatch(strip.text.strip()):
            return k - 1
        if strip.xs[0] < before.x_end - slack:
            continue
        if not _are_level(before, strip):
            after = strips[k + 1] if k + 1 < len(strips) else None
            if _fits_between(before, strip, after):
                return k
            continue
        rest = strips[k + 1] if k + 1 < len(strips) else None
        if rest is not None and _are_level(before, rest) and rest.xs[0] > before.x_end:
            return k if strip.x_end < rest.xs[0] + slack else None
        return k if strip.xs[0] - before.x_end < _WORD * strip.style.size else None
    return None


def _find_label(placed: _Placed, strip: Strip) -> int | None:
    """Behind which strip the words were filled in: "Aantal:", with nothing between the two."""
    size = strip.style.size
    if len(placed.strips) > _MOST:
        return None
    near = ((k, placed.strips[k]) for k in placed.near(strip.y, _FILLED_LEVEL * size))
    level = [(k, s) for k, s in near if abs(s.y - strip.y) < _FILLED_LEVEL * size and s.text.strip()]
    left = [k for k, s in level if s.x_end < strip.xs[0] + _CLOSE * size]
    if not left:
        return None
    nearest = max(left, key=lambda k: placed.strips[k].x_end)
    label = placed.strips[nearest]
    close = strip.xs[0] - label.x_end < _FILLED_AWAY * size
    return nearest if close and label.text.rstrip().endswith(":") else None


def _flows(strips: Sequence[Strip], index: int, moved: bool) -> bool:
    """Whether a strip is part of running text: a line stands right above or below it, drawn along with it.

    `moved`: the strip before it went to a label.
    """
    strip = strips[index]
    around = [
        *(() if moved else strips[max(0, index - _DRAWN_ALONG) : index]),
        *strips[index + 1 :][:_DRAWN_ALONG],
    ]
    low, high = _FILLED_LEVEL * strip.style.size, _LEADING * strip.style.size
    shared = (min(other.x_end, strip.x_end) > max(other.xs[0], strip.xs[0]) for other in around)
    return any(low < abs(other.y - strip.y) < high and s for other, s in zip(around, shared, strict=True))


def _fits_between(before: Strip, strip: Strip, after: Strip | None) -> bool:
    """Whether a raised or lowered figure fills the white between two strips of one line."""
    size = before.style.size
    if not _SMALL_FIGURES.fullmatch(strip.text.strip()) or after is None or not _are_level(before, after):
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
    return shared > 0.5 * narrow and 0.4 * size < abs(one.y - other.y) < _PARTS_APART * size


def _is_around(one: Strip, other: Strip, beside: Strip) -> bool:
    """Whether one of two strips stands above the baseline of the text beside them and one below it."""
    slack = 0.1 * max(one.style.size, other.style.size)
    return min(one.y, other.y) + slack <= beside.y <= max(one.y, other.y) - slack


# Loose accents join their letters: "Yes¸ilgöz" as drawn is "Yeşilgöz" as read.

_COMBINING = {
    "´": "\u0301", "`": "\u0300", "¨": "\u0308", "ˆ": "\u0302", "˜": "\u0303", "¯": "\u0304",
    "˘": "\u0306", "˙": "\u0307", "˚": "\u030a", "˝": "\u030b", "ˇ": "\u030c", "¸": "\u0327",
    "˛": "\u0328", "\u02bc": "\u0301",
}  # fmt: skip
# These never stand on their own in Dutch, while "´" is also typed for an apostrophe ("foto´s").
_ALWAYS = frozenset("˘˙˝ˇ¸˛")
_ACUTE_CONSONANTS = frozenset("cnzCNSZ")  # "Kostic´" is a name; "s´" may be an apostrophe
_ACCENT = re.compile(f"[{''.join(_COMBINING)}\u0300-\u036f]")
_OFFSET = 0.3  # of the type size: an accent that begins so close to its letter stands on it


def compose(
    text: str, x_edges: Sequence[float], size: float
) -> tuple[str, tuple[float, ...], list[int]] | None:
    """Text and edges with loose accents joined to their letters, and where each old position went.

    None where there is nothing to join. The last list has len(text) + 1 values.
    """
    if _ACCENT.search(text) is None:
        return None
    letters = list(text)
    gone = [False] * len(text)
    places = list(x_edges)
    for match in _ACCENT.finditer(text):
        at = match.start()
        for base in _bases(text, x_edges, size, at):
            mark = _COMBINING.get(text[at], text[at])
            joined = unicodedata.normalize("NFC", letters[base] + mark) if not gone[base] else ""
            if len(joined) == 1:
                letters[base] = joined
                gone[at] = True
                places[base] = min(places[base], places[at])
                break
    if not any(gone):
        return None
    positions: list[int] = []
    new = 0
    for lost in gone:
        positions.append(new)
        new += not lost
    positions.append(new)
    left = [i for i, lost in enumerate(gone) if not lost]
    return "".join(letters[i] for i in left), (*(places[i] for i in left), x_edges[-1]), positions


def _bases(text: str, x_edges: Sequence[float], size: float, at: int) -> list[int]:
    """Positions of the letter that the accent at `at` may belong to, the likeliest first."""
    bases: list[int] = []
    mark = text[at]
    before = at - 1 if at > 0 and text[at - 1].isalpha() else None
    after = at + 1 if at + 1 < len(text) and text[at + 1].isalpha() else None
    if before is not None and x_edges[at] - x_edges[before] < _OFFSET * size:
        bases.append(before)
    if after is not None and x_edges[after] - x_edges[at] < _OFFSET * size and mark in _COMBINING:
        bases.append(after)
    sure = mark in _ALWAYS or mark not in _COMBINING
    if before is not None and (
        sure or (mark == "´" and text[before] in _ACUTE_CONSONANTS and _ends_word(text, at))
    ):
        bases.append(before)
    return bases


def _ends_word(text: str, at: int) -> bool:
    """Whether what follows the acute is no genitive or plural s, as in "Hans´ boek" or "pc´s"."""
    following = text[at + 1 : at + 3]
    return not (following[:1] == "s" and not following[1:2].isalpha())


_RISE = 0.6  # of the larger size: as far as a superscript goes, well under the distance to the next line
_TURNED_RISE = 0.45  # of the size: so far apart is what stands on one line of turned text
_HIGHEST = 0.75  # of the larger size: as far as formulas raise it, right behind what it belongs to
_HIGH = 1.4  # of the smaller size: so high stands what is right behind
_OVERLAP = 0.9  # of the size: a loose accent goes back over its letter
GAP = 0.9  # of the size: wider than a space, perhaps another column; tables.py decides
_NEXT = 0.4  # of the size: how far the place of the next letter may be from the one that was expected
_BACKWARD, _FAR = 3, 2.0  # letters drawn from right to left, and how far apart (of the size)
_SAME = 0.01  # points: on one baseline
_SMALL = 0.85  # of the size of the line: type of another height
_FIGURES_GAP = 0.6  # of the size: no space inside a figure is that wide
# of the size: a sign, a figure, and a single digit, that stand apart from a figure
_APART, _FIGURES_APART, _DIGITS_APART = 0.06, 0.12, 0.2
_UPON = 0.1  # of the size: figures of one number do not overlap as far
_LOWERED = 0.05  # of the size
_SPREAD, _EVEN = 0.7, 0.08  # of the size: letters set apart as "C O N C E P T", and how evenly
_SPREAD_LEAST = 4  # letters
_SPREAD_FIGURE = re.compile(r"(?!.*(?:012|123|234))[\d.,]{3,}")  # no scale of 1 to 5
_SPACES_LEAST = 15  # signs a space: in text that is written with its spaces there are more
_FIGURE_SPREAD = 0.5  # of the size: as far as its signs are set apart
_TWICE = 0.12  # of the size: signs that near the same signs are drawn again
_MIDDLE = 0.3  # of the size above the baseline: the middle of small letters
ASCENT, DESCENT = 0.76, 0.24  # of the size: what letters take above and below the baseline


INITIAL = 1.7
"""Of the size of the text beside it: a first letter that large spans lines, or stands out of its own."""
_LETTERS = 2  # such a letter, with a quotation mark
COVERED = "[…]"
"""What is read where words stand under a bar or picture."""


@dataclass(frozen=True, slots=True)
class Run:
    """Characters start..end of a line drawn alike; `rise` is how far above the text beside it."""

    start: int
    end: int
    style: ObjectStyle
    rise: float


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line. `x_edges` has len(text) + 1 values.

    `broken`: the line ends inside a word, at a hyphen that is the last character of `text`.
    `gaps`: positions in `text` (of the first character after it) where a wide white gap is.
    """

    text: str
    page: int
    baseline: float
    size: float
    x_edges: tuple[float, ...]
    runs: tuple[Run, ...]
    gaps: tuple[int, ...] = ()
    broken: bool = False
    angle: float = (
        0.0  # degrees by which the line rises; its places are those of the page turned back by that
    )
    typed: bool = False  # whether the page writes its spaces: a text without one is whole

    @property
    def x0(self) -> float:
        """Where the line begins."""
        return self.x_edges[0]

    @property
    def x1(self) -> float:
        """Where the line ends."""
        return self.x_edges[-1]

    @property
    def y0(self) -> float:
        """The bottom of its letters."""
        return self.baseline - DESCENT * self.size

    @property
    def y1(self) -> float:
        """The top of its letters."""
        return self.baseline + ASCENT * self.size

    @property
    def middle(self) -> float:
        """The height of the middle of its small letters."""
        return self.baseline + _MIDDLE * self.size

    def rectangle(self, start: int, end: int) -> Box:
        """What characters start..end take on the page as shown."""
        box = self.x_edges[start], self.y0, self.x_edges[end], self.y1
        if not self.angle:
            return box
        cos, sin = math.cos(math.radians(self.angle)), math.sin(math.radians(self.angle))
        xs = [x * cos - y * sin for x in (box[0], box[2]) for y in (box[1], box[3])]
        ys = [x * sin + y * cos for x in (box[0], box[2]) for y in (box[1], box[3])]
        return min(xs), min(ys), max(xs), max(ys)

    @property
    def bold(self) -> bool:
        """Whether most of it is bold."""
        return 2 * sum(run.end - run.start for run in self.runs if run.style.bold) > len(self.text)

    @property
    def italic(self) -> bool:
        """Whether most of it is slanted."""
        return 2 * sum(run.end - run.start for run in self.runs if run.style.italic) > len(self.text)


@dataclass(frozen=True, slots=True)
class Hidden:
    """Text that a reader of the page cannot see, why, and where it stands on the page as shown."""

    text: str
    reason: Reason
    box: Box = (0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Margin:
    """Numbers in the margin that count the lines and are left out, or that may do so and stay."""

    first: int
    last: int
    left_out: bool


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its visible rectangle, its lines in the order of the file, and what is hidden on it."""

    number: int  # from 1
    box: Box  # x0, y0, x1, y1 in the coordinates of the lines
    turns: int  # quarter turns clockwise by which the page is shown
    lines: tuple[Line, ...]
    hidden: tuple[Hidden, ...] = ()
    from_ocr: bool = False
    images: int = 0  # counted only where the page has no text
    unreadable: int = 0  # signs that nobody can know: the file does not say which letters they are
    guessed: int = 0  # letters with codes of their own, taken for what they seem to be
    lost: int = 0  # signs that PDFium cannot draw and passes over: not even their place is in the text
    remarks: tuple[str, ...] = ()  # what notes on it say that open when one clicks on their mark
    damaged: bool = False  # cannot be read at all
    rules: tuple[tuple[Box, ...], tuple[Box, ...]] = ((), ())  # the level and the upright lines drawn on it
    margin: Margin | None = None
    attached: tuple[str, ...] = ()  # names of files that come with the document; told at its first page

    @property
    def covered(self) -> bool:
        """Whether text stands under a bar, a patch or a picture: a redaction that was only drawn."""
        return any(hidden.reason is Reason.COVERED for hidden in self.hidden)


def find_body_size(pages: Sequence[Page]) -> float:
    """The type size that most characters have; what stands in rows of cells counts as little as it can."""
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page.lines:
            sizes[round(line.size, 1)] += len(line.text) if len(line.gaps) < _CELLS else 1
    return max(sizes, key=lambda size: (sizes[size], size), default=10.0)


@dataclass(slots=True)
class _Draft:
    """A line being put together."""

    baseline: float
    size: float
    parts: list[str] = field(default_factory=list)
    edges: list[float] = field(default_factory=list)  # left edges
    runs: list[tuple[int, int, ObjectStyle, float]] = field(default_factory=list)  # with absolute baselines
    gaps: list[int] = field(default_factory=list)
    length: int = 0
    x_end: float = 0.0
    reach: float = 0.0  # where what was left out behind it ends
    angle: float = 0.0
    level: float = field(init=False)  # the baseline behind the last wide gap: cells stand higher and lower

    def __post_init__(self) -> None:
        self.level = self.baseline


def build_lines(glyphs: Glyphs, reasons: list[Reason | None], number: int) -> tuple[Line, ...]:
    """Runs that follow each other on one baseline become one line; turned text comes behind the rest."""
    lines: list[Line] = []
    ys = glyphs.y[list(glyphs.starts[:-1])].tolist()
    xs = glyphs.x.tolist()
    groups: dict[float, list[Strip]] = {}
    drawn: dict[tuple[str, int, int], tuple[float, float]] = {}
    for k, style in enumerate(glyphs.styles):
        start, end = glyphs.starts[k], glyphs.starts[k + 1]
        if reasons[k] is None or reasons[k] is Reason.COVERED:
            strip = Strip(
                glyphs.text[start:end], xs[start:end], glyphs.ends_x[k], ys[k], style, glyphs.spaced[k]
            )
            if style.angle:
                _turn_back(strip, glyphs.y[start:end].tolist())
            group = groups.setdefault(style.angle, [])
            if reasons[k] is None:
                if _is_drawn_again(strip, drawn):
                    continue
                if not (style.angle and group and _goes_on(group[-1], strip)):
                    group.append(strip)
            else:
                _mark_covered(group, strip)
        elif not style.angle and groups.get(0.0):
            _pass_over(groups[0.0][-1], xs[start], glyphs.ends_x[k], ys[k])
    for angle in sorted(groups, key=lambda angle: angle != 0.0):
        draft: _Draft | None = None
        bars, uprights = _turn_rules(glyphs, angle)
        strips = _in_order(groups[angle]) if angle else groups[angle]
        _draw_together(strips)
        for strip in join_fractions(bring_home(_set_right(strips)), bars):
            if draft is not None and strip.style.slope:
                _level(draft, strip)
            if draft is None or not _continues(draft, strip.xs[0], strip.y, strip.style, strip.text):
                if draft is not None:
                    _finish(draft, number, lines)
                draft = _Draft(strip.y, strip.style.size, angle=angle)
            _append(draft, strip, uprights)
        if draft is not None:
            _finish(draft, number, lines)
    typed = any(" " in line.text[run.start : run.end].strip() for line in lines for run in line.runs)
    return tuple(replace(line, typed=True) if typed else line for line in _close_stretched(lines))


def _close_stretched(lines: Sequence[Line]) -> list[Line]:
    """The lines, without gaps in those that are stretched to the width of their column: all white is alike.

    The line above or below fills the same width without a gap, or few of its whites are gaps, in figures.
    """
    closed = list(lines)
    for at, line in enumerate(lines):
        whites = [line.x_edges[m.end()] - line.x_edges[m.start()] for m in re.finditer(" +", line.text)]
        if not line.gaps or max(whites) - min(whites) > _LEVEL * line.size:
            continue
        words = [word.isalpha() for word in line.text.split()]
        sentence = len(whites) >= _WHITES or all(words) and line.text[-1].islower()
        figures = len(whites) >= _MANY_WHITES and 2 * sum(words) > len(whites) > 2 * len(line.gaps)
        beside = (*closed[max(0, at - 1) : at], *lines[at + 1 : at + 2])
        if figures or sentence and any(_fills_alike(line, one) for one in beside):
            closed[at] = replace(line, gaps=())
    return closed


def _fills_alike(line: Line, other: Line) -> bool:
    """Whether a line without gaps begins and ends where `line` does."""
    edges = abs(line.x0 - other.x0), abs(line.x1 - other.x1)
    return not other.gaps and max(edges) < _LEVEL * line.size


def _is_drawn_again(strip: Strip, drawn: dict[tuple[str, int, int], tuple[float, float]]) -> bool:
    """Whether the same signs were drawn at this place before, for an outline or a shadow.

    `drawn`: where signs were drawn, the last of each in every square point of the page; it grows.
    """
    text, x, y, slack = strip.text, strip.xs[0], strip.y, _TWICE * strip.style.size
    if not text.strip() or not math.isfinite(x + y):
        return False
    column, row = round(x), round(y)
    places = [drawn.get((text, column + across, row + up)) for across in (-1, 0, 1) for up in (-1, 0, 1)]
    drawn[text, column, row] = x, y
    return any(place and abs(place[0] - x) < slack and abs(place[1] - y) < slack for place in places)


def _turn_rules(glyphs: Glyphs, angle: float) -> tuple[Sequence[Box], Sequence[Box]]:
    """The drawn lines that are level, and those that are upright, on the page turned back by `angle`."""
    if not angle or angle % 90:
        return ((), ()) if angle else (glyphs.bars, glyphs.uprights)
    back = turned_back(angle)
    bars, uprights = (tuple(map(back.turn_box, boxes)) for boxes in (glyphs.bars, glyphs.uprights))
    return (uprights, bars) if back.turns % 2 else (bars, uprights)


def _draw_together(strips: list[Strip]) -> None:
    """Take away the white between signs of a word or figure that is set with white between all its signs.

    Of a figure only where the file has signs for its spaces, and so has none there.
    """
    signs = sum(len(strip.text) for strip in strips)
    written = _SPACES_LEAST * sum(strip.text.count(" ") for strip in strips) > signs
    single = [number for number, strip in enumerate(strips) if len(strip.text) == 1]
    run: list[Strip] = []
    figures = written
    for before, number in pairwise((-1, *single)):
        strip, last = strips[number], strips[number - 1] if number else None
        if number - before > 1 or not run or not _is_spread(run[-1], strip):
            _close_up(run, figures)
            run = []
            touches = last is not None and last.text[-1:].isdigit() and _touches(last, strip, _SPACE)
            figures = written and not (strip.text.isdigit() and touches)
        run.append(strip)
    _close_up(run, figures)
    strips[:] = [strip for strip in strips if strip.text]


def _is_spread(before: Strip, after: Strip) -> bool:
    size = after.style.size
    near = _SPACE * size < after.xs[0] - before.x_end < _FAR * size
    return near and before.style == after.style and abs(before.y - after.y) < _SAME


def _close_up(run: list[Strip], figures: bool) -> None:
    figure = figures and _SPREAD_FIGURE.fullmatch("".join(strip.text for strip in run))
    if not figure and sum(strip.text.isalpha() for strip in run) < _SPREAD_LEAST:
        return
    gaps = [after.xs[0] - before.x_end for before, after in pairwise(run)]
    usual = median(gaps)
    if figure and max(gaps) - min(gaps) >= _EVEN * run[0].style.size:
        return  # white of two sizes: somewhere there is a space
    if usual < (_FIGURE_SPREAD if figure else _SPREAD) * run[0].style.size:
        for strip, gap in zip(run[1:], gaps, strict=True):
            strip.spaced = strip.spaced and gap > usual + _EVEN * strip.style.size
        whole = run[0]
        for strip in run[1:]:
            if strip.spaced:
                whole = strip
                continue
            whole.text, whole.xs, whole.x_end = whole.text + strip.text, whole.xs + strip.xs, strip.x_end
            strip.text = ""


def _in_order(strips: list[Strip]) -> list[Strip]:
    """Turned strips, each behind the one that it goes on from: PDFium does not take them line by line."""
    rows: list[list[int]] = []
    for at in sorted(range(len(strips)), key=lambda at: -strips[at].y):
        above = strips[rows[-1][-1]] if rows else strips[at]
        if rows and above.y - strips[at].y < _TURNED_RISE * max(above.style.size, strips[at].style.size):
            rows[-1].append(at)
        else:
            rows.append([at])
    stretches: list[tuple[int, list[Strip]]] = []
    for row in rows:
        end = -math.inf
        parts: list[list[int]] = []
        for at in sorted(row, key=lambda at: strips[at].xs[0]):
            if strips[at].xs[0] - end > GAP * strips[at].style.size:
                parts.append([])
            parts[-1].append(at)
            end = strips[at].x_end
        places = sorted(map(min, parts))  # cells of a row from left to right
        stretches += [(place, [strips[at] for at in part]) for place, part in zip(places, parts, strict=True)]
    return [strip for _, part in sorted(stretches, key=lambda stretch: stretch[0]) for strip in part]


def _pass_over(last: Strip, left: float, right: float, y: float) -> None:
    """Note that words behind a strip are left out: the white that they leave parts no columns."""
    size = last.style.size
    if abs(last.y - y) < _NEXT * size and -size < left - max(last.x_end, last.reach) < GAP * size:
        last.reach = right


def _set_right(strips: list[Strip]) -> list[Strip]:
    """The strips, with letters that are drawn from right to left as words that are read from the left."""
    groups: list[list[Strip]] = []
    for strip in strips:
        last = groups[-1][-1] if groups else None
        if last is not None and len(last.text) == len(strip.text) == 1 and _is_left_of(strip, last):
            groups[-1].append(strip)
        else:
            groups.append([strip])
    return [one for group in groups for one in (group if len(group) < _BACKWARD else [_reversed(group)])]


def _is_left_of(strip: Strip, last: Strip) -> bool:
    size = strip.style.size
    level = strip.style == last.style and abs(strip.y - last.y) < _SAME
    near = -_NEXT * size < last.xs[0] - strip.x_end < _FAR * size
    leftward = unicodedata.bidirectional(strip.text) in ("R", "AL")
    return level and near and strip.xs[0] < last.xs[0] and not leftward


def _reversed(group: list[Strip]) -> Strip:
    text, xs = "".join(strip.text for strip in group[::-1]), [strip.xs[0] for strip in group[::-1]]
    return Strip(text, xs, group[0].x_end, group[0].y, group[0].style, group[0].spaced)


def _mark_covered(strips: list[Strip], strip: Strip) -> None:
    """Add that words stand here under a bar, which a reader sees: what is around it must not close up."""
    last = strips[-1] if strips else None
    size = strip.style.size
    level = last is not None and last.text == COVERED and abs(last.y - strip.y) < 0.3 * size
    if last is not None and level and -size < strip.xs[0] - last.x_end < 3 * size:
        last.x_end = max(last.x_end, strip.x_end)
        return
    strip.xs = [strip.xs[0]] * len(COVERED)
    strip.text = COVERED
    strips.append(strip)


def _turn_back(strip: Strip, ys: list[float]) -> None:
    """Give a strip that is set at an angle the places it has on the page turned back by that angle."""
    cos, sin = math.cos(math.radians(strip.style.angle)), math.sin(math.radians(strip.style.angle))
    places = list(zip(strip.xs, ys, strict=True))
    strip.xs = [x * cos + y * sin for x, y in places]
    strip.y = places[0][1] * cos - places[0][0] * sin
    steps = [b - a for a, b in zip(strip.xs, strip.xs[1:], strict=False)]
    if strip.style.angle % 90:
        strip.x_end = strip.xs[-1] + (sum(steps) / len(steps) if steps else 0.55 * strip.style.size)


def _level(draft: _Draft, strip: Strip) -> None:
    """Take from the height of a strip what a line that is a little askew has risen there since its start."""
    level = strip.y - strip.style.slope * (strip.xs[0] - draft.edges[0])
    if _continues(draft, strip.xs[0], level, strip.style):
        strip.y = level


def _touches(last: Strip, strip: Strip, reach: float) -> bool:
    """Whether a strip goes on at the height at which the one before it ends, drawn alike."""
    size = strip.style.size
    level = last.style == strip.style and abs(last.y - strip.y) < 0.02 * size
    return level and -_NEXT * size < strip.xs[0] - last.x_end < reach * size


def _goes_on(last: Strip, strip: Strip) -> bool:
    """Whether a strip of turned text, which comes letter by letter, was put behind the one before it."""
    if not _touches(last, strip, _SPACE if strip.spaced else _NEXT):
        return False
    last.text += strip.text
    last.xs += strip.xs
    last.x_end = strip.x_end
    return True


def _continues(draft: _Draft, x: float, y: float, style: ObjectStyle, text: str = "") -> bool:
    if draft.parts[-1].endswith("\x02"):
        return False
    small, large = sorted((draft.size, style.size))
    index = text[:1].isdigit() or y < draft.baseline - _LOWERED * draft.size  # "CO" and a small 2 below it
    initial = style.size * INITIAL <= draft.size and not index
    first = "".join(draft.parts).strip("\"'“‘«„ ")
    if initial and (
        first.isupper() or len(first) == 1 and first.isdigit() and x - draft.x_end < _SPACE * large
    ):
        return draft.length > _LETTERS and _is_level(draft, x, y, small, large)
    return _is_level(draft, x, y, small, large)


def _is_level(draft: _Draft, x: float, y: float, small: float, large: float) -> bool:
    run = draft.runs[-1]
    stacked = run[2].size < _SMALL * draft.size  # "4" with 1 below and 2 above
    close = min(abs(x - draft.x_end), abs(x - draft.edges[run[0]]) if stacked else math.inf) < _SPACE * large
    rise = _HIGHEST if small < large and close else _RISE
    highest = min(rise * large, _HIGH * small if close and small < draft.size else small)
    beside = run[3] if small < large else draft.level  # a small figure stands at what is beside it
    level = min(abs(y - draft.level), abs(y - beside)) <= highest
    return level and x >= draft.x_end - _OVERLAP * small


def _append(draft: _Draft, strip: Strip, uprights: Sequence[Box]) -> None:
    text, style, spaced = strip.text, strip.style, strip.spaced
    if draft.length:
        distance = strip.xs[0] - max(draft.x_end, draft.reach)
        spaced = spaced or draft.reach > draft.x_end
        figures = text[:1].isdigit() and draft.parts[-1][-1:].isdigit()
        if distance > (_FIGURES_GAP if figures else GAP) * max(draft.size, style.size) or (
            distance > _SPACE * style.size and _is_parted(draft.x_end, strip, uprights)
        ):
            draft.gaps.append(draft.length + 1)
            draft.level = strip.y
            spaced = True
        # "1.250" and "−40" side by side, or "1.250" and "40"; single digits may be set apart
        signed, last = text[:1] in ("−", "–", "+", "€"), draft.parts[-1]
        several = figures and len(text) + len(last) > 2
        apart = _APART if signed else _FIGURES_APART if several else _DIGITS_APART
        least = _SPACE if spaced else apart if last[-1:].isdigit() else math.inf
        shifted = style.size < draft.size and abs(strip.y - draft.level) > _LOWERED * draft.size
        needs = strip.xs[0] - draft.x_end > least * (draft.size if shifted else style.size)
        before = draft.runs[-1]
        level = style == before[2] and abs(strip.y - before[3]) < _SAME
        upon = level and distance < -_UPON * style.size  # two texts that run over each other
        needs = needs or upon and last[-1:].isdigit() and (text[:1].isdigit() or signed)
        if needs and not last.endswith(" ") and not text.startswith(" "):
            draft.parts.append(" ")
            draft.edges.append(draft.x_end)
            draft.length += 1
        elif draft.gaps and draft.gaps[-1] == draft.length + 1:
            draft.gaps[-1] = draft.length
    if style.size > draft.size * 1.05:
        draft.baseline, draft.level, draft.size = strip.y, strip.y, style.size
    run = draft.runs[-1] if draft.runs else None
    if run is not None and run[1:3] == (draft.length, style) and abs(run[3] - strip.y) < _SAME:
        draft.runs[-1] = (run[0], draft.length + len(text), style, run[3])
    else:
        draft.runs.append((draft.length, draft.length + len(text), style, strip.y))
    draft.parts.append(text)
    draft.edges.extend(strip.xs)
    draft.length += len(text)
    draft.x_end, draft.reach = max(strip.x_end, strip.xs[-1]), strip.reach


def _levels(draft: _Draft) -> list[float]:
    """The baseline that each run stands on or beside: that of its cell, which may be higher than the line."""
    if not draft.gaps or len(draft.runs) < 2:
        return [draft.baseline] * len(draft.runs)
    levels = []
    bounds = (0, *draft.gaps, draft.length)
    for start, end in pairwise(bounds):
        inside = [run for run in draft.runs if start <= run[0] < end]
        large = [run for run in inside if run[2].size > _SMALL * draft.size]
        level = max(large, key=lambda run: run[1] - run[0])[3] if large else draft.baseline
        levels += [level] * len(inside)
    return levels


def _is_parted(left: float, strip: Strip, uprights: Sequence[Box]) -> bool:
    """Whether an upright line stands between a strip and what ends at `left`: they are two cells."""
    right, middle = strip.xs[0], strip.y + _MIDDLE * strip.style.size
    return any(left <= (x0 + x1) / 2 <= right and y0 < middle < y1 for x0, y0, x1, y1 in uprights)


def _finish(draft: _Draft, number: int, lines: list[Line]) -> None:
    """Close a line: white space at its ends goes, loose accents join their letters."""
    text = "".join(draft.parts)
    broken = text.endswith("\x02")
    if "\x02" in text:
        text = text.replace("\x02", "-")
    stripped = text.strip()
    if not stripped:
        return
    lead = len(text) - len(text.lstrip())
    last = lead + len(stripped)
    edges = [*draft.edges, draft.x_end]
    edges = edges[lead : last + 1]
    levels = _levels(draft)
    runs = tuple(
        Run(max(start - lead, 0), min(end, last) - lead, style, y - level)
        for (start, end, style, y), level in zip(draft.runs, levels, strict=True)
        if start < last and end > lead
    )
    gaps = tuple(gap - lead for gap in draft.gaps if lead < gap < last)
    joined = None if stripped.isascii() else compose(stripped, edges, draft.size)
    if joined is not None:
        stripped, edges, moved = joined[0], list(joined[1]), joined[2]
        runs = tuple(Run(moved[run.start], moved[run.end], run.style, run.rise) for run in runs)
        gaps = tuple(moved[gap] for gap in gaps)
    lines.append(
        Line(stripped, number, draft.baseline, draft.size, tuple(edges), runs, gaps, broken, draft.angle)
    )
