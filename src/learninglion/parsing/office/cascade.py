"""What a page's own styles say of an element: the part of CSS that decides what a visitor sees.

Rules of the page's style sheets and of `style` attributes are weighed as a browser does (importance,
specificity, order); sheets elsewhere are not fetched. Lengths are pixels of a window 1280 wide.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import tinycss2
from cssselect import SelectorError
from cssselect import parse as parse_selectors
from cssselect.xpath import HTMLTranslator
from lxml import etree

from learninglion.parsing.office.ooxml import (
    BLACK,
    WHITE,
    Colour,
    blended,
    format_number,
    read_colour,
    stands_out,
)
from learninglion.parsing.office.pieces import Reason, read_shift

_RULES_MOST = 4_000
_RULES_DEEP = 8  # rules inside rules
_WIDTH, _HEIGHT = 1280.0, 800.0
_SMALLEST = 2.67  # pixels, two points: nobody reads such letters, machines do
_FAR = 400.0  # pixels outside the window
_INITIAL = 1.5  # of the size of the text beside it: a first letter that large spans lines
_FAINTEST = 0.05
_UNITS = {"px": 1.0, "pt": 4 / 3, "pc": 16.0, "in": 96.0, "cm": 37.795, "mm": 3.7795, "q": 0.94488}
_RELATIVE = {"em": 1.0, "ex": 0.5, "ch": 0.5, "lh": 1.2, "cap": 0.7, "ic": 1.0}
_WINDOW = {"vw": _WIDTH, "vh": _HEIGHT, "vi": _WIDTH, "vb": _HEIGHT, "vmin": _HEIGHT, "vmax": _WIDTH}
_NAMED_SIZES = {
    "xx-small": 9.0, "x-small": 10.0, "small": 13.0, "medium": 16.0, "large": 18.0, "x-large": 24.0,
    "xx-large": 32.0, "xxx-large": 48.0,
}  # fmt: skip
_FONT_SIZES = ("", "x-small", "small", "medium", "large", "x-large", "xx-large", "xxx-large")
_GONE = frozenset(
    "script style template head title meta link base noscript datalist rp audio video canvas object "
    "embed param area map noframes dialog".split()
)
_BLOCKS = frozenset(
    "html body p h1 h2 h3 h4 h5 h6 div section article main header footer aside nav ul ol dl dt dd "
    "blockquote pre figure figcaption address hr fieldset legend form details summary hgroup search menu dir "
    "center marquee option optgroup caption".split()
)
_TABLES = {
    "table": "table", "thead": "table-header-group", "tbody": "table-row-group",
    "tfoot": "table-footer-group", "tr": "table-row", "td": "table-cell", "th": "table-cell",
    "colgroup": "none", "col": "none",
}  # fmt: skip
# How Word calls what CSS calls so; nothing: no number is shown.
LIST_FORMS = {
    "none": None, "disc": None, "circle": None, "square": None, "decimal": "decimal",
    "decimal-leading-zero": "decimalZero", "lower-alpha": "lowerLetter", "lower-latin": "lowerLetter",
    "upper-alpha": "upperLetter", "upper-latin": "upperLetter", "lower-roman": "lowerRoman",
    "upper-roman": "upperRoman",
}  # fmt: skip
_STRONG = frozenset(("b", "strong", "em", "i"))
_COUNTER = re.compile(r"([\w-]*[a-z_][\w-]*)(?:\s+(-?\d{1,6}))?")
_ORDER = re.compile(r"-?\d{1,6}")
_DECORATED = frozenset(("del", "s", "strike"))
_WEIGHED = frozenset(
    "display visibility opacity font-size font font-weight font-style color background background-color "
    "background-image background-clip -webkit-background-clip -webkit-text-fill-color position left top "
    "right bottom clip clip-path width height max-width max-height overflow overflow-x overflow-y "
    "margin-bottom text-indent vertical-align text-decoration text-decoration-line white-space "
    "transform filter content content-visibility list-style list-style-type float margin-left "
    "margin-top font-variant font-variant-position zoom text-shadow -webkit-text-stroke "
    "-webkit-text-stroke-width padding font-family padding-left padding-right padding-inline margin "
    "margin-right margin-inline counter-reset counter-increment unicode-bidi direction block-size "
    "inline-size max-block-size max-inline-size inset translate scale font-feature-settings "
    "font-variant-numeric letter-spacing contain border border-left border-right mask mask-image "
    "-webkit-mask -webkit-mask-image mix-blend-mode line-height flex-direction flex-flow z-index "
    "mso-list writing-mode grid-template-rows order".split()
)


@dataclass(frozen=True, slots=True)
class Look:
    """How an element looks, as far as it matters for reading."""

    display: str = "block"
    stacks: bool = False  # a box in the line whose boxes stand one above the other
    size: float = 16.0
    root_size: float = 16.0
    letters: Colour = BLACK
    ground: Colour | None = WHITE  # None: a picture, or nobody knows
    spaced: bool = False  # room or a line stands beside it
    initial: bool = False  # it floats ahead of its text, in larger letters
    covers: bool = False  # an opaque box that is moved from its place, perhaps over something else
    backwards: bool = False  # its boxes are shown in the order against that of the file
    place: int = 0  # where it goes among the boxes beside it, before those in their own order
    folded: bool = False  # its boxes are given no height
    visible: bool = True
    opacity: float = 1.0
    gone: Reason | None = None  # the element and all that is in it is not seen
    struck: bool = False
    strong: bool = False
    shift: int = 0  # 1 raised, -1 lowered
    turned: bool = False  # what is in it is shown from right to left
    keeps_lines: bool = False
    numbered: str = ""  # how a list shows its numbers, as CSS calls it; empty: as its tag says
    font: str | None = None
    variables: tuple[tuple[str, str], ...] = ()

    @property
    def unseen(self) -> Reason | None:
        """Why text straight in this element cannot be seen; None where it can."""
        if self.gone is not None:
            return self.gone
        if not self.visible or self.opacity < _FAINTEST:
            return Reason.HIDDEN
        if self.size <= _SMALLEST:
            return Reason.SMALL
        if self.letters.alpha < _FAINTEST:
            return Reason.GROUND
        if self.ground is not None and not stands_out(self.letters, self.ground):
            return Reason.GROUND
        return None


ROOT = Look()


@dataclass(slots=True)
class Cascade:
    """The styles of one page."""

    rules: dict[etree._Element, list[tuple[tuple[int, ...], str, str]]] = field(default_factory=dict)
    # What is said of the text that is made up "before" or "after" what is in an element.
    made: dict[tuple[etree._Element, str], dict[str, str]] = field(default_factory=dict)
    elsewhere: bool = False  # the page has style sheets that are not here

    @classmethod
    def read(cls, root: etree._Element, sheets: Iterable[str] = ()) -> Cascade:
        """The styles in the page under `root`; `sheets`: the text of sheets that came along with it."""
        cascade = cls()
        known = list(sheets)
        cascade.elsewhere = not known and any(
            "stylesheet" in (link.get("rel") or "").lower() for link in root.iter("link")
        )
        for node in root.iter("style"):
            if _for_screen(node.get("media") or "all"):
                known.append("".join(str(text) for text in node.itertext()))
        order = 0
        named = _names_in(root)
        layers: dict[str, int] = {}
        for sheet in known:
            nodes = tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True)
            for prelude, content, layer in _rules(nodes, layers):
                order += 1
                if order > _RULES_MOST:
                    return cascade
                cascade._apply(root, prelude, content, (layer, order), named)
        return cascade

    def _apply(
        self,
        root: etree._Element,
        prelude: str,
        content: Sequence[tinycss2.ast.Node],
        place: tuple[int, int],
        named: frozenset[str],
    ) -> None:
        layer, order = place
        declared = list(_declarations(content))
        if not declared:
            return
        try:
            selectors = parse_selectors(prelude)
        except SelectorError:
            return
        for selector in selectors:
            pseudo = str(selector.pseudo_element or "")
            if pseudo not in ("", "before", "after", "marker") or not _can_match(selector.canonical(), named):
                continue
            try:
                path = _TRANSLATOR.selector_to_xpath(selector, translate_pseudo_elements=False)
                matched = root.xpath(path)
            except (SelectorError, etree.XPathError):
                continue
            if pseudo:
                self._make_up(matched, declared, pseudo)
                continue
            weight = selector.specificity()
            for element in matched:
                values = self.rules.setdefault(element, [])
                values += [
                    ((int(bang), -layer if bang else layer, *weight, order), name, value)
                    for name, value, bang in declared
                ]

    def _make_up(
        self, matched: Sequence[etree._Element], declared: Sequence[tuple[str, str, bool]], pseudo: str
    ) -> None:
        values = {name: value for name, value, _ in declared}
        if values.get("display") == "none" or values.get("visibility") == "hidden":
            return
        for element in matched:
            self.made.setdefault((element, pseudo), {}).update(values)

    def count(self, element: etree._Element, counters: dict[str, int]) -> None:
        """Bring the counters of the page up to date for an element."""
        if self.made:
            _count(self._said(element), counters)

    def made_up(
        self, element: etree._Element, pseudo: str, counters: dict[str, int], look: Look
    ) -> tuple[str, Look]:
        """The text that the styles put "before" or "after" what is in an element, and how it looks."""
        values = self.made.get((element, pseudo))
        if values is None:
            return "", look
        _count(values, counters)
        size = _font_size(values, "", element, look)
        shown = replace(
            look,
            display=values.get("display", "inline") if "content" in values else "inline",
            size=size,
            shift=_shift(values, "", "inline", size, look),
            covers="content" in values and _covers(values, size, look.root_size),
        )
        return _content(values.get("content", ""), element, counters), shown

    def look(self, element: etree._Element, parent: Look) -> Look:
        """How `element` looks inside a `parent` that looks like that."""
        tag = str(element.tag)
        values = self._said(element)
        variables = dict(parent.variables) | {n: v for n, v in values.items() if n.startswith("--")}
        values = _physical({name: _resolved(value, variables).lower() for name, value in values.items()})
        size = _font_size(values, tag, element, parent)
        letters, clipped = _letters(values, tag, element, parent)
        ground = None if clipped else _ground(values, element, parent, self.elsewhere)
        if ground is not None and _edged(values, ground):
            ground, letters = None, BLACK if letters.alpha < _FAINTEST else letters
        if parent.ground is not None and ("filter" in values or "mix-blend-mode" in values):
            letters = _composited(letters, parent.ground, values)
            ground = ground if ground in (None, parent.ground) else _composited(ground, parent.ground, values)
        display = _display(values, tag, element)
        gone = parent.gone or _gone(values, display, size, parent)
        weight = values.get("font-weight", "")
        return Look(
            display=display,
            stacks=_stacks(values, display),
            size=size,
            root_size=size if tag == "html" else parent.root_size,
            letters=letters,
            ground=ground,
            spaced=_spaced(values, size, parent.root_size),
            initial=values.get("float") in ("left", "inline-start") and size >= _INITIAL * parent.size,
            covers=_covers(values, size, parent.root_size),
            backwards="-reverse" in _flow(values),
            place=int(values["order"]) if _ORDER.fullmatch(values.get("order", "")) else 0,
            folded="0fr" in values.get("grid-template-rows", ""),
            visible=_visible(values, parent),
            opacity=parent.opacity * _opacity(values),
            gone=gone,
            struck=parent.struck and not _stands_alone(values, display) or _struck(values, tag),
            strong=weight in ("bold", "bolder", "600", "700", "800", "900")
            or (values.get("font-style", "") in ("italic", "oblique"))
            or ((parent.strong or tag in _STRONG) and weight not in ("normal", "400", "300", "lighter")),
            shift=_shift(values, tag, display, size, parent),
            turned=_turned(values, tag, element),
            keeps_lines=_keeps_lines(values, tag, parent),
            numbered=_numbered(values, parent),
            font=_font(values, tag, element, parent),
            variables=tuple(variables.items()),
        )

    def column(self, element: etree._Element, ground: Colour | None) -> tuple[Colour | None, bool]:
        """The ground that a `col` or `colgroup` upon `ground` gives to cells; whether it is folded away."""
        values = {name: value.lower() for name, value in self._said(element).items()}
        around = replace(ROOT, ground=ground)
        return _ground(values, element, around, self.elsewhere), values.get("visibility") == "collapse"

    def _said(self, element: etree._Element) -> dict[str, str]:
        weighed = list(self.rules.get(element, ()))
        inline = element.get("style")
        if inline:
            declared = _declarations(tinycss2.parse_blocks_contents(inline, True, True))
            weighed += [((int(bang), _UNLAYERED + 1, 0, 0, 0), name, value) for name, value, bang in declared]
        weighed.sort(key=lambda item: item[0])
        return {name: value for _, name, value in weighed}


_TRANSLATOR = HTMLTranslator()


def _stands_alone(values: dict[str, str], display: str) -> bool:
    """Whether lines through what is around an element do not run through it."""
    floats = values.get("float", "none") != "none" or values.get("position") in ("absolute", "fixed")
    return floats or display.startswith("inline-")


# --------------------------------------------------------------------------- style sheets


def _names_in(root: etree._Element) -> frozenset[str]:
    """The classes (".x") and ids ("#x") that the page uses."""
    names: set[str] = set()
    for node in root.iter():
        names.update(f".{name}" for name in (node.get("class") or "").split())
        names.update(f"#{name}" for name in (node.get("id"),) if name)
    return frozenset(names)


def _can_match(selector: str, named: frozenset[str]) -> bool:
    """Whether a page with these names can hold what a selector asks for: most of a site is for others."""
    if "(" in selector or "[" in selector or "\\" in selector:
        return True
    return all(name in named for name in re.findall(r"[.#][\w-]+", selector))


_UNLAYERED = 1 << 20


def _rules(
    nodes: Iterable[tinycss2.ast.Node],
    layers: dict[str, int],
    outer: str = "",
    layer: str = "",
    deep: int = 0,
) -> Iterator[tuple[str, Sequence[tinycss2.ast.Node], int]]:
    """The selectors and declarations of rules that hold for a screen, and how heavy their layer weighs.

    Also of those inside @media, @supports, @layer and other rules (`outer`: the selector of the rule around
    them). `layers`: those named so far with their weights, added to.
    """
    declarations = [node for node in nodes if node.type == "declaration"]
    if outer and declarations:
        yield outer, declarations, layers.get(layer, _UNLAYERED)
    for node in nodes if deep < _RULES_DEEP else ():
        if node.type == "qualified-rule":
            selector = _within(outer, tinycss2.serialize(node.prelude).strip())
            inside = tinycss2.parse_blocks_contents(node.content, True, True)
            yield from _rules(inside, layers, selector, layer, deep + 1)
        elif node.type == "at-rule":
            keyword = node.lower_at_keyword
            wanted = tinycss2.serialize(node.prelude)
            within = layer
            if keyword == "layer":
                named = [f"{layer}.{name.strip()}" for name in wanted.split(",")]
                for name in named:
                    layers.setdefault(name, len(layers))
                within = named[-1]
            if node.content is None:
                continue
            lacking = keyword == "supports" and wanted.lower().lstrip().startswith("not")
            holds = keyword in ("supports", "layer", "container", "scope") and not lacking
            if holds or (keyword == "media" and _for_screen(wanted)):
                inside = tinycss2.parse_blocks_contents(node.content, True, True)
                yield from _rules(inside, layers, outer, within, deep + 1)


def _within(outer: str, inner: str) -> str:
    """The selector of a rule that stands inside a rule for `outer`; "&" is what that one is for."""
    if not outer:
        return inner
    both = ((o.strip(), i.strip()) for o in _listed(outer) for i in _listed(inner))
    return ", ".join(i.replace("&", o) if "&" in i else f"{o} {i}" for o, i in both)


def _listed(selectors: str) -> list[str]:
    return re.split(r",(?![^()\[\]]*[)\]])", selectors)


def _for_screen(media: str) -> bool:
    return any(_query_holds(query) for query in media.lower().split(","))


def _query_holds(query: str) -> bool:
    query = query.strip()
    if query.startswith("not "):
        return not _query_holds(query[4:])
    kind = re.match(r"(?:only\s+)?([a-z]+)", query)
    if kind is not None and kind[1] not in ("all", "screen", "and"):
        return False
    for edge, number, unit in re.findall(r"(min|max)-width\s*:\s*([\d.]+)(px|em|rem)", query):
        width = float(number) * (1 if unit == "px" else 16)
        if (edge == "min" and width > _WIDTH) or (edge == "max" and width < _WIDTH):
            return False
    for sign, number, unit in re.findall(r"\bwidth\s*([<>])=?\s*([\d.]+)(px|em|rem)", query):
        width = float(number) * (1 if unit == "px" else 16)
        if (sign == ">" and width > _WIDTH) or (sign == "<" and width < _WIDTH):
            return False
    for number, unit, sign in re.findall(r"([\d.]+)(px|em|rem)\s*([<>])=?\s*width\b", query):
        width = float(number) * (1 if unit == "px" else 16)
        if (sign == "<" and width > _WIDTH) or (sign == ">" and width < _WIDTH):
            return False
    return re.search(r"prefers-color-scheme\s*:\s*dark|orientation\s*:\s*portrait", query) is None


def _declarations(content: Sequence[tinycss2.ast.Node]) -> Iterator[tuple[str, str, bool]]:
    for node in content:
        if node.type == "declaration" and (node.lower_name in _WEIGHED or node.name.startswith("--")):
            name = node.name if node.name.startswith("--") else node.lower_name
            yield name, tinycss2.serialize(node.value).strip(), bool(node.important)


def _count(declarations: dict[str, str], counters: dict[str, int]) -> None:
    """Set counters and count on, as a rule says."""
    for name, number in _COUNTER.findall(declarations.get("counter-reset", "")):
        counters[name] = int(number or 0)
    for name, number in _COUNTER.findall(declarations.get("counter-increment", "")):
        counters[name] = counters.get(name, 0) + int(number or 1)


def _content(value: str, element: etree._Element, counters: dict[str, int]) -> str:
    """The text that `content` makes up: its strings, attributes and counters; pictures are none."""
    text = ""
    for token in tinycss2.parse_component_value_list(value, skip_comments=True):
        if token.type == "string":
            text += token.value
        elif token.type == "function" and token.lower_name == "attr":
            text += element.get(tinycss2.serialize(token.arguments).strip(), "")
        elif token.type == "function" and token.lower_name == "counter":
            name, _, form = tinycss2.serialize(token.arguments).partition(",")
            shown = LIST_FORMS.get(form.strip() or "decimal", "decimal")
            text += format_number(counters.get(name.strip(), 0), shown) if shown else ""
        elif token.type == "ident" and token.lower_value in ("open-quote", "close-quote"):
            text += "“" if token.lower_value == "open-quote" else "”"
    return text


def _resolved(value: str, variables: dict[str, str]) -> str:
    """`value` with var(--name) filled in, a few levels deep."""
    for _ in range(5):
        if "var(" not in value:
            break
        value = re.sub(
            r"var\(\s*(--[\w-]+)\s*(?:,([^()]*))?\)",
            lambda match: variables.get(match[1], (match[2] or "").strip()),
            value,
        )
    return value


# --------------------------------------------------------------------------- one property at a time

_ALIASES = {
    "block-size": "height", "inline-size": "width", "max-block-size": "max-height",
    "max-inline-size": "max-width",
}  # fmt: skip


def _physical(declarations: dict[str, str]) -> dict[str, str]:
    """`declarations` with newer names for the same things put as the older ones."""
    named = {_ALIASES.get(name, name): value for name, value in declarations.items()}
    edges = named.get("inset", "").split()
    if edges:
        sides = (edges[0], edges[1 % len(edges)], edges[2 % len(edges)], edges[-1 if len(edges) != 3 else 1])
        named = {**dict(zip(("top", "right", "bottom", "left"), sides, strict=True)), **named}
    moves = [f"{name}({','.join(named[name].split())})" for name in ("translate", "scale") if name in named]
    if moves:
        named["transform"] = " ".join((*moves, named.get("transform", "")))
    return named


def _reckoned(text: str, size: float, root: float, whole: float) -> float | None:
    """What a sum or a choice of lengths comes to; None where it is none, or holds what is not known."""
    match = re.fullmatch(r"(calc|min|max|clamp)\((.*)\)", text.strip())
    if match is None or re.search(r"[*/()]", match[2]):
        return None
    parts: list[float] = []
    for part in match[2].split(","):
        terms = re.sub(r"\s([+-])\s+", r" \1", part).split()
        lengths = [_length(term, size, root, whole) for term in terms]
        if not lengths or None in lengths:
            return None
        parts.append(sum(length or 0.0 for length in lengths))
    if match[1] == "clamp":
        return max(parts[0], min(parts[1:])) if len(parts) == 3 else None
    return max(parts) if match[1] == "max" else min(parts)


def _length(text: str, size: float, root: float, whole: float) -> float | None:
    """A length in pixels; percentages are of `whole`. None where it is no length."""
    match = re.fullmatch(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)([a-z]*|%)", text.strip())
    if match is None:
        return _reckoned(text, size, root, whole) if text.endswith(")") else None
    number, unit = float(match[1]), match[2]
    if unit == "%":
        return number / 100 * whole
    if unit == "rem":
        return number * root
    if unit in _RELATIVE:
        return number * _RELATIVE[unit] * size
    if unit[-2:] in _WINDOW or unit in _WINDOW:
        return number / 100 * _WINDOW.get(unit, _WINDOW.get(unit[-2:], 0.0))
    if unit in _UNITS:
        return number * _UNITS[unit]
    return 0.0 if not unit and number == 0 else None


def _font_size(values: dict[str, str], tag: str, element: etree._Element, parent: Look) -> float:
    value = values.get("font-size", "")
    if not value and "font" in values:
        words = re.findall(
            r"(?<![\w/.-])(0(?=[\s/])|[\d.]+(?:px|pt|em|rem|%|pc|cm|mm|in|vw|vh|ex|ch)|[a-z-]*(?:small|large|medium)[a-z]*)",
            values["font"],
        )
        value = words[0] if words else ""
    if value in _NAMED_SIZES:
        return _NAMED_SIZES[value]
    if value in ("smaller", "larger"):
        return parent.size / 1.2 if value == "smaller" else parent.size * 1.2
    length = _length(value, parent.size, parent.root_size, parent.size) if value else None
    zoom = re.fullmatch(r"(\d*\.?\d+)(%?)", values.get("zoom", ""))
    if zoom is not None:
        whole = length if length is not None else parent.size
        return whole * float(zoom[1]) / (100 if zoom[2] else 1)
    if length is not None and length >= 0:
        return length
    if not value and tag in ("sup", "sub", "small"):
        return parent.size / 1.2
    if not value and tag == "font":
        named = element.get("size") or ""
        if named.isdigit() and 0 < int(named) < len(_FONT_SIZES):
            return _NAMED_SIZES[_FONT_SIZES[int(named)]]
    return parent.size


def _font(values: dict[str, str], tag: str, element: etree._Element, parent: Look) -> str | None:
    """The first font that is asked for, where it may be one of signs instead of letters."""
    value = values.get("font-family") or (element.get("face") if tag == "font" else None)
    if value is None and "font" in values:
        value = re.split(r"[\d.]+(?:px|pt|em|rem|%)(?:/\S+)?\s+", values["font"])[-1]
    return parent.font if value is None else value.partition(",")[0].strip("\"' ")


def _letters(values: dict[str, str], tag: str, element: etree._Element, parent: Look) -> tuple[Colour, bool]:
    """The colour of the letters, and whether the ground shows through them (so that they are seen)."""
    clip = values.get("background-clip") or values.get("-webkit-background-clip") or ""
    if "text" in clip or re.search(r"\btext\b", values.get("background", "")):
        return parent.letters, True
    value = values.get("-webkit-text-fill-color") or values.get("color")
    if value is None:
        value = element.get("color") if tag == "font" else element.get("text") if tag == "body" else None
    if value is None or value in ("inherit", "unset", "currentcolor"):
        return parent.letters, False
    return read_colour(value) or (BLACK if value in ("initial", "canvastext") else parent.letters), False


def _ground(values: dict[str, str], element: etree._Element, parent: Look, elsewhere: bool) -> Colour | None:
    whole = values.get("background", "")
    image = values.get("background-image", "") + whole
    if "url(" in image or "gradient(" in image or element.get("background"):
        return None
    value = values.get("background-color") or element.get("bgcolor")
    colour = read_colour(value) if value else None
    if not value and whole:
        colour = next(
            filter(None, map(read_colour, re.findall(r"(?:rgb|hsl)a?\([^)]*\)|#\w+|[a-z]+", whole))), None
        )
    if colour is None:
        # a sheet that is not here may have given any class or tag a ground of its own
        unknown = elsewhere and (
            element.get("class") or str(element.tag) in ("header", "footer", "th", "thead")
        )
        return None if unknown else parent.ground
    if colour.alpha >= 1:
        return colour
    return parent.ground if parent.ground is None else blended(colour, parent.ground)


_FILTERS: dict[str, Callable[[float, float], float]] = {
    "brightness": lambda part, share: part * share,
    "contrast": lambda part, share: (part - 0.5) * share + 0.5,
    "invert": lambda part, share: part * (1 - share) + (1 - part) * share,
}
# How a colour is laid upon the one below it, part by part, as the Compositing module of CSS defines it.
_BLENDS: dict[str, Callable[[float, float], float]] = {
    "multiply": lambda over, under: over * under,
    "screen": lambda over, under: over + under - over * under,
    "darken": min,
    "lighten": max,
    "difference": lambda over, under: abs(over - under),
    "exclusion": lambda over, under: over + under - 2 * over * under,
    "plus-lighter": lambda over, under: min(1.0, over + under),
    "color-dodge": lambda over, under: min(1.0, under / max(1 - over, 1e-6)),
    "color-burn": lambda over, under: 1 - min(1.0, (1 - under) / max(over, 1e-6)),
    "hard-light": lambda over, under: _hard(over, under),
    "overlay": lambda over, under: _hard(under, over),
    **dict.fromkeys(
        ("soft-light", "hue", "saturation", "color"), lambda _, under: under
    ),  # as light as below
}


def _hard(over: float, under: float) -> float:
    return 2 * over * under if over <= 0.5 else 1 - 2 * (1 - over) * (1 - under)


def _composited(colour: Colour, ground: Colour, values: dict[str, str]) -> Colour:
    """`colour` as the filters and the blending of its element show it upon `ground`."""
    parts = [colour.red, colour.green, colour.blue]
    for name, share in re.findall(
        r"(brightness|contrast|invert)\(\s*(\d*\.?\d+%?)?\s*\)", values.get("filter", "")
    ):
        amount = float(share.rstrip("%") or 1) / (100 if share.endswith("%") else 1)
        parts = [min(1.0, max(0.0, _FILTERS[name](part, amount))) for part in parts]
    blend = _BLENDS.get(values.get("mix-blend-mode", ""), lambda over, _: over)
    red, green, blue = map(blend, parts, (ground.red, ground.green, ground.blue))
    return Colour(red, green, blue, colour.alpha)


def _stacks(values: dict[str, str], display: str) -> bool:
    return display in ("inline-block", "inline-grid", "inline-table") or (
        display == "inline-flex" and "column" in _flow(values)
    )


def _flow(values: dict[str, str]) -> str:
    """In which direction the boxes in an element go."""
    return f"{values.get('flex-direction', '')} {values.get('flex-flow', '')}"


def _display(values: dict[str, str], tag: str, element: etree._Element) -> str:
    value = values.get("display")
    opens = {"dialog": "open", "template": "shadowrootmode"}.get(tag)
    shown = opens is not None and element.get(opens) is not None
    if tag in _GONE and not shown:
        return value if value and value != "none" and tag in ("dialog", "noscript") else "none"
    if value and value not in ("inherit", "initial", "unset", "revert"):
        return value
    if element.get("hidden") is not None or element.get("popover") is not None:
        return "none"
    if tag in _TABLES:
        return _TABLES[tag]
    if tag == "li":
        return "list-item"
    floats = values.get("float", "none") in ("left", "right") or values.get("position") in (
        "absolute",
        "fixed",
    )
    if tag in _BLOCKS:
        return "block"
    return "inline-block" if floats or tag in ("button", "input", "select", "textarea") else "inline"


def _edged(values: dict[str, str], ground: Colour) -> bool:
    """Whether a line around letters or a shadow behind them shows on this ground."""
    width = values.get("-webkit-text-stroke-width") or values.get("-webkit-text-stroke") or ""
    if re.search(r"[1-9]", width.partition("#")[0]) or values.get("text-shadow", "none") in ("none", "0"):
        return re.search(r"[1-9]", width.partition("#")[0]) is not None
    words = re.findall(r"[a-z-]+\([^)]*\)|#\w+|\b[a-z]+\b", values["text-shadow"])
    shadows = [colour for colour in map(read_colour, words) if colour is not None]
    return any(stands_out(shadow, ground) for shadow in shadows)


def _spaced(values: dict[str, str], size: float, root: float) -> bool:
    """Whether room or a line at its sides sets an inline element apart from what stands beside it."""
    for name in ("padding", "margin"):
        words = values.get(name, "").split()
        across = [words[at] for at in (1, 3) if at < len(words)] if len(words) > 1 else words
        across += values.get(f"{name}-inline", "").split()
        across += [values.get(f"{name}-{side}", "") for side in ("left", "right")]
        lengths = (_length(word, size, root, _WIDTH) for word in across)
        if any(length is not None and length >= 0.2 * size for length in lengths):
            return True
    lines = (values.get(name, "") for name in ("border", "border-left", "border-right"))
    if values.get("mso-list") == "ignore" or values.get("writing-mode", "").startswith(("v", "s", "tb")):
        return True
    if _FRACTIONS.search(" ".join(values.get(f"font-{name}", "") for name in _VARIANTS)):
        return True
    return any(re.search(r"\b(?:solid|dashed|dotted|double)\b", line) for line in lines)


_GROUNDS = ("background", "background-color")
_VARIANTS = ("variant", "variant-position", "variant-numeric", "feature-settings")
_FRACTIONS = re.compile(r"(?:diagonal|stacked)-fractions|\b[af]frc\b|\bfrac\b")  # its figures are one sign


def _covers(values: dict[str, str], size: float, root: float) -> bool:
    """Whether an element has an opaque ground and stands elsewhere than where it is written."""
    above = _length(values.get("margin-top", ""), size, root, _HEIGHT) or 0.0
    moved = values.get("position") in ("absolute", "fixed") or above <= -0.5 * size
    if not moved or _opacity(values) < 0.5 or values.get("z-index", "").startswith("-"):
        return False
    words = re.findall(r"[a-z-]+\([^)]*\)|#\w+|[a-z]+", " ".join(values.get(n, "") for n in _GROUNDS))
    return any(colour.alpha > 0.5 for colour in map(read_colour, words) if colour is not None)


def _visible(values: dict[str, str], parent: Look) -> bool:
    value = values.get("visibility")
    return parent.visible if value in (None, "inherit", "unset") else value not in ("hidden", "collapse")


def _opacity(values: dict[str, str]) -> float:
    shares = [1.0]
    for value in (values.get("opacity", ""), *re.findall(r"opacity\(([^)]*)\)", values.get("filter", ""))):
        match = re.fullmatch(r"\s*(\d*\.?\d+)(%?)\s*", value)
        if match is not None:
            shares.append(float(match[1]) / (100 if match[2] else 1))
    return min(shares)


def _gone(values: dict[str, str], display: str, size: float, parent: Look) -> Reason | None:
    if display == "none" or values.get("content-visibility") == "hidden" or _masked(values):
        return Reason.HIDDEN
    if _blurred(values, size, parent.root_size):
        return Reason.SMALL
    if parent.folded and _HIDES.search(values.get("overflow", "")):
        return Reason.OUTSIDE
    if _outside(values, size, parent.root_size) or _cut_away(values, size, parent.root_size):
        return Reason.OUTSIDE
    return None


_EDGEWISE = re.compile(r"rotate[xy]\(\s*-?(?:90|270)deg|rotate[xy]\(\s*-?(?:1?\.?25|\.75)turn")


_HIDES = re.compile(r"\b(?:hidden|clip|paint|strict|content)\b")


def _blurred(declarations: dict[str, str], size: float, root: float) -> bool:
    """Whether letters run together: all in one place, one before the other, or drawn out of focus."""
    spacing = _length(declarations.get("letter-spacing", ""), size, root, size)
    blur = re.search(r"blur\(([^)]*)\)", declarations.get("filter", ""))
    radius = _length(blur[1], size, root, size) if blur is not None else None
    tight = spacing is not None and spacing <= -0.5 * size
    return tight or (radius is not None and radius >= max(1.0, 0.5 * size))


def _masked(declarations: dict[str, str]) -> bool:
    """Whether a mask without any ink lies over the element: a gradient from nothing to nothing."""
    masks = " ".join(
        declarations.get(f"{way}mask{part}", "") for way in ("", "-webkit-") for part in ("", "-image")
    )
    if "gradient(" not in masks or "url(" in masks:
        return False
    stops = map(read_colour, re.findall(r"(?:rgb|hsl|hwb)a?\([^)]*\)|#\w+|\b[a-z]+\b", masks))
    return all(colour.alpha < _FAINTEST for colour in stops if colour is not None)


def _outside(values: dict[str, str], size: float, root: float) -> bool:
    """Whether the element stands where the window does not reach."""

    def far(name: str) -> bool:
        value = _length(values.get(name, ""), size, root, _WIDTH)
        return value is not None and value <= -_FAR

    placed = values.get("position", "static") in ("absolute", "fixed", "relative", "sticky")
    if placed and any(map(far, ("left", "top", "right", "bottom"))):
        return True
    for name, window in (("right", _WIDTH), ("bottom", _HEIGHT)) if placed else ():
        if (_length(values.get(name, ""), size, root, window) or 0.0) >= window + _FAR:
            return True
    if far("text-indent") or far("margin-left") or far("margin-top"):
        return True
    moved = values.get("transform", "")
    for value in re.findall(r"translate[xy3d]*\(([^)]*)\)", moved):
        if any((_length(part, size, root, 0.0) or 0.0) <= -_FAR for part in value.split(",")):
            return True
    scales = [float(n) for n in re.findall(r"(?:scale[xy3d]*|matrix)\(\s*(-?\d*\.?\d+)", moved)]
    return (
        any(abs(scale) < 1 and abs(scale) * size <= _SMALLEST for scale in scales)
        or _EDGEWISE.search(moved) is not None
    )


def _cut_away(values: dict[str, str], size: float, root: float) -> bool:
    """Whether nothing is left of the element's box."""
    placed = values.get("position", "static") in ("absolute", "fixed")
    clip = re.fullmatch(r"rect\(([^)]*)\)", values.get("clip", ""))
    if placed and clip is not None:
        edges = [_length(part, size, root, 0.0) for part in re.split(r"[\s,]+", clip[1].strip())]
        if len(edges) == 4 and None not in edges:
            top, right, bottom, left = (edge or 0.0 for edge in edges)
            if bottom - top <= 1 or right - left <= 1:
                return True
    path = values.get("clip-path", "")
    inset = re.match(r"inset\(\s*(\d+(?:\.\d+)?)%", path)
    if (inset is not None and float(inset[1]) >= 50) or re.match(
        r"(?:circle|ellipse)\(\s*0(?!\.?\d*[1-9])", path
    ):
        return True
    if re.fullmatch(r"polygon\([\s0px%,]*\)", path):
        return True
    hides = " ".join(values.get(name, "") for name in ("overflow", "overflow-x", "overflow-y", "contain"))
    if not _HIDES.search(hides):
        return False
    indent = _length(values.get("text-indent", ""), size, root, _WIDTH)
    if indent is not None and indent >= _WIDTH:
        return True
    return any(
        (length := _length(values.get(name, ""), size, root, _WIDTH)) is not None and length <= 1.5
        for name in ("width", "height", "max-width", "max-height", "line-height")
    )


def _struck(values: dict[str, str], tag: str) -> bool:
    value = values.get("text-decoration-line") or values.get("text-decoration")
    return tag in _DECORATED if value is None else "line-through" in value


def _shift(values: dict[str, str], tag: str, display: str, size: float, parent: Look) -> int:
    """Whether inline text stands above or below the line; blocks and cells begin anew."""
    if display not in ("inline", "inline-block"):
        return 0
    align = values.get("vertical-align", "")
    variants = " ".join(values.get(f"font-{name}", "") for name in _VARIANTS)
    variant = re.search(r"\b(?:(super|sups)|sub|subs|sinf)\b", variants)
    if variant is not None:
        return 1 if variant[1] else -1
    up = 0.0
    if align in ("super", "sub"):
        return 1 if align == "super" else -1
    if align in ("text-top", "top") and size < parent.size:
        return 1
    if align in ("text-bottom", "bottom") and size < parent.size and tag != "sup":
        margin = _length(values.get("margin-bottom", ""), size, parent.root_size, size) or 0.0
        return 1 if margin >= 0.3 * size else -1
    up += _length(align, size, parent.root_size, size) or 0.0
    if values.get("position") == "relative":
        up -= _length(values.get("top", ""), size, parent.root_size, size) or 0.0
        up += _length(values.get("bottom", ""), size, parent.root_size, size) or 0.0
    for value in re.findall(r"translate(?:y\(|\([^,)]*,)([^)]*)\)", values.get("transform", "")):
        up -= _length(value, size, parent.root_size, size) or 0.0
    if abs(up) >= 0.15 * parent.size or (up and size < 0.9 * parent.size):
        return read_shift(up, 0.15 * parent.size)
    if tag in ("sup", "sub") and not (align == "baseline" and size >= parent.size):
        return 1 if tag == "sup" else -1
    return parent.shift


def _turned(declarations: dict[str, str], tag: str, element: etree._Element) -> bool:
    override = declarations.get("unicode-bidi", "bidi-override" if tag == "bdo" else "")
    direction = declarations.get("direction") or (element.get("dir") or "").lower()
    return override.endswith("-override") and direction == "rtl"


def _keeps_lines(values: dict[str, str], tag: str, parent: Look) -> bool:
    value = values.get("white-space")
    if value:
        return value.startswith("pre") or value == "break-spaces"
    return True if tag in ("pre", "textarea", "listing", "xmp") else parent.keeps_lines


def _numbered(values: dict[str, str], parent: Look) -> str:
    value = values.get("list-style-type") or values.get("list-style")
    if value is None:
        return parent.numbered
    return next((word for word in value.split() if word in LIST_FORMS), "")
