"""Questions about a document itself: who wrote it, when, which version, how long, what a chapter is about.

They are answered from its front matter, its end and its structure, never from its running text; where that
does not tell, it is not told.

A sentence carries a section when its words stand in much of the rest of it: the centre of what the sentences
share, with a preference for how the section begins. Nothing is written and no model is asked.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile

from learninglion.dutch.lexicon import ENGLISH_MONTHS, MONTHS
from learninglion.dutch.questions import is_commonplace, is_filler
from learninglion.dutch.text import fold, split_sentences, squash, stem, words
from learninglion.models import Block, BlockKind, Document, Span
from learninglion.search.question import (
    BARE,
    DOCUMENT,
    PARTS_NUMBERED,
    REFERENCE,
    THIS,
    alike,
    find_parts,
    is_title,
    parts_named,
    read_question,
    with_text,
)
from learninglion.search.synonyms import translations

_MOST_SECTIONS = 12
_FEWEST_WORDS, _MOST_WORDS = 6, 60  # of a sentence that can stand by itself
_LONG = 250  # words: a section with more gets a second sentence
_OPENS = 0.15  # how much more the first sentence of a section counts, and half of that the last


@dataclass(frozen=True, slots=True)
class Carrier:
    """A sentence that carries a section: its place, the paragraph it stands in, and the heading above."""

    span: Span
    around: Span
    heading: str


def carriers(document: Document) -> tuple[Carrier, ...]:
    """The sentences that carry the main sections of `document`, in order; none where it has no sections."""
    rarity = _rarity(document)
    carriers_so_far: list[Carrier] = []
    for heading, blocks in _sections(document):
        sentences = [(span, block.span) for block in blocks for span in _sentences(document, block)]
        if not sentences:
            continue
        texts = [span.of(document.text) for span, _ in sentences]
        count = 2 if sum(len(text.split()) for text in texts) > _LONG else 1
        best = sorted(_central(texts, rarity)[:count])
        carriers_so_far += [Carrier(*sentences[place], heading) for place in best]
    return tuple(carriers_so_far)


def _main_headings(document: Document) -> tuple[Block, ...]:
    """The headings of the highest level at which there are at least two, in order."""
    ordered = sorted(document.blocks, key=lambda block: block.span.start)
    headings = [block for block in ordered if block.kind is BlockKind.HEADING]
    levels = Counter(block.level for block in headings)
    top = min((level for level, count in levels.items() if count > 1), default=None)
    return tuple(block for block in headings if block.level == top)


def _sections(document: Document) -> Iterator[tuple[str, list[Block]]]:
    """The main sections, by their heading, with their running text."""
    ordered = sorted(document.blocks, key=lambda block: block.span.start)
    starts = _main_headings(document)
    ends = [*(block.span.start for block in starts[1:]), len(document.text)]
    for block, end in list(zip(starts, ends, strict=False))[:_MOST_SECTIONS]:
        inside = [
            other
            for other in ordered
            if block.span.end <= other.span.start < end and other.kind is BlockKind.PARAGRAPH
        ]
        yield " ".join(block.span.of(document.text).split()), inside


def _sentences(document: Document, block: Block) -> Iterator[Span]:
    """Whole sentences of a paragraph that say something by themselves."""
    text = block.span.of(document.text)
    for span in split_sentences(text):
        sentence = span.of(text).strip()
        if sentence.endswith(".") and _FEWEST_WORDS <= len(sentence.split()) <= _MOST_WORDS:
            yield Span(block.span.start + span.start, block.span.start + span.end)


def _terms(text: str) -> frozenset[str]:
    return frozenset(stem(w) for w in words(text) if not is_filler(w) and not is_commonplace(w))


def _rarity(document: Document) -> dict[str, float]:
    """How telling each stem is: less where it stands in more paragraphs of the document."""
    paragraphs = [_terms(b.span.of(document.text)) for b in document.blocks if b.kind is BlockKind.PARAGRAPH]
    counts = Counter(term for terms in paragraphs for term in terms)
    return {term: math.log(1 + len(paragraphs) / count) for term, count in counts.items()}


def _central(texts: Sequence[str], rarity: dict[str, float]) -> list[int]:
    """The places of `texts`, what shares most with the others first."""
    bags = [_terms(text) for text in texts]
    sizes = [math.sqrt(sum(rarity.get(t, 0.0) ** 2 for t in bag)) or 1.0 for bag in bags]

    def alike(one: int, other: int) -> float:
        shared = sum(rarity.get(t, 0.0) ** 2 for t in bags[one] & bags[other])
        return shared / (sizes[one] * sizes[other])

    centre = [
        sum(alike(n, other) for other in range(len(texts)) if other != n) / max(1, len(texts) - 1)
        for n in range(len(texts))
    ]
    centre[0] += _OPENS
    centre[-1] += _OPENS / 2
    return sorted(range(len(texts)), key=lambda n: (-centre[n], n))


class Feature(StrEnum):
    """What of a document is asked for."""

    AUTHOR = "author"
    ADDRESSEE = "addressee"
    DATE = "date"
    VERSION = "version"
    TITLE = "title"
    PAGES = "pages"
    PARTS = "parts"
    APPENDIX = "appendix"
    SUMMARY = "summary"
    SOURCES = "sources"
    REFERENCE = "reference"
    PART = "part"  # what stands in a chapter
    FIGURES = "figures"
    SUBJECT = "subject"


@dataclass(frozen=True, slots=True)
class Fact:
    """What a document tells of itself: the words that tell it, the stretch around them, and what was counted.

    `summary` is said by the program, from the structure; empty where the quote says it all.
    """

    feature: Feature
    quote: Span
    around: Span
    summary: str = ""
    heading: str = ""  # of the section whose sentence it is


_WHO = (
    r"(?:wie|wiens|who|whom|(?:which|what)\s+(?:minister|ministry|department|organi[sz]ation|agency"
    r"|body|unit|team"
    r"|office|company|people|members)|welke?\s+(?:minister|ministerie|team|staatssecretaris"
    r"|bewindspersoon|organisatie|bureau|instantie"
    r"|afdeling|dienst|(?:kamer)?(?:lid|leden)|partij|fractie))"
)
_MADE = (
    r"(?:geschreven|schreef|schreven|opgesteld|gemaakt|maakten?|ondertekend\w*|getekend|tekenden?|uitgebracht"
    r"|ingediend|dienden?|stuurden?|gestuurd|verstuurde?n?|verzonden|gepubliceerd|uitgevoerd|vastgesteld"
    r"|opgeleverd|gesteld|stelde?n?|beantwoord\w*|antwoordden?(?:\s+op)?|ga(?:f|ven)|voerden?\b.*\buit|stelden?\b.*\b(?:op|vast)"
    r"|goedgekeurd"
    r"|wrote|written|signed|published|sent|made|prepared|drew up|drawn up|drafted|issued|approved|produced"
    r"|carried out|asked|answered|proposed|compiled|conducted|commissioned|done|did|opdracht|gedaan|deed"
    r"|deden)"
)
_WHEN = (
    r"(?:wanneer|(?:op|van|per|uit|in|sinds|tot)\s+(?:welke?\s+(?:datum|dag|(?:vergader)?jaar|maand)|wanneer)"
    r"|welke datum|hoe (?:oud|recent|actueel)|when|how (?:old|recent)|(?:in|from|since|until) (?:what"
    r"|which) (?:year|date))"
)
_ISSUED = (
    r"(?:gepubliceerd|verschenen|uitgebracht|uitgekomen|opgesteld|vastgesteld|gedateerd|geschreven|gestuurd"
    r"|verstuurd|verzonden|ingediend|gewijzigd|herzien|gemaakt|bijgewerkt|binnen(?:gekomen)?|gedagtekend"
    r"|voor het laatst \w+|ingezonden|ontvangen|beantwoord|goedgekeurd|voorgesteld|aangenomen"
    r"|(?:last )?(?:published|proposed|asked|answered|received|written|dated|sent|issued|updated|revised"
    r"|reviewed|changed|adopted|approved|signed))"
)
# When it applies is told by a line that says so, or by the text; the date of the document is another.
_APPLIES = (
    r"(?:geldig|geldt|gelden|van kracht|in werking|ingegaan|ingang|ingangsdatum|valid|in(?:to)? force"
    r"|effective|effect|apply|applies)"
)
_REVIEWED = r"(?:herzien\w*|geactualiseerd|geëvalueerd|vernieuwd|verlengd|next review|reviewed|revised)"
# What the line must say that tells a date of that sort.
_TELLS = {
    _APPLIES: re.compile(rf"\b(?:{_APPLIES}|geldigheid\w*|validity|expir\w+)\b", re.IGNORECASE),
    _REVIEWED: re.compile(
        r"\b(?:\w*herzien\w*|actualis\w+|evaluatie\w*|geldig tot|(?:next )?review\w*|revision)\b",
        re.IGNORECASE,
    ),
}


@dataclass(frozen=True, slots=True)
class _Aspect:
    """A way to ask for a feature. `named`: the document must be named; `only`: nothing else may be named."""

    feature: Feature
    pattern: re.Pattern[str]
    named: bool = False
    only: bool = False


def _aspect(feature: Feature, pattern: str, *, named: bool = False, only: bool = False) -> _Aspect:
    return _Aspect(feature, re.compile(pattern, re.IGNORECASE), named, only)


# In this order. Where no document is named ("Hoeveel pagina's zijn het?"), nothing else may be named either.
_ASPECTS = (
    _aspect(
        Feature.PART,
        rf"\b(?:wat|waar(?:over|toe)?|vat|what|summari[sz]e|inhoud|samenvatting|titel|hoe heet|onderwerp)\b"
        rf".{{0,30}}?{PARTS_NUMBERED}(?:\s+(?:over|samen|in|about|say|cover|deal with))?",
    ),
    _aspect(Feature.PART, rf"^\W*(?:en\s+)?(?:de|het|the)?\s*{PARTS_NUMBERED}\W*", only=True),
    _aspect(Feature.PAGES, r"\b(?:hoeveel|aantal|how many)\b.{0,12}\b(?:pagina|bladzijde|blz|page)[\w’']*"),
    _aspect(
        Feature.PAGES,
        r"(?!.*\b(?:geldig|kracht|valid|force)\b)"
        r"(?:\bhoe (?:lang|dik) (?:is|was)\b|\bhow long is\b|\b(?:omvang|lengte|length)\b)",
        named=True,
        only=True,
    ),
    _aspect(
        Feature.PARTS,
        r"\b(?:hoeveel|welke|aantal|how many|which|what)\b.{0,12}\b(?P<what>hoofdstuk\w*|paragra\w+"
        r"|artikel(?:en|s)|onderdelen|delen|secties|chapters|sections|articles|parts)\b",
    ),
    _aspect(
        Feature.PARTS,
        r"\b(?:hoeveel|aantal|how many)\s+(?:de\s+)?(?P<what>(?:kamer)?vragen|questions)\b",
        named=True,
    ),
    _aspect(
        Feature.PARTS,
        r"\b(?:inhoudsopgave|indeling|opbouw|structuur|kopjes|tussenkoppen|table of contents|structure"
        r"|headings)\b"
        r"|\b(?:opgebouwd|ingedeeld|gestructureerd|structured)\b",
        only=True,
    ),
    _aspect(
        Feature.SUMMARY,
        r"^(?:en\s+)?(?:is|zit|staat|heeft|bevat|does|has|begint)\b.{0,60}\b(?:samenvatting|summary)\b",
    ),
    _aspect(
        Feature.SUMMARY,
        r"(?P<what>\b(?:vat\b.*\bsamen|samenvatten|(?:hoofd|kern)(?:punten|lijnen|boodschap)|kern|slotsom"
        r"|conclusies?|concludeert|(?:belangrijkste|voornaamste)\s+(?:punten|bevindingen|uitkomsten)"
        r"|komt\b.*\bop neer|samenvatting|summari[sz]e|summary|conclusions?|conclude[sd]?"
        r"|(?:main|key) (?:points?|findings?|messages?|results?)|findings|in short|takeaways?)\b)",
        only=True,
    ),
    _aspect(Feature.SUMMARY, r"\bwat staat er in de samenvatting\b", only=True),
    _aspect(Feature.APPENDIX, r"\b(?:bijlagen?|annex(?:es)?|appendi(?:x|ces))\b(?!\s+(?:\d|[A-Z]\b))"),
    _aspect(
        Feature.FIGURES,
        r"\b(?:staat|staan|zit|zitten|zijn|is|bevat|heeft|hoeveel|welke|are|how many)\b.{0,30}"
        r"\b(?:figuur|figuren|afbeelding\w*|grafiek\w*|plaatjes?|foto’?'?s|(?P<what>tabellen|tables)|figures?"
        r"|charts?)\b",
    ),
    _aspect(
        Feature.SOURCES,
        r"\bwelke (?:bronnen|literatuur|naslagwerken|verwijzingen|referenties)\b"
        r"|\b(?:which|what) (?:sources|references|literature)\b"
        r"|\b(?:literatuurlijst|bronnenlijst|bronvermelding|bibliography)\b"
        r"|\bde bronnen (?:van|in)\b|\bwelke literatuur\b"
        r"|\bwelke (?:documenten|websites|publicaties)\b.{0,20}"
        r"\b(?:verwezen|aangehaald|geraadpleegd|gebruikt)\b",
    ),
    _aspect(Feature.SOURCES, r"\bwelke (?:documenten|websites|publicaties)\b", named=True, only=True),
    _aspect(Feature.SOURCES, r"\b(?:bronnen|sources|references|voetnoten|footnotes)\b", only=True),
    _aspect(
        Feature.SOURCES,
        r"\bwelke?\b.{0,80}\b(?:aangehaald|geciteerd|verwezen|verwijst|geraadpleegd|cites?|cited)\b"
        r"|\bwaar(?:op|naar)\b.{0,40}\b(?:gebaseerd|verwezen|verwijst)\b",
        named=True,
    ),
    _aspect(
        Feature.ADDRESSEE,
        r"\b(?:aan|naar) (?:wie|welke? (?:minister|staatssecretaris|bewindspersoon|ministerie))\b.{0,60}"
        r"\b(?:gericht|geadresseerd|ge?stuurd|verzonden|verstuurd|geschreven|gesteld|stelden?|richtten?|ging|gaat)\b"
        r"|\b(?:geadresseerde|ontvanger|addressee)\b|\baddressed\b",
    ),
    _aspect(
        Feature.ADDRESSEE,
        r"\b(?:voor wie\b.*\b(?:bedoeld|bestemd|geschreven|gemaakt)|doelgroep|(?:for whom"
        r"|who)\b.*\b(?:meant|intended)(?: for)?)\b",
        named=True,
        only=True,
    ),
    _aspect(
        Feature.AUTHOR,
        r"^(?!.*\b(?:hoeveel|how many)\b).*\b(?:auteurs?|schrijvers?|opstellers?|indieners?|ondertekenaars?"
        r"|afzender|authors?|signatories)\b"
        r"|\bnaam van de opsteller\b"
        r"|\bvan wie (?:is|komt|was|zijn)\b|\b(?:van|uit) welke? (?:ministerie|organisatie|dienst|afdeling)"
        r" (?:is|komt|komen|kwam|zijn)\b",
    ),
    _aspect(Feature.AUTHOR, rf"\b{_WHO}\b.*\b{_MADE}\b(?!.*\bop de\b)", named=True),
    _aspect(Feature.AUTHOR, r"\b(?:mede\s+)?namens\s+(?:wie|welke?\s+\w+)\b.*", named=True),
    _aspect(Feature.AUTHOR, r"\bwho\b.*\b(?:wrote|signed)\b"),
    _aspect(
        Feature.AUTHOR,
        rf"\b{_WHO}\b.*\b(?:eigenaar|opdrachtgever|beheert|beheerder|verantwoordelijk(?: voor)?"
        r"|contactpersoon|owns?|owner"
        r"|maintains?|responsible(?: for)?|bellen|mailen|benaderen|aanspreken|ask|call)\b"
        r"|\bcontact\w*(?: person)?\b"
        r"|^(?:proces)?(?:eigenaar|opdrachtgever|beheerder|verantwoordelijke|owner)\b",
        named=True,
        only=True,
    ),
    _aspect(
        Feature.VERSION, r"\b(?:welke|hoeveelste|laatste|recente|which|what) versi(?:e|on)\b|\bversienummer\b"
    ),
    _aspect(
        Feature.VERSION,
        r"\bstatus\b|\b(?:versi(?:e|on)|concept\w*|definitie(?:f|ve)|draft|final)(?:(?:\W+(?:of|or|een|a|the|de))*"
        r"\W+(?:versi(?:e|on)|concept\w*|definitie(?:f|ve)|draft|final))*\b",
        named=True,
        only=True,
    ),
    _aspect(
        Feature.DATE,
        r"\b(?:dagtekening|(?:publicatie|verschijnings|ingangs)datum|publicatiejaar)\b|\b(?:datum|date)\b",
    ),
    _aspect(Feature.DATE, rf"\b{_WHEN}\b(?=.*\b(?P<what>{_APPLIES})\b)", named=True, only=True),
    _aspect(
        Feature.DATE,
        rf"\b{_WHEN}\b\s+(?:is|wordt|worden|moet|zal|will|must|should)\b(?=.*\b(?P<what>{_REVIEWED})\b)"
        rf"(?:.*\b{_REVIEWED}\b)?",
        named=True,
        only=True,
    ),
    _aspect(
        Feature.DATE,
        rf"(?!.*\b(?:moete?n?|wordt|worden|zal|zullen|kan|mag|komt|komen|must|will)\b)\b{_WHEN}\b(?:\s+(?:is|was"
        rf"|werd|dateert|stamt|were|{_MADE}))?(?=.*(?:{DOCUMENT}\b[^,;]{{0,40}}(?:{_ISSUED})?\W*$"
        rf"|\b(?:dit|this)\b[^,;]{{0,20}}\b{_ISSUED}\W*$))(?:.*\b{_ISSUED}\W*$)?",
        named=True,
        only=True,
    ),
    _aspect(
        Feature.TITLE,
        r"\b(?:onder)?titel\b|\bvolledige naam\b|\btitle\b|\bhoe heet(?=\s+(?:de|het|dit|deze)\b)|\bcalled\b",
        only=True,
    ),
    _aspect(
        Feature.REFERENCE,
        r"\b(?:kenmerk|dossiernummer|stuknummer|zaaknummer|isbn|issn|referentie(?:nummer)?|reference number"
        r"|kamerstuknummer|documentnummer)\b",
    ),
    _aspect(Feature.REFERENCE, r"\bwelk (?:nummer|dossier)\b(?:.*\bingediend\b)?", named=True, only=True),
    _aspect(
        Feature.REFERENCE,
        r"\b(?:bij|op|over|tot|van) welke? (?:wetsvoorstel|wet|begroting|dossier)\b"
        r"(?:.*\b(?:hoort|hoorde|ziet|slaat|is|werd|gaat)\b)?",
        named=True,
        only=True,
    ),
    _aspect(
        Feature.SUBJECT,
        r"^(?:en\s+)?(?:waar(?:over)? (?:gaa[tn]|ging(?:en)?)|waarover stelden?|over welke? \w+ gaa[tn]"
        r"|wat is het (?:onderwerp|doel) van|waarvoor (?:is|dient)"
        r"|what is the (?:purpose|aim|goal|subject|topic) of)\b(?:.*\b(?:over|bedoeld|gemaakt)\b)?"
        r"|^welke onderwerpen\b(?:.*\b(?:aan de orde|behandeld|voorbij)\b)?"
        r"|^(?:what|which) (?:topics|subjects)\b"
        r"|^what (?:is|are|does|do)\b.*\b(?:about|for|cover|deal with)(?=\W*$)",
        named=True,
    ),
)
_MONTH = "|".join((*MONTHS, *ENGLISH_MONTHS))
_DATE = re.compile(
    rf"\b\d{{1,2}}\s+(?:{_MONTH})\s+(?:19|20)\d\d\b|\b\d{{1,2}}[-/]\d{{1,2}}[-/](?:19|20)\d\d\b"
    rf"|\b(?:19|20)\d\d-\d\d-\d\d\b|\b(?:{_MONTH})\s+(?:\d{{1,2}}(?:st|nd|rd|th)?,?\s+)?(?:19|20)\d\d\b",
    re.IGNORECASE,
)
_VERSION = re.compile(
    r"\b(?:versie|version|revisie|revision|v\.)\s*[:|]?\s*\d+(?:\.\d+)*\b|\b(?:versie|version)\b\s*[:"
    r"|]?\s*\S+"
    r"|\bv\d+\.\d+\b|^\W*status\s*[:|]?\s+\S",
    re.IGNORECASE,
)
_LABELS = {
    Feature.AUTHOR: re.compile(
        r"^\W*(?:auteurs?|authors?|opsteller|contactpersoon|afzender|redactie|tekst|samenstelling|onderzoekers?"
        r"|uitvoering|uitvoerder|opdrachtgever|opdrachtnemer|penvoerder|project(?:leider|leiding|manager)|uitgever"
        r"|uitgave|editors?|commissioned by|in opdracht van|uitgevoerd door|samengesteld door)"
        r"\s*(?::|\|)?\s+\S"
        r"|^\W*(?:door|van|from|by)\s*(?:[:|]\s*\S|\s\S+(?:\s+\S+){0,6}[^.]$)"
        r"|^(?:beantwoording|antwoord|mededeling) van\b"
        r"|\b(?:uitgave van|uitgegeven door|published by)\b[^.]*$"
        r"|[.;,|]\s+(?:auteurs?|authors?|opsteller)\s*(?::|\|)?\s+\S"
        r"|\b(?:opgesteld|geschreven|goedgekeurd|vastgesteld)(?: op [\w ]{6,20})? door\b"
        r"|\b(?:prepared|issued|approved|drafted|written|drawn up)(?: on [\w ]{6,20})? by\b"
        r"|(?:^|[.;,|]\s*)(?:(?:proces|document)?eigenaar|beheerder|afdeling|(?:process |document )?owner"
        r"|department|(?:responsible )?unit|contact(?: person)?)\s*[:|]\s*\S",
        re.IGNORECASE,
    ),
    Feature.ADDRESSEE: re.compile(
        r"^\W*(?:t\.a\.v\.|ter attentie van|doelgroep|(?:bedoeld|bestemd) voor|audience|intended for)"
        r"\s*(?::|\|)?\s+\S|^\W*for\s*[:|]\s*\S|^(?:aan\s+)?de voorzitter van\b"
        r"|^\W*(?:aan|to)\s*(?:[:|]\s*\S|\s\S+(?:\s+\S+){0,9}[^.]$)"
        r"|^vragen van\b.*\baan (?:de|het)\b",
        re.IGNORECASE,
    ),
    Feature.REFERENCE: re.compile(
        r"\b(?:ons kenmerk|uw kenmerk|kenmerk|dossiernummer|zaaknummer|isbn|issn|onze referentie)\b"
        r"|^\d{2}\s?\d{3}\b(?!\s+[A-Z]{2}\b)"
        r"|^kst-\d|^nr\.?\s*\d+\b|^\d{4}Z\d{5}\b",
        re.IGNORECASE,
    ),
    Feature.APPENDIX: re.compile(r"\bbijlage(?:n|\(n\))?\s*:?\s*\|?\s*\d*\s*$|^bijlage\w*\b", re.IGNORECASE),
}
_CLOSING = re.compile(
    r"^\W*(?:hoogachtend|met vriendelijke groet|yours (?:sincerely|faithfully)|kind regards|namens\b"
    r"|de minister\b|de staatssecretaris\b"
    r"|de directeur\b|de voorzitter\b)",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"^(?:drs\.|dr\.|mr\.|ir\.|prof\.|[A-Z]\.)*\s*[A-Z][\w.'’-]*(?:\s+(?:van|de|der|den|ten|ter|te"
    r"|[A-Z][\w.'’-]*))*$"
)
# On the front of a report: "M. Terpstra, J.K. Bos en A. de Wilde".
_PERSON = (
    r"(?:(?:drs|dr|mr|ir|ing|prof)\.\s*)*(?:[A-Z]\.\s?)+(?:(?:van|de|der|den|ten|ter|el|te)\s+)*[A-Z][\w’'-]+"
)
_PEOPLE = re.compile(rf"^(?:auteurs?|door)?\W*{_PERSON}(?:\s*(?:,|&|\ben\b|\band\b)\s*{_PERSON})*\b")
_SIGNS = re.compile(
    r"\b(?:griffier|voorzitter|secretaris|burgemeester|directeur|minister|hoofd|clerk|chair(?:man|woman)?|director)\b"
    rf"[^.]{{0,60}},\s*{_PERSON}",
    re.IGNORECASE,
)
_TITLE_PAGE = 1500  # characters
_SUMMARY = re.compile(
    r"^(?:\d+\.?\s*)?(?:(?:management|publieks)?\s?samenvatting|(?:executive |management )?summary"
    r"|in (?:het kort|brief|short)"
    r"|kern(?:punten)?|key points|at a glance)\b",
    re.I,
)
_CONCLUSIONS = re.compile(
    r"^(?:\d+(?:\.\d+)*\.?\s*)?(?:conclusies?|slotsom|conclusions?|(?:main |key )?findings)\b", re.I
)
_SOURCES = re.compile(
    r"^(?:\d+\.?\s*)?(?:literatuur\w*|bronnen\w*|referenties|geraadpleegde|achtergrond\w*|verwijzingen"
    r"|references"
    r"|bibliography|naslag\w*)\b",
    re.IGNORECASE,
)
_FIGURE = re.compile(
    r"\b(?:figuur|figuren|afbeelding\w*|grafiek\w*|onderstaande (?:weergave|kaart))\b", re.IGNORECASE
)
_NUMBERED = re.compile(r"^(?:(?:hoofdstuk|paragraaf|§)\s*)?(\d{1,2})[.:]?(?![\d.]*\d)\s+\S", re.IGNORECASE)
_ARTICLE = re.compile(r"^artikel\s+(\d+|[IVX]+)\b", re.IGNORECASE)
_FRONT = 2500  # characters in which the front matter stands
_LETTER = 8000  # characters in which a letter without its annexes is done
_LABEL_WORDS = 2


# What a question about a document may say besides, without naming anything.
_SAYS_NOTHING = frozenset(
    """heeft bevat bestaat telt staat staan zit zitten geef noem toon laat zien lijst gebruikt geraadpleegd
    genoemd opgenomen kort volledig volledige precies korte nieuwste recente huidige laatste naam luidt
    luiden vermeld achterin voorin vooraf used listed included there contain contains consist brief short full
    samen belangrijkste voornaamste verschenen verwezen verwijst cite cites noemt zegt
    doet legt geeft beschrijft trekt inhoud content contents zinnen woorden sentences words three drie
    vijf five geldig geldt gelden kracht werking treedt trad ingegaan ingang valid force effective effect take
    takes took come comes came geregistreerd registered kwam kwamen verscheen gaf gaven maakte opdracht
    apply applies""".split()
)


def feature_asked(question: str) -> tuple[Feature, str] | None:
    """What of a document a question asks for, with the number of the part it names; None: something else."""
    seen = _aspect_asked(question)
    if seen is None:
        return None
    aspect, match, _ = seen
    return aspect.feature, next((text for text in match.groupdict().values() if text), "")


def tells_apart(question: str) -> bool:
    """Whether a question about a document names anything by which it can be told which one."""
    aspect = _aspect_asked(question)
    return aspect is not None and _names_more(question, *aspect[1:])


def _aspect_asked(question: str) -> tuple[_Aspect, re.Match[str], re.Match[str] | None] | None:
    """How a question asks for a feature: the way, where it does, and where it points at a document."""
    named = REFERENCE.search(question)
    pointed = named or BARE.search(question)
    for aspect in _ASPECTS:
        match = aspect.pattern.search(question)
        if match is None or (aspect.named and pointed is None):
            continue
        if (aspect.only or named is None) and _names_more(question, match, pointed):
            continue
        return aspect, match, pointed
    return None


def part_numbered(question: str) -> tuple[str, tuple[str, ...]] | None:
    """The numbered parts that a question asks for ("artikel 3 en 4"), and the telling words that are left.

    None where it asks for none; the words are to name the document ("van de huisregels").
    """
    for aspect in _ASPECTS:
        match = aspect.pattern.search(question) if aspect.feature is Feature.PART else None
        if match is not None:
            rest = read_question(f"{question[: match.start()]} {question[match.end() :]}").words
            return match.group("part"), tuple(word for word in rest if fold(word) not in _SAYS_NOTHING)
    return None


_ASKS_FOR_PART = re.compile(r"^(?:en\s+)?(?:wat|welke?|geef|noem|what|which|list)\b", re.IGNORECASE)
_MOST_NAMED = 2  # words of a heading


def part_named(question: str) -> str:
    """The words by which a question names a part of a document ("Welke aanbevelingen doet het rapport?")."""
    named = REFERENCE.search(question)
    if named is None or not _ASKS_FOR_PART.search(question):
        return ""
    rest = question[: named.start()] + question[named.end() :]
    words_left = [word for word in read_question(rest).words if fold(word) not in _SAYS_NOTHING]
    return " ".join(words_left) if 0 < len(words_left) <= _MOST_NAMED else ""


def _is_named(name: str, heading: str) -> bool:
    """Whether a heading says what `name` says, and nothing more."""
    own = {stem(fold(word)) for word in read_question(heading).words if not word.isdigit()}
    return bool(own) and own == {stem(fold(word)) for word in name.split()}


def _names_more(question: str, match: re.Match[str], named: re.Match[str] | None) -> bool:
    """Whether a question names anything besides the aspect and the document."""
    taken = bytearray(len(question))
    for candidate in (match, named):
        if candidate is not None:
            taken[candidate.start() : candidate.end()] = b"\1" * (candidate.end() - candidate.start())
    rest = "".join(" " if gone else letter for letter, gone in zip(question, taken, strict=True))
    words_left = {fold(word) for word in read_question(rest).words} - _SAYS_NOTHING
    return any(not word.isdigit() for word in words_left)


_OF_SET = re.compile(r"vragen\b|antwoord|\bquestions\b|\banswer")


def parts_lacking(detail: str, documents: Sequence[Document]) -> tuple[str, ...]:
    """The numbered parts in `detail` ("artikel 3 en 9") that stand in none of `documents`."""
    return tuple(
        named.name
        for named in parts_named(detail)
        if not any(True for document in documents for _ in find_parts(document, named))
    )


def facts_about(
    document: Document, feature: Feature, detail: str = "", question: str = ""
) -> tuple[Fact, ...]:
    """What `document` tells of itself; nothing where it does not.

    Those come first that hold most of the telling words of `question`; a summary has all its sentences, and
    parts come as they are asked for.
    """
    facts = list(_FINDERS[feature](document, detail))
    if feature in (Feature.SUMMARY, Feature.PART):
        return tuple(facts)
    named = REFERENCE.search(question)
    stems = _stems(question[: named.start()] + question[named.end() :] if named else question)
    facts.sort(key=lambda fact: -_shared(stems, _stems(fact.quote.of(document.text))))
    words = fold(question)
    if feature in (Feature.AUTHOR, Feature.DATE) and _OF_SET.search(words):
        answered = "antwoord" in words or "answer" in words  # who answered, or who asked
        facts.sort(key=lambda fact: ("antwoord" in fold(fact.quote.of(document.text))) != answered)
    return tuple(facts[:5])


def _shared(stems: frozenset[str], others: frozenset[str]) -> int:
    """How many of `stems` are among `others`, also as part of a compound ("opdracht", "opdrachtgever")."""
    return sum(any(alike(own, other) for other in others) for own in stems)


def _stems(text: str) -> frozenset[str]:
    """The stems of the telling words of `text`, and of what they are in the other language."""
    reading = read_question(text)
    others = (t for word in reading.words for t in translations(word, english=reading.english))
    return frozenset(stem(fold(word)) for word in (*reading.words, *others))


# --------------------------------------------------------------------------- lines and headings


def _lines(document: Document, start: int, end: int) -> Iterator[Span]:
    at = start
    while at < end:
        newline = document.text.find("\n", at, end)
        stop = end if newline < 0 else newline
        text = document.text[at:stop]
        if text.strip():
            left = len(text) - len(text.lstrip())
            yield Span(at + left, at + len(text.rstrip()))
        at = stop + 1


_IMPRINT = re.compile(
    r"^\W*(?:colofon|impressum|imprint|colophon|document(?:gegevens|informatie|beheer|control| information)"
    r"|over (?:dit document|deze uitgave)|about this document)\W*$",
    re.IGNORECASE,
)


def _front(document: Document) -> list[Span]:
    """The lines with which the document begins, and those of its imprint, wherever that stands."""
    lines = list(_lines(document, 0, min(len(document.text), _FRONT)))
    known = {line.start for line in lines}
    for fact in _under(Feature.AUTHOR, _IMPRINT)(document, ""):
        inside = _lines(document, fact.quote.end, fact.around.end)
        lines += [line for line in inside if line.start not in known]
    return lines


def _end(document: Document) -> list[Span]:
    """The lines with which its running text ends."""
    end = min((f.span.start for f in document.footnotes), default=len(document.text))
    return list(_lines(document, max(0, end - _FRONT), end))


_NO_PART = re.compile(r"^(?:vraag|vragen|antwoord|antwoorden)\b.{0,12}\d", re.IGNORECASE)


def _headings(document: Document) -> list[Block]:
    """The headings of parts, in order: those of questions and answers head no part."""
    headings = (b for b in document.blocks if b.kind is BlockKind.HEADING)
    return sorted(
        (b for b in headings if not _NO_PART.match(_text(document, b.span))), key=lambda b: b.span.start
    )


def _text(document: Document, span: Span) -> str:
    return squash(span.of(document.text))


def _page(document: Document, offset: int) -> int:
    return bisect_right(document.page_starts, offset)


def _paragraph(document: Document, span: Span) -> Span:
    """The block in which `span` stands."""
    holding = [b.span for b in document.blocks if b.span.contains(span)]
    return min(holding, key=lambda s: s.end - s.start, default=span)


# --------------------------------------------------------------------------- finders


def _by_label(feature: Feature) -> Callable[[Document, str], Iterator[Fact]]:
    def find(document: Document, _detail: str) -> Iterator[Fact]:
        lines = _front(document)
        for n, line in enumerate(lines):
            text = _text(document, line)
            label = _LABELS[feature].search(text)
            if label is None:
                continue
            last = len(text.split()) <= _LABEL_WORDS or label.end() == len(text)
            if last and n + 1 < len(lines):  # what it labels stands below it
                line = Span(line.start, lines[n + 1].end)
            around = _paragraph(document, line)
            yield Fact(feature, line, around if around.contains(line) else line)

    return find


def _signature(document: Document, lines: Sequence[Span]) -> Fact | None:
    """Who signed: the name below the last closing among `lines`."""
    texts = [_text(document, line) for line in lines]
    for n in range(len(lines) - 1, -1, -1):
        if _CLOSING.search(texts[n]) and len(texts[n].split()) <= 14:
            last = next((k for k in range(n + 1, min(n + 5, len(lines))) if _NAME.match(texts[k])), n)
            return Fact(Feature.AUTHOR, lines[last], Span(lines[n].start, lines[last].end))
    return None


_LONGEST_NAME = 6  # words


def _is_name(text: str) -> bool:
    return _NAME.match(text) is not None and len(text.split()) <= _LONGEST_NAME


def _authors(document: Document, _detail: str) -> Iterator[Fact]:
    lines = _end(document)
    signed = _signature(document, lines)
    if signed is None and lines:  # names alone at the very end: of all who signed
        names = list(takewhile(lambda line: _is_name(_text(document, line)), reversed(lines)))
        if len(names) > 1 or (names and len(_text(document, names[0]).split()) > 1):
            start = lines[max(0, len(lines) - len(names) - 2)].start
            signed = Fact(Feature.AUTHOR, Span(names[-1].start, names[0].end), Span(start, names[0].end))
    if signed is None:  # a letter with annexes is signed before them
        signed = _signature(document, list(_lines(document, 0, min(len(document.text), _LETTER))))
    if signed is not None:
        yield signed
    for line in lines:
        if _SIGNS.search(_text(document, line)):  # "De griffier, A. Bos. De voorzitter, C. Dam."
            yield Fact(Feature.AUTHOR, line, _paragraph(document, line))
    yield from _by_label(Feature.AUTHOR)(document, _detail)
    for line in _front(document):
        headed = any(block.span.contains(line) for block in _headings(document))
        if line.end <= _TITLE_PAGE and not headed and _PEOPLE.match(_text(document, line)):
            yield Fact(Feature.AUTHOR, line, _paragraph(document, line))
        if re.search(
            r"\bvan (?:het lid|de leden|de minister|de staatssecretaris)\b", _text(document, line), re.I
        ):
            yield Fact(Feature.AUTHOR, line, _paragraph(document, line))


# A date within a running sentence is that of something else, unless the sentence tells what it is.
_DATED = re.compile(
    r"\b(?:datum|date|dated|versie|version|d\.d\.|(?:in|toe)gezonden|ontvangen|vastgesteld|uitgegeven"
    r"|gepubliceerd"
    r"|verschenen|voorgesteld|geldig|besluit van|ingangsdatum|herzien|gewijzigd|bijgewerkt|approved"
    r"|published|issued"
    r"|effective|valid|revised|updated|reviewed?|adopted|sent)\b",
    re.IGNORECASE,
)
_BARE_DATE = 8  # words


def _tells_date(text: str) -> bool:
    dated = _DATE.search(text) is not None
    return dated and (len(text.split()) <= _BARE_DATE or _DATED.search(text) is not None)


def _dates(document: Document, detail: str) -> Iterator[Fact]:
    lines = (*_front(document), *_end(document)[-8:])
    dates = [line for line in lines if _tells_date(_text(document, line))]
    if detail:  # when it applies, or is looked at again
        tells = next(line for sort, line in _TELLS.items() if re.fullmatch(sort, detail, re.IGNORECASE))
        running = [(line, _text(document, line)) for line in _lines(document, 0, len(document.text))]
        own = [at for at, text in running if THIS.search(text) and tells.search(text) and _DATE.search(text)]
        # "dit besluit treedt in werking op", wherever it stands, before what may be of another
        dates = own or [line for line in dates if tells.search(_text(document, line))]
    # a line that is little more than the date, or is labelled as one, says it
    dates.sort(key=lambda line: (len(_text(document, line).split()) > 6, line.start))
    if not dates and not detail:  # a year that it goes by: "Werkprogramma 2025", "Vergaderjaar 2023-2024"
        headed = {block.span.start for block in _headings(document)}
        dates = [line for line in lines if _tells_year(_text(document, line), heads=line.start in headed)]
    for line in dict.fromkeys(dates):
        yield Fact(Feature.DATE, line, _paragraph(document, line))


def _tells_year(text: str, *, heads: bool) -> bool:
    return re.search(r"\b(?:19|20)\d\d\b", text) is not None and (
        heads
        or re.match(r"(?:vergader)?jaar\w*\b|jaargang\b|volume\b|year\b", text, re.IGNORECASE) is not None
    )


def _lines_that(feature: Feature, pattern: re.Pattern[str]) -> Callable[[Document, str], Iterator[Fact]]:
    """The lines of the front that `pattern` tells are of the feature."""

    def find(document: Document, _detail: str) -> Iterator[Fact]:
        for line in _front(document):
            if pattern.search(_text(document, line)):
                yield Fact(feature, line, _paragraph(document, line))

    return find


def _title(document: Document, _detail: str) -> Iterator[Fact]:
    title = document.title
    for line in _front(document):
        text = _text(document, line)
        if title and (title in text or (text in title and 2 * len(text) >= len(title))):
            yield Fact(Feature.TITLE, line, line, f"De titel is: {title}")
            return
    if document.text:  # none is the title word for word: the line that shares most with it, else the first
        stems = _stems(title)
        line = max(_front(document), key=lambda line: len(stems & _stems(_text(document, line))))
        yield Fact(Feature.TITLE, line, line, f"De titel is: {title}" if title else "")


def _pages(document: Document, _detail: str) -> Iterator[Fact]:
    count = len(document.page_starts)
    if document.lines and count:
        last = list(_lines(document, document.page_starts[-1], len(document.text))) or _end(document)
        yield Fact(Feature.PAGES, last[-1], last[-1], f"Het document heeft {count} pagina’s.")


def _parts(document: Document, detail: str) -> Iterator[Fact]:
    if _OF_SET.search(fold(detail)):
        numbers = {number for pair in document.pairs for number in pair.numbers}
        if numbers:
            last = document.pairs[-1].question
            yield Fact(Feature.PARTS, last, last, f"Het document heeft {len(numbers)} vragen.")
        return
    pattern = _ARTICLE if fold(detail).startswith("arti") else _NUMBERED
    numbered: list[tuple[int, Span]] = []
    earlier: set[int] = set()
    for block in sorted(document.blocks, key=lambda b: b.span.start):
        heading = block.kind is BlockKind.HEADING
        for line in _lines(document, block.span.start, block.span.end) if not heading else (block.span,):
            match = pattern.match(_text(document, line))
            if (
                match is None
                or not match.group(1).isdigit()
                or (not heading and len(_text(document, line)) > 80)
            ):
                continue
            number = int(match.group(1))
            if heading and number not in earlier and number in (len(earlier) + 1, len(earlier) + 2):
                earlier.add(number)
                numbered.append((number, line))
    headings = [span for _, span in numbered]
    if len(headings) < 2:
        levels = [b.level for b in _headings(document)]
        top = min((level for level in levels if levels.count(level) > 1), default=0)
        headings = [b.span for b in _headings(document) if b.level == top]
    if headings:
        names = "; ".join(_text(document, span) for span in headings)
        count = max((n for n, _ in numbered), default=len(headings)) if len(numbered) >= 2 else len(headings)
        what = {"p": " paragrafen: ", "a": " artikelen: "}.get(fold(detail)[:1], " hoofdstukken: ")
        last = headings[-1]
        yield Fact(Feature.PARTS, last, last, f"{count}{what}{names}")


def _part(document: Document, detail: str) -> Iterator[Fact]:
    """The parts with these numbers ("artikel 3 tot en met 5"), or the part of this name."""
    numbered = parts_named(detail)
    for named in numbered:
        for quote, around in find_parts(document, named):
            yield Fact(Feature.PART, quote, around)
    ordered = sorted(document.blocks, key=lambda b: b.span.start)
    for n, block in enumerate(ordered) if not numbered else ():
        if is_title(document, block) and _is_named(detail, _text(document, block.span)):
            part = with_text(document, ordered, n)
            if part is not None:
                yield Fact(Feature.PART, block.span, part)


def _under(feature: Feature, pattern: re.Pattern[str]) -> Callable[[Document, str], Iterator[Fact]]:
    """The part of the document under a heading that fits `pattern`."""

    def find(document: Document, _detail: str) -> Iterator[Fact]:
        ordered = sorted(document.blocks, key=lambda b: b.span.start)
        for n, block in enumerate(ordered):
            text = _text(document, block.span)
            if len(text) > 80 or block.kind is BlockKind.TABLE or not pattern.match(text):
                continue
            end = block.span.end
            for other in ordered[n + 1 :]:
                if other.kind in (BlockKind.HEADING, BlockKind.FOOTNOTE) or other.span.end - end > 4000:
                    break
                end = other.span.end
            if end > block.span.end:
                yield Fact(feature, block.span, Span(block.span.start, end))

    return find


def _sources(document: Document, detail: str) -> Iterator[Fact]:
    yield from _under(Feature.SOURCES, _SOURCES)(document, detail)
    for note in document.footnotes:
        yield Fact(Feature.SOURCES, note.span, note.span)


def _appendices(document: Document, detail: str) -> Iterator[Fact]:
    yield from _by_label(Feature.APPENDIX)(document, detail)
    for block in sorted(document.blocks, key=lambda b: b.span.start):
        text = _text(document, block.span)
        if re.match(r"bijlage\b|annex\b|appendix\b", text, re.IGNORECASE) and len(text) < 120:
            after = [
                b
                for b in document.blocks
                if b.span.start >= block.span.end and b.kind is not BlockKind.FOOTNOTE
            ]
            following = min(after, key=lambda b: b.span.start, default=block)
            yield Fact(
                Feature.APPENDIX, block.span, Span(block.span.start, max(block.span.end, following.span.end))
            )


def _figures(document: Document, _detail: str) -> Iterator[Fact]:
    for line in _lines(document, 0, len(document.text)):
        if _FIGURE.search(_text(document, line)):
            yield Fact(Feature.FIGURES, line, _paragraph(document, line))


def _summary(document: Document, detail: str) -> Iterator[Fact]:
    """The summary. Where one is asked for (`detail`), the sentences that carry each section come behind it;
    without a summary the conclusions, or the subject, stand first.
    """
    lines = list(_under(Feature.SUMMARY, _SUMMARY)(document, ""))
    if detail and not lines:
        main = {block.span for block in _main_headings(document)}
        concluded = _under(Feature.SUMMARY, _CONCLUSIONS)(document, "")
        lines = [fact for fact in concluded if fact.quote in main] or list(_subject(document, ""))
    yield from lines
    if detail:
        known = [fact.around for fact in lines]
        for carrier in carriers(document):
            if not any(span.contains(carrier.span) for span in known):
                yield Fact(Feature.SUMMARY, carrier.span, carrier.around, heading=carrier.heading)


_ABOUT = re.compile(r"^\W*(?:betreft|onderwerp|subject|doel)\b", re.IGNORECASE)


def _subject(document: Document, detail: str) -> Iterator[Fact]:
    yield from _lines_that(Feature.SUBJECT, _ABOUT)(document, detail)
    yield from _under(
        Feature.SUBJECT,
        re.compile(r"^(?:\d+\.?\s*)?(?:korte\s+)?(?:inleiding|doel|introductie|samenvatting)\b", re.I),
    )(document, detail)
    headings = _headings(document)
    if len(headings) < 2:
        yield from (Fact(Feature.SUBJECT, f.quote, f.around, f.summary) for f in _title(document, detail))
    else:
        names = "; ".join(_text(document, b.span) for b in headings[:12])
        yield Fact(
            Feature.SUBJECT,
            headings[0].span,
            Span(headings[0].span.start, headings[0].span.end),
            f"Onderdelen: {names}",
        )


_FINDERS: dict[Feature, Callable[[Document, str], Iterator[Fact]]] = {
    Feature.AUTHOR: _authors,
    Feature.ADDRESSEE: _by_label(Feature.ADDRESSEE),
    Feature.DATE: _dates,
    Feature.VERSION: _lines_that(Feature.VERSION, _VERSION),
    Feature.TITLE: _title,
    Feature.PAGES: _pages,
    Feature.PARTS: _parts,
    Feature.APPENDIX: _appendices,
    Feature.SUMMARY: _summary,
    Feature.SOURCES: _sources,
    Feature.REFERENCE: _by_label(Feature.REFERENCE),
    Feature.PART: _part,
    Feature.FIGURES: _figures,
    Feature.SUBJECT: _subject,
}
