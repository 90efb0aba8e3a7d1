"""`learninglion evaluate retrieval`: how well search finds, and whether two ways really differ."""

from __future__ import annotations

from pathlib import Path

import typer
from rich.table import Table

from learninglion.cli.material import (
    open_trial,
    read_grades,
    set_encoder,
    set_reranking,
    tuned_encoder,
    tuned_fusion,
    vector_cache,
    write_page,
)
from learninglion.cli.terminal import console, fail, print_json, progress
from learninglion.evaluation.configuration import Configuration, read_configuration
from learninglion.evaluation.report import SIGNIFICANT, in_words, retrieval_page, verdict
from learninglion.evaluation.retrieval import RetrievalReport, compare_reports, evaluate
from learninglion.evaluation.testset import read_pairs, sampled
from learninglion.models.errors import InputError
from learninglion.models.plain import Plain
from learninglion.search.fusion import DEFAULT, Fusion

__all__ = ["evaluate_search"]

_NAMED = {
    "shipped": Configuration(),
    "words": Configuration(signals="words"),
    "meaning": Configuration(signals="meaning"),
    "reranker": Configuration(reranker=True),
}


def evaluate_search(
    pairs: Path | None = typer.Option(
        None, "--pairs", help="Vragen met hun antwoord (JSON Lines: id, question, answer)."
    ),
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
    check = report.calibration
    calibration: dict[str, Plain] = {
        "error": check.error,
        "answerable": check.answerable,
        "threshold": check.threshold,
        "caught": check.caught,
        "false_alarms": check.false_alarms,
    }
    intervals: dict[str, Plain] = {m.name: [m.low, m.high] for m in report.measures}
    told: dict[str, Plain] = {
        **report.as_plain(),
        "queries": report.queries,
        "left_out": report.left_out,
        "pool": report.pool,
        "judged": report.judged,
        "tuned": report.tuned,
        "encoder": report.encoder,
        "reranker": report.reranker,
        "data_sha256": report.data_sha256,
        "intervals": intervals,
        "calibration": calibration,
    }
    if compared is not None:
        name, other = compared
        found = compare_reports(report, other)
        p: dict[str, Plain] = {c.name: c.p for c in found}
        told["against"] = {"name": name, "reranker": other.reranker, **other.as_plain(), "p": p}
    return told


def _print(report: RetrievalReport, compared: tuple[str, RetrievalReport] | None) -> None:
    if compared is None:
        table = Table("maat", "waarde", "95%-interval")
        for found in report.measures:
            table.add_row(found.name, f"{found.value:.3f}", f"{found.low:.3f} - {found.high:.3f}")
    else:
        name, other = compared
        table = Table("maat", "waarde", "95%-interval", name, "verschil", "p", "oordeel")
        for found, c in zip(report.measures, compare_reports(report, other), strict=True):
            table.add_row(
                found.name,
                f"{found.value:.3f}",
                f"{found.low:.3f}-{found.high:.3f}",
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
