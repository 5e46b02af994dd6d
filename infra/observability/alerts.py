"""The alerts: each with a severity, a runbook and one thing to do. They are few, because conditions
are billed from September 2027 on and counted in docs/operations/slos.md."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pulumi

from infra.observability.metrics import (
    LATE_NOTICES,
    LOW_MARGINS,
    ON_CLOUD_RUN,
    ON_PUBSUB,
    SERVER_ERRORS,
    SILENT_METERS,
    STUCK,
    UNRECONCILED,
    UNSORTED_METERS,
    Google,
    any_service,
    of_metric,
    one_subscription,
)
from infra.observability.objectives import HOUR, BurnRate, Objective, Severity

ERRORS_TOLERATED = 9
PLACES_TOLERATED = 1
NOTICES_TOLERATED = 2
# Longer than the longest pause between two attempts at what is stuck.
STUCK_SECONDS = 2700


@dataclass(frozen=True)
class Burning:
    """Met while an objective's budget burns more than `above` times as fast as it may."""

    above: float
    filter: str
    seconds: int

    @property
    def name(self) -> str:
        """What an incident says of it."""
        return f"burns {self.above:g} times too fast over {self.seconds // 60} min"


@dataclass(frozen=True)
class Above:
    """Met while a metric's points, aligned over so many seconds and reduced, are above this."""

    above: float
    filter: pulumi.Input[str]
    seconds: int
    aligner: str = "ALIGN_DELTA"
    reducer: str = "REDUCE_SUM"
    by: Sequence[str] = ()

    @property
    def name(self) -> str:
        """What an incident says of it."""
        return f"more than {self.above:g} in {self.seconds // 60} min"


@dataclass(frozen=True)
class Alert:
    """`title` is the notification's first line, `means` its effect on the users; `runbook` names
    a page of docs/runbooks. It fires while all of its conditions are met."""

    name: str
    title: str
    means: str
    severity: Severity
    runbook: str
    conditions: Sequence[Burning | Above]


def of_stack(private: Iterable[str], host: pulumi.Input[str], dead_letters: str) -> Sequence[Alert]:
    """The alerts beside the objectives' burn rates: `private` are Cloud Run services,
    `dead_letters` is the subscription of that name, and the uptime check calls `host`."""
    return (
        _dead_letters(dead_letters),
        _reaction_errors(private),
        _stuck_cases(),
        _edge_down(host),
        _webhook_lag(),
        _unreconciled_invoice(),
        _dead_meter(),
        _low_margin(),
        _unsorted_meter(),
    )


def _dead_letters(subscription: str) -> Alert:
    waiting = of_metric(Google.WAITING, ON_PUBSUB, one_subscription(subscription))
    return Alert(
        name="dead-letters",
        title="A delivery was dead-lettered",
        means="An event or a timer used up its retries and waits for a person; its consequences "
        "have not happened. The alert closes by itself when there are no dead letters.",
        severity="ERROR",
        runbook="dead-letters",
        conditions=[Above(0, waiting, 300, aligner="ALIGN_MAX", reducer="REDUCE_MAX")],
    )


def _reaction_errors(private: Iterable[str]) -> Alert:
    errors = of_metric(Google.REQUESTS, ON_CLOUD_RUN, any_service(private), SERVER_ERRORS)
    by = ["resource.label.service_name"]
    return Alert(
        name="reaction-errors",
        title="A private function fails repeatedly",
        means="Ten deliveries in ten minutes ended in a server error. They are retried until their "
        "attempts are used up, and then dead-lettered. The public functions' errors burn the "
        "budget of availability instead.",
        severity="ERROR",
        runbook="dead-letters",
        conditions=[Above(ERRORS_TOLERATED, errors, 600, by=by)],
    )


def _stuck_cases() -> Alert:
    """A sweep logs what is stuck at each attempt: every half hour, once it has often failed."""
    return Alert(
        name="stuck-cases",
        title="A timer or an event is stuck",
        means="For five minutes sweeps have failed to fire a timer or to publish an event. The log "
        'line names it: logger "shared.messaging.sweep", field "stuck". The alert closes by itself '
        "45 minutes after the last failure.",
        severity="ERROR",
        runbook="stuck-case",
        conditions=[Above(0, of_metric(STUCK.type, ON_CLOUD_RUN), STUCK_SECONDS)],
    )


def _edge_down(host: pulumi.Input[str]) -> Alert:
    """Met when the last answer of that host was wrong in at least two places."""
    passed = pulumi.Output.format(
        '{0} AND resource.type="uptime_url" AND resource.labels.host="{1}"',
        of_metric(Google.CHECK_PASSED),
        host,
    )
    wrong = Above(
        PLACES_TOLERATED,
        passed,
        1200,
        aligner="ALIGN_NEXT_OLDER",
        reducer="REDUCE_COUNT_FALSE",
        by=["resource.label.host"],
    )
    return Alert(
        name="edge-down",
        title="The API does not answer from outside",
        means="Two of three places in the world got no answer, or a wrong one, in the last quarter "
        "of an hour.",
        severity="CRITICAL",
        runbook="region-loss",
        conditions=[wrong],
    )


def _webhook_lag() -> Alert:
    """A stranger may send one that is refused: it takes several."""
    return Alert(
        name="webhook-lag",
        title="Notices of Stripe are late or not taken",
        means="In an hour three notices were refused, failed, or came ten minutes after Stripe "
        "made them. What tenants bought holds late. Stripe repeats each for three days.",
        severity="ERROR",
        runbook="stripe-webhooks-stopped",
        conditions=[Above(NOTICES_TOLERATED, of_metric(LATE_NOTICES.type, ON_CLOUD_RUN), HOUR)],
    )


def _unreconciled_invoice() -> Alert:
    return Alert(
        name="unreconciled-invoice",
        title="A line of an invoice is not what was counted",
        means="Somebody changed a line of usage at Stripe, or wrote it there twice: a tenant pays "
        'another amount than our meter proves. The log line names it: field "unreconciled_line".',
        severity="ERROR",
        runbook="wrong-invoice",
        conditions=[Above(0, of_metric(UNRECONCILED.type, ON_CLOUD_RUN), HOUR)],
    )


def _dead_meter() -> Alert:
    return Alert(
        name="dead-meter",
        title="A meter has fallen silent",
        means="A tenant used something in each of four weeks, nothing of it in the fifth, and "
        "goes on using other things: it may not be counted any more, and so not charged. The log "
        'line names the meter: field "silent_meter".',
        severity="WARNING",
        runbook="wrong-invoice",
        conditions=[Above(0, of_metric(SILENT_METERS.type, ON_CLOUD_RUN), HOUR)],
    )


def _low_margin() -> Alert:
    return Alert(
        name="low-margin",
        title="A tenant leaves less than 40 % of what it pays",
        means="In the latest month that is over, what a tenant used cost more than 60 % of what it "
        "paid for. Nobody else is affected. The log line names the tenant: field "
        '"low_margin".',
        severity="WARNING",
        runbook="cost-spike",
        conditions=[Above(0, of_metric(LOW_MARGINS.type, ON_CLOUD_RUN), HOUR)],
    )


def _unsorted_meter() -> Alert:
    return Alert(
        name="unsorted-meter",
        title="A declared meter has no line of a month yet",
        means="Somebody read the roots of a month, and a meter that the tenant declared has no "
        "line there yet: its sum is shown, and has no proof until somebody reads them again. "
        'The log line names the meter: field "unsorted_meter".',
        severity="WARNING",
        runbook="unsorted-meter",
        conditions=[Above(0, of_metric(UNSORTED_METERS.type, ON_CLOUD_RUN), HOUR)],
    )


def of_budget(objective: Objective, burn: BurnRate, project: str) -> Alert:
    """The alert on an objective's budget, with one condition a window."""
    consumed, hours = f"{burn.budget_consumed:.0%}", burn.long_seconds // HOUR
    full_name = objective.full_name(project)
    return Alert(
        name=f"{objective.name}-{burn.name}-burn",
        title=f"{objective.name}: {consumed} of a month's error budget was used in {hours} h",
        means=f"Promised: {objective.promise}. The budget for exceptions burns {burn.factor:g} "
        "times as fast as it may, and still does (docs/operations/slos.md).",
        severity=burn.severity,
        runbook=objective.runbook,
        conditions=[
            Burning(burn.factor, f'select_slo_burn_rate("{full_name}", "{seconds}s")', seconds)
            for seconds in (burn.long_seconds, burn.short_seconds)
        ],
    )
