"""What the program and its settings know of an installation: for the register, forms, cards and notices.

What the program does it can tell itself; what only the organisation can say comes from its settings, and
nothing is assumed for it. The entry for the Algoritmeregister is for a person to read and upload; nothing
here sends anything. Forms are a start for the people who make the assessment: nothing is marked as finished,
nothing is weighed. The answers stand in forms/*.toml, by the keys of the forms.
Sources: MinBZK/Algoritmeregister, publication standard 1.0; MinBZK/par-dpia-form, assessment output 2.0
(DPIA 3.0, IAMA 2.0, pre-scan 2.0); MinBZK/task-registry, instrument "technische documentatie" 1.0.
"""

from __future__ import annotations

import json
import platform
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from string import Formatter
from typing import Any, cast

from learninglion.models.errors import InputError
from learninglion.models.plain import Plain
from learninglion.record.energy import PowerFigures

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
    entry, gaps = known_entry(registered)
    if gaps:
        raise InputError("Voor het Algoritmeregister ontbreekt of klopt iets niet: " + "; ".join(gaps))
    return entry


def known_entry(registered: Registration) -> tuple[dict[str, Plain], tuple[str, ...]]:
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


def model_page(here: Installation) -> str:
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


def data_card(here: Installation) -> str:
    """What was learned from and what is searched here, as Markdown."""
    held = [f"| {h.name} | {h.documents} | {h.purpose or _OPEN} | {h.personal} |" for h in here.holdings] or [
        "| (nog geen documenten) | | | |"
    ]
    return _template("data").format(holdings="\n".join(held))


def risk_page() -> str:
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
