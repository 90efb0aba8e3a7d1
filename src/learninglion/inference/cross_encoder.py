"""A model in a folder that reads two texts together and says whether the one follows from the other.

What is read: a model in ONNX with the `tokenizer.json` (Unigram, as models of the XLM-R and mDeBERTa families
have it) and `config.json` that Hugging Face writes beside it. Nothing is fetched.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from learninglion.inference.builtin import Unigram, session_of
from learninglion.models import Provenance
from learninglion.models.errors import InputError, LearningLionError
from learninglion.models.plain import canonical_json, sha256_hex

_FILES = ("model.onnx", "onnx/model.onnx", "model_quantized.onnx", "onnx/model_quantized.onnx")
_MOST_TOKENS = 512
_PADDED = 2  # XLM-R and RoBERTa keep this many of their places for padding
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class CrossEncoderChoice:
    """A folder with a model that reads a passage and a sentence together."""

    path: Path
    model: str = ""  # what to call it; the name of the folder when empty
    threads: int = 1


class CrossEncoder:
    """A judge from a folder: an entailment model (labels), or a reranker (one number).

    Raises InputError for a folder that holds no such model.
    """

    kind = "onnx"

    def __init__(self, choice: CrossEncoderChoice) -> None:
        folder = choice.path
        self._model = next((folder / name for name in _FILES if (folder / name).is_file()), None)
        if self._model is None:
            raise InputError(f"In de map {str(folder)!r} staat geen {_FILES[0]}.")
        config, tokens = _read_json(folder / "config.json"), _read_json(folder / "tokenizer.json")
        self.name = self.model = choice.model or folder.name
        self._threads = choice.threads
        self._column = _column(config)
        self._vocabulary = _vocabulary(tokens)
        self._around = _pair(tokens)
        self._room = _room(config)
        self._sha256 = _hash(self._model, folder / "config.json", folder / "tokenizer.json")
        try:
            self._session = session_of(str(self._model), choice.threads)
        except Exception as error:  # the library raises a class of its own for every kind of fault
            raise InputError(
                f"Het model {str(self._model)!r} kan niet worden geladen: {_line(error)}"
            ) from error
        self._inputs = {entry.name for entry in self._session.get_inputs()}
        # an export with one fixed length takes no other: what is shorter is filled up to it
        lengths = [entry.shape[-1] for entry in self._session.get_inputs()]
        self._fixed = min((length for length in lengths if isinstance(length, int)), default=0)
        self._room = min(self._room, self._fixed or self._room)
        self._filling = config.get("pad_token_id")
        if unknown := self._inputs - {"input_ids", "attention_mask", "token_type_ids"}:
            raise InputError(f"Het model {str(self._model)!r} vraagt invoer die hier onbekend is: {unknown}.")

    @property
    def fingerprint(self) -> str:
        """A hash over the files: another model or another vocabulary judges otherwise."""
        return sha256_hex(canonical_json([self.kind, self._sha256]))

    def describe(self) -> Provenance:
        """Which model judged."""
        parameters = (("threads", str(self._threads)),)
        return Provenance(self.kind, self.model, model_sha256=self._sha256, parameters=parameters)

    def judge(self, sentence: str, passage: str) -> float:
        """From 0 (it does not follow) to 1 (it does); a passage too long for the model shows nothing."""
        return self.score(sentence, passage) or 0.0

    def score(self, sentence: str, passage: str) -> float | None:
        """The same, with None for a passage that the model cannot read as a whole.

        Raises LearningLionError where the model breaks off or gives what is no judgement.
        """
        ids, kinds = self._tokens(passage, sentence)
        if len(ids) > self._room:
            return None
        empty = [0] * (self._fixed - len(ids))
        filling = [self._filling if isinstance(self._filling, int) else 0] * len(empty)
        given = {
            "input_ids": np.array([ids + filling], dtype=np.int64),
            "attention_mask": np.array([[1] * len(ids) + empty], dtype=np.int64),
            "token_type_ids": np.array([kinds + empty], dtype=np.int64),
        }
        try:
            scores = self._session.run(None, {name: given[name] for name in self._inputs})[0]
        except Exception as error:  # as above
            raise LearningLionError(
                f"Het model {self.name} is gestopt met een fout: {_line(error)}"
            ) from error
        logits = np.asarray(scores, dtype=np.float64).reshape(-1)
        at, labels = self._column
        if len(logits) != labels or not np.isfinite(logits).all():
            raise LearningLionError(f"Het model {self.name} geeft geen bruikbaar oordeel.")
        if labels == 1:
            return float(1 / (1 + np.exp(-np.clip(logits[0], -60, 60))))
        odds = np.exp(logits - logits.max())
        return float(odds[at] / odds.sum())

    def _tokens(self, first: str, second: str) -> tuple[list[int], list[int]]:
        """Both texts between the marks that the model expects, and which token belongs to which."""
        read = {"A": self._vocabulary.ids(first), "B": self._vocabulary.ids(second)}
        ids: list[int] = []
        kinds: list[int] = []
        for part, kind in self._around:
            tokens = read[part] if isinstance(part, str) else list(part)
            ids += tokens
            kinds += [kind] * len(tokens)
        return ids, kinds


_Part = tuple[str | tuple[int, ...], int]  # "A", "B" or tokens, and the number of the text they belong to


def _column(config: Mapping[str, object]) -> tuple[int, int]:
    """Where the model says that it follows, and how many labels there are."""
    labels = config.get("id2label")
    if not isinstance(labels, dict) or not labels:
        return 0, 1
    names = {int(number): str(name).casefold() for number, name in labels.items() if str(number).isdigit()}
    if len(labels) == 1:
        return 0, 1
    entailed = [n for n, name in names.items() if name.startswith("entail") or name == "supported"]
    if len(entailed) != 1 or sorted(names) != list(range(len(labels))):
        told_names = ", ".join(names.values())
        raise InputError(f"config.json noemt geen label “entailment”: {told_names or 'onleesbaar'}.")
    return entailed[0], len(labels)


def _vocabulary(tokens: Mapping[str, object]) -> Unigram:
    model = tokens.get("model")
    try:
        if not isinstance(model, dict) or model.get("type", "Unigram") != "Unigram":
            kind = model.get("type") if isinstance(model, dict) else "onbekend"
            raise InputError(
                f"tokenizer.json is van de soort {kind}; hier worden modellen met Unigram gelezen, zoals die "
                "van XLM-R en mDeBERTa."
            )
        listed = model["vocab"]
        unknown = int(model.get("unk_id") or 0)
        return Unigram([str(p) for p, _ in listed], [float(s) for _, s in listed], unknown)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise InputError("tokenizer.json bevat geen bruikbare woordenlijst.") from error


def _pair(tokens: Mapping[str, object]) -> tuple[_Part, ...]:
    """What stands around two texts."""
    processor = tokens.get("post_processor")
    try:
        if not isinstance(processor, dict):
            raise TypeError("nothing")
        if processor["type"] == "TemplateProcessing":
            special = processor["special_tokens"]
            return tuple(_template(step, special) for step in processor["pair"])
        first, last = ((int(processor[name][1]),) for name in ("cls", "sep"))
        if processor["type"] == "RobertaProcessing":
            return (first, 0), ("A", 0), ((*last, *last), 0), ("B", 0), (last, 0)
        if processor["type"] == "BertProcessing":
            return (first, 0), ("A", 0), (last, 0), ("B", 1), (last, 1)
        raise TypeError("unknown")
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise InputError("tokenizer.json zegt niet hoe twee teksten bij elkaar worden gezet.") from error


def _template(step: Mapping[str, Mapping[str, object]], special: Mapping[str, Mapping[str, object]]) -> _Part:
    (kind, settings), *_ = step.items()
    belongs = int(str(settings["type_id"]))
    if kind == "Sequence":
        part = str(settings["id"])
        if part not in ("A", "B"):
            raise ValueError(part)
        return part, belongs
    numbers = special[str(settings["id"])]["ids"]
    if not isinstance(numbers, list):
        raise TypeError("no numbers")
    return tuple(int(number) for number in numbers), belongs


def _room(config: Mapping[str, object]) -> int:
    """How many tokens the model reads."""
    places = config.get("max_position_embeddings")
    if not isinstance(places, int) or places <= _PADDED:
        return _MOST_TOKENS
    padded = _PADDED if "roberta" in str(config.get("model_type", "")).casefold() else 0
    return min(places - padded, 8 * _MOST_TOKENS)


def _read_json(path: Path) -> Mapping[str, object]:
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise InputError(f"Het bestand {str(path)!r} is er niet of is niet te lezen.") from error
    if not isinstance(value, dict):
        raise InputError(f"Het bestand {str(path)!r} heeft een andere vorm dan verwacht.")
    return value


def _hash(*paths: Path) -> str:
    """Of all files together; weights that stand beside the model (`model.onnx_data`) count as well."""
    digest = hashlib.sha256()
    beside: Sequence[Path] = sorted(paths[0].parent.glob(f"{paths[0].name}?data*"))
    for path in (*paths, *beside):
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    return digest.hexdigest()


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
