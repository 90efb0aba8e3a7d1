"""The same input gives the same bytes in another process (20 runs: benchmarks/repeatability.py)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

DRAFT = """
import sys
from datetime import date
from pathlib import Path

from learninglion.drafting import extractive
from learninglion.inference.generators import (GeneratorChoice, GeneratorKind)
from learninglion.inference import (open_generator)
from learninglion.drafting.verdict import verify
from learninglion.drafting.write import WritingOptions, rules_gate, write
from learninglion.models.plain import canonical_json
from learninglion.testing import make_card, make_selection, make_source

old = make_source(
    "Er varen 9 veerponten. De subsidie is 3 miljoen euro. Ik deel die mening niet.",
    card=make_card("oud", day=date(2012, 5, 1), number=1),
)
new = make_source(
    "Ja. Er varen 12 veerponten. De subsidie is 4 miljoen euro per jaar. De Inspectie Leefomgeving en "
    "Transport (ILT) houdt toezicht op de veerponten.",
    card=make_card("nieuw", day=date(2024, 5, 1), number=2),
)
asked = "Hoeveel veerponten varen er, hoe hoog is de subsidie en wie houdt toezicht op de veerponten?"
selection = make_selection(asked, [old, new])
if len(sys.argv) > 1:
    path = Path(sys.argv[1])
    choice = GeneratorChoice(GeneratorKind.GGUF, path=path, context_tokens=1024, chat=False, timeout=300.0)
    draft = write(selection, open_generator(choice), rules_gate(), options=WritingOptions(max_tokens=60))
else:
    draft = extractive.draft(selection)
sys.stdout.write(canonical_json(verify(draft)))
"""


def runs(*seeds: str, model: Path | None = None) -> list[bytes]:
    command = [sys.executable, "-c", DRAFT, *([str(model)] if model else [])]
    return [
        subprocess.run(
            command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in seeds
    ]


@pytest.mark.slow
def test_copied_sentences_are_the_same_bytes_in_every_process() -> None:
    first, *others = runs("0", "1", "random")
    assert b"12 veerponten" in first
    assert set(others) == {first}


def test_a_whole_draft_of_a_model_is_the_same_bytes_in_every_process(smollm2: Path) -> None:
    first, second = runs("0", "1", model=smollm2)
    assert b'"generator":"gguf"' in first and b'"shape","continue"' in first
    assert first == second
