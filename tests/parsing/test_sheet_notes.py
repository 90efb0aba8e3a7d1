from __future__ import annotations

from sheets import LONG, pair, pairs, read, said, sheet


def test_footnotes_hang_on_the_place_that_refers_to_them() -> None:
    document = read(
        sheet(
            *pair(
                "1",
                "Kent u het bericht «Dijk verzakt»?"
                "#footnote[Oudeveense Courant, 3 juni 2024, «Dijk verzakt».] Klopt dat?",
                "Ja.#footnote[Kamerstuk 31 710, nr. 99.] De uitstoot van CO#sub[2] is 12 kg per m#super[2].",
            ),
        )
    )
    assert pairs(document)[0][1:3] == (
        "Kent u het bericht «Dijk verzakt»? Klopt dat?",
        "Ja. De uitstoot van CO₂ is 12 kg per m².",
    )
    first, second = document.footnotes
    assert (first.mark, said(document, first.span)) == (
        "1",
        "Oudeveense Courant, 3 juni 2024, «Dijk verzakt».",
    )
    assert document.text[: first.anchor or 0].endswith("«Dijk verzakt»?")
    assert document.text[: second.anchor or 0].endswith("Ja.")
    assert all(note.span.start > max(p.question.end for p in document.pairs) for note in document.footnotes)


def test_marks_that_the_font_itself_draws_small_and_high() -> None:
    answer = " ".join(f"Punt {n} is waar.#footnote[Bron nummer {n}.]" for n in range(1, 14))
    document = read(
        sheet(*pair("1", "Is het 12 m#super[2] in 2019?", answer), preamble="#set super(typographic: true)\n")
    )
    assert pairs(document)[0][1:3] == (
        "Is het 12 m² in 2019?",
        " ".join(f"Punt {n} is waar." for n in range(1, 14)),
    )
    assert [(note.mark, said(document, note.span)) for note in document.footnotes] == [
        (str(n), f"Bron nummer {n}.") for n in range(1, 14)
    ]


def test_a_footnote_that_goes_on_over_the_page() -> None:
    note = "Zie het rapport. " * 60
    document = read(sheet(*pair("1", "Kent u de dijk?", LONG * 9 + f"Klaar.#footnote[{note}] " + LONG * 12)))
    assert said(document, document.footnotes[0].span) == note.strip()
    assert said(document, document.pairs[0].answer) == LONG * 9 + "Klaar. " + (LONG * 12).strip()
