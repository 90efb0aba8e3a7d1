"""A second opinion by a language model on sentences that came through the check.

A model that doubts a sentence adds a reason for the reader to look again; a model that agrees adds nothing
to what the rules found. Only a model that passed its exam decides anything: about a sentence in other words,
which the rules can neither show nor contradict, and about one that they show though something was left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from learninglion.checking.judging import Exam, Judge, evidence_of, put_to_judge
from learninglion.checking.verify import check as check_by_rules
from learninglion.drafting.prompting import PromptFiles, fence_text, fill, make_mark
from learninglion.drafting.verdict import conclude, with_remarks
from learninglion.inference import open_generator
from learninglion.inference.cross_encoder import CrossEncoder, CrossEncoderChoice
from learninglion.inference.generators import Generator, GeneratorChoice, JsonSchema, Prompt
from learninglion.models import (
    Check,
    Opinion,
    Provenance,
    Remark,
    SecondReading,
    Source,
    Statement,
    StatementVerdict,
    VerdictMethod,
    Verification,
)
from learninglion.models.errors import InputError, LearningLionError
from learninglion.models.plain import canonical_json, sha256_hex

# Who judges whether a sentence follows from a passage: a language model, or one made for it.


_UNDECIDED = 0.5
_TOKENS = 40
_SCHEMA: JsonSchema = {
    "type": "object",
    "properties": {
        "oordeel": {"type": "string", "enum": ["ja", "nee"]},
        "zekerheid": {"type": "integer", "minimum": 0, "maximum": 100},
    },
    "required": ["oordeel", "zekerheid"],
    "additionalProperties": False,
}
# How long somebody was willing to wait shapes no judgement, and neither does how tokens are counted.
_NO_MATTER = frozenset({"timeout_seconds", "token_count", "threads", "context_tokens"})


class OpinionJudge(Judge, Protocol):
    """A judge that also gives opinions, and says what it is."""

    @property
    def kind(self) -> str:
        """What it is, as in Provenance: "openai", "gguf", "onnx"."""

    def score(self, sentence: str, passage: str) -> float | None:
        """As `judge`, with None where it has no opinion. Raises LearningLionError as that does."""

    def describe(self) -> Provenance:
        """Which model judges. Raises LearningLionError where it cannot say so."""


def open_judging_model(choice: GeneratorChoice | CrossEncoderChoice) -> Generator | CrossEncoder:
    """The model of `choice`. Raises InputError where it cannot be opened."""
    return CrossEncoder(choice) if isinstance(choice, CrossEncoderChoice) else open_generator(choice)


def judge_of(model: Generator | CrossEncoder, files: PromptFiles) -> OpinionJudge:
    """`model` as judge; a language model is asked with the prompt in `files`."""
    return model if isinstance(model, CrossEncoder) else ModelJudge(model, files)


class ModelJudge:
    """A language model that reads a passage and a sentence and says whether all of it follows."""

    def __init__(self, model: Generator, files: PromptFiles) -> None:
        self._model = model
        self._files = files

    @property
    def kind(self) -> str:
        """How the model is read."""
        return self._model.name

    @property
    def name(self) -> str:
        """The name of the model."""
        return self._model.model

    @property
    def fingerprint(self) -> str:
        """A hash over the model, its settings and the text it is asked with. Raises as the model does."""
        description = self._model.describe()
        settings = [p for p in description.parameters if p[0] not in _NO_MATTER]
        prompt = self._files.text("oordeel")
        return sha256_hex(
            canonical_json(
                [
                    description.generator,
                    description.model,
                    description.model_sha256,
                    description.seed,
                    settings,
                    prompt,
                ]
            )
        )

    def describe(self) -> Provenance:
        """What the model says of itself, and with which prompts it was asked."""
        return replace(self._model.describe(), prompt_sha256=self._files.sha256)

    def judge(self, sentence: str, passage: str) -> float:
        """From 0 to 1; an answer that cannot be used is no support."""
        score = self.score(sentence, passage)
        return 0.0 if score is None else score

    def score(self, sentence: str, passage: str) -> float | None:
        """The same, with None for an answer that cannot be used or a passage too long for the model.

        Raises GeneratorError if the model cannot be asked.
        """
        mark = make_mark([passage, sentence])
        # what is the same for all sentences comes first and apart: a model need not read it again
        text = self._files.text("oordeel")
        constant = text[: text.index("{")].rpartition("\n\n")[0]
        task = fill(
            text.removeprefix(constant).lstrip(),
            {"bronnen": fence_text("passage", passage, mark), "zin": fence_text("zin", sentence, mark)},
        )
        model = self._model
        prompt = Prompt(constant, task if model.chats else f"{task}\nOordeel:")
        schema = _SCHEMA if model.structured else None
        try:
            return _read("".join(model.stream(prompt, schema=schema, max_tokens=_TOKENS)))
        except InputError:
            return None


def _read(answer: str) -> float | None:
    """The judgement as a number; how sure it is counts only where it says so."""
    text = answer.strip().casefold()
    sure: object = None
    try:
        value = json.loads(text)
        if isinstance(value, dict):
            text, sure = str(value.get("oordeel", "")), value.get("zekerheid")
    except ValueError:
        pass  # a model that was not asked for JSON
    match = re.match(r"\W*(ja|nee)\b\W*(\d{1,3})?", text)
    if match is None:
        return None
    if sure is None and match.group(2):
        sure = int(match.group(2))
    share = min(max(float(sure), 0.0), 100.0) / 200 if isinstance(sure, int | float) else 0.5
    return _UNDECIDED + share if match.group(1) == "ja" else _UNDECIDED - share


_DOUBT = "Kijk hier nog eens naar: volgens de tweede mening ({model}) volgt dit niet uit de bron."
_DOUBTED = "Tweede mening ({model}): kijk nog eens naar “{sentence}”; volgt dat wel uit de bron?"
_NOT_ASKED = "De tweede mening is niet (helemaal) gevraagd: {problem}"


class SecondReader:
    """A model that reads along with one set of sub-questions.

    After its first failure it is not asked again for this set: its opinion is extra, and nobody should wait
    for a model that does not answer.
    """

    def __init__(self, judge: OpinionJudge, exam: Exam | None = None) -> None:
        self._judge = judge
        self._exam = exam if exam is not None and exam.passed else None
        self._told: Provenance | None = None
        self._problem = ""
        self._judge_of_meaning = _Remembered(judge)

    def read(self, verification: Verification) -> Verification:
        """`verification` with the opinion of the model on each sentence that is shown.

        Its opinion changes no verdict, but where a model that passed its exam (`exam`) is heard: see
        `put_to_judge`.
        Doubts stand among the reasons of their sentence and among the remarks; which model was asked, and why
        it could not be asked, stands in `second_reading`.
        """
        if not verification.shown and (self._exam is None or not verification.checks):
            return verification
        sources = verification.draft.selection.chosen
        description = self._describe()
        checks = tuple(self._judged(check, sources) for check in verification.checks)
        checks = tuple(self._with_opinion(check, sources) for check in checks)
        draft = verification.draft
        remarks = [
            Remark(
                _DOUBTED.format(model=self._judge.name, sentence=c.statement.text), about=(c.statement.text,)
            )
            for c in checks
            if c.opinion is Opinion.DOUBTS
        ]
        if self._problem:
            remarks.append(Remark(_NOT_ASKED.format(problem=self._problem)))
        noted = with_remarks(draft) if remarks else draft
        verdict, missing = verification.verdict, verification.missing
        if any(check.judged_by for check in checks):
            verdict, missing = conclude(draft, checks)
        return replace(
            verification,
            draft=replace(
                noted,
                left_out=tuple(dict.fromkeys((*noted.left_out, *(remark.text for remark in remarks)))),
                remarks=tuple(dict.fromkeys((*noted.remarks, *remarks))),
            ),
            checks=checks,
            verdict=verdict,
            missing=missing,
            second_reading=SecondReading(description, self._problem),
        )

    @property
    def decides(self) -> bool:
        """Whether the model passed its exam, so that its word counts."""
        return self._exam is not None

    def check(self, statement: Statement, sources: Sequence[Source]) -> Check:
        """The verdict by the rules, and by the model where they leave it open and it passed its exam."""
        return self._judged(check_by_rules(statement, sources), sources)

    def _describe(self) -> Provenance:
        if self._told is None and not self._problem:
            try:
                self._told = self._judge.describe()
            except LearningLionError as error:
                self._problem = error.detail
        return self._told or Provenance(self._judge.kind, self._judge.name)

    def _judged(self, check: Check, sources: Sequence[Source]) -> Check:
        if self._exam is None or self._problem:
            return check
        try:
            return put_to_judge(check, sources, self._judge_of_meaning, self._exam)
        except LearningLionError as error:
            self._problem = error.detail
            return check

    def _with_opinion(self, check: Check, sources: Sequence[Source]) -> Check:
        if check.judged_by and check.method is VerdictMethod.RULE:
            return replace(check, opinion=Opinion.AGREES)
        # of one that it judged it has just been asked
        if check.verdict is not StatementVerdict.SUPPORTED or check.judged_by or self._problem:
            return check
        try:
            opinion = _ask_opinion(check, sources, self._judge)
        except LearningLionError as error:
            self._problem = error.detail
            return check
        doubt = (_DOUBT.format(model=self._judge.name),) if opinion is Opinion.DOUBTS else ()
        return replace(check, reasons=(*check.reasons, *doubt), opinion=opinion)


class _Remembered:
    """A judge that is asked once about the same sentence beside the same passage."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._known: dict[tuple[str, str], float] = {}

    @property
    def name(self) -> str:
        """That of the judge."""
        return self._judge.name

    @property
    def fingerprint(self) -> str:
        """That of the judge."""
        return self._judge.fingerprint

    def judge(self, sentence: str, passage: str) -> float:
        """As the judge said, or says now."""
        if (sentence, passage) not in self._known:
            self._known[sentence, passage] = self._judge.judge(sentence, passage)
        return self._known[sentence, passage]


def _ask_opinion(check: Check, sources: Sequence[Source], judge: OpinionJudge) -> Opinion:
    """What `judge` thinks of one sentence, given the sentences that it rests on.

    Raises LearningLionError if the judge cannot be asked; a passage that is too long for it gives no opinion.
    """
    passage = "\n".join(evidence_of(check, sources))
    score = judge.score(check.statement.text, passage)
    if score is None:
        return Opinion.NONE
    return Opinion.AGREES if score > _UNDECIDED else Opinion.DOUBTS


def keep_opinions(before: Verification, after: Verification) -> Verification:
    """`after` with what `before` was told by the model about sentences that are still the same."""
    known = {c.statement: c for c in before.checks if c.opinion is not None}
    judged = {c.statement: c for c in before.checks if c.judged_by}
    checks = tuple(judged.get(check.statement, check) for check in after.checks)
    verdict, missing = after.verdict, after.missing
    if checks != after.checks:
        verdict, missing = conclude(after.draft, checks)
    checks = tuple(
        replace(check, reasons=known[check.statement].reasons, opinion=known[check.statement].opinion)
        if check.statement in known and check.verdict is StatementVerdict.SUPPORTED
        else check
        for check in checks
    )
    return replace(
        after, checks=checks, verdict=verdict, missing=missing, second_reading=before.second_reading
    )
