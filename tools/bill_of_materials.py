"""What the program consists of, as a CycloneDX bill of materials; and the check before a release.

    python tools/bill_of_materials.py --out sbom.cdx.json
    python tools/bill_of_materials.py --check

The check fails where a dependency has no exact version or no hash, stands not in NOTICE, or has a licence
that is not on the list below. Both read files of the repository only, so the outcome is the same anywhere.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))  # the standard library suffices: no installation is needed

from learninglion.compliance.papers import Component, bill  # noqa: E402

SETS = ("runtime", "postgres", "gguf", "install")  # what an installation or a bundle can hold
PLATFORMS = (
    "colorama",
    "pywin32",
    "httpx2-jsfetch",
    "tzdata",
)  # pinned for others; NOTICE says so in a sentence

# Permissive licences, and two that bind only who changes that library itself.
ALLOWED = frozenset(
    """
    0BSD Apache-2.0 BSD-2-Clause BSD-3-Clause CC0-1.0 ISC LGPL-3.0-only MIT MIT-0 MPL-2.0 PSF-2.0 Zlib
    """.split()
)
_PINNED = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_NOTICED = re.compile(r"^  ([a-z0-9][a-z0-9._-]*) {2,}(\S.*)$", re.MULTILINE)
_OPTIONAL = re.compile(r"([a-z0-9._, -]+?(?: and [a-z0-9._-]+)?) \(([A-Za-z0-9.-]+)\)")


def read_requirements(text: str) -> tuple[list[Component], list[str]]:
    """The requirements of a pinned file, and what of it is not pinned."""
    components, wrong = [], []
    for block in re.split(r"\n(?=\S)", text):
        line = block.strip()
        if not line or line.startswith("#"):
            continue
        pinned = _PINNED.match(line)
        hashes = tuple(_HASH.findall(block))
        if not pinned or not hashes:
            wrong.append(f"{line.split()[0]}: no exact version with hashes")
            continue
        needed = tuple(re.findall(r"^    # +(?:via +)?([a-z0-9][a-z0-9._-]*)$", block, re.MULTILINE))
        components.append(
            Component(pinned[1].lower(), pinned[2], "", hashes, tuple(n for n in needed if n != "via"))
        )
    return components, wrong


def read_licences(notice: str) -> dict[str, str]:
    """The licence of each package, as NOTICE gives it."""
    packages = notice.split("3. Packages", 1)[-1]
    licences = {name: licence.split(";")[0].strip() for name, licence in _NOTICED.findall(packages)}
    for names, licence in _OPTIONAL.findall(packages.split("4. Optional", 1)[-1]):
        for name in re.split(r", | and ", names.strip()):
            licences.setdefault(name.strip(), licence)
    return licences


def is_allowed(expression: str) -> bool:
    """Whether an SPDX expression leaves a choice that is on the list."""
    return any(
        all(part.strip(" ()") in ALLOWED for part in choice.split(" AND "))
        for choice in expression.split(" OR ")
    )


def problems(requirements: Iterable[Component], unpinned: Sequence[str], notice: str) -> list[str]:
    """What stands in the way of a release, each in a line."""
    wrong, licences = list(unpinned), read_licences(notice)
    for requirement in requirements:
        if requirement.name in PLATFORMS and requirement.name in notice:
            continue
        licence = licences.get(requirement.name)
        if licence is None:
            wrong.append(f"{requirement.name}: not in NOTICE")
        elif not is_allowed(licence):
            wrong.append(f"{requirement.name}: licence {licence} is not on the list")
    return wrong


def _all(root: Path) -> tuple[list[Component], list[str]]:
    components: dict[str, Component] = {}
    wrong: list[str] = []
    for name in SETS:
        listed, unpinned = read_requirements((root / "requirements" / f"{name}.txt").read_text("utf-8"))
        wrong += [f"requirements/{name}.txt: {line}" for line in unpinned]
        for requirement in listed:
            components.setdefault(requirement.name, requirement)
    return [components[name] for name in sorted(components)], wrong


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the bill, or check; 1 when the check found something."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--check", action="store_true", help="check pins and licences instead")
    what.add_argument("--out", type=Path, help="where to write the bill of materials")
    chosen = parser.parse_args(arguments)
    requirements, unpinned = _all(ROOT)
    notice = (ROOT / "NOTICE").read_text("utf-8")
    if chosen.check:
        wrong = problems(requirements, unpinned, notice)
        for line in wrong:
            sys.stderr.write(line + "\n")
        return 1 if wrong else 0
    licences = read_licences(notice)
    licensed = [replace(r, licence=licences.get(r.name, "")) for r in requirements]
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    text = json.dumps(bill(licensed, version), indent=1, ensure_ascii=False) + "\n"
    chosen.out.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
