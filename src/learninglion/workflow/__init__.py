"""The order of the work: the only room that knows all stages, and the one that logs each step."""

from learninglion.database.files import disk_trouble as disk_trouble
from learninglion.inference.encoders import EncoderChoice as EncoderChoice
from learninglion.models import Progress as Progress
from learninglion.workflow.dossiers import DraftEvent as DraftEvent
from learninglion.workflow.dossiers import unfinished as unfinished
from learninglion.workflow.intake import FileResult as FileResult
from learninglion.workflow.intake import FileStatus as FileStatus
from learninglion.workflow.intake import look_at_files as look_at_files
from learninglion.workflow.intake import parse_files as parse_files
from learninglion.workflow.intake import read_question_file as read_question_file
from learninglion.workflow.intake import read_question_text as read_question_text
from learninglion.workflow.options import WorkplaceOptions as WorkplaceOptions
from learninglion.workflow.workplace import Workplace as Workplace
from learninglion.workflow.workplace import open_workplace as open_workplace
from learninglion.workflow.workplace import working as working
