"""Twenty cases in a storm, and the platform stopped and started among them: none lost, none decided
twice, none stuck, each explained. `make chaos` does it with 500."""

from pathlib import Path

import pytest

from tests.chaos.checker.verdict import contradictions
from tests.chaos.tale import Extent
from tests.chaos.trial import try_out

pytestmark = [pytest.mark.platform, pytest.mark.timeout(400)]

EXTENT = Extent(
    cases=20, storm_seconds=4.0, pause_seconds=0.2, stops=1, steps=4, patience_seconds=40.0
)


def test_nothing_speaks_against_the_platform_after_a_storm(tmp_path: Path) -> None:
    tale, evidence = try_out(7, EXTENT, tmp_path / "run")
    assert contradictions(evidence) == []
    assert len(tale.stops) == EXTENT.stops
    assert len(tale.faults) >= 6, "it hardly blew"
