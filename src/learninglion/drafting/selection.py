"""The human step: which of the offered sources count, and why the others do not.

A selection made by the machine (everything over the threshold) is recorded as made by the machine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from learninglion.drafting.line import newest_of_equals
from learninglion.drafting.quotation import units_of
from learninglion.drafting.relevance import LIKELY, Relevance, built_in
from learninglion.models import (
    Chooser,
    Context,
    DocumentCard,
    DocumentKind,
    Hit,
    Rejection,
    Selection,
    Source,
    SourceKind,
    Span,
    SubQuestion,
)
from learninglion.models.errors import InputError
from learninglion.parsing.kamervragen.header import without_askers

# More sources than an officer would read for one sub-question; the machine chooses no more than this.
_MOST_AUTOMATIC = 5
READ = 3
"""Offered sources that are read for their meaning: a limit of cost; reading six moved no bar."""
_SUPPLIED = (("line", "Lijn van het departement"), ("news", "Nieuwsfeiten"))
LINE, NEWS = "supplied#line", "supplied#news"
"""What was given for the whole set. The department's line decides direction; it is never cited or quoted as
an answer. News is what others wrote: neither is text of a draft before a person takes it over.
"""


def without_line(selection: Selection) -> Selection:
    """The selection without the department's line, which gives direction and is no source to cite."""
    return replace(selection, chosen=tuple(s for s in selection.chosen if s.id != LINE))


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person decided for the sub-question with these numbers."""

    numbers: tuple[int, ...]
    chosen: tuple[str, ...]  # source ids
    rejected: tuple[Rejection, ...] = ()
    seen: tuple[str, ...] = ()


def context_sources(context: Context) -> tuple[Source, ...]:
    """What the officer supplied, as sources that are cited as such.

    Raises InputError when there is context but the officer did not confirm that it may be used.
    """
    texts = {"line": context.line, "news": context.news}
    sources = []
    for key, title in _SUPPLIED:
        body = texts[key].strip()
        if not body:
            continue
        if not context.confirmed:
            raise InputError(
                "Er is extra informatie meegegeven, maar niet bevestigd dat die gebruikt mag worden. "
                "Bevestig dit eerst (op de opdrachtregel: --context-confirmed)."
            )
        card = DocumentCard(id=f"supplied-{key}", title=title, kind=DocumentKind.DOCUMENT)
        whole = Span(0, len(body))
        sources.append(
            Source(f"supplied#{key}", card, SourceKind.SUPPLIED, body, whole, page=0, heading_path=(title,))
        )
    return tuple(sources)


def choose_automatically(
    question: SubQuestion,
    introduction: str,
    offered: Sequence[Hit],
    threshold: float,
    supplied: Sequence[Source] = (),
    *,
    measure: Relevance | None = None,
    selected_at: datetime | None = None,
) -> Selection:
    """What may answer by the measure of relevance, then what is over the threshold; at most five.

    Marked as the machine's choice. Only what can be quoted is chosen; of answers to one question the newest.
    """
    newest = {s.id for s in newest_of_equals([hit.source for hit in offered])}
    quotable = [hit for hit in offered if hit.source.id in newest and units_of(hit.source)]
    over = [h.source for h in quotable if h.score >= threshold]
    likely = _choose_likely(question.text, quotable[:READ], measure or built_in())
    best = tuple({s.id: s for s in (*likely, *over)}.values())
    return Selection(
        question=question,
        introduction=without_askers(introduction),
        offered=tuple(offered),
        chosen=(*best[:_MOST_AUTOMATIC], *supplied),
        chosen_by=Chooser.MACHINE,
        selected_by="machine",
        selected_at=selected_at,
        threshold=threshold,
    )


def _choose_likely(question: str, hits: Sequence[Hit], measure: Relevance) -> tuple[Source, ...]:
    """For each part of the question what was asked the same, and what bears on it most if it may answer."""
    likely: list[Source] = []
    scores = {hit.source.id: hit.score for hit in hits}
    for row in measure.judge(question, [hit.source for hit in hits], scores=scores):
        same = sorted((j for j in row if j.sameness >= LIKELY), key=lambda j: -j.sameness)
        likely.extend(j.source for j in same)
        best = max(row, key=lambda j: j.support, default=None)
        if best is not None and best.any_part >= LIKELY:
            likely.append(best.source)
    return tuple({s.id: s for s in likely}.values())


def choose(
    question: SubQuestion,
    introduction: str,
    offered: Sequence[Hit],
    choice: Choice,
    *,
    find: Callable[[str], Source | None],
    selected_by: str,
    selected_at: datetime | None = None,
    supplied: Sequence[Source] = (),
    threshold: float | None = None,
) -> Selection:
    """A person's choice. `find` looks up sources that were not offered but added by the officer.

    Raises InputError that names every source which does not exist, is chosen and rejected at once, or
    is rejected without a reason.
    """
    known = {hit.source.id: hit.source for hit in offered} | {source.id: source for source in supplied}
    chosen: list[Source] = []
    problems: list[str] = []
    for source_id in dict.fromkeys(choice.chosen):
        source = known.get(source_id) or find(source_id)
        if source is None:
            problems.append(f"bron {source_id!r} bestaat niet")
        else:
            chosen.append(source)
    for rejection in choice.rejected:
        if rejection.source_id in choice.chosen:
            problems.append(f"bron {rejection.source_id!r} is gekozen en ook afgewezen")
        if not rejection.reason.strip():
            problems.append(f"bron {rejection.source_id!r} is afgewezen zonder reden")
    if problems:
        numbers = ", ".join(map(str, question.numbers))
        raise InputError(f"Keuze bij vraag {numbers}: {'; '.join(problems)}.")
    chosen.extend(source for source in supplied if source.id not in choice.chosen)
    return Selection(
        question=question,
        introduction=without_askers(introduction),
        offered=tuple(offered),
        chosen=tuple(chosen),
        rejected=choice.rejected,
        seen=choice.seen,
        chosen_by=Chooser.PERSON,
        selected_by=selected_by,
        selected_at=selected_at,
        threshold=threshold,
    )


def read_choices(data: object) -> tuple[Choice, ...]:
    """Choices from plain data: a list "questions" of objects with "numbers", "chosen" and "rejected".

    "chosen" lists source ids; a rejection has a "source" and a "reason". Raises InputError that says
    which entry does not fit.
    """
    entries = data.get("questions") if isinstance(data, dict) else None
    if not isinstance(entries, list):
        raise InputError('Het keuzebestand moet een JSON-object zijn met een lijst "questions".')
    return tuple(_read_choice(entry, position) for position, entry in enumerate(entries, start=1))


def _read_choice(entry: object, position: int) -> Choice:
    where = f"Keuzebestand, onderdeel {position}"
    if not isinstance(entry, dict):
        raise InputError(f"{where}: een object werd verwacht.")
    numbers, chosen = entry.get("numbers"), entry.get("chosen", [])
    rejected, seen = entry.get("rejected", []), entry.get("seen", [])
    if not (isinstance(numbers, list) and numbers and all(type(n) is int for n in numbers)):
        raise InputError(f'{where}: "numbers" moet een lijst met vraagnummers zijn.')
    for name, value in (("chosen", chosen), ("seen", seen)):
        if not (isinstance(value, list) and all(isinstance(v, str) for v in value)):
            raise InputError(f'{where}: "{name}" moet een lijst met bron-ids zijn.')
    if not isinstance(rejected, list):
        raise InputError(f'{where}: "rejected" moet een lijst zijn.')
    rejections = []
    for item in rejected:
        if not (isinstance(item, dict) and isinstance(item.get("source"), str)):
            raise InputError(f'{where}: elke afwijzing heeft een "source" en een "reason".')
        rejections.append(Rejection(item["source"], str(item.get("reason") or "")))
    return Choice(tuple(numbers), tuple(chosen), tuple(rejections), tuple(seen))
