"""The exam of a judge: labelled pairs of a sentence and its source, half of them faithful.

What comes out belongs to one judge as it is now: another model, prompt or setting has no exam.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from math import sqrt
from pathlib import Path

from learninglion.checking.judging import REQUIRED_DETECTION, Exam, Judge, KindScore
from learninglion.database.blobs import Blobs
from learninglion.models.errors import IntegrityError, UnreadableFileError
from learninglion.models.plain import canonical_json, from_plain, sha256_hex, to_plain

EXAMS_FILE = "judge-exams.json"
_NEVER = 1.000001  # a threshold that nothing reaches
_MOST_KEPT = 50

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class ExamPair:
    """A sentence, what it is said to rest on, and whether it follows from that."""

    id: str
    source: str
    sentence: str
    faithful: bool
    kind: str
    why: str = ""


def shipped_pairs() -> tuple[ExamPair, ...]:
    """The exam that ships with the package."""
    text = (files("learninglion.evaluation") / "cases" / "judge_exam.jsonl").read_text("utf-8")
    return _pairs(text, "judge_exam.jsonl")


def read_pairs(path: Path) -> tuple[ExamPair, ...]:
    """An exam of your own, in the same form. Raises UnreadableFileError that names the line."""
    try:
        return _pairs(path.read_text("utf-8-sig"), path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFileError(path.name, f"dit bestand is niet te lezen ({error})") from error


def _pairs(text: str, name: str) -> tuple[ExamPair, ...]:
    pairs = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            pairs.append(from_plain(ExamPair, json.loads(line)))
        except ValueError as error:
            raise UnreadableFileError(name, f"regel {number} is geen paar ({error})") from error
    if not any(p.faithful for p in pairs) or all(p.faithful for p in pairs):
        raise UnreadableFileError(name, "een toets heeft zinnen nodig die kloppen en zinnen die niet kloppen")
    return tuple(pairs)


def part_of(pairs: Sequence[ExamPair], limit: int) -> tuple[ExamPair, ...]:
    """About `limit` of `pairs`, at least two, spread over them and half of them faithful."""
    half = max(1, limit // 2)
    sides = ([p for p in pairs if p.faithful], [p for p in pairs if not p.faithful])
    return tuple(p for side in sides for p in side[:: max(1, len(side) // half)][:half])


def take_exam(judge: Judge, pairs: Sequence[ExamPair], today: date, progress: Progress | None = None) -> Exam:
    """How `judge` does on `pairs`, at the lowest threshold that refuses enough of the unfaithful ones.

    Raises LearningLionError where the judge cannot be asked.
    """
    scores: list[float] = []
    for done, pair in enumerate(pairs, 1):
        scores.append(judge.judge(pair.sentence, pair.source))
        if progress is not None:
            progress(done, len(pairs))
    threshold = _threshold(pairs, scores)
    supported = [score >= threshold for score in scores]
    unfaithful = [not s for s, pair in zip(supported, pairs, strict=True) if not pair.faithful]
    refused = [not s for s, pair in zip(supported, pairs, strict=True) if pair.faithful]
    counts: dict[tuple[bool, str], list[int]] = {}
    for pair, verdict in zip(pairs, supported, strict=True):
        tally = counts.setdefault((not pair.faithful, pair.kind), [0, 0])
        tally[0] += 1
        tally[1] += verdict == pair.faithful
    return Exam(
        judge=judge.name,
        fingerprint=judge.fingerprint,
        cases_sha256=sha256_hex(canonical_json(tuple(pairs))),
        taken_on=today.isoformat(),
        threshold=threshold,
        detection=sum(unfaithful) / len(unfaithful),
        detection_interval=wilson(sum(unfaithful), len(unfaithful)),
        false_alarms=sum(refused) / len(refused),
        false_alarms_interval=wilson(sum(refused), len(refused)),
        kinds=tuple(KindScore(kind, not wrong, *tally) for (wrong, kind), tally in sorted(counts.items())),
    )


def _threshold(pairs: Sequence[ExamPair], scores: Sequence[float]) -> float:
    """Halfway between the highest score that must be refused and the next one above it."""
    wrong = sorted((s for s, p in zip(scores, pairs, strict=True) if not p.faithful), reverse=True)
    let_by = int((1 - REQUIRED_DETECTION) * len(wrong) + 1e-9)
    highest = wrong[let_by]  # this one and all below it are refused
    above = [s for s in scores if s > highest]
    return (highest + min(above)) / 2 if above else _NEVER


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 percent interval of a share, after Wilson (1927)."""
    z, share = 1.959964, hits / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    reach = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def keep_exam(blobs: Blobs, exam: Exam) -> None:
    """Keep the last exam of each judge where all servers find it."""
    exams = [e for e in _read(blobs) if e.fingerprint != exam.fingerprint][-_MOST_KEPT + 1 :]
    written = json.dumps(to_plain([*exams, exam]), ensure_ascii=False, indent=1)
    blobs.put(EXAMS_FILE, written.encode())


def exam_of(blobs: Blobs, judge: Judge) -> Exam | None:
    """The exam that this very judge took; None when it took none, or was changed since.

    Raises as the judge does where it cannot say what it is.
    """
    fingerprint = judge.fingerprint
    return next((e for e in _read(blobs) if e.fingerprint == fingerprint), None)


def _read(blobs: Blobs) -> list[Exam]:
    try:
        return [from_plain(Exam, row) for row in json.loads(blobs.read(EXAMS_FILE) or b"[]")]
    except (ValueError, TypeError) as error:
        raise IntegrityError(
            f"{blobs.place(EXAMS_FILE)}: hierin staan de toetsen van beoordelaars, maar dit "
            f"bestand is niet te lezen ({error}). "
            "Verwijder het en neem de toets opnieuw af: learninglion evaluate judge"
        ) from error
