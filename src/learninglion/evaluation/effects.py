"""What mattered in an experiment: the effect of each setting, over runs that differ in nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from learninglion.evaluation.measures import Values, compare, measure
from learninglion.evaluation.runs import Run

__all__ = ["DECISIVE", "Effect", "effects"]

DECISIVE = "MRR@10"


@dataclass(frozen=True, slots=True)
class Effect:
    """What `value` does to MRR@10 compared with `baseline`, question by question.

    `low` and `high` are the ends of the 95% bootstrap interval over questions, `p` comes from a paired
    randomisation test, `runs` counts the pairs of runs that are alike in every other setting.
    """

    setting: str
    value: str
    baseline: str
    difference: float
    low: float
    high: float
    p: float
    runs: int


def effects(runs: Sequence[Run]) -> tuple[Effect, ...]:
    """Each value of each setting against the first value of that setting, the largest effect first.

    Failed runs, and runs without a counterpart on the same questions, are left out.
    """
    names = list(dict.fromkeys(name for run in runs for name, _ in run.settings))
    found = [effect for name in names for effect in _effects_of(name, runs)]
    return tuple(sorted(found, key=lambda e: (-abs(e.difference), e.setting, e.value)))


def _effects_of(name: str, runs: Sequence[Run]) -> list[Effect]:
    values = list(dict.fromkeys(dict(run.settings)[name] for run in runs if name in dict(run.settings)))
    alike: dict[tuple[object, ...], dict[str, Run]] = defaultdict(dict)
    for run in runs:
        told = dict(run.settings)
        if name in told and not run.error and run.first_ranks:
            value = told.pop(name)
            key = (run.data_sha256, run.judgements_sha256, len(run.first_ranks), *sorted(told.items()))
            alike[key][value] = run
    found = []
    for value in values[1:]:
        pairs = [(by[values[0]], by[value]) for by in alike.values() if values[0] in by and value in by]
        sizes = {len(first.first_ranks) for first, _ in pairs}
        if len(sizes) == 1:  # an average over questions needs the same questions
            rows = np.mean([_reciprocal(second) - _reciprocal(first) for first, second in pairs], axis=0)
            found.append(_effect(name, value, values[0], rows, len(pairs)))
    return found


def _effect(name: str, value: str, baseline: str, rows: Values, runs: int) -> Effect:
    (mean,) = measure({DECISIVE: rows})
    p = compare(DECISIVE, np.zeros_like(rows), rows).p
    return Effect(name, value, baseline, mean.value, mean.low, mean.high, p, runs)


def _reciprocal(run: Run) -> Values:
    ranks = np.array(run.first_ranks, dtype=np.float64)
    return np.where(ranks > 0, 1.0 / np.maximum(ranks, 1.0), 0.0)
