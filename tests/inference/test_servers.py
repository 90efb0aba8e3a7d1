from __future__ import annotations

import datetime
import ipaddress
import json
import ssl
import threading
import time
from collections.abc import Callable

import pytest

from learninglion.drafting.replies import JsonReader, Proposal, answer_schema
from learninglion.inference import open_generator
from learninglion.inference.connection import Connection, Route, shown_address, trusted_certificates
from learninglion.inference.generators import (
    Generator,
    GeneratorChoice,
    GeneratorKind,
    Prompt,
    RetractedError,
    StoppableGenerator,
    StoppedError,
    without_thoughts,
)
from learninglion.models.errors import GeneratorError, InputError, LearningLionError
from servers import GOOD, DraftReading, Server, delta, event, playing, refusing, saying, whole

PROMPT = Prompt("U helpt een ambtenaar.", "Hoeveel ponten varen er?")
DONE = b"data: [DONE]\n\n"


def open_at(server: Server, **more) -> Generator:
    told = {"model": "klein", "base_url": server.url, "timeout": 10.0, **more}
    return open_generator(GeneratorChoice(GeneratorKind.OPENAI, **told))


def ask(generator: Generator, schema: bool = False, max_tokens: int = 200) -> str:
    wanted = answer_schema() if schema else None
    return "".join(generator.stream(PROMPT, schema=wanted, max_tokens=max_tokens))


def sentences(text: str) -> list[str]:
    reader = JsonReader()
    return [i.sentence for i in (*reader.feed(text), *reader.finish()[0]) if isinstance(i, Proposal)]


def enforcing(answer: Callable[[dict], DraftReading]) -> Callable[[str, dict], DraftReading]:
    """A server that holds to a schema; the probe is played rightly, the rest as `answer` says."""

    def script(_path: str, body: dict) -> DraftReading:
        shape = body.get("response_format", {}).get("json_schema", {}).get("schema", {})
        if code := shape.get("properties", {}).get("code"):
            return DraftReading(saying(json.dumps({"code": code["enum"][0]})))
        return answer(body)

    return script


# --------------------------------------------------------------------------- thinking

REJECTED = '{"zinnen": [{"zin": "Er varen 99 ponten.", "bewijs": []}], "ontbreekt": []}'
THOUGHTS = f'Hm, {{dit}} is "lastig". Misschien {REJECTED}? Nee, dat klopt niet.'


@pytest.mark.parametrize(
    "text",
    [
        f"<think>{THOUGHTS}</think>{GOOD}",
        f"{THOUGHTS}\n</think>\n\n{GOOD}",
        f"<think>een</think><think>{THOUGHTS}</think>{GOOD}",
        f"<think>de mark </think> sluit, {THOUGHTS}</think>{GOOD}",
        f"<thinking>{THOUGHTS}</thinking>{GOOD}",
        f"<seed:think>{THOUGHTS}</seed:think>{GOOD}",
        f"[THINK]{THOUGHTS}[/THINK]{GOOD}",
        f"◁think▷{THOUGHTS}◁/think▷{GOOD}",
        f"<|channel|>analysis<|message|>{THOUGHTS}<|end|><|start|>assistant<|channel|>final<|message|>{GOOD}",
    ],
)
@pytest.mark.parametrize("size", [3, 10_000])
def test_a_sentence_rejected_while_thinking_is_never_the_answer(text, size):
    pieces = [text[n : n + size] for n in range(0, len(text), size)]
    with playing(saying(*pieces)) as server:
        assert sentences(ask(open_at(server))) == ["Er varen 12 ponten."]


def test_thoughts_that_the_server_parts_are_no_answer():
    said = [delta(reasoning_content=THOUGHTS), delta(reasoning=REJECTED), *saying(GOOD)]
    parts = [
        {"type": "thinking", "thinking": [{"type": "text", "text": REJECTED}]},
        {"type": "text", "text": GOOD},
    ]
    for chat in (said, saying(parts)):
        with playing(chat) as server:
            assert sentences(ask(open_at(server))) == ["Er varen 12 ponten."]


@pytest.mark.parametrize(
    "chat",
    [
        saying(f"<think>{THOUGHTS}", finish="length"),
        [delta(reasoning_content=THOUGHTS), delta("length"), DONE],
        saying("", finish="length"),
    ],
)
def test_a_model_that_only_thought_says_what_to_raise(chat):
    with playing(chat) as server, pytest.raises(GeneratorError, match="200 tokens om te denken.*max_tokens"):
        ask(open_at(server))


def test_endless_thinking_has_an_end():
    def forever(_path: str, _body: dict) -> DraftReading:
        return DraftReading((delta(reasoning_content="hm ") for _ in range(2000)), wait=0.02)

    with playing(forever) as server:
        generator = open_at(server, answer_seconds=0.5)
        generator.__dict__["structured"] = False
        began = time.monotonic()
        with pytest.raises(GeneratorError, match="answer_seconds"):
            ask(generator)
        assert time.monotonic() - began < 5


def test_json_held_to_its_schema_is_passed_on_while_it_is_written():
    with playing(enforcing(lambda body: DraftReading(saying(GOOD[:40], GOOD[40:]), wait=0.05))) as server:
        pieces = [p for p in open_at(server).stream(PROMPT, schema=answer_schema(), max_tokens=99) if p]
    assert len(pieces) > 1 and "".join(pieces) == GOOD


def test_what_turns_out_to_be_thought_after_all_is_taken_back():
    chat = enforcing(lambda body: DraftReading(saying(REJECTED, "</think>", GOOD)))
    with playing(chat) as server, pytest.raises(RetractedError, match="niet gebruikt"):
        ask(open_at(server), schema=True)


def test_a_probe_leaves_room_for_a_model_that_thinks_first():
    def script(_path: str, body: dict) -> DraftReading:
        if body["max_tokens"] < 1000:
            return DraftReading(saying("<think>even kijken", finish="length"))
        return DraftReading(saying('<think>even kijken</think>{"code": "kievit-47"}'))

    with playing(script) as server:
        assert open_at(server).structured


def test_text_around_thoughts():
    assert without_thoughts("Ja. <think>of nee</think> Nee.") == "Ja.  Nee."
    assert without_thoughts("Ja.</think>Nee.") == "Nee."
    assert without_thoughts("Ja.<think>nee") == "Ja."
    assert without_thoughts("a < b en c > d") == "a < b en c > d"


# --------------------------------------------------------------------------- streams


@pytest.mark.parametrize(
    "chat",
    [
        [delta("", content="Er varen "), delta("", content="12 ponten."), DONE],
        [
            event({"choices": None}),
            event({"choices": []}),
            event(None),
            event([1]),
            *saying("Er varen 12 ponten."),
        ],
        saying([{"type": "text", "text": "Er varen "}, {"type": "text", "text": "12 ponten."}]),
        [whole("Er varen 12 ponten.")],
        [json.dumps(json.loads(whole("Er varen 12 ponten.")), indent=1).encode()],
        [b": keep-alive\n\n", b"event: ping\ndata: {}\n\n", *saying("Er varen 12 ponten.")],
        [b"".join(saying("Er varen 12 ponten.")).replace(b"\n\n", b"\r\n\r\n")],
        [b"".join(saying("Er varen 12 ponten.")).replace(b"\n\n", b"\n")],
        [bytes([b]) for b in b"".join(saying("Er varen 12 ponten."))],
        [delta(role="assistant"), delta(content=None), *saying("Er varen 12 ponten.")],
        [event({"object": "chat.completion.chunk"}), *saying("Er varen 12 ponten.")],
    ],
)
def test_a_stream_in_an_odd_shape_is_read(chat):
    with playing(chat) as server:
        assert ask(open_at(server)) == "Er varen 12 ponten."


def test_half_characters_become_whole_ones():
    pieces = [
        b'data: {"choices":[{"delta":{"content":"Ja \\ud83d"}}]}\n\n',
        b'data: {"choices":[{"delta":{"content":"\\ude00 \\udc00."}}]}\n\n',
    ]
    with playing([*pieces, *saying("")]) as server:
        answer = ask(open_at(server))
    assert answer == "Ja \U0001f600 ."
    answer.encode()


@pytest.mark.parametrize(
    ("chat", "words"),
    [
        ([delta(content="Er"), event({"error": {"message": "CUDA out of memory"}})], "CUDA out of memory"),
        ([json.dumps({"error": "model is still loading"}).encode()], "still loading"),
        ([event({"object": "error", "message": "kapot", "code": 500})], "kapot"),
        ([b'event: error\ndata: {"error": {"message": "stuk"}}\n\n'], "stuk"),
        (saying("Er varen", finish="content_filter"), "filter"),
        ([delta(refusal="I cannot help with that"), delta("stop"), DONE], "weigerde.*cannot help"),
        (
            [delta("tool_calls", tool_calls=[{"function": {"name": "zoek", "arguments": "{}"}}]), DONE],
            "hulpmiddel",
        ),
        ([delta(content="Er varen")], "halverwege"),
        (saying(""), "leeg antwoord"),
        ([b"data: {geen json\n\n", *saying("Er")], "onleesbaar"),
        ([b"<html>Welkom</html>"], "De server zegt: “Welkom”"),
    ],
)
def test_what_is_no_answer_is_one_clear_error_with_the_servers_words(chat, words):
    with playing(chat) as server:
        generator = open_at(server)
        generator.__dict__["structured"] = False
        with pytest.raises(GeneratorError, match=words):
            ask(generator)


def test_an_answer_can_be_stopped_at_once_while_the_server_reads():
    def slow(_path: str, _body: dict) -> DraftReading:
        return DraftReading((delta(content="x") for _ in range(1000)), wait=30.0)

    with playing(slow) as server:
        generator = open_at(server, timeout=60.0)
        generator.__dict__["structured"] = False
        stream = generator.stream(PROMPT, max_tokens=50)
        began = time.monotonic()
        assert next(stream) == ""  # a sign of life
        stream.close()
        assert time.monotonic() - began < 2


def test_whoever_holds_the_switch_stops_a_draft_from_another_thread():
    def slow(_path: str, _body: dict) -> DraftReading:
        return DraftReading((delta(content="woord ") for _ in range(1000)), wait=0.3)

    switch = threading.Event()
    with playing(slow) as server:
        generator = StoppableGenerator(open_at(server), switch)
        generator._generator.__dict__["structured"] = False
        threading.Timer(0.4, switch.set).start()
        began = time.monotonic()
        with pytest.raises(StoppedError, match="gestopt"):
            ask(generator)
        assert time.monotonic() - began < 3
        with pytest.raises(StoppedError):
            generator.stream(PROMPT, max_tokens=10)


def test_an_answer_that_does_not_stop_is_cut_and_the_server_notices():
    def endless(_path: str, _body: dict) -> DraftReading:
        return DraftReading((delta(content="woord " * 50) for _ in range(5000)), wait=0.001)

    with playing(endless) as server:
        generator = open_at(server)
        generator.__dict__["structured"] = False
        answer = ask(generator, max_tokens=20)
        assert 320 <= len(answer) < 5000
        until = time.monotonic() + 5
        while not server.cut and time.monotonic() < until:
            time.sleep(0.02)
        assert server.cut


# --------------------------------------------------------------------------- parameters


def picky(*refused: str, words: Callable[[str], object] | None = None, status: int = 400):
    """A server that refuses parameters, the first of which it names."""

    def script(_path: str, body: dict) -> DraftReading:
        sent = {*body, *({"system"} if any(m["role"] == "system" for m in body["messages"]) else ())}
        for name in refused:
            if name in sent:
                told = words(name) if words else {"error": {"message": f"Unsupported parameter: '{name}'"}}
                return refusing(status, told)
        return DraftReading(saying("Er varen 12 ponten."))

    return script


@pytest.mark.parametrize(
    ("refused", "words", "status"),
    [
        (["seed"], None, 400),
        (["stream_options"], None, 422),
        (
            ["max_tokens"],
            lambda n: {"error": {"message": f"'{n}' is not supported, use 'max_completion_tokens'"}},
            400,
        ),
        (
            ["temperature"],
            lambda n: {"error": {"message": f"{n}: only the default (1) value is supported"}},
            400,
        ),
        (["response_format"], lambda n: {"message": "json_schema is not supported by this model"}, 400),
        (["response_format"], lambda n: "Internal Server Error", 500),
        (["system"], lambda n: {"error": {"message": "System role not supported"}}, 400),
        (["system"], lambda n: {"error": "Conversation roles must alternate user/assistant"}, 500),
        (
            ["seed"],
            lambda n: {"detail": [{"loc": ["body", n], "msg": "Extra inputs are not permitted"}]},
            422,
        ),
        (
            ["system"],
            lambda n: {"error": {"message": "Only user and tool roles are supported, got it!"}},
            500,
        ),
        (["seed"], lambda n: {"error": {"message": "Invalid request", "param": n}}, 400),
        (["seed", "stream_options", "temperature", "system"], None, 400),
        (["seed"], lambda n: {"error": {"message": "unknown field in request"}}, 400),
    ],
)
def test_a_refused_parameter_is_left_out_and_remembered(refused, words, status):
    with playing(picky(*refused, words=words, status=status)) as server:
        generator = open_at(server)
        assert ask(generator, schema=True) == "Er varen 12 ponten."
        asked = len(server.chats)
        assert ask(generator, schema=True) == "Er varen 12 ponten."
        assert len(server.chats) == asked + 1  # it is not offered again
        if refused == ["max_tokens"]:
            assert server.chats[-1]["max_completion_tokens"] == 200
        if "system" in refused:
            assert PROMPT.situation in server.chats[-1]["messages"][0]["content"]
        if refused == ["temperature"]:
            assert ("refused", "temperature") in generator.describe().parameters


def test_a_schema_that_breaks_the_server_is_asked_for_in_words():
    def answer(body: dict) -> DraftReading:
        if "response_format" in body:
            return refusing(500, {"error": {"message": "grammar too complex"}})
        return DraftReading(saying(f"Zeker! {GOOD}"))

    with playing(enforcing(answer)) as server:
        generator = open_at(server)
        assert sentences(ask(generator, schema=True)) == ["Er varen 12 ponten."]
        assert not generator.structured


@pytest.mark.parametrize("status", [400, 413, 422, 500, 503, 200])
@pytest.mark.parametrize(
    "told",
    [
        "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens",
        "the request exceeds the available context size (2048 tokens)",
        "exceed_context_size_error",
        "Prompt is too long: 5000 tokens > 4096 maximum",
        "Input length 5000 exceeds max_model_len",
        "Input validation error: `inputs` must have less than 4096 tokens. Given: 5213",
        "`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 4000 `inputs` tokens",
        "The input token count (40000) exceeds the maximum number of tokens allowed (32768).",
        "Prompt length 5000 is greater than max_seq_len 4096",
        "The sum of prompt length (5000.0), query length (0) should not exceed max_num_tokens (4096)",
        "Please reduce the length of the messages or completion.",
        "Number of prompt tokens: 5000 exceeds model max length: 4096",
    ],
)
def test_a_context_that_is_exceeded_is_recognised_at_any_status(status, told, monkeypatch):
    monkeypatch.setattr("learninglion.inference.openai._RETRIES", 0)
    error = {"error": {"message": told, "type": "invalid_request_error"}}
    said = DraftReading([event(error)]) if status == 200 else refusing(status, error)
    with playing(lambda _p, _b: said) as server:
        generator = open_at(server)
        generator.__dict__["structured"] = False
        with pytest.raises(InputError, match="te klein") as caught:
            ask(generator)
    assert told in caught.value.detail


# --------------------------------------------------------------------------- addresses and gateways


@pytest.mark.parametrize("base", ["/v1", ""])
@pytest.mark.parametrize("given", ["/v1", "", "/", "/v1/", "/v1/chat/completions"])
def test_the_address_may_end_in_v1_or_not(base, given):
    if base == "" and "v1" in given:
        pytest.skip("an address with /v1 is taken at its word")
    with playing(saying("Er varen 12 ponten."), base=base) as server:
        generator = open_at(server, base_url=f"http://127.0.0.1:{server.port}{given}")
        assert ask(generator) == "Er varen 12 ponten."


@pytest.mark.parametrize(
    ("base", "given"),
    [
        *(("/v1", f"/v1/{end}") for end in ("responses", "embeddings", "models/", "v1", "chat/completions/")),
        *(
            ("/v1", end)
            for end in ("/api/chat", "/api/generate", "/docs", "/#/chat", "//v1//", "/V1", "?x=1")
        ),
        ("/api", "/api"),
        ("/api", ""),
        ("/api/v1", "/api"),
        ("/openai/v1", ""),
        ("/engines/v1", ""),
        ("/v1beta/openai", "/v1beta/openai/"),
        ("/openai/deployments/klein", "/openai/deployments/klein?api-version=2024-06-01"),
        ("/openai/deployments/klein", "/openai/deployments/klein/chat/completions?api-version=2024-06-01"),
    ],
)
@pytest.mark.parametrize("models", [refusing(200, {"data": [{"id": "klein"}]}), refusing(404, {})])
def test_an_odd_address_leads_to_where_the_protocol_is_spoken(base, given, models):
    with playing(saying("Er varen 12 ponten."), base=base, models=models) as server:
        address = f"http://127.0.0.1:{server.port}{given}"
        assert ask(open_at(server, base_url=address)) == "Er varen 12 ponten."
        query = given.partition("?")[2]
        assert query in next(p for p, _ in server.requests[::-1] if p.startswith(base))


def test_a_server_that_calls_every_path_well_is_asked_where_it_answers():
    nothing_there = refusing(200, {"error": "Unexpected endpoint or method. (POST /chat/completions)"})
    pages = DraftReading([b"<!doctype html><html></html>"], kind="text/html")
    for other in (nothing_there, pages):
        with playing(
            saying("Er varen 12 ponten."), models=refusing(404, {}), other=lambda *_, said=other: said
        ) as server:
            address = f"http://127.0.0.1:{server.port}"
            assert ask(open_at(server, base_url=address)) == "Er varen 12 ponten."


@pytest.mark.parametrize(
    ("address", "key", "header"),
    [
        ("https://x.openai.azure.com/openai/v1", "abcdefgh", "api-key"),
        ("http://127.0.0.1:9/openai/deployments/klein", "abcdefgh", "api-key"),
        ("https://x.openai.azure.com/openai/v1", "eyJhbGciOi", "Authorization"),
        ("https://taal.example/v1", "abcdefgh", "Authorization"),
    ],
)
def test_a_key_is_shown_in_the_header_that_the_server_reads(address, key, header):
    headers = Connection(address, "taalmodel", api_key=key, timeout=5)._headers
    assert [name for name, value in headers.items() if key in value] == [header]


@pytest.mark.parametrize(
    "models",
    [
        refusing(404, {"detail": "Not Found"}),
        refusing(405, {}),
        refusing(500, "oops"),
        refusing(403, {"error": {"message": "key not allowed to access /models"}}),
        refusing(200, {"data": [{"id": "what could be had"}, {"id": "and more"}]}),
        refusing(200, {"data": []}),
        DraftReading([b"<html>Open de app</html>"], kind="text/html"),
        refusing(200, {"data": [{"id": "*"}]}),
        refusing(200, {"data": [{"id": "openai/*"}, {"id": "kl*"}]}),
        refusing(200, {"data": [{"id": "klein:latest"}]}),
        refusing(200, {"data": [None, {"geen": "id"}, {"id": "groot", "aliases": ["klein"]}]}),
        refusing(200, [{"id": "klein", "max_model_len": 100_000}]),
    ],
)
def test_a_list_of_models_in_any_shape_or_none(models):
    with playing(saying("Er varen 12 ponten."), models=models) as server:
        assert ask(open_at(server)) == "Er varen 12 ponten."


def test_a_name_that_is_neither_listed_nor_answered_is_told_with_those_that_are():
    listed = refusing(200, {"data": [{"id": "groot"}, {"id": "middel"}]})
    unknown = refusing(404, {"error": {"message": "The model `klein` does not exist."}})
    with (
        playing(lambda _p, _b: unknown, models=listed) as server,
        pytest.raises(InputError, match="kent het taalmodel 'klein' niet. Wel: groot, middel"),
    ):
        ask(open_at(server))


def test_a_server_with_one_model_is_not_taken_for_another():
    with (
        playing(saying("Ja."), models=refusing(200, {"data": [{"id": "groot"}]})) as server,
        pytest.raises(InputError, match="Wel: groot"),
    ):
        ask(open_at(server))


def test_a_list_without_end_is_read_up_to_a_limit():
    endless = DraftReading(b'{"id": "x", "pad": "' + b"a" * 1_000_000 + b'"},' for _ in range(400))
    with (
        playing(saying("Ja."), models=endless) as server,
        pytest.raises(GeneratorError, match="meer dan 8 MB"),
    ):
        ask(open_at(server))


def usage(**told: object) -> bytes:
    return event({"choices": [], "usage": told})


LONG = Prompt("U helpt.", "woord " * 300)


def test_a_count_of_uncached_tokens_is_no_cut_prompt():
    def counting(_path: str, body: dict) -> DraftReading:
        text = body["messages"][0]["content"]
        read = 12 if text == LONG.situation else 700
        return DraftReading([delta(content="Ja."), delta("stop"), usage(prompt_tokens=read), DONE])

    said = [
        delta(content="Ja."),
        delta("stop"),
        usage(prompt_tokens=12, prompt_tokens_details={"cached_tokens": 690}),
        DONE,
    ]
    for chat in (counting, said):
        with playing(chat) as server:
            generator = open_at(server)
            generator.__dict__["structured"] = False
            assert "".join(generator.stream(LONG, max_tokens=20)) == "Ja."


def test_a_prompt_that_was_really_cut_is_still_noticed():
    with playing([delta(content="Ja."), delta("stop"), usage(prompt_tokens=128), DONE]) as server:
        generator = open_at(server)
        generator.__dict__["structured"] = False
        with pytest.raises(GeneratorError, match="128 tokens.*afgekapt"):
            "".join(generator.stream(LONG, max_tokens=20))


# --------------------------------------------------------------------------- keys, certificates, ways


def test_a_key_never_reaches_a_record_or_an_error():
    secret = "zeer-geheim-99"

    def leaking(_path: str, body: dict) -> DraftReading:
        return refusing(401, {"error": {"message": f"Incorrect API key provided: {secret}"}})

    with playing(leaking) as server:
        for more in ({"api_key": secret}, {"base_url": f"{server.url}?api-key={secret}"}):
            generator = open_at(server, **more)
            generator.__dict__["structured"] = False
            with pytest.raises(GeneratorError, match="sleutel") as caught:
                ask(generator)
            assert secret not in caught.value.detail + repr(generator.describe())
            assert "Incorrect API key provided: …" in caught.value.detail


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://a.nl/v1?key=abc", "https://a.nl/v1?…"),
        ("https://naam:wachtwoord@a.nl:8443/v1", "https://a.nl:8443/v1"),
        ("https://a.nl/v1/3f9a8b7c6d5e4f3a2b1c0d9e/openai", "https://a.nl/v1/…/openai"),
        ("http://[::1]:8000/v1", "http://[::1]:8000/v1"),
        ("http://a.nl:veel/", "een onleesbaar adres"),
    ],
)
def test_an_address_is_shown_without_keys(address, shown):
    assert shown_address(address) == shown


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("http://127.0.0.1:9", "luistert niets"),
        ("http://bestaat-niet.invalid", "naam van die computer is niet bekend|geen weg|mislukte"),
    ],
)
def test_not_reachable_says_what_was_wrong(address, why):
    with pytest.raises(LearningLionError, match=why):
        Connection(address, "taalmodel", timeout=5).ask("/models")


def test_https_to_a_server_that_speaks_http():
    with playing(saying("Ja.")) as server, pytest.raises(LearningLionError, match="http://"):
        Connection(f"https://127.0.0.1:{server.port}", "taalmodel", timeout=5).ask("/models")


def test_a_certificate_file_must_hold_certificates(tmp_path):
    path = tmp_path / "ca.pem"
    path.write_text("geen certificaat")
    with pytest.raises(InputError, match="ca_file"):
        trusted_certificates(str(path))


def test_a_proxy_is_used_for_other_machines_only_and_its_password_stays_secret():
    def proxied(path: str, _body: dict) -> DraftReading:
        return refusing(200, {"via": path})

    with playing(saying("Ja."), other=proxied) as proxy:
        route = Route(proxy=f"http://naam:geheim-woord@127.0.0.1:{proxy.port}")
        assert "geheim" not in repr(route)
        far = Connection("http://ver.example", "taalmodel", timeout=5, route=route)
        assert far.ask("/models").value == {"via": "http://ver.example/models"}
        with pytest.raises(LearningLionError, match="luistert niets"):
            Connection("http://127.0.0.1:9", "taalmodel", timeout=5, route=route).ask("/models")
    gone = Connection("http://ver.example", "taalmodel", timeout=5, route=Route(proxy="http://127.0.0.1:9"))
    with pytest.raises(LearningLionError, match="bij de ingestelde proxy.*luistert niets"):
        gone.ask("/models")


# --------------------------------------------------------------------------- certificates of one's own


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """The certificate file of an authority of its own, and a context for a server that it vouches for."""
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    folder = tmp_path_factory.mktemp("authority")
    now = datetime.datetime.now(datetime.UTC)

    def name(told: str):
        return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, told)])

    def issue(subject: str, key, issuer_key, *more):
        made = (
            x509.CertificateBuilder()
            .subject_name(name(subject))
            .issuer_name(name("Eigen autoriteit"))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
        )
        for extension, critical in more:
            made = made.add_extension(extension, critical)
        return made.sign(issuer_key, hashes.SHA256())

    own, served = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = issue("Eigen autoriteit", own, own, (x509.BasicConstraints(True, None), True))
    there = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    leaf = issue("server", served, own, (there, False))
    pem = serialization.Encoding.PEM
    (folder / "ca.pem").write_bytes(root.public_bytes(pem))
    secret = served.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "server.pem").write_bytes(leaf.public_bytes(pem) + secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return folder / "ca.pem", context


def test_an_internal_authority_is_trusted_by_setting_and_by_environment(authority, monkeypatch):
    ca_file, context = authority
    with playing(saying("Er varen 12 ponten."), tls=context) as server:
        address = f"https://127.0.0.1:{server.port}/v1"
        trusted_certificates.cache_clear()
        with pytest.raises(GeneratorError, match="certificaat wordt niet vertrouwd.*ca_file"):
            ask(open_at(server, base_url=address))
        assert ask(open_at(server, base_url=address, route=Route(str(ca_file)))) == "Er varen 12 ponten."
        monkeypatch.setenv("SSL_CERT_FILE", str(ca_file))
        trusted_certificates.cache_clear()
        assert ask(open_at(server, base_url=address)) == "Er varen 12 ponten."
    trusted_certificates.cache_clear()
