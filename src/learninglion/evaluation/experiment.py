"""Experiments on search: a grid of settings on one data set, every run on record, failed ones too.

    name = "woorden of betekenis"
    pairs = "qa-pairs.jsonl"        # beside this file; or: collection = "default"
    tune = "other-pairs.jsonl"      # only needed when the grid has tune = true
    judgements = "oordelen.jsonl"   # only needed when the grid has fields
    limit = 200                     # at most so many questions; 0 or left out: all

    [encoders.groot]                # only needed for other models than the built-in one
    kind = "openai"
    model = "multilingual-e5-large"
    url = "http://127.0.0.1:8080/v1"

    [reranker]                      # only needed when the grid has reranker = true
    kind = "documents"
    url = "http://127.0.0.1:8080/v1"

    [grid]                          # settings and values: see retrieval.py
    signals = ["both", "words", "meaning"]
    tune = [false, true]
    body_grams = [0.2, 0.36]

Runs are kept in one JSON Lines file; what stands there is not run again, and what stands there can be run
again with the same outcome.

Graded relevance by people: results of several configurations are pooled and shown in an order that says
nothing of which found them or how high, judged blind, and kept with the judge. A judgement is one line in a
file; a later one of the same judge on the same result replaces it.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import re
import resource
import subprocess
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

from learninglion import __version__
from learninglion.database.blobs import Blobs
from learninglion.evaluation.measures import DataPlaces, Run, append_line, read_runs
from learninglion.evaluation.retrieval import (
    BUILT_IN,
    Configuration,
    Grades,
    Setting,
    configuration_of,
    evaluate,
    mistakes,
    rank_trial,
    read_toml,
    weigh,
)
from learninglion.evaluation.testset import LabelledPair, Trial, data_hash, pairs_trial, read_pairs, sampled
from learninglion.inference.encoders import Encoder, EncoderChoice, VectorCache
from learninglion.inference.reranking import RerankerChoice, Reranking, reranker_mistakes
from learninglion.models import Progress, silent
from learninglion.models.errors import (
    ConflictError,
    InputError,
    IntegrityError,
    LearningLionError,
    UnknownReferenceError,
)
from learninglion.models.plain import Plain, canonical_json, from_plain, sha256_hex, to_plain
from learninglion.record.energy import PowerMeter
from learninglion.search.scoring import DEFAULT, Fusion

# As in TREC: not, partly, fully relevant.
GRADES = (0, 1, 2)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one person said of one result for one query."""

    query: str
    source: str
    grade: int
    judge: str
    at: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two judges agree on what both judged: share alike, and Cohen's weighted kappa (linear)."""

    first: str
    second: str
    common: int
    alike: float
    kappa: float


def pool(rankings: Sequence[Mapping[str, Sequence[str]]], depth: int = 10) -> dict[str, tuple[str, ...]]:
    """For each query the different sources among the best `depth` of any ranking, in a blind order.

    The order is that of a hash of query and source: the same every time, and unrelated to rank.
    """
    pooled_names: dict[str, set[str]] = defaultdict(set)
    for ranking in rankings:
        for query, sources in ranking.items():
            pooled_names[query].update(sources[:depth])
    return {
        q: tuple(sorted(sources, key=lambda s: hashlib.sha256(f"{q}\0{s}".encode()).hexdigest()))
        for q, sources in sorted(pooled_names.items())
    }


def judge(path: Path, query: str, source: str, grade: int, judge: str) -> Judgement:
    """Add a judgement to the file; it is on disk when this returns."""
    made = _make_judgement(query, source, grade, judge)
    append_line(path, made)
    return made


def _make_judgement(query: str, source: str, grade: int, judge: str) -> Judgement:
    """What `judge` says now. Raises InputError for what is no judgement."""
    if grade not in GRADES:
        raise InputError(f"Een oordeel is 0 (niet), 1 (deels) of 2 (helemaal relevant), niet {grade}.")
    if not judge.strip():
        raise InputError("Een oordeel heeft de naam nodig van wie het geeft.")
    return Judgement(query, source, grade, judge.strip(), datetime.now(UTC).isoformat(timespec="seconds"))


def read_judgements(path: Path) -> tuple[Judgement, ...]:
    """The judgements of a file, the last of each judge on each result; InputError names a wrong line."""
    return _parse_judgements(path.read_text("utf-8"), path.name) if path.exists() else ()


def _parse_judgements(text: str, name: str) -> tuple[Judgement, ...]:
    """The same of the text of a file called `name`."""
    latest: dict[tuple[str, str, str], Judgement] = {}
    for number, line in enumerate(text.splitlines(), 1):
        try:
            judgement = from_plain(Judgement, json.loads(line))
        except ValueError as error:
            raise InputError(f"{name}, regel {number}: dit is geen oordeel ({error}).") from error
        latest[judgement.query, judgement.source, judgement.judge] = judgement
    return tuple(latest[key] for key in sorted(latest))


def consensus(judgements: Sequence[Judgement]) -> dict[str, dict[str, int]]:
    """One grade a result: the middle one of its judges (the lower of two), ready for `measures`."""
    by_result: dict[tuple[str, str], list[int]] = defaultdict(list)
    for j in judgements:
        by_result[j.query, j.source].append(j.grade)
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for (query, source), grades in sorted(by_result.items()):
        counts[query][source] = sorted(grades)[(len(grades) - 1) // 2]
    return dict(counts)


def agreement(judgements: Sequence[Judgement]) -> tuple[Agreement, ...]:
    """Every two judges who judged the same results, by name."""
    by_judge: dict[str, dict[tuple[str, str], int]] = defaultdict(dict)
    for j in judgements:
        by_judge[j.judge][j.query, j.source] = j.grade
    agreements = []
    for first, second in combinations(sorted(by_judge), 2):
        common = sorted(by_judge[first].keys() & by_judge[second].keys())
        if common:
            pairs = [(by_judge[first][c], by_judge[second][c]) for c in common]
            alike = sum(a == b for a, b in pairs) / len(pairs)
            agreements.append(Agreement(first, second, len(pairs), alike, _kappa(pairs)))
    return tuple(agreements)


def _kappa(pairs: Sequence[tuple[int, int]]) -> float:
    """1 less the distance between the grades, as part of what chance would give; 1.0 when that is 0."""
    count = len(pairs)
    observed = sum(abs(a - b) for a, b in pairs) / count
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    chance = sum(abs(a - b) * m * n for a, m in first.items() for b, n in second.items()) / count**2
    return 1.0 - observed / chance if chance else 1.0


# Judging by several people over days: what is shown is drawn up once, and each judgement is kept at once.
#
# A round is two files that all servers share: `judgements/<id>.json` says which results are shown for which
# questions, in what order; `<id>.jsonl` holds the judgements, in the form that the command line writes and
# every measure reads. What is shown is the best of several ways to search, without saying which: one way
# alone would only ever be judged on what it found itself, and look better than it is.


JUDGEMENTS = "judgements/"
_ID = re.compile(r"\d{8}T\d{6}Z(?:-\d+)?")


@dataclass(frozen=True, slots=True)
class Shown:
    """One result that is shown for one question; both are ids of sources in the archive."""

    query: str
    source: str


@dataclass(frozen=True, slots=True)
class Round:
    """What is to be judged, of which collection, who drew it up and when; closed: nobody is asked now."""

    id: str
    collection: str
    at: datetime
    by: str
    items: tuple[Shown, ...]
    closed: bool = False

    @property
    def queries(self) -> int:
        """How many different questions there are."""
        return len({item.query for item in self.items})

    def done(self, judgements: Sequence[Judgement], judge: str) -> Mapping[Shown, int]:
        """What this person said so far, of what this round shows."""
        items = set(self.items)
        grades = {Shown(j.query, j.source): j.grade for j in judgements if j.judge == judge}
        return {item: grade for item, grade in grades.items() if item in items}

    def next_open(self, done: Mapping[Shown, int], after: int = -1) -> int | None:
        """The place of the first without a judgement past `after`, else of all; None when none is left."""
        count = len(self.items)
        places = [*range(after + 1, count), *range(min(after + 1, count))]
        return next((at for at in places if self.items[at] not in done), None)

    def judge(self, blobs: Blobs, place: int, item: Shown, grade: int, name: str) -> None:
        """Keep a judgement; it is kept when this returns.

        Raises ConflictError when the round is closed, InputError when `item` is not what stands at `place`.
        """
        if self.closed:
            raise ConflictError("Deze beoordeling is afgesloten: er komen geen oordelen meer bij.")
        if not 0 <= place < len(self.items) or self.items[place] != item:
            raise InputError("Dit resultaat hoort niet bij deze beoordeling. Open haar opnieuw.")
        made = _make_judgement(item.query, item.source, grade, name)
        line = json.dumps(to_plain(made), ensure_ascii=False).encode()
        blobs.append(f"{JUDGEMENTS}{self.id}.jsonl", line)


def draw_up(blobs: Blobs, collection: str, by: str, rankings: Mapping[str, Sequence[str]]) -> Round:
    """Keep a new round of these results (question: results, in the order to show). InputError when none."""
    items = tuple(Shown(query, source) for query, sources in rankings.items() for source in sources)
    if not items:
        raise InputError("Er is niets gevonden om te beoordelen.")
    now = datetime.now(UTC)
    first = f"{now:%Y%m%dT%H%M%SZ}"
    names = (first, *(f"{first}-{n}" for n in range(2, 100)))
    rounds = (Round(name, collection, now, by, items) for name in names)
    return next(made for made in rounds if blobs.put_new(_named(made.id), _written(made)))


def _named(round_id: str) -> str:
    return f"{JUDGEMENTS}{round_id}.json"


def _written(chosen: Round) -> bytes:
    return json.dumps(to_plain(chosen), ensure_ascii=False).encode()


def read_round(blobs: Blobs, round_id: str) -> Round:
    """One round. Raises UnknownReferenceError when there is none, IntegrityError when it is damaged."""
    content = blobs.read(_named(round_id)) if _ID.fullmatch(round_id) else None
    if content is None:
        raise UnknownReferenceError("Deze beoordeling bestaat niet.")
    try:
        return from_plain(Round, json.loads(content))
    except (ValueError, TypeError) as error:
        raise IntegrityError(f"{round_id}.json: dit bestand is niet te lezen ({error}).") from error


def list_rounds(blobs: Blobs) -> tuple[Round, ...]:
    """All rounds, the last first. Raises IntegrityError naming one that is damaged."""
    names = (n.removeprefix(JUDGEMENTS).removesuffix(".json") for n in blobs.names(JUDGEMENTS))
    return tuple(read_round(blobs, name) for name in sorted(names, reverse=True) if _ID.fullmatch(name))


def close_round(blobs: Blobs, round_id: str, *, closed: bool) -> None:
    """Ask nobody any more (or again, with `closed` false); the judgements stay."""
    blobs.put(_named(round_id), _written(replace(read_round(blobs, round_id), closed=closed)))


def written_judgements(blobs: Blobs, round_id: str) -> bytes:
    """The judgements of a round as lines, each as it was given."""
    return blobs.read(f"{JUDGEMENTS}{round_id}.jsonl") or b""


def judgements_of(blobs: Blobs, round_id: str) -> tuple[Judgement, ...]:
    """The judgements of a round, the last of each judge on each result."""
    return _parse_judgements(written_judgements(blobs, round_id).decode(), f"{round_id}.jsonl")


_WAYS = (
    Configuration(),
    Configuration(signals="words"),
    Configuration(signals="meaning"),
    Configuration(fusion="equal"),
)


def pooled(
    trial: Trial,
    *,
    encoder: Encoder,
    cache: Path,
    learned: Fusion | None = None,
    depth: int = 10,
    progress: Progress = silent,
) -> Mapping[str, tuple[str, ...]]:
    """For each question the names of what any way found among its best `depth`, in a blind order.

    A question of a collection searches questions and answers of older documents, as a user would have;
    one of a pairs file searches the answers. `learned` is one way more: a fusion that was tuned.
    """
    fusions = [weigh(way, DEFAULT) for way in _WAYS] + ([learned] if learned is not None else [])
    rankings = []
    vectors = VectorCache(cache)
    with tempfile.TemporaryDirectory(prefix="learninglion-") as temporary:
        for fusion in fusions:
            # one index for all: it is the same data, and only the weights differ
            ranked = rank_trial(
                trial,
                encoder,
                vectors,
                Path(temporary),
                fusion,
                fields="both" if trial.timed else "answer",
                own=not trial.timed,
                progress=progress,
            )
            rankings.append(
                {
                    query.id: [trial.names[i] for i in row[:depth].tolist() if i >= 0]
                    for query, row in zip(trial.queries, ranked.order, strict=True)
                }
            )
    return pool(rankings, depth)


_SELF = Path("/proc/self")
_RESET_HIGH_WATER = "5"  # see proc(5), clear_refs


def _reset_peak() -> None:
    """Count the peak from now on, where the system can; else `peak_mb` tells that of the process."""
    with suppress(OSError):
        (_SELF / "clear_refs").write_text(_RESET_HIGH_WATER, "ascii")


def peak_mb() -> int:
    """The most resident memory in MB since `_reset_peak`, or since the process began."""
    try:
        match = re.search(r"^VmHWM:\s+(\d+) kB", (_SELF / "status").read_text("ascii"), re.MULTILINE)
    except OSError:
        match = None
    if match is not None:
        return int(match[1]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


_FIELDS = ("name", "pairs", "collection", "tune", "judgements", "limit", "encoders", "reranker", "grid")
_ENCODER_FIELDS = ("kind", "model", "url")
_RERANKER_FIELDS = ("kind", "model", "url", "timeout_seconds")
_MOST_RUNS = 1000

Settings = tuple[tuple[str, Setting], ...]
Opener = Callable[[EncoderChoice], Encoder]
RerankerOpener = Callable[[RerankerChoice], Reranking | None]


@dataclass(frozen=True, slots=True)
class Experiment:
    """One data set (pairs, or a collection) and the values to try of each setting."""

    name: str
    pairs: Path | None
    collection: str
    tune: Path | None
    judgements: Path | None
    limit: int
    encoders: tuple[tuple[str, EncoderChoice], ...]
    grid: tuple[tuple[str, tuple[Setting, ...]], ...]
    reranker: RerankerChoice = RerankerChoice()

    def settings(self) -> tuple[Settings, ...]:
        """Every combination, in the order of the file."""
        names = [name for name, _ in self.grid]
        combinations = itertools.product(*(values for _, values in self.grid))
        return tuple(tuple(zip(names, values, strict=True)) for values in combinations)


def read_experiment(path: Path) -> Experiment:
    """The experiment of a TOML file. All mistakes are named together in one InputError."""
    data = read_toml(path, "dit experiment is")
    wrong = [f"onbekend veld {key!r}" for key in data if key not in _FIELDS]
    for name in ("name", "pairs", "collection", "tune", "judgements"):
        if not isinstance(data.get(name, ""), str):
            wrong.append(f"{name} is geen tekst")
    if ("pairs" in data) == ("collection" in data):
        wrong.append("noem óf pairs (een bestand met paren) óf collection (een verzameling)")
    limit = data.get("limit", 0)
    if not isinstance(limit, int) or isinstance(limit, bool) or limit < 0:
        wrong.append(f"limit: {limit!r} is geen aantal")
    encoders = _read_encoders(data.get("encoders", {}), wrong)
    reranker = _read_reranker(data.get("reranker", {}), wrong)
    grid = _read_grid(data, [BUILT_IN, *encoders], wrong)
    if wrong:
        raise InputError(f"{path.name}: {'; '.join(wrong)}.")

    def beside(name: str) -> Path | None:
        return path.parent / str(data[name]) if name in data else None

    return Experiment(
        str(data.get("name", path.stem)),
        beside("pairs"),
        str(data.get("collection", "")),
        beside("tune"),
        beside("judgements"),
        int(limit),
        tuple(encoders.items()),
        grid,
        reranker,
    )


def _read_encoders(listed: object, wrong: list[str]) -> dict[str, EncoderChoice]:
    if not isinstance(listed, dict):
        wrong.append("encoders is geen tabel")
        return {}
    encoders_read: dict[str, EncoderChoice] = {}
    for name, choice in listed.items():
        if not isinstance(choice, dict) or not all(isinstance(v, str) for v in choice.values()):
            wrong.append(f"encoders.{name} is geen tabel met teksten")
            continue
        wrong.extend(
            f"encoders.{name}: onbekend veld {key!r}" for key in choice if key not in _ENCODER_FIELDS
        )
        if name == BUILT_IN:
            wrong.append(f"encoders.{name}: die naam is van het ingebouwde model")
        encoders_read[name] = EncoderChoice(
            choice.get("kind", ""), choice.get("model", ""), choice.get("url", "")
        )
    return encoders_read


def _read_reranker(options: object, wrong: list[str]) -> RerankerChoice:
    if not isinstance(options, dict):
        wrong.append("reranker is geen tabel")
        return RerankerChoice()
    wrong.extend(f"reranker: onbekend veld {key!r}" for key in options if key not in _RERANKER_FIELDS)
    timeout = options.get("timeout_seconds", RerankerChoice().timeout)
    words = [options.get(name, plain) for name, plain in (("kind", "none"), ("model", ""), ("url", ""))]
    if not all(isinstance(word, str) for word in words) or type(timeout) not in (int, float):
        wrong.append("reranker: kind, model en url zijn teksten, timeout_seconds is een getal")
        return RerankerChoice()
    choice = RerankerChoice(words[0], words[1], words[2], timeout=float(timeout))
    if mistake := reranker_mistakes(choice):
        wrong.append(f"reranker: {mistake}".replace("base_url", "url"))
    return choice


def _read_grid(
    data: Mapping[str, object], encoders: list[str], wrong: list[str]
) -> tuple[tuple[str, tuple[Setting, ...]], ...]:
    listed = data.get("grid", {})
    if not isinstance(listed, dict):
        wrong.append("grid is geen tabel")
        return ()
    grid: list[tuple[str, tuple[Setting, ...]]] = []
    count = 1
    for name, values in listed.items():
        options = tuple(values) if isinstance(values, list) else (values,)
        wrong.extend(mistake for value in options if (mistake := mistakes(name, value, encoders)))
        if not options:
            wrong.append(f"{name} heeft geen waarden")
        if len(set(map(repr, options))) < len(options):
            wrong.append(f"{name} noemt een waarde tweemaal")
        if name == "tune" and True in options and "tune" not in data:
            wrong.append("tune heeft een bestand nodig")
        if name == "reranker" and True in options and "reranker" not in data:
            wrong.append("reranker heeft een tabel [reranker] nodig")
        if name == "fields" and set(options) - {"answer"} and "judgements" not in data:
            wrong.append("fields heeft oordelen van mensen nodig (judgements)")
        count *= max(1, len(options))
        grid.append((name, options))
    if count > _MOST_RUNS:
        wrong.append(f"dit zijn {count} runs; hoogstens {_MOST_RUNS}")
    return tuple(grid)


@dataclass(frozen=True, slots=True)
class _Material:
    """The data of an experiment, read once."""

    trial: Trial
    lessons: tuple[LabelledPair, ...] | None
    grades: Grades | None
    data_sha256: str
    tune_sha256: str
    judgements_sha256: str


def _material(experiment: Experiment, trial: Trial | None) -> _Material:
    if trial is None:
        if experiment.pairs is None:
            raise InputError(f"Verzameling {experiment.collection} is hier niet te lezen.")
        trial = pairs_trial(read_pairs(experiment.pairs), experiment.pairs.name)
    lessons = read_pairs(experiment.tune) if experiment.tune is not None else None
    grades, judged = None, ""
    if experiment.judgements is not None:
        if not experiment.judgements.exists():
            raise InputError(f"{experiment.judgements.name}: dit bestand met oordelen is er niet.")
        grades = consensus(read_judgements(experiment.judgements))
        judged = sha256_hex(canonical_json(grades))
    trial = sampled(trial, experiment.limit, grades)
    learned = data_hash(lessons) if lessons is not None else ""
    return _Material(trial, lessons, grades, trial.sha256, learned, judged)


@dataclass(frozen=True, slots=True)
class Means:
    """What runs are carried out with; an experiment on a collection needs its `trial`."""

    opener: Opener
    rerankers: RerankerOpener
    cache: Path | None = None  # of vectors
    progress: Progress = silent
    trial: Trial | None = None


def run_experiment(experiment: Experiment, record: Path, means: Means) -> tuple[Run, ...]:
    """Run what is not on `record` yet (failed runs are tried again); all runs of this experiment, in order.

    Each run is on record as soon as it is done, so an experiment that was stopped goes on where it was.
    Wrong data stop the experiment before its first run.
    """
    material = _material(experiment, means.trial)
    known = {run.id: run for run in read_runs(record) if not run.error}
    opened: dict[EncoderChoice, Encoder | LearningLionError] = {}
    runs: list[Run] = []
    wanted = experiment.settings()
    for number, settings in enumerate(wanted, 1):
        run, encoder = _prepare(experiment, settings, material, record, means.opener, opened)
        if run.id not in known:
            done = _carry_out(run, settings, material, encoder, means)
            append_line(record, done)
            known[run.id] = done
        runs.append(known[run.id])
        means.progress("Runs", number, len(wanted))
    return tuple(runs)


def rerun(run: Run, experiment: Experiment, record: Path, means: Means) -> Run:
    """Carry out a recorded run again. Raises InputError when the data are not those of the record."""
    settings = tuple((name, json.loads(value)) for name, value in run.settings)
    material = _material(experiment, means.trial)
    fresh, encoder = _prepare(experiment, settings, material, record, means.opener, {})
    if (fresh.data_sha256, fresh.tune_sha256, fresh.judgements_sha256) != (
        run.data_sha256,
        run.tune_sha256,
        run.judgements_sha256,
    ):
        raise InputError("De gegevens zijn veranderd sinds deze run.")
    return _carry_out(fresh, settings, material, encoder, means)


def experiment_of(run: Run, record: Path) -> Experiment:
    """The experiment a recorded run belongs to, as far as a rerun needs it."""

    def place(text: str) -> Path | None:
        return record.parent / text if text else None

    places = run.data
    if not places.pairs and not places.collection:
        raise InputError(f"Run {run.id} zegt niet waar de gegevens staan; noem het experiment zelf.")
    return Experiment(
        run.experiment,
        place(places.pairs),
        places.collection,
        place(places.tune),
        place(places.judgements),
        places.limit,
        ((str(json.loads(dict(run.settings).get("encoder", '""'))), run.encoder_choice),),
        (),
        run.reranker_choice,
    )


def _prepare(
    experiment: Experiment,
    settings: Settings,
    material: _Material,
    record: Path,
    opener: Opener,
    opened: dict[EncoderChoice, Encoder | LearningLionError],
) -> tuple[Run, Encoder | LearningLionError]:
    """The run before it went, and its encoder (or why there is none)."""
    configuration = configuration_of(dict(settings))
    choice = dict(experiment.encoders).get(configuration.encoder, EncoderChoice())
    if choice not in opened:
        try:
            opened[choice] = opener(choice)
        except LearningLionError as error:
            opened[choice] = error
    encoder = opened[choice]
    name = configuration.encoder if isinstance(encoder, LearningLionError) else encoder.name
    tune = material.tune_sha256 if configuration.tune else ""
    plain = tuple((key, json.dumps(value)) for key, value in settings)
    lowered = {"s": dict(plain), "d": material.data_sha256, "t": tune, "e": name, "v": __version__}
    more: dict[str, Plain] = {"j": material.judgements_sha256, "l": experiment.limit}
    reranker = replace(experiment.reranker if configuration.reranker else RerankerChoice(), api_key="")
    if configuration.reranker:
        more["r"] = to_plain(reranker)
    run = Run(
        id=sha256_hex(canonical_json({**lowered, **more}))[:16],
        experiment=experiment.name,
        settings=plain,
        data_sha256=material.data_sha256,
        tune_sha256=tune,
        encoder=name,
        version=__version__,
        git_sha=_git_sha(),
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        seconds=0.0,
        peak_memory_mb=0,
        kwh=0.0,
        judgements_sha256=material.judgements_sha256,
        data=_places(experiment, record),
        encoder_choice=replace(choice, api_key=""),
        reranker_choice=reranker,
    )
    return run, encoder


def _places(experiment: Experiment, record: Path) -> DataPlaces:
    def relative(path: Path | None) -> str:
        return Path(os.path.relpath(path.resolve(), record.parent.resolve())).as_posix() if path else ""

    return DataPlaces(
        relative(experiment.pairs),
        experiment.collection,
        relative(experiment.tune),
        relative(experiment.judgements),
        experiment.limit,
    )


def _carry_out(
    run: Run,
    settings: Settings,
    material: _Material,
    encoder: Encoder | LearningLionError,
    means: Means,
) -> Run:
    _reset_peak()
    use = PowerMeter().start("experiment")
    try:
        if isinstance(encoder, LearningLionError):
            raise encoder
        report = evaluate(
            material.trial,
            configuration_of(dict(settings)),
            lessons=material.lessons,
            grades=material.grades,
            encoder=encoder,
            cache=means.cache,
            reranking=means.rerankers(run.reranker_choice),
            progress=means.progress,
        )
        reciprocal = dict(report.values)["MRR@10"]
        run = replace(
            run,
            measures=tuple((m.name, m.value) for m in report.measures),
            calibration_error=report.calibration.error,
            answerable_auc=report.calibration.answerable,
            first_ranks=tuple(round(1 / value) if value else 0 for value in reciprocal),
        )
    except (LearningLionError, ValueError, OSError, RuntimeError, MemoryError) as error:
        run = replace(run, error=f"{type(error).__name__}: {error}")
    used = use.stop()
    return replace(run, seconds=round(used.seconds, 2), kwh=used.kwh, peak_memory_mb=peak_mb())


def _git_sha() -> str:
    """The commit of the program's own checkout, with "+" when files differ; "" where there is none."""
    here = str(Path(__file__).parent)

    def ask(*words: str) -> str | None:
        command = ["git", "-C", here, *words]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=10)  # noqa: S603
        except (OSError, subprocess.TimeoutExpired):
            return None
        return done.stdout.strip() if done.returncode == 0 else None

    commit = ask("rev-parse", "HEAD")
    if not commit:
        return ""
    changed = ask("status", "--porcelain", "--untracked-files=no", "--", ".", "../search", "../parsing")
    return f"{commit}+" if changed else commit
