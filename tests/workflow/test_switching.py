"""Another embedding model in the settings: who serves meanwhile, who takes over, and who is told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from learninglion.database.blobs import FolderBlobs
from learninglion.inference.builtin import UNCHANGED, make_adapter, shipped_adapter
from learninglion.inference.connection import Route
from learninglion.inference.encoders import Encoder, Vectors, built_in_name, open_encoder
from learninglion.models import Actor, Role
from learninglion.models.errors import IntegrityError, LearningLionError
from learninglion.search.scoring import DEFAULT, LearnedVersions
from learninglion.testing import HashingEncoder
from learninglion.workflow import EncoderChoice, Workplace, WorkplaceOptions, open_workplace, searching
from learninglion.workflow.searching import EncoderBook, Switching

BOSS = Actor("beheer", frozenset(Role))
DIMENSIONS = {"klein": 64, "groot": 96}
TEXT = "Waterbeheer\n\nHet waterschap onderhoudt de dijken langs de rivier in de polder.\n"
OTHER = "Molens\n\nDe molens krijgen subsidie voor herstel van hun wieken.\n"


@pytest.fixture(autouse=True)
def models(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two models without weights, opened by their name; any other is gone."""

    def opened(kind: str, *, url: str = "", model: str = "", api_key: str = "", route: Route) -> Encoder:
        if model not in DIMENSIONS:
            raise LearningLionError(f"{model} is er niet")
        return HashingEncoder(DIMENSIONS[model], model)

    monkeypatch.setattr(searching, "open_encoder", opened)


def workplace_with(home: Path, model: str) -> Workplace:
    choice = EncoderChoice("sentence-transformers", model, api_key="geheim")
    return open_workplace(WorkplaceOptions(home=home, encoder=choice, isolate=False))


def filled(tmp_path: Path) -> Path:
    """A data folder whose index was made with the small model."""
    (tmp_path / "een.txt").write_text(TEXT, "utf-8")
    first = workplace_with(tmp_path / "home", "klein")
    assert first.intake.ingest([tmp_path / "een.txt"], actor=BOSS).failures == ()
    first.close()
    return tmp_path / "home"


def test_the_former_model_serves_until_the_new_one_has_read_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, go_on, busy = filled(tmp_path), Event(), Event()

    class Slow(HashingEncoder):
        def encode_passages(self, texts: Sequence[str]) -> Vectors:
            busy.set()
            assert go_on.wait(30)
            return super().encode_passages(texts)

    known = {"klein": HashingEncoder(64, "klein"), "groot": Slow(96, "groot")}
    monkeypatch.setattr(searching, "open_encoder", lambda kind, **chosen: known[chosen["model"]])
    later = workplace_with(home, "groot")
    state = later.indexing.start_switch()
    assert (state.encoder, state.wanted) == ("klein", "groot")
    assert busy.wait(30)
    assert later.indexing.switch_state().running
    assert later.searching.search("Wie onderhoudt de dijken?", actor=BOSS)[0].source.document.title == "een"
    (tmp_path / "twee.txt").write_text(OTHER, "utf-8")
    later.intake.ingest([tmp_path / "twee.txt"], actor=BOSS)
    assert later.searching.search("subsidie voor molens", actor=BOSS)[0].source.document.title == "twee"
    assert later.indexing.check().encoder == "klein"
    go_on.set()
    assert later.indexing._switching.wait(30)
    assert later.indexing.switch_state().problem == ""
    assert (later.indexing.check().encoder, later.indexing.check().wanted) == ("groot", "")
    assert later.searching.search("subsidie voor molens", actor=BOSS)[0].source.document.title == "twee"
    assert later.indexing.start_switch().wanted == ""
    assert not later.indexing.switch_state().running
    later.close()


def test_ingest_and_search_do_not_bring_the_new_model_and_rebuilding_does(tmp_path: Path) -> None:
    home = filled(tmp_path)
    later = workplace_with(home, "groot")
    assert later.searching.search("dijken", actor=BOSS)
    later.indexing.update()
    assert later.indexing.check().wanted == "groot"
    assert later.indexing.rebuild(actor=BOSS).encoder == "groot"
    later.close()


def test_a_former_model_that_is_gone_cannot_serve_and_the_index_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = filled(tmp_path)
    monkeypatch.delitem(DIMENSIONS, "klein")
    later = workplace_with(home, "groot")
    assert "ander embeddingmodel" in later.indexing.state().problem
    assert later.searching.search("dijken", actor=BOSS)
    assert later.indexing.state().encoder == "groot"
    later.close()


def test_the_book_keeps_no_keys_and_knows_what_replaced_a_model(tmp_path: Path) -> None:
    home = filled(tmp_path)
    written = (home / "index" / "encoders.json").read_text("utf-8")
    assert "geheim" not in written
    assert list(json.loads(written)) == ["klein"]
    book = EncoderBook(FolderBlobs(home), EncoderChoice(), (), LearnedVersions(FolderBlobs(home)))
    found = book.named("klein")
    assert found is not None
    assert found.name == "klein"
    assert book.named("onbekend") is None
    DIMENSIONS["vervangen"] = 32
    try:
        (home / "index" / "encoders.json").write_text('{"ooit": {"model": "vervangen"}}', "utf-8")
        assert book.named("ooit") is None
    finally:
        del DIMENSIONS["vervangen"]
    (home / "index" / "encoders.json").write_text("{", "utf-8")
    with pytest.raises(IntegrityError, match=r"encoders\.json"):
        book.named("klein")


def test_what_goes_wrong_in_the_background_is_told() -> None:
    changing = Switching()

    def fail(_progress: object) -> None:
        raise LearningLionError("De schijf is vol.")

    assert changing.start(fail)
    assert changing.wait(10)
    assert changing.state().problem == "De schijf is vol."


def test_every_version_of_the_built_in_model_can_be_had(tmp_path: Path) -> None:
    versions = LearnedVersions(FolderBlobs(tmp_path))
    book = EncoderBook(FolderBlobs(tmp_path), EncoderChoice(), (), versions)
    learned = make_adapter({"l0.q.b": np.full(384, 0.01, dtype=np.float32)})
    names = [built_in_name(a) for a in (shipped_adapter(), UNCHANGED, learned)]
    assert len(set(names)) == 3
    for name in names[:2]:
        found = book.named(name)
        assert found is not None
        assert found.name == name
    assert book.named(names[2]) is None
    versions.keep(replace(DEFAULT, version=1), learned)
    assert book.current().name == names[2]
    versions.revert(0)
    former = book.named(names[2])
    assert former is not None
    assert former.name == names[2]


def test_the_built_in_model_as_its_makers_gave_it_is_what_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "open_encoder", open_encoder)
    versions = LearnedVersions(FolderBlobs(tmp_path))
    versions.keep(DEFAULT, make_adapter({"l0.q.b": np.full(384, 0.01, dtype=np.float32)}))
    book = EncoderBook(FolderBlobs(tmp_path), EncoderChoice(model="plain"), (), versions)
    assert book.current().name == built_in_name(UNCHANGED)
