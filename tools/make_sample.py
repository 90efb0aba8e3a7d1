"""Makes the sample corpus: fictional Kamervragen as PDF, from the texts in src/learninglion/sample/content.

    python tools/make_sample.py            write every PDF
    python tools/make_sample.py --check    say which PDFs differ from what the texts give

A content file is TOML with one [[document]] each. Its `body` is the text as it is printed:
`Vraag 3, 4 en 5`, `Antwoord 3` and `Mededeling` on a line of their own are headings, an empty line ends a
paragraph, `- ` and `1. ` begin a list item, `| a | b |` is a row of a table, `[^1]` stands where footnote 1
is referred to and a line `[^1]: ...` gives its text. `_..._` is italic.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import typst

SAMPLE = Path(__file__).parents[1] / "src" / "learninglion" / "sample"
TEMPLATE = SAMPLE / "aanhangsel.typ"
# Real numbers start at 1 each session year and have never come near 5,000; from 9,001 none can collide.
FIRST_NUMBER = 9001
MONTHS = ("januari februari maart april mei juni juli augustus september oktober november december").split()

HEADING = re.compile(r"(?:Vraag|Vragen|Antwoord|Antwoorden) \d[\d, ]*(?:(?:en|t/m) \d+)?")
ITEM = re.compile(r"(-|\d+\.) (.+)", re.DOTALL)
NOTE_TEXT = re.compile(r"\[\^(\d+)\]: (.+)")
NOTE_MARK = re.compile(r"\[\^(\d+)\]")
RUN = re.compile(r"\[\^(?P<note>\d+)\]|_(?P<italic>[^_]+)_")


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of the printed body: heading, notice, paragraph, item (with label) or table (with rows)."""

    kind: str
    text: str = ""
    label: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the answer that stands for it, as the official document would be read."""

    numbers: tuple[int, ...]
    question: str
    answer: str | None
    answer_numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SampleDocument:
    """One fictional document as its content file gives it."""

    session_year: str  # "2023-2024"
    number: int
    subject: str
    askers: tuple[tuple[str, str], ...]
    asked_to: str
    asked_on: date
    reply: str  # "Antwoord" or "Mededeling"
    answerers: tuple[tuple[str, str, str], ...]  # role, name, portfolio
    on_behalf: str
    received_on: date
    see_also: tuple[str, ...]  # "2022-2023, nr. 9004"
    italic_answers: bool
    notes: tuple[str, ...]
    blocks: tuple[Block, ...]

    @property
    def identifier(self) -> str:
        """The document's identifier, in the official form."""
        return f"ah-tk-{self.session_year.replace('-', '')}-{self.number}"

    @property
    def file(self) -> Path:
        """Where its PDF stands."""
        return SAMPLE / "pdf" / f"{self.identifier}.pdf"

    @property
    def pairs(self) -> tuple[Asked, ...]:
        """Questions with their answers, in the order of the questions."""
        return _pairs(self.blocks)

    @property
    def notice(self) -> str | None:
        """The text under the heading Mededeling, where there is one."""
        texts: list[str] = []
        inside = False
        for block in self.blocks:
            inside = block.kind == "notice" or (inside and block.kind != "heading")
            if inside and block.kind != "notice":
                texts.append(NOTE_MARK.sub("", block.text))
        return "\n".join(texts) or None


def numbers_in(heading: str) -> tuple[int, ...]:
    """The numbers a heading stands for: "Vragen 7 t/m 9" gives 7, 8 and 9."""
    numbers = [int(n) for n in re.findall(r"\d+", heading)]
    if "t/m" in heading:
        numbers = [*numbers[:-2], *range(numbers[-2], numbers[-1] + 1)]
    return tuple(numbers)


def printed(block: Block) -> str:
    """The words of a block as a reader sees them, without footnote marks; cells separated by a bar."""
    if block.kind == "table":
        return "\n".join(" | ".join(row) for row in block.rows)
    text = NOTE_MARK.sub("", block.text).replace("_", "")
    return f"{block.label} {text}" if block.label else text


def _pairs(blocks: tuple[Block, ...]) -> tuple[Asked, ...]:
    questions: list[tuple[tuple[int, ...], list[str]]] = []
    answers: list[tuple[tuple[int, ...], list[str]]] = []
    current: list[str] | None = None
    for block in blocks:
        if block.kind == "heading":
            current = []
            side = questions if block.text.startswith("Vra") else answers
            side.append((numbers_in(block.text), current))
        elif block.kind == "notice":
            current = None
        elif current is not None:
            current.append(printed(block))
    made = []
    for numbers, lines in questions:
        answering = next((a for a in answers if set(numbers) & set(a[0])), None)
        answer = "\n".join(answering[1]) if answering else None
        made.append(Asked(numbers, "\n".join(lines), answer, answering[0] if answering else ()))
    return tuple(made)


def read_body(body: str) -> tuple[tuple[Block, ...], tuple[str, ...]]:
    """The blocks and the footnotes of a body; notes are numbered from 1 in the order of the text."""
    notes = {int(m): text.strip() for m, text in NOTE_TEXT.findall(body)}
    body = NOTE_TEXT.sub("", body)
    blocks: list[Block] = []
    for chunk in re.split(r"\n\s*\n", body.strip()):
        lines = [line.strip() for line in chunk.strip().splitlines()]
        while lines and (HEADING.fullmatch(lines[0]) or lines[0] == "Mededeling"):
            first = lines.pop(0)
            blocks.append(Block("notice" if first == "Mededeling" else "heading", first))
        if not lines:
            continue
        if lines[0].startswith("|"):
            rows = tuple(tuple(c.strip() for c in line.strip("|").split("|")) for line in lines)
            blocks.append(Block("table", rows=rows))
        elif item := ITEM.fullmatch(" ".join(lines)):
            blocks.append(Block("item", item[2], label="–" if item[1] == "-" else item[1]))
        else:
            blocks.append(Block("paragraph", " ".join(lines)))
    marks = [int(m) for block in blocks for m in NOTE_MARK.findall(block.text)]
    if marks != sorted(notes) or marks != list(range(1, len(marks) + 1)):
        raise ValueError(f"footnotes {sorted(notes)} are referred to as {marks}")
    return tuple(blocks), tuple(notes[m] for m in marks)


def read_document(data: dict[str, Any]) -> SampleDocument:
    """One [[document]] of a content file; every key must be known, every number 9001 or more."""
    data = dict(data)
    blocks, notes = read_body(data.pop("body"))
    document = SampleDocument(
        session_year=data.pop("year"),
        number=data.pop("number"),
        subject=data.pop("subject"),
        askers=tuple((name, party) for name, party in data.pop("askers")),
        asked_to=data.pop("to"),
        asked_on=data.pop("asked"),
        reply=data.pop("reply", "Antwoord"),
        answerers=tuple((role, name, of) for role, name, of in data.pop("answered_by")),
        on_behalf=data.pop("on_behalf", ""),
        received_on=data.pop("received"),
        see_also=tuple(data.pop("see_also", ())),
        italic_answers=data.pop("italic", False),
        notes=notes,
        blocks=blocks,
    )
    if data:
        raise ValueError(f"{document.identifier}: unknown keys {sorted(data)}")
    if document.number < FIRST_NUMBER:
        raise ValueError(f"{document.identifier}: numbers of sample documents start at {FIRST_NUMBER}")
    return document


def read_documents() -> tuple[SampleDocument, ...]:
    """All sample documents, in the order of their identifiers."""
    documents = [
        read_document(data)
        for path in sorted((SAMPLE / "content").glob("*.toml"))
        for data in tomllib.loads(path.read_text("utf-8"))["document"]
    ]
    identifiers = [d.identifier for d in documents]
    if len(set(identifiers)) != len(identifiers):
        raise ValueError("two sample documents have the same identifier")
    return tuple(sorted(documents, key=lambda d: d.identifier))


def in_words(day: date) -> str:
    """A date as these documents print it: 3 maart 2011."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _plain(text: str, style: str = "plain") -> dict[str, str]:
    return {"text": text, "style": style}


def asked_runs(document: SampleDocument) -> list[dict[str, str]]:
    """The paragraph that says who asks whom about what, as styled runs."""
    runs = [_plain("Vragen van het lid " if len(document.askers) == 1 else "Vragen van de leden ")]
    for i, (name, party) in enumerate(document.askers):
        runs.append(_plain(name, "bold"))
        last = len(document.askers) - 1
        runs.append(_plain(f" ({party})" + ("" if i == last else " en " if i == last - 1 else ", ")))
    runs += [_plain(f" aan {document.asked_to} over "), _plain(document.subject, "italic")]
    return [*runs, _plain(f" (ingezonden {in_words(document.asked_on)}).")]


def answered_runs(document: SampleDocument) -> list[dict[str, str]]:
    """The paragraph that says who answered and when, as styled runs."""
    runs = [_plain(f"{document.reply} van ")]
    for i, (role, name, portfolio) in enumerate(document.answerers):
        runs += [_plain(("" if i == 0 else " en ") + f"{role} "), _plain(name, "bold")]
        runs.append(_plain(f" ({portfolio})"))
    behalf = f", mede namens {document.on_behalf}" if document.on_behalf else ""
    see = " en ".join(f"vergaderjaar {s.replace('-', '–')}" for s in document.see_also)
    see = f" Zie ook Aanhangsel Handelingen, {see}." if see else ""
    return [*runs, _plain(f"{behalf} (ontvangen {in_words(document.received_on)}).{see}")]


def _body_runs(text: str, notes: tuple[str, ...], style: str) -> list[dict[str, str]]:
    other = "plain" if style == "italic" else "italic"
    runs, end = [], 0
    for match in RUN.finditer(text):
        runs.append(_plain(text[end : match.start()], style))
        if match["note"]:
            runs.append({"note": notes[int(match["note"]) - 1]})
        else:
            runs.append(_plain(match["italic"], other))
        end = match.end()
    return [run for run in [*runs, _plain(text[end:], style)] if run.get("text") != ""]


def to_template(document: SampleDocument) -> dict[str, Any]:
    """What the typst template wants to know of a document."""
    blocks: list[dict[str, Any]] = []
    style = "plain"
    for block in document.blocks:
        if block.kind in ("heading", "notice"):
            italic = document.italic_answers and block.text.startswith("Antwoord")
            style = "italic" if italic else "plain"
        runs = _body_runs(block.text, document.notes, style)
        blocks.append(
            {"kind": block.kind, "text": block.text, "label": block.label, "rows": block.rows, "runs": runs}
        )
    return {
        "year": document.session_year.replace("-", "–"),
        "number": document.number,
        "identifier": document.identifier,
        "printed": document.received_on.year,
        "subject": document.subject,
        "asked": asked_runs(document),
        "answered": answered_runs(document),
        "blocks": blocks,
    }


def make_pdf(document: SampleDocument) -> bytes:
    """The PDF of a document; the same bytes every time with the same version of typst."""
    data = json.dumps(to_template(document), ensure_ascii=False)
    compiler = typst.Compiler(str(TEMPLATE), ignore_system_fonts=True, sys_inputs={"document": data})
    made = compiler.compile(format="pdf", timestamp=0, pdf_tags=False)
    if not isinstance(made, bytes):
        raise TypeError(f"{document.identifier}: typst made no single PDF")
    return made


def main(arguments: list[str] | None = None) -> int:
    """Write or check the PDFs; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="write nothing, report what differs")
    check = parser.parse_args(arguments).check
    documents = read_documents()
    wanted = {document.file: make_pdf(document) for document in documents}
    stale = sorted(set((SAMPLE / "pdf").glob("*.pdf")) - set(wanted))
    differing = [f for f, content in wanted.items() if not f.exists() or f.read_bytes() != content]
    if not check:
        for file in stale:
            file.unlink()
        for file in differing:
            file.write_bytes(wanted[file])
    for file in [*stale, *differing]:
        print(("differs: " if check else "written: ") + file.name)
    pairs = sum(len(document.pairs) for document in documents)
    size = sum(map(len, wanted.values()))
    print(f"{len(documents)} documents, {pairs} pairs, {size / 1e6:.2f} MB")
    return 1 if check and (stale or differing) else 0


if __name__ == "__main__":
    sys.exit(main())
