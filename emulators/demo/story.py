"""The steps of the demo, through the public API only."""

import subprocess
import sys
import tempfile
import uuid
from pathlib import Path
from typing import Any

import httpx

from emulators.browser import Browser
from emulators.client import PlatformClient
from emulators.demo.choosing import chosen
from emulators.demo.elsewhere import called_from_elsewhere
from emulators.demo.invoicing import invoiced
from emulators.demo.mailing import mailed, policy_published
from emulators.demo.narrator import Narrator
from emulators.demo.person import Person, SignedIn
from emulators.demo.precedents import WRITERS_PRECEDENT
from emulators.demo.run import ran
from emulators.failures import PlatformError

SPECS = Path(__file__).parent / "specs"
VETO_WINDOW_SECONDS = 24 * 60 * 60
# Confirmation comes a minute after the window, because a veto may still be on its way.
CONFIRMED_AFTER_SECONDS = VETO_WINDOW_SECONDS + 61


def tell(base_url: str, narrator: Narrator) -> None:
    """Runs the steps on the platform at `base_url`. Raises PlatformError for any other
    behaviour."""
    with (
        PlatformClient(base_url) as platform,
        Browser(base_url) as founders,
        Browser(base_url) as colleagues,
    ):
        platform.reset_operations()
        governor, author = _founded(platform, founders, colleagues, narrator)
        example = _approved_by_hand(author, governor, platform, narrator)
        _precedent(governor, example, narrator)
        published_at = policy_published(author, governor, platform, narrator)
        _vetoed(author, governor, platform, narrator)
        _confirmed(author, governor, platform, narrator)
        ran(author, governor, platform, narrator)
        chosen(author, governor, platform, narrator)
        called_from_elsewhere(governor, platform, narrator)
        mailed(author, governor, platform, narrator, published_at)
        narrator.dashboard(governor.get("/v1/mobile/dashboard"))
        platform.wait_until_idle()
        narrator.causes(platform.events())
        narrator.cost(platform.operations())
        _proved(governor, platform, narrator)
        invoiced(author, governor, platform, narrator)
        narrator.end_chapter()


def _founded(
    platform: PlatformClient, founders: Browser, colleagues: Browser, narrator: Narrator
) -> tuple[SignedIn, SignedIn]:
    """The founder, who governs, and a colleague, who submits agents."""
    narrator.chapter("1. A founder signs up, and invites a colleague")
    founder = SignedIn(platform, founders, "gala", "google")
    narrator.step("Gala signs in with Google", founder.principal)
    body = {"name": "The clinic", "slug": f"clinic-{uuid.uuid4().hex[:8]}"}
    tenant = founder.post("/v1/tenants", body)
    founder.enter(tenant["tenant_id"])
    narrator.step("She founds a tenant", f"{tenant['slug']}, {tenant['tenant_id']}")
    invitation = founder.post("/v1/invitations", {"roles": ["developer", "tenant_admin"]})
    colleague = SignedIn(platform, colleagues, "ada", "github")
    colleague.post(f"/v1/invitations/{invitation['token']}/accept")
    colleague.enter(tenant["tenant_id"])
    told = f"{colleague.principal}, who builds agents and writes policies"
    narrator.step("Ada signs in with GitHub and accepts", told)
    return founder, colleague


def _approved_by_hand(
    author: Person, governor: Person, platform: PlatformClient, narrator: Narrator
) -> str:
    narrator.chapter("2. An agent is submitted; seven stages; the governor says yes")
    case = _submit(author, "clinic-content-writer", narrator)
    platform.wait_until_idle()
    card = _card(governor, "pending", "clinic-content-writer")
    narrator.card(card)
    decision = {"decision_hash": card["decision_hash"], "client_decision_id": str(uuid.uuid4())}
    governor.post(f"/v1/mobile/approvals/{card['id']}/approve", {**decision, "note": "Go ahead."})
    narrator.step("The governor approves exactly this content", card["decision_hash"][:12])
    platform.wait_until_idle()
    narrator.stages(author.get(f"/v1/workflows/{case['case_id']}"))
    _expect(author, case, agent="active", case_status="live", narrator=narrator)
    return str(card["id"])


def _precedent(governor: Person, example_approval_id: str, narrator: Narrator) -> None:
    narrator.chapter("3. What was learned becomes a precedent")
    body = {**WRITERS_PRECEDENT, "example_approval_id": example_approval_id}
    seed = governor.post("/v1/mobile/seeds", body)
    narrator.step("Genesis reviews it", f"{seed['status']} ({len(seed['findings'])} findings)")
    activated = governor.post(f"/v1/mobile/seeds/{seed['seed_id']}/activate")
    narrator.step("The governor activates it", f"{activated['seed_id']} is {activated['status']}")


def _vetoed(author: Person, governor: Person, platform: PlatformClient, narrator: Narrator) -> None:
    narrator.chapter("4. A like agent is assented to by the precedent; the governor vetoes")
    case = _submit(author, "clinic-newsletter-writer", narrator)
    platform.wait_until_idle()
    _expect(author, case, agent="active", case_status="live", narrator=narrator)
    card = _card(governor, "veto_open", "clinic-newsletter-writer")
    narrator.card(card)
    governor.post(
        f"/v1/mobile/approvals/{card['id']}/veto",
        {
            "decision_hash": card["decision_hash"],
            "client_decision_id": str(uuid.uuid4()),
            "reason_category": "other",
            "explanation": "The clinic's newsletter is written by its staff for now.",
        },
    )
    narrator.step("The governor vetoes inside the window", "and the deployment is undone")
    platform.wait_until_idle()
    _expect(author, case, agent="certified", case_status="rolled_back", narrator=narrator)


def _confirmed(
    author: Person, governor: Person, platform: PlatformClient, narrator: Narrator
) -> None:
    narrator.chapter("5. A third one runs through its window")
    case = _submit(author, "clinic-leaflet-writer", narrator)
    platform.wait_until_idle()
    card = _card(governor, "veto_open", "clinic-leaflet-writer")
    narrator.step("The veto window is open until", card["veto"]["closes_at"])
    platform.advance(CONFIRMED_AFTER_SECONDS)
    for person in (author, governor):
        person.sign_in()
    narrator.step("The clock moves on by a day and a minute", "nobody vetoed")
    platform.wait_until_idle()
    decided = governor.get(f"/v1/mobile/approvals/{card['id']}")
    if decided["status"] != "confirmed":
        raise PlatformError(f"the approval is {decided['status']}, not confirmed")
    narrator.step("The precedent's assent is", decided["status"])
    _expect(author, case, agent="active", case_status="live", narrator=narrator)


def _proved(founder: Person, platform: PlatformClient, narrator: Narrator) -> None:
    narrator.chapter("What was decided is exported, and verified without Assent")
    asked = founder.post("/v1/audit/exports")
    platform.wait_until_idle()
    export = founder.get(f"/v1/audit/exports/{asked['export_id']}")
    if export["status"] != "ready":
        raise PlatformError(f"The audit log was not exported: {export}")
    with tempfile.NamedTemporaryFile(suffix=".tar") as archive:
        archive.write(httpx.get(export["url"]).content)
        archive.flush()
        # Another program, with nothing of the platform in it.
        command = [sys.executable, "-m", "shared.verify", archive.name]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise PlatformError(f"The exported archive does not verify: {done.stdout}{done.stderr}")
    narrator.step("assent-verify", f"{export['entries']} entries, whole, and signed by one key")


def _submit(author: Person, name: str, narrator: Narrator) -> Any:
    case = author.submit("/v1/agents", (SPECS / f"{name}.yaml").read_text())
    narrator.step(f"Submitted {name}", f"{case['agent_id']}, {case['case_id']}")
    return case


def _card(governor: Person, bucket: str, name: str) -> Any:
    cards = governor.get("/v1/mobile/approvals", status=bucket)["items"]
    for card in cards:
        if card["subject"]["name"] == name:
            return governor.get(f"/v1/mobile/approvals/{card['id']}")
    raise PlatformError(f"no {bucket} approval of {name} reached the governor's phone")


def _expect(author: Person, case: Any, *, agent: str, case_status: str, narrator: Narrator) -> None:
    found = author.get(f"/v1/agents/{case['agent_id']}")
    status = author.get(f"/v1/workflows/{case['case_id']}")["status"]
    if (found["status"], status) != (agent, case_status):
        raise PlatformError(f"{found['name']} is {found['status']} and its case is {status}")
    narrator.step(f"{found['name']} is", f"{found['status']}; its case is {status}")
