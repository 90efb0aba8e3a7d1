"""How a draft reads: length, reading level, and what a reader would want explained."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from learninglion.checking.injection import find_in_text
from learninglion.dutch.text import fold, split_sentences, words
from learninglion.models import Selection, SourceKind

FEWEST_WORDS = 50  # acceptance criteria: 50 to 250 words a sub-question
MOST_WORDS = 250
_LONG_SENTENCE = 25  # words; plain-language advice for B1 is 15 on average
_ABBREVIATION = re.compile(r"\b(?:[A-Z]{2,}[a-z]?|[A-Z][a-z]*[A-Z]+)(?:-[A-Z]+)?\b")
_EXPLAINED = re.compile(r"\(([^()]{2,60})\)")
# Everybody reads these as names.
_KNOWN = frozenset(
    "EU VN NL BV NV OV TV PC CO AI II III IV VI VVD CDA PVV PvdA SGP BBB GroenLinks NSC FVD DENK".split()
)
_PLAINER = {
    "aangaande": "over",
    "additioneel": "extra",
    "additionele": "extra",
    "alsmede": "en",
    "alvorens": "voordat",
    "betreffende": "over",
    "conform": "volgens",
    "continueren": "doorgaan met",
    "derhalve": "daarom",
    "dientengevolge": "daardoor",
    "echter": "maar",
    "evenals": "net als",
    "faciliteren": "mogelijk maken",
    "gezien": "door",
    "hieromtrent": "hierover",
    "implementeren": "invoeren",
    "indien": "als",
    "ingevolge": "volgens",
    "initiëren": "beginnen",
    "inzake": "over",
    "middels": "met",
    "mitigeren": "verminderen",
    "momenteel": "nu",
    "monitoren": "volgen",
    "nopens": "over",
    "omtrent": "over",
    "onderhavige": "deze",
    "reeds": "al",
    "teneinde": "om",
    "tevens": "ook",
    "thans": "nu",
    "trachten": "proberen",
    "vanwege": "door",
    "vigerende": "geldende",
    "voornoemde": "deze",
    "wederom": "weer",
}
_VOWELS = re.compile("[äëïöü]?[aeiouyáàâéèêíìîóòôúùû]+|[äëïöü]")


@dataclass(frozen=True, slots=True)
class StyleReport:
    """What can be said of a text without judging what it says."""

    words: int
    sentences: int
    flesch_douma: float | None  # 0 (hard) to 100 (easy); None for a text without words
    level: str  # that score in words
    long_sentences: tuple[str, ...]
    unexplained: tuple[str, ...]  # abbreviations not written out at first use
    plainer: tuple[tuple[str, str], ...]  # office words, and what one would say

    @property
    def remarks(self) -> tuple[str, ...]:
        """The report as Dutch sentences; empty when there is nothing to improve."""
        findings: list[str] = []
        if self.words > MOST_WORDS:  # a short answer can be the whole answer: "Ja."
            findings.append(
                f"De tekst telt {self.words} woorden; gebruikelijk is {FEWEST_WORDS} tot {MOST_WORDS}."
            )
        findings += [f"Lange zin ({len(words(s))} woorden): “{s}”" for s in self.long_sentences]
        findings += [f"Leg de afkorting {a} uit." for a in self.unexplained]
        findings += [f"In plaats van “{w}” kunt u “{p}” schrijven." for w, p in self.plainer]
        return tuple(findings)


@lru_cache(maxsize=256)
def read_style(text: str) -> StyleReport:
    """The report on `text`; the same text always gets the same report."""
    spans = split_sentences(text)
    count = len(words(text))
    score = _flesch_douma(text) if count else None
    return StyleReport(
        words=count,
        sentences=len(spans),
        flesch_douma=score,
        level=_level(score),
        long_sentences=tuple(s.of(text) for s in spans if len(words(s.of(text))) > _LONG_SENTENCE),
        unexplained=_unexplained(text),
        plainer=tuple(
            (w, _PLAINER[w])
            for w in dict.fromkeys(re.findall(r"[^\W\d_]+", text.casefold()))
            if w in _PLAINER
        ),
    )


def _flesch_douma(text: str) -> float:
    """Reading ease after Douma (1960): 206.84 less 0.77 syllables a hundred words and 0.93 words a sentence.

    Held to 0..100, one decimal. A syllable is a group of vowels; a trema begins another.
    """
    tokens = re.findall(r"\w+", text.casefold())
    syllables = sum(max(1, len(_VOWELS.findall(word))) for word in tokens)
    ease = 206.84 - 77.0 * syllables / len(tokens) - 0.93 * len(tokens) / max(1, len(split_sentences(text)))
    return round(min(max(ease, 0.0), 100.0), 1)


def _level(score: float | None) -> str:
    if score is None:
        return "geen tekst"
    steps = ((80, "zeer gemakkelijk"), (65, "gemakkelijk"), (50, "gemiddeld"), (30, "moeilijk"))
    return next((name for least, name in steps if score >= least), "zeer moeilijk")


def _unexplained(text: str) -> tuple[str, ...]:
    explained = {fold(m.group(1)) for m in _EXPLAINED.finditer(text)}
    abbreviations: dict[str, None] = {}
    for match in _ABBREVIATION.finditer(text):
        short = match.group()
        before = text[: match.start()].rstrip()
        # "Openbaar Ministerie (OM)" explains it, and so does "OM (Openbaar Ministerie)"
        follows = text[match.end() : match.end() + 2] == " ("
        if short in _KNOWN or before.endswith("(") or fold(short) in explained or follows:
            explained.add(fold(short))
            continue
        if fold(short) not in explained:
            abbreviations[short] = None
    return tuple(abbreviations)


_EXAMPLE_WORDS = range(25, 121)  # long enough to hear a voice, short enough to leave room for sources
_MOST_EXAMPLES = 2


@dataclass(frozen=True, slots=True)
class StyleExample:
    """An answer that shows how the office writes, and where it stands, for the record."""

    text: str
    where: str


def may_show_style(text: str) -> bool:
    """Whether `text` can be an example: of some length, and it speaks to no machine."""
    return len(words(text)) in _EXAMPLE_WORDS and not find_in_text(text)


def choose_examples(approved: Sequence[StyleExample]) -> tuple[StyleExample, ...]:
    """The first of what the office itself approved before; none speaks to a machine."""
    return tuple(example for example in approved if may_show_style(example.text))[:_MOST_EXAMPLES]


def ministers_of(selection: Selection) -> frozenset[str]:
    """The names of who gave the newest chosen answer."""
    published = [s for s in selection.chosen if s.kind is SourceKind.PAIR]
    newest = max(published, key=lambda s: (str(s.document.date or ""), s.id), default=None)
    return (
        frozenset(a.name for a in newest.document.answerers if a.name) if newest is not None else frozenset()
    )
