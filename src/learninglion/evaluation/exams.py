"""The exams of models: of one that judges sentences, and of one that writes."""

from __future__ import annotations

import json
import re
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from learninglion.checking.judging import REQUIRED_DETECTION, REQUIRED_TRUTH, Exam, Judge, KindScore
from learninglion.database.blobs import Blobs
from learninglion.drafting.replies import JsonReader, LineReader, Missing, Proposal, answer_schema
from learninglion.dutch.lexicon import FUNCTION_WORDS
from learninglion.dutch.text import fold, squash, words
from learninglion.evaluation.measures import wilson
from learninglion.evaluation.testset import read_rows
from learninglion.inference.generators import Generator, Prompt, ThoughtOnlyError
from learninglion.models.errors import IntegrityError, LearningLionError, UnreadableFileError
from learninglion.models.plain import canonical_json, from_plain, sha256_hex, to_plain

# The exam of a judge: labelled pairs of a sentence and its source, half of them faithful.
#
# What comes out belongs to one judge as it is now: another model, prompt or setting has no exam.


EXAMS_FILE = "judge-exams.json"
_ANSWERS = "judge-answers"
_NEVER = 1.000001  # a threshold that nothing reaches
_MOST_KEPT = 50
_KEEP_EVERY = 2.0  # seconds

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class ExamPair:
    """A sentence, what it is said to rest on, and whether it follows from that."""

    id: str
    source: str
    sentence: str
    faithful: bool
    kind: str
    why: str = ""


def exam_pairs(source: Path | str = "judge_exam.jsonl") -> tuple[ExamPair, ...]:
    """The exam that ships, or one of your own in the same form. UnreadableFileError names a wrong line."""
    pairs = read_rows(source, lambda row, _number: from_plain(ExamPair, row), "is geen paar")
    if len({p.faithful for p in pairs}) < 2:
        name = source if isinstance(source, str) else source.name
        raise UnreadableFileError(name, "een toets heeft zinnen nodig die kloppen en zinnen die niet kloppen")
    return pairs


def part_of(pairs: Sequence[ExamPair], limit: int) -> tuple[ExamPair, ...]:
    """About `limit` of `pairs`, at least two, spread over them and half of them faithful."""
    half = max(1, limit // 2)
    sides = ([p for p in pairs if p.faithful], [p for p in pairs if not p.faithful])
    return tuple(p for side in sides for p in side[:: max(1, len(side) // half)][:half])


def take_exam(
    judge: Judge, pairs: Sequence[ExamPair], today: date, blobs: Blobs, progress: Progress | None = None
) -> Exam:
    """How `judge` does on `pairs`, at the lowest threshold that refuses enough of the unfaithful ones.

    What was asked before this broke off is not asked again: it is kept in `blobs` until the end. It ends
    early, failed and over what was asked, where no threshold can pass whatever the rest would bring.
    Raises LearningLionError where the judge cannot be asked.
    """
    answers = _Answers(blobs, judge.fingerprint)
    scores: list[float] = []
    try:
        for done, pair in enumerate(pairs, 1):
            scores.append(answers.of(pair, judge))
            if progress is not None:
                progress(done, len(pairs))
            if done < len(pairs) and _is_lost(pairs, scores):
                break
    finally:
        answers.keep()
    ended_early = len(scores) < len(pairs)
    scored = pairs[: len(scores)]
    threshold = _NEVER if ended_early else _threshold(pairs, scores)
    answers.forget()
    return _exam_of(judge, pairs, scored, scores, threshold, today)


class _Answers:
    """What a judge said of the pairs of an exam that is not finished, each kept within some seconds."""

    def __init__(self, blobs: Blobs, fingerprint: str) -> None:
        self._blobs = blobs
        self._name = f"{_ANSWERS}/{fingerprint[:40]}.json"
        try:
            self._known: dict[str, float] = json.loads(blobs.read(self._name) or b"{}")
        except ValueError as error:
            raise IntegrityError(
                f"{blobs.place(self._name)}: hierin staan de antwoorden van een afgebroken toets, maar dit "
                "bestand is niet te lezen. Verwijder het; dan begint de toets opnieuw."
            ) from error
        self._saved_at = time.monotonic()

    def of(self, pair: ExamPair, judge: Judge) -> float:
        """The answer on `pair`, asked where it is not known."""
        key = sha256_hex(f"{pair.sentence}\0{pair.source}")
        if key not in self._known:
            self._known[key] = judge.judge(pair.sentence, pair.source)
            if time.monotonic() - self._saved_at > _KEEP_EVERY:
                self.keep()
        return self._known[key]

    def keep(self) -> None:
        """Write down what is known."""
        self._blobs.put(self._name, json.dumps(self._known).encode())
        self._saved_at = time.monotonic()

    def forget(self) -> None:
        """The next exam asks everything anew."""
        self._blobs.remove(self._name)


def _is_lost(pairs: Sequence[ExamPair], scores: Sequence[float]) -> bool:
    """Whether no threshold passes, even if all that is still to be asked is judged rightly and surely."""
    scored = list(zip(scores, pairs, strict=False))
    wrong = sorted((s for s, p in scored if not p.faithful), reverse=True)
    right = [s for s, p in scored if p.faithful]
    faithful = sum(p.faithful for p in pairs)
    let_by = _let_by(len(pairs) - faithful)
    if len(wrong) <= let_by:
        return False
    for refused in wrong[: let_by + 1]:  # this one and all below it; what is right may score 1, and no more
        held = sum(s > refused for s in right) + (faithful - len(right) if refused < 1 else 0)
        share = held / faithful
        through = sum(s > refused for s in wrong) / (len(pairs) - faithful)
        if held and share / (share + through) >= REQUIRED_TRUTH:
            return False
    return True


def _exam_of(
    judge: Judge,
    pairs: Sequence[ExamPair],
    scored: Sequence[ExamPair],
    scores: Sequence[float],
    threshold: float,
    today: date,
) -> Exam:
    """How a judge did that gave `scores` to the first of `pairs`."""
    supported = [score >= threshold for score in scores]
    unfaithful = [not s for s, pair in zip(supported, scored, strict=True) if not pair.faithful]
    refused = [not s for s, pair in zip(supported, scored, strict=True) if pair.faithful]
    counts: dict[tuple[bool, str], list[int]] = {}
    for pair, verdict in zip(scored, supported, strict=True):
        tally = counts.setdefault((not pair.faithful, pair.kind), [0, 0])
        tally[0] += 1
        tally[1] += verdict == pair.faithful
    return Exam(
        judge=judge.name,
        fingerprint=judge.fingerprint,
        cases_sha256=sha256_hex(canonical_json(tuple(pairs))),
        taken_on=today.isoformat(),
        threshold=threshold,
        detection=sum(unfaithful) / max(1, len(unfaithful)),
        detection_interval=wilson(sum(unfaithful), len(unfaithful)),
        false_alarms=sum(refused) / len(refused) if refused else 1.0,
        false_alarms_interval=wilson(sum(refused), len(refused)),
        kinds=tuple(KindScore(kind, not wrong, *tally) for (wrong, kind), tally in sorted(counts.items())),
    )


def _threshold(pairs: Sequence[ExamPair], scores: Sequence[float]) -> float:
    """Halfway between the highest score that must be refused and the next one above it."""
    wrong = sorted((s for s, p in zip(scores, pairs, strict=True) if not p.faithful), reverse=True)
    highest = wrong[_let_by(len(wrong))]  # this one and all below it are refused
    above = [s for s in scores if s > highest]
    return (highest + min(above)) / 2 if above else _NEVER


def _let_by(unfaithful: int) -> int:
    """How many of so many unfaithful sentences a judge may let by."""
    return int((1 - REQUIRED_DETECTION) * unfaithful + 1e-9)


def keep_exam(blobs: Blobs, exam: Exam) -> None:
    """Keep the last exam of each judge where all servers find it."""
    exams = [e for e in _read(blobs) if e.fingerprint != exam.fingerprint][-_MOST_KEPT + 1 :]
    written = json.dumps(to_plain([*exams, exam]), ensure_ascii=False, indent=1)
    blobs.put(EXAMS_FILE, written.encode())


def exam_of(blobs: Blobs, judge: Judge) -> Exam | None:
    """The exam that this very judge took; None when it took none, or was changed since.

    Raises as the judge does where it cannot say what it is.
    """
    fingerprint = judge.fingerprint
    return next((e for e in _read(blobs) if e.fingerprint == fingerprint), None)


def _read(blobs: Blobs) -> list[Exam]:
    try:
        return [from_plain(Exam, row) for row in json.loads(blobs.read(EXAMS_FILE) or b"[]")]
    except (ValueError, TypeError) as error:
        raise IntegrityError(
            f"{blobs.place(EXAMS_FILE)}: hierin staan de toetsen van beoordelaars, maar dit "
            f"bestand is niet te lezen ({error}). "
            "Verwijder het en neem de toets opnieuw af: learninglion evaluate judge"
        ) from error


# A small exam of a language model: does it answer, in which form, in Dutch, from its source, and how fast?
#
# Every trial is one short question, with an outcome in plain Dutch that says what to do about it.


_FEW, _MANY = 80, 2000  # tokens: for an answer, and for one behind thoughts
_SITUATION = "U helpt een ambtenaar. U schrijft Nederlands en gebruikt alleen de bron die u krijgt."
_SOURCE = (
    "De veerdienst van Oosterzand vervoerde in 2022 ruim 48.000 reizigers. In 2023 is het tarief verhoogd "
    "van 1,20 euro naar 1,50 euro."
)
_FORMS = {
    True: 'Antwoord in JSON: {"zinnen": [{"zin": "...", "bewijs": [{"bron": 1, "woorden": "..."}]}], '
    '"ontbreekt": []}. De woorden staan letterlijk in de bron. Staat het er niet, zet dat dan in '
    '"ontbreekt".',
    False: 'Schrijf één zin met zijn bewijs erachter, zo: Een zin. [bron 1: "letterlijke woorden uit de '
    'bron"]. Staat het er niet, schrijf dan: Ontbreekt: wat er niet in staat.',
}
_DUTCH_SHARE = 0.25  # of the words of an answer; Dutch prose has some 0.45, English hardly any
_SLOW = 3.0  # tokens a second: a draft of 250 words takes minutes below this


class Outcome(StrEnum):
    """What came of a trial."""

    GOOD = "goed"
    LIMITED = "beperkt"  # it works, with something to know
    BAD = "fout"


@dataclass(frozen=True, slots=True)
class Trial:
    """One question with what came of it."""

    name: str
    outcome: Outcome
    detail: str

    @property
    def line(self) -> str:
        """The trial as a line to read, such as "✓ Nederlands: ..."."""
        return f"{_SIGNS[self.outcome]} {self.name}: {self.detail}"


_SIGNS = {Outcome.GOOD: "✓", Outcome.LIMITED: "~", Outcome.BAD: "✕"}


@dataclass(frozen=True, slots=True)
class ModelReport:
    """The whole exam; `fit_for` says in plain Dutch what the model can be used for."""

    model: str
    trials: tuple[Trial, ...]
    fit_for: str

    @property
    def usable(self) -> bool:
        """Whether the model can write."""
        return all(t.outcome is not Outcome.BAD for t in self.trials)


def check_model(opening: Callable[[], Generator]) -> ModelReport:
    """The exam of the model that `opening` gives; a failure is an outcome, not an error."""
    before = _memory()
    try:
        generator = opening()
        described = generator.describe()
    except LearningLionError as error:
        bad = Trial("verbinding", Outcome.BAD, error.detail)
        return ModelReport("", (bad,), "Niet te gebruiken: het model antwoordt niet.")
    parameters = dict(described.parameters)
    exam = _Exam(generator)
    trials = [
        Trial(
            "verbinding",
            Outcome.GOOD,
            f"{generator.model} antwoordt ({parameters.get('base_url', 'op deze computer')})",
        ),
        _parameters(parameters.get("refused", "")),
        _context(generator.context_tokens),
        exam.thinking(),
    ]
    if trials[-1].outcome is not Outcome.BAD:
        trials += [exam.form(), exam.dutch(), exam.citing(), exam.silence(), exam.speed()]
    trials.append(_memory_used(before, generator.name))
    return ModelReport(generator.model, tuple(trials), _fit_for({t.name: t.outcome for t in trials}))


class _Exam:
    """The questions to one model."""

    def __init__(self, generator: Generator) -> None:
        self._generator = generator
        self._tokens = _FEW
        self._written = 0
        self._seconds = 0.0

    def thinking(self) -> Trial:
        prompt = Prompt(_SITUATION, "Antwoord met één woord: is ijs kouder dan stoom?")
        try:
            try:
                self._ask(prompt)
            except ThoughtOnlyError:
                self._tokens = _MANY
                self._ask(prompt)
                return Trial(
                    "denken",
                    Outcome.LIMITED,
                    "het model denkt eerst hardop. Geef het ruimte: zet [generator] max_tokens op 3000 of "
                    "meer, of zet het denken op de server uit",
                )
        except LearningLionError as error:
            return Trial("denken", Outcome.BAD, error.detail)
        return Trial("denken", Outcome.GOOD, "het model antwoordt zonder eerst lang te denken")

    def form(self) -> Trial:
        if self._generator.structured:
            return Trial("JSON", Outcome.GOOD, "de server dwingt de vorm van het antwoord af")
        how = "het model vult alleen tekst aan; het krijgt voorbeelden te zien"
        if self._generator.chats:
            how = "de vorm wordt niet afgedwongen; er wordt om regels gevraagd"
        return Trial("JSON", Outcome.LIMITED, how)

    def dutch(self) -> Trial:
        prompt = Prompt(_SITUATION, "Leg in twee zinnen uit waarom een brug onderhoud nodig heeft.")
        answer = self._try(prompt)
        if isinstance(answer, LearningLionError):
            return Trial("Nederlands", Outcome.BAD, answer.detail)
        tokens = [fold(word) for word in words(answer)]
        share = sum(word in FUNCTION_WORDS for word in tokens) / len(tokens) if tokens else 0.0
        outcome, what = (Outcome.GOOD, "") if share >= _DUTCH_SHARE else (Outcome.BAD, "geen ")
        return Trial("Nederlands", outcome, f"het antwoord is {what}Nederlands: “{_short(answer)}”")

    def citing(self) -> Trial:
        answer = self._try(self._sourced("Hoeveel reizigers vervoerde de veerdienst in 2022?"), schema=True)
        if isinstance(answer, LearningLionError):
            return Trial("bronvermelding", Outcome.BAD, answer.detail)
        proposals = [i for i in self._read(answer) if isinstance(i, Proposal)]
        quoted = [p for i in proposals for p in i.proofs if p.words and squash(p.words) in _SOURCE]
        right = any("48.000" in i.sentence or "48000" in i.sentence for i in proposals)
        if not right:
            detail = f"het antwoord klopt niet met de bron: “{_short(answer)}”"
            return Trial("bronvermelding", Outcome.BAD, detail)
        if not quoted:
            detail = "het antwoord klopt, maar het bewijs ontbreekt erbij"
            return Trial("bronvermelding", Outcome.LIMITED, detail)
        detail = "het antwoord klopt en noemt letterlijke woorden uit de bron"
        return Trial("bronvermelding", Outcome.GOOD, detail)

    def silence(self) -> Trial:
        answer = self._try(self._sourced("Wat kost een jaarabonnement op de veerdienst?"), schema=True)
        if isinstance(answer, LearningLionError):
            return Trial("zwijgen", Outcome.BAD, answer.detail)
        items = self._read(answer)
        invented = [i.sentence for i in items if isinstance(i, Proposal) and re.search(r"\d", i.sentence)]
        if any(isinstance(i, Missing) for i in items) or not invented:
            return Trial("zwijgen", Outcome.GOOD, "het zegt niets over wat niet in de bron staat")
        detail = f"het verzint een antwoord; de controle moet dat tegenhouden: “{_short(invented[0])}”"
        return Trial("zwijgen", Outcome.LIMITED, detail)

    def speed(self) -> Trial:
        pace = self._written / self._seconds if self._seconds else 0.0
        detail = f"ongeveer {pace:.1f} tokens per seconde"
        if pace < _SLOW:
            return Trial("snelheid", Outcome.LIMITED, f"{detail}: een tekstvoorstel duurt minuten")
        return Trial("snelheid", Outcome.GOOD, detail)

    def _sourced(self, question: str) -> Prompt:
        form = _FORMS[self._generator.structured]
        return Prompt(_SITUATION, f"Bron 1: {_SOURCE}\n\nVraag: {question}\n\n{form}")

    def _read(self, answer: str) -> list[Proposal | Missing]:
        reader = JsonReader() if self._generator.structured else LineReader()
        return [*reader.feed(answer), *reader.finish()[0]]

    def _try(self, prompt: Prompt, schema: bool = False) -> str | LearningLionError:
        try:
            return self._ask(prompt, schema=schema, more=120)
        except LearningLionError as error:
            return error

    def _ask(self, prompt: Prompt, schema: bool = False, more: int = 0) -> str:
        began = time.perf_counter()
        wanted = answer_schema() if schema and self._generator.structured else None
        tokens = min(self._tokens + more, max(_FEW, self._generator.context_tokens // 2))
        answer = "".join(self._generator.stream(prompt, schema=wanted, max_tokens=tokens))
        self._seconds += time.perf_counter() - began
        self._written += self._generator.count_tokens(answer)
        return answer


def _parameters(refused: str) -> Trial:
    if not refused:
        return Trial("parameters", Outcome.GOOD, "de server neemt alle instellingen aan")
    detail = f"de server weigert {refused}; die wordt weggelaten"
    if "seed" in refused or "temperature" in refused:
        detail += ". Hetzelfde verzoek kan daardoor een ander antwoord geven"
    return Trial("parameters", Outcome.LIMITED, detail)


def _context(tokens: int) -> Trial:
    if tokens < 4096:
        return Trial("ruimte", Outcome.LIMITED, f"{tokens} tokens: er passen maar enkele bronnen in")
    return Trial("ruimte", Outcome.GOOD, f"{tokens} tokens voor bronnen en antwoord samen")


def _memory() -> float:
    """The most memory this process used, in MB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1_000_000 if sys.platform == "darwin" else 1_000)


def _memory_used(before: float, kind: str) -> Trial:
    if kind != "gguf":
        return Trial("geheugen", Outcome.GOOD, "het model draait in een ander programma")
    return Trial("geheugen", Outcome.GOOD, f"het model gebruikt ongeveer {max(_memory() - before, 0):.0f} MB")


def _short(text: str) -> str:
    text_line = squash(text)
    return text_line if len(text_line) <= 120 else text_line[:119].rstrip() + "…"


def _fit_for(outcomes: dict[str, Outcome]) -> str:
    bad = [name for name, outcome in outcomes.items() if outcome is Outcome.BAD]
    if "denken" in bad:
        return "Niet te gebruiken: het model geeft geen antwoord."
    if "Nederlands" in bad:
        return "Niet geschikt: het model schrijft geen Nederlands."
    if "bronvermelding" in bad:
        return "Niet geschikt om te schrijven: het leest de bron niet goed. Kies een groter model."
    if bad:
        return f"Nog niet geschikt: {', '.join(bad)} gaat fout."
    if outcomes.get("zwijgen") is Outcome.LIMITED or outcomes.get("bronvermelding") is Outcome.LIMITED:
        return "Bruikbaar om te schrijven, met meer zinnen die de controle tegenhoudt."
    return "Geschikt om te schrijven. Meet met evaluate judge of het ook mag oordelen."
