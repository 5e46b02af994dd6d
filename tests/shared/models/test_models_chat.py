"""Whatever speaks the wire of chat completions is asked within bounds, and nothing that it answers
is believed for being there."""

import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web

from emulators.model_server import application
from emulators.ports import HOST, free_port
from shared.models.chat import MOST_ANSWER_BYTES, MOST_CALLS, ChatModel
from shared.models.messages import Answer, Chosen, Message, ModelFailed, Tool, Usage

GOAL = Message("user", "the goal")
TOOL = Tool("add", "Adds.", {"type": "object", "properties": {"n": {"type": "integer"}}})

Says = Callable[..., Awaitable[None]]


@pytest.fixture
async def server() -> AsyncIterator[str]:
    """The address of a scripted model."""
    runner = web.AppRunner(application())
    await runner.setup()
    await web.TCPSite(runner, HOST, 0).start()
    yield f"http://{HOST}:{runner.addresses[0][1]}"
    await runner.cleanup()


async def _script(server: str, *answers: dict[str, Any]) -> None:
    import aiohttp

    body = {"goal": GOAL.text, "answers": list(answers)}
    async with aiohttp.ClientSession() as http, http.post(f"{server}/scripts", json=body) as said:
        assert said.status == 200


async def _asked(server: str) -> list[Any]:
    import aiohttp

    params = {"goal": GOAL.text}
    async with aiohttp.ClientSession() as http, http.get(f"{server}/asked", params=params) as said:
        return list(await said.json())


async def _complete(server: str, *more: Message, seconds: float = 10.0, **fields: Any) -> Answer:
    model = ChatModel(f"{server}/v1", "small", **fields)
    return await model.complete((GOAL, *more), (TOOL,), most_tokens=99, within_seconds=seconds)


async def test_it_says_and_reads_what_the_wire_says(server: str) -> None:
    call = {"name": "add", "arguments": {"n": 1}}
    await _script(server, {"text": "I add.", "calls": [call, call]})
    told = (
        Message("assistant", "", (("call_0", Chosen(name="add", arguments="{}")),)),
        Message("tool", "1", answers="call_0"),
    )
    answer = await _complete(server, *told, key="secret")
    chosen = Chosen(name="add", arguments='{"n": 1}')
    assert answer == Answer(
        text="I add.", calls=(chosen, chosen), usage=Usage(tokens_in=100, tokens_out=20)
    )
    (asked,) = await _asked(server)
    assert asked["authorization"] == "Bearer secret"
    assert (asked["model"], asked["max_tokens"]) == ("small", 99)
    assert asked["tools"][0]["function"]["parameters"] == TOOL.schema
    assert asked["messages"][1:] == [
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [
                {
                    "id": "call_0",
                    "type": "function",
                    "function": {"name": "add", "arguments": "{}"},
                }
            ],
        },
        {"role": "tool", "content": "1", "tool_call_id": "call_0"},
    ]


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_busy_server_is_asked_once_more_after_the_time_that_it_names(
    server: str, status: int
) -> None:
    busy = {"status": status, "headers": {"Retry-After": "0"}}
    await _script(server, busy, {"text": "yes"})
    assert (await _complete(server)).text == "yes"
    await _script(server, busy, busy, {"text": "too late"})
    with pytest.raises(ModelFailed) as failed:
        await _complete(server)
    assert (failed.value.code, failed.value.may_pass) == ("model_busy", True)
    assert failed.value.may_have_cost is False
    assert len(await _asked(server)) == 4


async def test_a_server_that_wants_more_time_than_there_is_is_not_waited_for(server: str) -> None:
    await _script(server, {"status": 429, "headers": {"Retry-After": "3600"}}, {"text": "no"})
    began = time.process_time()
    with pytest.raises(ModelFailed, match="answered 429"):
        await _complete(server)
    assert time.process_time() - began < 5
    assert len(await _asked(server)) == 1


@pytest.mark.parametrize("status", [301, 307, 400, 401, 404])
async def test_other_statuses_are_refusals_and_no_redirect_is_followed(
    server: str, status: int
) -> None:
    location = {"Location": f"{server}/v1/chat/completions"}
    await _script(server, {"status": status, "headers": location}, {"text": "followed"})
    with pytest.raises(ModelFailed) as failed:
        await _complete(server)
    assert (failed.value.code, failed.value.may_pass) == ("model_refused", False)
    assert len(await _asked(server)) == 1


@pytest.mark.parametrize(
    "raw",
    [
        "not JSON",
        "[]",
        "null",
        "{}",
        '{"choices": []}',
        '{"choices": {}}',
        '{"choices": [{"message": null}]}',
        '{"choices": [{"message": {"content": 3}}]}',
        '{"choices": [{"message": {"tool_calls": [{}]}}]}',
        '{"choices": [{"message": {"tool_calls": [{"function": {"name": 3}}]}}]}',
        '{"choices": [{"message": {"tool_calls": 3}}]}',
        '{"choices": [{"message": {"content": "\\ud800"}}]}',
        json.dumps(
            {
                "choices": [
                    {"message": {"tool_calls": [{"function": {"name": "n"}}] * (MOST_CALLS + 1)}}
                ]
            }
        ),
        '{"choices": [{"message": {"content": "' + "x" * MOST_ANSWER_BYTES + '"}}]}',
        "[" * 100_000,
    ],
    ids=lambda raw: raw[:40],
)
async def test_an_answer_that_is_none_is_refused_and_may_have_cost(server: str, raw: str) -> None:
    await _script(server, {"raw": raw})
    with pytest.raises(ModelFailed) as failed:
        await _complete(server)
    assert (failed.value.code, failed.value.may_have_cost) == ("model_answer_invalid", True)
    assert "x" * 20 not in failed.value.detail


@pytest.mark.parametrize(
    "usage", [None, {}, {"prompt_tokens": -1, "completion_tokens": 1}, "all", [1], {"a": True}]
)
async def test_a_usage_that_is_none_is_unknown(server: str, usage: Any) -> None:
    await _script(server, {"text": "yes", "usage": usage})
    assert (await _complete(server)).usage is None


async def test_an_answer_that_was_cut_says_so(server: str) -> None:
    await _script(server, {"text": "It is", "finish": "length"})
    assert (await _complete(server)).is_cut is True


async def test_silence_ends_and_may_have_cost(server: str) -> None:
    await _script(server, {"text": "late", "seconds": 5}, {"drop": True})
    for seconds in (0.2, 10.0):
        with pytest.raises(ModelFailed) as failed:
            await _complete(server, seconds=seconds)
        assert (failed.value.code, failed.value.may_have_cost) == ("model_silent", True)


async def test_where_nobody_listens_nothing_was_spent() -> None:
    with pytest.raises(ModelFailed) as failed:
        await _complete(f"http://{HOST}:{free_port()}")
    assert (failed.value.code, failed.value.may_have_cost) == ("model_silent", False)


async def test_nothing_that_is_said_is_logged(
    server: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    await _script(server, {"text": "an answer to keep"})
    await _complete(server, key="a-secret-key")
    assert "an answer to keep" not in caplog.text
    assert GOAL.text not in caplog.text
    assert "a-secret-key" not in caplog.text
