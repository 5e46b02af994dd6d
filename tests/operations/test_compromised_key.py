"""docs/runbooks/compromised-key.md, step by step, with a thief at the end."""

import base64
import json
from typing import Any

import pytest

from emulators.iam import PROJECT
from emulators.running import RunningPlatform
from infra.keys.making import retire, rotate
from infra.keys.values import Values
from shared.kit.errors import SignatureInvalid
from shared.kit.signing import load_public_keys, verify
from shared.manifest import load_manifests
from tests.journeys.world import World
from tests.operations.conftest import ROOT

pytestmark = [pytest.mark.platform, pytest.mark.timeout(300)]

MANIFESTS = load_manifests(ROOT)
OWNER = "approvals"


@pytest.fixture(scope="module")
def values(processes: RunningPlatform) -> Values:
    with pytest.MonkeyPatch.context() as environment:
        address = processes.env["SECRET_MANAGER_EMULATOR_HOST"]
        environment.setenv("SECRET_MANAGER_EMULATOR_HOST", address)
        return Values(PROJECT)


@pytest.fixture
def tenant(processes: RunningPlatform) -> World:
    return World(processes.client)


def _signature(world: World, case: dict[str, Any]) -> str:
    """Of the decision that approved the case."""
    approved = (e for e in world.events() if e["type"] == "assent.approval.approved.v1")
    found = [e["data"] for e in approved if e["data"]["case"]["case_id"] == case["case_id"]]
    return str(found[0]["signature"])


def _kid(signature: str) -> str:
    head = signature.partition(".")[0]
    return str(json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))["kid"])


def _published(values: Values) -> dict[str, Any]:
    held: dict[str, Any] = json.loads(values.latest(f"{OWNER}-public-keys") or "{}")
    return held


def _at_once(seconds: float) -> None:
    """In place of the minute in which warm processes learn of a new key: they are ended."""


@pytest.mark.nightly
def test_a_new_key_signs_and_what_the_old_one_signed_still_verifies(
    processes: RunningPlatform, values: Values, tenant: World
) -> None:
    first = _signature(tenant, tenant.live("before"))
    list(rotate(OWNER, MANIFESTS, values, wait=_at_once))
    for function in ("agents", OWNER):
        processes.client.kill(function)
    second = _signature(tenant, tenant.live("after"))
    assert _kid(first) != _kid(second)
    keys = load_public_keys(json.dumps(_published(values)))
    for signature in (first, second):
        assert verify(signature, keys)["tenant_id"] == tenant.tenant


@pytest.mark.nightly
def test_what_a_retired_key_signs_is_refused_and_the_case_can_be_asked_for_again(
    processes: RunningPlatform, values: Values, tenant: World
) -> None:
    tenant.live("before")
    list(rotate(OWNER, MANIFESTS, values, wait=_at_once))
    list(retire(OWNER, MANIFESTS, values))
    processes.client.kill("agents")
    # Whoever has the old key: here the process that was not started anew.
    case = tenant.submit("stolen")
    assert tenant.decide("approve", tenant.card(case)).status_code == 200
    tenant.settle()
    assert tenant.statuses(case) == ("certified", "ethics_cleared")
    told = [e["data"]["violation"]["rule"] for e in tenant.events() if "violation" in e["type"]]
    assert told == ["signed_decisions"]
    with pytest.raises(SignatureInvalid):
        verify(_signature(tenant, case), load_public_keys(json.dumps(_published(values))))
    processes.client.kill(OWNER)
    cancel = f"/v1/workflows/{case['case_id']}/cancel"
    assert tenant.author.post(cancel)["status"] == "ethics_cleared"
    processes.client.advance(10 * 60 + 1)
    assert tenant.author.post(cancel)["status"] == "cancelled"
    tenant.settle()
    assert tenant.card(case)["status"] == "reversed"
    again = tenant.live("stolen")
    assert tenant.statuses(again) == ("active", "live")
    assert [key["kid"] for key in _published(values)["keys"]] == [_kid(_signature(tenant, again))]
