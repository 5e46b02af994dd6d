"""The account inside a test's own process."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from aiohttp import web

from emulators.ports import HOST, listen, port_of, url_of
from emulators.stripe.account import Account
from emulators.stripe.due_times import due_of
from emulators.stripe.server import Server, live_seconds
from emulators.stripe.store import Store


@contextmanager
def running_stripe(
    file: Path | str,
    *,
    live: Callable[[], int] = live_seconds,
    repeats: float = 0.125,
) -> Iterator[str]:
    """Serves the account that is kept in a file, in a thread, until the block ends. Gives its
    address, for `StripeClient(key, base_addresses={"api": address})`."""
    door = listen(0)
    account = Account(Store(file, due_of), live, url_of(door))
    started, loop = threading.Event(), asyncio.new_event_loop()
    ended = asyncio.Event()

    async def serve() -> None:
        runner = web.AppRunner(Server(account, repeats=repeats).application(), access_log=None)
        await runner.setup()
        await web.SockSite(runner, door).start()
        started.set()
        await ended.wait()
        await runner.cleanup()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    started.wait()
    try:
        yield f"http://{HOST}:{port_of(url_of(door))}"
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()
        loop.close()
        account.store.close()
