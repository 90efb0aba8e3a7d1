"""Dutch text: folding, stems, words and sentences. Pure functions; offsets refer to the text given."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import tantivy

from learninglion.dutch.lexicon import FUNCTION_WORDS
from learninglion.models import Span

# Abbreviations after which a full stop does not end a sentence, as they occur in parliamentary papers.
_ABBREVIATIONS = frozenset(
    """
    a.u.b aanh adm afd afl alg apr art artt aug b.v bijv bijz blz bv ca c.q c.s cf cie cm d.d d.m.v
    d.w.z dd dec dhr dir div dl dr drs ds e.a e.d e.e.a e.v enz evt excl feb fig fr g.g gr h.t.l
    hfst hh hoofdst i.c i.c.m i.e i.h.b i.o i.p.v i.v.m ibid ing inz incl ir jan jhr jl jr jul jun k.b
    kb km lett m.a.w m.b.t m.b.v m.i m.i.v m.n m.u.v mevr mgr mi mln mld mr mrd mrt mw n.a.v n.b n.m nl
    nov nr nrs o.a o.b.v o.g.v o.i o.i.v o.l.v o.m o.v.v okt p.m p.p pag par pct plv pp prof q.q r.k
    resp s.v.p sep sept sr stb stcrt t.a.v t.b.v t.e.m t.g.v t.h.v t.n.v t.o.v t.w.v t/m tel tit toel
    trb vgl vgn vlg vnl v.w.b v.h vs w.o wnd z.g z.i z.o.z z.s.m zgn zg
    """.split()
)

_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BOUNDARY = re.compile(r"([.!?…]+)([\"'”’»)\]]*)(?=\s|$)|\n")
_WORD = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:['’\-‑/&.][^\W_]+)*|\w+", re.UNICODE)
_TOKEN = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:['’\-‑][^\W_]+)*|\w+|[^\w\s]", re.UNICODE)
_LAST_WORD = re.compile(r"([^\s(«“\"'\[]+)$")


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number or sign, and where it stands."""

    text: str
    span: Span


class _Unmarked(dict[int, str]):
    """What each sign is without its marks; each is looked up once."""

    def __missing__(self, sign: int) -> str:
        parts = unicodedata.normalize("NFKD", chr(sign))
        self[sign] = plain = "".join(c for c in parts if not unicodedata.combining(c))
        return plain


_UNMARKED = _Unmarked()


@lru_cache(maxsize=4096)
def _strip_marks(text: str) -> str:
    """`text` without accents: "Yeşilgöz" -> "Yesilgoz"."""
    return text if text.isascii() else text.translate(_UNMARKED)


def fold(text: str) -> str:
    """`text` for comparing: case folded, accents removed."""
    return _strip_marks(text.casefold())


@lru_cache(maxsize=1)
def _stemmer() -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
    return builder.filter(tantivy.Filter.stemmer("dutch")).build()


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """The Dutch (Snowball) stem of one word, folded."""
    stems = _stemmer().analyze(word.casefold())
    return fold(stems[0]) if stems else fold(word)


def printable(text: str) -> str:
    """`text` without what XML cannot hold; a soft break, as pasted from a word processor, becomes a space."""
    return _NOT_XML.sub(lambda match: " " if match.group() in "\v\f" else "", text)


def squash(text: str) -> str:
    """`text` with every run of white space as one space, and none at the ends."""
    return " ".join(text.split())


def capital(text: str) -> str:
    """`text` with its first letter as a capital: titles in archives often begin in the middle of a line."""
    return text[:1].upper() + text[1:]


def tokenise(text: str) -> tuple[Token, ...]:
    """Words, numbers ("1.250,5" is one) and single signs, in order; hyphenated words stay whole."""
    return tuple(Token(m.group(), Span(m.start(), m.end())) for m in _TOKEN.finditer(text))


def words(text: str) -> tuple[str, ...]:
    """The folded words and numbers of `text`, without signs."""
    return tuple(fold(m.group()) for m in _WORD.finditer(text))


def split_sentences(text: str, start: int = 0, end: int | None = None) -> tuple[Span, ...]:
    """The sentences of text[start:end]: spans without surrounding white space, none of them empty.

    A line break ends a sentence as well (headings, list items and table rows have no full stop);
    full stops of abbreviations, initials, numbers and dates do not.
    """
    end = len(text) if end is None else end
    spans: list[Span] = []
    begin = start
    for match in _BOUNDARY.finditer(text, start, end):
        if match.group() == "\n":
            _append(spans, text, begin, match.start())
            begin = match.end()
        elif _ends_sentence(text, begin, match, end):
            _append(spans, text, begin, match.end())
            begin = match.end()
    _append(spans, text, begin, end)
    return tuple(spans)


def _append(spans: list[Span], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        spans.append(Span(start, end))


def _names_a_part(before: str, follower: str) -> bool:
    """Whether a letter behind `before` names a thing ("bijlage A. Uit de cijfers") and is no initial: a
    common word stands before it, and what follows begins as a sentence does and not as a surname.
    """
    first, _, rest = follower.partition(" ")
    common = before.rsplit(None, 1)[-1:]
    return (
        bool(common) and common[0].islower() and fold(first) in FUNCTION_WORDS and rest.lstrip()[:1].islower()
    )


def _ends_sentence(text: str, begin: int, match: re.Match[str], end: int) -> bool:
    rest = text[match.end() : min(end, match.end() + 40)].lstrip(" \t")
    if not rest or rest[0] == "\n":
        return True
    follower = rest.lstrip("«“‘\"'([–-")
    if match.group(1) != ".":
        # "?" and "!" inside a quotation or title go on in lower case
        return not (follower[:1].islower() and match.group(1) != "…")
    if follower[:1].islower():
        return False
    last = _LAST_WORD.search(text, begin, match.start())
    word = last.group(1) if last else ""
    bare = word.casefold().rstrip(".")
    if bare in _ABBREVIATIONS:
        # "enz." and the like do end a sentence when a capitalised word follows
        return (
            bare in {"enz", "e.d", "e.a", "e.e.a", "c.s", "jl", "s.v.p", "z.s.m", "e.v"}
            and follower[:1].isupper()
        )
    if len(word) == 1 and word.isalpha() and word.isupper():
        return _names_a_part(text[begin : match.start() - 1], follower)  # else an initial: "A. de Vries"
    if "." in word and all(len(part) <= 2 for part in word.split(".")) and not any(c.isdigit() for c in word):
        return False  # "J.P.", "A.M."
    # "1. De minister": the number of a list item
    return not (word.isdigit() and text[begin : match.start()].strip() == word)
