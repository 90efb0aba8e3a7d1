"""Fields of Word files: a reader sees their result, not their code."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from learninglion.parsing.office.styles import attribute, child, children, local
from learninglion.parsing.scripts import lowered, raised
from learninglion.parsing.symbols import show_symbols

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


def form_value(node: etree._Element) -> str:
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
