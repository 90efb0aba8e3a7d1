"""Which machines outside this one texts may go to, and which are in use: what a page may say about that."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from learninglion.inference.hosts import is_loopback
from learninglion.settings import Settings

__all__ = ["NOTHING_OUTSIDE", "Outside", "outside_of"]


@dataclass(frozen=True, slots=True)
class Outside:
    """Host names, this machine left out."""

    used: tuple[str, ...] = ()  # models that are in use stand there: texts go to them
    allowed: tuple[str, ...] = ()  # the administrator allowed a connection, and nothing uses it
    sign_in: str = ""  # where people prove who they are; no texts go there
    collector: str = ""  # where traces and the processing log go; no texts and no names


NOTHING_OUTSIDE = Outside()


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
