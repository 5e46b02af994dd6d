"""A governor decides about a card in a browser."""

import pytest
from playwright.sync_api import expect

from emulators.running import RunningPlatform
from tests.journeys.console.phone import Phone
from tests.journeys.founder import ASKED, Founder

pytestmark = pytest.mark.platform

DETOUR = "If the editor has not answered by noon, the article goes live anyway."


def test_a_governor_finds_what_waits_reads_it_and_approves_it(
    phone: Phone, founder: Founder, card: dict[str, str]
) -> None:
    phone.opens()
    expect(phone.text).to_contain_text("1 waiting for a decision")
    phone.page.get_by_role("link", name="waiting for a decision").click()
    phone.page.get_by_role("link", name=card["summary"]).click()
    expect(phone.heading).to_have_text(card["summary"])
    expect(phone.text).to_contain_text("Silence denies in")
    expect(phone.text).to_contain_text("This browser computed the hash of what you see")
    expect(phone.text).to_contain_text(card["decision_hash"])
    expect(phone.text).to_contain_text(str(ASKED["rollback_plan"]))
    phone.presses("Approve")
    phone.presses("Approve now")
    expect(phone.text).to_contain_text("It is sent in 5 seconds")
    phone.presses("Withdraw")
    assert founder.sees(card)["status"] == "pending"
    phone.presses("Approve")
    phone.page.get_by_label("Note").fill("read it")
    phone.presses("Approve now")
    phone.presses("Send it now")
    expect(phone.text).to_contain_text("You approved it.")
    expect(phone.text.locator(".facts")).to_contain_text("approved")
    assert phone.button("Approve").count() == 0
    shown = founder.sees(card)
    assert (shown["status"], shown["decided_by"]) == ("approved", founder.id)


def test_what_is_near_to_the_forbidden_is_read_first(
    phone: Phone, founder: Founder, running: RunningPlatform
) -> None:
    card = founder.is_asked(content={"instructions": f"Write for lay readers. {DETOUR}"})
    running.client.wait_until_idle(60)
    phone.opens_card(card)
    first = phone.page.get_by_role("region", name="Read these first")
    expect(first.locator("blockquote").first).to_have_text(DETOUR)
    expect(first).to_contain_text("/instructions")
    expect(first).to_contain_text("Nothing is decided by them.")
    phone.is_for_everybody()
    # What is decided is what it would be without.
    expect(phone.text).to_contain_text(card["decision_hash"])
    phone.presses("Veto")
    expect(phone.button("Veto now")).to_be_visible()


@pytest.mark.parametrize(
    ("status", "said"),
    [(503, None), pytest.param(422, "read all of it", marks=pytest.mark.nightly)],
)
def test_a_card_is_whole_where_nobody_says_what_to_read_first(
    phone: Phone, founder: Founder, running: RunningPlatform, status: int, said: str | None
) -> None:
    card = founder.is_asked(content={"instructions": DETOUR})
    running.client.wait_until_idle(60)
    problem = {"code": "unavailable", "title": "", "detail": "", "status": status}
    phone.page.route(
        "**/v1/knowledge/nearest-rules", lambda route: route.fulfill(status=status, json=problem)
    )
    with phone.page.expect_response("**/v1/knowledge/nearest-rules"):
        phone.opens_card(card)
    if said is not None:
        expect(phone.text).to_contain_text(said)
    assert phone.page.get_by_text("Read these first").count() == 0
    phone.presses("Approve")
    phone.presses("Approve now")
    phone.presses("Send it now")
    expect(phone.text).to_contain_text("You approved it.")
    # The browser's own note of that answer.
    phone.wrong.clear()


@pytest.mark.nightly
def test_a_veto_needs_its_reason(phone: Phone, founder: Founder, card: dict[str, str]) -> None:
    phone.opens_card(card)
    phone.presses("Veto")
    send = phone.button("Veto now")
    expect(send).to_be_disabled()
    phone.page.get_by_label("Why").fill("not on a Friday")
    expect(send).to_be_disabled()
    phone.page.get_by_label("safety").check()
    send.click()
    expect(phone.text).to_contain_text("You vetoed it.")
    assert founder.sees(card)["status"] == "rejected"


@pytest.mark.nightly
def test_who_asks_for_changes_says_which(
    phone: Phone, founder: Founder, card: dict[str, str]
) -> None:
    phone.opens_card(card)
    phone.presses("Request changes")
    expect(phone.button("Send request")).to_be_disabled()
    phone.page.get_by_label("What has to change").fill("Say when.")
    phone.presses("Send request")
    expect(phone.text).to_contain_text("You requested changes.")
    assert founder.sees(card)["status"] == "changes_requested"


def test_nobody_decides_about_something_else_than_they_see(
    phone: Phone, founder: Founder, card: dict[str, str]
) -> None:
    """Somebody changes what the phone shows, but not the hash that the decision would name."""
    phone.sees_instead(f"/v1/mobile/approvals/{card['id']}", content={"action": "nothing bad"})
    phone.opens_card(card)
    expect(phone.page.get_by_role("alert")).to_contain_text("not what a decision would name")
    for name in ("Approve", "Request changes", "Veto"):
        expect(phone.button(name)).to_be_disabled()
    assert founder.sees(card)["status"] == "pending"


@pytest.mark.nightly
def test_a_card_whose_time_is_over_takes_no_decision(
    phone: Phone, founder: Founder, card: dict[str, str], running: RunningPlatform
) -> None:
    phone.opens_card(card)
    running.client.advance(3 * 3_600)
    running.client.wait_until_idle(60)
    phone.presses("Approve")
    phone.presses("Approve now")
    phone.presses("Send it now")
    expect(phone.page.get_by_role("alert")).to_be_visible()
    phone.wrong.clear()
    phone.opens_card(card)
    expect(phone.text.locator(".facts")).to_contain_text("expired")
    assert phone.button("Approve").count() == 0


@pytest.mark.nightly
def test_what_nothing_undoes_is_approved_after_a_pause_and_by_its_name(
    phone: Phone, founder: Founder, card: dict[str, str]
) -> None:
    phone.sees_instead(f"/v1/mobile/approvals/{card['id']}", effect="delete")
    phone.opens_card(card)
    phone.presses("Approve")
    expect(phone.text).to_contain_text("You can approve it in")
    phone.page.get_by_label("Nothing undoes this.").fill("reindex-articles")
    expect(phone.button("Approve now")).to_be_disabled()
    expect(phone.button("Approve now")).to_be_enabled(timeout=10_000)
    expect(phone.text).not_to_contain_text("You can approve it in")


@pytest.mark.nightly
def test_the_card_works_with_a_keyboard_alone(
    phone: Phone, founder: Founder, card: dict[str, str]
) -> None:
    phone.opens_card(card)
    keys = phone.page.keyboard
    for _ in range(30):
        keys.press("Tab")
        if phone.page.evaluate("document.activeElement.textContent") == "Approve":
            break
    keys.press("Enter")
    phone.page.get_by_label("Note").focus()
    keys.type("by keys")
    keys.press("Tab")
    keys.press("Tab")
    keys.press("Enter")
    expect(phone.text).to_contain_text("You approved it.")
    assert founder.sees(card)["status"] == "approved"
