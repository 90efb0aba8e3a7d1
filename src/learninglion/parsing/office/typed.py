"""Text files, in whatever encoding and for machines or people: paragraphs, lists and tables as typed."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import webencodings

from learninglion.models import BlockKind, RawFile
from learninglion.models.errors import UnreadableFileError
from learninglion.parsing.kamervragen.printed import clean_printed, lines_alone, opens_part, without_marks
from learninglion.parsing.labels import JOINED, find_series, parse_label
from learninglion.parsing.messages import mail_heads
from learninglion.parsing.office.pieces import Cell, Omissions, Reason, WordText, table_of
from learninglion.parsing.writing import ENDED, ONLY_FIGURES, Note, Paragraph, lowered, raised, run_on, tidy

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
    standing = lines_alone(lines).union(*mail_heads(lines))
    counted = {mark.index for mark in find_series([Paragraph(line) for line in lines])}
    for index, line in enumerate([*lines, ""]):
        row = line.removeprefix(_ROW) if line.startswith(_ROW) else None
        rule = _RULE.match(line) is not None
        if rows and row is None and not rule:
            yield Paragraph("\n".join(rows), BlockKind.TABLE)
            rows = []
        heading = _HEADING.match(line)
        beside = (lines[n] for n in (index - 1, index + 1) if 0 <= n < len(lines))
        figures = ONLY_FIGURES.fullmatch(line) is not None and any(map(ONLY_FIGURES.fullmatch, beside))
        alone = index in standing or figures  # one figure below another is a column
        own = heading or row is not None or alone or index in counted or _ITEM.match(line) or opens_part(line)
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


# --------------------------------------------------------------------------- characters


_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_CONTROLS = frozenset(range(32)) - {9, 10, 11, 12, 13, 27}
_SAMPLE = 65_536
# Encodings of one byte a letter that Dutch offices used, the likeliest first.
_SINGLE_BYTE = ("cp1252", "iso8859-15", "mac_roman", "cp850")
# What stands in Dutch texts outside ASCII, often and now and then; a wrong encoding gives other signs.
_OFTEN = frozenset("éëïöüèáó€“”‘’–…•\u00a0")
_SOMETIMES = frozenset("àçêâîôûíúñäåøÉËÏÖÜÈÀÇÁÓß£‚„—«»°²³½¼¾§©®™±×µ·")
# What the bytes are not, where they are neither UTF-8 nor full of zeros; the last two say nothing of letters.
_NOT_BYTEWISE = frozenset(("utf-8", "utf-16le", "utf-16be", "replacement", "x-user-defined"))
_BROKEN = "\ufffd"
_PLACES_MOST = 5


@dataclass(frozen=True, slots=True)
class Characters:
    """Decoded text, and what could not be decoded with certainty."""

    text: str
    warnings: tuple[str, ...] = ()


def looks_like_text(content: bytes) -> bool:
    """Whether `content` is text: a byte order mark, or next to no control characters."""
    if any(content.startswith(bom) for bom, _ in _BOMS):
        return True
    sample = content[:_SAMPLE]
    if _zeros_alternate(sample):
        return True
    return sum(byte in _CONTROLS for byte in sample) <= len(sample) // 1000


def decode(content: bytes) -> str:
    """The characters of a text file, as `read_characters` finds them."""
    return read_characters(content).text


def read_characters(content: bytes, declared: str = "") -> Characters:
    """The characters of a text; `declared`: the encoding that the text or its sender says it has.

    A byte order mark decides, then UTF-8 where the bytes are that (bytes that are not by chance seldom
    are), then what was declared, then the encoding of one byte a letter that gives the most ordinary text.
    Never fails: bytes that mean nothing become U+FFFD, and a warning names the places.
    """
    for bom, encoding in _BOMS:
        if content.startswith(bom):
            return _replaced(content, encoding)
    if _zeros_alternate(content[:_SAMPLE]):
        return _replaced(content, "utf-16-le" if content[1:2] == b"\x00" else "utf-16-be")
    try:
        return Characters(content.decode("utf-8"))
    except UnicodeDecodeError:
        pass
    tolerant = content.decode("utf-8", errors="replace")
    broken = tolerant.count(_BROKEN)
    meaningful = sum(ord(sign) > 127 for sign in tolerant) - broken
    label = webencodings.lookup(declared) if declared else None
    if meaningful > broken or (label is not None and label.name == "utf-8" and meaningful >= broken):
        return _replaced(content, "utf-8")
    if label is not None and label.name not in _NOT_BYTEWISE:
        return _replaced(content, label.codec_info.name)
    return _replaced(content, max(_SINGLE_BYTE, key=lambda encoding: _expectedness(content, encoding)))


def _replaced(content: bytes, encoding: str) -> Characters:
    text = content.decode(encoding, errors="replace")
    return Characters(text, tuple(_doubts(text)))


def _doubts(text: str) -> Iterator[str]:
    """A warning for the signs that were broken, with the words around the first of them."""
    count = text.count(_BROKEN)
    if not count:
        return
    places: list[str] = []
    at = -1
    while len(places) < _PLACES_MOST and (at := text.find(_BROKEN, at + 1)) >= 0:
        around = re.sub(r"<[^<>]*>|^[^<]*>|<[^>]*$", " ", text[max(0, at - 60) : at + 60])
        where = around.find(_BROKEN)
        places.append("“" + " ".join(around[max(0, where - 25) : where + 25].split()) + "”")
    yield (
        f"{count} teken(s) in dit bestand zijn beschadigd en niet te lezen (daar staat {_BROKEN}), bij: "
        + "; ".join(places)
        + "."
    )


def _expectedness(content: bytes, encoding: str) -> tuple[int, int]:
    """How ordinary `content` looks in `encoding`; the earlier one wins where two are alike."""
    high = bytes(byte for byte in content[: 4 * _SAMPLE] if byte > 127)
    signs = codecs.decode(high, encoding, errors="replace")
    often = sum(sign in _OFTEN for sign in signs)
    odd = len(signs) - often - sum(sign in _SOMETIMES for sign in signs)
    return often - 3 * odd, -_SINGLE_BYTE.index(encoding)


def _zeros_alternate(sample: bytes) -> bool:
    """Whether every other byte is zero, as in UTF-16 of Latin letters without a byte order mark."""
    if len(sample) < 4:
        return False
    even, odd = sample[::2], sample[1::2]
    return (odd.count(0) > 0.9 * len(odd) and even.count(0) == 0) or (
        even.count(0) > 0.9 * len(even) and odd.count(0) == 0
    )


_QUOTED = re.compile(r"[ \t]*>[> \t]*")
_WORDS = re.compile(
    r"[«“\"'(]*(?:\d{1,3}[a-z]?[.):]\s+)?[^\W\d_]{2}"
)  # "20 procent" is an amount, "2. Bent u" is not


def unquoted(lines: Sequence[str]) -> list[str]:
    """The lines without the signs that a mail program puts ahead of what it quotes ("> Vraag 1").

    Quoted is what several lines in a row say, or several that begin with words; a line on its own
    ("> 20 procent") says something itself.
    """
    bare: list[str] = []
    several = sum(
        _WORDS.match(_QUOTED.sub("", line, count=1)) is not None for line in lines if _QUOTED.match(line)
    )
    for quoted, run in groupby(lines, lambda line: _QUOTED.match(line) is not None):
        group = list(run)
        texts = [_QUOTED.sub("", line, count=1) for line in group]
        words = any(map(_WORDS.match, texts))
        bare += ["", *texts, ""] if quoted and words and max(len(group), several) > 1 else group
    return bare


# Texts for machines: refused in words, so that nobody gets to read codes as a document.


_ROOT = re.compile(
    r"\s*(?:<\?xml.*?\?>|<!--.*?-->|<!DOCTYPE[^>]*>|<\?.*?\?>|\s)*<([A-Za-z_][\w.:-]*)([^<>]*)>", re.DOTALL
)
_KINDS = (
    (re.compile(r"%!PS"), "een PostScript-bestand"),
    (re.compile(r"BEGIN:V(?:CALENDAR|CARD)\b"), "een agenda- of adresbestand"),
    (re.compile(r"(?:\s*%[^\n]*\n)*\s*\\document(?:class|style)\b"), "een LaTeX-bestand"),
    (re.compile(r"-----BEGIN [A-Z ]+-----"), "een versleuteld of ondertekend bestand"),
    (re.compile(r"\s*(?:%PDF-|\{\\rtf)"), "een beschadigd bestand"),
)


def is_flat_odt(text: str) -> bool:
    """Whether `text` begins as an OpenDocument file in one XML document."""
    root = _ROOT.match(text.lstrip("\ufeff"))
    return root is not None and root[1].rpartition(":")[2] == "document" and "opendocument" in root[2]


def refuse_codes(raw: RawFile, text: str) -> None:
    """Raise UnreadableFileError, naming the file, where its text is written for machines.

    `text`: the beginning of the file.
    """
    text = text.lstrip("\ufeff")
    for pattern, what in _KINDS:
        if pattern.match(text):
            raise _refusal(raw, what)


def _refusal(raw: RawFile, what: str) -> UnreadableFileError:
    return UnreadableFileError(
        raw.name,
        f"dit is {what} en geen document om te lezen; lever PDF, Word (.docx), ODT, HTML of tekst aan",
    )
