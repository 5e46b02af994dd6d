"""The start of a run: which plans may run, and with what they begin."""

from datetime import datetime

from events.plan_content import PlanContent
from events.plans import PlanState
from events.runs import RunStarted, Waiting
from functions.runs.rules.models import last_units
from functions.runs.rules.order import placed_steps
from functions.runs.rules.run import LOST_AFTER, Assented, Hold, Run, Steps
from shared.kit.errors import VersionConflict
from shared.kit.transitions import Transition


def new_run(
    run_id: str, state: PlanState, plan: PlanContent, hold: Hold, by: str, at: datetime
) -> Run:
    """The run before anything was done. Raises VersionConflict for a plan that was not rehearsed,
    or did not pass."""
    if state.status != "rehearsed":
        detail = f"the plan is {state.status}: POST /v1/plans/{state.plan_hash}/ghostrun first"
        raise VersionConflict(detail)
    return begun(run_id, state, plan, hold, by, at)


def begun(
    run_id: str, state: PlanState, plan: PlanContent, hold: Hold, by: str, at: datetime
) -> Run:
    """The run of a plan before anything was done."""
    return Run(
        run_id=run_id,
        plan_hash=state.plan_hash,
        capsule=plan.capsule.name,
        capsule_version=plan.capsule.version,
        agent_id=plan.agent.agent_id,
        agent_version=plan.agent.version,
        status="running",
        started_by=by,
        started_at=at,
        steps=len(placed_steps(plan)),
        models=last_units(plan),
        held_usd_micros=hold.usd_micros,
        hold=hold,
        authors=tuple(dict.fromkeys((by, state.compiled_by))),
        due_at=at + LOST_AFTER,
    )


def start(run: Run) -> Steps:
    """The run begins to act."""
    return (Transition(run, RunStarted),)


def waiting_for(run: Run, asked: Assented) -> Run:
    """The run, waiting for an assent."""
    waiting = Waiting(
        kind="approval",
        step=asked.step,
        approval_id=asked.approval_id,
        content_hash=asked.content_hash,
    )
    return run.but(
        status="awaiting_approval",
        waiting=waiting,
        approval_id=asked.approval_id,
        due_at=None,
        token_id=asked.token_id or None,
        **{asked.asked_as: asked},
    )
