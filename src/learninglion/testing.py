"""Doubles and builders for tests: a scripted generator, an encoder that hashes words, fictional papers.

Shipped, so that whoever adds a source, an encoder or a rule can test it as we do. Nothing here is used
when the program runs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from learninglion.dutch.text import words
from learninglion.inference.generators import JsonSchema, Prompt
from learninglion.models import (
    Answerer,
    Asker,
    Chooser,
    Document,
    DocumentCard,
    DocumentKind,
    Hit,
    Passage,
    PassageKind,
    Provenance,
    QAPair,
    QuestionSet,
    Selection,
    Source,
    SourceKind,
    Span,
    SubQuestion,
)
from learninglion.models.errors import GeneratorError
from learninglion.models.plain import sha256_hex

_EVIDENCE_FORM = '"antwoordt": "'  # stands in the form of the evidence table alone

Reply = str | Exception | Callable[[Prompt], str]


class ScriptedGenerator:
    """A generator that gives queued replies in order: a text, an error to raise, or a function of the prompt.

    A text streams in pieces of `piece` characters, with an error after `breaks_after` characters if given.
    The prompts it was given stand in `prompts`. An empty queue is a GeneratorError. Asked for evidence, it
    gives `evidence`, whole, and keeps that prompt in `first_prompts`.
    """

    name = "scripted"
    model = "scripted"

    def __init__(
        self,
        replies: Iterable[Reply] = (),
        *,
        structured: bool = True,
        chats: bool = True,
        context_tokens: int = 4096,
        piece: int = 7,
        breaks_after: int | None = None,
        evidence: str = "",
    ) -> None:
        self.evidence = evidence
        self.first_prompts: list[Prompt] = []
        self.queue: list[Reply] = list(replies)
        self.structured = structured
        self.chats = chats
        self.context_tokens = context_tokens
        self.prompts: list[Prompt] = []
        self._piece = piece
        self._breaks_after = breaks_after

    def describe(self) -> Provenance:
        """A Provenance that says it was scripted."""
        return Provenance(
            generator=self.name,
            model=self.model,
            seed=0,
            parameters=(("context_tokens", str(self.context_tokens)),),
        )

    def count_tokens(self, text: str) -> int:
        """One token for every four characters or part of them."""
        return (len(text) + 3) // 4

    def stream(
        self, prompt: Prompt, *, schema: JsonSchema | None = None, max_tokens: int, stop: tuple[str, ...] = ()
    ) -> Iterator[str]:
        """The next reply of the queue, cut at the first of `stop`."""
        if _EVIDENCE_FORM in prompt.task:
            self.first_prompts.append(prompt)
            yield self.evidence
            return
        self.prompts.append(prompt)
        if not self.queue:
            raise GeneratorError("Het voorgeschreven model heeft geen antwoord meer.")
        reply = self.queue.pop(0)
        if isinstance(reply, Exception):
            raise reply
        text = reply if isinstance(reply, str) else reply(prompt)
        for mark in stop:
            text = text.split(mark, 1)[0]
        end = len(text) if self._breaks_after is None else self._breaks_after
        for start in range(0, min(len(text), end), self._piece):
            yield text[start : min(start + self._piece, end)]
        if end < len(text):
            raise GeneratorError("De verbinding met het taalmodel is verbroken.")


class HashingEncoder:
    """An encoder without a model: texts that share words lie close together; unit length, float32.

    Two with different names are two models: give them different dimensions as well.
    """

    def __init__(self, dimensions: int = 64, name: str = "hashing") -> None:
        self.name = name
        self.dimensions = dimensions

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row per text, shape (len(texts), dimensions)."""
        return self._encode(texts)

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row per text, shape (len(texts), dimensions)."""
        return self._encode(texts)

    def _encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in words(text):
                digest = hashlib.blake2b(word.encode(), digest_size=4).digest()
                row[int.from_bytes(digest, "big") % self.dimensions] += 1.0
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(rows / np.maximum(lengths, 1e-9), dtype=np.float32)


# --------------------------------------------------------------------------- fictional papers

_TITLE = "Vragen over de veerpont bij Duinwijk"
_INTRODUCTION = "Vragen van het lid Voorbeeld (Partij A) aan de Minister over de veerpont."
_MINISTRY = "Infrastructuur en Waterstaat"


def make_document(
    pairs: Sequence[tuple[tuple[int, ...], str, str | None]] = (
        ((1,), "Kent u het bericht over de veerpont bij Duinwijk?", "Ja."),
        ((2,), "Hoeveel veerponten varen er?", "Er varen 12 veerponten."),
    ),
    *,
    id: str = "ah-tk-20232024-9001",
    published: date | None = date(2024, 3, 1),
    ministry: str = _MINISTRY,
    number: int | None = 9001,
) -> Document:
    """A document of one page with these (numbers, question, answer) pairs, its spans true to its text."""
    pieces: list[str] = [_TITLE + "\n"]
    built: list[QAPair] = []
    at = len(pieces[0])
    for numbers, question, answer in pairs:
        label = ", ".join(str(n) for n in numbers)
        pieces.append(f"Vraag {label}\n")
        at += len(pieces[-1])
        question_span = Span(at, at + len(question))
        pieces.append(question + "\n")
        at += len(pieces[-1])
        answered: Span | None = None
        if answer is not None:
            pieces.append(f"Antwoord {label}\n")
            at += len(pieces[-1])
            answered = Span(at, at + len(answer))
            pieces.append(answer + "\n")
            at += len(pieces[-1])
        built.append(QAPair(numbers, question_span, answered, 1, 1 if answered else None, numbers))
    text = "".join(pieces)
    return Document(
        id=id,
        sha256=sha256_hex(text),
        title=_TITLE,
        kind=DocumentKind.KAMERVRAGEN,
        text=text,
        published=published,
        received_on=published,
        session_year="2023-2024",
        number=number,
        askers=(Asker("Voorbeeld", "Partij A"),),
        answerers=(Answerer("Van Test", "Minister", ministry),),
        ministry=ministry,
        pairs=tuple(built),
    )


def make_card(
    id: str = "ah-tk-20232024-9001",
    *,
    title: str = _TITLE,
    day: date | None = date(2024, 3, 1),
    number: int | None = 9001,
    kind: DocumentKind = DocumentKind.KAMERVRAGEN,
    warnings: tuple[str, ...] = (),
) -> DocumentCard:
    """The card of a fictional document."""
    return DocumentCard(
        id=id,
        title=title,
        kind=kind,
        sha256=sha256_hex(id),
        date=day,
        session_year="2023-2024",
        number=number,
        answerers=(Answerer("Van Test", "Minister", _MINISTRY),),
        ministry=_MINISTRY,
        warnings=warnings,
    )


def make_source(
    body: str,
    *,
    question: str = "Hoeveel veerponten varen er?",
    numbers: tuple[int, ...] = (2,),
    card: DocumentCard | None = None,
    kind: SourceKind = SourceKind.PAIR,
    id: str | None = None,
) -> Source:
    """A source with this body; its spans are those of a text that is question, line break, body.

    Supplied context starts at 0 and has id "supplied#line" unless told otherwise.
    """
    card = card or make_card()
    if kind is SourceKind.SUPPLIED:
        supplied = make_card("supplied", title="Aangeleverd door de opsteller", day=None, number=None)
        return Source(id or "supplied#line", supplied, kind, body, Span(0, len(body)), 0)
    start = len(question) + 1
    tail = "-".join(str(n) for n in numbers) if kind is SourceKind.PAIR else "s1"
    return Source(
        id=id or f"{card.id}#{tail}",
        document=card,
        kind=kind,
        body=body,
        body_span=Span(start, start + len(body)),
        page=1,
        numbers=numbers if kind is SourceKind.PAIR else (),
        question=question if kind is SourceKind.PAIR else "",
        question_span=Span(0, len(question)) if kind is SourceKind.PAIR else None,
        answer_numbers=numbers if kind is SourceKind.PAIR else (),
    )


def make_hit(source: Source, *, rank: int = 1, score: float = 0.9) -> Hit:
    """A hit on the first words of this source's body."""
    passage = Passage(
        id=f"{source.id}/0",
        source_id=source.id,
        document_id=source.document.id,
        text=source.body,
        span=source.body_span,
        page=source.page,
        kind=PassageKind.ANSWER if source.kind is SourceKind.PAIR else PassageKind.BODY,
        question_numbers=source.numbers,
    )
    return Hit(source, passage, rank, score, lexical_rank=rank, dense_rank=rank)


def make_selection(
    question: str = "Hoeveel veerponten varen er op dit moment?",
    sources: Sequence[Source] = (),
    *,
    chosen_by: Chooser = Chooser.PERSON,
) -> Selection:
    """A choice of exactly these sources for this question."""
    published = [s for s in sources if s.kind is not SourceKind.SUPPLIED]
    return Selection(
        question=SubQuestion((1,), question),
        introduction=_INTRODUCTION,
        offered=tuple(make_hit(s, rank=i + 1, score=0.9 - i * 0.01) for i, s in enumerate(published)),
        chosen=tuple(sources),
        seen=tuple(s.id for s in sources),
        chosen_by=chosen_by,
        selected_by="toets",
    )


def make_question_set(*questions: str, introduction: str = _INTRODUCTION) -> QuestionSet:
    """A set of these sub-questions, numbered from 1."""
    texts = questions or ("Hoeveel veerponten varen er op dit moment?",)
    return QuestionSet(
        introduction=introduction,
        questions=tuple(SubQuestion((i,), text) for i, text in enumerate(texts, 1)),
        title="Vragen over de veerpont",
    )
