from __future__ import annotations

import ast
import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from web_office import EVERYTHING, NOOR, Office, documents, form_token

from learninglion.database.blobs import FolderBlobs
from learninglion.models import Author, RawFile, Role, Span, Statement
from learninglion.models.errors import UnknownReferenceError, UnreadableFileError
from learninglion.sample import sample_question_set
from learninglion.settings import GeneratorSettings, Outside, Settings, WebSettings, outside_of
from learninglion.web.access import check_archive, check_content, clean_name
from learninglion.web.gate import _DETAILS, _TITLES
from learninglion.web.rendering import STATIC, counter, deed_words, highlight, score_words, translator
from learninglion.workflow.answer_text import changed_statement
from learninglion.workflow.documents import PageFiles, PageImages
from learninglion.workflow.drafts import LanguageModel
from learninglion.workflow.intake import read_set_file

WEB = Path(highlight.__code__.co_filename).parent
HOSTILE = "<script>alert(1)</script><img src=http://elders.nl/x onerror=alert(2)>"


# --------------------------------------------------------------------------- headers and public pages


def test_pages_allow_nothing_from_elsewhere_and_nothing_inline(office: Office) -> None:
    answer = office.browser().get("/sign-in")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy and "http" not in policy and "*" not in policy
    for name in ("x-frame-options", "x-content-type-options", "referrer-policy", "permissions-policy"):
        assert answer.headers[name]
    assert "server" not in answer.headers


def test_templates_have_no_inline_script_style_or_foreign_address() -> None:
    for path in (WEB / "templates").glob("*.html"):
        text = path.read_text("utf-8")
        assert not re.search(r"<script(?![^>]*src=)|\son[a-z]+=|\sstyle=|<style", text), path.name
        assert not re.search(r"(src|href)=\"https?:", text), path.name
        assert "|safe" not in text.replace(" ", ""), path.name


def test_style_sheets_fetch_nothing() -> None:
    for path in STATIC.rglob("*.css"):
        assert not re.search(r"@import|url\(\s*['\"]?(?!data:)", path.read_text("utf-8")), path.name


def test_the_vendored_style_is_what_the_manifest_says() -> None:
    import hashlib

    manifest = json.loads((STATIC / "vendor" / "manifest.json").read_text())
    content = (STATIC / "vendor" / "nl-design-system.css").read_bytes()
    assert hashlib.sha256(content).hexdigest() == manifest["sha256"]
    pins = json.loads((Path(__file__).parents[2] / "tools" / "css-packages.json").read_text())
    assert [f"{p['name']}@{p['version']}" for p in pins] == manifest["packages"]
    notice = (STATIC / "vendor" / "NOTICE.txt").read_text("utf-8")
    assert all(f"{p['name']} {p['version']}" in notice for p in pins)
    assert all(p["integrity"].startswith("sha512-") for p in pins)


def test_security_txt_is_there_and_not_expired(office: Office) -> None:
    text = office.browser().get("/.well-known/security.txt").text
    expires = re.search(r"^Expires: (.+)$", text, re.MULTILINE)
    assert expires and datetime.fromisoformat(expires[1]) > datetime.now(UTC)
    assert "Contact:" in text and "Preferred-Languages: nl, en" in text


def test_an_unknown_host_name_reaches_nothing(office: Office) -> None:
    assert office.browser().get("/health", headers={"Host": "boos.voorbeeld.nl"}).status_code == 400
    assert office.browser().get("/health").json()["status"] == "ok"


@pytest.mark.parametrize(
    "path", ["../app.py", "..%2fapp.py", "%2e%2e/app.py", "vendor/../../app.py", "/etc/passwd"]
)
def test_static_files_stay_inside_their_folder(office: Office, path: str) -> None:
    assert office.browser().get(f"/static/{path}").status_code == 404


def test_the_theme_of_the_organisation_is_served(make_office: Callable[..., Office], tmp_path: Path) -> None:
    sheet = tmp_path / "huisstijl.css"
    sheet.write_text(":root { --ll-brand: #123456; }")
    office = make_office(LEARNINGLION_WEB_THEME_CSS=str(sheet))
    browser = office.browser()
    assert "/theme.css" in browser.get("/sign-in").text
    assert "#123456" in browser.get("/theme.css").text


def test_unknown_pages_and_wrong_methods_are_told_in_words(office: Office) -> None:
    browser = office.browser("noor")
    assert browser.get("/nergens").status_code == 404
    assert browser.put("/search").status_code == 405
    assert browser.get("/documents/ah-tk-0-0").status_code == 404
    assert browser.get("/sets/bestaatniet/questions/1").status_code == 404


# --------------------------------------------------------------------------- texts stay text


def test_what_people_and_documents_write_is_never_markup(office: Office) -> None:
    browser = office.browser("noor")
    csrf = form_token(browser)
    answer = browser.post("/search", data={"csrf": csrf, "text": HOSTILE, "threshold": "0"})
    assert (
        answer.status_code == 200
        and "<script>alert" not in answer.text
        and "<img src=http" not in answer.text
    )
    text = f"Vragen over {HOSTILE}.\n\nVraag 1\nKent u {HOSTILE}?\n"
    page = browser.post("/sets/new", data={"csrf": csrf, "text": text})
    assert page.status_code == 200 and "&lt;script&gt;" in page.text and "<script>alert" not in page.text
    content = f"Een nota over {HOSTILE} en nog wat woorden over veerponten bij Duinwijk.".encode()
    files = {"files": ("<b>nota.txt", content, "text/plain")}
    browser.post("/manage/documents/upload", data={"csrf": csrf, "collection": "proef"}, files=files)
    pages = browser.get("/manage/documents?collection=proef").text
    assert "<script>alert" not in pages and "<b>nota" not in pages


def test_highlighting_escapes_every_piece() -> None:
    text = "a <b> c & d"
    assert highlight(text, [Span(2, 5)]) == "a <mark>&lt;b&gt;</mark> c &amp; d"
    assert highlight(text, [Span(12, 15), Span(90, 99)], offset=10) == "a <mark>&lt;b&gt;</mark> c &amp; d"
    assert highlight("abc", [Span(0, 2), Span(1, 3)]) == "<mark>ab</mark><mark>c</mark>"


def test_scores_are_said_in_words() -> None:
    assert [score_words(s) for s in (1.0, 0.6, 0.3, 0.0)] == [
        "zeer goede kans",
        "goede kans",
        "redelijke kans",
        "kleine kans",
    ]


# --------------------------------------------------------------------------- every text in English


def texts_on_screen() -> set[str]:
    found: set[str] = set()
    for path in (WEB / "templates").glob("*.html"):
        text = path.read_text("utf-8")
        found |= {m[1] or m[2] for m in re.finditer(r"""\b_\(\s*(?:"([^"]+)"|'((?:[^'])+)')""", text)}
        found |= {told for m in re.finditer(r"""\b_n\("([^"]+)", "([^"]+)",""", text) for told in m.groups()}
    return found


def test_every_text_on_a_page_is_there_in_english() -> None:
    table = json.loads((WEB / "translations" / "en.json").read_text("utf-8"))
    missing = sorted(texts_on_screen() - set(table))
    assert not missing, "\n".join(missing)
    for dutch, english in table.items():
        assert sorted(re.findall(r"{\w+}", dutch)) == sorted(re.findall(r"{\w+}", english)), dutch


def errors_on_screen(source_tree: Callable[[Path], ast.Module]) -> set[str]:
    """What goes wrong on a page or with a sentence, as its rooms say it; what is filled in is called {}."""
    root = WEB.parent
    source = (root / "models" / "errors.py").read_text("utf-8")
    names = {"Finding", *re.findall(r"^class (\w+)\(", source, re.MULTILINE)}
    rooms = [(root / room).rglob("*.py") for room in ("web", "workflow", "checking")]
    modules = [path for room in rooms for path in room] + [root / "record/dossiers.py"]
    elsewhere = {
        "api",
        "mcp",
        "oidc",
        "app",
        "backup",
        "workplace",
    }
    told = set()
    for path in modules:
        if {path.stem, path.parent.name} & elsewhere:
            continue  # for programs, or for who sets it up
        for node in ast.walk(source_tree(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
                text = node.args[-1] if node.args else None
                parts = text.values if isinstance(text, ast.JoinedStr) else [text]
                told.add("".join(str(p.value) if isinstance(p, ast.Constant) else "{}" for p in parts))
    return {text for text in told if " " in text}


def test_every_error_on_a_page_is_there_in_english(source_tree: Callable[[Path], ast.Module]) -> None:
    table = json.loads((WEB / "translations" / "en.json").read_text("utf-8"))
    known = {re.sub(r"{\w+}", "{}", text) for text in table}
    errors = errors_on_screen(source_tree)
    missing = sorted((errors | set(_TITLES.values()) | set(_DETAILS.values())) - known)
    assert len(errors) > 100 and not missing, "\n".join(missing)


def test_an_error_page_is_in_the_language_of_the_reader(office: Office) -> None:
    browser = office.browser("lezer")
    assert "Niet gevonden" in browser.get("/bestaat-niet").text
    browser.post("/language", data={"language": "en", "back": "/search"})
    lost = browser.get("/bestaat-niet").text
    assert "Not found" in lost and "This page does not exist." in lost and "bestaat niet" not in lost
    gone = browser.get("/documents/ah-tk-20232024-99999").text
    assert re.search(r"Document \S+ does not exist\.", gone)
    refused = browser.get("/manage/people").text
    assert "You have no rights for: managing documents and settings." in refused
    form = {"csrf": form_token(browser), "text": " "}
    assert "Give a question or words to search with." in browser.post("/search", data=form).text


def test_what_was_filled_in_before_is_translated_with_what_stands_in_it() -> None:
    english = translator("en")
    assert english("nota (1).pdf: het bestand is leeg") == "nota (1).pdf: the file is empty"
    assert english("U hebt geen rechten voor: dossiers inzien. Vraag uw beheerder.") == (
        "You have no rights for: seeing dossiers. Ask your administrator."
    )
    assert english("Dit staat nergens.") == "Dit staat nergens."
    for text in (": " * 3000, "“a” " * 3000, " bij ".join("“x”" for _ in range(3000))):
        assert english(f"Bron {text}") == f"Bron {text}"
    assert translator("nl")("Dossier x bestaat niet.") == "Dossier x bestaat niet."


def test_one_is_said_otherwise_than_more() -> None:
    dutch, english = counter("nl"), counter("en")
    words = ("U zoekt in 1 document.", "U zoekt in {n} documenten.")
    assert [dutch(*words, n) for n in (0, 1, 2)] == [
        "U zoekt in 0 documenten.",
        "U zoekt in 1 document.",
        "U zoekt in 2 documenten.",
    ]
    assert dutch(*words, 200_000) == "U zoekt in 200.000 documenten."
    assert english(*words, 1) == "You search in 1 document."
    assert english(*words, 200_000) == "You search in 200,000 documents."


def test_no_page_counts_with_a_plural_alone() -> None:
    """A count in front of a plural noun has a form for one: it goes through `_n`."""
    one_form = "aangeboden|afgewezen|gekozen|meegegeven|van|was|om"  # no nouns: they have one form
    counted = re.compile(rf"""_\("[^"]*\{{(?:n|m|k|documents)\}} (?!(?:{one_form})\b)\w*(?:en|s|'s|ën)\b""")
    assert counted.search('_("Er zijn {n} dossiers.", n=3)') and not counted.search('_("{n} gekozen", n=3)')
    for path in (WEB / "templates").glob("*.html"):
        assert not counted.findall(path.read_text("utf-8")), path.name


# --------------------------------------------------------------------------- what leaves this machine


def test_the_foot_of_the_page_tells_what_leaves_this_machine(make_office: Callable[..., Office]) -> None:
    def foot(**environment: str) -> str:
        page = make_office(**environment).browser().get("/sign-in").text
        return " ".join(re.sub(r"<[^>]+>", " ", page.split("<footer")[1]).split())

    assert "Er gaan geen gegevens naar buiten." in foot()
    told = foot(LEARNINGLION_ALLOWED_HOSTS="modellen.voorbeeld.nl")
    assert "geen gegevens naar buiten" not in told
    assert "modellen.voorbeeld.nl toegestaan; die wordt niet gebruikt" in told
    told = foot(
        LEARNINGLION_ALLOWED_HOSTS="modellen.voorbeeld.nl",
        LEARNINGLION_GENERATOR_KIND="openai",
        LEARNINGLION_GENERATOR_MODEL="proef",
        LEARNINGLION_GENERATOR_BASE_URL="https://modellen.voorbeeld.nl/v1",
    )
    assert "geen gegevens naar buiten" not in told and "teksten naar modellen.voorbeeld.nl" in told


def test_a_model_on_this_machine_is_not_outside(tmp_path: Path) -> None:
    near = GeneratorSettings(kind="openai", base_url="http://127.0.0.1:11434/v1")
    assert outside_of(Settings(tmp_path, generator=near)) == Outside()
    far = GeneratorSettings(kind="openai", base_url="https://a.voorbeeld.nl/v1")
    hosts = ("a.voorbeeld.nl", "b.voorbeeld.nl", "localhost")
    issuer = WebSettings(oidc_issuer="https://aanmelden.voorbeeld.nl/realm")
    found = outside_of(Settings(tmp_path, allowed_hosts=hosts, generator=far, web=issuer))
    assert found == Outside(("a.voorbeeld.nl",), ("b.voorbeeld.nl",), "aanmelden.voorbeeld.nl")


def test_a_page_reads_the_chosen_model_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    readings = []
    read = LanguageModel.chosen
    monkeypatch.setattr(LanguageModel, "chosen", lambda self: readings.append(1) or read(self))
    browser = office.browser("noor")
    for path in ("/how-this-works", "/search"):
        readings.clear()
        assert browser.get(path).status_code == 200
        assert len(readings) == 1, path


def test_a_line_of_the_log_is_told_in_words() -> None:
    assert deed_words("dossier.approved") == "vastgesteld"
    assert deed_words("nieuw.woord") == "nieuw.woord"


def test_a_reader_can_choose_english(office: Office) -> None:
    browser = office.browser("noor")
    browser.post("/language", data={"language": "en", "back": "/search"})
    page = browser.get("/search").text
    assert '<html lang="en">' in page and "This is an AI system" in page


# --------------------------------------------------------------------------- files that come in


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\nota.pdf", "nota.pdf"),
        ("a\x00b\u202egpj.exe", "abgpj.exe"),
        ("...", "bestand"),
        ('<img src="x">', "_img src=_x__"),
    ],
)
def test_names_of_files_lose_what_means_something_elsewhere(given: str, kept: str) -> None:
    assert clean_name(given) == kept


def test_files_are_what_their_name_says() -> None:
    check_content("a.pdf", b"\n\n%PDF-1.7 ...")
    for name, content in (
        ("a.pdf", b"PK\x03\x04"),
        ("a.docx", b"%PDF-1.4"),
        ("a.txt", b"  \n"),
        ("a.docx", b"PK\x03\x04x"),
    ):
        with pytest.raises(UnreadableFileError):
            check_content(name, content)


def test_an_archive_bomb_and_a_path_that_points_outside_are_refused() -> None:
    def packed(name: str, content: bytes) -> bytes:
        box = io.BytesIO()
        with zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, content)
        return box.getvalue()

    check_archive("goed.docx", packed("word/document.xml", b"<w/>" * 1000))
    with pytest.raises(UnreadableFileError, match="te groot"):
        check_archive("bom.docx", packed("word/document.xml", b"0" * 60_000_000))
    with pytest.raises(UnreadableFileError, match="naar buiten"):
        check_archive("pad.docx", packed("../../etc/cron.d/x", b"x"))


def test_a_set_comes_out_of_a_file_in_a_process_of_its_own() -> None:
    content = sample_question_set().read_bytes()
    assert len(read_set_file(RawFile("set.txt", content, "upload")).questions) == 8
    with pytest.raises(UnreadableFileError):
        read_set_file(RawFile("kapot.pdf", b"%PDF-1.7 niets", "upload"))


def test_a_set_that_cannot_be_read_is_said_on_the_page(office: Office) -> None:
    browser = office.browser("noor")
    csrf = form_token(browser)
    empty = browser.post("/sets/new", data={"csrf": csrf, "text": " "})
    assert empty.status_code == 400 and "Plak de set" in empty.text
    files = {"file": ("set.exe", b"MZ", "application/octet-stream")}
    assert browser.post("/sets/new", data={"csrf": csrf}, files=files).status_code == 400
    unconfirmed = {"csrf": csrf, "text": "Vraag 1\nKent u dit?", "line": "De lijn is nee."}
    answer = browser.post("/sets/new", data=unconfirmed)
    assert answer.status_code == 400 and "Bevestig" in answer.text and "De lijn is nee." in answer.text


# --------------------------------------------------------------------------- pages of originals


def test_a_page_becomes_an_image_and_a_hostile_file_only_an_error(tmp_path: Path) -> None:
    images = PageImages(PageFiles(FolderBlobs(tmp_path)))
    content = documents()[0].read_bytes()
    page = images.render("a" * 64, content, 1)
    assert page.png.startswith(b"\x89PNG") and page.size.pages >= 1 and page.size.height > 500
    assert images.render("a" * 64, b"kept", 1).png == page.png
    with pytest.raises(UnknownReferenceError):
        images.render("a" * 64, content, 999)
    for spoiled in (b"%PDF-1.4 x", content[:500], b""):
        with pytest.raises(UnreadableFileError):
            PageImages(PageFiles(FolderBlobs(tmp_path / str(len(spoiled))))).render("b" * 64, spoiled, 1)
    with pytest.raises(UnreadableFileError):
        PageImages(PageFiles(FolderBlobs(tmp_path / "memory")), memory=20_000_000).render(
            "c" * 64, content, 1
        )


def test_the_highlight_covers_the_words_it_is_for(office: Office) -> None:
    browser = office.browser("noor")
    document = office.workplace.documents.find(office.workplace.documents.list(EVERYTHING)[0].id, EVERYTHING)
    answer = next(p.answer for p in document.pairs if p.answer is not None)
    span = Span(answer.start, min(answer.end, answer.start + 60))
    source = next(
        s
        for s in office.workplace.documents.sources_of(document.id, EVERYTHING)
        if s.body_span.contains(span)
    )
    page = browser.get(f"/sources?id={source.id.replace('#', '%23')}&from={span.start}&to={span.end}").text
    boxes = re.findall(r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"', page)
    assert boxes and all(float(w) > 2 and 4 < float(h) < 30 for _, _, w, h in boxes)
    assert re.search(r"<mark>[^<]{5,}</mark>", page)


# --------------------------------------------------------------------------- parts


def test_what_a_machine_wrote_stays_visible_and_going_back_undoes_it() -> None:
    machine = Statement("De pont vaart.")
    changed = changed_statement(machine, "De pont vaart weer.")
    assert (changed.author, changed.original) == (Author.PERSON, "De pont vaart.")
    again = changed_statement(changed, "De pont vaart niet.")
    assert again.original == "De pont vaart."
    assert changed_statement(again, "De pont vaart.") == machine
    own = Statement("Van mij.", author=Author.PERSON)
    assert changed_statement(own, "Toch anders.").original is None


def test_the_choice_of_a_set_is_kept_as_it_was_made(office: Office) -> None:
    browser = office.browser("noor")
    csrf = form_token(browser)
    page = browser.post("/sets/new", data={"csrf": csrf, "text": sample_question_set().read_text("utf-8")})
    work = str(page.url).split("/sets/")[1].split("/")[0]
    fields = dict(re.findall(r'name="(number-\d+)" value="([^"]*)"', page.text))
    texts = re.findall(r'name="(text-\d+)" rows="3">([^<]+)<', page.text)
    form = {"csrf": csrf, "introduction": "Over vuurwerk", "threshold": "0", **fields, **dict(texts)}
    shortlist = browser.post(f"/sets/{work}/check", data=form)
    assert shortlist.status_code == 200
    found = office.site.workplace.sets.find(work, NOOR)
    ids = [h.source.id for h in found.shortlists[0].offered]
    choices = f"/sets/{work}/questions/1/choices"
    browser.post(choices, data={"csrf": csrf, "source": ids[0], "act": "choose"})
    browser.post(choices, data={"csrf": csrf, "source": ids[1], "act": "reject", "reason": "achterhaald"})
    assert browser.post(choices, data={"csrf": csrf, "source": ids[2], "act": "reject"}).status_code == 400
    assert browser.post(choices, data={"csrf": csrf, "source": "x#1", "act": "choose"}).status_code == 404
    browser.get(f"/sources?id={ids[2].replace('#', '%23')}&work={work}&question=0")
    browser.post(
        f"/sets/{work}/questions/1/search", data={"csrf": csrf, "words": "wachttijden", "alone": "1"}
    )
    shortlist_now = office.site.workplace.sets.find(work, NOOR).shortlists[0]
    assert shortlist_now.chosen == (ids[0],)
    assert [(r.source_id, r.reason) for r in shortlist_now.rejected] == [(ids[1], "achterhaald")]
    assert ids[2] in shortlist_now.seen and shortlist_now.searches == ("wachttijden",)
    other = office.browser("opsteller")
    assert other.get(f"/sets/{work}/questions/1").status_code == 404
    done = browser.post(f"/sets/{work}/draft", data={"csrf": csrf, "generator": "extractive"})
    for _ in range(200):
        if "/dossiers/" in str(done.url):
            break
        done = browser.get(str(done.url))
    dossier = office.workplace.dossiers.load(str(done.url).rsplit("/", 1)[1], EVERYTHING)
    selection = dossier.verifications[0].draft.selection
    assert [s.id for s in selection.chosen] == [ids[0]] and selection.selected_by == "noor"
    assert selection.rejected[0].reason == "achterhaald" and ids[2] in selection.seen


def test_a_reader_sees_no_work_of_others_and_no_management(office: Office) -> None:
    browser = office.browser("lezer")
    for path in ("/sets/new", "/manage", "/manage/people", "/manage/log", "/manage/documents", "/dossiers"):
        assert browser.get(path).status_code == 403, path
    start = browser.get("/").text
    assert "/manage" not in start and "/sets/new" not in start


def test_management_adds_people_and_keeps_a_trace(make_office: Callable[..., Office]) -> None:
    office = make_office()
    office.person("baas", Role.ADMINISTRATOR)
    browser = office.browser("baas")
    csrf = form_token(browser)
    form = {"csrf": csrf, "name": "nieuw", "role-reader": "1", "all-collections": "1"}
    page = browser.post("/manage/people/add", data=form).text
    link = re.search(r"/set-up\?token=[\w-]+", page)
    assert link and office.browser().get(link[0]).status_code == 200
    assert office.site.workplace.accounts.find("nieuw").roles == {Role.READER}
    actions = [e.action for e in office.workplace.log.entries(EVERYTHING, limit=3)]
    assert "account.add" in actions


def test_every_english_text_belongs_to_a_text_that_is_shown() -> None:
    """What was taken from the pages goes from the translations too."""
    folder = WEB.parent
    kinds = ("*.py", "*.html", "*.js", "deeds.json")
    written = [p.read_text("utf-8") for kind in kinds for p in folder.rglob(kind)]
    shown = re.sub(r"\s+", " ", re.sub(r'"\s*\n\s*f?"', "", " ".join(written)))
    table = json.loads((folder / "web" / "translations" / "en.json").read_text("utf-8"))
    pieces = {text: re.split(r"\{[^}]*\}", re.sub(r"\s+", " ", text)) for text in table}
    unused = [
        text for text, parts in pieces.items() if any(p.strip() and p.strip() not in shown for p in parts)
    ]
    assert not unused
