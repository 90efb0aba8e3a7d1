"""A text proposal without a language model: the sentences of the chosen answers that answer the question.

Every sentence is verbatim, or stands behind a fixed phrase with the date of its source, and is cited. The
newest position comes first. When the chosen sources do not answer, nothing is written.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from learninglion.drafting.citations import Locate, cite, dutch_date, nowhere, reference
from learninglion.drafting.phrases import introduce, split_introduction
from learninglion.drafting.positions import contradiction
from learninglion.drafting.relevance import coverage
from learninglion.drafting.sufficiency import Bearing, find_missing, question_aspects, relevant, sentences_of
from learninglion.drafting.suspicion import describe_suspicions
from learninglion.models import (
    AnswerVerdict,
    Draft,
    Provenance,
    Selection,
    Source,
    SourceKind,
    Span,
    Statement,
)
from learninglion.text import words

__all__ = ["draft"]

PROVENANCE = Provenance(generator="extractive", model="extractive 2")

_LONGEST = 250  # words a sub-question, as the users asked
_AIM = 200  # room to end an argument
_PER_LATER_SOURCE = 70  # words an older source may add to what the newest says
_REPEATS = 0.8  # a sentence of which this much was said already adds nothing
_SUBJECT = 0.30  # a sentence must share this much with the question to be taken from a longer answer

_ANAPHORIC = re.compile(
    r"^(?:dit|deze|dat|die|hij|zij|ze|hem|haar|hun|hen|daar\w*|hier\w*|ook|verder|bovendien|tevens|echter|"
    r"vervolgens|dus|zo|toen|wel|tot slot|ten slotte|ten (?:eerste|tweede|derde)|overigens|immers|"
    r"laatstgenoemde|beide|dergelijke|zulke|eveneens|voorts|evenmin|aldus|dan|want|maar|en|of)\b",
    re.IGNORECASE,
)
_CROSS_REFERENCE = re.compile(
    r"\b(?:zie|verwijs|verwezen|zoals|conform|in|bij)\b[^.]{0,60}\b(?:antwoord(?:en)?|beantwoording|vraag|vragen)\b"
    r"[^.]{0,25}\b(?:\d+|hierboven|hiervoor|vorige|bovenstaande)",
    re.IGNORECASE,
)
_BARE_ANSWER = re.compile(r"^(?:ja|nee|neen|dat klopt|dit klopt|inderdaad)\W*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence of a source, with how far it bears on the question."""

    text: str
    span: Span
    place: int
    score: float
    leans: bool  # cannot stand without the sentence before it
    refers: bool  # points at another answer of its own document


def draft(selection: Selection, locate: Locate = nowhere) -> Draft:
    """The proposal for one sub-question; unanswerable, without statements, when the sources do not answer."""
    bearings = relevant(selection)
    aspects = tuple(a.text for a in question_aspects(selection))
    remarks = list(describe_suspicions(selection.chosen))
    if not bearings:
        return Draft(selection, (), AnswerVerdict.UNANSWERABLE, aspects, PROVENANCE, tuple(remarks))
    statements: list[Statement] = []
    for bearing in _newest_first(bearings):
        statements.extend(_from_source(selection, bearing, statements, locate, remarks))
    if not statements:
        return Draft(selection, (), AnswerVerdict.UNANSWERABLE, aspects, PROVENANCE, tuple(remarks))
    missing = find_missing(selection, statements)
    if len(missing) == len(aspects):
        return Draft(selection, (), AnswerVerdict.UNANSWERABLE, aspects, PROVENANCE, tuple(remarks))
    verdict = AnswerVerdict.PARTIAL if missing else AnswerVerdict.ANSWERED
    return Draft(selection, tuple(statements), verdict, missing, PROVENANCE, tuple(remarks))


def _newest_first(bearings: Sequence[Bearing]) -> list[Bearing]:
    """Supplied context first (it is the line of today), then answers to the same question; newest first."""

    def key(bearing: Bearing) -> tuple[bool, bool, int, float, str]:
        day = bearing.source.document.date or date.min
        supplied = bearing.source.kind is SourceKind.SUPPLIED
        return (
            not supplied,
            not bearing.same_question,
            -day.toordinal(),
            -bearing.strength,
            bearing.source.id,
        )

    return sorted(bearings, key=key)


def _from_source(
    selection: Selection,
    bearing: Bearing,
    written: Sequence[Statement],
    locate: Locate,
    remarks: list[str],
) -> list[Statement]:
    """The statements this source adds to what newer sources said."""
    source = bearing.source
    sentences = _read_sentences(selection, bearing)
    overtaken = _overtaken(sentences, written)
    if overtaken is not None:
        remarks.append(
            f"De bronnen verschillen: {reference(source)} zegt “{overtaken.text}” "
            "Gebruikt is het nieuwste standpunt; het oudere staat erachter."
        )
        return [_state(source, overtaken, locate, _formerly(source))]
    if written and not bearing.same_question and not find_missing(selection, written):
        return []  # every part is answered already, by who was asked just this
    room = _LONGEST - sum(len(words(s.text)) for s in written)
    budget = min(_PER_LATER_SOURCE if written else _AIM, room)
    chosen = _choose(sentences, bearing, budget, [split_introduction(s.text).claim for s in written])
    if not chosen and any(s.refers for s in sentences):
        remarks.append(f"{reference(source)} verwijst naar een ander antwoord; kies dat antwoord erbij.")
    elif not chosen and written:
        remarks.append(f"Niet gebruikt, omdat het niets toevoegt of niet past: {reference(source)}.")
    phrased = any(introduce(source.document) in s.text for s in written)
    return [
        _state(source, s, locate, "" if at or phrased else _phrase(source, s)) for at, s in enumerate(chosen)
    ]


def _overtaken(sentences: Sequence[_Sentence], written: Sequence[Statement]) -> _Sentence | None:
    """The sentence that contradicts most what a newer source said, if there is one."""
    claims = [split_introduction(s.text).claim for s in written]
    scored = [(max((contradiction(c, s.text) for c in claims), default=0.0), -s.place, s) for s in sentences]
    best = max(scored, key=lambda item: item[:2], default=None)
    return best[2] if best is not None and best[0] else None


def _state(source: Source, sentence: _Sentence, locate: Locate, phrase: str) -> Statement:
    return Statement(f"{phrase} {sentence.text}".strip(), (cite(source, sentence.span, locate),))


def _phrase(source: Source, sentence: _Sentence) -> str:
    if source.kind is not SourceKind.PAIR or _BARE_ANSWER.match(sentence.text):
        return ""
    return introduce(source.document)


def _formerly(source: Source) -> str:
    """ "Eerder, op 3 maart 2022, is aan uw Kamer gemeld:"."""
    day = dutch_date(source.document)
    return f"Eerder, op {day}, is aan uw Kamer gemeld:" if day else "Eerder is aan uw Kamer gemeld:"


def _read_sentences(selection: Selection, bearing: Bearing) -> list[_Sentence]:
    asked = selection.question.text
    found: list[_Sentence] = []
    for place, (text, start, end) in enumerate(sentences_of(bearing.source)):
        found.append(
            _Sentence(
                text,
                Span(start, end),
                place,
                coverage(asked, (text,)),
                bool(_ANAPHORIC.match(text)) and (place > 0 or not bearing.same_question),
                bool(_CROSS_REFERENCE.search(text)),
            )
        )
    return found


def _choose(sentences: list[_Sentence], bearing: Bearing, budget: int, said: list[str]) -> list[_Sentence]:
    usable = [s for s in sentences if not s.refers and not _repeats(s, said)]
    if not bearing.same_question:
        usable = [s for s in usable if not _BARE_ANSWER.match(s.text)]
    lengths = {s.place: len(words(s.text)) for s in sentences}
    if bearing.same_question and sum(lengths[s.place] for s in usable) <= budget and not said:
        return _without_orphans(usable, sentences)
    taken: set[int] = set()
    spent = 0
    least = _SUBJECT if bearing.body >= _SUBJECT else bearing.body / 2
    for sentence in sorted(usable, key=lambda s: (-_worth(s, bearing), s.place)):
        group = _with_support(sentence, sentences, usable)
        if group is None or (sentence.score < least and (said or not bearing.same_question)):
            continue
        cost = sum(lengths[s.place] for s in group if s.place not in taken)
        if spent + cost <= budget:
            taken.update(s.place for s in group)
            spent += cost
    return [s for s in sentences if s.place in taken]


def _worth(sentence: _Sentence, bearing: Bearing) -> float:
    # an answer gives its point first, so early sentences of the same question's answer weigh more
    early = 0.5 / (1 + sentence.place) if bearing.same_question else 0.1 / (1 + sentence.place)
    return sentence.score + early


def _with_support(
    sentence: _Sentence, sentences: list[_Sentence], usable: list[_Sentence]
) -> list[_Sentence] | None:
    """The sentence with those before it that it leans on; None when one of them cannot be used."""
    group = [sentence]
    while group[0].leans:
        if group[0].place == 0:
            return None
        before = sentences[group[0].place - 1]
        if before not in usable or len(group) == 4:
            return None
        group.insert(0, before)
    return group


def _without_orphans(usable: list[_Sentence], sentences: list[_Sentence]) -> list[_Sentence]:
    kept: list[_Sentence] = []
    for sentence in usable:
        if not sentence.leans or (kept and kept[-1].place == sentence.place - 1):
            kept.append(sentence)
    return kept or [s for s in usable[:1] if len(sentences) == 1 or not s.leans]


def _repeats(sentence: _Sentence, said: list[str]) -> bool:
    return bool(said) and coverage(sentence.text, said) >= _REPEATS
