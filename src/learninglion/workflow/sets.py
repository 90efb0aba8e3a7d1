"""Sets at work: what an officer did with the evidence of each question; what is typed and not saved yet."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import islice

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    Integer,
    String,
    Table,
    Text,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from learninglion.database.engine import Moment, erasing, new_metadata, now, reading, writing
from learninglion.drafting.line import contradiction
from learninglion.drafting.selection import Choice
from learninglion.dutch.text import split_sentences
from learninglion.models import (
    Actor,
    Filters,
    Hit,
    QuestionSet,
    Rejection,
    Source,
    SourceKind,
    Span,
    SubQuestion,
)
from learninglion.models.errors import InputError, UnknownReferenceError
from learninglion.models.plain import from_plain, to_plain
from learninglion.parsing.sets import FOLLOWS
from learninglion.record.log import EventLog
from learninglion.search.search import Step, timeline
from learninglion.store.store import Store
from learninglion.workflow.log import OPENED, note
from learninglion.workflow.rights import Task, require

metadata = new_metadata()

_LOOKED_AT = 400  # sets, the last changed ones, to see whether one is there already

works = Table(
    "works",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("owner", String(200), nullable=False, index=True),
    Column("title", String(500), nullable=False),
    Column("changed", Moment, nullable=False),
    Column("dossier", String(64), nullable=True),
    Column("content", Text, nullable=False),
)
shortlists = Table(
    "work_boards",
    metadata,
    Column("work", String(32), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("content", Text, nullable=False),
)

_CARD = (works.c.id, works.c.owner, works.c.title, works.c.changed, works.c.dossier)


@dataclass(frozen=True, slots=True)
class Shortlist:
    """One sub-question with its evidence; ids are source ids."""

    offered: tuple[Hit, ...] = ()
    added: tuple[Source, ...] = ()  # found by the officer, not offered
    chosen: tuple[str, ...] = ()
    rejected: tuple[Rejection, ...] = ()
    seen: tuple[str, ...] = ()
    searches: tuple[str, ...] = ()  # own words the officer searched further with
    visited: bool = False

    def state(self, source_id: str) -> str:
        """What the officer did with a source: chosen, rejected, seen or open."""
        if source_id in self.chosen:
            return "chosen"
        if any(r.source_id == source_id for r in self.rejected):
            return "rejected"
        return "seen" if source_id in self.seen else "open"

    def reason(self, source_id: str) -> str:
        """Why a source was rejected; empty when it was not."""
        return next((r.reason for r in self.rejected if r.source_id == source_id), "")

    def knows(self, source_id: str) -> bool:
        """Whether this source lies on the shortlist."""
        return any(h.source.id == source_id for h in self.offered) or any(
            s.id == source_id for s in self.added
        )


@dataclass(frozen=True, slots=True)
class Work:
    """A set with its scope; the shortlists are in the order of the questions."""

    id: str
    owner: str
    changed: datetime
    question_set: QuestionSet
    filters: Filters
    threshold: float | None
    dossier: str | None = None
    shortlists: tuple[Shortlist, ...] = ()

    def choices(self) -> tuple[Choice, ...]:
        """What was decided so far, as the workflow takes it."""
        return tuple(
            Choice(question.numbers, shortlist.chosen, shortlist.rejected, shortlist.seen)
            for question, shortlist in zip(self.question_set.questions, self.shortlists, strict=True)
        )


@dataclass(frozen=True, slots=True)
class WorkCard:
    """What a list says of a set at work."""

    id: str
    owner: str
    title: str
    changed: datetime
    dossier: str | None


@dataclass(frozen=True, slots=True)
class _Content:
    question_set: QuestionSet
    filters: Filters
    threshold: float | None


# --------------------------------------------------------------------------- what an officer does


def _require(shortlist: Shortlist, source_id: str) -> None:
    if not shortlist.knows(source_id):
        raise UnknownReferenceError("Deze bron ligt niet bij deze vraag.")


def choose_source(shortlist: Shortlist, source_id: str) -> Shortlist:
    """The shortlist with this source chosen; a rejection is taken back."""
    _require(shortlist, source_id)
    restored = put_back(shortlist, source_id)
    return replace(restored, chosen=(*restored.chosen, source_id), seen=_with(restored.seen, source_id))


def reject_source(shortlist: Shortlist, source_id: str, reason: str) -> Shortlist:
    """The shortlist with this source set aside. Raises InputError without a reason."""
    _require(shortlist, source_id)
    if not reason.strip():
        raise InputError("Geef een reden waarom u deze bron afwijst.")
    restored = put_back(shortlist, source_id)
    rejected = (*restored.rejected, Rejection(source_id, reason.strip()))
    return replace(restored, rejected=rejected, seen=_with(restored.seen, source_id))


def put_back(shortlist: Shortlist, source_id: str) -> Shortlist:
    """The shortlist with this source neither chosen nor rejected."""
    return replace(
        shortlist,
        chosen=tuple(s for s in shortlist.chosen if s != source_id),
        rejected=tuple(r for r in shortlist.rejected if r.source_id != source_id),
    )


def open_source(shortlist: Shortlist, source_id: str) -> Shortlist:
    """The shortlist that remembers that this source was looked at."""
    return (
        replace(shortlist, seen=_with(shortlist.seen, source_id)) if shortlist.knows(source_id) else shortlist
    )


def add_source(shortlist: Shortlist, source: Source) -> Shortlist:
    """The shortlist with a source the officer found elsewhere, chosen at once."""
    added = shortlist.added if shortlist.knows(source.id) else (*shortlist.added, source)
    return choose_source(replace(shortlist, added=added), source.id)


def drop_source(shortlist: Shortlist, source_id: str) -> Shortlist:
    """The shortlist without a source that the officer added: its text is gone, also from what was decided."""
    restored = put_back(shortlist, source_id)
    return replace(
        restored,
        added=tuple(s for s in restored.added if s.id != source_id),
        seen=tuple(s for s in restored.seen if s != source_id),
    )


def add_hits(shortlist: Shortlist, hits: Iterable[Hit], words: str) -> tuple[Shortlist, int]:
    """The shortlist with what a further search found and was not there yet, and how many that are."""
    known = {h.source.id for h in shortlist.offered} | {s.id for s in shortlist.added}
    fresh = [h for h in hits if h.source.id not in known]
    first = len(shortlist.offered) + 1
    ranked = tuple(replace(h, rank=first + i) for i, h in enumerate(fresh))
    searches = _with(shortlist.searches, words)
    return replace(shortlist, offered=(*shortlist.offered, *ranked), searches=searches), len(fresh)


def _only_sources(shortlist: Shortlist, keep: Callable[[Source], bool]) -> Shortlist:
    """The shortlist without the sources that `keep` does not want, also among what was decided."""
    held = (*(hit.source for hit in shortlist.offered), *shortlist.added)
    gone = {source.id for source in held if not keep(source)}
    if not gone:
        return shortlist
    return replace(
        shortlist,
        offered=tuple(h for h in shortlist.offered if h.source.id not in gone),
        added=tuple(s for s in shortlist.added if s.id not in gone),
        chosen=tuple(s for s in shortlist.chosen if s not in gone),
        rejected=tuple(r for r in shortlist.rejected if r.source_id not in gone),
        seen=tuple(s for s in shortlist.seen if s not in gone),
    )


def _with(items: tuple[str, ...], item: str) -> tuple[str, ...]:
    return items if item in items else (*items, item)


# What a person mends of a set as it was read, before anything is searched.

_NUMBER_AHEAD = re.compile(r"\s*(?:(?:deel)?vraag\s+)?(\d{1,3})\s?[.):–-]\s*(?=\S)", re.IGNORECASE)
_BETWEEN = (
    re.compile(r"\n\s*\n"),
    re.compile(r"\n(?=\s*(?:(?:deel)?vraag\s+)?\d{1,3}\s?[.):–-]\s*\S)", re.IGNORECASE),
    re.compile(r"(?<=\?)\s*\n"),
    re.compile(r"(?<=\?)\s+"),
)


def split_question(question_set: QuestionSet, position: int) -> QuestionSet:
    """The set with the question at `position` (from 0) as several: at its empty lines, else at the lines that
    begin with a number, else behind its question marks, first those at the end of a line.

    What hangs on what stands before ("Zo nee, waarom niet?") is no question of its own. A part keeps the
    number that it begins with. The others count on, and what follows moves up where it must.
    Raises InputError where there is nothing to split at.
    """
    question = _question_at(question_set, position)
    texts = next((found for way in _BETWEEN if len(found := _parts_of(question.text, way)) > 1), None)
    if texts is None:
        raise InputError("Zet een lege regel waar de volgende vraag begint; splits dan.")
    parts, last = list[SubQuestion](), question.numbers[0] - 1
    for text in texts:
        ahead = _NUMBER_AHEAD.match(text)
        last = int(ahead[1]) if ahead else last + 1
        parts.append(SubQuestion((last,), text[ahead.end() :].strip() if ahead else text.strip()))
    before, after = question_set.questions[:position], question_set.questions[position + 1 :]
    taken = {n for part in parts for n in part.numbers}
    if any(taken.intersection(q.numbers) for q in after):
        more = max(taken) - max(question.numbers)
        after = tuple(replace(q, numbers=tuple(n + more for n in q.numbers)) for q in after)
    return replace(question_set, questions=(*before, *parts, *after))


def _parts_of(text: str, between: re.Pattern[str]) -> list[str]:
    parts: list[str] = []
    for part in re.split(between, text):
        if not part.strip():
            continue
        if parts and FOLLOWS.match(part.strip()):
            parts[-1] = f"{parts[-1].rstrip()} {part.lstrip()}"
        else:
            parts.append(part)
    return parts


def join_question(question_set: QuestionSet, position: int) -> QuestionSet:
    """The set with the question at `position` (from 0) behind the one before, as one with both numbers."""
    second = _question_at(question_set, position)
    if position == 0:
        raise InputError("Voor de eerste vraag staat geen vraag om haar bij te voegen.")
    first = question_set.questions[position - 1]
    numbers = tuple(dict.fromkeys((*first.numbers, *second.numbers)))
    joined = SubQuestion(numbers, f"{first.text}\n{second.text}")
    before, after = question_set.questions[: position - 1], question_set.questions[position + 1 :]
    return replace(question_set, questions=(*before, joined, *after))


def _question_at(question_set: QuestionSet, position: int) -> SubQuestion:
    if not 0 <= position < len(question_set.questions):
        raise UnknownReferenceError("Deze vraag staat niet in de set.")
    return question_set.questions[position]


# --------------------------------------------------------------------------- where it is kept


class Sets:
    """The sets a person works on: nobody else finds or changes them."""

    def __init__(self, engine: Engine, store: Store) -> None:
        self._engine = engine
        self._store = store

    def lay_out(
        self,
        question_set: QuestionSet,
        filters: Filters,
        threshold: float | None,
        offered: Iterable[tuple[Hit, ...]] = (),
        *,
        actor: Actor,
    ) -> Work:
        """A new set, with the hits per question where they are known."""
        require(actor, Task.DRAFT)
        shortlists = tuple(Shortlist(offered=hits) for hits in offered) or tuple(
            Shortlist() for _ in question_set.questions
        )
        work = Work(
            secrets.token_hex(8), actor.name, now(), question_set, filters, threshold, None, shortlists
        )
        with writing(self._engine) as connection:
            connection.execute(insert(works).values(**_row(work)))
            _insert_shortlists(connection, work)
        return work

    def find(self, work_id: str, actor: Actor) -> Work:
        """The set with its shortlists. Raises UnknownReferenceError if it is not there or somebody else's.

        What was found before and may not be seen now lies on no shortlist any more.
        """
        require(actor, Task.DRAFT)
        laid = (
            select(shortlists.c.content).where(shortlists.c.work == work_id).order_by(shortlists.c.position)
        )
        with reading(self._engine) as connection:
            row = connection.execute(select(works).where(*_of(work_id, actor))).one_or_none()
            if row is None:
                raise UnknownReferenceError(_NOT_YOURS)
            texts = connection.scalars(laid.order_by(shortlists.c.position))
            read = [from_plain(Shortlist, json.loads(text)) for text in texts]
        held = [s for b in read for s in (*(h.source for h in b.offered), *b.added)]
        archived = {s.id for s in held if s.kind is not SourceKind.SUPPLIED}
        visible = self._store.seen_among(archived, actor.collections)
        left = tuple(_only_sources(b, lambda s: s.id not in archived or s.id in visible) for b in read)
        content = from_plain(_Content, json.loads(row.content))
        scope = (content.question_set, content.filters, content.threshold)
        return Work(row.id, row.owner, row.changed, *scope, row.dossier, left)

    def list(self, actor: Actor, limit: int = 50) -> tuple[WorkCard, ...]:
        """This person's sets, the last changed first."""
        require(actor, Task.DRAFT)
        query = select(*_CARD).where(works.c.owner == actor.name)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(works.c.changed.desc(), works.c.id).limit(limit))
            return tuple(WorkCard(*row) for row in rows)

    def same_as(self, work: Work, actor: Actor) -> tuple[WorkCard, ...]:
        """The other sets with mostly the same questions, the last changed first; also those of colleagues.

        Of a colleague's set a person learns whose it is and when it was changed; it stays the colleague's.
        """
        _require_own(work, actor)
        query = select(*_CARD, works.c.content).where(works.c.id != work.id)
        texts = {_squashed(q.text) for q in work.question_set.questions}
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(works.c.changed.desc(), works.c.id).limit(_LOOKED_AT))
            same = []
            for *card, content in rows:
                there = {_squashed(q["text"]) for q in json.loads(content)["question_set"]["questions"]}
                if 2 * len(texts & there) > max(len(texts), len(there)):
                    same.append(WorkCard(*card))
            return tuple(same)

    def put_shortlist(self, work: Work, position: int, shortlist: Shortlist, *, actor: Actor) -> None:
        """Keep one shortlist."""
        _require_own(work, actor)
        where = (shortlists.c.work == work.id, shortlists.c.position == position)
        with writing(self._engine) as connection:
            connection.execute(update(shortlists).where(*where).values(content=_dump(shortlist)))
            connection.execute(update(works).where(works.c.id == work.id).values(changed=now()))

    def relay(
        self,
        work: Work,
        question_set: QuestionSet,
        filters: Filters,
        threshold: float | None,
        offered: Iterable[tuple[Hit, ...]],
        *,
        actor: Actor,
    ) -> Work:
        """The same set, corrected and searched again; what was decided for a question stays."""
        _require_own(work, actor)
        fresh = [Shortlist(offered=hits) for hits in offered]
        relaid = _carried_over(work.question_set.questions, work.shortlists, question_set.questions, fresh)
        again = Work(work.id, work.owner, now(), question_set, filters, threshold, work.dossier, relaid)
        with writing(self._engine) as connection:
            connection.execute(update(works).where(works.c.id == work.id).values(**_row(again)))
            connection.execute(delete(shortlists).where(shortlists.c.work == work.id))
            _insert_shortlists(connection, again)
        return again

    def tie(self, work: Work, dossier_id: str, *, actor: Actor) -> None:
        """Remember which dossier this set became."""
        _require_own(work, actor)
        with writing(self._engine) as connection:
            tied = {"dossier": dossier_id, "changed": now()}
            connection.execute(update(works).where(works.c.id == work.id).values(**tied))

    def of_dossier(self, dossier_id: str, actor: Actor) -> str:
        """The id of this person's set that became this dossier; empty when there is none any more."""
        query = select(works.c.id).where(works.c.dossier == dossier_id, works.c.owner == actor.name)
        with reading(self._engine) as connection:
            return connection.scalar(query.order_by(works.c.changed.desc()).limit(1)) or ""

    def clear(self, work_id: str, actor: Actor) -> None:
        """Throw a set away; what became a dossier stays a dossier."""
        require(actor, Task.DRAFT)
        with writing(self._engine) as connection:
            if connection.execute(delete(works).where(*_of(work_id, actor))).rowcount:
                connection.execute(delete(shortlists).where(shortlists.c.work == work_id))


def _of(work_id: str, actor: Actor) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return works.c.id == work_id, works.c.owner == actor.name


class SetRepository:
    """The sets at work of everybody, for other use cases: what goes for good, and what a text stands in."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def contents(self) -> tuple[tuple[str, str], ...]:
        """The id of every set at work with a text of it, several times where it has several."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(works.c.id, works.c.title, works.c.content)).all()
            laid = connection.execute(select(shortlists.c.work, shortlists.c.content)).all()
        return (
            *((str(row[0]), f"{row[1]}\n{row[2]}") for row in rows),
            *((str(row[0]), str(row[1])) for row in laid),
        )

    def holding(self, document_id: str) -> tuple[str, ...]:
        """The sets in which something of this document lies, whoever's they are."""
        query = select(shortlists.c.work).where(
            shortlists.c.content.contains(f'"{document_id}"', autoescape=True)
        )
        with reading(self._engine) as connection:
            return tuple(sorted(set(connection.scalars(query))))

    def forget_document(self, document_id: str) -> None:
        """Take every text of this document off the shortlists, whoever's they are."""
        query = select(shortlists).where(shortlists.c.content.contains(f'"{document_id}"', autoescape=True))
        with erasing(self._engine) as connection:
            for row in connection.execute(query).all():
                shortlist = from_plain(Shortlist, json.loads(row.content))
                left = _only_sources(shortlist, lambda source: source.document.id != document_id)
                where = (shortlists.c.work == row.work, shortlists.c.position == row.position)
                connection.execute(update(shortlists).where(*where).values(content=_dump(left)))

    def count_before(self, moment: datetime, held: Collection[str]) -> int:
        """How many sets were not touched since `moment`, but those of the dossiers `held`."""
        query = select(func.count()).select_from(works).where(_untouched(moment, held))
        with reading(self._engine) as connection:
            return int(connection.scalar(query) or 0)

    def clear_dossier(self, dossier_id: str) -> None:
        """Throw away the sets that became this dossier, whoever's they are."""
        self._erase(works.c.dossier == dossier_id)

    def clear_all(self, work_ids: Iterable[str]) -> None:
        """Throw away these sets, whoever's they are."""
        self._erase(works.c.id.in_(sorted(work_ids)))

    def clear_before(self, moment: datetime, held: Collection[str]) -> None:
        """Throw away all sets not touched since `moment` (retention), but those of the dossiers `held`."""
        self._erase(_untouched(moment, held))

    def _erase(self, which: ColumnElement[bool]) -> None:
        with erasing(self._engine) as connection:
            ids = select(works.c.id).where(which)
            connection.execute(delete(shortlists).where(shortlists.c.work.in_(ids)))
            connection.execute(delete(works).where(which))


def _untouched(moment: datetime, held: Collection[str]) -> ColumnElement[bool]:
    return and_(works.c.changed < moment, or_(works.c.dossier.is_(None), works.c.dossier.not_in(held)))


def _require_own(work: Work, actor: Actor) -> None:
    require(actor, Task.DRAFT)
    if work.owner != actor.name:
        raise UnknownReferenceError(_NOT_YOURS)


_NOT_YOURS = "Deze set bestaat niet, of is van iemand anders."


def _carried_over(
    questions: Sequence[SubQuestion],
    before: Sequence[Shortlist],
    new_questions: Sequence[SubQuestion],
    fresh: list[Shortlist],
) -> tuple[Shortlist, ...]:
    """Fresh shortlists with all that was decided on the old ones, question by question.

    A question that was split or merged takes along what was decided for its parts; of one that is gone, the
    sources that the officer brought along go to the nearest question.
    """
    carried: set[int] = set()
    origins: list[list[int]] = []
    same = {_squashed(q.text): i for i, q in enumerate(questions)}
    exact = [same.get(_squashed(q.text)) for q in new_questions]
    for question, known in zip(new_questions, exact, strict=True):
        overlapping = (
            i for i, q in enumerate(questions) if i not in exact and set(q.numbers) & set(question.numbers)
        )
        origins.append([known] if known is not None else list(overlapping))
        carried |= set(origins[-1])
    shortlists_now = [
        _merged([before[i] for i in old if i < len(before)], b) for old, b in zip(origins, fresh, strict=True)
    ]
    for position, shortlist in enumerate(before):
        own = tuple(s for s in shortlist.added if s.kind is SourceKind.SUPPLIED)
        if own and position not in carried and shortlists_now:
            place = min(position, len(shortlists_now) - 1)
            added = {s.id: s for s in (*shortlists_now[place].added, *own)}
            shortlists_now[place] = replace(shortlists_now[place], added=tuple(added.values()))
    return tuple(shortlists_now)


def _merged(before: Sequence[Shortlist], fresh: Shortlist) -> Shortlist:
    """A fresh shortlist with what was decided before; a touched source that is not found again is kept."""
    shortlist = fresh
    for old in before:
        hits = [h for h in old.offered if old.state(h.source.id) != "open"]
        shortlist, _ = add_hits(shortlist, hits, "")
        added = {
            s.id: s
            for s in (*shortlist.added, *old.added)
            if s.id not in {h.source.id for h in shortlist.offered}
        }
        rejected = {r.source_id: r for r in (*shortlist.rejected, *old.rejected)}
        chosen = tuple(dict.fromkeys((*shortlist.chosen, *old.chosen)))
        shortlist = replace(
            shortlist,
            added=tuple(added.values()),
            chosen=chosen,
            rejected=tuple(r for r in rejected.values() if r.source_id not in chosen),
            seen=tuple(dict.fromkeys((*shortlist.seen, *old.seen))),
            searches=tuple(dict.fromkeys((*shortlist.searches, *old.searches))),
            visited=shortlist.visited or old.visited,
        )
    return replace(shortlist, searches=tuple(w for w in shortlist.searches if w))


def _squashed(text: str) -> str:
    """What two pastings of one question share: a PDF breaks words and lines where a web page does not."""
    return "".join(filter(str.isalnum, text.casefold()))


def _row(work: Work) -> dict[str, object]:
    content = _Content(work.question_set, work.filters, work.threshold)
    first = work.question_set.questions[0].text if work.question_set.questions else ""
    title = work.question_set.title or work.question_set.introduction or first
    return {
        "id": work.id,
        "owner": work.owner,
        "title": " ".join(title.split())[:300],
        "changed": work.changed,
        "dossier": work.dossier,
        "content": _dump(content),
    }


def _insert_shortlists(connection: Connection, work: Work) -> None:
    rows = [{"work": work.id, "position": i, "content": _dump(b)} for i, b in enumerate(work.shortlists)]
    if rows:
        connection.execute(insert(shortlists), rows)


def _dump(value: object) -> str:
    return json.dumps(to_plain(value), ensure_ascii=False, separators=(",", ":"))


# Of the longer sentence's content words. Less than the checker asks before it overrules a source: here a
# person looks at both sentences, and a change of line that is not shown is worse than one that is none.
_SAME_SUBJECT = 0.4
_SENTENCES = 30  # of one answer; the rest of a longer one is figures and footnotes
_TURNS = 3  # shown at one answer


@dataclass(frozen=True, slots=True)
class Card:
    """One source as a card: how it was found, and what was done with it."""

    source: Source
    hit: Hit | None  # None: added by the officer
    state: str
    reason: str
    marked: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """A source with those that say nearly the same."""

    card: Card
    alike: tuple[Card, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """A sentence with another figure, another yes or no, or another may or must than an earlier answer."""

    sentence: str
    before: str
    day: date  # of the earlier answer


@dataclass(frozen=True, slots=True)
class LineMoment:
    """One step of the line taken, with where it turns."""

    step: Step
    state: str
    turns: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class ShortlistView:
    """What the page shows of a shortlist."""

    groups: tuple[Group, ...]
    added: tuple[Card, ...]
    moments: tuple[LineMoment, ...]
    below: tuple[Group, ...]  # under the threshold
    chosen: int
    rejected: int
    untouched: int


def lay_out(shortlist: Shortlist, threshold: float | None) -> ShortlistView:
    """The shortlist with duplicates under the best of them and what scores too low apart."""
    groups = _group(shortlist)
    least = threshold or 0.0
    over = tuple(g for g in groups if (g.card.hit and g.card.hit.score >= least) or _touched(g))
    added = tuple(_card(shortlist, s, None) for s in shortlist.added)
    shown = (*(c for g in over for c in (g.card, *g.alike)), *added)
    below = tuple(g for g in groups if g not in over)
    return ShortlistView(
        groups=over,
        added=added,
        moments=_line_taken(shown),
        below=below,
        chosen=len(shortlist.chosen),
        rejected=len(shortlist.rejected),
        untouched=sum(shortlist.state(h.source.id) == "open" for h in shortlist.offered),
    )


def _touched(group: Group) -> bool:
    return any(c.state in ("chosen", "rejected") for c in (group.card, *group.alike))


def _card(shortlist: Shortlist, source: Source, hit: Hit | None) -> Card:
    state = shortlist.state(source.id)
    marked = hit.matched if hit else ()
    return Card(source, hit, state, shortlist.reason(source.id), marked)


def _group(shortlist: Shortlist) -> list[Group]:
    leaders: dict[str, list[Hit]] = {}
    leader_of: dict[str, str] = {}
    for hit in shortlist.offered:
        twins = {hit.source.id, *hit.duplicates}
        leader = next((leader_of[t] for t in hit.duplicates if t in leader_of), None)
        if leader is None:
            leader = hit.source.id
            leaders[leader] = []
        leaders[leader].append(hit)
        for twin in twins:
            leader_of.setdefault(twin, leader)
    groups = []
    for hits in leaders.values():
        first, *rest = [_card(shortlist, h.source, h) for h in hits]
        groups.append(Group(first, tuple(rest)))
    return groups


def _line_taken(cards: Sequence[Card]) -> tuple[LineMoment, ...]:
    """The dated answers that were not rejected, the oldest first, each with where it says something new.

    What the officer brought along is no answer that was given, so it does not count as a turn.
    """
    cards_left = {c.source.id: c for c in cards if c.state != "rejected"}
    steps = timeline(c.source for c in cards_left.values())
    moments = []
    for position, step in enumerate(steps):
        earlier = [
            s for s in steps[:position] if s.day < step.day and s.source.kind is not SourceKind.SUPPLIED
        ]
        moments.append(LineMoment(step, cards_left[step.source.id].state, _turns_of(step, earlier)))
    return tuple(moments)


def _turns_of(step: Step, earlier: Sequence[Step]) -> tuple[Turn, ...]:
    """Where this answer differs from the latest one that spoke of the same, once for each sentence."""
    turns: dict[str, Turn] = {}
    for before in reversed(earlier):
        for sentence, old in _differences(before.source.body, step.source.body):
            turns.setdefault(sentence, Turn(sentence, old, before.day))
    return tuple(islice(turns.values(), _TURNS))


@lru_cache(maxsize=512)
def _differences(older: str, newer: str) -> tuple[tuple[str, str], ...]:
    """Sentences of `newer` with the sentence of `older` that each contradicts most."""
    old, new = _sentences(older), _sentences(newer)
    pairs = []
    for sentence in new:
        shared, before = max(((contradiction(o, sentence, _SAME_SUBJECT), o) for o in old), default=(0.0, ""))
        if shared:
            pairs.append((sentence, before))
    return tuple(pairs)


def _sentences(text: str) -> tuple[str, ...]:
    spans = split_sentences(text)[:_SENTENCES]
    return tuple(" ".join(span.of(text).split()) for span in spans)


# What a person is typing and did not save yet, so that no end of a session takes it away.
#
# A place is the path of the form; what was typed there belongs to the person who typed it, and nobody else
# finds it. It is gone once the form is saved or the person throws it away.

working_texts = Table(
    "working_texts",
    metadata,
    Column("owner", String(200), primary_key=True),
    Column("place", String(200), primary_key=True),
    Column("changed", Moment, nullable=False),
    Column("fields", Text, nullable=False),
)

_PLACE = re.compile(r"/[A-Za-z0-9/_.-]{1,190}")
_ASKED = re.compile(r"/(?:search|ask)/[0-9a-f]{16}")  # the results of a form that was sent
_LONGEST = 400_000  # characters of one place; a pasted set is 200,000 at most
_MOST = 200  # places of one person; the oldest goes


@dataclass(frozen=True, slots=True)
class WorkingText:
    """What stands in the fields of a form, by their names."""

    place: str
    changed: datetime
    fields: Mapping[str, str]


class WorkingTextRepository:
    """The working texts of everybody, for other use cases."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

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
            connection.execute(delete(working_texts).where(_below(path)))

    def clear_before(self, moment: datetime) -> None:
        """Forget what was not touched since `moment` (retention)."""
        with erasing(self._engine) as connection:
            connection.execute(delete(working_texts).where(working_texts.c.changed < moment))


class WorkingTexts:
    """What a person is typing: nobody else finds or changes it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, place: str, fields: Mapping[str, str], *, actor: Actor) -> WorkingText:
        """Keep what stands in the form at `place` instead of what was kept there; over the limit the oldest
        place goes. Raises InputError for what is no place, or too long.
        """
        require(actor, Task.DRAFT)
        if not _PLACE.fullmatch(place) or _ASKED.fullmatch(place):
            raise InputError("Dit is geen plaats waar tekst wordt bewaard.")
        if sum(len(name) + len(value) for name, value in fields.items()) > _LONGEST:
            raise InputError(f"Deze tekst is langer dan {_LONGEST} tekens en wordt niet tussendoor bewaard.")
        text = WorkingText(place, now(), dict(fields))
        row = {"changed": text.changed, "fields": json.dumps(text.fields, ensure_ascii=False)}
        mine, here = _typed_by(actor), working_texts.c.place == place
        with writing(self._engine) as connection:
            if not connection.execute(update(working_texts).where(mine, here).values(**row)).rowcount:
                connection.execute(insert(working_texts).values(owner=actor.name, place=place, **row))
                order = (working_texts.c.changed.desc(), working_texts.c.place)
                over = select(working_texts.c.place).where(mine).order_by(*order).offset(_MOST).limit(_MOST)
                gone = list(connection.scalars(over))
                connection.execute(delete(working_texts).where(mine, working_texts.c.place.in_(gone)))
        return text

    def find(self, place: str, actor: Actor) -> WorkingText | None:
        """What this person typed at this place and did not save."""
        require(actor, Task.DRAFT)
        query = select(working_texts.c.changed, working_texts.c.fields)
        with reading(self._engine) as connection:
            here = query.where(_typed_by(actor), working_texts.c.place == place)
            row = connection.execute(here).one_or_none()
        return None if row is None else WorkingText(place, row.changed, json.loads(row.fields))

    def places(self, under: str, actor: Actor) -> tuple[str, ...]:
        """The places below a path where this person left something."""
        query = select(working_texts.c.place).where(_typed_by(actor), _below(under))
        with reading(self._engine) as connection:
            return tuple(connection.scalars(query.order_by(working_texts.c.place)))

    def clear(self, place: str, *, actor: Actor) -> None:
        """Forget what was typed at a place: it was saved, or thrown away."""
        require(actor, Task.DRAFT)
        with writing(self._engine) as connection:
            mine = delete(working_texts).where(_typed_by(actor), working_texts.c.place == place)
            connection.execute(mine)


_ASKED_KEPT = timedelta(days=1)
_MOST_ASKED = 20  # of one person


class AskedForms:
    """What a person searched for or asked, so that its results have an address without its words in it.

    An address stays in histories and in the logs of others. The last forms are kept, and a day at most.
    """

    def __init__(self, engine: Engine, log: EventLog) -> None:
        self._engine = engine
        self._log = log

    def keep(self, path: str, fields: Mapping[str, str], *, actor: Actor) -> str:
        """Keep a form sent to `path`; gives the path of its results. Raises InputError if too long."""
        require(actor, Task.SEARCH)
        if sum(len(name) + len(value) for name, value in fields.items()) > _LONGEST:
            raise InputError(f"Deze tekst is langer dan {_LONGEST} tekens.")
        place, moment, here = f"{path}/{secrets.token_hex(8)}", now(), _below(f"{path}/")
        row = {"changed": moment, "fields": json.dumps(dict(fields), ensure_ascii=False)}
        older = select(working_texts.c.place).where(_typed_by(actor), here)
        order = (working_texts.c.changed.desc(), working_texts.c.place)
        with writing(self._engine) as connection:
            lapsed = working_texts.c.changed < moment - _ASKED_KEPT
            connection.execute(delete(working_texts).where(here, lapsed))
            gone = list(connection.scalars(older.order_by(*order).offset(_MOST_ASKED - 1)))
            connection.execute(delete(working_texts).where(_typed_by(actor), working_texts.c.place.in_(gone)))
            connection.execute(insert(working_texts).values(owner=actor.name, place=place, **row))
        return place

    def find(self, place: str, actor: Actor) -> dict[str, str]:
        """The fields of a form that this person sent. Raises UnknownReferenceError where it is not kept."""
        kept = self._find(place, actor)
        if kept is None:
            raise UnknownReferenceError("Deze zoekactie wordt niet meer bewaard. Zoek opnieuw.")
        return kept

    def _find(self, place: str, actor: Actor) -> dict[str, str] | None:
        require(actor, Task.SEARCH)
        if not _ASKED.fullmatch(place):
            return None
        query = select(working_texts.c.fields).where(_typed_by(actor), working_texts.c.place == place)
        with reading(self._engine) as connection:
            kept = connection.scalar(query.where(working_texts.c.changed >= now() - _ASKED_KEPT))
        return None if kept is None else json.loads(kept)

    def opened(self, place: str, source_id: str, actor: Actor) -> None:
        """Keep in the log that this person opened a source from the results at `place`, once, if those are
        still kept.
        """
        if self._find(place, actor) is None:
            return
        steps = self._log.every(subject=place, actions={OPENED})
        if all(step.details["source"] != source_id for step in steps):
            note(self._log, OPENED, actor, place, {"source": source_id})


def _typed_by(actor: Actor) -> ColumnElement[bool]:
    return working_texts.c.owner == actor.name


def _below(path: str) -> ColumnElement[bool]:
    return working_texts.c.place.startswith(path, autoescape=True)
