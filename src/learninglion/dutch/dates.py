"""Months and dates as Dutch writes them."""

from __future__ import annotations

__all__ = ["MONTHS"]

MONTHS = (
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
)
