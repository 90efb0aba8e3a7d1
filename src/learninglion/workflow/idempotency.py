"""Repeated API requests: a key gives the first answer for a day, so that nothing is done twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Column, Delete, Engine, Integer, String, Table, Text, delete, func, insert, select

from learninglion.database.engine import Moment, erasing, new_metadata, now, reading, writing

metadata = new_metadata()
answers = Table(
    "web_answers",
    metadata,
    Column("key", String(300), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("kept", Moment, nullable=False),
)

_ANSWER_KEPT = timedelta(hours=24)
_CLAIM_KEPT = timedelta(hours=2)  # longer than any draft; then the server must have stopped meanwhile


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What was answered to an earlier request with the same idempotency key."""

    digest: str
    status: int
    body: str


class KeptAnswers:
    """The answers kept under the idempotency keys of each person, in the database of `engine`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def forget_about(self, subject: str) -> None:
        """Throw away every kept answer in whose text `subject` stands."""
        with erasing(self._engine) as connection:
            connection.execute(delete(answers).where(answers.c.body.contains(subject, autoescape=True)))

    def count_about(self, subject: str) -> int:
        """How many kept answers name `subject`."""
        query = select(func.count()).select_from(answers)
        with reading(self._engine) as connection:
            return int(connection.scalar(query.where(answers.c.body.contains(subject, autoescape=True))) or 0)

    def contents(self) -> tuple[tuple[str, str], ...]:
        """What is kept for repeated API requests: key and text."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(answers.c.key, answers.c.body)).all()
        return tuple((str(row[0]), str(row[1])) for row in rows)

    def forget(self, keys: Iterable[str]) -> None:
        """Throw these kept answers away."""
        with erasing(self._engine) as connection:
            connection.execute(delete(answers).where(answers.c.key.in_(sorted(keys))))

    def claim(self, owner: str, key: str, digest: str) -> KeptAnswer | None:
        """Take this person's key for new work (None), or give what is kept under it.

        The body of what is kept is empty while somebody else is still working on it.
        """
        place = answers.c.key == f"{owner}\n{key}"
        with writing(self._engine) as connection:
            row = connection.execute(select(answers).where(place)).one_or_none()
            lapsed = row is not None and not row.body and row.kept <= now() - _CLAIM_KEPT
            if row is not None and not lapsed:
                return KeptAnswer(row.digest, row.status, row.body)
            connection.execute(delete(answers).where(place))
            values = {"key": f"{owner}\n{key}", "digest": digest, "status": 0, "body": "", "kept": now()}
            connection.execute(insert(answers).values(**values))
        return None

    def release(self, owner: str, key: str) -> None:
        """Give a key back whose work failed."""
        with writing(self._engine) as connection:
            connection.execute(
                delete(answers).where(answers.c.key == f"{owner}\n{key}", answers.c.body == "")
            )

    def remember(self, owner: str, key: str, digest: str, status: int, body: str) -> None:
        """Keep an answer for a day, so that repeating the request repeats it."""
        with writing(self._engine) as connection:
            connection.execute(delete(answers).where(answers.c.key == f"{owner}\n{key}"))
            connection.execute(
                insert(answers).values(
                    key=f"{owner}\n{key}", digest=digest, status=status, body=body, kept=now()
                )
            )


def expired_answers() -> Delete:
    """What throws away the answers that were kept long enough."""
    return delete(answers).where(answers.c.kept <= now() - _ANSWER_KEPT)
