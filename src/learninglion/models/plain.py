"""Core types to plain data and back, canonical JSON and its hash. Used wherever something is kept."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import types
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import TypeVar, Union, cast, get_args, get_origin, get_type_hints

__all__ = ["Plain", "canonical_json", "from_plain", "sha256_hex", "to_plain"]

Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]
T = TypeVar("T")


def to_plain(value: object) -> Plain:
    """`value` (dataclasses, tuples, sets, dates, enums) as data that JSON can hold."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return cast(Plain, value.value)
    if value is None or isinstance(value, bool | int | float | str):
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


def from_plain(cls: type[T], data: object) -> T:
    """The value of type `cls` that `to_plain` made `data` from; unknown keys are refused.

    Raises ValueError naming the field when `data` does not fit.
    """
    return cast(T, _build(cls, data, cls.__name__ if isinstance(cls, type) else str(cls)))


def canonical_json(value: object) -> str:
    """One fixed spelling of `value` as JSON: keys sorted, no spaces, characters as they are."""
    return json.dumps(
        to_plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )


def sha256_hex(data: bytes | str) -> str:
    """SHA-256 of `data` (text as UTF-8) in 64 hexadecimal digits."""
    return hashlib.sha256(data.encode("utf-8") if isinstance(data, str) else data).hexdigest()


@cache
def _fields(cls: type) -> tuple[tuple[dataclasses.Field[object], object], ...]:
    hints = get_type_hints(cls)
    return tuple((f, hints[f.name]) for f in dataclasses.fields(cls))


def _build(kind: object, data: object, where: str) -> object:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _build_union(get_args(kind), data, where)
    if origin in (tuple, frozenset):
        return _build_collection(origin, get_args(kind), data, where)
    if isinstance(kind, type):
        return _build_plain(kind, data, where)
    raise ValueError(f"{where}: a type that is not supported: {kind!r}")


def _build_union(options: tuple[object, ...], data: object, where: str) -> object:
    if data is None and type(None) in options:
        return None
    for option in options:
        if option is not type(None):
            return _build(option, data, where)
    raise ValueError(f"{where}: does not fit")


def _build_collection(origin: object, args: tuple[object, ...], data: object, where: str) -> object:
    if not isinstance(data, list | tuple):
        raise ValueError(f"{where}: a list was expected")
    if origin is frozenset:
        return frozenset(_build(args[0], item, where) for item in data)
    if len(args) == 2 and args[1] is Ellipsis:
        return tuple(_build(args[0], item, f"{where}[{i}]") for i, item in enumerate(data))
    if len(args) != len(data):
        raise ValueError(f"{where}: {len(args)} values were expected")
    return tuple(_build(a, item, f"{where}[{i}]") for i, (a, item) in enumerate(zip(args, data, strict=True)))


def _build_plain(kind: type, data: object, where: str) -> object:
    if dataclasses.is_dataclass(kind):
        return _build_dataclass(kind, data, where)
    if issubclass(kind, Enum):
        return kind(data)
    if kind is datetime or kind is date:
        if not isinstance(data, str):
            raise ValueError(f"{where}: a date as text was expected")
        return kind.fromisoformat(data)
    if kind is float and isinstance(data, int) and not isinstance(data, bool):
        return float(data)
    if (
        kind in (str, int, float, bool)
        and isinstance(data, kind)
        and not (kind is int and isinstance(data, bool))
    ):
        return data
    raise ValueError(f"{where}: {kind.__name__} was expected, not {type(data).__name__}")


def _build_dataclass(kind: type, data: object, where: str) -> object:
    if not isinstance(data, Mapping):
        raise ValueError(f"{where}: an object was expected")
    known = {f.name for f, _ in _fields(kind)}
    unknown = sorted(set(data) - known)
    if unknown:
        raise ValueError(f"{where}: unknown field {unknown[0]!r}")
    values: dict[str, object] = {}
    for f, hint in _fields(kind):
        if f.name in data:
            values[f.name] = _build(hint, data[f.name], f"{where}.{f.name}")
        elif f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING:
            raise ValueError(f"{where}: field {f.name!r} is missing")
    return kind(**values)
