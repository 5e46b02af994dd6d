"""Running platforms over a checkout whose one function does what a test tells it to."""

from collections.abc import Iterator

import pytest

from emulators.options import Options
from emulators.running import RunningPlatform, running_platform
from tests.emulators.checkouts import Checkout, copy_checkout


@pytest.fixture(scope="session")
def shared_checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return copy_checkout(tmp_path_factory.mktemp("platform") / "checkout")


@pytest.fixture(scope="session")
def shared_platform(shared_checkout: Checkout) -> Iterator[RunningPlatform]:
    """One platform with real processes for all tests that leave it as they found it."""
    options = Options(root=shared_checkout.root, backoff=("0.1s", "0.2s"))
    with running_platform(options) as running:
        yield running


@pytest.fixture
def platform(shared_platform: RunningPlatform, checkout: Checkout) -> Iterator[RunningPlatform]:
    """Idle, without faults, its counts at zero."""
    shared_platform.client.disarm()
    shared_platform.client.wait_until_idle()
    shared_platform.client.reset_operations()
    checkout.forget()
    yield shared_platform
    checkout.forget()


@pytest.fixture
def checkout(shared_checkout: Checkout) -> Checkout:
    return shared_checkout
