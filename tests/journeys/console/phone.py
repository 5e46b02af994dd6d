"""The console as somebody at a phone sees it."""

import json
from typing import Any

from playwright.sync_api import Locator, Page, Route, expect

_WATCHED = """
addEventListener('securitypolicyviolation', each => console.error(
  `policy: ${each.violatedDirective} ${each.blockedURI} ${each.sourceFile}`));
"""


# What a browser says of each call without a connection.
_SILENCE = "net::ERR_INTERNET_DISCONNECTED"


class Phone:
    """One page of the console. `wrong` is what it said in the browser's console, but that there is
    no connection."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.wrong: list[str] = []
        page.add_init_script(_WATCHED)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on(
            "console",
            lambda said: (
                self.wrong.append(said.text)
                if said.type == "error" and _SILENCE not in said.text
                else None
            ),
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

    @property
    def notice(self) -> Locator:
        """What the console says of the connection."""
        return self.page.locator(".notice")

    def keeps_all(self) -> None:
        """Waits until the console can open without a connection, with what is shown now."""
        self.page.wait_for_load_state("networkidle")
        self.page.evaluate("navigator.serviceWorker.ready.then(() => null)")

    def adds_device(self, name: str) -> None:
        """Makes a key in this browser, which the platform knows from then on."""
        self.opens("device")
        self.page.get_by_label("Name of this device").fill(name)
        self.presses("Add this device")
        expect(self.text).to_contain_text("The platform knows the key of this device.")

    def loses_connection(self) -> None:
        self.page.context.set_offline(True)

    def has_connection(self) -> None:
        self.page.context.set_offline(False)

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
