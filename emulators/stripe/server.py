"""Serves the account. `python -m emulators.stripe.server FILE CLOCK PORT`; CLOCK is the file of the
platform's clock."""

import asyncio
import json
import os
import random
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from emulators.ports import HOST
from emulators.stripe import events, subscription_status
from emulators.stripe.account import Account
from emulators.stripe.api import Call, answer
from emulators.stripe.clocks import run, waiting
from emulators.stripe.due_times import due_of
from emulators.stripe.page_server import HostedPages
from emulators.stripe.store import Delivery, Store
from shared.kit.clock import now

_GLANCE_SECONDS = 0.05
_DELIVERY_SECONDS = 10.0
_NAMES = ("127.0.0.1", "localhost", "[::1]")


class Server:
    """One account, its API, its pages and its deliveries. `repeats` is the part of all deliveries
    that are sent once more, though they were taken."""

    def __init__(self, account: Account, *, seed: int = 1, repeats: float = 0.125) -> None:
        self.account = account
        self._random = random.Random(seed)
        self._repeats = repeats
        self._sending: set[tuple[str, str]] = set()
        self._life: asyncio.Task[None] | None = None

    def application(self) -> web.Application:
        """The routes of the API, of the pages and of the platform's own calls."""
        app = web.Application(middlewares=[_loopback_only])
        hosted = HostedPages(self.account)
        app.router.add_get("/checkout/{name}", hosted.show)
        app.router.add_post("/checkout/{name}", hosted.submit)
        app.router.add_get("/portal/{name}", hosted.show_portal)
        app.router.add_post("/portal/{name}", hosted.submit_portal)
        app.router.add_get("/invoice/{name}", hosted.show_invoice)
        app.router.add_post("/invoice/{name}", hosted.pay_invoice)
        app.router.add_get("/_/waiting", self.waiting)
        app.router.add_post("/_/settings", self.settings)
        app.router.add_post("/_/endpoint", self.endpoint)
        app.router.add_route("*", "/{path:v[12]/.*}", self.api)
        app.cleanup_ctx.append(self._running)
        return app

    async def api(self, request: web.Request) -> web.StreamResponse:
        """A call of the API. Fails once the clock's own work has failed, with its error."""
        if self._life is not None and self._life.done():
            self._life.result()
        body = (await request.read()).decode(errors="replace")
        made = answer(
            self.account,
            Call(
                request.method,
                request.path,
                body if request.method == "POST" else request.query_string,
                request.headers.get("Authorization", ""),
                request.headers.get("Idempotency-Key"),
                request.headers.get("Stripe-Version"),
            ),
        )
        headers = {"Request-Id": made.request}
        if made.repeated:
            headers["Idempotent-Replayed"] = "true"
        return web.Response(
            text=made.body, status=made.status, content_type="application/json", headers=headers
        )

    async def waiting(self, request: web.Request) -> web.StreamResponse:
        """Answers what is due and which deliveries are to be sent; empty where nothing is."""
        return web.json_response(waiting(self.account))

    async def settings(self, request: web.Request) -> web.StreamResponse:
        """Changes when failed payments are tried again, what follows the last try, and what becomes
        of a draft that a pause meets."""
        settings = await _object(request)
        days, after = settings.get("retry_days"), settings.get("after_retries")
        if after not in (None, *subscription_status.ENDS) or not _are_days(days):
            raise web.HTTPBadRequest(
                text="retry_days is a list of days, after_retries one of"
                f" {subscription_status.ENDS}"
            )
        choice = settings.get("met_by_pause")
        if choice not in (None, subscription_status.COLLECTS, *subscription_status.PAUSES):
            known = (subscription_status.COLLECTS, *subscription_status.PAUSES)
            raise web.HTTPBadRequest(text=f"met_by_pause is one of {known}")
        with self.account.store.transaction():
            if choice is not None:
                self.account.store.set(subscription_status.MET_BY_PAUSE, choice)
            if days is not None:
                self.account.store.set(subscription_status.RETRIES, days)
            if after is not None:
                self.account.store.set(subscription_status.AFTER_RETRIES, after)
        return web.json_response(settings)

    async def endpoint(self, request: web.Request) -> web.StreamResponse:
        """Sends all events to that address from now on, also those that are still owed; answers
        with what they are signed."""
        url = (await _object(request)).get("url")
        if not isinstance(url, str):
            raise web.HTTPBadRequest(text="say the url that events are sent to")
        with self.account.store.transaction():
            secret = events.platform_endpoint(self.account, url)
        return web.json_response({"secret": secret})

    async def _running(self, app: web.Application) -> AsyncIterator[None]:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(_DELIVERY_SECONDS)) as http:
            self._life = asyncio.create_task(self._live(http))
            yield
            self._life.cancel()
            await asyncio.gather(self._life, return_exceptions=True)

    async def _live(self, http: aiohttp.ClientSession) -> None:
        async with asyncio.TaskGroup() as group:
            while True:
                run(self.account)
                due = [
                    each
                    for each in self.account.store.owed()
                    if each.due <= self.account.live()
                    and (each.event, each.endpoint) not in self._sending
                ]
                self._random.shuffle(due)
                for delivery in due:
                    self._sending.add((delivery.event, delivery.endpoint))
                    group.create_task(self._deliver(http, delivery))
                await asyncio.sleep(_GLANCE_SECONDS)

    async def _deliver(self, http: aiohttp.ClientSession, delivery: Delivery) -> None:
        try:
            took = await self._send(http, delivery)
            if took and self._random.random() < self._repeats:
                await self._send(http, delivery)
        finally:
            self._sending.discard((delivery.event, delivery.endpoint))
        with self.account.store.transaction():
            (events.taken if took else events.refused)(self.account, delivery)

    async def _send(self, http: aiohttp.ClientSession, delivery: Delivery) -> bool:
        message = events.message(self.account, delivery)
        if message is None:
            return True
        url, secret, body = message
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            "Stripe-Signature": events.signature(secret, body, int(time.time())),
        }
        try:
            async with http.post(url, data=body, headers=headers, allow_redirects=False) as got:
                return 200 <= got.status < 300
        except (aiohttp.ClientError, TimeoutError):
            return False


def live_seconds() -> int:
    """The platform's time."""
    return int(now().timestamp())


@web.middleware
async def _loopback_only(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """A page whose name was made to resolve to the loopback still sends its own name."""
    if request.host.rpartition(":")[0] not in _NAMES:
        raise web.HTTPMisdirectedRequest
    return await handler(request)


async def _object(request: web.Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.text())
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text="send a JSON object")
    return body


def _are_days(days: object) -> bool:
    return days is None or (
        isinstance(days, Sequence) and all(type(each) is int and each > 0 for each in days)
    )


async def _serve(file: Path, clock: str, port: int) -> None:
    os.environ["ASSENT_CLOCK_FILE"] = clock
    account = Account(Store(file, due_of), live_seconds, f"http://localhost:{port}")
    runner = web.AppRunner(Server(account).application(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, HOST, port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
