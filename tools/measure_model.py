"""Measure a language model on the sample archive and put its row in docs/models.md.

    python tools/measure_model.py --gguf model.gguf --licence Apache-2.0
    python tools/measure_model.py --endpoint http://127.0.0.1:11434/v1 --model NAME --licence MIT

Each question of the sample archive is asked with its own answer and two answers on other subjects as chosen
sources, so the answer is always there.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from learninglion.drafting.verdict import verify
from learninglion.drafting.write import (
    FELL_BACK,
    SUPPLEMENTED,
    Progress,
    Stage,
    WritingOptions,
    rules_gate,
    write,
)
from learninglion.dutch.text import words
from learninglion.inference import open_generator
from learninglion.inference.generators import Generator, GeneratorChoice, GeneratorKind
from learninglion.models import Chooser, RawFile, Selection, Source, SourceKind, SubQuestion
from learninglion.models.errors import LearningLionError
from learninglion.parsing import parse
from learninglion.parsing.passages import cut
from learninglion.sample import sample_documents

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "models.md"
_FEWEST_WORDS = 12  # shorter answers ("Ja.") say nothing about a model


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured of one model."""

    model: str
    licence: str
    shape: str
    questions: int
    proposed: int
    held: int
    fell_back: int
    first: float | None  # median seconds to the first sentence that held
    seconds: float  # median seconds a question
    sha256: str

    def line(self) -> str:
        """The row of the table."""
        share = f"{100 * self.held / self.proposed:.0f}%" if self.proposed else "-"
        first = "-" if self.first is None else f"{self.first:.1f}"
        cells = (
            self.model, self.licence, self.shape, self.questions, self.proposed, f"{self.held} ({share})",
            self.fell_back, first, f"{self.seconds:.1f}", self.sha256[:12] or "not told",
        )  # fmt: skip
        return "| " + " | ".join(str(c) for c in cells) + " |"


def selections(limit: int) -> tuple[Selection, ...]:
    """`limit` questions spread evenly over the sample archive, each with its answer and two others."""
    pairs = [s for s in _pairs() if len(words(s.body)) >= _FEWEST_WORDS]
    step = max(1, len(pairs) // limit)
    chosen = []
    for n in range(0, step * limit, step):
        if n >= len(pairs):
            break
        own = pairs[n]
        others = [p for p in pairs if p.document.id != own.document.id]
        sources = (own, others[n % len(others)], others[(n + len(others) // 2) % len(others)])
        question = SubQuestion((1,), own.question)
        chosen.append(Selection(question, "", (), sources, chosen_by=Chooser.PERSON))
    return tuple(chosen)


def _pairs() -> Iterator[Source]:
    for folder in sample_documents():
        for path in sorted([folder] if folder.is_file() else folder.glob("*.pdf")):
            document = parse(RawFile(path.name, path.read_bytes(), str(path)))
            yield from (source for source, _ in cut(document) if source.kind is SourceKind.PAIR)


def measure(generator: Generator, licence: str, limit: int, max_tokens: int) -> Row:
    """Ask every question once."""
    proposed = held = fell_back = 0
    firsts: list[float] = []
    seconds: list[float] = []
    shape = ""
    chosen = selections(limit)
    for selection in chosen:
        began = time.perf_counter()
        first: list[float] = []

        def tell(progress: Progress, began: float = began, first: list[float] = first) -> None:
            if progress.stage is Stage.SENTENCE and not first:
                first.append(time.perf_counter() - began)

        options = WritingOptions(max_tokens=max_tokens)
        draft = write(selection, generator, rules_gate(), options=options, on_event=tell)
        seconds.append(time.perf_counter() - began)
        parameters = dict(draft.provenance.parameters)
        shape = parameters["shape"]
        checked = verify(draft)
        copied = FELL_BACK in parameters
        fell_back += copied
        own = 0 if copied else len(checked.shown) - int(parameters.get(SUPPLEMENTED, 0))
        held += own
        proposed += len(checked.failed) + own
        firsts += first
        sys.stderr.write(f"{len(seconds)}/{len(chosen)} {seconds[-1]:.1f} s\n")
    model = generator.describe()
    return Row(
        model.model, licence, shape, len(chosen), proposed, held, fell_back,
        statistics.median(firsts) if firsts else None, statistics.median(seconds), model.model_sha256,
    )  # fmt: skip


def record(row: Row, page: Path = PAGE) -> None:
    """Put the row in the table, in the place of an earlier one of the same model."""
    lines = page.read_text("utf-8").splitlines()
    rule = next(i for i, line in enumerate(lines) if re.fullmatch(r"\|(?: -+ \|)+", line))
    end = next((i for i in range(rule + 1, len(lines)) if not lines[i].startswith("|")), len(lines))
    other_rows = [line for line in lines[rule + 1 : end] if not line.startswith(f"| {row.model} | ")]
    page.write_text("\n".join([*lines[: rule + 1], *other_rows, row.line(), *lines[end:]]) + "\n", "utf-8")


def main() -> int:
    """Measure, print and record."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gguf", type=Path)
    parser.add_argument("--endpoint")
    parser.add_argument("--model", default="")
    parser.add_argument("--allow-host", action="append", default=[])
    parser.add_argument("--licence", required=True)
    parser.add_argument("--questions", type=int, default=20)
    parser.add_argument("--max-tokens", type=int, default=400)
    parser.add_argument("--context", type=int, default=4096)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    kind = GeneratorKind.GGUF if options.gguf else GeneratorKind.OPENAI
    choice = GeneratorChoice(
        kind, options.model, options.gguf, options.endpoint or "http://127.0.0.1:11434/v1",
        allowed_hosts=tuple(options.allow_host), context_tokens=options.context, threads=options.threads,
    )  # fmt: skip
    try:
        row = measure(open_generator(choice), options.licence, options.questions, options.max_tokens)
    except LearningLionError as error:
        sys.stderr.write(error.detail + "\n")
        return 1
    record(row)
    print(row.line())
    return 0


if __name__ == "__main__":
    sys.exit(main())
