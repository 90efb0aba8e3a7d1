"""Which Dutch words can be the finite verb of a clause: enough to see where a clause has its own verb.

Word order in Dutch moves the finite verb without changing the meaning ("In 2023 steeg het aantal", "het
aantal steeg in 2023"), so the verifier must know one when it sees one. Forms are made from a list of
base verbs by the spelling rules; prefixes are taken off first, so "bevestigt" needs no entry beside
"vestigen".
"""

from __future__ import annotations

from functools import lru_cache

__all__ = ["AUXILIARIES", "agreement_key", "is_finite", "is_infinitive"]

# Forms of the same verb and tense: only person and number differ, so one may stand for the other.
_AGREEMENT = """
ben bent is zijn
was waren
heb hebt heeft hebben
had hadden
word wordt worden
werd werden
zal zult zullen
zou zouden
kan kunt kunnen
kon konden
moet moeten
moest moesten
mag mogen
mocht mochten
wil wilt willen
wilde wilden wou
hoef hoeft hoeven
hoefde hoefden
dien dient dienen
diende dienden
doe doet doen
deed deden
ga gaat gaan
ging gingen
sta staat staan
stond stonden
sla slaat slaan
sloeg sloegen
zie ziet zien
zag zagen
kom komt komen
kwam kwamen
weet weten
wist wisten
laat laten
liet lieten
blijf blijft blijven
bleef bleven
blijk blijkt blijken
bleek bleken
lijk lijkt lijken
leek leken
geldt gelden
gold golden
"""

AUXILIARIES = frozenset(word for line in _AGREEMENT.strip().splitlines() for word in line.split())

_STRONG = {
    "bidden": "bad baden", "bieden": "bood boden", "bijten": "beet beten", "binden": "bond bonden",
    "brengen": "bracht brachten", "breken": "brak braken", "buigen": "boog bogen", "denken": "dacht dachten",
    "dragen": "droeg droegen", "drijven": "dreef dreven", "dringen": "drong drongen", "dwingen": "dwong dwongen",
    "eten": "at aten", "geven": "gaf gaven", "genieten": "genoot genoten", "grijpen": "greep grepen",
    "hangen": "hing hingen", "helpen": "hielp hielpen", "heffen": "hief hieven", "houden": "hield hielden",
    "kiezen": "koos kozen", "kijken": "keek keken", "klinken": "klonk klonken", "kopen": "kocht kochten",
    "krijgen": "kreeg kregen", "lezen": "las lazen", "liegen": "loog logen", "liggen": "lag lagen",
    "lijden": "leed leden", "lopen": "liep liepen", "meten": "mat maten", "nemen": "nam namen",
    "rijden": "reed reden", "roepen": "riep riepen", "schieten": "schoot schoten", "schrijven": "schreef schreven",
    "schrikken": "schrok schrokken", "schuiven": "schoof schoven", "slapen": "sliep sliepen",
    "sluiten": "sloot sloten", "spreken": "sprak spraken", "springen": "sprong sprongen",
    "steken": "stak staken", "stelen": "stal stalen", "sterven": "stierf stierven", "stijgen": "steeg stegen",
    "strijden": "streed streden", "treden": "trad traden", "treffen": "trof troffen", "trekken": "trok trokken",
    "vallen": "viel vielen", "vangen": "ving vingen", "varen": "voer voeren", "vechten": "vocht vochten",
    "vinden": "vond vonden", "vliegen": "vloog vlogen", "vragen": "vroeg vroegen", "vriezen": "vroor vroren",
    "wegen": "woog wogen", "werpen": "wierp wierpen", "werven": "wierf wierven", "wijken": "week weken",
    "wijten": "weet weten", "wijzen": "wees wezen", "winnen": "won wonnen", "zeggen": "zegt zei zeiden",
    "zenden": "zond zonden", "zinken": "zonk zonken", "zitten": "zat zaten", "zoeken": "zocht zochten",
    "zwijgen": "zweeg zwegen", "zwemmen": "zwom zwommen", "verliezen": "verloor verloren",
    "verdwijnen": "verdween verdwenen", "beginnen": "begon begonnen", "bewegen": "bewoog bewogen",
    "laden": "laadde laadden", "scheiden": "scheidde scheidden", "schelden": "schold scholden",
    "smelten": "smolt smolten", "stinken": "stonk stonken", "duiken": "dook doken", "glijden": "gleed gleden",
    "blijven": "bleef bleven", "gelden": "gold golden", "ontstaan": "ontstond ontstonden",
    "bestaan": "bestond bestonden", "staan": "stond stonden", "gaan": "ging gingen", "slaan": "sloeg sloegen",
    "zien": "zag zagen", "doen": "deed deden", "komen": "kwam kwamen", "laten": "liet lieten",
}  # fmt: skip

_WEAK = """
aarden achten baren baten bakenen behoeven bellen belanden benen bergen beseffen besteden betogen beveiligen
blussen boren borgen bouwen branden brouwen danken dalen dekken delen dempen deren diepen dienen dienen
douchen dreigen drukken duiden duren durven eisen eindigen erven falen filteren gebeuren gebruiken geloven
gooien groeien groeten gunnen haken halen handelen handhaven hanteren haven hechten herinneren heten hopen
horen hoogen huizen huren hullen huldigen ijveren jagen kaarten kampen kappen kaderen kennen keren keuren
kleden kleuren kloppen knopen koelen koppelen korten kosten kunnen kwellen laaien landen lasten leggen leiden
lenen leren letten leunen leveren leven lichten lijsten lokken loggen lossen loven luiden lukken maken melden
menen mengen merken mijden minderen missen moeten morgen naderen noemen noteren nodigen noodzaken nopen
nutten oefenen ogen openen oogsten oordelen opperen ordenen pakken passen peilen perken persen plaatsen
plannen planten plegen pleiten ploegen poetsen pogen praten prijken prikkelen proberen raken ramen raden
redden regelen reiken reizen remmen rennen resten richten rijmen roken rollen ronden rusten ruimen ruilen
ruiken schaden schakelen schaffen schalen schamen schatten schenken schermen scherpen schetsen schikken
scholen schorsen schrappen schroeven schuilen schutten slagen slepen smeden snellen snijden spannen sparen
spelen sporen spitsen staken staan stappen stapelen starten staven stellen stemmen sterken steunen stichten
stimuleren stoppen storen storten stoten straffen stralen strekken streven strooien stromen sturen stuiten
sussen tasten tekenen tellen teren tikken toetsen tonen toeven traineren treuren trachten trouwen twijfelen
uiten vatten veilen vergen vergoeden verven vestigen vieren vijlen vissen vlakken vloeien voegen voelen
voeren voldoen volgen volledigen vorderen voorspellen vormen vorsen vrezen vrijwaren vullen waarborgen
waarderen waarschuwen wachten wagen waken wanen weigeren wekken wennen wensen werken weren wetten wijden
wijzigen wikkelen wikken willen wisselen wissen woeden wonen woekeren zaaien zagen zekeren zetten zien
zijn zonderen zorgen zoenen zuiveren zwaaien zwakken zweren kerken schouwen groten kleinen hogen lagen
breden diepen korten lengen zwaren nauwen soepelen helderen duidelijken antwoorden snellen duurzamen
nieuwen menigvuldigen eenvoudigen beteren slechteren zwakken sterken lopen werkelijken wezenlijken
bakenen kalveren lasten lichten moedigen nadelen oorzaken plichten rechtvaardigen ruimen schonen talen
tegenwoordigen vaardigen vreemden antwoorden vrijden woorden zamelen ijken werelden enen lijken hinderen
gunstigen noodzaken kopieren ontraden rekenen tekenen bekenen bejegenen zegenen onderhandelen wandelen
behandelen mishandelen verbinden kenmerken raadplegen beeldhouwen beogen beschikken beslissen besluiten
betekenen betwijfelen betreuren betreffen bevestigen bevinden bevolen bewerkstelligen bezigen garanderen
hervormen hervatten hergebruiken ontberen ontkennen ontmoeten ontwerpen ontwikkelen ontvangen ontvluchten
overtuigen overwegen overlijden verantwoorden verbazen verbeteren verblijven verdachten vergaderen
vergelijken vergeten verhinderen verifieren verklaren verlangen verlenen vermelden vermoeden vernielen
veronderstellen veroordelen veroorloven veroorzaken verordenen verschillen verschijnen verschaffen
versnellen verstrekken vertegenwoordigen vertellen vertonen vertragen vertrouwen vertrekken vervullen
verwachten verwelkomen verwerken verwijten verwijzen verzamelen verzekeren verzetten verzoeken verzorgen
voorkomen voorzien onderzoeken onderbouwen ondernemen onderschrijven ondersteunen onderstrepen ondervinden
onderkennen onderscheiden scharen schenden behoren gehoren toebehoren hunkeren wanhopen delegeren
"""

_SEPARABLE = (
    "aan achter af bij binnen boven buiten daar door goed groot heen hier hoog in klaar kwijt los mede mee na "
    "neer om omhoog omlaag onder op open over samen schoon stop stuk tegemoet tegen teleur terecht terug teweeg "
    "thuis toe tot uit vast veilig vol voor voort vooruit vooraf vrij waar weer weg"
).split()
_INSEPARABLE = ("be", "her", "ont", "ver", "mis", "er", "onder", "over", "door", "voor", "vol", "weer", "aan", "om")
_VOWELS = "aeiouy"


def _stem(infinitive: str) -> str:
    """First person of a weak verb: "maken" -> "maak", "zetten" -> "zet", "leven" -> "leef"."""
    body = infinitive[:-2] if infinitive.endswith("en") else infinitive[:-1]
    if len(body) >= 2 and body[-1] == body[-2] and body[-1] not in _VOWELS:
        body = body[:-1]
    elif (
        len(body) >= 2
        and body[-1] not in _VOWELS
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


def _build() -> tuple[dict[str, tuple[str, str]], frozenset[str]]:
    table: dict[str, tuple[str, str]] = {}
    infinitives: set[str] = set()
    for infinitive in sorted({*_STRONG, *_WEAK.split()}):
        infinitives.add(infinitive)
        present, past = _forms(infinitive)
        for tense, forms in (("present", present), ("past", past)):
            for form in forms:
                table.setdefault(form, (infinitive, tense))
    for line in _AGREEMENT.strip().splitlines():
        forms_ = line.split()
        for form in forms_:
            table[form] = (forms_[-1], "aux:" + forms_[0])
        infinitives.add(forms_[-1])
    return table, frozenset(infinitives)


_FORMS, _INFINITIVES = _build()
# Words that look like a verb form but nearly always are something else in this kind of text.
_NOT_VERBS = frozenset(
    """
    bij dan deel een beeld eens effect geval gebruik geld gevolg grond hand hoogte in inzet jaar kader kant kost
    kosten land lasten last leden leven lid maat maten mate meer mede mens mensen middel moment monden na naar
    nog of om onder op open over plaats plan plicht prijs raad recht richting rol school scholen spoor staat
    stand stap steun strijd tijd tot uit vast verband vergoeding verleden vol voor vraag vragen was weer weg
    wet wetten wetten zaak zake zaken zich zin zorg gemeente grote kleine hoge lage brede nieuwe antwoord
    antwoorden verzoek onderzoek besluit beleid vorm vormen werk woord woorden getal talen taal week weken
    groot klein hoog laag licht lichten deels slechts minder zwaar zware ernst ernstig kort korte beter
    zij ter indien nodig bovendien ruim zonder pas kinderen ouderen jongeren gebied openbaar nieuw stal snel
    zeker gevallen bedrijf bedrijven afspraken gevolgen nader wegen regel lijst opvang eis eisen oog ogen
    duidelijk volledig noodzaak bijzonder oorzaak oorzaken geluid vervoer handel nauw rond sterk uitspraken
    uitgaven begin bouw vlak druk toeslagen gebieden stappen reden redenen aandacht aanzien betrokken openbare
    ervaren jaren bestuur inkomen kaart groei gelijk aandeel aandelen omvang beroep beroepen onderdelen nieuws
    vier acht vierde derde derden samenhang aard reis reizen gebouwen stukken bezwaren misdrijven vermogen
    omzet afval uitstoot behoud onderhoud herstel inkoop aankoop koop verboden bezit wens wensen wereld roep duur
    ontwerp onderwerp onderwerpen manieren opnieuw meld bezig los peil dieren landen wonen personen rijk
    passen gehoor overleg toezicht gezicht inzicht bericht zicht bedrag aanpak inzet aantal voorstel uitvoer
    """.split()
) - {"was", "staat", "eisen", "wonen", "ervaren", "vermogen"}


@lru_cache(maxsize=65536)
def _analyse(word: str) -> tuple[str, str] | None:
    """(verb, tense) of a folded word that can be a finite form, else None."""
    if word in AUXILIARIES:
        return _FORMS[word]
    if len(word) < 3 or word in _NOT_VERBS or not word.isalpha():
        return None
    if word in _FORMS:
        return _FORMS[word]
    for prefix in _INSEPARABLE + tuple(_SEPARABLE):
        rest = word[len(prefix) :]
        if word.startswith(prefix) and len(rest) >= 3 and rest in _FORMS and rest not in _NOT_VERBS:
            verb, tense = _FORMS[rest]
            return prefix + verb, tense
    if len(word) >= 6:
        for ending, tense in (("eert", "present"), ("eren", "present"), ("eerde", "past"), ("eerden", "past")):
            if word.endswith(ending):
                return word[: -len(ending)] + "eren", tense
    return None


def is_finite(word: str) -> bool:
    """Whether the folded `word` can be a finite verb (plural forms look like infinitives)."""
    return _analyse(word) is not None


@lru_cache(maxsize=65536)
def is_infinitive(word: str) -> bool:
    """Whether the folded `word` can be an infinitive (and so, alone, makes no clause)."""
    if word in _INFINITIVES:
        return True
    found = _analyse(word)
    return bool(found and found[0] == word)


@lru_cache(maxsize=65536)
def agreement_key(word: str) -> str:
    """The same key for forms that differ in person and number only; the word itself for other words."""
    if word in AUXILIARIES:
        return "v:" + _FORMS[word][1] + ":" + _FORMS[word][0]
    return word
