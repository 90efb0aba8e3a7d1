"""Rich text (RTF) as the reader sees it: no codes, nothing hidden, struck through or taken out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from lxml import etree

from learninglion.models import BlockKind, RawFile
from learninglion.models.errors import UnreadableFileError
from learninglion.parsing.office.mathematics import linear_omml
from learninglion.parsing.office.ooxml import BLACK, WHITE, Colour, stands_out
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
from learninglion.parsing.office.word import shown_of_code
from learninglion.parsing.writing import Note, Paragraph, is_symbol_font

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)"
)
_NO_XML = re.compile("[^\t\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DEEPEST = 500
_SMALLEST = 4  # half-points
_NARROWEST = 10  # per cent of a letter's width
_TIGHTEST = 40  # twentieths of a point: a line of exactly this height shows nothing
_SHIFTED_FROM = 3
_SAME_EDGE = 40  # twentieths of a point that edges of one column may differ
# What stands in these groups is no text of the page.
_UNREAD = frozenset(
    "fonttbl colortbl stylesheet info pict listtable listoverridetable rsidtbl generator themedata mmathPict "
    "colorschememapping latentstyles datastore xmlnstbl filetbl revtbl bkmkstart bkmkend objdata "
    "themedatadefs pnseclvl wgrffmtfilter mmathPr xmlopen shprslt nonesttables sp sp "
    "panose falt passwordhash docvar ftnsep ftnsepc aftnsep aftnsepc atrfstart atrfend atnid atndate "
    "atnref atnicn atntime atnparent tc xe rxe title author blipuid picprop defchp defpap".split()
)
# Marked as "may be skipped", and yet text.
_STARRED_TEXT = frozenset("shpinst shp do nesttableprops htmltag result".split())
_EDGES = frozenset("header headerl headerr headerf footer footerl footerr footerf".split())
_SIGNS = {
    "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”",
    "bullet": "•", "emspace": " ", "enspace": " ", "qmspace": " ", "zwj": "", "zwnj": "", "tab": "\t",
    "line": "\n", "softline": "\n", "lbr": "\n", "column": "\n",
}  # fmt: skip
_CHARSETS = {
    0: "cp1252", 77: "mac_roman", 128: "cp932", 129: "cp949", 134: "gbk", 136: "big5", 161: "cp1253",
    162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874",
    238: "cp1250", 254: "cp437", 255: "cp850",
}  # fmt: skip
_PAGES = {"ansi": "cp1252", "mac": "mac_roman", "pc": "cp437", "pca": "cp850"}


def looks_like_rich_text(content: bytes) -> bool:
    """Whether `content` begins as rich text."""
    return content.lstrip(b"\xef\xbb\xbf \t\r\n")[:5] == b"{\\rtf"


def read_rich_text(raw: RawFile) -> WordText:
    """The text of an RTF file; UnreadableFileError, naming the file, where it is nested without end."""
    reader = _Reader()
    reader.read(raw)
    body = tuple(reader.body.finished())
    front = tuple(said_once([p for edge in reader.edges for p in edge.finished()], body))
    letterhead = tuple(line for p in said_once(front, ()) for line in p.text.split("\n"))
    return WordText(body, tuple(reader.notes), letterhead, reader.title, reader.omissions.warnings(), front)


@dataclass(frozen=True, slots=True)
class _State:
    """What holds for the text at a place; a group takes it over and gives it back."""

    into: _Flow | None = None  # where text goes; None: nowhere
    name: str = ""  # of the destination
    unicode_skip: int = 1
    font: int = 0
    bold: bool = False
    italic: bool = False
    hidden: bool = False
    struck: bool = False
    deleted: bool = False
    shift: int = 0
    size: int = 24
    letters: int = 0
    ground: int = 0
    marked: int = 0
    paragraph_ground: int = 0
    cell: bool = False  # the paragraph stands in a table
    formula: etree._Element | None = None  # the part of an equation that is written, as Word has it
    flat: bool = False  # letters without width
    tight: bool = False  # lines without height


@dataclass(slots=True)
class _Flow:
    """A stream of paragraphs: the text itself, a note, the head of a page."""

    paragraphs: list[Paragraph] = field(default_factory=list)
    piece: Piece = field(default_factory=Piece)
    label: str = ""
    cell: list[Paragraph] = field(default_factory=list)
    row: list[Cell] = field(default_factory=list)
    rows: list[list[Cell]] = field(default_factory=list)
    merges: list[str] = field(default_factory=list)  # of the cells of the row being described
    edges: list[int] = field(default_factory=list)  # right edges of these cells, in twentieths of a point
    ends: list[list[int]] = field(default_factory=list)  # those of the rows so far

    def end_paragraph(self, in_cell: bool) -> None:
        """End the paragraph that is being read."""
        content = self.piece.text.strip() or self.piece.notes
        made = list(lines_of(self.piece, "", BlockKind.LIST_ITEM if self.label else BlockKind.PARAGRAPH, 0))
        self.piece = Piece()
        self.label = "" if content else self.label
        if in_cell:
            self.cell += made
        else:
            self.end_table()
            self.paragraphs += made

    def end_cell(self) -> None:
        """End the cell that is being read."""
        self.end_paragraph(True)
        self.row.append(Cell(self.cell))
        self.cell = []

    def end_row(self) -> None:
        """End the row: its cells get the merges described with it."""
        cells: list[Cell] = []
        for number, cell in enumerate(self.row):
            merge = self.merges[number] if number < len(self.merges) else ""
            if merge == "beside" and cells:
                cells.append(Cell([]))
            else:
                cells.append(replace(cell, goes_on=merge == "above"))
        if cells:
            self.rows.append(cells)
            self.ends.append(list(self.edges))
        self.row = []

    def end_table(self) -> None:
        """End the table, where one is being read."""
        if self.row or self.cell:
            self.end_row()
        if not self.rows:
            return
        self.rows, self.ends = _in_columns(self.rows, self.ends), []
        self.paragraphs += table_or_text([(row, False) for row in self.rows])
        self.rows = []

    def finished(self) -> list[Paragraph]:
        """All paragraphs, once everything is read."""
        self.end_paragraph(bool(self.cell or self.row))
        self.end_table()
        return self.paragraphs


def _in_columns(rows: list[list[Cell]], ends: list[list[int]]) -> list[list[Cell]]:
    """The rows, each cell over the columns between its edges; as they are where a row tells no edges."""
    if any(len(edges) < len(row) or edges != sorted(edges) for row, edges in zip(rows, ends, strict=True)):
        return rows
    columns: list[int] = []
    for edge in sorted(edge for row, edges in zip(rows, ends, strict=True) for edge in edges[: len(row)]):
        if not columns or edge - columns[-1] > _SAME_EDGE:
            columns.append(edge)
    made: list[list[Cell]] = []
    for row, edges in zip(rows, ends, strict=True):
        places = [max(n for n, column in enumerate(columns) if column <= edge) + 1 for edge in edges]
        made.append([])
        for cell, before, place in zip(row, [0, *places], places, strict=False):
            made[-1].append(replace(cell, across=max(1, place - before)))
    return made


@dataclass(slots=True)
class _Reader:
    body: _Flow = field(default_factory=_Flow)
    edges: list[_Flow] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    omissions: Omissions = field(default_factory=Omissions)
    title: str = ""
    state: _State = field(default_factory=_State)
    stack: list[_State] = field(default_factory=list)
    page: str = "cp1252"
    fonts: dict[int, tuple[str, str]] = field(default_factory=dict)  # number: (encoding, name)
    default_font: int = 0
    colours: list[Colour | None] = field(default_factory=lambda: [None])
    pending: bytearray = field(default_factory=bytearray)  # bytes of letters not decoded yet
    skip: int = 0  # letters that stand for those who do not know Unicode
    starred: bool = False
    opened: bool = False  # a group began just now
    codes: list[tuple[str, _Flow | None, int]] = field(default_factory=list)  # of the fields around
    form: dict[str, int] = field(default_factory=dict)  # what the last form field holds
    choices: list[str] = field(default_factory=list)  # of its list
    half: int = 0  # the first half of a sign beyond the usual plane
    ended: dict[int, Callable[[], None]] = field(default_factory=dict)  # by depth: what to do there

    def read(self, raw: RawFile) -> None:
        """Read the whole file."""
        content = raw.content
        self.state = _State(self.body)
        at = 0
        while at < len(content):
            token = _TOKEN.match(content, at)
            if token is None:
                at += 1
                continue
            at = token.end()
            word, number, code, sign, brace, text = token.groups()
            if word == b"bin" and number is not None:
                self._flush()
                at += max(0, int(number))
            elif word is not None:
                self._word(word.decode("ascii"), None if number is None else int(number))
            elif code is not None:
                self._byte(int(code, 16))
            elif sign is not None:
                self._sign(sign)
            elif brace is not None:
                self._brace(brace == b"{", raw.name)
            elif text is not None:
                for byte in text:
                    self._byte(byte)
        self._flush()
        while self.stack:
            self._brace(False, raw.name)

    # -- groups

    def _brace(self, opens: bool, name: str) -> None:
        self._flush()
        self.skip = 0
        if opens:
            if len(self.stack) >= _DEEPEST:
                raise UnreadableFileError(name, "dit RTF-bestand is te diep genest")
            self.stack.append(self.state)
            self.opened, self.starred = True, False
            return
        closing = self.ended.pop(len(self.stack), None)
        if closing is not None:
            closing()
        if self.stack:
            self.state = self.stack.pop()
        self.opened = False

    def _into(self, flow: _Flow | None, name: str, at_end: Callable[[], None] | None = None) -> None:
        """From here to the end of the group text goes into `flow`, and looks as text does of itself."""
        self.state = replace(self.state, into=flow, name=name, **_PLAIN)  # type: ignore[arg-type]
        if at_end is not None:
            self.ended[len(self.stack)] = at_end

    def _destination(self, word: str) -> bool:
        """Begin a part of another kind where `word` begins one."""
        if word in _EDGES:
            flow = _Flow()
            self.edges.append(flow)
            self._into(flow, word)
        elif word == "footnote":
            flow, key = _Flow(), f"note:{len(self.notes)}"
            if self.state.into is not None:
                self.state.into.piece.refer(key)
            self.notes.append(Note(key, ""))
            self._into(flow, word, lambda: self._end_note(key, flow))
        elif word in ("annotation", "atnauthor"):
            flow = _Flow()
            if word == "annotation":
                before = self._before()
                self._into(flow, word, lambda: self._remark(flow, before))
            else:
                self._into(None, word)
        elif word in ("shptxt", "dptxbxtext"):
            flow, outer = _Flow(), self.state.into
            self._into(flow, word, lambda: self._end_box(flow, outer))
            self.state = replace(self.state, cell=False)
        elif word == "title" and self.state.name == "info":
            flow = _Flow()
            self._into(flow, word, lambda: self._end_title(flow))
        elif word in ("listtext", "pntext", "nesttableprops"):
            self.state = replace(self.state, name=word)
            if word != "nesttableprops" and self.state.into is not None:
                self.ended[len(self.stack)] = self.state.into.piece.part
        elif word == "field":
            self.ended[len(self.stack)] = self._end_field
            self.codes.append(("", self.state.into, 0))
            self.state = replace(self.state, name=word)
        elif word == "fldinst":
            flow, outer = _Flow(), self.state.into
            self._into(flow, word, lambda: self._end_code(flow, outer))
        elif word == "formfield":
            self.form, self.choices = {}, []
            self._into(None, word)
        elif word == "ffl":
            flow = _Flow()
            self._into(flow, word, lambda: self.choices.append(" ".join(p.text for p in flow.finished())))
        elif word.startswith("m") and self.state.formula is not None:
            self.state = replace(self.state, formula=etree.SubElement(self.state.formula, word[1:]))
        elif word == "objclass":
            flow, before = _Flow(), self._before()
            self._into(flow, word, lambda: self._tell_object(flow, before))
        elif word in ("moMath", "moMathPara"):
            outer, formula = self.state.into, etree.Element(word[1:])
            self._into(None, word, lambda: self._end_formula(formula, outer))
            self.state = replace(self.state, formula=formula)
        elif word in _UNREAD or (self.starred and word not in _STARRED_TEXT):
            self._into(None, word)
        else:
            return False
        return True

    def _end_formula(self, formula: etree._Element, outer: _Flow | None) -> None:
        if outer is not None:
            outer.piece.say_formula(linear_omml(formula, lambda run: run.get("val", "")))

    def _tell_object(self, flow: _Flow, before: str) -> None:
        """Tell of a file of another program (an old equation, a sheet) of which only a picture is here."""
        self.omissions.add(Reason.ELSEWHERE, " ".join(p.text for p in flow.finished()), before)

    def _end_note(self, key: str, flow: _Flow) -> None:
        text = " ".join(p.text.replace("\n", " ") for p in flow.finished())
        self.notes[:] = [replace(note, text=text) if note.key == key else note for note in self.notes]

    def _remark(self, flow: _Flow, before: str) -> None:
        self.omissions.add(Reason.REMARK, " ".join(p.text for p in flow.finished()), before)

    def _end_box(self, flow: _Flow, outer: _Flow | None) -> None:
        if outer is not None:
            (outer.cell if outer.cell or outer.row else outer.paragraphs).extend(flow.finished())

    def _end_title(self, flow: _Flow) -> None:
        self.title = " ".join(p.text for p in flow.finished())

    def _end_code(self, flow: _Flow, outer: _Flow | None) -> None:
        """Remember what a field shows that has no result, and where it stands."""
        code = " ".join(p.text for p in flow.finished())
        chosen = self.form.get("ffres", self.form.get("ffdefres", 0))
        if code.upper().startswith("FORMCHECKBOX"):
            shown = "☒" if chosen == 1 else "☐"
        elif code.upper().startswith("FORMDROPDOWN"):
            shown = "".join(self.choices[chosen : chosen + 1])
        else:
            shown = shown_of_code(code)
        if outer is not None:
            outer.piece.settle()
        self.codes[-1:] = [(shown, outer, len(outer.piece.text) if outer is not None else 0)]

    def _end_field(self) -> None:
        shown, flow, before = self.codes.pop()
        if flow is None or not shown:
            return
        flow.piece.settle()
        if not flow.piece.text[before:].strip():
            self._say_shown(shown)

    def _say_shown(self, shown: str) -> None:
        reason, flow = self._unseen(), self.state.into
        if reason is not None:
            self.omissions.add(reason, shown, self._before())
        elif flow is not None:
            flow.piece.say_formula(shown, self.state.bold or self.state.italic)

    def _before(self) -> str:
        flow = self.state.into or self.body
        return flow.piece.text or (flow.paragraphs[-1].text if flow.paragraphs else "")

    # -- words and signs

    def _word(self, word: str, number: int | None) -> None:
        if word == "u" and number is not None:
            self._flush()
            self._unicode(number)
            self.opened = False
            return
        self._flush()
        if self.skip and word not in ("u", "uc"):
            self.skip -= 1
            return
        if (self.opened or self.starred) and self._destination(word):
            self.opened = self.starred = False
            return
        self.opened = self.starred = False
        if word in _SIGNS:
            self._say(_SIGNS[word])
        elif word in _PAGES:
            self.page = _PAGES[word]
        elif not self._layout(word, number):
            self._look(word, number)

    def _layout(self, word: str, number: int | None) -> bool:
        """Ends of paragraphs, cells and rows; the tables of fonts and colours."""
        flow = self.state.into
        if word == "ansicpg":
            self.page = f"cp{number}"
        elif word == "deff":
            self.default_font = number or 0
        elif self.state.name == "formfield" and word.startswith("ff"):
            self.form[word] = number or 0
        elif self.state.name == "colortbl" and word in ("red", "green", "blue"):
            base = self.colours[-1] or BLACK
            self.colours[-1] = replace(base, **{word: (number or 0) / 255})
        elif word == "fcharset" and self.state.name == "fonttbl":
            encoding = _CHARSETS.get(number or 0, "cp1252") if number else ""
            self.fonts[self.state.font] = (encoding, self.fonts.get(self.state.font, ("", ""))[1])
        elif self.state.name == "nesttableprops":
            return True  # an inner row is described, not this one
        elif flow is None:
            return word in ("par", "sect", "page", "cell", "row", "nestcell", "nestrow", "trowd")
        elif word in ("par", "sect", "page"):
            flow.end_paragraph(self.state.cell)
        elif word == "trowd":
            flow.merges, flow.edges = [""], []
        elif word == "cellx":
            flow.merges.append("")
            flow.edges.append(number or 0)
        elif word in ("clmrg", "clvmrg") and flow.merges:
            flow.merges[-1] = "beside" if word == "clmrg" else "above"
        elif word == "cell":
            flow.end_cell()
        elif word == "row":
            flow.end_row()
        elif word == "nestcell":
            flow.end_paragraph(True)
        else:
            return False
        return True

    def _look(self, word: str, number: int | None) -> None:
        """What changes how the text from here on looks."""
        state, on = self.state, number != 0
        changed: dict[str, object] = {}
        if word == "plain":
            changed = {**_PLAIN, "font": self.default_font}
        elif word == "pard":
            changed = {"cell": False, "paragraph_ground": 0, "tight": False}
        elif word in _SWITCHES:
            changed = {_SWITCHES[word]: on}
        elif word in _NUMBERS:
            changed = {_NUMBERS[word]: number or 0}
        elif word in ("super", "sub"):
            changed = {"shift": (1 if word == "super" else -1) if on else 0}
        elif word in ("up", "dn"):
            up = _SHIFTED_FROM if number is None else abs(number)
            changed = {"shift": read_shift(up if word == "up" else -up, _SHIFTED_FROM)}
        elif word == "nosupersub":
            changed = {"shift": 0}
        elif word == "intbl":
            changed = {"cell": True}
        elif word == "charscalex":
            changed = {"flat": number is not None and number <= _NARROWEST}
        elif word == "sl":
            changed = {"tight": number is not None and -_TIGHTEST <= number < 0}
        elif word == "uc":
            changed = {"unicode_skip": number or 0}
        if changed:
            self.state = replace(state, **changed)  # type: ignore[arg-type]

    def _sign(self, sign: bytes) -> None:
        if sign == b"*":
            self.starred = True
            return
        self._flush()
        known = {b"~": " ", b"_": "-", b"\n": "", b"\r": "", b"-": "", b":": "", b"|": ""}
        if sign in (b"\n", b"\r"):
            if self.state.into is not None:
                self.state.into.end_paragraph(self.state.cell)
        elif sign in known:
            self._say(known[sign])
        else:
            self._say(sign.decode("latin-1"))
        self.opened = False

    def _byte(self, byte: int) -> None:
        self.opened = False
        if self.skip:
            self.skip -= 1
        else:
            self.pending.append(byte)

    def _unicode(self, number: int) -> None:
        code = number % 65_536
        self.skip = self.state.unicode_skip
        if 0xD800 <= code < 0xDC00:
            self.half = code
            return
        if 0xDC00 <= code < 0xE000:
            code = 0x10000 + ((self.half - 0xD800) << 10) + (code - 0xDC00) if self.half else 0xFFFD
        self.half = 0
        self._say(chr(code))

    def _flush(self) -> None:
        if not self.pending:
            return
        encoding = self.fonts.get(self.state.font, ("", ""))[0] or self.page
        if is_symbol_font(self.fonts.get(self.state.font, ("", ""))[1]):
            encoding = "latin-1"
        try:
            text = self.pending.decode(encoding, "replace")
        except LookupError:
            text = self.pending.decode("cp1252", "replace")
        self.pending.clear()
        self._say(text)

    def _say(self, text: str) -> None:
        state, flow = self.state, self.state.into
        if state.name == "fonttbl":
            encoding, name = self.fonts.get(state.font, ("", ""))
            self.fonts[state.font] = (encoding, (name + text).partition(";")[0])
            return
        if state.name == "colortbl":
            for _ in range(text.count(";")):
                self.colours.append(None)
            return
        if state.formula is not None and self._unseen() is None:
            state.formula.set("val", state.formula.get("val", "") + _NO_XML.sub("", text))
        if flow is None or not text:
            return
        if state.name in ("listtext", "pntext"):
            flow.label += text
        reason = self._unseen()
        if reason is not None and text.strip():
            self.omissions.add(reason, text, self._before())
            return
        if text == "\t":
            flow.piece.tab()
            return
        shown = self.omissions.show(text, self.fonts.get(state.font, ("", ""))[1], self._before())
        for number, line in enumerate(shown.split("\n")):
            if number:
                flow.piece.break_line()
            flow.piece.say(line, state.bold or state.italic, state.shift)

    def _unseen(self) -> Reason | None:
        state = self.state
        if state.hidden:
            return Reason.HIDDEN
        if state.deleted:
            return Reason.DELETED
        if state.struck:
            return Reason.STRUCK
        if state.size <= _SMALLEST or state.flat or state.tight:
            return Reason.SMALL
        letters = self._colour(state.letters) or (BLACK if state.marked else None)
        if letters is None:  # automatic: black under a marker, and what shows on any other ground
            return None
        ground = next(
            filter(None, map(self._colour, (state.marked, state.ground, state.paragraph_ground))), None
        )
        if ground is None and state.cell:
            return None  # cells have grounds of their own
        return None if stands_out(letters, ground or WHITE) else Reason.GROUND

    def _colour(self, number: int) -> Colour | None:
        return self.colours[number] if 0 < number < len(self.colours) else None


_PLAIN: dict[str, object] = {
    "bold": False, "italic": False, "hidden": False, "struck": False, "deleted": False, "shift": 0,
    "size": 24, "letters": 0, "ground": 0, "marked": 0, "flat": False,
}  # fmt: skip
_SWITCHES = {
    "b": "bold", "i": "italic", "v": "hidden", "strike": "struck", "striked": "struck", "strikd": "struck",
    "deleted": "deleted",
}  # fmt: skip
_NUMBERS = {
    "f": "font", "fs": "size", "cf": "letters", "cb": "ground", "chcbpat": "ground", "highlight": "marked",
    "cbpat": "paragraph_ground",
}  # fmt: skip
