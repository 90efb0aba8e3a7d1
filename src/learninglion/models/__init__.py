"""The types that everything meets through. Imports only the standard library.

`RawFile -> Document -> Source -> Hit -> Selection -> Draft -> Verification -> Dossier`: each later
type contains the earlier one, so a Dossier is a complete receipt of how a text came about.
All are frozen; sequences are tuples; offsets count characters of `Document.text`.
"""

from __future__ import annotations

from learninglion.models.documents import Answerer as Answerer
from learninglion.models.documents import Asker as Asker
from learninglion.models.documents import Block as Block
from learninglion.models.documents import BlockKind as BlockKind
from learninglion.models.documents import Document as Document
from learninglion.models.documents import DocumentKind as DocumentKind
from learninglion.models.documents import Footnote as Footnote
from learninglion.models.documents import Genre as Genre
from learninglion.models.documents import Notice as Notice
from learninglion.models.documents import NoticeKind as NoticeKind
from learninglion.models.documents import Passage as Passage
from learninglion.models.documents import PassageKind as PassageKind
from learninglion.models.documents import QAPair as QAPair
from learninglion.models.documents import RawFile as RawFile
from learninglion.models.documents import Region as Region
from learninglion.models.documents import Span as Span
from learninglion.models.documents import TextLine as TextLine
from learninglion.models.drafts import Actor as Actor
from learninglion.models.drafts import Answers as Answers
from learninglion.models.drafts import AnswerVerdict as AnswerVerdict
from learninglion.models.drafts import Author as Author
from learninglion.models.drafts import Check as Check
from learninglion.models.drafts import Chooser as Chooser
from learninglion.models.drafts import Citation as Citation
from learninglion.models.drafts import Context as Context
from learninglion.models.drafts import DocumentCard as DocumentCard
from learninglion.models.drafts import Dossier as Dossier
from learninglion.models.drafts import DossierState as DossierState
from learninglion.models.drafts import Draft as Draft
from learninglion.models.drafts import Entry as Entry
from learninglion.models.drafts import EvidenceRow as EvidenceRow
from learninglion.models.drafts import Filters as Filters
from learninglion.models.drafts import Hit as Hit
from learninglion.models.drafts import Opening as Opening
from learninglion.models.drafts import Opinion as Opinion
from learninglion.models.drafts import Progress as Progress
from learninglion.models.drafts import Provenance as Provenance
from learninglion.models.drafts import QuestionSet as QuestionSet
from learninglion.models.drafts import Rejection as Rejection
from learninglion.models.drafts import Remark as Remark
from learninglion.models.drafts import Responsibility as Responsibility
from learninglion.models.drafts import Role as Role
from learninglion.models.drafts import SecondReading as SecondReading
from learninglion.models.drafts import Selection as Selection
from learninglion.models.drafts import Source as Source
from learninglion.models.drafts import SourceKind as SourceKind
from learninglion.models.drafts import Statement as Statement
from learninglion.models.drafts import StatementVerdict as StatementVerdict
from learninglion.models.drafts import SubQuestion as SubQuestion
from learninglion.models.drafts import SynonymMatch as SynonymMatch
from learninglion.models.drafts import VerdictMethod as VerdictMethod
from learninglion.models.drafts import Verification as Verification
from learninglion.models.drafts import card_of as card_of
from learninglion.models.drafts import day_of as day_of
from learninglion.models.drafts import silent as silent
