"""Restate with its Python SDK: a workflow with a step, a durable promise, a step."""

import asyncio
import sys
import time
import uuid

import httpx
import restate
from cycling import IN_FLIGHT, measure
from hypercorn.asyncio import serve
from hypercorn.config import Config

counting = restate.Workflow("Counting")
_asked: dict[str, asyncio.Event] = {}


def one() -> int:
    return 1


@counting.main()
async def run(ctx: restate.WorkflowContext, name: str) -> int:
    counted = await ctx.run_typed("count", one)
    _asked[name].set()
    assert await ctx.promise("approval").value()
    return counted + await ctx.run_typed("correct", one)


@counting.handler()
async def approve(ctx: restate.WorkflowSharedContext, given: bool) -> None:
    await ctx.promise("approval").resolve(given)


async def main(ingress: str, admin: str, port: str) -> None:
    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.accesslog = config.errorlog = None
    stopped = asyncio.Event()
    app = restate.app([counting])
    serving = asyncio.create_task(serve(app, config, shutdown_trigger=stopped.wait))
    limits = httpx.Limits(max_connections=2 * IN_FLIGHT)
    async with httpx.AsyncClient(trust_env=False, timeout=60, limits=limits) as http:
        for _ in range(100):
            await asyncio.sleep(0.2)
            try:
                body = {"uri": f"http://127.0.0.1:{port}"}
                (await http.post(f"{admin}/deployments", json=body)).raise_for_status()
                break
            except httpx.HTTPError:
                continue

        async def cycle() -> float:
            name = uuid.uuid4().hex
            asked = _asked[name] = asyncio.Event()
            at = f"{ingress}/Counting/{name}"
            (await http.post(f"{at}/run/send", json=name)).raise_for_status()
            await asked.wait()
            began = time.perf_counter()
            (await http.post(f"{at}/approve", json=True)).raise_for_status()
            ended = await http.get(f"{ingress}/restate/workflow/Counting/{name}/attach")
            assert ended.json() == 2, ended.text
            return time.perf_counter() - began

        await measure(cycle)
    stopped.set()
    await serving


asyncio.run(main(*sys.argv[1:4]))
