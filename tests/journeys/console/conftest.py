"""A governor's browser, which says what its pages did wrong."""

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from emulators.browser import Browser as SignedIn
from emulators.running import RunningPlatform
from tests.journeys.console.phone import Phone
from tests.journeys.founder import Founder
from tests.journeys.person import Person

_PATIENCE_MS = 60_000
_NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's browser. While it is open its driver has an event loop on this thread, so that it is
    closed before other tests begin theirs."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        pytest.skip("no browser here: apt-get install chromium")
    # Nothing here is about how fast the pages are.
    expect.set_options(timeout=_PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def founder(running: RunningPlatform) -> Iterator[Founder]:
    """Somebody whose tenant asks nobody else."""
    running.client.disarm()
    found = Founder(running)
    yield found
    found.browser.http.close()


@pytest.fixture
def phones(chromium: Browser) -> Iterator[Callable[[Person], Phone]]:
    """Gives somebody's phone, on which they are signed in. At the end its pages have reported no
    error and broken no policy."""
    found: list[Phone] = []

    def phone_of(person: Person) -> Phone:
        context = chromium.new_context(viewport={"width": 390, "height": 844})
        session = SignedIn(person.browser.url)
        session.sign_in(person.name)
        session.http.close()
        cookie = {"name": "__session", "value": session.session, "url": session.url}
        context.add_cookies([cookie])  # type: ignore[list-item]
        page: Page = context.new_page()
        page.set_default_timeout(_PATIENCE_MS)
        found.append(Phone(page, session.url))
        return found[-1]

    yield phone_of
    wrong = [each for phone in found for each in phone.wrong]
    for each in found:
        each.page.context.close()
    assert wrong == []


@pytest.fixture
def phone(phones: Callable[[Person], Phone], founder: Founder) -> Phone:
    """The founder's phone."""
    return phones(founder)
