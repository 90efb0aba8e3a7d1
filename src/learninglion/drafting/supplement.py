"""What a model left open although the chosen sources say it: their own sentences, put behind the model's."""

from __future__ import annotations

from collections.abc import Sequence

from learninglion.drafting.gate import Gate
from learninglion.drafting.phrases import split_introduction
from learninglion.drafting.relevance import coverage
from learninglion.models import Selection, Statement
from learninglion.text import fold, words

__all__ = ["FELL_BACK", "SUPPLEMENTED", "describe_supplement", "find_supplement"]

FELL_BACK = "fell_back_to"
"""Name of the parameter that says which drafter took over because nothing of a model's text remained."""

SUPPLEMENTED = "sentences_copied"
"""Name of the parameter that counts the sentences copied behind those of a model."""

_REPEATS = 0.8  # a sentence of which the model said this much already adds nothing


def find_supplement(
    selection: Selection, shown: Sequence[Statement], copied: Sequence[Statement], gate: Gate, most_words: int
) -> tuple[Statement, ...]:
    """The sentences of `copied` to put behind `shown`, in at most `most_words` words together.

    Only what nobody said yet, up to the last sentence that answers a part of the question which was still
    open; empty when none does.
    """
    said = [split_introduction(s.text).claim for s in shown]
    spent = sum(len(words(s.text)) for s in shown)
    taken: list[Statement] = []
    useful = 0
    open_ = len(gate.missing(selection, shown))
    for statement in copied:
        claim = split_introduction(statement.text).claim
        if fold(claim) in {fold(told) for told in said} or coverage(claim, said) >= _REPEATS:
            continue
        spent += len(words(statement.text))
        if spent > most_words or not open_:
            break
        taken.append(statement)
        left = len(gate.missing(selection, (*shown, *taken)))
        if left < open_:
            open_, useful = left, len(taken)
    return tuple(taken[:useful])


def describe_supplement(model: str, count: int) -> str:
    """What the reader is told of `count` copied sentences."""
    what = "De laatste zin is" if count == 1 else f"De laatste {count} zinnen zijn"
    return (
        f"Het taalmodel {model} liet een onderdeel van de vraag open waarover de bronnen wel iets zeggen. "
        f"{what} daarom letterlijk uit de bronnen overgenomen."
    )
