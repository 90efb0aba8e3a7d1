"""Whether the models that were set really answer, and choosing another language model once it has.

Something small is asked, and what came back is told. What was chosen is kept where all servers find it
and look at each use, so it holds on every server at once.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock

from learninglion.checking.judging import Exam, Judge
from learninglion.database.blobs import Blobs
from learninglion.database.engine import now
from learninglion.evaluation.exams import ExamPair, Progress, keep_exam, take_exam
from learninglion.inference import open_generator
from learninglion.inference.connection import require_allowed, shown_address
from learninglion.inference.generators import Generator, GeneratorChoice, GeneratorKind, Prompt
from learninglion.inference.streams import ThoughtOnlyError
from learninglion.models import Actor
from learninglion.models.errors import LearningLionError
from learninglion.models.plain import Plain
from learninglion.record.log import EventLog
from learninglion.workflow.log import note
from learninglion.workflow.options import MODELS_FILE, WorkplaceOptions
from learninglion.workflow.rights import Task, require_everywhere
from learninglion.workflow.searching import Indexing

_TOKENS = 24
_THINKING_TOKENS = 2000
_SHOWN = 200  # characters of the answer
_SUBJECT = "models:generator"


@dataclass(frozen=True, slots=True)
class TestResult:
    """What came of a test; `detail` is for the administrator."""

    what: str
    ok: bool
    detail: str


@dataclass(eq=False)
class LanguageModel:
    """The model that writes; what was chosen is among the blobs. Safe to share between threads."""

    _options: WorkplaceOptions
    _blobs: Blobs
    _indexing: Indexing
    _log: EventLog
    _lock: Lock = field(default_factory=Lock, init=False)
    _opened: tuple[GeneratorChoice | None, Generator | None] = field(default=(None, None), init=False)

    def chosen(self) -> bytes | None:
        """What a screen of any server keeps, with its key; None where nothing was chosen."""
        return self._blobs.read(MODELS_FILE)

    def choice(self) -> GeneratorChoice | None:
        """The model in force: the one chosen on a screen, else that of the settings; None for no model."""
        rechosen = self._options.rechosen
        return self._options.generator if rechosen is None else rechosen(self.chosen())

    def in_use(self) -> Generator | None:
        """The model in force, opened once; None for no model. Work that has another goes on with that."""
        choice = self.choice()
        with self._lock:
            if choice != self._opened[0]:
                self._opened = (choice, None if choice is None else open_generator(choice))
            return self._opened[1]

    def test_in_use(self, actor: Actor) -> tuple[TestResult, TestResult]:
        """Ask the models in use for something small: the embedding model, then the language model."""
        require_everywhere(actor, Task.MANAGE)
        # The model in use, not a second one beside it: a file of some gigabytes would not fit twice.
        return _try_encoder(self._indexing), _try_generator(self.in_use)

    def choose(
        self, choice: GeneratorChoice | None, fields: Mapping[str, Plain], *, actor: Actor
    ) -> TestResult:
        """Try the model of `choice` (None: no model); where it answers, `fields` hold from now on."""
        require_everywhere(actor, Task.MANAGE)

        def opening() -> Generator | None:
            if choice is not None and choice.kind is GeneratorKind.OPENAI:
                require_allowed(choice.base_url, choice.allowed_hosts)
            return None if choice is None else open_generator(choice)

        result = _try_generator(opening)
        if result.ok:
            content = json.dumps({"generator": {**fields}}, ensure_ascii=False)
            self._blobs.put(MODELS_FILE, content.encode())
            shown = {name: fields[name] for name in ("kind", "model", "path")}
            shown["base_url"] = shown_address(str(fields["base_url"]))
            note(self._log, "models.change", actor, _SUBJECT, shown)
        return result

    def examine(
        self, judge: Judge, pairs: Sequence[ExamPair], progress: Progress, *, counts: bool, actor: Actor
    ) -> Exam:
        """The exam of `judge`; its opinion counts from now on where it passed and the exam `counts`.

        One that broke off goes on where it was. Raises LearningLionError where the judge cannot be asked.
        """
        require_everywhere(actor, Task.MANAGE)
        exam = take_exam(judge, pairs, now().date(), self._blobs, progress)
        if counts:
            keep_exam(self._blobs, exam)
        return exam

    def reset(self, *, actor: Actor) -> None:
        """Go back to what the settings file says."""
        require_everywhere(actor, Task.MANAGE)
        self._blobs.remove(MODELS_FILE)
        note(self._log, "models.reset", actor, _SUBJECT, {})


def _try_encoder(indexing: Indexing) -> TestResult:
    """Turn one sentence into a vector."""
    began = time.perf_counter()
    try:
        encoder = indexing.encoder
        shape = encoder.encode_queries(["Kent u het bericht over de veerpont?"]).shape
    except LearningLionError as error:
        return TestResult("zoekmodel", False, error.detail)
    took = time.perf_counter() - began
    return TestResult("zoekmodel", True, f"{encoder.name}: vector van {shape[1]} getallen in {took:.2f} s")


def _try_generator(opening: Callable[[], Generator | None]) -> TestResult:
    """Ask the language model that `opening` gives for a few words; no model at all is fine too."""
    began = time.perf_counter()
    try:
        generator = opening()
        if generator is None:
            return TestResult(
                "taalmodel", True, "niet ingesteld: voorstellen bestaan uit zinnen uit de bronnen"
            )
        prompt = Prompt("U helpt een ambtenaar.", "Antwoord met één woord: werkt de verbinding?")
        try:
            text = "".join(generator.stream(prompt, max_tokens=_TOKENS))
        except ThoughtOnlyError:  # it thinks first
            text = "".join(generator.stream(prompt, max_tokens=_THINKING_TOKENS))
    except LearningLionError as error:
        return TestResult("taalmodel", False, error.detail)
    took = time.perf_counter() - began
    return TestResult("taalmodel", True, f"{generator.model} antwoordde in {took:.1f} s: {text[:_SHOWN]!r}")
