"""The addresses under which this server can be reached, and the names it answers to."""

from __future__ import annotations

import ipaddress
import json
import socket
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from learninglion.inference.connection import is_loopback
from learninglion.models.errors import InputError
from learninglion.settings import Settings, WebSettings

# Which machines outside this one texts may go to, and which are in use: what a page may say about that.


@dataclass(frozen=True, slots=True)
class Outside:
    """Host names, this machine left out."""

    used: tuple[str, ...] = ()  # models that are in use stand there: texts go to them
    allowed: tuple[str, ...] = ()  # the administrator allowed a connection, and nothing uses it
    sign_in: str = ""  # where people prove who they are; no texts go there
    collector: str = ""  # where traces and the processing log go; no texts and no names


def outside_of(settings: Settings) -> Outside:
    """What the settings in force say about other machines."""
    addresses = [settings.encoder.base_url]
    for model in (settings.generator, settings.judge):
        if model.kind == "openai":
            addresses.append(model.base_url)
    if settings.reranker.kind != "none":
        addresses.append(settings.reranker.base_url)
    hosts = (urlsplit(address).hostname or "" for address in addresses if address)
    collector = urlsplit(settings.collector.address).hostname or ""
    collector = "" if is_loopback(collector) else collector
    used = tuple(dict.fromkeys(host for host in hosts if not is_loopback(host)))
    named = (host.strip() for host in settings.allowed_hosts)
    known = {*used, collector, ""}
    allowed = tuple(host for host in named if host not in known and not is_loopback(host))
    return Outside(used, allowed, urlsplit(settings.web.oidc_issuer).hostname or "", collector)


_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_ANY = ("0.0.0.0", "::")  # noqa: S104  (recognised, not chosen)


def check_public_url(public_url: str) -> None:
    """Refuse an address that pages cannot stand under. Raises InputError that says what to do."""
    if not public_url:
        return
    parts = urlsplit(public_url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise InputError(
            f"public_url {public_url!r} is geen adres; schrijf iets als https://leeuw.example.nl."
        )
    if parts.path.strip("/"):
        raise InputError(
            f"public_url {public_url!r} heeft een pad ({parts.path}), en daaronder werkt de werkplek niet. "
            f"Geef haar een eigen naam, zoals {parts.scheme}://leeuw.{parts.hostname}, zonder pad."
        )


def addresses_here(web: WebSettings) -> tuple[str, ...]:
    """Where a browser finds the server; the first is the one to give to others."""
    if web.public_url:
        return (web.public_url.rstrip("/"),)
    if web.host in _ANY:
        return (_spelled(socket.gethostname(), web.port), _spelled("127.0.0.1", web.port))
    return (_spelled(web.host, web.port),)


def address_for(web: WebSettings) -> str:
    """The one address that links to this server begin with."""
    return addresses_here(web)[0]


_PLACE = Path("cache", "serving.json")


def note_place(home: Path, web: WebSettings) -> None:
    """Keep where this data folder is served, for commands beside the server: it may not be as set."""
    with suppress(OSError):  # a full disk keeps no server from starting
        (home / _PLACE).parent.mkdir(parents=True, exist_ok=True)
        (home / _PLACE).write_text(json.dumps({"host": web.host, "port": web.port}), "utf-8")


def noted_place(home: Path, web: WebSettings) -> WebSettings:
    """The settings with the place where this data folder was served last."""
    with suppress(OSError, ValueError, TypeError, KeyError):
        place = json.loads((home / _PLACE).read_text("utf-8"))
        return replace(web, host=str(place["host"]), port=int(place["port"]))
    return web


def _spelled(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class KnownNames:
    """The host names that requests may come under; `in` says whether a name is one of them."""

    def __init__(self, web: WebSettings) -> None:
        named: Iterable[str] = (*_LOOPBACK, web.host, urlsplit(web.public_url).hostname or "")
        self._anywhere = web.host in _ANY
        if self._anywhere:
            named = (*named, socket.gethostname(), socket.getfqdn())
        self._names = frozenset(name.lower() for name in named if name)

    def __contains__(self, name: object) -> bool:
        if not isinstance(name, str):
            return False
        return name.lower() in self._names or (self._anywhere and _is_number(name))


def _is_number(name: str) -> bool:
    """Whether this is an address in figures: no web page elsewhere can pretend to be one."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
