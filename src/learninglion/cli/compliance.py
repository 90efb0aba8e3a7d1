"""Commands that account for the system (export, report, publish, forms), and the rights of persons in it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import typer

from learninglion.cli.opening import settings_here, workplace_here
from learninglion.cli.terminal import advise, console, local_actor, print_json
from learninglion.compliance.facts import Assessment, Figure, Holding, Installation, facts_of, filled_form
from learninglion.compliance.papers import compliance_bundle, publication
from learninglion.compliance.register_entry import register_entry
from learninglion.models.plain import Plain, to_plain
from learninglion.settings import Settings, installation, load_settings, registration, with_model
from learninglion.workflow.monthly import monthly_page, monthly_pdf
from learninglion.workflow.persons import Outcome, PersonReport
from learninglion.workflow.quality import MeasureRow
from learninglion.workflow.retention import APPROVED, WORK
from learninglion.workflow.storage import make_folder, write_file
from learninglion.workflow.workplace import Workplace

compliance_app = typer.Typer(no_args_is_help=True, help="Verantwoording van het programma.")
person_app = typer.Typer(
    no_args_is_help=True, help="De rechten van een betrokkene: waar iemand in staat, en weghalen."
)


def register(app: typer.Typer) -> None:
    """Hang these commands on `app`."""
    app.add_typer(compliance_app, name="compliance")
    app.add_typer(person_app, name="person")
    app.command("report")(write_report)
    app.command("publish")(publish)
    app.command("register-entry")(show_register_entry)
    app.command("assessment")(show_assessment)


def installation_here(settings: Settings, workplace: Workplace) -> Installation:
    """How the program is set up in this data folder, what it holds and what was measured of it."""
    actor = local_actor()
    holdings = tuple(
        Holding(c.name, c.documents, c.purpose, c.personal.value)
        for c in workplace.documents.collections(actor)
    )
    measured = tuple(figure for row in workplace.quality.measurements(actor)[:1] for figure in _figures(row))
    days = {term.category: term.days for term in workplace.retention.terms(actor)}
    in_force = with_model(settings, workplace.language_model.chosen())
    made = installation(in_force, holdings, measured)
    return replace(made, dossier_days=days[APPROVED], work_days=days[WORK])


def _figures(row: MeasureRow) -> tuple[Figure, ...]:
    data = f"{row.queries} vragen uit verzameling {row.collection}, deze installatie"
    command = "Beheer, Kwaliteit van het zoeken"
    return tuple(
        Figure("zoeken", name, f"{value:.3f} ({low:.3f} tot {high:.3f})", data, f"{row.at:%Y-%m-%d}", command)
        for name, value, low, high in row.measures
    )


@compliance_app.command("export")
def export_bundle(out: Path = typer.Argument(..., help="De map; wordt gemaakt.")) -> None:
    """Schrijf alles waarmee een organisatie zich verantwoordt; wat alleen zij kan zeggen staat in OPEN.md."""
    settings = load_settings()
    with workplace_here(settings) as workplace:
        here = installation_here(settings, workplace)
    made = compliance_bundle(here, at=datetime.now(UTC))
    make_folder(out)
    for name, content in made.items():
        write_file(out / name, content)
    left = made["OPEN.md"].decode().count("- [ ]")
    console.print(f"{len(made)} bestanden in {out}; {left} punten staan open in OPEN.md.")


def write_report(
    month: str = typer.Option(..., "--month", help="De maand, zoals 2026-11."),
    out: Path = typer.Option(Path(), "--out", help="De map waar HTML en PDF komen."),
) -> None:
    """Maandbericht: gebruik, kwaliteit, afwijkingen en energie, zonder personen; als HTML en PDF."""
    settings = load_settings()
    with workplace_here(settings) as workplace:
        months = workplace.monthly.months(month, local_actor())
    make_folder(out)
    organisation = settings.web.organisation
    page, paper = out / f"learninglion-{month}.html", out / f"learninglion-{month}.pdf"
    write_file(page, monthly_page(months, organisation).encode())
    write_file(paper, monthly_pdf(months, organisation))
    console.print(f"Geschreven: {page} en {paper}")


def publish(out: Path = typer.Argument(..., help="De map; wordt gemaakt.")) -> None:
    """Schrijf een openbare site: kaarten, metingen, mislukte proeven, prompts, grenzen; geen dossiers."""
    made = publication(installation(settings_here(), (), ()))
    make_folder(out)
    for name, content in made.items():
        write_file(out / name, content)
    console.print(f"{len(made)} pagina's in {out}; begin bij index.html.")


def show_register_entry(
    out: Path | None = typer.Option(None, "--out", help="Het bestand; anders komt het op het scherm."),
) -> None:
    """De gegevens voor het Algoritmeregister (standaard 1.0), om na te lezen en zelf aan te leveren."""
    _write(register_entry(registration(settings_here())), out)


def show_assessment(
    form: Assessment = typer.Argument(..., help="Welk formulier."),
    out: Path | None = typer.Option(None, "--out", help="Het bestand; anders komt het op het scherm."),
) -> None:
    """Een begin voor een formulier van het Rijk: wat het programma van zichzelf weet, en niets gewogen."""
    settings = load_settings()
    with workplace_here(settings) as workplace:
        facts = facts_of(installation_here(settings, workplace))
    _write(filled_form(form, facts, at=datetime.now(UTC)), out)


def _write(data: dict[str, Plain], out: Path | None) -> None:
    if out is None:
        print_json(data)
        return
    text = json.dumps(data, ensure_ascii=False, indent=2) + "\n"
    write_file(out, text.encode("utf-8"))
    console.print(f"Geschreven: {out}")


# The rights of a person whose data are held.

_OUTCOMES = {Outcome.FOUND: "gevonden", Outcome.ERASED: "verwijderd", Outcome.KEPT: "blijft staan"}
_PLACES = {
    "document": "document", "dossier": "dossier", "set": "set in bewerking", "answer": "bewaard API-antwoord",
    "typed": "niet opgeslagen tekst van", "remark": "melding", "file": "lijst van bestanden",
    "account": "account", "report": "rapport of oordeel", "log": "regel van het logboek",
}  # fmt: skip


@person_app.command("find")
def find_person(
    text: str = typer.Argument(..., help="Naam, nummer of adres van de betrokkene."),
    as_json: bool = typer.Option(False, "--json", help="Als JSON."),
) -> None:
    """Zoek waar iemand in staat: documenten, dossiers, sets, bestanden, rapporten en het logboek."""
    with workplace_here() as workplace:
        report = workplace.persons.find(text, actor=local_actor())
    _show(report, as_json=as_json)


@person_app.command("erase")
def erase_person(
    text: str = typer.Argument(..., help="Naam, nummer of adres van de betrokkene."),
    reason: str = typer.Option(
        ..., "--reason", help="Waarom; komt in het logboek. Noem er geen personen in."
    ),
    keep_dossiers: bool = typer.Option(
        False, "--keep-dossiers", help="Laat dossiers staan, als de Archiefwet dat vraagt."
    ),
    sure: bool = typer.Option(False, "--yes", help="Vraag niet of u het zeker weet."),
    as_json: bool = typer.Option(False, "--json", help="Als JSON."),
) -> None:
    """Verwijder alles waar iemand in staat, en meld wat er blijft en waarom."""
    with workplace_here() as workplace:
        if not sure:
            places = workplace.persons.find(text, actor=local_actor())
            typer.confirm(f"{len(places.places)} plaatsen gevonden. Voorgoed verwijderen?", abort=True)
        report = workplace.persons.erase(
            text, reason=reason, keep_dossiers=keep_dossiers, actor=local_actor()
        )
    _show(report, as_json=as_json)


def _show(report: PersonReport, *, as_json: bool) -> None:
    if as_json:
        print_json(to_plain(report))
        return
    for place in report.places:
        why = f" ({place.why})" if place.why else ""
        console.print(
            f"{_PLACES[place.what]} {place.where}: {place.times} keer, {_OUTCOMES[place.outcome]}{why}"
        )
    if not report.places:
        console.print("Nergens gevonden.")
    if report.vectors:
        console.print(f"Ook verwijderd: {report.vectors} vectoren uit de voorraad.")
    advise(report.beyond)
