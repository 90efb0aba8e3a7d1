"""The first look: the sources that a question may find, scored by the index and put in order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from learninglion.inference.encoders import Vectors
from learninglion.search.fusion import Scores
from learninglion.search.local.analysis import FAMILIES
from learninglion.search.local.scoring import Probe, features
from learninglion.search.local.snapshot import Snapshot

__all__ = ["Ranking", "rank"]

# Up to here every source that may be found is scored exactly; beyond, the candidates of both indexes are.
_EXACT = 2000
_CANDIDATES = 200
_NEAREST = 300  # passages
_BLOCK = 100  # passages whose nearest is looked for together
_CLOSED = -2.0  # the cosine of what may not be found: below any
# Terms of a question that propose candidates, heaviest first; the others still count in the exact score.
# Twice the stems take twice the time and change MRR@10 of 850 real pairs by 0.0002, at a tenth of the
# candidates.
_PROPOSING = {"stems": 16, "grams": 48}


@dataclass(frozen=True, slots=True)
class Ranking:
    """The scored candidates of one question, best first; positions are those of the snapshot."""

    positions: NDArray[np.int64]
    logits: Scores
    features: Scores  # columns as fusion.FEATURES
    has_question: NDArray[np.bool_]


def rank(
    snapshot: Snapshot,
    probe: Probe,
    documents: frozenset[str] | None = None,
    *,
    exact: bool = False,
) -> Ranking:
    """Score the candidates for `probe` among `documents`, best first; `exact`: every source is one."""
    mask = snapshot.mask(documents)
    allowed = int(mask.sum())
    if exact or allowed <= _EXACT:
        positions = np.flatnonzero(mask)
    else:
        found = [*_by_words(snapshot, probe, mask, allowed), _nearest(snapshot, probe.vector, mask)]
        positions = np.unique(np.concatenate(found))
    made, asked = features(snapshot, probe, positions)
    logits = snapshot.fusion.logits(made, asked)
    order = np.argsort(-logits, kind="stable")
    return Ranking(positions[order], logits[order], made[order], asked[order])


def _by_words(
    snapshot: Snapshot, probe: Probe, mask: NDArray[np.bool_], allowed: int
) -> list[NDArray[np.int64]]:
    """Candidates by stems and by 5-grams. Under a filter they are looked for deeper, in proportion."""
    share = allowed / max(1, len(mask))
    depth = min(25 * _CANDIDATES, int(_CANDIDATES / max(share, 1e-6)))
    chosen = []
    for f, family in enumerate(FAMILIES):
        weights = probe.weights["body", family] + probe.weights["asked", family]
        heaviest = np.argsort(-weights, kind="stable")[: _PROPOSING[family]]
        chosen.append([(int(probe.terms[f].ids[i]), float(weights[i])) for i in heaviest])
    found = [
        snapshot.positions_of(snapshot.lexicon.search(terms, depth))
        for terms in ((chosen[0], ()), ((), chosen[1]))
    ]
    return [p[mask[p]][:_CANDIDATES] for p in found]


def _nearest(snapshot: Snapshot, vector: Vectors, mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The positions with the passages nearest to `vector`, at first look."""
    positions: list[NDArray[np.int64]] = [np.zeros(0, dtype=np.int64)]
    values: list[Scores] = [np.zeros(0, dtype=np.float32)]
    for number, segment in enumerate(snapshot.segments):
        cosines = segment.sketch.cosines(vector)
        inside = mask[snapshot.starts[number] : snapshot.starts[number + 1]]
        if not inside.all():
            cosines[~inside[segment.owners]] = _CLOSED
        top = _highest(cosines, _NEAREST)
        top = top[cosines[top] > _CLOSED]
        positions.append(segment.owners[top] + snapshot.starts[number])
        values.append(cosines[top])
    nearest = np.argsort(-np.concatenate(values), kind="stable")[:_NEAREST]
    return np.asarray(np.concatenate(positions)[nearest], dtype=np.int64)


def _highest(values: Scores, most: int) -> NDArray[np.int64]:
    """Where the `most` highest of `values` are, or all of them, in no order.

    At least `most` values are as high as the `most`-th highest maximum of a block, so only those are looked
    at further: a tenth of the time where there are many values.
    """
    blocks = len(values) // _BLOCK
    if blocks > most:
        maxima = values[: blocks * _BLOCK].reshape(blocks, _BLOCK).max(axis=1)
        least = np.partition(maxima, blocks - most)[blocks - most]
        places = np.flatnonzero(values >= least)
    else:
        places = np.arange(len(values))
    if len(places) <= most:
        return places
    return np.asarray(places[np.argpartition(-values[places], most - 1)[:most]], dtype=np.int64)
