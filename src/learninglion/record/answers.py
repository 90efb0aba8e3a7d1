"""An answer as running text: its paragraphs and lists, where its notes stand, and a copy to take along."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
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
