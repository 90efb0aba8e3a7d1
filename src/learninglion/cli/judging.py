"""`learninglion judge`: people say how relevant results are, without knowing what found them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import typer
from rich.table import Table

from learninglion.cli.measuring import open_trial, set_encoder, tuned_fusion, vector_cache
from learninglion.cli.terminal import console, fail, print_json, progress
from learninglion.evaluation.judgements import GRADES, agreement, judge, pooled, read_judgements
from learninglion.evaluation.testset import Trial, sampled
from learninglion.models import Source
from learninglion.models.errors import InputError
from learninglion.models.plain import Plain, to_plain

judge_app = typer.Typer(invoke_without_command=True)
_KEYS = "0 = niet relevant, 1 = deels, 2 = helemaal, s = overslaan, t = vorige opnieuw, q = stoppen"


def register(app: typer.Typer) -> None:
    """Hang these commands on `app`."""
    app.add_typer(judge_app, name="judge")


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
    pairs: Path | None = typer.Option(
        None, "--pairs", help="Vragen met hun antwoord (JSON Lines: id, question, answer)."
    ),
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
    given = _ask_all(left, out, name)
    console.print(f"{given} oordelen bewaard in {out}; nog {len(left) - given} te gaan.")


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
    given: set[int] = set()
    at = 0
    while at < len(items):
        _show(items[at], at, len(items))
        answer = _ask()
        if answer == "q":
            break
        if answer == "t":
            at = max(0, at - 1)
            continue
        if answer != "s":
            judge(out, items[at].query, items[at].name, int(answer), name)
            given.add(at)
        at += 1
    return len(given)


def _show(item: _Item, at: int, total: int) -> None:
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
