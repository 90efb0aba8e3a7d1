"""Saved web pages (MHT) and e-mails (EML): the page or message, with what came along with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

from learninglion.models import RawFile
from learninglion.models.errors import UnreadableFileError
from learninglion.parsing.office.pieces import Omissions, Reason, WordText
from learninglion.parsing.office.typed import read_typed
from learninglion.parsing.office.webpage import read_page
from learninglion.parsing.paragraphs import Note, Paragraph, tidy

_FIELD = re.compile(rb"[A-Za-z][A-Za-z0-9-]*:[ \t]?.*")
_SAYS = re.compile(rb"^(?:mime-version|content-type)\s*:", re.IGNORECASE | re.MULTILINE)
_SHOWN = (("From", "Van"), ("To", "Aan"), ("Cc", "Cc"), ("Date", "Datum"), ("Subject", "Onderwerp"))
_PARTS_MOST = 500


def looks_like_mail(content: bytes) -> bool:
    """Whether `content` begins with the head of a message: fields, of which one says what follows."""
    start = content[:16_384].lstrip()
    if start.startswith(b"From ") and b"\n" in start:  # as mailboxes write it
        start = start.split(b"\n", 1)[1]
    head = re.split(rb"\r?\n\r?\n", start, maxsplit=1)[0]
    lines = [line for line in re.split(rb"\r?\n", head) if line[:1] not in (b" ", b"\t")]
    return bool(lines) and all(_FIELD.fullmatch(line) for line in lines) and _SAYS.search(head) is not None


def read_mail(raw: RawFile) -> WordText:
    """The text of a saved page or a message; UnreadableFileError, naming the file, where it holds none."""
    message = BytesParser(policy=policy.default).parsebytes(raw.content.lstrip())
    if not isinstance(message, EmailMessage):
        raise UnreadableFileError(raw.name, "dit bericht is beschadigd")
    reader = _Reader(raw.name)
    reader.collect(message)
    reader.read(message)
    if not reader.paragraphs:
        raise UnreadableFileError(raw.name, "er staat geen leesbare tekst in dit bericht")
    subject = _said(message, "Subject")
    front = () if _is_saved_page(message) else tuple(_fields(message))
    return WordText(
        (*front, *reader.paragraphs),
        tuple(reader.notes),
        (),
        reader.title or subject,
        (*reader.warnings, *reader.omissions.warnings()),
    )


def _is_saved_page(message: EmailMessage) -> bool:
    located = any(part.get("Content-Location") for part in message.walk())
    return located or "saved by" in _said(message, "From").lower()


def _fields(message: EmailMessage) -> Iterator[Paragraph]:
    for name, shown in _SHOWN:
        if _said(message, name):
            yield Paragraph(f"{shown}: {_said(message, name)}")


def _said(message: EmailMessage, name: str) -> str:
    try:
        header = message.get(name)
    except (ValueError, IndexError, AttributeError, TypeError):  # a field nobody can make sense of
        return ""
    return " ".join(tidy(str(header or "")).split())


@dataclass(slots=True)
class _Reader:
    name: str
    paragraphs: list[Paragraph] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    omissions: Omissions = field(default_factory=Omissions)
    title: str = ""
    sheets: list[str] = field(default_factory=list)
    pages: dict[str, bytes] = field(default_factory=dict)

    def collect(self, message: EmailMessage) -> None:
        """Remember the style sheets and pages that came along."""
        for number, part in enumerate(message.walk()):
            if number > _PARTS_MOST:
                raise UnreadableFileError(self.name, "dit bericht heeft te veel onderdelen")
            content = _content(part)
            if part.get_content_type() == "text/css":
                self.sheets.append(content.decode("utf-8", "replace"))
            elif part.get_content_type() == "text/html":
                key = str(part.get("Content-ID") or "").strip("<> ")
                self.pages[str(part.get("Content-Location") or "").strip()] = content
                self.pages |= {f"cid:{key}": content} if key else {}

    def read(self, part: EmailMessage) -> None:
        """Read a part: of alternatives the richest, of related parts the first, of others all."""
        kind = part.get_content_type()
        if part.is_multipart():
            inside = [inner for inner in part.iter_parts() if isinstance(inner, EmailMessage)]
            if kind == "multipart/alternative":
                known = [inner for inner in inside if _is_text(inner) or inner.is_multipart()]
                inside = known[-1:]
            elif kind == "multipart/related" and inside:
                start = str(part.get_param("start") or "")
                named = [i for i in inside if start and str(i.get("Content-ID") or "").strip() == start]
                inside = [next((i for i in (*named, *inside) if _is_text(i) or i.is_multipart()), inside[0])]
            for inner in inside:
                self.read(inner)
            return
        if part.get_content_disposition() == "attachment" or not _is_text(part):
            self.omissions.add(Reason.ELSEWHERE, part.get_filename() or kind, "bijlage")
            return
        content, charset = _content(part), str(part.get_content_charset() or "")
        if kind == "text/plain":
            if str(part.get_param("format") or "").lower() == "flowed":
                content = _unflowed(content, str(part.get_param("delsp") or "").lower() == "yes")
            text = read_typed(content, "", charset)
        else:
            text = read_page(content, self.name, charset, self.sheets, self.pages)
        self.paragraphs += text.paragraphs
        self.notes += text.notes
        self.warnings += text.warnings
        self.title = self.title or text.title


def _unflowed(content: bytes, bare: bool) -> bytes:
    """The lines as they were written: one that ends in a space goes on (RFC 3676); `bare`: without it."""
    lines: list[bytes] = []
    for line in content.splitlines():
        quotes = re.match(rb">*", line)
        depth = quotes.end() if quotes else 0
        same = lines and re.match(rb">{%d}(?!>)" % depth, lines[-1])
        if same and lines[-1].endswith(b" ") and lines[-1] != b"-- " and line != b"-- ":
            rest = line[depth:]
            rest = rest[1:] if rest.startswith(b" ") else rest
            lines[-1] = (lines[-1][:-1] if bare else lines[-1]) + rest
        else:
            lines.append(line)
    return b"\n".join(lines)


def _is_text(part: EmailMessage) -> bool:
    return part.get_content_type() in ("text/html", "text/plain", "application/xhtml+xml")


def _content(part: EmailMessage) -> bytes:
    try:
        content = part.get_payload(decode=True)
    except (ValueError, LookupError, TypeError):
        return b""
    return content if isinstance(content, bytes) else b""
