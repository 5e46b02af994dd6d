"""The console as somebody at a phone sees it."""

import json
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Locator, Page, Route, expect

AXE = Path(__file__).parents[3] / "mobile_api/console/node_modules/axe-core/axe.min.js"
WIDTHS = (320, 390, 1280)
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
_FAULTS = "axe.run().then(each => each.violations.map(one => [one.id, one.nodes[0].html]))"
_WATCHED = """
addEventListener('securitypolicyviolation', each => console.error(
  `policy: ${each.violatedDirective} ${each.blockedURI} ${each.sourceFile}`));
"""


class Phone:
    """One page of the console. `wrong` is what it said in the browser's console."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.wrong: list[str] = []
        page.add_init_script(_WATCHED)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on(
            "console",
            lambda said: self.wrong.append(said.text) if said.type == "error" else None,
        )

    def opens(self, path: str = "") -> None:
        """Opens a page of the console, and chooses the only tenant where it asks."""
        self.page.goto(f"{self.url}/console/{path}")
        self.page.locator("h1").wait_for()
        choice = self.page.get_by_role("button", name="Clinic")
        overview = self.page.get_by_role("navigation")
        choice.or_(overview).first.wait_for()
        if choice.is_visible():
            choice.click()

    def opens_card(self, card: dict[str, Any]) -> None:
        """Opens the page of an approval, and waits until it is shown whole."""
        self.opens(f"approvals/{card['id']}")
        expect(self.heading).to_have_text(card["summary"])

    @property
    def heading(self) -> Locator:
        return self.page.locator("h1")

    @property
    def text(self) -> Locator:
        return self.page.locator("main")

    def presses(self, name: str) -> None:
        """Presses the button of that name."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def scrolls_to_the_end(self, text: str) -> None:
        """Scrolls down until the text is there, which is at the end: rows that are drawn meanwhile
        may be higher than was thought."""
        for _ in range(100):
            if self.page.get_by_text(text).count():
                return
            self.page.evaluate("scrollTo({top: document.body.scrollHeight, behavior: 'instant'})")
            self.page.wait_for_timeout(200)
        raise AssertionError(f"{text} is nowhere")

    def is_for_everybody(self) -> None:
        """Raises AssertionError where axe finds something on the page as it is, in either theme, or
        where something is cut off at the side."""
        page, before = self.page, self.page.viewport_size
        page.wait_for_load_state("networkidle")
        page.evaluate(AXE.read_text())
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            assert page.evaluate(_FAULTS) == [], page.url
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 844})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
        if before is not None:
            page.set_viewport_size(before)

    def sees_instead(self, path: str, **changed: Any) -> None:
        """From now on somebody between this phone and the platform changes the answers of a
        path."""

        def change(route: Route) -> None:
            answer = route.fetch()
            route.fulfill(response=answer, body=json.dumps({**answer.json(), **changed}))

        self.page.route(f"**{path}", change)
