"""The demo's last chapter: a line of an invoice is proved down to the receipt that it charges
for."""

import pytest

from emulators.demo.invoicing import invoiced
from emulators.demo.narrator import Narrator
from emulators.demo.run import COUNTER_SPEC, goes_live
from functions.capsules.settings import settings as settings_of_capsules
from functions.runs.settings import settings as settings_of_runs
from tests.journeys.test_run import SCOPES
from tests.journeys.world import World

pytestmark = [pytest.mark.platform, pytest.mark.nightly]


def test_what_is_used_beyond_pro_is_charged_and_proved(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    # Whoever ran in this process before may have had another environment.
    settings_of_capsules.cache_clear()
    settings_of_runs.cache_clear()
    platform, narrator = world.platform, Narrator()
    ada = world.person("ada", SCOPES, ("operator", "developer"))
    scopes = ("identity:read", "identity:write", "audit:read")
    founder = world.person("gala", scopes, ("governor", "tenant_admin"))
    goes_live(COUNTER_SPEC, ada, world.governor, platform, narrator)
    invoiced(ada, founder, platform, narrator)
    said = " ".join(capsys.readouterr().out.split())
    for line in (
        "150,000 tokens beyond 500,000",
        "assent-verify: 300 cents (usd)",
        "assent-verify: as the audit log says, entry",
        "assent-verify: closed by entry",
    ):
        assert line in said, line
