"""Shapes in Word files: the words in them, the colour behind these, and whether anybody sees them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lxml import etree

from learninglion.parsing.office.colours import WHITE, Colour, read_colour
from learninglion.parsing.office.ooxml import Package, Relation
from learninglion.parsing.office.styles import Styles, attribute, child, children, local

__all__ = ["boxes_of", "drawn_colour", "is_behind", "shape_ground", "shape_hidden"]

_FAR = 5_000_000  # English metric units (360,000 a centimetre): more than a margin, outside any page
_SHAPES = frozenset(("wsp", "sp", "shape", "rect", "roundrect", "oval", "textbox"))


def boxes_of(
    node: Iterable[etree._Element],
    package: Package | None = None,
    relations: dict[str, Relation] | None = None,
) -> list[etree._Element]:
    """The outermost text boxes in a drawing (or several elements), an older rendering of a box left out.

    Besides boxes of Word (txbxContent): words drawn as a picture (textpath), text of other drawings
    (txBody), and the text in diagrams and charts, which stand in parts of their own.
    """
    found: list[etree._Element] = []
    for inner in node:
        name = local(inner)
        if name in ("txbxContent", "textpath", "txBody"):
            found.append(inner)
        elif name == "AlternateContent":
            options = (*children(inner, "Choice"), *children(inner, "Fallback"))
            boxes = (boxes_of(option, package, relations) for option in options)
            found += next((some for some in boxes if some), [])
        elif name in ("relIds", "chart") and package is not None and relations is not None:
            key = attribute(inner, "dm" if name == "relIds" else "id")
            relation = relations.get(key or "")
            root = None if relation is None or relation.outside else package.root(relation.target)
            if root is not None:
                found.append(_chart_text(root) if name == "chart" else root)
        elif name:
            found += boxes_of(inner, package, relations)
    return found


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


def is_behind(root: etree._Element) -> bool:
    """Whether a drawing stands behind the text, so that nobody knows the ground of letters."""
    return any(
        attribute(node, "behindDoc") in ("1", "true") for node in root.iter() if local(node) == "anchor"
    )


def _shape(box: etree._Element) -> etree._Element | None:
    return next(
        (node for node in box.iterancestors() if local(node) in _SHAPES and local(node) != "textbox"), None
    )


def shape_ground(box: etree._Element, styles: Styles, otherwise: Colour | None) -> Colour | None:
    """The colour that the shape around a text box is filled with; None where it is a picture or unknown."""
    shape = _shape(box)
    if shape is None:
        return otherwise
    fill = child(shape, "spPr")
    for node in fill if fill is not None else ():
        name = local(node)
        if name == "solidFill":
            return drawn_colour(node, styles)
        if name == "noFill":
            return otherwise
        if name in ("gradFill", "blipFill", "pattFill", "grpFill"):
            return None
    reference = child(shape, "style", "fillRef")
    if reference is not None and attribute(reference, "idx") not in (None, "0"):
        return drawn_colour(reference, styles)
    if fill is None and local(shape) not in ("wsp", "sp"):  # the older way: white unless it says otherwise
        if (attribute(shape, "filled") or "t").lower() in ("f", "false", "0"):
            return otherwise
        if child(shape, "fill") is not None and attribute(child(shape, "fill"), "type") not in (
            None,
            "solid",
        ):
            return None
        said = (attribute(shape, "fillcolor") or "").split()
        return read_colour(said[0]) if said else WHITE
    return otherwise


def drawn_colour(node: etree._Element, styles: Styles) -> Colour | None:
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


def shape_hidden(box: etree._Element) -> bool:
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
            said = dict(
                part.split(":", 1)
                for part in (attribute(node, "style") or "").lower().split(";")
                if ":" in part
            )
            plain = {key.strip(): value.strip() for key, value in said.items()}
            if plain.get("visibility") == "hidden" or plain.get("display") == "none":
                return True
            for key in ("margin-left", "margin-top", "left", "top"):
                length = re.match(r"-(\d+(?:\.\d+)?)(pt|in|cm|mm)?", plain.get(key, ""))
                scale = {"in": 72.0, "cm": 28.35, "mm": 2.835}.get((length[2] or "") if length else "", 1.0)
                if length is not None and float(length[1]) * scale > 400:
                    return True
    return False
