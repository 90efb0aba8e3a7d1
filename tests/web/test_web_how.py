"""The page that explains: with the reader's own set and proposal, limits, models, energy, and who to ask."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from web_office import EVERYTHING, NOOR, Office, documents, form_token

from learninglion.models import Role
from learninglion.sample import sample_question_set


@pytest.fixture(scope="module")
def office(make_office: Callable[..., Office]) -> Office:
    made = make_office(LEARNINGLION_WEB_CONTACT="vraagbaak@voorbeeld.nl")
    assert not made.workplace.intake.ingest(documents(), actor=EVERYTHING).failures
    made.person("noor", *Role)
    made.person("lezer", Role.READER)
    made.person("ander", Role.DRAFTER)
    return made


def explained(browser: TestClient) -> str:
    page = browser.get("/how-this-works")
    assert page.status_code == 200
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text.split("<main", 1)[1])).split())


def propose(office: Office, browser: TestClient) -> str:
    """A proposal from the first source of every question; gives the id of its dossier."""
    csrf = form_token(browser)
    page = browser.post("/sets/new", data={"csrf": csrf, "text": sample_question_set().read_text("utf-8")})
    work = str(page.url).split("/sets/")[1].split("/")[0]
    fields = dict(re.findall(r'name="(number-\d+)" value="([^"]*)"', page.text))
    texts = {n: html.unescape(t) for n, t in re.findall(r'name="(text-\d+)" rows="3">([^<]+)<', page.text)}
    form = {"csrf": csrf, "introduction": "Over vuurwerk", "threshold": "0", **fields, **texts}
    assert browser.post(f"/sets/{work}/check", data=form).status_code == 200
    before = explained(browser)
    assert "In uw set: 8 vragen" in before and "zinnen voor" not in before, before
    shortlists = office.site.workplace.sets.find(work, NOOR).shortlists
    for number, shortlist in enumerate(shortlists, start=1):
        for hit in shortlist.offered[:2]:
            choice = {"csrf": csrf, "source": hit.source.id, "act": "choose"}
            browser.post(f"/sets/{work}/questions/{number}/choices", data=choice)
    done = browser.post(f"/sets/{work}/draft", data={"csrf": csrf, "generator": "extractive"})
    for _ in range(400):
        if "/dossiers/" in str(done.url):
            return str(done.url).rsplit("/", 1)[1].split("?")[0]
        done = browser.get(str(done.url))
    raise AssertionError("the proposal did not come")


def test_it_is_told_with_the_readers_own_proposal(office: Office) -> None:
    browser = office.browser("noor")
    assert "In uw set" not in explained(browser)
    dossier = office.workplace.dossiers.load(propose(office, browser), EVERYTHING)
    told = explained(browser)
    shown = [c for v in dossier.verifications for c in v.shown]
    assert shown and f"{len(shown)} zinnen worden gedragen" in told
    assert shown[0].statement.text[:60] in told
    assert re.search(r"naar schatting \d+,\d+ Wh in \d+,\d seconden: \d+,\d+ Wh per vraag", told)
    assert f'href="/dossiers/{dossier.id}"' in browser.get("/how-this-works").text
    # Nobody else sees it.
    for name in ("ander", "lezer"):
        other = explained(office.browser(name))
        assert "In uw set" not in other and shown[0].statement.text[:60] not in other


def test_it_says_what_it_cannot_do_what_it_uses_and_who_to_ask(office: Office) -> None:
    told = explained(office.browser("lezer"))
    for words in (
        "LearningLion is een AI-systeem",
        "Wat het niet kan",
        "Niets gevonden betekent niet dat het nooit gevraagd is",
        "Er is geen taalmodel ingesteld",
        "multilingual-e5-small",
        "default: 6",
        "Het nieuwste is van",
        "Energie per voorstel",
        "65 watt",
        "vraagbaak@voorbeeld.nl",
    ):
        assert words in told, words


def test_it_says_which_model_writes_and_where(make_office: Callable[..., Office]) -> None:
    model = {"LEARNINGLION_GENERATOR_KIND": "openai", "LEARNINGLION_GENERATOR_MODEL": "lokaal-model"}
    office = make_office(**model)
    office.person("lezer", Role.READER)
    told = explained(office.browser("lezer"))
    assert "Een taalmodel van uw organisatie (lokaal-model)" in told and "geen taalmodel" not in told
    assert "Alles draait op deze server." in told
    model["LEARNINGLION_GENERATOR_BASE_URL"] = "https://gpu.voorbeeld.nl/v1"
    office = make_office(**model, LEARNINGLION_ALLOWED_HOSTS="gpu.voorbeeld.nl")
    office.person("lezer", Role.READER)
    assert "behalve de modellen op gpu.voorbeeld.nl" in explained(office.browser("lezer"))


def test_the_cards_of_what_computes_are_reached_from_a_proposal(office: Office) -> None:
    noor = office.browser("noor")
    page = noor.get(f"/dossiers/{propose(office, noor)}").text
    assert 'href="/how-this-works#h-cards"' in page and "Energie: naar schatting" in page
    told = explained(noor)
    for word in ("Zoekmodel", "Controle van zinnen", "Kan niet", "0.731", "Maat voor relevantie"):
        assert word in told
    assert "Taalmodel:" not in told  # none is set
