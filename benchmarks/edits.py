"""Whether anything that was typed is lost when the server dies or the session ends during an edit.

    python benchmarks/edits.py [--kills 50] [--seed 1]

One officer types in an answer as the page does it: what stands in the field goes to the server again and
again, and now and then it is saved. At a random moment, also while a request is under way, the server gets
SIGKILL or the session ends. After signing in again the page must show the last text that the server said it
had, or the one that was under way. Prints one JSON line for each kill and one with the outcome.
"""

from __future__ import annotations

import argparse
import contextlib
import html
import json
import os
import random
import re
import signal
import socket
import sys
import tempfile
import threading
import time
import traceback
from pathlib import Path

import httpx
import uvicorn

from learninglion.models import Actor, QuestionSet, Role, SubQuestion
from learninglion.sample import sample_documents
from learninglion.settings import load_settings, workplace_options
from learninglion.web.app import create_app
from learninglion.workflow import open_workplace

ACTOR = Actor("noor", frozenset(Role))
PASSWORD = "paarse olifant fietst"
QUESTION = "Hoeveel opslagplaatsen voor consumentenvuurwerk zijn er?"
SAVED_OFTEN = 0.15  # of the texts that are sent, so many are saved in the dossier
LONGEST_WAIT = 60  # seconds for a server to answer its first request


def prepare(home: Path) -> None:
    """An archive, a person and a proposal to write in; its id stands in `dossier`."""
    workplace = open_workplace(workplace_options(load_settings({"LEARNINGLION_HOME": str(home)})))
    workplace.intake.ingest(list(sample_documents())[:2], collection="voorbeeld", actor=ACTOR)
    workplace.accounts.accept(workplace.accounts.add(ACTOR.name, ACTOR.roles, None), ACTOR.name, PASSWORD)
    asked = QuestionSet("Over vuurwerk.", (SubQuestion((1,), QUESTION),))
    offers = workplace.searching.offer(asked, actor=ACTOR)
    chosen = workplace.drafts.select_automatically(asked, offers)
    (home / "dossier").write_text(workplace.drafts.draft(asked, chosen, actor=ACTOR).id)
    workplace.close()


def serve(home: Path, port: int) -> None:
    """The application as `learninglion serve` serves it."""
    settings = load_settings({"LEARNINGLION_HOME": str(home)})
    workplace = open_workplace(workplace_options(settings))
    uvicorn.run(create_app(workplace, settings), host="127.0.0.1", port=port, log_level="critical")


def child(work: object, *given: object) -> int:
    """The process that does this; it ends with it."""
    process = os.fork()
    if process == 0:
        status = 1
        try:
            work(*given)  # type: ignore[operator]
            status = 0
        except Exception:
            traceback.print_exc()
        finally:
            os._exit(status)
    return process


class Officer:
    """Types, and knows what the server said it had and what was under way."""

    def __init__(self, address: str, dossier: str, chance: random.Random) -> None:
        self.page = httpx.Client(base_url=address, timeout=20)
        self.path, self.chance = f"/dossiers/{dossier}", chance
        self.has, self.under_way = "", ""
        self.sent = self.count = 0

    def sign_in(self) -> None:
        """Wait for the server and sign in."""
        until = time.monotonic() + LONGEST_WAIT
        while True:
            with contextlib.suppress(httpx.TransportError):
                self.page.get("/health")
                break
            if time.monotonic() > until:
                raise SystemExit("the server does not come up")
            time.sleep(0.05)
        self.page.post("/sign-in", data={"name": ACTOR.name, "password": PASSWORD})

    def open(self) -> str:
        """The text as the page shows it to write in."""
        page = self.page.get(f"{self.path}?edit=0").text
        self.csrf = re.findall(r'data-csrf="([0-9a-f]+)"', page)[0]
        self.version = re.findall(r'name="version" value="(\d+)"', page)[0]
        return html.unescape(
            re.findall(r'<textarea[^>]*id="answer"[^>]*>([^<]*)</textarea>', page)[0]
        ).strip()

    def type_on(self) -> bool:
        """One sentence more, sent to be kept or to be saved; False when the server did not take it."""
        self.count += 1
        typed = f"{self.under_way} Dit is zin {self.count} van deze ronde.".strip()
        self.under_way = typed
        place, headers = f"{self.path}/questions/0", {"X-CSRF-Token": self.csrf, "X-Part": "1"}
        saves = self.chance.random() < SAVED_OFTEN
        self.sent += 1
        try:
            if saves:
                form = {"version": self.version, "text": typed}
                answer = self.page.post(place, data=form, headers=headers)
            else:
                fields = {"version": self.version, "text": typed}
                answer = self.page.post(
                    "/working-texts", json={"place": place, "fields": fields}, headers=headers
                )
        except httpx.TransportError:
            return False
        target = answer.headers.get("location", "")
        if answer.status_code not in (200, 303) or target.startswith("/sign-in"):
            return False
        self.has = typed
        if saves:
            self.open()  # the page goes on from the version that was made
        return True


def kill_often(home: Path, kills: int, seed: int) -> bool:
    """Type and kill `kills` times; whether nothing was lost."""
    chance = random.Random(seed)
    os.waitpid(child(prepare, home), 0)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    officer = Officer(f"http://127.0.0.1:{port}", (home / "dossier").read_text(), chance)
    server = child(serve, home, port)
    officer.sign_in()
    officer.has = officer.under_way = officer.open()
    lost = under_way = 0
    for number in range(1, kills + 1):
        kind = chance.choice(("server", "server", "session"))
        process = server

        def end(kind: str = kind, process: int = process) -> None:
            if kind == "server":
                os.kill(process, signal.SIGKILL)
            else:  # as in another tab, or by the clock
                officer.page.cookies.clear()

        timer = threading.Timer(chance.uniform(0.02, 1.0), end)
        timer.start()
        with contextlib.suppress(IndexError, httpx.TransportError):  # the page itself does not come any more
            while officer.type_on():
                pass
        timer.join()
        if kind == "server":
            os.waitpid(server, 0)
            server = child(serve, home, port)
        officer.page.cookies.clear()
        officer.sign_in()
        found = officer.open()
        kept = found in (officer.has, officer.under_way)
        lost += not kept
        under_way += found != officer.has
        told = {"kill": number, "of": kind, "kept": kept, "characters": len(officer.has)}
        print(json.dumps(told), flush=True)
        # The browser still holds what was under way, and goes on from there; every fifth round begins anew.
        officer.has = officer.under_way = "" if number % 5 == 0 else found
    os.kill(server, signal.SIGKILL)
    os.waitpid(server, 0)
    print(json.dumps({"kills": kills, "texts": officer.sent, "arrived unsaid": under_way, "lost": lost}))
    return not lost


def main() -> None:
    """Status 1 when something was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="learninglion-kills-") as folder:
        sys.exit(0 if kill_often(Path(folder), given.kills, given.seed) else 1)


if __name__ == "__main__":
    main()
