"""How the evidence of one sub-question is laid out: near-duplicates together, and the line through time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import islice

from learninglion.drafting.positions import contradiction
from learninglion.models import Hit, Source, SourceKind, Span
from learninglion.retrieval.duplicates import Step, timeline
from learninglion.text import split_sentences
from learninglion.web.workbench import Board

__all__ = ["BoardView", "Group", "Moment", "Turn", "lay_out", "line_taken"]

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

    said: str
    before: str
    day: date  # of the earlier answer


@dataclass(frozen=True, slots=True)
class Moment:
    """One step of the line taken, with where it turns."""

    step: Step
    state: str
    turns: tuple[Turn, ...] = ()


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
    added = tuple(_card(board, s, None) for s in board.added)
    shown = (*(c for g in over for c in (g.card, *g.alike)), *added)
    below = tuple(g for g in groups if g not in over)
    return BoardView(
        groups=over,
        added=added,
        moments=line_taken(shown),
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


def line_taken(cards: Sequence[Card]) -> tuple[Moment, ...]:
    """The dated answers that were not rejected, the oldest first, each with where it says something new.

    What the officer brought along is no answer that was given, so it does not count as a turn.
    """
    kept = {c.source.id: c for c in cards if c.state != "rejected"}
    steps = timeline(c.source for c in kept.values())
    moments = []
    for position, step in enumerate(steps):
        earlier = [
            s for s in steps[:position] if s.day < step.day and s.source.kind is not SourceKind.SUPPLIED
        ]
        moments.append(Moment(step, kept[step.source.id].state, _turns_of(step, earlier)))
    return tuple(moments)


def _turns_of(step: Step, earlier: Sequence[Step]) -> tuple[Turn, ...]:
    """Where this answer differs from the latest one that spoke of the same, once for each sentence."""
    found: dict[str, Turn] = {}
    for before in reversed(earlier):
        for said, old in _differences(before.source.body, step.source.body):
            found.setdefault(said, Turn(said, old, before.day))
    return tuple(islice(found.values(), _TURNS))


@lru_cache(maxsize=512)
def _differences(older: str, newer: str) -> tuple[tuple[str, str], ...]:
    """Sentences of `newer` with the sentence of `older` that each contradicts most."""
    old, new = _sentences(older), _sentences(newer)
    pairs = []
    for said in new:
        shared, before = max(((contradiction(o, said, _SAME_SUBJECT), o) for o in old), default=(0.0, ""))
        if shared:
            pairs.append((said, before))
    return tuple(pairs)


def _sentences(text: str) -> tuple[str, ...]:
    spans = split_sentences(text)[:_SENTENCES]
    return tuple(" ".join(span.of(text).split()) for span in spans)


def counts(boards: Sequence[Board]) -> tuple[int, int]:
    """How many questions have a choice, and how many there are."""
    return sum(bool(b.chosen) for b in boards), len(boards)
