"""A judge from a folder: a tiny model made here, that says what its words weigh."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from typer.testing import CliRunner

from learninglion.cli import app
from learninglion.database.blobs import FolderBlobs
from learninglion.drafting.prompting import load_prompts
from learninglion.drafting.second_opinion import judge_of, open_judging_model
from learninglion.evaluation.exams import ExamPair, take_exam
from learninglion.inference.cross_encoder import CrossEncoder, CrossEncoderChoice
from learninglion.models.errors import InputError, LearningLionError

# What each piece adds to "contradiction", "neutral" and "entailment".
PIECES = {
    "<s>": (0, 0, 0), "</s>": (0, 0, 0), "<unk>": (0, 1, 0), "\u2581": (0, 0, 0),
    "\u2581de": (0, 0, 0), "\u2581pont": (0, 0, 1), "\u2581vaart": (0, 0, 3), "\u2581niet": (20, 0, 0),
}  # fmt: skip
LABELS = ("contradiction", "neutral", "entailment")


def make_folder(
    folder: Path,
    *,
    labels: tuple[str, ...] = LABELS,
    kinds: bool = False,
    scale: float = 1.0,
    length: int | None = None,
) -> Path:
    """A model that sums its words; with `kinds` it also wants to know which text a token belongs to."""
    folder.mkdir(parents=True, exist_ok=True)
    table = np.array(list(PIECES.values()), dtype=np.float32)[:, -len(labels) :] * scale
    names = ["input_ids", "attention_mask", *(["token_type_ids"] if kinds else [])]
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["rows"]),
        helper.make_node("ReduceSum", ["rows", "axis"], ["logits"], keepdims=0),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info(n, TensorProto.INT64, [1, length]) for n in names],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, len(labels)])],
        [numpy_helper.from_array(table, "table"), numpy_helper.from_array(np.array([1]), "axis")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.save(model, folder / "model.onnx")
    config = {
        "id2label": {str(n): name for n, name in enumerate(labels)},
        "max_position_embeddings": 30,
        "pad_token_id": 1,
    }
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "tokenizer.json").write_text(json.dumps(tokens()))
    return folder


def tokens() -> dict[str, object]:
    """As Hugging Face writes it for the XLM-R family."""
    mark = {name: {"SpecialToken": {"id": name, "type_id": 0}} for name in ("<s>", "</s>")}
    return {
        "model": {"type": "Unigram", "unk_id": 2, "vocab": [[p, -1.0 - n] for n, p in enumerate(PIECES)]},
        "post_processor": {
            "type": "TemplateProcessing",
            "pair": [
                mark["<s>"],
                {"Sequence": {"id": "A", "type_id": 0}},
                mark["</s>"],
                mark["</s>"],
                {"Sequence": {"id": "B", "type_id": 1}},
                mark["</s>"],
            ],
            "special_tokens": {"<s>": {"ids": [0]}, "</s>": {"ids": [1]}},
        },
    }


@pytest.fixture
def judge(tmp_path):
    return CrossEncoder(CrossEncoderChoice(make_folder(tmp_path / "klein")))


def test_both_texts_stand_between_the_marks_of_the_model(judge):
    ids, kinds = judge._tokens("de pont", "vaart")
    assert ids == [0, 4, 5, 1, 1, 6, 1]
    assert kinds == [0, 0, 0, 0, 0, 1, 0]


def test_what_follows_scores_high_and_what_does_not_low(judge):
    assert judge.judge("de pont vaart", "de pont vaart") > 0.9
    assert judge.judge("de pont vaart niet", "de pont") < 0.1
    assert judge.score("de pont", "vaart " * 40) is None, "longer than the model reads"
    assert judge.judge("de pont", "vaart " * 40) == 0.0


def test_a_reranker_has_one_number(tmp_path):
    judge = CrossEncoder(CrossEncoderChoice(make_folder(tmp_path / "rij", labels=("LABEL_0",), kinds=True)))
    assert judge.judge("vaart", "pont") == pytest.approx(1 / (1 + np.exp(-4)))


def test_a_model_with_one_fixed_length_gets_texts_filled_up_to_it(tmp_path, judge):
    fixed = CrossEncoder(CrossEncoderChoice(make_folder(tmp_path / "vast", kinds=True, length=16)))
    assert fixed.score("de pont vaart", "de pont") == judge.score("de pont vaart", "de pont")
    assert fixed.score("de pont", "vaart " * 20) is None, "longer than it reads"


def test_it_takes_the_exam_and_another_file_voids_it(tmp_path):
    judge = CrossEncoder(CrossEncoderChoice(make_folder(tmp_path / "a")))
    pairs = [
        ExamPair(
            str(n), "de pont vaart", "de pont vaart" + (" niet" if n % 2 else ""), n % 2 == 0, "negation"
        )
        for n in range(100)
    ]
    exam = take_exam(judge, pairs, date(2026, 1, 5), FolderBlobs(tmp_path))
    assert exam.passed and exam.judge == "a" and exam.detection == 1.0 and exam.false_alarms == 0.0
    same = CrossEncoder(CrossEncoderChoice(make_folder(tmp_path / "b")))
    other = CrossEncoder(CrossEncoderChoice(make_folder(tmp_path / "a", scale=2.0)))
    assert judge.fingerprint == same.fingerprint != other.fingerprint
    assert judge.describe().model_sha256 == same.describe().model_sha256
    opened = open_judging_model(CrossEncoderChoice(tmp_path / "b", "naam"))
    assert judge_of(opened, load_prompts()).name == "naam"


def test_a_model_that_gives_no_numbers_is_no_judge(tmp_path):
    judge = CrossEncoder(CrossEncoderChoice(make_folder(tmp_path / "a", scale=float("nan"))))
    with pytest.raises(LearningLionError, match="geen bruikbaar oordeel"):
        judge.judge("de pont", "de pont")


@pytest.mark.parametrize(
    ("file", "content", "told"),
    [
        ("model.onnx", b"GGUF" + bytes(64), "kan niet worden geladen"),
        ("config.json", b'{"id2label": {"0": "toxic", "1": "fine"}}', "geen label"),
        ("config.json", b"{", "niet te lezen"),
        ("tokenizer.json", b"[]", "andere vorm"),
        ("tokenizer.json", b'{"model": {"type": "WordPiece", "vocab": {}}}', "soort WordPiece"),
        ("tokenizer.json", b'{"model": {"type": "Unigram", "vocab": []}}', "woordenlijst"),
        ("tokenizer.json", json.dumps({**tokens(), "post_processor": None}).encode(), "twee teksten"),
    ],
)  # fmt: skip
def test_a_folder_that_holds_no_judge_says_what_is_wrong(tmp_path, file, content, told):
    folder = make_folder(tmp_path / "a")
    (folder / file).write_bytes(content)
    with pytest.raises(InputError, match=told):
        CrossEncoder(CrossEncoderChoice(folder))
    with pytest.raises(InputError, match="staat geen"):
        CrossEncoder(CrossEncoderChoice(tmp_path))


def test_the_exam_of_a_folder_from_the_command_line(tmp_path, monkeypatch):
    monkeypatch.setenv("LEARNINGLION_HOME", str(tmp_path / "home"))
    folder = make_folder(tmp_path / "klein")
    done = CliRunner().invoke(app, ["evaluate", "judge", "--onnx", str(folder), "--limit", "10", "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["judge"] == "klein"
    monkeypatch.setenv("LEARNINGLION_JUDGE_KIND", "onnx")
    done = CliRunner().invoke(app, ["evaluate", "judge", "--limit", "10"])
    assert done.exit_code != 0 and "path" in str(done.exception or done.output)
    monkeypatch.setenv("LEARNINGLION_JUDGE_PATH", str(folder))
    assert CliRunner().invoke(app, ["evaluate", "judge", "--limit", "10"]).exit_code == 0
    refused = CliRunner().invoke(app, ["model", "check", "--judge"])
    assert refused.exit_code != 0
