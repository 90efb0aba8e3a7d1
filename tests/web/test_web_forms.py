"""Every form with bodies that no form of ours sends, by every role: an answer, never a server error.

Wrong, missing, huge and repeated fields, numbers that fit nowhere, names that are none, NUL, half a
character, files in the place of text, another kind of body; to addresses that exist and that do not.
"""

from __future__ import annotations

import os
import traceback
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import quote, quote_from_bytes

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from test_web_rights import ROUTES, A
from web_office import EVERYTHING, Office, documents

from learninglion.models import Actor, Filters, QuestionSet, Role, SubQuestion
from learninglion.web.access import csrf_token

EXAMPLES = int(os.environ.get("LEARNINGLION_FUZZ", "8"))
OPEN = "openbaar"
RULES = [rule for rule in ROUTES if f" {A}" not in rule and rule != "POST /sign-out"]
FORMS = [rule for rule in RULES if rule.startswith("POST ")]
FORM = "application/x-www-form-urlencoded"
ALL = "alles"

SCOPE = "period since until ministry collection minister asker"
# Fields that are read from a form by hand; those of other routes stand in the signature.
BY_HAND = {
    "POST /search": f"text introduction threshold {SCOPE}",
    "POST /ask": f"question after turn turn-after {SCOPE}",
    "POST /ask/keep": f"turn turn-after generator {SCOPE}",
    "POST /sets/new": f"text file threshold line news confirmed {SCOPE}",
    "POST /sets/{work_id}/check": (
        f"act text-0 number-0 introduction title threshold line news confirmed {SCOPE}"
    ),
    "POST /sets/{work_id}/draft": "generator only decided overwrite-0",
    "POST /sets/{work_id}/questions/{number}/own-sources": (
        "everywhere may-use own-title own-text own-file own-date"
    ),
    "POST /dossiers/{dossier_id}/questions/{position}": "version text view",
    "POST /manage/documents/upload": "files collection",
    "POST /manage/people/add": "name role-reader collection all-collections active",
    "POST /manage/people/change": "name role-reader collection all-collections active",
    "POST /language": "back language",
}
RIGHT = {  # what a form of ours could send; every other field has "1"
    "text": "Vraag 1\nHoeveel vuurwerk is er?",
    "question": "Hoeveel vuurwerk is er?",
    "text-0": "Hoeveel vuurwerk is er?",
    "text-1": "",
    "number-1": "2",
    "place": "0",
    "complaint": "fact",
    "outcome": "none",
    "act": "choose",
    "collection": OPEN,
    "period": "",
    "since": "",
    "until": "",
    "ministry": "",
    "minister": "",
    "asker": "",
    "news": "",
    "line": "",
    "own-date": "",
    "own-text": "Er zijn 12 opslagplaatsen.",
    "generator": "extractive",
    "kind": "none",
    "view": "sentences",
    "only": "",
    "back": "/",
}
ODD = [
    b"",
    b" ",
    b"\0",
    b"a\0b",
    b"\xff\xfe",
    b"\xed\xa0\x80",  # half a surrogate pair
    "ﷺ\u202e\U0001f9c1é".encode(),
    b"-1",
    b"0",
    b"1",
    b"1e999",
    b"nan",
    b"inf",
    b"true",
    b"9" * 30,
    b"9" * 5000,  # more digits than Python makes a number of
    "٣".encode(),  # a digit, and not one of ours
    "²".encode(),
    b"2018-02-31",
    b"0000",
    b"1-999",
    b"../../etc/passwd",
    b"http://[",
    b"//elders.example/",
    b"javascript:alert(1)",
    b"<script>'\"{{ 7*7 }}",
    b"choose",
    b"reject",
    b"other",
    b"extractive",
    b"openai",
    b"gguf",
    b"fact",
    b"x" * 300_000,
]
WORST = [b"9" * 30, b"9" * 5000, b"a\0b"]
PLACES = ["9" * 30, "a\0b", "x" * 3000, "nergens", "0", "-1", "9" * 5000, "é\u202e", "..", "%2e%2e%2f", "#1"]


@st.composite
def bodies(draw: st.DrawFn, names: list[str]) -> tuple[bytes, str]:
    """A body with its content type."""
    values = st.one_of(st.sampled_from(ODD), st.text(max_size=30).map(lambda t: t.encode("utf-8", "replace")))
    fields = [(name, RIGHT.get(name, "1").encode()) for name in names]
    for _ in range(draw(st.integers(0, 3))):  # the rest is right, so that what comes after a check is met
        name = draw(st.sampled_from([*names, "onbekend"]))
        if draw(st.booleans()):
            fields = [(n, v) for n, v in fields if n != name]
        if draw(st.integers(0, 3)):
            fields.append((name, draw(values)))
    shape = draw(st.sampled_from(["form"] * 6 + ["parts"] * 2 + ["json", "broken", "none"]))
    if shape == "form":
        text = "&".join(f"{quote(n)}={quote_from_bytes(v)}" for n, v in fields)
        return text.encode(), "application/x-www-form-urlencoded"
    if shape == "parts":
        parts = []
        for name, value in fields:
            file = draw(st.sampled_from(['; filename="a.txt"', '; filename="a\0.pdf"', '; filename=""', ""]))
            head = f'Content-Disposition: form-data; name="{name}"{file}'.encode()
            parts.append(b"--grens\r\n" + head + b"\r\n\r\n" + value + b"\r\n")
        return b"".join(parts) + b"--grens--\r\n", "multipart/form-data; boundary=grens"
    if shape == "json":
        return draw(
            st.sampled_from(
                [
                    b"null",
                    b"[]",
                    b'{"place": 1}',
                    b'{"place": "/sets/new", "fields": []}',
                    b'{"place": "\\u0000\\ud800", "fields": {"text": "\\ud800"}}',
                    b"[" * 5000,
                    b"\xff",
                ]
            )
        ), "application/json"
    if shape == "broken":
        return draw(st.sampled_from([b"--grens\r\nContent-Dispo", b"--x", b"%", b"\0" * 50])), draw(
            st.sampled_from(["multipart/form-data; boundary=grens", "multipart/form-data", "text/\xff", ""])
        )
    return b"", "application/x-www-form-urlencoded"


def fields_of(routes: Iterable[Any], prefix: str = "") -> dict[str, list[str]]:
    """The fields that each page and each form takes, by its rule."""
    found: dict[str, list[str]] = {}
    for route in routes:
        if hasattr(route, "original_router"):
            found |= fields_of(route.original_router.routes, prefix + route.include_context.prefix)
        elif isinstance(route, APIRoute):
            taken = route.dependant.body_params if "POST" in route.methods else route.dependant.query_params
            for method in route.methods:
                rule = f"{method} {prefix}{route.path}"
                found[rule] = [field.alias for field in taken] or BY_HAND.get(rule, "").split()
    return found


@dataclass
class Sender:
    """An office where everything that a page can show is there, and who asks for it."""

    office: Office
    sets: dict[str, str]  # of each person
    dossier: str
    source: str
    fields: dict[str, list[str]]
    client: TestClient
    answers: Counter[int] = field(default_factory=Counter)
    broken: dict[str, bytes] = field(default_factory=dict)

    def right(self, name: str) -> dict[str, str]:
        """What stands in an address, where it is right."""
        known = {"work_id": self.sets[name], "dossier_id": self.dossier, "number": "1", "position": "0"}
        return known | {"form": "md", "page": "1", "document_id": self.source.split("#")[0]}

    def send(
        self, name: str, rule: str, places: dict[str, str], query: str = "", body: bytes = b"", kind: str = ""
    ) -> None:
        """One request; a server error is written down with where it came from."""
        method, path = rule.replace(":path", "").split(" ")
        filled = "/".join(
            quote(places.get(part[1:-1], "abcd"), safe="") if part.startswith("{") else part
            for part in path.split("/")
        )
        token = self.office.workplace.accounts.open_session(name, timedelta(hours=1))
        self.client.cookies.set("learninglion", token)
        headers = {"X-CSRF-Token": csrf_token(token), "Content-Type": kind.encode("latin-1")}
        try:
            answer = self.client.request(method, f"{filled}?{query}", content=body, headers=headers)
        except Exception as error:  # every kind is told, not the first alone
            where = traceback.extract_tb(error.__traceback__)[-1]
            self.broken.setdefault(f"{rule}: {error!r:.200} at {where.filename}:{where.lineno}", body[:200])
            return
        self.answers[answer.status_code] += 1
        if answer.status_code >= 500:
            self.broken.setdefault(f"{rule}: {answer.status_code} {answer.text[:200]}", body[:200])

    def require_whole(self) -> None:
        """Nothing broke, some of it was right, and the server still answers."""
        print(f"{self.answers.total()} requests: {dict(sorted(self.answers.items()))}")
        assert not self.broken, "\n".join(f"{what} (body {body!r})" for what, body in self.broken.items())
        assert self.answers[200] + self.answers[303] > self.answers.total() // 20
        assert self.client.get("/health").status_code == 200


@pytest.fixture
def sender(make_office: Callable[..., Office]) -> Sender:
    office = make_office()
    work = office.workplace
    assert not work.intake.ingest(documents()[:2], collection=OPEN, actor=EVERYTHING).failures
    card = work.documents.list(EVERYTHING)[0]
    source = work.documents.sources_of(card.id, EVERYTHING)[0]
    new_set = QuestionSet("", (SubQuestion((1,), source.question or source.body[:200]),), title="Vuurwerk")
    offers = work.searching.offer(new_set, actor=EVERYTHING)
    chosen = work.drafts.select_automatically(new_set, offers, threshold=0.0)
    dossier = work.drafts.draft(new_set, chosen, actor=EVERYTHING)
    sets = {}
    for name, roles in ({role.value: (role,) for role in Role} | {ALL: tuple(Role)}).items():
        work.accounts.add(name, roles)
        sets[name] = work.sets.lay_out(
            new_set, Filters(), None, offers, actor=Actor(name, frozenset(Role))
        ).id
    client = TestClient(office.app, "http://127.0.0.1", follow_redirects=False)
    return Sender(office, sets, dossier.id, source.id, fields_of(office.app.routes), client)


@pytest.mark.slow
def test_no_form_breaks_the_server(sender: Sender) -> None:
    @settings(
        max_examples=EXAMPLES * len(FORMS),
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def send(data: st.DataObject) -> None:
        name, rule = data.draw(st.sampled_from([*sender.sets, *[ALL] * 4])), data.draw(st.sampled_from(FORMS))
        body, kind = data.draw(bodies(sender.fields[rule]))
        sender.send(name, rule, sender.right(name), body=body, kind=kind)

    send()
    sender.require_whole()


@pytest.mark.slow
def test_no_value_in_a_form_or_an_address_breaks_the_server(sender: Sender) -> None:
    """Every field of every form and page, every part of every address, each with the rest as it should be."""
    turn = 0
    for rule in RULES:
        right = [(n, RIGHT.get(n, "1").encode()) for n in sender.fields[rule]]
        right = [(n, sender.source.encode() if n in ("id", "source") else v) for n, v in right]
        for at, (field_name, _) in enumerate(right):
            for value in ODD if len(ODD) < EXAMPLES else [*WORST, ODD[turn % len(ODD)]]:
                turn += 1
                fields = [*right[:at], (field_name, value), *right[at + 1 :]]
                text = "&".join(f"{quote(n)}={quote_from_bytes(v)}" for n, v in fields)
                if rule.startswith("GET "):
                    if len(text) < 60_000:  # no server takes a longer address
                        sender.send(ALL, rule, sender.right(ALL), query=text)
                else:
                    sender.send(ALL, rule, sender.right(ALL), body=text.encode(), kind=FORM)
        for part in [p[1:-1].removesuffix(":path") for p in rule.split("/") if p.startswith("{")]:
            for place in PLACES if len(ODD) < EXAMPLES else PLACES[:3]:
                body = "&".join(f"{quote(n)}={quote_from_bytes(v)}" for n, v in right)
                sender.send(ALL, rule, sender.right(ALL) | {part: place}, body=body.encode(), kind=FORM)
    sender.require_whole()
