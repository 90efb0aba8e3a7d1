"""A set that was not read well, mended on the page where one checks it."""

from __future__ import annotations

import re

from web_office import Office, form_token


def test_a_badly_read_set_is_split_and_joined_before_it_is_searched(office: Office) -> None:
    noor = office.browser("noor")
    csrf = form_token(noor)
    text = "Over honden.\n\nVraag 1\nHoeveel honden zijn er?\n\nVraag 2\nHoeveel katten?\n"
    checked = noor.post("/sets/new", data={"csrf": csrf, "text": text})
    data = {"csrf": csrf, "introduction": "Over honden.", "number-0": "1", "number-1": "2"}
    data |= {"text-0": "Hoeveel honden zijn er? Waar wonen die?", "text-1": "Hoeveel katten?"}
    split = noor.post(checked.url.path, data={**data, "act": "split-0"})
    assert split.url.path == checked.url.path and "Er zijn 3 vragen herkend" in split.text
    assert re.findall(r'name="number-\d" value="([^"]*)"', split.text) == [
        "1",
        "2",
        "3",
        "",
    ]  # and one to add
    assert "Waar wonen die?</textarea>" in split.text
    data |= {"text-0": "", "text-1": "Waar wonen die?", "number-2": "3", "text-2": "Hoeveel katten?"}
    joined = noor.post(checked.url.path, data={**data, "act": "join-2"})  # the empty field is no question
    assert "Er is 1 vraag herkend" in joined.text and 'value="2, 3"' in joined.text
    for act in ("split-0", "join-7", "verven-1"):
        assert noor.post(checked.url.path, data={**data, "act": act}).status_code == 400
