"""A dossier as a package for the archive: text, every version, its log, checksums, and metadata in MDTO.

Appraisal, term, creator and restriction are the organisation's to say; nothing is assumed for them.
Source: MDTO 1.0 of the Nationaal Archief (element names and their order). The official XSD was not at hand
when this was made, so have a package validated before the first transfer.
"""

from __future__ import annotations

import io
import json
import re
import xml.etree.ElementTree as ElementTree
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from learninglion.dutch.text import printable
from learninglion.models import Dossier
from learninglion.models.errors import InputError
from learninglion.models.plain import canonical_json, sha256_hex, to_plain
from learninglion.record.dossiers import DossierVersion
from learninglion.record.energy import Energy
from learninglion.record.export import WHOLE, export, to_json
from learninglion.record.letter import LetterTerms
from learninglion.record.log import LogEntry, is_sealed
from learninglion.record.marking import SIDECAR_SUFFIX, credit_line, state_words

_APPRAISALS = {"B": "Blijvend te bewaren", "V": "Tijdelijk te bewaren"}

_NAMESPACE = "https://www.nationaalarchief.nl/mdto"
_SOURCE = "LearningLion"
_TERM = re.compile(r"P\d+[YMD]")
# Formats by their PRONOM identifier, as the archive looks them up.
_FORMATS = {
    "docx": ("Microsoft Word for Windows (2007 onwards)", "fmt/412"),
    "pdf": ("Acrobat PDF/A 2a", "fmt/476"),
    "html": ("Hypertext Markup Language 5", "fmt/471"),
    "md": ("Markdown", "fmt/1149"),
    "json": ("JSON Data Interchange Format", "fmt/817"),
}
_README = """Pakket voor het archief: {id}

tekst/       de tekst zoals die nu geldt, in vijf vormen, elk met een getekende verklaring van herkomst
             (*.provenance.json; na te gaan met: learninglion verify-mark BESTAND)
versies/     elke versie met alles wat erbij is vastgelegd: vragen, gekozen bronnen, controle van elke zin
versies.json wie welke versie maakte, wanneer en waarom
logboek.json de regels van het logboek over dit dossier
mdto/        metadata volgens MDTO, van het dossier en van elk bestand
SHA256SUMS   controlegetallen; na te rekenen met: sha256sum -c SHA256SUMS

{mark}
De metadata zijn niet getoetst met het officiele MDTO-schema. Laat dat doen voor de eerste overbrenging.
"""


@dataclass(frozen=True, slots=True)
class ArchiveTerms:
    """What the organisation says about what it keeps."""

    creator: str = ""  # archiefvormer; empty in the settings: [web] organisation
    appraisal: str = ""  # B (blijvend) or V (tijdelijk), by the selectielijst
    restriction: str = ""  # beperking van het gebruik, in the organisation's own words
    retention: str = ""  # how long, such as P10Y; must be there for V


def archive_package(
    texts: Sequence[Dossier],
    versions: Sequence[DossierVersion],
    steps: Sequence[LogEntry],
    terms: ArchiveTerms,
    *,
    at: datetime,
    letter: LetterTerms | None = None,
    energy: Sequence[Energy] = (),
    state: Callable[[str, bytes], bytes] | None = None,
) -> bytes:
    """A ZIP file of the dossier whose `texts` and `versions` (oldest first) and log `steps` these are.

    `letter` says how the organisation's letters look (None: plain), `energy` what the work took; `state`
    signs for a file of this name and content. `at` is the moment at which the checksums are taken. The same
    input gives the same bytes. Raises InputError that names every term which is missing or does not fit.
    """
    _check(terms)
    newest = texts[-1]
    files = {
        f"tekst/{newest.id}.{form.extension}": export(newest, form, letter, energy=energy) for form in WHOLE
    }
    if state is not None:
        signed = {n + SIDECAR_SUFFIX: state(n.removeprefix("tekst/"), c) for n, c in files.items()}
        files |= signed
    for text in texts:
        files[f"versies/versie-{text.version}.json"] = to_json(text).encode("utf-8")
    files["versies.json"] = _json([to_plain(version) for version in versions])
    files["logboek.json"] = _json([to_plain(step) for step in steps])
    described = {f"mdto/{newest.id}.xml": _object(newest, versions, tuple(files), terms)}
    for name, content in files.items():
        described[f"mdto/{name}.xml"] = _file(newest, name, content, at)
    files |= described
    files["LEESMIJ.txt"] = _README.format(id=newest.id, mark=credit_line(newest)).encode("utf-8")
    sums = "".join(f"{sha256_hex(files[name])}  {name}\n" for name in sorted(files))
    files["SHA256SUMS"] = sums.encode("utf-8")
    dates = {f"versies/versie-{version.version}.json": version.at for version in versions}
    return _zipped(newest.id, files, dates, versions[-1].at)


def verify_package(content: bytes) -> tuple[str, ...]:
    """What is wrong with a package, in sentences; empty when it is whole.

    Every file has its checksum and its metadata, every version is the one that was recorded, and the log
    lines are as they were sealed. Raises InputError when it is no package.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            names = [name for name in package.namelist() if not name.endswith("/")]  # folders: packed anew
            folder = names[0].split("/")[0]
            files = {name.removeprefix(f"{folder}/"): package.read(name) for name in names}
        summed = {name: value for value, name in _sums(files.pop("SHA256SUMS"))}
    except (zipfile.BadZipFile, zlib.error, OSError, KeyError, ValueError, IndexError, RuntimeError) as error:
        raise InputError("Dit is geen pakket voor het archief, of het is beschadigd.") from error
    problems = [f"{name}: staat niet in SHA256SUMS" for name in sorted(files.keys() - summed.keys())]
    problems += [f"{name}: ontbreekt" for name in sorted(summed.keys() - files.keys())]
    problems += [
        f"{name}: het controlegetal klopt niet"
        for name in sorted(files.keys() & summed.keys())
        if sha256_hex(files[name]) != summed[name]
    ]
    problems += [
        f"{name}: de metadata (MDTO) ontbreken"
        for name in sorted(files)
        if not name.startswith(("mdto/", "LEESMIJ")) and f"mdto/{name}.xml" not in files
    ]
    listed = {name: _listed(files.get(name, b"")) for name in ("versies.json", "logboek.json")}
    problems += [f"{name}: is niet te lezen" for name, entries in listed.items() if entries is None]
    for version in listed["versies.json"] or ():
        name = f"versies/versie-{version.get('version')}.json"
        if name not in files:
            problems.append(f"{name}: ontbreekt")
        elif _sum_of_record(files[name]) != version.get("sha256"):
            problems.append(f"{name}: is niet de versie die is vastgelegd")
    steps = listed["logboek.json"] or ()
    problems += [
        f"logboek.json: regel {step.get('seq')} is veranderd" for step in steps if not is_sealed(step)
    ]
    return tuple(problems)


def _listed(content: bytes) -> list[dict[str, object]] | None:
    """The entries of a list in a package; None where it is not such a list, as after damage."""
    try:
        entries = json.loads(content)
    except (ValueError, RecursionError):
        return None
    well = isinstance(entries, list) and all(isinstance(entry, dict) for entry in entries)
    return entries if well else None


def _sum_of_record(content: bytes) -> str:
    """The digest of the version in a file; "" where there is none to be read."""
    try:
        return sha256_hex(canonical_json(json.loads(content)["record"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""


def _sums(listed: bytes) -> Iterator[tuple[str, str]]:
    for line in listed.decode("utf-8").splitlines():
        value, _, name = line.partition("  ")
        yield value, name


def _check(terms: ArchiveTerms) -> None:
    wrong = []
    if not terms.creator.strip():
        wrong.append("creator (of [web] organisation) is leeg")
    if terms.appraisal not in _APPRAISALS:
        wrong.append("appraisal: kies B (blijvend bewaren) of V (tijdelijk)")
    if terms.appraisal == "V" and not terms.retention:
        wrong.append("retention: bij V hoort een termijn, zoals P10Y")
    if terms.retention and not _TERM.fullmatch(terms.retention):
        wrong.append("retention: schrijf de termijn als P10Y, P6M of P90D")
    if not terms.restriction.strip():
        wrong.append("restriction is leeg")
    if wrong:
        raise InputError("Voor het archief ontbreekt of klopt iets niet onder [archive]: " + "; ".join(wrong))


def _object(
    newest: Dossier, versions: Sequence[DossierVersion], names: Sequence[str], terms: ArchiveTerms
) -> bytes:
    """The metadata of the dossier as a whole, its elements in the order of the standard."""
    root = ElementTree.Element("MDTO", {"xmlns": _NAMESPACE})
    top = ElementTree.SubElement(root, "informatieobject")
    _identify(top, "identificatie", newest.id)
    _add(top, "naam", newest.question_set.title or f"Beantwoording Kamervragen, {newest.id}")
    _term(top, "aggregatieniveau", "Archiefstuk", "Begrippenlijst Aggregatieniveaus MDTO")
    _add(top, "trefwoord", "Kamervragen")
    _add(top, "omschrijving", credit_line(newest))
    _add(top, "taal", "nl")
    for version in versions:
        event = ElementTree.SubElement(top, "event")
        first = version.version == versions[0].version
        listed = "Begrippenlijst Eventtypen MDTO" if first else "Stappen in LearningLion"
        _term(event, "eventType", "Creatie" if first else "Nieuwe versie", listed)
        _add(event, "eventTijd", version.at.isoformat())
        _refer(event, "eventVerantwoordelijkeActor", version.author)
        _add(
            event,
            "eventResultaat",
            f"Versie {version.version} ({state_words(version.state)}): {version.reason}",
        )
    appraised = _APPRAISALS[terms.appraisal]
    _term(top, "waardering", appraised, "Begrippenlijst Waarderingen MDTO", terms.appraisal)
    if terms.retention:
        _add(ElementTree.SubElement(top, "bewaartermijn"), "termijnLooptijd", terms.retention)
    texts = [name for name in names if name.startswith("tekst/") and not name.endswith(SIDECAR_SUFFIX)]
    for name in texts:
        _refer(top, "heeftRepresentatie", name, f"{newest.id}/{name}")
    for name in names:
        if name not in texts:
            _refer(top, "aanvullendeMetagegevens", name, f"{newest.id}/{name}")
    _refer(top, "archiefvormer", terms.creator)
    restricted = ElementTree.SubElement(top, "beperkingGebruik")
    _term(restricted, "beperkingGebruikType", terms.restriction, f"Eigen lijst van {terms.creator}")
    return _xml(root)


def _file(dossier: Dossier, name: str, content: bytes, at: datetime) -> bytes:
    """The metadata of one file."""
    root = ElementTree.Element("MDTO", {"xmlns": _NAMESPACE})
    top = ElementTree.SubElement(root, "bestand")
    _identify(top, "identificatie", f"{dossier.id}/{name}")
    _add(top, "naam", name.rpartition("/")[2])
    _add(top, "omvang", str(len(content)))
    label, code = _FORMATS[name.rpartition(".")[2]]
    _term(top, "bestandsformaat", label, "PRONOM", code)
    checksum = ElementTree.SubElement(top, "checksum")
    _term(checksum, "checksumAlgoritme", "SHA-256", "Begrippenlijst ChecksumAlgoritme MDTO")
    _add(checksum, "checksumWaarde", sha256_hex(content))
    _add(checksum, "checksumDatum", at.isoformat())
    _refer(top, "isRepresentatieVan", dossier.question_set.title or dossier.id, dossier.id)
    return _xml(root)


def _add(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, name).text = printable(text)


def _identify(parent: ElementTree.Element, name: str, mark: str) -> None:
    inner = ElementTree.SubElement(parent, name)
    _add(inner, "identificatieKenmerk", mark)
    _add(inner, "identificatieBron", _SOURCE)


def _refer(parent: ElementTree.Element, name: str, title: str, mark: str = "") -> None:
    inner = ElementTree.SubElement(parent, name)
    _add(inner, "verwijzingNaam", title)
    if mark:
        _identify(inner, "verwijzingIdentificatie", mark)


def _term(parent: ElementTree.Element, name: str, label: str, listed: str, code: str = "") -> None:
    inner = ElementTree.SubElement(parent, name)
    _add(inner, "begripLabel", label)
    if code:
        _add(inner, "begripCode", code)
    _refer(inner, "begripBegrippenlijst", listed)


def _xml(root: ElementTree.Element) -> bytes:
    ElementTree.indent(root)
    made: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return made + b"\n"


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode("utf-8")


def _zipped(
    folder: str, files: Mapping[str, bytes], dates: Mapping[str, datetime], newest: datetime
) -> bytes:
    """The files with the moment (UTC) of what they hold; those about the whole with that of the newest."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name in sorted(files):
            moment = dates.get(name, newest).astimezone(UTC)
            info = zipfile.ZipInfo(f"{folder}/{name}", moment.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(info, files[name])
    return out.getvalue()
