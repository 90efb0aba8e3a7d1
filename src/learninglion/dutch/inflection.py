"""What a main clause and a subordinate one write differently and mean alike: "voert uit" and "uitvoert"."""

from __future__ import annotations

from dataclasses import replace

from learninglion.dutch import lexicon
from learninglion.dutch.reading import Reading, Word, reread
from learninglion.dutch.verbs import agreement_key, is_finite

_PARTICLES = tuple(
    """aan af bij door in mee na om onder op over toe uit vast voor weg terug samen tegen plaats neer open
    rond los""".split()
)
_SHORTEST = 3  # letters of the verb without its particle
# What a relative clause calls what a sentence of its own points back at: "..., waarbij" for "Hierbij ...".
_POINTS_BACK = {"die": ("deze",), "dat": ("dit",), "wat": ("dit", "dat"), "daarvan": ("hiervan",)}


def rejoin_verbs(statement: Reading, evidence: Reading) -> tuple[Reading, Reading]:
    """Both readings with a verb as one word where the other has it as one and this one has it apart."""
    return _joined(statement, evidence), _joined(evidence, statement)


def _joined(apart: Reading, whole: Reading) -> Reading:
    norms = {w.norm for w in apart.words}
    particles = [particle for particle in _PARTICLES if particle in norms]
    if not particles:
        return apart
    known = {w.key for w in apart.words}
    theirs = {w.key for w in whole.words}
    words = list(apart.words)
    for word in whole.words:
        if word.key in known or word.capital:
            continue
        for particle in particles:
            verb = word.norm.removeprefix(particle)
            if verb == word.norm or len(verb) < _SHORTEST or not is_finite(verb):
                continue
            if agreement_key(verb) not in theirs or particle not in theirs:
                _join(words, verb, particle, word)
    return apart if len(words) == len(apart.words) else reread(tuple(words))


def _join(words: list[Word], verb: str, particle: str, whole: Word) -> None:
    """Puts the verb and its particle, which closes its clause, together in `words`."""
    for at, word in enumerate(words):
        if word.key != agreement_key(verb) or word.capital:
            continue
        for place in range(at + 1, len(words)):
            if words[place].sentence != word.sentence:
                break
            if words[place].norm == particle and _closes(words, place):
                words[at] = replace(word, norm=whole.norm, key=whole.key)
                _remove(words, place)
                return


def _closes(words: list[Word], place: int) -> bool:
    after = words[place + 1] if place + 1 < len(words) else None
    return (
        after is None
        or after.sentence != words[place].sentence
        or bool(after.border)
        or after.is_verb
        or after.norm in lexicon.SUBORDINATORS
        or after.norm in lexicon.COORDINATORS
        or after.norm in lexicon.PREPOSITIONS  # "voert proeven uit bij de pont"
    )


def _remove(words: list[Word], place: int) -> None:
    gone = words.pop(place)
    if gone.border and place < len(words) and not words[place].border:
        words[place] = replace(words[place], border=gone.border)


def relink(statement: Reading, evidence: Reading) -> Reading:
    """`statement` with its relative words as the evidence has them, where a sentence was hung on another."""
    known = {w.norm for w in evidence.words}
    words = tuple(_linked(word, known) for word in statement.words)
    return statement if words == statement.words else reread(words)


def _linked(word: Word, known: set[str]) -> Word:
    if word.norm in known:
        return word
    ways = _POINTS_BACK.get(word.norm, ())
    if word.norm.startswith("waar") and len(word.norm) > len("waar"):
        rest = word.norm.removeprefix("waar")
        ways = (f"hier{rest}", f"daar{rest}")
    for norm in ways:
        if norm in known:
            return replace(word, norm=norm, key=agreement_key(norm))
    return word
