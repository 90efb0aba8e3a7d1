"""Commands that try out: experiments with search, people who judge, and what a language model is fit for."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import click
import typer
from rich.table import Table

from learninglion.checking.judging import Exam
from learninglion.cli.terminal import (
    console,
    fail,
    local_actor,
    print_json,
    progress,
    settings_here,
    workplace_here,
    write_page,
)
from learninglion.drafting.prompting import load_prompts
from learninglion.drafting.second_opinion import judge_of, open_judging_model
from learninglion.dutch.text import split_sentences
from learninglion.evaluation.exams import check_model, exam_pairs, part_of
from learninglion.evaluation.experiment import (
    GRADES,
    Experiment,
    Means,
    agreement,
    consensus,
    experiment_of,
    judge,
    pooled,
    read_experiment,
    read_judgements,
    rerun,
    run_experiment,
)
from learninglion.evaluation.measures import Run, differences, effects, latest, read_runs, wilson
from learninglion.evaluation.retrieval import Grades, experiment_page, setting_words
from learninglion.evaluation.safeguards import measure_instructions, read_instructions, suspected
from learninglion.evaluation.testset import Trial, collection_trial, pairs_trial, read_pairs, sampled
from learninglion.inference import open_generator
from learninglion.inference.connection import require_allowed
from learninglion.inference.cross_encoder import CrossEncoderChoice
from learninglion.inference.encoders import Encoder, EncoderChoice, open_encoder
from learninglion.inference.generators import Generator, GeneratorChoice, GeneratorKind
from learninglion.inference.reranking import RerankerChoice, Reranking, open_reranking
from learninglion.models import Document, Entry, Progress, Source
from learninglion.models.errors import InputError, LearningLionError
from learninglion.models.plain import Plain, to_fields, to_plain
from learninglion.search.scoring import Fusion
from learninglion.settings import judge_choice, load_settings, model_choice, reranker_choice
from learninglion.workflow import parse_files


def open_trial(pairs: Path | None, collection: str | None) -> Trial:
    """The questions of a pairs file or of a collection: exactly one of them (wrong usage otherwise)."""
    if (pairs is None) == (collection is None):
        raise typer.BadParameter("Geef óf --pairs FILE óf --collection NAAM.")
    if pairs is not None:
        return pairs_trial(read_pairs(pairs), pairs.name)
    return _open_collection(collection or "")


def _open_collection(name: str) -> Trial:
    """The questions of a collection of this data folder. Raises InputError when it is not there."""
    return collection_trial(f"verzameling {name}", collection_entries(name))


def collection_entries(name: str) -> tuple[Entry, ...]:
    """All that a collection of this data folder holds. Raises InputError when it is not there."""
    with workplace_here() as workplace:
        return workplace.documents.entries(name, local_actor())


def documents_in(paths: list[Path]) -> tuple[list[Document], bool]:
    """The documents of these files, and whether one could not be read; why that is goes to stderr."""
    outcomes = [outcome for _, outcome in parse_files(paths)]
    failures = [outcome for outcome in outcomes if isinstance(outcome, LearningLionError)]
    for failure in failures:
        fail(failure.detail)
    return [outcome for outcome in outcomes if isinstance(outcome, Document)], bool(failures)


def vector_cache() -> Path:
    """Where every text is embedded once, in the data folder."""
    path = load_settings().home / "cache" / "vectors.db"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def set_encoder() -> Encoder:
    """The embedding model that the settings name."""
    return _open_allowed(load_settings().encoder)


def tuned_encoder() -> Encoder:
    """The same, with what it learned in this data folder if that is in force."""
    settings = load_settings()
    choice = EncoderChoice(settings.encoder.kind, settings.encoder.model)
    with workplace_here() as workplace:
        return workplace.learning.model_of(choice) or set_encoder()


def _open_allowed(choice: EncoderChoice) -> Encoder:
    """An embedding model at an address the administrator allows; with the key, if the settings have it."""
    settings = load_settings()
    key = choice.api_key
    if choice.base_url:
        require_allowed(choice.base_url, settings.allowed_hosts)
        if choice.base_url == settings.encoder.base_url:
            key = settings.encoder.api_key
    return open_encoder(
        choice.kind, url=choice.base_url, model=choice.model, api_key=key, route=settings.network
    )


def set_reranking() -> Reranking | None:
    """The reranking that the settings name, None for none."""
    return _rerank_allowed(reranker_choice(load_settings().reranker))


def _rerank_allowed(choice: RerankerChoice) -> Reranking | None:
    """A reranking model at an address the administrator allows; with the key, if the settings have it."""
    settings = load_settings()
    if choice.base_url == settings.reranker.base_url:
        choice = replace(choice, api_key=settings.reranker.api_key)
    return open_reranking(replace(choice, route=settings.network), settings.allowed_hosts)


def tuned_fusion() -> Fusion | None:
    """What search learned in this data folder, None when it learned nothing."""
    with workplace_here() as workplace:
        return workplace.learning.current() if workplace.learning.in_force() else None


def read_grades(path: Path | None) -> Grades | None:
    """The grades of a file of judgements, one a result. Raises InputError when the file is not there."""
    if path is None:
        return None
    if not path.exists():
        raise InputError(f"{path}: dit bestand met oordelen is er niet.")
    return consensus(read_judgements(path))


PAIRS = typer.Option(None, "--pairs", help="Vragen met hun antwoord (JSON Lines: id, question, answer).")
experiment_app = typer.Typer(
    no_args_is_help=True, help="Proeven met het zoeken, vastgelegd zodat iedereen ze kan overdoen."
)
_RECORD = typer.Option(..., "--record", help="Het bestand met de runs.")
_SHOWN = ("hit@1", "hit@10", "MRR@10", "R@100")


def register(app: typer.Typer) -> None:
    """Hang these commands on `app`."""
    app.add_typer(experiment_app, name="experiment")
    app.add_typer(judge_app, name="judge")
    # A callback keeps `check` a command of its own while it is the only one.
    model_app.callback()(_about_models)
    model_app.command("check")(check)
    app.add_typer(model_app, name="model")


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
        runs = run_experiment(experiment, record, _means(experiment, shown))
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
        again = rerun(run, experiment, record, _means(experiment, shown))
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


def _means(experiment: Experiment, shown: Progress) -> Means:
    trial = _open_collection(experiment.collection) if experiment.collection else None
    return Means(_open_allowed, _rerank_allowed, vector_cache(), shown, trial)


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
    varied = [name for name, tried in values.items() if len(set(tried)) > 1 or len(tried) < len(runs)]
    fixed = [f"{name} {setting_words(tried[0])}" for name, tried in values.items() if name not in varied]
    if fixed:
        console.print(f"Overal: {', '.join(fixed)}.")
    table = Table("run", "\n".join(varied) or "instellingen", *_SHOWN)
    costs = Table("run", "s", "MB", "Wh", "gevonden per kWh")
    for run in runs:
        settings = dict(run.settings)
        setting_text = ", ".join(
            setting_words(settings[name]) if name in settings else "-" for name in varied
        )
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
        figures = (f"{e.difference:+.3f}", f"{e.low:+.3f} tot {e.high:+.3f}", f"{e.p:.4f}")
        table.add_row(e.setting, setting_words(e.baseline), setting_words(e.value), *figures)
    console.print("Wat maakte verschil? (over runs die verder gelijk zijn, vraag voor vraag)")
    console.print(table)


judge_app = typer.Typer(invoke_without_command=True)
_KEYS = "0 = niet relevant, 1 = deels, 2 = helemaal, s = overslaan, t = vorige opnieuw, q = stoppen"


@dataclass(frozen=True, slots=True)
class _Item:
    """One result to judge: the question it was found for, its name, and what it says."""

    query: str
    question: str
    name: str
    source: Source
    whole: bool  # show the earlier question too


@judge_app.callback()
def judge_results(
    context: typer.Context,
    pairs: Path | None = PAIRS,
    collection: str | None = typer.Option(None, "--collection", help="Of een verzameling."),
    name: str = typer.Option("", "--judge", help="Uw naam: die komt bij elk oordeel te staan."),
    out: Path | None = typer.Option(None, "--out", help="Het bestand waar de oordelen in komen."),
    limit: int = typer.Option(25, "--limit", min=1, help="Hoogstens zoveel vragen."),
    depth: int = typer.Option(10, "--depth", min=1, max=100, help="Van elke zoekwijze zoveel resultaten."),
) -> None:
    """Beoordeel resultaten van verschillende zoekwijzen, zonder te zien welke wat vond.

    Elk oordeel staat meteen op schijf; met dezelfde opdracht gaat u later verder waar u was.
    """
    if context.invoked_subcommand is not None:
        return
    if not name.strip() or out is None:
        raise typer.BadParameter("Geef --judge NAAM en --out FILE.")
    done = {(j.query, j.source) for j in read_judgements(out) if j.judge == name.strip()}
    trial = sampled(open_trial(pairs, collection), limit)
    with progress() as shown:
        pools = pooled(
            trial,
            encoder=set_encoder(),
            cache=vector_cache(),
            learned=tuned_fusion(),
            depth=depth,
            progress=shown,
        )
    items = _items(trial, {query: tuple(names) for query, names in pools.items()})
    left = [item for item in items if (item.query, item.name) not in done]
    console.print(f"{len(items)} resultaten bij {len(pools)} vragen; {len(items) - len(left)} al beoordeeld.")
    judged = _ask_all(left, out, name)
    console.print(f"{judged} oordelen bewaard in {out}; nog {len(left) - judged} te gaan.")


@judge_app.command("agreement")
def show_agreement(
    file: Path = typer.Argument(..., help="Een bestand met oordelen."),
    as_json: bool = typer.Option(False, "--json", help="Als JSON."),
) -> None:
    """Hoe ver zijn beoordelaars het eens? Deel gelijk, en kappa: 1 is helemaal eens, 0 is toeval."""
    if not file.is_file():
        raise InputError(f"{file}: dit bestand met oordelen is er niet.")
    judgements = read_judgements(file)
    agreements = agreement(judgements)
    counts: dict[str, Plain] = {}
    for j in judgements:
        counts[j.judge] = 1 + int(str(counts.get(j.judge, 0)))
    if as_json:
        print_json({"judges": counts, "pairs": [to_plain(a) for a in agreements]})
        return
    console.print("Oordelen: " + ", ".join(f"{who} {count}" for who, count in counts.items()))
    if not agreements:
        console.print("Er zijn geen twee mensen die hetzelfde beoordeelden; eensgezindheid is niet te meten.")
        return
    table = Table("wie", "en wie", "samen beoordeeld", "gelijk", "kappa (gewogen)")
    for a in agreements:
        table.add_row(a.first, a.second, str(a.common), f"{a.alike:.0%}", f"{a.kappa:.2f}")
    console.print(table)


def _items(trial: Trial, items: dict[str, tuple[str, ...]]) -> list[_Item]:
    sources = dict(zip(trial.names, (source for source, _ in trial.entries), strict=True))
    return [
        _Item(query.id, query.text, name, sources[name], trial.timed)
        for query in trial.queries
        for name in items.get(query.id, ())
    ]


def _ask_all(items: Sequence[_Item], out: Path, name: str) -> int:
    """Show and ask one by one until all are done or the judge stops; how many have a judgement now."""
    judged: set[int] = set()
    at = 0
    while at < len(items):
        _show_result(items[at], at, len(items))
        answer = _ask()
        if answer == "q":
            break
        if answer == "t":
            at = max(0, at - 1)
            continue
        if answer != "s":
            judge(out, items[at].query, items[at].name, int(answer), name)
            judged.add(at)
        at += 1
    return len(judged)


def _show_result(item: _Item, at: int, total: int) -> None:
    console.rule(f"resultaat {at + 1} van {total}")
    console.print(f"VRAAG\n{item.question}\n")
    card = item.source.document
    about = ", ".join(str(part) for part in (card.title, card.ministry, card.date) if part)
    if about:
        console.print(about)
    if item.whole and item.source.question:
        console.print(f"EERDERE VRAAG\n{item.source.question}\n")
    console.print(f"TEKST\n{item.source.body or '(zonder antwoord)'}\n")


def _ask() -> str:
    """The next key that means something; the end of the input is a stop."""
    wanted = {str(grade) for grade in GRADES} | {"s", "t", "q"}
    console.print(f"Hoe relevant is deze tekst voor de vraag? {_KEYS}")
    while True:
        if sys.stdin.isatty():
            pressed = click.getchar().strip().lower()
        else:
            line = sys.stdin.readline()
            pressed = line.strip().lower() if line else "q"
        if pressed in wanted:
            return pressed
        fail(_KEYS)


model_app = typer.Typer(no_args_is_help=True, help="Het taalmodel bekijken.")
_KEY = "LEARNINGLION_MODEL_KEY"


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
            console.print(trial.line)
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
    listed = part_of(listed, limit) if limit else listed
    with workplace_here(settings) as workplace, progress() as shown:
        exam = workplace.language_model.examine(
            judge, listed, partial(shown, "Oordelen"), counts=counts, actor=local_actor()
        )
    count = sum(kind.cases for kind in exam.kinds)
    if as_json:
        pair_counts = {"asked": count, "pairs": len(listed)}
        print_json({**to_fields(exam), **pair_counts, "passed": exam.passed, "kept": counts})
        return
    if count < len(listed):
        console.print(
            f"{exam.judge}: gestopt na {count} van {len(listed)} paren. Wat de rest ook brengt, bij geen "
            "enkele drempel kan dit model nog slagen."
        )
    else:
        _tell_figures(exam)
    verdict = "geslaagd: het oordeel telt" if exam.passed else "gezakt: het oordeel wordt alleen getoond"
    console.print(verdict if counts else "proef op een deel of een eigen toets: niet bewaard")


def _tell_figures(exam: Exam) -> None:
    """How a judge did, as a whole and on each kind of sentence."""
    console.print(exam.wording)
    for low, high, what in (
        (*exam.detection_interval, "gevonden van wat niet klopt"),
        (*exam.false_alarms_interval, "vals alarm bij wat wel klopt"),
    ):
        console.print(f"  {what}: tussen {100 * low:.1f}% en {100 * high:.1f}% (95% zekerheid)")
    for kind in exam.kinds:
        what = "klopt" if kind.faithful else "klopt niet"
        console.print(f"  {kind.kind} ({what}): {kind.right} van {kind.cases} goed")


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
            timeout=settings.generator.timeout_seconds,
            answer_seconds=settings.generator.answer_seconds,
            route=settings.network,
        )
    chosen = judge_choice(settings) if judge else model_choice("generator", settings.generator, settings)
    if chosen is None:
        section = "judge" if judge else "generator"
        raise InputError(
            f"Er is geen taalmodel ingesteld ([{section}]). Noem er een met --url en --model, of --gguf."
        )
    return chosen
