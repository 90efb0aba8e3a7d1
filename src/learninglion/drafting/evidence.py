"""What tells whether a sentence of a source answers a part of a question: words, meaning and what is asked.

Words are weighed by how much each tells; the meaning of every word in its place comes from the built-in
encoder. Nothing here decides; the numbers go to the learned measure of `relevance.py`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from learninglion.drafting.askings import Asking, askings_of, gives_it, searched
from learninglion.drafting.quotation import leans, units_of
from learninglion.dutch.lexicon import FUNCTION_WORDS
from learninglion.dutch.text import stem, words
from learninglion.inference.encoders import NanoEncoder
from learninglion.models import Source, SourceKind
from learninglion.models.recent import Recent

# A word most papers use still tells a little; without it "Wat vindt u daarvan?" would have no words at all.
_COMMON_WEIGHT = 0.1


@lru_cache(maxsize=1)
def _common_words() -> frozenset[str]:
    text = files(__package__).joinpath("common_words.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return frozenset(" ".join(lines).split())


def tells(word: str) -> bool:
    """Whether a folded word says something of the subject: no small word, nor one that most papers use."""
    return _weight(word) == 1.0


@lru_cache(maxsize=4096)
def _weight(word: str) -> float:
    if word in FUNCTION_WORDS or len(word) < 2:
        return 0.0
    return _COMMON_WEIGHT if word in _common_words() else 1.0


@lru_cache(maxsize=2048)
def subject_words(text: str) -> tuple[tuple[str, float], ...]:
    """The stems of the words of `text` that tell something, each once, with their weights."""
    weights: dict[str, float] = {}
    for word in words(text):
        own_weight, root = _weight(word), stem(word)
        if own_weight:
            weights[root] = max(own_weight, weights.get(root, 0.0))
    return tuple(sorted(weights.items()))


@lru_cache(maxsize=4096)
def _pieces(stem: str) -> frozenset[str]:
    """Five-letter pieces, by which compounds recognise their parts."""
    return frozenset(stem[i : i + 5] for i in range(len(stem) - 4))


def _match(stem: str, others: frozenset[str], pieces: frozenset[str]) -> float:
    if stem in others:
        return 1.0
    own = _pieces(stem)
    if not own:
        return 0.0
    shared = len(own & pieces) / len(own)
    return shared if shared >= 0.5 else 0.0


def matched(wanted: str, given: str) -> tuple[tuple[str, float], ...]:
    """The stems of what `wanted` is about, each with how far it occurs in `given` (0..1)."""
    stems = frozenset(stem for stem, _ in subject_words(given))
    pieces = frozenset(piece for stem in stems for piece in _pieces(stem))
    return tuple((stem, _match(stem, stems, pieces)) for stem, _ in subject_words(wanted))


_NAME = re.compile(r"(?<!^)(?<![.?!:] )\b(?:[A-Z][\w-]+|\d[\d.,]*\d|\d)")


@lru_cache(maxsize=4096)
def names_in(text: str) -> tuple[str, ...]:
    """The names and numbers of a text, casefolded, each once; neither a word that opens a sentence is one nor
    a word of most papers ("de Kamer").
    """
    names = (m.group().casefold() for m in _NAME.finditer(text))
    return tuple(dict.fromkeys(name for name in names if name[0].isdigit() or printed_tells(name)))


def absent(question: str, given: str) -> list[str]:
    """The names and numbers of a question that a text lacks; of a long name its last two letters may differ
    ("China", "Chinese").
    """
    low = given.casefold()
    roots = {n: n if n[0].isdigit() else n[: max(4, len(n) - 2)] for n in names_in(question)}
    return [name for name, root in roots.items() if root not in low]


def coverage(wanted: str, given: Iterable[str]) -> float:
    """Which part (0..1) of what `wanted` is about occurs in the texts of `given`; 0 when it says nothing."""
    weights = dict(subject_words(wanted))
    total = sum(weights.values())
    if not total:
        return 0.0
    return sum(weights[stem] * met for stem, met in matched(wanted, "\n".join(given))) / total


def likeness(one: str, other: str) -> float:
    """How far two texts are about the same (0..1): coverage both ways, the lesser counting most."""
    there, back = coverage(one, (other,)), coverage(other, (one,))
    return 2 * there * back / (there + back) if there + back else 0.0


def is_about(introduction: str, source: Source) -> bool:
    """Whether a word by which the introduction of a set names it stands in a source; True without any."""
    subject = (introduction.partition(" over ")[2] or introduction).partition("(ingezonden")[0]
    telling = {stem for stem, tells in subject_words(subject) if tells == 1.0 and not stem.isdigit()}
    given = f"{source.document.title} {source.question} {source.body}"
    return not telling or any(met for stem, met in matched(subject, given) if stem in telling)


Floats = NDArray[np.float32]

SAYS_IT = ("least", "gives", "named", "found")
"""What is known of a sentence beside a part of a question; the columns of `Evidence.sentences`.

least: how well the two words of the question are met that are met least (one, or all, told look-alikes apart
as well and found fewer paraphrases), by the sentence and what it leans on; gives: whether it holds what is
waited for; named: which share of the names and numbers of the part its source has, for another country, body
or year is another thing (NaN of what is written for a question); found: the search's score, as log odds (NaN
where it found nothing). What is NaN counts neither way.
"""

ASKED_BEFORE = ("cosine", "least", "reworded", "fits")
"""What is known of the earlier question beside a part of a question, the numbers of `Evidence.question`.

cosine: of the means of their words, as log odds, for what is nearly the same is told apart there; least: how
well the word of the part is met that is met least in what the source says and was asked; reworded: how far
the two are apart word for word, where a word of the part stands nowhere in the source (1 where all do); fits:
whether it waited for the same sort of thing, or the source gives that. Where one word stands in the place of
another thing was asked; where all is told otherwise the same in other words.
"""


@dataclass(frozen=True, slots=True)
class Words:
    """The telling words of a text: their vectors (n, d) at unit length around the mean, and as printed."""

    text: str
    printed: tuple[str, ...]
    vectors: Floats
    mean: Floats  # of all words of the text, around the mean, at unit length

    def nearest(self, given: Floats) -> Floats:
        """For every word how near the nearest of `given` (m, d) is; at least 0."""
        cosines: Floats = (self.vectors @ given.T).max(axis=1, initial=0.0)
        return cosines

    def met(self, text: str, given: Floats) -> float:
        """How well the word is met that is met least by a text with its vectors.

        Wholly where it stands there; a name or a number is met by itself alone, and not by a part of it.
        """
        stems, names, met = dict(matched(self.text, text)), names_in(self.text), []
        for word, near in zip(self.printed, self.nearest(given).tolist(), strict=True):
            stands = max((stems[stem] for stem, _ in subject_words(word)), default=0.0)
            named = word.casefold().strip(".,;:?!()") in names
            met.append(float(stands == 1.0) if named else 1.0 if stands else near)
        return min(met, default=0.0)


@dataclass(frozen=True, slots=True)
class Reading:
    """A source as read: the words of its units, and those of the question it answered."""

    source: Source
    sentences: tuple[Words, ...]  # of every unit
    question: Words


@dataclass(frozen=True, slots=True)
class Evidence:
    """The numbers about one part of a question beside one source."""

    sentences: Floats  # shape (units, len(SAYS_IT))
    question: Floats  # shape (len(ASKED_BEFORE),)
    nearness: float  # how well its words are met, all together, by what the source says and was asked

    @property
    def unsearched(self) -> Evidence:
        """As it is of what no search found."""
        return replace(self, sentences=np.where(np.array(SAYS_IT) == "found", np.nan, self.sentences))


_AT_HAND = 60_000_000  # bytes of vectors; an answer of 150 words is 230,000, so a few sets of questions


class Meaning:
    """Reads texts with the built-in encoder; what was read last, up to `most` bytes, is kept in memory.

    `centre` (d,) is the mean of what the encoder makes of any word: without it all cosines are high.
    """

    def __init__(self, encoder: NanoEncoder, centre: Floats, most: int = _AT_HAND) -> None:
        self._encoder = encoder
        self.centre = centre
        self.recent = Recent[tuple[bool, str], Floats](most)

    def question(self, text: str) -> Words:
        """The words of a question."""
        return self._words(text, self._vectors([text], as_question=True)[0])

    def part(self, asking: Asking) -> tuple[Words, Words]:
        """The words of what a part is about, and of the part alone; where that tells nothing, of all."""
        whole, own = self.question(asking.about), self.question(asking.text)
        return whole, own if own.printed else whole

    def read(self, sources: Sequence[Source]) -> tuple[Reading, ...]:
        """The sources with the words of every unit; a text of several pages is read to the end."""
        units = [units_of(source) for source in sources]
        bodies = self._vectors([" ".join(u.text for u in own) for own in units], as_question=False)
        earlier = [_whole(source.question) for source in sources]
        questions = self._vectors(earlier, as_question=True)
        readings = []
        for source, own, body, text, question in zip(sources, units, bodies, earlier, questions, strict=True):
            parts = np.split(body, np.cumsum([len(unit.text.split()) for unit in own], dtype=int))
            sentences = tuple(self._words(u.text, part) for u, part in zip(own, parts, strict=False))
            readings.append(Reading(source, sentences, self._words(text, question)))
        return tuple(readings)

    def _vectors(self, texts: Sequence[str], *, as_question: bool) -> list[Floats]:
        recent = {text: self.recent.get((as_question, text)) for text in texts}
        known = {text: vectors for text, vectors in recent.items() if vectors is not None}
        missing = [text for text in recent if text not in known]
        made = self._encoder.word_vectors([text.split() for text in missing], as_question=as_question)
        for text, vectors in zip(missing, made, strict=True):
            self.recent.put((as_question, text), vectors, vectors.nbytes)
            known[text] = vectors
        return [known[text] for text in texts]

    def _words(self, text: str, vectors: Floats) -> Words:
        tokens = text.split()
        if not tokens:
            return Words("", (), np.zeros((0, len(self.centre)), np.float32), np.zeros_like(self.centre))
        placed = vectors - self.centre
        telling = np.array([printed_tells(word) for word in tokens])
        printed = tuple(word for word, tells_it in zip(tokens, telling, strict=True) if tells_it)
        return Words(text, printed, _unit(placed[telling]), _unit(placed.mean(axis=0)[None])[0])


def _whole(question: str) -> str:
    """A question as its last part has it, in which all of it is asked: so it is like itself asked again."""
    parts = searched(question) or askings_of(question)
    return parts[-1].about if parts else ""


def _unit(rows: Floats) -> Floats:
    lengths = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return np.asarray(rows / lengths, dtype=np.float32)


@lru_cache(maxsize=4096)
def printed_tells(word: str) -> bool:
    """Whether a word as printed tells of a subject: it is not in most papers."""
    return any(tells(w) for w in words(word))


def evidence_of(
    asking: Asking, question_words: Words, own: Words, reading: Reading, score: float | None = None
) -> Evidence:
    """The numbers of `asking`, whose words are `question_words`, beside a source.

    `own`: the words of this part alone, by which sentences are told apart. `score`: that of the search
    (0..1), None where a person brought the source.
    """
    source, earlier = reading.source, reading.question
    odds = math.nan if score is None else log_odds(score)
    text = f"{source.question} {source.body}"
    lacking = len(absent(asking.text, f"{source.document.title} {text}"))
    named = 1 - lacking / max(len(names_in(asking.text)), 1)
    if source.kind is SourceKind.SUPPLIED:  # what is written for a question need not say its names again
        named = math.nan
    rows: list[tuple[float, ...]] = []
    before = np.zeros(len(own.printed), np.float32)  # how near the words are to those of the sentence before
    for unit, sentence in zip(units_of(source), reading.sentences, strict=True):
        near = own.nearest(sentence.vectors)
        nearest = np.maximum(near, before) if leans(unit.text) else near
        least = float(np.sort(nearest)[:2].mean()) if len(near) else 0.0
        before = near
        rows.append((least, float(gives_it(asking, unit.text)), named, odds))
    says = np.array(rows, dtype=np.float32).reshape(-1, len(SAYS_IT))
    vectors = np.concatenate([earlier.vectors, *(sentence.vectors for sentence in reading.sentences)])
    nearness = float(question_words.nearest(vectors).mean()) if question_words.printed else 0.0
    both = question_words.printed and earlier.printed
    alike = log_odds(float(question_words.mean @ earlier.mean) if both else 0.0)
    order = SequenceMatcher(None, words(asking.about), words(earlier.text), autojunk=False)
    everywhere = all(share for _, share in matched(asking.about, text))
    reworded = 1.0 if everywhere else 1 - order.ratio()
    fits = any(one.wants is asking.wants for one in askings_of(source.question))
    fits = fits or bool(says[:, SAYS_IT.index("gives")].any())
    likeness = (alike, question_words.met(text, vectors), reworded, float(fits))
    return Evidence(says, np.array(likeness, np.float32), nearness)


def log_odds(score: float) -> float:
    """A chance as log odds; what is nearly certain either way is not told further apart."""
    bounded = min(max(score, 0.001), 0.999)
    return math.log(bounded / (1 - bounded))
