"""Deleting a dossier and destroying what is past its term: with rights and a reason; only the log stays."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text, update
from sqlalchemy.pool import NullPool
from typer.testing import CliRunner
from web_office import EVERYTHING, Office, form_token

from learninglion.cli import app
from learninglion.database.engine import now
from learninglion.models import Actor, Role
from learninglion.models.errors import InputError, PermissionDeniedError, UnknownReferenceError
from learninglion.record.tables import dossiers
from learninglion.workflow.retention import Terms
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
    board = str(noor.post(str(checked.url), data=data).url)
    own = {"own-title": "Nota", "own-text": f"Er is 12 kilo {SECRET} opgeslagen.", "may-use": "1"}
    noor.post(f"{board}/own-sources", data={"csrf": csrf, **own})
    page = noor.post(board.split("/questions")[0] + "/draft", data={"csrf": csrf})
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


def test_what_is_past_its_term_is_listed_and_destroyed_at_once(archive: Office) -> None:
    baas = archive.browser("baas")
    assert "niets ouder" in baas.get("/manage/retention").text
    dossier_id = make_dossier(archive)
    assert "niets ouder" in baas.get("/manage/retention").text
    age(archive, 20)
    page = baas.get("/manage/retention").text
    assert "0 dossiers en 1 set in bewerking" in page and dossier_id not in page
    age(archive, 31)
    page = baas.get("/manage/retention").text
    assert "1 dossier en 1 set in bewerking" in page and dossier_id in page
    form = {"csrf": form_token(baas), "reason": "selectielijst 12.3"}
    assert baas.post("/manage/retention", data=form).status_code == 400
    done = baas.post("/manage/retention", data={**form, "sure": "1"})
    while "/manage/jobs/" in str(done.url):  # long work; its page goes on to the outcome
        done = baas.get(str(done.url))
    assert "Vernietigd: 1 dossier en" in done.text
    assert not left_in_database(archive)


def test_a_set_of_a_held_dossier_stays_too(archive: Office) -> None:
    held = make_dossier(archive)
    make_dossier(archive)
    age(archive, 31)
    retention, terms = archive.workplace.retention, Terms(0, 10)
    retention.hold(held, reason="enquete", actor=EVERYTHING)
    assert retention.destroy_overdue(terms, reason="proef", actor=EVERYTHING).works == 1
    noor = Actor("noor", frozenset({Role.DRAFTER}))
    assert [card.dossier for card in archive.workplace.sets.list(noor)] == [held]
    retention.release(held, reason="afgelopen", actor=EVERYTHING)
    assert retention.destroy_overdue(terms, reason="proef", actor=EVERYTHING).works == 1
    assert archive.workplace.sets.list(noor) == ()


def test_without_a_term_nothing_goes_and_only_administrators_may(archive: Office) -> None:
    make_dossier(archive)
    age(archive, 10_000)
    workplace = archive.workplace
    assert workplace.retention.find_overdue(Terms(), actor=EVERYTHING).dossiers == ()
    assert workplace.retention.destroy_overdue(Terms(), reason="proef", actor=EVERYTHING).dossiers == 0
    with pytest.raises(InputError):
        workplace.retention.destroy_overdue(Terms(1, 1), reason=" ", actor=EVERYTHING)
    with pytest.raises(PermissionDeniedError):
        workplace.retention.destroy_overdue(
            Terms(1, 1), reason="x", actor=Actor("noor", frozenset({Role.DRAFTER}))
        )
    assert len(workplace.retention.find_overdue(Terms(1, 1), actor=EVERYTHING).dossiers) == 1


@pytest.fixture
def at_home(archive: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name in [n for n in os.environ if n.startswith("LEARNINGLION_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LEARNINGLION_HOME", str(archive.settings.home))
    yield archive.settings.home


def test_the_command_line_lists_deletes_and_destroys(archive: Office, at_home: Path) -> None:
    first = make_dossier(archive)
    run = CliRunner().invoke
    assert "geen bewaartermijn" in run(app, ["dossier", "overdue"]).output
    assert run(app, ["dossier", "destroy", "--reason", "x", "--yes"]).exit_code != 0
    assert run(app, ["dossier", "delete", first, "--reason", "dubbel"], input="n\n").exit_code != 0
    assert archive.workplace.dossiers.load(first, EVERYTHING)
    assert run(app, ["dossier", "delete", first, "--reason", "dubbel", "--yes"]).exit_code == 0
    second = make_dossier(archive)
    age(archive, 31)
    (at_home / "settings.toml").write_text("[retention]\ndossier_days = 30\nwork_days = 10\n")
    assert second in run(app, ["dossier", "overdue"]).output
    done = run(app, ["dossier", "destroy", "--reason", "selectielijst", "--yes"])
    assert "1 dossier en 1 set in bewerking" in done.output
    assert not left_in_database(archive)
