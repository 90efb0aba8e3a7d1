"""The papers of accountability: for the organisation, in one folder, and for everybody, as a static site.

They are filled from the code, the settings, the cards and what was measured. What the program does it can
tell itself; what only the organisation can answer comes from its settings, or stays open and is listed in
OPEN.md. Nothing is assumed for it, weighed, or marked as done or signed, and nothing here sends anything.
What is told stands in forms/, the answers by the keys of the forms.

Sources: MinBZK/Algoritmeregister, publication standard 1.0; MinBZK/par-dpia-form, assessment output 2.0
(DPIA 3.0, IAMA 2.0, pre-scan 2.0); MinBZK/task-registry, instrument "technische documentatie" 1.0.
"""

from __future__ import annotations

import json
import platform
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution, version
from importlib.resources import files
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Any, cast
from uuid import NAMESPACE_URL, uuid5

from learninglion.models.errors import InputError
from learninglion.models.plain import Plain, sha256_hex, to_plain
from learninglion.record.energy import PowerFigures
from learninglion.record.export import page_of

if TYPE_CHECKING:
    from markdown_it.token import Token

STATUSES = ("In ontwikkeling", "In gebruik", "Buiten gebruik")
CATEGORIES = ("Hoog-risico AI-systeem", "Impactvolle algoritmes", "Overige algoritmes")

_LONGEST = {"name": 100, "organization": 100, "description_short": 350, "methods_and_models": 5000}
_LONGEST |= {"contact_email": 500, "website": 500}
_LONGEST_ELSE = 2500
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_CONTACT = re.compile(r"https://\S+|[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True, slots=True)
class Registration:
    """What the entry says of this organisation and of how the program is set up there."""

    organisation: str
    contact: str  # a mailbox that is not one person's, or a page (https://)
    status: str  # one of STATUSES
    publication_category: str  # one of CATEGORIES
    begin_date: str = ""  # YYYY-MM
    lawful_basis: str = ""
    website: str = ""
    impact_assessments: str = ""
    encoder: str = "multilingual-e5-small"
    language_model: str = ""  # "" when none writes
    second_reader: bool = False
    reranker: bool = False
    two_person_rule: bool = False


def register_entry(registered: Registration) -> dict[str, Plain]:
    """The fields of the entry, in Dutch, without those that nobody filled in.

    Raises InputError that names every setting which is missing or does not fit.
    """
    entry, gaps = _known_entry(registered)
    if gaps:
        raise InputError("Voor het Algoritmeregister ontbreekt of klopt iets niet: " + "; ".join(gaps))
    return entry


def _known_entry(registered: Registration) -> tuple[dict[str, Plain], tuple[str, ...]]:
    """What can be said so far, and what is missing or does not fit; valid when nothing is."""
    gaps, words = _mistakes(registered), _words()
    entry: dict[str, str | list[str]] = {
        "name": "Eerdere antwoorden op Kamervragen vinden en een antwoord voorstellen (LearningLion)",
        "organization": registered.organisation,
        "description_short": words["short"],
        "category": ["Organisatie en bedrijfsvoering"],
        "status": registered.status,
        "begin_date": registered.begin_date,
        "contact_email": registered.contact,
        "website": registered.website,
        "publication_category": registered.publication_category,
        "goal": words["goal"],
        "proportionality": words["proportionality"],
        "lawful_basis": registered.lawful_basis,
        "impacttoetsen": registered.impact_assessments,
        "human_intervention": _sentences("oversight", registered),
        "risks": words["risks"],
        "source_data": words["source_data"],
        "methods_and_models": _sentences("methods", registered),
        "provider": "Eigen beheer, open source (EUPL-1.2)",
        "standard_version": "1.0",
        "lang": "nld",
    }
    filled: dict[str, Plain] = {}
    for name, value in entry.items():
        if isinstance(value, list):
            filled[name] = list(value)
        elif value and name not in gaps:
            longest = _LONGEST.get(name, _LONGEST_ELSE)
            if len(value) > longest:
                raise InputError(f"Algoritmeregister, {name}: {len(value)} tekens; er passen er {longest}")
            filled[name] = value
    return filled, tuple(gaps.values())


def _mistakes(registered: Registration) -> dict[str, str]:
    """By the field that it concerns."""
    wrong = {}
    if not registered.organisation.strip():
        wrong["organization"] = "[web] organisation is leeg"
    if not _CONTACT.fullmatch(registered.contact.strip()):
        wrong["contact_email"] = "[web] contact is geen mailadres of adres met https://"
    if registered.status not in STATUSES:
        wrong["status"] = f"[register] status: kies uit {', '.join(STATUSES)}"
    if registered.publication_category not in CATEGORIES:
        wrong["publication_category"] = f"[register] publication_category: kies uit {', '.join(CATEGORIES)}"
    if registered.begin_date and not _MONTH.fullmatch(registered.begin_date):
        wrong["begin_date"] = "[register] begin_date: schrijf jaar en maand als 2026-01"
    if registered.website and not registered.website.startswith("https://"):
        wrong["website"] = "[register] website begint niet met https://"
    return wrong


def _words() -> dict[str, str]:
    return {name: text for name, text in _toml_of("words").items() if isinstance(text, str)}


def _sentences(name: str, registered: Registration) -> str:
    """What the program says of itself there, as it is set up: in plain Dutch."""
    known = asdict(registered)
    parts = [p for p in tables_of("words", name) if "setting" not in p or known[p["setting"]]]
    return " ".join(part["text"].format_map(known) for part in parts)


_SCHEMA = "https://github.com/MinBZK/par-dpia-form/blob/main/schemas/assessment-output.v2.schema.json"
_CHECK = "Vooringevuld uit het programma; controleer dit en vul het aan voor uw eigen gebruik. "
_SENTENCE = 40  # characters; what is shorter is a value of a list and not a text to check
Facts = Mapping[str, str]


class Assessment(StrEnum):
    """Which form."""

    DPIA = "dpia"
    IAMA = "iama"
    PRESCAN = "prescan"
    TECHNICAL = "technical"


@dataclass(frozen=True, slots=True)
class Risk:
    """What can go wrong, and what the program does about it; likelihood and owner are not ours to say."""

    id: str
    title: str
    cause: str
    effect: str
    does: str
    evidence: tuple[str, ...]
    persons: bool  # whether it touches people whose data are processed


@cache
def _toml_of(name: str) -> dict[str, object]:
    """One of the files with what is told, as it ships."""
    return tomllib.loads((files(__package__) / "forms" / f"{name}.toml").read_text("utf-8"))


def tables_of(name: str, key: str) -> list[dict[str, Any]]:
    """The tables [[key]] in one of those files."""
    return cast("list[dict[str, Any]]", _toml_of(name)[key])


@dataclass(frozen=True, slots=True)
class _Form:
    urn: str
    name: str
    questions: dict[str, str]


@cache
def _form(form: Assessment) -> _Form:
    questions = json.loads((files(__package__) / "forms" / "questions.json").read_text("utf-8"))
    return _Form(**questions[form.value])


@cache
def known_risks() -> tuple[Risk, ...]:
    """The risk register."""
    return tuple(Risk(**{**r, "evidence": tuple(r["evidence"])}) for r in tables_of("risks", "risk"))


def _filled_in(text: str, facts: Facts) -> str:
    """`text` with its facts; "" where one of them is not known."""
    named = [name for _, name, _, _ in Formatter().parse(text) if name]
    return text.format_map(facts) if all(facts[name] for name in named) else ""


def filled_form(form: Assessment, facts: Facts, *, at: datetime) -> dict[str, Plain]:
    """The form as a file that the government's own tool opens; `at` is when it was made."""
    moment = at.isoformat(timespec="seconds").replace("+00:00", "Z")
    answers = dict(_answers(form, facts, at))
    if form is Assessment.TECHNICAL:
        return _card(answers, moment)
    return {
        "$schema": _SCHEMA,
        "metadata": {"urn": _form(form).urn, "createdAt": moment, "createdBy": {"name": "LearningLion"}},
        "answers": {name: _answered(value, moment) for name, value in answers.items()},
    }


def open_questions(form: Assessment, facts: Facts, *, at: datetime) -> tuple[tuple[str, str], ...]:
    """The questions (key, words) that the program cannot answer."""
    answered: set[str] = set()
    for name, value in _answers(form, facts, at):
        answered.add(name)
        if isinstance(value, list):
            answered |= {key for group in value if isinstance(group, dict) for key in group}
    return tuple((key, words) for key, words in _form(form).questions.items() if key not in answered)


def _answers(form: Assessment, facts: Facts, at: datetime) -> Iterator[tuple[str, Plain]]:
    """What is known, by the key of the question; a list of groups is a part of the form that repeats."""
    urn = f"{_form(form).urn}:" if form is Assessment.TECHNICAL else ""
    listed = dict(_toml_of(form.value))
    local = listed.pop("local", None)
    if isinstance(local, dict) and not facts["hosts"]:
        listed |= local
    for key, value in listed.items():
        if isinstance(value, dict):
            yield key, value["groups"]
        elif isinstance(value, list):
            yield key, value
        elif isinstance(value, str) and (text := _filled_in(value, facts)):
            yield f"{urn}{key}", text if len(text) < _SENTENCE else _CHECK + text
    if form is Assessment.DPIA:
        yield from _risks_of_persons()
        day = at.date().isoformat()
        yield "19.1", [{"19.1.1": "0.1", "19.1.2": day, "19.1.3": "Vooringevuld door LearningLion."}]


def _risks_of_persons() -> Iterator[tuple[str, Plain]]:
    risks = [risk for risk in known_risks() if risk.persons]
    yield "16.1", [{"16.1.1": f"{risk.title}. {risk.effect}", "16.1.2": risk.cause} for risk in risks]
    measures: list[Plain] = [
        {"17.1.1": [f"{risk.title}. {risk.effect}"], "17.1.2": risk.cause, "17.1.3": risk.does}
        for risk in risks
    ]
    yield "17.1", measures


def _answered(value: Plain, moment: str) -> Plain:
    """An answer with its moment; a list of groups becomes the repeated groups of the form."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        groups: list[Plain] = []
        for index, group in enumerate(value):
            given = group.items() if isinstance(group, dict) else ()
            groups.append({"_index": index, **{name: _answered(answer, moment) for name, answer in given}})
        return groups
    return {"value": value, "lastEditedAt": moment}


def _card(answers: Mapping[str, Plain], moment: str) -> dict[str, Plain]:
    """An assessment card of the AMT: every question of the instrument, answered or open."""
    form = _form(Assessment.TECHNICAL)
    contents: list[Plain] = [
        {
            "question": words,
            "urn": key,
            "answer": answers.get(key, ""),
            "remarks": "" if key in answers else "Open: alleen de organisatie kan dit zeggen.",
            "authors": [],
            "timestamp": moment,
        }
        for key, words in form.questions.items()
    ]
    return {"name": form.name, "urn": form.urn, "date": moment[:10], "contents": contents}


_POLICIES = {
    "allow": "persoonsgegevens worden geteld en gemeld",
    "mask": "persoonsgegevens worden afgedekt voor zoeken en modellen",
    "refuse": "documenten met persoonsgegevens worden geweigerd",
}


@dataclass(frozen=True, slots=True)
class Holding:
    """A collection of documents: how many, what for, and what is done with personal data in it."""

    name: str
    documents: int
    purpose: str
    personal: str  # allow, mask or refuse


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured figure, with its data, day and command."""

    about: str
    what: str
    value: str
    data: str
    on: str
    command: str


@dataclass(frozen=True, slots=True)
class Installation:
    """How the program is set up here, what it holds and what was measured of it."""

    registration: Registration
    hosts: tuple[str, ...] = ()  # other machines that may be connected to
    holdings: tuple[Holding, ...] = ()
    measured: tuple[Figure, ...] = ()  # here, on the own archive
    dossier_days: int = 0
    work_days: int = 0
    sure: float = 0.0
    power: PowerFigures = PowerFigures()
    built_in_encoder: bool = True


def shipped_figures() -> tuple[Figure, ...]:
    """The figures of the program as it ships."""
    return tuple(Figure(**figure) for figure in tables_of("figures", "figure"))


def _figures_about(about: str, here: Installation) -> tuple[Figure, ...]:
    """What was measured of one part: on the own archive first, then as it ships."""
    return tuple(f for f in (*here.measured, *shipped_figures()) if f.about == about)


def facts_of(here: Installation) -> dict[str, str]:
    """The sentences by their name in the forms; "" where nobody said it."""
    registered, words = here.registration, _words()
    return {
        "goal": words["goal"],
        "risks": words["risks"],
        "methods": _sentences("methods", registered),
        "oversight": _sentences("oversight", registered),
        "security": words["security"],
        "connections": _connections(here.hosts),
        "hosts": ", ".join(here.hosts),
        "collections": _collections(here.holdings),
        "retention": _retention(here),
        "figures": _figures((*here.measured, *shipped_figures())),
        "person_risks": " ".join(f"{r.title}: {r.effect}" for r in known_risks() if r.persons),
        "lawful_basis": registered.lawful_basis,
        "organisation": registered.organisation,
        "contact": registered.contact,
        "language_model": registered.language_model,
        "version": version("learninglion"),
        "python": platform.python_version(),
        "sure": f"{here.sure:.2f}",
    }


def _connections(hosts: Sequence[str]) -> str:
    if not hosts:
        return (
            "Het programma draait op een computer van de organisatie. Geen andere machine is toegelaten: er "
            "gaat niets naar buiten."
        )
    return (
        "Het programma draait op een computer van de organisatie. Een beheerder liet deze andere machines "
        f"toe: {', '.join(hosts)}. Wordt daar een model gevraagd, dan gaat de tekst mee die het model moet "
        "lezen; maak met wie die machine beheert de afspraken die daarbij horen."
    )


def _collections(holdings: Sequence[Holding]) -> str:
    if not holdings:
        return "Er zijn nog geen documenten opgenomen."
    listed = "; ".join(
        f"{held.name} ({held.documents} documenten, doel: {held.purpose or 'nog niet gezegd'}, "
        f"{_POLICIES[held.personal]})"
        for held in holdings
    )
    return f"Verzamelingen van deze installatie: {listed}."


def _retention(here: Installation) -> str:
    terms = [
        f"{what} {days} dagen na de laatste wijziging"
        for what, days in (
            ("vastgestelde dossiers", here.dossier_days),
            ("sets in bewerking", here.work_days),
        )
        if days
    ]
    if not terms:
        return "Er is geen bewaartermijn ingesteld: alles blijft, tot iemand het met een reden vernietigt."
    return f"Ingesteld: {', '.join(terms)}. Een mens vernietigt wat te oud is; dat komt in het logboek."


def _figures(figures: Sequence[Figure]) -> str:
    listed = "; ".join(f"{f.what}: {f.value} ({f.data}, {f.on})" for f in figures)
    return f"Gemeten: {listed}."


# What a reader should know before trusting it: cards of models and data, the risk register, and notices.

_OPEN = "**open**"


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What one model or set of rules does, what it cannot, what it learned from, and how it was measured."""

    name: str
    what: str
    does: str
    cannot: str
    learned: str
    figures: tuple[Figure, ...]


def model_cards(here: Installation) -> tuple[ModelCard, ...]:
    """The cards of what computes here, by the settings."""
    facts = facts_of(here)
    used = {
        "built-in encoder": here.built_in_encoder,
        "reranker": here.registration.reranker,
        "language model": bool(here.registration.language_model),
        "second reader": here.registration.second_reader,
    }
    return tuple(
        ModelCard(
            _filled_in(card["name"], facts),
            card["what"],
            card["does"],
            card["cannot"],
            card["learned"],
            _figures_about(card["figures"], here),
        )
        for card in tables_of("models", "card")
        if used.get(card.get("setting", ""), True)
    )


def _model_page(here: Installation) -> str:
    """The model cards as Markdown."""
    parts = [
        "# Modelkaarten\n\nWat rekent, wat het kan en niet kan, waarvan het leerde en hoe het is gemeten."
    ]
    for card in model_cards(here):
        parts.append(
            f"## {card.name}\n\n{card.what}.\n\n- **Doet**: {card.does}\n- **Kan niet**: {card.cannot}\n"
            f"- **Leerde van**: {card.learned}"
        )
        if card.figures:
            parts.append(_table(card.figures))
    return "\n\n".join(parts) + "\n"


def _table(figures: Sequence[Figure]) -> str:
    rows = [f"| {f.what} | {f.value} | {f.data} | {f.on} | `{f.command}` |" for f in figures]
    return "\n".join(
        ["| gemeten | uitkomst | gegevens | dag | opdracht |", "| --- | --- | --- | --- | --- |", *rows]
    )


def _data_card(here: Installation) -> str:
    """What was learned from and what is searched here, as Markdown."""
    held = [f"| {h.name} | {h.documents} | {h.purpose or _OPEN} | {h.personal} |" for h in here.holdings] or [
        "| (nog geen documenten) | | | |"
    ]
    return _template("data").format(holdings="\n".join(held))


def _risk_page() -> str:
    """The risk register as Markdown; what the organisation must weigh stands open."""
    parts = ["# Risicoregister\n\nKans, ernst, eigenaar en aanvaarding zijn aan de organisatie: **open**."]
    for risk in known_risks():
        evidence = "; ".join(risk.evidence)
        parts.append(
            f"## {risk.id} {risk.title}\n\n- Oorzaak: {risk.cause}\n- Gevolg: {risk.effect}\n"
            f"- Wat het programma doet: {risk.does}\n- Bewijs: {evidence}\n"
            f"- Raakt wie in gegevens staat: {'ja' if risk.persons else 'nee'}\n"
            f"- Kans: {_OPEN}\n- Ernst: {_OPEN}\n- Eigenaar: {_OPEN}\n- Resterend risico: {_OPEN}"
        )
    return "\n\n".join(parts) + "\n"


def notice(name: str, here: Installation) -> str:
    """A draft for the organisation to read: `name` is transparency or accessibility."""
    facts: Mapping[str, str] = facts_of(here) | {
        "organisation_or_open": here.registration.organisation or "de organisatie (**open**)",
        "contact_or_open": here.registration.contact or _OPEN,
    }
    return _template(name).format_map(facts)


def _template(name: str) -> str:
    return (files(__package__) / "forms" / f"{name}.md").read_text("utf-8")


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


# What the program consists of, as a CycloneDX bill of materials.

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
    entry, gaps = _known_entry(here.registration)
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
        "modelkaarten.md": _model_page(here),
        "gegevenskaart.md": _data_card(here),
        "risicoregister.md": _risk_page(),
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


def publication(here: Installation) -> dict[str, bytes]:
    """The files of the site by name; the same installation gives the same bytes."""
    apart = replace(here, holdings=(), measured=())  # what is held here is not for everybody
    shipped = files(__package__) / "published"
    pages = [
        _Page("index", "LearningLion, in het openbaar", notice("transparency", apart)),
        _Page("modellen", "Modelkaarten", _model_page(apart)),
        _Page("gegevens", "Gegevenskaart", _data_card(apart).split("## Wat hier wordt doorzocht")[0]),
        _Page("risicos", "Risico's en grenzen", _risk_page()),
        _Page("prompts", "Prompts", _prompts()),
        *(_Page(n, title, (shipped / f"{n}.md").read_text("utf-8"), "en") for n, title in _ENGLISH),
    ]
    links = {f"{page.name}.md": f"{page.name}.html" for page in pages}
    template = Path(__file__).with_name("forms") / "site.html"
    made = {p.name: page_of(template, page=p, pages=pages, body=_rendered(p.text, links)) for p in pages}
    return {f"{name}.html": text.encode() for name, text in made.items()}


def _prompts() -> str:
    parts = ["# Prompts\n\nWat een taalmodel gevraagd wordt, als er een is ingesteld, zoals het meekomt."]
    folder = files("learninglion.drafting") / "prompts"
    for file in sorted(folder.iterdir(), key=lambda f: f.name):
        if file.name.endswith(".txt") and file.name != "LEESMIJ.txt":
            parts.append(f"## {file.name}\n\n````\n{file.read_text('utf-8').rstrip()}\n````")
    return "\n\n".join(parts) + "\n"


def _rendered(text: str, pages: Mapping[str, str]) -> str:
    """The Markdown as HTML; a link that leads to no page of the site becomes its words."""
    from markdown_it import MarkdownIt  # settings are made of what stands here, and need none of it

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
