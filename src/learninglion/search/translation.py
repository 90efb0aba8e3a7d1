"""English words and the Dutch ones they stand for, both ways, from a list that comes with the program.

A question in one language meets a text in the other by these words; what is not in the list (names,
abbreviations) is held against the text as it stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files

from learninglion.dutch.text import fold
from learninglion.dutch.verbs import verb_of
from learninglion.search.analysis import stem

_SHORTEST = 3  # letters of a word without its ending, or of a part of a compound
_VOWELS = "aeiou"
# Endings of English words, with what the word has instead of them.
_ENDINGS = (
    ("ies", "y"), ("ied", "y"), ("ying", "y"), ("es", ""), ("s", ""), ("ed", ""), ("ed", "e"), ("ing", ""),
    ("ing", "e"), ("er", ""), ("er", "e"), ("est", ""), ("est", "e"), ("ly", ""),
)  # fmt: skip


@lru_cache(maxsize=4096)
def translations(word: str, *, english: bool) -> tuple[str, ...]:
    """The words that a word of a question stands for in the other language, folded; none where unknown.

    Of a Dutch compound that is not in the list, those of its parts.
    """
    word = fold(word)
    dutch_words, english_words = _lists()
    if english:
        return next((dutch_words[form] for form in _english_forms(word) if form in dutch_words), ())
    for form in (stem(word), stem(verb_of(word))):
        if form in english_words:
            return english_words[form]
    return _of_parts(word, english_words)


@lru_cache(maxsize=4096)
def kin(word: str, *, english: bool) -> tuple[str, ...]:
    """Other words of the same language that stand for the same as `word`, folded: "straf" and "boete"."""
    forms = translations(word, english=english)
    back = (other for form in forms for other in translations(form, english=not english))
    return tuple(dict.fromkeys(other for other in back if other != fold(word)))


@cache
def _lists() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """The Dutch words by English word, and the English words by the stem of a Dutch one."""
    dutch: dict[str, dict[str, None]] = {}
    english: dict[str, dict[str, None]] = {}
    for line in files(__package__).joinpath("translation.txt").read_text("utf-8").splitlines():
        left, equals, right = line.partition("=")
        if not equals or line.startswith("#"):
            continue
        for word in left.split():
            dutch.setdefault(word, {}).update(dict.fromkeys(map(fold, right.split())))
        for word in right.split():
            english.setdefault(stem(word), {}).update(dict.fromkeys(left.split()))
    return (
        {word: tuple(words) for word, words in dutch.items()},
        {word: tuple(words) for word, words in english.items()},
    )


def _english_forms(word: str) -> Iterator[str]:
    """The word, and what it is without an ending: "stopped", "stopp", "stop"."""
    yield word
    for ending, instead in _ENDINGS:
        bare = word.removesuffix(ending)
        if bare == word or len(bare) < _SHORTEST:
            continue
        yield bare + instead
        if not instead and bare[-1] == bare[-2] and bare[-1] not in _VOWELS:
            yield bare[:-1]


def _of_parts(word: str, known: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """What the two parts of a compound stand for ("zwem" + "water"), the last as long as can be."""
    for at in range(_SHORTEST, len(word) - _SHORTEST + 1):
        last = known.get(stem(word[at:]), ())
        first = next((known[s] for s in map(stem, _firsts(word[:at])) if s in known), ())
        if first and last:
            return first + last
    return ()


def _firsts(part: str) -> Iterator[str]:
    """The first part of a compound, without what joins it to the other."""
    yield part
    for link in ("s", "en", "e"):
        if part.endswith(link) and len(part) - len(link) >= _SHORTEST:
            yield part.removesuffix(link)
