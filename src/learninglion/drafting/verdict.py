"""How far a draft answers its question, and what is remarked on it: one way for every text, however it came.

The machine says once what it wrote and what it doubts of that. From then on the verdict follows from the
question, the text, the sources and those doubts: the same text has the same verdict, whoever typed it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain

from learninglion.checking.citations import Locate, nowhere
from learninglion.checking.phrases import split_introduction
from learninglion.checking.verify import METHOD, check
from learninglion.drafting.askings import (
    Asking,
    Kind,
    admits_ignorance,
    askings_of,
    is_yes_or_no,
    kind_of,
    searched,
)
from learninglion.drafting.line import Voice, voice_of
from learninglion.drafting.relevance import LIKELY, SURE, Judged, Relevance, built_in
from learninglion.dutch.lexicon import NEGATIONS
from learninglion.dutch.questions import NUMERIC, matched
from learninglion.dutch.text import fold, squash, words
from learninglion.models import (
    AnswerVerdict,
    Author,
    Check,
    DocumentCard,
    DocumentKind,
    Draft,
    Opening,
    Remark,
    Selection,
    Source,
    SourceKind,
    Span,
    Statement,
    StatementVerdict,
    VerdictMethod,
    Verification,
)

_OPENING = re.compile(r"\W*(?:(ja|inderdaad|(?:dat|dit) klopt(?! niet))|neen?|(?:dat|dit) klopt niet)\b")
_STRETCHES = re.compile(r"[,;:.?]+(?:\s|$)|\b(?=(?:als|dat|indien|mits|of|om|omdat|zodat)\b)")
_WHETHER = frozenset("als indien mits of".split())  # what follows is not said to be so
_GOVERNED = frozenset(("om", "dat"))  # "geen aanleiding om ...": what follows is what is denied
_ADDRESSED = frozenset("bent hebt heeft kunt wilt zult".split())
_SPEAKERS = frozenset("ik wij we kabinet".split())


def polarity(text: str, question: str = "") -> bool | None:
    """Yes (True), no (False) or neither (None), as a text opens or takes up that of `question`.

    "Bent u bereid om ...?" is taken up by "Ik ben daartoe bereid": what was asked before "om" or "dat" stands
    in one stretch, most of it, which denies it or not. "Daar zie ik niets in" points at it, and says no.
    """
    plain = fold(text)
    if opening := _OPENING.match(plain):
        return bool(opening[1])
    wish = " ".join(w for w in words(_STRETCHES.split(fold(question))[0]) if w not in _ADDRESSED)
    denied = False
    for stretch in map(words, _STRETCHES.split(plain) if question else ()):
        governed = denied and not _GOVERNED.isdisjoint(stretch[:1])
        denied = governed != (not NEGATIONS.isdisjoint(stretch))
        met = [share for _, share in matched(wish, " ".join(stretch))]
        taken_up = 2 * sum(met) >= len(met) > 0 and not _WHETHER.intersection(stretch[:1])
        points = any(word.startswith(("daar", "hier", "dat", "dit", "die")) for word in stretch)
        if taken_up or (denied and points and not _SPEAKERS.isdisjoint(stretch)):
            return not denied
    return None


def falls_away(askings: Sequence[Asking], texts: Sequence[str]) -> bool:
    """Whether the last of these parts falls away by what was said: "Zo nee, ..." after any yes."""
    *before, asking = askings
    whether = [part.text for part in before if is_yes_or_no(part)] or [""]
    in_order = texts if len(whether) == 1 else texts[::-1]  # of several such questions it is about the last
    answers = (polarity(text, whether[-1]) for text in in_order)
    answer = next((one for one in answers if one is not None), None)
    return asking.after is not None and answer is (not asking.after)


def question_parts(selection: Selection) -> tuple[str, ...]:
    """The parts of the sub-question that wait for content."""
    return tuple(asking.text for asking in searched(selection.question.text))


def _claim_of(text: str) -> str:
    """The words by which a sentence is known: without the phrase that tells when it was said."""
    return squash(split_introduction(text).claim)


class Whose(StrEnum):
    """Whose words a sentence is in."""

    MACHINE = "machine"  # as it was drafted
    SOURCE = "source"  # as the cited source has it, whoever put it there
    PERSON = "person"


def _whose_words(statements: Sequence[Statement], written: Collection[str]) -> Mapping[Statement, Whose]:
    """Whose words each statement is in; `written`: the sentences of the machine. What somebody answers for
    is theirs.
    """
    machine = frozenset(map(_claim_of, written))
    whose = {}
    for statement in statements:
        claim = _claim_of(statement.text)
        literal = any(claim.strip('“”" ') in squash(c.quote) for c in statement.citations)
        by_nobody = Whose.SOURCE if literal else Whose.PERSON
        drafted = Whose.MACHINE if claim in machine else by_nobody
        whose[statement] = Whose.PERSON if statement.on_own_account else drafted
    return whose


@dataclass(frozen=True, slots=True)
class DraftReading:
    """What statements say beside each part of the question, by whose words they are; read once."""

    askings: tuple[Asking, ...]
    statements: Mapping[Statement, Whose]
    # for each part what each paragraph says on a source
    judged: Mapping[Whose, tuple[tuple[Judged, ...], ...]]

    def missing(self) -> tuple[str, ...]:
        """The parts that are left open, in the order they were asked."""
        parts = zip(self.askings, self.best(*Whose), strict=True)
        return tuple(asking.text for asking, chance in parts if chance < LIKELY)

    def best(self, *among: Whose) -> tuple[float, ...]:
        """For each part the chance that what was said in these words answers it."""
        return tuple(max(chances.values(), default=0.0) for chances in self.chances(*among))

    def chances(self, *among: Whose) -> tuple[dict[str, float], ...]:
        """For each part the chance that what was said in these words answers it, by the id of its source.

        A part that fell away with a yes or no ("Zo nee, ...") is answered for sure, by no source (""); so is
        one that asks for a yes or no, by that on a person's own account, and one that asks for a figure or a
        moment, where that person says that it is not known.
        """
        counting = [statement for statement, one in self.statements.items() if one in among]
        texts = [split_introduction(statement.text).claim for statement in counting]
        own = [text for text, s in zip(texts, counting, strict=True) if s.on_own_account]
        chances: list[dict[str, float]] = []
        for place, asking in enumerate(self.askings):
            decided = is_yes_or_no(asking) and any(polarity(t, asking.text) is not None for t in own)
            plainly = decided or (asking.wants in NUMERIC and any(map(admits_ignorance, own)))
            by_source: dict[str, float] = {}
            if plainly or falls_away(self.askings[: place + 1], texts):
                by_source[""] = 1.0
            else:
                for judged in chain.from_iterable(self.judged[one][place] for one in among):
                    known = by_source.get(judged.source.id, 0.0)
                    by_source[judged.source.id] = max(judged.chance, known)
            chances.append(by_source)
        return tuple(chances)


def read_statements(
    selection: Selection,
    statements: Sequence[Statement],
    measure: Relevance | None = None,
    *,
    written: Collection[str] | None = None,
) -> DraftReading:
    """What these statements say beside the parts of the question, as the paragraphs they are.

    `written`: the sentences of the machine (None: all of them are). Others are a source's, read as a draft
    by copying reads them, or a person's: of those counts what they say, not what a source was asked.
    """
    askings = searched(selection.question.text)
    whose = _whose_words(statements, [s.text for s in statements] if written is None else written)
    judge = measure or built_in()
    sources = _as_sources(selection, statements, whose)
    judge.meaning.read(list(chain.from_iterable(sources.values())))  # together: side by side on the cores
    judged = {
        Whose.MACHINE: judge.of_selection(selection, sources[Whose.MACHINE], trusted=True),
        Whose.SOURCE: judge.of_selection(selection, sources[Whose.SOURCE]),
        Whose.PERSON: judge.judge(
            selection.question.text, sources[Whose.PERSON], more=judge.weights.note_odds
        ),
    }
    return DraftReading(askings, whose, judged)


_NOWHERE = Source("", DocumentCard("", "", DocumentKind.DOCUMENT), SourceKind.SUPPLIED, "", Span(0, 0), 0)
"""What is said without a source."""


def _as_sources(
    selection: Selection, statements: Sequence[Statement], whose: Mapping[Statement, Whose]
) -> dict[Whose, list[Source]]:
    """What was said, by whose words it is, as sources that hold nothing else: each sentence with the one
    before it in its paragraph on the same source, so that a change is all that must be read again.
    """
    known = {source.id: source for source in selection.chosen}
    sources: dict[Whose, list[Source]] = {one: [] for one in Whose}
    before: dict[tuple[Whose, str], str] = {}
    for statement in statements:
        if statement.opens is Opening.PARAGRAPH:
            before.clear()
        by, claim = whose[statement], split_introduction(statement.text).claim
        cited = (c.source_id for c in statement.citations if by is not Whose.PERSON)
        source = next((known[one] for one in cited if one in known), _NOWHERE)
        body = f"{before.get((by, source.id), '')} {claim}".strip()
        sources[by].append(replace(source, body=body, body_span=Span(0, len(body))))
        before[by, source.id] = claim
    return sources


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


def read_draft(draft: Draft) -> DraftReading:
    """What a draft says beside the parts of its question, the words of a person apart."""
    return read_statements(draft.selection, draft.statements, written=with_remarks(draft).written)


def judge_draft(draft: Draft, own_text: DraftReading | None = None) -> Draft:
    """The draft with the verdict, the missing parts and the remarks that follow from its question, its text,
    its sources and what the machine wrote and doubted; nothing else of it counts.

    `own_text`: what the text says beside the question, where that was read already.
    """
    draft = with_remarks(draft)
    claims = {_claim_of(statement.text) for statement in draft.statements}
    cited = {c.source_id for statement in draft.statements for c in statement.citations}
    true = [
        remark if not remark.of or remark.of in cited else replace(remark, text="")
        for remark in draft.remarks
        if remark.until not in cited and (not remark.about or claims & set(map(_claim_of, remark.about)))
    ]
    if _all_former(draft):
        true.append(Remark(_STALE, question_parts(draft.selection)))
    missing, doubted = _open_parts(draft, [remark for remark in true if remark.parts], own_text)
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
    whose = _whose_words(draft.statements, draft.written)
    cited = {c.source_id for statement in draft.statements for c in statement.citations}
    cards = [source.document for source in draft.selection.chosen if source.id in cited]
    former = all(voice_of(card, draft.selection) is Voice.FORMER for card in cards)
    return bool(cards) and former and Whose.PERSON not in whose.values()


def _open_parts(
    draft: Draft, doubts: Sequence[Remark], own_text: DraftReading | None
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
    written = set(map(_claim_of, draft.written))
    whose = _whose_words(draft.statements, draft.written)
    edited = any(one is not Whose.MACHINE for one in whose.values())
    sure = float(dict(draft.provenance.parameters).get("sure", SURE))
    whole = bool(written) and written <= {_claim_of(s.text) for s in draft.statements}
    if whole and not (edited and reserved):
        doubted = reserved - unanswered
        return tuple(p for p in parts if p in unanswered), tuple(p for p in parts if p in doubted)
    own_text = own_text or read_draft(draft)
    missing: list[str] = []
    maybe: list[str] = []
    for part, in_all, by_person, quoted, before in zip(
        parts,
        own_text.best(*Whose),
        own_text.best(Whose.PERSON),
        own_text.best(Whose.SOURCE),
        own_text.best(Whose.MACHINE),
        strict=True,
    ):
        surely = by_person >= LIKELY or quoted >= sure
        if surely or (part not in reserved and (whole or before >= LIKELY)):
            continue
        nothing = max(by_person, quoted) < LIKELY and (part in unanswered or in_all < LIKELY)
        (missing if nothing else maybe).append(part)
    return tuple(missing), tuple(maybe)


def verify(
    draft: Draft,
    locate: Locate = nowhere,
    *,
    known: Verification | None = None,
    own_text: DraftReading | None = None,
) -> Verification:
    """Every statement of the draft checked against the sources that were chosen for it.

    What remains decides how far the question is answered: a sentence that failed counts only for the parts
    of the question that nothing else answers. What broke off is never more than partial.

    With `known`, an earlier verification from the same sources, a statement that stood there keeps its check.
    `own_text`: what the statements say beside the question, where that was read already.
    """
    chosen = draft.selection.chosen
    same = known is not None and known.method == METHOD and known.draft.selection.chosen == chosen
    done = {c.statement: c for c in known.checks} if known is not None and same else {}
    checks = tuple(done.get(s) or check(s, chosen, locate=locate) for s in draft.statements)
    verdict, missing = conclude(draft, checks, own_text)
    return Verification(draft, checks, verdict, missing, METHOD)


def conclude(
    draft: Draft, checks: Sequence[Check], own_text: DraftReading | None = None
) -> tuple[AnswerVerdict, tuple[str, ...]]:
    """How far the sentences that hold answer the question, and the parts that they leave open."""
    pairs = zip(draft.statements, checks, strict=True)  # a check may have resolved the citations of its own
    shown = tuple(statement for statement, c in pairs if c.verdict is StatementVerdict.SUPPORTED)
    if not shown:
        if draft.verdict is AnswerVerdict.PARTIAL and any(may_hold(check) for check in checks):
            return AnswerVerdict.PARTIAL, draft.missing  # sentences in other words, to be read by a person
        open_ = question_parts(draft.selection) if checks else draft.missing
        return AnswerVerdict.UNANSWERABLE, open_
    missing = draft.missing
    answered = not any(map(_fails, checks)) and draft.complete and draft.verdict is AnswerVerdict.ANSWERED
    if len(shown) < len(checks):
        claimed = (own_text or read_draft(draft)).missing()
        lost = (p for p in read_draft(replace(draft, statements=shown)).missing() if p not in claimed)
        missing = tuple(dict.fromkeys((*missing, *lost)))
        # without a question there is no telling what the failed sentence would have answered
        answered = answered and bool(question_parts(draft.selection))
    return AnswerVerdict.ANSWERED if answered and not missing else AnswerVerdict.PARTIAL, missing


def may_hold(check: Check) -> bool:
    """Whether a sentence has words in a source that neither show nor contradict it."""
    return check.method is VerdictMethod.NOT_SHOWN and bool(check.evidence)


def _fails(check: Check) -> bool:
    """Whether a sentence does not hold and nobody answers for it: no answer with such a sentence is whole."""
    return check.verdict is not StatementVerdict.SUPPORTED and not check.statement.on_own_account
