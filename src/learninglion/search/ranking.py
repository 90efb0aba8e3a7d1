"""The first look: the sources that a question may find, scored and put in order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from learninglion.search.engine import View
from learninglion.search.fusion import Scores
from learninglion.search.scoring import Probe, features


@dataclass(frozen=True, slots=True)
class Ranking:
    """The scored candidates of one question, best first."""

    sources: NDArray[np.object_]  # their ids
    logits: Scores
    features: Scores  # columns as fusion.FEATURES
    has_question: NDArray[np.bool_]
    nearest: NDArray[np.int64]  # which passage comes nearest, those of the question first

    def at(self, places: NDArray[np.int64], logits: Scores | None = None) -> Ranking:
        """What stands at these places, in their order, with other `logits` if given."""
        return Ranking(
            self.sources[places],
            self.logits[places] if logits is None else logits,
            self.features[places],
            self.has_question[places],
            self.nearest[places],
        )


def rank(
    view: View, probe: Probe, documents: frozenset[str] | None = None, *, exact: bool = False
) -> Ranking:
    """Score the candidates for `probe` among `documents`, best first; `exact`: every source is one."""
    with view.timings.measured():
        pieces = view.candidates(probe, documents, exact=exact)
    none = np.zeros(0, dtype=np.object_)
    sources = np.concatenate([none, *(segment.sources[rows] for segment, rows in pieces)])
    scored = features(pieces, probe)
    logits = view.fusion.logits(scored.features, scored.has_question)
    # of equals by name: where a source stands in an index says nothing
    order = np.lexsort((sources.astype(np.str_), -logits)) if len(sources) else np.zeros(0, dtype=np.int64)
    ranking = Ranking(sources, logits, scored.features, scored.has_question, scored.nearest)
    return ranking.at(np.asarray(order, dtype=np.int64))
