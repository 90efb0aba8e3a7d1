"""An hour of files nobody would write, at every reader: coverage-guided, with atheris.

    python benchmarks/fuzz.py [--minutes N] [--only KIND] [--found FOLDER]

Needs atheris (`pip install atheris`, not one of the project's own requirements). Each kind of file gets its
share of the time, in a process of its own: seeds are the light cases of tests/parsing/hostile.py, words are
the strings in the readers' source. Packed files are packed anew around the part that was altered, or nearly
all would stop at a broken archive. A find is anything but a document or a reason within 20 s and 1 GB; it
stays in FOLDER. Status 1 where there was one. A find becomes a case in tests/parsing/hostile.py.
"""

from __future__ import annotations

import argparse
import ast
import itertools
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PARSING = ROOT / "src" / "learninglion" / "parsing"
SECONDS, MEGABYTES, LONGEST = 20, 1024, 48_000
TOGETHER = 3072  # MB, of the process that reads thousands of files
TEXT_KINDS = {"rtf": ".rtf", "page": ".html", "mail": ".eml", "typed": ".txt", "official": ".xml"}
PARTS = {"word": "word/document.xml", "styles": "word/styles.xml", "odt": "content.xml"}
KINDS = ("pdf", *PARTS, *TEXT_KINDS, "set")


def main(arguments: Sequence[str]) -> int:
    """Fuzz every kind for its share of the time."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--minutes", type=float, default=60.0)
    options.add_argument("--only", choices=KINDS)
    options.add_argument("--found", type=Path, default=Path(tempfile.gettempdir()) / "learninglion-fuzz")
    options.add_argument("--run", choices=KINDS, help=argparse.SUPPRESS)
    chosen, rest = options.parse_known_args(arguments)
    if chosen.run:
        return _run(chosen.run, rest)
    kinds = [chosen.only] if chosen.only else list(KINDS)
    return 1 if sum(_fuzz(kind, chosen.minutes * 60 / len(kinds), chosen.findings) for kind in kinds) else 0


def _fuzz(kind: str, seconds: float, findings: Path) -> int:
    """Fuzz one kind until the time is over; the process starts again after each find. How many there were."""
    folder = findings / kind
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for place, seed in enumerate(_seeds(kind)):
        (corpus / f"seed-{place}").write_bytes(seed)
    words = folder / "words.txt"
    words.write_text("".join(f'"{word}"\n' for word in _words()), encoding="ascii")
    end, finds, runs = time.monotonic() + seconds, 0, 0
    for number in itertools.count():
        if (left := int(end - time.monotonic())) <= 0:
            break
        command = [sys.executable, __file__, "--run", kind, str(corpus), f"-artifact_prefix={folder}/"]
        command += [f"-dict={words}", f"-max_total_time={left}", f"-timeout={SECONDS}"]
        command += [f"-rss_limit_mb={TOGETHER}", f"-max_len={LONGEST}", "-print_final_stats=1"]
        result = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
        executed = [line.split()[-1] for line in result.stderr.splitlines() if "executed_units" in line]
        runs += int(executed[0]) if executed else 0
        if result.returncode == 0:
            break
        if not _holds(kind, result.stderr):
            finds += 1
        (folder / f"end-{number}.log").write_text(result.stderr[-20_000:], encoding="utf-8")
    print(f"{kind}: {runs} files, {finds} finds, {seconds / 60:.1f} minutes", flush=True)
    return finds


def _holds(kind: str, output: str) -> bool:
    """Whether the file that ended the process does no harm when it is read by itself."""
    written = [line.rpartition(" ")[2] for line in output.splitlines() if "Test unit written to" in line]
    if not written:
        return False
    command = [sys.executable, __file__, "--run", kind, written[-1], f"-timeout={SECONDS}"]
    command.append(f"-rss_limit_mb={MEGABYTES}")
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _run(kind: str, arguments: Sequence[str]) -> int:
    """What each process does."""
    import atheris

    with atheris.instrument_imports(include=["learninglion.parsing"]):
        from learninglion.models import RawFile
        from learninglion.models.errors import LearningLionError
        from learninglion.parsing import parse
        from learninglion.parsing.sets import question_set_from_file

    wrap = _wrapper(kind)
    read: Callable[[RawFile], object] = question_set_from_file if kind == "set" else parse
    name = f"bestand{ {'pdf': '.pdf', 'odt': '.odt', 'set': '.txt', **TEXT_KINDS}.get(kind, '.docx') }"

    def one(data: bytes) -> None:
        try:
            read(RawFile(name, wrap(data), name))
        except (
            LearningLionError,
            RecursionError,
        ):  # a reason in words
            return

    atheris.Setup([sys.argv[0], *arguments], one)
    atheris.Fuzz()
    return 0


def _wrapper(kind: str) -> Callable[[bytes], bytes]:
    """What makes a file of the bytes."""
    part = PARTS.get(kind)
    if part is None:
        return lambda data: data
    sys.path.insert(0, str(ROOT / "tests" / "parsing"))
    from odtfiles import odt, par
    from wordfiles import docx, para

    text = "Een gewone zin over de dijk."
    made = odt(par(text)) if kind == "odt" else docx(para(text, style="S"))
    return lambda data: _replaced(made.content, str(part), data)


def _replaced(package: bytes, part: str, content: bytes) -> bytes:
    """The packed file with another part in place of (or beside) its own."""
    import io
    import zipfile

    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            if name != part:
                new.writestr(name, old.read(name))
        new.writestr(part, content)
    return buffer.getvalue()


def _seeds(kind: str) -> list[bytes]:
    """Where to begin: of the light hostile cases those of this kind, in the form that is altered."""
    import io
    import zipfile

    sys.path.insert(0, str(ROOT / "tests" / "parsing"))
    from hostile import catalogue

    from learninglion.parsing.office.ooxml import DAMAGED_ZIP

    endings = {"mail": (".eml", ".mht"), "page": (".html", ".htm"), "set": (".txt",)}.get(kind)
    endings = endings or (TEXT_KINDS.get(kind, {"pdf": ".pdf", "odt": ".odt"}.get(kind, ".docx")),)
    seeds = []
    with tempfile.TemporaryDirectory() as folder:
        for case in catalogue():
            if case.heavy or not case.name.endswith(endings):
                continue
            case.put(Path(folder))
            path = Path(folder) / case.name
            content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
            if kind in PARTS:
                try:
                    content = zipfile.ZipFile(io.BytesIO(content)).read(PARTS[kind])
                except (KeyError, *DAMAGED_ZIP):
                    content = b""
            if 0 < len(content) <= LONGEST:
                seeds.append(content)
    return seeds


def _words() -> list[str]:
    """The strings in the source of the readers: names of tags, operators and fields."""
    words: set[str] = set()
    for path in PARSING.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                words.update(word for word in node.value.split() if 1 < len(word) < 25)
    return sorted(
        word for word in words if word.isascii() and word.isprintable() and not set(word) & {'"', "\\"}
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
