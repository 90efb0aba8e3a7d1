"""What a question asks for: its telling words, the sort of answer it waits for, and its language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from learninglion.dutch.questions import RECOGNISED, Wants, is_filler, is_function_word, subject_of, wants_of
from learninglion.dutch.text import fold


@dataclass(frozen=True, slots=True)
class Asked:
    """A question made ready: its telling words in order, as printed, and what it waits for."""

    text: str
    words: tuple[str, ...]
    wants: Wants  # ANYTHING where no text shows by itself whether it gives that
    looked_up: bool  # no question at all, but words to look up
    english: bool


_WORD = re.compile(r"\w+")
_RECOGNISED_HERE = RECOGNISED - {Wants.PLACE}  # any name in a sentence could be one
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

# What tells how to answer, or where it stands, and nothing of the subject.
_ORDER = re.compile(
    r"^(?:geef|noem|beschrijf|schets|leg|som|vertel|zet|give|list|describe|explain|outline|tell"
    r"|summari[sz]e)\b"
    r"(?:\s+(?:me|mij|eens|us))?"
    r"|^(?:in|op|onder) welke? (?:hoofdstuk|paragraaf|artikel|bijlage|pagina|bladzijde)\b"
    r"(?:\s+(?:staat|staan|vind ik|lees ik|is|zijn|gaat over|gaan over))?\b|^waar (?:vind|lees) ik\b"
    r"|^(?:in|on|under) (?:what|which) (?:chapter|section|article|annex|page)\b(?:\s+(?:is|are|do i find))?\b"
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
    tells = [(w in _ENGLISH, is_function_word(w)) for w in folded]  # "was" and "in" are of both: of neither
    english, dutch = sum(en and not nl for en, nl in tells), sum(nl and not en for en, nl in tells)
    return None if english == dutch else "en" if english > dutch else "nl"


def is_english(text: str) -> bool:
    """Whether `text` is English rather than Dutch; Dutch where that cannot be told."""
    return language_of(text) == "en"


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
    wants = wants_of(text)
    asks = _ASKS.search(text) or _VERB_FIRST.search(text)
    looked_up = not asks and (wants is Wants.LENGTH or wants not in RECOGNISED)
    if looked_up or wants not in _RECOGNISED_HERE:
        wants = Wants.ANYTHING
    return Asked(text, tuple(dict.fromkeys(words)), wants, looked_up, english)
