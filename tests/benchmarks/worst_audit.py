"""The worst calls of `audit`: of a tenant with a long log."""

from collections.abc import Iterator
from functools import cache, cached_property
from typing import Any

from emulators.demo.person import Person
from events.receipts import ASKED, ModelTurn, Receipt
from functions.audit.rules.comparison import MOST_VERSIONS
from tests.benchmarks.largest import sent
from tests.benchmarks.worst import LIMITS, Call, Scene, worst_of
from tests.functions.audit.reports import append_all, receipt, report

AN_HOUR = 3600
# As long as any is.
RECEIPTS = [receipt(number, step="s" * 200, reason="r" * 500) for number in range(100)]
RECEIPT = RECEIPTS[50].receipt_id
PROMPT = "p" * 60


def _question(number: int, version: int) -> Receipt:
    model = ModelTurn(name="scripted", turn=0, prompt=f"{PROMPT}@{version}", answered_in_ms=1_000)
    return receipt(number, operation=ASKED, decision=None, model=model)


class Log:
    """A tenant's audit log that a checkpoint covers, and somebody who reads it."""

    def __init__(self, scene: Scene) -> None:
        world = scene.full.world
        scopes = ("audit:read", "audit:write")
        self.reader: Person = world.person("ada", scopes, ("analyst",))
        append_all(*(report(world.tenant, n, *RECEIPTS[n : n + 50]) for n in (0, 50)))
        world.platform.advance(AN_HOUR)
        world.settle()
        checkpoint = self.reader.get("/v1/audit/checkpoint")
        self.size = int(checkpoint["size"])

    @cached_property
    def export(self) -> dict[str, Any]:
        """An export of the whole log."""
        return sent(self.reader, "/v1/audit/exports", None)


@cache
def log_of(scene: Scene) -> Log:
    """The scene's log, made when the first call needs it."""
    return Log(scene)


@worst_of("GET", "/v1/audit/entries")
def list_entries(scene: Scene) -> Iterator[Call]:
    for limit in LIMITS:
        path = f"/v1/audit/entries?limit={limit}"
        yield Call(log_of(scene).reader, path, what=f"limit {limit}", limit=limit)


@worst_of("GET", "/v1/audit/checkpoint")
def show_checkpoint(scene: Scene) -> Iterator[Call]:
    yield Call(log_of(scene).reader, "/v1/audit/checkpoint", limit=1)


@worst_of("GET", "/v1/audit/proofs")
def show_proofs(scene: Scene) -> Iterator[Call]:
    log = log_of(scene)
    path = f"/v1/audit/proofs?entry={log.size // 2}&from_size={log.size - 1}"
    yield Call(log.reader, path, what="both proofs", limit=1)


@worst_of("GET", "/v1/audit/exports/{export_id}")
def show_export(scene: Scene) -> Iterator[Call]:
    log = log_of(scene)
    yield Call(log.reader, f"/v1/audit/exports/{log.export['export_id']}", limit=1)


@worst_of("GET", "/v1/receipts")
def list_receipts(scene: Scene) -> Iterator[Call]:
    for limit in LIMITS:
        path = f"/v1/receipts?limit={limit}&run_id={RECEIPTS[0].run_id}"
        yield Call(log_of(scene).reader, path, what=f"limit {limit}", limit=limit)


@worst_of("GET", "/v1/receipts/{receipt_id}")
def show_receipt(scene: Scene) -> Iterator[Call]:
    for format in ("dsse", "cose"):
        path = f"/v1/receipts/{RECEIPT}?format={format}"
        yield Call(log_of(scene).reader, path, what=format, limit=1)


@worst_of("GET", "/v1/receipts/{receipt_id}/proof")
def prove_receipt(scene: Scene) -> Iterator[Call]:
    yield Call(log_of(scene).reader, f"/v1/receipts/{RECEIPT}/proof", limit=1)


@worst_of("POST", "/v1/receipts/{receipt_id}/verify")
def verify_receipt(scene: Scene) -> Iterator[Call]:
    reader = log_of(scene).reader
    envelope = reader.get(f"/v1/receipts/{RECEIPT}")["envelope"]
    yield Call(reader, f"/v1/receipts/{RECEIPT}/verify", {"envelope": envelope})


@worst_of("GET", "/v1/prompts/{name}/comparison")
def compare_prompt(scene: Scene) -> Iterator[Call]:
    world = scene.full.world
    reader = world.person("mara", ("models:read",), ("developer",))
    asked = [_question(1_000 + version, version) for version in range(1, MOST_VERSIONS + 1)]
    append_all(*(report(world.tenant, 1_000 + n, *asked[n : n + 50]) for n in (0, 50)))
    time = "from=2026-11-01T00:00:00Z&to=2027-01-31T00:00:00Z"
    what = f"{MOST_VERSIONS} versions"
    yield Call(reader, f"/v1/prompts/{PROMPT}/comparison?{time}", what=what)


@worst_of("POST", "/v1/audit/exports")
def request_export(scene: Scene) -> Iterator[Call]:
    yield Call(log_of(scene).reader, "/v1/audit/exports", what="a long log")


@worst_of("POST", "/v1/tenants/{tenant_id}/export")
def request_everything(scene: Scene) -> Iterator[Call]:
    admin = scene.full.world.person("adam", ("audit:write",), ("tenant_admin",))
    path = f"/v1/tenants/{scene.full.world.tenant}/export"
    yield Call(admin, path, what="for each entry of a long log", items=log_of(scene).size)
