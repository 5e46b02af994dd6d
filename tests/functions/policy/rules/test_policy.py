"""What becomes of a version whose approval is overturned."""

from datetime import UTC, datetime

from events.policies import PolicyPublished, PolicyRetired
from functions.policy.rules.policy import Policy, PolicyName, take_back
from functions.policy.rules.room import MOST_PUBLISHED, MOST_PUBLISHED_BYTES, beyond_room
from shared.policy.published import Published
from shared.policy.sources import Source

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
OTHER = Source("tenant/night", "forbid (principal, action, resource);")


def _policy(version: int, status: str, **fields: object) -> Policy:
    return Policy.model_validate(
        {
            "policy_id": f"pol_{version}",
            "name": "exports",
            "version": version,
            "status": status,
            "source_hash": "0" * 64,
            "proposed_by": "devin",
            "proposed_at": NOON,
            **fields,
        }
    )


HELD = _policy(2, "published", approval_id="apr_2", replaces="pol_1")
FIRST = _policy(1, "retired", retired_at=NOON, reason="version 2 took its place")
NAMED = PolicyName(name="exports", newest=2, published_id="pol_2")
NOW = Published(version=2, sources=(OTHER, Source("tenant/exports", "second")))


def test_an_overturned_version_is_retired_and_the_one_before_it_decides_again() -> None:
    retired, named, after, again = take_back(HELD, NAMED, NOW, (FIRST, "first"), NOON)
    assert (retired.event, retired.fields) == (PolicyRetired, {"undoes": "apr_2"})
    assert (retired.state.status, again.state.status) == ("retired", "published")
    assert (again.event, again.state.retired_at) == (PolicyPublished, None)
    assert named.state.published_id == "pol_1"
    held = Published(version=3, sources=(OTHER, Source("tenant/exports", "first")))
    assert after.state == held


def test_the_first_version_of_a_name_leaves_none_behind() -> None:
    _, named, after = take_back(HELD, NAMED, NOW, None, NOON)
    assert named.state.published_id is None
    assert after.state == Published(version=3, sources=(OTHER,))


def test_a_version_that_another_has_replaced_stays_retired() -> None:
    replaced = _policy(2, "retired", approval_id="apr_2", replaces="pol_1")
    assert take_back(replaced, NAMED, NOW, (FIRST, "first"), NOON) == ()


def test_an_earlier_version_that_has_no_room_stays_retired() -> None:
    long = "// " + "x" * MOST_PUBLISHED_BYTES
    retired, named, after = take_back(HELD, NAMED, NOW, (FIRST, long), NOON)
    assert retired.state.status == "retired"
    assert named.state.published_id is None
    assert after.state == Published(version=3, sources=(OTHER,))


def test_what_a_tenant_publishes_is_bounded() -> None:
    permit = "permit (principal, action, resource);"
    assert beyond_room([OTHER, Source("tenant/a", permit * (MOST_PUBLISHED - 1))]) is None
    assert "501 policies" in str(beyond_room([OTHER, Source("tenant/a", permit * 500)]))
    wide = [Source(f"tenant/{n}", permit + ("//" + "語" * 8_000 + "\n" + permit) * 8) for n in "ab"]
    assert beyond_room(wide[:1]) is None
    assert "bytes" in str(beyond_room(wide))
