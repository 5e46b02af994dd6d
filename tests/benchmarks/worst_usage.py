"""The worst calls of usage: as many events as one call takes, and many sums."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

from emulators.demo.person import Person
from tests.benchmarks.worst import Call, Scene, worst_of
from tests.benchmarks.worst_runs import running

USAGE = "/v1/usage"
METER = f"{USAGE}/meters/pages"
SCOPES = ("usage:read", "usage:write")


def _events(first: int, many: int) -> dict[str, Any]:
    at = datetime.now(UTC).isoformat()
    events = [
        {
            "id": f"{each:0100}",
            "meter": "pages",
            "quantity": 1,
            "at": at,
            "subject": f"{each:0100}",
        }
        for each in range(first, first + many)
    ]
    return {"events": events}


@cache
def admin(scene: Scene) -> Person:
    """An admin of a tenant with a meter and a thousand subjects."""
    ana = running(scene).world.person("ana", SCOPES, ("tenant_admin",))
    ana.send("PUT", METER, json={"unit": "pages"})
    ana.post(f"{USAGE}/events", _events(0, 1_000))
    return ana


@worst_of("POST", f"{USAGE}/events")
def tell(scene: Scene) -> Iterator[Call]:
    yield Call(admin(scene), f"{USAGE}/events", _events(1_000, 1_000), what="1,000 events")


@worst_of("GET", USAGE)
def show(scene: Scene) -> Iterator[Call]:
    yield Call(admin(scene), f"{USAGE}?group_by=subject", what="1,000 subjects")


@worst_of("GET", f"{USAGE}/meters")
def list_meters(scene: Scene) -> Iterator[Call]:
    yield Call(admin(scene), f"{USAGE}/meters")


@worst_of("PUT", f"{USAGE}/meters/{{meter}}")
def declare(scene: Scene) -> Iterator[Call]:
    yield Call(admin(scene), f"{USAGE}/meters/sheets", {"unit": "sheets"})


@worst_of("GET", f"{USAGE}/roots")
def list_roots(scene: Scene) -> Iterator[Call]:
    yield Call(admin(scene), f"{USAGE}/roots?period={datetime.now(UTC):%Y-%m}")


@worst_of("GET", f"{USAGE}/roots/{{period}}/{{meter}}/proof")
def prove(scene: Scene) -> Iterator[Call]:
    path = f"{USAGE}/roots/{datetime.now(UTC):%Y-%m}/pages/proof"
    yield Call(admin(scene), path)
    yield Call(admin(scene), f"{path}?slab=1", what="a slab of 500 events")
