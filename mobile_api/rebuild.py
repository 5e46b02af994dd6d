"""`python -m mobile_api.rebuild [--tenant T] [--check]`: rebuilds the projection from the event
log.

Prints each tenant's digest before and after. With `--check` nothing is written, and the exit code
is 1 where the two differ. Works on the running local platform, or on what the environment names."""

import argparse
import asyncio
import sys
from collections.abc import Sequence

from mobile_api.service.rebuild import Rebuilt, rebuild
from shared.kit import clock
from shared.kit.errors import Unavailable
from shared.kit.local_platform import found_project
from shared.messaging.log import tenants_of_log


def main(arguments: Sequence[str]) -> int:
    """Returns the exit code: 0 done, 1 differs (`--check`), 2 no platform or project."""
    parser = argparse.ArgumentParser(prog="python -m mobile_api.rebuild", description=__doc__)
    parser.add_argument("--tenant", help="only this tenant; otherwise every tenant of the log")
    parser.add_argument("--check", action="store_true", help="compare, and write nothing")
    chosen = parser.parse_args(arguments)
    if not found_project():
        return 2
    try:
        results = asyncio.run(_rebuild_all(chosen.tenant, write=not chosen.check))
    except Unavailable as error:
        print(f"The projection was not rebuilt: {error.detail}", file=sys.stderr)
        return 2
    differs = any(result.digest_before != result.digest_after for result in results)
    return int(chosen.check and differs)


async def _rebuild_all(tenant: str | None, *, write: bool) -> list[Rebuilt]:
    results = []
    for tenant_id in [tenant] if tenant else await tenants_of_log():
        results.append(await rebuild(tenant_id, now=clock.now(), write=write))
        print(_described(results[-1]), flush=True)
    return results


def _described(result: Rebuilt) -> str:
    same = result.digest_before == result.digest_after
    verdict = "same bytes" if same else f"{result.written} documents differed"
    refused = f", {result.refused} entries refused" if result.refused else ""
    return (
        f"{result.tenant_id}: {result.events} events{refused}, {result.documents} documents, "
        f"{verdict}\n"
        f"  before {result.digest_before}\n  after  {result.digest_after}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
