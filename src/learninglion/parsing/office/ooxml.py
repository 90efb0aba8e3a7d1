"""What Office files are made of: the container, its XML, colours, and what Word's styles and numbering say.

The container is opened as what it is: something a stranger may have made. Only the parts that are asked for
are unpacked, each up to a limit; XML with a document type declaration is refused, so there are no entities
to expand and nothing is fetched.
"""

from __future__ import annotations

import io
import lzma
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from lxml import etree
from tinycss2.color4 import parse_color

from learninglion.models import RawFile
from learninglion.models.errors import UnreadableFileError

OLE_HEADER = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
DAMAGED_ZIP = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error),
    *(EOFError, NotImplementedError, OSError, RuntimeError, ValueError),
)
"""What opening and unpacking raise where the container is damaged or made to harm."""
_ZIP_HEADERS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
# A thousand pages of text are about 25 MB of XML; beyond this a file wants our memory, not our attention.
_PART_MOST = 48 * 1024 * 1024
_PARTS_MOST = 96 * 1024 * 1024
_MEMBERS_MOST = 20_000
# Real text shrinks to a tenth or so; a bomb to a thousandth.
_RATIO_MOST = 400
_RATIO_MATTERS_FROM = 4 * 1024 * 1024
# One of these is in every file of Word, whatever the program that wrote it left out.
_OFFICE_PARTS = frozenset(("[content_types].xml", "_rels/.rels", "word/document.xml"))
_HARMLESS = frozenset(
    (
        "DTD_ID_REDEFINED",
        "DTD_XMLID_VALUE",
        "NS_ERR_UNDEFINED_NAMESPACE",
        "NS_ERR_QNAME",
        "NS_ERR_XML_NAMESPACE",
    )
    + ("DTD_UNKNOWN_ID", "WAR_NS_URI", "WAR_NS_URI_RELATIVE", "ERR_NS_DECL_ERROR")
)


def looks_like_zip(content: bytes) -> bool:
    """Whether `content` begins as a zip container (DOCX, XLSX, ODT, plain zip)."""
    return content[:4] in _ZIP_HEADERS


def is_opendocument(raw: RawFile) -> bool:
    """Whether a zip container is an OpenDocument file (such as ODT); no where it cannot be opened."""
    return _is_opendocument(names_in(raw))


def names_in(raw: RawFile) -> frozenset[str]:
    """The names of the parts of a zip container; none where it cannot be opened."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw.content)) as archive:
            return frozenset(archive.namelist())
    except DAMAGED_ZIP:
        return frozenset()


def _is_opendocument(names: frozenset[str]) -> bool:
    return "content.xml" in names and ("mimetype" in names or "META-INF/manifest.xml" in names)


def _refuse_ole(raw: RawFile) -> None:
    """Raise UnreadableFileError when `raw` is a password-protected Office file or one from before 2007."""
    if not raw.content.startswith(OLE_HEADER):
        return
    if "EncryptedPackage".encode("utf-16-le") in raw.content:
        raise UnreadableFileError(
            raw.name,
            "het bestand is beveiligd met een wachtwoord; sla het op zonder wachtwoord en probeer opnieuw",
        )
    if "__properties_version1.0".encode("utf-16-le") in raw.content:
        raise UnreadableFileError(
            raw.name, "dit is een bericht van Outlook; sla het daarin op als .eml of PDF"
        )
    raise UnreadableFileError(
        raw.name,
        "dit is een Office-bestand van voor 2007 (.doc, .xls, .ppt); sla het op als .docx, .xlsx of .pptx",
    )


@dataclass(frozen=True, slots=True)
class Relation:
    """How one part of a file refers to another."""

    key: str
    kind: str  # the last word of its type: "styles", "footnotes", "aFChunk"
    target: str  # the part, or an address where it is outside
    outside: bool


def _plain_name(part: str) -> str:
    return part.replace("\\", "/").lstrip("/").casefold()


def parse_xml(content: bytes, name: str, complaint: str) -> etree._Element:
    """The root of an XML text; UnreadableFileError with the complaint where it is not well-formed.

    Names that are given twice or are no proper names, and prefixes nobody declared, do no harm to a text.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        recover=True,
        collect_ids=False,
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as problem:
        if getattr(problem, "code", None) == etree.ErrorTypes.ERR_NO_MEMORY:
            raise MemoryError from problem
        raise UnreadableFileError(name, complaint) from problem
    serious = [
        error
        for error in parser.error_log
        if error.level_name == "FATAL" or (error.level_name == "ERROR" and error.type_name not in _HARMLESS)
    ]
    if root is None or serious:
        if any(error.type == etree.ErrorTypes.ERR_NO_MEMORY for error in serious):
            raise MemoryError
        raise UnreadableFileError(name, complaint)
    return root


@dataclass(slots=True)
class Package:
    """The parts of an Office file; `root(part)` parses one when it is needed."""

    raw: RawFile
    archive: zipfile.ZipFile
    names: frozenset[str]
    unpacked: int = field(default=0)
    _plain_names: dict[str, str] | None = None

    def find(self, part: str) -> str | None:
        """The name of `part` as the file writes it; names differ in case and in slashes only by accident."""
        wanted = _plain_name(part)
        if self._plain_names is None:
            self._plain_names = {_plain_name(name): name for name in sorted(self.names, reverse=True)}
        return part if part in self.names else self._plain_names.get(wanted)

    def content(self, part: str) -> bytes | None:
        """The bytes of `part`, None where the file has no such part."""
        name = self.find(part)
        return None if name is None else self._read(name)

    def relations(self, part: str) -> tuple[Relation, ...]:
        """What `part` refers to; the relations of the whole file where `part` is empty."""
        folder, _, name = part.rpartition("/")
        root = self.root(f"{folder}/_rels/{name}.rels".lstrip("/"))
        listed = []
        for node in root if root is not None else ():
            target = node.get("Target") or ""
            outside = node.get("TargetMode") == "External"
            if not outside:
                target = target.replace("\\", "/")
                base = "" if target.startswith("/") else folder
                target = posixpath.normpath(posixpath.join(base, unquote(target).lstrip("/"))).lstrip("/")
            kind = (node.get("Type") or "").rpartition("/")[2]
            listed.append(Relation(node.get("Id") or "", kind, target, outside))
        return tuple(listed)

    def root(self, part: str) -> etree._Element | None:
        """The root element of `part`, None where the file has no such part."""
        name = self.find(part)
        if name is None:
            return None
        root = parse_xml(self._read(name), self.raw.name, f"onderdeel {part} is beschadigd")
        if root.getroottree().docinfo.doctype:
            raise UnreadableFileError(
                self.raw.name, f"onderdeel {part} bevat een DTD en wordt daarom niet gelezen"
            )
        return root

    def _read(self, part: str) -> bytes:
        info = self.archive.getinfo(part)
        if info.flag_bits & 0x1:
            raise UnreadableFileError(self.raw.name, "het bestand is beveiligd met een wachtwoord")
        room = min(_PART_MOST, _PARTS_MOST - self.unpacked)
        try:
            with self.archive.open(info) as stream:
                content = stream.read(room + 1)
        except DAMAGED_ZIP as problem:
            raise UnreadableFileError(
                self.raw.name, f"het bestand is beschadigd of afgebroken (onderdeel {part})"
            ) from problem
        bomb = len(content) > _RATIO_MATTERS_FROM and len(content) > _RATIO_MOST * max(1, info.compress_size)
        if len(content) > room or bomb:
            raise UnreadableFileError(
                self.raw.name, "het bestand is uitgepakt veel te groot; het wordt daarom niet gelezen"
            )
        self.unpacked += len(content)
        return content


def open_package(raw: RawFile) -> Package:
    """The parts of the Office file `raw`; UnreadableFileError when it is no (whole) Office file."""
    if not raw.content:
        raise UnreadableFileError(raw.name, "het bestand is leeg")
    _refuse_ole(raw)
    if not looks_like_zip(raw.content):
        raise UnreadableFileError(raw.name, "dit is geen Word-bestand (.docx), al doet de naam dat denken")
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw.content))
        names = frozenset(archive.namelist())
    except DAMAGED_ZIP as problem:
        raise UnreadableFileError(raw.name, "het bestand is beschadigd of afgebroken") from problem
    if len(names) > _MEMBERS_MOST:
        raise UnreadableFileError(
            raw.name, "het bestand heeft te veel onderdelen; het wordt daarom niet gelezen"
        )
    plain = {_plain_name(name) for name in names}
    if plain.isdisjoint(_OFFICE_PARTS) and not _is_opendocument(names):
        raise UnreadableFileError(raw.name, "dit is een zip-bestand en geen Word-bestand; pak het eerst uit")
    return Package(raw, archive, names)


# Colours in the notations of office files and web pages, and whether letters stand out from their ground.

# The ratio of WCAG: 1 is the same colour, 21 black on white. The faintest grey that people print is 1.3.
_SEEN_FROM = 1.12


@dataclass(frozen=True, slots=True)
class Colour:
    """Red, green, blue and how much it covers, each 0 to 1."""

    red: float
    green: float
    blue: float
    alpha: float = 1.0


WHITE = Colour(1.0, 1.0, 1.0)
BLACK = Colour(0.0, 0.0, 0.0)


def read_colour(text: str | None) -> Colour | None:
    """The colour in CSS notation ("#fff", "rgb(1 2 3)", "navy"); None where it is none or not known."""
    name = text.strip().lower() if text else ""
    if name in _SYSTEM:
        return _SYSTEM[name]
    mix = _MIX.fullmatch(name)
    if mix is not None:
        one, other = read_colour(mix[1]), read_colour(mix[3])
        share = float(mix[2] or 100 - float(mix[4] or 50)) / 100
        return None if one is None or other is None else blended(replace(one, alpha=share), other)
    colour = parse_color(name) if name else None
    if colour is None or isinstance(colour, str):
        return None
    first, *others = (float(part or 0.0) for part in colour.coordinates)
    if colour.space in _LIGHT_FIRST:  # how light it is, is all that is asked here
        grey = _grey(_LIGHT_FIRST[colour.space](first))
        parts = [grey, grey, grey]
    elif colour.space in ("srgb", "hsl", "hwb"):
        parts = [float(part or 0.0) for part in colour.to("srgb").coordinates]
    else:
        parts = [first, *others]
    return Colour(*(min(1.0, max(0.0, part)) for part in (*parts, float(colour.alpha))))


# What a page may ask the system for, as it is where people have chosen nothing.
_SYSTEM = {
    **dict.fromkeys(("canvas", "field", "window", "background"), WHITE),
    **dict.fromkeys(("canvastext", "fieldtext", "windowtext", "buttontext", "text"), BLACK),
}
_MIX = re.compile(r"color-mix\(\s*in [^,]+,\s*(.+?)(?:\s+([\d.]+)%)?\s*,\s*(.+?)(?:\s+([\d.]+)%)?\s*\)")


def _grey(light: float) -> float:
    """The grey of this relative luminance."""
    return 12.92 * light if light <= 0.0031308 else float(1.055 * light ** (1 / 2.4) - 0.055)


# Spaces whose first part says how light a colour is: relative luminance made of it.
_LIGHT_FIRST: dict[str, Callable[[float], float]] = {
    **dict.fromkeys(("lab", "lch"), lambda part: ((max(0.0, part) + 16) / 116) ** 3),
    **dict.fromkeys(("oklab", "oklch"), lambda part: max(0.0, part) ** 3),
}


def blended(colour: Colour, ground: Colour) -> Colour:
    """`colour` as it looks upon `ground`."""
    share = colour.alpha
    return Colour(
        *(
            share * a + (1 - share) * b
            for a, b in ((colour.red, ground.red), (colour.green, ground.green), (colour.blue, ground.blue))
        )
    )


def stands_out(letters: Colour, ground: Colour) -> bool:
    """Whether somebody can see letters of this colour on this ground."""
    lights = sorted((_light(blended(letters, ground)), _light(ground)))
    return (lights[1] + 0.05) / (lights[0] + 0.05) >= _SEEN_FROM


def _light(colour: Colour) -> float:
    """Relative luminance, as WCAG defines it."""

    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)

    return 0.2126 * linear(colour.red) + 0.7152 * linear(colour.green) + 0.0722 * linear(colour.blue)


_ROMAN = (
    *((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL")),
    *((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")),
)
_HIGHLIGHTS = {
    name: read_colour(colour)
    for name, colour in {
        "darkBlue": "#000080", "darkCyan": "#008080", "darkGreen": "#008000", "darkMagenta": "#800080",
        "darkRed": "#800000", "darkYellow": "#808000", "darkGray": "#808080", "lightGray": "#c0c0c0",
        "green": "#00ff00",
    }.items()
}  # fmt: skip
_THEME_NAMES = {
    "background1": "lt1", "bg1": "lt1", "light1": "lt1", "text1": "dk1", "tx1": "dk1", "dark1": "dk1",
    "background2": "lt2", "bg2": "lt2", "light2": "lt2", "text2": "dk2", "tx2": "dk2", "dark2": "dk2",
}  # fmt: skip
# Bits of the older way to say which parts of a table look special.
_LOOKS = {"firstRow": 0x20, "lastRow": 0x40, "firstColumn": 0x80, "lastColumn": 0x100, "noHBand": 0x200}
_DEEPEST = 20  # styles built upon styles; a longer chain is a loop


def local(element: etree._Element) -> str:
    """The name of `element` without its namespace (Word has two: transitional and strict)."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: etree._Element | None, name: str) -> str | None:
    """The value of the attribute with that local name."""
    if element is not None:
        for key, value in element.attrib.items():
            if str(key).rpartition("}")[2] == name:
                return str(value)
    return None


def children(element: etree._Element | None, name: str) -> Iterator[etree._Element]:
    """The children of `element` with that local name."""
    if element is not None:
        for node in element:
            if local(node) == name:
                yield node


def child(element: etree._Element | None, *path: str) -> etree._Element | None:
    """The first descendant along `path` of local names, None where there is none."""
    for name in path:
        element = next(children(element, name), None)
    return element


def switched_on(properties: etree._Element | None, name: str) -> bool | None:
    """Whether the on/off property `name` is set; None where `properties` does not speak of it."""
    node = child(properties, name)
    if node is None:
        return None
    return (attribute(node, "val") or "true").lower() not in ("0", "false", "off", "none")


@dataclass(frozen=True, slots=True)
class Style:
    """One style with what it was built upon."""

    name: str
    based_on: str | None
    paragraph: etree._Element | None  # w:pPr
    run: etree._Element | None  # w:rPr
    node: etree._Element


@dataclass(frozen=True, slots=True)
class Scope:
    """What surrounds a run and holds for it."""

    ground: Colour | None = WHITE  # behind the paragraph; None: nobody knows
    paragraph: etree._Element | None = None  # w:pPr
    layers: tuple[etree._Element, ...] = ()  # styles of the table around it, those that count most first


def _looks(node: etree._Element | None) -> frozenset[str]:
    """Which parts of a table its style dresses up."""
    if node is None:
        return frozenset(("firstRow", "firstColumn"))
    bits = attribute(node, "val") or ""
    old = int(bits, 16) if bits and all(sign in "0123456789abcdefABCDEF" for sign in bits) else 0
    looks = {name: attribute(node, name) for name in _LOOKS}
    return frozenset(
        name
        for name, bit in _LOOKS.items()
        if (looks[name] or "").lower() in ("1", "true", "on") or (looks[name] is None and old & bit)
    )


@dataclass(slots=True)
class Styles:
    """The styles of a file, asked for by their id."""

    known: dict[str, Style] = field(default_factory=dict)
    default_paragraph: str | None = None
    default_run: etree._Element | None = None
    theme: dict[str, Colour] = field(default_factory=dict)

    @classmethod
    def read(cls, root: etree._Element | None, theme: etree._Element | None = None) -> Styles:
        """The styles and the colours of the theme; none where the file has no such parts."""
        styles = cls(default_run=child(root, "docDefaults", "rPrDefault", "rPr"))
        for node in child(theme, "themeElements", "clrScheme") if theme is not None else ():  # type: ignore[union-attr]
            for inner in node:
                colour = read_colour(f"#{attribute(inner, 'lastClr') or attribute(inner, 'val')}")
                if colour is not None:
                    styles.theme[local(node)] = colour
        for node in children(root, "style"):
            key = attribute(node, "styleId")
            if key is None:
                continue
            styles.known[key] = Style(
                name=(attribute(child(node, "name"), "val") or key).casefold(),
                based_on=attribute(child(node, "basedOn"), "val"),
                paragraph=child(node, "pPr"),
                run=child(node, "rPr"),
                node=node,
            )
            if attribute(node, "type") == "paragraph" and attribute(node, "default") in ("1", "true", "on"):
                styles.default_paragraph = key
        return styles

    def chain(self, style_id: str | None) -> Iterator[Style]:
        """The style and those it was built upon, nearest first."""
        for _ in range(_DEEPEST):
            style = self.known.get(style_id or "")
            if style is None:
                return
            yield style
            style_id = style.based_on

    # -- what holds for a run

    def run(self, properties: etree._Element | None, scope: Scope, name: str) -> etree._Element | None:
        """The property `name` of a run: its own, its style's, its paragraph's, its table's or the default."""
        for layer in self._layers(properties, scope):
            element = child(layer, name)
            if element is not None:
                return element
        return None

    def _layers(self, properties: etree._Element | None, scope: Scope) -> Iterator[etree._Element | None]:
        yield properties
        for style in self.chain(attribute(child(properties, "rStyle"), "val")):
            yield style.run
        for style in self.chain(self._paragraph_style(scope)):
            yield style.run
        yield from (child(layer, "rPr") for layer in scope.layers)
        yield self.default_run

    def _paragraph_style(self, scope: Scope) -> str | None:
        return attribute(child(scope.paragraph, "pStyle"), "val") or self.default_paragraph

    def paragraph(self, scope: Scope, name: str) -> etree._Element | None:
        """The property `name` of the paragraph: its own or that of its style."""
        own = child(scope.paragraph, name)
        if own is not None:
            return own
        for style in self.chain(self._paragraph_style(scope)):
            if child(style.paragraph, name) is not None:
                return child(style.paragraph, name)
        return next(
            (n for n in (child(child(layer, "pPr"), name) for layer in scope.layers) if n is not None), None
        )

    def switch(self, name: str, properties: etree._Element | None, scope: Scope) -> bool:
        """Whether a run has the on/off property: said of itself, else by an odd number of its styles.

        A style that switches on what another has switched on switches it off again, as Word does.
        """
        own = switched_on(properties, name)
        if own is not None:
            return own
        switches = [
            self._switched(self.chain(attribute(child(properties, "rStyle"), "val")), name),
            self._switched(self.chain(self._paragraph_style(scope)), name),
            next(
                (
                    v
                    for v in (switched_on(child(layer, "rPr"), name) for layer in scope.layers)
                    if v is not None
                ),
                None,
            ),
        ]
        if all(value is None for value in switches):
            return bool(switched_on(self.default_run, name))
        return sum(bool(value) for value in switches) % 2 == 1

    @staticmethod
    def _switched(chain: Iterator[Style], name: str) -> bool | None:
        return next((value for style in chain if (value := switched_on(style.run, name)) is not None), None)

    # -- colours

    def colour(self, node: etree._Element | None, value: str, theme: str) -> Colour | None:
        """The colour an element names; None where it is automatic or names none."""
        colour_name = attribute(node, value) or ""
        if len(colour_name) == 6 and all(sign in "0123456789abcdefABCDEF" for sign in colour_name):
            return read_colour(f"#{colour_name}")
        named = read_colour(colour_name) if colour_name not in ("", "auto", "none") else None
        if named is not None:
            return named
        base = self.theme_colour(attribute(node, theme))
        kind = theme.removesuffix("Color")
        for change, towards in (("Shade", BLACK), ("Tint", WHITE)):
            share = attribute(node, f"{kind}{change}") or ""
            if base is not None and 0 < len(share) <= 2 and all(s in "0123456789abcdefABCDEF" for s in share):
                base = blended(replace(base, alpha=int(share, 16) / 255), towards)
        return base

    def theme_colour(self, name: str | None) -> Colour | None:
        """A colour of the file's theme ("background1", "accent2", "bg1")."""
        key = _THEME_NAMES.get(name or "", name or "")
        return self.theme.get(key) or ({"lt1": WHITE, "dk1": BLACK}.get(key))

    def _shading(self, properties: etree._Element | None) -> Colour | None:
        shading = child(properties, "shd")
        if shading is None:
            return None
        pattern = attribute(shading, "val") or ""
        share = 1.0 if pattern == "solid" else _whole(pattern.removeprefix("pct"), 0) / 100
        fill = self.colour(shading, "fill", "themeFill")
        if not 0 < share <= 1:
            return fill
        printed = self.colour(shading, "color", "themeColor") or BLACK
        return blended(replace(printed, alpha=share), fill or WHITE)

    def ground(self, properties: etree._Element | None, scope: Scope) -> Colour | None:
        """The colour behind a run; None where nobody knows it."""
        marked = attribute(self.run(properties, scope, "highlight"), "val")
        if marked not in (None, "none"):
            return _HIGHLIGHTS.get(str(marked)) or read_colour(str(marked).lower())
        for layer in self._layers(properties, scope):
            shading = self._shading(layer)
            if shading is not None:
                return shading
        for layer in (scope.paragraph, *(s.paragraph for s in self.chain(self._paragraph_style(scope)))):
            shading = self._shading(layer)
            if shading is not None:
                return shading
        return scope.ground

    def cell_scope(
        self,
        properties: etree._Element | None,
        cell: etree._Element,
        row: tuple[int, int],
        column: tuple[int, int],
        outer: Scope,
    ) -> Scope:
        """What a cell of a table with these properties gives to the text in it.

        `row` and `column`: its number and how many there are.
        """
        looks = _looks(child(properties, "tblLook"))
        wanted = ["wholeTable"]
        bands = ("band1Horz", "band2Horz")[(row[0] - ("firstRow" in looks)) % 2]
        wanted += [bands] if "noHBand" not in looks else []
        wanted += ["firstCol"] if column[0] == 0 and "firstColumn" in looks else []
        wanted += ["lastCol"] if column[0] == column[1] - 1 and "lastColumn" in looks else []
        wanted += ["lastRow"] if row[0] == row[1] - 1 and "lastRow" in looks else []
        wanted += ["firstRow"] if row[0] == 0 and "firstRow" in looks else []
        layers: list[etree._Element] = []
        for name in reversed(wanted):
            for style in self.chain(attribute(child(properties, "tblStyle"), "val")):
                layers += [n for n in children(style.node, "tblStylePr") if attribute(n, "type") == name]
        layers += [style.node for style in self.chain(attribute(child(properties, "tblStyle"), "val"))]
        grounds = [child(cell, "tcPr"), *(child(layer, "tcPr") for layer in layers)]
        grounds += [properties, *(child(layer, "tblPr") for layer in layers)]
        ground = next(
            (shading for node in grounds if (shading := self._shading(node)) is not None), outer.ground
        )
        return Scope(ground, None, tuple(layers) or outer.layers)

    def heading_level(self, properties: etree._Element | None, style_id: str | None) -> int:
        """The level of a heading (1 = top); 0 for other paragraphs."""
        for level in (attribute(child(properties, "outlineLvl"), "val"), *self._levels(style_id)):
            if level is not None and level.isdigit():
                return int(level) + 1 if int(level) < 9 else 0
        return 0

    def _levels(self, style_id: str | None) -> Iterator[str | None]:
        for style in self.chain(style_id):
            first, _, number = style.name.partition(" ")
            if first in ("heading", "kop") and number.isdigit():
                yield str(int(number) - 1)
            elif style.name in ("title", "titel"):
                yield "0"
            yield attribute(child(style.paragraph, "outlineLvl"), "val")

    def numbering_of(self, properties: etree._Element | None, style_id: str | None) -> tuple[str, int] | None:
        """The list (numId) and depth a paragraph belongs to, None for ordinary paragraphs."""
        for node in (properties, *(style.paragraph for style in self.chain(style_id))):
            numbering = child(node, "numPr")
            if numbering is not None:
                number = attribute(child(numbering, "numId"), "val")
                depth = attribute(child(numbering, "ilvl"), "val") or "0"
                if number in (None, "0"):  # 0 takes the paragraph out of its list
                    return None
                return str(number), min(8, int(depth)) if depth.isdigit() else 0
        return None


@dataclass(frozen=True, slots=True)
class _Level:
    form: str
    text: str
    start: int
    legal: bool = False  # every depth in ordinary figures
    hidden: bool = False
    goes_on: bool = False  # also below the next paragraph of a level above


@dataclass(slots=True)
class Numbering:
    """Counts the numbers that Word shows but does not write in the text."""

    levels: dict[str, dict[int, _Level]] = field(default_factory=dict)  # by abstract list
    lists: dict[str, str] = field(default_factory=dict)  # numId -> abstract list
    overrides: dict[str, dict[int, int]] = field(default_factory=dict)
    counters: dict[str, dict[int, int]] = field(default_factory=dict)
    own: dict[str, dict[int, _Level]] = field(default_factory=dict)  # by list: what it numbers otherwise

    @classmethod
    def read(cls, root: etree._Element | None) -> Numbering:
        """The lists in word/numbering.xml; none where the file has no such part."""
        numbering = cls()
        linked: dict[str, str] = {}  # a list style, to the abstract list that describes it
        links: dict[str, str] = {}  # an abstract list, to the list style that it follows
        for node in children(root, "abstractNum"):
            key = attribute(node, "abstractNumId") or ""
            numbering.levels[key] = dict(map(_read_level, children(node, "lvl")))
            linked[attribute(child(node, "styleLink"), "val") or ""] = key
            links[key] = attribute(child(node, "numStyleLink"), "val") or ""
        for key, style in links.items():
            if style in linked and style and not numbering.levels[key]:
                numbering.levels[key] = numbering.levels[linked[style]]
        for node in children(root, "num"):
            number = attribute(node, "numId") or ""
            numbering.lists[number] = attribute(child(node, "abstractNumId"), "val") or ""
            for override in children(node, "lvlOverride"):
                described = dict(map(_read_level, children(override, "lvl")))
                numbering.own.setdefault(number, {}).update(described)
                start = attribute(child(override, "startOverride"), "val")
                if start is not None:
                    depth = _whole(attribute(override, "ilvl"), 0)
                    numbering.overrides.setdefault(number, {})[depth] = _whole(start, 1)
        return numbering

    def next_label(self, number: str, depth: int) -> str:
        """The label of the next paragraph of list `number` at `depth`: "3.", "a)", "Vraag 4", "-"."""
        abstract = self.lists.get(number, "")
        levels = {**self.levels.get(abstract, {}), **self.own.get(number, {})}
        level = levels.get(depth)
        if level is None:
            return ""
        counters = self.counters.setdefault(abstract, {})
        started = self.overrides.get(number, {}).pop(depth, None)
        if started is not None:
            counters[depth] = started
        else:
            counters[depth] = counters.get(depth, level.start - 1) + 1
        for deeper in [d for d in counters if d > depth and not (d in levels and levels[d].goes_on)]:
            del counters[deeper]
        if level.form == "bullet":
            return "-"
        if level.form == "none" or level.hidden:
            return ""
        label = level.text
        for d in range(depth + 1):
            shown = levels.get(d, level)
            form = "decimal" if level.legal else shown.form
            label = label.replace(f"%{d + 1}", format_number(counters.get(d, shown.start), form))
        return label.strip()


def _read_level(node: etree._Element) -> tuple[int, _Level]:
    """The depth that a `lvl` describes, and how it is numbered."""
    return _whole(attribute(node, "ilvl"), 0), _Level(
        form=attribute(child(node, "numFmt"), "val") or "decimal",
        text=attribute(child(node, "lvlText"), "val") or "",
        start=_whole(attribute(child(node, "start"), "val"), 1),
        legal=switched_on(node, "isLgl") or False,
        hidden=switched_on(child(node, "rPr"), "vanish") or False,
        goes_on=attribute(child(node, "lvlRestart"), "val") == "0",
    )


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text is not None and text.isdigit() and len(text) < 7 else otherwise


def format_number(number: int, form: str) -> str:
    """A number as a list shows it; `form` as Word calls it ("lowerLetter"), figures where it is unknown."""
    if form in ("lowerLetter", "upperLetter") and number > 0:
        letter = chr(ord("a") + (number - 1) % 26) * min(5, (number - 1) // 26 + 1)
        return letter if form == "lowerLetter" else letter.upper()
    if form in ("lowerRoman", "upperRoman") and 0 < number < 4000:
        roman = _roman(number)
        return roman.lower() if form == "lowerRoman" else roman
    if form == "decimalZero":
        return f"{number:02d}"
    return str(number)


def _roman(number: int) -> str:
    roman = ""
    for value, sign in _ROMAN:
        while number >= value:
            roman, number = roman + sign, number - value
    return roman
