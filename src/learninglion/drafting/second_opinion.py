"""A second opinion by a language model on sentences that came through the check; noted, never decisive.

The rules alone decide what is shown. A model that doubts a sentence adds a reason for the reader to look
again; a model that agrees adds nothing to what the rules found. A sentence that failed is not asked about.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace

from learninglion.drafting.prompting import PromptFiles, fence_text, fill, make_mark
from learninglion.inference.generators import Generator, JsonSchema, Prompt
from learninglion.models import (
    Check,
    Opinion,
    Provenance,
    SecondReading,
    Source,
    StatementVerdict,
    Verification,
)
from learninglion.models.errors import InputError, LearningLionError

__all__ = ["SecondReader", "ask_opinion", "keep_opinions"]

_TOKENS = 24
_SCHEMA: JsonSchema = {
    "type": "object",
    "properties": {"oordeel": {"type": "string", "enum": ["ja", "nee"]}},
    "required": ["oordeel"],
    "additionalProperties": False,
}
_DOUBT = "Kijk hier nog eens naar: volgens de tweede mening ({model}) volgt dit niet uit de bron."
_DOUBTED = "Tweede mening ({model}): kijk nog eens naar “{sentence}”; volgt dat wel uit de bron?"
_NOT_ASKED = "De tweede mening is niet (helemaal) gevraagd: {problem}"


class SecondReader:
    """A model that reads along with one set of sub-questions.

    After its first failure it is not asked again for this set: its opinion is extra, and nobody should wait
    for a model that does not answer.
    """

    def __init__(self, judge: Generator, files: PromptFiles) -> None:
        self._judge = judge
        self._files = files
        self._told: Provenance | None = None
        self._problem = ""

    def read(self, verification: Verification) -> Verification:
        """`verification` with the opinion of the model on each sentence that is shown. No verdict changes.

        Doubts stand among the reasons of their sentence and among the remarks; which model was asked, and why
        it could not be asked, stands in `second_reading`.
        """
        if not verification.shown:
            return verification
        sources = verification.draft.selection.chosen
        told = self._describe()
        checks = tuple(self._with_opinion(check, sources) for check in verification.checks)
        draft = verification.draft
        remarks = [
            _DOUBTED.format(model=self._judge.model, sentence=c.statement.text)
            for c in checks
            if c.opinion is Opinion.DOUBTS
        ]
        if self._problem:
            remarks.append(_NOT_ASKED.format(problem=self._problem))
        return replace(
            verification,
            draft=replace(draft, left_out=tuple(dict.fromkeys((*draft.left_out, *remarks)))),
            checks=checks,
            second_reading=SecondReading(told, self._problem),
        )

    def _describe(self) -> Provenance:
        if self._told is None and not self._problem:
            try:
                told = self._judge.describe()
                self._told = replace(told, prompt_sha256=self._files.sha256)
            except LearningLionError as error:
                self._problem = error.detail
        return self._told or Provenance(self._judge.name, self._judge.model)

    def _with_opinion(self, check: Check, sources: Sequence[Source]) -> Check:
        if check.verdict is not StatementVerdict.SUPPORTED or self._problem:
            return check
        try:
            opinion = ask_opinion(check, sources, self._judge, self._files)
        except LearningLionError as error:
            self._problem = error.detail
            return check
        doubt = (_DOUBT.format(model=self._judge.model),) if opinion is Opinion.DOUBTS else ()
        return replace(check, reasons=(*check.reasons, *doubt), opinion=opinion)


def ask_opinion(check: Check, sources: Sequence[Source], judge: Generator, files: PromptFiles) -> Opinion:
    """What `judge` thinks of one sentence, given the sentences that it rests on.

    Raises GeneratorError if the judge cannot be asked; a passage that is too long for it gives no opinion.
    """
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
    schema = _SCHEMA if judge.structured else None
    try:
        return _read("".join(judge.stream(prompt, schema=schema, max_tokens=_TOKENS)))
    except InputError:
        return Opinion.NONE


def keep_opinions(before: Verification, after: Verification) -> Verification:
    """`after` with the opinions that `before` has on sentences that are still the same."""
    known = {c.statement: c for c in before.checks if c.opinion is not None}
    checks = tuple(
        replace(check, reasons=known[check.statement].reasons, opinion=known[check.statement].opinion)
        if check.statement in known and check.verdict is StatementVerdict.SUPPORTED
        else check
        for check in after.checks
    )
    return replace(after, checks=checks, second_reading=before.second_reading)


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
