"""Books for reading screens (EPUB): their chapters in reading order."""

from __future__ import annotations

import io
import posixpath
import zipfile
from urllib.parse import unquote

from learninglion.models import RawFile
from learninglion.models.errors import UnreadableFileError
from learninglion.parsing.office.ooxml import Package, names_in
from learninglion.parsing.office.pieces import WordText
from learninglion.parsing.office.styles import children, local
from learninglion.parsing.office.webpage import read_page
from learninglion.parsing.paragraphs import Note, Paragraph, tidy

_CONTAINER = "META-INF/container.xml"


def looks_like_book(raw: RawFile) -> bool:
    """Whether a zip container is an EPUB."""
    names = names_in(raw)
    return _CONTAINER in names and "content.xml" not in names


def read_book(raw: RawFile) -> WordText:
    """The text of an EPUB; UnreadableFileError, naming the file, where it is damaged or locked."""
    archive = zipfile.ZipFile(io.BytesIO(raw.content))
    package = Package(raw, archive, frozenset(archive.namelist()))
    if package.content("META-INF/encryption.xml") is not None:
        raise UnreadableFileError(raw.name, "dit EPUB-bestand is versleuteld")
    container = package.root(_CONTAINER)
    paths = (
        [node.get("full-path") or "" for node in container.iter() if local(node) == "rootfile"]
        if container is not None
        else []
    )
    root = package.root(paths[0]) if paths else None
    if root is None:
        raise UnreadableFileError(raw.name, "dit EPUB-bestand is beschadigd")
    folder = posixpath.dirname(paths[0])
    files = {node.get("id"): node.get("href") or "" for node in root.iter() if local(node) == "item"}
    order = [node.get("idref") for node in root.iter() if local(node) == "itemref"]
    titles = [
        tidy(node.text or "").strip()
        for meta in children(root, "metadata")
        for node in children(meta, "title")
    ]
    sheets = tuple(
        (package.content(name) or b"").decode("utf-8", "replace")
        for name in sorted(package.names)
        if name.lower().endswith(".css")
    )
    paragraphs: list[Paragraph] = []
    notes: list[Note] = []
    warnings: list[str] = []
    for key in order:
        content = package.content(posixpath.normpath(posixpath.join(folder, unquote(files.get(key, "")))))
        if content and content.strip():
            chapter = read_page(content, raw.name, "", sheets)
            paragraphs += chapter.paragraphs
            notes += chapter.notes
            warnings += chapter.warnings
    return WordText(
        tuple(paragraphs), tuple(notes), (), next(iter(titles), ""), tuple(dict.fromkeys(warnings))
    )
