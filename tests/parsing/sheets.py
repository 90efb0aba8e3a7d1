"""Fictional sets of Kamervragen in the official lay-out, set with typst for the tests."""

from __future__ import annotations

from collections.abc import Sequence

import typst

from learninglion.models import Document, RawFile, Span
from learninglion.parsing import parse

HEAD = (
    "Vragen van het lid *Dijkstra-Venema* (Partij voor het Water) aan de Minister van Waterzaken over "
    "_de dijk bij Oudeveen_ (ingezonden 5 juni 2024)."
)
ANSWERED = "Antwoord van Minister *Terpstra* (Waterzaken) (ontvangen 28 juni 2024)."

LONG = (
    "De waterkering bij Oudeveen is in het voorjaar onderzocht door het waterschap en door de inspectie. "
    "Uit dat onderzoek blijkt dat de waterveiligheidsmaatregelen voldoende zijn "
    "en dat de zand- en grindwinning doorgaat. "
)
"""Three printed lines."""

_PREAMBLE = """
#set page(width: 595pt, height: 842pt, margin: (left: 221pt, right: 55pt, top: 60pt, bottom: 150pt),
  footer-descent: 60pt, footer: context [
    #place(dx: -166pt, dy: -10pt)[#if counter(page).get().first() == 1 [
      #set text(5.9pt)
      #set par(leading: 0.3em)
      IMPRINT \\ ISSN 0921 - 7398 \\ ’s-Gravenhage 2024]]
    #place(dy: 0pt)[#text(9pt)[FOOTER #h(1fr) #counter(page).display()]]])
#set text(size: 8.53pt, lang: "nl", hyphenate: true, costs: (hyphenation: 1%))
#set par(leading: 0.42em, spacing: 0.42em, justify: false, linebreaks: "simple")
#set super(typographic: false, size: 5.5pt)
#set sub(typographic: false, size: 5.5pt)
#set footnote.entry(separator: none, gap: 0.3em, clearance: 12pt, indent: 0pt)
#show footnote.entry: set text(6.93pt)
#let blank = v(9.58pt)
#let label(t) = block(above: 19pt, below: 4pt)[#t]
#let plain(t) = block(above: 4pt, below: 4pt)[#t]
"""


def sheet(
    *parts: str,
    head: str = HEAD,
    answered: str = ANSWERED,
    number: int = 1234,
    session: str = "2023–2024",
    imprint: str = "",
    chamber: str = "Tweede",
    masthead: str = "Aanhangsel van de Handelingen",
    preamble: str = "",
) -> bytes:
    """A set of questions as PDF; `parts` are typst markup, one block each."""
    identifier = imprint or f"ah-{chamber[0].lower()}k-{session.replace('–', '')}-{number}"
    footer = f"{chamber} Kamer, vergaderjaar {session}, Aanhangsel"
    top = (
        "#place(top + left, dx: -166pt, dy: -20pt)"
        f'[#text(18pt, weight: "bold")[{chamber} Kamer der Staten-Generaal]]\n'
        f"#place(top + left, dx: -166pt, dy: 30pt)[#text(9.6pt)[Vergaderjaar {session}]]\n"
        f'#place(top + left, dy: 30pt)[#text(10pt, weight: "bold")[{masthead}]]\n'
        '#v(80pt)\n#text(9pt, weight: "bold")[Vragen gesteld door de leden der Kamer, met de daarop door de '
        "regering gegeven antwoorden]\n#v(60pt)\n"
        f'#text(12.8pt, weight: "bold")[{number}]\n#v(10pt)\n'
    )
    body = "\n\n".join((top, head, "#v(5pt)\n" + answered if answered else "", "#blank", *parts))
    preamble = _PREAMBLE.replace("IMPRINT", identifier).replace("FOOTER", footer) + preamble
    return bytes(typst.compile((preamble + body).encode()))


def label(text: str) -> str:
    """A label such as "Vraag 1", with white above it."""
    return f"#label[{text}]"


def pair(numbers: str, question: str, answer: str) -> Sequence[str]:
    """A labelled question with its labelled answer."""
    return (label(f"Vraag {numbers}"), question, label(f"Antwoord {numbers}"), answer)


def read(content: bytes, name: str = "vel.pdf") -> Document:
    """The Document in the bytes of a PDF."""
    return parse(RawFile(name, content, name))


def said(document: Document, span: Span | None) -> str | None:
    """The text of a span."""
    return None if span is None else span.of(document.text)


def pairs(document: Document) -> list[tuple[tuple[int, ...], str | None, str | None, tuple[int, ...]]]:
    """Numbers, question, answer and numbers of the answer of every pair."""
    return [
        (p.numbers, said(document, p.question), said(document, p.answer), p.answer_numbers)
        for p in document.pairs
    ]
