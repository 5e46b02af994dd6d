"""The demo's last chapter: a line of an invoice is proved down to the receipt that it charges
for."""

import uuid

import pytest

from emulators.browser import Browser
from emulators.demo.invoicing import invoiced
from emulators.demo.narrator import Narrator
from emulators.demo.person import SignedIn
from emulators.demo.run import COUNTER_SPEC, goes_live
from emulators.running import RunningPlatform
from functions.capsules.settings import settings as settings_of_capsules
from functions.runs.settings import settings as settings_of_runs
from tests.journeys.sign_ins import named
from tests.journeys.test_run import SCOPES
from tests.journeys.world import World

pytestmark = [pytest.mark.platform, pytest.mark.nightly]


def test_what_is_used_beyond_pro_is_charged_and_proved(
    running: RunningPlatform, capsys: pytest.CaptureFixture[str]
) -> None:
    # Whoever ran in this process before may have had another environment.
    settings_of_capsules.cache_clear()
    settings_of_runs.cache_clear()
    platform, narrator = running.client, Narrator()
    platform.disarm()
    with Browser(platform.url) as browser:
        founder = SignedIn(platform, browser, named("gala"), "google")
        slug = f"clinic-{uuid.uuid4().hex[:8]}"
        founder.enter(founder.post("/v1/tenants", {"name": "Clinic", "slug": slug})["tenant_id"])
        world = World(platform, founder.tenant)
        ada = world.person("ada", SCOPES, ("operator", "developer"))
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
