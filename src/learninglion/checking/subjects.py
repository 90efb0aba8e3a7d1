"""Who does what: the subject of a verb may not be somebody out of another clause, nor the one it is done to.

"De inspectie legt een boete op, nadat de gemeente daarom vroeg" does not bear out "De gemeente legt een boete
op", although each word of it stands there and the order of what was kept can be explained. Neither does "De
inspectie legt de gemeente een boete op".
"""

from __future__ import annotations

from learninglion.checking.alignment import Alignment
from learninglion.checking.findings import Finding, FindingKind
from learninglion.dutch import lexicon
from learninglion.dutch.numbers import UNIT_NAMES
from learninglion.dutch.reading import Reading, WordGroup, group_words
from learninglion.dutch.text import fold

_SPEAKER = frozenset("ik wij we".split())
# What a draft may put for the "ik" or "wij" of whoever answers.
_SPEAKS = frozenset(
    """minister ministers staatssecretaris staatssecretarissen minister-president kabinet regering
    bewindspersoon bewindspersonen bewindslieden ministerie""".split()
)
_POINTS_BACK = frozenset("hij zij ze deze die dit dat het men je jij u wie wat er".split())
_RELATIVES = frozenset("die wie".split())


def find_foreign_subject(alignment: Alignment) -> tuple[Finding, ...]:
    """A finding for the first verb whose subject went while one out of another clause took its place."""
    ours, theirs = alignment.statement, alignment.evidence
    groups, their_groups = group_words(ours), group_words(theirs)
    for at, place in enumerate(alignment.places):
        if place is None or not (ours.words[at].is_verb and theirs.words[place].is_verb):
            continue
        reported = fold(ours.words[at].raw) != ours.words[at].norm  # "te zijn": whoever stands in front is
        if reported or (at and ours.words[at - 1].norm == "te"):
            continue
        claimed = _content(ours, _subject(ours, groups, at))
        said = _subject(theirs, their_groups, place)
        actual = _content(theirs, said) or tuple(p for p in said if theirs.words[p].norm in _SPEAKER)
        # its first word only: what follows may be the object, "bouwt de corporatie woningen"
        if not claimed or not actual or alignment.used[actual[0]] is not None:
            continue
        if _speaks(alignment, claimed, actual):
            continue
        undergoes = _undergoes(alignment, their_groups, claimed, actual, place)
        if not (undergoes or _is_foreign(alignment, claimed, actual, place)):
            continue
        if _goes_along(alignment, at, place, claimed):
            reason = (
                f"In de bron hoort “{ours.words[at].raw}” bij “{theirs.words[actual[-1]].raw}”, "
                f"hier bij “{ours.words[claimed[-1]].raw}”."
            )
            return (Finding(FindingKind.ORDER, reason),)
    return ()


def _speaks(alignment: Alignment, claimed: tuple[int, ...], actual: tuple[int, ...]) -> bool:
    """Whether the statement names whoever says "ik" in the evidence."""
    said = alignment.evidence.words[actual[0]].norm in _SPEAKER
    return said and any(alignment.statement.words[i].norm in _SPEAKS for i in claimed)


def _is_foreign(alignment: Alignment, claimed: tuple[int, ...], actual: tuple[int, ...], verb: int) -> bool:
    """Whether all kept words of the claimed subject stand in another clause, with a verb, than this verb."""
    evidence = alignment.evidence
    kept = [p for i in claimed if (p := alignment.places[i]) is not None]
    same = {evidence.words[p].key for p in actual} & {alignment.statement.words[i].key for i in claimed}
    return bool(kept) and not same and all(_in_other_clause(evidence, p, verb) for p in kept)


def _undergoes(
    alignment: Alignment,
    groups: tuple[WordGroup, ...],
    claimed: tuple[int, ...],
    actual: tuple[int, ...],
    verb: int,
) -> bool:
    """Whether the claimed subject is what stands behind the subject of this very verb, as a group of its own:
    its object, for nothing joins the two as one subject.
    """
    evidence = alignment.evidence
    if any(evidence.words[p].is_verb for p in range(evidence.segment_at(verb).start, verb)):
        return False  # who does it is told by the first verb
    kept = [p for i in claimed if (p := alignment.places[i]) is not None]
    doer = [evidence.words[p] for p in groups[actual[0]].places]
    named = doer[0].norm in lexicon.DETERMINERS | _SPEAKER or evidence.words[actual[0]].capital
    if any(w.norm in UNIT_NAMES | lexicon.TEMPORAL_STARTS for w in doer):
        return False  # "Een jaar later", "Het afgelopen jaar"
    if not kept or not named or any(evidence.clauses[p] != evidence.clauses[verb] for p in (*kept, *actual)):
        return False
    between = evidence.words[actual[-1] + 1 : kept[0]]
    joined = any(w.border or w.norm in lexicon.COORDINATORS for w in between)
    apart = any(w.is_verb for w in between) or not joined
    behind = all(p > actual[-1] and groups[p].opener is None and not groups[p].temporal for p in kept)
    return behind and apart and not any(groups[p] is groups[actual[0]] for p in kept)


def _in_other_clause(evidence: Reading, place: int, verb: int) -> bool:
    segment = evidence.segment_at(place)
    if verb in segment or evidence.clauses[place] == evidence.clauses[verb]:
        return False
    opened = evidence.words[segment[0]].norm in lexicon.SUBORDINATORS
    return opened or any(evidence.words[p].is_verb for p in segment)


def _goes_along(alignment: Alignment, at: int, verb: int, claimed: tuple[int, ...]) -> bool:
    """Whether the words around the verb came with it, so that it is this verb and not its double."""
    ours, home = alignment.statement, alignment.evidence.clauses
    beside = [
        p
        for i in ours.segment_at(at)
        if i != at
        and i not in claimed
        and ours.words[i].is_content
        and (p := alignment.places[i]) is not None
    ]
    return any(home[p] == home[verb] for p in beside) or (not beside and ours.words[at].is_content)


def _content(reading: Reading, places: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(p for p in places if reading.words[p].is_content and not reading.words[p].is_verb)


def _subject(reading: Reading, groups: tuple[WordGroup, ...], verb: int) -> tuple[int, ...]:
    """The places of the subject of this verb; () where it stands elsewhere or cannot be told."""
    words = reading.words
    segment = reading.segment_at(verb)
    first = next(p for p in segment if words[p].is_verb)
    opener = words[segment[0]].norm
    if opener in lexicon.SUBORDINATORS and segment[0] != first:
        if opener in _RELATIVES or (opener == "dat" and _is_relative(reading, segment[0])):
            return ()
        return _first_noun(reading, groups, range(segment[0] + 1, segment.stop))
    start = segment[0] + (opener in lexicon.COORDINATORS)
    before = range(start, first)
    if not before:
        return _of_verb_first(reading, groups, segment, start)
    if after := _pronoun_behind(reading, first, segment):
        return after
    group = groups[start]
    adjunct = group.opener is not None or group.temporal
    if any(words[p].norm in _POINTS_BACK | _SPEAKER for p in before[:1]) and len(before) == 1:
        return tuple(before) if words[start].norm != "er" else ()
    if not adjunct and (found := _first_noun(reading, groups, before)):
        return found
    return _first_noun(reading, groups, range(first + 1, segment.stop))


def _pronoun_behind(reading: Reading, verb: int, segment: range) -> tuple[int, ...]:
    """The "ik" or "hij" right behind a verb: "Dit jaar heb ik"."""
    after = verb + 1
    behind = after in segment and reading.words[after].norm in _SPEAKER | {"hij", "men", "u"}
    return (after,) if behind else ()


def _of_verb_first(
    reading: Reading, groups: tuple[WordGroup, ...], segment: range, start: int
) -> tuple[int, ...]:
    """The subject of a verb that opens its stretch: behind it after "Nadat ...,", else what the sentence
    began with ("De school, die ..., krijgt"); () where it shares the subject of the verb before it.
    """
    words = reading.words
    if start != segment[0]:
        return ()
    begin = start
    while begin and words[begin - 1].sentence == words[start].sentence:
        begin -= 1
    opening = reading.segment_at(begin)
    if begin == start or words[begin].norm in lexicon.SUBORDINATORS:
        return _first_noun(reading, groups, range(start + 1, segment.stop))
    if any(words[p].is_verb for p in opening) or groups[begin].opener is not None:
        return ()
    return _first_noun(reading, groups, opening)


def _first_noun(reading: Reading, groups: tuple[WordGroup, ...], places: range) -> tuple[int, ...]:
    """The first group here that can be a subject: it says something and hangs on no preposition."""
    for place in places:
        word, group = reading.words[place], groups[place]
        if word.norm in _POINTS_BACK | _SPEAKER and len([p for p in group.places if p in places]) == 1:
            return (place,) if word.norm != "er" else ()
        inside = tuple(p for p in group.places if p in places)
        if group.opener is None and not group.temporal and _content(reading, inside):
            return inside
    return ()


def _is_relative(reading: Reading, at: int) -> bool:
    """Whether this "dat" hangs on a noun in front of it: "het plan dat"."""
    return at > 0 and not reading.words[at].border and not reading.words[at - 1].is_verb
