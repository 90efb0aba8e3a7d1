"""Text that says something else than a reader sees: other alphabets, figures for letters, mirrors and codes.

Two kinds of answer. `plain_forms` gives what a text may say as well, to be looked at again; ordinary text can
have such forms. `hidden_text` gives what stands in a code or a disguise that ordinary text never has.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from urllib.parse import unquote

from learninglion.dutch.lexicon import FUNCTION_WORDS
from learninglion.dutch.text import fold
from learninglion.models import Span

__all__ = ["hidden_text", "holds_code", "plain_forms", "plain_marks", "short_runs"]

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
        all(_looks_coded(piece) for piece in found.group().split()[:-1])
        for found in _LINES_OF_CODE.finditer(text)
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
_MORSE = re.compile(r"(?:[.\-·–−]{1,5}[ /|]+){9,}[.\-·–−]{1,5}")
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
    found: dict[str, None] = {}
    for told in (*_decoded(text), *_moved(text), *_disguised(text)):
        found[" ".join(told.split())] = None
    return tuple(found)


def _decoded(text: str) -> Iterator[str]:
    codes = 0
    for pattern, decode in _CODES:
        for match in pattern.finditer(text):
            codes += 1
            if codes > _MOST_CODES:
                return
            told = decode(match.group())
            if told is not None and _is_text(told):
                yield told


def _base64(told: str) -> str | None:
    plain = told.rstrip("=").replace("-", "+").replace("_", "/")
    if plain.islower() or plain.isupper() or plain.isdigit():
        return None
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None


def _hexadecimal(told: str) -> str | None:
    plain = re.sub(r"\\x|0x|%|\\u00|[ ,:]", "", told)
    try:
        return bytes.fromhex(plain).decode()
    except (UnicodeDecodeError, ValueError):
        return None


def _numbers(told: str) -> str | None:
    codes = [int(n) for n in re.findall(r"\d+", told)]
    return "".join(map(chr, codes)) if all(32 <= c < 127 for c in codes) else None


def _bits(told: str) -> str | None:
    digits = re.sub(r"\D", "", told)
    return "".join(chr(int(digits[i : i + 8], 2)) for i in range(0, len(digits) - 7, 8))


_CODES = (
    (_ENCODED, _base64),
    (_HEX, _hexadecimal),
    (_PERCENT, unquote),
    (_ENTITIES, html.unescape),
    (_NUMBERS, _numbers),
    (_BITS, _bits),
)


def _is_text(told: str) -> bool:
    """Whether this was written to be read: letters in words, and hardly anything else."""
    letters = sum(c.isalpha() or c.isspace() for c in told)
    return (
        len(told) >= 8
        and told.isprintable()
        and letters >= 0.8 * len(told)
        and len(re.findall(r"[^\W\d_]{2,}", told)) >= 2
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
        told = [word.translate(table) for word in words]
        if _fluency(told) >= _FLUENT + 0.1:
            yield " ".join(told)
            return


def _strange_end(words: Sequence[str]) -> list[str]:
    """The words at the end after the last one that is common: a code is often announced."""
    at = max((i for i, word in enumerate(words) if word in _COMMON), default=-1)
    return list(words[at + 1 :])


def _fluency(words: Sequence[str]) -> float:
    return sum(word in _COMMON for word in words) / len(words) if words else 0.0


def _disguised(text: str) -> Iterator[str]:
    for match in _SPACED.finditer(text):
        told = match.group()
        if sum(c.islower() for c in told) >= 10:  # a heading stands in capitals
            yield _together(told)
    if sum(1 for _ in _STYLED.finditer(text)) >= _STYLED_LETTERS:
        yield unicodedata.normalize("NFKC", text)
    mixed = sum(_is_mixed(word) for word in re.findall(r"[^\W\d_]{2,}", text))
    if mixed >= 3:
        yield text.translate(_LETTERS)
    for match in _ALTERNATING.finditer(text):
        yield match.group().lower()


def _together(told: str) -> str:
    """Letters apart as words, where more room stands between words than between letters."""
    return " ".join(re.sub(r"[\W_]", "", word) for word in re.split(r"\s{2,}|\s[|*_-]\s", told))


def _is_mixed(word: str) -> bool:
    """Whether letters of two alphabets stand in one word."""
    kinds = {unicodedata.name(c, "").split(" ")[0] for c in word}
    return "LATIN" in kinds and bool(kinds & {"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"})
