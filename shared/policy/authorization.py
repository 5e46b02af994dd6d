"""Asks, for one request, whether its principal may do what the call does.

The route asks about calls whose answer needs nothing but the principal and the tenant; about all
others the runner asks, once it has read what they are about."""

import logging
from collections.abc import Sequence
from contextvars import ContextVar
from datetime import datetime
from functools import lru_cache
from typing import Any

import cedarpy

from shared.catalogue import Entitlements
from shared.kit.callers import Caller
from shared.kit.errors import AssentError, Forbidden, SeparationOfDuties
from shared.kit.roles import ROLES
from shared.kit.wording import one_of
from shared.policy.engine import Decision, Policies
from shared.policy.platform import schema
from shared.policy.record import AnsweredRequest, context_at
from shared.policy.requests import Entity, Request, Uid
from shared.policy.sources import ObligationKind
from shared.policy.vocabulary import (
    ALL_OF_IT,
    ANYBODY,
    PLATFORM,
    PRINCIPAL,
    ROLE,
    TENANT,
    Act,
    EntityType,
)
from shared.quotas.features import check_action

_CALLERS_REMEMBERED = 1024

_log = logging.getLogger("assent.policy")
_current: ContextVar["Authorization | None"] = ContextVar("authorization", default=None)


class Authorization:
    """Whether one request may do what it does: asked, and answered. `decisions` are all that were
    made for it; the last one is the refusal if any was."""

    def __init__(
        self,
        caller: Caller | None,
        acts: Sequence[Act],
        policies: Policies,
        entitled: Entitlements | None = None,
    ) -> None:
        """`entitled` is what the tenant's plan lets it use; None where nothing is limited."""
        self._entitled = entitled
        self.acts = {each.action: each for each in acts}
        self._act = acts[0] if len(acts) == 1 else None
        self._caller = caller
        self._policies = policies
        self.decisions: list[AnsweredRequest] = []
        self.is_answered = False
        self.is_alone = False

    def choose(self, action: str) -> None:
        """Says which of the route's actions this request is. Raises TypeError for one that the
        route does not name."""
        if action not in self.acts:
            raise TypeError(f"the route does not name the action {action}")
        self._act = self.acts[action]

    def ask_at_the_edge(self, at: datetime) -> None:
        """Asks about a call on the tenant or the platform as a whole. Raises what `ask` does."""
        act = self._act
        if act is None or act.resource not in (TENANT, PLATFORM):
            return
        if act.resource == PLATFORM:
            self._ask(act, Entity(ALL_OF_IT), at)
        else:
            assert self._caller is not None
            self._ask(act, _tenant(self._caller.tenant_id), at)

    def ask_about(self, entity_type: EntityType[Any], id: str, state: Any, at: datetime) -> None:
        """Asks about a state that the request is about; once for each request and type. Raises
        Forbidden or SeparationOfDuties, in the words of the policy or with the roles that may."""
        act = self._act
        if act is None:
            names = one_of(self.acts)
            raise TypeError(f"nothing said which of {names} this is before its state was read")
        if act.resource == entity_type.name and self._caller is not None:
            entity = entity_type.entity(id, state, Uid(TENANT, self._caller.tenant_id))
            self._ask(act, entity, at)

    def _ask(self, act: Act, resource: Entity, at: datetime) -> None:
        who, prepared, entities = _asker(self._caller, self.is_alone)
        request = Request(who, act.action, resource.uid, context_at(at))
        more = () if resource.uid.type in (TENANT, PLATFORM) else (resource,)
        decision = self._policies.decide(request, prepared, more)
        self.decisions.append(AnsweredRequest(request, entities, more, decision, at))
        self.is_answered = True
        if not decision.is_allowed:
            raise self._refusal(act, resource, decision, at)
        # Whoever may not do it learns nothing of the plan.
        check_action(self._entitled, act.action)

    def _refusal(self, act: Act, resource: Entity, decision: Decision, at: datetime) -> AssentError:
        if decision.unmet is not None:
            return Forbidden(f"{act.words} has a condition: {decision.unmet}")
        said = [self._policies.annotations(each) for each in decision.determining]
        because = next((each["because"] for each in said if "because" in each), None)
        if any(each.get("refusal") == SeparationOfDuties.code for each in said):
            return SeparationOfDuties(because or "")
        if because is not None:
            return Forbidden(because)
        if decision.determining:
            return Forbidden(f"the tenant's policy {decision.determining[0]} forbids it")
        if decision.errors:
            _log.error("nothing was decided about %s: %s", act.action, "; ".join(decision.errors))
            return Forbidden("the tenant's policies cannot be evaluated, so nothing is allowed")
        return Forbidden(self._who_may(act, resource, at))

    def _who_may(self, act: Act, resource: Entity, at: datetime) -> str:
        """In words, the roles with which the same principal might, as the policies decide it."""
        assert self._caller is not None
        may = [role for role in sorted(ROLES) if self._would_be_allowed(act, resource, role, at)]
        whose = self._policies.who(act.action)
        if not may:
            return f"{act.words}: only {whose[0]} may" if whose else f"{act.words}: nobody may"
        needs = f"{act.words} needs the role {one_of(may)}"
        return f"{needs}; {whose[0]} may too" if whose else needs

    def _would_be_allowed(self, act: Act, resource: Entity, role: str, at: datetime) -> bool:
        assert self._caller is not None
        who, within = self._caller, self._caller.workspace_id
        probe = principal_entity(who.principal, who.tenant_id, {role}, workspace_id=within)
        tenant = _tenant(self._caller.tenant_id)
        entities = [probe, tenant] if resource.uid == tenant.uid else [probe, tenant, resource]
        request = Request(probe.uid, act.action, resource.uid, context_at(at))
        return self._policies.decide(request, entities).is_allowed


def current_authorization() -> Authorization | None:
    """That of the request which is being answered; None outside of requests."""
    return _current.get()


def begin(authorization: Authorization | None) -> None:
    """Makes it that of the current request."""
    _current.set(authorization)


def choose(action: str) -> None:
    """Says which of its route's actions the current request is."""
    if (authorization := _current.get()) is not None:
        authorization.choose(action)


def note_alone(alone: bool) -> None:
    """Says whether the tenant has no other human than whoever the current request is from. Only who
    would assent to their own request has this read; for all others policies read that it has."""
    if (authorization := _current.get()) is not None:
        authorization.is_alone = alone


def choose_and_ask(action: str, at: datetime) -> None:
    """Says which of its route's actions the current request is, and asks about it on the tenant as
    a whole. Raises Forbidden, in the words of the policy or with the roles that may."""
    if (authorization := _current.get()) is not None:
        authorization.choose(action)
        authorization.ask_at_the_edge(at)


def require_answer() -> None:
    """Raises TypeError where the current request would commit something that it did not ask
    about."""
    authorization = _current.get()
    if authorization is not None and not authorization.is_answered:
        names = ", ".join(authorization.acts)
        raise TypeError(f"the call would commit without asking whether anybody may: {names}")


def last_asked() -> AnsweredRequest | None:
    """What allowed the current request, to be recorded in its commit."""
    authorization = _current.get()
    decisions = authorization.decisions if authorization is not None else []
    return decisions[-1] if decisions else None


def obliged_to(kind: ObligationKind) -> tuple[str, ...]:
    """What policies oblige the current request to, in the values of that kind."""
    asked = last_asked()
    obligations = asked.decision.obligations if asked is not None else ()
    return tuple(each.value for each in obligations if each.kind == kind)


def answer_again() -> None:
    """Notes that the current request gets the answer of an earlier one, which had asked."""
    if (authorization := _current.get()) is not None:
        authorization.is_answered = True


def principal_entity(
    principal: str,
    tenant_id: str,
    roles: set[str] | frozenset[str],
    impersonator: str | None = None,
    workspace_id: str | None = None,
) -> Entity:
    """Whoever asks, as policies see them."""
    attributes = {
        "tenant": Uid(TENANT, tenant_id),
        "has_role": not ROLES.isdisjoint(roles),
        "impersonator": Uid(PRINCIPAL, impersonator) if impersonator else None,
        "workspace": workspace_id,
    }
    parents = tuple(Uid(ROLE, each) for each in sorted(roles))
    return Entity(Uid(PRINCIPAL, principal), attributes, parents)


def _tenant(tenant_id: str, *, is_alone: bool = False) -> Entity:
    return Entity(Uid(TENANT, tenant_id), {"is_alone": is_alone})


def _asker(
    caller: Caller | None, is_alone: bool
) -> tuple[Uid, cedarpy.Entities, tuple[Entity, ...]]:
    if caller is None:
        return ANYBODY, *_prepared(None)
    within = caller.workspace_id
    key = (caller.principal, caller.tenant_id, caller.roles, caller.impersonator, within)
    return Uid(PRINCIPAL, caller.principal), *_prepared(key, is_alone=is_alone)


@lru_cache(maxsize=_CALLERS_REMEMBERED)
def _prepared(
    key: tuple[str, str, frozenset[str], str | None, str | None] | None, *, is_alone: bool = False
) -> tuple[cedarpy.Entities, tuple[Entity, ...]]:
    if key is None:
        entities: tuple[Entity, ...] = (Entity(ANYBODY), Entity(ALL_OF_IT))
    else:
        entities = (principal_entity(*key), _tenant(key[1], is_alone=is_alone))
    return schema().prepare(entities), entities
