"""A shop of its own for each test."""

import pytest
from joserfc.jwk import KeySet

from emulators.issuer import new_signing_key
from shared.aggregates.signing import Signing
from shared.kit.signing import load_public_keys
from shared.storage.firestore import TenantStore
from tests.secret_manager import SecretManager
from tests.shared.aggregates.shop import KEY, Shop, statement
from tests.shared.cloud import Cloud


@pytest.fixture
async def shop(cloud: Cloud, store: TenantStore, noun: str) -> Shop:
    mailbox = await cloud.mailbox(noun)
    queue = await cloud.queue(noun)
    cloud.mend()
    return Shop(cloud, store, noun, mailbox, queue)


@pytest.fixture
async def public_keys(secret_manager: SecretManager, noun: str) -> KeySet:
    """What verifies the shop's signatures, whose key is in Secret Manager."""
    private, public = new_signing_key("orders")
    await secret_manager.create(f"{noun}-{KEY}", private)
    return load_public_keys(public.decode())


@pytest.fixture
def signing_shop(shop: Shop, noun: str, public_keys: KeySet) -> Shop:
    """The same shop, which signs what was paid."""
    signing = Signing(f"{noun}-{KEY}", statement)
    return Shop(shop.cloud, shop.store, shop.noun, shop.mailbox, shop.queue, signing)
