"""Who asks, and what this person may see and do."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """What a person may do; see docs/user-guide.md for the table of rights."""

    READER = "reader"
    DRAFTER = "drafter"
    APPROVER = "approver"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: name, roles, and the collections this person may see (None = all)."""

    name: str
    roles: frozenset[Role] = field(default_factory=frozenset)
    collections: frozenset[str] | None = None

    def may_see(self, collection: str) -> bool:
        """Whether this person may see documents of `collection`."""
        return self.collections is None or collection in self.collections
