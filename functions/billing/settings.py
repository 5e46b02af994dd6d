"""The settings of this function beyond those of every function, and the operator's account at
Stripe."""

import json
from functools import cache

from pydantic import SecretStr, ValidationError

from shared.kit.errors import Unavailable
from shared.kit.models import Model
from shared.runtime.settings import Settings
from shared.runtime.site import site_of_passkeys
from shared.storage.secrets import read_secret

SECRET = "billing-stripe"  # noqa: S105 - a secret's name
# What the secret holds where nothing is sold.
NONE = "none"


class BillingSettings(Settings):
    """Whether the platform is a local one, whose Stripe is on this machine."""

    environment: str = "prod"


class Account(Model):
    """The operator's account at Stripe: the key of its API, and the secret that its notices are
    signed with. `api` is another address than Stripe's own, which only a local platform has."""

    api_key: SecretStr
    webhook_secret: SecretStr
    api: str = ""


@cache
def settings() -> BillingSettings:
    """The settings, read once per process."""
    return BillingSettings.from_environment()


async def account() -> Account | None:
    """The operator's account; None where nothing is sold here. Raises Unavailable."""
    text = await read_secret(SECRET)
    if text.strip() == NONE:
        return None
    try:
        read = Account.model_validate(json.loads(text))
    except (ValueError, ValidationError) as error:
        raise Unavailable(f"the secret {SECRET} cannot be understood") from error
    if read.api and settings().environment != "local":
        raise Unavailable(f"the secret {SECRET} names another address than Stripe's")
    return read


@cache
def console_url() -> str:
    """The origin of the console, to which Stripe's pages lead back."""
    return site_of_passkeys().origins[0]
