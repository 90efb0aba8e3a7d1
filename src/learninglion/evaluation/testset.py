"""Test sets: pairs files, as documents that go the same way through the program as real ones."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from learninglion.errors import InputError, UnreadableFileError
from learninglion.models import Document, DocumentKind, QAPair, Span
from learninglion.parsing.passages import cut
from learninglion.retrieval.reader import Entry

__all__ = ["LabelledPair", "answer_entries", "data_hash", "folds", "pair_entries", "read_pairs"]


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """A question and the answer that was given to it; `document` groups pairs of one document."""

    id: str
    question: str
    answer: str
    document: str = ""


def read_pairs(path: Path) -> tuple[LabelledPair, ...]:
    """The pairs of a JSON Lines file with `id`, `question`, `answer` (and `document`, if known) a line."""
    found: list[LabelledPair] = []
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFileError(path.name, f"dit bestand is niet te lezen ({error})") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            pair = LabelledPair(
                str(row["id"]), str(row["question"]), str(row["answer"]), str(row.get("document", ""))
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UnreadableFileError(
                path.name, f"regel {number} heeft geen id, question en answer ({error})"
            ) from error
        found.append(pair)
    if not found:
        raise UnreadableFileError(path.name, "er staan geen paren in")
    if len({p.id for p in found}) < len(found):
        raise InputError(f"{path.name}: sommige ids komen meer dan eens voor")
    return tuple(found)


def answer_entries(pairs: Sequence[LabelledPair]) -> tuple[Entry, ...]:
    """Each answer as a document of its own, without its question: what is searched with labelled pairs."""
    return tuple(entry for pair in pairs for entry in cut(_document(pair, asked="")))


def pair_entries(pairs: Sequence[LabelledPair]) -> tuple[Entry, ...]:
    """Each pair as a document of its own, question and answer: an archive to search in."""
    return tuple(entry for pair in pairs for entry in cut(_document(pair, asked=pair.question)))


def _document(pair: LabelledPair, asked: str) -> Document:
    text = f"{asked}\n{pair.answer}" if asked else pair.answer
    start = len(text) - len(pair.answer)
    built = QAPair((1,), Span(0, len(asked)), Span(start, len(text)), 1, 1, (1,))
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
    told = json.dumps([(p.id, p.question, p.answer) for p in pairs], ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()


def folds(groups: Sequence[str], count: int) -> tuple[int, ...]:
    """A part (0 to count - 1) for each item, the same for all of one group, by a hash of the group's name."""
    return tuple(int(hashlib.sha256(g.encode()).hexdigest()[:8], 16) % count for g in groups)
