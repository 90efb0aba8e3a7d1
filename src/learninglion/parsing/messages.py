"""Messages in running text: the heads that say who wrote to whom, when and about what."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from learninglion.models import BlockKind
from learninglion.parsing.writing import Paragraph

MAIL_FIELD = re.compile(
    r"\W{0,3}(?P<name>Van|From|Aan|To|Cc|Bcc|Verzonden|Verstuurd|Sent|Datum|Date|Ontvangen|Received|Onderwerp"
    r"|Subject|Bijlagen?|Attachments?|Prioriteit|Urgentie|Importance|Priority|Antwoord aan|Reply-To)"
    r"\W{0,2}:\W{0,2}(?=\s|$)\s*(?P<value>.*)",
    re.IGNORECASE,
)
"""A line in the head of a message: its name, and what it says."""
_FIELDS = re.compile(r"(?:^|\s)(?:Van|From|Aan|To|Verzonden|Sent|Datum|Date|Onderwerp|Subject):(?=\s)")
_WHOLE_HEAD = 2  # more fields in one line are the head of a mail that lost its line ends
_HEAD_LENGTH = 400  # characters: a longer line holds the message too
_WHO = frozenset(("van", "from", "aan", "to"))
_FORWARDED = re.compile(
    r"-{2,}\s*[^-?]{0,40}(?:bericht|message|mail)[^-?]{0,20}-{2,}|_{10,}|\W{0,2}(?:Begin|Start)\s.{0,30}(?:bericht|message):?"
    r"|(?:Op|On|Il|Am)\s.{6,80}\b(?:schreef|wrote|schrieb)\b.{0,120}:",
    re.IGNORECASE,
)


def mail_head_end(lines: Sequence[str], at: int) -> int:
    """Where the head of a mail ends that begins at a line; `at` itself where none begins."""
    end, names, last = at, set[str](), ""
    for index in range(at, len(lines)):
        line = lines[index].strip()
        field = MAIL_FIELD.fullmatch(line)
        if not names and len(_FIELDS.findall(line)) > _WHOLE_HEAD and len(line) <= _HEAD_LENGTH:
            return index + 1
        if field is not None and field["name"].casefold() not in names:
            last = field["name"].casefold()
            names.add(last)
            end = index + 1
        elif _FORWARDED.fullmatch(line) and not names:
            end = index + 1
        elif line and not (names and last in ("aan", "to", "cc", "bcc") and ("@" in line or ";" in line)):
            break
        elif line:
            end = index + 1
    fields = len(names) > 1 and names & _WHO
    forwarded = end > at and _FORWARDED.fullmatch(lines[at].strip())
    return end if fields or (forwarded and not names) else at


def mail_heads(lines: Sequence[str]) -> list[range]:
    """The heads of messages among the lines: which lines each of them takes."""
    heads: list[range] = []
    for at, line in enumerate(lines):
        if line.strip() and (not heads or at >= heads[-1].stop) and (end := mail_head_end(lines, at)) > at:
            heads.append(range(at, end))
    return heads


def with_mail_heads(paragraphs: Sequence[Paragraph]) -> tuple[Paragraph, ...]:
    """The paragraphs, each head of a message as one heading: it tells of the text, and is none of it."""
    texts = [paragraph.text for paragraph in paragraphs]
    told = list(paragraphs)
    for lines in reversed(mail_heads(texts)):
        head = "\n".join(texts[n] for n in lines if texts[n])
        first = replace(paragraphs[lines.start], text=head, kind=BlockKind.HEADING, level=1)
        told[lines.start : lines.stop] = [first]
    return tuple(told)
