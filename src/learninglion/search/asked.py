"""What a question asks for: its telling words, the sort of answer it waits for, and its language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from learninglion.dutch.filler import is_filler, subject_of
from learninglion.dutch.numbers import ENGLISH_MONTHS, MONTHS
from learninglion.dutch.text import fold

__all__ = ["AnswerKind", "Asked", "holds_kind", "is_english", "language_of", "read_question", "without_order"]


class AnswerKind(StrEnum):
    """The sort of thing that would answer."""

    NUMBER = "number"
    MONEY = "money"
    MOMENT = "moment"
    LENGTH = "length"
    WHO = "who"
    PLACE = "place"
    REASON = "reason"
    METHOD = "method"
    WHETHER = "whether"
    WORD = "word"  # no question at all, but words to look up
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question made ready: its telling words in order, as printed, and what it waits for."""

    text: str
    words: tuple[str, ...]
    kind: AnswerKind
    english: bool


_WORD = re.compile(r"\w+")
# The closed classes of English words, as far as a question holds them.
_ENGLISH = frozenset(
    """a about above after again all also an and any are as at be been before being below between both but by
    can could did do does doing down during each ever every few for from further had has have having he her
    here him his how i if in into is it its just like many may me might more most much must my no nor not of
    off on once only or other our out over own same shall she should so some such than that the their them
    then there these they this those through to too under until up upon us very was we were what when where
    whether which while who whom whose why will with within without would you your please tell give make made
    get got take takes long often kind happen happens there's what's""".split()
)
_DUTCH = frozenset(
    """de het een van en ik je we wij hoe wat wie waar wanneer waarom welke welk hoeveel voor met niet dat die
    er aan bij als dan te om op naar uit zijn wordt worden kan moet mag heeft hebben is""".split()
)
# In this order: the first that fits says what is waited for.
_KINDS = (
    (
        AnswerKind.LENGTH,
        r"\bhoe\s*lang\b|\bhoe(?:veel)?\s+(?:tijd|dagen|weken|maanden|jaren|jaar|uur|uren|minuten)\b"
        r"|\btermijn\b"
        r"|\bduur\b|duurt\b|\bhow (?:long|much time|many (?:days|weeks|months|years|hours|minutes))\b",
    ),
    (
        AnswerKind.MONEY,
        r"\b(?:hoe\s*veel|hoe\s+hoog)\b.{0,60}\b(?:geld|budget|begroting|kost\w*|boete\w*|bedrag\w*"
        r"|subsidie\w*|euro"
        r"|tarief|tarieven|vergoeding\w*|salaris|loon|uitkering|lasten|dwangsom\w*|leges|premie\w*)\b"
        r"|\bwat (?:kost|kosten|kostte|verdien\w+|betaal\w*)\b|\bwelk bedrag\b|\bhow (?:much|high)\b"
        r"|\bcosts?\b",
    ),
    (
        AnswerKind.MOMENT,
        r"\bwanneer\b|\bhoe laat\b|\bwelke? (?:datum|dag|jaar|maand|moment|tijdstip|periode)\b|\bdatum\b"
        r"|\bwhen\b"
        r"|\bwhat (?:date|year|time|day)\b|\bwhich (?:date|year|day|month)\b|\bsinds wanneer\b"
        r"|\btot wanneer\b",
    ),
    (
        AnswerKind.NUMBER,
        r"\bhoe\s*veel\b|\bhoe (?:hoog|groot|vaak|ver|breed|diep|zwaar|oud|snel|warm|koud|laag)\b"
        r"|\bwelk (?:deel"
        r"|percentage|aantal|getal|gedeelte)\b|\bhow (?:many|often|large|far|old|big)\b|\baantal\b"
        r"|\bwhat (?:share|percentage|number|proportion)\b",
    ),
    (
        AnswerKind.REASON,
        r"\bwaarom\b|\breden(?:en)?\b|\baanleiding\b|\boorza\w+\b|\bwaardoor\b|\bhoe komt (?:het|dat)\b"
        r"|\bwaar komt\b.*\bdoor\b|\bwhy\b|\breasons?\b|\bhow come\b|\bcauses?d?\b",
    ),
    (
        AnswerKind.WHO,
        r"\b(?:wie|wiens|who|whom|whose)\b"
        r"|\b(?:welk|welke|which|what) (?:bedrijf|organisatie|partij|dienst"
        r"|instantie|minist\w+|company|body)\b",
    ),
    (AnswerKind.PLACE, r"^(?:en\s+)?(?:waar|where|waarheen)\b|\bin welke? (?:plaats|gemeente|stad|land)\b"),
    (
        AnswerKind.METHOD,
        r"^(?:en\s+)?(?:hoe|how)\b|\bwat (?:moet|doe|doen|zet|schrijf)\b|\bwhat (?:do|should|must)\b",
    ),
)
_COMPILED = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _KINDS)
_ASKS = re.compile(
    r"\?|\b(?:hoe\w*|wat|wie|waar\w*|wanneer|welke?|how|what|who|where|when|which|why|geef|vat|noem|leg|give"
    r"|summari[sz]e|list|explain|describe|beschrijf)\b",
    re.IGNORECASE,
)
_VERB_FIRST = re.compile(
    r"^(?:en\s+|and\s+)?(?:is|zijn|was|waren|wordt|worden|werd|werden|kan|kun|kunnen|kon|mag|mogen|moet"
    r"|moeten|moest"
    r"|heeft|hebben|had|gaat|gaan|zal|zullen|zou|komt|komen|geldt|gelden|staat|bestaat|doet|krijgt|zit"
    r"|hoeft|blijft"
    r"|valt|vallen|klopt|gebeurt|are|does|do|did|can|may|must|has|have|will|should|were)\b",
    re.IGNORECASE,
)

_MONTH = "|".join((*MONTHS, *ENGLISH_MONTHS))
_COUNTED = (
    r"(?:\d+|een|één|twee|drie|vier|vijf|zes|zeven|acht|negen|tien|elf|twaalf|one|two|three|four|five|six"
    r"|seven"
    r"|eight|nine|ten|twelve)"
)
_HOLDS = {
    AnswerKind.NUMBER: re.compile(
        r"(?<![\w.,-])(?!(?:19|20)\d\d\b)\d"
        r"|\b(?:twee|drie|vier|vijf|zes|zeven|acht|negen|tien|elf|twaalf|\w*tig|honderd\w*|duizend\w*"
        r"|miljoen"
        r"|miljard|helft|derde|kwart|geen|nul|één|eenmaal|tweemaal|driemaal|two|three|four|five|six|half"
        r"|none)\b",
        re.IGNORECASE,
    ),
    AnswerKind.MONEY: re.compile(
        r"€\s*\d|\b\d[\d.,]*(?:,-)?\s*(?:mln|mld|miljoen|miljard|duizend)?\s*euro|\beuro\b|\bEUR\b|[$£]\s*\d"
        r"|\b(?:gratis|kosteloos|free)\b",
        re.IGNORECASE,
    ),
    AnswerKind.MOMENT: re.compile(
        rf"\b(?:19|20)\d\d\b|\b(?:{_MONTH})\b|\b\d{{1,2}}[.:]\d\d\b|\b\d+\s*(?:uur|UTC)\b"
        rf"|\b\d{{1,2}}-\d{{1,2}}-\d{{2,4}}\b"
        rf"|\b(?:voorjaar|zomer|najaar|winter|kwartaal|dagelijks|jaarlijks|maandelijks|wekelijks)\b"
        rf"|\b(?:binnen|na|voor|uiterlijk|sinds)\s+(?:\w+\s+)?{_COUNTED}\s+(?:dag|week|maand|jaar|weken"
        rf"|dagen|uur)\w*"
        r"|\b(?:maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag)\b",
        re.IGNORECASE,
    ),
    AnswerKind.LENGTH: re.compile(
        rf"\b{_COUNTED}\s*(?:[-–à/]|tot|of|to)?\s*\d*\s*(?:seconden|minu\w+|min|uur|uren|dag\w*|week"
        rf"|weken|maand\w*"
        r"|jaar|jaren|kwartaal|hours?|days?|weeks?|months?|years?|minutes?)\b|\bonbepaalde tijd\b"
        r"|\bpermanent\b",
        re.IGNORECASE,
    ),
    AnswerKind.WHO: re.compile(
        r"(?<=[\w,;:)»”] )(?:[A-Z][\w.'’-]*)|\b(?:minister|staatssecretaris|kabinet|college|commissie"
        r"|inspect\w+"
        r"|politie|gemeente\w*|provincie\w*|directeur|voorzitter|meteoroloog|burgemeester|afdeling|dienst"
        r"|medewerk\w+"
        r"|leden|fractie\w*|bedrijven|burgers|ouders|bewoners|werkgever\w*|raad|rechter|ambtena\w+|\w+aar"
        r"|\w+oog)\b"
    ),
    AnswerKind.REASON: re.compile(
        r"\b(?:omdat|doordat|want|aangezien|vanwege|wegens|daarom|immers|namelijk|n\.l\.|nl\.|reden\w*"
        r"|oorza\w+"
        r"|zodat|dankzij|gevolg|hierdoor|daardoor|daarmee|hiermee|aanleiding|gezien|gelet|because|since"
        r"|therefore"
        r"|due to|so that|in order|reason\w*|(?:vooral|mede|deels|kom(?:t|en)|kwam|ontsta(?:at|an)"
        r"|veroorzaakt)(?: \w+)? door|om [\w ]{1,60}te)\b",
        re.IGNORECASE,
    ),
}


# What tells how to answer, or where it stands, and nothing of the subject.
_ORDER = re.compile(
    r"^(?:geef|noem|beschrijf|schets|leg|som|vertel|zet|give|list|describe|explain|outline|tell"
    r"|summari[sz]e)\b"
    r"(?:\s+(?:me|mij|eens|us))?"
    r"|^(?:vat|zet|leg|som)\b|\b(?:samen|uit|op een rij|op)(?=\s*[.?!]?\s*$)"
    r"|\b(?:in het kort|in hoofdlijnen|in grote lijnen|in een paar zinnen|kort samengevat|in short|briefly)\b"
    r"|\b(?:een|a|an|the)?\s*(?:korte?|beknopte?|short|brief)?\s*\b(?:overzicht|samenvatting|overview"
    r"|summary)"
    r"\s+(?:van|of)\b"
    r"|\b(?:volgens|in|uit|according to|from)\s+(?:de|deze|het|the|this)\s+(?:tabel|kolom|table|column)\b",
    re.IGNORECASE,
)


def without_order(text: str) -> str:
    """`text` without what only says how to answer ("vat samen"); `text` itself where nothing is left."""
    bare = " ".join(_ORDER.sub(" ", text).split()) if _ASKS.search(text) else text
    return bare if _WORD.search(bare) else text


@lru_cache(maxsize=4096)
def language_of(text: str) -> str | None:
    """The language of `text` by its function words, "en" or "nl"; None where they do not tell."""
    folded = [fold(word) for word in _WORD.findall(text)]
    english, dutch = sum(w in _ENGLISH for w in folded), sum(w in _DUTCH for w in folded)
    return None if english == dutch else "en" if english > dutch else "nl"


def is_english(text: str) -> bool:
    """Whether `text` is English rather than Dutch; Dutch where that cannot be told."""
    return language_of(text) == "en"


def holds_kind(text: str, kind: AnswerKind) -> bool | None:
    """Whether `text` holds the sort of thing that `kind` waits for; None where that cannot be told."""
    pattern = _HOLDS.get(kind)
    return None if pattern is None else pattern.search(text) is not None


@lru_cache(maxsize=256)
def read_question(text: str) -> Asked:
    """What `text` asks for."""
    english = is_english(text)
    bare = without_order(text)
    about = _WORD.findall(bare if english else subject_of(bare))
    if english:
        words = [w for w in about if (len(w) > 1 and w.isupper()) or (len(w) > 1 and fold(w) not in _ENGLISH)]
    else:
        words = [w for w in about if not is_filler(w)]
    kind = next((kind for kind, pattern in _COMPILED if pattern.search(text)), None)
    if kind is None or (kind is AnswerKind.LENGTH and not _ASKS.search(text)):
        kind = (
            AnswerKind.WHETHER
            if _VERB_FIRST.search(text)
            else AnswerKind.OTHER
            if _ASKS.search(text)
            else AnswerKind.WORD
        )
    return Asked(text, tuple(dict.fromkeys(words)), kind, english)
