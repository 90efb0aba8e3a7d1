"""Sign-in through a real OpenID Connect provider of our own, on loopback: discovery, keys, codes, PKCE."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from web_office import Office, form_token

from learninglion.models import Role
from learninglion.models.errors import InputError, LearningLionError
from learninglion.web.oidc import OpenIdConnect, check_issuer, roles_from_claim, roles_from_claims
from loopback import running

CLIENT, SECRET = "learninglion", "een geheim van de test"


class Provider:
    """Signs in whoever `person` is; `bend` lets a test spoil the claims or the signing key."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, parameters={"kid": "een", "use": "sig"})
        self.signing = self.key
        self.person: dict[str, object] = {"sub": "42", "preferred_username": "j.jansen", "roles": ["drafter"]}
        self.bend: dict[str, object] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.more: dict[str, object] = {}  # what else it says of itself
        self.userinfo: dict[str, object] = {}
        self.slash = ""  # some write their own name with one at the end
        self.padding = ""
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def answer(self, data: object, status: int = 200) -> None:
                body = json.dumps(data).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = {k: v[0] for k, v in parse_qs(parts.query).items()}
                if parts.path == "/.well-known/openid-configuration":
                    self.answer(
                        {
                            "issuer": provider.issuer + provider.slash,
                            "authorization_endpoint": f"{provider.issuer}/authorize",
                            "token_endpoint": f"{provider.issuer}/token",
                            "jwks_uri": f"{provider.issuer}/keys",
                            **provider.more,
                        }
                    )
                elif parts.path == "/userinfo":
                    assert self.headers["Authorization"] == "Bearer x"
                    self.answer(provider.userinfo)
                elif parts.path == "/keys":
                    self.answer({"keys": [provider.key.as_dict(private=False)]})
                elif parts.path == "/authorize":
                    code = secrets.token_urlsafe(8)
                    provider.codes[code] = query
                    target = urlencode({"code": code, "state": query["state"]})
                    self.send_response(302)
                    self.send_header("Location", f"{query['redirect_uri']}?{target}")
                    self.end_headers()

            def do_POST(self) -> None:
                sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = {k: v[0] for k, v in parse_qs(sent).items()}
                asked = provider.codes.pop(form.get("code", ""), None)
                basic = base64.b64encode(f"{CLIENT}:{SECRET.replace(' ', '+')}".encode()).decode()
                plain = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
                known = self.headers.get("Authorization", "") in (f"Basic {basic}", f"Basic {plain}")
                hashed = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
                challenge = base64.urlsafe_b64encode(hashed).rstrip(b"=").decode()
                if asked is None or not known or asked["code_challenge"] != challenge:
                    self.answer({"error": "invalid_grant"}, 400)
                    return
                now = int(time.time())
                claims = {
                    "iss": provider.issuer + provider.slash,
                    "aud": CLIENT,
                    "iat": now,
                    "exp": now + 300,
                }
                claims |= {"nonce": asked["nonce"], **provider.person, **provider.bend}
                token = jwt.encode({"alg": "RS256", "kid": "een"}, claims, provider.signing)
                self.answer(
                    {
                        "access_token": "x",
                        "token_type": "Bearer",
                        "id_token": token,
                        "padding": provider.padding,
                    }
                )

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()
    with running(made.server):
        yield made


@pytest.fixture
def joined(make_office: Callable[..., Office], provider: Provider) -> Office:
    return make_office(
        LEARNINGLION_WEB_OIDC_ISSUER=provider.issuer,
        LEARNINGLION_WEB_OIDC_CLIENT_ID=CLIENT,
        LEARNINGLION_WEB_OIDC_CLIENT_SECRET=SECRET,
    )


def go(office: Office, browser: object = None) -> tuple[object, str]:
    """Go to the provider and come back; gives the browser and the address to come back to."""
    opened = browser or office.browser()
    away = opened.get("/sign-in/organisation?back=/account", follow_redirects=False)  # type: ignore[attr-defined]
    back = httpx.get(away.headers["location"]).headers["location"]
    return opened, back.split(":8642", 1)[1]


def test_somebody_of_the_organisation_comes_in_with_the_roles_it_says(
    joined: Office, provider: Provider
) -> None:
    browser, back = go(joined)
    answer = browser.get(back)  # type: ignore[attr-defined]
    assert answer.status_code == 200 and str(answer.url).endswith("/account")
    account = joined.site.workplace.accounts.find("j.jansen")
    assert account.roles == {Role.DRAFTER} and account.from_organisation and not account.has_password
    provider.person["roles"] = "reader, learninglion-auditor"
    browser, back = go(joined)
    browser.get(back)  # type: ignore[attr-defined]
    assert joined.site.workplace.accounts.find("j.jansen").roles == {Role.READER, Role.AUDITOR}
    assert len(joined.site.workplace.accounts.list()) == 1


def test_who_is_new_sees_the_collections_that_were_set_and_an_administrator_can_widen_them(
    make_office: Callable[..., Office], provider: Provider
) -> None:
    office = make_office(
        LEARNINGLION_WEB_OIDC_ISSUER=provider.issuer,
        LEARNINGLION_WEB_OIDC_CLIENT_ID=CLIENT,
        LEARNINGLION_WEB_OIDC_CLIENT_SECRET=SECRET,
        LEARNINGLION_WEB_OIDC_COLLECTIONS="openbaar",
    )
    office.person("baas", Role.ADMINISTRATOR)
    browser, back = go(office)
    browser.get(back)  # type: ignore[attr-defined]
    assert office.site.workplace.accounts.find("j.jansen").collections == {"openbaar"}
    office.site.workplace.accounts.change("j.jansen", [Role.DRAFTER], ["openbaar", "besloten"], True)
    browser, back = go(office)
    browser.get(back)  # type: ignore[attr-defined]
    assert office.site.workplace.accounts.find("j.jansen").collections == {"openbaar", "besloten"}


def test_a_code_works_once_and_only_in_the_browser_that_began(joined: Office) -> None:
    _, back = go(joined)
    assert joined.browser().get(back).status_code == 400
    browser, back = go(joined)
    assert browser.get(back).status_code == 200  # type: ignore[attr-defined]
    assert browser.get(back).status_code == 400  # type: ignore[attr-defined]
    assert joined.browser().get("/sign-in/organisation/return?state=x&code=y").status_code == 400


@pytest.mark.parametrize(
    "bend",
    [{"aud": "iemand-anders"}, {"iss": "http://127.0.0.1:1"}, {"exp": 1_000_000_000}, {"nonce": "oud"}],
    ids=["audience", "issuer", "expired", "nonce"],
)
def test_claims_that_do_not_fit_are_refused(
    joined: Office, provider: Provider, bend: dict[str, object]
) -> None:
    provider.bend = bend
    browser, back = go(joined)
    assert browser.get(back).status_code == 400  # type: ignore[attr-defined]
    assert not joined.site.workplace.accounts.list()


def test_a_token_signed_by_somebody_else_is_refused(joined: Office, provider: Provider) -> None:
    provider.signing = RSAKey.generate_key(2048, parameters={"kid": "een"})
    browser, back = go(joined)
    assert browser.get(back).status_code == 400  # type: ignore[attr-defined]


def test_new_keys_of_the_provider_are_fetched(joined: Office, provider: Provider) -> None:
    browser, back = go(joined)
    assert browser.get(back).status_code == 200  # type: ignore[attr-defined]
    provider.key = provider.signing = RSAKey.generate_key(2048, parameters={"kid": "een", "use": "sig"})
    browser, back = go(joined)
    assert browser.get(back).status_code == 200  # type: ignore[attr-defined]


def test_without_a_role_nobody_comes_in(joined: Office, provider: Provider) -> None:
    provider.person["roles"] = ["directeur"]
    browser, back = go(joined)
    assert browser.get(back).status_code == 403  # type: ignore[attr-defined]
    assert not joined.site.workplace.accounts.list()


def test_a_name_of_a_local_account_is_not_taken_over(joined: Office, provider: Provider) -> None:
    joined.person("noor", Role.ADMINISTRATOR)
    provider.person["preferred_username"] = "noor"
    browser, back = go(joined)
    assert browser.get(back).status_code == 409  # type: ignore[attr-defined]


def test_a_provider_without_tls_is_refused_except_on_this_machine() -> None:
    check_issuer("http://127.0.0.1:9000")
    check_issuer("https://inloggen.voorbeeld.nl")
    with pytest.raises(InputError):
        check_issuer("http://inloggen.voorbeeld.nl")


def test_a_provider_that_is_away_is_said_so() -> None:
    away = OpenIdConnect("http://127.0.0.1:1", CLIENT, SECRET, "http://127.0.0.1/return", "roles")
    with pytest.raises(LearningLionError, match="niet bereikbaar"):
        away.begin("/")


def test_roles_come_in_several_forms() -> None:
    assert roles_from_claim("reader drafter") == {Role.READER, Role.DRAFTER}
    assert roles_from_claim(["Approver", 7, None]) == {Role.APPROVER}
    assert roles_from_claim({"reader": True}) == frozenset()


# --------------------------------------------------------------------------- the oddities of providers


@pytest.mark.parametrize(
    ("said", "name", "roles"),
    [
        ({"realm_access": {"roles": ["offline_access", "drafter"]}}, "realm_access.roles", {Role.DRAFTER}),
        ({"resource_access": {CLIENT: {"roles": ["approver"]}}}, "roles", {Role.APPROVER}),
        ({"resource_access": {"ander": {"roles": ["approver"]}}}, "roles", set()),
        ({"realm_access": {"roles": ["administrator", "learninglion-reader"]}}, "roles", {Role.READER}),
        ({"groups": ["/leeuw/learninglion-auditor", "/reader"]}, "roles", {Role.AUDITOR}),
        ({"groups": ["/leeuw/reader"]}, "groups", {Role.READER}),
        ({"https://x.nl/roles": "drafter"}, "https://x.nl/roles", {Role.DRAFTER}),
        ({"app": {"a.b": {"roles": ["Reader"]}}}, "app.a.b.roles", {Role.READER}),
        ({"roles": []}, "roles", set()),
        ({"roles": "drafter,reader"}, "roles", {Role.DRAFTER, Role.READER}),
        ({"realm_access": "drafter", "resource_access": []}, "roles", set()),
    ],
)
def test_roles_are_found_where_providers_put_them(
    said: dict[str, object], name: str, roles: set[Role]
) -> None:
    assert roles_from_claims(said, name, CLIENT) == roles


def test_a_provider_with_a_slash_and_a_clock_that_is_off(joined: Office, provider: Provider) -> None:
    provider.slash = "/"
    now = int(time.time())
    for bend in ({"iat": now + 50, "nbf": now + 50}, {"exp": now - 50}):
        provider.bend = bend
        browser, back = go(joined)
        assert browser.get(back).status_code == 200, bend  # type: ignore[attr-defined]


def test_roles_that_stand_only_in_what_is_asked_apart(joined: Office, provider: Provider) -> None:
    del provider.person["roles"]
    provider.more = {"userinfo_endpoint": f"{provider.issuer}/userinfo"}
    provider.userinfo = {"sub": "iemand anders", "roles": ["drafter"]}
    browser, back = go(joined)
    assert browser.get(back).status_code == 403  # type: ignore[attr-defined]
    provider.userinfo["sub"] = "42"
    browser, back = go(joined)
    assert browser.get(back).status_code == 200  # type: ignore[attr-defined]
    assert joined.site.workplace.accounts.find("j.jansen").roles == {Role.DRAFTER}


def test_signing_out_ends_the_session_at_the_provider(joined: Office, provider: Provider) -> None:
    provider.more = {"end_session_endpoint": f"{provider.issuer}/logout?x=1"}
    browser, back = go(joined)
    browser.get(back)  # type: ignore[attr-defined]
    token = form_token(browser)  # type: ignore[arg-type]
    answer = browser.post("/sign-out", data={"csrf": token}, follow_redirects=False)  # type: ignore[attr-defined]
    place = urlsplit(answer.headers["location"])
    query = {k: v[0] for k, v in parse_qs(place.query).items()}
    assert answer.headers["location"].startswith(f"{provider.issuer}/logout?x=1&")
    assert query["post_logout_redirect_uri"].endswith("/sign-in") and query["client_id"] == CLIENT
    assert query["id_token_hint"].count(".") == 2
    assert provider.issuer in answer.headers["content-security-policy"]
    assert "/sign-in" in str(browser.get("/account").url)  # type: ignore[attr-defined]


def test_the_reason_of_a_refusal_stands_in_the_log_of_the_server(
    joined: Office, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    provider.bend = {"aud": "iemand-anders"}
    browser, back = go(joined)
    browser.get(back)  # type: ignore[attr-defined]
    assert "aud" in caplog.text and "refused" in caplog.text
    caplog.clear()
    bad = "/sign-in/organisation/return?error=access_denied&error_description=niet%0Atoegewezen"
    assert browser.get(bad).status_code == 400  # type: ignore[attr-defined]
    assert "access_denied niet toegewezen" in caplog.text


def test_an_answer_without_end_is_not_read(joined: Office, provider: Provider) -> None:
    provider.padding = "x" * 3_000_000
    browser, back = go(joined)
    assert browser.get(back).status_code == 400  # type: ignore[attr-defined]


def test_a_session_lasts_as_long_as_it_is_used(joined: Office) -> None:
    accounts = joined.site.workplace.accounts
    accounts.add("sam", [Role.READER])
    token = accounts.open_session("sam", timedelta(seconds=1))
    accounts.prolong(token, timedelta(hours=9))
    time.sleep(1.1)
    assert accounts.who(token) is not None
    ended = accounts.open_session("sam", timedelta(seconds=-1))
    accounts.prolong(ended, timedelta(hours=9))
    assert accounts.who(ended) is None
    accounts.close_session(token)
    accounts.prolong(token, timedelta(hours=9))
    assert accounts.who(token) is None
