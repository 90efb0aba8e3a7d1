"""What a sub-question asks: its parts, what sort of answer each waits for, and whether a sentence is of it.

A question that only asks whether something is known, or how it will be answered, is not searched: its answer
is not in the archive. A figure, a moment, a duration or a reason can be recognised in a sentence; an action
and an opinion by who speaks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from learninglion.dutch.questions import FIGURES, NUMERIC, Wants, gives, wants_of
from learninglion.dutch.text import fold, split_sentences, squash, words


class Kind(StrEnum):
    """What kind of question it is, as the draft says it."""

    ACQUAINTANCE = "acquaintance"  # "Bent u bekend met het bericht ...?"
    PROCEDURAL = "procedural"  # "Kunt u deze vragen afzonderlijk beantwoorden?"
    FIGURE = "figure"
    MOMENT = "moment"
    REASON = "reason"
    ACTION = "action"
    OPINION = "opinion"
    FACT = "fact"


NOT_SEARCHED = frozenset({Kind.ACQUAINTANCE, Kind.PROCEDURAL})
"""What no archive can answer."""


class Condition(StrEnum):
    """When a part counts: "Zo ja, ..." only after a yes."""

    ALWAYS = "always"
    IF_YES = "if_yes"
    IF_NO = "if_no"


@dataclass(frozen=True, slots=True)
class Asking:
    """One thing that is asked; `about` is the text in which its subject is named."""

    text: str
    about: str
    kind: Kind
    wants: Wants = Wants.ANYTHING
    condition: Condition = Condition.ALWAYS
    yes_no: bool = False  # whether a yes or a no answers it


_MARK = re.compile(r"\[\s*\d+\s*\]")
_SPLIT = re.compile(
    r",?\s+en\s+(?=(?:zo (?:ja|nee|niet)|hoe(?:veel|lang|zeer)?|waarom|waar\w*|"
    r"(?:(?:van|vanaf|per|sinds|op|binnen|voor|door|met|tot|in|uit|naar|aan|onder)\s+)?"
    r"(?:wat|welke?|wanneer|wie|hoeveel)|bent u|"
    r"kunt u|deelt u|is het|klopt het|acht u|vindt u)\b)|;\s+(?=\w)",
    re.IGNORECASE,
)
_IF_YES = re.compile(
    r"^(?:en )?(?:zo ja|indien (?:dat )?(?:zo|ja|wel)|als dat zo is|als het antwoord ja)\b", re.I
)
_IF_NO = re.compile(
    r"^(?:en )?(?:zo nee\w*|zo niet|waarom niet|indien niet|indien nee|als dat niet zo)\b", re.I
)
_YES_NO = re.compile(
    r"^(?:en\s+)?(?:bent|ben|is|zijn|was|waren|klopt|deelt|kunt|kan|kunnen|wilt|zal|zult|"
    r"heeft|hebben|hebt|acht|"
    r"vindt|erkent|onderschrijft|herkent|herinnert|beaamt|kent|gaat|gaan|wordt|worden|"
    r"moet|moeten|mag|mogen|"
    r"beschikt|bestaat|bestaan|ziet|weet|realiseert|begrijpt|steunt|doet|komt|komen|staat|"
    r"geldt|overweegt|krijg\w*|"
    r"doen|ziet|hoeft|hoeven|valt|vallen|loopt|lopen|werkt|werken)\b",
    re.I,
)
_KNOWS = re.compile(
    r"^(?:en )?(?:(?:bent|was) u (?:er )?(?:\w+ )?(?:mee |van )?(?:bekend|op de hoogte)|kent u|"
    r"(?:heeft|hebt) u (?:\w+ )?kennis ?genomen|(?:heeft|hebt) u .{0,80}\bgelezen|herinnert u zich)\b",
    re.I,
)
_FORM = re.compile(
    r"(?:vragen?\s+(?:\w+\s+){0,5}?(?:afzonderlijk|apart|een voor een|één voor één|voor het|vóór|binnen|"
    r"spoedig|zo snel|uiterlijk|separaat)"
    r"|(?:afzonderlijk|apart|separaat|één voor één|een voor een)\s+(?:te\s+)?(?:van elkaar\s+)?(?:te\s+)?"
    r"(?:beantwoord\w*|antwoord\w*)"
    r"|beantwoorden\s+(?:voor|vóór|voorafgaand|binnen)"
    r"|(?:de kamer|kamer)\b.{0,60}\b(?:toesturen|toezenden|doen toekomen|sturen|zenden)\b"
    r"|(?:als bijlage|met de kamer)\b.{0,60}\bdelen\b"
    r"|\bdeze (?:kamer)?vragen\b.{0,60}\bbeantwoorden\b"
    r"|\b(?:volledig|voorafgaand|vóór) .{0,40}\b(?:debat|overleg|"
    r"begrotingsbehandeling)\b.{0,40}\b(?:beantwoord|stur|toe)\w*)",
    re.I,
)
# A part that points back ("die hoeveelheid", "hoeveel daarvan") is about what was named before.
_POINTS_BACK = re.compile(r"\b(?:die|dat|deze|dit|daar\w*|hier\w*|er\w{2,}|ze|hij|zij)\b", re.I)
_KINDS = {
    Wants.LENGTH: Kind.MOMENT,
    Wants.DATE: Kind.MOMENT,
    Wants.CAUSE: Kind.REASON,
    Wants.DEED: Kind.ACTION,
    Wants.VIEW: Kind.OPINION,
}
# No yes or no answers these, however the question opens: "Weet u wanneer ...?"
_TOLD = frozenset({Wants.LENGTH, Wants.DATE, Wants.CAUSE, Wants.BODY, Wants.PLACE})


@lru_cache(maxsize=2048)
def askings_of(question: str) -> tuple[Asking, ...]:
    """Every part of `question`, in order; a text without a question mark is one part."""
    text = squash(_MARK.sub(" ", question))
    sentences = [s.of(text) for s in split_sentences(text)]
    asking = [s for s in sentences if s.rstrip("»”\"' ").endswith("?")] or sentences[-1:]
    parts: list[Asking] = []
    context = ""
    for sentence in sentences:
        if sentence in asking:
            parts.extend(_split(sentence, context, parts))
        context = f"{context} {sentence}".strip()
    return tuple(dict.fromkeys(parts))


def kind_of(question: str) -> Kind:
    """The kind of the whole question: that of the first part that asks for content."""
    parts = askings_of(question)
    searched = [p for p in parts if p.kind not in NOT_SEARCHED]
    if searched:
        return next((p.kind for p in searched if p.condition is Condition.ALWAYS), searched[0].kind)
    return parts[0].kind if parts else Kind.FACT


def _split(sentence: str, context: str, earlier: Sequence[Asking]) -> list[Asking]:
    pieces = [p.strip() for p in _SPLIT.split(sentence) if p and p.strip()]
    made: list[Asking] = []
    before = context
    for piece in pieces:
        text = piece[0].upper() + piece[1:]
        text = text if text.endswith("?") else text.rstrip(" ,;.") + "?"
        # a part that names nothing itself ("Zo ja, welke?") is about what was asked before
        own = [w for w in words(text) if len(w) > 4]
        alone = len(own) > 4 and not (made and _POINTS_BACK.search(text))
        about = text if alone or not before else f"{before} {text}"
        read = _read(text, about)
        last = next(reversed((*earlier, *made)), None)
        if last and read.condition is not Condition.ALWAYS and not alone and last.kind in NOT_SEARCHED:
            read = replace(read, kind=last.kind)  # "Zo nee, waarom niet?" about the form of the answer
        made.append(read)
        before = f"{before} {text}".strip()
    return made


def _read(text: str, about: str) -> Asking:
    plain = fold(text)
    condition = (
        Condition.IF_NO
        if _IF_NO.search(plain)
        else Condition.IF_YES
        if _IF_YES.search(plain)
        else Condition.ALWAYS
    )
    yes_no = bool(_YES_NO.search(plain)) and condition is Condition.ALWAYS
    if _FORM.search(text):
        return Asking(text, about, Kind.PROCEDURAL, condition=condition)
    if _KNOWS.search(plain):
        return Asking(text, about, Kind.ACQUAINTANCE, yes_no=True)
    wants = wants_of(text)
    return Asking(text, about, _kind_of(wants), wants, condition, yes_no and wants not in _TOLD)


def _kind_of(wants: Wants) -> Kind:
    return Kind.FIGURE if wants in FIGURES else _KINDS.get(wants, Kind.FACT)


# --------------------------------------------------------------------------- what a sentence gives

_IGNORANCE = re.compile(
    r"\b(?:(?:niet|geen|onvoldoende) (?:[\w-]+ ){0,6}?(?:bekend|bijgehouden|geregistreerd|registratie|"
    r"te zeggen|te geven|te noemen|beschikbaar|vast te stellen|vastgesteld|cijfers|gegevens|zicht|inzicht|"
    r"informatie|overzicht|uitspraken?|aantallen|bekende|duidelijk|"
    r"beantwoorden|aangeven|inschatting|oordeel)|onbekend|onduidelijk|"
    r"nog niet (?:\w+ ){0,4}(?:bekend|te zeggen)|"
    r"kan ik (?:[\w-]+ ){0,8}niet|niet (?:\w+ ){0,3}(?:ingaan|treden)|"
    r"vooruitlopen|te vroeg)\b",
    re.IGNORECASE,
)


def holds(asking: Asking, sentence: str) -> bool:
    """Whether the sentence can answer at all: a figure or a moment must be there, or that it is not known.

    A figure in the unit that is asked: "hoeveel kilo" waits for kilos.
    """
    if asking.wants not in NUMERIC or admits_ignorance(sentence):
        return True
    unit = _ASKED_UNIT.search(asking.text)
    if unit is not None and unit.group(1).casefold() not in sentence.casefold():
        return False
    return gives(asking.wants, sentence) is not False


_ASKED_UNIT = re.compile(
    r"\b(?:hoeveel|aantal) (kilo|ton|liter|meter|kilometer|hectare|graden|kilowatt|"
    r"megawatt|gigawatt|megaton|kiloton)",
    re.IGNORECASE,
)


def admits_ignorance(sentence: str) -> bool:
    """Whether the sentence says that something is not known or cannot be said; that is an answer as well."""
    return bool(_IGNORANCE.search(sentence))


def polarity(text: str) -> bool | None:
    """Yes (True), no (False) or neither (None), as a text opens."""
    start = words(text)[:3]
    if start[:1] in {("ja",), ("inderdaad",)}:
        return True
    if start[:2] in {("dat", "klopt"), ("dit", "klopt")}:
        return start[2:] != ("niet",)
    return False if start[:1] in {("nee",), ("neen",)} else None
