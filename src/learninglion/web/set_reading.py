"""A set of questions out of an uploaded file, read in a process of its own with limits on time and memory."""

from __future__ import annotations

from learninglion.models import QuestionSet, RawFile
from learninglion.parsing.isolated import IsolatedParser

__all__ = ["read_set_file"]

_SECONDS = 45.0


def read_set_file(raw: RawFile) -> QuestionSet:
    """The set in `raw`. Raises UnreadableFileError with the parser's words, or when it hangs or crashes."""
    with IsolatedParser(seconds=_SECONDS) as parser:
        return parser.question_set(raw)
