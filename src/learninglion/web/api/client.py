"""A small client for the API, for programs in Python.

    with Client("http://127.0.0.1:8642", token="...") as client:
        for hit in client.search("Kent u het bericht over de veerpont?"):
            print(hit["score"], hit["pair"]["question"])

Answers are the API's own JSON objects; docs/api.md describes them. An error is a ClientError with the
server's own words.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self, cast
from urllib.parse import quote

import httpx

from learninglion.models.errors import LearningLionError
from learninglion.models.plain import Plain

Object = dict[str, Plain]
_TIMEOUT = httpx.Timeout(30.0, read=600.0)  # a draft by a model on two cores takes minutes
_RECONNECTS = 3


class ClientError(LearningLionError):
    """What the server answered when it could not do what was asked."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


class Client:
    """The API with the rights of whoever made the token; close it, or use it in a with statement."""

    def __init__(self, address: str, token: str, transport: httpx.BaseTransport | None = None) -> None:
        self._http = httpx.Client(
            base_url=f"{address.rstrip('/')}/api/v1",
            headers={"Authorization": f"Bearer {token}"},
            timeout=_TIMEOUT,
            transport=transport,
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def search(self, text: str, *, introduction: str = "", limit: int = 10, **scope: Plain) -> list[Object]:
        """Earlier pairs and sections, best first; `scope`: since, until, ministries, collections ..."""
        threshold = scope.pop("threshold", None)
        body: Object = {"text": text, "introduction": introduction, "limit": limit, "filters": dict(scope)}
        if threshold is not None:
            body["threshold"] = threshold
        return cast(list[Object], self._ask("POST", "/searches", body)["hits"])

    def ask(self, question: str, *, after: str = "", **scope: Plain) -> Object:
        """What answers a question in the documents; `after` is the question it goes on with."""
        return self._ask("POST", "/answers", {"question": question, "after": after, "filters": dict(scope)})

    def source(self, source_id: str) -> Object:
        """A whole source, unedited."""
        return self._ask("GET", f"/sources/{quote(source_id, safe='')}")

    def document(self, document_id: str) -> Object:
        """A whole document."""
        return self._ask("GET", f"/documents/{quote(document_id, safe='')}")

    def read_set(self, text: str) -> Object:
        """A pasted set, split into its introduction and questions."""
        return self._ask("POST", "/question-sets", {"text": text})

    def draft(
        self,
        question_set: Mapping[str, Plain],
        *,
        choices: Sequence[Mapping[str, Plain]] | None = None,
        generator: str = "extractive",
    ) -> Object:
        """A checked draft. Safe to repeat when the connection broke: it carries an idempotency key."""
        body = _draft_body(question_set, choices, generator)
        return self._ask("POST", "/drafts", body, {"Idempotency-Key": str(uuid.uuid4())})

    def draft_events(
        self,
        question_set: Mapping[str, Plain],
        *,
        choices: Sequence[Mapping[str, Plain]] | None = None,
        generator: str = "extractive",
    ) -> Iterator[tuple[str, Object]]:
        """The same draft while it is written: (name, data) of each report; the last is "done"."""
        job = self._ask("POST", "/draft-jobs", _draft_body(question_set, choices, generator))
        return self._events(str(job["id"]))

    def add_documents(
        self, paths: Sequence[Path], *, collection: str = "default"
    ) -> Iterator[tuple[str, Object]]:
        """Take in files: (name, data) of each report; "file" says what became of one, the last is "done"."""
        with ExitStack() as opened:
            files = [("files", (path.name, opened.enter_context(path.open("rb")))) for path in paths]
            answer = self._http.post("/document-jobs", params={"collection": collection}, files=files)
        _raise_for(answer)
        return self._events(str(answer.json()["id"]))

    def _events(self, job_id: str) -> Iterator[tuple[str, Object]]:
        """The reports of a job until it is done; a connection that breaks is taken up where it was."""
        last, tries = "0", 0
        while True:
            try:
                for number, name, data in self._read_events(job_id, last):
                    last, tries = number, 0
                    if name == "failed":
                        raise ClientError(int(cast(int, data["status"])), str(data["detail"]))
                    yield name, data
                return
            except httpx.TransportError:
                tries += 1
                if tries > _RECONNECTS:
                    raise

    def _read_events(self, job_id: str, last: str) -> Iterator[tuple[str, str, Object]]:
        headers = {"Last-Event-ID": last}
        with self._http.stream("GET", f"/jobs/{job_id}/events", headers=headers) as answer:
            _raise_for(answer)
            number, name = last, ""
            for line in answer.iter_lines():
                if line.startswith("id: "):
                    number = line[4:]
                elif line.startswith("event: "):
                    name = line[7:]
                elif line.startswith("data: "):
                    yield number, name, cast(Object, json.loads(line[6:]))

    def verify(self, questions: Sequence[Mapping[str, Plain]]) -> Object:
        """A text from outside, every sentence checked against what it cites."""
        return self._ask("POST", "/verifications", {"questions": [dict(q) for q in questions]})

    def dossier(self, dossier_id: str) -> Object:
        """A dossier that was kept."""
        return self._ask("GET", f"/dossiers/{dossier_id}")

    def export(self, dossier_id: str, form: str) -> bytes:
        """A dossier as a file: md, json, docx or pdf."""
        answer = self._http.get(f"/dossiers/{dossier_id}/exports/{form}")
        _raise_for(answer)
        return answer.content

    def _ask(
        self, method: str, path: str, body: Object | None = None, headers: Mapping[str, str] | None = None
    ) -> Object:
        answer = self._http.request(method, path, json=body, headers=headers)
        _raise_for(answer)
        return cast(Object, answer.json())


def _draft_body(
    question_set: Mapping[str, Plain], choices: Sequence[Mapping[str, Plain]] | None, generator: str
) -> Object:
    body: Object = {"question_set": dict(question_set), "generator": generator}
    if choices is not None:
        body["choices"] = [dict(choice) for choice in choices]
    return body


def _raise_for(answer: httpx.Response) -> None:
    if answer.is_success:
        return
    answer.read()
    try:
        detail = str(answer.json().get("detail") or answer.reason_phrase)
    except ValueError:
        detail = answer.reason_phrase
    raise ClientError(answer.status_code, detail)
