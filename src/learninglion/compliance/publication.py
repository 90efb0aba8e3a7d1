"""What anybody may know, as a static site: cards, figures, experiments (failed ones too), prompts, limits.

Nothing of dossiers, documents or persons goes in: it is made from what ships with the program and from which
models are set. Every page stands alone, loads nothing and has no script.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import escape
from importlib.resources import files

from markdown_it import MarkdownIt
from markdown_it.token import Token

from learninglion.compliance.facts import Installation, data_card, model_page, notice, risk_page


@dataclass(frozen=True, slots=True)
class _Page:
    name: str  # of the file, without suffix
    title: str
    text: str  # Markdown
    language: str = "nl"


_ENGLISH = (
    ("measurements", "Metingen, ook waar een grens niet is gehaald (Engels)"),
    ("retrieval", "Zoeken: wat is geprobeerd, ook wat mislukte (Engels)"),
    ("injection-tests", "Opdrachten in documenten: wat is geprobeerd (Engels)"),
    ("models", "Taalmodellen: kwaliteit per model (Engels)"),
    ("glossary", "Woordenlijst (Engels)"),
)
_STYLE = """body { font: 1.05rem/1.6 sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; color: #111;
background: #fff; overflow-wrap: anywhere } a { color: #01527a }
nav ul { padding: 0; list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1rem }
a:focus-visible { outline: 3px solid #01527a; outline-offset: 2px }
pre { white-space: pre-wrap; background: #f3f3f3; padding: .75rem }
.wide { overflow-x: auto; overflow-wrap: normal } table { border-collapse: collapse }
th, td { border: 1px solid #767676; padding: .25rem .5rem; text-align: left; vertical-align: top }"""


def publication(here: Installation) -> dict[str, bytes]:
    """The files of the site by name; the same installation gives the same bytes."""
    apart = replace(here, holdings=(), measured=())  # what is held here is not for everybody
    shipped = files(__package__) / "published"
    pages = [
        _Page("index", "LearningLion, in het openbaar", notice("transparency", apart)),
        _Page("modellen", "Modelkaarten", model_page(apart)),
        _Page("gegevens", "Gegevenskaart", data_card(apart).split("## Wat hier wordt doorzocht")[0]),
        _Page("risicos", "Risico's en grenzen", risk_page()),
        _Page("prompts", "Prompts", _prompts()),
        *(_Page(n, title, (shipped / f"{n}.md").read_text("utf-8"), "en") for n, title in _ENGLISH),
    ]
    return {f"{page.name}.html": _html(page, pages).encode() for page in pages}


def _prompts() -> str:
    parts = ["# Prompts\n\nWat een taalmodel gevraagd wordt, als er een is ingesteld, zoals het meekomt."]
    folder = files("learninglion.drafting") / "prompts"
    for file in sorted(folder.iterdir(), key=lambda f: f.name):
        if file.name.endswith(".txt") and file.name != "LEESMIJ.txt":
            parts.append(f"## {file.name}\n\n````\n{file.read_text('utf-8').rstrip()}\n````")
    return "\n\n".join(parts) + "\n"


def _html(page: _Page, pages: list[_Page]) -> str:
    here = ' aria-current="page"'
    listed = "".join(
        f'<li><a href="{p.name}.html"{here if p is page else ""}>{escape(p.title)}</a></li>' for p in pages
    )
    body = _rendered(page.text, {f"{p.name}.md": f"{p.name}.html" for p in pages})
    return (
        f'<!doctype html>\n<html lang="nl"><head><meta charset="utf-8"><title>{escape(page.title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<style>{_STYLE}</style></head><body><nav aria-label="Pagina\'s"><ul>{listed}</ul></nav>'
        f'<main lang="{page.language}">{body}</main></body></html>\n'
    )


def _rendered(text: str, pages: Mapping[str, str]) -> str:
    """The Markdown as HTML; a link that leads to no page of the site becomes its words."""
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse(text)
    for token in tokens:
        if token.children:
            token.children = _linked(token.children, pages)
    made: str = reader.renderer.render(tokens, reader.options, {})
    for plain, better in (
        ("<table>", '<div class="wide" tabindex="0"><table>'),
        ("</table>", "</table></div>"),
        ("<th></th>", "<td></td>"),  # a heading of nothing says nothing
    ):
        made = made.replace(plain, better)
    return made


def _linked(tokens: list[Token], pages: Mapping[str, str]) -> list[Token]:
    lines, dropped = [], False
    for token in tokens:
        if token.type == "link_open":
            target = str(token.attrs["href"])
            inside = pages.get(target.rsplit("/", 1)[-1].split("#")[0])
            dropped = inside is None and not target.startswith("https://")
            if inside is not None:
                token.attrs["href"] = inside
        if not (dropped and token.type in ("link_open", "link_close")):
            lines.append(token)
    return lines
