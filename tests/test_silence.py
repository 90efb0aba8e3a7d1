"""Nothing leaves and nothing is left behind: what the kernel sees of each way in, libraries included.

The audit of Python sees only what Python does; a compiled library opens sockets and files by itself. So each
entry runs under strace, with an empty home folder, and every socket and every file opened for writing is read
from the kernel's own account.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

from learninglion.sample import sample_documents, sample_question_set

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed"),
]

CALLS = "trace=connect,sendto,sendmsg,bind,open,openat,creat,mkdir,mkdirat,rename,renameat,renameat2"
CONNECTS = re.compile(
    r"(?:connect|sendto|sendmsg|bind)\(.*sa_family=(AF_INET6?)\b"
    r".*?(?:inet_addr\(|inet_pton\(AF_INET6, )\"([^\"]+)\""
)
WRITES = re.compile(r"(?:open|openat)\((?:AT_FDCWD, )?\"([^\"]+)\".*?O_(?:WRONLY|RDWR|CREAT)\b")
MAKES = re.compile(r"(?:creat|mkdir|mkdirat|rename|renameat2?)\((?:AT_FDCWD, )?\"([^\"]+)\"")
HARMLESS = re.compile(r"^/(?:dev|proc|sys)/|/__pycache__(?:/|$)|^/tmp/?$")
DECOY = """
import pathlib, socket
pathlib.Path.home().joinpath("left").write_text("x")
with socket.socket() as to_nowhere:
    to_nowhere.settimeout(0.05)
    to_nowhere.connect_ex(("192.0.2.1", 9))
"""


def watched(command: list[str], folder: Path) -> subprocess.Popen[str]:
    """Start `command` under strace with an empty home; the account stands in folder/trace."""
    (folder / "person").mkdir(exist_ok=True)
    (folder / "temporary").mkdir(exist_ok=True)
    names = {"HOME": folder / "person", "TMPDIR": folder / "temporary", "LEARNINGLION_HOME": folder / "data"}
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ORT_", "XDG_", "LEARNINGLION_"))}
    return subprocess.Popen(
        ["strace", "-f", "-qq", "-e", CALLS, "-s", "300", "-o", str(folder / "trace"), *command],
        cwd=folder, env={**kept, **{k: str(v) for k, v in names.items()}}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip


def left_and_said(folder: Path) -> tuple[set[str], set[str]]:
    """Addresses outside this machine, and paths outside the data folder, that the account holds."""
    addresses, paths = set(), set()
    for line in (folder / "trace").read_text("utf-8", "replace").splitlines():
        if (found := CONNECTS.search(line)) and found[2] not in ("127.0.0.1", "::1"):
            addresses.add(found[2])
        if found := WRITES.search(line) or MAKES.search(line):
            path = (folder / found[1]).resolve()
            own = (folder / "data", folder / "temporary", folder / "out", folder / "demo-output")
            harmless = HARMLESS.search(str(path)) and not path.is_relative_to(folder)
            if not harmless and not any(path.is_relative_to(o) for o in own):
                paths.add(str(path))
    return addresses, paths


def ended(command: list[str], folder: Path) -> str:
    process = watched(command, folder)
    printed, _ = process.communicate(timeout=300)
    assert process.returncode == 0, printed
    return printed


def stops_when_told(watcher: int) -> bool:
    """Whether a process below `watcher` has come so far that it takes SIGTERM itself."""
    below = Path(f"/proc/{watcher}/task/{watcher}/children").read_text().split()
    status = ""
    for child in below:
        with suppress(FileNotFoundError, ProcessLookupError):  # one that ended since takes nothing any more
            status += Path(f"/proc/{child}/status").read_text()
    return any(
        int(line.split()[1], 16) >> (signal.SIGTERM - 1) & 1
        for line in status.splitlines()
        if line.startswith("SigCgt:")
    )


def program(*words: str) -> list[str]:
    return [str(Path(sys.executable).with_name("learninglion")), *words]


def entries() -> dict[str, list[list[str]]]:
    files = [str(path) for path in sample_documents()[:2]]
    asked = str(sample_question_set())
    return {
        "demo": [[sys.executable, "-m", "learninglion.cli.demo"]],
        "command line": [
            program("ingest", *files),
            *[program("search", "opslag van vuurwerk", "--json")] * 3,
            program("draft", "--questions", asked, "--select", "auto", "--json"),
        ],
    }


@pytest.mark.parametrize("entry", ["demo", "command line"])
def test_an_entry_is_silent_and_leaves_nothing(entry: str, tmp_path: Path) -> None:
    for command in entries()[entry]:
        ended(command, tmp_path)
        assert left_and_said(tmp_path) == (set(), set()), command
    assert list((tmp_path / "person").iterdir()) == []


def test_the_server_is_silent_and_leaves_nothing(tmp_path: Path) -> None:
    ended(program("ingest", str(sample_documents()[0])), tmp_path)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = watched(program("serve", "--port", str(port)), tmp_path)
    try:
        for _ in range(240):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
                    assert answer.status == 200
                break
            except OSError:
                time.sleep(0.5)
        else:
            pytest.fail("the server did not start")
        time.sleep(5)  # telemetry of a library is sent after a while
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=60)
    assert left_and_said(tmp_path) == (set(), set())
    assert list((tmp_path / "person").iterdir()) == []


def test_a_worker_is_silent_and_leaves_nothing(tmp_path: Path) -> None:
    ended(program("ingest", str(sample_documents()[0])), tmp_path)
    process = watched(program("worker"), tmp_path)
    while not stops_when_told(process.pid):  # it loads what it works with first
        assert process.poll() is None
        time.sleep(0.5)
    time.sleep(5)  # telemetry of a library is sent after a while
    assert process.poll() is None
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=60)
    assert left_and_said(tmp_path) == (set(), set())
    assert list((tmp_path / "person").iterdir()) == []


def test_the_watch_sees_what_a_process_does(tmp_path: Path) -> None:
    ended([sys.executable, "-c", DECOY], tmp_path)
    addresses, paths = left_and_said(tmp_path)
    assert addresses == {"192.0.2.1"}
    assert paths == {str(tmp_path / "person" / "left")}
