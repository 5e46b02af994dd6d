"""Files that a request's evidence or a refusal's reason names: bound, shown, kept."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from emulators.buckets import Buckets
from functions.approvals.aggregates import APPROVALS, FILES
from shared.artifacts.aggregates import ARTIFACTS
from shared.artifacts.artifact import Artifact, written
from shared.artifacts.content import object_name
from shared.kit.canonical import hash_of
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from tests.functions.approvals.api.conftest import Program
from tests.functions.approvals.api.test_approvals_api import (
    ASKED,
    deciding,
    governor,
    refused,
    vetoing,
)

BODY = b"day,amount\n1,20\n"
ONE, OTHER, MISSING = (f"art_01KAGQ0000000000000000000{each}" for each in "ABC")
READING = ("approvals:read", "approvals:write", "governance:read")


@pytest.fixture
async def clinic(program: Program, buckets: Buckets) -> Program:
    """A program that may read files too, in a tenant that keeps two of them."""
    clinic = program.with_scopes(*READING)
    await keep(clinic, ONE)
    await keep(clinic, OTHER)
    return clinic


async def keep(program: Program, id: str, **fields: Any) -> None:
    made = written(
        f"inv_{id.partition('_')[2]}",
        name="sales.csv",
        media_type="text/csv",
        sha256=hash_of(BODY),
        size=len(BODY),
        labels=(),
        agent_id="agt_1",
        run_id="run_1",
        at=datetime(2026, 11, 20, tzinfo=UTC),
    )
    batch = Batch()
    fields = ARTIFACTS.fields(made.state.but(**fields), 1, None)
    batch.put(ARTIFACTS.collection, id, fields)
    await TenantStore(program.tenant).commit(batch)
    await FILES.put(object_name(program.tenant, id), BODY)


async def artifact(program: Program, id: str) -> Artifact:
    document = await TenantStore(program.tenant).get(ARTIFACTS.collection, id)
    assert document is not None
    stored = ARTIFACTS.read(document).state
    assert stored is not None
    return stored


async def asked(program: Program, *evidence: Any) -> Any:
    answer = await program.post("/v1/approvals", {**ASKED, "evidence": list(evidence)})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def files(program: Program, card: Any) -> list[Any]:
    answer = await program.get(f"/v1/approvals/{card['id']}")
    found: list[Any] = answer.json()["files"]
    return found


async def test_evidence_is_listed_with_an_address_and_kept_from_then_on(clinic: Program) -> None:
    card = await asked(clinic, "sales", {"report": f"see {ONE}"})
    (file,) = await files(clinic, card)
    assert (file["artifact_id"], file["named_as"], file["name"]) == (ONE, "evidence", "sales.csv")
    assert (file["media_type"], file["bytes"]) == ("text/csv", len(BODY))
    assert file["sha256"] == hash_of(BODY)
    async with httpx.AsyncClient(verify=False, trust_env=False) as outside:
        read = await outside.get(file["download"]["url"])
    assert (read.status_code, read.content) == (200, BODY)
    kept = await artifact(clinic, ONE)
    assert (kept.cited_by, kept.keep_until, kept.status) == (card["id"], None, "stored")
    assert (await artifact(clinic, OTHER)).cited_by is None


async def test_whose_token_opens_no_files_sees_no_address_and_cites_none(clinic: Program) -> None:
    card = await asked(clinic, ONE)
    nobody = clinic.with_scopes("approvals:read", "approvals:write")
    (file,) = await files(nobody, card)
    assert (file["artifact_id"], file["download"]) == (ONE, None)
    answer = await nobody.post("/v1/approvals", {**ASKED, "evidence": [OTHER]})
    refused(answer, 403, "scope_missing")
    assert (await artifact(clinic, OTHER)).cited_by is None


@pytest.mark.parametrize("decision", ["reject", "request_changes"])
async def test_a_refusal_is_signed_with_the_hashes_of_what_is_attached(
    clinic: Program, decision: str
) -> None:
    card = await asked(clinic)
    said = deciding(card, decision, note="See the file.", attachments=[ONE, ONE, OTHER])
    answer = await governor(clinic).with_scopes(*READING).post(_decisions(card), said)
    assert answer.status_code == 200, answer.text
    digest = hash_of(BODY)
    bound = [{"artifact_id": each, "sha256": digest} for each in (ONE, OTHER)]
    assert answer.json()["attachments"] == bound
    document = await TenantStore(clinic.tenant).get(APPROVALS.collection, card["id"])
    assert document is not None
    stored = APPROVALS.read(document).state
    assert stored is not None
    # What is signed is the hash of the whole event, the files with it.
    assert stored.signature is not None
    assert [each.sha256 for each in stored.attachments] == [digest, digest]
    assert {each["named_as"] for each in await files(clinic, card)} == {"attachment"}
    again = await governor(clinic).with_scopes(*READING).post(_decisions(card), said)
    assert again.json() == answer.json()
    assert (await artifact(clinic, OTHER)).cited_by == card["id"]


async def test_a_veto_takes_files(clinic: Program) -> None:
    card = await asked(clinic)
    vetoer = governor(clinic).with_scopes(*READING)
    answer = await vetoer.post("/v1/vetoes", vetoing(card, attachments=[ONE]))
    assert answer.status_code == 200, answer.text
    assert [each["artifact_id"] for each in answer.json()["attachments"]] == [ONE]
    assert (await artifact(clinic, ONE)).cited_by == card["id"]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"status": "pending"}, "it was not uploaded and completed yet"),
        ({"status": "scanning"}, "it is being scanned"),
        ({"status": "refused"}, "it was refused"),
        ({"status": "removed"}, "it was removed"),
        ({"workspace_id": "wsp_1"}, "there is no such artifact where the approval lies"),
    ],
)
async def test_what_cannot_be_read_is_not_cited(
    clinic: Program, fields: dict[str, Any], why: str
) -> None:
    await keep(clinic, MISSING, **fields)
    told = f"names {MISSING}, which cannot be cited: {why}"
    answer = await clinic.post("/v1/approvals", {**ASKED, "evidence": [MISSING]})
    refused(answer, 422, "invalid", "evidence")
    assert answer.json()["errors"][0]["message"] == told
    card = await asked(clinic)
    decider = governor(clinic).with_scopes(*READING)
    said = deciding(card, "request_changes", note="See.", attachments=[ONE, MISSING])
    answer = await decider.post(_decisions(card), said)
    refused(answer, 422, "invalid", "attachments")
    assert answer.json()["errors"][0]["message"] == told
    assert (await artifact(clinic, ONE)).cited_by is None
    assert (await clinic.get(f"/v1/approvals/{card['id']}")).json()["status"] == "pending"


async def test_another_tenants_file_and_what_is_no_file_are_refused(clinic: Program) -> None:
    elsewhere = clinic.at(f"{clinic.tenant}-b")
    answer = await elsewhere.post("/v1/approvals", {**ASKED, "evidence": [ONE]})
    refused(answer, 422, "invalid", "evidence")
    card = await asked(clinic)
    decider = governor(clinic).with_scopes(*READING)
    said = deciding(card, "reject", attachments=["https://clinic.example/file"])
    answer = await decider.post(_decisions(card), said)
    refused(answer, 422, "invalid", "attachments.0")
    assert "POST /v1/artifacts" in answer.text
    answer = await decider.post(_decisions(card), deciding(card, "approve", attachments=[ONE]))
    refused(answer, 422, "invalid", "attachments")


def _decisions(card: Any) -> str:
    return f"/v1/approvals/{card['id']}/decisions"
