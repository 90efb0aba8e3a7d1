"""Web pages, Markdown and plain text to documents. Nothing a page refers to is fetched or run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lxml import etree, html

from learninglion.dutch.text import squash
from learninglion.models import BlockKind, Document, RawFile
from learninglion.models.errors import UnreadableFileError
from learninglion.parsing.kamervragen.ocr import parse_ocr_sheet
from learninglion.parsing.kamervragen.printed import Printed, clean_printed, lines_alone, opens_part
from learninglion.parsing.kamervragen.typednotes import without_marks
from learninglion.parsing.office.pieces import WordText
from learninglion.parsing.office_document import document_of
from learninglion.parsing.paragraphs import Paragraph, tidy
from learninglion.parsing.pdf.hyphens import run_on
from learninglion.parsing.plaintext import decode, looks_like_text

__all__ = ["looks_like_html", "parse_html", "parse_text"]

_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|article|div|p|h[1-6]|table)\b", re.IGNORECASE)
_UNREAD = frozenset(
    ("script", "style", "noscript", "template", "nav", "footer", "aside", "form", "button", "select")
    + ("option", "svg", "math", "iframe", "object", "head")
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0", re.IGNORECASE)
_BLOCKS = frozenset(
    "p li h1 h2 h3 h4 h5 h6 table div section article main header body ul ol dl dt dd blockquote pre figure "
    "figcaption address hr br html".split()
)
_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$")
_ITEM = re.compile(r"^(?:[-*+•]|\d{1,3}[.)])\s+\S")
_RULE = re.compile(r"^[\s|:+=_*-]+$")


def looks_like_html(content: bytes) -> bool:
    """Whether the beginning of `content` is marked up as a web page."""
    return _HTML.search(content[:4096]) is not None


def parse_html(raw: RawFile) -> Document:
    """The document in a web page: its headings, paragraphs, lists and tables; menus and scripts left out."""
    if not looks_like_text(raw.content):
        raise UnreadableFileError(raw.name, "dit is geen webpagina, al heet het zo")
    # The bytes are UTF-8 now, whatever the page says of itself.
    parser = html.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = html.document_fromstring(decode(raw.content).encode("utf-8"), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError) as problem:
        raise UnreadableFileError(raw.name, "deze webpagina is beschadigd of leeg") from problem
    reader = _PageReader()
    reader.read(root)
    titles = [squash(tidy(node.text_content())) for node in root.iter("title", "h1")]
    return _document(raw, tuple(reader.paragraphs()), next((t for t in titles if t), ""), reader.hidden)


def parse_text(raw: RawFile) -> Document:
    """The document in plain text or Markdown: paragraphs, headings ("# "), lists and tables."""
    if not looks_like_text(raw.content):
        raise UnreadableFileError(raw.name, "dit is geen tekstbestand, al heet het zo")
    text = tidy(decode(raw.content))
    old = parse_ocr_sheet(raw, text)
    if old is not None:
        return old
    printed = clean_printed([line.strip() for line in text.split("\n")])
    paragraphs = tuple(
        without_marks(paragraph, printed.notes) for paragraph in _text_paragraphs(printed.lines)
    )
    return _document(raw, paragraphs, "", False, printed)


def _document(
    raw: RawFile, paragraphs: tuple[Paragraph, ...], title: str, hidden: bool, printed: Printed | None = None
) -> Document:
    if not paragraphs:
        raise UnreadableFileError(raw.name, "er staat geen leesbare tekst in dit bestand")
    warnings = ("Het bestand bevat verborgen tekst; die is weggelaten.",) if hidden else ()
    notes, letterhead = (printed.notes, printed.furniture) if printed else ((), ())
    return document_of(raw, WordText(paragraphs, notes, letterhead, title, warnings))


# --------------------------------------------------------------------------- text and Markdown


def _text_paragraphs(lines: Sequence[str]) -> Iterator[Paragraph]:
    """Paragraphs stand between empty lines; headings, list items and table rows on lines of their own."""
    running: list[str] = []
    rows: list[str] = []
    standing = lines_alone(lines)
    for index, line in enumerate([*lines, ""]):
        if rows and not line.startswith("|"):
            yield Paragraph("\n".join(rows), BlockKind.TABLE)
            rows = []
        heading = _HEADING.match(line)
        item = _ITEM.match(line)
        alone = index in standing
        if running and (not line or heading or item or alone or line.startswith("|") or opens_part(line)):
            yield _running(running)
            running = []
        if alone:
            yield Paragraph(line)
            continue
        if heading:
            yield Paragraph(_plain(heading[2]), BlockKind.HEADING, len(heading[1]))
        elif line.startswith("|") and line.count("|") > 1:
            if not _RULE.match(line):
                rows.append(" | ".join(_plain(cell.strip()) for cell in line.strip("|").split("|")))
        elif line and not _RULE.match(line):
            running.append(line)


def _running(lines: list[str]) -> Paragraph:
    kind = BlockKind.LIST_ITEM if _ITEM.match(lines[0]) else BlockKind.PARAGRAPH
    bold = all(re.fullmatch(r"(\*\*|__).+\1", line) for line in lines)
    return Paragraph(_plain(run_on(lines)), kind, emphasised=bold)


def _plain(text: str) -> str:
    """Markdown without its signs for bold, slanted and links; the address of a link stays."""
    text = re.sub(r"\[([^\]]+)\]\((https?://[^)\s]+)\)", r"\1 (\2)", text)
    return re.sub(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1", r"\2", text)


# --------------------------------------------------------------------------- web pages


class _PageReader:
    """Walks through a page and collects what a visitor would read."""

    def __init__(self) -> None:
        self.hidden = False
        self._found: list[Paragraph] = []
        self._text: list[str] = []
        self._strong = 0
        self._plain = 0

    def paragraphs(self) -> list[Paragraph]:
        """What was found, after `read`."""
        self._close()
        return self._found

    def read(self, node: etree._Element, kind: BlockKind = BlockKind.PARAGRAPH, strong: bool = False) -> None:
        """Read an element and what is in it."""
        tag = node.tag if isinstance(node.tag, str) else ""
        if not tag or tag in _UNREAD:
            return
        if node.get("hidden") is not None or _HIDDEN.search(node.get("style") or ""):
            self.hidden = self.hidden or bool(squash("".join(node.itertext())))
            return
        level = int(tag[1]) if re.fullmatch(r"h[1-6]", tag) else 0
        if tag == "table" and _is_data(node):
            self._close()
            self._table(node)
            return
        if tag in _BLOCKS:
            self._close()
        kind = BlockKind.LIST_ITEM if tag == "li" else kind
        strong = strong or tag in ("b", "strong", "em", "i")
        self._say(node.text, strong)
        for inner in node:
            self.read(inner, kind, strong)
            self._say(inner.tail, strong)
        if tag in _BLOCKS:
            self._close(BlockKind.HEADING if level else kind, level)

    def _say(self, text: str | None, strong: bool) -> None:
        if text:
            self._text.append(text)
            letters = sum(c.isalnum() for c in text)
            self._strong += letters if strong else 0
            self._plain += 0 if strong else letters

    def _close(self, kind: BlockKind = BlockKind.PARAGRAPH, level: int = 0) -> None:
        text = squash(tidy("".join(self._text)))
        if text:
            self._found.append(Paragraph(text, kind, level, self._strong > 0 and self._plain == 0))
        self._text, self._strong, self._plain = [], 0, 0

    def _table(self, table: etree._Element) -> None:
        rows = []
        for row in table.iter("tr"):
            cells = [squash(tidy("".join(cell.itertext()))) for cell in row if cell.tag in ("td", "th")]
            if any(cells):
                rows.append(" | ".join(cells))
        if rows:
            self._found.append(Paragraph("\n".join(rows), BlockKind.TABLE))


def _is_data(table: etree._Element) -> bool:
    """Whether a table holds data and is not there to arrange the page."""
    if any(inner is not table for inner in table.iter("table")):
        return False
    return any(sum(cell.tag in ("td", "th") for cell in row) > 1 for row in table.iter("tr"))
