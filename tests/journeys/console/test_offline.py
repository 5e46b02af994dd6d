"""A governor decides in a tunnel."""

import pytest
from playwright.sync_api import expect

from emulators.running import RunningPlatform
from tests.journeys.console.phone import Phone
from tests.journeys.founder import Founder

pytestmark = pytest.mark.platform


def _card(founder: Founder, card: dict[str, str]) -> dict[str, object]:
    founder.running.client.wait_until_idle(60)
    return founder.get(f"/v1/mobile/approvals/{card['id']}")


@pytest.fixture
def card(founder: Founder, running: RunningPlatform) -> dict[str, str]:
    """What a program of the tenant asks."""
    asked = founder.is_asked()
    running.client.wait_until_idle(60)
    return asked


def test_what_was_seen_is_read_without_a_connection(
    phone: Phone, founder: Founder, card: dict[str, str]
) -> None:
    phone.opens_card(card)
    phone.opens()
    expect(phone.text).to_contain_text("1 waiting for a decision")
    phone.keeps_all()
    phone.loses_connection()
    phone.page.reload()
    expect(phone.text).to_contain_text("1 waiting for a decision")
    expect(phone.notice).to_contain_text("No connection.")
    expect(phone.notice).to_contain_text("This is what was known on")
    phone.opens_card(card)
    expect(phone.text).to_contain_text("This browser computed the hash of what you see")
    # Nobody would believe a decision that nothing signed.
    expect(phone.text).to_contain_text("only a device whose key is known decides")
    expect(phone.button("Approve")).to_be_disabled()
    phone.has_connection()
    expect(phone.notice).not_to_contain_text("known on")
    expect(phone.button("Approve")).to_be_enabled()


def test_a_decision_made_in_a_tunnel_is_sent_after_it(
    phone: Phone, founder: Founder, card: dict[str, str]
) -> None:
    phone.adds_device("Phone")
    phone.opens_card(card)
    phone.keeps_all()
    phone.loses_connection()
    phone.presses("Approve")
    phone.page.get_by_label("Note").fill("read in the tunnel")
    phone.presses("Approve now")
    expect(phone.text).to_contain_text("It waits to be sent.")
    phone.page.reload()
    expect(phone.text).to_contain_text("You approved it on")
    expect(phone.notice).to_contain_text("One decision waits to be sent.")
    assert phone.button("Approve").count() == 0
    phone.has_connection()
    expect(phone.text.locator(".facts")).to_contain_text("approved", timeout=20_000)
    shown = _card(founder, card)
    assert (shown["status"], shown["decided_by"]) == ("approved", founder.id)


def test_a_decision_is_withdrawn_until_it_is_sent(
    phone: Phone, founder: Founder, card: dict[str, str]
) -> None:
    phone.adds_device("Phone")
    phone.opens_card(card)
    phone.keeps_all()
    phone.loses_connection()
    phone.presses("Approve")
    phone.presses("Approve now")
    phone.presses("Withdraw")
    expect(phone.button("Approve")).to_be_enabled()
    phone.has_connection()
    phone.opens("device")
    expect(phone.text).to_contain_text("Nothing waits to be sent.")
    assert _card(founder, card)["status"] == "pending"
