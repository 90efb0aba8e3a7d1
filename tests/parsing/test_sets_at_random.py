"""Sets put together at random from everything that occurs in them, and read back without a loss."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sheets import label, read, said, sheet

SENTENCES = (
    "De dijk bij Oudeveen is in het voorjaar onderzocht door het waterschap en door de inspectie.",
    "Daaruit blijkt dat de waterveiligheidsmaatregelen ook in de toekomst voldoende zijn.",
    "Ik heb de Kamer daarover op 3 maart 2023 geïnformeerd, mede namens de Minister van Zand.",
    "De zand- en grindwinning gaat door; het CO2-gehalte is 12,5% lager dan in 2019.",
    "Het gaat om 1.250 woningen, € 3,5 miljoen en een gebied van «ongeveer tien hectare».",
    "Wie dat wil, kan bezwaar maken bij de ILT-inspecteur of bij de gemeente.",
)
ASKED = (
    "Bent u bekend met het bericht «Dijk verzakt»?",
    "Klopt het dat de dijk bij Oudeveen te laag is? Zo ja, sinds wanneer weet u dat? Zo nee, waarom niet?",
    "Hoe beoordeelt u de gevolgen daarvan voor de inwoners van de gemeente, voor de veiligheid op het water "
    "en voor de landbouw in de omgeving?",
    "Deelt u de mening dat dit onwenselijk is? Bent u bereid om in gesprek te gaan met het waterschap?",
)


@dataclass
class Entry:
    """A question with its answer: as typst, and as a reader should get it."""

    size: int  # of the group of numbers
    how: str  # labelled, white or slanted
    question: str
    answer: list[tuple[str, str]]  # typst, expected text


def table(rows: int) -> tuple[str, str]:
    cells = [(f"Regio {i}", str(17 * i), f"{i},5%") for i in range(1, rows + 1)]
    typst = ", ".join(f"[{cell}]" for row in [("Naam", "Aantal", "Deel"), *cells] for cell in row)
    text = "\n".join(" | ".join(row) for row in [("Naam", "Aantal", "Deel"), *cells])
    return f"#table(columns: (70pt, 70pt, 70pt), stroke: none, {typst})", text


POINTS = (
    "#plain[– het eerste punt;]\n\n#plain[– het tweede punt.]",
    "– het eerste punt;\n– het tweede punt.",
)

paragraph = st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=6).map(" ".join)
piece = st.one_of(
    paragraph.map(lambda text: (f"#plain[{text}]", text)),
    paragraph.map(lambda text: (f"#plain[{text} Einde.#footnote[Bron: {text[:40]}.]]", f"{text} Einde.")),
    st.integers(2, 5).map(table),
    st.just(POINTS),
)
entry = st.builds(
    Entry,
    st.sampled_from((1, 1, 1, 2, 3)),
    st.sampled_from(("labelled", "labelled", "labelled", "white", "slanted")),
    st.sampled_from(ASKED),
    st.lists(piece, min_size=1, max_size=3),
)


def numbers_label(kind: str, numbers: tuple[int, ...]) -> str:
    *most, last = map(str, numbers)
    return label(f"{kind} {', '.join(most)} en {last}" if most else f"{kind} {last}")


def flat(text: str | None) -> str:
    return " ".join((text or "").split())


def _as_piece(*sentences: int, note: bool = False) -> tuple[str, str]:
    text = " ".join(SENTENCES[at] for at in sentences) + (" Einde." if note else "")
    return (f"#plain[{text}{'#footnote[Bron: het waterschap.]' if note else ''}]", text)


# A slanted answer that is broken inside a word at the end of a page, and one whose last line, with the mark
# of a note behind it, lines up with the columns below.
OVERLEAF = [
    *[Entry(1, "labelled", ASKED[0], [_as_piece(0)])] * 3,
    Entry(1, "labelled", ASKED[0], [_as_piece(0, 0), POINTS]),
    Entry(1, "slanted", ASKED[0], [_as_piece(1, 3, 2, 0)]),
]
LINED_UP = [
    Entry(1, "labelled", ASKED[0], [POINTS]),
    Entry(1, "slanted", ASKED[0], [_as_piece(5, 0, 0, 5, note=True), table(2)]),
]


@pytest.mark.slow
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@example(OVERLEAF)
@example(LINED_UP)
@given(st.lists(entry, min_size=1, max_size=8))
def test_every_set_is_read_as_it_was_written(entries: list[Entry]) -> None:
    parts: list[str] = []
    wanted: list[tuple[tuple[int, ...], str, str]] = []
    first = 1
    for written in entries:
        numbers = tuple(range(first, first + written.size))
        first += written.size
        parts += [numbers_label("Vraag", numbers), f"#plain[{written.question}]"]
        how = written.how
        if how == "slanted" and "#table" in written.answer[0][0]:
            how = "labelled"
        if how == "labelled":
            parts += [numbers_label("Antwoord", numbers), *(typst for typst, _ in written.answer)]
        else:
            opening, *others = (typst for typst, _ in written.answer)
            slant = f'#text(style: "italic")[{opening}]' if how == "slanted" else opening
            parts += [f"#block(above: 19pt)[{slant}]" if how == "white" else slant, *others]
        wanted.append((numbers, written.question, "\n".join(text for _, text in written.answer)))
    document = read(sheet(*parts))
    # Whether a full line ends a paragraph cannot be seen; all else must be the same.
    found = [
        (p.numbers, flat(said(document, p.question)), flat(said(document, p.answer))) for p in document.pairs
    ]
    assert found == [(numbers, flat(question), flat(answer)) for numbers, question, answer in wanted]
    for pair, written in zip(document.pairs, entries, strict=True):
        lines = (said(document, pair.answer) or "").splitlines()
        assert all(
            row in lines for typst, text in written.answer if "#table" in typst for row in text.splitlines()
        )
    notes = sum("#footnote" in typst for written in entries for typst, _ in written.answer)
    assert len(document.footnotes) == notes
    assert all(document.text[: note.anchor or 0].endswith("Einde.") for note in document.footnotes)
    assert document.warnings == ()
