"""One loopback server that plays what real servers of language models were seen to do."""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from loopback import running

GOOD = (
    '{"zinnen": [{"zin": "Er varen 12 ponten.", "bewijs": [{"bron": 1, "woorden": "12 ponten"}]}], '
    '"ontbreekt": []}'
)
STOP = "stop"


def event(value: object) -> bytes:
    """One event of a stream."""
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def delta(finish: object = None, **fields: object) -> bytes:
    """One chunk of a chat."""
    return event({"choices": [{"index": 0, "delta": fields, "finish_reason": finish}]})


def saying(*texts: object, finish: object = STOP) -> list[bytes]:
    """A whole chat that says `texts`, a chunk each."""
    return [*(delta(content=text) for text in texts), delta(finish), b"data: [DONE]\n\n"]


def whole(content: object, **more: object) -> bytes:
    """A chat in one reply, as a server sends that ignores `stream`."""
    message = {"role": "assistant", "content": content, **more}
    return json.dumps({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}).encode()


@dataclass(frozen=True)
class DraftReading:
    """What a server answers to one request."""

    pieces: Iterable[bytes] = ()
    status: int = 200
    kind: str = "text/event-stream"
    wait: float = 0.0  # seconds before each piece


def refusing(status: int, body: object) -> DraftReading:
    return DraftReading([json.dumps(body).encode()], status, "application/json")


Script = Callable[[str, dict], DraftReading]


@dataclass
class Server:
    """Listens on loopback and answers a chat as `chat` says; everything asked is kept in `asked`."""

    chat: Script
    models: DraftReading = field(
        default_factory=lambda: refusing(200, {"data": [{"id": "klein", "owned_by": "toets"}]})
    )
    base: str = "/v1"  # where the protocol is spoken
    other: Script | None = None  # everything that is neither a chat nor the list
    requests: list[tuple[str, dict]] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)  # requests whose reader went away
    tls: ssl.SSLContext | None = None
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def chats(self) -> list[dict]:
        return [body for path, body in self.requests if path.endswith("/chat/completions")]

    def answer(self, path: str, body: dict) -> DraftReading:
        self.requests.append((path, body))
        path = path.partition("?")[0]
        if path == f"{self.base}/models":
            return self.models
        if path == f"{self.base}/chat/completions":
            return self.chat(path, body)
        if self.other is not None:
            return self.other(path, body)
        return refusing(404, {"detail": "Not Found"})


@contextmanager
def playing(chat: Script | Iterable[bytes], **options) -> Iterator[Server]:
    """A running server; `chat` is a script, or what it always says."""
    script = chat if callable(chat) else (lambda _path, _body, pieces=list(chat): DraftReading(pieces))
    server = Server(script, **options)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args) -> None:
            pass

        def do_GET(self) -> None:
            self._send(server.answer(self.path, {}))

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self._send(server.answer(self.path, body))

        def _send(self, reading: DraftReading) -> None:
            self.send_response(reading.status)
            self.send_header("Content-Type", reading.kind)
            self.send_header("Connection", "close")
            self.end_headers()
            self.close_connection = True
            try:
                for piece in reading.pieces:
                    time.sleep(reading.wait)
                    self.wfile.write(piece)
                    self.wfile.flush()
            except OSError:
                server.cut.append(self.path)

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if server.tls is not None:
        http.socket = server.tls.wrap_socket(http.socket, server_side=True)
    server.port = http.server_address[1]
    with running(http):
        yield server
