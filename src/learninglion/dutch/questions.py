"""What a question waits for (a count, a date, a reason ...), and whether a sentence has it to give.

Questions to ministers and to one's own documents alike, Dutch and English.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files

from learninglion.dutch.lexicon import ENGLISH_MONTHS, MONTHS, UNITS, number_of
from learninglion.dutch.text import fold, tokenise

_MONTH = "|".join((*MONTHS, *ENGLISH_MONTHS))
_SIGN = re.compile(r"[\^,; ]|\(\?<|\(\?P")  # what begins so is held against text as it is written
_FILLED = re.compile(r"(?<!\?P)<(\w+)>")  # "(?P<name>" names a group


@cache
def _asking_words() -> Mapping[str, tuple[str, ...]]:
    """The lines of `asking.txt` by the section they stand in."""
    sections: dict[str, list[str]] = {}
    section: list[str] = []
    for line in files(__package__).joinpath("asking.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = sections.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            section.append(line)
    return {name: tuple(lines) for name, lines in sections.items()}


def ways(section: str) -> re.Pattern[str]:
    """The lines of a section of `asking.txt` as one pattern, the pieces in <> filled in."""
    lines = (_filled(line) for line in _asking_words()[section])
    whole = (line if _SIGN.match(line) else rf"\b(?:{line})\b" for line in lines)
    return re.compile("|".join(whole), re.IGNORECASE)


def _filled(line: str) -> str:
    sections = _asking_words()
    pieces = {"month": _MONTH, **dict(piece.split(" = ", 1) for piece in sections["pieces"])}

    def fill(piece: re.Match[str]) -> str:
        text = pieces.get(piece[1]) or "|".join(sections[piece[1]])
        return f"(?:{_filled(text)})"

    return _FILLED.sub(fill, line)


_FUNCTION_WORDS = frozenset(" ".join(_asking_words()["small words"]).split())
_COMMONPLACE = frozenset(map(fold, " ".join(_asking_words()["words of the trade"]).split()))

# What is asked is not what it is about: "bent u bereid", "zo nee, waarom niet".
_TURNS = re.compile(
    r"""\b(?:
    (?:bent|is|zijn|was|waren|kent) \s+ (?:u|de\s+\w+)? \s* (?:ook\s+)?
        (?:bereid|bekend\s+met|op\s+de\s+hoogte\s+van|van\s+mening|voornemens|in\s+staat|
        het\s+(?:er(?:mee)?\s+)?(?:mee\s+)?eens)(?:\s+(?:om|dat))?
    | bekend \s+ met
    | (?:kent|herinnert|heeft) \s+ u (?:\s+(?:kennisgenomen\s+van|zich))?
        (?:\s+(?:het|de|dit|een))? \s* (?:nieuws)?(?:artikel|bericht|uitzending)? (?=\W)
    | (?:het|dit|de) \s+ (?:nieuws)?(?:bericht|artikel|uitzending)
    | (?:kunt|kan|wilt|zou|zoudt) \s+ u (?:\s+(?:nader|uitgebreid|precies|ook))*
        (?:\s+(?:aangeven|toelichten|uitleggen|bevestigen|uiteenzetten|reageren\s+op|ingaan\s+op))?
    | de(?:elt|len) \s+ (?:u|de\s+\w+) \s+ (?:de|deze|het) \s+
        (?:mening|opvatting|zorg(?:en)?|analyse|standpunt)
    | (?:van|met) \s+ mening (?:\s+dat)? | klopt \s+ (?:het|dit) | is \s+ het \s+ (?:waar|juist) \s+ dat
    | wat \s+ (?:is|zijn|vindt|vind) \s+ (?:u|uw) \s*
        (?:reactie|mening|oordeel|opvatting|standpunt|van)?(?:\s+(?:op|over|hierop|hierover))?
    | hoe \s+ (?:beoordeelt|verklaart|kijkt|verhoudt|oordeelt|apprecieert) \s+ (?:u|dit|zich)
    | (?:zo|indien) \s+ (?:ja|nee|niet) | waarom \s+ (?:wel|niet) | graag \s+ een \s+ toelichting
    | op \s+ welke \s+ (?:wijze|manier) | in \s+ hoeverre
    | stand \s+ van \s+ zaken
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)


def is_filler(word: str) -> bool:
    """Whether `word`, as printed, says nothing about the subject. "OM" is an office, "om" is filler."""
    if len(word) > 1 and word.isupper():
        return False
    return len(word) < 2 or is_function_word(fold(word))


def is_function_word(folded: str) -> bool:
    """Whether a folded word is of the closed classes of Dutch."""
    return folded in _FUNCTION_WORDS


def is_commonplace(word: str) -> bool:
    """Whether `word` stands in most questions and answers, whatever their subject."""
    return fold(word) in _COMMONPLACE


def subject_of(question: str) -> str:
    """`question` without the turns of phrase in which it is asked; offsets are not kept."""
    return _TURNS.sub(" ", question)


class Wants(StrEnum):
    """What must stand in a text that answers."""

    COUNT = "count"
    MONEY = "money"
    SHARE = "share"
    LENGTH = "length"  # of time
    DATE = "date"
    CAUSE = "cause"
    BODY = "body"  # a person or an organisation
    PLACE = "place"
    DEED = "deed"  # what somebody does or will do
    VIEW = "view"
    ANYTHING = "anything"


FIGURES = frozenset({Wants.MONEY, Wants.SHARE, Wants.COUNT})
NUMERIC = FIGURES | {Wants.LENGTH, Wants.DATE}
RECOGNISED = frozenset(Wants) - {Wants.ANYTHING, Wants.DEED, Wants.VIEW}
"""What is seen in a text itself; a deed and a view by who speaks as well."""

ASKS = {Wants(name[:-5]): ways(name) for name in _asking_words() if name.endswith(" asks")}
"""How each kind is asked for, in a folded text; of two that begin at one place the first of these counts."""
_GIVES = {wants: ways(f"{wants} gives") for wants in ASKS}


def wants_of(question: str) -> Wants:
    """What `question`, one part of a question or the whole, waits for."""
    plain = fold(question)
    met = ((match.start(), wants) for wants, pattern in ASKS.items() if (match := pattern.search(plain)))
    return min(met, key=lambda m: m[0], default=(0, Wants.ANYTHING))[1]


_NO_AMOUNT = re.compile(
    rf"\b\d{{1,2}}\s+(?:{_MONTH})(?:\s+\d{{4}})?\b|\b(?:19|20)\d\d(?:[-–/]\d{{2,4}})?\b|\[\s*\d+\s*\]|"
    r"\b(?:vraag|vragen|nr\.?|nummer|artikel|lid|bijlage|noot|kamerstuk)\s*\d+|\b\d+\s*\d*-\d+\b|"
    r"\b[a-z]+\d\S*|https?:\S+",
    re.IGNORECASE,
)
_ONE = re.compile(r"\b[eé]én\b", re.IGNORECASE)
_NAME = re.compile(r"(?<=[\w,;:)»”] )[A-Z]")


def gives(wants: Wants, text: str) -> bool | None:
    """Whether `text` holds what is waited for: an amount, a date; None where no text shows that."""
    if wants is Wants.ANYTHING:
        return None
    if wants is Wants.COUNT:
        text = _NO_AMOUNT.sub(" ", text)
    named = wants in (Wants.BODY, Wants.PLACE) and _NAME.search(text)
    return bool(named or _GIVES[wants].search(spell(text)))


@lru_cache(maxsize=4096)
def spell(text: str) -> str:
    """The words and signs of a text, numbers and units in one spelling."""
    folded = (fold(token.text) for token in tokenise(_ONE.sub("1", text)))
    return " ".join(number_of(word) or UNITS.get(word, word) for word in folded)
