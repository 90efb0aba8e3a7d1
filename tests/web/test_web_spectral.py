"""The rules of the Dutch API Design Rules, run by Spectral itself where it is installed.

docs/api.md says how to install it. LEARNINGLION_SPECTRAL names the program if it is not on the path, and
LEARNINGLION_ADR_RULES the rules if they are not in ../shared.
"""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from web_office import Office

RULES = Path(__file__).parents[3] / "shared" / "reference" / "schemas" / "adr" / "adr-spectral-linter.yaml"
Lint = Callable[[object], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def lint(tmp_path_factory: pytest.TempPathFactory) -> Lint:
    """Gives what Spectral finds in a description."""
    program = os.environ.get("LEARNINGLION_SPECTRAL") or shutil.which("spectral")
    rules = Path(os.environ.get("LEARNINGLION_ADR_RULES") or RULES)
    if not program:
        pytest.skip("Spectral is not installed; docs/api.md says how")
    if not rules.is_file():
        pytest.skip(f"{rules.name} is not here; docs/api.md says where it comes from")
    folder = tmp_path_factory.mktemp("spectral")

    def run(description: object) -> list[dict[str, Any]]:
        (folder / "openapi.json").write_text(json.dumps(description))
        command = [program, "lint", "--quiet", "--format", "json", "--ruleset", str(rules), "openapi.json"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=180)
        assert done.returncode in (0, 1), done.stderr
        found: list[dict[str, Any]] = json.loads(done.stdout or "[]")
        return found

    return run


def test_spectral_finds_nothing(make_office: Callable[..., Office], lint: Lint) -> None:
    office = make_office(
        LEARNINGLION_WEB_PUBLIC_URL="https://learninglion.voorbeeld.nl",
        LEARNINGLION_WEB_CONTACT="beheer@voorbeeld.nl",
    )
    client = office.browser()
    description = client.get("/api/v1/openapi.json", headers={"Host": "learninglion.voorbeeld.nl"}).json()
    assert description["info"]["contact"]["email"] == "beheer@voorbeeld.nl"
    assert lint(description) == []


def test_spectral_only_warns_that_this_machine_has_no_certificate(office: Office, lint: Lint) -> None:
    found = lint(office.browser().get("/api/v1/openapi.json").json())
    assert {f["code"] for f in found} <= {"nlgov:servers-use-https"}, found


def test_spectral_would_see_what_does_not_fit(office: Office, lint: Lint) -> None:
    spoiled = copy.deepcopy(office.browser().get("/api/v1/openapi.json").json())
    paths = spoiled["paths"]
    paths["/Search_Words/"] = paths.pop("/searches")
    del paths["/collections"]["get"]["responses"]["200"]["headers"]
    paths["/documents"]["get"]["parameters"][0]["name"] = "my_key"
    del spoiled["info"]["contact"]["email"]
    found = {f["code"] for f in lint(spoiled)}
    assert {
        "nlgov:paths-kebab-case",
        "path-keys-no-trailing-slash",
        "nlgov:missing-header",
        "nlgov:query-keys-camel-case",
        "nlgov:info-contact-fields-exist",
    } <= found
