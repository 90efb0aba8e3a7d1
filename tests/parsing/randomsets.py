"""Whole fictional sets of Kamervragen at random: what is printed, and what a reader finds in it.

`random_set` makes one from a source of chance (also hypothesis's, which then finds the smallest set that
goes wrong); renderings.py prints it as an official publication, a letter in Word, a letter in PDF or ODT.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from random import Random

Write = Callable[[Random], str]

NOUNS = (
    "dijk sluis brug waterkering gemeente provincie vergunning inspectie subsidie woning school begroting "
    "zorgverzekeraar rapportage handhaving verkeersveiligheid uitvoeringsorganisatie burgemeester evaluatie "
    "drinkwatervoorziening coördinatie maatregel financiële-controle Noord-Veluwe"
).split()
DEEDS = ("wordt onderzocht", "is afgerond", "blijft nodig", "leidt tot minder overlast", "vraagt om overleg")
ADDED = (
    "sinds 2019",
    "in de ILT-signaalrapportage",
    "volgens artikel 12, tweede lid",
    "voor € 1.250.000",
    "op 3 mei 2024",
    "bij 12,5 procent van de gevallen",
    "in antwoord op vraag 3",
    "«zo snel als het kan»",
    "(zie ook vraag 2)",
    "in het kader van de zand- en grindwinning",
    "zoals uw Kamer op 17 november 2023 is gemeld",
)
QUOTED = (
    "Vraag 1 gaat over een andere dijk.",
    "Vraag 2 en 3 hangen samen. Daarom licht ik die samen toe.",
    "Antwoord 2 blijft onverkort van kracht.",
    "Zie het antwoord op vraag 1.",
    "Zie antwoord 2.",
    "Ja.",
    "Nee, zie vraag 1.",
    "Antwoorden op deze vragen zijn er nog niet.",
    "Vragen van deze aard krijg ik vaker.",
)
NOTES = (
    "Kamerstuk 31 710, nr. 99.",
    "Oudeveense Courant, 3 juni 2024, «Dijk verzakt» (https://www.oudeveense-courant.nl/nieuws/dijk-verzakt~b1/).",
    "Aanhangsel Handelingen, vergaderjaar 2022–2023, nr. 9004",
    "Zie antwoord op vraag 3 van de set van 5 mei 2021.",
    "www.oudeveen.nl",
    "Bron: eigen telling. " * 14,
)
PLURALS = {
    "Vraag": ("Vraag", "Vragen"),
    "Antwoord": ("Antwoord", "Antwoorden"),
    "Antwoord vraag": ("Antwoord vraag", "Antwoord vragen"),
    "Antwoord op vraag": ("Antwoord op vraag", "Antwoord op de vragen", "Antwoorden op vragen"),
}
STYLES = (
    *("labelled",) * 5,
    *(
        "white",
        "slanted",
        "repeated",
        "answers last",
        "colon",
        "full stop",
        "no number",
        "one line",
        "unanswered",
    ),
)
"""How the answers of a set are set apart: labelled in some way, or by white or slant alone."""


@dataclass(frozen=True)
class Piece:
    """A label, paragraph, list item, table, heading or slanted paragraph, as it is printed."""

    kind: str
    text: str = ""
    mark: str = ""  # of a list item
    rows: tuple[tuple[str, ...], ...] = ()
    note: str = ""  # the note that is referred to behind character `at`
    at: int = 0
    apart: bool = False  # white above it

    @property
    def printed(self) -> str:
        """What a reader sees of it, without the mark of its note."""
        if self.rows:
            return "\n".join(" | ".join(row) for row in self.rows)
        return f"{self.mark} {self.text}" if self.mark else self.text


@dataclass(frozen=True)
class Expected:
    """A pair as a reader finds it."""

    numbers: tuple[int, ...]
    question: str
    answer: str | None
    answer_numbers: tuple[int, ...]


@dataclass
class RandomSet:
    """What is printed and what is in it."""

    style: str
    pieces: list[Piece] = field(default_factory=list)
    expected: list[Expected] = field(default_factory=list)

    @property
    def notes(self) -> list[str]:
        """The notes in the order of the text."""
        return [piece.note.strip() for piece in self.pieces if piece.note]


def bare(text: str | None) -> str | None:
    """A text without white space, hyphens and the bars between cells."""
    return None if text is None else re.sub(r"[\s\-\u00ad\u2010\u2011|]", "", text)


# --------------------------------------------------------------------------- sentences


def statement(chance: Random) -> str:
    """One to eight sentences that say something."""
    return " ".join(_sentence(chance) for _ in range(chance.choice([1, 1, 2, 3, 5, 8])))


def question(chance: Random) -> str:
    """One or two sentences that ask something."""
    opening = chance.choice(
        ["Bent u bekend met", "Wat vindt u van", "Klopt het bericht over", "Hoe staat het met"]
    )
    added = chance.choice(["", *ADDED])
    asked = f"{opening} de {chance.choice(NOUNS)} en de {chance.choice(NOUNS)} {added}".rstrip() + "?"
    return asked + chance.choice(["", "", " Zo nee, waarom niet?", " Kunt u dit toelichten?"])


def _sentence(chance: Random) -> str:
    words = [f"De {chance.choice(NOUNS)} bij de {chance.choice(NOUNS)} {chance.choice(DEEDS)}"]
    return " ".join([*words, *(chance.choice(ADDED) for _ in range(chance.randrange(3)))]) + "."


# --------------------------------------------------------------------------- pieces


def _refer(chance: Random, piece: Piece) -> Piece:
    """The piece with a note behind one of its words."""
    ends = [match.end() for match in re.finditer(r"[\w»”)][.?»]*(?=\s|$)", piece.text)]
    note = f"{chance.choice(NOTES)} Blad {chance.randrange(1, 900)}."
    return replace(piece, note=note, at=chance.choice([ends[-1], chance.choice(ends)]))


def _answer(chance: Random, write: Write) -> list[Piece]:
    pieces = [Piece("paragraph", write(chance))]
    for _ in range(chance.choice([0, 0, 0, 1, 1, 2, 4])):
        kind = chance.choice(
            ["paragraph", "quoted", "heading", "slanted", "table", "1.", "1)", "1", "•", "–", "a."]
        )
        if kind == "paragraph":
            pieces.append(Piece("paragraph", write(chance)))
        elif kind == "quoted":
            pieces.append(Piece("paragraph", chance.choice(QUOTED)))
        elif kind in ("heading", "slanted"):
            pieces.append(Piece(kind, chance.choice(["Onderzoek", "Stand van zaken", "Vervolg in 2025"])))
            pieces.append(Piece("paragraph", write(chance)))
        elif kind == "table":
            pieces += [_table(chance), Piece("paragraph", write(chance))]
        else:
            pieces.append(Piece("paragraph", "Daarvoor geldt het volgende:"))
            for n in range(chance.choice([2, 3, 5])):
                mark = kind.replace("1", str(n + 1)).replace("a", "abcde"[n])
                pieces.append(Piece("item", _sentence(chance), mark))
    return [
        _refer(chance, p) if p.kind in ("paragraph", "item") and chance.random() < 0.15 else p for p in pieces
    ]


def _table(chance: Random) -> Piece:
    width = chance.choice([2, 3, 4])
    rows = [("Jaar", "Aantal", "Kosten", "Bron")]
    rows += [
        (str(2019 + n), str(chance.randrange(1, 900)), "€ 2.000", "CBS")
        for n in range(chance.choice([2, 3, 6]))
    ]
    return Piece("table", rows=tuple(row[:width] for row in rows))


def _question(chance: Random, ask: Write, style: str) -> list[Piece]:
    unlabelled = style in ("white", "slanted")
    shape = chance.choice(["one"] * 8 + ["two", "a.", "–"] + ["no mark"] * (not unlabelled))
    if shape == "two":
        pieces = [Piece("paragraph", ask(chance)), Piece("paragraph", ask(chance))]
    elif shape in ("a.", "–"):
        pieces = [Piece("paragraph", "Kunt u aangeven:")]
        for n in range(chance.choice([2, 3])):
            text = f"hoeveel {chance.choice(NOUNS)} er is?"
            pieces.append(Piece("item", text, shape.replace("a", "abc"[n])))
    else:
        text = ask(chance)
        pieces = [Piece("paragraph", text.rstrip("?") + "." if shape == "no mark" else text)]
    if chance.random() < 0.25:
        pieces[0] = _refer(chance, pieces[0])
    return pieces


def name_numbers(chance: Random, numbers: Sequence[int], word: str) -> str:
    """A label that names these numbers in one of the ways in use: "Vragen 3, 4 en 5"."""
    if len(numbers) == 1:
        return f"{word} {numbers[0]}"
    row = [str(number) for number in numbers]
    forms = [", ".join(row[:-1]) + " en " + row[-1]] * 3 + [", ".join(row[:-1]) + " & " + row[-1]]
    if len(row) > 2:
        forms += [", ".join(row[:-1]) + f", en {row[-1]}", ", ".join(row)]
        forms += [", ".join(row[:-2]) + f" {row[-2]} en {row[-1]}"]
        if list(numbers) == list(range(numbers[0], numbers[-1] + 1)):
            forms += [f"{row[0]} {to} {row[-1]}" for to in ("t/m", "tot en met")] + [f"{row[0]}–{row[-1]}"]
    return f"{chance.choice(PLURALS[word])} {chance.choice(forms)}"


def text_of(pieces: Sequence[Piece]) -> str:
    """What a reader reads in these pieces."""
    return "\n".join(piece.printed for piece in pieces)


# --------------------------------------------------------------------------- sets


def random_set(
    chance: Random, styles: Sequence[str] = STYLES, ask: Write = question, write: Write = statement
) -> RandomSet:
    """A set of one to twenty questions, alone or together, with their answers."""
    made = RandomSet(chance.choice(styles))
    answer_word = chance.choice(["Antwoord"] * 5 + ["Antwoord op vraag", "Antwoord vraag"])
    held_back: list[Piece] = []
    for group in _groups(chance, chance.choice([1, 2, 4, 7, 12, 20])):
        together = len(group) == 1 or chance.random() < 0.5
        asked: list[tuple[tuple[int, ...], list[Piece]]] = []
        for numbers in [tuple(group)] if together else [(number,) for number in group]:
            pieces = _question(chance, ask, made.style)
            asked.append((numbers, pieces))
            made.pieces += _labelled(name_numbers(chance, numbers, "Vraag"), pieces, made.style)
        stands_for = asked[-1:] if made.style in ("white", "slanted") else asked
        numbers = tuple(number for each, _ in stands_for for number in each)
        answer = [Piece("slanted", write(chance))] if made.style == "slanted" else _answer(chance, write)
        left_out = made.style == "unanswered" and chance.random() < 0.3
        if not left_out:
            target = held_back if made.style == "answers last" else made.pieces
            target += _answered(chance, answer, numbers, answer_word, asked, made.style)
        for each, pieces in asked:
            given = not left_out and (each, pieces) in stands_for
            made.expected.append(
                Expected(each, text_of(pieces), text_of(answer) if given else None, numbers if given else ())
            )
    made.pieces += held_back
    return made


def _groups(chance: Random, total: int) -> list[list[int]]:
    groups: list[list[int]] = []
    number = 1
    while number <= total:
        size = min(chance.choice([1, 1, 1, 1, 2, 3, 5]), total - number + 1)
        groups.append(list(range(number, number + size)))
        number += size
    return groups


def _answered(
    chance: Random,
    answer: list[Piece],
    numbers: Sequence[int],
    word: str,
    asked: Sequence[tuple[tuple[int, ...], list[Piece]]],
    style: str,
) -> list[Piece]:
    if style in ("white", "slanted"):
        return [replace(answer[0], apart=True), *answer[1:]]
    label = "Antwoord" if style == "no number" else name_numbers(chance, numbers, word)
    again = (
        [Piece("slanted", p.printed) for _, pieces in asked for p in pieces] if style == "repeated" else []
    )
    return _labelled(label, [*again, *answer], style)


def _labelled(label: str, pieces: Sequence[Piece], style: str) -> list[Piece]:
    """A label with what stands under it, or behind it on the same line."""
    if style == "one line" and pieces[0].kind == "paragraph":
        return [Piece("lead", label), *pieces]
    return [Piece("label", label + {"colon": ":", "full stop": "."}.get(style, "")), *pieces]
