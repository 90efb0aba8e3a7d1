"""From what a model says a sentence rests on to citations of exact words in the chosen sources."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from learninglion.checking.citations import Locate, cite, reference
from learninglion.checking.injection import touches_suspicious
from learninglion.checking.quotes import find_quote, resolve
from learninglion.drafting.prompting import unescape
from learninglion.drafting.replies import Proof, Proposal
from learninglion.drafting.tables import nearest
from learninglion.drafting.wording import coverage
from learninglion.dutch.text import split_sentences, words
from learninglion.models import Citation, EvidenceRow, Source, Span, Statement

__all__ = ["bind"]

# A sentence whose words stand for less than this part in one source sentence rests on nothing we can find.
_SHARED = 0.6
_SHORT = 4  # letters; shorter words ("de", "van", "een") say nothing about where a sentence came from
_PASSAGES = 3  # of one source that a sentence without a quotation is held against
# An earlier "ja" says nothing about another question, however true it was of its own.
_YES_NO = re.compile(r"^\W*(?:ja|nee|neen|inderdaad|(?:dat|dit) klopt)\b", re.IGNORECASE)
_END = (".", "!", "?", "…")


def bind(
    proposal: Proposal,
    sources: Sequence[Source],
    locate: Locate,
    same_question: Callable[[Source], bool] = lambda _source: True,
    rows: Sequence[EvidenceRow] = (),
) -> tuple[Statement, int]:
    """The proposal as a statement, and for how many citations the system found the place itself.

    A quote that stands in its source becomes a citation of those exact words; one that does not is kept
    as the model gave it, for the check to refuse. A proof without words gets the one sentence of that
    source that says the same, if there is one, and else the passages of that source that the sentence was
    written from (`rows`, the evidence table). Words that speak to a machine are never evidence, and a
    "ja" or "nee" only counts where the source answered the same question.
    """
    proposal = _named(proposal, sources)
    citations: list[Citation] = []
    found = 0
    answering = tuple(s for s in sources if same_question(s))
    yes_no = bool(_YES_NO.match(proposal.sentence))
    for proof in proposal.proofs or (Proof(0),):
        named = sources[proof.source - 1 : proof.source] if proof.source > 0 else ()
        if proof.words:
            cited = [_quoted(proof.words, named, sources, locate)]
        else:
            cited = [_attributed(proposal.sentence, named or (answering if yes_no else sources), locate)]
            if cited == [None] and named and not yes_no:
                cited = [
                    cite(named[0], span, locate) for span in _written_from(proposal.sentence, named[0], rows)
                ]
            found += any(c is not None for c in cited)
        for citation in cited:
            if citation is None or citation in citations:
                continue
            if yes_no and not any(s.id == citation.source_id for s in answering):
                continue
            citations.append(citation)
    return Statement(_ended(proposal.sentence), tuple(citations)), found


def _named(proposal: Proposal, sources: Sequence[Source]) -> Proposal:
    """A source that stands behind a sentence by its reference or its id is a proof as its number is."""
    sentence, proofs = proposal.sentence, list(proposal.proofs)
    for number, source in enumerate(sources, 1):
        names = "|".join(re.escape(name) for name in (reference(source), source.id, source.document.id))
        told = re.compile(rf"\s*[\[(]\s*(?:(?:bron|zie)\b:?\s*)?(?:{names})\s*[\])]", re.IGNORECASE)
        bare = told.sub("", sentence)
        if bare != sentence:
            sentence = bare
            proofs.extend([Proof(number)] if number not in {p.source for p in proofs} else [])
    return Proposal(re.sub(r" (?=[.,;:!?]$)", "", sentence), tuple(proofs))


def _written_from(sentence: str, source: Source, rows: Sequence[EvidenceRow]) -> tuple[Span, ...]:
    """The passages of a source that a sentence in other words was written from."""
    own = dict.fromkeys((r.span, r.quote) for r in rows if r.source_id == source.id)
    if not own:
        return nearest(sentence, source)
    order = sorted(own, key=lambda o: (-coverage(sentence, (o[1],)), o[0].start))
    return tuple(sorted((span for span, _ in order[:_PASSAGES]), key=lambda span: span.start))


def _quoted(told: str, named: Sequence[Source], sources: Sequence[Source], locate: Locate) -> Citation | None:
    quote = told if any(find_quote(told, s.body) for s in sources) else unescape(told)
    given = named[0] if named else next((s for s in sources if find_quote(quote, s.body)), None)
    if given is None:
        return Citation(document="", numbers=(), quote=quote)
    citation = Citation(
        given.document.id, given.numbers, quote, source_id=given.id, reference=reference(given)
    )
    resolution = resolve(citation, sources, locate)
    if resolution.span is None or resolution.source is None:
        return citation
    if touches_suspicious(resolution.source, resolution.span):
        return None
    return cite(resolution.source, resolution.span, locate)


def _attributed(sentence: str, sources: Sequence[Source], locate: Locate) -> Citation | None:
    """The source sentence that holds most of the words of `sentence`, if it holds nearly all."""
    wanted = _content(sentence)
    if not wanted:
        return None
    best: tuple[float, Source, Span] | None = None
    for source in sources:
        for span, content in _sentences(source.body):
            shared = len(wanted & content) / len(wanted)
            if shared >= _SHARED and (best is None or shared > best[0]):
                best = (
                    shared,
                    source,
                    Span(span.start + source.body_span.start, span.end + source.body_span.start),
                )
    if best is None or touches_suspicious(best[1], best[2]):
        return None
    return cite(best[1], best[2], locate)


@lru_cache(maxsize=256)
def _sentences(body: str) -> tuple[tuple[Span, frozenset[str]], ...]:
    return tuple((span, _content(span.of(body))) for span in split_sentences(body))


def _content(text: str) -> frozenset[str]:
    return frozenset(w for w in words(text) if len(w) >= _SHORT or w[:1].isdigit()) or frozenset(words(text))


def _ended(sentence: str) -> str:
    """With a full stop at the end, as models forget it in front of a citation."""
    text = sentence.strip()
    return text if text.endswith(_END) or text[-2:-1] in _END else text + "."
