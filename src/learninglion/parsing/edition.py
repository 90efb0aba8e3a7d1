"""Which reader this is: a name that changes with every change of the code that reads."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=1)
def reader_edition() -> str:
    """The edition of the reader, 16 hexadecimal digits: a hash of the code of this room.

    What an earlier edition read can be read better by a later one, so it is kept with what was read.
    """
    room = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(room.rglob("*.py")):
        digest.update(path.relative_to(room).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]
