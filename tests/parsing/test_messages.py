"""Messages saved as text, pages, Word or PDF: their heads tell of them and are none of their text."""

from __future__ import annotations

from datetime import date

import pytest
import typst
from wordfiles import docx, para

from learninglion.models import RawFile
from learninglion.parsing import parse
from learninglion.parsing.passages import cut

MESSAGE = (
    "Van: Bakker, J. (Jan)",
    "Verzonden: dinsdag 3 juni 2031 14:02",
    "Aan: Dijk, A. van",
    "Onderwerp: RE: sluis Oudeveen",
    "",
    "Beste Anna,",
    "",
    "De sluis in Oudeveen kostte 412 euro.",
    "",
    "-----Oorspronkelijk bericht-----",
    "From: Dijk, A. van",
    "Sent: Monday, June 2, 2031 9:00 AM",
    "To: Bakker, J.",
    "Subject: sluis Oudeveen",
    "",
    "Wat kostte de sluis in Oudeveen?",
)


def _pdf() -> bytes:
    lines = [line.replace("-----", r"\-\-\-\-\-") for line in MESSAGE]
    return bytes(typst.compile(b"#set text(size: 10pt)\n" + "\\\n".join(lines).encode()))


FILES = {
    "message.txt": "\n".join(MESSAGE).encode(),
    "message.html": ("<html><p>" + "<br>".join(MESSAGE) + "</p></html>").encode(),
    "message.docx": docx("".join(map(para, MESSAGE))).content,
    "message.pdf": _pdf(),
}


@pytest.mark.parametrize("name", FILES)
def test_the_head_of_a_message_stands_in_no_passage(name: str) -> None:
    document = parse(RawFile(name, FILES[name], name))
    bodies = [" ".join(source.body.split()) for source, _ in cut(document)]
    assert bodies == ["Beste Anna, De sluis in Oudeveen kostte 412 euro.", "Wat kostte de sluis in Oudeveen?"]
    assert document.published == date(2031, 6, 3)
    assert "Aan: Dijk, A. van" in " ".join(cut(document)[0][0].heading_path[0].split())


def test_a_text_that_speaks_of_a_sender_is_no_head() -> None:
    text = "Het beleid is gericht aan ondernemers.\n\nVan: de provincie krijgt u bericht.\n"
    bodies = [source.body for source, _ in cut(parse(RawFile("a.txt", text.encode(), "a.txt")))]
    assert bodies == ["Het beleid is gericht aan ondernemers.\nVan: de provincie krijgt u bericht."]
