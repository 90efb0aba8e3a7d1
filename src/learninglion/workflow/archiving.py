"""Handing a dossier to the archive: all there is about it, as one package; the log says that it left."""

from __future__ import annotations

from learninglion.compliance.archive_package import ArchiveTerms, archive_package
from learninglion.database.engine import now
from learninglion.models import Actor
from learninglion.models.plain import sha256_hex
from learninglion.record.log import LogEntry
from learninglion.workflow.house import LearningLion
from learninglion.workflow.rights import Task, require

__all__ = ["package_dossier"]

_PAGE = 1000


def package_dossier(house: LearningLion, dossier_id: str, terms: ArchiveTerms, *, actor: Actor) -> bytes:
    """The ZIP file of a dossier with all its versions and its part of the log.

    Raises UnknownReferenceError for a dossier that `actor` may not see, InputError where terms do not fit.
    """
    require(actor, Task.AUDIT)
    versions = house.dossier_versions(dossier_id, actor)
    texts = [house.load(dossier_id, actor, version.version) for version in versions]
    data = archive_package(texts, versions, _steps(house, dossier_id), terms, at=now())
    house.note("archive", actor, dossier_id, {"versions": len(versions), "sha256": sha256_hex(data)})
    return data


def _steps(house: LearningLion, dossier_id: str) -> list[LogEntry]:
    steps: list[LogEntry] = []
    while page := house.log.entries(after=steps[-1].seq if steps else 0, limit=_PAGE, subject=dossier_id):
        steps += page
    return steps
