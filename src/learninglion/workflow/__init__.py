"""The order of the work: the only room that knows all stages, and the one that logs each step."""

from learninglion.workflow.intake import parse_files, read_question_file, read_question_text
from learninglion.workflow.main_job import LearningLion
from learninglion.workflow.options import EncoderChoice, HouseOptions
from learninglion.workflow.reports import (
    FileResult,
    FileStatus,
    IngestReport,
    Progress,
    ReplayReport,
    silent,
)
from learninglion.workflow.rights import RIGHTS, Task, require
from learninglion.workflow.set_writer import unfinished
from learninglion.workflow.writing import DraftEvent

__all__ = [
    "RIGHTS",
    "DraftEvent",
    "EncoderChoice",
    "FileResult",
    "FileStatus",
    "HouseOptions",
    "IngestReport",
    "LearningLion",
    "Progress",
    "ReplayReport",
    "Task",
    "parse_files",
    "read_question_file",
    "read_question_text",
    "require",
    "silent",
    "unfinished",
]
