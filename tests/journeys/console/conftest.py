"""A governor's browser, which says what its pages did wrong."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from emulators.ports import page_url
from emulators.running import RunningPlatform
from functions.identity.settings import settings
from tests.journeys.console.phone import PATIENCE_MS, Phone
from tests.journeys.founder import Founder
from tests.journeys.person import Person

_NAMES = ("chromium", "chromium-browser", "google-chrome")


class Kept:
    """A browser that stays open from one module to the next."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._browser: Browser | None = None

    def browser(self) -> Browser:
        if self._browser is None:
            found = next(filter(None, map(shutil.which, _NAMES)), None)
            if found is None:
                pytest.skip("no browser here: apt-get install chromium")
            expect.set_options(timeout=PATIENCE_MS)
            playwright = self._open.enter_context(sync_playwright())
            self._browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
            self._open.callback(self._browser.close)
        return self._browser

    def close(self) -> None:
        self._browser = None
        self._open.close()


@pytest.fixture(scope="session")
def kept() -> Iterator[Kept]:
    found = Kept()
    yield found
    found.close()


@pytest.fixture(scope="module")
def chromium(kept: Kept, request: pytest.FixtureRequest) -> Iterator[Browser]:
    """Debian's browser. While it is open its driver has an event loop on this thread, so that it is
    closed before a module of other tests begins theirs."""
    yield kept.browser()
    items = request.session.items
    after = max(at for at, item in enumerate(items) if item.path == request.path) + 1
    if not any("chromium" in getattr(item, "fixturenames", ()) for item in items[after:][:1]):
        kept.close()


@pytest.fixture
def founder(running: RunningPlatform) -> Iterator[Founder]:
    """Somebody whose tenant asks nobody else."""
    running.client.disarm()
    found = Founder(running)
    yield found
    found.browser.http.close()


@pytest.fixture
def phone_of(chromium: Browser, running: RunningPlatform) -> Iterator[Callable[[Person], Phone]]:
    """A phone of somebody's, on which they are signed in. At the end its pages have reported no
    error and broken no policy."""
    made: list[Phone] = []

    def phone(person: Person) -> Phone:
        context = chromium.new_context(viewport={"width": 390, "height": 844})
        context.set_default_timeout(PATIENCE_MS)
        made.append(Phone(context.new_page(), page_url(running.client.url)))
        made[-1].signs_in(person.name)
        return made[-1]

    yield phone
    for each in made:
        each.page.context.close()
    assert [wrong for each in made for wrong in each.wrong] == []


@pytest.fixture
def phone(phone_of: Callable[[Person], Phone], founder: Founder) -> Phone:
    """The founder's phone."""
    return phone_of(founder)


@pytest.fixture
def platform_admin(founder: Founder, monkeypatch: pytest.MonkeyPatch) -> Iterator[Founder]:
    """The founder as the platform's admin, whose budget is afterwards what it was before."""
    monkeypatch.setenv("ASSENT_PLATFORM_ADMINS", founder.id)
    settings.cache_clear()
    founder.chooses("_platform")
    limit = founder.get("/v1/budgets/platform")["limit_usd_micros"]
    yield founder
    founder.send("PUT", "/v1/budgets/platform", {"limit_usd_micros": limit})
    settings.cache_clear()


@pytest.fixture
def card(founder: Founder, running: RunningPlatform) -> dict[str, str]:
    """What a program of the tenant asks."""
    asked = founder.is_asked()
    running.client.wait_until_idle(60)
    return asked
