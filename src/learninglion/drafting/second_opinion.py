"""A second opinion by a language model on sentences that came through the check; noted, never decisive.

The rules alone decide what is shown. A model that doubts a sentence adds a reason for the reader to look
again; a model that agrees adds nothing to what the rules found. A sentence that failed is not asked about.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from learninglion.drafting.generators import Generator, JsonSchema, Prompt
from learninglion.drafting.prompt_files import PromptFiles, fill
from learninglion.drafting.prompting import fence_text, make_mark
from learninglion.errors import LearningLionError
from learninglion.models import Check, Source, StatementVerdict, Verification

__all__ = ["Opinion", "add_second_opinion", "ask_opinion"]

_TOKENS = 24
_SCHEMA: JsonSchema = {
    "type": "object",
    "properties": {"oordeel": {"type": "string", "enum": ["ja", "nee"]}},
    "required": ["oordeel"],
    "additionalProperties": False,
}


class Opinion(StrEnum):
    """What a model thinks of a sentence."""

    AGREES = "agrees"
    DOUBTS = "doubts"
    NONE = "none"  # no usable answer


_WORDS = {
    Opinion.AGREES: "De tweede mening ({model}) is dat de zin uit de bron volgt.",
    Opinion.DOUBTS: "Kijk hier nog eens naar: volgens de tweede mening ({model}) volgt dit niet uit de bron.",
    Opinion.NONE: "De tweede mening ({model}) gaf geen bruikbaar oordeel.",
}


def add_second_opinion(verification: Verification, judge: Generator, files: PromptFiles) -> Verification:
    """`verification` with the opinion of `judge` among the reasons of each sentence that is shown.

    No verdict changes. The method says that, and by which model, a second opinion was asked.
    """
    sources = verification.draft.selection.chosen
    checks = tuple(_with_opinion(check, sources, judge, files) for check in verification.checks)
    told = judge.describe()
    named = f"{told.model} {told.model_sha256[:12]}".strip()
    method = f"{verification.method}; tweede mening: {named}, prompts {files.sha256[:12]}"
    return replace(verification, checks=checks, method=method)


def ask_opinion(check: Check, sources: Sequence[Source], judge: Generator, files: PromptFiles) -> Opinion:
    """What `judge` thinks of one sentence, given the sentences that it rests on."""
    evidence = "\n".join(_passages(check, sources))
    mark = make_mark([evidence, check.statement.text])
    task = fill(
        files.text("oordeel"),
        {
            "bronnen": fence_text("passage", evidence, mark),
            "zin": fence_text("zin", check.statement.text, mark),
        },
    )
    prompt = Prompt("", task) if judge.chats else Prompt("", f"{task}\nOordeel:")
    try:
        schema = _SCHEMA if judge.structured else None
        return _read("".join(judge.stream(prompt, schema=schema, max_tokens=_TOKENS)))
    except LearningLionError:
        return Opinion.NONE  # the check stands without it


def _with_opinion(check: Check, sources: Sequence[Source], judge: Generator, files: PromptFiles) -> Check:
    if check.verdict is not StatementVerdict.SUPPORTED:
        return check
    opinion = ask_opinion(check, sources, judge, files)
    return replace(check, reasons=(*check.reasons, _WORDS[opinion].format(model=judge.model)))


def _passages(check: Check, sources: Sequence[Source]) -> list[str]:
    """The whole sentences of the evidence, or the quotes where those are not known."""
    found = []
    cited = {c.source_id for c in check.statement.citations}
    for source in sources:
        for span in check.evidence if source.id in cited else ():
            if source.body_span.contains(span):
                offset = source.body_span.start
                found.append(source.body[span.start - offset : span.end - offset])
    return list(dict.fromkeys(found)) or [c.quote for c in check.statement.citations]


def _read(answer: str) -> Opinion:
    text = answer.strip().casefold()
    try:
        value = json.loads(text)
        text = str(value.get("oordeel", "")) if isinstance(value, dict) else text
    except ValueError:
        pass  # a model that was not asked for JSON
    first = re.match(r"\W*(ja|nee)\b", text)
    if first is None:
        return Opinion.NONE
    return Opinion.AGREES if first.group(1) == "ja" else Opinion.DOUBTS
