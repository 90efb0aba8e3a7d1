"""What a piece of work took in energy, with the figures it was reckoned with, and how readers are told.

Source: SCI (ISO/IEC 21031) for what is told apart; the methods as CodeCarbon names them.
"""

from __future__ import annotations

import os
import resource
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path


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


# An honest account of the energy a piece of work took: measured where the machine lets us, else estimated.
#
# kWh = (processor energy + memory watt x seconds) x PUE / 3.6e6. The processor's energy comes from RAPL
# counters where they may be read (for the share of the processor time that was ours), else from processor
# time times design power, or from a constant power where that is set. Pieces of work that run at once share
# what the process used, so together they count it once.


_RAPL = Path("/sys/class/powercap/intel-rapl:0")
_STAT = Path("/proc/stat")
_JOULES = 3.6e6  # a kWh
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class PowerFigures:
    """Figures of this machine and its electricity; set by the administrator."""

    cpu_watt: float = 65.0
    ram_watt: float = 8.0
    pue: float = 1.0
    grid_g_per_kwh: float = 374.0
    grid_source: str = "CE Delft voor co2emissiefactoren.nl, stroommix 2021"
    grid_year: int = 2021
    method: Method | None = None  # None: RAPL where it can be read, else processor time
    endpoint_watt: float = 0.0  # of a model on another machine while it is waited for; 0: not known


@dataclass
class _Share:
    """What one piece of work is charged with so far."""

    cpu_seconds: float = 0.0
    joules: float = 0.0


class PowerMeter:
    """The meter of one process; pieces of work may start and stop in any thread."""

    def __init__(
        self,
        figures: PowerFigures | None = None,
        *,
        rapl: Path = _RAPL,
        on_end: Callable[[str, Energy], None] | None = None,
    ) -> None:
        """`on_end` hears of every piece of work that ended, by its name, and what it took."""
        self.figures = figures or PowerFigures()
        self._on_end = on_end
        self._counter = _Counter(rapl)
        wanted = self.figures.method or (Method.RAPL if self._counter.readable else Method.TDP_LOAD)
        self.method = wanted if wanted is not Method.RAPL or self._counter.readable else Method.TDP_LOAD
        self._lock = threading.Lock()
        self._running: weakref.WeakSet[Use] = weakref.WeakSet()  # one that failed drops out by itself
        self._clock, self._cpu = time.perf_counter(), _cpu_seconds()
        self._spent = 0.0
        self._counter.take(0.0)

    def start(self, work: str, elsewhere: str = "") -> Use:
        """Begin to count a piece of work; `elsewhere` is the machine of a model that works on it too."""
        with self._lock:
            self._settle()
            use = Use(self, work, elsewhere)
            self._running.add(use)
        return use

    def spent(self) -> float:
        """The joules that pieces of work took so far, together."""
        with self._lock:
            self._settle()
            return self._spent

    def _stop(self, use: Use) -> None:
        with self._lock:
            self._settle()
            self._running.discard(use)

    def _tell(self, work: str, energy: Energy) -> None:
        if self._on_end is not None:
            self._on_end(work, energy)

    def _settle(self) -> None:
        """Divide what was used since the last time over what ran."""
        clock, cpu = time.perf_counter(), _cpu_seconds()
        seconds, cpu_seconds = clock - self._clock, cpu - self._cpu
        self._clock, self._cpu = clock, cpu
        running = tuple(self._running)
        joules = self._processor_joules(seconds, cpu_seconds) + self.figures.ram_watt * seconds
        self._spent += joules * self.figures.pue if running else 0.0
        for use in running:
            use.share.cpu_seconds += cpu_seconds / len(running)
            use.share.joules += joules * self.figures.pue / len(running)

    def _processor_joules(self, seconds: float, cpu_seconds: float) -> float:
        if self.method is Method.RAPL:
            return self._counter.take(cpu_seconds)
        if self.method is Method.CONSTANT:
            return self.figures.cpu_watt * seconds
        return self.figures.cpu_watt * cpu_seconds / (os.cpu_count() or 1)


class Use:
    """A piece of work that is counted, from its making until `stop`."""

    def __init__(self, meter: PowerMeter, work: str, elsewhere: str) -> None:
        self._meter = meter
        self._work = work
        self._elsewhere = elsewhere
        self._began = time.perf_counter()
        self.share = _Share()

    def stop(self) -> Energy:
        """What it took."""
        self._meter._stop(self)
        figures, seconds = self._meter.figures, time.perf_counter() - self._began
        kwh = self.share.joules / _JOULES
        there = figures.endpoint_watt * seconds / _JOULES
        energy = Energy(
            seconds,
            self.share.cpu_seconds,
            kwh,
            (kwh + (there if self._elsewhere else 0.0)) * figures.grid_g_per_kwh,
            self._meter.method,
            figures.cpu_watt,
            figures.ram_watt,
            figures.pue,
            figures.grid_g_per_kwh,
            figures.grid_year,
            figures.grid_source,
            self._elsewhere,
            there if self._elsewhere and figures.endpoint_watt else None,
        )
        self._meter._tell(self._work, energy)
        return energy


class _Counter:
    """The energy counter of the processor, and which part of its work was ours."""

    def __init__(self, folder: Path) -> None:
        self._energy, self._range = folder / "energy_uj", folder / "max_energy_range_uj"
        self._last, self._busy = 0, 0.0
        try:
            self._last = int(self._energy.read_text("ascii"))
            self.readable = True
        except (OSError, ValueError):
            self.readable = False

    def take(self, cpu_seconds: float) -> float:
        """The joules since the last time, for our `cpu_seconds` of the busy time of the whole machine."""
        if not self.readable:
            return 0.0
        now, busy = int(self._energy.read_text("ascii")), _busy_seconds()
        passed, worked = now - self._last, busy - self._busy
        self._last, self._busy = now, busy
        if passed < 0:  # the counter began anew
            passed += int(self._range.read_text("ascii"))
        return passed / 1e6 * min(1.0, cpu_seconds / worked if worked > 0 else 0.0)


def _busy_seconds() -> float:
    user, nice, system, _idle, _wait, *rest = _STAT.read_text("ascii").splitlines()[0].split()[1:]
    return sum(map(int, (user, nice, system, *rest[:2]))) / _TICKS


def _cpu_seconds() -> float:
    own = time.process_time()
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return own + children.ru_utime + children.ru_stime
