"""Whom Google notifies while the month's budget is being spent."""

from collections.abc import Sequence

import pulumi
from pulumi_gcp import billing

from infra.cloud import Cloud

# Shares of the budget.
THRESHOLDS = (0.80, 0.95, 1.00)


def declare(
    cloud: Cloud, channels: Sequence[pulumi.Input[str]], opts: pulumi.ResourceOptions
) -> billing.Budget | None:
    """A budget for this project that notifies the channels, and the billing account's own
    administrators, at 80, 95 and 100 % of the month's amount. None, with a warning that says
    what is missing, where a stack names no billing account.

    Deliberately does not stop anything: a budget notifies some hours after the money was spent.
    What bounds a runaway is `max_instances` (docs/runbooks/cost-spike.md)."""
    settings = cloud.settings
    if settings.billing_account is None:
        pulumi.warn(
            "billing_account: missing, so nobody is notified at 80, 95 and 100 % of the budget; "
            "name the account that pays for the project (gcloud billing accounts list)"
        )
        return None
    return billing.Budget(
        "observability/budget",
        billing_account=settings.billing_account,
        display_name=f"Assent {settings.environment}, a month",
        amount={"specified_amount": {"currency_code": "USD", "units": str(settings.budget_usd)}},
        budget_filter={
            "projects": [pulumi.Output.concat("projects/", cloud.number)],
            "calendar_period": "MONTH",
        },
        threshold_rules=[
            {"threshold_percent": part, "spend_basis": "CURRENT_SPEND"} for part in THRESHOLDS
        ],
        all_updates_rule={
            "monitoring_notification_channels": [*channels],
            "disable_default_iam_recipients": False,
        }
        if channels
        else None,
        opts=opts,
    )
