"""Programs that exist already call models with the packages that they have."""

import anthropic
import openai
import pytest

from tests.functions.models.worlds import World


def program(world: World, **more: object) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url=f"{world.url}/v1", api_key=world.token(), max_retries=0)


async def test_a_program_with_the_openai_package_needs_an_address_and_a_key(world: World) -> None:
    await world.script("say hello", {"text": "hello"})
    async with program(world) as client:
        answer = await client.chat.completions.create(
            model="small", messages=[{"role": "user", "content": "say hello"}]
        )
        models = [each.id async for each in client.models.list()]
        one = await client.models.retrieve("small")
    assert answer.choices[0].message.content == "hello"
    assert (models, one.id) == (["small"], "small")
    (asked,) = await world.asked("say hello")
    assert (asked["model"], asked["max_tokens"]) == ("scripted", 1_000)
    assert asked["authorization"] is None  # the program's key goes to nobody
    (call,) = await world.calls()
    assert (call.status, call.cost_usd_micros) == ("answered", 100 + 4 * 20)
    budget = await world.budget()
    assert budget is not None
    assert (budget.held_usd_micros, budget.spent_usd_micros) == (0, 180)


async def test_a_stream_of_the_openai_package_comes_as_it_is_made(world: World) -> None:
    await world.script("count", {"text": "one two three", "pause": 0.05})
    async with program(world) as client:
        stream = await client.chat.completions.create(
            model="small", messages=[{"role": "user", "content": "count"}], stream=True
        )
        said = [each.choices[0].delta.content async for each in stream]
    assert "".join(word or "" for word in said) == "one two three "
    (call,) = await world.calls()
    assert (call.status, call.cost_usd_micros) == ("answered", 180)


async def test_embeddings_of_the_openai_package_are_paid_by_their_tokens(world: World) -> None:
    async with program(world) as client:
        found = await client.embeddings.create(model="small", input=["abc", "de"])
    assert [len(each.embedding) for each in found.data] == [8, 8]
    (call,) = await world.calls()
    assert (call.wire, call.cost_usd_micros, call.tokens.tokens_in) == ("embeddings", 5, 5)


async def test_the_openai_package_reads_refusals_as_its_providers(world: World) -> None:
    async with program(world) as client:
        with pytest.raises(openai.NotFoundError) as unknown:
            await client.chat.completions.create(
                model="nobody", messages=[{"role": "user", "content": "hi"}]
            )
        with pytest.raises(openai.BadRequestError) as wrong:
            await client.chat.completions.create(
                model="small", messages=[{"role": "user", "content": "hi"}], n=99
            )
    assert unknown.value.code == "model_not_found"
    assert wrong.value.param == "n"
    async with openai.AsyncOpenAI(base_url=f"{world.url}/v1", api_key="no", max_retries=0) as wild:
        with pytest.raises(openai.AuthenticationError):
            await wild.models.list()
    assert await world.calls() == []


async def test_a_program_with_the_anthropic_package_sends_its_key_apart(world: World) -> None:
    await world.route("claude", provider="anthropic")
    await world.script("say hello", {"text": "hello"}, {"text": "hello again"})
    async with anthropic.AsyncAnthropic(
        base_url=world.url, api_key=world.token(), max_retries=0
    ) as client:
        said = {"model": "claude", "max_tokens": 50}
        messages = [{"role": "user", "content": "say hello"}]
        answer = await client.messages.create(messages=messages, **said)  # type: ignore[call-overload]
        async with client.messages.stream(messages=messages, **said) as stream:  # type: ignore[arg-type]
            streamed = await stream.get_final_text()
    assert answer.content[0].text == "hello"
    assert streamed == "hello again "
    assert [(each.status, each.cost_usd_micros) for each in await world.calls()] == [
        ("answered", 180),
        ("answered", 180),
    ]


async def test_the_anthropic_package_reads_refusals_as_its_providers(world: World) -> None:
    async with anthropic.AsyncAnthropic(
        base_url=world.url, api_key=world.token(), max_retries=0
    ) as client:
        with pytest.raises(anthropic.BadRequestError) as refused:
            await client.messages.create(
                model="small", max_tokens=5, messages=[{"role": "user", "content": "hi"}]
            )
    assert "POST /v1/chat/completions" in str(refused.value)
