"""The exported letter: fields of a template, notes, paragraphs and lists, the annex, tracked changes."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import escape

import pypdfium2
import pytest
from docx import Document as open_docx
from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml.ns import qn
from docx.shared import Pt
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from learninglion.models import (
    AnswerVerdict,
    Author,
    Check,
    Citation,
    Dossier,
    Draft,
    Opening,
    Provenance,
    QuestionSet,
    Selection,
    Span,
    Statement,
    StatementVerdict,
    SubQuestion,
    Verification,
)
from learninglion.models.errors import InputError
from learninglion.models.types import LEADS_IN
from learninglion.record.export import ExportFormat, export, file_name
from learninglion.record.letter import PLAIN_TEMPLATE, LetterTemplate, LetterTerms, document_title, read_facts
from learninglion.record.marking import MARK_LINE
from learninglion.record.notes import (
    AnswerGroup,
    ChangedPiece,
    Deed,
    MachineText,
    PieceKind,
    account_for,
    answer_blocks,
    answer_groups,
    changed_blocks,
    collect_notes,
    copy_answers,
    group_blocks,
    text_before,
    trace_deeds,
)
from learninglion.testing import make_source

SUBJECT = "het bericht «Kelders onder water»"
INTRODUCTION = (
    "2031Z04711\nVragen van de leden Van Dam en Pietersen (beiden WATER) aan de Minister van Droge Voeten en "
    f"de Staatssecretaris van Dijken en Duinen over {SUBJECT} (ingezonden 3 maart 2031).\n[1] De Bode."
)
URL = "https://voorbeeld.example/ah-9001"


def cited(source: str, quote: str, page: int = 1) -> Citation:
    return Citation(source, (1,), quote, f"{source}#1", page=page, reference=f"Bron {source}", url=URL)


def answered(
    numbers: tuple[int, ...], statements: Sequence[Statement], *refused: int, missing: tuple[str, ...] = ()
) -> Verification:
    """A checked answer; `refused` are the places of the sentences that do not hold."""
    question = SubQuestion(numbers, f"Wat vindt u van kelder {numbers[0]}?\nEn van de kelder daarnaast?")
    own = [s.on_own_account for s in statements]
    checks = tuple(
        Check(s, StatementVerdict.UNSUPPORTED if i in refused or own[i] else StatementVerdict.SUPPORTED)
        for i, s in enumerate(statements)
    )
    verdict = AnswerVerdict.PARTIAL if missing else AnswerVerdict.ANSWERED
    draft = Draft(
        Selection(question, INTRODUCTION, (), ()),
        tuple(statements),
        verdict,
        missing,
        Provenance("extractive"),
    )
    return Verification(draft, checks, verdict, missing, "rules 1")


def make_dossier() -> Dossier:
    """Three questions: paragraphs and lists typed by a person, a joint answer, and none."""
    a, b = cited("a", "Er zijn 12 kelders."), cited("b", "De dijk is hoog.", 4)
    again = cited("a", "Zij zijn droog.", 3)
    first = (
        Statement("Er zijn 12 kelders.", (a,)),
        Statement("Zij zijn droog.", (again,)),
        Statement("De dijk is hoog.", (b,), opens=Opening.PARAGRAPH),
        Statement("Er zijn 12 kelders geteld.", (a,), Author.PERSON, "Er zijn 12 kelders."),
        Statement("Echter is dit onjuist.", (b,), opens=Opening.PARAGRAPH),
        Statement("Ik doe drie dingen:", (), Author.PERSON, own_account=LEADS_IN),
        Statement("pompen;", (), Author.PERSON, own_account="Overleg van gisteren.", opens=Opening.ITEM),
        Statement("dweilen.", (), Author.PERSON, own_account="Overleg.", opens=Opening.ITEM),
        Statement("Eerst dit.", (), Author.PERSON, own_account="Overleg.", opens=Opening.NUMBER),
        Statement("Dan dat.", (), Author.PERSON, own_account="Overleg.", opens=Opening.NUMBER),
    )
    joint = (Statement("Dat klopt, zie {{datum}} & <b>.", (cited("c", "Dat klopt."),)),)
    questions = (
        answered((1,), first, 4, missing=("de kosten",)),
        answered((2, 3), joint),
        answered((4,), joint),
        answered((5,), (), missing=("alles",)),
        answered((6,), (Statement("De dijk is hoog.", (b,)),)),
    )
    question_set = QuestionSet(INTRODUCTION, (), title=SUBJECT[:1].upper() + SUBJECT[1:])
    return Dossier("dossier-00", question_set, questions, version=3)


MACHINE = (
    MachineText(("Er zijn 12 kelders.", "De dijk was laag.", "De dijk is hoog.", "Er zijn 12 kelders.")),
    *(MachineText(("Dat klopt, zie {{datum}} & <b>.",)) for _ in range(2)),
    MachineText(
        ("Dit schrapte iemand.",),
        taken={"Dit schrapte iemand.": Deed("noor", datetime(2031, 3, 4, tzinfo=UTC))},
    ),
    MachineText(()),
)
MACHINE_JOINT = list(MACHINE[1].sentences)


def make_word(form: ExportFormat, terms: LetterTerms | None = None) -> WordDocument:
    return open_docx(io.BytesIO(export(make_dossier(), form, terms, MACHINE)))


def texts(word: WordDocument) -> list[str]:
    return [p.text for p in word.paragraphs]


def footer_text(word: WordDocument) -> str:
    return " ".join(p.text for s in word.sections for p in s.footer.paragraphs)


# --------------------------------------------------------------------------- what a letter says


@pytest.mark.parametrize(
    ("title", "subject"),
    [
        ("Vragen over de veerpont", "de veerpont"),
        ("Kamervragen van het lid Dam (WATER) aan de minister over stikstof", "stikstof"),
        ("het bericht over vragen", "het bericht over vragen"),
        ("Het bericht, met een woord van de officier", "het bericht, met een woord van de officier"),
        ("Rijkswaterstaat en de brug", "Rijkswaterstaat en de brug"),
    ],
)
def test_a_letter_never_says_over_vragen_over(title: str, subject: str) -> None:
    assert read_facts(QuestionSet("", (), title=title)).subject == subject


def test_a_letter_says_who_asked_what_when() -> None:
    facts = read_facts(make_dossier().question_set)
    assert (facts.subject, facts.case_number) == (SUBJECT, "2031Z04711")
    assert facts.members == "de leden Van Dam en Pietersen (beiden WATER)"
    assert facts.offices == ("Minister van Droge Voeten", "Staatssecretaris van Dijken en Duinen")
    told = texts(make_word(ExportFormat.LETTER))
    assert "Geachte voorzitter," in told and "De Minister van Droge Voeten," in told
    assert (
        "Hierbij beantwoord ik, mede namens de Staatssecretaris van Dijken en Duinen, de vragen van de leden "
        f"Van Dam en Pietersen (beiden WATER) over {SUBJECT} "
        "(ingezonden op 3 maart 2031, kenmerk 2031Z04711)."
    ) in told


def test_who_signs_may_be_said() -> None:
    terms = LetterTerms(
        ministry="Ministerie van Zand", office="Staatssecretaris van Dijken en Duinen", name="A. Bee"
    )
    told = texts(make_word(ExportFormat.LETTER, terms))
    assert told[0] == "Ministerie van Zand" and "A. Bee" in told
    assert any("mede namens de Minister van Droge Voeten," in line for line in told)


def test_what_nobody_knows_is_filled_in_with_word() -> None:
    word = make_word(ExportFormat.LETTER)
    shown = [
        t.text
        for t in word.element.body.iter(qn("w:t"))
        if t.getparent().getparent().tag == qn("w:sdtContent")
    ]
    assert shown == ["[datum]", "[ons kenmerk]", "[naam]", "[antwoord op vraag 5]"]
    assert len(word.element.body.xpath(".//w:sdt//w:date")) == 1


def test_the_name_and_the_title_have_a_length_that_every_program_takes() -> None:
    dossier = make_dossier()
    assert file_name(dossier, ExportFormat.LETTER) == (
        "Kamervragen 2031Z04711 het bericht Kelders onder water v3 brief.docx"
    )
    long = "De boa’s: «a/b\\c» " + "heel lang verhaal over kelders " * 40
    named = replace(dossier, question_set=QuestionSet(INTRODUCTION, (), title=long))
    for form in ExportFormat:
        name = file_name(named, form)
        assert len(name.encode()) < 150 and not re.search(r'[<>:"/\\|?*]', name) and "boa’s" in name
    assert len(document_title(named)) <= 200
    assert open_docx(io.BytesIO(export(named, ExportFormat.DOCX))).core_properties.title == document_title(
        named
    )
    untitled = replace(dossier, question_set=QuestionSet("", ()))
    assert file_name(untitled, ExportFormat.PDF) == "Kamervragen dossier-00 v3.pdf"


@pytest.mark.parametrize(
    ("addressed", "offices"),
    [
        ("aan de Minister over natte kelders", ("Minister",)),
        ("aan de staatssecretaris, over natte kelders", ("Staatssecretaris",)),
        ("aan de minister-president over natte kelders", ("Minister-President",)),
        ("aan de Minister van Droge Voeten over natte kelders", ("Minister van Droge Voeten",)),
    ],
)
def test_a_minister_without_a_name_of_a_ministry_is_no_ministry_of_the_subject(
    addressed: str, offices: tuple[str, ...]
) -> None:
    facts = read_facts(QuestionSet(f"Vragen van het lid Van Dam (WATER) {addressed}", ()))
    assert facts.offices == offices


def test_real_sets_say_who_asked(shared_data: Path) -> None:
    from learninglion.models import RawFile
    from learninglion.parsing.sets import question_set_from_file

    for path in sorted((shared_data / "kamervragen" / "sets-2024" / "questions").glob("*.txt")):
        facts = read_facts(question_set_from_file(RawFile(path.name, path.read_bytes(), str(path))))
        assert facts.members.startswith(("het lid ", "de leden ")), path.name
        assert facts.offices and facts.subject and "ingezonden" not in facts.subject, path.name


# --------------------------------------------------------------------------- the text and its notes


def test_working_notes_are_no_text_of_the_letter() -> None:
    working = (
        "Wat ontbreekt",
        "de kosten",
        "Echter",
        "kan niet worden beantwoord",
        "gedeeltelijk beantwoord",
        "Grondslag",
    )
    for form in (ExportFormat.LETTER, ExportFormat.LETTER_CLEAN, ExportFormat.LETTER_CHANGES):
        told = " ".join(texts(make_word(form)))
        assert not [words for words in working if words in told], form
    annex = " ".join(texts(make_word(ExportFormat.ANNEX)))
    whole = " ".join(texts(make_word(ExportFormat.DOCX)))
    for words in (
        "Wat ontbreekt",
        "de kosten",
        "“Echter is dit onjuist.”",
        "Grondslag: Overleg van gisteren.",
    ):
        assert words in annex and words in whole
    assert "Antwoord op vraag 2 t/m 4" in whole and "Antwoord op vraag" not in annex


def test_one_note_for_each_source_of_an_answer_with_the_same_number_everywhere() -> None:
    dossier = make_dossier()
    notes = {n.number: n for told in collect_notes(dossier).values() for n in told}
    assert [(n, note.name, note.rest) for n, note in sorted(notes.items())] == [
        (1, "Bron a", ", pagina 1 en 3"),
        (2, "Bron b", ", pagina 4"),
        (3, "Bron c", ", pagina 1"),
        (4, "Bron b", ", pagina 4"),
    ]
    assert notes[1].quotes == ("Er zijn 12 kelders.", "Zij zijn droog.")
    markdown = export(dossier, ExportFormat.MARKDOWN).decode()
    assert "Zij zijn droog.[^1]\n\nDe dijk is hoog.[^2] Er zijn 12 kelders geteld.[^1]" in markdown
    assert re.findall(r"^\[\^(\d)\]: \[(Bron .)\]", markdown, re.MULTILINE) == [
        ("1", "Bron a"), ("2", "Bron b"), ("3", "Bron c"), ("4", "Bron b"),
    ]  # fmt: skip
    pdf = " ".join(
        " ".join(page.get_textpage().get_text_range().split())
        for page in pypdfium2.PdfDocument(export(dossier, ExportFormat.PDF))
    )
    assert "De dijk is hoog.2 Er zijn 12 kelders geteld.1" in pdf and "4Bron b, pagina 4." in pdf


def test_word_counts_the_notes_the_same() -> None:
    """Footnotes are numbered where they stand first; where one stands again, a field refers to it."""
    word = make_word(ExportFormat.LETTER)
    part = next(r.target_part for r in word.part.rels.values() if r.reltype.endswith("/footnotes"))
    said: dict[str, str] = {}
    for note in etree.fromstring(part.blob):
        said[note.get(qn("w:id"))] = "".join(note.itertext())
    order = [said[r.get(qn("w:id"))] for r in word.element.body.iter(qn("w:footnoteReference"))]
    assert order == [
        " Bron a, pagina 1 en 3.",
        " Bron b, pagina 4.",
        " Bron c, pagina 1.",
        " Bron b, pagina 4.",
    ]
    codes = ["".join(c.itertext()) for c in word.element.body.iter(qn("w:instrText"))]
    assert codes == [" NOTEREF _Noot1 \\h "]
    assert [b.get(qn("w:name")) for b in word.element.body.iter(qn("w:bookmarkStart"))] == ["_Noot1"]
    clean = make_word(ExportFormat.LETTER_CLEAN).element.body
    assert not list(clean.iter(qn("w:footnoteReference"))) and not list(clean.iter(qn("w:instrText")))


@given(
    st.lists(st.tuples(st.lists(st.sampled_from("abc"), max_size=3), st.sampled_from(Opening)), max_size=6),
    st.sets(st.integers(0, 5)),
)
def test_notes_are_numbered_in_the_order_of_their_marks(
    told: list[tuple[list[str], Opening]], refused: set[int]
) -> None:
    """So counts Word, whatever number stands in the file."""
    statements = [
        Statement(f"Zin {n}.", tuple(cited(source, "Q.") for source in sources), opens=opens)
        for n, (sources, opens) in enumerate(told)
    ]
    answers = (answered((1,), statements, *refused), answered((2,), statements[::-1]))
    dossier = Dossier("dossier-00", QuestionSet(INTRODUCTION, ()), answers)
    notes = collect_notes(dossier)
    blocks = [block for group in answer_groups(dossier) for block in group_blocks(dossier, group, notes)]
    marks = [note.number for block in blocks for sentence in block.sentences for note in sentence.marks]
    assert list(dict.fromkeys(marks)) == list(range(1, len(set(marks)) + 1))
    assert {note.number for own in notes.values() for note in own} == set(marks)


def test_what_a_person_typed_keeps_its_paragraphs_and_lists() -> None:
    blocks = answer_blocks(make_dossier().verifications[0])
    assert [(b.opens.value, b.text) for b in blocks] == [
        ("paragraph", "Er zijn 12 kelders. Zij zijn droog."),
        ("paragraph", "De dijk is hoog. Er zijn 12 kelders geteld."),
        ("paragraph", "Ik doe drie dingen:"),  # a refused sentence began this paragraph
        ("item", "pompen;"),
        ("item", "dweilen."),
        ("number", "Eerst dit."),
        ("number", "Dan dat."),
    ]
    word = make_word(ExportFormat.LETTER)
    styled = {p.text: p.style.name for p in word.paragraphs if p.style is not None}
    assert (styled["pompen;"], styled["Dan dat."]) == ("Opsomming", "Nummering")
    assert styled["Ik doe drie dingen:"] == "Antwoord"
    markdown = export(make_dossier(), ExportFormat.MARKDOWN).decode()
    assert "Ik doe drie dingen:\n\n- pompen;\n- dweilen.\n\n1. Eerst dit.\n2. Dan dat.\n" in markdown
    pdf = pypdfium2.PdfDocument(export(make_dossier(), ExportFormat.PDF))
    lines = [line.strip() for page in pdf for line in page.get_textpage().get_text_range().splitlines()]
    assert {"• pompen;", "• dweilen.", "1. Eerst dit.", "2. Dan dat."} <= set(lines)


def test_every_numbered_list_begins_at_one() -> None:
    numbered = Statement("Eerst dit.", (), Author.PERSON, own_account="Zo.", opens=Opening.NUMBER)
    two = tuple(answered((n,), (numbered,)) for n in (1, 2))
    dossier = Dossier("d", QuestionSet("", ()), (two[0], answered((9,), ()), two[1]))
    word = open_docx(io.BytesIO(export(dossier, ExportFormat.LETTER)))
    lists = [p._p.pPr.numPr.numId.val for p in word.paragraphs if p.text == "Eerst dit."]
    assert len(set(lists)) == 2


def test_questions_with_the_same_answer_are_answered_together() -> None:
    groups = [(g.positions, g.numbers) for g in answer_groups(make_dossier())]
    assert groups == [((0,), (1,)), ((1, 2), (2, 3, 4)), ((3,), (5,)), ((4,), (6,))]
    told = texts(make_word(ExportFormat.LETTER))
    at = told.index("Antwoord op vraag 2 t/m 4")
    assert told[at - 6 : at] == [
        "Vraag 2 en 3", "Wat vindt u van kelder 2?", "En van de kelder daarnaast?",
        "Vraag 4", "Wat vindt u van kelder 4?", "En van de kelder daarnaast?",
    ]  # fmt: skip
    assert told[at + 1] == "Dat klopt, zie {{datum}} & <b>."  # text never becomes a field


def test_the_mark_stays_in_every_form() -> None:
    for form in (f for f in ExportFormat if f.extension == "docx"):
        word = make_word(form)
        assert MARK_LINE in f"{footer_text(word)} {' '.join(texts(word))}"
        with zipfile.ZipFile(io.BytesIO(export(make_dossier(), form, None, MACHINE))) as archive:
            assert "compositeWithTrainedAlgorithmicMedia" in archive.read("docProps/custom.xml").decode()
            assert len(archive.namelist()) == len(set(archive.namelist()))


def test_a_copy_for_every_program() -> None:
    dossier = make_dossier()
    one = copy_answers(dossier, 0)
    assert "<ul><li>pompen;</li><li>dweilen.</li></ul><ol><li>Eerst dit.</li>" in one.html
    assert (
        "Er zijn 12 kelders geteld.<sup>1</sup></p>" in one.html and f'<a href="{URL}">Bron a</a>' in one.html
    )
    assert "- pompen;\n- dweilen.\n\n1. Eerst dit.\n2. Dan dat." in one.plain
    assert "[1] Bron a, pagina 1 en 3\n[2] Bron b, pagina 4" in one.plain and MARK_LINE in one.plain
    everything = copy_answers(dossier)
    assert "Antwoord op vraag 2 t/m 4" in everything.plain and escape("& <b>") in everything.html
    assert everything.plain.count("Dat klopt") == 1


# --------------------------------------------------------------------------- templates


def second_template(path: Path, *, drop: str = "", add: str = "") -> Path:
    """Another house style: letterhead in a table and the header, the answers before the signature, its own
    styles, no pattern for lists, fields that Word has cut into runs, saved as a template of Word."""
    word = open_docx()
    head = word.styles.add_style("Kop van de vraag", WD_STYLE_TYPE.PARAGRAPH)
    head.font.small_caps, head.font.size = True, Pt(12)
    word.sections[0].header.paragraphs[0].text = "Ministerie: {{ministerie}}"
    table = word.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Kenmerk {{uw kenmerk}}", "{{DATUM}}"
    cut = word.add_paragraph()
    for part, bold in (("Over ", False), ("{{onder", True), ("werp", False), ("}} en meer", False)):
        cut.add_run(part).bold = bold
    word.add_paragraph("Betreft {{onderwerp}}\n{{aanhef}}\tvan {{ambt}}\nslot")  # breaks and a tab in one run
    word.add_paragraph("{{inleiding}}")
    for text, style in (
        ("{{begin vragen}}", "Normal"),
        ("Vraag {{vraagnummers}}", "Kop van de vraag"),
        ("{{vraag}}", "Quote"),
        ("", "Normal"),
        ("Antwoord op vraag {{antwoordnummers}}", "Kop van de vraag"),
        ("{{antwoord}}", "Body Text"),
        ("", "Normal"),
        ("{{einde vragen}}", "Normal"),
        ("Hoogachtend,", "Normal"),
        ("{{ambt}} {{naam}}", "Normal"),
        (add, "Normal"),
    ):
        if text != drop or not text:
            word.add_paragraph(text, style=style)
    raw = io.BytesIO()
    word.save(raw)
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "[Content_Types].xml":
                content = content.replace(b"document.main+xml", b"template.main+xml")
            new.writestr(name, content)
    return path


def test_another_template_keeps_its_own_look(tmp_path: Path) -> None:
    terms = LetterTerms(second_template(tmp_path / "brief.dotx"))
    word = make_word(ExportFormat.LETTER, terms)
    told = texts(word)
    assert word.sections[0].header.paragraphs[0].text == "Ministerie: Ministerie van Droge Voeten"
    assert word.tables[0].cell(0, 0).text == "Kenmerk 2031Z04711"
    over = next(p for p in word.paragraphs if p.text == f"Over {SUBJECT} en meer")
    assert [r.text for r in over.runs if r.bold] == [SUBJECT]
    assert f"Betreft {SUBJECT}\nGeachte voorzitter,\tvan Minister van Droge Voeten\nslot" in told
    assert told.index("Antwoord op vraag 2 t/m 4") < told.index("Hoogachtend,")
    styled = {p.text: p for p in word.paragraphs}
    assert styled["Vraag 4"].style.name == "Kop van de vraag" and styled["pompen;"].style.name == "Body Text"
    assert styled["pompen;"]._p.pPr.numPr is not None and styled["Eerst dit."]._p.pPr.numPr is not None
    assert MARK_LINE in told and not [line for line in told if "{{" in line and "datum" not in line]


def test_a_template_that_libreoffice_wrote_gets_no_second_set_of_properties(tmp_path: Path) -> None:
    """It calls the part with the title by another name; Word refuses a file that has it twice."""
    path = tmp_path / "brief.docx"
    with zipfile.ZipFile(second_template(tmp_path / "b.dotx")) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            package, office = b"package/2006/relationships/meta", b"officedocument/2006/relationships/meta"
            new.writestr(name, old.read(name).replace(package, office))
    made = export(make_dossier(), ExportFormat.LETTER, LetterTerms(path), MACHINE)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        names = archive.namelist()
        assert len(names) == len(set(names)) and SUBJECT in archive.read("docProps/core.xml").decode()


def test_what_opens_a_list_stands_on_the_page_of_the_list() -> None:
    word = open_docx(io.BytesIO(export(make_dossier(), ExportFormat.LETTER)))
    kept = [p.text for p in word.paragraphs if p.paragraph_format.keep_with_next]
    assert any(text.endswith("Ik doe drie dingen:") for text in kept)
    assert not any(text.startswith(("De dijk is", "dweilen", "Dan dat")) and ":" not in text for text in kept)


def test_a_quotation_of_several_sentences_is_one_and_has_no_marks_of_notes_of_its_source() -> None:
    body = "De kelder is nat. [3] De pomp[4] werkt.[5]\nHet regent. Dat blijft zo."
    source = make_source(body)

    def quoted(text: str, quote: str) -> Statement:
        start = source.body_span.start + body.index(quote)
        span = Span(start, start + len(quote))
        return Statement(text, (replace(cited("a", quote), source_id=source.id, span=span),))

    first = quoted("Eerder schreef de minister: “De kelder is nat.”", "De kelder is nat.")
    second = quoted("“De pomp[4] werkt.”", "De pomp[4] werkt.")
    apart = quoted("“Dat blijft zo.”", "Dat blijft zo.")  # something stands between them
    typed = Statement("De norm staat in [7].", (), Author.PERSON, own_account="Overleg.")
    whole = answered((1,), (first, second, apart, typed))
    chosen = replace(whole.draft.selection, chosen=(source,))
    (block,) = answer_blocks(replace(whole, draft=replace(whole.draft, selection=chosen)))
    assert [s.text for s in block.sentences] == [
        "Eerder schreef de minister: “De kelder is nat.",
        "De pomp werkt.”",
        "“Dat blijft zo.”",
        "De norm staat in [7].",
    ]


def test_there_is_room_behind_the_last_item_of_a_list() -> None:
    styles = make_word(ExportFormat.LETTER).styles
    for name in ("Opsomming", "Nummering"):
        assert styles[name].element.pPr.find(qn("w:contextualSpacing")) is not None
        assert styles[name].paragraph_format.space_after is None  # as a paragraph of the answer


@pytest.mark.parametrize("template", ["", "brief.dotx"])
def test_no_page_ends_between_a_question_and_its_answer(tmp_path: Path, template: str) -> None:
    terms = LetterTerms(second_template(tmp_path / template)) if template else LetterTerms()
    word = make_word(ExportFormat.LETTER, terms)
    kept = {p.text: bool(p.paragraph_format.keep_with_next) for p in word.paragraphs}
    heads = [text for text in kept if re.match(r"(Vraag|Antwoord)\b.*\d", text)]
    assert len(heads) > 3 and all(kept[text] for text in heads)
    questions = [v.draft.selection.question.text for v in make_dossier().verifications]
    assert all(kept[line] for line in questions[0].split("\n")) and not kept["pompen;"]


@pytest.mark.parametrize(
    ("drop", "add", "problem"),
    [
        ("{{antwoord}}", "", "het veld {{antwoord}} ontbreekt"),
        ("{{begin vragen}}", "", "het veld {{begin vragen}} ontbreekt"),
        ("", "{{ondrewerp}}", "het veld {{ondrewerp}} is onbekend"),
        ("", "Zie {{opsomming}}", "{{opsomming}} moet alleen in een alinea staan"),
        ("", "{{opsomming}}", "{{opsomming}} moet tussen"),
        ("", "{{vraag}}", "het veld {{vraag}} ontbreekt of staat er meer dan één keer"),
    ],
)
def test_a_template_that_does_not_fit_says_what_is_wrong(
    tmp_path: Path, drop: str, add: str, problem: str
) -> None:
    path = second_template(tmp_path / "brief.docx", drop=drop, add=add)
    with pytest.raises(InputError, match=re.escape(problem)):
        LetterTemplate.open(path)


@pytest.mark.parametrize("content", [None, b"", b"geen zip", b"PK\x03\x04stuk"])
def test_what_is_no_word_file_is_no_template(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "brief.docx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match="geen leesbaar Word-bestand"):
        LetterTemplate.open(path)


def test_the_template_that_ships_is_the_one_its_tool_makes(tmp_path: Path) -> None:
    tool = Path(__file__).parents[2] / "tools" / "make_letter_template.py"
    made = tmp_path / "letter.docx"
    subprocess.run([sys.executable, str(tool), str(made)], check=True)
    assert made.read_bytes() == PLAIN_TEMPLATE.read_bytes()


# --------------------------------------------------------------------------- tracked changes


def decide(word: WordDocument, *, accept: bool) -> list[tuple[str, str]]:
    """The paragraphs (style, text) after taking or refusing every change, as the format defines it."""
    gone, kept = ("w:del", "w:ins") if accept else ("w:ins", "w:del")
    body = word.element.body
    for change in list(body.iter(qn(gone))):
        if change.getparent().tag == qn("w:p"):
            change.getparent().remove(change)
    found: list[tuple[str, str]] = []
    carried = ""
    for paragraph in body.iter(qn("w:p")):
        added = paragraph.xpath("./w:pPr/w:rPr/w:ins")
        parts = [n.text or "" for n in paragraph.iter(qn("w:t"), qn("w:delText"))]
        text = carried + "".join(parts)
        if added and not accept:
            carried = text
            continue
        carried = ""
        style = paragraph.xpath("./w:pPr/w:pStyle/@w:val")
        if not accept:
            style = paragraph.xpath("./w:pPr/w:pPrChange/w:pPr/w:pStyle/@w:val") or style
        found.append((style[0] if style else "", text))
    assert kept
    return found


def section(paragraphs: Sequence[tuple[str, str]], heading: str) -> list[tuple[str, str]]:
    at = next(i for i, (_, text) in enumerate(paragraphs) if text == heading) + 1
    end = next(
        (i for i in range(at, len(paragraphs)) if paragraphs[i][1].startswith(("Vraag ", "Bronnen"))),
        len(paragraphs),
    )
    return list(paragraphs[at:end])


def unmarked(text: str) -> str:
    """Without the numbers of notes behind its sentences."""
    return re.sub(r"\.\d", ".", text)


def test_taking_all_changes_gives_the_letter_and_refusing_them_the_machine() -> None:
    taken = decide(make_word(ExportFormat.LETTER_CHANGES), accept=True)
    assert section(taken, "Antwoord 1") == [
        ("Antwoord", "Er zijn 12 kelders. Zij zijn droog.1"),
        ("Antwoord", "De dijk is hoog.2 Er zijn 12 kelders geteld.1"),
        ("Antwoord", "Ik doe drie dingen:"),
        *(("Opsomming", text) for text in ("pompen;", "dweilen.")),
        *(("Nummering", text) for text in ("Eerst dit.", "Dan dat.")),
    ]
    refused = decide(make_word(ExportFormat.LETTER_CHANGES), accept=False)
    assert [(s, unmarked(t)) for s, t in section(refused, "Antwoord 1")] == [
        ("Antwoord", " ".join(MACHINE[0].sentences))
    ]
    assert section(refused, "Antwoord 5") == [("Antwoord", "Dit schrapte iemand.")]
    assert section(taken, "Antwoord 5") == [("Antwoord", "[antwoord op vraag 5]")]
    for told in (taken, refused):  # one answer to three questions stands once, as in the letter
        assert [unmarked(t) for _, t in section(told, "Antwoord op vraag 2 t/m 4")] == MACHINE_JOINT


def test_of_a_joint_answer_only_what_somebody_touched_is_taken_out() -> None:
    dossier, untouched = make_dossier(), MACHINE[1]
    other = MachineText(("Dit stond bij vraag 4.",), taken={"Dit stond bij vraag 4.": Deed("noor")})
    group = AnswerGroup((1, 2), (2, 3, 4))
    assert text_before(dossier, group, MACHINE).sentences == untouched.sentences
    before = text_before(dossier, group, (MACHINE[0], untouched, other))
    assert before.sentences == (*untouched.sentences, *other.sentences) and before.taken == other.taken
    refers = AnswerGroup((2,), (4,), refers_to=(2, 3))
    assert text_before(dossier, refers, MACHINE).sentences == (refers.reference,)
    assert text_before(dossier, refers, (MACHINE[0], untouched, other)) == other


def test_what_nobody_typed_is_of_who_changed_the_answer_last() -> None:
    """The end of a paragraph, the space that was there, "Zie het antwoord op ..."."""
    noor, karim = (Deed(name, datetime(2031, 3, day, tzinfo=UTC)) for day, name in enumerate("nk", start=1))
    after = answered((1,), [Statement("Een."), Statement("Twee.", opens=Opening.PARAGRAPH)])
    machine = MachineText(("Een.", "Twee.", "Drie."), taken={"Drie.": karim, "Vier.": noor})
    first, second = changed_blocks(answer_blocks(after), machine)
    assert first.pieces[-1] == ChangedPiece(PieceKind.TAKEN, " ", karim) and second.deed == karim


def test_who_changed_something_stands_at_the_change() -> None:
    body = make_word(ExportFormat.LETTER_CHANGES).element.body
    struck = next(c for c in body.iter(qn("w:del")) if "schrapte" in "".join(c.itertext()))
    assert struck.get(qn("w:author")) == "noor" and struck.get(qn("w:date")) == "2031-03-04T00:00:00Z"
    ids = [c.get(qn("w:id")) for c in body.iter(qn("w:ins"), qn("w:del"), qn("w:pPrChange"))]
    assert len(ids) == len(set(ids))


def test_beside_comments_the_notes_are_listed_behind_the_answers() -> None:
    """LibreOffice 7.4 shows the text of another footnote where a comment stands between two of them."""
    word = make_word(ExportFormat.LETTER_CHANGES)
    assert not list(word.element.body.iter(qn("w:footnoteReference"), qn("w:instrText")))
    told = [("".join(n.text or "" for n in p.iter(qn("w:t")))) for p in word.element.body.iter(qn("w:p"))]
    assert told[told.index("Bronnen") + 1 :][:4] == [
        "1 Bron a, pagina 1 en 3.", "2 Bron b, pagina 4.", "3 Bron c, pagina 1.", "4 Bron b, pagina 4.",
    ]  # fmt: skip
    room = {p.text: p.paragraph_format.space_after for p in word.paragraphs}
    assert room["4 Bron b, pagina 4."] and not room["2 Bron b, pagina 4."]  # from what the template has next


def test_open_points_are_comments() -> None:
    word = make_word(ExportFormat.LETTER_CHANGES)
    told = ["\n".join(p.text for p in c.paragraphs) for c in word.comments]
    assert "Wat ontbreekt: de kosten" in told[-1] or any("Wat ontbreekt: de kosten" in t for t in told)
    assert any("Niet overgenomen: “Echter is dit onjuist.”" in t for t in told)
    assert (
        sum(t.startswith("Eigen tekst, niet door een bron gedragen.") for t in told) == 4
    )  # not the lead-in
    anchors = {n.get(qn("w:id")) for n in word.element.body.iter(qn("w:commentReference"))}
    assert anchors == {str(c.comment_id) for c in word.comments}
    assert not list(make_word(ExportFormat.LETTER).comments)


def test_the_letter_with_changes_needs_what_the_machine_wrote() -> None:
    with pytest.raises(ValueError, match="what the machine wrote"):
        export(make_dossier(), ExportFormat.LETTER_CHANGES)


def test_versions_tell_who_wrote_and_who_struck() -> None:
    begun = answered((1,), (Statement("Een."), Statement("Twee.")))
    edited = answered((1,), (Statement("Een."), Statement("Drie.", (), Author.PERSON)))
    last = answered((1,), (Statement("Drie.", (), Author.PERSON),))
    versions = [Dossier("d", QuestionSet("", ()), (v,)) for v in (begun, edited, last)]
    deeds = [Deed("machine"), Deed("noor"), Deed("karim")]
    (traced,) = trace_deeds((begun,), versions, deeds)
    assert traced == MachineText(
        ("Een.", "Twee."), {"Drie.": Deed("noor")}, {"Twee.": Deed("noor"), "Een.": Deed("karim")}
    )


WORDS = st.sampled_from(["de", "dijk", "is", "hoog", "kelder", "nat", "droog", "van", "12"])
SENTENCE = st.lists(WORDS, min_size=1, max_size=7).map(lambda words: " ".join(words) + ".")


@settings(max_examples=80)
@given(st.lists(SENTENCE, max_size=6), st.lists(st.tuples(SENTENCE, st.sampled_from(Opening)), max_size=6))
def test_every_change_can_be_taken_and_refused(old: list[str], new: list[tuple[str, Opening]]) -> None:
    after = answered((1,), [Statement(text, opens=opens) for text, opens in new])
    blocks = changed_blocks(answer_blocks(after), MachineText(tuple(old)))
    taken = ["".join(p.text for p in b.pieces if p.kind is not PieceKind.TAKEN) for b in blocks]
    assert [t for t in taken if t] == [b.text for b in answer_blocks(after)]
    refused = "".join(p.text for b in blocks for p in b.pieces if p.kind is not PieceKind.ADDED)
    assert refused == " ".join(old)
    # a struck space alone before a word looks like a dash
    assert not any(b.pieces[0].kind is PieceKind.TAKEN and b.pieces[0].text == " " for b in blocks[1:])
    ended = [p.ends.text for b in blocks for p in b.pieces if p.ends is not None]
    assert ended == [text for text, _ in new]


# --------------------------------------------------------------------------- in LibreOffice

_MACRO = """<?xml version="1.0" encoding="UTF-8"?>
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1"
 script:language="StarBasic">
Sub Decide(source As String, target As String, command As String)
  Dim hidden(0) As New com.sun.star.beans.PropertyValue
  hidden(0).Name = "Hidden"
  hidden(0).Value = True
  document = StarDesktop.loadComponentFromURL(source, "_blank", 0, hidden())
  dispatcher = createUnoService("com.sun.star.frame.DispatchHelper")
  dispatcher.executeDispatch(document.CurrentController.Frame, command, "", 0, Array())
  Dim kind(0) As New com.sun.star.beans.PropertyValue
  kind(0).Name = "FilterName"
  kind(0).Value = "MS Word 2007 XML"
  document.storeToURL(target, kind())
  document.close(True)
End Sub
</script:module>
"""
_LIBRARY = """<?xml version="1.0" encoding="UTF-8"?>
<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard"
 library:readonly="false" library:passwordprotected="false">
 <library:element library:name="Module1"/></library:library>
"""


@pytest.mark.slow
def test_libreoffice_shows_the_letter_and_takes_and_refuses_its_changes(tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed (apt-get install libreoffice-writer)")
    profile = tmp_path / "profile"

    def run(*arguments: str) -> None:
        command = [office, "--headless", f"-env:UserInstallation={profile.as_uri()}", *arguments]
        subprocess.run(command, check=True, capture_output=True, timeout=180)

    for number, path in enumerate((None, second_template(tmp_path / "brief.dotx"))):
        letter = tmp_path / f"letter{number}.docx"
        letter.write_bytes(export(make_dossier(), ExportFormat.DOCX, LetterTerms(path)))
        run("--convert-to", "pdf", "--outdir", str(tmp_path), str(letter))
        pages = pypdfium2.PdfDocument((tmp_path / f"letter{number}.pdf").read_bytes())
        shown = " ".join(" ".join(p.get_textpage().get_text_range().split()) for p in pages)
        assert "De dijk is hoog.2 Er zijn 12 kelders geteld.1" in shown and "4 Bron b, pagina 4." in shown
    changes = tmp_path / "changes.docx"
    changes.write_bytes(export(make_dossier(), ExportFormat.LETTER_CHANGES, None, MACHINE))
    run("--convert-to", "pdf", "--outdir", str(tmp_path), str(changes))
    shown = " ".join(
        " ".join(page.get_textpage().get_text_range().split())
        for page in pypdfium2.PdfDocument((tmp_path / "changes.pdf").read_bytes())
    )
    assert "1 Bron a, pagina 1 en 3. 2 Bron b, pagina 4. 3 Bron c, pagina 1. 4 Bron b" in shown
    basic = profile / "user" / "basic" / "Standard"
    basic.mkdir(parents=True, exist_ok=True)
    (basic / "Module1.xba").write_text(_MACRO)
    (basic / "script.xlb").write_text(_LIBRARY)
    answers: dict[str, list[str]] = {}
    for command in ("AcceptAllTrackedChanges", "RejectAllTrackedChanges"):
        made = tmp_path / f"{command}.docx"
        run(f'macro:///Standard.Module1.Decide("{changes.as_uri()}","{made.as_uri()}",".uno:{command}")')
        told = [(p.style.name or "", p.text) for p in open_docx(str(made)).paragraphs if p.style is not None]
        answers[command] = [text for _, text in section(told, "Antwoord 1")]
    assert answers["AcceptAllTrackedChanges"][2:] == [
        "Ik doe drie dingen:", "pompen;", "dweilen.", "Eerst dit.", "Dan dat.",
    ]  # fmt: skip
    assert [unmarked(t) for t in answers["RejectAllTrackedChanges"]] == [" ".join(MACHINE[0].sentences)]


def test_the_annex_accounts_for_every_answer() -> None:
    accounts = account_for(make_dossier())
    assert [len(a.sources) for a in accounts] == [2, 1, 1, 0, 1]
    assert accounts[3].missing == ("alles",) and not accounts[4].empty and not accounts[4].refused
