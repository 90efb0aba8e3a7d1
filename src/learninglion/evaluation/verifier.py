"""A test of the checker itself: real sentences, reworded (supported) or altered (unsupported), and how often
the verdict is right.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from learninglion.checking.citations import cite
from learninglion.checking.phrases import introduce
from learninglion.checking.verify import METHOD, check
from learninglion.dutch.text import split_sentences, words
from learninglion.evaluation.alterations import ALTERATIONS, Pool, alter, join, reorder, shorten
from learninglion.models import Check, Citation, Source, Span, Statement, StatementVerdict

__all__ = ["Case", "KindResult", "VerifierReport", "evaluate_verifier", "judge_cases", "make_cases"]

# Sentences shorter than this leave nothing to change; longer ones are lists or tables run together.
_SHORTEST, _LONGEST = 7, 60
_ANNOUNCED = "In antwoord op eerdere vragen is aan uw Kamer gemeld:"
_REPORTED = "Zoals eerder aan uw Kamer bericht:"
_VARIANTS = 3  # of one kind from one sentence, so that no long sentence weighs more than others


@dataclass(frozen=True, slots=True)
class Case:
    """A statement with citations, and whether a faultless checker calls it supported."""

    kind: str
    how: str
    supported: bool
    statement: Statement
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class KindResult:
    """One kind of case: how many, and how many were judged right."""

    kind: str
    supported: bool
    cases: int
    right: int

    @property
    def rate(self) -> float:
        """Part of the cases with the right verdict (detection, or 1 - false alarms)."""
        return self.right / self.cases if self.cases else 0.0


@dataclass(frozen=True, slots=True)
class VerifierReport:
    """The results per kind, with the cases that were judged wrong."""

    method: str
    kinds: tuple[KindResult, ...]
    mistakes: tuple[tuple[Case, Check], ...]
    seconds_per_statement: float

    @property
    def detection(self) -> float:
        """Part of the unsupported statements that were called so."""
        return _rate([k for k in self.kinds if not k.supported])

    @property
    def false_alarms(self) -> float:
        """Part of the supported statements that were not called so."""
        return 1 - _rate([k for k in self.kinds if k.supported])


def _rate(kinds: Sequence[KindResult]) -> float:
    cases = sum(k.cases for k in kinds)
    return sum(k.right for k in kinds) / cases if cases else 0.0


def evaluate_verifier(
    sources: Sequence[Source], *, limit: int | None = None, progress: Callable[[int, int], None] | None = None
) -> VerifierReport:
    """Judges every case made from `sources` (at most `limit` a kind); deterministic but for the time."""
    return judge_cases(list(make_cases(sources, limit=limit)), progress=progress)


def judge_cases(
    cases: Sequence[Case], *, progress: Callable[[int, int], None] | None = None
) -> VerifierReport:
    """The verdict on each of these cases, counted per kind."""
    counts: dict[tuple[str, bool], list[int]] = {}
    mistakes: list[tuple[Case, Check]] = []
    spent = 0.0
    for done, case in enumerate(cases):
        started = time.perf_counter()
        result = check(case.statement, case.sources)
        spent += time.perf_counter() - started
        right = (result.verdict is StatementVerdict.SUPPORTED) == case.supported
        tally = counts.setdefault((case.kind, case.supported), [0, 0])
        tally[0] += 1
        tally[1] += right
        if not right:
            mistakes.append((case, result))
        if progress is not None:
            progress(done + 1, len(cases))
    kinds = tuple(
        KindResult(kind, supported, *tally)
        for (kind, supported), tally in sorted(counts.items(), key=lambda item: (not item[0][1], item[0][0]))
    )
    return VerifierReport(METHOD, kinds, tuple(mistakes), spent / len(cases) if cases else 0.0)


def make_cases(sources: Sequence[Source], *, limit: int | None = None) -> Iterator[Case]:
    """All cases from the sentences of `sources`, kind by kind; with `limit`, a fixed sample of each kind."""
    usable = [s for s in sources if _sentences(s)]
    pool = _make_pool(usable)
    by_kind: dict[str, list[Case]] = {}
    for at, source in enumerate(usable):
        other = usable[(at + 1) % len(usable)]
        for case in _cases_of(source, other, pool):
            by_kind.setdefault(case.kind, []).append(case)
    for kind in sorted(by_kind):
        cases = sorted(by_kind[kind], key=lambda c: _seed(c.statement.text, c.how))
        yield from cases[:limit]


def _cases_of(source: Source, other: Source, pool: Pool) -> Iterator[Case]:
    spans = _sentences(source)
    for at, span in enumerate(spans):
        text = span.of(source.body)
        quote = _cite(source, span)
        yield from _supported_cases(source, spans, at, text, quote)
        for kind in ALTERATIONS:
            made = alter(text, kind, pool, _seed(text, kind))
            for how, altered in sorted(made, key=lambda m: _seed(*m))[:_VARIANTS]:
                wide = at + 1 < len(spans) and _seed(altered) % 3 == 0
                cited = _cite(source, Span(span.start, spans[at + 1].end)) if wide else quote
                yield _case(kind, how, False, altered, (cited,), (source,))
        yield from _quote_cases(source, other, spans, at, text, quote)


def _supported_cases(
    source: Source, spans: Sequence[Span], at: int, text: str, quote: Citation
) -> Iterator[Case]:
    yield _case("verbatim", "whole", True, text, (quote,), (source,))
    part = _part_of(text)
    if part:
        yield _case(
            "verbatim", "part quoted", True, text, (replace(quote, quote=part, span=None),), (source,)
        )
    spaced = re.sub(r"[«»“”]", '"', text).replace(" ", "  ", 1)
    yield _case("verbatim", "typography", True, text, (replace(quote, quote=spaced, span=None),), (source,))
    yield _case("introduced", "date", True, f"{introduce(source.document)} {text}", (quote,), (source,))
    for phrase in (_ANNOUNCED, _REPORTED):
        yield _case("introduced", "no date", True, f"{phrase} {text}", (quote,), (source,))
    for kind, made in (("shortened", shorten(text)), ("reordered", reorder(text))):
        for how, reworded in made:
            yield _case(kind, how, True, reworded, (quote,), (source,))
    if at + 1 < len(spans):
        second = spans[at + 1]
        both = _cite(source, Span(spans[at].start, second.end))
        for how, joined in join(text, second.of(source.body)):
            separate = _seed(text, how) % 2 == 0
            citations = (quote, _cite(source, second)) if separate else (both,)
            yield _case("merged", how, True, joined, citations, (source,))


def _quote_cases(
    source: Source, other: Source, spans: Sequence[Span], at: int, text: str, quote: Citation
) -> Iterator[Case]:
    foreign = _cite(other, _sentences(other)[0])
    both = (source, other)
    yield _case("wrong citation", "other document", False, text, (foreign,), both)
    borrowed = replace(quote, document=other.document.id, numbers=other.numbers, source_id=None, span=None)
    yield _case("wrong citation", "quote from elsewhere", False, text, (borrowed,), both)
    if len(spans) > 2:
        elsewhere = spans[(at + 2) % len(spans)]
        yield _case("wrong citation", "other sentence", False, text, (_cite(source, elsewhere),), (source,))
        last = elsewhere.of(source.body)
        for how, middle in (("bare", " "), ("dots", " ... "), ("brackets", " (...) ")):
            stitched = " ".join(text.split()[: len(text.split()) // 2]) + middle
            stitched += " ".join(last.split()[len(last.split()) // 2 :])
            made = replace(quote, quote=stitched, span=None)
            statement = stitched if _seed(text, how) % 2 else text
            yield _case("stitched quote", how, False, statement, (made,), (source,))
    for kind in ("number", "negation added", "modality", "name"):
        for how, altered in alter(text, kind, Pool(("Jansen",), ("x",)), 1)[:1]:
            made = replace(quote, quote=altered, span=None)
            yield _case("fabricated quote", how, False, altered, (made,), (source,))


def _case(
    kind: str,
    how: str,
    supported: bool,
    text: str,
    citations: tuple[Citation, ...],
    sources: tuple[Source, ...],
) -> Case:
    bare = tuple(Citation(c.document, c.numbers, c.quote) for c in citations)
    return Case(kind, how, supported, Statement(text, bare), sources)


def _part_of(text: str) -> str:
    """The first clause, where it is long enough to point at its sentence."""
    head = text.split(", ")[0]
    return head if head != text and len(words(head)) >= 5 else ""


def _cite(source: Source, span: Span) -> Citation:
    offset = source.body_span.start
    return cite(source, Span(span.start + offset, span.end + offset))


def _sentences(source: Source) -> tuple[Span, ...]:
    return tuple(
        s
        for s in split_sentences(source.body)
        if _SHORTEST <= len(words(s.of(source.body))) <= _LONGEST and s.of(source.body).endswith(".")
    )


def _make_pool(sources: Sequence[Source]) -> Pool:
    names: set[str] = set()
    clauses: set[str] = set()
    for source in sources:
        names.update(re.findall(r"(?<=[a-z] )[A-Z][a-z]{3,}(?=[ ,.])", source.body))
        clauses.update(re.findall(r", ((?:waarbij|omdat|zodat|terwijl) [^,.]{15,80})\.", source.body))
    return Pool(
        tuple(sorted(names)) or ("Jansen",), tuple(sorted(clauses)) or ("waarbij de kosten zijn gedaald",)
    )


def _seed(*texts: str) -> int:
    return int.from_bytes(hashlib.sha256("\x00".join(texts).encode()).digest()[:6], "big")
