"""Generated requests against the whole API: whatever is sent, the server answers as its description says."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)
from web_office import Office

from learninglion.workflow.accounts import SessionKind

# The suite sends some two hundred; LEARNINGLION_FUZZ=1200 sends over 20,000 (1200 an operation).
EXAMPLES = int(os.environ.get("LEARNINGLION_FUZZ", "10"))
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.mark.slow
def test_no_generated_request_breaks_the_server(office: Office, address: str) -> None:
    token = office.site.workplace.accounts.open_session("noor", timedelta(hours=10), SessionKind.API)
    headers = {"Authorization": f"Bearer {token}"}
    schema = schemathesis.openapi.from_dict(office.browser().get("/api/v1/openapi.json").json())
    sent: dict[str, int] = {}
    for found in schema.get_all_operations():
        operation = found.ok()

        def send(case: schemathesis.Case) -> None:
            sent[case.operation.label] = sent.get(case.operation.label, 0) + 1
            answer = case.call(base_url=f"{address}/api/v1", headers=headers, timeout=60)
            case.validate_response(answer, checks=CHECKS)

        limits = settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        limits(given(case=operation.as_strategy())(send))()
    assert len(sent) == len(list(schema.get_all_operations()))
    print(f"{sum(sent.values())} requests to {len(sent)} operations")
