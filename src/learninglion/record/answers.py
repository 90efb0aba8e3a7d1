"""An answer as running text with its notes, to copy too; and what people changed in the machine's text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from difflib import SequenceMatcher
from enum import StrEnum
from html import escape

from learninglion.models import Check, Dossier, Opening, Source, Statement, StatementVerdict, Verification
from learninglion.record.marking import mark_line
from learninglion.record.notes import (
    AnswerGroup,
    Note,
    answer_groups,
    blocks_of,
    collect_notes,
    heading,
    listed,
    notes_of_answers,
    runs,
)

_SOURCE_MARK = re.compile(r"\s*\[\s*\d{1,3}\s*\]")
_GAP = re.compile(rf"(?:{_SOURCE_MARK.pattern})*\s*")  # between sentences that follow each other

Notes = Mapping[tuple[int, int], tuple[Note, ...]]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that stands, and the notes whose marks are set behind it.

    Of a quotation that goes on in the next sentence only the first opens it and only the last closes it.
    """

    check: Check
    marks: tuple[Note, ...] = ()
    opens: bool = True
    closes: bool = True

    @property
    def text(self) -> str:
        """Its words on one line, without marks of notes that stand in the source and mean nothing here."""
        statement = self.check.statement
        text = " ".join(statement.text.split())
        for mark in {m.group() for c in statement.citations for m in _SOURCE_MARK.finditer(c.quote)}:
            text = text.replace(mark, "")
        text = text if self.opens else text.removeprefix("“")
        return text if self.closes else text.removesuffix("”")


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A paragraph or an item of a list: `opens` is never `Opening.SENTENCE`."""

    opens: Opening
    sentences: tuple[Sentence, ...]

    @property
    def text(self) -> str:
        """The whole block on one line, without notes."""
        return " ".join(sentence.text for sentence in self.sentences)


def answer_blocks(
    verification: Verification, position: int = 0, notes: Notes | None = None
) -> list[TextBlock]:
    """The text of an answer as it goes out, in paragraphs and items.

    With `notes`, as `collect_notes` gives them, each sentence carries the marks behind it: a note is marked
    where the answer stops resting on its source, not behind every sentence.
    """
    sources = {source.id: source for source in verification.draft.selection.chosen}
    return [
        TextBlock(opened, tuple(_with_marks(sentences, position, notes or {}, sources)))
        for opened, sentences in blocks_of(verification)
    ]


def group_blocks(dossier: Dossier, group: AnswerGroup, notes: Notes | None = None) -> list[TextBlock]:
    """The text of a joint answer; of one that says no more than another only where that stands."""
    if group.refers_to:
        return [TextBlock(Opening.PARAGRAPH, (_own_words(group.reference),))]
    first = group.positions[0]
    return answer_blocks(dossier.verifications[first], first, notes)


def _own_words(text: str) -> Sentence:
    """What the letter says by itself."""
    return Sentence(Check(Statement(text), StatementVerdict.SUPPORTED))


def _with_marks(
    sentences: Sequence[tuple[int, Check]], position: int, notes: Notes, sources: Mapping[str, Source]
) -> Iterator[Sentence]:
    goes_on = [_quotes_on(a, b, sources) for (_, a), (_, b) in zip(sentences, sentences[1:], strict=False)]
    for at, (place, check) in enumerate(sentences):
        follows = notes.get((position, sentences[at + 1][0]), ()) if at + 1 < len(sentences) else ()
        own = notes.get((position, place), ())
        marks = tuple(note for note in own if note not in follows)
        yield Sentence(
            check, marks, opens=not any(goes_on[at - 1 : at]), closes=not any(goes_on[at : at + 1])
        )


def _quotes_on(first: Check, second: Check, sources: Mapping[str, Source]) -> bool:
    """Whether two sentences are one quotation: what they quote stands right behind each other."""
    one, other = first.statement, second.statement
    if not (one.citations and other.citations and one.text.endswith("”") and other.text.startswith("“")):
        return False
    before, after = one.citations[-1], other.citations[0]
    source = sources.get(before.source_id or "")
    if source is None or before.span is None or after.span is None or after.source_id != source.id:
        return False
    start, end = (at - source.body_span.start for at in (before.span.end, after.span.start))
    return 0 <= start <= end and _GAP.fullmatch(source.body[start:end]) is not None


def answer_heading(numbers: Sequence[int]) -> str:
    """ "Antwoord 1", or "Antwoord op vraag 3 t/m 5" where one answer stands for several questions."""
    return f"Antwoord {numbers[0]}" if len(numbers) == 1 else f"Antwoord op vraag {runs(numbers)}"


def empty_answer(numbers: Sequence[int]) -> str:
    """What stands where an answer is still to be written."""
    return f"antwoord op vraag {listed(numbers)}"


# --------------------------------------------------------------------------- to take along


@dataclass(frozen=True, slots=True)
class TextCopy:
    """The same text for two kinds of program: one that knows mark-up, and one that does not."""

    html: str
    plain: str


def copy_answers(dossier: Dossier, position: int | None = None, *, with_notes: bool = True) -> TextCopy:
    """One answer (by `position`, from 0) or all of them, with their notes and the AI mark.

    All of them come with their questions. The numbers of the notes are those of the whole text.
    """
    notes = collect_notes(dossier)
    note_lists = notes_of_answers(dossier, notes)
    html: list[str] = []
    plain: list[str] = []
    listing: dict[int, Note] = {}
    for group in _asked_for(dossier, position):
        if position is None:
            for i in group.positions:
                verification = dossier.verifications[i]
                question = verification.draft.selection.question.text
                html += [f"<h2>{escape(heading(verification))}</h2>", f"<p><em>{escape(question)}</em></p>"]
                plain += [heading(verification), question]
            html.append(f"<h3>{escape(answer_heading(group.numbers))}</h3>")
            plain.append(answer_heading(group.numbers))
        first = group.positions[0]
        blocks = group_blocks(dossier, group, notes if with_notes else None)
        if not blocks and position is None:
            blocks = [TextBlock(Opening.PARAGRAPH, (_own_words(f"[{empty_answer(group.numbers)}]"),))]
        html.append(_html(blocks))
        plain += _plain(blocks)
        listing |= {note.number: note for note in note_lists[first]}
    if with_notes and listing:
        html.append("<hr>" + "".join(f"<p>{note.number}. {_linked(note)}</p>" for note in listing.values()))
        plain.append("\n".join(f"[{note.number}] {note.name}{note.rest}" for note in listing.values()))
    if mark := mark_line(dossier):
        html.append(f"<p><small>{escape(mark)}</small></p>")
        plain.append(mark)
    return TextCopy("\n".join(part for part in html if part), "\n\n".join(plain) + "\n")


def _asked_for(dossier: Dossier, position: int | None) -> Sequence[AnswerGroup]:
    """Each answer that is copied."""
    if position is not None:
        return [AnswerGroup((position,), dossier.verifications[position].draft.selection.question.numbers)]
    return answer_groups(dossier)


_LISTS = {Opening.ITEM: "ul", Opening.NUMBER: "ol"}


def _html(blocks: Sequence[TextBlock]) -> str:
    parts: list[str] = []
    within = ""
    for block in blocks:
        kind = _LISTS.get(block.opens, "")
        if within and kind != within:
            parts.append(f"</{within}>")
        if kind and kind != within:
            parts.append(f"<{kind}>")
        within, tag = kind, "li" if kind else "p"
        parts.append(f"<{tag}>{' '.join(_marked_html(s) for s in block.sentences)}</{tag}>")
    return "".join(parts) + (f"</{within}>" if within else "")


def _marked_html(sentence: Sentence) -> str:
    marks = ", ".join(str(note.number) for note in sentence.marks)
    return escape(sentence.text) + (f"<sup>{marks}</sup>" if marks else "")


def _linked(note: Note) -> str:
    name = escape(note.name)
    return (f'<a href="{escape(note.url)}">{name}</a>' if note.url else name) + escape(note.rest)


def _plain(blocks: Sequence[TextBlock]) -> list[str]:
    lines: list[str] = []
    count = 0
    before: Opening | None = None
    for block in blocks:
        count = count + 1 if block.opens is Opening.NUMBER else 0
        lead = {Opening.ITEM: "- ", Opening.NUMBER: f"{count}. "}.get(block.opens, "")
        text = lead + " ".join(s.text + "".join(f" [{n.number}]" for n in s.marks) for s in block.sentences)
        if lead and before is block.opens:
            lines[-1] += "\n" + text
        else:
            lines.append(text)
        before = block.opens
    return lines


_SOMEBODY = "opsteller"
# So much of the words must two sentences share to be one sentence that was changed: below it, "de" and "van"
# are what they share, and striking the one and writing the other reads better.
_SAME_SENTENCE = 0.4
_WORD = re.compile(r"\S+\s*")
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Deed:
    """Who changed something, and when."""

    author: str = _SOMEBODY
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
