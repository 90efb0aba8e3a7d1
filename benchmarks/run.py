"""Every comparison that `make bench` makes, one after another; what they print goes to results/<git SHA>/.

The scripts can be run one by one as well: each says at its top what it measures and against what. Run them on
a machine that does nothing else.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / ".." / "shared" / "data"
LEARNINGLION = [sys.executable, "-c", "from learninglion.cli import main; main()"]


def main() -> int:
    """Run all; 1 when one of them failed or missed its bar."""
    sha = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    results = ROOT / "benchmarks" / "results" / (sha.stdout.strip() or "unknown")
    results.mkdir(parents=True, exist_ok=True)
    here = ROOT / "benchmarks"
    documents = DATA / "kamervragen" / "pdf"
    commands = {
        "parsing": [sys.executable, str(here / "parsing.py")],
        "verifier": [
            *LEARNINGLION,
            "evaluate",
            "verifier",
            *([str(documents)] if documents.is_dir() else []),
        ],
        "store": [sys.executable, str(here / "store.py")],
        "embedding": [sys.executable, str(here / "embedding.py")],
        "repeatability": [sys.executable, str(here / "repeatability.py")],
        "drafts-sample": [*LEARNINGLION, "evaluate", "drafts"],
    }
    pairs = DATA / "kamervragen" / "qa-pairs.jsonl"
    if pairs.is_file():
        commands["synonyms"] = [sys.executable, str(here / "synonyms.py"), str(pairs)]
        commands["retrieval"] = [sys.executable, str(here / "retrieval.py"), str(pairs)]
        commands["drafts"] = [*LEARNINGLION, "evaluate", "drafts", "--pairs", str(pairs), "--limit", "100"]
    failed = []
    for name, command in commands.items():
        print(f"== {name}", flush=True)
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        (results / f"{name}.txt").write_text(done.stdout + done.stderr, encoding="utf-8")
        print(done.stdout + done.stderr, flush=True)
        if done.returncode:
            failed.append(name)
    print(f"results in {results.relative_to(ROOT)}; failed: {', '.join(failed) or 'none'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
