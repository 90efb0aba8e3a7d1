"""Which addresses a language model may be asked at: this machine, and hosts the administrator names."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from learninglion.models.errors import InputError, PermissionDeniedError

__all__ = ["is_loopback", "require_allowed"]


def require_allowed(url: str, allowed_hosts: tuple[str, ...], model: str = "taalmodel") -> str:
    """The host of `url`, if it is this machine or named in `allowed_hosts` (whole names, no wildcards).

    `model` is what errors call that which is asked there.

    Raises InputError for an address that is none, PermissionDeniedError for a host that is not named.
    Nothing is looked up: a name that happens to lead to this machine must be named as well.
    """
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".").casefold()
        _ = parts.port  # raises ValueError for a port that is no number
    except ValueError as error:
        raise InputError(f"Het adres van het {model} is ongeldig.") from error
    if parts.scheme not in ("http", "https") or not host:
        raise InputError(f"Het adres van het {model} moet met http:// of https:// beginnen.")
    if "\\" in url or parts.username is not None or any(c.isspace() for c in url):
        # readers of addresses disagree on these, so the host checked might not be the host asked
        raise InputError(
            f"Het adres van het {model} mag geen naam met @, schuine streep terug of spatie bevatten."
        )
    if is_loopback(host) or host in {name.strip().rstrip(".").casefold() for name in allowed_hosts}:
        return host
    raise PermissionDeniedError(
        f"Het {model} op {host!r} staat buiten deze computer en is niet toegestaan. "
        "Alleen de beheerder kan deze computer bij naam toelaten."
    )


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine by its very spelling: localhost, 127.x.x.x or ::1."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
