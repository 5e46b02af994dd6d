"""People of a tenant who connect MCP servers and govern what these do."""

from typing import Any

import httpx

from tests.functions.tools.connecting import Desk as Connectors

NAME = "helper"


class Desk(Connectors):
    """Connects a server, and lets runs call it."""

    async def register(self, url: str, **changed: Any) -> httpx.Response:
        return await self.send("POST", "/v1/connectors", _body(url, **changed))

    async def registered(self, url: str, **changed: Any) -> Any:
        return await self.sent("POST", "/v1/connectors", _body(url, **changed))

    async def change(self, **changed: Any) -> Any:
        return await self.sent("PATCH", f"/v1/connectors/{NAME}", changed)

    async def refresh(self) -> Any:
        return await self.sent("POST", f"/v1/connectors/{NAME}/refresh")

    async def activate(self, pin: str) -> Any:
        return await self.sent("POST", f"/v1/connectors/{NAME}/activate", {"pin": pin})

    async def shown(self) -> Any:
        return await self.sent("GET", f"/v1/connectors/{NAME}")

    async def governed(self, url: str, effects: dict[str, str], **changed: Any) -> Any:
        """The server, registered, with these effects, and active."""
        await self.registered(url, **changed)
        made = await self.change(effects=effects)
        return await self.activate(made["pin"])


def _body(url: str, **changed: Any) -> dict[str, Any]:
    return {"name": NAME, "kind": "mcp", "url": url, **changed}
