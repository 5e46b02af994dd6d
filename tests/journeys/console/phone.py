"""The console as somebody at a phone sees it."""

import json
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Locator, Page, Route, expect

_AXE = Path(__file__).parents[3] / "mobile_api/console/node_modules/axe-core/axe.min.js"
_WIDTHS = (320, 390, 1280)
# The other theme differs in its colours alone.
_THEMES: dict[Literal["light", "dark"], dict[str, list[str]]] = {
    "light": {},
    "dark": {"runOnly": ["color-contrast"]},
}
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

    def is_refused(self, problem: str) -> None:
        """The page says why the platform refused, in its words. The browser's own note of that
        answer is nothing wrong."""
        expect(self.page.get_by_role("alert")).to_contain_text(problem)
        self.wrong = [each for each in self.wrong if "Failed to load resource" not in each]

    def says(self, what: str) -> None:
        """The page tells a screen reader what was done."""
        expect(self.page.locator("[role=status]").filter(has_text=what).first).to_be_visible()

    def is_for_everybody(self) -> None:
        """The checks of axe find nothing in either theme, and nothing is cut off at the side of any
        screen."""
        size = self.page.viewport_size
        self.page.evaluate(_AXE.read_text())
        for theme, rules in _THEMES.items():
            self.page.emulate_media(color_scheme=theme)
            found = self.page.evaluate(
                "rules => axe.run(rules).then(each => each.violations)", rules
            )
            wrong = [(each["id"], each["nodes"][0]["html"]) for each in found]
            assert wrong == [], self.page.url
        for width in _WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 844})
            assert self.page.evaluate("document.documentElement.scrollWidth") <= width, (
                self.page.url
            )
        if size is not None:
            self.page.set_viewport_size(size)

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

    def sees_instead(self, path: str, **changed: Any) -> None:
        """From now on somebody between this phone and the platform changes the answers of a
        path."""

        def change(route: Route) -> None:
            answer = route.fetch()
            route.fulfill(response=answer, body=json.dumps({**answer.json(), **changed}))

        self.page.route(f"**{path}", change)
