"""Personal data from intake to draft: told, covered or refused; found and erased again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from learninglion.models import Actor, QuestionSet, Role, SubQuestion
from learninglion.models.errors import InputError, PermissionDeniedError
from learninglion.models.plain import canonical_json
from learninglion.workflow import FileStatus, Workplace, WorkplaceOptions, working
from learninglion.workflow.intake import PersonalPolicy
from learninglion.workflow.retention import Outcome

BOSS = Actor("beheer", frozenset(Role))
NOOR = Actor("noor", frozenset({Role.DRAFTER}))
BSN, IBAN = "111222333", "NL91 ABNA 0417 1643 00"
TEXT = (
    f"Brief over de regeling\n\nHaar burgerservicenummer is {BSN} en het geld ging naar rekening {IBAN}. "
    "Mevrouw Q. Vinkenoog wacht op een besluit over de regeling.\n"
)
ASKED = QuestionSet("", (SubQuestion((1,), "Naar welke rekening ging het geld van de regeling?"),))


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    with working(WorkplaceOptions(home=tmp_path / "home", isolate=False)) as opened:
        yield opened


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "brief.txt"
    path.write_text(TEXT, "utf-8")
    return path


def drafted(workplace: Workplace) -> str:
    offers = workplace.searching.offer(ASKED, actor=BOSS)
    selections = workplace.drafts.select_automatically(ASKED, offers, threshold=0.0)
    return canonical_json(workplace.drafts.draft(ASKED, selections, actor=BOSS))


def test_intake_tells_how_much_and_never_which(workplace: Workplace, letter: Path) -> None:
    (result,) = workplace.intake.ingest([letter], actor=BOSS).results
    assert dict(result.personal) == {"bsn": 1, "iban": 1, "name": 1}
    assert any("1 burgerservicenummer" in warning for warning in result.warnings)
    logged = canonical_json(workplace.log.entries(BOSS))
    assert '"bsn":1' in logged
    assert BSN not in logged and "0417 1643" not in logged and "04171643" not in logged


def test_a_number_is_never_shown_as_supported(workplace: Workplace, letter: Path) -> None:
    workplace.intake.ingest([letter], actor=BOSS)
    offers = workplace.searching.offer(ASKED, actor=BOSS)
    dossier = workplace.drafts.draft(
        ASKED, workplace.drafts.select_automatically(ASKED, offers, threshold=0.0), actor=BOSS
    )
    shown = [c.statement.text for v in dossier.verifications for c in v.shown]
    apart = [c for v in dossier.verifications for c in v.failed if BSN in c.statement.text]
    assert not any(BSN in text or IBAN in text for text in shown)
    assert all("burgerservicenummer" in " ".join(check.reasons) for check in apart)


def test_a_collection_that_covers_gives_models_nothing_and_readers_all(
    workplace: Workplace, letter: Path
) -> None:
    workplace.intake.describe_collection("default", "", personal=PersonalPolicy.MASK, actor=BOSS)
    (result,) = workplace.intake.ingest([letter], actor=BOSS).results
    seen = drafted(workplace)
    assert "█bsn1" in seen
    for secret in (BSN, IBAN, "Vinkenoog"):
        assert secret not in seen
    assert BSN in workplace.documents.find(result.document_id, NOOR).text
    assert BSN in workplace.documents.sources_of(result.document_id, NOOR)[0].body


def test_what_a_document_tells_of_itself_is_covered_too(workplace: Workplace, tmp_path: Path) -> None:
    path = tmp_path / "brief.txt"
    path.write_text(
        "Brief over de regeling\n\nAuteur: mevrouw Q. Vinkenoog\n\nDe regeling gaat door.\n", "utf-8"
    )
    workplace.intake.ingest([path], actor=BOSS)
    asked = "Wie is de auteur van deze brief?"
    assert "Vinkenoog" in workplace.asking.ask(asked, actor=NOOR).answers[0].quote
    workplace.intake.describe_collection("default", "", personal=PersonalPolicy.MASK, actor=BOSS)
    assert "Vinkenoog" not in canonical_json(workplace.asking.ask(asked, actor=NOOR))


def test_covering_later_changes_what_search_gives(workplace: Workplace, letter: Path) -> None:
    workplace.intake.ingest([letter], actor=BOSS)
    assert BSN in drafted(workplace)
    workplace.intake.describe_collection("default", "", personal=PersonalPolicy.MASK, actor=BOSS)
    assert BSN not in drafted(workplace)
    assert not workplace.indexing.check().problem


def test_a_collection_can_refuse(workplace: Workplace, letter: Path) -> None:
    workplace.intake.describe_collection("dicht", "", personal=PersonalPolicy.REFUSE, actor=BOSS)
    (result,) = workplace.intake.ingest([letter], collection="dicht", actor=BOSS).results
    assert result.status is FileStatus.FAILED
    assert "1 burgerservicenummer" in result.detail and BSN not in result.detail
    assert workplace.documents.list(BOSS) == ()


def test_a_person_is_found_everywhere_and_erased(workplace: Workplace, letter: Path) -> None:
    workplace.intake.ingest([letter], actor=BOSS)
    drafted(workplace)
    typed = {"text": f"Mevrouw Vinkenoog belde over {IBAN}."}
    workplace.working_texts.keep("/dossiers/dossier-1/questions/0", typed, actor=BOSS)
    found = workplace.persons.find("vinkenoog", actor=BOSS)
    assert set(found.counts()) == {"document", "dossier", "typed"}
    assert workplace.persons.find(IBAN.replace(" ", ""), actor=BOSS).counts() == found.counts()
    done = workplace.persons.erase("Vinkenoog", reason="verzoek van betrokkene", actor=BOSS)
    assert {place.outcome for place in done.places} == {Outcome.ERASED}
    assert done.vectors > 0
    assert workplace.persons.find("Vinkenoog", actor=BOSS).places == ()
    files = [p for p in (letter.parent / "home").rglob("*") if p.is_file() and b"inkenoog" in p.read_bytes()]
    assert not files  # nor in what the database does not use any more
    assert "inkenoog" not in canonical_json(workplace.log.entries(BOSS))
    assert workplace.log.verify(BOSS).ok


def test_dossiers_can_be_kept_for_the_archive(workplace: Workplace, letter: Path) -> None:
    workplace.intake.ingest([letter], actor=BOSS)
    drafted(workplace)
    done = workplace.persons.erase("Vinkenoog", reason="verzoek", keep_dossiers=True, actor=BOSS)
    assert {(p.what, p.outcome) for p in done.places} == {
        ("document", Outcome.ERASED),
        ("dossier", Outcome.KEPT),
    }


def test_only_an_administrator_looks_for_persons(workplace: Workplace) -> None:
    with pytest.raises(PermissionDeniedError):
        workplace.persons.find("Vinkenoog", actor=NOOR)
    with pytest.raises(InputError):
        workplace.persons.find("de", actor=BOSS)
