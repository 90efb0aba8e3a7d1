"""How well questions to documents are answered or refused, and what the chances of that are learned from.

A case is a question with the document it was put about and words that stand where it is answered, or the word
that no document answers it. Documents with an even place in the alphabet teach, those with an odd place are
kept to measure on; a line that names its half is of that one. Passages of the hand-written cases have their
own halves.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path, PurePath
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from learninglion.evaluation.measures import logistic, share_of
from learninglion.evaluation.testset import read_rows
from learninglion.inference.encoders import Encoder, VectorCache
from learninglion.models import (
    Document,
    DocumentCard,
    DocumentKind,
    Entry,
    Passage,
    PassageKind,
    Progress,
    Source,
    SourceKind,
    Span,
    card_of,
    silent,
)
from learninglion.models.errors import InputError
from learninglion.parsing.passages import cut
from learninglion.search.asking import Reply, Verdict, find_answers, goes_on, read_first
from learninglion.search.engine import Engine
from learninglion.search.evidence import (
    ANSWERED,
    ANSWERS,
    Curve,
    Wanted,
    Weights,
    answered_row,
    answers_row,
    want,
)
from learninglion.search.local import Index
from learninglion.search.search import Weighed, rarity_in, search
from learninglion.store.store import Lookup, MemoryReader

Rows = NDArray[np.float64]
_TOP = 3
FICTIONAL = "fictional:"  # what the names of documents begin with that were written to learn from


@dataclass(frozen=True, slots=True)
class DocumentQuestion:
    """A question, the file that answers it, and words of the place where (empty: none answers it)."""

    id: str
    document: str
    question: str
    kind: str
    answerable: bool
    key: str
    after: str = ""
    teaches: bool = False
    answer: str = ""  # in words of the case; what the program counts is held against it


def read_document_questions(path: Path | None = None) -> tuple[DocumentQuestion, ...]:
    """The cases of a JSON Lines file; None: those that ship. Raises UnreadableFileError with the line.

    Besides `document` (or `file`) and `question` a line has `key` (or `answer`); `answerable` and `kind` may
    be left out.
    """

    def case(row: Mapping[str, Any], number: int) -> tuple[DocumentQuestion, str]:
        """A case and the half it says it is of ("train", "kept" or "")."""
        key = str(row.get("key") or row.get("answer") or "")
        made = DocumentQuestion(
            str(row.get("id", number)),
            str(row["document"] if "document" in row else row["file"]),
            str(row["question"]),
            str(row.get("kind", "")),
            bool(row.get("answerable", bool(key))),
            key,
            str(row.get("after", "")),
            answer=str(row.get("answer", "")),
        )
        return made, str(row.get("part", ""))

    cases = read_rows(path or "document_questions.jsonl", case, "heeft geen document en question")
    real = sorted({c.document for c, part in cases if not part and not c.document.startswith(FICTIONAL)})
    taught = {*real[::2], *(c.document for c, _ in cases if c.document.startswith(FICTIONAL))}
    return tuple(replace(c, teaches=part == "train" if part else c.document in taught) for c, part in cases)


def fictional_documents() -> tuple[Path, ...]:
    """The documents that were written to learn from; questions to them are among the cases that ship."""
    folder = Path(str(files("learninglion.evaluation").joinpath("cases", "documents")))
    return tuple(sorted(path for path in folder.iterdir() if path.is_file()))


def passage_questions() -> tuple[tuple[Entry, ...], tuple[DocumentQuestion, ...]]:
    """The hand-written passages as documents of one section, with the questions they answer or seem to."""
    entries: list[Entry] = []
    cases: list[DocumentQuestion] = []
    for row in read_rows("relevance.jsonl", lambda row, _number: dict(row), "is geen geval"):
        name, body = str(row["id"]), str(row["passage"])
        span = Span(0, len(body))
        card = DocumentCard(name, "", DocumentKind.DOCUMENT)
        source = Source(f"{name}#s1", card, SourceKind.SECTION, body, span, 0)
        entries.append((source, (Passage(f"{name}#s1/1", source.id, name, body, span, 0, PassageKind.BODY),)))
        for number, question in enumerate(row["questions"]):
            rest = (question["text"], question["kind"], question["answers"], str(question["key"] or ""))
            cases.append(DocumentQuestion(f"{name}-{number}", name, *rest, teaches=row["part"] == "train"))
    return tuple(entries), tuple(cases)


def plain(text: str) -> str:
    """`text` for finding words in it: without white space, hyphens and the lines of tables."""
    return re.sub(r"[\s\-\u2010-\u2015\u00ad|]+", "", text).casefold()


# --------------------------------------------------------------------------- measuring


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one case: the places (from 1; 0: nowhere) of the right passage."""

    case: DocumentQuestion
    reply: Reply
    hit_rank: int  # among the first hits of a search
    shown: int  # among answers and near material, in that order

    @property
    def is_shown(self) -> bool:
        """Whether the right passage is an answer or the first of the material."""
        return 0 < self.shown <= max(1, len(self.reply.answers))


@dataclass(frozen=True, slots=True)
class KindReport:
    """The figures of one kind of question."""

    kind: str
    questions: int
    found: float  # right passage among the first three hits
    listed: float  # among the first three of what asking shows
    shown: float  # as an answer or as the first material
    answered: float  # said to be answered


@dataclass(frozen=True, slots=True)
class AskReport:
    """All figures: of answerable questions together and by kind, and how many others were refused."""

    all: KindReport
    kinds: tuple[KindReport, ...]
    unanswerable: int
    refused: float  # not answered
    absent: float  # said not to be told
    outcomes: tuple[Outcome, ...]


def put_question(
    engine: Engine,
    reader: Lookup,
    case: DocumentQuestion,
    document_id: str,
    reply: Reply,
    documents: frozenset[str] | None = None,
) -> Outcome:
    """Where the right passage of `case` stands in what was found among `documents` (None: all)."""
    key = plain(case.key)

    def right(other: str, text: str) -> bool:
        return bool(key) and other == document_id and key in plain(text)

    question = f"{case.after} {case.question}".strip()
    hits = search(engine, reader, question, documents=documents, limit=10)
    place = next(
        (h.rank for h in hits if right(h.source.document.id, f"{h.source.question}{h.source.body}")), 0
    )

    def counted(text: str) -> bool:
        """Whether a number that the program counted is the one of the case; that stands nowhere."""
        return case.answer.isdigit() and case.answer in re.findall(r"\d+", text)

    material = (*reply.answers, *reply.near)
    texts = [f"{m.summary}{m.quote}{m.heads}{m.question}{m.text}" for m in material]
    shown = next(
        (
            n
            for n, (m, text) in enumerate(zip(material, texts, strict=True), 1)
            if any(right(name, text) for name in (m.document.id, *(twin.document.id for twin in m.twins)))
            or (m.document.id == document_id and counted(m.summary))
        ),
        0,
    )
    return Outcome(case, reply, place, shown)


class ParsedLibrary:
    """Documents that were just read, to put questions to."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = {document.id: document for document in documents}
        self.ids = {document.source_name.rsplit("/", 1)[-1]: document.id for document in documents}

    def entries(self) -> list[Entry]:
        """All sources with their passages."""
        return [entry for document in self._documents.values() for entry in cut(document)]

    def names(self) -> Sequence[tuple[str, tuple[str, ...]]]:
        """Titles and file names."""
        return [(d.id, (d.title, PurePath(d.source_name).stem)) for d in self._documents.values()]

    def card(self, document_id: str) -> DocumentCard:
        """What lists say of a document."""
        return card_of(self._documents[document_id])

    def document(self, document_id: str) -> Document:
        """A whole document."""
        return self._documents[document_id]

    def earlier(self, document_id: str) -> None:
        """None: of a file there is one version."""


def measure_questions(
    library: ParsedLibrary,
    cases: Sequence[DocumentQuestion],
    encoder: Encoder,
    cache: VectorCache | None = None,
    *,
    progress: Progress = silent,
) -> AskReport:
    """Put every case whose document is in the library to all documents at once."""
    reader, names = MemoryReader(library.entries()), library.ids
    outcomes = []
    with tempfile.TemporaryDirectory() as folder:
        index = Index(Path(folder), encoder, cache)
        index.update(reader)
        measured = [case for case in cases if _name(case) in names]
        for number, case in enumerate(measured, 1):
            reply = find_answers(index, reader, case.question, after=case.after, library=library)
            outcomes.append(put_question(index, reader, case, names[_name(case)], reply))
            progress("Vragen", number, len(measured))
    return report_questions(outcomes)


def _name(case: DocumentQuestion) -> str:
    return case.document.rsplit(":", 1)[-1].rsplit("/", 1)[-1]


def report_questions(outcomes: Sequence[Outcome]) -> AskReport:
    """The figures of these outcomes."""
    answerable = [o for o in outcomes if o.case.answerable]
    others = [o for o in outcomes if not o.case.answerable]
    kinds = tuple(
        _kind(kind, [o for o in answerable if o.case.kind == kind])
        for kind in sorted({o.case.kind for o in answerable})
    )
    return AskReport(
        all=_kind("all", answerable),
        kinds=kinds,
        unanswerable=len(others),
        refused=round(share_of(o.reply.verdict is not Verdict.ANSWERED for o in others), 4),
        absent=round(share_of(o.reply.verdict is Verdict.ABSENT for o in others), 4),
        outcomes=tuple(outcomes),
    )


def _kind(kind: str, outcomes: Sequence[Outcome]) -> KindReport:
    return KindReport(
        kind=kind,
        questions=len(outcomes),
        found=round(share_of(0 < o.hit_rank <= _TOP for o in outcomes), 4),
        listed=round(share_of(0 < o.shown <= _TOP for o in outcomes), 4),
        shown=round(share_of(o.is_shown for o in outcomes), 4),
        answered=round(share_of(o.reply.verdict is Verdict.ANSWERED for o in outcomes), 4),
    )


# --------------------------------------------------------------------------- learning

# What a passage of the hand-written cases counts against a question to a document: its look-alikes are made
# to deceive, and an office asks what it does not know.
_PASSAGE_WEIGHT = {"answers": 0.3, "answered": 0.1}
_ELSEWHERE_WEIGHT = 0.5
_PENALTY = {"answers": 5.0, "answered": 10.0}
# Of questions that nothing answers, so many may be called answered: one in ten is what is wanted of documents
# nobody has seen, and there several times as many slip through as here. And so many need not be called
# absent: that it is not there must not be said of what stands first and is right. Both by the spread of all,
# since the one or two highest of some 70 are a matter of chance.
_FALSELY_ANSWERED, _NOT_ABSENT = 0.03, 0.60
_UNASKED = frozenset({"document", "change"})  # kinds that another road answers (facts.py, comparing.py)


@dataclass(frozen=True, slots=True)
class _Lesson:
    """The rows of one question: sources with whether each answers.

    elsewhere: the question of another lesson, put to all documents but the one (`document`) that answers it.
    """

    answerable: bool
    rows: Rows
    right: tuple[bool, ...]
    weighed: tuple[Weighed, ...]
    wanted: Wanted
    passage: bool
    document: str
    elsewhere: bool = False


def _lessons(
    entries: Sequence[Entry],
    names: Mapping[str, str],
    cases: Sequence[DocumentQuestion],
    encoder: Encoder,
    cache: VectorCache | None,
    *,
    passage: bool,
) -> Iterator[_Lesson]:
    reader = MemoryReader(entries)
    flat = Weights(Curve(np.zeros(len(ANSWERS)), 0.0), Curve(np.zeros(len(ANSWERED)), 0.0), 1.0, 0.0)
    with tempfile.TemporaryDirectory() as folder:
        index = Index(Path(folder), encoder, cache)
        index.update(reader)
        rarity = rarity_in(index.snapshot().statistics)
        for case in cases:
            if not case.teaches or case.kind in _UNASKED or _name(case) not in names:
                continue
            context = case.after if goes_on(case.question) else ""
            wanted = want(case.question, rarity, context)
            weighed = tuple(read_first(index, reader, f"{context} {case.question}".strip(), wanted, flat))
            rows = np.array([answers_row(wanted, w.seen, w.signals) for w in weighed])
            key, own = plain(case.key), names[_name(case)]
            right = tuple(
                case.answerable
                and w.source.document.id == own
                and (passage or key in plain(f"{w.source.question}{w.source.body}"))
                for w in weighed
            )
            yield _Lesson(case.answerable, rows, right, weighed, wanted, passage, own)


def learn_weights(
    library: ParsedLibrary,
    cases: Sequence[DocumentQuestion],
    encoder: Encoder,
    cache: VectorCache | None = None,
) -> Weights:
    """What the teaching half of `cases`, and of the hand-written passages, say of the chances."""
    lessons = list(_lessons(library.entries(), library.ids, cases, encoder, cache, passage=False))
    passages, questions = passage_questions()
    own = {source.document.id: source.document.id for source, _ in passages}
    lessons += _lessons(passages, own, questions, encoder, cache, passage=True)
    return _weights_of(lessons)


def _weights_of(lessons: Sequence[_Lesson]) -> Weights:
    """Both curves and their thresholds, from lessons. Raises InputError where hardly any is refused."""
    answers = _as_chance(_order(lessons), lessons)
    lessons = [*lessons, *_put_elsewhere(lessons)]
    rows, labels, weights = [], [], []
    for lesson in lessons:
        logits = lesson.rows @ answers.slopes + answers.offset
        order = np.argsort(-logits, kind="stable")
        best = lesson.weighed[int(order[0])]
        rows.append(answered_row(lesson.wanted, best.seen, logits[order].tolist()))
        labels.append(
            float(lesson.right[int(order[0])])
        )  # another first is a wrong answer, and not told is none
        weights.append(_weight(lesson, "answered"))
    matrix, flags = np.array(rows), np.array(labels)
    balance = np.array(weights)
    own_lessons = np.array([not (lesson.passage or lesson.elsewhere) for lesson in lessons])
    answerable = np.array([lesson.answerable for lesson in lessons])
    refused = own_lessons & ~answerable
    balance[refused] *= (own_lessons & answerable).sum() / max(1, refused.sum())
    answered = _fit(matrix, flags, balance, _PENALTY["answered"])
    # thresholds from documents that the curve did not see: of those it saw it is too sure
    groups = np.array([lesson.document for lesson in lessons])
    if len(np.unique(groups[refused])) < 2:
        raise InputError("Om te leren zijn vragen zonder antwoord over ten minste twee documenten nodig.")
    logits = np.zeros(len(lessons))
    for group in np.unique(groups[refused]):
        own = groups == group
        unseen = _fit(matrix[~own], flags[~own], balance[~own], _PENALTY["answered"])
        logits[own] = matrix[own] @ unseen.slopes + unseen.offset
    spread = NormalDist.from_samples(logits[refused].tolist())
    sure, threshold = (
        float(1 / (1 + np.exp(-spread.inv_cdf(1 - share)))) for share in (_FALSELY_ANSWERED, _NOT_ABSENT)
    )
    return Weights(answers, answered, sure, threshold)


def _put_elsewhere(lessons: Sequence[_Lesson]) -> Iterator[_Lesson]:
    """What is asked of a document, with that document not there: as far off as most that nothing answers.

    The cases that nothing answers ask for what their document might have told; of those alone it is not
    learned that something of a quite other subject is not told.
    """
    for lesson in lessons:
        others = [n for n, w in enumerate(lesson.weighed) if w.source.document.id != lesson.document]
        if lesson.answerable and not lesson.passage and others:
            yield replace(
                lesson,
                answerable=False,
                rows=lesson.rows[others],
                right=(False,) * len(others),
                weighed=tuple(lesson.weighed[n] for n in others),
                elsewhere=True,
            )


def _order(lessons: Sequence[_Lesson]) -> Rows:
    """Slopes by which what answers comes first among what was found for its own question.

    The likelihood that the right ones are picked (a softmax over each question), with a ridge, by Newton's
    method: what all that was found for a question have in common teaches nothing.
    """
    useful = [lesson for lesson in lessons if any(lesson.right) and not all(lesson.right)]
    scale = np.concatenate([lesson.rows for lesson in useful]).std(axis=0) + 1e-9
    placed = [(lesson.rows / scale, np.array(lesson.right, float)) for lesson in useful]
    picked = [(rows, right / right.sum()) for rows, right in placed]
    weights = [_weight(lesson, "answers") for lesson in useful]
    slopes = np.zeros(len(scale))

    def loss(slopes: Rows) -> float:
        total = _PENALTY["answers"] / 2 * float(slopes @ slopes)
        for (rows, right), weight in zip(picked, weights, strict=True):
            logits = rows @ slopes
            most = logits.max()
            total += weight * float(most + np.log(np.exp(logits - most).sum()) - right @ logits)
        return total

    last = loss(slopes)
    for _ in range(50):
        slope = _PENALTY["answers"] * slopes
        bend = np.eye(len(slopes)) * _PENALTY["answers"]
        for (rows, right), weight in zip(picked, weights, strict=True):
            logits = rows @ slopes
            chance = np.exp(logits - logits.max())
            chance /= chance.sum()
            mean = chance @ rows
            slope = slope + weight * (chance - right) @ rows
            bend = bend + weight * ((rows * chance[:, None]).T @ rows - np.outer(mean, mean))
        step = np.linalg.solve(bend, slope)
        while float(np.abs(step).max()) > 1e-6 and loss(slopes - step) > last:
            step /= 2
        slopes = slopes - step
        now = loss(slopes)
        if last - now < 1e-7:
            break
        last = now
    return np.asarray(slopes / scale)


def _as_chance(slopes: Rows, lessons: Sequence[_Lesson]) -> Curve:
    """The curve whose logits are in the order of `slopes` and tell the chance that a source answers."""
    fitted = _fit(
        np.concatenate([lesson.rows @ slopes for lesson in lessons])[:, None],
        np.array([flag for lesson in lessons for flag in lesson.right], float),
        np.array([_weight(lesson, "answers") for lesson in lessons for _ in lesson.right]),
        0.1,
    )
    return Curve(slopes * float(fitted.slopes[0]), fitted.offset)


def _weight(lesson: _Lesson, which: str) -> float:
    if lesson.elsewhere:
        return _ELSEWHERE_WEIGHT
    return _PASSAGE_WEIGHT[which] if lesson.passage else 1.0


def _fit(rows: Rows, flags: Rows, weights: Rows, penalty: float) -> Curve:
    """Logistic regression with a ridge, on the offset hardly any."""
    return Curve(*logistic(rows, flags, weights, [*[penalty] * rows.shape[1], 1e-3]))


def weights_json(weights: Weights, card: Mapping[str, object]) -> str:
    """Weights as the file that ships, with what they were learned from."""

    def curve_json(columns: Sequence[str], curve: Curve) -> dict[str, float]:
        named = {c: round(float(v), 5) for c, v in zip(columns, curve.slopes, strict=True)}
        return {**named, "offset": round(curve.offset, 5)}

    data = {
        "card": dict(card),
        "answers": curve_json(ANSWERS, weights.answers),
        "answered": curve_json(ANSWERED, weights.answered),
        "sure": round(weights.sure, 4),
        "threshold": round(weights.threshold, 4),
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"
