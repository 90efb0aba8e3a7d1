"""Commands of whoever looks after an installation: backup, restore, export, move, doctor."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import typer

from learninglion.cli.opening import workplace_here
from learninglion.cli.terminal import advise, console, fail, local_actor, print_json, progress
from learninglion.models.plain import to_plain
from learninglion.settings import load_settings
from learninglion.workflow.backup import restore_backup, verify_backup
from learninglion.workflow.checkup import Finding, State, examine
from learninglion.workflow.rereading import RereadOutcome, RereadResult
from learninglion.workflow.transfer import Extent, import_all


def register(app: typer.Typer) -> None:
    """Hang these commands on `app`."""
    app.command("backup")(make_backup)
    app.command("restore")(put_back)
    app.command("export-all")(export_everything)
    app.command("import-all")(import_everything)
    app.command("move")(move)
    app.command("doctor")(look_at_everything)
    app.command("reread")(read_again)


def make_backup(
    target: list[str] = typer.Argument(
        ..., metavar="MAP", help="Een nieuwe map; of: verify MAP, om een back-up te controleren."
    ),
) -> None:
    """Maak een back-up van alles, ook terwijl er wordt gewerkt; of controleer er een (backup verify MAP)."""
    if len(target) == 2 and target[0] == "verify":
        problems = verify_backup(Path(target[1]))
        for problem in problems:
            fail(problem)
        if problems:
            raise typer.Exit(1)
        console.print(f"De back-up in {target[1]} is heel.")
        return
    if len(target) != 1:
        raise typer.BadParameter("geef één map, of: verify MAP")
    with workplace_here() as workplace, progress() as shown:
        made = workplace.backups.make(Path(target[0]), actor=local_actor(), progress=shown)
    size = sum(file.size for file in made.files)
    console.print(
        f"Back-up gemaakt in {target[0]}: {made.documents} documenten, {made.dossiers} dossiers, "
        f"{made.log_entries} regels logboek, {size / 2**20:.0f} MB."
    )


def put_back(folder: Path = typer.Argument(..., metavar="MAP", help="De map met de back-up.")) -> None:
    """Zet een back-up terug in de gegevensmap, waar nog geen archief mag staan."""
    settings = load_settings()
    with progress() as shown:
        manifest = restore_backup(
            folder, settings.home, settings.database_url, actor=local_actor(), progress=shown
        )
    with workplace_here() as workplace:
        workplace.backups.note_taken_in(manifest, actor=local_actor())
    console.print(
        f"Teruggezet in {settings.home}: {manifest.documents} documenten, {manifest.dossiers} dossiers, "
        f"stand van {manifest.made_at.astimezone():%Y-%m-%d %H:%M}. De eerste zoekvraag maakt de zoekindex."
    )


def export_everything(
    target: Path = typer.Argument(..., metavar="MAP", help="Een nieuwe map voor de bestanden."),
) -> None:
    """Schrijf alles weg als open bestanden: documenten, dossiers, mensen, logboek en instellingen."""
    with workplace_here() as workplace, progress() as shown:
        made = workplace.transfers.export_all(target, actor=local_actor(), progress=shown)
    console.print(f"Weggeschreven in {target}: {_counted(made.tables)}.")
    advise(
        "Ook instellingen met sleutels, de sleutel waarmee wordt ondertekend en de hashes van wachtwoorden "
        "en tokens staan erin: bewaar de map zo veilig als het archief."
    )


def import_everything(
    source: Path = typer.Argument(..., metavar="MAP", help="De map die export-all maakte."),
) -> None:
    """Lees in wat export-all wegschreef, van deze of een oudere versie; hier mag nog geen archief staan."""
    settings = load_settings()
    with progress() as shown:
        manifest = import_all(
            source, settings.home, settings.database_url, actor=local_actor(), progress=shown
        )
    with workplace_here() as workplace:
        workplace.backups.note_taken_in(manifest, "archive.import", actor=local_actor())
    console.print(f"Ingelezen: {_counted(manifest.tables)}. De eerste zoekvraag maakt de zoekindex.")


def move(
    to: str = typer.Option(
        ...,
        "--to",
        metavar="ADRES|MAP",
        help="Het adres van een lege PostgreSQL-database, of een nieuwe map.",
    ),
) -> None:
    """Verhuis het archief naar PostgreSQL, of naar een map met SQLite; het oude blijft zoals het is."""
    with workplace_here() as workplace, progress() as shown:
        moved = workplace.transfers.move(to, actor=local_actor(), progress=shown)
    console.print(f"Verhuisd en nagekeken: {_counted(moved)}. Het oude archief staat er nog.")
    setting = "LEARNINGLION_DATABASE_URL (of database_url in settings.toml)"
    if "://" in to:
        console.print(f"Gebruik het nieuwe archief door {setting} op dit adres te zetten.")
    else:
        console.print(f"Gebruik het nieuwe archief met LEARNINGLION_HOME={to}, zonder {setting}.")


def _counted(tables: Iterable[Extent]) -> str:
    rows = {extent.table: extent.rows for extent in tables}
    return (
        f"{rows['documents']} documenten, {rows['dossiers']} dossiers, {rows['web_accounts']} accounts, "
        f"{rows['log_entries']} regels logboek"
    )


def look_at_everything(
    as_json: bool = typer.Option(False, "--json", help="Een JSON-object per bevinding."),
) -> None:
    """Kijk alles na: instellingen, gegevensmap, schijf, klok, originelen, index, logboek, modellen."""
    wrong = False
    with workplace_here() as workplace:
        for finding in examine(workplace, actor=local_actor()):
            wrong = wrong or finding.state is State.WRONG
            if as_json:
                print_json(to_plain(finding))
            else:
                _tell(finding)
    if wrong:
        raise typer.Exit(1)


def read_again(
    only_look: bool = typer.Option(False, "--look", help="Laat alleen zien wat er zou veranderen."),
    as_json: bool = typer.Option(False, "--json", help="Een JSON-object per document."),
) -> None:
    """Lees alle documenten opnieuw uit hun originelen; dossiers blijven zoals ze waren."""

    def tell(result: RereadResult) -> None:
        if as_json:
            print_json(to_plain(result))
        elif result.outcome is RereadOutcome.FAILED:
            fail(f"{result.document_id} blijft zoals het was: {result.detail}")
        elif result.changes:
            console.print(f"{result.document_id}: {' '.join(result.changes)}")

    with workplace_here() as workplace, progress() as shown:
        results = workplace.rereading.run(
            actor=local_actor(), keep=not only_look, progress=shown, on_result=tell
        )
    counted = {outcome: sum(r.outcome is outcome for r in results) for outcome in RereadOutcome}
    changed = counted[RereadOutcome.CHANGED] + counted[RereadOutcome.RENAMED]
    words = "zouden anders worden gelezen" if only_look else "anders gelezen"
    if not as_json:
        console.print(f"{len(results)} documenten, {changed} {words}.")
    if counted[RereadOutcome.FAILED]:
        raise typer.Exit(1)


def _tell(finding: Finding) -> None:
    console.print(f"{finding.state.value:<7} {finding.subject}: {finding.told}")
    if finding.advice:
        console.print(f"        -> {finding.advice}")
