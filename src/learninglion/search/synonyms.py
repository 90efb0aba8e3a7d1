"""Words that mean the same: in this organisation, from a plain text file; and English ones with the Dutch.

One group on a line, the members separated by commas or "=":

    # vervoer
    ov-chipkaart = openbaarvervoerkaart
    AP, Autoriteit Persoonsgegevens

What stands in for a term of a question counts among its words at half weight, and its meaning is searched
with that of the question (search.py). The explanation of a hit says which word of the source was found
through which term (search.py), and the log keeps the hash of the file that was in force.

A question in one language meets a text in the other by these words; what is not in the list (names,
abbreviations) is held against the text as it stands.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path

from learninglion.dutch.lexicon import verb_of
from learninglion.dutch.questions import is_filler
from learninglion.dutch.text import fold, squash, stem
from learninglion.models.errors import InputError, UnreadableFileError

Key = tuple[str, ...]

_WORD = re.compile(r"\w+")
_BETWEEN = re.compile(r"[,=]")
_LARGEST = 2_000_000  # bytes
_LONGEST_TERM = 8  # words
_MOST_NAMED = 10  # mistakes in one message


@dataclass(frozen=True, slots=True)
class StandIn:
    """A term that means the same as something in a question, and what that is."""

    term: str  # as the file says it
    question_term: str  # as the question says it


@dataclass(frozen=True, slots=True)
class Synonyms:
    """Groups of terms that mean the same, in the order of the file; `sha256` is that of the file."""

    groups: tuple[tuple[str, ...], ...] = ()
    sha256: str = ""
    _places: dict[Key, int] | None = None  # a term's stems -> its group
    _longest: int = 0  # words of the longest term

    def stand_ins(self, text: str) -> tuple[StandIn, ...]:
        """The terms that mean the same as something in `text` and do not stand in it, in its order.

        A term stands for the first of its group that `text` names.
        """
        present = list(self._matches(text))
        there = {key for _, key, _ in present}
        words: dict[int, str] = {}
        for group, _, printed in present:
            words.setdefault(group, printed)
        return tuple(
            StandIn(term, printed)
            for group, printed in words.items()
            for term in self.groups[group]
            if _key(term) not in there
        )

    def added(self, text: str) -> tuple[str, ...]:
        """The terms of `stand_ins`, each once."""
        return tuple(dict.fromkeys(s.term for s in self.stand_ins(text)))

    def _matches(self, text: str) -> Iterator[tuple[int, Key, str]]:
        """The terms in `text`, from left to right, the longest first: group, term and how it is printed."""
        places = self._places or {}
        # filler takes part in a longer term ("Raad van State") but is never a term by itself
        printed = list(_WORD.finditer(text))
        stems = _key(text)
        at = 0
        while at < len(stems):
            for length in range(min(self._longest, len(stems) - at), 0, -1):
                key = stems[at : at + length]
                matches = printed[at : at + length]
                if key in places and not all(is_filler(m.group()) for m in matches):
                    yield places[key], key, text[matches[0].start() : matches[-1].end()]
                    at += length
                    break
            else:
                at += 1


NO_SYNONYMS = Synonyms()


def load_synonyms(path: Path) -> Synonyms:
    """The synonyms in the file at `path`.

    Raises UnreadableFileError when it cannot be read, and InputError that names each wrong line.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableFileError(
            path.name, f"het synoniemenbestand kan niet worden gelezen ({error.strerror})."
        ) from error
    if len(data) > _LARGEST:
        raise UnreadableFileError(path.name, f"het synoniemenbestand is groter dan {_LARGEST // 1000} kB.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise UnreadableFileError(
            path.name, f"regel {line} is geen UTF-8. Bewaar het bestand als platte tekst in UTF-8."
        ) from error
    return replace(read_synonyms(text, path.name), sha256=hashlib.sha256(data).hexdigest())


def read_synonyms(text: str, name: str = "synoniemen") -> Synonyms:
    """The synonyms in `text`. Raises InputError that names each wrong line."""
    groups: list[tuple[str, ...]] = []
    lines: dict[Key, int] = {}
    places: dict[Key, int] = {}
    mistakes: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        plain = line.partition("#")[0]
        if not plain.strip():
            continue
        terms = tuple(squash(term) for term in _BETWEEN.split(plain))
        problem = _problem(terms, lines)
        if problem:
            mistakes.append(f"regel {number}: {problem}")
        for term in terms:
            lines.setdefault(_key(term), number)
            places.setdefault(_key(term), len(groups))
        groups.append(terms)
    if mistakes:
        rest = len(mistakes) - _MOST_NAMED
        more = f"\nen nog {rest} regels" if rest > 0 else ""
        raise InputError(f"{name}: " + "\n".join(mistakes[:_MOST_NAMED]) + more)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return Synonyms(tuple(groups), digest, places, max(map(len, places), default=0))


def _key(term: str) -> Key:
    """The stems of the stems: "fietsen" becomes "fiets" at first, and "fiets" becomes "fiet"."""
    return tuple(stem(stem(word)) for word in _WORD.findall(term))


def _problem(terms: tuple[str, ...], lines: dict[Key, int]) -> str:
    """What is wrong with one line, in the user's words; empty when nothing is."""
    if len(terms) < 2:
        return "er staat maar één woord. Zet woorden die hetzelfde betekenen op één regel, met een komma."
    earlier: set[str] = set()
    for term in terms:
        parts = _WORD.findall(term)
        if not parts:
            return "er ontbreekt een woord voor of achter een komma of =-teken."
        if len(parts) > _LONGEST_TERM:
            return f"“{term}” heeft meer dan {_LONGEST_TERM} woorden."
        if all(map(is_filler, parts)):
            return f"“{term}” komt in bijna elke vraag voor en kan geen synoniem zijn."
        if fold(term) in earlier:
            return f"“{term}” staat er twee keer."
        earlier.add(fold(term))
        if _key(term) in lines:
            return f"“{term}” staat ook op regel {lines[_key(term)]}. Voeg de regels samen."
    return ""


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
