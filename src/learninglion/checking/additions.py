"""What a statement says that its evidence does not: every word needs a counterpart there."""

from __future__ import annotations

from learninglion.checking.alignment import Alignment
from learninglion.checking.findings import Finding, FindingKind
from learninglion.dutch import lexicon
from learninglion.dutch.numbers import MONTH_NAMES, SCALES, UNIT_NAMES, is_number, is_ordinal
from learninglion.dutch.reading import Word

__all__ = ["find_additions"]

_UNIT_WORDS = UNIT_NAMES | SCALES
# When more than this part of the meaningful words is missing, listing them helps nobody.
_OTHER_SUBJECT = 0.6

_SPECIAL = {
    "negation": FindingKind.NEGATION,
    "modality": FindingKind.MODALITY,
    "hedge": FindingKind.HEDGE,
    "quantifier": FindingKind.QUANTIFIER,
    "limit": FindingKind.LIMIT,
    "condition": FindingKind.CONDITION,
}
_CALLED = {
    FindingKind.NUMBER: "Het getal",
    FindingKind.DATE: "De datum of het jaar",
    FindingKind.UNIT: "De eenheid",
    FindingKind.NAME: "De naam",
    FindingKind.NEGATION: "De ontkenning",
    FindingKind.MODALITY: "Het woord",
    FindingKind.HEDGE: "Het voorbehoud",
    FindingKind.QUANTIFIER: "De hoeveelheid",
    FindingKind.LIMIT: "De begrenzing",
    FindingKind.CONDITION: "De voorwaarde",
}


def find_additions(alignment: Alignment) -> tuple[Finding, ...]:
    """A finding for every stretch of words that the evidence does not have; small joining words are free."""
    words = alignment.statement.words
    added = [i for i in alignment.added if not _is_free(alignment, i)]
    if not added:
        return ()
    meaningful = [i for i, w in enumerate(words) if w.is_content]
    missing = sum(1 for i in added if words[i].is_content)
    if meaningful and missing / len(meaningful) > _OTHER_SUBJECT:
        return (Finding(FindingKind.DIFFERENT, "De aangehaalde tekst zegt iets anders dan deze zin."),)
    return tuple(_describe(alignment, stretch) for stretch in _stretches(added))


def _is_free(alignment: Alignment, at: int) -> bool:
    word = alignment.statement.words[at]
    if word.norm in lexicon.HARMLESS:
        return True
    if word.is_note_mark:
        # "[1]" behind a sentence may be the draft's own; another mark than the source's may not
        return not any(w.is_note_mark for w in alignment.evidence.words)
    if _opens_infinitive(alignment, at) or _relative(alignment, at):
        return True
    free = at == 0 or bool(word.border) or _between_sentences(alignment, at)
    return word.norm in lexicon.CONNECTIVES and free


def _opens_infinitive(alignment: Alignment, at: int) -> bool:
    """Whether this is an "om" that may as well be left out: "geen aanleiding (om) te veronderstellen"."""
    words, segments = alignment.statement.words, alignment.statement.segments
    if words[at].norm != "om":
        return False
    return any(
        words[p].norm == "te" and alignment.places[p] is not None and segments[p] <= segments[at] + 1
        for p in range(at + 1, len(words))
    )


def _relative(alignment: Alignment, at: int) -> bool:
    """Whether this "die" hangs a sentence on the one before it, which pointed back with "deze" or "dit"."""
    word = alignment.statement.words[at]
    if word.norm not in ("die", "dat") or not word.border:
        return False
    after = next((p for p in alignment.places[at + 1 :] if p is not None), None)
    if after is None or not _between_sentences(alignment, at):
        return False
    theirs = alignment.evidence.words
    return any(
        w.sentence == theirs[after].sentence and w.norm in _DEMONSTRATIVES and alignment.used[p] is None
        for p, w in enumerate(theirs)
    )


_DEMONSTRATIVES = frozenset("deze dit die dat zij hij ze".split())


def _between_sentences(alignment: Alignment, at: int) -> bool:
    before = next((p for p in reversed(alignment.places[:at]) if p is not None), None)
    after = next((p for p in alignment.places[at + 1 :] if p is not None), None)
    if before is None or after is None:
        return True
    words = alignment.evidence.words
    return words[before].sentence != words[after].sentence


def _stretches(places: list[int]) -> list[list[int]]:
    stretches: list[list[int]] = []
    for place in places:
        if stretches and place == stretches[-1][-1] + 1:
            stretches[-1].append(place)
        else:
            stretches.append([place])
    return stretches


def _describe(alignment: Alignment, stretch: list[int]) -> Finding:
    words = [alignment.statement.words[i] for i in stretch]
    kinds = [_kind(alignment, i) for i in stretch]
    instead = _instead(alignment, stretch)
    special = next((k for k in kinds if k is not FindingKind.ADDED), FindingKind.ADDED)
    text = " ".join(w.raw for w in words)
    there = f" Daar staat “{instead}”." if instead else ""
    if special is FindingKind.ADDED or len(words) > 4:
        verb, noun = ("staan", "De woorden") if len(words) > 1 else ("staat", "Het woord")
        return Finding(special, f"{noun} “{text}” {verb} niet in de aangehaalde tekst.{there}")
    return Finding(special, f"{_CALLED[special]} “{text}” staat niet in de aangehaalde tekst.{there}")


def _kind(alignment: Alignment, at: int) -> FindingKind:
    word = alignment.statement.words[at]
    if word.norm in MONTH_NAMES or _is_year(word):
        return FindingKind.DATE
    if word.is_note_mark or is_number(word.norm) or is_ordinal(word.norm):
        return FindingKind.NUMBER
    if word.norm in _UNIT_WORDS:
        return FindingKind.UNIT
    special = lexicon.sensitive_kind(alignment.statement.norms, at)
    if special:
        return _SPECIAL[special]
    return FindingKind.NAME if word.capital else FindingKind.ADDED


def _is_year(word: Word) -> bool:
    return word.raw.isdigit() and len(word.raw) == 4 and word.raw[:2] in ("19", "20")


def _instead(alignment: Alignment, stretch: list[int]) -> str:
    """The unused words of the evidence at the same place, when they are few."""
    before = next((p for p in reversed(alignment.places[: stretch[0]]) if p is not None), None)
    after = next((p for p in alignment.places[stretch[-1] + 1 :] if p is not None), None)
    if before is None and after is None:
        return ""
    start = before + 1 if before is not None else max(0, (after or 0) - len(stretch))
    end = after if after is not None else min(len(alignment.used), start + len(stretch))
    gap = [alignment.evidence.words[j] for j in range(start, end) if alignment.used[j] is None]
    if not gap or len(gap) > len(stretch) + 2 or len(gap) != end - start:
        return ""
    return " ".join(w.raw for w in gap)
