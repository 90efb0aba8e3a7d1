"""Core types to plain data and back, canonical JSON and its hash. Used wherever something is kept."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Hashable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from functools import lru_cache
from typing import Any, TypeVar, cast

import msgspec

Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]
T = TypeVar("T")


def to_plain(value: object) -> Plain:
    """`value` (dataclasses, tuples, sets, dates, enums) as data that JSON can hold.

    A field with "later" in its metadata is left out while it is empty: records from before it had come are
    written as they were.
    """
    kind: type = type(value)
    if kind in _SIMPLE:
        return cast(Plain, value)
    if kind is tuple or kind is list:
        return [to_plain(v) for v in cast(Sequence[object], value)]
    fields = _fields(cast(Hashable, kind))
    if fields is not None:
        values = ((name, later, getattr(value, name)) for name, later in fields)
        return {name: to_plain(v) for name, later, v in values if v or not later}
    if isinstance(value, Enum):
        return cast(Plain, value.value)
    if isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, frozenset | set):
        return [to_plain(v) for v in sorted(value, key=str)]
    if isinstance(value, Mapping):
        return {str(k): to_plain(v) for k, v in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return [to_plain(v) for v in value]
    raise TypeError(f"cannot be made plain: {type(value)!r}")


def to_fields(value: object, *names: str) -> dict[str, Plain]:
    """The fields of `value`, a dataclass, as plain data; or its attributes of these names."""
    if names:
        return {name: to_plain(getattr(value, name)) for name in names}
    return cast(dict[str, Plain], to_plain(value))


_SIMPLE = frozenset({str, int, float, bool, type(None)})  # most of what there is to write


@lru_cache(maxsize=256)
def _fields(kind: Any) -> tuple[tuple[str, bool], ...] | None:
    """The names of the fields of a dataclass, and whether older records lack it; None where it is none."""
    if not dataclasses.is_dataclass(kind):
        return None
    return tuple((f.name, "later" in f.metadata) for f in dataclasses.fields(kind))


def from_plain(cls: type[T], data: object) -> T:
    """The value of type `cls` that `to_plain` made `data` from; unknown keys are refused.

    Raises ValueError naming the field when `data` does not fit.
    """
    try:
        value = msgspec.convert(data, cls)
    except msgspec.ValidationError as error:
        raise ValueError(f"{cls.__name__}: {error}") from error
    _refuse_unknown(data, msgspec.to_builtins(value), cls.__name__)
    return value


def canonical_json(value: object) -> str:
    """One fixed spelling of `value` as JSON: keys sorted, no spaces, characters as they are."""
    return json.dumps(
        to_plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )


def sha256_hex(data: bytes | str) -> str:
    """SHA-256 of `data` (text as UTF-8) in 64 hexadecimal digits."""
    return hashlib.sha256(data.encode("utf-8") if isinstance(data, str) else data).hexdigest()


def _refuse_unknown(data: object, known: object, where: str) -> None:
    """Raise ValueError for a key of `data` that is not in `known`, which is `data` read and written again."""
    if isinstance(data, Mapping) and isinstance(known, Mapping):
        for key, value in data.items():
            if key not in known:
                raise ValueError(f"{where}: unknown field {key!r}")
            if isinstance(value, Mapping | list | tuple):
                _refuse_unknown(value, known[key], f"{where}.{key}")
    elif isinstance(data, list | tuple) and data and isinstance(data[0], Mapping | list | tuple):
        for i, (item, known_value) in enumerate(zip(data, cast(Sequence[object], known), strict=True)):
            _refuse_unknown(item, known_value, f"{where}[{i}]")
