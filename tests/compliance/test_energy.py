from __future__ import annotations

import pytest

from learninglion.compliance.energy import Meter, PowerFigures


def test_more_work_takes_more_energy() -> None:
    meter = Meter(PowerFigures(cpu_watt=100, ram_watt=0, pue=2.0, grid_g_per_kwh=500))
    first = meter.read()
    sum(i * i for i in range(2_000_000))
    second = meter.read()
    assert second.cpu_seconds > first.cpu_seconds
    assert second.kwh > first.kwh
    assert second.grams_co2e == pytest.approx(second.kwh * 500)
    assert second.method == "tdp_load"
