"""Signing off: asking a named second person, giving back with a remark, taking responsibility."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse, Response

from learninglion.models import Actor, Dossier, DossierState, Role
from learninglion.models.errors import ConflictError, InputError, LearningLionError, UnknownReferenceError
from learninglion.models.plain import Plain
from learninglion.record.dossiers import DossierVersion
from learninglion.web.access import SignedIn, TheDesk
from learninglion.web.desk import Desk
from learninglion.workflow.rights import Task, require
from learninglion.workflow.sign_offs import SignOff

__all__ = ["Signing", "approvers", "requests_for", "router", "signing_of"]

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Signing:
    """How far a dossier is with signing off, for one viewer."""

    request: SignOff | None
    approved: DossierVersion | None  # the last approved version, also when the text was changed after it
    candidates: tuple[str, ...]  # who can be asked

    def changed_since(self, version: int) -> bool:
        """Whether the text was approved once and stands at a later version now."""
        return self.approved is not None and self.approved.version < version


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request as a start page lists it."""

    request: SignOff
    title: str


def signing_of(desk: Desk, actor: Actor, dossier: Dossier) -> Signing:
    """Who was asked, who signed, and who can be asked."""
    versions = desk.house.dossier_versions(dossier.id, actor)
    approved = next((v for v in reversed(versions) if v.state is DossierState.APPROVED), None)
    request = desk.sign_offs.of(dossier.id)
    return Signing(request, approved, approvers(desk, actor, dossier.id))


def approvers(desk: Desk, actor: Actor, dossier_id: str) -> tuple[str, ...]:
    """The others who may approve and may see this dossier, by name."""
    found = []
    for account in desk.accounts.list():
        if account.name == actor.name or not account.active or Role.APPROVER not in account.roles:
            continue
        if _may_see(desk, account.actor, dossier_id):
            found.append(account.name)
    return tuple(sorted(found))


def _may_see(desk: Desk, actor: Actor, dossier_id: str) -> bool:
    try:
        desk.house.dossier_versions(dossier_id, actor)
    except LearningLionError:
        return False
    return True


def requests_for(desk: Desk, actor: Actor) -> tuple[tuple[Waiting, ...], tuple[Waiting, ...]]:
    """What this person was asked to sign, and what this person got back; only what still counts."""
    asked, back = desk.sign_offs.waiting_for(actor.name), desk.sign_offs.given_back_to(actor.name)
    if not asked and not back:
        return (), ()
    return _still_open(desk, actor, asked), _still_open(desk, actor, back)


def _still_open(desk: Desk, actor: Actor, requests: tuple[SignOff, ...]) -> tuple[Waiting, ...]:
    kept = []
    for request in requests:
        try:
            dossier = desk.house.load(request.dossier, actor)
        except LearningLionError:
            continue  # deleted, or not to be seen any more
        if dossier.state is not DossierState.APPROVED:
            kept.append(Waiting(request, dossier.question_set.title or dossier.id))
    return tuple(kept)


@router.post("/dossiers/{dossier_id}/sign-off")
def ask(
    desk: TheDesk,
    viewer: SignedIn,
    dossier_id: str,
    person: Annotated[str, Form(max_length=100)] = "",
    note: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Ask a named second person to sign off the newest version."""
    require(viewer.actor, Task.DRAFT)
    dossier = desk.house.load(dossier_id, viewer.actor)
    if person not in approvers(desk, viewer.actor, dossier_id):
        raise InputError("Kies iemand die deze tekst mag vaststellen.")
    if dossier.state is DossierState.APPROVED:
        raise InputError("Deze tekst is al vastgesteld.")
    if any(v.failed for v in dossier.verifications):
        raise InputError(
            "Er staan nog zinnen in die de bron niet draagt. Verbeter ze, haal ze weg of neem ze voor eigen "
            "rekening; vraag het dan."
        )
    if not all(v.draft.complete for v in dossier.verifications):
        raise InputError(
            "Dit voorstel is nog niet af. Laat het afschrijven of maak het zelf af; vraag het dan."
        )
    desk.sign_offs.ask(dossier_id, dossier.version, by=viewer.actor.name, of=person, note=note)
    told: dict[str, Plain] = {"version": dossier.version, "of": person}
    desk.house.note("sign-off.ask", viewer.actor, dossier_id, told)
    return RedirectResponse(f"/dossiers/{dossier_id}#h-sign", 303)


@router.post("/dossiers/{dossier_id}/sign-off/withdraw")
def withdraw(desk: TheDesk, viewer: SignedIn, dossier_id: str) -> Response:
    """Take one's request back, or put away what came back."""
    desk.house.load(dossier_id, viewer.actor)
    request = desk.sign_offs.of(dossier_id)
    if request is None or request.asked_by != viewer.actor.name:
        raise UnknownReferenceError("U hebt niemand gevraagd om deze tekst vast te stellen.")
    desk.sign_offs.clear(dossier_id)
    desk.house.note("sign-off.withdraw", viewer.actor, dossier_id, {"of": request.asked_of})
    return RedirectResponse(f"/dossiers/{dossier_id}#h-sign", 303)


@router.post("/dossiers/{dossier_id}/sign-off/give-back")
def give_back(
    desk: TheDesk,
    viewer: SignedIn,
    dossier_id: str,
    answer: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Give the text back to whoever asked, with what should be different."""
    require(viewer.actor, Task.APPROVE)
    desk.house.load(dossier_id, viewer.actor)
    request = desk.sign_offs.give_back(dossier_id, by=viewer.actor.name, answer=answer)
    desk.house.note("sign-off.give-back", viewer.actor, dossier_id, {"to": request.asked_by})
    return RedirectResponse("/", 303)


@router.post("/dossiers/{dossier_id}/approve")
def approve(
    desk: TheDesk,
    viewer: SignedIn,
    dossier_id: str,
    responsible: Annotated[str, Form()] = "",
    version: Annotated[int, Form(ge=1)] = 1,
) -> Response:
    """Sign off the version that was read; whoever does takes responsibility for it, and says so."""
    if not responsible:
        raise InputError("Bevestig eerst dat u de tekst hebt gelezen en er verantwoordelijk voor bent.")
    try:
        desk.house.approve(dossier_id, version, actor=viewer.actor)
    except ConflictError as error:
        raise ConflictError(
            "De tekst is gewijzigd nadat u hem opende. Lees de nieuwste versie en stel die dan vast."
        ) from error
    desk.sign_offs.clear(dossier_id)
    return RedirectResponse(f"/dossiers/{dossier_id}", 303)
