"""Files that grow a line at a time: one JSON object a line, on disk before it counts."""

from __future__ import annotations

import json
import os
from pathlib import Path

from learninglion.serial import to_plain

__all__ = ["append_line"]


def append_line(path: Path, value: object) -> None:
    """Add `value` as one line; it is on disk when this returns.

    What a machine that stopped left half written stays a line of its own.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab+") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                file.write(b"\n")
        file.write(json.dumps(to_plain(value), ensure_ascii=False).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
