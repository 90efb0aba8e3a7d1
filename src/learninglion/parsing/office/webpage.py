"""Web pages as a visitor sees them: what their styles show, in reading order. Nothing is fetched or run.

Books for reading screens (EPUB) are such pages, in the order of their chapters; saved pages (MHT) and
e-mails (EML) are one with what came along with it.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from itertools import islice
from types import MappingProxyType
from urllib.parse import unquote

from lxml import etree, html

from learninglion.dutch.text import squash
from learninglion.models import BlockKind, RawFile
from learninglion.models.errors import UnreadableFileError
from learninglion.models.plain import sha256_hex
from learninglion.parsing.office.cascade import LIST_FORMS, ROOT, Cascade, Look
from learninglion.parsing.office.mathematics import linear_mathml
from learninglion.parsing.office.ooxml import Colour, Package, children, format_number, local, names_in
from learninglion.parsing.office.pieces import (
    Cell,
    Omissions,
    Piece,
    Reason,
    WordText,
    lines_of,
    said_once,
    table_or_text,
)
from learninglion.parsing.office.typed import read_characters, read_typed
from learninglion.parsing.writing import Note, Paragraph, tidy

_WHOLE_FIGURE = re.compile(r"\d[\d.,]*")
_START = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|title|meta|style|article|main|div"
    r"|section|p|h[1-6]|table|ul|ol|form|span|b|font|center)\b",
    re.IGNORECASE | re.DOTALL,
)
_MARKED = re.compile(r"<(?:!doctype\s+html|html|body)\b", re.IGNORECASE)
_TAGGED = re.compile(r"<(?:p|div|h[1-6]|table|br|ul|ol|span)\b[^>]*>", re.IGNORECASE)
_DECLARED = re.compile(
    r"<meta\b[^>]*?charset\s*=\s*[\"']?\s*([\w:.-]+)|^\s*<\?xml[^>]*?encoding\s*=\s*[\"']([\w:.-]+)",
    re.IGNORECASE,
)
_LABELLED = re.compile(r"^(?:\(?\d{1,3}[.):]|\(?[a-z][.)]|[-•–*])\s", re.IGNORECASE)
_LIST_TYPES = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
# "Direct naar de inhoud", "Skip to content": where a page says itself that its contents begin.
_SKIPS = re.compile(
    r"\b(?:naar|skip|spring|jump|over)\b.*\b(?:inhoud|hoofdinhoud|content|main|tekst)\b", re.IGNORECASE
)
_MENU_TAGS = frozenset("header footer aside div section ul ol dl p".split())
_MENUS = frozenset(("navigation", "menu", "menubar", "tablist"))
# Of the letters of a menu nearly all can be clicked.
_CLICKABLE = 0.75
_TYPED = frozenset(
    "text search email url tel number date month week time datetime-local submit button reset".split()
)
_COLUMNS_MOST = 1_000
_INITIAL_MOST = 2  # signs: a large first letter, with a quotation mark
_MARK_MOST = 4  # signs of the mark of a note
_PAGES_DEEP = 3  # pages inside pages


def looks_like_page(text: str, name: str = "") -> bool:
    """Whether `text` is a web page, or a piece of one where the file is called so."""
    start = text[:4096].lstrip("\ufeff")
    if _START.match(start) or _MARKED.search(start):
        return True
    return re.search(r"\.(?:x?html?|htx)$", name.lower()) is not None and _TAGGED.search(text) is not None


def _declared_encoding(content: bytes) -> str:
    """The encoding that a page says it has; empty where it says nothing."""
    start = re.sub("<!--.*?-->", "", content[:4096].decode("latin-1"), flags=re.DOTALL)
    match = _DECLARED.search(start)
    return (match[1] or match[2]) if match is not None else ""


def read_page(
    content: bytes,
    name: str,
    declared: str = "",
    sheets: Sequence[str] = (),
    pages: Mapping[str, bytes] = MappingProxyType({}),
    deep: int = 0,
) -> WordText:
    """The text of a web page.

    `declared`: the encoding its sender said it has; `sheets`: style sheets that came along with it;
    `pages`: pages that came along and may be shown inside it, by their address.
    UnreadableFileError, naming the file, where it is broken or nested too deep.
    """
    characters = read_characters(content, declared or _declared_encoding(content))
    # The bytes are UTF-8 now, whatever the page says of itself.
    text = re.sub(r"^\s*<\?xml[^>]*>", "", characters.text.lstrip("\ufeff").replace("\x00", ""))
    parser = html.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
        reader = _PageReader(Cascade.read(root, sheets), root, name, pages, deep)
        reader.linked = _Linked.find(root, sha256_hex(content)[:12])
        paragraphs = reader.flow(root)
    except (etree.LxmlError, ValueError, AssertionError) as problem:
        raise UnreadableFileError(name, "deze webpagina is beschadigd of leeg") from problem
    except RecursionError as problem:
        raise UnreadableFileError(name, "deze webpagina is te diep genest") from problem
    titles = [squash(tidy(node.text_content())) for node in root.iter("title", "h1")]
    return WordText(
        tuple(paragraphs),
        tuple(reader.notes),
        (),
        next((title for title in titles if title), ""),
        (*characters.warnings, *reader.omissions.warnings()),
        tuple(said_once(reader.edges, paragraphs)),
    )


@dataclass(slots=True)
class _Linked:
    """Notes as pages have them: a mark that leads to a note, which leads back to the mark."""

    marks: dict[etree._Element, str] = field(default_factory=dict)  # links in the text: key of the note
    bodies: dict[etree._Element, tuple[str, str]] = field(default_factory=dict)  # what holds it: key, mark
    backs: set[etree._Element] = field(default_factory=set)

    @classmethod
    def find(cls, root: etree._Element, prefix: str) -> _Linked:
        """The notes of a page; their keys begin with `prefix`."""
        named = {name: node for node in root.iter() for name in (node.get("id"), node.get("name")) if name}
        links = [
            (node, named[target])
            for node in root.iter("a")
            if (target := (node.get("href") or "")[1:]) in named and (node.get("href") or "")[0] == "#"
        ]
        leading: dict[etree._Element, list[etree._Element]] = {}
        for link, target in links:
            leading.setdefault(target, []).append(link)
        linked = cls()
        for mark, target in links:
            label = squash("".join(mark.itertext())).strip("[]()")
            body = _note_body(target) if 0 < len(label) <= _MARK_MOST else None
            if body is None or body in linked.bodies or mark in linked.backs or body in mark.iterancestors():
                continue
            around = (mark, *mark, *islice(mark.iterancestors(), 2))
            backs = [one for goal in around for one in leading.get(goal, ()) if body in one.iterancestors()]
            if backs:
                key = f"{prefix}:{len(linked.bodies)}"
                linked.marks[mark], linked.bodies[body] = key, (key, label)
                linked.backs.update(backs)
        return linked


def _note_body(target: etree._Element) -> etree._Element | None:
    """What holds a note that a link leads to: its paragraph or list item."""
    for node in (target, *target.iterancestors()):
        if node.tag in ("p", "li", "dd", "div", "aside", "tr"):
            outer = node.getparent()
            whole = (
                outer is not None
                and outer.tag == "div"
                and outer.get("id")
                and len(list(outer.iter("a"))) == 1
            )
            return outer if whole else node
    return None


@dataclass(slots=True)
class _PageReader:
    """Walks through a page and collects what a visitor would read."""

    cascade: Cascade
    root: etree._Element
    name: str
    pages: Mapping[str, bytes]
    deep: int = 0
    omissions: Omissions = field(default_factory=Omissions)
    linked: _Linked = field(default_factory=_Linked)
    notes: list[Note] = field(default_factory=list)
    edges: list[Paragraph] = field(default_factory=list)
    paragraphs: list[Paragraph] = field(default_factory=list)
    piece: Piece = field(default_factory=Piece)
    label: str = ""  # of a list item whose text is still to come
    boxed: bool = False  # a box in the line, without room at its sides, began or ended here
    counters: dict[etree._Element, int] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)  # by the names that the styles give them
    unfolds: frozenset[str] = frozenset()  # ids of parts that a visitor folds out
    main: frozenset[etree._Element] = frozenset()  # what the page itself calls its contents

    def flow(self, root: etree._Element) -> list[Paragraph]:
        """The paragraphs of the whole page."""
        controls = [
            target.lstrip("#")
            for node in root.iter()
            if isinstance(node.tag, str)
            for target in (
                *(node.get("aria-controls") or "").split(),
                node.get("data-target") or node.get("data-bs-target") or "",
            )
        ]
        self.unfolds = frozenset(filter(None, controls))
        self.main = frozenset(_main_parts(root))
        self._read(root, ROOT, BlockKind.PARAGRAPH, False)
        self._close(BlockKind.PARAGRAPH, 0)
        return self.paragraphs

    # -- elements

    def _read(self, node: etree._Element, outer: Look, kind: BlockKind, blockwise: bool) -> None:
        """Read an element and what is in it; `blockwise`: it stands in a box of its own whatever it is."""
        tag = node.tag if isinstance(node.tag, str) else ""
        if not tag or node in self.linked.backs:
            return
        look = self.cascade.look(node, outer)
        if _is_mark(node, tag) and not look.shift and self.piece.text[-1:].strip():
            look = replace(look, shift=1)
        if look.gone is not None and outer.gone is None:
            if not self._unfolds(node):
                self._leave_out(look.gone, node)
                return
            look = replace(look, gone=None, display="block")
        if look.unseen is None and (node in self.linked.marks or node in self.linked.bodies):
            self._note(node, look)
            return
        parent = node.getparent()
        if tag == "div" and node.get("title") in ("header", "footer") and parent.tag == "body":
            self.edges += self._inside(node, look)  # as word processors write the edges of a printed page
            return
        if self._is_menu(node, tag):
            self._leave_out(Reason.NAVIGATION, node)
            return
        special = _SPECIAL.get(tag)
        if special is not None:
            special(self, node, look)
            return
        if look.stacks and (fraction := self._fraction(node, look)):
            self.piece.part()
            self._say(fraction, look)
            self.piece.part()
            return
        if look.display in ("table", "inline-table"):
            self._close(kind, 0)
            self._table(node, look)
            return
        self.cascade.count(node, self.counts)
        level = _heading_level(node, tag)
        block = not look.display.startswith("inline") or look.display in ("inline-flex", "inline-grid")
        block = (block or blockwise) and tag != "br" and look.display != "contents"
        initial = look.initial and len("".join(node.itertext()).strip()) <= _INITIAL_MOST
        block = block and not initial
        kind = BlockKind.LIST_ITEM if look.display == "list-item" else kind
        if block:
            self._close(kind, 0)
            self.label = self._item_label(node, tag, look) or self.label
        elif not initial:
            self._edge(node, tag, look)
        piece = self.piece
        if look.turned:
            piece.settle()
        before = len(piece.text)
        if look.covers and not "".join(node.itertext()).strip():
            self._doubt(look)
        self._children(node, look, kind, blockwise)
        if look.turned and piece is self.piece:
            piece.turn(before)
        if block:
            self._close(BlockKind.HEADING if level else kind, level)
            self.label = ""
        elif not initial:
            self._edge(node, tag, look)

    def _fraction(self, node: etree._Element, look: Look) -> str:
        """ "17/20" for a box in the line that holds two figures, one above the other, and nothing else."""
        shown = [(part, self.cascade.look(part, look)) for part in node if isinstance(part.tag, str)]
        shown = [(part, own) for part, own in shown if own.gone is None]  # a "/" for those who do not see it
        parts, looks = [part for part, _ in shown], [own for _, own in shown]
        texts = [" ".join("".join(part.itertext()).split()) for part in parts]
        bare = "".join(filter(None, (node.text, *(part.tail for part in parts)))).strip()
        beside = {"inline-block": "inline", "inline-table": "table-cell"}.get(look.display, "-")
        above = not any(own.display.startswith(beside) for own in looks)
        if bare or len(parts) != 2 or not above or any(own.unseen for own in looks):
            return ""
        return "/".join(texts) if all(map(_WHOLE_FIGURE.fullmatch, texts)) else ""

    def _note(self, node: etree._Element, look: Look) -> None:
        """Tie a mark to its note, or read a note apart from the text."""
        key = self.linked.marks.get(node)
        if key is not None:
            self.piece.refer(key)
            return
        self._close(BlockKind.PARAGRAPH, 0)
        key, mark = self.linked.bodies[node]
        text = " ".join(p.text.replace("\n", " ") for p in self._inside(node, look))
        self.notes.append(Note(key, text, mark=mark))

    def _edge(self, node: etree._Element, tag: str, look: Look) -> None:
        """The edge of a box in the line: a control stands apart; figures never run on over it."""
        before = node.getprevious()
        linked = tag == "a" and before is not None and before.tag == "a" and not before.tail
        if tag in ("button", "textarea", "label") or linked:
            self.piece.space()
        if (look.display != "inline" or look.spaced) and not look.shift:
            self.piece.part()
            self.boxed = not look.spaced

    def _children(self, node: etree._Element, look: Look, kind: BlockKind, blockwise: bool = False) -> None:
        apart = look.display in ("flex", "grid", "inline-flex", "inline-grid")
        apart = apart or blockwise and look.display == "contents"
        quoted = node.tag == "q"
        ruby = node.tag == "rt"
        self._say("“" if quoted else " (" if ruby else "", look)
        self._make_up(node, "before", look)
        self._say(node.text, look)
        for inner in self._in_order(node, look) if apart else node:
            self._read(inner, look, kind, apart)
            self._say(inner.tail, look)
        self._make_up(node, "after", look)
        self._say("”" if quoted else ") " if ruby else "", look)

    def _in_order(self, node: etree._Element, look: Look) -> list[etree._Element]:
        """The boxes in an element in the order in which they are shown."""
        boxes = list(node)
        if (node.text or "").strip() or any((box.tail or "").strip() for box in boxes):
            return boxes  # words between them are boxes too
        places = {box: self.cascade.look(box, look).place for box in boxes if isinstance(box.tag, str)}
        boxes.sort(key=lambda box: places.get(box, 0))
        return boxes[::-1] if look.backwards else boxes

    def _make_up(self, node: etree._Element, pseudo: str, look: Look) -> None:
        """Say what the styles make up ahead of or behind what is in an element."""
        text, shown = self.cascade.made_up(node, pseudo, self.counts, look)
        if shown.covers and not text.strip():
            self._doubt(look)
        apart = shown is not look and shown.display in ("block", "table", "flex", "grid")
        if apart:
            self.piece.break_line()
        self._say(text, shown)
        if apart:
            self.piece.break_line()

    def _doubt(self, look: Look) -> None:
        """Tell of text over which a bar may lie."""
        text = self.piece.text or self._last()
        if look.gone is None and look.visible and text.strip():
            self.omissions.add(Reason.UNSURE, text)

    def _say(self, text: str | None, look: Look) -> None:
        if not text:
            return
        reason = look.unseen or (Reason.STRUCK if look.struck else None)
        if reason is not None:
            self.omissions.add(reason, text, self.piece.text or self._last())
            self.piece.say(" " if text[:1].isspace() or text[-1:].isspace() else "", False)
            return
        if self.boxed and text[:1].isdigit() and self.piece.text[-1:].isdigit():
            self.omissions.add(Reason.TOUCHING, text, self.piece.text)
        self.boxed = False
        text = self.omissions.show(text, look.font, self.piece.text or self._last())
        if not look.keeps_lines:
            self.piece.say(re.sub(r"[ \t\r\n\f]+", " ", text), look.strong, look.shift)
            return
        for number, line in enumerate(text.replace("\r\n", "\n").split("\n")):
            if number:
                self.piece.break_line()
            self.piece.say(line, look.strong, look.shift)

    def _last(self) -> str:
        return self.paragraphs[-1].text if self.paragraphs else ""

    def _close(self, kind: BlockKind, level: int) -> None:
        if self.piece.text.strip() or self.piece._shifted:
            text = self.piece.text.lstrip()
            label = "" if _LABELLED.match(text) else self.label
            self.paragraphs.extend(lines_of(self.piece, label, kind, level))
            self.label = ""
        self.piece = Piece()

    def _leave_out(self, reason: Reason, node: etree._Element) -> None:
        if node.tag in ("script", "style", "template", "head", "datalist", "rp"):
            return
        words = (
            str(text)
            for inner in node.iter()
            if inner.tag not in ("script", "style")
            for text in (inner.text, inner.tail if inner is not node else None)
            if text
        )
        self.omissions.add(reason, " ".join(words), self.piece.text or self._last())

    def _unfolds(self, node: etree._Element) -> bool:
        """Whether a visitor folds this part out, by a button of the page or by looking for it."""
        return (node.get("id") or "") in self.unfolds or node.get("hidden") == "until-found"

    def _is_menu(self, node: etree._Element, tag: str) -> bool:
        """Whether an element leads elsewhere and holds nothing to read itself."""
        if tag == "nav" or node.get("role") in _MENUS:
            return True
        if tag not in _MENU_TAGS:
            return False
        links = list(node.iter("a", "button", "select", "input", "label"))
        letters = _letters("".join(node.itertext()))
        if not links or sum(_letters("".join(link.itertext())) for link in links) < _CLICKABLE * letters:
            return False
        if tag in ("ul", "ol") and all((link.get("href") or "").startswith("#") for link in links):
            return True  # the contents of this page, which follow
        around = (node, *node.iterancestors())
        if any(a in self.main or a.tag == "article" for a in around):
            return False
        if any(inner in self.main or inner.tag == "article" for inner in node.iter()):
            return False
        edge = ("header", "footer", "aside")
        return bool(self.main) or tag in edge or (tag in ("ul", "ol") and any(a.tag in edge for a in around))

    # -- lists

    def _item_label(self, node: etree._Element, tag: str, look: Look) -> str:
        """The number that an ordered list shows at this item."""
        parent = node.getparent()
        made, _ = self.cascade.made_up(node, "marker", self.counts, look)
        if made or tag != "li" or parent is None or parent.tag != "ol":
            return made.strip()
        items = sum(1 for inner in parent if inner.tag == "li")
        back = parent.get("reversed") is not None
        start = _whole(parent.get("start"), items if back else 1)
        step = -1 if back else 1
        number = _whole(node.get("value"), self.counters.get(parent, start - step) + step)
        self.counters[parent] = number
        form = LIST_FORMS.get(
            look.numbered, _LIST_TYPES.get(node.get("type") or parent.get("type") or "", "decimal")
        )
        return "" if form is None else f"{format_number(number, form)}."

    # -- tables

    def _inside(self, node: etree._Element, look: Look) -> list[Paragraph]:
        """What stands in a cell."""
        inner = replace(self)
        inner.paragraphs, inner.piece, inner.label = [], Piece(), ""
        inner._children(node, look, BlockKind.PARAGRAPH)
        inner._close(BlockKind.PARAGRAPH, 0)
        return inner.paragraphs

    def _table(self, table: etree._Element, look: Look) -> None:
        rows: dict[str, list[tuple[etree._Element, Look]]] = {"head": [], "body": [], "foot": []}
        self._collect(table, look, "body", rows)
        read: list[tuple[list[Cell], bool]] = []
        columns = list(self._columns(table, look.ground))
        taken: dict[int, int] = {}  # by column: the rows that a cell above still takes
        for row, row_look in (*rows["head"], *rows["body"], *rows["foot"]):
            cells = list(self._cells(row, row_look, look.ground, columns, taken))
            read.append((cells, any(inner is not row for inner in row.iter("table"))))
        self.paragraphs.extend(table_or_text(read, table.get("role") in ("presentation", "none")))

    def _collect(
        self, node: etree._Element, look: Look, group: str, rows: dict[str, list[tuple[etree._Element, Look]]]
    ) -> None:
        """The rows below `node`, heads first and feet last, as a browser shows them."""
        for inner in node:
            if not isinstance(inner.tag, str):
                continue
            own = self.cascade.look(inner, look)
            if own.gone is not None:
                self._leave_out(own.gone, inner)
            elif own.display == "table-row":
                rows[group].append((inner, own))
            elif own.display.startswith("table-") and own.display.endswith("-group"):
                self._collect(
                    inner, own, {"header": "head", "footer": "foot"}.get(own.display[6:12], "body"), rows
                )
            elif own.display == "table-cell":  # a row that nobody marked
                if (node, look) not in rows[group]:
                    rows[group].append((node, look))
            else:
                self.paragraphs.extend(self._inside(inner, own))

    def _columns(self, table: etree._Element, ground: Colour | None) -> Iterator[tuple[Colour | None, bool]]:
        """The ground of each column that the table describes, and whether it is folded away."""
        for node in table.iterchildren("col", "colgroup"):
            values = self.cascade.column(node, ground)
            inner = list(node.iterchildren("col"))
            for column in inner or (node,):
                own = self.cascade.column(column, values[0]) if inner else values
                times = min(_COLUMNS_MOST, max(1, _whole(column.get("span"), 1)))
                yield from ((own[0], own[1] or values[1]) for _ in range(times))

    def _cells(
        self,
        row: etree._Element,
        look: Look,
        table_ground: Colour | None,
        columns: Sequence[tuple[Colour | None, bool]],
        taken: dict[int, int],
    ) -> Iterator[Cell]:
        place = 0
        if look.display == "table-row" and not any(cell.tag in ("td", "th") for cell in row):
            displays = [self.cascade.look(cell, look).display for cell in row if isinstance(cell.tag, str)]
            if "table-cell" not in displays and "none" not in displays:
                yield Cell(self._inside(row, look))  # a row that holds text and no cells
                return
        for cell in row:
            if not isinstance(cell.tag, str):
                continue
            while taken.get(place, 0) > 0:
                taken[place] -= 1
                place += 1
            at, across = place, min(_COLUMNS_MOST, max(1, _whole(cell.get("colspan"), 1)))
            place += across
            taken.update((n, _whole(cell.get("rowspan"), 1) - 1) for n in range(at, place))
            around = look
            if at < len(columns):
                if all(folded for _, folded in columns[at:place]):
                    self._leave_out(Reason.HIDDEN, cell)
                    continue
                if look.ground == table_ground:  # the row has no ground of its own
                    around = replace(look, ground=columns[at][0])
            own = self.cascade.look(cell, around)
            if look.display != "table-row" and own.display != "table-cell":
                continue  # the row is unmarked: what else stands there is read by itself
            if own.gone is not None:
                self._leave_out(own.gone, cell)
                if own.display == "none":
                    continue
                yield Cell([], _whole(cell.get("colspan"), 1), _whole(cell.get("rowspan"), 1))
                continue
            down = _whole(cell.get("rowspan"), 1)
            yield Cell(self._inside(cell, own), _whole(cell.get("colspan"), 1), down or 1_000)

    # -- elements of their own kind

    def _line_end(self, node: etree._Element, look: Look) -> None:
        if look.gone is None:
            self.piece.break_line()

    def _formula(self, node: etree._Element, look: Look) -> None:
        if look.unseen is not None:
            self._leave_out(look.unseen, node)
            return
        text = linear_mathml(node)
        if look.display == "block" or node.get("display") == "block":
            self._close(BlockKind.PARAGRAPH, 0)
            self.piece.say_formula(text)
            self._close(BlockKind.PARAGRAPH, 0)
        else:
            self.piece.say_formula(text)

    def _drawing(self, node: etree._Element, look: Look) -> None:
        """The words in a drawing, each where it stands on its own."""
        for inner in node.iter("text", "foreignobject"):
            if any(a.tag in ("defs", "symbol", "clippath", "mask") for a in inner.iterancestors()):
                continue
            own = self.cascade.look(inner, look)
            self._close(BlockKind.PARAGRAPH, 0)
            for line in inner.iter("tspan"):
                if any(line.get(name) is not None for name in ("x", "y", "dx", "dy")):
                    line.text = f" {line.text or ''}"  # it stands apart from what is written before it
            self._children(
                inner, replace(own, display="inline", ground=None, letters=look.letters), BlockKind.PARAGRAPH
            )
            self._close(BlockKind.PARAGRAPH, 0)

    def _input(self, node: etree._Element, look: Look) -> None:
        kind = (node.get("type") or "text").lower()
        self.piece.part()
        if kind in ("checkbox", "radio"):
            self._say("☒ " if node.get("checked") is not None else "☐ ", look)
        elif kind in _TYPED:
            self._say(f" {node.get('value') or ''} ", look)

    def _choice(self, node: etree._Element, look: Look) -> None:
        """The chosen options of a list, all of them where the list stands open."""
        options = list(node.iter("option"))
        open_list = node.get("multiple") is not None or _whole(node.get("size"), 1) > 1
        chosen = [option for option in options if option.get("selected") is not None]
        shown = options if open_list else (chosen[-1:] or options[:1])
        for option in shown:
            self.piece.part()
            self._say(f" {option.get('label') or squash(''.join(option.itertext()))} ", look)
        left = [squash("".join(option.itertext())) for option in options if option not in shown]
        self.omissions.add(Reason.CHOICE, " / ".join(left), self.piece.text)

    def _page(self, node: etree._Element, look: Look) -> None:
        address = (node.get("src") or "").strip()
        written = node.get("srcdoc")
        inside = written.encode("utf-8") if written else self.pages.get(address)
        if inside and self.deep < _PAGES_DEEP and look.unseen is None:
            self._close(BlockKind.PARAGRAPH, 0)
            page = read_page(inside, self.name, "utf-8" if written else "", (), self.pages, self.deep + 1)
            self.paragraphs.extend(page.paragraphs)
            self.notes += page.notes
        elif address:
            self.omissions.add(Reason.ELSEWHERE, address, self.piece.text or self._last())

    def _picture(self, node: etree._Element, look: Look) -> None:
        """What is drawn and not written."""
        if look.gone is None:
            self.piece.picture(node.get("alt") or "", self.omissions)


_SPECIAL = {
    "br": _PageReader._line_end,
    "img": _PageReader._picture,
    "math": _PageReader._formula,
    "svg": _PageReader._drawing,
    "input": _PageReader._input,
    "select": _PageReader._choice,
    "iframe": _PageReader._page,
    "frame": _PageReader._page,
    "progress": _PageReader._picture,
    "meter": _PageReader._picture,
}


def _main_parts(root: etree._Element) -> Iterator[etree._Element]:
    """What a page marks as its contents: by its name, its role, or a link that skips to it."""
    for node in root.iter():
        if isinstance(node.tag, str) and (node.tag == "main" or node.get("role") == "main"):
            yield node
    for link in root.iter("a"):
        target = link.get("href") or ""
        if target.startswith("#") and len(target) > 1 and _SKIPS.search(squash("".join(link.itertext()))):
            for node in root.iter():
                if isinstance(node.tag, str) and node.get("id") == target[1:] and len(node):
                    yield node


def _is_mark(node: etree._Element, tag: str) -> bool:
    """Whether an element is the mark of a note set on the line: a figure that leads to a place below."""
    return tag == "a" and (node.get("href") or "").startswith("#") and "".join(node.itertext()).isdigit()


def _letters(text: str) -> int:
    return sum(sign.isalnum() for sign in text)


def _heading_level(node: etree._Element, tag: str) -> int:
    if re.fullmatch(r"h[1-6]", tag):
        return int(tag[1])
    return min(6, _whole(node.get("aria-level"), 2)) if node.get("role") == "heading" else 0


def _whole(text: str | None, otherwise: int) -> int:
    match = re.match(r"\s*(-?\d{1,5})(?!\d)", text or "")
    return int(match[1]) if match is not None else otherwise


# Books for reading screens (EPUB): their chapters in reading order.


_CONTAINER = "META-INF/container.xml"


def looks_like_book(raw: RawFile) -> bool:
    """Whether a zip container is an EPUB."""
    names = names_in(raw)
    return _CONTAINER in names and "content.xml" not in names


def read_book(raw: RawFile) -> WordText:
    """The text of an EPUB; UnreadableFileError, naming the file, where it is damaged or locked."""
    archive = zipfile.ZipFile(io.BytesIO(raw.content))
    package = Package(raw, archive, frozenset(archive.namelist()))
    if package.content("META-INF/encryption.xml") is not None:
        raise UnreadableFileError(raw.name, "dit EPUB-bestand is versleuteld")
    container = package.root(_CONTAINER)
    paths = (
        [node.get("full-path") or "" for node in container.iter() if local(node) == "rootfile"]
        if container is not None
        else []
    )
    root = package.root(paths[0]) if paths else None
    if root is None:
        raise UnreadableFileError(raw.name, "dit EPUB-bestand is beschadigd")
    folder = posixpath.dirname(paths[0])
    files = {node.get("id"): node.get("href") or "" for node in root.iter() if local(node) == "item"}
    order = [node.get("idref") for node in root.iter() if local(node) == "itemref"]
    titles = [
        tidy(node.text or "").strip()
        for meta in children(root, "metadata")
        for node in children(meta, "title")
    ]
    sheets = tuple(
        (package.content(name) or b"").decode("utf-8", "replace")
        for name in sorted(package.names)
        if name.lower().endswith(".css")
    )
    paragraphs: list[Paragraph] = []
    notes: list[Note] = []
    warnings: list[str] = []
    for key in order:
        content = package.content(posixpath.normpath(posixpath.join(folder, unquote(files.get(key, "")))))
        if content and content.strip():
            chapter = read_page(content, raw.name, "", sheets)
            paragraphs += chapter.paragraphs
            notes += chapter.notes
            warnings += chapter.warnings
    return WordText(
        tuple(paragraphs), tuple(notes), (), next(iter(titles), ""), tuple(dict.fromkeys(warnings))
    )


_FIELD = re.compile(rb"[A-Za-z][A-Za-z0-9-]*:[ \t]?.*")
_SAYS = re.compile(rb"^(?:mime-version|content-type)\s*:", re.IGNORECASE | re.MULTILINE)
_SHOWN = (("From", "Van"), ("To", "Aan"), ("Cc", "Cc"), ("Date", "Datum"), ("Subject", "Onderwerp"))
_PARTS_MOST = 500


def looks_like_mail(content: bytes) -> bool:
    """Whether `content` begins with the head of a message: fields, of which one says what follows."""
    start = content[:16_384].lstrip()
    if start.startswith(b"From ") and b"\n" in start:  # as mailboxes write it
        start = start.split(b"\n", 1)[1]
    head = re.split(rb"\r?\n\r?\n", start, maxsplit=1)[0]
    lines = [line for line in re.split(rb"\r?\n", head) if line[:1] not in (b" ", b"\t")]
    return bool(lines) and all(_FIELD.fullmatch(line) for line in lines) and _SAYS.search(head) is not None


def read_mail(raw: RawFile) -> WordText:
    """The text of a saved page or a message; UnreadableFileError, naming the file, where it holds none."""
    message = BytesParser(policy=policy.default).parsebytes(raw.content.lstrip())
    if not isinstance(message, EmailMessage):
        raise UnreadableFileError(raw.name, "dit bericht is beschadigd")
    reader = _Reader(raw.name)
    reader.collect(message)
    reader.read(message)
    if not reader.paragraphs:
        raise UnreadableFileError(raw.name, "er staat geen leesbare tekst in dit bericht")
    subject = _said(message, "Subject")
    head = "" if _is_saved_page(message) else "\n".join(_fields(message))
    front = (
        [Paragraph(head, BlockKind.HEADING, 1)] if head else []
    )  # it tells of the message, as a title does
    return WordText(
        (*front, *reader.paragraphs),
        tuple(reader.notes),
        (),
        reader.title or subject,
        (*reader.warnings, *reader.omissions.warnings()),
    )


def _is_saved_page(message: EmailMessage) -> bool:
    located = any(part.get("Content-Location") for part in message.walk())
    return located or "saved by" in _said(message, "From").lower()


def _fields(message: EmailMessage) -> Iterator[str]:
    for name, shown in _SHOWN:
        if _said(message, name):
            yield f"{shown}: {_said(message, name)}"


def _said(message: EmailMessage, name: str) -> str:
    try:
        header = message.get(name)
    except (ValueError, IndexError, AttributeError, TypeError):  # a field nobody can make sense of
        return ""
    return " ".join(tidy(str(header or "")).split())


@dataclass(slots=True)
class _Reader:
    name: str
    paragraphs: list[Paragraph] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    omissions: Omissions = field(default_factory=Omissions)
    title: str = ""
    sheets: list[str] = field(default_factory=list)
    pages: dict[str, bytes] = field(default_factory=dict)

    def collect(self, message: EmailMessage) -> None:
        """Remember the style sheets and pages that came along."""
        for number, part in enumerate(message.walk()):
            if number > _PARTS_MOST:
                raise UnreadableFileError(self.name, "dit bericht heeft te veel onderdelen")
            content = _content(part)
            if part.get_content_type() == "text/css":
                self.sheets.append(content.decode("utf-8", "replace"))
            elif part.get_content_type() == "text/html":
                key = str(part.get("Content-ID") or "").strip("<> ")
                self.pages[str(part.get("Content-Location") or "").strip()] = content
                self.pages |= {f"cid:{key}": content} if key else {}

    def read(self, part: EmailMessage) -> None:
        """Read a part: of alternatives the richest, of related parts the first, of others all."""
        kind = part.get_content_type()
        if part.is_multipart():
            inside = [inner for inner in part.iter_parts() if isinstance(inner, EmailMessage)]
            if kind == "multipart/alternative":
                known = [inner for inner in inside if _is_text(inner) or inner.is_multipart()]
                inside = known[-1:]
            elif kind == "multipart/related" and inside:
                start = str(part.get_param("start") or "")
                named = [i for i in inside if start and str(i.get("Content-ID") or "").strip() == start]
                inside = [next((i for i in (*named, *inside) if _is_text(i) or i.is_multipart()), inside[0])]
            for inner in inside:
                self.read(inner)
            return
        if part.get_content_disposition() == "attachment" or not _is_text(part):
            self.omissions.add(Reason.ELSEWHERE, part.get_filename() or kind, "bijlage")
            return
        content, charset = _content(part), str(part.get_content_charset() or "")
        if kind == "text/plain":
            if str(part.get_param("format") or "").lower() == "flowed":
                content = _unflowed(content, str(part.get_param("delsp") or "").lower() == "yes")
            text = read_typed(content, "", charset)
        else:
            text = read_page(content, self.name, charset, self.sheets, self.pages)
        self.paragraphs += text.paragraphs
        self.notes += text.notes
        self.warnings += text.warnings
        self.title = self.title or text.title


def _unflowed(content: bytes, bare: bool) -> bytes:
    """The lines as they were written: one that ends in a space goes on (RFC 3676); `bare`: without it."""
    lines: list[bytes] = []
    for line in content.splitlines():
        quotes = re.match(rb">*", line)
        depth = quotes.end() if quotes else 0
        same = lines and re.match(rb">{%d}(?!>)" % depth, lines[-1])
        if same and lines[-1].endswith(b" ") and lines[-1] != b"-- " and line != b"-- ":
            rest = line[depth:]
            rest = rest[1:] if rest.startswith(b" ") else rest
            lines[-1] = (lines[-1][:-1] if bare else lines[-1]) + rest
        else:
            lines.append(line)
    return b"\n".join(lines)


def _is_text(part: EmailMessage) -> bool:
    return part.get_content_type() in ("text/html", "text/plain", "application/xhtml+xml")


def _content(part: EmailMessage) -> bytes:
    try:
        content = part.get_payload(decode=True)
    except (ValueError, LookupError, TypeError):
        return b""
    return content if isinstance(content, bytes) else b""
