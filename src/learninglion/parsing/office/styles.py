"""What the styles and numbering of a Word file say of a paragraph or a run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

__all__ = [
    "Numbering",
    "Style",
    "Styles",
    "attribute",
    "child",
    "children",
    "format_number",
    "local",
    "switched_on",
]

_ROMAN = (
    *((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL")),
    *((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")),
)
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


@dataclass(slots=True)
class Styles:
    """The styles of a file, asked for by their id."""

    known: dict[str, Style] = field(default_factory=dict)
    default_paragraph: str | None = None

    @classmethod
    def read(cls, root: etree._Element | None) -> Styles:
        """The styles in word/styles.xml; none where the file has no such part."""
        styles = cls()
        for node in children(root, "style"):
            key = attribute(node, "styleId")
            if key is None:
                continue
            styles.known[key] = Style(
                name=(attribute(child(node, "name"), "val") or key).casefold(),
                based_on=attribute(child(node, "basedOn"), "val"),
                paragraph=child(node, "pPr"),
                run=child(node, "rPr"),
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

    def run_switch(self, name: str, properties: etree._Element | None, paragraph_style: str | None) -> bool:
        """Whether a run has the on/off property: said of itself, its own style or its paragraph's."""
        own = switched_on(properties, name)
        if own is not None:
            return own
        character = attribute(child(properties, "rStyle"), "val")
        for style in (*self.chain(character), *self.chain(paragraph_style or self.default_paragraph)):
            said = switched_on(style.run, name)
            if said is not None:
                return said
        return False

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
            found = child(node, "numPr")
            if found is not None:
                number = attribute(child(found, "numId"), "val")
                depth = attribute(child(found, "ilvl"), "val") or "0"
                if number in (None, "0"):  # 0 takes the paragraph out of its list
                    return None
                return str(number), min(8, int(depth)) if depth.isdigit() else 0
        return None


@dataclass(frozen=True, slots=True)
class _Level:
    form: str
    text: str
    start: int


@dataclass(slots=True)
class Numbering:
    """Counts the numbers that Word shows but does not write in the text."""

    levels: dict[str, dict[int, _Level]] = field(default_factory=dict)  # by abstract list
    lists: dict[str, str] = field(default_factory=dict)  # numId -> abstract list
    overrides: dict[str, dict[int, int]] = field(default_factory=dict)
    counters: dict[str, dict[int, int]] = field(default_factory=dict)

    @classmethod
    def read(cls, root: etree._Element | None) -> Numbering:
        """The lists in word/numbering.xml; none where the file has no such part."""
        numbering = cls()
        for node in children(root, "abstractNum"):
            key = attribute(node, "abstractNumId") or ""
            numbering.levels[key] = {
                int(attribute(level, "ilvl") or 0): _Level(
                    form=attribute(child(level, "numFmt"), "val") or "decimal",
                    text=attribute(child(level, "lvlText"), "val") or "",
                    start=_whole(attribute(child(level, "start"), "val"), 1),
                )
                for level in children(node, "lvl")
            }
        for node in children(root, "num"):
            number = attribute(node, "numId") or ""
            numbering.lists[number] = attribute(child(node, "abstractNumId"), "val") or ""
            for override in children(node, "lvlOverride"):
                start = attribute(child(override, "startOverride"), "val")
                if start is not None:
                    depth = _whole(attribute(override, "ilvl"), 0)
                    numbering.overrides.setdefault(number, {})[depth] = _whole(start, 1)
        return numbering

    def next_label(self, number: str, depth: int) -> str:
        """The label of the next paragraph of list `number` at `depth`: "3.", "a)", "Vraag 4", "-"."""
        abstract = self.lists.get(number, "")
        levels = self.levels.get(abstract, {})
        level = levels.get(depth)
        if level is None:
            return ""
        counters = self.counters.setdefault(abstract, {})
        started = self.overrides.get(number, {}).pop(depth, None)
        if started is not None:
            counters[depth] = started
        else:
            counters[depth] = counters.get(depth, level.start - 1) + 1
        for deeper in [d for d in counters if d > depth]:
            del counters[deeper]
        if level.form == "bullet":
            return "-"
        if level.form == "none":
            return ""
        label = level.text
        for d in range(depth + 1):
            shown = levels.get(d, level)
            label = label.replace(f"%{d + 1}", format_number(counters.get(d, shown.start), shown.form))
        return label.strip()


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
