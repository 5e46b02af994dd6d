"""The life of one function's process, as far as it needs no process."""

import asyncio
from pathlib import Path

import aiohttp
import pytest

from emulators.functions.process import ProcessBackend
from emulators.gateway.messages import Unreachable


async def test_a_function_killed_before_its_start_began_can_be_started_again(
    tmp_path: Path, http: aiohttp.ClientSession
) -> None:
    backend = ProcessBackend(name="notes", root=tmp_path, env={}, log=tmp_path / "log", http=http)
    asked = asyncio.create_task(backend.warm_up())
    await asyncio.sleep(0)  # The request has asked for a start, and the start has not begun.
    assert backend.state == "starting"
    await backend.kill()
    with pytest.raises(Unreachable):
        await asked
    assert backend.state == "cold"
