from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from endpoints import serve_gguf, serving
from learninglion.inference import open_generator
from learninglion.inference.connection import Limits, require_allowed
from learninglion.inference.generators import (
    Answer,
    Generator,
    GeneratorChoice,
    GeneratorKind,
    Prompt,
    require_room,
)
from learninglion.inference.gguf import _pieces
from learninglion.models.errors import GeneratorError, InputError, MissingExtraError, PermissionDeniedError
from learninglion.testing import ScriptedGenerator

PROMPT = Prompt("Een gesprek.", "Hoe heet de hoofdstad van Frankrijk?")


def openai_choice(base_url: str, **more) -> GeneratorChoice:
    return GeneratorChoice(
        GeneratorKind.OPENAI, **{"model": "klein", "base_url": base_url, "timeout": 30.0, **more}
    )


def read(generator: Generator, max_tokens: int = 40, **more) -> str:
    return "".join(generator.stream(PROMPT, max_tokens=max_tokens, **more))


# --------------------------------------------------------------------------- which hosts


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:11434/v1",
        "http://127.0.0.1/v1",
        "http://127.9.9.9:1/v1",
        "http://[::1]:8000/v1",
        "https://LOCALHOST./v1",
    ],
)
def test_this_machine_may_be_asked(url):
    require_allowed(url, ())


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example.org/v1",
        "http://10.0.0.5/v1",
        "http://0.0.0.0/v1",
        "http://localhost.example.org/v1",
        "http://2130706433/v1",
        "http://127.1/v1",
        "http://[::ffff:10.0.0.1]/v1",
        "http://gpu.example.org.evil.net/v1",
        "http://sub.gpu.example.org/v1",
    ],
)
def test_other_hosts_need_permission_by_name(url):
    with pytest.raises(PermissionDeniedError, match="bij naam"):
        require_allowed(url, ("gpu.example.org",))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "klein",
        "ftp://localhost/v1",
        "file:///etc/passwd",
        "http://",
        "http://localhost:abc/v1",
        "http://localhost@example.org/v1",
        "http://localhost\\@example.org/v1",
        "http://local host/v1",
    ],
)
def test_what_is_no_plain_address_is_refused(url):
    with pytest.raises(InputError):
        require_allowed(url, ("example.org",))


def test_a_named_host_may_be_asked_in_any_spelling():
    assert require_allowed("https://GPU.Example.org:8000/v1", ("gpu.example.org.",)) == "gpu.example.org"


def test_a_host_that_is_not_allowed_is_refused_before_anything_is_sent():
    with pytest.raises(PermissionDeniedError):
        open_generator(openai_choice("https://api.example.org/v1"))


# --------------------------------------------------------------------------- an endpoint


def test_an_endpoint_streams_its_answer(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9")
    with serving(answer="Parijs is de hoofdstad.") as endpoint:
        generator = open_generator(openai_choice(endpoint.base_url))
        assert read(generator) == "Parijs is de hoofdstad."
        sent = endpoint.requests[-1][1]
        assert (sent["temperature"], sent["seed"], sent["max_tokens"]) == (0.0, generator.describe().seed, 40)


def test_structured_output_is_tried_and_written_down():
    with serving() as endpoint:
        able = open_generator(openai_choice(endpoint.base_url))
        assert able.structured
        assert ("structured_output", "json_schema") in able.describe().parameters


@pytest.mark.parametrize("told", [{"enforces_schema": False}, {"trouble": "ignores schema"}])
def test_an_endpoint_without_structured_output_is_asked_without(told):
    with serving(**told) as endpoint:
        generator = open_generator(openai_choice(endpoint.base_url))
        assert not generator.structured
        assert ("structured_output", "none") in generator.describe().parameters
        read(generator, schema={"type": "object"})
        assert "response_format" not in endpoint.requests[-1][1]


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ("cut", "halverwege|verbroken"),
        ("busy", "te druk"),
        ("broken", "foutcode 500"),
        ("key", "sleutel"),
        ("redirect", "verwijst door"),
    ],
)
def test_each_failure_of_an_endpoint_has_its_own_message(trouble, words, monkeypatch):
    monkeypatch.setattr("learninglion.inference.openai._RETRIES", 0)
    with serving(trouble=trouble) as endpoint, pytest.raises(GeneratorError, match=words):
        read(open_generator(openai_choice(endpoint.base_url)))


def test_a_slow_endpoint_times_out(monkeypatch):
    monkeypatch.setattr("learninglion.inference.openai._RETRIES", 0)
    with serving(trouble="slow") as endpoint, pytest.raises(GeneratorError, match="seconden"):
        read(open_generator(openai_choice(endpoint.base_url, timeout=0.3)))


def test_a_context_that_the_server_finds_too_small_is_an_input_error():
    with serving(trouble="context") as endpoint, pytest.raises(InputError, match="te klein"):
        generator = open_generator(openai_choice(endpoint.base_url))
        generator.__dict__["structured"] = False
        read(generator)


def test_an_endpoint_that_is_not_there(monkeypatch):
    monkeypatch.setattr("learninglion.inference.openai._RETRIES", 0)
    with pytest.raises(GeneratorError, match="niet bereikbaar"):
        read(open_generator(openai_choice("http://127.0.0.1:9/v1")))


def test_a_model_that_the_endpoint_does_not_know_is_named_with_those_it_knows():
    with serving() as endpoint, pytest.raises(InputError, match="Wel: klein"):
        read(open_generator(openai_choice(endpoint.base_url, model="groot")))


def test_a_prompt_that_the_server_cut_off_silently_is_noticed():
    with serving() as endpoint:
        generator = open_generator(openai_choice(endpoint.base_url))
        generator.__dict__["structured"] = False
        long = Prompt("", "woord " * 600)
        endpoint.prompt_tokens = 512  # as much as it has room for
        with pytest.raises(GeneratorError, match="afgekapt"):
            "".join(generator.stream(long, max_tokens=5))
        endpoint.prompt_tokens = 3  # it counts something else
        assert "".join(generator.stream(long, max_tokens=5))


def test_tokens_are_estimated_on_the_high_side_where_the_server_does_not_count():
    with serving() as endpoint:
        generator = open_generator(openai_choice(endpoint.base_url))
        assert generator.count_tokens("De minister antwoordt op de vraag.") >= 17


def test_a_model_needs_a_name():
    with pytest.raises(InputError, match="naam"):
        open_generator(openai_choice("http://127.0.0.1:9/v1", model=""))


# --------------------------------------------------------------------------- room and files


def test_a_prompt_that_does_not_fit_is_refused_before_it_is_sent():
    with pytest.raises(InputError, match="te klein"):
        require_room(ScriptedGenerator(context_tokens=100), Prompt("", "woord " * 200), 50)


def test_a_gguf_model_needs_a_file(tmp_path):
    with pytest.raises(InputError, match="pad"):
        open_generator(GeneratorChoice(GeneratorKind.GGUF))
    with pytest.raises(InputError, match="bestaat niet"):
        open_generator(GeneratorChoice(GeneratorKind.GGUF, path=tmp_path / "weg.gguf"))


@pytest.mark.parametrize("content", [b"", b"GGU", b"PK\x03\x04 dit is een zip"])
def test_a_file_that_is_no_model_is_refused(tmp_path, content):
    path = tmp_path / "model.gguf"
    path.write_bytes(content)
    with pytest.raises(InputError):
        open_generator(GeneratorChoice(GeneratorKind.GGUF, path=path))


def test_a_damaged_model_is_refused_in_words(tmp_path):
    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGUF" + b"\x03\x00\x00\x00" + b"\xff" * 2000)
    with pytest.raises(InputError, match="beschadigd"):
        open_generator(GeneratorChoice(GeneratorKind.GGUF, path=path))


def test_a_missing_extra_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGUF")
    with pytest.raises(MissingExtraError, match=r"learninglion\[gguf\]"):
        open_generator(GeneratorChoice(GeneratorKind.GGUF, path=path))


# --------------------------------------------------------------------------- a real small model

SCHEMA = {
    "type": "object",
    "properties": {"stad": {"type": "string"}},
    "required": ["stad"],
    "additionalProperties": False,
}
QUESTION = Prompt("You answer questions about Europe in one sentence.", "What is the capital of France?")


@pytest.fixture(scope="module")
def gguf(smollm2):
    generator = open_generator(
        GeneratorChoice(GeneratorKind.GGUF, path=smollm2, context_tokens=1024, timeout=120.0)
    )
    yield generator
    generator.close()


def test_a_real_model_answers_in_this_process(gguf):
    assert "Paris" in "".join(gguf.stream(QUESTION, max_tokens=30))
    told = gguf.describe()
    assert len(told.model_sha256) == 64
    assert told.generator == "gguf" and gguf.chats and gguf.context_tokens == 1024


def test_a_real_model_is_held_to_the_schema(gguf):
    answer = "".join(gguf.stream(QUESTION, max_tokens=60, schema=SCHEMA))
    assert answer.strip().startswith("{") and '"stad"' in answer


def test_a_real_model_counts_its_own_tokens(gguf):
    assert gguf.count_tokens("The capital of France is Paris.") < 12
    with pytest.raises(InputError, match="te klein"):
        gguf.stream(Prompt("", "woord " * 2000), max_tokens=10)


def test_a_real_model_can_be_interrupted_and_used_again(gguf):
    stream = gguf.stream(QUESTION, max_tokens=200)
    next(stream)
    stream.close()
    assert "Paris" in "".join(gguf.stream(QUESTION, max_tokens=30))


def test_what_was_asked_before_changes_no_answer(gguf, smollm2):
    story, ferry = "You tell stories. " * 20, "You are the captain of a ferry. " * 20
    prompts = [Prompt(s, t) for s in (story, ferry) for t in ("Tell me of a ferry.", "Tell me of rain.")]

    def answers(generator: Generator, order: list[int]) -> dict[int, str]:
        return {n: "".join(generator.stream(prompts[n], max_tokens=40)) for n in order}

    first = answers(gguf, [0, 1, 2, 3])
    stream = gguf.stream(Prompt("You count. " * 60, "Count to a hundred."), max_tokens=99)
    next(stream)
    stream.close()  # while it reads
    assert answers(gguf, [3, 0, 2, 1]) == first
    fresh = open_generator(
        GeneratorChoice(GeneratorKind.GGUF, path=smollm2, context_tokens=1024, timeout=120.0)
    )
    assert answers(fresh, [1, 3]) == {n: first[n] for n in (1, 3)}
    fresh.close()


def test_the_same_situation_is_read_once(gguf, monkeypatch):
    read: list[int] = []
    chat = gguf._engine.handle_chat_completions

    class Counting:
        def handle_chat_completions(self, request: object, give) -> object:
            def counted(value: object) -> bool:
                if isinstance(value, dict) and (progress := value.get("prompt_progress")):
                    read.append(progress["processed"] - progress["cache"])
                return give(value)

            return chat(request, counted)

    monkeypatch.setattr(gguf, "_engine", Counting())
    for task in ("Tell me of a ferry.", "Tell me of rain."):
        read.clear()
        "".join(gguf.stream(Prompt("You sail. " * 100, task), max_tokens=5))
    assert 0 < max(read) < 40


def test_nothing_listens_on_the_network_for_a_model_in_this_process(gguf):
    listening = [
        line.split()[1]
        for name in ("/proc/self/net/tcp", "/proc/self/net/tcp6")
        if Path(name).exists()
        for line in Path(name).read_text().splitlines()[1:]
        if line.split()[3] == "0A" and _own_socket(line.split()[9])
    ]
    assert listening == []


def _own_socket(inode: str) -> bool:
    links = (p.readlink() for p in Path("/proc/self/fd").iterdir() if p.is_symlink())
    return any(str(link) == f"socket:[{inode}]" for link in links)


def test_the_same_model_behind_its_own_server(smollm2):
    import xllamacpp

    server = serve_gguf(xllamacpp, smollm2, 1024)
    generator = open_generator(openai_choice(f"{server.listening_address}/v1", timeout=120.0))
    assert "Paris" in "".join(generator.stream(QUESTION, max_tokens=30))
    assert generator.structured
    assert '"stad"' in "".join(generator.stream(QUESTION, max_tokens=60, schema=SCHEMA))
    assert dict(generator.describe().parameters)["token_count"] == "server"
    assert generator.context_tokens == 1024
    with pytest.raises(InputError, match="te klein"):
        generator.stream(Prompt("", "woord " * 2000), max_tokens=10)


RESTART = """
import sys
from pathlib import Path
from learninglion.inference.generators import (GeneratorChoice, GeneratorKind, Prompt)
from learninglion.inference import (open_generator)
path = Path(sys.argv[1])
generator = open_generator(GeneratorChoice(GeneratorKind.GGUF, path=path, context_tokens=512, timeout=120.0))
prompt = Prompt("You tell stories.", "Tell me about a ferry.")
for _ in range(int(sys.argv[2])):
    print(repr("".join(generator.stream(prompt, max_tokens=40))))
"""


def test_the_same_bytes_twenty_times_across_restarts(smollm2):
    told = [
        subprocess.run(
            [sys.executable, "-c", RESTART, str(smollm2), "5"], capture_output=True, text=True, check=True
        )
        for _ in range(4)
    ]
    answers = [line for run in told for line in run.stdout.splitlines()]
    assert len(answers) == 20
    assert len(set(answers)) == 1 and len(answers[0]) > 40


def test_another_seed_is_another_provenance():
    with serving() as endpoint:
        one = openai_choice(endpoint.base_url)
        two = replace(one, seed=2)
        assert open_generator(one).describe() != open_generator(two).describe()


def test_reading_a_long_prompt_is_no_silence_and_can_be_stopped():
    told, stopped = threading.Event(), threading.Event()

    def call(request, give):
        assert request["return_progress"]
        for processed in (0, 256, 512):
            reading = {"choices": [{"delta": {"content": None}}], "prompt_progress": {"processed": processed}}
            if give(reading):
                stopped.set()
                return
            told.wait(0.8)
        give({"choices": [{"delta": {"content": "Ja."}, "finish_reason": "stop"}]})

    def answer():
        return Answer(10, held_to_schema=False, words=str)

    request = {"return_progress": True}
    assert "".join(_pieces(call, request, Limits(2.0, 60.0), answer())) == "Ja."
    stream = _pieces(call, request, Limits(2.0, 60.0), answer())
    next(stream)
    stream.close()
    assert stopped.wait(5), "the model hears of it while it still reads"
