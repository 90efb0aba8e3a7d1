"""Whether a whole draft comes out byte for byte the same in separate processes.

    python benchmarks/repeatability.py
    python benchmarks/repeatability.py --gguf MODEL.gguf --context 2048
    python benchmarks/repeatability.py --questions SET.pdf --documents FOLDER --runs 20

Takes the documents in once (the sample archive unless told otherwise), then runs `learninglion draft --json`
in as many processes as asked, each with another hash seed, and compares what they print.
Status 1 when they differ.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from learninglion.sample import sample_documents, sample_question_set

LEARNINGLION = [sys.executable, "-c", "from learninglion.cli import main; main()"]


def run(command: list[str], environment: dict[str, str]) -> bytes:
    """What a command of the program prints; stops when it fails."""
    done = subprocess.run([*LEARNINGLION, *command], env=environment, capture_output=True, check=False)
    if done.returncode:
        sys.exit(done.stderr.decode())
    return done.stdout


def main() -> int:
    """Draft, compare and print; 1 when not all runs gave the same bytes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--questions", type=Path, default=sample_question_set())
    parser.add_argument("--documents", type=Path, help="folder to take in, not the sample archive")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--gguf", type=Path, help="a model file; without it sentences are copied")
    parser.add_argument("--context", type=int, default=4096)
    parser.add_argument("--max-tokens", type=int, default=400)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="learninglion-") as home:
        environment = {**os.environ, "LEARNINGLION_HOME": home}
        if options.gguf:
            environment |= {
                "LEARNINGLION_GENERATOR_KIND": "gguf",
                "LEARNINGLION_GENERATOR_PATH": str(options.gguf.resolve()),
                "LEARNINGLION_GENERATOR_CONTEXT_TOKENS": str(options.context),
                "LEARNINGLION_GENERATOR_MAX_TOKENS": str(options.max_tokens),
            }
        documents = [options.documents] if options.documents else sample_documents()
        run(["ingest", *(str(path) for path in documents)], environment)
        generator = "llm" if options.gguf else "extractive"
        command = ["draft", "--questions", str(options.questions), "--generator", generator, "--json"]
        digests: Counter[str] = Counter()
        for number in range(options.runs):
            began = time.perf_counter()
            printed = run(command, {**environment, "PYTHONHASHSEED": str(number)})
            digests[hashlib.sha256(printed).hexdigest()] += 1
            sys.stderr.write(f"{number + 1}/{options.runs} {time.perf_counter() - began:.1f} s\n")
    (digest, same), *others = digests.most_common()
    print(
        f"{generator}: {same} of {options.runs} runs gave the same {digest[:16]}; "
        f"{len(others)} other outcomes"
    )
    return 1 if others else 0


if __name__ == "__main__":
    sys.exit(main())
