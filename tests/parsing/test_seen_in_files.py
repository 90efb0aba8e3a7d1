"""What a reader of Word, OpenDocument and rich text sees and does not see, technique by technique."""

from __future__ import annotations

import pytest
from odtfiles import SPACES, STYLES, odt, par, span
from wordfiles import docx, para, part, run, table

from learninglion.models import RawFile
from learninglion.parsing import parse

_M = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'


def _m(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


def _field(code: str) -> str:
    marks = [f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "end")]
    return f"{marks[0]}<w:r><w:instrText>{code}</w:instrText></w:r>{marks[1]}"


def _style(kind: str, name: str, inside: str) -> dict[str, str]:
    return {
        "word/styles.xml": part("styles", f'<w:style w:type="{kind}" w:styleId="{name}">{inside}</w:style>')
    }


# --------------------------------------------------------------------------- Word


@pytest.mark.parametrize(
    "look",
    [
        *("<w:vanish/>", '<w:sz w:val="2"/>', '<w:w w:val="1"/>', '<w:color w:val="FFFFFF"/>'),
        *('<w:color w:themeColor="background1"/>', '<w:color w:val="000000"/><w:highlight w:val="black"/>'),
        '<w:highlight w:val="black"/>',
        *('<w:color w:val="000000"/><w:shd w:val="clear" w:fill="000000"/>', "<w:strike/>", "<w:dstrike/>"),
    ],
)
@pytest.mark.parametrize("by", ["run", "character", "paragraph"])
def test_word_what_cannot_be_seen_is_left_out_and_told(look: str, by: str) -> None:
    if by == "run":
        raw = docx(para("Te zien. ") + para(inside=run("Bedekt", look)))
    elif by == "character":
        styled = run("Bedekt", '<w:rStyle w:val="S"/>')
        raw = docx(para("Te zien. ", inside=styled), _style("character", "S", f"<w:rPr>{look}</w:rPr>"))
    else:
        raw = docx(
            para("Te zien. ") + para("Bedekt", style="S"), _style("paragraph", "S", f"<w:rPr>{look}</w:rPr>")
        )
    document = parse(raw)
    assert document.text == "Te zien."
    assert any("Bedekt" in warning and "weggelaten" in warning for warning in document.warnings)


@pytest.mark.parametrize(
    "look",
    [
        *(
            "<w:webHidden/>",
            '<w:vanish w:val="0"/>',
            "<w:smallCaps/>",
            '<w:sz w:val="10"/>',
            '<w:color w:val="auto"/>',
        ),
        *('<w:color w:val="FFFFFF"/><w:highlight w:val="darkBlue"/>',),
        *('<w:color w:val="FFFFFF"/><w:shd w:val="clear" w:fill="154273"/>',),
        '<w:color w:val="FFFFFF"/><w:shd w:val="pct90" w:color="000000" w:fill="FFFFFF"/>',
        '<w:color w:val="FFFFFF"/><w:outline/>',
        '<w:color w:themeColor="background1" w:themeShade="80"/>',
        '<w:color w:themeColor="background1"/><w:shd w:val="clear" w:themeFill="background1" w:themeFillShade="80"/>',
    ],
)
def test_word_what_can_be_seen_is_read(look: str) -> None:
    document = parse(docx(para("Te ", inside=run("zien.", look))))
    assert document.text == "Te zien." and document.warnings == ()


def test_word_white_letters_on_the_ground_of_a_style_a_cell_and_a_shape() -> None:
    white = run("Te zien.", '<w:color w:val="FFFFFF"/>')
    bar = _style("paragraph", "B", '<w:pPr><w:shd w:val="clear" w:fill="154273"/></w:pPr>')
    assert parse(docx(f'<w:p><w:pPr><w:pStyle w:val="B"/></w:pPr>{white}</w:p>', bar)).text == "Te zien."
    shaded = '<w:tcPr><w:shd w:val="clear" w:fill="154273"/></w:tcPr>'
    row = (
        f"<w:tr><w:tc>{shaded}{para(inside=white)}</w:tc><w:tc>{para(inside=white)}{para('5')}</w:tc></w:tr>"
    )
    assert parse(docx(f"<w:tbl>{row}</w:tbl>")).text == "Te zien. | 5"
    first = '<w:tblStylePr w:type="firstRow"><w:rPr><w:color w:val="FFFFFF"/></w:rPr><w:tcPr>'
    first += '<w:shd w:val="clear" w:fill="4472C4"/></w:tcPr></w:tblStylePr>'
    styled = table(("Kop", "Aantal"), ("1", "2")).replace(
        "<w:tbl>", '<w:tbl><w:tblPr><w:tblStyle w:val="T"/><w:tblLook w:val="04A0"/></w:tblPr>'
    )
    assert parse(docx(styled, _style("table", "T", first))).text == "Kop | Aantal\n1 | 2"
    shape = f'<w:r><w:pict><v:rect fillcolor="#154273"><v:textbox><w:txbxContent>{para(inside=white)}'
    shape += "</w:txbxContent></v:textbox></v:rect></w:pict></w:r>"
    assert parse(docx(para("Voor.", inside=shape))).text == "Voor.\nTe zien."


@pytest.mark.parametrize(
    ("inside", "read"),
    [
        (run("6", '<w:vertAlign w:val="superscript"/>'), "10⁶"),
        (run("6", '<w:position w:val="6"/><w:sz w:val="14"/>'), "10⁶"),
        (run("6", '<w:position w:val="-2"/><w:sz w:val="17"/>'), "10₆"),
        (run("6 en 7", '<w:position w:val="-1"/>'), "106 en 7"),
        (run("-", '<w:vertAlign w:val="superscript"/>') + run("3", '<w:vertAlign w:val="superscript"/>'), "10⁻³"),
        (run("e", '<w:vertAlign w:val="superscript"/>') + run(" straat"), "10e straat"),
        (run("2", '<w:vertAlign w:val="subscript"/>'), "10₂"),
        (f"<m:oMath {_M}><m:f><m:num>{_m('3')}</m:num><m:den>{_m('8')}</m:den></m:f></m:oMath>" + run("5"), "10 3/8 5"),
        (f"<m:oMath {_M}><m:sSup><m:e>{_m('x')}</m:e><m:sup>{_m('2')}</m:sup></m:sSup></m:oMath>", "10 x²"),
        (f"<m:oMath {_M}><m:rad><m:deg/><m:e>{_m('a+1')}</m:e></m:rad></m:oMath>", "10√(a+1)"),
        (_field(r"EQ \f(3;8)"), "10 3/8"),
        (_field(r"EQ \f(3;8)").replace('<w:r><w:fldChar w:fldCharType="end"/>', f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run("")}<w:r><w:fldChar w:fldCharType="end"/>'), "10 3/8"),
        (_field(r"ADVANCE \u6") + run("6"), "10 6"),
        (run(" ") + _field(r"SYMBOL 179 \f Symbol"), "10 ≥"),
        (run("\uf0a3", '<w:rFonts w:ascii="Symbol"/>') + '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>', "10≤☑"),
    ],
)  # fmt: skip
def test_word_figures_stay_what_they_are(inside: str, read: str) -> None:
    assert parse(docx(para("10", inside=inside))).text == read


def test_word_a_field_shows_its_result_and_never_its_code() -> None:
    begin, end = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "end"))
    split = '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    inner = f"{begin}<w:r><w:instrText>MERGEFIELD x</w:instrText></w:r>{split}{run('Code')}{end}"
    outer = f"{begin}<w:r><w:instrText>IF</w:instrText></w:r>{inner}{split}{run('Uitkomst')}{end}"
    assert parse(docx(para("De ", inside=outer))).text == "De Uitkomst"
    # A field between two figures of one number leaves it whole.
    assert parse(docx(para("1", inside=_field("XE x") + run("1")))).text == "11"
    box = '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:checked/></w:checkBox></w:ffData>'
    assert parse(docx(para(inside=f"{box}</w:fldChar></w:r>{end}{run(' Ja')}"))).text == "☒ Ja"


def test_word_merged_cells_and_lines_in_cells() -> None:
    def cell(text: str, more: str = "") -> str:
        return f"<w:tc><w:tcPr>{more}</w:tcPr>{''.join(para(line) for line in text.split('/'))}</w:tc>"

    rows = (
        cell("Drenthe", '<w:vMerge w:val="restart"/>') + cell("14") + cell("17"),
        cell("", "<w:vMerge/>") + cell("41/200") + cell("18"),
        cell("Geheel", '<w:gridSpan w:val="2"/>') + cell("35"),
    )
    text = parse(docx("<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in rows) + "</w:tbl>")).text
    assert text == "Drenthe | 14 | 17\nDrenthe | 41; 200 | 18\nGeheel |  | 35"


def test_word_parts_are_found_by_their_relations_and_files_inside_are_read() -> None:
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    links = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    links += f'<Relationship Id="a" Type="{office}/aFChunk" Target="/deel/stuk.html"/>'
    links += f'<Relationship Id="h" Type="{office}/header" Target="kop7.xml"/></Relationships>'
    chunk = f'<w:altChunk xmlns:r="{office}" r:id="a"/>'
    section = f'<w:sectPr xmlns:r="{office}"><w:headerReference w:type="default" r:id="h"/></w:sectPr>'
    raw = docx(
        para("Voor.") + chunk + para("Na.") + section,
        {
            "word/_rels/document.xml.rels": links,
            "deel/stuk.html": "<p>In <b>HTML</b>.</p><p style='display:none'>X</p>",
            "word/kop7.xml": part("hdr", para("Ministerie van Water") + para("Pagina 1 van 3")),
        },
    )
    assert parse(raw).text == "Ministerie van Water\nVoor.\nIn HTML.\nNa."


def test_word_the_paint_of_letters_counts_for_more_than_their_colour() -> None:
    def painted(colour: str, other: str) -> str:
        fill = f'<x:textFill xmlns:x="urn:x"><x:solidFill><x:srgbClr x:val="{colour}"/></x:solidFill></x:textFill>'
        return f'{fill}<w:color w:val="{other}"/>'

    body = run("Te zien.", painted("154273", "FFFFFF")) + run(" Bedekt", painted("FFFFFF", "000000"))
    document = parse(docx(para(inside=body)))
    assert document.text == "Te zien."
    assert any("Bedekt" in warning for warning in document.warnings)


def test_word_a_note_is_read_whatever_its_mark_looks_like() -> None:
    mark = '<w:r><w:rPr><w:strike/></w:rPr><w:footnoteReference w:id="2"/></w:r>'
    notes = part("footnotes", f'<w:footnote w:id="2">{para("Voorlopig cijfer.")}</w:footnote>')
    document = parse(docx(para("Er zijn er 8.", inside=mark), {"word/footnotes.xml": notes}))
    assert [note.span.of(document.text) for note in document.footnotes] == ["Voorlopig cijfer."]


def test_word_what_a_merged_cell_covers_and_what_is_a_file_inside_is_told() -> None:
    def cell(text: str, merge: str = "") -> str:
        return f"<w:tc><w:tcPr>{merge}</w:tcPr>{para(text)}</w:tc>"

    rows = cell("Wijk", '<w:vMerge w:val="restart"/>') + cell("1"), cell("777", "<w:vMerge/>") + cell("2")
    body = "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in rows) + "</w:tbl>"
    body += para("Formule: ", inside='<w:r><w:object><w:OLEObject ProgID="Equation.3"/></w:object></w:r>')
    document = parse(docx(body))
    assert document.text == "Wijk | 1\nWijk | 2\nFormule:"
    assert any("777" in warning for warning in document.warnings)
    assert any("Equation.3" in warning for warning in document.warnings)


def test_word_numbers_follow_the_list_that_counts() -> None:
    def level(text: str, more: str = "", form: str = "decimal", depth: int = 0) -> str:
        return f'<w:lvl w:ilvl="{depth}"><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/>{more}</w:lvl>'

    def listing(number: int, inside: str, override: str = "") -> tuple[str, str]:
        return (
            f'<w:abstractNum w:abstractNumId="{number}">{inside}</w:abstractNum>',
            f'<w:num w:numId="{number}"><w:abstractNumId w:val="{number}"/>{override}</w:num>',
        )

    own = f'<w:lvlOverride w:ilvl="0">{level("Vraag %1:")}</w:lvlOverride>'
    lists = [
        listing(1, level("%1."), own),
        listing(2, level("%1.", "<w:rPr><w:vanish/></w:rPr>")),
        listing(3, '<w:styleLink w:val="S"/>' + level("%1)", "", "upperRoman")),
        listing(4, '<w:numStyleLink w:val="S"/>'),
    ]
    numbering = part("numbering", "".join(a for a, _ in lists) + "".join(n for _, n in lists))
    body = "".join(para(f"regel {n}", num=str(n)) for n in (1, 2, 3, 4))
    text = parse(docx(body, {"word/numbering.xml": numbering})).text
    assert text == "Vraag 1: regel 1\nregel 2\nI) regel 3\nI) regel 4"


def test_word_a_formula_between_paragraphs_is_read() -> None:
    power = f"<m:sSup><m:e>{_m('10')}</m:e><m:sup>{_m('6')}</m:sup></m:sSup>"
    body = para("Voor.") + f"<m:oMathPara {_M}><m:oMath>{power}</m:oMath></m:oMathPara>" + para("Na.")
    assert parse(docx(body)).text == "Voor.\n10⁶\nNa."


def test_word_a_large_first_letter_belongs_to_its_word() -> None:
    drop = f'<w:p><w:pPr><w:framePr w:dropCap="drop"/></w:pPr>{run("D")}</w:p>'
    assert parse(docx(drop + para("e minister zegt ja."))).text == "De minister zegt ja."


# --------------------------------------------------------------------------- OpenDocument


def _styled(properties: str, body: str, family: str = "text", parts: dict[str, str] | None = None) -> RawFile:
    style = f'<style:style style:name="X" style:family="{family}"><style:text-properties {properties}/></style:style>'
    content = (
        f"<office:document-content {SPACES}><office:automatic-styles>{STYLES}{style}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )
    return odt("", {"content.xml": content, **(parts or {})})


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    "look",
    [
        *(
            'text:display="none"',
            'style:text-line-through-style="solid"',
            'style:text-line-through-type="single"',
        ),
        *('fo:font-size="1pt"', 'fo:font-size="5%"', 'fo:color="#ffffff"'),
        'fo:color="#000000" fo:background-color="#000000"',
    ],
)
@pytest.mark.parametrize("family", ["text", "paragraph"])
def test_opendocument_what_cannot_be_seen_is_left_out_and_told(look: str, family: str) -> None:
    hidden = span("Bedekt", "X") if family == "text" else ""
    body = par("Te zien. ", hidden) + ("" if hidden else '<text:p text:style-name="X">Bedekt</text:p>')
    document = parse(_styled(look, body, family))
    assert document.text == "Te zien."
    assert any("Bedekt" in warning and "weggelaten" in warning for warning in document.warnings)


def test_opendocument_a_page_without_a_colour_of_its_own_is_white() -> None:
    page = (
        f'<office:document-styles {SPACES}><office:automatic-styles><style:page-layout style:name="P">'
        '<style:page-layout-properties fo:background-color="transparent"/></style:page-layout>'
        "</office:automatic-styles></office:document-styles>"
    )
    made = _styled('fo:color="#ffffff"', par("Te zien. ", span("Bedekt", "X")), parts={"styles.xml": page})
    assert parse(made).text == "Te zien."


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("look", "read"),
    [
        ('style:text-position="super 58%"', "10⁶ vezels"),
        ('style:text-position="33% 58%"', "10⁶ vezels"),
        ('style:text-position="sub 58%"', "10₆ vezels"),
        ('style:text-position="-8% 80%"', "10₆ vezels"),
        ('style:text-position="0% 100%"', "106 vezels"),
        ('fo:color="#ffffff" fo:background-color="#154273"', "106 vezels"),
        ('fo:font-size="80%"', "106 vezels"),
        ('style:text-line-through-style="none"', "106 vezels"),
    ],
)
def test_opendocument_figures_and_looks(look: str, read: str) -> None:
    assert parse(_styled(look, par("10", span("6", "X"), " vezels"))).text == read


def test_opendocument_boxes_and_lists_that_came_from_a_word_file() -> None:
    mark = '<d:fieldmark xmlns:d="urn:x:field" d:type="vnd.oasis.opendocument.field.{}">{}</d:fieldmark>'
    param = '<d:param d:name="{}" d:value="{}"/>'
    ticked = mark.format("FORMCHECKBOX", param.format("Checkbox_Checked", "true"))
    choices = "".join(param.format("Dropdown_ListEntry", name) for name in ("Noord", "Zuid"))
    chosen = mark.format("FORMDROPDOWN", choices + param.format("Dropdown_Selected", "1"))
    made = odt(par(ticked, " ja ", mark.format("FORMCHECKBOX", ""), " nee, in ", chosen, "."))
    assert parse(made).text == "☒ ja ☐ nee, in Zuid."


def test_opendocument_conditions_cells_fields_and_formulas() -> None:
    section = (
        '<text:section text:display="condition" text:condition="ooow:1" text:is-hidden="{}">{}</text:section>'
    )
    row = "<table:table-row>{}</table:table-row>"
    cell = "<table:table-cell{}><text:p>{}</text:p></table:table-cell>"
    rows = row.format(cell.format("", "Noord") + cell.format(' table:number-columns-repeated="2"', "5"))
    rows += row.format(
        cell.format(' table:number-columns-spanned="2"', "Totaal")
        + "<table:covered-table-cell/>"
        + cell.format("", "10")
    )
    formula = '<draw:frame><draw:object><math xmlns="http://www.w3.org/1998/Math/MathML"><mfrac><mn>1</mn><mn>4</mn></mfrac></math></draw:object></draw:frame>'
    body = section.format("true", par("Bedekt")) + section.format("false", par("Te zien."))
    body += f"<table:table>{rows}</table:table>" + par("2", formula)
    document = parse(odt(body))
    assert document.text == "Te zien.\nNoord | 5 | 5\nTotaal |  | 10\n2 1/4"
    assert any("Bedekt" in warning for warning in document.warnings)


def test_opendocument_what_columns_and_covered_cells_hide_is_told() -> None:
    columns = '<table:table-column/><table:table-column table:visibility="collapse"/><table:table-column/>'
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    first = "".join(map(cell.format, ("Noord", "777", "5")))
    second = '<table:table-cell table:number-columns-spanned="2"><text:p>Som</text:p></table:table-cell>'
    second += "<table:covered-table-cell><text:p>888</text:p></table:covered-table-cell>" + cell.format("6")
    document = parse(
        odt(
            f"<table:table>{columns}<table:table-row>{first}</table:table-row></table:table>"
            f"<table:table><table:table-row>{second}</table:table-row></table:table>"
        )
    )
    assert document.text == "Noord | 5\nSom |  | 6"
    assert any("777" in warning for warning in document.warnings)
    assert any("888" in warning for warning in document.warnings)


def test_opendocument_cells_without_a_style_have_that_of_their_column() -> None:
    dark = '<style:style style:name="D" style:family="table-cell"><style:table-cell-properties fo:background-color="#154273"/></style:style>'
    white = '<style:style style:name="W" style:family="text"><style:text-properties fo:color="#ffffff"/></style:style>'
    cells = "".join(f"<table:table-cell>{par(span(text, 'W'))}</table:table-cell>" for text in ("a", "b"))
    table = '<table:table><table:table-column table:default-cell-style-name="D"/><table:table-column/>'
    content = (
        f"<office:document-content {SPACES}><office:automatic-styles>{dark}{white}</office:automatic-styles>"
        f"<office:body><office:text>{table}<table:table-row>{cells}</table:table-row></table:table>"
        "</office:text></office:body></office:document-content>"
    )
    document = parse(odt("", {"content.xml": content}))
    assert document.text == "a"
    assert any("“b”" in warning for warning in document.warnings)


def test_opendocument_titles_that_show_and_titles_that_do_not() -> None:
    svg = 'xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"'
    chart = f"<x:chart xmlns:x='urn:x'><x:title>{par('Palen per jaar')}</x:title></x:chart>"
    frame = f"<draw:frame {svg}><svg:title>Niet te zien</svg:title><draw:object>{chart}</draw:object></draw:frame>"
    assert (
        parse(odt(par("Zie ", "<text:title>Nota</text:title>", ".", frame))).text
        == "Zie Nota.\nPalen per jaar"
    )


# --------------------------------------------------------------------------- rich text


_RTF = r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}{\f1\fcharset2 Symbol;}}{\colortbl;\red255\green255\blue255;\red0\green0\blue0;}"


@pytest.mark.parametrize(
    ("codes", "read"),
    [
        (r"10{\super 6} en CO{\sub 2} en 5\up6 3\up0  keer", "10⁶ en CO₂ en 5³ keer"),
        (r"Kost \'80 7, {\f1\'b3} 20, \u8804?5, \u-10187?\u-8704?", "Kost € 7, ≥ 20, ≤5, 𝘀"),
        (r"Wordt {\strike toegekend}{\b afgewezen}{\v weg}{\deleted weg}{\cf1 weg}{\fs2 weg}.", "Wordt afgewezen."),
        (r"{\cf1\highlight2 Te zien.}", "Te zien."),
        (r"\trowd\cellx1\cellx2\intbl 41\line 2\cell 7\cell\row\trowd\cellx1\cellx2\intbl a\cell b\cell\row\pard Na.", "41; 2 | 7\na | b\nNa."),
        (r"\trowd\cellx900\cellx1800\cellx2700\intbl Wijk\cell 2016\cell 2017\cell\row\trowd\cellx1800\cellx2705\intbl Som\cell 35\cell\row\pard Na.", "Wijk | 2016 | 2017\nSom |  | 35\nNa."),
        (r"Op 10{\field{\*\fldinst EQ \\f(3;8)}{\fldrslt}} en {\field{\*\fldinst FORMCHECKBOX {\*\formfield{\fftype1\ffres1}}}{\fldrslt}} ja", "Op 10 3/8 en ☒ ja"),
        (r"In {\field{\*\fldinst FORMDROPDOWN {\*\formfield{\fftype2\ffres1{\*\ffl Noord}{\*\ffl Zuid}}}}{\fldrslt}}. 10{\dn2 6} en 10\up0 7{\up2 woord}", "In Zuid. 10₆ en 107woord"),
        (r"10{\mmath{\*\moMath{\mf{\mfPr}{\mnum{\mr{\f1 3}}}{\mden{\mr \u1?8}}}{\msSup{\me{\mr x}}{\msup{\mr 2}}}}{\mmathPict X}} deel", "10 3/8 x² deel"),
        (r"{\listtext 1}250 kilo", "1 250 kilo"),
        (r"Te zien.{\charscalex1 Weg}{\v0 }\pard\par\pard\sl-20 Weg\par\pard Ook.", "Te zien.\nOok."),
        (r"Voor.{\*\do\dptxbx{\dptxbxtext\pard Kader.\par}}", "Kader.\nVoor."),
        (r"Tekst{\super\chftn{\footnote\pard{\super\chftn} Noot.}} {\field{\*\fldinst X}{\fldrslt uitkomst}}{\*\onbekend X}{\pict 00ff}", "Tekst uitkomst\nNoot."),
    ],
)  # fmt: skip
def test_rich_text_is_read_without_its_codes(codes: str, read: str) -> None:
    raw = RawFile("stuk.rtf", f"{_RTF}{codes}\\par}}".encode("latin-1"), "stuk.rtf")
    assert parse(raw).text == read


def test_word_a_simple_field_without_a_result_shows_what_its_code_says() -> None:
    assert parse(docx(para("Op 10", inside='<w:fldSimple w:instr=" EQ \\f(3;8) "/>'))).text == "Op 10 3/8"


def test_opendocument_a_font_of_signs_is_known_by_its_real_name() -> None:
    faces = 'xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"'
    content = (
        f"<office:document {SPACES} {faces}><office:font-face-decls>"
        '<style:font-face style:name="F1" svg:font-family="Symbol"/></office:font-face-decls>'
        '<office:automatic-styles><style:style style:name="S" style:family="text">'
        '<style:text-properties style:font-name="F1"/></style:style></office:automatic-styles>'
        f"<office:body><office:text>{par(span(chr(0xF0B3), 'S'), ' 20')}</office:text></office:body>"
        "</office:document>"
    )
    assert parse(RawFile("stuk.fodt", content.encode(), "stuk.fodt")).text == "≥ 20"


def test_word_a_mark_of_ones_own_for_a_note_never_joins_a_figure() -> None:
    mark = '<w:r><w:footnoteReference w:customMarkFollows="1" w:id="2"/><w:t>1</w:t></w:r>'
    assert parse(docx(para("Er zijn 627", inside=mark + run(" palen")))).text == "Er zijn 627 palen"


def test_figures_at_the_two_sides_of_a_picture_are_two() -> None:
    picture = '<w:r><w:drawing><wp:inline xmlns:wp="urn:x"/></w:drawing></w:r>'
    assert parse(docx(para("41", inside=picture + run("2 palen")))).text == "41 2 palen"
    frame = '<draw:frame text:anchor-type="as-char"><draw:image/></draw:frame>'
    assert parse(odt(par("41", frame, "2 palen"))).text == "41 2 palen"


def test_signs_of_fonts_of_pictures_that_nobody_knows_are_told() -> None:
    sign = '<w:r><w:sym w:font="MT Extra" w:char="F04C"/></w:r>'
    document = parse(docx(para("Er zijn 7", inside=sign + run("8 dijken"))))
    assert document.text == "Er zijn 7\ufffd8 dijken" and "MT Extra" in document.warnings[0]


@pytest.mark.parametrize(("delsp", "wrapped"), [("", "1.2 \n50"), ("; delsp=yes", "1.2 \n50")])
def test_lines_of_a_message_that_flow_are_joined_as_they_were_written(delsp: str, wrapped: str) -> None:
    head = f"From: a@b.nl\nMIME-Version: 1.0\nContent-Type: text/plain; format=flowed{delsp}\n\n"
    document = parse(RawFile("x.eml", f"{head}Er zijn {wrapped} dijken.\n".encode(), "x.eml"))
    assert document.text.endswith("Er zijn 1.250 dijken." if delsp else "Er zijn 1.2 50 dijken.")


def test_a_picture_ahead_of_a_figure_is_told() -> None:
    picture = (
        '<w:r><w:drawing><wp:inline xmlns:wp="urn:x"><wp:docPr descr="{}"/></wp:inline></w:drawing></w:r>'
    )
    for meaning in ("", "minteken"):
        document = parse(docx(para("Saldo ", inside=picture.format(meaning) + run("450 euro"))))
        assert "Saldo" in document.warnings[0]
    assert not parse(docx(para("Zie ", inside=picture.format("") + run("de dijk")))).warnings
    frame = '<draw:frame text:anchor-type="as-char"><draw:image/></draw:frame>'
    assert "Saldo" in parse(odt(par("Saldo ", frame, "450 euro"))).warnings[0]


def test_a_level_of_a_list_that_never_restarts_counts_on() -> None:
    levels = (
        '<w:lvl w:ilvl="0"><w:lvlText w:val="Artikel %1"/></w:lvl>'
        '<w:lvl w:ilvl="1"><w:lvlRestart w:val="0"/><w:lvlText w:val="%2."/></w:lvl>'
    )
    lists = f'<w:abstractNum w:abstractNumId="0">{levels}</w:abstractNum>'
    numbering = part("numbering", lists + '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>')
    below = '<w:p><w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr></w:pPr>{}</w:p>'
    body = para("A", num="1") + below.format(run("a")) + para("B", num="1") + below.format(run("b"))
    text = parse(docx(body, {"word/numbering.xml": numbering})).text
    assert text == "Artikel 1 A\n1. a\nArtikel 2 B\n2. b"


def test_deleted_words_that_stand_in_the_text_are_left_out_and_told() -> None:
    regions = "".join(
        f'<text:changed-region text:id="{key}"><text:{kind}/></text:changed-region>'
        for key, kind in (("c1", "deletion"), ("c2", "insertion"))
    )

    def changed(key: str, words: str) -> str:
        return f'<text:change-start text:change-id="{key}"/>{words}<text:change-end text:change-id="{key}"/>'

    body = f"<text:tracked-changes>{regions}</text:tracked-changes>"
    document = parse(
        odt(body + par("Bedrag 4", changed("c1", "<text:span>5</text:span>"), changed("c2", "6"), "0 euro"))
    )
    assert document.text == "Bedrag 460 euro" and "“5”" in document.warnings[0]


def test_figures_below_each_other_in_a_text_are_no_paragraph() -> None:
    content = "De dijk is hoog\nen de weg lang.\nSoort\n1\n250\nZand A\n"
    document = parse(RawFile("x.txt", content.encode(), "x.txt"))
    assert document.text.splitlines()[1:] == ["1", "250", "Zand A"]
