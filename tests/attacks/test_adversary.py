"""Two dishonest principals and one honest governor, over everything that the API lets them do.

Nothing is assented to that the honest governor could not have stopped, and nothing that they
refused happens. The people and their moves are in `adversary/people.py`, what must hold in
`adversary/claims.py`, written from docs/domain.md; `test_seeded_faults.py` shows what the machine
finds."""

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from emulators.running import RunningPlatform
from tests.attacks.adversary.machine import Adversary
from tests.attacks.adversary.on_platform import PlatformTenant
from tests.attacks.adversary.seen import HANA, OPEN, SeenCard, Tenant

SHORT = settings(max_examples=4, stateful_step_count=30, deadline=None, derandomize=True)
DEEP = settings(max_examples=1_500, stateful_step_count=60, deadline=None)
# On the platform a deed takes a fifth of a second, so it is not shrunk.
REAL = settings(
    max_examples=12,
    stateful_step_count=15,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def test_nobody_steers_assent() -> None:
    run_state_machine_as_test(Adversary, settings=SHORT)


@pytest.mark.nightly
@pytest.mark.timeout(1800)
def test_nobody_steers_assent_in_many_thousand_ways() -> None:
    run_state_machine_as_test(Adversary, settings=DEEP)


@pytest.mark.nightly
@pytest.mark.platform
@pytest.mark.timeout(1800)
def test_nobody_steers_the_platform(running: RunningPlatform) -> None:
    running.client.disarm()

    class OnPlatform(Adversary):
        """The same people at the public API; in the end the governor refuses all that is left."""

        MARGIN = 5.0

        def make_tenant(self, roles: dict[str, frozenset[str]], policy: Any) -> Tenant:
            tenant = PlatformTenant(running.client, roles)
            tenant.begin_with(policy)
            return tenant

        def teardown(self) -> None:
            super().teardown()
            if hasattr(self, "claims"):
                for card in list(self.ledger.cards.values()):
                    self._refuse_at_last(card)
                self.settle()

        def _refuse_at_last(self, card: SeenCard) -> None:
            if HANA in card.authors:
                return
            if card.status in OPEN:
                assert self.ledger.decide(HANA, card, "reject") is not None, card
            elif card.status == "auto_approved":
                assert self.ledger.decide(HANA, card, "veto") is not None, card
            elif self.claims.is_emergency(card):
                assert self.ledger.review(HANA, card, "overturned") is not None, card

    run_state_machine_as_test(OnPlatform, settings=REAL)
