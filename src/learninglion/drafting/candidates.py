"""The sentences of a source that a draft may take, with how far each bears on what is asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from learninglion.checking.citations import cite
from learninglion.checking.phrases import continue_from
from learninglion.checking.verify import check
from learninglion.drafting.acquaintance import says_acquainted
from learninglion.drafting.aspects import Aspect, AspectKind
from learninglion.drafting.pointers import points_away, unpoint
from learninglion.drafting.promises import has_passed
from learninglion.drafting.proximity import holds, is_strict
from learninglion.drafting.relevance import coverage
from learninglion.drafting.sufficiency import Bearing, knows_another, question_aspects
from learninglion.drafting.units import Unit, units_of
from learninglion.models import Selection, Source, SourceKind, Span, Statement, StatementVerdict

__all__ = ["HOLDS", "SUBJECT", "Candidate", "is_bare", "read_candidates"]

SUBJECT = 0.30  # a sentence must share this much with the question to be taken from a longer answer
HOLDS = 0.3  # what a sentence is worth more for holding the amount or the moment that is asked
_SUREST = 0.92  # so sure must the search be to take another question for the same one
_PASSED = 0.6  # what a promise is worth whose moment has passed

_ANAPHORIC = re.compile(
    r"^(?:dit|deze|dat|die|hij|zij|ze|hem|haar|hun|hen|daar\w*|hier\w*|ook|verder|bovendien|tevens|echter|"
    r"vervolgens|dus|zo|toen|wel|tot slot|ten slotte|ten (?:eerste|tweede|derde)|overigens|immers|"
    r"laatstgenoemde|boven(?:staande?|genoemde?|vermelde?)|hierboven|genoemde|beide|dergelijke|zulke|eveneens|voorts|evenmin|aldus|dan|want|maar|en|of)\b",
    re.IGNORECASE,
)
# "Triage draagt hieraan bij", "Er is daarmee een reden": what it points at stands in the sentence before
_POINTS_BACK = re.compile(
    r"^(?:\S+\s+){1,4}?(?:hier|daar)(?:aan|bij|door|in|mee|na|naast|om|onder|op|over|tegen|toe|uit|van|voor)\b",
    re.IGNORECASE,
)
# "In deze aanpak leren jongeren": which approach was told before; "op dit moment" is now
_SOME_EARLIER = re.compile(
    r"^(?:in|met|op|bij|door|voor|uit|naar|aan|van|onder|over|tijdens|binnen|na|volgens|ten aanzien van)\s+"
    r"(?:deze|dit|die|dat|dergelijke|zulke|beide|(?:de|het) (?:genoemde|betreffende|desbetreffende))\b"
    r"(?!\s+(?:moment|jaar|kabinet\w*|voorjaar|najaar|kwartaal|ogenblik))",
    re.IGNORECASE,
)
# "Het kabinet heeft hier geen inzicht in": in what, was asked
_OF_WHAT = re.compile(
    r"\b(?:hier|daar)\b.{0,40}\b(?:aan|bij|in|mee|naar|op|over|toe|van|voor)\W*(?:\[\s*\d+\s*\])?\W*$",
    re.IGNORECASE,
)
_BARE_ANSWER = re.compile(r"^(?:ja|nee|neen|dat klopt|dit klopt|inderdaad)\W*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit of a source, with how far it bears on the question."""

    text: str
    span: Span
    place: int
    score: float
    leans: bool  # cannot stand without the sentence before it
    refers: bool  # points at what is not in the draft
    follows: bool = False  # continues the fixed phrase: "..., wordt gewerkt aan ..."
    passed: bool = False  # promises something for a moment that has passed


def is_bare(text: str) -> bool:
    """Whether the sentence is a yes or a no and nothing else."""
    return bool(_BARE_ANSWER.match(text))


def read_candidates(selection: Selection, bearing: Bearing, today: date | None) -> list[Candidate]:
    """The units of a bearing source in order; `today` is the day by which promises are judged."""
    source = bearing.source
    aspects = question_aspects(selection)
    waits = any(a.kind in (AspectKind.YES_NO, AspectKind.KNOWS) for a in aspects)
    another = knows_another(selection.question.text, source)
    found: list[Candidate] = []
    for place, unit in enumerate(units_of(source)):
        if (is_bare(unit.text) and not waits) or (another and place == 0 and says_acquainted(unit.text)):
            continue  # a yes to nothing that was asked here
        text, follows = _without_pointers(unit, source)
        passed = has_passed(text, source.document.date, today)
        score = _score(text, selection.question.text, aspects)
        found.append(
            Candidate(
                text,
                unit.span,
                len(found),
                score * _PASSED if passed else score,
                not follows and _leans(text) and (place > 0 or not _is_same(bearing)),
                not follows and points_away(text),
                follows,
                passed,
            )
        )
    return found


def _without_pointers(unit: Unit, source: Source) -> tuple[str, bool]:
    """The unit without "zoals gezegd" and the like, where it holds without; else as it stands."""
    cut = unpoint(unit.text)
    if cut.text == unit.text or (cut.follows and source.kind is not SourceKind.PAIR):
        return unit.text, False
    told = continue_from(source.document, cut.text) if cut.follows else cut.text
    judged = check(Statement(told, (cite(source, unit.span),)), (source,))
    return (cut.text, cut.follows) if judged.verdict is StatementVerdict.SUPPORTED else (unit.text, False)


def _leans(text: str) -> bool:
    back = any(p.match(text) for p in (_ANAPHORIC, _POINTS_BACK, _SOME_EARLIER))
    return back or bool(_OF_WHAT.search(text))


def _is_same(bearing: Bearing) -> bool:
    """Whether the earlier question asked the same, in like words or, as the search knows, in others."""
    return bearing.same_question or bearing.score >= _SUREST


def _score(text: str, asked: str, aspects: Sequence[Aspect]) -> float:
    """How much of the question, or of a part that waits for an amount or the like, this sentence answers."""
    parts = (
        coverage(a.about, (text,)) + HOLDS
        for a in aspects
        if is_strict(a.kind) and holds(a.kind, text, a.text) and coverage(a.about, (text,)) >= SUBJECT
    )
    return max(coverage(asked, (text,)), *parts, 0.0)
