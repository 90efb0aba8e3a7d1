"""What the workflow tells about work that can partly fail."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from learninglion.record.energy import Energy

__all__ = [
    "FileResult",
    "FileStatus",
    "IngestReport",
    "ReplayReport",
]


class FileStatus(StrEnum):
    """What became of a file."""

    ADDED = "added"
    REPLACED = "replaced"  # a newer version of a document that was there; the older one is kept as history
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class FileResult:
    """One file of an ingest: what became of it, or why not."""

    path: str
    status: FileStatus
    document_id: str = ""
    detail: str = ""  # the error, where it failed
    warnings: tuple[str, ...] = ()
    personal: tuple[tuple[str, int], ...] = ()  # how much personal data of which kind stands in it


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What became of every file, and how long it took."""

    results: tuple[FileResult, ...]
    seconds: float
    energy: Energy | None = None

    @property
    def failures(self) -> tuple[FileResult, ...]:
        """The files that could not be taken in."""
        return tuple(r for r in self.results if r.status is FileStatus.FAILED)

    def count(self, status: FileStatus) -> int:
        """How many files ended as `status`."""
        return sum(r.status is status for r in self.results)


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """Whether a recorded draft comes out the same again; `differences` says where it does not."""

    dossier_id: str
    same: bool
    differences: tuple[str, ...]
    settings: tuple[str, ...] = ()  # that are not what they were; they may have made no difference
