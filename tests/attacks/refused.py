"""What an attacker sends to a running platform, each time as it really happens."""

import json
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from joserfc.jwk import OKPKey

from emulators.browser import Browser
from emulators.running import RunningPlatform
from functions.audit.store import Search, find_entries
from functions.identity.settings import settings
from shared.kit.bookkeeping import CredentialRefused
from shared.kit.signing import ALGORITHM
from tests.authenticator import Authenticator
from tests.contracts.http.forging import claims, forgeries, signed
from tests.functions.approvals.signing import challenge
from tests.journeys.clients import Client, serving
from tests.journeys.founder import Founder
from tests.journeys.person import Person
from tests.journeys.sign_ins import answer_of, came_back, issuer_of, named, started
from tests.journeys.support import Support

AGENTS = "/v1/agents"
# More refusals than all tests together make in one chain.
MOST = 5_000


class Scene:
    """A tenant whose founder has a passkey, a client of somebody else's, a browser of nobody's, and
    what is refused of the tenant's own people since it ended."""

    def __init__(self, running: RunningPlatform, opened: ExitStack) -> None:
        self.running = running
        self.url = running.client.url
        self._opened = opened
        self.founder = Founder(running)
        opened.callback(self.founder.browser.http.close)
        self.founder.adds_passkey()
        self.client: Client = opened.enter_context(serving(self.url))
        self.signing_key = OKPKey.import_key(dict(running.platform.issuer.save().users))

    @property
    def tenant(self) -> str:
        return self.founder.tenant

    def person(self, name: str) -> Person:
        found = Person(self.running, name)
        self._opened.callback(found.browser.http.close)
        return found

    def browser(self) -> Browser:
        return self._opened.enter_context(Browser(self.url))

    def lists_agents(self, token: str) -> httpx.Response:
        bearer = {"Authorization": f"Bearer {token}"}
        return self.running.client.http.get(AGENTS, headers=bearer)

    def token(self, key: OKPKey | None = None, **changed: Any) -> str:
        """A token of our founder's that is good, but for what is changed."""
        key = key or self.signing_key
        said = claims(self.running, sub=self.founder.id, tenant=self.tenant, **changed)
        return signed({"alg": ALGORITHM, "kid": key.kid, "typ": "at+jwt"}, said, key)

    def audited(self, tenant: str) -> list[CredentialRefused]:
        """The refusals in a tenant's chain, newest first."""
        self.running.client.wait_until_idle(60)
        search = Search(action=CredentialRefused.event_type)
        found = self.running.run(find_entries(tenant, search, MOST))
        bodies = (json.loads(each.entry.body) for each in found)
        return [CredentialRefused.model_validate_json(each["data"]) for each in bodies]


def forged(what: str) -> Callable[[Scene], httpx.Response]:
    return lambda scene: scene.lists_agents(dict(forgeries(scene.running))[what])


def another_audience(scene: Scene) -> httpx.Response:
    return scene.lists_agents(scene.token(aud="another"))


def another_issuer(scene: Scene) -> httpx.Response:
    return scene.lists_agents(scene.token(iss="https://evil.example"))


def expired(scene: Scene) -> httpx.Response:
    moment = claims(scene.running)["iat"]
    return scene.lists_agents(scene.token(iat=moment - 600, exp=moment - 1))


def not_valid_yet(scene: Scene) -> httpx.Response:
    return scene.lists_agents(scene.token(nbf=claims(scene.running)["iat"] + 60))


def unknown_key_id(scene: Scene) -> httpx.Response:
    return scene.lists_agents(scene.token(OKPKey.generate_key("Ed25519", {"kid": "nobodys"})))


def mixed_up(scene: Scene) -> httpx.Response:
    browser = scene.browser()
    _, query = started(browser)
    return came_back(browser, state=query["state"], code="code", iss="https://evil.example")


def state_of_another_browser(scene: Scene) -> httpx.Response:
    mine, theirs = scene.browser(), scene.browser()
    started(mine)
    _, query = started(theirs)
    return came_back(mine, state=query["state"], code="code", iss=issuer_of(scene.browser()))


def used_code_of_a_provider(scene: Scene) -> httpx.Response:
    browser = scene.browser()
    code = dict(answer_of(browser, named("otto")).params)["code"]
    issuer = issuer_of(browser)
    _, query = started(browser)
    return came_back(browser, state=query["state"], code=code, iss=issuer)


def used_code_of_ours(scene: Scene) -> httpx.Response:
    code = scene.client.is_let_in(scene.founder.browser, scene.tenant)["code"]
    assert scene.client.redeems(code).is_success
    return scene.client.redeems(code)


def used_refresh_token(scene: Scene) -> httpx.Response:
    browser, thief = scene.browser(), scene.browser()
    browser.sign_in(named("otto"))
    thief.session = browser.session
    assert browser.token().is_success
    scene.running.client.advance(31)
    return thief.token()


def leads_elsewhere(scene: Scene) -> httpx.Response:
    query = {"provider": "google", "return_to": "https://evil.example"}
    return scene.browser().http.get("/v1/auth/start", params=query, follow_redirects=False)


def client_leads_elsewhere(scene: Scene) -> httpx.Response:
    return scene.client.asks(scene.founder.browser, redirect_uri="https://evil.example/")


def used_invitation(scene: Scene) -> httpx.Response:
    path = f"/v1/invitations/{scene.founder.invites('analyst')}/accept"
    scene.person("otto").post(path)
    return scene.person("mallory").send("POST", path)


def decides(scene: Scene, card: dict[str, Any], body: dict[str, Any]) -> httpx.Response:
    return scene.founder.send("POST", f"/v1/approvals/{card['id']}/decisions", body)


def signed_elsewhere(**signed: str) -> Callable[[Scene], httpx.Response]:
    """The founder sends what their passkey signed of something else than what they send."""

    def act(scene: Scene) -> httpx.Response:
        card = scene.founder.is_asked()
        sent = {
            "decision": "approve",
            "decision_hash": card["decision_hash"],
            "client_decision_id": str(uuid.uuid4()),
        }
        shown = challenge(scene.tenant, card["id"], {**sent, **signed})
        return decides(scene, card, {**sent, "assertion": scene.founder.key.sign(shown)})

    return act


def signed_by(key: Callable[[Authenticator], Authenticator]) -> Callable[[Scene], httpx.Response]:
    """What is sent in the founder's name has a signature of another authenticator."""

    def act(scene: Scene) -> httpx.Response:
        founder, card = scene.founder, scene.founder.is_asked()
        own, founder.key = founder.key, key(founder.key)
        try:
            return decides(scene, card, founder.signed(card))
        finally:
            founder.key = own

    return act


def at_another_origin(own: Authenticator) -> Authenticator:
    return Authenticator(
        rp_id=own.rp_id, origin="https://evil.example", key_id=own.key_id, key=own.key
    )


def unknown(own: Authenticator) -> Authenticator:
    return Authenticator(rp_id=own.rp_id, origin=own.origin)


def under_our_name(own: Authenticator) -> Authenticator:
    return Authenticator(rp_id=own.rp_id, origin=own.origin, key_id=own.key_id)


def impersonator_decides(scene: Scene) -> httpx.Response:
    sam, card = scene.person("sam"), scene.founder.is_asked()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("ASSENT_PLATFORM_ADMINS", sam.id)
        settings.cache_clear()
        sam.token = sam.browser.access_token()
        support = Support(sam, scene.running).acts(scene.founder, scene.tenant)
        body = scene.founder.signed(card)
        answer = support.send("POST", f"/v1/approvals/{card['id']}/decisions", body)
    settings.cache_clear()
    return answer
