"""Ingests in a child process and kills it with SIGKILL at random moments, until everything is in.

python killing.py DATABASE_URL HOME SEED; prints how often it killed. `acknowledged` in HOME gets a line for
each document after `put` has returned: what stands there twice was lost and done again.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from pathlib import Path

import alembic.command  # noqa: F401  loaded once, so that a child is killed at work and not at loading

from learninglion.database.engine import open_database
from learninglion.record.log import EventLog
from learninglion.store.intake import FileStamp
from learninglion.store.store import Store
from papers import paper

DOCUMENTS = 30
MOST_KILLS = 30  # then it is left to end, however slow the machine
VERSIONS = 2
COLLECTION = "openbaar"


def stamp(number: int, version: int) -> FileStamp:
    """The file of a document as it stands on the disk in this version."""
    return FileStamp(f"/map/{number}.pdf", 1000 + version, version)


def wanted(number: int, version: int):
    """A version of a document; every version of each differs."""
    return paper(number, f"Versie {version} van document {number}. " + "Er varen veerponten. " * 20)


def ingest(url: str, home: Path) -> None:
    """Everything that is not in yet, version by version."""
    engine = open_database(url)
    store, log = Store(engine, home), EventLog(engine, home / "log-head.json")
    acknowledged = os.open(home / "acknowledged", os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    with store.ingesting(wait=30):
        for version in range(1, VERSIONS + 1):
            done = {entry.stamp.path: entry.stamp for entry in store.journal.entries()}
            for number in range(1, DOCUMENTS + 1):
                file = stamp(number, version)
                known = done.get(file.path)
                if known is not None and known.mtime_ns >= version:
                    continue
                store.put(*wanted(number, version), COLLECTION, file=file)
                os.write(acknowledged, f"{number} {version}\n".encode())
                log.append("ingest", actor="toets", subject=str(number), details={"version": version})
    engine.dispose()


def main() -> None:
    """Kill until it is done."""
    url, home, chance = sys.argv[1], Path(sys.argv[2]), random.Random(int(sys.argv[3]))
    kills = 0  # later ones come later, so that a slow machine gets on as well
    while True:
        child = os.fork()
        if child == 0:
            try:
                ingest(url, home)
            except BaseException as error:
                print(repr(error), file=sys.stderr, flush=True)
                os._exit(1)
            os._exit(0)
        patience = chance.uniform(0.005, 0.02 + 0.02 * kills) if kills < MOST_KILLS else 300.0
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                break
            time.sleep(0.001)
        else:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            kills += 1
            continue
        if status:
            sys.exit("the child ended with an error")
        break
    print(kills)


if __name__ == "__main__":
    main()
