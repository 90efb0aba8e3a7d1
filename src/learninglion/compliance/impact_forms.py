"""What the program knows of itself, filled in on the government's forms: DPIA, IAMA, pre-scan, annex IV.

A start for the people who make the assessment: nothing is marked as finished, nothing is weighed, and what
only the organisation can say stays empty. The answers stand in forms/*.toml, by the keys of the forms.
Source: MinBZK/par-dpia-form, assessment output 2.0 (DPIA 3.0, IAMA 2.0, pre-scan 2.0); MinBZK/task-registry,
instrument "technische documentatie" 1.0.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any, cast

from learninglion.models.plain import Plain

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
def toml_of(name: str) -> dict[str, object]:
    """One of the files with what is told, as it ships."""
    return tomllib.loads((files(__package__) / "forms" / f"{name}.toml").read_text("utf-8"))


def tables_of(name: str, key: str) -> list[dict[str, Any]]:
    """The tables [[key]] in one of those files."""
    return cast("list[dict[str, Any]]", toml_of(name)[key])


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


def filled_in(text: str, facts: Facts) -> str:
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
    listed = dict(toml_of(form.value))
    local = listed.pop("local", None)
    if isinstance(local, dict) and not facts["hosts"]:
        listed |= local
    for key, value in listed.items():
        if isinstance(value, dict):
            yield key, value["groups"]
        elif isinstance(value, list):
            yield key, value
        elif isinstance(value, str) and (text := filled_in(value, facts)):
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
            told_of = group.items() if isinstance(group, dict) else ()
            groups.append({"_index": index, **{name: _answered(answer, moment) for name, answer in told_of}})
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
