"""Experiments on search: a grid of settings on one data set, every run on record, failed ones too.

    name = "woorden of betekenis"
    pairs = "qa-pairs.jsonl"        # beside this file
    tune = "other-pairs.jsonl"      # only needed when the grid has tune = true

    [grid]
    signals = ["both", "words", "meaning"]
    tune = [false, true]
    body_grams = [0.2, 0.36]        # any weight of the fusion

Runs are kept in one JSON Lines file; what stands there is not run again, and what stands there can be run
again with the same outcome.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
import os
import resource
import subprocess
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from learninglion import __version__
from learninglion.energy import Meter
from learninglion.errors import InputError, LearningLionError
from learninglion.evaluation.retrieval import evaluate_pairs
from learninglion.evaluation.testset import data_hash, read_pairs
from learninglion.retrieval.encoders import Encoder, NanoEncoder
from learninglion.retrieval.fusion import DEFAULT, FEATURES, Fusion
from learninglion.serial import canonical_json, from_plain, sha256_hex, to_plain

__all__ = ["Experiment", "Run", "read_experiment", "read_runs", "rerun", "run_experiment"]

Setting = str | bool | float
_SIGNALS = {
    "both": FEATURES,
    "words": ("body_stems", "body_grams", "body_length", "asked_stems", "asked_grams"),
    "meaning": ("body_mean", "body_best", "body_length", "asked_best"),
}
_MOST_RUNS = 1000


@dataclass(frozen=True, slots=True)
class Experiment:
    """One data set and the values to try of each setting."""

    name: str
    pairs: Path
    tune: Path | None
    grid: tuple[tuple[str, tuple[Setting, ...]], ...]

    def settings(self) -> tuple[tuple[tuple[str, Setting], ...], ...]:
        """Every combination, in the order of the file."""
        names = [name for name, _ in self.grid]
        combinations = itertools.product(*(values for _, values in self.grid))
        return tuple(tuple(zip(names, values, strict=True)) for values in combinations)


@dataclass(frozen=True, slots=True)
class Run:
    """One run as it went; `error` is empty when it succeeded. Memory in MB is the peak of the process."""

    id: str  # hash over settings, data, encoder and version of the program
    experiment: str
    settings: tuple[tuple[str, str], ...]  # values as JSON
    data_sha256: str
    tune_sha256: str
    encoder: str
    version: str
    git_sha: str
    started: str
    seconds: float
    peak_memory_mb: int
    kwh: float
    measures: tuple[tuple[str, float], ...] = ()
    calibration_error: float | None = None
    answerable_auc: float | None = None
    error: str = ""


def read_experiment(path: Path) -> Experiment:
    """The experiment of a TOML file. All mistakes are named together in one InputError."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path.name}: dit experiment is niet te lezen ({error}).") from error
    mistakes = [f"onbekend veld {key!r}" for key in data if key not in ("name", "pairs", "tune", "grid")]
    grid: list[tuple[str, tuple[Setting, ...]]] = []
    listed = data.get("grid", {})
    if not isinstance(data.get("pairs"), str):
        mistakes.append("het veld pairs (een bestand met paren) ontbreekt")
    if not isinstance(listed, dict):
        mistakes.append("grid is geen tabel")
        listed = {}
    for name, values in listed.items():
        found = tuple(values) if isinstance(values, list) else (values,)
        mistakes.extend(_mistakes(name, found, "tune" in data))
        grid.append((name, found))
    count = 1
    for _, values in grid:
        count *= max(1, len(values))
    if count > _MOST_RUNS:
        mistakes.append(f"dit zijn {count} runs; hoogstens {_MOST_RUNS}")
    if mistakes:
        raise InputError(f"{path.name}: {'; '.join(mistakes)}.")
    tune = path.parent / str(data["tune"]) if "tune" in data else None
    return Experiment(str(data.get("name", path.stem)), path.parent / str(data["pairs"]), tune, tuple(grid))


def _mistakes(name: str, values: tuple[Setting, ...], has_tune: bool) -> list[str]:
    if name == "signals":
        return [f"signals kent geen {v!r}" for v in values if v not in _SIGNALS]
    if name == "tune":
        wrong = [f"tune is waar of onwaar, niet {v!r}" for v in values if not isinstance(v, bool)]
        return wrong + (["tune heeft een bestand nodig"] if True in values and not has_tune else [])
    if name not in FEATURES:
        return [f"onbekende instelling {name!r}"]
    return [f"{name}: {v!r} is geen getal" for v in values if isinstance(v, bool | str)]


def run_experiment(
    experiment: Experiment,
    record: Path,
    *,
    encoder: Encoder | None = None,
    cache: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Run, ...]:
    """Run what is not on `record` yet (failed runs are tried again); all runs of this experiment, in order.

    Each run is on record as soon as it is done, so an experiment that was stopped goes on where it was.
    """
    encoder = encoder or NanoEncoder()
    known = {run.id: run for run in read_runs(record) if not run.error}
    found: list[Run] = []
    wanted = experiment.settings()
    for number, settings in enumerate(wanted, 1):
        run = _prepare(experiment, settings, encoder)
        if run.id not in known:
            known[run.id] = _carry_out(run, experiment, dict(settings), encoder, cache)
            _append(record, known[run.id])
        found.append(known[run.id])
        if progress is not None:
            progress(number, len(wanted))
    return tuple(found)


def rerun(
    run: Run, experiment: Experiment, *, encoder: Encoder | None = None, cache: Path | None = None
) -> tuple[Run, bool]:
    """Carry out a recorded run again; and whether it gave the same figures to the last digit.

    Raises InputError when the data are not those of the record.
    """
    encoder = encoder or NanoEncoder()
    settings = tuple((name, json.loads(value)) for name, value in run.settings)
    fresh = _prepare(experiment, settings, encoder)
    if (fresh.data_sha256, fresh.tune_sha256) != (run.data_sha256, run.tune_sha256):
        raise InputError("De gegevens zijn veranderd sinds deze run.")
    again = _carry_out(fresh, experiment, dict(settings), encoder, cache)
    return again, again.measures == run.measures and again.error == run.error


def read_runs(record: Path) -> tuple[Run, ...]:
    """The runs of a record file; a line that was cut off when the machine stopped is left out."""
    if not record.exists():
        return ()
    found = []
    for line in record.read_text("utf-8").splitlines():
        try:
            found.append(from_plain(Run, json.loads(line)))
        except ValueError:
            continue
    return tuple(found)


def _prepare(experiment: Experiment, settings: tuple[tuple[str, Setting], ...], encoder: Encoder) -> Run:
    plain = tuple((name, json.dumps(value)) for name, value in settings)
    data = data_hash(read_pairs(experiment.pairs))
    uses = experiment.tune is not None and dict(settings).get("tune") is True
    tune = data_hash(read_pairs(experiment.tune)) if uses and experiment.tune is not None else ""
    told = canonical_json({"s": dict(plain), "d": data, "t": tune, "e": encoder.name, "v": __version__})
    return Run(
        sha256_hex(told)[:16],
        experiment.name,
        plain,
        data,
        tune,
        encoder.name,
        __version__,
        _git_sha(),
        datetime.now(UTC).isoformat(timespec="seconds"),
        0.0,
        0,
        0.0,
    )


def _carry_out(
    run: Run, experiment: Experiment, settings: Mapping[str, Setting], encoder: Encoder, cache: Path | None
) -> Run:
    meter = Meter()
    try:
        report = evaluate_pairs(
            experiment.pairs,
            experiment.tune if run.tune_sha256 else None,
            encoder=encoder,
            cache=cache,
            fusion=_fusion(settings),
        )
        run = replace(
            run,
            measures=tuple((m.name, m.value) for m in report.measures),
            calibration_error=report.calibration.error,
            answerable_auc=report.calibration.answerable,
        )
    except (LearningLionError, ValueError, MemoryError) as error:
        run = replace(run, error=f"{type(error).__name__}: {error}")
    used = meter.read()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return replace(run, seconds=round(used.seconds, 2), kwh=used.kwh, peak_memory_mb=peak)


def _fusion(settings: Mapping[str, Setting]) -> Fusion:
    weights = {name: float(value) for name, value in settings.items() if name in FEATURES}
    kept = _SIGNALS[str(settings.get("signals", "both"))]
    silent = {name: 0.0 for name in FEATURES if name not in kept}
    plain = {**dataclasses.asdict(DEFAULT), **weights, **silent}
    return from_plain(Fusion, plain)


def _append(record: Path, run: Run) -> None:
    record.parent.mkdir(parents=True, exist_ok=True)
    with record.open("a", encoding="utf-8") as file:
        file.write(json.dumps(to_plain(run), ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())


def _git_sha() -> str:
    """The commit of the program's own checkout, "" where it was installed otherwise."""
    command = ["git", "-C", str(Path(__file__).parent), "rev-parse", "HEAD"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=10)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
