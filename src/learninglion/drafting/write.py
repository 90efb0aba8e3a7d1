"""A language model writes, the system proves: every sentence is resolved and checked before it counts.

The model sees the chosen sources as data, proposes sentences with the words they rest on, and gets one
chance to repair a sentence that fails. What still fails is taken out of the answer and shown apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from textwrap import shorten

from learninglion.checking.citations import Locate, nowhere
from learninglion.checking.injection import describe_question, describe_suspicions
from learninglion.checking.phrases import split_introduction
from learninglion.drafting.binding import bind
from learninglion.drafting.gate import Gate
from learninglion.drafting.positions import take_newest
from learninglion.drafting.prompting import (
    Material,
    PromptFiles,
    Shape,
    barred,
    compose,
    compose_repair,
    escape,
    gather,
    load_prompts,
    make_mark,
    quote_style,
    shape_for,
)
from learninglion.drafting.replies import ANSWER_SCHEMA, JsonReader, LineReader, Missing, Proposal, Reader
from learninglion.drafting.style import choose_examples
from learninglion.drafting.supplement import FELL_BACK, SUPPLEMENTED, find_supplement
from learninglion.dutch.text import fold, words
from learninglion.inference.generators import Generator, JsonSchema, Prompt
from learninglion.models import (
    AnswerVerdict,
    Author,
    Check,
    Draft,
    Provenance,
    Selection,
    Source,
    Statement,
    StatementVerdict,
)
from learninglion.models.errors import GeneratorError, InputError

__all__ = [
    "DEFAULT_MAX_TOKENS",
    "FOUND",
    "Listener",
    "Progress",
    "Stage",
    "UNFINISHED",
    "WritingOptions",
    "found_before",
    "not_written",
    "take_over",
    "write",
]


class Stage(StrEnum):
    """What happened while writing."""

    ASPECTS = "aspects"  # the parts of the question, before anything is written
    SENTENCE = "sentence"  # a sentence came through the check
    REPAIR = "repair"  # a sentence did not, and is asked for again
    REMOVED = "removed"  # it failed again and is shown apart
    REMARK = "remark"  # something the reader should know


@dataclass(frozen=True, slots=True)
class Progress:
    """One step of the writing; `position` counts the sentences of the draft from 0."""

    stage: Stage
    text: str
    position: int = -1
    check: Check | None = None


Listener = Callable[[Progress], None]


UNFINISHED = "Het voorstel is niet af:"
"""How the remark begins that says why a draft broke off."""

FOUND = "proofs_found_by_system"
"""Name of the parameter that counts the citations whose place the system found itself."""


def not_written(selection: Selection, generator: Generator, gate: Gate, reason: str) -> Draft:
    """The draft of a sub-question of which nothing could be written; it can be resumed."""
    return Draft(
        selection=selection,
        statements=(),
        verdict=AnswerVerdict.UNANSWERABLE,
        missing=gate.aspects(selection),
        # what a model says of itself may be the very thing that could not be asked
        provenance=Provenance(generator.name, generator.model),
        left_out=(f"{UNFINISHED} {reason}",),
        complete=False,
    )


def take_over(resume: Draft | None, provenance: Provenance) -> tuple[Statement, ...]:
    """The sentences written before the interruption; the same model starts the same way again.

    Raises InputError when another model, or other prompts, wrote them.
    """
    if resume is None or resume.complete or not resume.statements:
        return ()
    if _writer(resume.provenance) != _writer(provenance):
        raise InputError("Dit voorstel is met een ander model of andere prompts begonnen. Begin opnieuw.")
    return resume.statements


def found_before(resume: Draft | None) -> int:
    """How many citations of the half-written draft got their place from the system."""
    return int(dict(resume.provenance.parameters).get(FOUND, 0)) if resume is not None else 0


def _writer(provenance: Provenance) -> tuple[object, ...]:
    return (
        provenance.generator,
        provenance.model,
        provenance.model_sha256,
        provenance.prompt_sha256,
        provenance.seed,
    )


DEFAULT_MAX_TOKENS = 900  # room for 250 words with their proofs
_MAX_WORDS = 250  # acceptance: 50 to 250 words a sub-question
_QUOTED = 200  # characters of a model's text that a remark repeats
_REPAIR_TOKENS = 220
_REPAIR_BUDGET = 700  # tokens of sources that a repair gets to see
_ROOM_FOR_STYLE = 8192  # tokens of context; below this the sources need all the room
_MAX_REPEATS = 2  # a small model that repeats itself this often goes on for ever


@dataclass(frozen=True, slots=True)
class WritingOptions:
    """How a draft is written."""

    prompts: PromptFiles = field(default_factory=load_prompts)
    max_tokens: int = DEFAULT_MAX_TOKENS
    # Earlier answers of the same minister, for the tone only; None: chosen from what was offered, for a
    # model with room to spare.
    style_examples: tuple[str, ...] | None = None


@dataclass(slots=True)
class _Work:
    """What is written so far."""

    statements: list[Statement] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    about_model: list[str] = field(default_factory=list)  # remarks that matter only if its text is used
    bound: int = 0  # sentences whose place in the source was found by the system
    seen: set[str] = field(default_factory=set)
    repeats: int = 0

    @property
    def shown_words(self) -> int:
        """Words of the sentences that came through."""
        return sum(
            len(words(c.statement.text)) for c in self.checks if c.verdict is StatementVerdict.SUPPORTED
        )


def write(
    selection: Selection,
    generator: Generator,
    gate: Gate,
    *,
    locate: Locate = nowhere,
    options: WritingOptions | None = None,
    on_event: Listener | None = None,
    resume: Draft | None = None,
) -> Draft:
    """A draft by `generator` from exactly what was chosen; its verdict counts only sentences that hold.

    Interrupted halfway, the draft comes back with `complete` False; given as `resume`, what it holds is
    kept and the rest is written. Raises GeneratorError or InputError when nothing could be written.
    """
    writer = _Writer(selection, generator, gate, locate, options or WritingOptions(), on_event or _ignore)
    return writer.run(resume)


def _ignore(progress: Progress) -> None:
    """For callers that only want the result."""


class _Writer:
    """One draft in the making."""

    def __init__(
        self,
        selection: Selection,
        generator: Generator,
        gate: Gate,
        locate: Locate,
        options: WritingOptions,
        tell: Listener,
    ) -> None:
        self.selection = selection
        self.generator = generator
        self.gate = gate
        self.locate = locate
        self.options = options
        self.tell = tell
        self.aspects = gate.aspects(selection)
        self.style = _style_for(options, selection, generator)
        self.shape = shape_for(generator)
        self.work = _Work()

    def run(self, resume: Draft | None) -> Draft:
        self.tell(Progress(Stage.ASPECTS, "\n".join(self.aspects)))
        self._remark(*describe_suspicions(self.selection.chosen))
        self._remark(*describe_question(self.selection.question.text, self.selection.introduction))
        if not self.gate.sufficient(self.selection):
            return self._nothing()
        prompt, material = self._prompt()
        if not material.rendered:  # all of it spoke to a machine
            return self._nothing()
        self._remark_on_model(*material.left_out)
        provenance = self._provenance()
        had = take_over(resume, provenance)
        self.work.bound = found_before(resume) if had else 0
        try:
            try:
                self._write(prompt, material, had)
            finally:
                for statement in had[len(self.work.statements) :]:  # saying less now takes nothing back
                    self._add(statement, len(self.work.statements))
            self._repair(material)
            self._take_newest()
        except GeneratorError as error:
            if not self.work.statements:
                raise
            self._remark(f"{UNFINISHED} {error.detail}")
            return self._broken_off(provenance)
        return self._conclude(provenance)

    def _nothing(self) -> Draft:
        self._remark("De gekozen bronnen zeggen te weinig over deze vraag; er is niets geschreven.")
        return self._result(AnswerVerdict.UNANSWERABLE, self.aspects, self._provenance())

    # ------------------------------------------------------------------ the first version

    def _prompt(self) -> tuple[Prompt, Material]:
        generator, around = self.generator, (*self.style, *self.aspects)
        frame = self._compose(Material((), "", make_mark(around)))
        budget = generator.context_tokens - self.options.max_tokens - generator.count_tokens(frame.text) - 64
        if budget <= 0:
            raise InputError(
                f"Het taalmodel {generator.model!r} is te klein: de vraag alleen al past er niet in. "
                "Kies een model met een grotere context."
            )
        material = gather(
            self.selection, budget, generator.count_tokens, around=around, fenced=self.shape.chats
        )
        return self._compose(material), material

    def _compose(self, material: Material) -> Prompt:
        parts = {
            "onderdelen": barred(escape("\n".join(self.aspects))),
            "stijl": quote_style(self.style, self.options.prompts, material.mark),
        }
        return compose(self.options.prompts, self.shape, self.selection, material, parts)

    def _write(self, prompt: Prompt, material: Material, had: Sequence[Statement]) -> None:
        reader = _reader(self.shape)
        stream = self._stream(prompt, self.options.max_tokens)
        try:
            for piece in stream:
                for item in reader.feed(piece):
                    self._take(item, material, had)
                    if self._enough():
                        return
        finally:
            _close(stream)
        items, broken_off = reader.finish()
        for item in items:
            self._take(item, material, had)
        if broken_off:
            self._remark_on_model(
                f"Het taalmodel maakte zijn laatste zin niet af; die is weggelaten: “{broken_off}”"
            )

    def _stream(self, prompt: Prompt, max_tokens: int) -> Iterator[str]:
        schema: JsonSchema | None = ANSWER_SCHEMA if self.shape is Shape.JSON else None
        # after its answer a model that continues text makes up the next question
        stop = () if self.shape.chats else ("\nVraag", "\nBron")
        return self.generator.stream(prompt, schema=schema, max_tokens=max_tokens, stop=stop)

    def _enough(self) -> bool:
        if self.work.shown_words >= _MAX_WORDS:
            self._remark(f"Na {_MAX_WORDS} woorden is het schrijven gestopt.")
            return True
        return self.work.repeats > _MAX_REPEATS

    def _take(self, item: Proposal | Missing, material: Material, had: Sequence[Statement]) -> None:
        if isinstance(item, Missing):
            self.work.missing.append(item.aspect)
            return
        key = fold(item.sentence)
        if key in self.work.seen:
            self.work.repeats += 1
            return
        self.work.seen.add(key)
        position = len(self.work.statements)
        if position < len(had):  # written before the interruption
            statement = had[position]
        else:
            statement, found = bind(item, material.sources, self.locate, self._same_question)
            self.work.bound += found
        self._add(statement, position)

    def _same_question(self, source: Source) -> bool:
        return self.gate.same_question(self.selection, source)

    def _add(self, statement: Statement, position: int) -> None:
        check = self.gate.check(statement, self.selection.chosen)
        self.work.statements.insert(position, statement)
        self.work.checks.insert(position, check)
        if check.verdict is StatementVerdict.SUPPORTED:
            self.tell(Progress(Stage.SENTENCE, statement.text, position, check))

    # ------------------------------------------------------------------ one more chance

    def _repair(self, material: Material) -> None:
        for position, check in enumerate(tuple(self.work.checks)):
            if check.verdict is StatementVerdict.SUPPORTED:
                continue
            # a model that only continues text cannot make anything of a reason; what a person wrote is theirs
            machine = check.statement.author is Author.MACHINE
            if machine and self.shape.chats and self.work.shown_words < _MAX_WORDS:
                self.tell(Progress(Stage.REPAIR, check.statement.text, position, check))
                better = self._ask_again(check, material)
                if better is not None:
                    self.work.statements[position] = better.statement
                    self.work.checks[position] = better
                    self.tell(Progress(Stage.SENTENCE, better.statement.text, position, better))
                    continue
            self.tell(Progress(Stage.REMOVED, check.statement.text, position, check))

    def _ask_again(self, check: Check, material: Material) -> Check | None:
        """The sentence once more, from the sources it named; None if it fails again."""
        named = {c.source_id for c in check.statement.citations}
        sources: tuple[Source, ...] = tuple(s for s in material.sources if s.id in named) or material.sources
        small = gather(
            self.selection,
            _REPAIR_BUDGET,
            self.generator.count_tokens,
            about=check.statement.text,
            only=sources,
        )
        prompt = compose_repair(
            self.options.prompts, self.shape, self.selection, small, check.statement.text, check.reasons
        )
        reader = _reader(self.shape)
        items: list[Proposal | Missing] = []
        stream = self._stream(prompt, _REPAIR_TOKENS)
        try:
            for piece in stream:
                items.extend(reader.feed(piece))
        except InputError:
            return None  # a model too small for the second question keeps its first answer
        finally:
            _close(stream)
        items.extend(reader.finish()[0])
        for item in items:
            if isinstance(item, Proposal) and fold(item.sentence) not in self.work.seen:
                statement, _ = bind(item, small.sources, self.locate, self._same_question)
                again = self.gate.check(statement, self.selection.chosen)
                self.work.seen.add(fold(item.sentence))
                return again if again.verdict is StatementVerdict.SUPPORTED else None
        return None

    # ------------------------------------------------------------------ what remains

    def _take_newest(self) -> None:
        """A sentence from an older source gives way where a newer chosen source says otherwise."""
        for position, check in enumerate(tuple(self.work.checks)):
            if check.verdict is not StatementVerdict.SUPPORTED:
                continue
            settled = take_newest(check.statement, self.selection.chosen, self.gate.check, self.locate)
            if settled is None:
                continue
            self._remark(settled.remark)
            again = self.gate.check(settled.statement, self.selection.chosen)
            self.work.statements[position] = again.statement
            self.work.checks[position] = again
            self.tell(Progress(Stage.SENTENCE, again.statement.text, position, again))
        self._drop_repeated()

    def _drop_repeated(self) -> None:
        """A newer position that the model had written itself need not be told twice."""
        kept: dict[str, int] = {}
        for position, check in enumerate(self.work.checks):
            kept.setdefault(fold(split_introduction(check.statement.text).claim), position)
        self.work.statements = [self.work.statements[p] for p in kept.values()]
        self.work.checks = [self.work.checks[p] for p in kept.values()]

    def _shown(self) -> tuple[Statement, ...]:
        return tuple(c.statement for c in self.work.checks if c.verdict is StatementVerdict.SUPPORTED)

    def _broken_off(self, provenance: Provenance) -> Draft:
        missing = self.gate.missing(self.selection, self._shown())
        return self._result(AnswerVerdict.PARTIAL, missing, provenance, complete=False)

    def _conclude(self, provenance: Provenance) -> Draft:
        shown = self._shown()
        if not shown:
            return self._fall_back(
                provenance, f"Geen enkele zin van het taalmodel {self.generator.model} kwam door de controle."
            )
        missing = self.gate.missing(self.selection, shown)
        if self.aspects and len(missing) == len(self.aspects):
            said = shorten(" ".join(s.text for s in shown), _QUOTED, placeholder=" …")
            return self._fall_back(
                provenance,
                f"Wat het taalmodel {self.generator.model} schreef staat wel in de bronnen, maar beantwoordt "
                f"geen enkel onderdeel van de vraag: “{said}”",
            )
        provenance = self._supplement(shown, provenance)
        missing = self.gate.missing(self.selection, self._shown())
        answered = not missing and self.gate.answered(self.selection, self._shown())
        verdict = AnswerVerdict.ANSWERED if answered else AnswerVerdict.PARTIAL
        return self._result(verdict, missing, provenance)

    def _supplement(self, shown: tuple[Statement, ...], provenance: Provenance) -> Provenance:
        """Copied sentences around those of the model, where it left aside what the sources do say."""
        copied = self.gate.extract(self.selection, self.locate).statements
        more = find_supplement(self.selection, shown, copied, self.gate, _MAX_WORDS)
        for position, statement in enumerate(more.before):
            self._add(statement, position)
        for statement in more.behind:
            self._add(statement, len(self.work.statements))
        count = len(more.before) + len(more.behind)
        if not count:
            return provenance
        self._remark(*more.describe(self.generator.model))
        return replace(provenance, parameters=(*provenance.parameters, (SUPPLEMENTED, str(count))))

    def _fall_back(self, provenance: Provenance, why: str) -> Draft:
        """The extractive draft, with what did not hold behind it so that it is shown apart."""
        copied = self.gate.extract(self.selection, self.locate)
        how = (
            "Dit voorstel is daarom gemaakt door zinnen letterlijk uit de bronnen over te nemen."
            if copied.statements
            else "Ook letterlijk overnemen gaf geen antwoord; er is daarom geen voorstel."
        )
        self._remark(f"{why} {how}")
        self.work.about_model.clear()
        failed = tuple(c.statement for c in self.work.checks if c.verdict is not StatementVerdict.SUPPORTED)
        parameters = (*provenance.parameters, (FELL_BACK, copied.provenance.generator))
        draft = self._result(copied.verdict, copied.missing, replace(provenance, parameters=parameters))
        return replace(
            draft,
            statements=(*copied.statements, *failed),
            left_out=tuple(dict.fromkeys((*draft.left_out, *copied.left_out))),
        )

    def _result(
        self,
        verdict: AnswerVerdict,
        missing: tuple[str, ...],
        provenance: Provenance,
        *,
        complete: bool = True,
    ) -> Draft:
        if self.work.bound:
            found = (FOUND, str(self.work.bound))
            provenance = replace(provenance, parameters=(*provenance.parameters, found))
        return Draft(
            selection=self.selection,
            statements=tuple(self.work.statements),
            verdict=verdict,
            missing=missing,
            provenance=provenance,
            left_out=tuple(dict.fromkeys((*self.work.remarks, *self.work.about_model))),
            complete=complete,
        )

    def _provenance(self) -> Provenance:
        told = self.generator.describe()
        parameters = (
            *told.parameters,
            ("max_tokens", str(self.options.max_tokens)),
            ("shape", self.shape.value),
        )
        if self.style:
            parameters = (*parameters, ("style_examples", str(len(self.style))))
        return replace(told, prompt_sha256=self.options.prompts.sha256, parameters=parameters)

    def _remark(self, *remarks: str) -> None:
        self.work.remarks.extend(remarks)
        self._tell_all(remarks)

    def _remark_on_model(self, *remarks: str) -> None:
        self.work.about_model.extend(remarks)
        self._tell_all(remarks)

    def _tell_all(self, remarks: Sequence[str]) -> None:
        for remark in remarks:
            self.tell(Progress(Stage.REMARK, remark))


def _style_for(options: WritingOptions, selection: Selection, generator: Generator) -> tuple[str, ...]:
    if options.style_examples is not None:
        return options.style_examples
    if not generator.chats or generator.context_tokens < _ROOM_FOR_STYLE:
        return ()
    return tuple(source.body for source in choose_examples(selection))


def _reader(shape: Shape) -> Reader:
    return JsonReader() if shape is Shape.JSON else LineReader()


def _close(stream: Iterator[str]) -> None:
    close = getattr(stream, "close", None)
    if close is not None:
        close()
