"""Which sentence answers each part of a question best, over all chosen sources together.

Without this the strongest source would answer every part, also one that another source answers better.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from learninglion.drafting.aspects import Aspect, AspectKind
from learninglion.drafting.candidates import HOLDS, SUBJECT, Candidate, is_bare
from learninglion.drafting.proximity import holds, in_measure, is_strict
from learninglion.drafting.relevance import coverage, subject_words

__all__ = ["Standing", "pick"]

_FITS = 0.45  # of what a part asks, so much must a sentence share to be picked for it
_AS_GOOD = 0.95  # of the best: such a sentence of another source says as much
_PASSED = 0.6  # what a promise is worth whose moment has passed
_TELLING = 1.5  # weight of the words by which a part can be recognised on its own
_WAS_ASKED = 0.6  # so much of a part the earlier question shares, to have asked it
_BY_QUESTION = 0.8  # what that is worth beside a sentence that names what is asked
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


@dataclass(frozen=True, slots=True)
class Standing:
    """A source beside the others: how well it bears on the question, and what it was asked itself."""

    strength: float
    question: str


def pick(
    aspects: Sequence[Aspect], read: Mapping[str, Sequence[Candidate]], standings: Mapping[str, Standing]
) -> dict[str, frozenset[int]]:
    """The places, per source, of the sentences that answer a part of the question best.

    `read` holds the sentences by source id, in the order in which sources go first; `standings` has each
    of them. For an amount, a moment or a reason every source that says as much as the
    best is picked from; for anything else only the first of the best, and words count for less in a source
    that bears less.
    """
    strongest = max((s.strength for s in standings.values()), default=0.0)
    places: dict[str, set[int]] = {source_id: set() for source_id in read}
    for aspect in aspects:
        if aspect.kind not in _OWN_WORDS:
            continue
        best = {
            source_id: _best(aspect, candidates, standings[source_id].question)
            for source_id, candidates in read.items()
        }
        if not is_strict(aspect.kind):
            weighed = {
                i: (fit * standings[i].strength / strongest, place) for i, (fit, place) in best.items() if fit
            }
            best = {i: (fit, place) for i, (fit, place) in weighed.items() if fit >= _FITS}
        most = max((fit for fit, _ in best.values()), default=0.0)
        good = [i for i, (fit, _) in best.items() if fit and fit >= _AS_GOOD * most]
        for source_id in good if is_strict(aspect.kind) else good[:1]:
            places[source_id].add(best[source_id][1])
    return {source_id: frozenset(found) for source_id, found in places.items()}


def _best(aspect: Aspect, candidates: Sequence[Candidate], question: str) -> tuple[float, int]:
    """How well the best sentence answers this part (0 when none does), and its place.

    Where the earlier question asked this part, its answer need not repeat the words: then it opens with it.
    """
    usable = [c for c in candidates if not c.refers]
    fit, place = max(((_fit(aspect, c), -c.place) for c in usable), default=(0.0, 0))
    asked = coverage(_subject(aspect), (question,)) if question else 0.0
    if asked < _WAS_ASKED:
        return fit, -place
    opens = (c.place for c in usable if not is_bare(c.text) and not c.passed and _may_hold(aspect, c))
    first = next(opens, None)
    if first is None:
        return fit, -place
    return max(fit, asked * _BY_QUESTION), -place if fit else first


def _may_hold(aspect: Aspect, candidate: Candidate) -> bool:
    held = holds(aspect.kind, candidate.text, aspect.text)
    return held and in_measure(aspect.text, candidate.text) and (candidate.place == 0 or not candidate.leans)


def _subject(aspect: Aspect) -> str:
    """What the part is about, without the words by which it asks."""
    own = sum(told for _, told in subject_words(aspect.text)) >= _TELLING
    return _ASKING.sub(" ", aspect.text if own else aspect.about)


def _fit(aspect: Aspect, candidate: Candidate) -> float:
    asked = _subject(aspect)
    shared = coverage(asked, (candidate.text,))
    if is_strict(aspect.kind):
        if shared < SUBJECT or not holds(aspect.kind, candidate.text, aspect.text):
            return 0.0
        shared += HOLDS + _RULES * bool(_ASKS_RULE.search(asked) and _IS_RULE.search(candidate.text))
        shared *= 1.0 if in_measure(aspect.text, candidate.text) else _OTHER_MEASURE
    elif shared < _FITS:
        return 0.0
    return shared * _PASSED if candidate.passed else shared
