"""What keeps a text from being published, without a store."""

from datetime import UTC, datetime

import pytest

from functions.policy.rules.policy import Policy
from functions.policy.service.preview import comparison_of, findings_for
from functions.policy.service.sources import NOTHING, Draft
from shared.policy.sources import Source

AT = datetime(2030, 1, 1, tzinfo=UTC)
QUIET = """
@id("quiet") @require_approval("x")
permit (
  principal in Role::"governor",
  action in [Action::"amend_policies", Action::"read_tenant"],
  resource
);
"""
DEPLOYS = """
@id("deploys") {}
permit (principal in Role::"governor", action == Action::"services.deploy", resource);
"""


def draft(text: str, published: str = "") -> Draft:
    policy = Policy(
        policy_id="pol_1", name="mine", version=1, status="draft", source_hash="",
        proposed_by="ann", proposed_at=AT, policy_version=0,
    )  # fmt: skip
    before = NOTHING.but(sources=(Source(policy.source_name, published),)) if published else NOTHING
    return Draft(policy, text, before)


def said(text: str) -> list[str]:
    return [each.message for each in findings_for(draft(text))]


@pytest.mark.parametrize(
    "scope",
    [
        'principal in Role::"governor", action in Action::"read_tenant", resource',
        'principal, action == Action::"audit.exports.create", resource',
        'principal in Role::"developer", action, resource',
    ],
)
@pytest.mark.parametrize("kind", ["require_approval", "redact"])
def test_a_permit_of_our_calls_obliges_to_nothing_that_they_cannot_meet(
    kind: str, scope: str
) -> None:
    (message,) = said(f'@{kind}("x") permit ({scope});')
    assert f"no call of Assent can meet @{kind} here" in message
    assert "services.deploy or tools.call" in message
    assert "@alert or @log" in message


def test_what_somebody_meets_is_no_finding() -> None:
    assert said(DEPLOYS.format('@require_approval("x")')) == []
    assert said(DEPLOYS.format('@redact("x")')) == []
    assert (
        said('@log("x") @alert("y") permit (principal in Role::"developer", action, resource);')
        == []
    )
    assert (
        said('@redact("x") forbid (principal, action, resource) when { context.hour > 22 };') == []
    )


@pytest.mark.parametrize(
    ("value", "strange"),
    [("open", ""), ("open, contracted; DE", ""), ("opne", "opne"), ("open De", "De"), ("DE", "DE")],
)
def test_what_a_call_of_a_model_redacts_for_is_named(value: str, strange: str) -> None:
    messages = said(
        f'@redact("{value}") permit (principal, action == Action::"models.complete", resource);'
    )
    assert [f"@redact says {strange!r}: name privacies" in each for each in messages] == (
        [True] if strange else []
    )


def test_a_comparison_shows_whom_an_obligation_locks_out() -> None:
    source = QUIET.replace("governor", "analyst")
    found = comparison_of(draft(source))
    assert not found.equivalent
    assert found.newly_denied
    assert {each.after.effect for each in found.newly_denied} == {"deny"}
    assert all("require_approval" in (each.after.unmet or "") for each in found.newly_denied)


def test_governors_keep_what_always_holds_whatever_a_permit_obliges_to() -> None:
    found = comparison_of(draft(QUIET))
    assert (found.newly_denied, found.undecided) == ((), ())


def test_other_obligations_of_who_takes_an_action_are_not_said_to_change_nothing() -> None:
    held = DEPLOYS.format('@require_approval("x")')
    found = comparison_of(draft(DEPLOYS.format(""), published=held))
    assert (found.newly_allowed, found.newly_denied) == ((), ())
    assert [each.action for each in found.undecided] == ["services.deploy"]
    assert not found.equivalent
    assert comparison_of(draft(held + "// the same", published=held)).equivalent


@pytest.mark.parametrize("name", ["always", 'refusal("separation_of_duties")', 'who("anybody")'])
def test_what_only_the_platform_says_is_a_finding(name: str) -> None:
    (message,) = said(f"@{name} forbid (principal, action, resource) when {{ context.hour > 22 }};")
    assert f"only the platform's policies can have @{name.partition('(')[0]}" in message


def test_an_odd_annotation_is_found_where_its_policy_begins() -> None:
    fine = '@log("x") permit (principal in Role::"developer", action, resource);'
    (found,) = findings_for(draft(f'{fine}\n  @because("no\\0 way") {fine}'))
    assert (found.line, found.column) == (2, 3)
    assert "its @because has" in found.message
