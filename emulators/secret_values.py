"""The secrets that tell functions of others on the local platform: where people sign in, the relay
of mail, and Stripe."""

import json

import aiohttp

from emulators.issuer import Issuer
from emulators.mailbox import SECRET, SENDER, USER
from emulators.provisioning import get_secret, put_secret
from emulators.sign_in import PROVIDERS
from emulators.stripe.process import StripeServer
from emulators.targets import TargetServer
from shared.kit.digests import load_key_ring
from shared.kit.secret_names import MAIL_RELAY, STRIPE
from shared.kit.signing import public_key_set
from shared.kit.token_keys import RING, token_keys
from shared.manifest import Manifests


async def put_providers(address: str, providers: str, issuer: Issuer) -> None:
    """Lets people sign in at the providers, and `identity` issue tokens beside the platform's own
    issuer, under the same name. `address` is that of Secret Manager."""
    await put_secret(address, PROVIDERS, providers)
    ring = load_key_ring(await get_secret(address, RING))
    issuer.also_of = public_key_set(*token_keys(ring))["keys"]


async def put_relays(
    address: str, manifests: Manifests, targets: TargetServer | None, http: aiohttp.ClientSession
) -> None:
    """Lets functions that send mail of their own send it to the platform's mailbox, where there is
    one."""
    if targets is None:
        return
    received = await targets.mail(http, "")
    relay = {"url": received["url"], "from_address": SENDER, "user": USER, "password": SECRET}
    for name in manifests.secrets:
        if name.endswith(MAIL_RELAY):
            await put_secret(address, name, json.dumps(relay))


async def put_stripe(
    address: str,
    manifests: Manifests,
    stripe: StripeServer | None,
    http: aiohttp.ClientSession,
    url: str,
) -> None:
    """Lets functions that sell have an account at the platform's Stripe, where there is one. `url`
    is the platform's, which Stripe tells of what happens."""
    if stripe is None:
        return
    account = await stripe.account(http, url)
    for name in manifests.secrets:
        if name.endswith(STRIPE):
            await put_secret(address, name, account)
