"""What the search page shows of a hit: what matched, and who says nearly the same."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from web_office import EVERYTHING, Office, form_token

from learninglion.models import Role

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
    assert 'action="/search/account"' in browser.post("/search", data=data).text
    made = browser.post("/search/account", data=data)
    assert made.headers["content-disposition"].startswith("attachment;")
    whole = made.text
    assert "Gezocht op: “zwerfstroom | leidingen”" in whole and "Door anna" in whole
    hits = office.workplace.searching.search("zwerfstroom", actor=EVERYTHING)
    searched = office.workplace.searching.account("zwerfstroom", hits, actor=EVERYTHING)
    assert f"- Doorzochte documenten: {searched.documents}\n" in whole
    assert "niet doorzocht: 1\n" in whole and "leeg.pdf" in whole
    assert {hit.source.document.title for hit in searched.hits} <= set(
        re.findall(r"\| \d+ \| (.*?) \(", whole)
    )
    narrow = browser.post("/search/account", data=data | {"since": "2020-01-01", "period": "other"}).text
    assert "Vanaf: 2020-01-01" in narrow and "want zonder datum: 1" in narrow
