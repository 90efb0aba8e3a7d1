"""Word files (DOCX) as the reader sees them: paragraphs with their numbers, tables, notes; nothing hidden."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from lxml import etree

from learninglion.models import BlockKind, RawFile
from learninglion.models.errors import UnreadableFileError
from learninglion.parsing.office.mathematics import linear_omml
from learninglion.parsing.office.ooxml import (
    BLACK,
    WHITE,
    Colour,
    Numbering,
    Package,
    Relation,
    Scope,
    Styles,
    attribute,
    child,
    children,
    local,
    open_package,
    read_colour,
    stands_out,
    switched_on,
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
from learninglion.parsing.writing import UNKNOWN, Note, Paragraph, lowered, raised, show_symbols, tidy

# --------------------------------------------------------------------------- fields


_SHOWN_NODES = frozenset("t sym tab br cr noBreakHyphen ptab".split())
_DEEPEST = 20


@dataclass(slots=True)
class _Open:
    code: str = ""
    has_result: bool = False
    shows: bool = False  # its result holds a sign
    inside: list[etree._Element] = field(default_factory=list)


@dataclass(slots=True)
class Fields:
    """The fields of one part of a file."""

    codes: set[etree._Element] = field(default_factory=set)  # text that belongs to a code
    shown: dict[etree._Element, str] = field(default_factory=dict)  # at the end of a field without a result

    @classmethod
    def read(cls, root: etree._Element) -> Fields:
        """The fields below `root`; one that is never ended hides nothing."""
        fields = cls()
        stack: list[_Open] = []
        for node in root.iter():
            name = local(node)
            if name == "fldChar":
                kind = attribute(node, "fldCharType")
                if kind == "begin":
                    stack.append(_Open())
                elif kind == "separate" and stack:
                    stack[-1].has_result = True
                elif kind == "end" and stack:
                    ended = stack.pop()
                    fields.codes.update(ended.inside)
                    if not ended.shows and all(outer.has_result for outer in stack):
                        fields.shown[node] = shown_of_code(ended.code)
            elif name == "instrText" and stack:
                stack[-1].code += node.text or ""
            elif name in _SHOWN_NODES:
                if stack and stack[-1].has_result and (name != "t" or node.text):
                    for outer in stack:
                        outer.shows = True
                coding = next((outer for outer in stack if not outer.has_result), None)
                if coding is not None:
                    coding.inside.append(node)
        return fields


def _form_value(node: etree._Element) -> str:
    """What a form field of the old kind shows: a box that is ticked or not, or the chosen line of a list."""
    data = child(node, "ffData")
    box, choice = child(data, "checkBox"), child(data, "ddList")
    if box is not None:
        checked = child(box, "checked")
        checked = child(box, "default") if checked is None else checked
        ticked = checked is not None and (attribute(checked, "val") or "1").lower() not in (
            "0",
            "false",
            "off",
        )
        return "☒" if ticked else "☐"
    if choice is not None:
        lines = [attribute(entry, "val") or "" for entry in children(choice, "listEntry")]
        checked = child(choice, "result")
        checked = child(choice, "default") if checked is None else checked
        number = attribute(checked, "val") or "0"
        return lines[int(number)] if number.isdigit() and int(number) < len(lines) else ""
    return ""


def shown_of_code(code: str) -> str:
    """What a field shows that has no result of its own: signs, buttons, and equations of the old kind."""
    words = code.split()
    kind = words[0].upper() if words else ""
    if kind == "SYMBOL" and len(words) > 1:
        number = words[1]
        value = int(number, 16) if number.lower().startswith("0x") else int(number) if number.isdigit() else 0
        font = re.search(r'\\f\s+"?([^"\\]+)"?', code)
        if not 31 < value < 0x11000:
            return ""
        if font is not None:
            return show_symbols(chr(value), font[1].strip())
        return bytes([value]).decode("cp1252", "replace") if value < 256 else chr(value)
    if kind == "MACROBUTTON":
        return " ".join(words[2:])
    if kind == "ADVANCE":  # what follows stands higher, lower or farther on
        return " "
    if kind == "EQ":
        return _equation(code.strip()[2:].strip())
    return ""


def _equation(code: str, deep: int = 0) -> str:
    r"""The text of an EQ field: \f(3;8) is 3/8, \s\up8(2) is raised, \r(3;x) a root."""
    text, at = "", 0
    while at < len(code):
        switch = re.compile(r"\\([a-zA-Z])((?:\\[a-zA-Z]+\d*\s*)*)\s*\(").match(code, at)
        if switch is None or deep > _DEEPEST:
            text += code[at] if code[at] != "\\" else ""
            at += 1
            continue
        end = _closing(code, switch.end())
        parts = [_equation(part, deep + 1) for part in _split(code[switch.end() : end])]
        text += _written(switch[1].lower(), switch[2].lower(), parts, text)
        at = end + 1
    return text.strip()


def _written(switch: str, options: str, parts: list[str], before: str) -> str:
    if switch == "f" and len(parts) == 2:
        over, under = (p if re.fullmatch(r"[\w.,]+", p) else f"({p})" for p in parts)
        return (" " if before[-1:].isdigit() else "") + f"{over}/{under}"
    if switch == "r":
        degree = parts[0] if len(parts) == 2 else ""
        return f"{raised(degree, '') if degree else ''}√({parts[-1]})"
    if switch == "s":
        text = " ".join(parts)
        return lowered(text, before) if "\\do" in options else raised(text, before)
    if switch == "b":
        return "(" + ", ".join(parts) + ")"
    return ", ".join(parts) if switch in ("a", "l", "i") else " ".join(parts)


def _closing(code: str, at: int) -> int:
    depth = 1
    for place in range(at, len(code)):
        depth += {"(": 1, ")": -1}.get(code[place], 0)
        if depth == 0:
            return place
    return len(code)


def _split(code: str) -> list[str]:
    """The arguments in brackets, at semicolons (or commas where there are none)."""
    sign = ";" if ";" in code else ","
    parts, depth = [""], 0
    for letter in code:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == sign and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


# --------------------------------------------------------------------------- the file

# Shapes in Word files: the words in them, the colour behind these, and whether anybody sees them.

_FAR = 5_000_000  # English metric units (360,000 a centimetre): more than a margin, outside any page
_SHAPES = frozenset(("wsp", "sp", "shape", "rect", "roundrect", "oval", "textbox"))


def _boxes_of(
    node: Iterable[etree._Element],
    package: Package | None = None,
    relations: dict[str, Relation] | None = None,
) -> list[etree._Element]:
    """The outermost text boxes in a drawing (or several elements), an older rendering of a box left out.

    Besides boxes of Word (txbxContent): words drawn as a picture (textpath), text of other drawings
    (txBody), and the text in diagrams and charts, which stand in parts of their own.
    """
    boxes_here: list[etree._Element] = []
    for inner in node:
        name = local(inner)
        if name in ("txbxContent", "textpath", "txBody"):
            boxes_here.append(inner)
        elif name == "AlternateContent":
            options = (*children(inner, "Choice"), *children(inner, "Fallback"))
            boxes = (_boxes_of(option, package, relations) for option in options)
            boxes_here += next((some for some in boxes if some), [])
        elif name in ("relIds", "chart") and package is not None and relations is not None:
            key = attribute(inner, "dm" if name == "relIds" else "id")
            relation = relations.get(key or "")
            root = None if relation is None or relation.outside else package.root(relation.target)
            if root is not None:
                boxes_here.append(_chart_text(root) if name == "chart" else root)
        elif name:
            boxes_here += _boxes_of(inner, package, relations)
    return boxes_here


def _chart_text(root: etree._Element) -> etree._Element:
    """The words and figures of a chart as paragraphs: its titles, then one line a series."""
    made = etree.Element("chart")

    def say(text: str) -> None:
        if text.strip():
            etree.SubElement(etree.SubElement(made, "p"), "t").text = text

    for title in root.iter():
        if local(title) == "title":
            say("".join(t.text or "" for t in title.iter() if local(t) == "t"))
    for series in root.iter():
        if local(series) != "ser":
            continue
        name = " ".join(v.text or "" for v in _values(child(series, "tx")))
        heads = [
            v.text or ""
            for v in _values(
                child(series, "cat") if child(series, "cat") is not None else child(series, "xVal")
            )
        ]
        numbers = [
            v.text or ""
            for v in _values(
                child(series, "val") if child(series, "val") is not None else child(series, "yVal")
            )
        ]
        pairs = [f"{heads[n]}: {v}" if n < len(heads) else v for n, v in enumerate(numbers)]
        say(" | ".join(filter(None, (name, *pairs))))
    return made


def _values(node: etree._Element | None) -> list[etree._Element]:
    return [] if node is None else [inner for inner in node.iter() if local(inner) == "v"]


def _is_behind(root: etree._Element) -> bool:
    """Whether a drawing stands behind the text, so that nobody knows the ground of letters."""
    return any(
        attribute(node, "behindDoc") in ("1", "true") for node in root.iter() if local(node) == "anchor"
    )


def _shape(box: etree._Element) -> etree._Element | None:
    return next(
        (node for node in box.iterancestors() if local(node) in _SHAPES and local(node) != "textbox"), None
    )


def _shape_ground(box: etree._Element, styles: Styles, otherwise: Colour | None) -> Colour | None:
    """The colour that the shape around a text box is filled with; None where it is a picture or unknown."""
    shape = _shape(box)
    if shape is None:
        return otherwise
    fill = child(shape, "spPr")
    for node in fill if fill is not None else ():
        name = local(node)
        if name == "solidFill":
            return _drawn_colour(node, styles)
        if name == "noFill":
            return otherwise
        if name in ("gradFill", "blipFill", "pattFill", "grpFill"):
            return None
    reference = child(shape, "style", "fillRef")
    if reference is not None and attribute(reference, "idx") not in (None, "0"):
        return _drawn_colour(reference, styles)
    if fill is None and local(shape) not in ("wsp", "sp"):  # the older way: white unless it says otherwise
        if (attribute(shape, "filled") or "t").lower() in ("f", "false", "0"):
            return otherwise
        if child(shape, "fill") is not None and attribute(child(shape, "fill"), "type") not in (
            None,
            "solid",
        ):
            return None
        words = (attribute(shape, "fillcolor") or "").split()
        return read_colour(words[0]) if words else WHITE
    return otherwise


def _drawn_colour(node: etree._Element, styles: Styles) -> Colour | None:
    """The colour that the fill of a drawing names; None where it is changed in ways not known here."""
    for inner in node:
        name = local(inner)
        if name == "srgbClr":
            return read_colour(f"#{attribute(inner, 'val')}")
        if name == "sysClr":
            return read_colour(f"#{attribute(inner, 'lastClr')}")
        if name == "schemeClr" and len(inner):
            return None
        if name == "schemeClr":
            return styles.theme_colour(attribute(inner, "val"))
        if name == "prstClr":
            return read_colour(attribute(inner, "val"))
    return None


def _shape_hidden(box: etree._Element) -> bool:
    """Whether nobody sees a text box: switched off, without size, or outside the page."""
    for node in box.iterancestors():
        name = local(node)
        if name in ("anchor", "inline"):
            if attribute(child(node, "docPr"), "hidden") in ("1", "true"):
                return True
            extent = child(node, "extent")
            if extent is not None and "0" in (attribute(extent, "cx"), attribute(extent, "cy")):
                return True
            for axis in ("positionH", "positionV"):
                offset = child(node, axis, "posOffset")
                text = (offset.text or "").strip() if offset is not None else ""
                if re.fullmatch(r"-?\d+", text) and (int(text) <= -_FAR or int(text) >= 8 * _FAR):
                    return True
        elif name in _SHAPES:
            values = dict(
                part.split(":", 1)
                for part in (attribute(node, "style") or "").lower().split(";")
                if ":" in part
            )
            plain = {key.strip(): value.strip() for key, value in values.items()}
            if plain.get("visibility") == "hidden" or plain.get("display") == "none":
                return True
            for key in ("margin-left", "margin-top", "left", "top"):
                length = re.match(r"-(\d+(?:\.\d+)?)(pt|in|cm|mm)?", plain.get(key, ""))
                scale = {"in": 72.0, "cm": 28.35, "mm": 2.835}.get((length[2] or "") if length else "", 1.0)
                if length is not None and float(length[1]) * scale > 400:
                    return True
    return False


ReadPart = Callable[[bytes, str], WordText]  # reads a file inside the file, of whatever format

# Text somebody took out or that was moved elsewhere.
_TAKEN_OUT = frozenset(("del", "moveFrom"))
_NOTED = frozenset(("footnoteReference", "endnoteReference"))
_FORMULAS = frozenset(("oMath", "oMathPara"))
_ITEMS = _FORMULAS | frozenset(("p", "tbl", "altChunk"))
# What a reader does not get to see.
_GONE = _TAKEN_OUT | frozenset(
    ("instrText", "delText", "delInstrText", "rPr", "pPr", "tblPr", "trPr", "tcPr", "sdtPr", "sdtEndPr")
)
# Half-points; nobody reads letters of two points, machines do.
_SMALLEST = 4
_NARROWEST = 10  # per cent of a letter's width
_TIGHTEST = 40  # twentieths of a point: a line of exactly this height shows nothing
_SHIFTED_FROM = 3  # half-points above or below the line


def read_word(raw: RawFile, read_part: ReadPart | None = None) -> WordText:
    """The text of a DOCX file; UnreadableFileError when it is damaged, protected or something else.

    `read_part` reads whole files that stand inside it (web pages, other Word files).
    """
    package = open_package(raw)
    part = _main_part(package)
    root = package.root(part)
    body = child(root, "body")
    if root is None or body is None:
        raise UnreadableFileError(raw.name, "dit is geen Word-document")
    relations = package.relations(part)
    styles = Styles.read(_related(package, relations, "styles"), _related(package, relations, "theme"))
    settings = _related(package, relations, "settings")
    reader = _Reader(
        package=package,
        styles=styles,
        numbering=Numbering.read(_related(package, relations, "numbering")),
        read_part=read_part,
    )
    page = Scope(_page_ground(root, settings, styles))
    reader.enter(root, relations)
    paragraphs = tuple(reader.paragraphs(body, page))
    referred = {key for paragraph in paragraphs for _, key in paragraph.notes}
    notes = tuple(
        note
        for kind in ("footnote", "endnote")
        for note in reader.notes(_first(relations, f"{kind}s"), kind, referred, page)
    )
    reader.remark(_related(package, relations, "comments"))
    # What the heads of pages hide (the marks of a template) is nobody's text: it is not told.
    warnings = list(reader.omissions.warnings()) + reader.warnings
    heads = tuple(reader.edges(root, relations, settings, page))
    if any(name.casefold().endswith("vbaproject.bin") for name in package.names):
        warnings.append("Het bestand bevat macro's; die zijn niet uitgevoerd en niet gelezen.")
    properties = _related(package, package.relations(""), "core-properties")
    titles = [
        tidy(node.text or "").strip() for name in ("title", "subject") for node in children(properties, name)
    ]
    return WordText(
        paragraphs=paragraphs,
        edges=tuple(said_once([paragraph for _, paragraph in heads], paragraphs)),
        notes=notes,
        letterhead=tuple(
            line for _, paragraph in heads if _ == "header" for line in paragraph.text.split("\n")
        ),
        title=next((title for title in titles if title), ""),
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _runs_on(paragraph: etree._Element) -> bool:
    """Whether the next paragraph goes on in this one: its end was taken out, or it is a first letter."""
    frame = child(paragraph, "pPr", "framePr")
    return child(paragraph, "pPr", "rPr", "del") is not None or (
        attribute(frame, "dropCap") in ("drop", "margin")
    )


def _first(relations: tuple[Relation, ...], kind: str) -> str:
    return next((r.target for r in relations if r.kind == kind and not r.outside), "")


def _related(package: Package, relations: tuple[Relation, ...], kind: str) -> etree._Element | None:
    target = _first(relations, kind)
    if not target:  # files by other programs leave relations out and keep the usual names
        usual = "docProps/core.xml" if kind == "core-properties" else f"word/{kind}.xml"
        target = "word/theme/theme1.xml" if kind == "theme" else usual
    return package.root(target)


def _main_part(package: Package) -> str:
    target = _first(package.relations(""), "officeDocument") or "word/document.xml"
    root = package.root(target)
    if root is not None and local(root) == "document":
        return target
    kind = next((n for n in ("xl/", "ppt/", "visio/") if any(p.startswith(n) for p in package.names)), "")
    what = {"xl/": "een Excel-bestand", "ppt/": "een PowerPoint-bestand"}.get(kind, "geen Word-bestand")
    raise UnreadableFileError(package.raw.name, f"dit is {what}; lever een Word- of PDF-bestand aan")


def _page_ground(root: etree._Element, settings: etree._Element | None, styles: Styles) -> Colour | None:
    background = child(root, "background")
    if background is None or not switched_on(settings, "displayBackgroundShape"):
        return WHITE
    return styles.colour(background, "color", "themeColor") or WHITE


@dataclass(slots=True)
class _Reader:
    package: Package
    styles: Styles
    numbering: Numbering
    read_part: ReadPart | None = None
    warnings: list[str] = field(default_factory=list)
    omissions: Omissions = field(default_factory=Omissions)
    fields: Fields = field(default_factory=Fields)
    relations: dict[str, Relation] = field(default_factory=dict)
    behind: bool = False  # something stands behind the text; its colour is not known
    last: str = ""  # the text of the paragraph before, to name places by

    def enter(self, root: etree._Element, relations: tuple[Relation, ...]) -> None:
        """Begin with another part of the file."""
        self.fields = Fields.read(root)
        self.relations = {relation.key: relation for relation in relations}
        self.behind = _is_behind(root)

    # -- blocks

    def paragraphs(self, parent: etree._Element, scope: Scope) -> Iterator[Paragraph]:
        """What stands in `parent`, in reading order; empty paragraphs are left out."""
        piece = Piece()
        for item in self._items(parent):
            name = local(item)
            paragraphs_read: Iterator[Paragraph] = iter(())
            if name == "tbl":
                paragraphs_read = self._table(item, scope)
            elif name == "altChunk":
                paragraphs_read = self._chunk(item)
            elif name in _FORMULAS:
                formula = Piece()
                self._formula(item, scope, formula)
                paragraphs_read = lines_of(formula, "", BlockKind.PARAGRAPH, 0)
            elif _runs_on(item):
                self._runs(item, replace(scope, paragraph=child(item, "pPr")), piece)
            else:
                paragraphs_read = self._paragraph(item, piece, scope)
                piece = Piece()
            for paragraph in paragraphs_read:
                self.last = paragraph.text
                yield paragraph
        yield from lines_of(piece, "", BlockKind.PARAGRAPH, 0)

    def _items(self, parent: etree._Element) -> Iterator[etree._Element]:
        for node in parent:
            name = local(node)
            if name in _ITEMS:
                yield node
            elif name in _TAKEN_OUT:
                self._take_out(node, "")
            elif name == "AlternateContent":
                options = (*children(node, "Choice"), *children(node, "Fallback"))
                yield from next((items for option in options if (items := list(self._items(option)))), [])
            elif name and name not in _GONE and name != "sectPr":  # content controls, custom XML, insertions
                yield from self._items(node)

    def _paragraph(self, node: etree._Element, piece: Piece, scope: Scope) -> Iterator[Paragraph]:
        properties = child(node, "pPr")
        style = attribute(child(properties, "pStyle"), "val")
        level = self.styles.heading_level(properties, style)
        listed = self.styles.numbering_of(properties, style)
        self._runs(node, replace(scope, paragraph=properties), piece)
        piece.settle()
        label = ""
        if listed is not None and (piece.text.strip() or piece.notes):
            label = self.numbering.next_label(*listed)
        kind = BlockKind.HEADING if level else BlockKind.LIST_ITEM if label else BlockKind.PARAGRAPH
        yield from lines_of(piece, label, kind, level)
        for box in piece.boxes:
            yield from self._box(box, scope)

    def _box(self, box: etree._Element, scope: Scope) -> Iterator[Paragraph]:
        """The paragraphs of a text box, on the colour of its shape."""
        if _shape_hidden(box):
            self.omissions.add(Reason.OUTSIDE, _text_in(box), self.last)
            return
        inside = replace(scope, ground=_shape_ground(box, self.styles, scope.ground), layers=())
        if local(box) == "txbxContent":
            yield from self.paragraphs(box, inside)
            return
        for line in box.iter():  # drawings with paragraphs of their own, and words drawn as a picture
            if local(line) == "p":
                text = tidy("".join(t.text or "" for t in line.iter() if local(t) == "t")).strip()
                if text:
                    yield Paragraph(" ".join(text.split()))
        words = attribute(box, "string") if local(box) == "textpath" else None
        if words and words.strip():
            yield Paragraph(" ".join(tidy(words).split()))

    def _chunk(self, node: etree._Element) -> Iterator[Paragraph]:
        """The paragraphs of a whole file that stands inside this one."""
        relation = self.relations.get(attribute(node, "id") or "")
        content = None if relation is None or relation.outside else self.package.content(relation.target)
        if content is None or relation is None or self.read_part is None:
            self.omissions.add(Reason.ELSEWHERE, relation.target if relation else "altChunk", self.last)
            return
        inside = self.read_part(content, relation.target.rpartition("/")[2])
        self.warnings += inside.warnings
        yield from (replace(paragraph, notes=()) for paragraph in inside.paragraphs)
        yield from (Paragraph(note.text) for note in inside.notes)

    # -- runs

    def _runs(self, parent: etree._Element, scope: Scope, piece: Piece) -> None:
        for node in parent:
            name = local(node)
            if name == "r":
                self._run(node, scope, piece)
            elif name == "AlternateContent":
                self._alternative(node, scope, piece)
            elif name in _FORMULAS:
                self._formula(node, scope, piece)
            elif name == "ruby":
                self._ruby(node, scope, piece)
            elif name in _TAKEN_OUT:
                self._take_out(node, piece.text)
            elif name == "subDoc":
                self.omissions.add(Reason.ELSEWHERE, "subdocument", piece.text or self.last)
            elif name and name not in _GONE and name != "txbxContent":
                piece.settle()
                before = len(piece.text)
                self._runs(node, scope, piece)
                if name == "bdo" and attribute(node, "val") == "rtl":
                    piece.turn(before)
                if name == "fldSimple" and not piece.text[before:].strip() and not piece._shifted:
                    piece.say_formula(shown_of_code(attribute(node, "instr") or ""))

    def _formula(self, node: etree._Element, scope: Scope, piece: Piece) -> None:
        piece.say_formula(linear_omml(node, lambda run: self._formula_run(run, scope)))

    def _formula_run(self, run: etree._Element, scope: Scope) -> str:
        inner = Piece()
        self._run(run, scope, inner)
        inner.settle()
        return inner.text

    def _ruby(self, node: etree._Element, scope: Scope, piece: Piece) -> None:
        """A word with its reading above it: "base (reading)"."""
        for part, opened, closed in (("rubyBase", "", ""), ("rt", " (", ") ")):
            inside = child(node, part)
            if inside is not None:
                piece.say(opened, False)
                self._runs(inside, scope, piece)
                piece.say(closed, False)

    def _take_out(self, node: etree._Element, before: str) -> None:
        if local(node) == "del":
            text = "".join(t.text or "" for t in node.iter() if local(t) in ("delText", "t"))
            self.omissions.add(Reason.DELETED, text, before or self.last)

    def _run(self, node: etree._Element, scope: Scope, piece: Piece) -> None:
        properties = child(node, "rPr")
        reason = self._unseen(properties, scope)
        if reason is not None:
            text = "".join(t.text or "" for t in node if local(t) == "t" and t not in self.fields.codes)
            self.omissions.add(reason, text, piece.text or self.last)
        if reason not in (None, Reason.UNSURE):
            if (
                reason is not Reason.HIDDEN
            ):  # a box stands on its own, whatever the letters beside it look like
                for inner in node:
                    if local(inner) in ("drawing", "pict", "object", "AlternateContent"):
                        piece.boxes += _boxes_of([inner], self.package, self.relations)
                    elif local(inner) in _NOTED:  # the note itself is printed as it is
                        piece.refer(f"{local(inner)[:-9]}:{attribute(inner, 'id')}")
            return
        strong = any(self.styles.switch(name, properties, scope) for name in ("b", "i"))
        shift = self._shift(properties, scope)
        font = attribute(self.styles.run(properties, scope, "rFonts"), "ascii")
        for inner in node:
            name = local(inner)
            if inner in self.fields.codes:
                continue
            if name == "t":
                self._say(inner.text or "", font, strong, shift, piece)
            elif name == "sym":
                code = attribute(inner, "char") or ""
                sign = chr(int(code, 16)) if re.fullmatch(r"[0-9A-Fa-f]{1,4}", code) else UNKNOWN
                self._say(sign, attribute(inner, "font"), strong, shift, piece)
            elif name in ("tab", "ptab"):
                piece.tab()
            elif name in ("br", "cr"):
                piece.break_line()
            elif name == "noBreakHyphen":
                piece.say("-", strong, shift)
            elif name in _NOTED:
                piece.refer(f"{name[:-9]}:{attribute(inner, 'id')}")
                if (attribute(inner, "customMarkFollows") or "0").lower() not in ("0", "false", "off"):
                    return
            elif name == "fldChar":
                piece.say(_form_value(inner), strong)
                piece.say_formula(self.fields.shown.get(inner, ""), strong)
            elif name == "ruby":
                self._ruby(inner, scope, piece)
            elif name == "AlternateContent":
                self._alternative(inner, scope, piece)
            elif name in ("drawing", "pict", "object"):
                boxes = _boxes_of(inner, self.package, self.relations)
                piece.boxes += boxes
                inline = child(inner, "inline")
                if inline is not None:
                    piece.picture(attribute(child(inline, "docPr"), "descr") or "", self.omissions)
                self._embedded(inner, piece, bool(boxes))

    def _embedded(self, node: etree._Element, piece: Piece, read: bool) -> None:
        """Tell of a file of another program (an old equation, a sheet) of which only a picture is here."""
        for inner in node:
            if local(inner) == "OLEObject" and not read:
                kind = attribute(inner, "ProgID") or "OLE"
                self.omissions.add(Reason.ELSEWHERE, kind, piece.text or self.last)

    def _say(self, text: str, font: str | None, strong: bool, shift: int, piece: Piece) -> None:
        piece.say(self.omissions.show(text, font, piece.text or self.last), strong, shift)

    def _alternative(self, node: etree._Element, scope: Scope, piece: Piece) -> None:
        """One of two renderings of the same thing: the newest that has something to read."""
        for option in (*children(node, "Choice"), *children(node, "Fallback")):
            boxes = _boxes_of(option, self.package, self.relations)
            piece.settle()
            before = len(piece.text)
            if not boxes:
                self._runs(option, scope, piece)
                piece.settle()
            piece.boxes += boxes
            if boxes or len(piece.text) > before:
                return

    def _unseen(self, properties: etree._Element | None, scope: Scope) -> Reason | None:
        """Why a run cannot be seen; None where it can."""
        styles = self.styles
        if styles.switch("vanish", properties, scope):
            return Reason.HIDDEN
        if any(styles.switch(name, properties, scope) for name in ("strike", "dstrike")):
            return Reason.STRUCK
        spacing = styles.paragraph(scope, "spacing")
        if (
            attribute(spacing, "lineRule") == "exact"
            and _number(attribute(spacing, "line"), 240) <= _TIGHTEST
        ):
            return Reason.SMALL
        if _number(attribute(styles.run(properties, scope, "sz"), "val"), 22) <= _SMALLEST:
            return Reason.SMALL
        if _number(attribute(styles.run(properties, scope, "w"), "val"), 100) <= _NARROWEST:
            return Reason.SMALL
        fill = child(properties, "textFill")
        if child(fill, "noFill") is not None and child(properties, "textOutline") is None:
            return Reason.GROUND
        if any(styles.switch(name, properties, scope) for name in ("outline", "emboss", "imprint")):
            return None  # the edges of the letters show on any ground
        painted = child(fill, "solidFill")
        if fill is not None and painted is None and child(fill, "noFill") is None:
            return None  # a gradient
        letters = None if painted is None else _drawn_colour(painted, styles)
        if letters is None:
            letters = styles.colour(styles.run(properties, scope, "color"), "val", "themeColor")
        ground = styles.ground(properties, scope)
        if letters is None:  # automatic: light on dark shading, but black under any marker
            marked = attribute(styles.run(properties, scope, "highlight"), "val")
            if marked in (None, "none"):
                return None
            letters = BLACK
        if ground is None or stands_out(letters, ground):
            return None
        return Reason.UNSURE if self.behind and ground == WHITE else Reason.GROUND

    def _shift(self, properties: etree._Element | None, scope: Scope) -> int:
        align = attribute(self.styles.run(properties, scope, "vertAlign"), "val")
        if align in ("superscript", "subscript"):
            return 1 if align == "superscript" else -1
        up = _number(attribute(self.styles.run(properties, scope, "position"), "val"), 0)
        return read_shift(up, _SHIFTED_FROM)

    # -- tables

    def _table(self, table: etree._Element, scope: Scope) -> Iterator[Paragraph]:
        rows = list(self._within(table, "tr"))
        properties = child(table, "tblPr")
        read: list[tuple[list[Cell], bool]] = []
        for number, row in enumerate(rows):
            cells = list(self._within(row, "tc"))
            nested = any(local(n) == "tbl" for cell in cells for n in self._items(cell))
            read.append((list(self._cells(properties, row, cells, (number, len(rows)), scope)), nested))
        yield from table_or_text(read)

    def _cells(
        self,
        properties: etree._Element | None,
        row: etree._Element,
        cells: list[etree._Element],
        place: tuple[int, int],
        scope: Scope,
    ) -> Iterator[Cell]:
        before = _number(attribute(child(row, "trPr", "gridBefore"), "val"), 0)
        if before:
            yield Cell([], before)
        height = child(row, "trPr", "trHeight")
        flat = attribute(height, "hRule") == "exact" and _number(attribute(height, "val"), 240) <= _TIGHTEST
        for number, cell in enumerate(cells):
            inside = self.styles.cell_scope(properties, cell, place, (number, len(cells)), scope)
            if flat:
                self.omissions.add(Reason.SMALL, _text_in(cell), self.last)
            merged = child(cell, "tcPr", "vMerge")
            beside = child(cell, "tcPr", "hMerge")
            across = _number(attribute(child(cell, "tcPr", "gridSpan"), "val"), 1)
            if beside is not None and attribute(beside, "val") != "restart":
                self.omissions.add(Reason.HIDDEN, _text_in(cell), self.last)
                yield Cell([], across)
                continue
            goes_on = merged is not None and attribute(merged, "val") != "restart"
            if goes_on and not flat:  # the cell above covers it
                self.omissions.add(Reason.HIDDEN, _text_in(cell), self.last)
            read = [] if flat or goes_on else list(self.paragraphs(cell, inside))
            yield Cell(read, across, 1, goes_on)

    def _within(self, parent: etree._Element, wanted: str) -> Iterator[etree._Element]:
        for node in parent:
            name = local(node)
            if name == wanted:
                properties = child(node, "trPr" if wanted == "tr" else "tcPr")
                deleted = child(properties, "del") is not None or child(properties, "cellDel") is not None
                if deleted:
                    self.omissions.add(Reason.DELETED, _text_in(node), self.last)
                elif wanted == "tr" and switched_on(properties, "hidden"):
                    self.omissions.add(Reason.HIDDEN, _text_in(node), self.last)
                else:
                    yield node
            elif name and name not in _GONE and name not in ("tbl", "p"):
                yield from self._within(node, wanted)

    # -- other parts

    def notes(self, part: str, kind: str, referred: set[str], page: Scope) -> Iterator[Note]:
        """The footnotes or endnotes that the text refers to."""
        part = part or f"word/{kind}s.xml"
        root = self.package.root(part)
        if root is None:
            return
        self.enter(root, self.package.relations(part))
        for node in children(root, kind):
            key = f"{kind}:{attribute(node, 'id')}"
            if key in referred:
                text = " ".join(p.text.replace("\n", " ") for p in self.paragraphs(node, page))
                if text:
                    yield Note(key, text)

    def edges(
        self,
        root: etree._Element,
        relations: tuple[Relation, ...],
        settings: etree._Element | None,
        page: Scope,
    ) -> Iterator[tuple[str, Paragraph]]:
        """What stands at the heads and feet of pages: ("header" or "footer", paragraph)."""
        known = {relation.key: relation for relation in relations}
        even = switched_on(settings, "evenAndOddHeaders")
        sections = [node for node in root.iter() if local(node) == "sectPr"]
        seen: set[str] = set()
        for kind in ("header", "footer"):
            targets = [
                known[key].target
                for section in sections
                for node in children(section, f"{kind}Reference")
                if (key := attribute(node, "id") or "") in known
                and (attribute(node, "type") != "first" or switched_on(section, "titlePg"))
                and (attribute(node, "type") != "even" or even)
            ]
            if not sections or not any(
                child(section, f"{kind}Reference") is not None for section in sections
            ):
                targets = sorted(r.target for r in relations if r.kind == kind)
            for target in targets:
                part = self.package.root(target) if target not in seen else None
                seen.add(target)
                if part is not None:
                    self.enter(part, self.package.relations(target))
                    self.behind = False
                    yield from ((kind, paragraph) for paragraph in self.paragraphs(part, page))

    def remark(self, root: etree._Element | None) -> None:
        """Tell of the remarks in the margin."""
        for node in children(root, "comment"):
            self.omissions.add(Reason.REMARK, _text_in(node), attribute(node, "author") or "")


def _text_in(node: etree._Element) -> str:
    return " ".join(t.text or "" for t in node.iter() if local(t) in ("t", "delText")).strip()


def _number(text: str | None, otherwise: int) -> int:
    match = re.fullmatch(r"\s*(-?\d{1,7})(?:\.\d+)?(?:pt|%)?\s*", text or "")
    return int(match[1]) if match is not None else otherwise
