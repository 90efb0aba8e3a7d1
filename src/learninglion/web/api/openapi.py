"""The OpenAPI 3.1 description, shaped as the Dutch API Design Rules ask."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import cast

from fastapi.openapi.utils import get_openapi
from starlette.routing import BaseRoute

from learninglion.web.security import API_VERSION

__all__ = ["describe"]

Object = dict[str, object]

_ERRORS = {
    "400": "The input cannot be used; the detail says why.",
    "401": "Nobody is signed in, or the token does not hold.",
    "403": "This person may not do this.",
    "404": "It does not exist here, or this person may not see it.",
    "409": "It was changed meanwhile, or is already being done.",
    "500": "Something went wrong on the server.",
}
# The framework names the body of an upload after its function; names here are in PascalCase.
_UPLOADS = {
    "Body_add_document_documents_post": "DocumentUpload",
    "Body_add_documents_document_jobs_post": "DocumentsUpload",
}
_DAYS = frozenset({"date", "asked_on", "received_on", "published"})
_NO_CONFLICT = frozenset({"get"})
_VERSION_HEADER: Object = {
    "API-Version": {
        "description": "The full version of the API.",
        "schema": {"type": "string", "pattern": r"^\d+\.\d+\.\d+$", "example": API_VERSION},
    }
}
_DESCRIPTION = (
    "Find earlier answers to parliamentary questions, draft from chosen sources and check every sentence. "
    "Everything runs on the organisation's own machine. Dates are ISO 8601; texts are in Dutch. "
    "Writes take an Idempotency-Key header: repeating a request with the same key repeats its answer."
)


def describe(routes: Sequence[BaseRoute], server: str, contact: Object) -> Object:
    """The whole description, for the API at `server` (ending in /v1)."""
    document = cast(
        Object,
        get_openapi(
            title="LearningLion",
            version=API_VERSION,
            openapi_version="3.1.0",
            description=_DESCRIPTION,
            routes=routes,
            servers=[{"url": server}],
            contact=contact,
            license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
            tags=[{"name": name} for name in ("search", "documents", "drafts", "jobs", "dossiers", "log")],
        ),
    )
    text = json.dumps(document)
    for given, ours in _UPLOADS.items():
        text = text.replace(given, ours)
    document = cast(Object, json.loads(text))
    components = cast(Object, document.setdefault("components", {}))
    schemas = cast(Object, components.setdefault("schemas", {}))
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for schema in schemas.values():
        _mark_days(cast(dict[str, Object], cast(Object, schema).get("properties", {})))
    schemas["Problem"] = _problem_schema()
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    document["security"] = [{"token": []}]
    for path in cast(dict[str, Object], document["paths"]).values():
        for method, operation in path.items():
            _dress(method, cast(Object, operation))
    return document


def _mark_days(properties: dict[str, Object]) -> None:
    """Say of a field that holds a day that it does: in the contract's shapes it is text."""
    for name in _DAYS & properties.keys():
        properties[name] = {"type": ["string", "null"], "format": "date"}


def _dress(method: str, operation: Object) -> None:
    responses = cast(dict[str, Object], operation["responses"])
    responses.pop("422", None)
    for status, answer in responses.items():
        if status[0] in "23":
            answer.setdefault("headers", {})
            cast(Object, answer["headers"]).update(_VERSION_HEADER)
    for status, words in _ERRORS.items():
        if status == "409" and method in _NO_CONFLICT:
            continue
        responses[status] = {
            "description": words,
            "headers": dict(_VERSION_HEADER),
            "content": {"application/problem+json": {"schema": _problem_schema()}},
        }


def _problem_schema() -> Object:
    # Written out at each answer: linters of the Design Rules look at the members, not through references.
    return {
        "type": "object",
        "required": ["status", "title", "detail"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "instance": {"type": "string"},
        },
    }
