"""Pages from templates: escaped throughout, in Dutch or English, with only our own files on them.

The Dutch text is the key, `translations/en.json` the table; a text that the table lacks stays Dutch (a test
keeps it complete). What the log calls a deed has its words in `deeds.json`.

Texts of documents and models reach a page as text; the only markup made here is <mark> around spans, from
pieces that are escaped one by one.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from learninglion.dutch.lexicon import MONTHS
from learninglion.dutch.text import capital
from learninglion.models import Actor, AnswerVerdict, Author, Role, Span, Verification
from learninglion.record.notes import STATE_WORDS, UNPROVEN, is_formal, why_unanswered
from learninglion.settings import Outside, WebSettings
from learninglion.workflow.accounts import Account
from learninglion.workflow.rights import RIGHTS, Task

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
def _translated(text: str, language: str, within: int = 2) -> str:
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
            words = [_translated(v, language, within - 1) if within else v for v in values]
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
        return table.get(text, text).format(**values) if values else _translated(text, language)

    return translate


def say_around(text: str, language: str) -> str:
    """A text of ours around words of a document ("De titel is: …"), which stay as they stand there."""
    return _translated(text, language, within=0)


def counter(language: str) -> Count:
    """A function that says how many: `count("1 dossier", "{n} dossiers", 3)`; {n} is written as a number.

    Dutch and English both have one form for exactly one and another for everything else, zero too.
    """
    translate = translator(language)

    def count(one: str, many: str, n: int, /, **values: object) -> str:
        return translate(one if n == 1 else many, n=_say_number(n, language), **values)

    return count


def _pick_language(chosen: str | None, accepted: str, default: str) -> str:
    """The language the user chose, else the organisation's own; the browser decides among those we have."""
    if chosen in LANGUAGES:
        return str(chosen)
    for part in accepted.split(","):
        tag = part.split(";")[0].strip().lower()[:2]
        if tag == default:
            return default
    return default if default in LANGUAGES else "nl"


def _say_date(value: date | None, language: str) -> str:
    """A date in words: "15 mei 2024"; empty when there is none."""
    return "" if value is None else f"{value.day} {_MONTHS[language][value.month - 1]} {value.year}"


def _say_moment(value: datetime | None, language: str) -> str:
    """A moment on the clock of this machine: "15 mei 2024, 14:03"."""
    if value is None:
        return ""
    local = value.astimezone()
    return f"{_say_date(local.date(), language)}, {local:%H:%M}"


def _say_number(value: float, language: str, digits: int = 0) -> str:
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

HERE = Path(__file__).parent
STATIC = HERE / "static"
_DEEDS: dict[str, str] = json.loads((HERE / "deeds.json").read_text("utf-8"))


def deed_words(action: str) -> str:
    """A log action in words; a code that is new here is shown as it is."""
    return _DEEDS.get(action, action)


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

    def __init__(self, web: WebSettings, outside: Callable[[], Outside | None]) -> None:
        self._default = web.language
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
            organisation=web.organisation,
            contact=web.contact,
            has_theme=bool(web.theme_css),
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
        return _pick_language(chosen, request.headers.get("accept-language", ""), self._default)

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
            date=lambda value: _say_date(value, language),
            moment=lambda value: _say_moment(value, language),
            figure=lambda value, digits=0: _say_number(value, language, digits),
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


_WHOLE = {
    AnswerVerdict.ANSWERED: "Beantwoord uit de gekozen bronnen",
    AnswerVerdict.PARTIAL: "Gedeeltelijk beantwoord uit de gekozen bronnen",
}
_WITH_OWN = {AnswerVerdict.ANSWERED: "Beantwoord", AnswerVerdict.PARTIAL: "Gedeeltelijk beantwoord"}
_SHORT = {
    AnswerVerdict.ANSWERED: "beantwoord",
    AnswerVerdict.PARTIAL: "deels beantwoord",
    AnswerVerdict.UNANSWERABLE: "geen antwoord",
}
_MARKS = {AnswerVerdict.ANSWERED: "✓", AnswerVerdict.PARTIAL: "△", AnswerVerdict.UNANSWERABLE: "✕"}
_KINDS = {
    AnswerVerdict.ANSWERED: "safe",
    AnswerVerdict.PARTIAL: "warning",
    AnswerVerdict.UNANSWERABLE: "error",
}


@dataclass(frozen=True, slots=True)
class VerdictView:
    """What a reader is told about an answer as it now stands; one that broke off has no verdict yet."""

    words: str
    short: str
    mark: str
    kind: str  # of the badge
    own: int = 0  # sentences that a person answers for
    changed: int = 0  # sentences that a person wrote or changed, and that a source bears
    answered: bool = False


def view_verdict(verification: Verification) -> VerdictView:
    """The verdict follows the text: what a person answers for counts as said, and is counted apart."""
    if not verification.draft.complete:
        return VerdictView("Niet af: het taalmodel is gestopt", "niet af", "…", "warning")
    own = len(verification.own)
    if verification.blank:
        return VerdictView("Vul in wat bij […] hoort", "in te vullen", "△", "warning", own)
    changed = sum(c.statement.author is Author.PERSON for c in verification.shown)
    verdict = verification.verdict
    if not own and verdict is AnswerVerdict.UNANSWERABLE and is_formal(verification):
        return VerdictView(why_unanswered(verification), "te bevestigen", "△", "warning")
    if not own and verdict is AnswerVerdict.PARTIAL and not verification.shown:
        return VerdictView(UNPROVEN, "na te lezen", "△", "warning", 0, changed)
    if not own:
        answered = verdict is AnswerVerdict.ANSWERED
        whole = _WHOLE.get(verdict) or why_unanswered(verification)
        return VerdictView(whole, _SHORT[verdict], _MARKS[verdict], _KINDS[verdict], 0, changed, answered)
    verdict = verification.with_own
    answered = verdict is AnswerVerdict.ANSWERED
    if answered and not verification.shown:
        return VerdictView("Beantwoord", "beantwoord", "✎", "active", own, answered=True)
    return VerdictView(
        _WITH_OWN[verdict], _SHORT[verdict], _MARKS[verdict], _KINDS[verdict], own, changed, answered
    )
