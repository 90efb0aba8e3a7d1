"""Install LearningLion from the unpacked bundle this file is in; needs python3 only, and no network.

    python3 install_bundle.py --into /opt/learninglion

Checks SHA256SUMS of the whole folder, makes an environment, and installs the wheels with their hashes.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
SETS = ("runtime.txt", "postgres.txt", "learninglion.txt")


def main(arguments: Sequence[str] | None = None) -> int:
    """Install; 1 when the bundle is not whole or not for this machine, 2 when the place is taken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--into", type=Path, required=True, help="a folder that is not there yet")
    into: Path = parser.parse_args(arguments).into.absolute()
    wrong = differences(HERE) or misfit(HERE.name)
    if wrong:
        sys.stderr.writelines(f"{line}\n" for line in wrong)
        return 1
    if into.exists():
        sys.stderr.write(f"{into} is there already; install beside it and then change over\n")
        return 2
    venv.create(into, with_pip=False)  # a bare Debian has no pip to give
    python, (pip,) = into / "bin" / "python", (HERE / "wheels").glob("pip-*.whl")
    named = [word for name in SETS for word in ("-r", str(HERE / name))]
    command = [str(python), f"{pip}/pip", "install", "--no-index", "--find-links", str(HERE / "wheels")]
    command += ["--require-hashes", "--only-binary", ":all:", "--no-cache-dir", "--quiet", *named]
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_CONFIG_FILE": os.devnull}
    if subprocess.run(command, check=False, env=environment).returncode:
        return 1
    shutil.copy(HERE / "sbom.cdx.json", into)
    return subprocess.run([str(into / "bin" / "learninglion"), "--version"], check=False).returncode


def differences(bundle: Path) -> list[str]:
    """What is missing, changed or added since the sums were made, each in a line."""
    lines = (bundle / "SHA256SUMS").read_text("utf-8").splitlines()
    listed = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    here = {path.relative_to(bundle).as_posix() for path in bundle.rglob("*") if not path.is_dir()}
    wrong = [f"{name}: not in SHA256SUMS" for name in sorted(here - listed.keys() - {"SHA256SUMS"})]
    for name, digest in listed.items():
        if name not in here:
            wrong.append(f"{name}: missing")
        elif hashlib.sha256((bundle / name).read_bytes()).hexdigest() != digest:
            wrong.append(f"{name}: changed")
    return wrong


def misfit(name: str) -> list[str]:
    """Why a bundle of this name is not for this Python and machine; empty when it is."""
    machine = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    ours = f"cp{sys.version_info[0]}{sys.version_info[1]}-{machine}"
    return [] if name.endswith(f"-{ours}") else [f"{name}: this Python and machine are {ours}"]


if __name__ == "__main__":
    sys.exit(main())
