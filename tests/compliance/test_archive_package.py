"""A package for the archive: whole, checkable, in the order of the standard, with no term made up."""

from __future__ import annotations

import hashlib
import io
import json
import xml.etree.ElementTree as ElementTree
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from learninglion.cli import app
from learninglion.compliance.archive_package import ArchiveTerms, verify_package
from learninglion.models import Actor, QuestionSet, Role, SubQuestion
from learninglion.models.errors import InputError, PermissionDeniedError
from learninglion.record.marking import sidecar_of
from learninglion.sample import sample_documents
from learninglion.workflow import Workplace, WorkplaceOptions, open_workplace

BOSS = Actor("beheer", frozenset(Role))
TERMS = ArchiveTerms("Ministerie van Voorbeeldzaken", "V", "Openbaarheid beperkt tot verzending", "P10Y")
# What may come after what, from the standard.
ORDER = (
    "identificatie naam aggregatieniveau classificatie trefwoord omschrijving raadpleeglocatie dekkingInTijd "
    "dekkingInRuimte taal event waardering bewaartermijn informatiecategorie isOnderdeelVan bevatOnderdeel "
    "heeftRepresentatie aanvullendeMetagegevens gerelateerdInformatieobject archiefvormer betrokkene "
    "activiteit beperkingGebruik"
).split()
FILE_ORDER = "identificatie naam omvang bestandsformaat checksum URLBestand isRepresentatieVan".split()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workplace, Path, str]]:
    home = tmp_path_factory.mktemp("home")
    workplace = open_workplace(WorkplaceOptions(home=home, isolate=False))
    chosen = [p for p in sample_documents() if p.stem.endswith(("9001", "9002"))][:6]
    assert workplace.intake.ingest(chosen, collection="voorbeeld", actor=BOSS).failures == ()
    asked = QuestionSet(
        "Over vuurwerk.",
        (SubQuestion((1,), "Hoeveel opslagplaatsen voor consumentenvuurwerk zijn er in Nederland?"),),
        title="Vuurwerk <&> \x01opslag",
    )
    selections = workplace.drafts.select_automatically(asked, workplace.searching.offer(asked, actor=BOSS))
    dossier = workplace.drafts.draft(asked, selections, actor=BOSS)
    yield workplace, home, dossier.id
    workplace.close()


def local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def test_a_package_is_whole_and_its_metadata_stand_in_order(
    made: tuple[Workplace, Path, str], tmp_path: Path
) -> None:
    workplace, _, dossier_id = made
    data = workplace.dossiers.package(dossier_id, TERMS, actor=BOSS)
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        files = {n.removeprefix(f"{dossier_id}/"): package.read(n) for n in package.namelist()}
    summed = dict(reversed(line.split("  ")) for line in files["SHA256SUMS"].decode().splitlines())
    assert summed.keys() == files.keys() - {"SHA256SUMS"}
    assert all(hashlib.sha256(files[name]).hexdigest() == value for name, value in summed.items())

    whole = ElementTree.fromstring(files[f"mdto/{dossier_id}.xml"])
    assert whole.tag == "{https://www.nationaalarchief.nl/mdto}MDTO"
    names = [local(e) for e in whole[0]]
    assert [ORDER.index(n) for n in names] == sorted(ORDER.index(n) for n in names)
    assert {"identificatie", "naam", "waardering", "archiefvormer", "beperkingGebruik"} <= set(names)
    spaced = {"m": "https://www.nationaalarchief.nl/mdto"}
    assert whole.findtext(".//m:naam", namespaces=spaced) == "Vuurwerk <&> opslag"
    assert whole.findtext(".//m:waardering/m:begripCode", namespaces=spaced) == "V"
    assert whole.findtext(".//m:termijnLooptijd", namespaces=spaced) == "P10Y"

    described = [n for n in files if not n.startswith("mdto/") and n not in ("SHA256SUMS", "LEESMIJ.txt")]
    assert len(described) == 5 + 5 + 1 + 2  # five forms with a statement, a version, who and when, the log
    for name in described:
        about = ElementTree.fromstring(files[f"mdto/{name}.xml"])[0]
        assert [FILE_ORDER.index(local(e)) for e in about] == sorted(
            FILE_ORDER.index(local(e)) for e in about
        )
        assert about.findtext("m:omvang", namespaces=spaced) == str(len(files[name]))
        told = about.findtext("m:checksum/m:checksumWaarde", namespaces=spaced)
        assert told == hashlib.sha256(files[name]).hexdigest()
    listed = (e for e in whole[0] if local(e) == "heeftRepresentatie")
    shown = [e.findtext("m:verwijzingNaam", namespaces=spaced) for e in listed]
    assert len(shown) == 5 and not any(str(name).endswith(".json.provenance.json") for name in shown)
    for name in (n for n in shown if n):
        (tmp_path / name.removeprefix("tekst/")).write_bytes(files[name])
        sidecar_of(tmp_path / name.removeprefix("tekst/")).write_bytes(files[f"{name}.provenance.json"])
        assert workplace.dossiers.check_mark(tmp_path / name.removeprefix("tekst/")).problems == ()
    assert json.loads(files["versies/versie-1.json"])["record"]["id"] == dossier_id
    about = {step["subject"] for step in json.loads(files["logboek.json"])}
    assert dossier_id in about and all(name == dossier_id or name.startswith("set:") for name in about)
    assert workplace.log.entries(BOSS, limit=1)[0].action == "archive"


def test_a_package_that_was_packed_anew_is_whole(made: tuple[Workplace, Path, str]) -> None:
    """Other programs write the folders too."""
    workplace, _, dossier_id = made
    again = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workplace.dossiers.package(dossier_id, TERMS, actor=BOSS))) as old,
        zipfile.ZipFile(again, "w") as new,
    ):
        for folder in ("", "tekst/", "mdto/"):
            new.writestr(f"{dossier_id}/{folder}", b"")
        for name in old.namelist():
            new.writestr(name, old.read(name))
    assert verify_package(again.getvalue()) == ()


@pytest.mark.parametrize("name", ["versies/versie-1.json", "versies.json", "logboek.json", "LEESMIJ.txt"])
@pytest.mark.parametrize("damage", ["cut", "other", "shape"])
def test_damage_is_named_and_never_an_error_of_the_program(
    made: tuple[Workplace, Path, str], name: str, damage: str
) -> None:
    workplace, _, dossier_id = made
    data = workplace.dossiers.package(dossier_id, TERMS, actor=BOSS)
    assert verify_package(data) == ()
    broken = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(broken, "w") as new:
        for known in old.namelist():
            content = old.read(known)
            if known == f"{dossier_id}/{name}":
                turned = {"cut": content[: len(content) // 2], "other": b"\xff" + content, "shape": b"[1]"}
                content = turned[damage]
            new.writestr(known, content)
    problems = verify_package(broken.getvalue())
    assert f"{name}: het controlegetal klopt niet" in problems
    assert len(problems) > 1 or name == "LEESMIJ.txt"


def test_no_term_is_made_up(made: tuple[Workplace, Path, str]) -> None:
    workplace, _, dossier_id = made
    with pytest.raises(InputError) as caught:
        workplace.dossiers.package(dossier_id, ArchiveTerms("", "X", "", "tien jaar"), actor=BOSS)
    for name in ("creator", "appraisal", "retention", "restriction"):
        assert name in caught.value.detail
    with pytest.raises(InputError, match="retention"):
        workplace.dossiers.package(dossier_id, ArchiveTerms("Ministerie", "V", "Geen"), actor=BOSS)
    assert workplace.dossiers.package(dossier_id, ArchiveTerms("Ministerie", "B", "Geen"), actor=BOSS)


def test_who_may_not_see_the_log_gets_no_package(made: tuple[Workplace, Path, str]) -> None:
    workplace, _, dossier_id = made
    for role in (Role.READER, Role.DRAFTER, Role.APPROVER, Role.ADMINISTRATOR):
        with pytest.raises(PermissionDeniedError):
            workplace.dossiers.package(dossier_id, TERMS, actor=Actor("iemand", frozenset({role})))
    assert workplace.dossiers.package(dossier_id, TERMS, actor=Actor("controle", frozenset({Role.AUDITOR})))


def test_the_command_takes_its_terms_from_the_settings(
    made: tuple[Workplace, Path, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _, home, dossier_id = made
    monkeypatch.setenv("LEARNINGLION_HOME", str(home))
    out = tmp_path / "pakket.zip"
    refused = CliRunner().invoke(app, ["archive", "export", dossier_id, "--out", str(out)])
    assert isinstance(refused.exception, InputError) and not out.exists()
    for name, value in (("CREATOR", "Ministerie"), ("APPRAISAL", "B"), ("RESTRICTION", "Geen")):
        monkeypatch.setenv(f"LEARNINGLION_ARCHIVE_{name}", value)
    done = CliRunner().invoke(app, ["archive", "export", dossier_id, "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert zipfile.is_zipfile(out)
