from __future__ import annotations

import re

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from learninglion.dutch.text import split_sentences
from learninglion.models import (
    Block,
    BlockKind,
    Document,
    DocumentKind,
    Footnote,
    Notice,
    NoticeKind,
    PassageKind,
    QAPair,
    SourceKind,
    Span,
    card_of,
)
from learninglion.parsing.passages import cut

_WORDS = st.sampled_from(
    ["de", "het vuurwerk", "opslag", "dhr. Jansen", "3.500", "art. 12", "EU-lidstaten", "bijv.", "toezicht"]
)
_SENTENCE = st.builds(
    lambda words, end: " ".join(words).capitalize() + end,
    st.lists(_WORDS, min_size=1, max_size=45),
    st.sampled_from([".", "?", "!", ":", ""]),
)
_PARAGRAPH = st.lists(_SENTENCE, min_size=1, max_size=8).map(" ".join)
_TABLE = st.lists(st.lists(_WORDS, min_size=2, max_size=6).map(" | ".join), min_size=1, max_size=40).map(
    "\n".join
)
_BODY = st.lists(st.one_of(_PARAGRAPH, _TABLE), min_size=1, max_size=8).map("\n".join)


def _document(text: str, **changes: object) -> Document:
    values: dict[str, object] = {"kind": DocumentKind.KAMERVRAGEN} | changes
    return Document(id="ah-tk-1", sha256="0" * 64, title="Titel", text=text, **values)  # type: ignore[arg-type]


def _bare(text: str) -> str:
    return "".join(text.split())


@settings(max_examples=80)
@given(question=_PARAGRAPH, answer=_BODY)
def test_no_character_of_a_pair_is_lost_and_no_sentence_is_cut(question: str, answer: str) -> None:
    text = f"{question}\n{answer}"
    pair = QAPair((1,), Span(0, len(question)), Span(len(question) + 1, len(text)), 1, 1)
    ((source, passages),) = cut(_document(text, pairs=(pair,)))
    assert source.body == answer
    for kind, whole in ((PassageKind.QUESTION, question), (PassageKind.ANSWER, answer)):
        mine = [p for p in passages if p.kind is kind]
        assert "".join(_bare(p.text) for p in mine) == _bare(whole)
        assert all(p.text == p.span.of(text) for p in mine)
    starts = {p.span.start for p in passages}
    ends = {p.span.end for p in passages}
    for sentence in split_sentences(text):
        assert not any(sentence.start < start < sentence.end for start in starts)
        assert not any(sentence.start < end < sentence.end for end in ends)


@settings(max_examples=50)
@given(paragraphs=st.lists(st.tuples(st.booleans(), _PARAGRAPH), min_size=1, max_size=15))
def test_every_block_stands_in_one_section_or_heading_path(paragraphs: list[tuple[bool, str]]) -> None:
    # What ends in a number may be a line of the contents, which is left out on purpose.
    assume(not any(re.search(r"\s\d{1,4}$", paragraph) for _, paragraph in paragraphs))
    text, blocks = "", []
    for heading, paragraph in paragraphs:
        start = len(text)
        text += paragraph + "\n"
        kind = BlockKind.HEADING if heading else BlockKind.PARAGRAPH
        blocks.append(Block(kind, Span(start, start + len(paragraph)), 1, level=1 if heading else 0))
    cuts = cut(_document(text, kind=DocumentKind.DOCUMENT, blocks=tuple(blocks)))
    everything = "".join(_bare("".join(s.heading_path) + s.body) for s, _ in cuts)
    for block in blocks:
        assert _bare(block.span.of(text))[:40] in everything
    paragraphs_only = "".join(_bare(b.span.of(text)) for b in blocks if b.kind is BlockKind.PARAGRAPH)
    bodies = "".join(
        _bare(p.text)
        for s, ps in cuts
        for p in ps
        if not any(b.kind is BlockKind.HEADING and b.span == s.body_span for b in blocks)
    )
    assert bodies == paragraphs_only


def test_a_table_stays_together_with_the_sentence_that_announces_it() -> None:
    lead = " ".join(["De politie heeft het afgelopen jaar veel gedaan aan toezicht."] * 11)
    table = "\n".join(f"Jaar {year} | {year * 3} meldingen" for year in range(2015, 2024))
    text = f"{lead} De aantallen zijn:\n{table}\nDat is een stijging."
    pair = QAPair((3, 4), Span(0, 0), Span(0, len(text)), 1, 1)
    ((_, passages),) = cut(_document(text, pairs=(pair,)))
    (holding,) = [p for p in passages if " | " in p.text]
    assert table in holding.text
    assert "De aantallen zijn:" in holding.text


def test_a_pair_without_answer_is_found_but_has_nothing_to_quote() -> None:
    text = "Bent u bekend met het bericht?"
    ((source, passages),) = cut(_document(text, pairs=(QAPair((1,), Span(0, len(text)), None, 1),)))
    assert source.body == "" and source.question == text and source.answer_numbers == ()
    assert [p.kind for p in passages] == [PassageKind.QUESTION]


def test_questions_that_share_an_answer_are_sources_of_their_own() -> None:
    text = "Vijf?\nZes?\nJa."
    shared = Span(11, 14)
    pairs = (
        QAPair((5,), Span(0, 5), shared, 1, 1, (5, 6)),
        QAPair((6,), Span(6, 10), shared, 1, 1, (5, 6)),
    )
    first, second = (source for source, _ in cut(_document(text, pairs=pairs)))
    assert (first.id, second.id) == ("ah-tk-1#5", "ah-tk-1#6")
    assert first.body == second.body == "Ja." and first.answer_numbers == (5, 6)


def test_a_remark_between_the_pairs_is_found_and_labels_are_not() -> None:
    parts = [
        ("Vragen van het lid Bos over de dijk.", BlockKind.PARAGRAPH),
        ("Antwoord van Minister Terpstra (Water), mede namens de Minister van Land.", BlockKind.PARAGRAPH),
        ("Vooraf merk ik op dat de dijk sinds vorig jaar van het waterschap is.", BlockKind.PARAGRAPH),
        ("Daarom antwoord ik kort.", BlockKind.PARAGRAPH),
        ("Vraag 1", BlockKind.PARAGRAPH),
        ("Hoe hoog?", BlockKind.PARAGRAPH),
        ("Vier meter.", BlockKind.PARAGRAPH),
    ]
    text = "\n".join(part for part, _ in parts)
    spans = [Span(text.index(part), text.index(part) + len(part)) for part, _ in parts]
    document = _document(
        text,
        introduction=spans[0],
        pairs=(QAPair((1,), spans[5], spans[6], 1, 1),),
        blocks=tuple(Block(kind, span, 1) for (_, kind), span in zip(parts, spans, strict=True)),
    )
    assert [source.body for source, _ in cut(document)] == ["Vier meter.", f"{parts[2][0]}\n{parts[3][0]}"]


def test_equal_numbers_in_one_document_get_ids_of_their_own() -> None:
    text = "Een?\nJa.\nNog een?\nNee."
    pairs = (QAPair((1,), Span(0, 4), Span(5, 8), 1, 1), QAPair((1,), Span(9, 17), Span(18, 22), 1, 1))
    assert [source.id for source, _ in cut(_document(text, pairs=pairs))] == ["ah-tk-1#1", "ah-tk-1#1~2"]


def test_a_notice_is_found_too() -> None:
    text = "Hierbij deel ik u mede dat de vragen niet binnen de termijn beantwoord kunnen worden."
    ((source, passages),) = cut(_document(text, notice=Notice(NoticeKind.POSTPONEMENT, Span(0, len(text)))))
    assert source.kind is SourceKind.SECTION and source.body == text
    assert passages[0].text == text and passages[0].heading_path == ("Titel",)


def test_long_sections_are_split_at_paragraph_ends() -> None:
    paragraph = " ".join(["Het toezicht is versterkt en dat blijft zo."] * 20)  # 160 words
    text = "Toezicht\n" + "\n".join([paragraph] * 6)
    blocks = [Block(BlockKind.HEADING, Span(0, 8), 1, 1)]
    for n in range(6):
        start = 9 + n * (len(paragraph) + 1)
        blocks.append(Block(BlockKind.PARAGRAPH, Span(start, start + len(paragraph)), 1))
    cuts = cut(_document(text, kind=DocumentKind.DOCUMENT, blocks=tuple(blocks)))
    assert [len(source.body.split()) for source, _ in cuts] == [160] * 6
    assert all(source.heading_path == ("Toezicht",) for source, _ in cuts)
    assert all(len(p.text.split()) <= 150 for _, passages in cuts for p in passages)
    assert [source.id for source, _ in cuts] == [f"ah-tk-1#s{n}" for n in range(1, 7)]


def test_notes_behind_the_body_are_no_section() -> None:
    text = "Dit is de tekst.\nZie Kamerstuk 1."
    document = _document(
        text, kind=DocumentKind.DOCUMENT, footnotes=(Footnote("1", Span(17, len(text)), 16, 1),)
    )
    assert [source.body for source, _ in cut(document)] == ["Dit is de tekst."]


def test_the_card_tells_what_a_list_needs() -> None:
    document = _document("Tekst.", warnings=("let op",))
    card = card_of(document, "archief")
    assert (card.title, card.collection, card.warnings) == ("Titel", "archief", ("let op",))


def test_a_table_or_list_that_is_cut_keeps_its_head_and_lead_in() -> None:
    rows = "\n".join(["Gemeente | Boetes | Bedrag", *(f"Plaats{n} | {n} | {n * 95} euro" for n in range(80))])
    lead = "Een ontheffing wordt alleen gegeven als aan deze eisen is voldaan:"
    items = [f"- eis {n}: de aanvrager toont met stukken aan dat hij hieraan voldoet" for n in range(30)]
    text = "\n".join([rows, lead, *items])
    blocks = [Block(BlockKind.TABLE, Span(0, len(rows)), 1)]
    at = len(rows) + 1
    for kind, piece in ((BlockKind.PARAGRAPH, lead), *((BlockKind.LIST_ITEM, item) for item in items)):
        blocks.append(Block(kind, Span(at, at + len(piece)), 1))
        at += len(piece) + 1
    cuts = cut(_document(text, kind=DocumentKind.DOCUMENT, blocks=tuple(blocks)))
    passages = [p for _, listed in cuts for p in listed]
    tables = [p for p in passages if p.text.startswith("Plaats")]
    lists = [p for p in passages if p.text.startswith("- eis")]
    assert tables and all(p.heading_path[-1] == "Gemeente | Boetes | Bedrag" for p in tables)
    assert lists and all(p.heading_path[-1] == lead for p in lists)


def test_text_around_a_few_questions_is_found_too() -> None:
    opening = "De dienst houdt sinds 2019 toezicht op de veren en meldt ieder jaar wat er is gevonden."
    question, answer = "Is er een taak voor de dienst?", "Ja, die staat in de wet."
    closing = "Het budget bedraagt drie miljoen euro, waarvan een derde naar onderzoek op het water gaat."
    text = "\n".join([opening * 3, question, answer, closing * 3])
    starts = [0, len(opening) * 3 + 1]
    starts += [starts[1] + len(question) + 1]
    starts += [starts[2] + len(answer) + 1]
    ends = [starts[1] - 1, starts[2] - 1, starts[3] - 1, len(text)]
    spans = [Span(a, b) for a, b in zip(starts, ends, strict=True)]
    document = _document(
        text,
        kind=DocumentKind.LETTER,
        blocks=tuple(Block(BlockKind.PARAGRAPH, span, 1) for span in spans),
        pairs=(QAPair((1,), spans[1], spans[2], 1),),
    )
    bodies = " ".join(source.body for source, _ in cut(document))
    assert opening in bodies and closing in bodies and answer in bodies
