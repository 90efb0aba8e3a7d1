"""Which sentence answers each part of a question best, over all chosen sources together.

Without this the strongest source would answer every part, also one that another source answers better.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from learninglion.drafting.aspects import Aspect, AspectKind
from learninglion.drafting.candidates import HOLDS, SUBJECT, Candidate
from learninglion.drafting.proximity import holds, in_measure, is_strict
from learninglion.drafting.relevance import coverage, subject_words

__all__ = ["pick"]

_FITS = 0.45  # of what a part asks, so much must a sentence share to be picked for it
_AS_GOOD = 0.95  # of the best: such a sentence of another source says as much
_PASSED = 0.6  # what a promise is worth whose moment has passed
_TELLING = 1.5  # weight of the words by which a part can be recognised on its own
_RULES = 0.1  # what a sentence with a rule is worth more where a rule is asked
_OTHER_MEASURE = 0.5  # "5 kilo" hardly answers what a distance is
_ASKING = re.compile(
    r"\b(?:hoe(?:veel)?|groot|hoog|lang|vaak|snel|ver|wanneer|waarom|welke?|wat)\b", re.IGNORECASE
)
_ASKS_RULE = re.compile(
    r"\b(?:moet|moeten|geldt|gelden|verplicht\w*|eis|eisen|mag|mogen|dient|dienen)\b", re.IGNORECASE
)
_IS_RULE = re.compile(
    r"\b(?:moet|moeten|geldt|gelden|verplicht\w*|dient|dienen|mag|mogen|minim\w+|maxim\w+|tenminste|"
    r"ten minste|ten hoogste|vereist)\b",
    re.IGNORECASE,
)
_OWN_WORDS = (AspectKind.OPEN, AspectKind.YES_NO, AspectKind.AMOUNT, AspectKind.MOMENT, AspectKind.REASON)


def pick(
    aspects: Sequence[Aspect], read: Mapping[str, Sequence[Candidate]], strengths: Mapping[str, float]
) -> dict[str, frozenset[int]]:
    """The places, per source, of the sentences that answer a part of the question best.

    `read` holds the sentences by source id, in the order in which sources go first; `strengths` how well each
    source bears on the question. For an amount, a moment or a reason every source that says as much as the
    best is picked from; for anything else only the first of the best, and words count for less in a source
    that bears less.
    """
    strongest = max(strengths.values(), default=0.0)
    places: dict[str, set[int]] = {source_id: set() for source_id in read}
    for aspect in aspects:
        if aspect.kind not in _OWN_WORDS:
            continue
        best = {source_id: _best(aspect, candidates) for source_id, candidates in read.items()}
        if not is_strict(aspect.kind):
            weighed = {i: (fit * strengths[i] / strongest, place) for i, (fit, place) in best.items() if fit}
            best = {i: (fit, place) for i, (fit, place) in weighed.items() if fit >= _FITS}
        most = max((fit for fit, _ in best.values()), default=0.0)
        good = [i for i, (fit, _) in best.items() if fit and fit >= _AS_GOOD * most]
        for source_id in good if is_strict(aspect.kind) else good[:1]:
            places[source_id].add(best[source_id][1])
    return {source_id: frozenset(found) for source_id, found in places.items()}


def _best(aspect: Aspect, candidates: Sequence[Candidate]) -> tuple[float, int]:
    """How well the best sentence answers this part (0 when none does), and its place."""
    fits = [(_fit(aspect, c), -c.place) for c in candidates if not c.refers]
    fit, place = max(fits, default=(0.0, 0))
    return fit, -place


def _fit(aspect: Aspect, candidate: Candidate) -> float:
    own = sum(told for _, told in subject_words(aspect.text)) >= _TELLING
    asked = _ASKING.sub(" ", aspect.text if own else aspect.about)
    shared = coverage(asked, (candidate.text,))
    if is_strict(aspect.kind):
        if shared < SUBJECT or not holds(aspect.kind, candidate.text, aspect.text):
            return 0.0
        shared += HOLDS + _RULES * bool(_ASKS_RULE.search(asked) and _IS_RULE.search(candidate.text))
        shared *= 1.0 if in_measure(aspect.text, candidate.text) else _OTHER_MEASURE
    elif shared < _FITS:
        return 0.0
    return shared * _PASSED if candidate.passed else shared
