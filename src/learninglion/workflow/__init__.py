"""The order of the work: the only room that knows all stages, and the one that logs each step."""

from learninglion.database.files import disk_trouble
from learninglion.inference.encoders import EncoderChoice
from learninglion.models import Progress, silent
from learninglion.workflow.dossiers import DraftEvent, ReplayReport, unfinished
from learninglion.workflow.intake import (
    FileResult,
    FileStatus,
    IngestReport,
    look_at_files,
    parse_files,
    read_question_file,
    read_question_text,
)
from learninglion.workflow.options import WorkplaceOptions
from learninglion.workflow.rights import RIGHTS, Task, require
from learninglion.workflow.workplace import Workplace, open_workplace, working

__all__ = [
    "RIGHTS",
    "DraftEvent",
    "EncoderChoice",
    "FileResult",
    "FileStatus",
    "IngestReport",
    "Progress",
    "ReplayReport",
    "Task",
    "Workplace",
    "WorkplaceOptions",
    "disk_trouble",
    "open_workplace",
    "look_at_files",
    "parse_files",
    "read_question_file",
    "read_question_text",
    "require",
    "silent",
    "unfinished",
    "working",
]
