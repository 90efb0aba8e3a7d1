"""Measures of a ranking with their uncertainty, whether two really differ, and runs as they are kept."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

import ir_measures
import numpy as np
from numpy.typing import NDArray

from learninglion.database.files import append_durably
from learninglion.inference.encoders import EncoderChoice
from learninglion.inference.reranking import RerankerChoice
from learninglion.models.errors import InputError
from learninglion.models.plain import canonical_json, from_plain, sha256_hex, to_plain

# Runs of an experiment as they are kept: settings, data, commit, cost and outcome, one JSON line each.


def append_line(path: Path, value: object) -> None:
    """Add `value` as one line; it is on disk when this returns."""
    append_durably(path, json.dumps(to_plain(value), ensure_ascii=False).encode())


@dataclass(frozen=True, slots=True)
class DataPlaces:
    """Where the data of a run are; paths are relative to the folder of the record."""

    pairs: str = ""
    collection: str = ""
    tune: str = ""
    judgements: str = ""
    limit: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """One run as it went; `error` is empty when it succeeded. Memory in MB is the peak during the run."""

    id: str  # hash over settings, data, encoder and version of the program
    experiment: str
    settings: tuple[tuple[str, str], ...]  # values as JSON
    data_sha256: str
    tune_sha256: str
    encoder: str
    version: str
    git_sha: str  # with "+" where the checkout had changes
    started: str
    seconds: float
    peak_memory_mb: int
    kwh: float
    measures: tuple[tuple[str, float], ...] = ()
    calibration_error: float | None = None
    answerable_auc: float | None = None
    error: str = ""
    judgements_sha256: str = ""
    data: DataPlaces = DataPlaces()
    encoder_choice: EncoderChoice = EncoderChoice()
    reranker_choice: RerankerChoice = RerankerChoice()
    first_ranks: tuple[int, ...] = ()  # of each question: rank of the first relevant hit, 0 beyond ten

    @property
    def found_per_kwh(self) -> float:
        """Quality per kWh: the reciprocal ranks (MRR@10) of all questions together, for each kWh it took.

        Vectors that came from the cache took nothing: compare runs that began with the same cache.
        """
        return sum(1 / rank for rank in self.first_ranks if rank) / self.kwh if self.kwh else 0.0


def read_runs(record: Path) -> tuple[Run, ...]:
    """The runs of a record file; a line that was cut off when the machine stopped is left out.

    Raises InputError for a line that is whole but no run.
    """
    if not record.exists():
        return ()
    runs = []
    for number, line in enumerate(record.read_text("utf-8", "replace").splitlines(), 1):
        try:
            plain = json.loads(line)
        except ValueError:
            continue
        try:
            runs.append(from_plain(Run, plain))
        except ValueError as error:
            raise InputError(f"{record.name}, regel {number}: dit is geen run ({error}).") from error
    return tuple(runs)


def latest(runs: Sequence[Run]) -> tuple[Run, ...]:
    """Each run once, as it last went."""
    return tuple({run.id: run for run in runs}.values())


def differences(first: Run, second: Run) -> tuple[tuple[str, str, str], ...]:
    """What came out otherwise, to the last digit: (name, the first's, the second's); empty when nothing."""
    outcomes = [_outcome(run) for run in (first, second)]
    return tuple(
        (name, outcomes[0].get(name, ""), outcomes[1].get(name, ""))
        for name in dict.fromkeys([*outcomes[0], *outcomes[1]])
        if outcomes[0].get(name) != outcomes[1].get(name)
    )


def _outcome(run: Run) -> dict[str, str]:
    return {
        "fout": run.error,
        "embeddingmodel": run.encoder,
        **{name: repr(value) for name, value in run.measures},
        "kalibratiefout": repr(run.calibration_error),
        "AUC": repr(run.answerable_auc),
        "rang per vraag": sha256_hex(canonical_json(run.first_ranks))[:16],
    }


# What mattered in an experiment: the effect of each setting, over runs that differ in nothing else.

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
    all_effects = [effect for name in names for effect in _effects_of(name, runs)]
    return tuple(sorted(all_effects, key=lambda e: (-abs(e.difference), e.setting, e.value)))


def _effects_of(name: str, runs: Sequence[Run]) -> list[Effect]:
    values = list(dict.fromkeys(dict(run.settings)[name] for run in runs if name in dict(run.settings)))
    alike: dict[tuple[object, ...], dict[str, Run]] = defaultdict(dict)
    for run in runs:
        settings = dict(run.settings)
        if name in settings and not run.error and run.first_ranks:
            value = settings.pop(name)
            key = (run.data_sha256, run.judgements_sha256, len(run.first_ranks), *sorted(settings.items()))
            alike[key][value] = run
    listed = []
    for value in values[1:]:
        pairs = [(by[values[0]], by[value]) for by in alike.values() if values[0] in by and value in by]
        sizes = {len(first.first_ranks) for first, _ in pairs}
        if len(sizes) == 1:  # an average over questions needs the same questions
            rows = np.mean([_reciprocal(second) - _reciprocal(first) for first, second in pairs], axis=0)
            listed.append(_effect(name, value, values[0], rows, len(pairs)))
    return listed


def _effect(name: str, value: str, baseline: str, rows: Values, runs: int) -> Effect:
    (mean,) = measure({DECISIVE: rows})
    p = compare(DECISIVE, np.zeros_like(rows), rows).p
    return Effect(name, value, baseline, mean.value, mean.low, mean.high, p, runs)


def _reciprocal(run: Run) -> Values:
    ranks = np.array(run.first_ranks, dtype=np.float64)
    return np.where(ranks > 0, 1.0 / np.maximum(ranks, 1.0), 0.0)


# Whether a score means what it says, and where the default threshold comes from.

_HALVINGS = 10
_DEPTH = 10
# Fewer sources than this in a half say nothing.
_FEWEST = 10
# Points of the threshold curve that a report draws.
_CURVE = 50


@dataclass(frozen=True, slots=True)
class Calibration:
    """Whether a score means what it says, with half of the sources taken out of the corpus (10 times).

    `error` is the expected calibration error over the ten best hits; `answerable` the AUC of the best
    hit's score for whether a relevant source is there at all; `bins` are (mean score, share relevant, how
    many). `threshold` tells answerable from unanswerable best: `caught` of the first and `false_alarms` of
    the second are above it; `curve` has (threshold, caught, false alarms).
    """

    error: float
    answerable: float
    threshold: float
    caught: float
    false_alarms: float
    bins: tuple[tuple[float, float, int], ...]
    curve: tuple[tuple[float, float, float], ...] = ()


def calibration(
    order: NDArray[np.int64],
    chances: NDArray[np.float64],
    relevant: Sequence[NDArray[np.int64]],
    sources: int,
    default: float,
) -> Calibration:
    """How much scores can be trusted, over ten random halves of the sources; deterministic.

    `order` (queries, depth) holds numbers of sources, best first, -1 for no more; `chances` their scores;
    `relevant` which are relevant to each query. `default` is the threshold given when nothing can be told.
    """
    spread = order >= 0
    right = np.stack([np.isin(row, wanted) for row, wanted in zip(order, relevant, strict=True)])
    scores, truths, tops, present = [], [], [], []
    for seed in range(_HALVINGS):
        training: NDArray[np.bool_] = np.asarray(np.random.default_rng(seed).random(sources) < 0.5)
        if training.sum() < _FEWEST:
            continue
        there: NDArray[np.bool_] = training[order] & spread
        # the sources that are left, in their order, to the front
        front = np.argsort(~there, axis=1, kind="stable")[:, :_DEPTH]
        left = np.take_along_axis(there, front, axis=1)
        best = np.where(left, np.take_along_axis(chances, front, axis=1), 0.0)
        scores.append(best.ravel())
        truths.append((np.take_along_axis(right, front, axis=1) & left & (best > 0)).ravel())
        tops.append(best[:, 0])
        present.append(np.array([bool(training[wanted].any()) for wanted in relevant]))
    if not scores:
        return Calibration(0.0, 0.5, default, 0.0, 0.0, ())
    predicted, true = np.concatenate(scores), np.concatenate(truths)
    top, answerable = np.concatenate(tops), np.concatenate(present)
    threshold = _best_threshold(top, answerable)
    caught, alarms = _shares(top, answerable, threshold)
    return Calibration(
        calibration_error(predicted, true),
        area_under_curve(top, answerable),
        threshold,
        caught,
        alarms,
        reliability(predicted, true),
        tuple((float(t), *_shares(top, answerable, t)) for t in np.linspace(0, 1, _CURVE + 1)),
    )


def _best_threshold(top: NDArray[np.float64], answerable: NDArray[np.bool_]) -> float:
    """Where the share of answerable above it less that of unanswerable above it is largest."""
    steps = np.linspace(0.01, 0.99, 99)
    gains = [caught - alarms for caught, alarms in (_shares(top, answerable, t) for t in steps)]
    return float(steps[int(np.argmax(gains))])


def _shares(top: NDArray[np.float64], answerable: NDArray[np.bool_], threshold: float) -> tuple[float, float]:
    above = top >= threshold
    caught = float(above[answerable].mean()) if answerable.any() else 0.0
    alarms = float(above[~answerable].mean()) if not answerable.all() else 0.0
    return caught, alarms


Values = NDArray[np.float64]
Judgements = Mapping[str, Mapping[str, int]]  # query -> source -> grade; from 1 on is relevant
Rankings = Mapping[str, Sequence[tuple[str, float]]]  # query -> (source, score), best first

MEASURES = ("hit@1", "hit@5", "hit@10", "MRR@10", "nDCG@10", "R@100")
_PARSED = {
    name: ir_measures.parse_measure(name.replace("hit", "Success").replace("MRR", "RR")) for name in MEASURES
}
_RESAMPLES = 2000
_PERMUTATIONS = 10_000


@dataclass(frozen=True, slots=True)
class Measured:
    """A mean over queries with the ends of its 95% bootstrap interval."""

    name: str
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """How much the second of two rankings differs from the first on the same queries.

    `p` is the chance of a difference this large if the two were alike (two-sided paired randomisation).
    """

    name: str
    first: float
    second: float
    p: float

    @property
    def difference(self) -> float:
        """Second less first."""
        return self.second - self.first


def per_query(judgements: Judgements, rankings: Rankings) -> dict[str, Values]:
    """For each measure its value for every query of `judgements`, in their order.

    A query without results, or without a ranking at all, counts as zero. Equal scores keep the order given.
    """
    run = {
        query: {source: float(len(ranking) - i) for i, (source, _) in enumerate(ranking)}
        for query, ranking in rankings.items()
        if query in judgements and ranking
    }
    qrels = {query: dict(grades) for query, grades in judgements.items()}
    rows = {name: dict.fromkeys(judgements, 0.0) for name in MEASURES}
    names = {parsed: name for name, parsed in _PARSED.items()}
    if run:
        for ranking in ir_measures.iter_calc(list(_PARSED.values()), qrels, run):
            rows[names[ranking.measure]][ranking.query_id] = float(ranking.value)
    return {name: np.array(list(values.values()), dtype=np.float64) for name, values in rows.items()}


def measure(values: Mapping[str, Values]) -> tuple[Measured, ...]:
    """The mean of every measure with its bootstrap interval; the same values give the same interval."""
    return tuple(_bootstrap(name, rows) for name, rows in values.items())


def _bootstrap(name: str, rows: Values) -> Measured:
    if not len(rows):
        return Measured(name, 0.0, 0.0, 0.0)
    draws = np.random.default_rng(0).integers(0, len(rows), (_RESAMPLES, len(rows)))
    means = rows[draws].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return Measured(name, float(rows.mean()), float(low), float(high))


def compare(name: str, first: Values, second: Values) -> Comparison:
    """Paired randomisation test of two rows of per-query values (same queries, same order)."""
    differences = second - first
    observed = abs(float(differences.mean())) if len(differences) else 0.0
    if observed == 0.0:
        return Comparison(name, _mean(first), _mean(second), 1.0)
    random = np.random.default_rng(0)
    as_large = 0
    moved = differences[differences != 0]
    for _ in range(_PERMUTATIONS // 100):
        signs = random.integers(0, 2, (100, len(moved))) * 2 - 1
        means = np.abs(signs @ moved) / len(differences)
        as_large += int((means >= observed - 1e-12).sum())
    return Comparison(name, _mean(first), _mean(second), (as_large + 1) / (_PERMUTATIONS + 1))


def _mean(rows: Values) -> float:
    return float(rows.mean()) if len(rows) else 0.0


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 percent interval of a share, after Wilson (1927); (0, 1) for nothing."""
    if not of:
        return 0.0, 1.0
    z, share = 1.959964, hits / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    reach = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def share_of(flags: Iterable[bool]) -> float:
    """Which part of them holds, from 0 to 1; 0 for none at all."""
    counted = list(flags)
    return sum(counted) / len(counted) if counted else 0.0


_BINS = 10  # of the reliability diagram


def reliability(scores: Values, truths: NDArray[np.bool_]) -> tuple[tuple[float, float, int], ...]:
    """Per bin of equal width with anything in it: (mean score, share that is true, how many)."""
    which = np.minimum((scores * _BINS).astype(int), _BINS - 1)
    bins_read = []
    for b in range(_BINS):
        inside = which == b
        if inside.any():
            bins_read.append((float(scores[inside].mean()), float(truths[inside].mean()), int(inside.sum())))
    return tuple(bins_read)


def calibration_error(scores: Values, truths: NDArray[np.bool_]) -> float:
    """Expected calibration error: the mean distance between what a score says and what is true."""
    total = max(1, len(scores))
    return sum(abs(predicted - true) * n for predicted, true, n in reliability(scores, truths)) / total


def area_under_curve(scores: Values, truths: NDArray[np.bool_]) -> float:
    """The chance that a true one scores higher than a false one (ties count half)."""
    positive, negative = scores[truths], scores[~truths]
    if not len(positive) or not len(negative):
        return 0.5
    ordered = np.sort(negative)
    below = np.searchsorted(ordered, positive, side="left")
    upto = np.searchsorted(ordered, positive, side="right")
    return float((below + upto).sum() / 2 / len(positive) / len(negative))


def descend(
    numbers: Values, slope_at: Callable[[Values], Values], rates: Sequence[float], *, fresh: float
) -> Values:
    """`numbers` after a step down the slope for each of `rates`, by Adam.

    `fresh`: how much the latest slope counts in the mean of their squares.
    """
    first, second = np.zeros_like(numbers), np.zeros_like(numbers)
    for step, rate in enumerate(rates, 1):
        slope = slope_at(numbers)
        first, second = 0.9 * first + 0.1 * slope, (1 - fresh) * second + fresh * slope**2
        pace = first / (1 - 0.9**step) / (np.sqrt(second / (1 - (1 - fresh) ** step)) + 1e-9)
        numbers = numbers - rate * pace
    return numbers


def logistic(rows: Values, flags: Values, weights: Values, ridge: Sequence[float]) -> tuple[Values, float]:
    """Slopes and offset of a logistic regression with a ridge (the last on the offset), by Newton's method.

    `rows` (n, signals) are scaled first; `flags` are 0 or 1, `weights` what each counts.
    """
    mean, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    placed = np.column_stack([(rows - mean) / scale, np.ones(len(rows))])
    penalty = np.diag(ridge)
    slopes = np.zeros(placed.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(placed @ slopes, -30, 30)))
        slope = placed.T @ (weights * (chance - flags)) + penalty @ slopes
        bend = (placed * (weights * chance * (1 - chance))[:, None]).T @ placed + penalty
        step = np.linalg.solve(bend, slope)
        slopes = slopes - step
        if float(np.abs(step).max()) < 1e-9:
            break
    own = slopes[:-1] / scale
    return own, float(slopes[-1] - own @ mean)
