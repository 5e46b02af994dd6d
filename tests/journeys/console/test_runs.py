"""A governor follows runs, stops them, answers what they ask, and verifies what they did."""

import base64
import hashlib

import httpx
import pytest
from playwright.sync_api import FilePayload, expect

from emulators.running import RunningPlatform
from tests.journeys.console.phone import Phone
from tests.journeys.console.workers import Workers
from tests.journeys.founder import Founder

pytestmark = pytest.mark.platform
HOUR = 3_700


@pytest.fixture
def workers(founder: Founder) -> Workers:
    return Workers(founder)


def test_a_run_is_followed_to_its_receipt_and_to_its_causes(
    phone: Phone, workers: Workers, running: RunningPlatform
) -> None:
    run = workers.counts()
    phone.opens("runs")
    phone.page.get_by_role("link", name="count-visits").click()
    expect(phone.heading).to_have_text("count-visits 1.0.0")
    expect(phone.text).to_contain_text("waits for assent")
    expect(phone.text).to_contain_text("not reached yet")
    phone.is_for_everybody()

    # It goes on while somebody looks.
    world = workers.world
    card = world.governor.get(f"/v1/mobile/approvals/{run['approval_id']}")
    assert world.decide("approve", card).status_code == 200
    expect(phone.text.get_by_role("status")).to_contain_text("completed")
    expect(phone.page.get_by_text("44", exact=True)).to_be_visible()
    expect(phone.text).to_contain_text("gala assented")

    running.client.wait_until_idle(60)
    phone.page.get_by_role("link", name="Receipt: confirmed").last.click()
    expect(phone.text).to_contain_text("No checkpoint covers the receipt yet")
    running.client.advance(HOUR)
    phone.presses("Verify again")
    expect(phone.text).to_contain_text("a signed checkpoint covers it")
    for part in phone.page.locator(".checks strong").all():
        expect(part).to_have_text("holds")
    phone.is_for_everybody()
    phone.wrong.clear()

    phone.opens(f"story/run/{run['run_id']}")
    rows = phone.page.get_by_role("row")
    expect(rows.filter(has_text="run completed")).to_contain_text("approval approved")
    expect(rows.filter(has_text="approval approved").last).to_contain_text("run approval needed")
    expect(rows.last).to_contain_text("its own beginning")
    phone.is_for_everybody()


@pytest.mark.nightly
def test_of_thousands_of_runs_only_those_near_the_screen_are_drawn(
    phone: Phone, workers: Workers
) -> None:
    run = workers.counts()
    items = [{**run, "capsule": f"capsule-{number}"} for number in range(2_000)]
    phone.sees_instead("/v1/runs?limit=50", items=items, next_cursor=None)
    phone.opens("runs")
    rows = phone.page.get_by_role("listitem")
    expect(rows.first).to_contain_text("capsule-0")
    phone.scrolls_to_the_end("capsule-1999")
    assert rows.count() < 200
    expect(rows.filter(has_text="capsule-1999")).to_have_attribute("aria-posinset", "2000")


@pytest.mark.nightly
def test_a_receipt_that_was_changed_on_its_way_is_not_believed(
    phone: Phone, workers: Workers, running: RunningPlatform
) -> None:
    run = workers.counts()
    running.client.advance(HOUR)
    (receipt,) = workers.ada.get("/v1/receipts", run_id=run["run_id"])["items"]
    path = f"/v1/receipts/{receipt['receipt_id']}/proof"
    envelope = workers.ada.get(path)["envelope"]
    said = base64.b64decode(envelope["payload"]).replace(b'"confirmed"', b'"refused"')
    changed = {**envelope, "payload": base64.b64encode(said).decode()}
    phone.sees_instead(path, envelope=changed)
    phone.opens(f"receipts/{receipt['receipt_id']}")
    expect(phone.page.get_by_role("alert")).to_contain_text("not what the log signed")
    expect(phone.text).to_contain_text("which nothing here proves")


@pytest.mark.nightly
def test_the_log_is_searched_and_an_entry_opened(phone: Phone, workers: Workers) -> None:
    run = workers.counts()
    phone.opens("audit")
    phone.page.locator("summary", has_text="Search").click()
    phone.page.get_by_label("Action").fill("assent.run.started.v1")
    phone.presses("Search")
    entries = phone.page.get_by_role("listitem")
    expect(entries).to_have_count(1)
    entries.get_by_text("run started").click()
    expect(entries).to_contain_text("This browser computed the same hash.")
    expect(entries).to_contain_text(run["run_id"])
    phone.is_for_everybody()
    phone.presses("All about this")
    expect(phone.page.locator("summary", has_text="Search: run/")).to_be_visible()
    expect(phone.page.get_by_text("run approval needed")).to_be_visible()


@pytest.mark.nightly
def test_a_run_is_paused_resumed_cancelled_and_replayed(phone: Phone, workers: Workers) -> None:
    run = workers.counts()
    phone.opens(f"runs/{run['run_id']}")
    phone.presses("Pause")
    expect(phone.text).to_contain_text("somebody paused it")
    assert workers.read(run)["status"] == "paused"
    phone.presses("Resume")
    expect(phone.button("Pause")).to_be_visible(timeout=20_000)
    phone.presses("Cancel")
    expect(phone.text).to_contain_text("What it did stays done")
    phone.presses("Back")
    assert workers.read(run)["status"] == "awaiting_approval"
    phone.presses("Cancel")
    phone.presses("Cancel it")
    expect(phone.button("Replay")).to_be_visible(timeout=20_000)
    assert workers.read(run)["status"] == "cancelled"
    phone.presses("Replay")
    phone.presses("Replay it")
    expect(phone.text).to_contain_text("a replay, which does nothing")


@pytest.mark.nightly
def test_somebody_says_what_became_of_a_doubtful_call(phone: Phone, workers: Workers) -> None:
    run = workers.is_in_doubt()
    assert run["waiting"]["kind"] == "doubt", run
    phone.opens(f"runs/{run['run_id']}")
    send = phone.button("Say so")
    expect(send).to_be_disabled()
    phone.page.get_by_label("It did not happen").check()
    expect(send).to_be_disabled()
    phone.page.get_by_label("How you know").fill("The ledger has no such line.")
    phone.is_for_everybody()
    send.click()
    expect(phone.text).to_contain_text("You said what became of it.")
    phone.presses("Resume")
    expect(phone.text.get_by_role("status").first).to_contain_text("completed")
    assert workers.read(run)["status"] == "completed"


@pytest.mark.nightly
def test_a_servers_question_is_answered_on_its_card(phone: Phone, workers: Workers) -> None:
    with workers.is_asked() as run:
        phone.opens(f"approvals/{run['approval_id']}")
        phone.presses("Approve")
        expect(phone.text).to_contain_text("Which seat shall I book?")
        phone.is_for_everybody()
        expect(phone.button("Approve now")).to_be_disabled()
        phone.page.get_by_label("Seat").select_option("aisle")
        phone.page.get_by_label("bags").fill("1")
        # What nothing undoes is approved by its name.
        name = phone.page.get_by_label("Nothing undoes this")
        if name.is_visible():
            name.fill("book-seat")
        phone.presses("Approve now")
        phone.presses("Send it now")
        expect(phone.text).to_contain_text("You approved it.")
        assert workers.read(run)["status"] == "completed"
        (step,) = workers.ada.get(f"/v1/runs/{run['run_id']}/steps")["items"]
        assert '"seat": "aisle"' in step["output"]["value"]["text"]


@pytest.mark.nightly
def test_a_veto_cites_a_file_which_the_card_shows(
    phone: Phone, founder: Founder, running: RunningPlatform
) -> None:
    data = b"The ward asked not to."
    digest = hashlib.sha256(data).hexdigest()
    card = founder.is_asked()
    running.client.wait_until_idle(60)
    phone.opens_card(card)
    phone.presses("Veto")
    phone.page.get_by_label("safety").check()
    phone.page.get_by_label("Why").fill("see the file")
    phone.page.get_by_text("Attach files").click()
    file: FilePayload = {"name": "ward.txt", "mimeType": "text/plain", "buffer": data}
    phone.page.get_by_label("A file of this device").set_input_files(file)
    expect(phone.text).to_contain_text("ward.txt is uploaded and attached.")
    expect(phone.page.get_by_label("ward.txt,")).to_be_checked()
    phone.is_for_everybody()
    phone.presses("Veto now")
    expect(phone.text).to_contain_text("You vetoed it.")
    expect(phone.text).to_contain_text(f"SHA-256 {digest}")
    link = phone.page.get_by_role("link", name="Download ward.txt")
    assert httpx.get(str(link.get_attribute("href"))).content == data
    phone.is_for_everybody()
