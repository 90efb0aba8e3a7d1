"""Several servers on one database are one: brake, first account, log and files."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine, func, select

from learninglion.database.blobs import DatabaseBlobs, FolderBlobs
from learninglion.database.engine import open_database, reading
from learninglion.inference.builtin import make_adapter
from learninglion.inference.generators import GeneratorChoice, GeneratorKind
from learninglion.models import Actor, Role
from learninglion.models.errors import InputError, UnknownReferenceError
from learninglion.models.plain import Plain
from learninglion.record.log import EventLog
from learninglion.record.marking import Signer
from learninglion.sample import sample_documents
from learninglion.search.postgres import PostgresIndex
from learninglion.search.scoring import DEFAULT
from learninglion.settings import load_settings, workplace_options
from learninglion.testing import HashingEncoder, ScriptedGenerator
from learninglion.workflow import WorkplaceOptions, working
from learninglion.workflow.accounts import Accounts, Brake, brakes
from learninglion.workflow.options import MODELS_FILE

BOSS = Actor("beheer", frozenset(Role))


@pytest.fixture
def engines(ready_url: str) -> Iterator[tuple[Engine, Engine]]:
    """The database as two servers open it."""
    opened = open_database(ready_url), open_database(ready_url)
    yield opened
    for engine in opened:
        engine.dispose()


def test_guessing_waits_whichever_server_is_asked(engines: tuple[Engine, Engine]) -> None:
    moment = [1000.0]
    here, there = (Brake(e, "name", 3, 10.0, clock=lambda: moment[0]) for e in engines)
    assert [here.take("a"), there.take("a"), here.take("a"), there.take("a")] == [0, 0, 0, 10.0]
    moment[0] += 9.0
    assert here.take("a") == pytest.approx(1.0)
    assert Brake(engines[0], "address", 3, 10.0, clock=lambda: moment[0]).take("a") == 0
    moment[0] += 1.5
    assert there.take("a") == 0
    assert here.take("a") > 0
    here.forget("a")
    assert there.take("a") == 0
    moment[0] += 60.0
    assert here.take("b") == 0
    with reading(engines[0]) as connection:
        assert connection.scalar(select(func.count()).select_from(brakes)) == 1, (
            "what is full again is forgotten"
        )


def test_the_first_account_is_made_once_with_the_link_of_any_server(engines: tuple[Engine, Engine]) -> None:
    here, there = map(Accounts, engines)
    links = here.invite(None), there.invite(None)
    assert here.invited(links[0]) == there.invited(links[0]) == (True, None)
    assert here.accept(links[0], "noor", "vier losse woorden bijeen").name == "noor"
    assert there.invited(links[1]) == (False, None)
    with pytest.raises(InputError, match="al gebruikt"):
        there.accept(links[1], "ander", "vier losse woorden bijeen")


def test_two_servers_write_one_chain(engines: tuple[Engine, Engine], tmp_path: Path) -> None:
    logs = [
        EventLog(engine, tmp_path / name / "anchor.json") for engine, name in zip(engines, "ab", strict=True)
    ]
    threads = [
        threading.Thread(target=lambda log=log, n=n: [log.append(f"proef.{n}", actor="a") for _ in range(15)])
        for n, log in enumerate(logs * 2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [entry.seq for entry in logs[0].entries(limit=1000)] == list(range(1, 61))
    assert all(log.verify().ok and log.verify().head.count == 60 for log in logs)


def test_two_servers_are_one_archive(
    postgresql_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("learninglion.workflow.searching.open_encoder", lambda *a, **k: HashingEncoder(64))
    homes = [WorkplaceOptions(tmp_path / n, database_url=postgresql_url, isolate=False) for n in ("a", "b")]
    with working(homes[0]) as here, working(homes[1]) as there:
        if not isinstance(here.indexing.index, PostgresIndex):
            pytest.skip("this PostgreSQL has no pgvector")
        sample = sorted(sample_documents())[:2]
        here.intake.ingest(sample, actor=BOSS)
        cards = there.documents.list(BOSS)
        assert len(cards) == 2
        there.searching.search("veerpont", actor=BOSS)
        found = [w.searching.search("Hoeveel opslagplaatsen zijn er?", actor=BOSS) for w in (here, there)]
        assert found[0] == found[1] != ()
        content = here.documents.original(cards[0].id, BOSS)
        assert there.documents.original(cards[0].id, BOSS) == content
        there.page_files.put(f"{cards[0].id}-1.page", b"een bladzijde")
        assert here.page_files.read(f"{cards[0].id}-1.page") == b"een bladzijde"
        assert not list(tmp_path.glob("*/originals/*")) and not list(tmp_path.glob("*/index/*"))
        taken = {part.name: part for part in there.storage.parts(BOSS)}
        originals, index = taken["originele bestanden"], taken["zoekindex (wordt zo nodig opnieuw gemaakt)"]
        assert originals.files == 2 and originals.size == sum(len(p.read_bytes()) for p in sample)
        assert taken["database, met wat hieronder staat"].size > originals.size + index.size > originals.size
        here.learning.keep(replace(DEFAULT, body_stems=0.21), actor=BOSS, details={})
        assert there.indexing.index.snapshot().fusion.body_stems == 0.21
        here.intake.remove(cards[0].id, reason="proef", actor=BOSS)
        with pytest.raises(UnknownReferenceError):
            there.documents.original(cards[0].id, BOSS)
        assert there.indexing.index.rows_of(cards[0].id) == 0
        left = there.searching.search("Hoeveel opslagplaatsen zijn er?", actor=BOSS)
        assert left == here.searching.search("Hoeveel opslagplaatsen zijn er?", actor=BOSS)
        assert {hit.source.document.id for hit in left} <= {cards[1].id}


def test_a_server_that_joins_keeps_an_anchor_of_its_own_and_the_log_says_so(
    postgresql_url: str, tmp_path: Path
) -> None:
    engine = open_database(postgresql_url)
    first = EventLog(engine, tmp_path / "a.json")
    first.append("proef", actor="a")
    second = EventLog(engine, tmp_path / "b.json")
    assert second.verify().ok and first.verify().ok
    assert [entry.action for entry in first.entries()] == ["proef", "log.anchor"]
    EventLog(engine, tmp_path / "b.json")
    assert first.head().count == 2
    engine.dispose()


def test_what_servers_kept_for_themselves_comes_together(postgresql_url: str, tmp_path: Path) -> None:
    chosen = {"generator": {"kind": "openai", "model": "gekozen", "base_url": "http://127.0.0.1:9/v1"}}
    environments = []
    for name in ("one", "two"):
        folder = FolderBlobs(tmp_path / name)
        folder.put("signing.key", name.encode().ljust(32, b"."))
        folder.put("judge-exams.json", b"[]")
        environments.append(
            {"LEARNINGLION_HOME": str(tmp_path / name), "LEARNINGLION_DATABASE_URL": postgresql_url}
        )
    FolderBlobs(tmp_path / "one").put(MODELS_FILE, json.dumps(chosen).encode())
    former = [Signer(FolderBlobs(tmp_path / name)).public_key() for name in ("one", "two")]
    for environment in environments:
        with working(workplace_options(load_settings(environment))) as workplace:
            choice = workplace.language_model.choice()
            assert choice is not None and choice.model == "gekozen"
    engine = open_database(postgresql_url)
    signer = Signer(DatabaseBlobs(engine))
    assert signer.public_key() == former[0] and set(signer.public_keys()) == set(former)
    assert list(FolderBlobs(tmp_path / "two").names("signing")) == []
    engine.dispose()


def test_what_the_model_learned_on_one_server_the_other_uses(postgresql_url: str, tmp_path: Path) -> None:
    options = [
        WorkplaceOptions(home=tmp_path / name, database_url=postgresql_url, isolate=False) for name in "ab"
    ]
    with working(options[0]) as here, working(options[1]) as there:
        before = there.indexing.encoder
        adapter = make_adapter({"l0.q.b": np.full(384, 0.01, dtype=np.float32)})
        number = here.learning.keep(DEFAULT, adapter, actor=BOSS, details={})
        assert there.indexing.encoder.name == here.indexing.encoder.name != before.name
        kept = there.indexing.encoder
        here.learning.keep(replace(DEFAULT, body_stems=0.21), adapter, actor=BOSS, details={})
        assert there.indexing.encoder is kept  # only weights changed: the model is not loaded again
        there.learning.revert(0, actor=BOSS)
        assert here.indexing.encoder.name == before.name and here.learning.in_force() == 0 < number


def test_a_model_chosen_on_one_server_writes_on_the_other_at_once(
    postgresql_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("learninglion.workflow.drafts.open_generator", lambda _: ScriptedGenerator(["ja"]))
    options = [
        workplace_options(
            load_settings(
                {"LEARNINGLION_HOME": str(tmp_path / name), "LEARNINGLION_DATABASE_URL": postgresql_url}
            )
        )
        for name in ("one", "two")
    ]
    fields: dict[str, Plain] = {
        "kind": "openai",
        "model": "gekozen",
        "path": "",
        "base_url": "http://[::1]:9/v1",
    }
    with working(options[0]) as one, working(options[1]) as two:
        assert two.language_model.choice() is None and not two.drafts.can_write
        chosen = GeneratorChoice(GeneratorKind.OPENAI, "gekozen", base_url="http://[::1]:9/v1")
        assert one.language_model.choose(chosen, fields, actor=BOSS).ok
        choice = two.language_model.choice()
        assert choice is not None and choice.model == "gekozen" and two.drafts.can_write
        first = two.drafts.model("llm")
        assert first is not None and two.drafts.model("llm") is first
        one.language_model.choose(replace(chosen, model="ander"), {**fields, "model": "ander"}, actor=BOSS)
        assert two.drafts.model("llm") is not first
        two.language_model.reset(actor=BOSS)
        assert one.language_model.choice() is None and not one.drafts.can_write
