"""The machine of `test_adversary.py` finds the faults that we put into the rules, but those in
`faults.RARE`."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.attacks.adversary.claims import Broken
from tests.attacks.adversary.faults import ALL, RARE
from tests.attacks.adversary.machine import Adversary

UNTIL_FOUND = settings(
    max_examples=600,
    stateful_step_count=30,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.nightly
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", [name for name in ALL if name not in RARE])
def test_the_machine_finds_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ALL[name](monkeypatch)
    with pytest.raises(Broken):
        run_state_machine_as_test(Adversary, settings=UNTIL_FOUND)
