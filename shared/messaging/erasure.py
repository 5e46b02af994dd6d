"""`python -m shared.messaging.erasure --tenant T HASH…`: erases contents for good, in the project
that the environment names or on the local platform that runs here."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from functools import partial

from shared.kit import clock
from shared.kit.errors import AssentError
from shared.kit.instants import format_instant
from shared.kit.local_platform import found_project
from shared.messaging.contents import erase
from shared.storage.firestore import TenantStore
from shared.storage.races import decide_again


def main(arguments: Sequence[str]) -> int:
    """Returns the exit code: 0 where all are erased, 2 where one could not be."""
    parser = argparse.ArgumentParser(prog="python -m shared.messaging.erasure", description=__doc__)
    parser.add_argument("--tenant", required=True)
    parser.add_argument("hashes", nargs="+", metavar="HASH", help="as cards and events name it")
    chosen = parser.parse_args(arguments)
    if not found_project():
        return 2
    return asyncio.run(_erase_all(TenantStore(chosen.tenant), chosen.hashes))


async def _erase_all(store: TenantStore, hashes: Sequence[str]) -> int:
    for hash in hashes:
        try:
            erased = await decide_again(partial(erase, store, hash, clock.now()))
        except AssentError as refusal:
            print(f"{hash} was not erased: {refusal.detail}", file=sys.stderr)
            return 2
        print(f"{hash} was erased at {format_instant(erased.erased_at)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
