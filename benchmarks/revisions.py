"""What is told of the changes between two versions of real documents, held against what was changed.

    python benchmarks/revisions.py [--documents ../shared/data] [--seed 0]

Real second versions are not at hand, so they are made of each document as it was read: sentences and cells
get other figures, dates and duties, go or come; others are only worded or spelled otherwise, or cut in two,
and parts are moved and renamed. What is of substance must be told, and of the rest nothing of substance.
Prints one JSON line.

- recall: by sort of change of substance, the share that is told with what differs, beside the old sentence;
- precision: of all that is told to be of substance, the share that is;
- quiet: by sort of other change, the share of which nothing of substance is told.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from learninglion.dutch.lexicon import MONTHS, number_of
from learninglion.dutch.text import squash
from learninglion.models import BlockKind, Document, RawFile
from learninglion.models.errors import LearningLionError
from learninglion.parsing import parse
from learninglion.search.comparing import Change, compare, places_of

_MONTH = "|".join(MONTHS)
_LEAST_SENTENCES = 12
_EACH = 3  # changes of one sort in a document, at most
_SHORTEST, _LONGEST = 6, 60  # words of a sentence that is changed
# Pairs of which either may stand for the other without another meaning, in a running sentence.
_SAME_MEANING = """
daarnaast = verder
echter = evenwel
indien = als
conform = volgens
omdat = doordat
ten behoeve van = voor
met betrekking tot = over
tevens = ook
eveneens = ook
betreffende = over
nagaan = onderzoeken
aangezien = omdat
momenteel = op dit moment
worden opgesteld = worden gemaakt
zoals = bijvoorbeeld
deze = die
onder andere = onder meer
verstrekken = geven
ontvangen = krijgen
voornemens = van plan
naar verwachting = waarschijnlijk
grote = flinke
belangrijke = voorname
verschillende = diverse
bijvoorbeeld = zoals
"""
_OTHER_DUTY = """
moeten = mogen
moet = kan
kunnen = moeten
kan = moet
mag = moet
mogen = hoeven
dient = hoeft
ten minste = ten hoogste
ten hoogste = ten minste
maximaal = minimaal
niet meer dan = meer dan
verplicht = vrij
is niet = is
zijn niet = zijn
wordt = wordt niet
"""
_SMALL = "nul een twee drie vier vijf zes zeven acht negen tien elf twaalf".split()
_UNIT = r"(?:dagen|weken|maanden|jaar|uur|procent|leden|vragen|punten|keer)"


@dataclass(frozen=True, slots=True)
class Edit:
    """A sort of change with the sentences it is made of and makes; `substance`: whether it must be told."""

    sort: str
    old: tuple[str, ...]
    new: tuple[str, ...]
    substance: bool


Rewrite = Callable[[str, random.Random], str | None]


def _another_figure(text: str, chance: random.Random) -> str | None:
    places = [
        m
        for m in re.finditer(r"(?<![\w.,/:-])\d{1,4}(?:,\d+)?(?![\w/:-]|[.,]\d)", text)
        if not _in_date(text, m)
    ]
    if not places:
        return None
    match = chance.choice(places)
    whole, comma, rest = match.group().partition(",")
    other = str(int(whole) + chance.choice((1, 2, 5, 10))) + comma + rest
    return text[: match.start()] + other + text[match.end() :]


def _in_date(text: str, match: re.Match[str]) -> bool:
    around = text[max(0, match.start() - 12) : match.end() + 12]
    return re.search(rf"\b(?:{_MONTH}|artikel|vraag|nr|noot)\b", around, re.IGNORECASE) is not None or bool(
        re.fullmatch(r"(?:19|20)\d\d", match.group())
    )


def _another_date(text: str, chance: random.Random) -> str | None:
    match = re.search(rf"\b(\d{{1,2}}) ({_MONTH}) ((?:19|20)\d\d)\b", text)
    if match is None:
        return None
    month = MONTHS[(MONTHS.index(match.group(2)) + chance.randint(1, 11)) % 12]
    return text[: match.start()] + f"{match.group(1)} {month} {match.group(3)}" + text[match.end() :]


def _pairs(listed: str) -> list[tuple[str, str]]:
    return [
        (left, right) for left, _, right in (line.partition(" = ") for line in listed.strip().splitlines())
    ]


def _swap(pairs: Sequence[tuple[str, str]]) -> Rewrite:
    def rewrite(text: str, chance: random.Random) -> str | None:
        fitting = [(a, b) for a, b in pairs if re.search(rf"(?<!\w){a}\b", text)]
        if not fitting:
            return None
        old, new = chance.choice(fitting)
        return re.sub(rf"(?<!\w){old}\b", new, text, count=1)

    return rewrite


_another_duty = _swap(_pairs(_OTHER_DUTY))
_worded_otherwise = _swap(tuple(p for a, b in _pairs(_SAME_MEANING) for p in ((a, b), (b, a))))


def _spelled_otherwise(text: str, _chance: random.Random) -> str | None:
    """The same number, amount or date in another spelling."""
    match = re.search(rf"(?<![\w.,])(\d{{1,2}}) (?={_UNIT}\b)", text)
    if match and int(match.group(1)) < len(_SMALL):
        return f"{text[: match.start()]}{_SMALL[int(match.group(1))]} {text[match.end() :]}"
    match = re.search(rf"\b({'|'.join(_SMALL[2:])}) (?={_UNIT}\b)", text)
    if match:
        return f"{text[: match.start()]}{number_of(match.group(1))} {text[match.end() :]}"
    if "€ " in text:
        return re.sub(r"€ (\d[\d.,]*\d)(?: (miljoen|miljard))?", r"\1 \2 euro", text, count=1).replace(
            "  ", " "
        )
    if re.search(r"\d ?%", text):
        return re.sub(r"(\d) ?%", r"\1 procent", text)
    return None


def _cut_in_two(text: str, _chance: random.Random) -> str | None:
    match = re.search(r"(?<=\w{4}), (?:maar|en|want) (?=[a-z])", text)
    if match is None or not 30 < match.start() < len(text) - 30:
        return None
    rest = text[match.end() :]
    return f"{text[: match.start()]}. {rest[0].upper()}{rest[1:]}"


_SUBSTANCE: dict[str, Rewrite] = {
    "figure": _another_figure,
    "date": _another_date,
    "duty": _another_duty,
    "cell": _another_figure,
}
_WORDING: dict[str, Rewrite] = {
    "worded": _worded_otherwise,
    "spelled": _spelled_otherwise,
    "cut": _cut_in_two,
}


def as_markdown(document: Document) -> list[str]:
    """A document as it was read, in paragraphs that are read again as the same headings, lists and tables."""
    parts: list[str] = []
    for block in sorted(document.blocks, key=lambda b: b.span.start):
        text = block.span.of(document.text).strip()
        if not text or block.kind is BlockKind.FOOTNOTE:
            continue
        if block.kind is BlockKind.HEADING:
            parts.append(f"{'#' * min(5, max(1, block.level))} {squash(text)}")
        elif block.kind is BlockKind.TABLE:
            rows = [[squash(cell) for cell in line.split("|")] for line in text.splitlines() if line.strip()]
            width = max(map(len, rows))
            lines = [f"| {' | '.join(row + [''] * (width - len(row)))} |" for row in rows]
            parts.append("\n".join((lines[0], "|" + " --- |" * width, *lines[1:])))
        else:
            parts.append(("- " if block.kind is BlockKind.LIST_ITEM else "") + squash(text))
    return parts


def edited(parts: Sequence[str], document: Document, chance: random.Random) -> tuple[list[str], list[Edit]]:
    """The paragraphs of a second version, and what was changed in it."""
    text = "\n\n".join(parts)
    sentences = [p.text for p in places_of(document)]
    counted = Counter(sentences)
    free = [
        s
        for s in sentences
        if counted[s] == 1
        and text.count(s) == 1
        and _SHORTEST <= len(s.split()) <= _LONGEST
        and " | " not in s
    ]
    chance.shuffle(free)
    rows = [s for s in sentences if " | " in s and counted[s] == 1 and text.count(s) == 1]
    edits: list[Edit] = []
    for sort, rewrite in (*_SUBSTANCE.items(), *_WORDING.items()):
        made = 0
        for sentence in rows if sort == "cell" else list(free):
            new = rewrite(sentence, chance) if made < _EACH else None
            if new is None or new == sentence:
                continue
            if sort != "cell":
                free.remove(sentence)
            text = text.replace(sentence, new)
            edits.append(Edit(sort, (sentence,), (new,), sort in _SUBSTANCE))
            made += 1
    for sentence in [s for s in free if re.search(r"\d|\bmoet|\bniet\b", s)][:2]:
        free.remove(sentence)
        text = text.replace(sentence, "")
        edits.append(Edit("gone", (sentence,), (), True))
    for n, sentence in enumerate(free[:2]):
        new = f"De aanvrager moet dit binnen {n + 3} werkdagen aan afdeling {'AB'[n]} melden."
        text = text.replace(sentence, f"{sentence} {new}")
        edits.append(Edit("come", (), (new,), True))
    parts = [part for part in text.split("\n\n") if part.strip()]
    heads = [n for n, part in enumerate(parts) if part.startswith("#")]
    if len(heads) > 4:
        start, end, after = heads[1], heads[2], heads[-1]
        moved = parts[start:end]
        if end <= after:
            parts = [*parts[:start], *parts[end:after], *moved, *parts[after:]]
            edits.append(Edit("moved", tuple(moved), (), False))
        n = next(n for n, part in enumerate(parts) if part.startswith("#") and n > 2)
        edits.append(Edit("renamed", (parts[n],), (), False))
        parts[n] += " en overige zaken"
    return parts, edits


def _tells(edit: Edit, change: Change) -> bool:
    """Whether a change is about what was edited."""
    for places, texts in ((change.old, edit.old), (change.new, edit.new)):
        own = squash(places.text) if places else ""
        if own and any(squash(text) in own or (len(own) > 20 and own in squash(text)) for text in texts):
            return True
    return False


def measure(documents: Sequence[Document], seed: int) -> dict[str, object]:
    """Of second versions of `documents`: recall by sort, precision, and what was rightly not told."""
    chance = random.Random(seed)
    flags: dict[str, list[bool]] = defaultdict(list)
    right = all_told = 0
    for document in documents:
        parts = as_markdown(document)
        old = _read(parts)
        if document.pairs or len(places_of(old)) < _LEAST_SENTENCES:
            continue
        changed, edits = edited(parts, old, chance)
        changes = compare(old, _read(changed)).of_substance
        known: set[int] = set()
        for edit in (e for e in edits if e.substance):
            own = [n for n, change in enumerate(changes) if _tells(edit, change)]
            known.update(own)
            paired = not (edit.old and edit.new) or any(changes[n].old and changes[n].new for n in own)
            flags[edit.sort].append(bool(own) and paired)
        rest = [change for n, change in enumerate(changes) if n not in known]
        for edit in (e for e in edits if not e.substance):
            flags[edit.sort].append(not any(_tells(edit, change) for change in rest))
        all_told += len(changes)
        right += len(known)
    sorts = {sort: {"share": round(sum(f) / len(f), 3), "n": len(f)} for sort, f in flags.items()}
    of_substance = (*_SUBSTANCE, "gone", "come")
    hits = [flag for sort in of_substance for flag in flags[sort]]
    return {
        "recall": {s: sorts[s] for s in sorts if s in of_substance},
        "recall_all": round(sum(hits) / max(1, len(hits)), 3),
        "precision": round(right / max(1, all_told), 3),
        "told": all_told,
        "quiet": {s: sorts[s] for s in sorts if s not in of_substance},
    }


def _read(parts: Sequence[str]) -> Document:
    return parse(RawFile("versie.md", "\n\n".join(parts).encode(), "versie.md"))


def read_documents(folder: Path) -> list[Document]:
    """The documents of the real data that have running text."""
    names = ("documents/*.pdf", "kamerstukken/*.pdf", "official/html/*.html", "kamervragen/letters/*.docx",
             "kamervragen/sets-2024/archive/*", "kamervragen/pdf/*.pdf")  # fmt: skip
    documents = []
    for path in sorted(path for name in names for path in folder.glob(name)):
        try:
            documents.append(parse(RawFile(path.name, path.read_bytes(), path.name)))
        except LearningLionError:
            continue
    return documents


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--documents", type=Path, default=Path("../shared/data"))
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    print(json.dumps(measure(read_documents(chosen.documents), chosen.seed)))


if __name__ == "__main__":
    main()
