"""Sign-in through the organisation's own OpenID Connect provider: code flow with PKCE, state and nonce.

The pending sign-in is bound to the browser that began it by a cookie, so nobody can finish it elsewhere.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httpx
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from learninglion.inference.connection import Route, explain_failure, proxy_for, trusted_certificates
from learninglion.models import Role
from learninglion.models.errors import InputError, LearningLionError, PermissionDeniedError

__all__ = ["OidcIdentity", "OpenIdConnect", "roles_from_claim"]

_ALGORITHMS = ["RS256", "ES256", "PS256"]  # never "none", never a shared secret
_PENDING_SECONDS = 600
_MOST_PENDING = 1000
_LEEWAY = 60  # seconds that clocks may differ
_TIMEOUT = 10.0
DIRECT = Route()  # no certificates but those of this machine, no proxy


@dataclass(frozen=True, slots=True)
class OidcIdentity:
    """Whom the provider vouches for."""

    subject: str  # issuer and subject: unique for ever
    name: str
    roles: frozenset[Role]


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
        route: Route = DIRECT,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._issuer = issuer.rstrip("/")
        self._client_id, self._client_secret = client_id, client_secret
        self._redirect_uri, self._role_claim = redirect_uri, role_claim
        self._clock = clock
        self._route = route
        self._pending: OrderedDict[str, _Pending] = OrderedDict()
        self._lock = threading.Lock()
        self._addresses: Mapping[str, str] | None = None
        self._keys: KeySet | None = None

    def begin(self, back: str) -> tuple[str, str]:
        """The provider's address to go to, and the value of the cookie that binds this browser."""
        state, browser = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        pending = _Pending(browser, secrets.token_urlsafe(24), secrets.token_urlsafe(48), back, self._clock())
        with self._lock:
            self._pending[state] = pending
            while len(self._pending) > _MOST_PENDING:
                self._pending.popitem(last=False)
        with self._client() as client:
            address, _ = client.create_authorization_url(
                self._address("authorization_endpoint"),
                state=state,
                nonce=pending.nonce,
                code_verifier=pending.verifier,
            )
        return str(address), browser

    def finish(self, state: str, code: str, browser: str) -> tuple[OidcIdentity, str]:
        """Who signed in, and where this person was going. Raises SignInError for what does not fit."""
        with self._lock:
            pending = self._pending.pop(state, None)
        if pending is None or self._clock() - pending.at > _PENDING_SECONDS:
            raise SignInError("Deze aanmelding is verlopen. Begin opnieuw.")
        if not hmac.compare_digest(pending.browser.encode(), browser.encode()):
            raise SignInError("Deze aanmelding is in een andere browser begonnen. Begin opnieuw.")
        try:
            with self._client() as client:
                token = client.fetch_token(
                    self._address("token_endpoint"),
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=pending.verifier,
                )
        except Exception as error:  # the client raises its own and httpx's errors alike
            raise SignInError("De aanmelddienst gaf geen geldig antwoord. Begin opnieuw.") from error
        claims = self._claims(str(token.get("id_token") or ""), pending.nonce)
        return self._identity(claims), pending.back

    def _client(self) -> OAuth2Client:
        return OAuth2Client(
            self._client_id,
            self._client_secret,
            scope="openid profile email",
            redirect_uri=self._redirect_uri,
            code_challenge_method="S256",
            timeout=_TIMEOUT,
            trust_env=False,
            verify=trusted_certificates(self._route.ca_file),
            proxy=proxy_for(self._route, httpx.URL(self._issuer).host),
        )

    def _address(self, name: str) -> str:
        if self._addresses is None:
            found = self._get(f"{self._issuer}/.well-known/openid-configuration")
            if str(found.get("issuer", "")).rstrip("/") != self._issuer:
                raise SignInError("De aanmelddienst noemt zich anders dan in de instellingen staat.")
            self._addresses = {k: v for k, v in found.items() if isinstance(v, str)}
        try:
            return self._addresses[name]
        except KeyError:
            raise SignInError(f"De aanmelddienst noemt geen {name}.") from None

    def _get(self, address: str) -> dict[str, object]:
        try:
            answer = httpx.get(
                address,
                timeout=_TIMEOUT,
                trust_env=False,
                verify=trusted_certificates(self._route.ca_file),
                proxy=proxy_for(self._route, httpx.URL(address).host),
            )
            answer.raise_for_status()
            data = answer.json()
        except httpx.TransportError as error:
            why = explain_failure(error, _TIMEOUT)
            raise SignInError(f"De aanmelddienst {why}. Probeer het later opnieuw.") from error
        except (httpx.HTTPError, ValueError) as error:
            raise SignInError("De aanmelddienst is niet bereikbaar. Probeer het later opnieuw.") from error
        if not isinstance(data, dict):
            raise SignInError("De aanmelddienst gaf geen geldig antwoord.")
        return data

    def _claims(self, id_token: str, nonce: str) -> Mapping[str, object]:
        try:
            try:
                claims = self._decode(id_token)
            except (JoseError, ValueError):
                self._keys = None  # the provider may have changed its keys: fetch them once more
                claims = self._decode(id_token)
            registry = jwt.JWTClaimsRegistry(
                now=lambda: int(self._clock()),
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
            self._keys = KeySet.import_key_set(self._get(self._address("jwks_uri")))  # type: ignore[arg-type]
        return dict(jwt.decode(id_token, self._keys, algorithms=_ALGORITHMS).claims)

    def _identity(self, claims: Mapping[str, object]) -> OidcIdentity:
        roles = roles_from_claim(claims.get(self._role_claim))
        if not roles:
            raise PermissionDeniedError(
                "U bent herkend, maar hebt geen rol in LearningLion. Vraag uw beheerder om een rol."
            )
        subject = f"{self._issuer}|{claims['sub']}"
        named = claims.get("preferred_username") or claims.get("email") or ""
        name = str(named) or "gebruiker-" + hashlib.sha256(subject.encode()).hexdigest()[:8]
        return OidcIdentity(subject, name, roles)


def roles_from_claim(claim: object) -> frozenset[Role]:
    """The roles we know among what the provider says: a list, or names with spaces or commas between."""
    if isinstance(claim, str):
        claim = claim.replace(",", " ").split()
    if not isinstance(claim, list):
        return frozenset()
    known = {role.value: role for role in Role}
    names = (str(item).lower().removeprefix("learninglion-") for item in claim)
    return frozenset(known[name] for name in names if name in known)


def check_issuer(issuer: str) -> None:
    """Refuse a provider without TLS, except on this machine (tests, a first try)."""
    parts = httpx.URL(issuer)
    if parts.scheme != "https" and parts.host not in ("127.0.0.1", "localhost", "::1"):
        raise InputError("Het adres van de aanmelddienst (oidc_issuer) moet met https beginnen.")
