"""Where channels may lead, and as what their addresses are shown."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from events.deliveries import ChannelMeans
from shared.kit.errors import FieldError, Invalid
from shared.kit.public_addresses import NotCallable, OutsideUrl, is_public
from shared.mail.addresses import WrongAddress, sent_address

SLACK = "hooks.slack.com"


def address_of(means: ChannelMeans, address: str, *, may_be_loopback: bool) -> str:
    """The address as messages are sent to it. Raises Invalid for one that they are not sent to."""
    if means == "mail":
        try:
            return sent_address(address)
        except WrongAddress as error:
            raise _wrong(str(error)) from error
    try:
        url = OutsideUrl.read(address, may_be_loopback=may_be_loopback)
    except NotCallable as error:
        raise _wrong(str(error)) from error
    if not url.is_loopback and not _may_be_public(url.host):
        raise _wrong("must be at a host of the internet")
    if means == "slack" and url.host != SLACK and not url.is_loopback:
        raise _wrong(f"must be an incoming webhook of Slack: https://{SLACK}/services/…")
    return address


def shown_of(means: ChannelMeans, address: str) -> str:
    """What its owner is shown: of an address that whoever has it may send to, the host alone."""
    return address if means == "mail" else urlsplit(address).netloc


def _may_be_public(host: str) -> bool:
    """Whether the text of a host, where it is a number, is one of the public internet: what a name
    stands for is known when it is called."""
    try:
        return is_public(ip_address(host))
    except ValueError:
        return True


def _wrong(text: str) -> Invalid:
    return Invalid(FieldError("address", text))
