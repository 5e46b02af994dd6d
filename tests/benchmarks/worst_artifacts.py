"""The worst calls of artifacts: the longest names, the largest file, and many files."""

import hashlib
from collections.abc import Iterator
from functools import cache
from typing import Any

import httpx

from shared.artifacts.artifact import MOST_BYTES
from tests.benchmarks.largest import LETTER, MANY, together
from tests.benchmarks.worst import LIMITS, Call, Scene, worst_of
from tests.benchmarks.worst_runs import running
from tests.benchmarks.worst_tools import made

ARTIFACTS, ARTIFACT = "/v1/artifacts", "/v1/artifacts/{artifact_id}"
_LARGEST = b"x" * MOST_BYTES


def _said(content: bytes = b"x") -> dict[str, Any]:
    digest = hashlib.sha256(content).hexdigest()
    named = {"name": LETTER * 200, "media_type": "text/plain"}
    return {**named, "size": len(content), "sha256": digest}


@cache
def kept(scene: Scene) -> None:
    """More files than a list shows."""
    ada = running(scene).ada
    together(lambda: ada.post(ARTIFACTS, _said()), MANY)


@worst_of("POST", ARTIFACTS)
def announce(scene: Scene) -> Iterator[Call]:
    yield Call(running(scene).ada, ARTIFACTS, _said(_LARGEST))


@worst_of("POST", f"{ARTIFACT}/complete")
def complete(scene: Scene) -> Iterator[Call]:
    ada = running(scene).ada
    artifact = ada.post(ARTIFACTS, _said(_LARGEST))
    upload = artifact["upload"]
    httpx.put(upload["url"], content=_LARGEST, headers=upload["headers"]).raise_for_status()
    yield Call(ada, f"{ARTIFACTS}/{artifact['artifact_id']}/complete", what="32 MiB")


@worst_of("GET", ARTIFACTS)
def list_artifacts(scene: Scene) -> Iterator[Call]:
    kept(scene)
    for limit in LIMITS:
        path = f"{ARTIFACTS}?limit={limit}"
        yield Call(running(scene).ada, path, what=f"limit {limit}", limit=limit)


@worst_of("GET", f"{ARTIFACTS}/retention")
def show_artifact_retention(scene: Scene) -> Iterator[Call]:
    yield Call(running(scene).ada, f"{ARTIFACTS}/retention")


@worst_of("PUT", f"{ARTIFACTS}/retention")
def set_artifact_retention(scene: Scene) -> Iterator[Call]:
    admin = running(scene).world.person("ana", ("runs:read", "runs:write"), ("tenant_admin",))
    yield Call(admin, f"{ARTIFACTS}/retention", {"days": 30})


@worst_of("GET", ARTIFACT)
def show_artifact(scene: Scene) -> Iterator[Call]:
    found = running(scene)
    call = made(found, "assent/artifacts.write")
    path = f"{ARTIFACTS}/{call['output']['value']['artifact_id']}"
    yield Call(found.ada, path)


@worst_of("DELETE", ARTIFACT)
def remove(scene: Scene) -> Iterator[Call]:
    ada = running(scene).ada
    artifact = ada.post(ARTIFACTS, _said())
    yield Call(ada, f"{ARTIFACTS}/{artifact['artifact_id']}")
