"""Whatever is sent to whichever public route: a documented answer, never a 5xx, and what is wrong
with the input is told as a problem."""

from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from docs.reference import merged_openapi
from emulators.running import RunningPlatform
from shared.manifest import load_manifests

pytestmark = [
    pytest.mark.platform,
    # The platform's own jitter, in its thread, is no randomness of a strategy.
    pytest.mark.filterwarnings("ignore:Do not use the `random` module"),
]

ROOT = Path(__file__).parents[3]
SCOPES = (
    *("agents:read", "agents:write", "approvals:read", "approvals:write"),
    *("governance:read", "governance:write", "veto:execute"),
)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# The functions framework answers these itself, before any code of ours runs.
BEFORE_US = ("TRACE", "CONNECT", "QUERY")
SCHEMA = schemathesis.openapi.from_dict(merged_openapi(load_manifests(ROOT)))


@SCHEMA.parametrize()
@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_every_route_answers_as_documented(case: Any, running: RunningPlatform) -> None:
    token = running.client.token("fuzzer", "fuzzed", scopes=SCOPES, roles=["governor"])
    answer = case.call(base_url=running.url, headers={"Authorization": f"Bearer {token}"})
    if answer.status_code == 405 and answer.request.method in BEFORE_US:
        return
    case.validate_response(answer, checks=CHECKS)
    if answer.status_code >= 400:
        problem = answer.json()
        assert problem["status"] == answer.status_code
        assert problem["code"]
        if problem["code"] == "invalid":
            assert all(error["field"] and error["message"] for error in problem["errors"])
