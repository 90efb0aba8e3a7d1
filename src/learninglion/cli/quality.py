"""Commands that measure what was written and checked, and let search learn: evaluate, tune."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import typer
from rich.table import Table

from learninglion.cli.experiments import (
    PAIRS,
    collection_entries,
    documents_in,
    evaluate_instructions,
    evaluate_judge,
    open_trial,
    read_grades,
    set_encoder,
    set_reranking,
    tuned_encoder,
    tuned_fusion,
    vector_cache,
)
from learninglion.cli.terminal import (
    console,
    fail,
    local_actor,
    print_json,
    progress,
    workplace_here,
    write_page,
)
from learninglion.evaluation.document_questions import (
    FICTIONAL,
    AskReport,
    DocumentQuestion,
    KindReport,
    ParsedLibrary,
    fictional_documents,
    learn_weights,
    measure_questions,
    read_document_questions,
    weights_json,
)
from learninglion.evaluation.drafts import (
    Archive,
    Bar,
    Judgment,
    RefusalPoint,
    evaluate_drafts,
    evaluate_look_alikes,
    evaluate_own_wording,
    evaluate_positions,
    evaluate_sets,
    evaluate_shipped_look_alikes,
    judged_sets,
    read_judgments,
    refusal_curve,
    train_line,
    write_line,
)
from learninglion.evaluation.relevance import (
    Example,
    case_texts,
    find_centre,
    held_out,
    learn_from_choices,
    of_dossiers,
    of_judged,
    of_look_alikes,
    of_own_wording,
    shipped_cases,
    train,
    write_weights,
)
from learninglion.evaluation.retrieval import (
    SIGNIFICANT,
    Configuration,
    RetrievalReport,
    compare_reports,
    evaluate,
    in_words,
    read_configuration,
    retrieval_page,
    verdict,
)
from learninglion.evaluation.safeguards import KINDS, evaluate_fairness, evaluate_privacy, make_privacy_cases
from learninglion.evaluation.testset import (
    DraftTrial,
    LabelledPair,
    archive_trial,
    document_entries,
    labelled_trial,
    pair_entries,
    paired_trial,
    read_pairs,
    sampled,
)
from learninglion.evaluation.tune import Learned, tune
from learninglion.evaluation.verifier import evaluate_verifier, judge_cases, read_cases
from learninglion.inference.encoders import NanoEncoder, VectorCache
from learninglion.models import Actor, Entry, Filters, QuestionSet, Source, SubQuestion
from learninglion.models.errors import InputError, LearningLionError
from learninglion.models.plain import Plain, to_fields, to_plain
from learninglion.parsing.passages import cut
from learninglion.sample import sample_documents, sample_evaluation_questions
from learninglion.search.engine import evenly
from learninglion.search.scoring import DEFAULT, Fusion
from learninglion.workflow import parse_files, read_question_file

# `learninglion evaluate retrieval`: how well search finds, and whether two ways really differ.

_OTHER_PAIRS = typer.Option(None, "--pairs", help="Vragen met hun antwoord (JSON Lines).")
_OR_COLLECTION = typer.Option(
    None, "--collection", help="Of een verzameling; zonder beide: de voorbeeldverzameling."
)
_NAMED = {
    "shipped": Configuration(),
    "words": Configuration(signals="words"),
    "meaning": Configuration(signals="meaning"),
    "reranker": Configuration(reranker=True),
}


def _evaluate_search(
    pairs: Path | None = PAIRS,
    collection: str | None = typer.Option(
        None, "--collection", help="Of een verzameling: elke vraag zoekt in wat toen ouder was."
    ),
    tune: Path | None = typer.Option(None, "--tune", help="Andere paren om eerst van te leren."),
    judgements: Path | None = typer.Option(
        None, "--judgements", help="Oordelen van mensen (learninglion judge)."
    ),
    against: str = typer.Option(
        "", "--against", help="Vergelijk met: shipped, words, meaning, reranker, tuned of een TOML-bestand."
    ),
    limit: int = typer.Option(0, "--limit", min=0, help="Hoogstens zoveel vragen (0: alle)."),
    page: Path | None = typer.Option(None, "--html", help="Schrijf een verslag met grafieken."),
    as_json: bool = typer.Option(False, "--json", help="Als JSON."),
) -> None:
    """Hoe goed vindt het zoeken? Elke vraag hoort zijn eigen antwoord terug te vinden."""
    trial, grades = open_trial(pairs, collection), read_grades(judgements)
    trial = sampled(trial, limit, grades)
    lessons = read_pairs(tune) if tune is not None else None
    other = _other(against, learns=lessons is not None) if against else None
    encoder, cache = set_encoder(), vector_cache()
    ways = [(Configuration(tune=lessons is not None), DEFAULT, encoder)]
    if other is not None:
        ways.append((*other, tuned_encoder() if against == "tuned" else encoder))
    with progress() as shown:
        report, *others = [
            evaluate(
                trial,
                configuration,
                lessons=lessons,
                grades=grades,
                encoder=model,
                cache=cache,
                fusion=fusion,
                reranking=set_reranking() if configuration.reranker else None,
                progress=shown,
            )
            for configuration, fusion, model in ways
        ]
    compared = (against, others[0]) if others else None
    if page is not None:
        write_page(page, retrieval_page(report, against=compared))
    if against == "tuned" and collection is not None:
        fail("Let op: wat hier geleerd is, kan van deze zelfde vragen geleerd zijn; dat vleit het cijfer.")
    if as_json:
        print_json(_as_json(report, compared))
    else:
        _print(report, compared)


def _other(name: str, *, learns: bool) -> tuple[Configuration, Fusion]:
    """The way to search that `--against` names, and the weights it starts from."""
    if name in _NAMED:
        return _NAMED[name], DEFAULT
    if name == "tuned":
        if learns:
            raise InputError("Met --tune is deze meting al geleerd; vergelijk met --against shipped.")
        fusion = tuned_fusion()
        if fusion is None:
            raise InputError("Het zoeken heeft hier nog niets geleerd (learninglion tune).")
        return Configuration(), fusion
    if not Path(name).is_file():
        raise InputError(
            f"--against kent geen {name!r}; kies {', '.join(_NAMED)}, tuned of een TOML-bestand."
        )
    return read_configuration(Path(name)), DEFAULT


def _as_json(report: RetrievalReport, compared: tuple[str, RetrievalReport] | None) -> dict[str, Plain]:
    check = ("error", "answerable", "threshold", "caught", "false_alarms")
    about = ("queries", "left_out", "pool", "judged", "tuned", "encoder", "reranker", "data_sha256")
    intervals: dict[str, Plain] = {m.name: [m.low, m.high] for m in report.measures}
    plain: dict[str, Plain] = {
        **report.as_plain(),
        **to_fields(report, *about),
        "intervals": intervals,
        "calibration": to_fields(report.calibration, *check),
    }
    if compared is not None:
        name, other = compared
        comparisons = compare_reports(report, other)
        p: dict[str, Plain] = {c.name: c.p for c in comparisons}
        plain["against"] = {"name": name, "reranker": other.reranker, **other.as_plain(), "p": p}
    return plain


def _print(report: RetrievalReport, compared: tuple[str, RetrievalReport] | None) -> None:
    if compared is None:
        table = Table("maat", "waarde", "95%-interval")
        for measure in report.measures:
            table.add_row(measure.name, f"{measure.value:.3f}", f"{measure.low:.3f} - {measure.high:.3f}")
    else:
        name, other = compared
        table = Table("maat", "waarde", "95%-interval", name, "verschil", "p", "oordeel")
        for measure, c in zip(report.measures, compare_reports(report, other), strict=True):
            table.add_row(
                measure.name,
                f"{measure.value:.3f}",
                f"{measure.low:.3f}-{measure.high:.3f}",
                f"{c.second:.3f}",
                f"{c.difference:+.3f}",
                f"{c.p:.4f}",
                verdict(c) if c.p < SIGNIFICANT else "-",
            )
    console.print(table)
    check = report.calibration
    console.print(in_words(report))
    console.print(
        f"In {report.seconds:.0f} s. Score: kalibratiefout {check.error:.3f}, "
        f"AUC wel of niet te beantwoorden {check.answerable:.3f}, beste drempel {check.threshold:.2f}."
    )
    if compared is not None:
        console.print(
            f"Verschil en oordeel gaan over {compared[0]}. p is de kans dat zo'n verschil toeval is; "
            "beter of slechter staat er als die onder 5% is."
        )


# Commands that measure drafts by people's judgment, and teach the measure of relevance from it.

_SHOWN = 10  # worst cases a bar shows


def _measure_sets(
    sets: Path | None,
    judgments: Path | None,
    look_alikes: Path | None,
    pairs: Path | None,
    collection: str | None,
    as_json: bool,
) -> None:
    """Print the bars of `evaluate drafts` on judged sets, look-alikes and the archive's own wording.

    Judgments without sets are those of the workplace, and `collection` is what they draw on.
    """
    own = Archive(collection_entries(collection), cache=vector_cache()) if collection is not None else None
    archive, names = (own, {}) if own is not None else _archive_of(sets, pairs)
    bars: list[Bar] = []
    with progress() as shown:
        if sets is not None:
            judged = read_judgments(judgments or sets / "judgments.jsonl", names)
            set_questions = {name: (s.introduction, s.questions) for name, s in _question_sets(sets).items()}
            bars += evaluate_sets(archive, set_questions, judged, partial(shown, "Sets"))
        elif judgments is not None:
            judged = read_judgments(judgments, names)
            bars += evaluate_sets(archive, judged_sets(judged), judged, partial(shown, "Sets"))
        if look_alikes is not None:
            bars += evaluate_look_alikes(archive, look_alikes, partial(shown, "Gelijkenis"))
        if pairs is not None:
            bars += evaluate_own_wording(archive, read_pairs(pairs), partial(shown, "Eigen woorden"))
    _show(bars, as_json)


def _evaluate_changed_positions(
    positions: Path | None = typer.Option(
        None, "--positions", help="Paren van een ouder en een nieuwer antwoord (JSON of JSON Lines)."
    ),
    part: str = typer.Option("", "--part", help="Alleen dit deel van de meegeleverde: train of kept."),
    as_json: bool = typer.Option(False, "--json", help="Als JSON."),
) -> None:
    """Geeft een voorstel de lijn van vandaag? Paren van een ouder en een nieuwer antwoord, met een vraag."""
    rows = None if positions is None else _rows(positions)
    _show(evaluate_positions(rows, part=part, cache=vector_cache()), as_json)


def _evaluate_look_alike_questions(
    part: str = typer.Option("", "--part", help="Alleen dit deel: train of kept."),
    as_json: bool = typer.Option(False, "--json", help="Als JSON."),
) -> None:
    """Vragen in bijna de woorden van een beantwoorde vraag, met één verschil: wat geeft een voorstel?"""
    _show(evaluate_shipped_look_alikes(part=part, cache=vector_cache()), as_json)


def _train_relevance(
    output: Path = typer.Option(..., "--output", help="Waar de gewichten (JSON) komen te staan."),
    sets: Path | None = typer.Option(None, "--sets", help="Map met archive, questions en judgments.jsonl."),
    look_alikes: Path | None = typer.Option(
        None, "--look-alikes", help="Vragen in andere woorden, en die alleen lijken."
    ),
    pairs: Path | None = _OTHER_PAIRS,
) -> None:
    """Leer de maat opnieuw uit de meegeleverde gevallen en, als u die geeft, uit beoordeelde sets."""
    encoder = NanoEncoder()
    examples = [*shipped_cases("train"), *_judged_examples(sets, look_alikes, pairs)]
    held_cases = list(shipped_cases("kept"))
    with progress() as shown:
        trained = train(
            examples,
            encoder=encoder,
            centre=find_centre(encoder, case_texts("train")),
            progress=partial(shown, "Lezen"),
        )
        figures = held_out(held_cases, trained, encoder)
    card: dict[str, object] = {
        "examples": len(examples),
        "kept": len(held_cases),
        "learned_from": [p.name for p in (sets, look_alikes, pairs) if p is not None],
        **figures,
    }
    output.write_text(write_weights(trained, card), encoding="utf-8")
    for name, value in card.items():
        console.print(f"{name}: {value}")


def _train_newest_line(
    output: Path = typer.Option(..., "--output", help="Waar de gewichten (JSON) komen te staan."),
    pairs: Path | None = _OTHER_PAIRS,
) -> None:
    """Leer opnieuw wanneer een nieuwer antwoord een ouder inhaalt: uit meegeleverde paren en echte tekst."""
    weights, card, bars = train_line(read_pairs(pairs) if pairs is not None else (), vector_cache())
    output.write_text(write_line(weights, card, bars), encoding="utf-8")
    for name, value in (card | bars).items():
        console.print(f"{name}: {value}")


def _tune_relevance(actor: Actor) -> None:
    """Let the measure of relevance learn from what people chose and rejected in the dossiers here."""
    with workplace_here() as workplace, progress() as shown:
        cards = workplace.dossiers.list(actor, limit=_ALL)
        examples = list(of_dossiers(workplace.dossiers.load(card.id, actor) for card in cards))
        report = learn_from_choices(examples, workplace.learning.measure(), partial(shown, "Lezen"))
        change = report.comparison
        console.print(
            f"Geleerd van {report.questions} vragen. Op vragen waarvan het niet leerde, per keuze: "
            f"{change.first:.3f} zoals het was, {change.second:.3f} zoals geleerd "
            f"(kans op toeval {change.p:.3f})."
        )
        if not report.better:
            console.print("Niet aantoonbaar beter: er verandert niets.")
            return
        figures: list[Plain] = [change.first, change.second, change.p]
        details: dict[str, Plain] = {"learned": "relevance", "questions": report.questions}
        weights = write_weights(report.weights, {"learned_from": "choices", "questions": report.questions})
        number = workplace.learning.keep_measure(
            weights, actor=actor, details=details | {change.name: figures}
        )
    console.print(
        f"Beter: versie {number} is nu in gebruik. Terug kan met: learninglion tune --revert {number - 1}"
    )


_ALL = 1_000_000


def _judged_examples(sets: Path | None, look_alikes: Path | None, pairs: Path | None) -> Sequence[Example]:
    if sets is None and look_alikes is None and pairs is None:
        return ()
    archive, names = _archive_of(sets, pairs)
    examples: list[Example] = []
    if look_alikes is not None:
        rows = [{k: str(v) for k, v in row.items()} for row in _rows(look_alikes)]
        offered = {n: archive.offer([SubQuestion((1,), row[n]) for row in rows]) for n in ("para", "near")}
        examples.extend(of_look_alikes(rows, offered))
    if sets is not None:
        judged = read_judgments(sets / "judgments.jsonl", names)
        for name, question_set in _question_sets(sets).items():
            examples.extend(_of_set(archive, name, question_set, judged))
    if pairs is not None:
        some: list[LabelledPair] = list(read_pairs(pairs))[::_EVERY]
        own_offers = archive.offer([SubQuestion((1,), pair.question) for pair in some])
        for pair, offers in zip(some, own_offers, strict=True):
            examples.extend(of_own_wording(pair.id, pair.question, offers))
    return examples


_EVERY = 8  # of the archive's own questions; they are easy, and many


def _of_set(
    archive: Archive, name: str, question_set: QuestionSet, judged: Sequence[Judgment]
) -> list[Example]:
    examples: list[Example] = []
    known = {j.numbers: j for j in judged if j.set == name}
    offered = archive.offer(question_set.questions, question_set.introduction)
    for question, offers in zip(question_set.questions, offered, strict=True):
        judgment = known.get(question.numbers)
        if judgment is not None:
            labels = [judgment.label(h.source.document.id, h.source.numbers) for h in offers]
            examples.extend(of_judged(name, question.text, labels, offers))
    return examples


def _archive_of(sets: Path | None, pairs: Path | None) -> tuple[Archive, dict[str, str]]:
    """The archive of a folder of sets and a file of pairs, and the document id of each file."""
    entries: list[Entry] = list(pair_entries(read_pairs(pairs))) if pairs is not None else []
    names: dict[str, str] = {}
    paths = sorted((sets / "archive").iterdir()) if sets is not None else []
    for path, (_, outcome) in zip(paths, parse_files(paths), strict=True):
        if isinstance(outcome, LearningLionError):
            fail(outcome.detail)
            continue
        names[path.name] = outcome.id
        entries.extend(document_entries([outcome]))
    if not entries:
        raise InputError("Er is geen archief om uit te putten: geef --sets of --pairs.")
    return Archive(entries, cache=vector_cache()), names


def _question_sets(sets: Path) -> dict[str, QuestionSet]:
    return {path.stem: read_question_file(path) for path in sorted((sets / "questions").iterdir())}


def _rows(path: Path) -> list[dict[str, object]]:
    text = path.read_text(encoding="utf-8").strip()
    try:
        rows = json.loads(text) if text.startswith("[") else [json.loads(x) for x in text.splitlines() if x]
    except ValueError as error:
        raise InputError(f"{path}: dit is geen JSON ({error}).") from error
    return list(rows)


def _show(bars: Sequence[Bar], as_json: bool) -> None:
    if as_json:
        print_json({"bars": [_plain_bar(bar) for bar in bars]})
        return
    for bar in bars:
        low, high = bar.bounds
        console.print(f"{bar.name}: {bar.count} van {bar.of}, {bar.share:.0%} ({low:.0%}-{high:.0%})")
        for case in bar.cases[:_SHOWN]:
            console.print(f"    {case}")


def _plain_bar(bar: Bar) -> dict[str, Plain]:
    share: dict[str, Plain] = {"share": round(bar.share, 4), "interval": [round(b, 4) for b in bar.bounds]}
    return to_fields(bar, "name", "count", "of") | share | to_fields(bar, "cases")


evaluate_app = typer.Typer(
    no_args_is_help=True, help="Meet hoe goed het werkt; iedereen kan de cijfers nadoen."
)


def register(app: typer.Typer) -> None:
    """Hang these commands on `app`."""
    evaluate_app.command("retrieval")(_evaluate_search)
    evaluate_app.command("verifier")(_evaluate_checker)
    evaluate_app.command("drafts")(_evaluate_writing)
    evaluate_app.command("judge")(evaluate_judge)
    evaluate_app.command("instructions")(evaluate_instructions)
    evaluate_app.command("fairness")(_evaluate_equal_treatment)
    evaluate_app.command("privacy")(_evaluate_recognition)
    evaluate_app.command("ask")(_evaluate_asking)
    evaluate_app.command("collection")(_evaluate_collection)
    evaluate_app.command("positions")(_evaluate_changed_positions)
    evaluate_app.command("look-alikes")(_evaluate_look_alike_questions)
    evaluate_app.command("train-relevance")(_train_relevance)
    evaluate_app.command("train-line")(_train_newest_line)
    app.add_typer(evaluate_app, name="evaluate")
    app.command("tune")(_tune_search)


def _evaluate_checker(
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
        tell = partial(shown, "Controleren")
        if cases is not None:
            report = judge_cases(read_cases(cases, sources), progress=tell)
        else:
            report = evaluate_verifier(sources, limit=limit or None, progress=tell)
    if as_json:
        print_json(
            {
                **to_fields(report, "method", "detection", "false_alarms", "seconds_per_statement"),
                "kinds": [{**to_fields(kind), "rate": kind.rate} for kind in report.kinds],
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
    documents, failed = documents_in(paths)
    sources = [source for document in documents for source, _ in cut(document) if source.body.strip()]
    if not sources:
        raise InputError("In deze documenten staat niets om mee te meten.")
    return sources, failed


def _tune_search(
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
        _tune_relevance(actor)
        return
    with workplace_here() as workplace, progress() as shown:
        if revert >= 0:
            workplace.learning.revert(revert, actor=actor)
            if workplace.indexing.state().wanted:
                workplace.indexing.rebuild(actor=actor, progress=shown)
            console.print(f"Versie {revert} is weer in gebruik.")
            return
        cards = workplace.documents.list(actor, filters=Filters(collections=(collection,)), limit=_ALL)
        pairs = [
            LabelledPair(source.id, source.question, source.body, source.document.id)
            for card in cards
            for source in workplace.documents.sources_of(card.id, actor)
            if source.question.strip() and source.body.strip()
        ]
        current = workplace.learning.current()
        report = tune(pairs, current, workplace.indexing.encoder, workplace.indexing.vectors, shown)
        console.print(f"Geleerd van {report.learned_from} vragen, gemeten op {report.held_out} andere.")
        for way in report.ways:
            console.print(_compared(way))
        if not report.better:
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
    for comparison in way.comparisons:
        figures = (comparison.first, comparison.second, comparison.p)
        table.add_row(comparison.name, *(f"{figure:.3f}" for figure in figures))
    return table


def _evaluate_writing(
    pairs: Path | None = PAIRS,
    collection: str | None = _OR_COLLECTION,
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
        _measure_sets(sets, judgments, look_alikes, pairs, collection, as_json)
        return
    trial, failed = _drafting_trial(pairs, collection, questions, answers_only)
    cache = vector_cache()
    with progress() as shown:
        tell = partial(shown, "Opstellen")
        if curve:
            points = refusal_curve(trial, cache=cache, limit=limit or None, progress=tell)
        else:
            report, _ = evaluate_drafts(trial, cache=cache, limit=limit or None, progress=tell)
    if curve:
        _show_curve(points, as_json)
    else:
        _show_drafts(trial, to_fields(report), as_json)
    if failed:
        raise typer.Exit(1)


def _evaluate_equal_treatment(
    pairs: Path | None = PAIRS,
    collection: str | None = _OR_COLLECTION,
    limit: int = typer.Option(80, "--limit", min=0, help="Hoogstens zoveel vragen, verspreid (0: alle)."),
    as_json: bool = typer.Option(False, "--json", help="Als JSON, met de ergste gevallen."),
) -> None:
    """Maakt het uit wie vraagt of hoe? Dezelfde vraag namens elke partij en door verschillende vragers."""
    trial, failed = _drafting_trial(pairs, collection, None, False)
    sampled = evenly([one.text for one in trial.questions], limit or len(trial.questions))
    with progress() as shown:
        tell = partial(shown, "Vergelijken")
        report = evaluate_fairness(trial.entries, sampled, trial.label, cache=vector_cache(), progress=tell)
    if as_json:
        print_json({**to_fields(report), "unfair": report.unfair})
    else:
        heads = ("soort", "manier", "tegenover", "vragen", "volgorde", "keuze", "oordeel", "tekst")
        table = Table(*heads, "effect (95%)", "p")
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
        label = "de voorbeeldverzameling"
        documents, failed = documents_in(list(sample_documents()))
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
        print_json({"points": [to_fields(point) for point in points]})
        return
    table = Table("drempel", "helft", "ten onrechte geweigerd", "terecht geweigerd")
    for p in points:
        table.add_row(f"{p.sure:.2f}", str(p.half + 1), f"{p.refused_present:.3f}", f"{p.refused_absent:.3f}")
    console.print(table)


# How well questions to documents are answered, or refused.


def _evaluate_asking(
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
    library = _library(cases, documents)
    with progress() as shown:
        encoder, cache = set_encoder(), VectorCache(vector_cache())
        if learn is not None:
            weights = learn_weights(library, cases, encoder, cache)
            taught = sum(case.teaches for case in cases)
            learn.write_text(weights_json(weights, {"questions": taught}), "utf-8")
        chosen = [c for c in cases if part == "all" or c.teaches == (part == "teaching")]
        report = measure_questions(library, chosen, encoder, cache, progress=shown)
    if as_json:
        print_json(_ask_json(report))
    else:
        _print_ask(report)
    _show_wrong(report, show)


def _show_wrong(report: AskReport, show: int) -> None:
    right = [o.is_shown if o.case.answerable else not o.reply.answers for o in report.outcomes]
    for outcome in [o for o, is_right in zip(report.outcomes, right, strict=True) if not is_right][:show]:
        case, reply = outcome.case, outcome.reply
        first = next(iter((*reply.answers, *reply.near)), None)
        fail(
            f"{case.id} {case.kind} ({case.document}): {case.question!r} -> {reply.verdict.value}, "
            f"{first.quote[:100] if first else ''!r}"
        )


def _evaluate_collection(
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
        print_json({**_ask_json(report), "measured": to_plain(measured)})
    else:
        table = Table("datum", "vragen", "bij eerste 3 treffers", "getoond", "zonder antwoord", "geweigerd")
        for day in measured:
            shares = (f"{day.found:.0%}", f"{day.shown:.0%}", str(day.unanswerable), f"{day.refused:.0%}")
            table.add_row(f"{day.at:%Y-%m-%d %H:%M}", str(day.questions), *shares)
        console.print(table)
    _show_wrong(report, show)


def _library(cases: tuple[DocumentQuestion, ...], root: Path | None) -> ParsedLibrary:
    """The documents of the cases, read; raises InputError where none is there."""
    own = {f"sample:{path.name}": path for path in sample_documents()}
    own |= {f"{FICTIONAL}{path.name}": path for path in fictional_documents()}
    named = {case.document for case in cases}
    if any(name.startswith(FICTIONAL) for name in named):
        named |= {name for name in own if name.startswith(FICTIONAL)}  # also what nothing is asked of
    paths = [path for name in sorted(named) if (path := own.get(name, (root or Path()) / name)).exists()]
    if not paths:
        raise InputError("Geen van de documenten van deze vragen is er; geef hun map met --documents.")
    return ParsedLibrary(documents_in(paths)[0])


def _ask_json(report: AskReport) -> dict[str, Plain]:
    return {
        **_kind(report.all),
        **to_fields(report, "unanswerable", "refused", "absent"),
        "kinds": {kind.kind: _kind(kind) for kind in report.kinds},
    }


def _kind(kind: KindReport) -> dict[str, Plain]:
    return to_fields(kind, "questions", "found", "listed", "shown", "answered")


def _print_ask(report: AskReport) -> None:
    table = Table("soort", "vragen", "bij eerste 3 treffers", "bij eerste 3 getoond", "getoond", "beantwoord")
    for kind in (*report.kinds, report.all):
        shares = (kind.found, kind.listed, kind.shown, kind.answered)
        table.add_row(kind.kind, str(kind.questions), *(f"{share:.0%}" for share in shares))
    console.print(table)
    console.print(
        f"Van {report.unanswerable} vragen zonder antwoord: {report.refused:.0%} niet beantwoord, "
        f"{report.absent:.0%} 'dit staat er niet in'."
    )


# How well personal data are recognised.


def _evaluate_recognition(
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
                    to_fields(f, "kind", "present", "found", "false", "recall", "precision") for f in figures
                ],
            }
        )
    else:
        table = Table("soort", "aanwezig", "gevonden", "vals", "gevonden deel", "terecht deel")
        for f in figures:
            counts = map(str, (f.present, f.found, f.false))
            table.add_row(f.kind, *counts, f"{f.recall:.1%}", f"{f.precision:.1%}")
        console.print(table)
    for kind, text in report.missed[:show]:
        fail(f"gemist ({kind}): {text}")
    for kind, text in report.false[:show]:
        fail(f"vals ({kind}): {text}")
