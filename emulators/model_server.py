"""A model that answers from scripts, on the wire of OpenAI's chat completions: what agent steps of
the local platform ask. `python -m emulators.model_server PORT`.

`POST /scripts {"goal": …, "answers": […]}` says what conversations about that goal are answered,
one after the other. An answer has `text`, `calls: [{name, arguments}]`, `usage`, `finish`; or
`status` and `headers`; or `raw`, the whole body as text; `drop` breaks off; `seconds` waits first.
`GET /asked?goal=…` shows what was asked. A goal without a script, or whose script has ended, is
answered 404."""

import asyncio
import json
import sys
from collections import defaultdict, deque
from typing import Any

from aiohttp import web

from emulators.ports import HOST

SCRIPTED = "scripted"
_USUAL = {"prompt_tokens": 100, "completion_tokens": 20}


class Scripts:
    """What is answered about each goal, and what was asked about it."""

    def __init__(self) -> None:
        self._answers: dict[str, deque[dict[str, Any]]] = defaultdict(deque)
        self._asked: dict[str, list[Any]] = defaultdict(list)

    async def add(self, request: web.Request) -> web.StreamResponse:
        """More answers about a goal."""
        body = await request.json()
        self._answers[body["goal"]].extend(body["answers"])
        return web.json_response({"left": len(self._answers[body["goal"]])})

    async def asked(self, request: web.Request) -> web.StreamResponse:
        """What was asked about a goal, in order."""
        return web.json_response(self._asked[request.query["goal"]])

    async def complete(self, request: web.Request) -> web.StreamResponse:
        """The next answer about the goal, which is the first message of a user."""
        body = await request.json()
        goal = next(each["content"] for each in body["messages"] if each["role"] == "user")
        self._asked[goal].append({**body, "authorization": request.headers.get("Authorization")})
        if not self._answers[goal]:
            raise web.HTTPNotFound(text="there is no script for this goal")
        answer = self._answers[goal].popleft()
        await asyncio.sleep(answer.get("seconds", 0))
        if answer.get("drop") and request.transport is not None:
            request.transport.abort()
        if "raw" in answer:
            return web.Response(text=answer["raw"], content_type="application/json")
        if "status" in answer:
            return web.Response(status=answer["status"], headers=answer.get("headers"))
        return web.json_response(_completion(answer))


def _completion(answer: dict[str, Any]) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": answer.get("text")}
    if calls := [_call(number, each) for number, each in enumerate(answer.get("calls", ()))]:
        message["tool_calls"] = calls
    finish = answer.get("finish", "tool_calls" if calls else "stop")
    usage = {"usage": answer.get("usage", _USUAL)}
    choice = {"index": 0, "message": message, "finish_reason": finish}
    return {"object": "chat.completion", "model": SCRIPTED, "choices": [choice], **usage}


def _call(number: int, call: dict[str, Any]) -> dict[str, Any]:
    given = call.get("arguments", {})
    text = given if isinstance(given, str) else json.dumps(given)
    function = {"name": call["name"], "arguments": text}
    return {"id": f"chosen_{number}", "type": "function", "function": function}


def application() -> web.Application:
    """The server's calls."""
    scripts = Scripts()
    app = web.Application()
    app.router.add_post("/v1/chat/completions", scripts.complete)
    app.router.add_post("/scripts", scripts.add)
    app.router.add_get("/asked", scripts.asked)
    return app


async def _serve(port: int) -> None:
    runner = web.AppRunner(application(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, HOST, port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
