"""Runs of an experiment as they are kept: settings, data, commit, cost and outcome, one JSON line each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from learninglion.database.files import append_durably
from learninglion.inference.generators import EncoderChoice, RerankerChoice
from learninglion.models.errors import InputError
from learninglion.models.plain import canonical_json, from_plain, sha256_hex, to_plain


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
