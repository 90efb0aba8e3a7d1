"""Dossiers looked back at and taken along: versions, their steps in the log, exports, the archive package."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from learninglion.compliance.archive_package import ArchiveTerms, archive_package
from learninglion.database.engine import now
from learninglion.models import Actor, Dossier
from learninglion.models.errors import UnknownReferenceError
from learninglion.models.plain import Plain, from_plain, sha256_hex
from learninglion.record.answers import Deed, MachineText, TextCopy, copy_answers, trace_deeds
from learninglion.record.dossiers import DossierCard, DossierRepository, DossierVersion
from learninglion.record.energy import Energy, together
from learninglion.record.export import WHOLE, ExportFormat, export, file_name
from learninglion.record.letter import LetterTerms
from learninglion.record.log import EventLog, LogEntry
from learninglion.record.marking import MarkReport, Signer, check_mark, sidecar_of
from learninglion.workflow.log import note, set_subject
from learninglion.workflow.rights import Task, require
from learninglion.workflow.storage import free_path, make_folder, write_file
from learninglion.workflow.writing import first_finished

__all__ = ["DossierCard", "DossierVersion"]

TERM_SET = "retention.term"
"""What the log calls setting how long something is kept; its subject is a category, or one dossier."""

_PAGE = 1000
_STEPS = 500  # of the log, that a history shows


@dataclass(eq=False)
class Dossiers:
    """The dossiers that a person may see; one with sources that this person may not see does not exist."""

    _repository: DossierRepository
    _log: EventLog
    _letter: LetterTerms
    _signer: Signer
    _store_id: Callable[[], str]

    def load(self, dossier_id: str, actor: Actor, version: int | None = None) -> Dossier:
        """A dossier, its newest version when none is named. Raises UnknownReferenceError."""
        require(actor, Task.READ_DOSSIER)
        return self._repository.load(dossier_id, actor.collections, version)

    def list(self, actor: Actor, *, limit: int = 50, offset: int = 0) -> tuple[DossierCard, ...]:
        """The dossiers this person may see, last changed first."""
        require(actor, Task.READ_DOSSIER)
        return self._repository.list(actor.collections, limit=limit, offset=offset)

    def versions(self, dossier_id: str, actor: Actor) -> tuple[DossierVersion, ...]:
        """The versions of a dossier, oldest first."""
        require(actor, Task.READ_DOSSIER)
        return self._repository.history(dossier_id, actor.collections)

    def edited(self, dossier_id: str, actor: Actor) -> frozenset[int]:
        """The sub-questions (from 0) of which a person changed what the machine last wrote."""
        versions = self.versions(dossier_id, actor)
        texts = [self.load(dossier_id, actor, version.version) for version in versions]
        machine = first_finished(texts, [version.reason for version in versions])
        return frozenset(
            at
            for at, (wrote, stands) in enumerate(zip(machine, texts[-1].verifications, strict=True))
            if wrote.draft.statements != stands.draft.statements
        )

    def last_change(self, dossier_id: str, position: int, since: int, actor: Actor) -> DossierVersion | None:
        """The newest version after `since` in which the answer at `position` (from 0) changed."""
        versions = [v for v in self.versions(dossier_id, actor) if v.version >= since]
        stands = self.load(dossier_id, actor).verifications[position].draft.statements
        for before, after in zip(versions[-2::-1], versions[:0:-1], strict=True):
            if (
                self.load(dossier_id, actor, before.version).verifications[position].draft.statements
                != stands
            ):
                return after
        return None

    def copy(self, dossier_id: str, position: int | None, actor: Actor) -> TextCopy:
        """One answer (by its position from 0) or the whole text, to paste elsewhere; the log says so.

        Raises UnknownReferenceError where the dossier or the answer is not there.
        """
        dossier = self.load(dossier_id, actor)
        if position is not None and not 0 <= position < len(dossier.verifications):
            raise UnknownReferenceError("Deze vraag staat niet in het dossier.")
        note(self._log, "copy", actor, dossier_id, {"version": dossier.version, "position": position})
        return copy_answers(dossier, position)

    def steps(self, dossier_id: str, actor: Actor, actions: Collection[str] = ()) -> tuple[LogEntry, ...]:
        """What the log says of a dossier this person may see, oldest first; of all actions unless named."""
        self.versions(dossier_id, actor)
        return self._log.entries(subject=dossier_id, limit=_STEPS, actions=actions)

    def energy(self, dossier_id: str, actor: Actor) -> tuple[Energy, ...]:
        """What finding the sources and all drafting took together, as the log has it; none if not metered."""
        first = self.load(dossier_id, actor, 1)
        return together(_pieces(self._all_steps(dossier_id, first)))

    def export(self, dossier_id: str, form: ExportFormat, *, actor: Actor) -> bytes:
        """A dossier in a form that leaves the system, marked; the log says that it left."""
        dossier = self.load(dossier_id, actor)
        machine: tuple[MachineText, ...] = ()
        if form is ExportFormat.LETTER_CHANGES:
            versions = self.versions(dossier_id, actor)
            texts = [self.load(dossier_id, actor, version.version) for version in versions]
            machine = _machine_texts(texts, versions)
        data = export(dossier, form, self._letter, machine, self.energy(dossier_id, actor))
        details = {"format": form.value, "version": dossier.version, "sha256": sha256_hex(data)}
        note(self._log, "export", actor, dossier_id, details)
        return data

    def write_export(self, dossier_id: str, form: ExportFormat, path: Path, *, actor: Actor) -> Path:
        """An export written to a file, whole or not at all; in a folder under a name that is free there.

        What is not there yet and says no form (`letters`, not `letter.docx`) is a folder.
        """
        data = self.export(dossier_id, form, actor=actor)
        if path.is_dir() or not (path.suffix or path.exists()):
            make_folder(path)
            path = free_path(path / file_name(self.load(dossier_id, actor), form), data)
        make_folder(path.parent)
        write_file(path, data)
        write_file(sidecar_of(path), self._state(dossier_id, path.name, data, actor))
        return path

    def provenance(self, dossier_id: str, form: ExportFormat, *, actor: Actor) -> tuple[str, bytes]:
        """The signed statement about a dossier in this form, and the name of the file it goes with."""
        data = self.export(dossier_id, form, actor=actor)
        name = file_name(self.load(dossier_id, actor), form)
        return name, self._state(dossier_id, name, data, actor)

    def check_mark(self, path: Path) -> MarkReport:
        """Whether an exported file is marked, came from here, and is as it left. Raises InputError."""
        return check_mark(path, self._signer.public_keys())

    def _state(self, dossier_id: str, name: str, data: bytes, actor: Actor) -> bytes:
        return self._signer.state(self.load(dossier_id, actor), name, data, now())

    def write_exports(
        self, dossier_id: str, folder: Path, *, forms: Sequence[ExportFormat] = WHOLE, actor: Actor
    ) -> tuple[Path, ...]:
        """A dossier in each of `forms`, in `folder`."""
        make_folder(folder)
        return tuple(self.write_export(dossier_id, form, folder, actor=actor) for form in forms)

    def package(self, dossier_id: str, terms: ArchiveTerms, *, actor: Actor) -> bytes:
        """The ZIP file of a dossier for the archive: all its versions and its part of the log.

        Raises UnknownReferenceError where `actor` may not see it, InputError where the terms do not fit.
        """
        require(actor, Task.AUDIT)
        versions = self.versions(dossier_id, actor)
        texts = [self.load(dossier_id, actor, version.version) for version in versions]
        steps = self._all_steps(dossier_id, texts[0])
        data = archive_package(
            texts,
            versions,
            steps,
            _of_its_category(terms, steps),
            at=now(),
            letter=self._letter,
            energy=together(_pieces(steps)),
            state=lambda name, content: self._state(dossier_id, name, content, actor),
        )
        details: dict[str, Plain] = {"versions": len(versions), "sha256": sha256_hex(data)}
        note(self._log, "archive", actor, dossier_id, details)
        return data

    def _all_steps(self, dossier_id: str, first: Dossier) -> tuple[LogEntry, ...]:
        """The log of the dossier, and of its set before it was one: what was offered and selected."""
        own = self._about(dossier_id)
        of_set = self._about(set_subject(self._store_id(), first.question_set))
        before = [step for step in of_set if not own or step.seq < own[0].seq]
        return (*before, *own)

    def _about(self, subject: str) -> Sequence[LogEntry]:
        steps: list[LogEntry] = []
        while page := self._log.entries(after=steps[-1].seq if steps else 0, limit=_PAGE, subject=subject):
            steps += page
        return steps


def _of_its_category(terms: ArchiveTerms, steps: Sequence[LogEntry]) -> ArchiveTerms:
    """The terms of this dossier: of the category of the selectielijst it was put in, else those of all."""
    days = next((step.details["days"] for step in reversed(steps) if step.action == TERM_SET), None)
    if not isinstance(days, int):
        return terms
    if not days:
        return replace(terms, appraisal="B", retention="")
    return replace(terms, appraisal="V", retention=f"P{days // 365}Y" if days % 365 == 0 else f"P{days}D")


def _pieces(steps: Sequence[LogEntry]) -> tuple[Energy, ...]:
    amounts = (step.details["energy"] for step in steps if isinstance(step.details.get("energy"), dict))
    return tuple(from_plain(Energy, energy) for energy in amounts)


def _machine_texts(texts: Sequence[Dossier], versions: Sequence[DossierVersion]) -> tuple[MachineText, ...]:
    """What the machine wrote for each sub-question and who changed what; all versions, oldest first."""
    machine = first_finished(texts, [version.reason for version in versions])
    return trace_deeds(machine, texts, [Deed(version.author, version.at) for version in versions])
