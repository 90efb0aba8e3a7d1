"""Official XML (`officiele-publicatie`) to a document: liberal in structure, strict in what it reports.

Several schema versions live side by side, and no complete questions are public in this form: every element
with text becomes a paragraph, known ones with their kind; what is not known is read and told.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import PurePath

from lxml import etree

from learninglion.dutch.text import squash
from learninglion.models import BlockKind, Document, DocumentKind, Genre, RawFile
from learninglion.models.errors import UnreadableFileError
from learninglion.models.plain import sha256_hex
from learninglion.models.types import parse_publication_id
from learninglion.parsing.kamervragen.content import ADDRESS, fill_in
from learninglion.parsing.kamervragen.header import name_genre
from learninglion.parsing.office.mathematics import linear_mathml
from learninglion.parsing.office.pieces import Cell, table_of
from learninglion.parsing.writing import Note, Paragraph, assemble, lowered, raised, tidy

# The metadata of an official publication: by (name, scheme), in the document or in a record of its own.

_RECORD = re.compile(r"/(?P<identifier>[a-z]{1,6}-[\w-]+)/metadata(?:_owms)?\.xml", re.IGNORECASE)
_ANNEX_TYPES = "OVERHEIDop.AanhangselTypen"
_PAPER_TYPES = "OVERHEIDop.KamerstukTypen"


@dataclass(frozen=True, slots=True)
class Metadata:
    """The values of a record: several may share a name, and a scheme tells them apart."""

    values: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)

    def get(self, name: str, scheme: str | None = None) -> str:
        """The first value under `name` (any scheme where it is None); empty where there is none."""
        return next(iter(self.all(name, scheme)), "")

    def all(self, name: str, scheme: str | None = None) -> tuple[str, ...]:
        """The values under `name`, in order."""
        return tuple(
            value
            for (known, kind), values in self.values.items()
            if known == name and scheme in (None, kind)
            for value in values
        )

    @property
    def identifier(self) -> str | None:
        """The canonical identifier: of an Aanhangsel by year and number; else the own, or the record's."""
        number, year = self.get("OVERHEIDop.aanhangselNummer"), self.session_year
        own = self.get("DC.identifier") or self._pointed()
        if number.isdigit() and year:
            chamber = "ek" if "Eerste" in self.get("DC.creator") else "tk"
            return f"ah-{chamber}-{year.replace('-', '')}-{int(number)}"
        return own or None

    @property
    def alias(self) -> str | None:
        """The identifier the record itself carries, where the canonical one is another."""
        own = self.get("DC.identifier")
        return own if own and own != self.identifier else None

    @property
    def session_year(self) -> str | None:
        """ "2023-2024"."""
        year = self.get("OVERHEIDop.vergaderjaar")
        if re.fullmatch(r"\d{4}-\d{4}", year):
            return year
        known = parse_publication_id(self.get("DC.identifier"))
        return known.session_year if known else None

    @property
    def title(self) -> str:
        """What the document is called: its own title rather than that of its dossier."""
        return self.get("OVERHEIDop.documenttitel") or self.get("DC.title")

    @property
    def genre(self) -> Genre | None:
        """What sort of Kamerstuk it is."""
        return name_genre(self.get("DC.type", _PAPER_TYPES))

    @property
    def is_annex(self) -> bool:
        """Whether it is an Aanhangsel: questions with answers, or a notice."""
        return bool(self.get("DC.type", _ANNEX_TYPES)) or self.get("OVERHEIDop.publicationName").startswith(
            "Kamervragen"
        )

    @property
    def is_provisional(self) -> bool:
        """Whether the text is not final yet."""
        return self.get("OVERHEIDop.documentStatus") == "Onopgemaakt"

    def day(self, *names: str) -> date | None:
        """The first of the days under `names`."""
        for name in names:
            try:
                return date.fromisoformat(self.get(name)[:10])
            except ValueError:
                continue
        return None

    def _pointed(self) -> str:
        match = _RECORD.search(self.get("OVERHEIDop.externMetadataRecord"))
        return match["identifier"] if match else ""


def _read_metadata(root: etree._Element) -> Metadata:
    """The metadata in a document (`meta`) or in a record (`metadata`), wherever it stands there."""
    metadata: dict[tuple[str, str], list[str]] = defaultdict(list)
    for element in root.iter("meta", "metadata"):
        name = element.get("name")
        value = (element.get("content") or "").strip()
        if name and value:
            metadata[name, element.get("scheme") or ""].append(value)
    return Metadata({key: tuple(values) for key, values in metadata.items()})


_ROOT = re.compile(
    r"^\s*(?:<\?xml\b[^>]*\?>)?(?:\s*(?:<!--.*?-->|<\?(?!xml\b).*?\?>|<!DOCTYPE[^>\[]*(?:\[.*?\])?\s*>))*"
    r"\s*<(?P<root>[A-Za-z_][\w.:-]*)",
    re.DOTALL,
)
_DECLARED = re.compile(r"^\s*<\?xml\b")
_PUBLICATIONS = frozenset(
    "officiele-publicatie kamerstuk kamervragen kamervraag aanhangsel handelingen staatsblad "
    "staatscourant tractatenblad gemeenteblad provinciaalblad waterschapsblad "
    "bladgemeenschappelijkeregeling niet-dossierstuk agenda bijlage".split()
)
_INLINE = frozenset(
    "nadruk extref intref dossierref datum ondernummer inf sup super sub b i u em strong span a unl br lb "
    "noot voetnoot noot.nr organisatie plaats naam voornaam achternaam functie raadnr rijkswetnr "
    "begrotingshoofdstuk dossiernr label nr math".split()
)
# What a fragment of a web page can begin with.
_WEB_PAGE = frozenset(
    "head body main article section header footer nav aside div p span a b i em strong h1 h2 h3 h4 h5 h6 "
    "ul ol li dl table form blockquote pre figure img br hr style script title meta link center font".split()
)
_SKIPPED = frozenset("metadata meta illustratie".split())
_HEAD = frozenset("kamerstukkop kamervraagkop handelingenkop".split())
_GROUPS = frozenset(
    "kamerstuk kamervragen kamervraag aanhangsel handelingen staatsblad staatscourant tractatenblad "
    "gemeenteblad provinciaalblad waterschapsblad dossier dossiernummer stuk algemeen vrije-tekst tekst "
    "al-groep lijst divisie circulaire circulaire-tekst circulaire.divisie zakelijke-mededeling "
    "zakelijke-mededeling-tekst wet-besluit aanhef considerans afkondiging wettekst artikel hoofdstuk "
    "afdeling paragraaf titeldeel boek deel wetsluiting slotformulering gegeven ondertekening "
    "ondertekenaar uitgifte vraag vragen antwoord antwoorden vraag-antwoord bijlage regeling regeling- "
    "tekst regeling-sluiting nota-toelichting toelichting inhoud lid li citaat tekstgroep officiele- "
    "publicatie plaatje amendement amendement-lid motie brief verslag kamervraagnummer "
    "kamervraagomschrijving".split()
)
_TEXTS = frozenset(
    "al titel subtitel tussenkop intitule tekstregel stuknr datumtekst wij considerans.al dagtekening "
    "koning lidnr li.nr kop noot.al bijschrift groep aanhef-al kamervraagonderwerp".split()
)
_QUESTIONS = {"vraag": "Vraag", "antwoord": "Antwoord"}
_SHIFTED = {"sup": raised, "super": raised, "inf": lowered, "sub": lowered}
_NOTES = ("noot", "voetnoot")
_DEEPEST = 6


def looks_like_xml(text: str) -> str | None:
    """The name of the root element of an XML file that is no web page; None for anything else."""
    match = _ROOT.match(text[:20_000])
    if match is None or match["root"].lower().split(":")[-1] == "html":
        return None
    return None if match["root"].lower() in _WEB_PAGE and not _DECLARED.match(text) else match["root"]


def looks_like_records(text: str) -> bool:
    """Whether a text is data in JSON, one value or one a line: what a feed gives, no document."""
    start = text.lstrip("\ufeff \t\r\n")
    if start[:1] not in ("{", "["):
        return False
    try:
        value, _ = json.JSONDecoder().raw_decode(start)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) or any(isinstance(inner, dict | list) for inner in value)


def parse_xml(raw: RawFile, text: str) -> Document:
    """The document in official XML; UnreadableFileError, naming the file, for records and other XML."""
    body = re.sub(r"^\s*<\?xml\b[^>]*\?>", "", text)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(body.encode("utf-8"), parser=parser)
    except (etree.XMLSyntaxError, ValueError) as problem:
        raise UnreadableFileError(raw.name, "deze XML is beschadigd") from problem
    name = _name(root)
    if name not in _PUBLICATIONS:
        raise UnreadableFileError(raw.name, _refusal(name))
    reader = _Reader()
    reader.read(root)
    if not reader.paragraphs:
        raise UnreadableFileError(raw.name, "er staat geen leesbare tekst in dit bestand")
    return _document(raw, reader, _read_metadata(root), root)


def _refusal(name: str) -> str:
    if name in ("metadata_gegevens", "record", "searchRetrieveResponse", "gzd"):
        return "dit is een metadatarecord en geen document; neem het document zelf op."
    if name in ("feed", "entry", "rss"):
        return "dit is een lijst van berichten (feed) en geen document."
    if name in ("Edmx", "service", "error"):
        return "dit is een beschrijving van gegevens (OData) en geen document."
    return f"dit is XML van een soort die niet wordt gelezen (<{name}>)."


# --------------------------------------------------------------------------- elements


_ENDS = ("namest", "nameend")  # the first and the last column of a cell that takes several


def _count(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 4 else 0


@dataclass(slots=True)
class _Reader:
    """Walks through a publication and collects what a reader would see."""

    paragraphs: list[Paragraph] = field(default_factory=list)
    letterhead: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    unknown: dict[str, None] = field(default_factory=dict)

    def read(self, element: etree._Element, depth: int = 0) -> None:
        """Read an element and what is in it."""
        name = _name(element)
        if not name or name in _SKIPPED:
            return
        if name in _HEAD:
            self.letterhead += [line for child in element if (line := self._say(child)[0])]
        elif name in ("table", "tabel"):
            self._read_table(element)
        elif (
            name == "kop"
            or name == "tussenkop"
            or name in ("titel", "subtitel", "intitule")
            and not _has_blocks(element)
        ):
            self._add(element, BlockKind.HEADING, min(_DEEPEST, max(1, depth)))
        elif name in ("li", "lid"):
            self._read_numbered(element, depth)
        elif _has_blocks(element):
            self._label(element, name)
            self._loose(element.text)
            for child in element:
                self.read(child, depth + 1)
                self._loose(child.tail)
        else:
            if name not in _TEXTS | _INLINE | _GROUPS:
                self.unknown[name] = None
            self._label(element, name)
            self._add(element)

    def _loose(self, text: str | None) -> None:
        """Text between the parts of an element that holds blocks: it stays."""
        if text and squash(tidy(text)):
            self.paragraphs.append(Paragraph(squash(tidy(text))))

    def _label(self, element: etree._Element, name: str) -> None:
        """A label above a question or answer that has its number as an attribute or an element."""
        word = _QUESTIONS.get(name)
        if word is None:
            return
        first = squash(tidy("".join(element.itertext())))[:12]
        if re.match(r"(?:vraag|antwoord)", first, re.IGNORECASE):
            return
        own = element.find("nr")
        number = element.get("nr") or element.get("nummer") or (own.text if own is not None else "") or ""
        self.paragraphs.append(Paragraph(f"{word} {number.strip(' .')}".strip(), BlockKind.HEADING, 3))
        if own is not None:
            element.remove(own)

    def _read_numbered(self, element: etree._Element, depth: int) -> None:
        """A list item or a member of an article: its number ahead of its first paragraph."""
        number = ""
        for child in element:
            name = _name(child)
            if name in ("li.nr", "lidnr"):
                number = self._say(child)[0]
                continue
            before = len(self.paragraphs)
            self.read(child, depth + 1)
            if number and len(self.paragraphs) > before:
                first = self.paragraphs[before]
                shift = len(number) + 1
                self.paragraphs[before] = replace(
                    first,
                    text=f"{number} {first.text}",
                    kind=BlockKind.LIST_ITEM if element.tag == "li" else first.kind,
                    notes=tuple((at + shift, key) for at, key in first.notes),
                )
                number = ""
        if not len(element):
            self._add(element, BlockKind.LIST_ITEM)

    def _read_table(self, element: etree._Element) -> None:
        for title in element.findall("title") + element.findall("titel"):
            self._add(title, BlockKind.PARAGRAPH)
        names = [column.get("colname") for column in element.iter("colspec")]
        rows = [
            [self._cell(cell, names) for cell in row if _name(cell) in ("entry", "td", "th", "cel")]
            for row in element.iter("row", "tr", "rij")
        ]
        self.paragraphs.extend(table_of(rows))

    def _cell(self, element: etree._Element, names: Sequence[str | None]) -> Cell:
        """A cell with the columns and rows that it takes; `names`: of the columns, from the left."""
        first, last = (names.index(name) if (name := element.get(key)) in names else 0 for key in _ENDS)
        more = _count(element.get("morerows"))
        down = more + 1 if more else _count(element.get("rowspan"))
        inside = [child for child in element if _name(child) == "al"]
        parts = inside if len(inside) > 1 and len(inside) == len(element) else [element]
        sentences = [self._say(part) for part in parts]
        return Cell(
            [Paragraph(text, notes=tuple(notes)) for text, notes in sentences if text],
            last - first + 1 if last else _count(element.get("colspan")) or 1,
            down or 1,
        )

    def _add(self, element: etree._Element, kind: BlockKind = BlockKind.PARAGRAPH, level: int = 0) -> None:
        text, notes = self._say(element)
        if text:
            strong = (
                len(element) == 1 and not (element.text or "").strip() and not (element[0].tail or "").strip()
            )
            emphasised = strong and _name(element[0]) == "nadruk"
            self.paragraphs.append(Paragraph(text, kind, level, emphasised, tuple(notes)))

    def _say(self, element: etree._Element) -> tuple[str, list[tuple[int, str]]]:
        """The running text of an element on one line, and where its notes are referred to."""
        text = ""
        notes: list[tuple[int, str]] = []
        for piece, note in self._pieces(element):
            if note is not None:
                notes.append((len(text.rstrip()), note))
                continue
            piece = re.sub(r"\s+", " ", tidy(piece))
            text += piece.lstrip() if not text or text.endswith(" ") else piece
        text = text.rstrip()
        return text, [(min(at, len(text)), key) for at, key in notes]

    def _pieces(self, element: etree._Element, before: str = "") -> Iterator[tuple[str, str | None]]:
        name = _name(element)
        if not name or name in _SKIPPED:
            return
        if name in _NOTES:
            yield "", self._keep_note(element)
            return
        if name in _SHIFTED and not any(_name(inside) in _NOTES for inside in element.iter()):
            yield _SHIFTED[name]("".join(element.itertext()), before), None
            return
        if name == "math":
            yield f" {linear_mathml(element)} ", None
            return
        if name in ("br", "lb"):
            yield " ", None
        if element.text:
            yield element.text, None
        before = element.text or before
        previous, spoken = "", False
        for child in element:
            inner = _name(child)
            if previous and not spoken and inner not in ("nadruk", *_SHIFTED, *_NOTES):
                yield " ", None  # parts of a heading or a name that stand on lines of their own
            yield from self._pieces(child, before)
            if child.tail:
                yield child.tail, None
            before = child.tail or "".join(child.itertext()) or before
            previous, spoken = inner, bool((child.tail or "").strip())

    def _keep_note(self, element: etree._Element) -> str:
        key = f"xml:{len(self.notes) + 1}"
        number = element.find("noot.nr")
        mark = (element.get("nr") or (number.text if number is not None else "") or "").strip(" .)")
        texts = [self._say(child)[0] for child in element if _name(child) != "noot.nr"]
        text = " ".join(filter(None, texts)) or squash(tidy(element.text or ""))
        self.notes.append(Note(key, text, 0, mark))
        return key


def _name(element: etree._Element) -> str:
    """The name of an element without its namespace; empty for what is no element (an entity left closed)."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _has_blocks(element: etree._Element) -> bool:
    return any(_name(child) and _name(child) not in _INLINE for child in element)


# --------------------------------------------------------------------------- the document


def _document(raw: RawFile, reader: _Reader, metadata: Metadata, root: etree._Element) -> Document:
    paragraphs = tuple(reader.paragraphs)
    running = assemble(paragraphs, tuple(reader.notes))
    sha256 = sha256_hex(raw.content)
    document = Document(
        id=f"doc-{sha256[:16]}",
        sha256=sha256,
        title=_title(root, reader) or PurePath(raw.name).stem,
        kind=DocumentKind.DOCUMENT,
        text=running.text,
        url=raw.url,
        blocks=running.blocks,
        footnotes=running.footnotes,
        source_name=raw.name,
    )
    named = [metadata.identifier] if metadata.identifier else []
    document = fill_in(document, paragraphs, running.spans, [*reader.letterhead, *named], metadata.title)
    return _with_metadata(document, metadata, root, reader)


def _title(root: etree._Element, reader: _Reader) -> str:
    """The title of what is published: not the name of the sheet above it."""
    for path in (".//intitule", ".//stuk/titel", "./*/kop/titel", ".//kop/titel"):
        element = root.find(path)
        if element is not None and (text := reader._say(element)[0]):
            return text
    return ""


def _with_metadata(document: Document, metadata: Metadata, root: etree._Element, reader: _Reader) -> Document:
    """The document with what its metadata say, which goes before what its text says."""
    identifier = metadata.identifier
    known = parse_publication_id(identifier) if identifier else None
    dossiers = [_dossier(number) for number in root.iter("dossiernummer")]
    warnings = list(document.warnings)
    if reader.unknown:
        names = ", ".join(f"<{name}>" for name in reader.unknown)
        warnings.append(f"Onderdelen die niet bekend zijn, zijn als gewone tekst gelezen: {names}.")
    if metadata.is_provisional:
        warnings.append("Deze publicatie is nog niet opgemaakt; de tekst kan veranderen.")
    signed = root.find(".//datumtekst/datum")
    signed = root.find(".//dagtekening/datum") if signed is None else signed
    day = metadata.day("DCTERMS.issued", "OVERHEIDop.datumOntvangst", "DCTERMS.available")
    if signed is not None and signed.get("isodatum"):
        day = Metadata({("day", ""): (str(signed.get("isodatum")),)}).day("day") or day
    number = known.number if known else metadata.get("OVERHEIDop.ondernummer")
    return replace(
        document,
        id=identifier or document.id,
        url=ADDRESS.format(identifier=identifier) if identifier else document.url,
        kind=DocumentKind.KAMERVRAGEN
        if metadata.is_annex or document.kind is DocumentKind.KAMERVRAGEN
        else document.kind,
        title=metadata.title or document.title,
        session_year=metadata.session_year or document.session_year,
        number=int(number) if number.isdigit() else document.number,
        dossier=(known.dossier if known else None) or next(filter(None, dossiers), None) or document.dossier,
        genre=metadata.genre or document.genre,
        published=day or document.published,
        received_on=metadata.day("OVERHEIDop.datumOntvangst") or document.received_on,
        related=tuple(dict.fromkeys((*document.related, *filter(None, (metadata.alias,))))),
        warnings=tuple(warnings),
    )


def _dossier(element: etree._Element) -> str:
    """ "36 410" with chapter VII as "36410-VII"."""
    parts = [re.sub(r"\s", "", "".join(child.itertext())) for child in element]
    return "-".join(part.strip("()") for part in parts if part)
