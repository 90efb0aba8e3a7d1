"""Pages from templates: escaped throughout, in the reader's language, with only our own files on them.

Texts of documents and models reach a page as text; the only markup made here is <mark> around spans, from
pieces that are escaped one by one.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from learninglion.dutch.text import capital
from learninglion.models import Actor, Role, Span
from learninglion.record.notes import STATE_WORDS
from learninglion.web.addresses import NOTHING_OUTSIDE, Outside
from learninglion.web.i18n import (
    LANGUAGES,
    counter,
    deed_words,
    pick_language,
    say_around,
    say_date,
    say_moment,
    say_number,
    translator,
)
from learninglion.workflow.accounts import Account
from learninglion.workflow.rights import RIGHTS, Task

HERE = Path(__file__).parent
STATIC = HERE / "static"

# Bounds of the calibrated score (an estimate of the chance of relevance) in words a reader can weigh.
_SCORE_WORDS = (
    (0.75, "zeer goede kans"),
    (0.5, "goede kans"),
    (0.25, "redelijke kans"),
    (0.0, "kleine kans"),
)

_ROLES = {
    Role.READER: "lezer",
    Role.DRAFTER: "opsteller",
    Role.APPROVER: "vaststeller",
    Role.ADMINISTRATOR: "beheerder",
    Role.AUDITOR: "controleur",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of ours with its hash: in the address so that it may be cached forever, and for the browser."""

    url: str
    integrity: str


@cache
def _asset(name: str) -> Asset:
    digest = hashlib.sha384((STATIC / name).read_bytes()).digest()
    return Asset(f"/static/{name}?v={digest.hex()[:12]}", "sha384-" + base64.b64encode(digest).decode())


def _numbered(items: Sequence[object], label: str) -> list[tuple[str, str]]:
    """Options "label 1", "label 2" ... for `items`, with their positions as values."""
    return [(str(i), f"{label} {i + 1}") for i in range(len(items))]


def score_words(score: float) -> str:
    """What a score means, in Dutch words."""
    return next((words for bound, words in _SCORE_WORDS if score >= bound), _SCORE_WORDS[-1][1])


def highlight(text: str, spans: Iterable[Span], offset: int = 0) -> Markup:
    """`text` escaped, with <mark> around `spans`; spans count from `offset` at the first character."""
    parts, at = [], 0
    for span in sorted(spans):
        start, end = max(span.start - offset, at), min(span.end - offset, len(text))
        if start >= end:
            continue
        parts += [escape(text[at:start]), Markup("<mark>"), escape(text[start:end]), Markup("</mark>")]
        at = end
    parts.append(escape(text[at:]))
    return Markup("").join(parts)


_CELL = " | "
_TABLE = Markup('<div class="scroll" tabindex="0" role="region" aria-label="{}"><table>{}</table></div>')


def passage(text: str, spans: Sequence[Span], offset: int, heads: str, label: str) -> Markup:
    """`text` with <mark> around `spans`, its rows as tables; the row that says `heads` heads its table.

    `label` names the stretch that a narrow screen scrolls through.
    """
    parts, at = [], offset
    for is_table, group in groupby(text.split("\n"), key=lambda line: _CELL in line):
        lines = list(group)
        stretch = "\n".join(lines)
        if is_table:
            parts.append(_TABLE.format(label, _rows(lines, spans, at, heads)))
        elif stretch.strip():
            parts.append(Markup("<p>{}</p>").format(highlight(stretch, spans, at)))
        at += len(stretch) + 1
    return Markup("").join(parts)


def _rows(lines: Sequence[str], spans: Sequence[Span], offset: int, heads: str) -> Markup:
    rows = []
    for line in lines:
        cell = Markup("<th>{}</th>") if " ".join(line.split()) == heads else Markup("<td>{}</td>")
        cells, at = [], offset
        for text in line.split(_CELL):
            cells.append(cell.format(highlight(text, spans, at)))
            at += len(text) + len(_CELL)
        rows.append(Markup("<tr>{}</tr>").format(Markup("").join(cells)))
        offset += len(line) + 1
    return Markup("").join(rows)


class Templates:
    """Turns a template and its values into a response."""

    def __init__(
        self,
        *,
        organisation: str,
        default_language: str,
        has_theme: bool,
        contact: str,
        outside: Callable[[], Outside | None] = lambda: NOTHING_OUTSIDE,
    ) -> None:
        self._default = default_language
        self._outside = outside
        self._environment = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters["list_twice"] = lambda value: (value, value)  # value and label of an option
        self._environment.filters["translate_with"] = lambda value, translate: translate(value)
        self._environment.filters["capital"] = capital
        self._environment.filters["say_around"] = say_around
        self._environment.filters["id_and_title"] = lambda source: (source.id, source.document.title)
        self._environment.filters["role_word"] = lambda role: _ROLES[role]
        self._environment.globals.update(
            numbered=_numbered,
            organisation=organisation,
            contact=contact,
            has_theme=has_theme,
            asset=_asset,
            highlight=highlight,
            passage=passage,
            score_words=score_words,
            state_words=STATE_WORDS,
            deed_words=deed_words,
            languages=LANGUAGES,
            Role=Role,
        )

    def language(self, request: Request) -> str:
        """The language of this reader."""
        chosen = request.cookies.get("language")
        return pick_language(chosen, request.headers.get("accept-language", ""), self._default)

    def page(
        self,
        request: Request,
        name: str,
        viewer: Viewer | None,
        /,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **values: object,
    ) -> HTMLResponse:
        """The page `name` for this viewer."""
        text = self.text(request, name, viewer, **values)
        return HTMLResponse(text, status_code=status, headers=dict(headers or {}))

    def text(self, request: Request, name: str, viewer: Viewer | None, /, **values: object) -> str:
        """The rendered template, as text: a whole page or a part of one."""
        language = self.language(request)
        return self._environment.get_template(name).render(
            request=request,
            path=request.url.path,
            viewer=viewer,
            csrf=viewer.csrf if viewer else "",
            language=language,
            _=translator(language),
            _n=counter(language),
            date=lambda value: say_date(value, language),
            moment=lambda value: say_moment(value, language),
            figure=lambda value, digits=0: say_number(value, language, digits),
            **{"outside": cache(self._outside), **values},  # read from the database once a page
        )


# Somebody who is signed in, as pages and API see them.


_TASKS = {
    "search": Task.SEARCH,
    "draft": Task.DRAFT,
    "dossiers": Task.READ_DOSSIER,
    "approve": Task.APPROVE,
    "judge": Task.JUDGE,
    "manage": Task.MANAGE,
    "audit": Task.AUDIT,
}


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who is signed in, and the token that this session's forms carry."""

    account: Account
    csrf: str
    token: str

    @property
    def actor(self) -> Actor:
        """This person, as the workflow knows people."""
        return self.account.actor

    def may(self, task: str) -> bool:
        """Whether a page should offer this; the workflow decides for itself."""
        if task == "audit" and self.account.collections is not None:
            return False  # the log is about every collection
        return bool(RIGHTS[_TASKS[task]] & self.account.roles)
