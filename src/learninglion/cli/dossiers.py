"""Commands for what becomes of dossiers and documents: to the archive, kept for a term, held, destroyed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import typer

from learninglion.cli.opening import workplace_here
from learninglion.cli.terminal import console, fail, local_actor, print_json
from learninglion.compliance.archive_package import verify_package
from learninglion.models.errors import InputError
from learninglion.models.plain import to_plain
from learninglion.record.letter import PLAIN_TEMPLATE
from learninglion.settings import archive_terms, load_settings
from learninglion.workflow.retention import Overdue, Term
from learninglion.workflow.storage import write_file

dossier_app = typer.Typer(no_args_is_help=True, help="Eén dossier, en het sjabloon van de brief.")
archive_app = typer.Typer(no_args_is_help=True, help="Een dossier als pakket voor het archief.")
retention_app = typer.Typer(no_args_is_help=True, help="Bewaartermijnen, vasthouden en vernietigen.")


def register(app: typer.Typer) -> None:
    """Hang these commands on `app`."""
    app.add_typer(dossier_app, name="dossier")
    app.add_typer(archive_app, name="archive")
    app.add_typer(retention_app, name="retention")


@archive_app.command("export")
def archive_dossier(
    dossier: str = typer.Argument(..., help="Het nummer van het dossier."),
    out: Path = typer.Option(..., "--out", help="Het ZIP-bestand; ook een map kan."),
) -> None:
    """Schrijf een dossier als pakket voor het archief: elke versie, het logboek en metadata (MDTO)."""
    settings = load_settings()
    with workplace_here(settings) as workplace:
        data = workplace.dossiers.package(dossier, archive_terms(settings), actor=local_actor())
    out = out / f"{dossier}.zip" if out.is_dir() else out
    write_file(out, data)
    console.print(f"Geschreven: {out}")


@archive_app.command("verify")
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


@dossier_app.command("letter-template")
def write_letter_template(out: Path = typer.Option(..., "--out", help="Het Word-bestand.")) -> None:
    """Schrijf het sjabloon van de brief weg, om er dat van uw organisatie van te maken ([letter])."""
    write_file(out, PLAIN_TEMPLATE.read_bytes())
    console.print(f"Geschreven: {out}")


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


@retention_app.command("terms")
def list_terms(as_json: bool = typer.Option(False, "--json", help="Een JSON-object per categorie.")) -> None:
    """De bewaartermijn van elke categorie, en van dossiers met een eigen termijn."""
    with workplace_here() as workplace:
        terms = workplace.retention.terms(local_actor())
        own = workplace.retention.own_terms(local_actor()).values()
    for term in (*terms, *own):
        if as_json:
            print_json(to_plain(term))
        else:
            term_words = f"{term.days} dagen" if term.days else "altijd"
            console.print(f"{term.category}  {term_words}{f'  ({term.ground})' if term.ground else ''}")


@retention_app.command("set")
def set_term(
    category: str = typer.Argument(
        ..., help="draft, approved, work, collection:NAAM of het nummer van één dossier."
    ),
    days: int = typer.Option(..., "--days", help="Dagen na de laatste wijziging; 0 is altijd bewaren."),
    ground: str = typer.Option("", "--ground", help="De regel van uw selectielijst."),
) -> None:
    """Zet de bewaartermijn van een categorie; het logboek zegt wie dat deed en op welke grond."""
    with workplace_here() as workplace:
        changed = workplace.retention.set_term(Term(category, days, ground), actor=local_actor())
    console.print("Vastgelegd." if changed else "Dat was al zo.")


@retention_app.command("run")
def run_retention(
    reason: str = typer.Option("", "--reason", help="Vernietig het, om deze reden; komt in het logboek."),
    sure: bool = typer.Option(False, "--yes", help="Vraag niet of u het zeker weet; alleen met --reason."),
    as_json: bool = typer.Option(False, "--json", help="Toon het als JSON."),
) -> None:
    """Toon wat ouder is dan zijn bewaartermijn; met --reason wordt het daarna overal vernietigd."""
    if sure and not reason.strip():
        raise typer.BadParameter("Geef met --yes ook een --reason.")
    with workplace_here() as workplace:
        retention, actor = workplace.retention, local_actor()
        if not any(t.days for t in (*retention.terms(actor), *retention.own_terms(actor).values())):
            raise InputError("Er is geen bewaartermijn: alles blijft. Zet er een met: retention set.")
        overdue = retention.find_overdue(actor=actor)
        if as_json:
            print_json(to_plain(overdue))
        else:
            _show(overdue)
        if not reason.strip() or not overdue:
            return
        if not sure:
            typer.confirm("Dit alles voorgoed vernietigen?", abort=True)
        done = retention.destroy_overdue(reason=reason, actor=actor)
    console.print(f"Vernietigd: {_amount(done.dossiers, done.works, done.documents)}.")


def _show(overdue: Overdue) -> None:
    for version in overdue.dossiers:
        day = version.at.astimezone().date()
        console.print(f"{version.dossier_id}  laatst gewijzigd {day}, versie {version.version}")
    for document in overdue.documents:
        console.print(f"{document.document_id}  uit {document.collection}")
    for held in overdue.held:
        console.print(f"{held}  wordt vastgehouden")
    console.print(f"{_amount(len(overdue.dossiers), overdue.works, len(overdue.documents))}.")


@retention_app.command("hold")
def hold_dossier(
    dossier: str = typer.Argument(..., help="Het nummer van het dossier."),
    reason: str = typer.Option(..., "--reason", help="Waarom; komt in het log. Noem er geen personen in."),
) -> None:
    """Houd een dossier vast: niemand vernietigt het, ook niet na de bewaartermijn."""
    with workplace_here() as workplace:
        workplace.retention.hold(dossier, reason=reason, actor=local_actor())
    console.print(f"{dossier} wordt vastgehouden.")


@retention_app.command("release")
def release_dossier(
    dossier: str = typer.Argument(..., help="Het nummer van het dossier."),
    reason: str = typer.Option(..., "--reason", help="Waarom; komt in het log. Noem er geen personen in."),
) -> None:
    """Geef een dossier vrij dat werd vastgehouden."""
    with workplace_here() as workplace:
        workplace.retention.release(dossier, reason=reason, actor=local_actor())
    console.print(f"{dossier} is vrijgegeven.")


@retention_app.command("declaration")
def write_declaration(
    since: datetime = typer.Option(..., "--since", formats=["%Y-%m-%d"], help="Vanaf deze dag."),
    out: Path = typer.Option(..., "--out", help="Het bestand (Markdown)."),
) -> None:
    """Schrijf de verklaring van vernietiging, uit het logboek, om te laten tekenen."""
    with workplace_here() as workplace:
        text = workplace.retention.declaration(since.astimezone(), actor=local_actor())
    write_file(out, text.encode())
    console.print(f"Geschreven: {out}")


def _amount(dossiers: int, works: int, documents: int) -> str:
    of_documents = f"{_figure(documents)} document{'' if documents == 1 else 'en'}"
    return f"{_count(dossiers, 'dossier')}, {_count(works, 'set')} in bewerking en {of_documents}"


def _count(number: int, noun: str) -> str:
    return f"{_figure(number)} {noun}{'' if number == 1 else 's'}"


def _figure(number: int) -> str:
    return f"{number:,}".replace(",", ".")
