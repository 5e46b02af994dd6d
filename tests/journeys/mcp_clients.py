"""The official SDK's client of an agent elsewhere, which a person signs in with their browser."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
from mcp import Client as McpClient
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import (
    AuthorizationCodeResult,
    OAuthClientInformationFull,
    OAuthClientMetadata,
    OAuthToken,
)
from pydantic import AnyUrl

from tests.journeys.clients import Client, answered, sent_back
from tests.journeys.person import Person


class SignedIn:
    """The program of one client, and what it keeps. `asked` is the query with which it sent the
    person's browser here last; `sign_ins` counts how often it did."""

    def __init__(self, client: Client, person: Person, tenant: str, agent: str) -> None:
        self.client, self.person = client, person
        self.tenant, self.agent = tenant, agent
        self.tokens: OAuthToken | None = None
        self.asked: dict[str, str] = {}
        self.sign_ins = 0
        self._back: dict[str, str] = {}

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[McpClient]:
        """The client at `/mcp`, which finds out by itself where to sign in."""
        url = f"{self.client.platform}/mcp"
        document = OAuthClientMetadata(
            client_name="Report writer",
            redirect_uris=[AnyUrl(self.client.redirect_uri)],
            token_endpoint_auth_method="none",
        )
        auth = OAuthClientProvider(url, document, self, self._opens_browser, self._comes_back)
        async with (
            httpx2.AsyncClient(auth=auth, timeout=60) as http,
            McpClient(streamable_http_client(url, http_client=http)) as opened,
        ):
            yield opened

    async def called(self, name: str, arguments: Any) -> dict[str, Any]:
        """What the program reads of the call."""
        async with self.opened() as opened:
            return dict((await opened.call_tool(name, arguments)).structured_content or {})

    async def _opens_browser(self, address: str) -> None:
        browser = self.person.browser
        self.sign_ins += 1
        self.asked = dict(parse_qsl(urlsplit(address).query))
        page = browser.http.get(address)
        assert page.status_code == 200, page.text
        allowed = {"tenant": self.tenant, "agent": self.agent, "decision": "allow"}
        self._back = sent_back(answered(browser, page, **allowed))

    async def _comes_back(self) -> AuthorizationCodeResult:
        return AuthorizationCodeResult.model_validate(self._back)

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull:
        return OAuthClientInformationFull(
            client_id=self.client.id,
            redirect_uris=[AnyUrl(self.client.redirect_uri)],
            token_endpoint_auth_method="none",
        )

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        """Its id is the address of its document."""
