"""Where the sources of a model contradict each other the newest position counts, and the draft says so.

Two sentences contradict each other when they say nearly the same about the same, but a number, a negation
or the certainty differs. Sentences that speak of different years only tell what was when.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from learninglion.checking.citations import Locate, cite, reference
from learninglion.checking.phrases import introduce, split_introduction
from learninglion.drafting.pointers import points_away, unpoint
from learninglion.drafting.units import sentences_of, units_of
from learninglion.drafting.wording import coverage
from learninglion.dutch.lexicon import FUNCTION_WORDS, MONTHS
from learninglion.dutch.text import fold, words
from learninglion.models import Check, Source, SourceKind, Span, Statement, StatementVerdict

# Of the longer sentence's content words; below this two sentences are about different things.
_SAME_SUBJECT = 0.7
_SAME_AMOUNT = 0.5  # two sentences with amounts share this much when they are about the same
_FEWEST_WORDS = 3
_SHORT = 4
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_SAYS_NO = frozenset("niet geen nooit nee noch niemand niets zonder".split())
_MAY = frozenset("kan kunnen zal zullen moet moeten mag mogen wil willen zou zouden".split())

Judge = Callable[[Statement, Sequence[Source]], Check]


@dataclass(frozen=True, slots=True)
class Settled:
    """The statement as the newest source has it, and the remark that says what an older one said."""

    statement: Statement
    remark: str


def take_newest(
    statement: Statement, sources: Sequence[Source], judge: Judge, locate: Locate
) -> Settled | None:
    """The newest position in the place of `statement`, with both citations; None when nothing newer differs.

    What comes back holds by `judge` as well; a contradiction that cannot be put in words that hold is
    left alone.
    """
    cited = [s for s in sources if any(c.source_id == s.id for c in statement.citations)]
    if not cited:
        return None
    newest_cited = max(cited, key=age_of)
    claim = split_introduction(statement.text).claim
    best: tuple[int, float, Source, Span] | None = None
    for source in sources:
        if source in cited or age_of(source) <= age_of(newest_cited):
            continue
        for text, start, end in sentences_of(source):
            shared = contradiction(claim, text)
            if shared and (best is None or (age_of(source), shared) > best[:2]):
                best = (age_of(source), shared, source, Span(start, end))
    if best is None:
        return None
    return _settle(statement, newest_cited, best[2], best[3], sources, judge, locate)


def _settle(
    statement: Statement,
    older: Source,
    newer: Source,
    span: Span,
    sources: Sequence[Source],
    judge: Judge,
    locate: Locate,
) -> Settled | None:
    citation = cite(newer, span, locate)
    quote = citation.quote
    if newer.kind is not SourceKind.SUPPLIED:
        quote = f"{introduce(newer.document)} {quote}"
    for citations in ((citation, *statement.citations), (citation,)):
        settled = replace(statement, text=quote, citations=citations)
        if judge(settled, sources).verdict is StatementVerdict.SUPPORTED:
            remark = (
                f"De bronnen verschillen. {reference(older)} zegt: “{statement.citations[0].quote}” "
                f"Gebruikt is het nieuwste standpunt, uit {reference(newer)}: “{citation.quote}”"
            )
            return Settled(settled, remark)
    return None


def newest_of_equals(sources: Sequence[Source]) -> list[Source]:
    """The sources in their order; of those that answered the very same question only the newest that stands
    by itself.
    """
    questions = [tuple(words(source.question)) for source in sources]
    equals: dict[tuple[str, ...], list[Source]] = {}
    for question, source in zip(questions, sources, strict=True):
        equals.setdefault(question, []).append(source)
    last = {
        question: next(filter(_stands, sorted(same, key=lambda s: (age_of(s), s.id), reverse=True)), None)
        for question, same in equals.items()
        if question and len(same) > 1
    }
    return [s for question, s in zip(questions, sources, strict=True) if (last.get(question) or s) is s]


def _stands(source: Source) -> bool:
    return any(not points_away(unpoint(unit.text).text) for unit in units_of(source))


def age_of(source: Source) -> int:
    """Higher is newer; what the officer supplied without a date is of today, any other is the oldest."""
    if source.kind is SourceKind.SUPPLIED and source.document.date is None:
        return 10**9
    day = source.document.date
    return day.toordinal() if day else 0


def contradiction(one: str, other: str, same_subject: float = _SAME_SUBJECT) -> float:
    """How much two sentences share when they contradict each other, else 0.

    Below `same_subject` of the longer one's content words they are taken to be about different things.
    """
    first, second = _bag(one), _bag(other)
    longest = max(len(first.content), len(second.content))
    if min(len(first.content), len(second.content)) < _FEWEST_WORDS:
        return 0.0
    shared = len(first.content & second.content) / longest
    if shared < same_subject:
        return 0.0
    if first.years and second.years and first.years != second.years:
        return 0.0
    differs = (
        first.says_no != second.says_no
        or first.may != second.may
        or bool(first.numbers and second.numbers and first.numbers != second.numbers)
    )
    return shared if differs else 0.0


def other_amount(newer: str, older: str) -> float:
    """How much two sentences share when both give an amount in the same unit, but another one; else 0.

    Looser in words than `contradiction`: a line that moved is seldom told in the same words. An older amount
    that the newer sentence names as well ("van 8 naar 20 meter") is overtaken by it.
    """
    first, second = _amounts(newer), _amounts(older)
    shared_units = {unit for _, unit in first} & {unit for _, unit in second}
    differing = any(
        {n for n, u in first if u == unit} != {n for n, u in second if u == unit} for unit in shared_units
    )
    if not differing:
        return 0.0
    shared = max(coverage(newer, (older,)), coverage(older, (newer,)))
    return shared if shared >= _SAME_AMOUNT else 0.0


_AMOUNT = re.compile(r"\b(\d+(?:[.,]\d+)*)\s+(?:(?:miljoen|miljard)\s+)?([^\W\d_]+)")


@lru_cache(maxsize=2048)
def _amounts(text: str) -> frozenset[tuple[str, str]]:
    """The numbers with the word behind them ("10.000", "kilo"); none of dates, years or time spans."""
    return frozenset(
        (number, unit)
        for number, unit in _AMOUNT.findall(fold(text))
        if unit not in MONTHS and unit not in FUNCTION_WORDS
    )


@dataclass(frozen=True, slots=True)
class _Bag:
    content: frozenset[str]
    numbers: frozenset[str]
    years: frozenset[str]
    says_no: bool
    may: frozenset[str]


@lru_cache(maxsize=2048)
def _bag(text: str) -> _Bag:
    bag = frozenset(words(text))
    years = frozenset(_YEAR.findall(text))
    return _Bag(
        content=frozenset(w for w in bag if len(w) >= _SHORT and not w[0].isdigit()) - _SAYS_NO - _MAY,
        numbers=frozenset(w for w in bag if w[0].isdigit()) - years,
        years=years,
        says_no=bool(bag & _SAYS_NO),
        may=bag & _MAY,
    )
