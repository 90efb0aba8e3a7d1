"""The table between the sources and the text: passages, each beside the part of the question it answers.

A language model proposes rows, or the learned measure does. The code finds every quote back in its source or
drops it, orders by date, resolves amounts and years, and marks where a newer source says otherwise. A text is
written from the table alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from learninglion.checking.citations import find_quote, reference
from learninglion.checking.injection import touches_suspicious
from learninglion.drafting.line import contradiction, other_amount
from learninglion.drafting.prompting import order_sources, unescape
from learninglion.drafting.quotation import units_of
from learninglion.drafting.relevance import LIKELY, SURE, Judged
from learninglion.drafting.replies import Claim
from learninglion.dutch.lexicon import SCALES, UNIT_NAMES, is_number
from learninglion.dutch.questions import coverage
from learninglion.dutch.text import read, split_sentences, words
from learninglion.models import Answers, EvidenceRow, Selection, Source, Span

_ODDS = {Answers.YES: 6.0, Answers.PARTLY: 2.0, Answers.NO: 0.1}
"""What the word of a model is worth: how many times more probable an answer becomes by it.

Nobody measured the model that speaks, and some say yes to everything: with these odds a yes makes a draft of
what the learned measure doubts (from a chance of 0.15 on), and never a sure answer of what it takes for
improbable (below 0.6). No thresholds: the measure's own (LIKELY, SURE) decide on what comes of it.
"""
# How much a model has to read is bounded by these; what is written of it is judged and checked afterwards.
_RELATED = 0.03  # from this chance on a passage has something to do with a part
_MOST = 24  # rows of a table
_MOST_A_SOURCE = 3  # of rows that only the measure found
_LONGEST = 220  # words of one answer that was given to the same question
_SHARED = (
    0.25  # of what a sentence tells; with less a passage beside the best one is not held up to the check
)


@dataclass(frozen=True, slots=True)
class Table:
    """The rows, the newest source first, and how probably each part of the question is answered by them."""

    rows: tuple[EvidenceRow, ...] = ()
    dropped: tuple[str, ...] = ()  # quotes of a model that stand in no source

    def chance(self, part: str) -> float:
        """The highest chance of any row that this part is answered."""
        return max(
            (r.chance for r in self.rows if r.part == part and r.answers is not Answers.NO), default=0.0
        )

    @property
    def sufficient(self) -> bool:
        """Whether some part of the question probably has an answer."""
        return any(r.chance >= LIKELY and r.answers is not Answers.NO for r in self.rows)

    @property
    def usable(self) -> tuple[EvidenceRow, ...]:
        """The rows to write from: what does not answer stays out."""
        return tuple(r for r in self.rows if r.answers is not Answers.NO)


def raised(chance: float, answers: Answers | None) -> float:
    """The chance once a model said how far the passage answers; None: it said nothing."""
    odds = _ODDS[answers] if answers is not None else 1.0
    return round(chance * odds / (1 - chance + chance * odds), 4)


def by_model(
    claims: Sequence[Claim], numbered: Sequence[Source], judged: Sequence[Sequence[Judged]]
) -> Table:
    """The table of what a model pointed at; `numbered`: the sources as the model saw them numbered.

    A row that has nothing to do with the question by the learned measure is dropped, as is a quote that
    stands nowhere: an instruction in a document that a model obeys gets no further than here.
    """
    rows: dict[tuple[str, str, Span], EvidenceRow] = {}
    dropped: list[str] = []
    for claim in claims:
        places = _places(claim, numbered)
        if not places and claim.quote:
            dropped.append(claim.quote)
        for source, span in places:
            for row in _rows(claim, source, span, judged):
                known = rows.get((row.part, source.id, span))
                if known is None or known.chance < row.chance:
                    rows[row.part, source.id, span] = row
    return _settled(rows.values(), numbered, dropped)


def by_measure(selection: Selection, judged: Sequence[Sequence[Judged]]) -> Table:
    """The table that the learned measure makes by itself: what it finds most probable of every source."""
    rows = []
    for row in judged:
        for one in row:
            for place in _telling(one):
                unit = one.units[place]
                chance = max(one.chances[place], one.sameness)
                answers = Answers.YES if chance >= SURE else Answers.PARTLY
                rows.append(_row(one.asking.text, one.source, unit.span, answers, chance))
    return _settled(rows, selection.chosen, ())


def _telling(one: Judged) -> list[int]:
    """The units of a source to show for a part: the whole answer to the same question, else the best few."""
    if one.sameness >= LIKELY and sum(len(words(u.text)) for u in one.units) <= _LONGEST:
        return list(range(len(one.units)))
    best = sorted(range(len(one.units)), key=lambda p: (-one.chances[p], p))[:_MOST_A_SOURCE]
    return sorted(p for p in best if one.chances[p] >= _RELATED or p == best[0])


def _places(claim: Claim, numbered: Sequence[Source]) -> list[tuple[Source, Span]]:
    """Where a claim stands, in whole sentences; where it only names a source, its nearest sentences."""
    named = list(numbered[claim.source - 1 : claim.source]) if claim.source > 0 else []
    if claim.quote:
        for source in (*named, *(s for s in numbered if s not in named)):
            for quote in (claim.quote, unescape(claim.quote)):
                inside = find_quote(quote, source.body)
                if inside is not None:
                    span = _whole(source, inside)
                    return [] if touches_suspicious(source, span) else [(source, span)]
        if not claim.sentence:
            return []
    return [(s, span) for s in named for span in nearest(claim.sentence, s)]


def _whole(source: Source, inside: Span) -> Span:
    """The sentences that a place in the body touches, counted in the document: no "niet" stays outside."""
    offset = source.body_span.start
    touched = [s for s in _sentences(source.body) if s.start < inside.end and s.end > inside.start]
    start = min((s.start for s in touched), default=inside.start)
    end = max((s.end for s in touched), default=inside.end)
    return Span(start + offset, end + offset)


@lru_cache(maxsize=512)
def _sentences(body: str) -> tuple[Span, ...]:
    return split_sentences(body)


def nearest(sentence: str, source: Source, most: int = 2) -> tuple[Span, ...]:
    """The sentences of a source that share most with `sentence`, in their order; with none the best one."""
    units = units_of(source)
    shared = {p: coverage(sentence, (u.text,)) for p, u in enumerate(units)}
    best = sorted(shared, key=lambda p: (-shared[p], p))[:most]
    close = sorted(p for p in best if shared[p] >= _SHARED) or best[:1]
    return tuple(units[p].span for p in close)


def _rows(claim: Claim, source: Source, span: Span, judged: Sequence[Sequence[Judged]]) -> list[EvidenceRow]:
    """The claim as rows, one for each part it may be about, with its chance; none where it is beside all."""
    rows = []
    for number, row in enumerate(judged, 1):
        one = next((j for j in row if j.source.id == source.id), None)
        if one is None or (claim.part and claim.part <= len(judged) and claim.part != number):
            continue
        touched = (c for u, c in zip(one.units, one.chances, strict=True) if _overlap(u.span, span))
        prior = max((one.sameness, *touched))
        chance = raised(prior, claim.answers)
        if claim.answers is Answers.NO or chance >= _RELATED:
            made = _row(one.asking.text, source, span, claim.answers, chance)
            rows.append(replace(made, why=claim.why, by_model=True))
    if not claim.part and rows:  # it did not say which part: the one it answers best
        return [max(rows, key=lambda r: r.chance)]
    return rows


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _row(part: str, source: Source, span: Span, answers: Answers, chance: float) -> EvidenceRow:
    offset = source.body_span.start
    quote = source.body[span.start - offset : span.end - offset]
    day = source.document.date
    return EvidenceRow(
        part,
        source.id,
        reference(source),
        quote,
        span,
        day,
        answers,
        round(chance, 4),
        figures=_figures(quote, day.year if day else None),
    )


# --------------------------------------------------------------------------- what code settles


_THIS_YEAR = {"vorig": -1, "afgelopen": -1, "dit": 0, "huidige": 0, "komend": 1, "volgend": 1}
_RELATIVE_YEAR = re.compile(rf"\b({'|'.join(_THIS_YEAR)})e?\s+jaar\b", re.IGNORECASE)


def _figures(quote: str, year: int | None) -> tuple[str, ...]:
    """The amounts of a quote in one spelling with their unit, and which year "dit jaar" was."""
    read_words = read(quote).words
    figures: list[str] = []
    at = 0
    while at < len(read_words):
        if not is_number(read_words[at].norm):
            at += 1
            continue
        end = at + 1
        while end < len(read_words) and read_words[end].norm in SCALES:
            end += 1
        if end < len(read_words) and (read_words[end].norm in UNIT_NAMES or read_words[end].is_content):
            end += 1
        figures.append(" ".join(w.norm for w in read_words[at:end]))
        at = end
    if year is not None:
        figures += [
            f"{m.group().casefold()} = {year + _THIS_YEAR[m.group(1).casefold()]}"
            for m in _RELATIVE_YEAR.finditer(quote)
        ]
    return tuple(dict.fromkeys(figures))


def _settled(rows: Iterable[EvidenceRow], sources: Sequence[Source], dropped: Sequence[str]) -> Table:
    """The rows in order, the newest source first, with what is overtaken marked."""
    order = {s.id: n for n, s in enumerate(order_sources(sources))}
    by_place = sorted(rows, key=lambda r: (order[r.source_id], r.span.start, r.part))
    best = sorted(by_place, key=lambda r: -r.chance)[:_MOST]
    ordered = [r for r in by_place if r in best]
    return Table(tuple(replace(r, overtaken_by=_newer(r, ordered, order)) for r in ordered), tuple(dropped))


def _newer(row: EvidenceRow, rows: Sequence[EvidenceRow], order: Mapping[str, int]) -> str:
    """The newer source of the table that says otherwise than `row`, "" where none does."""
    if row.date is None:
        return ""
    for other in rows:
        dated = other.date is None or other.date > row.date
        if order[other.source_id] < order[row.source_id] and dated:
            pairs = ((new, old) for old in _texts(row) for new in _texts(other))
            if any(contradiction(new, old) or other_amount(new, old) for new, old in pairs):
                return other.source_id
    return ""


def _texts(row: EvidenceRow) -> tuple[str, ...]:
    return tuple(s.of(row.quote) for s in split_sentences(row.quote))
