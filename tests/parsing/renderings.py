"""A random set printed: as an official publication, as the ministry's letter in Word, PDF or OpenDocument."""

from __future__ import annotations

import json
from collections.abc import Sequence
from random import Random

import typst
from randomsets import Piece, RandomSet
from sheets import sheet
from wordfiles import docx, para, part, run, table

from learninglion.models import RawFile

LETTER_FRONT = (
    "Geachte voorzitter,",
    "Hierbij zend ik u de antwoorden op de vragen van het lid Dijkstra-Venema (Partij voor het Water) over "
    "de dijk bij Oudeveen, die zijn ingezonden op 5 juni 2024.",
    "De Minister van Waterzaken,",
    "A.B. Terpstra",
    "Antwoorden van de Minister van Waterzaken op de vragen van het lid Dijkstra-Venema (Partij voor het "
    "Water) over de dijk bij Oudeveen (ingezonden 5 juni 2024)",
)


def literal(text: str) -> str:
    """A typst string: nothing in it is markup."""
    return "#" + json.dumps(text, ensure_ascii=False)


# --------------------------------------------------------------------------- PDF


def as_sheet(made: RandomSet) -> bytes:
    """The set as an Aanhangsel van de Handelingen."""
    return sheet(*_blocks(made.pieces))


def as_printed_letter(made: RandomSet) -> bytes:
    """The set as the ministry's letter in PDF: one column, larger type, the letterhead in the margin."""
    preamble = (
        "#set page(width: 595pt, height: 842pt, margin: (left: 110pt, right: 90pt, y: 90pt),\n"
        '  footer: align(right, text(7pt)[Pagina #context counter(page).display("1 van 1", both: true)]))\n'
        '#set text(size: 10pt, lang: "nl", hyphenate: false)\n#set par(leading: 0.5em, spacing: 0.5em)\n'
        "#set super(typographic: false, size: 6.5pt)\n"
        "#let label(t) = block(above: 22pt, below: 5pt)[*#t*]\n"
        "#let plain(t) = block(above: 5pt, below: 5pt)[#t]\n"
    )
    front = [f"#block(above: 20pt, below: 10pt)[{literal(line)}]" for line in LETTER_FRONT[:-1]]
    front += ["#pagebreak()", f"#block(below: 20pt)[#strong[{literal(LETTER_FRONT[-1])}]]"]
    return bytes(typst.compile((preamble + "\n\n".join([*front, *_blocks(made.pieces)])).encode()))


def _blocks(pieces: Sequence[Piece]) -> list[str]:
    blocks: list[str] = []
    lead = ""
    for piece in pieces:
        if piece.kind == "lead":
            lead = f"#strong[{literal(piece.text)}] "
            continue
        block = _block(piece, lead)
        lead = ""
        blocks.append(block)
    return blocks


def _block(piece: Piece, lead: str) -> str:
    if piece.kind == "label":
        return f"#label[{literal(piece.text)}]"
    if piece.kind == "table":
        cells = ", ".join(f"[{literal(cell)}]" for row in piece.rows for cell in row)
        return (
            f"#block(above: 9pt, below: 9pt)[#table(columns: {len(piece.rows[0])}, stroke: 0.3pt, {cells})]"
        )
    text = literal(piece.text)
    if piece.note:
        # A word joiner: in print a mark never begins a line.
        text = f"{literal(piece.text[: piece.at] + chr(0x2060))}#footnote[{literal(piece.note.strip())}]"
        text += literal(piece.text[piece.at :]) if piece.at < len(piece.text) else ""
    if piece.kind == "item":
        return f"#plain[#grid(columns: (11pt, 1fr), [{literal(piece.mark)}], [{text}])]"
    text = {"slanted": f"#emph[{text}]", "heading": f"#strong[{text}]"}.get(piece.kind, text)
    if piece.apart or lead:
        return f"#block(above: 19pt, below: 4pt)[{lead}{text}]"
    return f"#plain[{text}]"


# --------------------------------------------------------------------------- Word


def as_word(made: RandomSet, chance: Random) -> RawFile:
    """The set as the ministry's letter in Word, written the way people and programs leave it behind."""
    body = [para(line) for line in LETTER_FRONT[:-1]] + [para(LETTER_FRONT[-1], bold=True)]
    notes: list[str] = []
    lead = ""
    for piece in made.pieces:
        if piece.kind == "lead":
            lead = run(piece.text, "<w:b/>") + run(" ")
            continue
        body.append(_word_piece(piece, notes, lead, chance))
        lead = ""
    numbered = enumerate(notes, start=1)
    parts = {
        "word/footnotes.xml": part(
            "footnotes", "".join(f'<w:footnote w:id="{n}">{para(text)}</w:footnote>' for n, text in numbered)
        )
    }
    return docx("".join(body), parts)


def _word_piece(piece: Piece, notes: list[str], lead: str, chance: Random) -> str:
    if piece.kind == "table":
        return table(*piece.rows)
    look = {"label": "<w:b/>", "heading": "<w:b/>", "slanted": "<w:i/>"}.get(piece.kind, "")
    at = piece.at if piece.note else len(piece.text)
    runs = lead + (run(f"{piece.mark} ") if piece.mark else "") + _word_runs(piece.text[:at], look, chance)
    if piece.note:
        notes.append(piece.note.strip())
        runs += f'<w:r><w:footnoteReference w:id="{len(notes)}"/></w:r>' + _word_runs(
            piece.text[at:], look, chance
        )
    wrapped = chance.choice(["", "", "", "sdt", "empty"])
    paragraph = f"<w:p><w:pPr/>{runs}</w:p>"
    if wrapped == "sdt":
        return f"<w:sdt><w:sdtContent>{paragraph}</w:sdtContent></w:sdt>"
    return paragraph + (para() if wrapped == "empty" else "")


def _word_runs(text: str, look: str, chance: Random) -> str:
    """Runs as Word cuts them: anywhere, with corrections somebody tracked and words that were linked."""
    if not text:
        return ""
    at = chance.randrange(len(text) + 1)
    first, last = text[:at], text[at:]
    how = chance.choice(["", "cut", "cut", "inserted", "deleted", "linked", "field"])
    if how == "cut":
        return run(first, look) + run(last, look)
    if how == "inserted":
        return run(first, look) + f'<w:ins w:id="1" w:author="x">{run(last, look)}</w:ins>'
    if how == "deleted":
        gone = '<w:del w:id="2" w:author="x"><w:r><w:delText>WEG</w:delText></w:r></w:del>'
        return run(first, look) + gone + run(last, look)
    if how == "linked":
        return f"<w:hyperlink>{run(first, look)}</w:hyperlink>" + run(last, look)
    if how == "field":
        code = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>REF x</w:instrText></w:r>'
        return run(first, look) + code + '<w:r><w:fldChar w:fldCharType="end"/></w:r>' + run(last, look)
    return run(text, look)
