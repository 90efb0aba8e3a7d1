"""Text in a source that reads like an instruction to a machine, or that a reader cannot see.

Sources are data: nothing in them is obeyed, whatever this module finds. What it adds is that the officer
is told, and that such text is neither given to a model nor accepted as evidence.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from learninglion.dutch.text import fold, split_sentences, squash
from learninglion.models import Source, SourceKind, Span

__all__ = [
    "Suspicion",
    "SuspicionKind",
    "describe_question",
    "describe_suspicions",
    "find_in_text",
    "find_suspicious",
    "holds_code",
    "invisible_spans",
    "plain_forms",
    "plain_marks",
    "short_runs",
    "touches_suspicious",
    "visible",
]

# Letters of other scripts, of phonetic script and small capitals, by the letter they look like.
_LOOK_ALIKES = {
    "a": "аαɑᴀ",
    "b": "ʙЬВΒ",
    "c": "сϲᴄ",
    "d": "ԁɗᴅ",
    "e": "еεҽᴇ",
    "f": "ꜰƒ",
    "g": "ɡցɢ",
    "h": "һհʜ",
    "i": "іɪıιɩ",
    "j": "јᴊ",
    "k": "кκᴋ",
    "l": "ӏʟⅼ",
    "m": "мᴍⅿ",
    "n": "ոɴνΝ",
    "o": "оοօᴏ",
    "p": "рρᴘ",
    "q": "ԛǫ",
    "r": "ʀгɾ",
    "s": "ѕꜱ",
    "t": "тτᴛ",
    "u": "սυᴜ",
    "v": "ѵᴠ",
    "w": "ԝѡᴡ",
    "x": "хχ",
    "y": "уүʏγ",
    "z": "ᴢ",
    "A": "АΑ",
    "E": "ЕΕ",
    "I": "ІΙ",
    "K": "КΚ",
    "M": "МΜ",
    "H": "НΗ",
    "O": "ОΟ",
    "P": "РΡ",
    "C": "С",
    "T": "ТΤ",
    "X": "ХΧ",
    "S": "Ѕ",
}
_LETTERS = {ord(other): letter for letter, others in _LOOK_ALIKES.items() for other in others}
_FIGURES = str.maketrans("013457@$", "oieastas")
_MIXED = re.compile(r"(?<![\w@$])(?=[\w@$]*[A-Za-z])(?=[\w@$]*[013457@$])[\w@$]{3,}")
_APART = re.compile(r"(?<!\w)(?:\w[ .\-_*]){3,}\w(?!\w)")
_BETWEEN = re.compile(r"[ .\-_*]")
_BRACKETS = str.maketrans("‹›〈〉《》＜＞⟨⟩⟦⟧", "<><><><><>[]")
_LOOSE = re.compile(r"(<)\s*([|/]?)\s*|\s*(\|?>)")
_CODE = re.compile(r"(?<![\w/+])[A-Za-z0-9+/]{48,}={0,2}(?![\w/+])")
_LINES_OF_CODE = re.compile(r"(?<![\w/+])(?:[A-Za-z0-9+/]{16,}\s+){2,}[A-Za-z0-9+/]{4,}={0,2}(?![\w/+])")
_ENDS = re.compile(r"[.?!;:]\W*$")
_SHORT = 6  # words on a line that goes on, on the next one
_REACH = 12


def plain_forms(text: str) -> tuple[str, ...]:
    """`text` in every form that differs from the others, the plainest first."""
    plain = unicodedata.normalize("NFKC", text)
    letters = plain.translate(_LETTERS)
    forms = (
        plain,
        letters,
        _MIXED.sub(lambda m: m.group().translate(_FIGURES), plain),
        _APART.sub(lambda m: _BETWEEN.sub("", m.group()), plain),
        letters[::-1],
    )
    return tuple(dict.fromkeys(forms))


def plain_marks(text: str) -> str:
    """`text` with every sort of pointed and square bracket as the plain one, without room inside it."""
    plain = unicodedata.normalize("NFKC", html.unescape(html.unescape(text))).translate(_BRACKETS)
    return _LOOSE.sub(r"\1\2\3", plain)


def holds_code(text: str) -> bool:
    """Whether `text` holds a stretch of base64 or the like, in one piece or in short lines."""
    if _CODE.search(text) and "http" not in text:
        return True
    # long Dutch words have no figures and capitals in them
    return any(
        all(_looks_coded(piece) for piece in found.group().split()[:-1])
        for found in _LINES_OF_CODE.finditer(text)
    )


def _looks_coded(piece: str) -> bool:
    inner = piece[1:]
    return any(c.isupper() for c in inner) and any(c.islower() for c in inner)


def short_runs(text: str, sentences: Sequence[Span]) -> tuple[Span, ...]:
    """Neighbouring lines of a few words that go on without an end: one sentence written a word a line.

    Each run ends at another line and takes along at most _REACH lines before it.
    """
    runs: list[Span] = []
    open_: list[Span] = []
    for sentence in sentences:
        own = sentence.of(text)
        if open_:
            runs.append(Span(open_[-_REACH:][0].start, sentence.end))
        if _ENDS.search(own) or len(own.split()) > _SHORT:
            open_ = []
        else:
            open_.append(sentence)
    return tuple(runs)


class SuspicionKind(StrEnum):
    """What is wrong with the text."""

    INSTRUCTION = "instruction"  # speaks to a language model
    MARKUP = "markup"  # looks like the inner marks of a conversation or of this program
    INVISIBLE = "invisible"  # characters that do not show


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A stretch of a source's body (offsets in the body) and what is wrong with it."""

    span: Span
    kind: SuspicionKind


# Characters without width or with an effect on direction, tags, and what belongs to no language.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
# A soft hyphen, a byte-order mark, a joiner or a private-use bullet alone is a habit of word processors.
_ORDINARY = frozenset("\u00ad\u2060\ufeff\u200c\u200d\u200b\u2028\u2029\ufe00\ufe01\ufe0e\ufe0f\u200e\u200f")
_ORDINARY_LIMIT = 8  # in one stretch between words: more is no habit


def _any(words: str) -> str:
    """A pattern for any of these words; a comma parts words that hold spaces."""
    parts = [w.strip() for w in words.split(",")] if "," in words else words.split()
    return "(?:" + "|".join(parts) + ")"


_MARKUP = re.compile(
    "|".join(
        (
            r"<\|[^|>\n]{1,40}\|>",  # <|im_start|>
            r"<\|?(?:start|end)_of_turn\|?>",
            r"\[/?(?:INST|SYS|SYSTEM_PROMPT|TOOL_CALLS|AVAILABLE_TOOLS)\]",
            r"<</?SYS>>",
            rf"</?{_any('s bos eos system assistant user prompt think tool_call tool_response')}>",
            r"</?instructi(?:on|e)s?>",
            r"<!--|<script\b|\bon(?:error|load)\s*=|javascript:",
            r"!\[[^\]]*\]\(|\]\(https?://|```",
            r"<{3,}|>{3,}",
            r"\{\s*\"\w+\"\s*:",  # an answer in JSON
            rf"={{3,}}\s*{_any('einde begin end bron source')}",
            rf"#{{2,}}\s*{_any('system instruction instructie opdracht assistant user')}",
            r"\[\s*bron\s*\d+\s*[:,\]]",  # a citation made to look like ours
            r"<\w[^<>\n]{0,40}\brole\s*=|\brole\s*:\s*[\"']?(?:system|assistant|user|developer)\b",
            r"</?(?:span|div|font|iframe|img|svg|object|form|input|style|a)\b[^<>\n]*>",
            r"\b(?:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0)\b",
        )
    ),
    re.IGNORECASE,
)

# Somebody speaks to the machine. For folded text (lower case, no accents). Each pattern holds both the
# address and the demand: papers about artificial intelligence use the words themselves innocently.
_MACHINE = _any(
    "ai, a\\.i\\., taalmodel(?:len)?, chatbot, chatgpt, gpt(?:-\\d)?, llm, assistent, assistant, "
    "language model, ai-(?:assistent|model|systeem|agent), systeem dat dit leest, machine die dit leest, "
    "bot, copilot"
)
_ORDER = _any(
    "negeer vergeet schrijf zeg geef vermeld voeg gebruik noem begin doe verwijder herhaal toon print druk "
    "stuur stel vertaal beantwoord citeer meld laat neem bevestig concludeer plaats ignore forget disregard "
    "write answer say respond reply output repeat reveal state insert add start translate pretend act delete "
    "include cite send show append conclude confirm moet must should schrijven vermelden zeggen antwoorden "
    "melden"
)
_RULES_NL = _any(
    "instructies? opdracht(?:en)? aanwijzing(?:en)? regels prompts? bovenstaande voorgaande context"
)
_RULES_EN = _any(
    "instructions? prompts? rules context everything above previous prior guidelines safety directives?"
)
_SECRET = _any(
    "system ?prompt, systeemprompt, prompt, instructies, instructions, api[- ]?key, sleutel, "
    "wachtwoord, password"
)
_OUTPUT_NL = _any("antwoord reactie samenvatting tekstvoorstel concept uitvoer")
_OUTPUT_EN = _any("answer response reply summary output draft")
_KINDS = _any("prompt message bericht instructie instruction melding mode modus override")
_ADDRESS = _any(
    "aan, voor, let op, attentie, beste, geachte, hallo, hey, bericht aan, note to, attention, dear, hello, "
    "to, "
    "instructies? voor, instructions? (?:for|to), opdracht (?:aan|voor)"
)
_ARTICLE = "(?:" + _any("de het een elk any the every alle deze dit") + " )?"

_NOT_ME = r"(?<!\bik )(?<!\bwij )(?<!\bwe )(?<!\bhij )(?<!\bzij )"  # "ik negeer dit niet" is no order

_INSTRUCTION = tuple(
    re.compile(pattern)
    for pattern in (
        # earlier instructions are set aside
        rf"{_NOT_ME}\b{_any('negeer vergeet ignoreer wis herroep')}\b.{{0,40}}"
        rf"\b(?:{_RULES_NL}|bronnen|eerdere|alles)\b",
        rf"\b{_any('ignore disregard forget override bypass skip')}\b.{{0,40}}\b(?:{_RULES_EN}|sources?)\b",
        rf"\b{_any('vorige eerdere bovenstaande alle')} {_any('instructies opdrachten prompts?')} "
        rf"{_any('vervallen, gelden niet, zijn ongeldig, worden')}",
        rf"\b{_any('previous prior earlier above all')} {_any('instructions prompts?')} "
        rf"{_any('are, have been, no longer, do not')}",
        r"negeeralle|negeerbovenst|negeerdevorige|vergeetalle|ignoreall|ignoreprevious|disregardall",
        # the machine is spoken to
        rf"(?:^|[.:;!?\"'(\[|–-]\s*){_ADDRESS}\s+{_ARTICLE}{_MACHINE}\b(?=.{{0,120}}\b{_ORDER}\b)",
        rf"\b{_any('als if when wanneer indien')}\s+{_any('je, jij, u, you, de lezer, the reader')}\b"
        rf".{{0,30}}\b{_MACHINE}\b",
        rf"\b{_any('je jij u')} bent (?:nu |voortaan |vanaf nu )?(?:een |de |geen )?"
        rf"[\w-]*\s?[\w-]*\s?{_MACHINE}\b",
        rf"\byou are (?:now )?(?:an? |the |no longer )?[\w-]*\s?[\w-]*\s?{_MACHINE}\b",
        rf"\b{_MACHINE}[,:!]\s*{_ORDER}\b",
        rf"\b(?:als|as an?) {_MACHINE},? {_any('moet dien mag kun zul must should have')}",
        r"\byou are now\b|\bfrom now on,? you\b|\bact as (?:an?|if|the)\b|\bpretend (?:to be|you|that you)\b",
        rf"\b(?:je|jij) {_any('bent, speelt, gedraagt')} {_any('nu, vanaf nu, voortaan, je')}\b",
        r"\b(?:gedraag je|doe alsof je|speel de rol)\b",
        # the inner works
        rf"\b{_any('system systeem developer ontwikkelaars?')}[- ]?{_KINDS}\s*[:>\])]|\bsystem override\b",
        rf"^{_any('system systeem assistant assistent user gebruiker developer human')}\s*[:>]",
        rf"\b{_any('reveal show print repeat toon herhaal geef onthul druk')}\b.{{0,30}}"
        rf"\b{_any('your je jouw uw the de het')}\b.{{0,20}}\b{_SECRET}\b",
        r"\bprompt[- ]?injecti(?:on|e)\b.{0,40}\b(?:hier|here|geslaagd|successful)\b",
        r"\bjailbreak|\bdan mode\b|\bdo anything now\b",
        # the form of the answer
        rf"\b(?:antwoord|reageer) {_any('uitsluitend alleen voortaan altijd nu slechts enkel')} "
        r"(?:met|in|op)\b",
        rf"\b(?:respond|reply|answer) {_any('only always exclusively with in')}\b",
        rf"\b{_any('schrijf zeg vermeld meld zet')}\b.{{0,30}}\bin {_any('je jouw uw elk')} {_OUTPUT_NL}\b",
        rf"(?:^|[.:;!?,]\s*|\ben ){_any('schrijf, zeg, vermeld, meld, antwoord, neem op')}\b.{{0,20}}"
        rf"\b{_any('letterlijk, het volgende, als antwoord, dat de minister')}\b",
        rf"\b{_any('write say state include insert output print answer append')}\b.{{0,40}}"
        rf"\b(?:in (?:your|the) {_OUTPUT_EN}|the following|exactly|verbatim|that the minister)\b",
        rf"\b{_any('cite citeer gebruik use noem')}\b.{{0,30}}\b(?:bron|source)\s*\d+\b.{{0,60}}"
        rf"\b{_any('als bewijs, as evidence, voor elke, for every, for all, for each, altijd, always')}",
        rf"\b{_any('nieuwe new updated herziene')}\s+"
        rf"{_any('instructies?, instructions?, opdracht, task, taak, regels voor (?:de|het)')}\s*[:.]",
        rf"\b{_any('einde end')}\s+(?:van |of )?(?:the |de |het )?"
        rf"{_any('bron(?:nen)? sources? document(?:en|s)? context data materiaal')}\b\s*[\d.:\])>|]*\s*"
        rf"(?:$|{_any('nieuwe new vraag opdracht now nu')}\b)",
        rf"\b{_any('geen zonder sla skip without no')}\b.{{0,20}}"
        rf"\b{_any('bronvermelding, verificatie, controle van (?:deze|de) (?:tekst|zin)')}\b"
        rf".{{0,30}}\b{_any('nodig over needed required necessary')}\b",
        rf"(?:^|[.;!?,]\s*|\ben\s+|\band\s+){_any('schrijf zeg vermeld write say output')}\s*:",
        rf"\b{_any('en and')} {_any('antwoord answer')}\s*:",
        rf"\b{_any('ontcijfer decodeer decode')}\b.{{0,40}}"
        rf"\b{_any('doe, voer, obey, execute, follow, do what')}\b",
        # whoever writes the answer is addressed
        rf"\b{_any('opsteller schrijver samensteller steller')}\b.{{0,30}}"
        rf"\b{_any('antwoord tekst beantwoording')}\b.{{0,30}}\b{_any('verzocht gevraagd dient moet')}\b"
        rf".{{0,40}}\b{_any('letterlijk, uitsluitend, volgende zin, volgende tekst')}\b",
        rf"\ben geef {_any('dat, dit, die zin, deze zin')}\b.{{0,20}}\bals antwoord\b",
        rf"\bantwoord van {_any('de het een')} {_MACHINE} {_any('moet is luidt wordt')}\b",
        # in the languages next door
        rf"\b{_any('ignorez oubliez ignoriere ignorieren vergiss vergessen ignora olvida ignorare')}\b"
        rf".{{0,40}}\b{_any('instructions consignes regles anweisungen regeln vorgaben')}\b",
        rf"\b{_any('ignora olvida ignorare')}\b.{{0,40}}\b{_any('instrucciones reglas istruzioni regole')}\b",
        r"\b(?:curl|wget|http\.get|fetch)\b.{0,20}https?://",
    )
)


def find_suspicious(source: Source) -> tuple[Suspicion, ...]:
    """The sentences of the source's body that speak to a machine or hide something, in order.

    What the officer supplied is searched as well: a news item is pasted from elsewhere.
    """
    return find_in_text(source.body)


def find_in_text(text: str) -> tuple[Suspicion, ...]:
    """As find_suspicious, for a text by itself.

    From a sentence that speaks to a machine up to the end of the text all is suspect: what follows "ignore
    the above" may look like a plain statement, and is what the writer wants to see repeated.
    """
    found: list[Suspicion] = []
    sentences = split_sentences(text)
    runs = ((run, _kind_of_run(run.of(text))) for run in short_runs(text, sentences))
    over_lines = next(((run, kind) for run, kind in runs if kind is not None), None)
    for sentence in sentences:
        kind = _kind_of(sentence.of(text))
        if over_lines is not None and over_lines[0].start <= sentence.start:
            found.append(Suspicion(Span(over_lines[0].start, len(text)), over_lines[1]))
            break
        if kind is None:
            continue
        if kind is SuspicionKind.INVISIBLE and not _hides_on_purpose(sentence.of(text)):
            found.append(Suspicion(sentence, kind))
            continue
        found.append(Suspicion(Span(sentence.start, len(text)), kind))
        break
    return tuple(found)


def touches_suspicious(source: Source, span: Span) -> bool:
    """Whether `span` (of the document's text) touches a suspicious stretch of the source's body."""
    offset = source.body_span.start
    return any(s.start + offset < span.end and span.start < s.end + offset for s in _suspicious(source.body))


@lru_cache(maxsize=512)
def _suspicious(body: str) -> tuple[Span, ...]:
    return tuple(s.span for s in find_in_text(body))


def invisible_spans(text: str) -> tuple[Span, ...]:
    """Runs of characters that do not show."""
    return tuple(Span(m.start(), m.end()) for m in re.finditer(f"(?:{_INVISIBLE.pattern})+", text))


def describe_suspicions(sources: Iterable[Source]) -> tuple[str, ...]:
    """For the officer: one Dutch sentence for each source that holds such text or came with a warning."""
    remarks: list[str] = []
    for source in sources:
        where = _where(source)
        remarks.extend(f"Let op, over {where}: {warning}" for warning in source.document.warnings)
        for label, text in _metadata(source):
            if find_in_text(text):
                remarks.append(
                    f"Let op: {label} van {where} lijkt een opdracht aan een computer: "
                    f"“{shorten(visible(text))}”. Die tekst is niet gebruikt."
                )
        for suspicion in find_suspicious(source):
            quote = shorten(visible(suspicion.span.of(source.body)))
            remarks.append(
                f"Let op: in {where} staat {_WHAT[suspicion.kind]}: “{quote}”. "
                "Die tekst en wat erop volgt zijn niet gebruikt."
            )
    return tuple(dict.fromkeys(remarks))


_WHAT = {
    SuspicionKind.INSTRUCTION: "tekst die op een opdracht aan een computer lijkt",
    SuspicionKind.MARKUP: "opmaak die niet in een gewone tekst thuishoort",
    SuspicionKind.INVISIBLE: "tekst met tekens die een lezer niet ziet",
}


def visible(text: str) -> str:
    """`text` with what does not show written out, on one line."""
    shown = _INVISIBLE.sub("·", text)
    return squash("".join(c if c.isprintable() else " " for c in shown))


def shorten(text: str, limit: int = 160) -> str:
    """`text`, or its beginning with "…" behind it; for remarks only."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def describe_question(question: str, introduction: str) -> tuple[str, ...]:
    """For the officer: whether the question itself, as it came in, speaks to a machine."""
    return tuple(
        f"Let op: in de vraag zelf staat {_WHAT[s.kind]}: “{shorten(visible(s.span.of(text)))}”."
        for text in (introduction, question)
        for s in find_in_text(text)
    )


def _metadata(source: Source) -> tuple[tuple[str, str], ...]:
    """What stands around the body and was written by others as well."""
    card = source.document
    people = " / ".join([*(a.name for a in card.askers), *(a.name or "" for a in card.answerers)])
    return (
        ("de titel", card.title),
        ("de kop", " / ".join(source.heading_path)),
        ("de vraag", source.question),
        ("de naamregel", people),
    )


def _where(source: Source) -> str:
    if source.kind is SourceKind.SUPPLIED:
        return "de aangeleverde tekst"
    numbers = f", vraag {', '.join(map(str, source.numbers))}" if source.numbers else ""
    return f"{shorten(visible(source.document.title or source.document.id), 80)}{numbers}"


def _kind_of(text: str) -> SuspicionKind | None:
    bare = _INVISIBLE.sub("", text)
    if _MARKUP.search(bare) or _MARKUP.search(plain_marks(bare)) or holds_code(bare):
        return SuspicionKind.MARKUP
    if _speaks_to_machine(bare):
        return SuspicionKind.INSTRUCTION
    if bare == text:
        return None
    if _hides_on_purpose(text) or sum(c in _ORDINARY and c != "\u00ad" for c in text) >= _ORDINARY_LIMIT:
        return SuspicionKind.INVISIBLE
    return SuspicionKind.INSTRUCTION if _speaks_to_machine(_INVISIBLE.sub(" ", text)) else None


def _kind_of_run(text: str) -> SuspicionKind | None:
    """As _kind_of, for lines that may be one sentence together."""
    if holds_code(text):
        return SuspicionKind.MARKUP
    return SuspicionKind.INSTRUCTION if _speaks_to_machine(_INVISIBLE.sub("", text)) else None


def _hides_on_purpose(text: str) -> bool:
    """Whether characters stand here that no word processor leaves behind."""
    return any(c not in _ORDINARY for c in _INVISIBLE.findall(text))


def _speaks_to_machine(text: str) -> bool:
    for form in plain_forms(text):
        folded = squash(fold(form))
        if any(pattern.search(folded) for pattern in _INSTRUCTION):
            return True
    return False
