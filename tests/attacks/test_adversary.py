"""Two dishonest principals and one honest governor, over everything that a requester may choose.

Nothing is approved that the honest governor could not have stopped, and nothing that they refused
happens."""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from events.buckets import as_of
from events.policies import PolicyEntry
from events.precedents import Condition, Finding
from events.quorum import Place, Rule
from functions.approvals.rules.approval import Approval, Repeat, Steps
from functions.approvals.rules.commands import ReviewBody
from functions.approvals.rules.decisions import decide
from functions.approvals.rules.policy import BUILT_IN, DEADLINES, ApprovalPolicy, completed
from functions.approvals.rules.precedent import (
    ActivePrecedent,
    Precedent,
    activate,
    count_false_positive,
)
from functions.approvals.rules.proposals import PolicyBody, adopt, proposal_of
from functions.approvals.rules.requests import Request, open_request, request_of
from functions.approvals.rules.reviews import admit_reviewer, review
from functions.approvals.rules.silence import time_passed
from functions.approvals.rules.standing import depends_on_takeover, takeover_cutoff
from functions.approvals.rules.veto import is_false_positive, veto
from shared.kit.callers import Actor
from shared.kit.errors import AssentError
from shared.kit.roles import GOVERNOR
from tests.functions.approvals import builders
from tests.functions.approvals.builders import START, command, request_body, veto_command

HONEST = Actor("hana", frozenset({GOVERNOR}))
ROLES = st.sampled_from(
    [
        (frozenset(), frozenset({"deputy"})),
        (frozenset({"legal"}), frozenset({"deputy", "legal"})),
        (frozenset({"deputy"}), frozenset({"deputy"})),
        (frozenset({"tenant_admin", "legal"}), frozenset({GOVERNOR})),
        (frozenset({"deputy"}), frozenset({GOVERNOR})),
    ]
)
DISHONEST = ("mal", "ann")
PASSED = (Finding(check="scope", verdict="pass", evidence="it was reviewed"),)
RULES = st.sampled_from(
    [
        None,
        Rule(kind="any", of=(Place(principal="ann"),)),
        Rule(kind="any", of=(Place(role="legal"), Place(role="deputy"))),
        Rule(kind="all", of=(Place(role=GOVERNOR), Place(principal="mal"))),
        Rule(kind="m_of_n", m=2, of=(Place(role=GOVERNOR), Place(role="legal"), Place(role="x"))),
    ]
)
POLICIES = st.sampled_from(
    [
        BUILT_IN,
        BUILT_IN,
        builders.policy(
            *(
                PolicyEntry(kind=kind, rule=Rule(kind="any", of=(Place(role="legal"),)))
                for kind in ("execution", "financial")
            ),
            PolicyEntry(
                kind="artifact",
                rule=Rule(kind="any", of=(Place(role=GOVERNOR),)),
                silence_approves=("mal",),
            ),
        ),
    ]
)
SECONDS = st.sampled_from([None, None, None, 60, 900, 1_800, 7_200, 86_400])
JUMPS = st.sampled_from([1, 61, 599, 1_801, 1_861, 7_261, 14_400, 86_399])


class Adversary(RuleBasedStateMachine):
    """One tenant: its requests, its policy, one precedent, and a clock."""

    @initialize(roles=ROLES, policy=POLICIES)
    def open_the_tenant(
        self, roles: tuple[frozenset[str], frozenset[str]], policy: ApprovalPolicy
    ) -> None:
        """The policy may ask for others than governors."""
        self.now = START
        self.dishonest = [Actor(*each) for each in zip(DISHONEST, roles, strict=True)]
        self.has_corrupt_governor = any(GOVERNOR in actor.roles for actor in self.dishonest)
        self.has_default_policy = policy is BUILT_IN and not self.has_corrupt_governor
        self.policy = policy
        self.proposed: dict[str, tuple[PolicyEntry, ...]] = {}
        self.approvals: dict[str, Approval] = {}
        self.refused: set[str] = set()
        self.precedent: Precedent | None = None
        self.newest = ""

    @rule(
        author=st.sampled_from(DISHONEST),
        form=st.sampled_from(
            [
                ("artifact", "draft", None),
                ("artifact", "pay", None),
                ("execution", None, None),
                ("execution", "delete", None),
                ("communication", "send", None),
                ("financial", "read", 0),
                ("financial", "pay", 5_000_000_000_000),
            ]
        ),
        asked=RULES,
        seconds=SECONDS,
    )
    def ask(self, author: str, form: Any, asked: Any, seconds: Any) -> None:
        """A request over the API, with everything that its author may choose."""
        kind, effect, amount = form
        body = request_body(
            kind=kind, effect=effect, amount_usd_micros=amount, rule=asked, deadline_seconds=seconds
        )
        try:
            request = request_of(body, self._new_id(), author)
        except AssentError:
            return
        self._open(request)

    @rule(authors=st.sampled_from([("mal",), ("mal", "ann"), ("hana", "ann")]))
    def ask_as_a_case(self, authors: tuple[str, ...]) -> None:
        """The request of a creation case that several people wrote."""
        self._open(
            builders.request(
                approval_id=self._new_id(),
                kind="constitutional",
                requested_by=authors[0],
                authors=authors,
                risk="low",
            )
        )

    @rule(
        author=st.sampled_from(DISHONEST),
        kind=st.sampled_from(["artifact", "execution", "financial", "constitutional"]),
        wanted=RULES,
        named=st.booleans(),
        shortest=st.sampled_from([None, 60]),
    )
    def propose_a_policy(
        self, author: str, kind: Any, wanted: Any, named: bool, shortest: Any
    ) -> None:
        entry = PolicyEntry(
            kind=kind,
            rule=wanted or Rule(kind="any", of=(Place(principal=author),)),
            shortest_deadline_seconds=shortest,
            silence_approves=(author,) if named else (),
        )
        body = PolicyBody(entries=(entry,), reason="It is quicker.")
        try:
            request = proposal_of(body, self.policy, self._new_id(), author)
        except AssentError:
            return
        self.proposed[request.approval_id] = completed(body.entries)
        self._open(request)

    @rule(by=st.sampled_from([0, 1]))
    def activate_a_precedent(self, by: int) -> None:
        """Only governors can (`service/precedents.py`)."""
        actor = self.dishonest[by]
        if GOVERNOR in actor.roles and self.precedent is None:
            written = builders.precedent(
                author="mal", conditions=(Condition(field="content.rows", op="ge", value=0),)
            )
            self.precedent = activate(written, actor.principal, self.now, PASSED).state

    @rule(
        verbs=st.sampled_from(
            [
                ("approve", "escalate"),
                ("approve", "delegate"),
                ("delegate", "approve"),
                ("escalate", "approve"),
                ("defer", "approve"),
                ("break_glass",),
            ]
        ),
        by=st.sampled_from([0, 1]),
        to=st.sampled_from(["mal", "ann", "hana"]),
        data=st.data(),
    )
    def decide_dishonestly(self, verbs: tuple[str, ...], by: int, to: str, data: Any) -> None:
        """Either of them takes the first of these decisions that is not refused."""
        approval = self._any(data)
        for actor in (self.dishonest[by], self.dishonest[1 - by]):
            for verb in verbs:
                if approval is not None and self._decide(approval, actor, verb, to):
                    return

    @rule(verb=st.sampled_from(["reject", "veto", "request_changes"]), data=st.data())
    def refuse_honestly(self, verb: str, data: Any) -> None:
        approval = self._any(data)
        if approval is not None and self._decide(approval, HONEST, verb, ""):
            self.refused.add(approval.approval_id)

    @rule(data=st.data(), actor=st.sampled_from(["hana", "mal", "ann"]))
    def review_what_is_owed(self, data: Any, actor: str) -> None:
        approval = self._any(data)
        if approval is None or approval.review is None:
            return
        who = next(each for each in (HONEST, *self.dishonest) if each.principal == actor)
        verdict: Any = "overturned" if who is HONEST else "upheld"
        body = ReviewBody(verdict=verdict, note="I looked.")
        try:
            self._apply(review(approval, body, who, self.now), who)
        except AssentError:
            return

    @rule(seconds=JUMPS)
    def let_time_pass(self, seconds: int) -> None:
        """Every timer that is due fires."""
        self.now += timedelta(seconds=seconds)
        for approval in list(self.approvals.values()):
            self._apply(time_passed(approval, self.now), None)

    @invariant()
    def the_honest_governor_can_refuse_whatever_is_open(self) -> None:
        for approval in self._current():
            if not approval.is_open or HONEST.principal in approval.authors:
                continue
            decide(approval, command("reject", approval), HONEST, self.now)
            veto(approval, veto_command(approval), HONEST, self.now)

    @invariant()
    def what_was_approved_without_them_can_be_undone_or_could_be_stopped(self) -> None:
        for approval in self._current():
            if HONEST.principal in approval.authors:
                continue
            window = approval.veto
            if approval.status == "auto_approved" and window and self.now <= window.closes_at:
                veto(approval, veto_command(approval), HONEST, self.now)
            if approval.capacity in ("deputy", "break_glass") and approval.status == "approved":
                assert approval.review is not None
                admit_reviewer(approval, HONEST)

    @invariant()
    def nothing_is_approved_by_fewer_than_the_policy_asks_for(self) -> None:
        for approval in self._current():
            if approval.status != "approved":
                continue
            assert approval.decided_by not in approval.authors
            if approval.capacity == "silence":
                assert approval.deadline_at - approval.requested_at >= timedelta(minutes=30)
                assert (approval.kind, approval.risk) == ("artifact", "low")
                assert not self.has_default_policy, "nobody named a requester in the policy"
            if approval.capacity == "approver":
                assert approval.added_rule is None or len(approval.votes) >= 1
                assert not self.has_default_policy, "a governor's place was filled by nobody"
            if approval.capacity == "deputy" and self.has_default_policy:
                assert self._was_missed_by(approval.decided_by), "the governor missed nothing"
            if approval.kind == "constitutional":
                assert approval.capacity in ("approver", "break_glass")
            if approval.kind == "financial":
                assert approval.risk in ("high", "critical")

    @invariant()
    def nothing_that_was_refused_happens(self) -> None:
        for id in self.refused:
            assert self.approvals[id].status in ("rejected", "changes_requested", "vetoed")

    @invariant()
    def only_a_governor_ends_a_precedent(self) -> None:
        vetoed = [each for each in self.approvals.values() if each.status == "vetoed"]
        if self.precedent is not None:
            assert self.precedent.veto_count <= len(vetoed)

    def _new_id(self) -> str:
        return f"apr_{len(self.approvals):026d}"

    def _any(self, data: Any) -> Approval | None:
        """Most often the one that changed last."""
        ids = list(self.approvals)
        if not ids:
            return None
        return self.approvals[data.draw(st.sampled_from([*ids, *[self.newest] * len(ids)]))]

    def _current(self) -> list[Approval]:
        return [as_of(approval, self.now) for approval in self.approvals.values()]

    def _open(self, request: Request) -> None:
        active: tuple[ActivePrecedent, ...] = ()
        if self.precedent is not None and self.precedent.status == "active":
            active = (ActivePrecedent.model_validate(self.precedent.model_dump()),)
        try:
            step = open_request(
                request, active if request.precedents_allowed else (), self.now, self.policy
            )
        except AssentError:
            return
        self._apply((step,), None)

    def _decide(self, approval: Approval, actor: Actor, verb: str, to: str) -> bool:
        """Whether the decision was taken, and not refused."""
        fields: dict[str, Any] = {}
        if verb == "defer":
            fields = {"until": self.now + timedelta(hours=3)}
        elif verb == "delegate":
            fields = {"to": to}
        elif verb == "break_glass":
            fields = {"grounds": "outage"}
        took_over = depends_on_takeover(approval, actor) and self._is_absent(actor, self.now)
        try:
            if verb == "veto":
                result = veto(
                    approval, veto_command(approval), actor, self.now, took_over=took_over
                )
            else:
                sent = command(verb, approval, **fields)
                result = decide(approval, sent, actor, self.now, took_over=took_over)
            self._apply(result, actor)
        except AssentError:
            return False
        return True

    def _apply(self, result: Steps | Repeat, actor: Actor | None) -> None:
        if isinstance(result, Repeat):
            return
        for step in result:
            after = step.state
            if after.status == "approved" and after.proposal is not None:
                entries = self.proposed[after.approval_id]
                self.policy = adopt(after, entries, self.policy, self.now).state
            if is_false_positive(after):
                assert self.precedent is not None
                self.precedent = count_false_positive(self.precedent, self.now).state
            self.approvals[after.approval_id] = after
            self.newest = after.approval_id

    def _was_missed_by(self, deputy: str | None) -> bool:
        """Whether silence denied a request of others that had its kind's whole time."""
        return any(
            each.decision == "silence"
            and deputy not in each.authors
            and each.deadline_at - each.requested_at >= DEADLINES[each.kind]
            for each in self.approvals.values()
        )

    def _is_absent(self, deputy: Actor, at: datetime) -> bool:
        """What `queries.is_governor_absent` asks the store."""
        acted = [each.governed_at for each in self.approvals.values() if each.governed_at]
        latest = max(acted, default=START - timedelta(days=1))
        return any(
            each.silence_at is not None
            and latest < each.silence_at <= takeover_cutoff(at)
            and deputy.principal not in each.authors
            for each in self.approvals.values()
        )


Adversary.TestCase.settings = settings(
    max_examples=150, stateful_step_count=40, deadline=None, derandomize=True
)
TestAdversary = Adversary.TestCase
