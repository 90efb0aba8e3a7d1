"""What stands between a model and the reader: functions that judge, passed in as one value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from learninglion.drafting.citations import Locate
from learninglion.models import Check, Draft, Selection, Source, Statement

__all__ = ["Gate"]


@dataclass(frozen=True, slots=True)
class Gate:
    """The judgements that writing needs; none of them asks a model."""

    aspects: Callable[[Selection], tuple[str, ...]]  # the parts of the question
    sufficient: Callable[[Selection], bool]  # whether the chosen sources say enough to write at all
    check: Callable[[Statement, Sequence[Source]], Check]  # whether a sentence holds
    same_question: Callable[[Selection, Source], bool]  # whether a source answered this very question
    missing: Callable[[Selection, Sequence[Statement]], tuple[str, ...]]  # parts that these leave open
    extract: Callable[[Selection, Locate], Draft]  # the draft that copies sentences, to fall back on
