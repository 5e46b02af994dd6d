"""The services that identity stands on, each at the end of a wire."""

from collections.abc import Iterator

import pytest

from functions.identity import settings
from tests.functions.approvals.conftest import cloud

__all__ = ["cloud"]


@pytest.fixture(autouse=True)
def issuer(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name under which identity issues tokens here."""
    monkeypatch.setenv("ASSENT_ISSUER", "https://assent.test")
    settings.settings.cache_clear()
    yield "https://assent.test"
    settings.settings.cache_clear()
