"""`assent runs`: runs of capsules."""

from typing import Literal

from cyclopts import App

from .session import UNSAID, Common, signed_in

app = App(name="runs", help="Start runs, follow them, and stop them.")


@app.command(name="list")
def list_(*, common: Common = UNSAID) -> None:
    """List runs, newest first."""
    with signed_in() as client:
        common.table(client.runs.list(), ("run_id", "capsule", "status", "started_at"))


@app.command
def show(run_id: str, /, *, common: Common = UNSAID) -> None:
    """Show where a run stands."""
    with signed_in() as client:
        run = client.runs.get(run_id)
    common.show(run, run.model_dump_json(indent=2))


@app.command
def steps(run_id: str, /, *, common: Common = UNSAID) -> None:
    """List the steps of a run."""
    with signed_in() as client:
        common.table(client.runs.steps_list(run_id), ("step", "iteration", "status"))


@app.command
def start(plan_hash: str, /, *, wait: bool = False, common: Common = UNSAID) -> None:
    """Start the run of a plan; --wait waits until it has ended."""
    with signed_in() as client:
        run = client.runs.create(plan_hash=plan_hash)
        if wait:
            run = client.runs.wait_for(run.run_id)
    common.show(run, f"{run.run_id} is {run.status}.")


def _stop(how: Literal["pause", "cancel"], run_id: str, common: Common) -> None:
    with signed_in() as client:
        run = client.runs.pause(run_id) if how == "pause" else client.runs.cancel(run_id)
    common.show(run, f"{run.run_id} is {run.status}.")


@app.command
def pause(run_id: str, /, *, common: Common = UNSAID) -> None:
    """Pause a run."""
    _stop("pause", run_id, common)


@app.command
def cancel(run_id: str, /, *, common: Common = UNSAID) -> None:
    """Cancel a run."""
    _stop("cancel", run_id, common)
