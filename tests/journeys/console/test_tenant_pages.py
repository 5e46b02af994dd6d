"""What a team does with its tenant in a browser: members, keys, passkeys, connectors, budgets."""

from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from tests.functions.tools.connecting import operations
from tests.journeys.console.phone import Phone
from tests.journeys.founder import Founder

pytestmark = pytest.mark.platform

SECRET = ".secret code"


def test_a_colleague_is_invited_and_given_roles(
    phone: Phone, founder: Founder, people: Any
) -> None:
    phone.opens("members")
    phone.presses("Invite somebody")
    phone.presses("Make the invitation")
    phone.is_refused("roles")
    phone.page.get_by_label("developer").check()
    phone.presses("Make the invitation")
    phone.says("The invitation is made.")
    colleague = people("cato")
    colleague.post(f"/v1/invitations/{phone.page.locator(SECRET).text_content()}/accept")
    phone.opens("members")
    assert phone.page.locator(SECRET).count() == 0
    phone.presses("Make a workspace")
    phone.page.get_by_label("Name").fill("Cardiology")
    phone.presses("Make it")
    phone.says("The workspace Cardiology is made.")
    phone.page.get_by_role("link", name=colleague.id).click()
    phone.presses("Change roles")
    phone.page.get_by_label("developer").uncheck()
    phone.page.get_by_label("governor").check()
    phone.presses("Change the roles")
    phone.says("The roles are changed.")
    assert founder.get(f"/v1/members/{colleague.id}")["roles"] == ["governor"]


@pytest.mark.nightly
def test_nothing_that_was_chosen_is_lost_by_a_refusal(phone: Phone, founder: Founder) -> None:
    phone.opens(f"members/{founder.id}")
    phone.presses("Change roles")
    phone.page.get_by_label("governor").uncheck()
    phone.presses("Change the roles")
    phone.is_refused("the tenant would have no governor")
    expect(phone.page.get_by_label("governor")).not_to_be_checked()
    expect(phone.page.get_by_label("tenant admin")).to_be_checked()
    assert "governor" in founder.get(f"/v1/members/{founder.id}")["roles"]


def test_a_key_is_shown_once_rotated_and_revoked(phone: Phone, founder: Founder) -> None:
    phone.opens("keys")
    phone.presses("Make a key")
    phone.page.get_by_label("Name").fill("CI")
    phone.page.get_by_label("agents:read").check()
    phone.presses("Make the key")
    phone.says("The key CI is made.")
    secret = phone.page.locator(SECRET).text_content() or ""
    phone.is_for_everybody()
    assert _reads_agents(phone, secret) == 200
    phone.presses("Rotate CI")
    phone.presses("Rotate now")
    phone.says("The key CI has another secret.")
    assert phone.page.locator(SECRET).text_content() not in ("", secret)
    phone.presses("Revoke CI")
    phone.presses("Revoke now")
    phone.says("The key CI is revoked.")
    expect(phone.text).to_contain_text(f"revoked by {founder.id}")
    assert phone.button("Rotate CI").count() == 0


def _reads_agents(phone: Phone, secret: str) -> int:
    headers = {"Authorization": f"Bearer {secret}"}
    return httpx.get(f"{phone.url}/v1/agents", headers=headers).status_code


@pytest.mark.nightly
def test_a_passkey_is_added_and_a_session_ended(phone: Phone, founder: Founder) -> None:
    phone.has_authenticator()
    phone.opens("passkeys")
    phone.page.get_by_label("A name for it").fill("Laptop")
    phone.presses("Add a passkey")
    phone.says("The passkey Laptop is added.")
    assert [each["name"] for each in founder.get("/v1/passkeys")["items"]] == ["Laptop"]
    phone.presses("Remove Laptop")
    phone.presses("Remove now")
    phone.is_refused("only")
    phone.opens("sessions")
    rows = phone.text.locator(".rows [role=listitem]")
    expect(rows.filter(has_text="this browser")).to_have_count(1)
    other = rows.filter(has_not_text="this browser").first
    other.get_by_role("button").click()
    other.get_by_role("button", name="End now").click()
    phone.says("The session is ended.")
    expect(phone.text).to_contain_text("ended: revoked")


@pytest.mark.nightly
def test_a_connector_is_activated_exactly_as_it_was_shown(phone: Phone, founder: Founder) -> None:
    definition = {"name": "notes", "url": "https://notes.example/v1", "operations": operations()}
    pin = founder.post("/v1/connectors", definition)["pin"]
    phone.opens("connectors")
    phone.page.get_by_role("link", name="notes").click()
    expect(phone.text).to_contain_text(pin)
    founder.send("PATCH", "/v1/connectors/notes", {"classification": "internal"})
    phone.presses("Activate")
    phone.presses("Activate exactly this")
    phone.is_refused("pin")
    phone.presses("Show what it is now")
    expect(phone.text).to_contain_text("internal")
    phone.presses("Activate")
    phone.presses("Activate exactly this")
    phone.says("The connector is active.")
    founder.send("PATCH", "/v1/connectors/notes", {"trust": "trusted"})
    phone.presses("Show what it is now")
    expect(phone.text.locator(".changes")).to_contain_text("was untrusted")
    expect(phone.text.locator(".changes")).to_contain_text("is trusted")
    phone.is_for_everybody()
    phone.presses("Activate")
    phone.presses("Activate exactly this")
    phone.presses("Suspend")
    phone.page.get_by_label("Why").fill("not now")
    phone.presses("Suspend now")
    phone.says("The connector is suspended.")
    assert founder.get("/v1/connectors/notes")["status"] == "suspended"
