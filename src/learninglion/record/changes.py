"""What people changed in the machine's text of an answer: kept, added and taken out, by whom and when."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from difflib import SequenceMatcher
from enum import StrEnum

from learninglion.models import Dossier, Opening, Verification
from learninglion.record.answers import Sentence, TextBlock, answer_blocks
from learninglion.record.notes import AnswerGroup

SOMEBODY = "opsteller"
# So much of the words must two sentences share to be one sentence that was changed: below it, "de" and "van"
# are what they share, and striking the one and writing the other reads better.
_SAME_SENTENCE = 0.4
_WORD = re.compile(r"\S+\s*")
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Deed:
    """Who changed something, and when."""

    author: str = SOMEBODY
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MachineText:
    """What the machine wrote for one sub-question, and who took which sentence out or wrote it."""

    sentences: tuple[str, ...] = ()
    written: Mapping[str, Deed] = field(default_factory=dict)  # by the sentence as it stands
    taken: Mapping[str, Deed] = field(default_factory=dict)  # by the sentence as it stood


class PieceKind(StrEnum):
    """What happened to a stretch of text."""

    KEPT = "kept"
    ADDED = "added"
    TAKEN = "taken"


@dataclass(frozen=True, slots=True)
class ChangedPiece:
    """A stretch of text; the last one of a sentence carries it, with its marks."""

    kind: PieceKind
    text: str
    deed: Deed = Deed()
    ends: Sentence | None = None


@dataclass(frozen=True, slots=True)
class ChangedBlock:
    """A paragraph or item as it stands, with what was there; `deed`: who began it, None for the first."""

    opens: Opening
    pieces: tuple[ChangedPiece, ...]
    deed: Deed | None = None


def trace_deeds(
    machine: Sequence[Verification], texts: Sequence[Dossier], deeds: Sequence[Deed]
) -> tuple[MachineText, ...]:
    """For each sub-question what the machine wrote, as `machine` has it, and what became of it.

    `texts` are all versions of the dossier, oldest first, and `deeds` by whom and when each was made.
    """
    traced: list[MachineText] = []
    for i, begun in enumerate(machine):
        written: dict[str, Deed] = {}
        taken: dict[str, Deed] = {}
        before = set(_sentences(texts[0].verifications[i]))
        for text, deed in zip(texts[1:], deeds[1:], strict=True):
            after = set(_sentences(text.verifications[i]))
            written |= dict.fromkeys(after - before, deed)
            taken |= dict.fromkeys(before - after, deed)
            before = after
        traced.append(MachineText(_sentences(begun), written, taken))
    return tuple(traced)


def _sentences(verification: Verification) -> tuple[str, ...]:
    return tuple(s.text for block in answer_blocks(verification) for s in block.sentences)


def text_before(dossier: Dossier, group: AnswerGroup, machine: Sequence[MachineText]) -> MachineText:
    """What the machine wrote where now this answer stands, also for several questions: what nobody touched of
    the others is not told as taken out.
    """
    touched = [i for i in group.positions if machine[i].sentences != _sentences(dossier.verifications[i])]
    if group.refers_to and not touched:
        return MachineText((group.reference,))
    begun = touched if group.refers_to else dict.fromkeys((group.positions[0], *touched))
    whole = MachineText()
    for text in (machine[i] for i in begun):
        more = tuple(sentence for sentence in text.sentences if sentence not in whole.sentences)
        written, taken = {**whole.written, **text.written}, {**whole.taken, **text.taken}
        whole = MachineText((*whole.sentences, *more), written, taken)
    return whole


def changed_blocks(blocks: Sequence[TextBlock], machine: MachineText) -> tuple[ChangedBlock, ...]:
    """The answer with every change in it. Taking all changes gives the text as it stands; refusing them all
    gives what the machine wrote, as one paragraph.
    """
    now = [sentence for block in blocks for sentence in block.sentences]
    pairs = dict(_align([s.text for s in now], machine.sentences))
    writer = _Writer(machine)
    made: list[ChangedBlock] = []
    place = 0
    for number, block in enumerate(blocks):
        pieces: list[ChangedPiece] = []
        for at, sentence in enumerate(block.sentences):
            old = pairs.get(place)
            if old is not None:
                pieces += writer.take_until(old)
            pieces += writer.write(sentence, old, opens=at == 0)
            place += 1
        if number == len(blocks) - 1:
            pieces += writer.take_until(len(machine.sentences))
        began = writer.deed_of(block.sentences[0].text) if number else None
        if made and pieces[0].kind is PieceKind.TAKEN and not pieces[0].text.strip():
            # the space before a new paragraph is struck where the text breaks off: before a word it looks
            # like a dash
            made[-1] = replace(made[-1], pieces=(*made[-1].pieces, pieces.pop(0)))
        made.append(ChangedBlock(block.opens, tuple(pieces), began))
    if not blocks and machine.sentences:
        made.append(ChangedBlock(Opening.PARAGRAPH, tuple(writer.take_until(len(machine.sentences)))))
    return tuple(made)


class _Writer:
    """Puts sentences behind each other, so that both the old and the new text have one space between them."""

    def __init__(self, machine: MachineText) -> None:
        self._machine = machine
        self._old = 0  # how many sentences of the machine are dealt with
        # Nobody wrote a break of a paragraph or "Zie het antwoord op ...": it is of who changed this last.
        deeds = (*machine.written.values(), *machine.taken.values())
        self._last = max(deeds, key=lambda deed: deed.at or _LONG_AGO, default=Deed())

    def deed_of(self, text: str) -> Deed:
        return self._machine.written.get(text, self._last)

    def take_until(self, old: int) -> Iterator[ChangedPiece]:
        """Strike what the machine wrote before its sentence `old`."""
        while self._old < old:
            text = self._machine.sentences[self._old]
            space = " " if self._old else ""
            deed = self._machine.taken.get(text, Deed())
            yield ChangedPiece(PieceKind.TAKEN, space + text, deed)
            self._old += 1

    def write(self, sentence: Sentence, old: int | None, *, opens: bool) -> Iterator[ChangedPiece]:
        """A sentence as it stands; `old`: which of the machine it was, `opens`: the first of its block."""
        deed = self.deed_of(sentence.text)
        if old is None:
            yield ChangedPiece(PieceKind.ADDED, ("" if opens else " ") + sentence.text, deed, sentence)
            return
        before = self._machine.sentences[old]
        self._old = old + 1
        if not opens and old:
            yield ChangedPiece(PieceKind.KEPT, " ")
        elif not opens:
            yield ChangedPiece(PieceKind.ADDED, " ", deed)
        elif old:
            yield ChangedPiece(PieceKind.TAKEN, " ", deed)
        yield from _compare(before, sentence, deed)


def _compare(before: str, sentence: Sentence, deed: Deed) -> Iterator[ChangedPiece]:
    """One sentence word by word; its last piece that stands carries it."""
    old, new = _WORD.findall(before), _WORD.findall(sentence.text)
    pieces: list[ChangedPiece] = []
    for _, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        gone, come = "".join(old[a:b]), "".join(new[c:d])
        if gone == come:
            pieces.append(ChangedPiece(PieceKind.KEPT, come))
            continue
        if gone:
            pieces.append(ChangedPiece(PieceKind.TAKEN, gone, deed))
        if come:
            pieces.append(ChangedPiece(PieceKind.ADDED, come, deed))
    last = max(at for at, piece in enumerate(pieces) if piece.kind is not PieceKind.TAKEN)
    for at, piece in enumerate(pieces):
        carried = sentence if at == last else None
        yield ChangedPiece(piece.kind, piece.text, piece.deed, carried)


def _align(new: Sequence[str], old: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Which sentences of `new` were which of `old`, in order: the pairs that share most words in all."""
    gain = [[_alike(a, b) for b in old] for a in new]
    best = [[0.0] * (len(old) + 1) for _ in range(len(new) + 1)]
    for i in range(len(new) - 1, -1, -1):
        for j in range(len(old) - 1, -1, -1):
            both = gain[i][j] + best[i + 1][j + 1] if gain[i][j] else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], both)
    i = j = 0
    while i < len(new) and j < len(old):
        if gain[i][j] and best[i][j] == gain[i][j] + best[i + 1][j + 1]:
            yield i, j
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1


def _alike(one: str, other: str) -> float:
    if one == other:
        return 1.0
    ratio = SequenceMatcher(None, one.split(), other.split(), autojunk=False).ratio()
    return ratio if ratio >= _SAME_SENTENCE else 0.0
