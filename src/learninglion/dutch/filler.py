"""Dutch words that carry no subject: function words, and the turns of phrase in which members ask."""

from __future__ import annotations

import re

from learninglion.dutch.text import fold

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
