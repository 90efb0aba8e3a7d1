"""An answer as one text to write in, and that text back as sentences with what they rest on.

Paragraphs are parted by an empty line, an item of a list begins with "- ", a numbered one with "1. ". What
stays the same keeps its sources and its history; what is new finds what it rests on among the chosen sources.
A sentence of another answer of the set brings the source along that it rests on there.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import takewhile

from learninglion.checking.citations import Locate, cite
from learninglion.checking.phrases import split_introduction
from learninglion.checking.verify import check
from learninglion.drafting.askings import askings_of, choices_of, propose
from learninglion.drafting.selection import without_line
from learninglion.drafting.verdict import polarity
from learninglion.dutch.lexicon import NEGATIONS, is_number
from learninglion.dutch.questions import coverage, subject_words
from learninglion.dutch.text import printable, read, split_sentences, words
from learninglion.models import (
    Author,
    Citation,
    Draft,
    Opening,
    Selection,
    Source,
    Span,
    Statement,
    StatementVerdict,
    Verification,
)
from learninglion.models.types import BLANK, LEADS_IN

# Word marks items with signs of its own (dashes, bullets, arrows, shapes, private characters of its fonts),
# at a second level with the letter o, at a third with §; behind what is no sign of a list stands a tab.
_LEAD = re.compile(
    r"\s*(?:(?P<item>[-*·‐-―•‣⁃←-⇿①-➿⬀-⯿\ue000-\uf8ff](?=\s)|[o§](?=\t))"
    r"|(?P<number>\d{1,3})[.)](?=\s))\s+(?=\S)"
)
_LETTER = re.compile(r"\s*(?:[a-z]|[ivx]{1,4})[.)]\s")  # keeps its letter: the text may name it
_ENDED = re.compile(r"[.!?…:;][\"'”’»)\]]*$")
# So much of its words must a sentence share with what stood there to be that sentence, changed: below it,
# "de" and "van" are what they share.
_SAME = 0.4
_TRIED = 6  # sentences of the sources, those that share most words first, against which a new one is held
_OTHERWISE = 3  # words that may stand otherwise in what bears a short sentence: "liep", "twee" and "2"
_TELLING = 8  # words of a sentence that is known by them: "Ja." stands in many an answer, each time anew
_ABOUT = 2.0  # weight of what it is about: less ("Dat is niet bekend.") is near to everything
_POINTS = 3  # words: less ("besluit;") is borne by no sentence that only has them too
_NEAR = 0.5  # of what it is about in one sentence of a source: close enough to say what does not fit


def write_answer(statements: Sequence[Statement]) -> str:
    """The answer as one text; `read_answer` gives the same statements back."""
    parts: list[str] = []
    number = 0
    before = Opening.SENTENCE
    for statement in statements:
        text = " ".join(statement.text.split())
        opens = statement.opens if parts or statement.opens is not Opening.SENTENCE else Opening.PARAGRAPH
        if opens is Opening.SENTENCE:
            parts.append(f" {text}")
            continue
        number = number + 1 if opens is Opening.NUMBER else 0
        lead = {Opening.ITEM: "- ", Opening.NUMBER: f"{number}. "}.get(opens, "")
        gap = "" if not parts else "\n" if lead and opens is before else "\n\n"
        parts.append(f"{gap}{lead}{text}")
        before = opens
    return "".join(parts)


def read_answer(
    text: str,
    before: Sequence[Statement],
    selection: Selection,
    locate: Locate,
    carried: Mapping[str, Statement] | None = None,
    *,
    written: Collection[str] = (),
) -> tuple[Statement, ...]:
    """The sentences of `text`, each with what it rests on.

    A sentence that stood in `before` stays what it was, wherever it moved to. One that was changed, split or
    merged keeps the sources of what it was made of as far as those bear it; else, and for a new one, the
    chosen sources (but the line, which is none) are searched for words that do. One that is `carried` (by its
    words) is what it is there.
    What the machine wrote (`written`) is one sentence and the machine's, whoever typed it; how a person cut
    the text before is not looked at, so that the same text always has the same sentences.
    """
    carried = carried or {}
    selection = without_line(selection)
    machine = (s.text for s in before if s.author is Author.MACHINE)
    theirs = {" ".join(known.split()) for known in written}
    texts = {" ".join(known.split()) for known in machine} | theirs | carried.keys()
    known = sorted(texts - {""}, key=lambda k: (-len(k), k))
    sentences = [
        (sentence, opens) for block in _blocks(text) for sentence, opens in _sentences_of(block, known)
    ]
    origins = _origins([sentence for sentence, _ in sentences], before, carried)
    made: list[Statement] = []
    for place, ((sentence, opens), origin) in enumerate(zip(sentences, origins, strict=True)):
        if place == 0 and opens is Opening.PARAGRAPH and (not before or before[0].opens is Opening.SENTENCE):
            opens = Opening.SENTENCE  # the first begins a paragraph anyhow
        statement = _made(sentence, origin, selection, locate)
        if sentence in theirs:
            statement = replace(statement, author=Author.MACHINE, original=None)
        made.append(replace(statement, opens=opens))
    return tuple(_with_account(made, place) for place in range(len(made)))


def carried_along(text: str, others: Iterable[Verification]) -> dict[str, Statement]:
    """What `text` takes over word for word of the other answers, by its words: sentences with a source or on
    somebody's account, which holds wherever they stand.

    A short one comes only with a longer one of the same source or account: by itself it may be anybody's.
    """
    flat = " ".join(text.split())
    taken: dict[str, Statement] = {}
    for verification in others:
        for check_before in verification.standing:
            words_there = " ".join(check_before.statement.text.split())
            if words_there in flat:
                taken.setdefault(words_there, check_before.statement)
    telling = {key for words, s in taken.items() if len(words.split()) >= _TELLING for key in _rests_on(s)}
    return {words: s for words, s in taken.items() if telling.issuperset(_rests_on(s))}


def _rests_on(statement: Statement) -> tuple[str | None, ...]:
    """The sources of a sentence, or the account that somebody gives of it."""
    return (
        (statement.own_account,)
        if statement.on_own_account
        else tuple(c.source_id for c in statement.citations)
    )


def proposed_texts(draft: Draft) -> tuple[str, ...]:
    """What is proposed, in as many texts as there are to choose from; mostly there is one."""
    return choices_of(draft.proposal) if _is_nobodys(draft) else (draft.proposal,)


def read_proposal(draft: Draft, locate: Locate, choice: int = 0) -> tuple[Statement, ...]:
    """The sentences of a text that is proposed; one that a chosen source bears cites it, no other cites
    anything. "Ja." to "Bent u bekend met …?" is nobody's but who says it, though many a source says "Ja.".
    """
    chosen = () if _is_nobodys(draft) else draft.selection.chosen
    text = proposed_texts(draft)[choice]
    answer = read_answer(text, (), replace(draft.selection, chosen=chosen), locate)
    return tuple(s if _holds(s, chosen, locate) else replace(s, citations=()) for s in answer)


def _is_nobodys(draft: Draft) -> bool:
    """Whether what is proposed are standard sentences, which no source can bear."""
    return bool(propose(askings_of(draft.selection.question.text)))


def changed_statement(statement: Statement, text: str) -> Statement:
    """`statement` with a person's text; what the machine wrote stays visible, and going back undoes it.

    Why an officer answered for the old words says nothing of the new ones, but where a blank was filled in.
    """
    if text == statement.text:
        return statement
    before, blank, after = statement.text.partition(BLANK)
    if blank and len(text) > len(before + after) and text.startswith(before) and text.endswith(after):
        return replace(statement, text=text)
    if statement.original == text:
        return replace(statement, text=text, author=Author.MACHINE, original=None, own_account="")
    original = statement.original
    if original is None and statement.author is Author.MACHINE:
        original = statement.text
    return replace(statement, text=text, author=Author.PERSON, original=original, own_account="")


# --------------------------------------------------------------------------- paragraphs and sentences


@dataclass(frozen=True, slots=True)
class _Block:
    opens: Opening
    text: str


def _blocks(text: str) -> Iterator[_Block]:
    """Paragraphs and items. A line that breaks off within a sentence, as in pasted text, goes on."""
    opens, lines = Opening.PARAGRAPH, list[str]()
    for line in printable(text.replace("\r\n", "\n").replace("\r", "\n")).split("\n"):
        bare = line.strip()
        lead = _LEAD.match(line)
        begins = lead or _LETTER.match(line)
        goes_on = bare[:1].islower() or bare[:1].isdecimal()
        if lines and goes_on and not begins and not _ENDED.search(lines[-1]):
            lines.append(bare)
            continue
        if lines:
            yield _Block(opens, " ".join(lines))
        opens = Opening.PARAGRAPH if lead is None else Opening.ITEM if lead["item"] else Opening.NUMBER
        lines = [bare if lead is None else line[lead.end() :].strip()] if bare else []
    if lines:
        yield _Block(opens, " ".join(lines))


def _sentences_of(block: _Block, known: Sequence[str]) -> Iterator[tuple[str, Opening]]:
    """The sentences of a block; what stood there as one sentence stays one, however it was split then."""
    flat = " ".join(block.text.split())
    opens, at = block.opens, 0
    while at < len(flat):
        known_sentence = next((k for k in known if _stands(k, flat, at, known)), "")
        if not known_sentence:
            known_sentence = split_sentences(flat, at)[0].of(flat)
        yield known_sentence, opens
        opens, at = Opening.SENTENCE, flat.index(known_sentence, at) + len(known_sentence)
        at += flat[at : at + 1] == " "


def _stands(sentence: str, flat: str, at: int, known: Sequence[str]) -> bool:
    """Whether a sentence that was there stands at this place, whole."""
    rest = flat[at + len(sentence) :]
    pasted_behind = bool(_ENDED.search(sentence)) and rest[:1].isupper()
    if not flat.startswith(sentence, at) or not (rest[:1] in ("", " ") or pasted_behind):
        return False
    return not rest or bool(_ENDED.search(sentence)) or any(k and rest[1:].startswith(k) for k in known)


# --------------------------------------------------------------------------- which sentence was which


def _origins(
    sentences: Sequence[str], before: Sequence[Statement], carried: Mapping[str, Statement]
) -> list[tuple[Statement, ...]]:
    """For each sentence what it was made of: itself, what it was changed from, or the parts of a merge."""
    known = [" ".join(statement.text.split()) for statement in before]
    free = list(range(len(before)))
    origins: list[tuple[Statement, ...]] = [() for _ in sentences]
    for place, sentence in enumerate(sentences):
        same = next((i for i in free if known[i] == sentence), None)
        if same is not None:
            free.remove(same)
            origins[place] = (before[same],)
    for place, sentence in enumerate(sentences):
        if not origins[place] and sentence in carried:
            origins[place] = (carried[sentence],)
        elif not origins[place]:
            parts = [i for i in free if _made_of(sentence, known[i])]
            origins[place] = tuple(before[i] for i in parts)
    return origins


def _made_of(sentence: str, known: str) -> bool:
    """Whether one was changed into the other, or is a part of it (split, merged)."""
    one, other = sentence.casefold().split(), known.casefold().split()
    blocks = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    shared = sum(block.size for block in blocks)
    least = min(len(one), len(other))
    if 2.0 * shared / max(1, len(one) + len(other)) >= _SAME:
        return True
    return least >= 3 and max(block.size for block in blocks) >= 0.6 * least


_LISTS = (Opening.ITEM, Opening.NUMBER)


def _with_account(statements: Sequence[Statement], place: int) -> Statement:
    """A sentence as it stands in its text: a person's "Ik noem drie punten:" in front of three needs neither
    source nor reason; anywhere else it does.
    """
    statement = statements[place]
    bare = replace(statement, own_account="") if statement.own_account == LEADS_IN else statement
    if bare.author is Author.MACHINE or bare.citations or bare.own_account or not bare.text.endswith(":"):
        return bare
    behind = [following.opens for following in statements[place + 1 :]]
    items = sum(opens in _LISTS for opens in takewhile(lambda opens: opens is not Opening.PARAGRAPH, behind))
    sentence_words = read(bare.text).words
    claims = any(word.norm in NEGATIONS or word.capital for word in sentence_words)
    claims = claims or any(is_number(word.norm) and word.norm != str(items) for word in sentence_words)
    leads_in = behind[:1] and behind[0] in _LISTS and not claims and polarity(bare.text) is None
    return replace(bare, own_account=LEADS_IN) if leads_in else bare


def _made(sentence: str, origin: Sequence[Statement], selection: Selection, locate: Locate) -> Statement:
    if len(origin) == 1 and " ".join(origin[0].text.split()) == sentence:
        return origin[0]
    nearest = max(origin, key=lambda s: SequenceMatcher(None, s.text, sentence).ratio(), default=None)
    made = (
        Statement(sentence, author=Author.PERSON) if nearest is None else changed_statement(nearest, sentence)
    )
    inherited = tuple(dict.fromkeys(c for statement in origin for c in statement.citations))
    return replace(made, citations=_support(replace(made, citations=inherited), selection, locate))


# --------------------------------------------------------------------------- what it rests on


def _support(statement: Statement, selection: Selection, locate: Locate) -> tuple[Citation, ...]:
    """The citations that bear the sentence: of those that came along no more than it needs, or the nearest
    words in a chosen source.

    Where none bears it the nearest words stay, so that the reason says what does not fit. A sentence that is
    near to nothing cites nothing.
    """
    chosen = selection.chosen
    along = statement.citations
    singly = [(citation,) for citation in along] if len(along) > 1 else []
    enough: list[tuple[Citation, ...]] = [*singly, *([along] if along else [])]
    for tried in enough:
        if _holds(replace(statement, citations=tried), chosen, locate):
            return tried
    near = sorted(_near(statement.text, chosen), key=lambda candidate: -candidate[0])[:_TRIED]
    if len(words(statement.text)) < _POINTS:
        near = [n for n in near if words(_text_of(n[2], n[1])) == words(statement.text)]
    cited = [cite(source, span, locate) for _, source, span in near]
    claim = [word.key for word in read(split_introduction(statement.text).claim).words if word.is_content]
    there = [frozenset(word.key for word in read(_text_of(span, source)).words) for _, source, span in near]
    for places in (*((i,) for i in range(len(near))), *((0, i) for i in range(1, len(near)))):
        lacking = sum(not any(key in there[i] for i in places) for key in claim)
        if lacking >= _OTHERWISE and lacking > len(claim) / 2:
            continue  # checking needs a counterpart of every word, and takes long
        tried = tuple(cited[i] for i in places)
        if _holds(replace(statement, citations=tried), chosen, locate):
            return tried
    shared = [coverage(statement.text, (_text_of(span, source),)) for _, source, span in near]
    best = max(range(len(near)), key=shared.__getitem__, default=None)
    about = sum(weight for _, weight in subject_words(statement.text))
    return () if best is None or shared[best] < _NEAR or about < _ABOUT else (cited[best],)


def _text_of(span: Span, source: Source) -> str:
    return source.body[span.start - source.body_span.start : span.end - source.body_span.start]


def _holds(statement: Statement, chosen: Sequence[Source], locate: Locate) -> bool:
    return check(statement, chosen, locate=locate).verdict is StatementVerdict.SUPPORTED


def _near(text: str, sources: Iterable[Source]) -> Iterator[tuple[float, Source, Span]]:
    """Sentences of the sources with the part of the words of `text` that stand in them."""
    wanted = frozenset(words(text))
    for source in sources:
        for span, sentence in _sentences(source.body):
            shared = len(wanted & sentence) / max(1, len(wanted))
            if shared:
                offset = source.body_span.start
                yield shared, source, Span(span.start + offset, span.end + offset)


@lru_cache(maxsize=256)
def _sentences(body: str) -> tuple[tuple[Span, frozenset[str]], ...]:
    """The sentences of a source, and the words of each."""
    return tuple((span, frozenset(words(span.of(body)))) for span in split_sentences(body))
