"""The gate that the program uses: every judgement by rules and by the learned measure, none by a model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from learninglion.checking.citations import Locate
from learninglion.checking.verify import check
from learninglion.drafting import extractive
from learninglion.drafting.coverage import (
    find_missing,
    is_answered,
    is_sufficient,
    question_parts,
    same_question,
)
from learninglion.drafting.relevance import SURE
from learninglion.models import Check, Draft, Selection, Source, Statement

__all__ = ["Gate", "rules_gate"]


@dataclass(frozen=True, slots=True)
class Gate:
    """The judgements that writing needs; none of them asks a language model."""

    aspects: Callable[[Selection], tuple[str, ...]]  # the parts of the question
    sufficient: Callable[[Selection], bool]  # whether the chosen sources say enough to write at all
    check: Callable[[Statement, Sequence[Source]], Check]  # whether a sentence holds
    same_question: Callable[[Selection, Source], bool]  # whether a source answered this very question
    missing: Callable[[Selection, Sequence[Statement]], tuple[str, ...]]  # parts that these leave open
    answered: Callable[[Selection, Sequence[Statement]], bool]  # whether these surely answer every part
    extract: Callable[[Selection, Locate], Draft]  # the draft that copies sentences, to fall back on


def rules_gate(sure: float = SURE) -> Gate:
    """The gate of the program; `sure`: from which chance on a part counts as answered."""
    return Gate(
        aspects=question_parts,
        sufficient=is_sufficient,
        check=check,
        same_question=same_question,
        missing=partial(find_missing, sure=sure),
        answered=partial(is_answered, sure=sure),
        extract=partial(extractive.draft, sure=sure),
    )
