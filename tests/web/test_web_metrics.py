"""Figures for Prometheus: off unless a token is set, and nothing of persons in them."""

from __future__ import annotations

from collections.abc import Callable

from web_office import Office

from learninglion.models import Role


def test_off_unless_a_token_is_set(make_office: Callable[..., Office]) -> None:
    office = make_office()
    assert office.browser().get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_counted_by_route_and_never_by_address(make_office: Callable[..., Office]) -> None:
    office = make_office(LEARNINGLION_METRICS_TOKEN="geheim-token")
    office.person("noor", Role.DRAFTER)
    noor = office.browser("noor")
    assert noor.get("/dossiers/dossier-persoonlijk").status_code == 404
    assert noor.get("/metrics").status_code == 403
    assert noor.get("/metrics", headers={"Authorization": "Bearer fout"}).status_code == 403
    told = noor.get("/metrics", headers={"Authorization": "Bearer geheim-token"})
    assert told.status_code == 200 and told.headers["content-type"].startswith("text/plain")
    assert 'route="/dossiers/{dossier_id}",status="404"' in told.text
    assert "learninglion_request_seconds_bucket" in told.text and "learninglion_energy_kwh" in told.text
    nothing = ("queue_waiting", "index_behind_changes", "index_behind_seconds", "engine_searches")
    for name in ("database_up 1.0", *(f"{gauge} 0.0" for gauge in nothing)):
        assert f"learninglion_{name}\n" in told.text
    noor.request("ZELFBEDACHT", "/health")
    told = noor.get("/metrics", headers={"Authorization": "Bearer geheim-token"})
    assert 'method="other"' in told.text
    for secret in ("ZELFBEDACHT", "noor", "persoonlijk", "geheim-token"):
        assert secret not in told.text
