from __future__ import annotations

import pytest

from learninglion.drafting.selection import (
    Choice,
    choose,
    choose_automatically,
    context_sources,
    read_choices,
)
from learninglion.models import (
    Chooser,
    Context,
    DocumentCard,
    DocumentKind,
    Hit,
    Passage,
    PassageKind,
    Rejection,
    Source,
    SourceKind,
    Span,
    SubQuestion,
)
from learninglion.models.errors import InputError

QUESTION = SubQuestion((1,), "Hoeveel controles zijn er gehouden?")


def make_hit(number: int, score: float, body: str = "Er zijn 12 controles gehouden.") -> Hit:
    card = DocumentCard(f"ah-tk-20232024-{number}", "Titel", DocumentKind.KAMERVRAGEN)
    whole = Span(0, len(body))
    source = Source(f"{card.id}#1", card, SourceKind.PAIR, body, whole, 1, (1,))
    passage = Passage(f"{source.id}/0", source.id, card.id, body, whole, 1, PassageKind.ANSWER)
    return Hit(source, passage, number, score)


HITS = (make_hit(1, 0.9), make_hit(2, 0.8, body=" "), make_hit(3, 0.7), make_hit(4, 0.1))
SUPPLIED = context_sources(Context(line="Wij handhaven.", confirmed=True))


def test_machine_takes_what_can_be_quoted_over_the_threshold() -> None:
    selection = choose_automatically(QUESTION, "", HITS, 0.5, SUPPLIED)
    assert [s.document.id for s in selection.chosen] == [
        "ah-tk-20232024-1",
        "ah-tk-20232024-3",
        "supplied-line",
    ]
    assert selection.chosen_by is Chooser.MACHINE
    assert selection.offered == HITS


def test_person_chooses_rejects_and_adds() -> None:
    extra = make_hit(9, 0.0).source
    choice = Choice((1,), (HITS[0].source.id, extra.id), (Rejection(HITS[2].source.id, "ander onderwerp"),))
    selection = choose(
        QUESTION, "", HITS, choice, find={extra.id: extra}.get, selected_by="an", supplied=SUPPLIED
    )
    assert [s.id for s in selection.chosen] == [HITS[0].source.id, extra.id, "supplied#line"]
    assert selection.chosen_by is Chooser.PERSON


def test_all_problems_are_named_together() -> None:
    first = HITS[0].source.id
    choice = Choice((1,), (first, "weg#1"), (Rejection(first, "dubbel"), Rejection(HITS[1].source.id, " ")))
    with pytest.raises(InputError) as caught:
        choose(QUESTION, "", HITS, choice, find=lambda _: None, selected_by="an")
    for part in ("'weg#1' bestaat niet", "gekozen en ook afgewezen", "zonder reden", "vraag 1"):
        assert part in caught.value.detail


def test_context_must_be_confirmed() -> None:
    with pytest.raises(InputError, match="bevestigd"):
        context_sources(Context(news="Er was brand."))
    assert context_sources(Context(line="  ", confirmed=False)) == ()


@pytest.mark.parametrize(
    "data",
    [[], {"questions": 1}, {"questions": [1]}, {"questions": [{"numbers": [True]}]}, {"questions": [{}]},
     {"questions": [{"numbers": [1], "chosen": "x"}]}, {"questions": [{"numbers": [1], "rejected": ["x"]}]}],
)  # fmt: skip
def test_misfits_are_named(data: object) -> None:
    with pytest.raises(InputError, match=r"euzebestand"):
        read_choices(data)


def test_choices_are_read() -> None:
    data = {
        "questions": [
            {"numbers": [3, 4], "chosen": ["a#1"], "rejected": [{"source": "b#1", "reason": "oud"}]}
        ]
    }
    assert read_choices(data) == (Choice((3, 4), ("a#1",), (Rejection("b#1", "oud"),)),)
