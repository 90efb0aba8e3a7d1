"""`learninglion evaluate ask` and `collection`: how well questions to documents are answered or refused."""

from __future__ import annotations

from pathlib import Path

import typer
from rich.table import Table

from learninglion.cli.material import set_encoder, vector_cache
from learninglion.cli.opening import workplace_here
from learninglion.cli.terminal import console, fail, local_actor, print_json, progress
from learninglion.evaluation.document_questions import (
    FICTIONAL,
    AskReport,
    DocumentQuestion,
    KindReport,
    Outcome,
    ParsedShelf,
    fictional_documents,
    learn_weights,
    measure_questions,
    read_document_questions,
    weights_json,
)
from learninglion.inference.vectors import VectorCache
from learninglion.models import Document
from learninglion.models.errors import InputError, LearningLionError
from learninglion.models.plain import Plain, to_plain
from learninglion.sample import sample_documents
from learninglion.workflow import parse_files


def evaluate_asking(
    questions: Path | None = typer.Option(
        None,
        "--questions",
        help="Vragen (JSON Lines: document, question, key, answerable); zonder: de meegeleverde.",
    ),
    documents: Path | None = typer.Option(
        None, "--documents", help="De map waarin de documenten van die vragen staan."
    ),
    part: str = typer.Option(
        "all", "--part", help="all, teaching of kept: de documenten waarvan wel of niet is geleerd."
    ),
    learn: Path | None = typer.Option(
        None, "--learn", help="Leer eerst van de vragen om te leren en schrijf de gewichten in dit bestand."
    ),
    show: int = typer.Option(0, "--show", min=0, help="Laat zoveel vragen zien die niet goed gaan."),
    as_json: bool = typer.Option(False, "--json", help="Als JSON."),
) -> None:
    """Hoe goed worden vragen aan documenten beantwoord, en hoe vaak blijft een antwoord terecht uit?"""
    if part not in ("all", "teaching", "kept"):
        raise typer.BadParameter("kies all, teaching of kept", param_hint="--part")
    cases = read_document_questions(questions)
    shelf = _shelf(cases, documents)
    with progress() as shown:
        encoder, cache = set_encoder(), VectorCache(vector_cache())
        if learn is not None:
            weights = learn_weights(shelf, cases, encoder, cache)
            taught = sum(case.teaches for case in cases)
            learn.write_text(weights_json(weights, {"questions": taught}), "utf-8")
        chosen = [c for c in cases if part == "all" or c.teaches == (part == "teaching")]
        report = measure_questions(shelf, chosen, encoder, cache, progress=shown)
    if as_json:
        print_json(_as_json(report))
    else:
        _print(report)
    _show_wrong(report, show)


def _show_wrong(report: AskReport, show: int) -> None:
    for outcome in [o for o in report.outcomes if not _is_right(o)][:show]:
        case, reply = outcome.case, outcome.reply
        first = next(iter((*reply.answers, *reply.near)), None)
        fail(
            f"{case.id} {case.kind} ({case.document}): {case.question!r} -> {reply.verdict.value}, "
            f"{first.quote[:100] if first else ''!r}"
        )


def evaluate_collection(
    name: str = typer.Argument(..., help="De verzameling."),
    show: int = typer.Option(0, "--show", min=0, help="Laat zoveel vragen zien die niet goed gaan."),
    as_json: bool = typer.Option(False, "--json", help="Als JSON, met de eerdere metingen."),
) -> None:
    """Hoe goed beantwoordt een verzameling haar eigen vragen: gevonden, getoond, geweigerd, met de datum."""
    with workplace_here() as workplace:
        actor = local_actor()
        report = workplace.guides.evaluate(name, actor=actor)
        measured = workplace.guides.measured(name, actor)
    if as_json:
        print_json({**_as_json(report), "measured": to_plain(measured)})
    else:
        table = Table("datum", "vragen", "bij eerste 3 treffers", "getoond", "zonder antwoord", "geweigerd")
        for day in measured:
            shares = (f"{day.found:.0%}", f"{day.shown:.0%}", str(day.unanswerable), f"{day.refused:.0%}")
            table.add_row(f"{day.at:%Y-%m-%d %H:%M}", str(day.questions), *shares)
        console.print(table)
    _show_wrong(report, show)


def _shelf(cases: tuple[DocumentQuestion, ...], root: Path | None) -> ParsedShelf:
    """The documents of the cases, read; raises InputError where none is there."""
    own = {f"sample:{path.name}": path for path in sample_documents()}
    own |= {f"{FICTIONAL}{path.name}": path for path in fictional_documents()}
    named = {case.document for case in cases}
    if any(name.startswith(FICTIONAL) for name in named):
        named |= {name for name in own if name.startswith(FICTIONAL)}  # also what nothing is asked of
    paths = [path for name in sorted(named) if (path := own.get(name, (root or Path()) / name)).exists()]
    if not paths:
        raise InputError("Geen van de documenten van deze vragen is er; geef hun map met --documents.")
    shelf: list[Document] = []
    for _, outcome in parse_files(paths):
        if isinstance(outcome, LearningLionError):
            fail(outcome.detail)
        else:
            shelf.append(outcome)
    return ParsedShelf(shelf)


def _is_right(outcome: Outcome) -> bool:
    if outcome.case.answerable:
        return outcome.is_shown
    return not outcome.reply.answers


def _as_json(report: AskReport) -> dict[str, Plain]:
    return {
        **_kind(report.all),
        "unanswerable": report.unanswerable,
        "refused": report.refused,
        "absent": report.absent,
        "kinds": {kind.kind: _kind(kind) for kind in report.kinds},
    }


def _kind(kind: KindReport) -> dict[str, Plain]:
    return {
        "questions": kind.questions,
        "found": kind.found,
        "listed": kind.listed,
        "shown": kind.shown,
        "answered": kind.answered,
    }


def _print(report: AskReport) -> None:
    table = Table("soort", "vragen", "bij eerste 3 treffers", "bij eerste 3 getoond", "getoond", "beantwoord")
    for kind in (*report.kinds, report.all):
        shares = (kind.found, kind.listed, kind.shown, kind.answered)
        table.add_row(kind.kind, str(kind.questions), *(f"{share:.0%}" for share in shares))
    console.print(table)
    console.print(
        f"Van {report.unanswerable} vragen zonder antwoord: {report.refused:.0%} niet beantwoord, "
        f"{report.absent:.0%} 'dit staat er niet in'."
    )
