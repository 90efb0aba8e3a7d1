"""Learns the measure of relevance from judged cases, and says how good it is on what it did not see.

Cases are balanced: every passage with questions that it answers and questions that only look like them, and
the answering sentence taken out. Judged sets and look-alikes of an office come on top. From what officers
chose and rejected it learns too: a source answers where a person chose it and a sentence of it stands in the
text, and not where a person rejected it with a reason. Of that only what is better is kept.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from learninglion.drafting.askings import Asking, searched
from learninglion.drafting.quotation import units_of
from learninglion.drafting.relevance import (
    ASKED_BEFORE,
    SAYS_IT,
    SURE,
    Curves,
    Evidence,
    Meaning,
    Relevance,
    Weights,
    evidence_of,
    log_odds,
)
from learninglion.evaluation.measures import Comparison, compare, descend
from learninglion.evaluation.testset import folds
from learninglion.inference.encoders import NanoEncoder
from learninglion.models import (
    Chooser,
    DocumentCard,
    DocumentKind,
    Dossier,
    Hit,
    Source,
    SourceKind,
    Span,
    Verification,
)
from learninglion.models.errors import InputError

Numbers = NDArray[np.float64]
# The signals of ASKED_BEFORE that begin a curve: nearly the same words, the thing, its sort.
_ASKED_CURVES = (0, 1, 3)
RELEVANCE_CASES, POSITION_CASES, LOOK_ALIKE_CASES = "relevance.jsonl", "positions.jsonl", "look_alikes.jsonl"


class Asked(Enum):
    """What a source was asked, beside the part of a question."""

    SAME = auto()
    NEARLY = auto()  # in nearly the same words another thing
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Example:
    """A part of a question beside a source, and whether the source answers it and was asked it (None: nobody
    said).

    `units`: the places of the answering sentences, where they are known. `score`: that of the search.
    """

    asking: Asking
    source: Source
    group: str  # what must not be split over two folds
    answers: bool | None = None
    likeness: Asked | None = None
    weight: float = 1.0
    units: frozenset[int] = frozenset()
    score: float | None = None


def make_source(name: str, question: str, body: str) -> Source:
    """A source of a case, as if it stood in an archive."""
    card = DocumentCard(name, "", DocumentKind.KAMERVRAGEN)
    return Source(name, card, SourceKind.PAIR, body, Span(0, len(body)), 1, (1,), question)


def case_lines(name: str) -> list[dict[str, Any]]:
    """The hand-written cases that ship, of one file."""
    text = files("learninglion.evaluation").joinpath("cases", name).read_text("utf-8")
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def shipped_cases(part: str = "train") -> Iterator[Example]:
    """The hand-written cases of this part ("train" or "kept") as examples."""
    for case in case_lines(RELEVANCE_CASES):
        if case["part"] == part:
            yield from _of_case(case)
    yield from _of_positions([case for case in case_lines(POSITION_CASES) if case["part"] == part])
    for case in case_lines(LOOK_ALIKE_CASES):
        source = make_source(str(case["id"]), str(case["source_question"]), str(case["passage"]))
        for question in case["questions"] if case["part"] == part else ():
            likeness = Asked.SAME if question["answers"] else Asked.NEARLY
            for asking in searched(str(question["text"])):
                yield Example(asking, source, source.id, likeness=likeness)


def _of_positions(cases: Sequence[Mapping[str, Any]]) -> Iterator[Example]:
    """Of each case the older source, which was asked the same."""
    for case in cases:
        name, old = str(case["id"]), case["old"]
        source = make_source(f"{name}-old", old["question"], old["answer"])
        for asking in searched(str(case["ask"])):
            yield Example(asking, source, name, True, Asked.SAME)


def _of_case(case: Mapping[str, Any]) -> Iterator[Example]:
    name, passage = str(case["id"]), str(case["passage"])
    source = make_source(name, str(case["source_question"]), passage)
    for asking in searched(source.question):
        yield Example(asking, source, name, likeness=Asked.SAME)
    questions = case["questions"]
    for question in questions:
        key = str(question["key"])
        where = frozenset(n for n, u in enumerate(units_of(source)) if key and _same(u.text, key))
        for asking in searched(question["text"]):
            answers = bool(question["answers"]) and bool(where)
            likeness = None if answers else Asked.OTHER
            yield Example(asking, source, name, answers, likeness, units=where)
            if answers:  # the same question with the answering sentence taken out
                rest = " ".join(u.text for n, u in enumerate(units_of(source)) if n not in where)
                if rest:
                    less = make_source(name + _LESS, source.question, rest)
                    yield Example(asking, less, name, False)


def of_look_alikes(
    rows: Sequence[Mapping[str, str]], offered: Mapping[str, Sequence[Sequence[Hit]]]
) -> Iterator[Example]:
    """Questions in other words and questions that only look alike, beside what was offered for each.

    `offered` has the hits by "para" and "near", in the order of `rows`.
    """
    for number, row in enumerate(rows):
        group = f"look-{row['id']}"
        for name in ("para", "near"):
            for asking in searched(row[name]):
                for hit in offered[name][number][:_READ]:
                    source, right = hit.source, hit.source.document.id == row["id"]
                    made = Example(asking, source, group, False, score=hit.score)
                    if name == "near":
                        yield replace(made, likeness=Asked.OTHER)
                    elif right:  # of another nobody read whether it answers as well
                        where = frozenset(
                            n for n, u in enumerate(units_of(source)) if _same(u.text, row["key"])
                        )
                        yield replace(made, answers=True, units=where)
                        rest = " ".join(u.text for n, u in enumerate(units_of(source)) if n not in where)
                        if rest:
                            yield replace(made, source=make_source(source.id + _LESS, source.question, rest))


def of_judged(name: str, question: str, labels: Sequence[str], offered: Sequence[Hit]) -> Iterator[Example]:
    """A question of a real set beside what was offered; `labels` says of each what reading said of it.

    What answers in part, and what nobody read, says neither that such a passage answers nor that it does not.
    """
    for asking in searched(question):
        for hit, label in zip(offered[:_READ], labels, strict=False):
            answers = {"yes": True, "no": False}.get(label)
            likeness = None if answers else Asked.OTHER
            yield Example(asking, hit.source, name, answers, likeness, score=hit.score)


def of_own_wording(pair_id: str, question: str, offered: Sequence[Hit]) -> Iterator[Example]:
    """A question of the archive itself beside what was offered: was the source asked the same?"""
    for asking in searched(question):
        for hit in offered[:3]:
            likeness = Asked.SAME if hit.source.document.id == pair_id else Asked.OTHER
            yield Example(asking, hit.source, pair_id, likeness=likeness, score=hit.score)


_LESS = "-less"  # the id of a source with its answering sentence taken out ends so
_READ = 6  # sources that a draft reads for their meaning


def _same(text: str, key: str) -> bool:
    one, other = ("".join(c for c in t.casefold() if c.isalnum()) for t in (text, key))
    return bool(one) and (one in other or other in one)


# --------------------------------------------------------------------------- fitting


def fit(rows: Numbers, answers: Numbers, start: Curves, weights: Numbers | None = None) -> Curves:
    """Curves whose product is the chance; none falls where its signals grow. No luck: it starts the same.

    From curves that learned nothing (slopes of 0) they go where the rows lead; from others only as far as
    the rows ask for it. `rows` (n, signals), NaN where a signal is not known; `answers` are 0 or 1.
    """
    mean, scale = np.nanmean(rows, axis=0), np.nanstd(rows, axis=0) + 1e-6
    placed, count, starts = (rows - mean) / scale, rows.shape[1], start.starts
    curve_of = np.searchsorted(starts, np.arange(count), side="right") - 1
    weights = np.ones(len(rows)) if weights is None else weights
    shares = weights / weights.sum()
    numbers = np.concatenate([np.full(count, 0.5), np.ones(len(starts))])
    rest, penalty = np.zeros_like(numbers), _PENALTY
    if start.slopes.any():
        steep = np.maximum(start.slopes * scale, 1e-3)
        middle = np.add.reduceat(start.slopes * mean, starts)
        numbers = np.concatenate([np.log(np.expm1(steep)), start.offsets + middle])
        rest, penalty = numbers, _HOLD

    def away(numbers: Numbers) -> Numbers:
        """The slope of what is lost."""
        slopes, offsets = np.log1p(np.exp(numbers[:count])), numbers[count:]
        inside = np.add.reduceat(placed * slopes, starts, axis=1) + offsets
        inside = np.where(np.isnan(inside), _SETTLED, inside)
        chance = np.clip(np.exp(-np.log1p(np.exp(-inside)).sum(axis=1)), 1e-9, 1 - 1e-9)
        pull = shares * (answers - (1 - answers) * chance / (1 - chance))
        flow = pull[:, None] / (1 + np.exp(inside))
        steep = np.nansum(flow[:, curve_of] * placed, axis=0) / (1 + np.exp(-numbers[:count]))
        slope: Numbers = penalty * (numbers - rest) - np.concatenate([steep, flow.sum(axis=0)])
        return slope

    numbers = descend(numbers, away, [0.05] * _STEPS, fresh=0.001)
    slopes = np.log1p(np.exp(numbers[:count])) / scale
    offsets = numbers[count:] - np.add.reduceat(slopes * mean, starts)
    return Curves(slopes.astype(np.float32), offsets.astype(np.float32), starts)


_SETTLED = 30.0  # inside a curve: it is 1
_BATCH = 64
_STEPS = 1500
_HALVINGS = 50
# added to the signals of a sentence it makes one unknown
_UNNAMED = np.where(np.array(SAYS_IT) == "named", np.nan, 0.0).astype(np.float32)
_PENALTY = 2e-4
_HOLD = 5e-3  # with 40 questions curves hardly move, with 1,000 freely
_MISSED = 0.1  # of the answering sentences
_ROUNDS = 3  # of choosing the best sentence of a source and fitting again


def train(
    examples: Sequence[Example],
    *,
    encoder: NanoEncoder,
    centre: NDArray[np.float32],
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Weights:
    """The weights that `examples` teach; the same examples teach the same."""
    return _fit_all(examples, read_evidence(examples, Meaning(encoder, centre), progress), centre)


def read_evidence(
    examples: Sequence[Example],
    meaning: Meaning,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> list[Evidence]:
    """The numbers of every example."""
    evidence: list[Evidence] = []
    for start in range(0, len(examples), _BATCH):
        part = examples[start : start + _BATCH]
        meaning.read([example.source for example in part])  # together they use the cores better
        for example in part:
            (reading,), asking = meaning.read([example.source]), example.asking
            # a judgment says which question is answered, not which part
            whole = meaning.question(asking.about)
            evidence.append(evidence_of(asking, whole, whole, reading, example.score))
        progress(start + len(part), len(examples))
    return evidence


def held_out(examples: Sequence[Example], weights: Weights, encoder: NanoEncoder) -> dict[str, object]:
    """How well the weights tell examples apart that they did not learn from: areas under the curve (0..1)."""
    evidence = read_evidence(examples, Meaning(encoder, weights.centre))
    says: dict[bool, list[float]] = {True: [], False: []}
    for example, read in zip(examples, evidence, strict=True):
        if example.answers is not None and len(read.sentences):
            says[example.answers].append(float(weights.sentences.chance(read.sentences).max()))
    return {"kept_says": area(says[True], says[False])}


def area(high: Sequence[float], low: Sequence[float]) -> float:
    """The chance that one of `high` is above one of `low`."""
    if not high or not low:
        return 0.0
    above = np.array(high)[:, None] - np.array(low)[None]
    return round(float((above > 0).mean() + 0.5 * (above == 0).mean()), 3)


def _fit_all(
    examples: Sequence[Example], evidence: Sequence[Evidence], centre: NDArray[np.float32]
) -> Weights:
    """Both sets of curves from examples with their evidence; every part of a question counts as one."""
    pairs = zip(examples, evidence, strict=True)
    used = [(e, v) for e, v in pairs if len(v.sentences) and e.answers is not None]
    empty = blank(centre)
    says = replace(empty.sentences, slopes=np.ones_like(empty.sentences.slopes))
    answers = np.array([e.answers for e, _ in used], float)
    counts = Counter((e.group, e.asking.text) for e, _ in used)
    weights = np.array([1 / counts[e.group, e.asking.text] for e, _ in used])
    for _ in range(_ROUNDS):
        rows = np.array([_best_row(e, v, says) for e, v in used], float)
        says = fit(rows, answers, empty.sentences, weights)
    note_odds, margin = find_written(examples, evidence, says), _find_margin(examples, evidence, says)
    fitted = Weights(centre, says, _fit_asked(examples, evidence), note_odds=note_odds, margin=margin)
    return replace(
        fitted,
        search_odds=find_found(examples, evidence, fitted),
        person_odds=find_found(examples, [read.unsearched for read in evidence], fitted),
    )


def _fit_asked(examples: Sequence[Example], evidence: Sequence[Evidence]) -> Curves:
    """Whether a question is nearly the earlier one, and of those that are whether it asks the same thing."""
    labelled = [
        (e.likeness, v.question) for e, v in zip(examples, evidence, strict=True) if e.likeness is not None
    ]
    rows = np.array([signals for _, signals in labelled], float)
    same = np.array([likeness is Asked.SAME for likeness, _ in labelled])
    nearly = np.array([likeness is not Asked.OTHER for likeness, _ in labelled])
    words = fit(rows[:, :1], nearly.astype(float), flat(1, (0,)))
    of_those, starts = rows[nearly, 1:], tuple(start - 1 for start in _ASKED_CURVES[1:])
    thing = fit(of_those, same[nearly].astype(float), flat(of_those.shape[1], starts))
    slopes = np.concatenate([words.slopes, thing.slopes])
    return Curves(slopes, np.concatenate([words.offsets, thing.offsets]), _ASKED_CURVES)


def find_found(examples: Sequence[Example], evidence: Sequence[Evidence], weights: Weights) -> float:
    """What to add to the log odds of what was offered, so that the chances are as many as answer.

    Counted is the source that most probably answers each part of a judged question; by halving.
    """
    best: dict[tuple[str, str], tuple[float, bool]] = {}
    for example, read in zip(examples, evidence, strict=True):
        key = (example.group, example.asking.text)
        if None not in (example.score, example.answers) and not example.source.id.endswith(_LESS):
            chance = float(weights.near(read, 0.0).max(initial=0.0))
            best[key] = max(best.get(key, (0.0, False)), (chance, bool(example.answers)))
    if not any(answers for _, answers in best.values()):
        return 0.0
    chances = np.array([chance for chance, _ in best.values()])
    low, high = -_SETTLED, _SETTLED
    for _ in range(_HALVINGS):
        odds = math.exp((low + high) / 2)
        many = (chances * odds / (chances * odds + 1 - chances)).sum()
        if many > sum(answers for _, answers in best.values()):
            high = (low + high) / 2
        else:
            low = (low + high) / 2
    return (low + high) / 2


def find_written(examples: Sequence[Example], evidence: Sequence[Evidence], says: Curves) -> float:
    """By how much the log odds rise of what was written for a question, so that most are told right by what
    is likely: of the sentences of the hand-written cases, as many that answer as that do not.
    """
    chances: dict[bool, list[float]] = {True: [], False: []}
    for example, read in zip(examples, evidence, strict=True):
        if example.answers is not None and example.score is None:
            # what stands beside an answer may answer a little too
            places = sorted(example.units) if example.answers else range(len(read.sentences))
            chances[example.answers] += says.chance(read.sentences[list(places)] + _UNNAMED).tolist()
    rows = sorted(((c, (right or -1) / len(of)) for right, of in chances.items() for c in of), reverse=True)
    gain = np.cumsum([share for _, share in rows])
    return -log_odds(rows[int(np.argmax(gain))][0])


def _find_margin(examples: Sequence[Example], evidence: Sequence[Evidence], says: Curves) -> float:
    """How near the odds of nine in ten of the answering sentences of the hand-written cases come to those of
    the best of their source.
    """
    shares = []
    for example, read in zip(examples, evidence, strict=True):
        if example.units and example.score is None:
            chances = np.minimum(says.chance(read.sentences), SURE)
            odds = chances / (1 - chances)
            shares.append(float(odds[sorted(example.units)].max() / odds.max()))
    return float(np.quantile(shares, _MISSED)) if shares else 1.0


def _best_row(example: Example, evidence: Evidence, says: Curves) -> NDArray[np.float32]:
    """The row of the sentence that answers, else of the one that seems to most."""
    places = sorted(example.units) if example.answers and example.units else range(len(evidence.sentences))
    rows = evidence.sentences[list(places)]
    best: NDArray[np.float32] = rows[int(np.argmax(says.chance(rows)))]
    return best


def blank(centre: NDArray[np.float32]) -> Weights:
    """Weights that have learned nothing."""
    says = flat(len(SAYS_IT), tuple(range(len(SAYS_IT))))
    return Weights(centre, says, flat(len(ASKED_BEFORE), _ASKED_CURVES))


def flat(signals: int, starts: tuple[int, ...]) -> Curves:
    """Curves that have learned nothing; `starts`: the first signal of each."""
    return Curves(np.zeros(signals, np.float32), np.zeros(len(starts), np.float32), starts)


def case_texts(part: str) -> list[str]:
    """The passages of the shipped cases of this part."""
    return [str(case["passage"]) for case in case_lines(RELEVANCE_CASES) if case["part"] == part]


def find_centre(encoder: NanoEncoder, texts: Sequence[str]) -> NDArray[np.float32]:
    """The mean of the word vectors of these texts."""
    made = encoder.word_vectors([t.split() for t in texts], as_question=False)
    return np.asarray(np.concatenate(made).mean(axis=0), dtype=np.float32)


def write_weights(weights: Weights, card: Mapping[str, Any]) -> str:
    """The weights as JSON, with their card; what `read_weights` reads."""

    def points_of(names: Sequence[str], curves: Curves) -> dict[str, list[float]]:
        rows = {name: [round(float(slope), 5)] for name, slope in zip(names, curves.slopes, strict=True)}
        for place, offset in zip(curves.starts, curves.offsets, strict=True):
            rows[names[place]].append(round(float(offset), 5))
        return rows

    data = {
        "card": dict(card),
        "found": round(weights.search_odds, 4),
        "brought": round(weights.person_odds, 4),
        "written": round(weights.note_odds, 4),
        "close": round(weights.margin, 4),
        "says": points_of(SAYS_IT, weights.sentences),
        "asked": points_of(ASKED_BEFORE, weights.question),
        "centre": [round(float(v), 5) for v in weights.centre],
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


_FEWEST = 40  # questions: with less no difference can be told from luck
_PARTS = 5
_SIGNIFICANT = 0.05


@dataclass(frozen=True, slots=True)
class ChoicesReport:
    """What was learned, and how it compares on questions that it was not learned from."""

    weights: Weights
    questions: int
    comparison: Comparison  # of the mean log likelihood of what people decided; nearer to 0 is better

    @property
    def better(self) -> bool:
        """Whether it is demonstrably better than what was in force."""
        return self.comparison.difference > 0 and self.comparison.p < _SIGNIFICANT


def of_dossiers(dossiers: Iterable[Dossier]) -> Iterator[Example]:
    """The decisions of people in the last version of each dossier."""
    for dossier in dossiers:
        for verification in dossier.verifications:
            selection = verification.draft.selection
            if selection.chosen_by is Chooser.PERSON:
                group = f"{dossier.id}/{'-'.join(map(str, selection.question.numbers))}"
                yield from _of_question(group, verification)


def _of_question(group: str, verification: Verification) -> Iterator[Example]:
    selection = verification.draft.selection
    askings = searched(selection.question.text)
    refused = {r.source_id for r in selection.rejected}
    cited = {c.source_id for check in verification.shown for c in check.statement.citations}
    for hit in selection.offered:
        for asking in askings:
            made = Example(asking, hit.source, group, False, None, 1 / len(askings), score=hit.score)
            if hit.source.id in refused:
                yield made
            elif hit.source.id in cited and hit.source in selection.chosen:
                yield replace(made, answers=True, units=_cited_units(verification, hit.source))


def _cited_units(verification: Verification, source: Source) -> frozenset[int]:
    spans = [
        c.span
        for check in verification.shown
        for c in check.statement.citations
        if c.source_id == source.id and c.span is not None
    ]
    return frozenset(
        place
        for place, unit in enumerate(units_of(source))
        if any(span.start < unit.span.end and unit.span.start < span.end for span in spans)
    )


def learn_from_choices(
    examples: Sequence[Example],
    measure: Relevance,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> ChoicesReport:
    """Move the curves of `measure` towards what people decided, measured on every fifth of the questions.

    Raises InputError where people decided too little: about `_FEWEST` questions, both ways.
    """
    evidence = read_evidence(examples, measure.meaning, progress)
    used = [(e, v) for e, v in zip(examples, evidence, strict=True) if len(v.sentences)]
    groups = list(dict.fromkeys(e.group for e, _ in used))
    if len(groups) < _FEWEST or len({e.answers for e, _ in used}) < 2:
        raise InputError(
            f"Bij {len(groups)} vragen koos of verwierp iemand een bron; "
            f"om te leren zijn er ten minste {_FEWEST} nodig, en van beide iets."
        )
    current = measure.weights
    part_of = dict(zip(groups, folds(groups, _PARTS), strict=True))
    before: dict[str, float] = {}
    after: dict[str, float] = {}
    for part in range(_PARTS):
        held = [(e, v) for e, v in used if part_of[e.group] == part]
        learned = _moved([(e, v) for e, v in used if part_of[e.group] != part], current.sentences)
        before |= _likelihoods(held, current.sentences)
        after |= _likelihoods(held, learned)
    was, is_now = (np.array([by_group[group] for group in groups]) for by_group in (before, after))
    comparison = compare("log likelihood", was, is_now)
    return ChoicesReport(replace(current, sentences=_moved(used, current.sentences)), len(groups), comparison)


def _moved(used: Sequence[tuple[Example, Evidence]], start: Curves) -> Curves:
    rows = np.array([_best_row(e, v, start) for e, v in used], float)
    answers = np.array([e.answers for e, _ in used], float)
    weights = np.array([e.weight for e, _ in used])
    return fit(rows, answers, start, weights)


def _likelihoods(held: Sequence[tuple[Example, Evidence]], curves: Curves) -> dict[str, float]:
    """Of every question the mean log likelihood of what was decided."""
    by_group: dict[str, list[float]] = {}
    for example, evidence in held:
        chance = float(np.clip(curves.chance(_best_row(example, evidence, curves)[None])[0], 0.01, 0.99))
        by_group.setdefault(example.group, []).append(np.log(chance if example.answers else 1 - chance))
    return {group: float(np.mean(values)) for group, values in by_group.items()}
