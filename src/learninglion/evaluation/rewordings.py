"""Makes supported sentences from real ones: what a careful writer may do with a quoted sentence.

Made by rules of its own, apart from those of the verifier, so that it tests more than itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["join", "reorder", "shorten"]

_VERB = (
    r"(?:is|zijn|was|waren|heeft|hebben|heb|had|hadden|wordt|worden|werd|werden|kan|kunnen|zal|zullen|moet|moeten|"
    r"mag|mogen|wil|willen|zou|zouden|blijft|blijven|geldt|gelden|gaat|gaan|ga|komt|komen|staat|staan|dient|dienen)"
)
_PREPOSITION = r"(?:in|op|sinds|tijdens|na|bij|via|vanaf|binnen|met|door|voor|onder|per)"
_SUBORDINATE = r"(?:omdat|waarbij|zodat|terwijl|waardoor|hoewel|aangezien|waarin|waarmee|waarvan|waarop)"
# What may not go without changing the claim is left out of these cases on purpose.
_RISKY = re.compile(
    r"\b(?:niet|geen|nooit|zonder|mits|tenzij|indien|als|alleen|slechts|uitsluitend|mogelijk|volgens|aldus|tot|"
    r"minder|meer|behalve|wanneer|zolang|voor zover|kan|kunnen|zou|zouden|alle|maar|echter)\b",
    re.IGNORECASE,
)


def shorten(sentence: str) -> Iterator[tuple[str, str]]:
    """(how, shorter sentence): something set apart was dropped."""
    body = sentence.rstrip(".")
    match: re.Match[str] | None
    for match in re.finditer(r" \([^()]{3,80}\)(?=[ ,;]|$)", body):
        yield "brackets", body[: match.start()] + body[match.end() :] + "."
    for match in re.finditer(r" [–-] [^–]{5,80} [–-](?= )", body):
        yield "dashes", body[: match.start()] + body[match.end() :] + "."
    match = re.match(rf"(.{{25,}}?), ({_SUBORDINATE} .{{15,}})$", body)
    if match and "," not in match.group(2) and not _RISKY.search(match.group(2)):
        yield "subordinate tail", match.group(1) + "."
    match = re.match(r"(.{25,}?), (?:die|dat|waaronder|zoals|met name) [^,]{10,}$", body)
    if match and not _RISKY.search(body[match.end(1) :]):
        yield "relative tail", match.group(1) + "."
    for match in re.finditer(
        r", (?:zoals|waaronder|mede|gelet op|onder meer|die|dat) [^,]{8,90},(?= )", body
    ):
        if not _RISKY.search(match.group()):
            yield "aside", body[: match.start()] + body[match.end() :] + "."
    match = re.match(rf"(?:Hoewel|Omdat|Aangezien|Terwijl) [^,]{{10,}}, ({_VERB}) (\w+) (.{{15,}})$", body)
    if match and match.group(2) in ("ik", "het", "er", "dit", "wij", "de", "deze"):
        subject = match.group(2)
        if subject not in ("de", "deze", "het"):
            yield "subordinate head", f"{subject.capitalize()} {match.group(1)} {match.group(3)}."
    match = re.match(r"(.{30,}?) en ((?:ik|er|het|dit|wij|daarom|deze|zij) .{20,})$", body)
    if match and re.search(rf"\b{_VERB}\b", match.group(1)) and "," not in body:
        yield "second half", match.group(1) + "."
        yield "first half", match.group(2)[0].upper() + match.group(2)[1:] + "."
    match = re.match(
        r"(?:Daarnaast|Bovendien|Verder|Ook|Daarom|Tevens|Overigens|Inmiddels) (\w+) (\w+) (.{15,})$", body
    )
    if match and match.group(2) in ("ik", "er", "wij", "het") and re.fullmatch(_VERB, match.group(1)):
        yield "adverb", f"{match.group(2).capitalize()} {match.group(1)} {match.group(3)}."
    match = re.match(
        rf"(.{{30,}}) (in (?:19|20)\d\d|{_PREPOSITION} (?:dit|deze|het afgelopen|de afgelopen) [a-z]+)$", body
    )
    if match and not _RISKY.search(match.group(2)):
        yield "time", match.group(1) + "."


def reorder(sentence: str) -> Iterator[tuple[str, str]]:
    """(how, sentence): a clause or an adverbial phrase changed places."""
    body = sentence.rstrip(".")
    match = re.match(rf"(.{{15,}}?), ({_SUBORDINATE} [^,]{{10,}})$", body)
    if match and match.group(2).startswith(("omdat", "terwijl", "hoewel", "aangezien")):
        inverted = _invert(match.group(1))
        if inverted:
            tail = match.group(2)
            yield "tail first", f"{tail[0].upper()}{tail[1:]}, {inverted}."
    match = re.match(
        rf"((?:Omdat|Hoewel|Aangezien|Terwijl|Doordat) [^,]{{10,}}), ({_VERB}) (\w+) (.{{10,}})$", body
    )
    if match and match.group(3) in ("ik", "er", "wij", "dit"):
        head = match.group(1)
        yield (
            "head last",
            f"{match.group(3).capitalize()} {match.group(2)} {match.group(4)}, {head[0].lower()}{head[1:]}.",
        )
    match = re.match(
        rf"({_PREPOSITION.title()} [^,]{{3,40}}?) ({_VERB}) (ik|er|wij|het kabinet|dit) ([^,]{{12,}})$", body
    )
    match = match or re.match(
        rf"((?:In|Op|Sinds|Tijdens|Na|Bij|Via|Vanaf|Binnen|Met|Voor) [^,]{{3,40}}?) ({_VERB}) "
        r"(ik|er|wij|het kabinet|dit) ([^,]{12,})$",
        body,
    )
    if match:
        head = match.group(1)
        subject = match.group(3)
        head = head[0].lower() + head[1:]
        yield "phrase back", f"{subject[0].upper()}{subject[1:]} {match.group(2)} {head} {match.group(4)}."
    match = re.match(
        rf"((?:Ik|Wij|Het kabinet|De politie|De regering)) ({_VERB}) (.*?)\b(in (?:19|20)\d\d)\b(.*)$", body
    )
    if match and "," not in match.group(3):
        subject = match.group(1)
        rest = re.sub(r"\s+", " ", match.group(3) + match.group(5)).strip()
        yield (
            "year first",
            f"In {match.group(4)[3:]} {match.group(2)} {subject[0].lower()}{subject[1:]} {rest}.",
        )
    subjects = "ik|er|wij|daarom|daarmee|zij|het kabinet|de politie"
    match = re.match(rf"(.{{30,}}?) en ((?:{subjects}) {_VERB} [^,]{{20,}})$", body)
    match = match or re.match(rf"(.{{30,}}?) en ({_VERB} (?:ik|er|wij|het kabinet) [^,]{{20,}})$", body)
    if match and re.search(rf"\b{_VERB}\b", match.group(1)) and "," not in match.group(1):
        first, second = match.groups()
        yield "halves", f"{second[0].upper()}{second[1:]} en {first[0].lower()}{first[1:]}."


def _invert(clause: str) -> str:
    """ "ik heb dit gedaan" -> "heb ik dit gedaan", for plain subjects only."""
    match = re.match(rf"(Ik|Er|Wij|Dit|Het kabinet|Het|De [a-z]+) ({_VERB}) (.+)$", clause)
    if not match:
        return ""
    subject = match.group(1)
    return f"{match.group(2)} {subject[0].lower()}{subject[1:]} {match.group(3)}"


def join(first: str, second: str) -> Iterator[tuple[str, str]]:
    """(how, sentence): two sentences as one."""
    yield "full stop", f"{first} {second}"
    bare = first.rstrip(".")
    lowered = second if second[:2].isupper() else second[0].lower() + second[1:]
    yield "en", f"{bare} en {lowered}"
    yield "semicolon", f"{bare}; {lowered}"
    yield "comma en", f"{bare}, en {lowered}"
    yield "daarnaast", f"{first} Daarnaast: {lowered}"
