"""What every export shares: numbered notes, headings, words for a verdict, and the accountability."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import zip_longest

from learninglion.dutch.text import printable, squash
from learninglion.models import (
    AnswerVerdict,
    Author,
    Check,
    Chooser,
    Citation,
    DocumentCard,
    Dossier,
    DossierState,
    Opening,
    Verification,
)
from learninglion.models.plain import Plain, from_plain, to_plain


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
    partial = verdict is AnswerVerdict.PARTIAL
    return "Deze vraag is gedeeltelijk beantwoord uit de gekozen bronnen." if partial else ""


def why_unanswered(verification: Verification) -> str:
    """Why there is no answer, no full stop: nothing was chosen, or what was chosen does not bear it."""
    draft = verification.draft
    if verification.emptied:
        return "Het antwoord is leeg gemaakt: schrijf een nieuw antwoord of maak het opnieuw uit de bronnen"
    if any(check.statement.author is Author.PERSON for check in verification.failed):
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

    What the answer just before it says is one joint answer in a letter; what an answer further back says is a
    reference to that.
    """
    groups: list[AnswerGroup] = []
    known: list[_Sentences] = []  # by group
    homes: dict[int, int] = {}  # of a group that refers: the group that says it
    for i, verification in enumerate(dossier.verifications):
        own = _sentences_of(verification)
        numbers = verification.draft.selection.question.numbers
        home = next(
            (g for g, statements in enumerate(known) if g not in homes and _tells(statements, own)), None
        )
        last = len(groups) - 1
        if own and groups and last not in homes and (known[last] == own or home == last):
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


def blocks_of(verification: Verification) -> list[tuple[Opening, list[tuple[int, Check]]]]:
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
    for _, sentences in blocks_of(verification):
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


@dataclass(frozen=True, slots=True)
class OwnSentence:
    """A sentence that a person answers for instead of a source, and why."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class RefusedSentence:
    """A sentence that its source does not bear, and why."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Account:
    """The accountability of one answer."""

    heading: str
    verdict: str  # in words; empty when the question is simply answered
    sources: tuple[Note, ...]
    own: tuple[OwnSentence, ...]
    missing: tuple[str, ...]
    refused: tuple[RefusedSentence, ...]
    remarks: tuple[str, ...]

    @property
    def empty(self) -> bool:
        """Whether there is nothing to tell."""
        entries = (self.sources, self.own, self.missing, self.refused, self.remarks)
        return not self.verdict and not any(entries)


def account_for(dossier: Dossier) -> tuple[Account, ...]:
    """The accountability of every answer, in order."""
    notes = notes_of_answers(dossier, collect_notes(dossier))
    return tuple(_account(v, note_list) for v, note_list in zip(dossier.verifications, notes, strict=True))


def _account(verification: Verification, notes: tuple[Note, ...]) -> Account:
    return Account(
        heading=heading(verification),
        verdict=verdict_words(verification),
        sources=notes,
        own=tuple(
            OwnSentence(squash(c.statement.text), squash(c.statement.own_account)) for c in verification.own
        ),
        missing=tuple(map(squash, verification.left_open)),
        refused=tuple(
            RefusedSentence(squash(c.statement.text), squash(reasons_text(c))) for c in verification.failed
        ),
        remarks=tuple(map(squash, verification.draft.left_out)),
    )


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
