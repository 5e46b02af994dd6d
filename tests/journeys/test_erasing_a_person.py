"""What people write can be erased: nobody reads it afterwards, and everything stays valid."""

import json
import os
import subprocess
import sys
import uuid
from typing import Any

import pytest
from google.cloud.firestore import Client

from emulators.running import RunningPlatform
from functions.audit.check import Checked, check
from functions.audit.store import read_entries, read_head
from mobile_api.service.rebuild import Rebuilt, rebuild
from shared.kit import clock
from shared.kit.sealing import ERASED
from shared.storage import subject_keys
from tests.attacks.asking import ask, decide
from tests.attacks.conftest import firestore
from tests.journeys.world import CORE_SCOPES, PHONE_SCOPES, World, precedent

__all__ = ["firestore"]

pytestmark = pytest.mark.platform
NOTE = "Zebrafink wrote this note about Mrs Quagga."
SUMMARY = "Okapi asks to rebuild the index."


async def _bodies(tenant: str) -> list[str]:
    head = await read_head(tenant)
    return [each.body async for each in read_entries(tenant, head.number)]


async def _rebuilt(tenant: str) -> Rebuilt:
    return await rebuild(tenant, now=clock.now(), write=False)


def stored(firestore: Client, tenant: str) -> dict[str, str]:
    """Everything that Firestore holds of a tenant, by the path of its document."""
    collections = firestore.document(f"tenants/{tenant}").collections()
    documents = (each for collection in collections for each in collection.stream())
    return {each.reference.path: str(each.to_dict()) for each in documents}


def erase(running: RunningPlatform, tenant: str, *principals: str) -> str:
    """What the command prints."""
    command = ("-m", "functions.identity.erasing", "--tenant", tenant, "--subject", *principals)
    said = subprocess.run(
        [sys.executable, *command],
        env={**os.environ, **running.env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert said.returncode == 0, said.stderr
    return said.stdout


def shown(world: World, card: dict[str, Any]) -> tuple[str, str, str]:
    """The note and the summary of a card to a phone and to a program, and the timeline's note."""
    phone = world.governor.get(f"/v1/mobile/approvals/{card['id']}")
    program = world.governor.get(f"/v1/approvals/{card['id']}")
    assert phone["summary"] == program["summary"]
    return program["note"], phone["summary"], phone["timeline"][-1]["note"]


def test_an_erased_person_is_read_nowhere_and_log_chain_and_projections_stay_whole(
    world: World,
    running: RunningPlatform,
    firestore: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    card = ask(world.author, summary=SUMMARY)
    assert decide(world.governor, card, "reject", note=NOTE).json()["note"] == NOTE
    world.settle()
    assert shown(world, card) == (NOTE, SUMMARY, NOTE)
    everything = [*stored(firestore, world.tenant).values(), *map(json.dumps, world.events())]
    everything += running.run(_bodies(world.tenant))
    assert not [each for each in everything if "Zebrafink" in each or "Okapi" in each]

    said = erase(running, world.tenant, "gala")
    # As an instance that never read the key, or that read it five minutes ago.
    monkeypatch.setattr(subject_keys, "TRUSTED_SECONDS", 0.0)
    world.settle()
    assert shown(world, card) == (ERASED, SUMMARY, ERASED)
    listed = world.governor.get("/v1/mobile/approvals", status="decided")["items"]
    assert [each["summary"] for each in listed] == [SUMMARY]
    rebuilt: Rebuilt = running.run(_rebuilt(world.tenant))
    assert (rebuilt.digest_before, rebuilt.written) == (rebuilt.digest_after, 0)
    checked: Checked = running.run(check(world.tenant, with_log=True))
    assert checked.broken == ()

    # Again it changes nothing, and is not audited again.
    assert erase(running, world.tenant, "gala") == said
    world.settle()
    erased = [e for e in world.events() if e["type"] == "assent.person.erased.v1"]
    assert [(e["actorid"], e["subject"]) for e in erased] == [("operator", "person/gala")]
    audited = [json.loads(each) for each in running.run(_bodies(world.tenant))]
    assert [e["id"] for e in erased] == [e["id"] for e in audited if e["type"] == erased[0]["type"]]
    other = decide(world.governor, ask(world.author), "reject", note="I am still here.")
    assert other.json()["note"] == "I am still here."
    assert shown(world, card) == (ERASED, SUMMARY, ERASED)


@pytest.mark.nightly
def test_what_people_write_lies_nowhere_but_in_contents(
    world: World, running: RunningPlatform, firestore: Client
) -> None:
    word = "Quagga"
    said = f"The {word} is near."
    seed = world.governor.post(
        "/v1/precedent-seeds",
        {**precedent("zoology"), "rationale": f"{said} {precedent('zoology')['rationale']}"},
    )
    assert seed["rationale"].startswith(said)
    world.governor.post(f"/v1/precedent-seeds/{seed['seed_id']}/activate")
    vetoed = world.card(world.submit("tapir", industry="zoology"))
    assert vetoed["status"] == "auto_approved", vetoed
    body = {"reason_category": "safety", "explanation": said}
    answer = world.decide("veto", vetoed, **body)
    assert answer.status_code == 200, answer.text
    world.settle()
    # A spec's purpose is a part of what its approval's summary says.
    purpose = f"Draft articles about the {word} for review by the clinic's editor."
    case = world.submit("okapi", purpose=purpose)
    card = world.card(case)
    assert word in card["summary"]
    assert world.decide("request-changes", card, note=said).status_code == 200
    world.settle()
    assert word in world.case(case)["reason"]
    live = world.live("ibis")
    agent = f"/v1/agents/{live['agent_id']}"
    report = {"trigger": "evidence_gap", "evidence": said}
    answer = world.watcher.send("POST", f"{agent}/reports", json=report)
    assert answer.status_code == 202, answer.text
    world.governor.post(f"{agent}/reactivate", {"reason": said})
    key = {"Idempotency-Key": str(uuid.uuid4())}
    suspended = world.governor.send("POST", f"{agent}/suspend", json={"reason": said}, headers=key)
    assert suspended.json()["suspension"]["reason"] == said, suspended.text
    entries = world.author.get("/v1/approvals/policy")["entries"]
    entries[0] |= {"deadline_seconds": 7_200}
    changed = world.author.send(
        "PUT", "/v1/approvals/policy", json={"entries": entries, "reason": said}
    )
    assert word in changed.json()["summary"], changed.text
    glass = ask(world.author, summary=said)
    broken = decide(world.governor, glass, "break_glass", grounds="legal", note=said)
    assert broken.json()["status"] == "approved", broken.text
    other = world.person("goran", (*PHONE_SCOPES, *CORE_SCOPES), ("governor",))
    reviewed = {"verdict": "overturned", "note": said}
    assert other.post(f"/v1/approvals/{glass['id']}/review", reviewed)["review"]["note"] == said
    world.settle()

    found = stored(firestore, world.tenant)
    plain = {path for path, text in found.items() if word in text and "/contents/" not in path}
    assert not plain
    assert not [each for each in world.events() if word in json.dumps(each)]
    assert not [each for each in running.run(_bodies(world.tenant)) if word in each]
    # Whoever may see it still does, also where the answer is one that was kept.
    again = world.governor.send("POST", f"{agent}/suspend", json={"reason": said}, headers=key)
    assert again.json() == suspended.json()
    for path in ("/v1/mobile/dashboard", "/v1/mobile/agents", "/v1/mobile/seeds", "/v1/agents"):
        assert "\ue000" not in world.governor.send("GET", path).text
    assert said in world.governor.send("GET", f"/v1/mobile/seeds/{seed['seed_id']}").text
