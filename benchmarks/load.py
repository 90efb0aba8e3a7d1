"""Many users at once, and many strange requests: what the server takes on this machine.

    python benchmarks/load.py users  [--pairs 50000] [--users 50] [--minutes 6] [--pause 5] [--mixed]
    python benchmarks/load.py users  [--users 10] [--minutes 12] --flood
    python benchmarks/load.py fuzz   [--each 1200]
    python benchmarks/load.py rounds [--rounds 100] [--at-hand 8]

`users` fills a data folder of its own with fictional pairs (kept in --home, so a second run starts at once),
serves it with uvicorn in a process of its own, and lets every user search once in --pause seconds and open a
page in between. It prints one JSON line: median and p95 of searches and pages, errors, and the memory, open
files and threads of the server, as they were in the first minute after warming up and in the last one. It
ends with status 1 when a bar is missed: `missed` says which. `fuzz` runs the generated requests of
tests/web/test_web_fuzz.py in their full number. With --flood strangers come after two minutes, from a
process of their own, and stay: large bodies without a token, requests that are sent by half, and sign-ins
with wrong passwords; the users are honest beside them. Then times are those beside the strangers, and memory
is the most that was seen beside them against the minute before they came. All traffic stays on 127.0.0.1.
`rounds` does mixed work in this process, as much in every round whatever the clock says: two searches, a
draft of two questions, and an upload in every third. What grows is told beside the two caches that fill up,
and what searches and drafts cost in the first third after 20 rounds and in the last, in processor time. With
--at-hand the vectors of words are held to so many MB, so that whatever else grows shows at once.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from functools import _lru_cache_wrapper
from pathlib import Path
from typing import NamedTuple

import httpx

ROOT = Path(__file__).resolve().parents[1]
PORT = 8973
EACH = 100  # pairs in a document: reading one file costs the same for ten
PAUSE = 5.0  # seconds between the searches of one user
WORK_SHARE = 0.04  # of the turns of a user begin long work, where the load is mixed
LOOK = 2.0  # seconds between two looks at the server's memory
TELL = 150  # looks between two lines about how far it is
# The bars for 50 users on two cores, in milliseconds; memory is flat when the last minute
# takes hardly more than the first after warming up.
SEARCH_MS, PAGE_MS = 1000, 100
FLAT_SHARE, FLAT_MB = 0.05, 25
FLOOD_MS, FLOOD_MB = 500, 100  # what strangers may cost
FLOOD_SECONDS = 120  # from the start until they come
WARM_SECONDS = 60  # caches fill, pages of memory-mapped vectors come in
LEAST_SECONDS = 180  # of a shorter run, memory says nothing
SUBJECTS = (
    "vuurwerk fatbikes wachttijden stikstof veerpont woningbouw jeugdzorg lachgas nachttrein pensioen".split()
)
VERBS = "beperken toestaan vergoeden onderzoeken verbieden stimuleren handhaven uitbreiden".split()
PLACES = "Duinwijk Merenhoven Oosterdal Zandvoorde Lindeborg Kerkhaven Waterbuurt Heidestad".split()


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("what", choices=["users", "fuzz", "serve", "strangers", "rounds"])
    parser.add_argument("--home", type=Path, default=Path("benchmarks/.home-load"))
    parser.add_argument("--pairs", type=int, default=50_000)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=6.0)
    parser.add_argument("--pause", type=float, default=PAUSE, help="seconds between searches of one user")
    parser.add_argument("--mixed", action="store_true", help="drafts and uploads too, through the queue")
    parser.add_argument("--flood", action="store_true", help="strangers beside the users")
    parser.add_argument("--each", type=int, default=1200)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--at-hand", type=int, default=0, help="MB of vectors of words")
    given = parser.parse_args()
    if given.what == "rounds":
        fill(given.home, given.pairs)
        work(given.home, given.rounds, given.at_hand)
        return
    if given.what == "fuzz":
        command = [sys.executable, "-m", "pytest", "-s", str(ROOT / "tests" / "web" / "test_web_fuzz.py")]
        raise SystemExit(
            subprocess.run(command, env={**os.environ, "LEARNINGLION_FUZZ": str(given.each)}).returncode
        )
    if given.what == "serve":
        serve(given.home)
        return
    if given.what == "strangers":
        asyncio.run(strangers())
        return
    fill(given.home, given.pairs)
    token, cookie = sign_in(given.home)
    server = subprocess.Popen([sys.executable, __file__, "serve", "--home", str(given.home)])
    flood: subprocess.Popen[bytes] | None = None
    try:
        wait_until_up()
        if given.flood:
            flood = subprocess.Popen([sys.executable, __file__, "strangers"])
        seconds = round(given.minutes * 60)
        load = press(
            given.users,
            seconds,
            token,
            cookie,
            server.pid,
            pause=given.pause,
            mixed=given.mixed,
            beside=given.flood,
        )
        figures = asyncio.run(load)
    finally:
        if flood is not None:
            flood.terminate()
        server.terminate()
        server.wait(20)
    print(json.dumps(figures))
    raise SystemExit(1 if figures["missed"] else 0)


def opened(home: Path):  # type: ignore[no-untyped-def]
    """The workflow on the benchmark's own folder."""
    from learninglion.settings import load_settings, workplace_options
    from learninglion.workflow import open_workplace

    settings = load_settings({"LEARNINGLION_HOME": str(home.absolute()), "LEARNINGLION_WEB_PORT": str(PORT)})
    return open_workplace(workplace_options(settings)), settings


def serve(home: Path) -> None:
    """Serve as `learninglion serve` does."""
    from learninglion.web.app import create_app, make_worker
    from learninglion.web.app import serve as serve_until_told

    workplace, settings = opened(home)
    application = create_app(workplace, settings)
    serve_until_told(application, settings.web, make_worker(workplace, settings.jobs.slots))


def fill(home: Path, pairs: int) -> None:
    """Fictional documents of a hundred pairs each, until there are enough."""
    from learninglion.models import Actor, Role
    from learninglion.testing import HashingEncoder
    from learninglion.workflow import searching

    real = searching.open_encoder  # type: ignore[attr-defined]

    def half_real(*given: object, **named: object) -> object:
        # Embedding 50,000 pairs takes over an hour on two cores, and how long a search takes does not depend
        # on what the vectors mean: those of the corpus are hashed words. The server is another process, which
        # embeds what the users ask with the real model.
        encoder = real(*given, **named)  # type: ignore[arg-type]
        hashed = HashingEncoder(encoder.dimensions)
        kind = type(encoder)
        kind.encode_passages = lambda self, texts: hashed.encode_passages(texts)  # type: ignore[method-assign]
        kind.encode_queries = lambda self, texts: hashed.encode_queries(texts)  # type: ignore[method-assign]
        return encoder

    searching.open_encoder = half_real  # type: ignore[attr-defined, assignment]
    workplace, _ = opened(home)
    actor = Actor("load", frozenset(Role))
    have = sum(c.documents for c in workplace.documents.collections(actor))
    rng = random.Random(20)
    files = home / "files"
    files.mkdir(exist_ok=True)
    began = time.perf_counter()
    for number in range(pairs // EACH):
        text = document(rng, number)
        if number >= have:
            (files / f"load-{number:05}.txt").write_text(text, "utf-8")
    if have < pairs // EACH:
        report = workplace.intake.ingest([files], collection="load", actor=actor)
        failed = [r.detail for r in report.failures]
        sys.stderr.write(f"filled in {time.perf_counter() - began:.0f} s, failures: {failed[:3]}\n")
    workplace.indexing.update()
    workplace.close()


def document(rng: random.Random, number: int) -> str:
    """A hundred fictional questions with answers."""
    parts = [f"Vragen van het lid Voorbeeld over {rng.choice(SUBJECTS)} in {rng.choice(PLACES)} ({number})."]
    for n in range(1, EACH + 1):
        subject, verb, place = rng.choice(SUBJECTS), rng.choice(VERBS), rng.choice(PLACES)
        figure = rng.randrange(2, 9000)
        parts.append(f"Vraag {n}\nBent u bereid {subject} in {place} te {verb} voor {figure} inwoners?")
        parts.append(f"Antwoord {n}\nIk zal {subject} in {place} niet {verb}. Het gaat om {figure} inwoners.")
    return "\n\n".join(parts)


def question(rng: random.Random) -> str:
    """A sub-question of some forty words that nobody asked before, so that each is embedded anew."""
    subject, other, place = rng.choice(SUBJECTS), rng.choice(SUBJECTS), rng.choice(PLACES)
    return (
        f"Bent u bekend met het bericht dat {subject} in {place} voor {rng.randrange(10, 99_999)} inwoners "
        f"gevolgen heeft? Deelt u de mening dat {other} daar niet los van staat, en bent u bereid {subject} "
        f"te {rng.choice(VERBS)} voor 1 maart 20{rng.randrange(25, 60)}? Zo nee, waarom niet?"
    )


def work(home: Path, rounds: int, at_hand: int) -> None:
    """Mixed work in this process; a JSON line every twenty rounds, and how memory grew in the last half."""
    from learninglion.drafting.relevance import Meaning
    from learninglion.models import Actor, QuestionSet, RawFile, Role, SubQuestion
    from learninglion.web.app import share_heaps

    share_heaps()
    if at_hand:
        Meaning.__init__.__defaults__ = (at_hand * 1_000_000,)
    workplace, _ = opened(home)
    actor, rng = Actor("load", frozenset(Role)), random.Random(99)
    seen: list[tuple[float, float]] = []
    took: list[tuple[float, float]] = []  # processor time of searches and of drafts, by round
    for number in range(rounds):
        question_set = QuestionSet("", tuple(SubQuestion((n,), question(rng)) for n in (1, 2)))
        spent = time.process_time()
        for _ in range(2):
            workplace.searching.search(question(rng), actor=actor, limit=10)
        searched = time.process_time()
        offers = workplace.searching.offer(question_set, actor=actor)
        chosen = workplace.drafts.select_automatically(question_set, offers)
        workplace.drafts.draft(question_set, chosen, actor=actor)
        took.append((searched - spent, time.process_time() - searched))
        if number % 3 == 0:
            name = f"mixed-{rng.randrange(10**9)}"
            text = "\n\n".join(document(rng, number).split("\n\n")[:11]) + f"\n\n{name}"
            raw = RawFile(f"{name}.txt", text.encode(), "")
            workplace.intake.ingest_upload(raw, collection="load", actor=actor)
        if number % 20 == 19:
            vectors = sum(thing.recent.size for thing in gc.get_objects() if isinstance(thing, Meaning))
            caches = (thing for thing in gc.get_objects() if isinstance(thing, _lru_cache_wrapper))
            entries = sum(cache.cache_info().currsize for cache in caches)
            seen.append((float(number), footprint(os.getpid(), 0).memory_mb))
            line = {"rounds": number + 1, "memory_mb": round(seen[-1][1]), "vectors_mb": vectors // 10**6}
            print(json.dumps({**line, "entries_of_caches": entries}), flush=True)
    (begun, before), (ended, after) = seen[len(seen) // 2], seen[-1]
    figures: dict[str, object] = {
        "mb_per_100_rounds": round(100 * (after - before) / ((ended - begun) or 1), 1)
    }
    third = (rounds - 20) // 3
    for place, name in enumerate(("searches", "draft")):
        early = quantiles([pair[place] for pair in took[20 : 20 + third]])
        late = quantiles([pair[place] for pair in took[-third:]])
        figures[f"{name}_cpu_ms"] = {"early": early, "late": late}
    print(json.dumps(figures))
    workplace.close()


def sign_in(home: Path) -> tuple[str, str]:
    """A token for programs and a session for pages."""
    from learninglion.models import Role
    from learninglion.workflow.accounts import SessionKind

    workplace, _ = opened(home)
    accounts = workplace.accounts
    if not accounts.any():
        accounts.accept(accounts.add("load", list(Role)), "load", "een lange zin voor de proef")
    token = accounts.open_session("load", timedelta(hours=3), SessionKind.API)
    cookie = accounts.open_session("load", timedelta(hours=3))
    workplace.close()
    return token, cookie


def wait_until_up() -> None:
    """Until the server answers, a minute at most."""
    for _ in range(600):
        try:
            httpx.get(f"http://127.0.0.1:{PORT}/health", timeout=1)
            return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise SystemExit("the server did not start")


class Footprint(NamedTuple):
    """What the server takes at one moment."""

    at: float  # seconds since the users began
    memory_mb: float  # resident, without the files it only maps (the vectors, the word index)
    mapped_mb: float
    files: int
    threads: int


def footprint(pid: int, at: float) -> Footprint:
    """What the process with this id takes now."""
    status = dict(
        line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line
    )

    def megabytes(name: str) -> float:
        return int(status[name].split()[0]) / 1000

    return Footprint(
        at,
        megabytes("RssAnon"),
        megabytes("RssFile"),
        len(list(Path(f"/proc/{pid}/fd").iterdir())),
        int(status["Threads"]),
    )


def mean(values: Sequence[float]) -> float:
    """The mean; 0 of nothing."""
    return sum(values) / len(values) if values else 0.0


def flatness(looks: Sequence[Footprint], seconds: int, flooded: bool) -> dict[str, object]:
    """The first minute after warming up beside the last, and whether memory stayed flat (None: too short)."""
    first = [look for look in looks if WARM_SECONDS <= look.at < WARM_SECONDS + 60]
    last = [look for look in looks if look.at >= seconds - 60]
    flat: bool | None = None
    start, end = mean([f.memory_mb for f in first]), mean([f.memory_mb for f in last])
    if flooded:
        flat = max(f.memory_mb for f in looks if f.at >= FLOOD_SECONDS) - start <= FLOOD_MB
    elif seconds >= LEAST_SECONDS and first and last:
        flat = end - start <= max(FLAT_MB, FLAT_SHARE * start)
    return {
        "memory_mb": {
            "start": round(start),
            "end": round(end),
            "most": round(max(f.memory_mb for f in looks)),
        },
        "mapped_mb": round(max(f.mapped_mb for f in looks)),
        "files": {
            "start": round(mean([f.files for f in first])),
            "end": round(mean([f.files for f in last])),
        },
        "threads": {
            "start": round(mean([f.threads for f in first])),
            "end": round(mean([f.threads for f in last])),
        },
        "memory_flat": flat,
    }


def slope(values: Sequence[tuple[float, float]]) -> float:
    """How much a value grows in an hour, by least squares of (seconds, value); 0 of fewer than three."""
    if len(values) < 3:
        return 0.0
    middle, level = mean([at for at, _ in values]), mean([value for _, value in values])
    spread = sum((at - middle) ** 2 for at, _ in values)
    return round(3600 * sum((at - middle) * (value - level) for at, value in values) / spread, 1)


def drift(
    times: Sequence[tuple[float, float]], looks: Sequence[Footprint], seconds: int
) -> dict[str, object]:
    """The first third after warming up beside the last, and how memory and files grow in an hour."""
    third = (seconds - WARM_SECONDS) / 3
    early = [took for at, took in times if WARM_SECONDS <= at < WARM_SECONDS + third]
    late = [took for at, took in times if at >= seconds - third]
    settled = [look for look in looks if look.at >= WARM_SECONDS]
    last_half = [look for look in looks if look.at >= seconds / 2]
    return {
        "p95_ms": {"early": quantiles(early)["p95"], "late": quantiles(late)["p95"]},
        "memory_mb_per_hour": slope([(look.at, look.memory_mb) for look in settled]),
        "memory_mb_per_hour_of_last_half": slope([(look.at, look.memory_mb) for look in last_half]),
        "files_per_hour": slope([(look.at, look.files) for look in settled]),
    }


async def long_work(client: httpx.AsyncClient, rng: random.Random, headers: dict[str, str]) -> str:
    """A draft of two questions, or an upload, begun and followed to its end; what it was."""
    if rng.random() < 0.7:
        questions = [{"numbers": [n], "text": question(rng)} for n in (1, 2)]
        body = {"question_set": {"introduction": "", "questions": questions}}
        kind, begun = "drafts", await client.post("/api/v1/draft-jobs", json=body, headers=headers)
    else:
        number = rng.randrange(10**9)
        text = "\n\n".join(document(rng, number).split("\n\n")[:11])
        files = [("files", (f"mixed-{number}.txt", text.encode(), "text/plain"))]
        kind = "uploads"
        begun = await client.post("/api/v1/document-jobs?collection=load", files=files, headers=headers)
    events = await client.get(begun.raise_for_status().json()["events"], headers=headers, timeout=300)
    return kind if "event: done" in events.text else f"{kind} failed"


async def strangers() -> None:
    """Sixty who mean harm, until they are stopped."""
    await asyncio.sleep(FLOOD_SECONDS)
    sent: Counter[str] = Counter()

    async def one(number: int) -> None:
        rng = random.Random(number)
        while True:
            kind = ("body", "half", "sign-in")[number % 3]
            try:
                await asyncio.wait_for({"body": body, "half": half, "sign-in": guess}[kind](rng), 60)
            except (TimeoutError, OSError, httpx.HTTPError):
                sent["refused"] += 1
            sent[kind] += 1
            if sent.total() % 500 == 0:
                sys.stderr.write(f"strangers: {dict(sent)}\n")
            await asyncio.sleep(rng.random())

    async def body(_rng: random.Random) -> None:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{PORT}", timeout=30) as client:
            await client.post("/api/v1/searches", content=b'{"text": "' + b"a" * 64_000_000 + b'"}')

    async def half(_rng: random.Random) -> None:
        _reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
        writer.write(b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 500\r\n")
        await writer.drain()
        await asyncio.sleep(30)
        writer.close()

    async def guess(rng: random.Random) -> None:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{PORT}", timeout=30) as client:
            form = {"name": rng.choice(("load", f"stranger-{rng.random()}")), "password": "x" * 20}
            await client.post("/sign-in", data=form)

    await asyncio.gather(*(one(number) for number in range(60)))


async def press(
    users: int,
    seconds: int,
    token: str,
    cookie: str,
    pid: int,
    *,
    pause: float,
    mixed: bool = False,
    beside: bool = False,
) -> dict[str, object]:
    """All users for `seconds`, `beside` strangers or not; the first ten seconds warm up and do not count."""
    counted = FLOOD_SECONDS if beside else 10
    searches: list[float] = []
    moments: list[tuple[float, float]] = []
    works: Counter[str] = Counter()
    pages: list[float] = []
    errors: list[str] = []
    began = time.perf_counter()
    looks: list[Footprint] = []

    async def user(number: int) -> None:
        rng = random.Random(number)
        limits = httpx.Limits(max_connections=1)
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{PORT}", timeout=30, limits=limits
        ) as client:
            await asyncio.sleep(rng.random() * pause)
            while time.perf_counter() - began < seconds:
                turn = time.perf_counter()
                headers = {"Authorization": f"Bearer {token}"}
                body = {"text": question(rng), "limit": 10}
                await timed(client.post("/api/v1/searches", json=body, headers=headers), searches)
                where = rng.choice(["/", "/search", "/dossiers", "/how-this-works"])
                await timed(client.get(where, headers={"Cookie": f"learninglion={cookie}"}), pages)
                if mixed and rng.random() < WORK_SHARE:
                    try:
                        works[await long_work(client, rng, headers)] += 1
                    except httpx.HTTPError as error:
                        errors.append(f"long work {type(error).__name__}")
                await asyncio.sleep(max(0.0, pause - (time.perf_counter() - turn)))

    async def timed(call, into: list[float]) -> None:  # type: ignore[no-untyped-def]
        at = time.perf_counter()
        try:
            answer = await call
            if answer.status_code != 200:
                errors.append(f"{answer.request.url.path} {answer.status_code}")
        except httpx.HTTPError as error:
            errors.append(type(error).__name__)
        if at - began > counted:
            into.append(time.perf_counter() - at)
            if into is searches:
                moments.append((at - began, into[-1]))

    async def watch() -> None:
        while time.perf_counter() - began < seconds:
            await asyncio.sleep(LOOK)
            looks.append(footprint(pid, time.perf_counter() - began))
            if len(looks) % TELL == 0:
                sys.stderr.write(f"{looks[-1]} searches: {quantiles(searches[-1000:])} {dict(works)}\n")

    await asyncio.gather(watch(), *(user(n) for n in range(users)))
    figures: dict[str, object] = {
        "users": users,
        "seconds": seconds,
        "searches": len(searches),
        "search_ms": quantiles(searches),
        "pages": len(pages),
        "page_ms": quantiles(pages),
        "errors": len(errors),
        "first_errors": errors[:3],
        **flatness(looks, seconds, beside),
        **drift(moments, looks, seconds),
        **({"long_work": dict(works)} if mixed else {}),
        "git": subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True
        ).stdout.strip(),
    }
    search_ms, page_ms = (FLOOD_MS, FLOOD_MS) if beside else (SEARCH_MS, PAGE_MS)
    bars = {
        f"p95 of searches at most {search_ms} ms": quantiles(searches)["p95"] <= search_ms,
        f"p95 of pages at most {page_ms} ms": quantiles(pages)["p95"] <= page_ms,
        "no errors": not errors,
        "memory flat": figures["memory_flat"] is not False,
    }
    figures["missed"] = [words for words, held in bars.items() if not held]
    return figures


def quantiles(times: list[float]) -> dict[str, int]:
    """Median, p95 and worst in milliseconds."""
    ordered = sorted(times) or [0.0]
    return {
        "p50": round(ordered[len(ordered) // 2] * 1000),
        "p95": round(ordered[int(len(ordered) * 0.95)] * 1000),
        "max": round(ordered[-1] * 1000),
    }


if __name__ == "__main__":
    main()
