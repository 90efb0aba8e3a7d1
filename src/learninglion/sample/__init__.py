"""A small archive of fictional Kamervragen: to try the program with, and to test it on.

Every person, party, place, figure and paper in it is made up; README.md here says how it came about.
"""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parent


def sample_documents() -> tuple[Path, ...]:
    """The fictional published documents (PDF), in the order of their identifiers."""
    return tuple(sorted((_FOLDER / "pdf").glob("*.pdf")))


def sample_question_set() -> Path:
    """A fictional new set of Kamervragen (text): an introduction and numbered sub-questions."""
    return _FOLDER / "nieuwe-set.txt"


def sample_context() -> Path:
    """What an officer might add to that set (JSON with `line`, `news` and `confirmed`)."""
    return _FOLDER / "context.json"


def sample_evaluation_questions() -> Path:
    """Questions with the sources that answer them, or none (JSON lines), to measure refusals with."""
    return _FOLDER / "questions.jsonl"
