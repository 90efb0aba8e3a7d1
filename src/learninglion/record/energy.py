"""What a piece of work took in energy, with the figures it was reckoned with, and how readers are told.

Source: SCI (ISO/IEC 21031) for what is told apart; the methods as CodeCarbon names them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum


class Method(StrEnum):
    """How the processor's energy is known."""

    RAPL = "rapl"  # counters of the processor; root may read them, others mostly not
    TDP_LOAD = "tdp_load"  # processor time times design power: an estimate
    CONSTANT = "constant"  # the same power whatever it does: a rough estimate


@dataclass(frozen=True, slots=True)
class Energy:
    """What a piece of work took, and the figures that it was reckoned with."""

    seconds: float
    cpu_seconds: float
    kwh: float  # on this machine
    grams_co2e: float
    method: str = Method.TDP_LOAD
    cpu_watt: float = 0.0
    ram_watt: float = 0.0
    pue: float = 1.0
    grid_g_per_kwh: float = 0.0
    grid_year: int = 0
    grid_source: str = ""
    elsewhere: str = ""  # the machine of a model that worked on it too
    elsewhere_kwh: float | None = None  # an estimate of what it took there; None: not known


def energy_words(energy: Energy) -> str:
    """What it took, for readers, as an estimate where it is one."""
    amount = ("" if energy.method == Method.RAPL else "naar schatting ") + _wh(energy.kwh)
    if energy.elsewhere_kwh is not None:
        amount += f", en {_wh(energy.elsewhere_kwh)} op {energy.elsewhere} (schatting)"
    elif energy.elsewhere:
        amount += f"; wat {energy.elsewhere} gebruikte is niet bekend"
    return amount


def energy_figures(energy: Energy) -> str:
    """How it was reckoned: method, powers, and the grid factor with its year and source."""
    if not energy.grid_g_per_kwh:
        return f"methode {energy.method}; de andere rekencijfers zijn niet bewaard"
    powers = f"processor {energy.cpu_watt:g} W, geheugen {energy.ram_watt:g} W, PUE {energy.pue:g}"
    grid = f"{energy.grid_g_per_kwh:g} g CO2e per kWh, {energy.grid_year}, {energy.grid_source}"
    return f"methode {energy.method}; {powers}; {grid}"


def energy_lines(pieces: Sequence[Energy]) -> tuple[str, ...]:
    """What the searching and drafting of a text took: a line for each way of reckoning."""
    return tuple(
        f"Energie van zoeken en opstellen: {energy_words(whole)}, "
        f"{f'{whole.grams_co2e:.2f}'.replace('.', ',')} g CO2e ({energy_figures(whole)})."
        for whole in together(pieces)
    )


def together(pieces: Sequence[Energy]) -> tuple[Energy, ...]:
    """What pieces of work took together; apart where reckoned otherwise, or with another machine."""
    wholes: dict[Energy, Energy] = {}
    for piece in pieces:
        known = piece.elsewhere_kwh is not None
        way = replace(
            piece, seconds=0.0, cpu_seconds=0.0, kwh=0.0, grams_co2e=0.0, elsewhere_kwh=0.0 if known else None
        )
        whole = wholes.get(way, way)
        wholes[way] = replace(
            way,
            seconds=whole.seconds + piece.seconds,
            cpu_seconds=whole.cpu_seconds + piece.cpu_seconds,
            kwh=whole.kwh + piece.kwh,
            grams_co2e=whole.grams_co2e + piece.grams_co2e,
            elsewhere_kwh=(whole.elsewhere_kwh or 0.0) + (piece.elsewhere_kwh or 0.0) if known else None,
        )
    return tuple(wholes.values())


def _wh(kwh: float) -> str:
    return f"{kwh * 1000:.3f} Wh".replace(".", ",")
