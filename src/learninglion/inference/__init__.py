"""Language models, encoders and rerankers, each behind one protocol."""

from __future__ import annotations

from learninglion.inference.generators import Generator, GeneratorChoice, GeneratorKind
from learninglion.models.errors import InputError


def open_generator(choice: GeneratorChoice) -> Generator:
    """The generator that `choice` describes; its library is loaded only when asked for."""
    if choice.kind is GeneratorKind.OPENAI:
        from learninglion.inference.openai import OpenAIGenerator

        return OpenAIGenerator(choice)
    if choice.path is None:
        raise InputError("Geef het pad van het GGUF-bestand op; zonder bestand is er geen taalmodel.")
    from learninglion.inference.gguf import GGUFGenerator

    return GGUFGenerator(choice)
