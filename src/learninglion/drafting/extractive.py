"""A text proposal without a language model: the sentences of the chosen answers that answer the question.

Every sentence is verbatim, or stands behind a fixed phrase with the date of its source, and is cited. The
newest position comes first. What is only related is no text of the draft but its material.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from learninglion.checking.citations import Locate, cite, dutch_date, nowhere, reference
from learninglion.checking.injection import describe_suspicions
from learninglion.checking.phrases import continue_from, formerly, introduce
from learninglion.checking.verify import check
from learninglion.drafting.askings import Asking, askings_of, kind_of, polarity
from learninglion.drafting.coverage import settled
from learninglion.drafting.pointers import is_bare, leans, points_away, unpoint
from learninglion.drafting.positions import contradiction, other_amount
from learninglion.drafting.promises import as_of, has_passed
from learninglion.drafting.proposals import propose
from learninglion.drafting.relevance import (
    LIKELY,
    OVERTAKES,
    RELATED,
    SURE,
    Judged,
    Relevance,
    built_in,
    searched,
)
from learninglion.drafting.units import Unit, has_table, units_of
from learninglion.drafting.wording import coverage
from learninglion.dutch.text import words
from learninglion.models import (
    AnswerVerdict,
    Chooser,
    Citation,
    Draft,
    Provenance,
    Selection,
    Source,
    SourceKind,
    Statement,
    StatementVerdict,
)

__all__ = ["draft", "material_of", "with_material"]

PROVENANCE = Provenance(generator="extractive", model="extractive 5")

_LONGEST = 220  # words of one answer that was given to the same question
_REPEATS = 0.8  # a sentence of which this much was said already adds nothing
_SUPPORT = 3  # sentences that one may lean on
LINE = "supplied#line"
"""The department's line decides direction; it is never cited or quoted as an answer."""
_YES_OR_NO = re.compile(r"^(?:ja|nee|neen)\b", re.IGNORECASE)
_SEEN = 6  # offered sources that are read for their meaning, to put what bears on the question first


@dataclass(slots=True)
class _Draft:
    """A draft in the making: the places taken of every source, in the order in which sources come."""

    selection: Selection
    locate: Locate
    sure: float
    taken: dict[str, set[int]] = field(default_factory=dict)  # by source id
    sources: dict[str, Source] = field(default_factory=dict)
    chances: dict[str, float] = field(default_factory=dict)  # by part
    whole: set[str] = field(default_factory=set)  # sources that answered the same question
    former: set[str] = field(default_factory=set)  # sources that something newer follows on
    remarks: list[str] = field(default_factory=list)
    doubted: bool = False  # something newer, which nobody chose, says otherwise

    def said(self) -> list[str]:
        """The sentences taken so far."""
        return [units_of(self.sources[i])[p].text for i, places in self.taken.items() for p in sorted(places)]


def draft(
    selection: Selection,
    locate: Locate = nowhere,
    *,
    sure: float = SURE,
    measure: Relevance | None = None,
) -> Draft:
    """The proposal for one sub-question; unanswerable, with material, when the sources do not answer.

    `sure`: from which chance on a part counts as answered (see SURE).
    """
    judge = measure or built_in()
    provenance = PROVENANCE if sure == SURE else replace(PROVENANCE, parameters=(("sure", str(sure)),))
    kind, proposal = kind_of(selection.question.text).value, propose(askings_of(selection.question.text))
    askings = searched(selection.question.text)
    if not askings:
        parts = tuple(asking.text for asking in askings_of(selection.question.text))
        return Draft(
            selection, (), AnswerVerdict.UNANSWERABLE, parts, provenance, kind=kind, proposal=proposal
        )
    made = _Draft(selection, locate, sure, remarks=list(describe_suspicions(selection.chosen)))
    judged = judge.of_selection(selection, _weighed(selection, judge))
    chosen = {s.id for s in selection.chosen if s.id != LINE}
    for asking, row in zip(askings, judged, strict=True):
        if settled(asking, _polarity(made)):
            made.chances[asking.text] = 1.0
            continue
        _answer(made, asking, [j for j in row if j.source.id in chosen and j.units])
    if made.taken:  # whatever is newer must be read as well
        judged = judge.of_selection(selection, _weighed(selection))
    _name_older(made, judged)
    selection = _hold_against_newer(made, judged)
    statements = _statements(made)
    found = material_of(selection, judged, {c.source_id for s in statements for c in s.citations}, locate)
    missing = tuple(a.text for a in askings if made.chances.get(a.text, 0.0) < LIKELY)
    made.remarks.extend(_hints(made, statements))
    if not statements:
        doubtful = proposal or _best_sentence(selection, judged)
        verdict = AnswerVerdict.UNANSWERABLE
        return Draft(
            selection, (), verdict, missing, provenance, tuple(made.remarks), True, kind, found, doubtful
        )
    open_ = made.doubted or any(made.chances.get(a.text, 0.0) < sure for a in askings)
    return Draft(
        selection,
        statements,
        AnswerVerdict.PARTIAL if open_ else AnswerVerdict.ANSWERED,
        missing,
        provenance,
        tuple(dict.fromkeys(made.remarks)),
        True,
        kind,
        found,
        proposal,
    )


def _weighed(selection: Selection, measure: Relevance | None = None) -> tuple[Source, ...]:
    """The sources that are read: those chosen, and of the first that were offered all, or what may answer."""
    first = selection.offered[:_SEEN]
    offered = measure.may_answer(first) if measure is not None else [hit.source for hit in first]
    return tuple({s.id: s for s in (*selection.chosen, *offered)}.values())


def _polarity(made: _Draft) -> bool | None:
    said = made.said()
    return polarity(said[0]) if said else None


def _answer(made: _Draft, asking: Asking, row: Sequence[Judged]) -> None:
    """Take what answers this part best, and remember how sure that is."""
    same = [j for j in row if j.asked >= LIKELY]
    surely = [j for j in same if j.asked >= made.sure]
    if same:
        newest = max(surely or same, key=lambda j: (_age(j.source), j.asked, j.source.id))
        taken = (not surely and _take(made, newest.source, newest.best)) or _take_whole(made, newest)
        if taken:
            made.chances[asking.text] = newest.asked
            return
        told = f"{reference(newest.source)} verwijst naar een ander antwoord; kies dat antwoord erbij."
        made.remarks.append(told)
    best = max(row, key=_by(made.selection), default=None)
    if best is None or max(best.chances) < LIKELY:
        return
    if _take(made, best.source, best.best):
        made.chances[asking.text] = max(made.chances.get(asking.text, 0.0), max(best.chances))


def _by(selection: Selection) -> Callable[[Judged], tuple[float, float]]:
    """What a person chose is taken by the sentence; of what the machine chose only what bears most."""
    if selection.chosen_by is Chooser.PERSON:
        return lambda judged: (max(judged.chances), judged.bearing)
    return lambda judged: (judged.bearing, max(judged.chances))


def _age(source: Source) -> int:
    if source.kind is SourceKind.SUPPLIED and source.document.date is None:
        return 10**9
    return source.document.date.toordinal() if source.document.date else 0


def _take_whole(made: _Draft, judged: Judged) -> bool:
    """The answer that was given to the same question, as far as it stands and fits."""
    source, units = judged.source, judged.units
    usable = [
        place
        for place, unit in enumerate(units)
        if not points_away(unpoint(unit.text).text) and (judged.asking.yes_no or not is_bare(unit.text))
    ]
    places = _standing(units, usable)
    if sum(len(words(units[p].text)) for p in places) > _LONGEST:
        places = _best_of(judged, places)
    if not places or (len(units) > 1 and all(is_bare(units[p].text) for p in places)):
        return False
    made.sources[source.id] = source
    made.taken.setdefault(source.id, set()).update(places)
    made.whole.add(source.id)
    return True


def _standing(units: Sequence[Unit], usable: Sequence[int]) -> list[int]:
    """Of these places those that do not lean on a sentence that is not among them."""
    kept: list[int] = []
    for place in usable:
        if place == 0 or not leans(units[place].text) or (kept and kept[-1] == place - 1):
            kept.append(place)
    return kept


def _best_of(judged: Judged, places: Sequence[int]) -> list[int]:
    """The sentences of a long answer that bear on the question most, with what they lean on."""
    units = judged.units
    taken: set[int] = set()
    for best in sorted(places, key=lambda p: (-judged.chances[p], p)):
        group = {best}
        while leans(units[min(group)].text) and min(group) - 1 in places:
            group.add(min(group) - 1)
        if sum(len(words(units[p].text)) for p in taken | group) <= _LONGEST:
            taken |= group
    return sorted(taken)


def _take(made: _Draft, source: Source, place: int) -> bool:
    """One sentence with what it leans on; False where that cannot be had."""
    units = units_of(source)
    group = {place}
    while leans(unpoint(units[min(group)].text).text) and min(group) > 0 and len(group) <= _SUPPORT:
        group.add(min(group) - 1)
    first = units[min(group)].text
    if any(points_away(unpoint(units[p].text).text) for p in group) or leans(unpoint(first).text):
        return False
    said = [text for i, text in _texts(made) if i != source.id]
    if coverage(units[place].text, said) >= _REPEATS:
        return True
    made.sources[source.id] = source
    made.taken.setdefault(source.id, set()).update(group)
    return True


def _texts(made: _Draft) -> Iterator[tuple[str, str]]:
    for source_id, places in made.taken.items():
        for place in places:
            yield source_id, units_of(made.sources[source_id])[place].text


# --------------------------------------------------------------------------- the line of today


def _hold_against_newer(made: _Draft, judged: Sequence[Sequence[Judged]]) -> Selection:
    """Hold what was taken against everything newer that was offered; the selection as it then is.

    Where the machine chose, a newer source that says how it is now comes first and the older is told as what
    was said before. Where a person chose nothing is added: the draft says what stands beside it.
    """
    selection = made.selection
    added: dict[str, Source] = {}
    for row in judged:
        for source_id in [i for i in made.taken if i not in made.former]:
            older = made.sources[source_id]
            newer = _newest_over(older, row)
            if newer is None:
                continue
            place = _now(newer)
            if newer.speaks[place] < OVERTAKES and newer.source.id not in made.taken:
                made.former.add(source_id)
                made.remarks.append(f"Nieuwer over dit onderwerp: {reference(newer.source)}.")
            elif selection.chosen_by is Chooser.PERSON and newer.source not in selection.chosen:
                made.doubted = True
                made.remarks.append(_beside(made, older, newer, place))
            elif _take_first(made, newer.source, place):
                made.former.add(source_id)
                added[newer.source.id] = newer.source
                made.doubted = True
    chosen = {s.id: s for s in (*selection.chosen, *added.values())}
    return replace(selection, chosen=tuple(chosen.values()))


def _name_older(made: _Draft, judged: Sequence[Sequence[Judged]]) -> None:
    """What an older chosen source says otherwise stands behind the newer one: "Eerder, op ..."."""
    chosen = {s.id for s in made.selection.chosen}
    for judged_one in (j for row in judged for j in row if j.asked >= LIKELY and j.source.id in chosen):
        source = judged_one.source
        newer = [s for i, s in made.sources.items() if i in made.taken and _age(s) > _age(source)]
        if not newer or source.id in made.taken or source.document.date is None:
            continue
        said = made.said()
        differing = [
            (max(max(contradiction(told, u.text), other_amount(told, u.text)) for told in said), -place)
            for place, u in enumerate(judged_one.units)
            if not leans(u.text) and not points_away(u.text)
        ]
        best = max(differing, default=(0.0, 0))
        if best[0]:
            place = -best[1]
            made.sources[source.id] = source
            made.taken[source.id] = {place}
            made.former.add(source.id)
            made.remarks.append(
                f"De bronnen verschillen: {reference(source)} zegt “{judged_one.units[place].text}” "
                "Gebruikt is het nieuwste standpunt; het oudere staat erachter."
            )


def _newest_over(older: Source, row: Sequence[Judged]) -> Judged | None:
    """The source newer than `older` that most probably says how it is now; None when none is related."""
    day = older.document.date
    if day is None or older.kind is SourceKind.SUPPLIED:
        return None
    newer = [
        j
        for j in row
        if j.units
        and j.source.kind is not SourceKind.SUPPLIED
        and j.source.document.date is not None
        and j.source.document.date > day
        and max(j.speaks) >= RELATED
    ]
    return max(newer, key=lambda j: (max(j.speaks), _age(j.source), j.source.id), default=None)


def _now(newer: Judged) -> int:
    """The unit of a newer source that says best how it is now."""
    return max(range(len(newer.units)), key=lambda place: (_told(newer, place), -place))


def _told(judged: Judged, place: int) -> float:
    return judged.speaks[place] + judged.chances[place]


def _take_first(made: _Draft, source: Source, place: int) -> bool:
    """Take a sentence of a newer source, in front of everything taken before."""
    before = dict(made.taken)
    made.taken.clear()
    taken = _take(made, source, place)
    for source_id, places in before.items():
        made.taken.setdefault(source_id, set()).update(places)
    return taken


def _beside(made: _Draft, older: Source, newer: Judged, place: int) -> str:
    old = units_of(older)[max(made.taken[older.id])].text
    return (
        "Er is een nieuwere bron die u niet koos. "
        f"{reference(older)} ({dutch_date(older.document)}): “{old}” "
        f"{reference(newer.source)} ({dutch_date(newer.source.document)}): “{newer.units[place].text}”"
    )


# --------------------------------------------------------------------------- as text


def _statements(made: _Draft) -> tuple[Statement, ...]:
    """The sentences taken, source by source, the first of each behind the phrase with its date."""
    found: list[Statement] = []
    for source_id, places in made.taken.items():
        source = made.sources[source_id]
        phrase = introduce(source.document) if source.kind is SourceKind.PAIR else ""
        if source_id in made.former:
            phrase = formerly(source.document)
        for place in _told_places(made, source, places):
            unit = units_of(source)[place]
            opening = source_id in made.whole - made.former and place == 0 and _opens(unit.text)
            stated = _state(source, unit, made.locate, "" if opening else phrase)
            if stated is None:
                continue
            found.append(stated)
            phrase = phrase if opening else ""
    return tuple(found)


def _told_places(made: _Draft, source: Source, places: set[int]) -> list[int]:
    """The places in order; of what something newer follows on only the sentence that says most."""
    if source.id not in made.former:
        return sorted(places)
    units = units_of(source)
    full = [p for p in sorted(places) if not is_bare(units[p].text) and not leans(units[p].text)]
    asked = made.selection.question.text
    best = max(full, key=lambda p: (coverage(asked, (units[p].text,)), -p), default=min(places))
    return [best]


def _opens(text: str) -> bool:
    """Whether this is the short answer itself ("Ja.", "Nee."), in front of any phrase."""
    return bool(_YES_OR_NO.match(text) or is_bare(text))


def _state(source: Source, unit: Unit, locate: Locate, phrase: str) -> Statement | None:
    """The sentence as a statement that holds; without "zoals gezegd" where it holds without."""
    citation = cite(source, unit.span, locate)
    cut = unpoint(unit.text)
    if cut.text != unit.text and (not cut.follows or source.kind is SourceKind.PAIR):
        told = continue_from(source.document, cut.text) if cut.follows else f"{phrase} {cut.text}".strip()
        stated = Statement(told, (citation,))
        if check(stated, (source,)).verdict is StatementVerdict.SUPPORTED:
            return stated
    return Statement(f"{phrase} {unit.text}".strip(), (citation,))


def _best_sentence(selection: Selection, judged: Sequence[Sequence[Judged]]) -> str:
    """What a person chose is never answered with nothing: its best sentence, to be confirmed."""
    if selection.chosen_by is not Chooser.PERSON:
        return ""
    chosen = {s.id for s in selection.chosen if s.id != LINE}
    rows = [j for row in judged for j in row if j.source.id in chosen and j.units]
    best = max(rows, key=lambda j: (max(j.chances), j.bearing), default=None)
    return unpoint(best.units[best.best].text).text if best is not None else ""


# --------------------------------------------------------------------------- beside the text


def material_of(
    selection: Selection, judged: Sequence[Sequence[Judged]], used: set[str | None], locate: Locate
) -> tuple[Citation, ...]:
    """What was offered and is not in the draft, each with a sentence; what bears on it most comes first."""
    best: dict[str, Judged] = {}
    bears: dict[str, float] = {}  # together on all parts: material is for the whole question
    for one in (j for row in judged for j in row if j.units):
        known = best.get(one.source.id)
        bears[one.source.id] = bears.get(one.source.id, 0.0) + one.bearing
        if known is None or one.bearing > known.bearing:
            best[one.source.id] = one
    read = sorted(best.values(), key=lambda j: (-bears[j.source.id], j.source.id))
    first = [cite(j.source, j.units[j.best].span, locate) for j in read if _may_show(j.source, used)]
    rest = (h.source for h in selection.offered if h.source.id not in best and _may_show(h.source, used))
    asked = selection.question.text
    later = [cite(s, _nearest(asked, units).span, locate) for s in rest if (units := units_of(s))]
    return (*first, *later)


def _nearest(asked: str, units: Sequence[Unit]) -> Unit:
    """Of a source that was not read for its meaning the sentence that shares most words with the question."""
    return max(units, key=lambda u: (coverage(asked, (u.text,)), not is_bare(u.text), -u.span.start))


def _may_show(source: Source, used: set[str | None]) -> bool:
    return source.id not in used and source.kind is not SourceKind.SUPPLIED


def with_material(made: Draft, locate: Locate = nowhere, measure: Relevance | None = None) -> Draft:
    """A draft by a language model with its kind, its material and what a person can confirm."""
    question = made.selection.question.text
    judge = measure or built_in()
    judged = judge.of_selection(made.selection, _weighed(made.selection, judge))
    used = {c.source_id for s in made.statements for c in s.citations}
    return replace(
        made,
        kind=kind_of(question).value,
        material=material_of(made.selection, judged, used, locate),
        proposal=made.proposal or propose(askings_of(question)),
    )


def _hints(made: _Draft, statements: Sequence[Statement]) -> Iterator[str]:
    """What the officer had better look at: promises that passed, tables, documents without a date."""
    today = as_of(made.selection)
    for source_id, places in made.taken.items():
        source = made.sources[source_id]
        units = units_of(source)
        passed = [
            units[p].text for p in sorted(places) if has_passed(units[p].text, source.document.date, today)
        ]
        if passed:
            told = " ".join(f"“{text}”" for text in passed)
            yield f"Deze toezegging is van {dutch_date(source.document)}; ga na wat ervan gekomen is: {told}"
        if has_table(source):
            yield f"In {reference(source)} staat een tabel; die is niet als zin over te nemen."
        if source.document.date is None and source.kind is not SourceKind.SUPPLIED:
            yield f"Van {reference(source)} is de datum niet bekend; ga na of dit nog geldt."
    if made.selection.chosen_by is Chooser.PERSON:
        for source in made.selection.chosen:
            if statements and source.id not in made.taken and source.id != LINE:
                yield f"Niet gebruikt, omdat het niets toevoegt of niet past: {reference(source)}."
    doubtful = [text for text, chance in made.chances.items() if LIKELY <= chance < made.sure]
    if statements and doubtful:
        yield f"Ga na of dit de vraag beantwoordt: {' '.join(doubtful)}"
