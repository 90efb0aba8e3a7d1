"""The line of today: whether a newer source says how it is now, of what an older one answered.

A newer answer seldom repeats the question of the older one; it tells of the change in passing. So every
sentence of it is weighed by how well it meets what was asked and what was said then, and by whether it gives
what is waited for and tells of a change. The weights are learned by `learninglion evaluate train-line`;
docs/evaluation.md has the model card. What a model writes is held against the sources by plain contradiction.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files

import numpy as np

from learninglion.checking.citations import Locate, cite, reference
from learninglion.checking.phrases import introduce, portfolios_in, same_portfolio, split_introduction
from learninglion.drafting import relevance
from learninglion.drafting.askings import Asking, gives_it
from learninglion.drafting.quotation import Unit, as_of, points_away, sentences_of, units_of, unpoint
from learninglion.drafting.relevance import Floats, Meaning, Reading, Words
from learninglion.dutch.lexicon import FUNCTION_WORDS, MONTHS
from learninglion.dutch.questions import absent, coverage, matched, names_in, printed_tells, subject_words
from learninglion.dutch.text import fold, words
from learninglion.models import (
    Check,
    Citation,
    DocumentCard,
    DocumentKind,
    Hit,
    Selection,
    Source,
    SourceKind,
    Span,
    Statement,
    StatementVerdict,
)

# Who speaks in an older answer: whoever answers now, a colleague, or somebody of an earlier cabinet.
#
# What another minister wrote is theirs: it is quoted under their name, so that "Ik betreur" never becomes a
# word of whoever signs today. Who answers now stands in the introduction of the set; the cabinet follows
# from the day on which the questions were sent in.


class Voice(StrEnum):
    """Whose words a source holds, seen from who answers now."""

    OURS = "ours"  # the same minister, or nobody knows better
    COLLEAGUE = "colleague"  # another minister of the same cabinet
    FORMER = "former"  # somebody of an earlier cabinet


def voice_of(card: DocumentCard, selection: Selection) -> Voice:
    """Whose words an earlier answer holds; what is not known makes no difference."""
    if card.kind is not DocumentKind.KAMERVRAGEN or card.date is None:
        return Voice.OURS
    today = as_of(selection)
    if today is not None and cabinet_on(card.date) != cabinet_on(max(today, card.date)):
        return Voice.FORMER
    portfolios = portfolios_in(selection.introduction)
    answered = [a.portfolio for a in card.answerers if a.portfolio]
    if (
        portfolios
        and answered
        and not any(same_portfolio(one, other) for one in portfolios for other in answered)
    ):
        return Voice.COLLEAGUE
    return Voice.OURS


def cabinet_on(day: date) -> str:
    """The cabinet that was in office; "" before the first that is known."""
    days, names = _cabinets()
    place = bisect_right(days, day)
    return names[place - 1] if place else ""


@cache
def _cabinets() -> tuple[tuple[date, ...], tuple[str, ...]]:
    lines = files(__package__).joinpath("cabinets.txt").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return tuple(date.fromisoformat(day) for day, _ in rows), tuple(name for _, name in rows)


_SHIPPED = json.loads(files(__package__).joinpath("line.json").read_text("utf-8"))

FOLLOWS, _LEAST, _STANDS_OUT = (float(_SHIPPED["bars"][name]) for name in ("follows", "least", "stands_out"))
"""From the first chance on a newer source is given in the place of an older one. So it is from the second on
where its chance is so many times that of any other. Learned: nine in ten of the changes that teach reach the
first and stand out as much, nineteen in twenty reach the second.
"""

SIGNALS = ("cosine", "gives", "absent", "least_met", "met", "names_told", "known", "changes")
"""What is known of a sentence of a newer source, read with the two beside it and its question.

cosine: of the means of its words and those of the question; gives: whether it holds what is waited for;
absent: names, numbers and years of the question that the source lacks; least_met, met: how well the words
of the question are met, the two least and all; names_told: the two longest words of the older answer and its
question that stand here too; known: how near its own words are to those of the older answer and its
question; changes: whether it tells of a change.
"""

FindNewer = Callable[[str, str, date], Sequence[Hit]]
"""What the archive holds on what was asked, in the words in which it was answered, published after a day."""

MOST_NEWER = 5
"""Newer sources that are looked for beside an answer that is taken."""

_READ = 3  # newer sources that are read: as many as were offered first, and by the words they share
_LONG = 12  # letters; a longer word tells no more of a subject
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_OTHER_YEAR = 3  # what is told of another year than was asked lacks as much as this many names
_CHANGES = re.compile(
    r"\b(?:sinds|inmiddels|voortaan|met ingang van|vanaf|per \d|niet (?:langer|meer)|nog maar|nu|thans|"
    r"alsnog|pas|beëindigd|opgeheven|gesloten|overgenomen|overgegaan|opgegaan|ingegaan|verval(?:t|len)|verhoogd|verlaagd|"
    r"verschoven|uitgesteld|gestopt|stopgezet|afgeschaft|ingevoerd|invoering|gewijzigd|uitgebreid|teruggebracht|"
    r"teruggegaan|nieuwe?|bereid|verbod|wetsvoorstel|in voorbereiding)\b",
    re.IGNORECASE,
)


def nothing_newer(_asked: str, _told: str, _after: date) -> tuple[Hit, ...]:
    """For drafts that are made from what was offered alone."""
    return ()


@dataclass(frozen=True, slots=True)
class LineWeights:
    """A logistic curve over all signals together."""

    slopes: Floats  # shape (len(SIGNALS),)
    offset: float

    def chance(self, rows: Floats) -> Floats:
        """The chance for each row; shape (rows,)."""
        chances: Floats = 1.0 / (1.0 + np.exp(-np.clip(rows @ self.slopes + self.offset, -30, 30)))
        return chances.astype(np.float32)


@dataclass(frozen=True, slots=True)
class Follows:
    """A newer source beside an older answer: of every unit the chance that it says how it is now."""

    source: Source
    units: tuple[Unit, ...]
    chances: tuple[float, ...]

    @property
    def chance(self) -> float:
        """The chance that this source says how it is now."""
        return max(self.chances, default=0.0)

    @property
    def place(self) -> int:
        """The unit that says it most probably."""
        return int(np.argmax(self.chances))


def read_weights(data: Mapping[str, object]) -> LineWeights:
    """The weights as `train-line` wrote them. Raises ValueError where they are of other signals."""
    weights = data["weights"]
    if not isinstance(weights, dict) or tuple(weights) != (*SIGNALS, "offset"):
        raise ValueError("these weights are of other signals")
    return LineWeights(np.array([weights[name] for name in SIGNALS], np.float32), float(weights["offset"]))


class Line:
    """Holds newer sources against what an older one answered. The same texts always get the same numbers."""

    def __init__(self, meaning: Meaning, weights: LineWeights) -> None:
        self._meaning = meaning
        self._weights = weights

    def rows(
        self, asking: Asking, older: Source, statement: str, newer: Sequence[Source]
    ) -> tuple[Floats, ...]:
        """The signals of every unit of each newer source; shapes (units, len(SIGNALS))."""
        question_words, older_text = self._meaning.question(asking.about), f"{older.question} {statement}"
        then = [self._meaning.question(text).vectors for text in (older.question, statement)]
        answered = np.concatenate(then)
        return tuple(
            signals(asking, question_words, older_text, answered, r) for r in self._meaning.read(newer)
        )

    def judge(
        self, asking: Asking, older: Source, statement: str, newer: Sequence[Source]
    ) -> tuple[Follows, ...]:
        """Each newer source beside `statement`, the words with which `older` answered this part."""
        return tuple(
            Follows(source, units_of(source), tuple(round(float(c), 4) for c in self._weights.chance(rows)))
            for source, rows in zip(newer, self.rows(asking, older, statement, newer), strict=True)
        )

    def overtaking(
        self, asking: Asking, older: Source, statement: str, newer: Sequence[Source]
    ) -> Follows | None:
        """What of `newer` takes the place of `statement`, the words of `older`; None where nothing does."""
        followers = self.judge(asking, older, statement, newer)
        best = newest(followers, statement)
        return best if best is not None and _overtakes(asking, statement, best, followers) else None


@cache
def built_in() -> Line:
    """The measure that ships, on the built-in encoder."""
    return Line(relevance.built_in().meaning, read_weights(_SHIPPED))


def signals(
    asking: Asking, question_words: Words, older_text: str, answered: Floats, reading: Reading
) -> Floats:
    """The signals of every unit of a newer source; `older_text` is the older answer with its question, and
    `answered` has the vectors of its words.
    """
    source, units = reading.source, units_of(reading.source)
    telling = [word for word in asking.about.split() if printed_tells(word)]
    near = [question_words.nearest(sentence.vectors) for sentence in reading.sentences]
    question = question_words.nearest(reading.question.vectors)
    lacking = len(absent(asking.about, f"{source.question} {' '.join(unit.text for unit in units)}"))
    rows = []
    for at, (unit, sentence) in enumerate(zip(units, reading.sentences, strict=True)):
        around = slice(max(0, at - 1), at + 2)
        given = f"{source.question} {' '.join(u.text for u in units[around])}"
        same = [max((m for _, m in matched(word, given)), default=0.0) for word in telling]
        met = np.sort(np.max([question, np.array(same, np.float32), *near[around]], axis=0))
        rows.append(
            (
                float(question_words.mean @ sentence.mean),
                float(gives_it(asking, unit.text)),
                lacking + _OTHER_YEAR * _other_year(asking.about, unit.text),
                float(met[:2].mean()) if len(met) else 0.0,
                float(met.mean()) if len(met) else 0.0,
                _names(older_text, given),
                float(sentence.nearest(answered).mean()) if len(sentence.vectors) else 0.0,
                float(bool(_CHANGES.search(unit.text))),
            )
        )
    return np.array(rows, dtype=np.float32).reshape(-1, len(SIGNALS))


def _other_year(question: str, older_text: str) -> bool:
    years = set(_YEAR.findall(question))
    return bool(years) and not years & set(_YEAR.findall(older_text))


def _names(wanted: str, given: str) -> float:
    """The letters of the two longest telling words of one text that another has too; at most 1."""
    weights = dict(subject_words(wanted))
    shares = (min(len(stem), _LONG) * m for stem, m in matched(wanted, given) if weights[stem] == 1.0)
    return sum(sorted(shares, reverse=True)[:2]) / (2 * _LONG)


def newer_than(
    older: Source, statement: str, question: str, sources: Iterable[Source], most: int = _READ
) -> tuple[Source, ...]:
    """The few of `sources` newer than `older`: the first, and those that share most words with it.

    `most`: of each of the two.
    """
    day = older.document.date
    if day is None or older.kind is SourceKind.SUPPLIED:
        return ()
    known = {source.id: source for source in sources}
    newer = [
        source
        for source in known.values()
        if source.kind is not SourceKind.SUPPLIED
        and source.document.date is not None
        and source.document.date > day
        and units_of(source)
    ]
    older_text = f"{question} {older.question} {statement}"
    weights = {stem: tells * min(len(stem), _LONG) for stem, tells in subject_words(older_text)}
    shared = {
        s.id: sum(weights[stem] * met for stem, met in matched(older_text, f"{s.question} {s.body}"))
        for s in newer
    }
    newer = newest_of_equals(newer)
    by_words = sorted(newer, key=lambda s: (-shared[s.id], s.id))[:most]
    return tuple({s.id: s for s in (*newer[:most], *by_words)}.values())


def is_newer(citation: Citation, statements: Sequence[Statement], selection: Selection) -> bool:
    """Whether what a citation rests on is newer than all that is cited; not where a date is not known."""
    known = {s.id: s.document.date for s in (*selection.chosen, *(h.source for h in selection.offered))}
    day = known.get(citation.source_id or "")
    days = [known.get(c.source_id or "") for statement in statements for c in statement.citations]
    return day is not None and all(other is not None and day > other for other in days)


def newest(followers: Sequence[Follows], statement: str) -> Follows | None:
    """What most probably says how it is now, the newest of equals; None where nothing newer was read.

    Of those that surely do, one with an amount in the unit of `statement`, the older words, comes first.
    """
    units = {unit for _, unit in _amounts(statement)}

    def order(follows: Follows) -> tuple[bool, float, date, str]:
        given = {unit for _, unit in _amounts(follows.units[follows.place].text)} if follows.units else set()
        same_unit = follows.chance >= FOLLOWS and not units.isdisjoint(given)
        return same_unit, follows.chance, follows.source.document.date or date.min, follows.source.id

    return max(followers, key=order, default=None)


def _overtakes(asking: Asking, older_text: str, best: Follows, followers: Sequence[Follows]) -> bool:
    """Whether the best of what was found takes the place of the older answer: by its chance, or because it
    holds what is waited for and stands out among all the others. Where it holds that of the very thing that
    the question names, standing out is enough, however little it tells of a change ("blijft open tot ..."),
    and so it is where it permits what the older forbade, or forbids what it permitted, in other words.
    """
    others = max((f.chance for f in followers if f is not best), default=0.0)
    statement, source = best.units[best.place].text, best.source
    given = gives_it(asking, statement) and not _other_year(asking.about, statement)
    given = given and not absent(asking.about, f"{source.question} {source.body}")
    plainly = bool(names_in(asking.text)) or _turned(older_text, statement)
    least = 0.0 if others and plainly else _LEAST
    return best.chance >= FOLLOWS or (given and best.chance >= max(least, _STANDS_OUT * others))


def _turned(one: str, other: str) -> bool:
    """Whether one sentence permits and the other forbids, and they share a word of content."""
    first, second = _bag(one), _bag(other)
    both_permit = first.may & _PERMITS and second.may & _PERMITS
    return bool(both_permit and first.says_no != second.says_no and first.content & second.content)


# Of the longer sentence's content words; below this two sentences are about different things.
_SAME_SUBJECT = 0.7
_SAME_AMOUNT = 0.5  # two sentences with amounts share this much when they are about the same
_FEWEST_WORDS = 3
_SHORT = 4
_SAYS_NO = frozenset("niet geen nooit nee noch niemand niets zonder".split())
_MAY = frozenset("kan kunnen zal zullen moet moeten mag mogen wil willen zou zouden".split())
_PERMITS = frozenset("kan kunnen mag mogen".split())

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


def other_amount(newer: str, older: str, least: float = _SAME_AMOUNT) -> float:
    """How much, from `least` on, two sentences share that give another amount in the same unit; else 0.

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
    return shared if shared >= least else 0.0


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
