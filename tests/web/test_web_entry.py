from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from web_office import PASSWORD, Office, form_token

from learninglion.models import Role
from learninglion.models.errors import ConflictError, InputError
from learninglion.web.access import local_path
from learninglion.web.app import set_up_address


def test_the_first_start_has_no_account_and_one_link_that_works_once(
    make_office: Callable[..., Office],
) -> None:
    office = make_office()
    browser = office.browser()
    assert "/sign-in" in str(browser.get("/").url)
    assert browser.post("/sign-in", data={"name": "admin", "password": "admin"}).status_code == 401
    link = set_up_address(office.app)
    assert link is not None
    path = link.split("8642", 1)[1]
    assert browser.get(path).status_code == 200
    token = path.split("token=")[1]
    form = {"token": token, "name": "noor", "password": PASSWORD, "again": PASSWORD}
    assert browser.post("/set-up", data={**form, "password": "kort", "again": "kort"}).status_code == 400
    assert browser.post("/set-up", data=form).status_code == 200
    assert "noor" in browser.get("/").text
    assert set_up_address(office.app) is None
    again = office.browser().post("/set-up", data={**form, "name": "tweede"})
    assert again.status_code == 400
    assert [a.name for a in office.site.workplace.accounts.list()] == ["noor"]


def test_another_language_keeps_the_address_with_all_that_stands_in_it(office: Office) -> None:
    page = office.browser().get("/set-up?token=abc-123")
    assert 'name="back" value="/set-up?token=abc-123"' in page.text


def test_the_set_up_link_of_every_server_holds_until_the_first_account_is_made(
    make_office: Callable[..., Office],
) -> None:
    office = make_office()
    first, second = set_up_address(office.app), set_up_address(office.app)
    assert first and second and first != second
    browser = office.browser()
    paths = [link.split("8642", 1)[1] for link in (first, second)]
    assert [browser.get(path).status_code for path in paths] == [200, 200]
    token = paths[0].split("token=")[1]
    form = {"token": token, "name": "noor", "password": PASSWORD, "again": PASSWORD}
    assert browser.post("/set-up", data=form).status_code == 200
    assert office.browser().get(paths[1]).status_code == 400


def test_passwords_and_tokens_are_kept_as_hashes_only(office: Office) -> None:
    token = office.site.workplace.accounts.open_session("noor", timedelta(hours=1))
    raw = b"".join(p.read_bytes() for p in office.settings.home.glob("learninglion.db*"))
    assert PASSWORD.encode() not in raw
    assert token.encode() not in raw
    assert b"$argon2id$" in raw


def test_signing_in_gives_a_fresh_session_and_ends_a_planted_one(office: Office) -> None:
    browser = office.browser()
    planted = office.site.workplace.accounts.open_session("lezer", timedelta(hours=1))
    browser.cookies.set("learninglion", planted, domain="127.0.0.1")
    answer = browser.post("/sign-in", data={"name": "noor", "password": PASSWORD}, follow_redirects=False)
    cookie = answer.headers["set-cookie"]
    assert planted not in cookie
    assert office.site.workplace.accounts.who(planted) is None
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Secure" not in cookie


def test_over_https_the_cookie_is_secure_and_bound_to_the_host(make_office: Callable[..., Office]) -> None:
    office = make_office(LEARNINGLION_WEB_PUBLIC_URL="https://werkplek.voorbeeld.nl")
    office.person("noor", Role.DRAFTER)
    browser = office.browser()
    form = {"name": "noor", "password": PASSWORD}
    answer = browser.post("https://werkplek.voorbeeld.nl/sign-in", data=form, follow_redirects=False)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-learninglion=") and "Secure" in cookie and "Path=/" in cookie


def test_sign_out_ends_the_session_on_the_server(office: Office) -> None:
    browser = office.browser("noor")
    token = browser.cookies["learninglion"]
    csrf = form_token(browser)
    browser.post("/sign-out", data={"csrf": csrf})
    assert office.site.workplace.accounts.who(token) is None


def test_a_form_without_its_token_or_from_elsewhere_is_refused(office: Office) -> None:
    browser = office.browser("noor")
    assert browser.post("/search", data={"text": "vuurwerk"}).status_code == 403
    csrf = form_token(browser)
    form = {"text": "vuurwerk", "csrf": csrf}
    assert browser.post("/search", data=form).status_code == 200
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://elders.nl"}, {"Origin": "null"}):
        assert browser.post("/search", data=form, headers=headers).status_code == 403
    other = office.browser("lezer")
    assert other.post("/search", data=form).status_code == 403


def test_signing_in_from_another_site_is_refused(office: Office) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}
    answer = office.browser().post("/sign-in", data={"name": "noor", "password": PASSWORD}, headers=headers)
    assert answer.status_code == 403


def test_guessing_is_slowed_down(make_office: Callable[..., Office]) -> None:
    office = make_office()
    office.person("noor", Role.READER)
    browser = office.browser()
    codes = [
        browser.post("/sign-in", data={"name": "noor", "password": f"fout {i}"}).status_code for i in range(8)
    ]
    assert codes[:5] == [401] * 5 and codes[5:] == [429] * 3
    answer = browser.post("/sign-in", data={"name": "noor", "password": PASSWORD})
    assert answer.status_code == 429 and int(answer.headers["retry-after"]) > 0


def test_a_closed_account_is_out_at_once(make_office: Callable[..., Office]) -> None:
    office = make_office()
    office.person("baas", Role.ADMINISTRATOR)
    office.person("noor", Role.READER)
    browser = office.browser("noor")
    office.site.workplace.accounts.change("noor", [Role.READER], None, active=False)
    assert "/sign-in" in str(browser.get("/").url)
    with pytest.raises(ConflictError):
        office.site.workplace.accounts.change("baas", [Role.READER], None, active=True)


@pytest.mark.parametrize(
    "back",
    [
        "//elders.nl",
        "https://elders.nl",
        "/\\elders.nl",
        "javascript:alert(1)",
        "/a\r\nSet-Cookie: x",
        "elders",
        "//[",
    ],
)
def test_signing_in_sends_nobody_to_another_site(back: str) -> None:
    assert local_path(back) == "/"


@pytest.mark.parametrize("name", ["Host", "Origin", "Referer"])
def test_a_header_that_is_no_address_is_refused_in_words(office: Office, name: str) -> None:
    headers = {name: "[" if name == "Host" else "http://["}
    assert office.browser().post("/sign-in", data={"name": "x"}, headers=headers).status_code in (
        400,
        401,
        403,
    )
    left = office.browser().post("/account/tokens", headers=headers, follow_redirects=False)
    assert left.status_code in (303, 400)


def test_signing_in_goes_back_to_where_one_was() -> None:
    assert local_path("/sources?id=ah-tk-1%23x&from=1") == "/sources?id=ah-tk-1%23x&from=1"


def test_invitations_refuse_weak_passwords_and_odd_names(make_office: Callable[..., Office]) -> None:
    office = make_office()
    accounts = office.site.workplace.accounts
    for name in ("", "Noor <b>", "../x", "a" * 200):
        with pytest.raises(InputError):
            accounts.add(name, [Role.READER])
    token = accounts.add("noor", [Role.READER])
    for password in ("kort", "aaaaaaaaaaaaaa", "noor noor noor noor", "x" * 300):
        with pytest.raises(InputError):
            accounts.accept(token, "noor", password)
    assert accounts.accept(token, "iemand-anders", PASSWORD).name == "noor"


def test_api_tokens_are_shown_once_listed_and_revoked(office: Office) -> None:
    browser = office.browser("lezer")
    csrf = form_token(browser)
    page = browser.post("/account/tokens", data={"csrf": csrf, "label": "script"}).text
    found = re.search(r"<pre[^>]*>([^<]+)</pre>", page)
    assert found
    token = found[1]
    assert token not in browser.get("/account").text
    api = office.browser()
    headers = {"Authorization": f"Bearer {token}"}
    assert api.get("/api/v1/collections", headers=headers).status_code == 200
    short = next(i for i, label, _ in office.site.workplace.accounts.tokens("lezer") if label == "script")
    browser.post("/account/tokens/revoke", data={"csrf": csrf, "token": short})
    assert api.get("/api/v1/collections", headers=headers).status_code == 401
