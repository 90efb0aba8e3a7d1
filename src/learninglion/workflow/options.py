"""Everything that shapes a workplace, as plain values; cli and web make it from the settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from learninglion.drafting.relevance import SURE
from learninglion.drafting.write import DEFAULT_MAX_TOKENS
from learninglion.inference.connection import Route
from learninglion.inference.cross_encoder import CrossEncoderChoice
from learninglion.inference.encoders import EncoderChoice
from learninglion.inference.generators import GeneratorChoice, GeneratorKind
from learninglion.inference.reranking import RerankerChoice
from learninglion.record.energy import PowerFigures
from learninglion.record.letter import LetterTerms
from learninglion.store.originals import ObjectStoreChoice
from learninglion.workflow.otlp import CollectorChoice

ENGINES = ("auto", "embedded", "postgres")  # of search
DATABASE = "learninglion.db"  # in the data folder, where no PostgreSQL is named
MODELS_FILE = "models.json"  # shared by all servers: what an administrator chose on the screen


@dataclass(frozen=True, slots=True)
class WorkplaceOptions:
    """Where the data are and which models work on them."""

    home: Path
    database_url: str = ""  # empty: SQLite in the data folder
    allowed_hosts: tuple[str, ...] = ()
    encoder: EncoderChoice = EncoderChoice()
    reranker: RerankerChoice = RerankerChoice()
    generator: GeneratorChoice | None = None  # None: no language model was set
    # the model that is meant by what a screen of any server keeps (MODELS_FILE; None for nothing)
    rechosen: Callable[[bytes | None], GeneratorChoice | None] | None = None
    judge: GeneratorChoice | CrossEncoderChoice | None = None  # gives a second opinion; None: nobody does
    max_tokens: int = DEFAULT_MAX_TOKENS  # what the model may write for one sub-question
    prompts: Path | None = None  # folder whose files replace the built-in prompts
    synonyms: Path | None = None
    objects: ObjectStoreChoice | None = None  # keeps originals and images of pages; None: the archive does
    network: Route = Route()  # how that store is reached
    engine: str = "auto"  # embedded | postgres; auto: postgres where the database is one with pgvector
    replica: str = ""  # address of a streaming replica for searches; empty: there is none
    tablespaces: tuple[str, ...] = ()  # of PostgreSQL, over which a new index is divided
    limit: int = 10
    threshold: float | None = None  # None: the calibrated default
    style: bool = True  # answers approved before are shown to the model that writes, for their tone
    standard_sentences: Path | None = None  # None: the built-in ones
    sure: float = SURE  # from this chance on a part of a question counts as answered
    two_person_rule: bool = False
    dossier_days: int = 0  # how long dossiers and sets at work are kept, until terms are set; 0: for ever
    work_days: int = 0
    letter: LetterTerms = LetterTerms()  # how the organisation's letters look
    power: PowerFigures = PowerFigures()
    collector: CollectorChoice | None = None  # where traces go; None: none are made
    isolate: bool = True  # parse untrusted files in a process of their own

    @property
    def models_elsewhere(self) -> str:
        """The machines of models that turn text into vectors or order results; "" when all is here."""
        ordering = "" if self.reranker.kind == "none" else self.reranker.base_url
        return ", ".join(_hosts(self.encoder.base_url, ordering))

    def writer_elsewhere(self, writer: GeneratorChoice | None) -> str:
        """The machines of the models that write and give a second opinion; "" when this process does.

        A server on this machine is another process, which our meter does not see either.
        """
        chosen = (c for c in (writer, self.judge) if isinstance(c, GeneratorChoice))
        choices = (c.base_url for c in chosen if c.kind is GeneratorKind.OPENAI)
        return ", ".join(_hosts(*choices))


def _hosts(*addresses: str) -> tuple[str, ...]:
    names = (urlsplit(address).hostname or "" for address in addresses)
    return tuple(dict.fromkeys(host for host in names if host))
