"""A set of questions out of an uploaded file, read in a process of its own with limits on time and memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile

from learninglion.errors import UnreadableFileError
from learninglion.models import QuestionSet, RawFile
from learninglion.serial import from_plain

__all__ = ["read_set_file"]

_SECONDS = 45
_MEMORY = 2_000_000_000  # bytes of address space
_REFUSED = 3

_CHILD = f"""
import json, resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, ({_MEMORY}, {_MEMORY}))
resource.setrlimit(resource.RLIMIT_CPU, ({_SECONDS}, {_SECONDS}))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
from learninglion.errors import LearningLionError
from learninglion.models import RawFile
from learninglion.parsing.sets import question_set_from_file
from learninglion.serial import to_plain
try:
    found = question_set_from_file(RawFile(sys.argv[2], Path(sys.argv[1]).read_bytes(), "upload"))
except LearningLionError as error:
    print(json.dumps(error.detail))
    sys.exit({_REFUSED})
print(json.dumps(to_plain(found)))
"""


def read_set_file(raw: RawFile) -> QuestionSet:
    """The set in `raw`. Raises UnreadableFileError with the parser's words, or when it hangs or crashes."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(raw.content)
        file.flush()
        environment = {k: v for k, v in os.environ.items() if k in ("PATH", "PYTHONPATH", "LANG")}
        command = [sys.executable, "-c", _CHILD, file.name, raw.name]
        try:
            done = subprocess.run(  # noqa: S603  (our own interpreter, our own code)
                command, capture_output=True, timeout=_SECONDS, env=environment, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise UnreadableFileError(raw.name, "het lezen duurde te lang en is gestopt") from error
    if done.returncode == _REFUSED:
        detail = str(json.loads(done.stdout))
        raise UnreadableFileError(raw.name, detail.removeprefix(f"{raw.name}: "))
    if done.returncode != 0:
        raise UnreadableFileError(raw.name, "het bestand is beschadigd of niet bedoeld om gelezen te worden")
    return from_plain(QuestionSet, json.loads(done.stdout))
