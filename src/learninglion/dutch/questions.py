"""What a question waits for (a count, a date, a reason ...), whether a sentence has it to give, and the words
that tell what a text is about.

Questions to ministers and to one's own documents alike, Dutch and English.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files
from itertools import groupby

from learninglion.dutch.lexicon import ENGLISH_MONTHS, FUNCTION_WORDS, MONTHS, UNITS, number_of
from learninglion.dutch.text import fold, stem, tokenise, words

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


def ways(section: str, *, folded: bool = True) -> re.Pattern[str]:
    """The lines of a section of `asking.txt` as one pattern, the pieces in <> filled in.

    `folded`: for text without capitals; a pattern for any text takes longer.
    """
    lines = (_filled(line) for line in _asking_words()[section])
    runs = ((as_is, "|".join(run)) for as_is, run in groupby(lines, lambda line: bool(_SIGN.match(line))))
    ways_in_order = (run if as_is else rf"\b(?:{run})\b" for as_is, run in runs)
    return re.compile("|".join(ways_in_order), 0 if folded else re.IGNORECASE)


@cache
def _fillings() -> Mapping[str, str]:
    """What stands for a word in <>."""
    sections = _asking_words()
    joined = {name: "|".join(lines) for name, lines in sections.items()}
    return {**joined, "month": _MONTH, **dict(line.split(" = ", 1) for line in sections["pieces"])}


def _filled(line: str) -> str:
    return _FILLED.sub(lambda piece: f"(?:{_filled(_fillings()[piece[1]])})", line)


_SMALL_WORDS = frozenset(" ".join(_asking_words()["small words"]).split())
_COMMON = frozenset(" ".join(_asking_words()["words of most papers"]).split())
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
    return folded in _SMALL_WORDS


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
    r"\b[a-z]{1,3}\d\S*|https?:\S+",
    re.IGNORECASE,
)
_GLUED = re.compile(r"(?<=[a-z]{4})(?=\d)", re.IGNORECASE)  # "totaal96", as some PDFs have it
_ONE = re.compile(r"\b[eé]én\b", re.IGNORECASE)
_CAPITAL = re.compile(r"(?<=[\w,;:)»”] )[A-Z]")


def gives(wants: Wants, text: str) -> bool | None:
    """Whether `text` holds what is waited for: an amount, a date; None where no text shows that."""
    if wants is Wants.ANYTHING:
        return None
    if wants is Wants.COUNT:
        text = _NO_AMOUNT.sub(" ", text)
    named = wants in (Wants.BODY, Wants.PLACE) and _CAPITAL.search(text)
    return bool(named or _GIVES[wants].search(spell(text)))


def moments_given(text: str) -> frozenset[str]:
    """The moments that `text` names, each by its own words: "oktober", "2025", "binnenkort"."""
    return frozenset(match.group() for match in _GIVES[Wants.DATE].finditer(spell(text)))


@lru_cache(maxsize=4096)
def spell(text: str) -> str:
    """The words and signs of a text, numbers and units in one spelling."""
    folded = (fold(token.text) for token in tokenise(_ONE.sub("1", _GLUED.sub(" ", text))))
    return " ".join(number_of(word) or UNITS.get(word, word) for word in folded)


# A word most papers use still tells a little; without it "Wat vindt u daarvan?" would have no words at all.
_COMMON_WEIGHT = 0.1


def tells(word: str) -> bool:
    """Whether a folded word says something of the subject: no small word, nor one that most papers use."""
    return _weight(word) == 1.0


@lru_cache(maxsize=4096)
def _weight(word: str) -> float:
    if word in FUNCTION_WORDS or len(word) < 2:
        return 0.0
    return _COMMON_WEIGHT if word in _COMMON else 1.0


@lru_cache(maxsize=2048)
def subject_words(text: str) -> tuple[tuple[str, float], ...]:
    """The stems of the words of `text` that tell something, each once, with their weights."""
    weights: dict[str, float] = {}
    for word in words(text):
        own_weight, root = _weight(word), stem(word)
        if own_weight:
            weights[root] = max(own_weight, weights.get(root, 0.0))
    return tuple(sorted(weights.items()))


@lru_cache(maxsize=4096)
def _pieces(stem: str) -> frozenset[str]:
    """Five-letter pieces, by which compounds recognise their parts."""
    return frozenset(stem[i : i + 5] for i in range(len(stem) - 4))


def _match(stem: str, others: frozenset[str], pieces: frozenset[str]) -> float:
    if stem in others:
        return 1.0
    own = _pieces(stem)
    if not own:
        return 0.0
    shared = len(own & pieces) / len(own)
    return shared if shared >= 0.5 else 0.0


def matched(wanted: str, given: str) -> tuple[tuple[str, float], ...]:
    """The stems of what `wanted` is about, each with how far it occurs in `given` (0..1)."""
    stems = frozenset(stem for stem, _ in subject_words(given))
    pieces = frozenset(piece for stem in stems for piece in _pieces(stem))
    return tuple((stem, _match(stem, stems, pieces)) for stem, _ in subject_words(wanted))


_NAME_OR_NUMBER = re.compile(r"(?<!^)(?<![.?!:] )\b(?:[A-Z][\w-]+|\d[\d.,]*\d|\d)")


@lru_cache(maxsize=4096)
def names_in(text: str) -> tuple[str, ...]:
    """The names and numbers of a text, casefolded, each once; neither a word that opens a sentence is one nor
    a word of most papers ("de Kamer").
    """
    names = (m.group().casefold() for m in _NAME_OR_NUMBER.finditer(text))
    return tuple(dict.fromkeys(name for name in names if name[0].isdigit() or printed_tells(name)))


def absent(question: str, given: str) -> list[str]:
    """The names and numbers of a question that a text lacks; of a long name its last two letters may differ
    ("China", "Chinese").
    """
    low = given.casefold().replace("-", "")  # a name may have been cut at the end of a line
    roots = {n: n if n[0].isdigit() else n.replace("-", "")[: max(4, len(n) - 2)] for n in names_in(question)}
    return [name for name, root in roots.items() if root not in low]


def coverage(wanted: str, given: Iterable[str]) -> float:
    """Which part (0..1) of what `wanted` is about occurs in the texts of `given`; 0 when it says nothing."""
    weights = dict(subject_words(wanted))
    total = sum(weights.values())
    if not total:
        return 0.0
    return sum(weights[stem] * met for stem, met in matched(wanted, "\n".join(given))) / total


def likeness(one: str, other: str) -> float:
    """How far two texts are about the same (0..1): coverage both ways, the lesser counting most."""
    there, back = coverage(one, (other,)), coverage(other, (one,))
    return 2 * there * back / (there + back) if there + back else 0.0


@lru_cache(maxsize=4096)
def printed_tells(word: str) -> bool:
    """Whether a word as printed tells of a subject: it is not in most papers."""
    return any(tells(w) for w in words(word))
