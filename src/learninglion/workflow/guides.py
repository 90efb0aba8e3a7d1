"""Guides: what a collection says of itself, what people say of its answers, and how well it answers.

A guide is kept in versions, of which none is ever changed. What a person says of an answer goes to the owner
of the collection, and, with the place where it does stand, into the questions the collection is measured by.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    Column,
    Engine,
    Index,
    Integer,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)

from learninglion.database.engine import Moment, erasing, new_metadata, now, reading, writing
from learninglion.evaluation.document_questions import (
    AskReport,
    DocumentQuestion,
    put_question,
    report_questions,
)
from learninglion.models import Actor, Filters, silent
from learninglion.models.errors import InputError, PermissionDeniedError, UnknownReferenceError
from learninglion.models.plain import Plain, from_plain, to_fields, to_plain
from learninglion.record.log import EventLog
from learninglion.search.asking import find_answers
from learninglion.store.store import Store
from learninglion.workflow.documents import VisibleLibrary
from learninglion.workflow.log import note
from learninglion.workflow.rights import RIGHTS, Task, require_within
from learninglion.workflow.searching import Indexing

metadata = new_metadata()

guides = Table(
    "guides",
    metadata,
    Column("collection", String(200), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("content", Text, nullable=False),  # Guide as JSON
    Column("changed", Moment, nullable=False),
    Column("changed_by", String(200), nullable=False),
)
remarks = Table(
    "remarks",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("collection", String(200), nullable=False),
    Column("content", Text, nullable=False),  # Remark as JSON
    Column("made", Moment, nullable=False),
    Column("made_by", String(200), nullable=False),
    Column("settled", Moment),
    Index("ix_remarks_collection", "collection"),
)

_LONGEST = 4000  # characters of one field
_MOST_EXAMPLES = 12
_EVALUATED = "collection.evaluate"


@dataclass(frozen=True, slots=True)
class Guide:
    """What a collection says of itself. `models`: the only ones that may read it; empty: any that is set up.

    `instructions` are for whoever writes (tone, what to refer to, what not to answer); the check never reads
    them.
    """

    owner: str = ""
    until: date | None = None
    readers: str = ""
    welcome: str = ""
    examples: tuple[str, ...] = ()
    instructions: str = ""
    models: tuple[str, ...] = ()
    privacy: str = ""
    version: int = 0
    changed: datetime | None = None
    changed_by: str = ""

    @property
    def expired(self) -> bool:
        """Whether its term is over: an owner has to look at it again."""
        return self.until is not None and self.until < now().date()


class Finding(StrEnum):
    """What is said of an answer."""

    WRONG = "wrong"  # it is not so
    INCOMPLETE = "incomplete"
    QUESTION = "question"  # a question of the owner, to measure by


@dataclass(frozen=True, slots=True)
class Remark:
    """What a person says of an answer to `question`, with the words of the place where it does stand.

    `nowhere`: no document answers it, so it must be refused. Without words and not nowhere it is told to the
    owner, and nothing is measured by it.
    """

    finding: Finding
    question: str
    after: str = ""
    document: str = ""
    words: str = ""
    nowhere: bool = False
    remark: str = ""

    @property
    def measures(self) -> bool:
        """Whether it says what the right answer is."""
        return self.nowhere or bool(self.document and self.words)


@dataclass(frozen=True, slots=True)
class StoredRemark:
    """A remark, with when it was made, by whom, and whether the owner is done with it."""

    id: str
    remark: Remark
    made: datetime
    made_by: str
    settled: datetime | None


@dataclass(frozen=True, slots=True)
class Measured:
    """How well a collection answered its own questions on a day; shares of 0..1."""

    at: datetime
    questions: int
    found: float
    shown: float
    unanswerable: int
    refused: float


class GuideRepository:
    """Guides and remarks in the database of `engine`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def versions(self, collection: str) -> tuple[Guide, ...]:
        """All versions of a guide, newest first."""
        query = select(guides).where(guides.c.collection == collection).order_by(guides.c.version.desc())
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        texts = ((from_plain(Guide, json.loads(row.content)), row) for row in rows)
        return tuple(
            replace(guide, version=row.version, changed=row.changed, changed_by=row.changed_by)
            for guide, row in texts
        )

    def newest(self, collection: str) -> Guide:
        """The guide in force; an empty one where nothing was said."""
        return next(iter(self.versions(collection)), Guide())

    def put(self, collection: str, guide: Guide, by: str) -> Guide:
        """The next version."""
        plain = {k: v for k, v in to_fields(guide).items() if k not in ("version", "changed", "changed_by")}
        content = json.dumps(plain, ensure_ascii=False)
        with writing(self._engine) as connection:
            newest = select(func.max(guides.c.version)).where(guides.c.collection == collection)
            put = replace(guide, version=(connection.scalar(newest) or 0) + 1, changed=now(), changed_by=by)
            row = {"version": put.version, "changed": put.changed, "changed_by": by}
            connection.execute(insert(guides).values(collection=collection, content=content, **row))
        return put

    def add(self, collection: str, remark: Remark, by: str) -> str:
        """Keep a remark; its id."""
        name = secrets.token_hex(8)
        content = json.dumps(to_plain(remark), ensure_ascii=False)
        row = {"id": name, "collection": collection, "content": content, "made": now(), "made_by": by}
        with writing(self._engine) as connection:
            connection.execute(insert(remarks).values(**row))
        return name

    def remarks(self, collection: str | None = None) -> tuple[StoredRemark, ...]:
        """What was said, newest first; of all collections when None."""
        query = select(remarks).order_by(remarks.c.made.desc(), remarks.c.id)
        if collection is not None:
            query = query.where(remarks.c.collection == collection)
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        texts = ((from_plain(Remark, json.loads(row.content)), row) for row in rows)
        return tuple(StoredRemark(r.id, remark, r.made, r.made_by, r.settled) for remark, r in texts)

    def settle(self, collection: str, name: str) -> bool:
        """Mark a remark as done with; False where it is not there."""
        this = (remarks.c.id == name, remarks.c.collection == collection)
        with writing(self._engine) as connection:
            return bool(connection.execute(update(remarks).where(*this).values(settled=now())).rowcount)

    def forget(self, names: list[str]) -> None:
        """Take remarks away for good."""
        with erasing(self._engine) as connection:
            connection.execute(delete(remarks).where(remarks.c.id.in_(names)))


@dataclass(eq=False)
class Guides:
    """Collections that guide; safe to share between threads."""

    _repository: GuideRepository
    _store: Store
    _indexing: Indexing
    _log: EventLog

    def find(self, collection: str, actor: Actor) -> Guide:
        """The newest version; an empty one where nothing was said. Raises for what one may not see."""
        require_within(actor, Task.SEARCH, [collection])
        if all(info.name != collection for info in self._store.collections(actor.collections)):
            raise UnknownReferenceError(f"Verzameling {collection} bestaat niet.")
        return self._repository.newest(collection)

    def versions(self, collection: str, actor: Actor) -> tuple[Guide, ...]:
        """All versions, newest first."""
        self._require_owner(collection, actor)
        return self._repository.versions(collection)

    def put(self, collection: str, guide: Guide, *, actor: Actor) -> Guide:
        """Say something else of a collection. Raises InputError for what is too long or cannot be."""
        self._require_owner(collection, actor)
        texts = [guide.owner, guide.readers, guide.welcome, guide.instructions, guide.privacy]
        texts += guide.examples
        if any(len(text) > _LONGEST for text in texts) or len(guide.examples) > _MOST_EXAMPLES:
            raise InputError(
                f"Een veld heeft hoogstens {_LONGEST} tekens, en er zijn hoogstens {_MOST_EXAMPLES} "
                "voorbeeldvragen."
            )
        saved = self._repository.put(collection, guide, actor.name)
        version: dict[str, Plain] = {"guide_version": saved.version}
        note(self._log, "collection.guide", actor, f"collection:{collection}", version)
        return saved

    def say(self, collection: str, remark: Remark, *, actor: Actor) -> str:
        """What this person says of an answer goes to the owner; its id. Raises InputError."""
        self.find(collection, actor)
        if remark.finding is Finding.QUESTION:
            self._require_owner(collection, actor)
            if not remark.measures:
                raise InputError("Zeg waar het antwoord staat, of dat het nergens staat.")
        if not remark.question.strip():
            raise InputError("Stel een vraag.")
        if any(len(text) > _LONGEST for text in (remark.question, remark.after, remark.words, remark.remark)):
            raise InputError(f"Een veld heeft hoogstens {_LONGEST} tekens.")
        if remark.words and not remark.nowhere and not self._stands(remark, actor):
            if remark.finding is Finding.QUESTION:
                raise InputError("Deze woorden staan niet zo in dat document. Plak ze zoals ze er staan.")
            message = f"{remark.remark} Genoemde plek: “{remark.words}”".strip()  # for the owner to find
            remark = replace(remark, words="", remark=message[:_LONGEST])
        name = self._repository.add(collection, remark, actor.name)
        # what was asked can hold personal data, and a log is for ever
        details: dict[str, Plain] = {"remark": name, "finding": remark.finding.value}
        note(self._log, "collection.remark", actor, f"collection:{collection}", details)
        return name

    def _stands(self, remark: Remark, actor: Actor) -> bool:
        """Whether the words of a remark stand in its document."""
        text = self._store.document(remark.document, actor.collections, lines=False).text
        return " ".join(remark.words.split()) in " ".join(text.split())

    def remarks(self, collection: str, actor: Actor) -> tuple[StoredRemark, ...]:
        """What was said of answers from a collection, newest first; for its owner."""
        self._require_owner(collection, actor)
        return self._repository.remarks(collection)

    def settle(self, collection: str, remark_id: str, *, actor: Actor) -> None:
        """The owner is done with a remark; it still measures. Raises UnknownReferenceError."""
        self._require_owner(collection, actor)
        if not self._repository.settle(collection, remark_id):
            raise UnknownReferenceError(f"Opmerking {remark_id} bestaat niet.")
        note(self._log, "collection.settle", actor, f"collection:{collection}", {"remark": remark_id})

    def evaluate(self, collection: str, *, actor: Actor) -> AskReport:
        """How well the collection answers its own questions now; kept in the log by date.

        Raises InputError where it has none.
        """
        self._require_owner(collection, actor)
        remarks = [s for s in self._repository.remarks(collection) if s.remark.measures]
        if not remarks:
            raise InputError(
                f"De verzameling {collection} heeft nog geen vragen om aan te meten. Zij komen van wie bij "
                "een antwoord zegt waar het wel staat, en van de eigenaar."
            )
        self._indexing.follow(silent)
        filters = Filters(collections=(collection,))
        documents = self._store.scope(filters, actor.collections).allowed
        reader, engine = self._store.seen_by(actor.collections), self._indexing.index
        library = VisibleLibrary(self._store, filters, actor.collections)
        outcomes = []
        for one in remarks:
            remark = one.remark
            question = (remark.question, remark.finding.value, not remark.nowhere, remark.words, remark.after)
            case = DocumentQuestion(one.id, remark.document, *question)
            reply = find_answers(
                engine, reader, remark.question, after=remark.after, documents=documents, library=library
            )
            outcomes.append(put_question(engine, reader, case, remark.document, reply, documents))
        report = report_questions(outcomes)
        figures = to_fields(report.all, "questions", "found", "shown")
        figures |= to_fields(report, "unanswerable", "refused")
        note(self._log, _EVALUATED, actor, f"collection:{collection}", figures)
        return report

    def measured(self, collection: str, actor: Actor) -> tuple[Measured, ...]:
        """What earlier evaluations found, oldest first."""
        self._require_owner(collection, actor)
        entries = self._log.of_actions([_EVALUATED])
        names = ("questions", "found", "shown", "unanswerable", "refused")
        return tuple(
            from_plain(Measured, {"at": to_plain(e.at), **{name: e.details[name] for name in names}})
            for e in entries
            if e.subject == f"collection:{collection}"
        )

    def may_edit(self, collection: str, actor: Actor) -> bool:
        """Whether this person manages collections, or owns this one."""
        if not actor.may_see(collection):
            return False
        if RIGHTS[Task.MANAGE] & actor.roles:
            return True
        newest = self._repository.newest(collection)
        return bool(newest.owner) and newest.owner == actor.name

    def _require_owner(self, collection: str, actor: Actor) -> None:
        self.find(collection, actor)
        if not self.may_edit(collection, actor):
            raise PermissionDeniedError("Dit kan alleen de eigenaar van de verzameling, of een beheerder.")
