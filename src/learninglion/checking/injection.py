"""Text in a source that reads like an instruction to a machine, or that a reader cannot see.

Sources are data: nothing in them is obeyed, whatever this module finds. What it adds is that the officer
is told, and that such text is neither given to a model nor accepted as evidence.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
import unicodedata
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, IntEnum, StrEnum
from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from urllib.parse import unquote

import numpy as np
from numpy.typing import NDArray

from learninglion.dutch.lexicon import FUNCTION_WORDS
from learninglion.dutch.text import fold, split_sentences, squash
from learninglion.models import Source, SourceKind, Span

# Text that says something else than a reader sees: other alphabets, figures for letters, mirrors and codes.
#
# Two kinds of answer. `plain_forms` gives what a text may say as well, to be looked at again; ordinary text
# can have such forms. `hidden_text` gives what stands in a code or a disguise that ordinary text never has.

# Letters of other scripts, of phonetic script and small capitals, by the letter they look like.
_LOOK_ALIKES = {
    "a": "аαɑᴀ",
    "b": "ʙЬВΒ",
    "c": "сϲᴄ",
    "d": "ԁɗᴅ",
    "e": "еεҽᴇ",
    "f": "ꜰƒ",
    "g": "ɡցɢ",
    "h": "һհʜ",
    "i": "іɪıιɩ",
    "j": "јᴊ",
    "k": "кκᴋ",
    "l": "ӏʟⅼ",
    "m": "мᴍⅿ",
    "n": "ոɴνΝ",
    "o": "оοօᴏ",
    "p": "рρᴘ",
    "q": "ԛǫ",
    "r": "ʀгɾ",
    "s": "ѕꜱ",
    "t": "тτᴛ",
    "u": "սυᴜ",
    "v": "ѵᴠ",
    "w": "ԝѡᴡ",
    "x": "хχ",
    "y": "уүʏγ",
    "z": "ᴢ",
    "A": "АΑ",
    "E": "ЕΕ",
    "I": "ІΙ",
    "K": "КΚ",
    "M": "МΜ",
    "H": "НΗ",
    "O": "ОΟ",
    "P": "РΡ",
    "C": "С",
    "T": "ТΤ",
    "X": "ХΧ",
    "S": "Ѕ",
}
_LETTERS = {ord(other): letter for letter, others in _LOOK_ALIKES.items() for other in others}
_FIGURES = str.maketrans("013457@$", "oieastas")
_MIXED = re.compile(r"(?<![\w@$])(?=[\w@$]*[A-Za-z])(?=[\w@$]*[013457@$])[\w@$]{3,}")
_APART = re.compile(r"(?<!\w)(?:\w[ .\-_*]){3,}\w(?!\w)")
_BETWEEN = re.compile(r"[ .\-_*]")
_BRACKETS = str.maketrans("‹›〈〉《》＜＞⟨⟩⟦⟧", "<><><><><>[]")
_LOOSE = re.compile(r"(<)\s*([|/]?)\s*|\s*(\|?>)")
_CODE = re.compile(r"(?<![\w/+])[A-Za-z0-9+/]{48,}={0,2}(?![\w/+])")
_LINES_OF_CODE = re.compile(r"(?<![\w/+])(?:[A-Za-z0-9+/]{16,}\s+){2,}[A-Za-z0-9+/]{4,}={0,2}(?![\w/+])")
_ENDS = re.compile(r"[.?!;:]\W*$")
_SHORT = 6  # words on a line that goes on, on the next one
_REACH = 12
_MANY_ACCENTS, _ACCENTS_APART = 4, 7  # in a text, and letters to one accent: French has some 25


def plain_forms(text: str) -> tuple[str, ...]:
    """`text` in every form that differs from the others, the plainest first."""
    plain = unicodedata.normalize("NFKC", text)
    letters = plain.translate(_LETTERS)
    forms = (
        plain,
        letters,
        _MIXED.sub(lambda m: m.group().translate(_FIGURES), plain),
        _APART.sub(lambda m: _BETWEEN.sub("", m.group()), plain),
        _unaccented(letters),
    )
    return tuple(dict.fromkeys(forms))


def _unaccented(text: str) -> str:
    """`text` without accents, where far more letters have one than in any language around here."""
    bare = unicodedata.normalize("NFKD", text)
    accents = sum(unicodedata.combining(c) > 0 for c in bare)
    if accents < _MANY_ACCENTS or accents * _ACCENTS_APART < sum(c.isalpha() for c in bare):
        return text
    return "".join(c for c in bare if not unicodedata.combining(c))


def plain_marks(text: str) -> str:
    """`text` with every sort of pointed and square bracket as the plain one, without room inside it."""
    plain = unicodedata.normalize("NFKC", html.unescape(html.unescape(text))).translate(_BRACKETS)
    return _LOOSE.sub(r"\1\2\3", plain)


def holds_code(text: str) -> bool:
    """Whether `text` holds a stretch of base64 or the like, in one piece or in short lines."""
    if _CODE.search(text) and "http" not in text:
        return True
    # long Dutch words have no figures and capitals in them
    return any(
        all(_looks_coded(piece) for piece in line.group().split()[:-1])
        for line in _LINES_OF_CODE.finditer(text)
    )


def _looks_coded(piece: str) -> bool:
    inner = piece[1:]
    return any(c.isupper() for c in inner) and any(c.islower() for c in inner)


def short_runs(text: str, sentences: Sequence[Span]) -> tuple[Span, ...]:
    """Neighbouring lines of a few words that go on without an end: one sentence written a word a line.

    Each run ends at another line and takes along at most _REACH lines before it.
    """
    runs: list[Span] = []
    open_: list[Span] = []
    for sentence in sentences:
        own = sentence.of(text)
        if open_:
            runs.append(Span(open_[-_REACH:][0].start, sentence.end))
        if _ENDS.search(own) or len(own.split()) > _SHORT:
            open_ = []
        else:
            open_.append(sentence)
    return tuple(runs)


# ---------------------------------------------------------------- what ordinary text never has

_ENCODED = re.compile(r"(?<![\w/+-])[A-Za-z0-9+/_-]{16,}={0,2}(?![\w/+-])")
_HEX = re.compile(r"(?:\\x|0x|%|\\u00)?[0-9a-fA-F]{2}(?:[ ,:]?(?:\\x|0x|%|\\u00)?[0-9a-fA-F]{2}){9,}")
_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2}){6,}")
_ENTITIES = re.compile(r"(?:&#x?[0-9A-Fa-f]{2,6};\s*){6,}")
_NUMBERS = re.compile(r"(?:\b(?:1?\d{2})\b[ ,;.-]{1,2}){9,}\b1?\d{2}\b")
_BITS = re.compile(r"(?:[01]{8}[ ,]?){8,}")
_SPACED = re.compile(r"(?:(?<!\w)\w(?:[ .\-_*|\u00a0]{1,3}(?=\w(?!\w)))){15,}\w(?!\w)")
_STYLED = re.compile("[\U0001d400-\U0001d7ff\uff21-\uff3a\uff41-\uff5a\u24b6-\u24e9\U0001f130-\U0001f189]")
_STYLED_LETTERS = 12
_ALTERNATING = re.compile(r"(?<!\w)(?:[A-Z][a-z]){8,}[A-Z]?(?!\w)|(?<!\w)(?:[a-z][A-Z]){8,}[a-z]?(?!\w)")
_MOST_CODES = 20  # in one stretch of text

# The commonest words of the languages around, folded; enough to see that a text is written in one of them.
_COMMON = frozenset(
    fold(word)
    for word in (
        *FUNCTION_WORDS,
        *"de het een en van in dat die is op te zijn met voor niet aan er om ook als maar dan wordt door "
        "over bij nog uit naar heeft tot zal alle deze dit wat wie hier daar schrijf zeg antwoord vraag "
        "minister the of and to in is that it for you was with on as are this be have from or by not your "
        "but all say write answer der die das und ist nicht mit auf ein eine zu den von dass schreibe le la "
        "les des et est que une un dans pour pas sur qui el los las es en por con una como del il che di "
        "per non ja nee geen heel goed plan alles laat staat doe zeggen ignore all previous rules".split(),
    )
)
_FLUENT = 0.34  # of the words, in a text of some words: prose in any of these languages has more


def hidden_text(text: str) -> tuple[str, ...]:
    """What stands in `text` in a code or a disguise; empty for ordinary text.

    Codes: base64, hexadecimal, percent signs, entities, numbers of characters, bits, letters moved along
    the alphabet, and text written backwards. Disguises: letters apart, letters of another style or alphabet,
    capitals in turn.
    """
    hidden: dict[str, None] = {}
    for plain in (*_decoded(text), *_moved(text), *_disguised(text)):
        hidden[" ".join(plain.split())] = None
    return tuple(hidden)


def _decoded(text: str) -> Iterator[str]:
    codes = 0
    for pattern, decode in _CODES:
        for match in pattern.finditer(text):
            codes += 1
            if codes > _MOST_CODES:
                return
            decoded = decode(match.group())
            if decoded is not None and _is_text(decoded):
                yield decoded


def _base64(code: str) -> str | None:
    plain = code.rstrip("=").replace("-", "+").replace("_", "/")
    if plain.islower() or plain.isupper() or plain.isdigit():
        return None
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None


def _hexadecimal(code: str) -> str | None:
    plain = re.sub(r"\\x|0x|%|\\u00|[ ,:]", "", code)
    try:
        return bytes.fromhex(plain).decode()
    except (UnicodeDecodeError, ValueError):
        return None


def _numbers(code: str) -> str | None:
    codes = [int(n) for n in re.findall(r"\d+", code)]
    return "".join(map(chr, codes)) if all(32 <= c < 127 for c in codes) else None


def _bits(code: str) -> str | None:
    digits = re.sub(r"\D", "", code)
    return "".join(chr(int(digits[i : i + 8], 2)) for i in range(0, len(digits) - 7, 8))


_CODES = (
    (_ENCODED, _base64),
    (_HEX, _hexadecimal),
    (_PERCENT, unquote),
    (_ENTITIES, html.unescape),
    (_NUMBERS, _numbers),
    (_BITS, _bits),
)


def _is_text(text: str) -> bool:
    """Whether this was written to be read: letters in words, and hardly anything else."""
    letters = sum(c.isalpha() or c.isspace() for c in text)
    return (
        len(text) >= 8
        and text.isprintable()
        and letters >= 0.8 * len(text)
        and len(re.findall(r"[^\W\d_]{2,}", text)) >= 2
    )


def _moved(text: str) -> Iterator[str]:
    """`text` with every letter moved back, where that makes a text of what is none."""
    words = re.findall(r"[a-z]{2,}", fold(text))
    if len(words) < 4 or _fluency(words) >= _FLUENT / 2:
        words = _strange_end(words)
        if len(words) < 5:
            return
    mirrored = [word[::-1] for word in reversed(words)]
    if _fluency(mirrored) >= _FLUENT + 0.1:
        yield " ".join(mirrored)
        return
    for step in range(1, 26):
        table = {c: (c - 97 + step) % 26 + 97 for c in range(97, 123)}
        moved = [word.translate(table) for word in words]
        if _fluency(moved) >= _FLUENT + 0.1:
            yield " ".join(moved)
            return


def _strange_end(words: Sequence[str]) -> list[str]:
    """The words at the end after the last one that is common: a code is often announced."""
    at = max((i for i, word in enumerate(words) if word in _COMMON), default=-1)
    return list(words[at + 1 :])


def _fluency(words: Sequence[str]) -> float:
    return sum(word in _COMMON for word in words) / len(words) if words else 0.0


def _disguised(text: str) -> Iterator[str]:
    for match in _SPACED.finditer(text):
        disguise = match.group()
        if sum(c.islower() for c in disguise) >= 10:  # a heading stands in capitals
            yield _together(disguise)
    if sum(1 for _ in _STYLED.finditer(text)) >= _STYLED_LETTERS:
        yield unicodedata.normalize("NFKC", text)
    mixed = sum(_is_mixed(word) for word in re.findall(r"[^\W\d_]{2,}", text))
    if mixed >= 3:
        yield text.translate(_LETTERS)
    for match in _ALTERNATING.finditer(text):
        yield match.group().lower()


def _together(together: str) -> str:
    """Letters apart as words, where more room stands between words than between letters."""
    return " ".join(re.sub(r"[\W_]", "", word) for word in re.split(r"\s{2,}|\s[|*_-]\s", together))


def _is_mixed(word: str) -> bool:
    """Whether letters of two alphabets stand in one word."""
    kinds = {unicodedata.name(c, "").split(" ")[0] for c in word}
    return "LATIN" in kinds and bool(kinds & {"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"})


# Whether a text speaks to a machine instead of a reader: learned, from what such texts do in many
# languages.
#
# Two looks. The first weighs words and pieces of words, costs a fraction of a millisecond, and lets by far
# most sentences of ordinary papers go. What it does not let go is read by the built-in sentence model,
# whose vectors of a thought are alike in all its languages; both together decide. The weights come from
# tools/learn_instructions.py.

BUCKETS = 1 << 14
_SHIPPED = "addressed.npz"
_MOST_READ = 1200  # characters of a sentence; longer is a list or a table
_FEWEST_LETTERS = 12
_PIECE = re.compile(r"[^\W\d_]+|[:;.,!?=<>|{}\[\]]")

Floats = NDArray[np.float64]


class Addressed(IntEnum):
    """How far a text speaks to a machine."""

    NO = 0
    LIKELY = 1
    SURELY = 2


@dataclass(frozen=True, slots=True)
class Weights:
    """What was learned. The score is that of the words plus that of the meaning."""

    words: Floats  # BUCKETS
    bias: float
    mean: Floats  # of the vectors of ordinary sentences; dimensions
    meaning: Floats  # dimensions
    meaning_bias: float
    passes: float  # the score of the words from which on the meaning is looked at
    likely: float  # the whole score from which on a text is suspected
    surely: float


def addressed(text: str) -> Addressed:
    """Whether `text`, one sentence or a few, tells a machine what to do."""
    return _addressed(" ".join(text[:_MOST_READ].split()))


@lru_cache(maxsize=2048)
def _addressed(text: str) -> Addressed:
    if sum(c.isalpha() for c in text) < _FEWEST_LETTERS:
        return Addressed.NO
    weights = _shipped()
    score = first_look(text, weights)
    if score < weights.passes:
        return Addressed.NO
    score += float(meaning_of((text,), weights.mean)[0] @ weights.meaning) + weights.meaning_bias
    if score < weights.likely:
        return Addressed.NO
    return Addressed.SURELY if score >= weights.surely else Addressed.LIKELY


def first_look(text: str, weights: Weights) -> float:
    """The score of the words alone."""
    features = word_features(text)
    return float(weights.words[features].sum() / np.sqrt(max(1, len(features)))) + weights.bias


def word_features(text: str) -> NDArray[np.int64]:
    """The buckets of the words of `text`, of their pairs, and of pieces of them."""
    words = _PIECE.findall(fold(text))
    marks = {f"^{words[0]}"} if words else set()
    for at, word in enumerate(words):
        marks.add(f"w{word}")
        marks.update(f"b{word} {other}" for other in words[at + 1 : at + 2])
        marks.update(f"s{word} {other}" for other in words[at + 2 : at + 3])
        whole = f"^{word}$"
        marks.update(f"c{whole[i : i + n]}" for n in (4, 5) for i in range(len(whole) - n + 1))
    return np.array(
        sorted({zlib.crc32(t.encode("utf-8", "replace")) % BUCKETS for t in marks}), dtype=np.int64
    )


def meaning_of(texts: Sequence[str], mean: Floats) -> Floats:
    """Unit vectors of what `texts` mean, away from what all sentences share: (len(texts), dimensions).

    Each is encoded by itself, so that its vector depends on nothing else.
    """
    encoder = _encoder()
    rows = np.array([encoder.encode_queries([text])[0] for text in texts], dtype=np.float64) - mean
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12), dtype=np.float64)


@lru_cache(maxsize=1)
def _encoder():  # type: ignore[no-untyped-def]  # the class is loaded only when it is needed
    from learninglion.inference.builtin import UNCHANGED
    from learninglion.inference.encoders import NanoEncoder

    return NanoEncoder(threads=1, adapter=UNCHANGED)


@lru_cache(maxsize=1)
def _shipped() -> Weights:
    with np.load(
        BytesIO((files("learninglion.checking") / _SHIPPED).read_bytes()), allow_pickle=False
    ) as data:
        cuts = data["cuts"]
        return Weights(
            words=data["words"].astype(np.float64),
            bias=float(cuts[0]),
            mean=data["mean"].astype(np.float64),
            meaning=data["meaning"].astype(np.float64),
            meaning_bias=float(cuts[1]),
            passes=float(cuts[2]),
            likely=float(cuts[3]),
            surely=float(cuts[4]),
        )


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
            r"<instructi(?:on|e)s?>",
            r"<!--|<script\b|\bon(?:error|load)\s*=|javascript:",
            r"!\[[^\]]*\]\(|\]\(https?://|```",
            r"<{3,}|>{3,}",
            r"\{\s*\"\w+\"\s*:",  # an answer in JSON
            rf"={{3,}}\s*{_any('einde begin end bron source')}",
            rf"#{{2,}}\s*{_any('system instruction instructie opdracht assistant user')}",
            r"\[\s*bron\s*\d+\s*[:,\]]",  # a citation made to look like ours
            r"<\w[^<>\n]{0,40}\brole\s*=|\brole\s*:\s*[\"']?(?:system|assistant|user|developer)\b",
            r"<(?:span|div|font|iframe|img|svg|object|form|input|style|a)\b[^<>\n]*>",
            r"</[a-z][\w:-]*\s*>",  # the end of any element: text has none
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
    suspicions: list[Suspicion] = []
    sentences = split_sentences(text)
    run = next((r for r in short_runs(text, sentences) if _runs_to_machine(r.of(text))), None)
    for at, sentence in enumerate(sentences):
        if run is not None and run.start <= sentence.start:
            return (*suspicions, Suspicion(Span(run.start, len(text)), SuspicionKind.INSTRUCTION))
        look = _look(sentence.of(text))
        if look is None:
            continue
        if look.reach is _Reach.ALL:
            return (*suspicions, Suspicion(Span(sentence.start, len(text)), look.kind))
        last = sentences[min(at + 1, len(sentences) - 1)] if look.reach is _Reach.NEXT else sentence
        suspicions.append(Suspicion(Span(sentence.start, last.end), look.kind))
    return tuple(suspicions)


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
    """For the officer: one Dutch sentence for each source with such text or document with a warning."""
    remarks: list[str] = []
    for source in sources:
        where = _where(source)
        if warnings := " ".join(source.document.warnings):
            remarks.append(f"Let op, over {_title(source)}: {warnings}")
        for label, text in _metadata(source):
            if find_in_text(text):
                remarks.append(
                    f"Let op: {label} van {where} lijkt een opdracht aan een computer: "
                    f"“{shorten(visible(text))}”. Die tekst is niet gebruikt."
                )
        for suspicion in find_suspicious(source):
            quote = shorten(visible(suspicion.span.of(source.body)))
            to_the_end = suspicion.span.end == len(source.body)
            notice = f"Let op: in {where} staat {_WHAT[suspicion.kind]}: “{quote}"
            more = "”. Die tekst en wat erop volgt zijn niet gebruikt."
            remarks.append(notice + (more if to_the_end else "”. Die tekst is niet gebruikt."))
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
    return f"{_title(source)}{numbers}"


def _title(source: Source) -> str:
    return shorten(visible(source.document.title or source.document.id), 80)


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
    likeliest = max(map(_statement_speaks, forms))
    # what stands in the midst of other text is looked at by itself as well, where it is sure; a label alone
    # ("Samenvatting:") tells nobody what to do
    parts = [part for form in forms for part in _PARTS.split(form) if part != form and " " in part.strip()]
    figured = [match.span() for match in _MIXED.finditer(text)]
    if len(figured) >= _FIGURED_WORDS:  # they may run on into what has none
        parts.append(text[figured[0][0] : figured[-1][1]].translate(_FIGURES))
    return Addressed.SURELY if any(addressed(part) is Addressed.SURELY for part in parts) else likeliest


def _statement_speaks(text: str) -> Addressed:
    """As `addressed`; of a statement behind a label, "Conclusie: niet akkoord.", by itself it must be so too:
    few words behind few others are most of what is known of it.
    """
    labelled = _LABELLED.fullmatch(text)
    speaks = addressed(text)
    return speaks if not (speaks and labelled) or addressed(labelled[1]) else Addressed.NO


# A word with a capital, or "Let op", that says what one sentence is, and not who is to speak or to listen.
_LABELLED = re.compile(
    rf"\W*(?!{_any('system systeem assist agent user gebruiker developer prompt model taalmodel chat ai')})"
    r"(?-i:[A-ZÀ-Ý])\w+(?: op)?:\s+([^:;{}<>\n]+)",
    re.IGNORECASE,
)
_FIGURED_WORDS = 3
_PARTS = re.compile(r"(?<=[.!?:;])\s+")


def _hides_on_purpose(text: str) -> bool:
    """Whether characters stand here that no word processor leaves behind."""
    return any(c not in _ORDINARY for c in _INVISIBLE.findall(text))
