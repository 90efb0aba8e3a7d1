"""What a question waits for (a count, a date, a reason ...), and whether a sentence has it to give.

Questions to ministers and to one's own documents alike, Dutch and English.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

from learninglion.dutch.lexicon import ENGLISH_MONTHS, MONTHS, UNITS, number_of
from learninglion.dutch.text import fold, tokenise

# Words that carry no subject: function words, and the turns of phrase in which members ask.

_FUNCTION_WORDS = frozenset(
    """
    aan aangaande achter af al alle alleen allemaal alles als alsmede alsnog alsook altijd ander
    andere anderen anderzijds beide beiden ben bent betreffen betreft bij bijna bijvoorbeeld binnen
    boven buiten daar daaraan daarbij daardoor daarin daarmee daarna daarnaast daarom daarop
    daarover daartoe daarvan daarvoor dan dat de denk der deze die diens dit doch doe doen doet door
    dus echter een eens eerder eerst eerste elk elkaar elke en enerzijds enig enige enkel enkele er
    eraan erbij erdoor erin ermee erop erover ertoe ervan ervoor even evenals gaan gaat gedaan geen
    gehad gekomen geweest geworden gezien haar haast had hadden heb hebben hebt heeft hem hen het
    hetgeen hier hierbij hierdoor hierin hiermee hierop hierover hiertoe hiervan hiervoor hij hoe
    hoeveel hoeverre hoewel houdt hun ieder iedere iedereen iemand iets ik in inzake is ja je jij
    jou jouw jullie kan kom komen komt kon konden kun kunnen kunt laat later liet los maakt maar mag
    maken mate me mede mee meer meest men met mij mijn minder misschien mocht mochten moest moesten
    moet moeten mogen na naar naast namelijk namens nee neem neemt nemen nergens net niemand niet
    niets noch nog nogal nooit nu of ofwel om omdat omtrent ondanks onder ondertussen ongeveer ons
    onze ook op opnieuw over overigens pas per reeds rond rondom samen sinds slechts sommige soms
    soort steeds te tegen tegenover ten tenzij ter terug terwijl thans tijdens toch toe toen tot
    tussen u uit uitsluitend uw vaak van vanaf vanuit vanwege veel verder via vol volgend volgende
    volgens voor vooral voordat voorts vroeg waar waaraan waarbij waardoor waarin waarmee waarom
    waaronder waarop waarover waartoe waarvan waarvoor wanneer want waren was wat we weer weg wel
    welk welke werd werden wie wij wil willen wilt word worden wordt zal ze zeer zelf zich zichzelf
    zie ziet zij zijn zo zoals zodat zodra zonder zou zouden zowel zulk zulke zult
    """.split()
)
# Words of the trade: they stand in most questions and answers, so they say little about the subject.
_TRADE = frozenset(
    """
    aangeven aantal algemeen antwoord antwoorden beantwoorden bereid bericht betreffende betrekking
    deze gebied gegeven geval geven geïnformeerd informeren jaar jaren kabinet kamer kamerbrief
    kamerstuk kamervragen kwestie maatregel maatregelen manier mening minister ministerie mogelijk
    mogelijkheid nederland nederlandse onderzoek regering situatie staatssecretaris stand toelichten
    vandaag vraag vragen wijze zaak zaken
    """.split()
)
_COMMONPLACE = frozenset(fold(word) for word in _TRADE)

# What is asked is not what it is about: "bent u bereid", "zo nee, waarom niet".
_TURNS = re.compile(
    r"""\b(?:
    (?:bent|is|zijn|was|waren|kent) \s+ (?:u|de\s+\w+)? \s* (?:ook\s+)?
        (?:bereid|bekend\s+met|op\s+de\s+hoogte\s+van|van\s+mening|voornemens|in\s+staat|
        het\s+(?:er(?:mee)?\s+)?(?:mee\s+)?eens)(?:\s+(?:om|dat))?
    | bekend \s+ met
    | (?:kent|herinnert|heeft) \s+ u (?:\s+(?:kennisgenomen\s+van|zich))?
        (?:\s+(?:het|de|dit|een))? \s* (?:nieuws)?(?:artikel|bericht|uitzending)? (?=\W)
    | (?:het|dit|de) \s+ (?:nieuws)?(?:bericht|artikel|uitzending)
    | (?:kunt|kan|wilt|zou|zoudt) \s+ u (?:\s+(?:nader|uitgebreid|precies|ook))*
        (?:\s+(?:aangeven|toelichten|uitleggen|bevestigen|uiteenzetten|reageren\s+op|ingaan\s+op))?
    | de(?:elt|len) \s+ (?:u|de\s+\w+) \s+ (?:de|deze|het) \s+
        (?:mening|opvatting|zorg(?:en)?|analyse|standpunt)
    | (?:van|met) \s+ mening (?:\s+dat)? | klopt \s+ (?:het|dit) | is \s+ het \s+ (?:waar|juist) \s+ dat
    | wat \s+ (?:is|zijn|vindt|vind) \s+ (?:u|uw) \s*
        (?:reactie|mening|oordeel|opvatting|standpunt|van)?(?:\s+(?:op|over|hierop|hierover))?
    | hoe \s+ (?:beoordeelt|verklaart|kijkt|verhoudt|oordeelt|apprecieert) \s+ (?:u|dit|zich)
    | (?:zo|indien) \s+ (?:ja|nee|niet) | waarom \s+ (?:wel|niet) | graag \s+ een \s+ toelichting
    | op \s+ welke \s+ (?:wijze|manier) | in \s+ hoeverre
    | stand \s+ van \s+ zaken
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)


def is_filler(word: str) -> bool:
    """Whether `word`, as printed, says nothing about the subject. "OM" is an office, "om" is filler."""
    if len(word) > 1 and word.isupper():
        return False
    return len(word) < 2 or is_function_word(fold(word))


def is_function_word(folded: str) -> bool:
    """Whether a folded word is of the closed classes of Dutch."""
    return folded in _FUNCTION_WORDS


def is_commonplace(word: str) -> bool:
    """Whether `word` stands in most questions and answers, whatever their subject."""
    return fold(word) in _COMMONPLACE


def subject_of(question: str) -> str:
    """`question` without the turns of phrase in which it is asked; offsets are not kept."""
    return _TURNS.sub(" ", question)


class Wants(StrEnum):
    """What must stand in a text that answers."""

    COUNT = "count"
    MONEY = "money"
    SHARE = "share"
    LENGTH = "length"  # of time
    DATE = "date"
    CAUSE = "cause"
    BODY = "body"  # a person or an organisation
    PLACE = "place"
    DEED = "deed"  # what somebody does or will do
    VIEW = "view"
    ANYTHING = "anything"


FIGURES = frozenset({Wants.MONEY, Wants.SHARE, Wants.COUNT})
NUMERIC = FIGURES | {Wants.LENGTH, Wants.DATE}
RECOGNISED = frozenset(Wants) - {Wants.ANYTHING, Wants.DEED, Wants.VIEW}
"""What is seen in a text itself; a deed and a view by who speaks as well."""

_NAMED = r"^(?:en )?(?:(?:wat|welke?|geef|noem|what|which|give|name)\b.{0,40}\b|[\w-]+ )?"
_MUCH = r"(?:hoe ?veel|how many) (?:\w+ ){0,2}?"
_US = "(?:u|het kabinet|de regering|nederland)"
# Of a folded text. What is asked first is waited for; of two that begin at one place the first of these.
ASKS = {
    wants: re.compile(pattern)
    for wants, pattern in {
        Wants.DEED: r"\b(?:(?:(?:wat|hoe) (?:gaat|doet|doen|zorgt|pakt|wilt|zult|voorkomt)|wat (?:heeft|"
        rf"kunt|kan)) {_US}|welke (?:\w+ ){{0,2}}?(?:stappen|maatregelen|acties?|inzet|initiatieven|"
        r"instrumenten)|(?:bent|is|zijn) (?:\w+ ){1,5}?(?:bereid|voornemens|van plan)|(?:gaat|wilt|zult|"
        r"doet|overweegt|onderneemt) u|hoe word(?:t|en)|wordt er|bereid (?:om|te))\b",
        Wants.VIEW: r"\b(?:(?:deelt|vindt|acht|onderschrijft|erkent|herkent|begrijpt|beaamt|ziet|verwacht|"
        r"(?:be)?oordeelt|reageert|kijkt|denkt|waardeert|apprecieert|schat|verklaart|staat) (?:u|"
        r"het kabinet)|uw (?:mening|reactie|oordeel|visie|opvatting|standpunt)|kunt u reageren|van mening|"
        r"eens (?:met|dat))\b",
        Wants.LENGTH: rf"\b(?:ho(?:e|w) ?(?:lang|long|oud|old)|{_MUCH}(?:tijd|dagen|weken|maanden|jaren|"
        r"jaar|uur|uren|minuten|days|weeks|months|years|hours|minutes)|duurt|how much time)\b|"
        rf"{_NAMED}(?:duur|termijn|duration|term)\b",
        Wants.MONEY: rf"\b(?:welke? (?:\w*bedrag\w*|budget|kosten)|{_MUCH}(?:euro|geld|subsidie|budget|"
        r"kost\w*|loon|salaris|leges|premie\w*|boete\w*)|wat (?:kost\w*|verdien\w+|betaal\w*)|"
        r"(?:hoe hoog|wat) (?:is|zijn|was|waren) (?:\w+ ){0,2}?(?:boete\w*|\w*kosten|subsidie\w*|bijdrage\w*|"
        r"vergoeding\w*|bedrag\w*|schade|uitgaven|budget|tarie\w+|salaris\w*|loon|uitkering\w*|lasten|prijs|"
        r"dwangsom\w*|leges|premie\w*)|hoeveel (?:\w+ ){0,6}?(?:betaal\w*|gekost|uitgegeven|uitgaven|"
        r"besteed\w*|uit aan|geinvesteerd)|financiele (?:gevolg\w*|schade|bijdrage)|how (?:much|high))\b|"
        rf"{_NAMED}costs?\b",
        Wants.SHARE: r"\b(?:hoeveel procent|(?:welke?|what|which) (?:percentage|(?:aan)?deel|share|"
        r"proportion))\b",
        Wants.DATE: r"^(?:en )?wanneer (?!.*, (?:wat|welke?|hoe|waarom|bent|gaat|kunt|is|zijn|wilt)\b)|(?:\b"
        r"(?:aangeven|zeggen|toelichten|duidelijk|bekend|per|sinds|vanaf|tot|van)|,|^(?:geef|noem|vertel|"
        r"zeg)\b.{0,30}) wanneer\b|\b(?:(?:(?:op|vanaf|per|binnen|tot|voor|in|sinds|tegen) )?(?:welke?|what|"
        r"which) (?:termijn|datum|date|dag|day|jaar\w*|year|moment|tijd\w*|time|week|kwartaal|maand|month|"
        rf"periode)|hoe (?:snel|laat)|tijds?pad|tijdlijn|when)\b|{_NAMED}(?:datum|date)\b",
        Wants.COUNT: r"\b(?:hoe ?veel|hoe (?:vaak|ver|hoog|groot|breed|diep|zwaar|warm|koud|laag|duur)|"
        r"welke? (?:aantal\w*|omvang|hoogte|afstand)|cijfermatig|wat bedra(?:agt|gen)|how (?:many|often|"
        rf"large|far)|what number)\b|{_NAMED}(?:aantal|hoeveelheid|omvang|hoogte|maximum|minimum|number|"
        r"amount)\b",
        Wants.CAUSE: r"\b(?:waarom|waardoor|wat (?:is|zijn) de (?:reden\w*|oorza\w+)|om welke reden\w*|"
        rf"hoe komt (?:het|dat)|wat verklaart|why|waar komt\b.*\bdoor)\b|{_NAMED}(?:reden(?:en)?|aanleiding|"
        r"oorza\w+|reasons?|causes?)\b",
        Wants.BODY: r"\b(?:wie|wiens|whom|whose|^(?:and )?who|(?:welke?|which|what) (?:\w+ )?"
        r"(?:organisatie\w*|instantie\w*|partij\w*|bedrij\w+|dienst|minister\w*|bewindspersoon|landen|"
        r"gemeenten|company|body))\b",
        Wants.PLACE: r"^(?:en )?(?:waar\b|where\b|(?:op|in) welke? (?:plek|locatie|plaats|gemeente|regio|"
        r"land|provincie|stad))",
    }.items()
}


def wants_of(question: str) -> Wants:
    """What `question`, one part of a question or the whole, waits for."""
    plain = fold(question)
    met = ((match.start(), wants) for wants, pattern in ASKS.items() if (match := pattern.search(plain)))
    return min(met, key=lambda m: m[0], default=(0, Wants.ANYTHING))[1]


_MONTH = "|".join((*MONTHS, *ENGLISH_MONTHS))
_NO_AMOUNT = re.compile(
    rf"\b\d{{1,2}}\s+(?:{_MONTH})(?:\s+\d{{4}})?\b|\b(?:19|20)\d\d(?:[-–/]\d{{2,4}})?\b|\[\s*\d+\s*\]|"
    r"\b(?:vraag|vragen|nr\.?|nummer|artikel|lid|bijlage|noot|kamerstuk)\s*\d+|\b\d+\s*\d*-\d+\b|"
    r"\b[a-z]+\d\S*|https?:\S+",
    re.IGNORECASE,
)
_TIME = (
    r"(?:seconden|minu\w+|min|uur|uren|dag\w*|week|weken|maand\w*|jaar|jaren|kwartaal|kwartalen|(?:minute|"
    r"hour|day|week|month|year)s?)"
)
_ENGLISH = "(?:one|two|three|four|five|six|seven|eight|nine|twelve)"
_LENGTH = (
    rf"(?:(?:(?:\d[\d.,]* (?:tot|of|to|a|-) )?\d[\d.,]*|een|enkele|half|{_ENGLISH}) (?:\w+ )?{_TIME}|"
    r"halfjaar|kwartier|etmaal)"
)
_FRACTION = "de helft|(?:een|2) 3e|een kwart|driekwart|half"
_SPEAKER = r"ik|wij|we|mij|mijn|het kabinet|nederland|ja|nee|dat klopt|inderdaad"
# Of a text in one spelling of numbers and units: "derde" is "3e", "€" is "euro".
_GIVES = {
    wants: re.compile(rf"\b(?:{pattern})\b")
    for wants, pattern in {
        Wants.COUNT: rf"{_ENGLISH}|\d[\d.,:]*|(?:tien|honderd|duizend)\w*|miljoen|miljard|{_FRACTION}|geen|"
        r"none|alle|enkele|meerdere|\w+maal|verdubbel\w*|gehalveerd",
        Wants.MONEY: r"\d\S* (?:miljoen|miljard)|euro|dollar|pond \d\S*|kosteloos|gratis|free|geen kosten",
        Wants.SHARE: rf"procent|percentage|{_FRACTION}|(?:een|\d+) op de \S+",
        Wants.LENGTH: rf"{_LENGTH}|onbepaalde tijd|levenslang|permanent|tot en met|altijd",
        Wants.DATE: rf"(?:19|20)\d\d|{_MONTH}|\d{{1,2}}[.:]\d\d|\d+ - \d+ - \d+|\d\S* (?:uur|utc)|(?:binnen|"
        rf"over|na|voor|sinds|al|uiterlijk) (?:\w+ )?{_LENGTH}|(?:maan|dins|woens|donder|vrij|zater|zon)dag|"
        r"(?:voor|na)jaar|zomer(?:reces)?|winter|kerstreces|kwartaal|(?:dage|jaar|maande|weke)lijks|(?:dit|"
        r"het|de|deze?|vorige?|volgende?|komende?|afgelopen|eind|begin|medio|later) (?:herfst|week|weken|"
        r"maand|maanden|jaar)|[1-4]e helft|binnenkort|momenteel|inmiddels|nog niet|direct|meteen|"
        r"onmiddellijk|op korte termijn|zo (?:snel|spoedig) mogelijk|altijd|nooit",
        Wants.CAUSE: r"omdat|doordat|aangezien|vanwege|wegens|daarom|want|immers|namelijk|nl|reden\w*|"
        r"oorza\w+|gezien|zodat|door|dankzij|gevolg|gelet|(?:hier|daar)(?:door|mee)|te maken met|voorkomen|"
        r"om (?:\w+ ){1,12}te|komt|ligt aan|opdat|anders|nu|aanleiding|because|since|therefore|due to|"
        r"in order|reasons?",
        Wants.BODY: r"minister\w*|staatssecretaris|college|gemeente\w*|provincie\w*|politie|rijk|kabinet|"
        r"inspect\w+|autoriteit|organisatie\w*|werkgever\w*|bedrij\w+|burgemeester\w*|rechter\w*|"
        r"commissie\w*|instelling\w*|verzekeraar\w*|dienst|medewerk\w+|fractie\w*|burgers|ouders|bewoners|"
        r"raad|\w+enaar|ik|wij",
        Wants.PLACE: r"gemeente\w*|provincie\w*|regio\w*|land\w*|locatie\w*|gebied\w*",
        Wants.DEED: rf"{_SPEAKER}|maatregel\w*|wetsvoorstel|regeling|aanpak|programma|actieplan|word(?:t|en)"
        r"|zal|zullen",
        Wants.VIEW: rf"{_SPEAKER}|belangrijk|(?:on)?wenselijk|zorgelijk|onaanvaardbaar|vind\w*|acht\w*|"
        r"deel\w*|mening|oordeel|standpunt|juist|terecht|begrijpelijk",
    }.items()
}
_ONE = re.compile(r"\b[eé]én\b", re.IGNORECASE)
_NAME = re.compile(r"(?<=[\w,;:)»”] )[A-Z]")


def gives(wants: Wants, text: str) -> bool | None:
    """Whether `text` holds what is waited for: an amount, a date; None where no text shows that."""
    if wants is Wants.ANYTHING:
        return None
    if wants is Wants.COUNT:
        text = _NO_AMOUNT.sub(" ", text)
    named = wants in (Wants.BODY, Wants.PLACE) and _NAME.search(text)
    return bool(named or _GIVES[wants].search(spell(text)))


def moments_given(text: str) -> frozenset[str]:
    """The moments that `text` names, each by its own words: "oktober", "2025", "binnenkort"."""
    return frozenset(match.group() for match in _GIVES[Wants.DATE].finditer(spell(text)))


@lru_cache(maxsize=4096)
def spell(text: str) -> str:
    """The words and signs of a text, numbers and units in one spelling."""
    folded = (fold(token.text) for token in tokenise(_ONE.sub("1", text)))
    return " ".join(number_of(word) or UNITS.get(word, word) for word in folded)
