"""Which models a plan names, and whether they are the one that is configured: no other one ever
chooses in its steps."""

from collections.abc import Mapping

from events.plan_content import PlanContent, stack_model_of
from functions.runs.rules.order import units_of


def last_units(plan: PlanContent) -> dict[str, int]:
    """The models of the stack that are asked in the steps of a plan, each with the last of the
    units in which it is."""
    found: dict[str, int] = {}
    for number, unit in enumerate(units_of(plan)):
        asked = (stack_model_of(each.step) for each in unit)
        found |= {named: number for named in asked if named is not None}
    return found


def why_other_model(models: Mapping[str, int], configured: str, unit: int = 0) -> str | None:
    """Why a run does not go on from a unit: a model that chooses there or later is not the one that
    is configured, which is empty for none. None where it is."""
    for named, last in models.items():
        if last >= unit and named != configured:
            return why_not_asked(named, configured)
    return None


def why_not_asked(named: str, configured: str) -> str:
    """Why a plan that names this model, or none, asks none."""
    plan = f"the plan was compiled for the model {named}" if named else "the plan names no model"
    if configured:
        return f"{plan}, and {configured} is configured now: compile the capsule again"
    return (
        f"{plan}, and none is configured now: set `assent:model_url` and `assent:model_name` of the"
        " stack, or compile the capsule again once another one is configured"
    )
