"""OpenDocument text (ODT, as LibreOffice writes it) as the reader sees it; nothing hidden or taken out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from lxml import etree

from learninglion.models import BlockKind, RawFile
from learninglion.models.errors import UnreadableFileError
from learninglion.parsing.office.mathematics import linear_mathml
from learninglion.parsing.office.ooxml import (
    WHITE,
    Colour,
    Package,
    attribute,
    child,
    children,
    format_number,
    local,
    open_package,
    parse_xml,
    read_colour,
    stands_out,
)
from learninglion.parsing.office.pieces import (
    Cell,
    Omissions,
    Piece,
    Reason,
    WordText,
    lines_of,
    read_shift,
    said_once,
    table_or_text,
)
from learninglion.parsing.writing import Note, Paragraph, tidy

_GONE = frozenset(
    "tracked-changes annotation annotation-end hidden-text hidden-paragraph forms sequence-decls "
    "variable-decls user-field-decls table-of-content-source script bibliography-source".split()
)
_DRAWING = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"  # its title and desc nobody sees
_FIELDS = frozenset("variable-set variable-get user-field-get user-field-input expression sequence".split())
_SHAPES = frozenset("custom-shape rect ellipse circle polygon path line connector caption".split())
_BOXES = frozenset(("text-box", *_SHAPES))
_EDGES = frozenset("header header-left header-first footer footer-left footer-first".split())
_GROUPS = frozenset(
    "table-header-rows table-rows table-row-group "
    "table-header-columns table-columns table-column-group".split()
)
_FORMS = {
    "01, 02, 03, ...": "decimalZero",
    "a": "lowerLetter",
    "A": "upperLetter",
    "i": "lowerRoman",
    "I": "upperRoman",
}
_SMALLEST = 2.0  # points; nobody reads such letters, machines do
_DEEPEST = 20  # styles built upon styles; a longer chain is a loop
_MOST_SPACES = 100
_COLUMN = 3  # spaces that make room for a column
_MOST_REPEATED = 200  # cells or rows that one element stands for
_ORDINARY = 12.0  # points, where nobody says a size
_SHIFTED_FROM = 10.0  # per cent of the letters' height
_FAR = 300.0  # points outside the page


@dataclass(frozen=True, slots=True)
class _Style:
    """What one style says itself; None where it is silent."""

    parent: str | None
    strong: bool | None = None
    hidden: bool | None = None
    struck: bool | None = None
    shift: int | None = None
    size: float | None = None  # points; negative: that part of the size around it
    letters: Colour | None = None
    automatic: bool | None = None  # letters are dark or light as the ground asks
    edged: bool | None = None  # the edges of the letters are drawn, or a shadow behind them
    ground: Colour | None = None
    picture: bool | None = None  # a picture or gradient lies behind
    font: str | None = None


@dataclass(frozen=True, slots=True)
class _Around:
    """What surrounds text and holds for it."""

    ground: Colour | None = WHITE  # None: nobody knows
    paragraph: str | None = None  # style of the paragraph
    spans: tuple[str, ...] = ()  # styles of the spans, the innermost first


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
    return _text_of(raw, content, styles, _title(package.root("meta.xml")), package)


def read_flat_odt(raw: RawFile) -> WordText:
    """The text of an OpenDocument file that is one XML document (FODT)."""
    root = parse_xml(raw.content, raw.name, "dit OpenDocument-bestand is beschadigd")
    return _text_of(raw, root, None, _title(root), None)


def _text_of(
    raw: RawFile,
    content: etree._Element | None,
    styles: etree._Element | None,
    title: str,
    package: Package | None,
) -> WordText:
    body = child(content, "body", "text")
    if body is None:
        raise UnreadableFileError(
            raw.name, "dit is een OpenDocument-bestand zonder lopende tekst; lever tekst (.odt) of PDF aan"
        )
    reader = _Reader(package)
    for root in (styles, content):
        reader.learn(root)
    _take_out_deleted(body, reader.omissions)
    page = _Around(reader.page_ground(styles if styles is not None else content))
    paragraphs = tuple(reader.paragraphs(body, page))
    notes, warnings = tuple(reader.notes), reader.omissions.warnings()
    edges = [
        (local(node), paragraph)
        for node in (styles if styles is not None else content).iter()  # type: ignore[union-attr]
        if local(node) in _EDGES and attribute(node, "display") != "false"
        for paragraph in reader.paragraphs(node, page)
    ]
    head = [line for kind, p in edges if kind.startswith("header") for line in p.text.split("\n")]
    front = tuple(said_once([paragraph for _, paragraph in edges], paragraphs))
    return WordText(paragraphs, notes, tuple(head), title, warnings, front)


def _title(root: etree._Element | None) -> str:
    meta = child(root, "meta")
    titles = [tidy(node.text or "").strip() for name in ("title", "subject") for node in children(meta, name)]
    return next((title for title in titles if title), "")


@dataclass(slots=True)
class _Reader:
    package: Package | None = None
    styles: dict[tuple[str, str], _Style] = field(default_factory=dict)  # by family and name
    levels: dict[str, dict[int, _Level]] = field(default_factory=dict)  # by list style
    outline: dict[int, _Level] = field(default_factory=dict)
    counters: dict[str, dict[int, int]] = field(default_factory=dict)
    controls: dict[str, etree._Element] = field(default_factory=dict)  # form fields, by their id
    fonts: dict[str, str] = field(default_factory=dict)  # what fonts are called in this file, and really
    notes: list[Note] = field(default_factory=list)
    omissions: Omissions = field(default_factory=Omissions)
    last: str = ""  # the text of the paragraph before, to name places by

    # -- styles

    def learn(self, root: etree._Element | None) -> None:
        """Remember the styles and form fields in this part of the file."""
        for group in (*children(root, "styles"), *children(root, "automatic-styles")):
            for node in group:
                name = attribute(node, "name") or ""
                if local(node) == "style":
                    self.styles[attribute(node, "family") or "", name] = _read_style(node)
                elif local(node) == "default-style":
                    self.styles[attribute(node, "family") or "", ""] = _read_style(node)
                elif local(node) == "list-style":
                    self.levels[name] = dict(map(_read_level, node))
                elif local(node) == "outline-style":
                    self.outline = dict(map(_read_level, node))
        for face in children(child(root, "font-face-decls"), "font-face"):
            self.fonts[attribute(face, "name") or ""] = attribute(face, "font-family") or ""
        for forms in root.iter() if root is not None else ():
            if local(forms) == "forms":
                for node in forms.iter():
                    key = attribute(node, "id")
                    if key:
                        self.controls[key] = node

    def page_ground(self, root: etree._Element | None) -> Colour | None:
        """The colour of the pages; None where a picture lies behind the text."""
        for node in root.iter() if root is not None else ():
            if local(node) == "page-layout":
                properties = child(node, "page-layout-properties")
                if attribute(child(properties, "background-image"), "href"):
                    return None
                colour = read_colour(attribute(properties, "background-color"))
                if colour is not None and colour.alpha > 0:
                    return colour
        return WHITE

    def _chain(self, family: str, name: str | None) -> Iterator[_Style]:
        for _ in range(_DEEPEST):
            style = self.styles.get((family, name or ""))
            if style is None:
                break
            yield style
            if not name:
                return
            name = style.parent
        default = self.styles.get((family, ""))
        if default is not None:
            yield default

    def _said(self, around: _Around, what: str) -> Any:
        """What the spans, else the paragraph, say of the property; None where all are silent."""
        for name in around.spans:
            for style in self._chain("text", name):
                if getattr(style, what) is not None:
                    return getattr(style, what)
        for style in self._chain("paragraph", around.paragraph):
            if getattr(style, what) is not None:
                return getattr(style, what)
        return None

    def _size(self, around: _Around) -> float:
        """The size of letters in points; relative sizes are of what is around them."""
        factor = 1.0
        sizes = [
            style.size
            for family, names in (("text", around.spans), ("paragraph", (around.paragraph,)))
            for name in names
            for style in self._chain(family, name)
            if style.size is not None
        ]
        for size in sizes:
            if size > 0 or size == 0:
                return size * factor
            factor *= -size
        return _ORDINARY * factor

    def _behind(self, family: str, name: str | None, otherwise: Colour | None) -> Colour | None:
        """The ground that a cell, row, table, box or section gives to what is in it."""
        for style in self._chain(family, name):
            if style.picture:
                return None
            if style.ground is not None:
                return style.ground
        return otherwise

    def _unseen(self, around: _Around) -> Reason | None:
        if self._said(around, "hidden"):
            return Reason.HIDDEN
        if self._said(around, "struck"):
            return Reason.STRUCK
        if self._size(around) <= _SMALLEST:
            return Reason.SMALL
        letters = self._said(around, "letters")
        if letters is None or self._said(around, "automatic") or self._said(around, "edged"):
            return None
        ground = self._said(around, "ground") or around.ground
        return None if ground is None or stands_out(letters, ground) else Reason.GROUND

    # -- blocks

    def paragraphs(self, parent: etree._Element, around: _Around) -> Iterator[Paragraph]:
        """What stands in `parent`, in reading order; empty paragraphs are left out."""
        for node in parent:
            for paragraph in self._block(node, around):
                self.last = paragraph.text
                yield paragraph

    def _block(self, node: etree._Element, around: _Around) -> Iterator[Paragraph]:
        name = local(node)
        if name in ("p", "h"):
            yield from self._paragraph(node, "", around)
        elif name in ("list", "numbered-paragraph"):
            yield from self._list(node, attribute(node, "style-name"), 1, around)
        elif name == "table":
            yield from self._table(node, around)
        elif name == "section":
            yield from self._section(node, around)
        elif name in _BOXES:
            yield from self._box(node, around)
        elif name in ("object", "object-ole"):  # anchored to the page
            piece = Piece()
            self._object(node, around, piece)
            yield from lines_of(piece, "", BlockKind.PARAGRAPH, 0)
            for box in piece.boxes:
                yield from self._box(box, around)
        elif name == "tracked-changes":
            for removed in node.iter():
                if local(removed) == "deletion":
                    words = " ".join(_text_in(p) for p in removed.iter() if local(p) in ("p", "h"))
                    self.omissions.add(Reason.DELETED, words)
        elif name and not _is_gone(node) and name != "note":
            yield from self.paragraphs(node, around)

    def _section(self, node: etree._Element, around: _Around) -> Iterator[Paragraph]:
        display = attribute(node, "display")
        state = None
        if display == "none":
            state = Reason.HIDDEN
        elif display == "condition":
            state = _conditional(attribute(node, "is-hidden"), attribute(node, "condition"))
        if state is not None:
            self.omissions.add(state, _text_in(node), self.last)
        if state in (None, Reason.UNSURE):
            ground = self._behind("section", attribute(node, "style-name"), around.ground)
            yield from self.paragraphs(node, replace(around, ground=ground))

    def _paragraph(self, node: etree._Element, label: str, around: _Around) -> Iterator[Paragraph]:
        piece = Piece()
        inside = replace(around, paragraph=attribute(node, "style-name"), spans=())
        ground = self._behind("paragraph", inside.paragraph, around.ground)
        inside = replace(inside, ground=ground)
        hidden = next((n for n in node.iter() if local(n) == "hidden-paragraph"), None)
        state = None
        if hidden is not None:
            state = _conditional(attribute(hidden, "is-hidden"), attribute(hidden, "condition"))
        if state is not None:
            self.omissions.add(state, _text_in(node), self.last)
        if state not in (None, Reason.UNSURE):
            return
        self._text(node, inside, piece)
        piece.settle()
        level = 0
        if local(node) == "h":
            depth = attribute(node, "outline-level") or "1"
            level = int(depth) if depth.isdigit() and len(depth) < 3 else 1
            numbered = level in self.outline and attribute(node, "is-list-header") != "true"
            if not label and piece.text.strip() and numbered and self.outline[level].form:
                label = self._label("", level)
        kind = BlockKind.HEADING if level else BlockKind.LIST_ITEM if label else BlockKind.PARAGRAPH
        yield from lines_of(piece, label, kind, level)
        for box in piece.boxes:
            yield from self._box(box, around)

    def _box(self, box: etree._Element, around: _Around) -> Iterator[Paragraph]:
        """What stands in a frame or shape, on its own ground."""
        frames = [n for n in (box, *box.iterancestors()) if local(n) in ("frame", *_SHAPES)]
        if any(map(_is_away, frames)):
            self.omissions.add(Reason.OUTSIDE, _text_in(box), self.last)
            return
        ground = around.ground
        for frame in reversed(frames):
            ground = self._behind("graphic", attribute(frame, "style-name"), ground)
        yield from self.paragraphs(box, _Around(ground))

    def _list(
        self, node: etree._Element, style: str | None, depth: int, around: _Around
    ) -> Iterator[Paragraph]:
        counters = self.counters.setdefault(style or "", {})
        if attribute(node, "continue-numbering") != "true" and attribute(node, "continue-list") is None:
            counters.pop(depth, None)
        items = (node,) if local(node) == "numbered-paragraph" else node
        for item in items:
            labelled = local(item) in ("list-item", "numbered-paragraph")
            start = attribute(item, "start-value")
            if start is not None and start.isdigit() and len(start) < 7:
                counters[depth] = int(start) - 1
            for inner in item:
                if local(inner) in ("p", "h"):
                    filled = any(str(text).strip() for text in inner.itertext())
                    label = self._label(style or "", depth) if labelled and filled else ""
                    labelled = labelled and not filled
                    yield from self._paragraph(inner, label, around)
                elif local(inner) == "list":
                    name = attribute(inner, "style-name") or style
                    yield from self._list(inner, name, depth + 1, around)
                else:
                    yield from self._block(inner, around)

    def _label(self, style: str, depth: int) -> str:
        """The label of the next item of a list: "3.", "a)", "Vraag 4", "-"."""
        levels = self.levels.get(style, {}) if style else self.outline
        counters = self.counters.setdefault(style, {})
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

    def _table(self, table: etree._Element, around: _Around) -> Iterator[Paragraph]:
        ground = self._behind("table", attribute(table, "style-name"), around.ground)
        read: list[tuple[list[Cell], bool]] = []
        folded, dressed = list(_folded(table)), list(_dressed(table))
        for row in _within(table, "table-row"):
            if attribute(row, "visibility") in ("collapse", "filter"):
                self.omissions.add(Reason.HIDDEN, _text_in(row), self.last)
                continue
            own = self._behind("table-row", attribute(row, "style-name"), ground)
            cells = list(self._cells(row, replace(around, ground=own), folded, dressed))
            nested = any(local(inner) == "table" for cell in row for inner in cell.iter())
            times = _count(attribute(row, "number-rows-repeated"))
            filled = any(cell.paragraphs for cell in cells)
            read += [(cells, nested)] * (min(times, _MOST_REPEATED) if filled else 1)
        yield from table_or_text(read)

    def _cells(
        self, row: etree._Element, around: _Around, folded: list[bool], dressed: list[str | None]
    ) -> Iterator[Cell]:
        """The cells of a row; those that another covers are not written: the table counts them itself.

        `folded`: by column, whether it is folded away; `dressed`: the style of its cells.
        """
        place = 0
        for cell in row:
            if local(cell) not in ("table-cell", "covered-table-cell"):
                continue
            at = place
            place += _count(attribute(cell, "number-columns-repeated"))
            if local(cell) == "covered-table-cell" or (at < len(folded) and all(folded[at:place])):
                self.omissions.add(Reason.HIDDEN, _text_in(cell), self.last)
                continue
            style = attribute(cell, "style-name") or attribute(row, "default-cell-style-name")
            style = style or (dressed[at] if at < len(dressed) else None)
            ground = self._behind("table-cell", style, around.ground)
            across = _count(attribute(cell, "number-columns-spanned"))
            down = _count(attribute(cell, "number-rows-spanned"))
            paragraphs = list(self.paragraphs(cell, _Around(ground)))
            times = _count(attribute(cell, "number-columns-repeated"))
            for _ in range(min(times, _MOST_REPEATED)):
                yield Cell(paragraphs, across, down)

    # -- text

    def _text(self, node: etree._Element, around: _Around, piece: Piece) -> None:
        """Add what stands in a paragraph or span, in mixed content."""
        self._say(node.text, around, piece)
        for inner in node:
            self._inline(inner, around, piece)
            self._say(inner.tail, around, piece)

    def _inline(self, inner: etree._Element, around: _Around, piece: Piece) -> None:
        name = local(inner)
        if name == "note":
            self._note(inner, around, piece)
        elif name == "s":
            spaces = min(_MOST_SPACES, _count(attribute(inner, "c")))
            piece.tab() if spaces >= _COLUMN else piece.say(" " * spaces, False)
        elif name == "tab":
            piece.tab()
        elif name == "line-break":
            piece.break_line()
        elif name == "math":
            piece.say_formula(linear_mathml(inner))
        elif name in ("object", "object-ole"):
            self._object(inner, around, piece)
        elif name in _BOXES:
            piece.boxes.append(inner)
        elif name == "image" and attribute(inner.getparent(), "anchor-type") == "as-char":
            title = child(inner.getparent(), "title")
            piece.picture((title.text or "") if title is not None else "", self.omissions)
        elif name == "control":
            self._control(self.controls.get(attribute(inner, "control") or ""), around, piece)
        elif name == "fieldmark":
            self._say(_shown_in(inner), around, piece)
        elif name == "ruby":
            self._ruby(inner, around, piece)
        elif name == "annotation":
            self.omissions.add(Reason.REMARK, _text_in(inner), piece.text or self.last)
        elif name == "hidden-text":
            state = _conditional(attribute(inner, "is-hidden"), attribute(inner, "condition"))
            text = "".join(inner.itertext()) or attribute(inner, "string-value") or ""
            if state is not None:
                self.omissions.add(state, text, piece.text or self.last)
            if state in (None, Reason.UNSURE):
                self._say(text, around, piece)
        elif attribute(inner, "display") == "none" and name in _FIELDS:
            return
        elif name == "span":
            style = attribute(inner, "style-name")
            self._text(inner, replace(around, spans=(style, *around.spans)) if style else around, piece)
        elif name and not _is_gone(inner):
            self._text(inner, around, piece)

    def _say(self, text: str | None, around: _Around, piece: Piece) -> None:
        text = re.sub(r"\s+", " ", text or "")
        if not text:
            return
        reason = self._unseen(around) if text.strip() else None
        if reason is not None:
            self.omissions.add(reason, text, piece.text or self.last)
            return
        font = self._said(around, "font")
        font = self.fonts.get(font) or font
        shown = self.omissions.show(text, font, piece.text or self.last)
        piece.say(shown, bool(self._said(around, "strong")), self._said(around, "shift") or 0)

    def _ruby(self, node: etree._Element, around: _Around, piece: Piece) -> None:
        """A word with its reading above it: "base (reading)"."""
        for part, opened, closed in (("ruby-base", "", ""), ("ruby-text", " (", ") ")):
            inside = child(node, part)
            if inside is not None:
                piece.say(opened, False)
                self._text(inside, around, piece)
                piece.say(closed, False)

    def _control(self, node: etree._Element | None, around: _Around, piece: Piece) -> None:
        """What a form field shows."""
        name = local(node) if node is not None else ""
        if node is None or name in ("hidden", "password"):
            return
        piece.part()
        if name in ("checkbox", "radio"):
            state = attribute(node, "current-state") or attribute(node, "state")
            ticked = state == "checked" or attribute(node, "current-selected") == "true"
            self._say("☒ " if ticked else "☐ ", around, piece)
        texts = [attribute(node, key) for key in ("label", "current-value")]
        texts += [attribute(node, "value")] if texts[1] is None and name not in ("checkbox", "radio") else []
        lines = [line for line in node.iter() if local(line) == "option"]
        chosen = [line for line in lines if attribute(line, "current-selected") == "true"]
        texts += [attribute(line, "label") for line in chosen or lines[:0]]
        texts += ["".join(line.itertext()) for line in node if local(line) in ("p",)]
        for text in filter(None, texts):
            self._say(f" {text} ", around, piece)

    def _object(self, node: etree._Element, around: _Around, piece: Piece) -> None:
        """An equation, chart or table that stands in a part of its own, or right here."""
        inside = next(iter(node), None)
        target = (attribute(node, "href") or "").removeprefix("./").strip("/")
        if inside is None and target and self.package is not None:
            inside = self.package.root(f"{target}/content.xml")
        if inside is None:
            self.omissions.add(Reason.ELSEWHERE, target, piece.text or self.last)
            return
        formula = next((n for n in inside.iter() if local(n) == "math"), None)
        if formula is not None:
            piece.say_formula(linear_mathml(formula))
        else:
            piece.boxes.append(inside)

    def _note(self, node: etree._Element, around: _Around, piece: Piece) -> None:
        key = f"{attribute(node, 'note-class')}:{attribute(node, 'id')}:{len(self.notes)}"
        body = child(node, "note-body")
        inside = _Around(around.ground)
        text = (
            "" if body is None else " ".join(p.text.replace("\n", " ") for p in self.paragraphs(body, inside))
        )
        piece.refer(key)
        if text:
            self.notes.append(Note(key, text))


def _take_out_deleted(body: etree._Element, omissions: Omissions) -> None:
    """Take away the deleted words that stand in the text itself, as programs write that show changes."""
    regions = (node for node in body.iter() if local(node) == "changed-region")
    deleted = {attribute(region, "id") for region in regions if child(region, "deletion") is not None}
    within: str | None = None
    before = ""
    for event, node in etree.iterwalk(body, events=("start", "end")) if deleted else ():
        name = local(node)
        if event == "start" and name == "change-start" and attribute(node, "change-id") in deleted:
            within = attribute(node, "change-id")
        elif event == "start" and name == "change-end" and attribute(node, "change-id") == within:
            within = None
        part = "text" if event == "start" else "tail"
        words = getattr(node, part) or ""
        if within is not None and words:
            omissions.add(Reason.DELETED, words, before)
            setattr(node, part, None)
        elif words.strip():
            before = words


def _read_style(node: etree._Element) -> _Style:
    text = child(node, "text-properties")
    weight, slant = attribute(text, "font-weight"), attribute(text, "font-style")
    strong = None
    if weight is not None or slant is not None:
        strong = weight in ("bold", "600", "700", "800", "900") or slant in ("italic", "oblique")
    display = attribute(text, "display")
    struck = [attribute(text, f"text-line-through-{kind}") for kind in ("style", "type")]
    letters = read_colour(attribute(text, "color"))
    if (attribute(text, "opacity") or "").strip() in ("0%", "0"):
        letters = Colour(0.0, 0.0, 0.0, 0.0)
    automatic = attribute(text, "use-window-font-color")
    edges = [attribute(text, name) for name in ("text-outline", "text-shadow", "font-relief")]
    ground, picture = _read_ground(node)
    return _Style(
        parent=attribute(node, "parent-style-name"),
        strong=strong,
        hidden=None if display is None else display == "none",
        struck=None
        if struck == [None, None]
        else any(line_kind not in (None, "none") for line_kind in struck),
        shift=_read_shift(attribute(text, "text-position")),
        size=_read_size(attribute(text, "font-size"), attribute(text, "text-scale")),
        letters=letters,
        automatic=None if automatic is None and letters is None else automatic == "true",
        edged=None
        if edges == [None] * 3
        else any(line_kind not in (None, "none", "false") for line_kind in edges),
        ground=ground,
        picture=picture,
        font=attribute(text, "font-name") or attribute(text, "font-family"),
    )


def _read_ground(node: etree._Element) -> tuple[Colour | None, bool | None]:
    """The colour behind what a style is for, and whether a picture or gradient lies there."""
    for properties in node:
        if not local(properties).endswith("-properties"):
            continue
        picture = child(properties, "background-image")
        fill = attribute(properties, "fill")
        if (picture is not None and attribute(picture, "href")) or fill in ("bitmap", "gradient", "hatch"):
            return None, True
        colour_name = attribute(properties, "fill-color") if fill == "solid" else None
        colour = read_colour(colour_name or attribute(properties, "background-color"))
        if colour is not None and colour.alpha > 0:
            return colour, False
    return None, None


def _shown_in(mark: etree._Element) -> str:
    """What a box to tick or a list to choose from shows that came from a Word file."""
    kind = (attribute(mark, "type") or "").rpartition(".")[2]
    entries = [(attribute(inner, "name"), attribute(inner, "value") or "") for inner in mark]
    if kind == "FORMCHECKBOX":
        return "☒" if ("Checkbox_Checked", "true") in entries else "☐"
    choices = [value for name, value in entries if name == "Dropdown_ListEntry"]
    chosen = next((value for name, value in entries if name == "Dropdown_Selected"), "0")
    return "".join(choices[int(chosen) : int(chosen) + 1]) if chosen.isdecimal() else ""


def _read_shift(text: str | None) -> int | None:
    """Whether "super 58%", "sub 58%" or "33% 58%" stands above or below the line."""
    first = (text or "").split()[:1]
    if not first:
        return None
    if first[0] in ("super", "sub"):
        return 1 if first[0] == "super" else -1
    share = re.fullmatch(r"([+-]?\d+(?:\.\d+)?)%", first[0])
    up = float(share[1]) if share is not None else 0.0
    return read_shift(up, _SHIFTED_FROM)


def _read_size(text: str | None, scale: str | None) -> float | None:
    if scale is not None and re.fullmatch(r"\d(?:\.\d+)?%", scale.strip()):
        return 0.0  # letters narrower than a tenth
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(pt|%|px|cm|mm|in)", (text or "").strip())
    if match is None:
        return None
    number = float(match[1])
    if match[2] == "%":
        return -number / 100
    return number * {"pt": 1.0, "px": 0.75, "cm": 28.35, "mm": 2.835, "in": 72.0}[match[2]]


def _conditional(is_hidden: str | None, condition: str | None) -> Reason | None:
    """Why a conditional part is left out; None where it shows, UNSURE where the file does not say."""
    if is_hidden is not None:
        return Reason.CONDITION if is_hidden == "true" else None
    condition_text = (condition or "").rpartition(":")[2].strip().strip('"').lower()
    if condition_text in ("1", "true", "waar", "wahr", "1==1", "1 == 1"):
        return Reason.CONDITION
    if condition_text in ("0", "false", "onwaar", "1==0", "0==1", "1 == 0"):
        return None
    return Reason.UNSURE if condition_text else None


def _is_away(frame: etree._Element) -> bool:
    """Whether a frame has no size or stands outside the page."""

    def points(name: str) -> float | None:
        match = re.fullmatch(r"(-?\d+(?:\.\d+)?)(pt|px|cm|mm|in)", attribute(frame, name) or "")
        scale = {"pt": 1.0, "px": 0.75, "cm": 28.35, "mm": 2.835, "in": 72.0}
        return float(match[1]) * scale[match[2]] if match is not None else None

    size = [value for value in (points("width"), points("height")) if value is not None]
    place = [value for value in (points("x"), points("y")) if value is not None]
    minimum = attribute(next(iter(frame), None), "min-height") is not None if len(frame) else False
    return (any(value <= 0.5 for value in size) and not minimum) or any(value <= -_FAR for value in place)


def _is_gone(node: etree._Element) -> bool:
    return local(node) in _GONE or node.tag in (f"{_DRAWING}title", f"{_DRAWING}desc")


def _text_in(node: etree._Element) -> str:
    return " ".join(str(text) for text in node.itertext())


def _count(text: str | None) -> int:
    return int(text) if text is not None and text.isdigit() and 0 < len(text) < 7 and int(text) else 1


def _read_level(node: etree._Element) -> tuple[int, _Level]:
    def whole(name: str) -> int:
        number = attribute(node, name) or "1"
        return int(number) if number.isdigit() and len(number) < 7 else 1

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


def _dressed(table: etree._Element) -> Iterator[str | None]:
    """By column, the style of the cells in it that name none."""
    for column in _within(table, "table-column"):
        times = min(_MOST_REPEATED, _count(attribute(column, "number-columns-repeated")))
        yield from [attribute(column, "default-cell-style-name")] * times


def _folded(table: etree._Element) -> Iterator[bool]:
    """By column, whether it is folded away; nothing for a table that folds none."""
    columns = list(_within(table, "table-column"))
    if any(attribute(column, "visibility") in ("collapse", "filter") for column in columns):
        for column in columns:
            times = min(_MOST_REPEATED, _count(attribute(column, "number-columns-repeated")))
            yield from [attribute(column, "visibility") in ("collapse", "filter")] * times


def _within(parent: etree._Element, wanted: str) -> Iterator[etree._Element]:
    for node in parent:
        name = local(node)
        if name == wanted:
            yield node
        elif name in _GROUPS:
            yield from _within(node, wanted)
