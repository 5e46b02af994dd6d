"""The two providers at which people sign in on the local platform."""

import json
import secrets
from contextlib import AsyncExitStack

import aiohttp

from emulators.directory import PlatformDirectory
from emulators.functions.environment import program_environment
from emulators.gateway.listener import Listener
from emulators.github import CLIENT_ID, GitHub
from emulators.openid import OpenIdProvider
from emulators.options import Options
from emulators.ports import listen, url_of

# The secret that tells `identity` of them.
PROVIDERS = "identity-providers"
_CALLBACK = "/v1/auth/callback"


async def open_providers(
    url: str,
    options: Options,
    directory: PlatformDirectory,
    http: aiohttp.ClientSession,
    work: AsyncExitStack,
) -> str:
    """Opens both for a platform whose one port is `url`; returns the secret's value. They have
    other addresses after each start: a person is known by the provider's name, which stays."""
    password, redirect_uri = secrets.token_urlsafe(32), f"{url}{_CALLBACK}"
    door = listen()
    address = url_of(door)
    env = {
        **program_environment(options.root),
        "OPENID_ISSUER": address,
        "OPENID_CLIENT_SECRET": password,
        "OPENID_REDIRECT_URI": redirect_uri,
        "ASSENT_CLOCK_FILE": str(directory.clock),
    }
    openid = OpenIdProvider(http, directory, env, options.root)
    work.push_async_callback(openid.stop)
    front = await Listener.open(openid.answer, door)
    work.push_async_callback(front.close)
    github = await Listener.open(GitHub(password, redirect_uri).answer, listen())
    work.push_async_callback(github.close)
    common = {"client_id": CLIENT_ID, "client_secret": password}
    return json.dumps(
        [
            {"name": "google", "kind": "openid", "title": "Google", "issuer": address, **common},
            {
                "name": "github",
                "kind": "github",
                "title": "GitHub",
                **common,
                "web": github.url,
                "api": github.url,
            },
        ]
    )
