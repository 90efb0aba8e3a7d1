"""Signing off: a drafter asks a named person, who signs, or gives the text back with a remark.

There is one request a dossier at most, so that it stands on that person's start page.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Column,
    ColumnElement,
    Engine,
    Integer,
    String,
    Table,
    Text,
    delete,
    insert,
    select,
    update,
)

from learninglion.database.engine import Moment, new_metadata, now, reading, writing
from learninglion.models import Actor, Author, Dossier, DossierState, Responsibility, Role
from learninglion.models.errors import InputError, LearningLionError, UnknownReferenceError
from learninglion.models.plain import Plain
from learninglion.record.dossiers import DossierRepository, DossierVersion
from learninglion.record.log import EventLog
from learninglion.record.notes import listed
from learninglion.workflow.accounts import Accounts
from learninglion.workflow.dossiers import Dossiers, unfinished
from learninglion.workflow.log import note
from learninglion.workflow.rights import Task, require

metadata = new_metadata()

sign_offs = Table(
    "web_sign_offs",
    metadata,
    Column("dossier", String(100), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("asked_by", String(200), nullable=False),
    Column("asked_of", String(200), nullable=False, index=True),
    Column("asked_at", Moment, nullable=False),
    Column("note", Text, nullable=False),
    Column("answer", Text, nullable=True),
    Column("answered_at", Moment, nullable=True),
)


@dataclass(frozen=True, slots=True)
class SignOff:
    """Who was asked to approve a dossier, at which version; `answer` is the remark it came back with."""

    dossier: str
    version: int
    asked_by: str
    asked_of: str
    asked_at: datetime
    note: str
    answer: str | None = None
    answered_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether the person who was asked has not answered yet."""
        return self.answer is None


def clear_request(engine: Engine, dossier: str) -> None:
    """Forget the request for this dossier: it was signed, withdrawn, or the dossier is gone."""
    with writing(engine) as connection:
        connection.execute(delete(sign_offs).where(sign_offs.c.dossier == dossier))


_FIELDS = tuple(SignOff.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Examination:
    """Which of the sources that a text rests on one person opened beside it."""

    cited: tuple[str, ...]
    opened: tuple[str, ...]

    @property
    def begun(self) -> bool:
        """Whether at least one was opened; true where the text rests on none."""
        return bool(self.opened) or not self.cited

    @property
    def complete(self) -> bool:
        """Whether each was opened."""
        return set(self.cited) <= set(self.opened)


@dataclass(frozen=True, slots=True)
class Signing:
    """How far a dossier is with signing off, for one person."""

    request: SignOff | None
    approved: DossierVersion | None  # the last approved version, also when the text was changed after it
    candidates: tuple[str, ...]  # who can be asked
    examined: Examination  # by this person
    by_another: bool = False  # this person edited last, and with the two-person rule may not sign it

    def changed_since(self, version: int) -> bool:
        """Whether the text was approved once and stands at a later version now."""
        return self.approved is not None and self.approved.version < version


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request as a start page lists it."""

    request: SignOff
    title: str


@dataclass(eq=False)
class SignOffs:
    """Asking, giving back and signing, within one's rights and with every step in the log."""

    _engine: Engine
    _repository: DossierRepository
    _dossiers: Dossiers
    _accounts: Accounts
    _log: EventLog
    _two_person: bool

    def describe(self, dossier: Dossier, actor: Actor) -> Signing:
        """Who was asked, who signed, and who can be asked."""
        versions = self._dossiers.versions(dossier.id, actor)
        approved = next((v for v in reversed(versions) if v.state is DossierState.APPROVED), None)
        return Signing(
            self._request(dossier.id),
            approved,
            self.approvers(dossier.id, actor),
            self._examined(dossier, actor),
            by_another=self._two_person and versions[-1].author == actor.name,
        )

    def opened(self, dossier_id: str, source_id: str, actor: Actor) -> None:
        """Keep in the log that this person opened a source beside the text that rests on it, once."""
        dossier = self._dossiers.load(dossier_id, actor)
        if source_id in dossier.cited and source_id not in self._examined(dossier, actor).opened:
            note(self._log, _OPENED, actor, dossier_id, {"source": source_id})

    def _examined(self, dossier: Dossier, actor: Actor) -> Examination:
        opened = {
            str(step.details["source"])
            for step in self._dossiers.steps(dossier.id, actor, actions={_OPENED})
            if step.actor == actor.name
        }
        return Examination(dossier.cited, tuple(source for source in dossier.cited if source in opened))

    def approvers(self, dossier_id: str, actor: Actor) -> tuple[str, ...]:
        """The others who may approve and may see this dossier, by name."""
        require(actor, Task.READ_DOSSIER)
        others = (a for a in self._accounts.list() if a.active and a.name != actor.name)
        approvers = (a for a in others if Role.APPROVER in a.roles)
        return tuple(sorted(a.name for a in approvers if self._may_see(a.actor, dossier_id)))

    def _may_see(self, actor: Actor, dossier_id: str) -> bool:
        try:
            self._dossiers.versions(dossier_id, actor)
        except LearningLionError:
            return False
        return True

    def among(self, dossier_ids: Sequence[str], actor: Actor) -> dict[str, SignOff]:
        """The requests for these dossiers, by dossier."""
        require(actor, Task.READ_DOSSIER)
        return {s.dossier: s for s in self._find(sign_offs.c.dossier.in_(dossier_ids))} if dossier_ids else {}

    def waiting(self, actor: Actor) -> tuple[tuple[Waiting, ...], tuple[Waiting, ...]]:
        """What this person was asked to sign, and what this person got back; only what still counts."""
        requests = self._find(sign_offs.c.asked_of == actor.name, sign_offs.c.answer.is_(None))
        returned = self._find(sign_offs.c.asked_by == actor.name, sign_offs.c.answer.is_not(None))
        return self._still_open(requests, actor), self._still_open(returned, actor)

    def _still_open(self, requests: tuple[SignOff, ...], actor: Actor) -> tuple[Waiting, ...]:
        waiting = []
        for request in requests:
            try:
                dossier = self._dossiers.load(request.dossier, actor)
            except LearningLionError:
                continue  # deleted, or not to be seen any more
            if dossier.state is not DossierState.APPROVED:
                waiting.append(Waiting(request, dossier.question_set.title or dossier.id))
        return tuple(waiting)

    def ask(
        self, dossier_id: str, person: str, remark: str, *, leave_open: Collection[int] = (), actor: Actor
    ) -> None:
        """Ask a named second person to sign off the newest version. Raises InputError while it cannot be.

        `leave_open`: the numbers of the questions that may stay without an answer, as for `approve`.
        """
        require(actor, Task.DRAFT)
        dossier = self._dossiers.load(dossier_id, actor)
        if person not in self.approvers(dossier_id, actor):
            raise InputError("Kies iemand die deze tekst mag vaststellen.")
        if dossier.state is DossierState.APPROVED:
            raise InputError("Deze tekst is al vastgesteld.")
        if any(v.failed for v in dossier.verifications):
            raise InputError(
                "Er staan nog zinnen in die de bron niet draagt. Verbeter ze, haal ze weg of neem ze voor "
                "eigen rekening; vraag het dan."
            )
        if not all(v.draft.complete for v in dossier.verifications):
            raise InputError(
                "Dit voorstel is nog niet af. Laat het afschrijven of maak het zelf af; vraag het dan."
            )
        _require_answers(dossier, leave_open)
        request = SignOff(dossier_id, dossier.version, actor.name, person, now(), remark.strip())
        with writing(self._engine) as connection:
            connection.execute(delete(sign_offs).where(sign_offs.c.dossier == dossier_id))
            connection.execute(insert(sign_offs).values(**{f: getattr(request, f) for f in _FIELDS}))
        details: dict[str, Plain] = {"version": dossier.version, "of": person}
        note(self._log, "sign-off.ask", actor, dossier_id, details)
        self._note_open(dossier, actor)

    def withdraw(self, dossier_id: str, *, actor: Actor) -> None:
        """Take one's request back, or put away what came back."""
        self._dossiers.load(dossier_id, actor)
        request = self._request(dossier_id)
        if request is None or request.asked_by != actor.name:
            raise UnknownReferenceError("U hebt niemand gevraagd om deze tekst vast te stellen.")
        clear_request(self._engine, dossier_id)
        note(self._log, "sign-off.withdraw", actor, dossier_id, {"of": request.asked_of})

    def give_back(self, dossier_id: str, remark: str, *, actor: Actor) -> None:
        """Give the text back to whoever asked, with what should be different."""
        require(actor, Task.APPROVE)
        self._dossiers.load(dossier_id, actor)
        if not remark.strip():
            raise InputError("Schrijf op wat er anders moet, zodat de opsteller verder kan.")
        mine = (sign_offs.c.asked_of == actor.name, sign_offs.c.answer.is_(None))
        values = {"answer": remark.strip(), "answered_at": now()}
        with writing(self._engine) as connection:
            here = update(sign_offs).where(sign_offs.c.dossier == dossier_id, *mine)
            answered = connection.execute(here.values(values)).rowcount
        request = self._request(dossier_id)
        if not answered or request is None:
            raise UnknownReferenceError("Aan u is niet gevraagd om deze tekst vast te stellen.")
        note(self._log, "sign-off.give-back", actor, dossier_id, {"to": request.asked_by})

    def approve(
        self,
        dossier_id: str,
        version: int,
        *,
        without_label: bool = False,
        leave_open: Collection[int] = (),
        actor: Actor,
    ) -> Dossier:
        """Sign off the version that was read; with the two-person rule not by whoever edited last.

        `leave_open`: the numbers of the questions that may stay without an answer; InputError where there
        are others. The log keeps which were left.

        `without_label`: this person also takes editorial responsibility, so that exports need not tell
        readers that AI was used; that needs every cited source opened. What machines read stays.
        Raises ConflictError when the text was changed after that version, InputError while something in it
        does not hold, is not finished or was not examined. A request to sign is answered by it.
        """
        require(actor, Task.APPROVE)
        old = self._dossiers.load(dossier_id, actor, version)
        for numbers, _why in unfinished(old):
            raise InputError(
                f"Het antwoord op vraag {', '.join(map(str, numbers))} is niet af. Laat het afschrijven of "
                "pas het zelf aan; stel dan vast."
            )
        if any(v.failed for v in old.verifications):
            raise InputError(
                "Er staan nog zinnen in die de bron niet draagt. Verbeter ze, haal ze weg of zeg waarop u ze "
                "zelf baseert; stel dan vast."
            )
        if old.state is not DossierState.APPROVED:
            _require_answers(old, leave_open)
        examined = self._examined(old, actor)
        stands = self._dossiers.load(dossier_id, actor).version == version  # else saving says that it changed
        if stands and not examined.begun:
            raise InputError(
                "U hebt nog geen enkele bron van deze tekst geopend. Open bij de zinnen waar u op let de "
                "bron; stel dan vast."
            )
        taken = _taken(old, examined, actor) if without_label else None
        self._repository.approve(
            dossier_id, version, by=actor.name, two_person=self._two_person, responsibility=taken
        )
        if taken is not None:
            details: dict[str, Plain] = {"version": version, "opened": len(taken.opened)}
            details |= {"judged": taken.judged, "changed": taken.changed}
            note(self._log, "label.remove", actor, dossier_id, details)
        if old.state is not DossierState.APPROVED:
            self._note_open(old, actor)
        clear_request(self._engine, dossier_id)
        return self._dossiers.load(dossier_id, actor)

    def _request(self, dossier_id: str) -> SignOff | None:
        return next(iter(self._find(sign_offs.c.dossier == dossier_id)), None)

    def _find(self, *where: ColumnElement[bool]) -> tuple[SignOff, ...]:
        """The requests of which this is true, the oldest first."""
        query = select(*(sign_offs.c[f] for f in _FIELDS)).where(*where)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(sign_offs.c.asked_at, sign_offs.c.dossier))
            return tuple(SignOff(*row) for row in rows)

    def _note_open(self, dossier: Dossier, actor: Actor) -> None:
        if dossier.unanswered:
            details: dict[str, Plain] = {"version": dossier.version, "open": list(dossier.unanswered)}
            note(self._log, "sign-off.open", actor, dossier.id, details)


_OPENED = "source.open"


def _require_answers(dossier: Dossier, leave_open: Collection[int]) -> None:
    """Raises InputError where a question has no answer that nobody said may stay open."""
    if left := [number for number in dossier.unanswered if number not in leave_open]:
        raise InputError(
            f"Er is nog geen antwoord op vraag {listed(left)}. Schrijf het, of kies dat de brief zonder dit "
            "antwoord verder gaat."
        )


def _taken(dossier: Dossier, examined: Examination, actor: Actor) -> Responsibility:
    """The evidence of the examination. Raises InputError while a cited source was not opened."""
    left = len(examined.cited) - len(examined.opened)
    if left:
        raise InputError(
            f"De regel over AI mag pas weg als u elke aangehaalde bron hebt geopend; {left} niet. Stel vast "
            "met de regel, of open ze eerst."
        )
    standing = [check.statement for v in dossier.verifications for check in v.standing]
    changed = sum(s.author is Author.PERSON or s.original is not None for s in standing)
    judged = sum(len(v.own) for v in dossier.verifications)
    return Responsibility(actor.name, now(), examined.opened, judged, changed)
