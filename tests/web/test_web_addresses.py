"""Under which addresses the server is found, and which it refuses to be."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from web_office import Office

from learninglion.models.errors import InputError
from learninglion.settings import KnownNames, WebSettings, addresses_here, check_public_url
from learninglion.web.app import create_app


@pytest.mark.parametrize(
    ("host", "public", "first"),
    [
        ("127.0.0.1", "", "http://127.0.0.1:8642"),
        ("::1", "", "http://[::1]:8642"),
        ("0.0.0.0", "", f"http://{socket.gethostname()}:8642"),
        ("::", "", f"http://{socket.gethostname()}:8642"),
        ("0.0.0.0", "https://leeuw.example.nl/", "https://leeuw.example.nl"),
    ],
)
def test_addresses_that_are_printed_work(host: str, public: str, first: str) -> None:
    web = WebSettings(host=host, public_url=public)
    assert addresses_here(web)[0] == first
    for address in addresses_here(web):
        name = address.split("//")[1].rsplit(":8642", 1)[0].strip("[]")
        assert name in KnownNames(web)


def test_only_a_server_for_everybody_answers_to_addresses_in_figures() -> None:
    everybody, here = KnownNames(WebSettings(host="0.0.0.0")), KnownNames(WebSettings())
    assert "10.1.2.3" in everybody and "fd00::1" in everybody
    assert "10.1.2.3" not in here and "kwaad.example" not in everybody and "kwaad.example" not in here
    assert "LOCALHOST" in here


@pytest.mark.parametrize(
    "address", ["https://intranet/leeuw", "leeuw.example.nl", "https://x.nl/?a=b", "ftp://x"]
)
def test_a_public_address_that_cannot_work_is_refused_at_the_start(
    make_office: Callable[..., Office], address: str
) -> None:
    check_public_url("")
    check_public_url("https://leeuw.example.nl/")
    office = make_office()
    settings = replace(office.settings, web=replace(office.settings.web, public_url=address))
    with pytest.raises(InputError) as refused:
        create_app(office.workplace, settings)
    assert "public_url" in refused.value.detail and "\n" not in refused.value.detail


def test_a_server_for_everybody_answers_a_browser_elsewhere(make_office: Callable[..., Office]) -> None:
    office = make_office(LEARNINGLION_WEB_HOST="0.0.0.0")
    assert TestClient(office.app, base_url="http://10.1.2.3:8642").get("/health").status_code == 200
    assert TestClient(office.app, base_url="http://kwaad.example").get("/health").status_code == 400
