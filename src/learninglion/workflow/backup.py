"""A backup of the whole installation: complete and of one moment, checked, and put back elsewhere.

    TARGET/
      manifest.json       version, schema, moment, every file with its size and SHA-256
      learninglion.db     the database of one moment, also while others write
      log-anchor.json     for the log of that moment
      originals/  settings.toml  models.json  tuning/  judgements/  reports/

What can be made again (index, cache) is not in it. A database on PostgreSQL is backed up by PostgreSQL's own
means; the rest of the data folder is copied all the same, and the manifest says so.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from learninglion import __version__
from learninglion.database.engine import HEAD, now
from learninglion.database.files import write_durably
from learninglion.models import Actor
from learninglion.models.errors import ConflictError, InputError, IntegrityError
from learninglion.models.plain import from_plain, to_plain
from learninglion.models.progress import Progress, silent
from learninglion.record.log import EventLog
from learninglion.workflow.log import note
from learninglion.workflow.options import MODELS_FILE
from learninglion.workflow.rights import Task, require

__all__ = [
    "ANCHOR",
    "DATABASE",
    "MANIFEST",
    "BackupManifest",
    "Backups",
    "KeptFile",
    "copy_file",
    "described",
    "file_problems",
    "kept_files",
    "new_folder",
    "read_manifest",
    "restore_backup",
    "verify_backup",
    "write_manifest",
]

FORMAT = 1
DATABASE = "learninglion.db"
ANCHOR = "log-anchor.json"
MANIFEST = "manifest.json"
_FILES = ("settings.toml", MODELS_FILE, "signing.key")
_FOLDERS = ("tuning", "judgements", "reports")
T = TypeVar("T")
_ATTEMPTS = 3
_PAGES = 2000  # of the database at a time: others may write in between


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file of a backup or export, by its place in it."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class BackupManifest:
    """What a backup holds, and of what."""

    format: int
    program: str
    schema: str
    made_at: datetime
    database: bool  # False: the database is elsewhere (PostgreSQL) and is backed up there
    log_entries: int
    documents: int
    dossiers: int
    files: tuple[KeptFile, ...]


class Backups:
    """Backups of the data folder `home` whose database is the SQLite file in it, or elsewhere."""

    def __init__(self, home: Path, log: EventLog, *, elsewhere: bool) -> None:
        self._home = home
        self._log = log
        self._elsewhere = elsewhere

    def make(self, target: Path, *, actor: Actor, progress: Progress = silent) -> BackupManifest:
        """A backup in the new folder `target`, also while others work; whole, or nothing is left of it.

        Raises InputError where `target` is in use or lies in the data folder itself.
        """
        require(actor, Task.MANAGE)
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

    def note_restored(self, manifest: BackupManifest, *, actor: Actor) -> None:
        """Tell in the log that this archive was put back from a backup."""
        require(actor, Task.MANAGE)
        made_at = manifest.made_at.isoformat(timespec="seconds")
        note(self._log, "backup.restore", actor, "", {"made_at": made_at, "program": manifest.program})

    def _fill(self, folder: Path, progress: Progress) -> BackupManifest:
        if not self._elsewhere:
            _copy_database(self._home / DATABASE, folder / DATABASE)
        entries, head, documents, dossiers = (0, "", 0, 0) if self._elsewhere else _counts(folder / DATABASE)
        if not self._elsewhere:
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
        manifest = BackupManifest(
            FORMAT, __version__, HEAD, now(), not self._elsewhere, entries, documents, dossiers, files
        )
        write_manifest(folder, manifest)
        return manifest

    def _sources(self) -> Iterator[Path]:
        """What is copied beside the database. Originals come after it: what it names was on the disk then."""
        yield from kept_files(self._home)
        yield from sorted(p for p in (self._home / "originals").glob("[0-9a-f][0-9a-f]/*") if p.is_file())
        if self._elsewhere and (self._home / ANCHOR).is_file():
            yield self._home / ANCHOR


def verify_backup(folder: Path) -> tuple[str, ...]:
    """What is wrong with the backup in `folder`, each in a sentence; empty when it is whole.

    Reads every byte; the database is checked by SQLite too, and every original that it names must be there.
    """
    manifest = read_manifest(folder, BackupManifest, FORMAT)
    problems = list(file_problems(folder, manifest.files))
    if manifest.database and not problems:
        problems += _database_problems(folder, {file.path for file in manifest.files})
    return tuple(problems)


def restore_backup(folder: Path, home: Path, *, actor: Actor, progress: Progress = silent) -> BackupManifest:
    """Put the backup in `folder` back as the data folder `home`, which must hold no archive yet.

    Whole or not at all: a restore that is cut off leaves no database, and can be done again. The log goes on
    with an entry that says so. Raises InputError, IntegrityError or ConflictError with what to do.
    """
    require(actor, Task.MANAGE)
    manifest = read_manifest(folder, BackupManifest, FORMAT)
    if (home / DATABASE).exists():
        raise InputError(f"{home}: hier staat al een archief. Geef een lege map, of verplaats het eerst.")
    if not manifest.database:
        raise InputError(
            "In deze back-up zit geen database: die stond op PostgreSQL. Zet eerst die terug met de middelen "
            "van PostgreSQL en kopieer daarna de bestanden uit deze map naar de gegevensmap."
        )
    problems = verify_backup(folder)
    if problems:
        raise IntegrityError(f"Deze back-up is niet heel en wordt niet teruggezet: {problems[0]}")
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    for stale in ("index", "cache"):  # of whatever stood here before
        shutil.rmtree(home / stale, ignore_errors=True)
    # The database last, and by a rename: with it the archive is there.
    files = sorted(manifest.files, key=lambda f: f.path == DATABASE)
    for done, file in enumerate(files, start=1):
        copy_file(folder / file.path, home / file.path)
        progress("Bestanden", done, len(files))
    return manifest


def kept_files(home: Path) -> Iterator[Path]:
    """What a data folder holds besides database, anchor and originals, and cannot be made again."""
    for name in _FILES:
        if (home / name).is_file():
            yield home / name
    for folder in _FOLDERS:
        yield from sorted(p for p in (home / folder).rglob("*") if p.is_file())


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


def copy_file(source: Path, target: Path) -> None:
    """A copy that is whole or not there, readable by its owner only."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = target.with_name(f".{target.name}.nieuw")
    shutil.copyfile(source, fresh)
    fresh.chmod(0o600)
    with fresh.open("rb") as copied:
        os.fsync(copied.fileno())
    fresh.replace(target)


def file_problems(folder: Path, files: Sequence[KeptFile]) -> Iterator[str]:
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
    found = (p.relative_to(folder).as_posix() for p in sorted(folder.rglob("*")) if p.is_file())
    yield from (f"{path} hoort hier niet bij." for path in found if path not in known)


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
        told = connection.execute("PRAGMA integrity_check").fetchone()[0]
        if told != "ok":
            yield f"{DATABASE} is beschadigd: {told}."
        for (sha256,) in connection.execute("SELECT sha256 FROM originals ORDER BY sha256"):
            if f"originals/{sha256[:2]}/{sha256}" not in known:
                yield f"het originele bestand {sha256} ontbreekt."


def described(folder: Path) -> Iterator[KeptFile]:
    """Every file in a folder, as a manifest names it."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        yield KeptFile(path.relative_to(folder).as_posix(), path.stat().st_size, _sha256(path))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
