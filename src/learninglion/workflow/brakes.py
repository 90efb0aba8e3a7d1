"""The brake on guessing: so many tries at once, then one in so many seconds, over all servers together."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable

from sqlalchemy import Column, Connection, Engine, Float, String, Table, delete, insert, select

from learninglion.database.engine import new_metadata, reading, writing

__all__ = ["Brake"]

metadata = new_metadata()

brakes = Table(
    "web_brakes",
    metadata,
    Column("digest", String(64), primary_key=True),  # of the key: what is typed as a name may be a password
    Column("tries", Float, nullable=False),  # left at `at`
    Column("at", Float, nullable=False),  # seconds since 1970
    Column("full", Float, nullable=False),  # when all tries are there again and the row says nothing more
)


class Brake:
    """At most `burst` tries at once per key, then one every `seconds`; `kind` tells brakes apart."""

    def __init__(
        self, engine: Engine, kind: str, burst: int, seconds: float, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._engine, self._kind, self._burst, self._seconds = engine, kind, float(burst), seconds
        self._clock = clock

    def take(self, key: str) -> float:
        """0 when the try is allowed; otherwise the seconds to wait for the next."""
        digest, now = self._digest(key), self._clock()
        with reading(self._engine) as connection:
            left = self._left(connection, digest, now)
        if left >= 1:  # who has to wait costs no turn of a writer
            with writing(self._engine) as connection:
                left = self._left(connection, digest, now)
                if left >= 1:
                    connection.execute(
                        delete(brakes).where((brakes.c.digest == digest) | (brakes.c.full <= now))
                    )
                    full = now + (self._burst - left + 1) * self._seconds
                    connection.execute(
                        insert(brakes).values(digest=digest, tries=left - 1, at=now, full=full)
                    )
                    return 0.0
        return (1 - left) * self._seconds

    def forget(self, key: str) -> None:
        """Start this key afresh, after a sign-in that succeeded."""
        with writing(self._engine) as connection:
            connection.execute(delete(brakes).where(brakes.c.digest == self._digest(key)))

    def _left(self, connection: Connection, digest: str, now: float) -> float:
        row = connection.execute(select(brakes.c.tries, brakes.c.at).where(brakes.c.digest == digest)).first()
        if row is None:
            return self._burst
        gained = max(0.0, now - float(row.at)) / self._seconds
        return min(self._burst, float(row.tries) + gained)

    def _digest(self, key: str) -> str:
        return hashlib.sha256(f"{self._kind}\0{key}".encode()).hexdigest()
