"""Test sets: pairs files and collections, as documents that go the same way through the program as any.

A `Trial` says what is searched, what is asked, and what each question may find. A pairs file has no dates:
every question searches all answers. In a collection a question searches what was there when it was asked:
only documents older than its own.

A `DraftTrial` is an archive with questions of which it is known what in it answers them: pairs, the
collection of an organisation, or questions that people labelled with the sources that answer them, or with
none.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_left
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from learninglion.models import Document, DocumentKind, Entry, QAPair, Span
from learninglion.models.errors import InputError, UnreadableFileError
from learninglion.parsing.passages import cut

Made = TypeVar("Made")

# With fewer older sources than this to choose from, finding the right one says little.
_FEWEST_OLDER = 10


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """A question and the answer that was given to it; `document` groups pairs of one document."""

    id: str
    question: str
    answer: str
    document: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """A question that is asked; `own` is the number of the entry that is its own pair."""

    id: str
    text: str
    own: int


@dataclass(frozen=True, slots=True)
class Trial:
    """What is searched, what is asked, and (`timed`) whether only older documents may be found.

    `names` are what judgements and rankings call the entries; `left_out` counts questions that cannot be
    measured: without a date, or with hardly anything older to search.
    """

    label: str
    entries: tuple[Entry, ...]
    names: tuple[str, ...]
    queries: tuple[Query, ...]
    timed: bool
    sha256: str
    left_out: int = 0

    def document_of(self, query: Query) -> str:
        """The id of the document that `query` comes from."""
        return self.entries[query.own][0].document.id


class OlderDocuments:
    """For a document of a trial, what was there before it."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        cards = {source.document.id: source.document for source, _ in entries}
        sources: dict[str, int] = {}
        for source, _ in entries:
            sources[source.document.id] = sources.get(source.document.id, 0) + 1
        dated = sorted((card.date, card.id) for card in cards.values() if card.date is not None)
        self._days = [day for day, _ in dated]
        self._ids = [document_id for _, document_id in dated]
        self._day_of = {card.id: card.date for card in cards.values()}
        self._before = [0]
        for document_id in self._ids:
            self._before.append(self._before[-1] + sources[document_id])

    def count(self, document_id: str) -> int:
        """How many documents are of an earlier day; none where the document itself has no date."""
        day = self._day_of[document_id]
        return bisect_left(self._days, day) if day is not None else 0

    def between(self, start: int, end: int) -> tuple[str, ...]:
        """The documents from `start` up to `end`, counted from the oldest."""
        return tuple(self._ids[start:end])

    def sources(self, document_id: str) -> int:
        """How many sources those documents have."""
        return self._before[self.count(document_id)]


def shipped(name: str) -> str:
    """The text of a file with cases that ships."""
    return files(__package__).joinpath("cases", name).read_text("utf-8")


def read_rows(source: Path | str, make: Callable[[Any, int], Made], lacking: str) -> tuple[Made, ...]:
    """What `make` makes of each line of a JSON Lines file, and of its number; empty lines are passed over.

    `source`: a file, or the name of one with cases that ships. Raises UnreadableFileError, which names the
    line and says what is `lacking` in it, where it cannot be made.
    """
    name = source if isinstance(source, str) else source.name
    try:
        text = shipped(source) if isinstance(source, str) else source.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFileError(name, f"dit bestand is niet te lezen ({error})") from error
    rows: list[Made] = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                rows.append(make(json.loads(line), number))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise UnreadableFileError(name, f"regel {number} {lacking} ({error})") from error
    return tuple(rows)


def word_pairs(table: str) -> tuple[tuple[str, str], ...]:
    """ "a > b; c > d" as pairs."""
    entries = (entry.split(">") for entry in table.replace("\n", " ").split(";"))
    return tuple((" ".join(old.split()), " ".join(new.split())) for old, new in entries)


def read_pairs(path: Path) -> tuple[LabelledPair, ...]:
    """The pairs of a JSON Lines file with `id`, `question`, `answer` (and `document`, if known) a line."""

    def pair(row: Mapping[str, object], _number: int) -> LabelledPair:
        document = str(row.get("document", ""))
        return LabelledPair(str(row["id"]), str(row["question"]), str(row["answer"]), document)

    pairs = read_rows(path, pair, "heeft geen id, question en answer")
    if not pairs:
        raise UnreadableFileError(path.name, "er staan geen paren in")
    _require_distinct(path, [p.id for p in pairs])
    return pairs


def _require_distinct(path: Path, ids: Sequence[str]) -> None:
    if len(set(ids)) < len(ids):
        raise InputError(f"{path.name}: sommige ids komen meer dan eens voor")


def answer_entries(pairs: Sequence[LabelledPair]) -> tuple[Entry, ...]:
    """Each answer as a document of its own, without its question: what is searched with labelled pairs."""
    return tuple(entry for pair in pairs for entry in cut(_document(pair, question="")))


def pair_entries(pairs: Sequence[LabelledPair]) -> tuple[Entry, ...]:
    """Each pair as a document of its own, question and answer: an archive to search in."""
    return tuple(entry for pair in pairs for entry in cut(_document(pair, question=pair.question)))


def pairs_trial(pairs: Sequence[LabelledPair], label: str = "") -> Trial:
    """Every question of `pairs` asked of all their answers."""
    entries = pair_entries(pairs)
    return Trial(
        label,
        entries,
        tuple(p.id for p in pairs),
        tuple(Query(p.id, p.question, number) for number, p in enumerate(pairs)),
        False,
        data_hash(pairs),
    )


def collection_trial(label: str, entries: Sequence[Entry]) -> Trial:
    """Every answered question of a collection, asked of what was there before its document."""
    older = OlderDocuments(entries)
    queries = [
        Query(source.id, source.question, number)
        for number, (source, _) in enumerate(entries)
        if source.question.strip() and source.body.strip()
    ]
    queries_left = [q for q in queries if older.sources(entries[q.own][0].document.id) >= _FEWEST_OLDER]
    if not queries_left:
        raise InputError(
            f"In verzameling {label} is niets te meten: er is geen beantwoorde vraag met een datum "
            f"waarbij minstens {_FEWEST_OLDER} oudere bronnen zijn."
        )
    contents = [(s.id, s.question, s.body, str(s.document.date or "")) for s, _ in entries]
    return Trial(
        label,
        tuple(entries),
        tuple(source.id for source, _ in entries),
        tuple(queries_left),
        True,
        hashlib.sha256(json.dumps(contents, ensure_ascii=False).encode()).hexdigest(),
        len(queries) - len(queries_left),
    )


def sampled(trial: Trial, most: int, judged: Collection[str] | None = None) -> Trial:
    """`trial` with at most `most` of its questions (0: all), spread evenly; of the `judged` ones, if given.

    Twice as many hold the same questions and as many more.
    """
    if judged is not None:
        queries_left = tuple(q for q in trial.queries if q.id in judged)
        left_out = trial.left_out + len(trial.queries) - len(queries_left)
        trial = replace(trial, queries=queries_left, left_out=left_out)
    count = len(trial.queries)
    if not 0 < most < count:
        return trial
    return replace(trial, queries=tuple(trial.queries[i * count // most] for i in range(most)))


def labelled_pairs(trial: Trial) -> tuple[LabelledPair, ...]:
    """The questions of `trial` with their own answers."""
    pairs = []
    for query in trial.queries:
        source = trial.entries[query.own][0]
        pairs.append(LabelledPair(query.id, query.text, source.body, source.document.id))
    return tuple(pairs)


def _document(pair: LabelledPair, question: str) -> Document:
    text = f"{question}\n{pair.answer}" if question else pair.answer
    start = len(text) - len(pair.answer)
    built = QAPair((1,), Span(0, len(question)), Span(start, len(text)), 1, 1, (1,))
    return Document(
        id=pair.id,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        title="",
        kind=DocumentKind.KAMERVRAGEN,
        text=text,
        pairs=(built,),
    )


def data_hash(pairs: Sequence[LabelledPair]) -> str:
    """SHA-256 over the pairs: says whether two measurements were made on the same data."""
    contents = json.dumps([(p.id, p.question, p.answer) for p in pairs], ensure_ascii=False)
    return hashlib.sha256(contents.encode()).hexdigest()


def folds(groups: Sequence[str], count: int) -> tuple[int, ...]:
    """A part (0 to count - 1) for each item, the same for all of one group, by a hash of the group's name."""
    return tuple(int(hashlib.sha256(g.encode()).hexdigest()[:8], 16) % count for g in groups)


@dataclass(frozen=True, slots=True)
class DraftQuestion:
    """A question, and the sources that hold its answer: none where nothing in the archive answers it.

    `group` is what must not be split over two halves: its document, or itself.
    """

    id: str
    text: str
    holds: frozenset[str]
    introduction: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class DraftTrial:
    """The archive that is searched and what is asked of it; `sha256` says whether two are the same."""

    label: str
    entries: tuple[Entry, ...]
    questions: tuple[DraftQuestion, ...]
    sha256: str


def paired_trial(
    pairs: Sequence[LabelledPair], label: str = "", *, with_questions: bool = True
) -> DraftTrial:
    """Every question of `pairs` asked of an archive of them all.

    `with_questions` False: the archive holds the answers alone, as other documents do.
    """
    entries = pair_entries(pairs) if with_questions else answer_entries(pairs)
    of_document: dict[str, set[str]] = {}
    for source, _ in entries:
        of_document.setdefault(source.document.id, set()).add(source.id)
    questions = tuple(
        DraftQuestion(p.id, p.question, frozenset(of_document[p.id]), group=p.document or p.id) for p in pairs
    )
    description = f"{data_hash(pairs)} {with_questions} False"
    return DraftTrial(label, entries, questions, hashlib.sha256(description.encode()).hexdigest())


def archive_trial(label: str, entries: Sequence[Entry]) -> DraftTrial:
    """Every answered question of an archive, with its introduction; its own document holds the answer.

    Raises InputError when the archive has no answered question.
    """
    of_document: dict[str, set[str]] = {}
    for source, _ in entries:
        of_document.setdefault(source.document.id, set()).add(source.id)
    questions = tuple(
        DraftQuestion(
            source.id,
            source.question,
            frozenset(of_document[source.document.id]),
            source.document.title,
            source.document.id,
        )
        for source, _ in entries
        if source.question.strip() and source.body.strip()
    )
    if not questions:
        raise InputError(f"In {label} staat geen beantwoorde vraag: er is niets te meten.")
    return DraftTrial(label, tuple(entries), questions, _hash(entries, questions))


def labelled_trial(label: str, entries: Sequence[Entry], path: Path) -> DraftTrial:
    """The questions of a JSON Lines file (`id`, `question`, `sources`; `introduction` if any) on an archive.

    `sources` are ids of the sources that hold the answer, and empty where the archive does not answer.
    Raises InputError or UnreadableFileError, naming the line, for what is not so.
    """
    known = {source.id for source, _ in entries}

    def question(row: Mapping[str, Any], number: int) -> DraftQuestion:
        if not isinstance(row, Mapping) or not isinstance(row["sources"], list):
            raise TypeError("geen object met een lijst sources")
        holds = frozenset(str(s) for s in row["sources"])
        made = DraftQuestion(str(row["id"]), str(row["question"]), holds, str(row.get("introduction", "")))
        if absent := sorted(holds - known):
            raise InputError(f"{path.name}, regel {number}: deze bron is er niet: {absent[0]}")
        return made

    questions = read_rows(path, question, "heeft geen id, question en sources")
    if not questions:
        raise UnreadableFileError(path.name, "er staan geen vragen in")
    _require_distinct(path, [a.id for a in questions])
    return DraftTrial(label, tuple(entries), questions, _hash(entries, questions))


def document_entries(documents: Sequence[Document]) -> tuple[Entry, ...]:
    """What parsed documents hold, as an archive to search in."""
    return tuple(entry for document in documents for entry in cut(document))


def _hash(entries: Sequence[Entry], questions: Sequence[DraftQuestion]) -> str:
    rows = [
        [(s.id, s.question, s.body) for s, _ in entries],
        [(a.id, a.text, sorted(a.holds)) for a in questions],
    ]
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()
