"""A weights file of the built-in model's kind, small enough to learn in a blink."""

from __future__ import annotations

import struct

import numpy as np

WIDTH, LAYERS, HEADS, WIDE, WINDOW = 32, 2, 2, 64, 64
# The likeliest pieces first, letters late, so that words win. The last is there twice; the first counts.
WORDS = ("▁de", "▁het", "▁een", "▁query", "▁passage", "▁boot", "▁vis", "▁trein", "▁spoor", "haven", "en")
PIECES = ("<s>", "<pad>", "</s>", "<unk>", "▁", *WORDS, *"abcdefghijklmnopqrstuvwxyz", ":", ".", "?", "▁de")
NORMAL = {ord("\t"): " ", ord("½"): "a b", 0x01: ""}


def miniature() -> bytes:
    """The same file at every call: random weights, a vocabulary of forty-odd pieces."""
    random = np.random.default_rng(5)
    tensors: list[tuple[str, int, bytes]] = []  # name, kind, content

    def full(name: str, count: int, middle: float = 0.0) -> None:
        values = middle + 0.1 * random.standard_normal(count)
        tensors.append((name, 0, values.astype("<f4").tobytes()))

    def packed(name: str, count: int) -> None:
        blocks = np.zeros((count // 32, 18), dtype=np.uint8)
        blocks[:, :2] = (0.04 * random.random((count // 32, 1)) + 0.01).astype("<f2").view(np.uint8)
        blocks[:, 2:] = random.integers(0, 256, (count // 32, 16))
        tensors.append((name, 1, blocks.tobytes()))

    packed("emb.word", len(PIECES) * WIDTH)
    full("emb.pos", WINDOW * WIDTH)
    full("emb.type", WIDTH)
    full("emb.ln.w", WIDTH, 1.0)
    full("emb.ln.b", WIDTH)
    for layer in range(LAYERS):
        for name, out, into in (
            ("q", WIDTH, WIDTH),
            ("k", WIDTH, WIDTH),
            ("v", WIDTH, WIDTH),
            ("ao", WIDTH, WIDTH),
            ("fi", WIDE, WIDTH),
            ("fo", WIDTH, WIDE),
        ):
            packed(f"l{layer}.{name}.w", out * into)
            full(f"l{layer}.{name}.b", out)
        for name in ("aln", "oln"):
            full(f"l{layer}.{name}.w", WIDTH, 1.0)
            full(f"l{layer}.{name}.b", WIDTH)
    return _file(tensors)


def _file(tensors: list[tuple[str, int, bytes]]) -> bytes:
    letters = [piece.encode() for piece in PIECES]
    bounds = np.cumsum([0, *(len(piece) for piece in letters)])
    scores = -np.arange(len(PIECES), dtype=np.float32) / 4
    forms = b"".join(
        struct.pack(f"<IB{len(form)}I", letter, len(form), *map(ord, form))
        for letter, form in sorted(NORMAL.items())
    )
    head = b"E5S1" + struct.pack("<I", 1)
    head += struct.pack("<7ifi", WIDTH, LAYERS, HEADS, WIDE, len(PIECES), WINDOW, 1, 1e-12, 32)
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, int(bounds[-1]))
    head += bounds.astype("<u4").tobytes() + scores.astype("<f4").tobytes() + b"".join(letters)
    head += struct.pack("<iI", len(NORMAL), len(forms)) + forms + struct.pack("<i", len(tensors))
    at = len(head) + sum(2 + len(name) + 21 for name, _, _ in tensors)
    directory, body = b"", b""
    for name, kind, content in tensors:
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", kind, len(content), at + len(body), len(content))
        body += content
    return head + directory + body
