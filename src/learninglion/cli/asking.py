"""`learninglion ask`: a question to one's own documents."""

from __future__ import annotations

import textwrap

import typer

from learninglion.cli.opening import workplace_here
from learninglion.cli.terminal import console, local_actor, print_json, progress
from learninglion.models import Filters
from learninglion.record.contract import dossier_view
from learninglion.search.asking import Reply, Verdict
from learninglion.search.material import Material, Twin
from learninglion.search.told import reply_view
from learninglion.workflow.conversations import Turn

_WIDTH = 100


def register(app: typer.Typer) -> None:
    """Hang this command on `app`."""
    app.command()(ask)


def ask(
    question: str = typer.Argument(..., help="De vraag."),
    collection: list[str] = typer.Option([], "--collection", help="Alleen deze verzameling (herhaalbaar)."),
    document: list[str] = typer.Option([], "--document", help="Alleen dit document (herhaalbaar)."),
    after: str = typer.Option("", "--after", help="De vraag waarop deze doorvraagt."),
    keep: bool = typer.Option(False, "--keep", help="Bewaar vraag en antwoord als dossier."),
    generator: str = typer.Option(
        "extractive", "--generator", help="extractive: zinnen overnemen; llm: het taalmodel schrijft."
    ),
    as_json: bool = typer.Option(False, "--json", help="Als JSON."),
) -> None:
    """Stel een vraag aan uw eigen documenten: de passage die antwoord geeft, of dat het er niet in staat."""
    if not question.strip():
        raise typer.BadParameter("de vraag is leeg", param_hint="QUESTION")
    if generator not in ("extractive", "llm"):
        raise typer.BadParameter("kies extractive of llm", param_hint="--generator")
    filters = Filters(collections=tuple(collection), documents=tuple(document))
    with workplace_here() as workplace, progress() as shown:
        workplace.documents.require_known(filters, local_actor())
        reply = workplace.asking.ask(
            question,
            after=after,
            filters=filters,
            actor=local_actor(),
            progress=shown,
        )
        reply_shown = reply_view(reply, workplace.documents.regions)
        dossier = None
        if keep or generator == "llm":
            before = (Turn(after),) if after.strip() else ()
            turns = (*before, Turn(question, after))
            dossier = workplace.conversations.keep(turns, filters=filters, actor=local_actor())
            if generator == "llm":
                dossier = workplace.conversations.write(dossier.id, actor=local_actor(), progress=shown)
        if as_json:
            print_json(reply_shown if dossier is None else {**reply_shown, "dossier": dossier_view(dossier)})
            return
        _print(reply)
        if dossier is not None:
            for check in dossier.verifications[-1].shown if generator == "llm" else ():
                console.print(_block(f"{check.statement.text} [{check.statement.citations[0].reference}]"))
            console.print(f"Bewaard als {dossier.id}.")


_SAID = {
    Verdict.ANSWERED: "",
    Verdict.RELATED: "Misschien staat het antwoord hier: kijk het zelf na.",
    Verdict.ABSENT: "Dit staat er niet in.",
}


def _print(reply: Reply) -> None:
    if reply.taken_over is not None:
        console.print(f"(Overgenomen van de vorige vraag: {', '.join(reply.taken_over.words)})")
    if verdict_text := _SAID[reply.verdict]:
        console.print(verdict_text)
    if reply.disagree:
        console.print("De documenten zeggen niet hetzelfde; het nieuwste staat bovenaan.")
    if reply.unclear:
        console.print("In de vraag staat niet welk document u bedoelt; dit zegt elk ervan.")
    if reply.not_told:
        console.print(f"Hier staat niets over: {', '.join(reply.not_told)}.")
    first = next(iter((*reply.answers, *reply.near)), None)
    if first is not None and first.english != reply.english:
        question_language, document_language = (
            ("Engels", "Nederlands") if reply.english else ("Nederlands", "Engels")
        )
        console.print(
            f"De vraag is in het {question_language}, de gevonden tekst in het {document_language}."
        )
    for material in reply.answers:
        _print_material(material)
    if reply.left_out:
        console.print(f"\nEr zijn nog {reply.left_out} wijzigingen; vraag naar een onderwerp.")
    if reply.near:
        console.print("\nOok in de buurt:" if reply.answers else "\nIn de buurt:")
        for material in reply.near:
            _print_material(material, short=True)
    console.print(f"\nGezocht in {reply.passages} stukken tekst uit {reply.documents} documenten.")


def _print_material(material: Material, *, short: bool = False) -> None:
    console.print(f"\n{_place(material)}")
    if material.told:
        console.print(_block(material.told))
    if material.value is not None:
        value = material.value
        called = ", ".join(part for part in (value.row, value.column) if part)
        console.print(_block(f"{value.text} {value.unit} ({called})"))
    if material.heads:
        console.print(_block(material.heads))
    if short or not material.text:
        console.print(_block(material.quote))
    else:
        at = material.quote_span.start - material.span.start
        end = material.quote_span.end - material.span.start
        marked = f"{material.text[:at]}>> {material.text[at:end]} <<{material.text[end:]}"
        console.print(_block(marked))
    if material.twins:
        console.print("   Hetzelfde staat in:")
        for twin in material.twins:
            console.print(f"   - {_place(twin)}")


def _place(found: Material | Twin) -> str:
    where = [found.document.title or found.document.id, *found.heading_path[-1:]]
    where += [f"p. {found.page}"] if found.page else []
    where += [str(found.document.date)] if found.document.date else []
    return " | ".join((*where, found.document.collection))


def _block(text: str) -> str:
    return textwrap.fill(" ".join(text.split()), _WIDTH, initial_indent="   ", subsequent_indent="   ")
