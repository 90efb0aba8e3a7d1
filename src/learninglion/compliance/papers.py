"""The papers of accountability: for the organisation, in one folder, and for everybody, as a static site.

They are filled from the code, the settings, the cards and what was measured. What only the organisation can
answer stays open and is listed in OPEN.md; nothing is marked as done or signed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from html import escape
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from importlib.resources import files
from typing import Any, cast
from uuid import NAMESPACE_URL, uuid5

from markdown_it import MarkdownIt
from markdown_it.token import Token

from learninglion.compliance.facts import (
    Assessment,
    Installation,
    data_card,
    facts_of,
    filled_form,
    known_entry,
    model_cards,
    model_page,
    notice,
    open_questions,
    risk_page,
)
from learninglion.models.plain import Plain, sha256_hex, to_plain

# Requirements and measures of the task registry that apply, with what the program does for each.


@dataclass(frozen=True, slots=True)
class Measure:
    """One URN: what the program does, its evidence (path, or path::name), and what is left open."""

    urn: str
    does: str
    evidence: tuple[str, ...]
    open: str = ""

    @property
    def is_requirement(self) -> bool:
        """Whether it is a requirement (vereiste) and not a measure (maatregel)."""
        return ":ver:" in self.urn


def read_measures(lines: Sequence[str]) -> tuple[Measure, ...]:
    """The measures in a file that can be read line by line. Raises ValueError on another line."""
    entries: list[dict[str, str]] = []
    evidence: list[list[str]] = []
    for line in lines:
        if line.startswith("- urn: "):
            entries.append({"urn": line.removeprefix("- urn: ")})
            evidence.append([])
        elif line.startswith("    - "):
            evidence[-1].append(line.removeprefix("    - "))
        elif line.startswith(("  does: ", "  open: ")):
            key, _, value = line.strip().partition(": ")
            entries[-1][key] = value
        elif line.strip() and not line.startswith(("#", "  evidence:")):
            raise ValueError(line)
    return tuple(
        Measure(evidence=tuple(paths), **entry) for entry, paths in zip(entries, evidence, strict=True)
    )


@cache
def known_measures() -> tuple[Measure, ...]:
    """The measures as they ship."""
    return read_measures((files(__package__) / "measures.yaml").read_text("utf-8").splitlines())


# What the program consists of, as a CycloneDX bill of materials. Needs the standard library only.

_NAME = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Component:
    """One package: its licence (SPDX, where known), the files it may come from, and who needs it."""

    name: str
    version: str
    licence: str = ""
    hashes: tuple[str, ...] = ()
    needed_by: tuple[str, ...] = ()  # names; empty: the program itself


def bill(components: Sequence[Component], version: str) -> dict[str, object]:
    """The bill of materials, CycloneDX 1.6; the same for the same packages."""
    itself = f"pkg:pypi/learninglion@{version}"
    place = {c.name: f"pkg:pypi/{c.name}@{c.version}" for c in components}
    needs: dict[str, list[str]] = {itself: [], **{reference: [] for reference in place.values()}}
    for component in components:
        parents = [place[name] for name in component.needed_by if name in place] or [itself]
        for parent in parents:
            needs[parent].append(place[component.name])
    listed = json.dumps(sorted(place.values()))
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, itself + listed)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": itself,
                "name": "learninglion",
                "version": version,
                "purl": itself,
                "licenses": [{"license": {"id": "EUPL-1.2"}}],
            }
        },
        "components": [_entry(component) for component in components],
        "dependencies": [{"ref": ref, "dependsOn": sorted(set(on))} for ref, on in sorted(needs.items())],
    }


def installed() -> tuple[Component, ...]:
    """The packages that this installation really runs on: what the program needs, and what those need."""
    components: dict[str, Component] = {}
    parents: dict[str, set[str]] = {}
    waiting = [("learninglion", "")]
    while waiting:
        name, parent = waiting.pop()
        try:
            package = distribution(name)
        except PackageNotFoundError:
            continue  # for another system, or an extra that is not used
        key = re.sub(r"[-_.]+", "-", package.metadata["Name"]).lower()
        parents.setdefault(key, set()).update({parent} - {""})
        if key in components:
            continue
        components[key] = Component(key, package.version, _licence(package))
        for line in package.requires or ():
            match = _NAME.match(line)
            if match and "extra ==" not in line.partition(";")[2]:
                waiting.append((match[0], key))
    itself = components.pop("learninglion").name
    return tuple(
        Component(c.name, c.version, c.licence, (), tuple(sorted(parents[c.name] - {itself})))
        for c in sorted(components.values(), key=lambda c: c.name)
    )


def _licence(package: Distribution) -> str:
    metadata = package.metadata
    return next((metadata[name] for name in metadata if name == "License-Expression"), "")


def _entry(component: Component) -> dict[str, object]:
    reference = f"pkg:pypi/{component.name}@{component.version}"
    origin: dict[str, object] = {
        "type": "distribution",
        "url": f"https://pypi.org/project/{component.name}/{component.version}/",
    }
    if component.hashes:
        origin["hashes"] = [{"alg": "SHA-256", "content": content} for content in component.hashes]
    entry: dict[str, object] = {
        "type": "library",
        "bom-ref": reference,
        "name": component.name,
        "version": component.version,
        "purl": reference,
        "externalReferences": [origin],
    }
    if component.licence:
        entry["licenses"] = [{"expression": component.licence}]
    return entry


_FORMS = {
    Assessment.PRESCAN: "pre-scan.json",
    Assessment.DPIA: "dpia.json",
    Assessment.IAMA: "iama.json",
    Assessment.TECHNICAL: "technische-documentatie.json",
}
_OWN = (
    "Algoritmeregister: nalezen en publiceren.",
    "DPIA, IAMA, pre-scan: wegen, aanvullen, advies van de FG, vaststellen.",
    "AI-verordening: bepalen in welke klasse uw gebruik valt en welke rol u hebt.",
    "Risico's: kans, ernst, eigenaar en aanvaarding.",
    "Toegankelijkheid: onderzoek laten doen en de status kiezen.",
    "Bewaartermijnen volgens uw selectielijst, en metadata toetsen met het officiële MDTO-schema.",
    "Taalmodel op een andere machine: afspraken met wie die beheert.",
)


def compliance_bundle(here: Installation, *, at: datetime) -> dict[str, bytes]:
    """The files by name. The same installation at the same moment gives the same bytes."""
    facts = facts_of(here)
    entry, gaps = known_entry(here.registration)
    forms = {form: filled_form(form, facts, at=at) for form in _FORMS}
    records: dict[str, Mapping[str, object]] = {name: forms[form] for form, name in _FORMS.items()}
    records["algoritmeregister.json"] = entry
    records["systeemkaart.json"] = _system_card(here, forms[Assessment.TECHNICAL], at=at)
    records["sbom.cdx.json"] = bill(installed(), facts["version"])
    texts = {
        "LEESMIJ.md": notice("readme", here),
        "OPEN.md": "\n".join(_open_points(here, gaps, at)) + "\n",
        "technische-documentatie.md": _technical_page(forms[Assessment.TECHNICAL]),
        "transparantie.md": notice("transparency", here),
        "toegankelijkheid.md": notice("accessibility", here),
        "modelkaarten.md": model_page(here),
        "gegevenskaart.md": data_card(here),
        "risicoregister.md": risk_page(),
    }
    made = {n: (json.dumps(v, ensure_ascii=False, indent=2) + "\n").encode() for n, v in records.items()}
    made |= {name: text.encode() for name, text in texts.items()}
    sums = "".join(f"{sha256_hex(made[name])}  {name}\n" for name in sorted(made))
    return made | {"SHA256SUMS": sums.encode()}


def _open_points(here: Installation, gaps: tuple[str, ...], at: datetime) -> Iterator[str]:
    yield "# Wat alleen de organisatie kan zeggen\n"
    for point in _OWN:
        yield f"- [ ] {point}"
    yield "\n## Instellingen die ontbreken\n"
    missing = [f"Algoritmeregister: {gap}" for gap in gaps]
    missing += [f"Verzameling {h.name}: het doel" for h in here.holdings if not h.purpose]
    if not here.registration.lawful_basis:
        missing.append("[register] lawful_basis")
    if not here.dossier_days:
        missing.append(
            "de bewaartermijn van vastgestelde dossiers (Beheer, Bewaren; of [retention] dossier_days)"
        )
    for point in missing or ["(geen)"]:
        yield f"- [ ] {point}" if missing else point
    yield "\n## Bij de maatregelen\n"
    for measure in known_measures():
        if measure.open:
            yield f"- [ ] {measure.urn}: {measure.open}"
    for form, name in _FORMS.items():
        left = open_questions(form, facts_of(here), at=at)
        yield f"\n## {name}: {len(left)} vragen open\n"
        for key, words in left:
            yield f"- [ ] {key} {words}"


def _technical_page(card: Mapping[str, Plain]) -> str:
    parts = [
        "# Technische documentatie (AI-verordening, bijlage IV)\n\nConcept, uit het programma. Alleen "
        "verplicht voor systemen met een hoog risico; of uw gebruik dat is, bepaalt u."
    ]
    for item in cast("list[dict[str, str]]", card["contents"]):
        parts.append(f"## {item['question']}\n\n{item['answer'] or '**open**'}")
    return "\n\n".join(parts) + "\n"


def _system_card(here: Installation, technical: Mapping[str, Plain], *, at: datetime) -> dict[str, Plain]:
    """The system card of the AMT (MinBZK/amt, 0.1a10), whose fields stand in system_card.json.

    What the organisation must say is empty.
    """
    registered, facts = here.registration, facts_of(here)
    stamp = at.isoformat(timespec="seconds").replace("+00:00", "Z")
    states: dict[bool, list[Plain]] = {True: [], False: []}
    for measure in known_measures():
        remark = f"{measure.does} Evidence: {'; '.join(measure.evidence)}."
        if measure.open:
            remark += f" Open: {measure.open}"
        entry: dict[str, Plain] = {"urn": measure.urn, "state": "to do", "version": "", "value": remark}
        if measure.is_requirement:
            entry = {"urn": measure.urn, "state": "to do", "version": "", "remarks": remark}
        states[measure.is_requirement].append(entry)
    blank: dict[str, Any] = json.loads((files(__package__) / "system_card.json").read_text("utf-8"))
    owner = {"organization": registered.organisation, "email": registered.contact}
    return blank | {
        "version": facts["version"],
        "provenance": blank["provenance"] | {"timestamp": stamp},
        "owners": [blank["owners"][0] | owner],
        "status": registered.status,
        "publication_category": registered.publication_category,
        "begin_date": registered.begin_date,
        "goal_and_impact": facts["goal"],
        "risk_management": facts["risks"],
        "human_intervention": facts["oversight"],
        "legal_base": [{"name": registered.lawful_basis, "link": ""}] if registered.lawful_basis else [],
        "used_data": facts["collections"],
        "technical_design": facts["methods"],
        "external_providers": list(here.hosts),
        "version_requirements": [f"Python {facts['python']}; pakketten in sbom.cdx.json."],
        "measures": states[False],
        "requirements": states[True],
        "models": [_model(card.name, card.what, to_plain(card.figures)) for card in model_cards(here)],
        "assessments": [dict(technical)],
    }


def _model(name: str, what: str, figures: Plain) -> Plain:
    listed = figures if isinstance(figures, list) else []
    metrics: list[Plain] = [
        {"type": "", "name": f["what"], "dtype": "string", "value": f["value"], "labels": []}
        for f in listed
        if isinstance(f, dict)
    ]
    return {
        "name": name,
        "language": ["nl"],
        "license": {"license_name": ""},
        "tags": [what],
        "owners": [],
        "model-index": [{"name": name, "model": "", "artifacts": [], "parameters": [], "results": [
            {"task": [], "datasets": [], "metrics": metrics, "measurements": {}}
        ]}],
    }  # fmt: skip


# --------------------------------------------------------------------------- for everybody
#
# Nothing of dossiers, documents or persons goes in: it is made from what ships with the program and from
# which models are set. Every page stands alone, loads nothing and has no script.


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
