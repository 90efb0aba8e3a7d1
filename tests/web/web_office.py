"""A workplace with its application, and people who sign in to it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI
from fastapi.testclient import TestClient

from learninglion.models import Actor, Role
from learninglion.sample import sample_documents
from learninglion.settings import Settings
from learninglion.web.site import Site
from learninglion.workflow import Workplace

__all__ = ["EVERYTHING", "NOOR", "PASSWORD", "Office", "form_token"]

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
    found = re.search(r'data-csrf="([0-9a-f]+)"', browser.get(path).text)
    assert found
    return found[1]


def documents() -> list[Path]:
    """The papers about fireworks and fatbikes: enough for a set, quick to read."""
    return [p for p in sample_documents() if "9001" in p.name][:6]
