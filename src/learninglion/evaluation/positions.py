"""The line of today, measured and taught: pairs of an older and a newer answer about one thing.

Beside it the answers that were given to nearly the same question, where one thing differs.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum, auto
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from learninglion.drafting import relevance
from learninglion.drafting.line import SIGNALS, Line, LineWeights
from learninglion.evaluation.drafts import Archive, Bar, told_of
from learninglion.evaluation.relevance import (
    LOOK_ALIKE_CASES,
    POSITION_CASES,
    RELEVANCE_CASES,
    area,
    case_lines,
    make_source,
)
from learninglion.evaluation.testset import LabelledPair, pair_entries
from learninglion.models import AnswerVerdict, Entry, Source, SubQuestion, Verification

Numbers = NDArray[np.float64]


def evaluate_positions(
    rows: Sequence[Mapping[str, Any]] | None = None,
    *,
    part: str = "",
    cache: Path | None = None,
) -> tuple[Bar, ...]:
    """Pairs of an older and a newer answer with a question: what is given as today's.

    Without `rows` the shipped pairs; `part`: only those ("train" or "kept").
    """
    outcomes = [
        r for r in (case_lines(POSITION_CASES) if rows is None else rows) if not part or r.get("part") == part
    ]
    archive = Archive(_position_entries(outcomes), cache=cache)
    made = archive.draft([SubQuestion((1,), str(row["ask"])) for row in outcomes])
    changed = [(row, v) for row, v in zip(outcomes, made, strict=True) if row["changed"]]
    same = [(row, v) for row, v in zip(outcomes, made, strict=True) if not row["changed"]]
    outdated = [v for _, v in changed if _gives_old(v)]
    right = [v for _, v in changed if _gives_new(v) and not _gives_old(v)]
    stays = [v for _, v in same if _cites(v, "-old")]
    wrong = [v for _, v in (*changed, *same) if v not in right and v not in stays]
    return (
        Bar("outdated given as today's", len(outdated), len(changed), tuple(map(told_of, outdated))),
        Bar("newer given", len(right), len(changed)),
        Bar("unchanged stays", len(stays), len(same)),
        Bar("unchanged, something newer put first", sum(map(_gives_new, (v for _, v in same))), len(same)),
        Bar("right", len(right) + len(stays), len(outcomes), tuple(map(told_of, wrong))),
    )


def evaluate_shipped_look_alikes(*, part: str = "", cache: Path | None = None) -> tuple[Bar, ...]:
    """Questions in nearly the words of one that was answered: what is given where one thing differs.

    `part`: only those cases ("train" or "kept").
    """
    cases = [case for case in case_lines(LOOK_ALIKE_CASES) if not part or case["part"] == part]
    pairs = [LabelledPair(c["id"], str(c["source_question"]), str(c["passage"])) for c in cases]
    questions = [question for case in cases for question in case["questions"]]
    archive = Archive(pair_entries(pairs), cache=cache)
    drafted = archive.draft([SubQuestion((1,), str(question["text"])) for question in questions])
    same, other = (
        [v for q, v in zip(questions, drafted, strict=True) if bool(q["answers"]) is answers]
        for answers in (True, False)
    )
    green = [v for v in other if v.verdict is AnswerVerdict.ANSWERED]
    return (
        Bar("another thing asked, green", len(green), len(other), tuple(map(told_of, green))),
        Bar("another thing asked, drafted", sum(bool(v.shown) for v in other), len(other)),
        Bar("the same asked, drafted", sum(bool(v.shown) for v in same), len(same)),
    )


def _cites(verification: Verification, side: str) -> list[str]:
    shown = verification.shown
    return [k.statement.text for k in shown if any(c.document.endswith(side) for c in k.statement.citations)]


def _gives_old(verification: Verification) -> bool:
    """Whether the older stands there as today's: not behind "Eerder, op ...", nor as its next quotation."""
    return any(not text.startswith(("Eerder", "“")) for text in _cites(verification, "-old"))


def _gives_new(verification: Verification) -> bool:
    return bool(_cites(verification, "-new"))


def _position_entries(rows: Sequence[Mapping[str, Any]]) -> list[Entry]:
    """Each answer as a document of its own, with its date and the subject of the pair as its title."""
    entries: list[Entry] = []
    for number, row in enumerate(rows):
        for side in ("old", "new"):
            text = row[side]
            pair = LabelledPair(f"p{number}-{side}", str(text["question"]), str(text["answer"]))
            for source, passages in pair_entries([pair]):
                card = replace(source.document, date=date.fromisoformat(str(text["date"])))
                entries.append((replace(source, document=card), passages))
    return entries


# --------------------------------------------------------------------------- learning


class _Beside(Enum):
    """What stands beside an older answer; of each sort all together teach as much."""

    CHANGE = auto()
    LOOKS_LIKE_ONE = auto()
    OF_ANOTHER_CASE = auto()
    FOUND = auto()  # in a real archive, where hardly anything is overtaken


@dataclass(frozen=True, slots=True)
class _Example:
    """A newer source beside an older answer, by its signals."""

    rows: NDArray[np.float32]  # shape (units, len(SIGNALS))
    beside: _Beside
    case: str = ""  # where no real archive taught it

    @property
    def follows(self) -> bool:
        """Whether it says how it is now."""
        return self.beside is _Beside.CHANGE


def train_line(
    pairs: Sequence[LabelledPair] = (), cache: Path | None = None
) -> tuple[LineWeights, dict[str, object], dict[str, float]]:
    """The weights that the cases teach, with their card (what is known of the cases kept aside) and bars.

    Beside the newer answer of its own each case has those newer ones and passages that look most like it.
    `pairs` of a real archive teach what real text that is found beside an answer looks like.
    """
    line = Line(relevance.built_in().meaning, LineWeights(np.zeros(len(SIGNALS), np.float32), 0.0))
    examples = [*_examples("train", line), *_strangers_found(pairs, line, cache)]
    weights = _fit_line(examples)
    aside = _examples("kept", line)
    chances: dict[_Beside, list[float]] = {beside: [] for beside in _Beside}
    for example in aside:
        chances[example.beside].append(float(weights.chance(example.rows).max()))
    card: dict[str, object] = {
        "examples": len(examples),
        "kept": len(aside),
        "kept_strangers": area(chances[_Beside.CHANGE], chances[_Beside.OF_ANOTHER_CASE]),
        "kept_unchanged": area(chances[_Beside.CHANGE], chances[_Beside.LOOKS_LIKE_ONE]),
    }
    return weights, card, _bars([e for e in examples if e.case], weights)


def _bars(examples: Sequence[_Example], weights: LineWeights) -> dict[str, float]:
    """What most changes reach: of their chance, and of how many times it is that of the best stranger."""
    chances: dict[str, tuple[list[float], list[float]]] = {}
    for example in examples:
        chosen, strange = chances.setdefault(example.case, ([], []))
        (chosen if example.follows else strange).append(float(weights.chance(example.rows).max()))
    followed = [chance for chosen, _ in chances.values() for chance in chosen]
    times = [chance / max(strange) for chosen, strange in chances.values() if strange for chance in chosen]
    follows, least, stands_out = (
        np.quantile(followed, 0.1),
        np.quantile(followed, 0.05),
        np.quantile(times, 0.1),
    )
    return {
        "follows": round(float(follows), 3),
        "least": round(float(least), 3),
        "stands_out": round(float(stands_out), 2),
    }


def write_line(weights: LineWeights, card: Mapping[str, object], bars: Mapping[str, float]) -> str:
    """The weights and bars as JSON, with their card; what `drafting.line` reads."""
    plain = dict(zip((*SIGNALS, "offset"), (*weights.slopes.tolist(), weights.offset), strict=True))
    rounded = {name: round(float(value), 5) for name, value in plain.items()}
    data = {"card": dict(card), "bars": dict(bars), "weights": rounded}
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _examples(part: str, line: Line) -> list[_Example]:
    cases = [case for case in case_lines(POSITION_CASES) if case["part"] == part]
    newer = [make_source(str(c["id"]), c["new"]["question"], c["new"]["answer"]) for c in cases]
    passages = [c for c in case_lines(RELEVANCE_CASES) if c["part"] == part]
    others = [make_source(str(c["id"]), str(c["source_question"]), str(c["passage"])) for c in passages]
    made: list[_Example] = []
    for case in cases:
        older = make_source(f"{case['id']}-old", case["old"]["question"], case["old"]["answer"])
        for follower in _beside(str(case["ask"]), older, [*newer, *others], line):
            changed, own = bool(case["changed"]), follower.pop(str(case["id"]), None)
            if own is not None:  # a newer answer that may not be quoted teaches nothing
                beside = _Beside.CHANGE if changed else _Beside.LOOKS_LIKE_ONE
                made.append(_Example(own, beside, str(case["id"])))
            alike = sorted(follower.values(), key=lambda rows: -_likeness(rows))
            made += [_Example(r, _Beside.OF_ANOTHER_CASE, str(case["id"])) for r in alike[:_STRANGERS]]
    return made


def _strangers_found(pairs: Sequence[LabelledPair], line: Line, cache: Path | None) -> list[_Example]:
    """What search finds beside the answers of real pairs: on the same subject, but hardly ever overtaking."""
    if not pairs:
        return []
    some = pairs[::_EVERY]
    archive = Archive(pair_entries(pairs), cache=cache)
    made: list[_Example] = []
    found_for = archive.offer([SubQuestion((1,), pair.question) for pair in some])
    for pair, hits in zip(some, found_for, strict=True):
        offered = [hit.source for hit in hits]
        own = next((s for s in offered if s.document.id == pair.id), None)
        others = [s for s in offered if s.document.id != pair.id][:_STRANGERS]
        for follower in _beside(pair.question, own, others, line) if own is not None else ():
            made += [_Example(rows, _Beside.FOUND) for rows in follower.values()]
    return made


def _beside(
    question: str, older: Source, newer: Sequence[Source], line: Line
) -> Iterator[dict[str, NDArray[np.float32]]]:
    """For every part of a question the signals of each newer source, by its id."""
    for row in relevance.built_in().judge(question, [older]):
        judged = row[0]
        if judged.best >= 0:
            rows = line.rows(judged.asking, older, judged.units[judged.best].text, newer)
            yield {s.id: r for s, r in zip(newer, rows, strict=True) if len(r)}


_STRANGERS = 6  # sources of other cases beside each
_EVERY = 5  # of real pairs


def _likeness(rows: NDArray[np.float32]) -> float:
    return float((rows[:, SIGNALS.index("met")] + rows[:, SIGNALS.index("cosine")]).max()) if len(rows) else 0


def _fit_line(examples: Sequence[_Example]) -> LineWeights:
    """Logistic regression on the sentence of each source that most seems to say it; no luck in it."""
    answers = np.array([e.follows for e in examples], float)
    many = Counter(e.beside for e in examples)
    counted = np.array([1 / many[e.beside] for e in examples])
    slopes = np.ones(len(SIGNALS))
    slopes[SIGNALS.index("absent")] = -1.0
    weights = LineWeights(slopes.astype(np.float32), 0.0)
    for _ in range(_ROUNDS):
        rows = np.array([e.rows[int(np.argmax(weights.chance(e.rows)))] for e in examples], float)
        weights = _regress(rows, answers, counted / counted.sum())
    return weights


_ROUNDS, _STEPS, _PENALTY = 5, 30, 0.01


def _regress(
    rows: NDArray[np.float64], answers: NDArray[np.float64], labels: NDArray[np.float64]
) -> LineWeights:
    """Newton's method on standardised signals; the offset is free of the penalty."""
    mean, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    placed = np.column_stack([(rows - mean) / scale, np.ones(len(rows))])
    penalty = np.full(placed.shape[1], _PENALTY)
    penalty[-1] = 1e-6
    numbers = np.zeros(placed.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-placed @ numbers))
        slope = placed.T @ (labels * (chance - answers)) + penalty * numbers
        bend = (placed * (labels * chance * (1 - chance))[:, None]).T @ placed + np.diag(penalty)
        numbers = numbers - np.linalg.solve(bend, slope)
    slopes = numbers[:-1] / scale
    return LineWeights(slopes.astype(np.float32), float(numbers[-1] - (slopes * mean).sum()))
