"""Identifiers of parliamentary publications: "ah-tk-20232024-2129", "kst-36450-3", "kv-tk-2024Z18442"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

__all__ = ["PublicationId", "parse_publication_id", "session_year_of", "spell_session"]

_SESSION = r"(?P<session>(?:18|19|20)\d\d(?:18|19|20)\d\d)"
_SUFFIX = r"(?P<suffix>(?:[-_](?:[nhb]\d{0,3}|\d{1,3}))?)"
_SHAPES: tuple[re.Pattern[str], ...] = tuple(
    re.compile(shape)
    for shape in (
        rf"(?P<kind>ah)-(?P<chamber>[te]k)-{_SESSION}-(?:AH)?(?P<number>\d{{1,5}}[a-z]?){_SUFFIX}",
        rf"(?P<kind>kv)-(?:(?P<chamber>[te]k)-?)?(?P<number>(?:19|20)\d\d[Zz]\d{{4,6}}[a-z]?|\d{{6,12}}H?|\d{{4}}-\d\d-\d\d){_SUFFIX}",
        rf"(?P<kind>nds)-(?:(?P<chamber>[te]k)-)?(?P<number>(?:20)\d\d[A-Z]\d{{4,6}}|[a-z]{{1,5}}\d{{4,10}}){_SUFFIX}",
        r"(?P<kind>ag)-(?P<chamber>[te]k|vv)-(?P<number>\d{1,4}-\d{1,2}-\d{1,4})(?P<suffix>(?:-[nhb]\d{1,3})?)",
        rf"(?P<kind>h)-(?P<chamber>[te]k|vv)-{_SESSION}-(?P<number>[A-Z]{{0,3}}-?\d{{1,5}}(?:-(?:VV-)?\d{{1,5}}){{0,3}})"
        r"(?P<suffix>(?:(?:-[nhb]|_)\d{1,3})?)",
        # A dossier, perhaps with a chapter of the budget or a part: "36450", "36450-VI", "21501-02",
        # "23908-R1519", "CXLVI", "00LXV"; some have a chapter that was left empty ("33002--1").
        rf"(?P<kind>kst)-(?:{_SESSION}-)?(?P<dossier>(?:\d{{1,5}}[A-Z]{{0,8}}|[IVXLC]{{1,9}})(?:-(?:[Rr]?\d{{1,4}}|[A-Za-z]{{1,8}}|))??)"
        r"-(?P<number>\d{1,5}(?:[A-Za-z]{0,2}|erdruk)(?:-\d)?|[A-Z]{1,8}\d{0,2}|[A-Z]\d[A-Z]|[a-z]|\derdruk)"
        r"(?P<suffix>(?:-[nhb]\d{1,3})?)",
        rf"(?P<kind>kst)-{_SESSION}-(?P<number>[IVXLC]{{1,9}})(?P<suffix>(?:-[nhb]\d{{1,3}})?)",
        r"(?P<kind>blg)-(?P<number>\d{2,9})(?P<suffix>(?:-[a-z]?\d{1,4}[A-Z]?)?)",
        # What is not made up yet goes by a running number.
        r"(?P<kind>ah|ag|h|kst|kv|nds)-(?P<number>\d{3,12})(?P<suffix>(?:-[nhb]\d{1,3})?)",
    )
)


@dataclass(frozen=True, slots=True)
class PublicationId:
    """What an identifier says: `kind` ah, kv, kst, h, ag, nds or blg; the rest where it holds it."""

    text: str  # in its one spelling
    kind: str
    number: str  # "2129", "3", "VI", "2024Z18442"
    chamber: str | None = None  # "tk", "ek", "vv" (together)
    session_year: str | None = None  # "2023-2024"
    dossier: str | None = None  # "36450", "36410-VI"
    suffix: str = ""  # "n1" (reprint), "h1" (corrected), "b2" (annex)


def parse_publication_id(text: str) -> PublicationId | None:
    """What the identifier of a parliamentary publication says; None where `text` is no such identifier."""
    for shape in _SHAPES:
        match = shape.fullmatch(text)
        if match is None:
            continue
        said = match.groupdict()
        session = said.get("session")
        if session and int(session[4:]) != int(session[:4]) + 1:
            continue
        number = said["number"].upper() if said["kind"] == "kv" else said["number"]
        return PublicationId(
            text=text.replace("z", "Z") if said["kind"] == "kv" else text,
            kind=said["kind"],
            number=number,
            chamber=said.get("chamber"),
            session_year=spell_session(session) if session else None,
            dossier=said.get("dossier"),
            suffix=(said.get("suffix") or "").strip("-_"),
        )
    return None


def spell_session(years: str) -> str:
    """ "20232024" as "2023-2024"."""
    return f"{years[:4]}-{years[4:]}"


def session_year_of(day: date) -> str:
    """The parliamentary year a day falls in: a new one begins on the third Tuesday of September."""
    first = date(day.year, 9, 1)
    opening = first + timedelta(days=(1 - first.weekday()) % 7 + 14)
    start = day.year if day >= opening else day.year - 1
    return f"{start}-{start + 1}"
