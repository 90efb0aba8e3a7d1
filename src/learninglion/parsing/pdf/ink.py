"""What of the text of a page a reader sees: the page is drawn with its text and without it.

Where both drawings are alike, there is no ink: a bar or a picture covers the words, they are white on white,
their layer is switched off, they are cut away. Drawing costs more than reading, so a page is only drawn where
something on it could hide a word.
"""

from __future__ import annotations

import ctypes
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pypdfium2 import raw

Box = tuple[float, float, float, float]
"""Left, bottom, right, top, in points."""

INNER = (0.06, 0.42)
"""Of the size above the baseline: every letter and figure has ink there."""
Matrix = tuple[float, float, float, float, float, float]


class Reason(StrEnum):
    """Why a reader does not see (or is not meant to read) some text; in words for the warning."""

    NO_INK = "onzichtbaar getekend"
    OUTSIDE = "buiten de pagina"
    TINY = "onleesbaar klein"
    WHITE = "wit op wit"
    COVERED = "onder een balk, vlak of plaatje"
    UNDER_SCAN = "onder de scan van de pagina"
    ALIKE = "in de kleur van de ondergrond"
    SWITCHED_OFF = "in een laag die uit staat, of weggesneden"
    STRUCK = "doorgehaald"


_THIN = 3.0  # points: a line, no cover
_LIGHT = 170  # of 255: dark letters show on such a ground
_CLEAR = 26  # of 255: so transparent that nothing is covered
_SCAN = 0.7  # of the page: a picture of the page itself
_DEEPEST = 12  # forms within forms
_MOST = 60_000  # objects looked at: a drawing with more is drawn to see
_SCALE, _MOST_PIXELS = 2.0, 6_000_000
_FILLED = (0.03, 0.8)  # of the place of a text: what its letters take of it
_SHOWS = 12  # of 255: a smaller difference between the drawings is no letter
_UNIT: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_STRUCK = (0.12, 0.45)  # of the size above the baseline: where a line through words runs


@dataclass(slots=True)
class _Shape:
    """A filled path, picture or shading, in the order in which the page is drawn."""

    order: int
    box: Box
    handle: Any
    picture: bool
    luminance: int  # 0..255 of its fill; 0 where that is not known
    clear: bool


@dataclass(slots=True)
class Inventory:
    """What is drawn on a page: where its text objects come in the order, shapes, and lines across."""

    texts: dict[int, tuple[int, Box]] = field(default_factory=dict)  # by address: order, bounds in user space
    handles: dict[int, Any] = field(default_factory=dict)  # of the text objects, by address
    shapes: list[_Shape] = field(default_factory=list)
    strokes: list[Box] = field(default_factory=list)  # thin and level: under, through or between words
    rising: list[Box] = field(default_factory=list)  # thin and upright: the same, of text set sideways
    clipped: set[Box] = field(default_factory=set)  # those of both that are not shown in all their length
    cut: set[int] = field(default_factory=set)  # text objects that reach outside their clipping area
    filled: set[int] = field(default_factory=set)  # text objects that something drawn later fills
    crowded: bool = False  # there was more than can be looked at one by one


def take_stock(page: Any) -> Inventory:
    """What is drawn on `page`."""
    inventory = Inventory()
    box = tuple(ctypes.c_float() for _ in range(4))
    for order, (item, kind, matrix) in enumerate(_walk(page)):
        if order > _MOST:
            inventory.crowded = True
            if kind != raw.FPDF_PAGEOBJ_TEXT:
                continue  # but all text must be known: what is not switched off would seem unseen
        if kind == raw.FPDF_PAGEOBJ_FORM or not raw.FPDFPageObj_GetBounds(item, *box):
            continue
        own: Box = (box[0].value, box[1].value, box[2].value, box[3].value)
        place = own if matrix is _UNIT else _carry(matrix, own)
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            address = ctypes.cast(item, ctypes.c_void_p).value or 0
            inventory.texts[address], inventory.handles[address] = (order, place), item
            clips = raw.FPDFTextObj_GetTextRenderMode(item) >= raw.FPDF_TEXTRENDERMODE_FILL_CLIP
            if clips or _is_cut(item, own) or raw.FPDFPageObj_HasTransparency(item):
                inventory.cut.add(address)
        else:
            known = len(inventory.strokes), len(inventory.rising)
            _add_shape(inventory, order, item, kind, place)
            added = (*inventory.strokes[known[0] :], *inventory.rising[known[1] :])
            if added and _is_cut(item, own):
                inventory.clipped.update(added)
    return inventory


def _walk(page: Any) -> Iterator[tuple[Any, int, Matrix]]:
    """Every object of a page in the order of drawing, with its kind and the matrix of the form it is in."""

    def enter(form: Any, matrix: Matrix, depth: int) -> Iterator[tuple[Any, int, Matrix]]:
        own = raw.FS_MATRIX()
        raw.FPDFPageObj_GetMatrix(form, own)
        inner = _multiply((own.a, own.b, own.c, own.d, own.e, own.f), matrix)
        for index in range(raw.FPDFFormObj_CountObjects(form)):
            item = raw.FPDFFormObj_GetObject(form, index)
            kind = raw.FPDFPageObj_GetType(item)
            yield item, kind, inner
            if kind == raw.FPDF_PAGEOBJ_FORM and depth < _DEEPEST:
                yield from enter(item, inner, depth + 1)

    for index in range(raw.FPDFPage_CountObjects(page)):
        item = raw.FPDFPage_GetObject(page, index)
        kind = raw.FPDFPageObj_GetType(item)
        yield item, kind, _UNIT
        if kind == raw.FPDF_PAGEOBJ_FORM:
            yield from enter(item, _UNIT, 0)


def _multiply(m: Matrix, n: Matrix) -> Matrix:
    """First m, then n."""
    return (
        m[0] * n[0] + m[1] * n[2],
        m[0] * n[1] + m[1] * n[3],
        m[2] * n[0] + m[3] * n[2],
        m[2] * n[1] + m[3] * n[3],
        m[4] * n[0] + m[5] * n[2] + n[4],
        m[4] * n[1] + m[5] * n[3] + n[5],
    )


def _carry(m: Matrix, box: Box) -> Box:
    """The box around the corners of `box` where the matrix takes them."""
    xs = [m[0] * x + m[2] * y + m[4] for x in (box[0], box[2]) for y in (box[1], box[3])]
    ys = [m[1] * x + m[3] * y + m[5] for x in (box[0], box[2]) for y in (box[1], box[3])]
    return min(xs), min(ys), max(xs), max(ys)


def _is_cut(item: Any, box: Box) -> bool:
    """Whether a text object reaches outside its clipping area, both in the same space."""
    clip = raw.FPDFPageObj_GetClipPath(item)
    count = raw.FPDFClipPath_CountPaths(clip) if clip else 0
    left, bottom, right, top = box
    lower, upper = bottom + 0.35 * (top - bottom), top - 0.35 * (top - bottom)
    x, y = ctypes.c_float(), ctypes.c_float()
    for path in range(min(count, 8)):
        segments = raw.FPDFClipPath_CountPathSegments(clip, path)
        if segments > 6:
            return True  # no plain rectangle
        xs, ys = [], []
        for index in range(segments):
            raw.FPDFPathSegment_GetPoint(raw.FPDFClipPath_GetPathSegment(clip, path, index), x, y)
            xs.append(x.value)
            ys.append(y.value)
        if not xs:
            continue
        if min(xs) > left + 3 or max(xs) < right - 3 or min(ys) > lower or max(ys) < upper:
            return True
    return False


def _add_shape(inventory: Inventory, order: int, item: Any, kind: int, place: Box) -> None:
    width, height = place[2] - place[0], place[3] - place[1]
    drawn = kind in (raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_IMAGE)
    if drawn and height <= _THIN and width > _THIN:
        inventory.strokes.append(place)
    if drawn and width <= _THIN and height > _THIN:
        inventory.rising.append(place)
    if min(width, height) < _THIN:
        return
    luminance, clear = 0, False
    if kind == raw.FPDF_PAGEOBJ_PATH:
        fill, stroke = ctypes.c_int(), ctypes.c_int()
        raw.FPDFPath_GetDrawMode(item, fill, stroke)
        if not fill.value:
            thickness = ctypes.c_float()
            raw.FPDFPageObj_GetStrokeWidth(item, thickness)
            if stroke.value:
                _add_strokes(inventory, item, thickness.value)
            if thickness.value < _THIN or not stroke.value:
                return
        red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
        colour = raw.FPDFPageObj_GetFillColor if fill.value else raw.FPDFPageObj_GetStrokeColor
        if colour(item, red, green, blue, alpha):
            luminance = (299 * red.value + 587 * green.value + 114 * blue.value) // 1000
            clear = alpha.value < _CLEAR
    inventory.shapes.append(_Shape(order, place, item, kind == raw.FPDF_PAGEOBJ_IMAGE, luminance, clear))


def _add_strokes(inventory: Inventory, item: Any, thickness: float) -> None:
    """The level and upright lines of a path that draws several, or one whose bounds PDFium sets far out."""
    count = raw.FPDFPath_CountSegments(item)
    if not (2 if thickness < _THIN else 3) <= count <= 80:
        return
    own = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(item, own)
    x, y = ctypes.c_float(), ctypes.c_float()
    last = (0.0, 0.0)
    for index in range(count):
        segment = raw.FPDFPath_GetPathSegment(item, index)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        here = (own.a * x.value + own.c * y.value + own.e, own.b * x.value + own.d * y.value + own.f)
        across, up = abs(here[0] - last[0]), abs(here[1] - last[1])
        drawn = raw.FPDFPathSegment_GetType(segment) == raw.FPDF_SEGMENT_LINETO
        if drawn and up < 0.5 and across > _THIN:
            inventory.strokes.append((min(here[0], last[0]), here[1], max(here[0], last[0]), here[1]))
        elif drawn and across < 0.5 and up > _THIN:
            inventory.rising.append((here[0], min(here[1], last[1]), here[0], max(here[1], last[1])))
        last = here


def may_hide(stock: Inventory, pale: bool, layers: bool) -> bool:
    """Whether anything on the page could keep a word from sight: a cheap look at what is drawn.

    `pale`: some text is light; `layers`: the file has layers.
    """
    if pale or layers or stock.cut or stock.crowded:
        return True
    if not stock.shapes or not stock.texts:
        return False
    boxes = np.array([box for _, box in stock.texts.values()])
    orders = np.array([order for order, _ in stock.texts.values()])
    for shape in stock.shapes:
        if shape.clear:
            continue
        left, bottom, right, top = shape.box
        over = (boxes[:, 0] < right) & (boxes[:, 2] > left) & (boxes[:, 1] < top) & (boxes[:, 3] > bottom)
        if shape.luminance > _LIGHT:
            over &= orders < shape.order
        if over.any():
            return True
    return False


def find_unseen(
    page: Any,
    stock: Inventory,
    objects: NDArray[np.uint64],
    letters: NDArray[np.bool_],
    white: NDArray[np.bool_],
    boxes: NDArray[np.float64],
    centres: NDArray[np.float64],
    frame: Box,
    paper: Box,
) -> list[Reason | None] | None:
    """For each character why it is not seen, None where it is; None at all where everything is.

    `objects`: what drew each character; `letters`: which are letters and figures, with ink in their middle;
    `white`: which are drawn in white or nearly so;
    `boxes`: that middle as shown (n x 4: left, bottom, right, top); `centres`: of each character in user
    space (n x 2); `frame`: the page as shown, in the space of the boxes; `paper`: it in user space.
    """
    inside = (boxes[:, 2] > frame[0]) & (boxes[:, 0] < frame[2])
    inside &= (boxes[:, 3] > frame[1]) & (boxes[:, 1] < frame[3])
    shapes = [shape.handle for shape in stock.shapes]
    plain = _draw(page)
    with _Switched(list(stock.handles.values())):
        bare = _draw(page)
    shown = _shows(plain, bare, boxes, frame)
    dark = set(objects[~white].tolist())
    pale = [handle for item, handle in stock.handles.items() if item not in dark]
    if white.any() and len(pale) < len(stock.handles):  # the ink of a dark letter is not a white one's
        with _Switched(pale):
            dark_only = _draw(page)
        shown = np.where(white, _shows(plain, dark_only, boxes, frame), shown)
    under = _find_under(stock, objects, centres)
    if 0 < len(under) < len(stock.handles):  # what is written on a cover shows, not what is under it
        with _Switched([stock.handles[item] for item in sorted(under)]):
            above = _draw(page)
        beneath = np.isin(objects, np.array(sorted(under), np.uint64))
        shown = np.where(beneath, _shows(plain, above, boxes, frame), shown)
    unseen = letters & inside & ~shown
    if not unseen.any():
        return None
    with _Switched(shapes):
        alone = _draw(page)
        with _Switched(list(stock.handles.values())):
            blank = _draw(page)
    drawn = _shows(alone, blank, boxes, frame)
    reasons: list[Reason | None] = [None] * len(letters)
    for place in np.flatnonzero(unseen).tolist():
        if drawn[place]:
            reasons[place] = _what_covers(stock, int(objects[place]), centres[place], paper)
        else:
            reasons[place] = Reason.SWITCHED_OFF
        if white[place] and reasons[place] in (Reason.ALIKE, Reason.SWITCHED_OFF):
            reasons[place] = Reason.WHITE
    known = white | np.isin(objects, np.array(sorted(stock.cut), np.uint64))
    for place in _without_glyph(reasons, letters & ~known, objects):
        reasons[place] = None
    spread(reasons, letters, objects)
    return reasons


def find_filled(page: Any, stock: Inventory, cutting: Mapping[int, Box], frame: Box) -> None:
    """Mark in `stock` which of the text objects that only cut out what is drawn later something fills.

    `cutting`: their boxes in the space of `frame`, the page as shown. A bar over such a text fills all of its
    place, and letters that are cut out of it a part.
    """
    first = min(stock.texts[item][0] for item in cutting)
    later = [shape.handle for shape in stock.shapes if shape.order > first and not shape.picture]
    if not later:
        return
    plain = _draw(page)
    with _Switched(later):
        shares = _shares(plain, _draw(page), np.array(list(cutting.values())), frame)
    pairs = zip(cutting, shares, strict=True)
    stock.filled = {item for item, share in pairs if _FILLED[0] < share < _FILLED[1]}


def _without_glyph(
    reasons: Sequence[Reason | None], letters: NDArray[np.bool_], objects: NDArray[np.uint64]
) -> list[int]:
    """Which letters have no ink where those drawn with them have: their font may not have them."""
    places = np.flatnonzero(letters).tolist()
    without = []
    for k, place in enumerate(places):
        near = [reasons[places[j]] for j in (k - 1, k + 1) if 0 <= j < len(places)]
        alone = not any(objects[places[j]] == objects[place] for j in (k - 1, k + 1) if 0 <= j < len(places))
        if reasons[place] is Reason.SWITCHED_OFF and near and not any(near) and not alone:
            without.append(place)
    return without


def _find_under(stock: Inventory, objects: NDArray[np.uint64], centres: NDArray[np.float64]) -> set[int]:
    """The text objects with a character over which something is drawn later that may cover it."""
    orders = np.array([stock.texts.get(int(item), (-1, None))[0] for item in objects.tolist()])
    places: set[int] = set()
    for shape in stock.shapes:
        if shape.clear:
            continue
        left, bottom, right, top = shape.box
        over = (orders >= 0) & (orders < shape.order)
        over &= (centres[:, 0] >= left) & (centres[:, 0] <= right)
        over &= (centres[:, 1] >= bottom) & (centres[:, 1] <= top)
        places.update(objects[over].tolist())
    return places


def _what_covers(stock: Inventory, item: int, centre: NDArray[np.float64], paper: Box) -> Reason:
    """What keeps a character from sight that would show without the shapes of its page."""
    order = stock.texts.get(item, (0, paper))[0]
    x, y = centre
    over = [
        shape
        for shape in stock.shapes
        if shape.order > order
        and not shape.clear
        and shape.box[0] <= x <= shape.box[2]
        and shape.box[1] <= y <= shape.box[3]
    ]
    if not over:
        return Reason.ALIKE
    left, bottom, right, top = over[-1].box
    page = (paper[2] - paper[0]) * (paper[3] - paper[1])
    scan = over[-1].picture and (right - left) * (top - bottom) >= _SCAN * page
    return Reason.UNDER_SCAN if scan else Reason.COVERED


def spread(reasons: list[Reason | None], letters: NDArray[np.bool_], objects: NDArray[np.uint64]) -> None:
    """Give other signs the reason of the unseen letters around or drawn with them, in place."""
    places = np.flatnonzero(letters).tolist()
    drawn: dict[int, Reason | None] = {}
    for place in places:
        item, reason = int(objects[place]), reasons[place]
        drawn[item] = reason if drawn.get(item, reason) is reason else None
    for one, other in zip([-1, *places], [*places, len(reasons)], strict=True):
        before = reasons[one] if one >= 0 else reasons[other] if other < len(reasons) else None
        after = reasons[other] if other < len(reasons) else before
        for place in range(one + 1, other):
            around = before if before is not None and after is not None else None
            reasons[place] = around or drawn.get(int(objects[place]))


class _Switched:
    """Objects that are not drawn inside the `with`."""

    def __init__(self, items: Sequence[Any]) -> None:
        self.items = [item for item in items if _is_active(item)]

    def __enter__(self) -> None:
        for item in self.items:
            raw.FPDFPageObj_SetIsActive(item, False)

    def __exit__(self, *problem: object) -> None:
        for item in self.items:
            raw.FPDFPageObj_SetIsActive(item, True)


def _is_active(item: Any) -> bool:
    active = ctypes.c_int()
    return not raw.FPDFPageObj_GetIsActive(item, active) or bool(active.value)


def _draw(page: Any) -> NDArray[np.uint8]:
    """The page as a picture: height x width x 3."""
    width, height = raw.FPDF_GetPageWidthF(page), raw.FPDF_GetPageHeightF(page)
    scale = min(_SCALE, (_MOST_PIXELS / max(width * height, 1.0)) ** 0.5)
    columns, rows = max(1, round(width * scale)), max(1, round(height * scale))
    columns, rows = min(columns, 20_000), min(rows, 20_000)
    bitmap = raw.FPDFBitmap_CreateEx(columns, rows, raw.FPDFBitmap_BGRx, None, 0)
    if not bitmap:
        raise MemoryError
    try:
        raw.FPDFBitmap_FillRect(bitmap, 0, 0, columns, rows, 0xFFFFFFFF)
        raw.FPDF_RenderPageBitmap(bitmap, page, 0, 0, columns, rows, 0, 0)
        stride = raw.FPDFBitmap_GetStride(bitmap)
        pointer = ctypes.cast(raw.FPDFBitmap_GetBuffer(bitmap), ctypes.POINTER(ctypes.c_uint8))
        picture = np.ctypeslib.as_array(pointer, (rows, stride)).reshape(rows, -1, 4)
        return picture[:, :columns, :3].copy()
    finally:
        raw.FPDFBitmap_Destroy(bitmap)


def _shows(
    one: NDArray[np.uint8], other: NDArray[np.uint8], boxes: NDArray[np.float64], frame: Box
) -> NDArray[np.bool_]:
    """In which of the boxes two pictures of the page (which fills `frame`) differ."""
    return _shares(one, other, boxes, frame) > 0


def _shares(
    one: NDArray[np.uint8], other: NDArray[np.uint8], boxes: NDArray[np.float64], frame: Box
) -> NDArray[np.float64]:
    """In what part of each of the boxes two pictures of the page (which fills `frame`) differ."""
    rows, columns = one.shape[:2]
    differs = np.zeros((rows, columns), np.bool_)
    for channel in range(3):
        a, b = one[:, :, channel], other[:, :, channel]
        differs |= (np.maximum(a, b) - np.minimum(a, b)) >= _SHOWS
    x = columns / max(frame[2] - frame[0], 1e-6)
    y = rows / max(frame[3] - frame[1], 1e-6)
    lefts = np.clip(np.floor((boxes[:, 0] - frame[0]) * x), 0, columns - 1).astype(int)
    rights = np.clip(np.ceil((boxes[:, 2] - frame[0]) * x), 1, columns).astype(int)
    tops = np.clip(np.floor((frame[3] - boxes[:, 3]) * y), 0, rows - 1).astype(int)
    bottoms = np.clip(np.ceil((frame[3] - boxes[:, 1]) * y), 1, rows).astype(int)
    sums = np.zeros((rows + 1, columns + 1), np.int32)
    np.cumsum(np.cumsum(differs, axis=0, dtype=np.int32), axis=1, out=sums[1:, 1:])
    rights, bottoms = np.maximum(rights, lefts + 1), np.maximum(bottoms, tops + 1)
    counts = sums[bottoms, rights] - sums[tops, rights] - sums[bottoms, lefts] + sums[tops, lefts]
    return np.asarray(counts / ((rights - lefts) * (bottoms - tops)))


def find_struck(
    strokes: Sequence[Box], boxes: NDArray[np.float64], y: NDArray[np.float64], sizes: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Which characters (with these boxes, baselines and sizes in user space) a level line runs through."""
    struck = np.zeros(len(y), np.bool_)
    middle = (boxes[:, 0] + boxes[:, 2]) / 2
    for left, bottom, right, top in strokes:
        height = (bottom + top) / 2
        through = (y + _STRUCK[0] * sizes < height) & (height < y + _STRUCK[1] * sizes)
        through &= (middle > left) & (middle < right) & (boxes[:, 2] > boxes[:, 0])
        through &= top - bottom < 0.4 * sizes
        widths = boxes[:, 2] - boxes[:, 0]
        if through.sum() > 1:
            struck |= through
        elif through.any():  # of a single sign only all of it
            struck |= through & (left < boxes[:, 0] + 0.1 * widths) & (right > boxes[:, 2] - 0.1 * widths)
    return struck


# --------------------------------------------------------------------------- layers


Value = object
"""A dict, a list, a name such as "/Name", a number, or a reference; of strings only that they are there."""

_LONGEST = 4_000_000  # bytes of one stream of objects
_MOST_TOKENS = 200_000  # tokens of one object
_OBJECT = re.compile(rb"(?<!\d)(\d{1,9})\s+\d{1,5}\s+obj\b(.*?)(?:\bendobj|\bstream\b|\Z)", re.DOTALL)
_STREAM = re.compile(rb"/ObjStm\b[^>]{0,200}?>>\s*stream\r?\n")
_TOKEN = re.compile(
    rb"(?:\s|%[^\r\n]*)*(?:(<<|>>|\[|\])|(\d{1,9})\s+\d{1,5}\s+R\b|(/[^\s<>\[\]()/%{}]*)|(<[^<>]*>)|(\()"
    rb"|([^\s<>\[\]()/%{}]+))"
)
_FIRST, _BEFORE = re.compile(rb"/First\s+(\d{1,9})"), 200
_NUMBER = re.compile(rb"[+-]?(?:\d+\.?\d*|\.\d+)")
_STRING_PART = re.compile(rb"\\.|[()]", re.DOTALL)


class _Reference(int):
    """The number of an object that stands elsewhere."""


def has_layers(content: bytes) -> bool:
    """Whether a file has layers that may be switched off; also where that is not sure."""
    if b"/OCProperties" in content or b"/Encrypt" in content[-65536:]:
        return True
    return any(b"/OCProperties" in opened for _, opened in _opened_streams(content))


def find_switched_off(content: bytes) -> frozenset[Box]:
    """The rectangles (left, bottom, right, top) of the annotations that stand on a layer that is off."""
    objects = {int(match[1]): match[2] for match in _OBJECT.finditer(content)}
    for first, opened in _opened_streams(content):
        objects.update(_unpack(first, opened))
    if not any(b"/OCProperties" in body for body in objects.values()):
        return frozenset()
    layers = _Layers(objects)
    boxes = set()
    for body in objects.values():
        if b"/Rect" not in body or b"/OC" not in body:
            continue
        entry = _parse(body)
        if isinstance(entry, dict) and "/OC" in entry and not layers.shows(entry["/OC"]):
            edges = [edge for edge in _listed(layers.resolve(entry.get("/Rect"))) if isinstance(edge, float)]
            if len(edges) == 4:
                x, y = sorted(edges[::2]), sorted(edges[1::2])
                boxes.add((x[0], y[0], x[1], y[1]))
    return frozenset(boxes)


class _Layers:
    """The layers of a file and how they are set when it is opened."""

    def __init__(self, objects: dict[int, bytes]) -> None:
        self.objects = objects
        catalogues = (_parse(body) for body in objects.values() if b"/OCProperties" in body)
        properties: Value = None
        for catalogue in catalogues:
            if isinstance(catalogue, dict) and "/OCProperties" in catalogue:
                properties = self.resolve(catalogue["/OCProperties"])
        setting = self._entries(self._entries(properties).get("/D"))
        self.on = _listed(self.resolve(setting.get("/ON")))
        self.off = _listed(self.resolve(setting.get("/OFF")))
        self.dark = setting.get("/BaseState") == "/OFF"

    def resolve(self, value: Value) -> Value:
        """What a reference stands for; anything else is itself."""
        return _parse(self.objects.get(value, b"")) if isinstance(value, _Reference) else value

    def shows(self, layer: Value) -> bool:
        """Whether what belongs to a layer, or to several, is shown."""
        entry = self._entries(layer)
        if entry.get("/Type") != "/OCMD":
            return self._is_on(layer)
        members = self.resolve(entry.get("/OCGs"))
        lit = [self._is_on(one) for one in (_listed(members) or [entry.get("/OCGs")])]
        if "/VE" in entry:  # an expression: what PDFium does not follow either
            return True
        policy = entry.get("/P", "/AnyOn")
        wanted = policy in ("/AnyOn", "/AllOn")
        return (all if policy in ("/AllOn", "/AllOff") else any)(one is wanted for one in lit)

    def _is_on(self, layer: Value) -> bool:
        return layer in self.on if self.dark else layer not in self.off

    def _entries(self, value: Value) -> dict[str, Value]:
        entries = self.resolve(value)
        return entries if isinstance(entries, dict) else {}


def _listed(value: Value) -> list[Value]:
    return value if isinstance(value, list) else []


def _opened_streams(content: bytes) -> Iterator[tuple[int, bytes]]:
    """The streams of a file that hold objects, and where in each the first object begins."""
    for match in _STREAM.finditer(content):
        try:
            opened = zlib.decompressobj().decompress(content[match.end() :], _LONGEST)
        except zlib.error:
            continue
        first = _FIRST.search(content, max(0, match.start() - _BEFORE), match.end())
        yield int(first[1]) if first is not None else 0, opened


def _unpack(first: int, opened: bytes) -> Iterator[tuple[int, bytes]]:
    """The objects in such a stream, which begins with their numbers and places."""
    numbers = [int(word) for word in opened[:first].split() if word.isdigit() and len(word) < 10]
    places = [*numbers[1::2], len(opened)]
    for number, at, end in zip(numbers[::2], places, places[1:], strict=False):
        yield number, opened[first + at : first + end]


def _parse(body: bytes) -> Value:
    """The first value that is written in `body`; None where there is none."""
    stack: list[list[Value]] = [[]]
    at = 0
    for _ in range(_MOST_TOKENS):
        token = _TOKEN.match(body, at)
        if token is None:
            break
        at = token.end()
        bracket, reference, name, string, quote, word = token.groups()
        if bracket in (b"<<", b"["):
            stack.append([])
            continue
        value: Value = (word or string or b"").decode("latin-1")
        if bracket is not None:
            if len(stack) < 2:
                break
            inner = stack.pop()
            pairs = zip(map(str, inner[::2]), inner[1::2], strict=False)
            value = inner if bracket == b"]" else dict(pairs)
        elif reference is not None:
            value = _Reference(reference)
        elif name is not None:
            value = name.decode("latin-1")
        elif quote is not None:
            at = _end_of_string(body, at)
        elif word is not None and _NUMBER.fullmatch(word):
            value = float(word)
        stack[-1].append(value)
        if len(stack) == 1:
            return value
    return None


def _end_of_string(body: bytes, at: int) -> int:
    depth = 1
    for part in _STRING_PART.finditer(body, at):
        depth += {b"(": 1, b")": -1}.get(part[0], 0)
        if not depth:
            return part.end()
    return len(body)
