"""What the gateway of models adds to a call, beside calling the same scripted model directly: to a
whole completion, to the first words of a stream, and between them. One call at a time, in turns;
the function's own port, and the emulator without the platform's pipe between."""

import asyncio
import json
import os
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

import httpx
import psutil

from emulators.model_server import ECHO
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from tests.benchmarks import litellm
from tests.benchmarks.connections import Connections, expected
from tests.benchmarks.figures import Figure, at_most, median
from tests.benchmarks.function_process import connected, function_process
from tests.benchmarks.started import Started, started_platform
from tests.journeys.world import World

ROUNDS, TURNS, STREAMS, WARM_UP = 3, 100, 20, 40
MOST_MORE_MILLISECONDS = 8.0
# Between two words of a stream; whoever waits for the whole answer hears the first this much later.
PAUSE_SECONDS, WORDS = 0.02, 12
_SCOPES = ("models:read", "models:write", "governance:write")
_PRICES = {
    "tokens_in_usd_micros": 1,
    "tokens_out_usd_micros": 1,
    "as_of": "2026-11-20",
    "page": "https://models.example/prices",
}
_ROUTE = {"provider": "openai", "model": "scripted", "prices": _PRICES, "most_tokens_out": 100}
_SAID = {"model": "small", "messages": [{"role": "user", "content": ECHO}], "max_tokens": 50}
_OF_THE_STORE, _TENANT = ("FIRESTORE_EMULATOR_HOST", "GOOGLE_CLOUD_PROJECT"), "bench-store"
_PATH = "/v1/chat/completions"
_SPOKEN = "a stream of a benchmark"


class Heard(NamedTuple):
    """When the first and the last words of a stream came, in milliseconds after it was asked."""

    first: float
    last: float


class Side(NamedTuple):
    """Where the model is asked, and what is sent there."""

    url: str
    headers: Mapping[str, str]


def measure() -> dict[str, Figure]:
    """The worst of three rounds' medians."""
    with started_platform() as platform:
        gala = World(platform.client).person("gala", _SCOPES, ("governor",))
        answer = gala.send("PUT", "/v1/model-routes/small", json=_ROUTE)
        assert answer.is_success, answer.text
        # The first request starts the function, whose environment the process of ours gets.
        assert gala.send("GET", "/v1/models").is_success
        env = platform.environment("models")
        signed = {"Authorization": f"Bearer {_token(platform, gala.tenant)}"}
        env |= {"FIRESTORE_EMULATOR_HOST": platform.emulator("firestore")}
        with function_process(env) as port:
            connected(port).close()
            ours = Side(f"http://127.0.0.1:{port}", signed)
            model = env["ASSENT_MODEL_URL"].removesuffix("/v1")
            os.environ.update({name: env[name] for name in _OF_THE_STORE})
            figures = asyncio.run(_rounds(ours, Side(model, {})))
            return figures | _beside_litellm(platform, ours, model, port)


def _beside_litellm(platform: Started, ours: Side, model: str, port: int) -> dict[str, Figure]:
    """Beside LiteLLM's proxy. The function's store is a process of ours
    too, as is whatever takes the message of each settlement."""
    plain = {"Content-Type": "application/json"}
    programs = platform.programs()
    of_ours = [_function_on(port), programs["firestore"], programs["pubsub"]]
    gateway = litellm.Gateway(ours.url, {**ours.headers, **plain}, _SAID, of_ours)
    direct = litellm.Gateway(model, plain, _SAID, [])
    with litellm.litellm_proxy(model, "small", "scripted") as (url, process):
        theirs = litellm.Gateway(url, dict(litellm.HEADERS), _SAID, [process])
        return asyncio.run(litellm.compared(gateway, theirs, direct))


def _function_on(port: int) -> psutil.Process:
    """The process that answers there."""
    started = psutil.Process().children(recursive=True)
    return next(each for each in reversed(started) if str(port) in each.cmdline())


async def _stored(number: int) -> float:
    """What the store alone takes of a call: it is held, beside a read, and then settled."""
    store = TenantStore(_TENANT)
    held, settled = (_batch(number, each) for each in ("held", "settled"))
    began = time.perf_counter()
    reading = store.get_many([("routes", "a"), ("limits", "b"), ("limits", "c")])
    await asyncio.gather(reading, store.commit(held))
    await store.commit(settled)
    return (time.perf_counter() - began) * 1_000


def _batch(number: int, state: str) -> Batch:
    batch = Batch()
    for place in ("calls", "budgets"):
        batch.put(place, f"{number}", {"state": state * 100})
    return batch


async def _rounds(ours: Side, direct: Side) -> dict[str, Figure]:
    said = json.dumps(_SAID).encode()
    async with Connections(ours.url) as gateway, Connections(direct.url) as model:

        async def taken(http: Connections, side: Side) -> float:
            headers = {**side.headers, "Content-Type": "application/json"}
            began = time.perf_counter()
            expected(await http.send("POST", _PATH, headers=headers, body=said), 200)
            return (time.perf_counter() - began) * 1_000

        for _ in range(WARM_UP):
            await taken(gateway, ours)
        whole = []
        for _ in range(ROUNDS):
            turns = [
                (await taken(model, direct), await taken(gateway, ours), await _stored(number))
                for number in range(TURNS)
            ]
            whole.append(tuple(median(each) for each in zip(*turns, strict=True)))
    streams = [await _streams(ours, direct) for _ in range(ROUNDS)]
    return _figures(whole, streams)


def _figures(
    whole: list[tuple[float, ...]], streams: list[tuple[Heard, Heard]]
) -> dict[str, Figure]:
    alone, through, stored = max(whole, key=lambda each: each[1] - each[0])
    directly, heard = max(streams, key=lambda each: each[1].first - each[0].first)
    aim = at_most(MOST_MORE_MILLISECONDS)
    return {
        "model_call_direct_p50": Figure(alone, "ms"),
        "model_call_p50": Figure(through, "ms"),
        "model_call_added_p50": Figure(through - alone, "ms", aim=aim),
        "model_call_store_p50": Figure(stored, "ms"),
        "model_stream_first_direct_p50": Figure(directly.first, "ms"),
        "model_stream_first_added_p50": Figure(heard.first - directly.first, "ms", aim=aim),
        # A gateway that waited for the whole stream would take none of the time between.
        "model_stream_spread": Figure(
            heard.last - heard.first, "ms", floor=directly.last - directly.first, aim=at_most(1.2)
        ),
    }


async def _streams(ours: Side, direct: Side) -> tuple[Heard, Heard]:
    """The medians of some streams, directly and through the gateway."""
    async with httpx.AsyncClient(trust_env=False, timeout=60) as http:
        answers = [{"text": "word " * WORDS, "pause": PAUSE_SECONDS}] * (2 * STREAMS)
        script = {"goal": _SPOKEN, "answers": answers}
        (await http.post(f"{direct.url}/scripts", json=script)).raise_for_status()
        pairs = [(await _heard(http, direct), await _heard(http, ours)) for _ in range(STREAMS)]
    alone, through = zip(*pairs, strict=True)
    return _median(alone), _median(through)


def _median(heard: tuple[Heard, ...]) -> Heard:
    return Heard(*(median(each) for each in zip(*heard, strict=True)))


async def _heard(http: httpx.AsyncClient, side: Side) -> Heard:
    body: dict[str, Any] = {
        **_SAID,
        "messages": [{"role": "user", "content": _SPOKEN}],
        "stream": True,
    }
    began = time.perf_counter()
    async with http.stream("POST", side.url + _PATH, json=body, headers=side.headers) as answer:
        assert answer.status_code == 200, await answer.aread()
        words = [
            (time.perf_counter() - began) * 1_000
            async for line in answer.aiter_lines()
            if "word" in line
        ]
    assert len(words) == WORDS, words
    return Heard(words[0], words[-1])


def _token(platform: Started, tenant: str) -> str:
    return platform.client.token("gala", tenant, scopes=_SCOPES, expires_in=86_400)
