"""Whether anything that was typed is lost when server or browser dies, or the session ends, during an edit.

    python benchmarks/edits.py [--kills 50] [--seed 1] [--browser]

One officer types in an answer as the page does it: what stands in the field goes to the server again and
again, and now and then it is saved. At a random moment, also while a request is under way, the server gets
SIGKILL or the session ends. After signing in again the page must show the last text that the server said it
had, or the one that was under way. Prints one JSON line for each kill and one with the outcome.

With `--browser` a real browser types, key by key with pauses as people make them, and dies too: its process
gets SIGKILL, and is started again on the same folder. What stands in the field after signing in is held
against the keys that were struck; for a browser that was killed also what the server had of them, which is
what is left on another computer.
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
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import httpx
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Playwright, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from learninglion.models import Actor, QuestionSet, Role, SubQuestion
from learninglion.sample import sample_documents
from learninglion.settings import load_settings, workplace_options
from learninglion.web import app as serving
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
    question_set = QuestionSet("Over vuurwerk.", (SubQuestion((1,), QUESTION),))
    offers = workplace.searching.offer(question_set, actor=ACTOR)
    chosen = workplace.drafts.select_automatically(question_set, offers)
    (home / "dossier").write_text(workplace.drafts.draft(question_set, chosen, actor=ACTOR).id)
    workplace.close()


def serve(home: Path, port: int) -> None:
    """The application as `learninglion serve` serves it."""
    settings = load_settings({"LEARNINGLION_HOME": str(home)})
    workplace = open_workplace(workplace_options(settings))
    workplace.indexing.start_mending(workplace.drafts.rehearse)
    served = replace(settings.web, host="127.0.0.1", port=port)
    serving.serve(create_app(workplace, settings), served, serving.make_worker(workplace, 1))


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
        text = officer.open()
        is_kept = text in (officer.has, officer.under_way)
        lost += not is_kept
        under_way += text != officer.has
        line = {"kill": number, "of": kind, "kept": is_kept, "characters": len(officer.has)}
        print(json.dumps(line), flush=True)
        # The browser still holds what was under way, and goes on from there; every fifth round begins anew.
        officer.has = officer.under_way = "" if number % 5 == 0 else text
    os.kill(server, signal.SIGKILL)
    os.waitpid(server, 0)
    print(json.dumps({"kills": kills, "texts": officer.sent, "arrived unsaid": under_way, "lost": lost}))
    return not lost


CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
]
PAUSES = (0.03, 0.05, 0.08, 0.12, 0.6)  # seconds between keys; the last is where one thinks


class Typist:
    """A browser on a folder of its own, in which an officer types."""

    def __init__(
        self, playwright: Playwright, folder: Path, address: str, path: str, chance: random.Random
    ) -> None:
        self._playwright, self._folder, self._chance = playwright, folder, chance
        self._address, self._path = address, path
        self.typed = ""
        self.start()

    def start(self) -> None:
        """Open the browser on its folder, sign in where it asks, and open the answer."""
        self.context = self._playwright.chromium.launch_persistent_context(
            self._folder, executable_path=CHROMIUM, args=ARGUMENTS, base_url=self._address, timeout=180_000
        )
        self.page = self.context.pages[0] if self.context.pages else self.context.new_page()
        self.page.set_default_timeout(120_000)
        self.open()

    def open(self) -> None:
        """The page of the answer, after signing in where that is asked."""
        self.page.goto(f"{self._path}?edit=0")
        if "/sign-in" in self.page.url:
            self.page.fill("#name", ACTOR.name)
            self.page.fill("#password", PASSWORD)
            self.page.keyboard.press("Enter")
            self.page.wait_for_url("**?edit=0*")
        self.page.wait_for_selector("#answer")

    def stands(self, wanted: str) -> str:
        """What stands in the field, once it is `wanted` or does not change any more."""
        with contextlib.suppress(PlaywrightTimeout):
            self.page.wait_for_function(
                "wanted => document.getElementById('answer').value === wanted", arg=wanted, timeout=5000
            )
        return self.page.input_value("#answer")

    def type_on(self, ended: Callable[[], bool]) -> None:
        """Strike keys at the end of the text until it ended; every key that the page took is in `typed`."""
        self.page.locator("#answer").press("Control+End", timeout=30_000)
        self.typed = self.page.input_value("#answer")
        while not ended():
            for key in f" Dit is zin {self._chance.randrange(1000)} van deze ronde.":
                if ended():
                    return
                self.page.keyboard.press("Space" if key == " " else key)
                self.typed += key
                time.sleep(self._chance.choice(PAUSES))

    def type_for(self, seconds: float) -> None:
        """Strike keys for so long."""
        until = time.monotonic() + seconds
        self.type_on(lambda: time.monotonic() > until)

    def begin_anew(self) -> None:
        """An empty field, so that texts do not grow without end."""
        self.page.fill("#answer", "")
        self.page.wait_for_timeout(1500)

    def kill(self) -> None:
        """SIGKILL for the browser that works on this folder."""
        wanted = f"--user-data-dir={self._folder}".encode()
        for place in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                words = place.read_bytes().split(b"\0")
                if wanted in words and not any(word.startswith(b"--type=") for word in words):
                    os.kill(int(place.parent.name), signal.SIGKILL)


def kill_browsers(home: Path, kills: int, seed: int) -> bool:
    """Type in a browser and kill it, the server or the session `kills` times; whether nothing was lost."""
    chance = random.Random(seed)
    os.waitpid(child(prepare, home), 0)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address, path = f"http://127.0.0.1:{port}", f"/dossiers/{(home / 'dossier').read_text()}"
    server = child(serve, home, port)
    elsewhere = Officer(address, path.rsplit("/", 1)[1], chance)
    elsewhere.sign_in()
    folder = home / "browser"
    lost: list[int] = []
    behind: list[int] = []
    with sync_playwright() as playwright:
        typist = Typist(playwright, folder, address, path, chance)
        for number in range(1, kills + 1):
            kind = chance.choice(("browser", "browser", "server", "session"))
            after = chance.uniform(1.0, 8.0)
            if kind == "browser":
                timer = threading.Timer(after, typist.kill)
                timer.start()
                with contextlib.suppress(PlaywrightError):
                    typist.type_on(lambda: False)
                timer.join()
                typed = typist.typed
                behind.append(len(typed) - common(elsewhere.open(), typed.strip()))
                with contextlib.suppress(PlaywrightError):
                    typist.context.close()
                typist.start()
            elif kind == "server":
                timer = threading.Timer(after, os.kill, (server, signal.SIGKILL))
                timer.start()
                typist.type_for(after + 1)
                timer.join()
                os.waitpid(server, 0)
                server = child(serve, home, port)
                elsewhere.sign_in()
                typed = typist.typed
                typist.open()
            else:
                typist.type_for(after)
                typist.context.clear_cookies()
                typist.type_for(1)
                typed = typist.typed
                typist.open()
            text = typist.stands(typed)
            gone = len(typed) - common(text, typed)
            lost.append(gone)
            line = {"kill": number, "of": kind, "typed": len(typed), "lost": gone}
            print(json.dumps(line | ({"server behind": behind[-1]} if kind == "browser" else {})), flush=True)
            if len(text) > 2000:
                typist.begin_anew()
        typist.kill()
        os.kill(server, signal.SIGKILL)  # it holds the pipes of the browser's driver, which waits for them
        os.waitpid(server, 0)
    worst = {"most characters lost": max(lost), "rounds with a loss": sum(g > 0 for g in lost)}
    print(json.dumps({"kills": kills, **worst, "most that the server was behind": max(behind, default=0)}))
    return not any(lost)


def common(one: str, other: str) -> int:
    """How many characters two texts begin with together."""
    return len(os.path.commonprefix([one, other]))


def main() -> None:
    """Status 1 when something was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--browser", action="store_true", help="type in a real browser, and kill it too")
    given = parser.parse_args()
    kill = kill_browsers if given.browser else kill_often
    with tempfile.TemporaryDirectory(prefix="learninglion-kills-") as folder:
        sys.exit(0 if kill(Path(folder), given.kills, given.seed) else 1)


if __name__ == "__main__":
    main()
