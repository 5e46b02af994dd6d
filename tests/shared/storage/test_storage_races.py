"""Whoever loses a race reads again and decides again, for as long as it makes sense."""

import asyncio
import time
from functools import partial

import pytest

from shared.kit.errors import NotFound, Unavailable
from shared.storage.batches import Batch, LostRace
from shared.storage.firestore import TenantStore
from shared.storage.races import ATTEMPTS, decide_again


@pytest.mark.platform
async def test_32_contenders_for_one_document_all_commit(store: TenantStore) -> None:
    batch = Batch()
    batch.create("counters", "one", {"n": 0, "by": []})
    await store.commit(batch)

    async def add(contender: int) -> int:
        document = await store.get("counters", "one")
        assert document is not None
        change = Batch()
        number = document.data["n"] + 1
        change.replace(document, {"n": number, "by": [*document.data["by"], contender]})
        await store.commit(change)
        return int(number)

    started = time.monotonic()
    contenders = range(32)
    numbers = await asyncio.gather(
        *(decide_again(partial(add, contender)) for contender in contenders)
    )
    assert time.monotonic() - started < 10
    assert sorted(numbers) == list(range(1, 33))
    counter = await store.get("counters", "one")
    assert counter is not None
    assert sorted(counter.data["by"]) == list(contenders)


async def test_whoever_always_loses_is_told_to_come_back() -> None:
    tries = 0

    async def lose() -> None:
        nonlocal tries
        tries += 1
        raise LostRace

    with pytest.raises(Unavailable):
        await decide_again(lose)
    assert tries == ATTEMPTS


async def test_any_other_refusal_passes_at_once() -> None:
    tries = 0

    async def refuse() -> None:
        nonlocal tries
        tries += 1
        raise NotFound

    with pytest.raises(NotFound):
        await decide_again(refuse)
    assert tries == 1


async def test_the_winners_answer_is_the_answer() -> None:
    losses = [LostRace(), LostRace()]

    async def decide() -> str:
        if losses:
            raise losses.pop()
        return "decided"

    assert await decide_again(decide) == "decided"
