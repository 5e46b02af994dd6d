"""Twenty cases in a storm: none lost, none decided twice, none stuck, each explained."""

from pathlib import Path

import pytest

from tests.chaos.checker.verdict import contradictions
from tests.chaos.tale import Extent
from tests.chaos.trial import try_out

pytestmark = pytest.mark.platform

EXTENT = Extent(cases=20, storm_seconds=6.0, pause_seconds=0.2, stops=0)


def test_nothing_speaks_against_the_platform_after_a_storm(tmp_path: Path) -> None:
    tale, evidence = try_out(7, EXTENT, tmp_path / "run")
    assert contradictions(evidence) == []
    assert len(tale.faults) >= 8, "it hardly blew"
