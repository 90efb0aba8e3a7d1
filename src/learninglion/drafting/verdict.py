"""How far a draft answers its question, and what is remarked on it: one way for every text, however it came.

The machine says once what it wrote and what it doubts of that. From then on the verdict follows from the
question, the text, the sources and those doubts: the same text has the same verdict, whoever typed it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from learninglion.checking.citations import Locate, nowhere
from learninglion.checking.verify import METHOD, check
from learninglion.drafting.askings import Kind, askings_of, kind_of
from learninglion.drafting.coverage import Said, Whose, claim_of, question_parts, read_said, whose_words
from learninglion.drafting.line import Voice, voice_of
from learninglion.drafting.relevance import LIKELY, SURE
from learninglion.models import (
    AnswerVerdict,
    Author,
    Check,
    Draft,
    Remark,
    StatementVerdict,
    VerdictMethod,
    Verification,
)

_DOUBTFUL = "Ga na of dit de vraag beantwoordt:"
_STALE = "Alleen een vorig kabinet zei dit; ga na of dit nog zo is."
_POSITIONS = frozenset({Kind.ACTION, Kind.OPINION})  # what another cabinet may see otherwise


def broke_off(reason: str) -> str:
    """The remark on a draft that broke off."""
    return f"Het voorstel is niet af: {reason}"


def with_remarks(draft: Draft) -> Draft:
    """A draft with what was written and what is doubted of it as data, where its writer said that by its
    verdict, what is missing and remarks in words alone: a model does, and records from before it was kept.
    """
    if draft.written or draft.remarks:
        return draft
    parts: tuple[str, ...] = ()
    if draft.verdict is not AnswerVerdict.ANSWERED:
        parts = draft.missing or question_parts(draft.selection)
    written = tuple(
        s.original or s.text for s in draft.statements if s.original or s.author is Author.MACHINE
    )
    of_text = () if not draft.complete and not draft.stopped else draft.left_out
    # Of an older record by copying its remarks were doubts; those on what a model did stay true.
    doubted = parts if draft.provenance.generator == "extractive" else ()
    remarks = tuple(Remark(text, doubted) for text in of_text if text != broke_off(draft.stopped))
    doubt = (Remark(parts=parts, missing=bool(draft.missing)),) if parts else ()
    return replace(draft, written=written, remarks=(*remarks, *doubt))


def read_draft(draft: Draft) -> Said:
    """What a draft says beside the parts of its question, the words of a person apart."""
    return read_said(draft.selection, draft.statements, written=with_remarks(draft).written)


def judge_draft(draft: Draft, said: Said | None = None) -> Draft:
    """The draft with the verdict, the missing parts and the remarks that follow from its question, its text,
    its sources and what the machine wrote and doubted; nothing else of it counts.

    `said`: what the text says beside the question, where that was read already.
    """
    draft = with_remarks(draft)
    claims = {claim_of(statement.text) for statement in draft.statements}
    cited = {c.source_id for statement in draft.statements for c in statement.citations}
    true = [
        remark if not remark.of or remark.of in cited else replace(remark, text="")
        for remark in draft.remarks
        if remark.until not in cited and (not remark.about or claims & set(map(claim_of, remark.about)))
    ]
    if _all_former(draft):
        true.append(Remark(_STALE, question_parts(draft.selection)))
    missing, doubted = _open_parts(draft, [remark for remark in true if remark.parts], said)
    left_open = {*missing, *doubted}
    true = [remark for remark in true if remark.text and (not remark.parts or left_open & set(remark.parts))]
    unsaid = [part for part in doubted if not any(part in remark.parts for remark in true)]
    verdict = AnswerVerdict.PARTIAL if left_open else AnswerVerdict.ANSWERED
    if not draft.statements:
        verdict = AnswerVerdict.UNANSWERABLE
    remarks = (*(r.text for r in true), *((f"{_DOUBTFUL} {' '.join(unsaid)}",) if unsaid else ()))
    return replace(draft, verdict=verdict, missing=missing, left_out=tuple(dict.fromkeys(remarks)))


def _all_former(draft: Draft) -> bool:
    """Whether it is a position, in no words but those of cabinets before today's. A fact stays one."""
    if kind_of(draft.selection.question.text) not in _POSITIONS:
        return False
    whose = whose_words(draft.statements, draft.written)
    cited = {c.source_id for statement in draft.statements for c in statement.citations}
    cards = [source.document for source in draft.selection.chosen if source.id in cited]
    former = all(voice_of(card, draft.selection) is Voice.FORMER for card in cards)
    return bool(cards) and former and Whose.PERSON not in whose.values()


def _open_parts(
    draft: Draft, doubts: Sequence[Remark], said: Said | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The parts of the question that the text does not answer, and those that it may answer.

    What the machine was sure of holds while all that it wrote stands, or what is left of that bears on it.
    What it doubted, and all else, must be said by a person, well enough (LIKELY), or be quoted from a source
    that surely answers it, as in a draft.
    """
    parts = question_parts(draft.selection)
    if not draft.statements:
        return parts or tuple(a.text for a in askings_of(draft.selection.question.text)), ()
    reserved = {part for remark in doubts for part in remark.parts}
    unanswered = {part for remark in doubts if remark.missing for part in remark.parts}
    written = set(map(claim_of, draft.written))
    whose = whose_words(draft.statements, draft.written)
    edited = any(one is not Whose.MACHINE for one in whose.values())
    sure = float(dict(draft.provenance.parameters).get("sure", SURE))
    whole = bool(written) and written <= {claim_of(s.text) for s in draft.statements}
    if whole and not (edited and reserved):
        doubted = reserved - unanswered
        return tuple(p for p in parts if p in unanswered), tuple(p for p in parts if p in doubted)
    said = said or read_draft(draft)
    missing: list[str] = []
    maybe: list[str] = []
    for part, in_all, by_person, quoted, before in zip(
        parts,
        said.best(*Whose),
        said.best(Whose.PERSON),
        said.best(Whose.SOURCE),
        said.best(Whose.MACHINE),
        strict=True,
    ):
        surely = by_person >= LIKELY or quoted >= sure
        if surely or (part not in reserved and (whole or before >= LIKELY)):
            continue
        nothing = max(by_person, quoted) < LIKELY and (part in unanswered or in_all < LIKELY)
        (missing if nothing else maybe).append(part)
    return tuple(missing), tuple(maybe)


def verify(
    draft: Draft, locate: Locate = nowhere, *, known: Verification | None = None, said: Said | None = None
) -> Verification:
    """Every statement of the draft checked against the sources that were chosen for it.

    What remains decides how far the question is answered: a sentence that failed counts only for the parts
    of the question that nothing else answers. What broke off is never more than partial.

    With `known`, an earlier verification from the same sources, a statement that stood there keeps its check.
    `said`: what the statements say beside the question, where that was read already.
    """
    chosen = draft.selection.chosen
    same = known is not None and known.method == METHOD and known.draft.selection.chosen == chosen
    done = {c.statement: c for c in known.checks} if known is not None and same else {}
    checks = tuple(done.get(s) or check(s, chosen, locate=locate) for s in draft.statements)
    verdict, missing = conclude(draft, checks, said)
    return Verification(draft, checks, verdict, missing, METHOD)


def conclude(
    draft: Draft, checks: Sequence[Check], said: Said | None = None
) -> tuple[AnswerVerdict, tuple[str, ...]]:
    """How far the sentences that hold answer the question, and the parts that they leave open."""
    pairs = zip(draft.statements, checks, strict=True)  # a check may have resolved the citations of its own
    shown = tuple(statement for statement, c in pairs if c.verdict is StatementVerdict.SUPPORTED)
    if not shown:
        if draft.verdict is AnswerVerdict.PARTIAL and any(_may_hold(check) for check in checks):
            return AnswerVerdict.PARTIAL, draft.missing  # sentences in other words, to be read by a person
        open_ = question_parts(draft.selection) if checks else draft.missing
        return AnswerVerdict.UNANSWERABLE, open_
    missing = draft.missing
    answered = not any(map(_fails, checks)) and draft.complete and draft.verdict is AnswerVerdict.ANSWERED
    if len(shown) < len(checks):
        claimed = (said or read_draft(draft)).missing()
        lost = (p for p in read_draft(replace(draft, statements=shown)).missing() if p not in claimed)
        missing = tuple(dict.fromkeys((*missing, *lost)))
        # without a question there is no telling what the failed sentence would have answered
        answered = answered and bool(question_parts(draft.selection))
    return AnswerVerdict.ANSWERED if answered and not missing else AnswerVerdict.PARTIAL, missing


def _may_hold(check: Check) -> bool:
    """Whether a sentence has words in a source that neither show nor contradict it."""
    return check.method is VerdictMethod.NOT_SHOWN and bool(check.evidence)


def _fails(check: Check) -> bool:
    """Whether a sentence does not hold and nobody answers for it: no answer with such a sentence is whole."""
    return check.verdict is not StatementVerdict.SUPPORTED and not check.statement.on_own_account
