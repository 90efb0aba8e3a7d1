"""The sentences that carry each section of a document: verbatim, in order, each at its place.

A sentence carries a section when its words stand in much of the rest of it: the centre of what the sentences
share, with a preference for how the section begins. Nothing is written and no model is asked.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from learninglion.dutch.questions import is_commonplace, is_filler
from learninglion.dutch.text import split_sentences, words
from learninglion.models import Block, BlockKind, Document, Span
from learninglion.search.analysis import stem

_MOST_SECTIONS = 12
_FEWEST_WORDS, _MOST_WORDS = 6, 60  # of a sentence that can stand by itself
_LONG = 250  # words: a section with more gets a second sentence
_OPENS = 0.15  # how much more the first sentence of a section counts, and half of that the last


@dataclass(frozen=True, slots=True)
class Carrier:
    """A sentence that carries a section: its place, the paragraph it stands in, and the heading above."""

    span: Span
    around: Span
    heading: str


def carriers(document: Document) -> tuple[Carrier, ...]:
    """The sentences that carry the main sections of `document`, in order; none where it has no sections."""
    rarity = _rarity(document)
    carriers_so_far: list[Carrier] = []
    for heading, blocks in _sections(document):
        sentences = [(span, block.span) for block in blocks for span in _sentences(document, block)]
        if not sentences:
            continue
        texts = [span.of(document.text) for span, _ in sentences]
        count = 2 if sum(len(text.split()) for text in texts) > _LONG else 1
        best = sorted(_central(texts, rarity)[:count])
        carriers_so_far += [Carrier(*sentences[place], heading) for place in best]
    return tuple(carriers_so_far)


def main_headings(document: Document) -> tuple[Block, ...]:
    """The headings of the highest level at which there are at least two, in order."""
    ordered = sorted(document.blocks, key=lambda block: block.span.start)
    headings = [block for block in ordered if block.kind is BlockKind.HEADING]
    levels = Counter(block.level for block in headings)
    top = min((level for level, count in levels.items() if count > 1), default=None)
    return tuple(block for block in headings if block.level == top)


def _sections(document: Document) -> Iterator[tuple[str, list[Block]]]:
    """The main sections, by their heading, with their running text."""
    ordered = sorted(document.blocks, key=lambda block: block.span.start)
    starts = main_headings(document)
    ends = [*(block.span.start for block in starts[1:]), len(document.text)]
    for block, end in list(zip(starts, ends, strict=False))[:_MOST_SECTIONS]:
        inside = [
            other
            for other in ordered
            if block.span.end <= other.span.start < end and other.kind is BlockKind.PARAGRAPH
        ]
        yield " ".join(block.span.of(document.text).split()), inside


def _sentences(document: Document, block: Block) -> Iterator[Span]:
    """Whole sentences of a paragraph that say something by themselves."""
    text = block.span.of(document.text)
    for span in split_sentences(text):
        sentence = span.of(text).strip()
        if sentence.endswith(".") and _FEWEST_WORDS <= len(sentence.split()) <= _MOST_WORDS:
            yield Span(block.span.start + span.start, block.span.start + span.end)


def _terms(text: str) -> frozenset[str]:
    return frozenset(stem(w) for w in words(text) if not is_filler(w) and not is_commonplace(w))


def _rarity(document: Document) -> dict[str, float]:
    """How telling each stem is: less where it stands in more paragraphs of the document."""
    paragraphs = [_terms(b.span.of(document.text)) for b in document.blocks if b.kind is BlockKind.PARAGRAPH]
    counts = Counter(term for terms in paragraphs for term in terms)
    return {term: math.log(1 + len(paragraphs) / count) for term, count in counts.items()}


def _central(texts: Sequence[str], rarity: dict[str, float]) -> list[int]:
    """The places of `texts`, what shares most with the others first."""
    bags = [_terms(text) for text in texts]
    sizes = [math.sqrt(sum(rarity.get(t, 0.0) ** 2 for t in bag)) or 1.0 for bag in bags]

    def alike(one: int, other: int) -> float:
        shared = sum(rarity.get(t, 0.0) ** 2 for t in bags[one] & bags[other])
        return shared / (sizes[one] * sizes[other])

    centre = [
        sum(alike(n, other) for other in range(len(texts)) if other != n) / max(1, len(texts) - 1)
        for n in range(len(texts))
    ]
    centre[0] += _OPENS
    centre[-1] += _OPENS / 2
    return sorted(range(len(texts)), key=lambda n: (-centre[n], n))
