"""Sources that an officer brings along for one set: pasted text or a file, never kept in the archive.

A file is read in a process of its own with limits. What comes out is an ordinary source of the kind
"supplied", so that drafting and checking treat it as such, and it goes when the set or its dossier goes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from learninglion.models import Actor, DocumentCard, DocumentKind, RawFile, Source, SourceKind, Span
from learninglion.models.choices import OWN
from learninglion.models.errors import InputError, UnreadableFileError
from learninglion.models.plain import Plain
from learninglion.parsing.isolated import IsolatedParser
from learninglion.record.log import EventLog
from learninglion.workflow.log import note
from learninglion.workflow.rights import Task, require
from learninglion.workflow.sets import Board, Sets, Work, add_source, drop_source

__all__ = ["KINDS", "LONGEST", "OwnSources", "next_number", "own_source", "read_own_file"]

KINDS = (".pdf", ".docx", ".odt", ".txt")
LONGEST = 30_000  # characters, some ten pages: what an officer has read and can answer for
_SECONDS = 45.0


def own_source(number: int, title: str, day: date | None, text: str) -> Source:
    """The officer's source with this number in its set. Raises InputError for what cannot be cited."""
    title, body = " ".join(title.split()), text.strip()
    if not title:
        raise InputError("Geef uw bron een titel, zodat een lezer weet wat het is.")
    if not body:
        raise InputError("Plak de tekst van uw bron of kies een bestand.")
    if len(body) > LONGEST:
        raise InputError(
            f"Uw bron is langer dan {LONGEST} tekens. Plak alleen het deel dat over deze vraag gaat."
        )
    card = DocumentCard(f"supplied-own-{number}", title[:300], DocumentKind.DOCUMENT, date=day)
    return Source(
        f"{OWN}{number}",
        card,
        SourceKind.SUPPLIED,
        body,
        Span(0, len(body)),
        page=0,
        heading_path=(card.title,),
    )


def read_own_file(raw: RawFile) -> str:
    """The text of an uploaded file. Raises UnreadableFileError, also when there is no text in it."""
    with IsolatedParser(seconds=_SECONDS) as parser:
        text = parser.parse(raw).text
    if not text.strip():
        raise UnreadableFileError(raw.name, "er staat geen tekst in die gelezen kan worden")
    return text


def next_number(boards: Iterable[Board]) -> int:
    """The number for a new source: one more than the highest that lies in the set."""
    used = [int(s.id.removeprefix(OWN)) for b in boards for s in b.added if s.own]
    return max(used, default=0) + 1


class OwnSources:
    """Bringing a source along for a set, and taking it away again."""

    def __init__(self, sets: Sets, log: EventLog) -> None:
        self._sets = sets
        self._log = log

    def add(self, work: Work, number: int | None, source: Source, *, actor: Actor) -> None:
        """Put a source with question `number` (from 1) of a set, or with all (None), and choose it."""
        require(actor, Task.DRAFT)
        for position, board in enumerate(work.boards):
            if number is None or position == number - 1:
                self._sets.put_board(work, position, add_source(board, source), actor=actor)
        # What it says is not for the log: that somebody answered for its use is.
        details: dict[str, Plain] = {"source": source.id, "characters": len(source.body), "confirmed": True}
        note(self._log, "set.own-source", actor, f"work:{work.id}", details)

    def remove(self, work_id: str, source_id: str, *, actor: Actor) -> None:
        """Take an own source away from every question of this person's set; its text is gone."""
        work = self._sets.find(work_id, actor)
        for position, board in enumerate(work.boards):
            if any(s.id == source_id and s.kind is SourceKind.SUPPLIED for s in board.added):
                self._sets.put_board(work, position, drop_source(board, source_id), actor=actor)
