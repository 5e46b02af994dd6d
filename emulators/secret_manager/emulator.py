"""Secret Manager, running."""

import grpc.aio

from emulators.clock import VirtualClock
from emulators.google_rpc import serve, service
from emulators.secret_manager.api import SERVICE, SecretManagerApi
from emulators.secret_manager.model import KeptSecrets


class SecretManagerEmulator:
    """Secrets live in this process's memory and end with it, but for what is `kept`."""

    def __init__(self, *, clock: VirtualClock) -> None:
        self._api = SecretManagerApi(clock.now)
        self._server: grpc.aio.Server | None = None

    def kept(self) -> KeptSecrets:
        """All that a later one needs to go on from here."""
        return self._api.kept()

    def take_up(self, kept: KeptSecrets) -> None:
        """Goes on where another one ended; to be called before `start`."""
        self._api.take_up(kept)

    async def start(self, port: int = 0) -> str:
        """Serves the API on loopback and returns its `host:port`. OSError if the port is taken."""
        self._server, address = await serve(service(SERVICE, self._api.methods()), port)
        return address

    async def stop(self) -> None:
        """Ends the server and every call under way."""
        if self._server:
            await self._server.stop(grace=None)
