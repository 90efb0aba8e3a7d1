"""A whole installation: what it takes, a backup of one moment, an export in open files, and a move.

    TARGET/
      manifest.json       version, schema, moment, every file with its size and SHA-256
      learninglion.db     the database of one moment, also while others write
      log-anchor.json     for the log of that moment
      originals/  settings.toml  models.json  tuning/  judgements/  reports/

What can be made again (index, cache) is not in it. Of an archive in PostgreSQL it is an export of one
snapshot of the database, which can be put back there and in a data folder. An export is the whole
installation in a folder as open files, taken in again by this or a later version:

    TARGET/
      manifest.json       program, schema, the tables with a sum of their rows, the files with their hashes
      rows/TABLE.jsonl    one JSON object a row: documents with their text, sources and passages, dossiers
                          with every version, sets, people with their rights, the log with its chain
      originals/aa/HASH   the files as they came in, by their SHA-256 (rows/versions.jsonl names them)
      settings.toml  models.json  signing.key  tuning/  judgements/  reports/

Such a folder has a manifest and is whole or absent. A move copies the same rows straight from one database
into another. Nothing is said to be done before what arrived was read back and has the same sums.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shutil
import sqlite3
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TextIO, TypeVar, cast
from urllib.parse import quote

from sqlalchemy import Connection, Engine, MetaData, Table, delete, func, insert, select, text

from learninglion import __version__
from learninglion.database.blobs import Blobs, DatabaseBlobs, FolderBlobs, keeps_files
from learninglion.database.engine import HEAD, now, open_database, reading, schema_of, upgrade, writing
from learninglion.database.files import write_durably
from learninglion.evaluation.exams import EXAMS_FILE
from learninglion.evaluation.experiment import JUDGEMENTS
from learninglion.models import Actor, Progress, silent
from learninglion.models.errors import ConflictError, InputError, IntegrityError
from learninglion.models.plain import Plain, canonical_json, from_plain, sha256_hex, to_plain
from learninglion.record.log import EventLog, head_of
from learninglion.record.marking import SIGNED_BEFORE, SIGNING_KEY
from learninglion.search.postgres import SCHEMA
from learninglion.search.scoring import TUNING
from learninglion.store.originals import ORIGINALS, Originals
from learninglion.store.store import Store
from learninglion.workflow.intake import Traces
from learninglion.workflow.log import note
from learninglion.workflow.options import DATABASE, MODELS_FILE
from learninglion.workflow.quality import REPORTS
from learninglion.workflow.rights import Task, require, require_everywhere
from learninglion.workflow.searching import BOOK, REMADE, Indexing

# The rows of a database as plain data, and back: the same from SQLite and from PostgreSQL.
#
# Tables are read as they stand in the database, not as this version describes them, so that rows of an older
# schema can be put in a database of that schema and brought up to date there.


Row = dict[str, Plain]

# Of this database and of nobody else: which schema it has, work that its own workers do, tries to guess a
# password. Files that are kept in a database (database/blobs.py) travel as files.
_LEFT = frozenset(
    {"alembic_version", "jobs", "job_events", "job_files", "web_brakes", "kept_files", "kept_chunks"}
)
_FILLED = ("documents", "dossiers", "log_entries", "web_accounts")  # with a row in one of these it is in use
_BATCH = 500
_ROUND = 2**256


@dataclass(frozen=True, slots=True)
class Extent:
    """A table by what is in it: how many rows, and a sum of their hashes that no order changes."""

    table: str
    rows: int
    digest: str


def tables_of(connection: Connection) -> dict[str, Table]:
    """Every table that belongs to the archive, by name; those referred to come first."""
    metadata = MetaData()
    metadata.reflect(connection)
    return {table.name: table for table in metadata.sorted_tables if table.name not in _LEFT}


def rows_of(connection: Connection, table: Table) -> Iterator[Row]:
    """Every row, in the order of its key; bytes as {"json": ...} or {"base64": ...}."""
    query = select(table).order_by(*table.primary_key.columns)
    rows = connection.execution_options(yield_per=_BATCH).execute(query)
    for row in rows.mappings():
        yield {name: _spell(value) for name, value in row.items()}


def _put_rows(connection: Connection, table: Table, rows: Iterable[Row]) -> Iterator[Row]:
    """Put rows in a table, in batches, and give each on. Raises ConflictError for what has no place there."""
    batch: list[dict[str, object]] = []
    for row in rows:
        if unknown := sorted(set(row) - set(table.c.keys())):
            raise ConflictError(f"Tabel {table.name}: onbekende kolom {unknown[0]!r}.")
        batch.append({name: _read(table, name, value) for name, value in row.items()})
        if len(batch) == _BATCH:
            connection.execute(insert(table), batch)
            batch = []
        yield row
    if batch:
        connection.execute(insert(table), batch)


def measured(table: str, rows: Iterable[Row]) -> Extent:
    """The extent of these rows, which are all read."""
    count, total = 0, 0
    for row in rows:
        count += 1
        total = (total + int(sha256_hex(canonical_json(row)), 16)) % _ROUND
    return Extent(table, count, f"{total:064x}")


def _is_empty(connection: Connection) -> bool:
    """Whether nothing was ever kept here: no document, dossier, account or line of the log."""
    tables = tables_of(connection)
    counts = (connection.scalar(select(func.count()).select_from(tables[t])) for t in _FILLED if t in tables)
    return not any(counts)


def clear(connection: Connection) -> None:
    """Take away the rows that making the tables left in an empty database."""
    for table in reversed(list(tables_of(connection).values())):
        if table.name != "log_entries":  # empty, and nothing is ever deleted from it
            connection.execute(delete(table))


def _spell(value: object) -> Plain:
    if isinstance(value, bytes | memoryview):
        return _spell_bytes(bytes(value))
    if isinstance(value, datetime | date):
        return value.isoformat()
    return cast(Plain, value)


def _spell_bytes(value: bytes) -> Plain:
    """What was kept as compressed JSON can be read by anybody, where it makes the same bytes again."""
    try:
        data = json.loads(zlib.decompress(value))
        if zlib.compress(canonical_json(data).encode("utf-8")) == value:
            return {"json": data}
    except (zlib.error, ValueError):  # UnicodeDecodeError is one of these
        pass
    return {"base64": base64.b64encode(value).decode()}


def _read(table: Table, name: str, value: Plain) -> object:
    if isinstance(value, dict):
        if "base64" in value:
            return base64.b64decode(str(value["base64"]))
        return zlib.compress(canonical_json(value["json"]).encode("utf-8"))
    if value is not None and table.c[name].type.python_type is date:
        return date.fromisoformat(str(value))
    return value


_ANCHOR = "log-anchor.json"
MANIFEST = "manifest.json"
SETTINGS = "settings.toml"
# Besides originals: files that all servers share begin their names so.
SHARED = (TUNING, BOOK, SIGNING_KEY, SIGNED_BEFORE, MODELS_FILE, EXAMS_FILE, JUDGEMENTS, REPORTS)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file of a backup or export, by its place in it."""

    path: str
    size: int
    sha256: str


def _home_files(home: Path) -> Iterator[Path]:
    """What a data folder holds besides database, anchor and originals, and cannot be made again."""
    if (home / SETTINGS).is_file():
        yield home / SETTINGS
    for prefix in SHARED:
        yield from (home / name for name in FolderBlobs(home).names(prefix))


@contextmanager
def new_folder(target: Path, home: Path) -> Iterator[Path]:
    """A folder to fill, which becomes `target` at the end, or nothing is left of it.

    Raises InputError where `target` is in use or lies in the data folder itself.
    """
    target = target.resolve()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InputError(f"{target}: deze plek is al in gebruik; geef een nieuwe map.")
    if target.is_relative_to(home.resolve()):
        raise InputError(f"{target}: deze map ligt in de gegevensmap; kies een plek daarbuiten.")
    fresh = target.with_name(f".{target.name}.onvolledig")
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        fresh.mkdir(parents=True, mode=0o700)
        yield fresh
        if target.exists():
            target.rmdir()
        fresh.rename(target)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise


def _copy_file(source: Path, target: Path) -> None:
    """A copy that is whole or not there, readable by its owner only."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = target.with_name(f".{target.name}.nieuw")
    shutil.copyfile(source, fresh)
    fresh.chmod(0o600)
    with fresh.open("rb") as copied:
        os.fsync(copied.fileno())
    fresh.replace(target)


def _file_problems(folder: Path, files: Sequence[KeptFile]) -> Iterator[str]:
    """Which of these files is not what it was, and what else lies there, each in a sentence.

    Whoever made the manifest chose its paths: one that leads out of the folder is never followed.
    """
    for file in files:
        place = folder / file.path
        if not place.resolve().is_relative_to(folder.resolve()):
            yield f"{file.path} ligt buiten deze map."
        elif not place.is_file():
            yield f"{file.path} ontbreekt."
        elif place.stat().st_size != file.size or _sha256(place) != file.sha256:
            yield f"{file.path} is niet wat het was."
    known = {file.path for file in files} | {MANIFEST}
    paths = (p.relative_to(folder).as_posix() for p in sorted(folder.rglob("*")) if p.is_file())
    yield from (f"{path} hoort hier niet bij." for path in paths if path not in known)


def write_manifest(folder: Path, manifest: object) -> None:
    """Put the manifest in its folder."""
    text = json.dumps(to_plain(manifest), ensure_ascii=False, indent=1)
    write_durably(folder / MANIFEST, text.encode("utf-8"))


def read_manifest(folder: Path, kind: type[T], form: int) -> T:
    """The manifest in `folder`.

    Raises InputError where there is none, ConflictError for one of a newer program or of another form.
    """
    try:
        data = json.loads((folder / MANIFEST).read_text("utf-8"))
        if str(data["schema"]) > HEAD:
            raise ConflictError(
                f"{folder}: dit is gemaakt door een nieuwere versie van LearningLion ({data['program']}). "
                "Werk LearningLion eerst bij."
            )
        if data["format"] != form:
            raise ConflictError(f"{folder}: een back-up of uitvoer van een andere vorm ({data['format']}).")
        return from_plain(kind, data)
    except FileNotFoundError:
        raise InputError(f"{folder}: hier staat geen back-up of uitvoer (er is geen {MANIFEST}).") from None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise InputError(f"{folder / MANIFEST}: dit bestand is niet te lezen ({error}).") from error


def described(folder: Path) -> Iterator[KeptFile]:
    """Every file in a folder, as a manifest names it."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        yield KeptFile(path.relative_to(folder).as_posix(), path.stat().st_size, _sha256(path))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# Export, import and move.

FORMAT = 1  # of a backup and of an export
_ROWS = "rows"
# A database of another place must not come along: this installation says itself where its own is.
_ADDRESS = re.compile(r"^\s*database_url\s*=.*$", re.MULTILINE)
_CHANGED = "Er is intussen in gewerkt; stop de server en doe dit opnieuw."


@dataclass(frozen=True, slots=True)
class ExportManifest:
    """What an export holds, and of what."""

    format: int
    program: str
    schema: str
    made_at: datetime
    tables: tuple[Extent, ...]
    files: tuple[KeptFile, ...]

    def rows(self, table: str) -> int:
        """How many rows of this table."""
        return next((extent.rows for extent in self.tables if extent.table == table), 0)

    @property
    def documents(self) -> int:
        """How many documents, removed ones too."""
        return self.rows("documents")

    @property
    def dossiers(self) -> int:
        """How many dossiers."""
        return self.rows("dossiers")

    @property
    def log_entries(self) -> int:
        """How many lines of the log."""
        return self.rows("log_entries")


@dataclass(eq=False)
class Transfers:
    """The archive in `engine` and the data folder `home`, as a whole, for administrators."""

    _home: Path
    _engine: Engine
    _blobs: Blobs
    _originals: Originals
    _log: EventLog

    def export_all(
        self, target: Path, *, actor: Actor, action: str = "archive.export", progress: Progress = silent
    ) -> ExportManifest:
        """Everything as open files in the new folder `target`, of one moment, also while others work.

        `action` is what the log says.
        """
        require_everywhere(actor, Task.MANAGE)
        with new_folder(target, self._home) as fresh:
            note(self._log, action, actor, "", {"target": target.name})
            with reading(self._engine) as connection:
                tables = tuple(_write_tables(connection, fresh / _ROWS, progress))
                self._copy_files(connection, fresh)
                self._copy_shared(connection, FolderBlobs(fresh), progress)
            manifest = ExportManifest(FORMAT, __version__, HEAD, now(), tables, tuple(described(fresh)))
            write_manifest(fresh, manifest)
        return manifest

    def move(self, to: str, *, actor: Actor, progress: Progress = silent) -> tuple[Extent, ...]:
        """Copy everything to a PostgreSQL, or to a new data folder with SQLite; what is here stays as it is.

        Raises InputError where something stands there already, IntegrityError where what arrived is not what
        left, or where others wrote meanwhile.
        """
        require_everywhere(actor, Task.MANAGE)
        home = self._home if "://" in to else Path(to).expanduser().absolute()
        target = open_database(to if "://" in to else home / DATABASE)
        try:
            _require_empty(target)
            address = target.url.render_as_string(hide_password=True)
            note(self._log, "archive.move", actor, "", {"to": address})
            with reading(self._engine) as source:
                tables = tables_of(source)
                if home != self._home:
                    self._copy_files(source, home)
                there = DatabaseBlobs(target) if keeps_files(target) else FolderBlobs(home)
                self._copy_shared(source, there, progress)
                left = _put_tables(target, tables, lambda name: rows_of(source, tables[name]), progress)
            for engine, problem in ((target, "Niet alles is heel overgekomen."), (self._engine, _CHANGED)):
                with reading(engine) as connection:
                    if _extents(connection, [extent.table for extent in left]) != left:
                        raise IntegrityError(f"De verhuizing is niet gelukt. {problem}")
        finally:
            target.dispose()
        return left

    def _copy_files(self, connection: Connection, folder: Path) -> None:
        """Files of the data folder, and the anchor of this moment."""
        for path in _home_files(self._home):
            _place(path, folder / path.relative_to(self._home))
        write_durably(folder / _ANCHOR, canonical_json(head_of(connection)).encode())

    def _copy_shared(self, connection: Connection, there: Blobs, progress: Progress) -> None:
        """Every original that these rows name, and what search learned, to where all servers find it."""
        read = self._blobs.reader(connection)
        for name in [n for prefix in SHARED for n in self._blobs.names(prefix)]:
            content = read(name)
            if content is not None:
                there.put(name, content)
        here, originals = self._originals.as_of(connection), Originals(there)
        named = [str(row["sha256"]) for row in rows_of(connection, tables_of(connection)["originals"])]
        for done, sha256 in enumerate(named, start=1):
            originals.put(here.read(sha256))
            progress("Originelen", done, len(named))


def _is_export(folder: Path) -> bool:
    """Whether what stands here is an export, and not a backup with a database."""
    try:
        return "tables" in json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError, TypeError):
        return False


def _export_problems(folder: Path, manifest: ExportManifest) -> tuple[str, ...]:
    """What is wrong with an export, each in a sentence: its files, its rows, the originals that they name."""
    problems = [*_file_problems(folder, manifest.files)]
    if problems:
        return tuple(problems)
    known = {file.path for file in manifest.files}
    for extent in manifest.tables:
        if measured(extent.table, _read_rows(folder, extent.table)) != extent:
            problems.append(f"de rijen van {extent.table} zijn niet die van het overzicht.")
    for row in _read_rows(folder, "originals"):
        sha256 = str(row["sha256"])
        if f"{ORIGINALS}{sha256[:2]}/{sha256}" not in known:
            problems.append(f"het originele bestand {sha256} ontbreekt.")
    return tuple(problems)


def import_all(
    folder: Path, home: Path, database_url: str, *, actor: Actor, progress: Progress = silent
) -> ExportManifest:
    """Take in the export in `folder` as the archive of `home` and `database_url`, where none may stand yet.

    Whole or not at all: one that is cut off leaves no archive, and can be done again. Raises InputError,
    IntegrityError or ConflictError with what to do.
    """
    require_everywhere(actor, Task.MANAGE)
    manifest = read_manifest(folder, ExportManifest, FORMAT)
    if problem := next(_file_problems(folder, manifest.files), ""):
        raise IntegrityError(f"Deze uitvoer is niet heel en wordt niet ingelezen: {problem}")
    engine = open_database(database_url or home / DATABASE, manifest.schema)
    try:
        _require_empty(engine)
        if schema_of(engine) != manifest.schema:
            raise ConflictError(
                "Deze database heeft al tabellen van een andere versie; geef een lege database."
            )
        for done, file in enumerate(manifest.files, start=1):
            if not file.path.startswith(f"{_ROWS}/"):
                _place(folder / file.path, home / file.path)
            progress("Bestanden", done, len(manifest.files))
        named = [extent.table for extent in manifest.tables]
        _put_tables(engine, named, lambda name: _read_rows(folder, name), progress, manifest.tables)
        upgrade(engine)
    finally:
        engine.dispose()
    return manifest


def counted(tables: Iterable[Extent]) -> str:
    """How much stands in these tables, in words."""
    rows = {extent.table: extent.rows for extent in tables}
    return (
        f"{rows['documents']} documenten, {rows['dossiers']} dossiers, {rows['web_accounts']} accounts, "
        f"{rows['log_entries']} regels logboek"
    )


def _require_empty(engine: Engine) -> None:
    with reading(engine) as connection:
        if not _is_empty(connection):
            where = engine.url.render_as_string(hide_password=True)
            raise InputError(f"{where}: hier staat al een archief. Geef een lege plek.")


def _put_tables(
    target: Engine,
    names: Collection[str],
    rows: Callable[[str], Iterator[Row]],
    progress: Progress,
    wanted: tuple[Extent, ...] | None = None,
) -> tuple[Extent, ...]:
    """Fill an empty database, all or nothing; these extents must come of it."""
    with writing(target) as connection:
        clear(connection)
        tables = tables_of(connection)
        if unknown := sorted(set(names) - set(tables)):
            raise ConflictError(f"Tabel {unknown[0]!r} heeft geen plek in deze database.")
        put = []
        for done, name in enumerate((name for name in tables if name in names), start=1):
            put.append(measured(name, _put_rows(connection, tables[name], rows(name))))
            progress(f"Tabel {name}", done, len(names))
        if wanted is not None and set(put) != set(wanted):
            raise IntegrityError("De rijen in deze uitvoer zijn niet die van het overzicht.")
    return tuple(put)


def _extents(connection: Connection, names: Iterable[str]) -> tuple[Extent, ...]:
    tables = tables_of(connection)
    return tuple(measured(name, rows_of(connection, tables[name])) for name in names)


def _write_tables(connection: Connection, folder: Path, progress: Progress) -> Iterator[Extent]:
    folder.mkdir(mode=0o700)
    tables = tables_of(connection)
    for done, (name, table) in enumerate(tables.items(), start=1):
        with (folder / f"{name}.jsonl").open("w", encoding="utf-8") as file:
            yield measured(name, _written(file, rows_of(connection, table)))
            file.flush()
            os.fsync(file.fileno())
        progress(f"Tabel {name}", done, len(tables))


def _written(file: TextIO, rows: Iterator[Row]) -> Iterator[Row]:
    for row in rows:
        file.write(canonical_json(row) + "\n")
        yield row


def _read_rows(folder: Path, table: str) -> Iterator[Row]:
    with (folder / _ROWS / f"{table}.jsonl").open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def _place(source: Path, target: Path) -> None:
    """Copy a file; what the administrator put there stays, and the address of a database stays behind."""
    if source.name == _ANCHOR or not target.exists():
        _copy_file(source, target)
    if source.name == SETTINGS and _ADDRESS.search(text := target.read_text("utf-8")):
        write_durably(target, _ADDRESS.sub("", text).encode("utf-8"))


_ATTEMPTS = 3
_PAGES = 2000  # of the database at a time: others may write in between


@dataclass(frozen=True, slots=True)
class BackupManifest:
    """What a backup holds, and of what."""

    format: int
    program: str
    schema: str
    made_at: datetime
    database: bool  # False: of an earlier version, which left a PostgreSQL to its own means
    log_entries: int
    documents: int
    dossiers: int
    files: tuple[KeptFile, ...]


@dataclass(eq=False)
class Backups:
    """Backups of the data folder, whose database is in it; one that is elsewhere is exported."""

    _home: Path
    _log: EventLog
    _transfers: Transfers
    _elsewhere: bool

    def make(
        self, target: Path, *, actor: Actor, progress: Progress = silent
    ) -> BackupManifest | ExportManifest:
        """A backup in the new folder `target`, also while others work; whole, or nothing is left of it.

        Raises InputError where `target` is in use or lies in the data folder itself.
        """
        require(actor, Task.MANAGE)
        if self._elsewhere:
            return self._transfers.export_all(target, actor=actor, action="backup.make", progress=progress)
        with new_folder(target, self._home) as fresh:
            note(self._log, "backup.make", actor, "", {"target": target.name})
            for _ in range(_ATTEMPTS):
                manifest = self._fill(fresh, progress)
                problems = verify_backup(fresh)
                if not problems:
                    return manifest
                # a document was destroyed between the database and its original: that moment is gone
                for part in fresh.iterdir():
                    shutil.rmtree(part) if part.is_dir() else part.unlink()
            raise IntegrityError(f"De back-up is niet heel: {problems[0]}")

    def note_taken_in(
        self, manifest: BackupManifest | ExportManifest, action: str = "backup.restore", *, actor: Actor
    ) -> None:
        """Tell in the log that this archive was put back from a backup, or what else `action` says."""
        require_everywhere(actor, Task.MANAGE)
        made_at = manifest.made_at.isoformat(timespec="seconds")
        note(self._log, action, actor, "", {"made_at": made_at, "program": manifest.program})

    def _fill(self, folder: Path, progress: Progress) -> BackupManifest:
        _copy_database(self._home / DATABASE, folder / DATABASE)
        entries, head, documents, dossiers = _counts(folder / DATABASE)
        write_durably(folder / _ANCHOR, json.dumps({"count": entries, "hash": head}).encode())
        # Originals come after the database: what it names was on the disk then.
        originals = (p for p in (self._home / "originals").glob("[0-9a-f][0-9a-f]/*") if p.is_file())
        sources = [*_home_files(self._home), *sorted(originals)]
        for done, source in enumerate(sources, start=1):
            place = folder / source.relative_to(self._home)
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                shutil.copy2(source, place)
            except FileNotFoundError:  # replaced or destroyed since it was listed: not part of this moment
                continue
            progress("Bestanden", done, len(sources))
        files = tuple(described(folder))
        manifest = BackupManifest(FORMAT, __version__, HEAD, now(), True, entries, documents, dossiers, files)
        write_manifest(folder, manifest)
        return manifest


def verify_backup(folder: Path) -> tuple[str, ...]:
    """What is wrong with the backup in `folder`, each in a sentence; empty when it is whole.

    Reads every byte, the database or every row of it too, and every original that it names must be there.
    """
    if _is_export(folder):
        return _export_problems(folder, read_manifest(folder, ExportManifest, FORMAT))
    manifest = read_manifest(folder, BackupManifest, FORMAT)
    problems = list(_file_problems(folder, manifest.files))
    if manifest.database and not problems:
        problems += _database_problems(folder, {file.path for file in manifest.files})
    return tuple(problems)


def restore_backup(
    folder: Path, home: Path, database_url: str = "", *, actor: Actor, progress: Progress = silent
) -> BackupManifest | ExportManifest:
    """Put the backup in `folder` back as the archive of `home` and `database_url`, where none may stand yet.

    Whole or not at all: a restore that is cut off leaves no database, and can be done again. The log goes on
    with an entry that says so. Raises InputError, IntegrityError or ConflictError with what to do.
    """
    require(actor, Task.MANAGE)
    if _is_export(folder):
        _require_whole(folder)
        return import_all(folder, home, database_url, actor=actor, progress=progress)
    manifest = read_manifest(folder, BackupManifest, FORMAT)
    if (home / DATABASE).exists():
        raise InputError(f"{home}: hier staat al een archief. Geef een lege map, of verplaats het eerst.")
    if not manifest.database:
        raise InputError(
            "In deze back-up zit geen database: die stond op PostgreSQL. Zet eerst die terug met de middelen "
            "van PostgreSQL en kopieer daarna de bestanden uit deze map naar de gegevensmap."
        )
    if database_url:
        raise InputError(
            "Deze back-up is van een archief in een bestand (SQLite). Zet hem terug zonder database_url en "
            "verhuis daarna: learninglion move --to ADRES."
        )
    _require_whole(folder)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    for stale in ("index", "cache"):  # of whatever stood here before
        shutil.rmtree(home / stale, ignore_errors=True)
    # The database last, and by a rename: with it the archive is there.
    files = sorted(manifest.files, key=lambda f: f.path == DATABASE)
    for done, file in enumerate(files, start=1):
        _copy_file(folder / file.path, home / file.path)
        progress("Bestanden", done, len(files))
    return manifest


def _require_whole(folder: Path) -> None:
    if problems := verify_backup(folder):
        raise IntegrityError(f"Deze back-up is niet heel en wordt niet teruggezet: {problems[0]}")


def _copy_database(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy, pages=_PAGES)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
    target.chmod(0o600)


def _counts(database: Path) -> tuple[int, str, int, int]:
    with closing(sqlite3.connect(database)) as connection:
        last = connection.execute("SELECT seq, hash FROM log_entries ORDER BY seq DESC LIMIT 1").fetchone()
        live = "SELECT count(*) FROM documents WHERE deleted_at IS NULL"
        documents = connection.execute(live).fetchone()[0]
        dossiers = connection.execute("SELECT count(DISTINCT id) FROM dossiers").fetchone()[0]
    entries, head = last or (0, "0" * 64)
    return int(entries), str(head), int(documents), int(dossiers)


def _database_problems(folder: Path, known: set[str]) -> Iterator[str]:
    with closing(
        sqlite3.connect(f"file:{quote(str((folder / DATABASE).resolve()))}?mode=ro", uri=True)
    ) as connection:
        verdict = connection.execute("PRAGMA integrity_check").fetchone()[0]
        if verdict != "ok":
            yield f"{DATABASE} is beschadigd: {verdict}."
        for (sha256,) in connection.execute("SELECT sha256 FROM originals ORDER BY sha256"):
            if f"originals/{sha256[:2]}/{sha256}" not in known:
                yield f"het originele bestand {sha256} ontbreekt."


# What the data folder and the database take, and whether they are whole.

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


@dataclass(eq=False)
class Storage:
    """The data folder `home` and what servers share in the database, for administrators."""

    _home: Path
    _engine: Engine
    _store: Store
    _indexing: Indexing
    _traces: Traces
    _log: EventLog

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
