"""The way to a model at an address: what is trusted, how much and how long is read, and what went wrong.

Everything that is asked of another program goes through here. Proxies and addresses of the environment are
not used and redirects are not followed: what is asked goes to the host that was checked. Which certificates
are trusted can be added to, by a setting and by SSL_CERT_FILE.
"""

from __future__ import annotations

import ipaddress
import json
import queue
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

import certifi
import httpx

from learninglion.models.errors import GeneratorError, InputError, LearningLionError, PermissionDeniedError

# Which addresses a language model may be asked at: this machine, and hosts the administrator names.


def require_allowed(url: str, allowed_hosts: tuple[str, ...], model: str = "taalmodel") -> str:
    """The host of `url`, if it is this machine or named in `allowed_hosts` (whole names, no wildcards).

    `model` is what errors call that which is asked there.

    Raises InputError for an address that is none, PermissionDeniedError for a host that is not named.
    Nothing is looked up: a name that happens to lead to this machine must be named as well.
    """
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".").casefold()
        _ = parts.port  # raises ValueError for a port that is no number
    except ValueError as error:
        raise InputError(f"Het adres van het {model} is ongeldig.") from error
    if parts.scheme not in ("http", "https") or not host:
        raise InputError(f"Het adres van het {model} moet met http:// of https:// beginnen.")
    if "\\" in url or parts.username is not None or any(c.isspace() for c in url):
        # readers of addresses disagree on these, so the host checked might not be the host asked
        raise InputError(
            f"Het adres van het {model} mag geen naam met @, schuine streep terug of spatie bevatten."
        )
    if is_loopback(host) or host in {name.strip().rstrip(".").casefold() for name in allowed_hosts}:
        return host
    raise PermissionDeniedError(
        f"Het {model} op {host!r} staat buiten deze computer en is niet toegestaan. "
        "Alleen de beheerder kan deze computer bij naam toelaten."
    )


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine by its very spelling: localhost, 127.x.x.x or ::1."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


# Work that hands over pieces as they come, read so that it can be stopped at any moment.

_BEAT = 0.2  # seconds between two signs of life


@dataclass(frozen=True, slots=True)
class Limits:
    """How long is waited, in seconds: for one piece, and for all of them."""

    silence: float
    whole: float


@dataclass(frozen=True, slots=True)
class _Failed:
    error: BaseException


_END = object()


def handed_over(
    work: Callable[[Callable[[object], bool]], None],
    stop: Callable[[], None],
    limits: Limits,
    *,
    must_end: bool = False,
) -> Iterator[object]:
    """What `work` gives to the function it gets, in order; None is a sign of life while nothing comes.

    That function tells whether to stop. `stop` is called at the end, also when the caller closes the
    iterator. Errors of `work` are raised here; GeneratorError where a limit is passed. `must_end`: at its
    own end the process waits for the work, as a library that computes in this process needs.
    """
    waiting: queue.Queue[object] = queue.Queue()
    stopped = threading.Event()

    def give(piece: object) -> bool:
        waiting.put(piece)
        return stopped.is_set()

    def run() -> None:
        try:
            work(give)
            waiting.put(_END)
        except BaseException as error:  # handed over and raised in the caller's thread
            waiting.put(_Failed(error))

    threading.Thread(target=run, name="learninglion-answer", daemon=not must_end).start()
    began = heard = time.monotonic()
    try:
        while True:
            try:
                piece: object = waiting.get(timeout=min(_BEAT, limits.silence))
            except queue.Empty:
                piece = None
            now = time.monotonic()
            if isinstance(piece, _Failed):
                raise piece.error
            if piece is _END:
                return
            if piece is not None:
                heard = now
            elif now - heard > limits.silence:
                raise GeneratorError(
                    f"Het taalmodel gaf {limits.silence:g} seconden lang geen antwoord en is afgebroken."
                )
            if now - began > limits.whole:
                raise GeneratorError(
                    f"Het taalmodel was na {limits.whole:g} seconden nog niet klaar en is afgebroken. Een "
                    "model dat eerst denkt heeft meer tijd nodig: verhoog answer_seconds."
                )
            yield piece
    finally:
        stopped.set()
        stop()


CONNECT_SECONDS = 10.0
_BUSY = frozenset({429, 502, 503, 504})
"""Statuses of a server that may answer in a while."""
_MOST_REPLY = 8_000_000  # bytes of one whole answer, where nothing else is said
_NO_SUCH_PATH = frozenset({404, 405})
_MOST_WAIT = 20.0  # seconds between two attempts, whatever the server asks for
_MOST_WORDS = 300  # characters of a server's own words that are shown
_SECRET_LENGTH = 6  # shorter values of an address are ordinary words, such as a version


class ConnectionLostError(LearningLionError):
    """A server could not be reached, was too slow or broke off; the detail says which."""

    status = 502


@dataclass(frozen=True, slots=True)
class Route:
    """How other machines are reached: certificates trusted besides those of this machine, and a proxy."""

    ca_file: str = ""  # PEM file of the organisation's own certificate authority
    proxy: str = field(default="", repr=False)  # may hold a password; never used for this machine itself


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered, in full."""

    status: int
    body: bytes

    @property
    def value(self) -> object:
        """The body as JSON; None where it is none."""
        try:
            parsed: object = json.loads(self.body)
            return parsed
        except (ValueError, RecursionError):
            return None


@dataclass(frozen=True, slots=True)
class Opened:
    """A reply that is still coming in."""

    status: int
    pieces: Iterator[bytes]


class Connection:
    """One server, called `what` in messages ("taalmodel").

    `timeout` is in seconds: without a sign of life, and for a whole answer read by `ask`. Nothing is asked
    yet.
    """

    def __init__(
        self,
        address: str,
        what: str,
        *,
        api_key: str = "",
        timeout: float,
        route: Route | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.what = what
        self.where = shown_address(address)
        self.timeout = timeout
        parts = urlsplit(address)
        self._query = httpx.QueryParams(parts.query)
        self._root = urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", ""))
        self.bases = [self._root]  # where it may be asked; the first that answers stays
        self._secrets = tuple(s for s in (api_key, *self._query.values()) if len(s) >= _SECRET_LENGTH)
        self._headers = {"Accept-Encoding": "identity"}
        if api_key:
            self._headers |= _shown_key(api_key, parts.hostname or "", parts.path)
        proxy = proxy_for(route, parts.hostname or "") if route else None
        self._proxied = proxy is not None
        self._client = httpx.Client(
            timeout=httpx.Timeout(timeout, connect=min(CONNECT_SECONDS, timeout)),
            trust_env=False,
            follow_redirects=False,
            # a connection of its own for each answer can be cut without another one noticing
            limits=httpx.Limits(max_keepalive_connections=0),
            verify=trusted_certificates(route.ca_file if route else ""),
            proxy=proxy,
            transport=transport,
        )

    def ask(
        self,
        path: str,
        body: Mapping[str, object] | None = None,
        *,
        base: str | None = None,
        most: int = _MOST_REPLY,
        seconds: float | None = None,
        retries: int = 0,
    ) -> Reply:
        """A whole answer of at most `most` bytes; a server that is busy is asked again `retries` times.

        POST with `body`, GET without. Raises ConnectionLostError.
        """
        until = time.monotonic() + (self.timeout if seconds is None else seconds)
        with self.open(path, body, base=base, retries=retries) as opened:
            received = bytearray()
            for piece in opened.pieces:
                received += piece
                if len(received) > most:
                    raise self.lost(f"gaf een antwoord van meer dan {most // 1_000_000} MB")
                if time.monotonic() > until:
                    raise self.lost(f"was niet klaar binnen {self.timeout:g} seconden")
        return Reply(opened.status, bytes(received))

    @contextmanager
    def open(
        self,
        path: str,
        body: Mapping[str, object] | None = None,
        *,
        base: str | None = None,
        retries: int = 0,
        cutting: Cut | None = None,
    ) -> Iterator[Opened]:
        """An answer that is read while it comes in, from `base` or the first of the bases that knows `path`.

        Raises ConnectionLostError, also from its pieces.
        """
        places = tuple(self.bases) if base is None else (base,)
        for place in places:
            response = self._send(path, body, place, retries, cutting)
            pieces = self._pieces(response)
            if place != places[-1] and (response.is_success or response.status_code in _NO_SUCH_PATH):
                first = next(pieces, b"")
                if _knows_no_path(first) if response.is_success else b"model" not in first.lower():
                    response.close()
                    continue
                pieces = chain((first,), pieces)  # it answers, or what is missing is the model, not the path
            if base is None and response.is_success:
                self.bases = [place]
            break
        try:
            if 300 <= response.status_code < 400:
                raise self.lost("verwijst door naar een ander adres; dat wordt niet gevolgd")
            yield Opened(response.status_code, pieces)
        finally:
            response.close()

    def lost(self, why: str) -> ConnectionLostError:
        """The error that says what this server did."""
        return ConnectionLostError(f"Het {self.what} op {self.where} {why}.")

    def words(self, value: object) -> str:
        """A server's own words about what went wrong, in one short piece without any key; "" for none."""
        words_found = " ".join(_found_words(value).split())
        for secret in self._secrets:
            words_found = words_found.replace(secret, "…")
        return words_found if len(words_found) <= _MOST_WORDS else words_found[:_MOST_WORDS].rstrip() + "…"

    @property
    def root(self) -> str:
        """The address itself, without what stands behind a question mark."""
        return self._root

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _send(
        self,
        path: str,
        body: Mapping[str, object] | None,
        base: str,
        retries: int,
        cutting: Cut | None,
    ) -> httpx.Response:
        request = self._client.build_request(
            "GET" if body is None else "POST",
            base + path,
            params=self._query if self._query else None,
            content=None if body is None else _encoded(body),
            headers=self._headers | ({} if body is None else {"Content-Type": "application/json"}),
            extensions={"trace": cutting.follow} if cutting is not None else {},
        )
        for attempt in range(retries + 1):
            last = attempt == retries
            try:
                response = self._client.send(request, stream=True)
            except (httpx.HTTPError, OSError, ValueError) as error:
                if last or not isinstance(error, httpx.ConnectError) or _is_final(error):
                    raise self.lost(explain_failure(error, self.timeout, proxied=self._proxied)) from error
                wait = 0.5 * 2**attempt
            else:
                if response.status_code not in _BUSY or last:
                    return response
                wait = _asked_wait(response, 0.5 * 2**attempt)
                response.close()
            time.sleep(wait)
            if cutting is not None and cutting.done:
                break
        raise self.lost("werd niet meer gevraagd")

    def _pieces(self, response: httpx.Response) -> Iterator[bytes]:
        try:
            yield from response.iter_bytes()
        except (httpx.HTTPError, httpx.StreamError, OSError, ValueError) as error:
            raise self.lost(explain_failure(error, self.timeout, begun=True)) from error


# What people copy from a manual or the bar of a browser, behind the address that is meant.
_ENDING = re.compile(
    r"/+(?:(?:chat/)?completions|responses|messages|embeddings|(?:re)?rank|models|docs|health|ui|#.*|index\.html"
    r"|(?P<own>api/(?:chat|generate|tags|embed|embeddings|show|v0)))/*\Z"
)
_PLACES = ("", "/v1", "/api/v1", "/openai/v1", "/api", "/engines/v1")  # where servers speak it, by custom
_AZURE = re.compile(r"\.(?:openai|cognitiveservices|services\.ai)\.azure\.|\.azure-api\.")


def possible_bases(root: str) -> list[str]:
    """Where a server of models may be asked: people tell its address with or without /v1, or a whole path."""
    scheme, mark, rest = root.partition("://")
    root = scheme + mark + re.sub("//+", "/", rest).rstrip("/")
    while ending := _ENDING.search(root, root.find("://") + 3):
        root = root[: ending.start()] + ("/v1" if ending["own"] else "")
    root = re.sub(r"(/v1)(?:/v1)+\Z", r"\1", root)
    if root.casefold().endswith("/v1"):
        return list(dict.fromkeys((root, root[:-3] + "/v1")))
    bare = not urlsplit(root).path
    return [root + place for place in (_PLACES if bare else _PLACES[:2])]


def _knows_no_path(beginning: bytes) -> bool:
    """Whether a server that calls all well tells that nothing is there, or shows its pages."""
    return bool(
        re.match(rb"\s*<(?:!doctype|html)|\s*\{\s*\"error\"\s*:\s*\"Unexpected endpoint", beginning, re.I)
    )


def _shown_key(key: str, host: str, path: str) -> dict[str, str]:
    """The header in which a server wants its key; Azure has one of its own, but for tokens of a sign-in."""
    if (_AZURE.search(host) or "/openai/deployments/" in path) and not key.startswith("ey"):
        return {"api-key": key}
    return {"Authorization": f"Bearer {key}"}


class Cut:
    """Ends an answer that is coming in, from another thread."""

    def __init__(self) -> None:
        self.done = False
        self._stream: object = None

    def follow(self, event: str, fields: Mapping[str, object]) -> None:
        """Remembers the network stream that the client opens (the client calls this)."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete", "connect_unix_socket.complete")):
            self._stream = fields.get("return_value")

    def now(self) -> None:
        """Whoever reads this answer gets to its end at once."""
        self.done = True
        get = getattr(self._stream, "get_extra_info", None)
        connection_socket = get("socket") if get is not None else None
        if isinstance(connection_socket, socket.socket):
            try:
                socket.socket.shutdown(connection_socket, socket.SHUT_RDWR)
            except OSError:
                return  # it had ended already


def shown_address(address: str) -> str:
    """`address` as it may stand in a record, a log or an error: without names, passwords and keys."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "een onleesbaar adres"
    if not host:
        return "een onvolledig adres"
    place = f"[{host}]" if ":" in host else host
    path = "/".join("…" if _is_secret(piece) else piece for piece in parts.path.split("/"))
    return f"{parts.scheme}://{place}{f':{port}' if port else ''}{path}" + ("?…" if parts.query else "")


def bare_address(address: str) -> str:
    """`address` without what stands behind a question mark, where servers want their key."""
    return address.partition("?")[0].partition("#")[0]


def _is_secret(piece: str) -> bool:
    """Whether part of a path looks like a key: long, and letters and figures through each other."""
    piece = unquote(piece)
    return len(piece) >= 20 and bool(re.search(r"\d", piece)) and bool(re.search(r"[A-Za-z]", piece))


@lru_cache(maxsize=8)
def trusted_certificates(ca_file: str = "") -> ssl.SSLContext:
    """Those of this machine (and SSL_CERT_FILE), those of the package certifi, and those in `ca_file`.

    Raises InputError for a file that holds none.
    """
    context = ssl.create_default_context()
    # From 3.13 Python wants extensions that certificates of an organisation's own authority often lack. What
    # is trusted should not change with the Python; signatures, names and dates are checked on all of them.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    context.load_verify_locations(certifi.where())
    if ca_file:
        try:
            context.load_verify_locations(Path(ca_file).expanduser())
        except (OSError, ssl.SSLError) as error:
            raise InputError(
                f"[network] ca_file: {ca_file!r} is geen leesbaar bestand met certificaten (PEM): {error}"
            ) from error
    return context


def proxy_for(route: Route, host: str) -> httpx.Proxy | None:
    """The proxy to reach `host` through; this machine itself needs none. Raises InputError."""
    address = route.proxy
    if not address or is_loopback(host):
        return None
    try:
        return httpx.Proxy(address, ssl_context=trusted_certificates() if address[:5] == "https" else None)
    except (ValueError, httpx.InvalidURL):
        raise InputError(
            f"[network] proxy: {shown_address(address)} is geen bruikbaar adres van een proxy"
        ) from None


def _encoded(body: Mapping[str, object]) -> bytes:
    """JSON that any server can read: a character that is only half one is shown as unknown."""
    text = json.dumps(body, ensure_ascii=False, allow_nan=False)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def explain_failure(
    error: BaseException, timeout: float, *, begun: bool = False, proxied: bool = False
) -> str:
    """What a network error means, as the end of "Het taalmodel op ... "."""
    causes = tuple(_causes(error))
    words = " ".join(str(c) for c in causes)
    if isinstance(error, httpx.ConnectTimeout):
        seconds = min(CONNECT_SECONDS, timeout)
        why = f"er kwam binnen {seconds:g} seconden geen verbinding. Klopt het adres, of houdt iets het tegen"
        return f"is niet bereikbaar: {why}"
    if isinstance(error, httpx.TimeoutException):
        return f"gaf binnen {timeout:g} seconden geen antwoord"
    if isinstance(error, httpx.ProxyError):
        return "is niet bereikbaar: de ingestelde proxy ([network] proxy) laat de vraag niet door"
    if begun:
        return "verbrak de verbinding halverwege het antwoord"
    if proxied and isinstance(error, httpx.ConnectError):
        return f"is niet bereikbaar: bij de ingestelde proxy ([network] proxy): {_reason(causes, words)}"
    return f"is niet bereikbaar: {_reason(causes, words)}"


def _reason(causes: tuple[BaseException, ...], words: str) -> str:
    if any(isinstance(c, ssl.SSLCertVerificationError) for c in causes) or "CERTIFICATE_VERIFY" in words:
        return (
            "zijn certificaat wordt niet vertrouwd. Noem het certificaat van de eigen organisatie bij "
            "[network] ca_file"
        )
    if any(isinstance(c, ssl.SSLError) for c in causes):
        return "de beveiligde verbinding mislukt. Moet het adres met http:// beginnen in plaats van https://"
    if any(isinstance(c, socket.gaierror) for c in causes):
        return "de naam van die computer is niet bekend"
    if any(isinstance(c, ConnectionRefusedError) for c in causes):
        return "op dat adres luistert niets. Draait het en klopt de poort"
    if any(isinstance(c, httpx.RemoteProtocolError) for c in causes):
        return "het verbrak de verbinding zonder antwoord. Klopt het adres, en http of https"
    if "unreachable" in words.casefold():
        return "er is geen weg naar dat netwerk"
    return "de verbinding mislukte"


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__ or cause.__context__


def _is_final(error: BaseException) -> bool:
    """Whether asking again cannot help: the certificate or the name is wrong."""
    return any(isinstance(c, ssl.SSLError | socket.gaierror) for c in _causes(error))


def _asked_wait(response: httpx.Response, otherwise: float) -> float:
    try:
        seconds = float(response.headers.get("Retry-After", ""))
    except ValueError:
        return otherwise
    return min(max(seconds, 0.0), _MOST_WAIT) if seconds == seconds else otherwise


def _found_words(value: object) -> str:
    """The message in any of the shapes that servers give errors in."""
    if isinstance(value, bytes):
        text = value[: 20 * _MOST_WORDS].decode("utf-8", "replace")
        try:
            return _found_words(json.loads(value)) or text
        except (ValueError, RecursionError):
            return re.sub(r"<(script|style)\b.*?</\1>|<[^>]*>", " ", text, flags=re.DOTALL | re.IGNORECASE)
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "; ".join(filter(None, (_found_words(v) for v in value[:3])))
    if isinstance(value, Mapping):
        for name in ("message", "error", "detail", "msg", "error_message", "title", "errors", "exception"):
            if words := _found_words(value.get(name)):
                place = value.get("loc")
                return f"{'.'.join(map(str, place))}: {words}" if isinstance(place, list) else words
    return ""
