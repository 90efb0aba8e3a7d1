"""What a question waits for (a count, a date, a reason ...), and whether a sentence has it to give.

Questions to ministers and to one's own documents alike, Dutch and English.
"""

from __future__ import annotations

import re
from enum import StrEnum

from learninglion.dutch.numbers import ENGLISH_MONTHS, MONTHS
from learninglion.dutch.text import fold


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

# In this order: the first that fits says what is waited for. Of a folded text.
_NAMED = r"^(?:en )?(?:(?:wat|welke?|geef|noem|what|which|give|name)\b.{0,40}\b|[\w-]+ )?"
_ASKS = tuple(
    (wants, re.compile(pattern, re.IGNORECASE))
    for wants, pattern in (
        (
            Wants.DEED,
            r"^(?:en )?(?:bent|is|zijn) (?:u|het kabinet|de \w+) (?:\w+ ){0,3}?(?:bereid|voornemens|"
            r"van plan)\b",
        ),
        (
            Wants.VIEW,
            r"^(?:en )?(?:deelt u|vindt u|acht u|onderschrijft u|erkent u|herkent u|(?:wat vindt|"
            r"hoe oordeelt|"
            r"hoe beoordeelt|hoe reageert|hoe kijkt|hoe duidt) u|bent u het (?:\w+ )?(?:ermee )?eens|"
            r"bent u van mening|begrijpt u|beaamt u|kunt u reageren)\b",
        ),
        (
            Wants.LENGTH,
            r"\b(?:hoe lang|hoelang|hoe ?veel (?:tijd|dagen|weken|maanden|jaren|jaar|uur|uren|minuten)|"
            r"hoe oud|"
            r"how (?:long|much time|old|many (?:days|weeks|months|years|hours|minutes)))\b",
        ),
        (
            Wants.MONEY,
            r"\b(?:welke? (?:bedrag\w*|budget|kosten|subsidiebedrag\w*)|"
            r"hoeveel (?:\w+ ){0,2}?(?:euro|geld|subsidie|budget|kost\w*|loon|salaris|leges|premie\w*|"
            r"boete\w*)|"
            r"wat (?:kost|kosten|kostte|kostten|verdien\w+|betaal\w*)|"
            r"hoe hoog (?:is|zijn|was|waren) (?:de |het |een )?(?:\w+ )?"
            r"(?:boete\w*|\w*kosten|subsidie\w*|bijdrage\w*|vergoeding\w*|bedrag\w*|schade|uitgaven|budget|"
            r"begroting|tarie\w+|salaris\w*|loon|uitkering\w*|lasten|dwangsom\w*|leges|premie\w*)|"
            r"hoeveel (?:\w+ ){0,6}?(?:betaal\w*|gekost|uitgegeven|uitgaven|besteed\w*|uit aan|geïnvesteerd)|"
            r"financi[eë]le (?:gevolg\w*|omvang|schade|bijdrage)|how (?:much|high)|what .{0,40}\bcosts?)\b",
        ),
        (
            Wants.SHARE,
            r"\b(?:welke? (?:percentage|deel|aandeel|gedeelte)|hoeveel procent|"
            r"(?:what|which) (?:share|percentage|proportion))\b",
        ),
        (Wants.DISTANCE, r"\b(?:hoe ver|welke afstand|hoeveel (?:kilometer|meter)|how far)\b"),
        (
            Wants.DATE,
            r"^(?:en )?wanneer (?!.*, (?:wat|welke?|hoe|waarom|bent|gaat|kunt|is|zijn|wilt)\b)|"
            r"\b(?:aangeven|zeggen|toelichten|duidelijk|bekend|per|sinds|vanaf|tot|van|,|^(?:geef|noem|"
            r"vertel|zeg)\b.{0,30}) wanneer\b|"
            r"\b(?:(?:op|vanaf|per|binnen|tot|voor|in|sinds|tegen) welke? (?:termijn|datum|dag|jaar|moment|"
            r"tijdstip|week|kwartaal|jaargetijde|maand|periode)|hoe (?:snel|laat)|"
            r"welke? (?:tijd\w*|jaar|moment|termijn|datum|dag|maand|periode)|tijdpad|tijdspad|tijdlijn|when|"
            r"(?:what|which) (?:date|year|time|day|month))\b",
        ),
        (
            Wants.COUNT,
            r"\b(?:hoe ?veel|hoe (?:vaak|hoog|groot|breed|diep|zwaar|snel|warm|koud|laag|duur)|"
            r"welke? (?:aantal\w*|omvang|hoogte|getal)|wat (?:is|was|zijn) de (?:omvang|hoogte)|cijfermatig|"
            r"wat bedraagt|wat bedragen|how (?:many|often|large|big)|what number)\b",
        ),
        (
            Wants.CAUSE,
            r"\b(?:waarom|om welke reden\w*|wat (?:is|was|zijn|waren) de (?:reden\w*|oorza\w+)|"
            r"waardoor|welke redenen|waaraan ligt|hoe komt het|wat verklaart|hoe komt dat|"
            r"waar komt\b.*\bdoor|why|how come)\b",
        ),
        (
            Wants.BODY,
            r"\b(?:wie|wiens|who|whom|whose|door wie|(?:welke|welk|which|what) (?:\w+ )?(?:organisatie\w*|"
            r"instantie\w*|partij\w*|bedrij\w+|dienst|minister\w*|bewindspersoon|landen|gemeenten|company|"
            r"body))\b",
        ),
        (
            Wants.PLACE,
            r"^(?:en )?(?:waar\b|where\b|op welke (?:plek\w*|locatie\w*|plaats\w*)|"
            r"in welke? (?:gemeente\w*|regio\w*|land\w*|provincie\w*|plaats|stad))",
        ),
        (
            Wants.DEED,
            r"\b(?:wat (?:gaat|doet|doen|gaan|heeft|kunt|kan|bent) (?:u|het kabinet|de regering|nederland)\b|"
            r"welke (?:\w+ ){0,2}?(?:stappen|maatregelen|acties|inzet|actie|initiatieven|instrumenten)|"
            r"bent u (?:\w+ ){0,3}?(?:bereid|voornemens|van plan)|gaat u|wilt u|zult u|"
            r"hoe (?:gaat|zorgt|pakt|wilt|waarborgt|ondersteunt|voorkomt) u|overweegt u|onderneemt u|"
            r"wordt er|"
            r"hoe wordt|hoe worden|welke actie|doet u\b|bereid (?:om|te))",
        ),
        (
            Wants.VIEW,
            r"\b(?:deelt u|vindt u|acht u|onderschrijft u|erkent u|herkent u|(?:wat|hoe) (?:vindt|oordeelt|"
            r"beoordeelt|reageert|kijkt|denkt|duidt|waardeert|apprecieert|schat|verklaart) u|uw (?:mening|"
            r"reactie|"
            r"oordeel|appreciatie|visie|opvatting|standpunt)|bent u het (?:\w+ )?(?:ermee )?eens|"
            r"eens (?:met|dat)|"
            r"bent u van mening|vindt het kabinet|kunt u reageren|begrijpt u|beaamt u|ziet u|verwacht u|"
            r"hoe staat u)",
        ),
        # What is waited for is named by a noun.
        (Wants.LENGTH, rf"{_NAMED}(?:duur|termijn|duration|term)\b|\bduurt\b"),
        (Wants.DATE, rf"{_NAMED}(?:datum|date)\b"),
        (Wants.COUNT, rf"{_NAMED}(?:aantal|number)\b"),
        (Wants.CAUSE, rf"{_NAMED}(?:reden(?:en)?|aanleiding|oorza\w+|reasons?|causes?)\b"),
        (Wants.MONEY, rf"{_NAMED}(?:costs?)\b"),
    )
)


def wants_of(question: str) -> Wants:
    """What `question`, one part of a question or the whole, waits for."""
    plain = fold(question)
    return next((wants for wants, pattern in _ASKS if pattern.search(plain)), Wants.ANYTHING)


_MONTH = "|".join((*MONTHS, *ENGLISH_MONTHS))
_NO_AMOUNT = re.compile(
    rf"\b\d{{1,2}}\s+(?:{_MONTH})(?:\s+\d{{4}})?\b|\b(?:19|20)\d\d(?:[-–/]\d{{2,4}})?\b|\[\s*\d+\s*\]|"
    r"\b(?:vraag|vragen|nr\.?|nummer|artikel|lid|bijlage|noot|kamerstuk)\s*\d+|\b\d+\s*\d*-\d+\b",
    re.IGNORECASE,
)
_WORDED = (
    "één|twee|drie|vier|vijf|zes|zeven|acht|negen|tien|elf|twaalf|dertien|veertien|vijftien|zestien|"
    "twintig|dertig|"
    "veertig|vijftig|zestig|zeventig|tachtig|negentig|[a-z]*honderd[a-z]*|[a-z]*duizend[a-z]*|tientallen|"
    "miljoen|"
    "miljard|one|two|three|four|five|six|seven|eight|nine|twelve"
)
_TIME = (
    r"(?:seconden|minu\w+|min|uur|uren|dag\w*|week|weken|maand\w*|jaar|jaren|kwartaal|kwartalen|"
    r"(?:minute|hour|day|week|month|year)s?)"
)
_LENGTH = (
    rf"(?:\d+(?:[,.]\d+)?(?:\s*(?:[-–à/]|tot|of|to)\s*\d+)?|een|{_WORDED}|enkele|anderhalf|"
    rf"half)[ -]?(?:\w+ )?{_TIME}|"
    r"halfjaar|kwartier|etmaal"
)
_HOLDS = {
    wants: re.compile(pattern, re.IGNORECASE)
    for wants, pattern in {
        Wants.COUNT: rf"(?<![A-Za-z\d])\d|\b(?:{_WORDED}|de helft|een derde|een kwart|driekwart|geen|nul|"
        r"(?:een|twee|drie|vier|vijf)maal|alle|enkele|meerdere|verdubbel\w*|gehalveerd|half|none)\b",
        Wants.MONEY: r"[€$£]\s*\d|\d[\d.,]*\s*(?:miljoen|miljard|euro|mln|mld|EUR)\b|"
        r"\b(?:(?:miljoen|miljard|duizend|honderd)\w* euro|euro|EUR|kosteloos|gratis|free|geen kosten|"
        r"geen subsidie)\b",
        Wants.SHARE: r"\d\s*%|\b(?:procent|percentage|percent|de helft|een derde|een kwart|driekwart|"
        r"twee derde|half|"
        r"(?:één|een|\d+) op de (?:\w+|\d+))\b",
        Wants.LENGTH: rf"\b(?:{_LENGTH}|onbepaalde tijd|levenslang|permanent|tot en met|altijd)\b",
        Wants.DISTANCE: r"\d\s*(?:kilo)?meter\b|\d\s*k?m\b|\bmeter\b",
        Wants.DATE: rf"\b(?:(?:19|20)\d\d|{_MONTH}|\d{{1,2}}[.:]\d\d|\d{{1,2}}-\d{{1,2}}-\d{{2,4}}|"
        rf"\d+\s*(?:uur|UTC)|"
        rf"(?:binnen|over|na|voor|sinds|al|uiterlijk) (?:\w+ )?(?:{_LENGTH})|"
        r"(?:maan|dins|woens|donder|vrij|zater|zon)dag|(?:voor|na)jaar|zomer(?:reces)?|winter|kerstreces|"
        r"kwartaal|"
        r"(?:dagelijk|jaarlijk|maandelijk|wekelijk)s|"
        r"(?:dit|vorige?|volgende?|komende?|afgelopen|in het|na de|voor de|eind|begin|medio|later|het|de|"
        r"deze) "
        r"(?:herfst|week|weken|maand|maanden|jaar)|"
        r"binnenkort|momenteel|inmiddels|nog niet|direct|meteen|onmiddellijk|op korte termijn|"
        r"zo (?:snel|spoedig) mogelijk|altijd|nooit|(?:eerste|tweede|derde|vierde) helft)\b",
        Wants.CAUSE: r"\b(?:omdat|doordat|aangezien|vanwege|wegens|daarom|want|immers|namelijk|nl\.|"
        r"reden\w*|oorza\w+|"
        r"gezien|zodat|door|dankzij|gevolg|gelet|hierdoor|daardoor|daarmee|hiermee|te maken met|teneinde|"
        r"voorkomen|"
        r"om (?:\w+ ){1,12}te|komt|ligt aan|opdat|anders|nu|aanleiding|because|since|therefore|due to|"
        r"so that|"
        r"in order|reason\w*)\b",
        Wants.BODY: r"(?-i:(?<=[\w,;:)»”] )[A-Z][\w.'’-]*)|"
        r"\b(?:minister\w*|staatssecretaris|college|gemeente\w*|provincie\w*|politie|rijk|kabinet|inspect\w+|"
        r"autoriteit|organisatie\w*|werkgever\w*|bedrij\w+|eigenaar\w*|burgemeester\w*|rechter\w*|"
        r"commissie\w*|"
        r"instelling\w*|verzekeraar\w*|zorgaanbieder\w*|directeur|voorzitter|afdeling|dienst|medewerk\w+|"
        r"leden|"
        r"fractie\w*|burgers|ouders|bewoners|raad|ambtena\w+|\w+enaar|\w+oloog|ik|wij)\b",
        Wants.PLACE: r"(?-i:(?<=\w )[A-Z]\w+)|\b(?:gemeente\w*|provincie\w*|regio\w*|land\w*|locatie\w*|"
        r"gebied\w*)\b",
        Wants.DEED: r"\b(?:ik|wij|we|het kabinet|mijn (?:ministerie|ambtgenoot|ambtsvoorganger)|"
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
        Wants.VIEW: r"\b(?:ik|wij|we|het kabinet|nederland|mijn|mij)\b|^(?:ja|nee|dat klopt|inderdaad)\b|"
        r"\b(?:belangrijk|onwenselijk|wenselijk|zorgelijk|"
        r"onacceptabel|onaanvaardbaar|vind\w*|acht\w*|deel\w*|mening|oordeel|standpunt|juist|"
        r"terecht|begrijpelijk)\b",
    }.items()
}


def gives(wants: Wants, text: str) -> bool | None:
    """Whether `text` holds what is waited for: an amount of money, a date, a deed; None where nothing is."""
    pattern = _HOLDS.get(wants)
    if pattern is None:
        return None
    return pattern.search(_NO_AMOUNT.sub(" ", text) if wants is Wants.COUNT else text) is not None
