"""A workplace with its application, and people who sign in to it."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient

from learninglion.models import Actor, DocumentCard, Dossier, QuestionSet, Role, Source, SubQuestion
from learninglion.sample import sample_documents, sample_question_set
from learninglion.settings import Settings
from learninglion.web.access import Site
from learninglion.workflow import Workplace

__all__ = [
    "ARGUMENTS",
    "CHROMIUM",
    "EVERYTHING",
    "IN_BROWSER",
    "NOOR",
    "PASSWORD",
    "Hidden",
    "Office",
    "documents",
    "form_token",
    "hide_dossier",
    "question_set_text",
    "real_documents",
    "served",
]

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
IN_BROWSER = [  # the marks of a module whose tests drive it
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's chromium is not installed"),
]

PASSWORD = "paarse olifant fietst"
EVERYTHING = Actor("test", frozenset(Role))
NOOR = Actor("noor", frozenset(Role))  # the person of most tests, as the use cases know her


@dataclass(frozen=True)
class Office:
    """The application with what tests look into."""

    app: FastAPI
    workplace: Workplace
    settings: Settings

    @property
    def site(self) -> Site:
        return self.app.state.site

    def person(self, name: str, *roles: Role, collections: tuple[str, ...] | None = None) -> str:
        """An account with a password; gives the name."""
        token = self.site.workplace.accounts.add(name, roles, collections)
        self.site.workplace.accounts.accept(token, name, PASSWORD)
        return name

    def browser(self, name: str | None = None) -> TestClient:
        client = TestClient(self.app, base_url="http://127.0.0.1", follow_redirects=True)
        if name is not None:
            answer = client.post("/sign-in", data={"name": name, "password": PASSWORD})
            assert answer.status_code == 200, answer.text
        return client


def form_token(browser: TestClient, path: str = "/account") -> str:
    """The token that this session's forms carry."""
    match = re.search(r'data-csrf="([0-9a-f]+)"', browser.get(path).text)
    assert match
    return match[1]


def documents() -> list[Path]:
    """The papers about fireworks and fatbikes: enough for a set, quick to read."""
    return [p for p in sample_documents() if "9001" in p.name][:6]


@contextmanager
def served(app: FastAPI, address: str = "") -> Iterator[str]:
    """An application on loopback, as uvicorn serves it in production, where said or anywhere; gives where."""
    port = int(address.rsplit(":", 1)[1]) if address else 0
    if not port:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", timeout_graceful_shutdown=2)
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


_GOLD = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "kamervragen" / "gold"
_ASKED = ("1bd47dc8-229e-4a1a-a405-8e2672436e1f", "1b26915f-b542-4707-8495-b5c21f0edfe1")


def real_documents() -> list[Path]:
    """Published papers, the first of which answers `question_set_text`; the fictional ones without them."""
    pdfs = [_GOLD.parent / "pdf" / f"{name}.pdf" for name in _ASKED]
    return pdfs if _GOLD.is_dir() else documents()


def question_set_text() -> str:
    """A set as it was sent in, to paste; the fictional one where the real ones are not."""
    if not _GOLD.is_dir():
        return sample_question_set().read_text("utf-8")
    gold = json.loads((_GOLD / f"{_ASKED[0]}.json").read_text("utf-8"))
    questions = [f"Vraag {' en '.join(map(str, q['numbers']))}\n{q['text']}" for q in gold["questions"]]
    return "\n\n".join((gold["asked"], *questions))


@dataclass(frozen=True)
class Hidden:
    """What somebody who sees the other collection only must never get, and words that give it away."""

    document: DocumentCard
    source: Source
    dossier: Dossier
    marks: tuple[str, ...]


def hide_dossier(office: Office, seen: str, hidden: str) -> Hidden:
    """The papers in a collection that is seen, one of them in another, and a dossier that quotes from it."""
    work, papers = office.workplace, documents()
    assert not work.intake.ingest(papers[:-1], collection=seen, actor=EVERYTHING).failures
    assert not work.intake.ingest(papers[-1:], collection=hidden, actor=EVERYTHING).failures
    (secret,) = [c for c in work.documents.list(EVERYTHING) if c.collection == hidden]
    source = work.documents.sources_of(secret.id, EVERYTHING)[0]
    questions = QuestionSet(
        "", (SubQuestion((1,), source.question or source.body[:200]),), title="Geheime set"
    )
    offers = work.searching.offer(questions, actor=EVERYTHING)
    chosen = work.drafts.select_automatically(questions, offers, threshold=0.0)
    dossier = work.drafts.draft(questions, chosen, actor=EVERYTHING)
    return Hidden(secret, source, dossier, (secret.title, source.body[-60:], questions.title))
