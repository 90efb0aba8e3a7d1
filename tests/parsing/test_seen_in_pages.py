"""What a visitor of a web page sees and does not see, technique by technique."""

from __future__ import annotations

import pytest

from learninglion.models import Document, RawFile
from learninglion.parsing import parse


def page(body: str, style: str = "", head: str = "") -> Document:
    text = f"<!doctype html><html><head><meta charset=utf-8>{head}<style>{style}</style></head><body>{body}</body></html>"
    return parse(RawFile("blad.html", text.encode(), "blad.html"))


@pytest.mark.parametrize(
    "style",
    [
        *("display:none", "visibility:hidden", "opacity:0", "filter:opacity(0)", "content-visibility:hidden"),
        *(
            "position:absolute;left:-9999px",
            "position:fixed;top:-100em",
            "margin-left:-9999px",
            "text-indent:-9999px",
        ),
        *("position:absolute;clip:rect(0,0,0,0)", "clip-path:inset(100%)", "height:0;overflow:hidden"),
        *("width:1px;height:1px;overflow:hidden", "transform:scale(0)", "transform:translateX(-5000px)"),
        *("font-size:0", "font-size:0.5px", "font-size:1%", "font:0/0 a", "color:white", "color:#fefefe"),
        *("position:absolute;right:9999px", "zoom:0.01", "color:oklch(1 0 0)", "color:hsl(0 0% 100%)"),
        *("color:transparent", "color:rgba(0,0,0,0)", "color:hsl(0,0%,100%)", "background:#000;color:black"),
        *("mask-image:linear-gradient(transparent, transparent)", "-webkit-mask:linear-gradient(#0000 0 0)"),
        *("transform:rotateX(90deg)", "scale:0", "transform:scale(0.001)", "transform:matrix(0,0,0,0,0,0)"),
        *("translate:-9999px", "position:absolute;inset:-9999px auto auto -9999px", "filter:blur(30px)"),
        *("position:absolute;left:calc(-100vw - 900px)", "font-size:clamp(0px, 0px, 0px)", "color:Canvas"),
        *(
            "letter-spacing:-1em",
            "letter-spacing:-2em",
            "inline-size:0;overflow:hidden",
            "contain:strict;height:0",
        ),
        *(
            "text-indent:100%;overflow:hidden;white-space:nowrap",
            "color:color-mix(in srgb, white 100%, black)",
        ),
        *("mix-blend-mode:screen", "mix-blend-mode:color-dodge", "filter:brightness(0) invert(1)"),
        *("color:#888;filter:contrast(0) brightness(200%)", "line-height:0;overflow:hidden"),
    ],
)
@pytest.mark.parametrize("by", ["attribute", "class", "descendant"])
def test_what_cannot_be_seen_is_not_read_and_told(style: str, by: str) -> None:
    if by == "attribute":
        document = page(f'<p>Te zien.</p><div style="{style}">Bedekt 777</div>')
    else:
        rule = (
            f".weg{{{style}}}" if by == "class" else f"@media screen{{main > div.weg{{{style} !important}}}}"
        )
        document = page('<main><p>Te zien.</p><div class="weg">Bedekt 777</div></main>', rule)
    assert document.text == "Te zien."
    assert any("Bedekt 777" in warning and "weggelaten" in warning for warning in document.warnings)


@pytest.mark.parametrize(
    ("body", "style"),
    [
        ('<p style="font-size:0.9em">Te zien.</p>', ""),
        ('<p style="font-size:.5rem">Te zien.</p>', ""),
        ('<p style="font-size:80%">Te zien.</p>', ""),
        ('<div style="font-size:0"><p style="font-size:16px">Te zien.</p></div>', ""),
        ('<div style="visibility:hidden"><p style="visibility:visible">Te zien.</p></div>', ""),
        ('<p style="color:white;background:navy">Te zien.</p>', ""),
        ('<p style="color:white;mix-blend-mode:difference">Te zien.</p>', ""),
        ('<p style="mix-blend-mode:multiply;filter:contrast(1.2)">Te zien.</p>', ""),
        ('<p style="color:white;background:black;filter:invert(1)">Te zien.</p>', ""),
        ('<div style="background-color:#123"><p><b style="color:#fff">Te zien.</b></p></div>', ""),
        ('<div style="background:url(x.png)"><p style="color:#fff">Te zien.</p></div>', ""),
        (
            '<p class="kop">Te zien.</p>',
            ":root{--a:#fff;--b:#154273}.kop{color:var(--a);background:var(--b)}",
        ),
        ("<p>Te zien.</p>", "body{background:#222;color:#fff}"),
        ('<p aria-hidden="true">Te zien.</p>', ""),
        (
            '<p class="weg">Te zien.</p>',
            "@media print{.weg{display:none}} @media (max-width:600px){.weg{display:none}}",
        ),
        ('<p class="weg">Te zien.</p>', "@supports not (display:block){.weg{display:none}}"),
        ('<p class="weg">Te zien.</p>', ".weg{display:none} p.weg{display:block}"),
        ('<p class="wegwijzer">Te zien.</p>', ".weg{display:none} p.weg b, .weg-af{display:none}"),
        ('<p hidden style="display:block">Te zien.</p>', ""),
        ('<p style="color:#fff;text-shadow:0 0 3px #000">Te zien.</p>', ""),
        ('<p style="color:#fff;-webkit-text-stroke:1px navy">Te zien.</p>', ""),
        ('<p class="weg">Te zien.</p>', "@media (width <= 600px){.weg{display:none}}"),
        ("<table><col style='background:#154273'><tr><td style='color:#fff'>Te zien.</table>", ""),
    ],
)
def test_what_can_be_seen_is_read(body: str, style: str) -> None:
    document = page(body, style)
    assert document.text == "Te zien." and document.warnings == ()


@pytest.mark.parametrize(
    ("body", "read"),
    [
        ("10<sup>6</sup> vezels", "10⁶ vezels"),
        ('10<span style="vertical-align:super;font-size:70%">6</span>', "10⁶"),
        ('10<span style="vertical-align:40%;font-size:60%">6</span>', "10⁶"),
        ('10<span style="position:relative;top:-.5em;font-size:.7em">6</span>', "10⁶"),
        ("10<sup>-3</sup> en CO<sub>2</sub> en 8 m<sup>2</sup>", "10⁻³ en CO₂ en 8 m²"),
        ("de 2<sup>e</sup> keer, 10<sup>n</sup>, 2<sup>a+1</sup>", "de 2e keer, 10ⁿ, 2^(a+1)"),
        ("1<sup>1</sup>/<sub>2</sub> uur", "1 1/2 uur"),
        ("bericht<sup>1,2</sup> van 627<sup>1</sup>", "bericht¹,² van 627¹"),
        ("<math><mfrac><mn>3</mn><mn>8</mn></mfrac></math> deel", "3/8 deel"),
        ("2<math><mfrac><mn>1</mn><mn>4</mn></mfrac></math>5", "2 1/4 5"),
        ("<math><msup><mn>10</mn><mn>6</mn></msup></math>", "10⁶"),
        (
            "<math><mroot><mi>x</mi><mn>3</mn></mroot><mo>&le;</mo><msqrt><mi>a</mi><mo>+</mo><mn>1</mn></msqrt></math>",
            "³√x≤√(a+1)",
        ),
        ("<math><semantics><mn>5</mn><annotation>vijf</annotation></semantics></math>", "5"),
        ('<font face="Symbol">&#179;</font> 20 en <b style="font:12pt Symbol">&#61603;</b> 5', "≥ 20 en ≤ 5"),
        ('Er zijn 627<a href="#n1">1</a> palen', "Er zijn 627¹ palen"),
        ('<a href="#h1">1</a> Inleiding', "1 Inleiding"),
        ("10<wbr>000 en 1<b>2</b>3", "10000 en 123"),
        ('<span style="display:inline-block">41</span><span style="display:inline-block">2</span>', "41 2"),
        ('<div style="display:flex"><span>41</span><span>2</span></div>', "41\n2"),
        ('10<span style="font-variant-position:super">6</span>', "10⁶"),
        ('10<span style="display:inline-block;transform:translateY(-40%)">6</span>', "10⁶"),
        ('<b style="margin-right:2em">41</b><b>2</b>', "41 2"),
        ('<b style="border:1px solid">41</b><b>2</b>', "41 2"),
        ("<svg><text><tspan x=1>41</tspan><tspan x=9>2</tspan></text></svg>", "41 2"),
        ("<svg><text>41<tspan dx=30>2</tspan></text></svg>", "41 2"),
        ("10<span style=\"font-feature-settings:'sups'\">6</span>", "10⁶"),
        ('3<span style="font-variant-numeric:diagonal-fractions">1/4</span>', "3 1/4"),
        (
            '3<span style="position:relative;top:-.4em;font-size:60%">1</span>/'
            '<span style="position:relative;top:.2em;font-size:60%">4</span>',
            "3 1/4",
        ),
        (
            '3<i style="display:inline-table"><b style="display:table-row">1</b>'
            '<b style="display:table-row">4</b></i>',
            "3 1/4",
        ),
        ("<math><mfrac linethickness=0><mn>9</mn><mn>4</mn></mfrac></math>", "(9 boven 4)"),
        ("<math><mn>3</mn><mo>&#8290;</mo><mn>14</mn><mi>x</mi></math>", "3 14x"),
        ("<math><mn>10</mn><mpadded voffset=4><mn>5</mn></mpadded></math>", "10 5"),
        (
            '<div style="display:flex"><p style="display:contents"><b>41</b><b>2</b></p></div>',
            "41\n2",
        ),
        ('<b style="writing-mode:vertical-rl">41</b><b>2</b>', "41 2"),
        ("41<br>2", "41\n2"),
        ("41<img src=x>2 en a<img src=x>b", "41 2 en ab"),
    ],
)
def test_figures_stay_what_they_are(body: str, read: str) -> None:
    assert page(f"<p>{body}</p>").text == read


@pytest.mark.parametrize(
    ("table", "read"),
    [
        ("<tr><td>41<br>200<td>7<tr><td>a<td>b", "41; 200 | 7\na | b"),
        ("<tr><td>a<td><ul><li>41<li>2</ul><tr><td>b<td>c", "a | 41; 2\nb | c"),
        ("<tr><th rowspan=2>Wijk<th colspan=2>Jaar<tr><td>2016<td>2017<tr><td>Noord<td>1<td>2", "Wijk | Jaar\nWijk | 2016 | 2017\nNoord | 1 | 2"),
        ("<tr><td>Noord<td rowspan=2>5<td>1<tr><td>Zuid<td>2", "Noord | 5 | 1\nZuid |  | 2"),
        ("<caption>Tabel 1</caption><tfoot><tr><td>Som<td>3</tfoot><tr><td>a<td>3", "Tabel 1\na | 3\nSom | 3"),
        ("<tr><td>1<td style='display:none'>9<td>2<tr style='visibility:hidden'><td>8<td>8<td>8<tr><td>3<td>4", "1 | 2\n3 | 4"),
        ("<td>Noord<td>33<tr><td>Zuid<td>34", "Noord | 33\nZuid | 34"),
        ("<col><col style='visibility:collapse'><tr><td>a<td>9<td>1<tr><td>b<td>9<td>2", "a | 1\nb | 2"),
        ("<tr><td>Jaar 2025<td><table><tr><td>740<td>860</table><tr><td>x<td>y", "Jaar 2025\n740 | 860\nx | y"),
    ],
)  # fmt: skip
def test_cells_keep_their_columns(table: str, read: str) -> None:
    assert page(f"<table>{table}</table>").text == read


@pytest.mark.parametrize(
    ("body", "read"),
    [
        ("<form><p>In een formulier.</p></form>", "In een formulier."),
        ("<h2><button>Hoeveel?</button></h2><div>Vier.</div>", "Hoeveel?\nVier."),
        ("<details><summary>Meer</summary>Dicht.</details>", "Meer\nDicht."),
        ("<main>Tekst.<aside>Kader.</aside><footer>Voet.</footer></main>", "Tekst.\nKader.\nVoet."),
        (
            "<p>Naam: <input value='Jan'><input type=hidden value=X> <textarea>Regel</textarea></p>",
            "Naam: Jan Regel",
        ),
        ("<p><input type=checkbox checked> ja <input type=checkbox> nee</p>", "☒ ja ☐ nee"),
        ("<p><select><option>een<option selected>twee</select></p>", "twee"),
        ("<p><ruby>dijk<rp>(</rp><rt>daik</rt><rp>)</rp></ruby></p>", "dijk (daik)"),
        ("<figure><figcaption>Figuur 2</figcaption></figure>", "Figuur 2"),
        ("<ol start=3><li>drie<li value=7>zeven</ol>", "3. drie\n7. zeven"),
        ("<ol style='list-style:lower-alpha inside'><li>een<li>twee</ol>", "a. een\nb. twee"),
        ("<svg><title>X</title><text>In beeld</text></svg>", "In beeld"),
        (
            "<x-y><template shadowrootmode=open>Binnen.</template></x-y><template>Buiten.</template>",
            "Binnen.",
        ),
        ("<iframe srcdoc='<p>Binnen.</p>'></iframe>", "Binnen."),
        ("<button aria-controls=a>Vraag?</button><div id=a style='display:none'>Ja.</div>", "Vraag?\nJa."),
        ("<p>Wordt <del>toegekend</del><ins>afgewezen</ins>.</p>", "Wordt afgewezen."),
        ("<p>Wordt <span style='text-decoration:line-through red'>20</span>30.</p>", "Wordt 30."),
    ],
)
def test_text_in_less_usual_places(body: str, read: str) -> None:
    assert page(body).text == read


def test_what_stands_in_a_picture_or_for_visitors_without_scripts_is_told() -> None:
    document = page(
        '<p>De norm is <img alt="≤ 5 mg">.</p><noscript>Zet scripts aan voor 38 palen.</noscript>'
    )
    assert document.text == "De norm is ."
    assert all(any(told in warning for warning in document.warnings) for told in ("≤ 5 mg", "38 palen"))


def test_rules_inside_rules_hide_too() -> None:
    style = ".a{color:red;.weg{display:none}&.b{display:none}@media screen{p{visibility:hidden}}}"
    body = (
        "<div class='weg'>Te zien.</div><div class=a><i class=weg>1</i><p>2</p></div><div class='a b'>3</div>"
    )
    assert page(body, style).text == "Te zien."


def test_made_up_text_before_an_element_is_seen() -> None:
    assert page("<p class=v>Klopt het?</p>", '.v::before{content:"Nota: "}').text == "Nota: Klopt het?"


def test_menus_are_left_out_and_told() -> None:
    links = "".join(f"<li><a href='/{n}'>Deel {n}</a></li>" for n in range(4))
    body = f"<p><a href='#in'>Direct naar de inhoud</a></p><div><ul>{links}</ul></div>"
    document = page(f"{body}<div id=in><h1>Besluit</h1><p>Artikel 1.</p><ul>{links}</ul></div>")
    assert document.text == "Besluit\nArtikel 1.\nDeel 0\nDeel 1\nDeel 2\nDeel 3"
    assert any("Navigatie" in warning and "Deel 0" in warning for warning in document.warnings)


@pytest.mark.parametrize(
    "shown",
    [
        '<bdo dir="rtl">834</bdo>',
        '<span style="unicode-bidi:bidi-override;direction:rtl">834</span>',
        "\u202e834\u202c",
    ],
)
def test_an_override_of_the_direction_is_read_as_it_is_shown(shown: str) -> None:
    assert page(f"<p>Er zijn {shown} palen.</p>").text == "Er zijn 438 palen."
    assert page("<p>Er zijn <bdo dir='ltr'>438</bdo> palen, \u202eשלום\u202c.</p>").text.count("438") == 1


@pytest.mark.parametrize(
    "body",
    [
        '<p>Zie de tabel<a name="a1" href="#n1"><sup>1</sup></a> van toen.</p>'
        '<div id="voet1"><p><a name="n1" href="#a1">1</a>2031, blad 4.</p></div>',
        '<p>Zie de tabel<a href="#_ftn1" name="_ftnref1"><sup>[1]</sup></a> van toen.</p>'
        '<div><div id=ftn1><p><a href="#_ftnref1" name="_ftn1">[1]</a> 2031, blad 4.</p></div></div>',
        '<p>Zie de tabel<sup id="c1"><a href="#n1">[1]</a></sup> van toen.</p>'
        '<ol><li id="n1"><a href="#c1">↑</a> 2031, blad 4.</li></ol>',
    ],
)
def test_a_note_that_leads_back_to_its_mark_is_a_footnote(body: str) -> None:
    document = page(body)
    (note,) = document.footnotes
    assert (note.mark, note.span.of(document.text)) == ("1", "2031, blad 4.")
    assert document.text.startswith("Zie de tabel van toen.\n")
    assert note.anchor == len("Zie de tabel")


def test_edges_that_a_word_processor_wrote_are_no_text() -> None:
    document = page(
        '<div title="header"><p>Waterschap</p></div><p>De dijk ligt er.</p><div title="footer"><p>Pagina 3 van 3</p></div>'
    )
    assert document.text == "Waterschap\nDe dijk ligt er."


def test_numbers_that_the_styles_count_are_seen() -> None:
    style = 'body{counter-reset:v} h3{counter-increment:v} h3::before{content:"Vraag " counter(v)}'
    document = page("<h3></h3><p>Hoe hoog is de dijk?</p><h3></h3><p>Wat kost dat?</p>", style)
    assert document.text == "Vraag 1\nHoe hoog is de dijk?\nVraag 2\nWat kost dat?"
    item = "ol{list-style:none;counter-reset:i 3} li::before{counter-increment:i;content:counter(i, lower-alpha) '. '}"
    assert page("<ol><li>Gras</li><li>Klei</li></ol>", item).text == "d. Gras\ne. Klei"


def test_what_styles_make_up_is_raised_or_stands_on_lines_of_its_own() -> None:
    raised = page('10<b class="a"></b> stuks', '.a::after{content:"6";vertical-align:super}')
    assert raised.text == "10⁶ stuks"
    assert page('<b class="a">41</b>2', '.a::after{content:"";display:block}').text == "41\n2"


@pytest.mark.parametrize(
    "bar",
    [
        '<i style="position:absolute;left:0;top:0;width:100%;height:100%;background:#000"></i>',
        '</p><div style="margin-top:-30px;height:30px;background:black"></div>',
        '<b class="bar"></b>',
    ],
)
def test_text_over_which_a_bar_may_lie_is_doubted(bar: str) -> None:
    style = '.bar::after{content:"";position:absolute;inset:0;background-color:black}'
    document = page(f"<p>Er zijn 45 huizen.{bar}", style)
    assert document.text == "Er zijn 45 huizen."
    assert ["Er zijn 45 huizen" in warning for warning in document.warnings] == [True]


def test_rows_that_are_folded_to_nothing_are_not_seen() -> None:
    folded = (
        '<div style="display:grid;grid-template-rows:{}"><p style="overflow:hidden">Weg.</p></div>Te zien.'
    )
    assert page(folded.format("0fr")).text == "Te zien."
    assert page(folded.format("1fr")).text == "Weg.\nTe zien."


def test_a_large_first_figure_is_the_begin_of_its_number() -> None:
    for tag in ("span", "div"):
        initial = page(f"<p><{tag} class=f>4</{tag}>5 dijken zijn hoog.", ".f{float:left;font-size:3em}")
        assert initial.text == "45 dijken zijn hoog."


def test_figures_in_boxes_that_touch_are_told() -> None:
    document = page('<p>Er zijn <b style="display:inline-block">4</b>5 dijken.')
    assert document.text == "Er zijn 4 5 dijken." and "één getal" in document.warnings[0]
    apart = page('<p>Er zijn <b style="display:inline-block;padding:0 1em">4</b>5 dijken.')
    assert apart.text == "Er zijn 4 5 dijken." and not apart.warnings


def test_boxes_are_read_in_the_order_in_which_they_are_shown() -> None:
    row = '<div style="display:flex;{}"><b>een</b><b style="order:{}">twee</b><b>drie</b></div>'
    assert page(row.format("flex-direction:row-reverse", 0)).text == "drie\ntwee\neen"
    assert page(row.format("", -1)).text == "twee\neen\ndrie"
    assert page(row.format("", 1)).text == "een\ndrie\ntwee"


def test_layers_of_styles_weigh_as_they_are_named() -> None:
    style = (
        "@layer a,b;@layer b{.x{display:block}.y{display:none}}@layer a{.x{display:none}.y{display:block}}"
    )
    text = page(
        '<p class="x">zien 4</p><p class="y">GEHEIM</p><p class="z">vijf</p>', style + ".z{display:block}"
    ).text
    assert text == "zien 4\nvijf"
    important = "@layer a,b;@layer b{p{display:none!important}}@layer a{p{display:block!important}}"
    assert page("<p>zien 4</p>", important).text == "zien 4"


def test_what_is_shown_only_when_it_is_asked_for_is_not_read() -> None:
    assert page("<div popover>GEHEIM 12</div><p>Tekst 5.</p>").text == "Tekst 5."


def test_a_line_through_text_runs_not_through_a_box_in_it() -> None:
    body = '<p><s>oud <span style="display:inline-block">120</span></s> nieuw 130</p>'
    assert page(body).text == "120 nieuw 130"


def test_the_mark_of_an_item_that_the_styles_make_up_is_read() -> None:
    assert page("<ul><li>beta</li></ul>", 'li::marker{content:"Kader 7: "}').text == "Kader 7: beta"


@pytest.mark.parametrize("picture", ['alt="−"', 'alt="minus"', "", 'alt=""'])
def test_a_picture_ahead_of_a_figure_is_told(picture: str) -> None:
    document = page(f'<p>Het saldo is <img src="x.png" {picture}>450 euro.</p>')
    assert "Het saldo is" in document.warnings[0]
    assert not page('<p>Bel <img src="x.png"> 070 1234567.</p>').warnings
