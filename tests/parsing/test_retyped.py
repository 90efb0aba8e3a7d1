"""A publication set again from its text: feet and notes of the old pages stand among the sentences."""

from __future__ import annotations

import pytest
import typst
from sheets import pairs, read, said

LINES = """Tweede Kamer der Staten-Generaal2
Vergaderjaar 2031–2032 Aanhangsel van de Handelingen
Vragen gesteld door de leden der Kamer, met de daarop door de
regering gegeven antwoorden
812
Vragen van het lid Dijkstra (Partij voor het Water) aan de Minister van Waterzaken
over de pont bij Oudeveen (ingezonden 5 juni 2032).
Antwoord van Minister Terpstra (Waterzaken) (ontvangen 28 juni 2032).
Vraag 1
Kent u het bericht over de pont?1
Antwoord 1
Ja. De pont ligt stil sinds het voorjaar en de veerman
1Oudeveense Courant, 2 juni 2032, «Pont ligt stil»,
https://courant.example/pont
ah-tk-20312032-812
ISSN 0921 - 7398’s-Gravenhage 2032{wrap}
wacht op een nieuwe motor van 1,5 ton.
Vraag 2
Wanneer vaart de pont volgens het veerbesluit
2
weer?
Antwoord 2
De pont vaart weer in de herfst en tot die tijd
2Kamerstuk 31 999, nr. 4
Tweede Kamer, vergaderjaar 2031–2032, Aanhangsel 2
vaart er een bus. Zie Tweede Kamer, vergaderjaar 2030–2031, Aanhangsel 7.
Tweede Kamer, vergaderjaar 2031–2032, Aanhangsel 3"""
FEET = (
    "Tweede Kamer, vergaderjaar 2031–2032, Aanhangsel 1",
    "Tweede Kamer, vergaderjaar 2031–2032,\nAanhangsel 1",
)


@pytest.mark.parametrize("foot", FEET, ids=["one line", "two lines"])
def test_feet_and_notes_of_the_old_pages_break_no_answer(foot: str) -> None:
    lines = LINES.format(wrap=foot).replace("//", "\\//").split("\n")
    source = "#set page(width: 595pt, height: 842pt)\n#set text(9pt)\n" + " \\\n".join(lines)
    document = read(bytes(typst.compile(source.encode())))
    assert document.id == "ah-tk-20312032-812"
    assert pairs(document) == [
        (
            (1,),
            "Kent u het bericht over de pont?",
            "Ja. De pont ligt stil sinds het voorjaar en de veerman wacht op een nieuwe motor van 1,5 ton.",
            (1,),
        ),
        (
            (2,),
            "Wanneer vaart de pont volgens het veerbesluit weer?",
            "De pont vaart weer in de herfst en tot die tijd vaart er een bus. Zie Tweede Kamer, "
            "vergaderjaar 2030–2031, Aanhangsel 7.",
            (2,),
        ),
    ]
    first, second = document.footnotes
    assert (said(document, first.span) or "").startswith("Oudeveense Courant, 2 juni 2032, «Pont ligt stil»")
    assert said(document, second.span) == "Kamerstuk 31 999, nr. 4"
    assert first.anchor is not None and document.text[: first.anchor].endswith("over de pont?")
    assert second.anchor is not None and document.text[: second.anchor].endswith("veerbesluit")
    assert document.warnings == ()
