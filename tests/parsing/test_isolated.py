from __future__ import annotations

import os
import pickle
import signal
import threading
import time
from pathlib import Path

import pytest
from wordfiles import docx, letter, para

from learninglion.models import RawFile
from learninglion.models.errors import UnreadableFileError
from learninglion.parsing import parse
from learninglion.parsing.isolated import IsolatedParser, _understand
from learninglion.parsing.sets import question_set_from_file

GOOD = letter("*Vraag 1", "*Hoe hoog?", "*Antwoord 1", "Vier meter.")


def _endless() -> RawFile:
    """A file that takes seconds to read."""
    return docx("".join(para(f"Alinea {n} van een lang stuk.") for n in range(60_000)), name="lang.docx")


def test_the_document_is_the_same_as_without_a_process() -> None:
    with IsolatedParser() as parser:
        assert parser.parse(GOOD) == parse(GOOD)


def test_a_set_of_questions_is_read_there_too() -> None:
    with IsolatedParser() as parser:
        assert parser.question_set(GOOD) == question_set_from_file(GOOD)
        with pytest.raises(UnreadableFileError, match="leeg.json: "):
            parser.question_set(RawFile("leeg.json", b"{}", "leeg.json"))


def test_one_process_serves_a_batch_and_errors_do_not_end_it() -> None:
    with IsolatedParser() as parser:
        parser.parse(GOOD)
        first = parser._process
        with pytest.raises(UnreadableFileError) as caught:
            parser.parse(RawFile("leeg.docx", b"PK\x03\x04 onzin", "leeg.docx"))
        assert caught.value.detail.startswith("leeg.docx: ") and caught.value.detail.count("leeg.docx") == 1
        parser.parse(GOOD)
        assert parser._process is first


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is told by /proc")
def test_a_process_that_stays_large_makes_way_for_a_new_one() -> None:
    with IsolatedParser() as parser:
        parser.parse(GOOD)
        first = parser._process
        parser.megabytes = 80  # of which it holds more than a quarter, with nothing in hand
        parser.parse(GOOD)
        assert parser._process is None
        assert parser.parse(GOOD).pairs and parser._process is not first


def test_a_file_that_takes_too_long_is_stopped_and_the_next_one_is_read() -> None:
    with IsolatedParser() as parser:
        parser.parse(GOOD)
        parser.seconds = 0.05
        with pytest.raises(UnreadableFileError, match=r"lang\.docx: .*langer dan 0\.05 seconden"):
            parser.parse(_endless())
        parser.seconds = 60
        assert parser.parse(GOOD).pairs


def test_a_file_that_wants_too_much_memory_is_stopped_and_the_next_one_is_read() -> None:
    with IsolatedParser(megabytes=160) as parser:
        with pytest.raises(UnreadableFileError, match=r"lang\.docx: .* meer dan 160 MB geheugen"):
            parser.parse(_endless())
        assert parser.parse(GOOD).pairs


def test_a_crash_takes_nothing_along() -> None:
    with IsolatedParser() as parser:
        parser.parse(GOOD)
        process = parser._process
        assert process is not None
        endless = _endless()
        killer = threading.Timer(0.1, lambda: os.kill(process.pid, signal.SIGSEGV))
        killer.start()
        with pytest.raises(UnreadableFileError, match=r"lang\.docx: het lezen is afgebroken"):
            parser.parse(endless)
        assert parser.parse(GOOD).pairs


def test_close_ends_the_process() -> None:
    parser = IsolatedParser()
    parser.parse(GOOD)
    process = parser._process
    assert process is not None
    parser.close()
    assert process.poll() is not None


def test_a_process_that_fell_to_its_file_cannot_reach_the_caller(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.system, (f"touch {tmp_path / 'reached'}",)

    with pytest.raises(ValueError):
        _understand(pickle.dumps(Evil()))
    assert not (tmp_path / "reached").exists()
    for message in (b"[]", b"{}", b'{"document": {"id": 1}}', b'{"failure": "other"}', b'{"code": "x"}'):
        with pytest.raises(ValueError):
            _understand(message)


def test_the_process_gets_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEARNINGLION_SECRET", "geheim")
    with IsolatedParser() as parser:
        parser.parse(GOOD)
        assert parser._process is not None
        environment = Path(f"/proc/{parser._process.pid}/environ")
        if not environment.exists():
            pytest.skip("no /proc here")
        assert b"LEARNINGLION_SECRET" not in environment.read_bytes()


def test_threads_wait_for_one_another() -> None:
    found: list[int] = []
    with IsolatedParser() as parser:
        threads = [
            threading.Thread(target=lambda: found.append(len(parser.parse(GOOD).pairs))) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == [1, 1, 1, 1]


def test_the_process_ends_with_its_owner() -> None:
    parser = IsolatedParser()
    parser.parse(GOOD)
    process, connection = parser._process, parser._connection
    assert process is not None and connection is not None
    connection.close()  # what the end of the owner does
    for _ in range(100):
        if process.poll() is not None:
            break
        time.sleep(0.05)
    assert process.poll() is not None
