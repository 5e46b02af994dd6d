"""One mail, sent once."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from shared.kit.outcomes import NeverSent, Refused
from shared.mail.mail import Login, Mail
from shared.mail.outcomes import MailOutcome
from shared.mail.relays import Relay
from shared.mail.session import Session
from shared.runtime.certificates import trusted_certificates
from shared.runtime.outside_names import NotOutside, address_of

# Relays that never answer hold up the mail of others, and nothing else.
THREADS = 16


async def send(
    relay: Relay, mail: Mail, login: Login | None, *, within_seconds: float
) -> MailOutcome:
    """What became of the mail, which was sent at most once, within these seconds. Raises nothing
    but what ends the task."""
    return await _Sending(relay, mail, login, within_seconds).outcome()


class _Sending:
    """A mail on its way."""

    def __init__(
        self, relay: Relay, mail: Mail, login: Login | None, within_seconds: float
    ) -> None:
        self._relay, self._mail, self._login = relay, mail, login
        self._within_seconds = within_seconds

    async def outcome(self) -> MailOutcome:
        """What became of it, within its seconds."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._within_seconds
        try:
            async with asyncio.timeout_at(deadline):
                address = await address_of(
                    self._relay.host, self._relay.port, is_loopback=self._relay.is_loopback
                )
        except NotOutside as error:
            return Refused(reason=f"the relay {error}")
        except OSError:
            return NeverSent(reason="nobody has the relay's name")
        except TimeoutError:
            return NeverSent(reason="the name server does not answer")
        session = Session(
            self._relay,
            address,
            self._mail,
            self._login,
            trusted_certificates(),
            seconds=self._within_seconds,
        )
        return await self._conversation(session, deadline)

    async def _conversation(self, session: Session, deadline: float) -> MailOutcome:
        loop = asyncio.get_running_loop()
        turn = _threads().submit(session.send)
        waiting = asyncio.wrap_future(turn)
        try:
            return await asyncio.wait_for(asyncio.shield(waiting), deadline - loop.time())
        except TimeoutError:
            if turn.cancel():
                return NeverSent(reason="too many relays do not answer")
            session.abort()
            return await waiting
        except asyncio.CancelledError:
            turn.cancel()
            session.abort()
            raise


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, "mail")
