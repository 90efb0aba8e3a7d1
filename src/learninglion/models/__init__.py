"""The types that everything meets through. Imports only the standard library.

`RawFile -> Document -> Source -> Hit -> Selection -> Draft -> Verification -> Dossier`: each later
type contains the earlier one, so a Dossier is a complete receipt of how a text came about.
All are frozen; sequences are tuples; offsets count characters of `Document.text`.
"""

from __future__ import annotations

from learninglion.models.choices import (
    Chooser,
    Context,
    DocumentCard,
    Filters,
    Hit,
    QuestionSet,
    Rejection,
    Selection,
    Source,
    SourceKind,
    SubQuestion,
)
from learninglion.models.documents import (
    Answerer,
    Asker,
    Block,
    BlockKind,
    Document,
    DocumentKind,
    Footnote,
    Notice,
    NoticeKind,
    Passage,
    PassageKind,
    QAPair,
    RawFile,
    Region,
    Span,
    TextLine,
)
from learninglion.models.drafts import (
    AnswerVerdict,
    Author,
    Check,
    Citation,
    Dossier,
    DossierState,
    Draft,
    Provenance,
    Statement,
    StatementVerdict,
    Verification,
)
from learninglion.models.people import (
    Actor,
    Role,
)

__all__ = [
    "Actor",
    "AnswerVerdict",
    "Answerer",
    "Asker",
    "Author",
    "Block",
    "BlockKind",
    "Check",
    "Chooser",
    "Citation",
    "Context",
    "Document",
    "DocumentCard",
    "DocumentKind",
    "Dossier",
    "DossierState",
    "Draft",
    "Filters",
    "Footnote",
    "Hit",
    "Notice",
    "NoticeKind",
    "Passage",
    "PassageKind",
    "Provenance",
    "QAPair",
    "QuestionSet",
    "RawFile",
    "Region",
    "Rejection",
    "Role",
    "Selection",
    "Source",
    "SourceKind",
    "Span",
    "Statement",
    "StatementVerdict",
    "SubQuestion",
    "TextLine",
    "Verification",
]
