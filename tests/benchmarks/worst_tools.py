"""The worst calls of `tools`: the longest arguments that operations take, and what they gave."""

import asyncio
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from itertools import count
from typing import Any

import httpx

from emulators.client import PlatformClient
from events.invocations import invocation_id
from shared.capabilities.grants import Deed, Right
from shared.capabilities.minting import mint
from shared.kit.canonical import content_hash
from shared.kit.instants import parse_instant
from shared.storage.secrets import signing_key
from tests.benchmarks.largest import LETTER
from tests.benchmarks.worst import Call, Scene, worst_of
from tests.benchmarks.worst_runs import TEXT, Running, appends, running

INVOCATION = "/v1/invocations/{invocation_id}"
NOTE = LETTER * 2_000
# As many as one notice tells.
TOLD = 20
_NUMBERS = count(1)


@dataclass(frozen=True)
class RunsService:
    """Acts as `runs` does, by a capability token for one call."""

    platform: PlatformClient
    token: str

    def send(
        self, method: str, path: str, *, content: bytes, headers: Mapping[str, str]
    ) -> httpx.Response:
        """The answer with any status."""
        signed = {"Authorization": f"Bearer {self.token}", **headers}
        return self.platform.http.request(method, path, content=content, headers=signed)


def call_of(found: Running, operation: str, arguments: dict[str, Any]) -> tuple[RunsService, Any]:
    """Who may make exactly this call of a run, and its body."""
    run_id = found.told["run_id"]
    step = f"step_{next(_NUMBERS)}"
    id = invocation_id(run_id, step, None, operation, arguments)
    platform = found.world.platform
    now = parse_instant(platform.now())
    right = Right(
        tenant_id=found.world.tenant,
        run_id=run_id,
        plan_hash=found.told["plan_hash"],
        agent_id=found.agent_id,
        agent_version=found.told["agent_version"],
    )
    deed = Deed(
        step=step,
        operation=operation,
        invocation_id=id,
        arguments_sha256=content_hash(arguments),
        expires_at=now + timedelta(seconds=240),
    )
    key = asyncio.run(signing_key("runs-signing-key"))
    body = {"invocation_id": id, "operation": operation, "arguments": arguments}
    return RunsService(platform, mint(right, deed, key, now=now)), body


def arguments_of(found: Running) -> dict[str, dict[str, Any]]:
    """The longest arguments of the operations that store or tell something."""
    to = [f"{found.world.governor.principal}"]
    return {
        "assent/artifacts.write": {"name": LETTER * 200, "text": TEXT},
        "assent/transform.apply": {"data": TEXT, "expression": "data"},
        "assent/ledger.append": {"ledger": LETTER * 30, "line": LETTER * 1_000},
        "assent/counter.add": {"counter": "a" * 100, "amount": 1_000_000},
        "assent/people.notify": {"to": to * TOLD, "text": LETTER * 2_000},
    }


@cache
def made(found: Running, operation: str) -> dict[str, Any]:
    """What became of the longest call of that operation."""
    by, body = call_of(found, operation, arguments_of(found)[operation])
    answer = by.platform.http.post(
        "/v1/invocations", json=body, headers={"Authorization": f"Bearer {by.token}"}
    )
    assert answer.is_success, answer.text
    return dict(answer.json())


@worst_of("POST", "/v1/invocations")
def invoke(scene: Scene) -> Iterator[Call]:
    found = running(scene)
    for operation, arguments in arguments_of(found).items():
        by, body = call_of(found, operation, arguments)
        yield Call(by, "/v1/invocations", body, what=operation.split("/")[1])


@worst_of("GET", INVOCATION)
def show_invocation(scene: Scene) -> Iterator[Call]:
    found = running(scene)
    call = made(found, "assent/transform.apply")
    yield Call(found.ada, f"/v1/invocations/{call['invocation_id']}", limit=1)


@worst_of("GET", "/v1/artifacts/{artifact_id}")
def show_artifact(scene: Scene) -> Iterator[Call]:
    found = running(scene)
    call = made(found, "assent/artifacts.write")
    path = f"/v1/artifacts/{call['output']['value']['artifact_id']}"
    yield Call(found.ada, path, limit=1)


@worst_of("POST", f"{INVOCATION}/settle")
def settle_invocation(scene: Scene) -> Iterator[Call]:
    found = running(scene)
    run = found.start(*appends())
    httpx.post(f"{os.environ['ASSENT_TARGETS_URL']}/faults", json={"drop": 1}).raise_for_status()
    run = found.assented(run)
    path = f"/v1/invocations/{run['waiting']['invocation_id']}/settle"
    body = {"happened": True, "output": {"position": 1}, "note": NOTE}
    yield Call(found.governor, path, body, what="the first of a hundred calls of a paused run")
