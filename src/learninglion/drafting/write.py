"""A language model writes, the system proves, in steps that a person can read.

First the model points at the passages that answer each part of the question; from the table of those passages
alone it writes a text; every sentence is resolved and checked; what failed is asked for once more, with the
reasons. What still fails stays where it stands, marked. Without enough evidence the model is only asked what
is missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache, partial
from textwrap import shorten

from learninglion.checking.citations import Locate, cite, find_quote, nowhere, reference, resolve
from learninglion.checking.injection import describe_question, describe_suspicions, touches_suspicious
from learninglion.checking.phrases import split_introduction
from learninglion.checking.verify import check as check_rules
from learninglion.drafting import evidence_table, extractive
from learninglion.drafting.evidence_table import Table, nearest, raised
from learninglion.drafting.extractive import find_supplement, line_remarks
from learninglion.drafting.line import Voice, take_newest, voice_of
from learninglion.drafting.prompting import (
    PromptFiles,
    Shape,
    barred,
    compose,
    escape,
    form_text,
    gather,
    load_prompts,
    make_mark,
    order_sources,
    quote_failures,
    quote_line,
    quote_question,
    quote_siblings,
    quote_style,
    quote_text,
    shape_for,
    show_table,
    unescape,
)
from learninglion.drafting.quotation import units_of
from learninglion.drafting.relevance import LIKELY, SURE, Judged, Relevance, built_in
from learninglion.drafting.replies import (
    JsonReader,
    LineReader,
    Missing,
    Proof,
    Proposal,
    Reader,
    answer_schema,
    evidence_schema,
    read_claims,
)
from learninglion.drafting.selection import LINE, NEWS, without_line
from learninglion.drafting.style import StyleExample, choose_examples
from learninglion.drafting.verdict import Whose, broke_off, may_hold, question_parts, read_statements
from learninglion.dutch.questions import coverage, likeness
from learninglion.dutch.text import fold, split_sentences, squash, words
from learninglion.inference.generators import Generator, JsonSchema, NoAnswerError, Prompt, RetractedError
from learninglion.models import (
    Answers,
    AnswerVerdict,
    Author,
    Check,
    Citation,
    Draft,
    EvidenceRow,
    Provenance,
    Remark,
    Selection,
    Source,
    Span,
    Statement,
    StatementVerdict,
    SubQuestion,
)
from learninglion.models.errors import GeneratorError, InputError, LearningLionError

# From what a model says a sentence rests on to citations of exact words in the chosen sources.

# A sentence whose words stand for less than this part in one source sentence rests on nothing we can find. It
# only says where the check looks first: no sentence passes by it.
_SHARED = 0.6
_SHORT = 4  # letters; shorter words ("de", "van", "een") say nothing about where a sentence came from
_PASSAGES = 3  # of one source that a sentence without a quotation is held against
# An earlier "ja" says nothing about another question, however true it was of its own.
_YES_NO = re.compile(r"^\W*(?:ja|nee|neen|inderdaad|(?:dat|dit) klopt)\b", re.IGNORECASE)
_SPEAKER = re.compile(r"\b(?:ik|mij|mijn|wij|we|ons|onze)\b", re.IGNORECASE)
_END = (".", "!", "?", "…")


def bind(
    proposal: Proposal,
    sources: Sequence[Source],
    locate: Locate,
    same_question: Callable[[Source], bool] = lambda _source: True,
    rows: Sequence[EvidenceRow] = (),
) -> tuple[Statement, int]:
    """The proposal as a statement, and for how many citations the system found the place itself.

    A quote that stands in its source becomes a citation of those exact words; one that does not is kept
    as the model gave it, for the check to refuse. A proof without words gets the one sentence of that
    source that says the same, if there is one, and else the passages of that source that the sentence was
    written from (`rows`, the evidence table). Words that speak to a machine are never evidence, and a
    "ja" or "nee" only counts where the source answered the same question.
    """
    proposal = _named(proposal, sources)
    citations: list[Citation] = []
    bound = 0
    answering = tuple(s for s in sources if same_question(s))
    yes_no = bool(_YES_NO.match(proposal.sentence))
    for proof in proposal.proofs or (Proof(0),):
        named = sources[proof.source - 1 : proof.source] if proof.source > 0 else ()
        if proof.words:
            cited = [_quoted(proof.words, named, sources, locate)]
        else:
            cited = [_attributed(proposal.sentence, named or (answering if yes_no else sources), locate)]
            if cited == [None] and named and not yes_no:
                cited = [
                    cite(named[0], span, locate) for span in _written_from(proposal.sentence, named[0], rows)
                ]
            bound += any(c is not None for c in cited)
        for citation in cited:
            if citation is None or citation in citations:
                continue
            if yes_no and not any(s.id == citation.source_id for s in answering):
                continue
            citations.append(citation)
    return Statement(_ended(proposal.sentence), tuple(citations)), bound


def _named(proposal: Proposal, sources: Sequence[Source]) -> Proposal:
    """A source that stands behind a sentence by its reference or its id is a proof as its number is."""
    sentence, proofs = proposal.sentence, list(proposal.proofs)
    for number, source in enumerate(sources, 1):
        names = "|".join(re.escape(name) for name in (reference(source), source.id, source.document.id))
        reference_mark = re.compile(rf"\s*[\[(]\s*(?:(?:bron|zie)\b:?\s*)?(?:{names})\s*[\])]", re.IGNORECASE)
        bare = reference_mark.sub("", sentence)
        if bare != sentence:
            sentence = bare
            proofs.extend([Proof(number)] if number not in {p.source for p in proofs} else [])
    return Proposal(re.sub(r" (?=[.,;:!?]$)", "", sentence), tuple(proofs))


def _written_from(sentence: str, source: Source, rows: Sequence[EvidenceRow]) -> tuple[Span, ...]:
    """The passages of a source that a sentence in other words was written from."""
    own = dict.fromkeys((r.span, r.quote) for r in rows if r.source_id == source.id)
    if not own:
        return nearest(sentence, source)
    order = sorted(own, key=lambda o: (-coverage(sentence, (o[1],)), o[0].start))
    return tuple(sorted((span for span, _ in order[:_PASSAGES]), key=lambda span: span.start))


def _quoted(text: str, named: Sequence[Source], sources: Sequence[Source], locate: Locate) -> Citation | None:
    quote = text if any(find_quote(text, s.body) for s in sources) else unescape(text)
    # words that stand in another source than the one named are those of the other
    given = next((s for s in (*named, *sources) if find_quote(quote, s.body)), named[0] if named else None)
    if given is None:
        return Citation(document="", numbers=(), quote=quote)
    citation = Citation(
        given.document.id, given.numbers, quote, source_id=given.id, reference=reference(given)
    )
    resolution = resolve(citation, sources, locate)
    if resolution.span is None or resolution.source is None:
        return citation
    if touches_suspicious(resolution.source, resolution.span):
        return None
    return cite(resolution.source, resolution.span, locate)


def _attributed(sentence: str, sources: Sequence[Source], locate: Locate) -> Citation | None:
    """The source sentence that holds most of the words of `sentence`, if it holds nearly all."""
    wanted = _content(sentence)
    if not wanted:
        return None
    best: tuple[float, Source, Span] | None = None
    for source in sources:
        for span, content in _sentences(source.body):
            shared = len(wanted & content) / len(wanted)
            if shared >= _SHARED and (best is None or shared > best[0]):
                best = (
                    shared,
                    source,
                    Span(span.start + source.body_span.start, span.end + source.body_span.start),
                )
    if best is None or touches_suspicious(best[1], best[2]):
        return None
    return cite(best[1], best[2], locate)


@lru_cache(maxsize=256)
def _sentences(body: str) -> tuple[tuple[Span, frozenset[str]], ...]:
    return tuple((span, _content(span.of(body))) for span in split_sentences(body))


def _content(text: str) -> frozenset[str]:
    return frozenset(w for w in words(text) if len(w) >= _SHORT or w[:1].isdigit()) or frozenset(words(text))


def _ended(sentence: str) -> str:
    """With a full stop at the end, as models forget it in front of a citation."""
    text = sentence.strip()
    return text if text.endswith(_END) or text[-2:-1] in _END else text + "."


class Stage(StrEnum):
    """What happened while writing."""

    ASPECTS = "aspects"  # the parts of the question, before anything is written
    EVIDENCE = "evidence"  # the passages that the text is written from
    SENTENCE = "sentence"  # a sentence came through the check
    REPAIR = "repair"  # a sentence did not, and is asked for again
    MARKED = "marked"  # it failed again and stays where it stands, marked
    RETRACTED = "retracted"  # what was told so far turns out to be thoughts of the model
    REMARK = "remark"  # something the reader should know


@dataclass(frozen=True, slots=True)
class Progress:
    """One step of the writing; `position` counts the sentences of the draft from 0."""

    stage: Stage
    text: str
    position: int = -1
    check: Check | None = None


Listener = Callable[[Progress], None]


STYLE_FROM = "style_from"
"""Name of the parameter that holds where the examples of style stand."""

FELL_BACK = "fell_back_to"
"""Name of the parameter that says which drafter took over because nothing of a model's text remained."""

SUPPLEMENTED = "sentences_copied"
"""Name of the parameter that counts the sentences copied around those of a model."""

FOUND = "proofs_found_by_system"
"""Name of the parameter that counts the citations whose place the system found itself."""


Checker = Callable[[Statement, Sequence[Source]], Check]


@dataclass(frozen=True, slots=True)
class Gate:
    """The judgements that writing needs, by rules and by the learned measure.

    A model judges only where one passed its exam, and only sentences that the rules leave open.
    """

    aspects: Callable[[Selection], tuple[str, ...]]  # the parts of the question
    # every chosen source beside each part, by the learned measure
    weigh: Callable[[Selection], tuple[tuple[Judged, ...], ...]]
    check: Checker  # whether a sentence holds
    # for each part how probably these sentences answer it, by the source they rest on
    chances: Callable[[Selection, Sequence[Statement]], tuple[Mapping[str, float], ...]]
    extract: Callable[[Selection, Locate], Draft]  # the draft that copies sentences, to fall back on
    sure: float = SURE  # from which chance on a part counts as answered


def rules_gate(sure: float = SURE, checker: Checker = check_rules, measure: Relevance | None = None) -> Gate:
    """The gate of the program; `checker`: the rules, or the rules with a judge behind them."""
    by = measure or built_in()
    return Gate(
        aspects=question_parts,
        weigh=lambda selection: by.of_selection(selection, selection.chosen, trusted=True),
        check=checker,
        chances=lambda selection, statements: read_statements(selection, statements, by).chances(*Whose),
        extract=partial(extractive.draft, sure=sure, measure=by),
        sure=sure,
    )


def not_written(selection: Selection, generator: Generator, gate: Gate, reason: str) -> Draft:
    """The draft of a sub-question of which nothing could be written; it can be resumed."""
    return Draft(
        selection=selection,
        statements=(),
        verdict=AnswerVerdict.UNANSWERABLE,
        missing=gate.aspects(selection),
        # what a model says of itself may be the very thing that could not be asked
        provenance=Provenance(generator.name, generator.model),
        left_out=(broke_off(reason),),
        complete=False,
        stopped=reason,
    )


def _take_over(resume: Draft | None, provenance: Provenance) -> tuple[Statement, ...]:
    """The sentences written before the interruption; the same model starts the same way again.

    Raises InputError when another model, or other prompts, wrote them.
    """
    if resume is None or resume.complete or not resume.statements:
        return ()
    if _writer(resume.provenance) != _writer(provenance):
        raise InputError("Dit voorstel is met een ander model of andere prompts begonnen. Begin opnieuw.")
    return resume.statements


def _found_before(resume: Draft | None) -> int:
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
_MISSING_TOKENS = 220
_ROOM_FOR_STYLE = 8192  # tokens of context; below this the sources need all the room
_MAX_REPEATS = 2  # a small model that repeats itself this often goes on for ever
_REFERS = re.compile(
    r"^(?:zie|ik verwijs (?:u )?naar)\b.{0,30}\bantwoord\w*\b.{0,20}?\bvra(?:ag|gen) (\d+)", re.I
)


@dataclass(frozen=True, slots=True)
class WritingOptions:
    """How a draft is written."""

    prompts: PromptFiles = field(default_factory=load_prompts)
    max_tokens: int = DEFAULT_MAX_TOKENS
    # Answers that the office approved, for the tone only and a model with room to spare.
    style_examples: tuple[StyleExample, ...] = ()


@dataclass(slots=True)
class _Work:
    """What is written so far."""

    table: Table = Table()
    by_model: bool = False  # whether the table is the model's
    statements: list[Statement] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    copied: set[Statement] = field(default_factory=set)
    missing: list[str] = field(default_factory=list)  # in the words of the model
    proposal: str = ""
    remarks: list[str] = field(default_factory=list)
    about_model: list[str] = field(default_factory=list)  # remarks that matter only if its text is used
    bound: int = 0  # sentences whose place in the source was found by the system
    seen: set[str] = field(default_factory=set)
    repeats: int = 0

    @property
    def words(self) -> int:
        """Words of the sentences so far."""
        return sum(len(words(s.text)) for s in self.statements)


def write(
    selection: Selection,
    generator: Generator,
    gate: Gate,
    *,
    locate: Locate = nowhere,
    options: WritingOptions | None = None,
    siblings: Sequence[SubQuestion] = (),
    on_event: Listener | None = None,
    resume: Draft | None = None,
) -> Draft:
    """A draft by `generator` from exactly what was chosen; its verdict counts only sentences that hold.

    `siblings`: the other questions of the set. Interrupted halfway, the draft comes back with `complete`
    False; given as `resume`, what it holds is kept and the rest is written. Raises GeneratorError or
    InputError when nothing could be written.
    """
    report = on_event or _ignore
    return _Writer(selection, generator, gate, locate, options or WritingOptions(), siblings, report).run(
        resume
    )


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
        siblings: Sequence[SubQuestion],
        tell: Listener,
    ) -> None:
        self.selection = selection
        self.generator = generator
        self.gate = gate
        self.locate = locate
        self.options = options
        self.tell = tell
        self.aspects = gate.aspects(selection)
        judged = gate.weigh(selection)
        self.guided = extractive.guiding(judged)
        self.judged = [[one for one in row if one.source.id != LINE] for row in judged]
        self.citable = without_line(selection)
        self.sources = order_sources(self.citable.chosen)  # by the numbers that the model sees
        self.line = "\n".join(s.body for s in selection.chosen if s.id == LINE)
        self.shape = shape_for(generator)
        roomy = generator.chats and generator.context_tokens >= _ROOM_FOR_STYLE
        self.siblings = tuple(siblings) if roomy else ()
        self.style = choose_examples(options.style_examples) if roomy else ()
        voices = tuple(example.text for example in self.style)
        around = (*(s.body for s in self.sources), *(s.question for s in self.sources), *voices)
        others = (self.line, *(sibling.text for sibling in self.siblings))
        self.mark = make_mark([selection.introduction, selection.question.text, *around, *others])
        self.examples = _examples(options.prompts)
        self.work = _Work()

    def run(self, resume: Draft | None) -> Draft:
        self.tell(Progress(Stage.ASPECTS, "\n".join(self.aspects)))
        self._remark(*describe_suspicions(self.selection.chosen))
        self._remark(*describe_question(self.selection.question.text, self.selection.introduction))
        if self.style:
            examples = ", ".join(example.where for example in self.style)
            self._remark_on_model(
                f"Alleen voor de toon las het taalmodel eerdere antwoorden mee: {examples}."
            )
        if not self.aspects or not any(units_of(source) for source in self.sources):
            return self._nothing()  # nothing is asked of an archive, or all of it spoke to a machine
        provenance = self._provenance()
        had = _take_over(resume, provenance)
        self.work.bound = _found_before(resume) if had else 0
        try:
            try:
                if not self._find_evidence(resume if had else None):
                    return self._nothing()
                self._write(had)
            finally:
                for statement in had[len(self.work.statements) :]:  # saying less now takes nothing back
                    self._add(statement, len(self.work.statements))
            self._repair()
            self._take_newest()
            self._name_speakers()
        except GeneratorError as error:
            if not self.work.statements:
                raise
            self._remark(broke_off(error.detail))
            broken = self._result(
                AnswerVerdict.PARTIAL, self._missing(self._shown()), provenance, complete=False
            )
            return replace(broken, stopped=error.detail)
        return self._conclude(provenance)

    def _nothing(self) -> Draft:
        self._remark("De gekozen bronnen zeggen te weinig over deze vraag; er is niets geschreven.")
        if self.work.missing:
            gaps = shorten("; ".join(self.work.missing), 2 * _QUOTED, placeholder=" …")
            self._remark(f"Volgens het taalmodel {self.generator.model} ontbreekt: “{gaps}”")
        return self._result(AnswerVerdict.UNANSWERABLE, self.aspects, self._provenance())

    # ------------------------------------------------------------------ step 1: the evidence

    def _find_evidence(self, resume: Draft | None) -> bool:
        """Make the table; False when it says too little to write from."""
        if resume is not None and resume.evidence:
            self.work.table = Table(resume.evidence)
            self.work.by_model = any(row.by_model for row in resume.evidence)
            if not self.work.by_model and self.shape.chats:
                self._remark_own_table()
            enough = True
        elif not self.shape.chats:  # it cannot point at anything
            self.work.table = evidence_table.by_measure(self.citable, self.judged)
            enough = self.work.table.sufficient
        else:
            enough = self._ask_evidence()
        rows = self.work.table.usable
        self.tell(Progress(Stage.EVIDENCE, "\n".join(f"{r.reference}: “{r.quote}”" for r in rows)))
        if not enough and self.shape.chats and not self.work.missing:
            self._ask_missing()
        return enough

    def _ask_evidence(self) -> bool:
        values = {**self._asked(), "bronnen": "", "vorm": self.options.prompts.text("vorm-bewijs")}
        budget = self._room(self._prompt("bewijs", values))
        material = gather(self.citable, budget, self.generator.count_tokens, self.mark)
        self._remark_on_model(*material.left_out)
        prompt = self._prompt("bewijs", {**values, "bronnen": material.rendered})
        try:
            schema = evidence_schema(material.quotes)
            read = read_claims("".join(self._stream(prompt, self.options.max_tokens, schema)))
        except NoAnswerError as error:
            self._remark(error.detail)
            read = None
        if read is not None:
            claims, self.work.missing = read[0], [m for m in read[1] if not self._echoes(m)]
            table = evidence_table.by_model(claims, self.sources, self.judged)
            if table.rows or (self.work.missing and not claims):  # an empty form says nothing
                self.work.table, self.work.by_model = table, True
                if table.dropped:
                    count = _count(len(table.dropped), "aanhaling", "aanhalingen")
                    self._remark(f"{count} van het taalmodel in geen bron gevonden, en weggelaten.")
                return table.sufficient
        self.work.table = evidence_table.by_measure(self.citable, self.judged)
        self.work.missing = []
        self._remark_own_table()
        # that it was to write from it says something for a passage, as that it only partly answers does
        return any(raised(r.chance, Answers.PARTLY) >= LIKELY for r in self.work.table.usable)

    def _remark_own_table(self) -> None:
        self._remark(
            f"Het taalmodel {self.generator.model} gaf geen bruikbare bewijstabel. De passages zijn daarom "
            "door het programma zelf uitgezocht."
        )

    def _ask_missing(self) -> None:
        """What the model thinks is missing; without an answer nothing is lost."""
        nearby = self.work.table.usable or evidence_table.by_measure(self.citable, self.judged).usable
        values = {**self._asked(), "bewijs": ""}
        try:
            table = self._fitting(nearby, self._room(self._prompt("ontbreekt", values), _MISSING_TOKENS))
            prompt = self._prompt("ontbreekt", {**values, "bewijs": table})
            items = self._read(LineReader(), self._stream(prompt, _MISSING_TOKENS, None))
            missing = [item.aspect for item in items if isinstance(item, Missing)]
            self.work.missing = [aspect for aspect in missing if not self._echoes(aspect)]
        except LearningLionError as error:
            self._remark_on_model(f"Wat er ontbreekt is niet gevraagd: {error.detail}")

    # ------------------------------------------------------------------ step 2: the text

    def _write(self, had: Sequence[Statement]) -> None:
        prompt = self._text_prompt()
        reader = _reader(self.shape)
        stream = self._stream(prompt, self.options.max_tokens, self._answer_schema())
        try:
            for piece in stream:
                for item in reader.feed(piece):
                    self._take(item, had)
                    if self._enough():
                        return
        except RetractedError:
            self._retract()
            raise
        finally:
            _close(stream)
        items, broken_off = reader.finish()
        for item in items:
            self._take(item, had)
        if broken_off:
            self._remark_on_model(
                f"Het taalmodel maakte zijn laatste zin niet af; die is weggelaten: “{broken_off}”"
            )

    def _retract(self) -> None:
        """Nothing of an answer may stay in which the model was thinking aloud."""
        self.work.statements.clear()
        self.work.checks.clear()
        self.work.seen.clear()
        self.work.missing.clear()
        self.work.bound, self.work.proposal = 0, ""
        self.tell(Progress(Stage.RETRACTED, ""))

    def _text_prompt(self) -> Prompt:
        files = self.options.prompts
        if not self.shape.chats:
            blanks = {"vraag": squash(escape(self.selection.question.text)), "bewijs": ""}
            room = self._room(self._prompt("vervolg", blanks))
            table = self._fitting(self.work.table.usable, room)
            return self._prompt("vervolg", {**blanks, "bewijs": table})
        values = {
            **self._asked(),
            "set": quote_siblings(self.siblings, files, self.mark),
            "lijn": quote_line(self.line, files, self.mark),
            "bewijs": "",
            "stijl": quote_style([example.text for example in self.style], files, self.mark),
            "vorm": form_text(files, self.shape),
        }
        table = self._fitting(self.work.table.usable, self._room(self._prompt("opdracht", values)))
        return self._prompt("opdracht", {**values, "bewijs": table})

    def _fitting(self, rows: Sequence[EvidenceRow], room: int) -> str:
        """The table within `room` tokens; the rows that answer least stay out, and are named."""
        mark = self.mark if self.shape.chats else ""
        rows_left = list(rows)
        while rows_left:
            table = show_table(rows_left, self.sources, self.aspects, mark)
            if self.generator.count_tokens(table) <= room:
                return table
            least = min(rows_left, key=lambda r: (r.chance, -r.span.start))
            rows_left.remove(least)
            self._remark_on_model(f"Paste niet in het taalmodel: {least.reference}: “{least.quote}”")
        if rows:
            raise InputError("Het taalmodel is te klein: er past geen enkele zin uit de bronnen in.")
        return ""

    def _asked(self) -> dict[str, str]:
        parts = "\n".join(f"{n}. {escape(part)}" for n, part in enumerate(self.aspects, 1))
        return {"vraag": quote_question(self.selection, self.mark), "onderdelen": barred(parts)}

    def _prompt(self, name: str, values: Mapping[str, str]) -> Prompt:
        return compose(self.options.prompts, name, self.mark, values, self.shape)

    def _room(self, frame: Prompt, answer: int | None = None) -> int:
        """The tokens left for what goes into `frame`. Raises InputError where there are none."""
        generator, answer = self.generator, answer or self.options.max_tokens
        room = generator.context_tokens - answer - generator.count_tokens(frame.text) - 64
        if room <= 0:
            raise InputError(
                f"Het taalmodel {generator.model!r} is te klein: de vraag alleen al past er niet in. "
                "Kies een model met een grotere context."
            )
        return room

    def _stream(self, prompt: Prompt, max_tokens: int, schema: JsonSchema | None) -> Iterator[str]:
        # after its answer a model that continues text makes up the next question
        stop = () if self.shape.chats else ("\nVraag", "\nBron")
        held = schema if self.shape is Shape.JSON else None
        return self.generator.stream(prompt, schema=held, max_tokens=max_tokens, stop=stop)

    def _answer_schema(self) -> JsonSchema:
        return answer_schema([quote_text(row.quote) for row in self.work.table.usable])

    def _read(self, reader: Reader, stream: Iterator[str]) -> list[Proposal | Missing]:
        """Everything in one answer that is not needed before it is whole."""
        try:
            items = [item for piece in stream for item in reader.feed(piece)]
        finally:
            _close(stream)
        return [*items, *reader.finish()[0]]

    def _enough(self) -> bool:
        if self.work.words >= _MAX_WORDS:
            self._remark(f"Na {_MAX_WORDS} woorden is het schrijven gestopt.")
            return True
        return self.work.repeats > _MAX_REPEATS

    def _take(self, item: Proposal | Missing, had: Sequence[Statement]) -> None:
        if self._echoes(item.aspect if isinstance(item, Missing) else item.sentence):
            return
        if isinstance(item, Missing):
            self.work.missing.append(item.aspect)
            return
        key = fold(item.sentence)
        if key in self.work.seen:
            self.work.repeats += 1
            return
        self.work.seen.add(key)
        if self._refers(item.sentence):
            return
        position = len(self.work.statements)
        # what was written before the interruption stays as it was
        self._add(had[position] if position < len(had) else self._bound(item), position)

    def _echoes(self, text: str) -> bool:
        """Whether a model only repeats what the prompt shows as the form of an answer."""
        return fold(text).strip(" .") in self.examples

    def _refers(self, sentence: str) -> bool:
        """A reference to another answer of the set is for a person to confirm; it is no statement."""
        reference_match = _REFERS.match(sentence)
        others = {n for sibling in self.siblings for n in sibling.numbers}
        if reference_match is None or int(reference_match.group(1)) not in others:
            return False
        self.work.proposal = sentence
        return True

    def _bound(self, item: Proposal) -> Statement:
        """The sentence with its citations; where its true quotes do not bear it, others that do.

        Small models point at the wrong sentence of the right table. A quote that stands nowhere is no slip of
        that kind, and stays.
        """
        rows = self.work.table.usable
        statement, bound = bind(item, self.sources, self.locate, self._same_question, rows)
        if statement.citations and all(c.span is not None for c in statement.citations):
            holds = self._holds(statement)
            for proofs in () if holds else ((), (Proof(self._nearest(item.sentence)),)):
                other, places = bind(
                    Proposal(item.sentence, proofs), self.sources, self.locate, self._same_question, rows
                )
                if other.citations and self._holds(other):
                    statement, bound = other, places
                    break
        self.work.bound += bound
        return statement

    def _holds(self, statement: Statement) -> bool:
        return self._check(statement).verdict is StatementVerdict.SUPPORTED

    def _check(self, statement: Statement) -> Check:
        return self.gate.check(statement, without_line(self.selection).chosen)

    def _nearest(self, sentence: str) -> int:
        """The number of the source whose passages in the table share most with a sentence."""
        shared = [
            coverage(sentence, tuple(r.quote for r in self.work.table.usable if r.source_id == source.id))
            for source in self.sources
        ]
        return shared.index(max(shared)) + 1

    def _same_question(self, source: Source) -> bool:
        return any(j.source.id == source.id and j.sameness >= SURE for row in self.judged for j in row)

    def _add(self, statement: Statement, position: int) -> None:
        check = self._check(statement)
        self.work.statements.insert(position, statement)
        self.work.checks.insert(position, check)
        if check.verdict is StatementVerdict.SUPPORTED:
            self.tell(Progress(Stage.SENTENCE, statement.text, position, check))

    # ------------------------------------------------------------------ step 3: one more chance

    def _repair(self) -> None:
        """One round for all sentences that failed; what fails again stays where it stands."""
        failed = [
            position
            for position, check in enumerate(self.work.checks)
            # what a person wrote is theirs
            if check.verdict is not StatementVerdict.SUPPORTED and check.statement.author is Author.MACHINE
        ]
        if not failed:
            return
        better: dict[int, Check] = {}
        if self.shape.chats:  # a model that only continues text cannot make anything of a reason
            for position in failed:
                check = self.work.checks[position]
                self.tell(Progress(Stage.REPAIR, check.statement.text, position, check))
            better = self._ask_again(failed)
        for position in failed:
            if position in better:
                self.work.statements[position] = better[position].statement
                self.work.checks[position] = better[position]
            check = self.work.checks[position]
            stage = Stage.SENTENCE if position in better else Stage.MARKED
            self.tell(Progress(stage, check.statement.text, position, check))

    def _ask_again(self, failed: Sequence[int]) -> dict[int, Check]:
        """The failed sentences that hold when written once more, by their position."""
        files = self.options.prompts
        values = {
            "zinnen": quote_failures([self.work.checks[p] for p in failed]),
            "vraag": quote_question(self.selection, self.mark),
            "bewijs": "",
            "vorm": form_text(files, self.shape),
        }
        try:
            table = self._fitting(self.work.table.usable, self._room(self._prompt("herstel", values)))
            prompt = self._prompt("herstel", {**values, "bewijs": table})
            stream = self._stream(prompt, self.options.max_tokens, self._answer_schema())
            items = self._read(_reader(self.shape), stream)
        except (InputError, NoAnswerError):
            return {}  # too small for the second question, or silent on it: its first answer stays
        written = [item for item in items if isinstance(item, Proposal)]
        better: dict[int, Check] = {}
        for position, item in _paired([(p, self.work.checks[p].statement.text) for p in failed], written):
            if fold(item.sentence) in self.work.seen:
                continue
            again = self._check(self._bound(item))
            if again.verdict is StatementVerdict.SUPPORTED:
                self.work.seen.add(fold(item.sentence))
                better[position] = again
        return better

    # ------------------------------------------------------------------ what remains

    def _take_newest(self) -> None:
        """A sentence from an older source gives way where a newer chosen source says otherwise."""
        chosen = [source for source in self.selection.chosen if source.id not in (LINE, NEWS)]
        for position, check in enumerate(tuple(self.work.checks)):
            if check.verdict is not StatementVerdict.SUPPORTED:
                continue
            settled = take_newest(check.statement, chosen, self.gate.check, self.locate)
            if settled is None:
                continue
            self._remark(settled.remark)
            again = self._check(settled.statement)
            self.work.statements[position] = again.statement
            self.work.checks[position] = again
            self.tell(Progress(Stage.SENTENCE, again.statement.text, position, again))
        self._drop_repeated()

    def _name_speakers(self) -> None:
        """The "ik" of another minister stays his: his own words stand there, under his name."""
        sources = {s.id: s for s in self.sources}
        for position, check in enumerate(tuple(self.work.checks)):
            split = split_introduction(check.statement.text)
            cited = [sources[c.source_id] for c in check.statement.citations if c.source_id in sources]
            theirs = bool(cited) and all(
                voice_of(s.document, self.selection) is not Voice.OURS for s in cited
            )
            own = check.statement.author is Author.MACHINE and _SPEAKER.search(split.claim)
            spans = [span for span in check.evidence if theirs and cited[0].body_span.contains(span)]
            if check.verdict is not StatementVerdict.SUPPORTED or split.phrase or not own or not spans:
                continue
            copied = extractive.from_material(self.selection, cite(cited[0], spans[0], self.locate))
            if copied is None:
                continue
            again = self._check(copied[1])
            self._remark(f"Dit zei een andere bewindspersoon; dat staat er nu bij: “{split.claim}”")
            self.work.statements[position] = again.statement
            self.work.checks[position] = again
            self.tell(Progress(Stage.SENTENCE, again.statement.text, position, again))

    def _drop_repeated(self) -> None:
        """A newer position that the model had written itself need not be told twice."""
        first_places: dict[str, int] = {}
        for position, check in enumerate(self.work.checks):
            first_places.setdefault(fold(split_introduction(check.statement.text).claim), position)
        self.work.statements = [self.work.statements[p] for p in first_places.values()]
        self.work.checks = [self.work.checks[p] for p in first_places.values()]

    def _shown(self) -> tuple[Statement, ...]:
        return tuple(c.statement for c in self.work.checks if c.verdict is StatementVerdict.SUPPORTED)

    def _doubtful(self) -> tuple[Statement, ...]:
        """What has words in a source that neither show nor contradict it: a person must read it."""
        return tuple(check.statement for check in self.work.checks if may_hold(check))

    def _missing(self, statements: Sequence[Statement]) -> tuple[str, ...]:
        """The parts that these sentences leave open, the model's word on their passages counted in."""
        chances_of = self.gate.chances(self.selection, statements)
        return tuple(
            part
            for part, chances in zip(self.aspects, chances_of, strict=True)
            if self._chance(part, chances, statements) < LIKELY
        )

    def _chance(self, part: str, chances: Mapping[str, float], statements: Sequence[Statement]) -> float:
        rested = [r.chance for r in self.work.table.usable if r.part == part and _rests(r, statements)]
        return max(
            (raised(c, self._word(part, s)) for s, c in chances.items()), default=max(rested, default=0.0)
        )

    def _word(self, part: str, source_id: str) -> Answers | None:
        """What the model says of a source; where it made no table, that it wrote from it says something."""
        if not source_id:
            return None  # the part fell away
        if not self.work.by_model:
            return Answers.PARTLY if self.shape.chats else None
        lines = [
            r.answers
            for r in self.work.table.rows
            if r.part == part and r.source_id == source_id and r.by_model
        ]
        return next((a for a in Answers if a in lines), None)

    def _answered(self) -> bool:
        """Whether every part is surely answered, by sentences that all hold and rest on the table."""
        rows = [r for r in self.work.table.usable if r.answers is Answers.YES]
        checked = all(c.verdict is StatementVerdict.SUPPORTED for c in self.work.checks)
        written = [
            s for s in self.work.statements if s not in self.work.copied and s.author is Author.MACHINE
        ]
        borne = all(any(_rests(row, [s]) for row in self.work.table.usable) for s in written)
        chances_of = self.gate.chances(self.selection, self._shown())
        copied = {c.source_id for s in self.work.copied for c in s.citations}
        sure = all(
            any(
                raised(chance, self._word(part, source)) >= self.gate.sure
                and (
                    not source
                    or source in copied
                    or any(r.part == part and r.source_id == source for r in rows)
                )
                for source, chance in chances.items()
            )
            for part, chances in zip(self.aspects, chances_of, strict=True)
        )
        return checked and borne and sure

    def _conclude(self, provenance: Provenance) -> Draft:
        model = self.generator.model
        shown, doubtful = self._shown(), self._doubtful()
        if not shown and self.work.proposal and not self.work.checks:
            return self._result(AnswerVerdict.UNANSWERABLE, (), provenance)
        if not shown:
            return self._fall_back(
                provenance, f"Van geen enkele zin van het taalmodel {model} is aangetoond dat zij klopt."
            )
        if len(self._missing(shown)) == len(self.aspects) and len(self._missing((*shown, *doubtful))) == len(
            self.aspects
        ):
            text = shorten(" ".join(s.text for s in shown), 5 * _QUOTED, placeholder=" …")
            return self._fall_back(
                provenance,
                f"Wat het taalmodel {model} schreef staat wel in de bronnen, maar beantwoordt "
                f"geen enkel onderdeel van de vraag: “{text}”",
            )
        provenance = self._supplement((*shown, *doubtful), provenance)
        missing = self._missing((*self._shown(), *doubtful))
        answered = not missing and self._answered()
        verdict = AnswerVerdict.ANSWERED if answered else AnswerVerdict.PARTIAL
        return self._result(verdict, missing, provenance)

    def _supplement(self, statements: tuple[Statement, ...], provenance: Provenance) -> Provenance:
        """Copied sentences around those of the model, where it left aside what the sources do say."""
        copied = self.gate.extract(self.selection, self.locate)
        more = find_supplement(copied.selection, statements, copied.statements, self._missing, _MAX_WORDS)
        if more.before or more.behind:
            self.selection = copied.selection  # with a newer source, where copying needed one
        for position, statement in enumerate(more.before):
            self._add(statement, position)
        for statement in more.behind:
            self._add(statement, len(self.work.statements))
        added = (*more.before, *more.behind)
        if not added:
            return provenance
        self.work.copied.update(added)
        self._remark(*more.describe(self.generator.model))
        return replace(provenance, parameters=(*provenance.parameters, (SUPPLEMENTED, str(len(added)))))

    def _fall_back(self, provenance: Provenance, why: str) -> Draft:
        """Copied sentences in front of what the model wrote, which stays as it stands, marked."""
        doubtful = self._doubtful()
        copied = self.gate.extract(self.selection, self.locate)
        if copied.statements:
            self.selection = copied.selection  # with a newer source, where copying needed one
            how = "Vooraan staan daarom zinnen die letterlijk uit de bronnen zijn overgenomen."
        elif doubtful:
            how = "Lees ze zelf na, met de bron ernaast."
        else:
            how = "Ook letterlijk overnemen gaf geen antwoord; er is daarom geen voorstel."
        self._remark(f"{why} {how}")
        self.work.about_model.clear()
        failed = tuple(c.statement for c in self.work.checks if c.verdict is not StatementVerdict.SUPPORTED)
        if copied.statements:
            provenance = replace(
                provenance, parameters=(*provenance.parameters, (FELL_BACK, copied.provenance.generator))
            )
            verdict, missing = copied.verdict, copied.missing
        else:
            verdict = AnswerVerdict.PARTIAL if doubtful else AnswerVerdict.UNANSWERABLE
            missing = self._missing(doubtful) if doubtful else copied.missing
        draft = self._result(verdict, missing, provenance)
        whole = replace(draft, statements=(*copied.statements, *failed))
        if not copied.statements:
            return whole
        return replace(
            whole,
            written=tuple(statement.text for statement in whole.statements),
            remarks=(*map(Remark, draft.left_out), *copied.remarks),
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
            entry = (FOUND, str(self.work.bound))
            provenance = replace(provenance, parameters=(*provenance.parameters, entry))
        guidance = (remark.text for remark in line_remarks(self.guided, self.work.statements))
        return Draft(
            selection=self.selection,
            statements=tuple(self.work.statements),
            verdict=verdict,
            missing=missing,
            provenance=provenance,
            left_out=tuple(dict.fromkeys((*self.work.remarks, *self.work.about_model, *guidance))),
            complete=complete,
            proposal=self.work.proposal,
            evidence=self.work.table.rows,
        )

    def _provenance(self) -> Provenance:
        description = self.generator.describe()
        parameters = (
            *description.parameters,
            ("max_tokens", str(self.options.max_tokens)),
            ("shape", self.shape.value),
        )
        if self.style:
            where = " ".join(example.where for example in self.style)
            parameters = (*parameters, ("style_examples", str(len(self.style))), (STYLE_FROM, where))
        return replace(description, prompt_sha256=self.options.prompts.sha256, parameters=parameters)

    def _remark(self, *remarks: str) -> None:
        self.work.remarks.extend(remarks)
        self._tell_all(remarks)

    def _remark_on_model(self, *remarks: str) -> None:
        self.work.about_model.extend(remarks)
        self._tell_all(remarks)

    def _tell_all(self, remarks: Sequence[str]) -> None:
        for remark in remarks:
            self.tell(Progress(Stage.REMARK, remark))


@lru_cache(maxsize=8)
def _examples(files: PromptFiles) -> frozenset[str]:
    """What the prompts show as examples of a sentence or of something missing, folded."""
    examples: set[str] = set()
    for name in ("vorm-json", "vorm-bewijs", "vorm-regels", "ontbreekt"):
        reader = JsonReader() if name in ("vorm-json", "vorm-bewijs") else LineReader(only_lines=True)
        for item in (*reader.feed(files.text(name) + "\n"), *reader.finish()[0]):
            shown = item.aspect if isinstance(item, Missing) else item.sentence
            examples.add(fold(shown).strip(" ."))
    return frozenset(examples)


def _rests(row: EvidenceRow, statements: Sequence[Statement]) -> bool:
    """Whether one of these sentences cites words of this row."""
    return any(_touches(row, c) for s in statements for c in s.citations)


def _touches(row: EvidenceRow, cited: Citation) -> bool:
    span = cited.span
    return (
        cited.source_id == row.source_id
        and span is not None
        and span.start < row.span.end
        and row.span.start < span.end
    )


def _paired(failed: Sequence[tuple[int, str]], written: Sequence[Proposal]) -> list[tuple[int, Proposal]]:
    """Each failed sentence with the one written in its place: in order, or else by what they share."""
    if len(failed) == len(written):
        return [(position, item) for (position, _), item in zip(failed, written, strict=True)]
    pairs: list[tuple[int, Proposal]] = []
    open_ = list(failed)
    for item in written:
        best = max(open_, key=lambda one: (likeness(one[1], item.sentence), -one[0]), default=None)
        if best is not None:
            open_.remove(best)
            pairs.append((best[0], item))
    return pairs


def _count(number: int, one: str, more: str) -> str:
    return f"1 {one}" if number == 1 else f"{number} {more}"


def _reader(shape: Shape) -> Reader:
    return JsonReader() if shape is Shape.JSON else LineReader()


def _close(stream: Iterator[str]) -> None:
    close = getattr(stream, "close", None)
    if close is not None:
        close()
