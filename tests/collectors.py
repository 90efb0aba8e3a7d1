"""A collector of spans on loopback, which answers as it is told to."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

__all__ = ["ScriptedCollector"]


class ScriptedCollector(ThreadingHTTPServer):
    """Keeps what it was sent; `answers` are statuses and bodies to give first, after that all is well."""

    def __init__(self, *answers: tuple[int, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), _Requests)
        self.answers = list(answers)
        self.bodies: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def spans(self) -> list[dict[str, Any]]:
        spans = []
        for body in self.bodies:
            for resource in json.loads(body)["resourceSpans"]:
                for scope in resource["scopeSpans"]:
                    spans += scope["spans"]
        return spans


class _Requests(BaseHTTPRequestHandler):
    server: ScriptedCollector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        status, answer = self.server.answers.pop(0) if self.server.answers else (200, b"{}")
        if status == 200:
            self.server.bodies.append(body)
        self.server.headers.append(dict(self.headers))
        self.server.paths.append(self.path)
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Tests have no use for it."""
