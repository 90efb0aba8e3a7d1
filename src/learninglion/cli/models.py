"""Commands about language models: what one is fit for, how it judges, and what hidden instructions do."""

from __future__ import annotations

import os
from datetime import date
from functools import partial
from pathlib import Path

import typer

from learninglion.cli.experiments import documents_in
from learninglion.cli.terminal import (
    console,
    local_actor,
    print_json,
    progress,
    settings_here,
    workplace_here,
)
from learninglion.drafting.prompting import load_prompts
from learninglion.drafting.second_opinion import judge_of, open_judging_model
from learninglion.dutch.text import split_sentences
from learninglion.evaluation.exams import Outcome, check_model, exam_pairs, part_of, take_exam
from learninglion.evaluation.measures import wilson
from learninglion.evaluation.safeguards import measure_instructions, read_instructions, suspected
from learninglion.inference import open_generator
from learninglion.inference.cross_encoder import CrossEncoderChoice
from learninglion.inference.generators import Generator, GeneratorChoice, GeneratorKind
from learninglion.models.errors import InputError
from learninglion.models.plain import to_fields, to_plain
from learninglion.settings import Settings, judge_choice, load_settings, model_choice

model_app = typer.Typer(no_args_is_help=True, help="Het taalmodel bekijken.")
_SIGNS = {Outcome.GOOD: "✓", Outcome.LIMITED: "~", Outcome.BAD: "✕"}
_KEY = "LEARNINGLION_MODEL_KEY"


def register(app: typer.Typer) -> None:
    """Hang these commands on `app`."""
    # A callback keeps `check` a command of its own while it is the only one.
    model_app.callback()(_about_models)
    model_app.command("check")(check)
    app.add_typer(model_app, name="model")


def _about_models() -> None:
    """Het taalmodel bekijken."""


def check(
    url: str = typer.Option("", "--url", help=f"Adres van een eindpunt; de sleutel staat in {_KEY}."),
    model: str = typer.Option("", "--model", help="Naam van het model aan dat eindpunt."),
    gguf: Path | None = typer.Option(None, "--gguf", help="Een GGUF-bestand."),
    judge: bool = typer.Option(False, "--judge", help="Het ingestelde model voor de tweede mening."),
    as_json: bool = typer.Option(False, "--json", help="Als JSON."),
) -> None:
    """Waar is een taalmodel geschikt voor? Een kleine toets; zonder opties het model dat is ingesteld."""
    report = check_model(lambda: _opened(url, model, gguf, judge))
    if as_json:
        print_json({**to_fields(report), "usable": report.usable})
    else:
        for trial in report.trials:
            console.print(f"{_SIGNS[trial.outcome]} {trial.name}: {trial.detail}")
        console.print(report.fit_for)
    if not report.usable:
        raise typer.Exit(1)


def evaluate_judge(
    url: str = typer.Option("", "--url", help=f"Adres van een eindpunt; de sleutel staat in {_KEY}."),
    model: str = typer.Option("", "--model", help="Naam van het model aan dat eindpunt."),
    gguf: Path | None = typer.Option(None, "--gguf", help="Een GGUF-bestand."),
    onnx: Path | None = typer.Option(None, "--onnx", help="Een map met een cross-encoder (ONNX)."),
    pairs: Path | None = typer.Option(
        None, "--pairs", help="Een eigen toets (JSON Lines); dan telt hij niet."
    ),
    limit: int = typer.Option(0, "--limit", min=0, help="Hoogstens zoveel paren; dan telt de toets niet."),
    as_json: bool = typer.Option(False, "--json", help="Als JSON."),
) -> None:
    """Mag een model oordelen? De toets van een beoordelaar; zonder opties die voor de tweede mening."""
    settings = load_settings()
    choice = _chosen(url, model, gguf, judge=True) if onnx is None else CrossEncoderChoice(onnx, model)
    judge = judge_of(
        open_judging_model(choice),
        load_prompts(Path(settings.generator.prompts).expanduser() if settings.generator.prompts else None),
    )
    listed = exam_pairs(pairs) if pairs is not None else exam_pairs()
    counts = pairs is None and not limit
    with progress() as shown:
        exam = take_exam(
            judge,
            part_of(listed, limit) if limit else listed,
            date.today(),  # noqa: DTZ011  the day on the wall
            partial(shown, "Oordelen"),
        )
    if counts:
        with workplace_here(settings) as workplace:
            workplace.language_model.keep_exam(exam, actor=local_actor())
    if as_json:
        print_json({**to_fields(exam), "passed": exam.passed, "kept": counts})
        return
    console.print(exam.told)
    for low, high, what in (
        (*exam.detection_interval, "gevonden van wat niet klopt"),
        (*exam.false_alarms_interval, "vals alarm bij wat wel klopt"),
    ):
        console.print(f"  {what}: tussen {100 * low:.1f}% en {100 * high:.1f}% (95% zekerheid)")
    for kind in exam.kinds:
        what = "klopt" if kind.faithful else "klopt niet"
        console.print(f"  {kind.kind} ({what}): {kind.right} van {kind.cases} goed")
    verdict = "geslaagd: het oordeel telt" if exam.passed else "gezakt: het oordeel wordt alleen getoond"
    console.print(verdict if counts else "proef op een deel of een eigen toets: niet bewaard")


def evaluate_instructions(
    paths: list[Path] = typer.Argument(None, help="Gewone documenten: hoe vaak worden die verdacht?"),
    part: str = typer.Option("kept", "--part", help="kept (apart gehouden) of train."),
    as_json: bool = typer.Option(False, "--json", help="Als JSON."),
) -> None:
    """Hoe vaak wordt tekst herkend die een computer opdrachten geeft, en hoe vaak ten onrechte?"""
    cases = [case for case in read_instructions() if case.part == part]
    if not cases:
        raise InputError(f"Onbekend deel {part!r}; kies kept of train.")
    with progress() as shown:
        scores = measure_instructions(cases, partial(shown, "Bekijken"))
    sentences, failed = _sentences(paths or [])
    suspects = suspected(sentences)
    counts = {}
    for harmful in (True, False):
        chosen = [score for score in scores if score.harmful is harmful]
        counts[harmful] = (sum(s.found for s in chosen), sum(s.cases for s in chosen))
    if as_json:
        print_json(
            {
                "part": part,
                "recognised": to_plain(counts[True]),
                "recognised_interval": to_plain(wilson(*counts[True])),
                "false_alarms": to_plain(counts[False]),
                "kinds": to_plain(scores),
                "sentences": len(sentences),
                "suspected": list(suspects),
            }
        )
    else:
        console.print(f"herkend: {counts[True][0]} van {counts[True][1]}")
        console.print(f"ten onrechte, van wat erop lijkt: {counts[False][0]} van {counts[False][1]}")
        for score in scores:
            what = "opdracht" if score.harmful else "gewoon"
            console.print(f"  {score.kind} ({what}): {score.found} van {score.cases}")
        if sentences:
            console.print(f"verdacht in gewone documenten: {len(suspects)} van {len(sentences)} zinnen")
            for sentence in suspects:
                console.print(f"  {sentence[:160]}")
    if failed:
        raise typer.Exit(1)


def _sentences(paths: list[Path]) -> tuple[list[str], bool]:
    """Every sentence of these documents, and whether some could not be read."""
    documents, failed = documents_in(paths)
    sentences: dict[str, None] = {}
    for document in documents:
        for span in split_sentences(document.text):
            sentences[" ".join(span.of(document.text).split())] = None
    return list(sentences), failed


def _opened(url: str, model: str, gguf: Path | None, judge: bool) -> Generator:
    """The language model that the options name, or else that of the settings."""
    choice = _chosen(url, model, gguf, judge)
    if isinstance(choice, CrossEncoderChoice):
        raise InputError(
            "Het ingestelde model oordeelt en schrijft niet. Wat het waard is zegt zijn toets: "
            "learninglion evaluate judge"
        )
    return open_generator(choice)


def _chosen(url: str, model: str, gguf: Path | None, judge: bool) -> GeneratorChoice | CrossEncoderChoice:
    settings = settings_here()
    if gguf is not None:
        return GeneratorChoice(GeneratorKind.GGUF, model, path=gguf, route=settings.network)
    if url:
        return GeneratorChoice(
            GeneratorKind.OPENAI,
            model,
            base_url=url,
            api_key=os.environ.get(_KEY, ""),
            allowed_hosts=settings.allowed_hosts,
            route=settings.network,
        )
    choice = _set(settings, judge)
    if choice is None:
        section = "judge" if judge else "generator"
        raise InputError(
            f"Er is geen taalmodel ingesteld ([{section}]). Noem er een met --url en --model, of --gguf."
        )
    return choice


def _set(settings: Settings, judge: bool) -> GeneratorChoice | CrossEncoderChoice | None:
    if judge:
        return judge_choice(settings)
    return model_choice("generator", settings.generator, settings)
