"""Tenants over thirteen months with a leap day: monthly and yearly plans, changes, payments that
fail. Each invoice reconciles to the cent with an account of its own, and verifies offline."""

import json
import os
from pathlib import Path

import pytest

from shared.kit import clock
from shared.storage import patience
from tests.functions.billing.conftest import Offices
from tests.simulation.billing import CHOSEN
from tests.simulation.billing.figures import Figures
from tests.simulation.billing.lives import BEGIN
from tests.simulation.billing.post import at_stripe
from tests.simulation.billing.thirteen_months import Simulation, Tell


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that is only slow fails nobody."""
    monkeypatch.setattr(patience, "TIMEOUT_SECONDS", 60.0)
    monkeypatch.setattr(patience, "RETRIED_FOR_SECONDS", 60.0)


async def _simulate(
    offices: Offices,
    folder: Path,
    tell: Tell,
    *,
    tenants: int,
    months: int,
    seed: int,
    monthly: int | None = None,
) -> Figures:
    with at_stripe(folder / "stripe.db", BEGIN) as post, pytest.MonkeyPatch.context() as memory:
        memory.setattr(clock, "now", post.clock)
        await offices.sell_at(post.url)
        lives = (tenants, months, seed)
        simulation = Simulation(post, lambda: offices.tenant(post.url), *lives, tell, monthly)
        return await simulation.run(folder)


@pytest.mark.timeout(600)
async def test_some_tenants_are_asked_for_what_they_owe(
    offices: Offices, database: str, tmp_path: Path
) -> None:
    # Months that end on the 31st of January and on 29 February, and a year that is renewed.
    figures = await _simulate(offices, tmp_path, print, tenants=3, months=13, seed=1, monthly=2)
    assert figures.invoices["paid"] > 10
    assert figures.usage_lines > 1


@pytest.mark.nightly
@pytest.mark.timeout(0 if CHOSEN in os.environ else 3600)
async def test_many_tenants_are_asked_for_what_they_owe(
    offices: Offices,
    database: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def tell(said: str) -> None:
        with capsys.disabled():
            print(f"seed {chosen['seed']}: {said}", flush=True)

    chosen = json.loads(os.environ.get(CHOSEN, '{"tenants": 100, "months": 13, "seed": 2}'))
    file = chosen.pop("file", None)
    figures = await _simulate(offices, tmp_path, tell, **chosen)
    if file:
        figures.write(Path(file))
    tell(f"\n{figures.shown()}")
