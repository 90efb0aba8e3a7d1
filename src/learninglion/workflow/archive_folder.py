"""A folder with an archive outside the program: a manifest, and files with their hashes; whole or absent."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from learninglion.database.blobs import FolderBlobs
from learninglion.database.engine import HEAD
from learninglion.database.files import write_durably
from learninglion.evaluation.judge import EXAMS_FILE
from learninglion.evaluation.rounds import JUDGEMENTS
from learninglion.models.errors import ConflictError, InputError
from learninglion.models.plain import from_plain, to_plain
from learninglion.record.provenance import SIGNED_BEFORE, SIGNING_KEY
from learninglion.search.comparing import TUNING
from learninglion.search.switching import BOOK
from learninglion.workflow.options import MODELS_FILE
from learninglion.workflow.quality import REPORTS

ANCHOR = "log-anchor.json"
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


def kept_files(home: Path) -> Iterator[Path]:
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
