"""What a person can confirm where no archive answers: that something is known, and how was answered.

The sentences stand in `standard_sentences.txt`, or in a file of the organisation. None of them is an answer
from a source, and none makes a question answered.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

from learninglion.drafting.askings import Asking, Condition, Kind
from learninglion.models.errors import InputError


def propose(askings: Sequence[Asking], path: Path | None = None) -> str:
    """A text for the parts that no archive answers, each sentence once; "" when every part can be searched.

    Raises InputError where the file of the organisation cannot be read.
    """
    sentences: dict[str, None] = {}
    for asking in askings:
        if asking.kind is Kind.ACQUAINTANCE:
            sentences["Ja."] = None
        elif asking.kind is Kind.PROCEDURAL and asking.condition is Condition.ALWAYS:
            sentences[_standard(asking.text, path)] = None
    return " ".join(sentences)


def _standard(question: str, path: Path | None) -> str:
    return next((sentence for pattern, sentence in _sentences(path) if pattern.search(question)), "")


@cache
def _sentences(path: Path | None) -> tuple[tuple[re.Pattern[str], str], ...]:
    place = path or files(__package__).joinpath("standard_sentences.txt")
    try:
        lines = place.read_text(encoding="utf-8").splitlines()
        rows = [line.split("\t", 1) for line in lines if line.strip() and not line.startswith("#")]
        return tuple((re.compile(pattern, re.IGNORECASE), sentence) for pattern, sentence in rows)
    except (OSError, UnicodeDecodeError, ValueError, re.error) as error:
        raise InputError(f"{place}: de standaardzinnen zijn niet te lezen ({error}).") from error
