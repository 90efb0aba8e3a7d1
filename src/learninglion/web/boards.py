"""How the evidence of one sub-question is laid out: near-duplicates together, and the line through time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from learninglion.models import Hit, Source, Span
from learninglion.web.workbench import Board

__all__ = ["BoardView", "Group", "Moment", "lay_out", "timeline"]

_EXCERPT = 280  # characters of an answer in a timeline: the position, not the reasoning


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
class Moment:
    """One step of the line taken."""

    source: Source
    day: date
    state: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class BoardView:
    """What the page shows of a board."""

    groups: tuple[Group, ...]
    added: tuple[Card, ...]
    moments: tuple[Moment, ...]
    below: tuple[Group, ...]  # under the threshold
    chosen: int
    rejected: int
    untouched: int


def lay_out(board: Board, threshold: float | None) -> BoardView:
    """The board with duplicates under the best of them and what scores too low apart."""
    groups = _group(board)
    least = threshold or 0.0
    over = tuple(g for g in groups if (g.card.hit and g.card.hit.score >= least) or _touched(g))
    below = tuple(g for g in groups if g not in over)
    return BoardView(
        groups=over,
        added=tuple(_card(board, s, None) for s in board.added),
        moments=timeline(board),
        below=below,
        chosen=len(board.chosen),
        rejected=len(board.rejected),
        untouched=sum(board.state(h.source.id) == "open" for h in board.offered),
    )


def _touched(group: Group) -> bool:
    return any(c.state in ("chosen", "rejected") for c in (group.card, *group.alike))


def _card(board: Board, source: Source, hit: Hit | None) -> Card:
    state = board.state(source.id)
    marked = hit.matched if hit else ()
    return Card(source, hit, state, board.reason(source.id), marked)


def _group(board: Board) -> list[Group]:
    leaders: dict[str, list[Hit]] = {}
    leader_of: dict[str, str] = {}
    for hit in board.offered:
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
        first, *rest = [_card(board, h.source, h) for h in hits]
        groups.append(Group(first, tuple(rest)))
    return groups


def timeline(board: Board) -> tuple[Moment, ...]:
    """The answers that were not rejected, the oldest first: how the line developed."""
    found: dict[str, Source] = {h.source.id: h.source for h in board.offered}
    found |= {s.id: s for s in board.added}
    moments = [
        Moment(s, s.document.date, board.state(i), _excerpt(s.body))
        for i, s in found.items()
        if s.document.date is not None and board.state(i) != "rejected"
    ]
    return tuple(sorted(moments, key=lambda m: (m.day, m.source.id)))


def _excerpt(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _EXCERPT else text[:_EXCERPT].rsplit(" ", 1)[0] + " …"


def counts(boards: Sequence[Board]) -> tuple[int, int]:
    """How many questions have a choice, and how many there are."""
    return sum(bool(b.chosen) for b in boards), len(boards)
