"""Which Dutch words can be the finite verb of a clause: enough to see where a clause has its own verb.

Word order in Dutch moves the finite verb without changing the meaning ("In 2023 steeg het aantal", "het
aantal steeg in 2023"), so the verifier must know one when it sees one. Forms are made from a list of
base verbs by the spelling rules; prefixes are taken off first, so "bevestigt" needs no entry beside
"vestigen".
"""

from __future__ import annotations

import re
from functools import lru_cache

# Forms of the same verb and tense: only person and number differ, so one may stand for the other.
_AGREEMENT = """
ben bent is zijn
was waren
heb hebt heeft hebben
had hadden
word wordt worden
werd werden
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
aarden achten antwoorden bakenen baren baten beeldhouwen behandelen behoeven behoren bejegenen
bekenen belanden bellen benen beogen bergen beschikken beseffen beslissen besluiten besteden
begeleiden benadrukken bepalen betekenen beteren betogen betreffen betreuren betwijfelen beveiligen
bevestigen bevinden bevolen
bewerkstelligen bezigen blussen boren borgen bouwen branden breden brouwen dalen danken dekken
delegeren delen dempen deren dienen diepen douchen draaien dreigen drukken duidelijken duiden duren durven
duurzamen eenvoudigen eindigen eisen enen erven falen filteren garanderen gebeuren gebruiken gehoren
geloven gooien groeien groeten groten gunnen gunstigen haken halen handelen handhaven hanteren haven
hechten helderen hergebruiken herinneren hervatten hervormen heten hinderen hogen hoogen hopen horen
huizen huldigen hullen hunkeren huren ijken ijveren jagen kaarten kaderen kalveren kampen kappen
kenmerken kennen keren kerken keuren kleden kleinen kleuren kloppen knopen koelen kopieren koppelen
korten kosten kunnen kwellen laaien lagen landen lasten leggen leiden lenen lengen leren letten
leunen leven leveren lichten lijken lijsten loggen lokken lopen lossen loven luiden lukken maken
melden menen mengen menigvuldigen merken mijden minderen mishandelen missen moedigen moeten morgen
nadelen naderen nauwen nieuwen nodigen noemen noodzaken nopen noteren nutten oefenen ogen
onderbouwen onderhandelen onderkennen ondernemen onderscheiden onderschrijven ondersteunen
onderstrepen ondervinden onderzoeken ontberen ontkennen ontmoeten ontraden ontvangen ontvluchten
ontwerpen ontwikkelen oogsten oordelen oorzaken openen opperen ordenen overlijden overtuigen
overwegen pakken passen peilen perken persen plaatsen plannen planten plegen pleiten plichten
ploegen poetsen pogen praten prijken prikkelen proberen raadplegen raden raken ramen rechtvaardigen
redden regelen reiken reizen rekenen remmen rennen resten richten rijmen roken rollen ronden ruiken
ruilen ruimen rusten schaden schaffen schakelen schalen schamen scharen schatten schenden schenken
schermen scherpen schetsen schikken scholen schonen schorsen schouwen schrappen schroeven schuilen
schutten slagen slechteren slepen smeden snellen snijden soepelen spannen sparen spelen spitsen
sporen staan staken stapelen stappen starten staven stellen stemmen sterken steunen stichten
stimuleren stoppen storen storten stoten straffen stralen strekken streven stromen strooien stuiten
sturen sussen talen tasten tegenwoordigen tekenen tellen teren tikken toebehoren toetsen toeven
tonen trachten traineren treuren trouwen twijfelen uiten vaardigen vatten veilen verantwoorden
verbazen verbeteren verbinden verblijven verdachten vergaderen vergelijken vergen vergeten vergoeden
verhinderen verifieren verklaren verlangen verlenen vermelden vermoeden vernielen veronderstellen
veroordelen veroorloven veroorzaken verordenen verschaffen verschijnen verschillen versnellen
verstrekken vertegenwoordigen vertellen vertonen vertragen vertrekken vertrouwen verven vervullen
verwachten verwelkomen verwerken verwijten verwijzen verzamelen verzekeren verzetten verzoeken
verzorgen vestigen vieren vijlen vissen vlakken vloeien voegen voelen voeren voldoen volgen
volledigen voorkomen voorspellen voorzien vorderen vormen vorsen vreemden vrezen vrijden vrijwaren
vullen waarborgen waarderen waarschuwen wachten wagen waken wandelen wanen wanhopen weigeren wekken
wennen wensen werelden weren werkelijken werken wetten wezenlijken wijden wijzigen wikkelen wikken
willen wisselen wissen woeden woekeren wonen woorden zaaien zagen zamelen zegenen zekeren zetten
zien zijn zoenen zonderen zorgen zuiveren zwaaien zwakken zwaren zweren
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
        for past in (f"{base}e", f"{base}{base[-1:]}e", base):
            if base and is_past(past):
                return particle + verb_of(past)
        if rest.startswith("ge") and base.endswith("en") and is_finite(base) and verb_of(base) == base:
            return particle + base  # "gegeven"
        strong = _STRONG_BY_PAST.get(_skeleton(base.removesuffix("en")), ()) if base.endswith("en") else ()
        if len(strong) == 1:
            return particle + strong[0]  # "gesproken", by what stays the same in "sprak"
    return ""


def _skeleton(stem: str) -> str:
    """The consonants of the stem of a strong verb, whose vowels change: "spr*k" of "sprak" and "sprok"."""
    kept = re.sub(r"[aeiouy]+", "*", stem.translate(_VOICED))
    return re.sub(r"([a-z])\1", r"\1", kept)


_VOICED = str.maketrans("fs", "vz")


def _strong_verbs() -> dict[str, tuple[str, ...]]:
    """The infinitives of strong verbs by the skeleton of their past."""
    found: dict[str, set[str]] = {}
    for form, (verb, tense) in _FORMS.items():
        if tense == "past" and not form.endswith(("de", "te", "en")):
            found.setdefault(_skeleton(form), set()).add(verb)
    return {skeleton: tuple(sorted(verbs)) for skeleton, verbs in found.items()}


_STRONG_BY_PAST = _strong_verbs()


@lru_cache(maxsize=4096)
def agreement_key(word: str) -> str:
    """The same key for forms that differ in person and number only; the word itself for other words."""
    if word in AUXILIARIES:
        return "v:" + _FORMS[word][1] + ":" + _FORMS[word][0]
    return word
