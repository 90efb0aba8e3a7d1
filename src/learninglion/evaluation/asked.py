"""What drafts are measured on: an archive, and questions of which it is known what in it answers them.

Three ways to come by one: pairs (each question is answered by its own answer), the collection of an
organisation (the same, for its own documents), and questions that people labelled with the sources that
answer them, or with none.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from learninglion.evaluation.testset import LabelledPair, answer_entries, data_hash, pair_entries
from learninglion.models import Document
from learninglion.models.errors import InputError, UnreadableFileError
from learninglion.parsing.passages import cut
from learninglion.store.reader import Entry

__all__ = ["Asked", "DraftTrial", "archive_trial", "document_entries", "labelled_trial", "paired_trial"]


@dataclass(frozen=True, slots=True)
class Asked:
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
    asked: tuple[Asked, ...]
    sha256: str


def paired_trial(
    pairs: Sequence[LabelledPair],
    label: str = "",
    *,
    with_questions: bool = True,
    whole_documents: bool = False,
) -> DraftTrial:
    """Every question of `pairs` asked of an archive of them all.

    `with_questions` False: the archive holds the answers alone, as other documents do. `whole_documents`:
    what holds the answer is the whole document (where known), since others of its answers may answer too.
    """
    entries = pair_entries(pairs) if with_questions else answer_entries(pairs)
    of_document: dict[str, set[str]] = {}
    documents = {p.id: p.document or p.id for p in pairs}
    for source, _ in entries:
        group = documents[source.document.id] if whole_documents else source.document.id
        of_document.setdefault(group, set()).add(source.id)
    questions = tuple(
        Asked(
            p.id,
            p.question,
            frozenset(of_document[documents[p.id] if whole_documents else p.id]),
            group=documents[p.id],
        )
        for p in pairs
    )
    description = f"{data_hash(pairs)} {with_questions} {whole_documents}"
    return DraftTrial(label, entries, questions, hashlib.sha256(description.encode()).hexdigest())


def archive_trial(label: str, entries: Sequence[Entry]) -> DraftTrial:
    """Every answered question of an archive, with its introduction; its own document holds the answer.

    Raises InputError when the archive has no answered question.
    """
    of_document: dict[str, set[str]] = {}
    for source, _ in entries:
        of_document.setdefault(source.document.id, set()).add(source.id)
    questions = tuple(
        Asked(
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
    questions = tuple(_read(path.name, number, line, known) for number, line in _lines(path))
    if not questions:
        raise UnreadableFileError(path.name, "er staan geen vragen in")
    if len({a.id for a in questions}) < len(questions):
        raise InputError(f"{path.name}: sommige ids komen meer dan eens voor")
    return DraftTrial(label, tuple(entries), questions, _hash(entries, questions))


def document_entries(documents: Sequence[Document]) -> tuple[Entry, ...]:
    """What parsed documents hold, as an archive to search in."""
    return tuple(entry for document in documents for entry in cut(document))


def _lines(path: Path) -> list[tuple[int, str]]:
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFileError(path.name, f"dit bestand is niet te lezen ({error})") from error
    return [(number, line) for number, line in enumerate(lines, 1) if line.strip()]


def _read(name: str, number: int, line: str, known: set[str]) -> Asked:
    try:
        row = json.loads(line)
        if not isinstance(row, Mapping) or not isinstance(row["sources"], list):
            raise TypeError("geen object met een lijst sources")
        holds = frozenset(str(s) for s in row["sources"])
        made = Asked(str(row["id"]), str(row["question"]), holds, str(row.get("introduction", "")))
    except (ValueError, KeyError, TypeError) as error:
        raise UnreadableFileError(
            name, f"regel {number} heeft geen id, question en sources ({error})"
        ) from error
    absent = sorted(holds - known)
    if absent:
        raise InputError(f"{name}, regel {number}: deze bron is er niet: {absent[0]}")
    return made


def _hash(entries: Sequence[Entry], questions: Sequence[Asked]) -> str:
    rows = [
        [(s.id, s.question, s.body) for s, _ in entries],
        [(a.id, a.text, sorted(a.holds)) for a in questions],
    ]
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()
