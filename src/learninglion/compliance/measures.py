"""Requirements and measures of the task registry that apply, with what the program does for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

__all__ = ["Measure", "known_measures", "read_measures"]


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
    found: list[dict[str, str]] = []
    evidence: list[list[str]] = []
    for line in lines:
        if line.startswith("- urn: "):
            found.append({"urn": line.removeprefix("- urn: ")})
            evidence.append([])
        elif line.startswith("    - "):
            evidence[-1].append(line.removeprefix("    - "))
        elif line.startswith(("  does: ", "  open: ")):
            key, _, value = line.strip().partition(": ")
            found[-1][key] = value
        elif line.strip() and not line.startswith(("#", "  evidence:")):
            raise ValueError(line)
    return tuple(Measure(evidence=tuple(paths), **said) for said, paths in zip(found, evidence, strict=True))


@cache
def known_measures() -> tuple[Measure, ...]:
    """The measures as they ship."""
    return read_measures((files(__package__) / "measures.yaml").read_text("utf-8").splitlines())
