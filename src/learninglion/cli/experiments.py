"""`learninglion experiment`: carry out a grid, look at what was recorded, do a recorded run again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer
from rich.table import Table

from learninglion.cli.measuring import (
    open_allowed,
    open_collection,
    rerank_allowed,
    vector_cache,
    write_page,
)
from learninglion.cli.terminal import console, fail, print_json, progress
from learninglion.evaluation.experiment import (
    Experiment,
    experiment_of,
    read_experiment,
    rerun,
    run_experiment,
)
from learninglion.evaluation.measures import Run, differences, effects, latest, read_runs
from learninglion.evaluation.report import experiment_page, told_setting
from learninglion.evaluation.testset import Trial
from learninglion.models.errors import InputError
from learninglion.models.plain import Plain, to_fields

experiment_app = typer.Typer(
    no_args_is_help=True, help="Proeven met het zoeken, vastgelegd zodat iedereen ze kan overdoen."
)
_RECORD = typer.Option(..., "--record", help="Het bestand met de runs.")
_SHOWN = ("hit@1", "hit@10", "MRR@10", "R@100")


def register(app: typer.Typer) -> None:
    """Hang these commands on `app`."""
    app.add_typer(experiment_app, name="experiment")


@experiment_app.command("run")
def run_file(
    file: Path = typer.Argument(..., help="Het experiment (TOML, zie docs/evaluation.md)."),
    record: Path | None = typer.Option(
        None, "--record", help="Waar de runs komen te staan (anders naast het experiment: .runs.jsonl)."
    ),
    page: Path | None = typer.Option(None, "--html", help="Schrijf een verslag met grafieken."),
    as_json: bool = typer.Option(False, "--json", help="Als JSON, een run per regel."),
) -> None:
    """Doe alle runs van een experiment; wat al vastligt wordt niet overgedaan."""
    experiment = read_experiment(file)
    record = record or file.with_suffix(".runs.jsonl")
    with progress() as shown:
        runs = run_experiment(
            experiment,
            record,
            trial=_trial(experiment),
            opener=open_allowed,
            rerankers=rerank_allowed,
            cache=vector_cache(),
            progress=shown,
        )
    _show(runs, page, as_json)
    if not as_json:
        console.print(f"De runs staan in {record}.")
    for run in runs:
        if run.error:
            fail(f"run {run.id} is mislukt: {run.error}")
    if any(run.error for run in runs):
        raise typer.Exit(1)


@experiment_app.command("show")
def show_record(
    record: Path = _RECORD,
    name: str = typer.Option("", "--name", help="Alleen het experiment met deze naam."),
    page: Path | None = typer.Option(None, "--html", help="Schrijf een verslag met grafieken."),
    as_json: bool = typer.Option(False, "--json", help="Als JSON, een run per regel."),
) -> None:
    """Laat zien wat is vastgelegd, ook wat mislukte, en wat verschil maakte."""
    runs = latest(_read(record))
    names = list(dict.fromkeys(run.experiment for run in runs))
    if name and name not in names:
        raise InputError(f"{record.name}: er is geen experiment {name!r}; er zijn: {', '.join(names)}.")
    if page is not None and not name and len(names) > 1:
        raise InputError(f"Kies met --name over welk experiment het verslag gaat: {', '.join(names)}.")
    for wanted in [name] if name else names:
        if not as_json and len(names) > 1:
            console.print(f"\n{wanted}")
        chosen = [run for run in runs if run.experiment == wanted]
        _show(chosen, page, as_json)
        for run in chosen:
            if run.error and not as_json:
                console.print(f"Run {run.id} is mislukt: {run.error}")


@experiment_app.command("rerun")
def rerun_one(
    run_id: str = typer.Argument(..., metavar="ID", help="De run (de eerste tekens zijn genoeg)."),
    record: Path = _RECORD,
    file: Path | None = typer.Option(
        None, "--experiment", help="Het experiment, als de gegevens ergens anders staan dan toen."
    ),
    as_json: bool = typer.Option(False, "--json", help="Als JSON."),
) -> None:
    """Doe een vastgelegde run over en vergelijk de uitkomst, tot het laatste cijfer."""
    run = _find(run_id, record)
    experiment = read_experiment(file) if file is not None else experiment_of(run, record)
    with progress() as shown:
        again = rerun(
            run,
            experiment,
            record,
            trial=_trial(experiment),
            opener=open_allowed,
            rerankers=rerank_allowed,
            cache=vector_cache(),
            progress=shown,
        )
    changes = differences(run, again)
    if as_json:
        rows: list[Plain] = [{"name": n, "recorded": was, "now": now} for n, was, now in changes]
        print_json({"id": run.id, "same": not changes, "differences": rows, "again": _plain(again)})
    else:
        console.print(f"Toen: versie {run.version}, commit {run.git_sha or 'onbekend'}, {run.started}.")
        console.print(f"Nu: versie {again.version}, commit {again.git_sha or 'onbekend'}.")
        if changes:
            table = Table("wat", "vastgelegd", "nu")
            for name, was, now in changes:
                table.add_row(name, was, now)
            console.print(table)
        else:
            console.print(f"Run {run.id}: precies dezelfde uitkomst.")
    if changes:
        fail(f"run {run.id} heeft nu een andere uitkomst")
    if again.error:
        fail(f"run {run.id} is mislukt: {again.error}")
    if changes or again.error:
        raise typer.Exit(1)


def _trial(experiment: Experiment) -> Trial | None:
    return open_collection(experiment.collection) if experiment.collection else None


def _read(record: Path) -> tuple[Run, ...]:
    if not record.is_file():
        raise InputError(f"{record}: dit bestand met runs is er niet.")
    return read_runs(record)


def _find(run_id: str, record: Path) -> Run:
    matching = [run for run in latest(_read(record)) if run_id and run.id.startswith(run_id)]
    if len(matching) != 1:
        reason = "meer dan een run begint" if matching else "geen run begint"
        raise InputError(f"{record.name}: {reason} met {run_id!r}.")
    return matching[0]


def _show(runs: Sequence[Run], page: Path | None, as_json: bool) -> None:
    if page is not None:
        write_page(page, experiment_page(runs))
    if as_json:
        for run in runs:
            print_json(_plain(run))
        return
    _print_runs(runs)
    if len({run.git_sha for run in runs}) > 1:
        console.print("Let op: niet alle runs zijn met dezelfde programmatekst gedaan (zie --json: git_sha).")
    _print_effects(runs)


def _plain(run: Run) -> dict[str, Plain]:
    return {name: value for name, value in to_fields(run).items() if name != "first_ranks"}


def _print_runs(runs: Sequence[Run]) -> None:
    """A row a run; settings that are the same everywhere stand above the table, the others in a column."""
    values: dict[str, list[str]] = {}
    for run in runs:
        for name, value in run.settings:
            values.setdefault(name, []).append(value)
    varied = [
        name
        for name, values_tried in values.items()
        if len(set(values_tried)) > 1 or len(values_tried) < len(runs)
    ]
    fixed = [
        f"{name} {told_setting(values_tried[0])}"
        for name, values_tried in values.items()
        if name not in varied
    ]
    if fixed:
        console.print(f"Overal: {', '.join(fixed)}.")
    table = Table("run", "\n".join(varied) or "instellingen", *_SHOWN)
    costs = Table("run", "s", "MB", "Wh", "gevonden per kWh")
    for run in runs:
        settings = dict(run.settings)
        setting_text = ", ".join(told_setting(settings[name]) if name in settings else "-" for name in varied)
        watt_hours, found_per_kwh = f"{run.kwh * 1000:.2f}", f"{run.found_per_kwh:,.0f}"
        costs.add_row(run.id[:8], f"{run.seconds:.0f}", str(run.peak_memory_mb), watt_hours, found_per_kwh)
        measures = dict(run.measures)
        figures = ["mislukt" if run.error else f"{measures[name]:.3f}" for name in _SHOWN]
        table.add_row(run.id[:8], setting_text or "standaard", *figures)
    console.print(table)
    console.print(costs)


def _print_effects(runs: Sequence[Run]) -> None:
    measured = effects(runs)
    if not measured:
        return
    table = Table("instelling", "van", "naar", "MRR@10", "95%-interval", "kans op toeval")
    for e in measured:
        table.add_row(
            e.setting,
            told_setting(e.baseline),
            told_setting(e.value),
            f"{e.difference:+.3f}",
            f"{e.low:+.3f} tot {e.high:+.3f}",
            f"{e.p:.4f}",
        )
    console.print("Wat maakte verschil? (over runs die verder gelijk zijn, vraag voor vraag)")
    console.print(table)
