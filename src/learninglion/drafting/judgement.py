"""The gate that the program uses: every judgement by rules, none by a model."""

from __future__ import annotations

from functools import partial

from learninglion.drafting import extractive
from learninglion.drafting.gate import Gate
from learninglion.drafting.sufficiency import (
    SURE,
    bearing_of,
    find_missing,
    is_sufficient,
    question_aspects,
)
from learninglion.drafting.verify import check
from learninglion.models import Selection, Source

__all__ = ["rules_gate"]


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
