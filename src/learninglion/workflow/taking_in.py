"""Files to documents in the store: each file on its own, so that one bad file never stops the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from learninglion.errors import LearningLionError, UnreadableFileError
from learninglion.models import Document, QuestionSet, RawFile
from learninglion.parsing import parse
from learninglion.parsing.isolated import IsolatedParser
from learninglion.parsing.sets import question_set_from_file, read_question_set
from learninglion.sources.folder import find_files, read_file

__all__ = ["Parse", "parse_files", "read_question_file", "read_question_text"]

Parse = Callable[[RawFile], Document]


def parse_files(paths: Sequence[Path]) -> Iterator[tuple[str, Document | LearningLionError]]:
    """Every file under `paths` with its document, or with the error that names the file."""
    for found in find_files(paths):
        try:
            yield found.name, parse(read_file(found))
        except LearningLionError as error:
            yield found.name, error


def read_question_file(path: Path) -> QuestionSet:
    """A whole set from a file ("-" is standard input). Raises InputError that names it."""
    if str(path) == "-":
        import sys

        return read_question_set(sys.stdin.read())
    (found,) = find_files([path]) if not path.is_dir() else (None,)
    if found is None:
        raise UnreadableFileError(path.name, "dit is een map; noem het bestand met de vragen")
    return question_set_from_file(read_file(found))


def read_question_text(text: str) -> QuestionSet:
    """A whole set as it was pasted."""
    return read_question_set(text)
