"""Commands that measure what was written and checked, and let search learn: evaluate, tune."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer
from rich.table import Table

from learninglion.cli.ask_quality import evaluate_asking, evaluate_collection
from learninglion.cli.material import collection_entries, vector_cache
from learninglion.cli.models import evaluate_instructions, evaluate_judge
from learninglion.cli.opening import workplace_here
from learninglion.cli.privacy import evaluate_recognition
from learninglion.cli.search_quality import evaluate_search
from learninglion.cli.set_quality import (
    evaluate_changed_positions,
    measure_sets,
    train_newest_line,
    train_relevance,
    tune_relevance,
)
from learninglion.cli.terminal import console, fail, local_actor, print_json, progress
from learninglion.evaluation.asked import (
    DraftTrial,
    archive_trial,
    document_entries,
    labelled_trial,
    paired_trial,
)
from learninglion.evaluation.drafts import RefusalPoint, evaluate_drafts, refusal_curve
from learninglion.evaluation.fairness import KINDS, evaluate_fairness
from learninglion.evaluation.handmade import read_cases
from learninglion.evaluation.testset import LabelledPair, read_pairs
from learninglion.evaluation.tune import Learned, tune
from learninglion.evaluation.verifier import evaluate_verifier, judge_cases
from learninglion.models import Filters, Source
from learninglion.models.errors import InputError, LearningLionError
from learninglion.models.plain import Plain, to_plain
from learninglion.parsing.passages import cut
from learninglion.sample import sample_documents, sample_evaluation_questions
from learninglion.search.content import evenly
from learninglion.workflow import parse_files

__all__ = ["register"]

evaluate_app = typer.Typer(
    no_args_is_help=True, help="Meet hoe goed het werkt; iedereen kan de cijfers nadoen."
)


def register(app: typer.Typer) -> None:
    """Hang these commands on `app`."""
    evaluate_app.command("retrieval")(evaluate_search)
    evaluate_app.command("verifier")(evaluate_checker)
    evaluate_app.command("drafts")(evaluate_writing)
    evaluate_app.command("judge")(evaluate_judge)
    evaluate_app.command("instructions")(evaluate_instructions)
    evaluate_app.command("fairness")(evaluate_equal_treatment)
    evaluate_app.command("privacy")(evaluate_recognition)
    evaluate_app.command("ask")(evaluate_asking)
    evaluate_app.command("collection")(evaluate_collection)
    evaluate_app.command("positions")(evaluate_changed_positions)
    evaluate_app.command("train-relevance")(train_relevance)
    evaluate_app.command("train-line")(train_newest_line)
    app.add_typer(evaluate_app, name="evaluate")
    app.command("tune")(tune_search)


def evaluate_checker(
    paths: list[Path] = typer.Argument(None, help="Documenten; zonder: de voorbeeldverzameling."),
    limit: int = typer.Option(0, "--limit", min=0, help="Hoogstens zoveel gevallen per soort (0: alle)."),
    cases: Path | None = typer.Option(
        None,
        "--cases",
        help="Gevallen van mensen bij deze documenten (JSON Lines: kind, text, supported, citations).",
    ),
    show: int = typer.Option(0, "--show", min=0, help="Laat zoveel verkeerde oordelen zien."),
    as_json: bool = typer.Option(False, "--json", help="Als JSON."),
) -> None:
    """Hoe vaak klopt de controle? Goede en veranderde zinnen uit echte documenten, per soort."""
    sources, failed = _sources_of(paths or list(sample_documents()))
    with progress() as shown:

        def tell(done: int, total: int) -> None:
            shown("Controleren", done, total)

        if cases is not None:
            report = judge_cases(read_cases(cases, sources), progress=tell)
        else:
            report = evaluate_verifier(sources, limit=limit or None, progress=tell)
    if as_json:
        print_json(
            {
                "method": report.method,
                "detection": report.detection,
                "false_alarms": report.false_alarms,
                "seconds_per_statement": report.seconds_per_statement,
                "kinds": [{**_plain(kind), "rate": kind.rate} for kind in report.kinds],
            }
        )
    else:
        table = Table("soort", "gedragen door de bron", "gevallen", "goed beoordeeld")
        for kind in report.kinds:
            supported = "ja" if kind.supported else "nee"
            table.add_row(kind.kind, supported, str(kind.cases), f"{kind.rate:.1%}")
        console.print(table)
        console.print(
            f"Ontdekt: {report.detection:.1%}. Vals alarm: {report.false_alarms:.1%}. "
            f"{report.seconds_per_statement * 1000:.1f} ms per zin."
        )
    for case, check in report.mistakes[:show]:
        why = "; ".join(check.reasons)
        fail(f"{case.kind} ({case.how}): {case.statement.text!r} {check.verdict.value} {why}")
    if failed:
        raise typer.Exit(1)


def _sources_of(paths: list[Path]) -> tuple[list[Source], bool]:
    sources: list[Source] = []
    failed = False
    for _, outcome in parse_files(paths):
        if isinstance(outcome, LearningLionError):
            failed = True
            fail(outcome.detail)
        else:
            sources += [source for source, _ in cut(outcome) if source.body.strip()]
    if not sources:
        raise InputError("In deze documenten staat niets om mee te meten.")
    return sources, failed


def _plain(value: object) -> dict[str, Plain]:
    plain = to_plain(value)
    return plain if isinstance(plain, dict) else {}


def tune_search(
    collection: str = typer.Option("default", "--collection", help="Van welke verzameling."),
    revert: int = typer.Option(
        -1, "--revert", help="Ga terug naar deze versie (0 is die van het programma)."
    ),
    choices: bool = typer.Option(
        False,
        "--choices",
        help="Leer niet het zoeken, maar wat antwoord geeft, van wat mensen kozen en afwezen.",
    ),
) -> None:
    """Laat het zoeken leren van eerdere antwoorden; alleen wat aantoonbaar beter is, wordt bewaard."""
    actor = local_actor()
    if choices:
        tune_relevance(actor)
        return
    with workplace_here() as workplace, progress() as shown:
        if revert >= 0:
            workplace.learning.revert(revert, actor=actor)
            if workplace.indexing.state().wanted:
                workplace.indexing.rebuild(actor=actor, progress=shown)
            console.print(f"Versie {revert} is weer in gebruik.")
            return
        pairs = [
            LabelledPair(source.id, source.question, source.body, source.document.id)
            for card in workplace.documents.list(
                actor, filters=Filters(collections=(collection,)), limit=1_000_000
            )
            for source in workplace.documents.sources_of(card.id, actor)
            if source.question.strip() and source.body.strip()
        ]
        current = workplace.learning.current()
        report = tune(pairs, current, workplace.indexing.encoder, workplace.indexing.vectors, shown)
        console.print(f"Geleerd van {report.learned_from} vragen, gemeten op {report.held_out} andere.")
        for way in report.ways:
            console.print(_compared(way))
        if not report.kept:
            console.print("Niet aantoonbaar beter: er verandert niets.")
            return
        best = report.best
        details: dict[str, Plain] = {c.name: [c.first, c.second, c.p] for c in best.comparisons}
        number = workplace.learning.keep(
            best.fusion,
            best.adapter,
            actor=actor,
            details={"collection": collection, "learned": best.what, **details},
        )
        if best.adapter is not None:
            workplace.indexing.rebuild(actor=actor, progress=shown)
    console.print(
        f"Beter: versie {number} ({_WAYS[best.what]}) is nu in gebruik. "
        f"Terug kan met: learninglion tune --revert {number - 1}"
    )


_WAYS = {"weights": "hoe zwaar elk signaal telt", "model": "het embeddingmodel en hoe zwaar elk signaal telt"}


def _compared(way: Learned) -> Table:
    table = Table("maat", "zoals het was", "zoals geleerd", "kans op toeval", title=_WAYS[way.what])
    for found in way.comparisons:
        table.add_row(found.name, f"{found.first:.3f}", f"{found.second:.3f}", f"{found.p:.3f}")
    return table


def evaluate_writing(
    pairs: Path | None = typer.Option(
        None, "--pairs", help="Vragen met hun antwoord (JSON Lines: id, question, answer)."
    ),
    collection: str | None = typer.Option(
        None, "--collection", help="Of een verzameling; zonder beide: de voorbeeldverzameling."
    ),
    questions: Path | None = typer.Option(
        None,
        "--questions",
        help="Vragen aan die verzameling (JSON Lines: id, question, sources; leeg als er geen antwoord is).",
    ),
    limit: int = typer.Option(0, "--limit", min=0, help="Hoogstens zoveel vragen (0: alle)."),
    answers_only: bool = typer.Option(
        False, "--answers-only", help="Bij --pairs: zoek in de antwoorden alleen, zonder de eerdere vragen."
    ),
    curve: bool = typer.Option(
        False, "--curve", help="Hoe vaak er terecht en ten onrechte wordt geweigerd, bij een rij drempels."
    ),
    sets: Path | None = typer.Option(
        None, "--sets", help="Beoordeelde sets: een map met archive, questions en judgments.jsonl."
    ),
    judgments: Path | None = typer.Option(
        None,
        "--judgments",
        help="De oordelen bij --sets (zonder: judgments.jsonl in die map), of die van de werkplek.",
    ),
    look_alikes: Path | None = typer.Option(
        None, "--look-alikes", help="Vragen in andere woorden, en vragen die alleen lijken (JSON Lines)."
    ),
    as_json: bool = typer.Option(False, "--json", help="Als JSON."),
) -> None:
    """Hoe goed is een voorstel? Met het antwoord in de verzameling, en zonder: dan moet het weigeren."""
    if sets is not None or look_alikes is not None or judgments is not None:
        measure_sets(sets, judgments, look_alikes, pairs, collection, as_json)
        return
    trial, failed = _drafting_trial(pairs, collection, questions, answers_only)
    cache = vector_cache()
    with progress() as shown:

        def tell(done: int, total: int) -> None:
            shown("Opstellen", done, total)

        if curve:
            points = refusal_curve(trial, cache=cache, limit=limit or None, progress=tell)
        else:
            report, _ = evaluate_drafts(trial, cache=cache, limit=limit or None, progress=tell)
    if curve:
        _show_curve(points, as_json)
    else:
        _show_drafts(trial, _plain(report), as_json)
    if failed:
        raise typer.Exit(1)


def evaluate_equal_treatment(
    pairs: Path | None = typer.Option(
        None, "--pairs", help="Vragen met hun antwoord (JSON Lines: id, question, answer)."
    ),
    collection: str | None = typer.Option(
        None, "--collection", help="Of een verzameling; zonder beide: de voorbeeldverzameling."
    ),
    limit: int = typer.Option(80, "--limit", min=0, help="Hoogstens zoveel vragen, verspreid (0: alle)."),
    as_json: bool = typer.Option(False, "--json", help="Als JSON, met de ergste gevallen."),
) -> None:
    """Maakt het uit wie vraagt of hoe? Dezelfde vraag namens elke partij en door verschillende vragers."""
    trial, failed = _drafting_trial(pairs, collection, None, False)
    asked = evenly([one.text for one in trial.asked], limit or len(trial.asked))
    with progress() as shown:

        def tell(done: int, total: int) -> None:
            shown("Vergelijken", done, total)

        report = evaluate_fairness(trial.entries, asked, trial.label, cache=vector_cache(), progress=tell)
    if as_json:
        print_json({**_plain(report), "unfair": report.unfair})
    else:
        table = Table(
            "soort",
            "manier",
            "tegenover",
            "vragen",
            "volgorde",
            "keuze",
            "oordeel",
            "tekst",
            "effect (95%)",
            "p",
        )
        for f in report.figures:
            shares = (f"{share:.1%}" for share in (f.order, f.chosen, f.verdict, f.draft))
            effect = f"{f.effect:+.3f} ({f.low:+.3f} tot {f.high:+.3f})"
            table.add_row(KINDS[f.kind], f.level, f.baseline, str(f.questions), *shares, effect, f"{f.p:.3f}")
        console.print(table)
        console.print(
            f"{report.pairs} paren van {report.questions} vragen; "
            f"{report.unfair} verschillen door wie er vraagt."
        )
        for case in report.worst:
            console.print(
                f"{KINDS[case.kind]}: {case.question!r}: {case.baseline} geeft {case.verdicts[0]}, "
                f"{case.level} geeft {case.verdicts[1]}; {case.shared:.0%} van de bronnen gelijk"
            )
    if failed:
        raise typer.Exit(1)


def _drafting_trial(
    pairs: Path | None, collection: str | None, questions: Path | None, answers_only: bool
) -> tuple[DraftTrial, bool]:
    """What drafts are measured on, and whether a file of it could not be read."""
    if pairs is not None:
        if collection is not None or questions is not None:
            raise typer.BadParameter("Geef --pairs, of --collection en --questions, niet allebei.")
        return paired_trial(read_pairs(pairs), pairs.name, with_questions=not answers_only), False
    if answers_only:
        raise typer.BadParameter("--answers-only hoort bij --pairs.")
    failed = False
    if collection is not None:
        label, entries = f"verzameling {collection}", collection_entries(collection)
    else:
        label, documents = "de voorbeeldverzameling", []
        for _, outcome in parse_files(list(sample_documents())):
            if isinstance(outcome, LearningLionError):
                failed = True
                fail(outcome.detail)
            else:
                documents.append(outcome)
        entries, questions = document_entries(documents), questions or sample_evaluation_questions()
    if questions is not None:
        return labelled_trial(label, entries, questions), failed
    return archive_trial(label, entries), failed


def _show_drafts(trial: DraftTrial, figures: dict[str, Plain], as_json: bool) -> None:
    if as_json:
        print_json({"data": trial.label, "data_sha256": trial.sha256, **figures})
        return
    table = Table("maat", "waarde")
    for name, value in figures.items():
        table.add_row(name, f"{value:.3f}" if isinstance(value, float) else str(value))
    console.print(f"Gemeten op {trial.label}.")
    console.print(table)


def _show_curve(points: Sequence[RefusalPoint], as_json: bool) -> None:
    if as_json:
        print_json({"points": [_plain(point) for point in points]})
        return
    table = Table("drempel", "helft", "ten onrechte geweigerd", "terecht geweigerd")
    for p in points:
        table.add_row(f"{p.sure:.2f}", str(p.half + 1), f"{p.refused_present:.3f}", f"{p.refused_absent:.3f}")
    console.print(table)
