"""What met the question: sentences and words of the source, on fictional texts."""

from __future__ import annotations

import pytest

from learninglion.dutch.questions import is_filler, subject_of
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
from learninglion.search.search import explain
from learninglion.search.synonyms import read_synonyms

ASKED = "Bent u bereid de regels voor opslag van vuurwerk aan te scherpen? Zo nee, waarom niet?"
ANSWER = (
    "Zoals bekend hecht het kabinet aan veiligheid. De vuurwerkopslag in woonwijken wordt jaarlijks "
    "gecontroleerd door de omgevingsdienst. Het OM vervolgt overtreders. Ik wacht "
    "de uitkomst van het overleg af."
)
TEXT = f"Vraag 1\n{ASKED}\nAntwoord 1\n{ANSWER}"


def hit(text: str = TEXT, asked: str = ASKED, answer: str = ANSWER) -> Hit:
    body = Span(text.index(answer), text.index(answer) + len(answer))
    question = Span(text.index(asked), text.index(asked) + len(asked)) if asked else None
    card = DocumentCard("ah-tk-20302031-1", "Voorbeeld", DocumentKind.KAMERVRAGEN)
    source = Source("ah-tk-20302031-1#1", card, SourceKind.PAIR, answer, body, 1, (1,), asked, question)
    passage = Passage(f"{source.id}/1", source.id, card.id, answer, body, 1, PassageKind.ANSWER)
    return Hit(source, passage, 1, 0.5)


def test_the_sentence_that_answers_is_marked_at_its_place_in_the_document() -> None:
    explained = explain(hit(), "Hoe vaak controleert de omgevingsdienst de opslag van vuurwerk?")
    marked = [span.of(TEXT) for span in explained.matched]
    assert "De vuurwerkopslag in woonwijken wordt jaarlijks gecontroleerd door de omgevingsdienst." in marked
    assert "Ik wacht de uitkomst van het overleg af." not in marked
    assert 1 <= len(marked) <= 3
    assert list(explained.matched) == sorted(explained.matched)


def test_words_are_printed_as_they_stand_and_a_compound_meets_both_its_parts() -> None:
    explained = explain(hit(), "Hoe vaak controleert de omgevingsdienst de opslag van vuurwerk?")
    words = explained.matched_words
    assert words.index("vuurwerkopslag") < words.index("opslag")
    assert {"omgevingsdienst", "opslag", "vuurwerk"} <= set(explained.matched_words)


@pytest.mark.parametrize(
    "question",
    [
        "Bent u bereid dit te doen? Zo nee, waarom niet?",
        "Kunt u aangeven wat hiervan de reden is, en hoe u dit gaat doen?",
        "Deelt u de mening dat dit niet kan?",
    ],
)
def test_the_way_of_asking_matches_nothing(question: str) -> None:
    explained = explain(hit(), question)
    assert explained.matched_words == ()
    assert explained.matched == ()


def test_an_office_is_no_preposition() -> None:
    assert explain(hit(), "Wat doet het OM?").matched_words == ("OM",)
    assert "om" not in explain(hit(answer="Ik doe dit om redenen.", text="Ik doe dit om redenen.", asked=""),
                               "Wat doet het OM?").matched_words  # fmt: skip


def test_words_that_only_end_alike_do_not_match() -> None:
    text = "De verplichting vervalt per direct."
    explained = explain(hit(text, "", text), "Wat is de inrichting van het gebied?")
    assert explained.matched_words == ()


def test_the_introduction_names_the_subject_but_the_question_decides() -> None:
    text = "Het vliegveld ligt in de polder. De geluidshinder neemt toe."
    explained = explain(hit(text, "", text), "Neemt de geluidshinder toe?", "Vragen over het vliegveld")
    assert explained.matched_words == ("geluidshinder", "vliegveld")
    assert [s.of(text) for s in explained.matched] == ["De geluidshinder neemt toe."]


def test_a_source_without_answer_or_question_is_no_problem() -> None:
    empty = hit("Vraag 1", "", "")
    assert explain(empty, "vuurwerk").matched == ()


def test_nothing_else_changes_and_the_same_comes_out_again() -> None:
    before = hit()
    after = explain(before, "opslag van vuurwerk", "inleiding")
    assert (after.source, after.passage, after.rank, after.score) == (
        before.source,
        before.passage,
        before.rank,
        before.score,
    )
    assert explain(before, "opslag van vuurwerk", "inleiding") == after


def test_loose_signs_and_odd_letters_do_not_disturb() -> None:
    text = "Het ging om ½ kilo 🎆 vuurwerk\x00 in de straat."
    assert explain(hit(text, "", text), "½ kilo vuurwerk 🎆").matched_words[0] == "vuurwerk"


def test_turns_of_phrase_go_and_the_subject_stays() -> None:
    assert subject_of("Bent u bekend met het bericht «Opslag in wijken»?").split() == [
        "«Opslag",
        "in",
        "wijken»?",
    ]
    assert "stikstof" in subject_of("Deelt u de mening dat stikstof telt?")
    assert is_filler("om")
    assert not is_filler("OM")


def test_a_word_that_a_synonym_brought_in_is_told() -> None:
    known = read_synonyms("knalwerk = vuurwerk\nwaakhond = omgevingsdienst")
    question = "Wie controleert de opslag van knalwerk?"
    explained = explain(hit(), question, stand_ins=known.stand_ins(question))
    told = {(s.word, s.asked) for s in explained.through_synonyms}
    assert ("vuurwerk", "knalwerk") in told
    assert {word for word, _ in told} <= set(explained.matched_words)
    assert "opslag" not in {word for word, _ in told}
    assert "omgevingsdienst" not in explained.matched_words
    assert explain(hit(), question).through_synonyms == ()


def test_what_the_question_says_itself_is_not_put_down_to_a_synonym() -> None:
    known = read_synonyms("knalwerk = vuurwerk")
    question = "Wat is knalwerk, en wat is vuurwerk?"
    assert explain(hit(), question, stand_ins=known.stand_ins(question)).through_synonyms == ()
