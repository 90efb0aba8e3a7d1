"""The small closed classes of Dutch words that carry a sentence's meaning, as folded words.

They serve two ends: to say in plain words what is wrong, and to know what may not be left out. A word
that is put in or changed needs no table: whatever does not stand in the quote is not supported by it.
"""

from __future__ import annotations


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


NEGATIONS = _set(
    """niet geen nooit niemand niets nergens noch evenmin nimmer zonder nauwelijks amper zelden nee neen
    ongeacht"""
)
_MODALS = _set(
    """kan kunt kunnen kon konden moet moeten moest moesten mag mogen mocht mochten zal zult zullen zou
    zouden wil willen wilt wilde wilden hoef hoeft hoeven hoefde dient dienen diende dienden behoort behoren
    lijkt lijken leek leken schijnt schijnen beoogt beogen probeert proberen tracht trachten streeft streven
    overweegt overwegen verwacht verwachten hoopt hopen"""
)
_HEDGES = _set(
    """mogelijk mogelijkerwijs waarschijnlijk wellicht misschien vermoedelijk naar-verwachting
    in-principe naar-schatting in-beginsel vooralsnog voorlopig voornemens eventueel eventuele mogelijke
    waarschijnlijke vermeende naar-het-zich-laat-aanzien vermoed verwachte potentieel potentiele
    voorgenomen beoogde volgens aldus hypothetisch"""
)
_QUANTIFIERS = _set(
    """alle allen elk elke ieder iedere iedereen sommige enkele veel weinig meeste meerdere verschillende
    beide vele talrijke geheel gehele deels gedeeltelijk grotendeels volledig volledige altijd soms vaak
    meestal doorgaans regelmatig steeds telkens helft merendeel meerderheid minderheid deel overgrote
    diverse vrijwel bijna voornamelijk hoofdzakelijk incidenteel incidentele"""
)
_LIMITS = _set(
    """circa ongeveer ruim bijna minimaal maximaal minstens hoogstens hooguit tenminste meer minder meest
    minst slechts alleen uitsluitend enkel louter pas ruwweg omstreeks rond gemiddeld ten-minste ten-hoogste
    krap dik plusminus ca nagenoeg"""
)
_CONDITIONS = _set(
    "mits indien tenzij behalve uitgezonderd zolang voorzover op-voorwaarde voor-zover ingeval behoudens"
)
ATTITUDES = _set(
    """vind vindt vinden denk denkt denken meen meent menen stelt stellen beweert beweren hoop hoopt hopen
    verwacht verwachten vrees vreest vrezen suggereert suggereren vermoed vermoedt vermoeden lijkt schijnt
    onderzoek onderzoekt onderzoeken bekijk bekijkt bezie beziet vraag vraagt betwijfel betwijfelt bestrijdt
    mening indruk oordeel stelling bewering suggestie signalen berichten zou zouden"""
)

# Small words that say exactly the same; compared, the first of each stands for the others.
SAME = {
    word: group.split()[0]
    for group in (
        "al reeds",
        "nu momenteel thans",
        "ook eveneens tevens",
        "ongeveer circa ca",
        "hoogstens hooguit maximaal",
        "minstens minimaal tenminste",
        "omdat aangezien",
        "daarom derhalve",
        "verder voorts",
        "we wij",
        "als indien",
    )
    for word in group.split()
}

ARTICLES = _set("de het een 't")
DETERMINERS = ARTICLES | _set(
    """deze dit die dat mijn uw onze ons hun haar zijn diens wier wiens alle geen elke iedere sommige enkele
    veel beide welke dergelijke zo'n zulke vele meer minder meerdere"""
)
PREPOSITIONS = _set(
    """aan achter af alvorens behoudens beneden bij binnen boven buiten conform dankzij door gedurende
    gezien in inzake jegens krachtens langs met middels na naar naast namens nabij om omstreeks omtrent
    ondanks onder ongeacht op over overeenkomstig per richting rond rondom sinds tegen ten ter tijdens tot
    tussen uit van vanaf vanuit vanwege via volgens voor voorafgaand wegens zonder versus qua à"""
)
PRONOUNS = _set(
    """ik u wij we hij zij ze het er men mij me ons hem haar hen hun zich zichzelf dit dat deze die daar hier
    elkaar wie wat welk welke je jij jullie mijn uw onze"""
)
COORDINATORS = _set("en of maar want dus alsmede evenals respectievelijk danwel dan-wel alsook")
SUBORDINATORS = _set(
    """dat omdat doordat zodat opdat als indien wanneer terwijl hoewel ofschoon alhoewel toen nadat voordat
    totdat zodra zolang mits tenzij aangezien waarbij waardoor waarmee waarop waarin waarvan waarvoor
    waarna waaruit waaraan waarover waaronder waar die wie wiens of om zoals gelet gezien
    waarnaar waartoe waartegen waarvoor teneinde"""
)
# Adverbs whose place in the clause is free and whose absence changes the flow, not the claim.
ADVERBS = _set(
    """ook daarnaast bovendien verder tevens echter daarom daardoor hierdoor hierbij daarbij hiermee daarmee
    inmiddels momenteel thans nu toen vervolgens immers dan eveneens namelijk overigens uiteraard
    vanzelfsprekend graag reeds al nog wel zo daartoe hiertoe hierover daarover hierin daarin hiervoor
    daarvoor hieruit daaruit hieraan daaraan hiervan daarvan hierop daarop samen gezamenlijk zoals
    tegelijkertijd allereerst tot-slot ten-slotte derhalve aldaar elders hier daar er onlangs recent
    recentelijk eerder eerst straks binnenkort destijds voorts ten-eerste ten-tweede juist vooral
    met-name onder-meer"""
)
TEMPORAL_STARTS = _set(
    """vorig vorige volgend volgende afgelopen komend komende dit deze begin eind medio januari februari maart
    april mei juni juli augustus september oktober november december vandaag gisteren morgen jaarlijks
    maandelijks dagelijks wekelijks momenteel inmiddels thans"""
)
# What may be added without adding a claim: they only string sentences together.
CONNECTIVES = _set("en ook daarnaast bovendien verder tevens voorts eveneens overigens maar echter terwijl")
HARMLESS = _set("en ook daarnaast bovendien verder tevens voorts eveneens er dat dan de het")
FUNCTION_WORDS = (
    ARTICLES
    | PREPOSITIONS
    | PRONOUNS
    | COORDINATORS
    | SUBORDINATORS
    | HARMLESS
    | _set("is zijn te niet wordt worden")
)

_PHRASES = tuple(
    sorted(
        (
            tuple(entry.split("-"))
            for group in (_HEDGES, _LIMITS, _CONDITIONS, ADVERBS)
            for entry in group
            if "-" in entry
        ),
        key=len,
        reverse=True,
    )
)
_KINDS = (
    ("negation", NEGATIONS),
    ("condition", _CONDITIONS),
    ("modality", _MODALS),
    ("hedge", _HEDGES),
    ("limit", _LIMITS),
    ("quantifier", _QUANTIFIERS),
)


def sensitive_kind(words: tuple[str, ...], at: int) -> str:
    """Which class of words that may not be left out words[at] (or a phrase around it) is; "" if none."""
    for phrase in _PHRASES:
        for start in range(max(0, at - len(phrase) + 1), at + 1):
            if words[start : start + len(phrase)] == phrase:
                joined = "-".join(phrase)
                return next((kind for kind, group in _KINDS if joined in group), "")
    word = words[at]
    for kind, group in _KINDS:
        if word in group:
            return kind
    return ""
