"""Reports about an agent: violations and readings of health, and which of them are published.

A repeated report is counted, so that no reporter can publish without end."""

from datetime import datetime, timedelta
from typing import Annotated, Literal, get_args

from pydantic import StringConstraints, model_validator

from events.agents import (
    AgentHealthChanged,
    AgentViolationReported,
    Health,
    Trigger,
    Violation,
)
from functions.agents.rules.agent import (
    SUSPENDABLE,
    Agent,
    HeldReading,
    ReportCount,
    Steps,
    suspend,
)
from shared.kit.callers import Actor
from shared.kit.models import Model
from shared.kit.transitions import Transition

CRITICAL_READINGS = 3
# An agent that does not run has one published violation for each trigger in this time.
COUNTED = timedelta(hours=24)
# A better reading counts this long after a change, so health that flaps is published at most three
# times in this time.
HELD = timedelta(minutes=1)

# Every reading is worse than an unknown one.
_FROM_BEST: tuple[Health, ...] = get_args(Health)


class ReportBody(Model):
    """A violation or, with `trigger` health, a reading of health."""

    trigger: Literal[
        "execution_bypass", "scope_drift", "evidence_gap", "ethics_violation", "health"
    ]
    reading: Literal["healthy", "degraded", "critical"] | None = None
    evidence: Annotated[str, StringConstraints(min_length=1, max_length=4000)]

    @model_validator(mode="after")
    def _read_exactly_health(self) -> "ReportBody":
        if (self.trigger == "health") != (self.reading is not None):
            raise ValueError(
                "a reading is required with the trigger health, and allowed with no other"
            )
        return self


def report(agent: Agent, body: ReportBody, actor: Actor, at: datetime) -> Steps:
    """The agent after a report."""
    if body.reading is not None:
        return read_health(agent, body.reading, body.evidence, actor.principal, at)
    return report_violation(agent, body.trigger, body.evidence, actor.principal, at)


def report_violation(agent: Agent, trigger: Trigger, evidence: str, by: str, at: datetime) -> Steps:
    """The violation and, where the agent runs, its suspension. Where the agent does not run, and a
    violation of the same trigger was published less than a day ago, this one is only counted."""
    counts = {each.trigger: each for each in agent.reports}
    known = counts.pop(trigger, None)
    runs = agent.status in SUSPENDABLE
    is_published = runs or known is None or at >= known.published_at + COUNTED
    covered = (known.since_event if known else 0) + 1
    count = ReportCount(
        trigger=trigger,
        count=(known.count if known else 0) + 1,
        since_event=0 if is_published else covered,
        latest_at=at,
        latest_by=by,
        latest_evidence=evidence,
        published_at=at if known is None or is_published else known.published_at,
    )
    counted = agent.but(reports=(*counts.values(), count))
    if not is_published:
        return (Transition(counted),)
    violation = Violation(
        rule=trigger,
        summary=f"{agent.name}: {trigger.replace('_', ' ')}",
        evidence=(evidence,),
    )
    fields = {"violation": violation, "reported_by": by, "count": covered}
    reported = Transition(counted, AgentViolationReported, fields)
    return (reported, *(suspend(counted, trigger, violation.summary, by, at) if runs else ()))


def read_health(agent: Agent, reading: Health, evidence: str, by: str, at: datetime) -> Steps:
    """The agent with one more reading; the third critical reading in a row suspends it. A worse
    reading is published at once, a better one only if no change was published within the last
    minute: until then it is held."""
    critical = agent.critical_readings + 1 if reading == "critical" else 0
    held = _held(agent, reading, at)
    changes = reading != agent.health and held is None
    now = agent.but(critical_readings=critical, held_reading=held)
    if changes:
        now = now.but(health=reading, health_changed_at=at)
    if critical >= CRITICAL_READINGS and now.status in SUSPENDABLE:
        return report_violation(now, "health", evidence, by, at)
    return (Transition(now, AgentHealthChanged if changes else None),)


def _held(agent: Agent, reading: Health, at: datetime) -> HeldReading | None:
    changed_at = agent.health_changed_at
    is_better = _FROM_BEST.index(reading) < _FROM_BEST.index(agent.health)
    if changed_at is None or at >= changed_at + HELD or not is_better:
        return None
    return HeldReading(reading=reading, until=changed_at + HELD)
