"""The types that everything meets through. Imports only the standard library.

`RawFile -> Document -> Source -> Hit -> Selection -> Draft -> Verification -> Dossier`: each later
type contains the earlier one, so a Dossier is a complete receipt of how a text came about.
All are frozen; sequences are tuples; offsets count characters of `Document.text`.
"""

from __future__ import annotations

from learninglion.models.types import Actor as Actor
from learninglion.models.types import Answerer as Answerer
from learninglion.models.types import Answers as Answers
from learninglion.models.types import AnswerVerdict as AnswerVerdict
from learninglion.models.types import Asker as Asker
from learninglion.models.types import Author as Author
from learninglion.models.types import Block as Block
from learninglion.models.types import BlockKind as BlockKind
from learninglion.models.types import Check as Check
from learninglion.models.types import Chooser as Chooser
from learninglion.models.types import Citation as Citation
from learninglion.models.types import Context as Context
from learninglion.models.types import Document as Document
from learninglion.models.types import DocumentCard as DocumentCard
from learninglion.models.types import DocumentKind as DocumentKind
from learninglion.models.types import Dossier as Dossier
from learninglion.models.types import DossierState as DossierState
from learninglion.models.types import Draft as Draft
from learninglion.models.types import Entry as Entry
from learninglion.models.types import EvidenceRow as EvidenceRow
from learninglion.models.types import Filters as Filters
from learninglion.models.types import Footnote as Footnote
from learninglion.models.types import Genre as Genre
from learninglion.models.types import Hit as Hit
from learninglion.models.types import Notice as Notice
from learninglion.models.types import NoticeKind as NoticeKind
from learninglion.models.types import Opening as Opening
from learninglion.models.types import Opinion as Opinion
from learninglion.models.types import Passage as Passage
from learninglion.models.types import PassageKind as PassageKind
from learninglion.models.types import Progress as Progress
from learninglion.models.types import Provenance as Provenance
from learninglion.models.types import QAPair as QAPair
from learninglion.models.types import QuestionSet as QuestionSet
from learninglion.models.types import RawFile as RawFile
from learninglion.models.types import Region as Region
from learninglion.models.types import Rejection as Rejection
from learninglion.models.types import Remark as Remark
from learninglion.models.types import Responsibility as Responsibility
from learninglion.models.types import Role as Role
from learninglion.models.types import SecondReading as SecondReading
from learninglion.models.types import Selection as Selection
from learninglion.models.types import Source as Source
from learninglion.models.types import SourceKind as SourceKind
from learninglion.models.types import Span as Span
from learninglion.models.types import Statement as Statement
from learninglion.models.types import StatementVerdict as StatementVerdict
from learninglion.models.types import SubQuestion as SubQuestion
from learninglion.models.types import SynonymMatch as SynonymMatch
from learninglion.models.types import TextLine as TextLine
from learninglion.models.types import VerdictMethod as VerdictMethod
from learninglion.models.types import Verification as Verification
from learninglion.models.types import card_of as card_of
from learninglion.models.types import day_of as day_of
from learninglion.models.types import silent as silent
