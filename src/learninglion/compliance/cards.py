"""What a reader should know before trusting it: cards of models and data, the risk register, and notices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from learninglion.compliance.facts import Figure, Installation, facts_of, figures_about
from learninglion.compliance.impact_forms import known_risks, tables_of, told

_OPEN = "**open**"


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What one model or set of rules does, what it cannot, what it learned from, and how it was measured."""

    name: str
    what: str
    does: str
    cannot: str
    learned: str
    figures: tuple[Figure, ...]


def model_cards(here: Installation) -> tuple[ModelCard, ...]:
    """The cards of what computes here, by the settings."""
    facts = facts_of(here)
    used = {
        "built-in encoder": here.built_in_encoder,
        "reranker": here.registration.reranker,
        "language model": bool(here.registration.language_model),
        "second reader": here.registration.second_reader,
    }
    return tuple(
        ModelCard(
            told(card["name"], facts),
            card["what"],
            card["does"],
            card["cannot"],
            card["learned"],
            figures_about(card["figures"], here),
        )
        for card in tables_of("models", "card")
        if used.get(card.get("setting", ""), True)
    )


def model_page(here: Installation) -> str:
    """The model cards as Markdown."""
    parts = [
        "# Modelkaarten\n\nWat rekent, wat het kan en niet kan, waarvan het leerde en hoe het is gemeten."
    ]
    for card in model_cards(here):
        parts.append(
            f"## {card.name}\n\n{card.what}.\n\n- **Doet**: {card.does}\n- **Kan niet**: {card.cannot}\n"
            f"- **Leerde van**: {card.learned}"
        )
        if card.figures:
            parts.append(_table(card.figures))
    return "\n\n".join(parts) + "\n"


def _table(figures: Sequence[Figure]) -> str:
    rows = [f"| {f.what} | {f.value} | {f.data} | {f.on} | `{f.command}` |" for f in figures]
    return "\n".join(
        ["| gemeten | uitkomst | gegevens | dag | opdracht |", "| --- | --- | --- | --- | --- |", *rows]
    )


def data_card(here: Installation) -> str:
    """What was learned from and what is searched here, as Markdown."""
    held = [f"| {h.name} | {h.documents} | {h.purpose or _OPEN} | {h.personal} |" for h in here.holdings] or [
        "| (nog geen documenten) | | | |"
    ]
    return _template("data").format(holdings="\n".join(held))


def risk_page() -> str:
    """The risk register as Markdown; what the organisation must weigh stands open."""
    parts = ["# Risicoregister\n\nKans, ernst, eigenaar en aanvaarding zijn aan de organisatie: **open**."]
    for risk in known_risks():
        evidence = "; ".join(risk.evidence)
        parts.append(
            f"## {risk.id} {risk.title}\n\n- Oorzaak: {risk.cause}\n- Gevolg: {risk.effect}\n"
            f"- Wat het programma doet: {risk.does}\n- Bewijs: {evidence}\n"
            f"- Raakt wie in gegevens staat: {'ja' if risk.persons else 'nee'}\n"
            f"- Kans: {_OPEN}\n- Ernst: {_OPEN}\n- Eigenaar: {_OPEN}\n- Resterend risico: {_OPEN}"
        )
    return "\n\n".join(parts) + "\n"


def notice(name: str, here: Installation) -> str:
    """A draft for the organisation to read: `name` is transparency or accessibility."""
    facts: Mapping[str, str] = facts_of(here) | {
        "organisation_or_open": here.registration.organisation or "de organisatie (**open**)",
        "contact_or_open": here.registration.contact or _OPEN,
    }
    return _template(name).format_map(facts)


def _template(name: str) -> str:
    return (files(__package__) / "forms" / f"{name}.md").read_text("utf-8")
