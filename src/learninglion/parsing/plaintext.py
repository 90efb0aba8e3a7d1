"""Bytes that are text, in whatever encoding, to characters; texts for machines are refused in words."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import webencodings

from learninglion.models import RawFile
from learninglion.models.errors import UnreadableFileError

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_CONTROLS = frozenset(range(32)) - {9, 10, 11, 12, 13, 27}
_SAMPLE = 65_536
# Encodings of one byte a letter that Dutch offices used, the likeliest first.
_SINGLE_BYTE = ("cp1252", "iso8859-15", "mac_roman", "cp850")
# What stands in Dutch texts outside ASCII, often and now and then; a wrong encoding gives other signs.
_OFTEN = frozenset("éëïöüèáó€“”‘’–…•\u00a0")
_SOMETIMES = frozenset("àçêâîôûíúñäåøÉËÏÖÜÈÀÇÁÓß£‚„—«»°²³½¼¾§©®™±×µ·")
# What the bytes are not, where they are neither UTF-8 nor full of zeros; the last two say nothing of letters.
_NOT_BYTEWISE = frozenset(("utf-8", "utf-16le", "utf-16be", "replacement", "x-user-defined"))
_BROKEN = "\ufffd"
_PLACES_MOST = 5


@dataclass(frozen=True, slots=True)
class Characters:
    """Decoded text, and what could not be decoded with certainty."""

    text: str
    warnings: tuple[str, ...] = ()


def looks_like_text(content: bytes) -> bool:
    """Whether `content` is text: a byte order mark, or next to no control characters."""
    if any(content.startswith(bom) for bom, _ in _BOMS):
        return True
    sample = content[:_SAMPLE]
    if _zeros_alternate(sample):
        return True
    return sum(byte in _CONTROLS for byte in sample) <= len(sample) // 1000


def decode(content: bytes) -> str:
    """The characters of a text file, as `read_characters` finds them."""
    return read_characters(content).text


def read_characters(content: bytes, declared: str = "") -> Characters:
    """The characters of a text; `declared`: the encoding that the text or its sender says it has.

    A byte order mark decides, then UTF-8 where the bytes are that (bytes that are not by chance seldom
    are), then what was declared, then the encoding of one byte a letter that gives the most ordinary text.
    Never fails: bytes that mean nothing become U+FFFD, and a warning names the places.
    """
    for bom, encoding in _BOMS:
        if content.startswith(bom):
            return _replaced(content, encoding)
    if _zeros_alternate(content[:_SAMPLE]):
        return _replaced(content, "utf-16-le" if content[1:2] == b"\x00" else "utf-16-be")
    try:
        return Characters(content.decode("utf-8"))
    except UnicodeDecodeError:
        pass
    tolerant = content.decode("utf-8", errors="replace")
    broken = tolerant.count(_BROKEN)
    meaningful = sum(ord(sign) > 127 for sign in tolerant) - broken
    label = webencodings.lookup(declared) if declared else None
    if meaningful > broken or (label is not None and label.name == "utf-8" and meaningful >= broken):
        return _replaced(content, "utf-8")
    if label is not None and label.name not in _NOT_BYTEWISE:
        return _replaced(content, label.codec_info.name)
    return _replaced(content, max(_SINGLE_BYTE, key=lambda encoding: _expectedness(content, encoding)))


def _replaced(content: bytes, encoding: str) -> Characters:
    text = content.decode(encoding, errors="replace")
    return Characters(text, tuple(_doubts(text)))


def _doubts(text: str) -> Iterator[str]:
    """A warning for the signs that were broken, with the words around the first of them."""
    count = text.count(_BROKEN)
    if not count:
        return
    places: list[str] = []
    at = -1
    while len(places) < _PLACES_MOST and (at := text.find(_BROKEN, at + 1)) >= 0:
        around = re.sub(r"<[^<>]*>|^[^<]*>|<[^>]*$", " ", text[max(0, at - 60) : at + 60])
        where = around.find(_BROKEN)
        places.append("“" + " ".join(around[max(0, where - 25) : where + 25].split()) + "”")
    yield (
        f"{count} teken(s) in dit bestand zijn beschadigd en niet te lezen (daar staat {_BROKEN}), bij: "
        + "; ".join(places)
        + "."
    )


def _expectedness(content: bytes, encoding: str) -> tuple[int, int]:
    """How ordinary `content` looks in `encoding`; the earlier one wins where two are alike."""
    high = bytes(byte for byte in content[: 4 * _SAMPLE] if byte > 127)
    signs = codecs.decode(high, encoding, errors="replace")
    often = sum(sign in _OFTEN for sign in signs)
    odd = len(signs) - often - sum(sign in _SOMETIMES for sign in signs)
    return often - 3 * odd, -_SINGLE_BYTE.index(encoding)


def _zeros_alternate(sample: bytes) -> bool:
    """Whether every other byte is zero, as in UTF-16 of Latin letters without a byte order mark."""
    if len(sample) < 4:
        return False
    even, odd = sample[::2], sample[1::2]
    return (odd.count(0) > 0.9 * len(odd) and even.count(0) == 0) or (
        even.count(0) > 0.9 * len(even) and odd.count(0) == 0
    )


_QUOTED = re.compile(r"[ \t]*>[> \t]*")
_WORDS = re.compile(
    r"[«“\"'(]*(?:\d{1,3}[a-z]?[.):]\s+)?[^\W\d_]{2}"
)  # "20 procent" is an amount, "2. Bent u" is not


def unquoted(lines: Sequence[str]) -> list[str]:
    """The lines without the signs that a mail program puts ahead of what it quotes ("> Vraag 1").

    Quoted is what several lines in a row say, or several that begin with words; a line on its own
    ("> 20 procent") says something itself.
    """
    bare: list[str] = []
    several = sum(
        _WORDS.match(_QUOTED.sub("", line, count=1)) is not None for line in lines if _QUOTED.match(line)
    )
    for quoted, run in groupby(lines, lambda line: _QUOTED.match(line) is not None):
        group = list(run)
        texts = [_QUOTED.sub("", line, count=1) for line in group]
        words = any(map(_WORDS.match, texts))
        bare += ["", *texts, ""] if quoted and words and max(len(group), several) > 1 else group
    return bare


# Texts for machines: refused in words, so that nobody gets to read codes as a document.


_ROOT = re.compile(
    r"\s*(?:<\?xml.*?\?>|<!--.*?-->|<!DOCTYPE[^>]*>|<\?.*?\?>|\s)*<([A-Za-z_][\w.:-]*)([^<>]*)>", re.DOTALL
)
_KINDS = (
    (re.compile(r"%!PS"), "een PostScript-bestand"),
    (re.compile(r"BEGIN:V(?:CALENDAR|CARD)\b"), "een agenda- of adresbestand"),
    (re.compile(r"(?:\s*%[^\n]*\n)*\s*\\document(?:class|style)\b"), "een LaTeX-bestand"),
    (re.compile(r"-----BEGIN [A-Z ]+-----"), "een versleuteld of ondertekend bestand"),
    (re.compile(r"\s*(?:%PDF-|\{\\rtf)"), "een beschadigd bestand"),
)


def is_flat_odt(text: str) -> bool:
    """Whether `text` begins as an OpenDocument file in one XML document."""
    root = _ROOT.match(text.lstrip("\ufeff"))
    return root is not None and root[1].rpartition(":")[2] == "document" and "opendocument" in root[2]


def refuse_codes(raw: RawFile, text: str) -> None:
    """Raise UnreadableFileError, naming the file, where its text is written for machines.

    `text`: the beginning of the file.
    """
    text = text.lstrip("\ufeff")
    for pattern, what in _KINDS:
        if pattern.match(text):
            raise _refusal(raw, what)


def _refusal(raw: RawFile, what: str) -> UnreadableFileError:
    return UnreadableFileError(
        raw.name,
        f"dit is {what} en geen document om te lezen; lever PDF, Word (.docx), ODT, HTML of tekst aan",
    )
