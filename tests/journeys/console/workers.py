"""Agents of a founder's tenant that act, and the runs in which they do."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from emulators.demo.person import Person
from emulators.demo.run import at_rest
from tests.functions.tools.mcp.asking import booking
from tests.functions.tools.mcp.people import NAME
from tests.functions.tools.mcp.scripted import serving
from tests.journeys.founder import Founder
from tests.journeys.test_run import SCOPES, rehearsed
from tests.journeys.world import World, spec

YAML = {"Content-Type": "application/yaml"}
LEDGER = """\
capsule: write-down
version: 1.0.0
agent: book-keeper
steps:
  - id: write
    use: assent/ledger.append
    with: {ledger: log, line: done}
outputs: {}
"""
BOOKING = f"""\
capsule: book-seat
version: 1.0.0
agent: seat-booker
steps:
  - id: book
    use: {NAME}/book
    with: {{text: Lisbon}}
outputs: {{said: "${{{{ steps.book.output.text }}}}"}}
"""


class Workers:
    """Whoever writes and starts the capsules of a founder's tenant."""

    def __init__(self, founder: Founder) -> None:
        self.world = World(founder.running.client, founder.tenant)
        scopes = (*SCOPES, "approvals:write")
        self.ada: Person = self.world.person("ada", scopes, ("operator", "developer"))

    def counts(self) -> dict[str, Any]:
        """A run that counted visits, and waits for assent to its second step."""
        plan = rehearsed(self.world, self.ada)
        return self._rests(self.ada.post("/v1/runs", {"plan_hash": plan}))

    def is_in_doubt(self) -> dict[str, Any]:
        """A run that rests because nobody knows whether its line was written."""
        self._lives("book-keeper", "assent", "ledger.append", "assent")
        self._publishes(LEDGER, "write-down")
        targets = self.world.platform.health()["targets"]
        httpx.post(f"{targets}/faults", json={"drop": 1}).raise_for_status()
        return self._rests(self.ada.post("/v1/jobs", {"capsule": "write-down"}))

    @contextmanager
    def is_asked(self) -> Iterator[dict[str, Any]]:
        """A run whose server asks a person which seat to book."""
        gala = self.world.person("gala", SCOPES, ("governor",))
        with serving(booking()) as server:
            self.ada.post("/v1/connectors", {"name": NAME, "kind": "mcp", "url": server.url})
            path, effects = f"/v1/connectors/{NAME}", {"book": "change", "look": "read"}
            pin = self.ada.send("PATCH", path, json={"effects": effects}).json()["pin"]
            gala.post(f"{path}/activate", {"pin": pin})
            self._lives("seat-booker", NAME, "book")
            self._publishes(BOOKING, "book-seat")
            yield self._rests(self.ada.post("/v1/jobs", {"capsule": "book-seat"}))

    def read(self, run: dict[str, Any]) -> dict[str, Any]:
        """The run as it is now."""
        self.world.settle()
        return dict(self.ada.get(f"/v1/runs/{run['run_id']}"))

    def _rests(self, run: dict[str, Any]) -> dict[str, Any]:
        run = at_rest(self.ada, run)
        self.world.settle()
        return run

    def _lives(self, name: str, system: str, operation: str, connector: str = "") -> None:
        declared = {"name": system, "operations": [{"name": operation, "effect": "change"}]}
        made = spec(
            name,
            systems=[{**declared, **({"connector": connector} if connector else {})}],
            skills=["keep-records"],
            data_access=[{"source": system, "mode": "write", "classification": "internal"}],
            rights={"alone": [f"{system}/{operation}"], "with_approval": [], "never": []},
        )
        case = self.world.author.send("POST", "/v1/agents", json=made)
        assert case.status_code == 202, case.text
        self.world.settle()
        self.world.approve(case.json())

    def _publishes(self, capsule: str, name: str) -> None:
        written = self.ada.send("POST", "/v1/capsules", content=capsule.encode(), headers=YAML)
        assert written.status_code == 201, written.text
        self.ada.post(f"/v1/capsules/{name}/versions/1.0.0/publish")
