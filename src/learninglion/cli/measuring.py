"""What measuring commands share: the data to measure on, the model that is set, and where pages go."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import typer

from learninglion.cli.opening import workplace_here
from learninglion.cli.terminal import local_actor
from learninglion.evaluation.judgements import consensus, read_judgements
from learninglion.evaluation.retrieval import Grades
from learninglion.evaluation.testset import Trial, collection_trial, pairs_trial, read_pairs
from learninglion.inference.connection import require_allowed
from learninglion.inference.encoders import Encoder, EncoderChoice, open_encoder
from learninglion.inference.reranking import RerankerChoice, Reranking, open_reranking
from learninglion.models.errors import InputError
from learninglion.search.fusion import Fusion
from learninglion.settings import load_settings, reranker_choice
from learninglion.workflow.documents import Entry


def open_trial(pairs: Path | None, collection: str | None) -> Trial:
    """The questions of a pairs file or of a collection: exactly one of them (wrong usage otherwise)."""
    if (pairs is None) == (collection is None):
        raise typer.BadParameter("Geef óf --pairs FILE óf --collection NAAM.")
    if pairs is not None:
        return pairs_trial(read_pairs(pairs), pairs.name)
    return open_collection(collection or "")


def open_collection(name: str) -> Trial:
    """The questions of a collection of this data folder. Raises InputError when it is not there."""
    return collection_trial(f"verzameling {name}", collection_entries(name))


def collection_entries(name: str) -> tuple[Entry, ...]:
    """All that a collection of this data folder holds. Raises InputError when it is not there."""
    with workplace_here() as workplace:
        return workplace.documents.entries(name, local_actor())


def vector_cache() -> Path:
    """Where every text is embedded once, in the data folder."""
    path = load_settings().home / "cache" / "vectors.db"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def set_encoder() -> Encoder:
    """The embedding model that the settings name."""
    return open_allowed(load_settings().encoder)


def tuned_encoder() -> Encoder:
    """The same, with what it learned in this data folder if that is in force."""
    settings = load_settings()
    choice = EncoderChoice(settings.encoder.kind, settings.encoder.model)
    with workplace_here() as workplace:
        return workplace.learning.model_of(choice) or set_encoder()


def open_allowed(choice: EncoderChoice) -> Encoder:
    """An embedding model at an address the administrator allows; with the key, if the settings have it."""
    settings = load_settings()
    key = choice.api_key
    if choice.base_url:
        require_allowed(choice.base_url, settings.allowed_hosts)
        if choice.base_url == settings.encoder.base_url:
            key = settings.encoder.api_key
    return open_encoder(
        choice.kind, url=choice.base_url, model=choice.model, api_key=key, route=settings.network
    )


def set_reranking() -> Reranking | None:
    """The reranking that the settings name, None for none."""
    return rerank_allowed(reranker_choice(load_settings().reranker))


def rerank_allowed(choice: RerankerChoice) -> Reranking | None:
    """A reranking model at an address the administrator allows; with the key, if the settings have it."""
    settings = load_settings()
    if choice.base_url == settings.reranker.base_url:
        choice = replace(choice, api_key=settings.reranker.api_key)
    return open_reranking(replace(choice, route=settings.network), settings.allowed_hosts)


def tuned_fusion() -> Fusion | None:
    """What search learned in this data folder, None when it learned nothing."""
    with workplace_here() as workplace:
        return workplace.learning.current() if workplace.learning.in_force() else None


def read_grades(path: Path | None) -> Grades | None:
    """The grades of a file of judgements, one a result. Raises InputError when the file is not there."""
    if path is None:
        return None
    if not path.exists():
        raise InputError(f"{path}: dit bestand met oordelen is er niet.")
    return consensus(read_judgements(path))


def write_page(path: Path, page: str) -> None:
    """Write a report where the user wants it. Raises InputError when that cannot be."""
    try:
        path.write_text(page, "utf-8")
    except OSError as error:
        raise InputError(f"{path}: hier kan het verslag niet staan ({error.strerror}).") from error
