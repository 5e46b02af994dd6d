"""The local platform passes streams on as they come, and leaves them where the caller has."""

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from emulators.functions.forward import forward, open_session
from emulators.gateway.listener import Listener
from emulators.gateway.messages import Answer, Call
from emulators.model_server import application
from emulators.ports import HOST

PAUSE = 0.1


@pytest.fixture
async def model() -> AsyncIterator[str]:
    """The address of the scripted model."""
    runner = web.AppRunner(application(), handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, HOST, 0).start()
    yield f"http://{HOST}:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.fixture
async def listener(model: str) -> AsyncIterator[str]:
    """The address of a listener that forwards to the model."""
    upstream = open_session()

    async def handle(call: Call) -> Answer:
        return await forward(upstream, model, call)

    listening = socket.socket()
    listening.bind((HOST, 0))
    opened = await Listener.open(handle, listening)
    yield opened.url
    await opened.close()
    await upstream.close()


def _body(goal: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": goal}], "stream": True}


async def _script(client: aiohttp.ClientSession, model: str, goal: str, words: int) -> None:
    answer = {"text": " ".join(["word"] * words), "pause": PAUSE}
    await client.post(f"{model}/scripts", json={"goal": goal, "answers": [answer]})


async def test_events_come_as_they_are_made(model: str, listener: str) -> None:
    async with aiohttp.ClientSession() as client:
        await _script(client, model, "slowly", 10)
        began = asyncio.get_running_loop().time()
        came = []
        url = f"{listener}/v1/chat/completions"
        async with client.post(url, json=_body("slowly")) as answer:
            assert answer.content_type == "text/event-stream"
            async for part in answer.content.iter_any():
                came += [(asyncio.get_running_loop().time() - began, part)]
    assert came[0][0] < came[-1][0] - 5 * PAUSE
    assert b"".join(part for _, part in came).endswith(b"data: [DONE]\n\n")


async def test_a_stream_whose_caller_goes_is_left(model: str, listener: str) -> None:
    async with aiohttp.ClientSession() as client:
        await _script(client, model, "left", 300)
        url = f"{listener}/v1/chat/completions"
        async with client.post(url, json=_body("left")) as answer:
            await answer.content.readany()
            answer.close()
        async with asyncio.timeout(20):
            gone = 0
            while not gone:
                await asyncio.sleep(PAUSE)
                async with client.get(f"{model}/gone", params={"goal": "left"}) as said:
                    gone = (await said.json())["gone"]
    assert gone == 1
