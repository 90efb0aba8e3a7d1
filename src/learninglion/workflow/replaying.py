"""Where a draft made again differs from what was recorded: which sentence, model, setting or source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields

from learninglion.models import Provenance, Source, SourceKind, Verification

__all__ = ["compare", "compare_settings", "compare_sources"]

_NAMES = {
    "generator": "opsteller", "model": "model", "model_sha256": "bestand van het model",
    "prompt_sha256": "prompt", "seed": "startgetal",
}  # fmt: skip
_PATIENCE = "timeout_seconds"  # how long somebody was willing to wait shapes nothing
_LONGEST = 160  # characters of a sentence that is quoted


def compare(old: Sequence[Verification], new: Sequence[Verification]) -> tuple[str, ...]:
    """Where `new` differs from what was recorded, in words; empty when nothing does."""
    told = []
    for before, after in zip(old, new, strict=True):
        numbers = ", ".join(map(str, before.draft.selection.question.numbers))
        told += [f"vraag {numbers}: {said}" for said in _differences(before, after)]
    return tuple(told)


def _differences(before: Verification, after: Verification) -> Iterator[str]:
    if not before.draft.complete:
        yield "is nooit afgeschreven"
        return
    yield from _means(before.draft.provenance, after.draft.provenance)
    then, now = before.draft.statements, after.draft.statements
    texts, others = Counter(s.text for s in then), Counter(s.text for s in now)
    yield from (f"deze zin is er niet meer: “{_short(text)}”" for text in texts - others)
    yield from (f"deze zin is nieuw: “{_short(text)}”" for text in others - texts)
    if texts == others and then != now:
        yield "dezelfde zinnen, met andere verwijzingen of in een andere volgorde"
    if (before.verdict, before.missing) != (after.verdict, after.missing):
        yield "ander oordeel over het geheel"
    if then == now:
        for one, other in zip(before.checks, after.checks, strict=True):
            if one.verdict is not other.verdict:
                yield f"ander oordeel over de zin “{_short(one.statement.text)}”"


def _means(before: Provenance, after: Provenance) -> Iterator[str]:
    """What shapes the text."""
    for name in (f.name for f in fields(Provenance) if f.name != "parameters"):
        then, now = getattr(before, name), getattr(after, name)
        if then != now:
            yield _change(_NAMES.get(name, name), then, now)
    yield from compare_settings(before.parameters, after.parameters)


def compare_settings(before: Sequence[tuple[str, str]], after: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Settings that are another, or came or went."""
    then, now = dict(before), dict(after)
    for name in dict.fromkeys((*then, *now)):
        if name != _PATIENCE and then.get(name) != now.get(name):
            yield _change(f"instelling {name}", then.get(name, ""), now.get(name, ""))


def compare_sources(chosen: Sequence[Source], found: Mapping[str, Source]) -> Iterator[str]:
    """Sources of the archive that are gone, or say something else by now."""
    for source in dict.fromkeys(s for s in chosen if s.kind is not SourceKind.SUPPLIED):
        current = found.get(source.id)
        if current is None:
            yield f"bron {source.id}: staat niet meer in het archief"
        elif (current.question, current.body) != (source.question, source.body):
            yield f"bron {source.id}: heeft nu een andere tekst"


def _change(what: str, then: object, now: object) -> str:
    return f"{what} was {_short(str(then)) or 'niets'}, nu {_short(str(now)) or 'niets'}"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
