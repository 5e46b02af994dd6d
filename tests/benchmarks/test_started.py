"""What is measured of a platform's processes is theirs."""

import pytest

from tests.benchmarks.started import started_platform

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(300)]


def test_each_function_that_runs_is_found_with_its_own_environment() -> None:
    with started_platform() as platform:
        before = platform.programs()
        answer = platform.client.http.get("/v1/policies/catalogue")
        assert answer.status_code == 401
        found = platform.programs()
        assert {"platform", "firestore", "pubsub"} <= before.keys()
        [started] = found.keys() - before.keys()
        assert platform.environment(started)["K_SERVICE"] == started
        assert platform.address(started) != str(platform.client.http.base_url)
