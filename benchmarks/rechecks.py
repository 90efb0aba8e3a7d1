"""How long an officer waits for a changed answer to be checked again, on an archive that is already there.

    python benchmarks/rechecks.py --home DIR [--edits 400] [--seed 1] [--sources 6] [--pause 2] [--profile]

DIR is a data folder with an archive (`benchmarks/drafting.py` makes one of 100,000 pairs); it is written to.
The real sets are searched and drafted with so many sources chosen for every question, and each answer begins
as a text of some 200 words from those sources and in own words. Then answers at random are changed as people
do (a word, a sentence more, one from a source, split, merged, moved, paragraphs pasted and taken away), each
sent to a server of its own as the page sends it, some seconds after it was opened. Waiting is from sending
until the page with the verdicts is there. Prints one JSON line for each kind of change and one for all;
`processor` is that of the server alone.
"""

from __future__ import annotations

import argparse
import cProfile
import html
import json
import os
import pstats
import random
import re
import signal
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import httpx

from edits import ACTOR, PASSWORD, child, serve
from learninglion.drafting.selection import Choice
from learninglion.dutch.text import split_sentences
from learninglion.settings import load_settings, workplace_options
from learninglion.workflow import open_workplace, read_question_file
from learninglion.workflow.answer_text import write_answer
from scale import PAIRS, RealTexts

SETS = PAIRS.parent / "sets-2024" / "questions"
OWN = (
    "Wij nemen deze signalen serieus en bespreken ze met de betrokken organisaties.",
    "De uitkomsten worden voor het zomerreces aan uw Kamer gestuurd.",
    "Dat vraagt om een zorgvuldige afweging van belangen.",
)


def draft_sets(home: Path, sources: int, chance: random.Random) -> None:
    """A dossier of every real set, each answer some 200 words; their ids stand in `dossiers`."""
    workplace = open_workplace(workplace_options(load_settings({"LEARNINGLION_HOME": str(home)})))
    if not any(person.name == ACTOR.name for person in workplace.accounts.list()):
        workplace.accounts.accept(workplace.accounts.add(ACTOR.name, ACTOR.roles, None), ACTOR.name, PASSWORD)
    made = []
    for path in sorted(SETS.iterdir()):
        question_set = read_question_file(path)
        question_set = replace(question_set, title=f"{question_set.title} {chance.random()}")
        offers = workplace.searching.offer(question_set, actor=ACTOR)
        choices = [
            Choice(question.numbers, tuple(hit.source.id for hit in hits[:sources]))
            for question, hits in zip(question_set.questions, offers, strict=True)
        ]
        selections = workplace.drafts.select(question_set, offers, choices, actor=ACTOR)
        dossier = workplace.drafts.draft(question_set, selections, actor=ACTOR)
        for at, verification in enumerate(dossier.verifications):
            paragraphs = [write_answer(verification.draft.statements)]
            for source in verification.draft.selection.chosen[:3]:
                sentences = [span.of(source.body) for span in split_sentences(source.body)]
                paragraphs.append(" ".join((*sentences[:3], chance.choice(OWN))))
            text = "\n\n".join(filter(None, paragraphs))
            dossier = workplace.drafts.rewrite(dossier.id, at, text, version=dossier.version, actor=ACTOR)
        made.append(dossier.id)
    (home / "dossiers").write_text("\n".join(made))
    workplace.close()


class Changes:
    """What people do to a text, by its name; each gives the text as it then stands."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._sentences = RealTexts().sentences

    def kinds(self) -> Mapping[str, Callable[[str], str]]:
        """Every kind of change."""
        return {
            "a word": self._word,
            "a sentence more": lambda text: self._put(text, self._chance.choice(OWN)),
            "one from elsewhere": lambda text: self._put(text, self._chance.choice(self._sentences)),
            "two made one": lambda text: text.replace(". ", " en ", 1),
            "one made two": lambda text: text.replace(", ", ". Ook ", 1),
            "moved": lambda text: "\n\n".join(reversed(text.split("\n\n"))),
            "taken away": lambda text: text.rsplit("\n\n", 1)[0],
            "pasted": lambda text: f"{text}\n\n{' '.join(self._chance.sample(self._sentences, 12))}",
        }

    def _word(self, text: str) -> str:
        words = text.split(" ")
        words[self._chance.randrange(len(words))] = self._chance.choice(
            ("mogelijk", "2023", "niet", "gemeenten")
        )
        return " ".join(words)

    def _put(self, text: str, sentence: str) -> str:
        parts = text.split("\n\n")
        at = self._chance.randrange(len(parts))
        parts[at] = f"{parts[at]} {sentence}"
        return "\n\n".join(parts)


def processor_of(process: int) -> float:
    """Seconds that a process computed, all its threads together."""
    tasks = Path(f"/proc/{process}/task")
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks.iterdir()) / 1e9


def rest(process: int) -> None:
    """Wait until the server has its engines open: it computes nothing any more."""
    before = -1.0
    while processor_of(process) - before > 0.05:
        before = processor_of(process)
        time.sleep(1)


class Page:
    """The page of one dossier after another, as a browser asks for it."""

    def __init__(self, address: str) -> None:
        self._client = httpx.Client(base_url=address, timeout=60, follow_redirects=True)

    def sign_in(self) -> None:
        """Wait for the server and sign in."""
        until = time.monotonic() + 120
        while time.monotonic() < until:
            try:
                self._client.post("/sign-in", data={"name": ACTOR.name, "password": PASSWORD})
                return
            except httpx.TransportError:
                time.sleep(0.2)
        raise SystemExit("the server does not come up")

    def open(self, dossier: str, position: int) -> tuple[str, dict[str, str]]:
        """The text to write in, and what the form carries."""
        page = self._client.get(f"/dossiers/{dossier}", params={"edit": position}).text
        self._csrf = re.findall(r'data-csrf="([0-9a-f]+)"', page)[0]
        form = {"version": re.findall(r'name="version" value="(\d+)"', page)[0], "view": ""}
        text = re.findall(r'<textarea[^>]*id="answer"[^>]*>([^<]*)</textarea>', page)[0]
        return html.unescape(text).strip(), form

    def save(self, dossier: str, position: int, form: dict[str, str]) -> None:
        """Send the text and wait for the page with its verdicts."""
        place = f"/dossiers/{dossier}/questions/{position}"
        answer = self._client.post(place, data=form, headers={"X-CSRF-Token": self._csrf})
        if answer.status_code != 200 or 'id="answer"' in answer.text:
            raise SystemExit(f"{place}: {answer.status_code}")


def spread(seconds: list[float]) -> dict[str, int]:
    """Milliseconds: the middle, the 95th of a hundred and the worst."""
    listed = sorted(seconds)
    return {
        "p50": round(1000 * listed[len(listed) // 2]),
        "p95": round(1000 * listed[min(len(listed) - 1, int(0.95 * len(listed)))]),
        "worst": round(1000 * listed[-1]),
    }


def measure(home: Path, edits: int, seed: int, pause: float) -> None:
    """Change answers, each `pause` seconds after it was opened, and print how long each kind took."""
    chance = random.Random(seed)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = child(serve, home, port)
    page = Page(f"http://127.0.0.1:{port}")
    page.sign_in()
    rest(server)
    dossiers = (home / "dossiers").read_text().split()
    places = {
        d: len(read_question_file(p).questions) for d, p in zip(dossiers, sorted(SETS.iterdir()), strict=True)
    }
    kinds = Changes(chance).kinds()
    waited: dict[str, list[float]] = {kind: [] for kind in kinds}
    spent: dict[str, list[float]] = {kind: [] for kind in kinds}
    words: list[int] = []
    while sum(map(len, waited.values())) < edits:
        dossier = chance.choice(dossiers)
        position = chance.randrange(places[dossier])
        text, form = page.open(dossier, position)
        kind = chance.choice(sorted(kinds))
        changed = kinds[kind](text)
        if changed == text or len(changed.split()) > 900:
            continue
        time.sleep(pause)
        busy, began = processor_of(server), time.perf_counter()
        page.save(dossier, position, form | {"text": changed})
        took = time.perf_counter() - began
        waited[kind].append(took)
        spent[kind].append(processor_of(server) - busy)
        words.append(len(changed.split()))
    for kind in filter(waited.get, kinds):
        line = {"change": kind, "times": len(waited[kind])}
        print(json.dumps(line | {"ms": spread(waited[kind]), "processor": spread(spent[kind])}), flush=True)
    everything = {
        "edits": edits,
        "words": sorted(words)[len(words) // 2],
        "ms": spread(sum(waited.values(), [])),
        "processor": spread(sum(spent.values(), [])),
        "load": os.getloadavg()[0],
    }
    print(json.dumps(everything))
    os.kill(server, signal.SIGTERM)
    os.waitpid(server, 0)


def profile(home: Path, edits: int, seed: int) -> None:
    """Where the time of changing goes, without a server."""
    chance = random.Random(seed)
    workplace = open_workplace(workplace_options(load_settings({"LEARNINGLION_HOME": str(home)})))
    kinds = Changes(chance).kinds()
    profiler = cProfile.Profile()
    for _ in range(edits):
        dossier = workplace.dossiers.load(chance.choice((home / "dossiers").read_text().split()), ACTOR)
        at = chance.randrange(len(dossier.verifications))
        text = kinds[chance.choice(sorted(kinds))](write_answer(dossier.verifications[at].draft.statements))
        profiler.enable()
        workplace.drafts.rewrite(dossier.id, at, text, version=dossier.version, actor=ACTOR)
        profiler.disable()
    pstats.Stats(profiler).sort_stats("cumulative").print_stats(50)


def main() -> None:
    """Draft the sets once, then change their answers."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--home", type=Path, required=True)
    arguments.add_argument("--edits", type=int, default=400)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--sources", type=int, default=6, help="chosen for every question")
    arguments.add_argument("--pause", type=float, default=2.0, help="seconds between opening and saving")
    arguments.add_argument("--profile", action="store_true")
    given = arguments.parse_args()
    if not (given.home / "dossiers").exists():
        os.waitpid(child(draft_sets, given.home, given.sources, random.Random(given.seed)), 0)
    if given.profile:
        profile(given.home, given.edits, given.seed)
    else:
        measure(given.home, given.edits, given.seed, given.pause)


if __name__ == "__main__":
    main()
