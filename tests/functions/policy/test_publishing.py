"""A draft becomes what decides only by the approval of exactly its text, on exactly what was
published when it was asked for."""

import asyncio

import pytest

from events.approvals import ApprovalApproved
from functions.policy.rules.room import MOST_PUBLISHED
from shared.kit.errors import SignatureInvalid
from tests.functions.policy.worlds import PERMIT_EXPORTS, World, deliver

FORBID_NIGHT = """
@id("no-changes-at-night")
forbid (principal, action == Action::"agents.change", resource) when { context.hour < 6 };
"""


async def test_an_approved_draft_is_published_and_named_by_the_tenants_policies(
    world: World,
) -> None:
    policy = await world.publish()
    assert (policy["status"], policy["version"]) == ("published", 1)
    held = await world.published()
    assert held.version == 1
    assert [(each.name, each.text) for each in held.sources] == [("tenant/exports", PERMIT_EXPORTS)]
    assert await world.events() == ["drafted", "approval_needed", "published"]


async def test_the_approver_sees_the_text_and_what_it_newly_allows(world: World) -> None:
    drafted = await world.draft()
    await world.ask(drafted["policy_id"])
    approval = await world.approval(drafted["policy_id"])
    assert approval["kind"] == "constitutional"
    assert approval["subject"] == {
        "type": "policy", "id": drafted["policy_id"], "name": "exports"
    }  # fmt: skip
    assert approval["content"]["source"] == PERMIT_EXPORTS
    counted, example = approval["evidence"][0], approval["evidence"][1]["newly_allowed"]
    assert (counted["newly_allowed"], counted["newly_denied"]) == (1, 0)
    assert (example["action"], example["after"]["effect"]) == ("audit.exports.create", "allow")
    assert example["before"]["effect"] == "deny"


async def test_the_next_version_takes_the_place_of_the_one_before(world: World) -> None:
    first = await world.publish()
    second = await world.publish(source=FORBID_NIGHT)
    assert second["version"] == 2
    before = await world.shown(first["policy_id"])
    assert (before["status"], before["reason"]) == ("retired", "version 2 took its place")
    held = await world.published()
    assert (held.version, [each.text for each in held.sources]) == (2, [FORBID_NIGHT])


async def test_policies_of_other_names_stay(world: World) -> None:
    await world.publish()
    await world.publish("night", FORBID_NIGHT)
    names = {each.name for each in (await world.published()).sources}
    assert names == {"tenant/exports", "tenant/night"}


async def test_of_two_that_wait_only_the_first_approved_is_published(world: World) -> None:
    exports, night = await world.draft(), await world.draft("night", FORBID_NIGHT)
    await world.ask(exports["policy_id"])
    await world.ask(night["policy_id"])
    await world.decide(night["policy_id"], "approve")
    late = await world.approval(exports["policy_id"])
    await world.decide(exports["policy_id"], "approve")
    assert [each.name for each in (await world.published()).sources] == ["tenant/night"]
    given_back = await world.shown(exports["policy_id"])
    assert (given_back["status"], given_back["approval_id"]) == ("draft", None)
    assert given_back["reason"].startswith("other policies were published meanwhile")
    assert "reversed" in await world.events("approval")
    await world.ask(exports["policy_id"])
    assert (await world.shown(exports["policy_id"]))["approval_id"] != late["id"]
    await world.decide(exports["policy_id"], "approve")
    assert len((await world.published()).sources) == 2


async def test_a_changed_text_is_another_version_that_nobody_approved(world: World) -> None:
    first = await world.draft()
    await world.ask(first["policy_id"])
    second = await world.draft(source=FORBID_NIGHT)
    await world.decide(first["policy_id"], "approve")
    assert [each.text for each in (await world.published()).sources] == [PERMIT_EXPORTS]
    assert (await world.shown(second["policy_id"]))["status"] == "draft"


async def test_whatever_comes_again_once_all_is_over_changes_nothing(world: World) -> None:
    await world.publish()
    await world.publish(source=FORBID_NIGHT)
    before, published = await world.log(), await world.published()
    for event in before:
        await deliver(event)
    assert await world.log() == before
    assert await world.published() == published


async def test_a_withdrawn_publication_cancels_its_approval(world: World) -> None:
    drafted = await world.draft()
    asked = await world.ask(drafted["policy_id"])
    answer = await world.post(f"/v1/policies/{drafted['policy_id']}/withdraw")
    assert answer.status_code == 202, answer.text
    await world.settle()
    assert "cancelled" in await world.events("approval")
    shown = await world.shown(drafted["policy_id"])
    assert (shown["status"], shown["approval_id"]) == ("draft", None)
    assert asked["approval_id"] is not None
    assert (await world.published()).version == 0


async def test_an_approval_that_crosses_a_withdrawal_publishes_nothing(world: World) -> None:
    drafted = await world.draft()
    await world.ask(drafted["policy_id"])
    await world.decide(drafted["policy_id"], "approve", settles=False)
    answer = await world.post(f"/v1/policies/{drafted['policy_id']}/withdraw")
    assert answer.status_code == 202, answer.text
    await world.settle()
    assert (await world.published()).version == 0
    assert (await world.events("approval"))[-1] == "reversed"


async def test_a_rejected_publication_is_a_draft_again(world: World) -> None:
    drafted = await world.draft()
    await world.ask(drafted["policy_id"])
    await world.decide(drafted["policy_id"], "reject")
    shown = await world.shown(drafted["policy_id"])
    assert (shown["status"], shown["reason"]) == ("draft", "rejected by gala: as discussed")
    assert (await world.published()).version == 0


async def test_a_publication_is_asked_for_once(world: World) -> None:
    drafted = await world.draft()
    path = f"/v1/policies/{drafted['policy_id']}/publish"
    first, again = await world.post(path, key="k1"), await world.post(path, key="k1")
    assert (again.status_code, again.json()) == (202, first.json())
    other = await world.post(path, key="k2")
    assert (other.status_code, other.json()["code"]) == (409, "version_conflict")
    assert (await world.events()).count("approval_needed") == 1


@pytest.mark.nightly
async def test_a_published_version_is_not_published_again(world: World) -> None:
    policy = await world.publish()
    answer = await world.post(f"/v1/policies/{policy['policy_id']}/publish")
    assert (answer.status_code, answer.json()["code"]) == (409, "version_conflict")


async def test_who_wrote_a_policy_does_not_approve_it(world: World) -> None:
    gala = world.of("gala", "governor")
    drafted = await gala.draft()
    await gala.ask(drafted["policy_id"])
    with pytest.raises(AssertionError, match="separation_of_duties"):
        await world.decide(drafted["policy_id"], "approve")


async def test_a_decision_that_approvals_did_not_sign_publishes_nothing(world: World) -> None:
    drafted = await world.draft()
    await world.ask(drafted["policy_id"])
    await world.decide(drafted["policy_id"], "approve", settles=False)
    (approved,) = (each for each in await world.log() if each.type == ApprovalApproved.event_type)
    altered = approved.data.replace('"risk":"high"', '"risk":"low"')
    assert altered != approved.data
    with pytest.raises(SignatureInvalid):
        await deliver(approved.model_copy(update={"data": altered}))
    assert (await world.published()).version == 0
    other = approved.model_copy(update={"tenantid": f"{world.tenant}-other"})
    with pytest.raises(SignatureInvalid):
        await deliver(other)


async def test_a_draft_with_findings_is_not_asked_about(world: World) -> None:
    drafted = await world.draft(source="permit (principal, action, rsource);")
    answer = await world.post(f"/v1/policies/{drafted['policy_id']}/publish")
    assert (answer.status_code, answer.json()["code"]) == (422, "policy_invalid")
    assert await world.events() == ["drafted"]


async def test_two_who_publish_at_once_ask_for_one_approval(world: World) -> None:
    drafted = await world.draft()
    path = f"/v1/policies/{drafted['policy_id']}/publish"
    both = [world.post(path, key="a"), world.of("dora", "developer").post(path, key="b")]
    answers = await asyncio.gather(*both)
    assert sorted(each.status_code for each in answers) == [202, 409]
    assert (await world.events()).count("approval_needed") == 1


@pytest.mark.nightly
async def test_a_tenant_that_publishes_too_much_is_told_before_anybody_is_asked(
    world: World,
) -> None:
    text = "".join(
        f'@id("p{n}") forbid (principal, action, resource) when {{ context.hour == {n + 99} }};\n'
        for n in range(MOST_PUBLISHED)
    )
    await world.publish()
    drafted = await world.draft("many", text)
    answer = await world.post(f"/v1/policies/{drafted['policy_id']}/publish")
    assert (answer.status_code, answer.json()["code"]) == (422, "policy_invalid")
    assert "501 policies" in answer.text
