"""Whether the chosen sources say enough to answer: judged by words, and by meaning if given."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from learninglion.drafting.aspects import Aspect, AspectKind, list_aspects
from learninglion.drafting.relevance import coverage, likeness, subject_words
from learninglion.drafting.suspicion import touches_suspicious
from learninglion.models import Chooser, Selection, Source, SourceKind, Span, Statement
from learninglion.text import split_sentences, words

__all__ = [
    "Bearing",
    "Similarity",
    "bearing_of",
    "find_missing",
    "is_sufficient",
    "question_aspects",
    "relevant",
]

Similarity = Callable[[Sequence[str], Sequence[str]], Sequence[Sequence[float]]]
"""Closeness in meaning (0..1) of each text of the first list to each of the second."""

# Measured with `evaluate drafts` on the shared questions; see benchmarks/.
_SAME_QUESTION = 0.6  # above this, the earlier question asked the same
_BODY_ANSWERS = 0.66  # above this, the answer itself speaks of what is asked
_JOINT = 0.75  # question and answer together
_SURE, _SHARED = 0.6, 0.2  # so sure is the search, and this much of the words is shared
_SURE_CHOSEN, _SHARED_CHOSEN = 0.22, 0.25  # the same when a person chose the source
_LEAST = 0.15  # ... and this much of a part of the question, for it to count as answered
_ASPECT = 0.45  # the same for one part of the question
_TELLING = 2.5  # weight of the words by which a part of a question is recognised

_NUMBER = re.compile(
    r"\d|\b(?:twee|drie|vier|vijf|zes|zeven|acht|negen|tien|elf|twaalf|tientallen|honderden|geen)\b"
)
_MOMENT = re.compile(
    r"\b(?:19|20)\d\d\b|\b(?:januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|"
    r"december|voorjaar|zomer|najaar|winter|kwartaal|week|maand|jaar|binnenkort|momenteel|inmiddels|"
    r"nog niet)\b"
)


@dataclass(frozen=True, slots=True)
class Bearing:
    """How far a source bears on a question: by its own question, by its answer, and by both."""

    source: Source
    question: float
    body: float
    joint: float
    score: float  # the estimate of the search; 0 when it was not found by searching

    @property
    def same_question(self) -> bool:
        """Whether the earlier question asked the same thing."""
        return self.question >= _SAME_QUESTION

    @property
    def strength(self) -> float:
        """One number to order sources by."""
        return max(self.question, self.body, 0.9 * self.joint)


def question_aspects(selection: Selection) -> tuple[Aspect, ...]:
    """The parts of the sub-question that wait for content."""
    parts = list_aspects(selection.question.text)
    return tuple(a for a in parts if a.kind is not AspectKind.REQUEST) or parts


def bearing_of(selection: Selection, source: Source) -> Bearing:
    """How far `source` bears on the sub-question, or on the part of it that it bears on most."""
    score = next((h.score for h in selection.offered if h.source.id == source.id), 0.0)
    best: Bearing | None = None
    for asked in _askings(selection.question.text):
        made = Bearing(
            source,
            likeness(asked, source.question) if source.question else 0.0,
            coverage(asked, (source.body,)),
            coverage(asked, (source.question, source.body)),
            score,
        )
        if best is None or made.strength > best.strength:
            best = made
    return best or Bearing(source, 0.0, 0.0, 0.0, score)


def _askings(question: str) -> tuple[str, ...]:
    """The whole question, and those parts that name enough of a subject to be recognised by."""
    parts = [a.text for a in list_aspects(question) if a.kind is not AspectKind.REQUEST]
    telling = [p for p in parts if sum(told for _, told in subject_words(p)) >= _TELLING]
    return tuple(dict.fromkeys((question, *telling)))


def relevant(selection: Selection) -> tuple[Bearing, ...]:
    """The chosen sources that bear on the sub-question, strongest first."""
    found = [b for b in (bearing_of(selection, s) for s in selection.chosen) if _bears(b, selection)]
    return tuple(sorted(found, key=lambda b: (-b.strength, b.source.id)))


def _bears(bearing: Bearing, selection: Selection) -> bool:
    if not words(bearing.source.body):
        return False
    # what the officer supplied for this set is meant for it
    if bearing.source.kind is SourceKind.SUPPLIED:
        return bearing.joint >= _ASPECT
    if bearing.same_question or bearing.body >= _BODY_ANSWERS:
        return True
    if bearing.joint >= _JOINT and bearing.body >= _ASPECT:
        return True
    # a person who read the source and chose it weighs more than a score
    by_person = selection.chosen_by is Chooser.PERSON
    score, shared = (_SURE_CHOSEN, _SHARED_CHOSEN) if by_person else (_SURE, _SHARED)
    return bearing.score >= score and max(bearing.question, bearing.body) >= shared


def is_sufficient(selection: Selection) -> bool:
    """Whether at least one chosen source answers some part of the question."""
    return bool(relevant(selection))


def find_missing(selection: Selection, statements: Sequence[Statement]) -> tuple[str, ...]:
    """The parts of the question that these statements leave open, in the order they were asked."""
    said = " ".join(s.text for s in statements)
    cited = {c.source_id for s in statements for c in s.citations}
    sources = [s for s in selection.chosen if s.id in cited]
    answer = _polarity(said)
    sure = {b.source.id for b in relevant(selection) if not b.same_question and b.body < _BODY_ANSWERS}
    bar = _LEAST if cited & sure else _ASPECT
    return tuple(
        aspect.text
        for aspect in question_aspects(selection)
        if not _is_answered(aspect, said, sources, answer, bar)
    )


def _polarity(said: str) -> bool | None:
    start = words(said)[:12]
    if "ja" in start[:1]:
        return True
    return False if set(start[:1]) & {"nee", "neen"} else None


def _is_answered(
    aspect: Aspect, said: str, sources: Sequence[Source], answer: bool | None, bar: float
) -> bool:
    if not said:
        return False
    if aspect.kind is AspectKind.IF_YES and answer is False:
        return True  # "Zo ja, ..." after a no
    if aspect.kind is AspectKind.IF_NO and answer is True:
        return True
    if aspect.kind is AspectKind.AMOUNT and not _NUMBER.search(said.casefold()):
        return False
    if aspect.kind is AspectKind.MOMENT and not _MOMENT.search(said.casefold()):
        return False
    if any(
        likeness(aspect.about, s.question) >= bar or coverage(aspect.text, (s.question,)) >= 0.8
        for s in sources
    ):
        return True
    return coverage(aspect.about, (said,)) >= bar


def sentences_of(source: Source) -> tuple[tuple[str, int, int], ...]:
    """Sentences of the body with their places in the document; none that speaks to a machine."""
    offset = source.body_span.start
    return tuple(
        (s.of(source.body), s.start + offset, s.end + offset)
        for s in split_sentences(source.body)
        if not touches_suspicious(source, Span(s.start + offset, s.end + offset))
    )
