"""Commands on documents: parse, ingest, collections, compare, documents, index."""

from __future__ import annotations

from pathlib import Path

import typer
from rich.table import Table

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
from learninglion.models import Document, Filters
from learninglion.models.errors import LearningLionError
from learninglion.models.plain import to_fields, to_plain
from learninglion.record.contract import document_view
from learninglion.record.energy import energy_words
from learninglion.search.asking import comparison_view
from learninglion.search.comparing import ChangeKind, Substance
from learninglion.search.comparing import compare as compare_versions
from learninglion.workflow import FileStatus, look_at_files, parse_files
from learninglion.workflow.intake import PersonalPolicy
from learninglion.workflow.searching import REMADE

_STATUS = {
    FileStatus.ADDED: "toegevoegd",
    FileStatus.REPLACED: "vervangen (de oude versie blijft in de geschiedenis)",
    FileStatus.UNCHANGED: "was er al",
    FileStatus.PASSED_OVER: "overgeslagen",
    FileStatus.FAILED: "mislukt",
}
_PERSONAL = {
    PersonalPolicy.ALLOW: "worden opgenomen en gemeld",
    PersonalPolicy.MASK: "worden afgedekt voor zoeken en taalmodel",
    PersonalPolicy.REFUSE: "worden geweigerd",
}
document_app = typer.Typer(no_args_is_help=True, help="Een document: waar iets ervan staat.")
index_app = typer.Typer(
    no_args_is_help=True, help="De zoekindex: afgeleide gegevens, altijd opnieuw te maken."
)


def register(app: typer.Typer) -> None:
    """Hang these commands on `app`."""
    app.command()(parse)
    app.command()(ingest)
    app.command()(collections)
    app.command()(compare)
    app.command("collection")(describe)
    app.command()(documents)
    app.command()(remove)
    app.add_typer(document_app, name="document")
    app.add_typer(index_app, name="index")


def parse(
    files: list[Path] = typer.Argument(..., help="Bestanden of mappen."),
    as_json: bool = typer.Option(False, "--json", help="Een JSON-object per bestand."),
    look: bool = typer.Option(
        False, "--look", help="Maak van elke pagina van een PDF een plaatje met wat er gelezen is."
    ),
    output: Path = typer.Option(Path(), "--output", help="De map voor de plaatjes."),
) -> None:
    """Lees documenten en laat zien wat erin staat, zonder iets op te slaan."""
    if look:
        _look(files, output)
        return
    failed = False
    for name, outcome in parse_files(files):
        if isinstance(outcome, LearningLionError):
            failed = True
            fail(outcome.detail)
        elif as_json:
            print_json(document_view(outcome))
        else:
            console.print(f"{name}: {outcome.id}, {outcome.title!r}, {len(outcome.pairs)} vragen")
            for pair in outcome.pairs:
                numbers = ", ".join(map(str, pair.numbers))
                answer = pair.answer.of(outcome.text) if pair.answer else "(geen antwoord)"
                console.print(f"  Vraag {numbers} (p. {pair.page}): {pair.question.of(outcome.text)[:100]}")
                console.print(f"    {answer[:160]}")
            for warning in outcome.warnings:
                console.print(f"  Let op: {warning}")
    if failed:
        raise typer.Exit(1)


def _look(files: list[Path], output: Path) -> None:
    """Write a PNG a page: what was read green, notes blue, what was left out (and why) orange and red."""
    output.mkdir(parents=True, exist_ok=True)
    failed = False
    for name, page, image in look_at_files(files):
        if isinstance(image, LearningLionError):
            failed = True
            fail(image.detail)
            continue
        path = output / f"{Path(name).stem}-{page:03}.png"
        path.write_bytes(image)
        console.print(str(path))
    if failed:
        raise typer.Exit(1)


def ingest(
    paths: list[Path] = typer.Argument(..., help="Bestanden of mappen."),
    collection: str = typer.Option("default", "--collection", help="In welke verzameling."),
    without_covered: bool = typer.Option(
        False,
        "--without-covered",
        help="Neem ook bestanden op met tekst onder een balk of plaatje, zonder die tekst.",
    ),
    as_json: bool = typer.Option(False, "--json", help="Een JSON-object per bestand."),
) -> None:
    """Neem documenten op in de verzameling en maak ze vindbaar."""
    with workplace_here() as workplace, progress() as shown:
        report = workplace.intake.ingest(
            paths, collection=collection, actor=local_actor(), progress=shown, without_covered=without_covered
        )
        tell_switch(
            workplace.indexing.state(),
            "Nieuwe documenten zijn vindbaar. Voer het in met: learninglion index rebuild.",
        )
    for result in report.results:
        if as_json:
            about = {"path": result.path, "status": result.status.value, "document": result.document_id}
            reported = to_fields(result, "detail", "warnings")
            print_json({**about, **reported, "personal": dict(result.personal)})
        for warning in result.warnings:
            fail(f"let op: {result.path}: {warning}")
    for result in report.results:
        if result.status in (FileStatus.PASSED_OVER, FileStatus.FAILED):
            fail(result.detail)
    if not as_json:
        parts = [f"{report.count(s)} {_STATUS[s]}" for s in FileStatus if report.count(s)]
        noun = "bestand" if len(report.results) == 1 else "bestanden"
        console.print(
            f"{len(report.results)} {noun} in {report.seconds:.1f} s: {', '.join(parts) or 'niets'}."
        )
        if report.energy is not None:
            console.print(f"Energie: {energy_words(report.energy)}.")
    if report.failures:
        raise typer.Exit(1)


def collections(as_json: bool = typer.Option(False, "--json", help="Als JSON.")) -> None:
    """Welke verzamelingen er zijn."""
    with workplace_here() as workplace:
        listed = workplace.documents.collections(local_actor())
    for info in listed:
        if as_json:
            print_json(to_fields(info, "name", "documents", "description", "purpose", "personal"))
        else:
            console.print(f"{info.name}: {info.documents} documenten {info.description}".rstrip())
            if info.purpose:
                console.print(f"  Doel: {info.purpose}")
            console.print(f"  Persoonsgegevens: {_PERSONAL[info.personal]}")


def describe(
    name: str = typer.Argument(..., help="De verzameling; zij wordt gemaakt als zij er niet is."),
    description: str | None = typer.Option(None, "--description", help="Wat erin zit."),
    purpose: str | None = typer.Option(None, "--purpose", help="Waarvoor de documenten worden gebruikt."),
    personal: PersonalPolicy | None = typer.Option(
        None,
        "--personal",
        help="Persoonsgegevens: allow (opnemen en melden), mask (afdekken voor zoeken en taalmodel) of "
        "refuse (weigeren).",
    ),
) -> None:
    """Zeg waarvoor een verzameling is, en wat er met persoonsgegevens in moet gebeuren."""
    with workplace_here() as workplace:
        actor = local_actor()
        known = {info.name: info.description for info in workplace.documents.collections(actor)}
        wording = known.get(name, "") if description is None else description
        workplace.intake.describe_collection(name, wording, purpose=purpose, personal=personal, actor=actor)
    console.print(f"{name} is bijgewerkt.")


def compare(
    old: str = typer.Argument(..., help="De oude versie: een bestand, een document of DOCUMENT@VERSIE."),
    new: str = typer.Argument(..., help="De nieuwe versie."),
    everything: bool = typer.Option(False, "--all", help="Ook wat alleen anders is opgeschreven."),
    as_json: bool = typer.Option(False, "--json", help="Als JSON, met alle wijzigingen."),
) -> None:
    """Wat er tussen twee versies van een document veranderde: bedragen, datums en wat moet of mag."""
    comparison = compare_versions(_version(old), _version(new))
    if as_json:
        print_json(comparison_view(comparison))
        return
    for change in comparison.changes if everything else comparison.of_substance:
        console.print(f"\n{_CHANGED[change.kind]}")
        for sign, place in (("-", change.old), ("+", change.new)):
            if place is not None:
                where = f" (p. {place.page})" if place.page else ""
                console.print(f"  {sign} {place.text}{where}", markup=False)
        for difference in change.differences:
            old_words, new_words = ", ".join(difference.old) or "-", ", ".join(difference.new) or "-"
            console.print(f"    {_SUBSTANCE[difference.substance]}: {old_words} -> {new_words}", markup=False)
    wording = len(comparison.changes) - len(comparison.of_substance)
    console.print(
        f"\n{len(comparison.of_substance)} wijzigingen van inhoud, {wording} van woorden, "
        f"{comparison.same} zinnen en rijen gelijk."
    )


_CHANGED = {ChangeKind.ADDED: "Nieuw", ChangeKind.REMOVED: "Vervallen", ChangeKind.CHANGED: "Gewijzigd"}
_SUBSTANCE = {Substance.DATE: "datum", Substance.FIGURE: "getal", Substance.OBLIGATION: "wat moet of mag"}


def _version(name: str) -> Document:
    path = Path(name)
    if not path.is_file():
        with workplace_here() as workplace:
            return workplace.documents.version(name, local_actor())
    (_, outcome), *_ = parse_files([path])
    if isinstance(outcome, LearningLionError):
        raise outcome
    return outcome


def documents(
    collection: str = typer.Option("", "--collection", help="Alleen deze verzameling."),
    as_json: bool = typer.Option(False, "--json", help="Een JSON-object per document."),
) -> None:
    """Welke documenten er zijn, de nieuwste eerst."""
    filters = Filters(collections=(collection,) if collection else ())
    with workplace_here() as workplace:
        workplace.documents.require_known(filters, local_actor())
        listed = workplace.documents.list(local_actor(), filters=filters)
    if as_json:
        for card in listed:
            print_json(to_plain(card))
        return
    table = Table("document", "datum", "ministerie", "titel")
    for card in listed:
        table.add_row(card.id, str(card.date or ""), card.ministry or "", card.title)
    console.print(table)


def remove(
    document: str = typer.Argument(..., help="Het document, bijvoorbeeld ah-tk-20232024-2129."),
    reason: str = typer.Option(..., "--reason", help="Waarom het weg moet; komt in het logboek."),
) -> None:
    """Verwijder een document met al zijn versies; in het logboek blijft staan dat dit is gebeurd."""
    with workplace_here() as workplace:
        workplace.intake.remove(document, reason=reason, actor=local_actor())
    console.print(f"{document} is verwijderd.")
    advise(f"Waar nog iets ervan staat: learninglion document trace {document}")


@document_app.command("trace")
def trace_document(
    document: str = typer.Argument(..., help="Het document, bijvoorbeeld ah-tk-20232024-2129."),
    as_json: bool = typer.Option(False, "--json", help="Een JSON-object per plek."),
) -> None:
    """Overal waar iets van een document staat, ook nadat het is verwijderd."""
    with workplace_here() as workplace:
        traces = workplace.traces.find(document, actor=local_actor())
    for trace in traces:
        if as_json:
            print_json(to_plain(trace))
        else:
            stays = " (blijft na verwijderen)" if trace.stays else ""
            console.print(f"{trace.place}: {trace.detail}{stays}")


@index_app.command("rebuild")
def rebuild_index() -> None:
    """Maak de zoekindex opnieuw uit de opgeslagen documenten."""
    with workplace_here() as workplace, progress() as shown:
        tell_switch(workplace.indexing.state(), "Zoeken kan intussen gewoon door.")
        state = workplace.indexing.rebuild(progress=shown, actor=local_actor())
    console.print(f"De index is opnieuw gemaakt: {state.sources} bronnen, {state.passages} passages.")


@index_app.command("status")
def index_status() -> None:
    """Of de zoekindex heel is, tot op de laatste byte; wat beschadigd is, wordt opnieuw gemaakt."""
    with workplace_here() as workplace, progress() as shown:
        if damaged := workplace.indexing.mend(progress=shown):
            advise(f"{damaged} {REMADE}")
        state = workplace.indexing.state()
    if state.problem:
        fail(state.problem)
        raise typer.Exit(1)
    console.print(f"In orde: {state.sources} bronnen, {state.passages} passages, model {state.encoder}.")
    tell_switch(state, "Voer het in met: learninglion index rebuild. Zoeken kan intussen gewoon door.")
