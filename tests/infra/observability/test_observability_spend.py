"""Somebody is told before the month's money is gone."""

from infra.preview import Graph

BUDGET = "gcp:billing/budget:Budget"


def test_the_budget_tells_at_80_95_and_100_percent_of_what_was_spent(prod: Graph) -> None:
    (budget,) = prod.of(BUDGET)
    rules = budget.inputs["thresholdRules"]
    assert [rule["thresholdPercent"] for rule in rules] == [0.80, 0.95, 1.00]
    assert {rule["spendBasis"] for rule in rules} == {"CURRENT_SPEND"}


def test_the_budget_is_the_stacks_amount_for_this_project_alone(prod: Graph) -> None:
    (budget,) = prod.of(BUDGET)
    amount = budget.inputs["amount"]["specifiedAmount"]
    assert amount == {"currencyCode": "USD", "units": str(prod.settings.budget_usd)}
    (project,) = budget.inputs["budgetFilter"]["projects"]
    kind, _, number = project.partition("/")
    assert kind == "projects"
    assert number.isdecimal()


def test_the_budget_tells_whom_the_alerts_tell(prod: Graph) -> None:
    (budget,) = prod.of(BUDGET)
    (channel,) = prod.of("gcp:monitoring/notificationChannel:NotificationChannel")
    told = budget.inputs["allUpdatesRule"]
    assert told["monitoringNotificationChannels"] == [channel.name]
    assert not told["disableDefaultIamRecipients"]


def test_a_stack_without_a_billing_account_is_told_what_it_lacks(
    unpaid_and_unwatched: Graph,
) -> None:
    assert unpaid_and_unwatched.count(BUDGET) == 0
    (warning,) = [each for each in unpaid_and_unwatched.warnings if "billing_account" in each]
    assert "80, 95 and 100 %" in warning
