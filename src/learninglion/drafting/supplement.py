"""What a model left aside although the chosen sources say it: their own sentences, put around the model's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from learninglion.checking.phrases import split_introduction
from learninglion.drafting.positions import age_of
from learninglion.drafting.wording import coverage
from learninglion.dutch.text import fold, words
from learninglion.models import Selection, Statement

FELL_BACK = "fell_back_to"
"""Name of the parameter that says which drafter took over because nothing of a model's text remained."""

SUPPLEMENTED = "sentences_copied"
"""Name of the parameter that counts the sentences copied around those of a model."""

_REPEATS = 0.8  # a sentence of which the model said this much already adds nothing


@dataclass(frozen=True, slots=True)
class Supplement:
    """Copied sentences to put before and behind those of a model."""

    before: tuple[Statement, ...] = ()  # from newer sources than any the model used
    behind: tuple[Statement, ...] = ()  # on parts of the question that the model left open

    def describe(self, model: str) -> tuple[str, ...]:
        """What the reader is told, as Dutch sentences."""
        lines = []
        if self.before:
            lines.append(
                f"Het taalmodel {model} gebruikte de nieuwste bron niet. Het begin is daarom letterlijk "
                f"daaruit overgenomen ({_count(self.before)})."
            )
        if self.behind:
            lines.append(
                f"Het taalmodel {model} liet een onderdeel van de vraag open waarover de bronnen wel iets "
                f"zeggen. Het einde is daarom letterlijk daaruit overgenomen ({_count(self.behind)})."
            )
        return tuple(lines)


def find_supplement(
    selection: Selection,
    shown: Sequence[Statement],
    copied: Sequence[Statement],
    missing: Callable[[Sequence[Statement]], Sequence[str]],
    most_words: int,
) -> Supplement:
    """What of `copied` to put around `shown`, in at most `most_words` words together.

    `missing`: the parts of the question that sentences leave open.

    Before: what newer sources than any of `shown` say. Behind: only what nobody said yet, up to the last
    sentence that answers a part of the question which was still open.
    """
    dates = {s.id: age_of(s) for s in selection.chosen}
    used = max((_newest(s, dates) for s in shown), default=0)
    room = most_words - sum(len(words(s.text)) for s in shown)
    fresh = _unsaid(copied, shown)
    before = _fitting([s for s in fresh if _newest(s, dates) > used], room)
    room -= sum(len(words(s.text)) for s in before)
    taken: list[Statement] = []
    useful = 0
    open_ = len(missing((*before, *shown)))
    for statement in _fitting([s for s in fresh if s not in before], room):
        if not open_:
            break
        taken.append(statement)
        left = len(missing((*before, *shown, *taken)))
        if left < open_:
            open_, useful = left, len(taken)
    return Supplement(before, tuple(taken[:useful]))


def _unsaid(copied: Sequence[Statement], shown: Sequence[Statement]) -> list[Statement]:
    statements = [split_introduction(s.text).claim for s in shown]
    folded = {fold(claim) for claim in statements}
    claims = ((s, split_introduction(s.text).claim) for s in copied)
    return [s for s, claim in claims if fold(claim) not in folded and coverage(claim, statements) < _REPEATS]


def _fitting(statements: Sequence[Statement], room: int) -> tuple[Statement, ...]:
    """The first statements, as long as they fit in `room` words."""
    fitting: list[Statement] = []
    for statement in statements:
        room -= len(words(statement.text))
        if room < 0:
            break
        fitting.append(statement)
    return tuple(fitting)


def _newest(statement: Statement, dates: Mapping[str, int]) -> int:
    return max((dates.get(c.source_id or "", 0) for c in statement.citations), default=0)


def _count(statements: Sequence[Statement]) -> str:
    return "1 zin" if len(statements) == 1 else f"{len(statements)} zinnen"
