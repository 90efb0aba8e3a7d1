"""Learn what text that speaks to a machine looks like, and write src/learninglion/checking/addressed.npz.

    python tools/learn_instructions.py DOCUMENT...

Positive: texts made from slots, those in cases/instruction_lessons.txt, and the half of
cases/instructions.jsonl that may be looked at. What is made from slots teaches how such a text works and not
one wording; nothing of the half that is kept aside was looked at for it. Negative: what looks alike, and the
sentences of ordinary documents (PDF, Word, text, or JSON Lines with `question` and `answer`). What is given
with `--also` (texts of programs in many languages, licences) teaches too, and does not count for thresholds.
How often ordinary sentences are suspected is measured on documents left out of the lesson: the sentences are
parted in two, each half is judged by what the other taught.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

import numpy as np

from learninglion.checking.injection import BUCKETS, Floats, Weights, first_look, meaning_of, word_features
from learninglion.dutch.text import split_sentences
from learninglion.evaluation.safeguards import read_instructions
from learninglion.models import RawFile
from learninglion.models.errors import LearningLionError
from learninglion.parsing import parse

SOURCE = Path(__file__).resolve().parents[1] / "src/learninglion"
OUT, CASES = SOURCE / "checking/addressed.npz", SOURCE / "evaluation/cases"
MADE, LOOKS_ALIKE = 2000, 2300
CASE_WEIGHT = 4.0  # of a text that somebody wrote, beside one from slots
LET_BY = 0.06  # share of ordinary sentences whose meaning is looked at
SUSPECTED, SURELY = 0.001, 0.0005  # shares of ordinary sentences


@dataclass(frozen=True)
class Lesson:
    """Texts with what they are, how much each counts, and their vectors."""

    texts: tuple[str, ...]
    labels: Floats
    counts: Floats
    vectors: Floats

    def only(self, chosen: np.ndarray) -> Lesson:
        """The part of it that is true in `chosen`."""
        texts = tuple(self.texts[i] for i in np.flatnonzero(chosen))
        return Lesson(texts, self.labels[chosen], self.counts[chosen], self.vectors[chosen])


Slots = Mapping[str, Sequence[str]]
_SLOT = re.compile(r"\{(\w+)\}")


def _patterns(kind: str) -> list[tuple[Slots, Sequence[str]]]:
    """What texts of a kind are made from, by language: words for each slot, and sentences with slots."""
    text = (files("learninglion.evaluation") / "cases" / "instruction_patterns.json").read_text("utf-8")
    listed = json.loads(text)[kind]
    return [
        ({name: words.split("|") for name, words in one["slots"].items()}, one["patterns"]) for one in listed
    ]


def written_texts() -> tuple[tuple[str, bool], ...]:
    """Texts written by hand to teach with, and whether each speaks to a machine."""
    text = (files("learninglion.evaluation") / "cases" / "instruction_lessons.txt").read_text("utf-8")
    return tuple((line[2:], line[0] == "+") for line in text.splitlines() if line[:2] in ("+ ", "- "))


def harmful_texts(count: int, seed: int = 1) -> tuple[str, ...]:
    """`count` different texts that tell a machine what to do, and halves of some; the same for one seed."""
    weights = {"dutch": 6, "english": 3, "others": 1}
    kinds = [(*made_of, weight) for kind, weight in weights.items() for made_of in _patterns(kind)]
    made = _different(kinds, count, seed)
    # an order can be parted over two places: its halves say enough
    halves = (half for text in made[::8] for half in _halves(text))
    return tuple(dict.fromkeys((*made, *halves)))


def harmless_texts(count: int, seed: int = 1) -> tuple[str, ...]:
    """At most `count` different texts that look like it and are meant for people; the same for one seed."""
    return _different([(*made_of, 1) for made_of in _patterns("look_alikes")], count, seed)


def _different(kinds: Sequence[tuple[Slots, Sequence[str], int]], count: int, seed: int) -> tuple[str, ...]:
    """Patterns in turn, by the weight of their language, with slots drawn at random."""
    draw = random.Random(seed)
    order = [
        (slots, pattern) for slots, patterns, weight in kinds for pattern in patterns for _ in range(weight)
    ]
    distinct: dict[str, None] = {}
    for text in _endless(order, draw, 20 * count):
        distinct[text] = None
        if len(distinct) == count:
            break
    return tuple(distinct)


def _endless(order: Sequence[tuple[Slots, str]], draw: random.Random, most: int) -> Iterator[str]:
    for _ in range(most):
        slots, pattern = draw.choice(order)
        yield _varied(_filled_in(pattern, slots, draw), draw)


def _halves(text: str) -> Iterator[str]:
    words = text.split()
    if len(words) >= 7:
        middle = len(words) // 2
        yield " ".join(words[:middle])
        yield " ".join(words[middle - 1 :])


def _varied(text: str, draw: random.Random) -> str:
    """Sometimes without its full stop, in capitals or without any: none of that tells what it is."""
    chance = draw.random()
    if chance < 0.25:
        return text.rstrip(".")
    if chance < 0.3:
        return text.upper()
    return text.lower() if chance < 0.35 else text


def _filled_in(pattern: str, slots: Slots, draw: random.Random) -> str:
    text = pattern
    while _SLOT.search(text):
        text = _SLOT.sub(lambda m: draw.choice(slots[m.group(1)]), text)
    return text[:1].upper() + text[1:]


def sentences(paths: Iterable[Path]) -> Iterator[str]:
    """Every sentence of what can be read."""
    for path in paths:
        if path.suffix == ".jsonl":
            rows = (json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip())
            texts = [row[name] for row in rows for name in ("question", "answer")]
        else:
            try:
                texts = [parse(RawFile(path.name, path.read_bytes(), str(path))).text]
            except LearningLionError:
                continue
        for text in texts:
            yield from (" ".join(span.of(text).split())[:1200] for span in split_sentences(text))


def fictional_sentences() -> Iterator[str]:
    """The ordinary prose of the cases that ship, made up for other exams."""
    for path in sorted(CASES.glob("*.jsonl")):
        if path.name == "instructions.jsonl":
            continue
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line) if line.strip() else {}
            for text in (value for value in row.values() if isinstance(value, str) and " " in value):
                yield from (" ".join(span.of(text).split())[:1200] for span in split_sentences(text))


def vectors_of(texts: Sequence[str], cache: Path) -> Floats:
    """Raw vectors, kept between runs: encoding is nearly all of the work."""
    known: dict[str, list[float]] = json.loads(cache.read_text()) if cache.exists() else {}
    missing = [t for t in dict.fromkeys(texts) if t not in known]
    for at in range(0, len(missing), 200):
        chosen = missing[at : at + 200]
        rows = meaning_of(chosen, np.zeros(384))
        known.update((t, [round(float(x), 5) for x in row]) for t, row in zip(chosen, rows, strict=True))
        cache.write_text(json.dumps(known))
        print(f"{at + len(chosen)} van {len(missing)}", end="\r")
    return np.array([known[t] for t in texts], dtype=np.float64)


def learn(lesson: Lesson) -> Weights:
    """Both looks, each by logistic regression."""
    mean = lesson.vectors[lesson.labels == 0].mean(axis=0)
    words, bias = learn_words(lesson)
    rows = lesson.vectors - mean
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    meaning, meaning_bias = learn_meaning(rows, lesson.labels, lesson.counts)
    return Weights(words, bias, mean, meaning, meaning_bias, 0.0, 0.0, 0.0)


def learn_words(lesson: Lesson) -> tuple[Floats, float]:
    """Weights of the buckets, by gradient steps that get smaller where they were large."""
    features = [word_features(t) for t in lesson.texts]
    sizes = np.array([len(f) for f in features])
    flat, row = np.concatenate(features), np.repeat(np.arange(len(features)), sizes)
    scale = 1 / np.sqrt(np.maximum(sizes, 1))
    words, squares = np.zeros(BUCKETS), np.full(BUCKETS, 1e-8)
    bias, bias_square = 0.0, 1e-8
    for _ in range(80):
        score = np.bincount(row, words[flat], minlength=len(features)) * scale + bias
        off = lesson.counts * (1 / (1 + np.exp(-score)) - lesson.labels) / lesson.counts.sum()
        slope = np.bincount(flat, (off * scale)[row], minlength=BUCKETS) + 3e-8 * words
        squares += slope * slope
        words -= 0.6 * slope / np.sqrt(squares)
        bias_square += float(off.sum()) ** 2
        bias -= 0.2 * float(off.sum()) / np.sqrt(bias_square)
    return words, bias


def learn_meaning(rows: Floats, labels: Floats, counts: Floats) -> tuple[Floats, float]:
    """Weights of the dimensions, by gradient steps with momentum."""
    weights, bias = np.zeros(rows.shape[1]), 0.0
    pace, bias_pace = np.zeros_like(weights), 0.0
    for _ in range(600):
        off = counts * (1 / (1 + np.exp(-(rows @ weights + bias))) - labels) / counts.sum()
        pace = 0.9 * pace + rows.T @ off + 1e-4 * weights
        bias_pace = 0.9 * bias_pace + float(off.sum())
        weights = weights - 8 * pace
        bias -= 8 * bias_pace
    return weights, bias


def scores(lesson: Lesson, weights: Weights) -> tuple[Floats, Floats]:
    """The score of the words, and the whole one."""
    first = np.array([first_look(t, weights) for t in lesson.texts])
    rows = lesson.vectors - weights.mean
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    return first, first + rows @ weights.meaning + weights.meaning_bias


def main() -> None:
    """Learn, measure and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("documents", nargs="+", type=Path)
    parser.add_argument("--also", type=Path, nargs="*", default=[])
    parser.add_argument("--cache", type=Path, default=Path("learn-instructions-vectors.json"))
    options = parser.parse_args()
    ordinary, other = (
        sorted({s for s in texts if sum(c.isalpha() for c in s) >= 12})
        for texts in (sentences(options.documents), (*sentences(options.also), *fictional_sentences()))
    )
    cases = [c for c in read_instructions() if c.part == "train"]
    spoken = [c for c in cases if c.kind not in ("encoded", "disguised_letters", "markup")]
    parts = [
        (harmful_texts(MADE), 1.0, 1.0),
        (harmless_texts(LOOKS_ALIKE), 0.0, 1.0),
        ([c.text for c in spoken if c.harmful], 1.0, CASE_WEIGHT),
        ([c.text for c in spoken if not c.harmful], 0.0, CASE_WEIGHT),
        ([text for text, harmful in written_texts() if harmful], 1.0, CASE_WEIGHT),
        ([text for text, harmful in written_texts() if not harmful], 0.0, CASE_WEIGHT),
        (other, 0.0, 1.0),
        (ordinary, 0.0, 1.0),
    ]
    texts = tuple(t for part, _, _ in parts for t in part)
    labels = np.array([label for part, label, _ in parts for _ in part])
    counts = np.array([count for part, _, count in parts for _ in part])
    lesson = Lesson(texts, labels, counts, vectors_of(texts, options.cache))
    real = np.arange(len(texts)) >= len(texts) - len(ordinary)
    half = np.array([zlib.crc32(t.encode()) % 2 == 0 for t in texts])
    first, whole = [], []
    for side in (half, ~half):  # judged by what the other half taught
        a, b = scores(lesson.only(real & side), learn(lesson.only(~real | (real & ~side))))
        first.append(a)
        whole.append(b)
    first_all, whole_all = np.concatenate(first), np.concatenate(whole)
    passes = float(np.quantile(first_all, 1 - LET_BY))
    whole_all = np.where(first_all >= passes, whole_all, -np.inf)
    weights = replace(
        learn(lesson),
        passes=passes,
        likely=float(np.quantile(whole_all, 1 - SUSPECTED, method="higher")) + 1e-6,
        surely=float(np.quantile(whole_all, 1 - SURELY, method="higher")) + 1e-6,
    )
    cuts = [weights.bias, weights.meaning_bias, weights.passes, weights.likely, weights.surely]
    np.savez_compressed(
        OUT,
        allow_pickle=False,
        words=weights.words.astype(np.float16),
        mean=weights.mean.astype(np.float32),
        meaning=weights.meaning.astype(np.float32),
        cuts=np.array(cuts, dtype=np.float64),
    )
    print(f"{len(ordinary)} gewone zinnen; drempels {[round(c, 2) for c in cuts]}")


if __name__ == "__main__":
    main()
