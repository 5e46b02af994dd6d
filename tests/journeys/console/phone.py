"""The console as somebody at a phone sees it."""

import json
from base64 import b64encode
from pathlib import Path
from typing import Any, Literal

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from playwright.sync_api import CDPSession, ConsoleMessage, Locator, Page, Route, expect

from emulators.browser import Browser as SignedIn
from tests.authenticator import Authenticator

AXE = Path(__file__).parents[3] / "mobile_api/console/node_modules/axe-core/axe.min.js"
WIDTHS = (320, 390, 1280)
# Nothing here is about how fast the pages are: a busy machine shows them late.
PATIENCE_MS = 120_000
# The other theme differs in its colours alone.
THEMES: dict[Literal["light", "dark"], dict[str, list[str]]] = {
    "light": {},
    "dark": {"runOnly": ["color-contrast"]},
}
_FAULTS = """
rules => axe.run(rules).then(each => each.violations.map(one => [one.id, one.nodes[0].html]))
"""
_WATCHED = """
addEventListener('securitypolicyviolation', each => console.error(
  `policy: ${each.violatedDirective} ${each.blockedURI} ${each.sourceFile}`));
"""


_STORED = """
new Promise((resolve, reject) => {
  const request = indexedDB.open('assent');
  request.onerror = () => reject(request.error);
  request.onsuccess = async () => {
    const names = ['answers', 'queue', 'settings', 'vaults'];
    const change = request.result.transaction(names);
    const all = name => new Promise(done => {
      const asked = change.objectStore(name).getAll();
      asked.onsuccess = () => done([name, asked.result.map(each => each.owner ?? `${each}`)]);
    });
    resolve(Object.fromEntries(await Promise.all(names.map(all))));
    request.result.close();
  };
})
"""
# What a browser says of each call without a connection.
_SILENCE = "net::ERR_INTERNET_DISCONNECTED"


class Phone:
    """One page of the console. `wrong` is what it said in the browser's console, but that there is
    no connection."""

    def __init__(self, page: Page, url: str) -> None:
        self.url = url
        self.wrong: list[str] = []
        self.page = self._watched(page)

    def _watched(self, page: Page) -> Page:
        page.add_init_script(_WATCHED)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("console", self._hears)
        return page

    def _hears(self, said: ConsoleMessage) -> None:
        if said.type == "error" and _SILENCE not in said.text:
            self.wrong.append(said.text)

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

    def has_authenticator(self) -> tuple[CDPSession, str]:
        """This browser's own authenticator, which verifies who uses it, and who speaks to it."""
        session = self.page.context.new_cdp_session(self.page)
        session.send("WebAuthn.enable")
        traits = ("hasResidentKey", "hasUserVerification", "isUserVerified")
        options = {"protocol": "ctap2", "transport": "internal", **dict.fromkeys(traits, True)}
        made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        return session, made["authenticatorId"]

    def has_passkey(self, key: Authenticator) -> None:
        """This browser's authenticator has that key."""
        session, authenticator = self.has_authenticator()
        written = key.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        credential = {
            "credentialId": b64encode(key.key_id).decode(),
            "isResidentCredential": True,
            "rpId": key.rp_id,
            "privateKey": b64encode(written).decode(),
            "userHandle": b64encode(b"somebody").decode(),
            "signCount": 0,
        }
        where = {"authenticatorId": authenticator, "credential": credential}
        session.send("WebAuthn.addCredential", where)

    def loses_connection(self) -> None:
        self.page.context.set_offline(True)

    def loses_answers(self, path: str) -> None:
        """From now on what is sent to that path arrives, and its answers do not."""

        def lose(route: Route) -> None:
            route.fetch()
            route.abort("internetdisconnected")

        self.page.route(f"**{path}", lose)

    def closes_tab(self) -> None:
        context = self.page.context
        self.page.close()
        self.page = self._watched(context.new_page())

    def has_connection(self) -> None:
        self.page.context.set_offline(False)

    def has_connection_as(self, name: str) -> None:
        """Somebody else signs in, where there is a connection again, and chooses their tenant."""
        self.page.goto("about:blank")
        self.page.context.clear_cookies()
        self.signs_in(name)
        self.has_connection()
        self.page.goto(f"{self.url}/console/")
        self.presses("Clinic")
        # The tenant that was chosen before was refused.
        self.wrong.clear()

    def signs_in(self, name: str) -> None:
        session = SignedIn(self.url)
        session.sign_in(name)
        session.http.close()
        cookie = {"name": "__session", "value": session.session, "url": session.url}
        self.page.context.add_cookies([cookie])  # type: ignore[list-item]

    def stores(self) -> dict[str, list[str]]:
        """Whose the entries of this browser's database are, by their store."""
        return dict(self.page.evaluate(_STORED))

    def vetoes(self, why: str) -> None:
        """Vetoes what is shown, for the sake of safety."""
        self.presses("Veto")
        self.page.get_by_label("Why").fill(why)
        self.page.get_by_label("safety").check()
        self.presses("Veto now")

    def presses(self, name: str) -> None:
        """Presses the button of that name."""
        self.button(name).click()

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
        if page.evaluate("window.axe === undefined"):
            page.evaluate(AXE.read_text())
        for theme, rules in THEMES.items():
            page.emulate_media(color_scheme=theme)
            assert page.evaluate(_FAULTS, rules) == [], page.url
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
