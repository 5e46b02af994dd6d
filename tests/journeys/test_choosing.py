"""The demo's chapter of a model that chooses: a run fails, goes on from where it stopped, and asks
the governor about a call beyond the envelope."""

import pytest

from emulators.demo.choosing import chosen
from emulators.demo.narrator import Narrator
from emulators.demo.run import COUNTER_SPEC, goes_live
from functions.capsules.settings import settings as settings_of_capsules
from functions.runs.settings import settings as settings_of_runs
from tests.journeys.test_run import SCOPES
from tests.journeys.world import CORE_SCOPES, PHONE_SCOPES, World


def test_a_model_chooses_beyond_its_envelope_in_a_run_that_failed(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    ada = world.person("ada", SCOPES, ("developer",))
    scopes = (*PHONE_SCOPES, *CORE_SCOPES, "runs:read", "runs:write")
    governor = world.person("gala", scopes, ("governor", "tenant_admin"))
    # Whoever ran in this process before may have had another environment.
    settings_of_capsules.cache_clear()
    settings_of_runs.cache_clear()
    narrator = Narrator()
    goes_live(COUNTER_SPEC, ada, governor, world.platform, narrator)
    chosen(ada, governor, world.platform, narrator)
    said = " ".join(capsys.readouterr().out.split())
    for line in (
        "The run is: failed, after 1 of 2 steps",
        "Its model's server refuses: model_refused",
        "its argument counter must be one of visits-*",
        "The run is: completed, after 2 of 2 steps",
        "Turn 0 of scripted: chose assent/counter.add, 100 + 20 tokens",
        "Turn 1 of scripted: answered, 100 + 20 tokens",
    ):
        assert line in said, line
    (run,) = ada.get("/v1/runs")["items"]
    assert ada.get(f"/v1/plans/{run['plan_hash']}")["models"] == ["scripted"]
