"""One mail, sent once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from events.connector_definition import ConnectorDefinition
from functions.tools.http.answers import masked
from functions.tools.http.call import WITHIN_SECONDS
from functions.tools.http.outcomes import NeverSent, Refused, Unknown
from functions.tools.http.requests import NotSendable
from functions.tools.http.shown_credential import refuse_unprintable, secrets_of
from functions.tools.http.targets import Auth, Basic, Credential
from functions.tools.smtp.messages import compose
from shared.kit.public_addresses import NotCallable
from shared.mail.mail import Login
from shared.mail.outcomes import MailOutcome, NotFor, Taken
from shared.mail.relays import Relay
from shared.mail.sending import send


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
    login = Login(credential.user, credential.secret) if credential is not None else None
    outcome = await send(relay, mail, login, within_seconds=WITHIN_SECONDS)
    return _masked(outcome, credential)


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
