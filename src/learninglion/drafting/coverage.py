"""How far statements answer each part of a sub-question, by the one measure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain

from learninglion.checking.phrases import split_introduction
from learninglion.drafting.askings import (
    Asking,
    admits_ignorance,
    falls_away,
    is_yes_or_no,
    polarity,
    searched,
)
from learninglion.drafting.relevance import LIKELY, Judged, Relevance, built_in
from learninglion.dutch.questions import NUMERIC
from learninglion.dutch.text import squash
from learninglion.models import (
    DocumentCard,
    DocumentKind,
    Opening,
    Selection,
    Source,
    SourceKind,
    Span,
    Statement,
)


def question_parts(selection: Selection) -> tuple[str, ...]:
    """The parts of the sub-question that wait for content."""
    return tuple(asking.text for asking in searched(selection.question.text))


def claim_of(text: str) -> str:
    """The words by which a sentence is known: without the phrase that tells when it was said."""
    return squash(split_introduction(text).claim)


class Whose(StrEnum):
    """Whose words a sentence is in."""

    MACHINE = "machine"  # as it was drafted
    SOURCE = "source"  # as the cited source has it, whoever put it there
    PERSON = "person"


def whose_words(statements: Sequence[Statement], written: Collection[str]) -> Mapping[Statement, Whose]:
    """Whose words each statement is in; `written`: the sentences of the machine. What somebody answers for
    is theirs.
    """
    machine = frozenset(map(claim_of, written))
    whose = {}
    for statement in statements:
        claim = claim_of(statement.text)
        literal = any(claim.strip('“”" ') in squash(c.quote) for c in statement.citations)
        by_nobody = Whose.SOURCE if literal else Whose.PERSON
        drafted = Whose.MACHINE if claim in machine else by_nobody
        whose[statement] = Whose.PERSON if statement.on_own_account else drafted
    return whose


@dataclass(frozen=True, slots=True)
class Said:
    """What statements say beside each part of the question, by whose words they are; read once."""

    askings: tuple[Asking, ...]
    statements: Mapping[Statement, Whose]
    # for each part what each paragraph says on a source
    judged: Mapping[Whose, tuple[tuple[Judged, ...], ...]]

    def missing(self) -> tuple[str, ...]:
        """The parts that are left open, in the order they were asked."""
        parts = zip(self.askings, self.best(*Whose), strict=True)
        return tuple(asking.text for asking, chance in parts if chance < LIKELY)

    def best(self, *among: Whose) -> tuple[float, ...]:
        """For each part the chance that what was said in these words answers it."""
        return tuple(max(chances.values(), default=0.0) for chances in self.chances(*among))

    def chances(self, *among: Whose) -> tuple[dict[str, float], ...]:
        """For each part the chance that what was said in these words answers it, by the id of its source.

        A part that fell away with a yes or no ("Zo nee, ...") is answered for sure, by no source (""); so is
        one that asks for a yes or no, by that on a person's own account, and one that asks for a figure or a
        moment, where that person says that it is not known.
        """
        counting = [statement for statement, one in self.statements.items() if one in among]
        texts = [split_introduction(statement.text).claim for statement in counting]
        own = [text for text, s in zip(texts, counting, strict=True) if s.on_own_account]
        chances: list[dict[str, float]] = []
        for place, asking in enumerate(self.askings):
            decided = is_yes_or_no(asking) and any(polarity(t, asking.text) is not None for t in own)
            plainly = decided or (asking.wants in NUMERIC and any(map(admits_ignorance, own)))
            by_source: dict[str, float] = {}
            if plainly or falls_away(self.askings[: place + 1], texts):
                by_source[""] = 1.0
            else:
                for judged in chain.from_iterable(self.judged[one][place] for one in among if self.judged):
                    known = by_source.get(judged.source.id, 0.0)
                    by_source[judged.source.id] = max(judged.chance, known)
            chances.append(by_source)
        return tuple(chances)


def read_said(
    selection: Selection,
    statements: Sequence[Statement],
    measure: Relevance | None = None,
    *,
    written: Collection[str] | None = None,
) -> Said:
    """What these statements say beside the parts of the question, as the paragraphs they are.

    `written`: the sentences of the machine (None: all of them are). Others are a source's, read as a draft
    by copying reads them, or a person's: of those counts what they say, not what a source was asked.
    """
    askings = searched(selection.question.text)
    whose = whose_words(statements, [s.text for s in statements] if written is None else written)
    if not statements or not askings:
        return Said(askings, whose, {})
    judge = measure or built_in()
    sources = _as_sources(selection, statements, whose)
    judge.meaning.read(list(chain.from_iterable(sources.values())))  # together: side by side on the cores
    judged = {
        Whose.MACHINE: judge.of_selection(selection, sources[Whose.MACHINE], trusted=True),
        Whose.SOURCE: judge.of_selection(selection, sources[Whose.SOURCE]),
        Whose.PERSON: judge.judge(selection.question.text, sources[Whose.PERSON], more=judge.weights.written),
    }
    return Said(askings, whose, judged)


_NOWHERE = Source("", DocumentCard("", "", DocumentKind.DOCUMENT), SourceKind.SUPPLIED, "", Span(0, 0), 0)
"""What is said without a source."""


def _as_sources(
    selection: Selection, statements: Sequence[Statement], whose: Mapping[Statement, Whose]
) -> dict[Whose, list[Source]]:
    """What was said, by whose words it is, as sources that hold nothing else: each sentence with the one
    before it in its paragraph on the same source, so that a change is all that must be read again.
    """
    known = {source.id: source for source in selection.chosen}
    sources: dict[Whose, list[Source]] = {one: [] for one in Whose}
    before: dict[tuple[Whose, str], str] = {}
    for statement in statements:
        if statement.opens is Opening.PARAGRAPH:
            before.clear()
        by, claim = whose[statement], split_introduction(statement.text).claim
        cited = (c.source_id for c in statement.citations if by is not Whose.PERSON)
        source = next((known[one] for one in cited if one in known), _NOWHERE)
        body = f"{before.get((by, source.id), '')} {claim}".strip()
        sources[by].append(replace(source, body=body, body_span=Span(0, len(body))))
        before[by, source.id] = claim
    return sources
