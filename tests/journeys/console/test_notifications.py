"""What somebody is told, and a browser that is told it: chosen, sent, shown, acknowledged."""

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.sync_api import expect

from functions.notifications.rules.webpush import point_of
from shared.kit import base64url
from tests.journeys.console.phone import Phone
from tests.journeys.founder import Founder

pytestmark = pytest.mark.platform

SECRET = ".secret code"
HOOK = "https://hooks.lighthouse.example/assent"
# Debian's browser has no push service: this one is nobody's, and no message to it leaves.
SUBSCRIBED = """
subscription => {
  let made = null;
  const known = {...subscription, toJSON: () => subscription, options: {}};
  known.unsubscribe = async () => { made = null; return true; };
  PushManager.prototype.getSubscription = async () => made;
  PushManager.prototype.subscribe = async () => (made = known);
}
"""
SHOWN = """
async () => {
  const worker = await navigator.serviceWorker.ready;
  return (await worker.getNotifications()).map(({title}) => title);
}
"""


@pytest.mark.nightly
def test_what_one_is_told_is_chosen_in_the_browser(phone: Phone, founder: Founder) -> None:
    phone.opens("notifications")
    expect(phone.text).to_contain_text("You have no channel.")
    phone.page.get_by_label("A run that failed").check()
    phone.page.get_by_label("Quiet from").fill("22:00")
    phone.page.get_by_label("Time zone").fill("Mars/Olympus")
    phone.presses("Save")
    phone.is_refused("quiet_hours")
    phone.page.get_by_label("Quiet until").fill("07:00")
    phone.page.get_by_label("Time zone").fill("Europe/Berlin")
    phone.presses("Save")
    phone.says("What you are told is saved.")
    told = founder.get("/v1/notifications/preferences")
    quiet = {"begin": "22:00", "end": "07:00", "time_zone": "Europe/Berlin"}
    assert (told["muted"], told["quiet_hours"]) == (["run_failed"], quiet)
    phone.page.get_by_label("Quiet from").fill("")
    phone.page.get_by_label("Quiet until").fill("")
    phone.presses("Save")
    phone.says("What you are told is saved.")
    _adds_a_webhook(phone)
    _confirms_a_mailbox(phone, founder)
    phone.is_for_everybody()
    founder.is_asked()
    founder.running.client.wait_until_idle(60)
    phone.presses("Read again")
    sent = phone.text.get_by_role("listitem").filter(has_text="An approval that waits")
    expect(sent).to_have_count(2)
    to_hook = sent.filter(has_text="by webhook to hooks.lighthouse.example")
    to_hook.get_by_text("One try").click()
    phone.is_for_everybody()
    sent.filter(has_text="delivered").get_by_role("button", name="Send again").click()
    phone.presses("Send it now")
    phone.says("It is sent again.")
    phone.page.get_by_role("heading", name="What was sent").scroll_into_view_if_needed()
    to_hook.get_by_role("link").click()
    expect(phone.heading).to_have_text("Rebuild the index of patient articles")
    phone.opens("notifications")
    phone.presses("Remove hooks.lighthouse.example")
    phone.presses("Remove now")
    phone.says("hooks.lighthouse.example is removed.")
    phone.page.get_by_role("heading", name="What was sent").scroll_into_view_if_needed()
    expect(sent.filter(has_text="to a channel that was removed")).to_have_count(1)
    (left,) = founder.get("/v1/notifications/channels")["items"]
    assert left["means"] == "mail"


def _adds_a_webhook(phone: Phone) -> None:
    phone.presses("Add a webhook")
    phone.page.get_by_label("Address").fill("ftp://hooks.lighthouse.example/assent")
    phone.presses("Add the webhook")
    phone.is_refused("address")
    phone.page.get_by_label("Address").fill(HOOK)
    phone.presses("Add the webhook")
    phone.says("hooks.lighthouse.example is added.")
    expect(phone.page.locator(SECRET)).to_contain_text("whsec_")


def _confirms_a_mailbox(phone: Phone, founder: Founder) -> None:
    phone.presses("Add a mailbox")
    phone.page.get_by_label("Mail address").fill("gala@lighthouse.example")
    phone.presses("Add the mailbox")
    phone.says("A code was mailed to gala@lighthouse.example")
    assert phone.page.locator(SECRET).count() == 0
    mails = founder.browser.http.get("/_platform/mail", params={"subject": "Your code"})
    text = mails.json()["items"][-1]["text"]
    (code,) = (each for each in text.split() if len(each) == 8 and each.isdigit())
    phone.presses("Give the code gala@lighthouse.example")
    phone.page.get_by_role("textbox", name="The code").fill("00000000")
    phone.presses("Confirm")
    phone.is_refused("code")
    phone.page.get_by_role("textbox", name="The code").fill(code)
    phone.presses("Confirm")
    phone.says("gala@lighthouse.example is confirmed.")


def test_a_device_is_notified_and_says_that_it_was(phone: Phone, founder: Founder) -> None:
    phone.opens("device")
    expect(phone.text).to_contain_text("Add this device first")
    phone.adds_device("Phone")
    phone.page.context.grant_permissions(["notifications"], origin=phone.url)
    phone.keeps_all()
    phone.presses("Notify this device")
    expect(phone.page.get_by_role("alert")).to_contain_text("The push service of your browser")
    # Chromium says so itself, too.
    phone.wrong.clear()
    phone.is_for_everybody()
    phone.page.evaluate(SUBSCRIBED, _subscription())
    phone.presses("Notify this device")
    phone.says("This device is notified.")
    (device,) = founder.get("/v1/mobile/devices")["items"]
    assert (device["name"], device["has_push"]) == ("Phone", True)
    founder.is_asked()
    founder.running.client.wait_until_idle(60)
    first = _delivery(founder)
    assert (first["means"], first["device_id"]) == ("push", device["device_id"])
    assert first["acknowledged_at"] is None
    _pushes(phone, {"tenant_id": founder.tenant, "delivery_id": first["delivery_id"]})
    phone.page.wait_for_function(f"({SHOWN})().then(each => each.includes('Approval waits'))")
    for _ in range(100):
        if _delivery(founder)["acknowledged_at"]:
            break
        phone.page.wait_for_timeout(200)
    (said,) = founder.audited("assent.notification_delivery.acknowledged.v1")
    assert (said["device_id"], said["delivery_id"]) == (device["device_id"], first["delivery_id"])
    phone.presses("Stop notifying")
    phone.says("This browser is told nothing more, of no tenant.")
    expect(phone.button("Notify this device")).to_be_visible()


def _delivery(founder: Founder) -> dict[str, Any]:
    items = founder.get("/v1/notifications/deliveries")["items"]
    return next(each for each in items if each["kind"] == "approval_pending")


def _subscription() -> dict[str, Any]:
    """What a browser gives of a subscription that nobody reads."""
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    keys = {"p256dh": base64url.encode(point_of(public)), "auth": base64url.encode(bytes(16))}
    return {"endpoint": "https://push.example/1", "expirationTime": None, "keys": keys}


def _pushes(phone: Phone, data: dict[str, str]) -> None:
    """The browser gets that message, decrypted."""
    shown = {"title": "Approval waits", "body": "Decide.", "navigate": "/console/", "data": data}
    session = phone.page.context.new_cdp_session(phone.page)
    known: list[dict[str, Any]] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated", lambda said: known.extend(said["registrations"])
    )
    session.send("ServiceWorker.enable")
    while not known:
        phone.page.wait_for_timeout(50)
    session.send(
        "ServiceWorker.deliverPushMessage",
        {
            "origin": phone.url,
            "registrationId": known[-1]["registrationId"],
            "data": json.dumps({"web_push": 8030, "notification": shown}),
        },
    )
