"""A loopback endpoint that misbehaves on demand, and the real models that the package registry carries."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from loopback import running


class Endpoint(ThreadingHTTPServer):
    """Speaks the OpenAI protocol; what goes wrong stands in `trouble`."""

    def __init__(self, trouble: str = "", answer: str = "Dat klopt.", enforces_schema: bool = True) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.trouble = trouble
        self.answer = answer
        self.enforces_schema = enforces_schema
        self.requests: list[tuple[str, dict]] = []
        self.prompt_tokens = 10_000

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


@contextmanager
def serving(**options) -> Iterator[Endpoint]:
    with running(Endpoint(**options)) as endpoint:
        yield endpoint


class _Handler(BaseHTTPRequestHandler):
    server: Endpoint
    protocol_version = "HTTP/1.1"

    def log_message(self, *args) -> None:
        pass

    def do_GET(self) -> None:
        if self.server.trouble == "redirect":
            self.send_response(302)
            self.send_header("Location", "http://example.invalid/v1/models")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if self.server.trouble == "key":
            self._json(401, {"error": {"message": "no"}})
            return
        self._json(200, {"object": "list", "data": [{"id": "klein", "object": "model", "owned_by": "toets"}]})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append((self.path, body))
        if self.path.endswith("/tokenize"):
            self._json(404, {"error": {"message": "not here"}})
            return
        if self.server.trouble == "key":
            self._json(401, {"error": {"message": "no"}})
            return
        schema = "response_format" in body
        if schema and not self.server.enforces_schema:
            self._json(400, {"error": {"message": "response_format is not supported"}})
            return
        if self.server.trouble == "busy":
            self._json(429, {"error": {"message": "busy"}})
        elif self.server.trouble == "broken":
            self._json(500, {"error": {"message": "oops"}})
        elif self.server.trouble == "context":
            self._json(400, {"error": {"message": "This model's maximum context length is 5 tokens"}})
        elif self.server.trouble == "slow":
            time.sleep(2)
            self._json(500, {"error": {"message": "too late"}})
        else:
            codes = (
                body.get("response_format", {}).get("json_schema", {}).get("schema", {}).get("properties", {})
            )
            probe = "code" in codes and self.server.trouble != "ignores schema"
            self._stream(
                json.dumps({"code": codes["code"]["enum"][0]}) if probe else self.server.answer, probe
            )

    def _json(self, status: int, value: object) -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _stream(self, text: str, probe: bool) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        for n in range(0, len(text), 5):
            if self.server.trouble == "cut" and not probe and n >= 5:
                self.close_connection = True
                return  # the connection drops without a last word
            self._event(
                {"choices": [{"index": 0, "delta": {"content": text[n : n + 5]}, "finish_reason": None}]}
            )
        self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        usage = {"prompt_tokens": self.server.prompt_tokens, "completion_tokens": 1, "total_tokens": 2}
        self._event({"choices": [], "usage": usage})
        self.wfile.write(b"data: [DONE]\n\n")
        self.close_connection = True

    def _event(self, value: dict) -> None:
        event = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "klein", **value}
        self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
        self.wfile.flush()


def serve_gguf(xllamacpp, path: Path, context_tokens: int):
    """llama.cpp's own server on loopback, as it runs in the field; stops when it is let go of."""
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.model_alias = {"klein"}
    params.n_ctx, params.n_parallel, params.verbosity, params.warmup = context_tokens, 1, -1, False
    for cpu in (params.cpuparams, params.cpuparams_batch):
        cpu.n_threads, cpu.poll = 1, 0
    return xllamacpp.Server(params)
