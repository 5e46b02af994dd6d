"""A message for a mailbox, by the relay of whoever operates the platform."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from pydantic import SecretStr, ValidationError

from functions.notifications.rules.delivery import Ended
from functions.notifications.rules.message import Message
from functions.notifications.settings import link_to, settings
from shared.kit.errors import Unavailable
from shared.kit.models import Model
from shared.kit.outcomes import NeverSent, Refused, Unknown
from shared.kit.public_addresses import NotCallable
from shared.mail.addresses import domain_of
from shared.mail.mail import Login, Mail
from shared.mail.outcomes import MailOutcome, Taken
from shared.mail.relays import Relay
from shared.mail.sending import send
from shared.storage.secrets import read_secret

RELAY = "notifications-mail-relay"
# What the secret holds where no mail is sent.
NONE = "none"
WITHIN_SECONDS = 10.0
# Seven-bit lines, which every relay takes.
_POLICY = SMTP.clone(cte_type="7bit")


class OperatorsRelay(Model):
    """The relay that the secret names: `smtps://host` or `smtp://host`, who its mail is from, and
    the user that it lets in, where it asks for one."""

    url: str
    from_address: str
    user: str | None = None
    password: SecretStr | None = None

    @property
    def login(self) -> Login | None:
        """Who says so to the relay."""
        if self.user is None or self.password is None:
            return None
        return Login(self.user, self.password)


async def is_mail_sent() -> bool:
    """Whether there is a relay. Raises Unavailable."""
    return await _relay() is not None


async def mail_to(address: str, message: Message, at: datetime) -> Ended:
    """What became of the message. Raises Unavailable, with nothing sent."""
    relay = await _relay()
    if relay is None:
        return Ended("refused", "no mail is sent from here any more")
    text = f"{message.sentence}\n\n{link_to(message.path)}\n\n{_FOOT}\n"
    return _ended(await _sent(relay, address, message.title, text, message.delivery_id, at))


async def mail_code(address: str, code: str, channel_id: str, at: datetime) -> None:
    """Mails the code that confirms a mailbox. Raises Unavailable where it was not sent."""
    relay = await _relay()
    if relay is None:
        raise Unavailable("no mail is sent from here now")
    text = (
        f"Somebody wants to be told here what happens in Assent. If that was you, give the "
        f"console this code:\n\n{code}\n\nOtherwise leave it alone: nothing more is sent.\n"
    )
    outcome = await _sent(relay, address, "Your code for Assent", text, channel_id, at)
    if not isinstance(outcome, Taken):
        raise Unavailable(
            f"the code was not mailed: {outcome.reason}; remove the channel, try again"
        )


async def _relay() -> OperatorsRelay | None:
    text = await read_secret(RELAY)
    if text == NONE:
        return None
    try:
        return OperatorsRelay.model_validate_json(text)
    except ValidationError as error:
        raise Unavailable(f"the secret {RELAY} is no relay: see docs/guides/deploy.md") from error


async def _sent(
    relay: OperatorsRelay, address: str, subject: str, text: str, id: str, at: datetime
) -> MailOutcome:
    try:
        where = Relay.read(relay.url, may_be_loopback=settings().is_local)
    except NotCallable as error:
        return Refused(reason=f"the relay {error}")
    message = EmailMessage(policy=_POLICY)
    message_id = f"<{id.lower()}@{domain_of(relay.from_address)}>"
    message["From"] = Address("Assent", addr_spec=relay.from_address)
    message["To"] = address
    message["Subject"] = subject
    message["Date"] = at
    message["Message-ID"] = message_id
    # No answering machine answers it (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    mail = Mail(message_id, relay.from_address, (address,), message.as_bytes())
    return await send(where, mail, relay.login, within_seconds=WITHIN_SECONDS)


def _ended(outcome: MailOutcome) -> Ended:
    match outcome:
        case Taken():
            return Ended("delivered", "the relay took it")
        case NeverSent(reason=reason):
            return Ended("not_sent", reason)
        case Unknown(reason=reason):
            return Ended("unknown", reason)
        case Refused(reason=reason):
            return Ended("refused", reason)


_FOOT = "You told Assent to write here; the console's page Notifications ends that."
