"""The provider's package warns of what it deprecates when a part of it is first looked at; warnings
are errors in tests, and these are nobody's doing here."""

import warnings
from collections.abc import Sequence
from pathlib import Path

import pytest

HERE = Path(__file__).parent

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import infra.hosting
    import infra.observability
    import infra.program  # noqa: F401


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("ignore::DeprecationWarning:pulumi_gcp"))
