"""Whether the kept words still stand in the same relation: who does what to whom, which number to what.

Dutch lets whole clauses, adverbial phrases and the finite verb change places. Anything else that changed
places ("de Kamer informeert de minister" for "de minister informeert de Kamer") changed the claim.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from learninglion.checking.alignment import Alignment, Finding, FindingKind
from learninglion.dutch import lexicon
from learninglion.dutch.lexicon import AUXILIARIES, UNIT_NAMES, is_number, verb_of_participle
from learninglion.dutch.text import Reading, Word, WordGroup, fold, group_words

# These may stand anywhere in their clause.
_MOVABLE = frozenset(
    """standaard jaarlijks maandelijks daadwerkelijk feitelijk direct rechtstreeks nadrukkelijk zorgvuldig
    structureel tijdelijk automatisch expliciet landelijk lokaal regionaal internationaal gezamenlijk actief
    tijdig spoedig helaas gelukkig uiteindelijk vervolgens bovendien tegelijkertijd voortdurend weliswaar
    voorlopig vooralsnog""".split()
)
_FREE = (
    _MOVABLE
    | lexicon.PRONOUNS
    | lexicon.ARTICLES
    | lexicon.ADVERBS
    | lexicon.COORDINATORS
    | lexicon.SUBORDINATORS
    | frozenset("te min".split())
) - lexicon.PREPOSITIONS


_SUBJECTS = frozenset("ik wij we u hij".split())
_POINTING = re.compile(rf"(?:hier|daar)(?:{'|'.join(sorted(lexicon.PREPOSITIONS))})\Z")  # "hiertegen"


@dataclass(frozen=True, slots=True)
class _PlacedWord:
    """A meaningful kept word: its place in the statement and in the evidence."""

    here: int
    there: int


def find_disorder(alignment: Alignment) -> tuple[Finding, ...]:
    """At most one finding for every way in which the order changed the relations."""
    phrases = group_words(alignment.evidence)
    words_left = _placed_words(alignment)
    checks = (
        _find_swap,
        _find_changed_preposition,
        _find_moved_conjunction,
        _find_moved_verb,
        _find_foreign_negation,
        _find_foreign_phrase,
        _find_splice,
        _find_foreign_subject,
        _find_foreign_number,
        _find_foreign_preposition,
        _find_foreign_company,
    )
    for check in checks:
        finding = check(alignment, words_left, phrases)
        if finding:
            return (finding,)
    return ()


def _placed_words(alignment: Alignment) -> tuple[_PlacedWord, ...]:
    words = alignment.statement.words
    return tuple(
        _PlacedWord(i, place)
        for i, place in enumerate(alignment.places)
        if place is not None
        and words[i].norm not in _FREE
        and words[i].norm not in lexicon.PREPOSITIONS
        and not _POINTING.match(words[i].norm)
        and not words[i].is_verb
        and not words[i].is_note_mark
        and not _stays_in_front(alignment, i)
    )


def _stays_in_front(alignment: Alignment, at: int) -> bool:
    """Whether this word bears on the next one and still stands in front of it: "pas vanaf 1 mei"."""
    place, after = alignment.places[at], next(iter(alignment.places[at + 1 : at + 2]), None)
    kind = lexicon.sensitive_kind(alignment.statement.norms, at)
    if kind not in ("limit", "quantifier") or place is None or after != place + 1:
        return False
    follows = alignment.statement.words[at + 1]
    return not follows.is_content or follows.capital or is_number(follows.norm)  # not "minder boeren"


def _find_swap(
    alignment: Alignment, words_left: tuple[_PlacedWord, ...], phrases: tuple[WordGroup, ...]
) -> Finding | None:
    movable: dict[int, bool] = {}
    for i, first in enumerate(words_left):
        for second in words_left[i + 1 :]:
            if first.there < second.there or _parts_moved(alignment, first, second):
                continue
            if _one_closes(alignment, first, second):
                continue
            if _in_one_list(alignment, second.there, first.there):
                continue
            for word in (first, second):
                if word.there not in movable:
                    movable[word.there] = _may_move(alignment, word, words_left, phrases)
            exchanged = _exchanged(phrases[first.there], phrases[second.there], alignment)
            if exchanged or not (movable[first.there] or movable[second.there]):
                return _swapped(alignment, first, second)
    return None


def _one_closes(alignment: Alignment, first: _PlacedWord, second: _PlacedWord) -> bool:
    """Whether one of them is the participle of the clause both stand in, which may stand before or behind."""
    words, clause = alignment.evidence.words, alignment.evidence.clause_at(first.there)
    if second.there not in clause:
        return False
    both = words[first.there], words[second.there]
    closing = any(verb_of_participle(w.norm) and not w.capital for w in both)
    return closing and any(words[p].norm in AUXILIARIES for p in clause)


def _in_one_list(alignment: Alignment, start: int, end: int) -> bool:
    """Whether both are words of one list, whose order says nothing: "artsen, psychologen en reders"."""
    words = alignment.evidence.words
    if any(w.norm in _IN_THAT_ORDER or is_number(w.norm) for w in words):
        return False
    joins = lexicon.COORDINATORS
    for place in range(start + 1, end + 1):
        word, before = words[place], words[place - 1]
        if word.norm in joins:
            continue
        if not (word.border == "," or before.norm in joins) or word.is_verb or not word.is_content:
            return False
    return True


_IN_THAT_ORDER = frozenset("respectievelijk resp achtereenvolgens".split())


def _parts_moved(alignment: Alignment, first: _PlacedWord, second: _PlacedWord) -> bool:
    """Whether the two stand in different clauses, or between different signs, and one moved as a whole."""
    clauses = alignment.evidence.clauses
    ours, theirs = clauses[first.there], clauses[second.there]
    if ours != theirs and (_moved_whole(alignment, ours) or _moved_whole(alignment, theirs)):
        return True
    units = _unit(alignment, first.there), _unit(alignment, second.there)
    return units[0] != units[1] and any(_unit_moved(alignment, u) for u in units)


def _unit(alignment: Alignment, there: int) -> range:
    """What stands between two signs in the evidence, around this place."""
    words = alignment.evidence.words
    start = end = there
    while start > 0 and not words[start].border:
        start -= 1
    while end + 1 < len(words) and not words[end + 1].border:
        end += 1
    return range(start, end + 1)


def _unit_moved(alignment: Alignment, unit: range) -> bool:
    """Whether all that was kept of this unit stands, unmixed and set apart, in the statement."""
    words, ours = alignment.evidence.words, alignment.statement.words
    here = sorted(u for u in alignment.used[unit.start : unit.stop] if u is not None)
    has_verb = any(words[p].is_verb and alignment.used[p] is not None for p in unit)
    if not has_verb and len(here) < _STANDS_ALONE:
        return False
    first, last = here[0], here[-1]
    unmixed = all(p is None or p in unit for p in alignment.places[first : last + 1])
    closed = (
        last + 1 == len(ours) or bool(ours[last + 1].border) or ours[last + 1].norm in lexicon.COORDINATORS
    )
    opened = bool(ours[first].border) or ours[first - 1].norm in lexicon.COORDINATORS
    return unmixed and closed and opened


_STANDS_ALONE = 4
"""Words a stretch without a verb needs before it says something by itself, wherever it stands."""


def _swapped(alignment: Alignment, first: _PlacedWord, second: _PlacedWord) -> Finding:
    words = alignment.statement.words
    return Finding(
        FindingKind.ORDER,
        f"“{words[first.here].raw}” en “{words[second.here].raw}” staan in de bron in een andere volgorde; "
        "daardoor kan de zin iets anders zeggen.",
    )


def _may_move(
    alignment: Alignment,
    word: _PlacedWord,
    words_left: tuple[_PlacedWord, ...],
    phrases: tuple[WordGroup, ...],
) -> bool:
    """Whether this word moved with a whole adverbial phrase that stayed with its own clause."""
    phrase = phrases[word.there]
    if phrase.opener is None and not phrase.temporal:
        return False
    head = alignment.used[phrase.opener] if phrase.opener is not None else None
    here = _moved_together(word, words_left, phrase, head)
    if not here:
        return False
    head = here[0] if head is None else head
    clause = alignment.evidence.clauses[word.there]
    before = max((k for k in words_left if k.here < here[0]), key=lambda k: k.here, default=None)
    after = min((k for k in words_left if k.here > here[-1]), key=lambda k: k.here, default=None)
    neighbours = [
        alignment.evidence.clauses[_first_of_list(alignment, k.there)]
        for k in (before, after)
        if k is not None
    ]
    alone = all(alignment.evidence.clauses[p] != clause or p in phrase.places for p in range(len(phrases)))
    ours = alignment.statement.words
    follower = ours[here[-1] + 1] if here[-1] + 1 < len(ours) else None
    # set apart by a comma it cannot be read as part of another clause
    apart = bool(ours[head].border) and (follower is None or bool(follower.border))
    return clause in neighbours or alone or apart or not neighbours


def _first_of_list(alignment: Alignment, place: int) -> int:
    """The place of the first word of the list that the word here stands in, or its own."""
    first = place
    for other in range(place - 1, -1, -1):
        if alignment.evidence.words[other].is_content:
            if not _in_one_list(alignment, other, place):
                break
            first = other
    return first


def _moved_together(
    word: _PlacedWord, words_left: tuple[_PlacedWord, ...], phrase: WordGroup, head: int | None
) -> list[int]:
    """The places of the words that came along with the head of the phrase, if `word` is among them."""
    mine = sorted((k for k in words_left if k.there in phrase.places), key=lambda k: k.there)
    if phrase.opener is not None and (head is None or head > mine[0].here):
        return []
    start = mine[0].here if head is None else head
    together: list[_PlacedWord] = []
    for k in mine:
        since = together[-1].here if together else start
        if k.here < since or any(since < o.here < k.here for o in words_left):
            break
        together.append(k)
    return [k.here for k in together] if word in together else []


def _exchanged(first: WordGroup, second: WordGroup, alignment: Alignment) -> bool:
    """Whether two phrases of the same sort ("op 1 mei" and "op 2 juni") took each other's place."""
    if first is second:
        return True
    if first.opener is None or second.opener is None:
        return first.dated and second.dated and first.opener is second.opener
    words = alignment.evidence.words
    same = words[first.opener].norm == words[second.opener].norm
    return same and first.dated == second.dated and (first.dated or first.named == second.named)


def _moved_whole(alignment: Alignment, clause: int) -> bool:
    """Whether the kept words of this clause, verb included, stand together in the statement."""
    clauses = alignment.evidence.clauses
    words = alignment.evidence.words
    here = sorted(i for i, p in enumerate(alignment.places) if p is not None and clauses[p] == clause)
    own = [p for p in range(len(clauses)) if clauses[p] == clause]
    verb = any(words[p].is_verb and alignment.used[p] is not None for p in own)
    adjunct = bool(words[own[0]].border) and words[own[0]].norm in lexicon.PREPOSITIONS | frozenset(
        {"gelet", "zoals"}
    )
    if not verb and not adjunct:
        return False
    for i in range(here[0], here[-1] + 1):
        place = alignment.places[i]
        if place is not None and clauses[place] != clause and words[place].norm not in _FREE:
            return False
    return True


def _find_changed_preposition(
    alignment: Alignment, words_left: tuple[_PlacedWord, ...], phrases: tuple[WordGroup, ...]
) -> Finding | None:
    """A preposition must govern the same word: "van A naar B" is not "van B naar A"."""
    ours = alignment.statement.words
    by_there = sorted(words_left, key=lambda k: k.there)
    for i, place in enumerate(alignment.places):
        if place is None or ours[i].norm not in lexicon.PREPOSITIONS:
            continue
        mine = next((k for k in words_left if k.here > i), None)
        theirs = next((k for k in by_there if k.there > place), None)
        if mine is None or mine == theirs or not _governs(alignment.statement, i, mine.here):
            continue
        if theirs is not None and _in_one_list(
            alignment, min(mine.there, theirs.there), max(mine.there, theirs.there)
        ):
            continue
        preposition = ours[mine.here].raw
        if mine.there < place:
            return Finding(FindingKind.ORDER, f"“{ours[i].raw}” staat in de bron niet voor “{preposition}”.")
        if theirs is not None and _governs(alignment.evidence, place, theirs.there):
            reason = (
                f"In de bron hoort “{ours[i].raw}” bij “{ours[theirs.here].raw}”, hier bij “{preposition}”."
            )
            return Finding(FindingKind.ORDER, reason)
    return None


def _find_moved_conjunction(
    alignment: Alignment, words_left: tuple[_PlacedWord, ...], phrases: tuple[WordGroup, ...]
) -> Finding | None:
    """A conjunction must open the same clause: "A, omdat B" is not "B, omdat A", nor "Omdat A, B"."""
    ours, home = alignment.statement, alignment.evidence.clauses
    for i, place in enumerate(alignment.places):
        if place is None or ours.words[i].norm not in _OPENS_REASON:
            continue
        sentence = [k for k in words_left if ours.words[k.here].sentence == ours.words[i].sentence]
        opened = [k for k in sentence if ours.clauses[k.here] == ours.clauses[i] and k.here > i]
        own = [k for k in sentence if home[k.there] == home[place] and k.there > place]
        if opened and own and not any(k in own for k in opened):
            reason = f"“{ours.words[i].raw}” hoort in de bron bij een ander deel van de tekst."
            return Finding(FindingKind.ORDER, reason)
    return None


_OPENS_REASON = frozenset(
    """omdat doordat zodat aangezien indien als mits tenzij hoewel nadat voordat terwijl zodra zolang
    totdat""".split()
)


def _governs(reading: Reading, preposition: int, word: int) -> bool:
    """Whether no verb, sign, conjunction or other preposition parts the preposition from the word."""
    parting = lexicon.SUBORDINATORS | lexicon.COORDINATORS | lexicon.PREPOSITIONS
    between = reading.words[preposition + 1 : word + 1]
    if between and between[0].norm in lexicon.PREPOSITIONS and not between[0].border:
        between = between[1:]  # "in plaats van naar Goes"
    return not any(w.border or w.is_verb or w.norm in parting for w in between)


def _find_moved_verb(
    alignment: Alignment, words_left: tuple[_PlacedWord, ...], phrases: tuple[WordGroup, ...]
) -> Finding | None:
    """A verb, and who does it ("ik"), must stay with the words of its own clause."""
    home = alignment.evidence.clauses
    ours = alignment.statement.clauses
    company: dict[int, set[int]] = {}
    for k in words_left:
        company.setdefault(ours[k.here], set()).add(home[k.there])
    for i, place in enumerate(alignment.places):
        word = alignment.statement.words[i]
        if place is None or not (word.is_verb or word.norm in _SUBJECTS):
            continue
        with_me = company.get(ours[i])
        if not with_me or home[place] in with_me:
            continue
        if any(home[k.there] == home[place] for k in words_left) or _lost_subject(alignment, place):
            return Finding(
                FindingKind.ORDER, f"“{word.raw}” hoort in de bron bij een ander deel van de tekst."
            )
    return None


def _find_foreign_negation(
    alignment: Alignment, words_left: tuple[_PlacedWord, ...], phrases: tuple[WordGroup, ...]
) -> Finding | None:
    """A "niet" out of another sentence than the words around it denies what the evidence does not."""
    theirs = alignment.evidence.words
    for i, place in enumerate(alignment.places):
        if place is None or theirs[place].norm not in lexicon.NEGATIONS:
            continue
        before = next((p for p in reversed(alignment.places[:i]) if p is not None), None)
        after = next((p for p in alignment.places[i + 1 :] if p is not None), None)
        beside = [theirs[p].sentence for p in (before, after) if p is not None]
        if beside and theirs[place].sentence not in beside:
            raw = alignment.statement.words[i].raw
            return Finding(FindingKind.NEGATION, f"“{raw}” hoort in de bron bij een andere zin.")
    return None


def _find_foreign_phrase(
    alignment: Alignment, words_left: tuple[_PlacedWord, ...], phrases: tuple[WordGroup, ...]
) -> Finding | None:
    """ "In 2020 voeren er 12; in 2023 waren dat er 15" is not "in 2023 voeren er 12": what a clause says with
    a preposition may not make way for what another says with the same one, whose own words all went.
    """
    clauses, used = alignment.evidence.clauses, alignment.used
    theirs = alignment.evidence.words
    lost = set()
    for group in dict.fromkeys(phrases):
        places = [p for p in group.places if theirs[p].is_content]
        if group.opener is not None and places and all(used[p] is None for p in places):
            opener = theirs[group.opener]
            lost.add((clauses[places[0]], opener.sentence, opener.norm))
    bare_clauses = {clauses[k.there] for k in words_left if phrases[k.there].opener is None}
    for word in words_left:
        group = phrases[word.there]
        if group.opener is None or clauses[word.there] in bare_clauses:
            continue
        opener = theirs[group.opener]
        if any((clause, opener.sentence, opener.norm) in lost for clause in bare_clauses):
            raw = alignment.statement.words[word.here].raw
            kind = FindingKind.DATE if group.dated else FindingKind.ORDER
            return Finding(kind, f"“{raw}” hoort in de bron bij een ander deel van de tekst.")
    return None


def _lost_subject(alignment: Alignment, verb: int) -> bool:
    """Whether what stood in front of this verb in its own clause was left out."""
    words, clauses = alignment.evidence.words, alignment.evidence.clauses
    before = [p for p in range(verb) if clauses[p] == clauses[verb] and words[p].is_content]
    return any(not words[p].is_verb for p in before) and all(alignment.used[p] is None for p in before)


def _find_splice(
    alignment: Alignment, words_left: tuple[_PlacedWord, ...], phrases: tuple[WordGroup, ...]
) -> Finding | None:
    """Words of another sentence must come as a sentence of their own, with their verb."""
    words = alignment.evidence.words
    ours = alignment.statement.words
    for first, second in zip(words_left, words_left[1:], strict=False):
        between = ours[first.here + 1 : second.here + 1]
        if words[first.there].sentence == words[second.there].sentence:
            parted = any(";" in w.border for w in between)
            if not parted and _joins_halves(alignment, first, second):
                return _spliced(alignment, first, second, "delen van de zin")
            continue
        joined = any(bool(w.border) or w.norm in lexicon.COORDINATORS for w in between)
        joined = joined or any(w.norm in lexicon.SUBORDINATORS for w in between)
        alone = not joined or not _has_verb(alignment, words[second.there].sentence)
        if alone or _hung_elsewhere(alignment, first, second):
            return _spliced(alignment, first, second, "zinnen")
    return None


def _hung_elsewhere(alignment: Alignment, first: _PlacedWord, second: _PlacedWord) -> bool:
    """Whether a "dat" between two words came with the second, and what it hung on did not: "Ik ben het eens
    dat A. Ik ben het niet eens dat B" is not "Ik ben het niet eens dat A".
    """
    words, used = alignment.evidence.words, alignment.used
    for place in alignment.places[first.here + 1 : second.here + 1]:
        if not place or words[place].norm not in ("dat", "of") or words[place].border:
            continue
        home = words[place].sentence
        verbs = [p for p, w in enumerate(words[:place]) if w.sentence == home and w.is_verb]
        if home == words[second.there].sentence and verbs and all(used[p] is None for p in verbs):
            return True
    return False


def _spliced(alignment: Alignment, first: _PlacedWord, second: _PlacedWord, parts: str) -> Finding:
    ours = alignment.statement.words
    pair = f"“{ours[first.here].raw}” en “{ours[second.here].raw}”"
    return Finding(FindingKind.SPLICED, f"{pair} staan in de bron in verschillende {parts}.")


def _joins_halves(alignment: Alignment, first: _PlacedWord, second: _PlacedWord) -> bool:
    """Whether the end of one clause and the start of the next were left out between two words:
    "in 2022 voeren er 12 ponten en in 2023 voeren er 15" is not "in 2022 voeren er 15".
    """
    words, clauses = alignment.evidence.words, alignment.evidence.clauses
    gap = [p for p in range(first.there + 1, second.there) if alignment.used[p] is None]
    if not gap or len(gap) < gap[-1] - gap[0] + 1:
        return False
    after = words[gap[-1] + 1]
    opened = words[gap[0]].border or words[gap[0]].norm in lexicon.COORDINATORS | lexicon.SUBORDINATORS
    closed = after.border or after.norm in lexicon.COORDINATORS | lexicon.SUBORDINATORS
    if closed:
        return False
    if (
        words[gap[0]].norm in lexicon.SUBORDINATORS
    ):  # "45, waarvan 12 aan bedrijven" is not "45 aan bedrijven"
        segments = alignment.evidence.segments
        headless = segments[gap[0]] == segments[gap[-1] + 1] and not after.is_verb
        return headless and any(words[p].is_content for p in gap)
    if opened:
        return False
    for place in gap[1:]:
        if not words[place].border and words[place].norm not in lexicon.COORDINATORS:
            continue
        left = [words[p] for p in gap if p < place and words[p].is_content]
        right = [words[p] for p in gap if p >= place and words[p].is_content]
        if not left or not right:
            continue
        if clauses[gap[0]] != clauses[gap[-1]] or (is_number(left[0].norm) and is_number(after.norm)):
            return True
    return False


def _has_verb(alignment: Alignment, sentence: int) -> bool:
    words = alignment.evidence.words
    verbs = [p for p, w in enumerate(words) if w.sentence == sentence and w.is_verb]
    return not verbs or any(alignment.used[p] is not None for p in verbs)


# The subject of a verb may not be somebody out of another clause, nor the one it is done to.
#
# "De inspectie legt een boete op, nadat de gemeente daarom vroeg" does not bear out "De gemeente legt een
# boete op", although each word of it stands there and the order of what was kept can be explained. Neither
# does "De inspectie legt de gemeente een boete op".


_SPEAKER = frozenset("ik wij we".split())
# What a draft may put for the "ik" or "wij" of whoever answers.
_SPEAKS = frozenset(
    """minister ministers staatssecretaris staatssecretarissen minister-president kabinet regering
    bewindspersoon bewindspersonen bewindslieden ministerie""".split()
)
_POINTS_BACK = frozenset("hij zij ze deze die dit dat het men je jij u wie wat er".split())
_RELATIVES = frozenset("die wie".split())


def _find_foreign_subject(
    alignment: Alignment, words_left: tuple[_PlacedWord, ...], phrases: tuple[WordGroup, ...]
) -> Finding | None:
    """A finding for the first verb whose subject went while one out of another clause took its place."""
    ours, theirs = alignment.statement, alignment.evidence
    groups = group_words(ours)
    for at, place in enumerate(alignment.places):
        if place is None or not (ours.words[at].is_verb and theirs.words[place].is_verb):
            continue
        # "te zijn" as "is": whoever stands in front is; "trekt" of "trekt ... in" is no such word
        reported = not ours.words[at].norm.endswith(fold(ours.words[at].raw))
        if reported or (at and ours.words[at - 1].norm == "te"):
            continue
        claimed = _content(ours, subject_of(ours, groups, at))
        subject = subject_of(theirs, phrases, place)
        actual = _content(theirs, subject) or tuple(p for p in subject if theirs.words[p].norm in _SPEAKER)
        points = subject and theirs.words[subject[0]].norm in ("zij", "hij", "ze", "deze")
        if (
            points
            and claimed
            and alignment.used[subject[0]] is None
            and _hung_on_preposition(alignment, claimed)
        ):
            return _other_subject(alignment, at, claimed, subject)
        # its first word only: what follows may be the object, "bouwt de corporatie woningen"
        if not claimed or not actual or _speaks(alignment, claimed, actual):
            continue
        if alignment.used[actual[0]] is not None:
            if alignment.used[actual[0]] in claimed or not _hung_on_preposition(alignment, claimed):
                continue
            return _other_subject(alignment, at, claimed, actual)
        undergoes = _undergoes(alignment, phrases, claimed, actual, place)
        foreign = undergoes or _is_foreign(alignment, claimed, actual, place)
        if not (foreign or _hung_on_preposition(alignment, claimed)):
            continue
        if _goes_along(alignment, at, place, claimed):
            return _other_subject(alignment, at, claimed, actual)
    return None


def _find_foreign_number(
    alignment: Alignment, words_left: tuple[_PlacedWord, ...], phrases: tuple[WordGroup, ...]
) -> Finding | None:
    """A finding for the first verb whose own number went while one out of another sentence took its place."""
    ours, theirs = alignment.statement, alignment.evidence
    numbers = [p for p, word in enumerate(theirs.words) if is_number(word.norm)]
    for at, verb in enumerate(alignment.places):
        if verb is None or not (ours.words[at].is_verb and theirs.words[verb].is_verb):
            continue
        own = [p for p in numbers if theirs.clauses[p] == theirs.clauses[verb]]
        home = theirs.words[verb].sentence
        other = {alignment.places[i]: i for i in ours.segment_at(at)}
        foreign = [other[p] for p in numbers if p in other and theirs.words[p].sentence != home]
        if foreign and own and all(alignment.used[p] is None for p in own):
            return _other_subject(alignment, at, (foreign[0],), (own[0],))
    return None


def _find_foreign_preposition(
    alignment: Alignment, words_left: tuple[_PlacedWord, ...], phrases: tuple[WordGroup, ...]
) -> Finding | None:
    """A finding for the first number before which a preposition from elsewhere took the place of its own
    ("na 1 april" for "voor 1 april"), or behind which stands what another is told by ("9 miljoen per jaar").
    """
    ours, theirs = alignment.statement.words, alignment.evidence.words
    for at, place in enumerate(alignment.places):
        if not at or not place:
            continue
        before = alignment.places[at - 1]
        if ours[at].norm == "per" and ours[at - 1].norm in UNIT_NAMES and before not in (None, place - 1):
            return Finding(FindingKind.ORDER, f"“per” staat in de bron niet achter “{ours[at - 1].raw}”.")
        if not is_number(ours[at].norm):
            continue
        mine, own = ours[at - 1], theirs[place - 1]
        if {mine.norm, own.norm} <= lexicon.PREPOSITIONS - {"van"} and mine.norm != own.norm:
            reason = f"Voor “{ours[at].raw}” staat in de bron “{own.raw}”, hier “{mine.raw}”."
            return Finding(FindingKind.ORDER, reason)
    return None


def _find_foreign_company(
    alignment: Alignment, words_left: tuple[_PlacedWord, ...], phrases: tuple[WordGroup, ...]
) -> Finding | None:
    """A finding for the first word that came without the verb it stands behind, to that of another clause:
    "De een legt de dijk aan, de ander onderhoudt het pad" is not "De ander onderhoudt de dijk", and "De bouw
    duurt kort; in Goes duurt zij lang" not "In Goes duurt de bouw kort".
    """
    ours, theirs = alignment.statement, alignment.evidence
    for at, place in enumerate(alignment.places):
        word = ours.words[at]
        opens = word.norm in lexicon.SUBORDINATORS
        if place is None or not (word.is_content or opens) or word.is_verb:
            continue
        segment, home = theirs.segment_at(place), theirs.clauses[place]
        verbs = [p for p in segment if theirs.words[p].is_verb]
        behind = opens or theirs.words[segment[0]].norm in lexicon.SUBORDINATORS
        hangs = phrases[place].opener is not None or phrases[place].temporal
        # in front of it stands who may do more, and what may go for the next one too
        own = verbs if behind or hangs else [p for p in verbs if p < place]
        if not own or any(alignment.used[p] is not None for p in verbs):
            continue
        here = [p for i in ours.segment_at(at) if (p := alignment.places[i]) is not None]
        away = [p for p in here if theirs.words[p].is_verb and theirs.clauses[p] != home]
        if not away or (hangs and place < min(own[0], *away)):
            continue
        twins = [p for p, w in enumerate(theirs.words) if w.key == word.key and not opens]
        if not {theirs.clauses[p] for p in twins}.intersection(theirs.clauses[p] for p in away):
            return _goes_with(word, theirs.words[own[0]], theirs.words[away[0]])
    return None


def _goes_with(word: Word, there: Word, here: Word) -> Finding:
    return Finding(
        FindingKind.ORDER, f"In de bron hoort “{word.raw}” bij “{there.raw}”, hier bij “{here.raw}”."
    )


def _other_subject(
    alignment: Alignment, at: int, claimed: tuple[int, ...], actual: tuple[int, ...]
) -> Finding:
    ours, theirs = alignment.statement.words, alignment.evidence.words
    return _goes_with(ours[at], theirs[actual[-1]], ours[claimed[-1]])


def _hung_on_preposition(alignment: Alignment, claimed: tuple[int, ...]) -> bool:
    """Whether the claimed subject stands behind a preposition in the evidence: "aan de boeren"."""
    words = alignment.evidence.words
    place = alignment.places[claimed[0]]
    if place is None or any(alignment.places[i] is None for i in claimed):
        return False
    before = place - 1
    while before > 0 and not words[before + 1].border and words[before].norm in lexicon.DETERMINERS:
        before -= 1
    return before >= 0 and words[before].norm in lexicon.PREPOSITIONS and not words[before + 1].border


def _speaks(alignment: Alignment, claimed: tuple[int, ...], actual: tuple[int, ...]) -> bool:
    """Whether the statement names whoever says "ik" in the evidence."""
    speaks = alignment.evidence.words[actual[0]].norm in _SPEAKER
    return speaks and any(alignment.statement.words[i].norm in _SPEAKS for i in claimed)


def _is_foreign(alignment: Alignment, claimed: tuple[int, ...], actual: tuple[int, ...], verb: int) -> bool:
    """Whether all kept words of the claimed subject stand in another clause, with a verb, than this verb."""
    evidence = alignment.evidence
    places = [p for i in claimed if (p := alignment.places[i]) is not None]
    same = {evidence.words[p].key for p in actual} & {alignment.statement.words[i].key for i in claimed}
    return bool(places) and not same and all(_in_other_clause(evidence, p, verb) for p in places)


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
    places = [p for i in claimed if (p := alignment.places[i]) is not None]
    doer = [evidence.words[p] for p in groups[actual[0]].places]
    named = doer[0].norm in lexicon.DETERMINERS | _SPEAKER or evidence.words[actual[0]].capital
    if any(w.norm in UNIT_NAMES | lexicon.TEMPORAL_STARTS for w in doer):
        return False  # "Een jaar later", "Het afgelopen jaar"
    if (
        not places
        or not named
        or any(evidence.clauses[p] != evidence.clauses[verb] for p in (*places, *actual))
    ):
        return False
    between = evidence.words[actual[-1] + 1 : places[0]]
    joined = any(w.border or w.norm in lexicon.COORDINATORS for w in between)
    apart = any(w.is_verb for w in between) or not joined
    behind = all(p > actual[-1] and groups[p].opener is None and not groups[p].temporal for p in places)
    return behind and apart and not any(groups[p] is groups[actual[0]] for p in places)


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


def subject_of(reading: Reading, groups: tuple[WordGroup, ...], verb: int) -> tuple[int, ...]:
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
    if not adjunct and (noun := _first_noun(reading, groups, before)):
        return noun
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
    began with ("De school, die ..., krijgt"), or that of the verb before it where the sentence begins with
    its subject ("Het onderzoek wordt gedaan en duurt").
    """
    words = reading.words
    if start != segment[0]:
        return _shared(reading, groups, segment[0])
    begin = start
    while begin and words[begin - 1].sentence == words[start].sentence:
        begin -= 1
    opening = reading.segment_at(begin)
    if begin == start or words[begin].norm in lexicon.SUBORDINATORS:
        return _first_noun(reading, groups, range(start + 1, segment.stop))
    if any(words[p].is_verb for p in opening) or groups[begin].opener is not None:
        return ()
    return _first_noun(reading, groups, opening)


def _shared(reading: Reading, groups: tuple[WordGroup, ...], joined: int) -> tuple[int, ...]:
    """The subject with which the sentence of this place begins, where its verb is the one before; else ()."""
    words = reading.words
    before = [p for p in range(joined) if words[p].sentence == words[joined].sentence and words[p].is_verb]
    opening = next((p for p in range(joined) if words[p].sentence == words[joined].sentence), joined)
    if not before or any(p not in reading.segment_at(opening) for p in before):
        return ()
    subject = subject_of(reading, groups, before[0])
    return subject if subject and opening in groups[subject[0]].places else ()


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
