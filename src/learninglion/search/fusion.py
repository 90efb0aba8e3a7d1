"""From what the signals say of a source to one score: the chance that it is relevant.

Two logits are made, one from the body (does this answer what is asked?) and one from the earlier question
(was this asked before?). Either is enough, so their odds are added. Each signal is told in
standard deviations from what is usual for the question at hand over the whole archive (scoring.py), so a
score means the same in every query.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from learninglion.models.errors import IntegrityError

Scores = NDArray[np.float32]

# Columns of the feature matrix that `scoring.features` makes.
FEATURES = (
    "body_stems",  # BM25 of the body on stems
    "body_grams",  # BM25 of the body on 5-grams
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

    The logit of a body is slope * log(weighted sum of its features) + offset. `version` 0 came with the
    package; higher ones were learned from an archive (tuning.py).
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
        body = self._logit(features[:, :5], FEATURES[:5]) + self.offset
        question_logit = self._logit(features[:, 5:], FEATURES[5:]) + self.asked_offset
        return np.asarray(np.where(has_question, np.logaddexp(body, question_logit), body), dtype=np.float32)

    def _logit(self, columns: Scores, names: tuple[str, ...]) -> NDArray[np.float64]:
        # The chance rises with the logarithm of the sum: the step from 4 to 8 deviations says as much as
        # that from 8 to 16. The soft maximum with 0 keeps the order of what lies below.
        # Added column by column: so a row's sum does not depend on the rows beside it.
        total = np.zeros(len(columns))
        for i, name in enumerate(names):
            total += columns[:, i].astype(np.float64) * getattr(self, name)
        return np.asarray(self.slope * np.log(np.logaddexp(0.0, total) + 1e-12))

    def chances(self, logits: Scores) -> Scores:
        """Logits as chances between 0 and 1."""
        return np.asarray(1.0 / (1.0 + np.exp(-logits.astype(np.float64))), dtype=np.float32)


# Learned by regularised maximum likelihood on 850 real pairs (benchmarks/retrieval.md says how, and what
# cross-validation gives); five weights and two numbers to calibrate. The question side, for which there
# are no judgements, has the weights of the body side. The threshold is where, with half of the answers
# taken away, answerable and unanswerable questions are told apart best.
DEFAULT = Fusion(
    body_stems=0.18,
    body_grams=0.36,
    body_mean=0.76,
    body_best=0.37,
    body_length=-0.37,
    asked_stems=0.18,
    asked_grams=0.36,
    asked_best=1.13,
    slope=5.59,
    offset=-13.19,
    asked_offset=-13.19,
    threshold=0.22,
)


def shipped() -> Fusion:
    """The fusion where nothing was learned."""
    return DEFAULT


def pack_fusion(fusion: Fusion) -> bytes:
    """As JSON."""
    return json.dumps(asdict(fusion), indent=1).encode()


def read_fusion(packed: bytes) -> Fusion:
    """What `pack_fusion` made. Raises IntegrityError."""
    try:
        return Fusion(**json.loads(packed))
    except (ValueError, TypeError) as error:
        raise IntegrityError(f"Deze afstelling van het zoeken is niet te lezen ({error}).") from error
