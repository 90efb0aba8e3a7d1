from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from learninglion.inference.encoders import EncoderChoice
from learninglion.inference.reranking import RerankerChoice
from learninglion.models.plain import from_plain, to_plain
from learninglion.record.energy import Energy, Method, PowerFigures, PowerMeter
from learninglion.settings import load_settings, workplace_options

FIGURES = PowerFigures(cpu_watt=100, ram_watt=0, pue=2.0, grid_g_per_kwh=500, grid_year=2024, grid_source="x")


def work(millions: int) -> None:
    sum(i * i for i in range(millions * 1_000_000))


def test_more_work_takes_more_energy_and_the_figures_are_kept() -> None:
    meter = PowerMeter(FIGURES)
    little = meter.start("proef")
    first = little.stop()
    much = meter.start("proef")
    work(2)
    second = much.stop()
    assert second.cpu_seconds > first.cpu_seconds and second.kwh > first.kwh
    assert second.grams_co2e == pytest.approx(second.kwh * 500)
    assert (second.cpu_watt, second.pue, second.grid_year, second.grid_source) == (100, 2.0, 2024, "x")
    assert from_plain(Energy, to_plain(second)) == second
    assert from_plain(Energy, {"seconds": 1.0, "cpu_seconds": 1.0, "kwh": 0.1, "grams_co2e": 1.0}).method


def test_six_at_once_count_the_processor_once() -> None:
    meter = PowerMeter(FIGURES)
    before = time.process_time()
    used: list[Energy] = []

    def piece() -> None:
        use = meter.start("proef")
        work(1)
        used.append(use.stop())

    threads = [threading.Thread(target=piece) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent = time.process_time() - before
    assert 0.5 * spent < sum(e.cpu_seconds for e in used) <= spent * 1.02
    assert max(e.seconds for e in used) <= sum(e.seconds for e in used)


def test_what_failed_is_charged_nothing_any_more() -> None:
    meter = PowerMeter(FIGURES)
    lost = meter.start("proef")
    del lost
    use = meter.start("proef")
    before = time.process_time()
    work(1)
    assert use.stop().cpu_seconds == pytest.approx(time.process_time() - before, rel=0.2)


def test_the_counter_of_the_processor_is_shared_by_busy_time(tmp_path: Path) -> None:
    (tmp_path / "energy_uj").write_text("9000000")
    (tmp_path / "max_energy_range_uj").write_text("10000000")
    meter = PowerMeter(PowerFigures(ram_watt=0), rapl=tmp_path)
    assert meter.method is Method.RAPL
    use = meter.start("proef")
    work(1)
    (tmp_path / "energy_uj").write_text("4000000")  # it went round: 5 joules
    energy = use.stop()
    assert energy.method == "rapl" and 0 < energy.kwh <= 5 / 3.6e6
    assert PowerMeter(PowerFigures(method=Method.RAPL), rapl=tmp_path / "none").method is Method.TDP_LOAD
    constant = PowerMeter(PowerFigures(cpu_watt=10, ram_watt=0, method=Method.CONSTANT)).start("proef")
    time.sleep(0.05)
    told = constant.stop()
    assert told.kwh == pytest.approx(10 * told.seconds / 3.6e6, rel=0.1)


def test_a_model_elsewhere_is_named_and_estimated_only_when_somebody_said_how() -> None:
    unknown = PowerMeter(PowerFigures()).start("proef", "model.voorbeeld.example").stop()
    assert (unknown.elsewhere, unknown.elsewhere_kwh) == ("model.voorbeeld.example", None)
    use = PowerMeter(PowerFigures(endpoint_watt=300)).start("proef", "model.voorbeeld.example")
    time.sleep(0.02)
    known = use.stop()
    assert known.elsewhere_kwh == pytest.approx(300 * known.seconds / 3.6e6, rel=0.2)
    assert known.grams_co2e > known.kwh * known.grid_g_per_kwh
    assert PowerMeter(PowerFigures(endpoint_watt=300)).start("proef").stop().elsewhere_kwh is None


def test_only_models_that_are_used_work_elsewhere(tmp_path: Path) -> None:
    plain = workplace_options(load_settings({"LEARNINGLION_HOME": str(tmp_path)}))
    assert (plain.models_elsewhere, plain.writer_elsewhere(None)) == ("", "")
    encoder = EncoderChoice("openai", "m", "https://a.example/v1")
    reranker = RerankerChoice("documents", "m", "https://b.example")
    assert replace(plain, encoder=encoder, reranker=reranker).models_elsewhere == "a.example, b.example"
    served = {"LEARNINGLION_HOME": str(tmp_path), "LEARNINGLION_GENERATOR_KIND": "openai"}
    options = workplace_options(load_settings(served))
    assert options.writer_elsewhere(options.generator) == "127.0.0.1"  # another process


def test_counting_costs_next_to_nothing() -> None:
    meter = PowerMeter(FIGURES)
    began = time.process_time()
    for _ in range(200):
        meter.start("proef").stop()
    assert (time.process_time() - began) / 200 < 0.0005  # of a search of 30 ms: 2% is 0.6 ms
