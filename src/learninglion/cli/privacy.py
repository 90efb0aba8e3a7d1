"""Commands for personal data: where a person stands and taking them out, and how well they are recognised."""

from __future__ import annotations

import typer
from rich.table import Table

from learninglion.cli.opening import workplace_here
from learninglion.cli.terminal import advise, console, fail, local_actor, print_json
from learninglion.evaluation.privacy import evaluate_privacy, make_privacy_cases
from learninglion.models.plain import to_plain
from learninglion.workflow.persons import Outcome, PersonReport

person_app = typer.Typer(
    no_args_is_help=True, help="De rechten van een betrokkene: waar iemand in staat, en weghalen."
)
_OUTCOMES = {Outcome.FOUND: "gevonden", Outcome.ERASED: "verwijderd", Outcome.KEPT: "blijft staan"}
_PLACES = {
    "document": "document", "dossier": "dossier", "set": "set in bewerking", "answer": "bewaard API-antwoord",
    "typed": "niet opgeslagen tekst van", "remark": "melding", "file": "lijst van bestanden",
    "account": "account", "report": "rapport of oordeel", "log": "regel van het logboek",
}  # fmt: skip


def register(app: typer.Typer) -> None:
    """Hang these commands on `app`."""
    app.add_typer(person_app, name="person")


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


def evaluate_recognition(
    cases: int = typer.Option(1200, "--cases", min=1, help="Zoveel gemaakte gevallen."),
    seed: int = typer.Option(0, "--seed", help="Zelfde getal, zelfde gevallen."),
    show: int = typer.Option(0, "--show", min=0, help="Laat zoveel missers en valse meldingen zien."),
    as_json: bool = typer.Option(False, "--json", help="Als JSON."),
) -> None:
    """Hoe goed worden persoonsgegevens herkend? Op gemaakte zinnen waarvan bekend is wat erin staat."""
    report = evaluate_privacy(make_privacy_cases(cases, seed=seed), seed=seed)
    figures = (*report.kinds, report.numbered)
    if as_json:
        print_json(
            {
                "cases": report.cases,
                "seed": seed,
                "recall": report.numbered.recall,
                "recall_interval": list(report.recall_interval),
                "precision": report.numbered.precision,
                "precision_interval": list(report.precision_interval),
                "kinds": [
                    {
                        "kind": f.kind,
                        "present": f.present,
                        "found": f.found,
                        "false": f.false,
                        "recall": f.recall,
                        "precision": f.precision,
                    }
                    for f in figures
                ],
            }
        )
    else:
        table = Table("soort", "aanwezig", "gevonden", "vals", "gevonden deel", "terecht deel")
        for f in figures:
            table.add_row(
                f.kind, str(f.present), str(f.found), str(f.false), f"{f.recall:.1%}", f"{f.precision:.1%}"
            )
        console.print(table)
    for kind, text in report.missed[:show]:
        fail(f"gemist ({kind}): {text}")
    for kind, text in report.false[:show]:
        fail(f"vals ({kind}): {text}")
