"""A governor decides in a tunnel."""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect

from emulators.running import RunningPlatform
from mobile_api import pages
from tests.journeys.console.phone import Phone
from tests.journeys.founder import Founder
from tests.journeys.person import Person

pytestmark = pytest.mark.platform


def _card(founder: Founder, card: dict[str, str]) -> dict[str, object]:
    founder.running.client.wait_until_idle(60)
    return founder.get(f"/v1/mobile/approvals/{card['id']}")


@contextmanager
def _released(folder: Path) -> Iterator[None]:
    """The platform has another release of the console, whose page is in another English."""
    before, built = pages.BUILT, folder / "dist"
    shutil.copytree(before, built)
    page, worker = built / "index.html", built / "worker.js"
    old = page.read_bytes()
    new = old.replace(b'lang="en"', b'lang="en-GB"')
    page.write_bytes(new)
    hashes = (hashlib.sha256(each).hexdigest() for each in (old, new))
    worker.write_text(worker.read_text().replace(*hashes).replace('RELEASE="', 'RELEASE="new-'))
    try:
        pages.BUILT = built
        pages._files.cache_clear()
        yield
    finally:
        pages.BUILT = before
        pages._files.cache_clear()


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
    (event,) = founder.audited("assent.approval.approved.v1")
    assert event["device_signature"]["profile"] == "device.jws/1"
    assert event["seen_version"] == card["version"]
    assert 0 < event["read_ms"] < 60_000


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


def test_what_is_sent_when_the_tab_closes_counts_once(
    phone: Phone, founder: Founder, card: dict[str, str]
) -> None:
    """The platform took it, but its answer never came."""
    phone.adds_device("Phone")
    phone.opens_card(card)
    phone.loses_answers("/v1/mobile/sync")
    phone.vetoes("not on a Friday")
    expect(phone.notice).to_contain_text("No connection.")
    assert _card(founder, card)["status"] == "rejected"
    phone.closes_tab()
    # Two tabs open at once, and both would send what is left.
    other = phone.page.context.new_page()
    other.goto(f"{phone.url}/console/device")
    phone.opens("device")
    for page in (phone.page, other):
        expect(page.locator("main")).to_contain_text("The platform took it.", timeout=20_000)
    phone.presses("Remove from this list")
    expect(other.locator("main")).to_contain_text("Nothing waits to be sent.")
    assert len(founder.audited("assent.approval.rejected.v1")) == 1


def test_a_refused_decision_stays_with_why(
    phone: Phone, founder: Founder, card: dict[str, str]
) -> None:
    phone.adds_device("Phone")
    phone.opens_card(card)
    phone.keeps_all()
    phone.loses_connection()
    phone.presses("Approve")
    phone.presses("Approve now")
    expect(phone.text).to_contain_text("It waits to be sent.")
    founder.post(f"/v1/approvals/{card['id']}/decisions", founder.unsigned(card, "reject"))
    phone.has_connection()
    phone.opens("device")
    expect(phone.page.get_by_role("alert")).to_contain_text("The platform refused it:")
    expect(phone.notice).to_contain_text("One decision was refused.")
    phone.presses("Remove from this list")
    expect(phone.text).to_contain_text("Nothing waits to be sent.")


def test_a_veto_made_in_a_tunnel_meets_an_approval_made_in_another(
    phone: Phone,
    phone_of: Callable[[Person], Phone],
    founder: Founder,
    card: dict[str, str],
) -> None:
    otto = Person(founder.running, "otto")
    otto.post(f"/v1/invitations/{founder.invites('governor')}/accept")
    other = phone_of(otto)
    for each in (phone, other):
        each.adds_device("Phone")
        each.opens_card(card)
        each.keeps_all()
        each.loses_connection()
    phone.presses("Approve")
    phone.presses("Approve now")
    other.vetoes("not on a Friday")
    for each in (phone, other):
        expect(each.text).to_contain_text("It waits to be sent.")
    phone.has_connection()
    expect(phone.text.locator(".facts")).to_contain_text("approved", timeout=20_000)
    other.has_connection()
    expect(other.text).to_contain_text("You vetoed it.", timeout=20_000)
    assert _card(founder, card)["status"] == "vetoed"
    otto.browser.http.close()


def test_who_signs_out_leaves_nothing_behind(
    phone: Phone, founder: Founder, card: dict[str, str]
) -> None:
    phone.adds_device("Phone")
    phone.opens_card(card)
    phone.keeps_all()
    phone.loses_connection()
    phone.presses("Approve")
    phone.presses("Approve now")
    expect(phone.text).to_contain_text("It waits to be sent.")
    phone.presses("Sign out")
    expect(phone.page.get_by_role("alert")).to_contain_text("One decision was not sent yet")
    phone.presses("Sign out and lose them")
    expect(phone.page.get_by_role("alert")).to_contain_text("cannot be reached")
    expect(phone.text).to_contain_text("Your session ends as soon as")
    assert not any(phone.stores().values())
    # The session ends as soon as there is a connection.
    phone.has_connection()
    phone.page.goto(f"{phone.url}/console/")
    expect(phone.text).to_contain_text("You are not signed in")
    phone.wrong.clear()
    assert _card(founder, card)["status"] == "pending"


def test_somebody_else_in_this_browser_finds_nothing(
    phone: Phone, founder: Founder, card: dict[str, str]
) -> None:
    phone.adds_device("Phone")
    phone.opens_card(card)
    phone.keeps_all()
    phone.loses_connection()
    phone.presses("Approve")
    phone.presses("Approve now")
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
    assert _card(founder, card)["status"] == "pending"
    phone.has_connection_as(founder.name)
    phone.opens_card(card)
    expect(phone.text.locator(".facts")).to_contain_text("approved", timeout=20_000)
    other.browser.http.close()


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
    expect(phone.text).to_contain_text("It waits to be sent.")
    phone.page.unroute_all()
    phone.has_connection()
    expect(phone.text.locator(".facts")).to_contain_text("approved", timeout=20_000)
    (event,) = founder.audited("assent.approval.approved.v1")
    assert event["assertion"]["statement"] == event["device_signature"]["statement"]


def test_a_new_release_is_opened_when_its_reader_says_so(
    phone: Phone, founder: Founder, card: dict[str, str], tmp_path: Path
) -> None:
    phone.opens_card(card)
    phone.keeps_all()
    phone.presses("Approve")
    phone.page.get_by_label("Note").fill("half a sentence")
    with _released(tmp_path):
        phone.page.evaluate(
            "navigator.serviceWorker.getRegistration().then(each => each.update()).then(() => null)"
        )
        expect(phone.notice).to_contain_text("A new release of the console is here.")
        expect(phone.page.get_by_label("Note")).to_have_value("half a sentence")
        phone.presses("Open it")
        expect(phone.page.locator("html")).to_have_attribute("lang", "en-GB")
        expect(phone.heading).to_have_text(card["summary"])
        expect(phone.notice).to_be_empty()
