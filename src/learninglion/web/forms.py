"""What comes in through forms: fields to the types of the workflow, each misfit named; and uploaded files."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import PurePosixPath

from starlette.datastructures import FormData, UploadFile

from learninglion.models import Context, Filters, QuestionSet, RawFile, SubQuestion, day_of
from learninglion.models.errors import InputError, UnreadableFileError
from learninglion.workflow.searching import require_period

_PERIODS = ("", "2010", "2018", "2021", "other")
_LONGEST = 20_000  # characters of one question; the longest real one is under 3,000
_MOST_QUESTIONS = 100
_MOST_DIGITS = 9


def texts_of(form: FormData) -> dict[str, str]:
    """What was typed in the fields of a form, to show it again."""
    return {name: value for name, value in form.items() if isinstance(value, str) and name != "csrf"}


def _text(form: FormData | Mapping[str, object], name: str) -> str:
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""


def read_day(text: str, label: str, *, last: bool = False) -> date | None:
    """A day, or the first (or `last`) of a year; None for an empty text. Raises InputError."""
    if not text:
        return None
    try:
        return day_of(text, last=last)
    except ValueError:
        raise InputError(f"{label}: schrijf een jaar (2018) of een dag (2018-05-31).") from None


def read_filters(form: FormData | Mapping[str, object]) -> Filters:
    """The scope that was chosen. Raises InputError for a date that is none."""
    period = _text(form, "period")
    if period not in _PERIODS:
        raise InputError("Deze periode is niet bekend.")
    since = _text(form, "since") if period == "other" else period
    ministry, collection = _text(form, "ministry"), _text(form, "collection")
    minister, asker = _text(form, "minister"), _text(form, "asker")
    filters = Filters(
        since=read_day(since, "Vanaf"),
        until=read_day(_text(form, "until"), "Tot en met", last=True) if period == "other" else None,
        ministries=(ministry,) if ministry else (),
        answerers=(minister,) if minister else (),
        askers=(asker,) if asker else (),
        collections=(collection,) if collection else (),
    )
    require_period(filters)
    return filters


def filter_values(filters: Filters) -> dict[str, str]:
    """The form fields that stand for `filters`, to show them again."""
    since = filters.since.isoformat() if filters.since else ""
    year = since[:4] if since.endswith("-01-01") and since[:4] in _PERIODS and not filters.until else ""
    period = year or ("other" if filters.since or filters.until else "")
    return {
        "period": period,
        "since": "" if year else since,
        "until": filters.until.isoformat() if filters.until else "",
        "ministry": "".join(filters.ministries[:1]),
        "minister": "".join(filters.answerers[:1]),
        "asker": "".join(filters.askers[:1]),
        "collection": "".join(filters.collections[:1]),
    }


def read_score(form: FormData | Mapping[str, object]) -> float | None:
    """The threshold as a part of one, from a percentage; None when none was given."""
    text = _text(form, "threshold").replace(",", ".").rstrip("% ")
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 100:
        raise InputError("De drempel is een getal van 0 tot 100.")
    return value / 100


def read_context(form: FormData) -> Context:
    """What the officer adds. Raises InputError when there is something but it was not confirmed."""
    context = Context(_text(form, "line"), _text(form, "news"), bool(form.get("confirmed")))
    if (context.line or context.news) and not context.confirmed:
        raise InputError(
            "U hebt extra informatie gegeven. Bevestig dat die gebruikt mag worden, of haal haar weg."
        )
    return context


def read_whole(text: str) -> int | None:
    """The number that these digits are; None where they are none, or more than any number here has."""
    return int(text) if text.isdecimal() and len(text) <= _MOST_DIGITS else None


def _read_numbers(text: str) -> tuple[int, ...]:
    """Question numbers as they are written: "3", "3, 4 en 5", "3-5". Raises InputError."""
    parts = text.replace(" en ", ",").replace(";", ",").split(",")
    numbers: list[int] = []
    for part in (p.strip() for p in parts):
        first, dash, last = part.partition("-")
        low = read_whole(first.strip())
        high = read_whole(last.strip()) if dash else low
        if low is None or high is None or not 0 < low <= high <= 999:
            raise InputError(f"{text[:40]!r} is geen vraagnummer. Schrijf bijvoorbeeld 3 of 3, 4 en 5.")
        numbers.extend(range(low, high + 1))
    return tuple(dict.fromkeys(numbers))


def read_question_set(form: FormData, before: QuestionSet) -> QuestionSet:
    """The set as the officer corrected it: fields number-0, text-0, number-1 ...; empty ones are left out."""
    questions: list[SubQuestion] = []
    earlier: set[int] = set()
    for position in range(_MOST_QUESTIONS):
        text = _text(form, f"text-{position}")
        if not text:
            continue
        if len(text) > _LONGEST:
            raise InputError(f"Vraag {position + 1} is langer dan {_LONGEST} tekens.")
        numbers = _read_numbers(_text(form, f"number-{position}") or str(position + 1))
        if twice := earlier & set(numbers):
            raise InputError(f"Vraagnummer {min(twice)} komt twee keer voor.")
        earlier |= set(numbers)
        questions.append(SubQuestion(numbers, text))
    if not questions:
        raise InputError("Er staat geen enkele vraag in de set.")
    return QuestionSet(
        introduction=_text(form, "introduction"),
        questions=tuple(questions),
        title=_text(form, "title"),
        context=read_context(form),
        warnings=before.warnings,
    )


# Files that come in through the browser: how big, of what sort, under what name.
#
# Reading them is the parser's work, in a process with limits; what is refused here never gets that far.


MAX_BYTES = 50_000_000  # the longest document in the open data is under 30 MB
_MAX_FILES = 200
_UNPACKED_BYTES = 300_000_000
_UNPACKED_RATIO = 200  # text in XML packs to a tenth; a bomb packs to a thousandth or less
_ENTRIES = 5_000
_CHUNK = 1 << 20

# The first bytes that a file of this kind must have; text formats have none.
_SIGNATURES = {
    ".pdf": b"%PDF-",
    ".docx": b"PK\x03\x04",
    ".odt": b"PK\x03\x04",
    ".xml": b"",
    ".html": b"",
    ".htm": b"",
    ".txt": b"",
    ".md": b"",
}


def clean_name(name: str) -> str:
    """The last part of a file name, without characters that mean something to a file system or a screen."""
    last = PurePosixPath(name.replace("\\", "/")).name
    last = "".join(c for c in unicodedata.normalize("NFC", last) if unicodedata.category(c)[0] != "C")
    last = re.sub(r'[<>:"|?*]', "_", last).strip(" .")
    return last[-150:] or "bestand"


def read_upload(file: UploadFile, kinds: tuple[str, ...] = tuple(_SIGNATURES)) -> RawFile:
    """The uploaded file, when its name, size and first bytes fit. Raises UnreadableFileError otherwise."""
    name = clean_name(file.filename or "")
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in kinds:
        raise UnreadableFileError(name, f"dit soort bestand kan hier niet; wel {', '.join(kinds)}")
    content = bytearray()
    while piece := file.file.read(_CHUNK):
        content += piece
        if len(content) > MAX_BYTES:
            raise UnreadableFileError(name, f"groter dan {MAX_BYTES // 1_000_000} MB")
    check_content(name, bytes(content))
    return RawFile(name=name, content=bytes(content), origin=f"upload:{name}")


def check_content(name: str, content: bytes) -> None:
    """Refuse an empty file, one that is not what its name says, and an archive that unpacks too far."""
    suffix = PurePosixPath(name).suffix.lower()
    if not content.strip():
        raise UnreadableFileError(name, "het bestand is leeg")
    signature = _SIGNATURES.get(suffix, b"")
    # Some PDFs carry a few bytes before their signature; readers accept that within the first kilobyte.
    place = content[:1024] if suffix == ".pdf" else content[: len(signature)]
    if signature and signature not in place:
        raise UnreadableFileError(name, f"dit is geen echt {suffix[1:].upper()}-bestand")
    if signature.startswith(b"PK"):
        check_archive(name, content)


def check_archive(name: str, content: bytes) -> None:
    """Refuse a zip file that would fill memory or disk, or whose parts point outside it."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise UnreadableFileError(name, "het bestand is beschadigd") from error
    total = sum(part.file_size for part in parts)
    too_far = total > _UNPACKED_BYTES or total > max(len(content), 100_000) * _UNPACKED_RATIO
    if len(parts) > _ENTRIES or too_far:
        raise UnreadableFileError(name, "het bestand is uitgepakt te groot")
    for part in parts:
        path = PurePosixPath(part.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts:
            raise UnreadableFileError(name, "het bestand bevat een pad dat naar buiten wijst")


def check_count(files: Sequence[UploadFile]) -> None:
    """Refuse more files at once than one screen can report on."""
    if len(files) > _MAX_FILES:
        raise InputError(f"Geef ten hoogste {_MAX_FILES} bestanden tegelijk.")
