"""How long a governor at a phone waits for the console: the first visit, a later one, and a later
one without a connection. Chromium slows down as Lighthouse's phone does: a quarter of the
processor, 1.6 Mbit/s, 150 ms there and back."""

import shutil
import statistics
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import BrowserContext, Page, sync_playwright

from emulators.browser import Browser as SignedIn
from emulators.client import PlatformClient
from emulators.demo.person import SignedIn as Person
from emulators.failures import PlatformError
from emulators.ports import page_url
from tests.benchmarks.figures import Figure, at_most
from tests.benchmarks.started import started_platform

ROUNDS = 5
SLOWER = 4
SLOW_4G = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_638_400 / 8,
    "uploadThroughput": 750_000 / 8,
}
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_LONGEST_MS = 120_000
_TRIES = 4
# What is shown once the overview has its numbers.
_SHOWN = ".counts"
# Told by the page itself once it has drawn them: a locator's own script would be a tenth of what is
# measured.
_DRAWN = f"""
new Promise((resolve, reject) => {{
  setTimeout(reject, {_LONGEST_MS});
  const look = () => {{
    if (document.querySelector('{_SHOWN}') === null) return;
    seen.disconnect();
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
  }};
  const seen = new MutationObserver(look);
  seen.observe(document, {{ childList: true, subtree: true }});
  look();
}})
"""


def measure() -> dict[str, Figure]:
    """The medians, in seconds from the address to the overview with its numbers. The functions are
    warm, and nothing is compressed here, as it is at the edge."""
    with started_platform() as platform, visitor(platform.client) as (context, _):
        url = f"{page_url(platform.client.url)}/console/"
        first = [_visit(context, url, cold=True) for _ in range(ROUNDS)]
        later = [_visit(context, url) for _ in range(ROUNDS)]
        figures = {
            "console_first_visit": Figure(statistics.median(first), "s"),
            "console_later_visit": Figure(statistics.median(later), "s"),
        }
        if _has_worker(context, url):
            offline = [_visit(context, url, offline=True) for _ in range(ROUNDS)]
            aim = at_most(1.0)
            figures["console_offline_visit"] = Figure(statistics.median(offline), "s", aim=aim)
        return figures


@contextmanager
def visitor(platform: PlatformClient) -> Iterator[tuple[BrowserContext, str]]:
    """A phone's browser with the session of a governor, and the tenant that is chosen there."""
    with SignedIn(platform.url) as session:
        founder = _signed_in(platform, session)
        tenant = founder.post("/v1/tenants", {"name": "Clinic", "slug": "clinic"})["tenant_id"]
        cookie = {"name": session.COOKIE, "value": session.session, "url": session.url}
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        raise RuntimeError("no browser here: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 390, "height": 844})
        context.set_default_timeout(_LONGEST_MS)
        context.add_cookies([cookie])  # type: ignore[list-item]
        context.add_init_script(f"localStorage.setItem('assent-tenant', '{tenant}')")
        # Starts the functions.
        _visit(context, f"{page_url(platform.url)}/console/")
        yield context, tenant
        browser.close()


def _signed_in(platform: PlatformClient, session: SignedIn) -> Person:
    """The founder. A function that has just started on a busy machine may answer too late."""
    for _ in range(_TRIES - 1):
        try:
            return Person(platform, session, "gala", "github")
        except PlatformError:
            continue
    return Person(platform, session, "gala", "github")


def _visit(
    context: BrowserContext, url: str, *, cold: bool = False, offline: bool = False
) -> float:
    """Seconds until the overview is shown, in a page of its own."""
    page = context.new_page()
    tools = context.new_cdp_session(page)
    tools.send("Network.enable")
    if cold:
        tools.send("Network.clearBrowserCache")
        tools.send("Storage.clearDataForOrigin", {"origin": url, "storageTypes": "service_workers"})
    tools.send("Network.emulateNetworkConditions", SLOW_4G | {"offline": offline})
    tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    context.set_offline(offline)
    page.goto(url, wait_until="commit")
    asked = {"expression": _DRAWN, "awaitPromise": True, "returnByValue": True}
    answer = tools.send("Runtime.evaluate", asked)
    context.set_offline(False)
    page.close()
    if "exceptionDetails" in answer:
        raise TimeoutError(f"{url} did not show its numbers within {_LONGEST_MS / 1000:.0f} s")
    return float(answer["result"]["value"]) / 1000


def _has_worker(context: BrowserContext, url: str) -> bool:
    """Whether the console installs a worker, which opens it without a connection."""
    page: Page = context.new_page()
    page.goto(url)
    page.locator(_SHOWN).wait_for()
    found = page.evaluate(
        "Promise.race([navigator.serviceWorker.ready.then(() => true),"
        " new Promise(no => setTimeout(no, 3000, false))])"
    )
    page.close()
    return bool(found)
