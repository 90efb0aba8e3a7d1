"""What is told while a model writes, step by step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from learninglion.models import Check

__all__ = ["Listener", "Progress", "Stage"]


class Stage(StrEnum):
    """What happened while writing."""

    ASPECTS = "aspects"  # the parts of the question, before anything is written
    SENTENCE = "sentence"  # a sentence came through the check
    REPAIR = "repair"  # a sentence did not, and is asked for again
    REMOVED = "removed"  # it failed again and is shown apart
    REMARK = "remark"  # something the reader should know


@dataclass(frozen=True, slots=True)
class Progress:
    """One step of the writing; `position` counts the sentences of the draft from 0."""

    stage: Stage
    text: str
    position: int = -1
    check: Check | None = None


Listener = Callable[[Progress], None]
