"""What an archive takes, whether everything in it is whole, and sweeping what nothing refers to."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, text

from learninglion.database.blobs import keeps_files
from learninglion.database.engine import reading
from learninglion.models import Actor
from learninglion.models.plain import Plain
from learninglion.record.log import EventLog
from learninglion.search.postgres.index import SCHEMA
from learninglion.store.store import Store
from learninglion.workflow.indexing import REMADE, Indexing
from learninglion.workflow.log import note
from learninglion.workflow.rights import Task, require
from learninglion.workflow.traces import Traces

_PARTS = {
    "originals": "originele bestanden",
    "index": "zoekindex (wordt zo nodig opnieuw gemaakt)",
    "cache": "tussenresultaten (kunnen weg)",
    "tuning": "afstelling van het zoeken",
    "reports": "rapporten",
    "judgements": "oordelen over zoekresultaten",
}
_WHOLE = text("SELECT pg_database_size(current_database())")
_INDEX = text(
    "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class c"
    " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = :schema AND c.relkind = 'r'"
)
_FOLDERS = text("SELECT split_part(name, '/', 1), sum(size), count(*) FROM kept_files GROUP BY 1")


@dataclass(frozen=True, slots=True)
class Part:
    """What a part of the archive takes."""

    name: str
    size: int
    files: int


class Storage:
    """The data folder `home` and what servers share in the database, for administrators."""

    def __init__(
        self, home: Path, engine: Engine, store: Store, indexing: Indexing, traces: Traces, log: EventLog
    ) -> None:
        self._home = home
        self._engine = engine
        self._store = store
        self._indexing = indexing
        self._traces = traces
        self._log = log

    def parts(self, actor: Actor) -> tuple[Part, ...]:
        """The parts of the archive with their sizes in bytes."""
        require(actor, Task.MANAGE)
        return tuple(self._parts(self._shared() if keeps_files(self._engine) else {}))

    def _parts(self, shared: dict[str, tuple[int, int]]) -> Iterator[Part]:
        if shared:
            yield Part("database, met wat hieronder staat", *shared["database"])
        else:
            databases = list(self._home.glob("learninglion.db*"))
            yield Part("database", sum(p.stat().st_size for p in databases), len(databases))
        for part, words in _PARTS.items():
            folder = self._home / part
            files = [p for p in folder.rglob("*") if p.is_file()] if folder.is_dir() else []
            size, count = shared.get(part, (0, 0))
            yield Part(words, size + sum(p.stat().st_size for p in files), count + len(files))

    def _shared(self) -> dict[str, tuple[int, int]]:
        """Bytes and files of what is in PostgreSQL, by part."""
        with reading(self._engine) as connection:
            taken = {name: (int(size), int(count)) for name, size, count in connection.execute(_FOLDERS)}
            taken["database"] = int(connection.execute(_WHOLE).scalar_one()), 0
            size, count = taken.get("index", (0, 0))
            index = int(connection.execute(_INDEX, {"schema": SCHEMA}).scalar_one())
            taken["index"] = size + index, count
        return taken

    def free(self) -> int:
        """How many bytes are left on this disk."""
        return shutil.disk_usage(self._home).free

    def check(self, on_problem: Callable[[str], None], *, actor: Actor) -> int:
        """Read database, originals and index whole; each problem goes to `on_problem`, in words.

        An index in which something is damaged is made again.
        """
        require(actor, Task.MANAGE)
        problems = 0
        if damage := self._store.damage():
            on_problem(f"De database is beschadigd: {damage}")
            problems += 1
        for sentence in self._store.check_originals():
            on_problem(sentence)
            problems += 1
        if damaged := self._indexing.mend():
            on_problem(f"{damaged} {REMADE}")
            problems += 1
        note(self._log, "storage.check", actor, "", {"problems": problems})
        return problems

    def sweep(self, *, actor: Actor) -> int:
        """Take away what interrupted work left behind and what no document refers to; how many files."""
        require(actor, Task.MANAGE)
        swept = self._store.sweep()
        images = self._traces.sweep_images()
        figures: dict[str, Plain] = {
            "unfinished": swept.unfinished,
            "unreferenced": swept.unreferenced,
            "images": images,
        }
        note(self._log, "storage.sweep", actor, "", figures)
        return swept.unfinished + swept.unreferenced + images
