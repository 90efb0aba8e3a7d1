"""Whether the chosen sources say enough to answer: judged by words, and by meaning if given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from learninglion.checking.phrases import split_introduction
from learninglion.drafting.acquaintance import (
    asks_acquaintance,
    only_acquaintance,
    same_item,
    tells_known,
)
from learninglion.drafting.aspects import Aspect, AspectKind, list_aspects
from learninglion.drafting.proximity import (
    admits_ignorance,
    holds,
    holds_near,
    is_strict,
    refers_elsewhere,
)
from learninglion.drafting.relevance import coverage, likeness, subject_words
from learninglion.drafting.units import sentences_of
from learninglion.dutch.text import words
from learninglion.models import Chooser, Selection, Source, SourceKind, Statement

__all__ = [
    "SURE",
    "Bearing",
    "Similarity",
    "bearing_of",
    "find_missing",
    "is_sufficient",
    "knows_another",
    "question_aspects",
    "relevant",
]

Similarity = Callable[[Sequence[str], Sequence[str]], Sequence[Sequence[float]]]
"""Closeness in meaning (0..1) of each text of the first list to each of the second."""

SURE = 0.55
"""So sure must the search be (a chance, 0..1) of a source whose words do not show that it answers.

Higher refuses more: `evaluate drafts` gives the shares of right and false refusals for a row of values.
"""

# Measured with `evaluate drafts` on the shared questions; see benchmarks/.
_SAME_QUESTION = 0.6  # above this, the earlier question asked the same
_BODY_ANSWERS = 0.66  # above this, the answer itself speaks of what is asked
_JOINT = 0.75  # question and answer together
_SURELY_ASKED = 0.7  # so sure must the search be to take an earlier "hoeveel" for the same one
_SURE_ASKED = 0.75  # for an earlier question: that a long one is alike is not yet an answer
_SHARED = 0.2  # ... and this much of the words is shared, where there is an earlier question to share them
_SURE_CHOSEN, _SHARED_CHOSEN = 0.22, 0.25  # the same when a person chose the source
_LEAST = 0.15  # ... and this much of a part of the question, for it to count as answered
_ASPECT = 0.45  # the same for one part of the question
_TELLING = 2.5  # weight of the words by which a part of a question is recognised
_FEW, _MOST_OF_FEW = 4.5, 0.5  # a short question has so few words that half of them must be there
_ASKING = "hoeveel wanneer welke datum dag termijn vanaf binnen hoe lang snel vaak hoog groot"
_IN_CONTEXT = 0.5  # where the earlier question names the subject, its answer need name it half as much
_TOGETHER = 0.35  # question and answer name so much of a part when they are alike at all
_BARE = 2  # words: "Ja.", "Nee, niet."
_SEES_SOMETHING = 0.3  # so much must the search think of an answer that meets the words of a short question
_SUREST = 0.92  # ... unless the search is surer than of almost anything: then it is in other words
_NOVEL = 0.3  # of what a later part asks besides what an earlier part asked


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
        made = _measure(asked, source, score)
        if best is None or made.strength > best.strength:
            best = made
    return best or Bearing(source, 0.0, 0.0, 0.0, score)


def _measure(asked: str, source: Source, score: float) -> Bearing:
    body = coverage(asked, (source.body,))
    if not source.question or knows_another(asked, source):
        return Bearing(source, 0.0, body, body, score)
    joint = coverage(asked, (source.question, source.body))
    return Bearing(source, likeness(asked, source.question), body, joint, score)


def knows_another(question: str, source: Source) -> bool:
    """Whether both ask if something is known, but not the same thing."""
    asked = asks_acquaintance(question) and asks_acquaintance(source.question)
    return asked and not same_item(question, source.question)


def _askings(question: str) -> tuple[str, ...]:
    """The whole question, and those parts that name enough of a subject to be recognised by."""
    parts = [a.text for a in list_aspects(question) if a.kind is not AspectKind.REQUEST]
    telling = [p for p in parts if sum(told for _, told in subject_words(p)) >= _TELLING]
    return tuple(dict.fromkeys((question, *telling)))


def relevant(selection: Selection, sure: float = SURE) -> tuple[Bearing, ...]:
    """The chosen sources that bear on the sub-question, strongest first; `sure` as SURE says."""
    found = [b for b in (bearing_of(selection, s) for s in selection.chosen) if _bears(b, selection, sure)]
    return tuple(sorted(found, key=lambda b: (-b.strength, b.source.id)))


def _bears(bearing: Bearing, selection: Selection, sure: float) -> bool:
    source = bearing.source
    if not words(source.body):
        return False
    # what the officer supplied for this set is meant for it
    if source.kind is SourceKind.SUPPLIED:
        return bearing.joint >= _ASPECT
    asked = selection.question.text
    if bearing.same_question:
        return True
    # the few words of a short question occur in many an answer: then the search must see something in it too
    met = not _is_short(asked) or selection.chosen_by is Chooser.PERSON or bearing.score >= _SEES_SOMETHING
    if bearing.body >= _BODY_ANSWERS and met:
        return True
    if only_acquaintance(asked):
        told = tuple(text for text, _, _ in sentences_of(source))
        return not knows_another(asked, source) and tells_known(asked, told)
    if bearing.joint >= _JOINT and bearing.body >= _ASPECT and met:
        return True
    shared = max(bearing.question, bearing.body)
    # a person who read the source and chose it weighs more than a score
    if selection.chosen_by is Chooser.PERSON:
        found = bearing.score >= _SURE_CHOSEN
        return found and shared >= _SHARED_CHOSEN if source.question else found or shared >= _ASPECT
    if not source.question:
        return bearing.score >= sure  # of such sources the words add nothing to what the search knows
    if _is_short(asked):
        met = max(shared, bearing.joint) >= _MOST_OF_FEW or bearing.score >= _SUREST
        return bearing.score >= sure and met
    return bearing.score >= max(sure, _SURE_ASKED) and shared >= _SHARED


def _is_short(asked: str) -> bool:
    """Whether a text has so few telling words that most of them must be met."""
    return sum(told for _, told in subject_words(asked)) <= _FEW


def is_sufficient(selection: Selection, sure: float = SURE) -> bool:
    """Whether at least one chosen source answers some part of the question; `sure` as SURE says."""
    return bool(relevant(selection, sure))


def find_missing(
    selection: Selection, statements: Sequence[Statement], sure: float = SURE
) -> tuple[str, ...]:
    """The parts of the question that these statements leave open, in the order they were asked."""
    aspects = question_aspects(selection)
    if not statements:
        return tuple(a.text for a in aspects)
    cited = {c.source_id for s in statements for c in s.citations}
    sources = tuple(s for s in selection.chosen if s.id in cited)
    by_score = {
        b.source.id for b in relevant(selection, sure) if not b.same_question and b.body < _BODY_ANSWERS
    }
    claims = tuple(split_introduction(s.text).claim for s in statements)
    surest = frozenset(h.source.id for h in selection.offered if h.score >= _SURELY_ASKED)
    said = _Said(
        claims,
        sources,
        surest if len(aspects) == 1 else frozenset(),
        _polarity(claims[0]),
        bool(cited & by_score),
    )
    return tuple(
        aspect.text for at, aspect in enumerate(aspects) if not _is_answered(aspect, aspects[:at], said)
    )


@dataclass(frozen=True, slots=True)
class _Said:
    """What a draft says, without the phrases in front, and what it rests on."""

    claims: tuple[str, ...]
    sources: tuple[Source, ...]
    surest: frozenset[str]  # ids of those of which the search is surest, where the question has one part
    answer: bool | None  # yes, no, or neither
    by_search: bool  # whether it was the search that was sure that this answers the question

    @property
    def bar(self) -> float:
        """How much of a part must be spoken of."""
        return _LEAST if self.by_search else _ASPECT

    @property
    def is_bare(self) -> bool:
        return sum(len(words(c)) for c in self.claims) <= _BARE


def _polarity(said: str) -> bool | None:
    start = words(said)[:3]
    if start[:1] in {("ja",), ("inderdaad",)}:
        return True
    if start[:2] in {("dat", "klopt"), ("dit", "klopt")}:
        return start[2:] != ("niet",)
    return False if start[:1] in {("nee",), ("neen",)} else None


def _is_answered(aspect: Aspect, before: Sequence[Aspect], said: _Said) -> bool:
    if aspect.kind is AspectKind.IF_YES and said.answer is False:
        return True  # "Zo ja, ..." after a no
    if aspect.kind is AspectKind.IF_NO and said.answer is True:
        return True
    if aspect.kind is AspectKind.KNOWS:
        return _knows(aspect, said)
    if said.is_bare and (aspect.kind is not AspectKind.YES_NO or before):
        return False
    if is_strict(aspect.kind) and not _was_asked(aspect, said):
        told = (*said.claims, *(s.question for s in said.sources))
        in_context = coverage(aspect.about, told) >= _BODY_ANSWERS and _has_novel(aspect, before, said)
        alike = any(likeness(aspect.about, s.question) >= _SAME_QUESTION for s in said.sources)
        near = _IN_CONTEXT if in_context or alike else 1.0
        found = holds_near(aspect.kind, aspect.about, said.claims, near)
        return found and _has_novel(aspect, before, said)
    if is_strict(aspect.kind):
        # what was given as the answer to this, also a letter to read it in; only a figure must be there
        return aspect.kind is AspectKind.REASON or any(
            holds(aspect.kind, c, aspect.text) or admits_ignorance(c) or refers_elsewhere(c)
            for c in said.claims
        )
    asked = tuple(s.question for s in said.sources)
    if any(likeness(aspect.about, q) >= _SAME_QUESTION or coverage(aspect.text, (q,)) >= 0.8 for q in asked):
        return True
    if any(asked) and _is_short(aspect.about):
        return coverage(aspect.about, said.claims + asked) >= _MOST_OF_FEW
    if said.by_search and not any(asked) and not before:
        return True
    if any(likeness(aspect.about, q) >= said.bar for q in asked):
        return coverage(aspect.about, said.claims + asked) >= _TOGETHER
    return coverage(aspect.about, said.claims) >= said.bar and _has_novel(aspect, before, said)


def _knows(aspect: Aspect, said: _Said) -> bool:
    """Whether who asked the same was answered, or what is known is told about here."""
    if any(same_item(aspect.text, s.question) for s in said.sources):
        return True
    return tells_known(aspect.text, said.claims)


def _was_asked(aspect: Aspect, said: _Said) -> bool:
    """Whether one of the sources was asked this very part: in like words, or, says the search, in others."""
    return any(
        earlier.kind is aspect.kind
        and (source.id in said.surest or likeness(aspect.about, earlier.about) >= _SAME_QUESTION)
        for source in said.sources
        for earlier in list_aspects(source.question)
    )


def _has_novel(aspect: Aspect, before: Sequence[Aspect], said: _Said) -> bool:
    """Whether what this part asks besides the parts before it is spoken of."""
    known = {stem for text in (_ASKING, *(a.text for a in before)) for stem, _ in subject_words(text)}
    novel = " ".join(w for w in words(aspect.text) if not {s for s, _ in subject_words(w)} <= known)
    telling = sum(told for _, told in subject_words(novel))
    return not before or telling < 1.0 or coverage(novel, said.claims) >= _NOVEL
