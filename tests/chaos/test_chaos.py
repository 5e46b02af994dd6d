"""A few cases in a storm, and the platform stopped and started among them: none lost, none decided
twice, none stuck, each explained. Twenty at night; `make chaos` does it with 500."""

from pathlib import Path

import pytest

from tests.chaos.checker.verdict import contradictions
from tests.chaos.tale import Extent, Tale
from tests.chaos.trial import try_out

pytestmark = [pytest.mark.platform, pytest.mark.timeout(400)]

SHORT = Extent(
    cases=4, storm_seconds=1.0, pause_seconds=0.2, stops=1, steps=1, patience_seconds=15.0
)
LONG = Extent(
    cases=20, storm_seconds=4.0, pause_seconds=0.2, stops=1, steps=4, patience_seconds=40.0
)


def test_nothing_speaks_against_the_platform_after_a_short_storm(tmp_path: Path) -> None:
    tale = _survived(SHORT, tmp_path)
    assert len(tale.faults) >= 2, "it hardly blew"


@pytest.mark.nightly
def test_nothing_speaks_against_the_platform_after_a_storm(tmp_path: Path) -> None:
    tale = _survived(LONG, tmp_path)
    assert len(tale.faults) >= 6, "it hardly blew"


def _survived(extent: Extent, tmp_path: Path) -> Tale:
    tale, evidence = try_out(7, extent, tmp_path / "run")
    assert contradictions(evidence) == []
    assert len(tale.stops) == extent.stops
    return tale
