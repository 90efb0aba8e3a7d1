"""What the verifier can hold against a statement, and how it says so in plain Dutch."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FindingKind(StrEnum):
    """What is wrong with a statement."""

    NUMBER = "number"
    DATE = "date"
    UNIT = "unit"
    NAME = "name"
    NEGATION = "negation"
    MODALITY = "modality"
    HEDGE = "hedge"
    QUANTIFIER = "quantifier"
    LIMIT = "limit"
    CONDITION = "condition"
    ADDED = "added"  # words that the evidence does not have
    OMITTED = "omitted"  # words left out that change what is said
    ORDER = "order"  # who does what to whom, or which number belongs to what
    SPLICED = "spliced"  # pieces of different sentences joined as one
    ATTRIBUTION = "attribution"  # somebody's opinion turned into a fact
    DIFFERENT = "different"  # says something else altogether
    QUOTE = "quote"  # the quote itself does not hold
    PERSONAL = "personal"  # a number of one person, such as a burgerservicenummer
    CLAIMED_DATE = "claimed_date"  # the date in the fixed phrase is not that of the document


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not hold, with a sentence for the reader."""

    kind: FindingKind
    reason: str
