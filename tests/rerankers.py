"""A loopback `/rerank` that speaks both shapes, judges by a word, and misbehaves on demand."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from loopback import running


class RerankEndpoint(ThreadingHTTPServer):
    """Gives a text 1 for each time it holds `word`; `reply` is sent instead when it is not None."""

    def __init__(
        self, word: str = "", status: int = 200, reply: bytes | None = None, wait: float = 0
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.word, self.status, self.reply, self.wait = word, status, reply, wait
        self.drip = False  # a byte at a time, each soon enough to keep a connection alive
        self.requests: list[tuple[str, dict, str | None]] = []

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def reranking_at(**options) -> Iterator[RerankEndpoint]:
    with running(RerankEndpoint(**options)) as endpoint:
        yield endpoint


class _Handler(BaseHTTPRequestHandler):
    server: RerankEndpoint

    def log_message(self, *args) -> None:
        pass

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append((self.path, body, self.headers["Authorization"]))
        time.sleep(self.server.wait)
        data = self.server.reply if self.server.reply is not None else self._judged(body)
        try:
            self.send_response(self.server.status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            for n in range(len(data)) if self.server.drip else ():
                self.wfile.write(data[n : n + 1])
                self.wfile.flush()
                time.sleep(0.05)
            self.wfile.write(b"" if self.server.drip else data)
        except OSError:
            pass  # whoever asked has gone

    def _judged(self, body: dict) -> bytes:
        texts = body.get("documents") or body.get("texts") or []
        scores = [float(text.count(self.server.word)) if self.server.word else 0.0 for text in texts]
        order = sorted(range(len(texts)), key=lambda i: -scores[i])  # servers send the best first
        if "texts" in body:
            return json.dumps([{"index": i, "score": scores[i]} for i in order]).encode()
        results = [{"index": i, "document": {"text": texts[i]}, "relevance_score": scores[i]} for i in order]
        return json.dumps({"id": "1", "model": "m", "usage": {}, "results": results}).encode()
