"""Working texts: what a person is typing and did not save yet, so that no end of a session takes it away.

A place is the path of the form; what was typed there belongs to the person who typed it, and nobody else
finds it. It is gone once the form is saved or the person throws it away.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Engine, String, Table, Text, delete, insert, select, update

from learninglion.database.engine import Moment, erasing, new_metadata, now, reading, writing
from learninglion.models import Actor
from learninglion.models.errors import InputError
from learninglion.workflow.rights import Task, require

metadata = new_metadata()

working_texts = Table(
    "working_texts",
    metadata,
    Column("owner", String(200), primary_key=True),
    Column("place", String(200), primary_key=True),
    Column("changed", Moment, nullable=False),
    Column("fields", Text, nullable=False),
)

_PLACE = re.compile(r"/[A-Za-z0-9/_.-]{1,190}")
_LONGEST = 400_000  # characters of one place; a pasted set is 200,000 at most
_MOST = 200  # places of one person; the oldest goes


@dataclass(frozen=True, slots=True)
class WorkingText:
    """What stands in the fields of a form, by their names."""

    place: str
    changed: datetime
    fields: Mapping[str, str]


class WorkingTextRepository:
    """The working texts in the database of `engine`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, owner: str, place: str, fields: Mapping[str, str]) -> WorkingText:
        """Keep the fields of a place instead of what was kept there; over the limit the oldest place goes."""
        text = WorkingText(place, now(), dict(fields))
        row = {"changed": text.changed, "fields": json.dumps(text.fields, ensure_ascii=False)}
        mine = working_texts.c.owner == owner
        with writing(self._engine) as connection:
            there = connection.execute(
                update(working_texts).where(mine, working_texts.c.place == place).values(**row)
            )
            if not there.rowcount:
                connection.execute(insert(working_texts).values(owner=owner, place=place, **row))
                order = (working_texts.c.changed.desc(), working_texts.c.place)
                over = select(working_texts.c.place).where(mine).order_by(*order).offset(_MOST).limit(_MOST)
                gone = list(connection.scalars(over))
                connection.execute(delete(working_texts).where(mine, working_texts.c.place.in_(gone)))
        return text

    def find(self, owner: str, place: str) -> WorkingText | None:
        """What this person typed at this place and did not save."""
        query = select(working_texts.c.changed, working_texts.c.fields)
        mine = (working_texts.c.owner == owner, working_texts.c.place == place)
        with reading(self._engine) as connection:
            row = connection.execute(query.where(*mine)).one_or_none()
        return None if row is None else WorkingText(place, row.changed, json.loads(row.fields))

    def places(self, owner: str, under: str) -> tuple[str, ...]:
        """The places below a path where this person left something."""
        query = select(working_texts.c.place).where(working_texts.c.owner == owner)
        within = working_texts.c.place.startswith(under, autoescape=True)
        with reading(self._engine) as connection:
            return tuple(connection.scalars(query.where(within).order_by(working_texts.c.place)))

    def clear(self, owner: str, place: str) -> None:
        """Forget what was typed at a place: it was saved, or thrown away."""
        with writing(self._engine) as connection:
            mine = (working_texts.c.owner == owner, working_texts.c.place == place)
            connection.execute(delete(working_texts).where(*mine))

    def contents(self) -> tuple[tuple[str, str], ...]:
        """Everything that anybody typed and did not save: whose and where, and the fields."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(working_texts).order_by(working_texts.c.owner)).all()
        return tuple((f"{row.owner}:{row.place}", row.fields) for row in rows)

    def forget(self, names: Iterable[str]) -> None:
        """Forget these, named as `contents` does."""
        name = working_texts.c.owner + ":" + working_texts.c.place
        with erasing(self._engine) as connection:
            connection.execute(delete(working_texts).where(name.in_(sorted(names))))

    def clear_under(self, path: str) -> None:
        """Forget what anybody typed below a path: what it was about is gone."""
        with erasing(self._engine) as connection:
            within = working_texts.c.place.startswith(path, autoescape=True)
            connection.execute(delete(working_texts).where(within))

    def clear_before(self, moment: datetime) -> None:
        """Forget what was not touched since `moment` (retention)."""
        with erasing(self._engine) as connection:
            connection.execute(delete(working_texts).where(working_texts.c.changed < moment))


class WorkingTexts:
    """What a person is typing: nobody else finds or changes it."""

    def __init__(self, repository: WorkingTextRepository) -> None:
        self._repository = repository

    def keep(self, place: str, fields: Mapping[str, str], *, actor: Actor) -> WorkingText:
        """Keep what stands in the form at `place`. Raises InputError for what is no place, or too long."""
        require(actor, Task.DRAFT)
        if not _PLACE.fullmatch(place):
            raise InputError("Dit is geen plaats waar tekst wordt bewaard.")
        if sum(len(name) + len(value) for name, value in fields.items()) > _LONGEST:
            raise InputError(f"Deze tekst is langer dan {_LONGEST} tekens en wordt niet tussendoor bewaard.")
        return self._repository.keep(actor.name, place, fields)

    def find(self, place: str, actor: Actor) -> WorkingText | None:
        """What this person typed at this place and did not save."""
        require(actor, Task.DRAFT)
        return self._repository.find(actor.name, place)

    def places(self, under: str, actor: Actor) -> tuple[str, ...]:
        """The places below a path where this person left something."""
        return self._repository.places(actor.name, under)

    def clear(self, place: str, *, actor: Actor) -> None:
        """Forget what was typed at a place: it was saved, or thrown away."""
        require(actor, Task.DRAFT)
        self._repository.clear(actor.name, place)
