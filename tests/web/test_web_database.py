"""A PostgreSQL that goes away is told in plain words, and all goes on when it is back."""

from __future__ import annotations

from collections.abc import Callable

from fastapi.testclient import TestClient
from web_office import Office

from engines import administer
from learninglion.models import Role


def test_a_database_that_is_away_is_told_and_comes_back(
    make_office: Callable[..., Office], postgresql_server: str, postgresql_url: str
) -> None:
    office = make_office(LEARNINGLION_DATABASE_URL=postgresql_url)
    office.person("noor", *Role)
    name = postgresql_url.rpartition("/")[2]
    noor, stranger = office.browser("noor"), TestClient(office.app, base_url="http://127.0.0.1")
    assert noor.get("/").status_code == 200
    administer(
        postgresql_server,
        f"ALTER DATABASE {name} ALLOW_CONNECTIONS false",
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
    )
    try:
        for path in ("/", "/search?q=dijken", "/sets/new"):
            answer = noor.get(path)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "5"), path
            assert "niet bereikbaar" in answer.text and "psycopg" not in answer.text
        answer = stranger.get("/api/v1/documents", headers={"Authorization": "Bearer x"})
        assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
        assert stranger.get("/health").status_code == 200
        ready = stranger.get("/ready")
        assert (ready.status_code, ready.json()["parts"]["database"]) == (503, "wrong")
    finally:
        administer(postgresql_server, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    assert noor.get("/").status_code == 200
