"""The gate that the program uses: every judgement by rules, none by a model."""

from __future__ import annotations

from learninglion.drafting import extractive
from learninglion.drafting.gate import Gate
from learninglion.drafting.sufficiency import find_missing, is_sufficient, question_aspects
from learninglion.drafting.verify import check
from learninglion.models import Selection

__all__ = ["rules_gate"]


def rules_gate() -> Gate:
    """Aspects, sufficiency, check and what is missing by rules; to fall back on, the extractive draft."""
    return Gate(
        aspects=_aspects,
        sufficient=is_sufficient,
        check=check,
        missing=find_missing,
        extract=extractive.draft,
    )


def _aspects(selection: Selection) -> tuple[str, ...]:
    return tuple(aspect.text for aspect in question_aspects(selection))
