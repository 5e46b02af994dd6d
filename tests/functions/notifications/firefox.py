"""Firefox with a push service on this machine: its own protocol (autopush), and a page of ours."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from emulators.ports import HOST
from shared.kit import base64url

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
NODE = Path(__file__).parents[3] / ".venv/bin/node"
WORKER = Path(__file__).parents[3] / "mobile_api/console/worker/push.ts"
_STRIP = (
    "const {stripTypeScriptTypes} = require('node:module');"
    "const {readFileSync} = require('node:fs');"
    "process.stdout.write(stripTypeScriptTypes(readFileSync(process.argv[1], 'utf8')))"
)


class PushService:
    """What a browser subscribes at, and where messages for it are posted."""

    def __init__(self) -> None:
        self.url = ""
        self._browser: web.WebSocketResponse | None = None
        self._channels: dict[str, str] = {}

    async def talk(self, request: web.Request) -> web.WebSocketResponse:
        self._browser = browser = web.WebSocketResponse(protocols=("push-notification",))
        await browser.prepare(request)
        async for message in browser:
            if message.type is not aiohttp.WSMsgType.TEXT:
                break
            asked = json.loads(message.data)
            match asked.get("messageType"):
                case "hello":
                    said = {"uaid": uuid.uuid4().hex, "status": 200, "use_webpush": True}
                    await browser.send_json({"messageType": "hello", "broadcasts": {}, **said})
                case "register":
                    channel, id = asked["channelID"], uuid.uuid4().hex
                    self._channels[id] = channel
                    endpoint = f"{self.url}/push/{id}"
                    said = {"channelID": channel, "status": 200, "pushEndpoint": endpoint}
                    await browser.send_json({"messageType": "register", **said})
                case None:
                    await browser.send_str("{}")
        return browser

    async def take(self, request: web.Request) -> web.Response:
        channel = self._channels[request.match_info["id"]]
        body = await request.read()
        if "TTL" not in request.headers or request.headers["Authorization"][:5] != "vapid":
            return web.Response(status=400)
        assert self._browser is not None
        await self._browser.send_json(
            {
                "messageType": "notification",
                "channelID": channel,
                "version": uuid.uuid4().hex,
                "data": base64url.encode(body),
                "headers": {"encoding": request.headers["Content-Encoding"]},
            }
        )
        return web.Response(status=201, headers={"Location": f"{self.url}/m/1", "TTL": "0"})


class Firefox:
    """One page in one browser, told what to do over WebDriver BiDi."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket, self._number, self.context = socket, 0, ""

    async def ask(self, method: str, **parameters: Any) -> Any:
        self._number += 1
        number = self._number
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        while True:
            answer = await self._socket.receive_json(timeout=60)
            if answer.get("id") == number:
                assert answer["type"] == "success", answer
                return answer["result"]

    async def run(self, script: str) -> Any:
        """What an expression of the page gives, as JSON."""
        found = await self.ask(
            "script.evaluate",
            expression=f"(async () => JSON.stringify(await ({script})))()",
            target={"context": self.context},
            awaitPromise=True,
        )
        assert found["type"] == "success", found
        return json.loads(found["result"]["value"])


def _script() -> str:
    """The worker as browsers run it."""
    command = [str(NODE), "-e", _STRIP, str(WORKER)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return done.stdout.replace("export {};", "")


def _write(profile: Path, preferences: dict[str, object]) -> None:
    profile.mkdir()
    lines = (f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in preferences.items())
    (profile / "user.js").write_text("\n".join(lines))


@asynccontextmanager
async def served() -> AsyncIterator[PushService]:
    """The push service, and the page with the console's worker on the same port."""
    script = await asyncio.to_thread(_script)
    service, app = PushService(), web.Application()

    async def page(_: web.Request) -> web.Response:
        return web.Response(text="<!doctype html><title>Console</title>", content_type="text/html")

    async def worker(_: web.Request) -> web.Response:
        return web.Response(text=script, content_type="text/javascript")

    app.router.add_get("/", service.talk)
    app.router.add_get("/console/", page)
    app.router.add_get("/console/worker.js", worker)
    app.router.add_post("/push/{id}", service.take)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, HOST, 0).start()
    service.url = f"http://{HOST}:{runner.addresses[0][1]}"
    yield service
    await runner.cleanup()


@asynccontextmanager
async def firefox(service: PushService, profile: Path) -> AsyncIterator[Firefox]:
    """A browser at the page. What it shows it shows nobody."""
    assert FIREFOX is not None
    preferences = {
        "dom.push.serverURL": service.url.replace("http", "ws") + "/",
        "dom.push.connection.enabled": True,
        "dom.push.testing.allowInsecureServerURL": True,
        "dom.push.testing.ignorePermission": True,
        "permissions.default.desktop-notification": 1,
        "alerts.useSystemBackend": False,
        "browser.shell.checkDefaultBrowser": False,
        "datareporting.policy.dataSubmissionEnabled": False,
        "network.captive-portal-service.enabled": False,
        "remote.active-protocols": 1,
    }
    await asyncio.to_thread(_write, profile, preferences)
    program = await asyncio.create_subprocess_exec(
        *(FIREFOX, "--headless", "--no-remote", "--remote-debugging-port=0"),
        *("--profile", str(profile)),
        stderr=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        env={**os.environ, "HOME": str(profile), "MOZ_DISABLE_CONTENT_SANDBOX": "1"},
    )
    try:
        async with aiohttp.ClientSession() as http:
            address = await asyncio.wait_for(_listening(program), 120)
            async with http.ws_connect(f"{address}/session", max_msg_size=0) as socket:
                browser = Firefox(socket)
                await browser.ask("session.new", capabilities={})
                opened = await browser.ask("browsingContext.create", type="tab")
                browser.context = opened["context"]
                url = f"{service.url}/console/"
                await browser.ask(
                    "browsingContext.navigate", context=browser.context, url=url, wait="complete"
                )
                yield browser
    finally:
        program.terminate()
        await program.wait()


async def _listening(program: asyncio.subprocess.Process) -> str:
    assert program.stderr is not None
    async for line in program.stderr:
        found = re.search(rb"WebDriver BiDi listening on (ws://\S+)", line)
        if found is not None:
            return found[1].decode()
    raise AssertionError("Firefox ended before it listened")
