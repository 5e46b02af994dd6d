"""`python -m functions.audit.verify [--tenant T] [--with-log]`: verifies every tenant's chain
against its checkpoints.

Prints one line for each tenant; for a chain that is not as it was appended, the first entry that
differs and what shows it. With `--with-log`, each entry is also compared with its event in the
event log, and evidence in the log that has no entry is listed: this names an altered entry exactly,
also where whoever altered it hashed the rest anew. Writes nothing. Works on the running local
platform, or on what the environment names."""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence

from functions.audit.check import Checked, check
from functions.audit.store import audited_tenants
from shared.kit.errors import NotFound, Unavailable
from shared.kit.local_platform import found_project

DATABASE = "ASSENT_POSTGRES_DSN"


def main(arguments: Sequence[str]) -> int:
    """Returns the exit code: 0 whole, 1 broken, 2 no platform, project or database, or no audit log
    of that tenant."""
    parser = argparse.ArgumentParser(prog="python -m functions.audit.verify", description=__doc__)
    parser.add_argument("--tenant", help="only this tenant; otherwise every tenant")
    parser.add_argument("--with-log", action="store_true", help="compare with the event log too")
    chosen = parser.parse_args(arguments)
    if not found_project():
        return 2
    if DATABASE not in os.environ:
        print(f"{DATABASE} names no database: where are the entries?", file=sys.stderr)
        return 2
    try:
        checked = asyncio.run(_check_all(chosen.tenant, with_log=chosen.with_log))
    except (NotFound, Unavailable) as error:
        print(f"The audit log was not verified: {error.detail}", file=sys.stderr)
        return 2
    return int(any(each.broken for each in checked))


async def _check_all(tenant: str | None, *, with_log: bool) -> list[Checked]:
    """Raises NotFound for a tenant without an audit log, Unavailable."""
    checked = []
    for tenant_id in [tenant] if tenant else await audited_tenants():
        checked.append(await check(tenant_id, with_log=with_log))
        if tenant and not (checked[-1].entries or checked[-1].checkpoints or checked[-1].broken):
            raise NotFound(f"{tenant} has no audit log; without a tenant, every one is verified")
        print(_described(checked[-1]), flush=True)
    return checked


def _described(checked: Checked) -> str:
    if checked.broken:
        return "\n".join(
            (f"{checked.tenant_id}: BROKEN", *(f"  {each}" for each in checked.broken))
        )
    return (
        f"{checked.tenant_id}: {checked.entries} entries, whole; {checked.checkpoints} checkpoints,"
        f" the last of entry {checked.covered}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
