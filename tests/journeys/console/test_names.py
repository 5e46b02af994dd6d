"""Who decides reads names, and finds the ids that the log has."""

import pytest
from playwright.sync_api import expect

from emulators.running import RunningPlatform
from tests.journeys.console.phone import Phone
from tests.journeys.founder import Founder

pytestmark = pytest.mark.platform


def test_people_are_called_by_their_names_and_their_ids_are_in_the_details(
    phone: Phone, founder: Founder, card: dict[str, str], running: RunningPlatform
) -> None:
    founder.post(f"/v1/approvals/{card['id']}/decisions", founder.unsigned(card, "reject"))
    running.client.wait_until_idle(60)
    phone.opens_card(card)
    expect(phone.text.get_by_text("Decided by")).to_contain_text(founder.name)
    id = phone.text.get_by_text(founder.id, exact=True)
    expect(id).to_be_hidden()
    phone.page.get_by_text("Ids of those named here").click()
    expect(id).to_be_visible()
    phone.is_for_everybody()
    # Whom the tenant does not know has no name.
    expect(phone.text).to_contain_text("amira asks about")

    phone.opens("report")
    row = phone.page.get_by_role("row").filter(has_text=founder.name)
    expect(row).not_to_contain_text(founder.id)
    phone.is_for_everybody()

    phone.opens("audit")
    entry = phone.page.get_by_role("listitem").filter(has_text="approval rejected")
    expect(entry).to_contain_text(founder.name)
    entry.locator("summary").click()
    expect(entry.locator("dl.pairs")).to_contain_text(founder.id)
    phone.is_for_everybody()
