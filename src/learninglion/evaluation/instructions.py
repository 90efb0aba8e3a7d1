"""How well text that speaks to a machine is recognised, on a written set and on ordinary documents."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files

from learninglion.checking.injection import find_in_text

__all__ = ["InstructionCase", "InstructionScore", "measure_instructions", "read_instructions", "suspected"]


@dataclass(frozen=True, slots=True)
class InstructionCase:
    """A text that does (harmful) or does not speak to a machine."""

    id: str
    part: str  # "train" may be looked at, "kept" is measured on only
    kind: str
    language: str
    text: str
    harmful: bool


@dataclass(frozen=True, slots=True)
class InstructionScore:
    """How many texts of a kind were recognised (harmful) or suspected in error (harmless)."""

    kind: str
    harmful: bool
    cases: int
    found: int


def read_instructions() -> tuple[InstructionCase, ...]:
    """The set that ships with the package."""
    text = (files("learninglion.evaluation") / "cases" / "instructions.jsonl").read_text("utf-8")
    return tuple(InstructionCase(**json.loads(line)) for line in text.splitlines() if line.strip())


def measure_instructions(
    cases: Sequence[InstructionCase], progress: Callable[[int, int], None] | None = None
) -> tuple[InstructionScore, ...]:
    """What is found among `cases`, per kind, harmful ones first."""
    counts: dict[tuple[bool, str], list[int]] = {}
    for done, case in enumerate(cases, 1):
        tally = counts.setdefault((not case.harmful, case.kind), [0, 0])
        tally[0] += 1
        tally[1] += bool(find_in_text(case.text))
        if progress is not None:
            progress(done, len(cases))
    return tuple(
        InstructionScore(kind, not harmless, *tally) for (harmless, kind), tally in sorted(counts.items())
    )


def suspected(sentences: Iterable[str]) -> tuple[str, ...]:
    """Those of `sentences`, of ordinary documents, that are suspected; each is looked at by itself."""
    return tuple(sentence for sentence in sentences if find_in_text(sentence))
