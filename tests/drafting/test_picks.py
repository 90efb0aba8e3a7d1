from __future__ import annotations

from datetime import date

from learninglion.drafting.aspects import AspectKind
from learninglion.drafting.candidates import read_candidates
from learninglion.drafting.extractive import draft
from learninglion.drafting.proximity import holds, in_measure
from learninglion.drafting.sufficiency import bearing_of
from learninglion.drafting.verdict import verify
from learninglion.models import AnswerVerdict, StatementVerdict
from learninglion.testing import make_card, make_selection, make_source

QUESTION = (
    "Welke eisen gelden er voor de opslag van vuurwerk in de haven, "
    "en hoe groot moet de afstand tot schepen zijn?"
)
FIRST = make_source(
    "Voor de opslag van vuurwerk in de haven gelden eisen aan muren en deuren. De afstand tot schepen is een "
    "van die eisen, naast 2 blussers bij de opslag van vuurwerk in de haven.",
    question="Welke eisen gelden er voor de opslag van vuurwerk in de haven?",
)
SECOND = make_source(
    "De havenmeester houdt toezicht. De afstand tot schepen moet minimaal 40 meter zijn. "
    "De vlag wappert elke dag boven de kade.",
    question="Wie let er op het vuurwerk en de afstand tot schepen?",
    card=make_card("ah-tk-20232024-8010", day=date(2024, 2, 1), number=8010),
)


def test_a_part_that_a_second_source_answers_better_is_taken_from_it() -> None:
    made = draft(make_selection(QUESTION, [FIRST, SECOND]))
    told = [s.citations[0].quote for s in made.statements]
    assert "De afstand tot schepen moet minimaal 40 meter zijn." in told
    assert not any("vlag" in t for t in told)
    sources = [s.citations[0].source_id for s in made.statements]
    assert sources == sorted(sources, key=[FIRST.id, SECOND.id].index)  # grouped, the newest first
    assert made.verdict is AnswerVerdict.ANSWERED
    assert all(c.verdict is StatementVerdict.SUPPORTED for c in verify(made).checks)


def test_the_order_of_choosing_changes_nothing() -> None:
    one, other = (draft(make_selection(QUESTION, s)) for s in ([FIRST, SECOND], [SECOND, FIRST]))
    assert one.statements == other.statements


def test_an_amount_wants_its_own_measure() -> None:
    assert in_measure("Hoe groot is de afstand?", "Die is 8 meter.")
    assert not in_measure("Hoe groot is de afstand?", "Er zijn 8 blussers.")
    assert in_measure("Hoeveel schepen zijn er?", "Er zijn 8 schepen.")
    assert not in_measure("Welk percentage vaart?", "Er varen 8 schepen.")


def test_the_number_in_a_name_is_no_amount() -> None:
    assert not holds(AspectKind.AMOUNT, "Dat is vuurwerk van categorie F3.")
    assert holds(AspectKind.AMOUNT, "Dat is 3 kilo.")


def test_an_answer_need_not_repeat_the_words_of_its_own_question() -> None:
    question = (
        "Hoeveel schepen liggen er in de haven van Duinwijk? Komt er een verbod op vuurwerk in de haven?"
    )
    amount = make_source(
        "In de haven van Duinwijk liggen 12 schepen. Vuurwerk in de haven is een zorg van omwonenden.",
        question="Hoeveel schepen liggen er in de haven van Duinwijk?",
    )
    ban = make_source(
        "Een landelijke regel acht ik niet nodig. De vlag wappert elke dag boven de kade.",
        question="Komt er een verbod op vuurwerk in de haven?",
        card=make_card("ah-tk-20232024-8011", day=date(2024, 2, 1), number=8011),
    )
    told = [s.citations[0].quote for s in draft(make_selection(question, [amount, ban])).statements]
    assert "Een landelijke regel acht ik niet nodig." in told


def test_what_hangs_on_something_told_before_takes_it_along() -> None:
    source = make_source(
        "Scholen werken met een buddy. In deze aanpak leren schippers zwemmen bij de veerpont van Duinwijk. "
        "Op dit moment varen er 12 schippers.",
        question="Wat leren schippers?",
    )
    selection = make_selection("Wat leren schippers bij de veerpont van Duinwijk?", [source])
    first, second, third = read_candidates(selection, bearing_of(selection, source), None)
    assert (first.leans, second.leans, third.leans) == (False, True, False)
