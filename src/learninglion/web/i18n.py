"""What a user reads, in Dutch or English: the Dutch text is the key, `translations/en.json` the table.

A text that the table lacks stays Dutch; a test keeps the table complete.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path

from learninglion.dutch.lexicon import MONTHS

LANGUAGES = ("nl", "en")
Translate = Callable[..., str]
Count = Callable[..., str]

_MONTHS = {
    "nl": MONTHS,
    "en": "January February March April May June July August September October November December".split(),
}


@cache
def _table(language: str) -> dict[str, str]:
    if language == "nl":
        return {}
    path = Path(__file__).parent / "translations" / f"{language}.json"
    table: dict[str, str] = json.loads(path.read_text("utf-8"))
    return table


_NAME = re.compile(r"\{(\w+)\}")
_NUMBERS = re.compile(r"\d+(?:, \d+)* en \d+")


@cache
def _fillable(language: str) -> tuple[tuple[tuple[str, ...], tuple[str, ...], str], ...]:
    """Every text of the table with something to fill in, the longest first: what stands around that, its
    names, and the translation.
    """
    texts = sorted(_table(language).items(), key=lambda pair: -len(pair[0]))
    split = ((_NAME.split(dutch), translation) for dutch, translation in texts)
    return tuple((tuple(p[::2]), tuple(p[1::2]), translation) for p, translation in split if len(p) > 1)


@lru_cache(maxsize=1024)
def _said(text: str, language: str, within: int = 2) -> str:
    """A text that was filled in before, as of an error, translated with what stands in it.

    `within`: how deep what stands in it may be one of our texts too; at 0 it stays as it is.
    """
    table = _table(language)
    if text in table:
        return table[text]
    if _NUMBERS.fullmatch(text):
        return text.replace(" en ", table.get(" en ", " en "))
    for around, names, translation in _fillable(language):
        values = _between(text, around)
        if values is not None:
            words = [_said(v, language, within - 1) if within else v for v in values]
            return translation.format(**dict(zip(names, words, strict=True)))
    return text


def _between(text: str, around: Sequence[str]) -> list[str] | None:
    """What stands between these pieces of a text, from the left; None where it is not made of them."""
    first, *pieces, last = around
    at, end, values = len(first), len(text) - len(last), list[str]()
    if not (text.startswith(first) and text.endswith(last)):
        return None
    for piece in pieces:
        place = text.find(piece, at, end)
        if place < 0:
            return None
        values.append(text[at:place])
        at = place + len(piece)
    return None if at > end else [*values, text[at:end]]


def translator(language: str) -> Translate:
    """A function from Dutch text (with {names}, or filled in already) to text in `language`."""
    table = _table(language)

    def translate(text: str, /, **values: object) -> str:
        return table.get(text, text).format(**values) if values else _said(text, language)

    return translate


def say_around(text: str, language: str) -> str:
    """A text of ours around words of a document ("De titel is: …"), which stay as they stand there."""
    return _said(text, language, within=0)


def counter(language: str) -> Count:
    """A function that says how many: `count("1 dossier", "{n} dossiers", 3)`; {n} is written as a number.

    Dutch and English both have one form for exactly one and another for everything else, zero too.
    """
    translate = translator(language)

    def count(one: str, many: str, n: int, /, **values: object) -> str:
        return translate(one if n == 1 else many, n=say_number(n, language), **values)

    return count


def pick_language(chosen: str | None, accepted: str, default: str) -> str:
    """The language the user chose, else the organisation's own; the browser decides among those we have."""
    if chosen in LANGUAGES:
        return str(chosen)
    for part in accepted.split(","):
        tag = part.split(";")[0].strip().lower()[:2]
        if tag == default:
            return default
    return default if default in LANGUAGES else "nl"


def say_date(value: date | None, language: str) -> str:
    """A date in words: "15 mei 2024"; empty when there is none."""
    return "" if value is None else f"{value.day} {_MONTHS[language][value.month - 1]} {value.year}"


def say_moment(value: datetime | None, language: str) -> str:
    """A moment on the clock of this machine: "15 mei 2024, 14:03"."""
    if value is None:
        return ""
    local = value.astimezone()
    return f"{say_date(local.date(), language)}, {local:%H:%M}"


def say_number(value: float, language: str, digits: int = 0) -> str:
    """A number with the separators of the language."""
    text = f"{value:,.{digits}f}"
    return text if language == "en" else text.translate(str.maketrans(",.", ".,"))


FORMS = {
    "letter": "Brief",
    "letter-changes": "Brief met wijzigingen",
    "letter-clean": "Brief zonder noten",
    "annex": "Verantwoording",
    "docx": "Word, brief met verantwoording",
    "pdf": "PDF",
    "html": "HTML",
    "md": "Markdown",
    "json": "JSON",
}
"""The forms that a text leaves in, as readers know them: the letters first, then the whole dossier."""

_DEEDS = {
    "account.add": "account gemaakt",
    "account.change": "account gewijzigd",
    "account.invite": "nieuwe aanmeldlink gemaakt",
    "ask": "vraag gesteld aan documenten",
    "collection.guide": "verzameling beschreven door de eigenaar",
    "collection.remark": "opmerking bij een antwoord",
    "collection.settle": "opmerking afgehandeld",
    "collection.evaluate": "verzameling gemeten",
    "archive": "ingepakt voor het archief",
    "collection.describe": "verzameling beschreven",
    "copy": "gekopieerd",
    "document.ingest": "bestand aangeboden om op te nemen",
    "document.remove": "document verwijderd",
    "dossier.approved": "vastgesteld",
    "dossier.delete": "dossier verwijderd",
    "dossier.draft": "voorstel bewaard",
    "dossier.edited": "bewerkt",
    "draft": "voorstel opgesteld",
    "draft.judged": "voorstel beoordeeld",
    "evaluate": "zoeken gemeten",
    "export": "meegenomen als bestand",
    "ingest.done": "documenten opgenomen",
    "judging.close": "beoordeling afgesloten",
    "judging.open": "beoordeling klaargezet",
    "judging.reopen": "beoordeling weer geopend",
    "label.remove": "regel over AI weggehaald; redactionele verantwoordelijkheid genomen",
    "models.change": "ander taalmodel gekozen",
    "models.reset": "terug naar het ingestelde taalmodel",
    "offer": "bronnen aangeboden",
    "person.erase": "persoon weggehaald",
    "person.find": "persoon gezocht",
    "log.processing": "verwerkingen gestuurd en bevestigd",
    "read.dossier": "dossier ingezien",
    "read.log": "logboek ingezien",
    "read.remarks": "meldingen over zinnen ingezien",
    "read.people": "lijst van mensen ingezien",
    "replay": "opnieuw gemaakt en vergeleken",
    "resume": "verder geschreven",
    "retention.term": "bewaartermijn gezet",
    "retention.hold": "vastgehouden: mag niet worden vernietigd",
    "retention.release": "vrijgegeven om te vernietigen",
    "retention.destroy": "vernietigd na de bewaartermijn",
    "search": "gezocht",
    "select": "bronnen gekozen",
    "sentence.settled": "melding over een zin afgehandeld",
    "sentence.wrong": "gemeld dat een zin niet klopt",
    "set.own-source": "eigen bron toegevoegd",
    "sign-off.ask": "gevraagd om vast te stellen",
    "sign-off.open": "verder zonder antwoord op vraag",
    "sign-off.give-back": "teruggegeven met een opmerking",
    "sign-off.withdraw": "vraag om vast te stellen ingetrokken",
    "sign-in": "aangemeld",
    "sign-in.refused": "aanmelding geweigerd",
    "sign-out": "afgemeld",
    "source.open": "bron bij de tekst geopend",
    "storage.check": "opslag gecontroleerd",
    "storage.sweep": "losse bestanden opgeruimd",
    "token.make": "token gemaakt",
    "token.revoke": "token ingetrokken",
    "tuning.keep": "geleerde weging in gebruik genomen",
    "tuning.learn": "zoeken liet men leren",
    "tuning.revert": "terug naar een eerdere weging",
    "verify": "tekst gecontroleerd",
}


def deed_words(action: str) -> str:
    """A log action in words; a code that is new here is shown as it is."""
    return _DEEDS.get(action, action)
