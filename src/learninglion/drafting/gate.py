"""The gate that the program uses: every judgement by rules and by the learned measure.

A model judges only where one passed its exam, and only sentences that the rules leave open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from learninglion.checking.citations import Locate
from learninglion.checking.verify import check
from learninglion.drafting import extractive
from learninglion.drafting.coverage import Whose, question_parts, read_said
from learninglion.drafting.relevance import SURE, Judged, Relevance, built_in
from learninglion.models import Check, Draft, Selection, Source, Statement

Checker = Callable[[Statement, Sequence[Source]], Check]


@dataclass(frozen=True, slots=True)
class Gate:
    """The judgements that writing needs."""

    aspects: Callable[[Selection], tuple[str, ...]]  # the parts of the question
    # every chosen source beside each part, by the learned measure
    weigh: Callable[[Selection], tuple[tuple[Judged, ...], ...]]
    check: Checker  # whether a sentence holds
    # for each part how probably these sentences answer it, by the source they rest on
    said: Callable[[Selection, Sequence[Statement]], tuple[Mapping[str, float], ...]]
    extract: Callable[[Selection, Locate], Draft]  # the draft that copies sentences, to fall back on
    sure: float = SURE  # from which chance on a part counts as answered


def rules_gate(sure: float = SURE, checker: Checker = check, measure: Relevance | None = None) -> Gate:
    """The gate of the program; `checker`: the rules, or the rules with a judge behind them."""
    by = measure or built_in()
    return Gate(
        aspects=question_parts,
        weigh=lambda selection: by.of_selection(selection, selection.chosen, trusted=True),
        check=checker,
        said=lambda selection, statements: read_said(selection, statements, by).chances(*Whose),
        extract=partial(extractive.draft, sure=sure, measure=by),
        sure=sure,
    )
