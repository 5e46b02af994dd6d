"""Somebody new: the start page, its three tasks, a question to the guides, the clock, the explorer,
and the end of the sample."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from emulators.client import PlatformRefused
from emulators.running import RunningPlatform
from emulators.sample import guides
from tests.journeys.console.phone import AXE, PATIENCE_MS, THEMES, WIDTHS, Phone
from tests.screenshots import PICTURES

pytestmark = pytest.mark.platform

# The making starts half of the functions, and begins anew where one of them was too late.
_SECONDS = 360


@pytest.fixture
def newcomer(chromium: Browser, running: RunningPlatform) -> Iterator[Phone]:
    """The browser of somebody who never was here. At the end nothing went wrong in it."""
    running.client.disarm()
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    context.set_default_timeout(PATIENCE_MS)
    found = Phone(context.new_page(), running.client.url.replace("127.0.0.1", "localhost"))
    yield found
    wrong = found.wrong
    context.close()
    assert wrong == []


def _sample(running: RunningPlatform) -> dict[str, Any]:
    answer = running.client.http.get("/_platform/sample")
    assert answer.status_code == 200
    return dict(answer.json())


def _until(running: RunningPlatform, phase: str) -> dict[str, Any]:
    end = time.monotonic() + _SECONDS
    while (found := _sample(running))["phase"] != phase:
        assert time.monotonic() < end, found
        assert found["phase"] != "failed", found
        time.sleep(0.2)
    return found


def _is_for_everybody(page: Page) -> None:
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run().then(each => each.violations)")
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []


@pytest.mark.nightly
@pytest.mark.timeout(900)
def test_the_first_minute(newcomer: Phone, running: RunningPlatform) -> None:
    page = newcomer.page
    page.goto(f"{newcomer.url}/")
    expect(page).to_have_url(f"{newcomer.url}/_platform/start")
    page.get_by_role("button", name="Make the sample").click()
    # Who chooses while it is made is signed in once it is.
    page.get_by_role("button", name="Grace").click()
    made = _until(running, "ready")["made"]
    page.get_by_role("heading", name="Three small tasks").wait_for()
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        _is_for_everybody(page)
    pictures = {each.name: each for each in PICTURES}
    assert all(each.file.exists() for each in PICTURES), "make screenshots"
    # To read it is the third task.
    story = pictures.pop("story")
    for picture in pictures.values():
        picture.opens(page, newcomer.url, made)
    page.goto(f"{newcomer.url}/_platform/start")
    page.get_by_role("heading", name="Three small tasks").wait_for()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= width

    _does(newcomer, "approve", "Approve", "Note", "read it")
    _does(newcomer, "veto", "Veto", "Why", "not yet")
    expect(page.locator("#why")).not_to_have_class("is-done")
    page.locator("#why a").click()
    expect(newcomer.heading).to_have_text("Why this approval is as it is")
    story.opens(page, newcomer.url, made)
    page.goto(f"{newcomer.url}/_platform/start")
    expect(page.locator("#all-done")).to_contain_text("All done")

    _asks(newcomer, running)
    page.goto(f"{newcomer.url}/_platform/start")
    page.get_by_role("button", name="Move the clock").click()
    expect(page.locator("#moved")).to_contain_text("24 hours went by")
    # A token of before the move is refused once.
    newcomer.wrong.clear()
    _explores(newcomer)

    page.goto(f"{newcomer.url}/_platform/start")
    page.get_by_role("button", name="Remove the sample").click()
    _until(running, "removed")
    expect(page.locator("#phase")).to_contain_text("was removed")
    assert page.evaluate("localStorage.length") == 0
    with pytest.raises(PlatformRefused, match="no_sample"):
        running.client._post("/_platform/sample/enter", {"person": "ada"})
    assert made["tenant_id"] in str(
        running.client.events(type="assent.tenant.closing_requested.v1")
    )
    # A removed session's last reading was refused.
    newcomer.wrong.clear()


def _asks(newcomer: Phone, running: RunningPlatform) -> None:
    """Asks what the start page suggests, while other guides are still being read. What is there
    already is not added again."""
    _until_read(running, 1)
    page = newcomer.page
    page.locator("#ask a").click()
    expect(page.get_by_label("Your question")).to_have_value(guides.QUESTION)
    newcomer.presses("Ask")
    answer = newcomer.text.locator("ol li", has_text=guides.guides()[0].name)
    expect(answer.first).to_contain_text("verified: the document says exactly this")
    newcomer.is_for_everybody()
    told: list[int] = []
    tenant_id = _sample(running)["made"]["tenant_id"]
    guides.add(running.client.url, tenant_id, lambda: not told, told.append)
    added = running.client.events(type="assent.document.added.v1")
    assert len({each["subject"] for each in added}) == len(added) >= max(told) == 1


def _until_read(running: RunningPlatform, count: int) -> None:
    end = time.monotonic() + _SECONDS
    while (found := _sample(running))["guides"]["read"] < count:
        assert time.monotonic() < end, found
        time.sleep(0.2)


def _does(newcomer: Phone, task: str, verb: str, label: str, words: str) -> None:
    page = newcomer.page
    page.locator(f"#{task} a").click()
    newcomer.presses(verb)
    page.get_by_label(label, exact=False).first.fill(words)
    if verb == "Veto":
        page.get_by_label("safety").check()
    name = page.get_by_label("Type", exact=False)
    if name.count():
        name.fill("clinic-visit-counter")
    newcomer.presses(f"{verb} now")
    if verb == "Approve":
        newcomer.presses("Send it now")
    page.get_by_text("You approved it.").or_(page.get_by_text("You vetoed it.")).wait_for()
    page.goto(f"{newcomer.url}/_platform/start")
    expect(page.locator(f"#{task}")).to_have_class("is-done")


def _explores(newcomer: Phone) -> None:
    """Executes a call in the explorer, as the person who is signed in."""
    page = newcomer.page
    page.goto(f"{newcomer.url}/explorer/")
    page.get_by_text("Calls are made as you").wait_for()
    page.get_by_placeholder("Filter by tag").fill("mobile-api")
    expect(page.locator(".opblock-tag")).to_have_count(1)
    page.locator(".opblock-tag").click()
    page.locator(".opblock-summary", has_text="/v1/mobile/dashboard").first.click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    expect(page.locator(".live-responses-table .response-col_status").last).to_contain_text("200")
