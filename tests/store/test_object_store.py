"""Files in a store that speaks S3: signed as its documentation says, checked when read, gone when removed."""

from __future__ import annotations

import hashlib
import hmac
import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from xml.sax.saxutils import escape

import pytest

from learninglion.inference.connection import Route
from learninglion.models import Actor, Role
from learninglion.models.errors import (
    InputError,
    IntegrityError,
    LearningLionError,
    PermissionDeniedError,
    UnavailableError,
    UnknownReferenceError,
)
from learninglion.sample import sample_documents
from learninglion.store import originals
from learninglion.store.originals import ObjectStore, ObjectStoreChoice, signed
from learninglion.testing import HashingEncoder
from learninglion.workflow import WorkplaceOptions, working
from learninglion.workflow.backup import verify_backup
from loopback import running

BOSS = Actor("beheer", frozenset(Role))
ACCESS, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(\w+)/(\d{8})/([\w-]+)/s3/aws4_request,"
    r"SignedHeaders=([\w;-]+),Signature=(\w{64})"
)


@pytest.mark.parametrize(
    ("path", "more", "signature"),
    [
        (
            "/test.txt",
            {"range": "bytes=0-9"},
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        ),
        ("/?lifecycle", {}, "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        ("/?max-keys=2&prefix=J", {}, "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    ],
)
def test_requests_are_signed_as_in_the_documentation_of_s3(
    path: str, more: dict[str, str], signature: str
) -> None:
    choice = ObjectStoreChoice("https://s3.amazonaws.com", "examplebucket", ACCESS, SECRET)
    moment, empty = datetime(2013, 5, 24, tzinfo=UTC), hashlib.sha256(b"").hexdigest()
    told = signed("GET", f"https://examplebucket.s3.amazonaws.com{path}", more, empty, choice, moment)
    assert told["authorization"].endswith(f"Signature={signature}")


class Store(ThreadingHTTPServer):
    """A bucket in memory, which refuses what is not signed rightly."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Requests)
        self.kept: dict[str, tuple[bytes, str, datetime]] = {}
        self.guard = threading.Lock()
        self.failing = 0  # so many answers from now on are failures
        self.page = 1000
        self.refused: list[str] = []

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Requests(BaseHTTPRequestHandler):
    """PUT, GET, HEAD, DELETE and the list of S3."""

    server: Store
    protocol_version = "HTTP/1.1"

    def log_message(self, *args) -> None:
        pass

    def _refusal(self, body: bytes) -> str:
        """Why the signature does not hold; computed here in its own way."""
        told = _AUTHORIZATION.fullmatch(self.headers.get("authorization", ""))
        if told is None or told[1] != ACCESS:
            return "AccessDenied"
        if self.headers["x-amz-content-sha256"] != hashlib.sha256(body).hexdigest():
            return "XAmzContentSHA256Mismatch"
        path, _, query = self.path.partition("?")
        pairs = sorted(parse_qsl(query, keep_blank_values=True))
        canonical = [
            self.command,
            quote(unquote(path)),
            "&".join(f"{quote(k, safe='')}={quote(v, safe='')}" for k, v in pairs),
        ]
        names = told[4].split(";")
        if "host" not in names or any(
            n.startswith("x-amz-") and n not in names for n in map(str.lower, self.headers)
        ):
            return "AccessDenied"
        canonical += [
            *(f"{n}:{self.headers[n].strip()}" for n in names),
            "",
            told[4],
            self.headers["x-amz-content-sha256"],
        ]
        text = "\n".join(
            [
                "AWS4-HMAC-SHA256",
                self.headers["x-amz-date"],
                f"{told[2]}/{told[3]}/s3/aws4_request",
                hashlib.sha256("\n".join(canonical).encode()).hexdigest(),
            ]
        )
        key = b"AWS4" + SECRET.encode()
        for piece in (told[2], told[3], "s3", "aws4_request"):
            key = hmac.digest(key, piece.encode(), "sha256")
        return (
            "" if hmac.new(key, text.encode(), "sha256").hexdigest() == told[5] else "SignatureDoesNotMatch"
        )

    def _answer(
        self, status: int, body: bytes = b"", headers: dict[str, str] | None = None, size: int | None = None
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if size is None else size))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _do(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        store, parts = self.server, urlsplit(self.path)
        with store.guard:
            if store.failing:
                store.failing -= 1
                return self._answer(503, b"<Error><Code>SlowDown</Code></Error>")
            if why := self._refusal(body):
                store.refused.append(why)
                return self._answer(403, f"<Error><Code>{why}</Code></Error>".encode())
            bucket, _, name = unquote(parts.path).removeprefix("/").partition("/")
            if bucket != "archief":
                return self._answer(404, b"<Error><Code>NoSuchBucket</Code></Error>")
            return getattr(self, f"_{self.command.lower()}")(name, body, dict(parse_qsl(parts.query)))

    do_GET = do_PUT = do_HEAD = do_DELETE = _do

    def _put(self, name: str, body: bytes, _query: dict[str, str]) -> None:
        kept = self.server.kept
        if self.headers.get("if-none-match") == "*" and name in kept:
            return self._answer(412, b"<Error><Code>PreconditionFailed</Code></Error>")
        if source := self.headers.get("x-amz-copy-source"):
            body = kept[unquote(source).removeprefix("/archief/")][0]
        kept[name] = (body, self.headers["x-amz-meta-sha256"], datetime.now(UTC))
        return self._answer(200)

    def _get(self, name: str, body: bytes, query: dict[str, str]) -> None:
        kept = self.server.kept
        if name in kept:
            return self._answer(200, kept[name][0], {"x-amz-meta-sha256": kept[name][1]})
        if name:
            return self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
        after = query.get("continuation-token", "")
        names = [n for n in sorted(kept) if n.startswith(query["prefix"]) and n > after]
        page, more = names[: self.server.page], len(names) > self.server.page
        rows = "".join(
            f"<Contents><Key>{escape(n)}</Key><LastModified>{kept[n][2]:%Y-%m-%dT%H:%M:%S.000Z}</LastModified>"
            f"<Size>{len(kept[n][0])}</Size></Contents>"
            for n in page
        )
        token = f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if more else ""
        listed = f"<IsTruncated>{str(more).lower()}</IsTruncated>{rows}{token}"
        xml = f'<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{listed}</ListBucketResult>'
        return self._answer(200, xml.encode())

    def _head(self, name: str, _body: bytes, _query: dict[str, str]) -> None:
        kept = self.server.kept.get(name)
        if kept is None:
            return self._answer(404)
        return self._answer(200, headers={"x-amz-meta-sha256": kept[1]}, size=len(kept[0]))

    def _delete(self, name: str, _body: bytes, _query: dict[str, str]) -> None:
        self.server.kept.pop(name, None)
        self._answer(204)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    # Its own `time`: without sleep for all, the workers of other tests in this process would run hot.
    monkeypatch.setattr(originals, "time", SimpleNamespace(sleep=lambda seconds: None))
    with running(Store()) as server:
        yield server


def chosen(store: Store, **more: str) -> ObjectStoreChoice:
    given = {"endpoint": store.endpoint, "bucket": "archief", "access_key": ACCESS, "secret_key": SECRET}
    return ObjectStoreChoice(**{**given, "prefix": "leeuw één/", **more})


def test_what_is_put_is_read_replaced_listed_and_removed(store: Store) -> None:
    files = ObjectStore(chosen(store), (), Route())
    large = bytes(range(256)) * 9000
    files.put("originals/ab/abc", large)
    files.put("originals/ab/abd", b"")
    files.put("cache/pages/a/a b+c~é.png", b"beeld")
    assert files.read("originals/ab/abc") == large and files.size("originals/ab/abc") == len(large)
    assert (
        files.read("originals/ab/abd") == b""
        and files.read("originals/x") is files.size("originals/x") is None
    )
    assert files.put_new("originals/ab/abd", b"nieuw") is False and files.put_new("originals/ab/abe", b"e")
    assert files.read("cache/pages/a/a b+c~é.png") == b"beeld"
    store.page = 2
    assert list(files.names("originals/")) == [f"originals/ab/ab{c}" for c in "cde"]
    assert list(files.names("originals/", 60.0)) == []
    with store.guard:
        for name, (content, told, _) in list(store.kept.items()):
            store.kept[name] = (content, told, datetime(2020, 1, 1, tzinfo=UTC))
    files.touch("originals/ab/abc")
    files.touch("originals/ab/absent")
    assert list(files.names("originals/", 60.0)) == ["originals/ab/abd", "originals/ab/abe"]
    assert files.read("originals/ab/abc") == large
    for _ in range(2):
        files.remove("originals/ab/abc")
    assert files.read("originals/ab/abc") is None
    assert all(name.startswith("leeuw één/") for name in store.kept) and store.refused == []


def test_damage_a_busy_store_and_a_wrong_key_are_told(store: Store) -> None:
    files = ObjectStore(chosen(store), (), Route())
    store.failing = 2
    files.put("originals/ab/abc", b"zoals het was")
    with store.guard:
        _, told, at = store.kept["leeuw één/originals/ab/abc"]
        store.kept["leeuw één/originals/ab/abc"] = (b"anders", told, at)
    with pytest.raises(IntegrityError, match="beschadigd"):
        files.read("originals/ab/abc")
    store.failing = 99
    with pytest.raises(UnavailableError, match="niet bereikbaar"):
        files.read("originals/ab/abc")
    store.failing = 0
    wrong = ObjectStore(chosen(store, secret_key="anders"), (), Route())
    with pytest.raises(LearningLionError, match="403 SignatureDoesNotMatch"):
        wrong.put("originals/ab/abc", b"")
    assert SECRET not in repr(chosen(store)) and ACCESS not in repr(chosen(store))


def test_only_a_host_that_is_allowed_is_asked() -> None:
    elsewhere = ObjectStoreChoice("https://s3.voorbeeld.nl", "archief", ACCESS, SECRET)
    with pytest.raises(PermissionDeniedError, match="niet toegestaan"):
        ObjectStore(elsewhere, (), Route())
    ObjectStore(elsewhere, ("s3.voorbeeld.nl",), Route())
    with pytest.raises(InputError, match="secret_key"):
        ObjectStore(ObjectStoreChoice("http://127.0.0.1:9", "archief", ACCESS, ""), (), Route())


def test_originals_of_an_archive_go_to_the_store_and_leave_it_with_their_document(
    store: Store, tmp_path: Path, ready_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("learninglion.workflow.searching.open_encoder", lambda *a, **k: HashingEncoder(64))
    url = "" if ready_url.startswith("sqlite") else ready_url
    before = WorkplaceOptions(home=tmp_path / "home", database_url=url, isolate=False)
    with working(before) as workplace:
        assert not workplace.intake.ingest(sample_documents()[:2], actor=BOSS).failures
        cards = workplace.documents.list(BOSS)
        contents = [workplace.documents.original(card.id, BOSS) for card in cards]
    after = WorkplaceOptions(home=tmp_path / "home", database_url=url, isolate=False, objects=chosen(store))
    with working(after) as workplace:
        assert [workplace.documents.original(card.id, BOSS) for card in cards] == contents
        assert len(store.kept) == 2 and not list((tmp_path / "home").glob("originals/*/*"))
        assert not workplace.intake.ingest(sample_documents()[2:3], actor=BOSS).failures
        assert len(store.kept) == 3 and workplace.log.verify(BOSS).ok
        workplace.backups.make(tmp_path / "uit", actor=BOSS)
        assert verify_backup(tmp_path / "uit") == ()
        workplace.intake.remove(cards[0].id, reason="proef", actor=BOSS)
        assert len(store.kept) == 2
        with pytest.raises(UnknownReferenceError):
            workplace.documents.original(cards[0].id, BOSS)
        store.failing = 10**6
        with pytest.raises(UnavailableError):
            workplace.documents.original(cards[1].id, BOSS)
