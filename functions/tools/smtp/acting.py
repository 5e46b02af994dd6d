"""One mail, sent once."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import cache
from typing import Any

from events.connectors import ConnectorDefinition
from functions.tools.http.acting import WITHIN_SECONDS
from functions.tools.http.answers import masked
from functions.tools.http.outcomes import NeverSent, Refused, Unknown
from functions.tools.http.requests import NotSendable
from functions.tools.http.showing import refuse_unprintable, secrets_of
from functions.tools.http.targets import Auth, Basic, Credential
from functions.tools.smtp.messages import Mail, compose
from functions.tools.smtp.outcomes import MailOutcome, NotFor, Taken
from functions.tools.smtp.relays import Relay
from functions.tools.smtp.session import Session
from shared.kit.public_addresses import NotCallable
from shared.runtime.certificates import trusted_certificates
from shared.runtime.outside_names import NotOutside, address_of

# Relays that never answer hold up the mail of others, and nothing else.
THREADS = 16


async def send_mail(
    definition: ConnectorDefinition,
    arguments: Mapping[str, Any],
    *,
    call_id: str,
    at: datetime,
    auth: Auth | None,
    credential: Credential | None,
    may_be_loopback: bool,
) -> MailOutcome:
    """What became of the mail, which was sent at most once, within ten seconds. Nothing that the
    outcome says holds the credential. Raises nothing but what ends the task."""
    try:
        relay = _relay(definition, may_be_loopback=may_be_loopback)
        _check(definition, auth, credential)
        assert definition.mail is not None
        mail = compose(definition.mail, arguments, call_id=call_id, at=at)
    except NotSendable as error:
        return Refused(reason=str(error), detail=error.detail)
    sending = _Sending(relay, mail, credential)
    return _masked(await sending.outcome(), credential)


def _relay(definition: ConnectorDefinition, *, may_be_loopback: bool) -> Relay:
    """Raises NotSendable where the connector has none that may be called."""
    try:
        relay = Relay.read(definition.url, may_be_loopback=may_be_loopback)
    except NotCallable as error:
        raise NotSendable("the connector cannot be called", f"the relay {error}") from error
    if relay.host not in definition.hosts or definition.mail is None:
        raise NotSendable("the connector cannot be called")
    return relay


def _check(
    definition: ConnectorDefinition, auth: Auth | None, credential: Credential | None
) -> None:
    """Raises NotSendable for a credential that no relay takes."""
    if definition.credential is None:
        return
    if not isinstance(auth, Basic) or credential is None:
        raise NotSendable("a relay takes a user and a password: store a credential of kind basic")
    refuse_unprintable(credential.secret.get_secret_value())
    if not (credential.user.isascii() and credential.user.isprintable()):
        raise NotSendable("the credential's user must be printable ASCII; set it again")


class _Sending:
    """A mail on its way."""

    def __init__(self, relay: Relay, mail: Mail, credential: Credential | None) -> None:
        self._relay, self._mail, self._credential = relay, mail, credential

    async def outcome(self) -> MailOutcome:
        """What became of it, within the seconds that a call has."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + WITHIN_SECONDS
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
            self._credential,
            trusted_certificates(),
            seconds=WITHIN_SECONDS,
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


def _masked(outcome: MailOutcome, credential: Credential | None) -> MailOutcome:
    """The outcome without the credential, which a relay may quote."""
    if credential is None:
        return outcome
    secrets = secrets_of(credential)
    match outcome:
        case Taken(refused=refused):
            return outcome._replace(
                refused=tuple(
                    NotFor(each.address, each.code, str(masked(each.detail, secrets)))
                    for each in refused
                )
            )
        case Refused(reason=reason, detail=str() as detail):
            return Refused(reason=reason, detail=str(masked(detail, secrets)))
        case Unknown() | NeverSent() | Refused():
            return outcome
