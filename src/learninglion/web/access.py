"""The site that requests are put to, who asks, as an Actor, and what comes in by forms and as files.

The workflow enforces the rights of that Actor.

Nothing here trusts the page: forms carry a token bound to the session, and a request that the browser
itself calls cross-site is refused before any code of ours reads it. Fields become types of the workflow, each
misfit named.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import PurePosixPath
from typing import Annotated
from urllib.parse import SplitResult, quote, urlsplit

from fastapi import Depends, Request
from starlette.datastructures import FormData, Headers, UploadFile
from starlette.responses import Response

from learninglion.models import Actor, Context, Document, Filters, QuestionSet, RawFile, SubQuestion, day_of
from learninglion.models.errors import InputError, UnreadableFileError
from learninglion.settings import Settings, address_for, with_model
from learninglion.web.oidc import IdTokens, OpenIdConnect
from learninglion.web.rendering import Templates, Viewer
from learninglion.workflow import Workplace
from learninglion.workflow.accounts import Account, SessionKind
from learninglion.workflow.documents import PageImage, PageImages
from learninglion.workflow.searching import require_period
from learninglion.workflow.workplace import Readiness

API_VERSION = "1.0.0"
API_PREFIX = "/api/"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def csrf_token(session_token: str) -> str:
    """The token that forms of this session carry; worthless in any other session."""
    return hmac.new(session_token.encode(), b"learninglion form", hashlib.sha256).hexdigest()


def _token_matches(session_token: str, form_token: str) -> bool:
    """Whether a form came out of this session, compared in constant time."""
    return hmac.compare_digest(csrf_token(session_token).encode(), form_token.encode())


def is_cross_site(headers: Headers) -> bool:
    """Whether the browser says that another site made this request. No word from it counts as no."""
    fetch_site = headers.get("sec-fetch-site")
    if fetch_site is not None:
        return fetch_site not in ("same-origin", "none")
    origin = headers.get("origin")
    if origin is None:
        return False
    return parts_of(origin).netloc.lower() != headers.get("host", "").lower() or origin == "null"


def parts_of(address: str) -> SplitResult:
    """The parts of an address that somebody sent; none where it is no address, such as "http://[" is none."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


# What every page and every API call shares: the use cases, the settings, and what only a web server has.


@dataclass(frozen=True, slots=True)
class Site:
    """Made once by create_app; nothing in it is replaced while the server runs."""

    workplace: Workplace
    settings: Settings
    page_images: PageImages
    templates: Templates
    oidc: OpenIdConnect | None
    metrics: Callable[[], bytes] | None  # None: no token is set
    readiness: Readiness
    id_tokens: IdTokens = field(default_factory=IdTokens)

    @property
    def settings_now(self) -> Settings:
        """The settings with the language model that was chosen on a screen of any server."""
        return with_model(self.settings, self.workplace.language_model.chosen())

    def page_image(self, document: Document, page: int, actor: Actor) -> PageImage:
        """A page (from 1) of the original. Raises UnknownReferenceError, UnreadableFileError."""
        content = self.workplace.documents.original(document.id, actor)
        return self.page_images.render(document.sha256, content, page, _SCALE)

    def reached_at(self, request: Request) -> str:
        """The address that this reader has of the server, without a slash behind it."""
        return (self.settings.web.public_url or str(request.base_url)).rstrip("/")

    def leave_organisation(self, session: str) -> str:
        """Where the organisation's provider ends its own session as well; "" when there is no such place."""
        if self.oidc is None:
            return ""
        back = f"{address_for(self.settings.web)}/sign-in"
        return self.oidc.sign_out_address(self.id_tokens.take(session), back)


_COOKIE_SECONDS = 30 * 86_400
_SCALE = 1.6  # pixels per point: sharp at the width of the pane, small enough to come at once


class NotSignedInError(Exception):
    """Nobody is signed in; `back` is where this person wanted to go."""

    def __init__(self, back: str = "/") -> None:
        super().__init__("not signed in")
        self.back = back


class CrossSiteError(Exception):
    """A form that did not come from our own page in this session."""


def _the_site(request: Request) -> Site:
    """Everything the pages share; set by create_app."""
    site: Site = request.app.state.site
    return site


TheSite = Annotated[Site, Depends(_the_site)]


def cookie_name(request: Request) -> str:
    """The session cookie's name; over https a name that no other host or path can set."""
    return "__Host-learninglion" if is_secure(request) else "learninglion"


def is_secure(request: Request) -> bool:
    """Whether this reader came over https, here or at the reverse proxy that `public_url` names."""
    site: Site = request.app.state.site
    return request.url.scheme == "https" or site.settings.web.public_url.startswith("https:")


def set_cookie(request: Request, response: Response, token: str) -> None:
    """Give the browser its session; scripts cannot read it and other sites cannot send it along."""
    response.set_cookie(
        cookie_name(request),
        token,
        # The server says when a session has ended: some hours after it was last used.
        max_age=_COOKIE_SECONDS,
        httponly=True,
        secure=is_secure(request),
        samesite="lax",
        path="/",
    )


def clear_cookie(request: Request, response: Response) -> None:
    """Take the session away from the browser."""
    response.delete_cookie(cookie_name(request), path="/", secure=is_secure(request), httponly=True)


def viewer_of(request: Request) -> Viewer | None:
    """Who is signed in in this browser, if anybody."""
    token = request.cookies.get(cookie_name(request), "")
    site: Site = request.app.state.site
    account = site.workplace.accounts.who(token) if token else None
    if account is None:
        return None
    site.workplace.accounts.prolong(token, timedelta(hours=site.settings.web.session_hours))
    return Viewer(account, csrf_token(token), token)


def account_of(request: Request) -> Account | None:
    """Whose request this is, by a program's token or this browser's session; None for a stranger."""
    site: Site = request.app.state.site
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return site.workplace.accounts.who(token.strip(), SessionKind.API)
    viewer = viewer_of(request)
    return None if viewer is None else viewer.account


async def signed_in(request: Request) -> Viewer:
    """The viewer of a page. A request that changes something must come from our own form."""
    from starlette.concurrency import run_in_threadpool

    viewer = await run_in_threadpool(viewer_of, request)
    if viewer is None:
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        raise NotSignedInError(path if request.method == "GET" else _page_of_form(request))
    if request.method not in SAFE_METHODS:
        if is_cross_site(request.headers):
            raise CrossSiteError
        form_token = request.headers.get("x-csrf-token") or str((await request.form()).get("csrf") or "")
        if not _token_matches(viewer.token, form_token):
            raise CrossSiteError
    return viewer


def _page_of_form(request: Request) -> str:
    """The page on this server that a form was sent from, to come back to; else the start page."""
    came = parts_of(request.headers.get("referer", ""))
    if came.netloc != request.headers.get("host", ""):
        return "/"
    return local_path(came.path + (f"?{came.query}" if came.query else ""))


SignedIn = Annotated[Viewer, Depends(signed_in)]


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of somebody who is signed in, with the site that answers it."""

    request: Request
    site: Site
    viewer: Viewer

    @property
    def workplace(self) -> Workplace:
        """The use cases."""
        return self.site.workplace

    @property
    def actor(self) -> Actor:
        """Who asks, as the workflow knows people."""
        return self.viewer.actor

    def may(self, task: str) -> bool:
        """Whether a page should offer this; the workflow decides for itself."""
        return self.viewer.may(task)

    def page(
        self, name: str, /, *, status: int = 200, headers: Mapping[str, str] | None = None, **values: object
    ) -> Response:
        """The page `name` for this person."""
        return self.site.templates.page(
            self.request, name, self.viewer, status=status, headers=headers, **values
        )


async def _the_visit(request: Request, site: TheSite, viewer: SignedIn) -> Visit:
    return Visit(request, site, viewer)


TheVisit = Annotated[Visit, Depends(_the_visit)]


async def _api_user(request: Request) -> Actor:
    """The actor of an API request: a bearer token, or the session of our own page with its form token."""
    from starlette.concurrency import run_in_threadpool

    site: Site = request.app.state.site
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        account = await run_in_threadpool(site.workplace.accounts.who, token.strip(), SessionKind.API)
        if account is None:
            raise NotSignedInError
        return account.actor
    viewer = await run_in_threadpool(viewer_of, request)
    if viewer is None:
        raise NotSignedInError
    if request.method not in SAFE_METHODS:
        form_token = request.headers.get("x-csrf-token", "")
        if is_cross_site(request.headers) or not _token_matches(viewer.token, form_token):
            raise CrossSiteError
    return viewer.actor


ApiUser = Annotated[Actor, Depends(_api_user)]


async def _the_form(request: Request) -> FormData:
    return await request.form()


TheForm = Annotated[FormData, Depends(_the_form)]
"""What was sent with a form, for a page that works in a thread of its own."""


def attachment(name: str) -> dict[str, str]:
    """The header with which an answer is kept as a file of this name, not shown."""
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}


def local_path(back: str) -> str:
    """`back` when it is a path on this server, else the start page: sign-in sends nobody elsewhere."""
    parts = parts_of(back)
    safe = (
        back.startswith("/") and not back.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    )
    if not safe or any(ord(c) < 32 for c in back) or "\\" in back:
        return "/"
    return quote(back, safe="/?=&%#,:;+-._~")


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
