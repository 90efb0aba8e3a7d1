"""Whether a text speaks to a machine instead of a reader: learned, from what such texts do in many languages.

Two looks. The first weighs words and pieces of words, costs a fraction of a millisecond, and lets by far most
sentences of ordinary papers go. What it does not let go is read by the built-in sentence model, whose vectors
of a thought are alike in all its languages; both together decide. The weights come from
tools/learn_instructions.py.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from importlib.resources import files
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from learninglion.dutch.text import fold

__all__ = ["BUCKETS", "Addressed", "Weights", "addressed", "first_look", "meaning_of", "word_features"]

BUCKETS = 1 << 14
_SHIPPED = "addressed.npz"
_MOST_READ = 1200  # characters of a sentence; longer is a list or a table
_FEWEST_LETTERS = 12
_PIECE = re.compile(r"[^\W\d_]+|[:;.,!?=<>|{}\[\]]")

Floats = NDArray[np.float64]


class Addressed(IntEnum):
    """How far a text speaks to a machine."""

    NO = 0
    LIKELY = 1
    SURELY = 2


@dataclass(frozen=True, slots=True)
class Weights:
    """What was learned. The score is that of the words plus that of the meaning."""

    words: Floats  # BUCKETS
    bias: float
    mean: Floats  # of the vectors of ordinary sentences; dimensions
    meaning: Floats  # dimensions
    meaning_bias: float
    passes: float  # the score of the words from which on the meaning is looked at
    likely: float  # the whole score from which on a text is suspected
    surely: float


def addressed(text: str) -> Addressed:
    """Whether `text`, one sentence or a few, tells a machine what to do."""
    return _addressed(" ".join(text[:_MOST_READ].split()))


@lru_cache(maxsize=8192)
def _addressed(text: str) -> Addressed:
    if sum(c.isalpha() for c in text) < _FEWEST_LETTERS:
        return Addressed.NO
    weights = _shipped()
    score = first_look(text, weights)
    if score < weights.passes:
        return Addressed.NO
    score += float(meaning_of((text,), weights.mean)[0] @ weights.meaning) + weights.meaning_bias
    if score < weights.likely:
        return Addressed.NO
    return Addressed.SURELY if score >= weights.surely else Addressed.LIKELY


def first_look(text: str, weights: Weights) -> float:
    """The score of the words alone."""
    features = word_features(text)
    return float(weights.words[features].sum() / np.sqrt(max(1, len(features)))) + weights.bias


def word_features(text: str) -> NDArray[np.int64]:
    """The buckets of the words of `text`, of their pairs, and of pieces of them."""
    words = _PIECE.findall(fold(text))
    told = {f"^{words[0]}"} if words else set()
    for at, word in enumerate(words):
        told.add(f"w{word}")
        told.update(f"b{word} {other}" for other in words[at + 1 : at + 2])
        told.update(f"s{word} {other}" for other in words[at + 2 : at + 3])
        whole = f"^{word}$"
        told.update(f"c{whole[i : i + n]}" for n in (4, 5) for i in range(len(whole) - n + 1))
    return np.array(
        sorted({zlib.crc32(t.encode("utf-8", "replace")) % BUCKETS for t in told}), dtype=np.int64
    )


def meaning_of(texts: Sequence[str], mean: Floats) -> Floats:
    """Unit vectors of what `texts` mean, away from what all sentences share: (len(texts), dimensions).

    Each is encoded by itself, so that its vector depends on nothing else.
    """
    encoder = _encoder()
    rows = np.array([encoder.encode_queries([text])[0] for text in texts], dtype=np.float64) - mean
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12), dtype=np.float64)


@lru_cache(maxsize=1)
def _encoder():  # type: ignore[no-untyped-def]  # the class is loaded only when it is needed
    from learninglion.inference.adapter import UNCHANGED
    from learninglion.inference.encoders import NanoEncoder

    return NanoEncoder(threads=1, adapter=UNCHANGED)


@lru_cache(maxsize=1)
def _shipped() -> Weights:
    with np.load(
        BytesIO((files("learninglion.checking") / _SHIPPED).read_bytes()), allow_pickle=False
    ) as data:
        cuts = data["cuts"]
        return Weights(
            words=data["words"].astype(np.float64),
            bias=float(cuts[0]),
            mean=data["mean"].astype(np.float64),
            meaning=data["meaning"].astype(np.float64),
            meaning_bias=float(cuts[1]),
            passes=float(cuts[2]),
            likely=float(cuts[3]),
            surely=float(cuts[4]),
        )
