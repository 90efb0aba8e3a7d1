"""The one measure of "this sentence answers this part of the question": a calibrated chance.

Two roads lead there. The sentence says it: every one of a few signals must be good enough, so the chance is
the product of as many logistic curves (a strong signal never buys off a weak one; what only looks alike is
strong in some and weak in others). Or the source was asked the very same thing before. The curves are
learned by `learninglion evaluate train-relevance`; docs/evaluation.md has the model card.

The signals are of words, weighed by how much each tells, and of the meaning of every word in its place, which
comes from the built-in encoder.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from learninglion.drafting.askings import Asking, askings_of, gives_it, searched
from learninglion.drafting.quotation import Unit, leans, units_of
from learninglion.dutch.questions import absent, matched, names_in, printed_tells, subject_words
from learninglion.dutch.text import words
from learninglion.inference.encoders import NanoEncoder
from learninglion.models import Chooser, Selection, Source, SourceKind
from learninglion.models.recent import Recent

Floats = NDArray[np.float32]
Scores = Mapping[str, float]

SURE = 0.9
"""From this chance on a part counts as answered. Set by [drafting] sure; higher refuses more."""

LIKELY = 0.5
"""From this chance on, more likely than not, a sentence comes into a draft, which is then partial (below it
is material only), and what a person wrote answers a part (below it he is asked to look whether it does).
"""

RELATED = 1 - SURE
"""Below this chance a passage surely does not answer, and is material that hardly bears on the question."""


def _is_about(introduction: str, source: Source) -> bool:
    """Whether a word by which the introduction of a set names it stands in a source; True without any."""
    subject = (introduction.partition(" over ")[2] or introduction).partition("(ingezonden")[0]
    telling = {stem for stem, tells in subject_words(subject) if tells == 1.0 and not stem.isdigit()}
    given = f"{source.document.title} {source.question} {source.body}"
    return not telling or any(met for stem, met in matched(subject, given) if stem in telling)


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


@dataclass(frozen=True, slots=True)
class Curves:
    """Logistic curves, each over one signal or a few that stand together; their product is the chance."""

    slopes: Floats  # of every signal
    offsets: Floats  # of every curve
    starts: tuple[int, ...]  # the first signal of every curve

    def each(self, rows: Floats) -> Floats:
        """What every curve says of each row; shape (rows, curves). 1 where a signal is not known (NaN)."""
        inside = np.add.reduceat(rows * self.slopes, self.starts, axis=-1) + self.offsets
        return np.nan_to_num(1.0 / (1.0 + np.exp(-np.clip(inside, -30, 30))), nan=1.0).astype(np.float32)

    def chance(self, rows: Floats) -> Floats:
        """The chance of each row; shape (rows,)."""
        chances: Floats = self.each(rows).prod(axis=-1)
        return chances


@dataclass(frozen=True, slots=True)
class Weights:
    """What was learned."""

    centre: Floats  # of word vectors, shape (dimensions,)
    sentences: Curves  # over SAYS_IT: whether a sentence answers
    question: Curves  # over ASKED_BEFORE: whether the source was asked the same
    # Added to the log odds: of what the search found, of what a person took from elsewhere in the archive
    # (it seldom answers), and of what somebody wrote for this very question.
    search_odds: float = 0.0
    person_odds: float = 0.0
    note_odds: float = 0.0
    margin: float = 1.0  # a sentence whose odds are so large a part of the best may be the one that answers

    def near(self, evidence: Evidence, more: float) -> Floats:
        """The chance of every unit that it answers; `more`: added to the log odds.

        A source that was asked nearly this, and not the same, tells of another thing.
        """
        nearly, *same = self.question.each(evidence.question)
        chances = self.sentences.chance(evidence.sentences)
        raised = np.asarray(chances / (chances + (1.0 - chances) * math.exp(-more)), np.float32)
        return raised * np.float32(1 - nearly * (1 - math.prod(same)))


@dataclass(frozen=True, slots=True)
class Judged:
    """One part of a question beside one source."""

    asking: Asking
    source: Source
    units: tuple[Unit, ...]
    chances: tuple[float, ...]  # of every unit
    sameness: float  # the chance that the source was asked the same
    any_part: float = 0.0  # the chance that the source answers this part or another of the same question
    nearness: float = 0.0  # how well its words are met, all together, by what the source says and was asked
    margin: float = 1.0  # that of the weights

    @property
    def chance(self) -> float:
        """The chance that this source answers this part."""
        return max(self.sameness, self.support)

    @property
    def support(self) -> float:
        """The chance that a sentence of it says so, whatever it was asked."""
        return max(self.chances, default=0.0)

    @property
    def best(self) -> int:
        """The unit that answers it most probably; -1 for a source without units."""
        return int(np.argmax(self.chances)) if self.chances else -1

    @property
    def places(self) -> tuple[int, ...]:
        """The units that answer it about as probably as the best, which comes first."""
        odds = np.array([chance / (1 - min(chance, SURE)) for chance in self.chances])
        order = np.argsort(-odds, kind="stable").tolist()
        return tuple(place for place in order if odds[place] >= self.margin * odds.max())


def read_weights(data: Mapping[str, object]) -> Weights:
    """The weights as `train-relevance` wrote them. Raises ValueError where they are of other signals."""
    centre = np.array(data["centre"], np.float32)
    sentences, question = _curves(data, "says", SAYS_IT), _curves(data, "asked", ASKED_BEFORE)
    added = (float(str(data[name])) for name in ("found", "brought", "written", "close"))
    return Weights(centre, sentences, question, *added)


def _curves(data: Mapping[str, object], name: str, signals: Sequence[str]) -> Curves:
    known = data[name]
    if not isinstance(known, dict) or tuple(known) != tuple(signals):
        raise ValueError(f"{name}: these weights are of other signals")
    rows = list(known.values())
    starts = tuple(place for place, row in enumerate(rows) if len(row) > 1)  # where an offset stands
    slopes, offsets = [row[0] for row in rows], [rows[place][1] for place in starts]
    return Curves(np.array(slopes, np.float32), np.array(offsets, np.float32), starts)


class Relevance:
    """Judges sources beside questions by `meaning`. The same texts always get the same numbers."""

    def __init__(self, meaning: Meaning, weights: Weights) -> None:
        self.meaning = meaning
        self.weights = weights

    def judge(
        self,
        question: str,
        sources: Sequence[Source],
        *,
        scores: Scores = MappingProxyType({}),
        more: float = 0.0,
        chosen: Collection[str] = (),
        introduction: str = "",
    ) -> tuple[tuple[Judged, ...], ...]:
        """For each part that can be searched every source as judged, in the order given.

        A source that was asked the last part, which is about the whole question, was asked every part. One
        that has no word of the subject of the set was not: "Wat vindt u hiervan?" was about something else.
        `scores`: those of the search, by source. `more`: added to the log odds of what it did not find;
        a note counts no less for that. Sources `chosen` are judged both ways; the more probable counts.
        """
        askings = searched(question)
        if not askings:
            return ()
        readings = self.meaning.read(sources)
        parts = [(asking, *self.meaning.part(asking)) for asking in askings]
        evidence = [[evidence_of(a, w, o, r, scores.get(r.source.id)) for r in readings] for a, w, o in parts]
        named = {source.document.id for source in sources if _is_about(introduction, source)}
        about = np.array([source.document.id in named for source in sources])
        curves = self.weights.question
        sameness = about * np.array([[curves.chance(e.question) for e in row] for row in evidence])
        sameness = np.maximum(sameness, np.where(sameness[-1] >= SURE, sameness[-1], 0.0)).round(4)

        def near(evidence: Evidence, source: Source) -> Floats:
            ways = [self.weights.near(evidence, self.weights.search_odds)] if source.id in scores else []
            if not ways or source.id in chosen:
                brought = max(more, 0.0) if source.kind is SourceKind.SUPPLIED else more
                ways.append(self.weights.near(evidence.unsearched, brought))
            return max(ways, key=lambda chances: chances.max(initial=0.0)).round(6)

        chances = [[near(e, source) for e, source in zip(row, sources, strict=True)] for row in evidence]
        best = [[of_units.max(initial=0.0) for of_units in row] for row in chances]
        any_part = (1 - np.prod(1 - np.maximum(sameness, best), axis=0)).round(4).tolist()
        units, margin = [units_of(source) for source in sources], self.weights.margin

        def judged(part: int, at: int) -> Judged:
            of_units, nearness = tuple(chances[part][at].tolist()), round(evidence[part][at].nearness, 4)
            same = float(sameness[part, at])
            return Judged(
                askings[part], sources[at], units[at], of_units, same, any_part[at], nearness, margin
            )

        return tuple(tuple(judged(p, at) for at in range(len(sources))) for p in range(len(askings)))

    def of_selection(
        self, selection: Selection, sources: Sequence[Source], *, trusted: bool = False
    ) -> tuple[tuple[Judged, ...], ...]:
        """`judge` for what a sub-question asks of an archive, and what a person chose.

        `trusted`: what a person chose counts for more, whatever the search thought of it, as where a model
        writes of it and every sentence is checked. Copied sentences have only this measure before the text.
        """
        person = selection.chosen_by is Chooser.PERSON
        chosen = {source.id for source in selection.chosen if person}
        hits = (hit for hit in selection.offered if not trusted or hit.source.id not in chosen)
        return self.judge(
            selection.question.text,
            sources,
            scores={hit.source.id: hit.score for hit in hits},
            more=person * (self.weights.note_odds if trusted else self.weights.person_odds),
            chosen=chosen,
            introduction=selection.introduction,
        )


@lru_cache(maxsize=3)  # what ships, and two that an office learned
def read_measure(text: str) -> Relevance:
    """The measure that ships with the curves that people's choices moved; "" for none that did.

    A signal that those did not know yet keeps the curve that ships; one that is no more counts no more.
    """
    shipped = json.loads(files(__package__).joinpath("relevance.json").read_text("utf-8"))
    learned = json.loads(text or "{}").get("says", {})
    weights = read_weights(shipped | {"says": {n: learned.get(n, row) for n, row in shipped["says"].items()}})
    return Relevance(built_in().meaning if text else Meaning(NanoEncoder(), weights.centre), weights)


def built_in() -> Relevance:
    """The measure that ships, on the built-in encoder."""
    return read_measure("")
