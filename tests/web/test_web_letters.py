"""From proposal to letter by the buttons: confirmed, put in from the material, taken on own account."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import date
from html import unescape

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from web_office import EVERYTHING, Office, documents, form_token

from learninglion.models import AnswerVerdict, Dossier, Filters, Role, StatementVerdict
from learninglion.models.errors import InputError
from learninglion.record.notes import collect_notes
from learninglion.sample import sample_documents
from learninglion.web.access import read_filters

KNOWN = "Bent u bekend met het bericht over vuurwerkbunkers in woonwijken?"
STORED = "Hoeveel consumentenvuurwerk mag een winkelier opslaan?"
FERRIES = "In de haven van Duinwijk varen 14 veerponten."
WATCHED = "De gemeente houdt toezicht op de veerponten."


@pytest.fixture
def noor(office: Office) -> TestClient:
    return office.browser("noor")


def searched(browser: TestClient, *questions: str) -> str:
    """A set that is searched; gives its path."""
    csrf = form_token(browser)
    numbered = "\n\n".join(f"Vraag {n}\n{q}" for n, q in enumerate(questions, start=1))
    checked = browser.post("/sets/new", data={"csrf": csrf, "text": f"Over vuurwerk.\n\n{numbered}"})
    data = {f"number-{n}": str(n + 1) for n in range(len(questions))}
    data |= {f"text-{n}": q for n, q in enumerate(questions)}
    shortlist = browser.post(str(checked.url), data={"csrf": csrf, "introduction": "Over vuurwerk.", **data})
    return "/sets/" + str(shortlist.url).split("/sets/")[1].split("/")[0]


def drafted(browser: TestClient, work: str) -> str:
    """The proposal of a set; gives its path."""
    page = browser.post(f"{work}/draft", data={"csrf": form_token(browser)})
    for _ in range(200):
        if "/dossiers/" in str(page.url):
            return "/dossiers/" + str(page.url).rsplit("/", 1)[1]
        time.sleep(0.05)
        page = browser.get(str(page.url))
    raise AssertionError("the proposal did not come")


def add_own(browser: TestClient, work: str, text: str) -> None:
    """Bring a source along for question 1; it is chosen with that."""
    own = {"own-title": f"Nota {time.monotonic_ns()}", "own-text": text, "may-use": "1"}
    browser.post(f"{work}/questions/1/own-sources", data={"csrf": form_token(browser), **own})


def load(office: Office, path: str) -> Dossier:
    return office.workplace.dossiers.load(path.rsplit("/", 1)[1], EVERYTHING)


def question(page: str) -> str:
    """The part of a page about the first question."""
    return page.split('id="question-0"')[1].split('id="question-1"')[0]


def press(browser: TestClient, path: str, act: str, **fields: str) -> Response:
    return browser.post(f"{path}/questions/0/{act}", data={"csrf": form_token(browser), **fields})


def test_a_proposal_is_confirmed_with_a_button_and_is_no_failure(office: Office, noor: TestClient) -> None:
    path = drafted(noor, searched(noor, KNOWN, STORED))
    page = noor.get(path).text
    first = question(page)
    assert "Voorstel om te bevestigen" in first and "“Ja.”" in first and "utrecht-badge--error" not in first
    assert "△ te bevestigen" in page and "Kies andere bronnen" not in first
    said = press(noor, path, "confirm", version="1")
    assert "Voorstel om te bevestigen" not in question(said.text)
    (only,) = load(office, path).verifications[0].standing
    assert (only.statement.text, only.statement.citations) == ("Ja.", ())
    assert only.statement.own_account == "Bevestigd door noor."
    assert "beantwoord, 1 eigen zin" in said.text and "1 van 2 beantwoord" in said.text
    more = save(
        noor, path, 0, "Ja. Een winkelier mag ten hoogste 10.000 kilo consumentenvuurwerk opslaan."
    ).text
    press(noor, path, "own-account", version="3", place="1", account="Besluit.")
    assert "beantwoord, 2 eigen zinnen" in noor.get(path).text and "1 zin niet gedragen" in more
    save(noor, path, 0, "Ja.")
    press(noor, path, "confirm", version="1")  # pressed twice
    assert [c.statement.text for c in load(office, path).verifications[0].standing] == ["Ja."]


def test_what_is_proposed_in_two_ways_is_chosen_and_a_blank_keeps_it_unsigned(
    office: Office, noor: TestClient
) -> None:
    path = drafted(noor, searched(noor, "Kunt u de rapporten over vuurwerk met de Kamer delen?"))
    page = noor.get(path).text
    assert "kies wat waar is" in page and "“De gevraagde stukken zijn als bijlage gevoegd.”" in page
    assert press(noor, path, "confirm", version="1", choice="2").status_code == 400
    page = press(noor, path, "confirm", version="1", choice="1").text
    assert "△ in te vullen" in page and "vraag 1 staat nog […]" in page and "kies wat waar is" not in page
    sign = {"csrf": form_token(noor), "version": "2", "responsible": "1"}
    refused = noor.post(f"{path}/approve", data=sign)
    assert refused.status_code == 400 and "Vul in wat daar hoort" in refused.text
    filled = save(noor, path, 0, "De gevraagde stukken worden niet gedeeld, omdat zij geheim zijn.").text
    assert "staat nog […]" not in filled
    (only,) = load(office, path).verifications[0].standing
    assert only.statement.own_account == "Bevestigd door noor."


def test_a_sentence_of_a_source_is_proposed_and_confirmed_with_that_source(
    office: Office, noor: TestClient
) -> None:
    work = searched(noor, "Welke eisen stelt België aan de opleiding van mensen die vuurwerk opslaan?")
    source = "ah-tk-20102011-9001#3"  # whatever else the office took in for other tests
    assert f'name="source" value="{source}"' in noor.get(f"{work}/questions/1").text
    chosen = {"csrf": form_token(noor), "source": source, "act": "choose"}
    noor.post(f"{work}/questions/1/choices", data=chosen)
    path = drafted(noor, work)
    page = noor.get(path).text
    draft = load(office, path).verifications[0].draft
    assert draft.statements == () and draft.proposal and draft.proposal in page.replace("&#39;", "'")
    assert "Deze zin komt uit een bron die u koos" in page
    press(noor, path, "confirm", version="1")
    (only,) = load(office, path).verifications[0].standing
    assert only.verdict is StatementVerdict.SUPPORTED and only.statement.citations
    assert only.statement.own_account == ""


def test_a_sentence_of_the_material_is_put_in_the_text_and_its_source_chosen(
    office: Office, noor: TestClient
) -> None:
    work = searched(noor, STORED)
    path = drafted(noor, work)  # nothing chosen: whatever was found is material
    before = load(office, path).verifications[0]
    cited = before.draft.material[0]
    sentence = " ".join(cited.quote.split())
    assert before.checks == () and before.draft.selection.chosen == ()
    wrong = press(noor, path, "material", place="99", version="1")
    assert wrong.status_code == 400 and "staat niet bij deze vraag" in wrong.text
    page = press(noor, path, "material", place="0", version="1").text
    after = load(office, path).verifications[0]
    (put,) = after.shown  # borne by its source, which counts as chosen now
    assert sentence in put.statement.text
    assert [s.id for s in after.draft.selection.chosen] == [cited.source_id]
    assert page.count('name="place"') >= len(before.draft.material) - 1 and cited not in after.draft.material
    shortlist = noor.get(f"{work}/questions/1").text
    assert shortlist.count('data-state="chosen"') == 1  # where it is drafted again from
    late = press(noor, path, "material", place="1", version="1")
    assert late.status_code == 409 and len(load(office, path).verifications[0].checks) == 1
    exported = noor.get(path + "/export/md").text
    assert sentence in exported


def test_what_contradicts_its_source_stays_visible_on_own_account_and_does_not_cite_it(
    office: Office, noor: TestClient
) -> None:
    work = searched(noor, "Hoeveel veerponten varen in de haven van Duinwijk?")
    add_own(noor, work, f"{FERRIES} {WATCHED}")
    path = drafted(noor, work)
    version = str(load(office, path).version)
    changed = FERRIES.replace("14", "15")
    noor.post(
        f"{path}/questions/0",
        data={"csrf": form_token(noor), "version": version, "text": f"{changed} {WATCHED}"},
    )
    refused = noor.get(path).text
    assert "Tegengesproken door de bron" in refused
    compared = refused.split('id="why-0-0"')[1].split("</section>")[0]
    assert 'data-reference="[1]' in compared and "[2]" not in compared  # the note of its source here
    newest = load(office, path)
    account = "Telling van gisteren, afdeling Havens."
    page = press(noor, path, "own-account", place="0", version=str(newest.version), account=account).text
    text = page.split('id="s-0-0"')[1].split('id="s-0-1"')[0]
    assert changed in unescape(text) and 'class="cite"' not in text
    why = page.split('id="why-0-0"')[1].split("</section>")[0]
    assert account in why and "De bron zegt iets anders." in why and "15" in why and 'class="cite"' in why
    assert "1 eigen zin" in page
    taken = load(office, path)
    assert [len(notes) for notes in collect_notes(taken).values()] == [0, 1]
    letter = noor.get(path + "/export/md").text
    assert changed in letter and account in letter and f"{changed}[^" not in letter
    assert f"{WATCHED}[^1]" in letter


def save(browser: TestClient, path: str, position: int, text: str) -> Response:
    """Put `text` in the place of an answer."""
    version = re.findall(r'name="version" value="(\d+)"', browser.get(path + f"?edit={position}").text)[0]
    form = {"csrf": form_token(browser), "version": version, "text": text}
    return browser.post(f"{path}/questions/{position}", data=form)


def test_an_answer_with_a_sentence_of_ones_own_is_green_only_once_somebody_answers_for_it(
    office: Office, noor: TestClient
) -> None:
    work = searched(noor, "Hoeveel veerponten varen in de haven van Duinwijk?", STORED)
    add_own(noor, work, f"{FERRIES} {WATCHED}")
    path = drafted(noor, work)
    before = load(office, path).verifications[0].verdict
    page = save(noor, path, 0, f"{FERRIES}\n\nHet college vindt dit een mooi gezicht.").text
    changed = load(office, path)
    assert changed.verifications[0].verdict is AnswerVerdict.PARTIAL
    assert "1 zin niet gedragen" in page and "✓ beantwoord" not in page
    account = {"place": "1", "version": str(changed.version), "account": "Gesprek met het college."}
    page = press(noor, path, "own-account", **account).text
    whole = before is AnswerVerdict.ANSWERED
    assert f"{'✓ ' if whole else '△ deels '}beantwoord, 1 eigen zin" in page
    assert (
        load(office, path).verifications[0].verdict is before
    )  # as far as the sentence of the source answers


def test_an_answer_that_somebody_emptied_says_so_on_screen_and_in_what_leaves(
    office: Office, noor: TestClient
) -> None:
    work = searched(noor, "Hoeveel veerponten varen in de haven van Duinwijk?", STORED)
    add_own(noor, work, FERRIES)
    path = drafted(noor, work)
    page = save(noor, path, 0, "").text
    assert "Het antwoord is leeg gemaakt" in question(page)
    markdown = noor.get(path + "/export/md").text
    assert "Het antwoord is leeg gemaakt: schrijf een nieuw antwoord" in markdown
    first = markdown.split("Vraag 1: verantwoording")[1].split("Vraag 2: verantwoording")[0]
    assert "kan niet worden beantwoord uit de gekozen bronnen" not in first


def test_what_somebody_answers_for_is_not_asked_again_where_the_answer_is_joint(
    office: Office, noor: TestClient
) -> None:
    asked = "Wie houdt er in Duinwijk toezicht op de veerponten?"
    work = searched(noor, asked, "Wie houdt toezicht op de veerponten van Duinwijk?")
    add_own(noor, work, f"{FERRIES} {WATCHED}")
    path = drafted(noor, work)
    first = "Over de veerponten is met de schippers van Duinwijk gesproken."
    second = "Dat gesprek wordt in het voorjaar met dezelfde schippers vervolgd."
    save(noor, path, 0, f"{FERRIES} {WATCHED} {first} {second}")
    for place in ("2", "3"):
        account = {"place": place, "account": "Verslag van de wethouder."}
        press(noor, path, "own-account", version=str(load(office, path).version), **account)
    page = save(noor, path, 1, f"{FERRIES} {WATCHED} {first} {second}").text  # said once more for question 2
    joint = load(office, path)
    assert [len(v.own) for v in joint.verifications] == [2, 2]
    assert not any(v.failed for v in joint.verifications)
    assert "één antwoord op vraag 1 en 2" in page
    later = "De schippers krijgen daarvan een verslag in hun eigen taal."
    for position in (0, 1):
        save(noor, path, position, f"{FERRIES} {WATCHED} {first} {second} {later}")
    assert [len(v.failed) for v in load(office, path).verifications] == [1, 1]
    account = {"place": "4", "version": str(load(office, path).version), "account": "Toezegging."}
    press(noor, path, "own-account", **account)
    assert [len(v.own) for v in load(office, path).verifications] == [3, 3]


def test_a_history_tells_what_came_with_the_set_apart_from_what_was_chosen(
    office: Office, noor: TestClient
) -> None:
    csrf = form_token(noor)
    checked = noor.post("/sets/new", data={"csrf": csrf, "text": f"Over vuurwerk.\n\nVraag 1\n{STORED}"})
    given = {"number-0": "1", "text-0": STORED, "news": "Er brandde een bunker af.", "confirmed": "1"}
    shortlist = noor.post(str(checked.url), data={"csrf": csrf, "introduction": "Over vuurwerk.", **given})
    path = drafted(noor, "/sets/" + str(shortlist.url).split("/sets/")[1].split("/")[0])
    history = noor.get(path + "/history").text
    assert "0 gekozen, 1 meegegeven" in history
    assert "door beheer" not in history and "concept van de machine" in history


@pytest.mark.parametrize(
    ("address", "named"),
    [("/dossiers?page=nul", "page"), ("/dossiers?page=0", "page"), ("/dossiers/x?version=abc", "version")],
)
def test_an_address_that_is_wrong_is_told_in_the_language_of_the_page(
    noor: TestClient, address: str, named: str
) -> None:
    answer = noor.get(address)
    assert answer.status_code == 400
    assert f"Dit adres klopt niet. Kijk naar: {named}." in answer.text and "nput should" not in answer.text


def test_a_period_that_ends_before_it_begins_is_refused(office: Office, noor: TestClient) -> None:
    turned = {"period": "other", "since": "2024", "until": "2020"}
    page = noor.post("/search", data={"csrf": form_token(noor), "text": "vuurwerk", **turned})
    assert page.status_code == 400 and "De periode eindigt voordat zij begint." in page.text
    year = {"period": "other", "since": "2019", "until": "2019"}
    assert read_filters(year) == Filters(since=date(2019, 1, 1), until=date(2019, 12, 31))
    with pytest.raises(InputError, match="eindigt voordat"):
        filters = Filters(since=date(2024, 1, 1), until=date(2020, 1, 1))
        office.workplace.searching.search("vuurwerk", filters=filters, actor=EVERYTHING)


def test_the_set_that_a_colleague_is_at_is_noticed(office: Office, noor: TestClient) -> None:
    office.person("petra", Role.DRAFTER)
    questions = ("Hoe vaak brandde de rietkraag bij Zuiderdam?", "Wie bluste de rietkraag bij Zuiderdam?")
    work = searched(noor, *questions)
    petra = office.browser("petra")
    broken = "\n".join(f"Vraag {n}\n{q}" for n, q in enumerate(questions, start=1)).replace("riet", "riet-\n")
    data = {"csrf": form_token(petra), "text": f"Andere inleiding.\n\n{broken}"}
    page = petra.post("/sets/new", data=data)
    assert page.status_code == 200 and "noor werkt ook aan deze vragen" in page.text
    assert 'id="same"' not in page.text and work not in page.text  # it stays noor's
    path = drafted(noor, work)
    page = petra.get(str(page.url))
    assert f'href="{path}"' in page.text and "tekstvoorstel van noor" in page.text
    data["text"] = f"Vraag 1\n{questions[0]}\n\nVraag 2\nHoeveel kost een brug?\n\nVraag 3\nEn een sluis?"
    assert "werkt ook aan deze vragen" not in petra.post("/sets/new", data=data).text


def test_a_refused_form_is_read_again_and_in_another_language(office: Office, noor: TestClient) -> None:
    path = drafted(noor, searched(noor, "Hoeveel opslagplaatsen voor vuurwerk zijn er?"))
    form = {"csrf": form_token(noor), "version": "1"}
    refused = noor.post(f"{path}/approve", data=form)
    assert refused.status_code == 400 and refused.url.path == f"{path}/approve"
    assert noor.get(f"{path}/approve").url.path == path
    assert noor.get(f"{path}/questions/0/own-account").url.path == path
    english = noor.post("/language", data=form | {"language": "en", "back": f"{path}/approve"})
    assert english.status_code == 200 and english.url.path == path and '<html lang="en">' in english.text
    assert noor.get("/manage/people/add").url.path == "/manage/people"
    for lost in ("/sign-out", "/bestaat-niet/approve", "/api/v1/verifications"):
        assert noor.get(lost).status_code in (404, 405), lost
    noor.post("/language", data=form | {"language": "nl", "back": "/"})


def test_what_came_in_after_the_draft_is_told_when_it_is_opened(make_office: Callable[..., Office]) -> None:
    office = make_office()
    lately = next(p for p in sample_documents() if p.stem == "ah-tk-20232024-9001")
    older = [p for p in documents() if p != lately]
    assert not office.workplace.intake.ingest(older, actor=EVERYTHING).failures
    office.person("noor", *Role)
    noor = office.browser("noor")
    asked = "Bent u bereid de verkoop van consumentenvuurwerk in zijn geheel te verbieden?"  # it answers that
    work = searched(noor, asked, "Hoeveel astronauten wonen er in België?")
    source = re.findall(r'name="source" value="([^"]+)"', noor.get(f"{work}/questions/1").text)[0]
    chosen = {"csrf": form_token(noor), "source": source, "act": "choose"}
    noor.post(f"{work}/questions/1/choices", data=chosen)
    path = drafted(noor, work)
    assert "nieuwer materiaal" not in noor.get(path).text
    assert not office.workplace.intake.ingest([lately], actor=EVERYTHING).failures
    page = noor.get(path).text
    assert page.count("Na dit concept is nieuwer materiaal opgenomen:") == 2  # above, and at the one question
    part = question(page).split("nieuwer materiaal")[1]
    reference = re.findall(r'name="reference" value="([^"]+)"', part)[0]
    assert reference == "ah-tk-20232024-9001#7" and "data-beside" in part
    taken = {"csrf": form_token(noor), "reference": reference}
    assert 'data-state="chosen"' in noor.post(f"{work}/questions/1/sources", data=taken).text
    noor.post(f"{work}/draft", data={"csrf": form_token(noor)})
    for _ in range(200):
        if load(office, path).version > 1:
            break
        time.sleep(0.05)
    assert "nieuwer materiaal" not in noor.get(path).text  # it was chosen since


def test_a_question_about_the_form_asks_for_no_source(noor: TestClient) -> None:
    work = searched(noor, "Kunt u deze vragen afzonderlijk beantwoorden?", STORED)
    page = noor.get(f"{work}/questions/1").text
    assert (
        "Hiervoor is geen bron nodig" in page and "Zonder bron geeft LearningLion geen antwoord" not in page
    )
    assert "Bij 1 vraag koos u nog geen bron" in unescape(page)
    assert "Hiervoor is geen bron nodig" not in noor.get(f"{work}/questions/2").text
