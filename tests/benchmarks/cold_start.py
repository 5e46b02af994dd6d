"""Cold start of every deployable: from the start of its process to the first answer that read its
database, beside a bare function started the same way.

Both are started by the same command, with the same environment and compiled modules, in turns. A
public side answers an authenticated GET; a private side is brought the schedule's event, which is
what wakes it most often. Audit has no schedule and no Firestore: it is brought an event that it has
in PostgreSQL already, and its floor reads a row there."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from emulators.ports import HOST
from shared.kit.bookkeeping import SCHEDULES_SOURCE
from shared.kit.ids import new_id
from shared.kit.instants import parse_instant
from shared.manifest import load_manifests
from shared.messaging.sweep import SWEEP_TYPE
from tests.benchmarks.connections import Reply, read, written
from tests.benchmarks.figures import Figure, at_most, median
from tests.benchmarks.function_process import (
    bare,
    connected,
    function_process,
)
from tests.benchmarks.started import ROOT, Started, started_platform
from tests.journeys.world import World

ROUNDS = 7
BARE_DOCUMENT = "bare"
BARE_ROW = "bare-postgres"


@dataclass(frozen=True)
class Asked:
    """The first request to a fresh process."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass
class Contestant:
    """What is started again and again."""

    env: Mapping[str, str]
    asked: Asked
    seconds: list[float] = field(default_factory=list)


def measure() -> dict[str, Figure]:
    """A figure for each deployable: the medians of its starts and of its floor's."""
    with started_platform() as platform:
        contestants = _contestants(platform)
        for number in range(-1, ROUNDS):  # The first compiles what is not yet.
            for name in contestants.keys() - {BARE_DOCUMENT, BARE_ROW}:
                # Its floor just before it, so that both meet the same machine.
                for contestant in (contestants[floor_of(name)], contestants[name]):
                    took = _start(contestant.env, contestant.asked)
                    if number >= 0:
                        contestant.seconds.append(took)
    return figures_of({name: each.seconds for name, each in contestants.items()})


def figures_of(seconds: Mapping[str, list[float]]) -> dict[str, Figure]:
    """From the starts of the deployables, of `bare` and of `bare-postgres`."""
    return {
        f"cold_start_{name.replace('-', '_')}": Figure(
            median(each), "s", floor=median(seconds[floor_of(name)]), aim=at_most(1.25)
        )
        for name, each in seconds.items()
        if name != floor_of(name)
    }


def floor_of(name: str) -> str:
    """Which bare function reads the same database; a floor is its own."""
    return BARE_ROW if name in (BARE_ROW, "audit-reactions") else BARE_DOCUMENT


def _contestants(platform: Started) -> dict[str, Contestant]:
    world = World(platform.client)
    case = world.live("writer")
    approval = world.card(case)["id"]
    world.author.send("GET", f"/v1/agents/{new_id('agt', parse_instant(platform.client.now()))}")
    world.settle()
    token = platform.client.token(
        "gala",
        world.tenant,
        scopes=("agents:read", "approvals:read", "governance:read"),
        roles=("governor",),
        expires_in=86_400,
    )
    signed = {"Authorization": f"Bearer {token}"}
    asked = {
        "agents": Asked("GET", f"/v1/agents/{case['agent_id']}", signed),
        "approvals": Asked("GET", f"/v1/approvals/{approval}", signed),
        "mobile-api": Asked("GET", f"/v1/mobile/approvals/{approval}", signed),
        "audit-reactions": _brought(next(e for e in world.events() if "missed" in e["type"])),
        **_sweeps(platform),
    }
    env = {name: platform.environment(name) for name in asked}
    document = f"/documents/tenants/{world.tenant}/approvals/{approval}"
    return {
        BARE_DOCUMENT: Contestant(bare(env["approvals"]), Asked("GET", document)),
        BARE_ROW: Contestant(bare(env["audit-reactions"]), Asked("GET", "/rows")),
        **{name: Contestant(env[name], each) for name, each in asked.items()},
    }


def _sweeps(platform: Started) -> dict[str, Asked]:
    now = platform.client.now()
    return {
        deployable: Asked(
            "POST",
            schedule.path,
            {
                "Content-Type": "application/json",
                "ce-specversion": "1.0",
                "ce-id": new_id("sch", parse_instant(now)),
                "ce-type": schedule.event_type,
                "ce-source": SCHEDULES_SOURCE,
                "ce-subject": f"schedule/{schedule.name}",
                "ce-time": now,
            },
            b"{}",
        )
        for schedule in load_manifests(ROOT).schedules
        if schedule.event_type == SWEEP_TYPE
        for deployable in schedule.deployables
    }


def _brought(event: Mapping[str, Any]) -> Asked:
    """An event of the log as Pub/Sub brings it."""
    attributes = {f"ce-{name}": str(event[name]) for name in event if name != "data"}
    headers = {"Content-Type": "application/json", "ce-specversion": "1.0", **attributes}
    topic = event["source"].rpartition("/")[2]
    return Asked("POST", f"/events/{topic}", headers, json.dumps(event["data"]).encode())


def _start(env: Mapping[str, str], asked: Asked) -> float:
    """Seconds from the start of the process to the end of its first answer."""
    began = time.perf_counter()
    with function_process(env) as port:
        reply = _first_answer(port, asked)
        took = time.perf_counter() - began
    if reply.status not in (200, 204) or not _has_read(env["K_SERVICE"], reply):
        raise RuntimeError(f"{env['K_SERVICE']} answered {reply.status}: {reply.head.decode()}")
    return took


def _has_read(service: str, reply: Reply) -> bool:
    # Rows of PostgreSQL are billed by the hour, so audit does not count them.
    return service == "bare" or service.startswith("audit") or b"firestore-reads=" in reply.head


def _first_answer(port: int, asked: Asked) -> Reply:
    request = written(asked.method, asked.target, f"{HOST}:{port}", asked.headers, asked.body)
    with connected(port) as connection:
        connection.sendall(request)
        received = b""
        while True:
            part = connection.recv(65_536)
            received += part
            reply = read(received)
            if reply is not None:
                return reply
            if not part:
                raise ConnectionResetError("the function closed before it had answered")
