"""A text proposal without a language model: the sentences of the chosen answers that answer the question.

Every sentence is verbatim, or stands behind a fixed phrase with the date of its source, and is cited. The
newest position comes first. What is only related is no text of the draft but its material.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

from learninglion.checking.citations import Locate, cite, dutch_date, nowhere, reference
from learninglion.checking.injection import describe_suspicions
from learninglion.checking.phrases import (
    attribute,
    continue_from,
    formerly,
    in_answer_to,
    introduce,
    split_introduction,
)
from learninglion.checking.verify import check
from learninglion.drafting.askings import Asking, Kind, askings_of, kind_of, propose, searched
from learninglion.drafting.line import (
    FOLLOWS,
    FindNewer,
    Follows,
    Line,
    Voice,
    age_of,
    contradiction,
    newer_than,
    newest,
    newest_of_equals,
    nothing_newer,
    other_amount,
    voice_of,
)
from learninglion.drafting.line import built_in as built_in_line
from learninglion.drafting.quotation import (
    Unit,
    as_of,
    asked_on,
    has_passed,
    has_table,
    is_bare,
    leans,
    of_another_time,
    points_away,
    units_of,
    unpoint,
    with_support,
)
from learninglion.drafting.relevance import LIKELY, RELATED, SURE, Judged, Relevance, built_in
from learninglion.drafting.selection import LINE, NEWS, READ
from learninglion.drafting.verdict import falls_away, judge_draft, with_remarks
from learninglion.dutch.questions import (
    NUMERIC,
    Wants,
    coverage,
    is_function_word,
    matched,
    subject_words,
)
from learninglion.dutch.text import fold, words
from learninglion.models import (
    AnswerVerdict,
    Chooser,
    Citation,
    Draft,
    Hit,
    Provenance,
    Remark,
    Selection,
    Source,
    SourceKind,
    Statement,
    StatementVerdict,
)

_PROVENANCE = Provenance(generator="extractive", model="extractive 6")

_LONGEST_QUESTION = 40  # words of a question that is told with its answer
_LONGEST = 220  # words of one answer that was given to the same question
_REPEATS = 0.8  # a sentence of which this much was said already adds nothing
_NO_YES = frozenset({Kind.FIGURE, Kind.MOMENT, Kind.REASON})  # what no yes or no answers
_YES_OR_NO = re.compile(r"^(?:ja|nee|neen)\b", re.IGNORECASE)
_NOT_CHOSEN = "Er is een nieuwere bron die u niet koos."
_NEWER = "Nieuwer over dit onderwerp; ga na wat dit verandert."
_OTHER_TIME = "Van een andere tijd of groep dan gevraagd, en daarom niet gebruikt:"
_LINE = re.compile(r"\blijn\b", re.IGNORECASE)  # what tells of the line is no text of an answer
_LINE_LABEL = re.compile(r"^[^:]*\blijn\b[^:]*:\s*", re.IGNORECASE)  # "Lijn SZW: het kabinet ..."
_SAYS_OTHERWISE = "Over het voorstel zegt een nieuwere bron iets anders: {}."
_IS_NEWER = "Naast het voorstel is er een nieuwere bron; lees die ook: {}."
_LINE_SAYS = "De lijn van het departement zegt hierover: “{}” Ga na of het antwoord daarmee strookt."
_MET = 4  # the power by which how well all words are met counts in that order; 1 orders a little worse


@dataclass(slots=True)
class _Draft:
    """A draft in the making: the places taken of every source, in the order in which sources come."""

    selection: Selection
    locate: Locate
    sure: float
    taken: dict[str, set[int]] = field(default_factory=dict)  # by source id
    sources: dict[str, Source] = field(default_factory=dict)
    chances: dict[str, float] = field(default_factory=dict)  # by part
    guided: dict[str, Judged] = field(default_factory=dict)  # what the department's line says, by part
    answers: dict[str, list[Asking]] = field(default_factory=dict)  # by source id
    whole: set[str] = field(default_factory=set)  # sources that answered the same question
    former: set[str] = field(default_factory=set)  # sources that something newer follows on
    newest: set[str] = field(default_factory=set)  # sources that say how it is now, of what another said
    differing: dict[str, str] = field(default_factory=dict)  # what an older source says, by its id
    remarks: list[Remark] = field(default_factory=list)
    beside: list[Citation] = field(default_factory=list)  # what is newer and no text of the draft

    def sentences(self) -> list[str]:
        """The sentences taken so far."""
        return [units_of(self.sources[i])[p].text for i, places in self.taken.items() for p in sorted(places)]


def draft(
    selection: Selection,
    locate: Locate = nowhere,
    *,
    sure: float = SURE,
    measure: Relevance | None = None,
    line: Line | None = None,
    find_newer: FindNewer = nothing_newer,
    sentences: Path | None = None,
) -> Draft:
    """The proposal for one sub-question; unanswerable, with material, when the sources do not answer.

    `sure`: from which chance on a part counts as answered (see SURE). What `find_newer` finds on an answer
    that is taken is offered as well, so that the draft can be made again from its own selection.
    `sentences`: the file with the organisation's standard sentences.
    """
    judge = measure or built_in()
    if selection.added:  # as it was before it was drafted
        first = tuple(s for s in selection.chosen if s.id not in selection.added)
        selection = replace(selection, chosen=first, added=())
    provenance = _PROVENANCE if sure == SURE else replace(_PROVENANCE, parameters=(("sure", str(sure)),))
    kind, proposal = (
        kind_of(selection.question.text).value,
        propose(askings_of(selection.question.text), sentences),
    )
    askings = searched(selection.question.text)
    if not askings:
        parts = tuple(asking.text for asking in askings_of(selection.question.text))
        return Draft(
            selection, (), AnswerVerdict.UNANSWERABLE, parts, provenance, kind=kind, proposal=proposal
        )
    made = _Draft(selection, locate, sure, remarks=list(map(Remark, describe_suspicions(selection.chosen))))
    judged = judge.of_selection(selection, _weighed(selection))
    fitting = _of_their_time(judged)
    chosen = {s.id for s in selection.chosen} - {LINE, NEWS}
    made.guided.update(guiding(judged))
    for place, (asking, row) in enumerate(zip(askings, fitting, strict=True), start=1):
        if falls_away(askings[:place], made.sentences()):
            made.chances[asking.text] = 1.0
            continue
        _answer(made, asking, [j for j in row if j.source.id in chosen and j.units])
    if not made.taken:
        _answer_something(made, [j for row in fitting for j in row if j.source.id in chosen and j.units])
    held_by = line or built_in_line()
    _name_older(made, fitting, held_by)
    selection = _hold_against_newer(made, held_by, find_newer)
    _note_told(made, judge)
    statements = _statements(made)
    used = {c.source_id for c in (*(c for s in statements for c in s.citations), *made.beside)}
    material = (*dict.fromkeys(made.beside), *material_of(selection, judged, used, locate))
    bearing = _bearing(judged) | {c.source_id for c in made.beside}
    brought = _brought(made, fitting)
    proposed = None if proposal else _best_to_confirm(made, fitting, brought)
    if proposed is not None:
        proposal = _to_confirm(made, proposed)
        made.remarks.extend(map(Remark, _hints_on_day(made, proposed.source)))
        promised = _hints_on_promises(made, proposed.source, [proposed.units[proposed.best].text])
        made.remarks.extend(map(Remark, promised))
    if not statements:
        published = proposed is not None and proposed.source.kind is not SourceKind.SUPPLIED
        own = (_cite_best(proposed, locate),) if proposed is not None and published else ()
        ordered = _newest_first(selection, askings[0], (*own, *material), held_by, locate)
        if own and ordered[0] != own[0]:
            newer_words, its = ordered[0].quote, own[0].quote
            differs = contradiction(newer_words, its) or other_amount(newer_words, its)
            newer = (_SAYS_OTHERWISE if differs else _IS_NEWER).format(ordered[0].reference)
            made.remarks.append(Remark(newer, until=ordered[0].source_id or ""))
        if material and material[0].source_id in bearing:
            bearing.add(ordered[0].source_id)  # which overtakes it
        material = tuple(citation for citation in ordered if citation not in own)
    named = _named(brought)
    made.remarks.extend(_hints(made, statements, named))
    made.remarks.extend(
        Remark(f"U gaf ook dit mee; het staat niet in dit antwoord: “{text}”", until=source_id)
        for source_id, text in named.items()
        if text not in proposal
    )
    made.remarks.extend(line_remarks(made.guided, statements))
    made.remarks.extend(_remarks_on_time(made, judged, fitting))
    made.remarks.extend(_doubts(made, askings))
    unjudged = Draft(
        selection,
        statements,
        AnswerVerdict.UNANSWERABLE,
        (),
        provenance,
        kind=kind,
        material=material,
        proposal=proposal,
        written=tuple(statement.text for statement in statements),
        remarks=tuple(dict.fromkeys(made.remarks)),
        remote=_remote(material, bearing),
    )
    return judge_draft(unjudged)


def _weighed(selection: Selection) -> tuple[Source, ...]:
    """The sources that are read: those chosen and the first that were offered; of what answered one question
    before only the newest.
    """
    known = (*selection.chosen, *(hit.source for hit in selection.offered))
    newest = {s.id for s in newest_of_equals(tuple({s.id: s for s in known}.values()))}
    first = [hit.source for hit in selection.offered if hit.source.id in newest][:READ]
    return tuple({s.id: s for s in (*selection.chosen, *first)}.values())


def _answer(made: _Draft, asking: Asking, row: Sequence[Judged]) -> None:
    """Take what answers this part best, and remember how sure that is."""
    row = [j for j in row if not _line_says_more(made, j)]
    same = [j for j in row if j.sameness >= LIKELY]
    surely = [j for j in same if j.sameness >= made.sure]
    if same:
        last = max(surely or same, key=lambda j: (age_of(j.source), j.sameness, j.source.id))
        taken = (not surely and _take(made, last.source, last.best)) or _take_whole(made, last)
        if taken:
            made.answers.setdefault(last.source.id, []).append(asking)
            made.chances[asking.text] = last.sameness
            return
        remark = f"{reference(last.source)} verwijst naar een ander antwoord; kies dat antwoord erbij."
        made.remarks.append(Remark(remark))
    best = max(row, key=lambda j: j.support, default=None)
    if best is None or best.support < LIKELY:
        return
    if _take_best(made, best):
        made.answers.setdefault(best.source.id, []).append(asking)
        made.chances[asking.text] = max(made.chances.get(asking.text, 0.0), best.support)


def _of_their_time(judged: Sequence[Sequence[Judged]]) -> list[list[Judged]]:
    """What is judged of every part, without the sentences with a figure of another time or group than is
    asked.
    """
    askings = [row[0].asking.text for row in judged if row]
    rows = [[_of_its_time(one, askings) for one in row] for row in judged]
    for at, column in enumerate(zip(*judged, strict=True)):
        left = [row[at] for row in rows]
        if any(one is not whole for one, whole in zip(left, column, strict=True)):
            any_part = 1 - math.prod(1 - one.chance for one in left)
            for row in rows:
                row[at] = replace(row[at], any_part=any_part)
    return rows


def _of_its_time(judged: Judged, askings: Sequence[str]) -> Judged:
    if judged.asking.wants not in NUMERIC - {Wants.DATE} or not judged.support:
        return judged
    asked, units = judged.asking.text, judged.units
    contrasts = [pair for one in askings for pair in _contrasts(one, asked)]
    other = of_another_time(asked, judged.source)
    for place in range(len(units)) if contrasts else ():
        told = set(words(" ".join(units[p].text for p in with_support(units, place))))
        other |= {place} if any(its in told and own not in told for its, own in contrasts) else set()
    if not other:
        return judged
    fitting = tuple(0.0 if place in other else chance for place, chance in enumerate(judged.chances))
    question = set(words(judged.source.question))
    same = not any(its in question and own not in question for its, own in contrasts)
    return replace(judged, chances=fitting, sameness=judged.sameness if same else 0.0)


def _contrasts(one: str, other: str) -> list[tuple[str, str]]:
    """The words that stand behind the same word in two parts of a question: "Afghaanse vrouwen / mannen"."""
    first, second = words(one), words(other)
    own, its = set(second) - set(first), set(first) - set(second)
    behind = {before: word for before, word in pairwise(first) if word in its and not is_function_word(word)}
    pairs = [(behind.get(before, ""), word) for before, word in pairwise(second) if word in own]
    return [(a, b) for a, b in pairs if a and not is_function_word(b) and not coverage(a, (b,))]


def _line_says_more(made: _Draft, judged: Judged) -> bool:
    """Whether the department's line answers this part more probably: then no other sentence does."""
    guide = made.guided.get(judged.asking.text)
    if guide is None or guide.support <= judged.chance:
        return False
    about, its = judged.asking.about, judged.units[judged.best].text if judged.units else ""
    line, source = (_literal(about, text) for text in (guide.units[guide.best].text, its))
    return line >= source  # of "benzine" a line on gas says nothing


def _literal(wanted: str, given: str) -> set[str]:
    """The stems of `wanted` that stand in `given`."""
    return {stem for stem, share in matched(wanted, given) if share == 1.0}


def _answer_something(made: _Draft, judged: Sequence[Judged]) -> None:
    """Where no part by itself is answered probably enough: the part that the best source may answer."""
    hits = [j for j in judged if j.source.kind is not SourceKind.SUPPLIED]  # no search put those here
    best = max(hits, key=lambda j: j.support, default=None)
    if best is None or best.any_part < LIKELY:
        return
    part = max((j for j in judged if j.source.id == best.source.id), key=lambda j: j.support)
    if not _line_says_more(made, part) and _take_best(made, part):
        made.answers.setdefault(part.source.id, []).append(part.asking)
        made.chances[part.asking.text] = part.any_part


def _note_told(made: _Draft, judge: Relevance) -> None:
    """What the sources taken say best of each part, however little the search thought of it, is told too; a
    part is missing only where that is not likely.
    """
    taken = [made.sources[source_id] for source_id in made.taken]
    for row in _of_their_time(judge.judge(made.selection.question.text, taken)) if taken else ():
        part, best = row[0].asking.text, max(row, key=lambda j: j.support)
        if best.support < LIKELY or _line_says_more(made, best):
            continue
        if not any(one.chances[place] >= best.support for one in row for place in made.taken[one.source.id]):
            _take_best(made, best)
        if any(one.chances[place] >= LIKELY for one in row for place in made.taken[one.source.id]):
            made.chances[part] = max(LIKELY, made.chances.get(part, 0.0))


def _take_whole(made: _Draft, judged: Judged) -> bool:
    """The answer that was given to the same question, as far as it stands and fits."""
    source, units = judged.source, judged.units
    usable = [
        place
        for place, unit in enumerate(units)
        if not points_away(unpoint(unit.text).text)
        and (judged.asking.kind not in _NO_YES or not is_bare(unit.text))
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
    standing: list[int] = []
    for place in usable:
        if place == 0 or not leans(units[place].text) or (standing and standing[-1] == place - 1):
            standing.append(place)
    return standing


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


def _take_best(made: _Draft, judged: Judged) -> bool:
    """The sentence that answers best, with those that may as well and stand by themselves; whether the best
    can be had.
    """
    best, *others = judged.places
    if not _take(made, judged.source, best):
        return False
    for place in others:
        if not leans(judged.units[place].text):
            _take(made, judged.source, place)
    return True


def _take(made: _Draft, source: Source, place: int, *, with_question: bool = False) -> bool:
    """One sentence with what it leans on; False where that cannot be had.

    `with_question`: it may lean on the question that its source answered, which is then told with it.
    """
    units = units_of(source)
    group = with_support(units, place)
    first = units[min(group)].text
    if any(points_away(unpoint(units[p].text).text) for p in group):
        return False
    if leans(unpoint(first).text) and not (with_question and min(group) == 0 and _can_tell_question(source)):
        return False
    texts = [text for i, text in _texts(made) if i != source.id]
    if coverage(units[place].text, texts) >= _REPEATS:
        return True
    made.sources[source.id] = source
    made.taken.setdefault(source.id, set()).update(group)
    return True


def _can_tell_question(source: Source) -> bool:
    return source.kind is SourceKind.PAIR and 3 < len(words(source.question)) <= _LONGEST_QUESTION


def _texts(made: _Draft) -> Iterator[tuple[str, str]]:
    for source_id, places in made.taken.items():
        for place in places:
            yield source_id, units_of(made.sources[source_id])[place].text


# --------------------------------------------------------------------------- the line of today


def _hold_against_newer(made: _Draft, line: Line, find_newer: FindNewer) -> Selection:
    """Hold what was taken against everything newer, offered or found; the selection as it then is.

    Where the machine chose, a newer source that says how it is now comes first and the older is told as what
    was said before. Where a person chose nothing is added: the draft says what stands beside it.
    """
    hits = _found(made, find_newer)
    held: set[str] = set()
    while left := [i for i in made.taken if i not in made.former and i not in held]:
        older = made.sources[left[0]]
        held.add(older.id)
        places = sorted(made.taken[older.id])
        older_text = " ".join(units_of(older)[p].text for p in places)
        selection = made.selection
        sources = (*selection.chosen, *(hit.source for hit in (*selection.offered, *hits)))
        newer = newer_than(older, older_text, selection.question.text, sources)
        for asking in made.answers.get(older.id, ()) if newer else ():
            most = max(places, key=lambda p: (coverage(asking.text, (units_of(older)[p].text,)), -p))
            best = line.overtaking(asking, older, units_of(older)[most].text, newer)
            if best is not None:
                _offer(made, next((hit for hit in hits if hit.source.id == best.source.id), None))
                _follow(made, older, best, asking)
    return made.selection


def _found(made: _Draft, find_newer: FindNewer) -> Sequence[Hit]:
    """What the archive holds on what was taken and is newer than the oldest of it: one search a question."""
    taken = [made.sources[i] for i in made.taken if i not in made.former]
    days = [source.document.date for source in taken if source.document.date is not None]
    if not days:
        return ()
    answer_words = " ".join(dict.fromkeys((*(source.question for source in taken), *made.sentences())))
    return find_newer(made.selection.question.text, answer_words, min(days))


def _offer(made: _Draft, hit: Hit | None) -> None:
    """Put what was found beside an answer behind what was offered, so that the draft can be made again."""
    offered = made.selection.offered
    if hit is not None and all(known.source.id != hit.source.id for known in offered):
        made.selection = replace(made.selection, offered=(*offered, replace(hit, rank=len(offered) + 1)))


def _follow(made: _Draft, older: Source, newer: Follows, asking: Asking) -> None:
    """Give the newer source its place before the older one, or name it beside."""
    source, selection = newer.source, made.selection
    if selection.chosen_by is Chooser.PERSON and source not in selection.chosen:
        made.remarks.append(_beside(_NOT_CHOSEN, made, older, newer, asking))
        made.beside.append(_cited(made, newer))
        return
    if _take_first(made, source, newer.place):
        made.answers.setdefault(source.id, []).append(asking)
        made.newest.add(source.id)
        if source not in selection.chosen:
            chosen, added = (*selection.chosen, source), (*selection.added, source.id)
            made.selection = replace(selection, chosen=chosen, added=added)
    elif source.id not in made.taken:
        made.remarks.append(_beside(_NEWER, made, older, newer, asking))
        made.beside.append(_cited(made, newer))
    if source.id in made.taken:
        then = f"{reference(source)} is nieuwer dan {reference(older)}"
        made.remarks.append(Remark(f"{then}; ga na of het nieuwste de vraag beantwoordt.", (asking.text,)))
    made.former.add(older.id)


def _name_older(made: _Draft, judged: Sequence[Sequence[Judged]], line: Line) -> None:
    """What an older chosen source, asked the same, said stands behind the newer one: "Eerder, op ..."."""
    chosen = {s.id for s in made.selection.chosen}
    for same in (j for row in judged for j in row if j.sameness >= LIKELY and j.source.id in chosen):
        source, place = same.source, same.best
        newer = [s for i, s in made.sources.items() if i in made.taken and age_of(s) > age_of(source)]
        if not newer or source.id in made.taken or source.document.date is None or place < 0:
            continue
        text = same.units[place].text
        follows = newest(line.judge(same.asking, source, text, newer), text)
        if leans(text) or points_away(text) or follows is None or follows.chance < FOLLOWS:
            continue
        if coverage(text, made.sentences()) >= _REPEATS and not contradiction(made.sentences()[0], text):
            continue
        made.sources[source.id] = source
        made.taken[source.id] = {place}
        made.former.add(source.id)
        made.differing[source.id] = text


def _take_first(made: _Draft, source: Source, place: int) -> bool:
    """Take a sentence of a newer source, in front of everything taken before."""
    before = dict(made.taken)
    made.taken.clear()
    taken = _take(made, source, place, with_question=True)
    for source_id, places in before.items():
        made.taken.setdefault(source_id, set()).update(places)
    return taken


def _cited(made: _Draft, newer: Follows) -> Citation:
    return cite(newer.source, newer.units[newer.place].span, made.locate)


def _beside(text: str, made: _Draft, older: Source, newer: Follows, asking: Asking) -> Remark:
    """What is newer and no text of the draft: that puts the part in doubt until it is cited, and is said
    while the older source is.
    """
    old = units_of(older)[max(made.taken[older.id])].text
    words_beside = (
        f"{text} {reference(older)} ({dutch_date(older.document)}): “{old}” "
        f"{reference(newer.source)} ({dutch_date(newer.source.document)}): “{newer.units[newer.place].text}”"
    )
    return Remark(words_beside, (asking.text,), until=newer.source.id, of=older.id)


# --------------------------------------------------------------------------- as text


def _statements(made: _Draft) -> tuple[Statement, ...]:
    """The sentences taken, source by source, the first of each behind the phrase with its date.

    What somebody else wrote stands between quotation marks, under their name.
    """
    statements: list[Statement] = []
    today = as_of(made.selection)
    for source_id, places in made.taken.items():
        source = made.sources[source_id]
        voice = voice_of(source.document, made.selection)
        phrase = _phrase(made, source, voice)
        for place in _told_places(made, source, places):
            unit = units_of(source)[place]
            opening = source_id in made.whole - made.former and place == 0 and _opens(unit.text)
            opening = opening and voice is Voice.OURS
            lead = phrase
            if place == 0 and phrase and leans(unpoint(unit.text).text) and source_id in made.newest:
                lead = in_answer_to(phrase, source.question)
            elif voice is Voice.OURS and has_passed(unit.text, source.document.date, today):
                lead = formerly(source.document)
            stated = _state(source, unit, made.locate, "" if opening else lead, voice)
            statements.append(stated)
            phrase = phrase if opening else ""
    return tuple(statements)


def _phrase(made: _Draft, source: Source, voice: Voice) -> str:
    """What stands in front of the first sentence of a source: who told the Kamer so, and when."""
    former = source.id in made.former
    if voice is not Voice.OURS:
        then = voice is Voice.FORMER
        return attribute(source.document, then=then, before=former or (then and source.id not in made.newest))
    if former:
        return formerly(source.document)
    return introduce(source.document) if source.kind is SourceKind.PAIR else ""


def _told_places(made: _Draft, source: Source, places: set[int]) -> list[int]:
    """The places in order; of what something newer follows on only the sentence that says most."""
    if source.id not in made.former:
        return sorted(places)
    units = units_of(source)
    full = [p for p in sorted(places) if not is_bare(units[p].text) and not leans(units[p].text)]
    question = made.selection.question.text
    best = max(full, key=lambda p: (coverage(question, (units[p].text,)), -p), default=min(places))
    return [best]


def _opens(text: str) -> bool:
    """Whether this is the short answer itself ("Ja.", "Nee."), in front of any phrase."""
    return bool(_YES_OR_NO.match(text) or is_bare(text))


def _state(source: Source, unit: Unit, locate: Locate, phrase: str, voice: Voice) -> Statement:
    """The sentence as a statement that holds; without "zoals gezegd" where it holds without."""
    citation = cite(source, unit.span, locate)
    if voice is not Voice.OURS:
        quoted = Statement(f"{phrase} “{unit.text}”".strip(), (citation,))
        if check(quoted, (source,)).verdict is StatementVerdict.SUPPORTED:
            return quoted
        return Statement(f"{formerly(source.document)} “{unit.text}”", (citation,))
    cut = unpoint(unit.text)
    if cut.text != unit.text and (not cut.follows or source.kind is SourceKind.PAIR):
        text = continue_from(source.document, cut.text) if cut.follows else f"{phrase} {cut.text}".strip()
        stated = Statement(text, (citation,))
        if check(stated, (source,)).verdict is StatementVerdict.SUPPORTED:
            return stated
    return Statement(f"{phrase} {unit.text}".strip(), (citation,))


def _brought(made: _Draft, judged: Sequence[Sequence[Judged]]) -> list[Judged]:
    """What was brought along, may answer a part and is no text of the draft: it may say otherwise."""
    return [
        j
        for row in judged
        for j in row
        if j.source.kind is SourceKind.SUPPLIED
        and j.units
        and j.source.id not in (LINE, *made.taken)
        and j.support >= LIKELY
    ]


def guiding(judged: Sequence[Sequence[Judged]]) -> dict[str, Judged]:
    """What the department's line most probably says of each part that it speaks of."""
    lines = (j for row in judged for j in row if j.source.id == LINE and j.support >= LIKELY)
    return {line.asking.text: line for line in lines}


def line_remarks(guided: Mapping[str, Judged], statements: Sequence[Statement]) -> Iterator[Remark]:
    """What the department's line says of each part, where the text does not say the same."""
    said = [statement.text for statement in statements]
    for part, judged in guided.items():
        text = judged.units[judged.best].text
        if coverage(text, said) < _REPEATS or any(contradiction(text, one) for one in said):
            yield Remark(_LINE_SAYS.format(text), (part,), until=LINE)


def _remarks_on_time(
    made: _Draft, judged: Sequence[Sequence[Judged]], fitting: Sequence[Sequence[Judged]]
) -> Iterator[Remark]:
    """Of each part left open the sentence that would answer it, were it of the time and group asked."""
    for row, in_time in zip(judged, fitting, strict=True):
        best, left = (max(one, key=lambda j: j.support, default=None) for one in (row, in_time))
        if best is None or left is None or best.support < LIKELY or left.support >= LIKELY:
            continue
        if made.chances.get(best.asking.text, 0.0) < LIKELY:
            said = f"“{best.units[best.best].text}” ({reference(best.source)})"
            yield Remark(f"{_OTHER_TIME} {said}", (best.asking.text,), missing=True)


def _best_to_confirm(
    made: _Draft, judged: Sequence[Sequence[Judged]], brought: Sequence[Judged]
) -> Judged | None:
    """What a person may confirm: what was brought along for the set or the line says where it answers a part
    better than what was taken, and, where nothing was, the best that bears on the question of what a person
    chose for it.
    """
    selection = made.selection
    guides = [j for j in made.guided.values() if not _LINE.search(_line_words(j.units[j.best].text))]
    rows = [j for j in (*brought, *guides) if j.support > made.chances.get(j.asking.text, 0.0)]
    if selection.chosen_by is Chooser.PERSON and not made.taken:
        chosen = {s.id for s in selection.chosen} - {LINE, NEWS}
        rows.extend(j for row in judged for j in row if j.source.id in chosen and j.units)
    own = (replace(j, chances=tuple(map(_standing_chance, j.units, j.chances))) for j in rows)
    bearing = (j for j in own if j.support >= RELATED or (j.support and _is_of(j)))
    return max(bearing, key=lambda j: j.support, default=None)


def _is_of(judged: Judged) -> bool:
    """Whether a telling word of what is asked stands in the best sentence or the question it answered."""
    weights, asked = dict(subject_words(judged.asking.about)), judged.asking.about
    given = f"{judged.source.question} {judged.units[judged.best].text}"
    return any(met for stem, met in matched(asked, given) if weights[stem] == 1.0)


def _standing_chance(unit: Unit, chance: float) -> float:
    """The chance of a sentence, 0 where it points at what is not there."""
    return 0.0 if points_away(unpoint(unit.text).text) else chance


def _to_confirm(made: _Draft, best: Judged) -> str:
    """The sentence that a person may confirm, in whose words it is."""
    unit, voice = best.units[best.best], voice_of(best.source.document, made.selection)
    if best.source.id == LINE:
        return _line_words(unit.text)
    if best.source.id == NEWS:
        return f"Volgens berichtgeving: “{unit.text}”"
    cut = unpoint(unit.text)
    if voice is Voice.OURS and not cut.follows:
        return cut.text
    if voice is Voice.OURS:
        published = best.source.kind is SourceKind.PAIR
        return continue_from(best.source.document, cut.text) if published else unit.text
    return _state(best.source, unit, made.locate, _phrase(made, best.source, voice), voice).text


def _line_words(text: str) -> str:
    """A sentence of the department's line without the label in front of it."""
    bare = _LINE_LABEL.sub("", text)
    return bare[:1].upper() + bare[1:]


def _cite_best(judged: Judged, locate: Locate) -> Citation:
    return cite(judged.source, judged.units[judged.best].span, locate)


def _named(brought: Sequence[Judged]) -> dict[str, str]:
    """The sentence of each source that may answer most probably, by source."""
    best: dict[str, Judged] = {}
    for one in brought:
        best[one.source.id] = max(best.get(one.source.id, one), one, key=lambda j: j.support)
    return {i: unpoint(j.units[j.best].text).text for i, j in best.items()}


# --------------------------------------------------------------------------- beside the text


def from_material(selection: Selection, citation: Citation) -> tuple[Selection, Statement] | None:
    """The sentence of an offered source as a person takes it in, and the selection with that source; None
    where it is not there.
    """
    known = (*selection.chosen, *(hit.source for hit in selection.offered))
    source = next((s for s in known if s.id == citation.source_id), None)
    if source is None:
        return None
    if source not in selection.chosen:
        selection = replace(selection, chosen=(*selection.chosen, source))
    voice = voice_of(source.document, selection)
    phrase = introduce(source.document) if source.kind is SourceKind.PAIR else ""
    if voice is not Voice.OURS:
        phrase = attribute(source.document, then=voice is Voice.FORMER)
    text = f"“{citation.quote}”" if voice is not Voice.OURS else citation.quote
    stated = Statement(f"{phrase} {text}".strip(), (citation,))
    if check(stated, (source,)).verdict is not StatementVerdict.SUPPORTED:  # of who said it nothing is sure
        stated = replace(stated, text=f"{formerly(source.document)} {text}")
    return selection, stated


def material_of(
    selection: Selection, judged: Sequence[Sequence[Judged]], used: set[str | None], locate: Locate
) -> tuple[Citation, ...]:
    """What was offered and is not in the draft, each with a sentence; what bears on it most comes first."""
    best: dict[str, Judged] = {}
    bears: dict[str, float] = {}  # together on all parts: material is for the whole question
    for one in (j for row in judged for j in row if j.units):
        best[one.source.id] = max(best.get(one.source.id, one), one, key=lambda j: j.support)
        bears[one.source.id] = bears.get(one.source.id, 0.0) + one.support * one.nearness**_MET
    read = sorted(best.values(), key=lambda j: (-bears[j.source.id], j.source.id))
    first = [
        cite(j.source, unit.span, locate)
        for j in read
        if _may_show(j.source, used) and (unit := _telling(j)) is not None
    ]
    rest = (h.source for h in selection.offered if h.source.id not in best and _may_show(h.source, used))
    question = selection.question.text
    nearest = ((s, _nearest(question, units)) for s in rest if (units := units_of(s)))
    return (*first, *(cite(s, unit.span, locate) for s, unit in nearest if not is_bare(unit.text)))


def _bearing(judged: Sequence[Sequence[Judged]]) -> set[str | None]:
    """The sources that may well bear on a part of the question."""
    return {j.source.id for row in judged for j in row if j.chance >= RELATED}


def _remote(material: Sequence[Citation], bearing: Collection[str | None]) -> tuple[str, ...]:
    """The sources of the material that hardly bear on the question, those that were not read among them."""
    return tuple(c.source_id for c in material if c.source_id and c.source_id not in bearing)


def _telling(judged: Judged) -> Unit | None:
    """The best sentence that says more than yes or no; None for an answer to another question without any."""
    at = [place for place, unit in enumerate(judged.units) if not is_bare(unit.text)]
    if not at:
        return judged.units[judged.best] if judged.sameness >= LIKELY else None
    return judged.units[max(at, key=lambda place: (judged.chances[place], -place))]


def _newest_first(
    selection: Selection, asking: Asking, citations: tuple[Citation, ...], line: Line, locate: Locate
) -> tuple[Citation, ...]:
    """The material with what says how it is now in front of what it overtakes."""
    if not citations:
        return citations
    known = {s.id: s for s in (*selection.chosen, *(hit.source for hit in selection.offered))}
    older, quote = known[citations[0].source_id or ""], citations[0].quote
    # of the two the one by words: reading more of them costs too much
    alike = newer_than(older, quote, selection.question.text, known.values(), most=1)[-1:]
    best = line.overtaking(asking, older, quote, alike)
    if best is None:
        return citations
    first = cite(best.source, best.units[best.place].span, locate)
    return (first, *(citation for citation in citations if citation.source_id != best.source.id))


def _nearest(question: str, units: Sequence[Unit]) -> Unit:
    """Of a source that was not read for its meaning the sentence that shares most words with the question."""
    return max(units, key=lambda u: (coverage(question, (u.text,)), not is_bare(u.text), -u.span.start))


def _may_show(source: Source, used: set[str | None]) -> bool:
    return source.id not in used and source.kind is not SourceKind.SUPPLIED


def with_material(
    made: Draft, held: Draft, locate: Locate = nowhere, measure: Relevance | None = None
) -> Draft:
    """A draft by a language model with its kind, its material and what a person can confirm.

    `held`: what was copied from the same sources, which was held against everything newer; what it doubts is
    doubted here too.
    """
    question, selection = made.selection.question.text, held.selection
    judge = measure or built_in()
    judged = judge.of_selection(selection, _weighed(selection))
    used = {c.source_id for s in made.statements for c in s.citations}
    doubts = tuple(remark for remark in held.remarks if remark.parts and remark.until)
    noted = with_remarks(made)
    material = material_of(selection, judged, used, locate)
    remarked = replace(
        noted,
        remarks=tuple(dict.fromkeys((*noted.remarks, *doubts))),
        kind=kind_of(question).value,
        material=material,
        remote=_remote(material, _bearing(judged)),
        proposal=made.proposal or held.proposal if propose(askings_of(question)) else made.proposal,
    )
    return judge_draft(remarked) if made.complete else remarked


def _doubts(made: _Draft, askings: Sequence[Asking]) -> Iterator[Remark]:
    """The parts of which it is not sure that the sentences taken answer them."""
    for asking in askings:
        chance = made.chances.get(asking.text, 0.0)
        if chance < max(LIKELY, made.sure):
            yield Remark(parts=(asking.text,), missing=chance < LIKELY)


def _hints(made: _Draft, statements: Sequence[Statement], named: Collection[str]) -> Iterator[Remark]:
    """What the officer had better know of the sources that were taken, and which were not."""
    for source_id in made.taken:
        about = tuple(s.text for s in statements if any(c.source_id == source_id for c in s.citations))
        source = made.sources[source_id]
        yield from (Remark(hint, about=about, of=source_id) for hint in _hints_on_text(made, source))
        yield from (Remark(hint, of=source_id) for hint in _hints_on_source(made, source))
    if made.selection.chosen_by is Chooser.PERSON:
        for source in made.selection.chosen:
            if statements and source.id not in (LINE, *made.taken, *named):
                unused = f"Niet gebruikt, omdat het niets toevoegt of niet past: {reference(source)}."
                yield Remark(unused, until=source.id)


def _hints_on_text(made: _Draft, source: Source) -> Iterator[str]:
    """What to know of the sentences taken from a source: promises that passed, another view."""
    units = units_of(source)
    yield from _hints_on_promises(
        made, source, [units[place].text for place in sorted(made.taken[source.id])]
    )
    if source.id in made.differing:
        yield (
            f"De bronnen verschillen: {reference(source)} zegt “{made.differing[source.id]}” "
            "Gebruikt is het nieuwste standpunt; het oudere staat erachter."
        )


def _hints_on_promises(made: _Draft, source: Source, texts: Sequence[str]) -> Iterator[str]:
    """Which of these sentences of a source promise something for moments that have passed."""
    today = as_of(made.selection)
    if passed := [text for text in texts if has_passed(text, source.document.date, today)]:
        cited = " ".join(f"“{text}”" for text in passed)
        yield f"Deze toezegging is van {dutch_date(source.document)}; de termijn is voorbij: {cited}"


def _hints_on_day(made: _Draft, source: Source) -> Iterator[str]:
    """By which day a source is of an earlier cabinet, where the questions do not tell theirs."""
    today = as_of(made.selection)
    undated = asked_on(made.selection.introduction) is None
    if today and undated and voice_of(source.document, made.selection) is Voice.FORMER:
        yield f"Deze vragen hebben geen datum. Gekeken is naar het kabinet op {today:%d-%m-%Y}."


def _hints_on_source(made: _Draft, source: Source) -> Iterator[str]:
    """What to know of a source, whatever is written from it: another cabinet, tables, no date."""
    if voice_of(source.document, made.selection) is Voice.FORMER and source.id not in made.former:
        yield f"{reference(source)} is van een vorig kabinet."
    yield from _hints_on_day(made, source)
    if has_table(source):
        yield f"In {reference(source)} staat een tabel; die is niet als zin over te nemen."
    if source.document.date is None and source.kind is not SourceKind.SUPPLIED:
        yield f"Van {reference(source)} is de datum niet bekend."


# --------------------------------------------------------------------------- around the text of a model


@dataclass(frozen=True, slots=True)
class Supplement:
    """Copied sentences to put before and behind those of a model."""

    before: tuple[Statement, ...] = ()  # from newer sources than any the model used
    behind: tuple[Statement, ...] = ()  # on parts of the question that the model left open

    def describe(self, model: str) -> tuple[str, ...]:
        """What the reader is told, as Dutch sentences."""
        lines = []
        if self.before:
            lines.append(
                f"Het taalmodel {model} gebruikte de nieuwste bron niet. Het begin is daarom letterlijk "
                f"daaruit overgenomen ({_count(self.before)})."
            )
        if self.behind:
            lines.append(
                f"Het taalmodel {model} liet een onderdeel van de vraag open waarover de bronnen wel iets "
                f"zeggen. Het einde is daarom letterlijk daaruit overgenomen ({_count(self.behind)})."
            )
        return tuple(lines)


def find_supplement(
    selection: Selection,
    shown: Sequence[Statement],
    copied: Sequence[Statement],
    missing: Callable[[Sequence[Statement]], Sequence[str]],
    most_words: int,
) -> Supplement:
    """What of `copied` to put around `shown`, in at most `most_words` words together.

    `missing`: the parts of the question that sentences leave open.

    Before: what newer sources than any of `shown` say. Behind: only what nobody said yet, up to the last
    sentence that answers a part of the question which was still open.
    """
    dates = {s.id: age_of(s) for s in selection.chosen}
    used = max((_newest(s, dates) for s in shown), default=0)
    room = most_words - sum(len(words(s.text)) for s in shown)
    fresh = _unsaid(copied, shown)
    before = _fitting([s for s in fresh if _newest(s, dates) > used], room)
    room -= sum(len(words(s.text)) for s in before)
    taken: list[Statement] = []
    useful = 0
    open_ = len(missing((*before, *shown)))
    for statement in _fitting([s for s in fresh if s not in before], room):
        if not open_:
            break
        taken.append(statement)
        left = len(missing((*before, *shown, *taken)))
        if left < open_:
            open_, useful = left, len(taken)
    return Supplement(before, tuple(taken[:useful]))


def _unsaid(copied: Sequence[Statement], shown: Sequence[Statement]) -> list[Statement]:
    statements = [split_introduction(s.text).claim for s in shown]
    folded = {fold(claim) for claim in statements}
    claims = ((s, split_introduction(s.text).claim) for s in copied)
    return [s for s, claim in claims if fold(claim) not in folded and coverage(claim, statements) < _REPEATS]


def _fitting(statements: Sequence[Statement], room: int) -> tuple[Statement, ...]:
    """The first statements, as long as they fit in `room` words."""
    fitting: list[Statement] = []
    for statement in statements:
        room -= len(words(statement.text))
        if room < 0:
            break
        fitting.append(statement)
    return tuple(fitting)


def _newest(statement: Statement, dates: Mapping[str, int]) -> int:
    return max((dates.get(c.source_id or "", 0) for c in statement.citations), default=0)


def _count(statements: Sequence[Statement]) -> str:
    return "1 zin" if len(statements) == 1 else f"{len(statements)} zinnen"
