from __future__ import annotations

import io
import json
import re
import xml.etree.ElementTree as ElementTree
import zipfile
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pypdfium2
import pytest
from docx import Document as open_docx

from learninglion.models import (
    AnswerVerdict,
    Author,
    Check,
    Citation,
    DocumentCard,
    DocumentKind,
    Dossier,
    DossierState,
    Draft,
    Opening,
    Provenance,
    QuestionSet,
    Region,
    Selection,
    Source,
    SourceKind,
    Span,
    Statement,
    StatementVerdict,
    SubQuestion,
    Verification,
)
from learninglion.models.errors import InputError
from learninglion.models.plain import from_plain
from learninglion.record.contract import dossier_view, read_stated_draft
from learninglion.record.energy import Energy, energy_lines
from learninglion.record.export import WHOLE, ExportFormat, export
from learninglion.record.marking import MARK_LINE, ai_share
from learninglion.record.notes import MachineText, inline

URL = "https://zoek.officielebekendmakingen.nl/ah-tk-20232024-9001.html"
EVIL = "Zie [hier](javascript:x) #set text(red) <script>alert(1)</script> *vet* {{ 1 }}"


def make_dossier(state: DossierState = DossierState.DRAFT) -> Dossier:
    card = DocumentCard("ah-tk-20232024-9001", "Opslag van vuurwerk", DocumentKind.KAMERVRAGEN, url=URL)
    body = "Dit jaar zijn 12 controles gehouden. Er volgt een brief."
    source = Source("ah-tk-20232024-9001#4", card, SourceKind.PAIR, body, Span(0, len(body)), 2, (4,))
    citation = Citation(
        document=card.id,
        numbers=(4,),
        quote="Dit jaar zijn 12 controles gehouden.",
        source_id=source.id,
        span=Span(0, 36),
        page=2,
        regions=(Region(2, 1.0, 2.0, 3.0, 4.0),),
        reference="Aanhangsel Handelingen II 2023/24, nr. 9001, antwoord op vraag 4",
        url=URL,
    )
    good = Statement("Dit jaar zijn 12 controles gehouden.", (citation,))
    bad = Statement("Dit jaar zijn 13 controles gehouden.", (citation,), Author.PERSON)
    draft = Draft(
        Selection(SubQuestion((4, 5), EVIL), "Inleiding.", (), (source,)),
        (good, bad),
        AnswerVerdict.PARTIAL,
        ("de kosten",),
        Provenance("extractive"),
    )
    checks = (
        Check(good, StatementVerdict.SUPPORTED),
        Check(bad, StatementVerdict.UNSUPPORTED, ("het getal 13 staat niet in de bron",)),
    )
    verification = Verification(draft, checks, AnswerVerdict.PARTIAL, ("de kosten",), "rules 1")
    return Dossier("dossier-00", QuestionSet("Inleiding.", (), title="Vuurwerk"), (verification,), state)


def pdf_text(data: bytes) -> str:
    pages = pypdfium2.PdfDocument(data)
    return " ".join(page.get_textpage().get_text_range() for page in pages)


def test_no_sign_stands_in_the_way_of_an_export() -> None:
    dossier = make_dossier()
    odd = "Regel\x0been\x01 \u2265 5 \u2713 \U0001f600 \u65e5\u672c \u0639\u0631\u0628 \u0141\u00f3d\u017a."
    own = Statement(odd, (), Author.PERSON, own_account=odd)
    verification = replace(dossier.verifications[0], checks=(Check(own, StatementVerdict.SUPPORTED),))
    dossier = replace(
        dossier,
        question_set=QuestionSet(odd, (), title=odd),
        verifications=(replace(verification, missing=(odd,)),),
    )
    word = open_docx(io.BytesIO(export(dossier, ExportFormat.DOCX)))
    told = " ".join(p.text for p in word.paragraphs)
    assert "Regel een \u2265 5 \u2713 \U0001f600 \u65e5\u672c" in told
    shown = pdf_text(export(dossier, ExportFormat.PDF))
    assert (
        "Regel een" in shown and "[U+1F600] [U+65E5][U+672C] \u0639\u0631\u0628 \u0141\u00f3d\u017a" in shown
    )
    for form in (ExportFormat.MARKDOWN, ExportFormat.JSON):
        assert "\U0001f600" in export(dossier, form).decode("utf-8")


@pytest.mark.parametrize("form", list(ExportFormat))
def test_same_bytes_each_time(form: ExportFormat) -> None:
    machine = (MachineText(("Dit jaar zijn er 12 controles.",)),)
    assert export(make_dossier(), form, None, machine) == export(make_dossier(), form, None, machine)


def test_a_file_says_when_its_text_was_made() -> None:
    """The moment that the dossier knows, to the second: the same dossier gives the same bytes."""
    dossier = make_dossier()
    at = datetime(2031, 3, 4, 15, 6, 7, 891011, tzinfo=timezone(timedelta(hours=1)))
    first, *rest = dossier.verifications
    selection = replace(first.draft.selection, selected_at=at)
    dated = replace(
        dossier, verifications=(replace(first, draft=replace(first.draft, selection=selection)), *rest)
    )
    core = open_docx(io.BytesIO(export(dated, ExportFormat.LETTER))).core_properties
    assert core.created == datetime(2031, 3, 4, 14, 6, 7, tzinfo=UTC)
    with pypdfium2.PdfDocument(export(dated, ExportFormat.PDF)) as pdf:
        assert pdf.get_metadata_value("CreationDate").startswith("D:20310304140607")


def test_markdown_shows_sources_and_sets_failures_apart() -> None:
    text = export(make_dossier(), ExportFormat.MARKDOWN).decode()
    assert MARK_LINE in text
    assert 'aiGenerated: "true"' in text
    assert "controles gehouden.[^1]" in text
    assert f"(<{URL}>), pagina 2" in text
    answer, _, apart = text.partition("Niet overgenomen")
    assert "13 controles" not in answer
    assert "13 controles" in apart
    assert "de kosten" in text
    assert "[hier](javascript" not in text
    assert "<script>" not in text


def test_json_holds_the_whole_record() -> None:
    data = json.loads(export(make_dossier(), ExportFormat.JSON))
    assert data["ai_generated"] is True
    assert data["marking"]["aiSystem"] == "LearningLion"
    assert from_plain(Dossier, data["record"]) == make_dossier()
    verdicts = [s["verdict"] for s in data["questions"][0]["statements"]]
    assert verdicts == ["supported", "unsupported"], "each where it stands"
    assert [s["verdict"] for s in data["questions"][0]["set_apart"]] == ["unsupported"]


def test_docx_has_footnotes_links_and_properties() -> None:
    data = export(make_dossier(), ExportFormat.DOCX)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        notes = archive.read("word/footnotes.xml").decode()
        links = archive.read("word/_rels/footnotes.xml.rels").decode()
        custom = archive.read("docProps/custom.xml").decode()
    assert "nr. 9001, antwoord op vraag 4" in notes
    assert URL in links
    assert "trainedAlgorithmicMedia" in custom
    word = open_docx(io.BytesIO(data))
    texts = [p.text for p in word.paragraphs]
    assert MARK_LINE in texts
    assert EVIL in texts
    assert word.core_properties.language == "nl-NL"


def test_pdf_is_tagged_and_literal() -> None:
    data = export(make_dossier(), ExportFormat.PDF)
    assert b"/MarkInfo" in data or b"/StructTreeRoot" in data
    pdf = pypdfium2.PdfDocument(data)
    text = " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in pdf)
    assert "#set text(red)" in text
    assert "12 controles gehouden." in text
    assert pdf.get_metadata_value("Title") == "Beantwoording Kamervragen over Vuurwerk"
    assert "aiGenerated=true" in pdf.get_metadata_value("Keywords")


def test_approved_texts_say_so() -> None:
    text = export(make_dossier(DossierState.APPROVED), ExportFormat.MARKDOWN).decode()
    assert MARK_LINE not in text
    assert "gecontroleerd en vastgesteld" in text


def test_share_counts_shown_words_only() -> None:
    assert ai_share(make_dossier().verifications) == 1.0
    assert ai_share(()) == 0.0


@pytest.mark.parametrize(
    ("statement", "share"),
    [
        (Statement("Er zijn 12 controles gehouden.", author=Author.PERSON), 0.0),
        (Statement("Er zijn 12 controles.", author=Author.PERSON, original="Er zijn 13 controles."), 0.75),
        (
            Statement("Er zijn 12.", author=Author.PERSON, original="Er zijn 12.", own_account="Zo is het."),
            1.0,
        ),
    ],
)
def test_who_answers_for_a_sentence_did_not_therefore_write_it(statement: Statement, share: float) -> None:
    before = make_dossier().verifications[0]
    check = Check(statement, StatementVerdict.SUPPORTED)
    draft = replace(before.draft, statements=(statement,))
    assert ai_share((replace(before, draft=draft, checks=(check,)),)) == share


def test_view_can_be_read_back() -> None:
    questions = read_stated_draft(
        json.loads(json.dumps(dossier_view(make_dossier(), keep_order=True)))
    ).questions
    assert questions[0].numbers == (4, 5)
    assert [s.text for s in questions[0].statements] == [
        "Dit jaar zijn 12 controles gehouden.",
        "Dit jaar zijn 13 controles gehouden.",
    ]
    assert questions[0].statements[0].citations[0].quote == "Dit jaar zijn 12 controles gehouden."


def test_view_keeps_paragraphs_and_lists() -> None:
    before = make_dossier()
    checks = tuple(
        replace(c, statement=replace(c.statement, opens=opens))
        for c, opens in zip(before.verifications[0].checks, (Opening.PARAGRAPH, Opening.ITEM), strict=True)
    )
    dossier = replace(before, verifications=(replace(before.verifications[0], checks=checks),))
    view = json.loads(json.dumps(dossier_view(dossier, keep_order=True)))
    questions = read_stated_draft(view).questions
    assert [s.opens for s in questions[0].statements] == [Opening.PARAGRAPH, Opening.ITEM]
    view["questions"][0]["statements"][0]["opens"] = "chapter"
    with pytest.raises(InputError, match="kies uit sentence, paragraph, item, number"):
        read_stated_draft(view)


def test_markdown_shows_html_instead_of_being_it() -> None:
    text = inline("<script>alert(1)</script> & <b>vet</b> `code` [x](javascript:alert(1))")
    assert "<" not in text and "&lt;script&gt;" in text and "&amp;" in text
    assert "\\[x\\]" in text and "\\`code\\`" in text


PIECE = Energy(2.0, 1.5, 0.0001, 0.0374, "tdp_load", 65.0, 8.0, 1.2, 374.0, 2021, "CE Delft")


@pytest.mark.parametrize("form", [*WHOLE, ExportFormat.ANNEX, ExportFormat.LETTER])
def test_what_the_work_took_is_told_where_the_text_is_accounted_for(form: ExportFormat) -> None:
    """Search and draft together, with method, powers, grid factor, year and source; not in the letter."""
    made = export(make_dossier(), form, energy=(PIECE, PIECE))
    if form is ExportFormat.JSON:
        assert [from_plain(Energy, piece) for piece in json.loads(made)["energy"]] == [PIECE, PIECE]
        return
    if form is ExportFormat.PDF:
        text = " ".join(pdf_text(made).split())
    elif form.extension == "docx":
        text = " ".join(p.text for p in open_docx(io.BytesIO(made)).paragraphs)
    else:
        text = made.decode()
    told = (
        "naar schatting 0,200 Wh, 0,07 g CO2e (methode tdp_load; processor 65 W, geheugen 8 W, PUE 1.2; "
        "374 g CO2e per kWh, 2021, CE Delft)."
    )
    assert (told.replace("_", "\\_") if form is ExportFormat.MARKDOWN else told) in text.replace("­", "") or (
        form is ExportFormat.LETTER and "Energie" not in text
    )


def test_energy_reckoned_otherwise_or_elsewhere_stays_apart() -> None:
    measured = replace(PIECE, method="rapl")
    known = replace(PIECE, elsewhere="model.voorbeeld.example", elsewhere_kwh=0.002)
    unknown = replace(known, elsewhere_kwh=None)
    lines = energy_lines((PIECE, measured, known, unknown, known, PIECE))
    assert len(lines) == 4
    assert "opstellen: 0,100 Wh" in lines[1] and "methode rapl" in lines[1]
    assert "4,000 Wh op model.voorbeeld.example (schatting)" in lines[2]
    assert "wat model.voorbeeld.example gebruikte is niet bekend" in lines[3]
    assert energy_lines(()) == ()


_OBJECT_STREAM = re.compile(rb"/Type\s*/ObjStm.*?stream\r?\n(.*?)\r?\nendstream", re.DOTALL)


def test_what_a_pdf_says_of_pdf_a_fits_what_is_in_it() -> None:
    """Not a validator (veraPDF is no package here): the typesetter checks A-2a, and we append to that."""
    made = export(make_dossier(), ExportFormat.PDF)
    whole = made + b"".join(zlib.decompress(found) for found in _OBJECT_STREAM.findall(made))
    told = ElementTree.fromstring(re.findall(rb"<rdf:RDF.*?</rdf:RDF>", made, re.DOTALL)[-1])
    names = {element.tag for element in told.iter()}
    about = {element.tag.rpartition("}")[2]: element.text for element in told.iter()}
    assert (about["part"], about["conformance"]) in (("2", "A"), ("1", "A"))
    assert f"{{{_PDFA}}}part" in names and f"{{{_IPTC}}}DigitalSourceType" in names
    described = {e.text for e in told.iter() if e.tag.endswith("}namespaceURI")}
    assert _IPTC in described  # a property of another schema is described in the same metadata
    assert b"GTS_PDFA1" in whole and b"/DestOutputProfile" in whole and b"/MarkInfo" in whole
    assert whole.count(b"/Type/FontDescriptor") == len(re.findall(rb"/FontFile[23]?\b", whole)) > 0
    for kept_out in (b"/Encrypt", b"/JavaScript", b"/Launch", b"/LZWDecode", b"/EmbeddedFiles"):
        assert kept_out not in whole
    assert re.search(rb"trailer\s*<<.*?/ID", made, re.DOTALL) and made.endswith(b"%%EOF\n")


_PDFA, _IPTC = "http://www.aiim.org/pdfa/ns/id/", "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
