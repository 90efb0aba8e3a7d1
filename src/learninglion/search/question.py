"""What a question asks for: its telling words, the sort of answer, its language, the document it is about."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from learninglion.dutch.questions import RECOGNISED, Wants, is_filler, is_function_word, subject_of, wants_of
from learninglion.dutch.text import fold
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
