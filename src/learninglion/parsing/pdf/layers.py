"""Which layers (optional content) of a PDF are switched off, as far as PDFium does not tell.

What is drawn on a page PDFium leaves out itself; an annotation on a layer that is off it draws all the same.
The file is read for those alone: its own objects, without repairing what is broken.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from learninglion.parsing.pdf.ink import Box

Value = object
"""A dict, a list, a name such as "/Name", a number, or a reference; of strings only that they are there."""

_LONGEST = 4_000_000  # bytes of one stream of objects
_MOST = 200_000  # tokens of one object
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
    for _ in range(_MOST):
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
