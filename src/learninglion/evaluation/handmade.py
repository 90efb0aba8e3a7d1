"""Cases that people wrote: sentences that are supported or not, as they come up in work."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from learninglion.evaluation.verifier import Case
from learninglion.models import Citation, Source, Statement
from learninglion.models.errors import InputError, UnreadableFileError

__all__ = ["read_cases"]


def read_cases(path: Path, sources: Sequence[Source]) -> tuple[Case, ...]:
    """The cases of a JSON Lines file on `sources`: `kind`, `text`, `supported`, `citations`.

    A citation has `document`, `numbers` and `quote`, as in a draft. Raises UnreadableFileError that names the
    line, and InputError for a document that is not among the sources.
    """
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFileError(path.name, f"dit bestand is niet te lezen ({error})") from error
    cases = tuple(
        _read(path.name, number, line, tuple(sources)) for number, line in enumerate(lines, 1) if line.strip()
    )
    if not cases:
        raise UnreadableFileError(path.name, "er staan geen gevallen in")
    known = {s.document.id for s in sources}
    absent = sorted({c.document for case in cases for c in case.statement.citations} - known)
    if absent:
        raise InputError(f"{path.name} gaat over stukken die niet zijn meegegeven, zoals {absent[0]}.")
    return cases


def _read(name: str, number: int, line: str, sources: tuple[Source, ...]) -> Case:
    try:
        row = json.loads(line)
        if not isinstance(row, Mapping) or not isinstance(row["supported"], bool):
            raise TypeError("supported is geen true of false")
        citations = tuple(
            Citation(str(c["document"]), tuple(int(n) for n in c["numbers"]), str(c["quote"]))
            for c in row["citations"]
        )
        how = str(row.get("id", number))
        return Case(str(row["kind"]), how, row["supported"], Statement(str(row["text"]), citations), sources)
    except (ValueError, KeyError, TypeError) as error:
        reason = f"regel {number} heeft geen kind, text, supported en citations ({error})"
        raise UnreadableFileError(name, reason) from error
