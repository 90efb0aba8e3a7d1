"""How far a whole draft answers its question, once every sentence of it is checked."""

from __future__ import annotations

from collections.abc import Sequence

from learninglion.checking.citations import Locate, nowhere
from learninglion.checking.verify import METHOD, check
from learninglion.drafting.coverage import Said, question_parts, read_said
from learninglion.models import (
    AnswerVerdict,
    Check,
    Draft,
    StatementVerdict,
    VerdictMethod,
    Verification,
)


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
    shown = tuple(c.statement for c in checks if c.verdict is StatementVerdict.SUPPORTED)
    if not shown:
        if draft.verdict is AnswerVerdict.PARTIAL and any(_may_hold(check) for check in checks):
            return AnswerVerdict.PARTIAL, draft.missing  # sentences in other words, to be read by a person
        open_ = question_parts(draft.selection) if checks else draft.missing
        return AnswerVerdict.UNANSWERABLE, open_
    missing = draft.missing
    answered = not any(map(_fails, checks)) and draft.complete and draft.verdict is AnswerVerdict.ANSWERED
    if len(shown) < len(checks):
        said = said or read_said(draft.selection, tuple(c.statement for c in checks))
        claimed = said.missing()
        lost = (part for part in said.missing(among=frozenset(shown)) if part not in claimed)
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
