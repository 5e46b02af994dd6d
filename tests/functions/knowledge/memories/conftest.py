"""A tenant whose agent remembers, called by people and by steps of runs."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from functions.knowledge.aggregates import RUN
from functions.knowledge.memory_api import ROUTER
from shared.artifacts.aggregates import ARTIFACTS
from shared.artifacts.artifact import Artifact
from shared.kit.canonical import content_hash
from shared.kit.ids import new_id
from shared.runtime import function_calls
from shared.runtime.app import create_api
from shared.storage.batches import Batch
from tests.bearers import authorization
from tests.functions.capsules.agents import deploy, spec_of
from tests.functions.runs.conftest import clock, cloud, issuing_key, jobs, targets, topics, world
from tests.functions.runs.jobs import Apart, Jobs
from tests.shared.cloud import Cloud

__all__ = ["clock", "cloud", "issuing_key", "jobs", "targets", "topics", "world"]

SCOPES = ("knowledge:read", "knowledge:write", "runs:read")
NAMES = ("remember", "recall", "correct", "forget")
EFFECTS = {"remember": "draft", "recall": "read", "correct": "draft", "forget": "draft"}


def spec(name: str = "note-taker") -> Any:
    """An agent that remembers, and reads files."""
    operations = [
        {"name": "transform.apply", "effect": "read"},
        {"name": "artifacts.read", "effect": "read"},
        *({"name": f"memory.{each}", "effect": EFFECTS[each]} for each in NAMES),
    ]
    rights = {"alone": [f"assent/{each['name']}" for each in operations]}
    systems = [{"name": "assent", "connector": "assent", "operations": operations}]
    return spec_of(name, systems=systems, rights=rights)


@dataclass(frozen=True)
class Memories:
    """The memories of one tenant."""

    jobs: Jobs
    client: httpx.AsyncClient
    wire: Apart
    agent_id: str
    principal: str = "gala"
    roles: tuple[str, ...] = ("governor",)
    workspace: str | None = None

    async def ask(
        self, method: str, path: str = "", body: Any = None, key: str = "", **query: Any
    ) -> Any:
        """The answer of `knowledge`, to the call with that idempotency key if one is given."""
        w = self.jobs.world
        headers = authorization(w.key, self.principal, w.tenant, SCOPES, self.roles, self.workspace)
        headers |= {"Idempotency-Key": key} if key else {}
        path = f"/v1/memories{path}"
        return await self.client.request(method, path, json=body, params=query, headers=headers)

    async def tell(self, fact: str, **fields: Any) -> Any:
        body = {"fact": fact, "scope": "agent", "agent_id": self.agent_id, **fields}
        answer = await self.ask("POST", body={k: v for k, v in body.items() if v is not None})
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def held(self, **query: Any) -> list[str]:
        """The facts of the list."""
        answer = await self.ask("GET", **query)
        assert answer.status_code == 200, answer.text
        return [each["fact"] for each in answer.json()["items"]]

    async def run(self, steps: str, *, status: str = "completed", **inputs: Any) -> Any:
        """A run of a capsule with these steps."""
        name = f"does-{content_hash(steps)[-12:]}"
        head = f"capsule: {name}\nversion: 1.0.0\nagent: note-taker\n"
        await self.jobs.write(f"{head}steps:\n{steps}")
        await self.jobs.command("1.0.0", "publish", name)
        answer = await self.jobs.post({"capsule": name, "inputs": inputs})
        assert answer.status_code in (201, 202), answer.text
        run: Any = answer.json()
        assert run["status"] == status, run
        return run

    async def remember(self, fact: str, kind: str, id: str, more: str = "") -> Any:
        """A run that remembers a fact of a source; the memory."""
        source = f"{{kind: {kind}, id: {id}}}"
        step = f"  - id: kept\n    use: assent/memory.remember\n    with: {{fact: {fact}"
        run = await self.run(f"{step}, source: {source}{more}}}\n")
        kept = await self.output(run, "kept")
        return {**kept["output"]["value"], "run_id": run["run_id"]}

    async def artifact(self, *labels: str) -> str:
        """The id of a file with these labels."""
        at = datetime.now(UTC)
        artifact = Artifact(
            artifact_id=new_id("art", at),
            file_name="note.txt",
            media_type="text/plain",
            bytes=1,
            sha256="0" * 64,
            status="stored",
            labels=labels,
            created_at=at,
            stored_at=at,
        )
        batch = Batch()
        batch.create(
            ARTIFACTS.collection, artifact.artifact_id, ARTIFACTS.fields(artifact, 1, None)
        )
        await self.jobs.world.store.commit(batch)
        return artifact.artifact_id

    def of(self, principal: str, *roles: str, workspace: str | None = None) -> "Memories":
        """The same for somebody else."""
        return replace(self, principal=principal, roles=roles, workspace=workspace)

    async def output(self, run: Any, step: str) -> Any:
        """What a step of the run gave."""
        answer = await self.jobs.ask("GET", f"/v1/runs/{run['run_id']}/steps")
        found = {each["step"]: each for each in answer.json()["items"]}
        return found[step]


@pytest.fixture
async def memories(
    jobs: Jobs, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Memories]:
    await cloud.mailbox("knowledge")
    deployed = await deploy(jobs.world.tenant, spec())
    wire = Apart(create_api(function="knowledge", router=ROUTER, run=RUN))
    async with httpx.AsyncClient(transport=wire, base_url="http://knowledge") as client:
        monkeypatch.setitem(function_calls._clients.here(), "knowledge", client)
        yield Memories(jobs, client, wire, deployed.agent_id)
