"""Puts the secrets by which functions find other parts of the local platform: the sign-in
providers, the mail relay, and Stripe."""

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
    """Lets people sign in at the providers, and lets `identity` issue tokens under the same name as
    the platform's own issuer. `address` is Secret Manager's."""
    await put_secret(address, PROVIDERS, providers)
    ring = load_key_ring(await get_secret(address, RING))
    issuer.also_of = public_key_set(*token_keys(ring))["keys"]


async def put_relays(
    address: str, manifests: Manifests, targets: TargetServer | None, http: aiohttp.ClientSession
) -> None:
    """Lets functions send mail of their own to the platform's mailbox. Does nothing where there is
    none."""
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
    """Gives functions that sell an account at the platform's Stripe. Does nothing where there is
    none. Stripe sends its webhooks to `url`, the platform's own address."""
    if stripe is None:
        return
    account = await stripe.account(http, url)
    for name in manifests.secrets:
        if name.endswith(STRIPE):
            await put_secret(address, name, account)
