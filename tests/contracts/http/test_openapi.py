"""Whatever is sent to whichever public route: a documented answer, never a 5xx, and what is wrong
with the input is named in a problem."""

from collections import Counter
from copy import deepcopy
from pathlib import Path
from typing import Any
from zlib import crc32

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from emulators.running import RunningPlatform
from shared.manifest import load_manifests
from shared.runtime.problems import MEDIA_TYPE
from tests.contracts.http.doors import BASE_URL, Doors
from tests.description import description

pytestmark = pytest.mark.platform

ROOT = Path(__file__).parents[3]
SCOPES = (
    *("agents:read", "agents:write", "approvals:read", "approvals:write"),
    *("governance:read", "governance:write", "veto:execute", "audit:read", "audit:write"),
    *("identity:read", "identity:write"),
)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# Methods that no description has, which some cases are sent with.
UNDESCRIBED = ("TRACE", "CONNECT", "QUERY")
# By day: drawn cases of one route in so many; the cases thought out for each field of one in more,
# the first ones, which differ most, then one of so many. By night: all of all, over the wire. To
# make the cases of a route takes more of a processor than to send them.
DRAWN_IN, ONE_IN = 12, 24
FIRST, THEN_EVERY = 40, 16
MANIFESTS = load_manifests(ROOT)


def described() -> Any:
    """Every public route, with its cases."""
    return schemathesis.openapi.from_dict(deepcopy(description()))


def _one_in(number: int, schema: Any) -> Any:
    """The routes that their names choose."""
    return schema.include(lambda it: crc32(it.operation.label.encode()) % number == 0)


_WITHOUT_COVERAGE = described()
_WITHOUT_COVERAGE.config.phases.coverage.enabled = False
DRAWN = _one_in(DRAWN_IN, _WITHOUT_COVERAGE)
THOUGHT_OUT = _one_in(ONE_IN, described())


def at_most(examples: int) -> settings:
    return settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def doors(running: RunningPlatform) -> Doors:
    return Doors(running, MANIFESTS.deployables)


@pytest.fixture(scope="module")
def fuzzer(running: RunningPlatform) -> dict[str, str]:
    """The header of somebody who may call everything."""
    token = running.client.token(
        "fuzzer", "fuzzed", scopes=SCOPES, roles=["governor"], expires_in=3600
    )
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture(scope="module")
def seen() -> Counter[str]:
    """How many cases of each route were made."""
    return Counter()


@DRAWN.parametrize()
@at_most(2)
def test_every_route_answers_as_documented(case: Any, doors: Doors, fuzzer: dict[str, str]) -> None:
    _send(case, doors, fuzzer)


@THOUGHT_OUT.parametrize()
@at_most(1)
def test_what_is_thought_out_for_each_field_is_answered_as_documented(
    case: Any, doors: Doors, fuzzer: dict[str, str], seen: Counter[str]
) -> None:
    seen[case.operation.label] += 1
    number = seen[case.operation.label]
    if number <= FIRST or number % THEN_EVERY == 0:
        _send(case, doors, fuzzer)


def _send(case: Any, doors: Doors, fuzzer: dict[str, str]) -> None:
    request = requests.Request(**case.as_transport_kwargs(base_url=BASE_URL, headers=fuzzer))
    noun = case.operation.definition.raw["tags"][0]
    judge(case, doors.send(noun, request.prepare()))


def judge(case: Any, answer: httpx.Response | requests.Response) -> None:
    if answer.status_code == 405 and answer.request.method in UNDESCRIBED:
        assert answer.headers["Allow"]
    else:
        case.validate_response(answer, checks=CHECKS)
    # Pages refuse as pages, and the token endpoint in OAuth's words.
    if answer.headers.get("content-type") == MEDIA_TYPE:
        problem = answer.json()
        assert problem["status"] == answer.status_code
        assert problem["code"]
        if problem["code"] == "invalid":
            assert all(error["field"] and error["message"] for error in problem["errors"])
