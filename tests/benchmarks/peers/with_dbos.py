"""DBOS Transact on PostgreSQL: a step, a message that is waited for, a step."""

import asyncio
import sys
import time
import uuid

from cycling import measure
from dbos import DBOS, DBOSConfig, SetWorkflowID

_asked: dict[str, asyncio.Event] = {}


@DBOS.step()
async def count(number: int) -> int:
    return number + 1


@DBOS.workflow()
async def counting(name: str) -> int:
    counted = await count(0)
    _asked[name].set()
    assert await DBOS.recv_async("approval", timeout_seconds=60)
    return await count(counted)


async def cycle() -> float:
    name = uuid.uuid4().hex
    asked = _asked[name] = asyncio.Event()
    with SetWorkflowID(name):
        handle = await DBOS.start_workflow_async(counting, name)
    await asked.wait()
    began = time.perf_counter()
    await DBOS.send_async(name, True, topic="approval")
    assert await handle.get_result() == 2
    return time.perf_counter() - began


async def main(dsn: str) -> None:
    config: DBOSConfig = {
        "name": "cycles",
        "system_database_url": dsn,
        "log_level": "ERROR",
        "run_admin_server": False,
    }
    DBOS(config=config)
    DBOS.launch()
    await measure(cycle)
    DBOS.destroy()


asyncio.run(main(sys.argv[1]))
