"""The same tenants as in journeys; no file by day that takes minutes to be collected."""

from pathlib import Path

import pytest

from tests.journeys.conftest import world

__all__ = ["world"]


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    is_by_day = "not nightly" in config.option.markexpr
    return True if is_by_day and collection_path.stem == "test_openapi_over_the_wire" else None
