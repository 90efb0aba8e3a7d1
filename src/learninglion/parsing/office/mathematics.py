"""Equations as one line of text, from the two ways files hold them: MathML and Office's own (OMML).

A fraction is 3/8, never 38; a power is 10⁹ or x^(a+1), never 109; what stands in another part of the
drawing never joins a figure before it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from lxml import etree

from learninglion.parsing.office.ooxml import attribute, child, children, local
from learninglion.parsing.writing import lowered, raised

_SIMPLE = re.compile(r"[\w.,%€°]+")
_DEEPEST = 60
# Signs that MathML writes and nobody sees: times, a comma between indices, plus (in 2 1/4), a function.
_INVISIBLE = {"\u2061": " ", "\u2062": "", "\u2063": ",", "\u2064": " "}


def linear_mathml(node: etree._Element, depth: int = 0) -> str:
    """The text of a MathML element."""
    name = local(node)
    if not name or depth > _DEEPEST:
        return ""

    def inside(element: etree._Element) -> str:
        return linear_mathml(element, depth + 1)

    parts = [inner for inner in node if local(inner)]
    written = _MATHML.get(name)
    if written is not None:
        return written(node, [inside(part) for part in parts])
    if not parts:
        return _token(node)
    return _joined(_MathItem(local(part), inside(part)) for part in parts)


class _MathItem(str):
    """The text of a part, which knows whether it is set apart (a fraction) from what stands beside it."""

    apart: bool

    def __new__(cls, name: str, text: str) -> _MathItem:
        item = super().__new__(cls, text)
        item.apart = name in _APART or (name == "mo" and not text)  # a sign that nobody sees: times
        return item


_APART = frozenset("mfrac f mtable m mover munder munderover nary mpadded mstack".split())


def _joined(items: Iterable[_MathItem]) -> str:
    text, apart, times = "", False, False
    for item in items:
        if not item:
            times = item.apart
            continue
        edge = text[-1:].isalnum() and (item[:1].isalnum() or item[:1] == "(")
        figures = times and text[-1:].isdigit() and item[:1].isdigit()
        text += f" {item}" if figures or edge and (item.apart or apart) else str(item)
        apart, times = item.apart, False
    return text


def _token(node: etree._Element) -> str:
    text = " ".join("".join(str(piece) for piece in node.itertext()).split())
    if local(node) == "mspace":
        return " "
    if local(node) == "ms":
        return f"“{text}”"
    if local(node) == "mtext":
        return f" {text} " if text else " "
    return _INVISIBLE.get(text, text)


# --------------------------------------------------------------------------- what both can say


def _grouped(text: str) -> str:
    text = text.strip()
    whole = text.startswith("(") and text.endswith(")") and text.count("(") == 1
    return text if whole or _SIMPLE.fullmatch(text) else f"({text})"


def _fraction(over: str, under: str, bar: bool = True) -> str:
    if not bar:  # a binomial: one above the other, not divided
        return f"({over} boven {under})"
    return f"{_grouped(over)}/{_grouped(under)}"


def _power(base: str, exponent: str) -> str:
    base, exponent = base.strip(), exponent.strip()
    if not exponent:
        return base
    small = raised(exponent, base)
    if small == exponent or small.startswith(("^", " ")):
        small = f"^{exponent}" if len(exponent) == 1 else f"^({exponent})"
    return _base(base) + small


def _index(base: str, index: str) -> str:
    base, index = base.strip(), index.strip()
    if not index:
        return base
    small = lowered(index, base)
    if small == index or small.startswith(("_", " ")):
        small = f"_{index}" if len(index) == 1 else f"_({index})"
    return _base(base) + small


def _base(base: str) -> str:
    return (
        base if not base or _SIMPLE.fullmatch(base) or len(base) == 1 or base.endswith(")") else f"({base})"
    )


def _root(of: str, degree: str = "") -> str:
    degree = degree.strip()
    if degree in ("", "2"):
        return f"√{_grouped(of)}"
    small = raised(degree, "")
    return (small if small != degree and not small.startswith("^") else f"({degree})") + f"√{_grouped(of)}"


def _nth(parts: Sequence[str], place: int) -> str:
    return parts[place] if place < len(parts) else ""


def _limits(parts: Sequence[str], under: str, over: str) -> str:
    base = _nth(parts, 0).strip()
    text = base
    if under.strip():
        text += (
            f"_({under.strip()})" if not re.fullmatch(r"\d+", under.strip()) else lowered(under.strip(), base)
        )
    if over.strip():
        text += f"^({over.strip()})" if not re.fullmatch(r"\d+", over.strip()) else raised(over.strip(), base)
    return text


# --------------------------------------------------------------------------- MathML

_Written = Callable[[etree._Element, list[str]], str]


def _row(node: etree._Element, parts: list[str]) -> str:
    inner = [part for part in node if local(part)]
    return _joined(_MathItem(local(part), text) for part, text in zip(inner, parts, strict=True))


def _fenced(node: etree._Element, parts: list[str]) -> str:
    opened, closed = str(node.get("open", "(")), str(node.get("close", ")"))
    return opened + (node.get("separators", ",")[:1] or " ").join(parts) + closed


def _over(node: etree._Element, parts: list[str]) -> str:
    over = _nth(parts, 1).strip()
    accent = not any(sign.isalnum() for sign in over)
    return _nth(parts, 0) if accent else _limits(parts, "", over)


def _under(node: etree._Element, parts: list[str]) -> str:
    under = _nth(parts, 1).strip()
    return _nth(parts, 0) if not any(sign.isalnum() for sign in under) else _limits(parts, under, "")


def _multi(node: etree._Element, parts: list[str]) -> str:
    """Scripts on both sides: base, then pairs of (lowered, raised), then those before the base."""
    names = [local(part) for part in node if local(part)]
    cut = names.index("mprescripts") if "mprescripts" in names else len(parts)
    base = _nth(parts, 0)
    for at in range(1, cut, 2):
        base = _power(_index(base, parts[at]), _nth(parts, at + 1) if at + 1 < cut else "")
    before = ""
    for at in range(cut + 1, len(parts), 2):
        before = _power(_index(before, parts[at]), _nth(parts, at + 1))
    return before + base


def _enclosed(node: etree._Element, parts: list[str]) -> str:
    struck = "strike" in node.get("notation", "")
    inside = _row(node, parts)
    if "radical" in node.get("notation", ""):
        return _root(inside)
    return f"[doorgehaald: {inside}]" if struck else inside


_MATHML: dict[str, _Written] = {
    "mfrac": lambda node, parts: _fraction(
        _nth(parts, 0), _nth(parts, 1), not re.match(r"0(?![.\d]*[1-9])", node.get("linethickness", "1"))
    ),
    "mstack": lambda node, parts: "; ".join(parts),
    "msup": lambda node, parts: _power(_nth(parts, 0), _nth(parts, 1)),
    "msub": lambda node, parts: _index(_nth(parts, 0), _nth(parts, 1)),
    "msubsup": lambda node, parts: _power(_index(_nth(parts, 0), _nth(parts, 1)), _nth(parts, 2)),
    "msqrt": lambda node, parts: _root(_row(node, parts) if parts else _token(node)),
    "mroot": lambda node, parts: _root(_nth(parts, 0), _nth(parts, 1)),
    "mfenced": _fenced,
    "mover": _over,
    "munder": _under,
    "munderover": lambda node, parts: _limits(parts, _nth(parts, 1), _nth(parts, 2)),
    "mmultiscripts": _multi,
    "menclose": _enclosed,
    "mtr": lambda node, parts: ", ".join(parts),
    "mlabeledtr": lambda node, parts: ", ".join(parts),
    "mtable": lambda node, parts: "; ".join(parts),
    "semantics": lambda node, parts: _nth(parts, 0),
    "maction": lambda node, parts: _nth(parts, 0),
    "annotation": lambda node, parts: "",
    "annotation-xml": lambda node, parts: "",
    "mphantom": lambda node, parts: "",
    "none": lambda node, parts: "",
    "mprescripts": lambda node, parts: "",
}


# --------------------------------------------------------------------------- Office


def linear_omml(node: etree._Element, run_text: Callable[[etree._Element], str], depth: int = 0) -> str:
    """The text of an Office equation; `run_text` gives the text of an ordinary run in it."""
    if depth > _DEEPEST:
        return ""

    def inside(element: etree._Element | None) -> str:
        return "" if element is None else linear_omml(element, run_text, depth + 1)

    name = local(node)
    if name == "r":
        return run_text(node)
    written = _OMML.get(name)
    if written is not None:
        return written(node, inside)
    if name.endswith("Pr") or name in ("del", "moveFrom"):
        return ""
    return _joined(_MathItem(local(inner), inside(inner)) for inner in node if local(inner))


_Inside = Callable[[etree._Element | None], str]


def _value(node: etree._Element, properties: str, name: str, otherwise: str) -> str:
    value = child(node, properties, name)
    return otherwise if value is None else attribute(value, "val") or ""


def _omml_fraction(node: etree._Element, inside: _Inside) -> str:
    over, under = inside(child(node, "num")), inside(child(node, "den"))
    return _fraction(over, under, _value(node, "fPr", "type", "bar") != "noBar")


def _omml_delimited(node: etree._Element, inside: _Inside) -> str:
    opened, closed = _value(node, "dPr", "begChr", "("), _value(node, "dPr", "endChr", ")")
    between = _value(node, "dPr", "sepChr", "|")
    return opened + between.join(inside(part) for part in children(node, "e")) + closed


def _omml_nary(node: etree._Element, inside: _Inside) -> str:
    sign = _value(node, "naryPr", "chr", "∫")
    limits = _limits((sign,), inside(child(node, "sub")), inside(child(node, "sup")))
    return f"{limits} {inside(child(node, 'e'))}"


def _omml_rows(node: etree._Element, inside: _Inside) -> str:
    rows = [", ".join(inside(cell) for cell in children(row, "e")) for row in children(node, "mr")]
    return "; ".join(rows or [inside(line) for line in children(node, "e")])


def _omml_phantom(node: etree._Element, inside: _Inside) -> str:
    shown = _value(node, "phantPr", "show", "1").lower()
    return "" if shown in ("0", "off", "false") else inside(child(node, "e"))


def _omml_box(node: etree._Element, inside: _Inside) -> str:
    struck = [
        s
        for s in ("strikeH", "strikeV", "strikeBLTR", "strikeTLBR")
        if child(node, "borderBoxPr", s) is not None
    ]
    text = inside(child(node, "e"))
    return f"[doorgehaald: {text}]" if struck else text


_OMML: dict[str, Callable[[etree._Element, _Inside], str]] = {
    "f": _omml_fraction,
    "sSup": lambda n, inside: _power(inside(child(n, "e")), inside(child(n, "sup"))),
    "sSub": lambda n, inside: _index(inside(child(n, "e")), inside(child(n, "sub"))),
    "sSubSup": lambda n, inside: _power(
        _index(inside(child(n, "e")), inside(child(n, "sub"))), inside(child(n, "sup"))
    ),
    "sPre": lambda n, inside: (
        _power(_index("", inside(child(n, "sub"))), inside(child(n, "sup"))) + inside(child(n, "e"))
    ),
    "rad": lambda n, inside: _root(inside(child(n, "e")), inside(child(n, "deg"))),
    "nary": _omml_nary,
    "d": _omml_delimited,
    "m": _omml_rows,
    "eqArr": _omml_rows,
    "func": lambda n, inside: f"{inside(child(n, 'fName'))} {inside(child(n, 'e'))}",
    "limLow": lambda n, inside: _limits((inside(child(n, "e")),), inside(child(n, "lim")), ""),
    "limUpp": lambda n, inside: _limits((inside(child(n, "e")),), "", inside(child(n, "lim"))),
    "phant": _omml_phantom,
    "borderBox": _omml_box,
}
