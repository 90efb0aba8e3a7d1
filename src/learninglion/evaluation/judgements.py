"""Graded relevance by people: pooled results judged blind, kept with the judge, and how far judges agree.

Results of several configurations are pooled and shown in an order that says nothing of which found them or
how high. A judgement is one line in a file; a later one of the same judge on the same result replaces it.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

from learninglion.evaluation.runs import append_line
from learninglion.models.errors import InputError
from learninglion.models.plain import from_plain

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
    made = make_judgement(query, source, grade, judge)
    append_line(path, made)
    return made


def make_judgement(query: str, source: str, grade: int, judge: str) -> Judgement:
    """What `judge` says now. Raises InputError for what is no judgement."""
    if grade not in GRADES:
        raise InputError(f"Een oordeel is 0 (niet), 1 (deels) of 2 (helemaal relevant), niet {grade}.")
    if not judge.strip():
        raise InputError("Een oordeel heeft de naam nodig van wie het geeft.")
    return Judgement(query, source, grade, judge.strip(), datetime.now(UTC).isoformat(timespec="seconds"))


def read_judgements(path: Path) -> tuple[Judgement, ...]:
    """The judgements of a file, the last of each judge on each result; InputError names a wrong line."""
    return parse_judgements(path.read_text("utf-8"), path.name) if path.exists() else ()


def parse_judgements(text: str, name: str) -> tuple[Judgement, ...]:
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
    given: dict[tuple[str, str], list[int]] = defaultdict(list)
    for j in judgements:
        given[j.query, j.source].append(j.grade)
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for (query, source), grades in sorted(given.items()):
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
    seen = sum(abs(a - b) for a, b in pairs) / count
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    chance = sum(abs(a - b) * m * n for a, m in first.items() for b, n in second.items()) / count**2
    return 1.0 - seen / chance if chance else 1.0
