"""The plain Dutch texts a model gets to read: built in, or from a folder of the administrator."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from learninglion.errors import InputError
from learninglion.serial import canonical_json, sha256_hex

__all__ = ["PromptFiles", "fill", "load_prompts"]

_PLACE = re.compile(r"\{([a-z]+)\}")

# The places each file must have, so that an own version cannot leave out the question or the sources.
_PLACES: dict[str, frozenset[str]] = {
    "situatie": frozenset({"merkteken"}),
    "opdracht": frozenset({"vraag", "onderdelen", "bronnen", "stijl", "vorm"}),
    "stijl": frozenset({"voorbeelden"}),
    "vorm-json": frozenset(),
    "vorm-regels": frozenset(),
    "herstel": frozenset({"vraag", "zin", "redenen", "bronnen", "vorm"}),
    "oordeel": frozenset({"bronnen", "zin"}),
    "voorbeelden": frozenset(),
    "vervolg": frozenset({"vraag", "bronnen"}),
}


@dataclass(frozen=True, slots=True)
class PromptFiles:
    """The texts by name, and the hash by which a draft says which ones it was written with."""

    texts: tuple[tuple[str, str], ...]
    sha256: str

    def text(self, name: str) -> str:
        """The text called `name`, without white space around it."""
        return dict(self.texts)[name]


def load_prompts(folder: Path | None = None) -> PromptFiles:
    """The prompts; a file in `folder` comes in the place of the built-in one of the same name.

    Raises InputError naming all files that lack a place to fill in, or have an unknown one.
    """
    if folder is not None and not folder.is_dir():
        raise InputError(f"De map met prompts {str(folder)!r} bestaat niet.")
    texts: list[tuple[str, str]] = []
    problems: list[str] = []
    for name, places in sorted(_PLACES.items()):
        text = _read(name, folder)
        found = set(_PLACE.findall(text)) if not name.startswith(("vorm-", "voorbeelden")) else set()
        if found != places:
            problems.append(f"{name}.txt: nodig zijn {_listed(places)}, gevonden {_listed(found)}")
        texts.append((name, text))
    if problems:
        raise InputError("De prompts kunnen niet worden gebruikt. " + "; ".join(problems) + ".")
    return PromptFiles(tuple(texts), sha256_hex(canonical_json(texts)))


def fill(text: str, values: Mapping[str, str]) -> str:
    """`text` with its places filled in one go: braces inside a value are never filled again."""
    return _PLACE.sub(lambda m: values.get(m.group(1), m.group(0)), text)


def _read(name: str, folder: Path | None) -> str:
    own = folder / f"{name}.txt" if folder is not None else None
    if own is not None and own.is_file():
        try:
            return own.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"De prompt {own.name} kan niet worden gelezen als tekst (UTF-8).") from error
    built_in = files("learninglion.drafting") / "prompts" / f"{name}.txt"
    return built_in.read_text(encoding="utf-8").strip()


def _listed(places: frozenset[str] | set[str]) -> str:
    return ", ".join("{" + p + "}" for p in sorted(places)) or "geen"
