"""The fixed feet of the lay-out of the Kamer, known by their form wherever they stand."""

from __future__ import annotations

import re

YEARS = r"(?:\d{4}|\d{2})\s*[-–—]\s*\d{2,4}"
# The fixed feet and heads of the Kamer's own lay-out, known by their form.
IMPRINT = (
    r"(?:['’‘]s-Gravenhage\s+\d{4}\s*)?(?:Tweede|Eerste)\s+Kamer,?\s+(?:der\s+Staten-Generaal,?\s+)?"
    rf"(?:vergaderjaar|zitting)\s+{YEARS}.{{0,60}}"
    r"|(?:ah|kv|nds|h)-(?:[te]k-)?[\w-]*\d[\w-]*(?:\s+\d{1,3})?|kst-?\d[\w-]*(?:-[\w()]{1,12})*"
    r"|KVR\s?\d+\S*|\d{4}[te]kkvr\d+|.{0,24}\bISSN\b[\s\d–-]*X?"
    r"|['’‘`]?\s?s[-‑ ]Gravenhage\s+\d{4}|Sdu\s+Uitgevers.{0,40}"
)
_FOOT = re.compile(IMPRINT, re.IGNORECASE)


def is_imprint(text: str) -> bool:
    """Whether `text` is a foot of the Kamer's own lay-out: "ISSN 0921 - 7398", "ah-tk-20232024-1234"."""
    return _FOOT.fullmatch(text.strip()) is not None
