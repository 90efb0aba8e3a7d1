"""A question put to documents: the passages that answer it, what is near, or that it is not told there.

Nothing is written: every answer is a passage with the sentence that answers marked in it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

import numpy as np

from learninglion.dutch.questions import NUMERIC, gives
from learninglion.models import Document, DocumentCard, SourceKind, Span
from learninglion.search.about import (
    Fact,
    Feature,
    facts_about,
    feature_asked,
    names_document,
    part_named,
    pointed_at,
    points_at_document,
)
from learninglion.search.asked import is_english, read_question
from learninglion.search.cells import Value, value_asked
from learninglion.search.engine import Engine
from learninglion.search.evidence import Wanted, Weights, built_in, cover, named, want
from learninglion.search.ranking import rank
from learninglion.search.revisions import (
    ChangeWanted,
    anchor,
    before,
    change_asked,
    changes_asked,
    of_one_name,
    pair_meant,
)
from learninglion.search.scoring import make_probe
from learninglion.search.search import meant_by, query_terms, query_vectors
from learninglion.search.synonyms import Synonyms
from learninglion.search.weighing import Weighed, chance_answered, first_places, rarity_in, weigh
from learninglion.store.reader import Lookup

_MOST_ANSWERS = 3
_MOST_NEAR = 5
# A second answer is shown beside the first from this part of its chance on.
_BESIDE = 0.3
_GAP = 4  # characters between two sections that follow one another


class Verdict(StrEnum):
    """What became of a question."""

    ANSWERED = "answered"
    RELATED = "related"  # something near, no sentence of which it is sure that it answers
    ABSENT = "absent"  # it is not told here


@dataclass(frozen=True, slots=True)
class Material:
    """A passage with the sentence in it that answers, and the chance that it does (0..1).

    `text` is that of `span`: a section, or several that follow one another. `heads`: the head row of a table
    whose row is quoted, or the lead-in of a list.
    """

    document: DocumentCard
    source_id: str
    heading_path: tuple[str, ...]
    question: str  # that the passage answered, in a set of questions
    quote: str
    quote_span: Span
    text: str
    span: Span
    page: int
    score: float
    heads: str = ""
    english: bool = False  # the language of the text, Dutch if not
    told: str = ""  # what the program counted or summed up from the structure of the document
    value: Value | None = None  # the cell of the row that is asked for


@dataclass(frozen=True, slots=True)
class TakenOver:
    """What a follow-up question takes from the one before: its telling words, and where it was answered."""

    question: str
    words: tuple[str, ...]
    document_id: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What was found for one question; `chance` that it is answered by that."""

    question: str
    taken_over: TakenOver | None
    verdict: Verdict
    answers: tuple[Material, ...]
    near: tuple[Material, ...]
    chance: float
    documents: int  # looked through
    passages: int
    english: bool = False  # the question
    disagree: bool = False  # the answers name different figures: the newest document stands first


class Shelf(Protocol):
    """The documents that may be asked about, as wholes."""

    def names(self) -> Sequence[tuple[str, tuple[str, ...]]]:
        """Of each document its id and what it goes by: title, file name. Of many, the newest."""

    def card(self, document_id: str) -> DocumentCard:
        """What lists say of a document."""

    def document(self, document_id: str) -> Document:
        """A whole document."""

    def earlier(self, document_id: str) -> Document | None:
        """The version before, of what has one."""


def find_answers(
    engine: Engine,
    reader: Lookup,
    question: str,
    *,
    after: str = "",
    documents: frozenset[str] | None = None,
    shelf: Shelf | None = None,
    synonyms: Synonyms | None = None,
) -> Reply:
    """What answers `question` among `documents` (None: all that `reader` shows), best first.

    `after` is the question before, whose subject and document a follow-up takes over. Questions about a
    document itself are answered from the `shelf`.
    """
    taken = _taken_over(engine, reader, question, after, documents, synonyms) if after.strip() else None
    context = taken.question if taken else ""
    looked = engine.snapshot().extent(documents)
    if taken and taken.document_id:
        best, chance = _read(engine, reader, question, context, frozenset({taken.document_id}), synonyms)
        if chance < built_in().threshold:
            best, chance = _read(engine, reader, question, context, documents, synonyms)
    else:
        best, chance = _read(engine, reader, question, context, documents, synonyms)
    itself = _of_documents(question, shelf, best, taken, looked) if shelf is not None else None
    if itself is not None:
        return itself
    wanted = want(question, rarity_in(engine.snapshot().statistics), context)
    material = _merged([_material(w, wanted) for w in best[: 2 * (_MOST_ANSWERS + _MOST_NEAR)]])
    if chance >= built_in().sure:
        verdict = Verdict.ANSWERED
    else:
        verdict = Verdict.RELATED if chance >= built_in().threshold else Verdict.ABSENT
    count = 0
    if verdict is Verdict.ANSWERED:
        count = sum(m.score >= _BESIDE * material[0].score for m in material[:_MOST_ANSWERS])
    answers, disagree = newest_first(question, material[:count])
    near = tuple(material[count : count + _MOST_NEAR])
    english = read_question(question).english
    return Reply(question, taken, verdict, answers, near, round(chance, 4), *looked, english, disagree)


# Answers whose chances differ less than this are rivals; the kinds whose values can be held side by side.
_RIVAL = 0.6
_FIGURE = re.compile(r"\d+(?:[.,:]\d+)*")


def newest_first(question: str, answers: Sequence[Material]) -> tuple[tuple[Material, ...], bool]:
    """The answers with the newest document first where documents name different figures, and whether they do.

    Only of answers that are about as probable, from dated documents.
    """
    if len(answers) < 2 or read_question(question).wants not in NUMERIC:
        return tuple(answers), False
    rivals = [m for m in answers if m.score >= _RIVAL * answers[0].score and m.document.date]
    named = {m.document.id: frozenset(_FIGURE.findall(m.quote)) for m in reversed(rivals)}
    if len(named) < 2 or len(set(named.values())) < 2 or not all(named.values()):
        return tuple(answers), False
    days = {m.document.id: m.document.date.toordinal() for m in rivals if m.document.date}
    ordered = sorted(rivals, key=lambda m: -days[m.document.id])
    return (*ordered, *(m for m in answers if m not in rivals)), True


def _read(
    engine: Engine,
    reader: Lookup,
    question: str,
    context: str,
    documents: frozenset[str] | None,
    synonyms: Synonyms | None,
) -> tuple[list[Weighed], float]:
    """What was found for a question after another (`context`), best first, and the chance of an answer."""
    wanted = want(question, rarity_in(engine.snapshot().statistics), context)
    text = f"{context} {question}".strip()
    best = sorted(read_first(engine, reader, text, wanted, built_in(), documents, synonyms), key=_order)
    return best, chance_answered(wanted, best, built_in())


def read_first(
    engine: Engine,
    reader: Lookup,
    text: str,
    wanted: Wanted,
    weights: Weights,
    documents: frozenset[str] | None = None,
    synonyms: Synonyms | None = None,
) -> Sequence[Weighed]:
    """The first sources for `text` among `documents`, read beside `wanted`, in the order of the search."""
    view = engine.snapshot()
    (vector,) = query_vectors(engine.encoders, view, [meant_by(text, synonyms)], "")
    ranking = rank(view, make_probe(view.statistics, query_terms(text, "", synonyms), vector), documents)
    places = first_places(ranking, sections_only=False)
    names = ranking.sources[places].tolist()
    entries = {entry[0].id: entry[0] for entry in reader.entries_by_id(tuple(names))}
    return list(weigh(ranking, places, [entries.get(name) for name in names], wanted, weights).values())


# --------------------------------------------------------------------------- the question before

# A question goes on with the one before when it opens so, or when it points back and tells little itself.
_GOES_ON = re.compile(
    r"^(?:en|maar|dus|ook|of|and|but|so|also|zo (?:ja|nee|niet)|waarom(?: niet)?\?|why(?: not)?\?)\b", re.I
)
_POINTS_BACK = re.compile(
    r"\b(?:dat|dit|die|deze|daar\w*|hier\w*|er(?:van|voor|mee|bij|op|over|in|aan|toe|uit|onder|tegen|dicht\w*)"
    r"|ze|hij|zij|dan|zoiets|that|this|those|these|it|they|there|them)\b",
    re.IGNORECASE,
)
_TELLS_LITTLE = 4  # telling words


def goes_on(question: str) -> bool:
    """Whether `question` cannot be understood without the one before it."""
    if _GOES_ON.search(question.strip()):
        return True
    length = len(read_question(question).words)
    return length <= 1 or (length <= _TELLS_LITTLE and _POINTS_BACK.search(question) is not None)


def _taken_over(
    engine: Engine,
    reader: Lookup,
    question: str,
    after: str,
    documents: frozenset[str] | None,
    synonyms: Synonyms | None,
) -> TakenOver | None:
    if not goes_on(question):
        return None
    best, chance = _read(engine, reader, after, "", documents, synonyms)
    document = best[0].source.document.id if best and chance >= built_in().threshold else ""
    return TakenOver(after, read_question(after).words, document)


# --------------------------------------------------------------------------- about a document

_NAMED = 0.5  # of its name: from here on a question names a document
_CERTAIN = 0.95  # what a document says of itself is not a matter of chance, but may be read amiss


def _of_documents(
    question: str,
    shelf: Shelf,
    best: Sequence[Weighed],
    taken: TakenOver | None,
    looked: tuple[int, int],
) -> Reply | None:
    """The reply to a question about two versions or a document itself; None where the text is to tell."""
    wanted_changes = change_asked(question)
    versions = _versions_meant(question, shelf, best, taken) if wanted_changes is not None else None
    names = dict(shelf.names()).get(versions[1], ()) if versions else ()
    if (
        wanted_changes is not None
        and versions is not None
        and (wanted_changes.versions or names_document(question, names) >= _NAMED)
    ):
        changed = _changed(question, taken, shelf, versions, wanted_changes, best, looked)
        if changed is not None:
            return changed
    pointing = _pointing(question, shelf)
    feature = feature_asked(pointing)
    part = part_named(pointing) if feature is None else ""
    feature = (Feature.PART, part) if part else feature
    if feature is None:
        return None
    meant = _document_meant(question, shelf, best, taken, feature)
    telling = (meant,) if meant else () if part else _that_tell(question, shelf, feature)
    if part or (feature[0] is Feature.DATE and feature[1]):
        telling = tuple(d for d in telling if facts_about(shelf.document(d), *feature, pointing))
    if not telling:
        return None
    own = [_material(w) for w in best if w.source.document.id in telling]
    return _about(question, pointing, taken, shelf, telling, feature, own, looked)


def _pointing(question: str, shelf: Shelf) -> str:
    """`question` with "dit document" for the title of the document that it names best."""
    listed = [(names_document(question, names), names) for _, names in shelf.names()]
    best = max(listed, key=lambda item: item[0], default=(0.0, ()))
    return pointed_at(question, best[1]) if best[0] >= _NAMED else question


def _document_meant(
    question: str,
    shelf: Shelf,
    best: Sequence[Weighed],
    taken: TakenOver | None,
    feature: tuple[Feature, str],
) -> str:
    """The id of the document that a question about `feature` is about, "" when that cannot be told."""
    listed = shelf.names()
    if len(listed) == 1:
        return listed[0][0]
    order = sorted(
        ((names_document(question, names), document_id) for document_id, names in listed), reverse=True
    )
    if order and order[0][0] >= _NAMED and (len(order) == 1 or order[1][0] < order[0][0]):
        return order[0][1]
    if taken and taken.document_id:
        return taken.document_id
    # of the first found that say they are such a document, those that tell it, by their name
    named = [document_id for share, document_id in order[:_LOOKED_AT] if share > 0]
    documents = dict.fromkeys(w.source.document.id for w in best)
    shares = {document_id: share for share, document_id in order}
    places: dict[str, tuple[bool, int, float]] = {}
    for document_id in dict.fromkeys((*list(documents)[:_LOOKED_AT], *named)):
        names = next((names for other, names in listed if other == document_id), ())
        document = shelf.document(document_id)
        points = points_at_document(question, f"{' '.join(names)} {document.text[:_BEGINNING]}")
        if points:
            tells = feature[0] not in _ALL_TELL and bool(facts_about(document, *feature, question))
            places[document_id] = (tells, points, shares.get(document_id, 0.0))
    return max(places, key=lambda document_id: places[document_id], default="")


def _versions_meant(
    question: str, shelf: Shelf, best: Sequence[Weighed], taken: TakenOver | None
) -> tuple[Document, str] | None:
    """The older of two versions that are compared, and the id of the newer; None where there are no two."""
    listed = shelf.names()
    document_ids = list(dict.fromkeys(w.source.document.id for w in best))
    alike = [document_id for document_id, names in listed if of_one_name(names, listed)]
    fronts = {document_id: shelf.document(document_id).text[:_BEGINNING] for document_id in alike}
    pair = pair_meant(question, [(i, names) for i, names in listed if i in fronts], fronts, document_ids)
    named = max(((names_document(question, names), i) for i, names in listed), default=(0.0, ""))[1]
    own_names = dict(listed).get(named, ())
    if named not in alike and pointed_at(question, own_names) != question and shelf.earlier(named) is None:
        return None  # of the document that is named there are no two
    for document_id in dict.fromkeys((taken.document_id if taken else "", named, *document_ids[:_LOOKED_AT])):
        earlier = shelf.earlier(document_id) if document_id and document_id not in fronts else None
        if earlier is not None and (pair is None or document_id == named):
            return earlier, document_id
    return (shelf.document(pair[0]), pair[1]) if pair else None


def _changed(
    question: str,
    taken: TakenOver | None,
    shelf: Shelf,
    versions: tuple[Document, str],
    wanted: ChangeWanted,
    best: Sequence[Weighed],
    looked: tuple[int, int],
) -> Reply | None:
    """The reply to a question about two versions: what changed, quoted from the newer, if anything did."""
    old, document_id = versions
    new, card = shelf.document(document_id), shelf.card(document_id)
    changes = changes_asked(wanted, old, new)
    if changes is None:
        return None
    material = []
    for change in changes[:_MOST_CHANGES]:
        place = anchor(change, new)
        if place is not None:
            fact = Fact(Feature.PART, place.span, place.span, before(change), " › ".join(place.heading_path))
            material.append(_told(new, card, fact))
    own = _merged([_material(w) for w in best if w.source.document.id == document_id])
    return Reply(
        question,
        taken,
        Verdict.ANSWERED if material else Verdict.ABSENT,
        tuple(material),
        tuple(own[:_MOST_NEAR]),
        _CERTAIN if material else 0.0,
        *looked,
        english=read_question(question).english,
    )


def _that_tell(question: str, shelf: Shelf, feature: tuple[Feature, str]) -> tuple[str, ...]:
    """Of a few documents, none of which the question names, the few that tell it, the longest first."""
    listed = shelf.names()
    if len(listed) > _FEW or any(names_document(question, names) for _, names in listed):
        return ()
    documents = [shelf.document(name) for name, _ in listed]
    telling = [document for document in documents if facts_about(document, *feature, question)]
    telling.sort(key=lambda document: (-len(document.text), document.id))
    if feature[0] is not Feature.PART and len(telling) > _MOST_ANSWERS:
        return ()  # every document has a date: which one is meant cannot be told
    return tuple(document.id for document in telling[:_MOST_ANSWERS])


# What nearly every document tells, so that telling it does not make it the one that is meant.
_ALL_TELL = frozenset(
    (Feature.AUTHOR, Feature.DATE, Feature.TITLE, Feature.PAGES, Feature.PARTS, Feature.SUBJECT)
)
_MOST_CHANGES = 12
_FEW = 12  # documents, of which each is opened
_LOOKED_AT = 6  # documents that are opened to see what sort they are
_FOR_LANGUAGE = 5000  # characters that tell the language of a document
_BEGINNING = 600  # characters in which a document says what sort of document it is


def _about(
    question: str,
    pointing: str,
    taken: TakenOver | None,
    shelf: Shelf,
    telling: Sequence[str],
    feature: tuple[Feature, str],
    own: Sequence[Material],
    looked: tuple[int, int],
) -> Reply:
    """The reply to a question about documents: what each tells of itself, or that it does not.

    `pointing` is the question with "dit document" for the name of the document.
    """
    answers: list[Material] = []
    most = _MOST_ANSWERS if len(telling) == 1 else 1
    for document_id in telling:
        document, card = shelf.document(document_id), shelf.card(document_id)
        facts = facts_about(document, *feature, pointing)
        if not (feature[0] is Feature.SUMMARY and len(telling) == 1):
            facts = facts[:most]
        answers += [_told(document, card, fact) for fact in facts]
    if not answers and feature[0] is Feature.SUMMARY and len(telling) == 1:
        # there is no summary: what says what the document is about comes nearest
        subject = [_told(document, card, fact) for fact in facts_about(document, Feature.SUBJECT)]
        near = (*subject, *_merged(own))[:_MOST_NEAR]
    else:
        near = tuple(_merged(own)[:_MOST_NEAR])
    verdict = Verdict.ANSWERED if answers else Verdict.ABSENT
    return Reply(
        question,
        taken,
        verdict,
        tuple(answers),
        near,
        _CERTAIN if answers else 0.0,
        *looked,
        english=read_question(question).english,
    )


def _told(document: Document, card: DocumentCard, fact: Fact) -> Material:
    return Material(
        document=card,
        source_id="",
        heading_path=(fact.heading,) if fact.heading else (),
        question="",
        quote=fact.quote.of(document.text),
        quote_span=fact.quote,
        text=fact.around.of(document.text),
        span=fact.around,
        page=bisect_right(document.page_starts, fact.quote.start) if document.lines else 0,
        score=_CERTAIN,
        english=is_english(document.text[:_FOR_LANGUAGE]),
        told=fact.told,
    )


def _order(weighed: Weighed) -> tuple[float, int, str]:
    """The most probable first; of equals the newest."""
    date = weighed.source.document.date
    return (-weighed.logit, -(date.toordinal() if date else 0), weighed.source.id)


def _material(weighed: Weighed, wanted: Wanted | None = None) -> Material:
    source, unit = weighed.source, weighed.seen.unit
    value = None
    if wanted is not None and unit.row and not weighed.seen.foreign:
        value = value_asked(
            unit,
            lambda text: cover(wanted, text),
            lambda text: named(wanted, text),
            lambda text: gives(wanted.asked.wants, text),
        )
    return Material(
        document=source.document,
        source_id=source.id,
        heading_path=source.heading_path,
        question=source.question if source.kind is SourceKind.PAIR else "",
        quote=unit.text,
        quote_span=unit.span,
        text=source.body,
        span=source.body_span,
        page=source.page,
        score=round(float(1 / (1 + np.exp(-weighed.logit))), 4),
        heads=unit.lead,
        english=is_english(source.body),
        value=value,
    )


def _merged(material: Sequence[Material]) -> list[Material]:
    """`material` with sections that follow one another as one, at the place of the best of them."""
    merged: list[Material] = []
    for item in material:
        for at, other in enumerate(merged):
            joined = _joined(other, item)
            if joined is not None:
                merged[at] = joined
                break
        else:
            merged.append(item)
    return merged


def _joined(best: Material, other: Material) -> Material | None:
    """Both as one passage with the quote of `best`; None where they do not follow one another."""
    same = best.document.id == other.document.id and best.heading_path == other.heading_path
    if not same or best.question or other.question:
        return None
    first, second = (best, other) if best.span.start <= other.span.start else (other, best)
    gap = second.span.start - first.span.end
    if not 0 <= gap <= _GAP:
        return None
    return replace(
        best,
        text=first.text + "\n" * gap + second.text,
        span=Span(first.span.start, second.span.end),
        page=first.page,
    )
