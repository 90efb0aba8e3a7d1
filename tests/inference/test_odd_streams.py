"""What servers send that nobody prepared for: read where an answer stands in it, else told in their words."""

from __future__ import annotations

import json

import pytest

from learninglion.inference.connection import Connection
from learninglion.inference.generators import Answer, EventReader, without_thoughts
from learninglion.models.errors import GeneratorError

OK, LIE = "De pont vaart.", "De pont zinkt."
STOP = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
WORDS = Connection("http://127.0.0.1:9/v1", "taalmodel", timeout=5).words


def said(content: object) -> dict[str, object]:
    return {"choices": [{"index": 0, "delta": {"content": content}}]}


def messages(*texts: str) -> list[object]:
    return [{"choices": [{"message": {"content": text}}]} for text in texts]


def ended(why: object, **more: object) -> dict[str, object]:
    return {"choices": [{"index": 0, "delta": {}, "finish_reason": why, **more}]}


def events(*values: object, end: str = "\n\n") -> str:
    return "".join(f"data: {v if isinstance(v, str) else json.dumps(v)}{end}" for v in values)


def numbered(place: object, text: str) -> dict[str, object]:
    return {"choices": [{"index": place, "delta": {"content": text}}]}


def told(**message: object) -> dict[str, object]:
    return {"choices": [{"index": 0, "delta": message}]}


def answer_of(raw: str, size: int) -> str:
    reader, answer, data = EventReader(), Answer(100, held_to_schema=False, words=WORDS), raw.encode()
    found = ""
    for at in range(0, len(data), size):
        found += "".join(map(answer.feed, reader.feed(data[at : at + size])))
    return found + "".join(map(answer.feed, reader.finish())) + answer.finish()


PARTS = (said("De pont "), said("vaart."))


@pytest.mark.parametrize("size", [1, 7, 1_000_000])
@pytest.mark.parametrize(
    "raw",
    [
        events(*PARTS, STOP, "[DONE]", end="\r\r"),
        events(*PARTS, STOP, "[DONE]", end="\r\n\r\n"),
        "\ufeff" + events(*PARTS, STOP, "[DONE]"),
        events(said(OK), '"[DONE]"'),
        events(said(OK), "[done]"),
        events("ping", said(OK), "keepalive", STOP, "DONE"),
        events("", "null", said(OK), "", STOP, "[DONE]"),
        events([said(OK), STOP]),
        events(*PARTS, *messages(OK), STOP),
        events(*messages(OK[:3], OK[:8], OK), STOP),
        events(*PARTS, ended("stop", message={"content": OK}), "[DONE]"),
        events(said(f"{OK}<|eot_id|>"), STOP),
        events(said(OK), said("<|im_end|>"), STOP),
        events(said(f"<s>{OK}</s>"), STOP),
        events(said(f'<think hidden="1">{LIE}</think>{OK}'), STOP),
        events(said(f"<think >{LIE}</think >{OK}"), STOP),
        events(said(f"<analysis>{LIE}</analysis>\n{OK}"), STOP),
        events(said(f"<denken>{LIE}</denken><overweging>{LIE}</overweging>{OK}"), STOP),
        events(said(f"<analysis>{LIE}</analysis><answer>{OK}</answer>"), STOP),
        events(said("De \x00pont\x07 vaart."), STOP),
        json.dumps({"choices": {"message": {"content": OK}, "finish_reason": "stop"}}),
        json.dumps({"object": "response", "output": [{"type": "message", "content": [{"text": OK}]}]}),
        events(said(OK), ended("STOP")),
        events({"status": "loading", "message": "nog even"}, said(OK), STOP),
        events(PARTS[0], {"choices": [{"index": 1, "delta": {"content": LIE}}]}, PARTS[1], STOP),
        events({"choices": [{"index": 1, "text": LIE}, {"index": 0, "text": OK}]}, STOP),
        events(*PARTS, STOP, "[DONE]").replace("data:", "Data:"),
        "".join(map(json.dumps, (*PARTS, STOP))),
        events({"type": "content_block_delta", "delta": {"text": OK}}, {"type": "message_stop"}),
        events({"delta": "De pont "}, {"delta": "vaart."}, {"type": "x.done", "text": OK}, "[DONE]"),
        events({"candidates": [{"content": {"parts": [{"text": OK}]}, "finishReason": "STOP"}]}),
        events({"content": "De pont ", "stop": False}, {"content": "vaart.", "stop": True}),
        "\n".join(map(json.dumps, ({"response": OK, "done": False}, {"response": "", "done": True}))),
        events(said(OK), {"choices": [{"delta": {}, "stop_reason": "end_turn"}]}),
        events(said(OK), ended({"type": "stop"})),
        events(said(f"&lt;think&gt;{LIE}&lt;/think&gt;{OK}"), STOP),
        events(said(f"\\u003cthink\\u003e{LIE}\\u003c/think\\u003e{OK}"), STOP),
        events(said(f"analysis{LIE}assistantfinal{OK}"), STOP),
        events(said([{"type": "thought", "text": LIE}, {"type": "text", "text": OK}]), STOP),
        events(said(f"<|start_header_id|>assistant<|end_header_id|>\n\n{OK}"), STOP),
        events(said(f"<start_of_turn>model\n{OK}<end_of_turn>"), STOP),
        events(said(f"[/INST] {OK}"), STOP),
        events(said(f"\x1b[1m{OK}\x1b[0m"), STOP),
        events(said(f"<|channel>thought\n{LIE}<channel|>{OK}<turn|>"), STOP),
        events(said(f"Here is my thought process:\n{LIE}\nHere is my response:\n{OK}"), STOP),
        events(
            said(f"Here are my reasoning steps:\n{LIE}\n[BEGIN FINAL RESPONSE]\n{OK}\n[END FINAL RESPONSE]"),
            STOP,
        ),
        events(
            said(
                f"<|channel|>analysis<|message|>{LIE}<|end|><|channel|>final <|constrain|>json<|message|>{OK}"
            ),
            STOP,
        ),
        events(said(f"<｜Assistant｜>{OK}<｜end▁of▁sentence｜>"), STOP),
        events(said(f"<|im_start|>assistant<|im_sep|>{OK}"), STOP),
        events({**said(OK), "error": {"message": "", "type": "", "param": None, "code": None}}, STOP),
        events(numbered(1, "De "), numbered(2, "pont "), numbered(3, "vaart."), ended("eos_token")),
        events(numbered(0, "De "), numbered(1, "pont "), numbered(2, "vaart."), STOP),
        events(numbered("0", "De pont "), numbered("1", LIE), numbered("0", "vaart."), STOP),
        events(numbered(-1, OK), STOP),
        events({"choices": {"0": {"delta": {"content": OK}}}}, STOP),
        events(said(""), said("De"), said("De pont"), said(OK), said(OK), STOP),
        events(said("De pont"), said(OK), STOP),
        events(told(reasoning_content=LIE, content=OK), STOP),
        events({"choices": [{"delta": {}, "message": {"content": OK}, "finish_reason": "stop"}]}),
        events({"choices": [{"delta": {"content": "De pont "}, "finish_reason": "None"}]}, PARTS[1], STOP),
        events({"type": "response.reasoning_text.delta", "delta": LIE}, {"delta": OK}, "[DONE]"),
        events(
            {"candidates": [{"content": {"parts": [{"text": LIE, "thought": True}, {"text": OK}]}}]}, STOP
        ),
        events({"delta": {"message": {"content": {"text": OK}}}}, {"delta": {"finish_reason": "COMPLETE"}}),
        events({"token": {"text": "De pont "}}, {"token": {"text": "vaart."}, "generated_text": OK}),
        json.dumps([{"generated_text": OK}]),
        json.dumps({"output": {"message": {"content": [{"text": OK}]}}, "stopReason": "end_turn"}),
        json.dumps({"results": [{"generated_text": OK, "stop_reason": "eos_token"}]}),
        json.dumps({"code": 0, "msg": "success", "data": messages(OK)[0]}),
        json.dumps({"statusCode": 200, "body": json.dumps(messages(OK)[0])}),
        json.dumps({"success": True, "errors": [], "result": {"response": OK}}),
        events(json.dumps(json.dumps(said(OK))), json.dumps(json.dumps(STOP))),
        events(said(OK), STOP).replace("data: ", "data:data: "),
        events(said(f"<|think|>{LIE}<|/think|>{OK}"), STOP),
        events(said(f"＜think＞{LIE}＜/think＞{OK}"), STOP),
        events(said(f"Thinking...\n{LIE}\n...done thinking.\n\n{OK}"), STOP),
        events(said(f"<|start_of_role|>assistant<|end_of_role|>{OK}<|end_of_text|>"), STOP),
        events(said(f"[|assistant|]{OK}[|endofturn|]"), STOP),
        events(said(f'{OK}\n<tool_call>{{"name": "zoek", "arguments": {{}}}}</tool_call>'), STOP),
    ],
)
def test_an_answer_is_read_in_whatever_shape_it_comes(raw, size):
    assert answer_of(raw, size).strip() == OK


def test_a_figure_that_comes_as_a_number_is_part_of_the_text():
    assert answer_of(events(said("Er zijn "), said(12), said(" ponten."), STOP), 9) == "Er zijn 12 ponten."


@pytest.mark.parametrize(
    ("texts", "read"),
    [
        (("Er zijn ", "1", "12", " ponten."), "Er zijn 112 ponten."),
        (("1", "12 ponten."), "112 ponten."),
        (("Ja", "Ja, dat"), "JaJa, dat"),
    ],
)
def test_figures_that_happen_to_repeat_are_not_taken_for_a_repeated_text(texts, read):
    assert answer_of(events(*map(said, texts), STOP), 1_000_000) == read


@pytest.mark.parametrize(
    "wrap", [json.dumps, lambda t: json.dumps(json.dumps(t)), lambda t: f"```json\n{json.dumps([t])}\n```"]
)
def test_json_that_stands_quoted_is_taken_out(wrap):
    form = json.dumps({"zinnen": [{"zin": OK}]})
    assert answer_of(events(said(wrap(form)), STOP), 1_000_000) == form
    assert answer_of(events(said(json.dumps(OK)), STOP), 9) == json.dumps(OK)


CALL = '{"name": "zoek", "arguments": {"vraag": "pont"}}'


@pytest.mark.parametrize(
    "text",
    [
        f"<tool_call>\n{CALL}\n</tool_call>",
        '<function=zoek>{"vraag": "pont"}</function>',
        "<function=zoek>\n<parameter=vraag>\npont\n</parameter>\n</function>\n</tool_call>",
        f"[TOOL_CALLS][{CALL}]",
        '[TOOL_CALLS]zoek[ARGS]{"vraag": "pont"}',
        '<|python_tag|>zoek.call(vraag="pont")',
        CALL,
        f"functools[{CALL}]",
        '{"tool_calls": [{"function": {"name": "zoek", "arguments": "{}"}}]}',
        '<minimax:tool_call><invoke name="zoek"></invoke></minimax:tool_call>',
        "<|tool_calls_section_begin|><|tool_call_begin|>functions.zoek:0<|tool_call_end|>",
        "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>zoek",
        '<|channel|>commentary to=functions.zoek <|constrain|>json<|message|>{"vraag":"pont"}<|call|>',
        '```tool_code\nzoek(vraag="pont")\n```',
        'Action: zoek\nAction Input: {"vraag": "pont"}',
    ],
)
def test_a_call_of_a_tool_that_is_written_as_text_is_no_answer(text):
    with pytest.raises(GeneratorError, match="hulpmiddel"):
        answer_of(events(said(text), STOP), 1_000_000)


def test_a_schema_that_a_gateway_holds_to_by_a_tool_is_read_from_its_call():
    call = {"index": 0, "function": {"name": "json_tool_call", "arguments": '{"zinnen": '}}
    rest = {"index": 0, "function": {"arguments": "[]}"}}
    reader = Answer(100, held_to_schema=True, words=WORDS, fields=("zinnen", "ontbreekt"))
    for value in (told(tool_calls=[call]), told(tool_calls=[rest]), ended("tool_calls")):
        reader.feed(value)
    assert reader.finish() == '{"zinnen": []}'


def test_marks_that_lay_out_a_text_are_no_thoughts():
    assert without_thoughts("<strong>Ja.</strong> De pont vaart.") == "<strong>Ja.</strong> De pont vaart."


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ('event: error\ndata: {"message": "GPU kwijt"}\n\n', "GPU kwijt"),
        (json.dumps({"detail": "GPU kwijt"}), "GPU kwijt"),
        (events({"code": 40001, "msg": "GPU kwijt"}), "GPU kwijt"),
        (json.dumps({"success": False, "message": "GPU kwijt"}), "GPU kwijt"),
        (json.dumps([{"error": {"code": 400, "message": "GPU kwijt"}}]), "GPU kwijt"),
        (events(PARTS[0], {"type": "error", "message": "GPU kwijt"}), "GPU kwijt"),
        (events(PARTS[0], ended("error", error={"message": "GPU kwijt"}), "[DONE]"), "GPU kwijt"),
        (events(PARTS[0], ended("error"), "[DONE]"), "brak het antwoord af"),
        (events(PARTS[0], ended("abort"), "[DONE]"), "brak het antwoord af"),
        (events(PARTS[0], ended("engine_overloaded"), "[DONE]"), "brak het antwoord af"),
        (json.dumps({"exception": "GPU kwijt"}), "GPU kwijt"),
        (events(PARTS[0], ended("SAFETY"), "[DONE]"), "filter"),
        (events(said(f"<think>{LIE}"), ended("MAX_TOKENS"), "[DONE]"), "Verhoog max_tokens"),
        ("<html><body>Meld u\n<b>aan</b></body></html>", "Meld u aan"),
        ("upstream connect error\nreset before headers", "upstream connect error"),
        (events(PARTS[0], "Internal Server Error"), "halverwege.*Internal Server Error"),
        ('data: {"choices":[{"delta":{"content":"De po', "onleesbaar"),
        ("", "halverwege"),
    ],
)
def test_what_is_no_answer_is_told_in_the_words_of_the_server(raw, told):
    for size in (1, 1_000_000):
        with pytest.raises(GeneratorError, match=told):
            answer_of(raw, size)
