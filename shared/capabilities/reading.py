"""Reads and verifies capability tokens, with public keys only."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from biscuit_auth import (
    AuthorizationError,
    Authorizer,
    Biscuit,
    BiscuitValidationError,
    DataLogError,
    PublicKey,
    Rule,
)
from joserfc.jwk import KeySet

from shared.capabilities.grants import (
    ACTING,
    LONGEST_LIFE,
    Assent,
    Deed,
    Grant,
    History,
    Purpose,
    Right,
)
from shared.capabilities.keys import BISCUIT, named, public_keys_of
from shared.kit.errors import RecordedRefusal, SignatureInvalid

NO_ITERATION = -1
# Base64; a token with assent and a call has 1.8 KB.
LONGEST = 6_000
# The library's own limit of a millisecond refused valid tokens while the machine was busy.
EVALUATED_WITHIN = timedelta(milliseconds=100)
MOST_FACTS, MOST_ITERATIONS = 200, 50
# Clocks of two instances differ.
LEEWAY = timedelta(seconds=5)
_TOKEN_ID = 32
_TOKEN = re.compile(r"(run_[0-9A-Z]{26})\.[0-9a-f]{32}", re.ASCII)

_RIGHT = "$tenant, $workspace, $run, $plan, $agent, $version, $purpose"
_PART = "$above, $run, $plan, $agent, $version"
_DEED = "$step, $iteration, $operation, $invocation, $arguments, $expires, $history, $pin"


class CapabilityRefused(RecordedRefusal):
    """The token does not allow this call."""

    code = "capability_refused"
    title = "The capability token does not allow this call"
    http_status = 403


class FirstBlock(NamedTuple):
    """What the minter of a token says in its first block, which nobody can add to."""

    right: Right
    needs_assent: str | None


class Capability:
    """A token that its minter signed. What it says is trusted once `require` allowed a call."""

    def __init__(self, token: str, *, runs: KeySet, approvals: KeySet) -> None:
        """Raises SignatureInvalid unless one of the keys of `runs` minted it, and where somebody
        without one of these keys added more than checks."""
        self.token = token
        self._runs = public_keys_of(runs)
        self._approvals = public_keys_of(approvals)
        self._biscuit = parse(token, self._runs)
        refuse_facts_of_others(self._biscuit, (*self._runs, *self._approvals))
        self._first = first_block(self._biscuit)
        # The right of the topmost run; sub-runs are handed this token down.
        self.right = self._first.right

    def require(
        self,
        operation: str,
        invocation_id: str,
        arguments_sha256: str,
        now: datetime,
        purpose: Purpose = "act",
    ) -> Grant:
        """All that the token says, where it allows exactly this call at `now` and is there for the
        purpose. Raises CapabilityRefused, which says what is missing."""
        authorizer = self._authorizer(operation, invocation_id, arguments_sha256, now)
        deed = self._deed(authorizer)
        assent = self._assent(authorizer)
        *above, right = self._handed_down(authorizer)
        if deed.expires_at <= now:
            raise self._refusal("expired", "the token has expired; get another")
        if deed.expires_at - now > LONGEST_LIFE + LEEWAY:
            raise self._refusal("valid_too_long", "the token is valid for more than 300 seconds")
        asked = (operation, invocation_id, arguments_sha256)
        if (deed.operation, deed.invocation_id, deed.arguments_sha256) != asked:
            detail = "the token is for another operation, other arguments or another call"
            raise self._refusal("another_call", detail)
        try:
            authorizer.authorize()
        except (AuthorizationError, DataLogError) as refusal:
            detail = "a check of the token does not hold for this call"
            raise self._refusal("another_call", detail) from refusal
        if self.right.purpose not in (ACTING if purpose == "act" else {purpose}):
            detail = f"the token is there to {self.right.purpose}, not to {purpose}"
            raise self._refusal("cannot_act", detail)
        ids = token_ids_of(self.right, self._biscuit)
        return Grant(
            token_id=ids[-1],
            token_ids=ids,
            right=right,
            above=tuple(above),
            deed=deed,
            assent=assent,
        )

    def _deed(self, authorizer: Authorizer) -> Deed:
        """The call: in the first block or, where somebody had to assent, in one by its minter."""
        scope, keys = ("", {}) if self._first.needs_assent is None else _trusting(self._runs)
        found = _found(authorizer, Rule(f"found({_DEED}) <- deed({_DEED}){scope}", {}, keys))
        if len(found) != 1:
            raise self._refusal("another_call", "the token names no call, or more than one")
        return _deed(found[0])

    def _assent(self, authorizer: Authorizer) -> Assent | None:
        needed = self._first.needs_assent
        if needed is None:
            return None
        scope, keys = _trusting(self._approvals)
        rule = f"found($approval, $by) <- assented({{content}}, $approval, $by){scope}"
        found = _found(authorizer, Rule(rule, {"content": needed}, keys))
        if len(found) != 1:
            raise self._refusal("not_assented", "nobody assented to what the token is for")
        approval_id, by = found[0]
        return Assent(content_hash=needed, approval_id=approval_id, assented_by=by)

    def _handed_down(self, authorizer: Authorizer) -> list[Right]:
        """The right, and those of the runs that the minter handed it down to, the innermost one
        last: each is a part of the one above it."""
        right = self.right
        rights = [right]
        if self._biscuit.block_count() == 1:
            return rights
        scope, keys = _trusting(self._runs)
        found = _found(authorizer, Rule(f"found({_PART}) <- part({_PART}){scope}", {}, keys))
        below = {above: others for above, *others in found}
        for _ in range(len(found)):
            if right.run_id not in below:
                break
            run_id, plan_hash, agent_id, agent_version = below.pop(right.run_id)
            right = right.but(
                run_id=run_id, plan_hash=plan_hash, agent_id=agent_id, agent_version=agent_version
            )
            rights.append(right)
        if below or len({each[0] for each in found}) != len(found):
            raise self._refusal("another_call", "the runs that the token names are no chain")
        return rights

    def _authorizer(
        self, operation: str, invocation_id: str, arguments_sha256: str, now: datetime
    ) -> Authorizer:
        words = {
            "now": now,
            "operation": operation,
            "invocation": invocation_id,
            "arguments": arguments_sha256,
        }
        source = (
            "time({now}); operation({operation}); invocation({invocation});"
            " arguments({arguments}); allow if true;"
        )
        return _built(source, words, self._biscuit)

    def _refusal(self, reason: Any, detail: str) -> CapabilityRefused:
        return CapabilityRefused(reason, detail, tenant_id=self.right.tenant_id)


def token_ids_of(right: Right, biscuit: Biscuit) -> tuple[str, ...]:
    """The ids of a token and of those that it was made of, the first one first. An id says which
    run the token is of, so that it can be revoked by whoever sees the id."""
    return tuple(f"{right.run_id}.{each[:_TOKEN_ID]}" for each in biscuit.revocation_ids)


def run_of(token_id: str) -> str | None:
    """The run that a token with that id is of; None for what is no id of a token."""
    found = _TOKEN.fullmatch(token_id)
    return found.group(1) if found is not None else None


def parse(token: str, minters: Sequence[PublicKey]) -> Biscuit:
    """The token. Raises SignatureInvalid unless one of the keys minted it and every block after
    that is signed."""
    if len(token) > LONGEST:
        raise SignatureInvalid("the token is too long")
    for key in minters:
        try:
            return Biscuit.from_base64(token, key)
        except (BiscuitValidationError, ValueError):
            continue
    raise SignatureInvalid("the token does not verify")


def refuse_facts_of_others(biscuit: Biscuit, known: Sequence[PublicKey]) -> None:
    """Raises SignatureInvalid where a block that none of the known keys signed has more than
    checks: few facts are joined in as many ways as a processor has no time for, and the library
    looks at the time only between two rounds."""
    trusted = {repr(key) for key in known}
    for number in range(1, biscuit.block_count()):
        is_known = repr(biscuit.block_external_key(number)) in trusted
        lines = (biscuit.block_source(number) or "").splitlines()
        if not is_known and not all(line.startswith("check ") for line in lines):
            raise SignatureInvalid("somebody without a key added more than checks to the token")


def first_block(biscuit: Biscuit) -> FirstBlock:
    """What its first block says. Raises SignatureInvalid where that is no capability."""
    authorizer = _built("allow if true;", {}, biscuit)
    rights = _found(authorizer, Rule(f"found({_RIGHT}) <- right({_RIGHT})"))
    needs = _found(authorizer, Rule("found($content) <- needs_assent($content)"))
    if len(rights) != 1 or len(needs) > 1:
        raise SignatureInvalid("the token is no capability")
    tenant, workspace, run, plan, agent, version, purpose = rights[0]
    right = Right(
        tenant_id=tenant,
        workspace_id=workspace or None,
        run_id=run,
        plan_hash=plan,
        agent_id=agent,
        agent_version=version,
        purpose=purpose,
    )
    return FirstBlock(right, needs[0][0] if needs else None)


def _built(source: str, words: dict[str, Any], biscuit: Biscuit) -> Authorizer:
    builder = BISCUIT.AuthorizerBuilder(source, words)
    limits = builder.limits()
    limits.max_time = EVALUATED_WITHIN
    limits.max_facts = MOST_FACTS
    limits.max_iterations = MOST_ITERATIONS
    builder.set_limits(limits)
    built: Authorizer = builder.build(biscuit)
    return built


def _found(authorizer: Authorizer, rule: Rule) -> list[list[Any]]:
    """The terms of all facts that follow. Raises SignatureInvalid for a token whose blocks cannot
    be evaluated within the limits."""
    try:
        return [each.terms for each in authorizer.query(rule)]
    except (AuthorizationError, DataLogError) as refusal:
        raise SignatureInvalid("the token cannot be evaluated within its limits") from refusal


def _trusting(keys: Sequence[PublicKey]) -> tuple[str, dict[str, PublicKey]]:
    scope, names = named(keys)
    return f" trusting {scope}", names


def _deed(terms: Sequence[Any]) -> Deed:
    step, iteration, operation, invocation, arguments, expires, history, pin = terms
    return Deed(
        step=step,
        iteration=None if iteration == NO_ITERATION else iteration,
        operation=operation,
        invocation_id=invocation,
        arguments_sha256=arguments,
        expires_at=expires,
        history=History.model_validate_json(history),
        pin=pin,
    )
