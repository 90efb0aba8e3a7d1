"""Sets of 1974-1994 as the text that OCR made of the printed page: "1 Is het waar ...? 2 Bent u ...?".

Numbers stand inside the lines, some were not read, words are broken at lost line ends, and columns are
sometimes woven. The parts are put back in order where the page leaves one possibility only; what it does
not tell becomes a warning, not a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from learninglion.dutch.lexicon import MONTHS
from learninglion.dutch.text import squash
from learninglion.models import (
    Answerer,
    Asker,
    Document,
    DocumentKind,
    Notice,
    QAPair,
    RawFile,
    Span,
)
from learninglion.models.plain import sha256_hex
from learninglion.parsing.kamervragen.header import (
    find_related,
    name_notice,
    parse_answerers,
    parse_askers,
    parse_date,
    parse_subject,
)
from learninglion.parsing.kamervragen.pairing import named
from learninglion.parsing.labels import joined, parse_numbers
from learninglion.parsing.writing import Junction, Paragraph, assemble, join_lines, tidy

_LONGEST = 200_000  # characters: a page holds some 6,000
_TOP = 600  # characters: the masthead
_LAST = 1996  # sessions; later sheets come as they were set, with labels
_SESSION = re.compile(r"\b(?:zittin[gq]|vergaderjaar)\s+(\d{4})\s*[-–]\s*(\d{4})", re.IGNORECASE)
_MASTHEAD = re.compile(
    r"(?P<chamber>Tweede|Eerste)\s+Kamer\s+der\s+Staten-Generaal\.?|(?:zittin[gq]|vergaderjaar)\s+\d{4}\s*[-–]\s*\d{4}"
    r"|Aanhangsel\s+van\s+de\s+Handelingen|Vragen\s+gesteld\s+door\s+(?:de\s+)?leden\s+(?:van\s+de|der)\s+Kamer,.*",
    re.IGNORECASE,
)
_FOOT = re.compile(
    r"(?:Tweede|Eerste)\s+Kamer,\s+(?:zittin[gq]|vergaderjaar)\s+\d{4}\s*[-–]\s*\d{4},?\s+Aanhangsel.*"
    r"|\d{6}F\s+ISSN.*|.{0,3}s\s+Gravenhage\s+\d{4}|.{0,3}s-Gravenhage\s+\d{4}",
    re.IGNORECASE,
)
_HEAD = re.compile(
    r"^(?:(?P<number>\d{1,4})\s+)?(?:Nadere\s+|Aanvullende\s+)?Vragen\s+van\s+"
    r"(?:het\s+lid|de\s+leden|de\s+heer|de\s+heren|mevrouw)\b",
    re.IGNORECASE | re.MULTILINE,
)
_SENT_IN = re.compile(r"\([Il1J]n\s?gezonden\s*(?:op\s+)?(?P<day>\d[^()]{5,30})\)\s*[:.]?", re.IGNORECASE)
_REPLY = re.compile(
    r"(?:(?:Antwoord|Mededeling)\s*[.:]?\s+)?(?:(?:Nader|Aanvullend)\s+)?(?P<what>Antwoord|Mededeling)\s+van\s+(?:de\s+)?"
    r"(?=(?:minister|staatssecretaris|heer|mevrouw))(?P<who>[^()]*(?:\((?!\s*Ont)[^()]*\)[^()]*)*)"
    r"\(\s*Ontvangen\s*:?\s*(?P<day>[^()]{6,30})\)\s*\.?(?P<also>\s*\(Zie\s+ook[^()]*\)|,?\s*zie\s+ook\s+Aanhangsel"
    r"\s+Handelingen\s*,?\s*nrs?\.?\s*[\d, en]+\s*,\s*vergaderjaar\s+\d{4}\s*-\s*\d{4})?\s*\.?",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"\s(?:over|inzake|betreffende|omtrent|met\s+betrekking\s+tot|in\s+verband\s+met|naar\s+aanleiding\s+van|n\.a\.v\.)\s+(?P<subject>.+)",
    re.IGNORECASE | re.DOTALL,
)
_NAMED = re.compile(
    r".{0,40}?\b(?:het\s+lid|de\s+leden|de\s+heer|de\s+heren|mevrouw)\s+[^()]+\([^()]{1,40}\)"
    r"(?:\s*(?:,|en)\s*[^()]{2,50}?\([^()]{1,40}\))*",
    re.IGNORECASE,
)
"""Who asks, each with the party in brackets."""
_OTHER_WAY = re.compile(
    r"nrs?\.?\s*(?P<numbers>[\d, en]+?)\s*,\s*vergaderjaar\s+(?P<years>\d{4}\s*-\s*\d{4})", re.IGNORECASE
)
_HEADING_BEHIND = re.compile(r"(.*[?.!'’\d])\s+(Antwoord|Mededeling)", re.DOTALL)
_HEADING = re.compile(r"(?:Antwoord|Mededeling)\s*[.:]?")
_DONE = re.compile(
    r"^(?:Nadere\s+|Aanvullende\s+)?Vragen\s+van\b(?!.*[?])|\d{4}-\d{4}$", re.DOTALL
)  # no sentence
_GENERAL = re.compile(r"^Algemeen\b")
_SUBHEAD = re.compile(
    r"^Vragen\s+van\s+(?:het\s+lid|de\s+leden)\s+(?P<who>[^?.]{2,80}?)\s+(?=\d{1,2}\s*[A-Z])", re.IGNORECASE
)
# A number opens a part at the begin of a block, or behind a finished sentence and white.
_INLINE = re.compile(
    rf"(?:^|(?<=[.?!:;»”\"'’)\d]\s))(?P<numbers>{joined('[0-9]{1,2}')})\s*[.)]?\s*(?=[«„“\"'‘(]*[A-ZÀ-Ý])"
)
_NOTE = re.compile(r"^['’1]\s*(?:Zie\b|Van\b|Volgens\b|Artikel\b|Het\b|Dat\b|[A-Z][\w.-]+)")
_REMARK = re.compile(r"^Toelichting\b")
_ENDS = re.compile(r"[.?!:;»”]['\"’)\]\d]*$|[)]$|\?\s*['’]?$")
_ASKS = re.compile(r"\?\s*[\"'”’»)\]\d]*$")
_BROKEN = re.compile(r"(?<![\w-])([A-Za-zÀ-ÿ]{2,})-([a-zà-ÿ]{2,})(?![\w-])")
_OWN_WORDS = frozenset(("generaal", "president", "verbaal", "zelf", *MONTHS))  # keep the hyphen before them
_PARTICLES = frozenset("de van der den ter".split())  # keep the hyphen between two names: "Kant-de Boer"
_SPELLED = (
    (re.compile(r"\b[Il1J]n-?\s?ge-?zon-?den\b|\b[Il1J]n-?ge-?zon-?den(?=\d)"), "Ingezonden"),
    (re.compile(r"\bOnt-?van-?gen\b|\bOnt-?van-?gen(?=\d)"), "Ontvangen"),
)
_MISREAD = re.compile(r"(?<![\w.,])(\d{1,2})\s?[I!l]\s*([sn])\b(?=\s+[a-z])")
_GLUED_DAY = re.compile(rf"(\d)({'|'.join(MONTHS)})\b", re.IGNORECASE)
_GLUED_WORD = re.compile(r"\b([Il1J]ngezonden|Ontvangen)(\d)", re.IGNORECASE)


@dataclass(slots=True)
class _Unit:
    """A stretch of text under one number, or at the begin of a block without one."""

    text: str
    numbers: tuple[int, ...] = ()
    label: str = ""  # the number as printed
    woven: bool = False  # stands behind the answers, though it asks
    inferred: bool = False  # the number was not read


@dataclass(slots=True)
class _Set:
    """One set of the page."""

    head: str
    number: int | None
    questions: list[_Unit] = field(default_factory=list)
    reply: re.Match[str] | None = None
    answers: list[_Unit] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    loose: list[str] = field(default_factory=list)


def is_old(top: str) -> bool:
    """Whether the head of a sheet says that it is of before 1996."""
    session = _SESSION.search(top[:_TOP])
    return session is not None and int(session[1]) < _LAST and "anhangsel" in top[:_TOP]


def parse_ocr_sheet(raw: RawFile, text: str) -> Document | None:
    """The Document of an OCR text of an old Aanhangsel, or of what was copied from one; else None."""
    if len(text) > _LONGEST or ("anhangsel" not in text[:_TOP] and not _is_copied(text)):
        return None
    text = _mend(tidy(text))
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    top = "\n".join(lines[:8])
    headed = "aanhangsel" in top.lower() and _SESSION.search(top)
    if not (headed or _is_copied(text)) or re.search(r"(?m)^Vraag\s+1\b", text):
        return None
    if not any(_HEAD.match(line) for line in lines) or not _SENT_IN.search(" ".join(lines)):
        return None
    warnings: list[str] = []
    blocks = _stitch(_join(_body(lines)), warnings)
    sets = _read_sets(blocks, warnings)
    return _document(raw, lines, sets, warnings) if sets else None


def _is_copied(text: str) -> bool:
    """Whether a text begins as a set of before 1996 does, and is answered as those are."""
    reply = _REPLY.search(text) if _HEAD.search(text[:_TOP]) and _SENT_IN.search(text[:_TOP]) else None
    received = _day(reply)
    return received is not None and received.year < _LAST


# --------------------------------------------------------------------------- lines and blocks


def _mend(text: str) -> str:
    """The text with words whole that a lost line end broke, and with what OCR often misreads put right."""
    vocabulary = frozenset(re.findall(r"[a-zà-ÿ]{4,}", text.lower()))

    def join(match: re.Match[str]) -> str:
        if match[2] in _OWN_WORDS or (match[1][0].isupper() and match[2] in _PARTICLES):
            return match[0]
        how = join_lines(f"{match[1]}-", match[2], vocabulary)
        if how == Junction.DROP_HYPHEN:
            return match[1] + match[2]
        return f"{match[1]}- {match[2]}" if how == Junction.SPACE else match[0]

    for misread, word in _SPELLED:
        text = misread.sub(word, text)
    text = _MISREAD.sub(r"\1 I\2", text)
    return _GLUED_DAY.sub(r"\1 \2", _GLUED_WORD.sub(r"\1 \2", _BROKEN.sub(join, text)))


def _body(lines: Sequence[str]) -> list[str]:
    """The lines without masthead, imprint, page numbers and specks."""
    texts: list[str] = []
    for position, line in enumerate(lines):
        if _FOOT.fullmatch(line) or (position < 8 and _MASTHEAD.fullmatch(line)):
            continue
        if position == 1 and line in "12" and not _HEAD.match(lines[0]):  # which Kamer this is
            continue
        if position and _FOOT.fullmatch(lines[position - 1]) and line.isdigit():
            continue
        if len(line) < 3 and not line.isdigit():
            continue
        closed = _HEADING_BEHIND.fullmatch(line)
        texts.extend((closed[1], closed[2]) if closed else (line,))
    return texts


def _join(lines: Sequence[str]) -> list[str]:
    """Blocks: lines that go on in the next one in the order of the file, joined."""
    blocks: list[str] = []
    headed = False
    for line in lines:
        last = blocks[-1] if blocks else ""
        headed = headed or _HEAD.match(line) is not None
        if headed and re.fullmatch(r"\d{1,2}", last) and line[:1].isupper() and not _HEAD.match(line):
            blocks[-1] = f"{last} {line}"  # the number of a question on a line of its own
            continue
        if last and (_unfinished_head(last) or (_is_open(last) and _continues(line))):
            blocks[-1] = _glue(last, line)
        else:
            blocks.append(line)
    return blocks


def _glue(left: str, right: str) -> str:
    how = join_lines(left, right)
    return left[:-1] + right if how == Junction.DROP_HYPHEN else left + how + right


def _unfinished_head(block: str) -> bool:
    """Whether a block ends in a heading that has no date yet."""
    if _HEAD.match(block) and not _SENT_IN.search(block):
        return len(block) < 900
    tail = re.search(r"(?:Antwoord|Mededeling)\s+van\s+[^?]*$", block)
    return tail is not None and not _REPLY.search(block[tail.start() :]) and len(tail[0]) < 500


def _is_open(block: str) -> bool:
    return not block.isdigit() and not _HEADING.fullmatch(block) and _ENDS.search(block) is None


def _continues(block: str) -> bool:
    """Whether a block begins in the middle of a sentence."""
    return block[:1].islower() and not re.match(r"[a-z][.)]\s", block)


def _stitch(blocks: list[str], warnings: list[str]) -> list[str]:
    """The blocks with the one that begins in the middle of a sentence behind the one that breaks off.

    Where there are several of either it cannot be known which belong together: then nothing is moved.
    """
    start = next((n for n, block in enumerate(blocks) if _HEAD.match(block)), 0)
    tails = [n for n, block in enumerate(blocks) if n >= start and _continues(block)]
    opens = [
        n for n, block in enumerate(blocks) if n >= start and _is_open(block) and not _DONE.search(block)
    ]
    stitched = list(blocks)
    if len(tails) == 1 and len(opens) == 1:
        stitched[opens[0]] = _glue(blocks[opens[0]], blocks[tails[0]])
        del stitched[tails[0]]
    elif tails:
        shown = ", ".join(f"«{blocks[n][:40]}…»" for n in tails)
        warnings.append(f"De kolommen staan door elkaar; niet te zeggen waar dit bij hoort: {shown}")
    elif opens:
        warnings.append(f"De tekst breekt af: «…{blocks[opens[-1]][-60:]}»")
    before = stitched[start - 1 : start] if start and stitched[start - 1].isdigit() else []
    return [*before, *stitched[start:]]


# --------------------------------------------------------------------------- sets


def _read_sets(blocks: Sequence[str], warnings: list[str]) -> list[_Set]:
    sets: list[_Set] = []
    number: int | None = None
    target: _Set | None = None
    for block in blocks:
        if re.fullmatch(r"\d{1,4}", block):
            number = int(block)
            continue
        head = _HEAD.match(block)
        sent = _SENT_IN.search(block) if head else None
        if head is not None and sent is not None:
            own = int(head["number"]) if head["number"] else number
            target = _Set(block[head.end("number") + 1 if head["number"] else 0 : sent.end()].strip(), own)
            sets.append(target)
            number = None
            block = block[sent.end() :].strip()
        if target is None:
            continue
        if not head or sent is None:
            target = _choose(sets, target, block)
            named_set = _SUBHEAD.match(block)
            if named_set is not None:
                _read_answers(target, block[named_set.end() :])
                continue
        _read_block(target, block)
    for position, one in enumerate(sets):
        if one.reply is None and any(later.reply for later in sets[position + 1 :]) and one.answers:
            one.reply = next(later.reply for later in sets[position + 1 :] if later.reply)
        _number_questions(one, warnings)
        _number_answers(one, warnings)
    return sets


def _choose(sets: Sequence[_Set], current: _Set, block: str) -> _Set:
    """The set that "Vragen van het lid X" in the middle of joint answers names; else the current one."""
    match = _SUBHEAD.match(block)
    if match is None:
        return current
    return next((one for one in sets if match["who"].split()[-1] in one.head), current)


def _read_block(one: _Set, block: str) -> None:
    """Put the units of a block into the set."""
    reply = _REPLY.search(block) if one.reply is None else None
    if reply is not None:
        before = re.sub(r"\b(?:Antwoord|Mededeling)\s*[.:]?\s*$", "", block[: reply.start()]).strip()
        if before:
            _read_block(one, before)
        one.reply = reply
        block = block[reply.end() :].strip()
    if not block or _HEADING.fullmatch(block):
        return
    if one.reply is not None and _GENERAL.match(block):
        one.loose.append(block)
        return
    if one.reply is None and not one.answers:
        _read_questions(one, block)
    else:
        _read_answers(one, block)


def _units(block: str, allowed: Iterable[int]) -> list[_Unit]:
    """The units of a block: cut at the numbers in it that are `allowed`, each once."""
    free = set(allowed)
    cuts: list[tuple[int, int, tuple[int, ...], str]] = []
    for match in _INLINE.finditer(block):
        numbers = parse_numbers(match["numbers"])
        if numbers and free.issuperset(numbers):
            cuts.append((match.start(), match.end(), numbers, match["numbers"]))
            free -= set(numbers)
    units = []
    if not cuts or cuts[0][0] > 0:
        end = cuts[0][0] if cuts else len(block)
        units.append(_Unit(block[:end].strip()))
    for position, (_, start, numbers, label) in enumerate(cuts):
        end = cuts[position + 1][0] if position + 1 < len(cuts) else len(block)
        units.append(_Unit(block[start:end].strip(), numbers, label))
    return [unit for unit in units if unit.text]


def _read_questions(one: _Set, block: str) -> None:
    last = max((n for unit in one.questions for n in unit.numbers), default=0)
    if one.questions and not _ASKS.search(block) and (_NOTE.match(block) or _REMARK.match(block)):
        one.notes.append(block)
        return
    following = _rising(block, last)
    for unit in _units(block, following):
        note = (
            re.search(r"(?<=[?'’\d.])\s+1\s+(?=[A-Z][^?]*$)", unit.text)
            if one.questions or unit.numbers
            else None
        )
        if note is not None:  # "...? 1 Zie Handelingen": the notes below the questions
            one.notes.append(unit.text[note.end() :])
            unit.text = unit.text[: note.start()].strip()
        if len(unit.numbers) > 1:
            unit.numbers, unit.text = (), f"{unit.label} {unit.text}"
        one.questions.append(unit)


def _rising(block: str, last: int) -> list[int]:
    """The numbers in a block that count up from `last`, skipping few: those of questions."""
    rising: list[int] = []
    for match in _INLINE.finditer(block):
        numbers = parse_numbers(match["numbers"])
        if len(numbers) == 1 and last < numbers[0] <= last + 4:
            last = numbers[0]
            rising.append(last)
    return rising


def _read_answers(one: _Set, block: str) -> None:
    known = {n for unit in one.questions for n in unit.numbers}
    most = max(known, default=0) + sum(not unit.numbers for unit in one.questions)
    done = {n for unit in one.answers for n in unit.numbers}
    if _ASKS.search(block) and _is_missing(one, block, most):
        last = max(known, default=0)
        for unit in _units(block, _rising(block, last)):
            unit.woven = True
            one.questions.append(unit)
        return
    note = re.search(r"\?\s*['’]?\s*1\s+[A-Z][^?]*$", block)
    if note is not None and _is_missing(one, block[: note.start() + 1], most):
        one.notes.append(block[note.start() + 1 :].strip(" '’1"))
        one.questions.append(_Unit(block[: note.start() + 1], woven=True))
        return
    if one.answers and 1 in done and re.match(r"['’1]\s+[A-Z]", block):
        one.notes.append(block.lstrip("'’1 "))
        return
    one.answers.extend(_units(block, set(range(1, max(most, _highest(block)) + 1)) - done))


def _highest(block: str) -> int:
    """The highest number that a list in `block` names: questions whose own number was not read count too."""
    lists = (parse_numbers(m["numbers"]) for m in _INLINE.finditer(block))
    return max((max(numbers) for numbers in lists if len(numbers) > 1), default=0)


def _is_missing(one: _Set, block: str, most: int) -> bool:
    """Whether a block that asks is a question that went astray, and no rhetorical one in an answer."""
    first = _INLINE.match(block)
    numbers = parse_numbers(first["numbers"]) if first else ()
    known = {n for unit in one.questions for n in unit.numbers}
    return not numbers or (len(numbers) == 1 and numbers[0] not in known and numbers[0] <= most + 4)


def _number_questions(one: _Set, warnings: list[str]) -> None:
    """Give the questions whose number was not read the number that is left for them."""
    units = one.questions
    units[:] = _fill(units, warnings, "vraag", None)
    woven = [unit for unit in units if unit.inferred and unit.woven]
    straight = [unit for unit in units if unit.inferred and not unit.woven]
    after = max((n for unit in units if not unit.inferred for n in unit.numbers), default=0)
    if woven and any(unit.numbers[0] > after for unit in straight):
        warnings.append("De volgorde van de laatste vragen is niet zeker: de kolommen staan door elkaar.")
    units.sort(key=lambda unit: unit.numbers)


def _number_answers(one: _Set, warnings: list[str]) -> None:
    numbers = tuple(n for unit in one.questions for n in unit.numbers)
    if not one.answers or one.reply is None or one.reply["what"].lower() == "mededeling":
        return
    if not any(unit.numbers for unit in one.answers):
        one.answers[:] = [_Unit("\n".join(unit.text for unit in one.answers), numbers)]
        return
    if not one.answers[0].numbers and 1 in one.answers[min(1, len(one.answers) - 1)].numbers:
        one.loose.append(one.answers.pop(0).text)  # a general remark ahead of the answers
    one.answers[:] = _fill(one.answers, warnings, "antwoord", max(numbers, default=0))


def _fill(units: Sequence[_Unit], warnings: list[str], what: str, most: int | None) -> list[_Unit]:
    """The units with numbers for those without, where as many are left as there are units.

    `most` is the highest number there can be; None where whatever asks at the end counts on.
    """
    taken = {n for unit in units for n in unit.numbers}
    result: list[_Unit] = []
    position = 0
    while position < len(units):
        if units[position].numbers:
            result.append(units[position])
            position += 1
            continue
        end = position
        while end < len(units) and not units[end].numbers:
            end += 1
        group = list(units[position:end])
        before = result[-1].numbers[-1] if result else 0
        after = units[end].numbers[0] if end < len(units) else None
        if after is None and most is None:
            group, left = _asking(group, result), []
            left = [before + 1 + k for k in range(len(group))]
        else:
            stop = after if after is not None and after > before else (most or 0) + 1
            left = [n for n in range(before + 1, stop) if n not in taken]
        _place_group(group, left, result, warnings, what)
        position = end
    return result


def _asking(group: Sequence[_Unit], result: list[_Unit]) -> list[_Unit]:
    """Those of the last units that ask; the others go on with the question before them."""
    asking: list[_Unit] = []
    for unit in group:
        if _ASKS.search(unit.text) or not (result or asking):
            asking.append(unit)
        else:
            target = (asking or result)[-1]
            target.text = f"{target.text}\n{unit.text}"
    return asking


def _place_group(
    group: Sequence[_Unit], left: Sequence[int], result: list[_Unit], warnings: list[str], what: str
) -> None:
    if len(group) == len(left):
        for unit, number in zip(group, left, strict=True):
            unit.numbers, unit.inferred = (number,), True
            result.append(unit)
        shown = named(tuple(left))
        if left:
            warnings.append(
                f"Het nummer van {what} {shown} is niet gelezen (OCR); het volgt uit de volgorde."
            )
        return
    if not result:
        first = group[0]
        first.numbers, first.inferred = (min(left, default=1),), True
        result.append(first)
        group = group[1:]
    for unit in group:  # paragraphs of what comes before
        result[-1].text = f"{result[-1].text}\n{unit.text}"
    if left and group:
        warnings.append(
            f"Niet te zeggen waar {what} {named(tuple(left))} begint; de tekst staat onder {what} "
            f"{named(result[-1].numbers)}."
        )


# --------------------------------------------------------------------------- the document


@dataclass(slots=True)
class _Sheet:
    """The page in reading order: its paragraphs, and which of them is what of which set."""

    paragraphs: list[Paragraph] = field(default_factory=list)
    units: list[tuple[_Set, _Unit, int, int]] = field(default_factory=list)  # place, characters of its label
    notices: list[int] = field(default_factory=list)

    def add(self, one: _Set) -> None:
        """Add a set: head, questions, notes, who answers, answers."""
        self._say(one.head)
        for unit in one.questions:
            self._add_unit(one, unit)
        for note in one.notes:
            self._say(note)
        if one.reply is not None:
            self._say(one.reply[0].strip())
        for text in one.loose:
            self._say(text)
        notice = one.reply is not None and one.reply["what"].lower() == "mededeling"
        for unit in one.answers:
            if notice:
                self.notices.append(len(self.paragraphs))
                self._say(f"{unit.label} {unit.text}".strip())
            else:
                self._add_unit(one, unit)

    def _add_unit(self, one: _Set, unit: _Unit) -> None:
        self.units.append((one, unit, len(self.paragraphs), len(unit.label) + 1 if unit.label else 0))
        self._say(f"{unit.label} {unit.text}".strip())

    def _say(self, text: str) -> None:
        self.paragraphs.append(Paragraph(text))

    def pairs(self, spans: Sequence[Span]) -> tuple[QAPair, ...]:
        """Every question with the answer that names its number."""
        placed = [
            (one, unit, Span(spans[at].start + skip, spans[at].end)) for one, unit, at, skip in self.units
        ]
        pairs_read: list[QAPair] = []
        for one, unit, span in placed:
            if not any(unit is question for question in one.questions):
                continue
            given = [
                (other, place)
                for owner, other, place in placed
                if owner is one
                and any(other is a for a in one.answers)
                and set(unit.numbers) & set(other.numbers)
            ]
            answer, place = given[0] if given else (None, None)
            pairs_read.append(QAPair(unit.numbers, span, place, 0, None, answer.numbers if answer else ()))
        return tuple(pairs_read)


def _document(raw: RawFile, lines: Sequence[str], sets: Sequence[_Set], warnings: list[str]) -> Document:
    whole = "\n".join(lines)
    session = _SESSION.search(whole)
    year = f"{session[1]}-{session[2]}" if session else None
    chamber = "ek" if whole.startswith("Eerste") else "tk"
    first = sets[0]
    stem = f"ah-{chamber}-{year.replace('-', '')}-" if year else ""
    identifier = f"{stem}{first.number}" if stem and first.number else None
    sheet = _Sheet()
    for one in sets:
        sheet.add(one)
    running = assemble(sheet.paragraphs)
    pairs = sheet.pairs(running.spans)
    reply = first.reply or next((one.reply for one in sets if one.reply), None)
    answerers = _answerers(reply)
    others = [f"{stem}{one.number}" for one in sets[1:] if stem and one.number]
    sha256 = sha256_hex(raw.content)
    return Document(
        id=identifier or f"doc-{sha256[:16]}",
        sha256=sha256,
        title=_title(first.head),
        kind=DocumentKind.KAMERVRAGEN,
        text=running.text,
        url=raw.url,
        asked_on=_day(_SENT_IN.search(first.head)),
        received_on=_day(reply),
        session_year=year,
        number=first.number,
        askers=_askers(first.head),
        answerers=answerers,
        ministry=next((a.portfolio for a in answerers if a.portfolio), None),
        introduction=running.spans[0],
        pairs=pairs,
        blocks=running.blocks,
        notice=_notice(sheet, running.spans, running.text) if not any(p.answer for p in pairs) else None,
        related=tuple(dict.fromkeys((*others, *_related(reply, identifier)))),
        warnings=_warn(sets, pairs, warnings),
        source_name=raw.name,
    )


def _day(match: re.Match[str] | None) -> date | None:
    return parse_date(match["day"]) if match else None


def _title(head: str) -> str:
    text = squash(_SENT_IN.sub("", head)).strip(" .(:")
    names = _NAMED.match(text)
    rest = text[names.end() :] if names else ""
    about = _ABOUT.match(f" {rest.strip()}") if rest else _ABOUT.search(text)
    return about["subject"].strip() if about else rest.strip() or parse_subject(text)


def _askers(head: str) -> tuple[Asker, ...]:
    """Who asked, with the party as it is written today: "P.v.d.A." is "PvdA"."""
    text = squash(re.sub(r"\b(?:beiden|allen)\s+", "", _SENT_IN.sub("", head)))
    names = _NAMED.match(text)
    about = _ABOUT.search(text)
    names_text = names[0] if names else text[: about.start()] if about else text
    return tuple(
        replace(asker, party=asker.party.replace(".", "").strip() if asker.party else None)
        for asker in parse_askers(f"{names_text} over")
    )


def _answerers(reply: re.Match[str] | None) -> tuple[Answerer, ...]:
    """Who answered; "de heer X, minister voor Y" is minister X too."""
    if reply is None:
        return ()
    who = squash(reply["who"]).strip(" .,")
    gentleman = re.match(
        r"(?:de\s+)?(?:heer|mevrouw)\s+(?P<name>[^,(]+),\s*(?P<office>.+)", who, re.IGNORECASE
    )
    if gentleman is not None:
        people = parse_answerers(f"Antwoord van {gentleman['office']}")
        return tuple(
            replace(p, name=gentleman["name"].strip()) if n == 0 else p for n, p in enumerate(people)
        )
    who = re.sub(r",\s*(?:de\s+heer|mevrouw)\s+[^,()]+", "", who)
    people = parse_answerers(f"Antwoord van {who}")
    return tuple(
        replace(p, portfolio=re.sub(r"\s+a\.?\s?i\.?$", "", p.portfolio) if p.portfolio else None)
        for p in people
    )


def _related(reply: re.Match[str] | None, identifier: str | None) -> tuple[str, ...]:
    if reply is None or not reply["also"]:
        return ()
    other = _OTHER_WAY.search(reply["also"])
    also = (
        f"Zie ook Aanhangsel Handelingen, {other['years']}, nr. {other['numbers']}"
        if other
        else reply["also"]
    )
    also = re.sub(r"(\d{4}\s*-\s*\d{4}),\s*(?=\d)", r"\1, nr. ", also)
    return find_related(also, identifier)


def _notice(sheet: _Sheet, spans: Sequence[Span], text: str) -> Notice | None:
    if not sheet.notices:
        return None
    span = Span(spans[sheet.notices[0]].start, spans[sheet.notices[-1]].end)
    return Notice(name_notice(span.of(text)), span)


def _warn(sets: Sequence[_Set], pairs: Sequence[QAPair], remarks: Sequence[str]) -> tuple[str, ...]:
    warnings = ["De tekst komt uit tekstherkenning (OCR) en kan fouten bevatten.", *remarks]
    if len(sets) > 1:
        warnings.append(
            f"Hier staan {len(sets)} sets bij elkaar; nummer, datums en namen zijn die van de eerste."
        )
    if sets[0].number is None:
        warnings.append("Het nummer van de publicatie is niet gelezen.")
    if not _askers(sets[0].head):
        warnings.append("Wie de vragen stelde, is niet gevonden.")
    for one in sets:
        if one.reply is None or one.reply["what"].lower() == "mededeling":
            continue
        given = {n for unit in one.answers for n in unit.numbers}
        without = tuple(n for unit in one.questions for n in unit.numbers if n not in given)
        if without:
            warnings.append(f"Vraag {named(without)} heeft geen antwoord op deze pagina.")
    if not pairs:
        warnings.append("Er zijn geen vragen gevonden.")
    return tuple(dict.fromkeys(warnings))
