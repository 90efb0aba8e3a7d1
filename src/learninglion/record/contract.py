"""The stable JSON shapes that other programs build on: documents, hits and drafts, out and in.

Extend these, never break them: docs/cli.md names them and outside checks read them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NotRequired, TypeVar, cast

from typing_extensions import TypedDict

from learninglion.models import (
    AnswerVerdict,
    Author,
    Check,
    Citation,
    Context,
    Document,
    Dossier,
    EvidenceRow,
    Footnote,
    Hit,
    Opening,
    QAPair,
    Region,
    Source,
    Span,
    Statement,
    Verification,
)
from learninglion.models.errors import InputError
from learninglion.models.plain import to_fields, to_plain
from learninglion.record.marking import AI_GENERATED, mark_line
from learninglion.record.notes import answer_groups, balance_of

Locate = Callable[[str, Span], Sequence[Region]]
Day = str | None  # "2024-05-17"
V = TypeVar("V")


class FootnoteView(TypedDict):
    """A note at the foot of a page."""

    mark: str
    text: str
    page: int


class NoticeView(TypedDict):
    """A notice in the place of answers."""

    kind: str
    text: str


class AskerView(TypedDict):
    """A member of parliament who asked."""

    name: str
    party: str | None


class AnswererView(TypedDict):
    """A bewindspersoon who answered, or in whose name was answered."""

    name: str | None
    role: str
    portfolio: str | None
    on_behalf: bool


class PairView(TypedDict):
    """A question with its answer, verbatim."""

    numbers: list[int]
    question: str
    answer: str | None
    answer_numbers: list[int]
    asked_by: str
    answered_by: str
    page: int
    answer_page: int | None
    footnotes: list[FootnoteView]


class BlockView(TypedDict):
    """A heading, paragraph, list item or table, in reading order."""

    kind: str
    level: int
    page: int
    text: str


class DocumentView(TypedDict):
    """A whole document with its questions and answers."""

    identifier: str
    kind: str
    genre: str | None
    dossier: str | None
    session_year: str | None
    number: int | None
    title: str
    introduction: str | None
    asked_by: list[AskerView]
    answered_by: list[AnswererView]
    ministry: str | None
    asked_on: Day
    received_on: Day
    published: Day
    pairs: list[PairView]
    notice: NoticeView | None
    footnotes: list[FootnoteView]
    blocks: list[BlockView]
    related: list[str]
    url: str | None
    sha256: str
    source_name: str
    pages: int
    warnings: list[str]


class SourceView(TypedDict):
    """A whole source, unedited."""

    source: str
    document: str
    kind: str
    title: str
    date: Day
    ministry: str | None
    answered_by: list[AnswererView]
    asked_by: list[AskerView]
    pair_asked_by: str
    pair_answered_by: str
    numbers: list[int]
    answer_numbers: list[int]
    heading_path: list[str]
    question: str
    text: str
    page: int
    url: str | None
    collection: str
    warnings: list[str]


class RegionView(TypedDict):
    """A rectangle on a page in PDF points, origin at the bottom left."""

    page: int
    x0: float
    y0: float
    x1: float
    y1: float


class MatchView(TypedDict):
    """A sentence that matches: its place in the text of the document and on the page."""

    text: str
    start: int
    end: int
    regions: list[RegionView]


class SynonymView(TypedDict):
    """A word that was found because it means what was asked."""

    word: str
    asked: str


class HitView(TypedDict):
    """A source that was found, the passage that matched, and an estimate of its relevance (0 to 1)."""

    document: str
    numbers: list[int]
    kind: str  # what the passage was cut from
    score: float
    text: str
    page: int
    regions: list[RegionView]
    url: str | None
    rank: int
    passage: str
    lexical_rank: int | None  # from 1, among the hits of this search, by words alone
    dense_rank: int | None  # and by meaning alone
    matched: list[MatchView]
    matched_words: list[str]
    through_synonyms: list[SynonymView]
    duplicates: list[str]
    pair: SourceView


class CitationView(TypedDict):
    """The exact words a sentence rests on, and where they stand."""

    document: str
    numbers: list[int]
    quote: str
    page: int | None
    regions: list[RegionView]
    reference: str
    url: str | None
    source: str | None


class CheckView(TypedDict):
    """A sentence with its verdict and the reasons."""

    text: str
    citations: list[CitationView]
    verdict: str
    reasons: list[str]
    author: str
    method: NotRequired[str]
    judged_by: NotRequired[str]
    second_opinion: NotRequired[str]
    original: NotRequired[str]  # what the machine wrote, where a person changed it
    own_account: NotRequired[str]  # why a person lets it stand although no source bears it
    opens: NotRequired[str]


class EvidenceView(TypedDict):
    """A row of the table that a model wrote from."""

    part: str
    source: str
    document: str | None
    numbers: list[int]
    reference: str
    quote: str
    date: Day
    answers: str
    chance: float
    why: str
    found_by: str  # "model" or "measure"
    figures: list[str]
    overtaken_by: str | None


class OfferView(TypedDict):
    """A source that was offered, with its place in the order."""

    source: str
    score: float
    rank: int
    reranked_by: str


class RejectionView(TypedDict):
    """A source set aside, with the reason."""

    source: str
    reason: str


class SelectionView(TypedDict):
    """What was offered for a sub-question, and what became of it."""

    chosen_by: str
    selected_by: str
    threshold: float | None
    offered: list[OfferView]
    chosen: list[str]
    rejected: list[RejectionView]
    not_looked_at: list[str]


class RemarkView(TypedDict):
    """Something the machine remarked on what it wrote: in words, or as parts of the question that it doubts.

    `missing`: those parts are not answered at all; `about`: the sentences of which it is true; `until`: the
    source that ends it once the text cites it; `of`: the source without which only the doubt remains.
    """

    text: str
    parts: list[str]
    missing: bool
    about: list[str]
    until: str
    of: str


class VerificationView(TypedDict):
    """One sub-question: the text in order in `statements`, each with its verdict; what did not hold again in
    `set_apart`; what a person answers for in `own_text`. `complete` is false where the model broke off.
    """

    numbers: list[int]
    question: str
    kind: str
    verdict: str
    missing: list[str]
    statements: list[CheckView]
    own_text: list[CheckView]
    set_apart: list[CheckView]
    evidence: list[EvidenceView]
    material: list[CitationView]
    remote: list[str]  # sources of the material that hardly bear on the question
    proposal: str
    left_out: list[str]  # the remarks that are true of the text as it stands, in words
    remarks: list[RemarkView]  # all that the machine made, as data
    complete: bool
    selection: SelectionView
    provenance: object  # as models.Provenance
    method: str
    second_opinion: object  # as models.SecondReading


class JointView(TypedDict):
    """The numbers of other questions with the same answer, and of those at which it is told instead."""

    joint_with: list[int]
    refers_to: list[int]


class SetQuestionView(VerificationView, JointView):
    """One sub-question in its set."""


class DossierView(TypedDict):
    """The whole receipt of a draft; without clock times, so reproducible."""

    id: str
    version: int
    state: str
    title: str
    introduction: str
    context: object  # as models.Context
    questions: list[SetQuestionView]
    settings: dict[str, str]
    balance: object  # as record.notes.Balance
    ai_generated: bool
    mark: str  # for readers; "" where somebody answers for the text as its editor
    editorial_responsibility: object  # as models.Responsibility; null where the label stands
    warnings: list[str]


def _nowhere(_document_id: str, _span: Span) -> tuple[Region, ...]:
    return ()


def view_of(shape: type[V], value: object, **different: object) -> V:
    """`value` in this shape: what `different` does not say is the attribute of that name, as plain data."""
    names = shape.__annotations__
    return cast(V, {n: different[n] if n in different else to_plain(getattr(value, n)) for n in names})


# --------------------------------------------------------------------------- documents


def document_view(document: Document) -> DocumentView:
    """What `learninglion parse --json` prints of a document."""
    notice = document.notice
    return view_of(
        DocumentView,
        document,
        identifier=document.id,
        introduction=document.introduction.of(document.text) if document.introduction else None,
        asked_by=to_plain(document.askers),
        answered_by=to_plain(document.answerers),
        pairs=[_pair_view(document, pair) for pair in document.pairs],
        notice=view_of(NoticeView, notice, text=notice.span.of(document.text)) if notice else None,
        footnotes=[_footnote_view(document, note) for note in document.footnotes],
        blocks=[view_of(BlockView, block, text=block.span.of(document.text)) for block in document.blocks],
        pages=len(document.page_starts),
    )


def _pair_view(document: Document, pair: QAPair) -> PairView:
    spans = [span for span in (pair.question, pair.answer) if span is not None]
    return view_of(
        PairView,
        pair,
        question=pair.question.of(document.text),
        answer=pair.answer.of(document.text) if pair.answer else None,
        footnotes=[
            _footnote_view(document, note)
            for note in document.footnotes
            if note.anchor is not None and any(s.start < note.anchor <= s.end for s in spans)
        ],
    )


def _footnote_view(document: Document, note: Footnote) -> FootnoteView:
    return view_of(FootnoteView, note, text=note.span.of(document.text))


# --------------------------------------------------------------------------- sources and hits


def source_view(source: Source) -> SourceView:
    """A whole source, unedited."""
    card = source.document
    return view_of(
        SourceView,
        source,
        **to_fields(card, "title", "date", "ministry", "url", "collection", "warnings"),
        source=source.id,
        document=card.id,
        answered_by=to_plain(card.answerers),
        asked_by=to_plain(card.askers),
        pair_asked_by=source.asked_by,
        pair_answered_by=source.answered_by,
        text=source.body,
    )


def hit_view(hit: Hit, locate: Locate = _nowhere) -> HitView:
    """A hit of `learninglion search --json`; `kind` tells what the matching passage was cut from.

    `locate` gives the places on the page of a span of a document.
    """
    passage = hit.passage
    return view_of(
        HitView,
        hit,
        document=hit.source.document.id,
        numbers=list(hit.source.numbers),
        kind=passage.kind.value,
        score=round(hit.score, 6),
        text=passage.text,
        page=passage.page,
        regions=[region_view(r) for r in locate(passage.document_id, passage.span)],
        url=hit.source.document.url,
        passage=passage.id,
        matched=_matched_view(hit, locate),
        pair=source_view(hit.source),
    )


def _matched_view(hit: Hit, locate: Locate) -> list[MatchView]:
    """The sentences that match, with their places in the text of the document and on the page."""
    parts = [(hit.source.question_span, hit.source.question), (hit.source.body_span, hit.source.body)]
    return [
        {
            "text": text[span.start - whole.start : span.end - whole.start],
            "start": span.start,
            "end": span.end,
            "regions": [region_view(r) for r in locate(hit.passage.document_id, span)],
        }
        for span in hit.matched
        for whole, text in parts
        if whole is not None and whole.contains(span)
    ]


def region_view(region: Region) -> RegionView:
    """A rectangle in PDF points, origin at the bottom left."""
    return view_of(RegionView, region, **{n: round(getattr(region, n), 2) for n in ("x0", "y0", "x1", "y1")})


# --------------------------------------------------------------------------- drafts, out


def _citation_view(citation: Citation) -> CitationView:
    """A citation with the words it rests on and where they stand."""
    regions = [region_view(r) for r in citation.regions]
    return view_of(CitationView, citation, regions=regions, source=citation.source_id)


def _check_view(check: Check) -> CheckView:
    """A statement with its verdict and the reasons."""
    view: CheckView = {
        "text": check.statement.text,
        "citations": [_citation_view(c) for c in check.statement.citations],
        "verdict": check.verdict.value,
        "reasons": list(check.reasons),
        "author": check.statement.author.value,
    }
    if check.method is not None:
        view["method"] = check.method.value
    if check.judged_by:
        view["judged_by"] = check.judged_by
    if check.opinion is not None:
        view["second_opinion"] = check.opinion.value
    if check.statement.original is not None:
        view["original"] = check.statement.original
    if check.statement.own_account:
        view["own_account"] = check.statement.own_account
    if check.statement.opens is not Opening.SENTENCE:
        view["opens"] = check.statement.opens.value
    return view


def verification_view(verification: Verification, *, keep_order: bool = False) -> VerificationView:
    """One sub-question of a draft. `statements` holds the text in order, each sentence with its verdict.

    What did not hold stands in `set_apart` as well; where there is no answer, only there. What a person
    answers for stands in `own_text`. With `keep_order` (the verify command) everything stays in `statements`.
    """
    draft = verification.draft
    selection = draft.selection
    statements = verification.checks
    if not keep_order:
        answer = verification.verdict is not AnswerVerdict.UNANSWERABLE
        statements = tuple(c for c in statements if answer and c not in verification.own)
    offered = [view_of(OfferView, h, source=h.source.id, score=round(h.score, 6)) for h in selection.offered]
    return view_of(
        VerificationView,
        draft,
        numbers=list(selection.question.numbers),
        question=selection.question.text,
        verdict=verification.verdict.value,
        missing=list(verification.missing),
        statements=[_check_view(c) for c in statements],
        own_text=[] if keep_order else [_check_view(c) for c in verification.own],
        set_apart=[] if keep_order else [_check_view(c) for c in verification.failed],
        evidence=[_row_view(row, verification) for row in draft.evidence],
        material=[_citation_view(c) for c in draft.material],
        remarks=[view_of(RemarkView, remark) for remark in draft.remarks],
        selection=view_of(
            SelectionView,
            selection,
            offered=offered,
            chosen=[s.id for s in selection.chosen],
            rejected=[view_of(RejectionView, r, source=r.source_id) for r in selection.rejected],
            not_looked_at=list(never_looked_at(verification)),
        ),
        method=verification.method,
        second_opinion=to_plain(verification.second_reading),
    )


def _row_view(row: EvidenceRow, verification: Verification) -> EvidenceView:
    """A row of the table that a model wrote from."""
    chosen = verification.draft.selection.chosen
    source = next((s for s in chosen if s.id == row.source_id), None)
    return view_of(
        EvidenceView,
        row,
        source=row.source_id,
        document=source.document.id if source is not None else None,
        numbers=list(source.numbers) if source is not None else [],
        found_by="model" if row.by_model else "measure",
        overtaken_by=row.overtaken_by or None,
    )


def never_looked_at(verification: Verification) -> tuple[str, ...]:
    """Ids of sources that were offered but neither chosen, rejected nor opened."""
    selection = verification.draft.selection
    decided = {s.id for s in selection.chosen} | {r.source_id for r in selection.rejected}
    looked = decided | set(selection.seen)
    return tuple(h.source.id for h in selection.offered if h.source.id not in looked)


def dossier_view(dossier: Dossier, *, keep_order: bool = False) -> DossierView:
    """A whole draft, as `learninglion draft --json` prints it; without clock times, so reproducible."""
    question_set = dossier.question_set
    views = zip(dossier.verifications, _joint_views(dossier), strict=True)
    return view_of(
        DossierView,
        dossier,
        **to_fields(question_set, "title", "introduction", "context", "warnings"),
        questions=[
            SetQuestionView(**verification_view(v, keep_order=keep_order), **joint) for v, joint in views
        ],
        settings=dict(dossier.settings),
        balance=to_plain(balance_of(dossier)),
        ai_generated=AI_GENERATED,
        mark=mark_line(dossier),
        editorial_responsibility=to_plain(dossier.responsibility),
    )


def _joint_views(dossier: Dossier) -> list[JointView]:
    """For each sub-question which others have the same answer, and at which that is told instead."""
    views: list[JointView] = []
    for group in answer_groups(dossier):
        for position in group.positions:
            own = dossier.verifications[position].draft.selection.question.numbers
            joint = [n for n in group.numbers if n not in own]
            views.append({"joint_with": joint, "refers_to": list(group.refers_to)})
    return views


# --------------------------------------------------------------------------- drafts, in


@dataclass(frozen=True, slots=True)
class StatedQuestion:
    """One sub-question of a draft that came from outside: statements as they are claimed."""

    numbers: tuple[int, ...]
    text: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class StatedDraft:
    """A draft that came from outside, and the dossier that it says to be of; "" for none."""

    questions: tuple[StatedQuestion, ...]
    context: Context = Context()
    dossier: str = ""
    version: int | None = None


def read_stated_draft(data: object) -> StatedDraft:
    """A draft that a program or a person wrote; only `text` and `citations` need be there.

    Raises InputError that names the place which does not fit.
    """
    if not isinstance(data, dict):
        raise InputError("Het concept moet een JSON-object zijn.")
    entries = data.get("questions", [data] if "statements" in data else None)
    if not isinstance(entries, list):
        raise InputError('Het concept moet een lijst "questions" hebben.')
    questions = tuple(_read_question(entry, i) for i, entry in enumerate(entries, start=1))
    context_fields = data.get("context")
    context_fields = context_fields if isinstance(context_fields, dict) else {}
    texts = {k: str(context_fields.get(k) or "") for k in ("line", "news")}
    context = Context(texts["line"], texts["news"], bool(context_fields.get("confirmed")))
    version = data.get("version")
    return StatedDraft(
        questions, context, str(data.get("id") or ""), version if type(version) is int else None
    )


def _read_question(entry: object, position: int) -> StatedQuestion:
    where = f"Vraag {position} van het concept"
    if not isinstance(entry, dict):
        raise InputError(f"{where}: een object werd verwacht.")
    statements = entry.get("statements", [])
    if not isinstance(statements, list):
        raise InputError(f'{where}: "statements" moet een lijst zijn.')
    numbers = _numbers(entry.get("numbers") or [position], where)
    read = tuple(_read_statement(s, f"{where}, zin {i}") for i, s in enumerate(statements, start=1))
    return StatedQuestion(numbers, str(entry.get("question") or ""), read)


def _read_statement(data: object, where: str) -> Statement:
    if not isinstance(data, dict) or not isinstance(data.get("text"), str):
        raise InputError(f'{where}: een object met "text" werd verwacht.')
    citations = data.get("citations") or []
    if not isinstance(citations, list):
        raise InputError(f'{where}: "citations" moet een lijst zijn.')
    opens = data.get("opens", Opening.SENTENCE.value)
    if opens not in list(Opening):
        known = ", ".join(Opening)
        raise InputError(f'{where}: "opens" is {opens!r}; kies uit {known}.')
    author = Author.MACHINE if data.get("author") == Author.MACHINE.value else Author.PERSON
    original, account = data.get("original"), data.get("own_account")
    return Statement(
        text=data["text"],
        citations=tuple(_read_citation(c, where) for c in citations),
        author=author,
        original=original if isinstance(original, str) else None,
        own_account=account if isinstance(account, str) else "",
        opens=Opening(opens),
    )


def _read_citation(data: object, where: str) -> Citation:
    if not isinstance(data, dict) or not isinstance(data.get("document"), str):
        raise InputError(f'{where}: een verwijzing heeft een "document".')
    quote, source = data.get("quote"), data.get("source")
    return Citation(
        document=data["document"],
        numbers=_numbers(data.get("numbers") or [], where),
        quote=quote if isinstance(quote, str) else "",
        source_id=source if isinstance(source, str) else None,
    )


def _numbers(data: object, where: str) -> tuple[int, ...]:
    if not isinstance(data, list) or not all(type(n) is int for n in data):
        raise InputError(f'{where}: "numbers" moet een lijst met gehele getallen zijn.')
    return tuple(data)
