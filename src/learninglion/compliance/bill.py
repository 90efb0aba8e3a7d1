"""What the program consists of, as a CycloneDX bill of materials. Needs the standard library only."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from uuid import NAMESPACE_URL, uuid5

__all__ = ["Component", "bill", "installed"]

_NAME = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Component:
    """One package: its licence (SPDX, where known), the files it may come from, and who needs it."""

    name: str
    version: str
    licence: str = ""
    hashes: tuple[str, ...] = ()
    needed_by: tuple[str, ...] = ()  # names; empty: the program itself


def bill(components: Sequence[Component], version: str) -> dict[str, object]:
    """The bill of materials, CycloneDX 1.6; the same for the same packages."""
    itself = f"pkg:pypi/learninglion@{version}"
    place = {c.name: f"pkg:pypi/{c.name}@{c.version}" for c in components}
    needs: dict[str, list[str]] = {itself: [], **{reference: [] for reference in place.values()}}
    for component in components:
        parents = [place[name] for name in component.needed_by if name in place] or [itself]
        for parent in parents:
            needs[parent].append(place[component.name])
    told = json.dumps(sorted(place.values()))
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, itself + told)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": itself,
                "name": "learninglion",
                "version": version,
                "purl": itself,
                "licenses": [{"license": {"id": "EUPL-1.2"}}],
            }
        },
        "components": [_entry(component) for component in components],
        "dependencies": [{"ref": ref, "dependsOn": sorted(set(on))} for ref, on in sorted(needs.items())],
    }


def installed() -> tuple[Component, ...]:
    """The packages that this installation really runs on: what the program needs, and what those need."""
    found: dict[str, Component] = {}
    parents: dict[str, set[str]] = {}
    waiting = [("learninglion", "")]
    while waiting:
        name, parent = waiting.pop()
        try:
            package = distribution(name)
        except PackageNotFoundError:
            continue  # for another system, or an extra that is not used
        key = re.sub(r"[-_.]+", "-", package.metadata["Name"]).lower()
        parents.setdefault(key, set()).update({parent} - {""})
        if key in found:
            continue
        found[key] = Component(key, package.version, _licence(package))
        for line in package.requires or ():
            match = _NAME.match(line)
            if match and "extra ==" not in line.partition(";")[2]:
                waiting.append((match[0], key))
    itself = found.pop("learninglion").name
    return tuple(
        Component(c.name, c.version, c.licence, (), tuple(sorted(parents[c.name] - {itself})))
        for c in sorted(found.values(), key=lambda c: c.name)
    )


def _licence(package: Distribution) -> str:
    told = package.metadata
    return next((told[name] for name in told if name == "License-Expression"), "")


def _entry(component: Component) -> dict[str, object]:
    reference = f"pkg:pypi/{component.name}@{component.version}"
    origin: dict[str, object] = {
        "type": "distribution",
        "url": f"https://pypi.org/project/{component.name}/{component.version}/",
    }
    if component.hashes:
        origin["hashes"] = [{"alg": "SHA-256", "content": content} for content in component.hashes]
    entry: dict[str, object] = {
        "type": "library",
        "bom-ref": reference,
        "name": component.name,
        "version": component.version,
        "purl": reference,
        "externalReferences": [origin],
    }
    if component.licence:
        entry["licenses"] = [{"expression": component.licence}]
    return entry
