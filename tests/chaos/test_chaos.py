"""Twenty cases in a storm: none lost, none decided twice, none stuck, each explained."""

from pathlib import Path

import pytest

from tests.chaos.run import Weather
from tests.chaos.trial import try_out
from tests.chaos.verdict import contradictions

pytestmark = pytest.mark.platform

WEATHER = Weather(storm_seconds=4.0, pause_seconds=0.2, calm_seconds=45.0)


def test_nothing_speaks_against_the_platform_after_a_storm(tmp_path: Path) -> None:
    tale, evidence = try_out(7, cases=20, weather=WEATHER, state=tmp_path)
    assert tale.troubles == []
    assert contradictions(evidence) == []
    assert len(tale.faults) >= 8, "it hardly blew"
