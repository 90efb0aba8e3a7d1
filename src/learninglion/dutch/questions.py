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
    DISTANCE = "distance"
    DATE = "date"
    CAUSE = "cause"
    BODY = "body"  # a person or an organisation
    PLACE = "place"
    DEED = "deed"  # what somebody does or will do
    VIEW = "view"
    ANYTHING = "anything"


FIGURES = frozenset({Wants.MONEY, Wants.SHARE, Wants.COUNT, Wants.DISTANCE})
NUMERIC = FIGURES | {Wants.LENGTH, Wants.DATE}
RECOGNISED = frozenset(Wants) - {Wants.ANYTHING, Wants.DEED, Wants.VIEW}
"""What is seen in a text itself; a deed and a view by who speaks as well."""

_NAMED = r"^(?:en )?(?:(?:wat|welke?|geef|noem|what|which|give|name)\b.{0,40}\b|[\w-]+ )?"
# Of a folded text. What is asked first is waited for; of two that begin at one place the first of these.
ASKS = {
    wants: re.compile(pattern)
    for wants, pattern in {
        Wants.DEED: r"\b(?:wat (?:gaat|doet|doen|gaan|heeft|kunt|kan|bent) (?:u|het kabinet|de regering|"
        r"nederland)|welke (?:\w+ ){0,2}?(?:stappen|maatregelen|acties?|inzet|initiatieven|instrumenten)|"
        r"(?:bent|is|zijn) (?:u|het kabinet|de \w+) (?:\w+ ){0,3}?(?:bereid|voornemens|van plan)|(?:gaat|"
        r"wilt|zult|doet|overweegt|onderneemt) u|hoe (?:gaat|zorgt|pakt|wilt|waarborgt|ondersteunt|"
        r"voorkomt) u|hoe word(?:t|en)|wordt er|bereid (?:om|te))\b",
        Wants.VIEW: r"\b(?:(?:deelt|vindt|acht|onderschrijft|erkent|herkent|begrijpt|beaamt|ziet|verwacht) "
        r"u|(?:wat|hoe) (?:vindt|oordeelt|beoordeelt|reageert|kijkt|denkt|duidt|waardeert|apprecieert|"
        r"schat|verklaart|staat) u|uw (?:mening|reactie|oordeel|appreciatie|visie|opvatting|standpunt)|"
        r"kunt u reageren|bent u (?:het (?:\w+ )?(?:ermee )?eens|van mening)|eens (?:met|dat)|vindt het "
        r"kabinet)\b",
        Wants.LENGTH: r"\b(?:hoe ?lang|hoe ?veel (?:tijd|dagen|weken|maanden|jaren|jaar|uur|uren|minuten)|"
        r"hoe oud|duurt|how (?:long|much time|old|many (?:days|weeks|months|years|hours|minutes)))\b|"
        rf"{_NAMED}(?:duur|termijn|duration|term)\b",
        Wants.MONEY: r"\b(?:welke? (?:bedrag\w*|budget|kosten|subsidiebedrag\w*)|hoeveel (?:\w+ "
        r"){0,2}?(?:euro|geld|subsidie|budget|kost\w*|loon|salaris|leges|premie\w*|boete\w*)|wat (?:kost|"
        r"kosten|kostte|kostten|verdien\w+|betaal\w*)|hoe hoog (?:is|zijn|was|waren) (?:de |het |een "
        r")?(?:\w+ )?(?:boete\w*|\w*kosten|subsidie\w*|bijdrage\w*|vergoeding\w*|bedrag\w*|schade|uitgaven|"
        r"budget|begroting|tarie\w+|salaris\w*|loon|uitkering\w*|lasten|dwangsom\w*|leges|premie\w*)|"
        r"hoeveel (?:\w+ ){0,6}?(?:betaal\w*|gekost|uitgegeven|uitgaven|besteed\w*|uit aan|geinvesteerd)|"
        r"financiele (?:gevolg\w*|omvang|schade|bijdrage)|how (?:much|high)|what .{0,40}\bcosts?)\b|"
        rf"{_NAMED}costs?\b",
        Wants.SHARE: r"\b(?:welke? (?:percentage|deel|aandeel|gedeelte)|hoeveel procent|(?:what|which) "
        r"(?:share|percentage|proportion))\b",
        Wants.DISTANCE: r"\b(?:hoe ver|welke afstand|hoeveel (?:kilometer|meter)|how far)\b",
        Wants.DATE: r"^(?:en )?wanneer (?!.*, (?:wat|welke?|hoe|waarom|bent|gaat|kunt|is|zijn|wilt)\b)|"
        r"\b(?:aangeven|zeggen|toelichten|duidelijk|bekend|per|sinds|vanaf|tot|van|,|^(?:geef|noem|vertel|"
        r"zeg)\b.{0,30}) wanneer\b|\b(?:(?:op|vanaf|per|binnen|tot|voor|in|sinds|tegen) welke? (?:termijn|"
        r"datum|dag|jaar|moment|tijdstip|week|kwartaal|jaargetijde|maand|periode)|hoe (?:snel|laat)|"
        r"tijdpad|tijdspad|tijdlijn|when|welke? (?:tijd\w*|jaar|moment|termijn|datum|dag|maand|periode)|"
        r"(?:what|which) (?:date|year|time|day|month))\b|"
        rf"{_NAMED}(?:datum|date)\b",
        Wants.COUNT: r"\b(?:hoe ?veel|hoe (?:vaak|hoog|groot|breed|diep|zwaar|snel|warm|koud|laag|duur)|"
        r"welke? (?:aantal\w*|omvang|hoogte|getal)|wat (?:is|was|zijn) de (?:omvang|hoogte)|cijfermatig|"
        r"wat bedra(?:agt|gen)|how (?:many|often|large|big)|what number)\b|"
        rf"{_NAMED}(?:aantal|hoeveelheid|maximum|minimum|number|amount)\b",
        Wants.CAUSE: r"\b(?:waarom|om welke reden\w*|wat (?:is|was|zijn|waren) de (?:reden\w*|oorza\w+)|"
        r"waardoor|welke redenen|waaraan ligt|hoe komt (?:het|dat)|wat verklaart|waar komt\b.*\bdoor|why|"
        r"how come)\b|"
        rf"{_NAMED}(?:reden(?:en)?|aanleiding|oorza\w+|reasons?|causes?)\b",
        Wants.BODY: r"\b(?:wie|wiens|whom|whose|^(?:and )?who|(?:welke?|which|what) (?:\w+ "
        r")?(?:organisatie\w*|instantie\w*|partij\w*|bedrij\w+|dienst|minister\w*|bewindspersoon|landen|"
        r"gemeenten|company|body))\b",
        Wants.PLACE: r"^(?:en )?(?:(?:waar|where)\b|op welke (?:plek|locatie|plaats)|in welke? (?:gemeente|"
        r"regio|land|provincie|plaats|stad))",
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
_SPEAKER = r"ik|wij|we|mij|mijn|het kabinet|nederland|ja|nee|dat klopt|inderdaad"
# Of a text in one spelling of numbers and units: "derde" is "3e", "€" is "euro".
_GIVES = {
    wants: re.compile(rf"\b(?:{pattern})\b")
    for wants, pattern in {
        Wants.COUNT: rf"{_ENGLISH}|\d[\d.,:]*|(?:tien|honderd|duizend)\w*|miljoen|miljard|de helft|een 3e|"
        rf"een kwart|"
        r"driekwart|geen|(?:een|twee|drie|vier|vijf)maal|alle|enkele|meerdere|verdubbel\w*|gehalveerd|half|"
        r"none",
        Wants.MONEY: r"\d\S* (?:miljoen|miljard)|euro|dollar|pond \d\S*|kosteloos|gratis|free|geen "
        r"(?:kosten|subsidie)",
        Wants.SHARE: r"procent|percentage|de helft|(?:een|2) 3e|een kwart|driekwart|half|(?:een|\d+) op de "
        r"\S+",
        Wants.LENGTH: rf"{_LENGTH}|onbepaalde tijd|levenslang|permanent|tot en met|altijd",
        Wants.DISTANCE: r"\d\S* k?m|meter",
        Wants.DATE: rf"(?:19|20)\d\d|{_MONTH}|\d{{1,2}}[.:]\d\d|\d+ - \d+ - \d+|\d\S* (?:uur|utc)|"
        rf"(?:binnen|over|na|voor|sinds|al|uiterlijk) (?:\w+ )?{_LENGTH}|"
        r"(?:maan|dins|woens|donder|vrij|zater|zon)dag|(?:voor|na)jaar|zomer(?:reces)?|winter|kerstreces|"
        r"kwartaal|(?:dagelijk|jaarlijk|maandelijk|wekelijk)s|(?:dit|vorige?|volgende?|komende?|afgelopen|"
        r"in het|na de|voor de|eind|begin|medio|later|het|deze?) (?:herfst|week|weken|maand|maanden|jaar)|"
        r"[1-4]e helft|binnenkort|momenteel|inmiddels|nog niet|direct|meteen|onmiddellijk|op korte termijn|"
        r"zo (?:snel|spoedig) mogelijk|altijd|nooit",
        Wants.CAUSE: r"omdat|doordat|aangezien|vanwege|wegens|daarom|want|immers|namelijk|nl|reden\w*|"
        r"oorza\w+|gezien|zodat|door|dankzij|gevolg|gelet|hierdoor|daardoor|daarmee|hiermee|te maken met|"
        r"teneinde|voorkomen|om (?:\w+ ){1,12}te|komt|ligt aan|opdat|anders|nu|aanleiding|because|since|"
        r"therefore|due to|so that|in order|reasons?",
        Wants.BODY: r"minister\w*|staatssecretaris|college|gemeente\w*|provincie\w*|politie|rijk|kabinet|"
        r"inspect\w+|autoriteit|organisatie\w*|werkgever\w*|bedrij\w+|eigenaar\w*|burgemeester\w*|"
        r"rechter\w*|commissie\w*|instelling\w*|verzekeraar\w*|zorgaanbieder\w*|directeur|voorzitter|"
        r"afdeling|dienst|medewerk\w+|leden|fractie\w*|burgers|ouders|bewoners|raad|ambtena\w+|\w+enaar|"
        r"\w+oloog|ik|wij",
        Wants.PLACE: r"gemeente\w*|provincie\w*|regio\w*|land\w*|locatie\w*|gebied\w*",
        Wants.DEED: rf"{_SPEAKER}|maatregel\w*|wetsvoorstel|regeling|voornemens|bereid|aanpak|programma|"
        rf"actieplan|"
        r"word(?:t|en)|zal|zullen",
        Wants.VIEW: rf"{_SPEAKER}|belangrijk|(?:on)?wenselijk|zorgelijk|onacceptabel|onaanvaardbaar|"
        rf"vind\w*|acht\w*|"
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


@lru_cache(maxsize=4096)
def spell(text: str) -> str:
    """The words and signs of a text, numbers and units in one spelling."""
    folded = (fold(token.text) for token in tokenise(_ONE.sub("1", text)))
    return " ".join(number_of(word) or UNITS.get(word, word) for word in folded)
