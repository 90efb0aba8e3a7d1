"""Sign-in through the organisation's own OpenID Connect provider: code flow with PKCE, state and nonce.

The pending sign-in is bound to the browser that began it by a cookie, so nobody can finish it elsewhere.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import quote_plus, urlencode

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from learninglion.inference.connection import Route, explain_failure, proxy_for, trusted_certificates
from learninglion.models import Role
from learninglion.models.errors import InputError, LearningLionError, PermissionDeniedError
from learninglion.models.plain import sha256_hex

_ALGORITHMS = ["RS256", "ES256", "PS256"]  # never "none", never a shared secret
_PENDING_SECONDS = 600
_MOST_PENDING = 1000
_LEEWAY = 60  # seconds that clocks may differ
_TIMEOUT = 10.0
_LONGEST_ANSWER = 1_000_000  # bytes; keys and a token with hundreds of groups are under a tenth of that
_PREFIX = "learninglion-"
_DIRECT = Route()  # no certificates but those of this machine, no proxy


@dataclass(frozen=True, slots=True)
class OidcIdentity:
    """Whom the provider vouches for."""

    subject: str  # issuer and subject: unique for ever
    name: str
    roles: frozenset[Role]
    id_token: str = field(default="", repr=False)  # shown to the provider again at sign-out


@dataclass(frozen=True, slots=True)
class _Pending:
    browser: str
    nonce: str
    verifier: str
    back: str
    at: float


class SignInError(LearningLionError):
    """The organisation's sign-in could not be finished."""

    status = 400


class OpenIdConnect:
    """One provider; its addresses and keys are fetched when first needed."""

    def __init__(
        self,
        issuer: str,
        client_id: str,
        client_secret: str,
        redirect_uri: str,
        role_claim: str,
        *,
        route: Route = _DIRECT,
    ) -> None:
        self._issuer = issuer.rstrip("/")
        self._client_id, self._client_secret = client_id, client_secret
        self._redirect_uri, self._role_claim = redirect_uri, role_claim
        self._route = route
        self._pending: OrderedDict[str, _Pending] = OrderedDict()
        self._lock = threading.Lock()
        self._addresses: Mapping[str, str] | None = None
        self._keys: KeySet | None = None

    def begin(self, back: str) -> tuple[str, str]:
        """The provider's address to go to, and the value of the cookie that binds this browser."""
        state, browser = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        pending = _Pending(browser, secrets.token_urlsafe(24), secrets.token_urlsafe(48), back, time.time())
        with self._lock:
            self._pending[state] = pending
            while len(self._pending) > _MOST_PENDING:
                self._pending.popitem(last=False)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(pending.verifier.encode()).digest()).rstrip(b"=")
        parameters = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": self._redirect_uri,
            "scope": "openid profile email",
            "state": state,
            "nonce": pending.nonce,
            "code_challenge": challenge.decode(),
            "code_challenge_method": "S256",
        }
        return _with_query(self._address("authorization_endpoint"), parameters), browser

    def finish(self, state: str, code: str, browser: str) -> tuple[OidcIdentity, str]:
        """Who signed in, and where this person was going. Raises SignInError for what does not fit."""
        with self._lock:
            pending = self._pending.pop(state, None)
        if pending is None or time.time() - pending.at > _PENDING_SECONDS:
            raise SignInError("Deze aanmelding is verlopen. Begin opnieuw.")
        if not hmac.compare_digest(pending.browser.encode(), browser.encode()):
            raise SignInError("Deze aanmelding is in een andere browser begonnen. Begin opnieuw.")
        parameters = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri,
            "code_verifier": pending.verifier,
        }
        # RFC 6749, 2.3.1: both are form-encoded before they are put together.
        secret = httpx.BasicAuth(quote_plus(self._client_id), quote_plus(self._client_secret))
        token = self._ask("POST", self._address("token_endpoint"), data=parameters, auth=secret)
        id_token = str(token.get("id_token") or "")
        claims = self._claims(id_token, pending.nonce)
        roles = self._roles(claims) or self._roles(self._user_claims(token, str(claims["sub"])))
        return replace(self._identity(claims, roles), id_token=id_token), pending.back

    def sign_out_address(self, id_token: str, back: str) -> str:
        """Where the provider ends its own session and sends the browser `back`; "" where it cannot."""
        try:
            place = self._address("end_session_endpoint")
        except SignInError:
            return ""
        parameters = {"client_id": self._client_id, "post_logout_redirect_uri": back}
        if id_token:
            parameters["id_token_hint"] = id_token
        return _with_query(place, parameters)

    def _user_claims(self, token: Mapping[str, object], subject: str) -> Mapping[str, object]:
        """What the provider tells of this person when asked: some put roles there and not in the token."""
        place = (self._addresses or {}).get("userinfo_endpoint")
        if place is None or "access_token" not in token:
            return {}
        claims = self._ask("GET", place, headers={"Authorization": f"Bearer {token['access_token']}"})
        # Only what is about the same person counts (OpenID Connect Core, 5.3.2).
        return claims if claims.get("sub") == subject else {}

    def _address(self, name: str) -> str:
        if self._addresses is None:
            configuration = self._ask("GET", f"{self._issuer}/.well-known/openid-configuration")
            if str(configuration.get("issuer", "")).rstrip("/") != self._issuer:
                raise SignInError("De aanmelddienst noemt zich anders dan in de instellingen staat.")
            self._addresses = {k: v for k, v in configuration.items() if isinstance(v, str)}
        try:
            return self._addresses[name]
        except KeyError:
            raise SignInError(f"De aanmelddienst noemt geen {name}.") from None

    def _ask(
        self,
        method: str,
        address: str,
        *,
        data: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: httpx.Auth | None = None,
    ) -> dict[str, object]:
        """What the provider answers, read up to a limit. Raises SignInError that says what went wrong."""
        try:
            with (
                httpx.Client(
                    timeout=_TIMEOUT,
                    trust_env=False,
                    verify=trusted_certificates(self._route.ca_file),
                    proxy=proxy_for(self._route, httpx.URL(address).host),
                    headers={"Accept": "application/json", "Accept-Encoding": "identity"},
                ) as client,
                client.stream(method, address, data=data, headers=headers, auth=auth) as answer,
            ):
                body = _whole(answer)
            if answer.is_client_error:
                text = body[:300].decode("utf-8", "replace")
                raise ValueError(f"{answer.status_code}: {' '.join(text.split())}")
            answer.raise_for_status()
            value = json.loads(body)
        except httpx.TransportError as error:
            why = explain_failure(error, _TIMEOUT)
            raise SignInError(f"De aanmelddienst {why}. Probeer het later opnieuw.") from error
        except (httpx.HTTPError, ValueError) as error:
            raise SignInError("De aanmelddienst gaf geen geldig antwoord. Begin opnieuw.") from error
        if not isinstance(value, dict):
            raise SignInError("De aanmelddienst gaf geen geldig antwoord. Begin opnieuw.")
        return value

    def _claims(self, id_token: str, nonce: str) -> Mapping[str, object]:
        try:
            try:
                claims = self._decode(id_token)
            except (JoseError, ValueError):
                self._keys = None  # the provider may have changed its keys: fetch them once more
                claims = self._decode(id_token)
            registry = jwt.JWTClaimsRegistry(
                now=lambda: int(time.time()),
                leeway=_LEEWAY,
                iss={"essential": True, "values": [self._issuer, self._issuer + "/"]},
                aud={"essential": True, "value": self._client_id},
                exp={"essential": True},
                sub={"essential": True},
                nonce={"essential": True, "value": nonce},
            )
            registry.validate(claims)
        except (JoseError, ValueError, KeyError) as error:
            raise SignInError("Het bewijs van de aanmelddienst klopt niet. Begin opnieuw.") from error
        return claims

    def _decode(self, id_token: str) -> dict[str, object]:
        if self._keys is None:
            self._keys = KeySet.import_key_set(self._ask("GET", self._address("jwks_uri")))  # type: ignore[arg-type]
        return dict(jwt.decode(id_token, self._keys, algorithms=_ALGORITHMS).claims)

    def _roles(self, claims: Mapping[str, object]) -> frozenset[Role]:
        return roles_from_claims(claims, self._role_claim, self._client_id)

    def _identity(self, claims: Mapping[str, object], roles: frozenset[Role]) -> OidcIdentity:
        if not roles:
            raise PermissionDeniedError(
                "U bent herkend, maar hebt geen rol in LearningLion. Vraag uw beheerder om een rol."
            )
        subject = f"{self._issuer}|{claims['sub']}"
        named = claims.get("preferred_username") or claims.get("email") or ""
        name = str(named) or "gebruiker-" + sha256_hex(subject)[:8]
        return OidcIdentity(subject, name, roles)


def _with_query(address: str, parameters: Mapping[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(parameters)}"


class IdTokens:
    """What the provider signed of each session, for its sign-out; in memory, so that no database holds it.

    After a restart the provider asks the person instead.
    """

    def __init__(self, most: int = 5000) -> None:
        self._most, self._tokens, self._lock = most, OrderedDict[str, str](), threading.Lock()

    def keep(self, session: str, id_token: str) -> None:
        """Remember the token of this session; the oldest make room."""
        with self._lock:
            self._tokens[sha256_hex(session)] = id_token
            while len(self._tokens) > self._most:
                self._tokens.popitem(last=False)

    def take(self, session: str) -> str:
        """The token of this session, which is forgotten; "" when there is none."""
        with self._lock:
            return self._tokens.pop(sha256_hex(session), "")


def _whole(answer: httpx.Response) -> bytes:
    """An answer of the provider, up to a limit: nobody else decides how much memory we use."""
    if "content-encoding" in answer.headers:
        raise ValueError("an encoding that was not asked for")
    received = bytearray()
    for piece in answer.iter_raw():
        received += piece
        if len(received) > _LONGEST_ANSWER:
            raise ValueError(f"more than {_LONGEST_ANSWER} bytes")
    return bytes(received)


def roles_from_claims(claims: Mapping[str, object], name: str, client_id: str) -> frozenset[Role]:
    """The roles under the claim `name`, which may be a path ("realm_access.roles").

    Where there is no such claim: what Keycloak says of this client ("resource_access"), and realm roles and
    groups that carry our prefix; a realm's own "administrator" is not ours.
    """
    value = _claim_at(claims, name)
    if value is not None:
        return roles_from_claim(value)
    access = claims.get("resource_access")
    of_client = access.get(client_id) if isinstance(access, Mapping) else None
    mine = roles_from_claim(of_client.get("roles")) if isinstance(of_client, Mapping) else frozenset()
    for place in ("realm_access.roles", "groups"):
        named = _names_in(_claim_at(claims, place))
        mine |= roles_from_claim([n for n in named if n.rpartition("/")[2].lower().startswith(_PREFIX)])
    return mine


def _claim_at(claims: Mapping[str, object], name: str) -> object:
    """The claim of this name, or what lies at this path of names; a name may hold dots itself."""
    if name in claims:
        return claims[name]
    parts = name.split(".")
    for cut in range(1, len(parts)):
        within = claims.get(".".join(parts[:cut]))
        if isinstance(within, Mapping):
            value = _claim_at(within, ".".join(parts[cut:]))
            if value is not None:
                return value
    return None


def _names_in(claim: object) -> list[str]:
    if isinstance(claim, str):
        return claim.replace(",", " ").split()
    return [item for item in claim if isinstance(item, str)] if isinstance(claim, list) else []


def roles_from_claim(claim: object) -> frozenset[Role]:
    """The roles we know among what the provider says: a list, or names with spaces or commas between.

    Of a path of groups ("/leeuw/learninglion-drafter") the last part counts.
    """
    known = {role.value: role for role in Role}
    names = (item.rpartition("/")[2].lower().removeprefix(_PREFIX) for item in _names_in(claim))
    return frozenset(known[name] for name in names if name in known)


def check_issuer(issuer: str) -> None:
    """Refuse a provider without TLS, except on this machine (tests, a first try)."""
    parts = httpx.URL(issuer)
    if parts.scheme != "https" and parts.host not in ("127.0.0.1", "localhost", "::1"):
        raise InputError("Het adres van de aanmelddienst (oidc_issuer) moet met https beginnen.")
