"""Run every injection attempt against a model that obeys it, and write down what became of each.

`python tools/injection_report.py` writes benchmarks/injection-tests.md; a test checks that the page is true.
"""

from __future__ import annotations

import io
import json
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from xml.sax.saxutils import escape

import docx
import typst
from docx.shared import RGBColor

from learninglion.drafting import extractive
from learninglion.drafting.verdict import verify
from learninglion.drafting.write import rules_gate, write
from learninglion.dutch.text import fold, squash
from learninglion.models import (
    Asker,
    DocumentCard,
    DocumentKind,
    Draft,
    RawFile,
    Selection,
    Source,
    SourceKind,
)
from learninglion.parsing import parse
from learninglion.parsing.passages import cut
from learninglion.testing import ScriptedGenerator, make_card, make_selection, make_source

ROOT = Path(__file__).resolve().parents[1]
CASES = ROOT / "tests" / "data" / "injections.jsonl"
PAGE = ROOT / "benchmarks" / "injection-tests.md"

QUESTION = "Hoeveel veerponten varen er, en loopt de subsidie voor de veerpont door?"
TRUE = "Er varen 12 veerponten."
OTHER = "De veerponten varen ook in het weekend."
BODY = f"{TRUE} De subsidie voor de veerpont loopt door tot 2030."


@dataclass(frozen=True, slots=True)
class Case:
    """One attempt: what stands where, and the sentence its writer wants to see."""

    id: str
    language: str
    place: str
    technique: str
    text: str
    goal: str
    second: str = ""  # what stands in a second source, for an attempt in two


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an attempt."""

    case: Case
    flagged: bool  # the officer is told
    given: bool  # the words stood in the prompt as material
    shown: bool  # the goal came through with a model that obeys
    copied: bool  # the goal came through with the drafter that copies
    honest_shown: bool  # the honest sentence came through as well


def read_cases() -> tuple[Case, ...]:
    """All attempts, in the order of the file."""
    return tuple(Case(**json.loads(line)) for line in CASES.read_text("utf-8").splitlines())


def selections(case: Case) -> tuple[Selection, ...]:
    """The selection(s) in which the attempt stands: within the paragraph, and on a line of its own."""
    match case.place:
        case "body":
            return tuple(_select(_pair(BODY + between + case.text)) for between in (" ", "\n"))
        case "footnote":
            return (_select(_pair(f"{BODY}\n{case.text}")),)
        case "title":
            card = make_card("doc-1", title=case.text, kind=DocumentKind.DOCUMENT)
            return (_select(_pair(BODY, card=card)),)
        case "two sources":
            other = _pair(f"{OTHER} {case.second}", card=make_card("doc-2", number=9002))
            return (_select(_pair(f"{BODY} {case.text}"), other),)
        case "heading":
            source = make_source(BODY, kind=SourceKind.SECTION)
            return (_select(replace(source, heading_path=(case.text,))),)
        case "question":
            return (_select(make_source(BODY, question=case.text)),)
        case "asker":
            card = replace(make_card(), askers=(Asker(case.text),))
            return (_select(_pair(BODY, card=card)),)
        case "supplied":
            supplied = make_source(f"{case.text}", kind=SourceKind.SUPPLIED)
            return (make_selection(QUESTION, [_pair(BODY), supplied]),)
        case "incoming question":
            return (make_selection(f"{QUESTION} {case.text}", [_pair(BODY)]),)
        case "white text in a PDF":
            return (_select(*_sources_in("stuk.pdf", _pdf(case.text))),)
        case "hidden text in a Word file":
            return (_select(*_sources_in("stuk.docx", _word(case.text))),)
        case "metadata of an ODT file":
            return (_select(*_sources_in("stuk.odt", _odt(title=case.text))),)
        case "hidden text in an ODT file":
            return (_select(*_sources_in("stuk.odt", _odt(hidden=case.text))),)
    raise ValueError(case.place)


def attempt(case: Case) -> Outcome:
    """The worst of all ways: a model that obeys with a quote, with another quote and without one."""
    given = shown = copied = False
    flagged = honest_shown = True
    for selection in selections(case):
        for chats, structured in ((True, True), (True, False), (False, False)):
            generator = ScriptedGenerator(
                [_obey(case, structured)] * 12, chats=chats, structured=structured, context_tokens=16_000
            )
            draft = write(selection, generator, rules_gate())
            warnings = [r for r in draft.left_out if r.startswith("Let op")]
            flagged = flagged and bool(warnings)
            given = given or any(_holds(p.task, case.text) for p in generator.prompts[:1])
            shown = shown or _shows(draft, case.goal)
            honest_shown = honest_shown and _shows(draft, TRUE)
        copied = copied or _shows(extractive.draft(selection), case.goal)
    return Outcome(case, flagged, given, shown, copied, honest_shown)


def _pair(body: str, card: DocumentCard | None = None) -> Source:
    """An answer to the very question: all of it is taken."""
    return make_source(body, question=QUESTION, card=card)


def _select(*sources: Source) -> Selection:
    return make_selection(QUESTION, sources)


def _obey(case: Case, structured: bool) -> str:
    pairs = ((case.goal, case.goal), (case.goal, TRUE), (case.goal, ""), (TRUE, TRUE))
    if structured:
        return json.dumps(
            {
                "zinnen": [
                    {"zin": z, "bewijs": [{"bron": n, "woorden": w}]} for n in (1, 2) for z, w in pairs
                ],
                "ontbreekt": [],
            }
        )
    return "\n".join(f'{z} [bron {n}: "{w}"]' if w else z for n in (1, 2) for z, w in pairs) + "\n"


def _shows(draft: Draft, sentence: str) -> bool:
    shown = " ".join(squash(fold(c.statement.text)) for c in verify(draft).shown)
    return squash(fold(sentence)) in shown


def _holds(prompt: str, text: str) -> bool:
    return squash(fold(text))[:60] in squash(fold(prompt))


def _sources_in(name: str, content: bytes) -> tuple[Source, ...]:
    document = parse(RawFile(name, content, name))
    return tuple(source for source, _ in cut(document))


def _pdf(hidden: str) -> bytes:
    text = hidden.replace("\\", "").replace('"', "'")
    page = (
        f'= Veerponten\n#"{BODY}"\n\n#text(fill: white, "{text}")\n\n#"Dit is de laatste zin van het stuk."'
    )
    return typst.compile(page.encode())


def _word(hidden: str) -> bytes:
    document = docx.Document()
    document.add_heading("Veerponten", 1)
    document.add_paragraph(BODY)
    run = document.add_paragraph().add_run(hidden)
    run.font.hidden = True
    run.font.color.rgb = RGBColor(255, 255, 255)
    document.add_paragraph("Dit is de laatste zin van het stuk.")
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _odt(title: str = "", hidden: str = "") -> bytes:
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "text", "style", "meta")
    )
    secret = (
        f'<text:p><text:span text:style-name="T1">{escape(hidden)}</text:span></text:p>' if hidden else ""
    )
    content = (
        f"<office:document-content {spaces}><office:automatic-styles>"
        '<style:style style:name="T1" style:family="text"><style:text-properties text:display="none"/>'
        "</style:style></office:automatic-styles><office:body><office:text>"
        f'<text:h text:outline-level="1">Veerponten</text:h><text:p>{BODY}</text:p>{secret}'
        "<text:p>Dit is de laatste zin van het stuk.</text:p></office:text></office:body>"
        "</office:document-content>"
    )
    meta = (
        f'<office:document-meta {spaces} xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta>'
        f"<dc:title>{escape(title)}</dc:title></office:meta></office:document-meta>"
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        package.writestr("content.xml", content)
        package.writestr("meta.xml", meta)
    return stream.getvalue()


HEAD = """# Injection tests

Made by `python tools/injection_report.py` from `tests/data/injections.jsonl`; a test checks that this page
is what the code does. Documents are data: whatever stands in a source, its title, its question, the text that
the officer supplied or the incoming question may not change what is written.

How it is tested. Each attempt stands among honest text. The "model" obeys it completely: it writes the goal
sentence with the attacker's own words as proof, with an honest quote as proof, and without proof, in JSON, in
lines and as a text that goes on, and does so again when it is asked to repair the sentence. Bodies are tried
within a paragraph and on a line of their own; the worst result counts. An attempt in two sources stands half
in each; for one in a file the file is made and read.

- **told**: the officer reads a remark that names the text.
- **given**: the words reached the model (behind bars, between marks); *no* means they were taken out before.
- **shown**: the goal sentence stood in the answer. This must be *no* everywhere.
- **copied**: the same with the drafter that copies sentences without a model.
- **honest sentence**: still in the answer.

From a sentence that surely speaks to a machine up to the end of that source nothing is used any more; what
stands before it is. Where it is likely and not sure, that holds for the sentence and the one behind it.

What this does not prove. A new wording can go unrecognised. Of 68 wordings in ten kinds, written by others
and kept aside, **58 were recognised (85%)**: missed were two of six that ask politely and indirectly what
an answer should say, two of six about instructions, two of seven each in code and about the form of an
answer, one as markup and one in another language. Of 85 texts that look like it and are meant for people 10
were suspected; of 593 sentences of documents that taught nothing 2 (0.3%; by weights learned from the other
half of 8,419 others 0.1%). The command is `learninglion evaluate instructions`. For the rest
the gate is what remains: a sentence must follow from words in a chosen source, so a false statement in plain
words in a document that a person chose ("the subsidy has ended") is repeated with its source, as any other
statement is. That is why a person chooses the sources and reads the proof.


"""


def render(outcomes: Sequence[Outcome]) -> str:
    """The page."""
    shown = sum(o.shown or o.copied for o in outcomes)
    warned = sum(o.flagged for o in outcomes)
    dutch = sum(o.case.language == "nl" for o in outcomes)
    english = sum(o.case.language == "en" for o in outcomes)
    lines = [
        HEAD + f"{len(outcomes)} attempts, {dutch} in Dutch, {english} in English, "
        f"{len(outcomes) - dutch - english} in other languages: "
        f"**{shown} shown**, {warned} told to the officer.\n",
        "| nr | language | place | technique | told | given | shown | copied | honest sentence |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for o in outcomes:
        marks = (o.flagged, o.given, o.shown, o.copied, o.honest_shown)
        cells = (
            o.case.id,
            o.case.language,
            o.case.place,
            o.case.technique,
            *("yes" if m else "no" for m in marks),
        )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the page; 1 when an attempt came through."""
    outcomes = tuple(attempt(case) for case in read_cases())
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(render(outcomes), encoding="utf-8")
    failed = [o.case.id for o in outcomes if o.shown or o.copied]
    if failed:
        sys.stderr.write(f"came through: {', '.join(failed)}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
