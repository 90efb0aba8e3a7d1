"""What the search page shows of a hit: what matched, and who says nearly the same."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from pathlib import Path

from web_office import EVERYTHING, Office, form_token

from learninglion.models import RawFile, Role
from learninglion.record.search_account import place_of

NOTE = """Toezicht op zwerfstroom

De inspectie controleert jaarlijks de kathodische bescherming van leidingen tegen zwerfstroom in de bodem, \
en meldt de uitkomst aan de beheerder van het netwerk, aan de gemeente waarin de leiding ligt en aan de \
provincie, die daarover samen een verslag maken dat openbaar is en door iedereen kan worden gelezen.
"""


def test_matches_are_marked_and_the_same_answer_elsewhere_is_linked(
    make_office: Callable[..., Office], tmp_path: Path
) -> None:
    office = make_office()
    for name, text in {"een": NOTE, "twee": NOTE.replace("samen een", "gezamenlijk een")}.items():
        (tmp_path / f"{name}.txt").write_text(text, "utf-8")
    assert not office.workplace.intake.ingest([tmp_path], actor=EVERYTHING).failures
    office.person("anna", Role.DRAFTER)
    browser = office.browser("anna")
    data = {
        "csrf": form_token(browser),
        "text": "Wie controleert leidingen op zwerfstroom?",
        "threshold": "0",
    }
    page = browser.post("/search", data=data).text
    assert re.search(r"<mark>[^<]*zwerfstroom", page)
    assert "Bijna hetzelfde antwoord" in page
    (address,) = re.findall(r'<a data-beside href="(/sources\?id=[^"]+)">', page)
    other = browser.get(address)
    assert other.status_code == 200
    assert "zwerfstroom" in other.text
    csrf = form_token(browser)
    text = "Vragen over zwerfstroom.\n\nVraag 1\nWie controleert leidingen op zwerfstroom?\n"
    checked = browser.post("/sets/new", data={"csrf": csrf, "text": text, "threshold": "0"})
    data = {"csrf": csrf, "introduction": "Vragen over zwerfstroom.", "threshold": "0"}
    data |= {"number-0": "1", "text-0": "Wie controleert leidingen op zwerfstroom?"}
    shortlist = browser.post(str(checked.url), data=data)
    assert "Bijna hetzelfde antwoord" in shortlist.text


def test_a_search_is_accounted_for_in_a_file(make_office: Callable[..., Office], tmp_path: Path) -> None:
    office = make_office()
    (tmp_path / "een.txt").write_text(NOTE, "utf-8")
    (tmp_path / "leeg.pdf").write_bytes(b"")
    assert len(office.workplace.intake.ingest([tmp_path], actor=EVERYTHING).failures) == 1
    office.person("anna", Role.DRAFTER)
    browser = office.browser("anna")
    data = {"csrf": form_token(browser), "text": "zwerfstroom | leidingen", "threshold": "0"}
    found = browser.post("/search", data=data)
    address = f"{found.url.path}/account"
    assert f'href="{address}"' in found.text
    made = browser.get(address)
    assert made.headers["content-disposition"].startswith("attachment;")
    whole = made.text
    assert "Gezocht op: “zwerfstroom | leidingen”" in whole and "Door anna" in whole
    hits = office.workplace.searching.search("zwerfstroom", actor=EVERYTHING)
    searched = office.workplace.searching.account("zwerfstroom", [*map(place_of, hits)], actor=EVERYTHING)
    assert f"- Doorzochte documenten: {searched.documents}\n" in whole
    assert "niet doorzocht: 1\n" in whole and "leeg.pdf" in whole
    assert {place.document.title for place in searched.places} <= set(
        re.findall(r"\| \d+ \| (.*?) \(", whole)
    )
    narrow = browser.post("/search", data=data | {"since": "2020-01-01", "period": "other"})
    text = browser.get(f"{narrow.url.path}/account").text
    assert "Vanaf: 2020-01-01" in text and "want zonder datum: 1" in text


def test_the_account_says_what_was_opened_and_forgets_what_was_read_after_all(
    make_office: Callable[..., Office], tmp_path: Path
) -> None:
    office = make_office()
    broken = tmp_path / "nota.txt"
    broken.write_text("", "utf-8")
    assert office.workplace.intake.ingest([tmp_path], actor=EVERYTHING).failures
    upload = RawFile("brief.txt", b"", origin="upload:brief.txt")
    assert office.workplace.intake.ingest_upload(upload, collection="default", actor=EVERYTHING).detail
    office.person("anna", Role.DRAFTER)
    office.person("bea", Role.DRAFTER)
    anna, bea = office.browser("anna"), office.browser("bea")
    data = {"csrf": form_token(anna), "text": "zwerfstroom", "threshold": "0"}
    assert "niet doorzocht: 2\n" in anna.get(f"{anna.post('/search', data=data).url.path}/account").text
    broken.write_text(NOTE, "utf-8")
    assert not office.workplace.intake.ingest([tmp_path], actor=EVERYTHING).failures
    upload = replace(upload, content=NOTE.replace("jaarlijks", "elk jaar").encode())
    office.workplace.intake.ingest_upload(upload, collection="default", actor=EVERYTHING)
    found = anna.post("/search", data=data)
    assert "niet doorzocht: 0\n" in anna.get(f"{found.url.path}/account").text
    address = unescape(re.findall(r'href="(/sources\?id=[^"]+)"', found.text)[0])
    assert "| anna (" not in anna.get(f"{found.url.path}/account").text
    assert bea.get(address).status_code == 200  # not her search: nothing is kept of it
    assert anna.get(address).status_code == anna.get(address).status_code == 200
    text = anna.get(f"{found.url.path}/account").text
    assert "| anna (" in text and "bea" not in text
    steps = office.workplace.log.entries(EVERYTHING, subject=found.url.path)
    assert [(step.action, step.actor) for step in steps] == [("source.open", "anna")]


def test_results_have_an_address_of_their_own_without_what_was_asked(
    make_office: Callable[..., Office], tmp_path: Path
) -> None:
    office = make_office()
    (tmp_path / "een.txt").write_text(NOTE, "utf-8")
    assert not office.workplace.intake.ingest([tmp_path], actor=EVERYTHING).failures
    office.person("anna", Role.DRAFTER)
    office.person("bea", Role.READER)
    anna, bea = office.browser("anna"), office.browser("bea")
    for path, field in (("/search", "text"), ("/ask", "question")):
        data = {"csrf": form_token(anna), field: "Wie controleert zwerfstroom?"}
        found = anna.post(path, data=data)
        assert re.fullmatch(path + r"/[0-9a-f]{16}", found.url.path) and not found.url.query
        assert "zwerfstroom" in anna.get(found.url.path).text  # gone back to
        for stranger in (bea.get(found.url.path), anna.get(f"{path}/0123456789abcdef")):
            assert stranger.status_code == 404 and "wordt niet meer bewaard" in stranger.text
            assert "zwerfstroom" not in stranger.text
        made_up = {"place": found.url.path, "fields": {field: "iets anders", "turns": "geen lijst"}}
        kept = anna.post("/working-texts", json=made_up, headers={"x-csrf-token": data["csrf"]})
        assert kept.status_code == 400  # results are of what was sent, not of what is typed
        for _ in range(20):
            last = anna.post(path, data=data, follow_redirects=False).headers["location"]
        assert anna.get(found.url.path).status_code == 404  # of one's own the last twenty are kept
        assert anna.get(last).status_code == 200
