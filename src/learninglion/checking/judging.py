"""A judge says whether a sentence in other words follows from its quotes; it counts once it passed its exam.

The rules stay in front: what they find contradicted no judge can save. Put to a judge are a sentence that
they can neither show nor contradict, and one that they show though something was left out of what it rests
on: nearly all that goes wrong with the rules is of that kind, and a judge seldom errs on the same sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from learninglion.checking.alignment import align
from learninglion.dutch.text import read
from learninglion.models import Check, Source, StatementVerdict, VerdictMethod

REQUIRED_DETECTION = 0.98
"""Share of the unfaithful sentences that a judge must refuse before its word counts."""
REQUIRED_TRUTH = 0.95
"""Share of the sentences it lets through that must be faithful, where half of those put to it are."""


class Judge(Protocol):
    """Says how far a sentence follows from a passage."""

    @property
    def name(self) -> str:
        """What judges, for people: the name of the model."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever its judgements may: another model, prompt or setting."""

    def judge(self, sentence: str, passage: str) -> float:
        """From 0 (it does not follow) to 1 (it does). Raises LearningLionError where it cannot be asked."""


@dataclass(frozen=True, slots=True)
class KindScore:
    """How a judge did on one kind of sentence."""

    kind: str
    faithful: bool
    cases: int
    right: int


@dataclass(frozen=True, slots=True)
class Exam:
    """How a judge did on the labelled set, at the threshold that was chosen for it."""

    judge: str
    fingerprint: str
    cases_sha256: str  # of the set it was examined on
    taken_on: str  # ISO date
    threshold: float  # a sentence is supported from this score on
    detection: float
    detection_interval: tuple[float, float]  # Wilson, 95 percent
    false_alarms: float
    false_alarms_interval: tuple[float, float]
    kinds: tuple[KindScore, ...]

    @property
    def passed(self) -> bool:
        """Whether the word of this judge counts.

        At a high enough threshold one that guesses refuses 98% of what is unfaithful too, but what it still
        lets through is then as often wrong as right: that is no word to rely on.
        """
        return self.detection >= REQUIRED_DETECTION and self.truth >= REQUIRED_TRUTH

    @property
    def truth(self) -> float:
        """Share of faithful sentences among those let through, as if as many of either were put to it."""
        right, wrong = 1 - self.false_alarms, 1 - self.detection
        return right / (right + wrong) if right else 0.0

    @property
    def wording(self) -> str:
        """The judge with how it did, such as "mistral (toets: 98,4% gevonden, 4,0% vals alarm)"."""
        detected, wrong = (
            f"{100 * share:.1f}".replace(".", ",") for share in (self.detection, self.false_alarms)
        )
        return f"{self.judge} (toets: {detected}% gevonden, {wrong}% vals alarm)"


def put_to_judge(check: Check, sources: Sequence[Source], judge: Judge, exam: Exam) -> Check:
    """`check` as `judge` leaves it: supported where the rules could not show it and it follows, not shown
    where they show it shortened and it does not; otherwise as it was. `judged_by` tells that it was heard.

    `exam` must be of this very judge and passed, else nothing changes. Raises LearningLionError where the
    judge cannot be asked.
    """
    # without evidence its quote does not hold, which is no question of meaning
    passage = " ".join(evidence_of(check, sources)) if check.evidence else ""
    shown = check.method is VerdictMethod.RULE
    asks = shown and align(read(check.statement.text), read(passage)).leaves_out
    if not passage or not (asks or check.method is VerdictMethod.NOT_SHOWN):
        return check
    if not exam.passed or exam.fingerprint != judge.fingerprint:
        return check
    follows = judge.judge(check.statement.text, passage) >= exam.threshold
    if not follows:
        doubted = replace(check, verdict=StatementVerdict.UNSUPPORTED, method=VerdictMethod.NOT_SHOWN)
        return replace(doubted, reasons=(_DOUBTED,), judged_by=exam.wording) if shown else check
    method = VerdictMethod.RULE if shown else VerdictMethod.JUDGE
    return replace(
        check, verdict=StatementVerdict.SUPPORTED, reasons=(), method=method, judged_by=exam.wording
    )


_DOUBTED = "Er is iets weggelaten uit de bron; volgens de beoordelaar zegt de zin daardoor iets anders."


def evidence_of(check: Check, sources: Sequence[Source]) -> tuple[str, ...]:
    """The whole sentences that a statement rests on, or its quotes where those are not known."""
    quotes = []
    cited = {c.source_id for c in check.statement.citations}
    for source in sources:
        for span in check.evidence if source.id in cited else ():
            if source.body_span.contains(span):
                offset = source.body_span.start
                quotes.append(source.body[span.start - offset : span.end - offset])
    return tuple(dict.fromkeys(quotes)) or tuple(c.quote for c in check.statement.citations)
