"""A signed statement beside an exported file: what made it, from which dossier, and exactly which bytes.

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
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from learninglion import __version__
from learninglion.database.blobs import Blobs
from learninglion.models import Dossier
from learninglion.models.errors import InputError, IntegrityError
from learninglion.models.plain import Plain, canonical_json, sha256_hex
from learninglion.record.marking import is_marked, properties, read_pdf_mark

SIDECAR_SUFFIX = ".provenance.json"
_SCHEMA = "learninglion-provenance/1"
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
            "schema": _SCHEMA,
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
    text, source_type = _told_by(content)
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


def _told_by(content: bytes) -> tuple[str, str]:
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
