"""The letter: what it says of itself, read from the set, and the organisation's template of it.

A template is a Word file with fields between double braces. `{{onderwerp}}` and its like may stand anywhere:
in the text, a table, a header, a footer or a text box. Between the paragraphs `{{begin vragen}}` and
`{{einde vragen}}` stands how a question and its answer look; that is repeated, each time in the styles of the
template.
"""

from __future__ import annotations

import copy
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from docx import Document as open_docx
from docx.document import Document as WordDocument
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import RGBColor
from docx.text.font import Font
from lxml import etree

from learninglion.dutch.lexicon import DETERMINERS, MONTHS
from learninglion.dutch.text import squash
from learninglion.models import Answerer, Asker, Dossier, QuestionSet
from learninglion.models.errors import InputError
from learninglion.parsing.kamervragen.header import CASE_NUMBER, parse_asked_on, parse_askers, parse_people
from learninglion.record.notes import listed

_NOTE_LINE = re.compile(r"^\[\w+\]\s")  # a note below the introduction, as the reading lists them
_TAIL = re.compile(r"\s*\((?:her|na)?ingezonden\b.*$", re.DOTALL)
_HEAD = re.compile(r"^(?:schriftelijke\s+)?(?:kamer)?vragen\s+(?:(?:van|aan)\s.+?\s)?over\s+", re.IGNORECASE)
_ADDRESSED = re.compile(
    r"\s(?:en\s+)?aan\s+(?P<who>(?:de|het|mijn|onze)?\s*(?:demissionair\w*\s+)?(?:vice-?)?(?:minister|staatssecretaris)"
    r".*?)(?=\s+(?:over|inzake|betreffende|omtrent|aangaande|naar\s+aanleiding|met\s+betrekking)\b|\s*\(ingezonden|[.;]\s|$)",
    re.IGNORECASE,
)
# A title of a Word file holds at most 255 characters, and a name of a file 255 bytes with its path on Windows
# 260; both stay well below, so that "(1)" and a folder still fit.
_LONGEST_TITLE = 200
_LONGEST_STEM = 90
_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
# Quotation marks, but not the apostrophe of "boa’s".
_QUOTES = re.compile(r"[«»“”„‹›\"]|(?<!\w)['‘’]|['‘’](?!\w)")


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """What is known of a set; "" and None where the set does not say."""

    subject: str  # "het bericht «Water in de kelder»"
    case_number: str = ""  # "2024Z11859", as the Kamer numbers it
    asked_on: date | None = None
    askers: tuple[Asker, ...] = ()
    addressees: tuple[Answerer, ...] = ()

    @property
    def members(self) -> str:
        """ "het lid Jansen (ABC)", "de leden Jansen en Pietersen (beiden ABC)"; "" when not known."""
        if not self.askers:
            return ""
        parties = {a.party for a in self.askers}
        if len(self.askers) > 1 and len(parties) == 1 and self.askers[0].party:
            both = "beiden" if len(self.askers) == 2 else "allen"
            return f"de leden {listed([a.name for a in self.askers])} ({both} {self.askers[0].party})"
        named = [f"{a.name} ({a.party})" if a.party else a.name for a in self.askers]
        return f"{'de leden' if len(named) > 1 else 'het lid'} {listed(named)}"

    @property
    def offices(self) -> tuple[str, ...]:
        """Who is asked, such as "Minister van Defensie"; who answers first comes first."""
        return tuple(_office_text(who) for who in self.addressees)


def _office_text(answerer: Answerer) -> str:
    """ "Staatssecretaris van Financiën", "Minister voor Wonen", "Minister-President"."""
    if not answerer.portfolio or answerer.role == "Minister-President":
        return answerer.role
    link = " " if answerer.role.endswith(" voor") else " van "
    return f"{answerer.role}{link}{answerer.portfolio}"


def read_facts(question_set: QuestionSet) -> LetterFacts:
    """What the introduction and the title of a set say."""
    lines = [line for line in question_set.introduction.split("\n") if not _NOTE_LINE.match(line)]
    introduction = squash(" ".join(lines))
    addressed = _ADDRESSED.search(introduction)
    numbers = CASE_NUMBER.findall(f"{introduction} {question_set.title}")
    return LetterFacts(
        subject=_subject(question_set.title, introduction),
        case_number=numbers[0] if numbers else "",
        asked_on=parse_asked_on(introduction),
        askers=parse_askers(introduction),
        addressees=tuple(parse_people(addressed["who"], False)) if addressed else (),
    )


def _subject(title: str, introduction: str) -> str:
    """The title as it goes on behind "over": small where the set itself writes it small, or it opens with an
    article and the like.
    """
    subject = _HEAD.sub("", _TAIL.sub("", squash(title))).strip(" .")
    small = subject[:1].lower() + subject[1:]
    opens_small = small.partition(" ")[0] in DETERMINERS
    return small if opens_small or f" {small}" in introduction else subject


def day_text(day: date) -> str:
    """ "5 juli 2024"."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def document_title(dossier: Dossier) -> str:
    """ "Beantwoording Kamervragen over ...", or what a conversation is called; every format takes it."""
    if is_conversation(dossier):
        return shorten(squash(dossier.question_set.title), _LONGEST_TITLE)
    facts = read_facts(dossier.question_set)
    about = f" over {facts.subject}" if facts.subject else ""
    return shorten(f"Beantwoording Kamervragen{about}", _LONGEST_TITLE)


def file_stem(dossier: Dossier) -> str:
    """The name of a file without its ending: number, subject and version; safe on every system."""
    facts = read_facts(dossier.question_set)
    subject = _QUOTES.sub("", unicodedata.normalize("NFC", facts.subject))
    subject = squash(_UNSAFE.sub(" ", subject)).strip(" .")
    about = shorten(" ".join(part for part in (facts.case_number, subject) if part), _LONGEST_STEM, mark="")
    name = about.rstrip(" .,;-") or dossier.id
    kind = "" if is_conversation(dossier) else "Kamervragen "
    return f"{kind}{name} v{dossier.version}"


CONVERSATION = "conversation"
"""The setting of a dossier that tells that it is a conversation with documents, no set of questions."""


def is_conversation(dossier: Dossier) -> bool:
    """Whether a dossier is a conversation with documents that was kept."""
    return any(name == CONVERSATION for name, _ in dossier.settings)


def shorten(text: str, longest: int, mark: str = "…") -> str:
    """`text` in at most `longest` characters, cut between words."""
    if len(text) <= longest:
        return text
    beginning = text[: longest - len(mark)]
    return (beginning.rpartition(" ")[0] or beginning).rstrip(" ,;:") + mark


# --------------------------------------------------------------------------- the template

PLAIN_TEMPLATE = Path(__file__).with_name("letter.docx")
_ANYWHERE = (
    *("ministerie", "datum", "onderwerp", "betreft", "ons kenmerk", "uw kenmerk", "datum vragen"),
    *("vragensteller", "aanhef", "inleiding", "ambt", "naam", "markering", "herkomst"),
)
_BEGIN, _END = "begin vragen", "einde vragen"
_QUESTION = ("vraagkop", "vraagnummers", "vraag")
_ANSWERED = ("antwoordkop", "antwoordnummers")
_ANSWER, _ITEM, _NUMBER = "antwoord", "opsomming", "nummering"
_REPEATED = (*_QUESTION, *_ANSWERED, _ANSWER, _ITEM, _NUMBER)
KNOWN_FIELDS = (*_ANYWHERE, *_REPEATED, _BEGIN, _END)
"""Every field that a template may hold; docs/letters.md tells what comes in their place."""
_FIELD = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")
_MOST = 20 * 2**20  # bytes of a template, and of what it unpacks to per part
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_TEMPLATE = "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml"
_OWN_CORE = b"officedocument/2006/relationships/metadata/core-properties"  # as LibreOffice calls it
_CORE = b"package/2006/relationships/metadata/core-properties"
_PARTS = re.compile(r"/word/(?:document|header\d*|footer\d*)\.xml$")
_GREY = RGBColor(0x59, 0x59, 0x59)  # of what is to be filled in

Element = BaseOxmlElement


@dataclass(frozen=True, slots=True)
class LetterTerms:
    """What the organisation says of its letters; "" and None: see the template and the set."""

    template: Path | None = None
    ministry: str = ""
    office: str = ""  # who signs, such as "Minister van Defensie"; "": the first who was asked
    name: str = ""  # of who signs


@dataclass(frozen=True, slots=True)
class FillIn:
    """A place that somebody fills in with Word: it shows what goes there, and gives way when one types."""

    shown: str
    is_date: bool = False


@dataclass(frozen=True, slots=True)
class Pattern:
    """How one question and its answer look: paragraphs that are copied, and after which paragraph."""

    question: tuple[Element, ...]
    answered: tuple[Element, ...]
    item: Element
    number: Element | None


@dataclass(frozen=True, slots=True)
class LetterTemplate:
    """A template, opened afresh for one letter."""

    word: WordDocument
    pattern: Pattern
    place: Element  # the answers come before this element, which goes away

    @classmethod
    def open(cls, path: Path | None) -> LetterTemplate:
        """The template at `path`, or the plain one. InputError names everything that does not fit."""
        chosen = path or PLAIN_TEMPLATE
        try:
            word = _open_word(chosen)
        except InputError:
            raise
        except (OSError, zipfile.BadZipFile, KeyError, ValueError, etree.XMLSyntaxError) as error:
            raise InputError(f"[letter] template: {chosen} is geen leesbaar Word-bestand.") from error
        if wrong := _mistakes(word):
            raise InputError(f"[letter] template: {chosen}: {'; '.join(wrong)}.")
        pattern, place = _take_pattern(word)
        return cls(word, pattern, place)


def _open_word(path: Path) -> WordDocument:
    """The Word file; a template of Word (.dotx) is opened as the document it makes."""
    if path.stat().st_size > _MOST:
        raise InputError(f"[letter] template: {path} is te groot.")
    made = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            if item.file_size > _MOST or item.filename.endswith("vbaProject.bin"):
                raise InputError(f"[letter] template: {path} is te groot of bevat macro's.")
            content = old.read(item)
            if item.filename == "[Content_Types].xml":
                content = content.replace(_TEMPLATE.encode(), _MAIN.encode())
            elif item.filename == "_rels/.rels":  # under that name python-docx would add a second one
                content = content.replace(_OWN_CORE, _CORE)
            new.writestr(item.filename, content)
    return open_docx(io.BytesIO(made.getvalue()))


def _mistakes(word: WordDocument) -> list[str]:
    """What keeps this document from being a template of the letter."""
    fields = [(name, p) for p in paragraphs_of(word) for name in _fields_of(p)]
    names = [name for name, _ in fields]
    wrong = [f"het veld {{{{{name}}}}} is onbekend" for name in sorted(set(names) - set(KNOWN_FIELDS))]
    wrong += [
        f"het veld {{{{{name}}}}} ontbreekt of staat er meer dan één keer"
        for name in (_BEGIN, _END, "vraag", _ANSWER)
        if names.count(name) != 1
    ]
    alone = (_BEGIN, _END, "vraag", _ANSWER, _ITEM, _NUMBER)
    wrong += [
        f"{{{{{name}}}}} moet alleen in een alinea staan"
        for name, p in fields
        if name in alone and _FIELD.sub("", text_of(p)).strip()
    ]
    if word.element.body.xpath(".//w:footnoteReference"):
        wrong.append("het sjabloon heeft zelf voetnoten; die zouden de bronnen anders nummeren")
    if not wrong:
        wrong += _misplaced(word)
    return wrong


def _misplaced(word: WordDocument) -> list[str]:
    repeated = (*_REPEATED, _BEGIN, _END)
    where = {name: p for p in paragraphs_of(word) for name in _fields_of(p) if name in repeated}
    begin, end = where[_BEGIN], where[_END]
    if begin.getparent() is not end.getparent() or begin.getparent().tag not in (qn("w:body"), qn("w:tc")):
        return [f"{{{{{_BEGIN}}}}} en {{{{{_END}}}}} moeten in dezelfde lopende tekst staan"]
    siblings = list(begin.getparent())
    within = siblings[siblings.index(begin) : siblings.index(end) + 1]
    return [
        f"{{{{{name}}}}} moet tussen {{{{{_BEGIN}}}}} en {{{{{_END}}}}} staan"
        for name, p in where.items()
        if p not in within
    ]


def _take_pattern(word: WordDocument) -> tuple[Pattern, Element]:
    where = {name: p for p in paragraphs_of(word) for name in _fields_of(p)}
    begin, end = where[_BEGIN], where[_END]
    siblings = list(begin.getparent())
    within = siblings[siblings.index(begin) + 1 : siblings.index(end)]
    item, number = where.get(_ITEM), where.get(_NUMBER)
    paragraphs = [p for p in within if p is not item and p is not number]
    answers = (at for at, p in enumerate(paragraphs) if {*_ANSWERED, _ANSWER}.intersection(_fields_of(p)))
    first = next(answers, len(paragraphs))
    for element in (begin, *within):
        element.getparent().remove(element)
    answer = where[_ANSWER]
    return Pattern(
        tuple(paragraphs[:first]), tuple(paragraphs[first:]), answer if item is None else item, number
    ), end


def holds(paragraph: Element, name: str) -> bool:
    """Whether this paragraph holds the field `name`."""
    return name in _fields_of(paragraph)


def _fields_of(paragraph: Element) -> list[str]:
    return [name.lower() for name in _FIELD.findall(text_of(paragraph))]


# --------------------------------------------------------------------------- paragraphs and their fields


def paragraphs_of(word: WordDocument) -> Iterator[Element]:
    """Every paragraph of the text, the headers and the footers, also in tables and text boxes."""
    roots = [word.element]
    for part in word.part.package.iter_parts():
        if _PARTS.search(str(part.partname)) and part is not word.part:
            roots.append(part.element)
    for root in roots:
        yield from root.iter(qn("w:p"))


def text_of(paragraph: Element) -> str:
    """The text of a paragraph itself, without that of a text box anchored in it."""
    return "".join(node.text or "" for node in _texts(paragraph))


def _texts(paragraph: Element) -> list[Element]:
    texts: list[Element] = []
    for node in paragraph.iter(qn("w:t")):
        holder = node.getparent()
        while holder is not None and holder.tag != qn("w:p"):
            holder = holder.getparent()
        if holder is paragraph:
            texts.append(node)
    return texts


def fill_fields(paragraph: Element, values: Mapping[str, str | FillIn]) -> bool:
    """Put `values` in the place of the fields of a paragraph, in the look of the field.

    False when the paragraph held nothing but fields without a value: there is nothing left to show.
    """
    before = text_of(paragraph)
    for match in reversed(list(_FIELD.finditer(before))):
        name = match[1].lower()
        if name in values:
            _put(paragraph, match.start(), match.end(), values[name])
    return bool(text_of(paragraph).strip()) or not _FIELD.search(before)


def _put(paragraph: Element, start: int, end: int, value: str | FillIn) -> None:
    """`value` in the place of characters start..end."""
    runs = _runs_between(paragraph, start, end)
    first = runs[0]
    look = first.find(qn("w:rPr"))
    if isinstance(value, FillIn):
        first.addprevious(fill_in(value, look))
    elif value:
        first.addprevious(text_run(value, look))
    for run in runs:
        run.getparent().remove(run)


def _runs_between(paragraph: Element, start: int, end: int) -> list[Element]:
    """The runs that hold exactly characters start..end, after splitting those that hold more."""
    at, runs = 0, []
    for node in _texts(paragraph):
        length = len(node.text or "")
        begin, stop = max(start - at, 0), min(end - at, length)
        at += length
        if begin >= stop:
            continue
        run = node.getparent()
        if stop < length or node.getnext() is not None:
            _split(run, node, stop)
        if begin or _opens_late(node):
            run = _split(run, node, begin)
        runs.append(run)
    return runs


def _opens_late(node: Element) -> bool:
    """Whether its run holds something before `node`, such as a line break."""
    before = node.getprevious()
    return before is not None and before.tag != qn("w:rPr")


def _split(run: Element, node: Element, offset: int) -> Element:
    """Cut a run in `node` before character `offset`; the second half, which follows it."""
    second = copy.deepcopy(run)
    place = list(run).index(node)
    for child in list(second)[:place]:
        if child.tag != qn("w:rPr"):
            second.remove(child)
    for child in list(run)[place + 1 :]:
        run.remove(child)
    rest = second.find(qn("w:t"))
    text = node.text or ""
    _set_text(node, text[:offset])
    _set_text(rest, text[offset:])
    run.addnext(second)
    return second


def _set_text(node: Element, text: str) -> None:
    node.text = text
    node.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def text_run(text: str, look: Element | None = None, *, tag: str = "w:t") -> Element:
    """A run of text that looks like `look`."""
    run = OxmlElement("w:r")
    if look is not None:
        run.append(copy.deepcopy(look))
    node = OxmlElement(tag)
    _set_text(node, text)
    run.append(node)
    return run


def element(tag: str, *within: Element, **values: str) -> Element:
    """An element of Word with what stands within it, and these values of its attributes."""
    made: Element = OxmlElement(f"w:{tag}")
    for name, value in values.items():
        made.set(qn(f"w:{name}"), value)
    for part in within:
        made.append(part)
    return made


def fill_in(value: FillIn, look: Element | None = None) -> Element:
    """A content control that shows what to fill in; Word picks a date for a date."""
    named = (element("alias", val=value.shown), element("tag", val=value.shown))
    properties = element("sdtPr", *named, element("showingPlcHdr"))
    if value.is_date:  # without a kind it holds text; LibreOffice gives one for plain text a look of its own
        spelled = (element("dateFormat", val="d MMMM yyyy"), element("lid", val="nl-NL"))
        properties.append(element("date", *spelled))
    run = text_run(f"[{value.shown}]", look)
    Font(run).color.rgb = _GREY
    return element("sdt", properties, element("sdtContent", run))


def look_of(paragraph: Element) -> Element | None:
    """How the first field of a paragraph looks."""
    match = _FIELD.search(text_of(paragraph))
    if match is None:
        return None
    at = 0
    for node in _texts(paragraph):
        at += len(node.text or "")
        if at > match.start():
            properties: Element | None = node.getparent().find(qn("w:rPr"))
            return properties
    return None


def emptied(paragraph: Element) -> Element:
    """A copy of a paragraph with its style and without its content."""
    fresh: Element = OxmlElement("w:p")
    settings = paragraph.find(qn("w:pPr"))
    if settings is not None:
        fresh.append(copy.deepcopy(settings))
        for nested in fresh[0].findall(qn("w:sectPr")):
            fresh[0].remove(nested)
    return fresh
