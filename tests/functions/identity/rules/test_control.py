"""What the control document says of revoked credentials."""

from datetime import UTC, datetime, timedelta

from events.policies import PolicyState
from functions.identity.rules.control import (
    LONGEST_COMMIT,
    MOST_REVOKED,
    end_session,
    follow_policies,
    revoke,
)
from shared.kit.control import KEPT, Bearer, Control, EndedSessions, KnownTenant

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
LATER = NOON + KEPT + timedelta(seconds=1)


def test_a_revocation_is_kept_while_a_token_of_before_may_live() -> None:
    control = revoke(Control(), "key_1", NOON).state
    assert set(revoke(control, "key_2", NOON + KEPT).state.revoked) == {"key_1", "key_2"}
    assert set(revoke(control, "key_2", LATER).state.revoked) == {"key_2"}
    ended = end_session(EndedSessions(place="ten_1"), "ses_1", NOON).state
    assert set(end_session(ended, "ses_2", NOON + KEPT).state.ended) == {"ses_1", "ses_2"}
    assert set(end_session(ended, "ses_2", LATER).state.ended) == {"ses_2"}


def test_of_too_many_revocations_only_their_time_is_kept_and_refuses_more() -> None:
    control, ended = Control(), EndedSessions(place="ten_1")
    for number in range(MOST_REVOKED + 1):
        control = revoke(control, f"user_{number}", NOON, 1).state
        ended = end_session(ended, f"ses_{number}", NOON).state
    assert not control.revoked
    assert not ended.ended
    latest = int((NOON + LONGEST_COMMIT).timestamp())
    for known in (KnownTenant(control=control), KnownTenant(ended=ended)):
        for issued_at, is_refused in ((latest - 900, True), (latest, True), (latest + 1, False)):
            assert known.refuses(Bearer("user_1", "ses_1", issued_at, 0)) is is_refused


def test_the_version_of_the_policies_only_grows_and_nothing_else_changes() -> None:
    policy = PolicyState(
        policy_id="pol_1",
        name="exports",
        version=1,
        status="published",
        source_hash="0" * 64,
        proposed_by="ann",
        proposed_at=NOON,
        policy_version=2,
    )
    control = revoke(Control(status="suspended"), "key_1", NOON).state
    (step,) = follow_policies(control, policy, NOON)
    assert step.event is None
    assert step.state == control.but(policy_version=2)
    for late in (policy, policy.model_copy(update={"policy_version": 1})):
        assert follow_policies(step.state, late, LATER) == ()
