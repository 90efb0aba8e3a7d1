"""Commands that run and guard the system: log, serve, worker."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import typer

from learninglion.cli.opening import tell_switch, workplace_here
from learninglion.cli.terminal import advise, console, fail, local_actor, print_json
from learninglion.compliance.otlp import Collector, export_of
from learninglion.compliance.processing_log import SCOPE, processing_spans
from learninglion.models.plain import to_plain
from learninglion.settings import collector_choice, load_settings
from learninglion.workflow.files import write_file

log_app = typer.Typer(no_args_is_help=True, help="Het logboek: elke stap, aan elkaar vastgemaakt.")


def register(app: typer.Typer) -> None:
    """Hang these commands on `app`."""
    app.add_typer(log_app, name="log")
    app.command()(serve)
    app.command("worker")(work)


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
            console.print(f"{entry.seq}  {_moment(entry.at)}  {entry.actor}  {entry.action}  {entry.subject}")


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
def accept_log(
    reason: str = typer.Option(..., "--reason", help="Waarom dit logboek het goede is."),
) -> None:
    """Maak het logboek zoals het nu is tot uitgangspunt; ook dat komt erin."""
    with workplace_here() as workplace:
        entry = workplace.log.accept(reason=reason, actor=local_actor())
    console.print(f"Vastgelegd in regel {entry.seq}.")


def _moment(at: datetime) -> str:
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def serve(
    host: str = typer.Option("", "--host", help="Adres; anders dat uit de instellingen (127.0.0.1)."),
    port: int = typer.Option(0, "--port", min=0, max=65535, help="Poort; anders die uit de instellingen."),
) -> None:
    """Open de werkplek in de browser, op deze computer."""
    from learninglion.web.addresses import addresses_here, note_place
    from learninglion.web.app import create_app, set_up_address
    from learninglion.web.serving import make_worker, require_port, start_log
    from learninglion.web.serving import serve as serve_until_told

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
    from learninglion.web.serving import make_worker, start_log, work_until_told

    settings = load_settings()
    with workplace_here(settings) as workplace:
        worker = make_worker(workplace, slots or settings.jobs.alone)
        console.print("Deze werker doet werk uit de wachtrij (stoppen met Ctrl-C).")
        start_log(settings.log, settings.home)
        workplace.drafts.rehearse()
        work_until_told(worker)
