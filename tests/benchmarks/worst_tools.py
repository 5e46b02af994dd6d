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
from events.connector_definition import MOST_OPERATIONS
from events.invocations import invocation_id
from functions.tools.rules.credential import MOST_CREDENTIALS
from shared.capabilities.grants import Deed, Right
from shared.capabilities.minting import mint
from shared.kit.canonical import content_hash
from shared.kit.instants import parse_instant
from shared.storage.secrets import signing_key
from tests.benchmarks.largest import LETTER, MANY, sent, together, unused_name
from tests.benchmarks.worst import LIMITS, Call, Scene, worst_of
from tests.benchmarks.worst_runs import TEXT, Running, appends, running
from tests.functions.tools.mcp.scripted import Script, serving, tool

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


def call_of(
    found: Running,
    operation: str,
    arguments: dict[str, Any],
    pin: str = "",
    run: dict[str, Any] | None = None,
) -> tuple[RunsService, Any]:
    """Who may make exactly this call of the run, or of one that told much; the plan has that
    pin. And the call's body."""
    run = run or found.told
    run_id = run["run_id"]
    step = f"step_{next(_NUMBERS)}"
    id = invocation_id(run_id, step, None, operation, arguments)
    platform = found.world.platform
    now = parse_instant(platform.now())
    right = Right(
        tenant_id=found.world.tenant,
        run_id=run_id,
        plan_hash=run["plan_hash"],
        agent_id=found.agent_id,
        agent_version=run["agent_version"],
    )
    deed = Deed(
        step=step,
        operation=operation,
        invocation_id=id,
        arguments_sha256=content_hash(arguments),
        pin=pin,
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
        "assent/skills.run": {
            "code": f"def run(text):\n    return text\n{'#' * 31_000}",
            "inputs": {"text": TEXT},
            "output": {"type": "string"},
        },
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


@dataclass(frozen=True)
class AgentsService:
    """Runs an agent elsewhere, by a token whose key names it."""

    platform: PlatformClient
    token: str

    def send(
        self, method: str, path: str, *, content: bytes, headers: Mapping[str, str]
    ) -> httpx.Response:
        """The answer with any status."""
        said = {"Authorization": f"Bearer {self.token}", "Accept": "application/json", **headers}
        return self.platform.http.request(method, path, content=content, headers=said)


@worst_of("POST", "/mcp")
def answer_message(scene: Scene) -> Iterator[Call]:
    found = running(scene)
    token = found.world.platform.token(
        "service_1",
        found.world.tenant,
        scopes=("tools:write",),
        roles=("service_runtime",),
        agent=found.agent_id,
    )
    service = AgentsService(found.world.platform, token)
    for operation, arguments in arguments_of(found).items():
        name = operation.replace("/", "__").replace(".", "_")
        params = {"name": name, "arguments": arguments}
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        yield Call(service, "/mcp", body, what=operation.split("/")[1])
    yield Call(service, "/mcp", {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}, what="tools")


@worst_of("GET", INVOCATION)
def show_invocation(scene: Scene) -> Iterator[Call]:
    found = running(scene)
    call = made(found, "assent/transform.apply")
    yield Call(found.ada, f"/v1/invocations/{call['invocation_id']}", limit=1)


@worst_of("POST", f"{INVOCATION}/settle")
def settle_invocation(scene: Scene) -> Iterator[Call]:
    found = running(scene)
    run = found.start(*appends())
    httpx.post(f"{os.environ['ASSENT_TARGETS_URL']}/faults", json={"drop": 1}).raise_for_status()
    run = found.assented(run)
    path = f"/v1/invocations/{run['waiting']['invocation_id']}/settle"
    body = {"happened": True, "output": {"position": 1}, "note": NOTE}
    yield Call(found.governor, path, body, what="the first of a hundred calls of a paused run")


CONNECTOR = "/v1/connectors/{name}"
# A connector is written in 128 KiB at most, and most of it is schemas.
_DESCRIBED = LETTER * 13_000


def definition(name: str) -> dict[str, Any]:
    """The largest connector of that name."""
    schema = {"type": "object", "properties": {"x": {"type": "string"}}}
    plain = {"effect": "change", "method": "POST", "path": "/" + "p" * 200, "input_schema": schema}
    operations = [{"name": f"{number:0100d}", **plain} for number in range(MOST_OPERATIONS)]
    operations[0]["input_schema"] = {**schema, "description": _DESCRIBED}
    hosts = [f"{number:02d}.{'h' * 60}.example.com" for number in range(19)]
    url = f"https://{'h' * 60}.example.com/{'u' * 300}"
    return {
        "name": name,
        "url": url,
        "hosts": [f"{'h' * 60}.example.com", *hosts],
        "operations": operations,
    }


def registered(found: Running, *, active: bool = False) -> dict[str, Any]:
    """The largest connector, a draft unless it is to be active."""
    made = sent(found.ada, "/v1/connectors", definition(unused_name()))
    if active:
        path = f"/v1/connectors/{made['name']}/activate"
        sent(found.governor, path, {"pin": made["pin"]})
    return made


def credential(number: int = 0) -> tuple[str, dict[str, Any]]:
    """The path and the body of the largest credential."""
    hosts = [f"{each:02d}.{'h' * 60}.example.com" for each in range(20)]
    body = {
        "kind": "oauth2",
        "hosts": hosts,
        "secret": "s" * 8_192,
        "user": "u" * 200,
        "token_url": f"https://{hosts[0]}/{'t' * 400}",
        "scope": "s" * 500,
        "audience": "a" * 500,
    }
    return f"/v1/credentials/{'c' * 57}-{number:02d}", body


@worst_of("POST", "/v1/connectors")
def register_connector(scene: Scene) -> Iterator[Call]:
    found = running(scene)
    yield Call(found.ada, "/v1/connectors", definition(unused_name()))
    small = definition(unused_name())
    small |= {"operations": small["operations"][1:2], "hosts": small["hosts"][:1]}
    yield Call(found.ada, "/v1/connectors", small, what="of one operation")


@worst_of("GET", "/v1/connectors")
def list_connectors(scene: Scene) -> Iterator[Call]:
    found = running(scene)
    together(lambda: registered(found), MANY)
    for limit in LIMITS:
        path = f"/v1/connectors?limit={limit}"
        yield Call(found.ada, path, what=f"limit {limit}", limit=limit)


@worst_of("GET", CONNECTOR)
def show_connector(scene: Scene) -> Iterator[Call]:
    found = running(scene)
    yield Call(found.ada, f"/v1/connectors/{registered(found)['name']}", limit=1)


@worst_of("PATCH", CONNECTOR)
def change_connector(scene: Scene) -> Iterator[Call]:
    found = running(scene)
    path = f"/v1/connectors/{registered(found, active=True)['name']}"
    operations = definition("changed")["operations"][:-1]
    yield Call(found.ada, path, {"operations": operations}, what="all operations of an active one")
    yield Call(found.ada, path, {"url": f"https://{'h' * 60}.example.com"}, what="only the url")


@worst_of("POST", f"{CONNECTOR}/refresh")
def refresh_connector(scene: Scene) -> Iterator[Call]:
    found = running(scene)
    server = Script(tools=[tool(f"{number:0100d}") for number in range(MOST_OPERATIONS)])
    server.tools[0]["description"] = LETTER * 8_000
    with serving(server):
        body = {"name": unused_name(), "kind": "mcp", "url": server.url}
        made = sent(found.ada, "/v1/connectors", body)
        path = f"/v1/connectors/{made['name']}"
        sent(found.governor, f"{path}/activate", {"pin": made["pin"]})
        yield Call(found.ada, f"{path}/refresh", what="nothing differs")
        for each in server.tools:
            each |= {"title": "t" * 100}
        yield Call(found.ada, f"{path}/refresh", what="all tools differ")


@worst_of("POST", f"{CONNECTOR}/activate")
def activate_connector(scene: Scene) -> Iterator[Call]:
    found = running(scene)
    made = registered(found)
    path = f"/v1/connectors/{made['name']}/activate"
    yield Call(found.governor, path, {"pin": made["pin"]})


@worst_of("POST", f"{CONNECTOR}/suspend")
def suspend_connector(scene: Scene) -> Iterator[Call]:
    found = running(scene)
    path = f"/v1/connectors/{registered(found, active=True)['name']}/suspend"
    yield Call(found.governor, path, {"reason": NOTE})


@worst_of("DELETE", CONNECTOR)
def remove_connector(scene: Scene) -> Iterator[Call]:
    found = running(scene)
    path = f"/v1/connectors/{registered(found, active=True)['name']}"
    yield Call(found.governor, path, what="an active one")


@worst_of("PUT", "/v1/credentials/{name}")
def put_credential(scene: Scene) -> Iterator[Call]:
    path, body = credential()
    found = running(scene)
    for what in ("the largest", "it replaces the largest"):
        yield Call(found.ada, path, body, what=what)


@worst_of("GET", "/v1/credentials")
def list_credentials(scene: Scene) -> Iterator[Call]:
    found = running(scene)
    for number in range(MOST_CREDENTIALS):
        path, body = credential(number)
        sent(found.ada, path, body, method="PUT")
    for limit in LIMITS:
        path = f"/v1/credentials?limit={limit}"
        yield Call(found.ada, path, what=f"limit {limit}", limit=limit)


@worst_of("DELETE", "/v1/credentials/{name}")
def delete_credential(scene: Scene) -> Iterator[Call]:
    found = running(scene)
    path, body = credential()
    sent(found.ada, path, body, method="PUT")
    yield Call(found.ada, path)
