"""What the first page of a paper of parliament says of itself: who asks whom what and when, in any format.

Two forms are known: a set of Kamervragen with its answers ("AH 605", "2024Z18792", "Antwoord van minister
...", or the masthead of the Aanhangsel) and a Kamerstuk ("36 450", its title, "Nr. 3", what it is).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from learninglion.dutch.lexicon import MONTHS
from learninglion.dutch.text import squash
from learninglion.models import Answerer, Asker, Document, Genre, NoticeKind, QAPair, Span
from learninglion.models.types import PublicationId, parse_publication_id, session_year_of
from learninglion.parsing.pdf.lines import Line, Page
from learninglion.parsing.pdf.margins import is_imprint
from learninglion.parsing.writing import Paragraph

# What a notice in the place of answers says: later, or in a letter.

_POSTPONED = re.compile(
    r"\buitstel|\bniet\s+binnen\s+(?:de|het)\b|\bniet\s+mogelijk\b.{0,200}\b(?:termijn|tijdig|beantwoord)"
    r"|\bmeer\s+tijd\b|\bbinnen\s+de\s+(?:gebruikelijke\s+)?termijn\s+van\b|\bzo\s+spoedig\s+mogelijk\b|\bniet\s+tijdig\b|\blater\s+(?:dan|beantwoord|toegezonden|ontvang)"
    r"|\bniet\s+(?:kunnen|kan|kon|konden)\b.{0,60}\b(?:termijn|beantwoord)|\bverlengd|\bnog\s+niet\b.{0,60}beantwoord",
    re.IGNORECASE | re.DOTALL,
)
_BY_LETTER = re.compile(
    r"\bbeantwoord\b.{0,80}\bbrief|\bbrief\b.{0,160}\b(?:beantwoord|antwoord|verwijs|verwezen|reactie)"
    r"|\b(?:verwijs|verwezen|verwijzen)\b.{0,80}\bbrief|\bper\s+brief\b|\bbijgevoegde\s+brief",
    re.IGNORECASE | re.DOTALL,
)


def name_notice(text: str) -> NoticeKind:
    """What kind of notice `text` is."""
    if _POSTPONED.search(text):
        return NoticeKind.POSTPONEMENT
    return NoticeKind.BY_LETTER if _BY_LETTER.search(text) else NoticeKind.OTHER


# A space may have been lost: "18 november2024".
_DATE = re.compile(rf"\b(\d{{1,2}})\s*({'|'.join(MONTHS)})\s*((?:19|20)\d\d)\b", re.IGNORECASE)
_FIGURES = re.compile(r"\b(\d{1,2})[-/.](\d{1,2})[-/.]((?:19|20)\d\d)\b")
_MEMBERS = re.compile(
    r"\b(?:het\s+(?:Kamer)?lid|de\s+(?:Kamer)?leden|(?:Kamer)?leden|(?:Kamer)?lid)\s+"
    # A capital, "’t Hof", "d’Hondt", or "van der Meer (X)" by somebody who writes small.
    r"(?=(?![a-zà-ÿ])[^\W\d_]|['’‘]|d['’]"
    r"|(?:(?:van|de|den|der|ter|ten|te|el|al)\s+){1,3}(?!Tweede|Eerste|Kamer)[A-Z][\w’'-]+\s*\()"
    r"(?P<names>.+?)"
    r"(?=\s+(?:aan\s+(?:de|het|mijn|onze|u\b)|over\b|betreffende\b|inzake\b|omtrent\b|aangaande\b|naar\s+aanleiding"
    r"|met\s+betrekking|worden\b|d\.d\.|van\s+(?:uw\s+Kamer|de\s+Tweede))|\s*\(ingezonden|[.;:]?\s*$|(?<![A-Z])\.\s)",
    re.DOTALL,
)
_MEMBER = re.compile(r"\s*(?P<name>[^(),]+?)\s*(?:\((?P<party>[^()]*)\))?\s*(?:,|$)")


def parse_date(text: str) -> date | None:
    """The first date in `text` ("17 mei 2024", "17-05-2024"); None where it holds none."""
    for match in _DATE.finditer(text):
        try:
            return date(int(match[3]), MONTHS.index(match[2].casefold()) + 1, int(match[1]))
        except ValueError:
            continue
    for match in _FIGURES.finditer(text):
        try:
            return date(int(match[3]), int(match[2]), int(match[1]))
        except ValueError:
            continue
    return None


def parse_askers(text: str) -> tuple[Asker, ...]:
    """Who asked, from "vragen van de leden Mutluer, Lahlah (GroenLinks-PvdA) en Helder (BBB) over ...".

    A party behind the last of several names holds for those before it that have none of their own.
    """
    match = _MEMBERS.search(squash(text))
    if match is None:
        return ()
    names = re.sub(r"\b(?:het\s+lid|de\s+leden)\s+", "", match["names"])
    names = re.sub(r"\s+(?:en|alsmede)\s+", ", ", names)
    named_askers: list[tuple[str, str | None]] = []
    for member in _MEMBER.finditer(names):
        name = member["name"].strip(" .")
        if name.strip("'’")[:1].isalpha() and len(name) < 60:
            party = re.sub(r"^(?:beiden|allen|alle)\s+", "", (member["party"] or "").strip()) or None
            named_askers.append((name, party))
    askers: list[Asker] = []
    shared: str | None = None
    for name, own in reversed(named_askers):
        shared = own or shared
        askers.append(Asker(name, shared))
    return tuple(reversed(askers))


_ROLE = re.compile(
    r"(?:(?P<article>\bde|\bhet)\s+)?(?:\b(?:demissionair|voormalig|toenmalig|waarnemend)e?\s+)?"
    r"\b(?P<role>(?:vice-?)?minister-president|ministers?|staatssecretaris(?:sen)?)\b(?!-)",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"\((?P<inner>(?!ontvangen|ingezonden)(?:[^()]|\([^()]*\))+)\)", re.IGNORECASE)
_LEAD = re.compile(r"^[\s,;]*(?:(?:en|alsmede)\b[\s,]*)?(?:van(?=\s+(?:de\s+)?$))?", re.IGNORECASE)
_OFFICE = re.compile(r"^(?P<link>van|voor)\s+(?P<portfolio>\S.*)$", re.IGNORECASE | re.DOTALL)
_NEXT_OFFICE = re.compile(
    r"\s*(?:,|,?\s+en|\s+alsmede)\s+(?:de\s+|die\s+)?(?=(?:van|voor)\s+(?-i:[^\Wa-z]))", re.IGNORECASE
)
_TRAIL = re.compile(r"(?:[\s,;.:]|\b(?:en|alsmede|de|het|van|als|mede|op|aan)\b)+$", re.IGNORECASE)
# Where an office ends and its sentence goes on.
_GOES_ON = re.compile(r"[;.](?=\s|$)|[()]|,?\s+(?:mede|ook|tevens|als|op|aan|bij|die|ten)\s", re.IGNORECASE)
_ABBREVIATIONS = {
    "AZ": "Algemene Zaken", "AENM": "Asiel en Migratie",
    "BHO": "Buitenlandse Handel en Ontwikkelingshulp",
    "BHOS": "Buitenlandse Handel en Ontwikkelingssamenwerking", "BZ": "Buitenlandse Zaken",
    "BZK": "Binnenlandse Zaken en Koninkrijksrelaties", "DEF": "Defensie",
    "EL&I": "Economische Zaken, Landbouw en Innovatie", "EZ": "Economische Zaken",
    "EZK": "Economische Zaken en Klimaat", "FIN": "Financiën", "I&M": "Infrastructuur en Milieu",
    "I&W": "Infrastructuur en Waterstaat", "IENM": "Infrastructuur en Milieu",
    "IENW": "Infrastructuur en Waterstaat", "J&V": "Justitie en Veiligheid",
    "JENV": "Justitie en Veiligheid", "KGG": "Klimaat en Groene Groei",
    "LNV": "Landbouw, Natuur en Voedselkwaliteit",
    "LVVN": "Landbouw, Visserij, Voedselzekerheid en Natuur", "OCW": "Onderwijs, Cultuur en Wetenschap",
    "SZW": "Sociale Zaken en Werkgelegenheid", "V&J": "Veiligheid en Justitie",
    "V&W": "Verkeer en Waterstaat", "VENJ": "Veiligheid en Justitie", "VENW": "Verkeer en Waterstaat",
    "VRO": "Volkshuisvesting en Ruimtelijke Ordening",
    "VROM": "Volkshuisvesting, Ruimtelijke Ordening en Milieubeheer",
    "VWS": "Volksgezondheid, Welzijn en Sport",
}  # fmt: skip


def _full_name(portfolio: str) -> str:
    """A portfolio in full: "BZ" is "Buitenlandse Zaken"."""
    text = squash(portfolio).strip(" ,.")
    text = re.sub(r"^(?:van|voor)\s+", "", text)
    return _ABBREVIATIONS.get(text.upper().replace(" ", ""), text)


def parse_people(text: str, on_behalf: bool) -> list[Answerer]:
    """The bewindspersonen named in `text`, in order: by name and portfolio, or by office alone."""
    masked = _BRACKETS.sub(lambda match: "\0" * len(match.group()), text)
    roles = list(_ROLE.finditer(masked))
    ends = [*(match.start() for match in roles), len(text)][1:]
    answerers: list[Answerer] = []
    bare: list[int] = []  # "de Staatssecretaris en de Minister van X": the office follows
    for match, end in zip(roles, ends, strict=True):
        role = _role(match["role"])
        people = _read_segment(text[match.end() : end], role, match["article"] is not None, on_behalf)
        if not people:
            bare.append(len(answerers))
            answerers.append(Answerer(None, role, None, on_behalf))
            continue
        if people[0].portfolio is not None:
            for index in (
                i for i in bare if answerers[i].role != "Minister-President" or not answerers[i].on_behalf
            ):
                answerers[index] = replace(answerers[index], portfolio=people[0].portfolio)
            if (
                bare
                and answerers[-1].role == "Minister-President"
                and people[0].portfolio == "Algemene Zaken"
            ):
                people = people[1:]  # "de Minister-President, Minister van Algemene Zaken" is one person
        bare = []
        answerers += people
    return answerers


def _read_segment(text: str, role: str, article: bool, on_behalf: bool) -> list[Answerer]:
    """What follows one role: "A (X) en B (Y)", "van X, van Y en voor Z", or a bare name."""
    people: list[Answerer] = []
    at = 0
    for match in _BRACKETS.finditer(text):
        name = squash(_LEAD.sub("", text[at : match.start()]))
        at = match.end()
        office = _OFFICE.match(name)
        if office is not None and (office["link"] == "voor" or re.search(r",|\sen\s", name)):
            people += _offices(name, role, on_behalf)  # the brackets hold its abbreviation
        elif name and not name.startswith("voor "):
            people.append(Answerer(name, role, _full_name(match["inner"]), on_behalf))
    rest = _TRAIL.sub("", _GOES_ON.split(text[at:], maxsplit=1)[0])
    rest = squash(_LEAD.sub("", rest))
    if _OFFICE.match(rest):
        return people + _offices(rest, role, on_behalf)
    if people or not rest:
        return people
    if article or re.search(r",|\sen\s", rest):  # "de Staatssecretaris Jeugd, Preventie en Sport"
        return [Answerer(None, role, _full_name(rest), on_behalf)]
    return [Answerer(rest, role, None, on_behalf)] if not rest[:1].islower() and len(rest) < 60 else []


def _offices(text: str, role: str, on_behalf: bool) -> list[Answerer]:
    """ "van A, van B en voor C": one role, several offices."""
    offices = []
    for part in _NEXT_OFFICE.split(text):
        match = _OFFICE.match(part)
        if match is not None:
            kind = f"{role} voor" if match["link"].lower() == "voor" else role
            offices.append(Answerer(None, kind, _full_name(match["portfolio"]), on_behalf))
    return offices


def _role(text: str) -> str:
    lowered = text.lower()
    if lowered.endswith("minister-president"):
        return "Minister-President"
    return "Staatssecretaris" if lowered.startswith("staats") else "Minister"


_IDENTIFIER = re.compile(
    r"\b(ah-[te]k-\d{8}-\d{1,5}(?:-[nh]\d{1,2})?|kv-[te]k-?\d{4}Z\d{4,6}(?:-[nh]\d{1,2})?)\b", re.IGNORECASE
)
_OLD_IDENTIFIER = re.compile(r"\b(\d\d)(\d\d)([te]k)kvr(\d{1,5})\b", re.IGNORECASE)  # "0506tkkvr1234"
_SESSION = re.compile(r"\bvergaderjaar\s+(\d{4})\s*[-–—/]\s*(\d{4}|\d\d)\b", re.IGNORECASE)
_CHAMBER = re.compile(r"\bEerste\s+Kamer\b")
_NUMBER = re.compile(r"(?:nr\.?\s*)?(\d{1,5})", re.IGNORECASE)
_FOOT = 0.16  # of the page height: the imprint and the footer stand below this

INTRODUCTION = re.compile(
    r"(?:Nadere\s+|Aanvullende\s+|Schriftelijke\s+)*(?:Kamer)?vragen\s+(?:van|gesteld\s+door|door)\s+"
    r"(?!de\s+leden\s+der\s+Kamer)(?:het\s+(?:Kamer)?lid|de\s+(?:Kamer)?leden|de\s+(?:heer|heren)|mevrouw|de\s+(?:vaste\s+)?commissie"
    r"|de\s+fractie)\b",
    re.IGNORECASE,
)
"""How the paragraph begins that says who asks whom about what."""

ANSWER_HEADING = re.compile(
    r"(?:Nader\s+|Aanvullend\s+|Gezamenlijk\s+|Herzien\s+|Voorlopig\s+)*(?P<what>Antwoord(?:en)?|Mededeling|Uitstelbericht)\s*,?\s+"
    r"(?:ontvangen\s+)?(?:van|namens|door)\s+(?:de\s+|het\s+|mede\s+)?"
    r"(?=(?:demissionair\s+|voormalig\s+)?(?:minister|staatssecretaris|bewindspers|kabinet))",
    re.IGNORECASE,
)
"""How the paragraph begins that says who answers and when that was received."""

_SUBJECT = re.compile(
    r"\s(?:over|inzake|betreffende|omtrent|aangaande|naar\s+aanleiding\s+van)\s+(?P<subject>.+)",
    re.DOTALL | re.IGNORECASE,
)
_ADDRESSED = re.compile(
    r"\saan\s+(?:de|het|mijn|onze)?\s*(?=(?:demissionair\s+)?(?:minister|staatssecretaris|kabinet|bewind))",
    re.IGNORECASE,
)
_ASKED = re.compile(r"[(,]?\s*\(?(?:her|na)?ingezonden(?:\s+op)?\s+(?P<date>[^()]{6,30})", re.IGNORECASE)
_RECEIVED = re.compile(r"\(?\s*ontvangen(?:\s*:|\s+op)?\s+(?P<date>\d[^()]{5,30})", re.IGNORECASE)
_BEHALF = re.compile(r",?\s*(?:(?:\ben|,)\s*)?\b(?:mede|ook|tevens)?[\s-]*namens\b", re.IGNORECASE)
_RELATED = re.compile(
    r"\bZie\s+ook\s*:?\s*(?P<rest>(?:(?:het\s+)?Aanhangsel\s+(?:van\s+de\s+)?Handelingen).*)",
    re.IGNORECASE | re.DOTALL,
)
_RELATED_YEAR = re.compile(
    r"(?P<chamber>\b(?:II|I)\b\s*,?)?\s*(?:vergaderjaar\s+)?(?P<from>\d{4})\s*[-–/]\s*(?P<to>\d{4}|\d\d)\s*,?\s*"
    r"(?:nrs?\.?|nummers?)\s*(?P<numbers>\d{1,5}(?:\s*(?:,|en|;)\s*(?:(?:nr|nummer)\.?\s*)?\d{1,5}(?!\s*[-–]\s*\d))*)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Masthead:
    """What the printed sheet itself says, and the lines that are nothing but that."""

    identifier: str | None
    session_year: str | None
    number: int | None
    skipped: frozenset[tuple[int, int]]  # (page number, index of the line)
    lines: tuple[str, ...]  # what says so


def find_masthead(pages: Sequence[Page]) -> Masthead | None:
    """The masthead and imprint of a published set of questions; None where the pages are something else."""
    first = next((page for page in pages if page.lines), pages[0])
    opening = next((i for i, line in enumerate(first.lines) if INTRODUCTION.match(line.text)), None)
    texts = [line.text for page in pages for line in (page.lines if page is first else _foot(page))]
    whole = "\n".join(texts)
    identifier = _find_identifier(whole)
    session = _SESSION.search(
        "\n".join(line.text for line in first.lines[: opening or 0]) or whole
    ) or _SESSION.search(whole)
    published = identifier is not None or (
        session is not None and re.search(r"\bAanhangsel\b", whole) is not None
    )
    if opening is None or not published:
        return None
    if any(ANSWER_HEADING.match(line.text) for line in first.lines[:opening]):
        return None  # the Kamer's own form: who answers stands above who asks
    top = first.lines[opening].baseline
    head = [(i, line) for i, line in enumerate(first.lines[:opening]) if line.baseline > top]
    number = _find_number(head, identifier)
    year = f"{session[1]}-{_full_year(session[1], session[2])}" if session else _year_of(identifier)
    if identifier is None and year and number:
        chamber = "ek" if _CHAMBER.search(whole) else "tk"
        identifier = f"ah-{chamber}-{year.replace('-', '')}-{number}"
    skipped = {(first.number, i) for i, _ in head}
    for page in pages:
        limit = page.box[1] + _FOOT * (page.box[3] - page.box[1])
        skipped |= {
            (page.number, i)
            for i, line in enumerate(page.lines)
            if line.baseline < limit and is_imprint(line.text)
        }
    named = (identifier,) if identifier else ()
    return Masthead(identifier, year, number, frozenset(skipped), (*named, *(line.text for _, line in head)))


def _foot(page: Page) -> list[Line]:
    limit = page.box[1] + _FOOT * (page.box[3] - page.box[1])
    return [line for line in page.lines if line.baseline < limit]


def _find_identifier(text: str) -> str | None:
    match = _IDENTIFIER.search(text)
    if match:
        identifier = match[1]
        return (
            identifier.lower()
            if identifier.lower().startswith("ah")
            else identifier[:6].lower() + identifier[6:]
        )
    old = _OLD_IDENTIFIER.search(text)
    if old is None:
        return None
    start = 1900 + int(old[1]) if int(old[1]) >= 80 else 2000 + int(old[1])
    return f"ah-{old[3].lower()}-{start}{start + 1}-{int(old[4])}"


def _find_number(head: Sequence[tuple[int, Line]], identifier: str | None) -> int | None:
    if identifier is not None and identifier.startswith("ah-"):
        return int(identifier.split("-")[3])
    numbers = [_NUMBER.fullmatch(line.text.strip()) for _, line in head if line.size < 30]
    matches = [match for match in numbers if match]
    return int(matches[-1][1]) if matches else None


def _year_of(identifier: str | None) -> str | None:
    if identifier is None or not identifier.startswith("ah-"):
        return None
    years = identifier.split("-")[2]
    return f"{years[:4]}-{years[4:]}"


def _full_year(start: str, end: str) -> str:
    return end if len(end) == 4 else str(int(start) + 1)


# --------------------------------------------------------------------------- who, what, when


def parse_subject(introduction: str) -> str:
    """What the questions are about: behind "over" in the introduction, as printed, without the date."""
    text = squash(_ASKED.split(introduction, maxsplit=1)[0]).rstrip(" (,")
    addressed = _ADDRESSED.search(text)
    match = _SUBJECT.search(text, addressed.end() if addressed else 0) or _SUBJECT.search(text)
    subject = match["subject"] if match else text
    subject = subject.strip()
    return subject[:-1].rstrip() if subject.endswith(".") else subject


def parse_asked_on(introduction: str) -> date | None:
    """The day the questions were sent in."""
    match = _ASKED.search(introduction)
    return parse_date(match["date"]) if match else None


def parse_received_on(heading: str) -> date | None:
    """The day the answer was received."""
    match = _RECEIVED.search(heading)
    return parse_date(match["date"]) if match else None


def find_related(text: str, identifier: str | None) -> tuple[str, ...]:
    """Identifiers of the publications named behind "Zie ook Aanhangsel Handelingen"."""
    match = _RELATED.search(squash(text))
    if match is None:
        return ()
    own = "ek" if identifier is not None and "-ek-" in identifier else "tk"
    identifiers: list[str] = []
    for part in _RELATED_YEAR.finditer(match["rest"]):
        chamber = {"I": "ek", "II": "tk"}.get((part["chamber"] or "").strip(" ,").upper(), own)
        years = part["from"] + _full_year(part["from"], part["to"])
        identifiers += [
            f"ah-{chamber}-{years}-{int(number)}" for number in re.findall(r"\d+", part["numbers"])
        ]
    return tuple(dict.fromkeys(identifiers))


def parse_answerers(heading: str) -> tuple[Answerer, ...]:
    """Who answered: "Antwoord van Minister X (Y), mede namens de Staatssecretaris van Z (ontvangen ...)"."""
    text = squash(_RECEIVED.split(heading, maxsplit=1)[0]).rstrip(" (.,")
    opening = ANSWER_HEADING.match(text)
    text = text[opening.end() :] if opening else text
    behalf = _BEHALF.search(text)
    main, rest = (text[: behalf.start()], text[behalf.end() :]) if behalf else (text, "")
    return tuple(dict.fromkeys((*parse_people(main, False), *parse_people(rest, True))))


# --------------------------------------------------------------------------- fractions


# A set's text without who asks: what is found must not depend on the name or the party of an asker.

_ASKING_MEMBERS = re.compile(rf"(?:\bvan\s+)?{_MEMBERS.pattern}", _MEMBERS.flags)
# "vragen van Jansen (VVD) aan", "Jansen (VVD) vraagt": a name with a party, without the word for a member.
_NAME = (
    r"(?:(?:[Mm]evrouw|[Dd]e\s+heer|[Dd]hr\.|[Mm]w\.)\s+)?"
    r"(?:(?:van|de|den|der|het|ten|ter|te|el|al)\s+|[A-Z]\.\s?|['’]t\s+|d['’])*[A-ZÀ-Þ][\w’'.-]+"
    r"(?:\s+(?:van|de|den|der|het|ten|ter|te|el|al|[A-ZÀ-Þ][\w’'-]+))*"
)
_PARTY_BEHIND = r"\s*\((?!ingezonden|ontvangen)[^()]{1,40}\)"
_SERIES = rf"{_NAME}(?:{_PARTY_BEHIND})?(?:(?:\s*,|\s+en)\s+{_NAME}(?:{_PARTY_BEHIND})?)*"
_NAMED = re.compile(
    rf"(?<=ragen)\s+van\s+(?=[^.\n]{{0,200}}?\()(?:{_SERIES})(?=\s+(?:aan|over|inzake|betreffende|omtrent)\b)"
    rf"|^(?:{_NAME}{_PARTY_BEHIND}(?:(?:\s*,|\s+en)\s+{_NAME}{_PARTY_BEHIND})*)(?=\s+(?:vraag|vrag|stel|heeft|hebben)\w*\b)",
    re.MULTILINE,
)
# "De leden van de VVD-fractie vragen", "de fractie van D66": who speaks in a written consultation.
_FRACTION = re.compile(
    r"\b(?:de\s+|het\s+)?(?:(?:leden|lid)\s+van\s+(?:de\s+)?)?(?:(?-i:[A-ZÀ-Þ0-9])[\w/&+.-]*-fracties?"
    r"|fracties?\s+van\s+(?:de\s+|het\s+)?(?-i:[A-ZÀ-Þ0-9])[\w/&+.-]*"
    r"(?:(?:,|\s+en)\s+(?:de\s+|het\s+)?(?-i:[A-ZÀ-Þ0-9])[\w/&+.-]*)*)",
    re.IGNORECASE,
)


def without_askers(text: str) -> str:
    """`text` with every asker, party and fraction left out; the subject, ministers and dates stay."""
    bare = _NAMED.sub(" ", _ASKING_MEMBERS.sub(" ", text))
    bare = _FRACTION.sub(" ", bare)
    return "\n".join(" ".join(line.split()) for line in bare.split("\n")).strip()


_PARTY = r"[A-Z][\w’'&./-]*(?:\s(?!De|Het|Deze|Zij)[A-Z][\w’'&./-]*)?"
_LIST = rf"{_PARTY}(?:(?:\s*,\s*|\s+en\s+(?:de\s+)?){_PARTY})*"
_BEHIND = re.compile(rf"\b(?:leden|inbreng|fracties?|lid)\s+van\s+de\s+(?P<names>{_LIST})[-\s]+fracties?\b")
_AHEAD = re.compile(rf"\bfracties?\s+van\s+(?:de\s+)?(?P<names>{_LIST})")
_BY_MEMBER = re.compile(
    rf"^Vra(?:ag|gen)\b.{{0,12}}?\s(?:(?:van|door)\s+(?:het\s+lid|de\s+leden)\s+[^()?:]{{2,40}})?"
    rf"\((?P<names>{_PARTY})\)"
)
_MORE = re.compile(
    rf"\s*(?:,|,?\s+en|,?\s+alsmede)\s+(?:(?:(?:de|die)\s+)?(?:leden|het\s+lid)\s+)?(?:van\s+)?de\s+(?P<names>{_LIST})[-\s]+fracties?\b"
)
_PLAIN = re.compile(rf"\bde\s+(?P<names>{_LIST})-fracties?\b")


def name_fractions(text: str) -> str:
    """The fractions that ask in `text`: "De leden van de VVD- en CDA-fractie" is "VVD, CDA"; else empty."""
    matches = [m for m in (p.search(text) for p in (_BY_MEMBER, _BEHIND, _AHEAD, _PLAIN)) if m]
    if not matches:
        return ""
    first = min(matches, key=lambda match: match.start())
    named, at = first["names"], first.end()
    while (more := _MORE.match(text, at)) is not None:
        named, at = f"{named}, {more['names']}", more.end()
    names = re.split(r"\s*,\s*|\s+en\s+(?:de\s+)?", named)
    return ", ".join(
        dict.fromkeys(name.removesuffix("-fractie").strip(" -") for name in names if name.strip(" -"))
    )


def attribute(
    document: Document, paragraphs: Sequence[Paragraph], spans: Sequence[Span]
) -> tuple[QAPair, ...]:
    """The pairs of `document` with who asks each and who answers.

    "Deze leden" are those named last, in a question or in a heading above it.
    """
    pairs = sorted(document.pairs, key=lambda pair: pair.question)
    if not any(name_fractions(pair.question.of(document.text)) for pair in pairs) and not any(
        name_fractions(p.text) for p in paragraphs if len(p.text) < 160
    ):
        return document.pairs
    answered = _answerer(document)
    answers = [pair.answer for pair in pairs if pair.answer is not None]
    asker_of: dict[Span, str] = {}
    current, at = "", 0
    for pair in pairs:
        while at < len(spans) and spans[at].start < pair.question.start:
            inside = any(span.start <= spans[at].start < span.end for span in answers)
            if not inside:
                current = name_fractions(paragraphs[at].text) or current
            at += 1
        current = name_fractions(pair.question.of(document.text)) or current
        asker_of[pair.question] = current
    return tuple(
        replace(pair, asked_by=asker_of[pair.question], answered_by=answered if pair.answer else "")
        for pair in document.pairs
    )


def _answerer(document: Document) -> str:
    if not document.answerers:
        return ""
    first = document.answerers[0]
    link = "" if "voor" in first.role.split() or not first.portfolio else " van"
    return " ".join(filter(None, (f"{first.role}{link if first.portfolio else ''}", first.portfolio)))


CASE_NUMBER = re.compile(r"\b20\d\dZ\d{4,6}\b")
"""How the Kamer numbers a set of questions: 2024Z11859."""

_TOP = 3  # lines in which a paper without a masthead names its dossier
_MOST = 60  # paragraphs of a format without pages that can be the first page
_SHEET = re.compile(r"^AH\s?(?P<number>\d{1,5})(?:[-\s]?(?P<suffix>[nh]\d))?(?=\s|$|/)")
_ANNEX = re.compile(r"\bAanhangsel\s+(?:van\s+de\s+)?Handelingen\b", re.IGNORECASE)
_OWN_ID = re.compile(r"^\s*((?:ah|kv|kst)-\S+)\s*$", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:vergaderjaar|zitting)\s+(\d{4})\s*[-–—/]\s*(\d{4}|\d\d)\b", re.IGNORECASE)
_MASTHEAD = re.compile(
    r"^(?:Tweede|Eerste)\s+Kamer\s+der\s+Staten-Generaal|^Vergaderjaar\s+\d{4}", re.IGNORECASE
)
_PAPER_FOOT = re.compile(
    r"(?P<chamber>Tweede|Eerste)\s+Kamer,\s+vergaderjaar\s+\d{4}\s*[-–]\s*\d{2,4},\s*"
    r"(?P<dossier>\d{2}\s?\d{3}(?:[-\s]+\(?(?:[A-Z]{1,6}|R\d{4}|\d\d)\)?)?),\s*(?:nr\.?\s*)?(?P<number>\d{1,4}|[A-Z]{1,3})\b"
)
_DOSSIER = re.compile(
    r"^(?P<dossier>\d{2}\s?\d{3})(?:[-\s]*\(?(?P<part>(?:[IVX]{1,5}[A-Z]?|R\d{4}|\d\d|[A-H])(?=[)\s|]|$))\)?)?"
    r"(?:\s*\|\s*|\s{1,}|\t|$)(?P<title>.*)$",
    re.DOTALL,
)
_ITEM = re.compile(
    r"^(?:Nr\.?\s*(?P<number>\d{1,4})|(?P<letter>[A-Z]{1,3}))(?:\s*\|\s*|\s+|$)(?P<what>.*)$", re.DOTALL
)
_DAY = re.compile(
    r"(?<!\w)(?P<how>ontvangen|voorgesteld|vastgesteld|den\s+haag|['’‘]s-gravenhage|datum)\b\s*[,:|]?\s*(?:op\s+)?"
    r"(?P<day>\d{1,2}\s+[a-z]+\s+(?:19|20)\d\d|\d{1,2}-\d{1,2}-(?:19|20)\d\d)",
    re.IGNORECASE,
)
_RECEIVED_ALONE = re.compile(r"\(?\s*ontvangen\b[^()\n]*\)?", re.IGNORECASE)
_ALSO = re.compile(r"\.?\s*\(?\s*,?\s*Zie\s+ook\b[^\n]*", re.IGNORECASE)
_SENT_IN = re.compile(r"\(?\s*(?:her|na)?ingezonden\b[^()\n]*\)?\.?", re.IGNORECASE)
_LONGEST_HEAD = 1200  # characters of who asks whom about what
_QUOTED = tuple(
    re.compile(rf"(?:^|[\s(])[«“‘'\"](?P<said>[^\n]{{12,250}}?)[»”’'\"]+(?={follows})")
    for follows in (r"\s?[?;.,]", r"\s|$")
)

_GENRES: tuple[tuple[Genre, str], ...] = (
    (
        Genre.NOTA_NAAR_AANLEIDING_VAN_HET_VERSLAG,
        r"nota\s+naar\s+aanleiding\s+van\s+het\s+(?:nader\s+|tweede\s+nader\s+)?verslag",
    ),
    (Genre.NOTA_NAAR_AANLEIDING_VAN_HET_VERSLAG, r"(?:nadere\s+)?memorie\s+van\s+antwoord"),
    (Genre.NOTA_VAN_WIJZIGING, r"(?:\w+\s+)?nota\s+van\s+(?:wijziging|verbetering)"),
    (
        Genre.SCHRIFTELIJK_OVERLEG,
        r"(?:verslag\s+van\s+een\s+)?(?:nader\s+)?schriftelijk\s+overleg|inbreng\s+verslag\s+(?:van\s+een\s+)?schriftelijk\s+overleg",
    ),
    (
        Genre.LIJST_VAN_VRAGEN_EN_ANTWOORDEN,
        r"lijst\s+van\s+vragen\s+en\s+antwoorden|verslag\s+houdende\s+een\s+lijst\s+van\s+vragen\s+en\s+antwoorden",
    ),
    (Genre.LIJST_VAN_VRAGEN, r"(?:verslag\s+houdende\s+een\s+)?lijst\s+van\s+vragen"),
    (Genre.KONINKLIJKE_BOODSCHAP, r"koninklijke\s+boodschap|geleidende\s+brief"),
    (Genre.MEMORIE_VAN_TOELICHTING, r"(?:gewijzigde\s+)?memorie\s+van\s+toelichting"),
    (Genre.WETSVOORSTEL, r"(?:gewijzigd\s+)?voorstel\s+van\s+(?:rijks)?wet|wetsvoorstel"),
    (
        Genre.ADVIES,
        r"advies\b.{0,40}\b(?:raad\s+van\s+state|rvs)|advies\s+(?:afdeling|van\s+de)|nader\s+rapport",
    ),
    (Genre.BESLISNOTA, r"(?:bijlage\s*:?\s*)?beslisnota"),
    (Genre.AMENDEMENT, r"(?:(?:nader\s+)?gewijzigd\s+|sub)?amendement"),
    (Genre.MOTIE, r"(?:(?:nader\s+)?gewijzigde\s+)?motie"),
    (Genre.TECHNISCHE_BRIEFING, r"(?:vragen\s+en\s+antwoorden\s+)?technische\s+briefing"),
    (Genre.VERSLAG, r"verslag"),
    (Genre.BRIEF, r"brief"),
)
_BARE = {
    Genre.MOTIE, Genre.AMENDEMENT, Genre.BRIEF, Genre.VERSLAG, Genre.SCHRIFTELIJK_OVERLEG,
    Genre.BESLISNOTA,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Front:
    """What the first page says; None and empty where it does not say it."""

    identifier: str | None = None
    session_year: str | None = None
    number: int | None = None
    dossier: str | None = None
    genre: Genre | None = None
    title: str = ""
    published: date | None = None
    asked_on: date | None = None
    received_on: date | None = None
    askers: tuple[Asker, ...] = ()
    answerers: tuple[Answerer, ...] = ()
    related: tuple[str, ...] = ()
    introduction: Span | None = None
    is_set: bool = False  # a set of Kamervragen as the Kamer publishes it


def read_front(
    paragraphs: Sequence[Paragraph], spans: Sequence[Span], first: int, letterhead: Sequence[str] = ()
) -> Front:
    """What the first page says, of which the paragraphs before index `first` come ahead of every question.

    `letterhead`: the lines of page heads and feet, where the format keeps them apart.
    """
    page = [
        (paragraph.text, span)
        for n, (paragraph, span) in enumerate(zip(paragraphs, spans, strict=True))
        if (paragraph.page == paragraphs[0].page if paragraph.page else n < _MOST)
    ]
    head = [(paragraphs[n].text, spans[n]) for n in range(min(first, len(paragraphs), len(page)))]
    lines = [line.strip() for text in (*letterhead, *(text for text, _ in page)) for line in text.split("\n")]
    own = _own_identifier(lines)
    kamervragen = _read_set(head, [cell.strip() for line in lines for cell in line.split(" | ")], own)
    if kamervragen is not None:
        return kamervragen
    return _read_paper(lines, own) or Front()


def name_genre(heading: str) -> Genre | None:
    """What a heading calls the paper: "MOTIE VAN HET LID DE VRIES" is a motie; None where it says nothing."""
    text = squash(heading)
    return next((genre for genre, words in _GENRES if re.match(words + r"\b", text, re.IGNORECASE)), None)


def title_from_question(question: str) -> str:
    """The title quoted in the first question ("... het bericht «...»?"); empty where it quotes none."""
    matches = (pattern.search(squash(question)) for pattern in _QUOTED)
    return next((match["said"].strip(" .") for match in matches if match), "")


def _own_identifier(lines: Sequence[str]) -> PublicationId | None:
    for line in lines:
        match = _OWN_ID.match(line)
        identifier = parse_publication_id(_spell(match[1])) if match else None
        if identifier is not None:
            return identifier
    return None


def _spell(text: str) -> str:
    """An identifier with its small letters small: "AH-TK-20232024-1" as "ah-tk-20232024-1"."""
    kind, dash, rest = text.partition("-")
    return f"{kind.lower()}{dash}{rest.lower() if kind.lower() == 'ah' else rest}"


# --------------------------------------------------------------------------- a set of Kamervragen


def _read_set(
    head: Sequence[tuple[str, Span]], lines: Sequence[str], own: PublicationId | None
) -> Front | None:
    """The front of a set with its answers; None where nothing says that it is one the Kamer publishes."""
    whole = "\n".join(text for text, _ in head)
    sheet = next((m for m in map(_SHEET.match, lines[:20]) if m), None)
    introduction_line = _search_line(INTRODUCTION, whole)
    answered = _search_line(ANSWER_HEADING, whole, introduction_line.end() if introduction_line else 0)
    answered = answered or _search_line(ANSWER_HEADING, whole)  # the Kamer's own form names them first
    received = parse_received_on(whole[answered.start() :]) if answered else None
    if own is not None and own.kind not in ("ah", "kv"):
        return None
    annex = _ANNEX.search("\n".join(lines[:8])) is not None and _YEAR.search("\n".join(lines[:8])) is not None
    cased = bool(lines) and any(CASE_NUMBER.fullmatch(line) for line in lines[:6])
    if not (sheet or own or (annex and introduction_line) or (cased and answered)):
        return None
    said_asked = _introduction(whole, introduction_line, answered)
    said_answered = _heading(whole, answered)
    year = own.session_year if own else None
    if year is None:
        year = _session(lines[:12]) or (session_year_of(received) if received else None)
    number = _set_number(sheet, own, lines, annex)
    identifier = own.text if own and own.kind == "ah" else None
    if identifier is None and year and number is not None:
        suffix = f"-{sheet['suffix']}" if sheet and sheet["suffix"] else ""
        chamber = "ek" if any(line.startswith("Eerste Kamer der") for line in lines[:12]) else "tk"
        identifier = f"ah-{chamber}-{year.replace('-', '')}-{number}{suffix}"
    if identifier is None and own is not None:
        identifier = own.text
    related = (*find_related(said_answered, identifier), *CASE_NUMBER.findall("\n".join(lines[:12])))
    return Front(
        identifier=identifier,
        session_year=year,
        number=number,
        title=parse_subject(said_asked) if said_asked else "",
        asked_on=parse_asked_on(said_asked) or parse_asked_on(whole),
        received_on=received,
        askers=parse_askers(said_asked),
        answerers=parse_answerers(_closed(said_answered)),
        related=tuple(dict.fromkeys(related)),
        introduction=_place(_with_case(said_asked, whole), whole, head),
        is_set=True,
    )


def _search_line(pattern: re.Pattern[str], text: str, start: int = 0) -> re.Match[str] | None:
    """Where `pattern` stands at the begin of a line, or behind a number or a full stop in one."""
    for match in pattern.finditer(text, start):
        before = text[: match.start()].rstrip(" ")
        if not before or before[-1] in "\n.)/|" or before[-1].isdigit() or before.endswith("antwoorden"):
            return match
    return None


def _introduction(whole: str, match: re.Match[str] | None, answered: re.Match[str] | None) -> str:
    if match is None:
        return ""
    end = answered.start() if answered and answered.start() > match.start() else len(whole)
    text = whole[match.start() : min(end, match.start() + _LONGEST_HEAD)]
    closing = _SENT_IN.search(text)
    if closing is not None:
        return text[: closing.end()].strip()
    lines = text.split("\n")
    return "\n".join(lines[: 1 if len(lines[0]) > 80 else 3]).strip()


def _with_case(text: str, whole: str) -> str:
    """The introduction with the number of the set and the day above it, as the Kamer sends it."""
    at = whole.find(text) if text else -1
    if at < 0:
        return text
    start = at
    for line in reversed(whole[:at].rstrip("\n").split("\n")):
        if not CASE_NUMBER.fullmatch(line.strip()) and not _SENT_IN.fullmatch(line.strip()):
            break
        start = whole.rfind(line, 0, start)
    return whole[start : at + len(text)]


def _heading(whole: str, answered: re.Match[str] | None) -> str:
    """Who answers and when that was received, with what it refers to."""
    if answered is None:
        return ""
    text = whole[answered.start() :]
    received = _RECEIVED_ALONE.search(text)
    end = received.end() if received else text.find("\n")
    also = _ALSO.match(text, end) if received else None
    return text[: also.end() if also else end if end >= 0 else len(text)].strip()


def _closed(heading: str) -> str:
    """A heading with the bracket closed that was left open: "(Onderwijs en Sport (ontvangen ...)"."""
    received = _RECEIVED_ALONE.search(heading)
    before, rest = (heading[: received.start()], heading[received.start() :]) if received else (heading, "")
    missing = before.count("(") - before.count(")")
    return f"{before.rstrip()}{')' * max(0, missing)} {rest}"


def _session(lines: Sequence[str]) -> str | None:
    """The parliamentary year of a masthead; not that of another set which is referred to."""
    for line in lines:
        match = _YEAR.search(line)
        if match is not None and "Zie ook" not in line and not re.search(r"\bnr\b", line):
            return f"{match[1]}-{match[2] if len(match[2]) == 4 else int(match[1]) + 1}"
    return None


def _set_number(
    sheet: re.Match[str] | None, own: PublicationId | None, lines: Sequence[str], annex: bool
) -> int | None:
    if own is not None and own.kind == "ah" and own.session_year:
        return int(re.sub(r"\D", "", own.number))
    if sheet is not None:
        return int(sheet["number"])
    if annex:
        numbers = [line for line in lines[:12] if re.fullmatch(r"\d{1,5}", line) and line not in "12"]
        if numbers:
            return int(numbers[0])
        within = re.search(
            r"antwoorden\s+(\d{1,5})\s+(?=(?:\w+\s+){0,2}vragen\s+van)", " ".join(lines[:3]), re.IGNORECASE
        )
        return int(within[1]) if within else None
    return None


def _place(text: str, whole: str, head: Sequence[tuple[str, Span]]) -> Span | None:
    """Where in the document the words `text` of its front stand."""
    at = whole.find(text) if text else -1
    if at < 0 or not head:
        return None
    start = head[0][1].start + at
    return Span(start, start + len(text))


# --------------------------------------------------------------------------- a Kamerstuk


def _read_paper(lines: Sequence[str], own: PublicationId | None) -> Front | None:
    """The front of a Kamerstuk, or of a paper that calls itself one of the genres; None for anything else."""
    rows = list(lines)
    masthead = any(_MASTHEAD.match(line) for line in lines[:10])
    foot = next((m for m in map(_PAPER_FOOT.search, lines) if m), None)
    dossiers = [(n, m) for n, line in enumerate(rows[:25]) if (m := _DOSSIER.match(line))]
    items = [
        (n, m) for n, line in enumerate(rows[:40]) if (m := _ITEM.match(line)) and (m["number"] or dossiers)
    ]
    known = own is not None and own.kind == "kst"
    item = next((pair for pair in items if dossiers and pair[0] > dossiers[0][0] and pair[1]["number"]), None)
    item = item or next((pair for pair in items if dossiers and pair[0] > dossiers[0][0]), None)
    heading = _item_heading(rows, item)
    # Without a masthead: a dossier on top, "Nr. 3" below its title, and a name that papers have.
    bare = bool(dossiers and dossiers[0][0] < _TOP and item) and name_genre(heading) is not None
    if not known and not bare and not (masthead and (foot or (dossiers and items))):
        return _read_loose(lines)
    genre = (
        name_genre(heading) if heading else next((g for line in lines[:20] if (g := name_genre(line))), None)
    )
    dossier = own.dossier if own else None
    if dossier is None and dossiers:
        match = dossiers[0][1]
        dossier = re.sub(r"\s", "", match["dossier"]) + (f"-{match['part']}" if match["part"] else "")
    if dossier is None and foot:
        dossier = re.sub(r"[()]", "", re.sub(r"(?<=\d{2})\s(?=\d{3})", "", foot["dossier"])).replace(" ", "-")
    number = own.number if own else None
    if number is None:
        number = foot["number"] if foot else (item[1]["number"] or item[1]["letter"]) if item else None
    identifier = own.text if own else f"kst-{dossier}-{number}" if dossier and number else None
    subject = _paper_title(rows, dossiers, item)
    return Front(
        identifier=identifier,
        session_year=_session(lines),
        number=int(number) if number and number.isdigit() else None,
        dossier=dossier,
        genre=genre,
        title=_name_paper(subject, heading, genre),
        published=_paper_date(lines),
    )


def _read_loose(lines: Sequence[str]) -> Front | None:
    """A paper without a number that calls itself by its genre at the top: a beslisnota, a list of answers."""
    for line in lines[:12]:
        genre = name_genre(line) if len(line) < 160 else None
        if genre is not None and genre not in (Genre.BRIEF, Genre.MOTIE, Genre.VERSLAG, Genre.ADVIES):
            return Front(genre=genre, title=line, published=_paper_date(lines))
    return None


def _item_heading(rows: Sequence[str], item: tuple[int, re.Match[str]] | None) -> str:
    """What stands behind "Nr. 3": on the same line, else on the lines in capitals below it."""
    if item is None:
        return ""
    what = item[1]["what"].strip(" |")
    if not what:
        below = [row for row in rows[item[0] + 1 : item[0] + 4] if row]
        if below:
            what = below[0]
            for row in below[1:]:
                if not (row.isupper() and what.isupper()):
                    break
                what += f" {row}"
    return squash(_DAY.split(what, maxsplit=1)[0])


def _paper_title(
    rows: Sequence[str], dossiers: Sequence[tuple[int, re.Match[str]]], item: tuple[int, re.Match[str]] | None
) -> str:
    """The title of the dossier: behind its number, or on the lines between that and "Nr."."""
    if not dossiers:
        return ""
    at, match = dossiers[0]
    titles = [match["title"].strip(" |")]
    end = item[0] if item and item[0] > at else at + 2
    for row in rows[at + 1 : end]:
        if _DOSSIER.match(row) or _MASTHEAD.match(row):
            break
        titles.append(row.strip(" |"))
    return squash(" ".join(part for part in titles if part))


def _name_paper(subject: str, heading: str, genre: Genre | None) -> str:
    """The title of the dossier, and whose motie or letter this is where the heading says more."""
    if not heading or (genre is not None and genre not in _BARE):
        return subject
    named = heading if not heading.isupper() else _sentence_case(heading)
    return f"{subject}; {named}" if subject else named


_SMALL = frozenset(
    """van het de een der den en c.s. over bij aan in op te ter lid leden motie gewijzigde nader amendement
    brief verslag schriftelijk overleg beslisnota vastgesteld voorgesteld ontvangen tot die dat ten
    voor""".split()
)


def _sentence_case(text: str) -> str:
    """A heading in capitals as a title: "MOTIE VAN HET LID DE VRIES" as "Motie van het lid De Vries"."""
    words = [word.lower() if word.lower() in _SMALL else _capitalise(word) for word in text.split()]
    for n, word in enumerate(words[1:-1], start=1):
        if word in ("van", "de", "der", "den", "het") and words[n - 1] in ("lid", "leden"):
            words[n] = word.capitalize()
    return " ".join((words[0].capitalize(), *words[1:])) if words else text


def _capitalise(word: str) -> str:
    return "-".join(part if len(part) <= 1 else part[0] + part[1:].lower() for part in word.split("-"))


def _paper_date(lines: Sequence[str]) -> date | None:
    """The day the paper was received, presented or signed, as its first page says; the first counts."""
    dates = (parse_date(match["day"]) for match in _DAY.finditer("\n".join(lines)))
    return next((day for day in dates if day), None)
