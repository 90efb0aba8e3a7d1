"""The mark that says a text was made with AI: in every file for machines, signed beside it, and checked.

The key is of the installation: whoever has its public half can see that a file came from here and that no
sign of it, so no label either, was changed since. Text that is copied elsewhere carries no such proof.
"""

from __future__ import annotations

import base64
import io
import json
import os
import re
import zipfile
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import SequenceMatcher
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from learninglion import __version__
from learninglion.database.blobs import Blobs
from learninglion.models import Author, Dossier, DossierState, Statement, Verification
from learninglion.models.errors import InputError, IntegrityError
from learninglion.models.plain import Plain, canonical_json, sha256_hex

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
_AI_SHARE_PROPERTY = "aiShare"

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
        (_AI_SHARE_PROPERTY, f"{share:.2f}"),
        ("aiSystem", "LearningLion"),
        ("aiGenerator", ", ".join(kinds)),
        ("aiModel", ", ".join(models) or "none"),
        ("humanReviewed", "true" if dossier.state is DossierState.APPROVED else "false"),
        ("dossier", f"{dossier.id} v{dossier.version}"),
    )


SIDECAR_SUFFIX = ".provenance.json"
_STATEMENT_SCHEMA = "learninglion-provenance/1"
_KEY_BYTES = 32
SIGNING_KEY = "signing.key"
SIGNED_BEFORE = "signed-before/"  # public keys; their names begin so


def sidecar_of(path: Path) -> Path:
    """Where the statement about the file at `path` stands."""
    return path.with_name(path.name + SIDECAR_SUFFIX)


class Signer:
    """The Ed25519 key of this installation among `blobs`, made at first use: one for all its servers."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    def public_key(self) -> str:
        """The public half, base64."""
        return _public(self._key())

    def public_keys(self) -> tuple[str, ...]:
        """The public half, and those of keys that servers of this installation once signed with."""
        former = (self._blobs.read(name) or b"" for name in self._blobs.names(SIGNED_BEFORE))
        return (self.public_key(), *(key.decode() for key in former))

    def retire(self, raw: bytes) -> None:
        """Let what was signed with another key still be recognised; nothing is signed with it any more."""
        public = _public(_read_key(raw))
        self._blobs.put(f"{SIGNED_BEFORE}{sha256_hex(public)[:16]}.pub", public.encode())

    def state(self, dossier: Dossier, name: str, content: bytes, at: datetime) -> bytes:
        """The signed statement about the bytes `content` that leave as the file `name`."""
        plain: dict[str, Plain] = {
            "schema": _STATEMENT_SCHEMA,
            "file": name,
            "sha256": sha256_hex(content),
            "size": len(content),
            "dossier": dossier.id,
            "version": dossier.version,
            "state": dossier.state.value,
            "marking": dict(properties(dossier)),
            "made_with": f"LearningLion {__version__}",
            "signed_at": at.isoformat(timespec="seconds"),
            "public_key": self.public_key(),
        }
        signature = self._key().sign(canonical_json(plain).encode())
        signed = {**plain, "signature": base64.b64encode(signature).decode()}
        return (json.dumps(signed, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()

    def _key(self) -> Ed25519PrivateKey:
        raw = self._blobs.read(SIGNING_KEY)
        if raw is None:
            self._blobs.put_new(SIGNING_KEY, os.urandom(_KEY_BYTES))  # or another process was just before us
            raw = self._blobs.read(SIGNING_KEY) or b""
        return _read_key(raw)


def _read_key(raw: bytes) -> Ed25519PrivateKey:
    if len(raw) != _KEY_BYTES:
        raise IntegrityError(f"{SIGNING_KEY}: de sleutel van deze installatie is beschadigd.")
    return Ed25519PrivateKey.from_private_bytes(raw)


def _public(key: Ed25519PrivateKey) -> str:
    return base64.b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


@dataclass(frozen=True, slots=True)
class MarkReport:
    """What a file says of itself, whether it is as it left, and what is wrong (nothing: no `problems`)."""

    source_type: str  # the IPTC term in the file; empty where it has none
    visible: bool  # the label for readers stands in it
    signed: bool  # there is a statement, and its signature holds
    unchanged: bool  # these are the bytes it is about
    dossier: str
    problems: tuple[str, ...]
    responsible: str = ""  # who answers for the text as its editor, where the label for readers may be absent


def check_mark(path: Path, public_keys: Collection[str]) -> MarkReport:
    """Check the marks of an exported file against the statement beside it and the keys of the installation.

    Raises InputError when the file cannot be read.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: dit bestand kan niet worden gelezen ({error.strerror}).") from error
    text, source_type = _text_and_type(content)
    visible = is_marked(text)
    problems: list[str] = []
    if not source_type:
        problems.append("Het merkteken voor computers (digitalSourceType) ontbreekt in het bestand.")
    signed = unchanged = False
    statement = _read_statement(sidecar_of(path), problems)
    responsible = ""
    if statement:
        signed = _is_signed(statement, public_keys)
        unchanged = statement.get("sha256") == sha256_hex(content)
        if not signed:
            problems.append("De handtekening klopt niet, of is niet van deze installatie.")
        if not unchanged:
            problems.append("Het bestand is veranderd nadat het werd uitgevoerd.")
        marking = statement.get("marking")
        if signed and unchanged and isinstance(marking, dict):
            responsible = str(marking.get("editorialResponsibility", ""))
    if not visible and not responsible:
        problems.append("Het zichtbare AI-label ontbreekt in de tekst.")
    dossier = str(statement.get("dossier", ""))
    return MarkReport(source_type, visible, signed, unchanged, dossier, tuple(problems), responsible)


def _read_statement(path: Path, problems: list[str]) -> dict[str, object]:
    try:
        plain = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        problems.append(f"Het herkomstbestand {path.name} staat er niet naast.")
        return {}
    except (OSError, ValueError):
        problems.append(f"Het herkomstbestand {path.name} is niet te lezen.")
        return {}
    return plain if isinstance(plain, dict) else {}


def _is_signed(statement: dict[str, object], public_keys: Collection[str]) -> bool:
    body = {name: value for name, value in statement.items() if name != "signature"}
    public_key = str(body.get("public_key"))
    if public_key not in public_keys:
        return False
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key))
        key.verify(base64.b64decode(str(statement.get("signature", ""))), canonical_json(body).encode())
    except (InvalidSignature, ValueError):
        return False
    return True


_WORD_TEXT = re.compile(r"word/(?:document|header|footer)\d*\.xml")
_FOR_MACHINES = re.compile(r"<script\b.*?</script>", re.DOTALL)  # what no reader sees is no label
_TERM = re.compile(r"https?://[\w./-]*(?:trained|Trained)AlgorithmicMedia\w*")


def _text_and_type(content: bytes) -> tuple[str, str]:
    """The text in which the label should stand, and the IPTC term, of any form a dossier leaves in."""
    if content.startswith(b"%PDF"):
        return _pdf_text(content), read_pdf_mark(content)
    if content.startswith(b"PK"):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as package:
                names = [n for n in package.namelist() if _WORD_TEXT.match(n)]
                body = "".join(package.read(n).decode("utf-8", "replace") for n in names)
                custom = "docProps/custom.xml"
                properties = package.read(custom).decode("utf-8") if custom in package.namelist() else ""
        except (zipfile.BadZipFile, KeyError, UnicodeDecodeError):
            return "", ""
        return re.sub(r"<[^>]+>", "", body), _first(properties)
    text = content.decode("utf-8", "replace")
    return _FOR_MACHINES.sub("", text), _first(text)


def _pdf_text(content: bytes) -> str:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(content)
        return str(document[0].get_textpage().get_text_range())
    except (pypdfium2.PdfiumError, IndexError):
        return ""


def _first(text: str) -> str:
    match = _TERM.search(text)
    return match[0] if match else ""
