"""The server as people start it, watched from inside and outside while the whole job is done.


From inside: every connection, datagram and look-up that Python makes, in the server and in the processes it
starts, is written down by an audit hook. From outside: the sockets that the operating system says these
processes have, which also shows what libraries do without Python.
"""

from __future__ import annotations

import html
import ipaddress
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from web_office import PASSWORD

from learninglion.sample import sample_documents, sample_question_set

NET = Path("/proc/self/net/tcp")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not NET.exists(), reason="the operating system does not tell (no /proc)"),
]

# Found by every Python that has this folder on its path, before its own program begins.
WATCH = """
import sys
def _watch(event, arguments, path={path!r}):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        if address is None or isinstance(address, (str, bytes)):
            return  # a socket on this machine by its file name, or one that is connected already
        told = address[0]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        told = arguments[0]
        if told is None:
            return
    else:
        return
    with open(path, "a") as file:
        file.write(f"{{event}} {{told!r}}\\n")
sys.addaudithook(_watch)
"""
CONNECT = """
import socket
try:
    socket.create_connection(("192.0.2.1", 9), timeout=0.05)  # for documentation only; leads nowhere
except OSError:
    pass
"""
LISTEN = """
import socket
if "serve" in sys.argv:
    _open = socket.socket()
    _open.bind(("0.0.0.0", 0))  # to be reached from outside, and not by way of a connection
    _open.listen()
"""


@dataclass
class Server:
    """A running `learninglion serve` and what was seen of it."""

    address: str
    set_up: str
    notes: Path
    pid: int
    sockets: set[str] = field(default_factory=set)
    looks: int = 0

    def spoken_to(self) -> set[str]:
        """Whom it connected to or looked up, as the hook wrote it down."""
        lines = self.notes.read_text().splitlines() if self.notes.exists() else []
        return {line for line in lines if not on_this_machine(line.split(" ", 1)[1].strip("'b"))}

    def open_to_others(self) -> set[str]:
        """Sockets with an end that is not on this machine."""
        return {line for line in self.sockets if not all(map(on_this_machine, line.split()[1:]))}


def on_this_machine(host: str) -> bool:
    if host in ("localhost", "-"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@contextmanager
def serving(home: Path, more: str = "") -> Iterator[Server]:
    folder = home / "watch"
    folder.mkdir(parents=True)
    notes = folder / "notes.txt"
    (folder / "sitecustomize.py").write_text(WATCH.format(path=str(notes)) + more)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("LEARNINGLION_")}
    environment |= {
        "LEARNINGLION_HOME": str(home / "data"),
        "PYTHONPATH": str(folder),
        "PYTHONUNBUFFERED": "1",
        "COLUMNS": "400",
    }
    with socket_free() as port:
        start = "from learninglion.cli import main; main()"
        command = [sys.executable, "-c", start, "serve", "--port", str(port)]
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    stop = threading.Event()
    try:
        address, set_up, told = f"http://127.0.0.1:{port}", "", ""
        assert process.stdout is not None
        for line in process.stdout:
            told += line
            if found := re.search(r"(https?://\S+/set-up\?token=\S+)", line):
                set_up = found[1]
                break
        assert set_up, told
        server = Server(address, set_up, notes, process.pid)
        looking = threading.Thread(target=look, args=(server, stop), daemon=True)
        looking.start()
        wait_until_up(server, process)
        yield server
        stop.set()
        looking.join(10)
        assert server.looks > 5
    finally:
        stop.set()
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


@contextmanager
def socket_free() -> Iterator[int]:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        yield probe.getsockname()[1]


def wait_until_up(server: Server, process: subprocess.Popen[str]) -> None:
    for _ in range(600):
        assert process.poll() is None, process.stdout and process.stdout.read()
        try:
            httpx.get(f"{server.address}/health", timeout=2)
            return
        except httpx.TransportError:
            threading.Event().wait(0.1)
    raise AssertionError("the server did not start")


def look(server: Server, stop: threading.Event) -> None:
    """Note the sockets of the server and of all it started, fifty times a second."""
    while not stop.is_set():
        try:
            server.sockets |= set(sockets_of(family(server.pid)))
            server.looks += 1
        except FileNotFoundError:  # it has stopped
            return
        stop.wait(0.02)


def family(pid: int) -> list[int]:
    """A process with its children, and theirs."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            children = (task / "children").read_text().split()
        except OSError:
            continue
        for child in children:
            try:
                found += family(int(child))
            except OSError:
                continue
    return found


def sockets_of(pids: list[int]) -> Iterator[str]:
    """ "tcp <own end> <other end>" for every socket of these processes; "-" for an end there is not."""
    mine = set()
    for pid in pids:
        try:
            entries = list(Path(f"/proc/{pid}/fd").iterdir())
        except OSError:
            continue
        for entry in entries:
            try:
                target = str(entry.readlink())
            except OSError:
                continue
            if target.startswith("socket:["):
                mine.add(target[8:-1])
    for kind in ("tcp", "tcp6", "udp", "udp6", "raw", "raw6"):
        for line in read_lines(Path(f"/proc/{pids[0]}/net/{kind}"))[1:]:
            fields = line.split()
            if fields[9] in mine:
                yield f"{kind} {ends(fields[1])} {ends(fields[2])}"


def read_lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def ends(told: str) -> str:
    """The address in one column of /proc/net/tcp: in words of 32 bits as the machine has them."""
    digits, _, port = told.partition(":")
    data = b"".join(bytes.fromhex(digits[i : i + 8])[::-1] for i in range(0, len(digits), 8))
    host = ipaddress.ip_address(data)
    if isinstance(host, ipaddress.IPv6Address) and host.ipv4_mapped:
        host = host.ipv4_mapped
    return "-" if host.is_unspecified and port == "0000" else str(host)


# --------------------------------------------------------------------------- the job, as a browser does it


def field_of(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return html.unescape(found[1])


def do_the_job(server: Server) -> bytes:
    """From the first account to a Word file; gives the file."""
    with httpx.Client(base_url=server.address, timeout=120, follow_redirects=True, trust_env=False) as client:
        token = server.set_up.rsplit("=", 1)[1]
        form = {"token": token, "name": "noor", "password": PASSWORD, "again": PASSWORD}
        start = client.post("/set-up", data=form)
        assert start.status_code == 200, start.text
        csrf = re.search(r'data-csrf="([0-9a-f]+)"', start.text)
        assert csrf
        signed = {"csrf": csrf[1]}
        papers = [p for p in sample_documents() if "9001" in p.name][:2]
        files = [("files", (p.name, p.read_bytes(), "application/pdf")) for p in papers]
        work = client.post("/manage/documents/upload", data=signed, files=files)
        wait_for(client, str(work.url), ": opgenomen")
        found = client.post("/search", data={**signed, "text": "opslag van vuurwerk", "threshold": "0"})
        assert "Vraag" in found.text
        cards = client.get("/manage/documents").text
        document = re.search(r'href="(/documents/[^"]+)"', cards)
        assert document, cards
        assert client.get(document[1]).status_code == 200
        assert client.post("/manage/log/verify", data=signed).status_code == 200
        assert client.post("/manage/models/test", data=signed).status_code == 200
        dossier = draft(client, signed)
        done = client.get(f"/api/v1/dossiers/{dossier}/exports/docx")
        assert client.get(f"/api/v1/dossiers/{dossier}/exports/pdf").content.startswith(b"%PDF")
        return done.content


def draft(client: httpx.Client, signed: dict[str, str]) -> str:
    headers = {"X-CSRF-Token": signed["csrf"]}
    text = sample_question_set().read_text("utf-8")
    asked = client.post("/api/v1/question-sets", json={"text": text}, headers=headers).json()
    body = {"question_set": asked, "threshold": 0}
    job = client.post("/api/v1/draft-jobs", json=body, headers=headers).json()
    told = client.get(job["events"]).text
    assert "event: done" in told, told[-500:]
    made = re.search(r'"(dossier-[0-9a-f]{16})"', told)
    assert made
    return made[1]


def wait_for(client: httpx.Client, address: str, words: str) -> None:
    for _ in range(600):
        if words in client.get(address).text.split("<main", 1)[1]:
            return
        threading.Event().wait(0.1)
    raise AssertionError(words)


def test_the_server_talks_to_nobody_during_the_whole_job(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        assert do_the_job(server).startswith(b"PK")
        assert server.spoken_to() == set()
        assert server.open_to_others() == set()
    # The watch did see the traffic there was: our own browser's, on loopback.
    assert any(line.startswith("tcp 127.0.0.1 127.0.0.1") for line in server.sockets)


@pytest.mark.parametrize("violation", [CONNECT, LISTEN], ids=["a connection", "an open port"])
def test_the_watch_would_see_it(tmp_path: Path, violation: str) -> None:
    with serving(tmp_path, violation) as server:
        httpx.get(f"{server.address}/health", trust_env=False)
        while server.looks <= 10:  # a busy machine looks more slowly
            threading.Event().wait(0.1)
        inside, outside = server.spoken_to(), server.open_to_others()
    if violation == CONNECT:
        assert any("192.0.2.1" in line for line in inside)
    else:
        assert any(line.startswith("tcp 0.0.0.0") for line in outside)
