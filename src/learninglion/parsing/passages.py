"""From a parsed document to what is chosen (sources) and what is searched (passages).

A pair becomes one source whose body is the answer; any other text becomes sections under their
headings. Passages are whole sentences, and table rows stay together as far as a model can read them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from learninglion.dutch.text import split_sentences, squash
from learninglion.models import (
    Block,
    BlockKind,
    Document,
    DocumentCard,
    DocumentKind,
    Passage,
    PassageKind,
    QAPair,
    Source,
    SourceKind,
    Span,
    card_of,
)
from learninglion.parsing.kamervragen.header import ANSWER_HEADING
from learninglion.parsing.labels import parse_label

# Words in a passage. The built-in model reads 512 tokens, about 280 Dutch words; small passages find better.
_PASSAGE_AIM = 100
_PASSAGE_MOST = 150
# Words in a section: what a reader can judge at a glance and a drafter can quote from.
_SECTION_AIM = 150
_SECTION_MOST = 200
# Words of a table that stay in one passage: figures take about three tokens each.
_TABLE_MOST = 120
# What a break costs against a piece being one aim too long or too short (which costs 1).
_INSIDE_PARAGRAPH = 0.3
_AFTER_COLON = 1.0
CELL = " | "  # between the cells of a row
# A stretch of a set of questions outside every pair that is worth finding on its own, in words.
_LOOSE_LEAST = 12


@dataclass(frozen=True, slots=True)
class _Unit:
    """What is never cut: a sentence, or table rows that belong together."""

    span: Span
    words: int
    ends_paragraph: bool
    ends_with_colon: bool


def cut(document: Document, collection: str = "default") -> tuple[tuple[Source, tuple[Passage, ...]], ...]:
    """The sources of `document` in reading order, each with its passages.

    Every character of an answer, a section or a notice stands in a passage; a pair without an answer
    gives a source with an empty body. The same document always gives the same ids.
    """
    card = card_of(document, collection)
    taken: Counter[str] = Counter()
    cuts = [_cut_pair(document, card, pair, taken) for pair in document.pairs]
    sections = list(_sections(document))
    blocks = sorted(document.blocks, key=lambda b: (b.span.start, b.span.end))
    for number, section in enumerate(sections, start=1):
        cuts.append(_cut_section(document, card, section, number, blocks))
    return tuple(cuts)


# --------------------------------------------------------------------------- pairs


def _cut_pair(
    document: Document, card: DocumentCard, pair: QAPair, taken: Counter[str]
) -> tuple[Source, tuple[Passage, ...]]:
    name = f"{document.id}#{'-'.join(map(str, pair.numbers)) or '0'}"
    taken[name] += 1
    if taken[name] > 1:  # two sets in one document: both have a question 1
        name = f"{name}~{taken[name]}"
    answer = pair.answer
    source = Source(
        id=name,
        document=card,
        kind=SourceKind.PAIR,
        body=answer.of(document.text) if answer else "",
        body_span=answer or Span(pair.question.end, pair.question.end),
        page=pair.page if pair.answer_page is None else pair.answer_page,
        numbers=pair.numbers,
        question=pair.question.of(document.text),
        question_span=pair.question,
        answer_numbers=pair.answer_numbers or (pair.numbers if answer else ()),
        asked_by=pair.asked_by,
        answered_by=pair.answered_by,
    )
    pieces = [(PassageKind.QUESTION, span) for span in _pieces(document.text, pair.question, _QUESTION)]
    if answer is not None:
        pieces += [(PassageKind.ANSWER, span) for span in _pieces(document.text, answer, _PASSAGE)]
    paged = pair.page > 0
    return source, tuple(
        Passage(
            id=f"{name}/{n}",
            source_id=name,
            document_id=document.id,
            text=span.of(document.text),
            span=span,
            page=_page_of(document, span.start) if paged else 0,
            kind=kind,
            question_numbers=pair.numbers,
        )
        for n, (kind, span) in enumerate(pieces, start=1)
    )


# --------------------------------------------------------------------------- sections


@dataclass(frozen=True, slots=True)
class _Section:
    span: Span
    heading_path: tuple[str, ...]


def _cut_section(
    document: Document, card: DocumentCard, section: _Section, number: int, blocks: Sequence[Block]
) -> tuple[Source, tuple[Passage, ...]]:
    name = f"{document.id}#s{number}"
    paged = bool(document.lines) or len(document.page_starts) > 1
    page = _page_of(document, section.span.start) if paged else 0
    source = Source(
        id=name,
        document=card,
        kind=SourceKind.SECTION,
        body=section.span.of(document.text),
        body_span=section.span,
        page=page,
        heading_path=section.heading_path,
    )
    return source, tuple(
        Passage(
            id=f"{name}/{n}",
            source_id=name,
            document_id=document.id,
            text=span.of(document.text),
            span=span,
            page=_page_of(document, span.start) if paged else 0,
            kind=PassageKind.BODY,
            heading_path=tuple(dict.fromkeys((*section.heading_path, *_led_by(document.text, blocks, span)))),
        )
        for n, span in enumerate(_pieces(document.text, section.span, _PASSAGE), start=1)
    )


def _led_by(text: str, blocks: Sequence[Block], piece: Span) -> tuple[str, ...]:
    """What a piece that begins inside a table or list stands under: the head row, or the lead-in."""
    at = bisect_right(blocks, piece.start, key=lambda block: block.span.start) - 1
    if at < 0 or blocks[at].span.end <= piece.start:
        return ()
    if blocks[at].kind is BlockKind.TABLE and blocks[at].span.start < piece.start:
        return (squash(blocks[at].span.of(text).split("\n")[0]),)
    if blocks[at].kind is not BlockKind.LIST_ITEM:
        return ()
    while at and blocks[at].kind is BlockKind.LIST_ITEM:
        at -= 1
    lead = blocks[at].span
    if blocks[at].kind is not BlockKind.PARAGRAPH or not lead.of(text).rstrip().endswith(":"):
        return ()
    return (squash(split_sentences(text, lead.start, lead.end)[-1].of(text)),)


def _sections(document: Document) -> Iterable[_Section]:
    if document.notice is not None:
        yield _Section(document.notice.span, _titles(document))
    if document.notice is not None or (document.pairs and _is_set(document)):
        yield from _loose_sections(document)
    elif document.blocks and (document.kind is DocumentKind.DOCUMENT or document.pairs):
        yield from _block_sections(document)
        yield from _note_sections(document)
    else:
        yield from _split_section(document.text, _body_span(document), _titles(document))


def _is_set(document: Document) -> bool:
    """Whether a document is a set of questions, rather than one that holds some questions among its text."""
    if document.kind is DocumentKind.KAMERVRAGEN:
        return True
    spans = {s for pair in document.pairs for s in (pair.question, pair.answer) if s is not None}
    return sum(span.end - span.start for span in spans) >= len(document.text) / 2


def _titles(document: Document) -> tuple[str, ...]:
    return (document.title,) if document.title else ()


def _body_span(document: Document) -> Span:
    """The text without the notes that stand behind it."""
    end = min((f.span.start for f in document.footnotes), default=len(document.text))
    return Span(0, end)


def _in_pairs(document: Document) -> list[Span]:
    return [s for pair in document.pairs for s in (pair.question, pair.answer) if s is not None]


def _loose_sections(document: Document) -> Iterable[_Section]:
    """Running text below the heading that belongs to no pair, such as a remark ahead of the answers."""
    known = _in_pairs(document)
    known += [s for s in (document.introduction,) if s is not None]
    known += [document.notice.span] if document.notice else []
    # above the introduction stands the letterhead; a text without one, or of another genre, begins at once
    opening = document.introduction.end if document.introduction and document.genre is None else 0
    if document.kind is DocumentKind.KAMERVRAGEN and document.pairs and not opening:
        opening = document.pairs[0].question.end
    body = Span(opening, max(opening, _body_span(document).end))
    together: list[Span] = []  # blocks that follow one another are one remark
    for block in (*document.blocks, None):
        if block is not None and _is_loose(document, block, body, known):
            together.append(block.span)
        elif together and (block is None or block.kind is not BlockKind.FOOTNOTE):
            span = Span(together[0].start, together[-1].end)
            if len(span.of(document.text).split()) >= _LOOSE_LEAST:
                yield from _split_section(document.text, span, _titles(document))
            together = []


def _is_loose(document: Document, block: Block, body: Span, known: Sequence[Span]) -> bool:
    text = block.span.of(document.text)
    running = block.kind in (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.TABLE)
    if not running or not body.contains(block.span) or parse_label(text) or ANSWER_HEADING.match(text):
        return False
    return not _meets(block.span, known)


def _meets(span: Span, known: Sequence[Span]) -> bool:
    return any(other.start < span.end and span.start < other.end for other in known)


def _block_sections(document: Document) -> Iterable[_Section]:
    """Sections under their headings; a heading with nothing under it is a section of its own.

    What stands in a pair is left out: it is found there.
    """
    path: list[tuple[int, str]] = []
    waiting: list[Block] = []  # headings that nothing has followed yet
    body: list[Block] = []
    known = _in_pairs(document)

    def close() -> Iterable[_Section]:
        titles = tuple(title for _, title in path)
        if body:
            span = Span(body[0].span.start, body[-1].span.end)
            for section in _split_section(document.text, span, titles):
                heads = [led for led in _led_by(document.text, body, section.span) if CELL in led]
                yield _Section(section.span, (*titles, *heads))
        body.clear()

    contents = _contents(document)
    for block in sorted(document.blocks, key=lambda b: (b.span.start, b.span.end)):
        if block.kind is BlockKind.FOOTNOTE or block in contents:
            continue
        if block.kind is not BlockKind.HEADING:
            if _meets(block.span, known):
                yield from close()
            else:
                body.append(block)
            waiting.clear()
            continue
        yield from close()
        if waiting and waiting[-1].level >= block.level:
            yield _Section(waiting[-1].span, tuple(title for _, title in path[:-1]))
        waiting.append(block)
        while path and path[-1][0] >= block.level:
            path.pop()
        path.append((block.level, squash(block.span.of(document.text))))
    yield from close()
    if waiting:
        yield _Section(waiting[-1].span, tuple(title for _, title in path[:-1]))


# "Aanpak . . . . . 6": a row of dots up to the number of a page.
_LEADER = re.compile(r"(?:[.·…_]\s?){5,}\s*\d{1,4}\b")
_ENTRY_SIGNS = re.compile(r"[\d.·…_|\s]+")
_PAGE_AT_END = re.compile(r"\s\d{1,4}$")


def _contents(document: Document) -> frozenset[Block]:
    """The table of contents: it repeats the headings, and would be found in their place."""
    entries = {
        block: _ENTRY_SIGNS.sub(" ", block.span.of(document.text)).strip().casefold()
        for block in document.blocks
    }
    titles = sorted(
        {entries[b] for b in document.blocks if b.kind is BlockKind.HEADING if entries[b]}, key=len
    )
    lines = set()
    for block in document.blocks:
        text = squash(block.span.of(document.text))
        if _LEADER.search(text):
            lines.add(block)
        elif block.kind is not BlockKind.HEADING and _PAGE_AT_END.search(text):
            rest = f" {entries[block]} "
            for title in reversed(titles):
                rest = rest.replace(f" {title} ", "  ")
            if entries[block] and not rest.strip():
                lines.add(block)
    return frozenset(lines)


def _note_sections(document: Document) -> Iterable[_Section]:
    """The notes that tell something, each under the headings of the place that refers to it.

    A note of names and numbers with few other words only says where something is published.
    """
    headings = sorted((b for b in document.blocks if b.kind is BlockKind.HEADING), key=lambda b: b.span.start)
    for note in document.footnotes:
        words = [
            w for w in note.span.of(document.text).split() if w.strip(".,;:()").isalpha() and w.islower()
        ]
        if len(words) < _LOOSE_LEAST:
            continue
        path: list[tuple[int, str]] = []
        for block in headings if note.anchor is not None else ():
            if note.anchor is not None and block.span.start >= note.anchor:
                break
            while path and path[-1][0] >= block.level:
                path.pop()
            path.append((block.level, squash(block.span.of(document.text))))
        yield from _split_section(document.text, note.span, tuple(title for _, title in path))


def _split_section(text: str, span: Span, heading_path: tuple[str, ...]) -> Iterable[_Section]:
    for piece in _pieces(text, span, _SECTION):
        yield _Section(piece, heading_path)


# --------------------------------------------------------------------------- pieces


@dataclass(frozen=True, slots=True)
class _Size:
    aim: int
    most: int
    inside: float  # what a break inside a paragraph costs


_PASSAGE = _Size(_PASSAGE_AIM, _PASSAGE_MOST, _INSIDE_PARAGRAPH)
_SECTION = _Size(_SECTION_AIM, _SECTION_MOST, 2.0)
# A question is found as a whole: its last clause often means nothing without its first.
_QUESTION = _Size(200, 250, 2.0)


def _pieces(text: str, span: Span, size: _Size) -> list[Span]:
    """`span` as consecutive pieces of whole units, near the aim, breaking at paragraph ends where it can."""
    units = _units(text, span)
    if not units:
        return []
    if sum(unit.words for unit in units) <= size.most:
        return [Span(units[0].span.start, units[-1].span.end)]
    return [Span(units[a].span.start, units[b - 1].span.end) for a, b in _best_breaks(units, size)]


def _best_breaks(units: Sequence[_Unit], size: _Size) -> list[tuple[int, int]]:
    """The cheapest way to cut `units`, as index pairs; the earliest one where several cost the same."""
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(units) + 1):
        last = units[end - 1]
        toll = 0.0
        if end < len(units):
            toll += 0.0 if last.ends_paragraph else size.inside
            toll += _AFTER_COLON if last.ends_with_colon else 0.0
        words = 0
        choice: tuple[float, int] | None = None
        for start in range(end - 1, -1, -1):
            words += units[start].words
            if words > size.most and start < end - 1:
                break
            cost = best[start][0] + ((words - size.aim) / size.aim) ** 2 + toll
            if choice is None or cost <= choice[0]:
                choice = (cost, start)
        assert choice is not None  # noqa: S101 - a single unit always fits
        best.append(choice)
    breaks: list[tuple[int, int]] = []
    end = len(units)
    while end > 0:
        start = best[end][1]
        breaks.append((start, end))
        end = start
    return breaks[::-1]


def _units(text: str, span: Span) -> list[_Unit]:
    units: list[_Unit] = []
    rows: list[Span] = []
    sentences = split_sentences(text, span.start, span.end)
    for line, sentence_spans in _by_line(text, span, sentences):
        if CELL in line.of(text):
            if rows and _words(text, Span(rows[0].start, line.end)) > _TABLE_MOST:
                units.append(_unit(text, Span(rows[0].start, rows[-1].end), True))
                rows = []
            rows.append(Span(sentence_spans[0].start, sentence_spans[-1].end))
            continue
        if rows:
            units.append(_unit(text, Span(rows[0].start, rows[-1].end), True))
            rows = []
        for sentence in sentence_spans:
            units.append(_unit(text, sentence, sentence == sentence_spans[-1]))
    if rows:
        units.append(_unit(text, Span(rows[0].start, rows[-1].end), True))
    return units


def _by_line(text: str, span: Span, sentences: Sequence[Span]) -> Iterable[tuple[Span, list[Span]]]:
    """The sentences of `span` per line of text; split_sentences never runs over a line end."""
    position = 0
    start = span.start
    while start < span.end:
        newline = text.find("\n", start, span.end)
        end = span.end if newline < 0 else newline
        inside: list[Span] = []
        while position < len(sentences) and sentences[position].start < max(end, start + 1):
            inside.append(sentences[position])
            position += 1
        if inside:
            yield Span(start, end), inside
        start = end + 1


def _unit(text: str, span: Span, ends_paragraph: bool) -> _Unit:
    return _Unit(span, _words(text, span), ends_paragraph, text[span.end - 1] == ":")


def _words(text: str, span: Span) -> int:
    return len(span.of(text).split())


def _page_of(document: Document, offset: int) -> int:
    return max(1, bisect_right(document.page_starts, offset))
