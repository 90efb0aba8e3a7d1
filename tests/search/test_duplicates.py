"""Near-identical answers as one hit, and the line through time, on fictional texts."""

from __future__ import annotations

from datetime import date

from learninglion.models import (
    DocumentCard,
    DocumentKind,
    Hit,
    Passage,
    PassageKind,
    Source,
    SourceKind,
    Span,
)
from learninglion.search.search import group_duplicates, timeline

LONG = (
    "De gemeenten houden toezicht op de opslag van vuurwerk in hun gebied en doen dat samen met de "
    "omgevingsdienst. Zij controleren alle opslagplaatsen minstens 2 keer per jaar en leggen de uitkomst "
    "vast in een register. Wie de regels overtreedt krijgt een waarschuwing en daarna een boete van de "
    "toezichthouder."
)
SHORT = "Het antwoord op deze vraag vergt nadere uitwerking en besluitvorming."


def hit(
    number: int, body: str, day: date | None = None, *, question: str = "", score: float = 0.5, of: int = 0
) -> Hit:
    document = f"ah-tk-20302031-{of or number}"
    card = DocumentCard(document, "Voorbeeld", DocumentKind.KAMERVRAGEN, date=day)
    span = Span(100 * number, 100 * number + len(body))
    source = Source(f"{document}#{number}", card, SourceKind.PAIR, body, span, 1, (number,), question)
    passage = Passage(f"{source.id}/1", source.id, document, body, span, 1, PassageKind.ANSWER)
    return Hit(source, passage, number, score)


def ids(hits: tuple[Hit, ...]) -> list[str]:
    return [h.source.id.rpartition("#")[2] for h in hits]


def test_the_newest_stays_where_the_best_stood() -> None:
    other = hit(2, "Over dijken is een heel ander verhaal te vertellen.", date(2022, 1, 1), score=0.8)
    old = hit(1, LONG, date(2020, 5, 1), score=0.9)
    new = hit(3, LONG.replace("samen met", "in overleg met"), date(2024, 5, 1), score=0.7)
    grouped = group_duplicates([old, other, new])
    assert ids(grouped) == ["3", "2"]
    assert [h.rank for h in grouped] == [1, 2]
    assert grouped[0].duplicates == (old.source.id,)
    assert grouped[0].score == 0.9
    assert grouped[1].duplicates == ()


def test_a_figure_or_a_negation_is_a_change_of_line() -> None:
    figure = LONG.replace("2 keer", "4 keer")
    turned = LONG.replace("krijgt een", "krijgt geen")
    assert len(group_duplicates([hit(1, LONG), hit(2, figure), hit(3, turned)])) == 3


def test_a_longer_answer_says_more() -> None:
    more = (
        LONG
        + " "
        + "Daarnaast komt er een meldpunt waar omwonenden terecht kunnen met vragen en zorgen. " * 2
    )
    assert len(group_duplicates([hit(1, LONG), hit(2, more)])) == 2


def test_a_short_answer_needs_the_same_question() -> None:
    datacentres = "Worden datacentra geweerd uit het buitengebied?"
    budgets = "Blijft het voorstel voor de belasting budgettair neutraal?"
    apart = group_duplicates([hit(1, SHORT, question=datacentres), hit(2, SHORT, question=budgets)])
    assert len(apart) == 2
    again = group_duplicates([hit(1, SHORT, question=datacentres), hit(2, SHORT, question=datacentres)])
    assert len(again) == 1


def test_questions_without_an_answer_are_never_the_same() -> None:
    assert len(group_duplicates([hit(1, ""), hit(2, "")])) == 2


def test_one_answer_under_two_questions_is_one_hit() -> None:
    first, second = hit(5, SHORT, of=9, question="Hoe?"), hit(6, SHORT, of=9, question="Wanneer dan wel?")
    object.__setattr__(second.source, "body_span", first.source.body_span)
    grouped = group_duplicates([first, second])
    assert ids(grouped) == ["5"]
    assert grouped[0].duplicates == (second.source.id,)


def test_order_of_equal_dates_is_that_of_the_ranks() -> None:
    day = date(2024, 1, 1)
    hits = [hit(n, LONG, day) for n in (1, 2, 3)]
    (only,) = group_duplicates(hits)
    assert only.source.id == hits[0].source.id
    assert only.duplicates == (hits[1].source.id, hits[2].source.id)
    assert group_duplicates(hits) == (only,)
    assert group_duplicates([]) == ()


def test_timeline_goes_from_old_to_new_and_leaves_out_what_has_no_date() -> None:
    hits = [hit(1, LONG, date(2024, 5, 1)), hit(2, SHORT, date(2019, 5, 1)), hit(3, SHORT)]
    steps = timeline(h.source for h in [*hits, hits[0]])
    assert [s.day.year for s in steps] == [2019, 2024]
    assert steps[0].position == SHORT
    assert steps[1].position.endswith("register. …")
    assert LONG.startswith(steps[1].position[:-2])
