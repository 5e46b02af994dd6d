"""A governor scrolls through ten thousand runs, on a slow phone."""

import pytest
from google.cloud.firestore import Client

from emulators.running import RunningPlatform
from tests.benchmarks.first_visit import SLOWER
from tests.benchmarks.many_runs import add_earlier_runs, ended_run, remove
from tests.benchmarks.scrolling import LONGEST_GAP_SECONDS, RUNS, Scrolled, scrolled
from tests.journeys.console.phone import Phone
from tests.journeys.founder import Founder
from tests.journeys.world import World

pytestmark = [pytest.mark.platform, pytest.mark.nightly]
# Another program may hold the processor for a second once, and not each time.
TRIES = 3


@pytest.mark.timeout(1_800)
def test_ten_thousand_runs_scroll_without_a_dropped_second(
    phone: Phone, founder: Founder, running: RunningPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = ended_run(World(running.client, founder.tenant))
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", running.env["FIRESTORE_EMULATOR_HOST"])
    documents = Client(project=running.env["GOOGLE_CLOUD_PROJECT"])
    written = add_earlier_runs(documents, founder.tenant, run_id, RUNS - 1)
    try:
        tools = phone.page.context.new_cdp_session(phone.page)
        tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        seen: list[Scrolled] = []
        while not any(each.longest_gap < LONGEST_GAP_SECONDS for each in seen):
            assert len(seen) < TRIES, seen
            phone.opens("runs")
            seen.append(scrolled(phone.page, RUNS))
        # Of so many rows only those near the screen are drawn.
        assert seen[-1].elements < RUNS
    finally:
        remove(documents, written)
        documents.close()  # type: ignore[no-untyped-call]
