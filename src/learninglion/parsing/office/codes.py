"""Texts for machines: refused in words, so that nobody gets to read codes as a document."""

from __future__ import annotations

import re

from learninglion.models import RawFile
from learninglion.models.errors import UnreadableFileError

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
