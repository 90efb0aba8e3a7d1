"""Management: which models work here; a language model can be chosen on the screen once it has answered.

What is chosen is kept where all servers find it (`models.json`) and holds on each of them at once. Which
hosts outside this machine may be connected to stands in the settings file alone, so that nobody can lead
texts elsewhere from a screen.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from learninglion.settings import GeneratorSettings, model_choice
from learninglion.web.access import SignedIn, TheSite
from learninglion.web.site import Site
from learninglion.workflow.language_model import TestResult
from learninglion.workflow.rights import Task, require

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
    return _page(request, site, viewer)


def _page(
    request: Request,
    site: Site,
    viewer: SignedIn,
    shown: GeneratorSettings | None = None,
    results: tuple[TestResult, ...] = (),
    *,
    status: int = 200,
) -> Response:
    settings = site.settings_now
    return site.templates.page(
        request,
        "models.html",
        viewer,
        status=status,
        settings=settings,
        shown=shown or settings.generator,
        kinds=KINDS,
        results=results,
        chosen_here=site.workplace.language_model.chosen() is not None,
        threshold=site.workplace.searching.threshold,
        switch=site.workplace.indexing.switch_state(),
    )


@router.post("/models/test")
def test_models(request: Request, site: TheSite, viewer: SignedIn) -> Response:
    """Ask the models in use for something small, and say what came of it."""
    require(viewer.actor, Task.MANAGE)
    results = site.workplace.language_model.test_in_use(viewer.actor)
    return _page(request, site, viewer, results=results)


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
    before = site.settings_now.generator
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
    choice = model_choice("generator", wanted, site.settings)
    fields = {name: value for name, value in asdict(wanted).items() if name in _FIELDS}
    result = site.workplace.language_model.choose(choice, fields, actor=viewer.actor)
    return _page(request, site, viewer, wanted, (result,), status=200 if result.ok else 400)


@router.post("/models/reset")
def reset_model(site: TheSite, viewer: SignedIn) -> Response:
    """Go back to what the settings file says."""
    site.workplace.language_model.reset(actor=viewer.actor)
    return RedirectResponse("/manage/models", 303)
