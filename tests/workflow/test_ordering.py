"""A workplace with a reranking model: where it may stand, what it changes, what is told and recorded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from learninglion.inference.reranking import WITHOUT, RerankerChoice, open_reranking
from learninglion.models import Actor, Role
from learninglion.models.errors import InputError, PermissionDeniedError
from learninglion.record.contract import dossier_view
from learninglion.settings import load_settings, workplace_options
from learninglion.testing import make_question_set
from learninglion.workflow import Workplace, WorkplaceOptions, open_workplace
from rerankers import RerankEndpoint, reranking_at

BOSS = Actor("beheer", frozenset(Role))
TEXTS = {
    "een.txt": "Veerponten\n\nDe veerponten varen elk uur over de rivier, ook in de winter.\n",
    "twee.txt": "Bruggen\n\nDe nieuwe brug voor auto's komt naast de plaats waar de veerponten nu varen.\n",
    "drie.txt": "Dijken\n\nHet waterschap onderhoudt de dijken langs de rivier in de polder bij de stad.\n",
}


@contextmanager
def opened(home: Path, choice: RerankerChoice) -> Iterator[Workplace]:
    workplace = open_workplace(WorkplaceOptions(home=home / "home", isolate=False, reranker=choice))
    try:
        for name, text in TEXTS.items():
            (home / name).write_text(text, "utf-8")
        assert workplace.intake.ingest([home / name for name in TEXTS], actor=BOSS).failures == ()
        yield workplace
    finally:
        workplace.close()


def at(endpoint: RerankEndpoint, shape: str = "documents") -> RerankerChoice:
    return RerankerChoice(shape, "m", endpoint.base_url, weight=100.0, timeout=5.0)


def test_none_is_asked_unless_one_is_set(tmp_path: Path) -> None:
    with opened(tmp_path, RerankerChoice()) as workplace:
        assert workplace.searching.reranking is None
        hits = workplace.searching.search("Hoe vaak varen de veerponten?", actor=BOSS)
        assert workplace.searching.order_notice(hits) == ""
        details = workplace.log.entries(BOSS, limit=1)[0].details
        assert "reranker" not in details
        asked = make_question_set("Hoe vaak varen de veerponten?", introduction="")
        dossier = workplace.drafts.draft(
            asked,
            workplace.drafts.select_automatically(asked, workplace.searching.offer(asked, actor=BOSS)),
            actor=BOSS,
        )
        assert "reranker" not in dict(dossier.settings)


@pytest.mark.parametrize("shape", ["documents", "texts"])
def test_the_order_the_log_and_the_dossier_show_the_model(tmp_path: Path, shape: str) -> None:
    with reranking_at(word="dijken") as endpoint, opened(tmp_path, at(endpoint, shape)) as workplace:
        hits = workplace.searching.search("Hoe vaak varen de veerponten?", actor=BOSS)
        assert "dijken" in hits[0].source.body
        assert workplace.searching.order_notice(hits) == ""
        assert workplace.searching.reranking is not None
        details = workplace.log.entries(BOSS, limit=1)[0].details
        assert (details["reranker"], details["not_reranked"]) == (workplace.searching.reranking.name, 0)
        asked = make_question_set("Hoe vaak varen de veerponten?", introduction="")
        offers = workplace.searching.offer(asked, actor=BOSS)
        dossier = workplace.drafts.draft(
            asked, workplace.drafts.select_automatically(asked, offers, threshold=0.0), actor=BOSS
        )
        assert dict(dossier.settings)["reranker"] == workplace.searching.reranking.name
        stored = workplace.dossiers.load(dossier.id, BOSS)
        assert stored == dossier
        view = dossier_view(stored)["questions"]
        assert isinstance(view, list)
        offered = view[0]["selection"]["offered"]
        assert {hit["reranked_by"] for hit in offered} == {workplace.searching.reranking.name}
        assert workplace.drafts.replay(dossier.id, actor=BOSS).same


def test_a_model_that_does_not_answer_is_told_of_and_recorded(tmp_path: Path) -> None:
    with reranking_at(word="dijken", status=503) as endpoint, opened(tmp_path, at(endpoint)) as workplace:
        hits = workplace.searching.search("Hoe vaak varen de veerponten?", actor=BOSS)
        assert "veerponten varen elk uur" in hits[0].source.body
        assert workplace.searching.order_notice(hits) == WITHOUT
        assert workplace.searching.order_notice(()) == ""
        assert workplace.log.entries(BOSS, limit=1)[0].details["not_reranked"] == 1
        asked = make_question_set("Hoe vaak varen de veerponten?", "Komt er een brug?", introduction="")
        workplace.searching.offer(asked, actor=BOSS)
        assert workplace.log.entries(BOSS, limit=1)[0].details["not_reranked"] == 2
        assert len(endpoint.requests) == 2  # once for the search, once for the set
        endpoint.status = 200
        assert (
            "dijken" in workplace.searching.search("Hoe vaak varen de veerponten?", actor=BOSS)[0].source.body
        )


def test_only_this_machine_and_hosts_that_are_named_may_be_asked(tmp_path: Path) -> None:
    far = RerankerChoice("documents", base_url="https://rerank.example/v1")
    with pytest.raises(PermissionDeniedError, match="herordeningsmodel op 'rerank.example'"):
        open_workplace(WorkplaceOptions(home=tmp_path, reranker=far))
    assert open_reranking(far, ("rerank.example",)) is not None
    with pytest.raises(InputError, match="herordeningsmodel moet met http"):
        open_reranking(RerankerChoice("documents", base_url="file:///etc"), ())


def test_settings_make_the_choice_and_name_what_is_wrong(tmp_path: Path) -> None:
    env = {"LEARNINGLION_HOME": str(tmp_path)}
    assert workplace_options(load_settings(env)).reranker.kind == "none"
    told = {"KIND": "texts", "MODEL": "m", "BASE_URL": "http://127.0.0.1:1", "WEIGHT": "0.5", "DEPTH": "30"}
    chosen = workplace_options(
        load_settings({**env, **{f"LEARNINGLION_RERANKER_{k}": v for k, v in told.items()}})
    )
    assert chosen.reranker == RerankerChoice("texts", "m", "http://127.0.0.1:1", "", 0.5, 30, 10.0)
    for name, value in (
        ("KIND", "iets"),
        ("WEIGHT", "-1"),
        ("WEIGHT", "nan"),
        ("DEPTH", "0"),
        ("DEPTH", "201"),
        ("TIMEOUT_SECONDS", "0"),
        ("BASE_URL", ""),
    ):
        wrong = {"LEARNINGLION_RERANKER_KIND": "texts", f"LEARNINGLION_RERANKER_{name}": value}
        with pytest.raises(InputError, match=rf"\[reranker\] {name.lower()}"):
            workplace_options(load_settings({**env, **wrong}))
    secret = load_settings({**env, "LEARNINGLION_RERANKER_API_KEY": "geheim"})
    assert "geheim" not in repr(secret)
