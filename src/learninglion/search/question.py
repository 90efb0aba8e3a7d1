"""What a question asks for: its telling words, the sort of answer, its language, the document it is about and
the parts of that it names.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, product

from learninglion.dutch.lexicon import number_of
from learninglion.dutch.questions import (
    RECOGNISED,
    Wants,
    is_filler,
    is_function_word,
    spell,
    subject_of,
    wants_of,
)
from learninglion.dutch.text import fold, squash, stem
from learninglion.models import Block, BlockKind, Document, Span
from learninglion.search.synonyms import translations


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


DOCUMENT = (
    r"(?:(?:memorie|nota) van (?:toelichting|wijziging|antwoord)|nota naar aanleiding van het verslag"
    r"|(?:werk)?instructie|document|rapport|verslag|nota|memorie|brief|notitie|stuk|motie|programma|advies"
    r"|besluit|handreiking|handleiding|richtlijn|protocol|plan|beleidsregel|publicatie|bekendmaking|tekst"
    r"|bestand|paper|report|letter|(?:work\s+)?instruction|manual|guide|memo|verordening|regeling|wet(?:svoorstel)?|onderzoek"
    r"|evaluatie|leidraad|kader|vragen|beantwoording|(?<![bg]e)antwoord(?:en)?|study|evaluation|guideline|policy"
    r"|proposal|(?:work\s+)?programme|questions|answers?|motion|memorandum"
    r"|handbook|handboek|brochure|factsheet|circulaire|overzicht|faq|minutes|notulen|note|decision"
    r"|regulation)"
)
# "het rapport", "deze nieuwe werkinstructie AIRMET"; whoever is in a hurry leaves out the article where the
# word can only be a document.
_ONLY_DOCUMENT = (
    r"(?:[\w-]*instructie|document|[\w-]*rapport|notitie|nota|memorie|handreiking|handleiding|richtlijn"
    r"|leidraad|werkprogramma|brochure|factsheet|circulaire|report|guideline|manual|handbook|memo)"
)
REFERENCE = re.compile(
    r"\b(?:(?i:de|het|dit|deze|die|dat|the|this|that)\s+(?:[\w-]+\s+)?"
    rf"(?P<sort>(?i:[\w-]*{DOCUMENT}))"
    rf"|(?<!een )(?<!welk )(?<!welke )(?<!elk )(?<!elke )(?<!geen )(?<!\ba )(?<!which )(?<!what )(?<!any )"
    rf"(?P<bare>(?i:{_ONLY_DOCUMENT})))\b"
    r"(?:\s+[A-Z0-9][\w.-]*)*"
)
# "Wie heeft dit geschreven?": what is pointed at is not named, so nothing else may be.
BARE = re.compile(r"\b(?:dit|this)\b", re.IGNORECASE)
_PART = 4  # letters: a longer word is known in a compound


def document_named(question: str) -> str:
    """The sort of document that a question points at ("het rapport": "rapport"), folded; "" for none."""
    named = REFERENCE.search(question)
    return fold(named.group("sort") or named.group("bare")) if named else ""


_ANY_DOCUMENT = re.compile(rf"\b[\w-]*{DOCUMENT}\b", re.IGNORECASE)
THIS = re.compile(rf"\b(?:dit|deze|this)\s+[\w-]*{DOCUMENT}\b", re.IGNORECASE)


def points_at_document(question: str, begins: str) -> int:
    """How a question points at a document: 2 by the sort that `begins` says it is, 1 by "this", else 0."""
    english, begins = is_english(question), fold(begins)
    for sort in (m.group() for m in _ANY_DOCUMENT.finditer(question)):
        if any(fold(word) in begins for word in (sort, *translations(sort, english=english))):
            return 2
    return int(THIS.search(question) is not None)


def _name_words(name: str) -> list[str]:
    return [
        w
        for w in re.findall(r"[^\W_]+", fold(name))
        if len(w) > _SHORT and not w.isdigit() and not is_filler(w)
    ]


def alike(word: str, other: str) -> bool:
    """Whether two folded words are one, or a long one is part of the other."""
    return word == other or (min(len(word), len(other)) > _PART and (word in other or other in word))


_MEANT = 0.5  # of its name
_SHORT = 2  # letters: a word so short names nothing
_WORDS_OF_NAME = 0.7  # of a title without a word for what it is, a question that names it holds so much
_SORT = re.compile(rf"[\w-]*{DOCUMENT}", re.IGNORECASE)
_ONLY = re.compile(_ONLY_DOCUMENT, re.IGNORECASE)
_LEADS = re.compile(
    rf"(?:\b(?:de|het|dit|deze|the|this)\s+)?(?:[\w-]*{DOCUMENT}\s+(?:(?:over|van|on|of|about|genaamd)\s+)?)?\W*$",
    re.IGNORECASE,
)


def _runs(tokens: Sequence[tuple[int, int, str]], met: Collection[str]) -> Iterator[tuple[int, int, int]]:
    """Where words of a name stand together, small words between them or not: how many, start and end."""
    hits = [any(len(t) > _SHORT and alike(word, t) for word in met) for *_, t in tokens]
    for n, hit in enumerate(hits):
        if not hit or (n and hits[n - 1]):
            continue
        last = n
        for k in range(n + 1, len(tokens)):
            if hits[k]:
                last = k
            elif not is_filler(tokens[k][2]):
                break
        yield sum(hits[n : last + 1]), tokens[n][0], tokens[last][1]


@dataclass(frozen=True, slots=True)
class Naming:
    """How far a question names a document by its title or file name.

    share: of that name (0..1, a little more for a longer one). start, end: where the question says it, so
    that "dit document" can stand there; equal where it does not. Of a title with a word for what it is
    ("Werkinstructie Boomkeuring") the question must hold such a word too: who does what it is about is
    another question.
    """

    share: float = 0.0
    start: int = 0
    end: int = 0

    @property
    def meant(self) -> bool:
        """Whether the document is meant, where it is one about which is asked."""
        return self.share >= _MEANT

    def pointing(self, question: str) -> str:
        """`question` with "dit document" where it says the name.

        "wie schreef Water op straat" asks what "wie schreef dit document" asks.
        """
        if self.start == self.end:
            return question
        lead = _LEADS.search(question[: self.start])
        begin = lead.start() if lead else self.start
        document = "this document" if is_english(question) else "dit document"
        return " ".join(f"{question[:begin]} {document} {question[self.end :]}".split())


_OF_SORT = 0.3  # what a word for the sort of document tells of which it is


def _tells(word: str) -> float:
    return _OF_SORT if _SORT.fullmatch(word) else 1.0


def naming(question: str, names: Sequence[str]) -> Naming:
    """How far `question` names the document that goes by these `names`."""
    tokens = [(m.start(), m.end(), fold(m.group())) for m in re.finditer(r"[^\W_]+", question)]
    words = [token for *_, token in tokens if len(token) > _SHORT]
    share, longest = 0.0, (0, 0, 0)  # the run: words, start, end
    for name in names:
        own = _name_words(name)
        met = [word for word in own if any(alike(word, token) for token in words)]
        if not met:
            continue
        share = max(share, sum(map(_tells, met)) / sum(map(_tells, own)) + 0.01 * len(met))
        if _says_name(own, met, [token for *_, token in tokens]):
            longest = max(longest, *_runs(tokens, met), key=lambda run: run[0])
    return Naming(share, *longest[1:])


def _says_name(own: Sequence[str], met: Collection[str], tokens: Sequence[str]) -> bool:
    """Whether with `met` of the words of a name it is the document that is named, not what it is about."""
    sorts = [word for word in own if _SORT.fullmatch(word)]
    if 2 * len(met) < len(own) or all(word in sorts for word in met):
        return False
    if sorts:
        return any(alike(sort, token) or _ONLY.fullmatch(token) for sort in sorts for token in tokens)
    return len(met) >= _WORDS_OF_NAME * len(own) and len(met) > 1


@dataclass(frozen=True, slots=True)
class Description:
    """A question about a document that it describes: without the description, and what that says.

    "Van wanneer is de brief over het bureau in Dorp?" asks what "Van wanneer is de brief?" asks, of the
    letter whose front tells of "het bureau in Dorp".
    """

    bare: str
    subject: str  # "" where nothing is described


_ARTICLE = r"(?:de|het|dit|deze|die|dat|the|this|these)"
_OWN = r"(?:haar|zijn|hun|mijn|her|his|their)"
_ABOUT = r"(?:over|bij|inzake|betreffende|omtrent|rondom|naar aanleiding van|about|regarding|concerning|on)"
_CALLED = (  # "minister De Wit", "de leden Bos en Vlas"
    r"(?:(?:(?i:het|de|the)\s+)?(?:(?i:(?:kamer)?lid|(?:kamer)?leden|minister|staatssecretaris|members?)\s+)?"
    r"(?:(?:[Vv]an|[Dd]e[nr]?|[Tt]e[nr]?)\s+)*(?!Kamer)[A-Z][\w’'-]+)"
)
_NAMES = rf"(?:{_CALLED}(?:(?:\s*,|\s+en|\s+and)?\s+{_CALLED})*)"
# What may stand behind the description: what was done with the document.
_DONE = (
    r"(?:geschreven|opgesteld|gemaakt|(?:onder)?tekend|getekend|uitgebracht|ingediend|(?:ge|ver)stuurd|verzonden"
    r"|gepubliceerd|(?:vast|voor)?gesteld|beantwoord|goedgekeurd|aangenomen|verschenen|uitgekomen|gedateerd"
    r"|gewijzigd|herzien|ingezonden|ontvangen|binnen(?:gekomen)?|gericht|geadresseerd|bedoeld|bestemd|aangehaald"
    r"|genoemd|geciteerd|gebaseerd|opgebouwd|ingedeeld|uitgevoerd|written|signed|published|sent|made|issued"
    r"|answered|asked|proposed|received|addressed|approved|is|was|zijn|waren|werd|werden|heeft|hebben|in|uit|op"
    r"|samen|af|mede|over|about)"
)
_DESCRIBED = re.compile(
    rf"(?:\b(?i:{_OWN})\s+|(?P<article>\b(?i:{_ARTICLE})\s+(?:[\w-]+\s+)?))?(?P<sort>(?i:[\w-]*{DOCUMENT}))\b"
    rf"(?:\s+(?i:van|op|of|to)\s+(?i:{_ARTICLE})\s+(?i:[\w-]*{DOCUMENT})\b)*"
    rf"(?P<by>\s+(?i:van|by|from|of|stelden?|(?:zijn|werden)(?:\s+er)?\s+gesteld)(?:\s+{_NAMES})?)?"
    rf"(?P<dated>\s+(?i:van|d\.d\.|of)\s+\d{{1,2}}\s+[a-z]+\s+(?:19|20)\d\d)?"
    rf"(?:\s+(?i:{_ABOUT})\s+(?P<subject>.+?))?(?P<done>(?:\s+(?i:{_DONE}))*\s*[?.!]*\s*)$"
)
_ASKED_FOR = re.compile(
    r"^(?P<who>(?:mede\s+)?namens\s+(?:wie|welke?\s+\w+)|wie|wiens|who|welke?\s+(?:kamer)?(?:lid|leden|fractie|partij))"
    r"\s+(?:vroeg(?:en)?|asked|(?P<answered>(?:(?:is|werd|er|mede|ook)\s+)*g?e?antwoord\w*))\s+(?:er\s+)?"
    r"(?:naar|over|op|about|for)\s+(?P<subject>.+?)\W*$",
    re.IGNORECASE,
)
_NAMED_INSIDE = re.compile(rf"(?<=\w )(?:{_NAMES})")


def described(question: str) -> Description:
    """What `question` says of the document that it asks about, and the question without that."""
    asked_for = _ASKED_FOR.search(question)
    if asked_for is not None:
        made = "asked the questions" if is_english(question) else "stelde de vragen"
        made = "antwoordde op de vragen" if asked_for.group("answered") else made
        return Description(f"{asked_for.group('who')} {made}?", asked_for.group("subject"))
    match = _DESCRIBED.search(question)
    if match is None:
        return Description(question, "")
    before = question[: match.start()]
    places = (match.group("by"), match.group("dated"), match.group("subject"), *_NAMED_INSIDE.findall(before))
    document = f"{match.group('article') or 'de '}{match.group('sort')}{match.group('done')}"
    bare = f"{_NAMED_INSIDE.sub(' ', before)} {document}"
    return Description(" ".join(bare.split()), " ".join(part.strip() for part in places if part))


# Numbers of things, and numbered parts of a document ("artikel 3, tweede lid", "tabel 2"): as they are named,
# and where they stand.

_TOKEN = re.compile(r"\d+(?:[.,:]\d+)*\w*|\w+")
YEAR = re.compile(r"(?:19|20)\d\d$")
_ORDINAL_WORD = re.compile(r"(\d+)(?:e|de|ste|st|nd|rd|th)$")
_BETWEEN = frozenset("en of and or nummer nummers nr no numbers".split())  # "wijk 7 en 8", "wijk nummer 7"
_TO = r"(?:t/?m|tot(?: en met)?|through|up to(?: and including)?|to|[-–])"
_RANGE = re.compile(
    rf"(?<![\w.,:/-])(?P<first>\d{{1,4}})\s*{_TO}\s*(?:[^\W\d_]+\s+)?(?P<last>\d{{1,4}})(?![\w:/-]|[.,]\d)"
)
# "het tweede lid" is "lid 2".
_ORDINAL_WORDS = re.compile(
    r"\b(?P<nth>\w+(?:de|ste)|\d+e)\s+(?P<thing>lid|alinea|volzin|kwartaal|onderdeel|paragraph|quarter)\b",
    re.IGNORECASE,
)
_LONGEST = 30  # numbers of a range: "10 tot 5000 euro" names nothing


@dataclass(frozen=True, slots=True)
class Numbered:
    """Things named by their number, each behind its folded word ("wijk", "7"), and years; in order."""

    names: tuple[tuple[str, str], ...]
    years: tuple[str, ...]

    @property
    def numbers(self) -> tuple[str, ...]:
        """All numbers, without their words."""
        return tuple(dict.fromkeys((*(own for _, own in self.names), *self.years)))


@lru_cache(maxsize=1024)
def numbers_named(text: str) -> Numbered:
    """The numbers in `text` that name a thing, and the years; a range names all that are in it.

    A number that counts ("26 klachten") stands behind a word that tells nothing of the subject.
    """
    names: dict[tuple[str, str], None] = {}
    years: dict[str, None] = {}
    word = ""
    counted = _ORDINAL_WORDS.sub(_as_number, _RANGE.sub(_all_between, text))
    for token in map(fold, _TOKEN.findall(counted)):
        if not token[0].isdigit():
            word = token if token not in _BETWEEN else word
        elif YEAR.match(token):
            years[token] = None
        elif word and not is_filler(word):
            names[word, number(token)] = None
    return Numbered(tuple(names), tuple(years))


def _as_number(match: re.Match[str]) -> str:
    nth = number(number_of(fold(match["nth"])) or match["nth"])
    return f"{match['thing']} {nth}" if nth.isdigit() else match.group()


def _all_between(match: re.Match[str]) -> str:
    first, last = int(match["first"]), int(match["last"])
    return ", ".join(map(str, range(first, last + 1))) if 0 < last - first < _LONGEST else match.group()


def number(token: str) -> str:
    """A number without what makes it an ordinal: "7e" is 7."""
    ordinal = _ORDINAL_WORD.match(token)
    return ordinal.group(1) if ordinal else token


def numbers_in(text: str) -> frozenset[str]:
    """All numbers in `text`."""
    return frozenset(number(token) for token in map(fold, _TOKEN.findall(text)) if token[0].isdigit())


_LOW, _LEAST, _HIGH = (rf"(?P<{name}>\d+(?:\.\d{{3}})*(?:,\d+)?)" for name in ("low", "least", "high"))
_ABOVE = r"(?:vanaf|boven|ouder dan|meer dan|groter dan|hoger dan|over|above|more than|>|≥)"
_BELOW = r"(?:tot(?: en met)?|onder|jonger dan|minder dan|kleiner dan|lager dan|under|below|less than|<|≤)"
_AND_MORE = r"(?:en|of|and|or)\s+(?:ouder|meer|hoger|older|more|over)\b"
_INTERVALS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_LOW}\s*(?:jaar\s+)?(?:{_TO}|en|and)\s*{_HIGH}",
        rf"{_ABOVE}\s*€?\s*{_LOW}|{_LEAST}\s*(?:\w+\s+)?{_AND_MORE}",
        rf"(?:^|(?<=\s)){_BELOW}\s*€?\s*{_HIGH}",
    )
)
_COUNTED = re.compile(r"(?<![\w.,/:-])(\d+(?:\.\d{3})*(?:,\d+)?)(?![\w/:-]|[.,]\d)")


def within(text: str, question: str) -> frozenset[str]:
    """The numbers in `question` that lie in the range of `text` ("12 tot en met 15 jaar", "boven 18")."""
    for pattern in _INTERVALS:
        match = pattern.search(text)
        if match is not None:
            bounds = match.groupdict()
            low, high = bounds.get("low") or bounds.get("least"), bounds.get("high")
            least, most = _value(low) if low else 0.0, _value(high) if high else float("inf")
            return frozenset(n for n in _COUNTED.findall(question) if least <= _value(n) <= most)
    return frozenset()


def _value(written: str) -> float:
    return float(written.replace(".", "").replace(",", "."))


def not_told(question: str, text: str) -> tuple[str, ...]:
    """What `question` names by number of which `text` does not tell, as "wijk 9".

    Where `text` has numbers behind that same word it must be among those, else it may stand anywhere.
    """
    in_question, in_text = numbers_named(question), numbers_named(text)
    anywhere = numbers_in(text) | numbers_in(spell(text))
    by_word: dict[str, set[str]] = {}
    for word, own in in_text.names:
        by_word.setdefault(stem(word), set()).add(own)
    lacks = [
        f"{word} {own}" for word, own in in_question.names if own not in by_word.get(stem(word), anywhere)
    ]
    return (*lacks, *(year for year in in_question.years if year not in anywhere))


# What parts of a document are called; those of one line are one sort.
_ARTICLES = r"artikel(?:en|s)?|art\.?|articles?"
_ANNEXES = r"bijlagen?|appendi(?:x|ces)|annex(?:es)?"
_CHAPTERS = (
    r"hoofdstuk(?:ken)?|paragraaf|paragrafen|secties?|onderde(?:el|len)|deel|delen|afdeling(?:en)?|chapters?"
    r"|sections?"
)
_ITEMS = (
    r"aanbeveling(?:en)?|maatregel(?:en)?|stap(?:pen)?|punt(?:en)?|conclusies?|recommendations?|measures?"
    r"|steps?|points?|conclusions?"
)
_CAPTIONS = r"tabel(?:len)?|tables?|figu(?:ur|ren|res?)|grafiek(?:en)?|kaders?|charts?|box(?:es)?"
_SORTS = (_ARTICLES, _ANNEXES, _CHAPTERS, _ITEMS, _CAPTIONS)
_NAME = rf"(?:{'|'.join(_SORTS)})"
_NUMBER = r"(?:\d+(?:\.\d+)*|[IVX]+|[A-Z])\b"
# Of a part: "lid 2", "tweede lid", "onder b", "eerste en derde lid".
_ORDINAL = (
    r"\b(?:eerste|tweede|derde|vierde|vijfde|zesde|zevende|achtste|negende|tiende|elfde|twaalfde"
    r"|\d+(?:e|de|ste))\b"
)
_SMALLER = (
    r"(?:lid|leden|alinea(?:’?'?s)?|volzin|onder(?:deel)?|sub|aanhef en onder|punt|paragraph|item|under)"
)
_LABEL = r"(?:\d{1,2}|[a-z])\b(?!['’])"
_INSIDE = (
    rf"(?:{_SMALLER}\s+{_LABEL}(?:\s*(?:,|en|and)\s*{_LABEL})*"
    rf"|{_ORDINAL}(?:\s*(?:,|en)\s*{_ORDINAL})*\s+{_SMALLER})"
)
# "artikel 3", "bijlage 2 en 3", "de artikelen 4 tot en met 6", "het tweede lid van artikel 3"
PARTS_NUMBERED = (
    rf"(?P<part>(?:\b{_INSIDE}\s+(?:van|uit|of|in)\s+(?:(?:de|het|the)\s+)?)*\b{_NAME}\s+{_NUMBER}"
    rf"(?:(?:\s*,?\s*\b{_INSIDE})+"
    rf"|(?:\s*(?:,|en|and|&|t/m|tot(?:\s+en\s+met)?|through|to|[-–])\s*(?:{_NAME}\s+)?\d+(?:\.\d+)*\b)*))"
)
_WHOLE = re.compile(
    rf"(?P<before>(?:{_INSIDE}\s+(?:van|uit|of|in)\s+(?:(?:de|het|the)\s+)?)*)"
    rf"(?P<sort>{_NAME})\s+(?P<numbers>{_NUMBER}.*)",
    re.IGNORECASE,
)
_INSIDES = re.compile(_INSIDE, re.IGNORECASE)
_ORDINALS = re.compile(_ORDINAL, re.IGNORECASE)
_LABELS = re.compile(rf"(?<=\s){_LABEL}", re.IGNORECASE)
_LEVEL = re.compile(_SMALLER, re.IGNORECASE)
_LONGEST_TITLE = 80  # characters
_LONGEST_PART = 6000


@dataclass(frozen=True, slots=True)
class PartNamed:
    """A part by what it is called and its number, and of it the smaller one: the label of each level."""

    called: str
    number: str
    inside: tuple[str, ...]
    name: str  # "artikel 3 lid 2"

    @property
    def sort(self) -> str:
        """The pattern of all words for parts of this sort."""
        return next(s for s in _SORTS if re.fullmatch(s, self.called, re.IGNORECASE))


def parts_named(detail: str) -> tuple[PartNamed, ...]:
    """The parts that words as PARTS_NUMBERED name, in order; none where they name no number."""
    whole = _WHOLE.match(detail)
    if whole is None:
        return ()
    before = [_labels(m.group()) for m in _INSIDES.finditer(whole["before"])]
    levels = (*reversed(before), *(_labels(m.group()) for m in _INSIDES.finditer(whole["numbers"])))
    called = fold(whole["sort"])
    numbers = numbers_named(_INSIDES.sub(" ", f"{called} {whole['numbers']}")).numbers
    return tuple(
        PartNamed(
            called, own, tuple(label for _, label in smaller), " ".join((called, own, *chain(*smaller)))
        )
        for own in numbers or whole["numbers"].split()[:1]
        for smaller in product(*levels)
    )


_GOES_ON = re.compile(
    r"\W*(?:en|and)?\s*(?:wat (?:staat|zegt|is)(?: er)?(?: in)?\s+)?(?:(?:het|de|the)\s+)?"
    rf"(?P<inside>{_INSIDE})\W*",
    re.IGNORECASE,
)
_PARTS = re.compile(PARTS_NUMBERED, re.IGNORECASE)


def part_going_on(question: str, before: str) -> str:
    """`question` with the part that the one before it named ("artikel 3", "En het tweede lid?")."""
    smaller, named = _GOES_ON.fullmatch(question.strip()), _PARTS.search(before)
    parts = parts_named(named["part"]) if named else ()
    return f"{parts[0].called} {parts[0].number} {smaller['inside']}" if smaller and parts else question


def _labels(inside: str) -> list[tuple[str, str]]:
    """What smaller parts are called, and their labels: of "eerste en derde lid", of "onder b en c"."""
    called = _LEVEL.search(inside)
    level = fold(called.group()) if called else ""
    ordinals = [number(number_of(fold(m.group())) or m.group()) for m in _ORDINALS.finditer(inside)]
    labels = ordinals or [m.group().casefold() for m in _LABELS.finditer(inside)]
    return [(level, label) for label in labels]


def find_parts(document: Document, named: PartNamed) -> Iterator[tuple[Span, Span]]:
    """Where a part stands: its heading with all that is in it; of a smaller part its text and that part."""
    blocks = sorted(document.blocks, key=lambda b: b.span.start)
    titles = [(n, squash(b.span.of(document.text))) for n, b in enumerate(blocks) if is_title(document, b)]
    titled = any(re.match(rf"(?:{named.sort})\b", text, re.IGNORECASE) for _, text in titles)
    # a number alone heads an article or a chapter where no title says that it is one
    bare = not titled and named.sort in (_ARTICLES, _CHAPTERS)
    called = r"(?:§\s*)?" if bare else rf"(?:{named.sort})\s*"
    pattern = re.compile(rf"{called}{re.escape(named.number)}(?:[.:)]|\b(?![.\d]))", re.IGNORECASE)
    candidates = [
        (n, around)
        for n, text in titles
        if pattern.match(text) and (around := with_text(document, blocks, n))
    ]
    headed = [(n, around) for n, around in candidates if blocks[n].kind is BlockKind.HEADING]
    parts = [
        (blocks[n].span, around) for n, around in headed or candidates
    ]  # a line of the contents is no part
    if not parts and named.sort is _ITEMS:
        parts = list(_items(document, blocks, named))
    for title, around in parts:
        if named.inside:
            body = Span(title.end, around.end)
            yield from ((span, around) for span in _inside(document.text, body, named.inside))
        else:
            yield title, around


def _items(document: Document, blocks: Sequence[Block], named: PartNamed) -> Iterator[tuple[Span, Span]]:
    """The item of that number under a heading that says what its items are ("Aanbevelingen")."""
    sorts = {stem(fold(word)) for word in re.findall(r"\w+", named.sort.replace("(?:", " "))}
    for n, block in enumerate(blocks):
        heading = fold(block.span.of(document.text))
        if block.kind is not BlockKind.HEADING or sorts.isdisjoint(map(stem, re.findall(r"\w+", heading))):
            continue
        around = with_text(document, blocks, n)
        if around is not None:
            items = Span(block.span.end, around.end)
            yield from ((span, around) for span in _inside(document.text, items, (named.number,)))


def _inside(text: str, part: Span, labels: Sequence[str]) -> Iterator[Span]:
    """The stretch of `part` with these labels, level by level; none where one is lacking."""
    span: Span | None = part
    for label in labels:
        span = _labelled(text, span, label) if span is not None else None
    if span is not None:
        yield span


def _labelled(text: str, part: Span, label: str) -> Span | None:
    """A label ("2." or "b)") with what is behind it, up to the next; the nth line if none is numbered."""
    numeric = label.isdigit()
    following = str(int(label) + 1) if numeric else chr(ord(label) + 1)
    start = _label_at(text, part, label)
    if start is None:
        numbered = _label_at(text, part, "1") if numeric else part
        lines = [m for m in re.finditer(r"[^\n]+", part.of(text)) if m.group().strip()]
        if numbered is not None or not 0 < int(label) <= len(lines):
            return None
        line = lines[int(label) - 1]
        return Span(part.start + line.start(), part.start + line.end())
    after = Span(start.end, part.end)
    ends = [_label_at(text, after, following), None if numeric else _next_number(text, after)]
    end = min((match.start for match in ends if match is not None), default=part.end)
    stretch = text[start.start : end]
    left = len(stretch) - len(stretch.lstrip(" \n;:,.-–•"))
    return Span(start.start + left, start.start + len(stretch.rstrip()))


def _label_at(text: str, part: Span, label: str) -> Span | None:
    """Where a label opens a line or, a letter, a clause of `part`."""
    opens = r"(?:^|\n|[.;:]\s+(?=\())" if label.isdigit() else r"(?:^|\n|[:;,.]\s)"
    sign = r"(?:[.)°:]|\s(?=[A-Z]))" if label.isdigit() else r"[.)°:]"
    pattern = rf"{opens}\s*(?:[-–•]\s*)?\(?(?:lid\s+)?{label}{sign}\s*(?=\S)"
    match = re.search(pattern, part.of(text), re.IGNORECASE if label.isalpha() else 0)
    return Span(part.start + match.start(), part.start + match.end()) if match else None


def _next_number(text: str, part: Span) -> Span | None:
    match = re.search(r"(?:\n\s*\(?|[.;]\s+\()\d{1,2}[.)]\s", part.of(text))
    return Span(part.start + match.start(), part.start + match.end()) if match else None


def is_title(document: Document, block: Block) -> bool:
    """Whether a block heads a part: a heading, a short line that begins as one, a caption."""
    text = squash(block.span.of(document.text))
    return block.kind is BlockKind.HEADING or (
        block.kind is not BlockKind.TABLE and len(text) < _LONGEST_TITLE and _begins(document, block, _NAME)
    )


def with_text(document: Document, ordered: Sequence[Block], n: int) -> Span | None:
    """A title with what stands under it; None where that is nothing.

    What is under a line that only begins as a title ends at the next of those; of an article, an item or a
    caption also at a heading.
    """
    block = ordered[n]
    headed = block.kind is BlockKind.HEADING
    small = any(_begins(document, block, sort) for sort in (_ARTICLES, _ITEMS, _CAPTIONS))
    end = block.span.end
    for other in ordered[n + 1 :]:
        heads = other.kind is BlockKind.HEADING
        if heads and (small or headed) and (not headed or other.level <= block.level):
            break
        if not headed and is_title(document, other) and _begins(document, other, _NAME):
            break
        if other.kind is BlockKind.FOOTNOTE or other.span.end - block.span.start > _LONGEST_PART:
            break
        end = max(end, other.span.end)
    return Span(block.span.start, end) if end > block.span.end else None


def _begins(document: Document, block: Block, names: str) -> bool:
    return re.match(rf"(?:{names})\b", squash(block.span.of(document.text)), re.IGNORECASE) is not None
