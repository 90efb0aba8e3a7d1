"""How fast published Kamervragen are parsed, beside pymupdf4llm, on one core and in one run.

    python benchmarks/parsing.py [FOLDER] [--rounds N] [--peer-python PYTHON]

Without FOLDER the ten published sets next to the checkout are used, or else the sample corpus. The peer
runs in the Python of --peer-python (this one by default), turn by turn with ours. Seconds are seconds of
processor time, so that other work on the machine does not count. "characters" is the floor: PDFium
reading characters, places and sizes, and nothing else.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from pypdfium2 import raw

from learninglion.models import RawFile
from learninglion.parsing import parse
from learninglion.parsing.pdf.characters import open_pdf, page_view, read_glyphs

ROOT = Path(__file__).resolve().parents[1]
BAR_PAGES = 120.0
BAR_TIMES = 20.0

_PEER = """
import json, sys, time
import pymupdf, pymupdf4llm
paths = sys.argv[1:]
pymupdf4llm.to_markdown(paths[0], show_progress=False)
for line in sys.stdin:
    start = time.process_time()
    for path in paths:
        pymupdf4llm.to_markdown(path, show_progress=False)
    print(json.dumps(time.process_time() - start), flush=True)
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print a table, and return 1 where a bar is missed."""
    options = _read_options(arguments)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    paths = sorted(options.folder.glob("*.pdf"))
    if not paths:
        print(f"no PDF in {options.folder}")
        return 2
    files = [RawFile(path.name, path.read_bytes(), path.name) for path in paths]
    pages = sum(len(parse(file).page_starts) for file in files)
    peer = _start_peer(options.peer_python, paths)
    seconds: dict[str, list[float]] = {"characters": [], "learninglion": [], "pymupdf4llm": []}
    for _ in range(options.rounds):
        seconds["characters"].append(_time(lambda: _read_characters(files)))
        seconds["learninglion"].append(_time(lambda: [parse(file) for file in files]))
        if peer is not None:
            seconds["pymupdf4llm"].append(_ask(peer))
    if peer is not None and peer.stdin is not None:
        peer.stdin.close()
        peer.wait(timeout=30)
    return _report(seconds, pages, len(files), options.rounds)


def _read_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    real = ROOT / ".." / "shared" / "data" / "kamervragen" / "pdf"
    sample = ROOT / "src" / "learninglion" / "sample" / "pdf"
    parser.add_argument("folder", nargs="?", type=Path, default=real if real.is_dir() else sample)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--peer-python", default=sys.executable)
    return parser.parse_args(arguments)


def _time(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _read_characters(files: Sequence[RawFile]) -> None:
    for file in files:
        with open_pdf(file.content, file.name) as document:
            for index in range(raw.FPDF_GetPageCount(document)):
                page = raw.FPDF_LoadPage(document, index)
                read_glyphs(page, page_view(page))
                raw.FPDF_ClosePage(page)


def _start_peer(python: str, paths: Sequence[Path]) -> subprocess.Popen[str] | None:
    """The peer in a process of its own, on the same core; None where it is not installed."""
    imported = subprocess.run([python, "-c", "import pymupdf4llm"], capture_output=True, check=False)
    if imported.returncode:
        print(f"pymupdf4llm is not installed in {python}; measuring without it")
        return None
    return subprocess.Popen(
        [python, "-c", _PEER, *map(str, paths)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )


def _ask(peer: subprocess.Popen[str]) -> float:
    """The seconds one round of the peer takes."""
    if peer.stdin is None or peer.stdout is None:
        raise RuntimeError("the peer has no pipes")
    peer.stdin.write("\n")
    peer.stdin.flush()
    while True:
        line = peer.stdout.readline()
        if not line:
            raise RuntimeError("the peer stopped")
        try:
            return float(json.loads(line))
        except ValueError:
            continue  # something the peer prints of its own accord


def _report(seconds: dict[str, list[float]], pages: int, files: int, rounds: int) -> int:
    sha = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    print(
        f"{files} files, {pages} pages, {rounds} rounds, one core of {_processor()}, {sha.stdout.strip()}\n"
    )
    print("| what | pages a second (median) | best |\n| --- | ---: | ---: |")
    rates = {}
    for name, taken in seconds.items():
        if taken:
            rates[name] = pages / statistics.median(taken)
            print(f"| {name} | {rates[name]:.0f} | {pages / min(taken):.0f} |")
    good = rates["learninglion"] >= BAR_PAGES
    if "pymupdf4llm" in rates:
        times = rates["learninglion"] / rates["pymupdf4llm"]
        good = good and times >= BAR_TIMES
        print(f"\nlearninglion / pymupdf4llm: {times:.1f} times")
    verdict = "held" if good else "MISSED"
    compared = f"{BAR_TIMES:.0f} times the peer" if "pymupdf4llm" in rates else "peer not measured"
    print(f"bars ({BAR_PAGES:.0f} pages a second, {compared}): {verdict}")
    return 0 if good else 1


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.is_file():
        for line in information.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


if __name__ == "__main__":
    sys.exit(main())
