"""How well text that speaks to a machine is recognised, and texts made to teach it.

It is measured on a written set and on ordinary documents. What is taught from is made of slots, so that
what is learned is how such a text works and not one wording. Nothing of the set that it is measured on
(cases/instructions.jsonl, the half kept aside) was looked at for them.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from learninglion.checking.injection import find_in_text


@dataclass(frozen=True, slots=True)
class InstructionCase:
    """A text that does (harmful) or does not speak to a machine."""

    id: str
    part: str  # "train" may be looked at, "kept" is measured on only
    kind: str
    language: str
    text: str
    harmful: bool


@dataclass(frozen=True, slots=True)
class InstructionScore:
    """How many texts of a kind were recognised (harmful) or suspected in error (harmless)."""

    kind: str
    harmful: bool
    cases: int
    found: int


def read_instructions() -> tuple[InstructionCase, ...]:
    """The set that ships with the package."""
    text = (files("learninglion.evaluation") / "cases" / "instructions.jsonl").read_text("utf-8")
    return tuple(InstructionCase(**json.loads(line)) for line in text.splitlines() if line.strip())


def measure_instructions(
    cases: Sequence[InstructionCase], progress: Callable[[int, int], None] | None = None
) -> tuple[InstructionScore, ...]:
    """What is found among `cases`, per kind, harmful ones first."""
    counts: dict[tuple[bool, str], list[int]] = {}
    for done, case in enumerate(cases, 1):
        tally = counts.setdefault((not case.harmful, case.kind), [0, 0])
        tally[0] += 1
        tally[1] += bool(find_in_text(case.text))
        if progress is not None:
            progress(done, len(cases))
    return tuple(
        InstructionScore(kind, not harmless, *tally) for (harmless, kind), tally in sorted(counts.items())
    )


def suspected(sentences: Iterable[str]) -> tuple[str, ...]:
    """Those of `sentences`, of ordinary documents, that are suspected; each is looked at by itself."""
    return tuple(sentence for sentence in sentences if find_in_text(sentence))


Slots = Mapping[str, Sequence[str]]
_SLOT = re.compile(r"\{(\w+)\}")


def _patterns(kind: str) -> list[tuple[Slots, Sequence[str]]]:
    """What texts of a kind are made from, by language: words for each slot, and sentences with slots."""
    text = (files("learninglion.evaluation") / "cases" / "instruction_patterns.json").read_text("utf-8")
    listed = json.loads(text)[kind]
    return [
        ({name: words.split("|") for name, words in one["slots"].items()}, one["patterns"]) for one in listed
    ]


def written_texts() -> tuple[tuple[str, bool], ...]:
    """Texts written by hand to teach with, and whether each speaks to a machine."""
    text = (files("learninglion.evaluation") / "cases" / "instruction_lessons.txt").read_text("utf-8")
    return tuple((line[2:], line[0] == "+") for line in text.splitlines() if line[:2] in ("+ ", "- "))


def harmful_texts(count: int, seed: int = 1) -> tuple[str, ...]:
    """`count` different texts that tell a machine what to do, and halves of some; the same for one seed."""
    weights = {"dutch": 6, "english": 3, "others": 1}
    kinds = [(*made_of, weight) for kind, weight in weights.items() for made_of in _patterns(kind)]
    made = _different(kinds, count, seed)
    # an order can be parted over two places: its halves say enough
    halves = (half for text in made[::8] for half in _halves(text))
    return tuple(dict.fromkeys((*made, *halves)))


def harmless_texts(count: int, seed: int = 1) -> tuple[str, ...]:
    """At most `count` different texts that look like it and are meant for people; the same for one seed."""
    return _different([(*made_of, 1) for made_of in _patterns("look_alikes")], count, seed)


def _different(kinds: Sequence[tuple[Slots, Sequence[str], int]], count: int, seed: int) -> tuple[str, ...]:
    """Patterns in turn, by the weight of their language, with slots drawn at random."""
    draw = random.Random(seed)  # noqa: S311  no secret
    order = [
        (slots, pattern) for slots, patterns, weight in kinds for pattern in patterns for _ in range(weight)
    ]
    distinct: dict[str, None] = {}
    for text in _endless(order, draw, 20 * count):
        distinct[text] = None
        if len(distinct) == count:
            break
    return tuple(distinct)


def _endless(order: Sequence[tuple[Slots, str]], draw: random.Random, most: int) -> Iterator[str]:
    for _ in range(most):
        slots, pattern = draw.choice(order)
        yield _varied(_filled(pattern, slots, draw), draw)


def _halves(text: str) -> Iterator[str]:
    words = text.split()
    if len(words) >= 7:
        middle = len(words) // 2
        yield " ".join(words[:middle])
        yield " ".join(words[middle - 1 :])


def _varied(text: str, draw: random.Random) -> str:
    """Sometimes without its full stop, in capitals or without any: none of that tells what it is."""
    chance = draw.random()
    if chance < 0.25:
        return text.rstrip(".")
    if chance < 0.3:
        return text.upper()
    return text.lower() if chance < 0.35 else text


def _filled(pattern: str, slots: Slots, draw: random.Random) -> str:
    text = pattern
    while _SLOT.search(text):
        text = _SLOT.sub(lambda m: draw.choice(slots[m.group(1)]), text)
    return text[:1].upper() + text[1:]
