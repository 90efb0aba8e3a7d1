"""Character sets, messages, books and lists of values: read properly, or refused in words."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
from odtfiles import odt
from pdffiles import pdf, show
from wordfiles import docx

from learninglion.models import RawFile
from learninglion.models.errors import UnreadableFileError
from learninglion.parsing import parse
from learninglion.parsing.office_document import why_no_document
from learninglion.parsing.passages import cut
from learninglion.parsing.sets import question_set_from_file


def _text(content: bytes, name: str = "stuk.txt") -> str:
    return parse(RawFile(name, content, name)).text


@pytest.mark.parametrize("encoding", ["cp1252", "iso8859-15", "mac_roman", "cp850", "utf-16-be", "utf-16-le"])
def test_an_encoding_nobody_declared_is_found_by_ordinary_dutch(encoding: str) -> None:
    text = "Privé is één keer reëel: coördinatie en beïnvloeding." + (
        "" if encoding == "cp850" else " Kost € 7."
    )
    assert _text(text.encode(encoding)) == text


def test_one_broken_byte_leaves_the_rest_and_names_the_place() -> None:
    document = parse(RawFile("a.html", "<p>Kost € 7 ".encode() + b"\xff" + " en één.</p>".encode(), "a.html"))
    assert document.text == "Kost € 7 \ufffd en één."
    assert any("beschadigd" in w and "Kost € 7" in w and "<p>" not in w for w in document.warnings)


@pytest.mark.parametrize("encoding", ["iso-8859-15", "windows-1252", "utf-16", "utf-16-be", "utf-8"])
def test_a_page_is_decoded_as_it_declares_or_begins(encoding: str) -> None:
    page = f"<html><head><meta charset={encoding}></head><body><p>Kost € 7, één keer.</p></body></html>"
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    assert _text(mark + page.encode(encoding), "a.html") == "Kost € 7, één keer."


@pytest.mark.parametrize("said", ["x-user-defined", "onbekend-8", "replacement", "utf-16"])
def test_a_page_that_declares_nonsense_is_read_all_the_same(said: str) -> None:
    page = f"<html><head><meta charset={said}></head><body><p>Kost € 7, één keer.</p></body></html>"
    assert _text(page.encode("cp1252"), "a.html") == "Kost € 7, één keer."


@pytest.mark.parametrize(
    "shown", ["<p>Begin.</p><iframe src=cid:b></iframe>", "<frameset><frame src=cid:b></frameset>"]
)
def test_a_saved_page_begins_where_it_says_and_shows_its_frames(shown: str) -> None:
    parts = {"b": "<p>Er zijn 5 wijken.</p>", "a": shown}
    told = "".join(f"--x\nContent-Type: text/html\nContent-ID: <{key}>\n\n{parts[key]}\n" for key in parts)
    head = 'MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x; start="<a>"\n\n'
    text = _text(f"{head}{told}--x--\n".encode(), "blad.mht")
    assert text == ("Begin.\n" if "Begin." in shown else "") + "Er zijn 5 wijken."


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028"])
def test_any_line_end_ends_a_line(end: str) -> None:
    document = parse(
        RawFile("a.txt", end.join(["Vraag 1", "Hoe hoog?", "Antwoord 1", "41"]).encode(), "a.txt")
    )
    assert [p.answer and p.answer.of(document.text) for p in document.pairs] == ["41"]


def test_letters_are_composed() -> None:
    assert _text("<p>cafe\u0301 e<b>\u0301</b></p>".encode(), "a.html") == "café é"


def test_a_saved_page_and_a_message() -> None:
    head = 'From: <Saved by Blink>\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary="b"\n\n'
    part = "--b\nContent-Type: text/html\nContent-Transfer-Encoding: quoted-printable\nContent-Location: https://x.invalid\n\n"
    sheet = "--b\nContent-Type: text/css\nContent-Location: https://x.invalid/a.css\n\n.weg{display:none}\n--b--\n"
    page = f'{head}{part}<meta charset=3D"utf-8"><p>Kost =E2=82=AC 7=\n miljoen.</p><p class=3Dweg>Bedekt</p>\n{sheet}'
    assert _text(page.encode(), "a.mht") == "Kost € 7 miljoen."
    mail = "From: Jan <jan@x.invalid>\nSubject: =?utf-8?q?Caf=C3=A9?=\nMIME-Version: 1.0\n"
    mail += (
        'Content-Type: multipart/alternative; boundary="b"\n\n--b\nContent-Type: text/plain\n\nPlat\n--b\n'
    )
    mail += "Content-Type: text/html\n\n<p>Rijk 538</p>\n--b--\n"
    assert _text(mail.encode(), "a.eml") == "Van: Jan <jan@x.invalid>\nOnderwerp: Café\nRijk 538"


def test_the_head_of_a_mail_tells_of_it_and_is_no_passage() -> None:
    mail = "From: Jan <jan@x.invalid>\nDate: Thu, 13 Mar 2025 09:12:00 +0100\nSubject: De dijk\n"
    mail += "MIME-Version: 1.0\nContent-Type: text/plain\n\nDe dijk bij Zandwijk kost 4 miljoen euro.\n"
    document = parse(RawFile("a.eml", mail.encode(), "a.eml"))
    assert (document.title, document.published) == ("De dijk", date(2025, 3, 13))
    ((source, passages),) = cut(document)
    assert [p.text for p in passages] == ["De dijk bij Zandwijk kost 4 miljoen euro."]
    assert "Van: Jan <jan@x.invalid>" in source.heading_path[0]  # by which it is found


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("Verzonden: donderdag 13 maart 2025 09:12", date(2025, 3, 13)),
        ("Date: Thu, 13 Mar 2025 09:12:00 +0100", date(2025, 3, 13)),
        ("Date: Thu, 31 Feb 2025 09:12:00 +0100", None),
        ("Date: gisteren", None),
    ],
)
def test_a_mail_that_was_saved_as_text_has_its_day(line: str, day: date | None) -> None:
    text = f"{line}\nOnderwerp: De dijk\n\nDe dijk bij Zandwijk kost 4 miljoen euro."
    assert parse(RawFile("a.txt", text.encode(), "a.txt")).published == day


def test_a_book_is_read_in_its_order() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("META-INF/container.xml", '<c><rootfile full-path="a/b.opf"/></c>')
        spine = '<spine><itemref idref="2"/><itemref idref="1"/></spine>'
        items = '<item id="1" href="een.xhtml"/><item id="2" href="twee.xhtml"/>'
        archive.writestr("a/b.opf", f"<package><manifest>{items}</manifest>{spine}</package>")
        archive.writestr("a/een.xhtml", "<html><body><p>Tweede.</p></body></html>")
        archive.writestr("a/twee.xhtml", "<html><body><p>Eerste.</p></body></html>")
    assert _text(buffer.getvalue(), "a.epub") == "Eerste.\nTweede."


def test_lists_of_values_and_typed_tables_keep_their_columns() -> None:
    assert _text(b"Jaar;Aantal\n2021;538\n2022;600\n", "a.csv") == "Jaar | Aantal\n2021 | 538\n2022 | 600"
    assert _text(b"Wijk     Aantal\nNoord    31\nZuid     33\n") == "Wijk | Aantal\nNoord | 31\nZuid | 33"
    assert _text(b"Datum:   16 mei 2031\nHoe gaat het?") == "Datum: 16 mei 2031 Hoe gaat het?"


def test_markdown_shows_no_signs() -> None:
    text = "Een ~~oude~~ **vette** en *schuine* zin[^1] van 10^6^ m.\n\n<!-- stil -->\n\n[^1]: Bron."
    document = parse(RawFile("a.md", text.encode(), "a.md"))
    assert document.text == "Een vette en schuine zin van 10⁶ m.\nBron."
    assert [note.anchor for note in document.footnotes] == [document.text.index(" van")]
    assert any("oude" in w for w in document.warnings) and any("stil" in w for w in document.warnings)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"vraag": 1}', "JSON"),
        ('<?xml version="1.0"?><lijst><a>1</a></lijst>', "XML"),
        ("%!PS-Adobe-3.0\n/x 1 def", "PostScript"),
        ("BEGIN:VCALENDAR\nEND:VCALENDAR", "agenda"),
        ("\\documentclass{article}\\begin{document}x", "LaTeX"),
        ("-----BEGIN PGP MESSAGE-----\nabc", "versleuteld"),
    ],
)
def test_codes_are_refused_in_words(content: str, reason: str) -> None:
    with pytest.raises(UnreadableFileError, match=reason):
        _text(content.encode())


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.html", "<html><body><p>1. Hoe hoog?</p><p>2. Hoe lang?</p></body></html>"),
        ("a.rtf", r"{\rtf1 1. Hoe hoog?\par 2. Hoe lang?\par}"),
    ],
)
def test_a_set_of_questions_comes_in_any_format(name: str, content: str) -> None:
    found = question_set_from_file(RawFile(name, content.encode(), name))
    assert [question.text for question in found.questions] == ["Hoe hoog?", "Hoe lang?"]


def test_figures_at_two_stops_of_a_line_are_two() -> None:
    tabbed = "<w:p><w:r><w:t>Noord</w:t><w:tab/><w:t>41</w:t><w:tab/><w:t>200</w:t></w:r></w:p>"
    rich = rb"{\rtf1\ansi Noord\tab 41\tab 200\par}"
    files = [
        docx(tabbed),
        odt("<text:p>Noord<text:tab/>41<text:tab/>200</text:p>"),
        RawFile("x.rtf", rich, "x.rtf"),
        RawFile("x.html", b"<html><body><pre>Noord\t41\t200</pre></body></html>", "x.html"),
    ]
    assert [parse(file).text for file in files] == ["Noord 41 | 200"] * 4


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        (("1531", "- 43.342"), "1531 | - 43.342"),
        (("24-", "2177"), "24- | 2177"),
        (("(799)", "€ 230", "(5)"), "(799) | € 230 | (5)"),
        (("7", "-", "12"), "7 | - | 12"),
        (("7", "", "12"), "7 | 12"),
    ],
)
def test_signed_figures_and_dashes_at_stops_are_apart(values: tuple[str, ...], shown: str) -> None:
    stops = "<text:tab/>".join(("Noord", *values))
    assert parse(odt(f"<text:p>{stops}</text:p>")).text == f"Noord {shown}"


def test_an_override_of_the_direction_turns_figures_in_every_format() -> None:
    shown = "\u202e834\u202c"
    files = [
        docx(f"<w:p><w:r><w:t>Er zijn {shown} palen.</w:t></w:r></w:p>"),
        docx(
            '<w:p><w:r><w:t xml:space="preserve">Er zijn </w:t></w:r><w:bdo w:val="rtl"><w:r><w:t>834</w:t></w:r>'
            '</w:bdo><w:r><w:t xml:space="preserve"> palen.</w:t></w:r></w:p>'
        ),
        odt(f"<text:p>Er zijn {shown} palen.</text:p>"),
        RawFile("x.txt", f"Er zijn {shown} palen.".encode(), "x.txt"),
    ]
    assert [parse(file).text for file in files] == ["Er zijn 438 palen."] * 4


def test_an_equation_of_another_program_is_told() -> None:
    rich = rb"{\rtf1\ansi Het aandeel is {\object\objemb{\*\objclass Equation.3}{\*\objdata 01}{\result x}} groot.\par}"
    assert any("Equation.3" in warning for warning in parse(RawFile("x.rtf", rich, "x.rtf")).warnings)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("foto.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01", "plaatje"),
        ("programma.exe", b"MZ\x90\x00\x03\x00\x00\x00", "plaatje"),
        ("overleg.ics", b"BEGIN:VCALENDAR\nSUMMARY:Overleg\nEND:VCALENDAR\n", "geef het bestand zelf op"),
        ("site.url", b"[InternetShortcut]\r\nURL=https://example.nl/\r\n", "geef het bestand zelf op"),
        ("brief.pdf", pdf(show("Alleen gewone letters.")), ""),
        ("brief.bin", pdf(show("Alleen gewone letters.")), ""),
        ("brief.docx", b"\x00\x01 beschadigd", ""),
        ("zonder", b"\x00\x01\x02", ""),
        ("oud.msg", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ""),
    ],
)
def test_what_lies_in_a_folder_and_is_no_document(name: str, content: bytes, told: str) -> None:
    reason = why_no_document(RawFile(name, content, name))
    assert (told in reason) if told else not reason


def test_a_message_of_outlook_is_called_that() -> None:
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "__properties_version1.0".encode("utf-16-le")
    with pytest.raises(UnreadableFileError, match="Outlook"):
        parse(RawFile("bericht.msg", content, "x"))
