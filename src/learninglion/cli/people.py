"""Commands about who may do what: users, and the server for a language model of one's own."""

from __future__ import annotations

import typer

from learninglion.cli.opening import workplace_here
from learninglion.cli.terminal import console, local_actor, print_json
from learninglion.models import Actor, Role
from learninglion.models.errors import InputError, PermissionDeniedError
from learninglion.models.plain import to_plain
from learninglion.settings import load_settings

users_app = typer.Typer(no_args_is_help=True, help="Gebruikers van de werkplek, hun rollen en verzamelingen.")


def register(app: typer.Typer) -> None:
    """Hang these commands on `app`."""
    app.add_typer(users_app, name="users")
    app.command()(mcp)


@users_app.command("list")
def list_users(as_json: bool = typer.Option(False, "--json", help="Een JSON-object per gebruiker.")) -> None:
    """Alle gebruikers met hun rollen."""
    with workplace_here() as workplace:
        workplace.access.looked(local_actor(), "people")
        for account in workplace.people.list(local_actor()):
            roles = ", ".join(sorted(role.value for role in account.actor.roles))
            seen = account.actor.collections
            if as_json:
                print_json(
                    {
                        "name": account.name,
                        "roles": roles,
                        "collections": None if seen is None else to_plain(seen),
                    }
                )
            else:
                where = "alles" if seen is None else ", ".join(sorted(seen))
                console.print(f"{account.name}: {roles}; {where}")


@users_app.command("add")
def add_user(
    name: str = typer.Argument(..., help="De naam waarmee iemand zich aanmeldt."),
    role: list[Role] = typer.Option([Role.READER], "--role", help="Rol (herhaalbaar)."),
    collection: list[str] = typer.Option([], "--collection", help="Alleen deze verzameling; anders alles."),
) -> None:
    """Voeg iemand toe; het eenmalige adres om een wachtwoord te kiezen verschijnt op het scherm."""
    from learninglion.web.addresses import address_for, noted_place

    settings = load_settings()
    with workplace_here(settings) as workplace:
        if not workplace.accounts.any() and Role.ADMINISTRATOR not in role:
            raise InputError("De eerste gebruiker moet beheerder zijn: --role administrator.")
        token = workplace.people.add(name, role, collection or None, actor=local_actor())
    base = address_for(noted_place(settings.home, settings.web))
    console.print(
        f"{name} is toegevoegd. Geef dit eenmalige adres aan deze persoon:\n  {base}/set-up?token={token}"
    )


def mcp(
    user: str = typer.Option("", "--user", help="Met de rechten van deze gebruiker."),
    write: bool = typer.Option(False, "--write", help="Sta ook opstellen toe."),
) -> None:
    """Bied zoeken en bronnen aan een eigen taalmodel aan (Model Context Protocol, via stdio)."""
    from learninglion.web.mcp import serve

    actor: Actor = local_actor()
    if user:
        with workplace_here() as workplace:
            account = workplace.accounts.find(user)
        if not account.active:
            raise PermissionDeniedError(f"Het account {user!r} is gesloten.")
        actor = account.actor
    with workplace_here() as workplace:
        serve(workplace, actor, writing=write)
