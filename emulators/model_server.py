"""A model that answers from scripts, on the wires of OpenAI's chat completions and embeddings and
of Anthropic's messages: what agent steps and model routes of the local platform ask.
`python -m emulators.model_server PORT`.

`POST /scripts {"goal": …, "answers": […]}` says what conversations about that goal are answered,
one after the other. An answer has `text`, `calls: [{name, arguments}]`, `usage`, `finish`; or
`repeats`, which says again what the last message said; or `status`, `headers` and `error`; or
`raw`, the whole body as text; `drop` breaks off; `seconds` waits first. A streamed answer comes
word by word, or in `pieces` of so many characters, each after `pause` seconds; `cut` breaks it off
after so many. `GET /asked?goal=…` shows what was asked, and `GET /gone?goal=…` how many streams
about it were left before their end. A goal without a script, or whose script has ended, is
answered 404; conversations about the goal `echo` are always answered, with what they say."""

import asyncio
import sys
from collections import Counter, defaultdict, deque
from typing import Any

from aiohttp import web

from emulators.model_wires import (
    SCRIPTED,
    embeddings,
    events_of_completion,
    events_of_message,
    message,
    whole_completion,
)
from emulators.ports import HOST

__all__ = ["SCRIPTED", "application"]

ECHO = "echo"


class Scripts:
    """What is answered about each goal, and what was asked about it."""

    def __init__(self) -> None:
        self._answers: dict[str, deque[dict[str, Any]]] = defaultdict(deque)
        self._asked: dict[str, list[Any]] = defaultdict(list)
        self._gone: Counter[str] = Counter()

    async def add(self, request: web.Request) -> web.StreamResponse:
        """More answers about a goal."""
        body = await request.json()
        self._answers[body["goal"]].extend(body["answers"])
        return web.json_response({"left": len(self._answers[body["goal"]])})

    async def asked(self, request: web.Request) -> web.StreamResponse:
        """What was asked about a goal, in order."""
        return web.json_response(self._asked[request.query["goal"]])

    async def gone(self, request: web.Request) -> web.StreamResponse:
        """How many streams about a goal were left before their end."""
        return web.json_response({"gone": self._gone[request.query["goal"]]})

    async def complete(self, request: web.Request) -> web.StreamResponse:
        """The next answer about the goal, which is the first message of a user."""
        body = await request.json()
        goal, answer = self._next(request, body)
        if (failed := await _failure(request, answer)) is not None:
            return failed
        if body.get("stream"):
            return await self._streamed(request, goal, answer, events_of_completion(answer, body))
        return web.json_response(whole_completion(answer))

    async def converse(self, request: web.Request) -> web.StreamResponse:
        """The same on Anthropic's wire."""
        body = await request.json()
        goal, answer = self._next(request, body)
        if (failed := await _failure(request, answer)) is not None:
            return failed
        if body.get("stream"):
            return await self._streamed(request, goal, answer, events_of_message(answer))
        return web.json_response(message(answer))

    async def embed(self, request: web.Request) -> web.StreamResponse:
        """A vector for each text, always the same for the same."""
        body = await request.json()
        said = body["input"]
        texts = said if isinstance(said, list) else [said]
        goal = str(texts[0])
        self._note(goal, request, body)
        answer = self._answers[goal].popleft() if self._answers[goal] else {}
        if (failed := await _failure(request, answer)) is not None:
            return failed
        return web.json_response(embeddings(texts, body, answer))

    def _next(self, request: web.Request, body: Any) -> tuple[str, dict[str, Any]]:
        goal = next(_text_in(each) for each in body["messages"] if each["role"] == "user")
        self._note(goal, request, body)
        if self._answers[goal]:
            answer = self._answers[goal].popleft()
            said = {"text": _text_in(body["messages"][-1])} if answer.get("repeats") else {}
            return goal, {**answer, **said}
        if goal == ECHO:
            return goal, {"text": f"{ECHO} of {len(body['messages'])} messages"}
        raise web.HTTPNotFound(text="there is no script for this goal")

    def _note(self, goal: str, request: web.Request, body: Any) -> None:
        names = {"authorization": "Authorization", "x_api_key": "x-api-key"}
        sent = {each: request.headers.get(name) for each, name in names.items()}
        self._asked[goal].append({**body, **sent})

    async def _streamed(
        self, request: web.Request, goal: str, answer: dict[str, Any], events: list[bytes]
    ) -> web.StreamResponse:
        streamed = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await streamed.prepare(request)
        try:
            for place, event in enumerate(events):
                if place == answer.get("cut") and request.transport is not None:
                    request.transport.abort()
                await asyncio.sleep(answer.get("pause", 0))
                await streamed.write(event)
        except (ConnectionError, asyncio.CancelledError):
            self._gone[goal] += 1
            raise
        return streamed


async def _failure(request: web.Request, answer: dict[str, Any]) -> web.StreamResponse | None:
    """What is answered instead, where the script says so; waits first where it says that."""
    await asyncio.sleep(answer.get("seconds", 0))
    if answer.get("drop") and request.transport is not None:
        request.transport.abort()
    if "raw" in answer:
        return web.Response(text=answer["raw"], content_type="application/json")
    if "status" in answer and "error" in answer:
        said = {"error": answer["error"]}
        return web.json_response(said, status=answer["status"], headers=answer.get("headers"))
    if "status" in answer:
        return web.Response(status=answer["status"], headers=answer.get("headers"))
    return None


def _text_in(message: Any) -> str:
    content = message["content"]
    if isinstance(content, str):
        return content
    return next(str(part["text"]) for part in content if part.get("type") == "text")


def application() -> web.Application:
    """The server's calls."""
    scripts = Scripts()
    app = web.Application()
    app.router.add_post("/v1/chat/completions", scripts.complete)
    app.router.add_post("/v1/messages", scripts.converse)
    app.router.add_post("/v1/embeddings", scripts.embed)
    app.router.add_post("/scripts", scripts.add)
    app.router.add_get("/asked", scripts.asked)
    app.router.add_get("/gone", scripts.gone)
    return app


async def _serve(port: int) -> None:
    runner = web.AppRunner(application(), access_log=None, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, HOST, port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
