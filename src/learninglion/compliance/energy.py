"""An honest estimate of the energy a piece of work took, from processor time: no meter, and it says so.

kWh = (processor watt x processor seconds / logical processors + memory watt x seconds) x PUE / 3.6e6
"""

from __future__ import annotations

import os
import resource
import time
from dataclasses import dataclass

__all__ = ["Energy", "Meter", "PowerFigures"]

METHOD = "tdp_load"  # processor time times design power; RAPL counters need rights we do not ask for


@dataclass(frozen=True, slots=True)
class PowerFigures:
    """Figures of this machine and its electricity; set by the administrator."""

    cpu_watt: float = 65.0
    ram_watt: float = 8.0
    pue: float = 1.0
    grid_g_per_kwh: float = 374.0
    grid_source: str = "CE Delft voor co2emissiefactoren.nl, stroommix 2021"


@dataclass(frozen=True, slots=True)
class Energy:
    """What a piece of work took: clock and processor seconds, kWh and grams of CO2 equivalent."""

    seconds: float
    cpu_seconds: float
    kwh: float
    grams_co2e: float
    method: str = METHOD


class Meter:
    """Counts from its making on: this process and its finished children."""

    def __init__(self, figures: PowerFigures | None = None) -> None:
        self._figures = figures or PowerFigures()
        self._clock = time.perf_counter()
        self._cpu = _cpu_seconds()

    def read(self) -> Energy:
        """What was used since the meter was made."""
        seconds = time.perf_counter() - self._clock
        cpu = _cpu_seconds() - self._cpu
        figures = self._figures
        joules = figures.cpu_watt * cpu / (os.cpu_count() or 1) + figures.ram_watt * seconds
        kwh = joules * figures.pue / 3.6e6
        return Energy(seconds, cpu, kwh, kwh * figures.grid_g_per_kwh)


def _cpu_seconds() -> float:
    own = time.process_time()
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return own + children.ru_utime + children.ru_stime
