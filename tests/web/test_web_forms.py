"""Every form with bodies that no form of ours sends, by every role: an answer, never a server error.

Wrong, missing, huge and repeated fields, numbers that fit nowhere, names that are none, NUL, half a
character, files in the place of text, another kind of body; to addresses that exist and that do not.
"""

from __future__ import annotations

import os
import traceback
from collections import Counter
from collections.abc import Callable, Iterable
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
from learninglion.web.security import csrf_token

EXAMPLES = int(os.environ.get("LEARNINGLION_FUZZ", "8"))
OPEN = "openbaar"
FORMS = [rule for rule in ROUTES if rule.startswith("POST ") and not rule.startswith(f"POST {A}")]

# Fields that are read from a form by hand; the others stand in the signature of their route.
BY_HAND = """
    text question after threshold period since until ministry collection minister asker line news confirmed
    introduction title text-0 number-0 text-1 number-1 everywhere may-use own-title own-text own-date version
    view generator only decided overwrite-0 name active all-collections role-reader role-administrator back
    language file own-file files
""".split()
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
PLACES = ["nergens", "0", "-1", "9" * 30, "9" * 5000, "a\0b", "é\u202e", "..", "x" * 3000, "%2e%2e%2f", "#1"]


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
    """The fields that each form takes, by its rule."""
    found: dict[str, list[str]] = {}
    for route in routes:
        if hasattr(route, "original_router"):
            found |= fields_of(route.original_router.routes, prefix + route.include_context.prefix)
        elif isinstance(route, APIRoute):
            named = [field.alias for field in route.dependant.body_params]
            found[f"POST {prefix}{route.path}"] = named or BY_HAND
    return found


@pytest.mark.slow
def test_no_form_breaks_the_server(make_office: Callable[..., Office]) -> None:
    office = make_office()
    work = office.workplace
    assert not work.intake.ingest(documents()[:2], collection=OPEN, actor=EVERYTHING).failures
    card = work.documents.list(EVERYTHING)[0]
    source = work.documents.sources_of(card.id, EVERYTHING)[0]
    asked = QuestionSet("", (SubQuestion((1,), source.question or source.body[:200]),), title="Vuurwerk")
    offers = work.searching.offer(asked, actor=EVERYTHING)
    chosen = work.drafts.select_automatically(asked, offers, threshold=0.0)
    dossier = work.drafts.draft(asked, chosen, actor=EVERYTHING)
    people = {role.value: (role,) for role in Role} | {"alles": tuple(Role)}
    sets = {}
    for name, roles in people.items():
        office.site.workplace.accounts.add(name, roles)
        sets[name] = work.sets.lay_out(asked, Filters(), None, offers, actor=Actor(name, frozenset(Role))).id
    fields = fields_of(office.app.routes)
    answers: Counter[int] = Counter()
    broken: dict[str, bytes] = {}
    client = TestClient(office.app, "http://127.0.0.1", follow_redirects=False)

    def send(rule: str, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from([*people, *["alles"] * 4]))
        known = {"work_id": sets[name], "dossier_id": dossier.id, "number": "1", "position": "0"}
        path = rule.removeprefix("POST ")
        for part in [p for p in path.split("/") if p.startswith("{")]:
            right = known.get(part[1:-1], "abcd")
            value = right if data.draw(st.integers(0, 4)) else data.draw(st.sampled_from(PLACES))
            path = path.replace(part, quote(value, safe=""))
        body, kind = data.draw(bodies(fields[rule]))
        token = work.accounts.open_session(name, timedelta(hours=1))
        client.cookies.set("learninglion", token)
        headers = {"X-CSRF-Token": csrf_token(token), "Content-Type": kind.encode("latin-1")}
        try:
            answer = client.post(path, content=body, headers=headers)
        except Exception as error:  # every kind is told, not the first alone
            where = traceback.extract_tb(error.__traceback__)[-1]
            broken.setdefault(f"{rule}: {error!r:.200} at {where.filename}:{where.lineno}", body[:200])
            return
        answers[answer.status_code] += 1
        if answer.status_code >= 500:
            broken.setdefault(f"{rule}: {answer.status_code} {answer.text[:200]}", body[:200])

    for rule in FORMS:
        limits = settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        limits(given(rule=st.just(rule), data=st.data())(send))()
    print(f"{answers.total()} bodies to {len(FORMS)} forms by {len(people)} kinds of people: {dict(answers)}")
    assert not broken, "\n".join(f"{what} (body {body!r})" for what, body in broken.items())
    assert answers[200] + answers[303] > 0
    assert client.get("/health").status_code == 200
