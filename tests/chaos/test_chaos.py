"""Cases in a storm: none lost, none decided twice, none stuck, each explained, with the platform
stopped and started among them; and governed runs: each ends, each effect is counted once. A storm
has a platform of processes, so all of them blow at night. `make chaos` does it with 500 cases, or
with 1,000 runs."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.chaos.checker.verdict import contradictions
from tests.chaos.governed.batch import try_both, try_runs
from tests.chaos.tale import Extent, Tale
from tests.chaos.trial import try_out

pytestmark = [pytest.mark.platform, pytest.mark.nightly, pytest.mark.timeout(900)]

SHORT = Extent(
    cases=4, storm_seconds=1.0, pause_seconds=0.2, stops=0, steps=1, patience_seconds=15.0
)
STOPPED = replace(SHORT, stops=1)
LONG = Extent(
    cases=20, storm_seconds=4.0, pause_seconds=0.2, stops=1, steps=4, patience_seconds=40.0
)
SHORT_OF_RUNS = Extent(
    cases=10, storm_seconds=5.0, pause_seconds=0.2, stops=0, patience_seconds=20.0
)
LONG_OF_RUNS = Extent(
    cases=40, storm_seconds=40.0, pause_seconds=0.3, stops=1, patience_seconds=40.0
)


def test_nothing_speaks_against_the_platform_after_a_short_storm(tmp_path: Path) -> None:
    tale = _survived(SHORT, tmp_path)
    assert len(tale.faults) >= 2, "it hardly blew"


def test_nothing_speaks_against_cases_and_then_runs_after_a_short_storm(tmp_path: Path) -> None:
    tales, evidence = try_both(7, STOPPED, SHORT_OF_RUNS, tmp_path / "both")
    assert contradictions(evidence) == []
    assert len(tales[0].stops) == STOPPED.stops
    assert all(len(tale.faults) >= 2 for tale in tales), "it hardly blew"
    assert sum(len(tenant.run_ends) for tenant in evidence.tenants) >= SHORT_OF_RUNS.cases


def test_nothing_speaks_against_governed_runs_after_a_storm(tmp_path: Path) -> None:
    tale, evidence = try_runs("7", LONG_OF_RUNS, tmp_path / "runs")
    assert contradictions(evidence) == []
    assert len(tale.stops) == LONG_OF_RUNS.stops
    assert len(tale.faults) >= 6, "it hardly blew"


def test_nothing_speaks_against_the_platform_after_a_storm(tmp_path: Path) -> None:
    tale = _survived(LONG, tmp_path)
    assert len(tale.faults) >= 6, "it hardly blew"


def _survived(extent: Extent, tmp_path: Path) -> Tale:
    tale, evidence = try_out(7, extent, tmp_path / "run")
    assert contradictions(evidence) == []
    assert len(tale.stops) == extent.stops
    return tale
