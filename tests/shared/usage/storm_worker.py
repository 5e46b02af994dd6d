"""`python -m tests.shared.usage.storm_worker TENANT SEED EVERY`: counts each group of events that a
line of its input has, as told from outside, and one in EVERY also as a receipt, and answers a line
with the ids that were rejected. It ends with its input, or is killed."""

import asyncio
import json
import os
import random
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from functions.usage.rules.events import check_events
from shared.kit.errors import Unavailable
from shared.usage.counting import count_log
from shared.usage.rows import add_events
from tests.shared.usage.logs import AT, receipt, write

METERS = tuple(f"pages_{each}" for each in range(10))
_TOGETHER, _COUNTS = 50, 0.1


def is_receipt(id: str, every: int) -> bool:
    """Whether the event of that id is also a receipt."""
    return int(id[1:]) % every == 0


async def _work(tenant: str, chance: random.Random, every: int) -> None:
    parent = os.getppid()
    while line := await asyncio.to_thread(sys.stdin.readline):
        group = json.loads(line)
        # What waits for a database that starts again waits for its connections.
        while not await _is_counted(tenant, chance, group, every):
            if os.getppid() != parent:
                return  # Nobody starts the database again.
        _, rejected = check_events(group, METERS, AT + timedelta(minutes=10))
        print(json.dumps([group[place]["id"] for place, _ in rejected]), flush=True)


async def _is_counted(
    tenant: str, chance: random.Random, group: Sequence[dict[str, Any]], every: int
) -> bool:
    try:
        events, _ = check_events(group, METERS, AT + timedelta(minutes=10))
        await add_events(tenant, events)
        called = [each for each in group if is_receipt(each["id"], every)]
        for first in range(0, len(called), _TOGETHER):
            some = called[first : first + _TOGETHER]
            calls = [
                receipt(tenant, each["id"], datetime.fromisoformat(each["at"])) for each in some
            ]
            await write(tenant, *calls)
        if chance.random() < _COUNTS:
            await count_log(tenant, AT)
    except Unavailable:
        return False
    return True


if __name__ == "__main__":
    asyncio.run(_work(sys.argv[1], random.Random(sys.argv[2]), int(sys.argv[3])))
