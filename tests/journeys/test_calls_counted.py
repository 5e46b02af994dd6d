"""A founder and a program of theirs: the program's calls are of the plan's month, and what the
founder does in the console is not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emulators.options import Options
from emulators.running import RunningPlatform, running_platform
from shared.kit.tier_limits import LIMITS
from tests.journeys.keys import sent
from tests.journeys.person import Person

pytestmark = [pytest.mark.platform, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[2]
PRO = LIMITS["pro"]
# Of no declared meter: it is answered, and counts for nothing but a call.
TOLD = {"events": [{"id": "a"}]}


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPlatform]:
    options = Options(root=ROOT, state=tmp_path_factory.mktemp("limited"), limits=True, tier="pro")
    with running_platform(options) as platform:
        yield platform


def _calls(founder: Person) -> dict[str, int]:
    shown = founder.get("/v1/usage?meter=api_calls&group_by=subject")
    return {each["subject"]: each["quantity"] for each in shown["items"]}


def _quota(founder: Person) -> dict[str, Any]:
    quotas = founder.get("/v1/subscription")["quotas"]
    return next(each for each in quotas if each["meter"] == "api_calls")


@pytest.mark.nightly
def test_a_program_uses_the_plans_calls_and_the_console_does_not(limited: RunningPlatform) -> None:
    founder = Person(limited, "gala")
    founder.signs_up()
    key = founder.makes_key("usage:read", "usage:write")
    for _ in range(5):
        founder.post("/v1/usage/events", TOLD)
    assert _calls(founder) == {}
    for _ in range(PRO.first_lease + 1):
        assert sent(founder, key, "POST", "/v1/usage/events", TOLD).status_code == 202
    for _ in range(3):
        # What is used a program may always see.
        assert sent(founder, key, "GET", "/v1/usage/meters").status_code == 200
        founder.post("/v1/usage/events", TOLD)
    # What one instance leased, of which it has sent seven.
    calls = _calls(founder)
    assert calls == {"members": PRO.first_lease + PRO.lease}
    quota = _quota(founder)
    assert (quota["used"], quota["stops"]) == (calls["members"], True)
    by_day = founder.get("/v1/usage?meter=api_calls&group_by=day")["items"]
    assert sum(each["quantity"] for each in by_day) == quota["used"]
