"""Personal data are recognised by form, arithmetic and surroundings; public roles and own numbers are not."""

from __future__ import annotations

import pytest

from learninglion.dutch.personal import PersonalKind, find_personal, is_bsn, is_iban, mask
from learninglion.evaluation.safeguards import evaluate_privacy, make_privacy_cases


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("BSN-nummer 123.456.782", "bsn"),
        ("Het sofinr is 10000008.", "bsn"),
        ("Stort op NL91-ABNA-0417-1643-00.", "iban"),
        ("T: 06 - 1234 5678", "phone"),
        ("+31 (0)20 123 45 67", "phone"),
        ("Laan van de Zon 12\n1234 AB Goes", "address"),
        ("Postcode 1234 AB\nHuisnummer 12", "address"),
        ("schrijf naar <jan.vos@planet.nl>", "email"),
        ("kenteken 12-bcd-3", "plate"),
        ("Mevrouw A. de Vos, wonende te Goes", "name"),
    ],
)
def test_a_person_is_found(text: str, kind: str) -> None:
    assert PersonalKind(kind) in {datum.kind for datum in find_personal(text)}


@pytest.mark.parametrize(
    "text",
    [
        "Zaak 2024Z12345, document 2024D54321, kst-36410-VI-12, ah-tk-20232024-2129",
        "ECLI:NL:RBDHA:2024:111222333",
        "Ons kenmerk 111222333 van 3 mei",
        "Het bedrag is 111222333 euro.",
        "IBAN NL00ABNA0417164300 klopt niet",
        "Postbus 20018, 2500 EA Den Haag",
        "In 2024 EU 27 lidstaten",
        "Bel 0800-8051 of 14 020",
        "info@voorbeeld.nl",
        "De heer Hoekstra (PvdV) vroeg de minister",
        "0 1 2 3 4 5 6 7 8 9 0 1",
        "(bedragen x 1.000) 2021 2022 123 456 782",
    ],
)
def test_what_is_not_of_a_person_is_left_alone(text: str) -> None:
    assert find_personal(text) == ()


def test_who_asks_and_answers_is_no_private_person() -> None:
    text = "De heer Van Loon antwoordde mevrouw Bos."
    assert [d.span.of(text) for d in find_personal(text, ("J. van Loon",))] == ["Bos"]


@pytest.mark.parametrize(
    "name",
    [
        "J. Hogenboom-Smit",
        "Anne-Marie Hogenboom",
        "A. van den Berg-de Wit",
        "El-Khatib",
        "Jan d'Hondt-Vos",
        "O’Brien",
    ],
)
def test_a_name_is_covered_to_its_end(name: str) -> None:
    (datum,) = find_personal(f"Mevrouw {name} belde daarover.")
    assert datum.span.of(f"Mevrouw {name} belde daarover.") == name


def test_masking_keeps_every_offset_and_leaves_nothing_behind() -> None:
    text = "BSN 111222333, later nog eens BSN 111222333, rekening NL91 ABNA 0417 1643 00 en klaar."
    covered = mask(text)
    assert len(covered) == len(text)
    assert covered.endswith("en klaar.")
    assert find_personal(covered) == ()
    assert covered.count("█bsn1") == 2


def test_the_arithmetic_of_the_numbers() -> None:
    assert is_bsn("111222333") and is_bsn("10000008")
    assert not is_bsn("111222334") and not is_bsn("000000000")
    assert is_iban("NL91ABNA0417164300")
    assert not is_iban("NL92ABNA0417164300")


def test_cases_made_by_rule_are_recognised() -> None:
    report = evaluate_privacy(make_privacy_cases(900, seed=7), seed=7)
    assert report.cases == 900
    assert report.numbered.recall >= 0.97, report.missed[:5]
    assert report.numbered.precision >= 0.92, report.false[:5]
