"""From what the signals say of a source to one score: the chance that it is relevant.

Two logits are made, one from the body (does this answer what is asked?) and one from the earlier question
(was this asked before?). Either is enough, so their odds are added. All signals are absolute (a share of
what could be had, a cosine), never relative to the other hits of the query, so a score means the same in
every query.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from learninglion.errors import IntegrityError

__all__ = ["DEFAULT", "FEATURES", "Fusion", "load_fusion", "save_fusion"]

Scores = NDArray[np.float32]

# Columns of the feature matrix that `scoring.features` makes.
FEATURES = (
    "body_stems",  # share of the question's words (by weight) that the body has, as BM25 counts
    "body_grams",  # the same for 5-grams
    "body_mean",  # cosine with the body as a whole
    "body_best",  # cosine with its best passage
    "body_length",  # log of the number of 5-grams in the body, less that of a usual answer
    "asked_stems",
    "asked_grams",
    "asked_best",
)


@dataclass(frozen=True, slots=True)
class Fusion:
    """Weights of the features, and what turns their sum into a chance.

    The logit of a body is slope * (weights of its features) + offset. `version` 0 came with the package;
    higher ones were learned from an archive (tuning.py).
    """

    body_stems: float
    body_grams: float
    body_mean: float
    body_best: float
    body_length: float
    asked_stems: float
    asked_grams: float
    asked_best: float
    slope: float
    offset: float
    asked_offset: float
    threshold: float
    version: int = 0

    def logits(self, features: Scores, has_question: NDArray[np.bool_]) -> Scores:
        """One number a row of `features` (columns as FEATURES); higher is more relevant."""
        body = self.slope * (features[:, :5] @ self._array(FEATURES[:5])) + self.offset
        asked = self.slope * (features[:, 5:] @ self._array(FEATURES[5:])) + self.asked_offset
        return np.asarray(np.where(has_question, np.logaddexp(body, asked), body), dtype=np.float32)

    def chances(self, logits: Scores) -> Scores:
        """Logits as chances between 0 and 1."""
        return np.asarray(1.0 / (1.0 + np.exp(-logits.astype(np.float64))), dtype=np.float32)

    def _array(self, names: tuple[str, ...]) -> Scores:
        return np.array([getattr(self, name) for name in names], dtype=np.float32)


# Learned by regularised maximum likelihood on 850 real pairs (benchmarks/retrieval.md says how, and what
# split halves give); few enough numbers not to overfit. The question side, for which no judgements exist,
# has the weights of the body side.
DEFAULT = Fusion(
    body_stems=1.0,
    body_grams=1.0,
    body_mean=1.0,
    body_best=1.0,
    body_length=0.0,
    asked_stems=1.0,
    asked_grams=1.0,
    asked_best=2.0,
    slope=5.0,
    offset=-5.0,
    asked_offset=-5.0,
    threshold=0.3,
)


def save_fusion(fusion: Fusion, path: Path) -> None:
    """Write as JSON."""
    path.write_text(json.dumps(asdict(fusion), indent=1), "utf-8")


def load_fusion(path: Path) -> Fusion:
    """Read what `save_fusion` wrote."""
    try:
        return Fusion(**json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise IntegrityError(f"{path.name}: deze afstelling is niet te lezen ({error}).") from error
