from __future__ import annotations

import pytest
from sheets import label, pair, pairs, read, said, sheet

from learninglion.models import NoticeKind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (
            "De vragen van het lid Dijkstra-Venema kunnen niet binnen de gebruikelijke termijn worden "
            "beantwoord. Ik zal uw Kamer zo spoedig mogelijk antwoorden.",
            NoticeKind.POSTPONEMENT,
        ),
        (
            "De vragen zijn beantwoord middels een brief over de dijk (36 471, nr. 64) op 7 juni 2024.",
            NoticeKind.BY_LETTER,
        ),
        ("De vragen zijn ingetrokken door de vragensteller.", NoticeKind.OTHER),
    ],
)
def test_a_notice_in_the_place_of_answers(text: str, kind: NoticeKind) -> None:
    document = read(
        sheet(
            label("Vraag 1"),
            "Kent u de dijk?",
            label("Vraag 2"),
            "Is die veilig?",
            label("*Mededeling*"),
            text,
            answered="Mededeling van Minister *Terpstra* (Waterzaken) (ontvangen 7 juni 2024).",
        )
    )
    assert document.notice is not None
    assert document.notice.kind is kind
    assert said(document, document.notice.span) == text
    assert [p[2] for p in pairs(document)] == [None, None]
    assert document.answerers[0].name == "Terpstra"
    assert document.warnings == ()


def test_the_remark_below_a_set_is_in_no_answer() -> None:
    remark = (
        "Deze vragen dienen ter aanvulling op eerdere vragen terzake van het lid Bos, ingezonden 3 mei 2024."
    )
    document = read(sheet(*pair("1", "Kent u de dijk?", "Ja."), label("Toelichting:"), f"#plain[{remark}]"))
    assert pairs(document) == [((1,), "Kent u de dijk?", "Ja.", (1,))]
    assert remark in document.text


def test_a_notice_that_only_the_head_announces() -> None:
    text = "De vragen kunnen niet binnen de termijn worden beantwoord."
    document = read(
        sheet(
            label("Vraag 1"),
            "Kent u de dijk?",
            f"#block(above: 19pt)[{text}]",
            answered="Mededeling van Minister *Terpstra* (Waterzaken) (ontvangen 7 juni 2024).",
        )
    )
    assert document.notice is not None
    assert (document.notice.kind, said(document, document.notice.span)) == (NoticeKind.POSTPONEMENT, text)
    assert pairs(document) == [((1,), "Kent u de dijk?", None, ())]
