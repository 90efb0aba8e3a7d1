"""A text proposal without a language model: the sentences of the chosen answers that answer the question.

Every sentence is verbatim, or stands behind a fixed phrase with the date of its source, and is cited. The
newest position comes first. When the chosen sources do not answer, nothing is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from learninglion.checking.citations import Locate, cite, dutch_date, nowhere, reference
from learninglion.checking.injection import describe_suspicions
from learninglion.checking.phrases import continue_from, formerly, introduce, split_introduction
from learninglion.drafting.acquaintance import asks_acquaintance, says_acquainted
from learninglion.drafting.aspects import Aspect
from learninglion.drafting.candidates import SUBJECT, Candidate, is_bare, read_candidates
from learninglion.drafting.picks import Standing, pick
from learninglion.drafting.positions import contradiction, other_amount
from learninglion.drafting.promises import as_of
from learninglion.drafting.proximity import is_strict
from learninglion.drafting.relevance import coverage
from learninglion.drafting.style import FEWEST_WORDS
from learninglion.drafting.sufficiency import (
    SURE,
    Bearing,
    find_missing,
    question_aspects,
    relevant,
)
from learninglion.drafting.units import has_table
from learninglion.dutch.text import words
from learninglion.models import (
    AnswerVerdict,
    Chooser,
    Draft,
    Provenance,
    Selection,
    Source,
    SourceKind,
    Statement,
)

__all__ = ["draft"]

PROVENANCE = Provenance(generator="extractive", model="extractive 4")

_LONGEST = 250  # words a sub-question, as the users asked
_AIM = 200  # room to end an argument
_PER_LATER_SOURCE = 70  # words an older source may add to what the newest says
_REPEATS = 0.8  # a sentence of which this much was said already adds nothing
_NEAR_BEST = 0.6  # ... or, where no sentence does, this much of what the best one shares
_SHORT_ANSWER = 12  # words
_GOES_ON = 0.1  # so much must what follows on a chosen sentence share, where one figure is asked
_ABOUT_EQUAL = 0.7  # a newer source goes first when it bears this much as well as the strongest
_FILLS = 0.45  # a sentence of a later source must share this much to make a short draft longer
_JUST_OFFERED = 0.45  # so near is a newer source that was offered but not chosen, to be pointed at

_SAYS_YES_OR_NO = re.compile(r"^(?:ja|nee|neen)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Material:
    """What one draft is made from: the bearing sources in the order in which they go first, read."""

    selection: Selection
    aspects: tuple[Aspect, ...]
    bearings: tuple[Bearing, ...]
    read: Mapping[str, list[Candidate]]  # by source id
    picked: Mapping[str, frozenset[int]]  # by source id: the places that answer a part best
    locate: Locate
    sure: float

    def missing(self, written: Sequence[Statement]) -> tuple[str, ...]:
        """The parts that these statements leave open."""
        return find_missing(self.selection, written, self.sure)


def draft(selection: Selection, locate: Locate = nowhere, *, sure: float = SURE) -> Draft:
    """The proposal for one sub-question; unanswerable, without statements, when the sources do not answer.

    `sure`: how sure the search must be of a source whose words do not show that it answers (see SURE).
    """
    material = _gather(selection, locate, sure)
    remarks = list(describe_suspicions(selection.chosen))
    statements: list[Statement] = []
    for bearing in material.bearings:
        statements.extend(_from_source(material, bearing, statements, remarks))
    missing = material.missing(statements)
    remarks.extend(_hints(selection, statements, missing, material.bearings))
    provenance = PROVENANCE if sure == SURE else replace(PROVENANCE, parameters=(("sure", str(sure)),))
    if not statements or len(missing) == len(material.aspects):
        return Draft(selection, (), AnswerVerdict.UNANSWERABLE, missing, provenance, tuple(remarks))
    remarks.extend(_passed_promises(material, statements))
    verdict = AnswerVerdict.PARTIAL if missing else AnswerVerdict.ANSWERED
    return Draft(selection, tuple(statements), verdict, missing, provenance, tuple(remarks))


def _gather(selection: Selection, locate: Locate, sure: float) -> _Material:
    aspects = question_aspects(selection)
    bearings = tuple(_in_order(relevant(selection, sure)))
    today = as_of(selection)
    read = {b.source.id: read_candidates(selection, b, today) for b in bearings}
    surest = max((b.score for b in bearings), default=0.0)
    picked = pick(aspects, read, {b.source.id: _standing(b, surest) for b in bearings})
    return _Material(selection, aspects, bearings, read, picked, locate, sure)


def _standing(bearing: Bearing, surest: float) -> Standing:
    """How a source stands beside others: by its words, and by what the search thought of it."""
    strength = bearing.strength
    if surest and bearing.source.kind is not SourceKind.SUPPLIED:
        strength *= 0.5 + 0.5 * bearing.score / surest
    return Standing(strength, bearing.source.question)


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
    material: _Material, bearing: Bearing, written: Sequence[Statement], remarks: list[str]
) -> list[Statement]:
    """The statements this source adds to what was written from others."""
    source = bearing.source
    sentences = material.read[source.id]
    claims = [split_introduction(s.text).claim for s in written]
    older = _is_older(source, written, material.selection)
    overtaken = _overtaken(sentences, claims) if older else None
    if overtaken is not None:
        remarks.append(
            f"De bronnen verschillen: {reference(source)} zegt “{overtaken.text}” "
            "Gebruikt is het nieuwste standpunt; het oudere staat erachter."
        )
        return [_state(source, overtaken, material.locate, formerly(source.document))]
    told = sum(len(words(c)) for c in claims)
    answered = bool(written) and not bearing.same_question and not material.missing(written)
    picked = material.picked[source.id]
    if answered and not picked and told >= FEWEST_WORDS:
        return []
    budget = min(_PER_LATER_SOURCE if written else _AIM, _LONGEST - told)
    narrow = all(is_strict(a.kind) for a in material.aspects)
    least = (1.0 if told >= FEWEST_WORDS or narrow else _FILLS) if answered else SUBJECT
    chosen = _choose(sentences, bearing, _Wish(budget, claims, narrow, picked, least, material.sure))
    if not chosen and not answered and any(s.refers for s in sentences):
        remarks.append(f"{reference(source)} verwijst naar een ander antwoord; kies dat antwoord erbij.")
    elif not chosen and written and not answered:
        remarks.append(f"Niet gebruikt, omdat het niets toevoegt of niet past: {reference(source)}.")
    return _phrase(source, chosen, written, older, material.locate)


def _phrase(
    source: Source, chosen: Sequence[Candidate], written: Sequence[Statement], older: bool, locate: Locate
) -> list[Statement]:
    """The sentences as statements, the first of them behind the phrase with the date of the source."""
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


def _overtaken(sentences: Sequence[Candidate], claims: Sequence[str]) -> Candidate | None:
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


def _state(source: Source, sentence: Candidate, locate: Locate, phrase: str) -> Statement:
    text = f"{phrase} {sentence.text}".strip()
    if sentence.follows:
        text = continue_from(source.document, sentence.text)
    return Statement(text, (cite(source, sentence.span, locate),))


def _opens(sentence: Candidate, source: Source) -> bool:
    """Whether this is the short answer itself ("Ja.", "Daar ben ik mee bekend."), in front of any phrase."""
    short = sentence.place == 0 and len(words(sentence.text)) <= _SHORT_ANSWER
    known = short and asks_acquaintance(source.question) and says_acquainted(sentence.text)
    return known or bool(_SAYS_YES_OR_NO.match(sentence.text) or is_bare(sentence.text))


@dataclass(frozen=True, slots=True)
class _Wish:
    """What a draft still wants of a source."""

    budget: int  # words
    said: list[str]  # what stands there already
    narrow: bool  # only figures, moments or reasons were asked
    picked: frozenset[int]  # places that answer a part better than another source does
    least: float  # what any other sentence of a later source must share with the question
    sure: float


def _choose(sentences: list[Candidate], bearing: Bearing, wish: _Wish) -> list[Candidate]:
    said, budget = wish.said, wish.budget
    usable = [s for s in sentences if not s.refers and not _repeats(s, said)]
    if not bearing.same_question:
        usable = [s for s in usable if not is_bare(s.text)]
    lengths = {s.place: len(words(s.text)) for s in sentences}
    if bearing.same_question and sum(lengths[s.place] for s in usable) <= budget and not said:
        return _without_orphans(usable, sentences)
    taken: set[int] = set()
    best = max((s.score for s in usable), default=0.0)
    least = SUBJECT if best >= SUBJECT else best * _NEAR_BEST
    if not said and (bearing.same_question or bearing.score >= wish.sure):
        least = min(least, best * _NEAR_BEST)
    if said:
        least = wish.least
    order = sorted(usable, key=lambda s: (s.place not in wish.picked, -_worth(s, bearing), s.place))
    for sentence in order:
        group = _with_support(sentence, sentences, usable)
        if group is None or (sentence.score < least and sentence.place not in wish.picked):
            continue
        _take(group, taken, lengths, budget)
    if not said and taken:
        if wish.narrow:  # who asks for one figure is not served with what else the answer told
            usable = [s for s in usable if s.leans or s.score >= _GOES_ON]
        _go_on(taken, sentences, usable, lengths, budget)
    return [s for s in sentences if s.place in taken]


def _take(group: Sequence[Candidate], taken: set[int], lengths: Mapping[int, int], budget: int) -> None:
    places = taken | {s.place for s in group}
    if sum(lengths[p] for p in places) <= budget:
        taken.update(places)


def _go_on(
    taken: set[int],
    sentences: list[Candidate],
    usable: list[Candidate],
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


def _worth(sentence: Candidate, bearing: Bearing) -> float:
    # an answer gives its point first, so early sentences of the same question's answer weigh more
    early = 0.5 / (1 + sentence.place) if bearing.same_question else 0.1 / (1 + sentence.place)
    return sentence.score + early


def _with_support(
    sentence: Candidate, sentences: list[Candidate], usable: list[Candidate]
) -> list[Candidate] | None:
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


def _without_orphans(usable: list[Candidate], sentences: list[Candidate]) -> list[Candidate]:
    kept: list[Candidate] = []
    for sentence in usable:
        if not sentence.leans or (kept and kept[-1].place == sentence.place - 1):
            kept.append(sentence)
    return kept or [s for s in usable[:1] if len(sentences) == 1 or not s.leans]


def _repeats(sentence: Candidate, said: Sequence[str]) -> bool:
    return bool(said) and coverage(sentence.text, said) >= _REPEATS


def _passed_promises(material: _Material, statements: Sequence[Statement]) -> Iterator[str]:
    """What has to be looked up: promises in this draft for a moment that has passed."""
    told = {(c.source_id, c.span) for s in statements for c in s.citations}
    for bearing in material.bearings:
        source = bearing.source
        used = (c for c in material.read[source.id] if (source.id, c.span) in told)
        kept = " ".join(f"“{c.text}”" for c in used if c.passed)
        if kept:
            yield f"Deze toezegging is van {dutch_date(source.document)}; ga na wat ervan gekomen is: {kept}"


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
