"""Lays the words of a statement on the words of its evidence, each word used at most once.

Longest common stretches come first, so that what was moved as a whole is seen as moved as a whole; single
words go where their neighbours are. What then does not hold is a finding, with a sentence in plain Dutch.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from learninglion.dutch.text import Reading, Word, rejoin_verbs, relink, reread

_SHORTEST_PART = 3  # letters of a part of a compound


class FindingKind(StrEnum):
    """What is wrong with a statement."""

    NUMBER = "number"
    DATE = "date"
    UNIT = "unit"
    NAME = "name"
    NEGATION = "negation"
    MODALITY = "modality"
    HEDGE = "hedge"
    QUANTIFIER = "quantifier"
    LIMIT = "limit"
    CONDITION = "condition"
    ADDED = "added"  # words that the evidence does not have
    OMITTED = "omitted"  # words left out that change what is said
    ORDER = "order"  # who does what to whom, or which number belongs to what
    SPLICED = "spliced"  # pieces of different sentences joined as one
    ATTRIBUTION = "attribution"  # somebody's opinion turned into a fact
    DIFFERENT = "different"  # says something else altogether
    QUOTE = "quote"  # the quote itself does not hold
    PERSONAL = "personal"  # a number of one person, such as a burgerservicenummer
    CLAIMED_DATE = "claimed_date"  # the date in the fixed phrase is not that of the document


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not hold, with a sentence for the reader."""

    kind: FindingKind
    reason: str


@dataclass(frozen=True, slots=True)
class Alignment:
    """For each word of the statement its place in the evidence (None: not there), and the reverse."""

    statement: Reading
    evidence: Reading
    places: tuple[int | None, ...]
    used: tuple[int | None, ...]

    @property
    def added(self) -> tuple[int, ...]:
        """Places in the statement of words that the evidence does not have."""
        return tuple(i for i, place in enumerate(self.places) if place is None)

    @property
    def touched(self) -> frozenset[int]:
        """The sentences of the evidence that the statement takes its words from."""
        words = self.evidence.words
        kept = [words[place] for place in self.places if place is not None]
        return frozenset(w.sentence for w in kept if w.is_content) or frozenset(w.sentence for w in kept)

    @property
    def leaves_out(self) -> bool:
        """Whether a word that says something went of the sentences that were touched."""
        touched = self.touched
        return any(
            place is None and word.is_content and word.sentence in touched
            for place, word in zip(self.used, self.evidence.words, strict=True)
        )

    @property
    def is_verbatim(self) -> bool:
        """Whether the statement is one unbroken run of the evidence, made of whole sentences."""
        if not self.places or self.places[0] is None:
            return False
        first = self.places[0]
        if any(place != first + i for i, place in enumerate(self.places)):
            return False
        words = self.evidence.words
        last = first + len(self.places) - 1
        starts = first == 0 or words[first - 1].sentence != words[first].sentence
        ends = last == len(words) - 1 or words[last + 1].sentence != words[last].sentence
        return starts and ends


def align(statement: Reading, evidence: Reading) -> Alignment:
    """The alignment of `statement` on `evidence`; deterministic.

    The statement that comes back may have a word more, where a space was lost ("andereinstanties"), and
    either may have one less, where a verb was written apart ("voert ... uit" for "uitvoert").
    """
    statement, evidence = rejoin_verbs(relink(_unglue(statement, evidence), evidence), evidence)
    ours = [w.key for w in statement.words]
    theirs = [w.key for w in evidence.words]
    places: list[int | None] = [None] * len(ours)
    used: list[int | None] = [None] * len(theirs)
    _verbatim(ours, theirs, places, used)
    _place_runs(statement, ours, theirs, places, used)
    _place_singles(ours, theirs, places, used)
    _slide(evidence, theirs, places, used)
    return Alignment(statement, evidence, tuple(places), tuple(used))


def _unglue(statement: Reading, evidence: Reading) -> Reading:
    """Words written as one that are two in the evidence, as in "(overheids)instanties" without brackets, and
    compounds that differ in a linking s only ("afstandseis" for "afstandeis").
    """
    known = {w.key for w in evidence.words}
    if all(word.key in known for word in statement.words):
        return statement
    alike: dict[str, list[Word]] = defaultdict(list)  # by their first letters, which twins share
    places: dict[str, list[int]] = defaultdict(list)
    for place, w in enumerate(evidence.words):
        alike[_joined(w.norm)[:_SHORTEST_PART]].append(w)
        places[w.norm].append(place)
    pieces: list[Word] = []
    for word in statement.words:
        if word.key in known:
            pieces.append(word)
            continue
        near = alike.get(_joined(word.norm)[:_SHORTEST_PART], ())
        twin = next((w for w in near if _is_twin(word.norm, w.norm)), None)
        if twin is not None:
            pieces.append(replace(word, norm=twin.norm, key=twin.key))
        else:
            pieces.extend(_parts(word, evidence.words, places))
    return statement if tuple(pieces) == statement.words else reread(tuple(pieces))


def _is_twin(one: str, other: str) -> bool:
    """Whether two words are the same but for hyphens and apostrophes, or for a linking s."""
    bare = _joined(one)  # of letters alone: "2020-2024" is not "20202024"
    return (bare.isalpha() and bare == _joined(other)) or _differ_in_linking_s(one, other)


def _joined(word: str) -> str:
    """A word without hyphens and apostrophes, which part no words: "zzp'ers" and "zzp-ers"."""
    return word.replace("-", "").replace("'", "")


def _differ_in_linking_s(one: str, other: str) -> bool:
    """Whether two long words are the same but for one s inside, with a part of a word on either side."""
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    if len(longer) != len(shorter) + 1 or not longer.isalpha():
        return False
    at = next((i for i in range(len(shorter)) if longer[i] != shorter[i]), len(shorter))
    least = _SHORTEST_PART
    return longer[at] == "s" and longer[at + 1 :] == shorter[at:] and least <= at <= len(shorter) - least


def _parts(word: Word, theirs: tuple[Word, ...], places: Mapping[str, Sequence[int]]) -> tuple[Word, ...]:
    """A word in two that stand near each other in `theirs`; `places`: where each stands, by its letters."""
    if any(c.isdigit() for c in word.norm):
        return (word,)  # "20202024" is not "2020" and "2024"
    heads = (word.norm[:end] for end in range(1, len(word.norm)))
    for at in sorted(at for head in heads for at in places.get(head, ())):
        first = theirs[at]
        for second in theirs[at + 1 : at + 4]:
            if word.norm in (first.norm + second.norm, f"{first.norm}-{second.norm}"):
                head = replace(word, norm=first.norm, raw=first.raw, key=first.key)
                return head, replace(second, sentence=word.sentence, border="")
    return (word,)


def _verbatim(ours: list[str], theirs: list[str], places: list[int | None], used: list[int | None]) -> None:
    """The quick way for what was copied whole."""
    length = len(ours)
    if not length:
        return
    for start in range(len(theirs) - length + 1):
        if theirs[start] == ours[0] and theirs[start : start + length] == ours:
            for i in range(length):
                places[i], used[start + i] = start + i, i
            return


def _place_runs(
    statement: Reading,
    ours: list[str],
    theirs: list[str],
    places: list[int | None],
    used: list[int | None],
) -> None:
    if all(p is not None for p in places):
        return
    heap = _runs(ours, theirs)
    heapq.heapify(heap)
    content = [w.is_content for w in statement.words]
    while heap:
        negative, _, ours_at, theirs_at = heapq.heappop(heap)
        length = -negative
        free = [places[ours_at + k] is None and used[theirs_at + k] is None for k in range(length)]
        if all(free):
            if length == 1 or (length == 2 and not any(content[ours_at : ours_at + length])):
                continue  # single and empty words wait until their neighbours stand
            for k in range(length):
                places[ours_at + k], used[theirs_at + k] = theirs_at + k, ours_at + k
            continue
        start = None
        for k in range(length + 1):
            if k < length and free[k]:
                start = k if start is None else start
            elif start is not None:
                piece = k - start
                drift = abs((theirs_at + start) - (ours_at + start))
                heapq.heappush(heap, (-piece, drift, ours_at + start, theirs_at + start))
                start = None


def _runs(ours: list[str], theirs: list[str]) -> list[tuple[int, int, int, int]]:
    """All longest common stretches: (-length, how far apart, place here, place there)."""
    where: dict[str, list[int]] = defaultdict(list)
    for j, key in enumerate(theirs):
        where[key].append(j)
    runs: list[tuple[int, int, int, int]] = []
    previous: dict[int, int] = {}
    for i, key in enumerate(ours):
        current: dict[int, int] = {}
        for j in where.get(key, ()):
            current[j] = previous.get(j - 1, 0) + 1
        for j, length in previous.items():
            if j + 1 not in current or current[j + 1] != length + 1:
                runs.append((-length, abs(j - i), i - length, j - length + 1))
        previous = current
    end = len(ours)
    runs.extend((-length, abs(j - end + 1), end - length, j - length + 1) for j, length in previous.items())
    return runs


def _place_singles(
    ours: list[str], theirs: list[str], places: list[int | None], used: list[int | None]
) -> None:
    where: dict[str, list[int]] = defaultdict(list)
    for j, key in enumerate(theirs):
        if used[j] is None:
            where[key].append(j)
    waiting = [i for i, place in enumerate(places) if place is None and where.get(ours[i])]
    while waiting:
        best: tuple[int, int, int] | None = None
        for i in waiting:
            for j in where[ours[i]]:
                if used[j] is not None:
                    continue
                rank = (_distance(i, j, places), i, j)
                if best is None or rank < best:
                    best = rank
        if best is None:
            return
        _, i, j = best
        places[i], used[j] = j, i
        waiting.remove(i)


def _slide(evidence: Reading, theirs: list[str], places: list[int | None], used: list[int | None]) -> None:
    """Of two equal words around what was left out, keep the one that leaves out a part set apart by signs:
    "A – en B – en C" shortened to "A en C" lost "– en B".
    """
    words = evidence.words
    for i in range(len(places) - 2, -1, -1):
        place, after = places[i], places[i + 1]
        if place is None or after is None or after <= place + 1:
            continue
        other = after - 1
        if used[other] is None and theirs[other] == theirs[place] and words[place].border:
            places[i], used[other], used[place] = other, i, None
    for i in range(1, len(places)):
        before, place = places[i - 1], places[i]
        if before is None or place is None or place <= before + 1:
            continue
        other = before + 1
        follows = other + 1 < len(words) and bool(words[other + 1].border)
        if used[other] is None and theirs[other] == theirs[place] and follows and not words[other].border:
            places[i], used[other], used[place] = other, i, None


def _distance(i: int, j: int, places: list[int | None]) -> int:
    """How far place j is from where the neighbours of word i stand; 0 when it fits between them."""
    before = next(((k, places[k]) for k in range(i - 1, -1, -1) if places[k] is not None), None)
    after = next(((k, places[k]) for k in range(i + 1, len(places)) if places[k] is not None), None)
    distances = []
    if before is not None and before[1] is not None:
        distances.append(abs(j - before[1] - (i - before[0])) + (100 if j < before[1] else 0))
    if after is not None and after[1] is not None:
        distances.append(abs(after[1] - j - (after[0] - i)) + (100 if j > after[1] else 0))
    return min(distances, default=j)
