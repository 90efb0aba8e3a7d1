"""Three fictional documents in lay-outs that the sample archive does not have, kept as files in layouts/.

    python tests/parsing/layouts.py     write them again

A ministry's letter in Word, a set in the lay-out before 2011, and a set whose answers have no labels. They
are apart from the sample archive, whose counts others build on. Every page is marked as fictional.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sheets import label, sheet
from wordfiles import docx, para, part, table

FOLDER = Path(__file__).parent / "layouts"
MARK = "Fictief voorbeelddocument van LearningLion - geen echt Kamerstuk"
_MARKED = f'#set page(background: place(top + center, dy: 12pt, text(size: 9pt, weight: "bold")[{MARK}]))\n'

Wanted = tuple[tuple[int, ...], str, str | None, tuple[int, ...]]
"""Numbers, question, answer and numbers of the answer of a pair."""


@dataclass(frozen=True, slots=True)
class Layout:
    """One document: its file, its bytes as made now, and what a reader finds in it."""

    name: str
    content: bytes
    pairs: tuple[Wanted, ...]

    @property
    def path(self) -> Path:
        """Where it is kept."""
        return FOLDER / self.name


_BELLS = (
    "Kent u de klachten over de klokken van Molenwaard?",
    "Ja. De gemeente heeft mij daarover op 4 maart 2031 geschreven.",
    "Hoe vaak luidden de klokken in de jaren 2029 en 2030?",
    "Wat kost het om ze stil te zetten?",
    "Dat is per jaar anders; de kosten zijn steeds gelijk gebleven.",
    "Bent u bereid met de gemeente in gesprek te gaan? Zo nee, waarom niet?",
    "Nee. Het luiden van klokken is een zaak van de gemeente zelf.",
)


def letter() -> Layout:
    """The ministry's letter in Word: a table, a footnote, numbers out of order, split runs."""
    front = (
        para("Geachte voorzitter,")
        + para(
            "Hierbij zend ik u de antwoorden op de vragen van het lid Van Aalst-Vermeer (Partij voor het "
            "Geluid) over de klokken van Molenwaard, die zijn ingezonden op 6 maart 2031."
        )
        + para("De Minister van Geluidszaken,")
        + para("C.D. Hollander")
        + para(
            "Antwoorden van de Minister van Geluidszaken op de vragen van het lid Van Aalst-Vermeer (Partij "
            "voor het Geluid) over de klokken van Molenwaard (ingezonden 6 maart 2031)",
            bold=True,
        )
    )
    note = '<w:r><w:footnoteReference w:id="1"/></w:r>'
    body = (
        para("Vraag 1", bold=True)
        + para(_BELLS[0], inside=note)
        + para("Antwoord op vraag 1", bold=True)
        + para(_BELLS[1])
        + para("Vraag 2", bold=True)
        + para(_BELLS[2])
        + para("Vraag 4", bold=True)
        + para(_BELLS[3])
        + para("Antwoord op de vragen 2 en 4", bold=True)
        + para(_BELLS[4])
        + table(("Jaar", "Keren"), ("2029", "730"), ("2030", "712"))
        + para("Vraag 3", bold=True)
        + para(_BELLS[5])
        + para("Antwoord op vraag 3", bold=True)
        + para(_BELLS[6])
    )
    section = (
        '<w:sectPr><w:headerReference xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships" r:id="r1" w:type="default"/></w:sectPr>'
    )
    parts = {
        "word/header1.xml": part("hdr", para(MARK, bold=True)),
        "word/footnotes.xml": part(
            "footnotes", f'<w:footnote w:id="1">{para("Molenwaards Blad.")}</w:footnote>'
        ),
        "word/_rels/document.xml.rels": (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="r1" Target="header1.xml" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
            'relationships/header"/></Relationships>'
        ),
    }
    shared = f"{_BELLS[4]}\nJaar | Keren\n2029 | 730\n2030 | 712"
    return Layout(
        "klokken.docx",
        docx(front + body + section, parts, "klokken.docx").content,
        (
            ((1,), _BELLS[0], _BELLS[1], (1,)),
            ((2,), _BELLS[2], shared, (2, 4)),
            ((4,), _BELLS[3], shared, (2, 4)),
            ((3,), _BELLS[5], _BELLS[6], (3,)),
        ),
    )


def before_2011() -> Layout:
    """Bare numbers, first the questions and then the answers, in two columns, notes as large as the text."""
    parts = [
        label("1"),
        f"{_BELLS[0]}#super[1]",
        label("2"),
        _BELLS[2],
        label("3"),
        _BELLS[5],
        "#block(above: 19pt)[#super[1] Molenwaards Blad, 3 maart 2009]",
        label("*Antwoord*"),
        "Antwoord van minister *Hollander* (Geluidszaken). (Ontvangen 2 april 2009)",
        label("1 en 2"),
        _BELLS[1],
        label("3"),
        _BELLS[6],
    ]
    content = sheet(
        "#columns(2, gutter: 14pt)[" + "\n\n".join(parts) + "]",
        head="Vragen van het lid *Van Aalst-Vermeer* (Partij voor het Geluid) aan de minister van "
        "Geluidszaken over de klokken van Molenwaard. (Ingezonden 6 maart 2009)",
        answered="",
        session="2008–2009",
        imprint="0809tkkvr9001",
        number=9001,
        preamble=_MARKED,
    )
    return Layout(
        "ah-tk-20082009-9001.pdf",
        content,
        (
            ((1,), _BELLS[0], _BELLS[1], (1, 2)),
            ((2,), _BELLS[2], _BELLS[1], (1, 2)),
            ((3,), _BELLS[5], _BELLS[6], (3,)),
        ),
    )


def without_labels() -> Layout:
    """Answers set apart by slant or by white alone."""
    content = sheet(
        *(label("Vraag 1"), _BELLS[0], f"#block(above: 19pt)[_{_BELLS[1]}_]"),
        *(label("Vraag 2"), _BELLS[3], f"#block(above: 19pt)[{_BELLS[4]}]"),
        *(label("Vraag 3"), _BELLS[5], f"#plain[_{_BELLS[6]}_]"),
        number=9011,
        preamble=_MARKED,
    )
    return Layout(
        "ah-tk-20232024-9011.pdf",
        content,
        (
            ((1,), _BELLS[0], _BELLS[1], (1,)),
            ((2,), _BELLS[3], _BELLS[4], (2,)),
            ((3,), _BELLS[5], _BELLS[6], (3,)),
        ),
    )


def make_layouts() -> tuple[Layout, ...]:
    """All three."""
    return letter(), before_2011(), without_labels()


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for layout in make_layouts():
        layout.path.write_bytes(layout.content)
