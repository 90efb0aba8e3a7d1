"""Who came in, and what administrators looked into, stands in the log; a package can be checked."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from learninglion.compliance.archive_package import ArchiveTerms, verify_package
from learninglion.models import Actor, QuestionSet, Role, SubQuestion
from learninglion.models.errors import InputError
from learninglion.sample import sample_documents
from learninglion.workflow import Workplace, WorkplaceOptions, working

BOSS = Actor("beheer", frozenset(Role))
NOOR = Actor("noor", frozenset({Role.DRAFTER}))
TERMS = ArchiveTerms("Ministerie van Proef", "V", "geen", "P10Y")


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    with working(WorkplaceOptions(home=tmp_path / "home", isolate=False)) as opened:
        yield opened


def test_entering_leaves_a_line_and_no_password(workplace: Workplace) -> None:
    workplace.people.add("noor", [Role.DRAFTER], actor=BOSS)
    workplace.access.signed_in(NOOR, "password")
    workplace.access.refused("Noor")
    workplace.access.refused("mijn-geheime-zin")
    workplace.access.token_made(NOOR, "script")
    workplace.access.token_revoked(NOOR, "abc")
    told = [(e.action, e.subject) for e in reversed(workplace.log.entries(BOSS))]
    assert told == [
        ("account.add", "account:noor"),
        ("sign-in", "account:noor"),
        ("sign-in.refused", "account:noor"),
        ("sign-in.refused", "account:onbekend"),
        ("token.make", "account:noor"),
        ("token.revoke", "account:noor"),
    ]
    assert "geheime" not in str(workplace.log.entries(BOSS))


def test_an_administrator_who_looks_leaves_a_line_and_a_drafter_does_not(workplace: Workplace) -> None:
    workplace.access.looked(NOOR, "dossier", "dossier-1")
    workplace.access.looked(BOSS, "dossier", "dossier-1")
    (line,) = workplace.log.entries(BOSS)
    assert (line.action, line.actor, line.subject) == ("read.dossier", "beheer", "dossier-1")


def test_a_package_holds_the_offer_and_the_selection_and_can_be_checked(workplace: Workplace) -> None:
    workplace.intake.ingest(list(sample_documents())[:2], actor=BOSS)
    asked = QuestionSet("", (SubQuestion((1,), "Hoeveel controles op vuurwerk zijn er gehouden?"),))
    offers = workplace.searching.offer(asked, actor=BOSS)
    selections = workplace.drafts.select_automatically(asked, offers, threshold=0.0)
    dossier = workplace.drafts.draft(asked, selections, actor=BOSS)
    content = workplace.dossiers.package(dossier.id, TERMS, actor=BOSS)
    assert verify_package(content) == ()
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        files = {info.filename: package.read(info) for info in package.infolist()}
        years = {info.date_time[0] for info in package.infolist()}
    (log,) = (body for name, body in files.items() if name.endswith("logboek.json"))
    assert b'"action": "offer"' in log
    assert min(years) > 2000
    changed = io.BytesIO()
    with zipfile.ZipFile(changed, "w") as package:
        for name, body in files.items():
            package.writestr(name, body.replace(b'"offer"', b'"search"'))
    problems = " ".join(verify_package(changed.getvalue()))
    assert "controlegetal" in problems and "regel" in problems
    with pytest.raises(InputError):
        verify_package(b"geen zip")
