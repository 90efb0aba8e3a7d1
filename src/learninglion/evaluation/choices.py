"""The measure of relevance learns from what officers chose and rejected; only what is better is kept.

A source counts as answering where a person chose it and a sentence of it stands in the text; what a person
rejected with a reason does not answer. What was merely offered says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from learninglion.drafting.evidence import Evidence
from learninglion.drafting.relevance import Curves, Relevance, Weights, searched
from learninglion.drafting.units import units_of
from learninglion.evaluation.measures import Comparison, compare
from learninglion.evaluation.relevance import Example, best_row, fit, read_evidence
from learninglion.evaluation.testset import folds
from learninglion.models import Chooser, Dossier, Source, Verification
from learninglion.models.errors import InputError

__all__ = ["ChoicesReport", "learn_from_choices", "of_dossiers"]

_FEWEST = 40  # questions: with less no difference can be told from luck
_PARTS = 5
_SIGNIFICANT = 0.05


@dataclass(frozen=True, slots=True)
class ChoicesReport:
    """What was learned, and how it compares on questions that it was not learned from."""

    weights: Weights
    questions: int
    comparison: Comparison  # of the mean log likelihood of what people decided; nearer to 0 is better

    @property
    def kept(self) -> bool:
        """Whether it is demonstrably better than what was in force."""
        return self.comparison.difference > 0 and self.comparison.p < _SIGNIFICANT


def of_dossiers(dossiers: Iterable[Dossier]) -> Iterator[Example]:
    """The decisions of people in the last version of each dossier."""
    for dossier in dossiers:
        for verification in dossier.verifications:
            selection = verification.draft.selection
            if selection.chosen_by is Chooser.PERSON:
                group = f"{dossier.id}/{'-'.join(map(str, selection.question.numbers))}"
                yield from _of_question(group, verification)


def _of_question(group: str, verification: Verification) -> Iterator[Example]:
    selection = verification.draft.selection
    askings = searched(selection.question.text)
    refused = {r.source_id for r in selection.rejected}
    cited = {c.source_id for check in verification.shown for c in check.statement.citations}
    for hit in selection.offered:
        for asking in askings:
            made = Example(asking, hit.source, False, group, 1 / len(askings), score=hit.score)
            if hit.source.id in refused:
                yield made
            elif hit.source.id in cited and hit.source in selection.chosen:
                yield replace(made, answers=True, units=_cited_units(verification, hit.source))


def _cited_units(verification: Verification, source: Source) -> frozenset[int]:
    spans = [
        c.span
        for check in verification.shown
        for c in check.statement.citations
        if c.source_id == source.id and c.span is not None
    ]
    return frozenset(
        place
        for place, unit in enumerate(units_of(source))
        if any(span.start < unit.span.end and unit.span.start < span.end for span in spans)
    )


def learn_from_choices(
    examples: Sequence[Example],
    measure: Relevance,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> ChoicesReport:
    """Move the curves of `measure` towards what people decided, measured on every fifth of the questions.

    Raises InputError where people decided too little: about `_FEWEST` questions, both ways.
    """
    evidence = read_evidence(examples, measure.meaning, progress)
    used = [(e, v) for e, v in zip(examples, evidence, strict=True) if len(v.says)]
    groups = list(dict.fromkeys(e.group for e, _ in used))
    if len(groups) < _FEWEST or len({e.answers for e, _ in used}) < 2:
        raise InputError(
            f"Bij {len(groups)} vragen koos of verwierp iemand een bron; "
            f"om te leren zijn er ten minste {_FEWEST} nodig, en van beide iets."
        )
    current = measure.weights
    part_of = dict(zip(groups, folds(groups, _PARTS), strict=True))
    before: dict[str, float] = {}
    after: dict[str, float] = {}
    for part in range(_PARTS):
        held = [(e, v) for e, v in used if part_of[e.group] == part]
        learned = _moved([(e, v) for e, v in used if part_of[e.group] != part], current.says)
        before |= _likelihoods(held, current.says)
        after |= _likelihoods(held, learned)
    was, is_now = (np.array([by_group[group] for group in groups]) for by_group in (before, after))
    comparison = compare("log likelihood", was, is_now)
    return ChoicesReport(replace(current, says=_moved(used, current.says)), len(groups), comparison)


def _moved(used: Sequence[tuple[Example, Evidence]], start: Curves) -> Curves:
    rows = np.array([best_row(e, v, start) for e, v in used], float)
    answers = np.array([e.answers for e, _ in used], float)
    weights = np.array([e.weight for e, _ in used])
    return fit(rows, answers, weights, start=start)


def _likelihoods(held: Sequence[tuple[Example, Evidence]], curves: Curves) -> dict[str, float]:
    """Of every question the mean log likelihood of what was decided."""
    by_group: dict[str, list[float]] = {}
    for example, evidence in held:
        chance = float(np.clip(curves.chance(best_row(example, evidence, curves)[None])[0], 0.01, 0.99))
        by_group.setdefault(example.group, []).append(np.log(chance if example.answers else 1 - chance))
    return {group: float(np.mean(values)) for group, values in by_group.items()}
