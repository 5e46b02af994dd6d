"""Whatever instances take, give back and lose, a month's calls are never exceeded, none is refused
while some are left, and the hours add up to what counts in the month."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from shared.kit.months import month_of
from shared.kit.tier_limits import (
    HOUR,
    NO_CALLS,
    Balance,
    Granted,
    HourCalls,
    TierLimit,
    is_in_month,
    lease,
    unused_of,
)

LIMIT = TierLimit("free", per_minute=600, per_hour=400, lease=6, per_month=25)
# Three hours before a month of UTC ends.
START = 1_793_480_400.0


@dataclass
class Instance:
    """What one process holds of the balance."""

    left: int = 0
    until: float = 0.0


class Month(RuleBasedStateMachine):
    """Instances with one balance, whose clock only goes forward."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.balance: Balance | None = None
        self.instances = [Instance() for _ in range(4)]
        self.taken = self.lost = 0
        self.hours: Counter[int] = Counter()
        self.granted: Counter[int] = Counter()

    @rule(seconds=st.sampled_from((0.0, 1.0, 59.0, 1_800.0, 3_600.0, 40 * 24 * 3_600.0)))
    def wait(self, seconds: float) -> None:
        before, self.now = self.now, self.now + seconds
        if not is_in_month(before, self.now):
            self.taken = self.lost = 0

    @rule(number=st.integers(0, 3))
    def call(self, number: int) -> None:
        held = self.instances[number]
        if not held.left or self.now >= held.until:
            unused = unused_of(held.left, held.until, self.now)
            requests = LIMIT.first_lease if self.now >= held.until else LIMIT.lease
            outcome = lease(self.balance, LIMIT, requests, self.now, unused)
            if not isinstance(outcome, Granted):
                self._is_rightly_refused(outcome.window, held)
                return
            self.granted[unused.hour] -= unused.calls
            self.granted[outcome.balance.hour] += outcome.requests
            self._commit(outcome)
            held.left, held.until = outcome.requests, outcome.until
        held.left -= 1
        self.taken += 1

    @rule()
    def call_what_does_not_count(self) -> None:
        outcome = lease(self.balance, LIMIT, 1, self.now, is_beyond_month=True)
        if isinstance(outcome, Granted):
            self._commit(outcome)

    def _commit(self, outcome: Granted) -> None:
        self.balance = outcome.balance
        for each in outcome.notes:
            self.hours[each.hour] += each.calls

    @rule(number=st.integers(0, 3))
    def die(self, number: int) -> None:
        """The process ends, with what it holds."""
        held = self.instances[number]
        self.lost += self._of_this_month(held)
        self.instances[number] = Instance()

    def _is_rightly_refused(self, window: str, asking: Instance) -> None:
        if window != "month":
            return
        others = (self._of_this_month(each) for each in self.instances if each is not asking)
        spoken_for = self.taken + self.lost + sum(others)
        assert spoken_for >= LIMIT.per_month  # type: ignore[operator]

    def _of_this_month(self, held: Instance) -> int:
        return held.left if is_in_month(held.until - HOUR, self.now) else 0

    @invariant()
    def hours_say_what_was_leased_in_them_and_not_given_back(self) -> None:
        if self.balance is None:
            return
        shown = Counter(self.hours)
        shown[self.balance.hour] += self.balance.unnoted
        assert +shown == +self.granted
        month = month_of(datetime.fromtimestamp(self.balance.at, UTC))
        of_month = (
            calls
            for hour, calls in shown.items()
            if month_of(datetime.fromtimestamp(hour * HOUR, UTC)) == month
        )
        assert sum(of_month) == self.balance.month_leased
        assert min(shown.values(), default=0) >= 0

    @invariant()
    def never_takes_more_than_a_month_has(self) -> None:
        assert LIMIT.per_month is not None
        assert self.taken <= LIMIT.per_month


TestMonth = Month.TestCase


def test_what_an_hour_left_is_given_back_only_to_its_own_month() -> None:
    assert unused_of(3, START + HOUR, START + HOUR) == HourCalls(int(START // HOUR), 3)
    # Within its hour nothing is unused yet; after its month nobody misses it.
    assert unused_of(3, START + HOUR, START) == NO_CALLS
    assert unused_of(3, START + HOUR, START + 4 * HOUR) == NO_CALLS
