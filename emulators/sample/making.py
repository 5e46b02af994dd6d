"""Makes the sample tenant through the public API, as its people would. What is there already is
not made again, so that a making that was interrupted is finished by the next one."""

import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emulators.browser import Browser
from emulators.client import PlatformClient
from emulators.demo.person import Person, SignedIn
from emulators.demo.precedents import WRITERS_PRECEDENT
from emulators.failures import PlatformError
from emulators.sample.people import AUTHOR, FOUNDER, GOVERNOR, Known, signed_in

TENANT = "Sample clinic"
_SPECS = Path(__file__).parents[1] / "demo" / "specs"
# The agent that lives, the one whose window is open, and the one that waits.
_LIVE, _VETOABLE, _WAITING = (
    "clinic-content-writer",
    "clinic-newsletter-writer",
    "clinic-visit-counter",
)
_OPEN = ("trial", "active")
_SECONDS_TO_APPEAR = 120
_SECONDS_BETWEEN_LOOKS = 0.5


@dataclass(frozen=True, slots=True)
class Made:
    """The sample tenant; the approval that waits, the one whose veto window is open, and the one
    that tells the story of the live agent; and the agent."""

    tenant_id: str
    waiting: str
    vetoable: str
    story: str
    agent_id: str


def make(url: str) -> Made:
    """Makes the tenant, or finishes it. Raises PlatformError, or httpx.HTTPError where the platform
    stops meanwhile."""
    with ExitStack() as exits:
        platform = exits.enter_context(PlatformClient(url))

        def person(known: Known) -> SignedIn:
            return signed_in(known, platform, exits.enter_context(Browser(url)))

        founder = person(FOUNDER)
        tenant_id = _tenant(founder) or _founded(founder)
        founder.enter(tenant_id)
        governor, author = person(GOVERNOR), person(AUTHOR)
        _joins(governor, GOVERNOR, founder)
        _joins(author, AUTHOR, founder)
        story = _approved(_LIVE, author, governor)
        _precedent(founder, story["id"])
        # Asked at once; neither waits for the other.
        for name in (_VETOABLE, _WAITING):
            _submitted(name, author, governor)
        vetoable, waiting = (_card(name, governor) for name in (_VETOABLE, _WAITING))
        agent_id = next(
            each["agent_id"]
            for each in author.get("/v1/agents", limit=100)["items"]
            if each["name"] == _LIVE
        )
    return Made(tenant_id, waiting["id"], vetoable["id"], story["id"], agent_id)


def remove(url: str) -> None:
    """Closes the tenant, where it is open. Raises PlatformError where that is refused."""
    with PlatformClient(url) as platform, Browser(url) as browser:
        founder = signed_in(FOUNDER, platform, browser)
        tenant_id = _tenant(founder)
        if tenant_id:
            founder.enter(tenant_id)
            founder.post(f"/v1/tenants/{tenant_id}/close")


def _tenant(person: Person) -> str:
    """The sample tenant that the person is in; empty where there is none, or none that is open."""
    mine = person.get("/v1/tenants")["items"]
    found = [each for each in mine if each["name"] == TENANT and each["status"] in _OPEN]
    return found[-1]["tenant_id"] if found else ""


def _founded(founder: Person) -> str:
    body = {"name": TENANT, "slug": f"sample-{uuid.uuid4().hex[:8]}"}
    return str(founder.post("/v1/tenants", body)["tenant_id"])


def _joins(person: SignedIn, known: Known, founder: SignedIn) -> None:
    if _tenant(person) != founder.tenant:
        invitation = founder.post("/v1/invitations", {"roles": known.roles})
        person.post(f"/v1/invitations/{invitation['token']}/accept")
    person.enter(founder.tenant)


def _approved(name: str, author: Person, governor: Person) -> Any:
    """The approval of the agent, which is live then."""
    _submitted(name, author, governor)
    card = _card(name, governor)
    if card["status"] == "pending":
        decision = {"decision_hash": card["decision_hash"], "client_decision_id": str(uuid.uuid4())}
        path = f"/v1/mobile/approvals/{card['id']}/approve"
        governor.post(path, {**decision, "note": "Read it; every draft is reviewed by an editor."})
    _until(lambda: _agent(name, author).get("status") == "active", f"{name} did not become live")
    return card


def _precedent(governor: Person, example: str) -> None:
    """Lets agents like the example be approved in advance."""
    found = governor.get("/v1/mobile/seeds")["items"]
    seed = found[0] if found else _posted(governor, example)
    if seed["status"] != "active":
        governor.post(f"/v1/mobile/seeds/{seed['seed_id']}/activate")


def _posted(governor: Person, example: str) -> Any:
    return governor.post("/v1/mobile/seeds", {**WRITERS_PRECEDENT, "example_approval_id": example})


def _submitted(name: str, author: Person, governor: Person) -> None:
    if not _agent(name, author) and not _cards(name, governor):
        author.submit("/v1/agents", (_SPECS / f"{name}.yaml").read_text())


def _agent(name: str, author: Person) -> Any:
    found = author.get("/v1/agents", limit=100)["items"]
    return next((each for each in found if each["name"] == name), {})


def _cards(name: str, governor: Person) -> list[Any]:
    found = governor.get("/v1/mobile/approvals", limit=100)["items"]
    return [each for each in found if each["subject"]["name"] == name]


def _card(name: str, governor: Person) -> Any:
    """The agent's approval, once it is there."""
    _until(lambda: bool(_cards(name, governor)), f"no approval of {name} reached its governors")
    return governor.get(f"/v1/mobile/approvals/{_cards(name, governor)[0]['id']}")


def _until(there: Callable[[], bool], otherwise: str) -> None:
    end = time.monotonic() + _SECONDS_TO_APPEAR
    while not there():
        if time.monotonic() > end:
            raise PlatformError(f"{otherwise} within {_SECONDS_TO_APPEAR} s")
        time.sleep(_SECONDS_BETWEEN_LOOKS)
