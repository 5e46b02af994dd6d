"""A company whose people sign in at its own issuer."""

import json
import uuid
from typing import Any

import httpx

from emulators.browser import Browser
from emulators.running import RunningPlatform
from shared.storage.secrets import read_secret
from tests.journeys.directory import Directory
from tests.journeys.person import Person
from tests.journeys.sign_ins import named
from tests.name_server import NameServer


class Company:
    """A tenant whose admin configures an issuer for a mail domain of its own."""

    def __init__(self, admin: Person, running: RunningPlatform, names: NameServer) -> None:
        self.running, self.names = running, names
        self.admin = admin
        self.tenant = admin.signs_up()
        self.domain = f"{uuid.uuid4().hex[:10]}.example"
        configured = json.loads(running.run(read_secret("identity-providers")))
        issuer = next(each for each in configured if each["name"] == "google")
        self.issuer: dict[str, Any] = {
            "issuer": issuer["issuer"],
            "client_id": issuer["client_id"],
            "client_secret": issuer["client_secret"],
        }

    def puts(self, **changed: Any) -> httpx.Response:
        body = {**self.issuer, "domain": self.domain, **changed}
        return self.admin.send("PUT", "/v1/sso", body)

    def verifies(self) -> httpx.Response:
        sso = self.admin.get("/v1/sso")
        self.names.records[sso["record_name"]] = ["v=spf1 -all", sso["record_value"]]
        return self.admin.send("POST", "/v1/sso/verify")

    def opens(self, **changed: Any) -> "Company":
        assert self.puts(**changed).status_code == 200
        verified = self.verifies()
        assert verified.status_code == 200, verified.text
        return self

    def connects(self) -> Directory:
        """The directory that names its people."""
        return Directory(self.admin, self.running.client.url, self.tenant)

    def address(self, name: str) -> str:
        return f"{named(name)}@{self.domain}"

    def signs_in(self, mail: str, browser: Browser, **query: str) -> httpx.Response:
        """The page that the browser ends at."""
        asked = query or {"mail": mail}
        answer = browser.http.get("/v1/auth/start", params=asked)
        for _ in range(6):
            if str(answer.url).startswith(browser.url):
                break
            answer = browser.submit(answer, {"login": mail, "password": "any"})
        return answer

    def member(self, mail: str) -> dict[str, Any]:
        """What somebody who signs in under the address is told of themselves."""
        with Browser(self.running.client.url) as browser:
            answer = self.signs_in(mail, browser)
            assert answer.status_code == 200, answer.text
            token = browser.access_token()
            signed = {"Authorization": f"Bearer {token}"}
            return dict(browser.http.get("/v1/me", headers=signed).json())

    def refusal(self, mail: str, **query: str) -> str:
        with Browser(self.running.client.url) as browser:
            answer = self.signs_in(mail, browser, **query)
            assert answer.status_code == 400, answer.text
            assert not browser.session.partition("~")[0]
            return answer.text
