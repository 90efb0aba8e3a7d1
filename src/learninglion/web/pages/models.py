"""Management: which models work here; a language model can be chosen on the screen once it has answered.

What is chosen is kept where all servers find it (`models.json`) and holds from the next start of each. Which
hosts outside this machine may be connected to stands in the settings file alone, so that nobody can lead
texts elsewhere from a screen.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from learninglion.models.errors import InputError
from learninglion.settings import GeneratorSettings, workplace_options
from learninglion.web.access import SignedIn, TheSite
from learninglion.web.site import Site
from learninglion.web.viewer import Viewer
from learninglion.workflow.language_model import TestResult
from learninglion.workflow.options import MODELS_FILE
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
def models(request: Request, site: TheSite, viewer: SignedIn) -> Response:
    """Which models work here, and the form to choose another language model."""
    require(viewer.actor, Task.MANAGE)
    return _page(request, site, viewer, _waiting(site, viewer) or site.settings.generator)


def _page(
    request: Request,
    site: Site,
    viewer: SignedIn,
    shown: GeneratorSettings,
    results: tuple[TestResult, ...] = (),
    *,
    status: int = 200,
) -> Response:
    return site.templates.page(
        request,
        "models.html",
        viewer,
        status=status,
        settings=site.settings,
        shown=shown,
        kinds=KINDS,
        results=results,
        waiting=_waiting(site, viewer),
        chosen_here=site.workplace.language_model.chosen(viewer.actor) is not None,
        threshold=site.workplace.searching.threshold,
        switch=site.workplace.indexing.switch_state(),
    )


def _waiting(site: Site, viewer: Viewer) -> GeneratorSettings | None:
    """What was chosen on the screen of any server, where it is not what this server runs with."""
    kept, used = site.workplace.language_model.chosen(viewer.actor), site.settings.generator
    if kept is None:
        return None
    try:
        chosen = json.loads(kept)["generator"]
        choice = replace(used, **{name: chosen[name] for name in _FIELDS})
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{MODELS_FILE}: dit bestand is niet te lezen ({error}).") from error
    return None if choice == used else choice


@router.post("/models/test")
def test_models(request: Request, site: TheSite, viewer: SignedIn) -> Response:
    """Ask the models in use for something small, and say what came of it."""
    require(viewer.actor, Task.MANAGE)
    results = site.workplace.language_model.test_in_use(viewer.actor)
    return _page(request, site, viewer, _waiting(site, viewer) or site.settings.generator, results)


@router.post("/models/change")
def change_model(
    request: Request,
    site: TheSite,
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
    before = _waiting(site, viewer) or site.settings.generator
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
    options = workplace_options(replace(site.settings, generator=wanted))
    fields = {name: value for name, value in asdict(wanted).items() if name in _FIELDS}
    result = site.workplace.language_model.choose(options.generator, fields, actor=viewer.actor)
    return _page(request, site, viewer, wanted, (result,), status=200 if result.ok else 400)


@router.post("/models/reset")
def reset_model(site: TheSite, viewer: SignedIn) -> Response:
    """Go back to what the settings file says."""
    site.workplace.language_model.reset(actor=viewer.actor)
    return RedirectResponse("/manage/models", 303)
