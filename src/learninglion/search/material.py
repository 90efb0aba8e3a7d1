"""What is shown for a question: a passage with the sentence in it that answers, once however often it stands.

Sections that follow one another are one passage. What several papers say in the same words is shown from the
newest, with the others named below it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from learninglion.dutch.questions import gives
from learninglion.dutch.text import words
from learninglion.models import DocumentCard, SourceKind, Span
from learninglion.search.evidence import Wanted, cover, named
from learninglion.search.question import is_english
from learninglion.search.ranking import Weighed
from learninglion.search.units import Value, value_asked

_GAP = 4  # characters between two sections that follow one another
_SAYS_ENOUGH = 6  # words: a shorter sentence says what it says by what stands around it


@dataclass(frozen=True, slots=True)
class Twin:
    """Another place where the same words stand."""

    document: DocumentCard
    source_id: str
    heading_path: tuple[str, ...]
    quote_span: Span
    page: int


@dataclass(frozen=True, slots=True)
class Material:
    """A passage with the sentence in it that answers, and the chance that it does (0..1).

    `text` is that of `span`: a section, or several that follow one another. `heads`: the head row of a table
    whose row is quoted, or the lead-in of a list.
    """

    document: DocumentCard
    source_id: str
    heading_path: tuple[str, ...]
    question: str  # that the passage answered, in a set of questions
    quote: str
    quote_span: Span
    text: str
    span: Span
    page: int
    score: float
    heads: str = ""
    english: bool = False  # the language of the text, Dutch if not
    told: str = ""  # what the program counted or summed up from the structure of the document
    value: Value | None = None  # the cell of the row that is asked for
    twins: tuple[Twin, ...] = ()  # where the same stands too, the newest first
    changed: bool = False  # `told` is what stood there in the version before


def material_of(weighed: Weighed, wanted: Wanted | None = None) -> Material:
    """What was read, as it is shown; with `wanted` also the cell that is asked for."""
    source, unit = weighed.source, weighed.seen.unit
    value = None
    if wanted is not None and not weighed.seen.is_other and not weighed.seen.foreign:
        value = value_asked(
            unit,
            lambda text: cover(wanted, text),
            lambda text: named(wanted, text),
            lambda text: gives(wanted.asked.wants, text),
            row_meant=weighed.seen.is_meant,
        )
    return Material(
        document=source.document,
        source_id=source.id,
        heading_path=source.heading_path,
        question=source.question if source.kind is SourceKind.PAIR else "",
        quote=unit.text,
        quote_span=unit.span,
        text=source.body,
        span=source.body_span,
        page=source.page,
        score=round(float(1 / (1 + np.exp(-weighed.logit))), 4),
        heads=unit.lead,
        english=is_english(source.body),
        value=value,
    )


def grouped(material: Sequence[Material]) -> list[Material]:
    """`material`, best first, with the same words of several places as one, at the place of the best."""
    groups: dict[tuple[object, ...], list[Material]] = {}
    for item in material:
        groups.setdefault(_said(item), []).append(item)
    return [_as_one(group) for group in groups.values()]


def _said(item: Material) -> tuple[object, ...]:
    """What two materials have in common that say the same."""
    quote = tuple(words(item.quote))
    around = () if len(quote) >= _SAYS_ENOUGH else (item.question, tuple(words(item.text)))
    return quote, tuple(words(item.heads)), item.told, *around


def _as_one(group: Sequence[Material]) -> Material:
    newest, *others = sorted(group, key=_newest)
    twins = [Twin(m.document, m.source_id, m.heading_path, m.quote_span, m.page) for m in others]
    return replace(newest, score=group[0].score, twins=tuple(twins))


def _newest(item: Material) -> int:
    return -(item.document.date.toordinal() if item.document.date else 0)


def merged(material: Sequence[Material]) -> list[Material]:
    """`material` with sections that follow one another as one, at the place of the best of them."""
    passages: list[Material] = []
    for item in material:
        for at, other in enumerate(passages):
            joined = _joined(other, item)
            if joined is not None:
                passages[at] = joined
                break
        else:
            passages.append(item)
    return passages


def _joined(best: Material, other: Material) -> Material | None:
    """Both as one passage with the quote of `best`; None where they do not follow one another."""
    same = best.document.id == other.document.id and best.heading_path == other.heading_path
    if not same or best.question or other.question:
        return None
    first, second = (best, other) if best.span.start <= other.span.start else (other, best)
    gap = second.span.start - first.span.end
    if not 0 <= gap <= _GAP:
        return None
    return replace(
        best,
        text=first.text + "\n" * gap + second.text,
        span=Span(first.span.start, second.span.end),
        page=first.page,
    )
