"""What identity revokes is refused by every function within twenty seconds, and audited; nobody
else is signed out. Real routes of three functions, real stores, and a clock that the test moves."""

import json
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from functions.agents import api as agents
from functions.approvals import api as approvals
from functions.identity import api as identity
from functions.identity import settings
from functions.identity.aggregates import CONTROLS, RUN, SESSIONS, TENANTS
from functions.identity.rules.id_token import Person
from functions.identity.rules.secrets import NumberedToken
from functions.identity.service.platform import (
    digest_keys,
    published_keys,
)
from functions.identity.service.sign_in import start_session
from functions.identity.service.tokens import exchange_key, renew_session
from shared.kit import clock
from shared.kit.bookkeeping import PLATFORM_TENANT, CredentialRefused
from shared.kit.control import ID
from shared.messaging.log import EVENT_LOG, logged_event
from shared.runtime import auth, tenant_status
from shared.runtime.app import create_api
from shared.runtime.control import Controls
from shared.runtime.remembered import KEPT_SECONDS
from shared.runtime.settings import runtime_settings
from shared.storage.firestore import TenantStore
from tests.shared.cloud import Cloud
from tests.shared.runtime.asking import client
from tests.shared.runtime.test_runtime_control import Clock

ISSUER = "https://assent.test"
REVOKED = (401, "unauthenticated")


@dataclass
class Assent:
    """Three functions of one platform; each has an instance that knows what it read."""

    clients: dict[str, httpx.AsyncClient]
    clocks: dict[str, Clock]

    async def ask(self, method: str, path: str, token: str, body: Any = None) -> httpx.Response:
        function = "identity"
        if path.startswith("/v1/agents"):
            function = "agents"
        elif path.startswith("/v1/approvals"):
            function = "approvals"
        headers = {"Authorization": f"Bearer {token}"}
        return await self.clients[function].request(method, path, json=body, headers=headers)

    async def status(self, method: str, path: str, token: str, body: Any = None) -> tuple[int, str]:
        answer = await self.ask(method, path, token, body)
        return answer.status_code, "" if answer.is_success else answer.json()["code"]

    async def everywhere(self, token: str) -> set[tuple[int, str]]:
        """How each function answers the token."""
        paths = ("/v1/members", "/v1/agents", "/v1/approvals")
        return {await self.status("GET", path, token) for path in paths}

    def wait(self, seconds: float = KEPT_SECONDS + 0.1) -> None:
        for each in self.clocks.values():
            each.seconds += seconds


class Member:
    """Somebody who signed in."""

    def __init__(self, assent: Assent, principal: str, refresh: str) -> None:
        self._assent, self.principal, self.refresh = assent, principal, refresh
        self.access = ""

    @classmethod
    async def signs_in(cls, assent: Assent, subject: str = "") -> "Member":
        person = Person(provider="google", subject=subject or uuid.uuid4().hex)
        session_id = await start_session(person, "Firefox", clock.now())
        session = await RUN.reading(PLATFORM_TENANT, clock.now()).find(SESSIONS, session_id)
        assert session is not None
        text = NumberedToken(session_id, 0).written(await digest_keys())
        member = cls(assent, session.principal_id, text)
        await member.renews("")
        return member

    @property
    def session_id(self) -> str:
        return self.refresh.partition(".")[0]

    async def renews(self, tenant: str, workspace: str = "") -> str:
        tokens = await renew_session(self.refresh, tenant, "", clock.now(), workspace_id=workspace)
        self.refresh, self.access = str(tokens.refresh), tokens.access
        return self.access

    async def founds(self) -> str:
        slug = f"clinic-{uuid.uuid4().hex[:8]}"
        body = {"name": "Clinic", "slug": slug}
        answer = await self._assent.ask("POST", "/v1/tenants", self.access, body)
        assert answer.status_code == 201, answer.text
        tenant_id = str(answer.json()["tenant_id"])
        await self.renews(tenant_id)
        return tenant_id

    async def invites(self, tenant: str, *roles: str) -> "Member":
        answer = await self._assent.ask("POST", "/v1/invitations", self.access, {"roles": roles})
        guest = await Member.signs_in(self._assent)
        path = f"/v1/invitations/{answer.json()['token']}/accept"
        joined = await self._assent.ask("POST", path, guest.access)
        assert joined.status_code == 200, joined.text
        await guest.renews(tenant)
        return guest


@pytest.fixture
async def assent(
    cloud: Cloud, issuer: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> AsyncIterator[Assent]:
    cloud.mend()
    for topic in ("identity", "agents", "approvals"):
        await cloud.mailbox(topic)
    keys = tmp_path / "jwks.json"
    keys.write_text(json.dumps(await published_keys()))
    monkeypatch.setenv("ASSENT_ENVIRONMENT", "local")
    monkeypatch.setenv("ASSENT_JWKS_URL", keys.as_uri())
    runtime_settings.cache_clear()
    auth._verifiers.forget()
    functions = {"identity": identity, "agents": agents, "approvals": approvals}
    clocks = {name: Clock() for name in functions}
    # One instance of each function: what one of them knows, another may not know yet.
    known = {name: Controls(each) for name, each in clocks.items()}
    monkeypatch.setattr(
        tenant_status,
        "known_tenant",
        lambda request, *of: known[request.app.state.outbox.noun].of(*of),
    )
    monkeypatch.setattr(auth, "known_tenant", tenant_status.known_tenant)
    async with AsyncExitStack() as stack:
        clients = {
            name: await stack.enter_async_context(
                client(create_api(function=name, router=each.ROUTER, run=each.RUN))
            )
            for name, each in functions.items()
        }
        yield Assent(clients, clocks)
    runtime_settings.cache_clear()
    auth._verifiers.forget()


async def _refusals(tenant: str) -> set[tuple[str, str | None]]:
    """What was refused, as (reason, principal), as the log of that tenant says."""
    found = [each.data async for each in TenantStore(tenant).find_all(EVENT_LOG)]
    events = [logged_event(each, clock.now()) for each in found]
    refused = [
        each.payload(CredentialRefused)
        for each in events
        if each.type == CredentialRefused.event_type
    ]
    return {(each.reason, each.principal) for each in refused}


async def test_a_session_that_was_revoked_is_refused_everywhere_and_no_other(
    assent: Assent,
) -> None:
    subject = uuid.uuid4().hex
    gala = await Member.signs_in(assent, subject)
    tenant = await gala.founds()
    phone = await Member.signs_in(assent, subject)
    await phone.renews(tenant)
    assert await assent.everywhere(gala.access) == {(200, "")}
    path = f"/v1/auth/sessions/{gala.session_id}"
    assert (await assent.ask("DELETE", path, phone.access)).status_code == 200
    assent.wait()
    assert await assent.everywhere(gala.access) == {REVOKED}
    assert await assent.everywhere(phone.access) == {(200, "")}
    assert ("revoked", gala.principal) in await _refusals(tenant)


async def test_a_token_for_no_tenant_ends_with_its_session(assent: Assent) -> None:
    gala = await Member.signs_in(assent)
    assert await assent.status("GET", "/v1/me", gala.access) == (200, "")
    path = f"/v1/auth/sessions/{gala.session_id}"
    assert (await assent.ask("DELETE", path, gala.access)).status_code == 200
    assent.wait()
    assert await assent.status("GET", "/v1/me", gala.access) == REVOKED


async def test_a_revoked_key_is_refused_though_it_has_a_token(assent: Assent) -> None:
    gala = await Member.signs_in(assent)
    tenant = await gala.founds()
    ends = (clock.now() + timedelta(days=3)).isoformat()
    keys = []
    for _ in range(2):
        body = {"name": "CI", "scopes": ["agents:read"], "expires_at": ends}
        keys.append((await assent.ask("POST", "/v1/api-keys", gala.access, body)).json())
    tokens = [(await exchange_key(each["secret"], clock.now())).access for each in keys]
    for token in tokens:
        assert await assent.status("GET", "/v1/agents", token) == (200, "")
    path = f"/v1/api-keys/{keys[0]['key_id']}"
    assert (await assent.ask("DELETE", path, gala.access)).status_code == 200
    assent.wait()
    assert await assent.status("GET", "/v1/agents", tokens[0]) == REVOKED
    assert await assent.status("GET", "/v1/agents", tokens[1]) == (200, "")
    assert ("revoked", gala.principal) in await _refusals(tenant)


async def test_tokens_for_a_workspace_are_refused_once_it_is_archived(assent: Assent) -> None:
    gala = await Member.signs_in(assent)
    tenant = await gala.founds()
    admin = gala.access
    ids = []
    for name in ("Surgery", "Ward"):
        made = await assent.ask("POST", "/v1/workspaces", admin, {"name": name})
        ids.append(made.json()["workspace_id"])
    surgery, ward = [await gala.renews(tenant, each) for each in ids]
    ends = (clock.now() + timedelta(days=3)).isoformat()
    body = {"name": "CI", "scopes": ["agents:read"], "expires_at": ends}
    key = (await assent.ask("POST", "/v1/api-keys", surgery, body)).json()
    program = (await exchange_key(key["secret"], clock.now())).access
    path, paths = f"/v1/workspaces/{ids[0]}", ("/v1/agents", "/v1/approvals", "/v1/api-keys")
    for is_archived, answer in ((True, REVOKED), (False, (200, ""))):
        change = {"archived": is_archived}
        assert (await assent.ask("PATCH", path, admin, change)).status_code == 200
        assent.wait()
        assert {await assent.status("GET", each, surgery) for each in paths} == {answer}
        assert await assent.status("GET", "/v1/agents", program) == answer
        for other in (ward, admin):
            assert {await assent.status("GET", each, other) for each in paths} == {(200, "")}
    assert ("revoked", gala.principal) in await _refusals(tenant)


CHANGES = {
    "removed": ("DELETE", "", None),
    "with other roles": ("PATCH", "", {"roles": ["analyst"]}),
    "signed out by an admin": ("DELETE", "/sessions", None),
}


@pytest.mark.parametrize(("method", "under", "body"), CHANGES.values(), ids=list(CHANGES))
async def test_what_a_member_had_before_a_change_is_refused(
    assent: Assent, method: str, under: str, body: Any
) -> None:
    gala = await Member.signs_in(assent)
    tenant = await gala.founds()
    otto = await gala.invites(tenant, "tenant_admin", "developer")
    assert await assent.everywhere(otto.access) == {(200, "")}
    path = f"/v1/members/{otto.principal}{under}"
    assert (await assent.ask(method, path, gala.access, body)).status_code == 200
    assent.wait()
    assert await assent.everywhere(otto.access) == {REVOKED}
    assert await assent.everywhere(gala.access) == {(200, "")}
    assert ("revoked", otto.principal) in await _refusals(tenant)


async def test_new_roles_are_in_the_next_token_and_a_sign_out_needs_another_sign_in(
    assent: Assent,
) -> None:
    gala = await Member.signs_in(assent)
    tenant = await gala.founds()
    otto = await gala.invites(tenant, "developer")
    path = f"/v1/members/{otto.principal}"
    await assent.ask("PATCH", path, gala.access, {"roles": ["analyst"]})
    assent.wait()
    assert await assent.everywhere(await otto.renews(tenant)) == {(200, "")}
    await assent.ask("DELETE", f"{path}/sessions", gala.access)
    with pytest.raises(Exception, match="sign in again"):
        await otto.renews(tenant)


@pytest.fixture
async def admin(assent: Assent, monkeypatch: pytest.MonkeyPatch) -> Member:
    """An admin of the platform."""
    subject = uuid.uuid4().hex
    known = await Member.signs_in(assent, subject)
    monkeypatch.setenv("ASSENT_PLATFORM_ADMINS", f"user_other {known.principal}")
    settings.settings.cache_clear()
    return await Member.signs_in(assent, subject)


async def test_a_suspended_tenant_is_refused_everywhere_until_it_is_resumed(
    assent: Assent, admin: Member
) -> None:
    gala = await Member.signs_in(assent)
    tenant = await gala.founds()
    otto = await gala.invites(tenant, "governor")
    other = await Member.signs_in(assent)
    await other.founds()
    assert await assent.everywhere(otto.access) == {(200, "")}
    path = f"/v1/tenants/{tenant}"
    reason = {"reason": "it sends spam"}
    answer = await assent.ask("POST", f"{path}/suspend", admin.access, reason)
    assert answer.json()["status"] == "suspended"
    assent.wait()
    assert await assent.everywhere(otto.access) == {(403, "tenant_suspended")}
    assert await assent.everywhere(other.access) == {(200, "")}
    assert ("tenant_suspended", otto.principal) in await _refusals(tenant)
    # Its admins may read, and nothing else.
    assert await assent.everywhere(await gala.renews(tenant)) == {(200, "")}
    stopped = (403, "tenant_suspended")
    for method, of, body in (
        ("POST", "/v1/agents", {}),
        ("PATCH", path, {"name": "New"}),
        ("POST", "/v1/invitations", {"roles": ["analyst"]}),
        ("DELETE", f"/v1/members/{otto.principal}", None),
    ):
        assert await assent.status(method, of, gala.access, body) == stopped
    # Closing it and thinking again is no way around the platform.
    for act in ("close", "resume"):
        assert await assent.status("POST", f"{path}/{act}", gala.access) == (200, "")
    stored = await RUN.reading(tenant, clock.now()).find(CONTROLS, ID)
    assert stored is not None
    assert stored.status == "suspended"
    with pytest.raises(Exception, match="no open tenant"):
        await otto.renews(tenant)
    answer = await assent.ask("POST", f"{path}/resume", admin.access)
    assert answer.json()["status"] == "trial"
    assent.wait()
    assert await assent.everywhere(await otto.renews(tenant)) == {(200, "")}
    assert await assent.status("PATCH", path, gala.access, {"name": "New"}) == (200, "")


async def test_nobody_but_a_platform_admin_suspends_or_resumes(
    assent: Assent, admin: Member
) -> None:
    gala = await Member.signs_in(assent)
    tenant = await gala.founds()
    other = await Member.signs_in(assent)
    await other.founds()
    for path, body in (("suspend", {"reason": "mine"}), ("close", None), ("resume", None)):
        refused = await assent.status("POST", f"/v1/tenants/{tenant}/{path}", other.access, body)
        assert refused[0] in (403, 404), path
    suspend = f"/v1/tenants/{tenant}/suspend"
    assert await assent.status("POST", suspend, gala.access, {"reason": "x"}) == (403, "forbidden")
    await gala.renews(PLATFORM_TENANT)
    for path, body in (("suspend", {"reason": "mine"}), ("resume", None)):
        refused = await assent.status("POST", f"/v1/tenants/{tenant}/{path}", gala.access, body)
        assert refused == (403, "forbidden")
    # The platform's admin has that role with no tenant's token.
    own = await admin.founds()
    assert await assent.status("POST", suspend, admin.access, {"reason": "x"}) == (403, "forbidden")
    await admin.renews(PLATFORM_TENANT)
    nowhere = f"/v1/tenants/{own[:-2]}zz/suspend"
    assert (await assent.status("POST", nowhere, admin.access, {"reason": "x"}))[0] == 404
    kept = await RUN.reading(tenant, clock.now()).find(TENANTS, tenant)
    assert kept is not None
    assert kept.status == "trial"


async def test_a_closing_tenant_stops_and_its_admin_may_think_again(assent: Assent) -> None:
    gala = await Member.signs_in(assent)
    tenant = await gala.founds()
    otto = await gala.invites(tenant, "developer")
    path = f"/v1/tenants/{tenant}"
    assert await assent.status("POST", f"{path}/close", otto.access) == (403, "forbidden")
    closing = (await assent.ask("POST", f"{path}/close", gala.access)).json()
    assert closing["status"] == "closing"
    assent.wait()
    refused = await assent.ask("GET", "/v1/agents", otto.access)
    assert (refused.status_code, refused.json()["code"]) == (403, "tenant_closing")
    assert closing["closes_at"] in refused.json()["detail"]
    assert (await assent.ask("POST", f"{path}/resume", gala.access)).json()["status"] == "trial"
    assent.wait()
    assert await assent.everywhere(await otto.renews(tenant)) == {(200, "")}


async def test_a_platform_admin_has_one_session_at_a_time(
    assent: Assent, admin: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await assent.status("GET", "/v1/me", admin.access) == (200, "")
    found = await RUN.reading(PLATFORM_TENANT, clock.now()).find(SESSIONS, admin.session_id)
    assert found is not None
    subject = uuid.uuid4().hex
    first = await Member.signs_in(assent, subject)
    monkeypatch.setenv("ASSENT_PLATFORM_ADMINS", first.principal)
    settings.settings.cache_clear()
    second = await Member.signs_in(assent, subject)
    third = await Member.signs_in(assent, subject)
    assent.wait()
    assert await assent.status("GET", "/v1/me", second.access) == REVOKED
    assert await assent.status("GET", "/v1/me", third.access) == (200, "")
    with pytest.raises(Exception, match="ended"):
        await second.renews("")


async def test_a_flag_is_set_by_admins_and_asked_by_every_function(assent: Assent) -> None:
    gala = await Member.signs_in(assent)
    tenant = await gala.founds()
    otto = await gala.invites(tenant, "developer")
    path = "/v1/flags/drafts"
    off = {"name": "drafts", "percent": 0, "on": False}
    assert (await assent.ask("GET", path, otto.access)).json() == off
    assert await assent.status("PUT", path, otto.access, {"percent": 100}) == (403, "forbidden")
    assert await assent.status("PUT", path, gala.access, {"percent": 101}) == (422, "invalid")
    assert (await assent.ask("PUT", path, gala.access, {"percent": 100})).json()["on"] is True
    known = await Controls().of(tenant)
    assert known.control.has_flag("drafts", otto.principal)
    assert (await assent.ask("PUT", path, gala.access, {"percent": 0})).json() == off
