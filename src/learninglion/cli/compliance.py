"""Commands that account for the system: forms, reports, archive, retention, the rights of persons."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import typer

from learninglion.cli.terminal import (
    advise,
    console,
    fail,
    local_actor,
    print_json,
    settings_here,
    workplace_here,
)
from learninglion.compliance.archive_package import verify_package
from learninglion.compliance.papers import (
    Assessment,
    Figure,
    Holding,
    Installation,
    compliance_bundle,
    facts_of,
    filled_form,
    publication,
    register_entry,
)
from learninglion.models.errors import InputError
from learninglion.models.plain import Plain, to_plain
from learninglion.record.export import make_folder, write_file
from learninglion.record.letter import PLAIN_TEMPLATE
from learninglion.settings import (
    Settings,
    archive_terms,
    installation,
    load_settings,
    registration,
    with_model,
)
from learninglion.workflow.monthly import monthly_page, monthly_pdf
from learninglion.workflow.quality import MeasureRow
from learninglion.workflow.retention import APPROVED, WORK, Outcome, Overdue, PersonReport, Term
from learninglion.workflow.workplace import Workplace

compliance_app = typer.Typer(no_args_is_help=True, help="Verantwoording van het programma.")
person_app = typer.Typer(
    no_args_is_help=True, help="De rechten van een betrokkene: waar iemand in staat, en weghalen."
)


def register(app: typer.Typer) -> None:
    """Hang these commands on `app`."""
    app.add_typer(compliance_app, name="compliance")
    app.add_typer(person_app, name="person")
    app.command("report")(_write_report)
    app.command("publish")(publish)
    app.command("register-entry")(_show_register_entry)
    app.command("assessment")(_show_assessment)
    app.add_typer(dossier_app, name="dossier")
    app.add_typer(archive_app, name="archive")
    app.add_typer(retention_app, name="retention")


def _installation_here(settings: Settings, workplace: Workplace) -> Installation:
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
        here = _installation_here(settings, workplace)
    made = compliance_bundle(here, at=datetime.now(UTC))
    make_folder(out)
    for name, content in made.items():
        write_file(out / name, content)
    left = made["OPEN.md"].decode().count("- [ ]")
    console.print(f"{len(made)} bestanden in {out}; {left} punten staan open in OPEN.md.")


def _write_report(
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


def _show_register_entry(
    out: Path | None = typer.Option(None, "--out", help="Het bestand; anders komt het op het scherm."),
) -> None:
    """De gegevens voor het Algoritmeregister (standaard 1.0), om na te lezen en zelf aan te leveren."""
    _write(register_entry(registration(settings_here())), out)


def _show_assessment(
    form: Assessment = typer.Argument(..., help="Welk formulier."),
    out: Path | None = typer.Option(None, "--out", help="Het bestand; anders komt het op het scherm."),
) -> None:
    """Een begin voor een formulier van het Rijk: wat het programma van zichzelf weet, en niets gewogen."""
    settings = load_settings()
    with workplace_here(settings) as workplace:
        facts = facts_of(_installation_here(settings, workplace))
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


dossier_app = typer.Typer(no_args_is_help=True, help="Eén dossier, en het sjabloon van de brief.")
archive_app = typer.Typer(no_args_is_help=True, help="Een dossier als pakket voor het archief.")
retention_app = typer.Typer(no_args_is_help=True, help="Bewaartermijnen, vasthouden en vernietigen.")


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
            _show_overdue(overdue)
        if not reason.strip() or not overdue:
            return
        if not sure:
            typer.confirm("Dit alles voorgoed vernietigen?", abort=True)
        done = retention.destroy_overdue(reason=reason, actor=actor)
    console.print(f"Vernietigd: {_amount(done.dossiers, done.works, done.documents)}.")


def _show_overdue(overdue: Overdue) -> None:
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
