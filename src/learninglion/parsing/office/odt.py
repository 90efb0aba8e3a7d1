"""OpenDocument text (ODT, as LibreOffice writes it) as the reader sees it; nothing hidden or taken out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from learninglion.models import BlockKind, RawFile
from learninglion.models.errors import UnreadableFileError
from learninglion.parsing.office.ooxml import Package, open_package
from learninglion.parsing.office.pieces import Piece, WordText, lines_of, only_arranges, table_of
from learninglion.parsing.office.styles import attribute, child, children, format_number, local
from learninglion.parsing.paragraphs import Note, Paragraph, tidy

__all__ = ["read_odt"]

_GONE = frozenset(
    "tracked-changes annotation annotation-end hidden-text hidden-paragraph forms sequence-decls "
    "variable-decls user-field-decls table-of-content-source desc title script bibliography-source".split()
)
_FORMS = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_SMALLEST = 2.0  # points; nobody reads such letters, machines do
_DEEPEST = 20  # styles built upon styles; a longer chain is a loop
_MOST_SPACES = 100


@dataclass(frozen=True, slots=True)
class _Style:
    """What one style says itself; None where it is silent."""

    parent: str | None
    strong: bool | None
    hidden: bool | None
    white: bool | None


@dataclass(frozen=True, slots=True)
class _Level:
    """How one depth of a list is numbered."""

    form: str  # empty: no number
    before: str
    after: str
    start: int
    shown: int  # so many depths are shown: "2.1" is two
    bullet: bool


def read_odt(raw: RawFile) -> WordText:
    """The text of an ODT file; UnreadableFileError when it is damaged, protected or something else."""
    package = open_package(raw)
    manifest = package.root("META-INF/manifest.xml")
    if manifest is not None and any(local(node) == "encryption-data" for node in manifest.iter()):
        raise UnreadableFileError(
            raw.name,
            "het bestand is beveiligd met een wachtwoord; sla het op zonder wachtwoord en probeer opnieuw",
        )
    content, styles = package.root("content.xml"), package.root("styles.xml")
    body = child(content, "body", "text")
    if body is None:
        raise UnreadableFileError(
            raw.name, "dit is een OpenDocument-bestand zonder lopende tekst; lever tekst (.odt) of PDF aan"
        )
    reader = _Reader()
    for root in (styles, content):
        reader.learn(root)
    paragraphs = tuple(reader.paragraphs(body))
    head = [
        line
        for header in (styles.iter() if styles is not None else ())
        if local(header) in ("header", "header-first")
        for paragraph in reader.paragraphs(header)
        for line in paragraph.text.split("\n")
    ]
    return WordText(
        paragraphs, tuple(reader.notes), tuple(head), _title(package), tuple(dict.fromkeys(reader.warnings))
    )


def _title(package: Package) -> str:
    meta = child(package.root("meta.xml"), "meta")
    said = [tidy(node.text or "").strip() for name in ("title", "subject") for node in children(meta, name)]
    return next((title for title in said if title), "")


@dataclass(slots=True)
class _Reader:
    styles: dict[tuple[str, str], _Style] = field(default_factory=dict)  # by family and name
    levels: dict[str, dict[int, _Level]] = field(default_factory=dict)  # by list style
    counters: dict[str, dict[int, int]] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    # -- styles

    def learn(self, root: etree._Element | None) -> None:
        """Remember the styles in this part of the file."""
        for group in ("styles", "automatic-styles"):
            for node in child(root, group) if child(root, group) is not None else ():  # type: ignore[union-attr]
                name = attribute(node, "name") or ""
                if local(node) == "style":
                    self.styles[attribute(node, "family") or "", name] = _read_style(node)
                elif local(node) == "list-style":
                    self.levels[name] = dict(map(_read_level, node))

    def _says(self, family: str, name: str | None, what: str) -> bool | None:
        for _ in range(_DEEPEST):
            style = self.styles.get((family, name or ""))
            if style is None:
                return None
            said: bool | None = getattr(style, what)
            if said is not None:
                return said
            name = style.parent
        return None

    # -- blocks

    def paragraphs(self, parent: etree._Element) -> Iterator[Paragraph]:
        """What stands in `parent`, in reading order; empty paragraphs are left out."""
        for node in parent:
            name = local(node)
            if name in ("p", "h"):
                yield from self._paragraph(node, "")
            elif name == "list":
                yield from self._list(node, attribute(node, "style-name"), 1)
            elif name == "table":
                yield from self._table(node)
            elif name == "section" and attribute(node, "display") == "none":
                self._hide("".join(str(text) for text in node.itertext()))
            elif name and name not in _GONE and name != "note":
                yield from self.paragraphs(node)

    def _paragraph(self, node: etree._Element, label: str) -> Iterator[Paragraph]:
        piece = Piece()
        self._text(node, attribute(node, "style-name"), None, piece)
        level = 0
        if local(node) == "h":
            said = attribute(node, "outline-level") or "1"
            level = int(said) if said.isdigit() and len(said) < 3 else 1
        kind = BlockKind.HEADING if level else BlockKind.LIST_ITEM if label else BlockKind.PARAGRAPH
        yield from lines_of(piece, label, kind, level)
        for box in piece.boxes:
            yield from self.paragraphs(box)

    def _list(self, node: etree._Element, style: str | None, depth: int) -> Iterator[Paragraph]:
        counters = self.counters.setdefault(style or "", {})
        if attribute(node, "continue-numbering") != "true" and attribute(node, "continue-list") is None:
            counters.pop(depth, None)
        for item in node:
            labelled = local(item) == "list-item"
            start = attribute(item, "start-value")
            if start is not None and start.isdigit() and len(start) < 7:
                counters[depth] = int(start) - 1
            for inner in item:
                if local(inner) in ("p", "h"):
                    filled = any(str(text).strip() for text in inner.itertext())
                    label = self._label(style or "", depth) if labelled and filled else ""
                    labelled = labelled and not filled
                    yield from self._paragraph(inner, label)
                elif local(inner) == "list":
                    yield from self._list(inner, attribute(inner, "style-name") or style, depth + 1)
                else:
                    yield from self.paragraphs(inner)

    def _label(self, style: str, depth: int) -> str:
        """The label of the next item of a list: "3.", "a)", "Vraag 4", "-"."""
        levels, counters = self.levels.get(style, {}), self.counters[style]
        level = levels.get(depth)
        if level is None or level.bullet:
            return "-"
        counters[depth] = counters.get(depth, level.start - 1) + 1
        for deeper in [d for d in counters if d > depth]:
            del counters[deeper]
        if not level.form:
            return f"{level.before}{level.after}".strip()
        shown = range(max(1, depth - level.shown + 1), depth + 1)
        numbers = [
            format_number(counters.get(d, 1), _FORMS.get(levels[d].form if d in levels else "1", "decimal"))
            for d in shown
        ]
        return f"{level.before}{'.'.join(numbers)}{level.after}".strip()

    def _table(self, table: etree._Element) -> Iterator[Paragraph]:
        cells = [list(_within(row, "table-cell")) for row in _within(table, "table-row")]
        contents = [[list(self.paragraphs(cell)) for cell in row] for row in cells]
        filled = [[cell for cell in row if cell] for row in contents]
        nested = any(local(inner) == "table" for row in cells for cell in row for inner in cell)
        if nested or only_arranges(filled):
            for row in filled:
                for cell in row:
                    yield from cell
        else:
            yield from table_of(contents)

    # -- text

    def _text(self, node: etree._Element, style: str | None, span: str | None, piece: Piece) -> None:
        """Add what stands in a paragraph or span, in mixed content."""
        self._say(node.text, style, span, piece)
        for inner in node:
            name = local(inner)
            if name == "note":
                self._note(inner, piece)
            elif name == "s":
                count = attribute(inner, "c") or "1"
                piece.text += " " * min(_MOST_SPACES, int(count) if count.isdigit() and len(count) < 7 else 1)
            elif name == "tab":
                piece.text += " "
            elif name == "line-break":
                piece.text += "\n"
            elif name in ("text-box", "custom-shape"):
                piece.boxes.append(inner)
            elif name == "span":
                self._text(inner, style, attribute(inner, "style-name") or span, piece)
            elif name and name not in _GONE:
                self._text(inner, style, span, piece)
            self._say(inner.tail, style, span, piece)

    def _say(self, text: str | None, style: str | None, span: str | None, piece: Piece) -> None:
        text = re.sub(r"\s+", " ", text or "")
        if not text:
            return
        of_span, of_paragraph = ("text", span), ("paragraph", style)
        for what in ("hidden", "white"):
            said = self._says(*of_span, what)
            if said if said is not None else self._says(*of_paragraph, what):
                self._hide(text)
                return
        strong = self._says(*of_span, "strong")
        piece.say(text, bool(strong if strong is not None else self._says(*of_paragraph, "strong")))

    def _hide(self, text: str) -> None:
        if text.strip():
            self.warnings.append("Het bestand bevat verborgen tekst; die is weggelaten.")

    def _note(self, node: etree._Element, piece: Piece) -> None:
        key = f"{attribute(node, 'note-class')}:{attribute(node, 'id')}:{len(self.notes)}"
        body = child(node, "note-body")
        text = "" if body is None else " ".join(p.text.replace("\n", " ") for p in self.paragraphs(body))
        piece.notes.append((len(piece.text), key))
        if text:
            self.notes.append(Note(key, text))


def _read_style(node: etree._Element) -> _Style:
    text = child(node, "text-properties")
    weight, slant = attribute(text, "font-weight"), attribute(text, "font-style")
    strong = None
    if weight is not None or slant is not None:
        strong = weight in ("bold", "600", "700", "800", "900") or slant in ("italic", "oblique")
    display, size = attribute(text, "display"), attribute(text, "font-size") or ""
    hidden = None if display is None else display == "none"
    points = re.fullmatch(r"(\d+(?:\.\d+)?)pt", size)
    if points is not None and float(points[1]) <= _SMALLEST:
        hidden = True
    colour, ground = attribute(text, "color"), attribute(text, "background-color")
    white = None if colour is None else colour.lower() == "#ffffff" and ground in (None, "transparent")
    return _Style(attribute(node, "parent-style-name"), strong, hidden, white)


def _read_level(node: etree._Element) -> tuple[int, _Level]:
    def whole(name: str) -> int:
        said = attribute(node, name) or "1"
        return int(said) if said.isdigit() and len(said) < 7 else 1

    bullet = local(node) != "list-level-style-number"
    level = _Level(
        attribute(node, "num-format") or "",
        attribute(node, "num-prefix") or "",
        attribute(node, "num-suffix") or "",
        whole("start-value"),
        whole("display-levels"),
        bullet,
    )
    return whole("level"), level


def _within(parent: etree._Element, wanted: str) -> Iterator[etree._Element]:
    for node in parent:
        name = local(node)
        if name == wanted:
            yield node
        elif name in ("table-header-rows", "table-rows", "table-row-group"):
            yield from _within(node, wanted)
