"""Every page of the console: for everybody, on every width, in both themes, and for nobody else."""

import re

import pytest
from playwright.sync_api import Response, expect

from emulators.running import RunningPlatform
from tests.journeys.console.phone import Phone
from tests.journeys.founder import Founder

pytestmark = pytest.mark.platform

PAGES = (
    *("", "approvals", "agents", "runs", "receipts", "precedents", "precedents/new", "violations"),
    *("audit", "members", "keys", "passkeys", "sessions", "connectors", "policies", "budgets"),
    *("plan", "device", "health", "memories", "prompts", "no-such-page"),
)


@pytest.mark.daily
def test_every_page_opens(phone: Phone) -> None:
    """The phone says at its end that no page reported an error or broke its policy."""
    for path in PAGES:
        phone.opens(path)
        phone.page.wait_for_load_state("networkidle")
        expect(phone.heading).to_have_text(re.compile(r"\S"))


# Each is shown in two themes and three widths, and read by axe in each.
@pytest.mark.parametrize("pages", [PAGES[::10], pytest.param(PAGES, marks=pytest.mark.nightly)])
def test_every_page_is_for_everybody(
    phone: Phone, founder: Founder, running: RunningPlatform, pages: tuple[str, ...]
) -> None:
    card = founder.is_asked()
    running.client.wait_until_idle(60)
    for path in (*pages, f"approvals/{card['id']}", f"members/{founder.id}"):
        phone.opens(path)
        phone.is_for_everybody()


def test_signing_out_ends_the_session_and_who_signs_in_comes_back(phone: Phone) -> None:
    phone.opens()
    phone.presses("Sign out")
    phone.page.wait_for_url("**/signin")
    phone.page.goto(f"{phone.url}/console/approvals")
    expect(phone.text).to_contain_text("You are not signed in")
    phone.page.get_by_role("link", name="Sign in").click()
    expect(phone.page).to_have_url(f"{phone.url}/signin?return_to=%2Fconsole%2Fapprovals")
    phone.wrong.clear()


def test_the_first_screen_is_small_and_no_token_is_kept_by_the_browser(
    phone: Phone, founder: Founder
) -> None:
    """Bytes as they are sent without compression: a hundred thousand at most."""
    taken: list[int] = []

    def note(answer: Response) -> None:
        if "/console" in answer.url:
            taken.append(len(answer.body()))

    phone.page.on("response", note)
    phone.opens()
    phone.page.wait_for_load_state("networkidle")
    phone.page.remove_listener("response", note)
    assert 0 < sum(taken) <= 100_000
    phone.adds_device("Phone")
    phone.page.wait_for_load_state("networkidle")
    assert founder.id in phone.stores()["settings"]
    kept = phone.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert kept == f'[{{"assent-tenant":"{founder.tenant}"}},{{}}]'
    assert phone.page.evaluate("document.cookie") == ""
