"""Any PDF that is no publication of Kamervragen: headings, paragraphs, lists and tables in reading order.

A letter with labelled questions and answers becomes pairs, as its Word original does.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import islice, pairwise
from pathlib import PurePath
from statistics import median

from learninglion.dutch.lexicon import FUNCTION_WORDS
from learninglion.dutch.text import split_sentences, squash
from learninglion.models import Block, BlockKind, Document, DocumentKind, RawFile, Span, TextLine
from learninglion.models.plain import sha256_hex
from learninglion.parsing.kamervragen.content import fill_in
from learninglion.parsing.kamervragen.header import INTRODUCTION, Masthead, find_masthead
from learninglion.parsing.kamervragen.ocr import is_old, parse_ocr_sheet
from learninglion.parsing.kamervragen.pairing import is_label, is_label_line
from learninglion.parsing.kamervragen.printed import (
    ANSWERS_BELOW,
    Retyped,
    find_retyped,
    lines_alone,
    opens_part,
)
from learninglion.parsing.labels import parse_label
from learninglion.parsing.messages import mail_heads
from learninglion.parsing.pdf.ink import Reason
from learninglion.parsing.pdf.layout import Layout, Stretch, doubtful_figures, lay_out
from learninglion.parsing.pdf.lines import Line, Page, find_body_size
from learninglion.parsing.pdf.margins import find_running
from learninglion.parsing.pdf.tables import Table, find_drawn, runs_on
from learninglion.parsing.writing import Paragraph

_LEAST = 3  # lines a column
_SURE = 8  # lines a column: fewer may be rows of a table or a letterhead
_LEAST_LETTERS = 25  # in the middle line of a column of text; cells of tables are shorter
_CROSSING = 0.2  # of the lines of a page may run across both columns
_SWITCHES = 0.3  # of the lines follow one in the other column: the file does not keep to columns


def _order_columns(pages: Sequence[Page]) -> tuple[Page, ...]:
    """The pages, with the lines of two columns that the file mixes one column after the other."""
    return tuple(_order(page) for page in pages)


def _order(page: Page) -> Page:
    level = [line for line in page.lines if not line.angle]
    if _find_gutter([part for line in level for part in _split_at_gaps(line)]) is None:
        return page
    drawn = {
        id(line): table
        for table in find_drawn(level, page.rules)
        for line in level[table.first : table.last + 1]
    }
    lines = [part for line in level for part in ([line] if id(line) in drawn else _split_at_gaps(line))]
    turned = (line for line in page.lines if line.angle)
    return replace(page, lines=(*_order_part(lines, drawn), *turned))


def _order_part(lines: list[Line], drawn: Mapping[int, Table]) -> list[Line]:
    """The lines of a page or column, which may be columns; a table in drawn lines stands in one of those."""
    gutter = _find_gutter([line for line in lines if id(line) not in drawn])
    if gutter is None:
        return lines
    ordered: list[Line] = []
    left: list[Line] = []
    right: list[Line] = []
    for line in lines:
        table = drawn.get(id(line))
        start, end = (table.columns[0][0], table.columns[-1][1]) if table else (line.x0, line.x1)
        if end <= gutter:
            left.append(line)
        elif start >= gutter:
            right.append(line)
        else:  # a heading across both columns, or a table: what stands above it comes first
            ordered += [*_order_part(left, drawn), *_order_part(right, drawn), line]
            left, right = [], []
    return [*ordered, *_order_part(left, drawn), *_order_part(right, drawn)]


def _split_at_gaps(line: Line) -> list[Line]:
    """The stretches of a line between wide gaps: lines of two columns at one height come as one."""
    if not line.gaps:
        return [line]
    parts = []
    for start, end in zip((0, *line.gaps), (*line.gaps, len(line.text)), strict=True):
        text = line.text[start:end].rstrip()
        runs = tuple(
            replace(run, start=max(run.start, start) - start, end=min(run.end, start + len(text)) - start)
            for run in line.runs
            if run.start < start + len(text) and run.end > start
        )
        if text:
            last = start + len(text)
            broken = line.broken and last == len(line.text)
            edges = line.x_edges[start : last + 1]
            parts.append(replace(line, text=text, x_edges=edges, runs=runs, gaps=(), broken=broken))
    return parts


def _find_gutter(lines: Sequence[Line]) -> float | None:
    """The white between two columns of running text, where the file mixes them; None otherwise."""
    best: tuple[int, float] | None = None
    edges = [(line.x0, line.x1) for line in lines]
    for x in sorted({start for start, _ in edges}):
        x -= 0.5
        across = [start < x < end for start, end in edges]
        crossing = sum(across)
        if crossing <= _CROSSING * len(lines) and (best is None or crossing < best[0]):
            beyond = sum(start >= x for (start, _), over in zip(edges, across, strict=True) if not over)
            if min(beyond, len(lines) - crossing - beyond) >= _LEAST:
                best = (crossing, x)
    if best is None:
        return None
    gutter = best[1]
    left = [line.text for line in lines if line.x1 <= gutter]
    right = [line.text for line in lines if line.x0 >= gutter]
    long = (
        min(len(left), len(right)) >= _SURE
        and min(median(map(len, left)), median(map(len, right))) >= _LEAST_LETTERS
    )
    if not long and not (runs_on(left) and runs_on(right)):
        return None
    sides = [line.x0 >= gutter for line in lines]
    switches = sum(a != b for a, b in zip(sides, sides[1:], strict=False))
    return gutter if switches > _SWITCHES * len(lines) else None


_LARGER = 1.12  # of the body size: a heading for its size alone
_SMALLER = 0.93  # of the body size: the letterhead in the margin, never a heading
_ALIKE = 0.08  # of the body size: play in the setting
_HEADING_LENGTH = 160
_FULL = 0.7  # of the width of its column: a line that could go on in the next
_COLUMN = 60.0  # points: left edges further apart belong to different columns
_DEEPEST = 6
# Digits behind it are the mark of a note, but "2.500" is a number.
_ENDS = re.compile(r"[.?!:;][\"'”’»)\]]*$|(?<!\d)[.?!:;][\"'”’»)\]\d]*$")
_MARKER = re.compile(r"^(?:[•●▪◦\uf0b7\u2023\u25e6*]|[-–—](?=\s)|\(?\d{1,2}[.)](?=\s)|\(?[a-z][.)](?=\s))")
_BULLET = re.compile(r"^[•●▪◦\uf0b7\u2023\u25e6*–—-]")
_NUMBERED = re.compile(
    r"^(?:hoofdstuk |artikel |bijlage )?(\d{1,2}(?:\.\d{1,2})*)\.?\s?(?=\D)", re.IGNORECASE
)
_HANGING = re.compile(r"(\d{1,2})\s+(?=[A-Z«“‘\"'])")
_WIDE_SPACE = 0.6  # of the size: no space between two words is that wide
_LEADER = re.compile(r"(?:\.\s?){4,}\s*\d*\s*$")


def parse_structure(raw: RawFile, pages: Sequence[Page]) -> Document:
    """The document in these pages, whatever it is: a published set of questions, a letter, anything else."""
    masthead = find_masthead(pages)
    pages = _order_columns(pages)
    if (old := _parse_old_sheet(raw, pages)) is not None:
        return old
    front, mail = _front_lines(pages), _mail_lines(pages)
    layout = _lay_out(pages, front, mail, masthead)
    text, pieces = _join_pieces(layout, front, mail)
    pieces = _set_kinds(pieces, text, layout.body_size)
    title = _title(pieces, text, raw)
    for head in reversed(mail_heads([piece.span.of(text) for piece in pieces])):
        first, last = pieces[head.start], pieces[head.stop - 1]
        whole = replace(first, kind=BlockKind.HEADING, span=Span(first.span.start, last.span.end))
        pieces[head.start : head.stop] = [whole]
    sha256 = sha256_hex(raw.content)
    document = Document(
        id=f"doc-{sha256[:16]}",
        sha256=sha256,
        title=title,
        kind=DocumentKind.DOCUMENT,
        text=text,
        url=raw.url,
        page_starts=layout.page_starts,
        blocks=_blocks(pieces, text, layout),
        footnotes=layout.footnotes,
        lines=layout.lines,
        warnings=tuple(dict.fromkeys((*_page_warnings(pages), *_word_warnings(text), *layout.warnings))),
        source_name=raw.name,
        covered=tuple(page.number for page in pages if page.covered),
    )
    parsed = pieces
    if masthead is not None:
        parsed = pieces[next((n for n, p in enumerate(pieces) if INTRODUCTION.match(p.span.of(text))), 0) :]
        document = replace(
            document,
            id=masthead.identifier or document.id,
            kind=DocumentKind.KAMERVRAGEN,
            session_year=masthead.session_year,
            number=masthead.number,
        )
    paragraphs = [
        Paragraph(p.span.of(text), p.kind, 0, p.bold or p.italic, page=p.page, gap_before=p.gap_before)
        for p in parsed
    ]
    document = fill_in(document, paragraphs, [p.span for p in parsed], masthead.lines if masthead else ())
    return _as_sheet(document) if masthead else document


def _parse_old_sheet(raw: RawFile, pages: Sequence[Page]) -> Document | None:
    """The Document of an old Aanhangsel, put in order as its OCR text is; None of anything else."""
    top = "\n".join(line.text for page in pages[:1] for line in page.lines)
    if not is_old(top):
        return None
    layout = lay_out(pages)
    sheet = parse_ocr_sheet(raw, layout.text)
    if sheet is None:
        return None
    lines = _find_places(sheet.text, layout)
    first = [min((one.span.start for one in lines if one.page >= page.number), default=0) for page in pages]
    warnings = (*_page_warnings(pages), *sheet.warnings)
    covered = tuple(page.number for page in pages if page.covered)
    starts = (0, *first[1:])
    pairs = [
        replace(
            pair,
            page=bisect_right(starts, pair.question.start),
            answer_page=bisect_right(starts, pair.answer.start) if pair.answer else None,
        )
        for pair in sheet.pairs
    ]
    return replace(
        sheet,
        page_starts=starts,
        lines=lines,
        pairs=tuple(pairs),
        blocks=tuple(replace(b, page=bisect_right(starts, b.span.start)) for b in sheet.blocks),
        warnings=tuple(dict.fromkeys(warnings)),
        covered=covered,
    )


def _find_places(text: str, layout: Layout) -> tuple[TextLine, ...]:
    """Where the words of `text` stand, which has those of the pages in another order."""
    printed, words = (list(re.finditer(r"\S+", whole)) for whole in (layout.text, text))
    same = SequenceMatcher(None, [m[0] for m in printed], [m[0] for m in words], autojunk=False)
    starts = [line.span.start for line in layout.lines]
    places: list[TextLine] = []
    for block in same.get_matching_blocks():
        for here, there in zip(printed[block.a :][: block.size], words[block.b :][: block.size], strict=True):
            line = layout.lines[max(0, bisect_right(starts, here.start()) - 1)]
            edges = line.x_edges[here.start() - line.span.start : here.end() - line.span.start + 1]
            if len(edges) == len(here[0]) + 1:  # else a word that goes on in the next line
                places.append(replace(line, span=Span(*there.span()), x_edges=edges))
    return tuple(places)


def _lay_out(
    pages: Sequence[Page], front: Collection[str], mail: Collection[str], masthead: Masthead | None
) -> Layout:
    """The text of the pages without what belongs to the page."""
    stands_out = _what_stands_out(pages, find_body_size(pages))
    over_answers = _over_answers(pages)
    skipped = find_running(pages) | (masthead.skipped if masthead else frozenset())
    retyped = find_retyped(pages, skipped) if masthead else Retyped()
    return lay_out(
        pages,
        skipped | retyped.skipped,
        lambda line: (
            is_label_line(line)
            or stands_out(line)
            or (line.page == 1 and line.text in front)
            or line.text in over_answers
            or line.text in mail
        ),
        lambda line: opens_part(line.text) or _hangs_number(line),
        retyped.known,
    )


def _as_sheet(document: Document) -> Document:
    """A published set: its labels are headings, and what stands out in its answers comes below those."""
    spans = sorted({s for pair in document.pairs for s in (pair.question, pair.answer) if s is not None})
    blocks = []
    for block in document.blocks:
        before = bisect_right(spans, block.span.start, key=lambda span: span.start)
        outside = not before or spans[before - 1].end <= block.span.start
        if outside and is_label(block.span.of(document.text)):
            block = replace(block, kind=BlockKind.HEADING, level=2)
        elif block.kind is BlockKind.HEADING:
            block = replace(block, level=3)
        blocks.append(block)
    return replace(document, blocks=tuple(blocks))


_WORDS_LEAST = 8  # a few labels of a table may do without
_OTHER_LANGUAGES = frozenset("the of and to der die und le la les et des".split())


def _word_warnings(text: str) -> tuple[str, ...]:
    """A doubt where the letters make no words: a font that says wrongly which letters it has is read so."""
    words = re.findall(r"(?<![\w-])[a-zà-ÿ]{2,}(?![\w-])", text)
    if len(words) < _WORDS_LEAST or not FUNCTION_WORDS.union(_OTHER_LANGUAGES).isdisjoint(words):
        return ()
    return (
        "De letters van dit bestand vormen geen leesbare woorden; waarschijnlijk klopt de codering van het"
        " lettertype niet. Vertrouw ook de cijfers niet.",
    )


_MOST_DOUBTS = 12  # of a page: more are a page that has to be read by itself


def _page_warnings(pages: Sequence[Page]) -> tuple[str, ...]:
    """What is hidden on the pages, read by machine or not readable at all."""
    warnings: list[str] = []
    for page in pages:
        if page.damaged:
            warnings.append(
                f"Pagina {page.number} is beschadigd en niet gelezen. Haal het bestand opnieuw op."
            )
        for name in page.attached:
            warnings.append(f"Bij dit bestand zit een ander bestand dat niet is gelezen: «{name}»")
        for remark in page.remarks:
            shown = remark if len(remark) <= 200 else remark[:199] + "…"
            warnings.append(f"Opmerking bij pagina {page.number}, niet overgenomen: «{shown}»")
        if page.covered:
            warnings.append(
                f"Op pagina {page.number} staat tekst onder een balk, vlak of plaatje; die is niet"
                " overgenomen. Het bestand bevat die tekst nog wel."
            )
        for hidden in page.hidden:
            if hidden.reason is Reason.COVERED:
                continue  # said above, without the words
            shown = hidden.text if len(hidden.text) <= 80 else hidden.text[:79] + "…"
            kind = "Doorgehaalde" if hidden.reason is Reason.STRUCK else "Verborgen"
            why = "" if hidden.reason is Reason.STRUCK else f" ({hidden.reason})"
            warnings.append(f"{kind} tekst op pagina {page.number}{why}, niet overgenomen: «{shown}»")
        if page.unreadable:
            warnings.append(
                f"Op pagina {page.number} zijn {page.unreadable} tekens niet te lezen: het bestand zegt niet"
                " welke letters het zijn. In de tekst staat daar �."
            )
        if page.lost:
            warnings.append(
                f"Op pagina {page.number} ontbreken {page.lost} tekens die niet te lezen zijn: hun"
                " lettertype zit niet in het bestand. Controleer de tekst."
            )
        for words in islice(dict.fromkeys(doubtful_figures(page)), _MOST_DOUBTS):
            warnings.append(
                f"Op pagina {page.number} is niet zeker hoe cijfers bij elkaar horen (kleiner, hoger of met"
                f" een streep): «{words}». Kijk op de pagina zelf."
            )
        if page.margin is not None:
            which = f"de nummers {page.margin.first} t/m {page.margin.last} naast de tekst"
            warnings.append(
                f"Op pagina {page.number} zijn {which} niet overgenomen: ze tellen de regels."
                if page.margin.left_out
                else f"Op pagina {page.number} tellen {which} misschien de regels; ze staan wel in de tekst."
            )
        if page.guessed:
            warnings.append(
                f"Op pagina {page.number} hebben {page.guessed} letters een eigen code; gelezen is wat ze"
                " lijken. Controleer de tekst."
            )
        if page.from_ocr:
            warnings.append(
                f"De tekst van pagina {page.number} komt uit tekstherkenning (OCR) en kan fouten bevatten."
            )
        if not page.lines and page.images:
            warnings.append(
                f"Pagina {page.number} is een plaatje zonder tekst, waarschijnlijk een scan; lees die zelf."
            )
    return tuple(warnings)


# --------------------------------------------------------------------------- lines


def _what_stands_out(pages: Sequence[Page], size: float) -> Callable[[Line], bool]:
    """Which lines are set as headings are: larger, bold or slanted throughout, in a text that is not."""
    letters: dict[str, int] = defaultdict(int)
    for page in pages:
        for line in page.lines:
            letters["all"] += len(line.text)
            letters["bold"] += len(line.text) if line.bold else 0
            letters["italic"] += len(line.text) if line.italic else 0
    bold_means = 3 * letters["bold"] < letters["all"]
    italic_means = 3 * letters["italic"] < letters["all"]

    def stands_out(line: Line) -> bool:
        if len(line.text) > _HEADING_LENGTH or line.size < _SMALLER * size or _BULLET.match(line.text):
            return False
        bold = bold_means and all(run.style.bold for run in line.runs)
        italic = italic_means and all(run.style.italic for run in line.runs)
        return bold or italic or line.size > _LARGER * size

    return stands_out


def _hangs_number(line: Line) -> bool:
    """Whether a number without a full stop hangs in the margin ahead of the text, as before a question."""
    match = _HANGING.match(line.text)
    if match is None:
        return False
    number, text = match.end(1), match.end()
    return line.x_edges[text] - line.x_edges[number] > _WIDE_SPACE * line.size


# --------------------------------------------------------------------------- pieces


def _front_lines(pages: Sequence[Page]) -> frozenset[str]:
    """The lines of the first page that are paragraphs of their own: numbers, the head of a Kamerstuk."""
    lines = [line.text for line in pages[0].lines] if pages else []
    return frozenset(lines[index] for index in lines_alone(lines))


def _over_answers(pages: Sequence[Page]) -> frozenset[str]:
    """The lines that head answers which are numbered from 1 below them."""
    lines = [line.text for page in pages for line in page.lines]
    return frozenset(
        line for line, below in pairwise(lines) if below.startswith("1") and ANSWERS_BELOW.fullmatch(line)
    )


def _mail_lines(pages: Sequence[Page]) -> frozenset[str]:
    """The lines that stand in the head of a message."""
    printed = [[line.text for line in page.lines] for page in pages]
    return frozenset(lines[index] for lines in printed for head in mail_heads(lines) for index in head)


def _join_pieces(layout: Layout, front: Collection[str], mail: Collection[str]) -> tuple[str, list[Stretch]]:
    """The text and its pieces, with sentences that were taken apart at a line or page end joined again.

    A line end becomes a space, so every place in the text stays where it was.
    """
    characters = list(layout.text)
    widths = _column_widths(layout)
    pieces: list[Stretch] = []
    for stretch in layout.stretches:
        before = pieces[-1].span.of(layout.text) if pieces else ""
        ended = _ENDS.search(before[-8:]) is not None
        # "... (zie ook" "vraag 2)." is a line end within a sentence and no label
        labelled = parse_label(stretch.text) is not None and (ended or stretch.text[:1].isupper())
        apart = labelled or (opens_part(stretch.text) and ended)
        apart = apart or (stretch.page == 1 and (stretch.text in front or before in front))
        apart = apart or stretch.text in mail or before in mail
        if pieces and not apart and _goes_on(pieces[-1], stretch, layout, widths):
            previous = pieces[-1]
            characters[previous.span.end] = " "
            pieces[-1] = replace(
                previous,
                span=Span(previous.span.start, stretch.span.end),
                last_page=stretch.page,
                lines=previous.lines + stretch.lines,
            )
        else:
            pieces.append(stretch)
    return "".join(characters), pieces


def _goes_on(
    previous: Stretch, stretch: Stretch, layout: Layout, widths: dict[tuple[int, int], float]
) -> bool:
    """Whether `stretch` is the rest of the piece before it."""
    before, text = previous.span.of(layout.text), stretch.text
    if layout.text[previous.span.end : stretch.span.start] != "\n":
        return False
    if BlockKind.TABLE in (previous.kind, stretch.kind) or _MARKER.match(text) or _has_leader(before):
        return False
    if abs(previous.size - stretch.size) > _ALIKE * layout.body_size or stretch.gap_before:
        return False
    if stretch.page == (previous.last_page or previous.page) and abs(stretch.x0 - previous.x0) > _COLUMN:
        return False
    if not any(c.isalpha() for c in before) or _closes(before, text):
        return False
    full = _is_full(previous, layout, widths)
    if text[:1].islower():
        return full or not (previous.bold or previous.italic)
    return full and (previous.bold, previous.italic) == (stretch.bold, stretch.italic)


def _closes(before: str, after: str) -> bool:
    """Whether a sentence (or a lead, with its colon) ends between the two."""
    if not _ENDS.search(before[-8:]):
        return False
    tail = before[-200:]
    sentences = split_sentences(f"{tail} {after[:80]}")
    return before.rstrip("\"'”’»)]").endswith((":", ";")) or any(s.end == len(tail) for s in sentences)


def _is_full(piece: Stretch, layout: Layout, widths: dict[tuple[int, int], float]) -> bool:
    """Whether the last line of `piece` runs as far to the right as lines of its column do."""
    position = bisect_right(layout.lines, piece.span.end - 1, key=lambda line: line.span.start) - 1
    if position < 0:
        return False
    last = layout.lines[position]
    width = widths.get((last.page, round(piece.x0 / _COLUMN)), 0.0)
    return width > 0 and last.x_edges[-1] - piece.x0 >= _FULL * width


def _column_widths(layout: Layout) -> dict[tuple[int, int], float]:
    """How wide the text of a column is, by page and left edge."""
    widths: dict[tuple[int, int], float] = {}
    for stretch in layout.stretches:
        if stretch.kind is BlockKind.TABLE:
            continue
        first = bisect_right(layout.lines, stretch.span.start, key=lambda line: line.span.start) - 1
        for line in layout.lines[max(0, first) :]:
            if line.span.start >= stretch.span.end:
                break
            key = (line.page, round(stretch.x0 / _COLUMN))
            widths[key] = max(widths.get(key, 0.0), line.x_edges[-1] - stretch.x0)
    return widths


# --------------------------------------------------------------------------- kinds and levels


def _set_kinds(pieces: Sequence[Stretch], text: str, size: float) -> list[Stretch]:
    """The pieces with their kinds: what is set apart and short is a heading, unless it is a list of those."""
    kinds = [_kind(piece, piece.span.of(text), size) for piece in pieces]
    start = 0
    while start < len(kinds):
        end = start
        while end < len(kinds) and _is_entry(kinds[end], pieces[end].span.of(text)):
            end += 1
        if end - start >= 3:  # a table of contents, or steps set in bold; the last may be a real heading
            last = end if end == len(kinds) or kinds[end] is BlockKind.HEADING else end - 1
            for index in range(start, last if _counts_up(pieces[start:end], text) else end):
                kinds[index] = BlockKind.LIST_ITEM
        start = max(end, start + 1)
    return [replace(piece, kind=kind) for piece, kind in zip(pieces, kinds, strict=True)]


def _is_entry(kind: BlockKind, text: str) -> bool:
    return kind is BlockKind.HEADING and _NUMBERED.match(text) is not None


def _counts_up(entries: Sequence[Stretch], text: str) -> bool:
    """Whether the last entry begins anew, as the first heading behind a table of contents does."""
    numbers = [match.group(1) for e in entries if (match := _NUMBERED.match(e.span.of(text)))]
    return numbers[-1] == numbers[0]


def _has_leader(text: str) -> bool:
    """Whether dots lead to a page number at the end."""
    return text.count(".") > 3 and _LEADER.search(text[-300:]) is not None


def _kind(piece: Stretch, text: str, size: float) -> BlockKind:
    if piece.kind is BlockKind.TABLE:
        return BlockKind.TABLE
    short = len(text) <= _HEADING_LENGTH and piece.lines <= 3 and sum(c.isalpha() for c in text) >= 3
    apart = piece.bold or piece.italic or piece.size > _LARGER * size
    closed = text.endswith((".", ";", ",", "?", "!", ":")) or _has_leader(text)
    if short and apart and not closed and not _BULLET.match(text) and piece.size >= _SMALLER * size:
        return BlockKind.HEADING
    return BlockKind.LIST_ITEM if _MARKER.match(text) or _has_leader(text) else BlockKind.PARAGRAPH


def _blocks(pieces: Sequence[Stretch], text: str, layout: Layout) -> tuple[Block, ...]:
    levels = _levels([piece for piece in pieces if piece.kind is BlockKind.HEADING], text)
    blocks = [Block(piece.kind, piece.span, piece.page, levels.get(piece.span, 0)) for piece in pieces]
    notes = (Block(BlockKind.FOOTNOTE, note.span, note.page) for note in layout.footnotes)
    return (*blocks, *notes)


def _style(piece: Stretch) -> tuple[int, bool, bool]:
    """What sets its heading apart from others: clearly larger first, then bold, then slanted."""
    return (-round(math.log(max(piece.size, 1.0), _LARGER)), not piece.bold, piece.italic)


def _levels(headings: Sequence[Stretch], text: str) -> dict[Span, int]:
    """The level of each heading: by its style; chapters ("2.") right under the title, "2.1" one deeper."""
    styles = sorted(set(map(_style, headings)))
    ranks = {style: rank for rank, style in enumerate(styles, start=1)}
    numbers = {piece.span: _NUMBERED.match(piece.span.of(text)) for piece in headings}
    depths = {span: match.group(1).count(".") if match else 0 for span, match in numbers.items()}
    chapters = [ranks[_style(p)] for p in headings if numbers[p.span] is not None and not depths[p.span]]
    shift = max(0, min(chapters, default=1) - 2)
    levels = {}
    for piece in headings:
        rank = ranks[_style(piece)]
        level = rank if rank == 1 else max(2, rank - shift)
        levels[piece.span] = min(_DEEPEST, level + depths[piece.span])
    return levels


def _title(pieces: Sequence[Stretch], text: str, raw: RawFile) -> str:
    """The largest heading of the first page that has one, else the name of the file."""
    headings = [
        piece
        for piece in pieces
        if piece.kind is BlockKind.HEADING and parse_label(piece.span.of(text)) is None
    ]
    first = [piece for piece in headings if piece.page == headings[0].page]
    best = min(first, key=lambda piece: (_style(piece), piece.span), default=None)
    return squash(best.span.of(text)) if best else PurePath(raw.name).stem
