"""What search learned here: put in force as a new version, and taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from learninglion.drafting.relevance import Relevance, read_measure
from learninglion.inference.adapter import Adapter
from learninglion.inference.encoders import Encoder
from learninglion.inference.generators import EncoderChoice
from learninglion.models import Actor
from learninglion.models.plain import Plain
from learninglion.record.log import EventLog
from learninglion.search.comparing import LearnedVersions
from learninglion.search.fusion import Fusion
from learninglion.search.switching import learned_model
from learninglion.workflow.log import note
from learninglion.workflow.rights import Task, require, require_everywhere


@dataclass(frozen=True, slots=True)
class LearnedVersion:
    """A version of what search learned: who put it in force, when, and how it compared then."""

    number: int
    used: bool
    at: datetime | None = None
    by: str = ""
    before: float | None = None  # MRR@10 on the questions held out
    after: float | None = None


class Learning:
    """The versions of what search learned in this data folder."""

    def __init__(self, versions: LearnedVersions, log: EventLog) -> None:
        self._versions = versions
        self._log = log

    def current(self) -> Fusion:
        """How signals become one score now; what ships when nothing was learned."""
        return self._versions.current()

    def in_force(self) -> int:
        """The number of the version in force; 0 is what ships."""
        return self._versions.in_force()

    def model_of(self, choice: EncoderChoice) -> Encoder | None:
        """The built-in model with what it learned here; None where it learned nothing, or is not chosen."""
        return learned_model(choice, self._versions)

    def keep(
        self, fusion: Fusion, adapter: Adapter | None = None, *, actor: Actor, details: Mapping[str, Plain]
    ) -> int:
        """Put what search learned in force, as a new version that can be taken back.

        Where the embedding model learned too (`adapter`), the index goes on with the former model until
        `Indexing.start_switch` or `Indexing.rebuild` has read everything anew.
        """
        require_everywhere(actor, Task.MANAGE)
        number = self._versions.keep(fusion, adapter)
        note(self._log, "tuning.keep", actor, f"tuning:{number}", details)
        return number

    def keep_measure(self, weights: str, *, actor: Actor, details: Mapping[str, Plain]) -> int:
        """Put what the measure of relevance learned in force; search stays as it is."""
        require_everywhere(actor, Task.MANAGE)
        number = self._versions.keep(self._versions.current(), self._versions.adapter(), weights)
        note(self._log, "tuning.keep", actor, f"tuning:{number}", details)
        return number

    def measure(self) -> Relevance:
        """The measure of relevance in force."""
        return read_measure(self._versions.measure())

    def revert(self, number: int, *, actor: Actor) -> None:
        """Go back to an earlier version of what search learned; 0 is what ships."""
        require_everywhere(actor, Task.MANAGE)
        self._versions.revert(number)
        note(self._log, "tuning.revert", actor, f"tuning:{number}", {})

    def list(self, actor: Actor, *, limit: int) -> tuple[LearnedVersion, ...]:
        """The last `limit` versions with the one in force and the one that ships, the newest first."""
        require(actor, Task.MANAGE)
        used = self.in_force()
        numbers = sorted({0, used, *self._versions.versions()[-limit:]}, reverse=True)
        return tuple(self._describe(number, number == used) for number in numbers)

    def _describe(self, number: int, used: bool) -> LearnedVersion:
        entries = self._log.entries(subject=f"tuning:{number}", limit=50, newest_first=True)
        entry = next((e for e in entries if e.action == "tuning.keep"), None)
        if entry is None:
            return LearnedVersion(number, used)
        figures = entry.details.get("MRR@10")
        before, after = (None, None)
        if isinstance(figures, list) and len(figures) >= 2:
            before, after = (float(f) if isinstance(f, int | float) else None for f in figures[:2])
        return LearnedVersion(number, used, entry.at, entry.actor, before, after)
