"""What a month uses follows from what was measured, counted and assumed, and from the load."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from infra.cost.billing import Usage, bill
from infra.cost.figures import costs_of
from infra.cost.load import LOAD_FILE, Load, load_assumptions
from infra.cost.measured import Measurement
from infra.cost.month import Month, month_of, runs_a_month
from shared.kit.pricing import load_prices

PRICES = load_prices()
NOTHING = Load(requests=0, events=0, creations=0, runs=0)
# Runs and creations bring requests and events of their own, so a load has at least those.
loads = st.tuples(st.integers(0, 10**6), st.integers(0, 10**6), st.floats(1, 50)).map(
    lambda drawn: Load(
        files=drawn[1] / 20,
        creations=drawn[0],
        runs=drawn[1],
        requests=(2 * drawn[0] + drawn[1]) * drawn[2],
        events=(9 * drawn[0] + 8 * drawn[1]) * drawn[2],
    )
)


@pytest.fixture(scope="module")
def month() -> Month:
    return month_of(Measurement.load())


def _sums(used: Iterable[Usage]) -> Counter[tuple[str, str]]:
    sums: Counter[tuple[str, str]] = Counter()
    for usage in used:
        sums[usage.kind, usage.function] += usage.quantity  # type: ignore[assignment]
    return sums


@settings(max_examples=20)
@given(load=loads, number=st.integers(2, 1000))
def test_everything_but_the_idle_month_grows_with_the_load(
    month: Month, load: Load, number: int
) -> None:
    idle, once, more = (
        _sums(used)
        for used in (month.under(NOTHING), month.under(load), month.under(load.times(number)))
    )
    for key, quantity in more.items():
        expected = idle[key] + number * (once[key] - idle[key])
        assert quantity == pytest.approx(expected, rel=1e-6, abs=1e-3)


@settings(max_examples=20)
@given(load=loads, kind=st.sampled_from(["requests", "events", "creations", "runs"]))
def test_more_load_never_costs_less(month: Month, load: Load, kind: str) -> None:
    more = load.model_copy(update={kind: getattr(load, kind) * 1.5 + 1})
    if kind in {"creations", "runs"}:
        # They take requests and events out of the same million: more of both is asked for.
        more = load.times(1.5)
    assert bill(month.under(more), PRICES).usd >= bill(month.under(load), PRICES).usd - 1e-9


def test_keeping_the_log_longer_costs_storage_and_nothing_else(month: Month) -> None:
    load = month.assumed.reference
    first, later = (bill(month.under(load, months_kept=m), PRICES).by("kind") for m in (1, 12))
    dearer = {kind for kind in later if later[kind] > first[kind] + 1e-9}
    of_firestore = {"firestore-gib", "firestore-recovery-gib", "firestore-backup-gib"}
    # Files stay too, and somebody looks each day which belong to none.
    assert dearer == of_firestore | {"storage-gib", "storage-class-a"}


def test_the_bills_by_service_and_by_function_are_the_same_bill(month: Month) -> None:
    costs = costs_of(month, PRICES)
    for each in (costs.idle, costs.reference, costs.hundredfold):
        assert sum(each.by("service").values()) == pytest.approx(each.usd)
        assert sum(each.by("function").values()) == pytest.approx(each.usd)


def test_an_idle_month_pays_for_every_sweep(month: Month) -> None:
    used = _sums(month.idle())
    sweeps = month.measured.actions["sweep"].functions
    runs: dict[str, float] = defaultdict(float)
    for schedule in month.manifests.schedules:
        for name in schedule.deployables:
            runs[name] += runs_a_month(schedule.cron, month.assumed.operations.days)
    for name, number in runs.items():
        assert used["requests", name] >= number
        reads = sweeps[name].get("firestore-reads", 0) * number
        assert used["firestore-reads", name] == pytest.approx(reads)


def test_every_story_that_is_assumed_was_measured(month: Month) -> None:
    assumed = month.assumed.creations.keys() | month.assumed.reads.keys()
    assert assumed <= month.measured.actions.keys()
    assert month.assumed.creations.keys() <= month.measured.storage.keys()


def test_shares_that_are_not_everything_are_refused(tmp_path: Path) -> None:
    text = LOAD_FILE.read_text().replace("creation_vetoed       = 0.02", "creation_vetoed = 0.5")
    file = tmp_path / "load.toml"
    file.write_text(text)
    with pytest.raises(ValidationError, match="not one together"):
        load_assumptions(file)


@pytest.mark.parametrize(
    ("cron", "times"),
    [
        ("* * * * *", 30 * 24 * 60),
        ("*/5 * * * *", 30 * 24 * 12),
        ("0 3 * * *", 30),
        ("0,30 8-17 * * *", 30 * 20),
        ("0 0 * * 7", 30 / 7),
        ("0 0 * * 0", 30 / 7),
    ],
)
def test_a_schedule_runs_as_often_as_its_fields_say(cron: str, times: float) -> None:
    assert runs_a_month(cron, 30) == pytest.approx(times)
