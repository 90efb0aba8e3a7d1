"""Plain text and Markdown: paragraphs, headings ("# "), lists and tables as somebody typed them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from learninglion.models import BlockKind
from learninglion.parsing.labels import parse_label
from learninglion.parsing.office.pieces import WordText
from learninglion.parsing.paragraphs import Paragraph, tidy
from learninglion.parsing.pdf.hyphens import Junction, join_lines
from learninglion.parsing.plaintext import read_characters

__all__ = ["read_typed"]

_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$")
_ITEM = re.compile(r"^(?:[-*+•]|\d{1,3}[.)])\s+\S")
_RULE = re.compile(r"^[\s|:+=_*-]+$")
_MARKER = re.compile(r"^(?:[-*+•–]|\(?\d{1,3}[.)]|\(?[a-z][.)])$", re.IGNORECASE)
# What sets the columns of a typed table apart, and what stands in them.
_GAPS = re.compile(r"\t+| {3,}")
_FIGURE = re.compile(r"(?:€ ?)?[-+−]?\d[\d.,]* ?%?")


def read_typed(content: bytes, declared: str = "") -> WordText:
    """The text of a plain or Markdown file; `declared`: the encoding its sender said it has."""
    characters = read_characters(content, declared)
    paragraphs = tuple(_text_paragraphs(characters.text.splitlines()))
    return WordText(paragraphs, (), (), "", characters.warnings)


def _text_paragraphs(lines: Sequence[str]) -> Iterator[Paragraph]:
    """Paragraphs stand between empty lines; headings, labels, list items and table rows on lines of their own."""
    running: list[str] = []
    rows: list[str] = []
    for line, row in [*zip(map(tidy, lines), _rows_of(lines), strict=True), ("", None)]:
        line = line.strip()
        rule = _RULE.match(line) is not None
        if rows and row is None and not rule:
            yield Paragraph("\n".join(rows), BlockKind.TABLE)
            rows = []
        heading = _HEADING.match(line)
        labelled = parse_label(line, whole=False)
        own = heading or row is not None or _ITEM.match(line) or (labelled is not None and labelled.numbers)
        if running and (not line or own):
            yield _running(running)
            running = []
        if heading:
            yield Paragraph(_plain(heading[2]), BlockKind.HEADING, len(heading[1]))
        elif row is not None:
            rows.append(row)
        elif line and not rule:
            running.append(line)
            if parse_label(line) is not None:
                yield _running(running)
                running = []


def _rows_of(lines: Sequence[str]) -> Iterator[str | None]:
    """For each line its cells where it is a row of a table; None elsewhere.

    A row stands between bars, or has columns set apart by tabs or wide gaps with figures in them; the heads
    above such figures count as well. One line on its own is no table.
    """
    cells = [_cells(line) for line in lines]
    figures = [any(map(_FIGURE.fullmatch, row[1:])) for row in cells]
    for at, (row, line) in enumerate(zip(cells, lines, strict=True)):
        barred = line.strip().startswith("|")
        near = [n for n in (at - 1, at + 1) if 0 <= n < len(cells) and len(cells[n]) == len(row)]
        counts = any(figures[n] for n in near) if len(row) > 1 else False
        if len(row) > 1 and not _RULE.match(line.strip()) and (barred or counts):
            yield " | ".join(_plain(tidy(cell).strip()) for cell in row)
        else:
            yield None


def _cells(line: str) -> list[str]:
    line = line.strip()
    if line.startswith("|") and line.count("|") > 1:
        return [
            cell.replace("\\|", "|")
            for cell in re.split(r"(?<!\\)\|", line.removeprefix("|").removesuffix("|"))
        ]
    cells = _GAPS.split(line)
    return [line] if _MARKER.match(cells[0]) or parse_label(cells[0]) is not None else cells


def _running(lines: list[str]) -> Paragraph:
    kind = BlockKind.LIST_ITEM if _ITEM.match(lines[0]) else BlockKind.PARAGRAPH
    bold = all(re.fullmatch(r"(\*\*|__).+\1", line) for line in lines)
    text = lines[0]
    for line in lines[1:]:
        how = join_lines(text, line)
        text = text[:-1] + line if how == Junction.DROP_HYPHEN else text + how + line
    return Paragraph(_plain(text), kind, emphasised=bold)


def _plain(text: str) -> str:
    """Markdown without its signs for bold, slanted and links; the address of a link stays."""
    text = re.sub(r"\[([^\]]+)\]\((https?://[^)\s]+)\)", r"\1 (\2)", text)
    return re.sub(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1", r"\2", text)
