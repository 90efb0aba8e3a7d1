"""A question put to documents: the passages that answer it, what is near, or that it is not told there.

Nothing is written: every answer is a passage with the sentence that answers marked in it, once however often
it stands. Sections that follow one another are one passage. What several papers say in the same words is
shown from the newest, with the others named below it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

import numpy as np
from typing_extensions import TypedDict

from learninglion.drafting import line
from learninglion.drafting.askings import searched
from learninglion.dutch.questions import NUMERIC, Wants, gives, likeness, moments_given
from learninglion.dutch.text import fold, words
from learninglion.models import Document, DocumentCard, DocumentKind, SourceKind, Span
from learninglion.models.plain import to_plain
from learninglion.record.contract import Day, Locate, RegionView, region_view, view_of
from learninglion.search.comparing import (
    ChangeWanted,
    Comparison,
    Place,
    anchor,
    before,
    change_asked,
    changes_asked,
    going_on,
    of_one_name,
    pair_meant,
)
from learninglion.search.engine import Engine
from learninglion.search.evidence import (
    Rarity,
    Value,
    Wanted,
    Weights,
    built_in,
    cover,
    named,
    rows_named,
    value_asked,
    want,
)
from learninglion.search.facts import (
    Fact,
    Feature,
    facts_about,
    feature_asked,
    part_named,
    part_numbered,
    parts_lacking,
    tells_apart,
)
from learninglion.search.question import (
    Naming,
    alike,
    described,
    is_english,
    naming,
    not_told,
    numbers_named,
    part_going_on,
    points_at_document,
    read_question,
)
from learninglion.search.scoring import make_probe
from learninglion.search.search import (
    Weighed,
    chance_answered,
    first_places,
    meant_by,
    query_terms,
    query_vectors,
    rank,
    rarity_in,
    weigh,
)
from learninglion.search.synonyms import Synonyms
from learninglion.store.store import Lookup

_GAP = 4  # characters between two sections that follow one another
_SAYS_ENOUGH = 6  # words: a shorter sentence says what it says by what stands around it


@dataclass(frozen=True, slots=True)
class Twin:
    """Another place where the same words stand."""

    document: DocumentCard
    source_id: str
    heading_path: tuple[str, ...]
    quote_span: Span
    page: int


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
    summary: str = ""  # what the program counted or summed up from the structure of the document
    value: Value | None = None  # the cell of the row that is asked for
    twins: tuple[Twin, ...] = ()  # where the same stands too, the newest first
    changed: bool = False  # `summary` is what stood there in the version before


def material_of(weighed: Weighed, wanted: Wanted | None = None) -> Material:
    """What was read, as it is shown; with `wanted` also the cell that is asked for."""
    source, unit = weighed.source, weighed.seen.unit
    value = None
    if wanted is not None and not weighed.seen.is_other and not weighed.seen.foreign:
        value = value_asked(
            unit,
            lambda text: cover(wanted, text),
            lambda text: named(wanted, text),
            lambda text: gives(wanted.question.wants, text),
            row_meant=weighed.seen.is_meant,
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


def grouped(material: Sequence[Material]) -> list[Material]:
    """`material`, best first, with the same words of several places as one, at the place of the best."""
    groups: dict[tuple[object, ...], list[Material]] = {}
    for item in material:
        groups.setdefault(_spelling(item), []).append(item)
    return [_as_one(group) for group in groups.values()]


def _spelling(item: Material) -> tuple[object, ...]:
    """What two materials have in common that say the same."""
    quote = tuple(words(item.quote))
    around = () if len(quote) >= _SAYS_ENOUGH else (item.question, tuple(words(item.text)))
    return quote, tuple(words(item.heads)), item.summary, *around


def _as_one(group: Sequence[Material]) -> Material:
    newest, *others = sorted(group, key=lambda item: item.document.age)
    twins = [Twin(m.document, m.source_id, m.heading_path, m.quote_span, m.page) for m in others]
    return replace(newest, score=group[0].score, twins=tuple(twins))


def merged(material: Sequence[Material]) -> list[Material]:
    """`material` with sections that follow one another as one, at the place of the best of them."""
    passages: list[Material] = []
    for item in material:
        for at, other in enumerate(passages):
            joined = _joined(other, item)
            if joined is not None:
                passages[at] = joined
                break
        else:
            passages.append(item)
    return passages


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


_MOST_ANSWERS = 3
_MOST_NEAR = 5
# A second answer is shown beside the first from this part of its chance on.
_BESIDE = 0.3
_STAYS = 0.3  # so much surer another document must be than the one that was spoken of
_MOST_MERGED = 2 * (_MOST_ANSWERS + _MOST_NEAR)


class Verdict(StrEnum):
    """What became of a question."""

    ANSWERED = "answered"
    RELATED = "related"  # something near, no sentence of which it is sure that it answers
    ABSENT = "absent"  # it is not told here


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
    unclear: bool = False  # it may be about any of several documents: the answers are those of each
    left_out: int = 0  # changes that are too many to show
    not_told: tuple[str, ...] = ()  # what the question names by number and nothing shown tells of: "wijk 9"

    @property
    def disagreement(self) -> str:
        """What to tell of answers that do not say the same; "" where they do."""
        if not self.disagree:
            return ""
        if all(m.document.date for m in self.answers or self.near[:_MOST_ANSWERS]):
            return "De documenten zeggen niet hetzelfde. Het nieuwste document staat bovenaan."
        return (
            "De documenten zeggen niet hetzelfde, en niet van elk is de datum bekend. Kijk zelf wat nu geldt."
        )


class Library(Protocol):
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
    library: Library | None = None,
    synonyms: Synonyms | None = None,
) -> Reply:
    """What answers `question` among `documents` (None: all that `reader` shows), best first.

    `after` is the question before, whose subject and document a follow-up takes over. Questions about a
    document itself are answered from the `library`.
    """
    taken = _taken_over(engine, reader, question, after, documents, synonyms) if after.strip() else None
    context = taken.question if taken else ""
    looked = engine.snapshot().extent(documents)
    if taken and taken.document_id:
        best, chance = _read(engine, reader, question, context, frozenset({taken.document_id}), synonyms)
        if chance < built_in().sure:
            wider = _read(engine, reader, question, context, documents, synonyms)
            best, chance = (best, chance) if (1 + _STAYS) * chance >= wider[1] else wider
    else:
        best, chance = _read(engine, reader, question, context, documents, synonyms)
    rarity = rarity_in(engine.snapshot().statistics)
    itself = _of_documents(question, library, best, taken, looked, rarity) if library is not None else None
    if itself is not None:
        return itself
    wanted = want(question, rarity, context)
    shown = [replace(w, seen=row) for w in best for row in rows_named(wanted, w.source, w.seen)]
    material = merged(grouped([material_of(w, wanted) for w in shown])[:_MOST_MERGED])
    verdict, count, lacks = _judged(question, material, chance)
    answers, disagree = newest_first(question, material[:count])
    near = tuple(material[count:])
    if verdict is Verdict.RELATED:
        near, disagree = newest_first(question, near)
    to_hold = near if verdict is Verdict.RELATED else answers
    newer = None if disagree else _overtaking(f"{context} {question}".strip(), to_hold, best)
    if newer is not None:
        answers, near = (tuple(m for m in a if m.source_id != newer.source_id) for a in (answers, near))
        disagree = _says_otherwise(newer, answers)
        answers, near = ((newer, *answers), near) if answers else ((), (newer, *near))
    return Reply(
        question,
        taken,
        verdict,
        answers,
        near[:_MOST_NEAR],
        round(chance, 4),
        *looked,
        english=read_question(question).english,
        disagree=disagree,
        not_told=lacks,
    )


def _judged(
    question: str, material: Sequence[Material], chance: float
) -> tuple[Verdict, int, tuple[str, ...]]:
    """What becomes of a question, how many of `material` answer it, and what it names that they do not tell.

    Where they tell nothing of what it names by number, it is not answered, however alike they are.
    """
    if not material or chance < built_in().threshold:
        return Verdict.ABSENT, 0, ()
    rows = sum(m.source_id == material[0].source_id for m in material)
    first = material[: max(_MOST_ANSWERS, rows)]
    count = sum(m.score >= _BESIDE * first[0].score for m in first) if chance >= built_in().sure else 0
    lacks = not_told(question, "\n".join(map(_around, first[: max(1, count)])))
    named = numbers_named(question)
    if count and not (lacks and len(lacks) == len(named.names) + len(named.years)):
        return Verdict.ANSWERED, count, lacks
    nowhere = [set(not_told(question, _around(m))) for m in material[:_MOST_NEAR]]  # all of these are shown
    return Verdict.RELATED, 0, tuple(name for name in lacks if all(name in lacking for lacking in nowhere))


def _around(item: Material) -> str:
    """A passage with all that says what it is about."""
    date = str(item.document.date.year) if item.document.date else ""
    return "\n".join((item.document.title, date, *item.heading_path, item.question, item.heads, item.text))


# Answers whose chances differ less than this are rivals.
_RIVAL = 0.6


def newest_first(question: str, answers: Sequence[Material]) -> tuple[tuple[Material, ...], bool]:
    """The answers with the newest document first where an older one says otherwise, and whether one does.

    Only where a figure or a moment is asked, of answers that are about as probable. What has no date comes
    behind what has one, and of equals first what says it in the form that is asked: "is gestart" asks for
    what happened, not for the plan.
    """
    asked = read_question(question)
    if len(answers) < 2 or asked.wants not in NUMERIC:
        return tuple(answers), False
    rivals = [m for m in answers if m.score >= _RIVAL * answers[0].score]
    forms = {fold(word) for word in asked.words}
    ordered = sorted(rivals, key=lambda m: (m.document.age, -len(forms.intersection(words(m.quote)))))
    moment = asked.wants is Wants.DATE
    if not _says_otherwise(ordered[0], ordered[1:], moment=moment):
        return tuple(answers), False
    return (*ordered, *(m for m in answers if m not in rivals)), True


def _says_otherwise(newest: Material, others: Sequence[Material], *, moment: bool = False) -> bool:
    """Whether another document contradicts what the newest says, or has another amount in the same unit.

    With `moment` also whether it names another moment for the same.
    """
    return any(
        line.contradiction(newest.quote, m.quote)
        or line.other_amount(newest.quote, m.quote, least=0.0)
        or (moment and _other_moment(newest.quote, m.quote))
        for m in others
        if m.document.id != newest.document.id
    )


_SAME = 0.5  # likeness from which two sentences are about the same


def _other_moment(one: str, other: str) -> bool:
    first, second = moments_given(one), moments_given(other)
    return not (first <= second or second <= first) and likeness(one, other) >= _SAME


def _overtaking(question: str, answers: Sequence[Material], best: Sequence[Weighed]) -> Material | None:
    """What a newer document says of how it is now, where the first of what is shown is of before.

    That is the line of today of a draft, over what was read for the question. It knows Dutch only.
    """
    known = {weighed.source.id: weighed for weighed in best}
    if not answers or answers[0].english or answers[0].source_id not in known:
        return None
    older, statement = known[answers[0].source_id].source, answers[0].quote
    others = [w.source for w in best if w.source.document.id != older.document.id]
    newer = line.newer_than(older, statement, question, others)
    for asking in searched(question) if newer else ():
        follower = line.built_in().overtaking(asking, older, statement, newer)
        if follower is not None:
            span, made = follower.units[follower.place].span, material_of(known[follower.source.id])
            quote = made.text[span.start - made.span.start : span.end - made.span.start]
            return replace(made, quote=quote, quote_span=span, heads="")
    return None


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
    read = read_first(engine, reader, text, wanted, built_in(), documents, synonyms)
    best = sorted(read, key=lambda w: (-w.logit, w.source.document.age, w.source.id))  # of equals the newest
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

_CERTAIN = 0.95  # what a document says of itself is not a matter of chance, but may be read amiss


def _of_documents(
    question: str,
    library: Library,
    best: Sequence[Weighed],
    taken: TakenOver | None,
    looked: tuple[int, int],
    rarity: Rarity,
) -> Reply | None:
    """The reply to a question about two versions or a document itself; None where the text is to tell."""
    listed = library.names()
    changing = going_on(question, taken.question) if taken else question
    namings = {document_id: naming(changing, names) for document_id, names in listed}
    wanted_changes = change_asked(changing)
    versions = (
        _versions_meant(changing, library, namings, best, taken) if wanted_changes is not None else None
    )
    if (
        wanted_changes is not None
        and versions is not None
        and (wanted_changes.versions or namings.get(versions[1], Naming()).meant)
    ):
        changed = _changed(question, taken, library, versions, wanted_changes, best, looked)
        if changed is not None:
            return changed
    question = part_going_on(question, taken.question) if taken else question
    if changing != question:
        namings = {document_id: naming(question, names) for document_id, names in listed}
    named = max(namings.values(), key=lambda naming: naming.share, default=Naming())
    pointing = named.pointing(question) if named.meant else question
    about = _described_asked(question, library, namings, best, rarity)
    if about is None:
        about = _pointed_asked(question, pointing, library, namings, best, taken)
        about = about if named.meant or about is None else _fitting(about, question, library, rarity)
    return _about(question, about, taken, library, best, looked) if about is not None else None


@dataclass(frozen=True, slots=True)
class _About:
    """What of which documents a question asks for; `pointing` is the question without what names them."""

    pointing: str
    feature: tuple[Feature, str]
    telling: tuple[str, ...]


def _described_asked(
    question: str, library: Library, namings: Mapping[str, Naming], best: Sequence[Weighed], rarity: Rarity
) -> _About | None:
    """A question about the document of which it says what it is about, if the front of one tells of that."""
    description = described(question)
    feature = feature_asked(description.bare) if description.subject else None
    if feature is None:
        return None
    wanted = want(description.subject, rarity)
    names = dict(library.names())
    fits: dict[str, tuple[bool, float]] = {}
    for document_id in _looked_at(namings, best):
        document = library.document(document_id)
        own = " ".join(names.get(document_id, ()))
        if points_at_document(description.bare, _self_description(document, own)) < _BY_SORT:
            continue
        fit = _fit(wanted, f"{own} {document.text[:_BEGINNING]}")
        if fit >= _FITS:
            fits[document_id] = (bool(facts_about(document, *feature, description.bare)), fit)
    meant = max(fits, key=lambda name: fits[name], default="")
    return _About(description.bare, feature, (meant,)) if meant else None


def _fit(wanted: Wanted, front: str) -> float:
    """How much of what a question says a document is about, its front tells (0..1)."""
    return max(cover(wanted, front), cover(wanted.across, front) if wanted.across else 0.0)


def _fitting(about: _About, question: str, library: Library, rarity: Rarity) -> _About:
    """`about` with only the documents that are what the question says, where any is."""
    subject = described(question).subject
    if not subject:
        return about
    wanted, names = want(subject, rarity), dict(library.names())
    fitting = tuple(
        name
        for name in about.telling
        if _fit(wanted, f"{' '.join(names.get(name, ()))} {library.document(name).text[:_BEGINNING]}")
        >= _FITS
    )
    return replace(about, telling=fitting) if fitting else about


def _self_description(document: Document, names: str) -> str:
    """The words in which a document says what sort it is: its names, and how the lines of its front begin."""
    lines = document.text[:_BEGINNING].splitlines()
    begins = (" ".join(line.split()[: _TITLE if len(line.split()) > _HEADING else None]) for line in lines)
    return " ".join((_CALLED[document.kind], names, *begins))


def _looked_at(namings: Mapping[str, Naming], best: Sequence[Weighed]) -> tuple[str, ...]:
    """The documents that were found first, and those that are named best."""
    document_ids = list(dict.fromkeys(w.source.document.id for w in best))
    order = sorted(namings, key=lambda name: (namings[name].share, name), reverse=True)
    named = (name for name in order[:_LOOKED_AT] if namings[name].share > 0)
    return tuple(dict.fromkeys((*document_ids[:_LOOKED_AT], *named)))


def _pointed_asked(
    question: str,
    pointing: str,
    library: Library,
    namings: Mapping[str, Naming],
    best: Sequence[Weighed],
    taken: TakenOver | None,
) -> _About | None:
    """A question about the document that it names or points at; about several where it may be any of them."""
    feature = feature_asked(pointing)
    part = part_named(pointing) if feature is None else ""
    feature = (Feature.PART, part) if part else feature
    if feature is None:
        return _parts_asked(question, library)
    distinct = bool(part) or tells_apart(pointing)
    telling = _documents_meant(question, library, namings, best, taken, feature, first=distinct)
    if not telling and not part:
        most = _MOST_ANSWERS if distinct else _FEW
        telling = _that_tell(question, library, namings, feature, most=most)
    if not telling and feature[0] is Feature.PART:  # of many, those found that have such a part
        document_ids = [
            d for d in _looked_at({}, best) if facts_about(library.document(d), *feature, question)
        ]
        telling = tuple(document_ids[:_MOST_ANSWERS])
    if part or (feature[0] is Feature.DATE and feature[1]):
        telling = tuple(d for d in telling if facts_about(library.document(d), *feature, pointing))
    return _About(pointing, feature, telling) if telling else None


def _parts_asked(question: str, library: Library) -> _About | None:
    """A question for numbered parts of a document that it calls by part of its name ("van de huisregels")."""
    numbered = part_numbered(question)
    if numbered is None or not numbered[1]:
        return None
    feature = (Feature.PART, numbered[0])
    telling = []
    for document_id, names in library.names():
        own = [fold(word) for word in re.findall(r"[^\W_]+", " ".join(names))]
        if all(any(alike(fold(word), other) for other in own) for word in numbered[1]):
            telling.append(document_id)
    telling = [name for name in telling[:_FEW] if facts_about(library.document(name), *feature)]
    return _About(question, feature, tuple(telling)) if telling else None


def _documents_meant(
    question: str,
    library: Library,
    namings: Mapping[str, Naming],
    best: Sequence[Weighed],
    taken: TakenOver | None,
    feature: tuple[Feature, str],
    *,
    first: bool,
) -> tuple[str, ...]:
    """The documents that a question about `feature` may be about, none where that cannot be told.

    One, or all that fit as well as one another; of those with `first` only the one that was found first.
    """
    if len(namings) == 1:
        return tuple(namings)
    order = sorted(namings, key=lambda name: (namings[name].share, name), reverse=True)
    shares = [namings[name].share for name in order]
    if order and namings[order[0]].meant and shares[1] < shares[0]:
        return (order[0],)
    if taken and taken.document_id:
        return (taken.document_id,)
    # of the first found that say they are such a document, those that tell it, by their name
    others = order if not first and len(order) <= _FEW else ()
    names = dict(library.names())
    places: dict[str, tuple[bool, int, bool, float]] = {}
    for document_id in dict.fromkeys((*_looked_at(namings, best), *others)):
        document = library.document(document_id)
        own = " ".join(names.get(document_id, ()))
        points = points_at_document(question, _self_description(document, own))
        if points:
            tells = bool(facts_about(document, *feature, question))
            share = namings[document_id].share if document_id in namings else 0.0
            places[document_id] = (tells and feature[0] not in _ALL_TELL, points, tells, share)
    most = max(places.values(), default=None)
    fitting = tuple(document_id for document_id, place in places.items() if place == most)
    return fitting[:1] if first else fitting[:_FEW]


def _versions_meant(
    question: str,
    library: Library,
    namings: Mapping[str, Naming],
    best: Sequence[Weighed],
    taken: TakenOver | None,
) -> tuple[Document, str] | None:
    """The older of two versions that are compared, and the id of the newer; None where there are no two."""
    listed = library.names()
    document_ids = list(dict.fromkeys(w.source.document.id for w in best))
    alike = [document_id for document_id, names in listed if of_one_name(names, listed)]
    fronts = {document_id: library.document(document_id).text[:_BEGINNING] for document_id in alike}
    pair = pair_meant(question, [(i, names) for i, names in listed if i in fronts], fronts, document_ids)
    named = max(namings, key=lambda name: (namings[name].share, name), default="")
    reach = named and namings[named].end
    if named not in alike and reach and library.earlier(named) is None:
        return None  # of the document that is named there are no two
    for document_id in dict.fromkeys((taken.document_id if taken else "", named, *document_ids[:_LOOKED_AT])):
        earlier = library.earlier(document_id) if document_id and document_id not in fronts else None
        if earlier is not None and (pair is None or document_id == named):
            return earlier, document_id
    return (library.document(pair[0]), pair[1]) if pair else None


def _changed(
    question: str,
    taken: TakenOver | None,
    library: Library,
    versions: tuple[Document, str],
    wanted: ChangeWanted,
    best: Sequence[Weighed],
    looked: tuple[int, int],
) -> Reply | None:
    """The reply to a question about two versions: what changed, quoted from the newer, if anything did."""
    old, document_id = versions
    new, card = library.document(document_id), library.card(document_id)
    changes = changes_asked(wanted, old, new)
    if changes is None:
        return None
    material = []
    for change in changes[:_MOST_CHANGES]:
        place = anchor(change, new)
        if place is not None:
            fact = Fact(Feature.PART, place.span, place.span, before(change), " › ".join(place.heading_path))
            material.append(replace(_material_of(new, card, fact), changed=True))
    own = merged([material_of(w) for w in best if w.source.document.id == document_id])
    return Reply(
        question,
        taken,
        Verdict.ANSWERED if material else Verdict.ABSENT,
        tuple(material),
        tuple(own[:_MOST_NEAR]),
        _CERTAIN if material else 0.0,
        *looked,
        english=read_question(question).english,
        left_out=max(0, len(changes) - _MOST_CHANGES),
    )


def _that_tell(
    question: str, library: Library, namings: Mapping[str, Naming], feature: tuple[Feature, str], *, most: int
) -> tuple[str, ...]:
    """Of a few documents, none of which the question names, those that tell it, the longest first.

    None where more than `most` do: then it may be something else that is asked.
    """
    if len(namings) > _FEW or any(naming.share for naming in namings.values()):
        return ()
    documents = [library.document(name) for name in namings]
    telling = [document for document in documents if facts_about(document, *feature, question)]
    telling.sort(key=lambda document: (-len(document.text), document.id))
    if feature[0] is Feature.PART:
        telling = telling[:_MOST_ANSWERS]
    return tuple(document.id for document in telling) if len(telling) <= most else ()


# What nearly every document tells, so that telling it does not make it the one that is meant.
_ALL_TELL = frozenset(
    (Feature.AUTHOR, Feature.DATE, Feature.TITLE, Feature.PAGES, Feature.PARTS, Feature.SUBJECT)
)
_MOST_CHANGES = 30
_FEW = 12  # documents, of which each is opened
_LOOKED_AT = 6  # documents that are opened to see what sort they are
_FOR_LANGUAGE = 5000  # characters that tell the language of a document
_BY_SORT = 2  # how a question points at a document that says of itself it is of that sort
_FITS = 0.5  # of what a question says a document is about, that its front must tell
# What papers of parliament go by, whatever they say of themselves.
_SET = "kamervragen beantwoording antwoorden questions answers"
_CALLED = {
    DocumentKind.KAMERVRAGEN: _SET,
    DocumentKind.LETTER: f"brief letter {_SET}",
    DocumentKind.DOCUMENT: "",
}
_HEADING, _TITLE = 8, 4  # words: a longer line is running text, and tells by how it begins
_BEGINNING = 600  # characters in which a document says what sort of document it is


def _about(
    question: str,
    about: _About,
    taken: TakenOver | None,
    library: Library,
    best: Sequence[Weighed],
    looked: tuple[int, int],
) -> Reply:
    """The reply to a question about documents: what each tells of itself, or that it does not."""
    telling, feature = about.telling, about.feature
    own = [material_of(w) for w in best if w.source.document.id in telling]
    answers: list[Material] = []
    most = _MOST_ANSWERS if len(telling) == 1 else 1
    if feature[0] is Feature.PART:
        most = max(most, len(numbers_named(feature[1]).numbers))
    for document_id in telling:
        document, card = library.document(document_id), library.card(document_id)
        facts = facts_about(document, *feature, about.pointing)
        if not (feature[0] is Feature.SUMMARY and len(telling) == 1):
            facts = facts[:most]
        answers += [_material_of(document, card, fact) for fact in facts]
    if not answers and feature[0] is Feature.SUMMARY and len(telling) == 1:
        # there is no summary: what says what the document is about comes nearest
        subject = [_material_of(document, card, fact) for fact in facts_about(document, Feature.SUBJECT)]
        near = (*subject, *merged(own))[:_MOST_NEAR]
    else:
        near = tuple(merged(own)[:_MOST_NEAR])
    unclear = (
        len({answer.document.id for answer in answers}) > 1
        and len({words(f"{m.quote} {m.summary}") for m in answers}) > 1
    )
    answers = answers if unclear else grouped(answers)
    if unclear and looked[0] > _FEW:  # there may be more of them than were opened
        answers, near = [], tuple(answers[:_MOST_NEAR])
    verdict = Verdict.ANSWERED if answers else Verdict.RELATED if unclear else Verdict.ABSENT
    return Reply(
        question,
        taken,
        verdict,
        tuple(answers),
        near,
        _CERTAIN if answers else 0.0,
        *looked,
        english=read_question(question).english,
        unclear=unclear,
        not_told=parts_lacking(feature[1], [library.document(name) for name in telling])
        if answers and feature[0] is Feature.PART
        else (),
    )


def _material_of(document: Document, card: DocumentCard, fact: Fact) -> Material:
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
        summary=fact.summary,
    )


class ValueView(TypedDict):
    """The cell of a table row that is asked for, with the heads of its row and column."""

    text: str
    row: str | None
    column: str | None
    unit: str | None
    regions: list[RegionView]


class PlaceView(TypedDict):
    """A sentence or row of a version, and where it stands."""

    text: str
    page: int
    heading_path: list[str]
    span: list[int]


class DifferenceView(TypedDict):
    """What of one kind one version has and the other has not."""

    substance: str
    old: list[str]
    new: list[str]


class ChangeView(TypedDict):
    """A sentence or row that came, went or changed."""

    kind: str
    old: PlaceView | None
    new: PlaceView | None
    differences: list[DifferenceView]


class ComparisonView(TypedDict):
    """All changes from one version to the next."""

    changes: list[ChangeView]
    of_substance: int
    same: int


class PassageView(TypedDict):
    """Where words stand: a document, and the place in it."""

    document: str
    title: str
    date: Day
    collection: str
    source: str | None
    heading_path: list[str]
    page: int
    regions: list[RegionView]
    url: str | None


class MaterialView(PassageView):
    """A passage, with the sentence in it that answers: verbatim; `told` is what the program counted."""

    asked: str | None
    quote: str
    heads: str | None
    value: ValueView | None
    told: str | None
    language: str
    text: str
    score: float
    also: list[PassageView]


class TakenOverView(TypedDict):
    """What a question takes over from the one that it goes on with."""

    question: str
    words: list[str]
    document: str | None


class LookedThroughView(TypedDict):
    """How much was looked through."""

    documents: int
    passages: int


class ReplyView(TypedDict):
    """What answers a question, what is near, and what was looked through."""

    question: str
    taken_over: TakenOverView | None
    verdict: str
    language: str
    disagree: bool
    unclear: bool
    not_told: list[str]
    left_out: int
    chance: float
    answers: list[MaterialView]
    near: list[MaterialView]
    looked_through: LookedThroughView


def reply_view(reply: Reply, locate: Locate) -> ReplyView:
    """A reply of `learninglion ask --json`; `locate` gives the places on the page of a span of a document."""
    taken = reply.taken_over
    return view_of(
        ReplyView,
        reply,
        taken_over=taken and view_of(TakenOverView, taken, document=taken.document_id or None),
        language="en" if reply.english else "nl",
        answers=[_material_view(material, locate) for material in reply.answers],
        near=[_material_view(material, locate) for material in reply.near],
        looked_through=view_of(LookedThroughView, reply),
    )


def comparison_view(comparison: Comparison) -> ComparisonView:
    """What `learninglion compare --json` gives: every change, with what of substance differs."""
    changes = [
        view_of(ChangeView, change, old=_place_view(change.old), new=_place_view(change.new))
        for change in comparison.changes
    ]
    return view_of(ComparisonView, comparison, changes=changes, of_substance=len(comparison.of_substance))


def _place_view(place: Place | None) -> PlaceView | None:
    return None if place is None else view_of(PlaceView, place, span=[place.span.start, place.span.end])


def _value_view(document_id: str, value: Value, locate: Locate) -> ValueView:
    return {
        "text": value.text,
        "row": value.row or None,
        "column": value.column or None,
        "unit": value.unit or None,
        "regions": [region_view(region) for region in locate(document_id, value.span)],
    }


def _material_view(material: Material, locate: Locate) -> MaterialView:
    """A passage with its answering sentence: `quote` is verbatim, `told` was counted by the program."""
    value = material.value
    return {
        **_passage_view(material, locate),
        "asked": material.question or None,
        "quote": material.quote,
        "heads": material.heads or None,
        "value": None if value is None else _value_view(material.document.id, value, locate),
        "told": material.summary or None,
        "language": "en" if material.english else "nl",
        "text": material.text,
        "score": material.score,
        "also": [_passage_view(twin, locate) for twin in material.twins],
    }


def _passage_view(passage: Material | Twin, locate: Locate) -> PassageView:
    card = passage.document
    return view_of(
        PassageView,
        passage,
        document=card.id,
        title=card.title,
        date=to_plain(card.date),
        collection=card.collection,
        source=passage.source_id or None,
        regions=[region_view(region) for region in locate(card.id, passage.quote_span)],
        url=card.url,
    )
