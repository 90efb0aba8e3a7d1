"""The words of Dutch that are known one by one: closed classes, numbers with units and dates, and verbs.

All are folded words. Closed classes serve two ends: to say in plain words what is wrong, and to know what
may not be left out. A word that is put in or changed needs no table: whatever does not stand in the quote is
not supported by it.

Numbers get one spelling: "€ 2,5 mln", "2,5 miljoen euro" and "2,50 miljoen euro" agree.

Word order in Dutch moves the finite verb without changing the meaning ("In 2023 steeg het aantal", "het
aantal steeg in 2023"), so the verifier must know one when it sees one. Forms are made from a list of base
verbs by the spelling rules; prefixes are taken off first, so "bevestigt" needs no entry beside "vestigen".

"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files


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
    voorgenomen beoogde volgens aldus hypothetisch onder-meer"""
)
_QUANTIFIERS = _set(
    """alle allen elk elke ieder iedere iedereen sommige enkele veel weinig meeste meerdere verschillende
    beide vele talrijke geheel gehele deels gedeeltelijk grotendeels volledig volledige altijd soms vaak
    meestal doorgaans regelmatig steeds telkens helft merendeel meerderheid minderheid deel overgrote
    overige resterende diverse vrijwel bijna voornamelijk hoofdzakelijk incidenteel incidentele"""
)
# How often: of the whole clause, wherever they stand in it.
OFTEN = _set("altijd soms vaak meestal doorgaans regelmatig steeds telkens incidenteel")
_LIMITS = _set(
    """circa ongeveer ruim bijna minimaal maximaal minstens hoogstens hooguit tenminste meer minder meest
    minst slechts alleen uitsluitend enkel louter pas ruwweg omstreeks rond gemiddeld ten-minste ten-hoogste
    krap dik plusminus ca nagenoeg eerst uiterlijk vroegst bij-benadering tijdelijk
    tijdelijke of-meer of-minder of-hoger of-lager of-langer of-korter of-ouder of-jonger of-later
    of-eerder"""
)
_CONDITIONS = _set(
    """mits indien tenzij behalve uitgezonderd zolang voorzover op-voorwaarde voor-zover ingeval behoudens
    met-uitzondering onder-voorbehoud"""
)
# Whoever says these takes what follows to be so; other verbs in front of "dat" may not be left out.
FACTIVES = _set(
    """blijkt blijken bleek bleken gebleken betekent betekenen betekende toont tonen aantoont aantonen
    aangetoond bewijst bewezen weet weten wist bekend klopt erken erkent erkennen erkende constateer
    constateert constateren constateerde geconstateerd vaststel vaststelt vaststellen vastgesteld
    bevestig bevestigt bevestigen bevestigde bevestigd besef beseft betreur betreurt betreuren feit
    duidelijk zien leert waar zorgt zorgen ertoe onverlet"""
)

# Their perfect is made with "is"; of other verbs "is ..." says that it was done to somebody.
DONE_WITH_IS = _set(
    """aankomen aflopen afnemen aftreden beginnen bezwijken blijven dalen eindigen gaan gebeuren groeien komen
    krimpen lukken mislukken ontsnappen ontstaan oplopen overgaan overlijden slagen sterven stijgen stoppen
    terugkomen teruglopen toenemen uitkomen uitvallen vallen verdubbelen verdwijnen verlopen verschijnen
    vertrekken voorkomen"""
)

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
    met-name tot-nu-toe"""
)
TEMPORAL_STARTS = _set(
    """vorig vorige volgend volgende afgelopen komend komende dit deze begin eind medio januari februari maart
    april mei juni juli augustus september oktober november december vandaag gisteren morgen jaarlijks
    maandelijks dagelijks wekelijks momenteel inmiddels thans"""
)
# The verbs of the passive, which also make the perfect of some.
PASSIVE = _set("wordt worden werd werden is zijn was waren")
# What may be added without adding a claim: they only string sentences together.
CONNECTIVES = _set("en ook daarnaast bovendien verder tevens voorts eveneens overigens maar echter terwijl")
HARMLESS = _set("en ook daarnaast bovendien verder tevens voorts eveneens overigens er dat dan de het")
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
    if word == "deel" and "ik" in words[max(at - 1, 0) : at + 2]:
        return ""  # "ik deel uw zorg"
    for kind, group in _KINDS:
        if word in group:
            return kind
    return ""


# Months and dates as Dutch writes them.

MONTHS = tuple(
    "januari februari maart april mei juni juli augustus september oktober november december".split()
)
ENGLISH_MONTHS = tuple(
    "january february march april may june july august september october november december".split()
)
MONTH_NAMES = frozenset(MONTHS)
SCALES = frozenset("honderd duizend miljoen miljard biljoen".split())
UNIT_NAMES = frozenset(
    """procent promille procentpunt euro dollar pond graden m cm mm km kg gram ton liter ha meter uur uren
    minuten seconden dag dagen week weken maand maanden jaar jaren kwh mwh gwh twh megawatt gigawatt mw gw
    m2 m3 vierkante kubieke""".split()
)
# Signs and short forms that are read as the word.
UNITS = {
    "%": "procent", "pct": "procent", "percent": "procent", "‰": "promille", "€": "euro", "eur": "euro",
    "euros": "euro", "$": "dollar", "usd": "dollar", "£": "pond", "mln": "miljoen", "mio": "miljoen",
    "mld": "miljard", "mrd": "miljard", "°": "graden", "&": "en", "§": "paragraaf", "kilometer": "km",
    "kilometers": "km", "kilogram": "kg", "kilo": "kg", "hectare": "ha", "hectaren": "ha", "nr": "nummer",
    "art": "artikel", "jan": "januari", "febr": "februari", "feb": "februari", "apr": "april",
    "aug": "augustus", "sept": "september", "okt": "oktober", "nov": "november", "dec": "december",
}  # fmt: skip

_SMALL = {
    word: value
    for value, word in enumerate(
        "nul een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien "
        "zeventien achttien negentien".split()
    )
}
_TENS = {
    word: 10 * value
    for value, word in enumerate("twintig dertig veertig vijftig zestig zeventig tachtig negentig".split(), 2)
}
_IRREGULAR_ORDINALS = {"eerste": 1, "derde": 3, "achtste": 8}
_THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?")
_DECIMAL = re.compile(r"\d+(?:,\d+)?")
_ORDINAL_SIGN = re.compile(r"(\d+)(?:e|de|ste)")
_LONGEST = 1000  # digits; a longer row of them is nobody's number, and none of Python's beyond 4,300


_HALF = re.compile(r"(\w+?)(?:en)?hal(?:f|ve)")


@lru_cache(maxsize=4096)
def number_of(word: str) -> str | None:
    """The one spelling of a folded word that is a number: "vijftien" -> "15", "1.250,50" -> "1250,5",
    "tweede" -> "2e"; None for other words (and for "een", which mostly is the article).
    """
    if len(word) > _LONGEST:
        return word if word[:1].isdigit() else None
    if word[:1].isdigit():
        return _digits(word)
    if word == "een":
        return None
    if word == "anderhalf" or word == "anderhalve":
        return "1,5"
    value = _spelled(word)
    if value is not None:
        return str(value)
    if half := _HALF.fullmatch(word):  # "vierenhalf"
        front = _spelled(half[1]) if half[1] != "ander" else 1
        return f"{front},5" if front else None
    ordinal = _spelled_ordinal(word)
    return f"{ordinal}e" if ordinal is not None else None


def _digits(word: str) -> str | None:
    sign = _ORDINAL_SIGN.fullmatch(word)
    if sign:
        return f"{int(sign.group(1))}e"
    if _THOUSANDS.fullmatch(word):
        word = word.replace(".", "")
    if _DECIMAL.fullmatch(word) and word.strip("0"):
        whole, _, decimals = word.partition(",")
        decimals = decimals.rstrip("0")
        return str(int(whole)) + ("," + decimals if decimals else "")
    return word


def _spelled(word: str) -> int | None:
    if word in _SMALL:
        return _SMALL[word]
    if word in _TENS:
        return _TENS[word]
    for ten, value in _TENS.items():
        if word.endswith(ten):
            head = word[: -len(ten)]
            unit = _SMALL.get(head[:-2]) if head.endswith("en") else None
            return value + unit if unit and unit < 10 else None
    for scale, size in (("duizend", 1000), ("honderd", 100)):
        head, scale_word, tail = word.partition(scale)
        if scale_word:
            # "honderd" and "duizend" alone stay words: they also scale ("200 duizend")
            front = 1 if not head else _spelled(head)
            rest = 0 if not tail else _spelled(tail.removeprefix("en"))
            if front is None or rest is None or (not head and not tail):
                return None
            return front * size + rest
    return None


def _spelled_ordinal(word: str) -> int | None:
    if word in _IRREGULAR_ORDINALS:
        return _IRREGULAR_ORDINALS[word]
    for ending in ("de", "ste"):
        if word.endswith(ending):
            value = _spelled(word[: -len(ending)])
            if value is not None and value > 1:
                return value
    return None


def is_number(norm: str) -> bool:
    """Whether a word in its one spelling is a number (not an ordinal)."""
    return norm[:1].isdigit() and not norm.endswith("e")


def is_ordinal(norm: str) -> bool:
    """Whether a word in its one spelling is an ordinal ("2e")."""
    return norm[:1].isdigit() and norm.endswith("e")


# Forms of the same verb and tense: only person and number differ, so one may stand for the other.
_AGREEMENT_LIST = """
ben bent is zijn; was waren; heb hebt heeft hebben; had hadden; word wordt worden; werd werden; werd
werden; zal zult zullen; zou zouden; kan kunt kunnen; kon konden; moet moeten; moest moesten; mag
mogen; mocht mochten; wil wilt willen; wilde wilden wou; hoef hoeft hoeven; hoefde hoefden; dien
dient dienen; diende dienden; doe doet doen; deed deden; ga gaat gaan; ging gingen; sta staat staan;
stond stonden; sla slaat slaan; sloeg sloegen; zie ziet zien; zag zagen; kom komt komen; kwam
kwamen; weet weten; wist wisten; laat laten; liet lieten; blijf blijft blijven; bleef bleven; blijk
blijkt blijken; bleek bleken; lijk lijkt lijken; leek leken; geldt gelden; gold golden
"""

_AGREEMENT = [entry.split() for entry in _AGREEMENT_LIST.split(";")]
AUXILIARIES = frozenset(word for forms in _AGREEMENT for word in forms)

# infinitive, past singular, past plural
_STRONG_LIST = """
bidden bad baden; bieden bood boden; bijten beet beten; binden bond bonden; brengen bracht brachten;
breken brak braken; buigen boog bogen; denken dacht dachten; dragen droeg droegen; drijven dreef
dreven; dringen drong drongen; dwingen dwong dwongen; eten at aten; geven gaf gaven; genieten genoot
genoten; grijpen greep grepen; hangen hing hingen; helpen hielp hielpen; heffen hief hieven; houden
hield hielden; kiezen koos kozen; kijken keek keken; klinken klonk klonken; kopen kocht kochten;
krijgen kreeg kregen; lezen las lazen; liegen loog logen; liggen lag lagen; lijden leed leden; lopen
liep liepen; meten mat maten; nemen nam namen; rijden reed reden; roepen riep riepen; schieten
schoot schoten; schrijven schreef schreven; schrikken schrok schrokken; schuiven schoof schoven;
slapen sliep sliepen; sluiten sloot sloten; spreken sprak spraken; springen sprong sprongen; steken
stak staken; stelen stal stalen; sterven stierf stierven; stijgen steeg stegen; strijden streed
streden; treden trad traden; treffen trof troffen; trekken trok trokken; vallen viel vielen; vangen
ving vingen; varen voer voeren; vechten vocht vochten; vinden vond vonden; vliegen vloog vlogen;
vragen vroeg vroegen; vriezen vroor vroren; wegen woog wogen; werpen wierp wierpen; werven wierf
wierven; wijken week weken; wijten weet weten; wijzen wees wezen; winnen won wonnen; zeggen zegt zegde zegden
zei zeiden; zenden zond zonden; zinken zonk zonken; zitten zat zaten; zoeken zocht zochten; zwijgen
zweeg zwegen; zwemmen zwom zwommen; verliezen verloor verloren; verdwijnen verdween verdwenen;
beginnen begon begonnen; bewegen bewoog bewogen; laden laadde laadden; scheiden scheidde scheidden;
schelden schold scholden; smelten smolt smolten; stinken stonk stonken; duiken dook doken; glijden
gleed gleden; blijven bleef bleven; gelden gold golden; ontstaan ontstond ontstonden; bestaan
bestond bestonden; staan stond stonden; gaan ging gingen; slaan sloeg sloegen; zien zag zagen; doen
deed deden; komen kwam kwamen; laten liet lieten
"""
_STRONG = {
    entry.split()[0]: " ".join(entry.split()[1:]) for entry in _STRONG_LIST.replace("\n", " ").split(";")
}

_WEAK = """
    aarden achten activeren antwoorden bakenen baren baten beboeten beeldhouwen begeleiden begrenzen
    behandelen behoeven behoren bejegenen bekenen beknotten bekostigen bekrachtigen belanden belasten
    belichten bellen belonen bemiddelen bemoeien bemoeilijken benadrukken benen beogen bepalen beproeven
    beraadslagen bergen beschadigen beschikken beschuldigen beseffen beslissen besluiten bespoedigen besteden
    bestempelen bestendigen betekenen beteren betogen betreffen betreuren betwijfelen betwisten beveiligen
    bevestigen bevinden bevolen bevragen bewerkstelligen bezigen bezuinigen blussen boren borgen botsen
    bouwen boycotten branden breden brouwen dagvaarden dalen danken dekken delegeren delen dempen deren
    detacheren dienen diepen douchen draaien dreigen drukken duidelijken duiden dulden duren durven duurzamen
    eenvoudigen eindigen eisen enen erven falen filteren financieren garanderen gebeuren gebruiken gedogen
    gehoren gelasten geloven gooien groeien groeten groten gunnen gunstigen haken halen halveren handelen
    handhaven hanteren haven hechten hekelen helderen hergebruiken herinneren herinrichten hervatten
    herverdelen hervormen heten hinderen hogen hoogen hopen horen huisvesten huizen huldigen hullen hunkeren
    huren ijken ijveren innoveren intensiveren jagen kaarten kaderen kalveren kampen kappen kenmerken kennen
    keren kerken keuren klagen kleden kleinen kleuren kloppen knopen koelen kondigen kopieren koppelen korten
    kosten kunnen kwellen laaien lagen landen lasten leggen leiden lenen lengen leren letten leunen leven
    leveren lichten lijken lijsten loggen lokken lopen lossen loven lozen luiden lukken maken melden menen
    mengen menigvuldigen merken mijden minderen mishandelen missen moedigen moeten morgen motiveren nadelen
    naderen nauwen nieuwen nodigen noemen noodzaken nopen noteren nutten observeren oefenen ogen onderbouwen
    onderhandelen onderkennen ondernemen onderscheiden onderschrijven ondersteunen onderstrepen ondervinden
    ondervragen onderzoeken ontberen onteigenen ontkennen ontlasten ontmantelen ontmoeten ontraden ontvangen
    ontvluchten ontwerpen ontwikkelen oogsten oordelen oormerken oorzaken openen opperen ordenen overhandigen
    overlijden overschrijden overtuigen overwegen pakken passen peilen perken persen plaatsen plannen planten
    plegen pleiten plichten ploegen poetsen pogen praten prijken prikkelen proberen raadplegen raden raken
    ramen rechtvaardigen redden regelen reiken reizen rekenen remmen rennen renoveren reserveren resten
    richten rijmen roken rollen ronden ruiken ruilen ruimen rusten schaden schaffen schakelen schalen schamen
    scharen schatten schenden schenken schermen scherpen schetsen schikken scholen schonen schorsen schouwen
    schrappen schroeven schuilen schutten screenen slagen slechteren slepen smeden snellen snijden soepelen
    spannen sparen spelen spitsen sporen spreiden staan staken stapelen stappen starten staven stellen
    stemmen sterken steunen stichten stimuleren stoppen storen storten stoten straffen stralen strekken
    streven stromen strooien stroomlijnen stuiten sturen subsidieren sussen talen tasten tegenwoordigen
    tekenen tellen teren tikken toebehoren toelichten toetsen toeven tonen trachten trainen traineren treuren
    trouwen twijfelen uiten vaardigen vatten veilen verantwoorden verbazen verbeteren verbinden verblijven
    verdachten verdrievoudigen verdubbelen vergaderen vergelijken vergen vergeten vergoeden verhinderen
    verifieren verklaren verlangen verlenen vermelden vermoeden vernielen vernietigen veronderstellen
    verontreinigen veroordelen veroorloven veroorzaken verordenen verpachten verschaffen verschijnen
    verschillen versnellen verspreiden verstevigen verstikken verstrekken vertegenwoordigen vertellen
    vertolken vertonen vertragen vertrekken vertrouwen verven vervuilen vervullen verwachten verwarren
    verwelkomen verwerken verwijten verwijzen verzamelen verzekeren verzetten verzoeken verzorgen vestigen
    vieren vijlen vissen vlakken vloeien voegen voelen voeren voldoen volgen volledigen voltooien voorkomen
    voorspellen voorzien vorderen vormen vorsen vreemden vrezen vrijden vrijwaren vullen waarborgen waarderen
    waarschuwen wachten wagen waken wandelen wanen wanhopen wantrouwen weigeren wekken wennen wensen werelden
    weren werkelijken werken wetten wezenlijken wijden wijzigen wikkelen wikken willen wisselen wissen woeden
    woekeren wonen woorden zaaien zagen zamelen zegenen zekeren zetelen zetten zien zijn zoenen zonderen
    zorgen zuiveren zwaaien zwakken zwaren zweren
"""

SEPARABLE = (
    "aan achter af bij binnen boven buiten daar door goed groot heen hier hoog in klaar kwijt los mede "
    "mee na neer om omhoog omlaag onder op open over samen "
    "schoon stop stuk tegemoet tegen teleur "
    "terecht terug teweeg thuis toe tot uit vast veilig vol voor voort vooruit vooraf vrij waar weer weg"
).split()
_INSEPARABLE = tuple("be her ont ver mis er onder over door voor vol weer aan om".split())
_ALWAYS_SEPARATE = frozenset(SEPARABLE) - {"door", "om", "onder", "over", "voor", "vol", "weer", "mis"}
_NOUNS_IN_EREN = tuple(
    "rivieren wateren goederen kinderen manieren papieren dieren spieren heren veren".split()
)
_VOWELS = "aeiouy"


def _stem(infinitive: str) -> str:
    """First person of a weak verb: "maken" -> "maak", "zetten" -> "zet", "leven" -> "leef"."""
    body = infinitive[:-2] if infinitive.endswith("en") else infinitive[:-1]
    if len(body) >= 2 and body[-1] == body[-2] and body[-1] not in _VOWELS:
        body = body[:-1]
    elif (
        len(body) >= 2
        and body[-1] not in _VOWELS
        and body[-1] != "w"  # "waarschuw", not "waarschuuw"
        and body[-2] in "aeou"
        and (len(body) == 2 or body[-3] not in _VOWELS)
        and not (body.endswith(("el", "er", "en", "em", "ig")) and any(c in _VOWELS for c in body[:-2]))
    ):
        body = body[:-1] + body[-2] + body[-1]
    return body[:-1] + {"v": "f", "z": "s"}.get(body[-1:], body[-1:])


def _forms(infinitive: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Present and past forms of one verb."""
    stem = _stem(infinitive)
    third = stem if stem.endswith("t") else stem + "t"
    present = (stem, third, infinitive)
    if infinitive in _STRONG:
        return present, tuple(_STRONG[infinitive].split())
    voiced = not (infinitive[:-2] or stem).endswith(("t", "k", "f", "s", "ch", "p", "x"))
    ending = "de" if voiced else "te"
    return present, (stem + ending, stem + ending + "n")


def _build() -> dict[str, tuple[str, str]]:
    table: dict[str, tuple[str, str]] = {}
    for infinitive in sorted({*_STRONG, *_WEAK.split()}):
        present, past = _forms(infinitive)
        for tense, forms in (("present", present), ("past", past)):
            for form in forms:
                table.setdefault(form, (infinitive, tense))
    for alike in _AGREEMENT:
        table.update((form, (alike[-1], "aux:" + alike[0])) for form in alike)
    return table


_FORMS = _build()
# Words that look like a verb form but nearly always are something else in this kind of text.
_NOT_VERBS = frozenset(
    """
    aandacht aandeel aandelen aankoop aanpak aantal aanzien aard acht afspraken afval antwoord
    antwoorden bedrag bedrijf bedrijven beeld begin behoud beleid bericht beroep beroepen besluit
    bestuur beter betrokken bezig bezit bezwaren bij bijzonder bouw bovendien brede dan deel deels
    derde derden dieren druk duidelijk duur een eens effect eis eisen ernst ernstig ervaren gebied
    gebieden gebouwen gebruik gehoor geld gelijk geluid gemeente getal geval gevallen gevolg
    gevolgen gezicht groei grond groot grote hand handel herstel hoge hoog hoogte in indien inkomen
    inkoop inzet inzicht jaar jaren jongeren kaart kader kant kinderen klein kleine koop kort korte
    kost kosten laag lage land landen last lasten leden leven licht lichten lid lijst los maat
    manieren mate maten mede meer meld mens mensen middel minder misdrijven moment monden na naar
    nader nauw nieuw nieuwe nieuws nodig nog noodzaak of ogen om omvang omzet onder onderdelen
    onderhoud onderwerp onderwerpen onderzoek ontwerp oog oorzaak oorzaken op open openbaar openbare
    opnieuw opvang ouderen over overleg pas passen peil personen plaats plan plicht prijs raad recht
    reden redenen regel reis reizen richting rijk roep rol rond ruim samenhang scholen school
    slechts snel spoor staat stal stand stap stappen sterk steun strijd stukken taal talen ter tijd
    toeslagen toezicht tot uit uitgaven uitspraken uitstoot uitvoer vast verband verboden vergoeding
    verleden vermogen vervoer verzoek vier vierde vlak vol volledig voor voorstel vorm vormen vraag
    vragen was week weer weg wegen weken wens wensen wereld werk wet wetten wonen woord woorden zaak
    rechtvaardig zake zaken zeker zich zicht zij zin zonder zorg zwaar zware
    """.split()
) - {"was", "staat", "eisen", "wonen", "ervaren", "vermogen"}


@lru_cache(maxsize=4096)
def _analyse(word: str) -> tuple[str, str] | None:
    """(verb, tense) of a folded word that can be a finite form, else None."""
    if word in AUXILIARIES:
        return _FORMS[word]
    if len(word) < 3 or word in _NOT_VERBS or not word.isalpha():
        return None
    if word in _FORMS:
        return _FORMS[word]
    for prefix in _INSEPARABLE + tuple(SEPARABLE):
        rest = word[len(prefix) :]
        if word.startswith(prefix) and len(rest) >= 3 and rest in _FORMS and rest not in _NOT_VERBS:
            verb, tense = _FORMS[rest]
            if prefix in _ALWAYS_SEPARATE and rest == _stem(verb) and rest not in AUXILIARIES:
                continue  # "aanpak", "inzet", "afloop": nouns, for as a verb these parts stand apart
            return prefix + verb, tense
    if len(word) >= 6:
        for ending in ("eert", "eren", "eerde", "eerden"):
            if word.endswith(ending) and not word.endswith(_NOUNS_IN_EREN):
                return word[: -len(ending)] + "eren", "past" if "de" in ending else "present"
    return None


def is_finite(word: str) -> bool:
    """Whether the folded `word` can be a finite verb (plural forms look like infinitives)."""
    return _analyse(word) is not None


@lru_cache(maxsize=4096)
def is_past(word: str) -> bool:
    """Whether the folded `word` is a past tense."""
    analysis = _analyse(word)
    return analysis is not None and analysis[1] == "past"


@lru_cache(maxsize=4096)
def verb_of(word: str) -> str:
    """The infinitive that the folded `word` can be a form of; the word itself when it is no verb."""
    analysis = _analyse(word)
    return analysis[0] if analysis else word


@lru_cache(maxsize=4096)
def verb_of_participle(word: str) -> str:
    """The infinitive that the folded `word` is the past participle of; "" where that cannot be told."""
    for particle in ("", *SEPARABLE):
        rest = word.removeprefix(particle)
        if particle and rest == word:
            continue
        base = rest[2:] if rest.startswith("ge") else rest if rest.startswith(_INSEPARABLE) else ""
        if rest.startswith("ge") and f"{rest}e" in _FORMS:
            return particle + _FORMS[f"{rest}e"][0]  # "gebruikt", of a verb that begins with "ge" itself
        for past in (f"{base}e", f"{base}{base[-1:]}e", base):
            if base and is_past(past):
                return particle + verb_of(past)
        if rest.startswith("ge") and base.endswith(("d", "t")) and base[:-1] in _FORMS:
            return particle + _FORMS[base[:-1]][0]  # "gevraagd", whose past is "vroeg"
        if rest.startswith("ge") and base.endswith("en") and is_finite(base) and verb_of(base) == base:
            return particle + base  # "gegeven"
        strong = _STRONG_BY_PAST.get(_skeleton(base.removesuffix("en")), ()) if base.endswith("en") else ()
        if len(strong) == 1:
            return particle + strong[0]  # "gesproken", by what stays the same in "sprak"
    return ""


def _skeleton(stem: str) -> str:
    """The consonants of the stem of a strong verb, whose vowels change: "spr*k" of "sprak" and "sprok"."""
    shape = re.sub(r"[aeiouy]+", "*", stem.translate(_VOICED))
    return re.sub(r"([a-z])\1", r"\1", shape)


_VOICED = str.maketrans("fs", "vz")


def _strong_verbs() -> dict[str, tuple[str, ...]]:
    """The infinitives of strong verbs by the skeleton of their past."""
    by_skeleton: dict[str, set[str]] = {}
    for form, (verb, tense) in _FORMS.items():
        if tense == "past" and not form.endswith(("de", "te", "en")):
            by_skeleton.setdefault(_skeleton(form), set()).add(verb)
    return {skeleton: tuple(sorted(verbs)) for skeleton, verbs in by_skeleton.items()}


_STRONG_BY_PAST = _strong_verbs()


def _read_same() -> tuple[dict[str, str], dict[tuple[str, ...], str], dict[str, str]]:
    """What says the same, by same.txt: words, phrases of several words, and infinitives of verbs; each with
    the first of its group, the words of a phrase joined by hyphens.
    """
    words: dict[str, str] = {}
    phrases: dict[tuple[str, ...], str] = {}
    verbs: dict[str, str] = {}
    for line in files(__package__).joinpath("same.txt").read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        members = [tuple(member.split()) for member in line.split(",")]
        first = "-".join(members[0])
        infinitives = all(len(m) == 1 and verb_of(m[0]) == m[0] and is_finite(m[0]) for m in members)
        for member in members:
            if len(member) > 1:
                phrases[member] = first
            else:
                (verbs if infinitives else words)[member[0]] = first
    return words, phrases, verbs


_SAME_WORDS, SAME_PHRASES, _SAME_VERBS = _read_same()


def same_verb(infinitive: str) -> str:
    """The verb that stands for all that say the same as this one: "stijgen" for "toenemen"."""
    return _SAME_VERBS.get(infinitive, infinitive)


@lru_cache(maxsize=4096)
def agreement_key(word: str) -> str:
    """The same key for forms that differ in person and number only, and for what says the same; the word
    itself for other words.
    """
    if word in AUXILIARIES:
        return "v:" + _FORMS[word][1] + ":" + _FORMS[word][0]
    if word in _SAME_WORDS:
        return _SAME_WORDS[word]
    verb, tense = _analyse(word) or (verb_of_participle(word), "done")
    return f"v:{tense}:{_SAME_VERBS[verb]}" if verb in _SAME_VERBS else word
