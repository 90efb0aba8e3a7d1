"""Graded relevance by people: pooled results judged blind, kept with the judge, and how far judges agree.

Results of several configurations are pooled and shown in an order that says nothing of which found them or
how high. A judgement is one line in a file; a later one of the same judge on the same result replaces it.
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

from learninglion.database.blobs import Blobs
from learninglion.evaluation.measures import append_line
from learninglion.evaluation.retrieval import Configuration, rank_trial, weigh
from learninglion.evaluation.testset import Trial
from learninglion.inference.encoders import Encoder
from learninglion.inference.vectors import VectorCache
from learninglion.models import Progress, silent
from learninglion.models.errors import ConflictError, InputError, IntegrityError, UnknownReferenceError
from learninglion.models.plain import from_plain, to_plain
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
        q: tuple(sorted(sources, key=lambda s: _blind(q, s))) for q, sources in sorted(pooled_names.items())
    }


def _blind(query: str, source: str) -> str:
    return hashlib.sha256(f"{query}\0{source}".encode()).hexdigest()


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


def close_round(blobs: Blobs, round_id: str, *, closed: bool = True) -> Round:
    """Ask nobody any more (or again, with `closed` false); the judgements stay."""
    changed = replace(read_round(blobs, round_id), closed=closed)
    blobs.put(_named(round_id), _written(changed))
    return changed


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
