"""Exact signals of how well sources fit a question: BM25 by part and family, and cosines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from learninglion.inference.encoders import Vectors
from learninglion.search.analysis import FAMILIES, Terms
from learninglion.search.frame import Statistics
from learninglion.search.fusion import FEATURES, Scores
from learninglion.search.segments import PARTS, Segment

# Sources to score: rows of segments, ascending.
Pieces = Sequence[tuple[Segment, NDArray[np.int64]]]

# BM25, chosen on 850 real pairs (benchmarks/retrieval.md). Answers repeat a word less and vary more in
# length than the web pages that 1.2 and 0.75 come from; a rare word says more than its idf.
_K1 = 1.6
_B = 0.9
_IDF_POWER = 1.5
# What a usual answer has in 5-grams: the length feature is 0 there.
_USUAL_GRAMS = 400.0
# The cosine of what is not there (an answer without text): less than that of any two texts.
_NOTHING = -0.5
# Entries of the table that sifts the terms of a source before they are compared with those of the question.
_SIEVE = 1 << 16
_SIEVE_MASK = np.uint32(_SIEVE - 1)
# Parts of a number of the question's vector that are counted.
_GRAIN = float(1 << 20)
# Neighbouring 5-grams come together, so their sum varies more than that of independent terms.
_DEPENDENCE = {"stems": 1.2, "grams": 2.5}


@dataclass(frozen=True, slots=True)
class Probe:
    """A question made ready to score: weights by term for each part and family, and its vector.

    Signals are told as deviations from what is usual for this question, so that they mean the same for a
    long question of common words as for a short one of rare words.
    """

    terms: tuple[Terms, Terms]
    weights: dict[tuple[str, str], NDArray[np.float32]]
    usual: dict[tuple[str, str], tuple[float, float]]  # mean and deviation of the BM25 of any source
    vector: Vectors  # in the frame, shape (d,)
    usual_asked: tuple[float, float]  # the same of its cosine with any question
    usual_body: tuple[float, float]  # and with any body
    mean_length: dict[tuple[str, str], float]  # terms of a source, by part and family


def make_probe(statistics: Statistics, terms: tuple[Terms, Terms], vector: Vectors) -> Probe:
    """`terms` hold the weight of each term of the question in `counts`; `vector` is placed in the frame."""
    weights: dict[tuple[str, str], NDArray[np.float32]] = {}
    usual: dict[tuple[str, str], tuple[float, float]] = {}
    for part in PARTS:
        count = statistics.sources[part]
        for family, bag in zip(FAMILIES, terms, strict=True):
            frequency = np.minimum(statistics.frequency[part, family][bag.ids], count)
            rarity = np.log1p((count - frequency + 0.5) / (frequency + 0.5)) ** _IDF_POWER
            weights[part, family] = np.asarray(bag.counts * rarity, dtype=np.float32)
            usual[part, family] = _usual(weights[part, family], frequency / max(1, count), family)
    return Probe(
        terms,
        weights,
        usual,
        vector,
        statistics.questions.usual(vector),
        statistics.bodies.usual(vector),
        statistics.mean_length,
    )


def _usual(weights: NDArray[np.float32], chance: NDArray[np.float64], family: str) -> tuple[float, float]:
    """Mean and standard deviation of the BM25 of an arbitrary source, from how common the terms are.

    As if terms occurred independently, each adding its weight once; `_DEPENDENCE` makes up for the rest
    (the deviation so estimated correlates 0.94 and 0.91 with the one counted over 850 answers).
    """
    mean = float((weights * chance).sum())
    variance = float((np.square(weights) * chance * (1 - chance)).sum())
    # half a term of mean weight at least: without it a question of common words would find everything
    least = 0.05 * float(np.sqrt(np.square(weights).sum())) + 1e-6
    return mean, _DEPENDENCE[family] * max(least, variance**0.5)


@dataclass(frozen=True, slots=True)
class Signals:
    """What was measured of sources, one a row."""

    features: Scores  # columns as FEATURES
    has_question: NDArray[np.bool_]
    nearest: NDArray[np.int64]  # which passage comes nearest to the question, those of its question first


def features(pieces: Pieces, probe: Probe) -> Signals:
    """The exact signals of the sources of `pieces`, in their order."""
    count = sum(len(rows) for _, rows in pieces)
    made = np.zeros((count, len(FEATURES)), dtype=np.float32)
    as_question = np.zeros(count, dtype=np.bool_)
    nearest = np.zeros(count, dtype=np.int64)
    column = {name: i for i, name in enumerate(FEATURES)}
    for f, family in enumerate(FAMILIES):
        ids = probe.terms[f].ids
        sieve = np.zeros(_SIEVE, dtype=np.bool_)
        sieve[ids & _SIEVE_MASK] = True
        for part in PARTS:
            scores = [_bm25(segment, probe, rows, (part, family), ids, sieve) for segment, rows in pieces]
            mean, deviation = probe.usual[part, family]
            if scores:
                made[:, column[f"{part}_{family}"]] = (np.concatenate(scores) - mean) / deviation
    at = 0
    for segment, rows in pieces:
        chosen = slice(at, at + len(rows))
        whole, best, asked_best, nearest[chosen] = _cosines(segment, rows, probe.vector)
        made[chosen, column["body_mean"]] = (whole - probe.usual_body[0]) / probe.usual_body[1]
        made[chosen, column["body_best"]] = (best - probe.usual_body[0]) / probe.usual_body[1]
        made[chosen, column["asked_best"]] = (asked_best - probe.usual_asked[0]) / probe.usual_asked[1]
        grams = segment.lengths["body", "grams"][rows]
        made[chosen, column["body_length"]] = np.log((grams + 20.0) / _USUAL_GRAMS)
        as_question[chosen] = segment.asked_passages[rows] > 0
        at += len(rows)
    return Signals(made, as_question, nearest)


def _bm25(
    segment: Segment,
    probe: Probe,
    rows: NDArray[np.int64],
    part: tuple[str, str],
    ids: NDArray[np.uint32],
    sieve: NDArray[np.bool_],
) -> Scores:
    """BM25 of `rows` of a segment on the terms `ids` (ascending) of `probe` in a (part, family)."""
    forward = segment.forward[part]
    if not len(ids):
        return np.zeros(len(rows), dtype=np.float32)
    joined, starts, begins = forward.gather(rows)
    # most terms of a source are not in the question: a table that fits the processor's cache says so
    maybe = np.flatnonzero(sieve[joined & _SIEVE_MASK])
    places = joined[maybe]
    place = np.minimum(np.searchsorted(ids, places), len(ids) - 1)
    sure = ids[place] == places
    hit, place = maybe[sure], place[sure]
    owner = np.searchsorted(begins, hit, side="right") - 1
    counts = forward.counts[starts[owner] + hit - begins[owner]].astype(np.float32)
    norm = _K1 * (1 - _B + _B * segment.lengths[part][rows] / probe.mean_length[part])
    parts = probe.weights[part][place] * counts / (counts + norm[owner]) * (_K1 + 1)
    return np.asarray(np.bincount(owner, weights=parts, minlength=len(rows)), dtype=np.float32)


def _passages(segment: Segment, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    lengths = segment.vector_starts[rows + 1] - segment.vector_starts[rows]
    begins = np.concatenate([[0], np.cumsum(lengths)])
    return np.arange(begins[-1]) + np.repeat(segment.vector_starts[rows] - begins[:-1], lengths), begins


def _cosines(
    segment: Segment, rows: NDArray[np.int64], vector: Vectors
) -> tuple[Scores, Scores, Scores, NDArray[np.int64]]:
    """For each row the cosine of its body as a whole, of its best body passage and of its question, and
    which of its passages is the nearest.
    """
    where, begins = _passages(segment, rows)
    if not len(where):
        nothing = np.full(len(rows), _NOTHING, dtype=np.float32)
        return nothing, nothing, nothing, np.zeros(len(rows), dtype=np.int64)
    # Whole steps times whole grains are exact, so a cosine does not depend on what it is computed beside.
    exact = segment.vectors[where].astype(np.float64) @ (np.rint(vector.astype(np.float64) * _GRAIN) / _GRAIN)
    cosines = np.asarray(segment.steps[where] * exact, dtype=np.float32)
    # the passages of a question stand before those of its body
    question_counts = np.minimum(segment.asked_passages[rows], np.diff(begins))
    bodies = np.diff(begins) - question_counts
    of_question = np.arange(len(where)) - np.repeat(begins[:-1], question_counts + bodies) < np.repeat(
        question_counts, question_counts + bodies
    )
    asked_best = _by_row(np.maximum, cosines[of_question], question_counts)
    body = cosines[~of_question]
    best = _by_row(np.maximum, body, bodies)
    # the body as a whole: the direction of the sum of its passages
    along = _by_row(np.add, body, bodies)
    several = np.flatnonzero(bodies > 1)
    lengths = np.ones(len(rows), dtype=np.float32)  # a single passage is as long as it should be
    inside = np.repeat(bodies > 1, question_counts + bodies) & ~of_question
    if len(several):
        placed = segment.placed(where[inside])
        totals = np.add.reduceat(placed, _begins(bodies[several]), axis=0)
        lengths[several] = np.sqrt(np.square(totals).sum(axis=1))
    whole = np.where(bodies > 0, along / np.maximum(lengths, 1e-9), _NOTHING)
    return np.asarray(whole, dtype=np.float32), best, asked_best, _first_highest(cosines, begins)


def _first_highest(values: Scores, begins: NDArray[np.int64]) -> NDArray[np.int64]:
    """Of each row the place of its first highest value, counted from where it begins; 0 where it has none."""
    counts = np.diff(begins)
    highest = np.flatnonzero(values == np.repeat(_by_row(np.maximum, values, counts), counts))
    owners, first = np.unique(np.searchsorted(begins, highest, side="right") - 1, return_index=True)
    places = np.zeros(len(counts), dtype=np.int64)
    places[owners] = highest[first] - begins[owners]
    return places


def _begins(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.cumsum(counts) - counts


def _by_row(fold: np.ufunc, values: Scores, counts: NDArray[np.int64]) -> Scores:
    """`fold` over the values of each row, of which it has `counts`; _NOTHING where it has none."""
    made = np.full(len(counts), _NOTHING, dtype=np.float32)
    filled = np.flatnonzero(counts)
    if len(filled):
        made[filled] = fold.reduceat(values, _begins(counts[filled]))
    return made
