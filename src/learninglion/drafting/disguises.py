"""The forms in which words can hide from a reader of words: other letters, figures, mirrors, codes.

Each form is the text as a language model may well read it. Nothing here judges; see suspicion.py.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence

from learninglion.models import Span

__all__ = ["holds_code", "plain_forms", "plain_marks", "short_runs"]

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


def plain_forms(text: str) -> tuple[str, ...]:
    """`text` in every form that differs from the others, the plainest first."""
    plain = unicodedata.normalize("NFKC", text)
    letters = plain.translate(_LETTERS)
    forms = (
        plain,
        letters,
        _MIXED.sub(lambda m: m.group().translate(_FIGURES), plain),
        _APART.sub(lambda m: _BETWEEN.sub("", m.group()), plain),
        letters[::-1],
    )
    return tuple(dict.fromkeys(forms))


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
