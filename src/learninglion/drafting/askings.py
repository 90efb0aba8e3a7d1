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

from learninglion.dutch.numbers import MONTHS
from learninglion.dutch.text import fold, split_sentences, squash, words

__all__ = [
    "Asking",
    "Condition",
    "Kind",
    "NOT_SEARCHED",
    "Wants",
    "admits_ignorance",
    "askings_of",
    "gives",
    "holds",
    "kind_of",
    "polarity",
]


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


class Wants(StrEnum):
    """What must stand in a sentence that answers; a kind can want one of several."""

    COUNT = "count"
    MONEY = "money"
    SHARE = "share"
    LENGTH = "length"  # of time
    DISTANCE = "distance"
    DATE = "date"
    CAUSE = "cause"
    BODY = "body"  # a person or an organisation
    PLACE = "place"
    DEED = "deed"  # what somebody does or will do
    VIEW = "view"
    ANYTHING = "anything"


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
_WANTS: tuple[tuple[Wants, re.Pattern[str]], ...] = tuple(
    (wants, re.compile(pattern, re.IGNORECASE))
    for wants, pattern in (
        (
            Wants.DEED,
            r"^(?:en )?(?:bent|is|zijn) (?:u|het kabinet|de \w+) (?:\w+ ){0,3}?(?:bereid|"
            r"voornemens|van plan)\b",
        ),
        (
            Wants.VIEW,
            r"^(?:en )?(?:deelt u|vindt u|acht u|onderschrijft u|erkent u|herkent u|(?:wat vindt|"
            r"hoe oordeelt|hoe beoordeelt|hoe reageert|hoe kijkt|"
            r"hoe duidt) u|bent u het (?:\w+ )?(?:ermee )?eens|bent u van mening|begrijpt u|"
            r"beaamt u|kunt u reageren)\b",
        ),
        (
            Wants.MONEY,
            r"\b(?:welke? (?:bedrag\w*|budget|kosten|subsidiebedrag\w*)|"
            r"hoeveel (?:\w+ ){0,2}?(?:euro|geld|subsidie|budget|kost\w*)|"
            r"wat (?:kost|kosten|kostte|kostten)|hoe hoog (?:is|zijn|was|waren) (?:de |het |een )?(?:\w+ )?"
            r"(?:boete\w*|\w*kosten|subsidie\w*|bijdrage\w*|vergoeding\w*|bedrag\w*|schade|uitgaven)|"
            r"hoeveel (?:\w+ ){0,6}?(?:betaal\w*|gekost|uitgegeven|uitgaven|besteed\w*|uit aan|"
            r"geïnvesteerd)|"
            r"financi[eë]le (?:gevolg\w*|omvang|schade|bijdrage))\b",
        ),
        (Wants.SHARE, r"\b(?:welke? (?:percentage|deel|aandeel)|hoeveel procent)\b"),
        (
            Wants.LENGTH,
            r"\b(?:hoe lang|hoelang|hoeveel (?:tijd|dagen|weken|maanden|jaren|jaar|uur|uren)|hoe oud)\b",
        ),
        (Wants.DISTANCE, r"\b(?:hoe ver|welke afstand|hoeveel (?:kilometer|meter))\b"),
        (
            Wants.DATE,
            r"^(?:en )?wanneer (?!.*, (?:wat|welke?|hoe|waarom|bent|gaat|kunt|is|zijn|wilt)\b)|"
            r"\b(?:aangeven|zeggen|toelichten|duidelijk|bekend|per|sinds|vanaf|tot|van|,) wanneer\b|"
            r"\b(?:(?:op|vanaf|per|binnen|tot|voor|in|sinds|tegen) welke? (?:termijn|datum|dag|"
            r"jaar|moment|tijdstip|week|kwartaal|jaargetijde|"
            r"maand|periode)|hoe snel|welk (?:tijd\w*|jaar|moment)|welke (?:termijn|datum)|"
            r"tijdpad|tijdspad|tijdlijn)\b",
        ),
        (
            Wants.COUNT,
            r"\b(?:hoeveel|hoe vaak|hoe hoog|hoe groot|welke? (?:aantal\w*|omvang|hoogte)|"
            r"wat (?:is|was|zijn) de (?:omvang|hoogte)|"
            r"cijfermatig|hoe duur|wat bedraagt|wat bedragen)\b",
        ),
        (
            Wants.CAUSE,
            r"\b(?:waarom|om welke reden\w*|wat (?:is|was|zijn|waren) de (?:reden\w*|oorza\w+)|"
            r"waardoor|welke redenen|waaraan ligt|hoe komt het|wat verklaart)\b",
        ),
        (
            Wants.BODY,
            r"\b(?:wie|door wie|(?:welke|welk) (?:\w+ )?(?:organisatie\w*|instantie\w*|partij\w*|"
            r"bedrij\w+|minister\w*|bewindspersoon|landen|gemeenten))\b",
        ),
        (
            Wants.PLACE,
            r"^(?:en )?(?:waar\b|op welke (?:plek\w*|locatie\w*|plaats\w*)|"
            r"in welke (?:gemeente\w*|regio\w*|land\w*|provincie\w*))",
        ),
        (
            Wants.DEED,
            r"\b(?:wat (?:gaat|doet|doen|gaan|heeft|kunt|kan|bent) (?:u|het kabinet|de regering|"
            r"nederland)\b|welke (?:\w+ ){0,2}?(?:stappen|maatregelen|acties|"
            r"inzet|actie|initiatieven|instrumenten)|bent u (?:\w+ ){0,3}?(?:bereid|voornemens|"
            r"van plan)|gaat u|wilt u|zult u|hoe (?:gaat|zorgt|pakt|wilt|waarborgt|ondersteunt|"
            r"voorkomt) u|overweegt u|onderneemt u|wordt er|hoe wordt|hoe worden|welke actie|"
            r"doet u\b|bereid (?:om|te))",
        ),
        (
            Wants.VIEW,
            r"\b(?:deelt u|vindt u|acht u|onderschrijft u|erkent u|herkent u|(?:wat|hoe) (?:vindt|"
            r"oordeelt|beoordeelt|reageert|kijkt|denkt|"
            r"duidt|waardeert|apprecieert|schat|verklaart) u|uw (?:mening|reactie|oordeel|"
            r"appreciatie|visie|opvatting|standpunt)|bent u het (?:\w+ )?(?:ermee )?eens|"
            r"eens (?:met|dat)|bent u van mening|vindt het kabinet|kunt u reageren|begrijpt u|"
            r"beaamt u|ziet u|verwacht u|hoe staat u)",
        ),
    )
)
# A part that points back ("die hoeveelheid", "hoeveel daarvan") is about what was named before.
_POINTS_BACK = re.compile(r"\b(?:die|dat|deze|dit|daar\w*|hier\w*|er\w{2,}|ze|hij|zij)\b", re.I)
_FIGURES = frozenset({Wants.MONEY, Wants.SHARE, Wants.COUNT, Wants.DISTANCE})
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
    wants = next((wants for wants, pattern in _WANTS if pattern.search(plain)), Wants.ANYTHING)
    return Asking(text, about, _kind_of(wants), wants, condition, yes_no and wants not in _TOLD)


def _kind_of(wants: Wants) -> Kind:
    return Kind.FIGURE if wants in _FIGURES else _KINDS.get(wants, Kind.FACT)


# --------------------------------------------------------------------------- what a sentence gives

_MONTH = "|".join(MONTHS)
_NOT_AN_AMOUNT = re.compile(
    rf"\b\d{{1,2}}\s+(?:{_MONTH})(?:\s+\d{{4}})?\b|\b(?:19|20)\d\d(?:[-–/]\d{{2,4}})?\b|\[\s*\d+\s*\]|"
    r"\b(?:vraag|vragen|nr\.?|nummer|artikel|lid|bijlage|noot)\s*\d+|\b\d+\s*\d*-\d+\b",
    re.IGNORECASE,
)
_WORDED = (
    "één|twee|drie|vier|vijf|zes|zeven|acht|negen|tien|elf|twaalf|dertien|veertien|vijftien|zestien|twintig|dertig|"
    "veertig|vijftig|zestig|zeventig|tachtig|negentig|[a-z]*honderd[a-z]*|[a-z]*duizend[a-z]*|tientallen|miljoen|miljard"
)
_NUMBER = re.compile(
    rf"(?<![A-Za-z\d])\d|\b(?:{_WORDED}|de helft|een derde|een kwart|driekwart|geen|nul|"
    r"(?:een|twee|drie|vier|vijf)maal|alle|enkele|meerdere|verdubbel\w*|gehalveerd)\b",
    re.IGNORECASE,
)
_TIME = r"(?:dag|dagen|uur|uren|week|weken|maand|maanden|jaar|jaren|minuten|kwartalen|kwartaal)"
_LENGTH = (
    rf"(?:\d+(?:[,.]\d+)?|een|{_WORDED}|enkele|anderhalf|half) (?:\w+ )?{_TIME}|"
    rf"(?:halfjaar|kwartier|etmaal)"
)
_GIVES = {
    Wants.COUNT: _NUMBER,
    Wants.MONEY: re.compile(
        r"€\s*\d|\d[\d.,]*\s*(?:miljoen|miljard|euro|mln|mld|EUR)\b|\b(?:miljoen|miljard|"
        r"duizend|honderd)\w* euro\b|\beuro\b|\bEUR\b|\b(?:kosteloos|gratis|geen kosten|"
        r"geen subsidie)\b",
        re.IGNORECASE,
    ),
    Wants.SHARE: re.compile(
        r"\d\s*%|\bprocent\b|\bpercentage\b|\b(?:de helft|een derde|een kwart|driekwart|"
        r"twee derde|(?:één|een|\d+) op de (?:\w+|\d+))\b",
        re.IGNORECASE,
    ),
    Wants.LENGTH: re.compile(
        rf"\b{_LENGTH}\b|\b(?:onbepaalde tijd|levenslang|tot en met|altijd)\b", re.IGNORECASE
    ),
    Wants.DISTANCE: re.compile(r"\d\s*(?:kilo)?meter\b|\d\s*k?m\b|\bmeter\b", re.IGNORECASE),
    Wants.DATE: re.compile(
        rf"\b(?:(?:19|20)\d\d|{_MONTH}|(?:binnen|over|na|sinds|al|uiterlijk) (?:\w+ )?{_LENGTH}|"
        r"(?:dit|vorige?|volgende?|komende?|afgelopen|in het|na de|voor de|eind|begin|medio|"
        r"later|het|de|deze) "
        r"(?:voorjaar|zomer|najaar|winter|herfst|kwartaal|week|weken|maand|maanden|jaar)|"
        r"zomer(?:reces)?|kerstreces|"
        r"binnenkort|momenteel|inmiddels|nog niet|direct|meteen|onmiddellijk|op korte termijn|"
        r"zo (?:snel|spoedig) mogelijk|altijd|nooit|(?:eerste|tweede|derde|vierde) (?:kwartaal|helft))\b",
        re.IGNORECASE,
    ),
    Wants.CAUSE: re.compile(
        r"\b(?:omdat|doordat|aangezien|vanwege|wegens|daarom|want|immers|namelijk|reden\w*|"
        r"oorza\w+|gezien|zodat|door|"
        r"dankzij|als gevolg|gelet|hierdoor|daardoor|daarmee|hiermee|te maken met|teneinde|voorkomen|"
        r"om (?:\w+ ){1,12}te|is het gevolg|komt|ligt aan|opdat|anders|nu)\b",
        re.IGNORECASE,
    ),
    Wants.BODY: re.compile(
        r"(?<=[\w,;:] )[A-Z]\w+|\b(?:minister\w*|gemeente\w*|provincie\w*|politie|rijk|"
        r"kabinet|inspectie|autoriteit|organisatie\w*|"
        r"werkgever\w*|bedrij\w+|eigenaar\w*|burgemeester\w*|rechter\w*|commissie\w*|"
        r"instelling\w*|verzekeraar\w*|zorgaanbieder\w*|ik|wij)\b"
    ),
    Wants.PLACE: re.compile(
        r"(?<=\w )[A-Z]\w+|\b(?:gemeente\w*|provincie\w*|regio\w*|land\w*|locatie\w*|gebied\w*)\b"
    ),
    Wants.DEED: re.compile(
        r"\b(?:ik|wij|we|het kabinet|mijn (?:ministerie|ambtgenoot|ambtsvoorganger)|"
        r"de (?:minister|staatssecretaris|regering|overheid)|nederland|er|gemeenten|"
        r"het ministerie)\b"
        r".{0,60}\b(?:ga|gaan|gaat|zal|zullen|ben|zijn|is|heb|heeft|hebben|wil|willen|werk\w*|"
        r"zet|neem|neemt|nemen|start\w*|laat|"
        r"onderzoek\w*|bespreek|vraag|vragen|stel|stelt|stellen|steun\w*|investeer\w*|"
        r"verken\w*|informeer\w*|zie|bezie|maak\w*|wordt|worden)\b"
        r"|\b(?:ga|zal|ben|heb|wil|werk|zet|neem|start|laat|bespreek|vraag|stel|zie|bezie|"
        r"verken|onderzoek|roep|span|blijf|wordt|worden|gaat|zullen)\b.{0,20}\b(?:ik|wij|we|"
        r"het kabinet|er|nederland)\b"
        r"|\b(?:maatregel\w*|wetsvoorstel|regeling|voornemens|bereid|aanpak|programma|"
        r"actieplan|wordt|worden|zal|zullen)\b|^(?:ja|nee)\b",
        re.IGNORECASE,
    ),
    Wants.VIEW: re.compile(
        r"\b(?:ik|wij|we|het kabinet|nederland|mijn|mij)\b|^(?:ja|nee|dat klopt|inderdaad)\b|"
        r"\b(?:belangrijk|onwenselijk|wenselijk|zorgelijk|"
        r"onacceptabel|onaanvaardbaar|vind\w*|acht\w*|deel\w*|mening|oordeel|standpunt|juist|"
        r"terecht|begrijpelijk)\b",
        re.IGNORECASE,
    ),
}
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


def gives(wants: Wants, sentence: str) -> bool:
    """Whether the sentence holds what is waited for: an amount of money, a date, a cause, a deed."""
    pattern = _GIVES.get(wants)
    if pattern is None:
        return True
    text = _NOT_AN_AMOUNT.sub(" ", sentence) if wants is Wants.COUNT else sentence
    return bool(pattern.search(text))


def holds(asking: Asking, sentence: str) -> bool:
    """Whether the sentence can answer at all: a figure or a moment must be there, or that it is not known.

    A figure in the unit that is asked: "hoeveel kilo" waits for kilos.
    """
    strict = asking.wants in _FIGURES or asking.wants in (Wants.DATE, Wants.LENGTH)
    if not strict or admits_ignorance(sentence):
        return True
    unit = _ASKED_UNIT.search(asking.text)
    if unit is not None and unit.group(1).casefold() not in sentence.casefold():
        return False
    return gives(asking.wants, sentence)


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
