"""One tree of errors, each with a sentence a user can act on.

LearningLionError            something asked for could not be done; has detail and status
├── InputError               400: the user gave something that cannot be used
│   ├── UnreadableFileError  the file is empty, damaged, encrypted, too large or not what its name says
│   │   └── CoveredTextError  it holds text under a bar or picture: a person decides
│   └── UnknownReferenceError  404: a document, source, draft or collection that does not exist here
├── PermissionDeniedError    403: this person may not see or do this
├── ConflictError            409: somebody else is doing it, or it was changed meanwhile
├── BusyError                429: too much of it at once; it can be asked again in a moment
├── IntegrityError           500: stored data do not match their own checksums
├── MissingExtraError        501: an optional part is not installed; says the install line
└── GeneratorError           502: the language model gave no usable answer

UnavailableError             503: the database or store of files does not answer now. It stands apart, so that
                             it goes through every `except` that is meant for what is wrong with one thing
"""

from __future__ import annotations

from collections.abc import Sequence


class LearningLionError(Exception):
    """Something asked for could not be done; `detail` tells the user what to do about it."""

    status = 500

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class InputError(LearningLionError):
    """What the user gave cannot be used as it is."""

    status = 400


class UnreadableFileError(InputError):
    """A file that cannot be read; the detail starts with its name."""

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(f"{name}: {detail}")
        self.name = name


class CoveredTextError(UnreadableFileError):
    """A file with text under a bar, patch or picture: a redaction that was only drawn."""

    def __init__(self, name: str, pages: Sequence[int]) -> None:
        where = ", ".join(map(str, pages[:10])) + (" en verder" if len(pages) > 10 else "")
        super().__init__(
            name,
            f"onder een balk, vlak of plaatje staat nog tekst (pagina {where}). Het bestand is niet"
            " opgenomen: laat eerst iemand beoordelen of die tekst gelezen mag worden. Bekijk het met"
            " `learninglion parse --look`. Opnemen zonder die tekst:"
            " `learninglion ingest --without-covered`.",
        )
        self.pages = tuple(pages)


class UnknownReferenceError(InputError):
    """A document, source, draft or collection that does not exist here."""

    status = 404


class PermissionDeniedError(LearningLionError):
    """This person may not see or do this."""

    status = 403


class ConflictError(LearningLionError):
    """Another process is doing this, or the thing was changed meanwhile."""

    status = 409


class BusyError(LearningLionError):
    """Too much of this is being done at once; asking again in a moment helps."""

    status = 429


class UnavailableError(Exception):
    """What holds the archive does not answer now; asking again when it does helps. `detail` tells so."""

    status = 503

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class IntegrityError(LearningLionError):
    """Stored data do not match their own checksums."""


class MissingExtraError(LearningLionError):
    """An optional part is not installed."""

    status = 501

    def __init__(self, extra: str, needed_for: str) -> None:
        super().__init__(
            f"{needed_for}: daarvoor is een onderdeel nodig dat niet is geïnstalleerd. "
            f"Installeer het met: pip install 'learninglion[{extra}]'"
        )
        self.extra = extra


class GeneratorError(LearningLionError):
    """The language model gave no usable answer."""

    status = 502
