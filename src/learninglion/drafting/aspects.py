"""Takes a sub-question apart into what it asks: each part must be answered or named as missing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from learninglion.dutch.text import fold, split_sentences, squash, words

__all__ = ["Aspect", "AspectKind", "list_aspects"]


class AspectKind(StrEnum):
    """What sort of answer a part of a question waits for."""

    YES_NO = "yes_no"
    KNOWS = "knows"  # "Bent u bekend met het bericht ...?": waits for a yes about this very item
    OPEN = "open"
    AMOUNT = "amount"  # "hoeveel": waits for a number
    MOMENT = "moment"  # "wanneer": waits for a date or a period
    REASON = "reason"  # "waarom"
    IF_YES = "if_yes"  # "Zo ja, ..."
    IF_NO = "if_no"  # "Zo nee, waarom niet?"
    REQUEST = "request"  # "Kunt u deze vragen afzonderlijk beantwoorden?": about the form only


@dataclass(frozen=True, slots=True)
class Aspect:
    """One thing that is asked; `about` is the text in which its subject is named."""

    text: str
    kind: AspectKind
    about: str


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
_AMOUNT = re.compile(
    r"\b(?:hoeveel|hoe vaak|hoe hoog|hoe groot|welke? (?:percentage|bedrag|aantal|deel)|"
    r"wat (?:kost|kosten|kostte|kostten|betaalt|betalen|bedraagt|bedragen))\b",
    re.I,
)
_MOMENT = re.compile(
    r"^(?:\W*(?:en|per|vanaf|sinds|tot)\s+)*"
    r"(?:wanneer|(?:op|vanaf|per|binnen|tot) welke (?:termijn|datum|dag)|hoe lang|hoe snel)\b",
    re.I,
)
_REASON = re.compile(r"\b(?:waarom|om welke reden|wat is de reden|waardoor)\b", re.I)
_YES_NO = re.compile(
    r"^(?:en\s+)?(?:bent|ben|is|zijn|was|waren|klopt|deelt|kunt|kan|kunnen|wilt|zal|zult|heeft|hebben|hebt|acht|"
    r"vindt|erkent|onderschrijft|herkent|herinnert|beaamt|kent|gaat|gaan|wordt|worden|moet|moeten|mag|mogen|"
    r"beschikt|bestaat|bestaan|ziet|weet|realiseert|begrijpt|steunt|doet|komt|komen|staat|geldt|overweegt)\b",
    re.I,
)
_KNOWS = re.compile(
    r"^(?:en )?(?:(?:bent|was) u (?:er )?(?:\w+ )?(?:mee |van )?(?:bekend|op de hoogte)|kent u|"
    r"(?:heeft|hebt) u (?:\w+ )?kennis ?genomen|herinnert u zich)\b",
    re.I,
)
# A part that points back ("die hoeveelheid", "hoeveel daarvan") is about what was named before.
_POINTS_BACK = re.compile(r"\b(?:die|dat|deze|dit|daar\w*|hier\w*|er\w{2,}|ze|hij|zij)\b", re.I)
_FORM = re.compile(
    r"(?:vragen?\s+(?:\w+\s+){0,4}?(?:afzonderlijk|apart|een voor een|één voor één|voor het|binnen|"
    r"spoedig|zo snel)"
    r"|(?:afzonderlijk|apart|één voor één|een voor een)\s+(?:te\s+)?(?:van elkaar\s+)?(?:te\s+)?beantwoorden"
    r"|beantwoorden\s+(?:voor|voorafgaand))",
    re.I,
)


def list_aspects(question: str) -> tuple[Aspect, ...]:
    """Every part of `question`, in order; a text without a question mark is one part."""
    text = squash(re.sub(r"\[\s*\d+\s*\]", " ", question))
    sentences = [s.of(text) for s in split_sentences(text)]
    asking = [s for s in sentences if s.rstrip("»”\"' ").endswith("?")] or sentences[-1:]
    parts: list[Aspect] = []
    context = ""
    for sentence in sentences:
        if sentence in asking:
            parts.extend(_split(sentence, context))
        context = f"{context} {sentence}".strip()
    return tuple(dict.fromkeys(parts))


def _split(sentence: str, context: str) -> list[Aspect]:
    pieces = [p.strip() for p in _SPLIT.split(sentence) if p and p.strip()]
    made: list[Aspect] = []
    before = context
    for piece in pieces:
        text = piece[0].upper() + piece[1:]
        text = text if text.endswith("?") else text.rstrip(" ,;.") + "?"
        # a part that names nothing itself ("Zo ja, welke?") is about what was asked before
        own = [w for w in words(text) if len(w) > 4]
        alone = len(own) > 4 and not (made and _POINTS_BACK.search(text))
        about = text if alone or not before else f"{before} {text}"
        made.append(Aspect(text, _kind(text), about))
        before = f"{before} {text}".strip()
    return made


def _kind(text: str) -> AspectKind:
    plain = fold(text)
    if _FORM.search(text):
        return AspectKind.REQUEST
    for pattern, kind in (
        (_IF_NO, AspectKind.IF_NO),
        (_IF_YES, AspectKind.IF_YES),
        (_KNOWS, AspectKind.KNOWS),
        (_AMOUNT, AspectKind.AMOUNT),
        (_MOMENT, AspectKind.MOMENT),
        (_REASON, AspectKind.REASON),
        (_YES_NO, AspectKind.YES_NO),
    ):
        if pattern.search(plain):
            return kind
    return AspectKind.OPEN
