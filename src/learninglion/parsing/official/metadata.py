"""The metadata of an official publication: by (name, scheme), in the document or in a record of its own."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from lxml import etree

from learninglion.models import Genre
from learninglion.models.publications import parse_publication_id
from learninglion.parsing.kamervragen.front import name_genre

__all__ = ["Metadata", "read_metadata"]

_RECORD = re.compile(r"/(?P<identifier>[a-z]{1,6}-[\w-]+)/metadata(?:_owms)?\.xml", re.IGNORECASE)
_ANNEX_TYPES = "OVERHEIDop.AanhangselTypen"
_PAPER_TYPES = "OVERHEIDop.KamerstukTypen"


@dataclass(frozen=True, slots=True)
class Metadata:
    """The values of a record: several may share a name, and a scheme tells them apart."""

    values: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)

    def get(self, name: str, scheme: str | None = None) -> str:
        """The first value under `name` (any scheme where it is None); empty where there is none."""
        return next(iter(self.all(name, scheme)), "")

    def all(self, name: str, scheme: str | None = None) -> tuple[str, ...]:
        """The values under `name`, in order."""
        return tuple(
            value
            for (known, kind), values in self.values.items()
            if known == name and scheme in (None, kind)
            for value in values
        )

    @property
    def identifier(self) -> str | None:
        """The canonical identifier: of an Aanhangsel by year and number; else the own, or the record's."""
        number, year = self.get("OVERHEIDop.aanhangselNummer"), self.session_year
        own = self.get("DC.identifier") or self._pointed()
        if number.isdigit() and year:
            chamber = "ek" if "Eerste" in self.get("DC.creator") else "tk"
            return f"ah-{chamber}-{year.replace('-', '')}-{int(number)}"
        return own or None

    @property
    def alias(self) -> str | None:
        """The identifier the record itself carries, where the canonical one is another."""
        own = self.get("DC.identifier")
        return own if own and own != self.identifier else None

    @property
    def session_year(self) -> str | None:
        """ "2023-2024"."""
        year = self.get("OVERHEIDop.vergaderjaar")
        if re.fullmatch(r"\d{4}-\d{4}", year):
            return year
        known = parse_publication_id(self.get("DC.identifier"))
        return known.session_year if known else None

    @property
    def title(self) -> str:
        """What the document is called: its own title rather than that of its dossier."""
        return self.get("OVERHEIDop.documenttitel") or self.get("DC.title")

    @property
    def genre(self) -> Genre | None:
        """What sort of Kamerstuk it is."""
        return name_genre(self.get("DC.type", _PAPER_TYPES))

    @property
    def is_annex(self) -> bool:
        """Whether it is an Aanhangsel: questions with answers, or a notice."""
        return bool(self.get("DC.type", _ANNEX_TYPES)) or self.get("OVERHEIDop.publicationName").startswith(
            "Kamervragen"
        )

    @property
    def is_provisional(self) -> bool:
        """Whether the text is not final yet."""
        return self.get("OVERHEIDop.documentStatus") == "Onopgemaakt"

    def day(self, *names: str) -> date | None:
        """The first of the days under `names`."""
        for name in names:
            try:
                return date.fromisoformat(self.get(name)[:10])
            except ValueError:
                continue
        return None

    def _pointed(self) -> str:
        match = _RECORD.search(self.get("OVERHEIDop.externMetadataRecord"))
        return match["identifier"] if match else ""


def read_metadata(root: etree._Element) -> Metadata:
    """The metadata in a document (`meta`) or in a record (`metadata`), wherever it stands there."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for element in root.iter("meta", "metadata"):
        name = element.get("name")
        value = (element.get("content") or "").strip()
        if name and value:
            found[name, element.get("scheme") or ""].append(value)
    return Metadata({key: tuple(values) for key, values in found.items()})
