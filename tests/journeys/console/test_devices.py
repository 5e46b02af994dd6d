"""Whose a browser is: its key, who signs in and out there, and whose passkey signs."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.console.phone import Phone
from tests.journeys.founder import Founder
from tests.journeys.person import Person

pytestmark = pytest.mark.platform


def test_a_second_device_is_confirmed_by_the_first(
    phone: Phone, phone_of: Callable[[Person], Phone], founder: Founder
) -> None:
    phone.adds_device("Phone")
    tablet = phone_of(founder)
    tablet.opens("device")
    tablet.page.get_by_label("Name of this device").fill("Tablet")
    tablet.presses("Add this device")
    expect(tablet.text).to_contain_text("Another device of yours has to confirm it")
    tablet.presses("I have just signed in by passkey")
    expect(tablet.page.get_by_role("alert")).to_contain_text("sign in by passkey")
    tablet.wrong.clear()
    shown = tablet.page.locator(".row", has_text="Tablet").locator("span", has_text="Its code is")
    code = shown.last.inner_text()
    phone.opens("device")
    expect(phone.page.locator(".row", has_text="Tablet")).to_contain_text(code)
    phone.presses("Confirm Tablet")
    expect(phone.text).not_to_contain_text("waits to be confirmed")
    tablet.opens("device")
    expect(tablet.text).to_contain_text("The platform knows the key of this device.")
    tablet.presses("Remove Phone")
    tablet.presses("Remove it Phone")
    expect(tablet.text).not_to_contain_text("Remove Phone")
    phone.opens("device")
    expect(phone.button("Add this device")).to_be_disabled()


@pytest.mark.nightly
def test_who_signs_out_leaves_nothing_behind(
    phone: Phone, founder: Founder, card: dict[str, str]
) -> None:
    phone.adds_device("Phone")
    phone.opens_card(card)
    phone.keeps_all()
    other = phone.page.context.new_page()
    other.goto(f"{phone.url}/console/approvals/{card['id']}")
    expect(other.locator("h1")).to_have_text(card["summary"])
    phone.loses_connection()
    phone.presses("Approve")
    phone.presses("Approve now")
    phone.presses("Send it now")
    expect(phone.text).to_contain_text("It waits to be sent.")
    phone.presses("Sign out")
    expect(phone.page.get_by_role("alert")).to_contain_text("One decision was not sent yet")
    phone.presses("Sign out and lose them")
    expect(phone.page.get_by_role("alert")).to_contain_text("cannot be reached")
    expect(phone.text).to_contain_text("Your session ends as soon as")
    left = phone.stores()
    assert [left["answers"], left["queue"], left["vaults"]] == [[], [], []]
    assert founder.id not in left["settings"]
    expect(other.locator("h1")).to_have_text("Which tenant do you act for?")
    # The session ends as soon as there is a connection.
    phone.has_connection()
    phone.page.goto(f"{phone.url}/console/")
    expect(phone.text).to_contain_text("You are not signed in")
    phone.wrong.clear()
    assert founder.sees(card)["status"] == "pending"


@pytest.mark.nightly
def test_somebody_else_in_this_browser_finds_nothing(
    phone: Phone, founder: Founder, card: dict[str, str]
) -> None:
    phone.adds_device("Phone")
    phone.opens_card(card)
    phone.keeps_all()
    phone.loses_connection()
    phone.presses("Approve")
    phone.presses("Approve now")
    phone.presses("Send it now")
    expect(phone.text).to_contain_text("It waits to be sent.")
    other = Founder(founder.running)
    phone.has_connection_as(other.name)
    phone.opens()
    expect(phone.text).to_contain_text("0 waiting for a decision")
    phone.opens("device")
    expect(phone.text).to_contain_text("Nothing waits to be sent.")
    phone.keeps_all()
    kept = phone.stores()
    assert (set(kept["answers"]), kept["queue"]) == ({other.id}, [founder.id])
    assert founder.sees(card)["status"] == "pending"
    phone.has_connection_as(founder.name)
    phone.opens_card(card)
    expect(phone.text.locator(".facts")).to_contain_text("approved")
    other.browser.http.close()


@pytest.mark.nightly
def test_nothing_is_sent_as_somebody_else_who_signed_in_meanwhile(
    phone: Phone, founder: Founder, card: dict[str, str]
) -> None:
    """The page is open all the time, and its token has run out."""
    phone.adds_device("Phone")
    phone.opens_card(card)
    phone.keeps_all()
    phone.loses_connection()
    phone.presses("Approve")
    phone.presses("Approve now")
    phone.presses("Send it now")
    expect(phone.text).to_contain_text("It waits to be sent.")
    otto = Person(founder.running, "otto")
    otto.post(f"/v1/invitations/{founder.invites('governor')}/accept")
    founder.running.client.advance(20 * 60)
    phone.page.context.clear_cookies()
    phone.signs_in(otto.name)
    phone.has_connection()
    expect(phone.notice).to_be_empty()
    assert {otto.id} >= set(phone.stores()["answers"])
    phone.wrong.clear()
    founder.token = founder.browser.access_token(tenant=founder.tenant)
    assert founder.sees(card)["status"] == "pending"
    otto.browser.http.close()


@pytest.mark.nightly
def test_a_passkey_signs_in_the_tunnel(
    phone: Phone, founder: Founder, card: dict[str, str]
) -> None:
    founder.adds_passkey()
    phone.has_passkey(founder.key)
    phone.adds_device("Phone")
    phone.sees_instead(f"/v1/mobile/approvals/{card['id']}", passkey_for="assent")
    phone.opens_card(card)
    phone.keeps_all()
    phone.loses_connection()
    phone.presses("Approve")
    expect(phone.text).to_contain_text("Your passkey signs this decision.")
    phone.presses("Approve now")
    phone.presses("Send it now")
    expect(phone.text).to_contain_text("It waits to be sent.")
    phone.page.unroute_all()
    phone.has_connection()
    expect(phone.text.locator(".facts")).to_contain_text("approved")
    (event,) = founder.audited("assent.approval.approved.v1")
    assert event["assertion"]["statement"] == event["device_signature"]["statement"]
