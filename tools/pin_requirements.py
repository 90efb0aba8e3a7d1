"""Compile requirements/*.in to *.txt: exact versions with hashes, no addresses."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

WITHOUT_DEPENDENCIES = ("test-models",)  # as in bootstrap.py
ROOT = Path(__file__).resolve().parents[1]
# Later ones are held to earlier ones.
ORDER = ("runtime", "gguf", "postgres", "install", "demo-llm", "dev", "bench", "test-models")


def main() -> int:
    """Pin every set in turn; stop at the first that cannot be solved."""
    for name in ORDER:
        command = ["uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"]
        command += ["--generate-hashes", "--no-emit-index-url", "--no-header"]
        command += ["--no-deps"] if name in WITHOUT_DEPENDENCIES else []
        command += [f"requirements/{name}.in", "-o", f"requirements/{name}.txt"]
        if subprocess.run([sys.executable, "-m", *command], cwd=ROOT, check=False).returncode:
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
