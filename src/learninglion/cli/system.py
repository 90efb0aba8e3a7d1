"""Commands of whoever runs an installation: the server and its users, the log, copies, moves, a check-up."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import typer

from learninglion.cli.terminal import (
    advise,
    console,
    fail,
    local_actor,
    print_json,
    progress,
    tell_switch,
    workplace_here,
)
from learninglion.models import Actor, Role
from learninglion.models.errors import InputError, PermissionDeniedError
from learninglion.models.plain import to_plain
from learninglion.record.export import write_file
from learninglion.settings import (
    address_for,
    addresses_here,
    collector_choice,
    load_settings,
    note_place,
    noted_place,
)
from learninglion.workflow.backup import counted, import_all, restore_backup, verify_backup
from learninglion.workflow.intake import RereadOutcome, RereadResult
from learninglion.workflow.otlp import SCOPE, Collector, export_of, processing_spans
from learninglion.workflow.workplace import State, examine

log_app = typer.Typer(no_args_is_help=True, help="Het logboek: elke stap, aan elkaar vastgemaakt.")
users_app = typer.Typer(no_args_is_help=True, help="Gebruikers van de werkplek, hun rollen en verzamelingen.")


def register(app: typer.Typer) -> None:
    """Hang these commands on `app`."""
    app.add_typer(log_app, name="log")
    app.command()(serve)
    app.command("worker")(work)
    app.add_typer(users_app, name="users")
    app.command()(mcp)
    app.command("backup")(_make_backup)
    app.command("restore")(put_back)
    app.command("export-all")(_export_everything)
    app.command("import-all")(_import_everything)
    app.command("move")(move)
    app.command("doctor")(_look_at_everything)
    app.command("reread")(_read_again)


@log_app.command("verify")
def verify_log() -> None:
    """Bewijs dat er niets is veranderd of weggehaald: logboek, documenten, originelen en dossiers."""
    with workplace_here() as workplace:
        report = workplace.log.verify(local_actor())
        misfits = 0
        for misfit in workplace.log.misfits(local_actor()):
            fail(misfit)
            misfits += 1
        if not report.ok:
            fail(f"Het logboek is niet heel. Eerste fout: regel {report.first_broken}, {report.problem}.")
        if misfits or not report.ok:
            raise typer.Exit(1)
        unproven = workplace.log.unproven(local_actor())
    console.print(
        f"Het logboek is heel: {report.head.count} regels, laatste hash {report.head.hash}. "
        "Documenten, originelen en dossiers zijn zoals het logboek zegt."
    )
    if unproven:
        advise(
            f"Van {unproven} document(en) kent het logboek de inhoud nog niet: een oudere versie nam ze op. "
            "Leg ze vast met: learninglion log accept."
        )


@log_app.command("show")
def show_log(
    subject: str = typer.Option("", "--subject", help="Alleen wat over dit dossier of document gaat."),
    limit: int = typer.Option(50, "--limit", min=1, help="Hoeveel regels."),
    as_json: bool = typer.Option(False, "--json", help="Een JSON-object per regel."),
) -> None:
    """De laatste regels van het logboek, de nieuwste eerst."""
    with workplace_here() as workplace:
        entries = workplace.log.entries(local_actor(), limit=limit, subject=subject or None)
        workplace.access.looked(local_actor(), "log", subject)
    for entry in entries:
        if as_json:
            print_json(to_plain(entry))
        else:
            at = f"{entry.at.astimezone():%Y-%m-%d %H:%M:%S}"
            console.print(f"{entry.seq}  {at}  {entry.actor}  {entry.action}  {entry.subject}")


@log_app.command("processing")
def write_processing_log(
    out: Path | None = typer.Option(None, "--out", help="Het bestand (OTLP/JSON)."),
    month: str = typer.Option("", "--month", help="Alleen deze maand, zoals 2026-11; bij --out."),
    send: bool = typer.Option(False, "--send", help="Stuur wat nog niet is bevestigd naar [collector]."),
) -> None:
    """Elke verwerking volgens Logboek Dataverwerkingen (dpl.core), zonder wie het deed: bestand of OTLP."""
    if (out is None) != send:
        raise typer.BadParameter("Kies --out of --send.")
    settings = load_settings()
    terms = settings.processing
    with workplace_here(settings) as workplace:
        if out is None:
            with closing(Collector(collector_choice(settings))) as collector:
                sent = workplace.log.send_processed(collector, terms, actor=local_actor())
            console.print(f"{sent} verwerkingen gestuurd en bevestigd.")
            return
        spans = tuple(processing_spans(workplace.log.processed(local_actor(), month), terms))
    write_file(out, (json.dumps(export_of(spans, SCOPE), ensure_ascii=False) + "\n").encode())
    console.print(f"Geschreven: {out}")


@log_app.command("accept")
def accept_log(reason: str = typer.Option(..., "--reason", help="Waarom dit logboek het goede is.")) -> None:
    """Maak het logboek zoals het nu is tot uitgangspunt; ook dat komt erin."""
    with workplace_here() as workplace:
        entry = workplace.log.accept(reason=reason, actor=local_actor())
    console.print(f"Vastgelegd in regel {entry.seq}.")


def serve(
    host: str = typer.Option("", "--host", help="Adres; anders dat uit de instellingen (127.0.0.1)."),
    port: int = typer.Option(0, "--port", min=0, max=65535, help="Poort; anders die uit de instellingen."),
) -> None:
    """Open de werkplek in de browser, op deze computer."""
    from learninglion.web.app import create_app, make_worker, require_port, set_up_address, start_log
    from learninglion.web.app import serve as serve_until_told

    settings = load_settings()
    web = replace(settings.web, host=host or settings.web.host, port=port or settings.web.port)
    settings = replace(settings, web=web)
    require_port(web)
    with workplace_here(settings) as workplace:
        tell_switch(
            workplace.indexing.start_switch(),
            "Het nieuwe model neemt het over zodra het alles heeft gelezen; zoeken gaat intussen door.",
        )
        workplace.indexing.start_mending(workplace.drafts.rehearse)
        application = create_app(workplace, settings)
        note_place(settings.home, web)
        console.print(f"LearningLion draait op {' en '.join(addresses_here(web))} (stoppen met Ctrl-C)")
        first = set_up_address(application)
        if first:
            console.print(f"Er is nog geen account. Maak het eerste aan (eenmalig adres):\n  {first}")
        else:
            console.print("Meld u aan met uw account.")
        start_log(settings.log, settings.home)
        serve_until_told(application, web, make_worker(workplace, settings.jobs.slots))


def work(
    slots: int = typer.Option(
        0, "--slots", min=0, max=64, help="Hoeveel tegelijk; anders uit de instellingen."
    ),
) -> None:
    """Doe werk uit de wachtrij, naast de server: op deze machine, of op een andere met dezelfde database."""
    from learninglion.web.app import make_worker, start_log, work_until_stopped

    settings = load_settings()
    with workplace_here(settings) as workplace:
        worker = make_worker(workplace, slots or settings.jobs.alone)
        console.print("Deze werker doet werk uit de wachtrij (stoppen met Ctrl-C).")
        start_log(settings.log, settings.home)
        workplace.drafts.rehearse()
        work_until_stopped(worker)


@users_app.command("list")
def list_users(as_json: bool = typer.Option(False, "--json", help="Een JSON-object per gebruiker.")) -> None:
    """Alle gebruikers met hun rollen."""
    with workplace_here() as workplace:
        workplace.access.looked(local_actor(), "people")
        for account in workplace.people.list(local_actor()):
            roles = ", ".join(sorted(role.value for role in account.actor.roles))
            collections = account.actor.collections
            if as_json:
                print_json({"name": account.name, "roles": roles, "collections": to_plain(collections)})
            else:
                where = "alles" if collections is None else ", ".join(sorted(collections))
                console.print(f"{account.name}: {roles}; {where}")


@users_app.command("add")
def add_user(
    name: str = typer.Argument(..., help="De naam waarmee iemand zich aanmeldt."),
    role: list[Role] = typer.Option([Role.READER], "--role", help="Rol (herhaalbaar)."),
    collection: list[str] = typer.Option([], "--collection", help="Alleen deze verzameling; anders alles."),
) -> None:
    """Voeg iemand toe; het eenmalige adres om een wachtwoord te kiezen verschijnt op het scherm."""
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


def _make_backup(
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


def _export_everything(
    target: Path = typer.Argument(..., metavar="MAP", help="Een nieuwe map voor de bestanden."),
) -> None:
    """Schrijf alles weg als open bestanden: documenten, dossiers, mensen, logboek en instellingen."""
    with workplace_here() as workplace, progress() as shown:
        made = workplace.transfers.export_all(target, actor=local_actor(), progress=shown)
    console.print(f"Weggeschreven in {target}: {counted(made.tables)}.")
    advise(
        "Ook instellingen met sleutels, de sleutel waarmee wordt ondertekend en de hashes van wachtwoorden "
        "en tokens staan erin: bewaar de map zo veilig als het archief."
    )


def _import_everything(
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
    console.print(f"Ingelezen: {counted(manifest.tables)}. De eerste zoekvraag maakt de zoekindex.")


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
    console.print(f"Verhuisd en nagekeken: {counted(moved)}. Het oude archief staat er nog.")
    setting = "LEARNINGLION_DATABASE_URL (of database_url in settings.toml)"
    if "://" in to:
        console.print(f"Gebruik het nieuwe archief door {setting} op dit adres te zetten.")
    else:
        console.print(f"Gebruik het nieuwe archief met LEARNINGLION_HOME={to}, zonder {setting}.")


def _look_at_everything(
    as_json: bool = typer.Option(False, "--json", help="Een JSON-object per bevinding."),
) -> None:
    """Kijk alles na: instellingen, gegevensmap, schijf, klok, originelen, index, logboek, modellen."""
    wrong = False
    with workplace_here() as workplace:
        for finding in examine(workplace, actor=local_actor()):
            wrong = wrong or finding.state is State.WRONG
            if as_json:
                print_json(to_plain(finding))
                continue
            console.print(f"{finding.state.value:<7} {finding.subject}: {finding.detail}")
            if finding.advice:
                console.print(f"        -> {finding.advice}")
    if wrong:
        raise typer.Exit(1)


def _read_again(
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
