"""Who judges whether a sentence follows from a passage: a language model, or one made for it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Protocol

from learninglion.checking.judging import Judge
from learninglion.drafting.prompting import PromptFiles, fence_text, fill, make_mark
from learninglion.inference import open_generator
from learninglion.inference.cross_encoder import CrossEncoder
from learninglion.inference.generators import (
    CrossEncoderChoice,
    Generator,
    GeneratorChoice,
    JsonSchema,
    Prompt,
)
from learninglion.models import Provenance
from learninglion.models.errors import InputError
from learninglion.models.plain import canonical_json, sha256_hex

UNDECIDED = 0.5
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
        task = fill(
            self._files.text("oordeel"),
            {"bronnen": fence_text("passage", passage, mark), "zin": fence_text("zin", sentence, mark)},
        )
        model = self._model
        prompt = Prompt("", task) if model.chats else Prompt("", f"{task}\nOordeel:")
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
    return UNDECIDED + share if match.group(1) == "ja" else UNDECIDED - share
