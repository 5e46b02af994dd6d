"""The process of Stripe's stand-in, where a manifest has an account at Stripe."""

import json
from pathlib import Path
from typing import Self

import aiohttp

from emulators.directory import PlatformDirectory
from emulators.python_server import PythonServer

API_KEY = "sk_test_local_platform"
# Where the platform's function takes Stripe's notices.
NOTICES = "/v1/billing/stripe/webhook"


class StripeServer(PythonServer):
    """Stripe's stand-in as a process. Its file lies in the platform's directory and outlives it;
    its clock is the platform's."""

    NAME, LOG = "Stripe's stand-in", "stripe"
    MODULE = "emulators.stripe.server"

    @classmethod
    async def start(cls, root: Path, directory: PlatformDirectory, *, keep: bool) -> Self:
        """Returns once it accepts connections; what an earlier one sold is there only where it is
        kept. Raises ProcessDied or PlatformError."""
        file = directory.path / "stripe.db"
        if not keep:
            for each in directory.path.glob(f"{file.name}*"):
                each.unlink()
        return await cls.run(root, directory, str(file), str(directory.clock))

    async def account(self, http: aiohttp.ClientSession, platform: str) -> str:
        """The account as a secret holds it, whose notices are sent to the platform at that
        address. Raises ClientError."""
        notices = {"url": f"{platform}{NOTICES}"}
        async with http.post(f"{self.url}/_/endpoint", json=notices) as answer:
            answer.raise_for_status()
            secret = (await answer.json())["secret"]
        return json.dumps({"api_key": API_KEY, "webhook_secret": secret, "api": self.url})

    async def waiting(self, http: aiohttp.ClientSession) -> dict[str, int]:
        """What is due, and what is to be sent. Raises ClientError."""
        async with http.get(f"{self.url}/_/waiting") as answer:
            answer.raise_for_status()
            counts: dict[str, int] = await answer.json()
            return counts
