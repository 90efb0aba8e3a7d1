"""A backup of the whole installation: complete and of one moment, checked, and put back elsewhere.

    TARGET/
      manifest.json       version, schema, moment, every file with its size and SHA-256
      learninglion.db     the database of one moment, also while others write
      log-anchor.json     for the log of that moment
      originals/  settings.toml  models.json  tuning/  judgements/  reports/

What can be made again (index, cache) is not in it. Of an archive in PostgreSQL it is an export (transfer.py)
of one snapshot of the database, which can be put back there and in a data folder.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from learninglion import __version__
from learninglion.database.engine import HEAD, now
from learninglion.database.files import write_durably
from learninglion.models import Actor
from learninglion.models.errors import InputError, IntegrityError
from learninglion.models.progress import Progress, silent
from learninglion.record.log import EventLog
from learninglion.workflow.log import note
from learninglion.workflow.options import DATABASE
from learninglion.workflow.rights import Task, require, require_everywhere
from learninglion.workflow.transfer import (
    ANCHOR,
    ExportManifest,
    KeptFile,
    Transfers,
    copy_file,
    described,
    export_problems,
    file_problems,
    import_all,
    is_export,
    kept_files,
    new_folder,
    read_export,
    read_manifest,
    write_manifest,
)

FORMAT = 1
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


class Backups:
    """Backups of the data folder `home`, whose database is in it, or else is exported by `transfers`."""

    def __init__(self, home: Path, log: EventLog, transfers: Transfers, *, elsewhere: bool) -> None:
        self._home = home
        self._log = log
        self._transfers = transfers
        self._elsewhere = elsewhere

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
        write_durably(folder / ANCHOR, json.dumps({"count": entries, "hash": head}).encode())
        sources = list(self._sources())
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

    def _sources(self) -> Iterator[Path]:
        """What is copied beside the database. Originals come after it: what it names was on the disk then."""
        yield from kept_files(self._home)
        yield from sorted(p for p in (self._home / "originals").glob("[0-9a-f][0-9a-f]/*") if p.is_file())


def verify_backup(folder: Path) -> tuple[str, ...]:
    """What is wrong with the backup in `folder`, each in a sentence; empty when it is whole.

    Reads every byte, the database or every row of it too, and every original that it names must be there.
    """
    if is_export(folder):
        return export_problems(folder, read_export(folder))
    manifest = read_manifest(folder, BackupManifest, FORMAT)
    problems = list(file_problems(folder, manifest.files))
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
    if is_export(folder):
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
        copy_file(folder / file.path, home / file.path)
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
