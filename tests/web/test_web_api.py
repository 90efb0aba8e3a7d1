from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator
from web_office import EVERYTHING, PASSWORD, Office, form_token

from learninglion.web.api.client import Client, ClientError
from learninglion.web.api.routes import routes
from learninglion.workflow.accounts import SessionKind

SET = (
    "Vragen van het lid Voorbeeld aan de minister van Infrastructuur en Waterstaat over vuurwerk.\n\n"
    "Vraag 1\nHoeveel kilo consumentenvuurwerk mag een winkelier opslaan?\n\n"
    "Vraag 2\nWelke afstand moet een opslagplaats aanhouden tot een woning?\n"
)


@pytest.fixture(scope="module")
def api(office: Office) -> TestClient:
    return program(office, "noor")


def program(office: Office, name: str) -> TestClient:
    token = office.site.workplace.accounts.open_session(name, timedelta(hours=1), SessionKind.API, "test")
    client = office.browser()
    client.headers["Authorization"] = f"Bearer {token}"
    return client


@pytest.fixture(scope="module")
def description(api: TestClient) -> dict[str, Any]:
    return api.get("/api/v1/openapi.json").json()


# --------------------------------------------------------------------------- the API Design Rules


def operations(description: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in description["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def test_the_root_says_version_server_and_contact(description: dict[str, Any]) -> None:
    assert re.fullmatch(r"3\.1\.\d+", description["openapi"])
    assert re.fullmatch(r"\d+\.\d+\.\d+", description["info"]["version"])
    assert {"name", "url", "email"} <= set(description["info"]["contact"])
    assert all(re.search(r"/v\d+$", s["url"]) for s in description["servers"])


def test_paths_are_kebab_case_without_slash_at_the_end(description: dict[str, Any]) -> None:
    pattern = re.compile(r"(/([a-z0-9-]+|\{[^}]+\}))+")
    for path in description["paths"]:
        assert pattern.fullmatch(path), path


def test_query_keys_are_camel_case(description: dict[str, Any]) -> None:
    for path, method, operation in operations(description):
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "query":
                assert re.fullmatch(r"[a-z][a-z\d]*([A-Z][a-z\d]*)*", parameter["name"]), (path, method)


def test_operations_have_their_own_ids_and_only_standard_methods(description: dict[str, Any]) -> None:
    ids = [operation["operationId"] for _, _, operation in operations(description)]
    assert len(ids) == len(set(ids)) >= 15
    assert {m for _, m, _ in operations(description)} <= {"get", "post", "put", "patch", "delete"}


def test_every_answer_names_its_version_and_every_error_is_a_problem(description: dict[str, Any]) -> None:
    for path, method, operation in operations(description):
        assert "400" in operation["responses"], (path, method)
        assert "422" not in operation["responses"], (path, method)
        for status, answer in operation["responses"].items():
            if status[0] in "23":
                assert "API-Version" in answer["headers"], (path, method, status)
            else:
                schema = answer["content"]["application/problem+json"]["schema"]
                assert {"status", "title", "detail"} <= set(schema["required"]), (path, method, status)


def test_schema_names_are_pascal_case_and_dates_say_their_format(description: dict[str, Any]) -> None:
    schemas = description["components"]["schemas"]
    for name, schema in schemas.items():
        assert re.fullmatch(r"[A-Z][A-Za-z0-9]*", name)
        Draft202012Validator.check_schema(schema)
        for key, value in schema.get("properties", {}).items():
            if key == "date" or key.endswith("_date"):
                assert value.get("format") == "date", (name, key)


def test_every_route_is_described(description: dict[str, Any]) -> None:
    assert {r.path for r in routes.routes} == set(description["paths"])  # type: ignore[attr-defined]


def test_required_headers_are_on_every_answer(office: Office, api: TestClient) -> None:
    answers = [
        api.get("/api/v1/collections"),
        api.get("/api/v1/nergens"),
        api.post("/api/v1/searches", json={}),
        api.put("/api/v1/searches"),
        office.browser().get("/api/v1/collections"),
    ]
    assert [a.status_code for a in answers] == [200, 404, 400, 405, 401]
    for answer in answers:
        assert re.fullmatch(r"\d+\.\d+\.\d+", answer.headers["api-version"])
        assert answer.headers["cache-control"] == "no-store"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert "max-age" in answer.headers["strict-transport-security"]
        assert "access-control-allow-origin" not in answer.headers
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["status"] == answer.status_code and answer.json()["detail"]
    open_to_all = office.browser().get("/api/v1/openapi.json")
    assert open_to_all.status_code == 200 and open_to_all.headers["access-control-allow-origin"] == "*"


def test_a_slash_at_the_end_is_not_found_and_search_texts_never_stand_in_an_address(api: TestClient) -> None:
    assert api.get("/api/v1/collections/").status_code == 404
    assert api.get("/api/v1/searches").status_code == 405


# --------------------------------------------------------------------------- the work


def test_answers_fit_their_own_description(api: TestClient, description: dict[str, Any]) -> None:
    schemas = description["components"]["schemas"]

    def check(name: str, data: object) -> None:
        schema = {"$ref": f"#/$defs/{name}", "$defs": schemas}
        text = json.dumps(schema).replace("#/components/schemas/", "#/$defs/")
        Draft202012Validator(json.loads(text)).validate(data)

    hits = api.post("/api/v1/searches", json={"text": "opslag van vuurwerk", "threshold": 0}).json()
    check("HitPage", hits)
    assert hits["hits"] and hits["hits"][0]["regions"]
    check("CollectionList", api.get("/api/v1/collections").json())
    documents = api.get("/api/v1/documents").json()
    check("DocumentPage", documents)
    one = documents["documents"][0]["id"]
    check("DocumentView", api.get(f"/api/v1/documents/{one}").json())
    check(
        "SourceView",
        api.get(f"/api/v1/sources/{hits['hits'][0]['pair']['source'].replace('#', '%23')}").json(),
    )
    asked = api.post("/api/v1/question-sets", json={"text": SET}).json()
    check("QuestionSetBody", asked)
    assert [q["numbers"] for q in asked["questions"]] == [[1], [2]]
    made = api.post("/api/v1/drafts", json={"question_set": asked, "threshold": 0})
    assert made.status_code == 201
    check("DossierView", made.json())
    dossier = made.json()["id"]
    check("DossierView", api.get(f"/api/v1/dossiers/{dossier}").json())
    check("DossierPage", api.get("/api/v1/dossiers").json())
    check("ReplayView", api.post(f"/api/v1/dossiers/{dossier}/replays").json())
    check("LogPage", api.get("/api/v1/log-entries").json())
    for form, start in (("pdf", b"%PDF"), ("docx", b"PK"), ("json", b"{"), ("md", b"")):
        assert api.get(f"/api/v1/dossiers/{dossier}/exports/{form}").content.startswith(start)
    assert api.get(f"/api/v1/documents/{one}/pages/1").content.startswith(b"\x89PNG")
    assert api.get(f"/api/v1/documents/{one}/original").content.startswith(b"%PDF")
    stated = {"questions": [{"numbers": [1], "statements": [{"text": "De maan is van kaas."}]}]}
    checked = api.post("/api/v1/verifications", json=stated).json()
    check("DossierView", checked)
    assert not checked["questions"][0]["statements"]
    assert checked["questions"][0]["set_apart"][0]["verdict"] == "uncited"


def test_pages_of_hits_follow_each_other(api: TestClient) -> None:
    body = {"text": "vuurwerk", "threshold": 0, "limit": 3}
    first = api.post("/api/v1/searches", json=body).json()["hits"]
    second = api.post("/api/v1/searches", json={**body, "offset": 3}).json()["hits"]
    both = api.post("/api/v1/searches", json={**body, "limit": 6}).json()["hits"]
    assert [h["passage"] for h in first + second] == [h["passage"] for h in both]


def test_a_choice_is_followed_and_a_wrong_one_named(api: TestClient) -> None:
    asked = api.post("/api/v1/question-sets", json={"text": SET}).json()
    hit = api.post("/api/v1/searches", json={"text": asked["questions"][0]["text"], "threshold": 0}).json()[
        "hits"
    ][0]
    source = hit["pair"]["source"]
    choices = [{"numbers": [1], "chosen": [source]}]
    made = api.post("/api/v1/drafts", json={"question_set": asked, "choices": choices}).json()
    assert made["questions"][0]["selection"]["chosen"] == [source]
    assert made["questions"][1]["verdict"] == "unanswerable" and not made["questions"][1]["statements"]
    wrong = api.post(
        "/api/v1/drafts", json={"question_set": asked, "choices": [{"numbers": [1], "chosen": ["x#1"]}]}
    )
    assert wrong.status_code == 400 and "x#1" in wrong.json()["detail"]


def test_the_same_key_gives_the_same_answer_and_never_another_ones(api: TestClient, office: Office) -> None:
    asked = api.post("/api/v1/question-sets", json={"text": SET}).json()
    body, key = {"question_set": asked, "threshold": 0}, {"Idempotency-Key": "een-keer"}
    before = office.workplace.log.verify(EVERYTHING).head.count
    first = api.post("/api/v1/drafts", json=body, headers=key)
    after_first = office.workplace.log.verify(EVERYTHING).head.count
    again = api.post("/api/v1/drafts", json=body, headers=key)
    assert after_first > before and office.workplace.log.verify(EVERYTHING).head.count == after_first
    assert again.json() == first.json() and again.headers["idempotent-replayed"] == "true"
    assert api.post("/api/v1/drafts", json={**body, "limit": 3}, headers=key).status_code == 409
    assert api.post("/api/v1/draft-jobs", json=body, headers=key).status_code == 409
    other = program(office, "opsteller").post("/api/v1/drafts", json=body, headers=key)
    assert "idempotent-replayed" not in other.headers


def test_a_draft_streams_its_sentences(office: Office, address: str) -> None:
    token = office.site.workplace.accounts.open_session("noor", timedelta(hours=1), SessionKind.API)
    with Client(address, token) as client:
        asked = client.read_set(SET)
        events = list(client.draft_events(asked))
        assert [n for n, _ in events].count("question") == 2 and events[-1][0] == "done"
        assert events[-1][1]["id"] == client.draft(asked)["id"]
        with pytest.raises(ClientError, match="bestaat"):
            client.document("ah-tk-1-1")
        hit = client.search("opslag van vuurwerk", threshold=0.0)[0]
        assert client.source(str(hit["pair"]["source"]))["text"] == hit["pair"]["text"]  # type: ignore[index, call-overload]


def test_long_work_is_only_shown_to_whom_it_belongs(office: Office, api: TestClient) -> None:
    asked = api.post("/api/v1/question-sets", json={"text": SET}).json()
    job = api.post("/api/v1/draft-jobs", json={"question_set": asked}).json()
    assert program(office, "opsteller").get(job["events"]).status_code == 404
    assert "event: done" in api.get(job["events"]).text


# --------------------------------------------------------------------------- rights


def test_what_one_may_not_see_does_not_exist_anywhere(office: Office, api: TestClient) -> None:
    reader = program(office, "lezer")
    everything = api.get("/api/v1/documents?limit=200").json()["documents"]
    hidden = [d["id"] for d in everything if d["collection"] == "besloten"]
    assert hidden
    words = api.get(f"/api/v1/documents/{hidden[0]}").json()["pairs"][0]["question"]
    assert hidden[0] in api.post("/api/v1/searches", json={"text": words, "threshold": 0, "limit": 100}).text
    found = reader.post("/api/v1/searches", json={"text": words, "threshold": 0, "limit": 100})
    assert found.status_code == 200 and not any(h in found.text for h in hidden)
    assert [c["name"] for c in reader.get("/api/v1/collections").json()["collections"]] == ["openbaar"]
    assert not any(h in reader.get("/api/v1/documents?limit=200").text for h in hidden)
    for path in (
        f"documents/{hidden[0]}",
        f"documents/{hidden[0]}/original",
        f"documents/{hidden[0]}/pages/1",
    ):
        there, nowhere = (
            reader.get(f"/api/v1/{path}"),
            reader.get(f"/api/v1/{path.replace(hidden[0], 'ah-tk-0-0')}"),
        )
        assert there.status_code == nowhere.status_code == 404
        told = [
            a.json()["detail"].replace(hidden[0], "x").replace("ah-tk-0-0", "x") for a in (there, nowhere)
        ]
        assert told[0] == told[1]
    source = office.workplace.documents.sources_of(hidden[0], EVERYTHING)[0].id
    assert reader.get("/api/v1/sources/" + source.replace("#", "%23")).status_code == 404
    explicit = {"text": words, "threshold": 0, "filters": {"collections": ["besloten"]}}
    assert reader.post("/api/v1/searches", json=explicit).json()["total"] == 0


def test_a_dossier_that_quotes_what_one_may_not_see_is_not_there(office: Office, api: TestClient) -> None:
    hidden = next(
        d for d in api.get("/api/v1/documents?limit=200").json()["documents"] if d["collection"] == "besloten"
    )
    pair = api.get(f"/api/v1/documents/{hidden['id']}").json()["pairs"][0]
    asked = {"questions": [{"numbers": [1], "text": pair["question"]}]}
    made = api.post("/api/v1/drafts", json={"question_set": asked, "threshold": 0}).json()
    assert hidden["id"] in json.dumps(made)
    drafter = program(office, "opsteller")
    assert drafter.get(f"/api/v1/dossiers/{made['id']}").status_code == 404
    assert made["id"] not in drafter.get("/api/v1/dossiers?limit=200").text


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        ("lezer", {"search"}),
        ("opsteller", {"search", "draft", "dossiers"}),
        ("controleur", {"log", "dossiers"}),
        ("noor", {"search", "draft", "dossiers", "log", "upload"}),
    ],
)
def test_roles_hold_on_every_way_in(office: Office, who: str, allowed: set[str]) -> None:
    client = program(office, who)
    upload = {"file": ("a.txt", b"Dit is een kort stuk tekst over veerponten.", "text/plain")}
    codes = {
        "search": client.post("/api/v1/searches", json={"text": "x"}).status_code,
        "draft": client.post("/api/v1/question-sets", json={"text": SET}).status_code,
        "dossiers": client.get("/api/v1/dossiers").status_code,
        "log": client.get("/api/v1/log-entries").status_code,
        "upload": client.post("/api/v1/documents?collection=proef", files=upload).status_code,
    }
    assert {task for task, code in codes.items() if code < 300} == allowed, codes
    assert set(codes.values()) <= {200, 201, 403}


def test_a_browser_session_needs_its_form_token_for_writing(office: Office) -> None:
    browser = office.browser("noor")
    body = {"text": "vuurwerk"}
    assert browser.get("/api/v1/collections").status_code == 200
    assert browser.post("/api/v1/searches", json=body).status_code == 403
    headers = {"X-CSRF-Token": form_token(browser)}
    assert browser.post("/api/v1/searches", json=body, headers=headers).status_code == 200
    assert PASSWORD not in browser.get("/account").text
