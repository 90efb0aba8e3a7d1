"""Sources that an officer brings along: for one set only, with a confirmation, cited as supplied."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Callable

import httpx
import pytest
from fastapi.testclient import TestClient
from web_office import EVERYTHING, NOOR, Office, documents, form_token

from learninglion.models import Actor, Role, SourceKind
from learninglion.models.errors import InputError, LearningLionError
from learninglion.workflow.documents import LONGEST

SET = """Vragen over veerponten.

Vraag 1
Hoeveel veerponten varen bij Duinwijk?

Vraag 2
Varen er bussen?
"""
NOTE = "Bij Duinwijk varen sinds maart 14 veerponten. De gemeente houdt daar toezicht op."
FIELDS = {"own-title": "Nota veerponten", "own-date": "2024-03-01", "own-text": NOTE, "may-use": "1"}


@pytest.fixture(scope="module")
def harbour(make_office: Callable[..., Office]) -> Office:
    made = make_office()
    assert not made.workplace.intake.ingest(documents()[:2], actor=EVERYTHING).failures
    made.person("noor", Role.DRAFTER)
    made.person("piet", Role.DRAFTER)
    made.person("archief", Role.READER)
    return made


def shortlist_of(browser: TestClient) -> tuple[str, str]:
    """A searched set; the address of its first shortlist, and the token for forms."""
    csrf = form_token(browser)
    checked = browser.post("/sets/new", data={"csrf": csrf, "text": SET})
    data = {"csrf": csrf, "introduction": "Vragen over veerponten."}
    data |= {"number-0": "1", "text-0": "Hoeveel veerponten varen bij Duinwijk?"}
    data |= {"number-1": "2", "text-1": "Varen er bussen?"}
    return str(browser.post(str(checked.url), data=data).url), csrf


def propose(browser: TestClient, shortlist: str, csrf: str) -> httpx.Response:
    page = browser.post(shortlist.split("/questions")[0] + "/draft", data={"csrf": csrf})
    for _ in range(100):
        if "/dossiers/" in str(page.url):
            return page
        time.sleep(0.05)
        page = browser.get(str(page.url))
    raise AssertionError("the proposal did not come")


def test_a_pasted_source_is_cited_as_supplied_and_stays_out_of_the_archive(harbour: Office) -> None:
    browser = harbour.browser("noor")
    shortlist, csrf = shortlist_of(browser)
    page = browser.post(f"{shortlist}/own-sources", data={"csrf": csrf, **FIELDS}).text
    assert "Nota veerponten" in page and "aangeleverd door u" in page
    assert "Nota veerponten" not in browser.get(shortlist.replace("questions/1", "questions/2")).text
    done = propose(browser, shortlist, csrf)
    assert "14 veerponten" in done.text
    assert "aangeleverd door de opsteller (“Nota veerponten” van 1 maart 2024)" in done.text
    link = re.search(r'href="(/dossiers/[^"]+/supplied[^"]+)"', done.text)
    assert link
    shown = browser.get(link[1].replace("&amp;", "&")).text
    assert re.search(r"<mark>[^<]*14 veerponten", shown)
    answer = browser.post(
        "/search", data={"csrf": csrf, "text": "Hoeveel veerponten varen bij Duinwijk?", "threshold": "0"}
    )
    assert "14 veerponten" not in answer.text
    dossier_id = str(done.url).rsplit("/", 1)[1]
    noor = Actor("noor", frozenset({Role.DRAFTER}))
    chosen = harbour.workplace.dossiers.load(dossier_id, noor).verifications[0].draft.selection.chosen
    assert [s.kind for s in chosen] == [SourceKind.SUPPLIED]
    exported = browser.get(f"/dossiers/{dossier_id}/export/md").text
    assert "aangeleverd door de opsteller" in exported
    (told,) = [
        e for e in harbour.workplace.log.entries(EVERYTHING, limit=500) if e.action == "set.own-source"
    ]
    assert told.details["confirmed"] is True and "veerpont" not in str(told.details)


def test_an_added_sentence_rests_on_the_best_fitting_sentence_of_a_chosen_source(harbour: Office) -> None:
    browser = harbour.browser("noor")
    shortlist, csrf = shortlist_of(browser)
    browser.post(f"{shortlist}/own-sources", data={"csrf": csrf, **FIELDS})
    path = str(propose(browser, shortlist, csrf).url)
    page = browser.get(path + "?edit=0").text
    assert "Nota veerponten</a>" in page  # to read beside while one writes
    text = re.findall(r'<textarea[^>]*id="answer"[^>]*>([^<]*)</textarea>', page)[0]
    form = {"csrf": csrf, "version": "1", "text": text + " De gemeente houdt daar toezicht op."}
    browser.post(path + "/questions/0", data=form)
    dossier = harbour.workplace.dossiers.load(path.rsplit("/", 1)[1], EVERYTHING)
    written = dossier.verifications[0].checks[-1]
    assert [c.quote for c in written.statement.citations] == ["De gemeente houdt daar toezicht op."]
    assert written in dossier.verifications[0].shown
    assert "door een mens geschreven" in browser.get(path + "?view=sentences").text
    form = {"csrf": csrf, "version": "2", "text": form["text"] + " Kabouters bestaan."}
    browser.post(path + "/questions/0", data=form)
    dossier = harbour.workplace.dossiers.load(path.rsplit("/", 1)[1], EVERYTHING)
    assert dossier.verifications[0].checks[-1].statement.citations == ()  # near to nothing: it cites nothing


def test_without_confirmation_title_or_text_nothing_is_added_and_what_was_typed_stays(
    harbour: Office,
) -> None:
    browser = harbour.browser("noor")
    shortlist, csrf = shortlist_of(browser)
    for left_out, words in (
        ({"may-use": ""}, "Bevestig eerst"),
        ({"own-title": " "}, "titel"),
        ({"own-text": " "}, "Plak de tekst"),
        ({"own-text": "a" * (LONGEST + 1)}, "langer dan"),
        ({"own-date": "gisteren"}, "Datum"),
    ):
        answer = browser.post(f"{shortlist}/own-sources", data={"csrf": csrf, **FIELDS, **left_out})
        assert answer.status_code == 400 and words in answer.text
        if "own-title" not in left_out:
            assert 'value="Nota veerponten"' in answer.text
    work = harbour.site.workplace.sets.find(shortlist.split("/")[-3], NOOR)
    assert not any(b.added for b in work.shortlists)


@pytest.mark.parametrize("suffix", ["txt", "docx", "odt"])
def test_a_file_is_read_and_named_after_itself(harbour: Office, suffix: str) -> None:
    browser = harbour.browser("noor")
    shortlist, csrf = shortlist_of(browser)
    content = {"txt": str.encode, "docx": word_file, "odt": open_file}[suffix](NOTE)
    files = {"own-file": (f"nota-pont.{suffix}", content, "application/octet-stream")}
    page = browser.post(f"{shortlist}/own-sources", data={"csrf": csrf, "may-use": "1"}, files=files).text
    assert "nota-pont" in page and "14 veerponten" in page


def test_a_damaged_file_is_refused_in_words(harbour: Office) -> None:
    browser = harbour.browser("noor")
    shortlist, csrf = shortlist_of(browser)
    files = {"own-file": ("nota.pdf", b"%PDF-1.7\nniets", "application/pdf")}
    answer = browser.post(f"{shortlist}/own-sources", data={"csrf": csrf, "may-use": "1"}, files=files)
    assert answer.status_code == 400 and "nota.pdf" in answer.text


def test_a_set_is_read_from_an_open_document(harbour: Office) -> None:
    browser = harbour.browser("noor")
    text = "Vragen van het lid Terwolde over de haven.\n1\nHoeveel ponten varen er?\n2\nWie houdt toezicht?"
    files = {"file": ("set.odt", open_file(text), "application/octet-stream")}
    page = browser.post("/sets/new", data={"csrf": form_token(browser)}, files=files)
    assert page.status_code == 200 and str(page.url).endswith("/check")
    assert "Hoeveel ponten varen er?" in page.text and "Wie houdt toezicht?" in page.text


def open_file(text: str) -> bytes:
    space = "urn:oasis:names:tc:opendocument:xmlns"
    paragraphs = "".join(f"<text:p>{line}</text:p>" for line in text.splitlines())
    content = (
        f'<office:document-content xmlns:office="{space}:office:1.0" xmlns:text="{space}:text:1.0">'
        f"<office:body><office:text>{paragraphs}</office:text></office:body></office:document-content>"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", content)
    return buffer.getvalue()


def word_file(text: str) -> bytes:
    main = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{kind}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{main}"><w:body><w:p><w:r>'
        f"<w:t>{text}</w:t></w:r></w:p></w:body></w:document>",
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + content)
    return buffer.getvalue()


def test_one_source_for_the_whole_set_survives_a_new_search_and_can_be_taken_away(harbour: Office) -> None:
    browser = harbour.browser("noor")
    shortlist, csrf = shortlist_of(browser)
    browser.post(f"{shortlist}/own-sources", data={"csrf": csrf, **FIELDS, "everywhere": "1"})
    work_id = shortlist.split("/")[-3]
    work = harbour.site.workplace.sets.find(work_id, NOOR)
    assert [b.chosen for b in work.shortlists] == [("supplied#own-1",), ("supplied#own-1",)]
    data = {"csrf": csrf, "number-0": "1", "text-0": "Hoeveel veerponten varen bij Duinwijk?"}
    browser.post(f"/sets/{work_id}/check", data=data)
    kept = harbour.site.workplace.sets.find(work_id, NOOR).shortlists
    assert (
        len(kept) == 1
        and [s.id for s in kept[0].added] == ["supplied#own-1"]
        and kept[0].chosen == ("supplied#own-1",)
    )
    browser.post(f"/sets/{work_id}/own-sources/remove", data={"csrf": csrf, "source": "supplied#own-1"})
    assert "Nota veerponten" not in browser.get(shortlist).text


def test_nobody_adds_to_another_persons_set_or_without_the_right(harbour: Office) -> None:
    browser = harbour.browser("noor")
    shortlist, _ = shortlist_of(browser)
    other = harbour.browser("piet")
    answer = other.post(f"{shortlist}/own-sources", data={"csrf": form_token(other), **FIELDS})
    assert answer.status_code == 404
    reader = harbour.browser("archief")
    answer = reader.post(f"{shortlist}/own-sources", data={"csrf": form_token(reader), **FIELDS})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "typed",
    [
        "ah-tk-20102011-9001#3",
        "ah-tk-20102011-9001 vraag 3",
        "20102011-9001, vraag 3",
        "Aanhangsel Handelingen II 2010/11, nr. 9001, antwoord op vraag 3",
        "vergaderjaar 2010-2011, nr. 9001, vraag 3",
    ],
)
def test_a_source_is_known_by_the_ways_it_is_called(harbour: Office, typed: str) -> None:
    assert harbour.workplace.documents.source_named(typed, EVERYTHING).id == "ah-tk-20102011-9001#3"


def test_a_number_that_more_papers_have_asks_which(harbour: Office) -> None:
    with pytest.raises(InputError, match="ah-tk-20102011-9001, ah-tk-20112012-9001"):
        harbour.workplace.documents.source_named("9001 vraag 3", EVERYTHING)
    for typed in ("9001 vraag 99", "123 vraag 1", "het antwoord over vuurwerk", "ah-tk-20102011-9001#99"):
        with pytest.raises(LearningLionError):
            harbour.workplace.documents.source_named(typed, EVERYTHING)
