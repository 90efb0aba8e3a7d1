from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learninglion.drafting.replies import JsonReader, LineReader, Missing, Proof, Proposal, read_claims
from learninglion.dutch.text import words

ROW = {"zin": "Er varen 12 ponten.", "bewijs": [{"bron": 1, "woorden": "12 ponten"}]}


def read(reader, text, piece=3):
    items = []
    for start in range(0, len(text), piece):
        items.extend(reader.feed(text[start : start + piece]))
    last, broken_off = reader.finish()
    return [*items, *last], broken_off


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            'Er varen 12 ponten. [bron 2: "Er varen 12"]',
            [Proposal("Er varen 12 ponten.", (Proof(2, "Er varen 12"),))],
        ),
        ("- Ja. [bron 1: “Ja.”]", [Proposal("Ja.", (Proof(1, "Ja."),))]),
        ("1. Ja. (Bron 1)", [Proposal("Ja.", (Proof(1),))]),
        ("Zin: Ja. [1]", [Proposal("Ja.", (Proof(1),))]),
        ('Ja [bron 1: "a"] [bron 3: «b»].', [Proposal("Ja", (Proof(1, "a"), Proof(3, "b")))]),
        (
            'Ja [bron 1: "a"]. Nee [bron 2: "b"].',
            [Proposal("Ja", (Proof(1, "a"),)), Proposal("Nee", (Proof(2, "b"),))],
        ),
        ("Een zin zonder bron.", [Proposal("Een zin zonder bron.")]),
        ("Een. En twee.", [Proposal("Een."), Proposal("En twee.")]),
        ("Ontbreekt: de kosten", [Missing("de kosten")]),
        ("- ontbreekt: de kosten", [Missing("de kosten")]),
        ("=== bron 1 abc ===", []),
        ("[bron 1] Aanhangsel", []),
        ("Vraag: Wat?", []),
        ("   ", []),
        ("---", []),
    ],
)
def test_a_line(line, expected):
    assert read(LineReader(), line + "\n")[0] == expected


def test_what_broke_off_is_not_a_sentence():
    assert read(LineReader(), "Een hele zin.\nEen halve zin die") == (
        [Proposal("Een hele zin.")],
        "Een halve zin die",
    )
    items, broken_off = read(JsonReader(), '{"zinnen": [{"zin": "Heel.", "bewijs": []}, {"zin": "Half en')
    assert items == [Proposal("Heel.")] and broken_off == "Half en"


def test_json_is_read_while_it_is_written():
    reader = JsonReader()
    text = '{"zinnen": [{"zin": "Hij zei \\"{ja}\\".", "bewijs": [{"bron": 1, "woorden": "ja"}]}'
    assert list(reader.feed(text)) == [Proposal('Hij zei "{ja}".', (Proof(1, "ja"),))]
    assert list(reader.feed('], "ontbreekt": ["de kosten", 3, ""]}')) == [Missing("de kosten")]


def test_json_in_prose_and_with_odd_types():
    odd = '{"zinnen": [{"zin": "A.", "bewijs": {"bron": "bron 2", "woorden": 3}}, {"zin": 4}]}'
    text = f'Zeker, "hier":\n```json\n{odd}'
    assert read(JsonReader(), text)[0] == [Proposal("A.", (Proof(2),))]


# Signs of markdown and of citations are taken off a sentence; here it is about the JSON around it.
PLAIN = st.text(
    st.characters(exclude_characters="*_`~#>|[]()【】†-+=<", exclude_categories=["Cs"]), min_size=1
)


@given(
    st.lists(st.tuples(PLAIN.filter(str.strip), st.integers(1, 9), st.text()), max_size=4),
    st.integers(1, 20),
)
def test_every_sentence_of_wellformed_json_is_read_whatever_the_pieces(told, piece):
    answer = {
        "zinnen": [{"zin": z, "bewijs": [{"bron": n, "woorden": w}]} for z, n, w in told],
        "ontbreekt": [],
    }
    items, broken_off = read(JsonReader(), json.dumps(answer, ensure_ascii=False), piece)
    assert [(i.sentence, i.proofs) for i in items] == [
        (" ".join(z.split())[:1200], (Proof(n, w.strip()),)) for z, n, w in told if words(z)
    ]
    assert broken_off == ""


@given(st.text(max_size=200))
def test_no_text_whatever_makes_a_reader_fall_over(text):
    for reader in (LineReader(), JsonReader()):
        read(reader, text, 5)


def test_a_gap_mark_copied_from_the_sources_is_no_sentence():
    assert [i.sentence for i in read(LineReader(), "Er varen 12 ponten. […] [...] –\n[…]\n", 5)[0]] == [
        "Er varen 12 ponten."
    ]
    told = json.dumps({"zinnen": [{"zin": "[…]", "bewijs": []}], "ontbreekt": []})
    assert read(JsonReader(), told, 5)[0] == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Er varen **12** ponten 【1†bron】.", [Proposal("Er varen 12 ponten", (Proof(1),))]),
        ("Er varen er 12 【4:0†source】.", [Proposal("Er varen er 12", (Proof(4),))]),
        ("Er varen er 12 (bron 1, p. 2).", [Proposal("Er varen er 12", (Proof(1),))]),
        ("Er varen er 12 (zie ook bron 2, blz. 3-4).", [Proposal("Er varen er 12", (Proof(2),))]),
        ("Er varen er 12 [bron 1, bron 2].", [Proposal("Er varen er 12", (Proof(1), Proof(2)))]),
        ("Er varen er 12 (bronnen 1 en 3).", [Proposal("Er varen er 12", (Proof(1), Proof(3)))]),
        (
            'Er varen er 12 [bron 1: "a, b"; bron 3: "c (d)"].',
            [Proposal("Er varen er 12", (Proof(1, "a, b"), Proof(3, "c (d)")))],
        ),
        ("Dat zijn er veel (438) volgens mij.", [Proposal("Dat zijn er veel (438) volgens mij.")]),
        ("Het zijn er (2024: 12) nu.", [Proposal("Het zijn er (2024: 12) nu.")]),
        ("Dat is [bron 3] zo geregeld.", [Proposal("Dat is zo geregeld.", (Proof(3),))]),
        ("**Antwoord:** Ja. [1, 2]", [Proposal("Ja.", (Proof(1), Proof(2)))]),
        ("Zie [de brief](https://voorbeeld.nl/a). [2]", [Proposal("Zie de brief.", (Proof(2),))]),
        ("## Antwoord op vraag 1", []),
        ("```json", []),
        ("a) Er varen er 12. {bron 1}", [Proposal("Er varen er 12.", (Proof(1),))]),
        ("Er varen er 12. <bron 1>", [Proposal("Er varen er 12.", (Proof(1),))]),
        ("Er varen er 12. — Bron 2", [Proposal("Er varen er 12.", (Proof(2),))]),
        ("Er varen er 12. [#2]", [Proposal("Er varen er 12.", (Proof(2),))]),
        ("Er varen er 12. [bron 1-3]", [Proposal("Er varen er 12.", (Proof(1), Proof(2), Proof(3)))]),
        ("Er varen er 12.¹", [Proposal("Er varen er 12.", (Proof(1),))]),
        ("Bron 2: Er varen er 12.", [Proposal("Er varen er 12.", (Proof(2),))]),
        ("<p>Ja. [1]<br>Nee. [2]</p>", [Proposal("Ja.", (Proof(1),)), Proposal("Nee.", (Proof(2),))]),
        ("| Er varen er 12. | 2 |", [Proposal("Er varen er 12.", (Proof(2),))]),
        ("| zin | bron |", []),
    ],
)
def test_a_line_as_models_really_write_it(line, expected):
    assert read(LineReader(), line + "\n")[0] == expected


def test_behind_the_code_that_holds_the_answer_a_model_only_talks_about_it():
    fenced = "```\nEr varen 12 ponten. [bron 1]\nDat klopt.\n```"
    told = f"Hier is het antwoord:\n{fenced}\nLaat weten of dit helpt.\n"
    for piece in (3, 400):
        assert read(LineReader(), told, piece)[0] == [
            Proposal("Er varen 12 ponten.", (Proof(1),)),
            Proposal("Dat klopt."),
        ]


@pytest.mark.parametrize(
    "source",
    ["Bron: 1", "[bron 1]", "— Bron 1", "(bron 1)", "**Bron 1**"],
    ids=["colon", "square", "dash", "round", "bold"],
)
def test_a_source_on_a_line_of_its_own_is_that_of_the_sentence_before_it(source):
    for piece in (3, 10_000):
        items, rest = read(LineReader(), f"Er varen 12 ponten.\n{source}\nDat klopt.\n", piece)
        assert items == [Proposal("Er varen 12 ponten.", (Proof(1),)), Proposal("Dat klopt.")] and not rest


def test_a_list_of_what_is_missing_or_of_sources_holds_no_sentences():
    told = "Ja. [1]\n**Ontbreekt:**\n- de kosten\n- de datum\n\nBronnen:\n[1] Aanhangsel 9001.\n- Bron 2.\n"
    assert read(LineReader(), told)[0] == [
        Proposal("Ja.", (Proof(1),)), Missing("de kosten"), Missing("de datum"),
    ]  # fmt: skip


def test_json_behind_words_is_read_as_json():
    told = f"### Antwoord\n\nHier is het:\n{json.dumps({'zinnen': [ROW]})}\n\nIk hoop dat dit helpt."
    for text in (told, f"<pre><code>{json.dumps({'zinnen': [ROW]})}</code></pre>"):
        assert read(LineReader(), text, 4)[0] == [Proposal(ROW["zin"], (Proof(1, "12 ponten"),))]


WHOLE = json.dumps(
    {"zinnen": [{"zin": "Er varen 12 ponten.", "bewijs": [{"bron": 1, "woorden": "12 ponten"}]}]}
)


@given(st.integers(0, len(WHOLE)))
def test_json_that_breaks_off_gives_only_whole_sentences(end):
    items, _ = read(JsonReader(), WHOLE[:end])
    assert [i.sentence for i in items] in ([], ["Er varen 12 ponten."])
    assert all(p.words in ("", "12 ponten") for i in items for p in i.proofs)
    if end > WHOLE.index('"woorden"'):
        assert items[0].proofs[0].source == 1


def test_the_form_that_was_not_asked_for_is_read_all_the_same():
    told = '```json\n{"zinnen": [{"zin": "Heel. 【2†bron】", "bewijs": [1]}], "ontbreekt": []}\n```'
    assert read(LineReader(), told)[0] == [Proposal("Heel.", (Proof(1), Proof(2)))]
    assert read(JsonReader(), 'Er varen 12 ponten. [bron 1: "12 ponten"]\n')[0] == [
        Proposal("Er varen 12 ponten.", (Proof(1, "12 ponten"),))
    ]


def test_a_brace_or_quote_before_the_json_hides_nothing():
    told = 'Ik begin met { en " zoals gevraagd: {"zinnen": [{"zin": "Heel.", "bewijs": []}], "ontbreekt": []}'
    assert read(JsonReader(), told)[0] == [Proposal("Heel.")]


NEARLY = [
    json.dumps({"zinnen": [ROW]}).replace("}]}]", "}],}],"),
    str({"zinnen": [ROW], "ontbreekt": None}),
    json.dumps({"zinnen": [ROW]}).replace('"', "”"),
    json.dumps({"Zinnen": [{"Zin": ROW["zin"], "Bewijs": [{"Bron": [1], "Woorden": "12 ponten"}]}]}),
    json.dumps({"zinnen": [ROW]}).replace('"bron": 1', '"bron": 1.0'),
    json.dumps({"zinnen": [ROW], "ontbreekt": ["de kosten"]}).replace('"', "”").replace("”de kosten”", ""),
    json.dumps({"zinnen": [ROW]}).replace('"zinnen"', "zinnen").replace('"bron"', "bron"),
    json.dumps({"zinnen": [ROW]})[:-3],
    json.dumps({"zinnen": [ROW]}).replace('{"zin"', '// de eerste\n{"zin"'),
    json.dumps({"zinnen": [ROW]}).replace(", ", "\n"),
    json.dumps({"zinnen": [{"zin": ROW["zin"], "bron": 1, "citaat": "12 ponten"}]}),
    json.dumps({"zinnen": ['Er varen 12 ponten. [bron 1: "12 ponten"]']}),
]


@pytest.mark.parametrize("text", NEARLY)
def test_what_is_nearly_json_is_read(text):
    for piece in (3, 10_000):
        assert read(JsonReader(), text, piece)[0] == [Proposal(ROW["zin"], (Proof(1, "12 ponten"),))]


CLAIM = {"onderdeel": 1, "bron": 1, "woorden": "12 ponten", "antwoordt": "ja", "waarom": ""}


@pytest.mark.parametrize(
    "reply",
    [
        str({"bewijs": [CLAIM], "ontbreekt": []}),
        json.dumps({"bewijs": [CLAIM]}).upper(),
        json.dumps({"bewijs": [CLAIM]}).replace("}]", "},]"),
        json.dumps({"bewijs": CLAIM}).replace('"bron": 1', '"bron": "[bron 1]"'),
        json.dumps({"bewijs": [CLAIM, CLAIM]})[:-40],
        "| onderdeel | bron | woorden | antwoordt |\n|---|---|---|---|\n| 1 | 1 | 12 ponten | ja |",
        '- onderdeel: 1\n  bron: 1\n  woorden: "12 ponten"\n  antwoordt: ja',
    ],
)
def test_a_table_that_is_nearly_json_is_read(reply):
    (claim,), _ = read_claims(reply)
    assert (claim.source, claim.quote.casefold(), claim.answers, claim.part) == (1, "12 ponten", "yes", 1)
