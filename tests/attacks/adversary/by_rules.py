"""A tenant whose every deed is one call of the rules: thousands of deeds a second.

It holds values, and between the calls does what the services do: looks up what a rule needs, and
keeps what a rule returns. `on_platform.py` plays the same machine through the services."""

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import ValidationError

from events.buckets import as_of
from events.policies import PolicyEntry, PolicyRecord
from events.precedents import PrecedentBody, PrecedentSeed, seed_of
from functions.approvals.rules import decisions, genesis, reviews, silence
from functions.approvals.rules import precedent as precedents
from functions.approvals.rules import requests as asking
from functions.approvals.rules import veto as vetoes
from functions.approvals.rules.approval import Actor, Approval, Repeat, Steps
from functions.approvals.rules.commands import DecisionBody, GovernorVetoBody, ReviewBody
from functions.approvals.rules.drafting import IN_A_ROW, counts, draft, with_streak
from functions.approvals.rules.late import note_late
from functions.approvals.rules.opening import open_request
from functions.approvals.rules.policy import BUILT_IN, ApprovalPolicy, completed
from functions.approvals.rules.posting import precedent_of
from functions.approvals.rules.precedent import ActivePrecedents, Precedent
from functions.approvals.rules.proposals import PolicyBody, adopt, proposal_of
from functions.approvals.rules.standing import depends_on_takeover, takeover_cutoff
from shared.kit.errors import ApprovalExpired, AssentError, Forbidden, VetoWindowClosed
from shared.kit.ids import derive_id
from shared.kit.models import part_of
from tests.attacks.adversary.pipeline import Pipeline
from tests.attacks.adversary.seen import (
    GOVERNOR,
    Json,
    SeenAgent,
    SeenCard,
    SeenCase,
)

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_COMPARED = 25
_LIVING = ("draft", "pending_review", "approved", "active", "suspended")


@dataclass
class RulesTenant:
    """A `seen.Tenant`; `can` tells what would happen without doing it."""

    roles: Mapping[str, frozenset[str]]
    now: datetime = START
    approvals: dict[str, Approval] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    contents: dict[str, Any] = field(default_factory=dict)
    current: ApprovalPolicy = BUILT_IN
    precedents: dict[str, Precedent] = field(default_factory=dict)
    active: dict[str, ActivePrecedents] = field(default_factory=dict)
    timers_wait: bool = False
    _made: int = 0

    def __post_init__(self) -> None:
        self.pipeline = Pipeline(self)

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
            request = asking.request_of(parsed, self.new_id("apr"), by)
            return self.open(request)

        return _unless_refused(deed)

    def propose(self, by: str, body: Json) -> str | None:
        def deed() -> str:
            parsed = PolicyBody.model_validate(body)
            return self.open(proposal_of(parsed, self.current, self.new_id("apr"), by))

        return _unless_refused(deed)

    def open(self, request: asking.Request) -> str:
        """Opens the request as `service/requests.py` does."""
        active = self.active.get(request.kind)
        compared = active.precedents if active and request.precedents_allowed else ()
        step = open_request(request, compared, self.now, self.current)
        self.apply((step,))
        return request.approval_id

    def decide(self, by: str, card: SeenCard, verb: str, fields: Json) -> str | None:
        approval, actor = self.approvals[card.id], self.actor(by)
        took_over = depends_on_takeover(approval, actor) and self._is_absent(by)
        result: Steps | Repeat
        try:
            if verb == "veto":
                veto = _veto(approval)
                result = vetoes.veto(approval, veto, actor, self.now, took_over=took_over)
            else:
                body = _decision(approval, verb, fields)
                result = decisions.decide(approval, body, actor, self.now, took_over=took_over)
            if not isinstance(result, Repeat):
                self._decided(result, actor)
        except (ApprovalExpired, VetoWindowClosed):
            self.apply(note_late(approval, verb, "", actor, self.now))
            return None
        except (AssentError, ValidationError):
            return None
        return card.id

    def review(self, by: str, card: SeenCard, verdict: str) -> str | None:
        def deed() -> str:
            result = self.reviewed(by, card, verdict)
            if not isinstance(result, Repeat):
                self.apply(result)
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

    def _decided(self, steps: Steps, actor: Actor) -> None:
        """Keeps what a decision leads to as `service/decisions.py` does: all of it or nothing."""
        last = steps[-1].state
        if last.status == "approved" and last.proposal is not None:
            entries = self.contents[last.decision_hash]["entries"]
            parsed = tuple(map(PolicyEntry.model_validate, entries))
            self.current = adopt(last, parsed, self.current, self.now).state
        vetoed = steps[0].state
        self.apply(steps)
        if not last.is_open and counts(last):
            self._put_in_row(last)
        if vetoed.status == "vetoed" and GOVERNOR in actor.roles:
            assert vetoed.precedent_id is not None
            before = self.precedents[vetoed.precedent_id]
            after = precedents.count_false_positive(before, self.now).state
            self.precedents[after.precedent_id] = after
            if before.status == "active" and after.status != "active":
                self.active[after.kind] = self.active[after.kind].without(after.precedent_id)

    def _put_in_row(self, decided: Approval) -> None:
        like = sorted(
            (
                each
                for each in self.approvals.values()
                if each.likeness == decided.likeness and each.counted_at is not None
            ),
            key=lambda each: each.counted_at or _EVER,
        )
        now = with_streak(decided, like[-1] if like else None)
        self.approvals[now.approval_id] = now
        is_drafted = any(
            each.likeness == now.likeness and each.status in _LIVING
            for each in self.precedents.values()
        )
        if now.streak == IN_A_ROW and not is_drafted:
            row = [*like[1 - IN_A_ROW :], now]
            drafted = draft([(each, self.contents[each.decision_hash]) for each in row], self.now)
            if drafted is not None:
                self.precedents[drafted.state.precedent_id] = drafted.state

    def apply(self, steps: Steps) -> None:
        """Keeps the states, and hands their events to the pipeline."""
        for step in steps:
            self.approvals[step.state.approval_id] = step.state
            if step.event is not None:
                self.told.add(step.state.approval_id)
            self.contents |= {each.hash: each.value for each in step.contents}
            self.pipeline.hear_approval(step)

    def _is_absent(self, deputy: str) -> bool:
        """What `queries.is_governor_absent` asks the store."""
        acted = [each.governed_at for each in self.approvals.values() if each.governed_at]
        latest = max(acted, default=_EVER)
        missed = sorted(
            (
                each
                for each in self.approvals.values()
                if each.silence_at and latest < each.silence_at <= takeover_cutoff(self.now)
            ),
            key=lambda each: each.silence_at or _EVER,
            reverse=True,
        )
        return any(deputy not in each.authors for each in missed[:_MOST_COMPARED])

    # Precedents.

    def post(self, by: str, body: Json) -> str | None:
        def deed() -> str:
            parsed = PrecedentBody.model_validate(body)
            written = precedent_of(parsed, self.new_id("pre"), by, self.now)
            facts = self._facts(written)
            likeness = facts.example.likeness if facts.example else ""
            written = written.model_copy(update={"likeness": likeness})
            after = precedents.post(written, genesis.review(written, facts)).state
            self.precedents[after.precedent_id] = after
            return after.precedent_id

        return _unless_refused(deed)

    def activate(self, by: str, seed_id: str) -> str | None:
        def deed() -> str | None:
            before = self._governed(by, seed_id)
            active = self.active.get(before.kind) or ActivePrecedents(kind=before.kind)
            findings: tuple[Any, ...] = ()
            if before.status in ("draft", "approved"):
                findings = genesis.review(before, self._facts(before))
            after = precedents.activate(before, by, self.now, findings).state
            if after.status == "active":
                if genesis.twin_of(before, active.precedents):
                    return None
                for other in active.precedents:
                    if other.title == after.title:
                        older = self.precedents[other.precedent_id]
                        ended = precedents.supersede(older, after, self.now).state
                        self.precedents[ended.precedent_id] = ended
                        active = active.without(ended.precedent_id)
                self.active[after.kind] = active.with_(after)
            self.precedents[seed_id] = after
            return seed_id if after.status == "active" else None

        return _unless_refused(deed)

    def suspend(self, by: str, seed_id: str) -> str | None:
        def deed() -> str:
            after = precedents.suspend(self._governed(by, seed_id)).state
            self.precedents[seed_id] = after
            self.active[after.kind] = self.active[after.kind].without(seed_id)
            return seed_id

        return _unless_refused(deed)

    def _governed(self, by: str, seed_id: str) -> Precedent:
        if GOVERNOR not in self.roles[by]:
            raise Forbidden("activating and suspending precedents needs the role governor")
        return self.precedents[seed_id]

    def _facts(self, written: Precedent) -> genesis.Facts:
        example = self.approvals.get(written.example_approval_id or "")
        since = (example.decided_at if example else None) or _EVER
        of_kind = [each for each in self.approvals.values() if each.kind == written.kind]
        rejected = [each for each in of_kind if each.status == "rejected" and each.decided_at]
        newest = sorted(rejected, key=lambda each: each.decided_at or _EVER, reverse=True)
        active = self.active.get(written.kind)
        return genesis.Facts(
            example=example,
            example_content=self.contents[example.decision_hash] if example else None,
            active=active.precedents if active else (),
            ended=[
                each
                for each in self.precedents.values()
                if each.kind == written.kind and each.status in ("deprecated", "suspended")
            ],
            rejected=[
                each
                for each in newest[:_MOST_COMPARED]
                if (each.decided_at or _EVER) > since
                and genesis.covers_request(written, each, self.contents[each.decision_hash])
            ],
        )

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
        self.pipeline.deliver_all()

    def cards(self) -> dict[str, SeenCard]:
        return {
            id: part_of(SeenCard, as_of(each, self.now), id=id)
            for id, each in self.approvals.items()
        }

    def seeds(self) -> dict[str, PrecedentSeed]:
        return {id: seed_of(each) for id, each in self.precedents.items()}

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
