"""Printed lines in few bytes and without loss: one number for each edge of each character adds up."""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

from learninglion.errors import IntegrityError
from learninglion.models import Span, TextLine

__all__ = ["pack_lines", "unpack_lines"]

_VERSION = 1
_HEADER = struct.Struct("<BBII")  # version, whether edges are hundredths, lines, edges
_HUNDREDTHS = 100.0  # parsers round to 0.01 point, which is finer than any printer


def pack_lines(lines: tuple[TextLine, ...]) -> bytes:
    """`lines` as bytes that `unpack_lines` turns into equal lines; no lines give no bytes."""
    if not lines:
        return b""
    places = np.array([(x.span.start, x.span.end, x.page, len(x.x_edges)) for x in lines], dtype="<i4")
    heights = np.array([(x.y0, x.y1) for x in lines], dtype="<f8")
    edges = np.array([edge for x in lines for edge in x.x_edges], dtype="<f8")
    with np.errstate(over="ignore"):
        whole = np.rint(edges * _HUNDREDTHS)
    exact = bool(
        np.all(np.isfinite(edges))
        and np.all(np.abs(whole) < 2**30)
        and np.array_equal(whole / _HUNDREDTHS, edges)
        and not np.any(np.signbit(edges) & (edges == 0))
    )
    if exact:
        # Differences are small and alike; byte planes put their equal high bytes side by side.
        steps = np.diff(whole.astype("<i4"), prepend=np.int32(0))
        coded = steps.astype("<i4").view("u1").reshape(-1, 4).T.tobytes()
    else:
        coded = edges.tobytes()
    columns = places.T.astype("<i4")
    steps_of_places = np.diff(columns, axis=1, prepend=np.zeros((4, 1), dtype="<i4")).astype("<i4")
    body = steps_of_places.tobytes() + heights.tobytes() + coded
    return _HEADER.pack(_VERSION, int(exact), len(lines), len(edges)) + zlib.compress(body, 6)


def unpack_lines(data: bytes) -> tuple[TextLine, ...]:
    """The lines that `pack_lines` was given. Raises IntegrityError when the bytes are not whole."""
    if not data:
        return ()
    try:
        version, exact, count, edge_count = _HEADER.unpack_from(data)
        body = zlib.decompress(data[_HEADER.size :])
        if version != _VERSION:
            raise ValueError(f"version {version}")
        return _unpack(body, bool(exact), count, edge_count)
    except (struct.error, zlib.error, ValueError) as error:
        raise IntegrityError(f"De bewaarde regels van een document zijn beschadigd ({error}).") from error


def _unpack(body: bytes, exact: bool, count: int, edge_count: int) -> tuple[TextLine, ...]:
    at = 16 * count
    places = np.cumsum(np.frombuffer(body, "<i4", 4 * count).reshape(4, count), axis=1)
    heights = np.frombuffer(body, "<f8", 2 * count, at).reshape(count, 2).tolist()
    at += 16 * count
    edges: NDArray[np.float64]
    if exact:
        planes = np.frombuffer(body, "u1", 4 * edge_count, at).reshape(4, edge_count)
        steps = np.ascontiguousarray(planes.T).view("<i4").ravel()
        edges = np.cumsum(steps, dtype=np.int64) / _HUNDREDTHS
    else:
        edges = np.frombuffer(body, "<f8", edge_count, at)
    flat = edges.tolist()
    lines: list[TextLine] = []
    first = 0
    for (start, end, page, length), (y0, y1) in zip(places.T.tolist(), heights, strict=True):
        lines.append(TextLine(Span(start, end), page, y0, y1, tuple(flat[first : first + length])))
        first += length
    return tuple(lines)
