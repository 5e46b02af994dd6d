"""What `test_openapi` does, with more cases and over HTTP. By day `conftest` leaves this file out,
because collecting it makes all of them."""

from typing import Any

import pytest

from emulators.running import RunningPlatform
from tests.contracts.http.test_openapi import at_most, described, fuzzer, judge

__all__ = ["fuzzer"]

pytestmark = pytest.mark.platform

SCHEMA = described()


@pytest.mark.nightly
@pytest.mark.timeout(900)
@SCHEMA.parametrize()
@at_most(100)
def test_every_route_answers_as_documented_over_the_wire(
    case: Any, running: RunningPlatform, fuzzer: dict[str, str]
) -> None:
    judge(case, case.call(base_url=running.url, headers=fuzzer))
