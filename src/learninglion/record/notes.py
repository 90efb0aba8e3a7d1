"""What every export shares: answers as running text with their notes and people's changes; accountability."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from difflib import SequenceMatcher
from enum import StrEnum
from html import escape
from itertools import zip_longest

from learninglion.dutch.text import printable, squash
from learninglion.models import (
    AnswerVerdict,
    Check,
    Chooser,
    Citation,
    DocumentCard,
    Dossier,
    DossierState,
    Opening,
    Source,
    Statement,
    StatementVerdict,
    Verification,
)
from learninglion.models.plain import Plain, from_plain, to_plain
from learninglion.record.marking import mark_line


@dataclass(frozen=True, slots=True)
class Note:
    """A numbered note: one source of one answer, with all that the answer takes from it.

    Numbers count through the whole text, and are the same on the screen and in every export.
    """

    number: int
    citations: tuple[Citation, ...]

    @property
    def name(self) -> str:
        """What the note names, before its link."""
        return self.citations[0].reference or self.citations[0].document

    @property
    def url(self) -> str:
        """Where the source is published; "" when nowhere."""
        return self.citations[0].url or ""

    @property
    def rest(self) -> str:
        """What follows the name: the pages, in order."""
        pages = sorted({c.page for c in self.citations if c.page})
        return f", pagina {listed(pages)}" if pages else ""

    @property
    def quotes(self) -> tuple[str, ...]:
        """The words the answer rests on, each once."""
        return tuple(dict.fromkeys(" ".join(c.quote.split()) for c in self.citations if c.quote.strip()))


STATE_WORDS = {
    DossierState.DRAFT: "concept van de machine",
    DossierState.EDITED: "bewerkt",
    DossierState.APPROVED: "vastgesteld",
}
"""How far a text is, as a reader is told."""


def printable_dossier(dossier: Dossier) -> Dossier:
    """`dossier` without the control characters that a word processor or PDF cannot hold."""

    def cleaned(value: Plain) -> Plain:
        if isinstance(value, str):
            return printable(value)
        if isinstance(value, list):
            return [cleaned(item) for item in value]
        return {name: cleaned(inner) for name, inner in value.items()} if isinstance(value, dict) else value

    return from_plain(Dossier, cleaned(to_plain(dossier)))


def verdict_words(verification: Verification) -> str:
    """What a reader is told about a sub-question as a whole; empty when it is simply answered."""
    if not verification.draft.complete:
        return "Het antwoord op deze vraag is nog niet af: het schrijven is onderbroken."
    verdict = verification.with_own
    if verdict is AnswerVerdict.UNANSWERABLE:
        return f"{why_unanswered(verification)}."
    if verification.own:
        far = "Beantwoord" if verdict is AnswerVerdict.ANSWERED else "Gedeeltelijk beantwoord"
        by = "deels met eigen tekst" if verification.shown else "met eigen tekst"
        return f"{far}{',' if verification.shown else ''} {by} van de opsteller."
    if not verification.shown:
        return f"{UNPROVEN}." if verification.failed else ""
    partial = verdict is AnswerVerdict.PARTIAL
    return "Deze vraag is gedeeltelijk beantwoord uit de gekozen bronnen." if partial else ""


UNPROVEN = "Nog niet aangetoond: lees de zinnen na bij de bron, of neem ze voor eigen rekening"
"""What is told of an answer of which no sentence is shown and some may hold."""


def why_unanswered(verification: Verification) -> str:
    """Why there is no answer, no full stop: nothing was chosen, or what was chosen does not bear it."""
    draft = verification.draft
    if verification.emptied:
        return "Het antwoord is leeg gemaakt: schrijf een nieuw antwoord of maak het opnieuw uit de bronnen"
    if verification.failed:
        return "Geen bron draagt wat hier staat: verbeter de zinnen, of neem ze voor eigen rekening"
    if is_formal(verification):
        return "Hiervoor is geen bron nodig: bevestig het voorstel of schrijf zelf een zin"
    if draft.selection.chosen:
        return "Deze vraag kan niet worden beantwoord uit de gekozen bronnen"
    if draft.selection.chosen_by is Chooser.MACHINE:
        return "Geen van de gevonden bronnen beantwoordt deze vraag"
    return "Bij deze vraag is geen bron gekozen"


def is_formal(verification: Verification) -> bool:
    """Whether the question asks what no source needs to bear, as "Bent u bekend met …?" does."""
    return verification.draft.kind in _FORMAL


_FORMAL = frozenset({"acquaintance", "procedural"})


@dataclass(frozen=True, slots=True)
class AnswerGroup:
    """Sub-questions that follow each other and have one and the same answer; mostly it is one.

    `refers_to`: the numbers of the questions whose answer says all of it; then that is all it says.
    """

    positions: tuple[int, ...]
    numbers: tuple[int, ...]  # of all their questions
    refers_to: tuple[int, ...] = ()

    @property
    def reference(self) -> str:
        """ "Zie het antwoord op vraag 3."; "" for an answer of its own."""
        return f"Zie het antwoord op vraag {runs(self.refers_to)}." if self.refers_to else ""


_Sentences = tuple[tuple[str, tuple[Citation, ...], Opening], ...]
_WORTH = 8  # words of what is not told twice; "Ja." stands at every question that it answers


def answer_groups(dossier: Dossier) -> tuple[AnswerGroup, ...]:
    """The sub-questions by answer: nothing is told twice.

    The same answer as the one just before it is one joint answer in a letter; of what an earlier answer says
    among more, or further back, it is a reference to that. An answer that leaves a part of its own question
    open, or may do so, is neither, unless somebody gave it the whole text of another question.
    """
    groups: list[AnswerGroup] = []
    known: list[_Sentences] = []  # by group
    homes: dict[int, int] = {}  # of a group that refers: the group that says it
    for i, verification in enumerate(dossier.verifications):
        # of the text as it was written: one that has a sentence still to be mended is the same answer
        answered = verification.draft.verdict is AnswerVerdict.ANSWERED and not verification.missing
        sentences = _sentences_of(verification)
        whole = any(_tell_the_same(one, sentences) for one in known)
        draft = verification.draft  # an older record does not tell what the machine wrote
        by_hand = (draft.written or draft.remarks) and any(
            s.text not in draft.written for s in draft.statements
        )
        own = sentences if answered or (whole and by_hand) else ()
        numbers = verification.draft.selection.question.numbers
        home = next(
            (g for g, statements in enumerate(known) if g not in homes and _tells(statements, own)), None
        )
        last = len(groups) - 1
        if own and groups and last not in homes and (known[last] == own or _tell_the_same(known[last], own)):
            groups[last] = AnswerGroup((*groups[last].positions, i), (*groups[last].numbers, *numbers))
            continue
        groups.append(AnswerGroup((i,), numbers))
        known.append(own)
        if home is not None:
            homes[len(groups) - 1] = home
    return tuple(
        replace(group, refers_to=groups[homes[g]].numbers) if g in homes else group
        for g, group in enumerate(groups)
    )


def _sentences_of(verification: Verification) -> _Sentences:
    """What stands and rests on what, without the phrases that say when it was told."""
    return tuple(
        (_bare(c.statement.text, citations), citations, c.statement.opens)
        for c, citations in zip(verification.standing, _cited(verification), strict=True)
    )


def _bare(text: str, citations: Sequence[Citation]) -> str:
    """A sentence without the phrase before the words that it quotes."""
    flat = " ".join(text.split()).strip("“”")
    quotes = (" ".join(citation.quote.split()) for citation in citations)
    return next((quote for quote in quotes if flat.endswith(quote)), flat)


def _tells(statements: _Sentences, own: _Sentences) -> bool:
    """Whether one answer says all that another says, each sentence resting on the same words."""
    if not own or any(not citations for _, citations, _ in own):
        return False
    known = {(text, citations) for text, citations, _ in statements}
    enough = sum(len(text.split()) for text, _, _ in own) >= _WORTH
    return enough and all((text, citations) in known for text, citations, _ in own)


def _tell_the_same(one: _Sentences, other: _Sentences) -> bool:
    return _tells(one, other) and _tells(other, one)


def collect_notes(dossier: Dossier) -> dict[tuple[int, int], tuple[Note, ...]]:
    """The notes of every statement that stands, by (position of the sub-question, of the statement).

    Sentences of one answer that rest on the same source share its note, also where the answer stands for
    several questions. A sentence that a person answers for has none: it does not rest on what it cites.
    """
    notes: dict[tuple[int, int], tuple[Note, ...]] = {}
    by_numbers: dict[tuple[int, ...], dict[str, Note]] = {}
    last = 0
    for group in answer_groups(dossier):
        made = by_numbers.get(group.refers_to)
        if made is None:
            verification = dossier.verifications[group.positions[0]]
            by_source: dict[str, list[Citation]] = {key: [] for key in _marked(verification)}
            for citation in (c for citations in _cited(verification) for c in citations):
                by_source[source_of(citation)].append(citation)
            numbered = enumerate(by_source.items(), start=1)
            made = by_numbers[group.numbers] = {
                key: Note(last + n, tuple(places)) for n, (key, places) in numbered
            }
            last += len(made)
        for i in group.positions:
            for j, citations in enumerate(_cited(dossier.verifications[i])):
                own = {made[key].number: made[key] for key in map(source_of, citations)}
                notes[i, j] = tuple(own[number] for number in sorted(own))
    return notes


def _blocks_of(verification: Verification) -> list[tuple[Opening, list[tuple[int, Check]]]]:
    """The sentences that stand, each with its place among them, in paragraphs and items."""
    blocks: list[tuple[Opening, list[tuple[int, Check]]]] = []
    failed, place = verification.failed, 0
    opens = Opening.PARAGRAPH  # of what stands next; a sentence that was refused leaves its own behind
    for check in verification.checks:
        if check.statement.opens is not Opening.SENTENCE:
            opens = check.statement.opens
        if check in failed:
            continue
        if opens is not Opening.SENTENCE:
            blocks.append((opens, []))
        blocks[-1][1].append((place, check))
        opens, place = Opening.SENTENCE, place + 1
    return blocks


def _marked(verification: Verification) -> Iterator[str]:
    """The sources as their marks come in the text: each where a paragraph stops resting on it. Word numbers
    its notes in that order.
    """
    cited = [list(map(source_of, citations)) for citations in _cited(verification)]
    for _, sentences in _blocks_of(verification):
        places = [place for place, _ in sentences]
        for place, after in zip_longest(places, places[1:]):
            yield from (key for key in cited[place] if after is None or key not in cited[after])


def _cited(verification: Verification) -> list[tuple[Citation, ...]]:
    own = verification.own
    return [() if check in own else check.statement.citations for check in verification.standing]


def source_of(citation: Citation) -> str:
    """What makes two citations one source: its id, else what they name."""
    return citation.source_id or f"{citation.document}#{'-'.join(map(str, citation.numbers))}"


def notes_of_answers(
    dossier: Dossier, notes: dict[tuple[int, int], tuple[Note, ...]]
) -> tuple[tuple[Note, ...], ...]:
    """The notes of each answer, each once, by their number."""
    note_lists: list[tuple[Note, ...]] = []
    for i, verification in enumerate(dossier.verifications):
        notes_here = {n.number: n for j in range(len(verification.standing)) for n in notes[i, j]}
        note_lists.append(tuple(notes_here[number] for number in sorted(notes_here)))
    return tuple(note_lists)


def listed(items: Sequence[object]) -> str:
    """ "3, 4 en 5"."""
    texts = [str(item) for item in items]
    return " en ".join([", ".join(texts[:-1]), texts[-1]]) if len(texts) > 1 else "".join(texts)


def runs(numbers: Sequence[int]) -> str:
    """ "1 t/m 4 en 6": three or more that follow each other as a run."""
    texts: list[str] = []
    at = 0
    while at < len(numbers):
        end = at
        while end + 1 < len(numbers) and numbers[end + 1] == numbers[end] + 1:
            end += 1
        run = end - at >= 2
        texts += [f"{numbers[at]} t/m {numbers[end]}"] if run else [str(n) for n in numbers[at : end + 1]]
        at = end + 1
    return listed(texts)


def heading(verification: Verification) -> str:
    """ "Vraag 3, 4 en 5"."""
    return f"Vraag {listed(verification.draft.selection.question.numbers)}"


def reasons_text(check: Check) -> str:
    """The reasons of a check as one phrase."""
    return "; ".join(reason.rstrip(".") for reason in check.reasons) or "geen bron genoemd"


def inline(text: str) -> str:
    """Text of a document as Markdown that shows it literally: it can never become markup."""
    flat = " ".join(text.split())
    for sign in "\\`*_{}[]#|~":
        flat = flat.replace(sign, "\\" + sign)
    # As entities: not every reader of Markdown takes a backslash before these for an escape.
    return escape(flat, quote=False)


# The accountability: what belongs to a text but is no text of the letter.

ANNEX_TITLE = "Verantwoording van de bronnen en open punten"


ACCOUNT_LABELS = (
    "Eigen tekst van de opsteller, niet door een bron gedragen:",
    "Wat ontbreekt:",
    "Niet overgenomen, want de bron draagt deze zin niet:",
    "Opmerkingen:",
)


@dataclass(frozen=True, slots=True)
class AccountedSentence:
    """A sentence that no source bears, and why a person answers for it, or why it was refused."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Account:
    """The accountability of one answer."""

    heading: str
    verdict: str  # in words; empty when the question is simply answered
    sources: tuple[Note, ...]
    own: tuple[AccountedSentence, ...]
    missing: tuple[str, ...]
    refused: tuple[AccountedSentence, ...]
    remarks: tuple[str, ...]

    @property
    def empty(self) -> bool:
        """Whether there is nothing to tell."""
        entries = (self.sources, self.own, self.missing, self.refused, self.remarks)
        return not self.verdict and not any(entries)

    @property
    def own_lines(self) -> tuple[str, ...]:
        """What a person answers for, each with the grounds."""
        return tuple(f"“{sentence.text}” Grondslag: {sentence.reason}" for sentence in self.own)

    @property
    def refused_lines(self) -> tuple[str, ...]:
        """What was refused, each with the reason."""
        return tuple(f"“{sentence.text}” Reden: {sentence.reason}." for sentence in self.refused)


def remarks_once(verifications: Sequence[Verification]) -> tuple[tuple[str, ...], ...]:
    """The remarks on every answer; what is to be known of a source stands at the first answer it is about."""
    earlier: set[str] = set()
    rows = []
    for draft in (verification.draft for verification in verifications):
        rows.append(tuple(r for r in draft.left_out if r in draft.doubts or r not in earlier))
        earlier.update(rows[-1])
    return tuple(rows)


def account_for(dossier: Dossier) -> tuple[Account, ...]:
    """The accountability of every answer, in order."""
    notes = notes_of_answers(dossier, collect_notes(dossier))
    rows = zip(dossier.verifications, notes, remarks_once(dossier.verifications), strict=True)
    return tuple(_account(*row) for row in rows)


def _account(verification: Verification, notes: tuple[Note, ...], remarks: tuple[str, ...]) -> Account:
    return Account(
        heading=heading(verification),
        verdict=verdict_words(verification),
        sources=notes,
        own=tuple(_accounted(c, c.statement.own_account) for c in verification.own),
        missing=tuple(map(squash, verification.left_open)),
        refused=tuple(_accounted(c, reasons_text(c)) for c in verification.failed),
        remarks=tuple(map(squash, remarks)),
    )


def _accounted(check: Check, reason: str) -> AccountedSentence:
    return AccountedSentence(squash(check.statement.text), squash(reason))


def open_points(account: Account) -> tuple[str, ...]:
    """What somebody still has to do or know about an answer, one line each."""
    return (
        *((account.verdict,) if account.verdict else ()),
        *(f"Wat ontbreekt: {part}" for part in account.missing),
        *(f"Niet overgenomen: “{statement.text}” ({statement.reason})" for statement in account.refused),
        *account.remarks,
    )


_UNKNOWN = "onbekend"


@dataclass(frozen=True, slots=True)
class Share:
    """A name with how many citations fall under it, and which part of all that is."""

    name: str
    citations: int
    part: float


@dataclass(frozen=True, slots=True)
class Balance:
    """Shares of the citations that the standing text rests on, the largest first; empty without any."""

    citations: int
    ministries: tuple[Share, ...]
    years: tuple[Share, ...]
    documents: tuple[Share, ...]

    @property
    def largest(self) -> Share | None:
        """The document that most rests on."""
        return self.documents[0] if self.documents else None


def balance_of(dossier: Dossier) -> Balance:
    """The balance of the sentences as they go out, over all sub-questions."""
    cards: list[DocumentCard | None] = []
    names: list[str] = []
    for verification in dossier.verifications:
        known = {source.document.id: source.document for source in verification.draft.selection.chosen}
        for check in verification.standing:
            for document in dict.fromkeys(citation.document for citation in check.statement.citations):
                cards.append(known.get(document))
                names.append(document)
    years = (str(card.date.year) if card and card.date else _UNKNOWN for card in cards)
    ministries = ((card.ministry if card else None) or _UNKNOWN for card in cards)
    return Balance(len(names), _shares(ministries), _shares(years), _shares(names))


def _shares(names: Iterable[str]) -> tuple[Share, ...]:
    counted = Counter(names)
    total = sum(counted.values())
    ordered = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Share(name, number, number / total) for name, number in ordered)


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
        for opened, sentences in _blocks_of(verification)
    ]


def group_blocks(dossier: Dossier, group: AnswerGroup, notes: Notes) -> list[TextBlock]:
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


def copy_answers(dossier: Dossier, position: int | None = None) -> TextCopy:
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
        blocks = group_blocks(dossier, group, notes)
        if not blocks and position is None:
            blocks = [TextBlock(Opening.PARAGRAPH, (_own_words(f"[{empty_answer(group.numbers)}]"),))]
        html.append(_html(blocks))
        plain += _plain(blocks)
        listing |= {note.number: note for note in note_lists[first]}
    if listing:
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


LISTS = {Opening.ITEM: "ul", Opening.NUMBER: "ol"}


def _html(blocks: Sequence[TextBlock]) -> str:
    parts: list[str] = []
    within = ""
    for block in blocks:
        kind = LISTS.get(block.opens, "")
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


def leads(openings: Iterable[Opening]) -> Iterator[str]:
    """What stands before each paragraph or item as plain text: "", "- ", or its number in its list."""
    count = 0
    for opens in openings:
        count = count + 1 if opens is Opening.NUMBER else 0
        yield {Opening.ITEM: "- ", Opening.NUMBER: f"{count}. "}.get(opens, "")


def _plain(blocks: Sequence[TextBlock]) -> list[str]:
    lines: list[str] = []
    before: Opening | None = None
    for block, lead in zip(blocks, leads(block.opens for block in blocks), strict=True):
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
