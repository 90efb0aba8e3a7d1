"""How often the checker is right, and what it costs: on every kind of case made from real sentences.

    python benchmarks/verifier.py ../shared/data/kamervragen/qa-pairs.jsonl
    python benchmarks/verifier.py FOLDER_WITH_PDFS --limit 500 --mistakes 10

Prints one line a kind, then the speed of checking verbatim and altered statements on one core.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median, quantiles

from learninglion.checking.verify import check
from learninglion.evaluation.testset import pair_entries, read_pairs
from learninglion.evaluation.verifier import Case, evaluate_verifier, make_cases
from learninglion.models import RawFile, Source
from learninglion.parsing import parse
from learninglion.parsing.passages import cut


def read_sources(path: Path) -> list[Source]:
    """The sources of a pairs file, or of all PDFs in a folder."""
    if path.is_file():
        return [source for source, _ in pair_entries(read_pairs(path))]
    documents = (parse(RawFile(f.name, f.read_bytes(), str(f))) for f in sorted(path.glob("*.pdf")))
    return [source for document in documents for source, _ in cut(document) if source.body]


def time_cases(cases: Sequence[Case]) -> tuple[float, float]:
    """Median and 99th percentile in milliseconds."""
    spent = []
    for case in cases:
        began = time.perf_counter()
        check(case.statement, case.sources)
        spent.append(1000 * (time.perf_counter() - began))
    return median(spent), quantiles(spent, n=100)[98]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--limit", type=int, default=None, help="cases a kind")
    parser.add_argument("--mistakes", type=int, default=0, help="how many to print")
    given = parser.parse_args()
    sources = read_sources(given.path)
    report = evaluate_verifier(sources, limit=given.limit)
    print(f"{report.method}; {len(sources)} sources")
    for kind in report.kinds:
        expected = "supported" if kind.supported else "altered"
        print(f"{expected:10} {kind.kind:20} {kind.cases:6} {kind.rate:8.2%}")
    print(f"detection {report.detection:.2%}, false alarms {report.false_alarms:.2%}")
    cases = list(make_cases(sources, limit=200))
    for name, chosen in (
        ("verbatim", [c for c in cases if c.how == "whole"]),
        ("all other", [c for c in cases if c.how != "whole"]),
    ):
        middle, high = time_cases(chosen)
        print(f"{name}: median {middle:.2f} ms, 99% within {high:.2f} ms")
    for case, result in report.mistakes[: given.mistakes]:
        print(f"\n{case.kind} ({case.how}): {result.verdict.value} {result.reasons}\n  {case.statement.text}")


if __name__ == "__main__":
    main()
