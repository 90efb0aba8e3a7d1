"""Nothing leaves the machine: the whole job runs while every outgoing connection and look-up is watched."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

WATCH = """
import sys
seen = []
def watch(event, arguments):
    if event == "socket.connect":
        address = arguments[1]
        if not (isinstance(address, (str, bytes)) or address[0] in ("127.0.0.1", "::1")):
            seen.append((event, address))
    elif event == "socket.getaddrinfo" and arguments[0] not in (None, "localhost", "127.0.0.1", "::1"):
        seen.append((event, arguments[0]))
sys.addaudithook(watch)
"""
JOB = """
from pathlib import Path

from learninglion.models import Actor, Role
from learninglion.sample import sample_documents, sample_question_set
from learninglion.workflow import WorkplaceOptions, read_question_file, open_workplace
actor = Actor("proef", frozenset(Role))
workplace = open_workplace(WorkplaceOptions(home=Path(sys.argv[1])))
assert not workplace.intake.ingest(sample_documents()[:2], actor=actor).failures
asked = read_question_file(sample_question_set())
offers = workplace.searching.offer(asked, actor=actor)
dossier = workplace.drafts.draft(asked, workplace.drafts.select_automatically(asked, offers), actor=actor)
workplace.dossiers.write_exports(dossier.id, Path(sys.argv[1]) / "out", actor=actor)
workplace.close()
"""
PROBE = """
import socket
try:
    socket.create_connection(("192.0.2.1", 9), timeout=0.05)
except OSError:
    pass
"""


def run(code: str, home: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", WATCH + code + "print(len(seen)); print(seen)", str(home)]
    return subprocess.run(command, capture_output=True, text=True, timeout=240, env=dict(os.environ))


@pytest.mark.slow
def test_the_whole_job_connects_to_nothing(tmp_path: Path) -> None:
    done = run(JOB, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-2:] == ["0", "[]"]


def test_the_watch_would_see_it(tmp_path: Path) -> None:
    done = run(PROBE, tmp_path)  # an address that is reserved for documentation and leads nowhere
    assert int(done.stdout.splitlines()[0]) > 0
