"""The sub-questions of one set drafted one after another: what fails takes nothing else along.

A model can be away, too slow or break off. What it wrote is kept, the other sub-questions go on, and every
sub-question that is not finished says why; it can be resumed.
"""

from __future__ import annotations

from collections.abc import Sequence

from learninglion.drafting import extractive
from learninglion.drafting.citations import Locate
from learninglion.drafting.generators import Generator
from learninglion.drafting.judgement import rules_gate
from learninglion.drafting.resuming import UNFINISHED, not_written
from learninglion.drafting.second_opinion import SecondReader
from learninglion.drafting.sufficiency import SURE
from learninglion.drafting.verify import verify
from learninglion.drafting.write import Progress as WritingProgress
from learninglion.drafting.write import WritingOptions, write
from learninglion.errors import GeneratorError, InputError
from learninglion.models import Dossier, Selection, Verification
from learninglion.workflow.writing import DraftEvent, Listener, unheard

__all__ = ["SetWriter", "unfinished"]

_PATIENCE = 3  # sub-questions in a row of which a model writes nothing; then it is not asked again
_STOPPED = "u hebt het schrijven gestopt."


class SetWriter:
    """Drafts and checks sub-questions with one model (None: by copying sentences).

    `problem` is the first failure of the model; `wrote` tells whether there is anything to keep.
    """

    def __init__(
        self,
        model: Generator | None,
        *,
        locate: Locate,
        options: WritingOptions | None = None,
        reader: SecondReader | None = None,
        on_event: Listener = unheard,
        sure: float = SURE,
    ) -> None:
        self._model = model
        self._locate = locate
        self._options = options
        self._reader = reader
        self._tell = on_event
        self._sure = sure
        self._silences = 0
        self._reason = ""  # why no more is asked of the model
        self.problem: GeneratorError | InputError | None = None
        self.wrote = False

    def draft(self, position: int, selection: Selection, before: Verification | None = None) -> Verification:
        """Sub-question `position`, drafted and checked; what `before` holds is finished, not begun again."""
        done = before if before is not None and before.draft.complete else None
        if done is None:
            done = self._attempt(position, selection, before)
            self.wrote = self.wrote or bool(done.checks)
            self._tell(DraftEvent(position, verification=done))
        return done

    def _attempt(self, position: int, selection: Selection, before: Verification | None) -> Verification:
        model = self._model
        if model is None:
            return verify(extractive.draft(selection, self._locate, sure=self._sure))
        reason = self._reason
        if not reason:
            try:
                return self._write(model, position, selection, before)
            except (GeneratorError, InputError) as error:
                reason = error.detail
                self._note(error)
            except KeyboardInterrupt:
                reason = self._reason = _STOPPED
                self.problem = self.problem or InputError("U hebt het schrijven gestopt.")
        return before or verify(not_written(selection, model, rules_gate(self._sure), reason))

    def _note(self, error: GeneratorError | InputError) -> None:
        self.problem = self.problem or error
        self._silences += isinstance(error, GeneratorError)
        if self._silences == _PATIENCE:
            self._reason = f"het taalmodel zweeg {_PATIENCE} keer achter elkaar. {error.detail}"

    def _write(
        self, model: Generator, position: int, selection: Selection, before: Verification | None
    ) -> Verification:
        def tell(progress: WritingProgress) -> None:
            self._tell(DraftEvent(position, progress=progress))

        draft = write(
            selection,
            model,
            rules_gate(self._sure),
            locate=self._locate,
            options=self._options,
            on_event=tell,
            resume=before.draft if before is not None else None,
        )
        done = verify(draft)
        if done.checks:
            self._silences = 0
        return done if self._reader is None else self._reader.read(done)


def unfinished(dossier: Dossier) -> tuple[tuple[tuple[int, ...], str], ...]:
    """The numbers of every sub-question that is not finished, and why."""
    return tuple(
        (v.draft.selection.question.numbers, _why(v.draft.left_out))
        for v in dossier.verifications
        if not v.draft.complete
    )


def _why(remarks: Sequence[str]) -> str:
    told = (r.removeprefix(UNFINISHED).strip() for r in remarks if r.startswith(UNFINISHED))
    return next(told, "")
