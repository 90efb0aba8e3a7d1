"""Requests to sign off: a drafter asks a named person, who signs, or gives the text back with a remark.

There is one request a dossier at most. Signing off itself is the workflow's; this only remembers who was
asked, so that it stands on that person's start page.
"""

from __future__ import annotations

from collections.abc import Sequence
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
from learninglion.models.errors import InputError, UnknownReferenceError

__all__ = ["SignOff", "SignOffs", "metadata"]

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


class SignOffs:
    """The requests in the database of `engine`. Whether somebody may ask or sign is for the caller."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def ask(self, dossier: str, version: int, *, by: str, of: str, note: str) -> SignOff:
        """Ask `of` to approve this version; an earlier request for this dossier is replaced."""
        if by == of:
            raise InputError("Vraag iemand anders dan uzelf.")
        made = SignOff(dossier, version, by, of, now(), note.strip())
        with writing(self._engine) as connection:
            connection.execute(delete(sign_offs).where(sign_offs.c.dossier == dossier))
            connection.execute(insert(sign_offs).values(**{f: getattr(made, f) for f in _FIELDS}))
        return made

    def give_back(self, dossier: str, *, by: str, answer: str) -> SignOff:
        """The person who was asked gives the text back with a remark. Raises InputError without one."""
        if not answer.strip():
            raise InputError("Schrijf op wat er anders moet, zodat de opsteller verder kan.")
        where = (sign_offs.c.dossier == dossier, sign_offs.c.asked_of == by, sign_offs.c.answer.is_(None))
        with writing(self._engine) as connection:
            done = connection.execute(
                update(sign_offs).where(*where).values(answer=answer.strip(), answered_at=now())
            )
        found = self.of(dossier)
        if not done.rowcount or found is None:
            raise UnknownReferenceError("Aan u is niet gevraagd om deze tekst vast te stellen.")
        return found

    def clear(self, dossier: str) -> None:
        """Forget the request for this dossier: it was signed, withdrawn, or the dossier is gone."""
        with writing(self._engine) as connection:
            connection.execute(delete(sign_offs).where(sign_offs.c.dossier == dossier))

    def of(self, dossier: str) -> SignOff | None:
        """The request for this dossier, if there is one."""
        return next(iter(self._find(sign_offs.c.dossier == dossier)), None)

    def waiting_for(self, name: str) -> tuple[SignOff, ...]:
        """What this person was asked and has not answered, the oldest first."""
        return self._find(sign_offs.c.asked_of == name, sign_offs.c.answer.is_(None))

    def given_back_to(self, name: str) -> tuple[SignOff, ...]:
        """What this person asked and got back with a remark, the oldest first."""
        return self._find(sign_offs.c.asked_by == name, sign_offs.c.answer.is_not(None))

    def among(self, dossiers: Sequence[str]) -> dict[str, SignOff]:
        """The requests for these dossiers, by dossier."""
        return {s.dossier: s for s in self._find(sign_offs.c.dossier.in_(dossiers))} if dossiers else {}

    def _find(self, *where: ColumnElement[bool]) -> tuple[SignOff, ...]:
        columns = [sign_offs.c[f] for f in _FIELDS]
        query = select(*columns).where(*where)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(sign_offs.c.asked_at, sign_offs.c.dossier))
            return tuple(SignOff(*row) for row in rows)


_FIELDS = tuple(SignOff.__dataclass_fields__)
