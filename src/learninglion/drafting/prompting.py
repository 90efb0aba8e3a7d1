"""From a selection to the prompt: documents as data, and no more of them than the model can hold.

The only place where text of others is put into a prompt. Three things keep it data: what would speak
to a model's tokeniser is spelled otherwise, every line of it begins with a bar, and it stands between
lines with a mark that depends on the whole content and does not occur in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from math import log
from pathlib import Path

from learninglion.checking.citations import dutch_date, enumerate_dutch, reference
from learninglion.checking.injection import find_in_text, invisible_spans, touches_suspicious
from learninglion.dutch.text import split_sentences, squash, words
from learninglion.inference.generators import Generator, Prompt
from learninglion.models import Answers, Check, EvidenceRow, Selection, Source, SourceKind, Span, SubQuestion
from learninglion.models.errors import InputError
from learninglion.models.plain import canonical_json, sha256_hex

_PLACE = re.compile(r"\{([a-z]+)\}")

# The places each file must have, so that an own version cannot leave out the question or the sources.
_PLACES: dict[str, frozenset[str]] = {
    "situatie": frozenset({"merkteken"}),
    "bewijs": frozenset({"vraag", "onderdelen", "bronnen", "vorm"}),
    "vorm-bewijs": frozenset(),
    "opdracht": frozenset({"vraag", "onderdelen", "set", "lijn", "bewijs", "stijl", "vorm"}),
    "set": frozenset({"vragen"}),
    "lijn": frozenset({"lijn"}),
    "stijl": frozenset({"voorbeelden"}),
    "vorm-json": frozenset(),
    "vorm-regels": frozenset(),
    "herstel": frozenset({"zinnen", "vraag", "bewijs", "vorm"}),
    "ontbreekt": frozenset({"vraag", "onderdelen", "bewijs"}),
    "oordeel": frozenset({"bronnen", "zin"}),
    "voorbeelden": frozenset(),
    "vervolg": frozenset({"vraag", "bewijs"}),
}


@dataclass(frozen=True, slots=True)
class PromptFiles:
    """The texts by name, and the hash by which a draft says which ones it was written with."""

    texts: tuple[tuple[str, str], ...]
    sha256: str

    def text(self, name: str) -> str:
        """The text called `name`, without white space around it."""
        return dict(self.texts)[name]


def load_prompts(folder: Path | None = None) -> PromptFiles:
    """The prompts; a file in `folder` comes in the place of the built-in one of the same name.

    Raises InputError naming all files that lack a place to fill in, or have an unknown one.
    """
    if folder is not None and not folder.is_dir():
        raise InputError(f"De map met prompts {str(folder)!r} bestaat niet.")
    texts: list[tuple[str, str]] = []
    problems: list[str] = []
    for name, places in sorted(_PLACES.items()):
        text = _read(name, folder)
        named_places = set(_PLACE.findall(text)) if not name.startswith(("vorm-", "voorbeelden")) else set()
        if named_places != places:
            problems.append(f"{name}.txt: nodig zijn {_listed(places)}, gevonden {_listed(named_places)}")
        texts.append((name, text))
    if problems:
        raise InputError("De prompts kunnen niet worden gebruikt. " + "; ".join(problems) + ".")
    return PromptFiles(tuple(texts), sha256_hex(canonical_json(texts)))


def with_instructions(files: PromptFiles, instructions: Sequence[str]) -> PromptFiles:
    """`files` with what owners of the documents ask of who writes; the check reads none of it."""
    # braces would be places to fill in
    wishes = "\n".join(barred(escape(text)) for text in instructions if text.strip())
    wishes = wishes.replace("{", "(").replace("}", ")")
    if not wishes:
        return files
    request = f"\n\nDe eigenaar van de documenten vraagt van wie schrijft:\n{wishes}"
    texts = [(name, text + request if name == "situatie" else text) for name, text in files.texts]
    return PromptFiles(tuple(texts), sha256_hex(canonical_json(texts)))


def fill(text: str, values: Mapping[str, str]) -> str:
    """`text` with its places filled in one go: braces inside a value are never filled again."""
    return _PLACE.sub(lambda m: values.get(m.group(1), m.group(0)), text)


def _read(name: str, folder: Path | None) -> str:
    own = folder / f"{name}.txt" if folder is not None else None
    if own is not None and own.is_file():
        try:
            return own.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"De prompt {own.name} kan niet worden gelezen als tekst (UTF-8).") from error
    built_in = files("learninglion.drafting") / "prompts" / f"{name}.txt"
    return built_in.read_text(encoding="utf-8").strip()


def _listed(places: frozenset[str] | set[str]) -> str:
    return ", ".join("{" + p + "}" for p in sorted(places)) or "geen"


BAR = "| "
GAP = "[…]"  # where sentences of a source were left out
_MARK_DIGITS = 16
# What tokenisers of chat models read as the inner marks of a conversation becomes look-alikes:
# the sentence stays readable, and `unescape` finds the way back to the source.
_SPELLED = str.maketrans({"<": "‹", ">": "›"})
_UNSPELLED = str.maketrans({"‹": "<", "›": ">", "⟦": "[", "⟧": "]"})
_BRACKETED = re.compile(r"\[(/?[A-Z][A-Z_]{2,}|\s*bron\s*\d+[^\]\n]{0,20})\]", re.IGNORECASE)
_LINE_ENDS = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")


class Shape(StrEnum):
    """How the answer is asked for."""

    JSON = "json"
    LINES = "lines"  # a sentence a line, its proof behind it
    CONTINUE = "continue"  # as lines, after two examples: for models that only continue text

    @property
    def chats(self) -> bool:
        """Whether the prompt describes the situation (and does not show examples)."""
        return self is not Shape.CONTINUE


def shape_for(generator: Generator) -> Shape:
    """JSON where the generator enforces it; a model that only continues text gets examples instead."""
    if not generator.chats:
        return Shape.CONTINUE
    return Shape.JSON if generator.structured else Shape.LINES


@dataclass(frozen=True, slots=True)
class _Piece:
    """One sentence of a source."""

    source: int
    span: Span  # in the body
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Material:
    """The sources as a prompt holds them, their sentences one by one, and what stayed out."""

    rendered: str
    quotes: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def escape(text: str) -> str:
    """`text` so that it can only be read as text: no marks of a conversation, nothing that does not show."""
    lines = _LINE_ENDS.sub("\n", text)
    for span in reversed(invisible_spans(lines)):
        lines = lines[: span.start] + lines[span.end :]
    printable = "".join(c if c.isprintable() or c == "\n" else " " for c in lines)
    return _BRACKETED.sub(r"⟦\1⟧", printable).translate(_SPELLED)


def unescape(text: str) -> str:
    """What `escape` spelled otherwise, as it was."""
    return text.translate(_UNSPELLED)


def make_mark(texts: Sequence[str]) -> str:
    """A mark of 16 hex digits that depends on all `texts` and occurs in none of them.

    Whoever writes a document cannot know it: any change in the document changes the mark.
    """
    joined = "\n".join(texts)
    round_ = 0
    while True:
        mark = sha256_hex(canonical_json([round_, *texts]))[:_MARK_DIGITS]
        if mark not in joined:
            return mark
        round_ += 1


def order_sources(sources: Sequence[Source]) -> tuple[Source, ...]:
    """Supplied context first (it is of today), then the newest published source first."""

    def age(source: Source) -> tuple[bool, int]:
        day = source.document.date
        return source.kind is not SourceKind.SUPPLIED, -(day.toordinal() if day else 0)

    return tuple(sorted(sources, key=age))


def gather(selection: Selection, budget: int, count_tokens: Callable[[str], int], mark: str) -> Material:
    """The chosen sources as the model will read them, within `budget` tokens, fenced with `mark`.

    When they do not all fit, the sentences that have most to do with the question stay; what is left out is
    named in full, source by source. Sentences that speak to a machine are never given.
    Raises InputError if not even one sentence fits.
    """
    sources = order_sources(selection.chosen)
    pieces = _score(_pieces(sources), selection.question.text, len(sources))
    pieces_left = list(pieces)
    rendered = _render(sources, pieces_left, mark)
    if count_tokens(rendered) > budget:
        pieces_left = _choose(sources, pieces, budget, count_tokens, mark)
        rendered = _render(sources, pieces_left, mark)
    if pieces and not pieces_left:
        raise InputError("Het taalmodel is te klein: er past geen enkele zin uit de bronnen in.")
    chosen = set(pieces_left)
    out = [(p.source, squash(p.text)) for p in pieces if p not in chosen]
    left_out = tuple(
        f"Paste niet in het taalmodel: {reference(source)}: “{' '.join(text for m, text in out if m == n)}”"
        for n, source in enumerate(sources)
        if any(m == n for m, _ in out)
    )
    return Material(rendered, tuple(quote_text(p.text) for p in pieces_left), left_out)


def quote_text(text: str) -> str:
    """A sentence of a source as a prompt shows it."""
    return squash(escape(text))


def show_table(
    rows: Sequence[EvidenceRow], sources: Sequence[Source], parts: Sequence[str], mark: str
) -> str:
    """The table as a model reads it: every quote once, under the number of its source among `sources`.

    Without a mark, for a model that only continues text: each source on one line, so that nothing in it can
    begin like a next question.
    """
    fences = []
    for number, source in enumerate(sources):
        own = [r for r in rows if r.source_id == source.id]
        quotes = dict.fromkeys(r.quote for r in own)
        if not own:
            continue
        if not mark:
            fences.append(f"Bron {number + 1}: {quote_text(' '.join(quotes))}")
            continue
        lines = [f"=== bron {number + 1} {mark} ===", _head(number, source)]
        for quote in quotes:
            lines.append(BAR + quote_text(quote))
            lines.append(_notes([r for r in own if r.quote == quote], sources, parts))
        lines.append(f"=== einde bron {number + 1} {mark} ===")
        fences.append("\n".join(lines))
    return "\n".join(fences)


_SAID = {Answers.YES: "ja", Answers.PARTLY: "deels", Answers.NO: "nee"}


def _notes(rows: Sequence[EvidenceRow], sources: Sequence[Source], parts: Sequence[str]) -> str:
    """What the program knows of one quote: the parts it answers, its figures, and what overtook it."""
    number = {source.id: n for n, source in enumerate(sources, 1)}
    lines = [f"onderdeel {parts.index(r.part) + 1}: {_SAID[r.answers]}" for r in rows if r.part in parts]
    if rows[0].figures:
        lines.append(f"getallen: {escape(', '.join(rows[0].figures))}")
    newer = next((r.overtaken_by for r in rows if r.overtaken_by in number), "")
    if newer:
        lines.append(f"let op: bron {number[newer]} is nieuwer en zegt iets anders")
    return f"({'; '.join(lines)})"


def compose(
    files: PromptFiles, name: str, mark: str, values: Mapping[str, str], shape: Shape = Shape.LINES
) -> Prompt:
    """The prompt `name` with its places filled, behind the situation; behind examples where none chats."""
    if not shape.chats:
        return Prompt(files.text("voorbeelden"), fill(files.text(name), values))
    return Prompt(fill(files.text("situatie"), {"merkteken": mark}), fill(files.text(name), values))


def quote_failures(checks: Sequence[Check]) -> str:
    """The sentences that failed, each with the reasons under it."""
    lines = []
    for number, check in enumerate(checks, 1):
        reasons = "\n".join(f"- {escape(squash(reason))}" for reason in check.reasons)
        lines.append(f"{barred(f'{number}. {escape(check.statement.text)}')}\n{reasons}")
    return "\n".join(lines)


def quote_siblings(siblings: Sequence[SubQuestion], files: PromptFiles, mark: str) -> str:
    """The other questions of the set; empty for a question on its own."""
    if not siblings:
        return ""
    fences = (fence_text(f"vraag {enumerate_dutch(map(str, q.numbers))}", q.text, mark) for q in siblings)
    return fill(files.text("set"), {"vragen": "\n".join(fences)})


def quote_line(line: str, files: PromptFiles, mark: str) -> str:
    """The department's line, which gives direction; empty without one."""
    fenced = fence_text("lijn van het departement", line, mark)
    return fill(files.text("lijn"), {"lijn": fenced}) if line else ""


def form_text(files: PromptFiles, shape: Shape) -> str:
    """What the model is told about the form of its answer."""
    return files.text("vorm-json" if shape is Shape.JSON else "vorm-regels")


def quote_question(selection: Selection, mark: str) -> str:
    """The introduction and the question, fenced like every text of others."""
    introduction = f"{selection.introduction}\n" if selection.introduction else ""
    return fence_text("vraag", f"{introduction}{selection.question.text}", mark)


def quote_style(examples: Sequence[str], files: PromptFiles, mark: str) -> str:
    """Approved answers of the office, fenced and set apart from the sources; empty without any."""
    if not examples:
        return ""
    fenced = "\n".join(fence_text(f"voorbeeld {n}", text, mark) for n, text in enumerate(examples, 1))
    return fill(files.text("stijl"), {"voorbeelden": fenced})


def barred(text: str) -> str:
    """Every line of `text` behind a bar."""
    return "\n".join(BAR + line.strip() for line in text.split("\n") if line.strip())


def fence_text(label: str, text: str, mark: str) -> str:
    """`text` as data: every line behind a bar, between two lines with the mark."""
    return f"=== {label} {mark} ===\n{barred(escape(text))}\n=== einde {label} {mark} ==="


def _pieces(sources: Sequence[Source]) -> list[_Piece]:
    pieces: list[_Piece] = []
    for n, source in enumerate(sources):
        offset = source.body_span.start
        for span in split_sentences(source.body):
            if not touches_suspicious(source, Span(span.start + offset, span.end + offset)):
                pieces.append(_Piece(n, span, span.of(source.body), 0.0))
    return pieces


def _score(pieces: Sequence[_Piece], question: str, sources: int) -> list[_Piece]:
    """How much a sentence has to do with what is asked: shared words, rare ones counting most."""
    bags = [frozenset(words(p.text)) for p in pieces]
    wanted = frozenset(words(question))
    seen = {w: sum(1 for bag in bags if w in bag) for w in wanted}
    weight = {w: log((1 + len(bags)) / (1 + n)) for w, n in seen.items() if n}
    return [
        _Piece(
            p.source,
            p.span,
            p.text,
            # the first words of an answer say yes or no; a newer source breaks a tie
            sum(weight.get(w, 0.0) for w in bag)
            + (1.0 if p.span.start == 0 else 0.0)
            - p.source / (sources + 1),
        )
        for p, bag in zip(pieces, bags, strict=True)
    ]


def _choose(
    sources: Sequence[Source],
    pieces: Sequence[_Piece],
    budget: int,
    count_tokens: Callable[[str], int],
    mark: str,
) -> list[_Piece]:
    """The best sentences that fit together, in the order of the sources."""
    order = sorted(range(len(pieces)), key=lambda i: (-pieces[i].score, i))
    frame = {n: count_tokens(_render_source(n, sources[n], [], mark)) + 4 for n in range(len(sources))}
    left = budget
    chosen: set[int] = set()
    opened: set[int] = set()
    for i in order:
        piece = pieces[i]
        # the gap mark and the line end may take some tokens of their own
        cost = count_tokens(escape(piece.text)) + 6 + (0 if piece.source in opened else frame[piece.source])
        if cost <= left:
            left -= cost
            chosen.add(i)
            opened.add(piece.source)
    chosen_pieces = [pieces[i] for i in sorted(chosen)]
    while chosen_pieces and count_tokens(_render(sources, chosen_pieces, mark)) > budget:
        chosen_pieces.remove(min(chosen_pieces, key=lambda p: p.score))  # the sum of parts was too hopeful
    return chosen_pieces


def _render(sources: Sequence[Source], pieces: Sequence[_Piece], mark: str) -> str:
    return "\n".join(
        _render_source(n, source, [p for p in pieces if p.source == n], mark)
        for n, source in enumerate(sources)
        if any(p.source == n for p in pieces)
    )


def _render_source(number: int, source: Source, pieces: Sequence[_Piece], mark: str) -> str:
    lines: list[str] = []
    end = 0
    for piece in pieces:
        between = source.body[end : piece.span.start]
        text = quote_text(piece.text)
        if between.strip():
            lines.extend((GAP, text))
        elif lines and "\n" not in between:
            lines[-1] += f" {text}"
        else:
            lines.append(text)
        end = piece.span.end
    if source.body[end:].strip() and pieces:
        lines.append(GAP)
    body = "\n".join(BAR + line for line in lines)
    head = _head(number, source)
    return f"=== bron {number + 1} {mark} ===\n{head}\n{body}\n=== einde bron {number + 1} {mark} ==="


def _head(number: int, source: Source) -> str:
    """Number, reference and date, and what the answer was an answer to; nothing that speaks to a machine."""
    about = reference(source)
    around = (source.document.title, *source.heading_path)
    if any(text and text in about and find_in_text(text) for text in around):
        about = ""
    day = dutch_date(source.document)
    if about and day and day not in about:
        about = f"{about} ({day})"
    lines = [f"[bron {number + 1}] {_plain_line(about) or source.document.id}"]
    question = _plain_line(source.question)
    if question:
        lines.append(f"{BAR}(Toen gevraagd: {question})")
    return "\n".join(lines)


def _plain_line(text: str) -> str:
    return "" if find_in_text(text) else quote_text(text)
