"""How a text that a machine wrote is marked, for people and for machines, wherever it leaves the system."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from difflib import SequenceMatcher

from learninglion.models import Author, Dossier, DossierState, Statement, Verification
from learninglion.models.errors import IntegrityError
from learninglion.models.plain import Plain

# The IPTC mark in the metadata of a PDF, as an update behind the file: the pages stay as they were made.
#
# PDF/A asks that a property which is not its own is described in the same metadata; so that is added too.
# Source: IPTC Extension schema, Iptc4xmpExt:DigitalSourceType; ISO 19005-2, 6.6.2.3.

_SPACE = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_METADATA = re.compile(
    rb"(\d+) 0 obj\s*<</Length \d+/Type/Metadata/Subtype/XML>>\s*stream\r?\n(.*?)\r?\nendstream", re.DOTALL
)
_TRAILER = re.compile(rb"trailer\s*<<(.*?)>>\s*startxref\s*(\d+)\s*%%EOF\s*$", re.DOTALL)
_MARK = re.compile(rb"<Iptc4xmpExt:DigitalSourceType>([^<]*)</Iptc4xmpExt:DigitalSourceType>")
_SCHEMA = (
    '<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>IPTC Extension schema</pdfaSchema:schema>'
    f"<pdfaSchema:namespaceURI>{_SPACE}</pdfaSchema:namespaceURI>"
    "<pdfaSchema:prefix>Iptc4xmpExt</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq>"
    '<rdf:li rdf:parseType="Resource"><pdfaProperty:category>external</pdfaProperty:category>'
    "<pdfaProperty:description>How the content came about</pdfaProperty:description>"
    "<pdfaProperty:name>DigitalSourceType</pdfaProperty:name>"
    "<pdfaProperty:valueType>URI</pdfaProperty:valueType></rdf:li></rdf:Seq></pdfaSchema:property></rdf:li>"
)


def mark_pdf(made: bytes, source_type: str) -> bytes:
    """`made` with the IPTC term `source_type` (a URI). Raises IntegrityError without open metadata."""
    metadata, trailer = _METADATA.search(made), _TRAILER.search(made)
    if metadata is None or trailer is None or b"<pdfaExtension:schemas><rdf:Bag>" not in metadata[2]:
        raise IntegrityError("De metadata van deze PDF zijn niet te merken.")
    xmp = metadata[2].decode("utf-8")
    about = '<rdf:Description rdf:about=""'
    xmp = xmp.replace(about, f'{about} xmlns:Iptc4xmpExt="{_SPACE}"', 1)
    bag = "<pdfaExtension:schemas><rdf:Bag>"
    mark = f"<Iptc4xmpExt:DigitalSourceType>{source_type}</Iptc4xmpExt:DigitalSourceType>"
    xmp = xmp.replace(bag, f"{mark}{bag}{_SCHEMA}", 1)
    number, body = int(metadata[1]), xmp.encode("utf-8")
    head = f"{number} 0 obj\n<</Length {len(body)}/Type/Metadata/Subtype/XML>>\nstream\n".encode()
    start = made if made.endswith(b"\n") else made + b"\n"
    update = start + head + body + b"\nendstream\nendobj\n"
    table = f"xref\n{number} 1\n{len(start):010d} 00000 n\r\n".encode()
    end = b"trailer\n<<" + trailer[1] + b"/Prev " + trailer[2] + b">>\n"
    return update + table + end + f"startxref\n{len(update)}\n%%EOF\n".encode()


def read_pdf_mark(content: bytes) -> str:
    """The IPTC term in the newest metadata of a PDF; empty where there is none."""
    marks = _MARK.findall(content)
    return marks[-1].decode("utf-8", "replace") if marks else ""


AI_GENERATED = True
# IPTC's term for media made by a trained model; the machine-readable mark that others know how to read.
_TERMS = "http://cv.iptc.org/newscodes/digitalsourcetype/"
SOURCE_TYPE = f"{_TERMS}trainedAlgorithmicMedia"
SOURCE_TYPE_EDITED = f"{_TERMS}compositeWithTrainedAlgorithmicMedia"
_SCHEMA_ORG = {
    SOURCE_TYPE: "https://schema.org/TrainedAlgorithmicMediaDigitalSource",
    SOURCE_TYPE_EDITED: "https://schema.org/CompositeWithTrainedAlgorithmicMediaDigitalSource",
}
AI_SHARE_PROPERTY = "aiShare"

MARK_LINE = (
    "Dit tekstvoorstel is gemaakt met AI (LearningLion). Controleer elke zin aan de hand van de bron "
    "voordat u de tekst gebruikt. De opsteller blijft verantwoordelijk."
)
_APPROVED_LINE = (
    "Bij het zoeken en opstellen van deze tekst is AI gebruikt (LearningLion). "
    "De tekst is gecontroleerd en vastgesteld door een medewerker."
)


def is_marked(text: str) -> bool:
    """Whether the line for readers stands in `text`, however its lines are broken."""
    squashed = " ".join(text.split())
    return any(line.split(". ")[0] in squashed for line in (MARK_LINE, _APPROVED_LINE))


def mark_line(dossier: Dossier) -> str:
    """The line for readers: what AI did, and whether a person has approved the text.

    "" where a named person examined the text and answers for it as its editor.
    """
    if dossier.responsibility is not None:
        return ""
    return _APPROVED_LINE if dossier.state is DossierState.APPROVED else MARK_LINE


def credit_line(dossier: Dossier) -> str:
    """The same for properties, metadata and the archive, where it always stands."""
    return mark_line(dossier) or _APPROVED_LINE


def state_words(state: DossierState) -> str:
    """How far the officer is, in a word for readers."""
    return {
        DossierState.DRAFT: "concept",
        DossierState.EDITED: "bewerkt",
        DossierState.APPROVED: "vastgesteld",
    }[state]


def made_at(dossier: Dossier) -> datetime:
    """When its sources were chosen or it was signed without the label, the last of it: no clock is asked."""
    moments = [v.draft.selection.selected_at for v in dossier.verifications]
    moments += [dossier.responsibility.at] if dossier.responsibility else []
    known = (at.astimezone(UTC).replace(microsecond=0) for at in moments if at)
    return max(known, default=datetime(1980, 1, 1, tzinfo=UTC))


def origin_line(dossier: Dossier) -> str:
    """Which dossier and version a text is: where it can be found back."""
    return f"Dossier {dossier.id}, versie {dossier.version} ({state_words(dossier.state)})."


def ai_share(verifications: Sequence[Verification]) -> float:
    """The part (0..1) of the words of the text that stand as the machine wrote them.

    Of a sentence that a person changed, the words that were left; of one that a person answers for as it
    was, all of them: who answers for a sentence did not therefore write it.
    """
    total = machine = 0
    for verification in verifications:
        for check in verification.standing:
            total += len(check.statement.text.split())
            machine += _machine_words(check.statement)
    return machine / total if total else 0.0


def _machine_words(statement: Statement) -> int:
    if statement.author is Author.MACHINE:
        return len(statement.text.split())
    if statement.original is None:
        return 0
    shared = SequenceMatcher(None, statement.original.split(), statement.text.split(), autojunk=False)
    return sum(block.size for block in shared.get_matching_blocks())


def source_type(dossier: Dossier) -> str:
    """IPTC's term (a URI) for how the text came about."""
    return SOURCE_TYPE if ai_share(dossier.verifications) >= 1 else SOURCE_TYPE_EDITED


def linked_data(dossier: Dossier) -> dict[str, Plain]:
    """The mark as schema.org knows it, for a web page."""
    return {
        "@context": "https://schema.org",
        "@type": "CreativeWork",
        "name": dossier.question_set.title or dossier.id,
        "inLanguage": "nl",
        "digitalSourceType": _SCHEMA_ORG[source_type(dossier)],
        "creditText": credit_line(dossier),
        "identifier": f"{dossier.id} v{dossier.version}",
        "additionalProperty": [
            {"@type": "PropertyValue", "name": name, "value": value} for name, value in properties(dossier)
        ],
    }


def properties(dossier: Dossier) -> tuple[tuple[str, str], ...]:
    """The mark for machines, as name and value pairs for document properties."""
    share = ai_share(dossier.verifications)
    kinds = sorted({v.draft.provenance.generator for v in dossier.verifications})
    models = sorted({v.draft.provenance.model for v in dossier.verifications if v.draft.provenance.model})
    taken = dossier.responsibility
    return (
        *((("editorialResponsibility", taken.by),) if taken else ()),
        ("aiGenerated", "true" if share > 0 else "false"),
        ("digitalSourceType", source_type(dossier)),
        (AI_SHARE_PROPERTY, f"{share:.2f}"),
        ("aiSystem", "LearningLion"),
        ("aiGenerator", ", ".join(kinds)),
        ("aiModel", ", ".join(models) or "none"),
        ("humanReviewed", "true" if dossier.state is DossierState.APPROVED else "false"),
        ("dossier", f"{dossier.id} v{dossier.version}"),
    )
