"""Management: which models work here; a language model can be chosen on the screen once it has answered.

What is chosen is kept in `models.json` in the data folder and holds from the next start. Which hosts outside
this machine may be connected to stands in the settings file alone, so that nobody can lead texts elsewhere
from a screen.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from learninglion.database.files import write_durably
from learninglion.inference.generators import Generator, GeneratorKind
from learninglion.inference.hosts import require_allowed
from learninglion.inference.open import open_generator
from learninglion.models.errors import InputError
from learninglion.settings import MODELS_FILE, GeneratorSettings, Settings, house_options
from learninglion.web.access import SignedIn, TheDesk
from learninglion.web.connection_test import TestResult, try_encoder, try_generator
from learninglion.web.desk import Desk
from learninglion.workflow.rights import Task, require

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

# What the screen decides; everything else keeps coming from the settings file.
_FIELDS = ("kind", "model", "path", "base_url", "api_key", "context_tokens", "timeout_seconds")
KINDS = (
    ("none", "geen: zinnen uit de bronnen"),
    ("openai", "een eindpunt (vLLM, Ollama, llama.cpp)"),
    ("gguf", "een bestand op deze server (GGUF)"),
)


@router.get("/models")
def models(request: Request, desk: TheDesk, viewer: SignedIn) -> Response:
    """Which models work here, and the form to choose another language model."""
    require(viewer.actor, Task.MANAGE)
    return _page(request, desk, viewer, _waiting(desk.settings) or desk.settings.generator)


def _page(
    request: Request,
    desk: Desk,
    viewer: SignedIn,
    shown: GeneratorSettings,
    results: tuple[TestResult, ...] = (),
    *,
    status: int = 200,
) -> Response:
    return desk.templates.page(
        request,
        "models.html",
        viewer,
        status=status,
        settings=desk.settings,
        shown=shown,
        kinds=KINDS,
        results=results,
        waiting=_waiting(desk.settings),
        chosen_here=(desk.settings.home / MODELS_FILE).exists(),
        threshold=desk.house.threshold,
        switch=desk.house.switching.state(),
    )


def _waiting(settings: Settings) -> GeneratorSettings | None:
    """What was chosen on the screen, where it is not what this server runs with."""
    path = settings.home / MODELS_FILE
    if not path.exists():
        return None
    try:
        chosen = json.loads(path.read_text("utf-8"))["generator"]
        found = replace(settings.generator, **{name: chosen[name] for name in _FIELDS})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path.name}: dit bestand is niet te lezen ({error}).") from error
    return None if found == settings.generator else found


@router.post("/models/test")
def test_models(request: Request, desk: TheDesk, viewer: SignedIn) -> Response:
    """Ask the models in use for something small, and say what came of it."""
    require(viewer.actor, Task.MANAGE)
    house = desk.house
    # The model in use, not a second one beside it: a file of some gigabytes would not fit twice.
    results = (
        try_encoder(house),
        try_generator(lambda: house.model("llm" if house.options.generator else "extractive")),
    )
    return _page(request, desk, viewer, _waiting(desk.settings) or desk.settings.generator, results)


@router.post("/models/change")
def change_model(
    request: Request,
    desk: TheDesk,
    viewer: SignedIn,
    kind: Annotated[str, Form(max_length=20)],
    model: Annotated[str, Form(max_length=200)] = "",
    path: Annotated[str, Form(max_length=1000)] = "",
    base_url: Annotated[str, Form(max_length=1000)] = "",
    api_key: Annotated[str, Form(max_length=1000)] = "",
    context_tokens: Annotated[int, Form(ge=512, le=10_000_000)] = 4096,
    timeout_seconds: Annotated[float, Form(ge=1, le=86_400)] = 600.0,
) -> Response:
    """Try the model; only when it answers is it kept."""
    require(viewer.actor, Task.MANAGE)
    before = _waiting(desk.settings) or desk.settings.generator
    address = base_url.strip() or before.base_url
    # A key that was set for one address is never sent to another.
    key = api_key.strip() or (before.api_key if address == before.base_url else "")
    wanted = replace(
        before,
        kind=kind,
        model=model.strip(),
        path=path.strip(),
        base_url=address,
        api_key=key,
        context_tokens=context_tokens,
        timeout_seconds=timeout_seconds,
    )
    result = _tried(desk.settings, wanted)
    if not result.ok:
        return _page(request, desk, viewer, wanted, (result,), status=400)
    kept = {"generator": {name: value for name, value in asdict(wanted).items() if name in _FIELDS}}
    write_durably(desk.settings.home / MODELS_FILE, json.dumps(kept, ensure_ascii=False).encode())
    told = {"kind": wanted.kind, "model": wanted.model, "base_url": wanted.base_url, "path": wanted.path}
    desk.house.note("models.change", viewer.actor, "models:generator", {**told})
    return _page(request, desk, viewer, wanted, (result,))


def _tried(settings: Settings, wanted: GeneratorSettings) -> TestResult:
    def opening() -> Generator | None:
        choice = house_options(replace(settings, generator=wanted)).generator
        if choice is not None and choice.kind is GeneratorKind.OPENAI:
            require_allowed(choice.base_url, choice.allowed_hosts)
        return None if choice is None else open_generator(choice)

    return try_generator(opening)


@router.post("/models/reset")
def reset_model(desk: TheDesk, viewer: SignedIn) -> Response:
    """Go back to what the settings file says."""
    require(viewer.actor, Task.MANAGE)
    (desk.settings.home / MODELS_FILE).unlink(missing_ok=True)
    desk.house.note("models.reset", viewer.actor, "models:generator", {})
    return RedirectResponse("/manage/models", 303)
