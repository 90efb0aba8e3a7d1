"""A text proposal without a language model: the sentences of the chosen answers that answer the question.

Every sentence is verbatim, or stands behind a fixed phrase with the date of its source, and is cited. The
newest position comes first. When the chosen sources do not answer, nothing is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from learninglion.drafting.acquaintance import asks_acquaintance, says_acquainted
from learninglion.drafting.aspects import Aspect, AspectKind
from learninglion.drafting.citations import Locate, cite, nowhere, reference
from learninglion.drafting.phrases import formerly, introduce, split_introduction
from learninglion.drafting.positions import contradiction, other_amount
from learninglion.drafting.proximity import holds, is_strict
from learninglion.drafting.relevance import coverage
from learninglion.drafting.style import FEWEST_WORDS
from learninglion.drafting.sufficiency import (
    SURE,
    Bearing,
    find_missing,
    knows_another,
    question_aspects,
    relevant,
)
from learninglion.drafting.suspicion import describe_suspicions
from learninglion.drafting.units import has_table, units_of
from learninglion.models import (
    AnswerVerdict,
    Chooser,
    Draft,
    Provenance,
    Selection,
    Source,
    SourceKind,
    Span,
    Statement,
)
from learninglion.text import words

__all__ = ["draft"]

PROVENANCE = Provenance(generator="extractive", model="extractive 3")

_LONGEST = 250  # words a sub-question, as the users asked
_AIM = 200  # room to end an argument
_PER_LATER_SOURCE = 70  # words an older source may add to what the newest says
_REPEATS = 0.8  # a sentence of which this much was said already adds nothing
_SUBJECT = 0.30  # a sentence must share this much with the question to be taken from a longer answer
_NEAR_BEST = 0.6  # ... or, where no sentence does, this much of what the best one shares
_SHORT_ANSWER = 12  # words
_GOES_ON = 0.1  # so much must what follows on a chosen sentence share, where one figure is asked
_HOLDS = 0.3  # what a sentence is worth more for holding the amount or the moment that is asked
_ABOUT_EQUAL = 0.7  # a newer source goes first when it bears this much as well as the strongest
_JUST_OFFERED = 0.45  # so near is a newer source that was offered but not chosen, to be pointed at

_ANAPHORIC = re.compile(
    r"^(?:dit|deze|dat|die|hij|zij|ze|hem|haar|hun|hen|daar\w*|hier\w*|ook|verder|bovendien|tevens|echter|"
    r"vervolgens|dus|zo|toen|wel|tot slot|ten slotte|ten (?:eerste|tweede|derde)|overigens|immers|"
    r"laatstgenoemde|beide|dergelijke|zulke|eveneens|voorts|evenmin|aldus|dan|want|maar|en|of)\b",
    re.IGNORECASE,
)
_CROSS_REFERENCE = re.compile(
    r"\b(?:zie|verwijs|verwezen|zoals|conform|in|bij)\b[^.]{0,60}\b(?:antwoord(?:en)?|beantwoording|vraag|vragen)\b"
    r"[^.]{0,25}\b(?:\d+|hierboven|hiervoor|vorige|bovenstaande)",
    re.IGNORECASE,
)
# "Triage draagt hieraan bij", "Er is daarmee een reden": what it points at stands in the sentence before
_POINTS_BACK = re.compile(
    r"^(?:\S+\s+){1,4}?(?:hier|daar)(?:aan|bij|door|in|mee|na|naast|om|onder|op|over|tegen|toe|uit|van|voor)\b",
    re.IGNORECASE,
)
_SAYS_YES_OR_NO = re.compile(r"^(?:ja|nee|neen)\b", re.IGNORECASE)
_BARE_ANSWER = re.compile(r"^(?:ja|nee|neen|dat klopt|dit klopt|inderdaad)\W*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A unit of a source, with how far it bears on the question."""

    text: str
    span: Span
    place: int
    score: float
    leans: bool  # cannot stand without the sentence before it
    refers: bool  # points at another answer of its own document


def draft(selection: Selection, locate: Locate = nowhere, *, sure: float = SURE) -> Draft:
    """The proposal for one sub-question; unanswerable, without statements, when the sources do not answer.

    `sure`: how sure the search must be of a source whose words do not show that it answers (see SURE).
    """
    bearings = relevant(selection, sure)
    aspects = question_aspects(selection)
    remarks = list(describe_suspicions(selection.chosen))
    statements: list[Statement] = []
    for bearing in _in_order(bearings):
        statements.extend(_from_source(selection, bearing, statements, locate, remarks))
    missing = find_missing(selection, statements, sure)
    remarks.extend(_hints(selection, statements, missing, bearings))
    if not statements or len(missing) == len(aspects):
        return Draft(selection, (), AnswerVerdict.UNANSWERABLE, missing, PROVENANCE, tuple(remarks))
    verdict = AnswerVerdict.PARTIAL if missing else AnswerVerdict.ANSWERED
    return Draft(selection, tuple(statements), verdict, missing, PROVENANCE, tuple(remarks))


def _in_order(bearings: Sequence[Bearing]) -> list[Bearing]:
    """Supplied context first (it is the line of today); then who bears about equally well, newest first."""
    strongest = max((b.strength for b in bearings), default=0.0)

    def key(bearing: Bearing) -> tuple[bool, bool, int, float, str]:
        weak = not bearing.same_question and bearing.strength < _ABOUT_EQUAL * strongest
        supplied = bearing.source.kind is SourceKind.SUPPLIED
        return (not supplied, weak, -_age(bearing.source), -bearing.strength, bearing.source.id)

    return sorted(bearings, key=key)


def _age(source: Source) -> int:
    return (source.document.date or date.min).toordinal()


def _from_source(
    selection: Selection,
    bearing: Bearing,
    written: Sequence[Statement],
    locate: Locate,
    remarks: list[str],
) -> list[Statement]:
    """The statements this source adds to what was written from others."""
    source = bearing.source
    sentences = _read_sentences(selection, bearing)
    claims = [split_introduction(s.text).claim for s in written]
    older = _is_older(source, written, selection)
    overtaken = _overtaken(sentences, claims) if older else None
    if overtaken is not None:
        remarks.append(
            f"De bronnen verschillen: {reference(source)} zegt “{overtaken.text}” "
            "Gebruikt is het nieuwste standpunt; het oudere staat erachter."
        )
        return [_state(source, overtaken, locate, formerly(source.document))]
    if written and not bearing.same_question and not find_missing(selection, written):
        return []  # every part is answered already
    room = _LONGEST - sum(len(words(c)) for c in claims)
    budget = min(_PER_LATER_SOURCE if written else _AIM, room)
    narrow = all(is_strict(a.kind) for a in question_aspects(selection))
    chosen = _choose(sentences, bearing, budget, claims, narrow)
    if not chosen and any(s.refers for s in sentences):
        remarks.append(f"{reference(source)} verwijst naar een ander antwoord; kies dat antwoord erbij.")
    elif not chosen and written:
        remarks.append(f"Niet gebruikt, omdat het niets toevoegt of niet past: {reference(source)}.")
    phrase = formerly(source.document) if older else introduce(source.document)
    phrased = any(phrase in s.text for s in written) or source.kind is not SourceKind.PAIR
    made: list[Statement] = []
    for sentence in chosen:
        opening = _opens(sentence, source)
        made.append(_state(source, sentence, locate, "" if phrased or opening else phrase))
        phrased = phrased or not opening
    return made


def _is_older(source: Source, written: Sequence[Statement], selection: Selection) -> bool:
    """Whether something newer, or the officer's own line, was written already."""
    cited = {c.source_id for s in written for c in s.citations}
    return source.document.date is not None and any(
        s.kind is SourceKind.SUPPLIED or _age(s) > _age(source) for s in selection.chosen if s.id in cited
    )


def _overtaken(sentences: Sequence[_Sentence], claims: Sequence[str]) -> _Sentence | None:
    """The sentence that contradicts most what a newer source said, if there is one."""
    scored = [
        (
            max((max(contradiction(c, s.text), other_amount(c, s.text)) for c in claims), default=0.0),
            -s.place,
            s,
        )
        for s in sentences
        if not s.leans and not s.refers and not _repeats(s, claims)
    ]
    best = max(scored, key=lambda item: item[:2], default=None)
    return best[2] if best is not None and best[0] else None


def _state(source: Source, sentence: _Sentence, locate: Locate, phrase: str) -> Statement:
    return Statement(f"{phrase} {sentence.text}".strip(), (cite(source, sentence.span, locate),))


def _read_sentences(selection: Selection, bearing: Bearing) -> list[_Sentence]:
    aspects = question_aspects(selection)
    waits = any(a.kind in (AspectKind.YES_NO, AspectKind.KNOWS) for a in aspects)
    another = knows_another(selection.question.text, bearing.source)
    found: list[_Sentence] = []
    for place, unit in enumerate(units_of(bearing.source)):
        bare = bool(_BARE_ANSWER.match(unit.text))
        if (bare and not waits) or (another and place == 0 and says_acquainted(unit.text)):
            continue  # a yes to nothing that was asked here
        found.append(
            _Sentence(
                unit.text,
                unit.span,
                len(found),
                _score(unit.text, selection.question.text, aspects),
                _leans(unit.text) and (place > 0 or not bearing.same_question),
                bool(_CROSS_REFERENCE.search(unit.text)),
            )
        )
    return found


def _opens(sentence: _Sentence, source: Source) -> bool:
    """Whether this is the short answer itself ("Ja.", "Daar ben ik mee bekend."), in front of any phrase."""
    short = sentence.place == 0 and len(words(sentence.text)) <= _SHORT_ANSWER
    known = short and asks_acquaintance(source.question) and says_acquainted(sentence.text)
    return known or bool(_SAYS_YES_OR_NO.match(sentence.text) or _BARE_ANSWER.match(sentence.text))


def _leans(text: str) -> bool:
    return bool(_ANAPHORIC.match(text) or _POINTS_BACK.match(text))


def _score(text: str, asked: str, aspects: Sequence[Aspect]) -> float:
    """How much of the question, or of a part that waits for an amount or the like, this sentence answers."""
    parts = (
        coverage(a.about, (text,)) + _HOLDS
        for a in aspects
        if is_strict(a.kind) and holds(a.kind, text, a.text) and coverage(a.about, (text,)) >= _SUBJECT
    )
    return max(coverage(asked, (text,)), *parts, 0.0)


def _choose(
    sentences: list[_Sentence], bearing: Bearing, budget: int, said: list[str], narrow: bool
) -> list[_Sentence]:
    usable = [s for s in sentences if not s.refers and not _repeats(s, said)]
    if not bearing.same_question:
        usable = [s for s in usable if not _BARE_ANSWER.match(s.text)]
    lengths = {s.place: len(words(s.text)) for s in sentences}
    if bearing.same_question and sum(lengths[s.place] for s in usable) <= budget and not said:
        return _without_orphans(usable, sentences)
    taken: set[int] = set()
    best = max((s.score for s in usable), default=0.0)
    least = _SUBJECT if best >= _SUBJECT else best * _NEAR_BEST
    if not said and (bearing.same_question or bearing.score >= SURE):
        least = min(least, best * _NEAR_BEST)
    for sentence in sorted(usable, key=lambda s: (-_worth(s, bearing), s.place)):
        group = _with_support(sentence, sentences, usable)
        if group is None or sentence.score < least or (said and sentence.score < _SUBJECT):
            continue
        _take(group, taken, lengths, budget)
    if not said and taken:
        if narrow:  # who asks for one figure is not served with what else the answer told
            usable = [s for s in usable if s.leans or s.score >= _GOES_ON]
        _go_on(taken, sentences, usable, lengths, budget)
    return [s for s in sentences if s.place in taken]


def _take(group: Sequence[_Sentence], taken: set[int], lengths: Mapping[int, int], budget: int) -> None:
    places = taken | {s.place for s in group}
    if sum(lengths[p] for p in places) <= budget:
        taken.update(places)


def _go_on(
    taken: set[int],
    sentences: list[_Sentence],
    usable: list[_Sentence],
    lengths: Mapping[int, int],
    budget: int,
) -> None:
    """Also what follows on a chosen sentence, until there is enough to read as an answer."""
    for place in sorted(taken):
        for following in sentences[place + 1 : place + 3]:
            if sum(lengths[p] for p in taken) >= FEWEST_WORDS or following not in usable:
                break
            group = _with_support(following, sentences, usable)
            if group is None:
                break
            _take(group, taken, lengths, budget)


def _worth(sentence: _Sentence, bearing: Bearing) -> float:
    # an answer gives its point first, so early sentences of the same question's answer weigh more
    early = 0.5 / (1 + sentence.place) if bearing.same_question else 0.1 / (1 + sentence.place)
    return sentence.score + early


def _with_support(
    sentence: _Sentence, sentences: list[_Sentence], usable: list[_Sentence]
) -> list[_Sentence] | None:
    """The sentence with those before it that it leans on; None when one of them cannot be used."""
    group = [sentence]
    while group[0].leans:
        if group[0].place == 0:
            return None
        before = sentences[group[0].place - 1]
        if before not in usable or len(group) == 4:
            return None
        group.insert(0, before)
    return group


def _without_orphans(usable: list[_Sentence], sentences: list[_Sentence]) -> list[_Sentence]:
    kept: list[_Sentence] = []
    for sentence in usable:
        if not sentence.leans or (kept and kept[-1].place == sentence.place - 1):
            kept.append(sentence)
    return kept or [s for s in usable[:1] if len(sentences) == 1 or not s.leans]


def _repeats(sentence: _Sentence, said: Sequence[str]) -> bool:
    return bool(said) and coverage(sentence.text, said) >= _REPEATS


def _hints(
    selection: Selection,
    statements: Sequence[Statement],
    missing: Sequence[str],
    bearings: Sequence[Bearing],
) -> Iterator[str]:
    """What the officer had better look at: what only they know, tables, and newer answers left aside."""
    if any(part in missing and asks_acquaintance(part) for part in missing):
        yield (
            "Of dit bekend is, staat niet in de gekozen bronnen; een “ja” op een vraag over iets anders is "
            "niet overgenomen. Vul dit zelf in."
        )
    cited = {c.source_id for s in statements for c in s.citations}
    used = [s for s in selection.chosen if s.id in cited]
    for source in (b.source for b in bearings):
        if has_table(source):
            yield f"In {reference(source)} staat een tabel; die is niet als zin over te nemen."
    newest = max((_age(s) for s in used if s.kind is not SourceKind.SUPPLIED), default=0)
    if newest and selection.chosen_by is Chooser.MACHINE:
        chosen = {s.id for s in selection.chosen}
        for hit in selection.offered:
            if hit.source.id not in chosen and _age(hit.source) > newest and _is_near(selection, hit.source):
                yield f"Nieuwer over dit onderwerp, maar niet gekozen: {reference(hit.source)}."


def _is_near(selection: Selection, source: Source) -> bool:
    return coverage(selection.question.text, (source.question, source.body)) >= _JUST_OFFERED
