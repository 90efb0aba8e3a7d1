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

from learninglion.database.blobs import Blobs
from learninglion.inference.builtin import Adapter, pack_adapter, read_adapter
from learninglion.models.errors import InputError, IntegrityError

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
    package; higher ones were learned from an archive (evaluation/tune.py).
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


def _pack_fusion(fusion: Fusion) -> bytes:
    """As JSON."""
    return json.dumps(asdict(fusion), indent=1).encode()


def _read_fusion(packed: bytes) -> Fusion:
    """What `_pack_fusion` made. Raises IntegrityError."""
    try:
        return Fusion(**json.loads(packed))
    except (ValueError, TypeError) as error:
        raise IntegrityError(f"Deze afstelling van het zoeken is niet te lezen ({error}).") from error


# Versions of what was learned here: kept apart, the newest in force, and always a way back.

TUNING = "tuning/"
_CURRENT = f"{TUNING}fusion.json"
_NUMBER = f"{TUNING}in-force"
_KEPT = f"{TUNING}fusion-"


class LearnedVersions:
    """The versions among `blobs`: fusion.json is in force, fusion-1.json and on are all that ever were.

    A version in which the embedding model learned too has its adapter beside it, as adapter-1.npz and on; one
    in which the measure of relevance did, its weights as relevance-1.json and on.
    """

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    def current(self) -> Fusion:
        """The fusion in force; the one that ships when nothing was learned."""
        used = self._blobs.read(_CURRENT)
        return DEFAULT if used is None else _read_fusion(used)

    def versions(self) -> tuple[int, ...]:
        """The versions that were kept, oldest first; 0 is the one that ships."""
        names = (name.removeprefix(_KEPT).removesuffix(".json") for name in self._blobs.names(_KEPT))
        return (0, *sorted(int(number) for number in names if number.isdigit()))

    def in_force(self) -> int:
        """The version in force."""
        used = self._blobs.read(_CURRENT)
        if used is None:
            return 0
        number = self._blobs.read(_NUMBER)
        if number is not None:
            return int(number)
        # from before the number was kept
        same = (n for n in self.versions()[1:] if self._blobs.read(f"{_KEPT}{n}.json") == used)
        return max(same, default=0)

    def adapter(self) -> Adapter | None:
        """What the embedding model learned in the version in force; None where it is the model that ships."""
        return self._adapter(self.in_force())

    def adapters(self) -> tuple[Adapter, ...]:
        """What the embedding model learned in any version, oldest first."""
        return tuple(a for number in self.versions() if (a := self._adapter(number)) is not None)

    def _adapter(self, number: int) -> Adapter | None:
        name = f"{TUNING}adapter-{number}.npz"
        packed = self._blobs.read(name)
        return None if packed is None else read_adapter(packed, name)

    def measure(self) -> str:
        """The weights of the measure of relevance in force; "" where it is the one that ships."""
        return (self._blobs.read(f"{TUNING}relevance-{self.in_force()}.json") or b"").decode()

    def keep(self, fusion: Fusion, adapter: Adapter | None = None, measure: str | None = None) -> int:
        """Put a new version in force; gives its number. Without `measure` that of before stays."""
        number = self.versions()[-1] + 1
        measure = self.measure() if measure is None else measure
        if adapter is not None:
            self._blobs.put(f"{TUNING}adapter-{number}.npz", pack_adapter(adapter))
        if measure:
            self._blobs.put(f"{TUNING}relevance-{number}.json", measure.encode())
        self._blobs.put(f"{_KEPT}{number}.json", _pack_fusion(fusion))
        self._put_in_force(number)
        return number

    def _put_in_force(self, number: int) -> None:
        self._blobs.put(_CURRENT, self._blobs.read(f"{_KEPT}{number}.json") or b"")
        self._blobs.put(_NUMBER, str(number).encode())

    def revert(self, number: int) -> None:
        """Put an earlier version in force again. Raises InputError that lists the versions there are."""
        if number not in self.versions():
            listed = ", ".join(map(str, self.versions()))
            raise InputError(f"Versie {number} bestaat niet; er zijn: {listed}.")
        if number == 0:
            self._blobs.remove(_CURRENT)
            self._blobs.remove(_NUMBER)
        else:
            self._put_in_force(number)
