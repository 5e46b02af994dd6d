"""A service of articles, as somebody else would run it: what connectors are tried with.

Lies at `/books` of the server of counters and ledgers. Credentials: the token `books-secret` as
`Authorization: Bearer`, as `X-Api-Key`, or as the password of `assent`; or an access token from
`POST /books/token`, for the client `assent` with that secret. `POST /books/articles` takes an
`Idempotency-Key`. `POST /books/faults {"cut": 2}` makes the next calls fail: see `FAULTS`."""

import asyncio
import base64
import gzip
import json
import secrets
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aiohttp import web

from emulators.counted_faults import CountedFaults

USER, SECRET = "assent", "books-secret"
_PASSWORD = f"Basic {base64.b64encode(f'{USER}:{SECRET}'.encode()).decode()}"
TOKEN_SECONDS = 300
# Before the effect: refuse (503), hang, redirect. After it: cut (no answer), half (of an answer),
# huge, bomb (compressed), media (no JSON). Of tokens: expire (all that were given), deny.
FAULTS = ("refuse", "hang", "redirect", "cut", "half", "huge", "bomb", "media", "expire", "deny")
HUGE_BYTES = 50_000_000
_TABLES = """
CREATE TABLE IF NOT EXISTS articles (id INTEGER PRIMARY KEY, title, body, is_published);
CREATE TABLE IF NOT EXISTS keys (key PRIMARY KEY, body, id);
"""


class Books:
    """All articles, in one file that outlives the process; tokens and faults do not."""

    def __init__(self, file: Path) -> None:
        self._database = sqlite3.connect(file, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.executescript(_TABLES)
        self._faults = CountedFaults(FAULTS)
        self._tokens: set[str] = set()
        self.tokens_given = 0

    async def token(self, request: web.Request) -> web.StreamResponse:
        """An access token for the client (RFC 6749, 4.4)."""
        form = await request.post()
        said = request.headers.get("Authorization", "")
        in_body = (form.get("client_id"), form.get("client_secret")) == (USER, SECRET)
        if self._faults.takes("deny") or not (said == _PASSWORD or in_body):
            return web.json_response({"error": "invalid_client"}, status=401)
        if form.get("grant_type") != "client_credentials":
            return web.json_response({"error": "unsupported_grant_type"}, status=400)
        token = secrets.token_urlsafe(24)
        self._tokens.add(token)
        self.tokens_given += 1
        answer = {"access_token": token, "token_type": "Bearer", "expires_in": TOKEN_SECONDS}
        return web.json_response(answer)

    async def create(self, request: web.Request) -> web.StreamResponse:
        """A new article; the same one for a key that came before with the same body."""
        await self._begin(request)
        body = await request.text()
        key = request.headers.get("Idempotency-Key")
        known = self._row("SELECT body, id FROM keys WHERE key=?", key)
        if known is not None and known[0] != body:
            raise web.HTTPUnprocessableEntity(text="the key came with another body before")
        if known is None:
            article = json.loads(body)
            added = "INSERT INTO articles (title, body, is_published) VALUES (?,?,0) RETURNING id"
            known = (body, self._row(added, article["title"], article.get("body", ""))[0])
            if key is not None:
                self._database.execute("INSERT INTO keys VALUES (?,?,?)", (key, *known))
        return await self._end(request, self._article(known[1]), status=201)

    async def found(self, request: web.Request) -> web.StreamResponse:
        """The article."""
        await self._begin(request)
        return await self._end(request, self._article(request.match_info["id"]))

    async def search(self, request: web.Request) -> web.StreamResponse:
        """All articles with `title` in theirs, and how many there are."""
        await self._begin(request)
        wanted = f"%{request.query.get('title', '')}%"
        rows = self._database.execute("SELECT id FROM articles WHERE title LIKE ?", (wanted,))
        articles = [self._article(row[0]) for row in rows.fetchall()]
        return await self._end(request, {"articles": articles, "count": len(articles)})

    async def change(self, request: web.Request) -> web.StreamResponse:
        """Publishes the article, or withdraws it."""
        await self._begin(request)
        id, is_published = request.match_info["id"], (await request.json())["is_published"]
        self._article(id)
        self._database.execute("UPDATE articles SET is_published=? WHERE id=?", (is_published, id))
        return await self._end(request, self._article(id))

    async def remove(self, request: web.Request) -> web.StreamResponse:
        """Removes the article, if there is one."""
        await self._begin(request)
        self._database.execute("DELETE FROM articles WHERE id=?", (request.match_info["id"],))
        return await self._end(request, None, status=204)

    async def echo(self, request: web.Request) -> web.StreamResponse:
        """All that came, with the credential, as careless services answer."""
        said = {
            "method": request.method,
            "target": request.raw_path,
            "headers": {name.lower(): value for name, value in request.headers.items()},
            "body": await request.text(),
        }
        return web.json_response(said, headers={"Set-Cookie": "session=abc"})

    async def fail(self, request: web.Request) -> web.StreamResponse:
        """Says how many of the next calls fail, and how."""
        await self._faults.arm(request)
        if self._faults.takes("expire"):
            self._tokens.clear()
        return self._faults.shown()

    async def _begin(self, request: web.Request) -> None:
        if not self._is_known(request.headers):
            raise web.HTTPUnauthorized(headers={"WWW-Authenticate": "Bearer"})
        if self._faults.takes("refuse"):
            raise web.HTTPServiceUnavailable
        if self._faults.takes("redirect"):
            raise web.HTTPTemporaryRedirect("/books/echo")
        if self._faults.takes("hang"):
            await asyncio.sleep(3_600)

    async def _end(self, request: web.Request, body: Any, status: int = 200) -> web.StreamResponse:
        if self._faults.takes("cut") and request.transport is not None:
            request.transport.abort()
        if self._faults.takes("half"):
            half = web.StreamResponse(headers={"Content-Type": "application/json"})
            half.content_length = 1_000
            await half.prepare(request)
            await half.write(b'{"id": ')
            assert request.transport is not None
            request.transport.close()
            return half
        if self._faults.takes("huge"):
            return web.Response(body=b" " * HUGE_BYTES, content_type="application/json")
        if self._faults.takes("bomb"):
            bomb = gzip.compress(b" " * HUGE_BYTES)
            headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
            return web.Response(body=bomb, headers=headers)
        if self._faults.takes("media"):
            return web.Response(body=b"\x89PNG", content_type="image/png")
        if status == 204:
            return web.Response(status=status)
        return web.json_response(body, status=status)

    def _is_known(self, headers: Mapping[str, str]) -> bool:
        known = {_PASSWORD, *(f"Bearer {each}" for each in (SECRET, *self._tokens))}
        return headers.get("Authorization") in known or headers.get("X-Api-Key") == SECRET

    def _article(self, id: Any) -> dict[str, Any]:
        row = self._row("SELECT id, title, body, is_published FROM articles WHERE id=?", id)
        if row is None:
            raise web.HTTPNotFound(text="there is no such article")
        return {"id": row[0], "title": row[1], "body": row[2], "is_published": bool(row[3])}

    def _row(self, statement: str, *values: Any) -> Any:
        return self._database.execute(statement, values).fetchone()


def application(books: Books) -> web.Application:
    """The service's calls."""
    app = web.Application()
    app.router.add_post("/token", books.token)
    app.router.add_post("/articles", books.create)
    app.router.add_get("/articles", books.search)
    app.router.add_get("/articles/{id}", books.found)
    app.router.add_patch("/articles/{id}", books.change)
    app.router.add_delete("/articles/{id}", books.remove)
    app.router.add_route("*", "/echo{rest:.*}", books.echo)
    app.router.add_post("/faults", books.fail)
    return app
