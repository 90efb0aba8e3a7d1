"""The workplace behind Debian's nginx with TLS, with the configuration that the documentation gives."""

from __future__ import annotations

import re
import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from test_web_sockets import PASSWORD, serving, socket_free

from learninglion.sample import sample_question_set

NGINX = shutil.which("nginx") or "/usr/sbin/nginx"
DOCS = Path(__file__).resolve().parents[2] / "docs"
NAME = "leeuw.example.nl"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path(NGINX).exists(), reason="nginx is not installed"),
]


@dataclass(frozen=True)
class Proxied:
    """A workplace behind nginx, with somebody signed in."""

    client: httpx.Client
    csrf: str
    sign_in_cookie: str


def certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "leeuw.crt", folder / "leeuw.key"
    paths[0].write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    private = serialization.PrivateFormat.PKCS8
    paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, private, serialization.NoEncryption()))
    return paths


def configuration(folder: Path, port: int, behind: int) -> str:
    """The block of the documentation, with this test's ports and files, in a whole configuration."""
    told = re.search(r"```nginx\n(.*?)```", (DOCS / "reverse-proxy.md").read_text("utf-8"), re.DOTALL)
    assert told
    block = told[1].replace("listen 443", f"listen 127.0.0.1:{port}")
    block = block.replace("127.0.0.1:8000", f"127.0.0.1:{behind}").replace("256m", "1m")
    for suffix in ("crt", "key"):
        block = block.replace(f"/etc/ssl/leeuw.{suffix}", str(folder / f"leeuw.{suffix}"))
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return (
        f"daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;"
        f"events {{}} http {{ access_log off; {temporary}\n{block}\n}}"
    )


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxied]:
    folder = tmp_path_factory.mktemp("nginx")
    with socket_free() as port:
        pass
    home = tmp_path_factory.mktemp("home")
    (home / "data").mkdir()
    public = f"https://{NAME}:{port}"
    (home / "data" / "settings.toml").write_text(f'[web]\npublic_url = "{public}"\n')
    trusted, _ = certificate(folder)
    with serving(home) as server:
        behind = int(server.address.rsplit(":", 1)[1])
        (folder / "nginx.conf").write_text(configuration(folder, port, behind))
        nginx = subprocess.Popen([NGINX, "-c", str(folder / "nginx.conf"), "-p", str(folder)])
        # The name leads to this machine; TLS and Host keep the name.
        transport = httpx.HTTPTransport(verify=ssl.create_default_context(cafile=str(trusted)))
        client = httpx.Client(
            base_url=f"https://127.0.0.1:{port}",
            headers={"Host": f"{NAME}:{port}"},
            transport=_Named(transport),
            timeout=60,
            trust_env=False,
        )
        try:
            yield sign_in(client, server.set_up.rsplit("=", 1)[1])
        finally:
            nginx.terminate()
            nginx.wait(20)


class _Named(httpx.BaseTransport):
    """Connects to 127.0.0.1 and speaks TLS as if by name."""

    def __init__(self, transport: httpx.HTTPTransport) -> None:
        self._transport = transport

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions["sni_hostname"] = NAME
        return self._transport.handle_request(request)


def sign_in(client: httpx.Client, token: str) -> Proxied:
    for _ in range(100):
        try:
            client.get("/health")
            break
        except httpx.HTTPError:
            time.sleep(0.1)
    form = {"token": token, "name": "noor", "password": PASSWORD, "again": PASSWORD}
    answer = client.post("/set-up", data=form)
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"].startswith("/"), "a redirect stays under the public name"
    start = client.get(answer.headers["location"])
    csrf = re.search(r'data-csrf="([0-9a-f]+)"', start.text)
    assert csrf, start.text
    return Proxied(client, csrf[1], answer.headers["set-cookie"])


def test_a_person_is_signed_in_over_tls(proxied: Proxied) -> None:
    assert "Secure" in proxied.sign_in_cookie and "HttpOnly" in proxied.sign_in_cookie
    assert proxied.client.get("/account").status_code == 200


def test_pages_and_what_they_load_come_from_the_public_name(proxied: Proxied) -> None:
    page = proxied.client.get("/account")
    loaded = re.findall(r'(?:src|href)="(/[^"#]*\.(?:css|js|svg)[^"]*)"', page.text)
    assert loaded
    assert {proxied.client.get(path).status_code for path in loaded} == {200}
    assert "127.0.0.1" not in page.text
    assert NAME in proxied.client.get("/api/v1/openapi.json").json()["servers"][0]["url"]


def test_another_name_is_refused(proxied: Proxied) -> None:
    answer = proxied.client.get("/account", headers={"Host": "elders.example.nl"})
    assert answer.status_code == 400


def test_an_upload_over_the_limit_stops_at_the_proxy(proxied: Proxied) -> None:
    files = [("files", ("groot.txt", b"a" * 2_000_000, "text/plain"))]
    answer = proxied.client.post("/manage/documents/upload", data={"csrf": proxied.csrf}, files=files)
    assert answer.status_code == 413


def test_reports_of_long_work_arrive_while_it_is_done(proxied: Proxied) -> None:
    headers = {"X-CSRF-Token": proxied.csrf}
    text = sample_question_set().read_text("utf-8")
    asked = proxied.client.post("/api/v1/question-sets", json={"text": text}, headers=headers).json()
    body = {"question_set": asked, "threshold": 0}
    job = proxied.client.post("/api/v1/draft-jobs", json=body, headers=headers).json()
    with proxied.client.stream("GET", job["events"]) as stream:
        pieces = list(stream.iter_text())
    assert "event: done" in "".join(pieces)
    assert len(pieces) > 2, "nginx held the reports up"
