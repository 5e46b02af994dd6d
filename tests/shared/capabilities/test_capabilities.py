"""Attacks on capability tokens: each claims more than its minter and the governor said."""

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from biscuit_auth import Biscuit, BiscuitBuilder, BlockBuilder
from joserfc.jwk import KeySet, OKPKey

from shared.capabilities.grants import Assent, Deed, Grant, Part, Purpose, Right
from shared.capabilities.keys import BISCUIT, private_key, public_key
from shared.capabilities.minting import assent_to, hand_down, mint, mint_base, name_deed, narrow
from shared.capabilities.reading import EVALUATED_WITHIN, Capability, CapabilityRefused
from shared.kit.errors import SignatureInvalid, VersionConflict
from shared.kit.signing import load_public_keys, load_signing_key, new_key, public_key_set

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ARGUMENTS, OTHER = "a" * 64, "b" * 64
PLAN, CALLS = "1" * 64, "2" * 64
RIGHT = Right(
    tenant_id="clinic",
    run_id="run_1",
    plan_hash=PLAN,
    agent_id="agt_1",
    agent_version="1.2.0",
)
DEED = Deed(
    step="count",
    operation="assent/counter.add",
    invocation_id="inv_1",
    arguments_sha256=ARGUMENTS,
    expires_at=NOON + timedelta(seconds=300),
)
ASSENT = Assent(content_hash=CALLS, approval_id="apr_1", assented_by="gala")


def _key(owner: str) -> OKPKey:
    return load_signing_key(json.dumps(new_key(owner)))


def _set(*keys: OKPKey) -> KeySet:
    return load_public_keys(json.dumps(public_key_set(*keys)))


RUNS, APPROVALS, STRANGER = _key("runs"), _key("approvals"), _key("stranger")


def _verified(
    token: str,
    *,
    operation: str = DEED.operation,
    invocation_id: str = DEED.invocation_id,
    arguments: str = ARGUMENTS,
    at: datetime = NOON,
    runs: OKPKey = RUNS,
    approvals: OKPKey = APPROVALS,
) -> Grant:
    capability = Capability(token, runs=_set(runs), approvals=_set(approvals))
    return capability.require(operation, invocation_id, arguments, at)


def _plain(deed: Deed = DEED, **right: Any) -> str:
    return mint(RIGHT.but(**right), deed, RUNS, now=NOON)


def _base(content: str = CALLS, **right: Any) -> str:
    return mint_base(RIGHT.but(**right), content, RUNS, approvals=_set(APPROVALS))


def _assented(token: str, assent: Assent = ASSENT, key: OKPKey = APPROVALS) -> str:
    return assent_to(token, assent, key, tenant_id="clinic", runs=_set(RUNS))


def _whole(deed: Deed = DEED) -> str:
    return name_deed(_assented(_base()), deed, RUNS, now=NOON)


def _with_block(token: str, code: str, words: dict[str, Any], key: OKPKey | None = None) -> str:
    """The token with a block that whoever holds it appended, signed by a key of theirs or not."""
    biscuit = Biscuit.from_base64(token, public_key(RUNS))
    block = BlockBuilder(code, words)
    if key is None:
        return biscuit.append(block).to_base64()
    signed = biscuit.third_party_request().create_block(private_key(key), block)
    return biscuit.append_third_party(public_key(key), signed).to_base64()


def test_a_plain_token_allows_its_one_call_and_says_all_of_it() -> None:
    grant = _verified(_plain())
    assert grant.right == RIGHT
    assert grant.deed == DEED
    assert grant.assent is None
    assert grant.token_id.startswith(f"{grant.right.run_id}.")
    assert grant.token_id == grant.token_ids[-1]


def test_an_iteration_and_a_workspace_are_said_too() -> None:
    deed = DEED.but(iteration=0)
    grant = _verified(_plain(deed, workspace_id="wsp_1"))
    assert grant.deed == deed
    assert grant.right.workspace_id == "wsp_1"


def test_a_token_with_assent_says_who_assented() -> None:
    grant = _verified(_whole())
    assert grant.assent == ASSENT
    assert grant.deed == DEED


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"operation": "assent/ledger.append"}, "another_call"),
        ({"invocation_id": "inv_2"}, "another_call"),
        ({"arguments": OTHER}, "another_call"),
        ({"at": NOON + timedelta(seconds=300)}, "expired"),
        ({"at": NOON - timedelta(seconds=6)}, "valid_too_long"),
    ],
)
@pytest.mark.parametrize("token", [_plain(), _whole()], ids=["plain", "assented"])
def test_a_token_allows_no_other_call(token: str, asked: dict[str, Any], reason: str) -> None:
    with pytest.raises(CapabilityRefused) as refusal:
        _verified(token, **asked)
    assert refusal.value.reason == reason
    assert refusal.value.tenant_id == "clinic"


@pytest.mark.parametrize("purpose", ["rehearse", "replay"])
def test_the_token_of_a_rehearsal_or_a_replay_acts_nowhere(purpose: Purpose) -> None:
    with pytest.raises(CapabilityRefused, match=purpose) as refusal:
        _verified(_plain(purpose=purpose))
    assert refusal.value.reason == "cannot_act"


def _part(above: str, run_id: str, **fields: str) -> Part:
    said = {"plan_hash": OTHER, "agent_id": "agt_2", "agent_version": "2.0.0", **fields}
    return Part(above=above, run_id=run_id, **said)


PART_FACT = "part({above}, {run_id}, {plan_hash}, {agent_id}, {agent_version});"
LINE = [_part("run_1", "run_2"), _part("run_2", "run_3", agent_id="agt_3")]


@pytest.mark.parametrize("token", [_plain(), _whole()], ids=["plain", "assented"])
def test_a_right_is_handed_down_to_a_run_within_the_run(token: str) -> None:
    grant = _verified(hand_down(token, LINE, RUNS))
    assert grant.right == RIGHT.but(
        run_id="run_3", plan_hash=OTHER, agent_id="agt_3", agent_version="2.0.0"
    )
    assert (grant.right.tenant_id, grant.right.purpose) == ("clinic", "act")
    assert grant.assent == _verified(token).assent
    assert hand_down(token, [], RUNS) == token


@pytest.mark.parametrize("key", [None, STRANGER], ids=["nobody", "stranger"])
def test_who_has_no_key_adds_nothing_but_checks(key: OKPKey | None) -> None:
    with pytest.raises(SignatureInvalid):
        _verified(_with_block(_plain(), PART_FACT, dict(LINE[0]), key))


def test_who_assents_hands_no_right_down() -> None:
    token = _with_block(_plain(), PART_FACT, dict(LINE[0]), APPROVALS)
    assert _verified(token).right == RIGHT


@pytest.mark.parametrize(
    "line",
    [
        [_part("run_9", "run_2")],
        [_part("run_1", "run_2"), _part("run_1", "run_3")],
        [_part("run_1", "run_2"), _part("run_9", "run_3")],
    ],
    ids=["from another run", "to two runs", "with a gap"],
)
def test_a_right_goes_down_one_line_only(line: list[Part]) -> None:
    with pytest.raises(CapabilityRefused, match="no chain"):
        _verified(hand_down(_plain(), line, RUNS))


def test_handing_down_revives_nothing() -> None:
    with pytest.raises(CapabilityRefused, match="replay"):
        _verified(hand_down(_plain(purpose="replay"), LINE, RUNS))
    with pytest.raises(CapabilityRefused, match="nobody assented"):
        _verified(hand_down(name_deed(_base(), DEED, RUNS, now=NOON), LINE, RUNS))
    with pytest.raises(SignatureInvalid):
        hand_down(_plain(), LINE, STRANGER)


def test_the_longest_token_is_read() -> None:
    """With assent, five runs deep, in a workspace."""
    ids = [f"run_01JD3B1M1B000000000000000{number}" for number in range(6)]
    base = _base(run_id=ids[0], workspace_id="wsp_01JD3B1M1B0000000000000000")
    parts = [
        _part(above, below, agent_id="agt_01JD3B1M1B0000000000000000")
        for above, below in pairwise(ids)
    ]
    token = hand_down(name_deed(_assented(base), DEED, RUNS, now=NOON), parts, RUNS)
    assert _verified(token).right.run_id == ids[-1]


def test_a_token_that_another_key_minted_is_none() -> None:
    forged = mint(RIGHT, DEED, STRANGER, now=NOON)
    with pytest.raises(SignatureInvalid):
        _verified(forged)


@pytest.mark.parametrize("token", ["", "x", "a" * 7_000, _plain()[:-8]])
def test_a_text_that_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(SignatureInvalid):
        _verified(token)


def test_a_biscuit_that_is_no_capability_is_refused() -> None:
    other = BiscuitBuilder('user("gala");').build(private_key(RUNS)).to_base64()
    with pytest.raises(SignatureInvalid, match="no capability"):
        _verified(other)


def test_a_base_token_acts_nowhere_without_assent() -> None:
    with pytest.raises(CapabilityRefused) as bare:
        _verified(_base())
    assert bare.value.reason == "another_call"
    with pytest.raises(CapabilityRefused) as refusal:
        _verified(name_deed(_base(), DEED, RUNS, now=NOON))
    assert refusal.value.reason == "not_assented"


def test_an_assented_token_acts_nowhere_until_its_minter_names_a_call() -> None:
    with pytest.raises(CapabilityRefused, match="names no call"):
        _verified(_assented(_base()))


def test_assent_by_another_key_is_none() -> None:
    forged = name_deed(_assented(_base(), key=STRANGER), DEED, RUNS, now=NOON)
    with pytest.raises(SignatureInvalid):
        _verified(forged)


def test_nobody_assents_to_another_content_or_in_another_tenant() -> None:
    with pytest.raises(VersionConflict):
        _assented(_base(), ASSENT.but(content_hash=PLAN))
    with pytest.raises(VersionConflict):
        assent_to(_base(), ASSENT, APPROVALS, tenant_id="bank", runs=_set(RUNS))
    with pytest.raises(VersionConflict):
        _assented(_plain())
    foreign = mint_base(RIGHT, CALLS, STRANGER, approvals=_set(APPROVALS))
    with pytest.raises(SignatureInvalid):
        _assented(foreign)


def test_an_assent_to_another_hash_does_not_count_even_with_the_right_key() -> None:
    words = {"content": PLAN}
    forged = _with_block(_base(), 'assented({content}, "apr_1", "gala");', words, APPROVALS)
    with pytest.raises(CapabilityRefused) as refusal:
        _verified(name_deed(forged, DEED, RUNS, now=NOON))
    assert refusal.value.reason == "not_assented"


_DEED = (
    "deed({step}, -1, {operation}, {invocation_id}, {arguments_sha256}, {expires_at}, {history});"
    'assented({content}, "apr_9", "mallory");'
    'right("clinic", "", "run_9", {content}, "agt_1", "1.2.0", "act");'
)


@pytest.mark.parametrize("key", [None, STRANGER, APPROVALS], ids=["none", "stranger", "approvals"])
@pytest.mark.parametrize("token", [_plain(), _base(), _assented(_base()), _whole()])
def test_a_block_by_somebody_else_adds_no_call_no_right_and_no_assent(
    token: str, key: OKPKey | None
) -> None:
    other = DEED.but(invocation_id="inv_9", arguments_sha256=OTHER)
    words = {**dict(other), "content": CALLS}
    words.pop("iteration")
    words["history"] = DEED.history.model_dump_json()
    forged = _with_block(token, _DEED, words, key)
    with pytest.raises((CapabilityRefused, SignatureInvalid)):
        _verified(forged, invocation_id="inv_9", arguments=OTHER)


def test_two_calls_in_one_token_are_none() -> None:
    second = name_deed(_whole(), DEED.but(invocation_id="inv_2"), RUNS, now=NOON)
    with pytest.raises(CapabilityRefused, match="more than one"):
        _verified(second)


def test_a_narrowed_token_allows_less_and_never_more() -> None:
    narrowed = narrow(
        _plain(), "check if operation({allowed})", {"allowed": DEED.operation}, _set(RUNS)
    )
    assert _verified(narrowed).deed == DEED
    none = narrow(narrowed, 'check if operation("assent/none")', {}, _set(RUNS))
    with pytest.raises(CapabilityRefused, match="a check of the token"):
        _verified(none)
    with pytest.raises(CapabilityRefused):
        _verified(narrowed, operation="assent/ledger.append")


def test_no_token_lives_longer_than_three_hundred_seconds() -> None:
    long = DEED.but(expires_at=NOON + timedelta(seconds=301))
    with pytest.raises(ValueError, match="300 seconds"):
        _plain(long)
    with pytest.raises(ValueError, match="300 seconds"):
        _whole(long)


def test_a_key_that_was_rotated_verifies_until_it_is_withdrawn() -> None:
    newer = _key("runs")
    both = Capability(_plain(), runs=_set(newer, RUNS), approvals=_set(APPROVALS))
    assert both.require(DEED.operation, DEED.invocation_id, ARGUMENTS, NOON).deed == DEED
    with pytest.raises(SignatureInvalid):
        _verified(_plain(), runs=newer)
    with pytest.raises(SignatureInvalid):
        _verified(_whole(), approvals=newer)


def test_a_token_that_would_take_long_to_evaluate_is_refused() -> None:
    facts = " ".join(f"n({number});" for number in range(150))
    costly = "m($a, $b, $c) <- n($a), n($b), n($c);", "check if n($a), n($b), n($c), $a > $b;"
    for code in costly:
        with pytest.raises(SignatureInvalid):
            _verified(_with_block(_plain(), f"{facts} {code}", {}))


def test_the_limit_of_time_is_ours_and_not_the_library_s() -> None:
    theirs = BISCUIT.AuthorizerBuilder("allow if true;").limits().max_time
    assert theirs < EVALUATED_WITHIN
