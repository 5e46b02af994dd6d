"""What an admin sees of the plan, and does with it, in a browser."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from emulators.demo.invoicing import (
    COVERED_AFTER_SECONDS,
    RENEWED_AFTER_SECONDS,
    buy,
    use_beyond,
)
from emulators.demo.narrator import Narrator
from emulators.demo.run import COUNTER_SPEC, goes_live
from emulators.running import RunningPlatform
from functions.capsules.settings import settings as settings_of_capsules
from functions.runs.settings import settings as settings_of_runs
from shared.verify.__main__ import main
from tests.journeys.console.phone import Phone
from tests.journeys.console.workers import Workers
from tests.journeys.founder import Founder
from tests.journeys.person import Person

pytestmark = [pytest.mark.platform, pytest.mark.nightly]


def test_a_plan_is_priced_bought_and_ended_by_assent(
    phone: Phone, founder: Founder, running: RunningPlatform
) -> None:
    phone.opens("plan")
    expect(phone.text).to_contain_text("Your tenant is on Free")
    expect(phone.text).to_contain_text("0 of 100 used, 0 %")
    _orders(phone, seats="9")
    phone.is_refused("Pro has 5 at most")
    phone.page.get_by_label("Seats").fill("3")
    phone.presses("Show the price")
    expect(phone.text).to_contain_text("$147.00")
    phone.page.get_by_text("What each plan has").click()
    phone.is_for_everybody()
    phone.page.get_by_label("Seats").fill("2")
    expect(phone.button("Go to Stripe to pay")).to_have_count(0)
    phone.presses("Show the price")
    phone.presses("Go to Stripe to pay")
    phone.presses("Subscribe")
    expect(phone.text).to_contain_text("Your tenant tries Pro with 2 seats, paid by the month")
    running.client.wait_until_idle(60)
    assert founder.get("/v1/subscription")["seats"] == 2
    _sees_its_invoice(phone)
    _ends_it(phone)
    waits_for = founder.get("/v1/subscription")["waits_for"]
    phone.page.get_by_role("link", name="The approval").click()
    phone.page.wait_for_url(f"**/approvals/{waits_for}")


def _orders(phone: Phone, seats: str) -> None:
    phone.page.get_by_role("combobox", name="Plan").select_option("pro")
    phone.page.get_by_label("Seats").fill(seats)
    phone.presses("Show the price")


def _sees_its_invoice(phone: Phone) -> None:
    phone.page.get_by_role("heading", name="Invoices").scroll_into_view_if_needed()
    phone.page.get_by_role("link", name="Invoice").click()
    expect(phone.text).to_contain_text("Trial period for Assent Pro")
    phone.is_for_everybody()
    phone.page.locator("main").get_by_role("link", name="Plan and usage").click()


def _ends_it(phone: Phone) -> None:
    phone.page.get_by_role("combobox", name="Plan").select_option("free")
    phone.presses("Show the price")
    expect(phone.text).to_contain_text("a governor has to approve it first")
    phone.is_for_everybody()
    phone.presses("End it with its period")
    phone.says("The change waits for an approval.")
    expect(phone.text).to_contain_text("Once that is given, send the same change again")


def test_a_code_comes_by_its_address_and_one_that_is_refused_is_left_out(phone: Phone) -> None:
    phone.opens("plan?referral=00ab00ab00ab00ab")
    code = phone.page.get_by_label("Code of whoever referred you")
    expect(code).to_have_value("00ab00ab00ab00ab")
    phone.page.get_by_role("combobox", name="Plan").select_option("pro")
    phone.presses("Show the price")
    phone.is_refused("is not a valid code: ask whoever referred you, or leave it out")
    expect(code).to_be_focused()
    phone.is_for_everybody()
    code.fill("short")
    phone.presses("Show the price")
    phone.is_refused("must be a code of 16 digits and capital letters")
    code.fill("")
    phone.presses("Show the price")
    expect(phone.text).to_contain_text("The first 14 days cost nothing")
    expect(phone.button("Refer others")).to_have_count(0)


def test_nothing_is_offered_where_nothing_is_sold(phone: Phone) -> None:
    phone.sees_instead("/v1/plans-catalogue", is_sold=False)
    phone.opens("plan")
    expect(phone.text).to_contain_text("sells no plans")
    expect(phone.page.get_by_role("heading", name="Usage by day")).to_be_visible()
    expect(phone.button("Show the price")).to_have_count(0)
    phone.is_for_everybody()


def test_usage_is_shown_by_day_and_the_overview_says_what_is_scarce(
    phone: Phone, founder: Founder, running: RunningPlatform
) -> None:
    day = running.client.now()[:10]
    founder.send("PUT", "/v1/usage/meters/pages", {"unit": "pages"}, **{"Idempotency-Key": "pages"})
    told = {"id": "scan-1", "meter": "pages", "quantity": 1_200, "at": f"{day}T00:00:00Z"}
    assert founder.post("/v1/usage/events", {"events": [told]})["accepted"] == 1
    phone.opens("plan")
    phone.page.get_by_label("Meter").select_option("pages")
    expect(phone.text).to_contain_text("1,200 pages in all.")
    expect(phone.page.get_by_role("cell", name=day)).to_be_visible()
    phone.is_for_everybody()
    quotas = founder.get("/v1/subscription")["quotas"]
    nearly = [{**each, "used": 85, "limit": 100} for each in quotas[:1]]
    phone.sees_instead("/v1/subscription", quotas=nearly)
    phone.opens()
    expect(phone.text).to_contain_text("Used of your plan: Runs 85 %.")
    phone.is_for_everybody()


def _refers_others(phone: Phone, code: str) -> None:
    """Who pays sees its code, and beside a price what the month has cost so far."""
    phone.opens("plan")
    phone.presses("Refer others")
    phone.presses("Show your code")
    expect(phone.text).to_contain_text(f"{phone.url}/console/plan?referral={code}")
    phone.presses("Show the price")
    expect(phone.text).to_contain_text("Nothing was used beyond the limits in")
    expect(phone.page.get_by_label("Code of whoever referred you")).to_have_count(0)
    phone.is_for_everybody()


@pytest.mark.timeout(600)
def test_a_line_of_usage_is_verified_from_the_file_that_its_button_saves(
    phone_of: Callable[[Person], Phone],
    founder: Founder,
    running: RunningPlatform,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # Whoever ran in this process before may have had another environment.
    settings_of_capsules.cache_clear()
    settings_of_runs.cache_clear()
    platform, narrator, workers = running.client, Narrator(), Workers(founder)
    goes_live(COUNTER_SPEC, workers.ada, workers.world.governor, platform, narrator)
    buy(founder, platform, narrator)
    use_beyond(workers.ada, platform, narrator)
    for seconds in (RENEWED_AFTER_SECONDS, COVERED_AFTER_SECONDS):
        platform.advance(seconds)
        platform.wait_until_idle(60)
    scopes = ("identity:read", "identity:write")
    admin = workers.world.person("amira", scopes, ("tenant_admin",))
    [(charged, line)] = [
        (each["invoice_id"], line)
        for each in admin.get("/v1/invoices")["items"]
        for line in each["lines"]
        if line["usage"]
    ]
    # A sign-in lasts thirty days.
    phone = phone_of(founder)
    _refers_others(phone, admin.post("/v1/billing/referral", {})["code"])
    phone.opens(f"invoices/{charged}")
    expect(phone.text).to_contain_text("tokens beyond 500,000")
    phone.is_for_everybody()
    phone.presses(f"Show what is behind it: {line['description']}")
    expect(phone.text).to_contain_text(f"of tokens_in in {line['usage']['period']}")
    for name in ("tokens_in", "tokens_out"):
        [root] = [each["root"] for each in line["usage"]["counted"] if each["meter"] == name]
        expect(phone.text).to_contain_text(root)
    phone.page.get_by_role("button", name="Show the events of slab").first.click()
    receipt = phone.page.get_by_role("link", name="rct_").first
    expect(receipt).to_be_visible()
    phone.is_for_everybody()
    with phone.page.expect_download() as saved:
        phone.presses(f"Save its proof: {line['description']}")
    phone.says("is saved.")
    file = tmp_path / saved.value.suggested_filename
    saved.value.save_as(file)
    assert main([str(file)]) == 0
    said = capsys.readouterr().out
    assert "150000 of tokens beyond 500000" in said
    assert "closed by entry" in said
    file.write_text(file.read_text().replace('"quantity":600000', '"quantity":600001'))
    assert main([str(file)]) == 1
