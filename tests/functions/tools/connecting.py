"""A connector to a service of articles that somebody else runs, as people make and govern it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from emulators.books import SECRET
from tests.bearers import authorization
from tests.functions.tools.worlds import Call, World

NAME, TOKEN = "newsroom", "newsroom-token"
PLACE = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}
TITLE = {
    "type": "object",
    "required": ["title"],
    "additionalProperties": False,
    "properties": {"title": {"type": "string", "maxLength": 100}, "body": {"type": "string"}},
}


def operations() -> list[dict[str, Any]]:
    """What the service does for agents."""
    undo = {"operation": "articles.remove", "arguments": {"id": "${{ output.body.id }}"}}
    keyed = {"idempotent": True, "idempotency_header": "Idempotency-Key"}
    new = {"effect": "change", "method": "POST", "path": "/articles", "input_schema": TITLE}
    return [
        {"name": "articles.create", "undo": undo, **keyed, **new},
        {"name": "articles.append", **new},
        {
            "name": "articles.read",
            "effect": "read",
            "method": "GET",
            "path": "/articles/{id}",
            "input_schema": PLACE,
        },
        {
            "name": "articles.remove",
            "effect": "change",
            "idempotent": True,
            "method": "DELETE",
            "path": "/articles/{id}",
            "input_schema": PLACE,
        },
    ]


CREATE, APPEND = f"{NAME}/articles.create", f"{NAME}/articles.append"
READ = f"{NAME}/articles.read"


@dataclass(frozen=True)
class Desk:
    """People of a tenant at its connectors."""

    world: World

    async def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        roles: tuple[str, ...] = ("governor",),
        by: str = "gala",
        workspace: str | None = None,
    ) -> httpx.Response:
        scopes = ("runs:read", "runs:write", "governance:read", "governance:write")
        world = self.world
        headers = authorization(world.key, by, world.tenant, scopes, roles, workspace)
        if body is not None:
            headers["Content-Type"] = "application/json"
        content = None if body is None else json.dumps(body)
        return await world.tools.request(method, path, headers=headers, content=content)

    async def sent(self, method: str, path: str, body: Any = None, **by: Any) -> Any:
        """The answer of what succeeds."""
        answer = await self.send(method, path, body, **by)
        assert answer.is_success, answer.text
        return answer.json()

    def definition(self, **changed: Any) -> dict[str, Any]:
        return {
            "name": NAME,
            "url": f"{self.world.targets}/books",
            "credential": TOKEN,
            "operations": operations(),
            **changed,
        }

    async def credential(self, secret: str = SECRET, **changed: Any) -> Any:
        body = {"kind": "bearer", "hosts": ["127.0.0.1"], "secret": secret, **changed}
        return await self.sent("PUT", f"/v1/credentials/{TOKEN}", body)

    async def active(self, **changed: Any) -> Any:
        """The connector with its credential, activated."""
        await self.credential()
        made = await self.sent("POST", "/v1/connectors", self.definition(**changed))
        return await self.activate(made["pin"])

    async def activate(self, pin: str) -> Any:
        return await self.sent("POST", f"/v1/connectors/{NAME}/activate", {"pin": pin})

    async def articles(self, title: str) -> list[dict[str, Any]]:
        """What the service has with that in its title."""
        headers = {"Authorization": f"Bearer {SECRET}"}
        url = f"{self.world.targets}/books/articles"
        async with self.world.http.get(url, params={"title": title}, headers=headers) as answer:
            found: list[dict[str, Any]] = (await answer.json())["articles"]
            return found

    async def fail(self, **faults: int) -> None:
        """Lets the next calls of the service fail so."""
        url = f"{self.world.targets}/books/faults"
        async with self.world.http.post(url, json=faults) as answer:
            assert answer.status == 200


def call(operation: str, connector: Mapping[str, Any], **arguments: Any) -> Call:
    """A call of a run whose plan has the connector as it is shown."""
    return Call(operation, arguments, pin=connector["pin"])
