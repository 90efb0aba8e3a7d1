"""What a letter says of itself, read from the set: about what, to whom, by whom; and the name of its file."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from learninglion.dutch.lexicon import DETERMINERS
from learninglion.dutch.numbers import MONTHS
from learninglion.dutch.text import squash
from learninglion.models import Answerer, Asker, Dossier, QuestionSet
from learninglion.parsing.kamervragen.front import CASE_NUMBER
from learninglion.parsing.kamervragen.header import parse_asked_on, parse_askers, parse_people
from learninglion.record.notes import listed

_NOTE_LINE = re.compile(r"^\[\w+\]\s")  # a note below the introduction, as the reading lists them
_TAIL = re.compile(r"\s*\((?:her|na)?ingezonden\b.*$", re.DOTALL)
_HEAD = re.compile(r"^(?:schriftelijke\s+)?(?:kamer)?vragen\s+(?:(?:van|aan)\s.+?\s)?over\s+", re.IGNORECASE)
_ADDRESSED = re.compile(
    r"\s(?:en\s+)?aan\s+(?P<who>(?:de|het|mijn|onze)?\s*(?:demissionair\w*\s+)?(?:vice-?)?(?:minister|staatssecretaris)"
    r".*?)(?=\s+(?:over|inzake|betreffende|omtrent|aangaande|naar\s+aanleiding|met\s+betrekking)\b|\s*\(ingezonden|[.;]\s|$)",
    re.IGNORECASE,
)
# A title of a Word file holds at most 255 characters, and a name of a file 255 bytes with its path on Windows
# 260; both stay well below, so that "(1)" and a folder still fit.
_LONGEST_TITLE = 200
_LONGEST_STEM = 90
_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
# Quotation marks, but not the apostrophe of "boa’s".
_QUOTES = re.compile(r"[«»“”„‹›\"]|(?<!\w)['‘’]|['‘’](?!\w)")


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """What is known of a set; "" and None where the set does not say."""

    subject: str  # "het bericht «Water in de kelder»"
    case_number: str = ""  # "2024Z11859", as the Kamer numbers it
    asked_on: date | None = None
    askers: tuple[Asker, ...] = ()
    addressees: tuple[Answerer, ...] = ()

    @property
    def members(self) -> str:
        """ "het lid Jansen (ABC)", "de leden Jansen en Pietersen (beiden ABC)"; "" when not known."""
        if not self.askers:
            return ""
        parties = {a.party for a in self.askers}
        if len(self.askers) > 1 and len(parties) == 1 and self.askers[0].party:
            both = "beiden" if len(self.askers) == 2 else "allen"
            return f"de leden {listed([a.name for a in self.askers])} ({both} {self.askers[0].party})"
        named = [f"{a.name} ({a.party})" if a.party else a.name for a in self.askers]
        return f"{'de leden' if len(named) > 1 else 'het lid'} {listed(named)}"

    @property
    def offices(self) -> tuple[str, ...]:
        """Who is asked, such as "Minister van Defensie"; who answers first comes first."""
        return tuple(office_text(who) for who in self.addressees)


def office_text(answerer: Answerer) -> str:
    """ "Staatssecretaris van Financiën", "Minister voor Wonen", "Minister-President"."""
    if not answerer.portfolio or answerer.role == "Minister-President":
        return answerer.role
    link = " " if answerer.role.endswith(" voor") else " van "
    return f"{answerer.role}{link}{answerer.portfolio}"


def read_facts(question_set: QuestionSet) -> LetterFacts:
    """What the introduction and the title of a set say."""
    lines = [line for line in question_set.introduction.split("\n") if not _NOTE_LINE.match(line)]
    introduction = squash(" ".join(lines))
    addressed = _ADDRESSED.search(introduction)
    numbers = CASE_NUMBER.findall(f"{introduction} {question_set.title}")
    return LetterFacts(
        subject=_subject(question_set.title, introduction),
        case_number=numbers[0] if numbers else "",
        asked_on=parse_asked_on(introduction),
        askers=parse_askers(introduction),
        addressees=tuple(parse_people(addressed["who"], False)) if addressed else (),
    )


def _subject(title: str, introduction: str) -> str:
    """The title as it goes on behind "over": small where the set itself writes it small, or it opens with an
    article and the like.
    """
    subject = _HEAD.sub("", _TAIL.sub("", squash(title))).strip(" .")
    small = subject[:1].lower() + subject[1:]
    opens_small = small.partition(" ")[0] in DETERMINERS
    return small if opens_small or f" {small}" in introduction else subject


def day_text(day: date) -> str:
    """ "5 juli 2024"."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def document_title(dossier: Dossier) -> str:
    """ "Beantwoording Kamervragen over ...", or what a conversation is called; every format takes it."""
    if is_conversation(dossier):
        return shorten(squash(dossier.question_set.title), _LONGEST_TITLE)
    facts = read_facts(dossier.question_set)
    about = f" over {facts.subject}" if facts.subject else ""
    return shorten(f"Beantwoording Kamervragen{about}", _LONGEST_TITLE)


def file_stem(dossier: Dossier) -> str:
    """The name of a file without its ending: number, subject and version; safe on every system."""
    facts = read_facts(dossier.question_set)
    subject = _QUOTES.sub("", unicodedata.normalize("NFC", facts.subject))
    subject = squash(_UNSAFE.sub(" ", subject)).strip(" .")
    about = shorten(" ".join(part for part in (facts.case_number, subject) if part), _LONGEST_STEM, mark="")
    name = about.rstrip(" .,;-") or dossier.id
    kind = "" if is_conversation(dossier) else "Kamervragen "
    return f"{kind}{name} v{dossier.version}"


CONVERSATION = "conversation"
"""The setting of a dossier that tells that it is a conversation with documents, no set of questions."""


def is_conversation(dossier: Dossier) -> bool:
    """Whether a dossier is a conversation with documents that was kept."""
    return any(name == CONVERSATION for name, _ in dossier.settings)


def shorten(text: str, longest: int, mark: str = "…") -> str:
    """`text` in at most `longest` characters, cut between words."""
    if len(text) <= longest:
        return text
    beginning = text[: longest - len(mark)]
    return (beginning.rpartition(" ")[0] or beginning).rstrip(" ,;:") + mark
