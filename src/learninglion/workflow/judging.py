"""Judging results by several people: rounds, one result at a time, and what management sees of it."""

from __future__ import annotations

from dataclasses import dataclass

from learninglion.database.blobs import Blobs
from learninglion.evaluation.judgements import (
    GRADES,
    Agreement,
    Round,
    Shown,
    agreement,
    close_round,
    judgements_of,
    list_rounds,
    read_round,
    written_judgements,
)
from learninglion.models import Actor, Source
from learninglion.models.errors import UnknownReferenceError
from learninglion.record.log import EventLog
from learninglion.store.store import Store
from learninglion.workflow.log import note
from learninglion.workflow.rights import Task, require

__all__ = ["GRADES", "Judging", "JudgingTask", "RoundCard"]


@dataclass(frozen=True, slots=True)
class RoundCard:
    """A round as management sees it: who judged how much, and how far they agree."""

    round: Round
    judges: tuple[tuple[str, int], ...]
    agreement: tuple[Agreement, ...]


@dataclass(frozen=True, slots=True)
class JudgingTask:
    """What one person is to judge now; `item` is None when there is nothing (more) to judge."""

    round: Round
    done: int
    place: int = 0
    item: Shown | None = None
    grade: int | None = None  # what this person said before
    question: Source | None = None  # None: not there any more, or not to be seen
    source: Source | None = None


class Judging:
    """The rounds of judging, kept among `blobs`."""

    def __init__(self, blobs: Blobs, store: Store, log: EventLog) -> None:
        self._blobs = blobs
        self._store = store
        self._log = log

    def _seen(self, actor: Actor) -> tuple[Round, ...]:
        return tuple(r for r in list_rounds(self._blobs) if _may_see(actor, r))

    def _find(self, round_id: str, actor: Actor) -> Round:
        judging_round = read_round(self._blobs, round_id)
        if not _may_see(actor, judging_round):
            raise UnknownReferenceError("Deze beoordeling bestaat niet.")
        return judging_round

    def cards(self, actor: Actor) -> tuple[RoundCard, ...]:
        """The rounds on collections that this person may see, the last first."""
        require(actor, Task.MANAGE)
        cards = []
        for judging_round in self._seen(actor):
            judgements = judgements_of(self._blobs, judging_round.id)
            names = sorted({j.judge for j in judgements})
            counts = tuple((name, sum(j.judge == name for j in judgements)) for name in names)
            cards.append(RoundCard(judging_round, counts, agreement(judgements)))
        return tuple(cards)

    def waiting(self, actor: Actor) -> tuple[tuple[Round, int], ...]:
        """The open rounds in which this person has something left to judge, and how much."""
        require(actor, Task.JUDGE)
        waiting = []
        for judging_round in self._seen(actor):
            if judging_round.closed:
                continue
            done = judging_round.done(judgements_of(self._blobs, judging_round.id), actor.name)
            if left := len(judging_round.items) - len(done):
                waiting.append((judging_round, left))
        return tuple(waiting)

    def task(self, round_id: str, *, at: int | None, skipped: int | None, actor: Actor) -> JudgingTask:
        """One result with its question: that at place `at`, else the first without a judgement.

        `skipped` is the place of one that this person passes over for now.
        """
        require(actor, Task.JUDGE)
        judging_round = self._find(round_id, actor)
        done = judging_round.done(judgements_of(self._blobs, judging_round.id), actor.name)
        place = at if at is not None else judging_round.next_open(done, -1 if skipped is None else skipped)
        if judging_round.closed or place is None or place >= len(judging_round.items):
            return JudgingTask(judging_round, len(done))
        item = judging_round.items[place]
        seen = self._store.seen_by(actor.collections)
        sources = {source.id: source for source, _ in seen.entries_by_id([item.query, item.source])}
        return JudgingTask(
            judging_round,
            len(done),
            place,
            item,
            done.get(item),
            sources.get(item.query),
            sources.get(item.source),
        )

    def judge(self, round_id: str, place: int, item: Shown, grade: int, *, actor: Actor) -> None:
        """Keep what this person says of a result."""
        require(actor, Task.JUDGE)
        self._find(round_id, actor).judge(self._blobs, place, item, grade, actor.name)

    def close(self, round_id: str, *, again: bool, actor: Actor) -> None:
        """Ask nobody any more; or open the round `again`."""
        require(actor, Task.MANAGE)
        judging_round = self._find(round_id, actor)
        close_round(self._blobs, judging_round.id, closed=not again)
        action = "judging.reopen" if again else "judging.close"
        note(self._log, action, actor, f"judging:{judging_round.id}", {})

    def download(self, round_id: str, *, actor: Actor) -> tuple[str, bytes]:
        """The id of a round and all its judgements, as the command line reads and writes them."""
        require(actor, Task.MANAGE)
        judging_round = self._find(round_id, actor)
        return judging_round.id, written_judgements(self._blobs, judging_round.id)


def _may_see(actor: Actor, judging_round: Round) -> bool:
    return actor.collections is None or judging_round.collection in actor.collections
