"""Every way in, for every role and every collection: who may not, gets nothing and changes nothing.

A route or a command that is not named here fails the test: whoever adds one says who may use it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
import typer
from fastapi.testclient import TestClient
from web_office import EVERYTHING, Office, documents, hide_dossier

from learninglion.cli import app as commands
from learninglion.models import Actor, Filters, QuestionSet, Role, SubQuestion
from learninglion.models.errors import UnknownReferenceError
from learninglion.web.access import csrf_token
from learninglion.web.pages.work import find_job
from learninglion.workflow.accounts import SessionKind
from learninglion.workflow.jobs import Event
from learninglion.workflow.rights import RIGHTS, Task

OPEN, CLOSED = "openbaar", "besloten"
EVERYONE, SIGNED_IN = "everyone", "signed in"
Who = Task | str
Rule = tuple[Who, dict[str, Any]]

SEARCH, DRAFT, READ, APPROVE = Task.SEARCH, Task.DRAFT, Task.READ_DOSSIER, Task.APPROVE
JUDGE, MANAGE, AUDIT = Task.JUDGE, Task.MANAGE, Task.AUDIT
A = "/api/v1"
TEXT = {"text": "1. Hoeveel opslagplaatsen voor vuurwerk zijn er?"}
QUESTIONS = {"introduction": "", "questions": [{"numbers": [1], "text": "Hoeveel?"}]}
FILE = ("files", ("a.txt", b"Een notitie.", "text/plain"))

# Who may use a route, and what is sent to it: json, form fields or query, with {names} filled in.
ROUTES: dict[str, Rule] = {
    f"GET {A}/openapi.json": (EVERYONE, {}),
    f"POST {A}/searches": (SEARCH, {"json": {"text": "vuurwerk"}}),
    f"GET {A}/sources/{{source_id}}": (SEARCH, {}),
    f"GET {A}/collections": (SEARCH, {}),
    f"GET {A}/documents": (SEARCH, {}),
    f"POST {A}/documents": (MANAGE, {"files": [("file", FILE[1])], "query": {"collection": CLOSED}}),
    f"POST {A}/document-jobs": (MANAGE, {"files": [FILE], "query": {"collection": CLOSED}}),
    f"GET {A}/documents/{{document_id}}": (SEARCH, {}),
    f"DELETE {A}/documents/{{document_id}}": (MANAGE, {"query": {"reason": "proef"}}),
    f"GET {A}/documents/{{document_id}}/original": (SEARCH, {}),
    f"GET {A}/documents/{{document_id}}/pages/{{page}}": (SEARCH, {}),
    f"POST {A}/question-sets": (DRAFT, {"json": TEXT}),
    f"POST {A}/drafts": (DRAFT, {"json": {"question_set": QUESTIONS}}),
    f"POST {A}/draft-jobs": (DRAFT, {"json": {"question_set": QUESTIONS}}),
    f"GET {A}/jobs/{{job_id}}/events": (SIGNED_IN, {}),
    f"POST {A}/verifications": (
        SEARCH,
        {"json": {"questions": [{"numbers": [1], "text": "Hoeveel?", "statements": []}]}},
    ),
    f"GET {A}/dossiers": (READ, {}),
    f"GET {A}/dossiers/{{dossier_id}}": (READ, {}),
    f"GET {A}/dossiers/{{dossier_id}}/exports/{{export_format}}": (READ, {}),
    f"POST {A}/dossiers/{{dossier_id}}/replays": (DRAFT, {}),
    f"GET {A}/log-entries": (AUDIT, {}),
    "GET /static/{name:path}": (EVERYONE, {}),
    "GET /theme.css": (EVERYONE, {}),
    "GET /.well-known/security.txt": (EVERYONE, {}),
    "GET /health": (EVERYONE, {}),
    "GET /metrics": (EVERYONE, {}),  # who has the token; without one it is not there
    "GET /ready": (EVERYONE, {}),
    "GET /accessibility": (EVERYONE, {}),
    "GET /api-docs": (EVERYONE, {}),
    "GET /sign-in": (EVERYONE, {}),
    "POST /sign-in": (EVERYONE, {"data": {"name": "x", "password": "x"}}),
    "POST /sign-out": (SIGNED_IN, {}),
    "GET /sign-in/organisation": (EVERYONE, {}),
    "GET /sign-in/organisation/return": (EVERYONE, {}),
    "GET /set-up": (EVERYONE, {}),
    "POST /set-up": (EVERYONE, {"data": {"token": "x"}}),
    "POST /language": (EVERYONE, {"data": {"language": "nl"}}),
    "GET /account": (SIGNED_IN, {}),
    "POST /account/tokens": (SIGNED_IN, {"data": {"label": "x"}}),
    "POST /account/tokens/revoke": (SIGNED_IN, {"data": {"token": "x"}}),
    "GET /": (SIGNED_IN, {}),
    "GET /search": (SEARCH, {}),
    "POST /search": (SEARCH, {"data": {"text": "vuurwerk"}}),
    "GET /search/{asked}": (SEARCH, {"query": {"page": "2"}}),
    "GET /search/{asked}/account": (SEARCH, {}),
    "GET /ask": (SEARCH, {}),
    "GET /ask/{asked}": (SEARCH, {}),
    "GET /ask/{asked}/account": (SEARCH, {}),
    "POST /ask": (SEARCH, {"data": {"question": "Hoeveel controles waren er?"}}),
    "POST /ask/hand-over": (DRAFT, {"data": {"work": "{work_id}", "source": "{source_id}"}}),
    "POST /ask/keep": (DRAFT, {"data": {"turn": "Hoeveel controles waren er?", "turn-after": ""}}),
    "POST /dossiers/{dossier_id}/hand-over": (DRAFT, {"data": {"work": "{work_id}"}}),
    "POST /api/v1/conversations": (DRAFT, {"json": {"turns": [{"question": "Hoeveel controles waren er?"}]}}),
    "POST /api/v1/answers": (SEARCH, {"json": {"question": "Hoeveel controles waren er?"}}),
    "GET /collection": (SEARCH, {"query": {"name": CLOSED}}),
    "POST /collection/remarks": (
        SEARCH,
        {"data": {"collection": CLOSED, "finding": "wrong", "question": "Hoeveel?"}},
    ),
    "GET /collection/owner": (MANAGE, {"query": {"name": CLOSED}}),
    "POST /collection/owner": (MANAGE, {"data": {"collection": CLOSED, "welcome": "x"}}),
    "POST /collection/owner/questions": (
        MANAGE,
        {"data": {"collection": CLOSED, "question": "Hoeveel?", "nowhere": "1"}},
    ),
    "POST /collection/owner/settle": (MANAGE, {"data": {"collection": CLOSED, "remark": "x"}}),
    "POST /collection/owner/evaluate": (MANAGE, {"data": {"collection": CLOSED}}),
    "GET /how-this-works": (EVERYONE, {}),
    "GET /compare": (SEARCH, {"query": {"old": "{document_id}", "new": "{document_id}"}}),
    "GET /sources": (SEARCH, {"query": {"id": "{source_id}"}}),
    "GET /documents/{document_id}": (SEARCH, {}),
    "GET /documents/{document_id}/pages/{page}": (SEARCH, {}),
    "GET /documents/{document_id}/original": (SEARCH, {}),
    "GET /sets/new": (DRAFT, {}),
    "POST /sets/new": (DRAFT, {"data": TEXT}),
    "GET /sets/{work_id}/check": (DRAFT, {}),
    "POST /sets/{work_id}/check": (DRAFT, {"data": {"text-0": "Hoeveel?"}}),
    "GET /sets/{work_id}/questions/{number}": (DRAFT, {}),
    "POST /sets/{work_id}/questions/{number}/choices": (
        DRAFT,
        {"data": {"source": "{source_id}", "act": "choose"}},
    ),
    "POST /sets/{work_id}/questions/{number}/search": (DRAFT, {"data": {"words": "vuurwerk"}}),
    "POST /sets/{work_id}/questions/{number}/sources": (DRAFT, {"data": {"reference": "{source_id}"}}),
    "POST /sets/{work_id}/remove": (DRAFT, {}),
    "POST /sets/{work_id}/questions/{number}/own-sources": (DRAFT, {"data": {"title": "x", "text": "x"}}),
    "POST /sets/{work_id}/own-sources/remove": (DRAFT, {"data": {"source": "x"}}),
    "GET /dossiers/{dossier_id}/supplied": (READ, {"query": {"id": "x"}}),
    "POST /sets/{work_id}/draft": (DRAFT, {}),
    "POST /dossiers/{dossier_id}/resume": (DRAFT, {}),
    "GET /sets/{work_id}/draft/{job_id}": (DRAFT, {}),
    "GET /dossiers/{dossier_id}/writing/{job_id}": (READ, {}),
    "GET /jobs/{job_id}/events": (SIGNED_IN, {}),
    "POST /jobs/{job_id}/stop": (DRAFT, {}),
    "GET /dossiers": (READ, {}),
    "GET /dossiers/{dossier_id}": (READ, {}),
    "POST /dossiers/{dossier_id}/questions/{position}": (DRAFT, {"data": {"version": "1", "text": "x"}}),
    "POST /dossiers/{dossier_id}/questions/{position}/judge": (
        JUDGE,
        {"data": {"version": "1", "answers": "yes"}},
    ),
    "POST /dossiers/{dossier_id}/questions/{position}/wrong": (
        READ,
        {"data": {"place": "0", "version": "1", "complaint": "fact"}},
    ),
    "GET /manage/quality/judgments.jsonl": (MANAGE, {}),
    "POST /manage/quality/remarks": (MANAGE, {"data": {"entry": "1", "outcome": "none"}}),
    "POST /dossiers/{dossier_id}/questions/{position}/own-account": (
        DRAFT,
        {"data": {"place": "0", "version": "1", "account": "x"}},
    ),
    "POST /dossiers/{dossier_id}/questions/{position}/discard": (DRAFT, {}),
    "POST /dossiers/{dossier_id}/questions/{position}/confirm": (DRAFT, {"data": {"version": "1"}}),
    "POST /dossiers/{dossier_id}/questions/{position}/put-back": (
        DRAFT,
        {"data": {"version": "1", "before": "1"}},
    ),
    "POST /dossiers/{dossier_id}/questions/{position}/material": (
        DRAFT,
        {"data": {"place": "0", "version": "1"}},
    ),
    "GET /dossiers/{dossier_id}/copy": (READ, {}),
    "POST /working-texts": (DRAFT, {"json": {"place": "/sets/new", "fields": {"text": "x"}}}),
    "GET /working-texts": (DRAFT, {"query": {"place": "/sets/new"}}),
    "POST /working-texts/discard": (DRAFT, {"json": {"place": "/sets/new"}}),
    "GET /dossiers/{dossier_id}/export/{form}": (READ, {}),
    "GET /dossiers/{dossier_id}/provenance/{form}": (READ, {}),
    "GET /dossiers/{dossier_id}/history": (READ, {}),
    "POST /dossiers/{dossier_id}/replay": (DRAFT, {}),
    "POST /dossiers/{dossier_id}/sign-off": (DRAFT, {"data": {"person": "x"}}),
    "POST /dossiers/{dossier_id}/sign-off/withdraw": (READ, {}),
    "POST /dossiers/{dossier_id}/sign-off/give-back": (APPROVE, {"data": {"answer": "x"}}),
    "POST /dossiers/{dossier_id}/approve": (APPROVE, {"data": {"responsible": "yes"}}),
    "GET /manage/retention": (MANAGE, {}),
    "POST /manage/retention": (MANAGE, {"data": {"reason": "x"}}),
    "POST /manage/retention/terms": (MANAGE, {"data": {"days-work": "9", "ground-work": "x"}}),
    "POST /manage/retention/hold": (MANAGE, {"data": {"dossier": "{dossier_id}", "reason": "x"}}),
    "GET /manage/retention/dossier": (MANAGE, {"query": {"dossier": "{dossier_id}"}}),
    "POST /manage/retention/dossier": (
        MANAGE,
        {"data": {"dossier": "{dossier_id}", "reason": "x", "sure": "yes"}},
    ),
    "GET /judging/{round_id}": (JUDGE, {}),
    "POST /judging/{round_id}": (JUDGE, {"data": {"at": "0", "query": "x", "source": "x", "grade": "1"}}),
    "POST /manage/quality/judging": (MANAGE, {"data": {"collection": CLOSED}}),
    "POST /manage/quality/judging/{round_id}/close": (MANAGE, {}),
    "GET /manage/quality/judging/{round_id}.jsonl": (MANAGE, {}),
    "GET /manage/quality": (MANAGE, {}),
    "POST /manage/quality/measure": (MANAGE, {"data": {"collection": CLOSED}}),
    "POST /manage/quality/learn": (MANAGE, {"data": {"collection": CLOSED}}),
    "POST /manage/quality/take": (MANAGE, {}),
    "POST /manage/quality/discard": (MANAGE, {}),
    "POST /manage/quality/revert": (MANAGE, {"data": {"version": "77"}}),
    "GET /manage/reports/{name:path}": (MANAGE, {}),
    "GET /manage/models": (MANAGE, {}),
    "POST /manage/models/test": (MANAGE, {}),
    "POST /manage/models/check": (MANAGE, {}),
    "POST /manage/models/change": (MANAGE, {"data": {"kind": "zzz"}}),
    "POST /manage/models/reset": (MANAGE, {}),
    "GET /manage": (f"{MANAGE} or {AUDIT}", {}),
    "POST /manage/collections": (MANAGE, {"data": {"name": CLOSED, "description": "van mij"}}),
    "POST /manage/storage/check": (MANAGE, {}),
    "POST /manage/storage/sweep": (MANAGE, {}),
    "GET /manage/jobs/{job_id}": (MANAGE, {}),
    "GET /manage/documents": (MANAGE, {"query": {"collection": CLOSED}}),
    "POST /manage/documents/upload": (MANAGE, {"files": [FILE], "data": {"collection": CLOSED}}),
    "POST /manage/documents/inbox": (MANAGE, {"data": {"collection": CLOSED}}),
    "GET /manage/ingest/{job_id}": (MANAGE, {}),
    "POST /manage/documents/remove": (MANAGE, {"data": {"document": "{document_id}", "reason": "x"}}),
    "GET /manage/people": (MANAGE, {}),
    "POST /manage/people/add": (
        MANAGE,
        {"data": {"name": "nieuweling", "role-reader": "1", "all-collections": "1"}},
    ),
    "POST /manage/people/change": (
        MANAGE,
        {"data": {"name": "{account}", "role-administrator": "1", "all-collections": "1", "active": "1"}},
    ),
    "POST /manage/people/invite": (MANAGE, {"data": {"name": "{account}"}}),
    "GET /manage/log": (AUDIT, {}),
    "POST /manage/log/verify": (AUDIT, {}),
}

# Whoever has the data folder in hand may do everything there (`local_actor`); the commands that let somebody
# else in work with an account's rights instead.
LOCAL = frozenset(
    """
    ask assessment backup collection collections compare compliance.export doctor document.trace documents
    archive.export archive.verify dossier.delete dossier.letter-template retention.declaration
    retention.hold retention.release retention.run retention.set retention.terms draft evaluate.ask
    evaluate.collection evaluate.drafts evaluate.fairness evaluate.instructions evaluate.judge
    evaluate.look-alikes evaluate.positions evaluate.privacy evaluate.retrieval evaluate.train-line
    evaluate.train-relevance evaluate.verifier experiment.rerun experiment.run experiment.show
    export export-all history import-all index.rebuild index.status ingest judge.agreement
    log.accept log.processing log.show log.verify model.check move parse person.erase person.find
    publish register-entry remove replay report reread restore search tune users.add users.list
    verify verify-mark
    """.split()
)
WITH_AN_ACCOUNT = frozenset({"mcp", "serve", "worker"})


@dataclass
class Walk:
    """An office with something secret in it, and how to knock on every door."""

    office: Office
    marks: tuple[str, ...]
    names: dict[str, str]
    sessions: dict[str, str] = field(default_factory=dict)

    def person(self, *roles: Role, collections: tuple[str, ...] | None = None) -> str:
        name = "-".join((*(r.value for r in roles), "klein" if collections else "groot"))[:60]
        if name not in self.sessions:
            self.office.site.workplace.accounts.add(name, roles, collections)
            self.sessions[name] = self.office.site.workplace.accounts.open_session(name, timedelta(hours=1))
        return name

    def knock(self, rule: str, sent: dict[str, Any], person: str | None, names: dict[str, str]) -> Any:
        """The answer to one request, made as our own pages make it."""
        client = TestClient(self.office.app, base_url="http://127.0.0.1", follow_redirects=False)
        headers = {}
        if person is not None:
            accounts = self.office.site.workplace.accounts
            token = self.sessions[person]
            if accounts.who(token) is None:  # signed out by the walk itself
                token = self.sessions[person] = accounts.open_session(person, timedelta(hours=1))
            client.cookies.set("learninglion", token)
            headers["X-CSRF-Token"] = csrf_token(token)
        method, path = rule.split(" ", 1)
        filled = path.replace(":path", "").format(**{k: v.replace("#", "%23") for k, v in names.items()})
        data = {k: v.format(**names) for k, v in sent.get("data", {}).items()}
        query = {k: v.format(**names) for k, v in sent.get("query", {}).items()}
        extra = {k: sent[k] for k in ("json", "files") if k in sent}
        if data or "files" in sent:
            extra["data"] = data
        return client.request(method, filled, params=query, headers=headers, **extra)


@pytest.fixture(scope="module")
def walk(make_office: Callable[..., Office]) -> Walk:
    office = make_office()
    hidden = hide_dossier(office, OPEN, CLOSED)
    office.person("baas", *Role)
    names = {
        "document_id": hidden.document.id,
        "source_id": hidden.source.id,
        "dossier_id": hidden.dossier.id,
        "page": "1",
        "number": "1",
        "position": "0",
        "work_id": "abcd",
        "job_id": "abcd",
        "round_id": "abcd",
        "asked": "abcd",
        "name": "app.css",
        "form": "md",
        "export_format": "json",
        "account": "baas",
    }
    return Walk(office, hidden.marks, names)


def paths(routes: Iterable[Any], prefix: str = "") -> Iterator[str]:
    """Every method and path that the application answers to."""
    for route in routes:
        if hasattr(route, "original_router"):
            yield from paths(route.original_router.routes, prefix + route.include_context.prefix)
        else:
            yield from (f"{method} {prefix}{route.path}" for method in route.methods if method != "HEAD")


def command_names(command: Any, before: str = "") -> Iterator[str]:
    """Every command by its words, joined with a dot."""
    if not hasattr(command, "list_commands"):
        yield before.rstrip(".")
        return
    for name in command.list_commands(None):
        yield from command_names(command.get_command(None, name), f"{before}{name}.")


def test_every_route_and_every_command_says_who_may(walk: Walk) -> None:
    assert set(paths(walk.office.app.routes)) == set(ROUTES)
    assert set(command_names(typer.main.get_command(commands))) == LOCAL | WITH_AN_ACCOUNT


def allowed(who: Who) -> frozenset[Role]:
    if isinstance(who, Task):
        return RIGHTS[who]
    return RIGHTS[MANAGE] | RIGHTS[AUDIT] if " or " in who else frozenset(Role)


def refused(answer: Any) -> bool:
    return answer.status_code in (401, 403) or "/sign-in" in answer.headers.get("location", "")


def test_each_role_gets_what_it_may_and_nothing_else(walk: Walk) -> None:
    nothing = walk.names | {"document_id": "nergens", "source_id": "nergens#1", "dossier_id": "d-0"}
    nothing["account"] = "niemand"
    wrong = []
    for rule, (who, sent) in ROUTES.items():
        if who == EVERYONE:
            continue
        assert refused(walk.knock(rule, sent, None, walk.names)), f"{rule} for a stranger"
        for role in Role:
            may = role in allowed(who)
            answer = walk.knock(rule, sent, walk.person(role), nothing if may else walk.names)
            if rule == "POST /sign-out":
                continue
            if refused(answer) is may or answer.status_code >= 500:
                wrong.append(f"{rule} for {role}: {answer.status_code}")
    assert wrong == []


def state(walk: Walk) -> object:
    """Everything that belongs to others than those who may see the open collection only."""
    work = walk.office.workplace
    closed = [c for c in work.documents.collections(EVERYTHING) if c.name != OPEN]
    cards = [c for c in work.documents.list(EVERYTHING) if c.collection != OPEN]
    versions = work.dossiers.versions(walk.names["dossier_id"], EVERYTHING)
    people = [a for a in work.people.list(EVERYTHING) if a.collections is None or "klein" in a.name]
    return closed, cards, versions, people, work.learning.in_force()


@pytest.mark.slow
def test_who_is_limited_to_a_collection_sees_and_changes_nothing_of_another(walk: Walk) -> None:
    people = [walk.person(role, collections=(OPEN,)) for role in Role]
    people.append(walk.person(*Role, collections=(OPEN,)))
    before = state(walk)
    for person in people:
        itself = walk.names | {"account": person}
        for rule, (_, sent) in ROUTES.items():
            for names in (walk.names, itself) if "people" in rule else (walk.names,):
                answer = walk.knock(rule, sent, person, names)
                text = answer.text
                for mark in walk.marks:
                    assert mark not in text, f"{rule} for {person}"
                assert answer.status_code < 500, f"{rule} for {person}: {text}"
        assert state(walk) == before, person


def test_an_export_and_a_page_of_the_open_collection_still_work_for_them(walk: Walk) -> None:
    reader = walk.person(Role.READER, collections=(OPEN,))
    card = next(c for c in walk.office.workplace.documents.list(EVERYTHING) if c.collection == OPEN)
    names = walk.names | {"document_id": card.id}
    assert walk.knock("GET /documents/{document_id}", {}, reader, names).status_code == 200


# --------------------------------------------------------------------------- rights of now


def test_what_was_found_before_goes_with_the_right_to_it(make_office: Callable[..., Office]) -> None:
    office = make_office()
    work = office.workplace
    assert not work.intake.ingest(documents()[:3], collection=CLOSED, actor=EVERYTHING).failures
    before = Actor("noor", frozenset(Role), frozenset({OPEN, CLOSED}))
    after = Actor("noor", frozenset(Role), frozenset({OPEN}))
    asked = QuestionSet("", (SubQuestion((1,), "Hoeveel opslagplaatsen voor vuurwerk zijn er?"),), title="V")
    offers = work.searching.offer(asked, actor=before)
    assert offers[0]
    shortlist = work.sets.lay_out(asked, Filters(), None, offers, actor=before)
    chosen = work.drafts.select_automatically(asked, offers, threshold=0.0)
    dossier = work.drafts.draft(asked, chosen, actor=before)
    done = [work.jobs.start(before, "proef", {})]
    claim = work.jobs.claim(["proef"])
    assert claim is not None
    work.jobs.finish(claim, [Event("done", {"dossier": dossier.id})])
    assert find_job(office.site, done[0].id, before).finished
    assert work.sets.find(shortlist.id, after).shortlists[0].offered == ()
    for attempt in (
        lambda: work.drafts.draft(asked, chosen, actor=after),
        lambda: work.dossiers.load(dossier.id, after),
        lambda: find_job(office.site, done[0].id, after),
    ):
        with pytest.raises(UnknownReferenceError):
            attempt()
    # The document moves: nobody's account changed, and yet it may not be seen any more.
    mover = Actor("noor", frozenset(Role), frozenset({CLOSED}))
    for card in work.documents.list(EVERYTHING):
        path = next(p for p in documents()[:3] if card.number and str(card.number) in p.name)
        work.intake.ingest([path], collection="elders", actor=EVERYTHING)
        work.intake.remove(card.id, reason="verplaatst", actor=mover)
    assert work.sets.find(shortlist.id, before).shortlists[0].offered == ()
    assert work.dossiers.list(before) == ()
    for attempt in (
        lambda: work.dossiers.load(dossier.id, before),
        lambda: find_job(office.site, done[0].id, before),
    ):
        with pytest.raises(UnknownReferenceError):
            attempt()


def test_a_repeated_answer_asks_for_the_rights_of_now(make_office: Callable[..., Office]) -> None:
    office = make_office()
    work = office.workplace
    assert not work.intake.ingest(documents()[:2], collection=CLOSED, actor=EVERYTHING).failures
    office.person("baas", *Role)
    name = office.person("noor", *Role, collections=(OPEN, CLOSED))

    def ask() -> Any:
        token = work.accounts.open_session(name, timedelta(hours=1), SessionKind.API)
        client = TestClient(office.app, base_url="http://127.0.0.1")
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "een"}
        text = {"introduction": "", "questions": [{"numbers": [1], "text": "Hoeveel vuurwerk?"}]}
        return client.post(f"{A}/drafts", json={"question_set": text, "threshold": 0}, headers=headers)

    first, second = ask(), ask()
    assert first.status_code == second.status_code == 201
    assert second.headers["Idempotent-Replayed"] == "true"
    assert first.json()["questions"] == second.json()["questions"]
    work.accounts.change(name, tuple(Role), (OPEN,), True)
    assert ask().status_code == 404
