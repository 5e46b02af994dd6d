"""A tenant whose every deed is one call of the rules: thousands of deeds a second.

It holds values, and between the calls does what the services do: looks up what a rule needs, and
keeps what a rule returns. `on_platform.py` plays the same machine through the services."""

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import ValidationError

from events.approval_policies import PasskeyRule, PolicyEntry, PolicyRecord
from events.buckets import as_of
from events.precedents import PrecedentSeed, seed_of
from functions.approvals.rules import decisions, reviews, silence
from functions.approvals.rules import requests as asking
from functions.approvals.rules import veto as vetoes
from functions.approvals.rules.approval import Approval, Repeat, Steps
from functions.approvals.rules.commands import DecisionBody, GovernorVetoBody, ReviewBody
from functions.approvals.rules.drafts import counts
from functions.approvals.rules.late import note_late
from functions.approvals.rules.opening import open_request
from functions.approvals.rules.policy import BUILT_IN, ApprovalPolicy, completed
from functions.approvals.rules.proposals import PolicyBody, adopt, proposal_of
from functions.approvals.rules.refusals import (
    AT_ONCE,
    MOST_SILENT,
    take_back,
    too_many_silent,
    why_refused,
)
from functions.approvals.rules.standing import depends_on_takeover
from shared.kit.callers import Actor
from shared.kit.canonical import content_hash
from shared.kit.errors import ApprovalExpired, AssentError, VetoWindowClosed
from shared.kit.ids import derive_id
from shared.kit.models import part_of
from tests.attacks.adversary import lookups
from tests.attacks.adversary.pipeline import Pipeline
from tests.attacks.adversary.seen import Json, SeenAgent, SeenCard, SeenCase
from tests.attacks.adversary.shelf import Shelf

START = datetime(2026, 11, 20, 12, tzinfo=UTC)


@dataclass
class RulesTenant:
    """A `seen.Tenant`; `can` tells what would happen without doing it."""

    roles: Mapping[str, frozenset[str]]
    now: datetime = START
    approvals: dict[str, Approval] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    contents: dict[str, Any] = field(default_factory=dict)
    # By the hash of a content: who stored it first.
    stored_by: dict[str, str] = field(default_factory=dict)
    current: ApprovalPolicy = BUILT_IN
    timers_wait: bool = False
    _made: int = 0

    def __post_init__(self) -> None:
        self.pipeline = Pipeline(self)
        self.shelf = Shelf(self)

    def begin_with(self, entries: Iterable[Json]) -> None:
        """The policy that the tenant has from the beginning."""
        if parsed := tuple(map(PolicyEntry.model_validate, entries)):
            self.current = ApprovalPolicy(version=1, entries=completed(parsed))

    def new_id(self, prefix: str) -> str:
        self._made += 1
        return derive_id(prefix, self.now, str(self._made))

    def actor(self, principal: str) -> Actor:
        return Actor(principal, self.roles[principal])

    # Requests and decisions.

    def ask(self, by: str, body: Json) -> str | None:
        def deed() -> str:
            parsed = asking.RequestBody.model_validate(body)
            first = self.stored_by.get(content_hash(parsed.content))
            id = self.new_id("apr")
            return self.open(asking.request_of(parsed, id, self.actor(by), first))

        return _unless_refused(deed)

    def propose(self, by: str, body: Json) -> str | None:
        def deed() -> str:
            parsed, id = PolicyBody.model_validate(body), self.new_id("apr")
            return self.open(proposal_of(parsed, self.current, id, self.actor(by)))

        return _unless_refused(deed)

    def open(self, request: asking.Request) -> str:
        """Opens the request as `service/requests.py` does."""
        compared = self.shelf.active_of(request.kind) if request.precedents_allowed else ()
        step = open_request(request, compared, self.now, self.current)
        if step.state.precedent_id is not None or step.state.on_timeout == "approve":
            known = self.approvals.values()
            refused = why_refused(*lookups.refused_like(step.state, known), self.now)
            if not refused and step.state.on_timeout == "approve":
                refused = too_many_silent(lookups.tacit_like(step.state, known, MOST_SILENT))
            step = open_request(request, compared, self.now, self.current, refused)
        by = request.requested_by if request.case is None else "service:approvals"
        for each in step.contents:
            self.stored_by.setdefault(each.hash, by)
        self.apply((step,))
        return request.approval_id

    def _take_back_same(self, steps: Steps) -> None:
        """Takes back and counts what `service/refusals.py` does."""
        vetoed = [step.state for step in steps[:1]]
        if steps and (refused := steps[-1].state).refused_at is not None:
            tacit = lookups.tacit_like(refused, self.approvals.values(), AT_ONCE)
            taken_back = take_back(refused, tacit, self.now)
            self.apply(taken_back)
            vetoed += [step.state for step in taken_back]
        false = [each for each in vetoed if vetoes.is_false_positive(each)]
        for each in {each.precedent_id: each for each in false}.values():
            self.shelf.count_veto(each)

    def decide(self, by: str, card: SeenCard, verb: str, fields: Json) -> str | None:
        approval, actor = self.approvals[card.id], self.actor(by)
        took_over = depends_on_takeover(approval, actor) and lookups.is_governor_absent(self, by)
        result: Steps | Repeat
        try:
            if verb == "veto":
                veto = _veto(approval)
                result = vetoes.veto(approval, veto, actor, self.now, took_over=took_over)
            else:
                body = _decision(approval, verb, fields)
                result = decisions.decide(approval, body, actor, self.now, took_over=took_over)
            if not isinstance(result, Repeat):
                self._decided(result)
        except (ApprovalExpired, VetoWindowClosed):
            noted = note_late(approval, verb, "", actor, self.now)
            self.apply(noted)
            self._take_back_same(noted)
            return None
        except (AssentError, ValidationError):
            return None
        return card.id

    def review(self, by: str, card: SeenCard, verdict: str) -> str | None:
        def deed() -> str:
            result = self.reviewed(by, card, verdict)
            if not isinstance(result, Repeat):
                self.apply(result)
                self._take_back_same(result)
            return card.id

        return _unless_refused(deed)

    def reviewed(self, by: str, card: SeenCard, verdict: str) -> Steps | Repeat:
        """What the review would lead to. Raises AssentError."""
        body = ReviewBody.model_validate({"verdict": verdict, "note": "I looked."})
        return reviews.review(self.approvals[card.id], body, self.actor(by), self.now)

    def can(self, by: str, card: SeenCard, verb: str) -> bool:
        """Whether the decision would be taken now. Changes nothing."""
        approval, actor = self.approvals[card.id], self.actor(by)
        try:
            if verb == "veto":
                vetoes.veto(approval, _veto(approval), actor, self.now)
            elif verb == "overturn":
                self.reviewed(by, card, "overturned")
            else:
                decisions.decide(approval, _decision(approval, verb, {}), actor, self.now)
        except AssentError:
            return False
        return True

    def _decided(self, steps: Steps) -> None:
        """Keeps what a decision leads to as `service/decisions.py` does: all of it or nothing."""
        last = steps[-1].state
        if last.status == "approved" and last.proposal is not None:
            proposed = self.contents[last.decision_hash]
            parsed = tuple(map(PolicyEntry.model_validate, proposed["entries"]))
            passkey = PasskeyRule.model_validate(proposed["passkey"])
            self.current = adopt(last, parsed, self.current, self.now, passkey=passkey).state
        self.apply(steps)
        self._take_back_same(steps)
        if not last.is_open and counts(last):
            self.approvals[last.approval_id] = self.shelf.put_in_row(last)

    def apply(self, steps: Steps) -> None:
        """Keeps the states, and hands their events to the pipeline."""
        for step in steps:
            self.approvals[step.state.approval_id] = step.state
            if step.event is not None:
                self.told.add(step.state.approval_id)
            self.contents |= {each.hash: each.value for each in step.contents}
            self.pipeline.hear_approval(step)

    # Precedents.

    def post(self, by: str, body: Json) -> str | None:
        return _unless_refused(lambda: self.shelf.post(by, body))

    def activate(self, by: str, seed_id: str) -> str | None:
        return _unless_refused(lambda: self.shelf.activate(by, seed_id))

    def suspend(self, by: str, seed_id: str) -> str | None:
        return _unless_refused(lambda: self.shelf.suspend(by, seed_id))

    # Agents and their cases.

    def submit(self, by: str, name: str, text: Json) -> str | None:
        return _unless_refused(lambda: self.pipeline.submit(by, name, text))

    def revise(self, by: str, case_id: str, text: Json) -> str | None:
        return _unless_refused(lambda: self.pipeline.revise(by, case_id, text))

    def change(self, by: str, agent_id: str, text: Json) -> str | None:
        return _unless_refused(lambda: self.pipeline.change(by, agent_id, text))

    def cancel(self, by: str, case_id: str) -> str | None:
        return _unless_refused(lambda: self.pipeline.cancel(by, case_id))

    def stop(self, by: str, agent_id: str) -> str | None:
        return _unless_refused(lambda: self.pipeline.stop(by, agent_id))

    def reactivate(self, by: str, agent_id: str) -> str | None:
        return _unless_refused(lambda: self.pipeline.reactivate(by, agent_id))

    # Time, and what is seen.

    def advance(self, seconds: float) -> None:
        """Moves the clock, and fires what is due, unless `timers_wait`."""
        self.now += timedelta(seconds=seconds)
        if not self.timers_wait:
            self.fire()

    def fire(self) -> None:
        """Every timer that is due fires."""
        for id in list(self.approvals):
            while steps := silence.time_passed(self.approvals[id], self.now):
                self.apply(steps)
        self.pipeline.fire()

    def settle(self) -> None:
        """Whatever waits happens."""
        self.timers_wait = False
        self.fire()
        self.pipeline.post.deliver_all()

    def cards(self) -> dict[str, SeenCard]:
        return {
            id: part_of(SeenCard, as_of(each, self.now), id=id)
            for id, each in self.approvals.items()
        }

    def seeds(self) -> dict[str, PrecedentSeed]:
        return {id: seed_of(each) for id, each in self.shelf.precedents.items()}

    def cases(self) -> dict[str, SeenCase]:
        return {id: part_of(SeenCase, each) for id, each in self.pipeline.cases.items()}

    def agents(self) -> dict[str, SeenAgent]:
        return {
            id: part_of(SeenAgent, each, spec_hash=each.current.spec_hash)
            for id, each in self.pipeline.agents.items()
        }

    def policy(self) -> PolicyRecord:
        return self.current

    def was_told(self, approval_id: str) -> bool:
        return approval_id in self.told


def _decision(approval: Approval, verb: str, fields: Json) -> DecisionBody:
    return DecisionBody.model_validate(
        {
            "decision": verb,
            "decision_hash": approval.decision_hash,
            "client_decision_id": uuid.UUID(int=1),
            "note": "please shorten it",
            **fields,
        }
    )


def _veto(approval: Approval) -> GovernorVetoBody:
    return GovernorVetoBody(
        decision_hash=approval.decision_hash,
        client_decision_id=uuid.UUID(int=1),
        reason_category="safety",
        explanation="Not like this.",
    )


def _unless_refused(deed: Callable[[], str | None]) -> str | None:
    try:
        return deed()
    except (AssentError, ValidationError):
        return None
