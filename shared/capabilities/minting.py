"""Writes capability tokens. `runs` mints and `approvals` assents, each with its own key."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from biscuit_auth import (
    Biscuit,
    BiscuitBuilder,
    BiscuitValidationError,
    BlockBuilder,
)
from joserfc.jwk import KeySet, OKPKey

from shared.capabilities.grants import LONGEST_LIFE, Assent, Deed, Part, Right
from shared.capabilities.keys import named, private_key, public_key, public_keys_of
from shared.capabilities.reading import NO_ITERATION, first_block, parse, refuse_facts_of_others
from shared.kit.errors import SignatureInvalid, VersionConflict

_RIGHT = (
    "right({tenant_id}, {workspace_id}, {run_id}, {plan_hash}, {agent_id}, {agent_version},"
    " {purpose});"
)
_PART = "({above}, {run_id}, {plan_hash}, {agent_id}, {agent_version});"
_DEED = (
    "({step}, {iteration}, {operation}, {invocation_id}, {arguments_sha256}, {expires_at},"
    " {history}, {pin});"
)


def mint(right: Right, deed: Deed, key: OKPKey, *, now: datetime) -> str:
    """A token for one call that needs nobody's assent. Raises ValueError for one that would live
    longer than 300 seconds."""
    _refuse_long_life(deed, now)
    builder = BiscuitBuilder(_RIGHT, _words(right))
    builder.add_code(f"deed{_DEED} check if time($now), $now < {{expires_at}};", _words(deed))
    return builder.build(private_key(key)).to_base64()


def mint_base(right: Right, content_hash: str, key: OKPKey, *, approvals: KeySet) -> str:
    """A token that acts nowhere until one of the keys of `approvals` assents to exactly this
    content, and its minter names the call."""
    trusted, keys = named(public_keys_of(approvals))
    builder = BiscuitBuilder(_RIGHT, _words(right))
    builder.add_code("needs_assent({content_hash});", {"content_hash": content_hash})
    builder.add_code(
        f"check if assented({{content_hash}}, $approval, $by) trusting {trusted};",
        {"content_hash": content_hash},
        keys,
    )
    builder.add_code(
        "check if deed($step, $iteration, $operation, $invocation, $arguments, $expires, $history,"
        " $pin), time($now), $now < $expires trusting {own_key};",
        {},
        {"own_key": public_key(key)},
    )
    return builder.build(private_key(key)).to_base64()


def assent_to(token: str, assent: Assent, key: OKPKey, *, tenant_id: str, runs: KeySet) -> str:
    """The base token with a block in which the key assents. Raises SignatureInvalid for a token
    that `runs` did not mint, VersionConflict for one of another tenant or about another content:
    the block is worth something there only."""
    minters = public_keys_of(runs)
    biscuit = parse(token, minters)
    refuse_facts_of_others(biscuit, minters)
    told = first_block(biscuit)
    if told.right.tenant_id != tenant_id or told.needs_assent != assent.content_hash:
        raise VersionConflict("the token is about another content than the one that was decided")
    words = _words(assent)
    return _appended(biscuit, "assented({content_hash}, {approval_id}, {assented_by});", words, key)


def name_deed(token: str, deed: Deed, key: OKPKey, *, now: datetime) -> str:
    """The base token, to which somebody assented, for one call. Raises SignatureInvalid for a token
    that the key did not mint, ValueError for a call that would live longer than 300 seconds."""
    _refuse_long_life(deed, now)
    biscuit = parse(token, (public_key(key),))
    return _appended(biscuit, f"deed{_DEED}", _words(deed), key)


def hand_down(token: str, parts: Sequence[Part], key: OKPKey) -> str:
    """The token for the last of these runs, each of which is a part of the one before it; the token
    itself is for the run above them all. It acts for no other run any more. Raises SignatureInvalid
    for a token that the key did not mint."""
    for part in parts:
        biscuit = parse(token, (public_key(key),))
        token = _appended(biscuit, f"part{_PART}", _words(part), key)
    return token


def narrow(token: str, check: str, words: dict[str, Any], keys: KeySet) -> str:
    """The token with one more check (`check if …`) in Datalog over `operation`, `step`, `argument`
    and `time`. It allows no more than before; no key is needed. Raises SignatureInvalid for a token
    that none of the keys minted."""
    biscuit = parse(token, public_keys_of(keys))
    return biscuit.append(BlockBuilder(check, words)).to_base64()


def _appended(biscuit: Biscuit, code: str, words: dict[str, Any], key: OKPKey) -> str:
    block = biscuit.third_party_request().create_block(private_key(key), BlockBuilder(code, words))
    try:
        return biscuit.append_third_party(public_key(key), block).to_base64()
    except BiscuitValidationError as refusal:
        raise SignatureInvalid("nobody can add to this token") from refusal


def _refuse_long_life(deed: Deed, now: datetime) -> None:
    if deed.expires_at - now > LONGEST_LIFE:
        raise ValueError("a capability token lives 300 seconds at most")


def _words(model: Right | Deed | Assent | Part) -> dict[str, Any]:
    """The fields as terms of Datalog, which knows no missing value."""
    words = dict(model)
    if isinstance(model, Deed):
        words["history"] = model.history.model_dump_json()
    if "iteration" in words and words["iteration"] is None:
        words["iteration"] = NO_ITERATION
    return {name: "" if value is None else value for name, value in words.items()}
