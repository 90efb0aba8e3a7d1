"""Whether the models that were set really answer: something small is asked, and what came back is told."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from learninglion.inference.generators import Generator, Prompt
from learninglion.models.errors import LearningLionError
from learninglion.workflow import LearningLion

__all__ = ["TestResult", "try_encoder", "try_generator"]

_TOKENS = 24
_SHOWN = 200  # characters of the answer


@dataclass(frozen=True, slots=True)
class TestResult:
    """What came of a test; `detail` is for the administrator."""

    what: str
    ok: bool
    detail: str


def try_encoder(house: LearningLion) -> TestResult:
    """Turn one sentence into a vector."""
    began = time.perf_counter()
    try:
        encoder = house.index.encoder
        shape = encoder.encode_queries(["Kent u het bericht over de veerpont?"]).shape
    except LearningLionError as error:
        return TestResult("zoekmodel", False, error.detail)
    took = time.perf_counter() - began
    return TestResult("zoekmodel", True, f"{encoder.name}: vector van {shape[1]} getallen in {took:.2f} s")


def try_generator(opening: Callable[[], Generator | None]) -> TestResult:
    """Ask the language model that `opening` gives for a few words; no model at all is fine too."""
    began = time.perf_counter()
    try:
        generator = opening()
        if generator is None:
            return TestResult(
                "taalmodel", True, "niet ingesteld: voorstellen bestaan uit zinnen uit de bronnen"
            )
        prompt = Prompt("U helpt een ambtenaar.", "Antwoord met één woord: werkt de verbinding?")
        text = "".join(generator.stream(prompt, max_tokens=_TOKENS))
    except LearningLionError as error:
        return TestResult("taalmodel", False, error.detail)
    took = time.perf_counter() - began
    return TestResult("taalmodel", True, f"{generator.model} antwoordde in {took:.1f} s: {text[:_SHOWN]!r}")
