"""How fast the store takes documents in, filters and hands them out, and what it takes of disk and memory.

python benchmarks/store.py --pairs 200000        documents of 8 pairs, made up from one vocabulary
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

from learninglion.database.engine import open_database
from learninglion.models import Answerer, Document, DocumentKind, Filters, QAPair, Span
from learninglion.parsing.passages import cut
from learninglion.store.store import Intake, Store

PAIRS = 8
MINISTRIES = tuple(f"Ministerie {n}" for n in range(14))
OPEN = frozenset({"openbaar"})


def build(number: int, chance: random.Random, words: list[str]) -> Intake:
    """A document with pairs of the usual length: 30 words asked, 120 answered."""
    text, pairs = "", []
    for n in range(1, PAIRS + 1):
        question_text, answer_text = sentence(chance, words, 15) * 2, sentence(chance, words, 20) * 6
        question = Span(len(text), len(text) + len(question_text))
        answer = Span(question.end + 1, question.end + 1 + len(answer_text))
        text += f"{question_text}\n{answer_text}\n"
        pairs.append(QAPair((n,), question, answer, 1, 1, (n,)))
    day = date(2011, 1, 1) + timedelta(days=number % 5000)
    ministry = MINISTRIES[number % len(MINISTRIES)]
    document = Document(
        id=f"ah-tk-{number}",
        sha256=f"{number:064x}",
        title=f"Document {number}",
        kind=DocumentKind.KAMERVRAGEN,
        text=text,
        received_on=day,
        ministry=ministry,
        answerers=(Answerer(f"Bewindspersoon {number % 200}", "Minister", ministry),),
        pairs=tuple(pairs),
    )
    return Intake(document, cut(document))


def sentence(chance: random.Random, words: list[str], length: int) -> str:
    """Some words, a full stop and a space."""
    return " ".join(chance.choices(words, k=length)) + ". "


def timed(results: dict[str, float], name: str, action: Callable[[], object], times: int = 20) -> None:
    """The median time of an action in milliseconds."""
    spent = []
    for _ in range(times):
        began = time.perf_counter()
        action()
        spent.append((time.perf_counter() - began) * 1000)
    results[name] = round(statistics.median(spent), 3)


def fill(store: Store, count: int, per_transaction: int) -> Iterator[float]:
    """Take in documents; yields the seconds that only the store took, by transaction."""
    chance = random.Random(7)
    words = [f"woord{n}" for n in range(20_000)]
    for start in range(0, count, per_transaction):
        some = [build(n, chance, words) for n in range(start, min(count, start + per_transaction))]
        began = time.perf_counter()
        store.put_many(some, "openbaar" if start % 5 else "intern")
        yield time.perf_counter() - began


def measure_reading(url: str, home: Path) -> dict[str, float]:
    """What a fresh process needs: opening, filtering, handing out, adding."""
    results: dict[str, float] = {}
    began = time.perf_counter()
    store = Store(open_database(url), home)
    results["open, ms"] = round((time.perf_counter() - began) * 1000, 1)
    began = time.perf_counter()
    store.scope(Filters(), OPEN)
    results["first scope (loads the catalogue), ms"] = round((time.perf_counter() - began) * 1000, 1)
    years = iter(range(1, 10_000))

    def fresh_scope() -> None:
        since = date(2012, 1, 1) + timedelta(days=next(years))
        store.scope(Filters(since=since, ministries=MINISTRIES[:3], answerers=("persoon 1",)), OPEN)

    timed(results, "a new scope with four criteria, ms", fresh_scope)
    again = Filters(since=date(2018, 1, 1))
    store.scope(again, OPEN)
    timed(results, "a scope asked before, ms", lambda: store.scope(again, OPEN), 200)
    chance = random.Random(3)
    total = store.counts(None).documents
    wanted = [[f"ah-tk-{chance.randrange(total)}#{n}" for n in range(1, 6)] * 2 for _ in range(400)]
    rounds = iter(wanted)
    timed(results, "ten sources by id, ms", lambda: store.sources(next(rounds), None), 200)
    timed(
        results, "a whole document, ms", lambda: store.document(f"ah-tk-{chance.randrange(total)}", None), 100
    )
    began = time.perf_counter()
    counter = store.change_counter()
    ids = [change.document_id for change in store.changes_after(0)]
    results["all changes, ms"] = round((time.perf_counter() - began) * 1000, 1)
    began = time.perf_counter()
    read = sum(len(passages) for _, passages in store.entries_of(ids[:2000]))
    results["passages read a second, for an index"] = round(read / (time.perf_counter() - began))
    words = [f"woord{n}" for n in range(20_000)]
    extra = [build(10_000_000 + n, chance, words) for n in range(100)]
    began = time.perf_counter()
    for intake in extra:
        store.put(intake.document, intake.entries, None, "openbaar")
    results["100 more documents, one transaction each, ms"] = round((time.perf_counter() - began) * 1000, 1)
    began = time.perf_counter()
    store.scope(again, OPEN)
    results["the catalogue follows them, ms"] = round((time.perf_counter() - began) * 1000, 1)
    assert len(store.changes_after(counter)) == 100
    results["peak memory, MB"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return results


def main() -> None:
    """Fill a store, then measure it in a process of its own."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--pairs", type=int, default=10_000)
    arguments.add_argument("--per-transaction", type=int, default=100)
    arguments.add_argument("--read", nargs=2, metavar=("URL", "HOME"), help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.read:
        print(json.dumps(measure_reading(given.read[0], Path(given.read[1]))))
        return
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        url = f"sqlite:///{home / 'x.db'}"
        store = Store(open_database(url), home)
        count = given.pairs // PAIRS
        seconds = sum(fill(store, count, given.per_transaction))
        size = sum((home / name).stat().st_size for name in ("x.db", "x.db-wal")) / 1e6
        results: dict[str, float] = {
            "pairs": count * PAIRS,
            "pairs taken in a second (store alone)": round(count * PAIRS / seconds),
            "database, MB": round(size),
        }
        command = [sys.executable, __file__, "--read", url, str(home)]
        read = subprocess.run(command, capture_output=True, text=True, check=True)
        results |= json.loads(read.stdout)
    for name, value in results.items():
        print(f"{name:55} {value:>12}")


if __name__ == "__main__":
    main()
