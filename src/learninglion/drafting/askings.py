"""What a sub-question asks: its parts, what sort of answer each waits for, and whether a sentence is of it.

A question that only asks whether something is known, or how it will be answered, is not searched: its answer
is not in the archive. A figure, a moment, a duration or a reason can be recognised in a sentence; an action
and an opinion by who speaks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path

from learninglion.dutch.lexicon import is_finite
from learninglion.dutch.questions import FIGURES, Wants, gives, wants_of, ways
from learninglion.dutch.text import fold, split_sentences, squash, words
from learninglion.models.errors import InputError


class Kind(StrEnum):
    """What kind of question it is, as the draft says it."""

    ACQUAINTANCE = "acquaintance"  # "Bent u bekend met het bericht ...?"
    PROCEDURAL = "procedural"  # "Kunt u deze vragen afzonderlijk beantwoorden?"
    FIGURE = "figure"
    MOMENT = "moment"
    REASON = "reason"
    ACTION = "action"
    OPINION = "opinion"
    FACT = "fact"


_NOT_SEARCHED = frozenset({Kind.ACQUAINTANCE, Kind.PROCEDURAL})
"""What no archive can answer."""


@dataclass(frozen=True, slots=True)
class Asking:
    """One thing that is asked; `about` is the text in which its subject is named.

    `after`: it counts only after a yes ("Zo ja, ...": True) or a no (False); None for what always counts.
    """

    text: str
    about: str
    kind: Kind
    wants: Wants = Wants.ANYTHING
    after: bool | None = None


# of notes ("[1]", "[5, 6 ]"), and "a." of a list
_MARK = re.compile(r"\[\s*\d[\d\s,]*\]|(?:^|\n|(?<=[?:;]))\s*\(?[a-h][.)]\s+")
_QUOTED = re.compile(r"«(?:[^«»]|«[^«»]*»)*»|“[^“”]*”|\"[^\"]*\"")
_WITHIN = str.maketrans(".?!,; ", "\ue000\ue001\ue002\ue003\ue004\ue005")  # in a title no sign ends a piece
_WITHOUT = {hidden: sign for sign, hidden in _WITHIN.items()}
_AFTER_ASKING = re.compile(r"(?<=\?) (?=\w)")  # whatever stands behind it, "vi." of a list too
_MISSED_SPACE = re.compile(r"(?<=\?)(?=[A-Z])")
_AFTER = {False: ways("after no"), True: ways("after yes")}
_SPLIT, _ASKS, _HANGS = (ways(section, folded=False) for section in ("splits", "asks", "hangs"))
_OPENS_WITH_W = ways("opens with what is asked")
_KNOWS, _FORM, _IGNORANCE = ways("acquaintance"), ways("procedural"), ways("ignorance")
_KINDS = dict.fromkeys(FIGURES, Kind.FIGURE) | {
    Wants.LENGTH: Kind.MOMENT,
    Wants.DATE: Kind.MOMENT,
    Wants.CAUSE: Kind.REASON,
    Wants.DEED: Kind.ACTION,
    Wants.VIEW: Kind.OPINION,
}


@lru_cache(maxsize=2048)
def askings_of(question: str) -> tuple[Asking, ...]:
    """Every part of `question`, in order; a text without a question mark is one part."""
    text = _MISSED_SPACE.sub(" ", squash(_MARK.sub(" ", question)))
    text = _QUOTED.sub(lambda title: title.group().translate(_WITHIN), text)
    sentences = [piece for s in split_sentences(text) for piece in _AFTER_ASKING.split(s.of(text)) if piece]
    asking = [s for s in sentences if s.rstrip("»”\"' ").endswith("?")] or sentences[-1:]
    parts: list[Asking] = []
    before = ""  # "Zo ja, welke?" is about what was asked before
    for sentence in sentences:
        for piece in _pieces(sentence) if sentence in asking else (sentence,):
            before = f"{before} {piece}".strip()
            if sentence in asking:
                plain, about = (text.translate(_WITHOUT) for text in (piece, before))
                parts.append(_read(plain, about, parts[-1] if parts else None))
    return tuple(dict.fromkeys(parts))


def is_yes_or_no(asking: Asking) -> bool:
    """Whether a plain yes or no answers it."""
    has_content = asking.kind in (Kind.FACT, Kind.ACTION, Kind.OPINION)
    return has_content and asking.after is None and not _OPENS_WITH_W.match(fold(asking.text))


def searched(question: str) -> tuple[Asking, ...]:
    """The parts of a question that an archive can answer."""
    return tuple(part for part in askings_of(question) if part.kind not in _NOT_SEARCHED)


def kind_of(question: str) -> Kind:
    """The kind of the whole question: that of the first part that asks for content."""
    parts = searched(question)
    first = (*(p for p in parts if p.after is None), *parts, *askings_of(question))
    return first[0].kind if first else Kind.FACT


def _pieces(sentence: str) -> Iterator[str]:
    """What asks for itself within one sentence."""
    begin = 0
    for match in _SPLIT.finditer(sentence):
        piece = sentence[begin : match.start()].strip()
        whole = not _HANGS.search(piece) and bool(not match["listed"] or _ASKS.search(piece))
        if piece and whole:
            yield _asked(piece)
            begin = match.end()
    yield _asked(sentence[begin:].strip())


def _asked(piece: str) -> str:
    """`piece` as a question by itself."""
    text = piece[:1].upper() + piece[1:]
    return text if text.endswith("?") else text.rstrip(" ,;.") + "?"


def _read(text: str, about: str, last: Asking | None) -> Asking:
    plain = fold(text)
    after = next((answer for answer, opening in _AFTER.items() if opening.match(plain)), None)
    if last and last.kind in _NOT_SEARCHED and after is False:
        return Asking(text, about, last.kind, after=after)  # "Zo nee, waarom niet?"
    if _FORM.search(plain) and not _OPENS_WITH_W.match(plain):
        return Asking(text, about, Kind.PROCEDURAL, after=after)
    if knows := _KNOWS.search(plain):
        return Asking(text, about, Kind.FACT if knows["claim"] else Kind.ACQUAINTANCE, after=after)
    wants = wants_of(text)
    if last and plain.startswith("en ") and not any(map(is_finite, words(plain))):
        wants = wants if wants in _KINDS else last.wants  # "En in 2033?" goes on asking how much
    if wants not in _KINDS:  # who or where: many sentences name somebody
        return Asking(text, about, Kind.FACT, after=after)
    return Asking(text, about, _KINDS[wants], wants, after)


# --------------------------------------------------------------------------- what a sentence gives


def gives_it(asking: Asking, sentence: str) -> bool:
    """Whether the sentence holds what is waited for, or says that it is not known."""
    return gives(asking.wants, sentence) is not False or admits_ignorance(sentence)


def admits_ignorance(sentence: str) -> bool:
    """Whether the sentence says that something is not known; that is an answer as well."""
    return bool(_IGNORANCE.search(fold(sentence)))


# What a person can confirm where no archive answers: that something is known, and how was answered.
#
# The sentences stand in `standard_sentences.txt`, or in a file of the organisation. None of them is an answer
# from a source, and none makes a question answered.


_KNOWN = "Dat is mij [bekend / niet bekend]."
_CHOICE = re.compile(r"\[((?:[^\[\]]|\[…\])+ / (?:[^\[\]]|\[…\])+)\]")


def choices_of(proposal: str) -> tuple[str, ...]:
    """The texts among which a person chooses who confirms what `propose` gave: "[a / b]" is a or b."""
    choice = _CHOICE.search(proposal)
    if choice is None:
        return (proposal,)
    before, after = proposal[: choice.start()], proposal[choice.end() :]
    return tuple(text for one in choice[1].split(" / ") for text in choices_of(before + one + after))


def propose(askings: Sequence[Asking], path: Path | None = None) -> str:
    """A text for the parts that no archive answers, each sentence once; "" when every part can be searched.

    Raises InputError where the file of the organisation cannot be read.
    """
    sentences: dict[str, None] = {}
    for asking in askings:
        knows = _KNOWS.search(fold(asking.text)) if asking.kind is Kind.ACQUAINTANCE else None
        if knows:
            sentences["Ja." if knows["published"] or knows["read"] else _KNOWN] = None
        elif asking.kind is Kind.PROCEDURAL and asking.after is None:
            sentences |= dict.fromkeys(_standard(asking.text, path))
    return " ".join(sentences)


def _standard(question: str, path: Path | None) -> list[str]:
    """The sentences for what is asked on both sides of an "en": "afzonderlijk en binnen drie weken"."""
    rows = _sentences(path)
    telling = [row for row in rows if row[0].pattern != "."]
    pieces = [piece for piece in re.split(r"\ben\b", question) if piece.strip()]
    first = (next((s for pattern, s in telling if pattern.search(piece)), "") for piece in pieces)
    of_all = next((s for pattern, s in rows if pattern.search(question)), "")
    return list(filter(None, first)) or [of_all]


@cache
def _sentences(path: Path | None) -> tuple[tuple[re.Pattern[str], str], ...]:
    place = path or files(__package__).joinpath("standard_sentences.txt")
    try:
        lines = place.read_text(encoding="utf-8").splitlines()
        rows = [line.split("\t", 1) for line in lines if line.strip() and not line.startswith("#")]
        return tuple((re.compile(pattern, re.IGNORECASE), sentence) for pattern, sentence in rows)
    except (OSError, UnicodeDecodeError, ValueError, re.error) as error:
        raise InputError(f"{place}: de standaardzinnen zijn niet te lezen ({error}).") from error
