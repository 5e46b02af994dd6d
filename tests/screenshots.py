"""`python -m tests.screenshots`: makes the pictures of the pages anew, from the sample tenant of a
platform that it starts. A journey opens what each shows, so that no picture outlives its page."""

import base64
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect, sync_playwright

from emulators.client import PlatformClient
from emulators.ports import page_url
from tests.benchmarks.started import ROOT, started_platform

FOLDER = ROOT / "docs" / "pictures"
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_SECONDS_TO_MAKE = 300
_LONGEST_MS = 120_000
_QUALITY = 70


@dataclass(frozen=True)
class Picture:
    """A picture of the page at `path`, which names ids of the sample, once that shows `text`."""

    name: str
    path: str
    text: str
    width: int = 390
    height: int = 760

    @property
    def file(self) -> Path:
        return FOLDER / f"{self.name}.webp"

    def opens(self, page: Page, url: str, made: dict[str, str]) -> None:
        """Opens the page. Raises AssertionError where it does not show the text."""
        page.set_viewport_size({"width": self.width, "height": self.height})
        page.goto(url + self.path.format(**made))
        expect(page.locator("body")).to_contain_text(self.text, timeout=_LONGEST_MS)


PICTURES = (
    Picture("start", "/_platform/start", "Three small tasks"),
    Picture("card", "/console/approvals/{waiting}", "Silence denies"),
    Picture("story", "/console/story/approval/{story}", "Because of", width=1280, height=560),
    Picture("overview", "/console/", "waiting for a decision"),
    Picture("explorer", "/explorer/", "Calls are made as you", width=1000, height=640),
)


def take(url: str) -> None:
    """Makes all pictures of a platform whose sample is made."""
    with PlatformClient(url) as platform:
        made = _made(platform)
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        found = next(filter(None, map(shutil.which, _NAMES)))
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        context = browser.new_context(device_scale_factor=1.5, color_scheme="light")
        context.set_default_timeout(_LONGEST_MS)
        page = context.new_page()
        page.goto(page_url(url))
        page.get_by_role("button", name="Grace").click()
        page.get_by_text("Three small tasks").wait_for()
        tools = context.new_cdp_session(page)
        for each in PICTURES:
            each.opens(page, page_url(url), made)
            page.wait_for_load_state("networkidle")
            asked = {"format": "webp", "quality": _QUALITY}
            each.file.write_bytes(
                base64.b64decode(tools.send("Page.captureScreenshot", asked)["data"])
            )
        browser.close()


def _made(platform: PlatformClient) -> dict[str, Any]:
    end = time.monotonic() + _SECONDS_TO_MAKE
    while (shown := platform.http.get("/_platform/sample").json())["phase"] != "ready":
        if time.monotonic() > end or shown["phase"] == "failed":
            raise SystemExit(f"The sample was not made: {shown['why_not'] or shown['phase']}")
        time.sleep(1)
    return dict(shown["made"])


def main() -> int:
    """Starts a platform and makes the pictures."""
    with started_platform(more=["--sample"]) as platform:
        take(platform.client.url)
    for each in PICTURES:
        print(f"{each.file.relative_to(ROOT)}: {each.file.stat().st_size // 1000} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
