"""A dossier in Word: the letter in the organisation's template, and the annex that accounts for it.

Four letters come from the same text: with notes, clean, with every change that people made as a tracked
change, and with the annex behind it. Working notes never stand in the text of a letter.
"""

from __future__ import annotations

import copy
import io
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import TypeVar
from xml.sax.saxutils import escape, quoteattr

from docx import Document as new_document
from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import CONTENT_TYPE as CT
from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph
from lxml import etree

from learninglion.models import Dossier, Opening
from learninglion.models.types import LEADS_IN
from learninglion.record.letter import (
    FillIn,
    LetterFacts,
    LetterTemplate,
    LetterTerms,
    day_text,
    document_title,
    element,
    emptied,
    fill_fields,
    fill_in,
    holds,
    look_of,
    paragraphs_of,
    read_facts,
    text_run,
)
from learninglion.record.marking import credit_line, made_at, mark_line, origin_line, properties
from learninglion.record.notes import (
    ACCOUNT_LABELS,
    ANNEX_TITLE,
    Account,
    AnswerGroup,
    ChangedBlock,
    ChangedPiece,
    Deed,
    MachineText,
    Note,
    PieceKind,
    Sentence,
    TextBlock,
    account_for,
    answer_groups,
    answer_heading,
    changed_blocks,
    collect_notes,
    empty_answer,
    group_blocks,
    heading,
    listed,
    open_points,
    runs,
    text_before,
)

Element = BaseOxmlElement
_Block = TypeVar("_Block", TextBlock, ChangedBlock)
_SYSTEM = "LearningLion"


def to_letter(
    dossier: Dossier, terms: LetterTerms, *, with_notes: bool = True, annex: Sequence[str] | None = None
) -> bytes:
    """The letter; `with_notes`: with a note for each source, `annex`: with the accountability
    behind it, which ends with these lines.
    """
    return _letter(dossier, terms, _Look(with_notes=with_notes, annex=annex))


def to_changes(dossier: Dossier, terms: LetterTerms, machine: Sequence[MachineText]) -> bytes:
    """The letter with people's changes in the machine's text as tracked changes, open points as comments."""
    if len(machine) != len(dossier.verifications):
        raise ValueError("what the machine wrote is needed for every sub-question")
    return _letter(dossier, terms, _Look(machine=tuple(machine)))


def to_annex(dossier: Dossier, closing: Sequence[str] = ()) -> bytes:
    """The accountability alone: it stays with the officer when the letter goes out."""
    word = new_document()
    page = word.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Cm(2.5)
    normal = word.styles["Normal"]
    normal.font.name, normal.font.size = "Calibri", Pt(11)
    _append_annex(word, dossier, word.element.body.sectPr, closing)
    return _saved(word, dossier)


@dataclass(frozen=True, slots=True)
class _Look:
    """Which of the letters is made."""

    with_notes: bool = True
    annex: Sequence[str] | None = None  # what ends the accountability behind it; None: without
    machine: tuple[MachineText, ...] = ()  # not empty: with changes and comments

    @property
    def with_changes(self) -> bool:
        return bool(self.machine)


def _letter(dossier: Dossier, terms: LetterTerms, look: _Look) -> bytes:
    template = LetterTemplate.open(terms.template)
    word = template.word
    _fill_everywhere(template, _values(dossier, terms))
    notes = collect_notes(dossier) if look.with_notes else {}
    notes_by_number = {note.number: note for listed_notes in notes.values() for note in listed_notes}
    in_order = [notes_by_number[number] for number in sorted(notes_by_number)]
    ids = _add_footnotes(word, in_order) if notes_by_number and not look.with_changes else {}
    writer = _AnswerWriter(template, dossier, look, notes, ids)
    parent = template.place.getparent()
    writer.write()
    if look.with_changes:
        writer.list_notes(in_order)
    parent.remove(template.place)
    if look.annex is not None:
        _append_annex(word, dossier, word.element.body.sectPr, look.annex, page_break=True)
    return _saved(word, dossier)


# --------------------------------------------------------------------------- the fields of the letter


def _values(dossier: Dossier, terms: LetterTerms) -> dict[str, str | FillIn]:
    """What comes in the place of each field; what nobody knows is to be filled in."""
    facts = read_facts(dossier.question_set)
    office = terms.office or next(iter(facts.offices), "")
    return {
        "ministerie": terms.ministry or _ministry_of(facts) or FillIn("ministerie"),
        "datum": FillIn("datum", is_date=True),
        "onderwerp": facts.subject or FillIn("onderwerp"),
        "betreft": _regarding(facts),
        "ons kenmerk": FillIn("ons kenmerk"),
        "uw kenmerk": facts.case_number or FillIn("uw kenmerk"),
        "datum vragen": day_text(facts.asked_on) if facts.asked_on else FillIn("datum", is_date=True),
        "vragensteller": facts.members or FillIn("vragensteller"),
        "aanhef": "Geachte voorzitter,",
        "inleiding": _opening(facts, office),
        "ambt": office or FillIn("ambt"),
        "naam": terms.name or FillIn("naam"),
        "markering": mark_line(dossier),
        "herkomst": origin_line(dossier),
    }


def _ministry_of(facts: LetterFacts) -> str:
    """The ministry of who is asked first: a Minister voor something has none of that name."""
    first = next(iter(facts.addressees), None)
    if first is None or not first.portfolio or first.role not in ("Minister", "Staatssecretaris"):
        return ""
    return f"Ministerie van {first.portfolio}"


def _regarding(facts: LetterFacts) -> str:
    asker = f"de vragen van {facts.members}" if facts.members else "Kamervragen"
    about = f" over {facts.subject}" if facts.subject else ""
    return f"Beantwoording van {asker}{about}"


def _opening(facts: LetterFacts, office: str) -> str:
    """The sentence that offers the answers: with what is known and without holes."""
    others = [f"de {name}" for name in facts.offices if name.casefold() != office.casefold()]
    behalf = f", mede namens {listed(others)}," if others else ""
    asker = f"de vragen van {facts.members}" if facts.members else "de Kamervragen"
    about = f" over {facts.subject}" if facts.subject else ""
    dates = [f"ingezonden op {day_text(facts.asked_on)}"] if facts.asked_on else []
    dates += [f"kenmerk {facts.case_number}"] if facts.case_number else []
    set_apart = f" ({', '.join(dates)})" if dates else ""
    return f"Hierbij beantwoord ik{behalf} {asker}{about}{set_apart}."


def _keep_together(word: WordDocument, parts: Sequence[Element]) -> None:
    """Have no page end behind any of these paragraphs."""
    for part in parts:
        for paragraph in part.iter(qn("w:p")):
            Paragraph(paragraph, word).paragraph_format.keep_with_next = True


def _fill_everywhere(template: LetterTemplate, values: dict[str, str | FillIn]) -> None:
    """Fill the template, before any text of the dossier stands in it: that can never become a field."""
    word = template.word
    everywhere = [*paragraphs_of(word)]
    for part in (*template.pattern.question, *template.pattern.answered):
        everywhere += part.iter(qn("w:p"))
    marked = {name: any(holds(p, name) for p in everywhere) for name in ("markering", "herkomst")}
    for paragraph in everywhere:
        if fill_fields(paragraph, values):
            continue
        parent = paragraph.getparent()
        if parent is not None and len(parent.findall(qn("w:p"))) > 1:
            parent.remove(paragraph)
    for name, stands in marked.items():
        if not stands:  # a template may leave the mark to us, but nobody can leave it out
            _append_paragraph(word, word.element.body.sectPr, str(values[name]), small=True)


# --------------------------------------------------------------------------- questions and answers


class _AnswerWriter:
    """Writes every question with its answer in the place that the template has for them."""

    def __init__(
        self,
        template: LetterTemplate,
        dossier: Dossier,
        look: _Look,
        notes: dict[tuple[int, int], tuple[Note, ...]],
        ids: dict[int, int],
    ) -> None:
        self._word = template.word
        self._pattern = template.pattern
        self._place = template.place
        self._dossier = dossier
        self._look = look
        self._notes = notes
        self._ids = ids
        self._mark_style = note_styles(template.word)[1] if notes else ""
        self._uses = self._count_marks()
        self._marked: set[int] = set()
        self._change = 9000  # ids of changes, far from those that a template may have
        self._accounts = account_for(dossier)

    def write(self) -> None:
        """All of them, in order."""
        for group in answer_groups(self._dossier):
            for position in group.positions:
                question = self._dossier.verifications[position].draft.selection.question
                values = {
                    "vraagkop": heading(self._dossier.verifications[position]),
                    "vraagnummers": listed(question.numbers),
                }
                questions: list[Element] = []
                head = 0
                for part in self._pattern.question:
                    if holds(part, "vraag"):
                        head = len(questions)
                        for line in question.text.split("\n"):
                            questions.append(self._put(emptied(part)))
                            questions[-1].append(text_run(line, look_of(part)))
                    else:
                        questions.append(self._put_filled(part, values))
                # no page ends behind a heading, nor between a question and its answer
                _keep_together(self._word, questions if position == group.positions[-1] else questions[:head])
            self._write_answer(group)

    def list_notes(self, notes: Sequence[Note]) -> None:
        """The notes behind the answers: beside comments LibreOffice 7.4 mixes up whose footnote is whose."""
        if not notes:
            return
        style = _style_id(self._word, "heading 2") or note_styles(self._word)[0]
        self._put(element("p", element("pPr", element("pStyle", val=style)), text_run("Bronnen")))
        last = [self._put(_listed_note(self._word, note)) for note in notes][-1]
        Paragraph(last, self._word).paragraph_format.space_after = Pt(18)  # a signature may follow

    def _count_marks(self) -> Counter[int]:
        marks: Counter[int] = Counter()
        for group in answer_groups(self._dossier):
            for block in group_blocks(self._dossier, group, self._notes):
                marks.update(note.number for sentence in block.sentences for note in sentence.marks)
        return marks

    def _put(self, element: Element) -> Element:
        self._place.addprevious(element)
        return element

    def _put_filled(self, part: Element, values: dict[str, str]) -> Element:
        made = self._put(copy.deepcopy(part))
        for paragraph in made.iter(qn("w:p")):
            fill_fields(paragraph, values)
        return made

    def _write_answer(self, group: AnswerGroup) -> None:
        values = {"antwoordkop": answer_heading(group.numbers), "antwoordnummers": runs(group.numbers)}
        first: Element | None = None
        answered = False
        for part in self._pattern.answered:
            if holds(part, "antwoord"):
                made = self._write_text(group, part)
                answered = True
            else:
                made = self._put_filled(part, values)
                if not answered:
                    _keep_together(self._word, [made])
            first = made if first is None and made.tag == qn("w:p") else first
        if self._look.with_changes and first is not None:
            points = [p for i in group.positions for p in open_points(self._accounts[i])]
            content = [child for child in first if child.tag != qn("w:pPr")]
            if points and content:
                _add_comment(self._word, content[0], content[-1], points, _SYSTEM)

    def _write_text(self, group: AnswerGroup, part: Element) -> Element:
        """The paragraphs of an answer; the first of them."""
        blocks = group_blocks(self._dossier, group, self._notes)
        if self._look.with_changes:
            before = text_before(self._dossier, group, self._look.machine)
            changed = changed_blocks(blocks, before)
            made = self._changed_paragraphs(changed, part)
            if changed and not blocks:  # all was struck: accepting that leaves what to fill in
                struck = changed[-1].pieces[-1].deed
                shown = f"[{empty_answer(group.numbers)}]"
                self._append_piece(made[-1], ChangedPiece(PieceKind.ADDED, shown, struck), look_of(part))
        else:
            made = [self._paragraph_of(block, part) for block in self._numbered(blocks)]
        for block, begun, paragraph in zip(blocks, blocks[1:], made, strict=False):
            if block.opens is Opening.PARAGRAPH and begun.opens is not Opening.PARAGRAPH:
                _keep_together(self._word, [paragraph])  # what opens a list does not end a page
        if not made:
            empty = self._put(emptied(part))
            empty.append(fill_in(FillIn(empty_answer(group.numbers)), look_of(part)))
            made = [empty]
        return made[0]

    def _numbered(self, blocks: Sequence[_Block]) -> Iterator[tuple[_Block, str]]:
        """Each block with the list it belongs to: one list for what follows each other."""
        before, current = Opening.PARAGRAPH, ""
        for block in blocks:
            if block.opens is Opening.PARAGRAPH:
                current = ""
            elif block.opens is not before or not current:
                current = self._list(block.opens)
            before = block.opens
            yield block, current

    def _list(self, opens: Opening) -> str:
        """The id of a list for these items; "" where the template's own style makes it a list."""
        numbered = opens is Opening.NUMBER
        pattern = self._pattern.number if numbered else self._pattern.item
        like = _list_of(self._word, pattern) if pattern is not None else ""
        if like and not numbered:
            return ""
        return fresh_list(self._word, like, numbered=numbered)

    def _begin(self, opens: Opening, list_id: str, part: Element) -> tuple[Element, Element | None]:
        """A paragraph for this kind of block and how its text looks."""
        pattern = part
        if opens is Opening.ITEM:
            pattern = self._pattern.item
        elif opens is Opening.NUMBER:
            pattern = part if self._pattern.number is None else self._pattern.number
        made = self._put(emptied(pattern))
        if list_id:
            _put_in_list(made, list_id)
        return made, look_of(pattern)

    def _paragraph_of(self, block_and_text: tuple[TextBlock, str], part: Element) -> Element:
        block, list_id = block_and_text
        made, look = self._begin(block.opens, list_id, part)
        for at, sentence in enumerate(block.sentences):
            made.append(text_run((" " if at else "") + sentence.text, look))
            made.extend(self._marks(sentence))
        return made

    # ------------------------------------------------------------- marks of notes

    def _marks(self, sentence: Sentence) -> Iterator[Element]:
        for at, note in enumerate(sentence.marks):
            if at:
                yield self._raised(text_run(", "))
            yield from self._mark(note)

    def _mark(self, note: Note) -> Iterator[Element]:
        """The mark of a note; where it stands again, a reference to the first, as Word counts notes once."""
        if self._look.with_changes:
            yield self._raised(text_run(str(note.number)))
            return
        name = f"_Noot{note.number}"
        if note.number in self._marked:
            yield from self._field(f" NOTEREF {name} \\h ", str(note.number))
            return
        self._marked.add(note.number)
        run = self._raised(element("r", element("footnoteReference", id=str(self._ids[note.number]))))
        if self._uses[note.number] < 2:
            yield run
            return
        place = str(5000 + note.number)
        yield from (element("bookmarkStart", id=place, name=name), run, element("bookmarkEnd", id=place))

    def _field(self, instruction: str, shown: str) -> Iterator[Element]:
        begin, separate, end = (
            element("r", element("fldChar", fldCharType=kind)) for kind in ("begin", "separate", "end")
        )
        for run in (begin, text_run(instruction, tag="w:instrText"), separate, text_run(shown), end):
            yield self._raised(run)

    def _raised(self, run: Element) -> Element:
        run.insert(0, element("rPr", element("rStyle", val=self._mark_style)))
        return run

    # ------------------------------------------------------------- tracked changes

    def _changed_paragraphs(self, blocks: Sequence[ChangedBlock], part: Element) -> list[Element]:
        made: list[Element] = []
        for block, list_id in self._numbered(blocks):
            paragraph, look = self._begin(block.opens, list_id, part)
            if block.opens is not Opening.PARAGRAPH:
                self._track_style(paragraph, part, block.deed or Deed())
            for piece in block.pieces:
                self._append_piece(paragraph, piece, look)
            made.append(paragraph)
        for paragraph, following in zip(made, blocks[1:], strict=False):
            self._track_break(paragraph, following.deed or Deed())
        return made

    def _append_piece(self, paragraph: Element, piece: ChangedPiece, look: Element | None) -> None:
        tag = "w:delText" if piece.kind is PieceKind.TAKEN else "w:t"
        content = [text_run(piece.text, look, tag=tag)]
        if piece.ends is not None:
            content += self._marks(piece.ends)
        if piece.kind is PieceKind.KEPT:
            paragraph.extend(content)
        else:
            change = self._tracked("ins" if piece.kind is PieceKind.ADDED else "del", piece.deed)
            change.extend(content)
            paragraph.append(change)
            content = [change]
        statement = piece.ends.check.statement if piece.ends is not None else None
        if statement is not None and statement.on_own_account and statement.own_account != LEADS_IN:
            grounds = " ".join(statement.own_account.split())
            remark = f"Eigen tekst, niet door een bron gedragen. Grondslag: {grounds}"
            _add_comment(self._word, content[0], content[-1], [remark], piece.deed.author)

    def _tracked(self, tag: str, deed: Deed) -> Element:
        date = {} if deed.at is None else {"date": f"{deed.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"}
        self._change += 1
        return element(tag, id=str(self._change - 1), author=deed.author, **date)

    def _track_break(self, paragraph: Element, deed: Deed) -> None:
        """The end of this paragraph as added: who refuses it gets one paragraph back."""
        settings = paragraph.get_or_add_pPr()
        look = settings.find(qn("w:rPr"))
        if look is None:
            look = element("rPr")
            change = settings.find(qn("w:pPrChange"))
            if change is None:
                settings.append(look)
            else:
                change.addprevious(look)
        look.insert(0, self._tracked("ins", deed))

    def _track_style(self, paragraph: Element, part: Element, deed: Deed) -> None:
        """That this became an item: who refuses it gets a paragraph of the answer back."""
        change = self._tracked("pPrChange", deed)
        before = emptied(part).find(qn("w:pPr"))
        old = element("pPr") if before is None else before
        for nested in old.findall(qn("w:rPr")):
            old.remove(nested)
        change.append(old)
        paragraph.get_or_add_pPr().append(change)


def _list_of(word: WordDocument, paragraph: Element) -> str:
    """The id of the list that a paragraph, or its style, belongs to; "" for none."""
    settings = paragraph.find(qn("w:pPr"))
    visited: set[str] = set()
    while settings is not None:
        numbering = settings.find(f"{qn('w:numPr')}/{qn('w:numId')}")
        if numbering is not None:
            return str(numbering.get(qn("w:val")))
        named = settings.find(qn("w:pStyle"))
        name = named.get(qn("w:val")) if named is not None else ""
        if named is None:
            based = settings.getparent().find(qn("w:basedOn"))
            name = based.get(qn("w:val")) if based is not None else ""
        style = next((s.element for s in word.styles if s.style_id == name), None)
        if style is None or name in visited:
            return ""
        visited.add(name)
        settings = style.get_or_add_pPr()
    return ""


# --------------------------------------------------------------------------- the annex


def _append_annex(
    word: WordDocument, dossier: Dossier, place: Element, closing: Sequence[str], *, page_break: bool = False
) -> None:
    """The accountability before `place`: sources with their words, own text, and what is open."""
    title = _append_paragraph(word, place, ANNEX_TITLE, level=1)
    if page_break:
        Paragraph(title, word).paragraph_format.page_break_before = True
    _append_paragraph(word, place, document_title(dossier))
    if mark := mark_line(dossier):
        _append_paragraph(word, place, mark)
    _append_paragraph(word, place, _ANNEX_USE)
    for account in account_for(dossier):
        if account.empty:
            continue
        _append_paragraph(word, place, account.heading, level=2)
        _append_account(word, account, place)
    for line in (origin_line(dossier), *closing):
        _append_paragraph(word, place, line, small=True)


_ANNEX_USE = (
    "Deze bijlage is voor wie aan het antwoord werkt en gaat niet mee met de brief. "
    "De nummers zijn die van de noten."
)


def _append_account(word: WordDocument, account: Account, place: Element) -> None:
    if account.verdict:
        _append_paragraph(word, place, account.verdict)
    for note in account.sources:
        paragraph = _append_paragraph(word, place, f"{note.number}. ")
        paragraph.append(_link(word, note.name, note.url) if note.url else text_run(note.name))
        quotes = " ".join(f"“{quote}”" for quote in note.quotes)
        paragraph.append(text_run(f"{note.rest}: {quotes}" if quotes else note.rest))
    lists = (account.own_lines, account.missing, account.refused_lines, account.remarks)
    for label, items in zip(ACCOUNT_LABELS, lists, strict=True):
        _append_items(word, place, label, items)


def _append_items(word: WordDocument, place: Element, label: str, items: Sequence[str]) -> None:
    if not items:
        return
    _append_paragraph(word, place, label)
    bullets = fresh_list(word)
    for item in items:
        _put_in_list(_append_paragraph(word, place, item), bullets)


def _put_in_list(paragraph: Element, list_id: str) -> None:
    numbering = paragraph.get_or_add_pPr().get_or_add_numPr()
    numbering.get_or_add_ilvl().val = 0
    numbering.get_or_add_numId().val = int(list_id)


def _append_paragraph(
    word: WordDocument, place: Element, text: str, *, level: int = 0, small: bool = False
) -> Element:
    made = element("p")
    if level:
        made.get_or_add_pPr().style = _heading_style(word, level)
    look = element("rPr", element("color", val="444444"), element("sz", val="16")) if small else None
    made.append(text_run(text, look))
    place.addprevious(made)
    return made


def _heading_style(word: WordDocument, level: int) -> str:
    """The id of the template's heading of this level, or of one that is made, so that readers can jump."""
    name = f"heading {level}"
    if not (heading_id := _style_id(word, name)):
        style = word.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH, builtin=True)
        style.font.bold, style.font.size = True, Pt(16 - 2 * level)
        style.element.get_or_add_pPr().append(element("outlineLvl", val=str(level - 1)))
        heading_id = str(style.style_id)
    return heading_id


def _link(word: WordDocument, text: str, url: str) -> Element:
    look = element("rPr", element("color", val="0B57A4"), element("u", val="single"))
    link = element("hyperlink", text_run(text, look))
    link.set(qn("r:id"), word.part.relate_to(url, RT.HYPERLINK, is_external=True))
    return link


# --------------------------------------------------------------------------- the file


def _saved(word: WordDocument, dossier: Dossier) -> bytes:
    """The bytes, marked for programs; the same dossier gives the same bytes."""
    core = word.core_properties
    core.title, core.author = document_title(dossier), "LearningLion (AI) en opsteller"
    core.language, core.subject, core.category, core.last_modified_by = "nl-NL", "", "", ""
    core.comments, core.keywords = credit_line(dossier), "AI-gegenereerd; LearningLion"
    core.created = core.modified = made_at(dossier).replace(tzinfo=None)  # UTC: the format has no zone
    core.revision = dossier.version
    _add_custom_properties(word, properties(dossier))
    raw = io.BytesIO()
    word.save(raw)
    return with_fixed_times(raw.getvalue())


# The parts of a Word file that python-docx leaves to others: notes, comments, lists, properties.

FIXED_TIME = (1980, 1, 1, 0, 0, 0)
"""Files in a ZIP carry a time; one fixed moment keeps the same dossier the same bytes."""

_PROPERTY_SET = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"  # the set that user-defined properties belong to
_CUSTOM = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"


def _style_id(word: WordDocument, name: str) -> str:
    """The id of a style by its English name, whatever it is called in a Dutch Word; "" without one."""
    style = next((s for s in word.styles if s.name is not None and s.name.lower() == name.lower()), None)
    return style.style_id if style is not None else ""


# --------------------------------------------------------------------------- notes


def note_styles(word: WordDocument) -> tuple[str, str]:
    """The ids of the styles of a note and of its mark; a template that never had a note gets them."""
    text, mark = _style_id(word, "footnote text"), _style_id(word, "footnote reference")
    if not text:
        made = word.styles.add_style("footnote text", WD_STYLE_TYPE.PARAGRAPH, builtin=True)
        made.font.size = Pt(8)
        made.paragraph_format.space_after = Pt(0)
        text = made.style_id
    if not mark:
        raised = word.styles.add_style("footnote reference", WD_STYLE_TYPE.CHARACTER, builtin=True)
        raised.font.superscript = True
        mark = raised.style_id
    return text, mark


def _add_footnotes(word: WordDocument, notes: Sequence[Note]) -> dict[int, int]:
    """The notes as footnotes; for the number of each its id in the file."""
    part, root = _footnotes_part(word)
    last = max((int(n.get(qn("w:id"), "0")) for n in root), default=0)
    style, mark_style = note_styles(word)
    ids: dict[int, int] = {}
    for at, note in enumerate(notes, start=1):
        ids[note.number] = last + at
        root.append(_footnote(part, note, last + at, style, mark_style))
    part._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return ids


def _footnotes_part(word: WordDocument) -> tuple[Part, Element]:
    """The part with the footnotes: the template's own, or a fresh one with the two that Word wants."""
    for relation in word.part.rels.values():
        if relation.reltype == RT.FOOTNOTES:
            part = relation.target_part
            return part, etree.fromstring(part.blob, _PARSER)
    part = Part(PackURI("/word/footnotes.xml"), CT.WML_FOOTNOTES, b"", word.part.package)
    word.part.relate_to(part, RT.FOOTNOTES)
    xml = (
        f"<w:footnotes {nsdecls('w', 'r')}>"
        '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
        '<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:r><w:continuationSeparator/></w:r></w:p>'
        "</w:footnote></w:footnotes>"
    )
    return part, etree.fromstring(xml, _PARSER)


_PARSER = etree.XMLParser(resolve_entities=False, no_network=True)


def _listed_note(word: WordDocument, note: Note) -> Element:
    """A note as a paragraph of the text itself, behind its number."""
    style, mark_style = note_styles(word)
    text = _note_text(word.part, note, style, mark_style, f"<w:t>{note.number}</w:t>")
    made: Element = parse_xml(f"<w:p {nsdecls('w', 'r')}>{text}</w:p>")
    return made


def _footnote(part: Part, note: Note, note_id: int, style: str, mark_style: str) -> Element:
    text = _note_text(part, note, style, mark_style, "<w:footnoteRef/>")
    made: Element = etree.fromstring(
        f'<w:footnote {nsdecls("w", "r")} w:id="{note_id}"><w:p>{text}</w:p></w:footnote>', _PARSER
    )
    return made


def _note_text(part: Part, note: Note, style: str, mark_style: str, number: str) -> str:
    linked = _run(escape(note.name), link=bool(note.url))
    if note.url:
        relation = part.relate_to(note.url, RT.HYPERLINK, is_external=True)
        linked = f"<w:hyperlink r:id={quoteattr(relation)}>{linked}</w:hyperlink>"
    paragraph = f"<w:pPr><w:pStyle w:val={quoteattr(style)}/></w:pPr>"
    mark = f"<w:r><w:rPr><w:rStyle w:val={quoteattr(mark_style)}/></w:rPr>{number}</w:r>"
    return f"{paragraph}{mark}{_run(' ')}{linked}{_run(escape(f'{note.rest}.'))}"


def _run(escaped: str, *, link: bool = False) -> str:
    look = '<w:color w:val="0B57A4"/><w:u w:val="single"/>' if link else ""
    return f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{escaped}</w:t></w:r>'


# --------------------------------------------------------------------------- comments


def _add_comment(
    word: WordDocument, first: Element, last: Element, lines: Iterable[str], author: str
) -> None:
    """A comment on what stands from `first` to `last`, two elements of one paragraph; without a clock."""
    comment = word.part._comments_part.comments.add_comment("\n".join(lines), author, author[:1].upper())
    del comment._comment_elm.attrib[qn("w:date")]
    name = str(comment.comment_id)
    end = element("commentRangeEnd", id=name)
    first.addprevious(element("commentRangeStart", id=name))
    last.addnext(end)
    end.addnext(element("r", element("commentReference", id=name)))


# --------------------------------------------------------------------------- lists

_BULLETS = '<w:numFmt w:val="bullet"/><w:lvlText w:val="–"/>'
_NUMBERS = '<w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/>'


def fresh_list(word: WordDocument, like: str = "", *, numbered: bool = False) -> str:
    """The id of a list that begins at 1: one that looks as list `like` of the template, or a plain one."""
    root = _numbering(word)
    alike = (n for n in root.findall(qn("w:num")) if like and n.get(qn("w:numId")) == like)
    abstract = next((n.find(qn("w:abstractNumId")).get(qn("w:val")) for n in alike), "")
    abstract = abstract or _plain_list(root, numbered)
    made = 1 + max((int(n.get(qn("w:numId"))) for n in root.findall(qn("w:num"))), default=0)
    xml = f'<w:num {nsdecls("w")} w:numId="{made}"><w:abstractNumId w:val="{abstract}"/>'
    if numbered:
        xml += '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    _append(root, "w:num", etree.fromstring(f"{xml}</w:num>", _PARSER))
    return str(made)


def _plain_list(root: Element, numbered: bool) -> str:
    """The id of a plain list, made once in a file."""
    mark = "4C4C0002" if numbered else "4C4C0001"
    for known in root.findall(qn("w:abstractNum")):
        sign = known.find(qn("w:nsid"))
        if sign is not None and sign.get(qn("w:val")) == mark:
            return str(known.get(qn("w:abstractNumId")))
    made = 1 + max((int(n.get(qn("w:abstractNumId"))) for n in root.findall(qn("w:abstractNum"))), default=0)
    xml = (
        f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{made}"><w:nsid w:val="{mark}"/>'
        '<w:multiLevelType w:val="singleLevel"/><w:lvl w:ilvl="0"><w:start w:val="1"/>'
        f'{_NUMBERS if numbered else _BULLETS}<w:lvlJc w:val="left"/>'
        '<w:pPr><w:ind w:left="360" w:hanging="360"/></w:pPr></w:lvl></w:abstractNum>'
    )
    _append(root, "w:abstractNum", etree.fromstring(xml, _PARSER))
    return str(made)


def _append(root: Element, tag: str, element: Element) -> None:
    """`element` behind its like: definitions of lists come before lists."""
    same = root.findall(qn(tag))
    if same:
        same[-1].addnext(element)
    elif tag == "w:abstractNum":
        root.insert(0, element)
    else:
        root.append(element)


def _numbering(word: WordDocument) -> Element:
    """The definitions of lists: those of the template, or none yet."""
    for relation in word.part.rels.values():
        if relation.reltype == RT.NUMBERING:
            element: Element = relation.target_part.element
            return element
    from docx.parts.numbering import NumberingPart

    root = OxmlElement("w:numbering")
    part = NumberingPart(PackURI("/word/numbering.xml"), CT.WML_NUMBERING, root, word.part.package)
    word.part.relate_to(part, RT.NUMBERING)
    return root


# --------------------------------------------------------------------------- properties and bytes


def _add_custom_properties(word: WordDocument, pairs: Sequence[tuple[str, str]]) -> None:
    """Properties that programs read, beside those that the template has."""
    package = word.part.package
    part = next((r.target_part for r in package.rels.values() if r.reltype == RT.CUSTOM_PROPERTIES), None)
    if part is None:
        part = Part(PackURI("/docProps/custom.xml"), CT.OFC_CUSTOM_PROPERTIES, b"", package)
        package.relate_to(part, RT.CUSTOM_PROPERTIES)
        root = etree.fromstring(f'<Properties xmlns="{_CUSTOM}" xmlns:vt="{_TYPES}"/>', _PARSER)
    else:
        root = etree.fromstring(part.blob, _PARSER)
    names = {name for name, _ in pairs}
    for known in list(root):
        if known.get("name") in names:
            root.remove(known)
    last = max((int(p.get("pid", "1")) for p in root), default=1)
    for pid, (name, value) in enumerate(pairs, start=last + 1):
        made = etree.SubElement(root, f"{{{_CUSTOM}}}property", fmtid=_PROPERTY_SET, pid=str(pid), name=name)
        etree.SubElement(made, f"{{{_TYPES}}}lpwstr").text = value
    part._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def with_fixed_times(data: bytes) -> bytes:
    """The same file, each of its parts from one fixed moment."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            info = zipfile.ZipInfo(item.filename, FIXED_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, old.read(item))
    return out.getvalue()
