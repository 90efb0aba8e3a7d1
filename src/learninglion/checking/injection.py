"""Text in a source that reads like an instruction to a machine, or that a reader cannot see.

Sources are data: nothing in them is obeyed, whatever this module finds. What it adds is that the officer
is told, and that such text is neither given to a model nor accepted as evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, StrEnum
from functools import lru_cache

from learninglion.checking.addressed import Addressed, addressed
from learninglion.checking.disguises import hidden_text, holds_code, plain_forms, plain_marks, short_runs
from learninglion.dutch.text import split_sentences, squash
from learninglion.models import Source, SourceKind, Span

__all__ = [
    "Suspicion",
    "SuspicionKind",
    "describe_question",
    "describe_suspicions",
    "find_in_text",
    "find_suspicious",
    "invisible_spans",
    "touches_suspicious",
    "visible",
]


class SuspicionKind(StrEnum):
    """What is wrong with the text."""

    INSTRUCTION = "instruction"  # speaks to a language model
    MARKUP = "markup"  # looks like the inner marks of a conversation or of this program
    INVISIBLE = "invisible"  # characters that do not show
    DISGUISED = "disguised"  # written in a code, or in letters that are not what they seem


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A stretch of a source's body (offsets in the body) and what is wrong with it."""

    span: Span
    kind: SuspicionKind


# Characters without width or with an effect on direction, tags, and what belongs to no language.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
# A soft hyphen, a byte-order mark, a joiner or a private-use bullet alone is a habit of word processors.
_ORDINARY = frozenset("\u00ad\u2060\ufeff\u200c\u200d\u200b\u2028\u2029\ufe00\ufe01\ufe0e\ufe0f\u200e\u200f")
_ORDINARY_LIMIT = 8  # in one stretch between words: more is no habit


def _any(words: str) -> str:
    """A pattern for any of these words; a comma parts words that hold spaces."""
    parts = [w.strip() for w in words.split(",")] if "," in words else words.split()
    return "(?:" + "|".join(parts) + ")"


_MARKUP = re.compile(
    "|".join(
        (
            r"<\|[^|>\n]{1,40}\|>",  # <|im_start|>
            r"<\|?(?:start|end)_of_turn\|?>",
            r"\[/?(?:INST|SYS|SYSTEM_PROMPT|TOOL_CALLS|AVAILABLE_TOOLS)\]",
            r"<</?SYS>>",
            rf"</?{_any('s bos eos system assistant user prompt think tool_call tool_response')}>",
            r"</?instructi(?:on|e)s?>",
            r"<!--|<script\b|\bon(?:error|load)\s*=|javascript:",
            r"!\[[^\]]*\]\(|\]\(https?://|```",
            r"<{3,}|>{3,}",
            r"\{\s*\"\w+\"\s*:",  # an answer in JSON
            rf"={{3,}}\s*{_any('einde begin end bron source')}",
            rf"#{{2,}}\s*{_any('system instruction instructie opdracht assistant user')}",
            r"\[\s*bron\s*\d+\s*[:,\]]",  # a citation made to look like ours
            r"<\w[^<>\n]{0,40}\brole\s*=|\brole\s*:\s*[\"']?(?:system|assistant|user|developer)\b",
            r"</?(?:span|div|font|iframe|img|svg|object|form|input|style|a)\b[^<>\n]*>",
            r"\b(?:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0)\b",
        )
    ),
    re.IGNORECASE,
)


def find_suspicious(source: Source) -> tuple[Suspicion, ...]:
    """The sentences of the source's body that speak to a machine or hide something, in order.

    What the officer supplied is searched as well: a news item is pasted from elsewhere.
    """
    return find_in_text(source.body)


def find_in_text(text: str) -> tuple[Suspicion, ...]:
    """As find_suspicious, for a text by itself.

    From a sentence that surely speaks to a machine up to the end of the text all is suspect: what follows
    "ignore the above" may look like a plain statement, and is what the writer wants to see repeated. Where it
    is likely and not sure, that holds for the sentence and the one behind it.
    """
    found: list[Suspicion] = []
    sentences = split_sentences(text)
    run = next((r for r in short_runs(text, sentences) if _runs_to_machine(r.of(text))), None)
    for at, sentence in enumerate(sentences):
        if run is not None and run.start <= sentence.start:
            return (*found, Suspicion(Span(run.start, len(text)), SuspicionKind.INSTRUCTION))
        told = _look(sentence.of(text))
        if told is None:
            continue
        if told.reach is _Reach.ALL:
            return (*found, Suspicion(Span(sentence.start, len(text)), told.kind))
        last = sentences[min(at + 1, len(sentences) - 1)] if told.reach is _Reach.NEXT else sentence
        found.append(Suspicion(Span(sentence.start, last.end), told.kind))
    return tuple(found)


def touches_suspicious(source: Source, span: Span) -> bool:
    """Whether `span` (of the document's text) touches a suspicious stretch of the source's body."""
    offset = source.body_span.start
    return any(s.start + offset < span.end and span.start < s.end + offset for s in _suspicious(source.body))


@lru_cache(maxsize=512)
def _suspicious(body: str) -> tuple[Span, ...]:
    return tuple(s.span for s in find_in_text(body))


def invisible_spans(text: str) -> tuple[Span, ...]:
    """Runs of characters that do not show."""
    return tuple(Span(m.start(), m.end()) for m in re.finditer(f"(?:{_INVISIBLE.pattern})+", text))


def describe_suspicions(sources: Iterable[Source]) -> tuple[str, ...]:
    """For the officer: one Dutch sentence for each source that holds such text or came with a warning."""
    remarks: list[str] = []
    for source in sources:
        where = _where(source)
        remarks.extend(f"Let op, over {where}: {warning}" for warning in source.document.warnings)
        for label, text in _metadata(source):
            if find_in_text(text):
                remarks.append(
                    f"Let op: {label} van {where} lijkt een opdracht aan een computer: "
                    f"“{shorten(visible(text))}”. Die tekst is niet gebruikt."
                )
        for suspicion in find_suspicious(source):
            quote = shorten(visible(suspicion.span.of(source.body)))
            remarks.append(
                f"Let op: in {where} staat {_WHAT[suspicion.kind]}: “{quote}”. "
                "Die tekst en wat erop volgt zijn niet gebruikt."
            )
    return tuple(dict.fromkeys(remarks))


_WHAT = {
    SuspicionKind.INSTRUCTION: "tekst die op een opdracht aan een computer lijkt",
    SuspicionKind.MARKUP: "opmaak die niet in een gewone tekst thuishoort",
    SuspicionKind.INVISIBLE: "tekst met tekens die een lezer niet ziet",
    SuspicionKind.DISGUISED: "tekst in code of in vermomde letters",
}


def visible(text: str) -> str:
    """`text` with what does not show written out, on one line."""
    shown = _INVISIBLE.sub("·", text)
    return squash("".join(c if c.isprintable() else " " for c in shown))


def shorten(text: str, limit: int = 160) -> str:
    """`text`, or its beginning with "…" behind it; for remarks only."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def describe_question(question: str, introduction: str) -> tuple[str, ...]:
    """For the officer: whether the question itself, as it came in, speaks to a machine."""
    return tuple(
        f"Let op: in de vraag zelf staat {_WHAT[s.kind]}: “{shorten(visible(s.span.of(text)))}”."
        for text in (introduction, question)
        for s in find_in_text(text)
    )


def _metadata(source: Source) -> tuple[tuple[str, str], ...]:
    """What stands around the body and was written by others as well."""
    card = source.document
    # what the officer fills in has a title of ours, but for a source of their own
    ours = source.kind is SourceKind.SUPPLIED and not source.own
    people = " / ".join([*(a.name for a in card.askers), *(a.name or "" for a in card.answerers)])
    return (
        ("de titel", "" if ours else card.title),
        ("de kop", " / ".join(source.heading_path)),
        ("de vraag", source.question),
        ("de naamregel", people),
    )


def _where(source: Source) -> str:
    if source.kind is SourceKind.SUPPLIED:
        return "de aangeleverde tekst"
    numbers = f", vraag {', '.join(map(str, source.numbers))}" if source.numbers else ""
    return f"{shorten(visible(source.document.title or source.document.id), 80)}{numbers}"


class _Reach(Enum):
    """How much of a text falls under a suspicion."""

    SENTENCE = 1
    NEXT = 2  # the sentence behind it as well
    ALL = 3  # everything that follows


@dataclass(frozen=True, slots=True)
class _Told:
    kind: SuspicionKind
    reach: _Reach


def _look(text: str) -> _Told | None:
    """What is wrong with one sentence."""
    bare = _INVISIBLE.sub("", text)
    if _MARKUP.search(bare) or _MARKUP.search(plain_marks(bare)) or holds_code(bare):
        return _Told(SuspicionKind.MARKUP, _Reach.ALL)
    if hidden_text(bare):
        return _Told(SuspicionKind.DISGUISED, _Reach.ALL)
    speaks = _speaks(bare)
    if speaks is not Addressed.NO:
        reach = _Reach.ALL if speaks is Addressed.SURELY else _Reach.NEXT
        return _Told(SuspicionKind.INSTRUCTION, reach)
    if bare == text:
        return None
    if _hides_on_purpose(text):
        return _Told(SuspicionKind.INVISIBLE, _Reach.ALL)
    if sum(c in _ORDINARY and c != "\u00ad" for c in text) >= _ORDINARY_LIMIT:
        return _Told(SuspicionKind.INVISIBLE, _Reach.SENTENCE)
    spaced = _speaks(_INVISIBLE.sub(" ", text)) is not Addressed.NO
    return _Told(SuspicionKind.INSTRUCTION, _Reach.ALL) if spaced else None


def _runs_to_machine(text: str) -> bool:
    """Whether lines of a few words are together a sentence that surely speaks to a machine, or a code."""
    bare = _INVISIBLE.sub("", text)
    return holds_code(bare) or bool(hidden_text(bare)) or _speaks(bare) is Addressed.SURELY


def _speaks(text: str) -> Addressed:
    """How far the text speaks to a machine, in any of the forms that it may be read in."""
    forms = plain_forms(text)
    told = max(map(addressed, forms))
    # what stands in the midst of other text is looked at by itself as well, where it is sure
    parts = (part for form in forms for part in _PARTS.split(form) if part != form)
    return Addressed.SURELY if any(addressed(part) is Addressed.SURELY for part in parts) else told


_PARTS = re.compile(r"(?<=[.!?:;])\s+")


def _hides_on_purpose(text: str) -> bool:
    """Whether characters stand here that no word processor leaves behind."""
    return any(c not in _ORDINARY for c in _INVISIBLE.findall(text))
