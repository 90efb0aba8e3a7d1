"""The gate that the program uses: every judgement by rules, none by a model."""

from __future__ import annotations

from learninglion.drafting import extractive
from learninglion.drafting.gate import Gate
from learninglion.drafting.sufficiency import bearing_of, find_missing, is_sufficient, question_aspects
from learninglion.drafting.verify import check
from learninglion.models import Selection, Source

__all__ = ["rules_gate"]


def rules_gate() -> Gate:
    """Aspects, sufficiency, check and what is missing by rules; to fall back on, the extractive draft."""
    return Gate(
        aspects=_aspects,
        sufficient=is_sufficient,
        check=check,
        same_question=_same_question,
        missing=find_missing,
        extract=extractive.draft,
    )


def _aspects(selection: Selection) -> tuple[str, ...]:
    return tuple(aspect.text for aspect in question_aspects(selection))


def _same_question(selection: Selection, source: Source) -> bool:
    return bearing_of(selection, source).same_question
