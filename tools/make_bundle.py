"""Everything to install LearningLion without a network, in one file.

    python tools/make_bundle.py --out dist [--key PRIVATE.pem]

Writes learninglion-VERSION-PLATFORM.tar.gz for the Python and the kind of machine that run this: packages as
wheels with hashes (the embedding model is one of them), the program, its bill of materials, deploy/, docs/,
SHA256SUMS and install_bundle.py. Beside it .sha256, and with a key (Ed25519, PEM) .sig: the signature of the
.sha256, to be checked before anything is unpacked.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SETS = ("runtime", "postgres", "install")
BUILT_FROM = ("src", "pyproject.toml", "README.md", "LICENSE", "NOTICE")
CARRIED = ("deploy", "docs", "LICENSE", "NOTICE", "CHANGELOG.md")


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the bundle; prints the files it wrote."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="the folder")
    parser.add_argument("--key", type=Path, help="Ed25519 private key (PEM, without a password)")
    chosen = parser.parse_args(arguments)
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    name = f"learninglion-{version}-cp{sys.version_info[0]}{sys.version_info[1]}-{machine()}"
    chosen.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        bundle = Path(place) / name
        collect(bundle, version)
        packed = pack(bundle, chosen.out / f"{name}.tar.gz")
    written = [packed, *sign(packed, chosen.key)]
    sys.stdout.writelines(f"{path}\n" for path in written)
    return 0


def machine() -> str:
    """The kind of machine, as wheels name it: linux_x86_64."""
    return sysconfig.get_platform().replace("-", "_").replace(".", "_")


def collect(bundle: Path, version: str) -> None:
    """Fetch and build what goes in the bundle."""
    wheels = bundle / "wheels"
    wheels.mkdir(parents=True)
    listed = [ROOT / "requirements" / f"{name}.txt" for name in SETS]
    named = [word for path in listed for word in ("-r", str(path))]
    run("pip", "download", "--require-hashes", "--only-binary", ":all:", "-d", str(wheels), *named)
    for path in listed:
        shutil.copy(path, bundle)
    own = build(wheels)
    line = f"learninglion=={version} --hash=sha256:{digest(own)}\n"
    (bundle / "learninglion.txt").write_text(line, "utf-8")
    for carried in CARRIED:
        from_here = ROOT / carried
        (shutil.copytree if from_here.is_dir() else shutil.copy)(from_here, bundle / carried)
    shutil.copy(ROOT / "tools" / "install_bundle.py", bundle)
    run(str(ROOT / "tools" / "bill_of_materials.py"), "--out", str(bundle / "sbom.cdx.json"), module=False)
    seal(bundle)


def seal(bundle: Path) -> None:
    """Write the sum of every file, as `sha256sum --check` reads it."""
    files = sorted(path for path in bundle.rglob("*") if path.is_file())
    sums = "".join(f"{digest(path)}  {path.relative_to(bundle).as_posix()}\n" for path in files)
    (bundle / "SHA256SUMS").write_text(sums, "utf-8")


def build(wheels: Path) -> Path:
    """The wheel of LearningLion, from a copy: building leaves things behind in a checkout."""
    with tempfile.TemporaryDirectory() as place:
        for name in BUILT_FROM:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(
                    source, Path(place, name), ignore=shutil.ignore_patterns("*.egg-info", "*.pyc")
                )
            else:
                shutil.copy(source, place)
        run("pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index", "-w", str(wheels), place)
    (own,) = wheels.glob("learninglion-*.whl")
    return own


def pack(bundle: Path, target: Path) -> Path:
    """The folder as one file, without names and times of who made it."""

    def plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.uid = entry.gid = entry.mtime = 0
        entry.uname = entry.gname = ""
        return entry

    with tarfile.open(target, "w:gz", compresslevel=1) as archive:  # wheels are compressed already
        archive.add(bundle, bundle.name, filter=plain)
    return target


def sign(packed: Path, key: Path | None) -> list[Path]:
    """Write the sum beside the bundle, and its signature where there is a key."""
    sums = packed.with_name(packed.name + ".sha256")
    sums.write_text(f"{digest(packed)}  {packed.name}\n", "utf-8")
    if key is None:
        return [sums]
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    private = load_pem_private_key(key.read_bytes(), password=None)
    if not isinstance(private, Ed25519PrivateKey):
        sys.exit(f"{key}: not an Ed25519 key")
    signature = packed.with_name(packed.name + ".sig")
    signature.write_bytes(private.sign(sums.read_bytes()))
    return [sums, signature]


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def run(*command: str, module: bool = True) -> None:
    """Run a module or script with this Python; stop with its own message when it fails."""
    whole = [sys.executable, *(["-m"] if module else []), *command]
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "SOURCE_DATE_EPOCH": "315532800"}
    if subprocess.run(whole, check=False, env=environment, stdout=sys.stderr).returncode:
        sys.exit(f"failed: {' '.join(whole)}")


if __name__ == "__main__":
    sys.exit(main())
