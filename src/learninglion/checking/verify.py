"""Checks sentence by sentence whether a draft is supported by what it cites.

The rule: a statement may repeat, shorten, reorder or join what its quotes say, and say who said it and when
where the document bears that out; nothing more. Each word needs a counterpart in the sentences the quotes
stand in; numbers, names, negations, modality and conditions may not change, disappear or change places. No
model is needed; the same input gives the same verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from learninglion.checking.additions import find_additions
from learninglion.checking.alignment import align
from learninglion.checking.citations import Locate, nowhere
from learninglion.checking.findings import Finding, FindingKind
from learninglion.checking.injection import touches_suspicious
from learninglion.checking.omissions import find_omissions
from learninglion.checking.order import find_disorder
from learninglion.checking.phrases import check_phrase, split_introduction
from learninglion.checking.quotes import QuoteProblem, Resolution, resolve
from learninglion.checking.reported import as_said, find_other_speaker
from learninglion.dutch.personal import SECRET, PersonalKind, find_personal
from learninglion.dutch.reading import Reading, join_readings, read
from learninglion.dutch.text import split_sentences, words
from learninglion.models import (
    Author,
    Check,
    Source,
    Span,
    Statement,
    StatementVerdict,
    VerdictMethod,
)

__all__ = [
    "METHOD",
    "check",
    "find_faults",
    "method_of",
]

METHOD = "alignment 3"
"""Name and version of the checker; changes when a verdict can change."""

_UNCITED = {
    Author.PERSON: "Deze zin heeft geen bronvermelding.",
    Author.MACHINE: "Voor deze zin is in de gekozen bronnen geen bewijs gevonden.",
}
_CONTRADICTING = frozenset(
    {
        FindingKind.NUMBER,
        FindingKind.DATE,
        FindingKind.UNIT,
        FindingKind.NAME,
        FindingKind.NEGATION,
        FindingKind.MODALITY,
        FindingKind.HEDGE,
        FindingKind.QUANTIFIER,
        FindingKind.LIMIT,
        FindingKind.CONDITION,
        FindingKind.CLAIMED_DATE,
    }
)
_SECRETS = {
    PersonalKind.BSN: "In deze zin staat een burgerservicenummer. Dat hoort niet in een antwoord.",
    PersonalKind.IBAN: "In deze zin staat een rekeningnummer. Dat hoort niet zomaar in een antwoord.",
}
# A quote of one or two words points at no sentence in particular.
_POINTS_AT_SENTENCE = 3


@dataclass(frozen=True, slots=True)
class _Evidence:
    """The sentences that the quotes stand in."""

    reading: Reading
    spans: tuple[Span, ...]


def check(statement: Statement, sources: Sequence[Source], *, locate: Locate = nowhere) -> Check:
    """The verdict on one statement; `sources` are all that may be cited. Citations come back with places."""
    if not statement.citations:
        return Check(
            statement,
            StatementVerdict.UNCITED,
            (_UNCITED[statement.author],),
            method=VerdictMethod.NOT_SHOWN,
        )
    resolutions = tuple(resolve(c, sources, locate) for c in statement.citations)
    completed = replace(statement, citations=tuple(r.citation for r in resolutions))
    problems = tuple(_quote_problem(r) for r in resolutions if r.problem or _is_suspect(r))
    if problems:
        return Check(completed, StatementVerdict.UNSUPPORTED, problems, method=VerdictMethod.NOT_SHOWN)
    evidence = _gather(resolutions)
    findings = find_faults(statement.text, evidence.reading, resolutions)
    findings += _find_secrets(statement.text)
    verdict = StatementVerdict.UNSUPPORTED if findings else StatementVerdict.SUPPORTED
    reasons = tuple(dict.fromkeys(f.reason for f in findings))
    return Check(completed, verdict, reasons, evidence.spans, method=method_of(findings))


def method_of(findings: Sequence[Finding]) -> VerdictMethod:
    """What the verdict rests on that these findings lead to.

    A sentence is contradicted where the rules find nothing against it but another number, name, negation and
    the like: then it says what the source says, otherwise. In a sentence in other words such findings may be
    of the wording, so that nothing is sure: it is not shown, and somebody must read it.
    """
    if not findings:
        return VerdictMethod.RULE
    surely = all(finding.kind in _CONTRADICTING for finding in findings)
    return VerdictMethod.CONTRADICTED if surely else VerdictMethod.NOT_SHOWN


def _find_secrets(text: str) -> tuple[Finding, ...]:
    """Numbers of one person: borne out or not, they go out only on somebody's own account."""
    kinds = {datum.kind for datum in find_personal(text)} & SECRET
    return tuple(Finding(FindingKind.PERSONAL, _SECRETS[kind]) for kind in sorted(kinds))


def find_faults(text: str, evidence: Reading, resolutions: Sequence[Resolution] = ()) -> tuple[Finding, ...]:
    """Everything in `text` that the evidence does not bear out; empty when it is supported."""
    findings = _compare(read(text), evidence)
    introduced = split_introduction(text)
    if not findings or not introduced.phrase:
        return findings
    cited = tuple(r.source for r in resolutions if r.source)
    claim = read(introduced.claim)
    if introduced.reports:
        claim = as_said(claim, evidence)
    return (
        check_phrase(introduced.phrase, cited)
        + find_other_speaker(introduced.phrase, claim, evidence)
        + _compare(claim, evidence)
    )


def _compare(claim: Reading, evidence: Reading) -> tuple[Finding, ...]:
    if not claim.words:
        return (Finding(FindingKind.DIFFERENT, "Er staat geen zin om te controleren."),)
    alignment = align(claim, evidence)
    if alignment.is_verbatim:
        return ()
    added = find_additions(alignment)
    if any(f.kind is FindingKind.DIFFERENT for f in added):
        return added
    return added + find_omissions(alignment) + find_disorder(alignment)


def _is_suspect(resolution: Resolution) -> bool:
    """Whether the quote stands in text that speaks to a machine; such text proves nothing."""
    source, span = resolution.source, resolution.span
    return source is not None and span is not None and touches_suspicious(source, span)


def _quote_problem(resolution: Resolution) -> str:
    name = resolution.citation.reference or resolution.citation.document
    if resolution.problem is None:
        return f"De aanhaling uit {name} staat in tekst die op een opdracht aan een computer lijkt."
    match resolution.problem:
        case QuoteProblem.EMPTY:
            return f"De aanhaling uit {name} is leeg."
        case QuoteProblem.UNKNOWN_SOURCE:
            return f"De bron {name} hoort niet bij de gekozen bronnen."
        case QuoteProblem.MISATTRIBUTED:
            other = resolution.elsewhere
            where = f" Zij staat wel in {other.id}." if other else ""
            return f"De aanhaling staat niet in de genoemde bron {name}.{where}"
        case QuoteProblem.STITCHED:
            return (
                f"De aanhaling uit {name} is samengesteld uit stukken die in de bron niet aan elkaar staan. "
                "Maak er aparte aanhalingen van."
            )
        case _:
            return f"De aanhaling staat niet letterlijk in {name}."


def _gather(resolutions: Sequence[Resolution]) -> _Evidence:
    """The whole sentences around the quotes: a quote may not hide the "niet" in front of it."""
    pieces: list[tuple[str, Span]] = []
    seen: set[tuple[str, Span]] = set()
    for resolution in resolutions:
        source, span = resolution.source, resolution.span
        if source is None or span is None:
            continue
        for sentence in _sentences_around(source, span):
            place = (source.id, sentence)
            if place not in seen:
                seen.add(place)
                offset = source.body_span.start
                text = source.body[sentence.start - offset : sentence.end - offset]
                pieces.append((text, sentence))
    reading = join_readings(tuple(read(text) for text, _ in pieces))
    return _Evidence(reading, tuple(span for _, span in pieces))


@lru_cache(maxsize=512)
def _sentences(body: str) -> tuple[Span, ...]:
    return split_sentences(body)


def _sentences_around(source: Source, span: Span) -> tuple[Span, ...]:
    offset = source.body_span.start
    inner = Span(span.start - offset, span.end - offset)
    if len(words(inner.of(source.body))) < _POINTS_AT_SENTENCE:
        return (span,)
    touched = [s for s in _sentences(source.body) if s.start < inner.end and s.end > inner.start]
    return tuple(Span(s.start + offset, s.end + offset) for s in touched) or (span,)
