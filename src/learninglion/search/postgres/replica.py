"""A streaming replica of PostgreSQL that searches may be put to: no answer becomes another one.

Which change of the archive a search sees is decided by the first. A replica is asked only when it has come
that far; one that lags, does not answer or has to break a search off is left alone for a while, and the first
does the work. So a replica takes work away and no answer depends on it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from threading import Lock

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from learninglion.models.errors import UnavailableError

_logger = logging.getLogger(__name__)
_WAIT = 0.2  # seconds that a search gives a replica to come far enough
_POLL = 0.02
_REST = 10.0  # seconds that one is left alone that lagged or failed


class Replica:
    """The database of `engine`, which follows the first one."""

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.monotonic) -> None:
        self.engine = engine
        self.asked = self.spared = 0  # searches that it did, and that the first did in its place
        self._clock = clock
        self._seen = (0, -1)  # generation and change that it is known to have
        self._until = 0.0
        self._lock = Lock()

    def ready(self, table: str, generation: int, sequence: int) -> bool:
        """Whether it holds this generation of the index (a row of `table`) up to that change."""
        with self._lock:
            if self._clock() < self._until:
                self.spared += 1
                return False
            if self._seen[0] == generation and self._seen[1] >= sequence:
                self.asked += 1
                return True
        query = text(f"SELECT sequence FROM {table} WHERE generation = :generation AND serving")
        until = self._clock() + _WAIT
        try:
            while True:
                with self.engine.connect() as connection:
                    reached = connection.execute(query, {"generation": generation}).scalar()
                if reached is not None and reached >= sequence:
                    break
                if self._clock() >= until:
                    self.rest(f"it is at change {reached}, not yet at {sequence}")
                    return False
                time.sleep(_POLL)
        except (UnavailableError, DBAPIError) as error:
            self.rest(str(error.__cause__ or error))
            return False
        with self._lock:
            self._seen = (generation, reached)
            self.asked += 1
        return True

    def rest(self, why: str) -> None:
        """Leave it alone for a while."""
        _logger.warning("the replica is left alone for %.0f seconds: %s", _REST, why.strip())
        with self._lock:
            self._until = self._clock() + _REST
            self.spared += 1

    def lag(self, first: Connection) -> int | None:
        """How many bytes of the log of the first database it has not replayed; None where it does not say."""
        written = first.execute(text("SELECT pg_current_wal_lsn() - '0/0'")).scalar_one()
        try:
            with self.engine.connect() as connection:
                replayed = connection.execute(text("SELECT pg_last_wal_replay_lsn() - '0/0'")).scalar()
        except (UnavailableError, DBAPIError):
            return None
        return None if replayed is None else max(0, int(written) - int(replayed))
