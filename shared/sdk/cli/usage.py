"""`assent usage`: what the tenant used, and the proof of a line."""

import json
import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from .session import UNSAID, Common, plain, printable, signed_in

app = App(name="usage", help="See what your tenant used, and prove it.")


@app.command
def show(
    *,
    meter: str | None = None,
    by: Literal["total", "subject", "hour", "day", "month"] = "total",
    since: str | None = None,
    until: str | None = None,
    common: Common = UNSAID,
) -> None:
    """Show what was used: this month so far, or between two times such as 2026-11-01T00:00:00Z."""
    with signed_in() as client:
        found = client.usage.list(meter=meter, group_by=by, from_=since, to=until)
    about = {"total": (), "subject": ("subject",)}.get(by, ("since",))
    common.table(found.items, ("meter", *about, "quantity", "events"))


@app.command
def lines(period: str, /, *, common: Common = UNSAID) -> None:
    """Show the lines of a month, such as 2026-11, with their roots. Declared meters that have none
    are told beside them."""
    with signed_in() as client:
        found = client.usage.roots_list(period=period)
    common.table(found.items, ("meter", "section", "quantity", "slabs", "closed_at", "root"))
    for each in found.unsorted:
        print(f"assent: section {each.section}: {printable(each.problem)}", file=sys.stderr)


@app.command
def prove(
    period: str,
    meter: str,
    /,
    *,
    into: Path,
    receipt: Annotated[str | None, Parameter(name=("--receipt", "--event"))] = None,
    section: int = 1,
    common: Common = UNSAID,
) -> None:
    """Write the proof of a line into a file, with a receipt that it counts, and the log's entry of
    it, or with an event of a meter of your own, where you name one by its id. assent-verify
    verifies it without the network."""
    with signed_in() as client:
        proof = plain(client.usage.roots_proof_get(period, meter, section=section, event=receipt))
    into.write_text(json.dumps(proof))
    common.show({"file": str(into)}, f"assent-verify {into}")
