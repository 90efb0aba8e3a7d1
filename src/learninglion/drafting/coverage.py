"""How far statements answer a sub-question: the parts they leave open, and whether it is answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from learninglion.checking.phrases import split_introduction
from learninglion.drafting.askings import Asking, Condition, polarity
from learninglion.drafting.relevance import LIKELY, SURE, Relevance, built_in, searched
from learninglion.models import Selection, Source, Span, Statement

__all__ = ["find_missing", "question_parts", "said_chances", "same_question", "settled"]


def question_parts(selection: Selection) -> tuple[str, ...]:
    """The parts of the sub-question that wait for content."""
    return tuple(asking.text for asking in searched(selection.question.text))


def settled(asking: Asking, said: bool | None) -> bool:
    """Whether a part falls away after this yes or no: "Zo nee, ..." after a yes."""
    return (asking.condition is Condition.IF_YES and said is False) or (
        asking.condition is Condition.IF_NO and said is True
    )


def same_question(selection: Selection, source: Source, measure: Relevance | None = None) -> bool:
    """Whether a source answered this very question before."""
    judged = (measure or built_in()).of_selection(selection, (source,))
    return any(j.asked >= SURE for row in judged for j in row)


def find_missing(
    selection: Selection,
    statements: Sequence[Statement],
    sure: float = SURE,
    measure: Relevance | None = None,
) -> tuple[str, ...]:
    """The parts of the question that these statements leave open, in the order they were asked."""
    bar = min(sure, LIKELY)
    chances = said_chances(selection, statements, measure)
    parts = question_parts(selection)
    return tuple(p for p, said in zip(parts, chances, strict=True) if max(said.values(), default=0.0) < bar)


def said_chances(
    selection: Selection, statements: Sequence[Statement], measure: Relevance | None = None
) -> tuple[dict[str, float], ...]:
    """For each part the chance that what was said answers it, by the id of the source it rests on.

    A part that fell away with a yes or no ("Zo nee, ...") is answered for sure, by no source ("").
    """
    askings = searched(selection.question.text)
    if not statements:
        return tuple({} for _ in askings)
    told = _as_sources(selection, statements)
    judged = (measure or built_in()).of_selection(selection, told, trusted=True)
    said = polarity(split_introduction(statements[0].text).claim)
    return tuple(
        {"": 1.0} if settled(asking, said) else {j.source.id: j.chance for j in row}
        for asking, row in zip(askings, judged, strict=True)
    )


def _as_sources(selection: Selection, statements: Sequence[Statement]) -> tuple[Source, ...]:
    """What was said, gathered by the source it rests on, as sources that hold nothing else."""
    known = {source.id: source for source in selection.chosen}
    gathered: dict[str, list[str]] = {}
    for statement in statements:
        cited = next((c.source_id for c in statement.citations if c.source_id in known), None)
        gathered.setdefault(cited or "", []).append(split_introduction(statement.text).claim)
    made = []
    for source_id, claims in gathered.items():
        body = " ".join(claims)
        source = known.get(source_id)
        if source is None:
            source = replace(next(iter(known.values())), id="", question="") if known else None
        if source is not None:
            made.append(replace(source, body=body, body_span=Span(0, len(body))))
    return tuple(made)
