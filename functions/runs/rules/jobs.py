"""Jobs: what is compiled, rehearsed and run in one call."""

from events.jobs import JobDenial, JobPlan
from shared.kit.errors import FieldError, VersionConflict
from shared.kit.wording import LONGEST_MESSAGE, MOST_ERRORS


def check_passes(plan: JobPlan) -> None:
    """Raises VersionConflict with each denial, where the plan's rehearsal does not pass."""
    if not plan.denials:
        return
    errors = [_told(each) for each in plan.denials[:MOST_ERRORS]]
    first = plan.denials[0]
    where = f"its step {first.step}" if first.step is not None else "it"
    detail = f"the plan {plan.plan_hash} does not pass its rehearsal: {where}: {first.detail}"
    raise VersionConflict(detail, *errors)


def _told(denial: JobDenial) -> FieldError:
    field = f"steps.{denial.step}" if denial.step is not None else "plan"
    message = f"denied ({denial.code}): {denial.detail}; {denial.change}"
    return FieldError(field, message[:LONGEST_MESSAGE])
