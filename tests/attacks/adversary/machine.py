"""The moves of `People` in any order, and a judgement after each deed."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.attacks.adversary import careers, moves, stories, texts
from tests.attacks.adversary.by_rules import RulesTenant
from tests.attacks.adversary.claims import Claims
from tests.attacks.adversary.ledger import Ledger
from tests.attacks.adversary.people import MOVES, People
from tests.attacks.adversary.seen import ANN, DEPUTY, GOVERNOR, HANA, MAL, Tenant

# Each lists its moves when it is imported.
_MOVING = (moves, stories, careers)

# Of mal and of ann.
ROLES = st.sampled_from(
    [
        (frozenset(), frozenset({DEPUTY})),
        (frozenset({DEPUTY}), frozenset({DEPUTY})),
        (frozenset({"legal"}), frozenset({DEPUTY, "legal"})),
        (frozenset({"legal"}), frozenset({"genesis", "operator"})),
        (frozenset({"tenant_admin", DEPUTY}), frozenset({"legal"})),
        (frozenset({DEPUTY}), frozenset({GOVERNOR})),
        (frozenset({"tenant_admin", "legal"}), frozenset({GOVERNOR})),
    ]
)


class Adversary(RuleBasedStateMachine, People):
    """One tenant under a policy of theirs, most often the one that Assent comes with."""

    def make_tenant(self, roles: dict[str, frozenset[str]], policy: Any) -> Tenant:
        tenant = RulesTenant(roles)
        tenant.begin_with(policy)
        return tenant

    @initialize(roles=ROLES, policy=st.sampled_from(texts.POLICIES))
    def open_the_tenant(self, roles: Any, policy: Any) -> None:
        people = {HANA: frozenset({GOVERNOR}), MAL: roles[0], ANN: roles[1]}
        self.tenant = self.make_tenant(people, policy)
        self.ledger = Ledger(self.tenant, entries=tuple(policy))
        self.claims = Claims(self.ledger)
        self.ledger.witness = self.judge
        self.ledger.look()

    @precondition(lambda self: isinstance(getattr(self, "tenant", None), RulesTenant))
    @rule(wait=st.booleans(), hold=st.booleans())
    def disturb(self, wait: bool, hold: bool) -> None:
        """Timers and messages wait from now on, or no longer do."""
        assert isinstance(self.tenant, RulesTenant)
        self.tenant.timers_wait = wait
        self.tenant.pipeline.post.holds = hold
        if not hold:
            self.tenant.pipeline.post.deliver_all()
        self.ledger.look()

    @precondition(lambda self: isinstance(getattr(self, "tenant", None), RulesTenant))
    @rule(index=st.integers(0, 7), again=st.booleans())
    def deliver_one(self, index: int, again: bool) -> None:
        """One of the messages that wait arrives before the others, or one comes again that had
        arrived."""
        assert isinstance(self.tenant, RulesTenant)
        self.tenant.pipeline.post.deliver_one(index, again=again)
        self.ledger.look()

    @precondition(lambda self: isinstance(getattr(self, "tenant", None), RulesTenant))
    @rule()
    def deliver_everything_again(self) -> None:
        """Whatever was delivered comes again, in the same order."""
        assert isinstance(self.tenant, RulesTenant)
        self.tenant.pipeline.post.deliver_everything_again()
        self.ledger.look()

    @rule()
    def settle(self) -> None:
        """Whatever waits happens; nothing else does meanwhile."""
        self.tenant.settle()
        self.ledger.look()
        self.claims.check_settled()

    def judge(self) -> None:
        """What must hold after every deed, also inside a move."""
        self.claims.check()
        if isinstance(self.tenant, RulesTenant):
            self.claims.can_stop(self.tenant.can, self.tenant.pipeline.may_cancel)

    def teardown(self) -> None:
        if hasattr(self, "claims"):
            self.settle()


for name, each in MOVES.items():
    setattr(Adversary, name, each)
