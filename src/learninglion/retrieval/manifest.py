"""What an index consists of, and where it stands: one small file that is replaced in one rename."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from learninglion.errors import IntegrityError

__all__ = ["FORMAT", "Manifest", "read_manifest", "write_manifest"]

FORMAT = 2
_NAME = "current.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What `current.json` says."""

    format: int
    store: str
    encoder: str
    dimensions: int
    generation: str
    sequence: int
    next_key: int
    next_segment: int
    fitted_on: int  # passages the frame was fitted on
    segments: tuple[str, ...] = ()
    dead: tuple[tuple[str, tuple[int, ...]], ...] = ()  # rows that no longer count, by segment
    passages: int = 0


def read_manifest(folder: Path) -> Manifest:
    """The manifest of `folder`; IntegrityError when there is none, or none that this program can read."""
    try:
        data = json.loads((folder / _NAME).read_text("utf-8"))
        data["segments"] = tuple(data["segments"])
        data["dead"] = tuple((name, tuple(rows)) for name, rows in data["dead"])
        manifest = Manifest(**data)
    except FileNotFoundError:
        raise IntegrityError("Er is nog geen zoekregister.") from None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise IntegrityError(f"Het zoekregister is beschadigd: {_NAME} ({error}).") from error
    if manifest.format != FORMAT:
        raise IntegrityError("Het zoekregister is van een andere versie van het programma.")
    return manifest


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Put `manifest` in place of the one before, whole or not at all."""
    fresh = folder / f"{_NAME}.new"
    with fresh.open("w", encoding="utf-8") as file:
        json.dump(asdict(manifest), file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(folder / _NAME)
