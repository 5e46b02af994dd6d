"""A governor decides in a tunnel."""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect

from mobile_api import pages
from tests.journeys.console.phone import Phone
from tests.journeys.founder import Founder
from tests.journeys.person import Person

pytestmark = pytest.mark.platform


@contextmanager
def _released(folder: Path) -> Iterator[None]:
    """The platform has another release of the console, whose page is in another English."""
    before, built = pages.BUILT, folder / "dist"
    shutil.copytree(before, built)
    page, worker = built / "index.html", built / "worker.js"
    old = page.read_bytes()
    new = old.replace(b'lang="en"', b'lang="en-GB"')
    page.write_bytes(new)
    was, now = (hashlib.sha256(each).hexdigest() for each in (old, new))
    worker.write_text(worker.read_text().replace(was, now).replace('RELEASE="', 'RELEASE="new-'))
    try:
        pages.BUILT = built
        pages._files.cache_clear()
        yield
    finally:
        pages.BUILT = before
        pages._files.cache_clear()


@pytest.mark.nightly
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
    phone.presses("Send it now")
    expect(phone.text).to_contain_text("It waits to be sent.")
    phone.page.reload()
    expect(phone.text).to_contain_text("You approved it on")
    phone.is_for_everybody()
    expect(phone.notice).to_contain_text("One decision waits to be sent.")
    assert phone.button("Approve").count() == 0
    phone.has_connection()
    expect(phone.text.locator(".facts")).to_contain_text("approved")
    shown = founder.sees(card)
    assert (shown["status"], shown["decided_by"]) == ("approved", founder.id)
    (event,) = founder.audited("assent.approval.approved.v1")
    assert event["device_signature"]["profile"] == "device.jws/1"
    assert event["seen_version"] == card["version"]
    assert 0 < event["read_ms"] < 60_000


@pytest.mark.nightly
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
    assert founder.sees(card)["status"] == "pending"


@pytest.mark.nightly
def test_what_is_sent_when_the_tab_closes_counts_once(
    phone: Phone, founder: Founder, card: dict[str, str]
) -> None:
    """The platform took it, but its answer never came."""
    phone.adds_device("Phone")
    phone.opens_card(card)
    phone.loses_answers("/v1/mobile/sync")
    phone.vetoes("not on a Friday")
    expect(phone.notice).to_contain_text("No connection.")
    assert founder.sees(card)["status"] == "rejected"
    phone.closes_tab()
    # Two tabs open at once, and both would send what is left.
    other = phone.page.context.new_page()
    other.goto(f"{phone.url}/console/device")
    phone.opens("device")
    for page in (phone.page, other):
        expect(page.locator("main")).to_contain_text("The platform took it.")
    phone.presses("Remove from this list")
    expect(other.locator("main")).to_contain_text("Nothing waits to be sent.")
    assert len(founder.audited("assent.approval.rejected.v1")) == 1


@pytest.mark.nightly
def test_a_refused_decision_stays_with_why(
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
    founder.post(f"/v1/approvals/{card['id']}/decisions", founder.unsigned(card, "reject"))
    phone.has_connection()
    phone.opens("device")
    expect(phone.page.get_by_role("alert")).to_contain_text("The platform refused it:")
    expect(phone.notice).to_contain_text("One decision was refused.")
    phone.presses("Remove from this list")
    expect(phone.text).to_contain_text("Nothing waits to be sent.")


@pytest.mark.nightly
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
    phone.presses("Send it now")
    other.vetoes("not on a Friday")
    for each in (phone, other):
        expect(each.text).to_contain_text("It waits to be sent.")
    phone.has_connection()
    expect(phone.text.locator(".facts")).to_contain_text("approved")
    other.has_connection()
    expect(other.text).to_contain_text("You vetoed it.")
    assert founder.sees(card)["status"] == "vetoed"
    otto.browser.http.close()


@pytest.mark.nightly
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
