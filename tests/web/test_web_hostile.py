"""Files from people who mean harm, sent to the running server: refused or read, and the server stays up."""

from __future__ import annotations

import functools
import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from web_office import EVERYTHING, Office, documents

from learninglion.parsing.isolated import IsolatedParser
from learninglion.workflow.accounts import SessionKind

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{WORD}.document.main+xml"/></Types>'
)
LINKS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Target="word/document.xml" Type="http://schemas.openxmlformats.org/'
    'officeDocument/2006/relationships/officeDocument"/></Relationships>'
)
NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
LAUGHS = "<!DOCTYPE x [" + '<!ENTITY a0 "ha">' + "".join(
    f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12)
)  # fmt: skip


def word(body: str, doctype: str = "", **more: bytes) -> bytes:
    """A Word file with this text in it."""
    inside = f"<w:body>{body}</w:body>"
    text = f'<?xml version="1.0"?>{doctype}<w:document xmlns:w="{NAMESPACE}">{inside}</w:document>'
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("_rels/.rels", LINKS)
        archive.writestr("word/document.xml", text)
        for name, content in more.items():
            archive.writestr(name, content)
    return box.getvalue()


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def lying(content: bytes) -> bytes:
    """The same archive, whose list of contents says that its largest part is one byte long."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        largest = max(archive.infolist(), key=lambda part: part.file_size)
    told = struct.pack("<LL", largest.compress_size, largest.file_size)
    assert told in content
    return content.replace(told, struct.pack("<LL", largest.compress_size, 1))


def pdf(*objects: bytes, root: int = 1) -> bytes:
    """A PDF of these objects, numbered from 1."""
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer\n<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        root,
        table,
    )


def stream(content: bytes, filters: bytes = b"/FlateDecode") -> bytes:
    return b"<</Length %d/Filter[%s]>>stream\n%s\nendstream" % (len(content), filters, content)


CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
PAGES = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>"
FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def packed_twice(piece: bytes, size: int) -> bytes:
    """`piece` repeated to `size` bytes, packed and packed again: a few kilobytes."""
    packer, out = zlib.compressobj(9), b""
    block = piece * (1_000_000 // len(piece))
    for _ in range(size // len(block)):
        out += packer.compress(block)
    return zlib.compress(out + packer.flush(), 9)


def endless_text() -> bytes:
    content = packed_twice(b"BT /F 9 Tf 9 9 Td (zo voort en zo voort) Tj ET\n", 400_000_000)
    return pdf(CATALOG, PAGES, PAGE, stream(content, b"/FlateDecode/FlateDecode"), FONT)


HOSTILE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "an archive bomb": ("a.docx", lambda: word(paragraph("0" * 60_000_000))),
    "an archive that lies about its size": ("b.docx", lambda: lying(word(paragraph("0" * 9_000_000)))),
    "an archive of many parts": ("c.docx", lambda: word("", **{f"word/{n}.xml": b"" for n in range(6000)})),
    "an archive in an archive": ("d.docx", lambda: word("", **{"word/x.docx": word("0" * 9_000_000)})),
    "a part outside the archive": ("e.docx", lambda: word("", **{"../../../var/x.xml": b"<x/>"})),
    "entities that explode in Word": ("f.docx", lambda: word(paragraph("&a11;"), LAUGHS + "]>")),
    "entities that explode in XML": ("g.xml", lambda: (LAUGHS + "]><x><al>&a11;</al></x>").encode()),
    "a hundred thousand levels": ("h.html", lambda: b"<div>" * 100_000 + b"tekst"),
    "levels in Word": ("i.docx", lambda: word("<w:sdt><w:sdtContent>" * 20_000)),
    "pages in a circle": (
        "j.pdf",
        lambda: pdf(CATALOG, b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2000000000/Parent 2 0 R>>"),
    ),
    "a form that draws itself": (
        "k.pdf",
        lambda: pdf(
            CATALOG,
            PAGES,
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</XObject<</X 5 0 R>>>>>>",
            stream(zlib.compress(b"/X Do /X Do")),
            b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 5 0 R>>>>/Length 11>>"
            b"stream\n/X Do /X Do\nendstream",
        ),
    ),
    "text without end": ("l.pdf", endless_text),
    "a cross-reference to itself": (
        "m.pdf",
        lambda: b"%PDF-1.7\nxref\n0 0\ntrailer\n<</Size 1/Root 1 0 R/Prev 9>>\nstartxref\n9\n%%EOF\n",
    ),
    "a page as large as a province": (
        "n.pdf",
        lambda: pdf(CATALOG, PAGES, PAGE.replace(b"600 800", b"9e9 9e9"), stream(zlib.compress(b"")), FONT),
    ),
    "noise": ("o.pdf", lambda: b"%PDF-1.7\n" + bytes(range(256)) * 2000),
}


@pytest.fixture(scope="module")
def quick_limits() -> Iterator[None]:
    """The parser's own limits, smaller, so that the tests do not wait a minute for each file."""
    patch = pytest.MonkeyPatch()
    smaller = functools.partial(IsolatedParser, seconds=8.0, megabytes=600)
    patch.setattr("learninglion.workflow.intake.IsolatedParser", smaller)
    yield
    patch.undo()


@pytest.fixture(scope="module")
def program(office: Office, address: str, quick_limits: None) -> Iterator[httpx.Client]:
    token = office.site.workplace.accounts.open_session("noor", timedelta(hours=1), SessionKind.API)
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=address, headers=headers, timeout=120, trust_env=False) as client:
        yield client


def own_memory() -> int:
    """Memory of this process, which holds the server, in MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1000 for line in lines if line.startswith("VmRSS"))


@pytest.mark.parametrize("case", HOSTILE)
def test_the_server_survives(program: httpx.Client, case: str) -> None:
    name, make = HOSTILE[case]
    content = make()
    before = own_memory()
    answer = program.post("/api/v1/documents?collection=gevaar", files={"file": (name, content)})
    assert answer.status_code in (201, 400), answer.text
    if answer.status_code == 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert name in answer.json()["detail"]
    assert own_memory() - before < 200
    assert program.get("/health").json()["status"] == "ok"
    if answer.status_code == 201:
        program.delete(f"/api/v1/documents/{answer.json()['document']}?reason=proef")


def test_a_set_from_a_hostile_file_is_refused_too(office: Office) -> None:
    browser = office.browser("noor")
    csrf = browser.get("/account").text.split('data-csrf="')[1].split('"')[0]
    for case in ("an archive bomb", "entities that explode in Word", "pages in a circle"):
        name, make = HOSTILE[case]
        page = browser.post("/sets/new", data={"csrf": csrf}, files={"file": (name, make())})
        assert page.status_code == 400, case


def test_a_file_cannot_fetch_another(program: httpx.Client, tmp_path: Path) -> None:
    secret = tmp_path / "geheim.txt"
    secret.write_text("het geheim van de smid")
    paths = ("/etc/passwd", "../../../../etc/passwd")
    for address in (secret.as_uri(), *paths, "http://127.0.0.1:9/geheim"):
        entity = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{address}">]>'
        for name, content in (
            ("x.xml", f"{entity}<x><al>Een nota over zeilboten. &e;</al></x>".encode()),
            ("x.docx", word(paragraph("Een nota over zeilboten. &e;"), entity)),
        ):
            answer = program.post("/api/v1/documents?collection=gevaar", files={"file": (name, content)})
            assert answer.status_code in (201, 400)
            if answer.status_code == 201:
                document = answer.json()["document"]
                text = program.get(f"/api/v1/documents/{document}").text
                assert "smid" not in text and "root:" not in text
                program.delete(f"/api/v1/documents/{document}?reason=proef")


@pytest.mark.parametrize(
    "name",
    ["../../../buiten.txt", "/var/buiten.txt", "..\\..\\buiten.txt", "C:\\buiten.txt", "x/../../buiten.txt"],
)
def test_a_name_leads_nowhere(office: Office, program: httpx.Client, name: str) -> None:
    home = office.settings.home
    around = set(home.parent.iterdir())
    content = f"Een nota over zeilboten, genaamd {name!r}.".encode()
    answer = program.post("/api/v1/documents?collection=gevaar", files={"file": (name, content)})
    assert answer.status_code == 201 and answer.json()["path"] == "buiten.txt"
    assert set(home.parent.iterdir()) == around
    assert not any(p.name == "buiten.txt" for p in home.rglob("*"))
    assert not Path("/var/buiten.txt").exists()
    program.delete(f"/api/v1/documents/{answer.json()['document']}?reason=proef")


def test_an_upload_without_end_is_cut_off(program: httpx.Client) -> None:
    def endless() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
        for _ in range(70):
            yield b"zo voort " * 111_111
        yield b"\r\n--x--\r\n"

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    before = own_memory()
    answer = program.post("/api/v1/documents", content=endless(), headers=headers)
    assert answer.status_code == 413 and "MB" in answer.json()["detail"]
    assert own_memory() - before < 200


def test_a_page_of_a_huge_sheet_is_an_error_and_not_the_end(office: Office, program: httpx.Client) -> None:
    good = documents()[0]
    document = office.workplace.documents.list(EVERYTHING)[0].id
    assert program.get(f"/api/v1/documents/{document}/pages/1").status_code == 200
    sheet = good.read_bytes().replace(b"/MediaBox", b"/MediaBox[0 0 9000000 9000000]/Old", 1)
    answer = program.post("/api/v1/documents?collection=gevaar", files={"file": ("groot.pdf", sheet)})
    if answer.status_code == 201:
        made = answer.json()["document"]
        assert program.get(f"/api/v1/documents/{made}/pages/1").status_code in (200, 400, 404)
        program.delete(f"/api/v1/documents/{made}?reason=proef")
    assert program.get("/health").status_code == 200
