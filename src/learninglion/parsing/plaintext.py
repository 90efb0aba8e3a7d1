"""Bytes that are text, in whatever encoding, to characters."""

from __future__ import annotations

__all__ = ["decode", "looks_like_text"]

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_CONTROLS = frozenset(range(32)) - {9, 10, 12, 13, 27}
_SAMPLE = 65_536


def looks_like_text(content: bytes) -> bool:
    """Whether `content` is text: a byte order mark, or next to no control characters."""
    if any(content.startswith(bom) for bom, _ in _BOMS):
        return True
    sample = content[:_SAMPLE]
    if _zeros_alternate(sample):
        return True
    return sum(byte in _CONTROLS for byte in sample) <= len(sample) // 1000


def decode(content: bytes) -> str:
    """The characters of a text file: by its byte order mark, else UTF-8, else Windows-1252.

    Never fails: bytes that mean nothing in any of these become U+FFFD.
    """
    for bom, encoding in _BOMS:
        if content.startswith(bom):
            return content.decode(encoding, errors="replace")
    if _zeros_alternate(content[:_SAMPLE]):
        return content.decode("utf-16-le" if content[1:2] == b"\x00" else "utf-16-be", errors="replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _zeros_alternate(sample: bytes) -> bool:
    """Whether every other byte is zero, as in UTF-16 of Latin letters without a byte order mark."""
    if len(sample) < 4:
        return False
    even, odd = sample[::2], sample[1::2]
    return (odd.count(0) > 0.9 * len(odd) and even.count(0) == 0) or (
        even.count(0) > 0.9 * len(even) and odd.count(0) == 0
    )
