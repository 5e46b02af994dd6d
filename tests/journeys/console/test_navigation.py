"""The console's pages are found by keyboard and by people with other roles."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.console.phone import Phone
from tests.journeys.founder import Founder
from tests.journeys.person import Person

pytestmark = pytest.mark.platform


def _focused(phone: Phone) -> str:
    return str(phone.page.evaluate("document.activeElement.textContent"))


def test_pages_are_found_by_keyboard_on_a_narrow_screen(phone: Phone) -> None:
    phone.page.set_viewport_size({"width": 320, "height": 600})
    for page in ("/console", "/explorer"):
        answer = phone.page.request.get(f"{phone.url}{page}", max_redirects=0)
        assert (answer.status, answer.headers["location"]) == (308, f"{page}/")
    phone.opens()
    keys = phone.page.keyboard
    keys.press("Tab")
    assert _focused(phone) == "Skip to the page"
    keys.press("Tab")
    assert _focused(phone) == "Menu"
    link = phone.page.get_by_role("link", name="Members", exact=True)
    expect(link).to_be_hidden()
    keys.press("Enter")
    expect(link).to_be_visible()
    keys.press("Escape")
    expect(link).to_be_hidden()
    assert _focused(phone) == "Menu"
    keys.press("Enter")
    link.focus()
    keys.press("Enter")
    expect(phone.heading).to_be_focused()
    expect(phone.heading).to_have_text("Members")
    expect(phone.page).to_have_title("Members · Assent")
    expect(link).to_be_hidden()
    phone.page.go_back()
    expect(phone.heading).to_have_text("Overview")


@pytest.mark.nightly
def test_who_may_not_is_told_who_may(
    phone_of: Callable[[Person], Phone], founder: Founder, people: Any
) -> None:
    analyst = people("ana")
    analyst.post(f"/v1/invitations/{founder.invites('analyst')}/accept")
    phone = phone_of(analyst)
    phone.opens("budgets")
    expect(phone.text).to_contain_text("Only who has the role governor may set limits.")
    assert phone.button("Set a limit").count() == 0
    phone.opens("members")
    expect(phone.text).to_contain_text(founder.id)
    assert phone.page.get_by_role("heading", name="Invitations").count() == 0
    phone.opens("platform")
    expect(phone.text).to_contain_text("Only who has the role platform admin may open this page.")
    assert phone.page.get_by_role("link", name="The platform").count() == 0


@pytest.mark.nightly
def test_a_platform_admin_sees_the_platform_and_sets_its_budget(
    platform_admin: Founder, phone: Phone
) -> None:
    phone.page.goto(f"{phone.url}/console/")
    phone.page.get_by_role("link", name="The platform").click()
    expect(phone.text).to_contain_text("Sign-ups")
    expect(phone.text.get_by_role("region", name="Functions")).to_contain_text("mobile-api")
    phone.presses("Set a limit")
    phone.page.get_by_label("Dollars").fill("a lot")
    phone.presses("Set the limit")
    expect(phone.page.get_by_role("alert")).to_contain_text("Write an amount of dollars")
    expect(phone.page.get_by_label("Dollars")).to_have_value("a lot")
    phone.page.get_by_label("Dollars").fill("1234.5")
    phone.presses("Set the limit")
    phone.says("The limit is $1234.50 now.")
    budget = phone.text.get_by_role("region", name="Budget of All tenants together")
    expect(budget).to_contain_text("$1234.50")
    assert platform_admin.get("/v1/budgets/platform")["limit_usd_micros"] == 1_234_500_000
    phone.is_for_everybody()
