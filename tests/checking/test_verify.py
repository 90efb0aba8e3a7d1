from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from learninglion.checking.verify import check
from learninglion.drafting.verdict import verify
from learninglion.models import (
    AnswerVerdict,
    Author,
    Check,
    Citation,
    Draft,
    Provenance,
    Source,
    Statement,
    StatementVerdict,
)
from learninglion.testing import make_card, make_selection, make_source

LINE = (
    "Omdat er in 2023 € 2,5 miljoen is uitgegeven (zie de bijlage), heeft de "
    "Minister van Justitie en Veiligheid "
    "de Kamer op 17 mei 2024 geïnformeerd."
)
RULE = "De provincie kan de veerpont niet sluiten, tenzij de gemeente Duinwijk daarom vraagt."
FACT = "Volgens de inspectie heeft ongeveer 12 procent van alle reders in Duinwijk de regels mogelijk overtreden."
MOVE = "De politie heeft in maart het rapport van de inspectie aan de gemeente gestuurd en ik heb dit gemeld."
BODY = " ".join((LINE, RULE, FACT, MOVE))


@pytest.fixture
def source() -> Source:
    return make_source(BODY)


def judge(source: Source, text: str, *quotes: str) -> Check:
    citations = tuple(Citation(source.document.id, source.numbers, quote) for quote in quotes)
    return check(Statement(text, citations), (source,))


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        pytest.param(LINE, LINE, id="verbatim"),
        pytest.param(LINE.replace("€ 2,5 miljoen", "2,5 miljoen euro"), LINE, id="amount in words"),
        pytest.param(LINE.replace("€ 2,5 miljoen", "€ 2,5 mln"), LINE, id="amount abbreviated"),
        pytest.param(LINE.replace(" (zie de bijlage)", ""), LINE, id="brackets dropped"),
        pytest.param(
            "De Minister van Justitie en Veiligheid heeft de Kamer op 17 mei 2024 geïnformeerd.",
            "heeft de Minister van Justitie en Veiligheid de Kamer op 17 mei 2024 geïnformeerd",
            id="main clause with a quote of it",
        ),
        pytest.param(
            ("De Minister van Justitie en Veiligheid heeft de Kamer op 17 mei 2024 "
            "geïnformeerd, omdat er in 2023 "
            "€ 2,5 miljoen is uitgegeven."),
            LINE,
            id="clauses moved",
        ),
        pytest.param(
            ("In maart heeft de politie het rapport van de inspectie aan de gemeente gestuurd "
            "en ik heb dit gemeld."),
            MOVE,
            id="adverbial phrase moved",
        ),
        pytest.param("Ik heb dit gemeld en de politie heeft in maart het rapport van de inspectie aan de gemeente "
                     "gestuurd.", MOVE, id="halves moved"),
        pytest.param("De politie heeft het rapport van de inspectie aan de gemeente gestuurd.", MOVE, id="cut"),
        pytest.param(RULE, "De provincie kan de veerpont niet sluiten", id="quote of a part"),
        pytest.param(RULE.rstrip("."), RULE, id="without full stop"),
        pytest.param(f"{RULE} {FACT}", f"{RULE} {FACT}", id="two sentences"),
    ],
)  # fmt: skip
def test_supported(source: Source, text: str, quote: str) -> None:
    result = judge(source, text, quote)
    assert result.reasons == ()
    assert result.verdict is StatementVerdict.SUPPORTED
    assert result.evidence


@pytest.mark.parametrize(
    ("written", "asserted", "supported"),
    [
        ("tenminste 8 meter", "ten minste 8 meter", True),
        ("een minimale afstandeis", "een minimale afstandseis", True),
        ("een minimale afstandseis", "een minimale afstandeis", True),
        ("tenminste 8 meter", "8 meter", False),
        ("een minimale afstandeis", "een minimale afstandeisen", False),
        ("de lasten", "de laten", False),
    ],
)
def test_spelling_is_no_difference(written: str, asserted: str, supported: bool) -> None:
    line = "Voor elke opslag geldt in Duinwijk {}."
    result = judge(make_source(line.format(written)), line.format(asserted), line.format(written))
    assert (result.verdict is StatementVerdict.SUPPORTED) is supported, result.reasons


@pytest.mark.parametrize(
    ("evidence", "text"),
    [
        ("Een veer mag hoogstens 40 auto's meenemen.", "Een veer mag ten hoogste 40 auto's meenemen."),
        ("De inspectie bezoekt jaarlijks ruim 90 veren.", "De inspectie bezoekt elk jaar ruim 90 veren."),
        ("De pont is binnen een halfjaar hersteld.", "De pont is binnen een half jaar hersteld."),
        ("De proef is met een jaar verlengd.", "De proef is met één jaar verlengd."),
        ("Bijna driekwart van de ponten is oud.", "Bijna 75 procent van de ponten is oud."),
        (
            "Boven dat bedrag loopt de steun geleidelijk af.",
            "De steun loopt boven dat bedrag geleidelijk af.",
        ),
        (
            "De rederij heeft tegen dat besluit geen bezwaar gemaakt.",
            "De rederij heeft geen bezwaar gemaakt tegen dat besluit.",
        ),
        (
            "Wegens het ontbreken van vesten legde de inspectie de rederij een boete op.",
            "De inspectie legde de rederij een boete op wegens het ontbreken van vesten.",
        ),
        (
            "De minister wees het verzoek van de rederij af. De rederij heeft tegen dat besluit niets gedaan.",
            "Tegen dat besluit heeft de rederij niets gedaan.",
        ),
        (
            "De schipper waarschuwt reizigers als de wind draait. Vorig jaar gebeurde dat vaak.",
            "Als de wind draait, waarschuwt de schipper reizigers.",
        ),
    ],
)
def test_the_same_in_another_order_or_in_equal_words(evidence: str, text: str) -> None:
    result = judge(make_source(evidence), text, evidence)
    assert (result.reasons, result.verdict) == ((), StatementVerdict.SUPPORTED)


@pytest.mark.parametrize(
    ("evidence", "text"),
    [
        ("Een veer mag hoogstens 40 auto's meenemen.", "Een veer mag ten minste 40 auto's meenemen."),
        ("De inspectie bezoekt jaarlijks ruim 90 veren.", "De inspectie bezoekt elke maand ruim 90 veren."),
        ("Bijna driekwart van de ponten is oud.", "Bijna 25 procent van de ponten is oud."),
        (
            "Boven dat bedrag loopt de steun geleidelijk af.",
            "Onder dat bedrag loopt de steun geleidelijk af.",
        ),
        (
            "De rederij wees het verzoek van de minister af. De minister heeft tegen dat besluit niets gedaan.",
            "Tegen dat besluit heeft de rederij niets gedaan.",
        ),
        (
            "De schipper waarschuwt reizigers als de wind draait. Vorig jaar gebeurde dat vaak.",
            "Als de wind draait, waarschuwen reizigers de schipper.",
        ),
    ],
)
def test_another_bound_time_or_actor_in_another_order_is_refused(evidence: str, text: str) -> None:
    assert judge(make_source(evidence), text, evidence).verdict is StatementVerdict.UNSUPPORTED


@pytest.mark.parametrize(
    ("evidence", "text"),
    [
        (
            "Aan de boeren heeft de minister een veer beloofd.",
            "De boeren hebben de minister een veer beloofd.",
        ),
        ("De bond eist van het bedrijf een hoger loon.", "Het bedrijf eist van de bond een hoger loon."),
        ("De raad besloot dat de schipper de kaart intrekt.", "De raad trekt de kaart in."),
        ("Het college vroeg om advies, omdat de reizigers klaagden.", "De reizigers vroegen om advies."),
    ],
)
def test_who_it_is_done_to_is_not_who_does_it(evidence: str, text: str) -> None:
    assert judge(make_source(evidence), text, evidence).verdict is StatementVerdict.UNSUPPORTED


def test_a_negation_in_another_place_is_to_be_read_and_contradicts_nothing() -> None:
    line = "Een besluit over de pont is nog niet genomen."
    assert (
        judge(make_source(line), "Over de pont is nog geen besluit genomen.", line).method.value
        == "not shown"
    )
    assert (
        judge(make_source(line), "Een besluit over de pont is genomen.", line).method.value == "contradicted"
    )


def test_joined_sentences_with_a_quote_each(source: Source) -> None:
    joined = f"{RULE.rstrip('.')} en volgens de inspectie{FACT.removeprefix('Volgens de inspectie')}"
    assert judge(source, joined, RULE, FACT).verdict is StatementVerdict.SUPPORTED


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        pytest.param("2,5", "3,5", LINE, id="amount"),
        pytest.param("miljoen", "miljard", LINE, id="scale"),
        pytest.param("€ 2,5 miljoen", "2,5 miljoen dollar", LINE, id="currency"),
        pytest.param("17 mei", "18 mei", LINE, id="day"),
        pytest.param("mei", "juni", LINE, id="month"),
        pytest.param("2023", "2022", LINE, id="year"),
        pytest.param("Justitie en Veiligheid", "Financiën", LINE, id="ministry"),
        pytest.param("Justitie en Veiligheid", "Justitie", LINE, id="half a ministry"),
        pytest.param("Minister van", "Staatssecretaris van", LINE, id="office"),
        pytest.param("niet ", "", RULE, id="negation removed"),
        pytest.param("niet ", "wel ", RULE, id="negation turned"),
        pytest.param("kan", "zal", RULE, id="modality"),
        pytest.param("kan", "moet", RULE, id="modality stronger"),
        pytest.param(", tenzij de gemeente Duinwijk daarom vraagt", "", RULE, id="condition dropped"),
        pytest.param("tenzij", "omdat", RULE, id="condition turned"),
        pytest.param("Duinwijk", "Zandvoort", RULE, id="name"),
        pytest.param("provincie", "gemeente", RULE, id="actor used twice"),
        pytest.param("Volgens de inspectie heeft ongeveer", "Ongeveer", FACT, id="attribution dropped"),
        pytest.param("ongeveer ", "", FACT, id="limit dropped"),
        pytest.param("mogelijk ", "", FACT, id="hedge dropped"),
        pytest.param("alle ", "sommige ", FACT, id="quantity"),
        pytest.param("procent", "promille", FACT, id="unit"),
        pytest.param("heeft in maart", "heeft niet in maart", MOVE, id="negation added"),
        pytest.param("gemeld.", "gemeld, wat tot extra kosten leidde.", MOVE, id="invented clause"),
    ],
)
def test_altered(source: Source, old: str, new: str, sentence: str) -> None:
    altered = sentence.replace(old, new, 1)
    assert altered != sentence
    result = judge(source, altered, sentence)
    assert result.verdict is StatementVerdict.UNSUPPORTED
    assert result.reasons


@pytest.mark.parametrize(
    "text",
    [
        (
            "De inspectie heeft in maart het rapport van de politie aan de gemeente gestuurd "
            "en ik heb dit gemeld."
        ),
        (
            "De gemeente heeft in maart het rapport van de inspectie aan de politie gestuurd "
            "en ik heb dit gemeld."
        ),
        "In maart heeft de gemeente het rapport van de inspectie aan de politie gestuurd.",
    ],
)
def test_swapped_actors(source: Source, text: str) -> None:
    assert judge(source, text, MOVE).verdict is StatementVerdict.UNSUPPORTED


def test_numbers_that_change_places() -> None:
    source = make_source("In 2022 voeren er 12 veerponten en in 2023 voeren er 15 veerponten.")
    for text in (
        "In 2022 voeren er 15 veerponten en in 2023 voeren er 12 veerponten.",
        "In 2023 voeren er 12 veerponten en in 2022 voeren er 15 veerponten.",
        "In 2022 voeren er 15 veerponten.",
    ):
        assert judge(source, text, source.body).verdict is StatementVerdict.UNSUPPORTED, text
    kept = "In 2023 voeren er 15 veerponten en in 2022 voeren er 12 veerponten."
    assert judge(source, kept, source.body).verdict is StatementVerdict.SUPPORTED


def test_a_word_from_the_next_sentence_may_not_creep_in(source: Source) -> None:
    quote = f"{RULE} {FACT}"
    assert judge(source, RULE.replace("Duinwijk", "Duinwijk mogelijk"), quote).verdict is (
        StatementVerdict.UNSUPPORTED
    )
    assert (
        judge(source, "De provincie kan de veerpont overtreden.", quote).verdict
        is StatementVerdict.UNSUPPORTED
    )


def test_a_quote_may_not_hide_the_negation_in_front_of_it() -> None:
    source = make_source("Ik ben niet van plan om de veerpont bij Duinwijk te sluiten.")
    result = judge(
        source,
        "Ik ben van plan om de veerpont bij Duinwijk te sluiten.",
        "van plan om de veerpont bij Duinwijk te sluiten",
    )
    assert result.verdict is StatementVerdict.UNSUPPORTED
    assert any("niet" in reason for reason in result.reasons)


def test_quotes_that_do_not_hold(source: Source) -> None:
    other = make_source("De haven is dit jaar gesloten voor onderhoud.", numbers=(5,))
    sources = (source, other)

    def reasons(quote: str) -> str:
        citation = Citation(source.document.id, source.numbers, quote)
        result = check(Statement(RULE, (citation,)), sources)
        assert result.verdict is StatementVerdict.UNSUPPORTED
        return " ".join(result.reasons)

    assert "niet letterlijk" in reasons("De provincie kan de veerpont zeker sluiten wanneer zij wil.")
    assert "samengesteld" in reasons(
        "De provincie kan de veerpont niet sluiten, de regels mogelijk overtreden."
    )
    assert "samengesteld" in reasons(
        "De provincie kan de veerpont ... tenzij de gemeente Duinwijk daarom vraagt."
    )
    assert "niet in de genoemde bron" in reasons("De haven is dit jaar gesloten voor onderhoud.")
    assert "leeg" in reasons("  ")


def test_somebody_elses_citation(source: Source) -> None:
    assert judge(source, RULE, FACT).verdict is StatementVerdict.UNSUPPORTED


def test_without_citation_or_with_an_unknown_source(source: Source) -> None:
    assert check(Statement(RULE), (source,)).verdict is StatementVerdict.UNCITED
    result = check(Statement(RULE, (Citation("ah-tk-20232024-1", (1,), RULE),)), (source,))
    assert "gekozen bronnen" not in result.reasons[0] or result.verdict is StatementVerdict.UNSUPPORTED
    assert result.verdict is StatementVerdict.UNSUPPORTED


def test_the_fixed_phrase_in_front_claims_a_date(source: Source) -> None:
    dated = replace(source, document=make_card(day=date(2024, 5, 17)))
    assert judge(dated, f"Zoals op 17 mei 2024 aan uw Kamer is gemeld: {RULE}", RULE).verdict is (
        StatementVerdict.SUPPORTED
    )
    assert (
        judge(dated, f"Zoals eerder aan uw Kamer is gemeld: {RULE}", RULE).verdict
        is StatementVerdict.SUPPORTED
    )
    wrong = judge(dated, f"Zoals op 17 juni 2024 aan uw Kamer is gemeld: {RULE}", RULE)
    assert wrong.verdict is StatementVerdict.UNSUPPORTED
    assert "17 mei 2024" in wrong.reasons[0]
    invented = judge(dated, f"Zoals de Raad van State heeft gemeld: {RULE}", RULE)
    assert invented.verdict is StatementVerdict.UNSUPPORTED


def test_typography_does_not_matter() -> None:
    source = make_source(
        "Het «hand aan de kraan»-principe geldt sinds 2006 – ook voor de\nveer-\npont van Duinwijk."
    )
    quote = 'Het "hand aan de kraan"-principe geldt sinds 2006 - ook voor de veerpont van Duinwijk.'
    assert judge(source, quote, quote).verdict is not StatementVerdict.UNCITED
    resolved = judge(source, quote, quote).statement.citations[0]
    assert resolved.span is not None and resolved.span.start == source.body_span.start


TWO = make_source(
    "De veerponten varen alleen overdag. De rederij krijgt 4 miljoen euro subsidie.",
    question="Hoe gaat het met de overtocht?",
)
HOURS, SUBSIDY = (
    Statement(text, (Citation(TWO.document.id, TWO.numbers, text),))
    for text in ("De veerponten varen alleen overdag.", "De rederij krijgt 4 miljoen euro subsidie.")
)
FALSE_SUBSIDY = replace(SUBSIDY, text="De rederij krijgt 5 miljoen euro subsidie.")
FALSE_HOURS = replace(HOURS, text="De veerponten varen niet alleen overdag.")
ASKED = make_selection("Varen de veerponten alleen overdag, en hoeveel subsidie krijgt de rederij?", [TWO])


def whole(*statements: Statement, question: str | None = None, **told: object) -> tuple[str, int]:
    selection = ASKED if question is None else make_selection(question, [TWO])
    draft = Draft(selection, statements, AnswerVerdict.ANSWERED, (), Provenance("stated"))
    result = verify(replace(draft, **told))
    return result.verdict.value, len(result.missing)


def test_what_remains_decides_how_far_the_question_is_answered() -> None:
    assert whole(HOURS, SUBSIDY) == ("answered", 0)
    assert whole(HOURS, SUBSIDY, FALSE_HOURS) == ("partial", 0), "a sentence that fails stands in the text"
    own = replace(FALSE_HOURS, author=Author.PERSON, own_account="Zo is het afgesproken.")
    assert whole(HOURS, SUBSIDY, own) == ("answered", 0), "a person answers for it"
    verdict, missing = whole(HOURS, FALSE_SUBSIDY)
    assert (verdict, missing) == ("partial", 1), "only the failed sentence spoke of the subsidy"
    assert whole(FALSE_HOURS, FALSE_SUBSIDY) == ("unanswerable", 2)
    assert whole() == ("unanswerable", 0)


def test_what_the_draft_itself_missed_stays_missing() -> None:
    assert whole(HOURS, missing=("hoeveel subsidie",)) == ("partial", 1)
    assert whole(HOURS, SUBSIDY, FALSE_HOURS, missing=("en waarom",)) == ("partial", 1)
    assert whole(HOURS, SUBSIDY, verdict=AnswerVerdict.PARTIAL) == ("partial", 0)


def test_a_draft_without_its_question_is_partial_as_soon_as_a_sentence_fails() -> None:
    assert whole(HOURS, SUBSIDY, question="") == ("answered", 0)
    assert whole(HOURS, SUBSIDY, FALSE_HOURS, question="") == ("partial", 0)
    assert whole(FALSE_HOURS, question="") == ("unanswerable", 0)


def test_what_broke_off_is_at_most_partial() -> None:
    assert whole(HOURS, SUBSIDY, complete=False) == ("partial", 0)


def test_the_same_draft_gets_the_same_verification(source: Source) -> None:
    good = Statement(RULE, (Citation(source.document.id, source.numbers, RULE),))
    bad = Statement(RULE.replace("kan", "zal"), good.citations)
    selection = make_selection(sources=[source])
    draft = Draft(selection, (good, bad), AnswerVerdict.ANSWERED, (), Provenance("test"))
    result = verify(draft)
    assert [c.statement.text for c in result.shown] == [RULE]
    assert verify(replace(draft, statements=(bad,))).verdict is AnswerVerdict.UNANSWERABLE
    assert verify(draft) == result
