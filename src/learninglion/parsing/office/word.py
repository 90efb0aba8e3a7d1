"""Word files (DOCX) as the reader sees them: paragraphs with their numbers, tables, notes; nothing hidden."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from learninglion.models import BlockKind, RawFile
from learninglion.models.errors import UnreadableFileError
from learninglion.parsing.office.ooxml import Package, open_package
from learninglion.parsing.office.pieces import Piece, WordText, lines_of, only_arranges, table_of
from learninglion.parsing.office.styles import Numbering, Styles, attribute, child, children, local
from learninglion.parsing.paragraphs import Note, Paragraph, tidy

__all__ = ["read_word"]

# What a reader does not get to see: text somebody took out or that was moved elsewhere.
_GONE = frozenset(
    {"del", "moveFrom", "instrText", "delText", "delInstrText", "rPr", "pPr", "tblPr", "trPr", "tcPr"}
)
# Half-points; nobody reads letters of two points, machines do.
_SMALLEST = 4


def read_word(raw: RawFile) -> WordText:
    """The text of a DOCX file; UnreadableFileError when it is damaged, protected or something else."""
    package = open_package(raw)
    part = _main_part(package)
    root = package.root(part)
    body = child(root, "body")
    if body is None:
        raise UnreadableFileError(raw.name, "dit is geen Word-document")
    folder = part.rpartition("/")[0]
    reader = _Reader(
        styles=Styles.read(package.root(f"{folder}/styles.xml")),
        numbering=Numbering.read(package.root(f"{folder}/numbering.xml")),
    )
    paragraphs = tuple(reader.paragraphs(body))
    referred = {key for paragraph in paragraphs for _, key in paragraph.notes}
    notes = tuple(
        n for kind in ("footnote", "endnote") for n in reader.notes(package, folder, kind, referred)
    )
    warnings = list(reader.warnings)
    if any(name.casefold().endswith("vbaproject.bin") for name in package.names):
        warnings.append("Het bestand bevat macro's; die zijn niet uitgevoerd en niet gelezen.")
    properties = package.root("docProps/core.xml")
    titles = [
        tidy(node.text or "").strip() for name in ("title", "subject") for node in children(properties, name)
    ]
    return WordText(
        paragraphs=paragraphs,
        notes=notes,
        letterhead=tuple(_letterhead(package, folder, reader)),
        title=next((title for title in titles if title), ""),
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _main_part(package: Package) -> str:
    for relation in children(package.root("_rels/.rels"), "Relationship"):
        if (attribute(relation, "Type") or "").endswith("/officeDocument"):
            target = (attribute(relation, "Target") or "").lstrip("/")
            if target.startswith("word/") and target in package.names:
                return target
    if "word/document.xml" in package.names:
        return "word/document.xml"
    kind = next((n for n in ("xl/", "ppt/", "visio/") if any(p.startswith(n) for p in package.names)), "")
    what = {"xl/": "een Excel-bestand", "ppt/": "een PowerPoint-bestand"}.get(kind, "geen Word-bestand")
    raise UnreadableFileError(package.raw.name, f"dit is {what}; lever een Word- of PDF-bestand aan")


def _letterhead(package: Package, folder: str, reader: _Reader) -> Iterator[str]:
    for name in sorted(n for n in package.names if re.fullmatch(rf"{re.escape(folder)}/header\d+\.xml", n)):
        root = package.root(name)
        if root is not None:
            for paragraph in reader.paragraphs(root):
                yield from paragraph.text.split("\n")


@dataclass(slots=True)
class _Reader:
    styles: Styles
    numbering: Numbering
    warnings: list[str] = field(default_factory=list)

    # -- blocks

    def paragraphs(self, parent: etree._Element) -> Iterator[Paragraph]:
        """What stands in `parent`, in reading order; empty paragraphs are left out."""
        piece = Piece()
        for item in self._items(parent):
            if local(item) == "tbl":
                yield from self._table(item)
            elif child(item, "pPr", "rPr", "del") is not None:
                # the end of this paragraph was taken out: the next one goes on in it
                self._runs(item, attribute(child(item, "pPr", "pStyle"), "val"), piece)
            else:
                yield from self._paragraph(item, piece)
                piece = Piece()
        yield from lines_of(piece, "", BlockKind.PARAGRAPH, 0)

    def _items(self, parent: etree._Element) -> Iterator[etree._Element]:
        for node in parent:
            name = local(node)
            if name in ("p", "tbl"):
                yield node
            elif name and name not in _GONE and name != "sectPr":  # content controls, custom XML, insertions
                yield from self._items(node)

    def _paragraph(self, node: etree._Element, piece: Piece) -> Iterator[Paragraph]:
        properties = child(node, "pPr")
        style = attribute(child(properties, "pStyle"), "val")
        level = self.styles.heading_level(properties, style)
        listed = self.styles.numbering_of(properties, style)
        self._runs(node, style, piece)
        label = ""
        if listed is not None and (piece.text.strip() or piece.notes):
            label = self.numbering.next_label(*listed)
        kind = BlockKind.HEADING if level else BlockKind.LIST_ITEM if label else BlockKind.PARAGRAPH
        yield from lines_of(piece, label, kind, level)
        for box in piece.boxes:
            yield from self.paragraphs(box)

    # -- runs

    def _runs(self, parent: etree._Element, style: str | None, piece: Piece) -> None:
        for node in parent:
            name = local(node)
            if name == "r":
                self._run(node, style, piece)
            elif name == "AlternateContent":
                self._alternative(node, style, piece)
            elif name == "t":  # mathematics keeps its letters in runs of its own
                piece.say(node.text or "", False)
            elif name and name not in _GONE and name != "txbxContent":
                self._runs(node, style, piece)

    def _run(self, node: etree._Element, style: str | None, piece: Piece) -> None:
        properties = child(node, "rPr")
        if self._hidden(properties, style, node):
            if any((t.text or "").strip() for t in node.iter() if local(t) == "t"):
                self.warnings.append("Het bestand bevat verborgen tekst; die is weggelaten.")
            return
        strong = any(self.styles.run_switch(name, properties, style) for name in ("b", "i"))
        for inner in node:
            name = local(inner)
            if name == "t":
                piece.say(inner.text or "", strong)
            elif name in ("tab", "ptab"):
                piece.text += " "
            elif name in ("br", "cr"):
                piece.text += "\n"
            elif name == "noBreakHyphen":
                piece.text += "-"
            elif name in ("footnoteReference", "endnoteReference"):
                piece.notes.append((len(piece.text), f"{name[:-9]}:{attribute(inner, 'id')}"))
            elif name == "AlternateContent":
                self._alternative(inner, style, piece)
            elif name in ("drawing", "pict", "object"):
                piece.boxes += _boxes(inner)

    def _alternative(self, node: etree._Element, style: str | None, piece: Piece) -> None:
        """One of two renderings of the same thing: the newest that has something to read."""
        for option in (*children(node, "Choice"), *children(node, "Fallback")):
            boxes = _boxes(option)
            before = len(piece.text)
            if not boxes:
                self._runs(option, style, piece)
            piece.boxes += boxes
            if boxes or len(piece.text) > before:
                return

    def _hidden(self, properties: etree._Element | None, style: str | None, node: etree._Element) -> bool:
        if self.styles.run_switch("vanish", properties, style):
            return True
        size = attribute(child(properties, "sz"), "val")
        if size is not None and size.isdigit() and int(size) <= _SMALLEST:
            return True
        colour = (attribute(child(properties, "color"), "val") or "").upper()
        return colour == "FFFFFF" and not _on_colour(properties, node)

    # -- tables

    def _table(self, table: etree._Element) -> Iterator[Paragraph]:
        rows = [list(self._within(row, "tc")) for row in self._within(table, "tr")]
        contents = [[list(self.paragraphs(cell)) for cell in row] for row in rows]
        filled = [[cell for cell in row if cell] for row in contents]
        nested = any(local(n) == "tbl" for row in rows for cell in row for n in self._items(cell))
        if nested or only_arranges(filled):
            for row in filled:
                for cell in row:
                    yield from cell
        else:
            yield from table_of(contents)

    def _within(self, parent: etree._Element, wanted: str) -> Iterator[etree._Element]:
        for node in parent:
            name = local(node)
            if name == wanted:
                deleted = wanted == "tr" and child(node, "trPr", "del") is not None
                if not deleted:
                    yield node
            elif name and name not in _GONE and name not in ("tbl", "p"):
                yield from self._within(node, wanted)

    # -- notes

    def notes(self, package: Package, folder: str, kind: str, referred: set[str]) -> Iterator[Note]:
        """The footnotes or endnotes that the text refers to."""
        for node in children(package.root(f"{folder}/{kind}s.xml"), kind):
            key = f"{kind}:{attribute(node, 'id')}"
            if key in referred:
                text = " ".join(p.text.replace("\n", " ") for p in self.paragraphs(node))
                if text:
                    yield Note(key, text)


def _boxes(node: etree._Element) -> list[etree._Element]:
    """The outermost text boxes in a drawing, the older rendering of the same box left out."""
    found: list[etree._Element] = []
    for inner in node:
        name = local(inner)
        if name == "txbxContent":
            found.append(inner)
        elif name == "AlternateContent":
            options = (*children(inner, "Choice"), *children(inner, "Fallback"))
            found += next((boxes for boxes in map(_boxes, options) if boxes), [])
        elif name:
            found += _boxes(inner)
    return found


def _on_colour(properties: etree._Element | None, node: etree._Element) -> bool:
    """Whether white letters may stand on something darker: shading around them, or a table's own style."""
    if child(properties, "shd") is not None or child(properties, "highlight") is not None:
        return True
    for ancestor in node.iterancestors():
        name = local(ancestor)
        if name in ("txbxContent", "tbl"):
            return True
        if name == "p" and child(ancestor, "pPr", "shd") is not None:
            return True
    return False
