"""The files as they came in, each once, named by its SHA-256; and an object store that speaks S3 for them.

A small client of our own: five requests, signed as AWS Signature Version 4 says (checked against the examples
in its documentation), over the HTTP client that the program has anyway. Objects are put whole and carry their
SHA-256; what is read is held to it. Which host may be asked stands in the settings, as for models.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import cast
from urllib.parse import quote, urlsplit

import httpx
from lxml import etree
from sqlalchemy import Connection

from learninglion.database.blobs import Files, Read, what_is_beyond
from learninglion.inference.connection import (
    CONNECT_SECONDS,
    Route,
    proxy_for,
    require_allowed,
    trusted_certificates,
)
from learninglion.models.errors import (
    InputError,
    IntegrityError,
    LearningLionError,
    UnavailableError,
    UnknownReferenceError,
)
from learninglion.models.plain import sha256_hex

ORIGINALS = "originals/"


class Originals:
    """Originals among the files `blobs`, read by `read` if given. One under its name is always whole."""

    def __init__(self, blobs: Files, read: Read | None = None) -> None:
        self._blobs = blobs
        self._read = read or blobs.read

    def as_of(self, connection: Connection) -> Originals:
        """The same, as of the moment that `connection` sees."""
        return Originals(self._blobs, self._blobs.reader(connection))

    @staticmethod
    def _name(sha256: str) -> str:
        return f"{ORIGINALS}{sha256[:2]}/{sha256}"

    def place(self, sha256: str) -> str:
        """Where the original with this hash is or would be, for people."""
        return self._blobs.place(self._name(sha256))

    def put(self, content: bytes) -> str:
        """Keep `content` durably and give its SHA-256; what is already there is not written again."""
        sha256 = sha256_hex(content)
        if self.holds(sha256, len(content)):
            self._blobs.touch(self._name(sha256))  # so that a sweep in another process lets it be
        else:
            self._blobs.put(self._name(sha256), content)
        return sha256

    def holds(self, sha256: str, size: int | None = None) -> bool:
        """Whether the original is there (and has this size)."""
        held_size = self._blobs.size(self._name(sha256))
        return held_size is not None and size in (None, held_size)

    def read(self, sha256: str) -> bytes:
        """The bytes of an original. Raises IntegrityError when they are not what was stored."""
        content = self._read(self._name(sha256))
        if content is None:
            raise UnknownReferenceError(f"Het oorspronkelijke bestand {sha256} ontbreekt.")
        if sha256_hex(content) != sha256:
            raise IntegrityError(f"Het oorspronkelijke bestand {sha256} is beschadigd.")
        return content

    def remove(self, sha256: str) -> None:
        """Take an original away; nothing happens when it is not there."""
        self._blobs.remove(self._name(sha256))

    def list(self, min_age_seconds: float = 0.0) -> Iterator[str]:
        """The hashes of all originals that were not written or put again for this long, sorted."""
        for name in self._blobs.names(ORIGINALS, min_age_seconds):
            yield name.rpartition("/")[2]

    def sweep_incoming(self, min_age_seconds: float) -> int:
        """Remove what interrupted writers left behind; gives how many files."""
        return self._blobs.sweep(min_age_seconds)


_EMPTY = sha256_hex(b"")
_SUM = "x-amz-meta-sha256"
_SECONDS = 60.0  # without a sign of life
_TRIES = 4
_BUSY = frozenset({429, 500, 502, 503, 504})
_ABSENT = 404
_TAKEN = frozenset({409, 412})  # of a put that must not replace
_WHAT = "opslag van bestanden"


@dataclass(frozen=True, slots=True)
class ObjectStoreChoice:
    """Where objects are kept: `bucket` at `endpoint` (https://host), their names beginning with `prefix`."""

    endpoint: str = ""  # empty: with the archive
    bucket: str = ""
    access_key: str = field(default="", repr=False)
    secret_key: str = field(default="", repr=False)
    region: str = "us-east-1"  # what stores that have none expect
    prefix: str = ""


# Not from a library: httpx-auth does this, and brings sign-in with a browser and a web server; botocore and
# minio bring an HTTP client of their own, past the proxy, certificates and hosts of the settings.
def signed(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body_sha256: str,
    choice: ObjectStoreChoice,
    moment: datetime,
) -> dict[str, str]:
    """`headers` with those that sign a request at `moment`; the path and query of `url` are encoded."""
    parts = urlsplit(url)
    day, stamp = f"{moment:%Y%m%d}", f"{moment:%Y%m%dT%H%M%SZ}"
    signed_headers = {
        **headers,
        "host": parts.netloc,
        "x-amz-content-sha256": body_sha256,
        "x-amz-date": stamp,
    }
    listed = sorted((name.lower(), " ".join(value.split())) for name, value in signed_headers.items())
    names = ";".join(name for name, _ in listed)
    query = "&".join(sorted(p if "=" in p else f"{p}=" for p in parts.query.split("&") if p))
    canonical = "\n".join(
        (method, parts.path or "/", query, *(f"{n}:{v}" for n, v in listed), "", names, body_sha256)
    )
    scope = f"{day}/{choice.region}/s3/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{sha256_hex(canonical)}"
    key = f"AWS4{choice.secret_key}".encode()
    for piece in (day, choice.region, "s3", "aws4_request", text):
        key = hmac.new(key, piece.encode(), hashlib.sha256).digest()
    signed_headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={choice.access_key}/{scope},SignedHeaders={names},Signature={key.hex()}"
    )
    return signed_headers


class ObjectStore:
    """Files by name in a bucket. Raises UnavailableError where the store does not answer."""

    def __init__(self, choice: ObjectStoreChoice, allowed_hosts: tuple[str, ...], route: Route) -> None:
        """Nothing is asked yet. Raises InputError or PermissionDeniedError for what may not be used."""
        host = require_allowed(choice.endpoint, allowed_hosts, _WHAT)
        if not (choice.bucket and choice.access_key and choice.secret_key):
            raise InputError("[files]: een opslag met S3 vraagt bucket, access_key en secret_key.")
        self._choice = choice
        self._root = f"{choice.endpoint.rstrip('/')}/{quote(choice.bucket)}"
        self._client = httpx.Client(
            timeout=httpx.Timeout(_SECONDS, connect=CONNECT_SECONDS),
            trust_env=False,
            follow_redirects=False,
            verify=trusted_certificates(route.ca_file),
            proxy=proxy_for(route, host),
        )

    def put(self, name: str, content: bytes) -> None:
        """Keep `content` durably, replacing what was there."""
        self._ask("PUT", name, content=content)

    def put_new(self, name: str, content: bytes) -> bool:
        """Keep `content` durably where nothing is; whether it was."""
        answer = self._ask("PUT", name, {"if-none-match": "*"}, content=content, fine=_TAKEN)
        return answer.status_code not in _TAKEN

    def read(self, name: str) -> bytes | None:
        """What is kept, None where nothing is. Raises IntegrityError where it is not what was put."""
        answer = self._ask("GET", name, fine=frozenset({_ABSENT}))
        if answer.status_code == _ABSENT:
            return None
        digest = answer.headers.get(_SUM, "")
        if sha256_hex(answer.content) != digest:
            raise IntegrityError(f"Het bestand {self.place(name)} is beschadigd.")
        return answer.content

    def reader(self, connection: Connection) -> Read:
        """What reads now."""
        return self.read

    def size(self, name: str) -> int | None:
        """How many bytes are kept, None where nothing is."""
        answer = self._ask("HEAD", name, fine=frozenset({_ABSENT}))
        return None if answer.status_code == _ABSENT else int(answer.headers["content-length"])

    def touch(self, name: str) -> None:
        """Let it count as new: a copy of itself in its own place."""
        answer = self._ask("HEAD", name, fine=frozenset({_ABSENT}))
        if answer.status_code != _ABSENT:
            source = f"/{quote(self._choice.bucket)}/{quote(self._choice.prefix + name)}"
            copying = {"x-amz-copy-source": source, "x-amz-metadata-directive": "REPLACE"}
            self._ask("PUT", name, {**copying, _SUM: answer.headers.get(_SUM, "")}, fine=frozenset({_ABSENT}))

    def remove(self, name: str) -> None:
        """Take it away; nothing happens when it is not there."""
        self._ask("DELETE", name, fine=frozenset({_ABSENT}))

    def names(self, prefix: str, min_age_seconds: float = 0.0) -> Iterator[str]:
        """The names that begin so and were not put or touched for so long, sorted."""
        newest = datetime.now(UTC) - timedelta(seconds=min_age_seconds)
        listed = self._listed(prefix)
        yield from sorted(name for changed, name, _ in listed if not min_age_seconds or changed <= newest)

    def beyond(self, prefix: str, size: int) -> tuple[str, ...]:
        """Of the names that begin so those put or touched longest ago: what does not fit in `size` bytes."""
        return what_is_beyond(
            [(n, taken) for _, n, taken in sorted(self._listed(prefix), reverse=True)], size
        )

    def _listed(self, prefix: str) -> Iterator[tuple[datetime, str, int]]:
        """When each was put or touched last, its name and its bytes."""
        start, more = self._choice.prefix, ""
        while True:
            query = {
                "list-type": "2",
                "prefix": start + prefix,
                **({"continuation-token": more} if more else {}),
            }
            root = _parsed(self._ask("GET", "", query=query).content)
            for item in root.iterfind("{*}Contents"):
                changed = datetime.fromisoformat(_text(item, "LastModified"))
                yield changed, _text(item, "Key").removeprefix(start), int(_text(item, "Size"))
            more = _text(root, "NextContinuationToken")
            if _text(root, "IsTruncated") != "true" or not more:
                break

    def sweep(self, min_age_seconds: float) -> int:
        """Nothing: an object is put in one request, whole or not."""
        return 0

    def place(self, name: str) -> str:
        """The address, without keys."""
        return f"{self._root}/{self._choice.prefix}{name}"

    def _ask(
        self,
        method: str,
        name: str,
        headers: Mapping[str, str] | None = None,
        *,
        content: bytes = b"",
        query: Mapping[str, str] | None = None,
        fine: frozenset[int] = frozenset(),
    ) -> httpx.Response:
        """An answer of success, or one of `fine`; a store that is busy is asked again."""
        path = f"/{quote(self._choice.prefix + name)}" if name else ""
        query_text = "&".join(
            f"{quote(k, safe='')}={quote(v, safe='')}" for k, v in sorted((query or {}).items())
        )
        url = f"{self._root}{path}" + (f"?{query_text}" if query_text else "")
        body_sha256 = sha256_hex(content) if content else _EMPTY
        all_headers = dict(headers or {})
        if method == "PUT":
            all_headers.setdefault(_SUM, body_sha256)
        why = ""
        for attempt in range(_TRIES):
            if attempt:
                time.sleep(0.2 * 3**attempt)
            try:
                sent = signed(method, url, all_headers, body_sha256, self._choice, datetime.now(UTC))
                answer = self._client.request(method, url, headers=sent, content=content)
            except httpx.HTTPError as error:
                why = type(error).__name__
                continue
            if answer.is_success or answer.status_code in fine:
                return answer
            why = f"{answer.status_code} {_code(answer)}".strip()
            if answer.status_code not in _BUSY:
                raise LearningLionError(f"De {_WHAT} weigert: {why}. Controleer [files] in de instellingen.")
        raise UnavailableError(
            f"De {_WHAT} is nu niet bereikbaar. Probeer het zo opnieuw; wat was opgeslagen, is er nog."
        ) from LearningLionError(why)


def _parsed(content: bytes) -> etree._Element:
    try:
        return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise LearningLionError(f"De {_WHAT} gaf een lijst die niet te lezen is.") from error


def _text(element: etree._Element, name: str) -> str:
    return cast(str, element.findtext(f"{{*}}{name}") or "")


def _code(answer: httpx.Response) -> str:
    """The word by which the store says what is wrong."""
    with suppress(LearningLionError):
        return _text(_parsed(answer.content), "Code")[:60]
    return ""
