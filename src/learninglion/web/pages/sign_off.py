"""Signing off: asking a named second person, giving back with a remark, taking responsibility."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from learninglion.models.errors import ConflictError, InputError
from learninglion.web.access import SignedIn, TheSite
from learninglion.web.forms import read_whole
from learninglion.web.pages.proposals import refuse_signing

router = APIRouter(include_in_schema=False)


def _numbers(chosen: str) -> tuple[int, ...]:
    """The numbers of the questions that one box stands for."""
    return tuple(number for part in chosen.split() if (number := read_whole(part)) is not None)


@router.post("/dossiers/{dossier_id}/sign-off")
def ask(
    request: Request,
    site: TheSite,
    viewer: SignedIn,
    dossier_id: str,
    person: Annotated[str, Form(max_length=100)] = "",
    note: Annotated[str, Form(max_length=1000)] = "",
    leave_open: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Ask a named second person to sign off the newest version."""
    try:
        site.workplace.sign_offs.ask(
            dossier_id, person, note, leave_open=_numbers(leave_open), actor=viewer.actor
        )
    except InputError as error:
        return refuse_signing(
            request, site, viewer, dossier_id, error, person=person, note=note, leave_open=leave_open
        )
    return RedirectResponse(f"/dossiers/{dossier_id}#h-sign", 303)


@router.post("/dossiers/{dossier_id}/sign-off/withdraw")
def withdraw(site: TheSite, viewer: SignedIn, dossier_id: str) -> Response:
    """Take one's request back, or put away what came back."""
    site.workplace.sign_offs.withdraw(dossier_id, actor=viewer.actor)
    return RedirectResponse(f"/dossiers/{dossier_id}#h-sign", 303)


@router.post("/dossiers/{dossier_id}/sign-off/give-back")
def give_back(
    request: Request,
    site: TheSite,
    viewer: SignedIn,
    dossier_id: str,
    answer: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Give the text back to whoever asked, with what should be different."""
    try:
        site.workplace.sign_offs.give_back(dossier_id, answer, actor=viewer.actor)
    except InputError as error:
        return refuse_signing(request, site, viewer, dossier_id, error)
    return RedirectResponse("/", 303)


@router.post("/dossiers/{dossier_id}/approve")
def approve(
    request: Request,
    site: TheSite,
    viewer: SignedIn,
    dossier_id: str,
    responsible: Annotated[str, Form()] = "",
    version: Annotated[int, Form(ge=1)] = 1,
    without_label: Annotated[str, Form(max_length=5)] = "",
    leave_open: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Sign off the version that was read; whoever does takes responsibility for it, and says so."""
    try:
        if not responsible:
            raise InputError("Bevestig eerst dat u de tekst hebt gelezen en er verantwoordelijk voor bent.")
        site.workplace.sign_offs.approve(
            dossier_id,
            version,
            without_label=bool(without_label),
            leave_open=_numbers(leave_open),
            actor=viewer.actor,
        )
    except InputError as error:
        return refuse_signing(
            request, site, viewer, dossier_id, error, responsible=responsible, leave_open=leave_open
        )
    except ConflictError:
        changed = ConflictError(
            "De tekst is gewijzigd nadat u hem opende. Lees de nieuwste versie en stel die dan vast."
        )
        return refuse_signing(request, site, viewer, dossier_id, changed)
    return RedirectResponse(f"/dossiers/{dossier_id}", 303)
