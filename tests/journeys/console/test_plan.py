"""What an admin sees of the plan, and does with it, in a browser."""

import pytest
from playwright.sync_api import expect

from emulators.running import RunningPlatform
from tests.journeys.console.phone import Phone
from tests.journeys.founder import Founder

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
