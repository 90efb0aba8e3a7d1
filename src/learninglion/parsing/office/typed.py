"""Plain text and Markdown: paragraphs, headings ("# "), lists and tables as somebody typed them."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from learninglion.models import BlockKind
from learninglion.parsing.kamervragen.printed import clean_printed, lines_alone, opens_part
from learninglion.parsing.kamervragen.typednotes import without_marks
from learninglion.parsing.labels import JOINED, parse_label
from learninglion.parsing.office.pieces import Cell, Omissions, Reason, WordText, table_of
from learninglion.parsing.paragraphs import ENDED, Note, Paragraph, tidy
from learninglion.parsing.pdf.hyphens import run_on
from learninglion.parsing.plaintext import read_characters, unquoted
from learninglion.parsing.scripts import lowered, raised

_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$")
_ITEM = re.compile(rf"^(?:[-*+•]|{JOINED}[.)])\s+\S")
_RULE = re.compile(r"^[\s|:+=_*-]+$")
_ROW = "\x1e"  # stands ahead of a line that is a row of a table, its cells set apart
_MARKER = re.compile(r"^(?:[-*+•–]|\(?\d{1,3}[.)]|\(?[a-z][.)])$", re.IGNORECASE)
# What sets the columns of a typed table apart, and what stands in them.
_GAPS = re.compile(r"\t+| {3,}")
_FIGURE = re.compile(r"(?:€ ?)?[-+−]?\d[\d.,]* ?%?")


def read_typed(content: bytes, name: str = "", declared: str = "") -> WordText:
    """The text of a plain or Markdown file; `declared`: the encoding its sender said it has.

    The name tells whether signs are Markdown ("**", "~~") and commas set columns apart (CSV): both are
    ordinary signs in other texts.
    """
    characters = read_characters(content, declared)
    text, omissions = characters.text, Omissions()
    notes: list[Note] = []
    letterhead: tuple[str, ...] = ()
    if marked := re.search(r"\.(?:md|markdown|mkd)$", name.lower()) is not None:
        text = _without_comments(text, omissions)
        text, notes = _lift_notes(text)
        text = _show_markdown(text, omissions)
    separator = _separator(text, name)
    if separator:
        rows = [row for row in csv.reader(text.splitlines(), delimiter=separator) if any(map(str.strip, row))]
        cells = [[Cell([Paragraph(" ".join(tidy(cell).split()))]) for cell in row] for row in rows]
        paragraphs = tuple(table_of(cells))
    else:
        lines = unquoted(text.splitlines())
        rows_of = zip(lines, _rows_of(lines), strict=True)
        printed = clean_printed([tidy(line).strip() if row is None else _ROW + row for line, row in rows_of])
        printed_lines = printed.lines if marked else _with_white(printed.lines)  # where white alone does
        paragraphs = tuple(without_marks(p, printed.notes) for p in _text_paragraphs(printed_lines))
        notes, letterhead = [*printed.notes, *notes], printed.furniture
    if notes:
        paragraphs = tuple(_refer(paragraph) for paragraph in paragraphs)
    return WordText(paragraphs, tuple(notes), letterhead, "", (*characters.warnings, *omissions.warnings()))


def _separator(text: str, name: str) -> str:
    """What sets the columns of a list of values apart; empty where the text is no such list."""
    lines = [line for line in text.splitlines() if line.strip()]
    signs = ";,\t|" if name.lower().endswith((".csv", ".tsv")) else ";\t"
    for sign in signs if len(lines) > 1 else "":
        try:
            widths = {len(row) for row in csv.reader(lines, delimiter=sign)}
        except csv.Error:
            continue
        if len(widths) == 1 and widths.pop() > 1:
            return sign
    return ""


def _without_comments(text: str, omissions: Omissions) -> str:
    def leave_out(match: re.Match[str]) -> str:
        omissions.add(Reason.HIDDEN, match[1], text[max(0, match.start() - 60) : match.start()])
        return ""

    return re.sub(r"<!--(.*?)-->", leave_out, text, flags=re.DOTALL)


def _lift_notes(text: str) -> tuple[str, list[Note]]:
    """The text without the notes at its end ("[^1]: ..."), and those notes."""
    notes: list[Note] = []

    def lift(match: re.Match[str]) -> str:
        notes.append(Note(match[1], " ".join(tidy(_plain(match[2])).split())))
        return ""

    return re.sub(r"^\[\^([^\]\s]+)\]:[ \t]*(.*(?:\n[ \t]+\S.*)*)$", lift, text, flags=re.MULTILINE), notes


def _refer(paragraph: Paragraph) -> Paragraph:
    """The paragraph with marks of notes ("[^1]") as places."""
    text, places = "", []
    at = 0
    for match in re.finditer(r"\[\^([^\]\s]+)\]", paragraph.text):
        text += paragraph.text[at : match.start()]
        places.append((len(text), match[1]))
        at = match.end()
    return replace(paragraph, text=text + paragraph.text[at:], notes=(*paragraph.notes, *places))


def _show_markdown(text: str, omissions: Omissions) -> str:
    """The text as Markdown shows it inside its lines: struck, raised, lowered, slanted and quoted code."""

    def strike(match: re.Match[str]) -> str:
        omissions.add(Reason.STRUCK, match[1] or match[0], text[max(0, match.start() - 60) : match.start()])
        return ""

    def shift(match: re.Match[str]) -> str:
        before = match.string[max(0, match.start() - 20) : match.start()]
        up, down = match["up"] or match["up2"], match["down"] or match["down2"]
        return raised(up, before) if up else lowered(down, before)

    text = re.sub(r"~~(?=\S)(.{1,500}?)(?<=\S)~~|<(?:del|s)>.{0,500}?</(?:del|s)>", strike, text)
    text = re.sub(
        r"<sup>(?P<up>[^<]*)</sup>|<sub>(?P<down>[^<]*)</sub>"
        r"|(?<=\w)\^(?P<up2>[^\s^]{1,40})\^|(?<=\w)~(?P<down2>[^\s~]{1,40})~",
        shift,
        text,
    )
    text = re.sub(r"!\[[^\]]{0,500}\]\([^)]{0,500}\)", "", text)
    text = re.sub(r"<br\s*/?>", " ", text, flags=re.IGNORECASE)
    text = re.sub(r"(?<![\w*])\*(?=[^\s*])([^*\n]{1,500}?)(?<=[^\s*])\*(?![\w*])", r"\1", text)
    text = re.sub(r"(?<![\w_])_(?=[^\s_])([^_\n]{1,500}?)(?<=[^\s_])_(?![\w_])", r"\1", text)
    text = re.sub(r"(?<!`)`([^`\n]{1,500})`(?!`)", r"\1", text)
    text = re.sub(r"^(\s*)```.*$", "", text, flags=re.MULTILINE)
    return re.sub(r"\\([*_~`\[\]()#+\-.!|<>{}])", r"\1", text)


def _with_white(lines: Sequence[str]) -> list[str]:
    """The lines, with white behind each that ends a paragraph: the next word would have fitted on it.

    Where hardly a line begins within a sentence, each line is a paragraph; else one that ends a sentence is.
    """
    filled = [line for line in lines if line]
    width = max(map(len, filled), default=0)
    following = [*lines, ""][1:]
    fits = [
        bool(line and below) and len(line) + 1 + len(below.split()[0]) <= width
        for line, below in zip(lines, following, strict=True)
    ]
    if any(map(_RULE.match, filled)):
        return list(lines)
    within = sum(line[0].islower() for line in filled)
    if 4 <= len(filled) == len(lines) and 3 * sum(fits) >= 2 * (len(fits) - 1) and 10 * within <= len(filled):
        return [part for line in lines for part in (line, "")]
    white: list[str] = []
    for line, below, room in zip(lines, following, fits, strict=True):
        ends = room and ENDED.search(line) and not below[:1].islower()
        white += [line, ""] if ends else [line]
    return white


def _text_paragraphs(lines: Sequence[str]) -> Iterator[Paragraph]:
    """Paragraphs stand between empty lines; headings, labels, items and rows on lines of their own."""
    running: list[str] = []
    rows: list[str] = []
    standing = lines_alone(lines)
    for index, line in enumerate([*lines, ""]):
        row = line.removeprefix(_ROW) if line.startswith(_ROW) else None
        rule = _RULE.match(line) is not None
        if rows and row is None and not rule:
            yield Paragraph("\n".join(rows), BlockKind.TABLE)
            rows = []
        heading = _HEADING.match(line)
        alone = index in standing
        own = heading or row is not None or alone or _ITEM.match(line) or opens_part(line)
        if running and (not line or own):
            yield _running(running)
            running = []
        if row is not None:
            rows.append(row)
        elif alone:
            yield Paragraph(line)
        elif heading:
            yield Paragraph(_plain(heading[2]), BlockKind.HEADING, len(heading[1]))
        elif line and not rule:
            running.append(line)


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
    return Paragraph(_plain(run_on(lines)), kind, emphasised=bold)


def _plain(text: str) -> str:
    """Markdown without its signs for bold, slanted and links; the address of a link stays."""
    text = re.sub(r"\[([^\]]{1,500})\]\((https?://[^)\s]{1,2000})\)", r"\1 (\2)", text)
    return re.sub(r"(\*\*|__)(?=\S)(.{1,2000}?)(?<=\S)\1", r"\2", text)
