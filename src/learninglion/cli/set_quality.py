"""Commands that measure drafts by people's judgment, and teach the measure of relevance from it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import typer

from learninglion.cli.material import collection_entries, vector_cache
from learninglion.cli.opening import workplace_here
from learninglion.cli.terminal import console, fail, print_json, progress
from learninglion.evaluation.asked import document_entries
from learninglion.evaluation.choices import learn_from_choices, of_dossiers
from learninglion.evaluation.positions import evaluate_positions, train_line, write_line
from learninglion.evaluation.relevance import (
    Example,
    case_texts,
    find_centre,
    held_out,
    of_judged,
    of_look_alikes,
    of_own_wording,
    shipped_cases,
    train,
    write_weights,
)
from learninglion.evaluation.sets import (
    Bar,
    Desk,
    Judgment,
    evaluate_look_alikes,
    evaluate_own_wording,
    evaluate_sets,
    judged_sets,
    read_judgments,
)
from learninglion.evaluation.testset import LabelledPair, pair_entries, read_pairs
from learninglion.inference.encoders import NanoEncoder
from learninglion.models import Actor, QuestionSet, SubQuestion
from learninglion.models.errors import InputError, LearningLionError
from learninglion.models.plain import Plain
from learninglion.workflow import parse_files, read_question_file
from learninglion.workflow.documents import Entry

__all__ = [
    "evaluate_changed_positions",
    "measure_sets",
    "train_newest_line",
    "train_relevance",
    "tune_relevance",
]

_SHOWN = 10  # worst cases a bar shows


def measure_sets(
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
    own = Desk(collection_entries(collection), cache=vector_cache()) if collection is not None else None
    desk, names = (own, {}) if own is not None else _desk(sets, pairs)
    bars: list[Bar] = []
    with progress() as shown:

        def tell(what: str, done: int, total: int) -> None:
            shown(what, done, total)

        if sets is not None:
            judged = read_judgments(judgments or sets / "judgments.jsonl", names)
            asked = {name: (s.introduction, s.questions) for name, s in _question_sets(sets).items()}
            bars += evaluate_sets(desk, asked, judged, lambda d, t: tell("Sets", d, t))
        elif judgments is not None:
            judged = read_judgments(judgments, names)
            bars += evaluate_sets(desk, judged_sets(judged), judged, lambda d, t: tell("Sets", d, t))
        if look_alikes is not None:
            bars += evaluate_look_alikes(desk, look_alikes, lambda d, t: tell("Gelijkenis", d, t))
        if pairs is not None:
            bars += evaluate_own_wording(desk, read_pairs(pairs), lambda d, t: tell("Eigen woorden", d, t))
    _show(bars, as_json)


def evaluate_changed_positions(
    positions: Path | None = typer.Option(
        None, "--positions", help="Paren van een ouder en een nieuwer antwoord (JSON of JSON Lines)."
    ),
    part: str = typer.Option("", "--part", help="Alleen dit deel van de meegeleverde: train of kept."),
    as_json: bool = typer.Option(False, "--json", help="Als JSON."),
) -> None:
    """Geeft een voorstel de lijn van vandaag? Paren van een ouder en een nieuwer antwoord, met een vraag."""
    rows = None
    if positions is not None:
        rows = _rows(positions)
    _show(evaluate_positions(rows, part=part, cache=vector_cache()), as_json)


def train_relevance(
    output: Path = typer.Option(..., "--output", help="Waar de gewichten (JSON) komen te staan."),
    sets: Path | None = typer.Option(None, "--sets", help="Map met archive, questions en judgments.jsonl."),
    look_alikes: Path | None = typer.Option(
        None, "--look-alikes", help="Vragen in andere woorden, en die alleen lijken."
    ),
    pairs: Path | None = typer.Option(None, "--pairs", help="Vragen met hun antwoord (JSON Lines)."),
) -> None:
    """Leer de maat opnieuw uit de meegeleverde gevallen en, als u die geeft, uit beoordeelde sets."""
    encoder = NanoEncoder()
    examples = [*shipped_cases("train"), *_judged_examples(sets, look_alikes, pairs)]
    kept = list(shipped_cases("kept"))
    with progress() as shown:
        trained = train(
            examples,
            encoder=encoder,
            centre=find_centre(encoder, case_texts("train")),
            progress=lambda done, total: shown("Lezen", done, total),
        )
        figures = held_out(kept, trained, encoder)
    card: dict[str, object] = {
        "examples": len(examples),
        "kept": len(kept),
        "learned_from": [p.name for p in (sets, look_alikes, pairs) if p is not None],
        **figures,
    }
    output.write_text(write_weights(trained, card), encoding="utf-8")
    for name, value in card.items():
        console.print(f"{name}: {value}")


def train_newest_line(
    output: Path = typer.Option(..., "--output", help="Waar de gewichten (JSON) komen te staan."),
    pairs: Path | None = typer.Option(None, "--pairs", help="Vragen met hun antwoord (JSON Lines)."),
) -> None:
    """Leer opnieuw wanneer een nieuwer antwoord een ouder inhaalt: uit meegeleverde paren en echte tekst."""
    weights, card = train_line(read_pairs(pairs) if pairs is not None else (), vector_cache())
    output.write_text(write_line(weights, card), encoding="utf-8")
    for name, value in card.items():
        console.print(f"{name}: {value}")


def tune_relevance(actor: Actor) -> None:
    """Let the measure of relevance learn from what people chose and rejected in the dossiers here."""
    with workplace_here() as workplace, progress() as shown:
        cards = workplace.dossiers.list(actor, limit=_ALL)
        examples = list(of_dossiers(workplace.dossiers.load(card.id, actor) for card in cards))
        report = learn_from_choices(
            examples, workplace.learning.measure(), lambda done, total: shown("Lezen", done, total)
        )
        told = report.comparison
        console.print(
            f"Geleerd van {report.questions} vragen. Op vragen waarvan het niet leerde, per keuze: "
            f"{told.first:.3f} zoals het was, {told.second:.3f} zoals geleerd (kans op toeval {told.p:.3f})."
        )
        if not report.kept:
            console.print("Niet aantoonbaar beter: er verandert niets.")
            return
        figures: list[Plain] = [told.first, told.second, told.p]
        details: dict[str, Plain] = {
            "learned": "relevance",
            "questions": report.questions,
            told.name: figures,
        }
        number = workplace.learning.keep_measure(
            write_weights(report.weights, {"learned_from": "choices", "questions": report.questions}),
            actor=actor,
            details=details,
        )
    console.print(
        f"Beter: versie {number} is nu in gebruik. Terug kan met: learninglion tune --revert {number - 1}"
    )


_ALL = 1_000_000


def _judged_examples(sets: Path | None, look_alikes: Path | None, pairs: Path | None) -> Sequence[Example]:
    if sets is None and look_alikes is None and pairs is None:
        return ()
    desk, names = _desk(sets, pairs)
    found: list[Example] = []
    if look_alikes is not None:
        rows = [{k: str(v) for k, v in row.items()} for row in _rows(look_alikes)]
        offered = {n: desk.offer([SubQuestion((1,), row[n]) for row in rows]) for n in ("para", "near")}
        found.extend(of_look_alikes(rows, offered))
    if sets is not None:
        judged = read_judgments(sets / "judgments.jsonl", names)
        for name, asked in _question_sets(sets).items():
            found.extend(_of_set(desk, name, asked, judged))
    if pairs is not None:
        some: list[LabelledPair] = list(read_pairs(pairs))[::_EVERY]
        asked_again = desk.offer([SubQuestion((1,), pair.question) for pair in some])
        for pair, offers in zip(some, asked_again, strict=True):
            found.extend(of_own_wording(pair.id, pair.question, offers))
    return found


_EVERY = 8  # of the archive's own questions; they are easy, and many


def _of_set(desk: Desk, name: str, asked: QuestionSet, judged: Sequence[Judgment]) -> list[Example]:
    found: list[Example] = []
    known = {j.numbers: j for j in judged if j.set == name}
    offered = desk.offer(asked.questions, asked.introduction)
    for question, offers in zip(asked.questions, offered, strict=True):
        judgment = known.get(question.numbers)
        if judgment is not None:
            labels = [judgment.label(h.source.document.id, h.source.numbers) for h in offers]
            found.extend(of_judged(name, question.text, labels, offers))
    return found


def _desk(sets: Path | None, pairs: Path | None) -> tuple[Desk, dict[str, str]]:
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
    return Desk(entries, cache=vector_cache()), names


def _question_sets(sets: Path) -> dict[str, QuestionSet]:
    return {path.stem: read_question_file(path) for path in sorted((sets / "questions").iterdir())}


def _rows(path: Path) -> list[dict[str, object]]:
    text = path.read_text(encoding="utf-8").strip()
    try:
        found = json.loads(text) if text.startswith("[") else [json.loads(x) for x in text.splitlines() if x]
    except ValueError as error:
        raise InputError(f"{path}: dit is geen JSON ({error}).") from error
    return list(found)


def _show(bars: Sequence[Bar], as_json: bool) -> None:
    if as_json:
        told: list[Plain] = [
            {
                "name": bar.name,
                "count": bar.count,
                "of": bar.of,
                "share": round(bar.share, 4),
                "interval": [round(b, 4) for b in bar.bounds],
                "cases": list(bar.cases),
            }
            for bar in bars
        ]
        print_json({"bars": told})
        return
    for bar in bars:
        low, high = bar.bounds
        console.print(f"{bar.name}: {bar.count} van {bar.of}, {bar.share:.0%} ({low:.0%}-{high:.0%})")
        for case in bar.cases[:_SHOWN]:
            console.print(f"    {case}")
