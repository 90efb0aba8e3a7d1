"""The gate that the program uses: every judgement by rules, none by a model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from learninglion.checking.citations import Locate
from learninglion.checking.verify import check
from learninglion.drafting import extractive
from learninglion.drafting.sufficiency import (
    SURE,
    bearing_of,
    find_missing,
    is_sufficient,
    question_aspects,
)
from learninglion.models import Check, Draft, Selection, Source, Statement

__all__ = ["Gate", "rules_gate"]


@dataclass(frozen=True, slots=True)
class Gate:
    """The judgements that writing needs; none of them asks a model."""

    aspects: Callable[[Selection], tuple[str, ...]]  # the parts of the question
    sufficient: Callable[[Selection], bool]  # whether the chosen sources say enough to write at all
    check: Callable[[Statement, Sequence[Source]], Check]  # whether a sentence holds
    same_question: Callable[[Selection, Source], bool]  # whether a source answered this very question
    missing: Callable[[Selection, Sequence[Statement]], tuple[str, ...]]  # parts that these leave open
    extract: Callable[[Selection, Locate], Draft]  # the draft that copies sentences, to fall back on


def rules_gate(sure: float = SURE) -> Gate:
    """Aspects, sufficiency, check and what is missing by rules; to fall back on, the extractive draft.

    `sure`: how sure the search must be of a source whose words do not show that it answers.
    """
    return Gate(
        aspects=_aspects,
        sufficient=partial(is_sufficient, sure=sure),
        check=check,
        same_question=_same_question,
        missing=partial(find_missing, sure=sure),
        extract=partial(extractive.draft, sure=sure),
    )


def _aspects(selection: Selection) -> tuple[str, ...]:
    return tuple(aspect.text for aspect in question_aspects(selection))


def _same_question(selection: Selection, source: Source) -> bool:
    return bearing_of(selection, source).same_question
