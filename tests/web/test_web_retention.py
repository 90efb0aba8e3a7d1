"""Deleting a dossier and destroying what is past its term: with rights and a reason; only the log stays."""

from __future__ import annotations

import io
import os
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text, update
from sqlalchemy.pool import NullPool
from typer.testing import CliRunner
from web_office import EVERYTHING, Office, documents, form_token

from learninglion.cli import app
from learninglion.compliance.archive_package import ArchiveTerms
from learninglion.database.engine import now
from learninglion.models import Actor, Filters, QuestionSet, Role, SubQuestion
from learninglion.models.errors import InputError, PermissionDeniedError, UnknownReferenceError
from learninglion.record.dossiers import dossiers
from learninglion.store.schema import versions
from learninglion.workflow.retention import APPROVED, DRAFT, WORK, Term
from learninglion.workflow.sets import works

SECRET = "zeldzaamwoord"
QUESTION = f"Hoeveel {SECRET} is er opgeslagen bij de winkelier?"


@pytest.fixture
def archive(make_office: Callable[..., Office]) -> Office:
    made = make_office(LEARNINGLION_RETENTION_DOSSIER_DAYS="30", LEARNINGLION_RETENTION_WORK_DAYS="10")
    made.person("noor", Role.DRAFTER)
    made.person("baas", Role.ADMINISTRATOR)
    return made


def make_dossier(archive: Office) -> str:
    noor = archive.browser("noor")
    csrf = form_token(noor)
    checked = noor.post("/sets/new", data={"csrf": csrf, "text": f"Over opslag.\n\nVraag 1\n{QUESTION}"})
    data = {"csrf": csrf, "introduction": "Over opslag.", "number-0": "1", "text-0": QUESTION}
    shortlist = str(noor.post(str(checked.url), data=data).url)
    own = {"own-title": "Nota", "own-text": f"Er is 12 kilo {SECRET} opgeslagen.", "may-use": "1"}
    noor.post(f"{shortlist}/own-sources", data={"csrf": csrf, **own})
    page = noor.post(shortlist.split("/questions")[0] + "/draft", data={"csrf": csrf})
    for _ in range(100):
        if "/dossiers/" in str(page.url):
            return str(page.url).rsplit("/", 1)[1]
        time.sleep(0.05)
        page = noor.get(str(page.url))
    raise AssertionError("the proposal did not come")


def database(archive: Office) -> Engine:
    return create_engine(f"sqlite:///{archive.settings.home / 'learninglion.db'}", poolclass=NullPool)


def age(archive: Office, days: int) -> None:
    with database(archive).begin() as connection:
        connection.execute(update(dossiers).values(changed_at=now() - timedelta(days=days)))
        connection.execute(update(works).values(changed=now() - timedelta(days=days)))


def left_in_database(archive: Office) -> bool:
    """Whether the secret word still stands in any file of the database."""
    with database(archive).connect() as connection:
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    files = archive.settings.home.glob("learninglion.db*")
    return any(SECRET.encode() in file.read_bytes() for file in files)


def test_an_administrator_deletes_a_dossier_and_no_word_of_it_stays(archive: Office) -> None:
    dossier_id = make_dossier(archive)
    assert left_in_database(archive)
    noor, baas = archive.browser("noor"), archive.browser("baas")
    assert dossier_id in noor.get(f"/dossiers/{dossier_id}/history").text
    address = "/manage/retention/dossier"
    assert noor.get(f"{address}?id={dossier_id}").status_code == 403
    form = {"dossier": dossier_id, "reason": "dubbel gemaakt", "sure": "1"}
    assert noor.post(address, data={"csrf": form_token(noor), **form}).status_code == 403
    page = baas.get(f"{address}?id={dossier_id}")
    assert page.status_code == 200 and "noor" in page.text and SECRET not in page.text
    csrf = form_token(baas)
    for left_out in ({"sure": ""}, {"reason": " "}):
        assert baas.post(address, data={"csrf": csrf, **form, **left_out}).status_code == 400
    assert archive.workplace.dossiers.load(dossier_id, EVERYTHING)
    done = baas.post(address, data={"csrf": csrf, **form})
    assert "voorgoed verwijderd" in done.text
    with pytest.raises(UnknownReferenceError):
        archive.workplace.dossiers.load(dossier_id, EVERYTHING)
    assert not left_in_database(archive)
    assert noor.get("/").status_code == 200
    told = [
        e
        for e in archive.workplace.log.entries(EVERYTHING, subject=dossier_id)
        if e.action == "dossier.delete"
    ]
    assert [(e.actor, e.details["reason"]) for e in told] == [("baas", "dubbel gemaakt")]
    assert not list(archive.workplace.log.misfits(EVERYTHING))
    assert archive.workplace.log.verify(EVERYTHING).ok


def test_one_dossier_has_a_category_of_the_selection_list_of_its_own(archive: Office) -> None:
    """It outlives the others, or goes earlier, also in the package; empty gives it the general term back."""
    kept, general = make_dossier(archive), make_dossier(archive)
    baas = archive.browser("baas")
    form = {"csrf": form_token(baas), f"days-{kept}": "3650", f"ground-{kept}": ""}
    assert baas.post("/manage/retention/terms", data=form).status_code == 400  # not without a ground
    page = baas.post("/manage/retention/terms", data={**form, f"ground-{kept}": "Selectielijst 7.1"}).text
    assert kept in page and "3.650 dagen" in page and "Selectielijst 7.1" in page
    assert 'value="3650"' in baas.get(f"/manage/retention/dossier?id={kept}").text
    age(archive, 40)
    retention = archive.workplace.retention
    assert [v.dossier_id for v in retention.find_overdue(actor=EVERYTHING).dossiers] == [general]
    terms = ArchiveTerms("Ministerie van Proef", "B", "geen")
    package = archive.workplace.dossiers.package(kept, terms, actor=EVERYTHING)
    with zipfile.ZipFile(io.BytesIO(package)) as files:
        told = " ".join(files.read(name).decode() for name in files.namelist() if name.endswith(".xml"))
    assert "<termijnLooptijd>P10Y</termijnLooptijd>" in told
    baas.post("/manage/retention/terms", data={"csrf": form["csrf"], f"days-{kept}": ""})
    assert not retention.own_terms(EVERYTHING)
    assert {v.dossier_id for v in retention.find_overdue(actor=EVERYTHING).dossiers} == {kept, general}
    retention.set_term(Term(general, 0, ""), actor=EVERYTHING)
    assert [v.dossier_id for v in retention.find_overdue(actor=EVERYTHING).dossiers] == [kept]
    with pytest.raises(UnknownReferenceError):
        retention.set_term(Term("dossier-nergens", 5, "x"), actor=EVERYTHING)


def test_what_is_past_its_term_is_listed_and_destroyed_at_once(archive: Office) -> None:
    baas = archive.browser("baas")
    assert "niets ouder" in baas.get("/manage/retention").text
    dossier_id = make_dossier(archive)
    assert "niets ouder" in baas.get("/manage/retention").text
    age(archive, 20)
    page = baas.get("/manage/retention").text
    assert "0 dossiers, 1 set in bewerking en 0 documenten" in page and dossier_id not in page
    age(archive, 31)
    page = baas.get("/manage/retention").text
    assert "1 dossier, 1 set in bewerking en 0 documenten" in page and dossier_id in page
    form = {"csrf": form_token(baas), "reason": "selectielijst 12.3"}
    assert baas.post("/manage/retention", data=form).status_code == 400
    done = baas.post("/manage/retention", data={**form, "sure": "1"})
    while "/manage/jobs/" in str(done.url):  # long work; its page goes on to the outcome
        done = baas.get(str(done.url))
    assert "Vernietigd: 1 dossier," in done.text
    assert not left_in_database(archive)


def test_a_set_of_a_held_dossier_stays_too(archive: Office) -> None:
    held = make_dossier(archive)
    make_dossier(archive)
    age(archive, 31)
    retention = archive.workplace.retention
    for category in (DRAFT, APPROVED):
        retention.set_term(Term(category), actor=EVERYTHING)
    retention.hold(held, reason="enquete", actor=EVERYTHING)
    assert retention.destroy_overdue(reason="proef", actor=EVERYTHING).works == 1
    noor = Actor("noor", frozenset({Role.DRAFTER}))
    assert [card.dossier for card in archive.workplace.sets.list(noor)] == [held]
    retention.release(held, reason="afgelopen", actor=EVERYTHING)
    assert retention.destroy_overdue(reason="proef", actor=EVERYTHING).works == 1
    assert archive.workplace.sets.list(noor) == ()


def test_without_a_term_nothing_goes_and_only_administrators_may(archive: Office) -> None:
    make_dossier(archive)
    age(archive, 10_000)
    retention, noor = archive.workplace.retention, Actor("noor", frozenset({Role.DRAFTER}))
    for category in (DRAFT, APPROVED, WORK):
        assert retention.set_term(Term(category), actor=EVERYTHING)
    assert not retention.find_overdue(actor=EVERYTHING)
    assert retention.destroy_overdue(reason="proef", actor=EVERYTHING).dossiers == 0
    with pytest.raises(PermissionDeniedError):
        retention.set_term(Term(DRAFT, 1, "1.2"), actor=noor)
    for wrong in (
        Term("verzinsel", 1, "1.2"),
        Term(DRAFT, -1, "1.2"),
        Term(DRAFT, 10**6, "1.2"),
        Term(DRAFT, 1),
    ):
        with pytest.raises(InputError):
            retention.set_term(wrong, actor=EVERYTHING)
    assert retention.set_term(Term(DRAFT, 1, "1.2"), actor=EVERYTHING)
    assert not retention.set_term(Term(DRAFT, 1, " 1.2 "), actor=EVERYTHING)
    with pytest.raises(InputError):
        retention.destroy_overdue(reason=" ", actor=EVERYTHING)
    with pytest.raises(PermissionDeniedError):
        retention.destroy_overdue(reason="x", actor=noor)
    assert len(retention.find_overdue(actor=EVERYTHING).dossiers) == 1


def test_an_administrator_sets_terms_and_holds_on_the_page(archive: Office) -> None:
    dossier_id = make_dossier(archive)
    age(archive, 31)
    baas, noor = archive.browser("baas"), archive.browser("noor")
    csrf, address = form_token(baas), "/manage/retention"
    assert dossier_id in baas.get(address).text
    terms = {"days-draft": "60", "ground-draft": "selectielijst 12.3", "days-approved": "3650"}
    assert baas.post(f"{address}/terms", data={"csrf": csrf, **terms}).status_code == 400  # without a ground
    assert baas.post(f"{address}/terms", data={"csrf": csrf, "days-draft": "veel"}).status_code == 400
    terms["ground-approved"] = "selectielijst 12.1"
    page = baas.post(f"{address}/terms", data={"csrf": csrf, **terms})
    assert "opgeslagen" in page.text and 'value="selectielijst 12.3"' in page.text
    assert dossier_id not in page.text  # 31 days, and the term is 60 now
    refused = noor.post(f"{address}/terms", data={"csrf": form_token(noor), **terms})
    assert refused.status_code == 403
    logged = [e for e in archive.workplace.log.entries(EVERYTHING) if e.action == "retention.term"]
    assert {(e.actor, e.subject, e.details["ground"]) for e in logged} >= {
        ("baas", "draft", "selectielijst 12.3")
    }
    age(archive, 61)
    baas.post(f"{address}/hold", data={"csrf": csrf, "dossier": dossier_id, "reason": "Woo-verzoek"})
    page = baas.get(address).text
    assert "maar vastgehouden" in page and "0 dossiers, 0 sets" not in page
    shown = baas.get(f"{address}/dossier?id={dossier_id}").text
    assert "Geef vrij" in shown and "Verwijder voorgoed" not in shown
    released = {"dossier": dossier_id, "reason": "afgehandeld", "release": "1"}
    baas.post(f"{address}/hold", data={"csrf": csrf, **released})
    assert (
        "1 dossier," in baas.get(address).text
        and "Houd vast" in baas.get(f"{address}/dossier?id={dossier_id}").text
    )


def test_documents_of_a_collection_go_after_their_term_unless_a_held_dossier_rests_on_them(
    archive: Office,
) -> None:
    workplace, retention = archive.workplace, archive.workplace.retention
    workplace.intake.ingest(documents()[:2], actor=EVERYTHING)
    cards = [card.id for card in workplace.documents.list(EVERYTHING)]
    workplace.intake.ingest(documents()[:1], collection="proef", actor=EVERYTHING)
    twice = next(c.id for c in workplace.documents.list(EVERYTHING, filters=Filters(collections=("proef",))))
    retention.set_term(Term("collection:proef", 30, "selectielijst 7"), actor=EVERYTHING)
    assert not retention.find_overdue(actor=EVERYTHING).documents
    with database(archive).begin() as connection:
        connection.execute(update(versions).values(stored_at=now() - timedelta(days=31)))
    (old,) = retention.find_overdue(actor=EVERYTHING).documents
    assert (old.document_id, old.collection) == (twice, "proef")
    asked = QuestionSet("", (SubQuestion((1,), "Hoeveel vuurwerk is in beslag genomen?"),))
    offers = workplace.searching.offer(asked, filters=Filters(documents=(twice,)), actor=EVERYTHING)
    chosen = workplace.drafts.select_automatically(asked, offers, threshold=0.0)
    dossier = workplace.drafts.draft(asked, chosen, actor=EVERYTHING)
    retention.hold(dossier.id, reason="enquete", actor=EVERYTHING)
    overdue = retention.find_overdue(actor=EVERYTHING)
    assert not overdue.documents and twice in overdue.held
    retention.release(dossier.id, reason="voorbij", actor=EVERYTHING)
    assert retention.destroy_overdue(reason="termijn", actor=EVERYTHING).documents == 1
    assert [card.id for card in workplace.documents.list(EVERYTHING)] == cards  # it stands in another one too
    assert not workplace.documents.list(EVERYTHING, filters=Filters(collections=("proef",)))
    told = retention.declaration(now() - timedelta(hours=1), actor=EVERYTHING)
    assert twice in told and "Het logboek is heel" in told
    retention.set_term(Term("collection:default", 30, "selectielijst 7"), actor=EVERYTHING)
    gone = retention.destroy_overdue(reason="termijn", actor=EVERYTHING)
    assert gone.documents == len(cards) and not workplace.documents.list(EVERYTHING)
    assert not workplace.searching.search("vuurwerk", actor=EVERYTHING)
    assert workplace.log.verify(EVERYTHING).ok and not list(workplace.log.misfits(EVERYTHING))


@pytest.fixture
def at_home(archive: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name in [n for n in os.environ if n.startswith("LEARNINGLION_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LEARNINGLION_HOME", str(archive.settings.home))
    yield archive.settings.home


def test_the_command_line_shows_first_and_destroys_with_a_reason(archive: Office, at_home: Path) -> None:
    first = make_dossier(archive)
    run = CliRunner().invoke
    assert run(app, ["retention", "run"]).exit_code == 1  # no term, so nothing can be over it
    assert run(app, ["dossier", "delete", first, "--reason", "dubbel"], input="n\n").exit_code != 0
    assert archive.workplace.dossiers.load(first, EVERYTHING)
    assert run(app, ["dossier", "delete", first, "--reason", "dubbel", "--yes"]).exit_code == 0
    second = make_dossier(archive)
    age(archive, 31)
    assert run(app, ["retention", "set", "draft", "--days", "30"]).exit_code == 1
    for category, days in (("draft", "30"), ("work", "10")):
        command = ["retention", "set", category, "--days", days, "--ground", "selectielijst 12.3"]
        assert "Vastgelegd" in run(app, command).output
    assert "draft  30 dagen  (selectielijst 12.3)" in run(app, ["retention", "terms"]).output
    assert run(app, ["retention", "run", "--yes"]).exit_code == 2
    shown = run(app, ["retention", "run"])
    assert second in shown.output and "1 dossier, 1 set in bewerking en 0 documenten" in shown.output
    assert run(app, ["retention", "run", "--reason", "selectielijst"], input="n\n").exit_code != 0
    assert archive.workplace.dossiers.load(second, EVERYTHING)
    done = run(app, ["retention", "run", "--reason", "selectielijst", "--yes"])
    assert "Vernietigd: 1 dossier, 1 set in bewerking" in done.output
    assert not left_in_database(archive)


def test_wherever_an_administrator_reads_of_others_a_line_stays(archive: Office, at_home: Path) -> None:
    archive.person("allebei", *Role)  # who only looks after the place gets no dossier to see at all
    dossier, boss = make_dossier(archive), archive.browser("allebei")

    def last_line() -> tuple[str, str, str]:
        entry = archive.workplace.log.entries(EVERYTHING)[0]
        return entry.action, entry.actor, entry.subject

    for address, action, subject in (
        (f"/manage/retention/dossier?id={dossier}", "read.dossier", dossier),
        ("/manage/people", "read.people", ""),
        (f"/dossiers/{dossier}", "read.dossier", dossier),
        ("/manage/log", "read.log", ""),
        (f"/dossiers/{dossier}/history", "read.dossier", dossier),
    ):
        assert boss.get(address).status_code == 200
        assert last_line() == (action, "allebei", subject), address
    listed = CliRunner().invoke(app, ["users", "list"])
    action, who, _ = last_line()
    assert "noor: drafter" in listed.output and action == "read.people" and who != "allebei"
