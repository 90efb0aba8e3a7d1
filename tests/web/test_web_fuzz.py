"""Generated requests against the whole API, by every role: the answers are as the description says.

Everybody who asks may see one collection; nothing of the other may come back to any of them.
"""

from __future__ import annotations

import os
import traceback
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)
from web_office import EVERYTHING, Office, hide_dossier, served

from learninglion.models import Role
from learninglion.workflow.accounts import SessionKind

# The suite sends some two hundred; LEARNINGLION_FUZZ=1200 sends over 20,000 (1200 an operation).
EXAMPLES = int(os.environ.get("LEARNINGLION_FUZZ", "10"))
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
OPEN, CLOSED = "openbaar", "besloten"


@pytest.mark.slow
def test_no_generated_request_breaks_the_server_or_reaches_another_collection(
    make_office: Callable[..., Office],
) -> None:
    office = make_office()
    work, hidden = office.workplace, hide_dossier(office, OPEN, CLOSED)
    known = {  # an address with a name in it that means something, as often as one that does not
        "document_id": [c.id for c in work.documents.list(EVERYTHING)],
        "source_id": [hidden.source.id],
        "dossier_id": [hidden.dossier.id],
        "page": [1],
    }
    headers = []
    for role in Role:
        work.accounts.add(role.value, [role], (OPEN,))
        token = work.accounts.open_session(role.value, timedelta(hours=10), SessionKind.API)
        headers.append({"Authorization": f"Bearer {token}"})
    schema = schemathesis.openapi.from_dict(office.browser().get("/api/v1/openapi.json").json())
    sent: Counter[str] = Counter()
    broken: list[str] = []
    with served(office.app) as address:
        for found in schema.get_all_operations():
            operation = found.ok()

            def send(case: schemathesis.Case, data: st.DataObject) -> None:
                sent[case.operation.label] += 1
                for name in set(case.path_parameters) & set(known):
                    if data.draw(st.booleans()):
                        case.path_parameters[name] = data.draw(st.sampled_from(known[name]))
                who = data.draw(st.sampled_from(headers))
                answer = case.call(base_url=f"{address}/api/v1", headers=who, timeout=60)
                case.validate_response(answer, checks=CHECKS)
                for mark in hidden.marks:
                    assert mark.encode() not in answer.content, case.operation.label

            limits = settings(
                max_examples=EXAMPLES,
                database=None,
                derandomize=EXAMPLES < 100,  # the full number is new every time
                phases=[Phase.explicit, Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            try:
                limits(given(case=operation.as_strategy(), data=st.data())(send))()
            except Exception as error:  # of one operation: the others are asked as well
                broken.append(f"{operation.label}: {error!r}\n{traceback.format_exc()}")
    assert not broken, "\n".join(broken)
    assert len(sent) == len(list(schema.get_all_operations()))
    assert work.documents.sources_of(hidden.document.id, EVERYTHING), "what was hidden is still there"
    print(f"{sum(sent.values())} requests to {len(sent)} operations by {len(headers)} roles")
