"""Commands for what becomes of dossiers: to the archive, or away, one by one or all whose time is over."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import typer

from learninglion.cli.opening import workplace_here
from learninglion.cli.terminal import console, fail, local_actor, print_json
from learninglion.compliance.archive_package import verify_package
from learninglion.models.errors import InputError
from learninglion.models.plain import to_plain
from learninglion.record.letter_template import PLAIN_TEMPLATE
from learninglion.settings import archive_terms, load_settings
from learninglion.workflow.files import write_file
from learninglion.workflow.retention import Terms

__all__ = ["register"]

dossier_app = typer.Typer(
    no_args_is_help=True, help="Dossiers naar het archief of weg, en wat zijn tijd heeft gehad."
)


def register(app: typer.Typer) -> None:
    """Hang these commands on `app`."""
    app.add_typer(dossier_app, name="dossier")


def _terms() -> Terms:
    kept = load_settings().retention
    return Terms(kept.dossier_days, kept.work_days)


@dossier_app.command("archive")
def archive_dossier(
    dossier: str = typer.Argument(..., help="Het nummer van het dossier."),
    out: Path = typer.Option(..., "--out", help="Het ZIP-bestand."),
) -> None:
    """Schrijf een dossier als pakket voor het archief: elke versie, het logboek en metadata (MDTO)."""
    settings = load_settings()
    with workplace_here(settings) as workplace:
        data = workplace.dossiers.package(dossier, archive_terms(settings), actor=local_actor())
    write_file(out, data)
    console.print(f"Geschreven: {out}")


@dossier_app.command("letter-template")
def write_letter_template(out: Path = typer.Option(..., "--out", help="Het Word-bestand.")) -> None:
    """Schrijf het sjabloon van de brief weg, om er dat van uw organisatie van te maken ([letter])."""
    write_file(out, PLAIN_TEMPLATE.read_bytes())
    console.print(f"Geschreven: {out}")


@dossier_app.command("verify")
def check_package(package: Path = typer.Argument(..., help="Het ZIP-bestand voor het archief.")) -> None:
    """Reken een pakket voor het archief na: elk bestand, elke versie, elke regel van het logboek."""
    try:
        content = package.read_bytes()
    except OSError as error:
        raise InputError(f"{package}: dit bestand kan niet worden gelezen ({error.strerror}).") from error
    problems = verify_package(content)
    for problem in problems:
        fail(problem)
    if problems:
        raise typer.Exit(1)
    console.print(f"{package} is heel.")


@dossier_app.command("delete")
def delete_dossier(
    dossier: str = typer.Argument(..., help="Het nummer van het dossier."),
    reason: str = typer.Option(..., "--reason", help="Waarom het weg moet; komt in het logboek."),
    sure: bool = typer.Option(False, "--yes", help="Vraag niet of u het zeker weet."),
) -> None:
    """Verwijder een dossier voorgoed; in het logboek blijft staan dat dit is gebeurd."""
    with workplace_here() as workplace:
        versions = workplace.dossiers.versions(dossier, local_actor())
        if not sure:
            typer.confirm(f"{dossier} met {len(versions)} versie(s) voorgoed verwijderen?", abort=True)
        workplace.retention.delete_dossier(dossier, reason=reason, actor=local_actor())
    console.print(f"{dossier} is verwijderd.")


@dossier_app.command("overdue")
def list_overdue(as_json: bool = typer.Option(False, "--json", help="Een JSON-object per dossier.")) -> None:
    """Wat ouder is dan de bewaartermijn uit de instellingen ([retention])."""
    terms = _terms()
    with workplace_here() as workplace:
        overdue = workplace.retention.find_overdue(terms, actor=local_actor())
    for version in overdue.dossiers:
        if as_json:
            print_json(to_plain(version))
        else:
            day = version.at.astimezone().date()
            console.print(f"{version.dossier_id}  laatst gewijzigd {day}, versie {version.version}")
    if not as_json:
        if not (terms.dossier_days or terms.work_days):
            console.print(
                "Er is geen bewaartermijn ingesteld: alles blijft. Zie [retention] in settings.toml."
            )
        else:
            console.print(f"{_amount(len(overdue.dossiers), overdue.works)}.")
        for held in overdue.held:
            console.print(f"{held}  wordt vastgehouden")


@dossier_app.command("hold")
def hold_dossier(
    dossier: str = typer.Argument(..., help="Het nummer van het dossier."),
    reason: str = typer.Option(..., "--reason", help="Waarom; komt in het log. Noem er geen personen in."),
) -> None:
    """Houd een dossier vast: niemand vernietigt het, ook niet na de bewaartermijn."""
    with workplace_here() as workplace:
        workplace.retention.hold(dossier, reason=reason, actor=local_actor())
    console.print(f"{dossier} wordt vastgehouden.")


@dossier_app.command("release")
def release_dossier(
    dossier: str = typer.Argument(..., help="Het nummer van het dossier."),
    reason: str = typer.Option(..., "--reason", help="Waarom; komt in het log. Noem er geen personen in."),
) -> None:
    """Geef een dossier vrij dat werd vastgehouden."""
    with workplace_here() as workplace:
        workplace.retention.release(dossier, reason=reason, actor=local_actor())
    console.print(f"{dossier} is vrijgegeven.")


@dossier_app.command("declaration")
def write_declaration(
    since: datetime = typer.Option(..., "--since", formats=["%Y-%m-%d"], help="Vanaf deze dag."),
    out: Path = typer.Option(..., "--out", help="Het bestand (Markdown)."),
) -> None:
    """Schrijf de verklaring van vernietiging, uit het logboek, om te laten tekenen."""
    with workplace_here() as workplace:
        text = workplace.retention.declaration(since.astimezone(), actor=local_actor())
    write_file(out, text.encode())
    console.print(f"Geschreven: {out}")


@dossier_app.command("destroy")
def destroy_overdue(
    reason: str = typer.Option(
        ..., "--reason", help="Waarom, bijvoorbeeld de selectielijst; komt in het log."
    ),
    sure: bool = typer.Option(False, "--yes", help="Vraag niet of u het zeker weet."),
) -> None:
    """Vernietig alles wat ouder is dan de bewaartermijn."""
    terms = _terms()
    if not (terms.dossier_days or terms.work_days):
        raise InputError("Er is geen bewaartermijn ingesteld. Zet er een onder [retention] in settings.toml.")
    with workplace_here() as workplace:
        overdue = workplace.retention.find_overdue(terms, actor=local_actor())
        count = _amount(len(overdue.dossiers), overdue.works)
        if not sure:
            typer.confirm(f"{count} voorgoed vernietigen?", abort=True)
        done = workplace.retention.destroy_overdue(terms, reason=reason, actor=local_actor())
    console.print(f"Vernietigd: {_amount(done.dossiers, done.works)}.")


def _amount(dossiers: int, works: int) -> str:
    return f"{_count(dossiers, 'dossier')} en {_count(works, 'set')} in bewerking"


def _count(number: int, noun: str) -> str:
    digits = f"{number:,}".replace(",", ".")
    return f"{digits} {noun}" if number == 1 else f"{digits} {noun}s"
