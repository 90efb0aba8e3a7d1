"""Dutch text: folding, stems, words and sentences. Pure functions; offsets refer to the text given.

A text is also read into words the way the verifier compares them: one spelling, with clause borders marked.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby

import tantivy

from learninglion.dutch import lexicon
from learninglion.dutch.lexicon import (
    AUXILIARIES,
    FUNCTION_WORDS,
    MONTH_NAMES,
    MONTHS,
    SCALES,
    UNIT_NAMES,
    UNITS,
    agreement_key,
    is_finite,
    is_number,
    number_of,
    verb_of,
)
from learninglion.models import Span

# Abbreviations after which a full stop does not end a sentence, as they occur in parliamentary papers.
_ABBREVIATIONS = frozenset(
    """
    a.u.b aanh adm afd afl alg apr art artt aug b.v bijv bijz blz bv ca c.q c.s cf cie cm d.d d.m.v
    d.w.z dd dec dhr dir div dl dr drs ds e.a e.d e.e.a e.v enz evt excl feb fig fr g.g gr h.t.l
    hfst hh hoofdst i.c i.c.m i.e i.h.b i.o i.p.v i.v.m ibid ing inz incl ir jan jhr jl jr jul jun k.b
    kb km lett m.a.w m.b.t m.b.v m.i m.i.v m.n m.u.v mevr mgr mi mln mld mr mrd mrt mw n.a.v n.b n.m nl
    nov nr nrs o.a o.b.v o.g.v o.i o.i.v o.l.v o.m o.v.v okt p.m p.p pag par pct plv pp prof q.q r.k
    resp s.v.p sep sept sr stb stcrt t.a.v t.b.v t.e.m t.g.v t.h.v t.n.v t.o.v t.w.v t/m tel tit toel
    trb vgl vgn vlg vnl v.w.b v.h vs w.o wnd z.g z.i z.o.z z.s.m zgn zg
    """.split()
)

_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BOUNDARY = re.compile(r"([.!?…]+)([\"'”’»)\]]*)(?=\s|$)|\n")
_WORD = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:['’\-‑/&.][^\W_]+)*|\w+", re.UNICODE)
_TOKEN = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:['’\-‑][^\W_]+)*|\w+|[^\w\s]", re.UNICODE)
_LAST_WORD = re.compile(r"([^\s(«“\"'\[]+)$")


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number or sign, and where it stands."""

    text: str
    span: Span


class _Unmarked(dict[int, str]):
    """What each sign is without its marks; each is looked up once."""

    def __missing__(self, sign: int) -> str:
        parts = unicodedata.normalize("NFKD", chr(sign))
        self[sign] = plain = "".join(c for c in parts if not unicodedata.combining(c))
        return plain


_UNMARKED = _Unmarked()


@lru_cache(maxsize=4096)
def _strip_marks(text: str) -> str:
    """`text` without accents: "Yeşilgöz" -> "Yesilgoz"."""
    return text if text.isascii() else text.translate(_UNMARKED)


def fold(text: str) -> str:
    """`text` for comparing: case folded, accents removed."""
    return _strip_marks(text.casefold())


@lru_cache(maxsize=1)
def _stemmer() -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
    return builder.filter(tantivy.Filter.stemmer("dutch")).build()


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """The Dutch (Snowball) stem of one word, folded."""
    stems = _stemmer().analyze(word.casefold())
    return fold(stems[0]) if stems else fold(word)


def printable(text: str) -> str:
    """`text` without what XML cannot hold; a soft break, as pasted from a word processor, becomes a space."""
    return _NOT_XML.sub(lambda match: " " if match.group() in "\v\f" else "", text)


def squash(text: str) -> str:
    """`text` with every run of white space as one space, and none at the ends."""
    return " ".join(text.split())


def capital(text: str) -> str:
    """`text` with its first letter as a capital: titles in archives often begin in the middle of a line."""
    return text[:1].upper() + text[1:]


def tokenise(text: str) -> tuple[Token, ...]:
    """Words, numbers ("1.250,5" is one) and single signs, in order; hyphenated words stay whole."""
    return tuple(Token(m.group(), Span(m.start(), m.end())) for m in _TOKEN.finditer(text))


def words(text: str) -> tuple[str, ...]:
    """The folded words and numbers of `text`, without signs."""
    return tuple(fold(m.group()) for m in _WORD.finditer(text))


def split_sentences(text: str, start: int = 0, end: int | None = None) -> tuple[Span, ...]:
    """The sentences of text[start:end]: spans without surrounding white space, none of them empty.

    A line break ends a sentence as well (headings, list items and table rows have no full stop);
    full stops of abbreviations, initials, numbers and dates do not.
    """
    end = len(text) if end is None else end
    spans: list[Span] = []
    begin = start
    for match in _BOUNDARY.finditer(text, start, end):
        if match.group() == "\n":
            _append(spans, text, begin, match.start())
            begin = match.end()
        elif _ends_sentence(text, begin, match, end):
            _append(spans, text, begin, match.end())
            begin = match.end()
    _append(spans, text, begin, end)
    return tuple(spans)


def _append(spans: list[Span], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        spans.append(Span(start, end))


def _names_a_part(before: str, follower: str) -> bool:
    """Whether a letter behind `before` names a thing ("bijlage A. Uit de cijfers") and is no initial: a
    common word stands before it, and what follows begins as a sentence does and not as a surname.
    """
    first, _, rest = follower.partition(" ")
    common = before.rsplit(None, 1)[-1:]
    return (
        bool(common) and common[0].islower() and fold(first) in FUNCTION_WORDS and rest.lstrip()[:1].islower()
    )


def _ends_sentence(text: str, begin: int, match: re.Match[str], end: int) -> bool:
    rest = text[match.end() : min(end, match.end() + 40)].lstrip(" \t")
    if not rest or rest[0] == "\n":
        return True
    follower = rest.lstrip("«“‘\"'([–-")
    if match.group(1) != ".":
        # "?" and "!" inside a quotation or title go on in lower case
        return not (follower[:1].islower() and match.group(1) != "…")
    if follower[:1].islower():
        return False
    last = _LAST_WORD.search(text, begin, match.start())
    word = last.group(1) if last else ""
    bare = word.casefold().rstrip(".")
    if bare in _ABBREVIATIONS:
        # "enz." and the like do end a sentence when a capitalised word follows
        return (
            bare in {"enz", "e.d", "e.a", "e.e.a", "c.s", "jl", "s.v.p", "z.s.m", "e.v"}
            and follower[:1].isupper()
        )
    if len(word) == 1 and word.isalpha() and word.isupper():
        return _names_a_part(text[begin : match.start() - 1], follower)  # else an initial: "A. de Vries"
    if "." in word and all(len(part) <= 2 for part in word.split(".")) and not any(c.isdigit() for c in word):
        return False  # "J.P.", "A.M."
    # "1. De minister": the number of a list item
    return not (word.isdigit() and text[begin : match.start()].strip() == word)


_BORDERS = frozenset(",;:()[]–—?!…•|")
_NOTE_MARK = re.compile(r"\[\s*\d+\s*\]")
_NUMERIC_DATE = re.compile(r"\b(\d{1,2})[-/.](\d{1,2})[-/.]((?:19|20)\d{2})\b")
_CURRENCIES = frozenset({"euro", "dollar", "pond"})
# Written as one word or as two; as two they are compared.
_WRITTEN_APART = {
    "tenminste": ("ten", "minste"),
    "tenslotte": ("ten", "slotte"),
    "teneinde": ("ten", "einde"),
    "terzake": ("ter", "zake"),
    "teveel": ("te", "veel"),
    "teweinig": ("te", "weinig"),
    "driekwart": ("75", "procent"),
}


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it is compared (`norm`) and as it was written; `border`: the sign that parts it from
    what is in front ("^" at the start of a sentence), "" when there is none.
    """

    norm: str
    raw: str
    sentence: int
    border: str
    capital: bool
    key: str  # forms of one auxiliary that differ in person or number only share it
    behind_article: bool = False  # "de boeren", "het ontbreken": no verb, whatever it looks like

    @property
    def is_content(self) -> bool:
        """Whether the word says something of its own."""
        return self.norm not in lexicon.FUNCTION_WORDS and not self.is_note_mark

    @property
    def is_verb(self) -> bool:
        """Whether the word can be a finite verb; a capital inside a sentence makes it a name."""
        return not (self.capital or self.behind_article) and is_finite(self.norm)

    @property
    def is_year(self) -> bool:
        """Whether the word is a year of this century or the one before, in figures."""
        return self.raw.isdigit() and len(self.raw) == 4 and self.raw[:2] in ("19", "20")

    @property
    def is_note_mark(self) -> bool:
        """Whether this is the mark of a footnote, "[5]"."""
        return self.norm.startswith("[")


@dataclass(frozen=True, slots=True)
class Reading:
    """The words of a text; `segments` numbers the stretches between borders and conjunctions, `clauses`
    the stretches that have a verb of their own (or are set apart), both per word.
    """

    words: tuple[Word, ...]
    segments: tuple[int, ...]
    clauses: tuple[int, ...]

    @property
    def norms(self) -> tuple[str, ...]:
        """The words as they are compared."""
        return tuple(w.norm for w in self.words)

    def segment_at(self, at: int) -> range:
        """The places of the segment that the word at `at` stands in."""
        start = end = at
        while start > 0 and self.segments[start - 1] == self.segments[at]:
            start -= 1
        while end + 1 < len(self.segments) and self.segments[end + 1] == self.segments[at]:
            end += 1
        return range(start, end + 1)

    def clause_at(self, at: int) -> tuple[int, ...]:
        """The places of the clause that the word at `at` stands in."""
        return tuple(p for p, clause in enumerate(self.clauses) if clause == self.clauses[at])


@lru_cache(maxsize=1024)
def read(text: str) -> Reading:
    """The words of `text` with their sentences, segments and clauses."""
    words: list[Word] = []
    # "[5 ]" is the mark of a note: it may go, but not become another one
    blanked = _NOTE_MARK.sub(lambda m: " " * len(m.group()), text)
    marks = [(m.start(), _mark(m)) for m in _NOTE_MARK.finditer(text)]
    for sentence, span in enumerate(split_sentences(blanked)):
        words.extend(_read_sentence(blanked, span, sentence))
        words += [Word(m, m, sentence, "", False, m) for at, m in marks if span.start <= at <= span.end]
    return reread(tuple(words))


_FILLERS = lexicon.FUNCTION_WORDS | lexicon.ADVERBS


def _mark(match: re.Match[str]) -> str:
    return f"[{re.sub(r'[^0-9]', '', match.group()).lstrip('0') or '0'}]"


def join_readings(readings: tuple[Reading, ...]) -> Reading:
    """One reading of several texts after each other, their sentences numbered on."""
    if len(readings) == 1:
        return readings[0]
    words: list[Word] = []
    sentence = 0
    for reading in readings:
        words.extend(replace(w, sentence=w.sentence + sentence) for w in reading.words)
        sentence = words[-1].sentence + 1 if words else 0
    return reread(tuple(words))


def sentences_of(reading: Reading) -> tuple[Reading, ...]:
    """The sentences of `reading`, each by itself."""
    by_sentence = groupby(reading.words, key=lambda word: word.sentence)
    return tuple(reread(tuple(words)) for _, words in by_sentence)


def _read_sentence(text: str, span: Span, sentence: int) -> list[Word]:
    words: list[Word] = []
    border = "^"
    piece = span.of(text)
    written = ((m.start(2), int(m.group(2))) for m in _NUMERIC_DATE.finditer(piece))
    dates = {at: MONTHS[month - 1] for at, month in written if 1 <= month <= 12}
    tokens = tokenise(piece)
    for at, token in enumerate(tokens):
        sign = token.text
        if not sign[0].isalnum() and sign not in UNITS:
            if sign in _BORDERS or (sign in "-" and _spaced(piece, token.span)):
                border = border + sign if not _inside_number(piece, token.span) else border
            if sign in "-−" and _is_minus(piece, token.span):
                words.append(Word("min", sign, sentence, border, False, "min"))
                border = ""
            continue
        norm = dates.get(token.span.start) or _norm(sign)
        if len(sign) > 1 and sign.isupper() and norm in _FILLERS and not piece.isupper():
            norm = sign  # "het OM" is an office
        capital = sign[0].isupper() and (bool(words) or sign.isupper() or at > 0)
        for part in _WRITTEN_APART.get(norm, (norm,)):
            raw = sign if part == norm else part
            behind = not border and _follows_article(words[-1].norm if words else "", part)
            words.append(Word(part, raw, sentence, border, capital, agreement_key(part), behind))
            border = ""
    amounts = _amounts_first(words)
    return [word for at, word in enumerate(amounts) if not _shared_unit(amounts, at)]


def _follows_article(before: str, norm: str) -> bool:
    """Whether a word behind this one is a thing; "het" may be the subject of a verb in the singular."""
    return before in ("de", "een") or (before == "het" and norm.endswith("en"))


def _spaced(text: str, span: Span) -> bool:
    return text[span.start - 1 : span.start].isspace() and text[span.end : span.end + 1].isspace()


def _inside_number(text: str, span: Span) -> bool:
    return text[span.start - 1 : span.start].isdigit() and text[span.end : span.end + 1].isdigit()


def _is_minus(text: str, span: Span) -> bool:
    before = text[span.start - 1 : span.start]
    return (not before or before in " (€") and text[span.end : span.end + 1].isdigit()


@lru_cache(maxsize=4096)
def _norm(raw: str) -> str:
    word = fold(raw).replace("’", "'").replace("‑", "-")
    if raw.casefold() in ("één", "éen"):
        return "1"
    unit = UNITS.get(word)
    if unit and (not raw.isupper() or word in ("eur", "usd")):
        return unit
    return number_of(word) or word


def _amounts_first(words: list[Word]) -> list[Word]:
    """ "€ 2,5 miljoen" as "2,5 miljoen euro"."""
    result: list[Word] = []
    at = 0
    while at < len(words):
        word = words[at]
        follower = words[at + 1] if at + 1 < len(words) else None
        if (
            word.norm in _CURRENCIES
            and follower is not None
            and is_number(follower.norm)
            and not word.raw[:1].isalpha()
        ):
            end = at + 2
            while end < len(words) and words[end].norm in SCALES:
                end += 1
            first = words[at + 1]
            result.append(Word(first.norm, first.raw, first.sentence, word.border, False, first.key))
            result.extend(words[at + 2 : end])
            result.append(Word(word.norm, word.raw, word.sentence, "", False, word.key))
            at = end
            continue
        if (
            word.norm == "een"
            and follower is not None
            and not follower.border
            and follower.norm in UNIT_NAMES
        ):
            word = replace(word, norm="1", key="1")
        elif length := _phrase_at(words, at):
            norm = lexicon.SAME_PHRASES[tuple(w.norm for w in words[at : at + length])]
            raw = " ".join(w.raw for w in words[at : at + length])
            word = replace(word, norm=norm, raw=raw, key=agreement_key(norm))
            at += length - 1
        result.append(word)
        at += 1
    return result


def _shared_unit(words: list[Word], at: int) -> bool:
    """Whether this unit is told again behind the number that comes next: "80 euro tot 90 euro"."""
    if words[at].norm not in UNIT_NAMES or not at or not is_number(words[at - 1].norm):
        return False
    joined, number, unit = (*words[at + 1 : at + 4], *[words[at]] * 3)[:3]
    return joined.norm in ("tot", "en") and is_number(number.norm) and unit.norm == words[at].norm


def _phrase_at(words: list[Word], at: int) -> int:
    """How many words from here on say what one word says as well: 3 for "op dit moment"; else 0."""
    for phrase in _PHRASES_BY_FIRST.get(words[at].norm, ()):
        here = words[at : at + len(phrase)]
        if tuple(w.norm for w in here) == phrase and not any(w.border for w in here[1:]):
            return len(phrase)
    return 0


_PHRASES_BY_FIRST: dict[str, list[tuple[str, ...]]] = {}
for _phrase in sorted(lexicon.SAME_PHRASES, key=len, reverse=True):
    _PHRASES_BY_FIRST.setdefault(_phrase[0], []).append(_phrase)


def reread(words: tuple[Word, ...]) -> Reading:
    """The reading of these words, their segments and clauses found anew."""
    segments: list[int] = []
    segment = -1
    opened = _main_verbs(words)
    for at, word in enumerate(words):
        joins = word.norm in lexicon.COORDINATORS and not (word.norm == "dus" and words[at - 1].is_verb)
        starts = bool(word.border) or joins or _subordinates(words, at)
        if starts or at in opened or at == 0 or words[at - 1].sentence != word.sentence:
            segment += 1
        segments.append(segment)
    return Reading(words, tuple(segments), _clauses(words, segments))


def _subordinates(words: tuple[Word, ...], at: int) -> bool:
    """Whether a clause begins here: "dat" does not in "boven dat bedrag" and "als dat zo is"."""
    norm, before = words[at].norm, words[at - 1].norm if at else ""
    points = (
        norm in ("dat", "die") and before in lexicon.PREPOSITIONS | _OPENS_SENTENCE and before != "zonder"
    )
    return norm in lexicon.SUBORDINATORS and not points


def _main_verbs(words: tuple[Word, ...]) -> frozenset[int]:
    """Verbs that open the main clause behind a subordinate one without a comma: "Als hij komt | gaat zij"."""
    verbs: set[int] = set()
    subordinate = False
    for at, word in enumerate(words):
        if "^" in word.border:
            subordinate = word.norm in _OPENS_SENTENCE
        elif word.border:
            subordinate = False
        goes_on = at + 1 < len(words) and not words[at + 1].border and not words[at + 1].is_verb
        if subordinate and word.is_verb and at and goes_on and _ends_clause(words, at - 1):
            verbs.add(at)
            subordinate = False
    return frozenset(verbs)


def _ends_clause(words: tuple[Word, ...], at: int) -> bool:
    """Whether the clause in front of the main one ends here: in a verb, or a participle with no sign after it
    ("Als hij verwacht wordt door de raad, ..." has its main verb behind the comma).
    """
    norm = words[at].norm
    if words[at].is_verb:
        return True
    if len(norm) < 6 or not (norm.startswith(("be", "ver", "ont", "her")) or "ge" in norm[:-3]):
        return False
    rest = (w for w in words[at + 1 :] if w.sentence == words[at].sentence)
    return norm.endswith(("d", "t", "en")) and not any(w.border for w in rest)


_OPENS_SENTENCE = frozenset(
    "als indien wanneer omdat doordat nu hoewel nadat zodra mits terwijl aangezien voordat zolang".split()
)


def _clauses(words: tuple[Word, ...], segments: list[int]) -> tuple[int, ...]:
    members: dict[int, list[int]] = {}
    for at, segment in enumerate(segments):
        members.setdefault(segment, []).append(at)
    clause_of: dict[int, int] = {}
    early = _before_verb(words, members)
    clause, sentence, started = -1, -1, False
    waiting: list[int] = []  # stretches that get their verb later: "dat de politie | en het OM samenwerken"
    for segment, places in members.items():
        first = words[places[0]]
        if first.sentence != sentence:
            clause = _settle(waiting, clause_of, clause, started)
            sentence, started = first.sentence, False
        if any(words[p].is_verb for p in places):
            clause += 1
            clause_of[segment] = clause
            for earlier in waiting:
                clause_of[earlier] = clause
            waiting, started = [], True
        elif first.border and _opens_adjunct(first.norm):
            clause += 1
            clause_of[segment] = clause
        elif waiting or not started or segment in early or first.norm in lexicon.SUBORDINATORS:
            waiting.append(segment)
        else:
            clause_of[segment] = clause
    _settle(waiting, clause_of, clause, started)
    return tuple(clause_of[s] for s in segments)


def _before_verb(words: tuple[Word, ...], members: dict[int, list[int]]) -> frozenset[int]:
    """Segments in front of the first verb between two borders: "..., de politie | en het OM zien dat"."""
    early: set[int] = set()
    open_: list[int] = []
    for segment, places in members.items():
        if words[places[0]].border:
            open_ = [segment]
        elif open_:
            open_.append(segment)
        if open_ and any(words[p].is_verb for p in places):
            early.update(open_[:-1])
            open_ = []
    return frozenset(early)


def _settle(waiting: list[int], clause_of: dict[int, int], clause: int, started: bool) -> int:
    """What never got a verb joins the clause before it, or is one of its own; gives the last clause."""
    if waiting and not started:
        clause += 1
    for segment in waiting:
        clause_of[segment] = clause
    waiting.clear()
    return clause


def _opens_adjunct(norm: str) -> bool:
    return (
        norm in lexicon.PREPOSITIONS
        or norm in lexicon.TEMPORAL_STARTS
        or norm in ("gelet", "gezien", "zoals")
    )


# What a main clause and a subordinate one write differently and mean alike: "voert uit" and "uitvoert".

_PARTICLES = tuple(
    """aan af bij door in mee na om onder op over toe uit vast voor weg terug samen tegen plaats neer open
    rond los""".split()
)
_SHORTEST = 3  # letters of the verb without its particle
# What a relative clause calls what a sentence of its own points back at: "..., waarbij" for "Hierbij ...".
_POINTS_BACK = {"die": ("deze",), "dat": ("dit",), "wat": ("dit", "dat"), "daarvan": ("hiervan",)}


def rejoin_verbs(statement: Reading, evidence: Reading) -> tuple[Reading, Reading]:
    """Both readings with a verb as one word where the other has it as one and this one has it apart."""
    return _joined(statement, evidence), _joined(evidence, statement)


def _joined(apart: Reading, whole: Reading) -> Reading:
    norms = {w.norm for w in apart.words}
    particles = [particle for particle in _PARTICLES if particle in norms]
    if not particles:
        return apart
    known = {w.key for w in apart.words}
    theirs = {w.key for w in whole.words}
    words = list(apart.words)
    for word in whole.words:
        if word.key in known or word.capital:
            continue
        for particle in particles:
            verb = word.norm.removeprefix(particle)
            if verb == word.norm or len(verb) < _SHORTEST or not is_finite(verb):
                continue
            if agreement_key(verb) not in theirs or particle not in theirs:
                _join(words, verb, particle, word)
    return apart if len(words) == len(apart.words) else reread(tuple(words))


_HELPING = lexicon.PASSIVE | frozenset("heeft hebben had hadden".split())


def whole_verbs(reading: Reading) -> Reading:
    """`reading` with verbs apart from their particle as one word: "keert ... uit" as "uitkeert"."""
    words, at = list(reading.words), 0
    while at < len(words):
        whole = not words[at].is_verb or words[at].norm in _HELPING  # "de weg heeft" is not "weghebben"
        for particle in () if whole else _PARTICLES:
            norm = particle + words[at].norm
            if verb_of(norm) != norm:
                _join(words, words[at].norm, particle, replace(words[at], norm=norm, key=agreement_key(norm)))
        at += 1
    return reading if len(words) == len(reading.words) else reread(tuple(words))


def _join(words: list[Word], verb: str, particle: str, whole: Word) -> None:
    """Puts the verb and its particle, which closes its clause, together in `words`."""
    for at, word in enumerate(words):
        if word.key != agreement_key(verb) or word.capital:
            continue
        for place in range(at + 1, len(words)):
            if words[place].sentence != word.sentence:
                break
            if words[place].norm == particle and _closes(words, place):
                words[at] = replace(word, norm=whole.norm, key=whole.key)
                _remove(words, place)
                return


def _closes(words: list[Word], place: int) -> bool:
    after = words[place + 1] if place + 1 < len(words) else None
    return (
        after is None
        or after.sentence != words[place].sentence
        or bool(after.border)
        or after.norm in lexicon.SUBORDINATORS
        or after.norm in lexicon.COORDINATORS
        or after.norm in lexicon.PREPOSITIONS  # "voert proeven uit bij de pont"
    )


def _remove(words: list[Word], place: int) -> None:
    gone = words.pop(place)
    if gone.border and place < len(words) and not words[place].border:
        words[place] = replace(words[place], border=gone.border)


def relink(statement: Reading, evidence: Reading) -> Reading:
    """`statement` with its relative words as the evidence has them, where a sentence was hung on another."""
    known = {w.norm for w in evidence.words}
    words = tuple(_linked(word, known) for word in statement.words)
    return statement if words == statement.words else reread(words)


def _linked(word: Word, known: set[str]) -> Word:
    if word.norm in known:
        return word
    ways = _POINTS_BACK.get(word.norm, ())
    if word.norm.startswith("waar") and len(word.norm) > len("waar"):
        rest = word.norm.removeprefix("waar")
        ways = (f"hier{rest}", f"daar{rest}")
    for norm in ways:
        if norm in known:
            return replace(word, norm=norm, key=agreement_key(norm))
    return word


# Word groups: which words move together when a phrase changes places.

_RANGES = frozenset("van vanaf sinds tussen".split())  # "van 1 mei tot 3 juni" moves as one
_SHORT_RANGE = 5  # words of "tussen 1 mei 2019"
_DATE_TAILS = frozenset("jl jongstleden j l".split())  # "15 maart jl."


@dataclass(frozen=True, slots=True)
class WordGroup:
    """A stretch of the evidence that belongs together; `opener` is its preposition, if it has one."""

    places: tuple[int, ...]
    opener: int | None
    temporal: bool
    dated: bool
    named: bool


def group_words(reading: Reading) -> tuple[WordGroup, ...]:
    """For each word the phrase it belongs to."""
    groups: list[list[int]] = []
    for at, word in enumerate(reading.words):
        if not groups or _opens_phrase(reading, at, groups[-1]):
            groups.append([at])
        else:
            groups[-1].append(at)
        if word.is_verb and at + 1 < len(reading.words):
            groups.append([])
    made = [_make_phrase(reading, tuple(g)) for g in groups if g]
    result: list[WordGroup] = []
    for phrase in made:
        result.extend([phrase] * len(phrase.places))
    return tuple(result)


def _opens_phrase(reading: Reading, at: int, group: list[int]) -> bool:
    word = reading.words[at]
    if not group:
        return False
    before = reading.words[at - 1]
    if before.sentence != word.sentence or word.is_verb:
        return True
    if word.border:
        return not _is_short_name(reading, at)
    if word.norm in lexicon.PREPOSITIONS and word.norm not in ("van", "tot", "per"):
        return True
    if word.norm == "tot" and reading.words[group[0]].norm not in _RANGES:
        return True
    if word.norm == "per" and any(is_number(w.norm) for w in reading.words[at + 1 : at + 2]):
        return True  # "per 1 januari", not "per inwoner"
    if _subordinates(reading.words, at) or word.norm in lexicon.ADVERBS or word.norm in lexicon.NEGATIONS:
        return True
    if _is_last_participle(reading, at):
        return True
    inside_preposition = before.norm in lexicon.PREPOSITIONS
    if word.norm in lexicon.TEMPORAL_STARTS and not inside_preposition and not is_number(before.norm):
        return before.norm not in lexicon.DETERMINERS
    if (
        word.norm in lexicon.DETERMINERS
        and not inside_preposition
        and before.norm not in lexicon.COORDINATORS
    ):
        return True
    if word.norm == "en" and reading.words[group[0]].norm == "tussen" and len(group) < _SHORT_RANGE:
        return False  # "tussen 2019 en 2023"
    # a date closes its phrase: "in 2023 | nieuwe regels"
    ends = _is_date_end(reading, at - 1, group)
    return ends and not is_number(word.norm) and word.norm not in MONTH_NAMES and word.norm not in _DATE_TAILS


def _is_last_participle(reading: Reading, at: int) -> bool:
    """Whether the word is the participle that ends a clause with an auxiliary: "heeft ... gemeld"."""
    words, norm = reading.words, reading.words[at].norm
    if at + 1 < len(words) and not words[at + 1].border and words[at + 1].norm not in lexicon.COORDINATORS:
        return False
    formed = norm.startswith(("ge", "be", "ver", "ont", "her")) or "ge" in norm[2:-3]
    return (
        formed
        and len(norm) > 5
        and norm.endswith(("d", "t", "en"))
        and any(words[p].norm in AUXILIARIES for p in reading.segment_at(at))
    )


def _is_short_name(reading: Reading, at: int) -> bool:
    """Whether a single word stands between brackets here: "Autoriteit Persoonsgegevens (AP)"."""
    follower = reading.words[at + 1] if at + 1 < len(reading.words) else None
    closes = follower is None or follower.border.startswith(")") or follower.border == "^"
    return reading.words[at].border == "(" and closes


def _is_date_end(reading: Reading, at: int, group: list[int]) -> bool:
    word, opener = reading.words[at], reading.words[group[0]].norm
    return opener in lexicon.PREPOSITIONS and (word.is_year or word.norm in MONTH_NAMES)


_EVERY = frozenset("elke elk iedere ieder eens".split())


def _make_phrase(reading: Reading, places: tuple[int, ...]) -> WordGroup:
    words = [reading.words[p] for p in places]
    start = 0
    while start < len(words) - 1 and (
        words[start].norm in lexicon.COORDINATORS or words[start].norm in lexicon.ADVERBS
    ):
        start += 1
    first = words[start].norm
    opener = places[start] if first in lexicon.PREPOSITIONS and first != "van" else None
    behind = words[start + 1].norm if start + 1 < len(words) else ""
    temporal = first in lexicon.TEMPORAL_STARTS or (
        first in lexicon.ARTICLES and behind in lexicon.TEMPORAL_STARTS
    )
    timed = first in _EVERY or any(w.norm in ("later", "eerder", "geleden") for w in words)
    temporal = temporal or (timed and any(w.norm in UNIT_NAMES for w in words))
    temporal = temporal or (
        is_number(first) and any(w.norm in MONTH_NAMES or w.norm == "geleden" for w in words)
    )
    return WordGroup(
        places,
        opener,
        temporal,
        any(is_number(w.norm) or w.norm in MONTH_NAMES for w in words),
        any(w.capital for w in words),
    )
